"""What the register's routes take in: elders, homes, categories, contacts, consents; refuses unknown fields."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from models.types import Category, Datum, Purpose
from service.inputs import PLAIN, AreaCode, Input, Line, OnBehalf, RowId

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=PLAIN)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=PLAIN)]
Sex = Literal["F", "M"]
Number = Annotated[str, Field(min_length=1, max_length=40)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="`version` of the elder that was looked at")]
Revealable = Literal[
    "name", "id_number", "phone", "conditions", "medicines", "gate_code", "key_holder_phone", "contacts", "callers"
]


class NewHome(Input):
    """A dwelling: where it is and how to get in. `gate_code` and `key_holder_phone` are kept sealed."""

    area_code: AreaCode
    address: Annotated[Line, Field(max_length=160)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    datum: Datum
    floor: Annotated[int, Field(ge=-5, le=200)] | None = None
    lift: bool = False
    access_note: Annotated[Text, Field(max_length=300)] | None = None
    access_min: Annotated[int, Field(ge=0, le=60, description="minutes from the gate to the door")] = 0
    gate_code: Short | None = None
    key_holder: Short | None = None
    key_holder_phone: Number | None = None


class HomeChange(Input):
    """What changes about a dwelling; fields left out stay."""

    address: Annotated[Line, Field(max_length=160)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    datum: Datum | None = None
    floor: Annotated[int, Field(ge=-5, le=200)] | None = None
    lift: bool | None = None
    access_note: Annotated[Text, Field(max_length=300)] | None = None
    access_min: Annotated[int, Field(ge=0, le=60)] | None = None
    gate_code: Short | None = None
    key_holder: Short | None = None
    key_holder_phone: Number | None = None


class NewCategory(Input):
    """A category with who says so and from when; `until_on` is the last day."""

    category: Category
    source: Short
    from_on: date
    until_on: date | None = None


class CategoryEnd(Input):
    """The last day on which a category holds."""

    until_on: date


class NewContact(Input):
    """Somebody to call; with the `id` of one that is there its phone may be left out and stays."""

    id: RowId | None = None
    name: Short
    relation: Annotated[Short, Field(max_length=30)]
    phone: Number | None = None
    guardian: bool = False
    note: Text | None = None


class ContactLadder(Input):
    """All contacts in the order in which they are called."""

    version: Version
    contacts: Annotated[list[NewContact], Field(max_length=20)]
    on_behalf: OnBehalf = None


class NewConsent(Input):
    """What was allowed (or, with `given` false, taken back), by whom and how it was said."""

    purpose: Purpose
    given: bool = True
    said_by: Short
    said_how: Annotated[Line, Field(max_length=120)]


class SaidConsent(NewConsent):
    """The same by telephone, with who called."""

    on_behalf: OnBehalf = None


class NewElder(Input):
    """A person to register, in a `home` or `household_id`. With an ID number `sex` and `born_on` may be left out."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    sex: Sex | None = None
    born_on: date | None = None
    id_number: Number | None = None
    phone: Number | None = None
    provider_id: RowId | None = None
    household_id: RowId | None = None
    home: NewHome | None = None
    lives_alone: bool = False
    dialect: Short | None = None
    notes: Annotated[Text, Field(max_length=200)] | None = None
    conditions: Text | None = None
    medicines: Text | None = None
    categories: Annotated[list[NewCategory], Field(max_length=32, default_factory=list)]
    contacts: Annotated[list[NewContact], Field(max_length=20, default_factory=list)]
    consents: Annotated[list[NewConsent], Field(max_length=12, default_factory=list)]


class ElderChange(Input):
    """What changes about an elder, seen at `version`; fields left out stay, null empties where that is possible."""

    version: Version
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    sex: Sex | None = None
    born_on: date | None = None
    id_number: Number | None = None
    phone: Number | None = None
    provider_id: RowId | None = None
    household_id: RowId | None = None
    lives_alone: bool | None = None
    dialect: Short | None = None
    notes: Annotated[Text, Field(max_length=200)] | None = None
    conditions: Text | None = None
    medicines: Text | None = None
    left_on: date | None = None
    left_why: Annotated[Short, Field(max_length=40)] | None = None
    home: HomeChange | None = None
    on_behalf: OnBehalf = None


class Search(Input):
    """Whose ID number or telephone number this is; in the body, so that no log keeps it."""

    id_number: Number | None = None
    phone: Number | None = None


class Reveal(Input):
    """Which sealed fields to show in full, and why."""

    fields: Annotated[list[Revealable], Field(min_length=1, max_length=9)]
    reason: Annotated[Line, Field(min_length=4)]


class MergeWish(Input):
    """The row that is the same person and goes, and how that is known."""

    gone_id: RowId
    reason: Annotated[Line, Field(min_length=4)]
