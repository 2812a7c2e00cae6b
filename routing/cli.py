"""`plan`, `check` and `explain` on the command line; results go to standard output, all else to standard error."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from routing.check import check
from routing.cli_day import add_commands
from routing.cli_files import (
    CRASHED,
    INVALID,
    NOTHING,
    OK,
    UNREADABLE,
    add_pair,
    add_reading,
    last_line,
    read_asked,
    read_both,
    refuse,
    refuse_target,
    warn,
    write_whole,
)
from routing.errors import NothingPublishable, RoutingError, SolverCrashed
from routing.explain import explain
from routing.faults import find
from routing.formats import write_plan
from routing.kernel.cache import warmed
from routing.plan import Plan
from routing.solve import ENGINES, Progress, solve


def add_subcommands(subparsers: Any) -> None:
    """Adds the library's commands to argparse's sub-parsers; each sets `run` to its handler."""
    plan = subparsers.add_parser("plan", help="plan a file", description="Plans a file and judges the result.")
    plan.add_argument("file", help="the problem; .gz too")
    add_reading(plan)
    plan.add_argument("--seconds", type=float, help="wall clock limit; 10 when neither is given")
    plan.add_argument("--iterations", type=int, help="steps; the same seed then gives the same plan")
    plan.add_argument("--seed", type=int, default=1)
    plan.add_argument("--engine", default="auto", choices=ENGINES)
    plan.add_argument("--threads", type=int, default=2, help="searches beside each other")
    plan.add_argument("--out", help="write the plan here")
    plan.add_argument("--out-format", default="", choices=("", "unwalled", "vroom", "hhcrsp"), help="default: unwalled")
    plan.set_defaults(run=run_plan)
    judge = subparsers.add_parser("check", help="judge a plan", description="Lists every violation of a plan.")
    why = subparsers.add_parser(
        "explain", help="explain a visit", description="Why a visit is where it is, or not served."
    )
    add_pair(judge)
    add_pair(why)
    why.add_argument("visit", help="the id of the visit")
    add_commands(subparsers)
    ready = subparsers.add_parser("warm", help="compile the planning kernel", description="Compiles it once.")
    ready.set_defaults(run=run_warm)
    judge.set_defaults(run=run_check)
    why.set_defaults(run=run_explain)


def run_warm(options: argparse.Namespace) -> int:
    """Compiles the search kernel, if that has not been done on this machine."""
    if not warmed():
        import_module("routing.warm").warm()
    return OK


def run_plan(options: argparse.Namespace) -> int:
    """Plans a file. 0 with a valid plan, 2 unreadable input, 3 nothing publishable, 4 when the solver dies."""
    began = time.monotonic()
    try:
        problem, form = read_asked(options.file, options)
        if options.out:
            refuse_target(Path(options.out), options.out_format, problem)
        warn(find(problem))
        plan = solve(
            problem, seconds=options.seconds, iterations=options.iterations, seed=options.seed, engine=options.engine,
            threads=options.threads, on_progress=_progress,
        )  # fmt: skip
        if options.out:
            write_whole(Path(options.out), write_plan(problem, plan, options.out_format or "unwalled"))
    except (NothingPublishable, SolverCrashed) as refusal:
        return refuse(refusal, CRASHED if isinstance(refusal, SolverCrashed) else NOTHING)
    except (RoutingError, OSError) as refusal:
        return refuse(refusal, UNREADABLE)
    last_line(summary(plan, form, time.monotonic() - began))
    return OK


def summary(plan: Plan, form: str, seconds: float) -> dict[str, Any]:
    """The last line that `plan` prints."""
    return {
        "cost": round(plan.cost, 6), "served": plan.served, "unserved": len(plan.unserved),
        "seconds": round(seconds, 3),
        "parts": plan.parts, "stages": [asdict(stage) for stage in plan.stages], "valid": True, "engine": plan.engine,
        "seed": plan.seed, "iterations": plan.iterations, "ended": plan.ended, "format": form,
        "reasons": {name: asdict(reason) for name, reason in plan.unserved.items()},
    }  # fmt: skip


def run_check(options: argparse.Namespace) -> int:
    """Judges a plan. 0 valid, 1 with every violation on a line, 2 when a file cannot be read."""
    try:
        problem, plan = read_both(options)
    except RoutingError as refusal:
        return refuse(refusal, UNREADABLE)
    verdict = check(problem, plan, claimed=plan.cost == plan.cost and bool(plan.parts))
    for violation in verdict.violations:
        sys.stdout.write(f"{violation}\n")
    cost = verdict.cost if verdict.cost != float("inf") else None
    last_line({"valid": verdict.valid, "violations": len(verdict.violations), "cost": cost, "parts": verdict.parts,
           "served": plan.served})  # fmt: skip
    return OK if verdict.valid else INVALID


def run_explain(options: argparse.Namespace) -> int:
    """Explains one visit. 0, 1 for a plan that is not valid, 2 when a file or the visit cannot be read."""
    try:
        problem, plan = read_both(options)
        verdict = check(problem, plan, claimed=False)
        if not verdict.valid:
            sys.stderr.write(f"the plan is not valid: {verdict.violations[0]}\n")
            return INVALID
        found = explain(problem, plan, options.visit)
        relax = None if found.served else import_module("routing.relax")
        change = None if relax is None else relax.cheapest_relaxation(problem, plan, found.visit)
    except RoutingError as refusal:
        return refuse(refusal, UNREADABLE)
    sys.stdout.write(found.text + "\n")
    if change is not None:
        sys.stdout.write(f"cheapest change that lets it in: {change.text}\n")
    for option in found.options:
        told = f"fits at cost {option.cost:g}" if option.cost is not None else f"no: {option.barrier}"
        sys.stdout.write(f"  {option.caregiver} (person {option.half + 1}): {told}\n")
    last_line({**asdict(found), "cheapest_change": None if change is None else change.text})
    return OK


def _progress(news: Progress) -> None:
    sys.stderr.write(
        f"{news.seconds:7.1f} s  {news.phase:<9} cost {news.cost:.3f}  served {news.served}  unserved {news.unserved}\n"
    )
    sys.stderr.flush()


def main(arguments: list[str] | None = None) -> int:
    """The library's own command line, without the service."""
    parser = argparse.ArgumentParser(prog="routing", description="Plans days of home care and judges plans.")
    add_subcommands(parser.add_subparsers(required=True, metavar="COMMAND"))
    options = parser.parse_args(arguments)
    code: int = options.run(options)
    return code
