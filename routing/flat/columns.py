"""Columns of a plan laid out flat for insertion, and how its functions are compiled; it computes nothing.

Times are ticks, costs weighted ticks. Rows 0 to n - 1 of `node` are the plan's stops, route by route, an optional break
last; two spare rows are the persons of the visit that is asked for ("guests"), standing in no route.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from routing.kernel import cache, compiling

I64 = npt.NDArray[np.int64]
F = TypeVar("F", bound=Callable[..., Any])

NEVER = 1 << 50
BREACH = 1 << 44
"""What one broken promise adds to the order of options, above anything that a day can cost."""

VISIT, BREAK, LOAD, TOKEN = 0, 1, 2, 3
"""A token is a break that is taken only when the way home would come after its latest start."""
SKIPPED = -NEVER
"""The start of a token that is not taken."""

# node: a stop, or a guest
(START, DUR, KIND, PLACE, ACC, LEG, CEIL, POS, ROUTE, ARC0, ARC1, TIED, WIN0, WIN1, UPPER, WHO, TOLD, PORTIONS, CANTEEN,
 RIDE, QTY, PICK, QUEUED) = range(23)  # fmt: skip
NODE_COLUMNS = 24

# road: a route (one shift of one caregiver), used or not; what every question looks at comes first, in one cache line
(OFF, STOPS, COUNT, FIRST, MODE, SPOT, HARD, OWNER, BEGIN, HOME, GOAL, TAIL, END, DEPART, LEAVES, BEGUN, ROOM, BAG,
 SHIFT0, RESTLAST, PREV, NEXT) = range(22)  # fmt: skip
ROAD_COLUMNS = 24

# gap: the place before stop p of route r, in row OFF + r + p; one more after the last stop. Fixed once the plan is laid
# out: when and where the caregiver is free, where they go then (-1 anywhere) and how long that takes, which row that is
# (-1 home) and the access there
FREE, AT, ONWARD, OLD, AFTER, DOOR = range(6)
GAP_COLUMNS = 8

# slack, by row: the latest start of every stop, what lies between it and that of the next, and its bound by itself
LATEST, STEP, CAP = range(3)

# sums: what one route adds to the parts
TRAVEL, LATE, MAXLATE, WAITS, IDLE, CHANGED, PAID, OVER, VISITS, AWAYAT, BACKAT = range(11)
SUM_COLUMNS = 11

# goal: weights
(G_TRAVEL, G_TARDY, G_MAXLATE, G_WAITING, G_MAXIDLE, G_OVER, G_VEHICLE, G_CHANGED, G_TOLERANCE, G_SPREAD, G_DELAY,
 G_EASE) = range(12)  # fmt: skip
GOAL_COLUMNS = 12

# state: scalars of one question
(NLOG, QHEAD, QTAIL, BROKEN, NTIES, NOW, LENIENT, NTOUCHED, GUESTS, LOWGAP, HIGHGAP, MOSTBEST, FRESH, HELD0, HELD1,
 WAITING0, WAITING1, SORTED0, SORTED1, WORTH, LATE0, LATE1) = range(22)  # fmt: skip
STATE_COLUMNS = 22

# cand: a place that a guest could take: earliest and latest start there, least cost by the neighbours and by the route
C_ROUTE, C_POS, C_LOW, C_HIGH, C_COST, C_DEEP, C_OWNER = range(7)
CAND_COLUMNS = 8

# best: the options found, cheapest first
KEY, R0, P0, R1, P1 = range(5)


class Flat(NamedTuple):
    """The arrays of one plan. `road`, `node`, `gap`, `base`, `crew` are the plan, the rest is the question and scratch.

    `arcs` rows are (other node, how much later it starts at least, how much later than it this starts at least); `ties`
    the same between a guest (by number) and a node: (guest, node, out, in). `win` rows are (start, due, latest).
    `special` are stops with several windows or arcs. `inward` and `outward` hold the legs to and from the asked place
    per (mode, place). `wish` is what a caregiver costs per (person, route), NEVER when not able. `crew` rows are (paid
    ticks of all shifts, most paid, has a shift). `heap` and `sorted` order the rows of `cand`, per guest.
    """

    node: I64
    road: I64
    gap: I64
    slack: I64
    special: I64
    base: I64
    crew: I64
    arcs: I64
    win: I64
    goal: I64
    start: I64
    sums: I64
    ties: I64
    wish: I64
    inward: I64
    outward: I64
    state: I64
    log: I64
    queue: I64
    flag: I64
    touched: I64
    spots: I64
    cand: I64
    heap: I64
    sorted: I64
    best: I64


CODE = cache.folder("flat")


def compiled(function: F) -> F:
    """A function that only others of this room call."""
    return compiling.part(function)


def entry(function: F) -> F:
    """A function that Python calls."""
    return compiling.entry(function, CODE)
