"""Who is nearest, what they are doing and who would wait if they went; values in, values out, refuses to look up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.dispatch.mapping import DETOUR, EARTH_M, PARK_S, SPEED_MPS

Coordinate = tuple[float, float]
"""Longitude and latitude, WGS-84."""

AT_THE_SCENE = timedelta(minutes=30)
"""How long a responder is reckoned to stay, when the slips of their next visits are worked out."""


def distance_m(here: Coordinate, there: Coordinate) -> float:
    """Great-circle distance in metres."""
    (lon_a, lat_a), (lon_b, lat_b) = here, there
    half = math.sin(math.radians(lat_b - lat_a) / 2) ** 2
    half += (
        math.cos(math.radians(lat_a)) * math.cos(math.radians(lat_b)) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    )
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, half)))


def travel(mode: str, here: Coordinate, there: Coordinate) -> tuple[int, int]:
    """Seconds and road metres from one place to another, estimated without a road network."""
    metres = distance_m(here, there) * DETOUR
    seconds = metres / SPEED_MPS[mode] + (PARK_S[mode] if metres > 1.0 else 0)
    return round(seconds), round(metres)


@dataclass(frozen=True)
class Engagement:
    """One planned stop that is not finished: where, when (town time), and until when its service may begin."""

    visit_id: int | None
    name: str
    place: Coordinate
    start_at: datetime
    finish_at: datetime
    window_to_at: datetime | None
    people: int = 1
    begun: bool = False


@dataclass(frozen=True)
class Candidate:
    """A caregiver as the ranking sees them. `stops` are the unfinished ones of today in order."""

    caregiver_id: int
    name: str
    level: int
    mode: str
    place: Coordinate
    on_shift: bool
    trained: bool
    responding: bool
    stops: tuple[Engagement, ...] = ()


@dataclass(frozen=True)
class Slip:
    """By how many minutes a visit would begin later, and whether that is after its window."""

    visit_id: int
    name: str
    minutes: int
    breaks_window: bool


@dataclass(frozen=True)
class Responder:
    """A caregiver with the way to the incident, what they are doing, who would wait, and why not, if not."""

    candidate: Candidate
    travel_s: int
    distance_m: int
    doing: str
    slips: tuple[Slip, ...]
    why: str | None

    @property
    def fit(self) -> bool:
        return self.why is None


def rank(candidates: Sequence[Candidate], scene: Coordinate, now: datetime) -> list[Responder]:
    """Every candidate, the suitable ones first, each group nearest first. `now` is the town's time."""
    ranked = [respond(candidate, scene, now) for candidate in candidates]
    return sorted(ranked, key=lambda one: (not one.fit, one.travel_s, one.candidate.caregiver_id))


def respond(candidate: Candidate, scene: Coordinate, now: datetime) -> Responder:
    """What it would take if this caregiver went now."""
    travel_s, metres = travel(candidate.mode, candidate.place, scene)
    free_at = now + timedelta(seconds=travel_s) + AT_THE_SCENE
    slips = _slips(candidate, scene, now, free_at)
    return Responder(candidate, travel_s, metres, doing(candidate, now), slips, why_not(candidate, now))


def why_not(candidate: Candidate, now: datetime) -> str | None:
    """Why this caregiver should not be sent, or None."""
    if not candidate.on_shift:
        return "不当班"
    if not candidate.trained:
        return "没有应急培训证书"
    if candidate.responding:
        return "已在赶往另一呼叫"
    current = current_stop(candidate, now)
    if current is not None and current.people > 1:
        return f"正在做双人服务（{current.name}），走不开"
    return None


def doing(candidate: Candidate, now: datetime) -> str:
    """What this caregiver is doing, in a few words."""
    if candidate.responding:
        return "处置呼叫"
    if not candidate.on_shift:
        return "不当班"
    current = current_stop(candidate, now)
    if current is not None:
        return f"服务中 {current.name}" if current.visit_id is not None else current.name
    following = next((stop for stop in candidate.stops if stop.start_at > now), None)
    return "待命" if following is None else f"下一单 {following.name}"


def current_stop(candidate: Candidate, now: datetime) -> Engagement | None:
    """The stop being served: one that was begun, else the one that the plan has now."""
    begun = next((stop for stop in candidate.stops if stop.begun), None)
    planned = (stop for stop in candidate.stops if stop.start_at <= now < stop.finish_at)
    return begun or next(planned, None)


def _slips(candidate: Candidate, scene: Coordinate, now: datetime, free_at: datetime) -> tuple[Slip, ...]:
    """How much later each unfinished visit begins than without the incident, until the day has caught up."""
    slips: list[Slip] = []
    usual = _starts(candidate, candidate.place, now, now)
    diverted = _starts(candidate, scene, free_at, now)
    for stop, before, after in zip(candidate.stops, usual, diverted, strict=True):
        minutes = math.ceil((after - before).total_seconds() / 60)
        if minutes <= 0:
            break
        if stop.visit_id is not None:
            breaks = stop.window_to_at is not None and not stop.begun and before <= stop.window_to_at < after
            slips.append(Slip(stop.visit_id, stop.name, minutes, breaks))
    return tuple(slips)


def _starts(candidate: Candidate, place: Coordinate, moment: datetime, now: datetime) -> list[datetime]:
    """When each unfinished stop would begin (one already begun: go on) for who is free at `place` from `moment`."""
    starts: list[datetime] = []
    for stop in candidate.stops:
        travel_s, _ = travel(candidate.mode, place, stop.place)
        arrival = moment + timedelta(seconds=travel_s)
        start = arrival if stop.begun else max(arrival, stop.start_at)
        lasts = stop.finish_at - (now if stop.begun else stop.start_at)
        starts.append(start)
        place, moment = stop.place, start + max(lasts, timedelta())
    return starts
