"""Where compiled functions are kept: a folder named after the sources, so that a changed file never meets old code.

Numba looks only at the file of the function itself; what it calls in other files would stay as it was compiled.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOMS = ("kernel", "flat")
"""The rooms with compiled functions; the second takes its way of compiling from the first."""


def fingerprint(rooms: tuple[str, ...] = ROOMS[:1]) -> str:
    """A short hash of every source file of these rooms and where they lie, of Python, of Numba and of the processor.

    Numba keeps what it compiled by the path of the source, so that another checkout has to compile its own.
    """
    here = Path(__file__).resolve().parent
    digest = hashlib.sha256(f"{here} {sys.version_info[:3]} {version('numba')} {_processor()}".encode())
    for room in rooms:
        for file in sorted((here.parent / room).glob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _processor() -> str:
    """Model and abilities of the first processor: compiled code is not carried to another kind."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0].splitlines()
    except OSError:
        return platform.processor()
    return " ".join(line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part")))


def folder(room: str = "kernel") -> Path:
    """A writable folder: below NUMBA_CACHE_DIR, else the user's cache, else the machine's temporary folder."""
    name = f"{room}-{fingerprint(ROOMS[: ROOMS.index(room) + 1])}"
    given = os.environ.get("NUMBA_CACHE_DIR")
    user = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    for base in (given, str(Path(user) / "unwalled"), str(Path(tempfile.gettempdir()) / f"unwalled-{os.getuid()}")):
        if base and _writable(Path(base) / name):
            return Path(base) / name
    return Path(tempfile.mkdtemp(prefix="unwalled-"))


def mark() -> Path:
    """The file that says that everything in these versions of all rooms has been compiled on this machine."""
    return folder() / f"compiled-{fingerprint(ROOMS)}"


def warmed() -> bool:
    """Whether nobody will have to wait for a compiler."""
    return mark().exists()


def _writable(path: Path) -> bool:
    try:
        path.mkdir(parents=True, exist_ok=True)
        owned = path.stat().st_uid == os.getuid()
    except OSError:
        return False
    return owned and os.access(path, os.W_OK)
