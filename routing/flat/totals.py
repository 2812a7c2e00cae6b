"""What a plan laid out flat costs with guests in it, in all parts of the objective; it times nothing."""

# mypy: disable-error-code=no-any-return
from __future__ import annotations

from routing.flat.columns import (
    ACC,
    AWAYAT,
    BACKAT,
    BAG,
    BEGIN,
    BROKEN,
    CANTEEN,
    CEIL,
    CHANGED,
    COUNT,
    DEPART,
    DUR,
    END,
    G_CHANGED,
    G_MAXIDLE,
    G_MAXLATE,
    G_OVER,
    G_SPREAD,
    G_TARDY,
    G_TOLERANCE,
    G_TRAVEL,
    G_VEHICLE,
    G_WAITING,
    GUESTS,
    HARD,
    IDLE,
    KIND,
    LATE,
    LOAD,
    MAXLATE,
    MODE,
    NEVER,
    NTOUCHED,
    OFF,
    OVER,
    OWNER,
    PAID,
    PICK,
    PORTIONS,
    QTY,
    RIDE,
    ROOM,
    SHIFT0,
    SKIPPED,
    START,
    TOLD,
    TRAVEL,
    VISIT,
    VISITS,
    WAITS,
    WHO,
    Flat,
    compiled,
)
from routing.flat.timing import at_position, guest_of, lateness, leaves, leg_home, leg_to, place_before


@compiled
def total(A: Flat, r: int, strict: bool) -> bool:
    """Sums up route r as it is timed now into `sums`; False when it cannot be, or breaks a promise and `strict`."""
    node, start, road = A.node, A.start, A.road
    guests = node.shape[0] - 2
    v = guest_of(A, r)
    p = A.spots[v, 1] if v >= 0 else road[r, COUNT]
    m = road[r, COUNT] + (1 if v >= 0 else 0)
    travel, late, most, waits, all_waits, changed, rests, visits = 0, 0, 0, 0, 0, 0, 0, 0
    t, depart, stops, from_guest = road[r, BEGIN], road[r, DEPART], 0, False
    source, left, bag = -1, 0, 0
    broken = A.state[BROKEN]
    for k in range(m):
        x = at_position(A, r, v, p, k)
        kind, s = node[x, KIND], start[x]
        if s == SKIPPED:
            continue
        placed = kind in (VISIT, LOAD)
        leg = 0
        if placed:
            leg = A.inward[road[r, MODE], place_before(A, r, p)] if x >= guests else leg_to(A, r, x, from_guest)
        if stops == 0:
            depart = leaves(A, r, x)
            t = depart
        arrive = t + leg
        wait = s - node[x, ACC] - arrive
        travel += leg
        all_waits += wait
        if stops:
            waits += wait
        stops += 1
        if kind == LOAD:
            source, left, bag = node[x, CANTEEN], s + node[x, DUR], 0
        elif kind == VISIT:
            visits += 1
            after = lateness(A, x, s)
            late += after
            most = max(most, after)
            if node[x, WHO] >= 0 and (node[x, WHO] != road[r, OWNER] or abs(s - node[x, TOLD]) > A.goal[G_TOLERANCE]):
                changed += 1
            if node[x, PORTIONS]:
                bag += node[x, PORTIONS]
                if node[x, CANTEEN] != source or bag > road[r, BAG]:
                    return False
                broken += arrive - left > node[x, RIDE]
        else:
            rests += node[x, DUR]
        broken += s > node[x, CEIL]
        t = s + node[x, DUR]
        if placed:
            from_guest = x >= guests
    back = t + leg_home(A, r, from_guest) if stops else t
    travel += back - t
    broken += stops > 0 and back > road[r, HARD]
    sums = A.sums
    sums[r, TRAVEL], sums[r, LATE], sums[r, MAXLATE], sums[r, WAITS] = travel, late, most, waits
    sums[r, CHANGED], sums[r, VISITS], sums[r, AWAYAT], sums[r, BACKAT] = changed, visits, depart, back
    sums[r, PAID] = back - depart - rests if visits else 0
    sums[r, OVER] = max(0, back - road[r, END]) if stops else 0
    sums[r, IDLE] = road[r, END] - road[r, SHIFT0]
    if stops:
        sums[r, IDLE] = depart - road[r, SHIFT0] + all_waits + max(0, road[r, END] - back)
    A.state[BROKEN] = broken
    return broken == 0 or not strict


@compiled
def room_for_goods(A: Flat, v: int) -> bool:
    """Whether what guest v carries from the start of the route fits until it is delivered."""
    r, p = A.spots[v, 0], A.spots[v, 1]
    load = A.node[A.node.shape[0] - 2 + v, QTY]
    if load == 0:
        return True
    off, aboard = A.road[r, OFF], 0
    for x in range(off, off + A.road[r, COUNT]):
        if A.node[x, PICK] == 0:
            aboard += A.node[x, QTY]
    if aboard + load > A.road[r, ROOM]:
        return False
    for x in range(off, off + p):
        aboard += A.node[x, QTY] if A.node[x, PICK] == 1 else -A.node[x, QTY]
        if aboard + load > A.road[r, ROOM]:
            return False
    return True


@compiled
def gain(A: Flat) -> int:
    """What the touched routes cost more than as planned, all weights; without the wishes of the guests."""
    goal, base, sums = A.goal, A.base, A.sums
    cost = 0
    for i in range(A.state[NTOUCHED]):
        r = A.touched[i]
        cost += goal[G_TRAVEL] * (sums[r, TRAVEL] - base[r, TRAVEL])
        cost += goal[G_TARDY] * (sums[r, LATE] - base[r, LATE])
        cost += goal[G_WAITING] * (sums[r, WAITS] - base[r, WAITS])
        cost += goal[G_OVER] * (sums[r, OVER] - base[r, OVER])
        cost += goal[G_CHANGED] * (sums[r, CHANGED] - base[r, CHANGED])
        cost += goal[G_VEHICLE] * ((sums[r, VISITS] > 0) - (base[r, VISITS] > 0))
    if goal[G_MAXLATE]:
        cost += goal[G_MAXLATE] * more_at_most(A, MAXLATE)
    if goal[G_MAXIDLE]:
        cost += goal[G_MAXIDLE] * more_at_most(A, IDLE)
    return cost


@compiled
def more_at_most(A: Flat, column: int) -> int:
    """By how much the largest value of a column over all routes has grown."""
    before, after = 0, 0
    for r in range(A.road.shape[0]):
        before = max(before, A.base[r, column])
        after = max(after, A.sums[r, column] if A.flag[r] else A.base[r, column])
    return after - before


@compiled
def pay(A: Flat) -> int:
    """Adds the touched routes to what people are paid and answers what the spread costs more; counts broken limits."""
    crew, sums, base = A.crew, A.sums, A.base
    for i in range(A.state[NTOUCHED]):
        r = A.touched[i]
        crew[A.road[r, OWNER], 0] += sums[r, PAID] - base[r, PAID]
    for i in range(A.state[NTOUCHED]):
        o = A.road[A.touched[i], OWNER]
        A.state[BROKEN] += crew[o, 0] > crew[o, 1]
    more = spread(A)
    for i in range(A.state[NTOUCHED]):
        r = A.touched[i]
        crew[A.road[r, OWNER], 0] -= sums[r, PAID] - base[r, PAID]
    return A.goal[G_SPREAD] * (more - spread(A)) if A.goal[G_SPREAD] else 0


@compiled
def spread(A: Flat) -> int:
    """The most paid ticks less the least, over people with a shift."""
    if A.goal[G_SPREAD] == 0:
        return 0
    most, least = -NEVER, NEVER
    for o in range(A.crew.shape[0]):
        if A.crew[o, 2]:
            most = max(most, A.crew[o, 0])
            least = min(least, A.crew[o, 0])
    return max(0, most - least)


@compiled
def worth(A: Flat) -> int:
    """By how much the plan's cost grows with the guests where they are, in weighted ticks; counts broken limits too."""
    cost = gain(A) + pay(A)
    for v in range(A.state[GUESTS]):
        cost += A.wish[v, A.spots[v, 0]]
    return cost


@compiled
def delayed(A: Flat) -> int:
    """How much later all visits of the plan start, together."""
    later = 0
    for i in range(A.state[NTOUCHED]):
        r = A.touched[i]
        for x in range(A.road[r, OFF], A.road[r, OFF] + A.road[r, COUNT]):
            if A.node[x, KIND] == VISIT:
                later += A.start[x] - A.node[x, START]
    return later
