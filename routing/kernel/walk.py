"""Exact times: what an order of tasks costs; it knows no strategy.

A two-person visit is two tasks whose starts are the least ones that both arrivals and the gap allow. A change walks on
through every route that it delays; a route that is walked too often is a knot (two pairs met in opposite order).
"""

from __future__ import annotations

from routing.kernel.layout import *
from routing.kernel.riding import goods_fit, links_fit, meals_fit
from routing.kernel.undo import dirty


@kernel
def later(P: Arrays, x: int, t: int) -> int:
    """The first permitted start not before t, over several windows."""
    T = P.T
    for j in range(T[x, W0], T[x, W1]):
        if t <= P.B[j, 2]:
            return max(t, P.B[j, 0])
    return max(t, T[x, LAT] + 1)


@kernel
def opened(P: Arrays, x: int, t: int) -> int:
    """The first permitted start not before t."""
    if P.T[x, W1] - P.T[x, W0] > 1:
        return later(P, x, t)
    return max(t, P.T[x, E])


@kernel
def lateness(P: Arrays, x: int, s: int) -> int:
    """Ticks after the due time of the window that a start falls into."""
    T = P.T
    due = T[x, DUE]
    if T[x, W1] - T[x, W0] > 1:
        due = P.B[T[x, W0], 1]
        for j in range(T[x, W0], T[x, W1]):
            if P.B[j, 0] <= s:
                due = P.B[j, 1]
    return max(0, s - due)


@kernel
def held(P: Arrays, S: Memory, x: int, s: int) -> int:
    """The first permitted start from s on that is not too long before linked visits that are served.

    Of what comes later in the same route only the floor counts that `links_fit` has found necessary.
    """
    T, V = P.T, S.V
    if T[x, L1] > T[x, L0]:
        s = max(s, S.H[S.H[FLOORS] + x])
        for j in range(T[x, L0], T[x, L1]):
            o = P.B[j, 0]
            later = V[o, ROUTE] == V[x, ROUTE] and V[o, POS] > V[x, POS]
            if V[o, ROUTE] >= 0 and not later and V[o, START] > -NEVER:
                s = max(s, V[o, START] - P.B[j, 2])
        s = opened(P, x, s)
    return s


@kernel
def wake_linked(P: Arrays, S: Memory, x: int) -> None:
    """Linked visits of other routes must be timed anew."""
    for j in range(P.T[x, L0], P.T[x, L1]):
        o = P.B[j, 0]
        if S.V[o, ROUTE] >= 0 and S.V[o, ROUTE] != S.V[x, ROUTE]:
            dirty(S, S.V[o, ROUTE], S.V[o, POS], S.V[o, POS] - 1)


@kernel
def meet(P: Arrays, S: Memory, x: int, m: int, s: int) -> tuple[int, int]:
    """Least starts (of x, of its mate) that both arrivals, windows and the gap allow."""
    T = P.T
    other = held(P, S, m, opened(P, m, S.V[m, READY]))
    lead = T[x, LEAD] == 1
    one = s if lead else other
    two = other if lead else s
    a = x if lead else m
    b = m if lead else x
    for _ in range(6):
        if two < one + T[x, GMIN]:
            two = opened(P, b, one + T[x, GMIN])
        if two - T[x, GMAX] <= one:
            break
        one = opened(P, a, two - T[x, GMAX])
    return (one, two) if lead else (two, one)


@kernel
def place_before(P: Arrays, S: Memory, r: int, i: int) -> int:
    """Where the caregiver of route r is before position i."""
    k = i - 1
    while k >= 0 and P.T[S.seq[r, k], PLACE] < 0:
        k -= 1
    return P.C[r, HOME] if k < 0 else P.T[S.seq[r, k], PLACE]


@kernel
def free_before(P: Arrays, S: Memory, r: int, i: int) -> int:
    """When the caregiver of route r is free before position i."""
    if i == 0:
        return P.C[r, BEGIN]
    x = S.seq[r, i - 1]
    return S.V[x, START] + P.T[x, DUR]


@kernel
def home_leg(P: Arrays, r: int, at: int) -> int:
    """Travel home from a place; 0 when the route may end anywhere."""
    goal = P.C[r, GOAL]
    return 0 if goal < 0 else int(P.D[P.C[r, MODE], at, goal])


@kernel
def told(P: Arrays, x: int, r: int, s: int) -> int:
    """What it costs when x is not done as the published plan told."""
    T, G = P.T, P.B[0]
    if T[x, TOLDWHO] < 0:
        return 0
    if T[x, TOLDWHO] != P.C[r, OWNER] or abs(s - T[x, TOLDAT]) > G[TOLERANCE]:
        return G[CHANGED]
    return 0


@kernel
def account(S: Memory, r: int, change: int, waits: int) -> None:
    """Books what a pass over route r changed, also when it failed half way: a later pass starts from there."""
    S.R[r, WAITS] += waits
    S.R[r, RCOST] += change
    S.H[BASE] += change


@kernel
def pass_once(P: Arrays, S: Memory, r: int) -> bool:
    """Times route r from its first changed position; False when something hard breaks."""
    T, C, D, G, V, R, seq = P.T, P.C, P.D, P.B[0], S.V, S.R, S.seq
    n, i, firm, mode, bag = R[r, LN], R[r, DIRTY], R[r, FIRM], C[r, MODE], C[r, BAG]
    R[r, DIRTY] = -1
    R[r, FIRM] = -1
    if i > 0 and i <= n and T[seq[r, i - 1], KIND] != VISIT:
        i -= 1
    at = place_before(P, S, r, i)
    t = free_before(P, S, r, i)
    change = 0
    waits = 0
    whole = True
    halves = P.W.shape[0]
    for k in range(i, n):
        x = seq[r, k]
        p = T[x, PLACE]
        leg = 0
        if p < 0:
            p = at
        else:
            leg = int(D[mode, at, p])
        ar = t + leg + T[x, ACC]
        s = opened(P, x, ar)
        kind = T[x, KIND]
        m = T[x, MATE]
        s = held(P, S, x, s)
        if m >= 0 and V[m, ROUTE] >= 0:
            s, other = meet(P, S, x, m, s)
            if other != V[m, START]:
                dirty(S, V[m, ROUTE], V[m, POS], V[m, POS] - 1)
        if T[x, L1] > T[x, L0] and s != V[x, START]:
            wake_linked(P, S, x)
        if kind == LOAD:
            if s < V[x, LATE]:
                s = V[x, LATE]
            if k + 1 < n and T[seq[r, k + 1], PLACE] >= 0:
                y = seq[r, k + 1]
                door = s + T[x, DUR] + D[mode, T[x, PLACE], T[y, PLACE]] + T[y, ACC]
                if door < T[y, E]:
                    s += T[y, E] - door
        elif kind == REST and k == n - 1 and t + home_leg(P, r, at) <= T[x, LAT]:
            ar = t - T[x, DUR]
            s = ar
        if s > T[x, LAT]:
            account(S, r, change, waits)
            return False
        cost = G[TRAVEL] * leg
        late = 0
        if kind == VISIT:
            late = lateness(P, x, s)
            cost += G[TARDY] * late + told(P, x, r, s)
            if x < halves:
                cost += P.W[x, r]
        if k > 0:
            cost += G[WAITING] * (s - ar)
        same = k > firm and s == V[x, START] and leg == V[x, LEG] and T[x, PLACE] >= 0 and bag == 0
        change += cost - V[x, COST]
        waits += (s - ar) - (V[x, START] - V[x, READY])
        V[x, START] = s
        V[x, READY] = ar
        V[x, LEG] = leg
        V[x, COST] = cost
        if kind != LOAD:
            V[x, LATE] = late
        if same:
            whole = False
            break
        t = s + T[x, DUR]
        at = p
    if whole:
        empty = n == 0 or (n == 1 and C[r, TOKEN] >= 0)
        tail = 0
        back = C[r, BEGIN]
        if not empty:
            home = home_leg(P, r, at)
            back = t + home
            if back > C[r, HARD]:
                account(S, r, change, waits)
                return False
            tail = G[TRAVEL] * home + G[VEHICLE] + G[OVER] * max(0, back - C[r, END])
        change += tail - R[r, TAIL]
        R[r, TAIL] = tail
        R[r, BACK] = back
        R[r, USED] = 0 if empty else 1
    account(S, r, change, waits)
    return True


@kernel
def tally(P: Arrays, S: Memory, r: int) -> None:
    """Renews what is kept per route: highest lateness, idleness, paid time, latest starts, what softness could save."""
    T, C, D, G, V, R, seq = P.T, P.C, P.D, P.B[0], S.V, S.R, S.seq
    n, mode = R[r, LN], C[r, MODE]
    late = 0
    soft = 0
    for k in range(n):
        x = seq[r, k]
        if T[x, KIND] == VISIT:
            late = max(late, V[x, LATE])
            soft += V[x, LATE]
    over = max(0, R[r, BACK] - C[r, END]) if R[r, USED] else 0
    R[r, RLATE] = late
    R[r, SOFT] = soft * G[TARDY] + over * G[OVER] + late * G[MAXLATE] + G[WAITING] * R[r, WAITS]
    if R[r, USED]:
        R[r, IDLE] = R[r, WAITS] + max(0, C[r, END] - R[r, BACK])
    else:
        R[r, IDLE] = C[r, END] - C[r, BEGIN]
    if G[PAYFLAG]:
        pay = 0
        if R[r, USED]:
            x = seq[r, 0]
            pay = R[r, BACK] - (V[x, START] - T[x, ACC] - V[x, LEG] if T[x, PLACE] >= 0 else C[r, BEGIN])
            if C[r, TOKEN] >= 0:
                k = V[C[r, TOKEN], POS]
                if V[C[r, TOKEN], START] >= free_before(P, S, r, k):
                    pay -= T[C[r, TOKEN], DUR]
        S.H[S.H[PAIDS] + C[r, OWNER]] += pay - R[r, PAID]
        R[r, PAID] = pay
    after = NEVER
    at = C[r, GOAL]
    if C[r, HARD] < NEVER >> 1:
        after = C[r, HARD]
    for k in range(n - 1, -1, -1):
        x = seq[r, k]
        if T[x, PLACE] >= 0:
            leg = int(D[mode, T[x, PLACE], at]) if at >= 0 else 0
            at = T[x, PLACE]
            after = min(T[x, LAT], after - leg - T[x, DUR])
            V[x, LATEST] = after
            after -= T[x, ACC]
        else:
            V[x, LATEST] = after


@kernel
def walk_linked(P: Arrays, S: Memory, r: int) -> bool:
    """Times a route whose visits may be linked with each other, from below: nobody waits longer than is necessary."""
    for k in range(S.R[r, LN]):
        S.H[S.H[FLOORS] + S.seq[r, k]] = -NEVER
    S.R[r, DIRTY] = 0
    S.R[r, FIRM] = S.R[r, LN]
    for _ in range(4 * S.R[r, LN] + 8):
        if not pass_once(P, S, r):
            return False
        i = links_fit(P, S, r)
        if i < 0:
            return True
        S.R[r, DIRTY] = i
        S.R[r, FIRM] = S.R[r, LN]
    return False


@kernel
def walk(P: Arrays, S: Memory, r: int) -> bool:
    """Times route r and renews what is kept about it; False when something hard breaks."""
    T, R, seq = P.T, S.R, S.seq
    if P.B[0, MEALS] and P.C[r, BAG] > 0:
        for k in range(R[r, LN]):
            if T[seq[r, k], KIND] == LOAD:
                S.V[seq[r, k], LATE] = 0
        R[r, DIRTY] = 0
        for _ in range(30):
            if not pass_once(P, S, r):
                return False
            i = meals_fit(P, S, r)
            if i == -2:
                return False
            if i == -1:
                break
            R[r, DIRTY] = i
            R[r, FIRM] = R[r, LN]
    elif P.B[0, LINKED]:
        if not walk_linked(P, S, r):
            return False
    elif not pass_once(P, S, r):
        return False
    if P.B[0, GOODSFLAG] and not goods_fit(P, S, r):
        return False
    tally(P, S, r)
    return True


@kernel
def settle(P: Arrays, S: Memory) -> bool:
    """Times everything that was changed and whatever that delays; False when something hard breaks."""
    R = S.R
    for j in range(S.H[TOTOUCH]):
        R[S.H[S.H[TOUCHES] + j], WALKS] = 0
    ok = True
    while S.H[QHEAD] < S.H[QTAIL]:
        r = S.H[S.H[QUEUE] + S.H[QHEAD] % S.H[QSIZE]]
        S.H[QHEAD] += 1
        R[r, WALKS] += 1
        ok = ok and R[r, WALKS] < S.H[CAP]
        if ok:
            ok = walk(P, S, r)
        R[r, DIRTY] = -1 if not ok else R[r, DIRTY]
        R[r, FIRM] = -1 if not ok else R[r, FIRM]
    if ok and P.B[0, PAYFLAG]:
        for j in range(S.H[TOTOUCH]):
            r = S.H[S.H[TOUCHES] + j]
            if S.H[S.H[PAIDS] + P.C[r, OWNER]] > P.C[r, MOSTPAID]:
                return False
    return ok
