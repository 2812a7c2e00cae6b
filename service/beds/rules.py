"""Pure decisions about a family care bed: its life as data, and what its gate still lacks; looks nothing up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from models.types import BedState, DeviceKind, WorksState
from service.clock import LOCAL
from service.contracts.rules import Held

APPLIED, ASSESSED, SURVEYED, ADAPTING = BedState.APPLIED, BedState.ASSESSED, BedState.SURVEYED, BedState.ADAPTING
INSTALLED, TESTED, CONTRACTED = BedState.DEVICES_INSTALLED, BedState.TESTED, BedState.CONTRACTED
ACTIVE, SUSPENDED, CLOSED = BedState.ACTIVE, BedState.SUSPENDED, BedState.CLOSED

NEXT: dict[BedState, tuple[BedState, ...]] = {
    APPLIED: (ASSESSED, CLOSED),
    ASSESSED: (SURVEYED, APPLIED, CLOSED),
    SURVEYED: (ADAPTING, ASSESSED, CLOSED),
    ADAPTING: (INSTALLED, SURVEYED, CLOSED),
    INSTALLED: (TESTED, ADAPTING, CLOSED),
    TESTED: (CONTRACTED, INSTALLED, CLOSED),
    CONTRACTED: (ACTIVE, TESTED, CLOSED),
    ACTIVE: (SUSPENDED, CLOSED),
    SUSPENDED: (ACTIVE, CLOSED),
    CLOSED: (),
}
"""What may follow what: one step on, one step back while it is built, the end at any time."""

BY_VERB: dict[tuple[BedState, BedState], str] = {(ACTIVE, SUSPENDED): "suspend", (SUSPENDED, ACTIVE): "resume"}
"""Steps that say from when, so a verb of their own takes them and not a move."""

ORDER = tuple(NEXT)
ALWAYS = DeviceKind.CALL.value
"""The device that must be there whatever a district asks for: without a caller there is no live test call."""


@dataclass(frozen=True)
class Fitted:
    """One device of a bed: which, whether it must be there, and when it was fitted and last passed a live test."""

    id: int
    kind: str
    mandatory: bool
    terminal_id: str | None
    fitted_at: datetime | None
    tested_at: datetime | None

    @property
    def passed(self) -> bool:
        """Whether it passed a test call by the real way after it was fitted; one in the workshop does not count."""
        return self.fitted_at is not None and self.tested_at is not None and self.tested_at >= self.fitted_at


@dataclass(frozen=True)
class Gate:
    """Everything that the steps of one bed depend on, as it is on one day."""

    on: date
    assessed_until: date | None
    works: WorksState | None
    devices: tuple[Fitted, ...]
    wanted: tuple[str, ...]
    contract: Held | None
    template_version: int | None
    provider_id: int
    licence_until: date
    blacklisted: bool
    elder_left: bool = False
    accepted_before: bool = False
    """Whether any works of the home were accepted; `works` is the state of the newest."""


@dataclass(frozen=True)
class Lack:
    """One thing that is missing: a stable code and what it is in words."""

    code: str
    detail: str

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "detail": self.detail}


def _provider(gate: Gate) -> list[Lack]:
    lacks = []
    if gate.licence_until < gate.on:
        lacks.append(Lack("provider.licence_expired", f"the provider's licence ended on {gate.licence_until}"))
    if gate.blacklisted:
        lacks.append(Lack("provider.blacklisted", "the provider is on the black list"))
    return lacks


def _elder(gate: Gate) -> list[Lack]:
    return [Lack("elder.left", "the elder has left the register: close the bed")] if gate.elder_left else []


def _assessment(gate: Gate) -> list[Lack]:
    if gate.assessed_until is not None and gate.assessed_until >= gate.on:
        return []
    return [Lack("assessment.none", "no approved assessment holds today")]


def _works(gate: Gate) -> list[Lack]:
    if gate.works is WorksState.ACCEPTED:
        return []
    if gate.works is None:
        return [Lack("works.none", "the home has no works order")]
    return [Lack("works.not_accepted", f"the works are {gate.works}")]


def _works_once(gate: Gate) -> list[Lack]:
    return [] if gate.accepted_before else _works(gate)


def _fitted(gate: Gate) -> list[Lack]:
    kinds = {device.kind for device in gate.devices if device.mandatory}
    asked = dict.fromkeys((ALWAYS, *gate.wanted))
    lacks = [Lack("device.missing", f"no mandatory {kind} device is planned") for kind in asked if kind not in kinds]
    return lacks + [
        Lack("device.not_fitted", f"device {device.id} ({device.kind}) is not fitted")
        for device in gate.devices
        if device.mandatory and (device.terminal_id is None or device.fitted_at is None)
    ]


def _tests(gate: Gate) -> list[Lack]:
    return _fitted(gate) + [
        Lack("device.not_tested", f"{device.terminal_id} ({device.kind}) has not passed a live test call since fitted")
        for device in gate.devices
        if device.mandatory and device.fitted_at is not None and device.terminal_id is not None and not device.passed
    ]


def _signed(gate: Gate) -> list[Lack]:
    contract = gate.contract
    if contract is None:
        return [Lack("contract.none", "no contract was drawn up")]
    if not contract.signed:
        return [Lack("contract.not_signed", f"contract {contract.id} is not signed")]
    if contract.until_on < gate.on:
        return [Lack("contract.over", f"contract {contract.id} ended on {contract.until_on}")]
    if contract.provider_id != gate.provider_id:
        return [Lack("contract.other_provider", f"contract {contract.id} is with another provider")]
    return []


def _current(gate: Gate) -> list[Lack]:
    lacks = _signed(gate)
    if not lacks and gate.contract is not None and gate.contract.template_version != gate.template_version:
        was, now = gate.contract.template_version, gate.template_version
        lacks.append(Lack("contract.old_template", f"it has version {was} of the template, {now} is current"))
    return lacks


def _begun(gate: Gate) -> list[Lack]:
    lacks = _signed(gate)
    if not lacks and gate.contract is not None and not gate.contract.in_force(gate.on):
        lacks.append(Lack("contract.not_begun", f"the contract begins on {gate.contract.from_on}"))
    return lacks


def _current_and_begun(gate: Gate) -> list[Lack]:
    return _current(gate) or _begun(gate)


Condition = Callable[[Gate], list[Lack]]
NEEDS: dict[tuple[BedState, BedState], tuple[Condition, ...]] = {
    (APPLIED, ASSESSED): (_elder, _assessment),
    (ADAPTING, INSTALLED): (_works, _fitted),
    (INSTALLED, TESTED): (_tests,),
    (TESTED, CONTRACTED): (_current,),
    (CONTRACTED, ACTIVE): (_elder, _provider, _assessment, _works, _tests, _current_and_begun),
    (SUSPENDED, ACTIVE): (_elder, _provider, _assessment, _works_once, _tests, _begun),
}
"""What a step needs beside being allowed. Coming back needs a contract in force, whatever template it was signed on,
and works that were accepted, whatever is being built beside them by now."""


def lacks(state: BedState, to: BedState, gate: Gate) -> list[Lack]:
    """What is missing for this step; empty when nothing is, or when the step needs nothing."""
    return [lack for condition in NEEDS.get((state, to), ()) for lack in condition(gate)]


def by_move(state: BedState) -> list[BedState]:
    """The states that a plain move leads to."""
    return [to for to in NEXT[state] if (state, to) not in BY_VERB]


def by_verb(state: BedState) -> dict[BedState, str]:
    """The other states that may follow, each with the verb that leads there."""
    return {to: BY_VERB[state, to] for to in NEXT[state] if (state, to) in BY_VERB}


def forward(state: BedState) -> BedState | None:
    """The step that leads on towards ACTIVE; None for beds that are there, and for closed ones."""
    if state in (ACTIVE, CLOSED):
        return None
    return ACTIVE if state is SUSPENDED else NEXT[state][0]


def blocks(state: BedState, gate: Gate) -> list[Lack]:
    """What keeps a bed from its next step on; of an active one: what it would not get past its gate with today."""
    if state is ACTIVE:
        return lacks(SUSPENDED, ACTIVE, gate)
    step = forward(state)
    return [] if step is None else lacks(state, step, gate)


def pause_problem(from_on: date, on: date, days_back: int, days_ahead: int) -> str | None:
    """Why a rest cannot begin on this day, or None; hospitals tell late, families early."""
    if not -days_back <= (from_on - on).days <= days_ahead:
        return f"{days_back} days ago to {days_ahead} days ahead"
    return None


def has_begun(from_on: date, today: date) -> bool:
    """Whether a rest has begun: before its first day the bed is live and everybody sees it so."""
    return from_on <= today


def days_in(since_at: datetime, on: date) -> int:
    """Whole local days that a bed has been in its state: 0 on the day it came, also before eight in the morning."""
    return max(0, (on - since_at.astimezone(LOCAL).date()).days)


def billed_days(
    begun_on: date | None, ended_on: date | None, pauses: Sequence[tuple[date, date | None]], first: date, last: date
) -> set[date]:
    """The days from `first` to `last` (both included) that are billed: the bed lives and does not rest.

    The first day of care counts and the day of coming back; the first day of a rest does not, nor that of the end.
    """
    if begun_on is None:
        return set()
    since = max(begun_on, first).toordinal()
    until = last.toordinal() if ended_on is None else min(last.toordinal(), ended_on.toordinal() - 1)
    lived = {date.fromordinal(number) for number in range(since, until + 1)}
    return lived - rest_days(pauses, first, last)


def stretches(days: set[date]) -> list[tuple[date, date]]:
    """The same days as stretches without a gap, first and last day of each."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        if found and found[-1][1].toordinal() + 1 == day.toordinal():
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def rest_days(pauses: Sequence[tuple[date, date | None]], first: date, last: date) -> set[date]:
    """The days from `first` to `last` (both included) that rests cover; a rest ends before its second day."""
    found = set()
    for begin, end in pauses:
        for number in range(max(begin, first).toordinal(), last.toordinal() + 1):
            if end is not None and number >= end.toordinal():
                break
            found.add(date.fromordinal(number))
    return found
