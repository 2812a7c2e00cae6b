"""Controls 8 and 9: the replay window, in whatever order counters come."""

from hypothesis import given
from hypothesis import strategies as st

from service.intake.window import REORDER, Place, Window

START = Window(1, 0, 1)
HIGHEST = 2**62


@given(st.permutations(range(1, REORDER + 1)))
def test_reordered_within_64_each_is_accepted_once(order: list[int]) -> None:
    """Any order of 64 counters: every one is new or late, and none a second time."""
    window = START
    for counter in order:
        window, place, _ = window.see(1, counter)
        assert place in (Place.NEW, Place.REORDERED)
    for counter in order:
        window, place, _ = window.see(1, counter)
        assert place is Place.REPLAYED


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 200)), max_size=60))
def test_nothing_is_accepted_twice_and_the_highest_never_falls(counts: list[tuple[int, int]]) -> None:
    """However boots and counters mix; and what a database keeps of it is a signed 64-bit number."""
    window, accepted, highest = Window(0, 0, 0), set(), (0, 0)
    for boot, counter in counts:
        before = window
        window, place, gap = window.see(boot, counter)
        assert (window.boot, window.counter) >= highest
        highest = (window.boot, window.counter)
        assert -(2**63) <= window.bits < 2**63
        if place in (Place.NEW, Place.REORDERED):
            assert (boot, counter) not in accepted
            accepted.add((boot, counter))
        if place is Place.NEW and boot == before.boot:
            assert gap == counter - before.counter - 1
        if place is Place.OLD:
            assert window == before


def test_far_ahead_and_far_behind() -> None:
    """A leap forgets what lies more than 64 behind."""
    window, place, gap = START.see(1, HIGHEST)
    assert (place, gap, window.counter) == (Place.NEW, HIGHEST - 1, HIGHEST)
    assert window.see(1, HIGHEST - REORDER)[1] is Place.OLD
    assert window.see(1, HIGHEST - REORDER + 1)[1] is Place.REORDERED
