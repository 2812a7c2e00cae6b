"""The search loop: rebuilds mixed with small moves under one falling temperature; it keeps the best orders seen."""

from __future__ import annotations

from routing.kernel.layout import *  # noqa: F403 - the columns are this room's alphabet
from routing.kernel.layout import Arrays, Memory, kernel
from routing.kernel.moves import small
from routing.kernel.rebuild import rebuild
from routing.kernel.walk import score

HOT = 1e18


@kernel
def remember(S: Memory, best_seq: I32, best_len: I64) -> None:  # noqa: F405
    """Copies the present orders."""
    for r in range(S.R.shape[0]):
        n = S.R[r, LN]
        best_len[r] = n
        for i in range(n):
            best_seq[r, i] = S.seq[r, i]


@kernel
def anneal(
    P: Arrays, S: Memory, best_seq: I32, best_len: I64, best: int, steps: int, hot: float, cold: float,  # noqa: F405
    mean: float, longest: float, smalls: int, counts: I64,  # noqa: F405
) -> int:  # fmt: skip
    """`steps` rebuilds, each followed by `smalls` small moves, from `hot` to `cold` geometrically; the best score.

    `counts` gathers rebuilds tried and accepted, small moves tried and accepted.
    """
    heat = hot
    fall = (cold / hot) ** (1.0 / max(1, steps))
    for _ in range(steps):
        heat *= fall
        counts[0] += 1
        counts[1] += rebuild(P, S, heat, mean, longest, 0.01)
        for _ in range(smalls):
            counts[2] += 1
            counts[3] += small(P, S, heat)
        now = score(P, S)
        if now < best:
            best = now
            remember(S, best_seq, best_len)
    return best


@kernel
def sample(P: Arrays, S: Memory, found: I64, mean: float, longest: float) -> int:  # noqa: F405
    """Fills `found` with how much rebuilds make the plan dearer when all are accepted, once it is off its start."""
    count = 0
    tries = 0
    while count < found.shape[0] and tries < 4 * found.shape[0]:
        tries += 1
        before = score(P, S)
        rebuild(P, S, HOT, mean, longest, 0.01)
        after = score(P, S)
        if after > before and after - before < NEVER >> 12:
            found[count] = after - before
            count += 1
    return count
