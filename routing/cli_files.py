"""What every command does with files: reads a problem (over roads when asked), writes whole or not at all, refuses."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from routing.errors import FormatError, NothingPublishable
from routing.faults import Fault
from routing.formats import FORMATS, load_text, parse_any, read_plan, refuse_form
from routing.plan import Plan
from routing.problem import Problem
from routing.roads import Roads, on_roads

OK, INVALID, UNREADABLE, NOTHING, CRASHED = 0, 1, 2, 3, 4
FORMS = ("auto", *FORMATS)
MOST_SAID = 50


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Options of everything that reads a problem."""
    parser.add_argument("--format", default="auto", choices=FORMS)
    parser.add_argument("--osrm", action="append", default=[], metavar="MODE=URL", help="road travel times from OSRM")
    parser.add_argument("--osrm-data", default="", metavar="NAME", help="which road data; another name asks anew")
    parser.add_argument("--osrm-cache", metavar="DIR", help="default: travel below UNWALLED_HOME")
    parser.add_argument(
        "--osrm-estimate", action="store_true", help="estimate when a server does not answer, and say so"
    )


def add_pair(parser: argparse.ArgumentParser) -> None:
    """Arguments of everything that is asked about a plan."""
    parser.add_argument("problem", help="the problem; .gz too")
    parser.add_argument("plan", help="our own JSON, or a solution of hhcrsp, VROOM or Solomon")
    add_reading(parser)


def read_both(options: argparse.Namespace) -> tuple[Problem, Plan]:
    """The problem and the plan that a command was given. Raises RoutingError."""
    problem, _ = read_asked(options.problem, options)
    return problem, read_plan(problem, options.plan)


def read_asked(file: str, options: argparse.Namespace) -> tuple[Problem, str]:
    """The problem in a file and its format, over roads when servers are named. Raises RoutingError."""
    problem, form = parse_any(load_text(file), options.format, Path(file).name)
    if options.osrm:
        problem, notes = on_roads(problem, _roads(options))
        for note in notes:
            sys.stderr.write(f"travel: {note}\n")
    return problem, form


def _roads(options: argparse.Namespace) -> Roads:
    servers: dict[str, str] = {}
    for given in options.osrm:
        mode, sign, url = given.partition("=")
        if not (mode and sign and url):
            raise FormatError("osrm", f"is {given!r:.80}", "MODE=URL")
        servers[mode] = url
    home = Path(os.environ.get("UNWALLED_HOME", "var"))
    cache = Path(options.osrm_cache) if options.osrm_cache else home / "travel"
    return Roads(servers, dataset=options.osrm_data, cache=cache, estimate=options.osrm_estimate)


def warn(faults: list[Fault]) -> None:
    """Says what cannot come true, before anything is planned."""
    for fault in faults[:MOST_SAID]:
        sys.stderr.write(f"warning: {fault}\n")
    if len(faults) > MOST_SAID:
        sys.stderr.write(f"warning: and {len(faults) - MOST_SAID} more\n")


def refuse(refusal: Exception, code: int) -> int:
    """Says a refusal with its reasons; the exit code."""
    sys.stderr.write(f"{refusal}\n")
    if isinstance(refusal, NothingPublishable):
        sys.stderr.writelines(f"  {reason}\n" for reason in refusal.reasons[:MOST_SAID])
    return code


def last_line(value: dict[str, Any]) -> None:
    """One JSON object, the last line on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def refuse_target(path: Path, out_format: str, problem: Problem) -> None:
    """Refuses, before minutes go into a plan, a place or a form that could not take it. Raises FormatError."""
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise FormatError("out", f"{path} cannot be written", "a file in a folder that exists")
    refuse_form(problem, out_format or "unwalled")


def write_whole(path: Path, value: dict[str, Any]) -> None:
    """Whole or not at all."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)
