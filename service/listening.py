"""How the service listens, in whatever roles: one way to set up uvicorn; refuses to know what it serves."""

import os
import resource
import socket
import sys
from typing import Any

import uvicorn

from service.errors import ServiceError

SWITCH_S = 0.0005
"""How long a thread that computes keeps the event loop out. Python's own 5 ms add up: a transaction changes threads at
every statement, so a call behind one waited 30 ms longer while a plan was being prepared."""


def server_for(app: Any, host: str, port: int, ws: Any = "none") -> uvicorn.Server:
    """A server for this application; `ws` is the protocol of its sockets, if it has any."""
    sys.setswitchinterval(SWITCH_S)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # shells give 1,024: a town has more terminals
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http="httptools",
            ws=ws,
            ws_per_message_deflate=False,
            ws_max_size=64 * 1024,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=65,
            server_header=False,
        )
    )


def free_port() -> int:
    """A loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refuse_taken(host: str, port: int) -> None:
    """Try the address before anything is opened. Raises ServiceError when it is taken or not this machine's."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno is not None and error.errno > 0 else str(error)
        raise ServiceError(f"cannot listen on {host}, port {port}: {reason}. Choose another with --port") from error
