"""Finds the cheapest place for a task or a pair: exact inside the route, estimated across pairs; it changes nothing."""

from __future__ import annotations

from routing.kernel.layout import *
from routing.kernel.undo import below, rand
from routing.kernel.walk import free_before, home_leg, lateness, opened, place_before, told

UNUSED = 8
"""How many unused routes are looked at, when not every place is."""
SHORT = 14
"""How many places of each half of a pair are combined."""


@kernel
def able(P: Arrays, S: Memory, x: int, r: int) -> bool:
    """Whether the caregiver of route r may do x, has room, and is not the one who does the other half."""
    if P.W[x, r] >= NOBODY or S.R[r, LN] >= S.H[WIDTH] - 3:
        return False
    if P.T[x, QTY] > 0 and P.T[x, ROLE] == 0 and S.R[r, LOADED] + P.T[x, QTY] > P.C[r, ROOM]:
        return False
    m = P.T[x, MATE]
    return m < 0 or S.V[m, ROUTE] < 0 or P.C[S.V[m, ROUTE], OWNER] != P.C[r, OWNER]


@kernel
def next_place(P: Arrays, S: Memory, r: int, i: int, at: int) -> int:
    """The place after position i - 1 of route r when the caregiver is at `at`; -1 when the route may end anywhere."""
    if i >= S.R[r, LN]:
        return P.C[r, GOAL]
    p = P.T[S.seq[r, i], PLACE]
    if p >= 0:
        return p
    return next_place_after_rest(P, S, r, i + 1)


@kernel
def next_place_after_rest(P: Arrays, S: Memory, r: int, i: int) -> int:
    """The first place from position i on."""
    n = S.R[r, LN]
    while i < n:
        p = P.T[S.seq[r, i], PLACE]
        if p >= 0:
            return p
        i += 1
    return P.C[r, GOAL]


@kernel
def detour(P: Arrays, S: Memory, r: int, i: int, p: int) -> int:
    """Weighted travel that a stop at place p adds before position i of route r."""
    at = place_before(P, S, r, i)
    mode = P.C[r, MODE]
    nxt = next_place(P, S, r, i, at)
    leg = int(P.D[mode, at, p])
    if nxt >= 0:
        leg += P.D[mode, p, nxt]
        if S.R[r, USED]:
            leg -= P.D[mode, at, nxt]
    return P.B[0, TRAVEL] * leg + (0 if S.R[r, USED] else P.B[0, VEHICLE])


@kernel
def fits(P: Arrays, S: Memory, x: int, r: int, i: int) -> bool:
    """A quick look: by the hard times inside the route alone, may x stand before position i?"""
    T, V = P.T, S.V
    p = T[x, PLACE]
    mode = P.C[r, MODE]
    s = opened(P, x, free_before(P, S, r, i) + P.D[mode, place_before(P, S, r, i), p] + T[x, ACC])
    if s > T[x, LAT]:
        return False
    t = s + T[x, DUR]
    if i >= S.R[r, LN]:
        return t + home_leg(P, r, p) <= P.C[r, HARD]
    y = S.seq[r, i]
    if T[y, PLACE] >= 0:
        return t + P.D[mode, p, T[y, PLACE]] + T[y, ACC] <= V[y, LATEST]
    return t <= V[y, LATEST] or V[y, LATEST] >= NEVER >> 1


@kernel
def linked(P: Arrays, S: Memory, x: int, s: int) -> tuple[int, int]:
    """(the start that linked visits allow, what pushing the later ones costs); (NEVER, NEVER) when they cannot move."""
    T, V = P.T, S.V
    cost = 0
    for j in range(T[x, L0], T[x, L1]):
        o = P.B[j, 0]
        if V[o, ROUTE] >= 0:
            s = max(s, V[o, START] - P.B[j, 2])
    s = opened(P, x, s)
    for j in range(T[x, L0], T[x, L1]):
        o = P.B[j, 0]
        if V[o, ROUTE] >= 0 and V[o, START] < s + P.B[j, 1]:
            if s + P.B[j, 1] > T[o, LAT]:
                return NEVER, NEVER
            cost += P.B[0, KNOCK] * (s + P.B[j, 1] - V[o, START])
    return s, cost


@kernel
def added(P: Arrays, S: Memory, x: int, r: int, i: int, start: int, limit: int) -> int:
    """What x before position i of route r costs, not starting before `start`; NEVER when impossible or >= `limit`.

    Exact inside the route; a delay that reaches a pair or link is priced at the weight KNOCK. Where nothing is soft
    (PLAIN) the caller has asked `fits`, and there is nothing more to price.
    """
    T, C, D, G, V, R, seq = P.T, P.C, P.D, P.B[0], S.V, S.R, S.seq
    mode, n, p = C[r, MODE], R[r, LN], T[x, PLACE]
    at = place_before(P, S, r, i)
    t = free_before(P, S, r, i)
    ar = t + D[mode, at, p] + T[x, ACC]
    s = opened(P, x, max(ar, start))
    cost = detour(P, S, r, i, p) + P.W[x, r] + told(P, x, r, s)
    if T[x, L1] > T[x, L0]:
        s, pushed = linked(P, S, x, s)
        if s >= NEVER:
            return NEVER
        cost += pushed
    if s > T[x, LAT]:
        return NEVER
    cost += G[TARDY] * lateness(P, x, s)
    if i > 0:
        cost += G[WAITING] * (s - ar)
    if cost >= limit:
        return NEVER
    if G[PLAIN]:
        return cost
    t = s + T[x, DUR]
    at = p
    for k in range(i, n):
        y = seq[r, k]
        q = T[y, PLACE]
        leg = 0
        if q < 0:
            q = at
        else:
            leg = int(D[mode, at, q])
        ar = t + leg + T[y, ACC]
        old = V[y, START]
        if ar > V[y, LATEST]:
            return NEVER
        if T[y, PLACE] < 0 and k == n - 1 and t + home_leg(P, r, at) <= T[y, LAT]:
            break
        s = max(opened(P, y, ar), old) if T[y, MATE] >= 0 or T[y, L1] > T[y, L0] else opened(P, y, ar)
        if s > T[y, LAT]:
            return NEVER
        if s != old:
            if T[y, KIND] == VISIT:
                cost += G[TARDY] * (lateness(P, y, s) - V[y, LATE]) + told(P, y, r, s) - told(P, y, r, old)
            if T[y, MATE] >= 0 or T[y, L1] > T[y, L0]:
                cost += (s - old) * G[KNOCK]
        if G[WAITING] > 0:
            cost += G[WAITING] * ((s - ar) - (old - V[y, READY] if k > 0 else 0))
        if s == old and T[y, PLACE] >= 0:
            return cost if cost < limit else NEVER
        if cost >= limit and G[WAITING] == 0:
            return NEVER
        t = s + T[y, DUR]
        at = q
    back = t + home_leg(P, r, at)
    if back > C[r, HARD]:
        return NEVER
    was = R[r, BACK] if R[r, USED] else 0
    if back != was and G[OVER] > 0:
        cost += G[OVER] * (max(0, back - C[r, END]) - (max(0, was - C[r, END]) if R[r, USED] else 0))
    return cost if cost < limit else NEVER


# -- candidates ------------------------------------------------------------------------------------------------------


@kernel
def fresh(P: Arrays, S: Memory, r: int, i: int) -> bool:
    """Whether this place has not been looked at under the present stamp."""
    n = S.R[r, LN]
    key = P.T.shape[0] + r if i >= n else S.seq[r, i]
    if S.H[S.H[MARKS] + key] == S.H[STAMP]:
        return False
    S.H[S.H[MARKS] + key] = S.H[STAMP]
    return True


@kernel
def nearby(P: Arrays, S: Memory, x: int, j: int, begin: int, wide: bool) -> tuple[int, int, int]:
    """(route, first position, behind the last) of the j-th group of places for x; route -1 when there are none.

    First beside each visit that is near in space and time, then every unused route from route `begin` on; when `wide`,
    every position of every route.
    """
    near = 0 if wide else P.B[0, NEARS]
    if j < near:
        q = P.N[x, j]
        return S.V[q, ROUTE], S.V[q, POS], S.V[q, POS] + 2
    r = (j - near + begin) % S.R.shape[0]
    if S.R[r, USED] and not wide:
        return -1, 0, 0
    return r, 0, S.R[r, LN] + 1


@kernel
def groups(P: Arrays, S: Memory, wide: bool) -> int:
    """How many groups of places `nearby` knows."""
    return S.R.shape[0] + (0 if wide else P.B[0, NEARS])


@kernel
def single(P: Arrays, S: Memory, x: int, blink: float, wide: bool, limit: int) -> tuple[int, int, int]:
    """(cost, route, position) of the cheapest place of one task below `limit`; (NEVER, -1, 0) when there is none."""
    best, at_r, at_i = limit, -1, 0
    S.H[STAMP] += 1
    begin = below(S, S.R.shape[0]) if S.R.shape[0] else 0
    empties = 0
    for j in range(groups(P, S, wide)):
        r, low, high = nearby(P, S, x, j, begin, wide)
        if r < 0:
            continue
        empties += 1 if S.R[r, USED] == 0 else 0
        if empties > UNUSED and not wide:
            break
        if not able(P, S, x, r):
            continue
        for i in range(low, high):
            if not fresh(P, S, r, i) or (blink > 0.0 and rand(S) < blink):
                continue
            if detour(P, S, r, i, P.T[x, PLACE]) + P.W[x, r] >= best or not fits(P, S, x, r, i):
                continue
            cost = added(P, S, x, r, i, -NEVER, best)
            if cost < best:
                best, at_r, at_i = cost, r, i
    return (best, at_r, at_i) if at_r >= 0 else (NEVER, -1, 0)


@kernel
def shortlist(P: Arrays, S: Memory, x: int, blink: float, wide: bool, side: int) -> int:
    """Fills shortlist `side` with the cheapest places (by detour) of one half of a pair; how many there are."""
    S.H[STAMP] += 1
    found = 0
    empties = 0
    begin = below(S, S.R.shape[0]) if S.R.shape[0] else 0
    for j in range(groups(P, S, wide)):
        r, low, high = nearby(P, S, x, j, begin, wide)
        if r < 0:
            continue
        empties += 1 if S.R[r, USED] == 0 else 0
        if empties > UNUSED and not wide:
            break
        if not able(P, S, x, r):
            continue
        for i in range(low, high):
            if not fresh(P, S, r, i):
                continue
            cost = detour(P, S, r, i, P.T[x, PLACE]) + P.W[x, r]
            if found == SHORT and cost >= listed(S, side, found - 1, 0):
                continue
            if (blink > 0.0 and rand(S) < blink) or not fits(P, S, x, r, i):
                continue
            found = keep(S, side, found, cost, r, i)
    return found


@kernel
def keep(S: Memory, side: int, found: int, cost: int, r: int, i: int) -> int:
    """Sorts one more place into a shortlist; its new length."""
    if found < SHORT:
        found += 1
    k = found - 1
    while k > 0 and listed(S, side, k - 1, 0) > cost:
        for c in range(3):
            S.H[S.H[CANDIDATES] + (side * 16 + k) * 3 + c] = listed(S, side, k - 1, c)
        k -= 1
    S.H[S.H[CANDIDATES] + (side * 16 + k) * 3 + 0] = cost
    S.H[S.H[CANDIDATES] + (side * 16 + k) * 3 + 1] = r
    S.H[S.H[CANDIDATES] + (side * 16 + k) * 3 + 2] = i
    return found


@kernel
def listed(S: Memory, side: int, k: int, column: int) -> int:
    """Of the k-th place on a shortlist: its cost (column 0), route (1) or position (2)."""
    return S.H[S.H[CANDIDATES] + (side * 16 + k) * 3 + column]


@kernel
def pair(P: Arrays, S: Memory, a: int, b: int, blink: float, wide: bool, limit: int) -> tuple[int, int, int]:
    """(cost, i, j): the cheapest combination of shortlisted places i and j, with the start that both can keep."""
    T = P.T
    n = shortlist(P, S, a, blink, wide, 0)
    m = shortlist(P, S, b, blink, wide, 1) if n > 0 else 0
    best, at_i, at_j = limit, -1, -1
    for i in range(n):
        r = listed(S, 0, i, 1)
        ready = door(P, S, a, r, listed(S, 0, i, 2))
        for j in range(m):
            q = listed(S, 1, j, 1)
            if P.C[r, OWNER] == P.C[q, OWNER] or listed(S, 0, i, 0) + listed(S, 1, j, 0) >= best:
                continue
            one = ready
            two = door(P, S, b, q, listed(S, 1, j, 2))
            for _ in range(4):
                if two < one + T[a, GMIN]:
                    two = opened(P, b, one + T[a, GMIN])
                if two - T[a, GMAX] <= one:
                    break
                one = opened(P, a, two - T[a, GMAX])
            cost = added(P, S, a, r, listed(S, 0, i, 2), one, best)
            if cost >= best:
                continue
            cost += added(P, S, b, q, listed(S, 1, j, 2), two, best - cost)
            if cost < best:
                best, at_i, at_j = cost, i, j
    return best, at_i, at_j


@kernel
def door(P: Arrays, S: Memory, x: int, r: int, i: int) -> int:
    """When x could start at the earliest before position i of route r."""
    p = P.T[x, PLACE]
    return opened(P, x, free_before(P, S, r, i) + P.D[P.C[r, MODE], place_before(P, S, r, i), p] + P.T[x, ACC])
