"""Turns what was typed about a person into what is kept, or names every fault; refuses to touch the database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from models import Elder
from service.elders import rules
from service.errors import BadInput, FieldProblem
from service.vault import Vault

Faults = list[FieldProblem]
SEALED = ("conditions", "medicines")


def person_values(
    wanted: Mapping[str, Any],
    vault: Vault,
    today: date,
    *,
    known: Elder | None = None,
    unread: Sequence[FieldProblem] = (),
) -> tuple[dict[str, Any], Faults]:
    """Columns of `elder` for those fields of `wanted` that are there; without a `known` row a person is new.

    Somebody new needs sex and date of birth; an ID number among the `unread` might have told both.
    """
    values: dict[str, Any] = {
        field: wanted[field]
        for field in ("sex", "born_on", "provider_id", "lives_alone", "dialect", "notes", "left_on", "left_why")
        if field in wanted
    }
    if wanted.get("left_on", today) is None:
        values.setdefault("left_why", None)
    faults: Faults = []
    if "name" in wanted:
        values["name"] = rules.tidy_name(wanted["name"] or "")
        faults += _some(rules.name_problem(values["name"]))
    if "id_number" in wanted:
        _identify(values, wanted["id_number"], vault, today, faults)
    if "phone" in wanted:
        _phone(values, wanted["phone"], "elder", "phone", vault, faults)
    for field in SEALED:
        if field in wanted:
            values[f"{field}_sealed"] = _sealed(vault, wanted[field], f"elder.{field}_sealed")
    untold = any(fault.field == "id_number" for fault in (*unread, *faults))
    faults += _born(values, today, known is None, untold)
    born_on = values.get("born_on") or (None if known is None else known.born_on)
    faults += _some(rules.left_problem(values.get("left_on"), born_on, today))
    return values, faults


def _identify(values: dict[str, Any], text: str | None, vault: Vault, today: date, faults: Faults) -> None:
    """ID number sealed and hashed; sex and date of birth by it where they were left out, compared where not."""
    if text is None:
        values |= {"id_number_sealed": None, "id_number_hash": None}
        return
    read = rules.read_id_number(text, today)
    if isinstance(read, FieldProblem):
        faults.append(read)
        return
    faults += rules.identity_problems(read, values.get("born_on"), values.get("sex"))
    values |= {"born_on": read.born_on, "sex": read.sex}
    values["id_number_sealed"] = vault.seal(read.number, "elder.id_number_sealed")
    values["id_number_hash"] = vault.keyed_hash(read.number)


def _phone(
    values: dict[str, Any], text: str | None, table: str, field: str, vault: Vault, faults: Faults, where: str = "phone"
) -> None:
    if text is None:
        values |= {f"{field}_sealed": None, f"{field}_hash": None}
        return
    phone = rules.tidy_phone(text)
    fault = rules.phone_problem(phone, where)
    if fault is not None:
        faults.append(fault)
        return
    values |= {
        f"{field}_sealed": vault.seal(phone, f"{table}.{field}_sealed"),
        f"{field}_hash": vault.keyed_hash(phone),
    }


def _born(values: Mapping[str, Any], today: date, fresh: bool, untold: bool) -> Faults:
    """Both sex and date of birth, or an ID number that tells them; one that could not be read is the fault itself."""
    born_on = values.get("born_on")
    faults = _some(rules.born_problem(born_on, today)) if born_on is not None else []
    needed = [field for field in ("born_on", "sex") if not untold and (fresh or field in values)]
    accepted = "a value, or an ID number that tells it"
    return faults + [FieldProblem(field, "is missing", accepted) for field in needed if values.get(field) is None]


def home_values(wanted: Mapping[str, Any], vault: Vault) -> tuple[dict[str, Any], Faults]:
    """Columns of `household` for the fields of `wanted` that are there."""
    plain = ("area_code", "address", "lon", "lat", "datum", "floor", "lift", "access_note", "access_min", "key_holder")
    values = {field: wanted[field] for field in plain if field in wanted}
    faults: Faults = []
    if "gate_code" in wanted:
        values["gate_code_sealed"] = _sealed(vault, wanted["gate_code"], "household.gate_code_sealed")
    if "key_holder_phone" in wanted:
        sealed: dict[str, Any] = {}
        where = "home.key_holder_phone"
        _phone(sealed, wanted["key_holder_phone"], "household", "key_holder_phone", vault, faults, where)
        values["key_holder_phone_sealed"] = sealed.get("key_holder_phone_sealed")
    for field in ("address", "lon", "lat", "datum", "lift", "access_min"):
        if field in values and values[field] is None:
            faults.append(FieldProblem(f"home.{field}", "cannot be empty", "a value, or leave it out"))
    moved = {"lon", "lat", "datum"} & values.keys()
    if moved and len(moved) < 3:
        lacks = sorted({"lon", "lat", "datum"} - moved)
        faults += [
            FieldProblem(f"home.{field}", "is missing", "a point moves whole: lon, lat, datum") for field in lacks
        ]
    if values.get("lon") == 0 and values.get("lat") == 0:
        faults.append(FieldProblem("home.lon", "0, 0 lies in the sea", "where the home is"))
    return values, faults


def contact_values(
    contacts: Iterable[Mapping[str, Any]], known: Mapping[int, Any], vault: Vault
) -> tuple[list[dict[str, Any]], Faults]:
    """Columns of `contact` in their order; one of `known` (by id) keeps its phone when none is given."""
    rows: list[dict[str, Any]] = []
    faults: Faults = []
    for rank, wanted in enumerate(contacts, start=1):
        where = f"contacts.{rank - 1}"
        old = known.get(wanted.get("id") or 0)
        row = {"rank": rank, **{field: wanted.get(field) for field in ("name", "relation", "guardian", "note")}}
        row["id"] = None if old is None else old.id
        if wanted.get("phone") is not None:
            _phone(row, wanted["phone"], "contact", "phone", vault, faults, f"{where}.phone")
        elif old is None:
            faults.append(
                FieldProblem(f"{where}.phone", "is missing", "a telephone number, or the id of a contact with one")
            )
        else:
            row |= {"phone_sealed": old.phone_sealed, "phone_hash": old.phone_hash}
        rows.append(row)
    faults += _some(rules.guardian_problem([bool(row["guardian"]) for row in rows]))
    return rows, faults


def category_faults(categories: Iterable[Mapping[str, Any]], where: Callable[[int], str]) -> Faults:
    """Dates of categories that cannot be kept."""
    faults: Faults = []
    for number, one in enumerate(categories):
        faults += rules.span_problems(where(number), one.get("from_on"), one.get("until_on"))
    return faults


def refuse(faults: Faults) -> None:
    """Raises BadInput naming these faults, if there are any."""
    if faults:
        raise BadInput("the person cannot be kept as asked", fields=faults)


def _sealed(vault: Vault, text: str | None, place: str) -> bytes | None:
    return vault.seal(text, place) if text else None


def _some(fault: FieldProblem | None) -> Faults:
    return [] if fault is None else [fault]
