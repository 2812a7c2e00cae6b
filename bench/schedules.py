"""Random lives of a hub and its clients, for the promise that a client's log is the server's: used by tests and bench.

The parts are the service's own: ring, hub, connection, the rule of resuming. Only time, database and network are plain
lists here: a commit is an append, a line is a list with a point up to which the other end has read.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from models.types import Role
from service.auth import Actor
from service.realtime.audience import Desk
from service.realtime.connection import Connection
from service.realtime.hub import Hub
from service.realtime.resume import replay_from
from service.realtime.ring import Entry, Ring
from service.realtime.wire import Close, Event, Hello, packed, tick_text

AT = datetime(2026, 3, 5, tzinfo=UTC)
AREAS = (None, "370613001001", "370602001001")
SCOPES = (("370613",), ("370602",), ("",))


class Cord:
    """A line whose other end reads when the schedule says so, and from which a break takes what was not read."""

    def __init__(self) -> None:
        self.paused = False
        self.frames: list[bytes] = []
        self.read = 0
        self.ended = False

    def write(self, frame: bytes) -> None:
        self.frames.append(frame)

    def end(self, code: Close, reason: str) -> None:
        self.ended = True


@dataclass
class Client:
    """A console by the book: applies what is beyond its cursor, keeps the highest seq and the epoch."""

    audience: Desk
    cursor: int | None = None
    epoch: str | None = None
    log: list[int] = field(default_factory=list)
    line: Cord | None = None
    connection: Connection | None = None

    def reads(self, most: int) -> None:
        """Take some of what is on the line."""
        if self.line is None:
            return
        for frame in self.line.frames[self.line.read : self.line.read + most]:
            self.line.read += 1
            self._apply(orjson.loads(frame[4 if frame[1] == 126 else 2 :]))

    def _apply(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "snapshot":
            self.cursor, self.log = frame["seq"], list(frame["state"]["log"])
        elif frame["type"] == "welcome":
            self.epoch = frame["epoch"]
            if frame["mode"] == "snapshot":
                self.cursor = None  # at once: a break before the snapshot must not mix an old cursor with a new epoch
        elif frame["type"] == "event":
            assert frame["seq"] > (self.cursor or 0), "an event came twice or out of order"
            self.cursor = frame["seq"]
            self.log.append(frame["seq"])
        elif frame["type"] == "tick":
            self.cursor = max(self.cursor or 0, frame["seq"])


class World:
    """The log of one database, one hub that follows it, and some clients."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.log: list[Event] = []
        self.last = 0
        self.epoch = "e0"
        self.hub = Hub(Ring(keep=self.random.choice((4, 8, 64))))
        self.told = 0
        scopes = [self.random.choice(SCOPES) for _ in range(self.random.randint(1, 3))]
        self.clients = [Client(Desk(_actor(scope))) for scope in scopes]

    def live(self, steps: int) -> None:
        """A random schedule, then quiet: everybody reconnects and reads to the end."""
        deeds = (self.commit, self.commit, self.pump, self.read, self.read, self.connect, self.breaks, self.jam)
        for _ in range(steps):
            self.random.choice((*deeds, self.tick, self.restart) if self.random.random() < 0.9 else (self.restore,))()
        for client in self.clients:
            self._leave(client)
        self.pump()
        for client in self.clients:
            self._greet(client)
            client.reads(10**6)

    def commit(self) -> None:
        for _ in range(self.random.randint(1, 4)):
            self.last += 1
            area = self.random.choice(AREAS)
            self.log.append(Event(self.last, AT, "visit.late", None, area, None, (), {}))

    def pump(self) -> None:
        new = [event for event in self.log if event.seq > self.told]
        self.hub.deliver([Entry(event) for event in new])
        self.told = self.last

    def read(self) -> None:
        client = self.random.choice(self.clients)
        client.reads(self.random.randint(1, 5))

    def tick(self) -> None:
        self.hub.tick(self.told)

    def connect(self) -> None:
        client = self.random.choice(self.clients)
        self._leave(client)
        self._greet(client)

    def breaks(self) -> None:
        """The network goes: what was written and not read is lost."""
        self._leave(self.random.choice(self.clients))

    def jam(self) -> None:
        """A line fills up, or drains again."""
        client = self.random.choice(self.clients)
        if client.line is not None and client.connection is not None:
            client.line.paused = not client.line.paused
            client.connection.writable()

    def restart(self) -> None:
        """The hub dies; the next one begins with what its memory can hold of the log."""
        for client in self.clients:
            self._leave(client)
        self.hub = Hub(Ring(keep=self.hub.ring._keep))
        self._refill()

    def restore(self) -> None:
        """The database goes back: events are lost, a new epoch begins beyond them."""
        kept = self.random.randint(0, len(self.log))
        self.log = self.log[:kept]
        self.last += 1000
        self.epoch = f"e{self.random.random()}"
        for client in self.clients:
            self._leave(client)
        self._refill()

    def _refill(self) -> None:
        kept = self.log[-self.hub.ring._keep :]
        older = self.log[: -self.hub.ring._keep]
        self.hub.ring.begin(older[-1].seq if older else 0)
        self.hub.ring.extend([Entry(event) for event in kept])
        self.told = self.last

    def _leave(self, client: Client) -> None:
        if client.connection is not None:
            client.connection.lost()
        client.connection = client.line = None

    def _greet(self, client: Client) -> None:
        """What the socket does between hello and hub, without its waiting."""
        client.line = Cord()
        client.connection = Connection(client.line, client.audience, 1)
        hello = Hello("t", client.epoch, client.cursor)
        cursor = replay_from(hello, self.epoch, self.hub.ring, self.told)
        mode = "snapshot" if cursor is None else "replay"
        client.line.write(packed(orjson.dumps({"type": "welcome", "epoch": self.epoch, "mode": mode})))
        if cursor is None:
            cursor = self.told
            mine = [event.seq for event in self.log if event.seq <= cursor and client.audience.sees(event)]
            snapshot = {"type": "snapshot", "seq": cursor, "state": {"log": mine}}
            client.line.write(packed(orjson.dumps(snapshot)))
        frames = [b""]
        while frames:
            frames, cursor = self.hub.replays.frames(cursor, client.audience, None, None, most=3)
            for frame in frames:
                client.line.write(frame)
        self.hub.enter(client.connection)
        client.connection.push(packed(tick_text(self.told)), tick=True)

    def agrees(self) -> bool:
        """Whether each client's log is the server's, as far as the client may see it."""
        return all(
            client.log == [event.seq for event in self.log if client.audience.sees(event)] for client in self.clients
        )


def _actor(prefixes: tuple[str, ...]) -> Actor:
    return Actor(1, "n", "d", Role.DISPATCHER, None, None, None, (), prefixes, 1, "console")


def run(seed: int, steps: int = 30) -> bool:
    """One schedule; whether everybody ended with the server's log."""
    world = World(seed)
    world.live(steps)
    return world.agrees()
