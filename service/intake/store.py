"""Where batches go and keys come from, whichever database it is; refuses to keep anything itself."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from service.intake.embedded import EmbeddedReader, EmbeddedStore
from service.intake.ground import Ground
from service.intake.play import Row, Script
from service.intake.postgres import PostgresReader, PostgresStore


class Store(Protocol):
    """Writes."""

    async def play(self, script: Script) -> Any:
        """Run `script` in one transaction; gives its result once it is on disk, else raises with nothing written."""

    async def close(self) -> None:
        """Give the connection back."""


class Reader(Protocol):
    """Looks, beside the writers and never behind them."""

    async def look(self, statement: str, values: Sequence[Any]) -> list[Row]:
        """The rows of one SELECT. Raises StoreDown."""

    async def close(self) -> None:
        """Give the connection back."""


def store_for(ground: Ground, urgent: bool = True) -> Store:
    """The store for this database; `urgent` is the one for calls: it goes before every other embedded writer."""
    return EmbeddedStore(ground, urgent) if ground.embedded else PostgresStore(ground.url, urgent)


def reader_for(ground: Ground, on_key: Callable[[str], None]) -> Reader:
    """The reader for this database; `on_key` hears of terminals whose keys another process has changed ('' for any)."""
    return EmbeddedReader(ground) if ground.embedded else PostgresReader(ground.url, on_key)
