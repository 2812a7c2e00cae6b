"""Who works in the town: caregivers, skills, the shifts and duties of a day, accounts; refuses to keep a password."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from models.types import Mode, Post, Role
from service.accounts.actions import create_account
from service.accounts.passwords import hash_password
from service.db import Database
from service.demo.town import Town
from service.demo.workforce import Caregiver
from service.town_clock import local_midnight
from service.vault import Vault

Row = dict[str, Any]
BREAK_MIN = 40
NIGHT_WATCH = (1080, 1920)
"""Whoever has no shift by day watches by night, 18:00 to 8:00: calls come at any hour."""
DUTY_DAYS = 15
"""The desk looks a fortnight ahead from this moment on, into the fifteenth day."""
ACCOUNTS_A_CHUNK = 8
PORTERS = frozenset({"ebike", "car"})
COURIER_BAG, OTHER_BAG = 15, 8
POSTS = {"committee": Post.VILLAGE}


@dataclass(frozen=True)
class Crew:
    """Ids of the rows, in the order of the town's lists; accounts by login."""

    stations: list[int]
    caregivers: list[int]
    accounts: dict[str, int]
    vault: Vault


def is_courier(caregiver: Caregiver) -> bool:
    """Whether this caregiver carries lunches with the big bag at noon: the lower grades who ride or drive."""
    return caregiver.level >= 4 and caregiver.mode in PORTERS


def caregiver_rows(town: Town, vault: Vault, providers: list[int], stations: list[int]) -> list[Row]:
    """Caregivers with their grade; a bag holds 12 lunches for couriers, a few for others who do not walk."""
    return [
        {
            "provider_id": providers[c.provider],
            "station_id": stations[c.station],
            "area_code": town.stations[c.station].area_code,
            "name": c.name,
            "sex": c.sex,
            "level": c.level,
            "mode": Mode(c.mode),
            "trained": True,
            "courier": is_courier(c),
            "bag_portions": COURIER_BAG if is_courier(c) else OTHER_BAG if c.mode in PORTERS else 0,
            "phone_sealed": vault.seal(c.phone, "caregiver.phone_sealed"),
        }
        for c in town.caregivers
    ]


def skill_rows(town: Town, caregivers: list[int], today: date) -> list[Row]:
    """Skills; medical ones end on the day the certificate does."""
    return [
        {
            "caregiver_id": ident,
            "skill": skill,
            "until_on": today + timedelta(days=c.certificate_days_left) if skill == "medical" else None,
        }
        for c, ident in zip(town.caregivers, caregivers, strict=True)
        for skill in c.skills
    ]


def shift_rows(town: Town, caregivers: list[int], day: date) -> list[Row]:
    """Everybody's stretch of work on a local day, with a floating break at noon for those who work by day."""
    midnight = local_midnight(day)
    rows = []
    for c, ident in zip(town.caregivers, caregivers, strict=True):
        start, end = c.shift or NIGHT_WATCH
        rest = (c.rest[0] - 30, c.rest[1] + 30) if c.shift and c.rest else None
        rows.append(
            {
                "caregiver_id": ident,
                "from_at": midnight + timedelta(minutes=start),
                "to_at": midnight + timedelta(minutes=end),
                "break_min": BREAK_MIN if rest else 0,
                "break_from_at": midnight + timedelta(minutes=rest[0]) if rest else None,
                "break_to_at": midnight + timedelta(minutes=rest[1]) if rest else None,
            }
        )
    return rows


def duty_rows(town: Town, crew: Crew, day: date) -> list[Row]:
    """Who answers on a real day: the roster is on real time, as calls are. Committees have a number, no account."""
    midnight = local_midnight(day)
    return [
        {
            "post": POSTS.get(duty.role) or Post(duty.role),
            "area_code": duty.area_code,
            "station_id": None if duty.station is None else crew.stations[duty.station],
            "account_id": None if duty.account is None else crew.accounts[duty.account],
            "name": duty.display,
            "phone_sealed": crew.vault.seal(duty.phone, "duty.phone_sealed"),
            "from_at": midnight + timedelta(minutes=duty.from_min),
            "to_at": midnight + timedelta(minutes=duty.to_min),
        }
        for duty in town.duties
    ]


async def add_accounts(
    database: Database,
    town: Town,
    providers: list[int],
    stations: list[int],
    caregivers: list[int],
    passwords: dict[str, str],
    now: datetime,
) -> dict[str, int]:
    """Make everybody's account through the accounts' own action; the same password is hashed once."""
    hashes = {password: await hash_password(password) for password in set(passwords.values())}
    made: dict[str, int] = {}
    for start in range(0, len(town.accounts), ACCOUNTS_A_CHUNK):
        async with database.writing() as session:
            for account in town.accounts[start : start + ACCOUNTS_A_CHUNK]:
                row = await create_account(
                    session,
                    now,
                    account.login,
                    account.display,
                    Role(account.role),
                    account.areas,
                    password_hash=hashes[passwords[account.login]],
                    provider_id=None if account.provider is None else providers[account.provider],
                    station_id=None if account.station is None else stations[account.station],
                    caregiver_id=None if account.caregiver is None else caregivers[account.caregiver],
                )
                made[account.login] = row.id
    return made
