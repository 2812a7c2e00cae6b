"""What the routes of assessments take in: forms that grow, reviews, results from elsewhere, a district's reading."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from models.types import Scale
from service.inputs import PLAIN, Day, Input, Line, OnBehalf

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{1,2}(\.[0-9]{1,2})?$")]
Score = Annotated[int, Field(ge=0, le=100)]
Reason = Literal["first", "routine", "immediate", "review", "other"]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000, pattern=PLAIN)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="`version` of the assessment that was looked at")]
Form = Literal["gbt42195", "ltci2021"]


class NewAssessment(Input):
    """An assessment to begin: by which scale and why."""

    scale: Form = "gbt42195"
    reason: Reason


class Asking(Input):
    """That an elder wants to be assessed, what was said, and who called."""

    note: Line | None = None
    on_behalf: OnBehalf = None


class Diagnosis(Input):
    """A diagnosis of F00 to F99 (ICD-10), and whether a psychiatrist made it."""

    code: Annotated[str, Field(max_length=8)]
    by_psychiatrist: bool = False


class Answers(Input):
    """The form as far as it is filled in. `refused` are items the elder would not answer, scored by what was seen."""

    items: Annotated[dict[Code, Score], Field(max_length=40, default_factory=dict)]
    coma: bool = False
    diagnoses: Annotated[list[Diagnosis], Field(max_length=10, default_factory=list)]
    events: Annotated[dict[str, Annotated[int, Field(ge=0, le=99)]], Field(max_length=5, default_factory=dict)]
    refused: Annotated[list[Code], Field(max_length=40, default_factory=list)]
    note: Note | None = None


class Save(Input):
    """The form as it stands; saved as often as wished."""

    version: Version
    answers: Answers
    assessed_on: date | None = None


class Step(Input):
    """Which version the step is about."""

    version: Version


class Review(Input):
    """Approve, or return with a note; a note is needed to return, and where an item was refused."""

    version: Version
    approve: bool
    note: Note | None = None


class Imported(Input):
    """A result from another system or on paper: its scale, level, day, and where it is from."""

    scale: Scale
    level: Annotated[int, Field(ge=0, le=5)]
    assessed_on: Day
    valid_until_on: Day | None = None
    source: Annotated[Line, Field(max_length=120)]


class CellChange(Input):
    """One cell of the care insurance's table."""

    daily: Annotated[int, Field(ge=0, le=3)]
    other: Annotated[int, Field(ge=0, le=3)]
    level: Annotated[int, Field(ge=0, le=5)]
    verified: bool = False


class PolicyChange(Input):
    """How a district reads the standards; without `cells` the table that is shipped."""

    combine: Literal["once", "each"] = "once"
    count: Literal["sum", "per_kind"] = "sum"
    valid_months: Annotated[int, Field(ge=1, le=60)] = 12
    cells: Annotated[list[CellChange], Field(max_length=16)] | None = None
    verified: bool = False
