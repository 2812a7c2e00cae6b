"""The rows that one district's day is planned from, as plain values; refuses to query or decide."""

from dataclasses import dataclass, field
from datetime import date, datetime

from models import Canteen, Caregiver, Household, MenuItem, Shift, Station, Visit


@dataclass(frozen=True)
class Frozen:
    """A stop that has been done or is under way: no plan moves it. Moments are UTC, `at` its place (lon, lat)."""

    caregiver_id: int
    position: int
    kind: str
    visit_id: int | None
    canteen_id: int | None
    arrive_at: datetime
    start_at: datetime
    finish_at: datetime
    travel_s: int
    distance_m: int
    at: tuple[float, float] | None


@dataclass(frozen=True)
class Told:
    """A stop of the plan in force that has not begun: what people were told. In the order of the caregiver's route."""

    caregiver_id: int
    kind: str
    visit_id: int | None
    canteen_id: int | None
    start_at: datetime


@dataclass(frozen=True)
class Pinned:
    """What a dispatcher has fixed by hand for a visit: who comes, and when service starts if that is fixed too."""

    caregiver_ids: tuple[int, ...]
    start_at: datetime | None


@dataclass(frozen=True)
class DayRows:
    """Everything that planning `on_date` in a district looks at, as of the town's moment `at`."""

    area_code: str
    on_date: date
    at: datetime
    caregivers: list[Caregiver]
    shifts: dict[int, Shift]
    skills: dict[int, set[str]]
    """By caregiver: skills whose certificates hold on the day."""
    stations: dict[int, Station]
    canteens: list[Canteen]
    visits: list[Visit]
    """Visits still to be planned."""
    items: dict[int, MenuItem]
    homes: dict[int, Household]
    previous: dict[int, set[int]] = field(default_factory=dict)
    """By elder: caregivers who came in the last two weeks."""
    frozen: list[Frozen] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    pins: dict[int, Pinned] = field(default_factory=dict)
    """By visit."""
