"""Promise: the documents are true: links lead somewhere, feature rows name tests that exist, words are unique."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "console" / "README.md"])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link and picture exists."""
    broken = [
        target
        for target in LINK.findall(page.read_text())
        if not target.startswith(("http://", "https://", "mailto:")) and not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_feature_row_names_a_test_that_exists() -> None:
    """One line a row: id, what, and the path of the test that proves it."""
    rows = re.findall(r"^\| (F\d+) \| ([^|]+) \| ([^|]+) \|$", (ROOT / "docs" / "features.md").read_text(), re.M)
    assert rows
    missing = [
        f"{row}: {path}"
        for row, _what, proof in rows
        for path in re.findall(r"`([^`]+)`", proof)
        if not (ROOT / path).exists()
    ]
    assert missing == []
    assert all(re.findall(r"`(?:tests|console)/[^`]+`", proof) for _row, _what, proof in rows)


def test_both_readmes_show_the_same() -> None:
    """The same pictures and the same links, in both languages."""
    both = [(ROOT / name).read_text() for name in ("README.md", "README.zh-CN.md")]
    links = [{link for link in LINK.findall(text) if not link.startswith("README")} for text in both]
    assert links[0] == links[1]


def test_one_word_for_one_idea() -> None:
    """No English word of the vocabulary stands in two rows."""
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \|", (ROOT / "docs" / "words.md").read_text(), re.M)
    words = [word.strip() for row in rows if "English" not in row and "---" not in row for word in row.split(",")]
    assert len(words) == len(set(words))
