"""Promise: every setting that cannot be used is refused at start, by name, with what would be accepted."""

from pathlib import Path

import pytest

from service.cli import main
from service.settings import BadSetting, Settings

SECRET = "a" * 32


def read(home: Path, **more: str) -> Settings:
    return Settings.from_environment({"UNWALLED_HOME": str(home), **more, "PATH": "/bin"})


def test_nothing_set_is_an_embedded_town(tmp_path: Path) -> None:
    """SQLite below the home and a secret that only its owner can read."""
    settings = read(tmp_path)
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/unwalled.db"
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    assert read(tmp_path).secret_key == settings.secret_key


def test_plain_urls_are_mapped_to_the_drivers(tmp_path: Path) -> None:
    """An operator writes postgresql:// and sqlite:///, nothing else to know."""
    mapped = read(tmp_path, UNWALLED_DATABASE_URL="postgresql://u:p@h/d", UNWALLED_SECRET_KEY=SECRET)
    assert mapped.database_url == "postgresql+asyncpg://u:p@h/d"
    assert not mapped.embedded
    assert read(tmp_path, UNWALLED_DATABASE_URL="sqlite:////x.db").database_url == "sqlite+aiosqlite:////x.db"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("UNWALLED_DATABASE_URL", "mysql://nope"),
        ("UNWALLED_SECRET_KEY", "short"),
        ("UNWALLED_TILE_URL", "ftp://tiles"),
        ("UNWALLED_TILE_DATUM", "mars"),
        ("UNWALLED_METRICS_PORT", "99999"),
        ("UNWALLED_TYPO", "x"),
    ],
)
def test_a_bad_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    """The refusal says which one and what would do."""
    with pytest.raises(BadSetting, match=name):
        read(tmp_path, **{name: value})


def test_postgresql_demands_a_secret(tmp_path: Path) -> None:
    """Several processes cannot each make their own."""
    with pytest.raises(BadSetting, match="SECRET_KEY"):
        read(tmp_path, UNWALLED_DATABASE_URL="postgresql://h/d")


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """World-readable keys are no keys."""
    read(tmp_path)
    (tmp_path / "secret.key").chmod(0o644)
    with pytest.raises(BadSetting, match="mode 600"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve", "--role", "hub"], "--role needs PostgreSQL"),
        (["serve", "--demo", "--host", "0.0.0.0"], "loopback"),
        (["demo", "--keys"], "demo"),
        (["demo", "--speed", "500"], "1 to 120"),
        (["map", "no-such-file.osm"], "no-such-file.osm"),
    ],
)
def test_the_command_line_refuses_in_one_sentence(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 1 and a sentence that says what would be accepted; no traceback."""
    monkeypatch.setenv("UNWALLED_HOME", str(tmp_path))
    assert main(arguments) == 1
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1
