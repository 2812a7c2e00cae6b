"""A patient client of the running service's public doors; refuses to flood it, to give up, or to look inside."""

import asyncio
import random
from typing import Any

import httpx

AGAIN_S, LONGEST_S = 0.5, 10.0
AT_ONCE = 6
"""Requests under way at the same time, of the whole simulator."""
LATER = frozenset({429, 502, 503, 504})


class Doors:
    """One pool of connections to the service; every request waits its turn and outlives restarts of the service."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        self._client = httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=15.0, limits=limits)
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        tries: int | None = None,
    ) -> httpx.Response:
        """One answer that is neither a lost connection nor "later"; waits longer and longer, forever without `tries`.

        Raises httpx.TransportError when the tries are used up.
        """
        pause_s, tried = AGAIN_S, 0
        while True:
            tried += 1
            try:
                async with self._turn:
                    answer = await self._client.request(method, path, json=body, content=content, headers=headers)
                    self._client.cookies.clear()  # desks and phones share the pool, never a session
                if answer.status_code not in LATER or tried == tries:
                    return answer
            except httpx.TransportError:
                if tried == tries:
                    raise
            await asyncio.sleep(pause_s * random.uniform(0.7, 1.3))
            pause_s = min(pause_s * 2, LONGEST_S)

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()
