"""How a plan laid out flat is timed with guests in it: who starts later; it weighs nothing.

Orders stay, nobody starts earlier than planned, everybody as early as the delay lets them. Delays walk on through
routes, partners and links.
"""

# mypy: disable-error-code=no-any-return
from __future__ import annotations

from routing.flat.columns import (
    ACC,
    ARC0,
    ARC1,
    AT,
    BEGIN,
    CEIL,
    COUNT,
    DEPART,
    DUR,
    FIRST,
    FREE,
    GOAL,
    KIND,
    LEAVES,
    LEG,
    LENIENT,
    LOAD,
    MODE,
    NLOG,
    NOW,
    NTIES,
    NTOUCHED,
    OFF,
    PLACE,
    POS,
    QTAIL,
    RESTLAST,
    ROUTE,
    SKIPPED,
    SPOT,
    START,
    STOPS,
    TAIL,
    TIED,
    TOKEN,
    VISIT,
    WIN0,
    WIN1,
    Flat,
    compiled,
)


@compiled
def permitted(A: Flat, x: int, s: int) -> int:
    """The first start in a window of x not before s; s itself when that is after the last window."""
    for w in range(A.node[x, WIN0], A.node[x, WIN1]):
        if s <= A.win[w, 2]:
            return max(s, A.win[w, 0])
    return s


@compiled
def lateness(A: Flat, x: int, s: int) -> int:
    """Ticks after the due time of the last window begun by s."""
    first = A.node[x, WIN0]
    due = A.win[first, 1]
    for w in range(first + 1, A.node[x, WIN1]):
        if A.win[w, 0] <= s:
            due = A.win[w, 1]
    return max(0, s - due)


@compiled
def least_late(A: Flat, x: int, s: int) -> int:
    """How late x is at least when it starts at s or later: being put off into the next window makes it punctual."""
    last = A.node[x, WIN1] - 1
    return 0 if s < A.win[last, 0] else max(0, s - A.win[last, 1])


@compiled
def guest_of(A: Flat, r: int) -> int:
    """Which guest (0 or 1) this question puts into route r; -1 for none."""
    if A.spots[0, 0] == r:
        return 0
    return 1 if A.spots[1, 0] == r else -1


@compiled
def at_position(A: Flat, r: int, v: int, p: int, k: int) -> int:
    """The row of what stands at position k of route r with guest v before its stop p."""
    if v < 0 or k < p:
        return A.road[r, OFF] + k
    return A.node.shape[0] - 2 + v if k == p else A.road[r, OFF] + k - 1


@compiled
def leg_to(A: Flat, r: int, x: int, from_guest: bool) -> int:
    """The leg to a stop that follows its planned forerunner, or the guest."""
    return A.outward[A.road[r, MODE], A.node[x, PLACE]] if from_guest else A.node[x, LEG]


@compiled
def leg_home(A: Flat, r: int, from_guest: bool) -> int:
    """The leg to the end of the route; nothing when it ends anywhere."""
    if from_guest:
        return 0 if A.road[r, GOAL] < 0 else A.outward[A.road[r, MODE], A.road[r, GOAL]]
    return A.road[r, TAIL]


@compiled
def place_before(A: Flat, r: int, p: int) -> int:
    """Where the caregiver is before stop p as planned; where they are known to be when they have nothing begun."""
    i = A.road[r, OFF] + r + p
    if A.road[r, SPOT] >= 0 and (p == 0 or A.gap[i, FREE] <= A.state[NOW]):
        return A.road[r, SPOT]
    return A.gap[i, AT]


@compiled
def push(A: Flat, r: int, k: int) -> None:
    """Notes that route r must be walked from position k."""
    if A.flag[r] == 0:
        A.flag[r] = 1
        A.touched[A.state[NTOUCHED]] = r
        A.state[NTOUCHED] += 1
    A.queue[A.state[QTAIL], 0] = r
    A.queue[A.state[QTAIL], 1] = k
    A.state[QTAIL] += 1


@compiled
def push_node(A: Flat, x: int) -> None:
    """Notes that the route of a stop or guest must be walked from there."""
    guests = A.node.shape[0] - 2
    if x >= guests:
        push(A, A.spots[x - guests, 0], A.spots[x - guests, 1])
        return
    r, k = A.node[x, ROUTE], A.node[x, POS]
    v = guest_of(A, r)
    push(A, r, k + 1 if v >= 0 and k >= A.spots[v, 1] else k)


@compiled
def earliest_by_others(A: Flat, x: int, s: int) -> int:
    """Not before partners and linked visits allow."""
    for a in range(A.node[x, ARC0], A.node[x, ARC1]):
        s = max(s, A.start[A.arcs[a, 0]] + A.arcs[a, 2])
    if A.node[x, TIED]:
        guests = A.node.shape[0] - 2
        for i in range(A.state[NTIES]):
            if A.ties[i, 1] == x:
                s = max(s, A.start[guests + A.ties[i, 0]] + A.ties[i, 2])
            elif guests + A.ties[i, 0] == x:
                s = max(s, A.start[A.ties[i, 1]] + A.ties[i, 3])
    return s


@compiled
def wake(A: Flat, x: int) -> None:
    """Partners and linked visits that x now delays are walked again."""
    s = A.start[x]
    for a in range(A.node[x, ARC0], A.node[x, ARC1]):
        if A.start[A.arcs[a, 0]] < s + A.arcs[a, 1]:
            push_node(A, A.arcs[a, 0])
    if A.node[x, TIED]:
        guests = A.node.shape[0] - 2
        for i in range(A.state[NTIES]):
            if A.ties[i, 1] == x and A.start[guests + A.ties[i, 0]] < s + A.ties[i, 3]:
                push_node(A, guests + A.ties[i, 0])
            elif guests + A.ties[i, 0] == x and A.start[A.ties[i, 1]] < s + A.ties[i, 2]:
                push_node(A, A.ties[i, 1])


@compiled
def leaves(A: Flat, r: int, x: int) -> int:
    """When the caregiver leaves for x, the first stop: as planned when it is or they have left, else just in time."""
    guest = x >= A.node.shape[0] - 2
    placed = A.node[x, KIND] in (VISIT, LOAD)
    if A.road[r, LEAVES] <= A.state[NOW] or not placed or (not guest and A.start[x] == A.node[x, START]):
        return A.road[r, DEPART]
    leg = A.inward[A.road[r, MODE], place_before(A, r, 0)] if guest else A.node[x, LEG]
    return A.start[x] - A.node[x, ACC] - leg


@compiled
def home_without_rest(A: Flat, r: int, first: int, t: int, from_guest: bool) -> bool:
    """Whether the optional break at the end falls away: home, or only leaving, by its latest start."""
    last = A.road[r, RESTLAST]
    return leaves(A, r, first) > last or t + leg_home(A, r, from_guest) <= last


@compiled
def optional_rest(A: Flat, r: int) -> bool:
    """Whether route r ends with a break that may fall away: then everything up to its end has to be walked."""
    return A.road[r, STOPS] < A.road[r, COUNT]


@compiled
def walk(A: Flat, r: int, q: int) -> bool:
    """Times route r from position q on; False when something hard breaks."""
    node, start, state = A.node, A.start, A.state
    guests = node.shape[0] - 2
    v = guest_of(A, r)
    p = A.spots[v, 1] if v >= 0 else A.road[r, COUNT]
    m = A.road[r, COUNT] + (1 if v >= 0 else 0)
    t, from_guest = A.road[r, BEGIN], False
    for k in range(q - 1, -1, -1):
        x = at_position(A, r, v, p, k)
        if start[x] != SKIPPED:
            t = start[x] + node[x, DUR]
            break
    for k in range(q - 1, -1, -1):
        x = at_position(A, r, v, p, k)
        if x >= guests or node[x, KIND] == VISIT or node[x, KIND] == LOAD:
            from_guest = x >= guests
            break
    for k in range(q, m):
        x = at_position(A, r, v, p, k)
        kind = node[x, KIND]
        placed = kind in (VISIT, LOAD)
        if x >= guests:
            t = max(t, state[NOW]) + A.inward[A.road[r, MODE], place_before(A, r, p)]
        elif placed:
            t += leg_to(A, r, x, from_guest)
        if kind == TOKEN and k == m - 1 and home_without_rest(A, r, at_position(A, r, v, p, 0), t, from_guest):
            start[x] = SKIPPED
            return True
        s = earliest_by_others(A, x, t + node[x, ACC])
        s = node[x, START] if s <= node[x, START] else permitted(A, x, s)
        if s > node[x, CEIL] and (not state[LENIENT] or (x < guests and node[x, POS] < A.road[r, FIRST])):
            return False
        if s != start[x]:
            if state[NLOG] >= A.log.shape[0]:
                return False
            start[x] = s
            A.log[state[NLOG]] = x
            state[NLOG] += 1
            wake(A, x)
        elif x >= guests:
            wake(A, x)
        elif placed and (v < 0 or k > p) and not optional_rest(A, r):
            return True
        t = s + node[x, DUR]
        if placed:
            from_guest = x >= guests
    return True
