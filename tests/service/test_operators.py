"""Promise: operators get probes, numbers, the API reference and the console, and every mistake as problem+json."""

import httpx
import pytest

from service.metrics import metrics_app
from tests.fixtures.house import House
from tests.fixtures.town import TownBuilder


async def test_alive_and_ready(house: House) -> None:
    """Both probes answer, and say nothing else."""
    async with house.client() as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert (await client.get("/readyz")).json() == {"status": "ok"}


async def test_not_ready_before_the_town_stands(house: House) -> None:
    """A demo whose town is still being made is not ready."""
    house.app.state.town_stands.clear()
    async with house.client() as client:
        assert (await client.get("/readyz")).status_code == 503


async def test_numbers_as_prometheus_reads_them(house: House) -> None:
    """Each number has a help, a type and a value."""
    transport = httpx.ASGITransport(app=metrics_app(house.app.state))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        lines = (await client.get("/metrics")).text.splitlines()
    values = {line.split(" ")[0]: float(line.split(" ")[1]) for line in lines if not line.startswith("#")}
    assert values["unwalled_intake_waiting"] == 0
    assert values["process_cpu_seconds_total"] > 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_console_and_the_reference_are_served(house: House) -> None:
    """The page, its assets and the API reference come from us, under a policy that allows nothing else."""
    async with house.client() as client:
        page = await client.get("/")
        assert page.status_code == 200, "run `make console` first"
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        reference = await client.get("/docs")
        assert "/reference/swagger-ui-bundle.js" in reference.text
        assert (await client.get("/reference/swagger-ui-bundle.js")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing/here", 404, "route.unknown"),
        ("PUT", "/api/session", 405, "route.method"),
        ("POST", "/api/orders", 401, "session.missing"),
    ],
)
async def test_mistakes_are_problems(house: House, method: str, path: str, status: int, code: str) -> None:
    """Also what no route of ours has seen is answered as problem+json with a stable code."""
    async with house.client() as client:
        answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code


async def test_bad_input_names_the_field(town: TownBuilder) -> None:
    """Every fault is named with what would be accepted, at once."""
    desk = await town.desk("wu")
    wish = {"elder_id": 0, "item_code": "bath.two", "service_on": "soon", "window_from": "08:00", "window_to": "x"}
    answer = await desk.post("/api/orders", json=wish)
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json()["fields"]} == {
        *("elder_id", "service_on", "window_from", "window_to")
    }
    assert all(fault["problem"] and fault["accepted"] for fault in answer.json()["fields"])


async def test_a_body_that_is_no_json_is_named(town: TownBuilder) -> None:
    """The field is the body, not the place of the character where reading stopped."""
    desk = await town.desk("wu")
    answer = await desk.post("/api/orders", content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert [(fault["field"], fault["accepted"]) for fault in answer.json()["fields"]] == [("body", "a JSON object")]


async def test_another_sites_page_cannot_use_the_session(town: TownBuilder) -> None:
    """A POST with our cookie but a foreign Origin is refused before it is looked at."""
    desk = await town.desk("wu")
    answer = await desk.post("/api/socket-ticket", headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert answer.json()["code"] == "origin.foreign"


async def test_a_body_without_end_is_refused(town: TownBuilder) -> None:
    """More than a megabyte is refused by its announced and by its real length."""
    desk = await town.desk("wu")
    answer = await desk.post("/api/orders", content=b"x" * 1_100_000)
    assert answer.status_code == 413
