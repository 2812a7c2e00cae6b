"""Promise: a visit left out comes with the least that would let it in, and that is proved, not guessed."""

from dataclasses import replace

import pytest

from routing.check import check
from routing.errors import ProblemError
from routing.plan import Plan
from routing.problem import Break, Caregiver, Need, Problem, Shift, Window
from routing.relax import Give, cheapest_relaxation, relaxations
from routing.relaxation import (
    ALONE,
    DROPPED,
    EARLIER,
    LATER,
    LEVEL,
    LONGER,
    PINNED,
    REFUSED,
    UNPAID,
    UNRESTED,
    Prices,
    relaxed,
)  # fmt: skip
from routing.standing import Standing
from tests.routing.slow import empty_plan, seeded_day
from tests.routing.test_insert import grown
from tests.routing.town import call, lin, line

HOUR = 100
PRICES = Prices(HOUR)


def asked(problem: Problem, name: str = "x") -> dict[str, Give]:
    """What gives, by kind, when it alone gives; the plan serves everything before the visit."""
    plan = grown(problem, len(problem.visits) - 1)
    found = relaxations(problem, plan, name, prices=PRICES)
    for answer in found:
        assert check(answer.problem, answer.plan).valid and not answer.plan.unserved.get(name)
    return {answer.gives[0].kind: answer.gives[0] for answer in found if len(answer.gives) == 1}


def one(*visits: object, people: tuple[Caregiver, ...] = (), end: int = 300) -> Problem:
    """Lin alone, or the people named."""
    return Problem("tight", 1, line(8), people or (lin(end=end),), tuple(visits))  # type: ignore[arg-type]


def test_a_window_gives_by_exactly_what_is_missing() -> None:
    """Lin is free at 120 at place 2 and needs 30 ticks to place 5, whose window ends at 140: ten ticks later."""
    found = asked(one(call("a", 2, 100, 100), call("x", 5, 90, 140)))
    assert found[LATER] == Give(LATER, 10) and found[EARLIER].amount == 40


def test_a_shift_gives_by_exactly_what_is_missing() -> None:
    """At place 7 from 200 to 220 and 70 ticks home: back at 290, when the shift ends at 270."""
    assert asked(one(call("x", 7, 200, 900), end=270))[LONGER] == Give(LONGER, 20, "lin")


def test_a_level_a_refusal_and_a_pin_give() -> None:
    """The one person who could come is a level short, was refused, or is not the pinned one."""
    high = call("x", 1, needs=(Need(20, {"care": 3}),))
    assert asked(one(high)) == {LEVEL: Give(LEVEL, 2, "lin", "care")}
    assert asked(one(call("x", 1, refused=frozenset({"lin"})))) == {REFUSED: Give(REFUSED, 1, "lin")}
    people = (lin(), replace(lin("chen"), shifts=()))
    assert asked(one(call("x", 1, pinned=("chen",)), people=people)) == {PINNED: Give(PINNED, 1, "lin")}
    assert asked(one(call("x", 1, needs=(Need(20, {"surgery": 1}),)))) == {}


def test_one_person_in_place_of_two() -> None:
    """With one caregiver on duty a visit for two can only be made by one."""
    both = (Need(20, {"care": 1}), Need(20, {"care": 1}))
    assert asked(one(call("x", 1, needs=both))) == {ALONE: Give(ALONE, 1)}


def test_a_break_gives() -> None:
    """A visit that fills the whole time in which the break may begin."""
    rested = (lin(end=300, rest=Break(30, 100, 110)),)
    visit = call("x", 1, 50, 60, needs=(Need(100, {"care": 1}),))
    assert asked(one(visit, people=rested))[UNRESTED] == Give(UNRESTED, 1, "lin")


def test_a_paid_limit_gives() -> None:
    """Ten ticks there, 20 of work, 10 back: 40 paid, where 35 are allowed."""
    poor = (replace(lin(), most_paid=35),)
    assert asked(one(call("x", 1), people=poor)) == {UNPAID: Give(UNPAID, 5, "lin")}


def test_a_cheaper_visit_gives_way() -> None:
    """Two visits at the same time at two ends of the street: the one that costs less to leave out gives way."""
    problem = one(call("a", 1, 100, 100, price=500), call("x", 7, 100, 100, price=900))
    plan = grown(problem, 1)
    (best,) = [r for r in relaxations(problem, plan, "x") if [give.kind for give in r.gives] == [DROPPED]]
    assert best.gives == (Give(DROPPED, 1, "a"),) and best.cost == 500
    assert set(best.plan.unserved) == {"a"} and "leave out a" in best.text


def test_others_move_in_time_before_anything_gives() -> None:
    """A visit planned later than it needs to be moves forward, and nothing has to give."""
    problem = one(call("a", 1, 0, 200), call("x", 2, 140, 140), end=190)
    plan = Plan(*moved(grown(problem, 1), 160))
    best = cheapest_relaxation(problem, plan, "x")
    assert best is not None and best.gives == () and check(problem, best.plan).valid
    assert "fits as it is" in best.text


def moved(plan: Plan, start: int) -> tuple[object, object, float, object]:
    """The only stop of the plan, started at another time."""
    (route,) = plan.routes
    (stop,) = route.stops
    by = start - stop.start
    stop = replace(stop, arrive=stop.arrive + by, start=start, finish=stop.finish + by)
    return (replace(route, stops=(stop,), depart=route.depart + by, back=route.back + by),), plan.unserved, 0.0, {}


def test_two_things_may_have_to_give() -> None:
    """Where nothing helps alone, the best answer names both, and no answer of a single kind is given."""
    late = (replace(lin(skills={"care": 1}), shifts=(Shift.hard(0, 100),)),)
    problem = one(call("x", 4, 80, 80, needs=(Need(20, {"care": 2}),)), people=late)
    (best,) = relaxations(problem, empty_plan(problem), "x", prices=PRICES)
    assert {give.kind for give in best.gives} == {LEVEL, EARLIER} and best.cost == HOUR + 40
    assert "before the window" in best.text and " and " in best.text


@pytest.mark.parametrize("seed", range(40))
def test_every_answer_is_proved_and_none_is_worse_than_trying(seed: int) -> None:
    """On seeded days each answer passes the checker, and a window gives no more than insertion needs by trying."""
    problem = seeded_day(400 + seed, 14, 3)
    plan = grown(problem, 14)
    for visit in [v for v in problem.visits if v.id in plan.unserved][:2]:
        found = relaxations(problem, plan, visit.id, prices=PRICES)
        assert found == sorted(found, key=lambda answer: answer.cost)
        for answer in found:
            assert check(answer.problem, answer.plan).valid and plan.unserved.keys() >= {visit.id}
            assert answer.cost == sum(PRICES.of(problem, give) for give in answer.gives)
        tried = by_trying(problem, plan, visit.id)
        later = [answer.gives[0].amount for answer in found if [give.kind for give in answer.gives] == [LATER]]
        if tried is not None and found and found[0].gives:
            assert later and later[0] <= tried


def by_trying(problem: Problem, plan: Plan, name: str) -> int | None:
    """By how much later the visit would have to be allowed for insertion to find a place, in steps of one tick."""
    for by in range(0, 300):
        wider = relaxed(problem, name, (Give(LATER, by),)) if by else problem
        if Standing(wider, plan).places(next(v for v in wider.visits if v.id == name), best=1):
            return by
    return None


def test_windows_that_touch_become_one() -> None:
    """Widening two windows until they meet leaves a problem that can still be asked."""
    visit = call("x", 1, windows=(Window(10, 20, 30), Window(40, 50, 60)))
    wide = relaxed(one(visit), "x", (Give(LATER, 15),)).visits[0]
    assert [(w.start, w.latest) for w in wide.windows] == [(10, 75)]


def test_a_served_or_unknown_visit_is_refused() -> None:
    """Only a visit that is left out can be asked about."""
    problem = one(call("a", 1))
    plan = grown(problem, 1)
    for name in ("a", "nothing"):
        with pytest.raises(ProblemError, match="leaves out"):
            cheapest_relaxation(problem, plan, name)
