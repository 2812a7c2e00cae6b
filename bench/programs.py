"""Programs that a measurement talks to: one JSON line in, one JSON line out; ended by closing their input."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LINE = 2**26


class Program:
    """A running program."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def does(self, do: str, **order: Any) -> dict[str, Any]:
        """Give one order and wait for its answer."""
        if self._process.stdin is None:
            raise RuntimeError("the program has no input")
        self._process.stdin.write(json.dumps({"do": do, **order}).encode() + b"\n")
        await self._process.stdin.drain()
        return await self.says()

    async def says(self) -> dict[str, Any]:
        """The next line that it prints."""
        if self._process.stdout is None:
            raise RuntimeError("the program has no output")
        answer: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return answer


@asynccontextmanager
async def program(*command: str) -> AsyncIterator[Program]:
    """`python -m` these words, until the block ends."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command), stdin=pipe, stdout=pipe, limit=LINE, cwd=ROOT
    )
    try:
        yield Program(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
