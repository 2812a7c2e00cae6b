"""Verbs on the register: register, change, contacts, consents, reveal; refuses the same person twice."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Area, Consent, Contact, Elder, Household, Provider, Terminal
from models.types import AreaLevel, Purpose
from service import audit
from service.auth import Actor
from service.bodies import all_faults
from service.clock import LOCAL
from service.elders import checking, queries, rules
from service.elders.behalf import names_of_callers
from service.elders.categories import add_categories, refresh_categories
from service.elders.consents import refuse_withdrawn
from service.elders.standing import get_standing
from service.errors import Conflict, FieldProblem, NotFound
from service.vault import Vault

HEALTH = {"conditions", "medicines"}
"""Fields that tell of somebody's health."""


class AlreadyRegistered(Conflict):
    """Somebody with this ID number is in the register; `elder_id` names them when they are within scope."""

    code = "elder.already_registered"


class ChangedMeanwhile(Conflict):
    """Somebody else changed this elder; `version` is what stands now."""

    code = "elder.changed_meanwhile"


async def register_elder(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    wanted: Mapping[str, Any],
    now: datetime,
    *,
    import_id: int | None = None,
    unread: Sequence[FieldProblem] = (),
) -> int:
    """Register a person with home, categories, contacts and consents; answers the new id.

    `unread` are the faults of what could not be read. Raises BadInput naming these and every other, AlreadyRegistered,
    NotFound for a home or provider outside the scope; nothing is written before all of that is checked.
    """
    values, home, contacts = await _read_person(session, actor, vault, wanted, now, unread)
    await refuse_double(session, actor, values.get("id_number_hash"))
    values["provider_id"] = await _provider(session, actor, wanted["provider_id"])
    household = await _household(session, actor, home, wanted["household_id"])
    elder = Elder(**values, household_id=household.id, area_code=household.area_code, import_id=import_id)
    today = now.astimezone(LOCAL).date()
    elder.registered_on, elder.version, elder.categories = today, 1, []
    session.add(elder)
    await session.flush()
    session.add_all(Contact(elder_id=elder.id, **{**row, "id": None}) for row in contacts)
    add_categories(session, elder.id, wanted["categories"], now, actor.account_id)
    for consent in wanted["consents"]:
        session.add(Consent(elder_id=elder.id, noted_at=now, noted_by=actor.account_id, **consent))
    await refresh_categories(session, elder, today)
    audit.note(session, now, actor.account_id, "elder.registered", f"elder:{elder.id}")
    return elder.id


async def check_elder(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    wanted: Mapping[str, Any],
    now: datetime,
    unread: Sequence[FieldProblem] = (),
) -> bytes | None:
    """Everything that registering would refuse, without registering; answers the keyed hash of the ID number."""
    values, _, _ = await _read_person(session, actor, vault, wanted, now, unread)
    await refuse_double(session, actor, values.get("id_number_hash"))
    found: bytes | None = values.get("id_number_hash")
    return found


async def change_elder(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    elder_id: int,
    wanted: dict[str, Any],
    now: datetime,
    *,
    unread: Sequence[FieldProblem] = (),
) -> None:
    """Change the fields of `wanted` that are there, if the elder still stands at its `version`.

    Raises NotFound, ChangedMeanwhile, BadInput naming every fault, AlreadyRegistered for somebody else's ID number.
    """
    elder = await queries.get_elder(session, actor, elder_id)
    wanted = dict(wanted)
    version, home = wanted.pop("version", 0), wanted.pop("home", None)
    household_id = wanted.pop("household_id", None)
    today = now.astimezone(LOCAL).date()
    values, faults = checking.person_values(wanted, vault, today, known=elder)
    faults += [_empty(field) for field in ("name", "lives_alone") if field in wanted and wanted[field] is None]
    faults += _against_id(elder, values, vault, today)
    place, more = ({}, []) if home is None else checking.home_values(home, vault)
    checking.refuse(all_faults(unread, faults + more))
    if values.get("id_number_hash") is not None:
        await refuse_double(session, actor, values["id_number_hash"], elder_id)
    if values.get("provider_id") is not None:
        values["provider_id"] = await _provider(session, actor, values["provider_id"])
    if household_id is not None:
        moved = await _household(session, actor, {}, household_id)
        values |= {"household_id": moved.id, "area_code": moved.area_code}
    await _step(session, elder, version, values)
    if household_id is not None:
        await _bring_terminals(session, elder, now)
    if place:
        await session.execute(update(Household).where(Household.id == elder.household_id).values(place))
    fields = sorted({*wanted, *(f"home.{field}" for field in home or {})})
    audit.note(session, now, actor.account_id, "elder.changed", f"elder:{elder_id}", ", ".join(fields)[:400])


async def set_contacts(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    elder_id: int,
    wanted: Mapping[str, Any],
    now: datetime,
    *,
    unread: Sequence[FieldProblem] = (),
) -> None:
    """Put the whole ladder of contacts anew, in its order. Raises NotFound, MergedAway, ChangedMeanwhile, BadInput."""
    elder = await get_standing(session, actor, elder_id)
    known = {contact.id: contact for contact in await queries.contacts_of(session, elder_id)}
    asked = wanted.get("contacts", [])
    rows, faults = checking.contact_values(asked, known, vault)
    ids = [one["id"] for one in asked if one["id"] is not None]
    foreign = [number for number in ids if number not in known] + [n for n in set(ids) if ids.count(n) > 1]
    faults += [
        FieldProblem("contacts.id", f"{n} is not one of this elder's, or twice", "an id, or none") for n in foreign
    ]
    struck = await queries.contacts_in_use(session, known.keys() - set(ids))
    faults += [
        FieldProblem("contacts", f"{known[n].name} stands in a contract or in respite", "keep them, lower down")
        for n in sorted(struck)
    ]
    checking.refuse(all_faults(unread, faults))
    await _step(session, elder, wanted["version"], {})
    await session.execute(delete(Contact).where(Contact.elder_id == elder_id, Contact.id.not_in(ids)))
    for row in rows:
        number = row.pop("id")
        if number is None:
            session.add(Contact(elder_id=elder_id, **row))
        else:
            await session.execute(update(Contact).where(Contact.id == number).values(row))
    audit.note(session, now, actor.account_id, "elder.contacts", f"elder:{elder_id}", f"{len(rows)} contacts")


async def note_consent(
    session: AsyncSession, actor: Actor, elder_id: int, wanted: Mapping[str, Any], now: datetime
) -> None:
    """Note that somebody allowed something, or took it back; what was said before stays.

    Raises NotFound, MergedAway.
    """
    elder = await get_standing(session, actor, elder_id)
    elder.version += 1
    session.add(Consent(elder_id=elder_id, noted_at=now, noted_by=actor.account_id, **wanted))
    await session.flush()
    given = "given" if wanted["given"] else "withdrawn"
    audit.note(session, now, actor.account_id, f"consent.{given}", f"elder:{elder_id}", f"{wanted['purpose']}")


async def reveal(
    session: AsyncSession, actor: Actor, vault: Vault, elder_id: int, fields: Sequence[str], reason: str, now: datetime
) -> dict[str, Any]:
    """These fields in full, with a line in the audit trail that says who asked and why.

    Raises NotFound, ConsentWithdrawn for health when that was taken back and no call for help is open.
    """
    elder = await queries.get_elder(session, actor, elder_id)
    if HEALTH & set(fields) and not await queries.in_need(session, elder):
        await refuse_withdrawn(session, elder_id, Purpose.HEALTH)
    home = await session.get_one(Household, elder.household_id)
    audit.note(session, now, actor.account_id, "elder.reveal", f"elder:{elder_id}", f"{', '.join(fields)}: {reason}")
    sealed = {
        "id_number": (elder.id_number_sealed, "elder.id_number_sealed"),
        "phone": (elder.phone_sealed, "elder.phone_sealed"),
        "conditions": (elder.conditions_sealed, "elder.conditions_sealed"),
        "medicines": (elder.medicines_sealed, "elder.medicines_sealed"),
        "gate_code": (home.gate_code_sealed, "household.gate_code_sealed"),
        "key_holder_phone": (home.key_holder_phone_sealed, "household.key_holder_phone_sealed"),
    }
    shown: dict[str, Any] = {field: vault.open_text(*sealed[field]) for field in fields if field in sealed}
    if "name" in fields:
        shown["name"] = elder.name
    if "contacts" in fields:
        contacts = await queries.contacts_of(session, elder_id)
        shown["contacts"] = [
            {"id": one.id, "name": one.name, "phone": vault.open_text(one.phone_sealed, "contact.phone_sealed")}
            for one in contacts
        ]
    if "callers" in fields:
        shown["callers"] = await names_of_callers(session, elder_id)
    return shown


async def refuse_double(
    session: AsyncSession, actor: Actor, id_number_hash: bytes | None, but: int | None = None
) -> None:
    """Hold this identity until the transaction ends and look for somebody else with it. Raises AlreadyRegistered."""
    if id_number_hash is None:
        return
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(id_number_hash[:8], signed=True)
        await session.execute(select(func.pg_advisory_xact_lock(key)))
    other = await queries.find_by_id_number(session, id_number_hash, but)
    if other is None:
        return
    if actor.sees(other.area_code, other.provider_id):
        raise AlreadyRegistered(f"this person is elder {other.id}: open or merge them", elder_id=other.id)
    raise AlreadyRegistered("this person is registered elsewhere: ask that district to hand them over")


async def _step(session: AsyncSession, elder: Elder, version: int, values: dict[str, Any]) -> None:
    """Write the values and the next version, if the elder stands at `version`. Raises ChangedMeanwhile."""
    same = update(Elder).where(Elder.id == elder.id, Elder.version == version)
    stepped = same.values(**values, version=version + 1).returning(Elder.id)
    if (await session.execute(stepped)).first() is None:
        raise ChangedMeanwhile(f"elder {elder.id} was changed meanwhile: look again", version=elder.version)
    await session.refresh(elder)


async def _household(
    session: AsyncSession, actor: Actor, values: dict[str, Any], household_id: int | None
) -> Household:
    """The dwelling of this id, or a new one, within the scope."""
    if household_id is not None:
        home = await session.get(Household, household_id)
        if home is None or not actor.sees(home.area_code, None):
            raise NotFound(f"no household {household_id}")
        return home
    home = Household(**values)
    session.add(home)
    await session.flush()
    return home


async def _bring_terminals(session: AsyncSession, elder: Elder, now: datetime) -> None:
    """Who moves takes their terminals along: no call sends anybody to the old door. They are tried anew there."""
    theirs = update(Terminal).where(Terminal.elder_id == elder.id, Terminal.household_id != elder.household_id)
    here = {"household_id": elder.household_id, "area_code": elder.area_code}
    await session.execute(theirs.values(**here, installed_at=now, tested_at=None))


async def _community_faults(session: AsyncSession, actor: Actor, area_code: str | None) -> list[FieldProblem]:
    """Homes stand in communities within the scope; what could not be read as a code is a fault already."""
    if area_code is None:
        return []
    area = await session.get(Area, area_code)
    problem = None
    if area is None:
        problem = "is unknown"
    elif area.level is not AreaLevel.COMMUNITY:
        problem = f"{area.name} is a {area.level}"
    elif not actor.sees(area.code, None):
        problem = "is not within your scope"
    accepted = "the 12-digit code of a community within your scope (GET /api/areas)"
    return [] if problem is None else [FieldProblem("home.area_code", problem, accepted)]


async def _read_person(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    wanted: Mapping[str, Any],
    now: datetime,
    unread: Sequence[FieldProblem] = (),
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """Columns of the person, of a new home, and of the contacts. Raises BadInput naming every fault."""
    here = {field: value for field, value in wanted.items() if field not in ("left_on", "left_why")}
    values, faults = checking.person_values(here, vault, now.astimezone(LOCAL).date(), unread=unread)
    contacts, more = checking.contact_values(wanted["contacts"], {}, vault)
    faults += more + checking.category_faults(wanted["categories"], "categories.{}.".format)
    if (wanted["home"] is None) == (wanted["household_id"] is None):
        faults.append(FieldProblem("home", "is missing or doubled", "either home or household_id"))
    home, more = ({}, []) if wanted["home"] is None else checking.home_values(wanted["home"], vault)
    faults += more + await _community_faults(session, actor, home.get("area_code"))
    checking.refuse(all_faults(unread, faults))
    return values, home, contacts


async def _provider(session: AsyncSession, actor: Actor, provider_id: int | None) -> int | None:
    """The provider asked for, or the actor's own; nobody hands an elder to somebody else's."""
    if provider_id is None:
        return actor.provider_id
    if actor.provider_id not in (None, provider_id) or await session.get(Provider, provider_id) is None:
        raise NotFound(f"no provider {provider_id}")
    return provider_id


def _against_id(elder: Elder, values: Mapping[str, Any], vault: Vault, today: date) -> list[FieldProblem]:
    """A typed date of birth or sex must agree with the ID number that is kept."""
    if "id_number_sealed" in values or not {"born_on", "sex"} & values.keys():
        return []
    number = vault.open_text(elder.id_number_sealed, "elder.id_number_sealed")
    read = None if number is None else rules.read_id_number(number, today)
    if read is None or isinstance(read, FieldProblem):
        return []
    return rules.identity_problems(read, values.get("born_on"), values.get("sex"))


def _empty(field: str) -> FieldProblem:
    return FieldProblem(field, "cannot be empty", "a value, or leave it out")
