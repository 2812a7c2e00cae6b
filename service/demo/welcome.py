"""Says, once the town stands, where to look and how to sign in; refuses to send the words into any log."""

import sys
from pathlib import Path
from typing import Any

from service.demo.homefiles import DemoFileMissing, read_accounts

DISPATCHER, ADMIN = "wu", "admin"


def say_welcome(home: Path, port: int) -> None:
    """Print address, sign-ins and how to end, in both languages."""
    try:
        people = {person["name"]: person for person in read_accounts(home)}
    except DemoFileMissing as missing:
        print(missing.detail, file=sys.stderr, flush=True)
        return
    print("\n".join(_lines(people, port)), flush=True)


def _lines(people: dict[str, dict[str, Any]], port: int) -> list[str]:
    rows = (
        ("调度台 desk", DISPATCHER),
        ("护理员手机 phone", _with_a_route(people)),
        ("管理员 admin", ADMIN),
    )
    signs = [f"    {_padded(what, 18)} {login:<8} {people[login]['password']}" for what, login in rows]
    return [
        "",
        f"  Unwalled · 无墙    http://127.0.0.1:{port}",
        "",
        "  登录 sign in       name     password",
        *signs,
        "",
        "  小镇从 9:30 开始，时钟走得比真实快；人物、街道与地图均为虚构示意。",
        "  The town's day opens at 9:30 on a fast clock; people, streets and map are invented.",
        "  结束 stop: Ctrl+C",
        "",
    ]


def _with_a_route(people: dict[str, dict[str, Any]]) -> str:
    """A caregiver whose phone has something to show: one who works today, not one with a day off."""
    caregivers = [person for person in people.values() if person["role"] == "caregiver"]
    return str(max(caregivers, key=lambda person: person.get("on_shift", False))["name"])


def _padded(text: str, width: int) -> str:
    """Fill up to `width` columns; a Chinese character takes two."""
    return text + " " * max(0, width - sum(2 if ord(character) > 0x2E7F else 1 for character in text))
