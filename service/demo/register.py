"""The town's places, people and devices as values for rows, sealed where the tables are; refuses to write them."""

import random
from datetime import date, datetime, timedelta
from typing import Any

from models.types import AreaLevel, BedState, Datum, Family
from service.contracts.rules import needs_guardian
from service.demo.day import DIETS
from service.demo.knowing import id_values
from service.demo.menu import MenuItem
from service.demo.people import CARE_LEVELS, RELATIONS_CHILD, Elder, Household
from service.demo.town import Town, nearest_station
from service.intake.keys import new_key, seal_key
from service.vault import Vault

Row = dict[str, Any]
LICENSED_DAYS = 900
RIDE_MAX_MIN = 45
MEAL_NAMES = {"": "家常套餐", "低盐": "低盐套餐", "糖尿病餐": "控糖套餐", "软食": "软食套餐", "清真": "清真套餐"}
DIET_TAGS = {"": [], "低盐": ["low_salt"], "糖尿病餐": ["diabetic"], "软食": ["soft"], "清真": ["halal"]}
SILENT_SHARE = 0.02


def area_rows(town: Town) -> list[Row]:
    """Districts, streets and communities, parents first; the city above them is not the service's business."""
    levels = {level.value for level in AreaLevel}
    return [
        {"code": a.code, "name": a.short, "level": a.kind, "parent_code": a.parent if a.kind != "district" else None}
        for a in town.areas
        if a.kind in levels
    ]


def provider_rows(town: Town, today: date) -> list[Row]:
    """Legal bodies with a licence that holds."""
    until = today + timedelta(days=LICENSED_DAYS)
    return [{"name": p.name, "licence_no": p.licence_number, "licence_until_on": until} for p in town.providers]


def station_rows(town: Town, providers: list[int]) -> list[Row]:
    """Care stations; `providers` are the ids of the town's providers in order."""
    return [
        {
            "provider_id": providers[s.provider],
            "name": s.name,
            "area_code": s.area_code,
            "address": s.site.address,
            **_place(s.site),
        }
        for s in town.stations
    ]


def canteen_rows(town: Town, providers: list[int]) -> list[Row]:
    """Canteens, each with when lunch is ready and how long it may ride."""
    return [
        {
            "provider_id": providers[c.provider],
            "area_code": c.site.area_code,
            "name": c.name,
            "address": c.site.address,
            "ready_min": c.ready_min,
            "ride_max_min": RIDE_MAX_MIN,
            **_place(c.site),
        }
        for c in town.canteens
    ]


def meal_rows(canteens: list[int]) -> list[Row]:
    """What every canteen cooks today: one lunch for each diet."""
    prices = {"软食": 1700}
    return [
        {"canteen_id": canteen, "name": name, "price_fen": prices.get(diet, 1500), "diet": DIET_TAGS[diet]}
        for canteen in canteens
        for diet, name in MEAL_NAMES.items()
    ]


def meal_of(diet: str, canteen: int) -> int:
    """The place, among the rows of `meal_rows`, of the lunch for a diet from the canteen at that place."""
    known = list(MEAL_NAMES)
    return canteen * len(known) + (known.index(diet) if diet in known else 0)


def menu_rows(menu: tuple[MenuItem, ...]) -> list[Row]:
    """The menu of the six families, patrol, volunteering and respite."""
    return [
        {
            "code": item.code,
            "family": Family(item.family),
            "name_zh": item.name,
            "name_en": item.english,
            "duration_min": item.duration_min,
            "people": item.people,
            "skill": item.skill,
            "level": item.level,
            "delivered": item.code in ("meal.lunch", "meal.soft"),
        }
        for item in menu
    ]


def price_rows(menu: tuple[MenuItem, ...], items: list[int], today: date) -> list[Row]:
    """Prices that began with the year before."""
    since = date(today.year - 1, 1, 1)
    return [{"item_id": n, "price_fen": i.price_fen, "from_on": since} for i, n in zip(menu, items, strict=True)]


def household_rows(town: Town, vault: Vault) -> list[Row]:
    """Dwellings with how to get in; stairs without a lift cost minutes."""
    return [_household(h, vault, random.Random(f"access {h.number}")) for h in town.households]


def _household(household: Household, vault: Vault, rng: random.Random) -> Row:
    home = household.home
    holder, _, phone = household.key_holder.rpartition(" ")
    gate = f"{rng.randrange(10_000):04d}#" if "密码" in household.entry_note else None
    notes = [household.entry_note] if household.entry_note else []
    notes += ["家中有犬"] if household.has_dog else []
    return {
        "area_code": home.area_code,
        "address": home.address,
        "floor": home.floor,
        "lift": home.lift,
        "access_note": "；".join(notes) or None,
        "access_min": 0 if home.lift or home.floor < 4 else 1,
        "gate_code_sealed": vault.seal(gate, "household.gate_code_sealed") if gate else None,
        "key_holder": holder or None,
        "key_holder_phone_sealed": vault.seal(phone, "household.key_holder_phone_sealed") if phone else None,
        **_place(home),
    }


def elder_rows(town: Town, vault: Vault, households: list[int], providers: list[int]) -> list[Row]:
    """The register; each elder belongs to the provider whose station is nearest."""
    near = [nearest_station(h.home, town.stations) for h in town.households]
    rows = []
    for place, elder in enumerate(town.elders):
        household = town.households[elder.household]
        rows.append(
            {
                **id_values(elder, place, vault),
                "household_id": households[elder.household],
                "area_code": household.home.area_code,
                "provider_id": providers[town.stations[near[elder.household]].provider],
                "name": elder.name,
                "sex": elder.sex,
                "born_on": elder.born_on,
                "ability": CARE_LEVELS.index(elder.care_level),
                "lives_alone": household.lives_alone,
                "categories": list(elder.categories),
                "dialect": elder.dialect or None,
                "notes": _note(elder, household),
                "phone_sealed": vault.seal(elder.phone, "elder.phone_sealed") if elder.phone else None,
                "phone_hash": vault.keyed_hash(elder.phone) if elder.phone else None,
                "conditions_sealed": vault.seal(elder.health_note, "elder.conditions_sealed")
                if elder.health_note
                else None,
            }
        )
    return rows


def _note(elder: Elder, household: Household) -> str | None:
    """What whoever answers a call should know at once."""
    notes = []
    if "dementia" in elder.categories:
        notes.append("失智，可能走失")
    if elder.care_level in ("severe", "total"):
        notes.append("不能自己起身")
    elif "disabled" in elder.categories:
        notes.append("行动不便")
    if len(household.elders) == 2:
        notes.append("与老伴同住")
    return "；".join(notes) or None


def contact_rows(town: Town, vault: Vault, elders: list[int]) -> list[Row]:
    """Whom to call; a couple shares its contacts, so both of them get a row.

    For who cannot sign the first contact is the guardian, if they are family; else the village committee stands in.
    """
    family = {relation for _, relation in RELATIONS_CHILD}
    rows = []
    for contact in town.contacts:
        household = town.households[town.elders[contact.elder].household]
        for elder in household.elders:
            unable = needs_guardian(CARE_LEVELS.index(town.elders[elder].care_level), town.elders[elder].categories)
            rows.append(
                {
                    "elder_id": elders[elder],
                    "rank": contact.rank,
                    "guardian": unable and contact.rank == 1 and contact.relation in family,
                    "name": contact.name,
                    "relation": contact.relation,
                    "phone_sealed": vault.seal(contact.phone, "contact.phone_sealed"),
                    "phone_hash": vault.keyed_hash(contact.phone),
                    "note": "有钥匙" if contact.holds_key else None,
                }
            )
    return rows


def bed_rows(town: Town, elders: list[int], providers: list[int], stations: list[int], now: datetime) -> list[Row]:
    """Family care beds at every stage of their life."""
    return [
        {
            "elder_id": elders[b.elder],
            "provider_id": providers[b.provider],
            "station_id": stations[b.station],
            "area_code": town.households[b.household].home.area_code,
            "state": BedState(b.state),
            "state_since_at": now - timedelta(days=b.since_days),
        }
        for b in town.beds
    ]


def silent_terminals(town: Town) -> set[str]:
    """Devices that have not been heard of for days, always the same ones: every real fleet has some."""
    rng = random.Random(f"silent {town.seed}")
    return {terminal.number for terminal in town.terminals if rng.random() < SILENT_SHARE}


def terminal_rows(
    town: Town,
    vault: Vault,
    keys: dict[str, bytes],
    households: list[int],
    elders: list[int],
    providers: list[int],
    stations: list[int],
    now: datetime,
) -> list[Row]:
    """Call devices with sealed keys; a dwelling's device names the elder with the bed, else the first there."""
    rng = random.Random(f"fleet {town.seed}")
    bedded = {bed.household: bed for bed in town.beds}
    rows, quiet = [], silent_terminals(town)
    for terminal in town.terminals:
        household = town.households[terminal.household]
        bed = bedded.get(terminal.household)
        elder = terminal.elder if terminal.elder is not None else bed.elder if bed else household.elders[0]
        station = bed.station if bed else nearest_station(household.home, town.stations)
        silent = terminal.number in quiet
        rows.append(
            {
                "id": terminal.number,
                "household_id": households[terminal.household],
                "elder_id": elders[elder],
                "station_id": stations[station],
                "provider_id": providers[town.stations[station].provider],
                "area_code": household.home.area_code,
                "model": terminal.model,
                "key_sealed": seal_key(vault, terminal.number, keys[terminal.number]),
                "seen_at": now - timedelta(days=rng.randint(1, 20)) if silent else now,
                "online": not silent,
                "battery": terminal.battery,
                "signal": rng.randint(-108, -62),
                "worn": True if terminal.kind == "wristband" else None,
                "firmware": terminal.firmware,
                "installed_at": now - timedelta(days=terminal.installed_days_ago),
                "tested_at": None
                if terminal.tested_days_ago is None
                else now - timedelta(days=terminal.tested_days_ago),
            }
        )
    return rows


def stock_rows(town: Town, vault: Vault, providers: list[int], stations: list[int]) -> list[Row]:
    """Two bedside callers that wait in each station's stock; their keys are nobody's until they are claimed."""
    rows = []
    for place, station in enumerate(town.stations):
        for number in (1, 2):
            name = f"YT-9{place + 1:02d}{number:02d}"
            rows.append(
                {
                    "id": name,
                    "station_id": stations[place],
                    "provider_id": providers[station.provider],
                    "area_code": station.area_code,
                    "model": town.terminals[0].model,
                    "key_sealed": seal_key(vault, name, new_key()),
                }
            )
    return rows


def _place(site: Any) -> Row:
    return {"lon": site.lon, "lat": site.lat, "datum": Datum.WGS84}


assert {diet for diet, _ in DIETS} - {"不吃海鲜"} == set(MEAL_NAMES)  # noqa: S101  every diet that is ordered is cooked
