"""Makes the kernel's arrays from a compiled problem, and a search's memory; done once per solve."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from routing.compiled import Compiled
from routing.kernel import layout as k
from routing.problem import FAR

KINDS = {"single": k.SINGLE, "pair": k.PAIR, "goods": k.GOODS, "meal": k.MEAL}
NEAR = 60
LONGEST = 500
"""Stops of one route at most."""
KNOTS = 15
"""How often one route may be walked in one change before the order counts as a knot."""


def arrays(c: Compiled) -> k.Arrays:
    """The flat form of a problem, but for the neighbours: building needs none, whatever goes on from there does."""
    n = len(c.place)
    T = np.zeros((n, k.TASK_COLUMNS), np.int64)
    for column, values in (
        (k.PLACE, c.place), (k.DUR, c.dur), (k.E, c.e), (k.DUE, c.due), (k.LAT, c.lat), (k.ACC, c.acc),
        (k.KIND, c.kind), (k.MATE, c.mate), (k.LEAD, c.lead), (k.GMIN, c.gmin), (k.GMAX, c.gmax), (k.QTY, c.qty),
        (k.CANTEEN, c.canteen), (k.PORTIONS, c.portions), (k.RIDE, c.ride), (k.UNIT, c.unit),
    ):  # fmt: skip
        T[:, column] = values
    pick, drop = np.array(c.pick, np.int64), np.array(c.drop, np.int64)
    T[:, k.OTHER] = np.where(drop >= 0, drop, pick)
    T[:, k.ROLE] = np.where(drop >= 0, k.PICK, np.where(pick >= 0, k.DROP, 0))
    _promises(c, T)
    near = np.zeros((c.halves, 4 * _count(c)), np.int64)
    wish = np.where(c.able, np.minimum(c.wish, k.NOBODY - 1), k.NOBODY).astype(np.int32)
    rules = _rules(c, T, near.shape[1] // 4)
    return k.Arrays(T, _routes(c), rules, near, wish, np.ascontiguousarray(c.D, dtype=np.int32))


def _rules(c: Compiled, T: k.I64, nears: int) -> k.I64:
    """Every row of rules; T learns which rows are its windows and links."""
    head = _weights(c, T)
    head[k.COUNT], head[k.CANTEENS], head[k.NEARS] = len(c.units), k.UNITS + len(c.units), nears
    rows = [head.tolist(), *_units(c), *_canteens(c)]
    for first, last, found in ((k.W0, k.W1, _windows(c)), (k.L0, k.L1, _links(c))):
        for x, mine in enumerate(found):
            T[x, first], T[x, last] = len(rows), len(rows) + len(mine)
            rows += mine
    return np.array([[*row, *[0] * (k.RULE_COLUMNS - len(row))] for row in rows], np.int64)


def _units(c: Compiled) -> list[list[int]]:
    found = []
    for unit in c.units:
        choices = min(int(c.able[x].sum()) for x in unit.tasks) if c.R else 0
        second = unit.tasks[1] if len(unit.tasks) > 1 else -1
        found.append([KINDS[unit.kind], unit.tasks[0], second, unit.price, choices])
    return found


def _windows(c: Compiled) -> list[list[list[int]]]:
    """Windows by task."""
    plain = zip(c.e, c.due, c.lat, strict=True)
    return [[list(w) for w in wins or (single,)] for wins, single in zip(c.windows, plain, strict=True)]


def _links(c: Compiled) -> list[list[list[int]]]:
    """Links by task, seen from both ends: start of the other less the own start lies in [low, high]."""
    found: list[list[list[int]]] = [[] for _ in c.place]
    for a, b, low, high in c.links:
        found[a].append([b, low, high])
        found[b].append([a, -high, -low])
    return found


def _promises(c: Compiled, T: k.I64) -> None:
    owners = {person.id: i for i, person in enumerate(c.problem.caregivers)}
    T[:, k.TOLDWHO] = -1
    for x in range(c.halves):
        promised = c.problem.visits[c.visit[x]].promised
        if promised:
            T[x, k.TOLDWHO] = owners.get(promised[c.half[x]].caregiver, 1 << 30)
            T[x, k.TOLDAT] = promised[c.half[x]].start


def _routes(c: Compiled) -> k.I64:
    C = np.zeros((c.R, k.ROUTE_COLUMNS), np.int64)
    people = c.problem.caregivers
    for column, values in (
        (k.BEGIN, c.begin), (k.END, c.end), (k.HARD, c.end_hard), (k.HOME, c.home), (k.GOAL, c.goal), (k.MODE, c.mode),
        (k.ROOM, c.room), (k.BAG, c.bag), (k.TOKEN, c.token), (k.OWNER, c.owner),
    ):  # fmt: skip
        C[:, column] = values
    for r, owner in enumerate(c.owner):
        paid = people[owner].most_paid
        C[r, k.MOSTPAID] = FAR if paid is None else paid
    return C


def _weights(c: Compiled, T: k.I64) -> k.I64:
    goal, people = c.problem.objective, c.problem.caregivers
    G = np.zeros(k.RULE_COLUMNS, np.int64)
    for column, value in (
        (k.TRAVEL, goal.travel), (k.TARDY, goal.tardiness), (k.MAXLATE, goal.max_tardiness), (k.WAITING, goal.waiting),
        (k.MAXIDLE, goal.max_idle), (k.OVER, goal.overtime), (k.VEHICLE, goal.vehicles), (k.CHANGED, goal.changed),
        (k.TOLERANCE, goal.tolerance), (k.SPREAD, goal.spread), (k.MEALS, bool(c.problem.canteens)),
        (k.GOODSFLAG, bool((T[:, k.ROLE] > 0).any())), (k.KNOCK, _knock(c)),
        (k.LINKED, bool(c.links)), (k.PAYFLAG, bool(goal.spread) or any(p.most_paid is not None for p in people)),
    ):  # fmt: skip
        G[column] = value
    G[k.PLAIN] = _plain(c)
    return G


def _knock(c: Compiled) -> int:
    """The price of a tick that a partner is put off; where waiting is priced, whoever comes after them waits too."""
    goal = c.problem.objective
    return max(1, goal.tardiness) * (2 if goal.waiting or goal.max_idle else 1)


def _plain(c: Compiled) -> bool:
    """Whether only travel, wishes and vehicles can differ between feasible orders: nothing is soft or tied."""
    goal = c.problem.objective
    soft = goal.tardiness and any(due < lat for due, lat in zip(c.due[: c.halves], c.lat[: c.halves], strict=True))
    soft = soft or (goal.overtime and any(end < hard for end, hard in zip(c.end, c.end_hard, strict=True)))
    tied = c.links or any(m >= 0 for m in c.mate) or any(x >= 0 for x in c.token) or c.problem.canteens
    other = goal.waiting or goal.max_idle or goal.spread or (goal.changed and any(v.promised for v in c.problem.visits))
    return not (soft or tied or other or any(len(w or ()) > 1 for w in c.windows))


def _canteens(c: Compiled) -> list[list[int]]:
    """Place, ready, loading, and the span of the canteen's spare stops among the tasks."""
    rows = []
    for i, canteen in enumerate(c.problem.canteens):
        spare = sorted(c.spare[i])
        span = (spare[0], spare[-1] + 1) if spare else (0, 0)
        rows.append([canteen.place, canteen.ready, canteen.loading, *span])
    return rows


def _count(c: Compiled) -> int:
    return min(NEAR, max(1, c.halves - 1))


def acquaint(c: Compiled, near: k.I64, block: int = 500) -> None:
    """Fills in every half's nearest others: a quarter of the columns in space and soft time, the rest in space alone.

    By the due time, not the hard latest: with the latter, lists of soft problems are purely spatial.
    """
    n, count = c.halves, _count(c)
    place = np.array(c.place[:n], np.int64)
    early = np.array(c.e[:n], np.float64)
    due = np.minimum(np.array(c.due[:n], np.float64), np.array(c.lat[:n], np.float64))
    length = np.array(c.dur[:n], np.float64)
    table = c.D[min(1, len(c.D) - 1)]
    for begin in range(0, n, block):
        i = np.arange(begin, min(n, begin + block))
        leg = table[np.ix_(place[i], place)].astype(np.float64)
        late = due[i, None] + length[i, None] + leg
        soon = early[i, None] + length[i, None] + leg
        forth = 0.3 * np.maximum(early[None] - late, 0) + np.maximum(soon - due[None], 0)
        late, soon = due[None] + length[None] + leg, early[None] + length[None] + leg
        back = 0.3 * np.maximum(early[i, None] - late, 0) + np.maximum(soon - due[i, None], 0)
        own = np.arange(len(i)), i
        closeness = leg + np.minimum(forth, back)
        closeness[own] = leg[own] = 1e300
        if n > 1:
            near[i, :count] = _smallest(closeness, count)
            near[i, count:] = _smallest(leg, min(3 * count, n - 1))[:, np.arange(3 * count) % min(3 * count, n - 1)]


def _smallest(values: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.int64]:
    chosen = np.argpartition(values, count - 1, axis=1)[:, :count]
    order = np.argsort(np.take_along_axis(values, chosen, 1), axis=1, kind="stable")
    found: npt.NDArray[np.int64] = np.take_along_axis(chosen, order, 1)
    return found


def memory(P: k.Arrays, c: Compiled, seed: int) -> k.Memory:
    """An empty plan's memory: every route holds its break, everything else is out."""
    n, R, U = len(P.T), len(P.C), len(c.units)
    width, people = min(n + 4, LONGEST), len(c.problem.caregivers)
    lists = (
        (k.PAIDS, people), (k.TOUCHES, R + 1), (k.QUEUE, 4 * R + 64), (k.OUT, U + 1), (k.OLDOUT, U + 1),
        (k.MARKS, n + 2 * R + U + 2), (k.KEYS, 2 * U + 2 * width + 8), (k.REMOVED, 2 * U + 2 * width + 8),
        (k.CANDIDATES, 2 * 16 * 3), (k.FLOORS, n),
    )  # fmt: skip
    H = np.zeros(k.SCALARS + sum(size for _, size in lists), np.int64)
    at = k.SCALARS
    for where, size in lists:
        H[where] = at
        at += size
    H[k.WIDTH], H[k.QSIZE], H[k.PEOPLE] = width, 4 * R + 64, people
    H[k.RANDOM] = (seed * 2654435761 + 88172645463325252) % (1 << 62) or 1
    S = k.Memory(
        np.zeros((n, 8), np.int64), np.zeros((R, 2 * k.OLD), np.int64), np.zeros((R, 2 * width), np.int64),
        np.zeros((R, width, 8), np.int64), H,
    )  # fmt: skip
    reset(P, S)
    return S


def reset(P: k.Arrays, S: k.Memory) -> None:
    """Empties every route but for its break."""
    T, C, H = P.T, P.C, S.H
    units = P.B[k.UNITS : k.UNITS + P.B[0, k.COUNT]]
    S.V[:] = 0
    S.V[:, k.ROUTE] = -1
    S.V[:, k.START] = S.V[:, k.READY] = -k.NEVER
    S.R[:] = 0
    S.R[:, k.DIRTY] = S.R[:, k.FIRM] = -1
    H[k.TOTOUCH] = H[k.QHEAD] = H[k.QTAIL] = 0
    H[k.CAP] = KNOTS
    H[H[k.PAIDS] : H[k.PAIDS] + H[k.PEOPLE]] = 0
    S.R[:, k.BACK] = C[:, k.BEGIN]
    S.R[:, k.IDLE] = C[:, k.END] - C[:, k.BEGIN]
    for r in np.flatnonzero(C[:, k.TOKEN] >= 0):
        x = C[r, k.TOKEN]
        S.seq[r, 0], S.R[r, k.LN] = x, 1
        S.V[x, k.ROUTE], S.V[x, k.POS] = r, 0
        S.V[x, k.START] = S.V[x, k.READY] = C[r, k.BEGIN] - T[x, k.DUR]
        S.V[x, k.LATEST] = k.NEVER
    H[k.BASE] = units[:, k.PRICE].sum()
    H[k.NOUT] = len(units)
    H[H[k.OUT] : H[k.OUT] + len(units)] = np.arange(len(units))
