"""Room on the disk that is given up when it is full, so that calls are kept for longer; refuses any other use."""

import contextlib
import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

BYTES = 64 * 1024 * 1024
"""Some hundred thousand calls."""


class Reserve:
    """A file beside the embedded database. `spent` says that somebody has to make room: the auditor tells them."""

    def __init__(self, database: str) -> None:
        self._file = Path(database + ".reserve")
        self._new = Path(database + ".reserve.new")
        self._mark = Path(database + ".reserve.spent")

    @property
    def spent(self) -> bool:
        """Whether it was given up, by whichever process; so until there is room for a new one."""
        return self._mark.exists()

    def keep(self) -> None:
        """Make the file when there is room for it."""
        if self._file.exists() or not self._file.parent.exists():
            return
        try:
            handle = os.open(self._new, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(handle, 0, BYTES)
            finally:
                os.close(handle)
            self._new.rename(self._file)
            self._mark.unlink(missing_ok=True)
        except OSError as error:
            with contextlib.suppress(OSError):
                self._new.unlink(missing_ok=True)
                self._mark.touch()
            log.warning("no reserve could be kept for a full disk: %s", error)

    def spend(self) -> bool:
        """The disk is full: give the reserve up; whether there was one."""
        try:
            os.truncate(self._file, 0)
            self._file.rename(self._mark)
        except OSError:
            return False
        log.critical("the disk is full: the reserve of %d MB is given up for calls, make room now", BYTES >> 20)
        return True
