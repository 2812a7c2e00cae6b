"""The solving process: reads one question on standard input, answers in frames, and dies when its parent does."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from importlib import import_module
from typing import Any, BinaryIO

from routing.cut import large
from routing.frames import receive, send
from routing.run import Run

NICE_FIRST, NICE = 5, 15
"""Until a first plan stands, which takes two seconds of a core, and from then on: calls always come before plans."""


def main() -> None:
    """Solves the one question; frames are ("progress", {...}, plan or None) and ("done", plan)."""
    os.nice(max(0, NICE_FIRST - os.nice(0)))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    questions = sys.stdin.buffer
    question = receive(questions)
    stop = threading.Event()
    threading.Thread(target=_listen, args=(questions, stop), daemon=True).start()
    lock = threading.Lock()

    def tell(phase: str, plan: Any, cost: float, served: int, unserved: int) -> None:
        news = {"phase": phase, "seconds": run.passed(), "cost": cost, "served": served, "unserved": unserved}
        with lock:
            send(answers, ("progress", news, plan))
            os.nice(NICE - os.nice(0))

    run = Run(
        question["seconds"], question["iterations"], question["seed"], tell, stop.is_set, question["threads"],
        question["start"], question["began"],
    )  # fmt: skip
    whole = ("routing.zones", "Zones") if large(question["problem"]) else ("routing.engine", "Auto")
    room, name = ("routing.baseline", "Baseline") if question["engine"] == "ortools" else whole
    plan = getattr(import_module(room), name)(question["problem"], run).solve()
    with lock:
        send(answers, ("done", plan))
    os._exit(0)


def _listen(pipe: BinaryIO, stop: threading.Event) -> None:
    """A frame means stop; the end of the pipe means that nobody waits any more."""
    try:
        receive(pipe)
    except EOFError:
        os._exit(1)
    stop.set()


def guarded() -> None:
    """`main`, ending at once with code 70 and the traceback on standard error when something is raised."""
    try:
        main()
    except BaseException:  # the listening thread would make an ordinary exit hang or abort
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(70)


if __name__ == "__main__":
    guarded()
