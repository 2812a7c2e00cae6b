"""Reads and writes problems and plans of several houses; it refuses to guess silently what a field means."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

from routing.errors import FormatError
from routing.formats import hhcrsp, lilim, solomon, unwalled, vroom
from routing.formats.fields import Fields
from routing.plan import Plan
from routing.problem import Problem

FORMATS = ("unwalled", "vroom", "hhcrsp", "solomon", "lilim")
MOST_BYTES = 200_000_000


def read_problem(path: str | Path, form: str = "auto") -> Problem:
    """The problem in a file (`.gz` too). Raises FormatError or ProblemError naming file, place and field."""
    text = load_text(path)
    return parse_problem(text, form, Path(path).name)


def parse_problem(text: str, form: str = "auto", file: str = "") -> Problem:
    """The problem in a text. Raises FormatError or ProblemError."""
    if form not in ("auto", *FORMATS):
        raise FormatError("format", f"is {form!r}", ", ".join(("auto", *FORMATS)), file=file)
    if form == "auto":
        form = detect(text, file)
    if form == "solomon":
        return solomon.read(text, file)
    if form == "lilim":
        return lilim.read(text, file)
    root = parse_json(text, file)
    return {"hhcrsp": hhcrsp.read, "vroom": vroom.read, "unwalled": unwalled.read}[form](root)


def detect(text: str, file: str = "") -> str:
    """Which format a text is in. Raises FormatError when it looks like none."""
    head = text.lstrip("\ufeff \t\r\n")
    if head.startswith("{"):
        value = parse_json(text, file).value
        for form, key in (
            ("hhcrsp", "patients"),
            ("vroom", "vehicles"),
            ("unwalled", "visits"),
            ("unwalled", "unwalled"),
        ):
            if key in value:
                return form
    elif "VEHICLE" in text.upper():
        return "solomon"
    elif len(head.split("\n", 1)[0].split()) == 3:
        return "lilim"
    raise FormatError("format", "is not recognised", ", ".join(FORMATS), file=file)


def load_text(path: str | Path) -> str:
    """The text of a file, unpacked when its name ends in .gz. Raises FormatError."""
    place = Path(path)
    try:
        data = place.read_bytes()
        if place.suffix == ".gz":
            with gzip.open(place) as packed:
                data = packed.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise FormatError("file", "is too large", f"at most {MOST_BYTES} bytes", file=place.name)
        return data.decode("utf-8")
    except (OSError, EOFError, zlib.error) as problem:
        raise FormatError("file", f"cannot be read: {problem}", "a readable file", file=place.name) from problem
    except UnicodeDecodeError as problem:
        raise FormatError("file", f"is not UTF-8 text (byte {problem.start})", "UTF-8", file=place.name) from problem


def parse_json(text: str, file: str = "") -> Fields:
    """The parsed JSON with its path. Raises FormatError with the line."""
    try:
        return Fields(json.loads(text.removeprefix("\ufeff")), "$", file)
    except json.JSONDecodeError as problem:
        raise FormatError("json", problem.msg, "valid JSON", file=file, where=f"line {problem.lineno}") from problem
    except (RecursionError, ValueError) as problem:
        raise FormatError("json", str(problem)[:80] or "is nested too deep", "valid JSON", file=file) from problem


def read_plan(problem: Problem, path: str | Path) -> Plan:
    """A plan of this problem: our own JSON, or the solution format of hhcrsp and Solomon. Raises FormatError."""
    text, file = load_text(path), Path(path).name
    if text.lstrip().lower().startswith("route"):
        return solomon.read_plan(problem, text, file)
    root = parse_json(text, file)
    if root.find("routes") and problem.kind == "hhcrsp" and not root.find("unwalled"):
        return hhcrsp.read_plan(problem, root)
    return unwalled.read_plan(problem, root)


def refuse_form(problem: Problem, form: str) -> None:
    """Raises FormatError for a form that cannot hold a plan of this problem; cheap, so ask before planning."""
    if form not in _WRITERS:
        raise FormatError("out-format", f"is {form!r}", ", ".join(_WRITERS))
    if form == "hhcrsp" and problem.kind != "hhcrsp":
        raise FormatError("out-format", f"hhcrsp cannot hold a {problem.kind} plan", "unwalled")


def write_plan(problem: Problem, plan: Plan, form: str) -> dict[str, Any]:
    """The plan as a JSON value. Raises FormatError for a form that cannot hold it."""
    refuse_form(problem, form)
    return _WRITERS[form](problem, plan)


_WRITERS = {"unwalled": unwalled.write_plan, "hhcrsp": hhcrsp.write_plan, "vroom": vroom.write_plan}
