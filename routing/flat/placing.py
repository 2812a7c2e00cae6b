"""Tries one insertion: times it, sums it up, takes it back or shows it; it chooses nothing.

A route that is walked too often is a knot (two pairs met in opposite order) and the option is refused.
"""

# mypy: disable-error-code=no-any-return
from __future__ import annotations

from routing.flat.columns import (
    AWAYAT,
    BACKAT,
    BREACH,
    BROKEN,
    G_DELAY,
    GUESTS,
    KIND,
    LATE0,
    LENIENT,
    NEVER,
    NEXT,
    NLOG,
    NTOUCHED,
    OFF,
    P0,
    P1,
    PREV,
    QHEAD,
    QTAIL,
    R0,
    R1,
    START,
    TOKEN,
    WORTH,
    Flat,
    compiled,
    entry,
)
from routing.flat.timing import lateness, push, walk
from routing.flat.totals import delayed, room_for_goods, total, worth

KNOT = 40


@compiled
def settle(A: Flat) -> bool:
    """Times everything that the guests at `spots` touch; False when something hard breaks. `undo` takes it back."""
    state = A.state
    state[BROKEN] = 0
    for v in range(state[GUESTS]):
        r, p = A.spots[v, 0], A.spots[v, 1]
        push(A, r, p - 1 if p > 0 and A.node[A.road[r, OFF] + p - 1, KIND] == TOKEN else p)
    while state[QHEAD] < state[QTAIL]:
        r, k = A.queue[state[QHEAD], 0], A.queue[state[QHEAD], 1]
        state[QHEAD] += 1
        A.flag[r] += 1
        if A.flag[r] > KNOT or state[QTAIL] + A.node.shape[0] > A.queue.shape[0]:
            return False
        if not walk(A, r, k):
            return False
    for i in range(state[NTOUCHED]):
        if not total(A, A.touched[i], not state[LENIENT]):
            return False
    return apart(A)


@compiled
def apart(A: Flat) -> bool:
    """Goods of the guests find room, and no caregiver leaves on one shift before being back from another."""
    for v in range(A.state[GUESTS]):
        if not room_for_goods(A, v):
            return False
    for i in range(A.state[NTOUCHED]):
        r = A.touched[i]
        for earlier, later in ((A.road[r, PREV], r), (r, A.road[r, NEXT])):
            if earlier < 0 or later < 0:
                continue
            back = A.sums[earlier, BACKAT] if A.flag[earlier] else A.base[earlier, BACKAT]
            away = A.sums[later, AWAYAT] if A.flag[later] else A.base[later, AWAYAT]
            if away < back:
                return False
    return True


@entry
def undo(A: Flat) -> None:
    """Puts every start back as planned."""
    state = A.state
    for i in range(state[NLOG]):
        A.start[A.log[i]] = A.node[A.log[i], START]
    for i in range(state[NTOUCHED]):
        A.flag[A.touched[i]] = 0
    state[NLOG] = state[QHEAD] = state[QTAIL] = state[NTOUCHED] = 0


@compiled
def attempt(A: Flat) -> int:
    """The order of the option at `spots`: cost, delays of others, breaches; NEVER when it is not possible."""
    key = NEVER
    if settle(A):
        key = worth(A) + A.goal[G_DELAY] * delayed(A)
        if A.state[BROKEN]:
            key = key + BREACH * A.state[BROKEN] if A.state[LENIENT] else NEVER
    undo(A)
    return key


@entry
def show(A: Flat, i: int) -> bool:
    """Times and sums up the i-th of the best options and leaves it standing: what it costs, how late each guest is.

    False when something hard breaks.
    """
    A.spots[0, 0], A.spots[0, 1] = A.best[i, R0], A.best[i, P0]
    A.spots[1, 0], A.spots[1, 1] = A.best[i, R1], A.best[i, P1]
    if not settle(A):
        return False
    A.state[WORTH] = worth(A)
    for v in range(A.state[GUESTS]):
        x = A.node.shape[0] - 2 + v
        A.state[LATE0 + v] = lateness(A, x, A.start[x])
    return True
