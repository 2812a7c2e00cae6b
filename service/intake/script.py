"""What one batch asks and writes, in order, as a script that either database plays; refuses to open connections.

Locks are taken in one order everywhere: incidents, terminals, then the event counter right before the commit.
"""

from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from service.intake import sql
from service.intake.card import incident_card
from service.intake.ladder import Ladder, readable
from service.intake.ledger import Ledger, Note, Outcome, Seen, case_of, dumps
from service.intake.letters import AlertLetter, Letter, Taken, UnreadableLetter, UnverifiedLetter
from service.intake.limits import Caller, Crowd
from service.intake.play import Ask, Row, Script, Step, Tell
from service.intake.rules import Kept


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
    """Take a batch of letters: load what they touch, decide, write everything, number the events."""
    if not embedded:
        yield Ask(sql.LOCK)
    ledger = yield from _load(letters, now, embedded)
    ledger.crowd = crowd
    outcomes: list[Outcome] = [ledger.apply(letter) for letter in letters]
    yield from _write_cases(ledger)
    yield from _write_terminals(ledger)
    yield Tell(sql.insert("unverified_call", sql.UNVERIFIED_COLUMNS), _rows(ledger.unverified, sql.UNVERIFIED_COLUMNS))
    yield Tell(sql.insert("unreadable_call", sql.UNREADABLE_COLUMNS), _rows(ledger.unreadable, sql.UNREADABLE_COLUMNS))
    yield from _fill_cards(ledger.notes)
    last = yield from _number(ledger)
    yield Tell(sql.insert("alert", sql.ALERT_COLUMNS), _rows(ledger.alerts, sql.ALERT_COLUMNS))
    yield Tell(sql.AGAIN, [list(row) for row in Counter(kept.id for kept in ledger.repeated).items()])
    yield from write_events(ledger.notes, last, now, embedded)
    return Batch([outcome.taken(now) for outcome in outcomes], last if ledger.notes else 0, ledger.calls)


def listen(beats: Sequence[Beat], now: datetime, embedded: bool) -> Script:
    """Write heartbeats down; gives the highest `seq` (0: no terminal came back or ran low)."""
    rows = yield Ask(sql.BEATING, [[beat.terminal_id for beat in beats]])
    ledger = Ledger(now, {row["id"]: Seen(dict(row)) for row in rows}, {}, {}, {})
    for beat in beats:
        ledger.beat(beat.terminal_id, beat.boot, beat.counter, beat.health)
    yield from _write_terminals(ledger)
    return (yield from _tell(ledger, embedded))


def lose(usual: timedelta, now: datetime, embedded: bool) -> Script:
    """Mark terminals offline that were silent for the `usual` time or their own, 200 of each at most; gives `seq`.

    A threshold of its own is for a terminal whose line is known to be weak: silence of minutes is no news there.
    """
    ledger = Ledger(now, {}, {}, {}, {})
    for silence in (yield Ask(sql.SILENCES)):
        after = timedelta(seconds=silence["after_s"]) or usual
        for row in (yield Ask(sql.LOSE_TERMINALS, [now - after, silence["after_s"]])):
            ledger.about_terminal("terminal.offline", {**row, "online": False})
    return (yield from _tell(ledger, embedded))


def _tell(ledger: Ledger, embedded: bool) -> Generator[Step, list[Row], int]:
    if not ledger.notes:
        return 0
    last = yield from _number(ledger)
    yield from write_events(ledger.notes, last, ledger.now, embedded)
    return last


def _load(letters: Sequence[Letter], now: datetime, embedded: bool) -> Generator[Step, list[Row], Ledger]:
    signed = [letter for letter in letters if not isinstance(letter, UnverifiedLetter)]
    alerts = [letter for letter in signed if isinstance(letter, AlertLetter)]
    rows = yield Ask(sql.TERMINALS, [_unique(letter.terminal_id for letter in signed)])
    seen = {row["id"]: Seen(dict(row)) for row in rows}
    earlier: dict[tuple[str, str], list[Kept]] = {}
    cases = {}
    if alerts:
        pairs = _unique((letter.terminal_id, letter.message.msg_id) for letter in alerts)
        known = yield Ask(sql.EARLIER, [[pair[0] for pair in pairs], [pair[1] for pair in pairs]])
        for row in known:
            earlier.setdefault((row["terminal_id"], row["msg_id"]), []).append(Kept.from_row(row))
        homes = _unique(one.row["household_id"] for one in seen.values() if one.row["household_id"] is not None)
        loose = [one.row["id"] for one in seen.values() if one.row["household_id"] is None]
        for row in (yield Ask(sql.OPEN_INCIDENTS, [homes, loose])):
            house = row["household_id"]
            home = ("terminal", row["terminal_id"]) if house is None else ("household", house)
            cases[(home, row["playbook"])] = case_of(row)
    ladders: list[Ladder] = []
    if alerts:
        ladders = readable((yield Ask(sql.LADDERS)))
    unreadable = sum(isinstance(letter, UnreadableLetter) for letter in letters)
    next_id = {}
    for table, count in (("alert", len(alerts)), ("incident", len(alerts)), ("unreadable_call", unreadable)):
        next_id[table] = (yield from _reserve(table, count, embedded)) if count else []
    return Ledger(now, seen, earlier, cases, next_id, ladders)


def _reserve(table: str, count: int, embedded: bool) -> Generator[Step, list[Row], list[int]]:
    """`count` free ids, highest first. The embedded database has one writer: nobody else can take them."""
    if embedded:
        rows = yield Ask(sql.last_id(table))
        return list(range(rows[0]["last"] + count, rows[0]["last"], -1))
    series = "generate_series(1, CAST($1 AS integer))"
    rows = yield Ask(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id')) AS id FROM {series}", [count])
    return [row["id"] for row in rows][::-1]


def _write_cases(ledger: Ledger) -> Generator[Step, list[Row], None]:
    fresh, joined = [], []
    for case in ledger.cases.values():
        place = dict(zip(("lon", "lat", "datum"), case.place or (None, None, None), strict=True))
        names = ("id", "kind", "severity", "presses", "last_alert_at")
        row = {name: getattr(case, name) for name in names} | place | {"press_times": dumps(case.press_times)}
        if case.fresh:
            fresh.append(ledger.incidents[case.id] | row)
        elif case.joined:
            joined.append(row)
    join = ("id", "kind", "severity", "presses", "press_times", "last_alert_at", "lon", "lat", "datum")
    yield Tell(sql.insert("incident", sql.INCIDENT_COLUMNS), _rows(fresh, sql.INCIDENT_COLUMNS))
    yield Tell(sql.JOIN_INCIDENT, _rows(joined, join))
    yield Tell(sql.insert("timer", sql.TIMER_COLUMNS), _rows(ledger.timers, sql.TIMER_COLUMNS))


def _write_terminals(ledger: Ledger) -> Generator[Step, list[Row], None]:
    touched = sorted((seen for seen in ledger.terminals.values() if seen.touched), key=lambda seen: str(seen.row["id"]))
    if len(touched) > 1:
        yield Ask(sql.LOCK_TERMINALS, [[seen.row["id"] for seen in touched]])
    yield Tell(sql.SEE_TERMINAL, [terminal_values(seen, ledger.now) for seen in touched])


def terminal_values(seen: Seen, now: datetime) -> list[Any]:
    """The values of sql.SEE_TERMINAL."""
    row = seen.row
    kept = [row[name] for name in ("battery", "signal", "worn", "firmware")]
    return [row["id"], row["boot"], row["counter"], row["replay_bits"], now, *kept, seen.tested_at]


def _fill_cards(notes: Sequence[Note]) -> Generator[Step, list[Row], None]:
    wanted = _unique(note.incident_id for note in notes if note.incident_id is not None)
    if not wanted:
        return
    cards = {row["id"]: incident_card(row) for row in (yield Ask(sql.CARDS, [wanted]))}
    for note in notes:
        if note.incident_id is not None:
            note.data = {"incident": cards[note.incident_id]}


def _number(ledger: Ledger) -> Generator[Step, list[Row], int]:
    """Give the events their `seq` under the counter's lock, and each new alert the `seq` of its event."""
    count = len(ledger.notes)
    rows = yield (Ask(sql.TAKE_SEQ, [count]) if count else Ask(sql.LAST_SEQ))
    last: int = rows[0]["last"]
    places = {id(note): last - count + 1 + place for place, note in enumerate(ledger.notes)}
    for kept, note in ledger.numbered:
        kept.seq = last if note is None else places[id(note)]
    for row in ledger.alerts:
        row["seq"] = row["kept"].seq
    return last


def write_events(notes: Sequence[Note], last: int, now: datetime, embedded: bool) -> Generator[Step, list[Row], None]:
    """Write the events up to `last`, and on PostgreSQL ring once for all of them."""
    first = last - len(notes) + 1
    rows = [
        [
            first + place,
            now,
            note.topic,
            note.subject,
            note.area_code,
            note.provider_id,
            dumps(note.caregiver_ids),
            dumps(note.data),
        ]
        for place, note in enumerate(notes)
    ]
    yield Tell(sql.insert("event", sql.EVENT_COLUMNS), rows)
    if notes and not embedded:
        yield Ask(sql.NOTIFY, [str(last)])


def _rows(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> list[tuple[Any, ...]]:
    values = itemgetter(*columns)
    return [values(row) for row in rows]


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))
