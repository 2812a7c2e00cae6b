"""Gathers every place that one person could take in a plan laid out flat, cheapest first; it looks at neighbours."""

# mypy: disable-error-code=no-any-return
from __future__ import annotations

from routing.flat.columns import (
    ACC,
    AFTER,
    AT,
    C_COST,
    C_DEEP,
    C_HIGH,
    C_LOW,
    C_OWNER,
    C_POS,
    C_ROUTE,
    CEIL,
    COUNT,
    DOOR,
    DUR,
    FIRST,
    FREE,
    G_OVER,
    G_TARDY,
    G_TRAVEL,
    G_VEHICLE,
    HARD,
    HELD0,
    LATEST,
    LENIENT,
    MODE,
    NEVER,
    NOW,
    OFF,
    OLD,
    ONWARD,
    OWNER,
    SORTED0,
    SPOT,
    START,
    STOPS,
    VISITS,
    WAITING0,
    WIN0,
    WIN1,
    Flat,
    compiled,
)
from routing.flat.timing import least_late, permitted


@compiled
def gather(A: Flat, v: int, every: bool) -> int:
    """The places that guest v could take, into `cand[v]`, and a heap of them by cost; how many the heap holds.

    Without `every` the heap holds the cheapest of each route only; the others stand beside it.
    """
    heap, cand, state = A.heap, A.cand, A.state
    m, n = 0, 0
    for r in range(A.road.shape[0]):
        if A.wish[v, r] >= NEVER:
            continue
        begin = m
        m = gather_in(A, v, r, m)
        least = begin
        for k in range(begin, m):
            if every:
                heap[v, n, 0], heap[v, n, 1] = cand[v, k, C_COST], k
                n += 1
            elif cand[v, k, C_COST] < cand[v, least, C_COST]:
                least = k
        if m > begin and not every:
            heap[v, n, 0], heap[v, n, 1] = cand[v, least, C_COST], least
            n += 1
    state[HELD0 + v], state[WAITING0 + v], state[SORTED0 + v] = m, n, 0
    for i in range(n // 2 - 1, -1, -1):
        sink(A, v, i, n)
    return n


@compiled
def gather_in(A: Flat, v: int, r: int, m: int) -> int:
    """The places of one route, after m others; how many there are then. What waiting costs is left to `deepen`."""
    node, road, gap, cand, goal = A.node, A.road, A.gap, A.cand, A.goal
    x, now, strict = node.shape[0] - 2 + v, A.state[NOW], A.state[LENIENT] == 0
    dur, access, closing, first = node[x, DUR], node[x, ACC], node[x, CEIL], node[x, WIN0]
    one, begin, due = node[x, WIN1] == first + 1, A.win[first, 0], A.win[first, 1]
    off, n, stops, mode = road[r, OFF], road[r, COUNT], road[r, STOPS], road[r, MODE]
    spot, hard = road[r, SPOT], road[r, HARD]
    opening = node[x, START] + dur
    if strict and hard < opening:
        return m
    toll = A.wish[v, r] + (goal[G_VEHICLE] if A.base[r, VISITS] == 0 else 0)
    for p in range(road[r, FIRST], (0 if stops == 0 else n) + 1):
        i = off + r + p
        t = gap[i, FREE]
        if strict and t > closing:
            break
        if strict and p < stops and A.slack[LATEST, off + p] < opening:
            continue
        leg = A.inward[mode, spot if spot >= 0 and (p == 0 or t <= now) else gap[i, AT]]
        low = max(t, now) + leg + access
        low = max(low, begin) if one else permitted(A, x, low)
        onward = 0 if gap[i, ONWARD] < 0 else A.outward[mode, gap[i, ONWARD]]
        last = hard if gap[i, AFTER] < 0 else A.slack[LATEST, gap[i, AFTER]] - gap[i, DOOR]
        high = min(closing, last - onward - dur) if strict else NEVER
        if low > high:
            continue
        detour = leg + onward - gap[i, OLD]
        cost = toll + goal[G_TRAVEL] * detour + goal[G_OVER] * min(0, detour)
        if goal[G_TARDY]:
            cost += goal[G_TARDY] * (max(0, low - due) if one else least_late(A, x, low))
        cand[v, m, C_ROUTE], cand[v, m, C_POS], cand[v, m, C_OWNER] = r, p, road[r, OWNER]
        cand[v, m, C_LOW], cand[v, m, C_HIGH], cand[v, m, C_COST], cand[v, m, C_DEEP] = low, high, cost, -NEVER
        m += 1
    return m


@compiled
def sink(A: Flat, v: int, i: int, n: int) -> None:
    """Restores the heap of guest v below row i."""
    heap = A.heap
    cost, k = heap[v, i, 0], heap[v, i, 1]
    while True:
        j = 2 * i + 1
        if j + 1 < n and heap[v, j + 1, 0] < heap[v, j, 0]:
            j += 1
        if j >= n or cost <= heap[v, j, 0]:
            break
        heap[v, i, 0], heap[v, i, 1] = heap[v, j, 0], heap[v, j, 1]
        i = j
    heap[v, i, 0], heap[v, i, 1] = cost, k


@compiled
def nth(A: Flat, v: int, i: int) -> int:
    """The i-th cheapest row of the heap of guest v, sorted as far as asked for; -1 beyond the last."""
    state, heap = A.state, A.heap
    while state[SORTED0 + v] <= i:
        n = state[WAITING0 + v] - 1
        if n < 0:
            return -1
        A.sorted[v, state[SORTED0 + v]] = heap[v, 0, 1]
        state[SORTED0 + v] += 1
        state[WAITING0 + v] = n
        heap[v, 0, 0], heap[v, 0, 1] = heap[v, n, 0], heap[v, n, 1]
        sink(A, v, 0, n)
    return A.sorted[v, i]
