"""Orders that can be changed and taken back, the search's own random numbers, and the score; nothing is timed here."""

from __future__ import annotations

import numpy as np

from routing.kernel.layout import *


@kernel
def rand(S: Memory) -> float:
    """A number in [0, 1) from the search's own generator (xorshift64*)."""
    x = np.uint64(S.H[RANDOM])
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    S.H[RANDOM] = np.int64(x)
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@kernel
def below(S: Memory, n: int) -> int:
    """A whole number in [0, n)."""
    return int(rand(S) * n)


@entry
def score(P: Arrays, S: Memory) -> int:
    """The whole cost in weighted ticks; prices of what is out included."""
    G, R = P.B[0], S.R
    total = S.H[BASE]
    if G[MAXLATE] > 0 or G[MAXIDLE] > 0:
        late = 0
        idle = 0
        for r in range(R.shape[0]):
            late = max(late, R[r, RLATE])
            idle = max(idle, R[r, IDLE])
        total += G[MAXLATE] * late + G[MAXIDLE] * idle
    if G[SPREAD] > 0 and S.H[PEOPLE] > 0:
        most = S.H[S.H[PAIDS] + 0]
        least = most
        for o in range(S.H[PEOPLE]):
            most = max(most, S.H[S.H[PAIDS] + o])
            least = min(least, S.H[S.H[PAIDS] + o])
        total += G[SPREAD] * (most - least)
    return total


# -- changing orders -------------------------------------------------------------------------------------------------


@kernel
def touch(S: Memory, r: int) -> None:
    """Copies a route before its first change."""
    R = S.R
    if R[r, TOUCHED]:
        return
    R[r, TOUCHED] = 1
    S.H[S.H[TOUCHES] + S.H[TOTOUCH]] = r
    S.H[TOTOUCH] += 1
    for j in range(16):
        S.R[r, OLD + j] = R[r, j]
    R[r, WALKS] = 0
    for i in range(R[r, LN]):
        x = S.seq[r, i]
        S.seq[r, S.H[WIDTH] + i] = x
        for j in range(8):
            S.old_V[r, i, j] = S.V[x, j]


@kernel
def dirty(S: Memory, r: int, i: int, firm: int) -> None:
    """Notes that route r must be timed anew from position i; what stands after `firm` is only delayed."""
    R = S.R
    touch(S, r)
    if R[r, DIRTY] < 0:
        R[r, DIRTY] = i
        R[r, FIRM] = firm
        S.H[S.H[QUEUE] + S.H[QTAIL] % S.H[QSIZE]] = r
        S.H[QTAIL] += 1
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
        o = P.B[j, 0]
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
    S.H[BASE] -= V[x, COST]
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
    for j in range(S.H[TOTOUCH]):
        S.R[S.H[S.H[TOUCHES] + j], TOUCHED] = 0
    S.H[TOTOUCH] = 0


@kernel
def rollback(P: Arrays, S: Memory, base: int) -> None:
    """Takes back everything since the last commit; `base` is what S.H[BASE] was then."""
    seq, V, R = S.seq, S.V, S.R
    for j in range(S.H[TOTOUCH]):
        r = S.H[S.H[TOUCHES] + j]
        for i in range(R[r, LN]):
            V[seq[r, i], ROUTE] = -1
    for j in range(S.H[TOTOUCH]):
        r = S.H[S.H[TOUCHES] + j]
        S.H[S.H[PAIDS] + P.C[r, OWNER]] += S.R[r, OLD + PAID] - R[r, PAID]
        for c in range(16):
            R[r, c] = S.R[r, OLD + c]
        R[r, TOUCHED] = 0
        R[r, DIRTY] = -1
        for i in range(R[r, LN]):
            x = S.seq[r, S.H[WIDTH] + i]
            seq[r, i] = x
            for c in range(8):
                V[x, c] = S.old_V[r, i, c]
    S.H[TOTOUCH] = 0
    S.H[QHEAD] = S.H[QTAIL]
    S.H[BASE] = base
