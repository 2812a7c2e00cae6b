"""One gateway over HTTP: what every answer means, what is signed, what is never followed; and the demo's file."""

import asyncio
import hashlib
import hmac
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from models.types import ChannelKind, NoticeState
from service.channels.channel import Letter
from service.channels.gateways import HttpChannel
from service.channels.logfile import LogFileChannel
from service.channels.outside import LeadsInside, is_public, outside

LETTER = Letter(
    1, "key-1", 12, "station", "林**", "【无墙】陈**按了呼叫器", "13900000011", 5, datetime(2026, 3, 5, tzinfo=UTC)
)


class Stranger:
    """A gateway that answers what the path says."""

    def __init__(self) -> None:
        self.url, self.heard = "", list[tuple[dict[str, str], bytes]]()

    async def take(self, request: Request) -> Response:
        self.heard.append((dict(request.headers), await request.body()))
        wish = request.path_params["wish"]
        return RedirectResponse(f"{self.url}/200") if wish == "redirect" else Response(status_code=int(wish))


@pytest.fixture
async def stranger() -> AsyncIterator[Stranger]:
    gateway = Stranger()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    gateway.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = Starlette(routes=[Route("/{wish}", gateway.take, methods=["POST", "GET"])])
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    yield gateway
    server.should_exit = True
    await serving


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=2) as one:
        yield one


@pytest.mark.parametrize(
    ("answer", "keeps", "state", "again"),
    [
        ("200", True, NoticeState.SENT, False),
        ("202", False, NoticeState.SENT, False),
        ("500", True, NoticeState.FAILED, True),
        ("500", False, NoticeState.UNKNOWN, False),
        ("429", True, NoticeState.FAILED, True),
        ("400", True, NoticeState.FAILED, False),
        ("redirect", True, NoticeState.FAILED, False),
    ],
)
async def test_what_an_answer_means(
    stranger: Stranger, client: httpx.AsyncClient, answer: str, keeps: bool, state: NoticeState, again: bool
) -> None:
    """Sent, tried again with the same key, uncertain, or refused for good; a redirect is not followed."""
    channel = HttpChannel(client, ChannelKind.SMS, f"{stranger.url}/{answer}", "a secret", keeps)
    verdict = await channel.send(LETTER)
    assert (verdict.state, verdict.again) == (state, again)
    (headers, body), *more = stranger.heard
    assert more == [] and headers["idempotency-key"] == "key-1" and headers["authorization"] == "Bearer a secret"
    sent: dict[str, Any] = orjson.loads(body)
    assert sent["to"] == "13900000011" and sent["id"] == "key-1" and sent["rung"] == "station"


async def test_a_webhook_is_signed_over_its_bytes_and_needs_no_number(
    stranger: Stranger, client: httpx.AsyncClient
) -> None:
    """The receiver can tell that it is ours, and never gets the secret itself."""
    channel = HttpChannel(client, ChannelKind.WEBHOOK, f"{stranger.url}/200", "a secret")
    assert (await channel.send(Letter(*list(vars(LETTER).values())[:6], None, None, LETTER.made_at))).arrived
    headers, body = stranger.heard[0]
    assert headers["x-signature"] == hmac.new(b"a secret", body, hashlib.sha256).hexdigest()
    assert "authorization" not in headers


async def test_nobody_listens_there(client: httpx.AsyncClient) -> None:
    """No connection means certainly not sent: it may be tried again even where no keys are kept."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        channel = HttpChannel(client, ChannelKind.VOICE, f"http://127.0.0.1:{closed.getsockname()[1]}", None, False)
        verdict = await channel.send(LETTER)
    assert (verdict.state, verdict.again) == (NoticeState.FAILED, True)
    no_number = Letter(*list(vars(LETTER).values())[:6], None, None, LETTER.made_at)
    assert (await channel.send(no_number)).problem == "no number is known"


INSIDE = ["127.0.0.1", "10.1.2.3", "192.168.0.9", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"]
INSIDE += ["::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "2002:7f00:1::"]


@pytest.mark.parametrize("address", INSIDE)
async def test_no_address_of_the_inside_is_public(address: str) -> None:
    """However it is written, and behind whatever name: one private address among public ones is enough."""

    async def resolve(_host: str, _port: int) -> list[str]:
        return ["93.184.216.34", address]

    assert not is_public(address)
    with pytest.raises(LeadsInside):
        await outside("https://hooks.example/x", resolve)


async def test_an_address_outside_is_pinned_and_asked_under_its_name() -> None:
    """The name is looked up once: what was found is where the request goes; certificate and Host keep the name."""

    async def resolve(_host: str, _port: int) -> list[str]:
        return ["93.184.216.34"]

    target = await outside("https://hooks.example:8443/x?y=1", resolve)
    assert str(target.url) == "https://93.184.216.34:8443/x?y=1"
    assert (target.headers, target.extensions) == ({"host": "hooks.example:8443"}, {"sni_hostname": "hooks.example"})


async def test_a_providers_webhook_into_the_inside_is_never_called(
    stranger: Stranger, client: httpx.AsyncClient
) -> None:
    """Not by number and not by name; it counts as failed for good, so that the next channel is tried."""
    for url in (f"{stranger.url}/200", f"{stranger.url}/200".replace("127.0.0.1", "localhost")):
        verdict = await HttpChannel(client, ChannelKind.WEBHOOK, url, "s", outside_only=True).send(LETTER)
        assert (verdict.state, verdict.again) == (NoticeState.FAILED, False)
    assert stranger.heard == []


@pytest.mark.parametrize("demo", [True, False])
async def test_a_file_counts_in_the_demo_only(tmp_path: Path, demo: bool) -> None:
    """The line has no whole number; outside the demo the letter counts as failed, so the next channel is tried."""
    channel = LogFileChannel(tmp_path / "notices.jsonl", ChannelKind.SMS, counts=demo)
    assert (await channel.send(LETTER)).arrived is demo
    line = orjson.loads((tmp_path / "notices.jsonl").read_bytes())
    assert line["to"] == "139****0011" and line["id"] == "key-1"
