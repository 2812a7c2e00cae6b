"""What a plan laid out flat allows before anything is inserted: gaps, frozen stops, latest starts; it tries nothing."""

# mypy: disable-error-code=no-any-return
from __future__ import annotations

from routing.flat.columns import (
    ACC,
    AFTER,
    ARC0,
    ARC1,
    AT,
    BEGIN,
    BEGUN,
    BREAK,
    CAP,
    CEIL,
    COUNT,
    DEPART,
    DOOR,
    DUR,
    FIRST,
    FREE,
    GOAL,
    HARD,
    HOME,
    KIND,
    LATEST,
    LEAVES,
    LEG,
    LENIENT,
    NEVER,
    NOW,
    OFF,
    OLD,
    ONWARD,
    OWNER,
    PAID,
    PLACE,
    POS,
    QHEAD,
    QTAIL,
    QUEUED,
    RESTLAST,
    START,
    STEP,
    STOPS,
    SUM_COLUMNS,
    TAIL,
    TOKEN,
    UPPER,
    VISITS,
    WIN0,
    WIN1,
    Flat,
    compiled,
    entry,
)
from routing.flat.totals import total


@entry
def count_all(A: Flat) -> None:
    """What every route adds as planned, into `base`, what everybody is paid into `crew`, and every gap."""
    A.spots[0, 0] = A.spots[1, 0] = -1
    A.state[LENIENT] = 1
    for o in range(A.crew.shape[0]):
        A.crew[o, 0] = 0
    for r in range(A.road.shape[0]):
        A.road[r, LEAVES] = NEVER
        total(A, r, False)
        for j in range(SUM_COLUMNS):
            A.base[r, j] = A.sums[r, j]
        A.crew[A.road[r, OWNER], 0] += A.base[r, PAID]
        if A.base[r, VISITS] > 0:
            A.road[r, LEAVES] = A.road[r, DEPART]
        lay_gaps(A, r)
        lay_slack(A, r)


@compiled
def lay_gaps(A: Flat, r: int) -> None:
    """What is before and after each place in route r."""
    node, road, gap = A.node, A.road, A.gap
    off, n = road[r, OFF], road[r, COUNT]
    t, at = road[r, BEGIN], road[r, HOME]
    for p in range(n + 1):
        gap[off + r + p, FREE], gap[off + r + p, AT] = t, at
        if p < n and node[off + p, KIND] != TOKEN:
            t, at = node[off + p, START] + node[off + p, DUR], node[off + p, PLACE]
    onward, old, after, access = road[r, GOAL], road[r, TAIL], -1, 0
    for p in range(n, -1, -1):
        x = off + p
        if p < n and node[x, KIND] != TOKEN and node[x, KIND] != BREAK:
            onward, old, after, access = node[x, PLACE], node[x, LEG], x, node[x, ACC]
        gap[x + r, ONWARD], gap[x + r, OLD], gap[x + r, AFTER], gap[x + r, DOOR] = onward, old, after, access


@compiled
def lay_slack(A: Flat, r: int) -> None:
    """What bounds the start of each stop of route r by itself, and what lies between it and that of the next."""
    node, slack = A.node, A.slack
    off, n = A.road[r, OFF], A.road[r, STOPS]
    for x in range(off, off + n):
        slack[CAP, x], slack[STEP, x] = node[x, UPPER], node[x, DUR]
        if x + 1 < off + n and node[x + 1, KIND] != BREAK:
            slack[STEP, x] += node[x + 1, ACC] + node[x + 1, LEG]
    if n > 0:
        slack[CAP, off + n - 1] = min(node[off + n - 1, UPPER], latest_home(A, r, node[off + n - 1, DUR]))


@compiled
def latest_home(A: Flat, r: int, dur: int) -> int:
    """The latest start of the last stop of a route, an optional break after it included."""
    road = A.road
    off, n, home = road[r, OFF], road[r, COUNT], road[r, TAIL]
    plain = road[r, HARD] - home - dur
    if n == road[r, STOPS] or road[r, DEPART] > road[r, RESTLAST]:
        return plain
    token = off + n - 1
    without = road[r, RESTLAST] - home - dur
    rest = A.node[token, DUR]
    if A.win[A.node[token, WIN0], 0] + rest + home > road[r, HARD]:
        return min(plain, without)
    return min(plain, max(without, min(road[r, RESTLAST] - dur, road[r, HARD] - home - rest - dur)))


@entry
def freeze(A: Flat, now: int) -> None:
    """What has begun by `now` stays: nothing is put before it and it does not start later."""
    node, road = A.node, A.road
    A.state[NOW] = now
    for r in range(road.shape[0]):
        off, n, first = road[r, OFF], road[r, STOPS], road[r, BEGUN]
        while first < n and A.start[off + first] <= now:
            first += 1
        for x in range(off + first, off + road[r, FIRST]):
            node[x, CEIL] = node[x, UPPER]
        for x in range(off + road[r, FIRST], off + first):
            node[x, CEIL] = node[x, START]
        road[r, FIRST] = first


@compiled
def last_permitted(A: Flat, x: int, s: int) -> int:
    """The last start in a window of x not after s; the planned one when that is later."""
    if A.node[x, WIN1] == A.node[x, WIN0] + 1:
        return max(A.start[x], s)
    for w in range(A.node[x, WIN1] - 1, A.node[x, WIN0] - 1, -1):
        if s >= A.win[w, 0]:
            return max(A.start[x], min(s, A.win[w, 2]))
    return A.start[x]


@compiled
def slacken(A: Flat, r: int) -> None:
    """Latest starts of route r from its end, by the ends of windows and the way alone."""
    slack, start, road = A.slack, A.start, A.road
    off, first = road[r, OFF], road[r, OFF] + road[r, FIRST]
    limit = NEVER
    for x in range(off + road[r, STOPS] - 1, first - 1, -1):
        limit = max(start[x], min(slack[CAP, x], limit - slack[STEP, x]))
        slack[LATEST, x] = limit
    for x in range(off, first):
        slack[LATEST, x] = start[x]


@compiled
def lower(A: Flat, x: int, limit: int) -> None:
    """Stop x starts at `limit` at the latest, and those before it in time for that; whom it concerns is queued."""
    node, slack, queue, state = A.node, A.slack, A.queue, A.state
    while True:
        limit = last_permitted(A, x, min(limit, slack[LATEST, x]))
        if limit >= slack[LATEST, x]:
            return
        slack[LATEST, x] = limit
        if node[x, ARC0] < node[x, ARC1] and node[x, QUEUED] == 0:
            node[x, QUEUED] = 1
            queue[state[QTAIL] % queue.shape[0], 0] = x
            state[QTAIL] += 1
        if node[x, POS] == 0:
            return
        x -= 1
        limit -= slack[STEP, x]


@compiled
def refresh(A: Flat, now: int) -> None:
    """Frozen stops and latest starts of the whole plan as of `now`."""
    node, slack, arcs, state = A.node, A.slack, A.arcs, A.state
    freeze(A, now)
    for r in range(A.road.shape[0]):
        slacken(A, r)
    for i in range(A.special.shape[0]):
        x = A.special[i]
        lower(A, x, slack[LATEST, x])
        for a in range(node[x, ARC0], node[x, ARC1]):
            lower(A, arcs[a, 0], slack[LATEST, x] - arcs[a, 2])
    while state[QHEAD] < state[QTAIL]:
        x = A.queue[state[QHEAD] % A.queue.shape[0], 0]
        state[QHEAD] += 1
        node[x, QUEUED] = 0
        for a in range(node[x, ARC0], node[x, ARC1]):
            lower(A, arcs[a, 0], slack[LATEST, x] - arcs[a, 2])
    state[QHEAD] = state[QTAIL] = 0
