"""The newest events in memory, each encoded at most once for every view; refuses to reach further back than it can."""

from bisect import bisect_right
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.realtime.audience import Audience, Refiner
from service.realtime.wire import Event, event_text, packed

KEEP = 4096
"""Events kept for sockets that come back: some minutes of a busy city, about 8 MB."""


@dataclass(slots=True)
class Entry:
    """One event with its frames by view; `loaded` is what each refiner had read when the event was handed on."""

    event: Event
    loaded: dict[int, Any] = field(default_factory=dict)
    texts: dict[Hashable, bytes] = field(default_factory=dict)
    frames: dict[Hashable, bytes] = field(default_factory=dict)


class Ring:
    """Entries in the order of `seq`. `encoded` counts JSON encodings, so that a test can hold it to one a view."""

    def __init__(self, keep: int = KEEP) -> None:
        self._keep = keep
        self._entries: list[Entry] = []
        self._seqs: list[int] = []
        self.floor = 0
        """Everything after it is here."""
        self.life = 0
        """Another number whenever something was forgotten: what was made of the entries before is void."""
        self.encoded = 0

    def begin(self, floor: int) -> None:
        """Forget everything; the next event is the one after `floor`."""
        self._entries, self._seqs, self.floor = [], [], floor
        self.life += 1

    def extend(self, entries: Sequence[Entry]) -> None:
        """Take the next events, forgetting the oldest beyond twice what is to be kept."""
        self._entries += entries
        self._seqs += [entry.event.seq for entry in entries]
        if len(self._entries) > 2 * self._keep:
            self.floor = self._seqs[-self._keep - 1]
            self.life += 1
            del self._entries[: -self._keep]
            del self._seqs[: -self._keep]

    def after(self, cursor: int, most: int) -> list[Entry]:
        """The first `most` entries with a seq beyond `cursor`, which must not lie below `floor`."""
        start = bisect_right(self._seqs, cursor)
        return self._entries[start : start + most]

    def find(self, seq: int) -> Entry | None:
        """The entry of this seq, or None when it has been forgotten or never was."""
        place = bisect_right(self._seqs, seq) - 1
        return self._entries[place] if place >= 0 and self._seqs[place] == seq else None

    def frame(self, entry: Entry, audience: Audience, refiner: Refiner | None, loaded: Any = None) -> bytes:
        """The event as this audience gets it, ready for the wire. `loaded` stands in for what was not read before."""
        key = _key(entry, audience, refiner)
        frame = entry.frames.get(key)
        if frame is None:
            frame = entry.frames[key] = packed(self.text(entry, audience, refiner, loaded))
        return frame

    def text(self, entry: Entry, audience: Audience, refiner: Refiner | None, loaded: Any = None) -> bytes:
        """The event as this audience gets it, as JSON."""
        key = _key(entry, audience, refiner)
        text = entry.texts.get(key)
        if text is None:
            self.encoded += 1
            text = entry.texts[key] = event_text(entry.event, _data(entry, audience, refiner, loaded))
        return text


def _key(entry: Entry, audience: Audience, refiner: Refiner | None) -> Hashable:
    return audience.view if refiner is not None and entry.event.topic in refiner.topics else audience.fields


def _data(entry: Entry, audience: Audience, refiner: Refiner | None, loaded: Any) -> dict[str, Any]:
    data = audience.trimmed(entry.event)
    if refiner is None or entry.event.topic not in refiner.topics:
        return data
    known = entry.loaded.get(id(refiner), loaded)
    return data if known is None else refiner.refine(entry.event, known, audience.actor)
