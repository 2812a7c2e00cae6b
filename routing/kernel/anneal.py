"""The search loop: rebuilds mixed with small moves under one falling temperature; it keeps the best orders seen."""

from __future__ import annotations

from routing.kernel.layout import *
from routing.kernel.moves import small
from routing.kernel.rebuild import rebuild
from routing.kernel.undo import score


@entry
def remember(S: Memory, best_seq: I64, best_len: I64) -> None:
    """Copies the present orders."""
    for r in range(S.R.shape[0]):
        n = S.R[r, LN]
        best_len[r] = n
        for i in range(n):
            best_seq[r, i] = S.seq[r, i]


@entry
def anneal(
    P: Arrays, S: Memory, best_seq: I64, best_len: I64, best: int, steps: int, hot: float, cold: float,
    mean: float, longest: float, smalls: int, counts: I64,
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


@entry
def leg_sum(P: Arrays, seq: I64, lengths: I64) -> tuple[int, int]:
    """(weighted travel between the stops of these orders, how many legs)."""
    total, count = 0, 0
    for r in range(lengths.shape[0]):
        at = P.C[r, HOME]
        for i in range(lengths[r]):
            p = P.T[seq[r, i], PLACE]
            if p >= 0:
                total += P.D[P.C[r, MODE], at, p]
                count += 1
                at = p
    return total * max(1, P.B[0, TRAVEL]), count
