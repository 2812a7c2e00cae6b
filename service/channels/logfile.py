"""The demo's way out: a line in a file and in the log, and nobody is called; outside the demo it counts as failed."""

import asyncio
import logging
from datetime import UTC
from pathlib import Path

import orjson

from models.types import ChannelKind
from service.channels.channel import SENT, Letter, Verdict, failed
from service.vault import masked_phone

log = logging.getLogger(__name__)


class LogFileChannel:
    """Writes what would have been sent. `counts` only in a demo: elsewhere the next channel is tried."""

    keeps_keys = True

    def __init__(self, file: Path, kind: ChannelKind, *, counts: bool) -> None:
        self._file, self._kind, self._counts = file, kind, counts

    async def send(self, letter: Letter) -> Verdict:
        """Write one line."""
        line = {
            "id": letter.key,
            "made_at": letter.made_at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "channel": self._kind.value,
            "to": masked_phone(letter.to),
            "name": letter.name,
            "text": letter.text,
            "incident": letter.incident_id,
            "rung": letter.rung,
        }
        try:
            await asyncio.to_thread(self._append, orjson.dumps(line) + b"\n")
        except OSError as error:
            return failed(f"the file cannot be written: {error.strerror}")
        if not self._counts:
            log.error("a notice went to the log only", extra={"notice": letter.notice_id, "channel": self._kind.value})
            return failed("no gateway: written to the log only")
        return SENT

    def _append(self, line: bytes) -> None:
        with self._file.open("ab") as out:
            out.write(line)
