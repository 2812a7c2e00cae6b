"""One batch in memory: applies letters to what the database knew and collects the rows to write; refuses any I/O."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from service.clock import LOCAL, moment_text
from service.intake.card import as_list
from service.intake.ladder import KINDS, LOW_BATTERY, Ladder, choose
from service.intake.letters import AlertLetter, Taken, UnreadableLetter, UnverifiedLetter, answer
from service.intake.limits import CALLS_A_MINUTE, Caller, Crowd
from service.intake.message import Message
from service.intake.rules import RECORDED, Case, Kept, MsgIdConflict, heard_before, place_of
from service.intake.window import Place, Window

Ids = Iterable[int]


@dataclass
class Seen:
    """What is known of one terminal, as the batch changes it."""

    row: dict[str, Any]
    touched: bool = False
    tested_at: datetime | None = None

    @property
    def home(self) -> tuple[str, Any]:
        """What calls of one dwelling have in common; a terminal that nobody has placed is its own dwelling."""
        household = self.row["household_id"]
        return ("terminal", self.row["id"]) if household is None else ("household", household)


@dataclass
class Note:
    """One event to be: about an incident (its card is read after the rows are written) or with its data ready."""

    topic: str
    subject: str
    area_code: str | None
    provider_id: int | None
    caregiver_ids: list[int] = field(default_factory=list)
    incident_id: int | None = None
    data: dict[str, Any] | None = None


@dataclass
class Ledger:
    """The world of a batch. `alert_ids`, `incident_ids`, `call_ids` give out row ids already reserved."""

    now: datetime
    terminals: dict[str, Seen]
    earlier: dict[tuple[str, str], list[Kept]]
    cases: dict[tuple[tuple[str, Any], str], Case]
    next_id: dict[str, list[int]]
    ladders: Sequence[Ladder] = ()
    crowd: Crowd = field(default_factory=Crowd)
    calls: Counter[Caller] = field(default_factory=Counter)
    repeated: list[Kept] = field(default_factory=list)
    timers: list[dict[str, Any]] = field(default_factory=list)
    unreadable: list[dict[str, Any]] = field(default_factory=list)
    unverified: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    rings: dict[int, Note] = field(default_factory=dict)
    """Of each incident the one event that tells all of the batch's repeats."""
    numbered: list[tuple[Kept, Note | None, list[Any]]] = field(default_factory=list)
    """Each new alert with the event that its answer points at, and its row."""

    def apply(self, letter: AlertLetter | UnreadableLetter | UnverifiedLetter) -> "Outcome":
        """Take one letter in. The answer is complete once the events have their numbers."""
        if isinstance(letter, UnverifiedLetter):
            self.unverified.append({**vars(letter), "received_at": self.now})
            return Outcome(done=Taken(401, {}))
        if isinstance(letter, UnreadableLetter):
            return self._keep_unreadable(letter)
        if letter.terminal_id not in self.terminals:
            return Outcome(done=Taken(401, {}, "terminal.unknown", "this terminal is not known"))
        earlier = self.earlier.setdefault((letter.terminal_id, letter.message.msg_id), [])
        try:
            first, reuse = heard_before(letter.message, letter.boot, letter.counter, earlier, self.now)
        except MsgIdConflict:
            return Outcome(done=Taken(409, {}, "alert.msg_id_conflict", "this msg_id was used with another body"))
        if first is not None:
            self._repeat(letter, first)
            return Outcome(kept=first, duplicate=True)
        kept = self._keep(letter, reuse)
        earlier.append(kept)
        return Outcome(kept=kept)

    def _repeat(self, letter: AlertLetter, first: Kept) -> None:
        """It came again: the terminal lives, its counter went on, and it had not heard our first answer."""
        seen = self.terminals[letter.terminal_id]
        self._count(letter, seen)
        self._alive(seen, None)
        first.again += 1
        self.repeated.append(first)

    def _keep(self, letter: AlertLetter, reuse: int) -> Kept:
        message, seen = letter.message, self.terminals[letter.terminal_id]
        warnings = list(message.warnings)
        if reuse:
            warnings.append("msg_id_reused")
        note, place, gap = self._see(letter, seen)
        if place in (Place.OLD, Place.REPLAYED):
            warnings.append("counter")
        case = None
        playbook = KINDS[message.kind].playbook
        if playbook is not None:
            case, told = self._open_or_join(letter, seen, playbook)
            note = told or note
            if told is None:
                warnings.append("coalesced")
        kept = Kept(
            id=self.next_id["alert"].pop(),
            terminal_id=letter.terminal_id,
            msg_id=message.msg_id,
            reuse=reuse,
            boot=letter.boot,
            counter=letter.counter,
            body_hash=message.body_hash,
            kind=message.kind,
            incident_id=None if case is None else case.id,
            state=RECORDED if case is None else case.state,
            received_at=self.now,
            warnings=warnings,
            seq=0,
            unfinished=case is not None,
        )
        self.numbered.append((kept, note, self._alert_row(kept, message, gap)))
        return kept

    def _count(self, letter: AlertLetter, seen: Seen) -> tuple[Place, int]:
        """Move the terminal's window on; an older start is one that lost its memory: its window begins anew."""
        row = seen.row
        window, place, gap = Window(row["boot"], row["counter"], row["replay_bits"]).see(letter.boot, letter.counter)
        if letter.boot < row["boot"]:
            window = Window(letter.boot, letter.counter, 1)
        row["boot"], row["counter"], row["replay_bits"] = window
        seen.touched = True
        return place, gap

    def _see(self, letter: AlertLetter, seen: Seen) -> tuple[Note | None, Place, int]:
        """The terminal called: note its count and a test; gives the event, if any, and where it stands."""
        row, message = seen.row, letter.message
        place, gap = self._count(letter, seen)
        if message.kind == "test" and message.extra.get("passed") is not False:
            seen.tested_at = self.now
        note = self._alive(seen, message.battery)
        if message.kind == "battery" and message.battery is None:
            note = self.about_terminal("terminal.low_battery", row)
        return note, place, gap

    def beat(self, terminal_id: str, boot: int, counter: int, health: Mapping[str, Any]) -> None:
        """Take one heartbeat in; one that is not newer than everything seen (a replay) changes nothing."""
        seen = self.terminals.get(terminal_id)
        if seen is None or (boot, counter) <= (seen.row["boot"], seen.row["counter"]):
            return
        seen.row.update({name: health[name] for name in ("signal", "worn", "firmware") if name in health})
        window, _, _ = Window(seen.row["boot"], seen.row["counter"], seen.row["replay_bits"]).see(boot, counter)
        seen.row["boot"], seen.row["counter"], seen.row["replay_bits"] = window
        self._alive(seen, health.get("battery"))

    def _alive(self, seen: Seen, battery: int | None) -> Note | None:
        """Note that a terminal lives, and say so when it came back or its battery fell low."""
        row, was = seen.row, 100 if seen.row["battery"] is None else seen.row["battery"]
        note = None if row["online"] else self.about_terminal("terminal.online", {**row, "online": True})
        row["online"], seen.touched = True, True
        if battery is not None:
            row["battery"] = battery
            if battery <= LOW_BATTERY < was:
                note = self.about_terminal("terminal.low_battery", row)
        return note

    def about_terminal(self, topic: str, row: Mapping[str, Any]) -> Note:
        """Collect an event about one terminal."""
        note = Note(topic, f"terminal:{row['id']}", row["area_code"], row["provider_id"])
        note.data = {"terminal": {name: row[name] for name in ("id", "online", "battery")}}
        self.notes.append(note)
        return note

    def _open_or_join(self, letter: AlertLetter, seen: Seen, playbook: str) -> tuple[Case, Note | None]:
        """The incident of a call and the event that tells it; none for a button that is pressed without end."""
        caller = (letter.terminal_id, playbook)
        often = self.crowd.lately(caller, self.now) + self.calls[caller] >= CALLS_A_MINUTE
        self.calls[caller] += 1
        case = self.cases.get((seen.home, playbook))
        if case is None:
            case = self.cases[(seen.home, playbook)] = self._open(letter, seen, playbook)
            return case, self._about_case("incident.raised", case)
        worse = KINDS[letter.message.kind].severity > case.severity
        case.press(letter.message, self.now)
        if often and not worse:
            return case, None
        if case.id not in self.rings:
            self.rings[case.id] = self._about_case("incident.repeated", case)
        return case, self.rings[case.id]

    def _about_case(self, topic: str, case: Case) -> Note:
        phones = [] if case.assigned_to is None else [case.assigned_to]
        note = Note(topic, f"incident:{case.id}", case.area_code, case.provider_id, phones, incident_id=case.id)
        self.notes.append(note)
        return note

    def _open(self, letter: AlertLetter, seen: Seen, playbook: str) -> Case:
        row, message, identity = seen.row, letter.message, self.next_id["incident"].pop()
        time = moment_text(self.now)
        severity = KINDS[message.kind].severity
        case = Case(
            identity, playbook, message.kind, severity, "open", 1, [time], row["area_code"], row["provider_id"], None
        )
        case.fresh, case.last_alert_at, case.place = True, self.now, place_of(message)
        owned = ("household_id", "elder_id", "station_id", "provider_id", "area_code")
        local = self.now.astimezone(LOCAL)
        minute = local.hour * 60 + local.minute
        ladder = choose(self.ladders, row["area_code"], message.kind, playbook, minute)
        case.row = {
            "ladder_id": ladder.id,
            "terminal_id": row["id"],
            **{name: row[name] for name in owned},
            "playbook": playbook,
            "drill": False,
            "state": "open",
            "rung": 0,
            "opened_at": self.now,
        }
        for rung in ladder.rungs:
            due_at, desk = self.now + timedelta(seconds=rung.after_s), rung.step == 0
            timer = {"incident_id": identity, "step": rung.step, "cycle": 0, "rung": rung.name, "due_at": due_at}
            fired = {"state": "fired" if desk else "armed", "fired_at": self.now if desk else None}
            self.timers.append(timer | fired | {"armed_at": self.now})
        return case

    def next_rung(self, incident_id: int) -> dict[str, Any]:
        """Which rung of a new incident comes next, as its card shows it."""
        armed = (timer for timer in self.timers if timer["incident_id"] == incident_id and timer["state"] == "armed")
        first = min(armed, key=lambda timer: (timer["due_at"], timer["step"]), default=None)
        return {} if first is None else {"next_rung": first["rung"], "next_rung_due_at": first["due_at"]}

    def _alert_row(self, kept: Kept, message: Message, gap: int) -> list[Any]:
        """The values of sql.ALERT_COLUMNS; `seq` and `again`, first and last, are known with the whole batch."""
        severity = KINDS[kept.kind].severity
        return [
            *(
                0,
                kept.id,
                kept.terminal_id,
                kept.msg_id,
                kept.reuse,
                kept.boot,
                kept.counter,
                kept.body_hash,
                kept.kind,
            ),
            *(severity, kept.incident_id, self.now, message.occurred_at, message.lon, message.lat, message.datum),
            *(message.accuracy_m, message.battery, message.text, dumps(message.extra), dumps(kept.warnings), gap, 0),
        ]

    def number(self) -> dict[int, Kept]:
        """Say of each new alert how far its event lies behind the batch's last; gives them by id."""
        last = len(self.notes) - 1
        behind = {id(note): last - place for place, note in enumerate(self.notes)}
        for kept, note, row in self.numbered:
            kept.seq = row[0] = 0 if note is None else behind[id(note)]
            row[-1] = kept.again
        return {kept.id: kept for kept, _, _ in self.numbered}

    def _keep_unreadable(self, letter: UnreadableLetter) -> "Outcome":
        seen = self.terminals.get(letter.terminal_id)
        if seen is None:
            return Outcome(done=Taken(401, {}, "terminal.unknown", "this terminal is not known"))
        identity = self.next_id["unreadable_call"].pop()
        self.unreadable.append({"id": identity, **vars(letter), "received_at": self.now})
        note = Note("terminal.unreadable", f"terminal:{letter.terminal_id}", seen.row["area_code"], None)
        note.provider_id = seen.row["provider_id"]
        note.data = {"call": {"id": identity, "terminal_id": letter.terminal_id, "problem": letter.problem}}
        self.notes.append(note)
        return Outcome(done=Taken(400, {}, "alert.unreadable", letter.problem))


@dataclass
class Outcome:
    """What became of one letter: an answer that stands, or an alert whose `seq` is still to come."""

    done: Taken | None = None
    kept: Kept | None = None
    duplicate: bool = False

    def taken(self, told_at: str) -> Taken:
        """The answer, once the batch is numbered."""
        if self.kept is not None:
            return answer(self.kept, self.duplicate, told_at)
        return self.done or Taken(503, {})


def dumps(value: Any) -> str:
    """JSON text as both databases take it."""
    return orjson.dumps(value).decode()


def case_of(row: dict[str, Any]) -> Case:
    """An open incident from a row of sql.OPEN_INCIDENTS."""
    own = (row["id"], row["playbook"], row["kind"], row["severity"], row["state"], row["presses"])
    whose = (row["area_code"], row["provider_id"], row["assigned_to"])
    return Case(*own, as_list(row["press_times"]), *whose, row=row)
