"""Reads and writes problems and plans of several houses; it refuses to guess silently what a field means."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

from routing.errors import FormatError
from routing.formats import hhcrsp, lilim, plans, solomon, unwalled, vroom, vroom_answer
from routing.formats.fields import Fields
from routing.plan import Plan
from routing.problem import Problem, Visit

FORMATS = ("unwalled", "vroom", "hhcrsp", "solomon", "lilim")
MOST_BYTES = 200_000_000
SPACE = "\ufeff \t\r\n"
_READERS = {"hhcrsp": hhcrsp.read, "vroom": vroom.read, "unwalled": unwalled.read}


def read_problem(path: str | Path, form: str = "auto") -> Problem:
    """The problem in a file (`.gz` too). Raises FormatError or ProblemError naming file, place and field."""
    text = load_text(path)
    return parse_problem(text, form, Path(path).name)


def parse_problem(text: str, form: str = "auto", file: str = "") -> Problem:
    """The problem in a text. Raises FormatError or ProblemError."""
    return parse_any(text, form, file)[0]


def parse_any(text: str, form: str = "auto", file: str = "") -> tuple[Problem, str]:
    """The problem in a text and the format it turned out to be in. Raises FormatError or ProblemError."""
    if form not in ("auto", *FORMATS):
        raise FormatError("format", f"is {form!r}", ", ".join(("auto", *FORMATS)), file=file)
    if form == "auto" and text.lstrip(SPACE).startswith("{"):
        root = parse_json(text, file)
        form = _of_json(root)
        return _READERS[form](root), form
    form = detect(text, file) if form == "auto" else form
    return _read_text(text, form, file), form


def _read_text(text: str, form: str, file: str) -> Problem:
    if form == "solomon":
        return solomon.read(text, file)
    if form == "lilim":
        return lilim.read(text, file)
    return _READERS[form](parse_json(text, file))


def detect(text: str, file: str = "") -> str:
    """Which format a text is in. Raises FormatError when it looks like none."""
    head = text.lstrip(SPACE)
    if head.startswith("{"):
        return _of_json(parse_json(text, file))
    if "VEHICLE" in text.upper():
        return "solomon"
    if len(head.split("\n", 1)[0].split()) == 3:
        return "lilim"
    raise FormatError("format", "is not recognised", ", ".join(FORMATS), file=file)


def _of_json(root: Fields) -> str:
    keys = (("hhcrsp", "patients"), ("vroom", "vehicles"), ("unwalled", "visits"), ("unwalled", "unwalled"))
    for form, key in keys:
        if key in root.value:
            return form
    raise FormatError("format", "is not recognised", ", ".join(FORMATS), file=root.file)


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
    """A plan of this problem: our own JSON, or what hhcrsp, VROOM and Solomon call a solution. Raises FormatError."""
    text, file = load_text(path), Path(path).name
    if text.lstrip().lower().startswith("route"):
        return solomon.read_plan(problem, text, file)
    root = parse_json(text, file)
    if root.find("routes") and not root.find("unwalled"):
        if problem.kind == "hhcrsp":
            return hhcrsp.read_plan(problem, root)
        if problem.kind == "vroom":
            return vroom_answer.read(problem, root)
    return plans.read(root)


def read_visit(path: str | Path) -> Visit:
    """One visit as it would stand in our own JSON. Raises FormatError or ProblemError."""
    return unwalled.visit(parse_json(load_text(path), Path(path).name))


def refuse_form(problem: Problem, form: str) -> None:
    """Raises FormatError for a form that cannot hold a plan of this problem; cheap, so ask before planning."""
    if form not in _WRITERS:
        raise FormatError("out-format", f"is {form!r}", ", ".join(_WRITERS))
    if form == "hhcrsp" and problem.kind != "hhcrsp":
        raise FormatError("out-format", f"hhcrsp cannot hold a {problem.kind} plan", "unwalled")
    if form == "vroom":
        vroom_answer.refuse(problem)


def write_plan(problem: Problem, plan: Plan, form: str) -> dict[str, Any]:
    """The plan as a JSON value. Raises FormatError for a form that cannot hold it."""
    refuse_form(problem, form)
    return _WRITERS[form](problem, plan)


_WRITERS = {"unwalled": plans.write, "hhcrsp": hhcrsp.write_plan, "vroom": vroom_answer.write}
