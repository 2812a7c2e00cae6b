"""Compiles what plans and insertions need once, so that nobody waits for a compiler; it keeps only the compiled code.

    python -m routing.warm

compiles what insertions need; `warm` has that done beside the search.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from routing.children import environment
from routing.compiled import Compiled
from routing.insert import rehearse
from routing.kernel.cache import mark
from routing.problem import Break, Canteen, Caregiver, Meal, Need, Problem, Shift, Visit, Window
from routing.search import Best, Search, orders_of
from routing.travel import Travel


def warm() -> None:
    """Runs every compiled function once on a tiny day; on two cores in two processes. A second when all is compiled."""
    with untidied():
        if len(os.sched_getaffinity(0)) > 1:
            with subprocess.Popen([sys.executable, "-m", "routing.warm"], env=environment()) as other:
                warm_search()
            if other.returncode:
                raise RuntimeError(f"the compiling process ended with {other.returncode}")
        warm_search()
        rehearse(tiny())
    mark().touch()


@contextmanager
def untidied() -> Iterator[None]:
    """Nobody looks for rubbish while a compiler makes millions of objects: an eighth of the time for 200 MB more."""
    tidied = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if tidied:
            gc.enable()


def warm_search() -> None:
    """The functions that a search needs."""
    search = Search(Compiled(tiny()), 1)
    for order in orders_of(search.c):
        search.build(order)
    search.anneal(3, 10.0, 1.0, 20)
    search.leg()
    kept = search.kept()
    search.load(kept)
    search.propose({0: kept.orders[0]}, [], [])
    search.load(Best(0, [[x] if x >= 0 else [] for x in search.c.token], set(range(len(search.c.units)))))
    search.price_of(0)
    search.price_at(0, 0, 0)


def tiny() -> Problem:
    """One of everything: a pair, a meal, goods, a break."""
    street = np.abs(np.arange(4)[:, None] - np.arange(4)[None]) * 10
    people = tuple(
        Caregiver(name, (Shift.hard(0, 1000, Break(10, 200, 500)),), 0, 0, mode="walk", portions=2) for name in "ab"
    )
    window = (Window.hard(0, 900),)
    visits = (
        Visit("pair", 1, (Need(10), Need(10)), window, price=900),
        Visit("meal", 2, (Need(5),), window, price=900, meal=Meal("kitchen", 1, 100)),
        Visit("from", 1, (Need(5),), window, price=900, load=1),
        Visit("to", 3, (Need(5),), window, price=900, load=1, delivers="from"),
        Visit("single", 3, (Need(5),), window, price=900),
    )
    return Problem("tiny", 1, Travel({"walk": street}), people, visits, (Canteen("kitchen", 0, 0),))


def main() -> None:
    """What `warm` leaves to another process."""
    with untidied():
        rehearse(tiny())


if __name__ == "__main__":
    main()
