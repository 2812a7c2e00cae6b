"""Whatever happens to lines, hub and database: in the end each client's log is the server's (G13)."""

import pytest

from bench.schedules import World, run

SAMPLE = 3000


def test_every_clients_log_is_the_servers() -> None:
    """Some thousand random schedules of commits, breaks, full lines, restarts and restores; bench runs 100,000."""
    assert [seed for seed in range(SAMPLE) if not run(seed)] == []


@pytest.mark.parametrize("fault", ["skips", "repeats"])
def test_a_hub_that_loses_or_repeats_an_event_is_found(fault: str) -> None:
    """The schedules can fail: with a replay that begins one too late, and with a hub that hands on an event twice."""

    def broken(seed: int) -> bool:
        world = World(seed)
        after, deliver = world.hub.ring.after, world.hub.deliver
        if fault == "skips":
            world.hub.ring.after = lambda cursor, most: after(cursor + 1, most)  # type: ignore[method-assign]
        else:
            world.hub.deliver = lambda entries: (deliver(entries), deliver(entries[-1:]))[0]  # type: ignore[method-assign]
        try:
            world.live(30)
        except AssertionError:
            return True
        return not world.agrees()

    assert any(broken(seed) for seed in range(300))
