"""Finds places for goods (fetched and delivered by one caregiver) and hot meals (with their canteen stop)."""

from __future__ import annotations

from routing.kernel.layout import *
from routing.kernel.seek import UNUSED, able, added, detour, fits, fresh, groups, nearby, next_place
from routing.kernel.undo import below, rand
from routing.kernel.walk import free_before, home_leg, lateness, opened, place_before


@kernel
def goods(P: Arrays, S: Memory, a: int, b: int, blink: float, limit: int) -> tuple[int, int, int, int]:
    """(cost, route, position of the pick-up, of the delivery after it) of the cheapest places in one route."""
    T, R = P.T, S.R
    best, at_r, at_i, at_j = limit, -1, 0, 0
    count = R.shape[0]
    begin = below(S, count) if count else 0
    empties = 0
    for step in range(count):
        r = (step + begin) % count
        if not R[r, USED]:
            empties += 1
            if empties > 3:
                continue
        if not able(P, S, a, r) or not able(P, S, b, r):
            continue
        for i in range(R[r, LN] + 1):
            if blink > 0.0 and rand(S) < blink:
                continue
            if detour(P, S, r, i, T[a, PLACE]) >= best + P.B[0, VEHICLE] or not fits(P, S, a, r, i):
                continue
            cost, j = delivery(P, S, a, b, r, i, best)
            if cost < best:
                best, at_r, at_i, at_j = cost, r, i, j
    return best, at_r, at_i, at_j


@kernel
def delivery(P: Arrays, S: Memory, a: int, b: int, r: int, i: int, limit: int) -> tuple[int, int]:
    """(cost, position) of the best delivery when the pick-up stands at i; positions count the pick-up itself."""
    T, C, D, G, V, seq = P.T, P.C, P.D, P.B[0], S.V, S.seq
    mode, n = C[r, MODE], S.R[r, LN]
    at = place_before(P, S, r, i)
    base = P.W[a, r] + P.W[b, r] + (0 if S.R[r, USED] else G[VEHICLE])
    leg = int(D[mode, at, T[a, PLACE]])
    s = opened(P, a, free_before(P, S, r, i) + leg + T[a, ACC])
    if s > T[a, LAT]:
        return NEVER, 0
    picked = s
    late = G[TARDY] * lateness(P, a, s)
    t = s + T[a, DUR]
    travel = leg
    removed = 0
    at_old = at
    at = T[a, PLACE]
    best, at_j = limit, 0
    aboard = load_before(P, S, r, i) + T[a, QTY]
    if aboard > C[r, ROOM]:
        return NEVER, 0
    for j in range(i, n + 1):
        # the delivery before old position j
        nxt = next_place(P, S, r, j, at)
        leg = int(D[mode, at, T[b, PLACE]])
        s = opened(P, b, t + leg + T[b, ACC])
        ride = s - picked > ride_limit(P, a, b)
        if ride:
            s = carried_later(P, S, a, b, r, i, j, s - ride_limit(P, a, b))
        if s <= T[b, LAT]:
            more = travel + leg - removed
            if nxt >= 0:
                more += D[mode, T[b, PLACE], nxt]
                if S.R[r, USED]:
                    more -= D[mode, at_old, nxt]
            cost = base + G[TRAVEL] * more + late + G[TARDY] * lateness(P, b, s)
            if cost < best:
                cost += rest_of(P, S, r, j, s + T[b, DUR], T[b, PLACE], best - cost)
                if cost < best:
                    best, at_j = cost, j + 1
        elif not ride and T[b, W1] - T[b, W0] <= 1 and t > T[b, LAT]:
            break
        if j == n:
            break
        y = seq[r, j]
        q = T[y, PLACE]
        step = 0
        if q < 0:
            q = at
            q_old = at_old
        else:
            step = int(D[mode, at, q])
            removed += D[mode, at_old, q]
            q_old = q
        travel += step
        ar = t + step + T[y, ACC]
        if ar > V[y, LATEST]:
            break
        s = max(opened(P, y, ar), V[y, START]) if T[y, MATE] >= 0 else opened(P, y, ar)
        if T[y, KIND] == VISIT:
            late += G[TARDY] * (lateness(P, y, s) - V[y, LATE])
        t = s + T[y, DUR]
        at = q
        at_old = q_old
        aboard += T[y, QTY] if T[y, ROLE] == PICK else -T[y, QTY]
        if aboard > C[r, ROOM]:
            break
    return best, at_j


@kernel
def ride_limit(P: Arrays, a: int, b: int) -> int:
    """The longest time from the start of a to the start of b that a link allows."""
    for j in range(P.T[a, L0], P.T[a, L1]):
        if P.B[j, 0] == b:
            return P.B[j, 2]
    return NEVER


@kernel
def carried_later(P: Arrays, S: Memory, a: int, b: int, r: int, i: int, j: int, start: int) -> int:
    """The delivery's start when the pick-up at i waits until `start` to shorten the ride; NEVER if it does not."""
    T, V, D, seq, mode = P.T, S.V, P.D, S.seq, P.C[r, MODE]
    start = opened(P, a, start)
    if start > T[a, LAT]:
        return NEVER
    t, at = start + T[a, DUR], T[a, PLACE]
    for k in range(i, j):
        y = seq[r, k]
        if T[y, PLACE] >= 0:
            t += D[mode, at, T[y, PLACE]] + T[y, ACC]
            at = T[y, PLACE]
        if t > V[y, LATEST]:
            return NEVER
        t = (max(opened(P, y, t), V[y, START]) if T[y, MATE] >= 0 else opened(P, y, t)) + T[y, DUR]
    s = opened(P, b, t + D[mode, at, T[b, PLACE]] + T[b, ACC])
    return s if s - start <= ride_limit(P, a, b) else NEVER


@kernel
def load_before(P: Arrays, S: Memory, r: int, i: int) -> int:
    """What is aboard of route r before position i."""
    T = P.T
    aboard = 0
    for k in range(S.R[r, LN]):
        x = S.seq[r, k]
        if T[x, ROLE] == 0:
            aboard += T[x, QTY]
    for k in range(i):
        x = S.seq[r, k]
        aboard += T[x, QTY] if T[x, ROLE] == PICK else -T[x, QTY]
    return aboard


@kernel
def rest_of(P: Arrays, S: Memory, r: int, i: int, t: int, at: int, limit: int) -> int:
    """What it costs when the caregiver is free at t and place `at` before position i; NEVER when impossible."""
    T, C, D, G, V, seq = P.T, P.C, P.D, P.B[0], S.V, S.seq
    mode, n = C[r, MODE], S.R[r, LN]
    cost = 0
    for k in range(i, n):
        y = seq[r, k]
        q = T[y, PLACE]
        leg = 0
        if q < 0:
            q = at
        else:
            leg = int(D[mode, at, q])
        ar = t + leg + T[y, ACC]
        if ar > V[y, LATEST]:
            return NEVER
        s = max(opened(P, y, ar), V[y, START]) if T[y, MATE] >= 0 else opened(P, y, ar)
        if s > T[y, LAT]:
            return NEVER
        if T[y, KIND] == VISIT:
            cost += G[TARDY] * (lateness(P, y, s) - V[y, LATE])
        if (s == V[y, START] and T[y, PLACE] >= 0) or cost >= limit:
            return cost
        t = s + T[y, DUR]
        at = q
    back = t + home_leg(P, r, at)
    if back > C[r, HARD]:
        return NEVER
    was = S.R[r, BACK] if S.R[r, USED] else 0
    return cost + G[OVER] * (max(0, back - C[r, END]) - max(0, was - C[r, END]))


# -- meals -----------------------------------------------------------------------------------------------------------


@kernel
def carries(P: Arrays, S: Memory, r: int, i: int) -> int:
    """The canteen whose meals are in the bag before position i of route r; -1 when none."""
    k = i - 1
    while k >= 0:
        x = S.seq[r, k]
        if P.T[x, KIND] == LOAD:
            return P.T[x, CANTEEN]
        k -= 1
    return -1


@kernel
def meal(P: Arrays, S: Memory, x: int, blink: float, wide: bool, limit: int) -> tuple[int, int, int, bool]:
    """(estimate, route, position, whether a new canteen stop goes before it) for a hot meal; -1 when there is none.

    Into a run from its canteen, or as a new run. What a delay does to later runs is judged when the route is walked.
    """
    T, C, D, G, R = P.T, P.C, P.D, P.B[0], S.R
    best, at_r, at_i, run = limit, -1, 0, False
    S.H[STAMP] += 1
    canteen = T[x, CANTEEN]
    kitchen = P.B[P.B[0, CANTEENS] + canteen, 0]
    begin = below(S, R.shape[0]) if R.shape[0] else 0
    empties = 0
    for j in range(groups(P, S, wide)):
        r, low, high = nearby(P, S, x, j, begin, wide)
        if r < 0 or C[r, BAG] == 0:
            continue
        empties += 1 if R[r, USED] == 0 else 0
        if empties > UNUSED and not wide:
            break
        if not able(P, S, x, r):
            continue
        for i in range(low, high):
            if not fresh(P, S, r, i) or (blink > 0.0 and rand(S) < blink):
                continue
            aboard = carries(P, S, r, i)
            room = aboard == canteen and bag_before(P, S, r, i) + T[x, PORTIONS] <= C[r, BAG]
            if room and fits(P, S, x, r, i) and rides(P, S, x, r, i):
                cost = added(P, S, x, r, i, -NEVER, best)
                if cost < best:
                    best, at_r, at_i, run = cost, r, i, False
            if aboard < 0 or runs_out(P, S, r, i):
                mode = C[r, MODE]
                at = place_before(P, S, r, i)
                leave = (
                    max(P.B[P.B[0, CANTEENS] + canteen, 1], free_before(P, S, r, i) + D[mode, at, kitchen])
                    + P.B[P.B[0, CANTEENS] + canteen, 2]
                )
                more = D[mode, at, kitchen] + D[mode, kitchen, T[x, PLACE]] - D[mode, at, T[x, PLACE]]
                cost = G[TRAVEL] * int(more)
                if cost < best:
                    start = leave + D[mode, kitchen, T[x, PLACE]] + T[x, ACC]
                    cost += added(P, S, x, r, i, start, best - cost)
                    if cost < best:
                        best, at_r, at_i, run = cost, r, i, True
    return best, at_r, at_i, run


@kernel
def rides(P: Arrays, S: Memory, x: int, r: int, i: int) -> bool:
    """Whether every meal of the run still rides hot with x before position i; waiting can be moved to the canteen."""
    T, V, seq, D, mode = P.T, S.V, S.seq, P.D, P.C[r, MODE]
    j = i - 1
    while j >= 0 and T[seq[r, j], KIND] != LOAD:
        j -= 1
    if j < 0:
        return False
    load = seq[r, j]
    left = V[load, START] + T[load, DUR]
    t, at, slack, inside = left, T[load, PLACE], 0, False
    j += 1
    while j < S.R[r, LN] or not inside:
        y = x
        if j == i and not inside:
            inside = True
        else:
            y = seq[r, j]
            j += 1
        if T[y, KIND] == LOAD:
            break
        if T[y, PLACE] >= 0:
            t += D[mode, at, T[y, PLACE]] + T[y, ACC]
            at = T[y, PLACE]
        if T[y, PORTIONS] > 0 and t - T[y, ACC] - left - T[y, RIDE] > slack:
            return False
        s = opened(P, y, t)
        if T[y, MATE] >= 0:
            s = max(s, V[y, START])
        slack += s - t
        t = s + T[y, DUR]
    return True


@kernel
def bag_before(P: Arrays, S: Memory, r: int, i: int) -> int:
    """Portions of the whole run into which position i falls."""
    T = P.T
    k = i - 1
    while k >= 0 and T[S.seq[r, k], KIND] != LOAD:
        k -= 1
    bag = 0
    k += 1
    while k < S.R[r, LN] and T[S.seq[r, k], KIND] != LOAD:
        bag += T[S.seq[r, k], PORTIONS]
        k += 1
    return bag


@kernel
def runs_out(P: Arrays, S: Memory, r: int, i: int) -> bool:
    """Whether the bag is empty from position i on, up to the next canteen stop: a new run may begin there."""
    for k in range(i, S.R[r, LN]):
        x = S.seq[r, k]
        if P.T[x, KIND] == LOAD:
            return True
        if P.T[x, PORTIONS] > 0:
            return False
    return True
