"""Names what stops one caregiver from serving one visit, each with an empty day; it does not look at any plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from routing.plan import Plan, Reason
from routing.problem import Caregiver, Problem, Shift, Visit

WORDS = {
    "skill": "lack the skill",
    "refused": "are refused",
    "pinned": "are not the pinned one",
    "bag": "cannot carry it",
    "shift": "are off duty then",
    "window": "cannot be there in time",
    "ride": "live too far from the canteen for a hot meal",
    "busy": "are busy then",
    "price": "would cost more than leaving it out",
}


def barrier(problem: Problem, visit: Visit, half: int, person: Caregiver) -> str:
    """The first constraint that stops this person from this half even on an empty day; "" when none does."""
    if any(person.skills.get(skill, 0) < level for skill, level in visit.needs[half].skills.items()):
        return "skill"
    if person.id in visit.refused:
        return "refused"
    if visit.pinned and visit.pinned[half] != person.id:
        return "pinned"
    if visit.meal and visit.meal.portions > person.portions:
        return "bag"
    if person.load is not None and visit.load > person.load:
        return "bag"
    if visit.meal and _ride(problem, visit, person) > visit.meal.ride:
        return "ride"
    if not person.shifts:
        return "shift"
    found = [_by_time(problem, visit, half, person, shift) for shift in person.shifts]
    return min(found, key=lambda code: {"": 0, "window": 1, "shift": 2}[code])


def _ride(problem: Problem, visit: Visit, person: Caregiver) -> int:
    canteen = next(c for c in problem.canteens if visit.meal and c.id == visit.meal.canteen)
    return problem.travel.time(person.mode, canteen.place, visit.place)


def _by_time(problem: Problem, visit: Visit, half: int, person: Caregiver, shift: Shift) -> str:
    """ "" when some start fits the shift and a window (the first person's pinned start included)."""
    travel, duration = problem.travel, visit.needs[half].duration
    there = shift.start + travel.time(person.mode, person.start, visit.place) + visit.access
    home = 0 if person.end is None else travel.time(person.mode, visit.place, person.end)
    last = shift.latest - home - duration
    spans = [(window.start, window.latest) for window in visit.windows]
    if visit.pinned_start is not None and half == 0:
        spans = [(visit.pinned_start, visit.pinned_start)]
    if all(shift.start > latest or shift.latest < start + duration for start, latest in spans):
        return "shift"
    return "" if any(max(there, start) <= min(latest, last) for start, latest in spans) else "window"


def reason_of(counts: Mapping[str, int], caregivers: int) -> Reason:
    """The reason with its counts, most frequent first, in words."""
    kept = {code: n for code, n in sorted(counts.items(), key=lambda item: -item[1]) if n}
    if not caregivers:
        return Reason("nobody", "there are no caregivers", {})
    possible = [code for code in ("price", "busy") if code in kept]
    code = possible[0] if possible else next(iter(kept), "busy")
    text = f"{caregivers} caregivers: " + ", ".join(f"{n} {WORDS[c]}" for c, n in kept.items())
    return Reason(code, text, kept)


def barriers(problem: Problem, visit: Visit) -> Counter[str]:
    """For how many caregivers each constraint blocks every half of the visit; "" counts those whom nothing blocks."""
    counts: Counter[str] = Counter()
    for person in problem.caregivers:
        found = [barrier(problem, visit, half, person) for half in range(len(visit.needs))]
        counts["" if "" in found else found[0]] += 1
    return counts


def explained(problem: Problem, plan: Plan) -> Plan:
    """The plan with a reason for every visit that so far only says "open"; who is free otherwise counts as busy."""
    visits = {visit.id: visit for visit in problem.visits}
    told = dict(plan.unserved)
    for name, reason in plan.unserved.items():
        if reason.code == "open":
            counts = barriers(problem, visits[name])
            counts["busy"] += counts.pop("", 0)
            told[name] = reason_of(counts, len(problem.caregivers))
    return replace(plan, unserved=told)
