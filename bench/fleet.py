"""A fleet of call terminals in a fresh database, each in a home of its own; nobody in it exists."""

from __future__ import annotations

from datetime import date

from models import Area, Elder, Household, Terminal
from models.types import AreaLevel, Datum
from service.bulk import add_rows
from service.clock import Clock
from service.db import Database
from service.intake.keys import seal_key
from service.schema import migrate
from service.vault import Vault

SECRET = "a secret that only measurements use"
KEY = bytes(range(32))
AREA = "370613001001"


def name_of(number: int) -> str:
    """The id of the fleet's terminal of this number."""
    return f"B-{number}"


async def found(url: str, terminals: int) -> None:
    """Bring the database to the newest schema and write the fleet."""
    await migrate(url)
    database, vault = Database(url, Clock()), Vault(SECRET)
    numbers = range(1, terminals + 1)
    await add_rows(database, Area, [{"code": AREA, "name": "Bench", "level": AreaLevel.COMMUNITY, "parent_code": None}])
    place = {"area_code": AREA, "lon": 121.4, "lat": 37.5, "datum": Datum.WGS84, "lift": False, "access_min": 0}
    await add_rows(database, Household, [{**place, "id": n, "address": f"{n} Bench Street"} for n in numbers])
    who = {"area_code": AREA, "sex": "F", "born_on": date(1940, 1, 1), "lives_alone": True, "categories": []}
    await add_rows(database, Elder, [{**who, "id": n, "household_id": n, "name": f"Elder {n}"} for n in numbers])
    device = {"area_code": AREA, "model": "bench", "boot": 0, "counter": 0, "online": True}
    rows = [
        {**device, "id": name_of(n), "household_id": n, "elder_id": n, "key_sealed": seal_key(vault, name_of(n), KEY)}
        for n in numbers
    ]
    await add_rows(database, Terminal, rows)
    await database.close()
