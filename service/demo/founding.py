"""Writes everything in the demo town that lasts longer than a day; refuses to know what day it is there."""

import time
from pathlib import Path
from typing import Any

from sqlalchemy import select

from models import (
    Area,
    Assessment,
    Bed,
    BedDevice,
    BedPause,
    BedStep,
    Canteen,
    Caregiver,
    CaregiverSkill,
    Consent,
    Contact,
    Contract,
    ContractTemplate,
    Elder,
    ElderCategory,
    Household,
    Meal,
    MenuItem,
    MenuPrice,
    Provider,
    Station,
    Terminal,
    WaitingEntry,
    WorksItem,
    WorksOrder,
    WorksPhoto,
)
from service.bulk import add_numbered, add_rows
from service.clock import Clock
from service.db import Database
from service.demo import bedlife, crew, homefiles, knowing, pictures, register
from service.demo.crew import Crew
from service.demo.days import Founded, Standing
from service.demo.today import Register
from service.demo.town import Town
from service.vault import Vault

Row = dict[str, Any]


async def write_town(
    database: Database, clock: Clock, vault: Vault, home: Path, town: Town, founded: Founded
) -> Standing:
    """Areas, bodies, people, devices and accounts, with the files that the simulator and the operator need."""
    began = time.monotonic()
    providers, stations, ids = await _write_register(database, clock, vault, town, founded)
    since = founded.stage("register", began)
    keys = homefiles.new_keys(town)
    homefiles.write_keys(home, keys)
    homefiles.write_basemap(home, town.ground)
    rows = register.terminal_rows(town, vault, keys, ids.households, ids.elders, providers, stations, clock.now())
    await add_rows(database, Terminal, rows)
    await add_rows(database, Terminal, register.stock_rows(town, vault, providers, stations))
    since = founded.stage("terminals", since)
    await _write_beds(database, clock, vault, town, founded, providers, stations, ids)
    since = founded.stage("beds", since)
    people = await _write_people(database, clock, vault, home, town, founded, providers, stations)
    founded.stage("people", since)
    return Standing(town, ids, people)


async def _write_register(
    database: Database, clock: Clock, vault: Vault, town: Town, founded: Founded
) -> tuple[list[int], list[int], Register]:
    """Answers the ids of providers and stations, and those that orders point to."""
    await add_rows(database, Area, register.area_rows(town))
    providers = await add_numbered(database, Provider, register.provider_rows(town, founded.on))
    stations = await add_numbered(database, Station, register.station_rows(town, providers))
    canteens = await add_numbered(database, Canteen, register.canteen_rows(town, providers))
    meals = await add_numbered(database, Meal, register.meal_rows(canteens))
    items = await add_numbered(database, MenuItem, register.menu_rows(town.menu))
    await add_numbered(database, MenuPrice, register.price_rows(town.menu, items, founded.on))
    households = await add_numbered(database, Household, register.household_rows(town, vault))
    elder_rows = register.elder_rows(town, vault, households, providers)
    elders = await add_numbered(database, Elder, elder_rows)
    await add_numbered(database, Contact, register.contact_rows(town, vault, elders))
    await add_rows(database, ElderCategory, knowing.category_rows(town, elders, clock.now(), founded.on))
    await add_rows(database, Consent, knowing.consent_rows(town, elders, clock.now()))
    codes = {item.code: ident for item, ident in zip(town.menu, items, strict=True)}
    elder_providers = [row["provider_id"] for row in elder_rows]
    return providers, stations, Register(households, elders, elder_providers, canteens, meals, codes)


async def _write_beds(
    database: Database,
    clock: Clock,
    vault: Vault,
    town: Town,
    founded: Founded,
    providers: list[int],
    stations: list[int],
    ids: Register,
) -> None:
    """The family beds at every stage with all that stands behind them, and who waits for one."""
    now, on = clock.now(), founded.on
    beds = await add_numbered(database, Bed, register.bed_rows(town, ids.elders, providers, stations, now))
    async with database.reading() as session:
        guardians = dict((await session.execute(select(Contact.elder_id, Contact.id).where(Contact.guardian))).all())
    mine = bedlife.Ids(ids.households, ids.elders, providers, beds, guardians)
    await add_rows(database, BedStep, bedlife.step_rows(town, mine, now))
    known = bedlife.assessment_rows(town, mine, now, on)
    await add_rows(database, Assessment, known)
    others = knowing.assessment_rows(town, ids.elders, [row["elder_id"] for row in known], now, on)
    await add_rows(database, Assessment, others)
    await _write_works(database, vault, *bedlife.works_rows(town, mine, now))
    await add_rows(database, BedDevice, bedlife.device_rows(town, mine, now))
    rows = bedlife.template_rows(town, now, on)
    numbers = await add_numbered(database, ContractTemplate, rows)
    templates = {(row["area_code"][:6], row["version"]): n for row, n in zip(rows, numbers, strict=True)}
    prices = [{"code": item.code, "name_zh": item.name, "price_fen": item.price_fen} for item in town.menu]
    await add_rows(database, Contract, bedlife.contract_rows(town, mine, templates, prices, now, on))
    await add_rows(database, BedPause, bedlife.pause_rows(town, mine, on))
    await add_rows(database, WaitingEntry, bedlife.waiting_rows(town, mine, on))


async def _write_works(database: Database, vault: Vault, orders: list[Row], items: list[list[Row]]) -> None:
    """Works with their items, and the pictures that each could not have come so far without."""
    works = await add_numbered(database, WorksOrder, orders)
    lines = [item | {"works_id": ident} for ident, group in zip(works, items, strict=True) for item in group]
    numbers = await add_numbered(database, WorksItem, lines)
    of = [order for order, group in zip(orders, items, strict=True) for _ in group]
    pictured = [(order, line | {"id": n}) for order, line, n in zip(of, lines, numbers, strict=True)]
    await add_rows(database, WorksPhoto, pictures.photo_rows(pictured, vault))


async def _write_people(
    database: Database,
    clock: Clock,
    vault: Vault,
    home: Path,
    town: Town,
    founded: Founded,
    providers: list[int],
    stations: list[int],
) -> Crew:
    """Caregivers with their skills, and everybody's account with a password that only the home folder knows."""
    caregivers = await add_numbered(database, Caregiver, crew.caregiver_rows(town, vault, providers, stations))
    await add_numbered(database, CaregiverSkill, crew.skill_rows(town, caregivers, founded.on))
    passwords = homefiles.new_passwords(town)
    homefiles.write_accounts(home, town, passwords)
    accounts = await crew.add_accounts(database, town, providers, stations, caregivers, passwords, clock.now())
    for statement in knowing.signatures(town, accounts):
        async with database.writing() as session:
            await session.execute(statement)
    return Crew(stations, caregivers, accounts, vault)
