"""Says in words why a visit cannot be served, counted over caregivers with an empty day each; it moves nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from routing.crew import CODES, Crew, crew_of
from routing.plan import Plan, Reason
from routing.problem import Caregiver, Problem, Visit

WORDS = {
    "skill": "lack the skill",
    "refused": "are refused",
    "pinned": "are not the pinned one",
    "bag": "cannot carry it",
    "ride": "would bring the meal cold",
    "unreachable": "have no way there or back",
    "shift": "are off duty then",
    "ready": "would get the meal too late from the canteen",
    "window": "cannot be there in time",
    "paid": "may not be paid for so long",
    "busy": "are busy then",
    "price": "would cost more than leaving it out",
}
ASKED = 1000
"""So many visits that a cut-off plan leaves out are looked into; the rest say that they were not."""


def barrier(problem: Problem, visit: Visit, half: int, person: Caregiver) -> str:
    """The first constraint that stops this person from this half even on an empty day; "" when none does."""
    crew = crew_of(problem)
    if person.id not in crew.index or crew.people[crew.index[person.id]] is not person:
        crew = Crew(problem, (person,))
    return CODES[int(crew.blocked(visit, half, np.array([crew.index[person.id]]))[0])]


def barriers(problem: Problem, visit: Visit) -> Counter[str]:
    """For how many caregivers each constraint blocks every half of the visit; "" counts those whom nothing blocks."""
    crew = crew_of(problem)
    codes = crew.blocked(visit, 0)
    for half in range(1, len(visit.needs)):
        codes = np.where(crew.blocked(visit, half) == 0, 0, codes)
    return Counter({CODES[code]: int(n) for code, n in zip(*np.unique(codes, return_counts=True), strict=True)})


def reason_of(counts: Mapping[str, int], caregivers: int) -> Reason:
    """The reason with its counts, most frequent first, in words."""
    kept = {code: n for code, n in sorted(counts.items(), key=lambda item: -item[1]) if n}
    if not caregivers:
        return Reason("nobody", "there are no caregivers", {})
    possible = [code for code in ("price", "busy") if code in kept]
    code = possible[0] if possible else next(iter(kept), "busy")
    text = f"{caregivers} caregivers: " + ", ".join(f"{n} {WORDS[c]}" for c, n in kept.items())
    return Reason(code, text, kept)


def explained(problem: Problem, plan: Plan) -> Plan:
    """The plan with a reason for every visit that so far only says "open"; who is free otherwise counts as busy."""
    visits = {visit.id: visit for visit in problem.visits}
    told, asked = dict(plan.unserved), 0
    for name, reason in plan.unserved.items():
        if reason.code != "open":
            continue
        asked += 1
        if asked > ASKED:
            told[name] = Reason("busy", "not looked into: too many are left out", {})
            continue
        counts = barriers(problem, visits[name])
        counts["busy"] += counts.pop("", 0)
        told[name] = reason_of(counts, len(problem.caregivers))
    return replace(plan, unserved=told)
