"""`insert` and `replan`: the commands for a day that is under way."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from routing.check import check
from routing.cli_files import (
    INVALID,
    NOTHING,
    OK,
    UNREADABLE,
    add_pair,
    last_line,
    read_both,
    refuse,
    refuse_target,
    write_whole,
)
from routing.errors import Cancelled, NothingPublishable, RoutingError
from routing.formats import read_visit, unwalled, write_plan
from routing.insert import cheapest_insertions
from routing.plan import Plan
from routing.problem import Problem
from routing.replan import Replanned, replan


def add_commands(subparsers: Any) -> None:
    """Adds the two commands to argparse's sub-parsers."""
    urgent = subparsers.add_parser(
        "insert", help="find a place for one visit", description="The best places for one visit in a plan under way."
    )
    add_pair(urgent)
    urgent.add_argument("visit", help="a file with the visit, as it would stand in our own JSON")
    urgent.add_argument("--now", type=int, help="ticks after midnight; what has begun stays")
    urgent.add_argument("--best", type=int, default=5, help="how many places")
    urgent.add_argument("--breaking", action="store_true", help="show places that break a promise too, marked")
    urgent.set_defaults(run=run_insert)
    again = subparsers.add_parser(
        "replan", help="plan the rest of the day", description="Keeps what has begun and promised people, and replans."
    )
    add_pair(again)
    again.add_argument("--now", type=int, required=True, help="ticks after midnight")
    again.add_argument("--horizon", type=int, default=0, help="ticks after now in which nothing changes any more")
    for key, told in (("gone", "caregivers who are off"), ("cancelled", "visits not wanted"), ("begun", "driven to")):
        again.add_argument(f"--{key}", type=_names, default=(), metavar="ID,ID", help=told)
    again.add_argument("--seconds", type=float, help="wall clock limit; 0 repairs only; 10 when neither is given")
    again.add_argument("--iterations", type=int)
    again.add_argument("--seed", type=int, default=1)
    again.add_argument("--out", help="write the plan here")
    again.add_argument("--out-problem", help="write the problem that it answers here, with what has begun pinned")
    again.set_defaults(run=run_replan)


def _names(given: str) -> tuple[str, ...]:
    return tuple(name for name in given.split(",") if name)


def run_insert(options: argparse.Namespace) -> int:
    """The best places for one visit. 0, 1 for a plan that is not valid, 2 unreadable, 3 when it fits nowhere."""
    try:
        problem, plan = read_both(options)
        visit = read_visit(options.visit)
        if not _valid(problem, plan):
            return INVALID
        found = cheapest_insertions(problem, plan, visit, best=options.best, now=options.now, breaking=options.breaking)
    except RoutingError as refusal:
        return refuse(refusal, UNREADABLE)
    for option in found:
        people = " and ".join(f"{spot.caregiver} at {spot.start}" for spot in option.spots)
        broken = f", breaks {', '.join(option.breaks)}" if option.breaks else ""
        sys.stdout.write(f"  {people}: cost {option.cost:g}, {len(option.slips)} start later{broken}\n")
    last_line({"visit": visit.id, "options": [asdict(option) for option in found]})
    return OK if found else NOTHING


def run_replan(options: argparse.Namespace) -> int:
    """The rest of the day planned anew. 0, 1 for a plan that is not valid, 2 unreadable, 3 nothing publishable."""
    began = time.monotonic()
    try:
        problem, plan = read_both(options)
        for target in filter(None, (options.out, options.out_problem)):
            refuse_target(Path(target), "unwalled", problem)
        if not _valid(problem, plan):
            return INVALID
        found = replan(
            problem, plan, options.now, horizon=options.horizon, gone=options.gone, cancelled=options.cancelled,
            begun=options.begun, seconds=options.seconds, iterations=options.iterations, seed=options.seed,
        )  # fmt: skip
        if options.out:
            write_whole(Path(options.out), write_plan(found.problem, found.plan, "unwalled"))
        if options.out_problem:
            write_whole(Path(options.out_problem), unwalled.write(found.problem))
    except (NothingPublishable, Cancelled) as refusal:
        return refuse(refusal, NOTHING)
    except (RoutingError, OSError) as refusal:
        return refuse(refusal, UNREADABLE)
    _tell(found, time.monotonic() - began)
    return OK


def _valid(problem: Problem, plan: Plan) -> bool:
    verdict = check(problem, plan, claimed=False)
    if not verdict.valid:
        sys.stderr.write(f"the plan is not valid: {verdict.violations[0]}\n")
    return verdict.valid


def _tell(found: Replanned, seconds: float) -> None:
    """What becomes different, one visit a line, and the last line."""
    for change in (change for change in found.changes if change.kind != "kept"):
        was, becomes = (
            " and ".join(f"{who} at {start}" for who, start in side) for side in (change.was, change.becomes)
        )
        sys.stdout.write(f"  {change.visit}: {change.kind}: {was or 'nobody'} -> {becomes or 'nobody'}\n")
    elders, caregivers = found.told
    last_line({
        "cost": round(found.plan.cost, 6), "served": found.plan.served, "unserved": len(found.plan.unserved),
        "seconds": round(seconds, 3), "valid": not found.alone, "counts": found.counts,
        "told": {"visits": list(elders), "caregivers": list(caregivers)}, "disturbed": found.disturbed,
        "alone": list(found.alone),
    })  # fmt: skip
