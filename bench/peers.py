"""Runs another solver in a process of its own, so that it can crash, overrun or eat memory without harm to a run.

The peers get their wall clock for solving alone: loading them and building their model is not counted.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from bench import peer_pyvrp, peer_vroom
from bench.plain import Plain, Unplayable

PEERS = {"pyvrp": peer_pyvrp.solve, "vroom": peer_vroom.solve}
PATIENCE = 2.0
START_S = 30.0
NICE = 15
ROOT = str(Path(__file__).resolve().parents[1])


def installed(name: str) -> bool:
    """Whether a peer is there (`make bench` installs them)."""
    return find_spec(name) is not None


def ask(name: str, plain: Plain, seconds: float, seed: int) -> tuple[list[tuple[int, list[int]]], float]:
    """(caregiver, visits in order) and the seconds spent. Raises Unplayable with what went wrong."""
    if not installed(name):
        raise Unplayable("not installed")
    question = pickle.dumps((name, plain, seconds, seed))
    limit = PATIENCE * seconds + START_S
    command = [sys.executable, "-m", "bench.peers"]
    try:
        done = subprocess.run(command, input=question, capture_output=True, timeout=limit, cwd=ROOT, check=False)
    except subprocess.TimeoutExpired:
        raise Unplayable(f"not finished after {limit:.0f} s") from None
    if done.returncode:
        raise Unplayable((done.stderr.decode(errors="replace").strip().splitlines() or ["crashed"])[-1][:120])
    orders, took = pickle.loads(done.stdout)
    return orders, took


def main() -> None:
    """Answers the one question on standard input, as patiently (nice) as our own solving process."""
    os.nice(NICE)
    name, plain, seconds, seed = pickle.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(pickle.dumps(PEERS[name](plain, seconds, seed)))


if __name__ == "__main__":
    main()
