"""`python -m bench [SECTION ...]` measures and rewrites its parts of bench/results.md; it hides nothing that is bad."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import traceback

from bench.alone import ROOT
from bench.effort import QUICK_SHARE, Effort
from bench.machine import machine
from bench.results import write
from bench.sections import SECTIONS, Section


def effort(options: argparse.Namespace, section: Section) -> Effort:
    """What one section may spend under the options of the command line."""
    minutes = section.minutes if options.budget is None else options.budget
    if options.quick:
        minutes /= QUICK_SHARE
    return Effort(minutes, options.quick, options.full)


def run(name: str, options: argparse.Namespace) -> bool:
    """Measures one section and keeps its lines; a section that breaks says so and takes no other down."""
    section, where, began = SECTIONS[name], machine(), time.monotonic()
    sys.stderr.write(f"bench {name}: {section.title}\n")
    try:
        lines, fine = section.measure(effort(options, section)), True
    except Exception:
        lines, fine = ["This section broke:", "", "```", traceback.format_exc(limit=3).strip(), "```"], False
    pace = "every instance, five seeds" if options.full else "a quick look" if options.quick else "ordinary budget"
    lines = [*lines, "", f"Measured {where}; took {(time.monotonic() - began) / 60:.1f} min ({pace})."]
    sys.stdout.write("\n".join([f"## {name}: {section.title}", "", *lines, "", ""]))
    sys.stdout.flush()
    if not (options.quick or options.print):
        write(name, section.title, lines, list(SECTIONS))
    return fine


def warm() -> None:
    """Compiles what a fresh checkout has not compiled yet, so that no section pays for it."""
    sys.stderr.write("bench: compiling\n")
    subprocess.run([sys.executable, "-c", "from routing.warm import warm; warm()"], cwd=ROOT, check=True)


def main() -> int:
    """Measures the named sections, or all; 1 when one of them broke."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)}; all when none is named")
    parser.add_argument("--budget", type=float, metavar="MINUTES", help="minutes for each section, not its own")
    pace = parser.add_mutually_exclusive_group()
    pace.add_argument("--quick", action="store_true", help="a twelfth of the time; prints and writes nothing")
    pace.add_argument("--full", action="store_true", help="every instance with five seeds: many hours")
    parser.add_argument("--print", action="store_true", help="prints only, leaves bench/results.md as it is")
    options = parser.parse_args()
    unknown = [name for name in options.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    warm()
    done = [run(name, options) for name in options.sections or SECTIONS]
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
