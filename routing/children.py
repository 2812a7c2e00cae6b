"""Solving processes as their parent sees them: born from a warm fork server, killed and waited for like any other."""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from routing.forkserver import REPORT
from routing.kernel.cache import folder


class Child:
    """One solving process: `stdin`, `stdout` and `stderr` are pipes to it, `report` tells its id and how it ended."""

    def __init__(self, stdin: int, stdout: int, stderr: int, report: int) -> None:
        self.stdin: BinaryIO = os.fdopen(stdin, "wb")
        self.stdout: BinaryIO = os.fdopen(stdout, "rb")
        self.stderr: BinaryIO = os.fdopen(stderr, "rb")
        self.report: BinaryIO = os.fdopen(report, "rb", buffering=0)
        self.returncode: int | None = None
        self._pid: int | None = None
        self._lock = threading.Lock()

    @property
    def pid(self) -> int:
        """Its process id; waits for its birth. 0 when it died unborn."""
        with self._lock:
            if self._pid is None:
                self._pid = max(0, self._read())
            return self._pid

    def poll(self) -> int | None:
        """Its exit code, or None while it lives (or is not born yet)."""
        while self.returncode is None and select.select([self.report], [], [], 0)[0]:
            self._next()
        return self.returncode

    def wait(self) -> int:
        """Its exit code, when it has ended; negative for a signal."""
        while self.returncode is None:
            self._next()
        return self.returncode

    def kill(self) -> None:
        """Ends it at once; one that is not born yet will find its pipe closed."""
        if self.poll() is None and self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Closes every pipe."""
        for pipe in (self.stdin, self.stdout, self.stderr, self.report):
            with contextlib.suppress(OSError):
                pipe.close()

    def _next(self) -> None:
        if self._pid is None:
            _ = self.pid
            return
        with self._lock:
            if self.returncode is None:
                self.returncode = self._read()

    def _read(self) -> int:
        """The next number of the report; as if killed when the fork server itself is gone."""
        data = b""
        while len(data) < REPORT.size and (more := self.report.read(REPORT.size - len(data))):
            data += more
        return int(REPORT.unpack(data)[0]) if len(data) == REPORT.size else -signal.SIGKILL


class Nursery:
    """The fork server of this process, started when first needed and again when it is gone or its code is."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.server: subprocess.Popen[bytes] | None = None
        self.control: socket.socket | None = None
        self.code: Path | None = None

    def child(self) -> Child:
        """A new solving process, waiting for its question; it comes to life when the server has loaded."""
        questions, ask = os.pipe()
        answer, answers = os.pipe()
        say, words = os.pipe()
        told, report = os.pipe()
        theirs = [questions, answers, words, report]
        try:
            with self.lock:
                self._send(theirs)
        finally:
            for end in theirs:
                os.close(end)
        return Child(ask, answer, say, told)

    def prepare(self) -> None:
        """Starts the server, so that it has loaded when the first plan is wanted."""
        with self.lock:
            self._running()

    def close(self) -> None:
        """Ends the server; its children end by themselves when nobody listens."""
        with self.lock:
            self._end()

    def _send(self, pipes: list[int]) -> None:
        for _ in range(2):
            control = self._running()
            try:
                socket.send_fds(control, [b"f"], pipes)
                return
            except OSError:  # it ended itself after a long idle time, or was killed
                self._end()
        raise OSError("the fork server does not start")

    def _running(self) -> socket.socket:
        code = folder()
        if self.control is None or self.server is None or self.server.poll() is not None or code != self.code:
            self._end()
            ours, theirs = socket.socketpair()
            with theirs:
                self.server = subprocess.Popen(
                    [sys.executable, "-m", "routing.forkserver"], stdin=theirs.fileno(), env=environment()
                )
            self.control, self.code = ours, code
        return self.control

    def _end(self) -> None:
        if self.control is not None:
            self.control.close()
        if self.server is not None:
            try:
                self.server.wait(5)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
        self.control = self.server = None


def environment() -> dict[str, str]:
    """This process's, with this library on the path; one thread for the linear algebra that nobody uses."""
    paths = [str(Path(__file__).resolve().parent.parent), os.environ.get("PYTHONPATH", "")]
    path = os.pathsep.join(p for p in paths if p)
    return {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}


nursery = Nursery()
atexit.register(nursery.close)
