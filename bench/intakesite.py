"""The bare limits of the intake, each a process of its own: `python -m bench.intakesite bare|starlette PORT`.

Plain uvicorn, as quick as it gets. Both read the body, decode the JSON and answer with JSON; they know no key and keep
nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson
import uvicorn

Message = MutableMapping[str, Any]
ANSWER = {"alert": 1, "incident": 1, "state": "open", "seq": 1, "duplicate": False, "warnings": []}


async def bare(scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Any]) -> None:
    """ASGI and nothing else."""
    if scope["type"] != "http":
        return
    body = (await receive())["body"]
    given = orjson.dumps({**ANSWER, "msg": orjson.loads(body).get("msg_id")})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(given)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": given})


def starlette() -> Any:
    """One plain Starlette route. Imported here: the bare one starts without it."""
    return __import__("bench.intakestarlette", fromlist=["app"]).app


if __name__ == "__main__":
    app = bare if sys.argv[1] == "bare" else starlette()
    quick: dict[str, Any] = {
        "http": "httptools",
        "loop": "uvloop",
        "ws": "none",
        "log_config": None,
        "access_log": False,
    }
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), server_header=False, **quick)
