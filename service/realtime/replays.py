"""What clients missed, ready for the wire, looked up once for everybody who sees the same; refuses to read the log.

After a restart thousands of consoles ask for the same events. Who sees the same shares one list of frames, made as far
as somebody asked for it: the second console of a scope costs a cut out of that list and no look at an event.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from service.realtime.audience import Audience, Refiner
from service.realtime.ring import Ring

MOST_VIEWS = 256
"""Lists kept, the one longest unused goes first; a phone's is good for that phone only."""
LOOK = 500


@dataclass(slots=True)
class Missed:
    """The frames that one view gets of everything after `floor` up to `upto`, with the seq of each."""

    floor: int
    upto: int
    seqs: list[int] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)


class Replays:
    """The lists of one ring. `looked` counts the events that were asked whether a view sees them."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._lists: OrderedDict[Hashable, Missed] = OrderedDict()
        self._life = ring.life
        self.looked = 0

    def lacks(self, cursor: int, audience: Audience, refiner: Refiner | None) -> bool:
        """Whether `frames` needs what the refiner loads, for events that went by before anybody had it loaded."""
        if refiner is None:
            return False
        start, key = self._list(cursor, audience, refiner).upto, id(refiner)
        while entries := self._ring.after(start, LOOK):
            if any(entry.event.topic in refiner.topics and key not in entry.loaded for entry in entries):
                return True
            start = entries[-1].event.seq
        return False

    def frames(
        self, cursor: int, audience: Audience, refiner: Refiner | None, loaded: Any, most: int
    ) -> tuple[list[bytes], int]:
        """The next frames after `cursor`, at most so many, and the cursor they lead to: the ring's end when fewer.

        The cursor must not lie below the ring's floor.
        """
        missed = self._list(cursor, audience, refiner)
        while entries := self._ring.after(missed.upto, LOOK):
            self.looked += len(entries)
            for entry in entries:
                if audience.sees(entry.event):
                    missed.frames.append(self._ring.frame(entry, audience, refiner, loaded))
                    missed.seqs.append(entry.event.seq)
                missed.upto = entry.event.seq
        start = bisect_right(missed.seqs, cursor)
        found = missed.frames[start : start + most]
        return found, missed.seqs[start + most - 1] if len(found) == most else max(cursor, missed.upto)

    def _list(self, cursor: int, audience: Audience, refiner: Refiner | None) -> Missed:
        """The view's list, begun anew when it does not reach back to the cursor; all go once the ring forgets."""
        if self._life != self._ring.life:
            self._life = self._ring.life
            self._lists.clear()
        key = (audience.view, id(refiner))
        missed = self._lists.get(key)
        if missed is None or cursor < missed.floor:
            missed = self._lists[key] = Missed(cursor, cursor)
            if len(self._lists) > MOST_VIEWS:
                self._lists.popitem(last=False)
        self._lists.move_to_end(key)
        return missed
