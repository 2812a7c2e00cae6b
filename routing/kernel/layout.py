"""Columns of the kernel's arrays, and how its functions are compiled; it computes nothing.

Times are ticks, costs weighted ticks. A task is one person's half of a visit, a break, or a canteen stop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numba
import numpy as np
import numpy.typing as npt

from routing.kernel.cache import folder

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
F = TypeVar("F", bound=Callable[..., Any])

numba_settings: Any = numba.config
numba_settings.CACHE_DIR = str(folder())

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
BEGIN, END, HARD, HOME, GOAL, MODE, ROOM, BAG, TOKEN, OWNER, MOSTPAID, TWIN = range(12)
ROUTE_COLUMNS = 12

# problem.U: a unit (what is inserted and removed together)
UKIND, ONE, TWO, PRICE, CHOICES = range(5)
UNIT_COLUMNS = 5

# problem.G: weights and what the problem has at all
(TRAVEL, TARDY, MAXLATE, WAITING, MAXIDLE, OVER, VEHICLE, CHANGED, TOLERANCE, SPREAD, PLAIN, MEALS, GOODSFLAG, PAYFLAG,
 KNOCK, LENGTH) = range(16)  # fmt: skip
WEIGHT_COLUMNS = 16

# state.V: a task in the plan
START, READY, LEG, LATE, ROUTE, POS, COST, LATEST = range(8)

# state.R: a route in the plan
(LN, RCOST, RLATE, IDLE, BACK, TAIL, LOADED, USED, PAID, SOFT, WAITS, DIRTY, FIRM, TOUCHED, WALKS, TRAVELLED) = range(
    16
)

# state.X: scalars
TOTOUCH, BASE, NOUT, QHEAD, QTAIL, CAP, STAMP, TRIES, NSAVED = range(9)


class Arrays(NamedTuple):
    """What never changes during a search. Few, wide arrays: many small ones make every call slow.

    Whatever is passed on as an argument is int64: each other type would be compiled anew, function by function.
    """

    T: I64
    C: I64
    U: I64
    W: I32
    D: I32
    WIN: I64
    LNK: I64
    NEAR: I64
    ADJ: I64
    CAN: I64
    G: I64


class Memory(NamedTuple):
    """What a search changes: orders `seq`, times `V`, routes `R`, scalars `X`, copies to undo, queues, scratch."""

    seq: I64
    V: I64
    R: I64
    X: I64
    OWN: I64
    old_seq: I64
    old_V: I64
    old_R: I64
    touched: I64
    queue: I64
    out: I64
    old_out: I64
    mark: I64
    key: I64
    rem: I64
    cand: I64
    rng: npt.NDArray[np.uint64]


def kernel(function: F) -> F:
    """Compiles without reference counting (`_nrt=False`: four times faster here), cached on disk, free of the GIL."""
    options: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False, "error_model": "numpy"}
    compiled: F = numba.njit(**options)(function)
    return compiled
