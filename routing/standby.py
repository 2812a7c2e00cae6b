"""A helper process that keeps the insertion kernel loaded: whoever asks neither waits for it nor is slowed by it.

It starts when first asked, lives as long as it is used, and ends with its parent. One question at a time.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
from importlib import import_module
from typing import Any, BinaryIO, cast

from routing.children import environment
from routing.errors import RoutingError, SolverCrashed
from routing.frames import receive, send
from routing.insertion import Insertion
from routing.ordered import Orders
from routing.plan import Plan
from routing.problem import Problem

IDLE_S = 900.0
"""Nobody asked for so long: the process gives its memory back."""
ANSWER_S = 120.0
"""The very first question on a machine waits for the compiler; any other takes milliseconds."""


class Standby:
    """Asks the helper process; safe from several threads."""

    def __init__(self, *, idle_s: float = IDLE_S, answer_s: float = ANSWER_S) -> None:
        self.idle_s, self.answer_s = idle_s, answer_s
        self.child: subprocess.Popen[bytes] | None = None
        self.lock = threading.Lock()

    def places(self, problem: Problem, orders: Orders, visit: str, **how: Any) -> list[Insertion]:
        """The best places for a visit of the problem in a plan with these orders; `how` as for `cheapest_insertions`.

        Raises what that raises, and SolverCrashed when the process dies or does not answer.
        """
        found: list[Insertion] = self._ask(("places", problem, orders, visit, how))
        return found

    def taken(self, problem: Problem, orders: Orders, visit: str, option: Insertion) -> Plan:
        """The plan with an option taken that `places` gave for the same orders. Raises as `places`."""
        plan: Plan = self._ask(("taken", problem, orders, visit, {"option": option}))
        return plan

    def close(self) -> None:
        """Ends the process, if there is one."""
        with self.lock:
            self._end()

    def _ask(self, question: tuple[Any, ...]) -> Any:
        with self.lock:
            try:
                child = self._running()
                send(cast(BinaryIO, child.stdin), question)
                pipe = cast(BinaryIO, child.stdout)
                if not select.select([pipe], [], [], self.answer_s)[0]:
                    raise EOFError
                kind, answer = receive(pipe)
            except (OSError, EOFError) as gone:
                code = self._end()
                raise SolverCrashed(code, "the insertion process gave no answer") from gone
        if kind == "refused":
            raise answer
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self.child is None or self.child.poll() is not None:
            self._end()
            self.child = subprocess.Popen(
                [sys.executable, "-m", "routing.standby", str(self.idle_s)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                env=environment(),
            )  # fmt: skip
        return self.child

    def _end(self) -> int:
        child, self.child = self.child, None
        if child is None:
            return 0
        if child.poll() is None:
            child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        return child.wait()


def main(idle_s: float) -> None:
    """Answers questions from standard input until nobody asks any more or the parent is gone."""
    os.nice(5)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    questions = sys.stdin.buffer
    room = import_module("routing.answering")
    while select.select([questions], [], [], idle_s)[0]:
        try:
            question = receive(questions)
        except EOFError:
            return
        try:
            answer = ("answer", room.answer(*question))
        except RoutingError as refusal:
            answer = ("refused", refusal)
        send(answers, answer)


if __name__ == "__main__":
    main(float(sys.argv[1]))
