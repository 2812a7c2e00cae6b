"""Picks out, many visits at once, those that somebody could plainly serve; a yes is certain, a no means ask again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from routing.crew import Crew, Flags
from routing.problem import FAR, Problem, Visit
from routing.travel import UNREACHABLE, Ints

ROUNDS = 12

Ask = tuple[Visit, int]
"""A visit and which of its persons."""


def plainly_served(problem: Problem, crew: Crew, asks: Sequence[Ask]) -> Flags:
    """Per ask, whether as many caregivers as the visit needs could serve it with an empty day.

    Asks with pins, meals or several windows are never plain.
    """
    found = np.zeros(len(asks), dtype=np.int64)
    groups: dict[tuple[tuple[str, int], ...], list[int]] = {}
    for i, (visit, half) in enumerate(asks):
        if not (visit.pinned or visit.meal or visit.pinned_start is not None) and len(visit.windows) == 1:
            groups.setdefault(tuple(sorted(visit.needs[half].skills.items())), []).append(i)
    wanted = np.array([len(visit.needs) for visit, _ in asks], dtype=np.int64)
    for skills, members in groups.items():
        left = np.array(members, dtype=np.int64)
        for who in np.flatnonzero(crew.able(dict(skills)))[:ROUNDS]:
            found[left] += _fits(problem, crew, int(who), [asks[i] for i in left])
            left = left[found[left] < wanted[left]]
            if not len(left):
                break
    return found >= wanted


def _fits(problem: Problem, crew: Crew, who: int, asks: Sequence[Ask]) -> Flags:
    person = crew.people[who]
    places = [visit.place for visit, _ in asks]
    columns = [
        (visit.access, visit.needs[half].duration, visit.windows[0].start, visit.windows[0].latest, visit.load)
        for visit, half in asks
    ]
    access, duration, begin, latest, load = np.array(columns, dtype=np.int64).T
    out = problem.travel.legs(person.mode, [person.start], places)[0]
    home: Ints = np.zeros(len(asks), dtype=np.int64)
    if person.end is not None:
        home = problem.travel.legs(person.mode, places, [person.end])[:, 0]
    fits = np.zeros(len(asks), dtype=np.bool_)
    for shift in person.shifts:
        start = np.maximum(shift.start + out + access, begin)
        fits |= start <= np.minimum(latest, shift.latest - home - duration)
    outing = out + access + home
    fits &= (outing < UNREACHABLE) & (load <= (FAR if person.load is None else person.load))
    fits &= outing + duration <= (FAR if person.most_paid is None else person.most_paid)
    refused = [person.id in visit.refused for visit, _ in asks]
    return fits & ~np.array(refused, dtype=np.bool_)
