"""What caregivers' apps send, version 1; a field that is not named here is refused."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator

from models.types import Datum
from service.inputs import PLAIN, Input

Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Moment = Annotated[AwareDatetime, Field(description="on the phone's clock, with offset")]
Metres = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=PLAIN)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80, pattern=PLAIN)]


def sane(at: datetime | None) -> datetime | None:
    """None for a moment that only a clock that was never set can give (1970, year 1): the server's counts then."""
    return at if at is not None and 2000 <= at.year < 2100 else None


class Credentials(Input):
    """Who signs in on which phone."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=PLAIN)]
    password: Annotated[str, Field(min_length=1, max_length=1024)]
    device: Short | None = None


class Refresh(Input):
    """The newest refresh token; an older one ends the session."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=200)]


class PositionReport(Input):
    """Where the phone is, with the datum that its system reports."""

    lon: Longitude
    lat: Latitude
    datum: Datum
    accuracy_m: Metres | None = None
    at: Annotated[Moment | None, AfterValidator(sane)] = None


class StepReport(Input):
    """A step at the door: the phone's moment and place, and a note, each if there is one."""

    at: Annotated[Moment | None, AfterValidator(sane)] = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    datum: Datum | None = None
    accuracy_m: Metres | None = None
    note: Note | None = None

    @model_validator(mode="after")
    def _place_is_whole(self) -> Self:
        if len({self.lon is None, self.lat is None, self.datum is None}) > 1:
            raise ValueError("lon, lat and datum go together")
        return self

    def position(self) -> PositionReport | None:
        """The place, if one was sent."""
        if self.lon is None or self.lat is None or self.datum is None:
            return None
        return PositionReport(lon=self.lon, lat=self.lat, datum=self.datum, accuracy_m=self.accuracy_m, at=self.at)


class Declining(Input):
    """Why the caregiver cannot go."""

    why: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PLAIN)]


class FoundHere(Input):
    """Where the person who was searched for is; nothing is fine, they are found all the same."""

    lon: Longitude | None = None
    lat: Latitude | None = None
    datum: Datum | None = None
    place: Short | None = None
