"""Files of the demo in the home folder: keys of terminals, passwords, the drawn map; refuses others a look."""

import os
import secrets
from pathlib import Path
from typing import Any

import orjson

from service.demo.ground import Ground, basemap
from service.demo.town import Town
from service.errors import ServiceError
from service.intake.keys import new_key

TERMINALS, ACCOUNTS, BASEMAP = "demo-terminals.jsonl", "demo-accounts.json", "basemap.json"
LETTERS = "23456789bcdfghjkmnpqrstvwxz"
"""No vowels, nothing that looks like something else: neither words nor anybody's login come about by chance."""
MADE_BY = "unwalled demo"


class DemoFileMissing(ServiceError):
    """A file that the demo wrote is not there any more."""

    code, status = "demo.file_missing", 500


def new_password() -> str:
    """Twelve random characters in three groups: about 57 bits, easy to type."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def new_passwords(town: Town) -> dict[str, str]:
    """By login: one password each for the desk, one for all caregivers' phones, new in every install."""
    shared = new_password()
    return {a.login: shared if a.role == "caregiver" else new_password() for a in town.accounts}


def new_keys(town: Town) -> dict[str, bytes]:
    """By terminal: a new 256-bit key."""
    return {terminal.number: new_key() for terminal in town.terminals}


def write_keys(home: Path, keys: dict[str, bytes]) -> None:
    """Keep the terminals' keys for the simulator, one JSON object a line, mode 600."""
    lines = [orjson.dumps({"terminal": name, "key": key.hex()}) for name, key in keys.items()]
    _write_private(home / TERMINALS, b"\n".join(lines) + b"\n")


def read_keys(home: Path) -> dict[str, bytes]:
    """By terminal: its key. Raises DemoFileMissing."""
    lines = _read(home / TERMINALS).splitlines()
    return {line["terminal"]: bytes.fromhex(line["key"]) for line in map(orjson.loads, lines)}


def write_accounts(home: Path, town: Town, passwords: dict[str, str]) -> None:
    """Keep who can sign in with which password, mode 600."""
    people = [
        {"name": a.login, "display": a.display, "role": a.role, "areas": a.areas, "password": passwords[a.login]}
        | {"on_shift": a.caregiver is not None and town.caregivers[a.caregiver].shift is not None}
        for a in town.accounts
    ]
    _write_private(home / ACCOUNTS, orjson.dumps(people, option=orjson.OPT_INDENT_2))


def read_accounts(home: Path) -> list[dict[str, Any]]:
    """Everybody who can sign in: name, display, role, areas, password, and who works by day. Raises DemoFileMissing."""
    people: list[dict[str, Any]] = orjson.loads(_read(home / ACCOUNTS))
    return people


def write_basemap(home: Path, ground: Ground) -> None:
    """Draw the schematic map, unless a map of a real town (`unwalled map`) is there."""
    file = home / BASEMAP
    if file.exists() and orjson.loads(file.read_bytes()).get("made_by") != MADE_BY:
        return
    partial = file.with_suffix(".part")
    partial.write_bytes(orjson.dumps({**basemap(ground), "made_by": MADE_BY}))
    partial.replace(file)


def _write_private(file: Path, content: bytes) -> None:
    """Replace a file whole; nobody else may ever read it, not even half written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".part")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
    partial.replace(file)


def _read(file: Path) -> bytes:
    if not file.exists():
        raise DemoFileMissing(
            f"{file} is missing: the demo cannot be played without it. Start `unwalled serve --demo` with this home; "
            "if the town stands already, delete its database and start again"
        )
    return file.read_bytes()
