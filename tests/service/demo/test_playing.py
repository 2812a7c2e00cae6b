"""The simulator's parts: the terminal's signature, the town's clock, the caregiver's next stop, the seats it holds."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.demo.begun import Step, place_at
from service.demo.calls import KINDS, Raised
from service.demo.door import Doors
from service.demo.ground import make_ground
from service.demo.homefiles import LETTERS, new_password, write_basemap
from service.demo.phone import Phone
from service.demo.terminal import signature
from service.demo.towntime import TownTime
from service.demo.walker import Errand, Walker
from service.intake.ladder import KINDS as KNOWN

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def test_the_signature_is_the_contracts() -> None:
    """The test vector that the protocol publishes."""
    key, body = bytes(range(32)), b'{"msg_id":"m1","kind":"sos"}'
    made = signature(key, "POST", "/terminals/v1/alerts", "T-1", 7, 42, body)
    assert made == "acf04ebaa38bc776004cd4c03d47384b917f3429a32aa8202e5c496e85afad8c"


def test_only_known_kinds_are_sent() -> None:
    """Every kind that a demo terminal sends is one of the protocol."""
    assert {kind for kinds in KINDS.values() for kind, _ in kinds} <= set(KNOWN)


def test_the_clock_is_followed() -> None:
    """Paused it stands; told otherwise it runs on from there."""
    town = TownTime(NOON, 120.0, paused=True)
    assert town.now() == NOON and town.minute == 12 * 60
    town.tell(NOON + timedelta(hours=1), 120.0, False)
    assert town.now() > NOON + timedelta(hours=1)


def _stop(position: int, state: str | None, start: timedelta) -> dict[str, Any]:
    visit = None if state is None else {"id": position, "state": state}
    finish = (NOON + start + timedelta(minutes=30)).isoformat()
    return {"position": position, "visit": visit, "canteen": None, "finish_at": finish}


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["finished", "in_service", "accepted"], 1),
        (["finished", "missed", "accepted"], 2),
        (["finished", None, "accepted"], 1),
        (["finished", None, "in_service"], 2),
        (["finished", "cancelled", "confirmed"], None),
    ],
)
async def test_the_next_stop_is_the_first_that_is_not_over(states: list[str | None], expected: int | None) -> None:
    """Finished, missed and cancelled doors are passed by; a rest that a later visit overtook is over."""
    doors = Doors("http://127.0.0.1:9")
    walker = Walker(Phone(doors, "cg001", ""), TownTime(NOON, paused=True), (121.4, 37.5), "ebike")
    stop = walker._next([_stop(n, state, timedelta()) for n, state in enumerate(states)])
    assert (stop and stop["position"]) == expected
    await doors.close()


async def test_one_is_sent_to_a_call_once() -> None:
    """However often the desk shows the same assignment, the caregiver sets out once."""
    doors = Doors("http://127.0.0.1:9")
    walker = Walker(Phone(doors, "cg001", ""), TownTime(NOON, paused=True), (121.4, 37.5), "ebike")
    for _ in range(3):
        walker.send(Errand(7, (121.5, 37.5), 300.0))
    assert len(walker._errands) == 1
    await doors.close()


def test_own_incidents_survive_a_restart(tmp_path: Path) -> None:
    """What was raised is remembered in the home folder."""
    raised = Raised.read(tmp_path)
    raised.add(4)
    raised.add(4)
    assert Raised.read(tmp_path).ids == [4]


def test_where_somebody_is_by_the_plan() -> None:
    """At the station before, between doors on the way, at the door after."""
    step = Step(1, 1, (121.6, 37.5), NOON, NOON + timedelta(minutes=10), NOON + timedelta(minutes=12), NOON)
    home = (121.4, 37.5)
    assert place_at([step], home, NOON - timedelta(minutes=1)) == home
    assert place_at([step], home, NOON + timedelta(minutes=5))[0] == pytest.approx(121.5)
    assert place_at([step], home, NOON + timedelta(minutes=11)) == (121.6, 37.5)


def test_passwords_are_long_and_random() -> None:
    """Twelve random characters that cannot be taken for others; no two alike."""
    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(word) == 14 and set(word) <= set(LETTERS) | {"-"} for word in made)


def test_a_real_map_is_kept(tmp_path: Path) -> None:
    """A map that `unwalled map` made is not drawn over."""
    (tmp_path / "basemap.json").write_text('{"schematic": false}')
    write_basemap(tmp_path, make_ground(1))
    assert (tmp_path / "basemap.json").read_text() == '{"schematic": false}'
