"""Plans the rest of a day that is under way: what has begun stays, what was promised changes only for a good reason."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from routing.changes import KEPT, MOVED, OTHER, Change, compared, counted, to_be_told
from routing.check import check
from routing.errors import NothingPublishable, ProblemError, SolverCrashed, whole
from routing.plan import Plan
from routing.problem import Problem
from routing.remainder import Events, Remainder
from routing.repair import better, repaired
from routing.solve import Progress, solve


@dataclass(frozen=True)
class Replanned:
    """The new plan of the whole day, the `problem` it answers (restated, frozen stops pinned), and what it changes.

    `alone` names two-person visits under way whose second person is missing: nobody could be found, and the checker's
    only complaint about the plan. `released` are visits that lost a caregiver to a call-off and had to change.
    """

    plan: Plan
    problem: Problem
    changes: tuple[Change, ...]
    released: frozenset[str]
    alone: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many visits are kept, moved, with another caregiver, new, dropped, cancelled."""
        return counted(self.changes)

    @property
    def told(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(visits whose elder must hear of it, caregivers whose day changes)."""
        return to_be_told(self.changes)

    @property
    def disturbed(self) -> float:
        """The share of visits, among those that could have stayed as promised, with another caregiver or time."""
        held = [c for c in self.changes if c.kind in (KEPT, MOVED, OTHER) and c.visit not in self.released]
        return sum(change.kind != KEPT for change in held) / max(1, len(held))


def replan(
    problem: Problem, plan: Plan, now: int, *, horizon: int = 0, gone: Collection[str] = (),
    cancelled: Collection[str] = (), begun: Collection[str] = (), change: int | None = None,
    seconds: float | None = None, iterations: int | None = None, seed: int = 1,
    on_progress: Callable[[Progress], None] | None = None, cancel: Callable[[], bool] | None = None,
) -> Replanned:  # fmt: skip
    """A new plan for `problem` from the published `plan` as of `now`; new visits are those of the problem it lacks.

    Stays as it was: every stop that has begun, is driven to (`begun` visits, or leaving for it is due), starts within
    `horizon`, or delivers what is aboard; of the caregivers who are `gone` only what they have begun. Visits that have
    begun cannot be `cancelled`. Everything else costs `change` when it gets another caregiver or moves by more than the
    objective's tolerance (its own weight, or four tolerances of travel). The repaired plan is improved by `solve`; with
    0 `seconds` it is the answer itself.
    Raises ProblemError for unknown names, NothingPublishable, Cancelled.
    """
    goal = problem.objective
    _known(problem, gone, cancelled)
    partners = {visit.delivers: visit.id for visit in problem.visits if visit.delivers}
    partners |= {visit.id: visit.delivers for visit in problem.visits if visit.delivers}
    both = frozenset(cancelled) | {partners[name] for name in cancelled if name in partners}
    both -= {stop.visit for route in plan.routes for stop in route.stops if stop.start <= now} | frozenset(begun)
    events = Events(whole(now, "now"), whole(horizon, "horizon", 0), frozenset(gone), both, frozenset(begun))
    usual = goal.changed or 4 * goal.tolerance * max(1, goal.travel)
    rest = Remainder(problem, plan, events, usual if change is None else whole(change, "change", 0))
    best = repaired(rest.problem, rest.plan)
    while back := {name for name in rest.alone(best) if rest.not_begun(name)}:
        rest = Remainder(problem, plan, replace(rest.events, recalled=rest.events.recalled | back), rest.change)
        best = repaired(rest.problem, rest.plan)
    if seconds is None or seconds > 0:
        best = _improved(rest.problem, best, seconds, iterations, seed, on_progress, cancel)
    return _answer(plan, rest, best)


def _known(problem: Problem, gone: Collection[str], cancelled: Collection[str]) -> None:
    for field, names, known in (
        ("gone", gone, {person.id for person in problem.caregivers}),
        ("cancelled", cancelled, {visit.id for visit in problem.visits}),
    ):
        strangers = sorted(set(names) - known)
        if strangers:
            raise ProblemError(field, f"names {strangers[:3]}", "ids of this problem")


def _improved(
    problem: Problem, start: Plan, seconds: float | None, iterations: int | None, seed: int,
    on_progress: Callable[[Progress], None] | None, cancel: Callable[[], bool] | None,
) -> Plan:  # fmt: skip
    """The better of the start and what the search makes of it."""
    try:
        found = solve(
            problem, seconds=seconds, iterations=iterations, seed=seed, start=start, on_progress=on_progress,
            cancelled=cancel,
        )  # fmt: skip
    except (NothingPublishable, SolverCrashed):
        return start
    return better(problem, start, found)


def _answer(published: Plan, rest: Remainder, best: Plan) -> Replanned:
    plan = rest.merged(best)
    alone = tuple(rest.alone(best))
    found = [v for v in check(rest.whole, plan).violations if not (v.code == "half_missing" and v.who in alone)]
    if found:
        raise NothingPublishable(f"{len(found)} violations, first: {found[0]}", tuple(map(str, found)))
    gone = rest.events.gone
    changes = compared(
        published, plan, rest.whole.objective.tolerance, cancelled=rest.events.cancelled, visits=rest.visits
    )  # fmt: skip
    done = set(rest.done)
    released = frozenset(c.visit for c in changes if c.visit not in done and gone & {who for who, _ in c.was})
    return Replanned(replace(plan, engine=best.engine), rest.whole, changes, released, alone)
