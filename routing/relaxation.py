"""What may give so that a visit left out gets in: kinds of giving, their prices, and what they make of a problem."""

from __future__ import annotations

from dataclasses import dataclass, replace

from routing.plan import Plan
from routing.problem import FAR, Caregiver, Problem, Shift, Visit, Window

EARLIER, LATER, LEVEL, REFUSED, PINNED, ALONE, LONGER, UNRESTED, UNPAID, DROPPED = (
    "earlier", "later", "level", "refused", "pinned", "alone", "longer", "unrested", "paid", "dropped",
)  # fmt: skip
KINDS = (EARLIER, LATER, LEVEL, REFUSED, PINNED, ALONE, LONGER, UNRESTED, UNPAID, DROPPED)


@dataclass(frozen=True, slots=True)
class Give:
    """One thing that gives: `kind` of KINDS, by how much (ticks, levels, or 1), and whose (caregiver or visit)."""

    kind: str
    amount: int
    who: str = ""
    skill: str = ""


@dataclass(frozen=True, slots=True)
class Prices:
    """What giving costs, in weighted ticks: per tick of a window, of a shift or of paid time, per level, per piece.

    A dropped visit costs its own price. `hour` is an hour in ticks.
    """

    hour: int
    window: int = 1
    shift: int = 2
    paid: int = 2

    def of(self, problem: Problem, give: Give) -> int:
        """The price of one thing that gives."""
        if give.kind == DROPPED:
            return next(v.price for v in problem.visits if v.id == give.who) * problem.objective.unserved
        ticks = {EARLIER: self.window, LATER: self.window, LONGER: self.shift, UNPAID: self.paid}
        pieces = {LEVEL: self.hour, PINNED: self.hour, UNRESTED: 2 * self.hour, REFUSED: 3 * self.hour}
        return give.amount * (ticks | pieces | {ALONE: 3 * self.hour})[give.kind]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The least that has to give for `visit`, what that costs, and the proof: a `plan` that passes for `problem`.

    Without `gives` the visit fits as things stand and was left out for its price: `extra` is what serving it costs
    more, in the plan's natural units.
    """

    visit: str
    gives: tuple[Give, ...]
    cost: int
    extra: float
    problem: Problem
    plan: Plan

    @property
    def text(self) -> str:
        """In words, with times in minutes."""
        if not self.gives:
            price = next(v.price for v in self.problem.visits if v.id == self.visit)
            return (
                f"it fits as it is, for {self.extra:g} more against a price of {price / self.problem.objective.scale:g}"
            )
        return ", and ".join(_words(give, 60 * self.problem.ticks_per_s) for give in self.gives)


def _words(give: Give, minute: int) -> str:
    minutes = f"{-(-give.amount // minute)} min"
    words = {
        EARLIER: f"start {minutes} before the window",
        LATER: f"start {minutes} after the window",
        LEVEL: f"let {give.who} do it, {give.amount} below the level asked for in {give.skill}",
        REFUSED: f"accept {give.who}, who was refused",
        PINNED: f"let {give.who} do it in place of the pinned one",
        ALONE: "send one person where two are asked for",
        LONGER: f"lengthen the shift of {give.who} by {minutes}",
        UNRESTED: f"leave out the break of {give.who}",
        UNPAID: f"pay {give.who} for {minutes} above the limit",
        DROPPED: f"leave out {give.who} for it",
    }
    return words[give.kind]


def relaxed(problem: Problem, visit: str, gives: tuple[Give, ...]) -> Problem:
    """The problem with these things given: the visit and the caregivers changed, nothing else."""
    visits = tuple(_asked(v, gives) if v.id == visit else v for v in problem.visits)
    people = tuple(_lent(person, [give for give in gives if give.who == person.id]) for person in problem.caregivers)
    return replace(problem, visits=visits, caregivers=people)


def _asked(visit: Visit, gives: tuple[Give, ...]) -> Visit:
    for give in gives:
        if give.kind in (EARLIER, LATER):
            visit = replace(visit, windows=_wider(visit, give), pinned_start=None)
        elif give.kind == LEVEL:
            needs = tuple(
                replace(n, skills={s: level - give.amount * (s == give.skill) for s, level in n.skills.items()})
                for n in visit.needs
            )
            visit = replace(visit, needs=needs)
        elif give.kind == REFUSED:
            visit = replace(visit, refused=visit.refused - {give.who})
        elif give.kind == PINNED:
            visit = replace(visit, pinned=())
        elif give.kind == ALONE:
            visit = replace(
                visit, needs=visit.needs[:1], gap=(0, 0), pinned=visit.pinned[:1], promised=visit.promised[:1]
            )  # fmt: skip
    return visit


def _wider(visit: Visit, give: Give) -> tuple[Window, ...]:
    """Every window wider on one side; windows that touch become one."""
    if visit.pinned_start is not None:
        windows = [Window.hard(visit.pinned_start, visit.pinned_start)]
    else:
        windows = list(visit.windows)
    early, late = (give.amount, 0) if give.kind == EARLIER else (0, give.amount)
    wide = [Window(w.start - early, w.due, min(FAR, w.latest + late)) for w in windows]
    found = wide[:1]
    for window in wide[1:]:
        if window.start <= found[-1].latest:
            found[-1] = Window(found[-1].start, window.due, window.latest)
        else:
            found.append(window)
    return tuple(found)


def _lent(person: Caregiver, gives: list[Give]) -> Caregiver:
    for give in gives:
        if give.kind == LONGER:
            person = replace(person, shifts=tuple(_longer(shift, give.amount) for shift in person.shifts))
        elif give.kind == UNRESTED:
            person = replace(person, shifts=tuple(replace(shift, rest=None) for shift in person.shifts))
        elif give.kind == UNPAID and person.most_paid is not None:
            person = replace(person, most_paid=person.most_paid + give.amount)
    return person


def _longer(shift: Shift, by: int) -> Shift:
    return replace(shift, latest=min(FAR, shift.latest + by))
