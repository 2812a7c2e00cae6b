"""Takes units out of a plan and puts them back: which belong together, in which order they return, what is accepted."""

from __future__ import annotations

import numpy as np

from routing.kernel.bundles import goods, meal
from routing.kernel.layout import *
from routing.kernel.seek import able, fits, listed, pair, single
from routing.kernel.undo import below, commit, dirty, put, rand, rollback, score, take
from routing.kernel.walk import settle

RETRIES = 6
"""How many of the units that are out are tried again in one step."""


# -- one unit --------------------------------------------------------------------------------------------------------


@kernel
def spare_load(P: Arrays, S: Memory, canteen: int) -> int:
    """A canteen stop that stands in no route; -1 when all are used."""
    for x in range(P.B[P.B[0, CANTEENS] + canteen, 3], P.B[P.B[0, CANTEENS] + canteen, 4]):
        if S.V[x, ROUTE] < 0:
            return x
    return -1


@kernel
def sweep(P: Arrays, S: Memory, r: int, i: int) -> None:
    """Takes out the canteen stop before position i of route r when nothing is fetched for any more."""
    T = P.T
    k = i - 1
    while k >= 0 and T[S.seq[r, k], KIND] != LOAD:
        k -= 1
    if k < 0:
        return
    for j in range(k + 1, S.R[r, LN]):
        x = S.seq[r, j]
        if T[x, KIND] == LOAD:
            break
        if T[x, PORTIONS] > 0:
            return
    take(P, S, S.seq[r, k])


@kernel
def leave(P: Arrays, S: Memory, u: int) -> None:
    """Takes a served unit out; an empty canteen stop goes with its last meal. `settle` times the rest."""
    x = P.B[UNITS + u, ONE]
    r = S.V[x, ROUTE]
    i = take(P, S, x)
    if P.B[UNITS + u, TWO] >= 0:
        take(P, S, P.B[UNITS + u, TWO])
    if P.B[UNITS + u, UKIND] == MEAL:
        sweep(P, S, r, i)
    S.H[BASE] += P.B[UNITS + u, PRICE]


@kernel
def retreat(P: Arrays, S: Memory, u: int) -> int:
    """After a unit did not fit: takes it out again; 0 when the rest stands as before, -1 when not (roll back then)."""
    for j in range(S.H[TOTOUCH]):
        dirty(S, S.H[S.H[TOUCHES] + j], 0, S.R[S.H[S.H[TOUCHES] + j], LN])
    leave(P, S, u)
    return 0 if settle(P, S) else -1


@kernel
def alone(P: Arrays, S: Memory, u: int) -> int:
    """After goods did not fit where they were cheapest: into an unused route, if that costs less than their price."""
    a, b, price = P.B[UNITS + u, ONE], P.B[UNITS + u, TWO], P.B[UNITS + u, PRICE]
    before = score(P, S)
    for r in range(S.R.shape[0]):
        if S.R[r, USED] or not able(P, S, a, r) or not able(P, S, b, r) or not fits(P, S, a, r, 0):
            continue
        put(P, S, a, r, 0)
        put(P, S, b, r, 1)
        S.H[BASE] -= price
        if settle(P, S) and score(P, S) < before:
            return 1
        return retreat(P, S, u)
    return 0


@kernel
def enter(P: Arrays, S: Memory, u: int, blink: float, wide: bool) -> int:
    """Puts a unit where it costs least, if that is cheaper than its price: 1 done, 0 not done, -1 roll back."""
    kind, a, b, price = P.B[UNITS + u, UKIND], P.B[UNITS + u, ONE], P.B[UNITS + u, TWO], P.B[UNITS + u, PRICE]
    if P.B[UNITS + u, CHOICES] == 0:
        return 0
    for round in range(2):
        everywhere = wide or round == 1
        found = False
        if kind == SINGLE:
            _, r, i = single(P, S, a, blink, everywhere, price)
            if r >= 0:
                put(P, S, a, r, i)
                found = True
        elif kind == PAIR:
            _, i, j = pair(P, S, a, b, blink, everywhere, price)
            if i >= 0:
                put(P, S, a, listed(S, 0, i, 1), listed(S, 0, i, 2))
                put(P, S, b, listed(S, 1, j, 1), listed(S, 1, j, 2))
                found = True
        elif kind == GOODS:
            everywhere = True
            _, r, i, j = goods(P, S, a, b, blink, price)
            if r >= 0:
                put(P, S, a, r, i)
                put(P, S, b, r, j)
                found = True
        else:
            _, r, i, run = meal(P, S, a, blink, everywhere, price)
            if r >= 0:
                if run:
                    x = spare_load(P, S, P.T[a, CANTEEN])
                    if x >= 0:
                        put(P, S, x, r, i)
                        i += 1
                put(P, S, a, r, i)
                found = True
        if found:
            S.H[BASE] -= price
            if settle(P, S):
                return 1
            done = retreat(P, S, u)
            return alone(P, S, u) if done == 0 and kind == GOODS else done
        if everywhere or (blink > 0.0 and rand(S) > 0.1):
            return 0
    return 0


# -- which ones ------------------------------------------------------------------------------------------------------


@kernel
def choose(P: Arrays, S: Memory, x: int, m: int) -> int:
    """Adds the unit of task x to the list of those that go; the new length."""
    u = P.T[x, UNIT]
    if u < 0 or P.T[x, KIND] != VISIT:
        return m
    key = P.T.shape[0] + S.R.shape[0] + u
    if S.H[S.H[MARKS] + key] == S.H[STAMP]:
        return m
    S.H[S.H[MARKS] + key] = S.H[STAMP]
    S.H[S.H[REMOVED] + m] = u
    return m + 1


@kernel
def strings(P: Arrays, S: Memory, seed: int, mean: float, longest: float) -> int:
    """Strings of consecutive stops of neighbouring routes. Source: Christiaens, Vanden Berghe (2020)."""
    V, R = S.V, S.R
    used, tasks = 0, 0
    for r in range(R.shape[0]):
        if R[r, USED]:
            used += 1
            tasks += R[r, LN]
    size = min(longest, tasks / max(1, used))
    count = int(1 + rand(S) * (4.0 * mean / (1.0 + size) - 1.0))
    m, ruined = 0, 0
    base = P.T.shape[0] + R.shape[0] + P.B[0, COUNT]
    for j in range(-1, (P.N.shape[1] - P.B[0, NEARS])):
        if ruined >= count:
            break
        x = seed if j < 0 else P.N[seed, P.B[0, NEARS] + j]
        r = V[x, ROUTE]
        if r < 0 or S.H[S.H[MARKS] + base + r] == S.H[STAMP]:
            continue
        S.H[S.H[MARKS] + base + r] = S.H[STAMP]
        ruined += 1
        n = R[r, LN]
        length = int(1 + rand(S) * min(size, n))
        length = min(length, n)
        kept = 0
        if length > 1 and length < n and rand(S) < 0.5:
            kept = 1
            while length + kept < n and rand(S) > 0.01:
                kept += 1
            if rand(S) < 0.5:
                kept = min(kept, 1 + below(S, 3))
        span = min(n, length + kept)
        low = max(0, V[x, POS] - span + 1)
        high = min(V[x, POS], n - span)
        begin = low + below(S, high - low + 1)
        hole = begin + below(S, length) if kept > 0 else -1
        for k in range(begin, begin + span):
            if hole >= 0 and k >= hole and k < hole + (span - length):
                continue
            m = choose(P, S, S.seq[r, k], m)
    return m


@kernel
def cluster(P: Arrays, S: Memory, seed: int, mean: float) -> int:
    """A random part of the neighbours of one visit in space and time."""
    wanted = int(1 + rand(S) * 2.0 * mean)
    m = choose(P, S, seed, 0) if S.V[seed, ROUTE] >= 0 else 0
    for j in range(P.B[0, NEARS]):
        if m >= wanted:
            break
        x = P.N[seed, j]
        if S.V[x, ROUTE] >= 0 and rand(S) < 0.6:
            m = choose(P, S, x, m)
    return m


@kernel
def whole_route(P: Arrays, S: Memory, seed: int, most: int) -> int:
    """Everything of a short route, so that it may become empty."""
    r = S.V[seed, ROUTE]
    if r < 0 or S.R[r, LN] > most:
        return 0
    m = 0
    for k in range(S.R[r, LN]):
        m = choose(P, S, S.seq[r, k], m)
    return m


# -- in which order --------------------------------------------------------------------------------------------------


@kernel
def keys(P: Arrays, S: Memory, m: int) -> None:
    """Gives the m units of the list REMOVED the keys by which they return."""
    T = P.T
    rule = below(S, 17)
    for i in range(m):
        u = S.H[S.H[REMOVED] + i]
        x = P.B[UNITS + u, ONE]
        key = int(rand(S) * 1_000_000)
        if rule >= 4 and rule < 7:
            key = -T[x, DUR] * (2 if P.B[UNITS + u, TWO] >= 0 else 1)
        elif rule >= 7 and rule < 9:
            key = -min(P.B[UNITS + u, PRICE], NEVER >> 4) - (NEVER >> 3 if P.B[UNITS + u, TWO] >= 0 else 0)
        elif rule >= 9 and rule < 11:
            key = -int(P.D[0, P.C[0, HOME], T[x, PLACE]])
        elif rule >= 11 and rule < 13:
            key = min(T[x, LAT], T[x, DUE]) - T[x, E]
        elif rule >= 13 and rule < 15:
            key = T[x, E]
        elif rule == 15:
            key = -T[x, DUE]
        elif rule == 16:
            key = P.B[UNITS + u, CHOICES]
        S.H[S.H[KEYS] + i] = key


@kernel
def sort_back(P: Arrays, S: Memory, m: int) -> None:
    """Sorts the list REMOVED by KEYS, stable."""
    for i in range(1, m):
        k, u = S.H[S.H[KEYS] + i], S.H[S.H[REMOVED] + i]
        j = i - 1
        while j >= 0 and S.H[S.H[KEYS] + j] > k:
            S.H[S.H[KEYS] + j + 1] = S.H[S.H[KEYS] + j]
            S.H[S.H[REMOVED] + j + 1] = S.H[S.H[REMOVED] + j]
            j -= 1
        S.H[S.H[KEYS] + j + 1] = k
        S.H[S.H[REMOVED] + j + 1] = u


@kernel
def rebuild(P: Arrays, S: Memory, heat: float, mean: float, longest: float, blink: float) -> int:
    """One ruin and recreate under a temperature: 1 accepted, 0 taken back."""
    halves = P.W.shape[0]
    if halves == 0 or S.R.shape[0] == 0:
        return 0
    base, before = S.H[BASE], score(P, S)
    out = S.H[NOUT]
    for i in range(out):
        S.H[S.H[OLDOUT] + i] = S.H[S.H[OUT] + i]
    S.H[STAMP] += 1
    seed = below(S, halves)
    if out > 0 and rand(S) < 0.3:
        seed = P.B[UNITS + S.H[S.H[OUT] + below(S, out)], ONE]
    kind = rand(S)
    m = 0
    if kind < 0.1:
        m = cluster(P, S, seed, mean)
    elif kind < 0.15:
        m = whole_route(P, S, seed, int(2 * mean))
    if m == 0:
        m = strings(P, S, seed, mean, longest)
    for i in range(m):
        leave(P, S, S.H[S.H[REMOVED] + i])
    ok = settle(P, S)
    chance = RETRIES / max(1, out)
    S.H[NOUT] = 0
    for i in range(out):
        u = S.H[S.H[OLDOUT] + i]
        if P.B[UNITS + u, CHOICES] > 0 and rand(S) < chance:
            S.H[S.H[REMOVED] + m] = u
            m += 1
        else:
            S.H[S.H[OUT] + S.H[NOUT]] = u
            S.H[NOUT] += 1
    keys(P, S, m)
    sort_back(P, S, m)
    for i in range(m):
        if not ok:
            break
        done = enter(P, S, S.H[S.H[REMOVED] + i], blink, False)
        ok = done >= 0
        if done == 0:
            S.H[S.H[OUT] + S.H[NOUT]] = S.H[S.H[REMOVED] + i]
            S.H[NOUT] += 1
    if ok and score(P, S) < before - heat * np.log(max(rand(S), 1e-12)):
        commit(S)
        return 1
    rollback(P, S, base)
    S.H[NOUT] = out
    for i in range(out):
        S.H[S.H[OUT] + i] = S.H[S.H[OLDOUT] + i]
    return 0


@entry
def build(P: Arrays, S: Memory, order: I64) -> None:
    """Puts units in one after the other where each costs least; what does not fit stays out."""

    for k in range(order.shape[0]):
        u = order[k]
        if S.V[P.B[UNITS + u, ONE], ROUTE] >= 0:
            continue
        base = S.H[BASE]
        done = enter(P, S, u, 0.0, True)
        if done < 0:
            rollback(P, S, base)
        commit(S)
    S.H[NOUT] = 0
    for u in range(P.B[0, COUNT]):
        if S.V[P.B[UNITS + u, ONE], ROUTE] < 0:
            S.H[S.H[OUT] + S.H[NOUT]] = u
            S.H[NOUT] += 1
