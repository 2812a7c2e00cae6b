"""Why a visit stands where it stands, or why it is not served, caregiver by caregiver; it changes no plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from routing.compiled import LOAD, Compiled
from routing.errors import ProblemError
from routing.moves import Finder, removed
from routing.plan import Plan
from routing.problem import Problem
from routing.reasons import barrier, reason_of
from routing.search import Best, rebuilt
from routing.state import State


@dataclass(frozen=True, slots=True)
class Option:
    """One caregiver for one half: `barrier` "" and the cost when it fits, else the constraint that binds.

    `cost` is what the plan would cost more (natural units) with the visit there instead of out; None when not possible.
    """

    caregiver: str
    half: int
    barrier: str
    cost: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a visit is (caregiver and start per half), its options, counts of what binds, and a sentence."""

    visit: str
    served: bool
    where: tuple[tuple[str, int], ...]
    options: tuple[Option, ...]
    counts: dict[str, int]
    text: str


def loaded(problem: Problem, plan: Plan) -> State:
    """A search state with the plan's orders. Raises ProblemError when the orders cannot be timed."""
    c = Compiled(problem)
    halves = {(problem.visits[c.visit[x]].id, c.half[x]): x for x in range(c.halves)}
    routes = {(problem.caregivers[owner].id, shift): r for r, (owner, shift) in enumerate(c.pairs)}
    best = Best(0, [[x] if x >= 0 else [] for x in c.token], set(range(len(c.units))))
    spare = [list(pool) for pool in c.spare]
    canteens = {canteen.id: i for i, canteen in enumerate(problem.canteens)}
    for route in plan.routes:
        r = routes[route.caregiver, route.shift]
        order: list[int] = []
        for stop in route.stops:
            if stop.kind == "visit":
                order.append(halves[stop.visit, stop.half])
            else:
                order.append(spare[canteens[stop.visit]].pop() if stop.kind == "load" else c.token[r])
        if c.token[r] >= 0 and c.token[r] not in order:
            order.append(c.token[r])
        best.orders[r] = order
        best.out -= {c.unit[x] for x in order if x < c.halves}
    try:
        return rebuilt(c, best)
    except RuntimeError as problem_found:
        raise ProblemError(
            "plan", "cannot be timed as it is ordered", "a plan that passes the checker"
        ) from problem_found


def explain(problem: Problem, plan: Plan, visit: str) -> Explanation:
    """Everything known about one visit in a valid plan. Raises ProblemError for an unknown visit or a broken plan."""
    wanted = next((v for v in problem.visits if v.id == visit), None)
    if wanted is None:
        raise ProblemError("visit", f"is {visit!r:.60}", "the id of a visit of this problem")
    state = loaded(problem, plan)
    c = state.c
    unit = next(u for u, known in enumerate(c.units) if visit in known.visits)
    where = [(route.caregiver, route.stops[i].start) for route, i in plan.where(visit)]
    if unit not in state.out:
        removed(state, unit)
    options = [o for half in range(len(wanted.needs)) for o in _options(state, unit, visit, half)]
    counts = Counter(option.barrier or "fits" for option in options if option.half == 0)
    return Explanation(
        visit, bool(where), tuple(where), tuple(options), dict(counts), _sentence(problem, plan, visit, where, counts)
    )


def _options(state: State, unit: int, visit: str, half: int) -> list[Option]:
    c, problem = state.c, state.c.problem
    x = next(x for x in c.units[unit].tasks if problem.visits[c.visit[x]].id == visit and c.half[x] == half)
    wanted = problem.visits[c.visit[x]]
    costs = _best_costs(state, x)
    found = []
    for i, person in enumerate(problem.caregivers):
        blocked = barrier(problem, wanted, half, person)
        prices = [costs[r] for r in range(c.R) if c.owner[r] == i and r in costs]
        cost = min(prices) / problem.objective.scale if prices and not blocked else None
        found.append(Option(person.id, half, blocked or ("" if cost is not None else "busy"), cost))
    return sorted(found, key=lambda o: (o.cost is None, o.cost or 0.0, o.caregiver))


def _best_costs(state: State, x: int) -> dict[int, int]:
    """Per route, the cheapest exact insertion of one task by itself (a meal with its canteen stop)."""
    c = state.c
    finder, before = Finder(state), state.score()
    best: dict[int, int] = {}
    for _, r, i in finder.rank(x, 10 * c.R + 10):
        puts = [(x, r, i)]
        if c.portions[x] and not any(c.kind[y] == LOAD and c.canteen[y] == c.canteen[x] for y in state.seq[r][:i]):
            puts = [(state.spare[c.canteen[x]][-1], r, i), (x, r, i + 1)]
        score = finder.try_out(puts)
        if score is not None and score - before < best.get(r, 1 << 90):
            best[r] = score - before
    return best


def _sentence(problem: Problem, plan: Plan, visit: str, where: list[tuple[str, int]], counts: Counter[str]) -> str:
    if where:
        who = " and ".join(f"{name} at {start / problem.ticks_per_s:g}" for name, start in where)
        able = f"{counts['fits']} of {len(problem.caregivers)} caregivers could take it as the plan stands"
        return f"{visit} is served by {who}; {able}"
    told = plan.unserved.get(visit)
    blocked = {code: n for code, n in counts.items() if code != "fits"}
    if counts["fits"]:
        blocked["price"] = counts["fits"]
    return f"{visit} is not served: {told.text if told else reason_of(blocked, len(problem.caregivers)).text}"
