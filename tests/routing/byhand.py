"""A day planned by hand, every time and price worked out on paper; no solver is asked and nothing here asserts."""

from __future__ import annotations

from collections.abc import Sequence

from routing.plan import Plan, Reason, Route, Stop
from routing.problem import Break, Canteen, Caregiver, Link, Meal, Need, Objective, Problem, Promise, Shift, Window
from tests.routing.town import call, line

Step = tuple[str, int | None]
"""A visit, "visit/1" for its second person, "break", "load:" and a canteen; with a start, or as early as possible."""

LIN: tuple[Step, ...] = (
    ("a", 50), ("crate", None), ("pair", 200), ("from", None), ("to", None), ("break", 300), ("insulin", None),
)  # fmt: skip
CHEN: tuple[Step, ...] = (("b", 170), ("pair/1", 210))
LATER: tuple[Step, ...] = (("held", 600),)
BAG: tuple[Step, ...] = (("load:kitchen", 250), ("meal", 300), ("soup", None))

PARTS = {
    "travel": 240.0, "tardiness": 20.0, "max_tardiness": 20.0, "waiting": 150.0, "max_idle": 920.0, "overtime": 5.0,
    "vehicles": 4.0, "unserved": 5000.0, "continuity": 1.0, "unwished": 1.0, "changed": 2.0, "spread": 225.0,
}  # fmt: skip
"""Worked out on paper from the starts above; see each route's comment in `planned`."""
COST = 1924.4


def day() -> Problem:
    """Everything a problem can say, once: a street of eight places, ten ticks apart."""
    pair = (Need(20, {"care": 1}), Need(30, {"care": 1}))
    visits = (
        call("a", 1, 50, 200, needs=(Need(20, {"care": 2}),), access=5, previous=frozenset({"chen"})),
        call("b", 2, windows=(Window(100, 150, 400),), refused=frozenset({"lin"}), promised=(Promise("chen", 100),)),
        call("pair", 3, 200, 500, needs=pair, gap=(0, 40), promised=(Promise("lin", 200), Promise("bag", 210))),
        call("crate", 2, load=1, promised=(Promise("lin", 90),)),
        call("from", 4, load=2),
        call("to", 5, load=2, delivers="from"),
        call("meal", 2, 300, 500, needs=(Need(5),), meal=Meal("kitchen", 1, 60)),
        call("soup", 3, 300, 500, needs=(Need(5),), meal=Meal("kitchen", 1, 60)),
        call("held", 1, 500, 700, pinned=("chen",), pinned_start=600),
        call("insulin", 2, preferred=frozenset({"bag"})),
        call("out", 7),
    )
    crew = (
        Caregiver("lin", (Shift.hard(0, 1000, Break(30, 300, 340)),), 0, 0, {"care": 2}, "walk", 3, 0, 900),
        Caregiver("chen", (Shift(0, 480, 1000), Shift(520, 625, 1000)), 0, 0, {"care": 1}, "walk", 3),
        Caregiver("bag", (Shift.hard(0, 1000),), 0, 0, {"meals": 1}, "walk", None, 2),
    )
    objective = Objective(
        travel=1, tardiness=2, max_tardiness=3, waiting=5, max_idle=7, overtime=11, vehicles=13, continuity=17,
        unwished=19, changed=23, spread=29, tolerance=60, scale=10,
    )  # fmt: skip
    links = (Link("a", "insulin", 100, 600), Link("insulin", "out", 0))
    return Problem("by hand", 1, line(8), crew, visits, (Canteen("kitchen", 1, 250, 10),), objective, links=links)


def planned(problem: Problem) -> Plan:
    """The day's plan: valid, at the price of PARTS and COST."""
    routes = (
        drive(problem, "lin", 0, LIN),  # leaves 35, waits 90 for the pair and 20 for the break, back 400: paid 335
        drive(problem, "chen", 0, CHEN),  # leaves 150, 20 late at b, waits 10 for the pair, back 270
        drive(problem, "chen", 1, LATER),  # leaves 590, back 630, 5 over; paid 120 + 40
        drive(problem, "bag", 0, BAG),  # leaves 240, waits 30 with the meal, back 350: paid 110, idle 240 + 30 + 650
    )
    return Plan(routes, {"out": Reason("price", "far")}, COST, dict(PARTS))


def drive(problem: Problem, who: str, shift: int, steps: Sequence[Step], mode: str = "walk") -> Route:
    """A route that leaves as late as its first stop allows."""
    person = next(c for c in problem.caregivers if c.id == who)
    place, free, stops = person.start, person.shifts[shift].start, list[Stop]()
    depart = free
    for name, start in steps:
        kind, label, half, target, access, duration = _meant(problem, person, shift, place, name)
        leg = problem.travel.time(mode, place, target)
        begin = free + leg + access if start is None else start
        arrive = free + leg if stops else begin - access
        if not stops:
            depart = arrive - leg
        place, free = target, begin + duration
        stops.append(Stop(kind, label, half, place, leg, arrive, begin - access - arrive, begin, free))
    home = problem.travel.time(mode, place, person.end) if stops and person.end is not None else 0
    return Route(who, shift, depart, tuple(stops), home, free + home)


def _meant(
    problem: Problem, person: Caregiver, shift: int, place: int, name: str
) -> tuple[str, str, int, int, int, int]:
    if name == "break":
        rest = person.shifts[shift].rest
        return "break", "", 0, place, 0, rest.duration if rest else 30
    if name.startswith("load:"):
        canteen = next(c for c in problem.canteens if c.id == name[5:])
        return "load", canteen.id, 0, canteen.place, 0, canteen.loading
    label, _, second = name.partition("/")
    visit = next(v for v in problem.visits if v.id == label)
    half = int(second or 0)
    return "visit", visit.id, half, visit.place, visit.access, visit.needs[half].duration
