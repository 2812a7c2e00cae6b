"""Promise: the house keeps its floor plan: rooms, sizes, docstrings, and where the verbs may stand."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOP = {
    *("service", "routing", "models", "migrations", "console", "bench", "docs", "tests", "requirements"),
    *("Dockerfile", "compose.yaml", "Makefile", "pyproject.toml", "hatch_build.py"),
    *("README.md", "README.zh-CN.md", "LICENSE", "CONTRIBUTING.md"),
}
LARGEST = 400
SOURCES = sorted(path for room in ("service", "routing", "models", "bench") for path in (ROOT / room).rglob("*.py"))
CONSOLE = sorted(path for kind in ("*.ts", "*.vue", "*.css") for path in (ROOT / "console" / "src").rglob(kind))
LAZY = {"service/cli.py"}
"""Each verb of the command imports its room when called, so that `unwalled plan` starts without a web server."""


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls(tree: ast.AST) -> list[str]:
    return [
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]


def test_the_top_level_is_exactly_this() -> None:
    """Nothing lies around at the top."""
    made = {"var", "dist", "unwalled.egg-info"}
    assert {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - made == TOP


@pytest.mark.parametrize("path", [*SOURCES, *CONSOLE], ids=name)
def test_no_file_outgrows_its_room(path: Path) -> None:
    """A file beyond 400 lines wants to be two."""
    assert len(path.read_text().splitlines()) <= LARGEST


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_module_says_what_it_is(path: Path) -> None:
    """One sentence at the top of every module that holds something."""
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree) or not tree.body


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_imports_stand_at_the_top(path: Path) -> None:
    """An import inside a function means that a floor is wrong."""
    if name(path) in LAZY:
        return
    tree = ast.parse(path.read_text())
    inner = [
        node.lineno
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    ]
    assert not inner, f"imports inside functions at lines {inner}"


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name in ("api.py", "rules.py")], ids=name)
def test_routes_and_rules_do_not_select(path: Path) -> None:
    """Routes parse and answer, rules decide; looking things up is for queries.py."""
    assert "select" not in calls(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", sorted((ROOT / "service").rglob("*.py")), ids=name)
def test_only_the_edges_commit(path: Path) -> None:
    """One unit of work commits in db.py; the intake's store is the one named exception."""
    if name(path) in {"service/db.py", "service/intake/store.py"}:
        return
    assert "commit" not in calls(ast.parse(path.read_text()))


def test_tests_are_no_package() -> None:
    """An __init__.py under tests would hide the service from itself."""
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_no_file_names_a_registry_or_a_machine() -> None:
    """Lock files carry no hosts, sources carry no machine's paths."""
    words = ["hosted.org", "registry.npm", '"resolved"', ".org/simple"]
    found = [
        name(path)
        for folder in ("requirements", "console", "service", "routing", "models", "docs", "bench")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and not {"node_modules", "dist", "__pycache__"} & set(path.parts)
        and path.suffix in {".py", ".ts", ".vue", ".json", ".txt", ".md", ".toml"}
        and any(word in path.read_text(errors="replace") for word in words)
    ]
    assert found == []
