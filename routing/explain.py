"""Why a visit stands where it stands, or why it is not served, caregiver by caregiver; it changes no plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from routing.compiled import LOAD, Compiled
from routing.errors import ProblemError
from routing.plan import Plan
from routing.problem import Problem
from routing.reasons import barrier, reason_of
from routing.search import Best, Search


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


def loaded(problem: Problem, plan: Plan) -> Search:
    """A search with the plan's orders. Raises ProblemError when the orders cannot be timed."""
    c = Compiled(problem)
    search = Search(c, 1)
    if not search.load(orders_in(c, plan)):
        raise ProblemError("plan", "cannot be timed as it is ordered", "a plan that passes the checker")
    return search


def orders_in(c: Compiled, plan: Plan) -> Best:
    """The orders of a plan; what the problem does not know is left out."""
    problem = c.problem
    halves = {(problem.visits[c.visit[x]].id, c.half[x]): x for x in range(c.halves)}
    routes = {(problem.caregivers[owner].id, shift): r for r, (owner, shift) in enumerate(c.pairs)}
    best = Best(0, [[x] if x >= 0 else [] for x in c.token], set(range(len(c.units))))
    spare = [list(pool) for pool in c.spare]
    canteens = {canteen.id: i for i, canteen in enumerate(problem.canteens)}
    for route in plan.routes:
        r = routes.get((route.caregiver, route.shift))
        if r is None:
            continue
        order: list[int] = []
        for stop in route.stops:
            if stop.kind == "visit" and (stop.visit, stop.half) in halves:
                order.append(halves[stop.visit, stop.half])
            elif stop.kind == "load" and stop.visit in canteens and spare[canteens[stop.visit]]:
                order.append(spare[canteens[stop.visit]].pop())
            elif stop.kind == "break" and c.token[r] >= 0:
                order.append(c.token[r])
        if c.token[r] >= 0 and c.token[r] not in order:
            order.append(c.token[r])
        best.orders[r] = order
    placed = {x for order in best.orders for x in order}
    best.out -= {u for u, unit in enumerate(c.units) if placed.issuperset(unit.tasks)}
    lone = {x for u in best.out for x in c.units[u].tasks}
    best.orders = [[x for x in order if x not in lone] for order in best.orders]
    return best


def explain(problem: Problem, plan: Plan, visit: str) -> Explanation:
    """Everything known about one visit in a valid plan. Raises ProblemError for an unknown visit or a broken plan."""
    wanted = next((v for v in problem.visits if v.id == visit), None)
    if wanted is None:
        raise ProblemError("visit", f"is {visit!r:.60}", "the id of a visit of this problem")
    search = loaded(problem, plan)
    unit = next(u for u, known in enumerate(search.c.units) if visit in known.visits)
    where = [(route.caregiver, route.stops[i].start) for route, i in plan.where(visit)]
    if where:
        without = orders_in(search.c, plan)
        without.out.add(unit)
        gone = set(search.c.units[unit].tasks)
        without.orders = [[x for x in order if x not in gone] for order in without.orders]
        search.load(without)
    options = [o for half in range(len(wanted.needs)) for o in _options(search, unit, visit, half)]
    counts = Counter(option.barrier or "fits" for option in options if option.half == 0)
    return Explanation(
        visit, bool(where), tuple(where), tuple(options), dict(counts), _sentence(problem, plan, visit, where, counts)
    )


def _options(search: Search, unit: int, visit: str, half: int) -> list[Option]:
    c, problem = search.c, search.c.problem
    x = next(x for x in c.units[unit].tasks if problem.visits[c.visit[x]].id == visit and c.half[x] == half)
    wanted = problem.visits[c.visit[x]]
    blocks = [barrier(problem, wanted, half, person) for person in problem.caregivers]
    costs = _best_costs(search, x, {i for i, block in enumerate(blocks) if not block})
    found = []
    for i, person in enumerate(problem.caregivers):
        cost = costs[i] / problem.objective.scale if i in costs else None
        found.append(Option(person.id, half, blocks[i] or ("" if cost is not None else "busy"), cost))
    return sorted(found, key=lambda o: (o.cost is None, o.cost or 0.0, o.caregiver))


def _best_costs(search: Search, x: int, people: set[int]) -> dict[int, int]:
    """Per caregiver, the cheapest exact insertion of one task by itself (a meal with its canteen stop)."""
    c, state = search.c, search.state()
    best: dict[int, int] = {}
    for r in range(c.R):
        if c.owner[r] not in people:
            continue
        for i in range(len(state.seq[r]) + 1):
            load = -1
            if c.portions[x] and not any(c.kind[y] == LOAD and c.canteen[y] == c.canteen[x] for y in state.seq[r][:i]):
                load = next((y for y in c.spare[c.canteen[x]] if state.where[y] < 0), -1)
            more = search.price_at(x, r, i, load)
            if more is not None:
                best[c.owner[r]] = min(more, best.get(c.owner[r], more))
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
