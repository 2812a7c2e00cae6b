"""Promise: what cannot come true is named at once, before any search; the rest of the day is still planned."""

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.computed import Computed
from routing.crew import CODES, Crew
from routing.errors import NothingPublishable, ProblemError
from routing.faults import MOST_HOPELESS, fatal, find, told
from routing.plan import Plan, Reason
from routing.problem import Break, Canteen, Caregiver, Link, Meal, Need, Problem, Shift, Visit, Window
from routing.reasons import ASKED, barrier, barriers, explained
from routing.sieve import plainly_served
from routing.solve import solve
from routing.travel import UNREACHABLE, Travel
from tests.routing.byhand import day
from tests.routing.town import call, lin, line, rich, scattered

KITCHEN = Canteen("kitchen", 0, 100, 5)
SURGERY = (Need(20, {"surgery": 1}),)
BAG = lin("bag", skills={"meals": 1})
NOT_LIN, NOT_CHEN = frozenset({"lin"}), frozenset({"chen"})
TWO = (Need(20, {"care": 1}), Need(20, {"care": 1}))


def asked(*visits: Visit, crew: tuple[Caregiver, ...] = (lin(), lin("chen")), **more: object) -> Problem:
    """A day on a street of eight places."""
    fields = {"canteens": (KITCHEN,), **more}
    return Problem("faults", 1, line(8), crew, visits, **fields)  # type: ignore[arg-type]


def cut(*pairs: tuple[int, int]) -> Travel:
    """The street without some ways."""
    walk = line(8).matrices["walk"].copy()
    for a, b in pairs:
        walk[a, b] = UNREACHABLE
    return Travel({"walk": walk})


def meal(name: str, place: int, ride: int, **more: object) -> Visit:
    """A hot meal from the kitchen at place 0."""
    return call(name, place, needs=(Need(5),), meal=Meal("kitchen", 1, ride), **more)


HELD = {"pinned": ("lin",)}
CASES: dict[str, tuple[str, str, tuple[str, ...], Callable[[], Problem]]] = {
    "a skill nobody has": (
        "skill", "visits.v.needs[0].skills.surgery", ("v",), lambda: asked(call("v", 1, needs=SURGERY)),
    ),
    "a level nobody has": (
        "skill", "visits.v.needs[0].skills.care", ("v",), lambda: asked(call("v", 1, needs=(Need(1, {"care": 3}),))),
    ),
    "skills that nobody has together": (
        "skill", "visits.v", ("v",),
        lambda: asked(call("v", 1, needs=(Need(1, {"care": 1, "meals": 1}),)), crew=(lin(), BAG)),
    ),
    "nobody at all": ("nobody", "visits.v", ("v",), lambda: asked(call("v", 1), crew=())),
    "everybody refused": ("refused", "visits.v", ("v",), lambda: asked(call("v", 1, refused=NOT_LIN | NOT_CHEN))),
    "outside every shift": ("shift", "visits.v", ("v",), lambda: asked(call("v", 1, 2000, 3000))),
    "too far to be in time": ("window", "visits.v", ("v",), lambda: asked(call("v", 7, 0, 60))),
    "longer than anybody may be paid": (
        "paid", "visits.v", ("v",), lambda: asked(call("v", 7), crew=(replace(lin(), most_paid=159),)),
    ),
    "goods too heavy": ("bag", "visits.v", ("v",), lambda: asked(call("v", 1, load=9), crew=(lin(load=8),))),
    "goods that nobody can both fetch and bring": (
        "goods", "visits.to.delivers", ("to",),
        lambda: asked(call("from", 1, refused=NOT_LIN), call("to", 2, delivers="from", refused=NOT_CHEN)),
    ),
    "no way there": (
        "unreachable", "visits.v", ("v",), lambda: replace(asked(call("v", 3)), travel=cut((0, 3))),
    ),
    "no way back": ("unreachable", "visits.v", ("v",), lambda: replace(asked(call("v", 3)), travel=cut((3, 0)))),
    "a meal that would be cold": (
        "ride", "visits.m.meal.ride", ("m",), lambda: asked(meal("m", 7, 69), crew=(lin(portions=1),)),
    ),
    "a meal that is cooked too late": (
        "ready", "visits.m", ("m",),
        lambda: asked(meal("m", 1, 60, windows=(Window.hard(0, 110),)), crew=(lin(portions=1),)),
    ),
    "a meal that nobody has a bag for": ("bag", "visits.m", ("m",), lambda: asked(meal("m", 1, 60))),
    "two people, one able": (
        "pair", "visits.v.needs", ("v",), lambda: asked(call("v", 1, needs=TWO), crew=(lin(), BAG)),
    ),
    "a gap longer than the window": (
        "gap", "visits.v.gap", ("v",), lambda: asked(call("v", 1, 100, 150, needs=TWO, gap=(51, 60))),
    ),
    "pinned to somebody without the skill": (
        "pinned", "visits.v.pinned", ("v",), lambda: asked(call("v", 1, needs=(Need(1, {"care": 2}),), **HELD),
                                                         crew=(lin(), lin("chen", skills={"care": 2}))),
    ),
    "pinned to somebody refused": (
        "pinned", "visits.v.pinned", ("v",), lambda: asked(call("v", 1, refused=frozenset({"lin"}), **HELD)),
    ),
    "pinned to somebody off duty": (
        "pinned", "visits.v.pinned", ("v",),
        lambda: asked(call("v", 1, pinned_start=995, windows=(Window.hard(0, 2000),), **HELD)),
    ),
    "pinned outside the windows": (
        "pinned_start", "visits.v.pinned_start", ("v",), lambda: asked(call("v", 1, 100, 200, pinned_start=201)),
    ),
    "pinned twice at the same time": (
        "pins_clash", "visits.w.pinned_start", ("v", "w"),
        lambda: asked(call("v", 1, pinned_start=100, **HELD), call("w", 2, pinned_start=129, **HELD)),
    ),
    "linked beyond the windows": (
        "link", "links[0]", ("v", "w"),
        lambda: asked(call("v", 1, 0, 100), call("w", 2, 0, 100), links=(Link("v", "w", 101),)),
    ),
    "a break after the shift": (
        "break", "caregivers.lin.shifts[0].rest", (), lambda: asked(crew=(lin(rest=Break(30, 980, 990)),)),
    ),
    "ways that do not exist": (
        "unreachable", "travel.walk", (), lambda: replace(asked(call("v", 3), call("w", 4)), travel=cut((3, 4))),
    ),
    "members of a file that nobody reads": (
        "unread", "patients[].frequency", (), lambda: replace(asked(), labels={"unread": "patients[].frequency"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_come_true_is_named(case: str) -> None:
    """One thing wrong in a day: a fault with its code, its field and the visits that it keeps out."""
    code, field, visits, make = CASES[case]
    found = find(make())
    first = found[0]
    assert (first.code, first.field, first.visits) == (code, field, visits) and first.text
    assert all(fault.code == "unreachable" and not fault.visits for fault in found[1:])


@pytest.mark.parametrize("problem", [rich(), day(), scattered(60, 9)], ids=lambda problem: problem.name)
def test_a_day_that_can_be_planned_has_no_faults(problem: Problem) -> None:
    """Nothing is objected to that a plan can do."""
    assert find(problem) == []


def test_pins_that_just_fit_are_no_clash() -> None:
    """From place 1 at 120 it takes ten ticks to place 2: pinned to 130 is possible, and so is the gap at the limit."""
    assert find(asked(call("v", 1, pinned_start=100, **HELD), call("w", 2, pinned_start=130, **HELD))) == []
    assert find(asked(call("v", 1, 0, 100), call("w", 2, 0, 100), links=(Link("v", "w", 100),))) == []
    assert find(asked(call("v", 1, 100, 150, needs=TWO, gap=(50, 60)))) == []
    assert find(asked(meal("m", 7, 70), crew=(lin(portions=1),))) == []


def test_the_rest_of_the_day_is_planned_and_the_fault_is_the_reason() -> None:
    """A visit with a fault comes back unserved with that fault; the others are served."""
    plan = solve(asked(call("v", 1, needs=SURGERY), call("w", 2)), iterations=20)
    assert set(plan.unserved) == {"v"} and plan.served == 1
    assert (plan.unserved["v"].code, plan.unserved["v"].text) == ("skill", "nobody has this skill")


@pytest.mark.parametrize(
    "visits",
    [
        (call("v", 1, needs=SURGERY, must=True),),
        (call("v", 1, pinned_start=100, must=True, **HELD), call("w", 2, pinned_start=110, must=True, **HELD)),
    ],
)
def test_a_must_that_cannot_be_ends_before_any_search(visits: tuple[Visit, ...]) -> None:
    """Nothing is searched for a day that cannot be published; the reason is told."""
    with pytest.raises(NothingPublishable) as refusal:
        solve(asked(*visits), seconds=600, on_progress=lambda news: pytest.fail("a search began"))
    assert any("must_unserved: v" in reason for reason in refusal.value.reasons)


def test_one_of_two_that_clash_may_be_optional() -> None:
    """When only one of the clashing visits must be served, the day can be planned."""
    held = call("v", 1, pinned_start=100, must=True, **HELD), call("w", 2, pinned_start=110, **HELD)
    assert fatal(asked(*held), find(asked(*held))) == []
    reason = Reason("busy", "1 caregivers: 1 are busy then", {"busy": 1})
    assert told(Plan((), {"w": reason}, 0.0, {}), find(asked(*held))).unserved == {"w": reason}


def links(*gaps: tuple[str, str, int, int]) -> Problem:
    """Visits a to d with spacing between them."""
    return asked(*(call(name, 1) for name in "abcd"), links=tuple(Link(*gap) for gap in gaps))


@pytest.mark.parametrize(
    ("gaps", "named"),
    [
        ([("a", "b", 10, 90), ("b", "a", 10, 90)], {"a", "b"}),
        ([("a", "b", 10, 90), ("b", "c", 10, 90), ("a", "c", 0, 19)], {"a", "b", "c"}),
        ([("c", "d", 0, 9), ("a", "b", 50, 60), ("b", "c", 50, 60), ("c", "a", -90, 0)], {"a", "b", "c"}),
    ],
)
def test_links_that_contradict_one_another_are_refused_with_the_visits(
    gaps: list[tuple[str, str, int, int]], named: set[str]
) -> None:
    """A cycle of gaps that cannot hold together names exactly its visits."""
    with pytest.raises(ProblemError) as refusal:
        links(*gaps)
    told = refusal.value.problem.removeprefix("contradict one another around ")
    assert refusal.value.field == "links" and set(told.split(", ")) == named


def test_links_in_a_circle_that_can_hold_are_taken() -> None:
    """Gaps that just fit, and an order without bounds, are no contradiction."""
    assert links(("a", "b", 10, 90), ("b", "c", 10, 90), ("a", "c", 0, 20)).links
    assert links(("a", "b", 10, 1 << 40), ("b", "c", 0, 1 << 40), ("a", "d", -5, 1 << 40)).links


def test_links_too_entangled_to_be_judged_are_refused_instead_of_waited_for() -> None:
    """Over a thousand visits tied to one chain, told from its end, are too much; told in order they are not."""
    names = [f"v{i}" for i in range(1200)]
    chain = [Link(a, b, 5) for a, b in itertools.pairwise(names)]
    visits = [call(name, 1) for name in names]
    assert asked(*visits, links=tuple(chain)).links
    with pytest.raises(ProblemError, match="too many visits together"):
        asked(*visits, links=tuple(chain[::-1]))


def test_a_million_visits_are_refused_and_an_empty_day_is_planned() -> None:
    """The limit is named; nothing to do, and nobody to do it, end at once."""
    with pytest.raises(ProblemError, match=r"visits: are 1000000.*50000"):
        asked(*([call("v", 1)] * 1_000_000))
    empty = solve(Problem("empty", 1, line(1), (), ()), seconds=30)
    assert empty.routes == () and empty.cost == 0
    alone = solve(asked(call("v", 1), crew=()), seconds=30)
    assert alone.unserved["v"].code == "nobody"


def test_a_hopeless_day_is_not_looked_through_for_ever() -> None:
    """After some hundreds of visits that nobody can serve the search for faults stops and says so."""
    found = find(asked(*(call(f"v{i}", 1, needs=SURGERY) for i in range(MOST_HOPELESS + 50))))
    assert len(found) == MOST_HOPELESS + 1 and found[-1].code == "many" and not found[-1].visits
    lost = {f"v{i}": Reason("open", "not placed yet", {}) for i in range(ASKED + 2)}
    problem = asked(*(call(name, 1) for name in lost))
    texts = [reason.text for reason in explained(problem, Plan((), lost, 0.0, {})).unserved.values()]
    assert texts[0] == "2 caregivers: 2 are busy then" and sum("not looked into" in text for text in texts) == 2


@st.composite
def days(draw: st.DrawFn) -> Problem:
    """Small days with everything that stops somebody."""
    whole, crew = st.integers(0, 300), []
    for k in range(draw(st.integers(1, 4))):
        begins = sorted(draw(st.lists(whole, min_size=2, max_size=2)))
        shifts = (Shift(begins[0], begins[0] + 90, begins[0] + draw(st.integers(90, 200))),)
        if draw(st.booleans()):
            shifts += (Shift.hard(begins[0] + 200, begins[0] + 300),)
        crew.append(
            Caregiver(f"c{k}", shifts, draw(st.integers(0, 7)), draw(st.none() | st.integers(0, 7)),
                      {"care": draw(st.integers(1, 2))}, "walk", draw(st.none() | st.integers(0, 2)),
                      draw(st.integers(0, 1)), draw(st.none() | st.integers(0, 200)))
        )  # fmt: skip
    visits = []
    for i in range(draw(st.integers(1, 5))):
        begin = draw(whole)
        kind = draw(st.sampled_from(["plain", "pair", "meal", "goods"]))
        need = Need(draw(st.integers(0, 60)), {"care": draw(st.integers(1, 2))})
        more: dict[str, object] = {"needs": (need, need) if kind == "pair" else (need,)}
        more |= {"meal": Meal("kitchen", 1, draw(whole))} if kind == "meal" else {}
        more |= {"load": 1} if kind == "goods" else {}
        more["windows"] = (Window.hard(begin, begin + 50), Window.hard(begin + 80, begin + 90))[
            : draw(st.integers(1, 2))
        ]
        if draw(st.booleans()):
            more |= {"refused": frozenset({"c0"})}
        if draw(st.booleans()):
            more |= {"pinned_start": begin + draw(st.integers(0, 99))}
        visits.append(call(f"v{i}", draw(st.integers(0, 7)), access=draw(st.integers(0, 9)), **more))
    return asked(*visits, crew=tuple(crew))


@settings(max_examples=200, deadline=None)
@given(days())
def test_whom_nothing_stops_can_really_go(problem: Problem) -> None:
    """A caregiver without a barrier has a start that the checker's rules permit, one with a barrier has none.

    Tried by every start of a shift in turn: the plain meaning of the rules, without a formula.
    """
    travel, kitchen = problem.travel, problem.canteens[0]
    for visit in problem.visits:
        for half, need in enumerate(visit.needs):
            for person in problem.caregivers:
                able = (
                    all(person.skills.get(s, 0) >= n for s, n in need.skills.items()) and person.id not in visit.refused
                )
                able &= (person.load is None or person.load >= visit.load) and person.portions >= (
                    visit.meal is not None
                )
                fits = able and any(
                    _goes(travel, kitchen, visit, half, person, shift, start)
                    for shift in person.shifts
                    for start in range(shift.start, shift.latest + 1)
                )
                assert (barrier(problem, visit, half, person) == "") == fits, (visit, half, person)


def _goes(
    travel: Travel, kitchen: Canteen, visit: Visit, half: int, person: Caregiver, shift: Shift, start: int
) -> bool:
    """Whether service from `start` on works out, leaving home as late as possible."""
    low, high = visit.gap if half else (0, 0)
    if visit.pinned_start is not None and not visit.pinned_start + low <= start <= visit.pinned_start + high:
        return False
    back = start + visit.needs[half].duration
    back += 0 if person.end is None else travel.time("walk", visit.place, person.end)
    leave = start - visit.access
    if visit.meal:
        ride = travel.time("walk", kitchen.place, visit.place)
        leave -= ride + kitchen.loading
        if leave < kitchen.ready or ride > visit.meal.ride:
            return False
        leave -= travel.time("walk", person.start, kitchen.place)
    else:
        leave -= travel.time("walk", person.start, visit.place)
    paid = person.most_paid is None or back - leave <= person.most_paid
    windows = any(window.start <= start <= window.latest for window in visit.windows)
    return paid and windows and shift.start <= leave and back <= shift.latest


@settings(max_examples=100, deadline=None)
@given(days())
def test_the_sieve_only_lets_through_what_somebody_can_do(problem: Problem) -> None:
    """What the quick look calls plainly served has enough caregivers whom nothing stops."""
    crew = Crew(problem)
    asks = [(visit, half) for visit in problem.visits for half in range(len(visit.needs))]
    for (visit, half), plain in zip(asks, plainly_served(problem, crew, asks), strict=True):
        assert not plain or int((crew.blocked(visit, half) == 0).sum()) >= len(visit.needs)
        assert barriers(problem, visit)[""] >= plain


def test_computed_legs_tell_the_same_barriers_as_matrices() -> None:
    """Who is stopped by what does not depend on how travel is kept."""
    rng = np.random.default_rng(4)
    points = tuple((121 + float(x), 37 + float(y)) for x, y in rng.random((30, 2)) / 10)
    crew = tuple(Caregiver(f"c{k}", (Shift.hard(0, 5000),), k, k, {}, ("walk", "car")[k % 2]) for k in range(10))
    visits = tuple(Visit(f"v{i}", i, (Need(60),), (Window.hard(0, 2000),)) for i in range(10, 30))
    far = Problem("computed", 1, Computed(points), crew, visits)
    near = replace(far, travel=Travel(far.travel.matrices))
    for visit in visits:
        assert barriers(far, visit) == barriers(near, visit)
    assert {CODES[0], "window"} <= set().union(*(barriers(far, visit) for visit in visits))


def test_a_citys_day_is_looked_through_in_one_sweep() -> None:
    """Visits of a big day, meals, pairs, pins and several windows too, are let through by the sieve, not one by one."""
    rng = np.random.default_rng(5)
    points = tuple((121 + float(x), 37 + float(y)) for x, y in rng.random((6000, 2)) / 10)
    crew = tuple(
        Caregiver(f"c{k}", (Shift.hard(0, 40_000),), k, k, {"care": 1 + k % 3}, "ebike", portions=1) for k in range(800)
    )
    visits = tuple(_of_city(i) for i in range(5000))
    problem = Problem("city", 1, Computed(points), crew, visits, (Canteen("kitchen", 900, 8000, 60),))
    asks = [(visit, half) for visit in visits for half in range(len(visit.needs))]
    assert plainly_served(problem, Crew(problem), asks).all()
    assert find(problem) == []


def _of_city(i: int) -> Visit:
    """One of many visits; of ten one is a meal, one for two persons, one pinned, one has two windows."""
    need, window = Need(1800, {"care": 1 + i % 3}), Window.hard(9000, 20_000)
    more: dict[str, object] = {
        1: {"meal": Meal("kitchen", 1, 6000)}, 2: {"needs": (need, need), "gap": (0, 600)},
        3: {"pinned": (f"c{3 * (i % 200) + i % 3}",)}, 4: {"windows": (Window.hard(0, 1), window)},
    }.get(i % 10, {})  # fmt: skip
    return Visit(f"v{i}", 1000 + i, **{"needs": (need,), "windows": (window,), **more})  # type: ignore[arg-type]


def test_pins_are_looked_at_together() -> None:
    """A pin on somebody who can is plain; one on somebody refused, without the skill or off duty is told."""
    skilled = lin("chen", skills={"care": 2})
    fine = call("v", 1, needs=(Need(20, {"care": 2}),), pinned=("chen",))
    problem = asked(fine, replace(fine, id="w", pinned=("lin",)), call("x", 1, needs=TWO, pinned=("lin", "chen")),
                    call("y", 1, 2000, 3000, **HELD), crew=(lin(), skilled))  # fmt: skip
    asks = [(visit, half) for visit in problem.visits for half in range(len(visit.needs))]
    assert plainly_served(problem, Crew(problem), asks).tolist() == [True, False, True, True, False]
    assert [(fault.code, fault.visits) for fault in find(problem)] == [("pinned", ("w",)), ("pinned", ("y",))]
