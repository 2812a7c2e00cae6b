"""What must hold inside one timed route: hot meals, links between its visits, goods on board; it changes no order."""

from __future__ import annotations

from routing.kernel.layout import *


@kernel
def meals_fit(P: Arrays, S: Memory, r: int) -> int:
    """-1 when every meal rides hot in a bag that holds it, -2 when not, else a position from which to walk again.

    A canteen stop that waits removes waiting from the ride: its floor (kept in LATE) rises by what is too much.
    """
    T, V, seq = P.T, S.V, S.seq
    source, left, bag, stop, slack = -1, 0, 0, -1, 0
    for k in range(S.R[r, LN]):
        x = seq[r, k]
        if T[x, KIND] == LOAD:
            source, left, bag, stop, slack = T[x, CANTEEN], V[x, START] + T[x, DUR], 0, k, 0
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
def links_fit(P: Arrays, S: Memory, r: int) -> int:
    """-1 when links inside route r hold, else the position from which to walk again: that visit has to wait longer."""
    T, V, seq = P.T, S.V, S.seq
    for k in range(S.R[r, LN]):
        x = seq[r, k]
        for j in range(T[x, L0], T[x, L1]):
            o = P.B[j, 0]
            if V[o, ROUTE] == r and V[o, POS] > k and V[o, START] - V[x, START] > P.B[j, 2]:
                S.H[S.H[FLOORS] + x] = V[o, START] - P.B[j, 2]
                return k
    return -1


@kernel
def goods_fit(P: Arrays, S: Memory, r: int) -> bool:
    """Whether pick-ups come before their deliveries and nobody carries more than there is room for."""
    T, V, seq = P.T, S.V, S.seq
    room, n = P.C[r, ROOM], S.R[r, LN]
    aboard = 0
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
