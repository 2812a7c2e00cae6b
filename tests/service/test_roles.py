"""Promise: every route says who may call it, and nobody else gets in."""

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from models.types import Role
from service.app import WEB
from service.auth import Allow
from tests.fixtures.house import House
from tests.fixtures.town import TownBuilder

PUBLIC = {
    "POST /api/session": "signing in",
    "GET /api/session": "asking whether one is signed in; answers 401 by itself",
    "DELETE /api/session": "signing out, also twice",
    "POST /api/session/link": "setting a password by a one-time link",
    "POST /phone/v1/session": "signing in",
    "POST /phone/v1/session/refresh": "the refresh token is the proof",
}


def routes_of() -> Iterator[tuple[str, APIRoute]]:
    """Every FastAPI route of every room with its method."""
    for router in WEB:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in sorted(route.methods or ()):
                yield f"{method} {route.path}", route


def allowed_on(route: APIRoute) -> list[Allow]:
    found: list[Allow] = []
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        found += [dependant.call] if isinstance(dependant.call, Allow) else []
        waiting += dependant.dependencies
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_route_declares_who_may_call_it(house: House) -> None:
    """A route without an Allow, and not on the public list with a reason, fails here."""
    table = dict(routes_of())
    served = {f"{verb.upper()} {path}" for path, verbs in house.app.openapi()["paths"].items() for verb in verbs}
    assert served == set(table)
    assert [name for name, route in table.items() if not allowed_on(route) and name not in PUBLIC] == []
    assert [name for name in PUBLIC if name not in table] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_role_matrix_holds(town: TownBuilder) -> None:
    """Every role on every route: let in exactly where declared (403 elsewhere), strangers nowhere (401)."""
    seats = {Role.DISPATCHER: "wu", Role.SUPERVISOR: "sun", Role.STATION_MANAGER: "ma", Role.ADMIN: "root"}
    desks = {role: await town.desk(name) for role, name in seats.items()}
    stranger, phone = town.house.client(), await town.phone("lin")
    wrong = []
    for name, route in routes_of():
        if name in PUBLIC:
            continue
        method, path = name.split(" ", 1)
        path = re.sub(r"{[^}]*}", "999999", path)
        (allow,) = {id(found): found for found in allowed_on(route)}.values()
        if (await stranger.request(method, path)).status_code != 401:
            wrong.append(f"a stranger on {name}")
        for role, desk in desks.items():
            refused = (await desk.request(method, path)).status_code in (401, 403)
            if refused is (role in allow.roles and allow.kind == "console"):
                wrong.append(f"{role} on {name}")
            if method == "DELETE":
                desks[role] = await town.desk(seats[role])
        refused = (await phone.request(method, path)).status_code in (401, 403)
        if refused is (Role.CAREGIVER in allow.roles and allow.kind == "phone"):
            wrong.append(f"a caregiver's phone on {name}")
        if path.startswith("/phone/v1/session"):
            phone = await town.phone("lin")
    assert wrong == []
