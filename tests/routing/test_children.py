"""Promise: solving processes come quickly from a warm server, one for each plan, and none outlives its parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from routing.children import Nursery
from routing.errors import SolverCrashed
from routing.frames import receive, send
from routing.solve import Solving, solve
from tests.routing.town import rich

ROOT = Path(__file__).parents[2]
QUESTION = {"iterations": 5, "seed": 1, "engine": "auto", "threads": 1, "start": None}


def question() -> dict[str, object]:
    """A small question as the solving process reads it."""
    return {**QUESTION, "problem": rich(), "seconds": None, "began": time.monotonic()}


def lives(pid: int) -> bool:
    """Whether a process of that id runs (a dead one that nobody has waited for does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def gone(pid: int) -> bool:
    """Waits for its end, within a bound."""
    until = time.monotonic() + 30
    while lives(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not lives(pid)


def test_each_plan_has_a_process_of_its_own_from_one_server() -> None:
    """Two children of one server; the server has one thread, so that a fork copies a process at rest."""
    nursery = Nursery()
    pids = []
    for _ in range(2):
        child = nursery.child()
        send(child.stdin, question())
        while receive(child.stdout)[0] != "done":
            continue
        pids.append(child.pid)
        assert child.wait() == 0
        child.close()
    assert nursery.server is not None
    server = nursery.server.pid
    assert len(set(pids)) == 2 and len(list(Path(f"/proc/{server}/task").iterdir())) == 1
    nursery.close()
    assert gone(server)


def test_a_killed_server_is_started_again() -> None:
    """The next plan does not notice."""
    nursery = Nursery()
    nursery.child().close()
    assert nursery.server is not None
    before = nursery.server.pid
    os.kill(before, signal.SIGKILL)
    assert gone(before)
    child = nursery.child()
    send(child.stdin, question())
    assert receive(child.stdout)[0] in ("progress", "done") and nursery.server.pid != before
    child.kill()
    assert child.wait() == -signal.SIGKILL
    child.close()
    nursery.close()


def test_a_child_that_nobody_asks_ends() -> None:
    """Closed before its question: it leaves by itself, and says so."""
    nursery = Nursery()
    child = nursery.child()
    assert lives(child.pid) and child.poll() is None
    child.stdin.close()
    assert child.wait() != 0
    child.close()
    nursery.close()


def test_a_killed_parent_leaves_nothing_behind() -> None:
    """kill -9 of the planning program ends its solving process and the server."""
    program = (
        "from routing.children import nursery\nfrom routing.solve import Solving\n"
        "from tests.routing.town import scattered\n"
        "s = Solving(scattered(40, 8), 60.0, dict(iterations=None, seed=1, engine='auto', threads=1, start=None))\n"
        "print(s.pid, nursery.server.pid, flush=True)\nimport time\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child, server = map(int, parent.stdout.readline().split())
        assert lives(child) and lives(server)
        parent.kill()
    assert gone(child) and gone(server)


def test_what_goes_wrong_in_a_child_is_told() -> None:
    """A question that makes no sense ends that child alone, with its last words."""
    solving = Solving(rich(), None, {**QUESTION, "engine": "auto", "threads": "many"})
    with pytest.raises(SolverCrashed, match="TypeError"):
        solving.wait(None, None)
    assert solve(rich(), iterations=5).served > 0
