"""Fault 16: a terminal's clock says 1970, 2038 or another zone: the call is heard, ours is the time that counts."""

from datetime import datetime, timedelta

import pytest

from tests.service.intake.bedside import Bedside


@pytest.mark.parametrize(
    ("said", "flags"),
    [
        ("1970-01-01T00:00:00Z", ["occurred_at.clock"]),
        ("2038-01-19T03:14:08Z", ["occurred_at.clock"]),
        ("9999-12-31T23:59:59Z", ["occurred_at"]),
        ("tomorrow", ["occurred_at"]),
        (0, ["occurred_at"]),
    ],
)
async def test_a_wild_clock_is_flagged_and_the_call_heard(bedside: Bedside, said: object, flags: list[str]) -> None:
    """200, open, with the flag; received and answered by our clock."""
    taken = await bedside.press("m1", occurred_at=said)
    assert (taken["state"], taken["warnings"]) == ("open", flags)
    ours = bedside.database.clock.now()
    assert abs(datetime.fromisoformat(taken["server_time"]) - ours) < timedelta(seconds=30)


async def test_a_clock_of_another_zone_is_right(bedside: Bedside) -> None:
    """Eight hours apart on the dial, the same moment: nothing to flag. Written without a zone it is no moment."""
    ours = bedside.database.clock.now()
    local = ours.isoformat(timespec="seconds").replace("+00:00", "") + "+00:00"
    eight = (ours + timedelta(hours=8)).isoformat(timespec="seconds").replace("+00:00", "+08:00")
    assert (await bedside.press("m1", occurred_at=local))["warnings"] == []
    assert (await bedside.press("m2", occurred_at=eight))["warnings"] == []
    assert (await bedside.press("m3", occurred_at=eight[:19]))["warnings"] == ["occurred_at"]
