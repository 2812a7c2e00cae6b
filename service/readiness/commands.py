"""`unwalled lint` and `unwalled audit`: what would let a call go unheard, and whether the audit trail holds."""

import json
import sys

from service import audit
from service.clock import Clock
from service.db import Database
from service.readiness.lint import count_terminals, lint
from service.settings import Settings
from service.vault import Vault


async def print_lint(settings: Settings, *, as_json: bool) -> int:
    """Print every finding, a line each; 1 when there is a red one, else 0."""
    clock = Clock()
    database = Database(settings.database_url, clock)
    try:
        async with database.reading() as session:
            found = await lint(session, settings, Vault(settings.secret_key, settings.other_secret_keys), clock.now())
            terminals = await count_terminals(session)
    finally:
        await database.close()
    for one in found:
        facts = " ".join(f"{name}={value}" for name, value in one.facts.items())
        line = f"{one.level:6} {one.code:20} {one.area_code or '-':12} {one.count:5}  {', '.join(one.subjects)} {facts}"
        print(json.dumps(one.as_json(), ensure_ascii=False) if as_json else line.rstrip())
    red = sum(one.level == "red" for one in found)
    if not as_json:
        print(f"{red} red, {len(found) - red} yellow; {terminals} terminals rely on it")
    return 1 if red else 0


async def verify_audit(settings: Settings, anchor: str | None) -> int:
    """Check the audit trail's whole chain, and that a hash seen earlier is still in it; 1 with every break named."""
    database = Database(settings.database_url, Clock())
    try:
        async with database.reading() as session:
            broken = await audit.verify(session, bytes.fromhex(anchor) if anchor else None)
            end = await audit.newest_seal(session)
            open_lines = await audit.count_unsealed(session)
    finally:
        await database.close()
    for one in broken:
        print(f"seal {one.seal}: {one.problem}", file=sys.stderr)
    seals, mark = (0, "-") if end is None else (end.id, end.hash.hex())
    print(f"{seals} seals, {len(broken)} breaks, {open_lines} lines not sealed yet; the end of the chain is {mark}")
    return 1 if broken else 0
