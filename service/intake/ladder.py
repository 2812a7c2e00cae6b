"""Kinds of alerts, their playbook and severity, and the rungs of the emergency ladder, as data; refuses to fire any."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.intake.card import as_list

log = logging.getLogger(__name__)

PERSON, FIRE = "person", "fire"


@dataclass(frozen=True)
class Kind:
    """How an alert of one kind is handled: playbook (None: recorded only, opens nothing) and severity 1 to 3."""

    playbook: str | None
    severity: int


KINDS: dict[str, Kind] = {
    "sos": Kind(PERSON, 3),
    "fall": Kind(PERSON, 3),
    "smoke": Kind(FIRE, 3),
    "gas": Kind(FIRE, 3),
    "inactivity": Kind(PERSON, 2),
    "wander": Kind(PERSON, 2),
    "bed_exit": Kind(PERSON, 1),
    "door": Kind(PERSON, 1),
    "battery": Kind(None, 0),
    "test": Kind(None, 0),
}
UNKNOWN = "sos"
"""What a kind that we do not know is handled as."""

LOW_BATTERY = 20
"""Per cent at or below which a battery counts as low."""


ANY, ALL = "any", "all"
WAYS = ("console", "push", "sms", "voice", "webhook")
"""Channels that a rung may name, in the order in which they are tried for one person."""
RUNGS = ("desk", "station", "family", "village", "supervisor")


@dataclass(frozen=True)
class Rung:
    """One rung: its place on the ladder, who is told, how many seconds after the first alert, and by which channels.

    `mode` any: whoever answers ends the ladder; all: it goes on until everybody told on this rung has confirmed.
    """

    step: int
    name: str
    after_s: int
    mode: str = ANY
    channels: tuple[str, ...] = ()


CHANNELS = {
    "desk": ("console", "voice", "sms"),
    "station": ("push", "sms", "voice"),
    "family": ("sms", "voice"),
    "village": ("voice", "sms"),
    "supervisor": ("console", "sms", "voice"),
}
"""By which channels each rung is told unless its ladder says otherwise."""


@dataclass(frozen=True)
class Ladder:
    """The rungs for an area, kind and stretch of the day; None stands for all. `id` None: the built-in one."""

    rungs: tuple[Rung, ...]
    id: int | None = None
    area_code: str | None = None
    kind: str | None = None
    from_min: int | None = None
    to_min: int | None = None

    def covers(self, area_code: str | None, kind: str, minute: int) -> bool:
        """Whether it is for a call of this kind from this area at this local minute of the day."""
        here = self.area_code is None or (area_code or "").startswith(significant(self.area_code))
        return here and self.kind in (None, kind) and self._at(minute)

    def _at(self, minute: int) -> bool:
        if self.from_min is None or self.to_min is None:
            return True
        if self.from_min < self.to_min:
            return self.from_min <= minute < self.to_min
        return minute >= self.from_min or minute < self.to_min

    @property
    def weight(self) -> tuple[int, bool, bool, int]:
        """How close it fits: the smaller area first, then the kind, then the hours, then the newer one."""
        area = 0 if self.area_code is None else len(significant(self.area_code))
        return area, self.kind is not None, self.from_min is not None, self.id or 0


def significant(area_code: str) -> str:
    """The digits of a 12-digit code that everything inside the area begins with."""
    for length in (6, 9):
        if not area_code[length:].strip("0"):
            return area_code[:length]
    return area_code


def _ladder(*rungs: tuple[str, int]) -> Ladder:
    named = enumerate(rungs)
    return Ladder(tuple(Rung(step, name, after_s, ANY, CHANNELS[name]) for step, (name, after_s) in named))


LADDERS: dict[str, Ladder] = {
    PERSON: _ladder(("desk", 0), ("station", 60), ("family", 120), ("village", 240), ("supervisor", 360)),
    FIRE: _ladder(("desk", 0), ("family", 0), ("station", 60), ("village", 240), ("supervisor", 360)),
}
"""The ladder of each playbook where no district has made its own (contracts: the defaults)."""


def choose(ladders: Sequence[Ladder], area_code: str | None, kind: str, playbook: str, minute: int) -> Ladder:
    """The ladder that fits a call best; the built-in one of its playbook when nobody has made any."""
    fitting = [ladder for ladder in ladders if ladder.rungs and ladder.covers(area_code, kind, minute)]
    return max(fitting, key=lambda ladder: ladder.weight, default=LADDERS[playbook])


def rungs_from(kept: Iterable[Mapping[str, Any]]) -> tuple[Rung, ...]:
    """The rungs of a ladder row, as they were kept."""
    return tuple(
        Rung(step, one["name"], one["after_s"], one.get("mode", ANY), tuple(one.get("channels") or ()))
        for step, one in enumerate(kept)
    )


def readable(rows: Iterable[Mapping[str, Any]]) -> list[Ladder]:
    """The ladders of some rows. One that cannot be read is left out and logged: a call goes by the next best."""
    found = []
    for row in rows:
        try:
            rungs = rungs_from(as_list(row["rungs"]))
            places = (row["area_code"], row["kind"], row["from_min"], row["to_min"])
            found.append(Ladder(rungs, row["id"], *places))
        except (KeyError, TypeError, ValueError):
            log.exception("a ladder cannot be read", extra={"ladder": row["id"]})
    return found
