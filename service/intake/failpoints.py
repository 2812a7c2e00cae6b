"""Named places where a test kills the process, as a power cut would; refuses to do anything unless told to, twice.

`UNWALLED_FAIL=after_commit:3` kills the process the third time it comes to `after_commit`, and only where
`UNWALLED_TESTING=1` is set as well. On the way of a call lie, in this order: `before_commit` (all written, nothing
kept), `after_commit` (on disk; nobody has heard), `after_answer` (the terminal was told, the board's bell may be due).
"""

import os
import signal
from collections.abc import Mapping


class Failpoint:
    """Counts visits to the one place that the environment names."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        wish = environment.get("UNWALLED_FAIL", "") if environment.get("UNWALLED_TESTING") == "1" else ""
        name, _, visit = wish.partition(":")
        self._name, self._left = name, int(visit or 1)

    def reach(self, name: str) -> None:
        """Pass by, or end here and now without any clean-up."""
        if name != self._name:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


failpoint = Failpoint(os.environ)
