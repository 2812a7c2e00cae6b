"""Small moves under a temperature: one task or pair elsewhere, two exchanged, tails exchanged, the break shifted.

Each is first bounded by what it could gain at best, so that most are refused before anything is touched.
"""

from __future__ import annotations

import numpy as np

from routing.kernel.layout import *
from routing.kernel.rebuild import sweep
from routing.kernel.seek import able, detour, fits, next_place
from routing.kernel.undo import below, commit, put, rand, rollback, score, take
from routing.kernel.walk import place_before, settle


@kernel
def saved(P: Arrays, S: Memory, x: int) -> int:
    """Weighted travel and wishes that taking x out of its route saves."""
    V, T, D = S.V, P.T, P.D
    r, i = V[x, ROUTE], V[x, POS]
    mode, p = P.C[r, MODE], T[x, PLACE]
    at = place_before(P, S, r, i)
    nxt = next_place(P, S, r, i + 1, p)
    leg = int(D[mode, at, p])
    if nxt >= 0:
        leg += int(D[mode, p, nxt]) - int(D[mode, at, nxt])
    alone = S.R[r, LN] == (2 if P.C[r, TOKEN] >= 0 else 1)
    return P.B[0, TRAVEL] * leg + P.W[x, r] + (P.B[0, VEHICLE] if alone else 0)


@kernel
def plain_task(P: Arrays, x: int) -> bool:
    """A visit that nothing is carried for."""
    return P.T[x, KIND] == VISIT and P.T[x, PORTIONS] == 0 and P.T[x, ROLE] == 0


@kernel
def by_time(P: Arrays, S: Memory, r: int, t: int) -> int:
    """The position of route r before which everything starts before t."""
    i = 0
    while i < S.R[r, LN] and S.V[S.seq[r, i], START] < t:
        i += 1
    return i


@kernel
def give(P: Arrays, S: Memory, x: int, limit: float) -> bool:
    """x to any caregiver, at the place that its time asks for."""
    r, s = S.V[x, ROUTE], below(S, S.R.shape[0])
    if s == r or not able(P, S, x, s):
        return False
    i = by_time(P, S, s, S.V[x, START])
    bound = detour(P, S, s, i, P.T[x, PLACE]) + P.W[x, s] - saved(P, S, x) - S.R[r, SOFT]
    if bound > limit or not fits(P, S, x, s, i):
        return False
    take(P, S, x)
    put(P, S, x, s, i)
    return True


@kernel
def beside(P: Arrays, S: Memory, x: int, y: int, limit: float) -> bool:
    """x before or after y."""
    V = S.V
    r, s = V[x, ROUTE], V[y, ROUTE]
    i = V[y, POS] + (1 if rand(S) < 0.5 else 0)
    if r == s:
        if i == V[x, POS] or i == V[x, POS] + 1:
            return False
        if detour(P, S, r, i, P.T[x, PLACE]) + P.W[x, r] - saved(P, S, x) - S.R[r, SOFT] > limit:
            return False
        if i > V[x, POS]:
            i -= 1
        elif not fits(P, S, x, r, i):
            return False
        take(P, S, x)
        put(P, S, x, r, i)
        return True
    if not able(P, S, x, s):
        return False
    bound = detour(P, S, s, i, P.T[x, PLACE]) + P.W[x, s] - saved(P, S, x) - S.R[r, SOFT]
    if bound > limit or not fits(P, S, x, s, i):
        return False
    at = take(P, S, x)
    put(P, S, x, s, i)
    if P.T[x, PORTIONS] > 0:
        sweep(P, S, r, at)
    return True


@kernel
def pair_beside(P: Arrays, S: Memory, x: int, y: int) -> bool:
    """A whole pair into the time of y, one half beside it, the other where it is or with a neighbour of y."""
    T, V, R, C = P.T, S.V, S.R, P.C
    m, s = T[x, MATE], V[y, ROUTE]
    if m < 0 or m == y or T[m, UNIT] != T[x, UNIT]:
        return False
    other = V[m, ROUTE]
    if rand(S) < 0.5:
        z = P.N[y, below(S, P.B[0, NEARS])]
        if V[z, ROUTE] >= 0:
            other = V[z, ROUTE]
    if C[other, OWNER] == C[s, OWNER] or P.W[x, s] >= NOBODY or P.W[m, other] >= NOBODY:
        return False
    if R[s, LN] >= S.H[WIDTH] - 3 or R[other, LN] >= S.H[WIDTH] - 3:
        return False
    t = V[y, START]
    take(P, S, x)
    take(P, S, m)
    i = min(V[y, POS] + (1 if rand(S) < 0.5 else 0), R[s, LN])
    put(P, S, x, s, i)
    put(P, S, m, other, by_time(P, S, other, t))
    return True


@kernel
def with_mate(P: Arrays, S: Memory, x: int, r: int) -> bool:
    """Whether the caregiver of route r does the other half of x."""
    m = P.T[x, MATE]
    return m >= 0 and S.V[m, ROUTE] >= 0 and P.C[S.V[m, ROUTE], OWNER] == P.C[r, OWNER]


@kernel
def swap(P: Arrays, S: Memory, x: int, y: int, limit: float) -> bool:
    """x and y exchange their places."""
    T, V, R, C, D, G = P.T, S.V, S.R, P.C, P.D, P.B[0]
    r, s = V[x, ROUTE], V[y, ROUTE]
    if r == s or P.W[x, s] >= NOBODY or P.W[y, r] >= NOBODY or T[x, MATE] == y:
        return False
    if with_mate(P, S, x, s) or with_mate(P, S, y, r):
        return False
    if R[s, LOADED] + T[x, QTY] - T[y, QTY] > C[s, ROOM] or R[r, LOADED] + T[y, QTY] - T[x, QTY] > C[r, ROOM]:
        return False
    i, j = V[x, POS], V[y, POS]
    p, q = T[x, PLACE], T[y, PLACE]
    bound = P.W[x, s] + P.W[y, r] - P.W[x, r] - P.W[y, s] - R[r, SOFT] - R[s, SOFT]
    bound += G[TRAVEL] * (exchange(P, S, r, i, p, q) + exchange(P, S, s, j, q, p))
    if G[MAXLATE] > 0:
        bound += G[MAXLATE] * min(R[r, RLATE], R[s, RLATE])
    if bound > limit:
        return False
    if V[y, READY] - T[y, ACC] - D[C[s, MODE], place_before(P, S, s, j), q] > T[x, LAT]:
        return False
    take(P, S, x)
    take(P, S, y)
    put(P, S, y, r, i)
    put(P, S, x, s, j)
    return True


@kernel
def exchange(P: Arrays, S: Memory, r: int, i: int, old: int, new: int) -> int:
    """Change of travel when the stop at position i of route r is at place `new` instead of `old`."""
    D, mode = P.D, P.C[r, MODE]
    at = place_before(P, S, r, i)
    nxt = next_place(P, S, r, i + 1, old)
    change = int(D[mode, at, new]) - int(D[mode, at, old])
    if nxt >= 0:
        change += int(D[mode, new, nxt]) - int(D[mode, old, nxt])
    return change


@kernel
def segment(P: Arrays, S: Memory, x: int, y: int, limit: float) -> bool:
    """x and what follows it (two or three stops) behind y in another route."""
    T, V, R, D, C, G = P.T, S.V, S.R, P.D, P.C, P.B[0]
    r, s, i = V[x, ROUTE], V[y, ROUTE], V[x, POS]
    count = 2 + below(S, 2)
    if r == s or i + count > R[r, LN] or R[s, LN] + count >= S.H[WIDTH] - 3:
        return False
    load = 0
    for k in range(i, i + count):
        z = S.seq[r, k]
        if not plain_task(P, z) or not able(P, S, z, s):
            return False
        load += T[z, QTY]
    if R[s, LOADED] + load > C[s, ROOM]:
        return False
    last = S.seq[r, i + count - 1]
    j = V[y, POS] + 1
    at, nxt = place_before(P, S, r, i), next_place(P, S, r, i + count, T[last, PLACE])
    mode, other = C[r, MODE], C[s, MODE]
    bound = -int(D[mode, at, T[x, PLACE]])
    if nxt >= 0:
        bound += int(D[mode, at, nxt]) - int(D[mode, T[last, PLACE], nxt])
    at, nxt = place_before(P, S, s, j), next_place(P, S, s, j, T[y, PLACE])
    bound += int(D[other, at, T[x, PLACE]])
    if nxt >= 0:
        bound += int(D[other, T[last, PLACE], nxt]) - int(D[other, at, nxt])
    bound *= G[TRAVEL]
    bound -= R[r, SOFT]
    if bound > limit or not fits(P, S, x, s, j):
        return False
    for k in range(count):
        S.H[S.H[REMOVED] + k] = S.seq[r, i + k]
    for k in range(count - 1, -1, -1):
        take(P, S, S.H[S.H[REMOVED] + k])
    for k in range(count):
        put(P, S, S.H[S.H[REMOVED] + k], s, j + k)
    return True


@kernel
def tail_ok(P: Arrays, S: Memory, r: int, i: int, s: int, j: int) -> bool:
    """Whether what stands from position i of route r may all move to route s, from which positions j on leave."""
    T, V, C = P.T, S.V, P.C
    for k in range(i, S.R[r, LN]):
        x = S.seq[r, k]
        if T[x, KIND] == REST:
            continue
        if not plain_task(P, x) or P.W[x, s] >= NOBODY:
            return False
        m = T[x, MATE]
        if m >= 0 and V[m, ROUTE] >= 0 and C[V[m, ROUTE], OWNER] == C[s, OWNER] and V[m, POS] < j:
            return False
        if m >= 0 and V[m, ROUTE] >= 0 and C[V[m, ROUTE], OWNER] == C[s, OWNER] and V[m, ROUTE] != s:
            return False
    return True


@kernel
def tails(P: Arrays, S: Memory, x: int, y: int, limit: float) -> bool:
    """What follows x and what follows y change routes; breaks stay with their caregiver."""
    T, V, R, C, D, G = P.T, S.V, S.R, P.C, P.D, P.B[0]
    r, s = V[x, ROUTE], V[y, ROUTE]
    i, j = V[x, POS] + 1, V[y, POS] + 1
    n, m = R[r, LN] - i, R[s, LN] - j
    if r == s or (n == 0 and m == 0) or i + m >= S.H[WIDTH] - 3 or j + n >= S.H[WIDTH] - 3:
        return False
    mode, other = C[r, MODE], C[s, MODE]
    p, q = T[x, PLACE], T[y, PLACE]
    a, b = next_place(P, S, r, i, p), next_place(P, S, s, j, q)
    bound = 0
    if mode == other and C[r, GOAL] == C[s, GOAL]:
        if a >= 0:
            bound += int(D[mode, q, a]) - int(D[mode, p, a])
        if b >= 0:
            bound += int(D[mode, p, b]) - int(D[mode, q, b])
        bound = G[TRAVEL] * bound - R[r, SOFT] - R[s, SOFT]
        if bound > limit:
            return False
    if m > 0 and V[x, START] + T[x, DUR] + D[mode, p, max(b, 0)] > V[S.seq[s, j], LATEST] and C[r, HARD] == C[s, HARD]:
        return False
    if n > 0 and V[y, START] + T[y, DUR] + D[other, q, max(a, 0)] > V[S.seq[r, i], LATEST] and C[r, HARD] == C[s, HARD]:
        return False
    if not tail_ok(P, S, r, i, s, j) or not tail_ok(P, S, s, j, r, i):
        return False
    load_r, load_s = 0, 0
    for k in range(i, R[r, LN]):
        load_r += T[S.seq[r, k], QTY]
    for k in range(j, R[s, LN]):
        load_s += T[S.seq[s, k], QTY]
    if R[r, LOADED] - load_r + load_s > C[r, ROOM] or R[s, LOADED] - load_s + load_r > C[s, ROOM]:
        return False
    moved = lift(P, S, r, i, 0)
    total = lift(P, S, s, j, moved)
    drop(P, S, s, j, 0, moved)
    drop(P, S, r, i, moved, total)
    return True


@kernel
def lift(P: Arrays, S: Memory, r: int, i: int, at: int) -> int:
    """Takes all but the break from position i on to the list REMOVED from index `at`, starts to KEYS; the new index."""
    count = at
    for k in range(i, S.R[r, LN]):
        x = S.seq[r, k]
        if P.T[x, KIND] != REST:
            S.H[S.H[REMOVED] + count] = x
            S.H[S.H[KEYS] + count] = S.V[x, START]
            count += 1
    for k in range(count - 1, at - 1, -1):
        take(P, S, S.H[S.H[REMOVED] + k])
    return count


@kernel
def drop(P: Arrays, S: Memory, r: int, i: int, begin: int, end: int) -> None:
    """Puts what was lifted (begin to end) behind position i; a break that stands there comes at its time."""
    T, V = P.T, S.V
    rest = NEVER
    if i < S.R[r, LN]:
        rest = V[S.seq[r, i], START]
    for k in range(begin, end):
        while i < S.R[r, LN] and rest < S.H[S.H[KEYS] + k] and T[S.seq[r, i], KIND] == REST:
            i += 1
        put(P, S, S.H[S.H[REMOVED] + k], r, i)
        i += 1


@kernel
def shift_break(P: Arrays, S: Memory) -> bool:
    """The break of some route up to three stops earlier or later."""
    r = below(S, S.R.shape[0])
    x = P.C[r, TOKEN]
    n = S.R[r, LN]
    if x < 0 or n < 3:
        return False
    i = S.V[x, POS] + below(S, 7) - 3
    if i < 0 or i >= n or i == S.V[x, POS]:
        return False
    take(P, S, x)
    put(P, S, x, r, i)
    return True


@kernel
def small(P: Arrays, S: Memory, heat: float) -> int:
    """One small move: 1 accepted, 0 refused or taken back."""
    V, T = S.V, P.T
    halves = P.W.shape[0]
    base, before = S.H[BASE], score(P, S)
    limit = -heat * np.log(max(rand(S), 1e-12))
    pick = rand(S)
    x = below(S, halves)
    if V[x, ROUTE] < 0 or T[x, KIND] != VISIT:
        return 0
    y = P.N[x, below(S, P.B[0, NEARS])]
    if V[y, ROUTE] < 0 or x == y:
        return 0
    done = False
    carried = not plain_task(P, x)
    if pick < 0.03:
        done = shift_break(P, S)
    elif pick < 0.12:
        done = not carried and give(P, S, x, limit)
    elif pick < 0.50:
        if not carried or (V[x, ROUTE] == V[y, ROUTE] and T[x, ROLE] == 0) or T[x, PORTIONS] > 0:
            done = beside(P, S, x, y, limit)
    elif pick < 0.62:
        done = pair_beside(P, S, x, y)
    elif pick < 0.80:
        done = not carried and plain_task(P, y) and swap(P, S, x, y, limit)
    elif pick < 0.86:
        done = segment(P, S, x, y, limit)
    else:
        done = tails(P, S, x, y, limit)
    if not done:
        return 0
    if settle(P, S) and score(P, S) - before <= limit:
        commit(S)
        return 1
    rollback(P, S, base)
    return 0
