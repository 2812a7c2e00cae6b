"""Kinds of input that every room reads alike: row ids, plain text, bodies that know their fields; refuses the rest."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

PLAIN = r"^[^\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$"
"""No control characters and nothing that turns the direction of text in somebody else's list."""

WRITTEN = {
    PLAIN: "one line without special characters",
    r"^[^\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$": "text without special characters",
    r"^[^\x00]*$": "text without special characters",
    r"^\d{12}$": "a 12-digit area code",
    r"^\+?[0-9]{3,20}$": "3 to 20 digits, with a + before them or without",
    r"^[\x21-\x7e]+$": "letters, digits and signs without spaces",
    r"^[\x21-\x7e]*$": "letters, digits and signs without spaces",
    r"^[A-Z][0-9]{1,2}(\.[0-9]{1,2})?$": "the code of an item, such as A1 or A1.1",
    r"^[a-z][a-z0-9_.]{0,39}$": "up to 40 small letters, digits, _ and ., a letter first",
    r"^[a-z][a-z.]{0,39}$": "up to 40 small letters and dots, a letter first",
    r"^[a-z]+\.[a-z_]+$": "two words of small letters with a dot between them",
    r"^https://[^\s/@]+(/\S*)?$": "an address that begins with https://",
}
"""How text of each pattern is written, in words: nobody at a form reads a pattern."""

LARGEST_ID = 2**63 - 1

RowId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
PathId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
AreaCode = Annotated[str, Field(pattern=r"^\d{12}$", description="12-digit area code")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PLAIN)]

Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31), description="a local date")]


def _near(moment: datetime) -> datetime:
    if not 1900 < moment.year < 2199:
        raise ValueError("is not of this age")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_near)]
"""A moment with offset, near enough to be reckoned with in any zone."""


class Input(BaseModel):
    """A request body in which a field we do not know is a mistake."""

    model_config = ConfigDict(extra="forbid")


class Caller(Input):
    """Who called when the desk does something on an elder's behalf: name, relation (self for the elder), who agreed."""

    name: Annotated[Line, Field(max_length=60)]
    relation: Annotated[Line, Field(max_length=30)]
    consent: Annotated[Line, Field(description="how the elder agreed, or who may speak for them")]


OnBehalf = Annotated[Caller | None, Field(description="set when somebody called; kept beside what was done")]


class Called(Input):
    """A verb that needs no more than who called for it."""

    on_behalf: OnBehalf = None
