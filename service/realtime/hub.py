"""Live sockets by audience, a bounded queue for each, one text for each event and view; refuses to wait for anybody."""

import asyncio
import time
from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from service.realtime.audience import Audience, Refiner
from service.realtime.wire import GONE_S, PRIVATE, Close, Event, event_frame, tick_frame

MAX_QUEUE = 256
KEEP_SEEN = 4096


class Connection:
    """One socket's outgoing queue. `floor`: events up to it came with the snapshot or the replay."""

    def __init__(self, audience: Audience, session_id: int) -> None:
        self.audience, self.session_id = audience, session_id
        self.floor = 0
        self.closing: Close | None = None
        self.visible = self.sound = True
        self.here_at = time.monotonic()
        self._queue: deque[tuple[int, str]] = deque()
        self._wake = asyncio.Event()

    def push(self, seq: int, frame: str) -> None:
        """Queue a frame; a client that lets 256 pile up is closed and comes back with its cursor."""
        if len(self._queue) >= MAX_QUEUE:
            self.end(Close.SLOW)
            return
        self._queue.append((seq, frame))
        self._wake.set()

    def end(self, code: Close) -> None:
        """Close with this code; what is queued is not sent any more."""
        if self.closing is None:
            self.closing = code
        self._wake.set()

    async def frames(self) -> list[str]:
        """Everything queued above the floor, as soon as there is anything or the socket is to close."""
        while True:
            if self.closing is not None:
                return []
            ready = [frame for seq, frame in self._queue if seq > self.floor]
            self._queue.clear()
            if ready:
                return ready
            self._wake.clear()
            await self._wake.wait()

    def here(self, visible: bool, sound: bool) -> None:
        """The page answered a tick."""
        self.visible, self.sound, self.here_at = visible, sound, time.monotonic()

    @property
    def live(self) -> bool:
        """Whether the page itself was heard within 12 s."""
        return self.closing is None and time.monotonic() - self.here_at < GONE_S


@dataclass
class Group:
    """All sockets that see exactly the same."""

    audience: Audience
    refiner: Refiner | None
    members: set[Connection] = field(default_factory=set)


class Hub:
    """All sockets of this process. Counts what it encodes, so that a test can hold it to once a view."""

    def __init__(self) -> None:
        self._groups: dict[Hashable, Group] = {}
        self.encoded = 0
        self.evicted = 0
        self._seen: dict[int, float] = {}

    def enter(self, connection: Connection, refiner: Refiner | None) -> None:
        """Begin to queue live frames for a socket."""
        audience = connection.audience
        group = self._groups.setdefault(audience.view, Group(audience, refiner))
        group.members.add(connection)

    def leave(self, connection: Connection) -> None:
        """Forget a socket."""
        view = connection.audience.view
        group = self._groups.get(view)
        if group is not None:
            group.members.discard(connection)
            if not group.members:
                del self._groups[view]
        if connection.closing is Close.SLOW:
            self.evicted += 1

    def __len__(self) -> int:
        """How many sockets there are."""
        return sum(len(group.members) for group in self._groups.values())

    @property
    def connections(self) -> list[Connection]:
        """All sockets, in no order."""
        return [connection for group in self._groups.values() for connection in group.members]

    def live_desks(self, area_code: str | None = None, provider_id: int | None = None) -> int:
        """How many consoles have somebody's page alive in front of them and may see this place."""
        return sum(
            connection.live and connection.audience.actor.sees(area_code, provider_id)
            for connection in self.connections
            if connection.audience.actor.kind == "console"
        )

    def refiners(self, events: Iterable[Event]) -> list[Refiner]:
        """Those that will be asked when these events are delivered."""
        topics = {event.topic for event in events}
        wanted = {id(g.refiner): g.refiner for g in self._groups.values() if g.refiner and g.refiner.topics & topics}
        return list(wanted.values())

    def deliver(self, events: Iterable[Event], loaded: dict[int, Any]) -> None:
        """Queue events for everybody who may see them; `loaded` is what each refiner read, by its id()."""
        for event in events:
            if event.topic.startswith(PRIVATE):
                continue
            plain: str | None = None
            for group in list(self._groups.values()):
                if not group.audience.sees(event):
                    continue
                frame = self._refined(event, group, loaded)
                if frame is None:
                    plain = frame = plain or self.encode(event)
                for connection in list(group.members):
                    connection.push(event.seq, frame)

    def _refined(self, event: Event, group: Group, loaded: dict[int, Any]) -> str | None:
        refiner = group.refiner
        if refiner is None or event.topic not in refiner.topics or id(refiner) not in loaded:
            return None
        return self.encode(event, refiner.refine(event, loaded[id(refiner)], group.audience.actor))

    def encode(self, event: Event, data: dict[str, Any] | None = None) -> str:
        """The text of an event, counted."""
        self.encoded += 1
        return event_frame(event, data)

    def tick(self, seq: int) -> None:
        """Tell everybody that all up to `seq` has been sent."""
        frame = tick_frame(seq)
        for connection in self.connections:
            connection.push(seq + 1, frame)  # above any floor: the first tick comes after the snapshot it confirms

    def note_seen(self, seq: int) -> None:
        """A page showed the event `seq`."""
        self._seen.setdefault(seq, time.monotonic())
        while len(self._seen) > KEEP_SEEN:
            del self._seen[next(iter(self._seen))]

    def was_seen(self, seq: int) -> bool:
        """Whether any page of this process said that it showed the event."""
        return seq in self._seen

    def end_all(self, code: Close) -> None:
        """Close every socket."""
        for connection in self.connections:
            connection.end(code)
