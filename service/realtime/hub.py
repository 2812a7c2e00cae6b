"""All live sockets by audience; hands every event to whoever may see it, and refuses to wait for anybody."""

import gc
import random
import time
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from service.realtime.audience import Audience, Refiner
from service.realtime.connection import Connection
from service.realtime.replays import Replays
from service.realtime.ring import Entry, Ring
from service.realtime.wire import CALLING, PRIVATE, Close, ahead_text, packed, tick_text

FREEZE_EVERY = 500
BACK_PER_S = 400
"""Sockets a second that a hub takes back without its queue growing (bench/hub.py); restarts are spread by it."""
SPREAD_S = 5.0


@dataclass
class Group:
    """All sockets that see exactly the same."""

    audience: Audience
    refiner: Refiner | None
    members: set[Connection] = field(default_factory=set)


class Hub:
    """All sockets of this process. `closed` counts how they ended, `sent` the frames handed to lines."""

    def __init__(self, ring: Ring | None = None) -> None:
        self.ring = ring or Ring()
        self.replays = Replays(self.ring)
        self.closed: Counter[Close] = Counter()
        self.sent = 0
        self._groups: dict[Hashable, Group] = {}
        self._wide: dict[Hashable, Group] = {}
        """The groups that any event may concern; the others are found by the caregiver."""
        self._by_caregiver: dict[int, set[Hashable]] = {}
        self._open = self._frozen_at = 0
        self.refiners: dict[int, Refiner] = {}

    def enter(self, connection: Connection) -> None:
        """Send this socket every event from now on."""
        audience = connection.audience
        group = self._groups.get(audience.view)
        if group is None:
            group = self._groups[audience.view] = Group(audience, connection.refiner)
            if audience.caregiver_id is None:
                self._wide[audience.view] = group
            else:
                self._by_caregiver.setdefault(audience.caregiver_id, set()).add(audience.view)
        group.members.add(connection)
        connection.on_left, connection.on_retry = self.leave, self.retry_after_s
        self._open += 1
        if self._open - self._frozen_at >= FREEZE_EVERY:
            self._frozen_at = self._open
            gc.collect()  # measured: without it a pause of 400 ms at 5,000 sockets, with it 6 ms
            gc.freeze()

    def know(self, refiner: Refiner | None) -> None:
        """Remember what has to be read for some topics before they are handed on."""
        if refiner is not None:
            self.refiners[id(refiner)] = refiner

    def leave(self, connection: Connection) -> None:
        """Forget a socket that has ended."""
        group = self._groups.get(connection.audience.view)
        if group is None or connection not in group.members:
            return
        group.members.discard(connection)
        self._open -= 1
        self.closed[connection.closing or Close.GONE] += 1
        if not group.members:
            self._drop(connection.audience)

    def _drop(self, audience: Audience) -> None:
        del self._groups[audience.view]
        self._wide.pop(audience.view, None)
        owner = audience.caregiver_id
        if owner is not None:
            self._by_caregiver[owner].discard(audience.view)
            if not self._by_caregiver[owner]:
                del self._by_caregiver[owner]

    def __len__(self) -> int:
        """How many sockets there are."""
        return self._open

    @property
    def connections(self) -> list[Connection]:
        """All sockets, in no order."""
        return [connection for group in self._groups.values() for connection in group.members]

    def retry_after_s(self) -> float:
        """When one of the sockets that are closed now should come back: at random, over as long as all of them need."""
        return random.uniform(0.0, max(SPREAD_S, self._open / BACK_PER_S))

    def deliver(self, entries: Sequence[Entry]) -> None:
        """Take the next entries of the log into memory and send each to everybody who may see it."""
        self.ring.extend(entries)
        for entry in entries:
            if entry.event.topic.startswith(PRIVATE):
                continue
            for group in list(self._concerned(entry)):
                if group.audience.sees(entry.event):
                    self._send(entry, group)

    def _concerned(self, entry: Entry) -> Iterator[Group]:
        yield from self._wide.values()
        for caregiver_id in entry.event.caregiver_ids:
            for view in self._by_caregiver.get(caregiver_id, ()):
                yield self._groups[view]

    def _send(self, entry: Entry, group: Group) -> None:
        frame = self.ring.frame(entry, group.audience, group.refiner)
        ahead: bytes | None = None
        for connection in list(group.members):
            if entry.event.topic in CALLING and connection.line.paused:
                ahead = ahead or packed(ahead_text(self.ring.text(entry, group.audience, group.refiner)))
                connection.push(frame, ahead=ahead)
            else:
                connection.push(frame)
        self.sent += len(group.members)

    def tick(self, seq: int) -> None:
        """Tell everybody that all up to `seq` has been sent."""
        frame = packed(tick_text(seq))
        for connection in self.connections:
            connection.push(frame, tick=True)

    def evict(self, now: float | None = None) -> int:
        """End sockets whose line has been stuck for 5 s; gives how many."""
        moment = time.monotonic() if now is None else now
        stuck = [connection for connection in self.connections if connection.stuck(moment)]
        for connection in stuck:
            connection.end(Close.SLOW)
        return len(stuck)

    def end_all(self, code: Close, more: str | None = None) -> None:
        """Close every socket."""
        for connection in self.connections:
            connection.end(code, more)

    def end_sessions(self, session_ids: Iterable[int], code: Close) -> None:
        """Close the sockets of these sessions."""
        ended = frozenset(session_ids)
        for connection in self.connections:
            if connection.session_id in ended:
                connection.end(code)
