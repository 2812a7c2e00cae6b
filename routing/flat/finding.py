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
    C_COST,
    C_DEEP,
    C_HIGH,
    C_LOW,
    C_OWNER,
    C_POS,
    C_ROUTE,
    CEIL,
    COUNT,
    DEPART,
    DUR,
    END,
    FRESH,
    G_DELAY,
    G_EASE,
    G_OVER,
    G_TARDY,
    GUESTS,
    HARD,
    HELD0,
    HIGHGAP,
    KEY,
    KIND,
    LATEST,
    LENIENT,
    LOWGAP,
    MOSTBEST,
    NEVER,
    NOW,
    OFF,
    OWNER,
    P0,
    P1,
    R0,
    R1,
    RESTLAST,
    START,
    TOKEN,
    VISIT,
    WIN0,
    Flat,
    compiled,
    entry,
)
from routing.flat.gathering import gather, nth
from routing.flat.placing import attempt
from routing.flat.slack import refresh
from routing.flat.timing import lateness, least_late, leg_home, leg_to, optional_rest, permitted

SQUARE = 8
"""So many of the cheapest places of either person are combined first; then twice as many, and so on."""


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
            later = permitted(A, y, later)
            if strict and later > A.slack[LATEST, y]:
                return False, 0
            if kind == VISIT:
                cost += goal[G_DELAY] * (later - start)
                if goal[G_TARDY]:
                    cost += goal[G_TARDY] * max(0, least_late(A, y, later) - lateness(A, y, start))
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


# -- one person ------------------------------------------------------------------------------------------------------


@compiled
def find_one(A: Flat) -> None:
    """The best places for a visit of one person, the cheapest routes first until no other can win."""
    A.spots[1, 0], A.spots[1, 1] = -1, 0
    gather(A, 0, False)
    limit, i, k = NEVER, 0, nth(A, 0, 0)
    while k >= 0 and A.cand[0, k, C_COST] - A.goal[G_EASE] < limit:
        limit = try_route(A, k, limit)
        i += 1
        k = nth(A, 0, i)


@compiled
def try_route(A: Flat, k: int, limit: int) -> int:
    """Tries the places in the route of candidate k, its cheapest; the key to beat from now on.

    Once one is an option, another counts only when it is better: a route is offered once.
    """
    r = A.cand[0, k, C_ROUTE]
    own, limit = try_place(A, k, limit, limit)
    j = k
    while j > 0 and A.cand[0, j - 1, C_ROUTE] == r:
        j -= 1
    while j < A.state[HELD0] and A.cand[0, j, C_ROUTE] == r:
        if j != k:
            own, limit = try_place(A, j, min(own, limit), limit)
        j += 1
    return limit


@compiled
def try_place(A: Flat, k: int, own: int, limit: int) -> tuple[int, int]:
    """Tries candidate k when it may beat `own`; (the key to beat in its route, the key to beat at all)."""
    ease = A.goal[G_EASE]
    if A.cand[0, k, C_COST] - ease < own and deepen(A, 0, k) - ease < own:
        put(A, 0, k)
        key = attempt(A)
        if key < own:
            return key, offer(A, key)
    return own, limit


# -- two persons -----------------------------------------------------------------------------------------------------


@compiled
def find_two(A: Flat) -> None:
    """The best pairs of places for a visit of two persons: a growing square of the cheapest, until none can win."""
    most, others = gather(A, 0, True), gather(A, 1, True)
    if most == 0 or others == 0:
        return
    limit, done, size = NEVER, 0, SQUARE
    while done < most or done < others:
        for i in range(min(size, most)):
            limit = try_row(A, nth(A, 0, i), 0 if i >= done else done, size, limit)
        if limit < NEVER and beyond(A, size) - A.goal[G_EASE] >= limit:
            return
        done, size = size, 2 * size


@compiled
def beyond(A: Flat, size: int) -> int:
    """The least cost of two places that are not both among the `size` cheapest."""
    one, two = nth(A, 0, size), nth(A, 1, size)
    least = NEVER
    if one >= 0:
        least = A.cand[0, one, C_COST] + A.cand[1, nth(A, 1, 0), C_COST]
    if two >= 0:
        least = min(least, A.cand[0, nth(A, 0, 0), C_COST] + A.cand[1, two, C_COST])
    return least


@compiled
def try_row(A: Flat, k: int, begin: int, size: int, limit: int) -> int:
    """Tries candidate k with the other person's places from `begin` to `size`; the key to beat from now on."""
    cand, ease = A.cand, A.goal[G_EASE]
    other = nth(A, 1, begin)
    if other < 0 or cand[0, k, C_COST] + cand[1, other, C_COST] - ease >= limit:
        return limit
    mine = deepen(A, 0, k)
    for j in range(begin, size):
        other = nth(A, 1, j)
        if other < 0 or mine + cand[1, other, C_COST] - ease >= limit:
            break
        if may_meet(A, k, other) and mine + deepen(A, 1, other) - ease < limit:
            limit = try_both(A, k, other, limit)
    return limit


@compiled
def may_meet(A: Flat, i: int, j: int) -> bool:
    """Whether candidates i and j are two people whose earliest and latest starts leave room for the gap."""
    cand, state = A.cand, A.state
    if cand[0, i, C_OWNER] == cand[1, j, C_OWNER] or cand[0, i, C_LOW] + state[LOWGAP] > cand[1, j, C_HIGH]:
        return False
    return cand[1, j, C_LOW] - state[HIGHGAP] <= cand[0, i, C_HIGH]


@compiled
def try_both(A: Flat, i: int, j: int, limit: int) -> int:
    """Tries candidates i and j together when they may beat `limit` and what these two are offered for already."""
    least = together(A, i, j)
    if least >= limit or least >= offered(A, A.cand[0, i, C_ROUTE], A.cand[1, j, C_ROUTE]):
        return limit
    put(A, 0, i)
    put(A, 1, j)
    key = attempt(A)
    return offer(A, key) if key < limit else limit


@compiled
def offered(A: Flat, one: int, two: int) -> int:
    """The key under which these two routes are offered; NEVER when they are not."""
    best = A.best
    for i in range(A.state[MOSTBEST]):
        if (best[i, R0] == one and best[i, R1] == two) or (best[i, R0] == two and best[i, R1] == one):
            return best[i, KEY]
    return NEVER


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
    if one > A.cand[0, i, C_HIGH] or two > A.cand[1, j, C_HIGH]:
        return NEVER
    mine, other = again(A, 0, i, one), again(A, 1, j, two)
    return NEVER if mine >= NEVER or other >= NEVER else mine + other - A.goal[G_EASE]


@compiled
def again(A: Flat, v: int, k: int, s: int) -> int:
    """The least cost of candidate k of guest v when it starts at s instead; NEVER when it cannot."""
    x, r, p, low = A.node.shape[0] - 2 + v, A.cand[v, k, C_ROUTE], A.cand[v, k, C_POS], A.cand[v, k, C_LOW]
    if s == low:
        return deepen(A, v, k)
    fits, waiting = follow(A, v, r, p, s)
    late = A.goal[G_TARDY] * (least_late(A, x, s) - least_late(A, x, low))
    return A.cand[v, k, C_COST] + late + waiting if fits else NEVER


@entry
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
