"""Promise: the client programs that the documents show work, against a real service that is killed under them."""

import asyncio
import shutil
import sys
from pathlib import Path

import pytest

from tests.fixtures.served import Served
from tests.fixtures.town import PASSWORD, TownBuilder

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "docs" / "clients"


async def lines_until(stream: asyncio.StreamReader, word: str, seconds: float = 30) -> list[str]:
    """What a program prints, up to the first line with this word."""
    lines: list[str] = []
    async with asyncio.timeout(seconds):
        while not lines or word not in lines[-1]:
            line = await stream.readline()
            assert line, f"ended before {word!r}: {lines}"
            lines.append(line.decode().strip())
    return lines


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_console_of_the_documents_sees_everything_once(served: Served, served_town: TownBuilder) -> None:
    """It prints two calls, the second made while the service was down for it, each once and in order."""
    await served.start()
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, str(CLIENTS / "console.py"), served.url, "wu", PASSWORD)
    program = await asyncio.create_subprocess_exec(*command, stdout=pipe)
    try:
        assert program.stdout is not None
        await asyncio.sleep(3)
        async with served.client() as line:
            await served_town.terminal("chen", line).presses_call()
        lines = await lines_until(program.stdout, "incident.raised")
        await served.kill()
        await served.start()
        async with served.client() as line:
            await served_town.terminal("yu", line).presses_call("smoke")
        lines += await lines_until(program.stdout, "incident.raised")
        numbers = [int(line.split()[0]) for line in lines]
        assert numbers == sorted(set(numbers))
    finally:
        program.kill()
        await program.wait()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("gcc") is None, reason="no C compiler")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_terminal_of_the_documents_calls_until_it_is_heard(
    served: Served, served_town: TownBuilder, tmp_path: Path
) -> None:
    """Compiled without warnings; nobody answers at first: it tries again, calls otherwise too, and then is heard."""
    folder = tmp_path / "device"
    folder.mkdir()
    sources = (str(CLIENTS / "terminal.c"), str(Path(__file__).parent / "platform.c"))
    flags = ("-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1")
    compiling = await asyncio.create_subprocess_exec("gcc", *flags, *sources, "-o", str(folder / "terminal"))
    assert await compiling.wait() == 0
    whose = ("T-chen", served_town.keys["chen"].hex())

    async def press(kind: str) -> asyncio.subprocess.Process:
        command = (str(folder / "terminal"), "127.0.0.1", str(served.port), *whose, kind)
        return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=folder)

    pressed = await press("sos")
    assert pressed.stdout is not None
    silent = await lines_until(pressed.stdout, "other way")
    assert silent.count("lamp red") == 2
    await served.start()
    heard = await lines_until(pressed.stdout, "lamp green")
    assert await pressed.wait() == 0
    tried = [line for line in (*silent, *heard) if '{"msg_id"' in line]
    assert {line.split(" ", 1)[1] for line in tried} == {'{"msg_id":"1-1","kind":"sos"}'}
    assert tried[-1].startswith("200 ")
    again = await press("fall")
    assert again.stdout is not None
    out = (await again.communicate())[0].decode()
    assert '200 {"msg_id":"2-2","kind":"fall"}' in out
