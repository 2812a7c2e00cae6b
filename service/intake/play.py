"""Scripts of asking and telling, and how one is stepped through; refuses to know a database.

A script is a generator: it yields an Ask (and is sent its rows) or a Tell (rows to write), and returns its result.
Several at once, which cost one trip where a trip costs something, are a Look and a Write.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
Looked = dict[str, Any]


class StoreDown(Exception):
    """The database cannot be written at all just now: no batch would fare better."""


class RoomMade(StoreDown):
    """It could not be written, but the reason is gone: the same batch may be tried at once."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A statement whose rows are wanted."""

    statement: str
    values: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Tell:
    """A statement to run once for each row of values."""

    statement: str
    rows: Sequence[Sequence[Any]]
    numbered: bool = False
    """Within a Write: the first place holds by how much the row's `seq` lies behind the last one."""
    alike: bool = False
    """The rows of a large set mostly agree in some places: what all agree in may travel once."""


@dataclass(frozen=True, slots=True)
class Look:
    """Several Asks, answered in this order; the script is sent a list of their rows, which are its own to change."""

    asks: Sequence[Ask]


@dataclass(frozen=True, slots=True)
class Write:
    """Take `events` numbers from the counter of events and write everything; the script is sent the last number.

    Nothing may be told that depends on another Tell of the same Write but by a foreign key.
    """

    tells: Sequence[Tell]
    events: int


Step = Ask | Tell | Look | Write
Script = Generator[Step, Any, Any]


def begin(script: Script) -> Any:
    """The first step, or the StopIteration that carries the script's result."""
    return _stepped(lambda: next(script))


def proceed(script: Script, rows: Any) -> Any:
    """The step after rows were sent, or the StopIteration."""
    return _stepped(lambda: script.send(rows))


def _stepped(go: Callable[[], Any]) -> Any:
    try:
        return go()
    except StopIteration as end:
        return end
