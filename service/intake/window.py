"""The replay window of a terminal: the highest (boot, counter) and which of the 64 before it came; refuses no call."""

from enum import StrEnum
from typing import NamedTuple

REORDER = 64
"""How many counters before the highest one are remembered."""
_ALL = 2**REORDER - 1
_SIGN = 2 ** (REORDER - 1)


class Place(StrEnum):
    """Where a message stands in the window."""

    NEW = "new"
    REORDERED = "reordered"
    REPLAYED = "replayed"
    OLD = "old"


class Window(NamedTuple):
    """`bits` holds the counters seen, bit k for `counter` - k, as the signed number that a database keeps."""

    boot: int
    counter: int
    bits: int

    def see(self, boot: int, counter: int) -> tuple["Window", Place, int]:
        """The window after a message, where the message stands, and how many counters before a new one never came."""
        if boot > self.boot:
            return Window(boot, counter, 1), Place.NEW, 0
        if boot < self.boot:
            return self, Place.OLD, 0
        ahead, bits = counter - self.counter, self.bits & _ALL
        if ahead > 0:
            moved = (bits << ahead | 1) & _ALL if ahead < REORDER else 1
            return Window(boot, counter, _signed(moved)), Place.NEW, ahead - 1
        if ahead <= -REORDER:
            return self, Place.OLD, 0
        if bits >> -ahead & 1:
            return self, Place.REPLAYED, 0
        return Window(boot, self.counter, _signed(bits | 1 << -ahead)), Place.REORDERED, 0


def _signed(bits: int) -> int:
    return bits - 2 * _SIGN if bits & _SIGN else bits
