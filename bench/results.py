"""Keeps bench/results.md: each section owns the part below its heading and leaves the others alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

FILE = Path(__file__).with_name("results.md")
INTRO = """# What was measured

`make bench` writes this file; `python -m bench SECTION` writes one section anew. Numbers that came out badly stay in.

Wherever solvers stand side by side: all solves of a table ran one after another on the machine that is named below it,
with the same wall clock. Unwalled uses both cores and its time includes starting its process; OR-Tools' routing model
(`engine="ortools"`) and PyVRP use one core (they have no more threads), VROOM two threads at its deepest exploration,
and it stops when it has nothing more to try. Loading a peer and building its model is not counted. Every plan, whoever
made it, is judged by `routing.check`; a gap is percent above the reference, negative is better.
"""


def put(text: str, name: str, title: str, lines: Sequence[str], order: Sequence[str] = ()) -> str:
    """`text` with the section `name` replaced, or added; known sections stand in `order`, others at the end.

    A section is a heading "## name: title" and everything up to the next such heading; parts that are no section
    (older layouts) are dropped.
    """
    parts = sections(text)
    parts[name] = "\n".join([f"## {name}: {title}", "", *lines]).strip() + "\n"
    ranked = [key for key in order if key in parts]
    ranked += sorted(key for key in parts if key not in order)
    return "\n".join([INTRO, *(parts[key] for key in ranked)])


def sections(text: str) -> dict[str, str]:
    """Every section of a results file by its name."""
    found: dict[str, str] = {}
    for part in re.split(r"(?m)^(?=## )", text):
        head = re.match(r"## (\w+): ", part)
        if head:
            found[head[1]] = part.strip() + "\n"
    return found


def write(name: str, title: str, lines: Sequence[str], order: Sequence[str]) -> None:
    """Puts a section into bench/results.md, whole or not at all."""
    old = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    draft = FILE.with_name(FILE.name + ".part")
    draft.write_text(put(old, name, title, lines, order), encoding="utf-8")
    draft.replace(FILE)
