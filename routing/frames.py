"""Length-prefixed frames between the parent and the solving process; it trusts only its own other half."""

from __future__ import annotations

import pickle
import struct
from typing import Any, BinaryIO

HEAD = struct.Struct(">I")


def send(pipe: BinaryIO, value: Any) -> None:
    """Writes one length-prefixed frame."""
    data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(HEAD.pack(len(data)) + data)
    pipe.flush()


def receive(pipe: BinaryIO) -> Any:
    """Reads one frame. Raises EOFError when the other side is gone."""
    head = pipe.read(HEAD.size)
    if len(head) < HEAD.size:
        raise EOFError
    (size,) = HEAD.unpack(head)
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)  # noqa: S301 - only ever our own parent's or child's frames
