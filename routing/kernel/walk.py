"""Orders, exact times, undo: what an order of tasks costs; it knows no strategy.

A two-person visit is two tasks whose starts are the least ones that both arrivals and the gap allow. A change walks on
through every route that it delays; a route that is walked too often is a knot (two pairs met in opposite order).
"""

from __future__ import annotations

import numpy as np

from routing.kernel.layout import *  # noqa: F403 - the columns are this room's alphabet
from routing.kernel.layout import Arrays, Memory, kernel


@kernel
def rand(S: Memory) -> float:
    """A number in [0, 1) from the search's own generator (xorshift64*)."""
    x = S.rng[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    S.rng[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@kernel
def below(S: Memory, n: int) -> int:
    """A whole number in [0, n)."""
    return int(rand(S) * n)


@kernel
def score(P: Arrays, S: Memory) -> int:
    """The whole cost in weighted ticks; prices of what is out included."""
    G, R = P.G, S.R
    total = S.X[BASE]
    if G[MAXLATE] > 0 or G[MAXIDLE] > 0:
        late = np.int64(0)
        idle = np.int64(0)
        for r in range(R.shape[0]):
            late = max(late, R[r, RLATE])
            idle = max(idle, R[r, IDLE])
        total += G[MAXLATE] * late + G[MAXIDLE] * idle
    if G[SPREAD] > 0 and S.OWN.shape[0] > 0:
        most = S.OWN[0]
        least = most
        for o in range(S.OWN.shape[0]):
            most = max(most, S.OWN[o])
            least = min(least, S.OWN[o])
        total += G[SPREAD] * (most - least)
    return total


# -- changing orders ----------------------------------------------------------------------------------------------------


@kernel
def touch(S: Memory, r: int) -> None:
    """Copies a route before its first change."""
    R, X = S.R, S.X
    if R[r, TOUCHED]:
        return
    R[r, TOUCHED] = 1
    S.touched[X[TOTOUCH]] = r
    X[TOTOUCH] += 1
    for j in range(16):
        S.old_R[r, j] = R[r, j]
    for i in range(R[r, LN]):
        x = S.seq[r, i]
        S.old_seq[r, i] = x
        for j in range(8):
            S.old_V[r, i, j] = S.V[x, j]


@kernel
def dirty(S: Memory, r: int, i: int, firm: int) -> None:
    """Notes that route r must be timed anew from position i; what stands after `firm` is only delayed."""
    R, X = S.R, S.X
    touch(S, r)
    if R[r, DIRTY] < 0:
        R[r, DIRTY] = i
        R[r, FIRM] = firm
        S.queue[X[QTAIL] % S.queue.shape[0]] = r
        X[QTAIL] += 1
    else:
        R[r, DIRTY] = min(R[r, DIRTY], i)
        R[r, FIRM] = max(R[r, FIRM], firm)


@kernel
def put(P: Arrays, S: Memory, x: int, r: int, i: int) -> None:
    """Writes a task into an order; `settle` times it."""
    seq, V, R = S.seq, S.V, S.R
    touch(S, r)
    n = R[r, LN]
    for k in range(n, i, -1):
        y = seq[r, k - 1]
        seq[r, k] = y
        V[y, POS] = k
    seq[r, i] = x
    R[r, LN] = n + 1
    V[x, START] = -NEVER
    V[x, READY] = -NEVER
    V[x, LEG] = -1
    V[x, LATE] = 0
    V[x, ROUTE] = r
    V[x, POS] = i
    V[x, COST] = 0
    V[x, LATEST] = NEVER
    if P.T[x, ROLE] != DROP:
        R[r, LOADED] += P.T[x, QTY]
    dirty(S, r, i, max(i, R[r, FIRM] + 1 if R[r, DIRTY] >= 0 and R[r, FIRM] >= i else i))


@kernel
def wake(P: Arrays, S: Memory, x: int) -> None:
    """Whoever waits for x (its mate, linked visits) must be timed anew."""
    T, V = P.T, S.V
    m = T[x, MATE]
    if m >= 0 and V[m, ROUTE] >= 0:
        dirty(S, V[m, ROUTE], V[m, POS], V[m, POS] - 1)
    for j in range(T[x, L0], T[x, L1]):
        o = P.LNK[j, 0]
        if V[o, ROUTE] >= 0:
            dirty(S, V[o, ROUTE], V[o, POS], V[o, POS] - 1)


@kernel
def take(P: Arrays, S: Memory, x: int) -> int:
    """Takes a task out of its order; `settle` times the rest. The position it had."""
    seq, V, R = S.seq, S.V, S.R
    r = V[x, ROUTE]
    i = V[x, POS]
    touch(S, r)
    n = R[r, LN]
    for k in range(i, n - 1):
        y = seq[r, k + 1]
        seq[r, k] = y
        V[y, POS] = k
    R[r, LN] = n - 1
    R[r, RCOST] -= V[x, COST]
    S.X[BASE] -= V[x, COST]
    R[r, WAITS] -= V[x, START] - V[x, READY]
    if P.T[x, ROLE] != DROP:
        R[r, LOADED] -= P.T[x, QTY]
    V[x, ROUTE] = -1
    firm = i - 1
    if R[r, DIRTY] >= 0 and R[r, FIRM] > i:
        firm = R[r, FIRM] - 1
        R[r, FIRM] = firm
    dirty(S, r, i, firm)
    wake(P, S, x)
    return i


@kernel
def commit(S: Memory) -> None:
    """Keeps everything since the last commit."""
    for j in range(S.X[TOTOUCH]):
        S.R[S.touched[j], TOUCHED] = 0
    S.X[TOTOUCH] = 0


@kernel
def rollback(P: Arrays, S: Memory, base: int) -> None:
    """Takes back everything since the last commit; `base` is what X[BASE] was then."""
    seq, V, R = S.seq, S.V, S.R
    for j in range(S.X[TOTOUCH]):
        r = S.touched[j]
        for i in range(R[r, LN]):
            V[seq[r, i], ROUTE] = -1
    for j in range(S.X[TOTOUCH]):
        r = S.touched[j]
        S.OWN[P.C[r, OWNER]] += S.old_R[r, PAID] - R[r, PAID]
        for c in range(16):
            R[r, c] = S.old_R[r, c]
        R[r, TOUCHED] = 0
        R[r, DIRTY] = -1
        for i in range(R[r, LN]):
            x = S.old_seq[r, i]
            seq[r, i] = x
            for c in range(8):
                V[x, c] = S.old_V[r, i, c]
    S.X[TOTOUCH] = 0
    S.X[QHEAD] = S.X[QTAIL]
    S.X[BASE] = base


# -- timing -------------------------------------------------------------------------------------------------------------


@kernel
def later(P: Arrays, x: int, t: int) -> int:
    """The first permitted start not before t, over several windows."""
    T = P.T
    for j in range(T[x, W0], T[x, W1]):
        if t <= P.WIN[j, 2]:
            return max(t, P.WIN[j, 0])
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
        due = P.WIN[T[x, W0], 1]
        for j in range(T[x, W0], T[x, W1]):
            if P.WIN[j, 0] <= s:
                due = P.WIN[j, 1]
    return max(0, s - due)


@kernel
def meet(P: Arrays, S: Memory, x: int, m: int, s: int) -> tuple[int, int]:
    """Least starts (of x, of its mate) that both arrivals, windows and the gap allow."""
    T = P.T
    other = opened(P, m, S.V[m, READY])
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
    return np.int64(0) if goal < 0 else np.int64(P.D[P.C[r, MODE], at, goal])


@kernel
def told(P: Arrays, x: int, r: int, s: int) -> int:
    """What it costs when x is not done as the published plan told."""
    T, G = P.T, P.G
    if T[x, TOLDWHO] < 0:
        return np.int64(0)
    if T[x, TOLDWHO] != P.C[r, OWNER] or abs(s - T[x, TOLDAT]) > G[TOLERANCE]:
        return G[CHANGED]
    return np.int64(0)


@kernel
def account(S: Memory, r: int, change: int, waits: int) -> None:
    """Books what a pass over route r changed, also when it failed half way: a later pass starts from there."""
    S.R[r, WAITS] += waits
    S.R[r, RCOST] += change
    S.X[BASE] += change


@kernel
def pass_once(P: Arrays, S: Memory, r: int) -> bool:
    """Times route r from its first changed position; False when something hard breaks."""
    T, C, D, G, V, R, seq = P.T, P.C, P.D, P.G, S.V, S.R, S.seq
    n, i, firm, mode, bag = R[r, LN], R[r, DIRTY], R[r, FIRM], C[r, MODE], C[r, BAG]
    R[r, DIRTY] = -1
    R[r, FIRM] = -1
    if i > 0 and i <= n and T[seq[r, i - 1], KIND] != VISIT:
        i -= 1
    at = place_before(P, S, r, i)
    t = free_before(P, S, r, i)
    change = np.int64(0)
    waits = np.int64(0)
    whole = True
    halves = P.W.shape[0]
    for k in range(i, n):
        x = seq[r, k]
        p = T[x, PLACE]
        leg = np.int64(0)
        if p < 0:
            p = at
        else:
            leg = np.int64(D[mode, at, p])
        ar = t + leg + T[x, ACC]
        s = opened(P, x, ar)
        kind = T[x, KIND]
        m = T[x, MATE]
        if m >= 0 and V[m, ROUTE] >= 0:
            s, other = meet(P, S, x, m, s)
            if other != V[m, START]:
                dirty(S, V[m, ROUTE], V[m, POS], V[m, POS] - 1)
        if T[x, L1] > T[x, L0]:
            for j in range(T[x, L0], T[x, L1]):
                o = P.LNK[j, 0]
                if V[o, ROUTE] >= 0 and V[o, START] > -NEVER:
                    if s < V[o, START] - P.LNK[j, 2]:
                        s = opened(P, x, V[o, START] - P.LNK[j, 2])
            if s != V[x, START]:
                for j in range(T[x, L0], T[x, L1]):
                    o = P.LNK[j, 0]
                    if V[o, ROUTE] >= 0:
                        dirty(S, V[o, ROUTE], V[o, POS], V[o, POS] - 1)
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
        late = np.int64(0)
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
        tail = np.int64(0)
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
    T, C, D, G, V, R, seq = P.T, P.C, P.D, P.G, S.V, S.R, S.seq
    n, mode = R[r, LN], C[r, MODE]
    late = np.int64(0)
    soft = np.int64(0)
    for k in range(n):
        x = seq[r, k]
        if T[x, KIND] == VISIT:
            late = max(late, V[x, LATE])
            soft += V[x, LATE]
    over = max(0, R[r, BACK] - C[r, END]) if R[r, USED] else np.int64(0)
    R[r, RLATE] = late
    R[r, SOFT] = soft * G[TARDY] + over * G[OVER] + late * G[MAXLATE] + G[WAITING] * R[r, WAITS]
    if R[r, USED]:
        R[r, IDLE] = R[r, WAITS] + max(0, C[r, END] - R[r, BACK])
    else:
        R[r, IDLE] = C[r, END] - C[r, BEGIN]
    if G[PAYFLAG]:
        pay = np.int64(0)
        if R[r, USED]:
            x = seq[r, 0]
            pay = R[r, BACK] - (V[x, START] - T[x, ACC] - V[x, LEG] if T[x, PLACE] >= 0 else C[r, BEGIN])
            if C[r, TOKEN] >= 0:
                k = V[C[r, TOKEN], POS]
                if V[C[r, TOKEN], START] >= free_before(P, S, r, k):
                    pay -= T[C[r, TOKEN], DUR]
        S.OWN[C[r, OWNER]] += pay - R[r, PAID]
        R[r, PAID] = pay
    after = NEVER
    at = C[r, GOAL]
    if C[r, HARD] < NEVER >> 1:
        after = C[r, HARD]
    for k in range(n - 1, -1, -1):
        x = seq[r, k]
        if T[x, PLACE] >= 0:
            leg = np.int64(D[mode, T[x, PLACE], at]) if at >= 0 else np.int64(0)
            at = T[x, PLACE]
            after = min(T[x, LAT], after - leg - T[x, DUR])
            V[x, LATEST] = after
            after -= T[x, ACC]
        else:
            V[x, LATEST] = after


@kernel
def meals_fit(P: Arrays, S: Memory, r: int) -> int:
    """-1 when every meal rides hot in a bag that holds it, -2 when not, else a position from which to walk again.

    A canteen stop that waits removes waiting from the ride: its floor (kept in LATE) rises by what is too much.
    """
    T, V, seq = P.T, S.V, S.seq
    source, left, bag, stop, slack = np.int64(-1), np.int64(0), np.int64(0), -1, np.int64(0)
    for k in range(S.R[r, LN]):
        x = seq[r, k]
        if T[x, KIND] == LOAD:
            source, left, bag, stop, slack = T[x, CANTEEN], V[x, START] + T[x, DUR], np.int64(0), k, np.int64(0)
            continue
        if T[x, PORTIONS] > 0:
            bag += T[x, PORTIONS]
            if T[x, CANTEEN] != source or bag > P.C[r, BAG]:
                return -2
            excess = V[x, READY] - T[x, ACC] - left - T[x, RIDE]
            if excess > 0:
                if excess > slack:
                    return -2
                V[seq[r, stop], LATE] = V[seq[r, stop], START] + excess
                return stop
        slack += V[x, START] - V[x, READY]
    return -1


@kernel
def goods_fit(P: Arrays, S: Memory, r: int) -> bool:
    """Whether pick-ups come before their deliveries and nobody carries more than there is room for."""
    T, V, seq = P.T, S.V, S.seq
    room, n = P.C[r, ROOM], S.R[r, LN]
    aboard = np.int64(0)
    for k in range(n):
        if T[seq[r, k], ROLE] == 0:
            aboard += T[seq[r, k], QTY]
    if aboard > room:
        return False
    for k in range(n):
        x = seq[r, k]
        role = T[x, ROLE]
        if role == PICK:
            aboard += T[x, QTY]
            y = T[x, OTHER]
            if aboard > room or V[y, ROUTE] != r or V[y, POS] < k:
                return False
        else:
            aboard -= T[x, QTY]
    return True


@kernel
def walk(P: Arrays, S: Memory, r: int) -> bool:
    """Times route r and renews what is kept about it; False when something hard breaks."""
    T, R, seq = P.T, S.R, S.seq
    if P.G[MEALS] and P.C[r, BAG] > 0:
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
    elif not pass_once(P, S, r):
        return False
    if P.G[GOODSFLAG] and not goods_fit(P, S, r):
        return False
    tally(P, S, r)
    return True


@kernel
def settle(P: Arrays, S: Memory) -> bool:
    """Times everything that was changed and whatever that delays; False when something hard breaks."""
    R, X = S.R, S.X
    for j in range(X[TOTOUCH]):
        R[S.touched[j], WALKS] = 0
    ok = True
    while X[QHEAD] < X[QTAIL]:
        r = S.queue[X[QHEAD] % S.queue.shape[0]]
        X[QHEAD] += 1
        if not ok or R[r, DIRTY] < 0:
            R[r, DIRTY] = -1
            R[r, FIRM] = -1
            continue
        R[r, WALKS] += 1
        ok = R[r, WALKS] < X[CAP] and walk(P, S, r)
    if ok and P.G[PAYFLAG]:
        for j in range(X[TOTOUCH]):
            r = S.touched[j]
            if S.OWN[P.C[r, OWNER]] > P.C[r, MOSTPAID]:
                return False
    return ok
