"""Finds links between visits that contradict one another; it knows differences of starts, no travel and no people."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from routing.errors import ProblemError

MOST_STEPS = 500_000

Edge = tuple[str, str, int]
"""(a, b, w): b starts at least w ticks after a."""


def contradiction(edges: Iterable[Edge]) -> list[str]:
    """Names in the order of a cycle whose least differences add up to more than nothing; empty when there is none.

    Bellman and Ford's longest paths with a queue; the chain of predecessors is searched for a cycle once per as many
    steps as there are names. Raises ProblemError after MOST_STEPS (about 700 visits tied together, in the worst order).
    Source: Cherkassky and Goldberg (1999), Negative-cycle detection algorithms.
    """
    after: dict[str, list[tuple[str, int]]] = {}
    for a, b, least in edges:
        after.setdefault(a, []).append((b, least))
        after.setdefault(b, [])
    start, before = dict.fromkeys(after, 0), dict.fromkeys(after, "")
    waiting, queued, steps, changes = deque(after), set(after), 0, 0
    while waiting:
        a = waiting.popleft()
        queued.discard(a)
        for b, least in after[a]:
            steps += 1
            if start[a] + least <= start[b]:
                continue
            start[b], before[b] = start[a] + least, a
            changes += 1
            if steps > MOST_STEPS:
                raise ProblemError("links", "tie too many visits together to be judged", "chains of fewer visits")
            if changes % len(after) == 0 and (cycle := _cycle(before)):
                return cycle
            if b not in queued:
                queued.add(b)
                waiting.append(b)
    return []


def _cycle(before: dict[str, str]) -> list[str]:
    """A cycle in the chains of predecessors, first name first; empty when every chain ends."""
    seen: dict[str, str] = {}
    for name in before:
        at = name
        while at and at not in seen:
            seen[at] = name
            at = before[at]
        if at and seen[at] == name:
            cycle = [at]
            while before[cycle[-1]] != at:
                cycle.append(before[cycle[-1]])
            return cycle[::-1]
    return []
