"""`plan`, `check` and `explain` on the command line; results go to standard output, all else to standard error."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from routing.check import check
from routing.errors import FormatError, NothingPublishable, RoutingError, SolverCrashed
from routing.explain import explain
from routing.formats import FORMATS, detect, load_text, parse_problem, read_plan, read_problem, refuse_form, write_plan
from routing.plan import Plan
from routing.problem import Problem
from routing.solve import ENGINES, Progress, solve

OK, INVALID, UNREADABLE, NOTHING, CRASHED = 0, 1, 2, 3, 4


def add_subcommands(subparsers: Any) -> None:
    """Adds plan, check and explain to argparse's sub-parsers; each sets `run` to its handler."""
    forms = ("auto", *FORMATS)
    plan = subparsers.add_parser("plan", help="plan a file", description="Plans a file and judges the result.")
    plan.add_argument("file", help="the problem; .gz too")
    plan.add_argument("--format", default="auto", choices=forms)
    plan.add_argument("--seconds", type=float, help="wall clock limit; 10 when neither is given")
    plan.add_argument("--iterations", type=int, help="steps; the same seed then gives the same plan")
    plan.add_argument("--seed", type=int, default=1)
    plan.add_argument("--engine", default="auto", choices=ENGINES)
    plan.add_argument("--out", help="write the plan here")
    plan.add_argument("--out-format", default="", choices=("", "unwalled", "vroom", "hhcrsp"), help="default: unwalled")
    plan.set_defaults(run=run_plan)
    judge = subparsers.add_parser("check", help="judge a plan", description="Lists every violation of a plan.")
    why = subparsers.add_parser(
        "explain", help="explain a visit", description="Why a visit is where it is, or not served."
    )
    for parser in (judge, why):
        parser.add_argument("problem", help="the problem; .gz too")
        parser.add_argument("plan", help="our own JSON, or a solution of hhcrsp or Solomon")
        parser.add_argument("--format", default="auto", choices=forms)
    why.add_argument("visit", help="the id of the visit")
    judge.set_defaults(run=run_check)
    why.set_defaults(run=run_explain)


def run_plan(options: argparse.Namespace) -> int:
    """Plans a file. 0 with a valid plan, 2 unreadable input, 3 nothing publishable, 4 when the solver dies."""
    began = time.monotonic()
    try:
        problem, form = _read(options.file, options.format)
        if options.out:
            _refuse_target(Path(options.out), options.out_format, problem)
        plan = solve(
            problem, seconds=options.seconds, iterations=options.iterations, seed=options.seed, engine=options.engine,
            on_progress=_progress,
        )  # fmt: skip
        if options.out:
            _write(Path(options.out), write_plan(problem, plan, options.out_format or "unwalled"))
    except (NothingPublishable, SolverCrashed) as refusal:
        return _refuse(refusal, CRASHED if isinstance(refusal, SolverCrashed) else NOTHING)
    except (RoutingError, OSError) as refusal:
        return _refuse(refusal, UNREADABLE)
    _line(summary(plan, form, time.monotonic() - began))
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
        problem = read_problem(options.problem, options.format)
        plan = read_plan(problem, options.plan)
    except RoutingError as refusal:
        return _refuse(refusal, UNREADABLE)
    verdict = check(problem, plan, claimed=plan.cost == plan.cost and bool(plan.parts))
    for violation in verdict.violations:
        sys.stdout.write(f"{violation}\n")
    cost = verdict.cost if verdict.cost != float("inf") else None
    _line({"valid": verdict.valid, "violations": len(verdict.violations), "cost": cost, "parts": verdict.parts,
           "served": plan.served})  # fmt: skip
    return OK if verdict.valid else INVALID


def run_explain(options: argparse.Namespace) -> int:
    """Explains one visit. 0, 1 for a plan that is not valid, 2 when a file or the visit cannot be read."""
    try:
        problem = read_problem(options.problem, options.format)
        plan = read_plan(problem, options.plan)
        verdict = check(problem, plan, claimed=False)
        if not verdict.valid:
            sys.stderr.write(f"the plan is not valid: {verdict.violations[0]}\n")
            return INVALID
        found = explain(problem, plan, options.visit)
    except RoutingError as refusal:
        return _refuse(refusal, UNREADABLE)
    sys.stdout.write(found.text + "\n")
    for option in found.options:
        told = f"fits at cost {option.cost:g}" if option.cost is not None else f"no: {option.barrier}"
        sys.stdout.write(f"  {option.caregiver} (person {option.half + 1}): {told}\n")
    _line(asdict(found))
    return OK


def _read(file: str, form: str) -> tuple[Problem, str]:
    text = load_text(file)
    name = Path(file).name
    form = detect(text, name) if form == "auto" else form
    return parse_problem(text, form, name), form


def _progress(news: Progress) -> None:
    sys.stderr.write(
        f"{news.seconds:7.1f} s  {news.phase:<9} cost {news.cost:.3f}  served {news.served}  unserved {news.unserved}\n"
    )
    sys.stderr.flush()


def _refuse(refusal: Exception, code: int) -> int:
    sys.stderr.write(f"{refusal}\n")
    if isinstance(refusal, NothingPublishable):
        sys.stderr.writelines(f"  {reason}\n" for reason in refusal.reasons[:50])
    return code


def _line(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def _refuse_target(path: Path, out_format: str, problem: Problem) -> None:
    """Refuses, before minutes go into a plan, a place or a form that could not take it. Raises FormatError."""
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise FormatError("out", f"{path} cannot be written", "a file in a folder that exists")
    refuse_form(problem, out_format or "unwalled")


def _write(path: Path, value: dict[str, Any]) -> None:
    """Whole or not at all."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


def main(arguments: list[str] | None = None) -> int:
    """The library's own command line, without the service."""
    parser = argparse.ArgumentParser(prog="routing", description="Plans days of home care and judges plans.")
    add_subcommands(parser.add_subparsers(required=True, metavar="COMMAND"))
    options = parser.parse_args(arguments)
    code: int = options.run(options)
    return code
