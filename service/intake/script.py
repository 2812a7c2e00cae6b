"""What one batch asks and writes, in order, as a script that either database plays; refuses to open connections.

Locks are taken in one order everywhere: incidents, terminals, then the event counter right before the commit.
"""

from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from service.clock import moment_text
from service.intake import sql
from service.intake.card import incident_card
from service.intake.ladder import readable
from service.intake.ledger import Ledger, Outcome, Seen, case_of, dumps
from service.intake.letters import AlertLetter, Letter, Taken, UnreadableLetter, UnverifiedLetter
from service.intake.limits import Caller, Crowd
from service.intake.play import Ask, Look, Looked, Row, Script, Step, Tell, Write
from service.intake.rules import Kept

INSERT_INCIDENT = sql.insert("incident", sql.INCIDENT_COLUMNS)
INSERT_ALERT = sql.insert("alert", sql.ALERT_COLUMNS)
INSERT_TIMER = sql.insert("timer", sql.TIMER_COLUMNS)
INSERT_EVENT = sql.insert("event", sql.EVENT_COLUMNS)
INSERT_UNVERIFIED = sql.insert("unverified_call", sql.UNVERIFIED_COLUMNS)
INSERT_UNREADABLE = sql.insert("unreadable_call", sql.UNREADABLE_COLUMNS)
NO_PLACE = {"lon": None, "lat": None, "datum": None}
NOT_YET = NO_PLACE | dict.fromkeys(
    [
        *("acknowledged_at", "acknowledged_by", "acknowledged_by_display", "on_scene_at", "recovering_at", "closed_at"),
        *("assigned_at", "assigned_to", "assigned_to_name", "assigned_travel_s", "outcome", "note", "next_rung"),
    ]
)
"""What the card of a new incident leaves empty."""


@dataclass(frozen=True)
class Batch:
    """The result of a batch: one answer a letter, and the highest `seq` it wrote (0: no event)."""

    answers: list[Taken]
    last: int
    calls: Mapping[Caller, int]
    """How many calls for help each terminal made."""


@dataclass(frozen=True)
class Beat:
    """The newest heartbeat of a terminal; `health` holds those of battery, signal, worn, firmware that were said."""

    terminal_id: str
    boot: int
    counter: int
    health: dict[str, Any]


def take(letters: Sequence[Letter], now: datetime, embedded: bool, crowd: Crowd) -> Script:
    """Take a batch of letters: look up what they touch, decide, write everything with the events numbered."""
    ledger = yield from _look_up(letters, now, embedded)
    ledger.crowd = crowd
    outcomes: list[Outcome] = [ledger.apply(letter) for letter in letters]
    yield from _fill_cards(ledger)
    fresh = ledger.number()
    told_again = Counter(kept.id for kept in ledger.repeated if kept.id not in fresh)
    tells = [
        *_cases(ledger),
        *_terminals(ledger),
        Tell(INSERT_UNVERIFIED, _rows(ledger.unverified, sql.UNVERIFIED_COLUMNS)),
        Tell(INSERT_UNREADABLE, _rows(ledger.unreadable, sql.UNREADABLE_COLUMNS)),
        Tell(INSERT_ALERT, [row for _, _, row in ledger.numbered], numbered=True),
        Tell(sql.AGAIN, list(told_again.items())),
        _events(ledger),
    ]
    last: int = yield Write(tells, len(ledger.notes))
    for kept in fresh.values():
        kept.seq = last - kept.seq
    answers = [outcome.taken(moment_text(now)) for outcome in outcomes]
    return Batch(answers, last if ledger.notes else 0, ledger.calls)


def listen(beats: Sequence[Beat], now: datetime, embedded: bool) -> Script:
    """Write heartbeats down; gives the highest `seq` (0: no terminal came back or ran low)."""
    rows = yield Ask(sql.BEATING, [[beat.terminal_id for beat in beats]])
    ledger = Ledger(now, {row["id"]: Seen(dict(row)) for row in rows}, {}, {}, {})
    for beat in beats:
        ledger.beat(beat.terminal_id, beat.boot, beat.counter, beat.health)
    return (yield from _tell(ledger))


def lose(usual: timedelta, now: datetime, embedded: bool) -> Script:
    """Mark terminals offline that were silent for the `usual` time or their own, 200 of each at most; gives `seq`.

    A threshold of its own is for a terminal whose line is known to be weak: silence of minutes is no news there.
    """
    ledger = Ledger(now, {}, {}, {}, {})
    for silence in (yield Ask(sql.SILENCES)):
        after = timedelta(seconds=silence["after_s"]) or usual
        for row in (yield Ask(sql.LOSE_TERMINALS, [now - after, silence["after_s"]])):
            ledger.about_terminal("terminal.offline", {**row, "online": False})
    return (yield from _tell(ledger))


def _tell(ledger: Ledger) -> Script:
    """Write what became of terminals, and the events if there are any."""
    if not ledger.notes:
        yield from _terminals(ledger)
        return 0
    return (yield Write([*_terminals(ledger), _events(ledger)], len(ledger.notes)))


def _look_up(letters: Sequence[Letter], now: datetime, embedded: bool) -> Generator[Step, list[list[Looked]], Ledger]:
    """All that the batch needs to know: open cases and terminals, in this order locked, earlier alerts, free ids."""
    names = _unique(letter.terminal_id for letter in letters if not isinstance(letter, UnverifiedLetter))
    pairs = _unique((one.terminal_id, one.message.msg_id) for one in letters if isinstance(one, AlertLetter))
    alerts = sum(isinstance(letter, AlertLetter) for letter in letters)
    unreadable = sum(isinstance(letter, UnreadableLetter) for letter in letters)
    numbers = {"alert": alerts, "incident": alerts, "unreadable_call": unreadable}
    free = {table: _free_ids(table, count, embedded) for table, count in numbers.items() if count}
    known = [
        Ask(sql.OPEN_INCIDENTS, [names]),
        Ask(sql.TERMINALS, [names]),
        Ask(sql.EARLIER, [[pair[0] for pair in pairs], [pair[1] for pair in pairs]]),
        Ask(sql.LADDERS),
    ]
    cases, terminals, earlier, ladders, *ids = yield Look([*known, *free.values()])
    ledger = Ledger(now, {row["id"]: Seen(row) for row in terminals}, {}, {}, {}, readable(ladders))
    for row in cases:
        house = row["household_id"]
        home = ("terminal", row["terminal_id"]) if house is None else ("household", house)
        ledger.cases[(home, row["playbook"])] = case_of(row)
    for row in earlier:
        ledger.earlier.setdefault((row["terminal_id"], row["msg_id"]), []).append(Kept.from_row(row))
    for table, rows in zip(free, ids, strict=True):
        ledger.next_id[table] = _highest_first(rows, numbers[table])
    return ledger


def _free_ids(table: str, count: int, embedded: bool) -> Ask:
    """Free ids; the embedded database has one writer, so the last one is enough: nobody else can take the next."""
    if embedded:
        return Ask(sql.last_id(table))
    series = "generate_series(1, CAST($1 AS integer))"
    return Ask(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id')) AS id FROM {series}", [count])


def _highest_first(rows: Sequence[Row], count: int) -> list[int]:
    if "last" in rows[0]:
        return list(range(rows[0]["last"] + count, rows[0]["last"], -1))
    return [row["id"] for row in rows][::-1]


def _cases(ledger: Ledger) -> list[Tell]:
    fresh, joined = [], []
    for case in ledger.cases.values():
        if case.fresh:
            fresh.append(NO_PLACE | case.now_row() | {"id": case.id, "press_times": dumps(case.press_times)})
        elif case.joined:
            mine = (case.id, case.kind, case.severity, case.presses, dumps(case.press_times), case.last_alert_at)
            joined.append((*mine, *(case.place or (None, None, None))))
    return [
        Tell(INSERT_INCIDENT, _rows(fresh, sql.INCIDENT_COLUMNS)),
        Tell(sql.JOIN_INCIDENT, joined),
        Tell(INSERT_TIMER, _rows(ledger.timers, sql.TIMER_COLUMNS)),
    ]


def _terminals(ledger: Ledger) -> list[Tell]:
    touched = sorted((seen for seen in ledger.terminals.values() if seen.touched), key=lambda seen: str(seen.row["id"]))
    return [Tell(sql.SEE_TERMINAL, [terminal_values(seen, ledger.now) for seen in touched])]


def terminal_values(seen: Seen, now: datetime) -> list[Any]:
    """The values of sql.SEE_TERMINAL."""
    row = seen.row
    kept = [row[name] for name in ("battery", "signal", "worn", "firmware")]
    return [row["id"], row["boot"], row["counter"], row["replay_bits"], now, *kept, seen.tested_at]


def _fill_cards(ledger: Ledger) -> Generator[Step, list[Row], None]:
    """Give the events about incidents their cards, as these stand once the batch is written."""
    cases = {case.id: case for case in ledger.cases.values()}
    fresh = {case.row["terminal_id"] for case in cases.values() if case.fresh}
    homes = {row["terminal_id"]: dict(row) for row in (yield Ask(sql.NEW_CARDS, [list(fresh)]))} if fresh else {}
    for note in ledger.notes:
        if note.incident_id is None:
            continue
        case = cases[note.incident_id]
        row = case.now_row()
        if case.fresh:
            row = NOT_YET | homes[row["terminal_id"]] | row | ledger.next_rung(case.id) | {"id": case.id}
        note.data = {"incident": incident_card(row)}


def _events(ledger: Ledger) -> Tell:
    last, now = len(ledger.notes) - 1, ledger.now
    rows = [
        (last - place, now, *whose, dumps(note.caregiver_ids), dumps(note.data))
        for place, note in enumerate(ledger.notes)
        for whose in [(note.topic, note.subject, note.area_code, note.provider_id)]
    ]
    return Tell(INSERT_EVENT, rows, numbered=True)


def _rows(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> list[tuple[Any, ...]]:
    values = itemgetter(*columns)
    return [values(row) for row in rows]


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))
