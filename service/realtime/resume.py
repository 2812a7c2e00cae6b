"""The rule by which a client that comes back is served: replay, or the whole state; it reads nothing."""

from service.realtime.ring import Ring
from service.realtime.wire import Hello

MAX_REPLAY = 2000


def replay_from(hello: Hello, epoch: str, ring: Ring, last: int) -> int | None:
    """The cursor to go on from, or None when only the whole state helps.

    That is so for somebody new, in another epoch or scope (`epoch` names both), from the future, and for a cursor from
    which too much has happened to be in memory or worth sending.
    """
    cursor = hello.cursor
    if cursor is None or hello.epoch != epoch or not ring.floor <= cursor <= last:
        return None
    return cursor if last - cursor <= MAX_REPLAY else None
