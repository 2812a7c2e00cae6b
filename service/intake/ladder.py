"""Kinds of alerts, their playbook and severity, and the rungs of the emergency ladder, as data; refuses to fire any."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Rung:
    """One rung: its place on the ladder, who is told, and how many seconds after the first alert."""

    step: int
    name: str
    after_s: int


def _ladder(*rungs: tuple[str, int]) -> tuple[Rung, ...]:
    return tuple(Rung(step, name, after_s) for step, (name, after_s) in enumerate(rungs))


LADDERS: dict[str, tuple[Rung, ...]] = {
    PERSON: _ladder(("desk", 0), ("station", 60), ("family", 120), ("village", 240), ("supervisor", 360)),
    FIRE: _ladder(("desk", 0), ("family", 0), ("station", 60), ("village", 240), ("supervisor", 360)),
}
"""The ladder of each playbook. The first rung, the desk, is reached by the event that opens the incident."""
