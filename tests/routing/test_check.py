"""Promise: the checker sees every kind of broken plan, agrees with published costs, shares nothing with the search."""

import ast
import itertools
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.check import check
from routing.costs import costed
from routing.formats import read_plan, read_problem
from routing.plan import Plan, Reason, Route
from routing.problem import Break, Link, Meal, Need, Problem, Shift, Window
from routing.travel import UNREACHABLE, Travel
from tests.routing.byhand import BAG, COST, LATER, LIN, PARTS, day, drive, planned
from tests.routing.town import DATA, ROOT, files, line

Case = tuple[Problem, Plan]


def asked(**changes: Any) -> Callable[[Problem], Problem]:
    """The problem with fields of one visit or caregiver changed: `asked(a={"must": True})`."""
    ((name, fields),) = changes.items()

    def change(problem: Problem) -> Problem:
        visits = tuple(replace(v, **fields) if v.id == name else v for v in problem.visits)
        crew = tuple(replace(c, **fields) if c.id == name else c for c in problem.caregivers)
        return replace(problem, visits=visits, caregivers=crew)

    return change


def stop(name: str, **fields: Any) -> Callable[[Plan], Plan]:
    """The plan with fields of one stop changed, by visit or kind."""

    def change(plan: Plan) -> Plan:
        return each(plan, lambda r: replace(r, stops=tuple(replace(s, **fields) if name in (s.visit, s.kind) else s
                                                           for s in r.stops)))  # fmt: skip

    return change


def each(plan: Plan, change: Callable[[Route], Route]) -> Plan:
    """The plan with every route changed."""
    return replace(plan, routes=tuple(change(route) for route in plan.routes))


def driven(who: str, shift: int, steps: Any) -> Callable[[Plan], Plan]:
    """The plan with one caregiver's route driven in other steps."""
    return lambda plan: each(
        plan, lambda r: drive(day(), who, shift, steps) if (r.caregiver, r.shift) == (who, shift) else r
    )


def both(*changes: Callable[[Plan], Plan]) -> Callable[[Plan], Plan]:
    """One change after the other."""

    def change(plan: Plan) -> Plan:
        for one in changes:
            plan = one(plan)
        return plan

    return change


def without(steps: Any, *names: str) -> Any:
    """Steps of a route less some."""
    return tuple(step for step in steps if step[0] not in names)


def rest(*numbers: int) -> dict[str, Any]:
    """Lin's shift with another break."""
    return {"shifts": (Shift.hard(0, 1000, Break(*numbers) if numbers else None),)}


def canteen(**fields: Any) -> Callable[[Problem], Problem]:
    """The problem with another kitchen."""
    return lambda problem: replace(problem, canteens=(replace(problem.canteens[0], **fields),))


def linked(low: int, high: int) -> Callable[[Problem], Problem]:
    """The problem with other spacing between a and insulin, which start 310 apart."""
    return lambda problem: replace(problem, links=(Link("a", "insulin", low, high),))


def cut_off(problem: Problem) -> Problem:
    """The problem without a way from place 5 to place 2."""
    walk = line(8).matrices["walk"].copy()
    walk[5, 2] = UNREACHABLE
    return replace(problem, travel=Travel({"walk": walk}))


TOGETHER = (*LIN[:3], ("pair/1", None), *LIN[3:5], ("break", 320), ("insulin", None))

ASKED: list[tuple[str, Callable[[Problem], Problem]]] = [
    ("must_unserved", asked(out={"must": True})),
    ("skill", asked(a={"needs": (Need(20, {"care": 3}),)})),
    ("skill", asked(a={"needs": (Need(20, {"care": 1, "surgery": 1}),)})),
    ("refused", asked(a={"refused": frozenset({"lin"})})),
    ("pinned", asked(a={"pinned": ("chen",)})),
    ("pinned_start", asked(a={"pinned_start": 51})),
    ("before_window", asked(insulin={"windows": (Window.hard(361, 900),)})),
    ("after_window", asked(soup={"windows": (Window.hard(300, 314),)})),
    ("after_window", asked(soup={"windows": (Window.hard(300, 310), Window.hard(320, 400))})),
    ("gap", asked(pair={"gap": (11, 40)})),
    ("gap", asked(pair={"gap": (0, 9)})),
    ("link", linked(0, 309)),
    ("link", linked(311, 900)),
    ("most_paid", asked(lin={"most_paid": 334})),
    ("most_paid", asked(chen={"most_paid": 159})),
    ("shift_start", asked(bag={"shifts": (Shift.hard(241, 1000),)})),
    ("shift_end", asked(bag={"shifts": (Shift.hard(0, 349),)})),
    ("duration", asked(insulin={"needs": (Need(21, {"care": 1}),)})),
    ("duration", canteen(loading=11)),
    ("start", asked(insulin={"access": 1})),
    ("place", asked(insulin={"place": 3})),
    ("place", canteen(place=2)),
    ("unreachable", cut_off),
    ("break_missing", asked(chen={"shifts": (Shift(0, 480, 1000, Break(10, 160, 260)), Shift(520, 625, 1000))})),
    ("break_window", asked(lin=rest(30, 301, 340))),
    ("break_window", asked(lin=rest(30, 200, 299))),
    ("break_duration", asked(lin=rest(31, 300, 340))),
    ("break_extra", asked(lin=rest())),
    ("not_ready", canteen(ready=251)),
    ("bag", asked(bag={"portions": 1})),
    ("ride", asked(soup={"meal": Meal("kitchen", 1, 54)})),
    ("capacity", asked(lin={"load": 1})),
]
BROKEN: list[tuple[str, Callable[[Plan], Plan]]] = [
    ("unknown_caregiver", lambda p: each(p, lambda r: replace(r, caregiver="nobody") if r.caregiver == "bag" else r)),
    ("unknown_caregiver", lambda p: each(p, lambda r: replace(r, shift=7) if r.caregiver == "bag" else r)),
    ("unknown_visit", lambda p: replace(p, unserved={**p.unserved, "zzz": Reason("busy", "busy")})),
    ("unknown_place", stop("a", place=99)),
    ("unknown_stop", stop("break", kind="party")),
    ("unknown_stop", stop("kitchen", visit="cellar")),
    ("not_whole", stop("a", start=float("nan"))),
    ("not_whole", lambda p: each(p, lambda r: replace(r, depart="soon"))),  # type: ignore[arg-type]
    ("route_twice", lambda p: replace(p, routes=(*p.routes, Route("bag", 0, 350, (), 0, 350)))),
    ("served_twice", driven("chen", 1, (*LATER, ("crate", None)))),
    ("half_missing", driven("chen", 0, (("b", 170),))),
    ("unaccounted", lambda p: replace(p, unserved={})),
    ("served_and_unserved", lambda p: replace(p, unserved={**p.unserved, "a": Reason("busy", "busy")})),
    ("same_caregiver", both(driven("chen", 0, (("b", 170),)), driven("lin", 0, TOGETHER))),
    ("overlap", lambda p: each(p, lambda r: replace(r, back=591) if (r.caregiver, r.shift) == ("chen", 0) else r)),
    ("travel", stop("insulin", travel=31)),
    ("travel", both(stop("insulin", arrive=359, wait=1))),
    ("travel", lambda p: each(p, lambda r: replace(r, back=r.back - 1))),
    ("start", stop("insulin", wait=1)),
    ("start", stop("insulin", arrive=361, wait=-1)),
    ("break_missing", driven("lin", 0, without(LIN, "break"))),
    ("break_place", both(stop("break", place=4, travel=10, arrive=290, wait=10),
                         stop("insulin", travel=20, arrive=350, wait=10))),
    ("meal_source", driven("bag", 0, without(BAG, "load:kitchen"))),
    ("order", driven("lin", 0, (*LIN[:3], LIN[4], LIN[3], *LIN[5:]))),
    ("order", both(driven("lin", 0, without(LIN, "to")), lambda p: replace(p, unserved={**p.unserved, "to": Reason("busy", "x")}))),  # noqa: E501
]  # fmt: skip


def codes(problem: Problem, plan: Plan, claimed: bool = False) -> set[str]:
    """Under which codes the checker reports."""
    return {violation.code for violation in check(problem, plan, claimed=claimed).violations}


def test_the_plan_made_by_hand_is_valid_at_the_price_worked_out_on_paper() -> None:
    """The checker's price and the report's price both equal what a human worked out, part by part."""
    problem = day()
    verdict = check(problem, planned(problem))
    assert verdict.violations == ()
    for cost, parts in ((verdict.cost, verdict.parts), costed(problem, planned(problem))):
        assert cost == pytest.approx(COST) and parts == PARTS


@pytest.mark.parametrize(("code", "change"), ASKED, ids=[f"{code}-{i}" for i, (code, _) in enumerate(ASKED)])
def test_a_plan_that_breaks_one_wish_is_told_exactly_that(code: str, change: Callable[[Problem], Problem]) -> None:
    """One thing asked for that the plan does not do: one code, no other."""
    assert codes(change(day()), planned(day())) == {code}


@pytest.mark.parametrize(("code", "change"), BROKEN, ids=[f"{code}-{i}" for i, (code, _) in enumerate(BROKEN)])
def test_a_plan_broken_in_one_way_is_told_exactly_that(code: str, change: Callable[[Plan], Plan]) -> None:
    """One thing changed in a valid plan: one code, no other."""
    assert codes(day(), change(planned(day()))) == {code}


@pytest.mark.parametrize("part", PARTS)
def test_a_wrong_price_is_seen_part_by_part(part: str) -> None:
    """Each part claimed one too low is reported as that part; the sum is reported by itself."""
    plan = planned(day())
    verdict = check(day(), replace(plan, parts={**plan.parts, part: plan.parts[part] - 1}))
    assert [(v.code, v.who) for v in verdict.violations] == [("parts_differ", part)]
    assert codes(day(), replace(plan, cost=plan.cost - 0.1), claimed=True) == {"cost_differs"}


def test_every_code_of_the_checker_is_broken_above() -> None:
    """A violation that no test can provoke would be a promise that nobody keeps."""
    known = set()
    for file in ("check.py", "rounds.py"):
        for node in ast.walk(ast.parse((ROOT / "routing" / file).read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Violation":
                known |= {n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)}
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "code":
                known |= {n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant)}
    assert known == {code for code, _ in itertools.chain(ASKED, BROKEN)} | {"cost_differs", "parts_differ"}


def test_the_checker_shares_nothing_with_the_search_nor_with_the_reports_price() -> None:
    """Importing the checker brings the problem and its own reckoning, and nothing that plans or prices plans."""
    told = "import sys, routing.check; print(*sorted(m for m in sys.modules if m.startswith('routing.')))"
    found = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    rooms = ("bill", "check", "errors", "plan", "problem", "rounds", "spacing", "travel", "verdict")
    assert found.split() == [f"routing.{room}" for room in rooms]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_the_two_prices_agree_on_any_plan_that_can_be_timed(data: st.DataObject) -> None:
    """Whatever is shuffled, delayed or left out, costs.py and the checker's bill say the same."""
    problem, routes = day(), []
    served = set()
    for who, shift, steps in (("lin", 0, LIN), ("chen", 0, (("b", None), ("pair/1", None))), ("bag", 0, BAG)):
        kept = data.draw(st.permutations([name for name, _ in steps if name != "break"]))
        kept = kept[: data.draw(st.integers(0, len(kept)))]
        served |= {name.partition("/")[0] for name in kept}
        free, timed = data.draw(st.integers(0, 200)), []
        for name in kept:
            free += data.draw(st.integers(50, 300))
            timed.append((name, free))
        routes.append(drive(problem, who, shift, timed))
    left = {visit.id: Reason("busy", "busy") for visit in problem.visits if visit.id not in served}
    plan = Plan(tuple(routes), left, 0.0, {})
    plan = replace(plan, **dict(zip(("cost", "parts"), costed(problem, plan), strict=True)))
    assert not {"cost_differs", "parts_differ"} & codes(problem, plan, claimed=True)


def test_lengths_that_must_not_be_rounded_are_billed_unrounded() -> None:
    """With exact lengths the travel of the bill is theirs, whatever the ticks say."""
    exact = np.full((8, 8), 1.5)
    travel = Travel(line(8).matrices, exact)
    problem = replace(day(), travel=travel)
    assert check(problem, planned(day()), claimed=False).parts["travel"] == 1.5 * 17


def references(folder: str) -> list[tuple[Path, Path, float]]:
    """(instance, published solution, published cost) from the table beside them."""
    table = DATA / folder / "best.md"
    found = []
    for row in table.read_text().splitlines()[2:] if table.is_file() else []:
        cells = [cell.strip() for cell in row.split("|")]
        instance, solution = (next(iter(files(f"{folder}/**/{cells[i]}*")), None) for i in (1, 6))
        if instance and solution:
            found.append((instance, solution, float(cells[5])))
    return found


@pytest.mark.parametrize(
    ("instance", "solution", "cost"), [*references("hhcrsp_italian"), *references("hhcrsp_mankowska")],
    ids=lambda value: value.name[:28] if isinstance(value, Path) else "",
)  # fmt: skip
def test_published_home_care_solutions_cost_what_was_published(instance: Path, solution: Path, cost: float) -> None:
    """Published solutions are valid at their published cost; the one of 013 starts one visit a unit too early."""
    problem = read_problem(instance)
    verdict = check(problem, read_plan(problem, solution), claimed=False)
    assert verdict.cost == pytest.approx(cost, abs=0.01)
    assert {v.code for v in verdict.violations} == ({"before_window"} if "_013-" in instance.name else set())


@pytest.mark.parametrize(("key", "total"), [("001", 13550), ("008", 25475), ("009", 13827)])
def test_published_richer_solutions_have_their_components(key: str, total: int) -> None:
    """The six components of the richer model add up to what was published with the solutions."""
    for instance, solution in zip(
        files(f"hhcrsp_extended/validation-{key}-*"), files(f"hhcrsp_extended/validation-sol-{key}-*"), strict=True
    ):
        problem = read_problem(instance)
        verdict = check(problem, read_plan(problem, solution), claimed=False)
        assert verdict.valid and verdict.cost == total


@pytest.mark.parametrize("solution", files("solomon/*.sol"), ids=lambda path: path.stem)
def test_published_solomon_solutions_cost_what_was_published(solution: Path) -> None:
    """Truncated to one decimal per arc, every published route plan costs what its file says."""
    problem = read_problem(solution.with_suffix(".txt"))
    verdict = check(problem, read_plan(problem, solution), claimed=False)
    assert verdict.valid and verdict.cost == pytest.approx(float(solution.read_text().split("Cost")[1]), abs=1e-6)
