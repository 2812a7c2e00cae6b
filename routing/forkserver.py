"""A warm process from which solving processes are forked: libraries and compiled functions are loaded once.

It solves nothing itself and has one thread only, so that a fork copies a process at rest. It knows its parent by one
socket: each message brings the four pipe ends of a child that is to be born; the end of the socket is its own end.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import struct
import sys
from importlib import import_module

from routing.child import NICE_FIRST, guarded

REPORT = struct.Struct(">i")
"""What a report pipe carries: the child's process id at birth, its exit code (negative: a signal) at its end."""
PIPES = 4
IDLE_S = 900.0
"""Nobody wanted a plan for so long: the memory is given back."""


class ForkServer:
    """`control` brings pipes; `reports` holds the report pipe of each child that lives."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.reports: dict[int, int] = {}
        self.bell, ringing = os.pipe()
        os.set_blocking(ringing, False)
        signal.set_wakeup_fd(ringing)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.later, self.born = ["routing.exact"], False

    def serve(self) -> None:
        """Forks a child for each message until nobody is there to send one, or nobody did for a long time."""
        control = self.control.fileno()
        while True:
            idle = not self.reports
            ends: list[int] = [control, self.bell]
            ready, _, _ = select.select(ends, [], [], self._patience() if idle else None)
            if self.bell in ready:
                os.read(self.bell, 64)
                self._bury()
            if control in ready:
                message, pipes, _, _ = socket.recv_fds(self.control, 1, PIPES)
                if not message:
                    return
                self._bear(pipes)
            elif not ready and not self._load_more():
                return

    def _patience(self) -> float:
        return 0.2 if self.later else IDLE_S

    def _load_more(self) -> bool:
        """OR-Tools is not waited for by the first plan; it is loaded when nobody wants anything, or by the second."""
        if not self.later:
            return False
        import_module(self.later.pop())
        return True

    def _bear(self, pipes: list[int]) -> None:
        if self.born and not self.reports:
            self._load_more()
        self.born = True
        pid = os.fork()
        if pid == 0:
            become_child(pipes, [self.control.fileno(), self.bell, *self.reports.values()])
        questions, answers, words, report = pipes
        for end in (questions, answers, words):
            os.close(end)
        self.reports[pid] = report
        _report(report, pid)

    def _bury(self) -> None:
        """Tells how the children that ended did."""
        for pid, report in list(self.reports.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                _report(report, os.waitstatus_to_exitcode(status))
                os.close(self.reports.pop(pid))


def become_child(pipes: list[int], foreign: list[int]) -> None:
    """In the forked process: the pipes become standard input, output and error, and the question is solved."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for end in foreign:
        os.close(end)
    for number, end in enumerate(pipes[:3]):
        os.dup2(end, number)
    for end in pipes:
        os.close(end)
    guarded()


def _report(report: int, number: int) -> None:
    try:
        os.write(report, REPORT.pack(number))
    except BrokenPipeError:  # nobody wants to know any more
        return


def main() -> None:
    """Loads what every plan needs, then serves the socket that is standard input."""
    os.nice(NICE_FIRST)
    control = socket.socket(fileno=os.dup(0))
    import_module("routing.warm").warm_search()
    gc.freeze()  # a collection in a child would copy every page
    ForkServer(control).serve()


if __name__ == "__main__":
    main()
    sys.exit()
