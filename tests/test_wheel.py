"""Promise: the wheel carries everything: the console, the migrations, the reference data and nothing of the tests."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_the_wheel_is_complete(tmp_path: Path) -> None:
    """Built the way an installer builds it, from the checkout."""
    uv = Path(sys.executable).parent / "uv"
    builder = str(uv) if uv.exists() else shutil.which("uv")
    assert builder, "uv comes with the virtual environment"
    command = [builder, "build", "--wheel", "--quiet", "--out-dir", str(tmp_path), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        "service/console/index.html",
        "service/console/reference/index.html",
        "service/migrations/env.py",
        "service/migrations/versions/0001_the_spine.py",
        "service/demo/reference/yantai.csv",
        "routing/formats/unwalled.schema.json",
        "routing/formats/plan.schema.json",
        "models/base.py",
    }
    assert wanted <= names
    assert not [name for name in names if name.startswith(("tests/", "bench/", "console/node_modules"))]
