"""Promise: strangers cannot use up the places of those who call; who takes too long, or sits there, has to go."""

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from service.guests import Bounds, Guest, Guests, Stage

BOUNDS = Bounds(most=4, each=3, head_s=10, idle_s=65, answer_s=120)


class Hall:
    """A small hall whose clock we turn, and who had to leave it."""

    def __init__(self) -> None:
        self.now, self.left, self._names = 0.0, [], count()  # type: ignore[var-annotated]
        self.guests = Guests(BOUNDS, lambda: self.now)

    def comes(self, address: str, stage: Stage = Stage.AWAITED, *, known: bool = False) -> Guest | None:
        guest = Guest(address, lambda: self.left.append(guest))
        if not self.guests.enter(guest):
            return None
        guest.known = known
        self.guests.move(guest, stage)
        return guest


def test_who_says_nothing_goes_first_the_longest_waiting_before_others() -> None:
    """A newcomer takes the place of the oldest that never sent a request, not of one that was answered."""
    hall = Hall()
    answered, silent, later = hall.comes("a", Stage.IDLE), hall.comes("b"), hall.comes("c")
    hall.comes("d")
    assert hall.comes("e") is not None
    assert hall.left == [silent]
    hall.comes("f")
    assert hall.left == [silent, later]
    assert len(hall.guests) == BOUNDS.most
    assert answered is not None and answered not in hall.left


def test_known_terminals_stay_while_there_is_anybody_else() -> None:
    """Idle strangers, then sockets, then at last the longest idle terminal; nobody who is being answered."""
    hall = Hall()
    terminal, socket = hall.comes("a", Stage.IDLE, known=True), hall.comes("b", Stage.SOCKET)
    stranger, calling = hall.comes("c", Stage.IDLE), hall.comes("d", Stage.ANSWERED)
    for place, gone in enumerate((stranger, socket, terminal)):
        hall.comes(f"n{place}", Stage.ANSWERED)
        assert hall.left[-1] is gone
    assert hall.comes("late") is None
    assert calling not in hall.left


def test_one_address_has_its_bound_and_makes_room_among_its_own() -> None:
    """The fourth of one address takes the place of its own first; others keep theirs."""
    hall = Hall()
    other, first = hall.comes("b"), hall.comes("a")
    hall.comes("a"), hall.comes("a"), hall.comes("a")
    assert hall.left == [first]
    assert other not in hall.left


def test_time_is_over_for_half_requests_idle_lines_and_slow_readers() -> None:
    """10 s for a request to come, 65 s between requests, 120 s for an answer; each from its own beginning."""
    hall = Hall()
    half, idle, slow = hall.comes("a"), hall.comes("b", Stage.IDLE), hall.comes("c", Stage.ANSWERED)
    socket = hall.comes("d", Stage.SOCKET)
    for now, gone in ((9.9, []), (10, [half]), (64.9, [half]), (65, [half, idle]), (120, [half, idle, slow])):
        hall.now = now
        hall.guests.sweep()
        assert hall.left == gone
    hall.now = 1e6
    hall.guests.sweep()
    assert socket not in hall.left


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from(list(Stage)), st.booleans()), max_size=60))
def test_bounds_hold_whatever_comes(visits: list[tuple[str, Stage, bool]]) -> None:
    """Never more than allowed in all or from one address; whoever is inside was not told to leave."""
    hall = Hall()
    inside = []
    for address, stage, known in visits:
        guest = hall.comes(address, stage, known=known)
        if guest is not None:
            inside.append(guest)
        here = [one for one in inside if one not in hall.left]
        assert len(here) == len(hall.guests) <= BOUNDS.most
        assert max(sum(one.address == name for one in here) for name in "abcde") <= BOUNDS.each
    for guest in inside:
        hall.guests.forget(guest)
    assert len(hall.guests) == 0
