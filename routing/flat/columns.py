"""Columns of a plan laid out flat for insertion, and how its functions are compiled; it computes nothing.

Times are ticks, costs weighted ticks. Rows 0 to n - 1 of `node` are the plan's stops, route by route, an optional break
last; two spare rows are the persons of the visit that is asked for ("guests"), standing in no route.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numba
import numpy as np
import numpy.typing as npt

from routing.kernel import cache

I64 = npt.NDArray[np.int64]
F = TypeVar("F", bound=Callable[..., Any])

NEVER = 1 << 50
BREACH = 1 << 44
"""What one broken promise adds to the order of options, above anything that a day can cost."""

VISIT, BREAK, LOAD, TOKEN = 0, 1, 2, 3
"""A token is a break that is taken only when the way home would come after its latest start."""
SKIPPED = -NEVER
"""The start of a token that is not taken."""

# node: a stop, or a guest; what a search looks at most comes first, in one cache line
(START, DUR, LATEST, KIND, PLACE, ACC, LEG, CEIL, UPPER, ROUTE, POS, WIN0, WIN1, ARC0, ARC1, TIED, WHO, TOLD, PORTIONS,
 CANTEEN, RIDE, QTY, PICK) = range(23)  # fmt: skip
NODE_COLUMNS = 24

# road: a route (one shift of one caregiver), used or not
(OFF, COUNT, BEGIN, HOME, GOAL, MODE, OWNER, END, HARD, DEPART, TAIL, LEFT, FIRST, BEGUN, SPOT, ROOM, BAG, SHIFT0,
 RESTLAST, PREV, NEXT) = range(21)  # fmt: skip
ROAD_COLUMNS = 21

# sums: what one route adds to the parts
TRAVEL, LATE, MAXLATE, WAITS, IDLE, CHANGED, PAID, OVER, VISITS, AWAYAT, BACKAT = range(11)
SUM_COLUMNS = 11

# goal: weights
(G_TRAVEL, G_TARDY, G_MAXLATE, G_WAITING, G_MAXIDLE, G_OVER, G_VEHICLE, G_CHANGED, G_TOLERANCE, G_SPREAD, G_DELAY,
 G_EASE) = range(12)  # fmt: skip
GOAL_COLUMNS = 12

# state: scalars of one question
(NLOG, QHEAD, QTAIL, BROKEN, NTIES, NOW, LENIENT, NTOUCHED, GUESTS, LOWGAP, HIGHGAP, MOSTBEST, FRESH,
 WAITING0, WAITING1, SORTED0, SORTED1) = range(17)  # fmt: skip
STATE_COLUMNS = 17

# best: the options found, cheapest first
KEY, R0, P0, R1, P1 = range(5)


class Flat(NamedTuple):
    """The arrays of one plan. `road`, `node`, `base`, `crew` are the plan, the rest is the question and scratch.

    `arcs` rows are (other node, how much later it starts at least, how much later than it this starts at least); `ties`
    the same between a guest (by number) and a node: (guest, node, out, in). `win` rows are (start, due, latest).
    `inward` and `outward` hold the legs to and from the asked place per (mode, place). `wish` is what a caregiver costs
    per (person, route), NEVER when not able. `crew` rows are (paid ticks of all shifts, most paid, has a shift).
    """

    node: I64
    road: I64
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
    order: I64
    sorted: I64
    best: I64


def _cache() -> str:
    """The kernel's cache, in a folder named after this room's sources: Numba looks at one file at a time only."""
    digest = hashlib.sha256(cache.fingerprint().encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return str(cache.folder().parent / f"flat-{digest.hexdigest()[:16]}")


CACHE = _cache()
settings: Any = numba.config


def compiled(function: F) -> F:
    """Compiled once, cached on disk, free of the GIL; without reference counting, which costs more than the search."""
    others, settings.CACHE_DIR = settings.CACHE_DIR, CACHE
    try:
        options: Any = {"cache": True, "nogil": True, "_nrt": False, "error_model": "numpy"}
        quick: F = numba.njit(**options)(function)
    finally:
        settings.CACHE_DIR = others
    return quick
