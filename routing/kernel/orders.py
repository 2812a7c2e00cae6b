"""Whole orders at once: a plan loaded, a proposal tried, one place priced exactly; it searches nothing."""

from __future__ import annotations

from routing.kernel.layout import *
from routing.kernel.rebuild import enter
from routing.kernel.undo import commit, put, rollback, score, take
from routing.kernel.walk import settle

PATIENT = 2000


@entry
def rewrite(P: Arrays, S: Memory, routes: I64, begins: I64, tasks: I64, base: int, strict: bool) -> bool:
    """Gives routes new orders (tasks[begins[k]:begins[k + 1]]) and times them.

    `base` is added to the cost for units that come or go. With `strict` only a cheaper plan is kept.
    False when not kept.
    """
    R = S.R
    was, before = S.H[BASE], score(P, S)
    for k in range(routes.shape[0]):
        r = routes[k]
        for i in range(R[r, LN] - 1, -1, -1):
            take(P, S, S.seq[r, i])
    for k in range(routes.shape[0]):
        for i in range(begins[k], begins[k + 1]):
            put(P, S, tasks[i], routes[k], i - begins[k])
    S.H[BASE] += base
    cap = S.H[CAP]
    S.H[CAP] = PATIENT
    ok = settle(P, S)
    S.H[CAP] = cap
    for k in range(routes.shape[0]):
        ok = ok and (P.B[0, GOODSFLAG] > 0 or S.R[routes[k], LOADED] <= P.C[routes[k], ROOM])
    if not ok or (strict and score(P, S) >= before):
        rollback(P, S, was)
        return False
    commit(S)
    recount(P, S)
    return True


@entry
def recount(P: Arrays, S: Memory) -> None:
    """Makes the list of units that are out anew."""
    S.H[NOUT] = 0
    for u in range(P.B[0, COUNT]):
        if S.V[P.B[UNITS + u, ONE], ROUTE] < 0:
            S.H[S.H[OUT] + S.H[NOUT]] = u
            S.H[NOUT] += 1


@entry
def price_at(P: Arrays, S: Memory, x: int, load: int, r: int, i: int) -> int:
    """What x (behind a canteen stop, when `load` >= 0) at position i adds to the cost; NEVER when impossible."""
    base, before = S.H[BASE], score(P, S)
    if S.R[r, LN] >= S.H[WIDTH] - 3:
        return NEVER
    if load >= 0:
        put(P, S, load, r, i)
        i += 1
    put(P, S, x, r, i)
    more = score(P, S) - before if settle(P, S) else NEVER
    if more < NEVER:
        more = score(P, S) - before
    rollback(P, S, base)
    return more


@entry
def price_of(P: Arrays, S: Memory, u: int) -> int:
    """What the cheapest place of a unit that is out costs, price aside; NEVER when there is none."""
    base, before = S.H[BASE], score(P, S)
    price = P.B[UNITS + u, PRICE]
    P.B[UNITS + u, PRICE] = NEVER >> 2
    done = enter(P, S, u, 0.0, True)
    more = score(P, S) - before + P.B[UNITS + u, PRICE] if done == 1 else NEVER
    P.B[UNITS + u, PRICE] = price
    rollback(P, S, base)
    return more
