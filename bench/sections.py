"""The table of everything that `make bench` measures; a new section is one import and one line here.

A section is a function from an Effort (how many minutes) to lines of Markdown; it writes no file itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench import (
    beds,
    carried,
    days,
    extended,
    firstplan,
    homecare,
    hotmeal,
    hub,
    hublive,
    insertion,
    intake,
    kills,
    lilim,
    registers,
    replan,
    timers,
    windows,
)
from bench.effort import Effort


@dataclass(frozen=True, slots=True)
class Section:
    """What is measured, its title in bench/results.md, and the minutes it may take in an ordinary run."""

    title: str
    measure: Callable[[Effort], list[str]]
    minutes: float


SECTIONS: dict[str, Section] = {
    "mankowska": Section("home care with two-person visits", homecare.mankowska, 12),
    "italian": Section("home care in Italian cities", homecare.italian, 4),
    "extended": Section("home care, richer model", extended.measure, 3),
    "solomon": Section("plain routing, 100 customers", windows.solomon, 5),
    "gehring": Section("plain routing, 200 to 1,000 customers", windows.gehring, 5),
    "lilim": Section("pick-up and delivery", lilim.measure, 3),
    "hotmeal": Section("pick-up and delivery of hot meals", hotmeal.measure, 3),
    "day": Section("a district's day", days.district, 5),
    "plain": Section("a reduced district day that everybody can play", days.reduced, 3),
    "city": Section("a city's day", days.city, 3),
    "insertion": Section("one urgent visit into a plan", insertion.measure, 0.5),
    "carried": Section("meals that caregivers take along", carried.measure, 3),
    "replan": Section("planning again after a call-off", replan.measure, 1.5),
    "firstplan": Section("from nothing to the first plan", firstplan.measure, 2),
    "hub": Section("live sockets beside a bare broadcaster", hub.measure, 4),
    "hublive": Section("from the button to the desks, and a storm", hublive.measure, 2),
    "timers": Section("rungs of the ladder that come due at once", timers.measure, 2),
    "intake": Section("calls and heartbeats against bare ASGI and Starlette", intake.measure, 5),
    "beds": Section("5,000 family beds: what the desk asks", beds.measure, 1.5),
    "kills": Section("an intake killed again and again", kills.measure, 2),
    "registers": Section("the register of elders at 500,000", registers.measure, 3),
}
