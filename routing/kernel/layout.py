"""Columns of the kernel's arrays, and how its functions are compiled; it computes nothing.

Times are ticks, costs weighted ticks. A task is one person's half of a visit, a break, or a canteen stop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from numba import njit

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
F = TypeVar("F", bound=Callable[..., Any])

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
(LN, RCOST, RLATE, IDLE, BACK, TAIL, LOADED, USED, PAID, SOFT, WAITS, DIRTY, FIRM, TOUCHED, WALKS, TRAVELLED) = range(16)

# state.X: scalars
TOTOUCH, BASE, NOUT, QHEAD, QTAIL, CAP, STAMP, TRIES, NSAVED = range(9)


class Arrays(NamedTuple):
    """What never changes during a search. Few, wide arrays: many small ones make every call slow."""

    T: I64
    C: I64
    U: I64
    W: I32
    D: I32
    WIN: I64
    LNK: I64
    NEAR: I32
    ADJ: I32
    CAN: I64
    G: I64


class Memory(NamedTuple):
    """What a search changes: orders `seq`, times `V`, routes `R`, scalars `X`, copies to undo, queues, scratch."""

    seq: I32
    V: I64
    R: I64
    X: I64
    OWN: I64
    old_seq: I32
    old_V: I64
    old_R: I64
    touched: I32
    queue: I32
    out: I32
    old_out: I32
    spare: I32
    mark: I64
    key: I64
    rem: I32
    cand: I64
    rng: npt.NDArray[np.uint64]


def kernel(function: F) -> F:
    """Compiles without reference counting (`_nrt=False`: four times faster here), cached on disk, free of the GIL."""
    compiled: F = njit(cache=True, nogil=True, _nrt=False, error_model="numpy")(function)
    return compiled
