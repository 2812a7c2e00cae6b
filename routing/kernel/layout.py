"""Columns of the kernel's arrays, and how its functions are compiled; it computes nothing.

Times are ticks, costs weighted ticks. A task is one person's half of a visit, a break, or a canteen stop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from routing.kernel import compiling
from routing.kernel.cache import folder

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
F = TypeVar("F", bound=Callable[..., Any])

CODE = folder()

NEVER = 1 << 50
NOBODY = 1 << 29
"""Dearer or later than anything possible; in W, from NOBODY on: this caregiver may not."""

VISIT, REST, LOAD = 0, 1, 2
SINGLE, PAIR, GOODS, MEAL = 0, 1, 2, 3

# problem.T: a task
PLACE, DUR, E, DUE, LAT, ACC, KIND, MATE = range(8)
LEAD, GMIN, GMAX, QTY, CANTEEN, PORTIONS, RIDE, OTHER = range(8, 16)
ROLE, UNIT, W0, W1, L0, L1, TOLDWHO, TOLDAT = range(16, 24)
TASK_COLUMNS = 24
PICK, DROP = 1, 2

# problem.C: a route (one shift of one caregiver)
BEGIN, END, HARD, HOME, GOAL, MODE, ROOM, BAG, TOKEN, OWNER, MOSTPAID = range(11)
ROUTE_COLUMNS = 11

# problem.B: rows of rules. Row 0 holds weights and counts, rows from UNITS on the units (what is inserted and removed
# together), then canteens, windows (begin, due, last) and links (other task, low, high)
UNITS = 1
UKIND, ONE, TWO, PRICE, CHOICES = range(5)
(TRAVEL, TARDY, MAXLATE, WAITING, MAXIDLE, OVER, VEHICLE, CHANGED, TOLERANCE, SPREAD, PLAIN, MEALS, GOODSFLAG, PAYFLAG,
 KNOCK, COUNT, CANTEENS, NEARS, LINKED) = range(19)  # fmt: skip
RULE_COLUMNS = 19

# state.V: a task in the plan
START, READY, LEG, LATE, ROUTE, POS, COST, LATEST = range(8)

# state.R: a route in the plan; columns from OLD on hold its copy
(LN, RCOST, RLATE, IDLE, BACK, TAIL, LOADED, USED, PAID, SOFT, WAITS, DIRTY, FIRM, TOUCHED, WALKS) = range(15)
OLD = 16

# state.H: scalars, where each list begins in H, and the lists themselves
(TOTOUCH, BASE, NOUT, QHEAD, QTAIL, CAP, STAMP, RANDOM, WIDTH, QSIZE, PEOPLE, PAIDS, TOUCHES, QUEUE, OUT, OLDOUT, MARKS,
 KEYS, REMOVED, CANDIDATES, FLOORS) = range(21)  # fmt: skip
SCALARS = 21


class Arrays(NamedTuple):
    """What never changes: tasks, routes, rules, neighbours (near in time and space, then in space), wishes, travel.

    Few, wide arrays, because each is passed as eight values: many small ones make every call slow, and compiling too.

    Whatever is passed on as an argument is int64: each other type would be compiled anew, function by function.
    """

    T: I64
    C: I64
    B: I64
    N: I64
    W: I32
    D: I32


class Memory(NamedTuple):
    """What a search changes: times `V`, routes `R`, orders `seq` (and copies), old times, the rest in `H`."""

    V: I64
    R: I64
    seq: I64
    old_V: I64
    H: I64


def kernel(function: F) -> F:
    """A function of the kernel that only others of the kernel call."""
    return compiling.part(function)


def entry(function: F) -> F:
    """A function of the kernel that Python calls."""
    return compiling.entry(function, CODE)
