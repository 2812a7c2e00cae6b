"""What a plan laid out flat allows before anything is inserted: frozen stops and the latest start of every stop."""

# mypy: disable-error-code=no-any-return
from __future__ import annotations

from routing.flat.columns import (
    ACC,
    ARC0,
    ARC1,
    BEGUN,
    BREAK,
    CEIL,
    COUNT,
    DEPART,
    DUR,
    FIRST,
    HARD,
    KIND,
    LATEST,
    LEFT,
    LEG,
    LENIENT,
    NOW,
    OFF,
    OWNER,
    PAID,
    RESTLAST,
    ROUTE,
    START,
    SUM_COLUMNS,
    TAIL,
    TOKEN,
    UPPER,
    VISITS,
    WIN0,
    WIN1,
    Flat,
    compiled,
)
from routing.flat.totals import total


@compiled
def count_all(A: Flat) -> None:
    """What every route adds as planned, into `base`, and what everybody is paid into `crew`."""
    A.spots[0, 0] = A.spots[1, 0] = -1
    A.state[LENIENT] = 1
    for o in range(A.crew.shape[0]):
        A.crew[o, 0] = 0
    for r in range(A.road.shape[0]):
        total(A, r, False)
        for j in range(SUM_COLUMNS):
            A.base[r, j] = A.sums[r, j]
        A.crew[A.road[r, OWNER], 0] += A.base[r, PAID]


@compiled
def freeze(A: Flat, now: int) -> None:
    """What has begun by `now` stays: nothing is put before it and it does not start later."""
    node, road = A.node, A.road
    A.state[NOW] = now
    for r in range(road.shape[0]):
        off, n, begun = road[r, OFF], road[r, COUNT], road[r, BEGUN]
        first = begun
        for k in range(begun, n):
            if node[off + k, KIND] == TOKEN or node[off + k, START] > now:
                break
            first = k + 1
        road[r, FIRST] = first
        road[r, LEFT] = A.base[r, VISITS] > 0 and road[r, DEPART] <= now
        for x in range(off, off + n):
            node[x, CEIL] = node[x, UPPER]
            node[x, LATEST] = node[x, UPPER]
        for x in range(off, off + first):
            node[x, CEIL] = node[x, START]
            node[x, LATEST] = node[x, START]


@compiled
def last_permitted(A: Flat, x: int, s: int) -> int:
    """The last start in a window of x not after s; the planned one when that is later."""
    if A.node[x, WIN1] == A.node[x, WIN0] + 1:
        return max(A.node[x, START], s)
    for w in range(A.node[x, WIN1] - 1, A.node[x, WIN0] - 1, -1):
        if s >= A.win[w, 0]:
            return max(A.node[x, START], min(s, A.win[w, 2]))
    return A.node[x, START]


@compiled
def latest_home(A: Flat, r: int, dur: int) -> int:
    """The latest start of the last stop of a route, an optional break after it included."""
    road = A.road
    off, n, home = road[r, OFF], road[r, COUNT], road[r, TAIL]
    plain = road[r, HARD] - home - dur
    if n == 0 or A.node[off + n - 1, KIND] != TOKEN or road[r, DEPART] > road[r, RESTLAST]:
        return plain
    token = off + n - 1
    without = road[r, RESTLAST] - home - dur
    rest = A.node[token, DUR]
    if A.win[A.node[token, WIN0], 0] + rest + home > road[r, HARD]:
        return min(plain, without)
    return min(plain, max(without, min(road[r, RESTLAST] - dur, road[r, HARD] - home - rest - dur)))


@compiled
def slacken(A: Flat, r: int) -> None:
    """Latest starts of route r from its end; who depends on a stop that got less is marked in `flag`."""
    node = A.node
    off, n = A.road[r, OFF], A.road[r, COUNT]
    after = -1
    for x in range(off + n - 1, off - 1, -1):
        if node[x, KIND] == TOKEN:
            continue
        if after < 0:
            limit = latest_home(A, r, node[x, DUR])
        elif node[after, KIND] == BREAK:
            limit = node[after, LATEST] - node[x, DUR]
        else:
            limit = node[after, LATEST] - node[after, ACC] - node[after, LEG] - node[x, DUR]
        limit = min(limit, node[x, CEIL])
        for a in range(node[x, ARC0], node[x, ARC1]):
            limit = min(limit, node[A.arcs[a, 0], LATEST] - A.arcs[a, 1])
        limit = last_permitted(A, x, limit)
        if limit < node[x, LATEST]:
            node[x, LATEST] = limit
            for a in range(node[x, ARC0], node[x, ARC1]):
                if node[A.arcs[a, 0], LATEST] > limit - A.arcs[a, 2]:
                    A.flag[node[A.arcs[a, 0], ROUTE]] = 1
        after = x


@compiled
def refresh(A: Flat, now: int) -> None:
    """Frozen stops and slacks of the whole plan as of `now`."""
    freeze(A, now)
    for r in range(A.road.shape[0]):
        A.flag[r] = 1
    again = True
    while again:
        again = False
        for r in range(A.road.shape[0]):
            if A.flag[r]:
                A.flag[r] = 0
                slacken(A, r)
                again = True
