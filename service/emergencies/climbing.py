"""What a batch of due rungs asks and writes, as a script that either database plays; refuses to claim or to commit.

What it needs is asked in two trips and written in two. The last takes the events' numbers, whose lock every writer
needs: nothing but the events themselves is written under it.
"""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter
from typing import Any

from models.types import TimerState
from service.channels.outbox import Occasion, Person, posting
from service.emergencies import escalation
from service.emergencies.recipients import Directory
from service.emergencies.rules import AGAIN_AFTER, SENT_STEP
from service.emergencies.words import notice_text
from service.intake import sql
from service.intake.card import incident_card, moment_of
from service.intake.ladder import ALL, CHANNELS, LADDERS, Ladder, Rung
from service.intake.ledger import dumps
from service.intake.play import Ask, Look, Looked, Row, Script, Step, Tell, Write

ESCALATED, UNHEARD = "incident.escalated", "incident.unheard"
LAST_STEPS = """
SELECT incident_id, max(step) AS step FROM timer WHERE incident_id = ANY($1) AND step < $2 GROUP BY incident_id
"""
RAISE = "UPDATE incident SET rung = $2 WHERE id = $1 AND rung < $2"


@dataclass(frozen=True, slots=True)
class Due:
    """A timer whose moment has come, and what of its incident decides who is told."""

    timer_id: int
    incident_id: int
    step: int
    cycle: int
    rung: str
    playbook: str
    ladder_id: int | None
    elder_id: int | None
    station_id: int | None
    provider_id: int | None
    area_code: str | None


@dataclass(slots=True)
class Scene:
    """What a batch knows: each incident's row, the last step of its ladder, its ladder's version, and who is there."""

    rows: dict[int, Looked]
    ends: dict[int, int]
    ladders: dict[int | None, Ladder]
    directory: Directory
    cards: dict[int, dict[str, Any]] = field(default_factory=dict)
    _rungs: dict[tuple[int | None, str, int, str], Rung] = field(default_factory=dict)

    def rung(self, one: Due) -> Rung:
        """The rung as its ladder had it when the call came, with the usual channels where it names none."""
        which = (one.ladder_id, one.playbook, one.step, one.rung)
        if which not in self._rungs:
            ladder = self.ladders.get(one.ladder_id) or LADDERS[one.playbook]
            known = next((rung for rung in ladder.rungs if rung.step == one.step and rung.name == one.rung), None)
            rung = known or Rung(one.step, one.rung, 0)
            self._rungs[which] = rung if rung.channels else replace(rung, channels=usual(rung.name))
        return self._rungs[which]


@dataclass(frozen=True, slots=True)
class Told:
    """One rung, and the people on it."""

    due: Due
    rung: Rung
    people: list[Person]


def climb(claimed: Sequence[Due], now: datetime) -> Script:
    """Tell everybody on the rungs; with nobody to tell, or on a last rung, see to it that somebody is told next.

    Gives the number of the last event. Raises UnknownRung with nothing written.
    """
    scene = yield from _look_round(claimed, now)
    told = [Told(one, rung, scene.directory.recipients(one, rung)) for one in claimed for rung in [scene.rung(one)]]
    lonely = {one.due.incident_id for one in told if not one.people}
    silent = lonely - (yield from _pull(scene, lonely, now))
    highest = _raise(scene, claimed)
    turns = [_turn(scene, one, now) for one in claimed if scene.ends[one.incident_id] == one.step]
    scene.cards = {ident: incident_card(row) for ident, row in scene.rows.items()}
    letters = [(_occasion(scene, one), one.people) for one in told]
    tells = [
        Tell(RAISE, highest),
        Tell(sql.insert("timer", sql.TIMER_COLUMNS), turns, alike=True),
        posting(letters, now),
    ]
    yield Write(tells, 0)
    return (yield from number([event for one in told for event in _events(scene, one, silent)], now))


def _look_round(claimed: Sequence[Due], now: datetime) -> Generator[Step, Any, Scene]:
    """The cards by themselves: rows of a Look come without types, and are dear to read where they are wide."""
    ids = list(dict.fromkeys(one.incident_id for one in claimed))
    versions = list({one.ladder_id for one in claimed} - {None})
    people = Directory.questions(claimed, {one.rung for one in claimed}, now)
    cards = yield Ask(sql.CARDS, [ids])
    asks = [Ask(LAST_STEPS, [ids, SENT_STEP]), Ask(escalation.LADDERS_BY_ID, [versions])]
    ends, ladders, *found = yield Look([*asks, *people])
    rows = {row["id"]: dict(row) for row in cards}
    steps = {row["incident_id"]: row["step"] for row in ends}
    return Scene(rows, steps, escalation.ladders_from(ladders), Directory(*found))


def _pull(scene: Scene, lonely: set[int], now: datetime) -> Generator[Step, list[Row], set[int]]:
    """The next rungs of these incidents come now; gives those that have one, the scene knowing of it."""
    if not lonely:
        return set()
    pulled: set[int] = yield from escalation.pull(list(lonely), now)
    for row in (yield Ask(sql.CARDS, [list(pulled)])):
        scene.rows[row["id"]] = dict(row)
    return pulled


def _raise(scene: Scene, claimed: Iterable[Due]) -> list[tuple[int, int]]:
    """Each incident with the highest of its rungs that are told, as the scene has it from now on."""
    highest: dict[int, int] = {}
    for one in claimed:
        highest[one.incident_id] = max(one.step, highest.get(one.incident_id, 0))
    for ident, step in highest.items():
        scene.rows[ident]["rung"] = max(step, scene.rows[ident]["rung"])
    return list(highest.items())


def _turn(scene: Scene, one: Due, now: datetime) -> tuple[Any, ...]:
    """After the last rung it goes on every three minutes: no ladder ends in silence. The values of TIMER_COLUMNS."""
    row, due_at = scene.rows[one.incident_id], now + AGAIN_AFTER
    if row["next_rung"] is None or moment_of(row["next_rung_due_at"]) > due_at:
        row["next_rung"], row["next_rung_due_at"] = one.rung, due_at
    return one.incident_id, one.step, one.cycle + 1, one.rung, due_at, TimerState.ARMED, now, None


def _occasion(scene: Scene, one: Told) -> Occasion:
    text = notice_text(scene.cards[one.due.incident_id], one.rung.name)
    return occasion(one.due, text, must=one.rung.mode == ALL)


def occasion(one: Due, text: str, *, must: bool = False) -> Occasion:
    """Why people are told of a timer, in these words."""
    return Occasion(one.incident_id, one.step, one.cycle, one.rung, text, one.provider_id, one.area_code, must)


def usual(rung: str) -> tuple[str, ...]:
    """The channels of a rung whose ladder names none."""
    return CHANNELS.get(rung, ())


Event = dict[str, Any]
"""One event by name, as `realtime.outbox.append` takes it."""


def _events(scene: Scene, one: Told, silent: set[int]) -> Iterable[Event]:
    card, due = scene.cards[one.due.incident_id], one.due
    yield telling(ESCALATED, card, one.people, {"rung": due.rung, "step": due.step, "cycle": due.cycle})
    if not one.people and due.incident_id in silent:
        yield alarm(card, f"nobody on the rung {due.rung}, and none after it")


def telling(topic: str, card: dict[str, Any], people: Sequence[Person], more: dict[str, Any]) -> Event:
    """The event for the desks in scope, the caregiver sent, and those told by the app."""
    phones = [(card["assigned_to"] or {}).get("id"), *(person.caregiver_id for person in people)]
    return {
        "topic": topic,
        "data": {"incident": card, **more, "told": [person.name for person in people]},
        "subject": f"incident:{card['id']}",
        "area_code": card["place"]["area_code"],
        "provider_id": card["provider_id"],
        "caregiver_ids": [one for one in dict.fromkeys(phones) if one is not None],
    }


def alarm(card: dict[str, Any], problem: str) -> Event:
    """Nobody could be told on the last rung: every desk anywhere hears that a call is unheard, and only that."""
    bare = {"id": card["id"], "kind": card["kind"], "opened_at": card["opened_at"], "drill": card["drill"]}
    bare["area_code"] = (card["place"]["area_code"] or "")[:6] or None
    nowhere: Event = {"area_code": None, "provider_id": None, "caregiver_ids": []}
    return {"topic": UNHEARD, "data": {"call": bare, "problem": problem}, "subject": f"unheard:{card['id']}"} | nowhere


def number(events: Sequence[Event], now: datetime) -> Generator[Step, int, int]:
    """Number the events and write them, all in one trip; gives the last number."""
    last = len(events) - 1
    whose = itemgetter("topic", "subject", "area_code", "provider_id")
    rows = [
        (last - place, now, *whose(event), dumps(event["caregiver_ids"]), dumps(event["data"]))
        for place, event in enumerate(events)
    ]
    return (yield Write([Tell(sql.insert("event", sql.EVENT_COLUMNS), rows, numbered=True, alike=True)], len(events)))
