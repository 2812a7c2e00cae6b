"""Finds what cannot come true before any search begins: wishes that nobody can serve, pins and links that clash.

It judges each caregiver with an empty day, so what it names is certain; it does not find everything that is impossible.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from routing.crew import CODES, FREE, RIDE, Crew, crew_of, spans
from routing.plan import Plan
from routing.problem import Link, Problem, Visit
from routing.reasons import reason_of
from routing.sieve import plainly_served
from routing.travel import DENSE, UNREACHABLE, Ints

FIRST_ASKED = 24
MOST_HOPELESS = 500
"""After so many visits that nobody can serve the rest is not looked into: something else is wrong with the day."""
ONE = {
    "skill": "lacks the skill",
    "refused": "is refused",
    "bag": "cannot carry it",
    "ride": "would bring the meal cold",
    "unreachable": "has no way there or back",
    "shift": "is off duty then",
    "ready": "would get the meal too late from the canteen",
    "window": "cannot be there in time",
    "paid": "may not be paid for so long",
    "pinned": "is not the pinned one",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that cannot come true: a stable code, the field, a sentence.

    One visit: it cannot be served. Two: not both can. None: a warning about the problem itself.
    """

    code: str
    field: str
    text: str
    visits: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.field}: {self.text}"


def find(problem: Problem) -> list[Fault]:
    """Every fault that can be told without planning; in the order of the problem, warnings last."""
    crew = crew_of(problem)
    found: list[Fault] = []
    for visit in _doubtful(problem, crew):
        found += itertools.islice(_of_visit(problem, crew, visit), 1)
        if len(found) >= MOST_HOPELESS:
            found.append(Fault("many", "visits", f"{len(found)} visits cannot be served; no further ones were tried"))
            break
    found += _goods(problem, crew)
    found += _pins(problem)
    visits = {visit.id: visit for visit in problem.visits}
    found += (fault for i, link in enumerate(problem.links) for fault in _of_link(visits, i, link))
    found += _breaks(problem)
    found += _ways(problem)
    found += (Fault("unread", key, "is not read") for key in problem.labels.get("unread", "").split(", ") if key)
    return found


def fatal(problem: Problem, faults: list[Fault]) -> list[str]:
    """Why no plan can be published at all: must-visits that cannot be served, alone or together."""
    must = {visit.id for visit in problem.visits if visit.must}
    return [
        f"must_unserved: {' or '.join(fault.visits)}: {fault.text}"
        for fault in faults
        if fault.visits and must.issuperset(fault.visits)
    ]


def told(plan: Plan, faults: list[Fault]) -> Plan:
    """The plan with the fault itself as the reason of every visit that it alone keeps out."""
    alone = {fault.visits[0]: fault for fault in faults if len(fault.visits) == 1}
    reasons = {
        name: replace(reason, code=alone[name].code, text=alone[name].text) if name in alone else reason
        for name, reason in plan.unserved.items()
    }
    return replace(plan, unserved=reasons)


def _doubtful(problem: Problem, crew: Crew) -> list[Visit]:
    """Visits that have to be looked at one by one."""
    asks = [(visit, half) for visit in problem.visits for half in range(len(visit.needs))]
    sure = plainly_served(problem, crew, asks)
    doubted = {visit.id for (visit, _), plain in zip(asks, sure, strict=True) if not plain}
    return [visit for visit in problem.visits if visit.id in doubted or not _reconciled(visit)]


def _reconciled(visit: Visit) -> bool:
    """Whether the windows leave two persons starts as far apart as the gap says."""
    return len(visit.needs) == 1 or _apart(spans(visit, 0), spans(visit, 1), *visit.gap)


def _of_visit(problem: Problem, crew: Crew, visit: Visit) -> Iterator[Fault]:
    name = f"visits.{visit.id}"
    if not crew.people:
        yield Fault("nobody", name, "there are no caregivers", (visit.id,))
    if visit.pinned_start is not None and not spans(visit, 0):
        yield Fault("pinned_start", f"{name}.pinned_start", "lies in none of the visit's windows", (visit.id,))
    if not _reconciled(visit):
        yield Fault("gap", f"{name}.gap", "the second person cannot start so late inside the windows", (visit.id,))
    for half, who in enumerate(visit.pinned):
        code = CODES[int(crew.blocked(visit, half, np.array([crew.index[who]]))[0])]
        if code:
            yield Fault("pinned", f"{name}.pinned", f"{who} {ONE[code]}", (visit.id,))
    free = []
    for half, need in enumerate(visit.needs):
        for skill, level in need.skills.items():
            if not crew.able({skill: level}).any():
                best = max((person.skills.get(skill, 0) for person in crew.people), default=0)
                text = f"nobody has it at level {level}, the highest is {best}" if best else "nobody has this skill"
                yield Fault("skill", f"{name}.needs[{half}].skills.{skill}", text, (visit.id,))
        codes = crew.blocked(visit, half)
        free.append(set(np.flatnonzero(codes == FREE).tolist()))
        if not free[-1]:
            yield _nobody(problem, crew, visit, codes)
    if len(free) == 2 and len(free[0] | free[1]) == 1:
        who = crew.people[free[0].pop()].id
        yield Fault("pair", f"{name}.needs", f"only {who} could be either person, two are needed", (visit.id,))


def _nobody(problem: Problem, crew: Crew, visit: Visit, codes: Ints) -> Fault:
    """What stops everybody, given what stops each."""
    counts = {CODES[code]: int(n) for code, n in zip(*np.unique(codes, return_counts=True), strict=True)}
    if visit.meal is not None and (codes == RIDE).any():
        place = crew.canteens[visit.meal.canteen].place
        riders = {crew.people[int(i)].mode for i in np.flatnonzero(codes == RIDE)}
        quickest = min(problem.travel.time(mode, place, visit.place) for mode in riders)
        text = f"the meal may ride {visit.meal.ride}, the quickest of those who could bring it rides {quickest}"
        return Fault("ride", f"visits.{visit.id}.meal.ride", text, (visit.id,))
    reason = reason_of(counts, len(crew.people))
    return Fault(reason.code, f"visits.{visit.id}", reason.text, (visit.id,))


def _goods(problem: Problem, crew: Crew) -> Iterator[Fault]:
    """Goods whose pick-up and delivery nobody could do both."""
    visits = {visit.id: visit for visit in problem.visits}
    for visit in problem.visits:
        if visit.delivers is None:
            continue
        for count in (FIRST_ASKED, len(crew.people)):
            among = np.arange(min(count, len(crew.people)))
            pick = crew.blocked(visits[visit.delivers], 0, among) == FREE
            drop = crew.blocked(visit, 0, among) == FREE
            if (pick & drop).any():
                break
        if pick.any() and drop.any() and not (pick & drop).any():
            text = f"nobody could both fetch at {visit.delivers} and bring it"
            yield Fault("goods", f"visits.{visit.id}.delivers", text, (visit.id,))


def _pins(problem: Problem) -> Iterator[Fault]:
    """Pins of one caregiver that follow each other too closely, way and access included."""
    modes = {person.id: person.mode for person in problem.caregivers}
    fixed: dict[str, list[tuple[int, int, Visit]]] = {}
    for visit in problem.visits:
        for half, who in enumerate(visit.pinned):
            if visit.pinned_start is not None and (half == 0 or visit.gap[0] == visit.gap[1]):
                start = visit.pinned_start + half * visit.gap[0]
                fixed.setdefault(who, []).append((start, start + visit.needs[half].duration, visit))
    for who, held in fixed.items():
        held.sort(key=lambda entry: entry[:2])
        for (_, finish, one), (start, _, two) in itertools.pairwise(held):
            there = finish + problem.travel.time(modes[who], one.place, two.place) + two.access
            if there > start:
                text = f"{who} is pinned to {one.id} before and could start at {there}, not at {start}"
                yield Fault("pins_clash", f"visits.{two.id}.pinned_start", text, (one.id, two.id))


def _of_link(visits: Mapping[str, Visit], i: int, link: Link) -> Iterator[Fault]:
    first, second = (spans(visits[name], 0) for name in (link.first, link.second))
    if not _apart(first, second, link.low, link.high):
        text = f"{link.first} and {link.second} have no windows that far apart"
        yield Fault("link", f"links[{i}]", text, (link.first, link.second))


def _apart(first: list[tuple[int, int]], second: list[tuple[int, int]], low: int, high: int) -> bool:
    """Whether some two starts differ by low to high; true when there are no starts at all, which others tell."""
    pairs = list(itertools.product(first, second))
    return not pairs or any(b[1] - a[0] >= low and b[0] - a[1] <= high for a, b in pairs)


def _breaks(problem: Problem) -> Iterator[Fault]:
    for person in problem.caregivers:
        for i, shift in enumerate(person.shifts):
            rest = shift.rest
            if rest is not None and max(rest.earliest, shift.start) + rest.duration > shift.latest:
                field = f"caregivers.{person.id}.shifts[{i}].rest"
                yield Fault("break", field, f"does not fit: {person.id} has to be back before it could be taken")


def _ways(problem: Problem) -> Iterator[Fault]:
    """Pairs of places in use that a way of moving cannot join."""
    if problem.travel.places > DENSE:
        return
    ends = {place for person in problem.caregivers for place in (person.start, person.end) if place is not None}
    used = {canteen.place for canteen in problem.canteens} | {visit.place for visit in problem.visits} | ends
    places = sorted(used)
    for mode in sorted({person.mode for person in problem.caregivers}) if places else []:
        cut = np.argwhere(problem.travel.block(mode, places) >= UNREACHABLE)
        if len(cut):
            a, b = (_named_place(problem, places[k]) for k in cut[0])
            text = f"{len(cut)} of {len(places) ** 2} ways do not exist, first: from {a} to {b}"
            yield Fault("unreachable", f"travel.{mode}", text)


def _named_place(problem: Problem, place: int) -> str:
    """A place with the first visit, canteen or caregiver found there."""
    here = [f"visit {visit.id}" for visit in problem.visits if visit.place == place]
    here += [f"canteen {canteen.id}" for canteen in problem.canteens if canteen.place == place]
    here += [f"home of {person.id}" for person in problem.caregivers if place in (person.start, person.end)]
    return f"place {place} ({here[0]})"
