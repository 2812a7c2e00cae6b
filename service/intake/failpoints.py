"""Named places where a story test kills the process, as a power cut would; refuses to do anything unless told to.

`INTAKE_FAILPOINT=after_commit:3` kills the process the third time it comes to `after_commit`: alerts are on disk, but
neither the terminal nor any socket has heard of them. `before_commit` kills it with everything written but not kept.
"""

import os
import signal


class Failpoint:
    """Counts visits to the one place that the environment names."""

    def __init__(self, wish: str | None) -> None:
        name, _, visit = (wish or "").partition(":")
        self._name, self._left = name, int(visit or 1)

    def reach(self, name: str) -> None:
        """Pass by, or end here and now without any clean-up."""
        if name != self._name:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


failpoint = Failpoint(os.environ.get("INTAKE_FAILPOINT"))
