"""The reference: one plain Starlette route that echoes."""

from __future__ import annotations

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.intakesite import ANSWER


async def echo(request: Request) -> Response:
    """Read, decode, answer."""
    given = orjson.loads(await request.body())
    return Response(orjson.dumps({**ANSWER, "msg": given.get("msg_id")}), media_type="application/json")


app = Starlette(
    routes=[Route(path, echo, methods=["POST"]) for path in ("/terminals/v1/alerts", "/terminals/v1/heartbeats")]
)
