"""Finds the best places for one visit of one or two persons in a plan laid out flat; it changes nothing.

Best first: neighbours tell the least that a place costs, then the rest of the route; only what may still win is timed
exactly through partners and links.
"""

# mypy: disable-error-code=no-any-return
from __future__ import annotations

from routing.flat.columns import (
    ACC,
    ARC0,
    ARC1,
    BACKAT,
    BREAK,
    CEIL,
    COUNT,
    DEPART,
    DUR,
    END,
    FIRST,
    FRESH,
    G_DELAY,
    G_EASE,
    G_OVER,
    G_TARDY,
    G_TRAVEL,
    G_VEHICLE,
    GUESTS,
    HARD,
    HIGHGAP,
    KEY,
    KIND,
    LATEST,
    LEG,
    LENIENT,
    LOWGAP,
    MODE,
    MOSTBEST,
    NEVER,
    NOW,
    OFF,
    OWNER,
    P0,
    P1,
    PLACE,
    R0,
    R1,
    RESTLAST,
    SORTED0,
    SPOT,
    START,
    TAIL,
    TOKEN,
    VISIT,
    VISITS,
    WAITING0,
    WIN0,
    Flat,
    compiled,
)
from routing.flat.placing import attempt
from routing.flat.slack import refresh
from routing.flat.timing import free_before, lateness, leg_home, leg_to, optional_rest, permitted, place_before

C_ROUTE, C_POS, C_LOW, C_COST, C_DEEP = range(5)


@compiled
def offer(A: Flat, key: int) -> int:
    """Keeps the option at `spots` among the best, one for each set of caregivers; the key to beat from now on."""
    best, state = A.best, A.state
    r0, r1 = A.spots[0, 0], A.spots[1, 0]
    most, n = A.best.shape[0], state[MOSTBEST]
    at = n
    for i in range(n):
        same = (best[i, R0] == r0 and best[i, R1] == r1) or (best[i, R0] == r1 and best[i, R1] == r0)
        if same:
            if best[i, KEY] <= key:
                return best[n - 1, KEY] if n == most else NEVER
            at = i
    if at == most:
        at = most - 1
    elif at == n:
        state[MOSTBEST] = n + 1
    while at > 0 and best[at - 1, KEY] > key:
        for j in range(5):
            best[at, j] = best[at - 1, j]
        at -= 1
    best[at, KEY], best[at, R0], best[at, P0] = key, r0, A.spots[0, 1]
    best[at, R1], best[at, P1] = r1, A.spots[1, 1]
    return best[most - 1, KEY] if state[MOSTBEST] == most else NEVER


@compiled
def follow(A: Flat, v: int, r: int, p: int, s: int) -> tuple[bool, int]:
    """(can all after it wait, least cost of waiting) when guest v starts at s before stop p of route r.

    Only this route is looked at, so that partners and links can make it dearer or impossible, never cheaper.
    """
    node, road, goal = A.node, A.road, A.goal
    strict = A.state[LENIENT] == 0
    t, cost, first = s + node[node.shape[0] - 2 + v, DUR], 0, True
    for y in range(road[r, OFF] + p, road[r, OFF] + road[r, COUNT]):
        kind = node[y, KIND]
        if kind == TOKEN:
            continue
        start = node[y, START]
        if kind == BREAK:
            start = max(start, t)
            if strict and start > node[y, CEIL]:
                return False, 0
        else:
            later = t + leg_to(A, r, y, first) + node[y, ACC]
            first = False
            if later <= start:
                return True, cost
            if strict and later > node[y, LATEST]:
                return False, 0
            if kind == VISIT:
                cost += goal[G_DELAY] * (later - start)
                if goal[G_TARDY]:
                    cost += goal[G_TARDY] * (lateness(A, y, later) - lateness(A, y, start))
            start = later
        t = start + node[y, DUR]
    back, rest = home_after(A, r, p, t, leg_home(A, r, first))
    if strict and (back > road[r, HARD] or overpaid(A, r, p, back - rest)):
        return False, 0
    return True, cost + goal[G_OVER] * max(0, back - max(road[r, END], A.base[r, BACKAT]))


@compiled
def leaves_as_planned(A: Flat, r: int, p: int) -> bool:
    """Whether the start of the route cannot change when somebody comes in before stop p."""
    x = A.road[r, OFF]
    return p > 0 and A.node[x, ARC0] == A.node[x, ARC1] and A.node[x, KIND] != TOKEN


@compiled
def home_after(A: Flat, r: int, p: int, t: int, home: int) -> tuple[int, int]:
    """(when somebody free at t is back, the break that they have to take before): NEVER when that break is too late."""
    road, last = A.road, A.road[r, OFF] + A.road[r, COUNT] - 1
    due = optional_rest(A, r) and p < road[r, COUNT] and leaves_as_planned(A, r, p)
    if not due or road[r, DEPART] > road[r, RESTLAST] or t + home <= road[r, RESTLAST]:
        return t + home, 0
    if t > A.node[last, CEIL]:
        return NEVER, 0
    return max(t, A.win[A.node[last, WIN0], 0]) + A.node[last, DUR] + home, A.node[last, DUR]


@compiled
def overpaid(A: Flat, r: int, p: int, back: int) -> bool:
    """Whether being back so late, breaks taken off, is more than the caregiver may be paid for."""
    o = A.road[r, OWNER]
    return leaves_as_planned(A, r, p) and A.crew[o, 0] + back - A.base[r, BACKAT] > A.crew[o, 1]


@compiled
def look(A: Flat, v: int, r: int, p: int, t: int, at: int) -> tuple[int, int]:
    """(earliest start, least cost) of guest v, free at t and `at`, before stop p of route r; NEVER when impossible.

    Only the neighbours are looked at: what waiting costs is left to `deepen`.
    """
    node, road = A.node, A.road
    x, mode, strict = node.shape[0] - 2 + v, road[r, MODE], A.state[LENIENT] == 0
    leg = A.inward[mode, at]
    low = permitted(A, x, t + leg + node[x, ACC])
    if strict and low > node[x, CEIL]:
        return low, NEVER
    y, end = road[r, OFF] + p, road[r, OFF] + road[r, COUNT]
    while y < end and node[y, KIND] in (BREAK, TOKEN):
        y += 1
    if y < end:
        onward = A.outward[mode, node[y, PLACE]]
        old, reach, last = node[y, LEG], low + node[x, DUR] + onward + node[y, ACC], node[y, LATEST]
    else:
        onward = leg_home(A, r, True)
        old, reach, last = road[r, TAIL], low + node[x, DUR] + onward, road[r, HARD]
    if strict and reach > last:
        return low, NEVER
    detour = leg + onward - old
    cost = A.goal[G_TRAVEL] * detour + A.goal[G_OVER] * min(0, detour) + A.wish[v, r]
    cost += A.goal[G_TARDY] * lateness(A, x, low)
    return low, cost + A.goal[G_VEHICLE] if A.base[r, VISITS] == 0 else cost


@compiled
def gather(A: Flat, v: int) -> int:
    """Every place that guest v could take, into `cand[v]` as a heap by cost; how many."""
    m = 0
    for r in range(A.road.shape[0]):
        if A.wish[v, r] < NEVER:
            m = gather_in(A, v, r, m)
    A.state[WAITING0 + v] = m
    A.state[SORTED0 + v] = 0
    for i in range(m):
        A.order[v, i] = i
    for i in range(m // 2 - 1, -1, -1):
        sink(A, v, i, m)
    return m


@compiled
def gather_in(A: Flat, v: int, r: int, m: int) -> int:
    """The places of one route, after m others; how many there are then."""
    node, cand = A.node, A.cand
    x, now, strict = node.shape[0] - 2 + v, A.state[NOW], A.state[LENIENT] == 0
    opening, closing = node[x, START] + node[x, DUR], node[x, CEIL]
    off, n, first = A.road[r, OFF], A.road[r, COUNT], A.road[r, FIRST]
    last = n - 1 if n == 1 and node[off, KIND] == TOKEN else n
    t, at = free_before(A, r, first), place_before(A, r, first)
    for p in range(first, last + 1):
        if strict and t > closing:
            break
        stop = p < n and node[off + p, KIND] != TOKEN
        if not strict or not stop or node[off + p, LATEST] >= opening:
            low, cost = look(A, v, r, p, max(t, now), at)
            if cost < NEVER:
                cand[v, m, C_ROUTE], cand[v, m, C_POS], cand[v, m, C_LOW] = r, p, low
                cand[v, m, C_COST], cand[v, m, C_DEEP] = cost, -NEVER
                m += 1
        if stop:
            t, at = node[off + p, START] + node[off + p, DUR], node[off + p, PLACE]
            if A.road[r, SPOT] >= 0 and t <= now:
                at = A.road[r, SPOT]
    return m


@compiled
def sink(A: Flat, v: int, i: int, m: int) -> None:
    """Restores the heap of candidates of guest v below i."""
    order, cand = A.order, A.cand
    while True:
        j = 2 * i + 1
        if j >= m:
            return
        if j + 1 < m and cand[v, order[v, j + 1], C_COST] < cand[v, order[v, j], C_COST]:
            j += 1
        if cand[v, order[v, i], C_COST] <= cand[v, order[v, j], C_COST]:
            return
        order[v, i], order[v, j] = order[v, j], order[v, i]
        i = j


@compiled
def nth(A: Flat, v: int, i: int) -> int:
    """The i-th cheapest candidate of guest v, sorted as far as asked for; -1 beyond the last."""
    state, order = A.state, A.order
    while state[SORTED0 + v] <= i:
        m = state[WAITING0 + v]
        if m == 0:
            return -1
        A.sorted[v, state[SORTED0 + v]] = order[v, 0]
        state[SORTED0 + v] += 1
        state[WAITING0 + v] = m - 1
        order[v, 0] = order[v, m - 1]
        sink(A, v, 0, m - 1)
    return A.sorted[v, i]


@compiled
def deepen(A: Flat, v: int, k: int) -> int:
    """The cost of candidate k of guest v with what waiting costs the rest of the route, found out once."""
    cand = A.cand
    if cand[v, k, C_DEEP] == -NEVER:
        fits, waiting = follow(A, v, cand[v, k, C_ROUTE], cand[v, k, C_POS], cand[v, k, C_LOW])
        cand[v, k, C_DEEP] = cand[v, k, C_COST] + waiting if fits else NEVER
    return cand[v, k, C_DEEP]


@compiled
def put(A: Flat, v: int, k: int) -> None:
    """Guest v takes candidate k."""
    A.spots[v, 0], A.spots[v, 1] = A.cand[v, k, C_ROUTE], A.cand[v, k, C_POS]


@compiled
def find_one(A: Flat) -> None:
    """The best places for a visit of one person, the cheapest candidates first until no other can win."""
    A.spots[1, 0], A.spots[1, 1] = -1, 0
    gather(A, 0)
    limit, i, k = NEVER, 0, nth(A, 0, 0)
    while k >= 0 and A.cand[0, k, C_COST] - A.goal[G_EASE] < limit:
        if deepen(A, 0, k) - A.goal[G_EASE] < limit:
            put(A, 0, k)
            key = attempt(A)
            limit = offer(A, key) if key < limit else limit
        i += 1
        k = nth(A, 0, i)


@compiled
def find_two(A: Flat) -> None:
    """The best pairs of places for a visit of two persons, the cheapest first until no other pair can win."""
    if gather(A, 0) == 0 or gather(A, 1) == 0:
        return
    ease, limit = A.goal[G_EASE], NEVER
    least, i, k = A.cand[1, nth(A, 1, 0), C_COST], 0, nth(A, 0, 0)
    while k >= 0 and A.cand[0, k, C_COST] + least - ease < limit:
        mine = deepen(A, 0, k)
        j, other = 0, nth(A, 1, 0)
        while other >= 0 and mine + A.cand[1, other, C_COST] - ease < limit:
            if mine + deepen(A, 1, other) - ease < limit:
                limit = try_both(A, k, other, limit)
            j += 1
            other = nth(A, 1, j)
        i += 1
        k = nth(A, 0, i)


@compiled
def try_both(A: Flat, i: int, j: int, limit: int) -> int:
    """Tries candidates i and j together when they may beat `limit`; the key to beat from now on."""
    if A.road[A.cand[0, i, C_ROUTE], OWNER] == A.road[A.cand[1, j, C_ROUTE], OWNER] or together(A, i, j) >= limit:
        return limit
    put(A, 0, i)
    put(A, 1, j)
    key = attempt(A)
    return offer(A, key) if key < limit else limit


@compiled
def together(A: Flat, i: int, j: int) -> int:
    """The least cost of two candidates whose starts can meet the gap; NEVER when they cannot."""
    x = A.node.shape[0] - 2
    one, two = A.cand[0, i, C_LOW], A.cand[1, j, C_LOW]
    before = -NEVER
    for _ in range(16):
        two = permitted(A, x + 1, max(two, one + A.state[LOWGAP]))
        one = permitted(A, x, max(one, two - A.state[HIGHGAP]))
        if one + two == before:
            break
        before = one + two
    mine, other = again(A, 0, i, one), again(A, 1, j, two)
    return NEVER if mine >= NEVER or other >= NEVER else mine + other - A.goal[G_EASE]


@compiled
def again(A: Flat, v: int, k: int, s: int) -> int:
    """The least cost of candidate k of guest v when it starts at s instead; NEVER when it cannot."""
    x, r, p, low = A.node.shape[0] - 2 + v, A.cand[v, k, C_ROUTE], A.cand[v, k, C_POS], A.cand[v, k, C_LOW]
    if s == low:
        return deepen(A, v, k)
    if s > A.node[x, CEIL] and A.state[LENIENT] == 0:
        return NEVER
    fits, waiting = follow(A, v, r, p, s)
    late = A.goal[G_TARDY] * (lateness(A, x, s) - lateness(A, x, low))
    return A.cand[v, k, C_COST] + late + waiting if fits else NEVER


@compiled
def find(A: Flat, now: int) -> int:
    """Fills `best` with the best places as of `now`, how many there are; refreshes the slacks when they are stale."""
    if A.state[FRESH] == 0 or A.state[NOW] != now:
        refresh(A, now)
        A.state[FRESH] = 1
    A.state[MOSTBEST] = 0
    if A.state[GUESTS] == 2:
        find_two(A)
    else:
        find_one(A)
    return A.state[MOSTBEST]
