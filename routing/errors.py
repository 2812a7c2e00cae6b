"""What routing refuses and why; it never tells more than the field, the problem and what would have been accepted."""

from __future__ import annotations


class RoutingError(Exception):
    """Anything this library refuses. `field` is a dotted path, `accepted` says what would have been taken."""

    def __init__(self, field: str, problem: str, accepted: str = "") -> None:
        super().__init__(field, problem, accepted)
        self.field, self.problem, self.accepted = field, problem, accepted

    def __str__(self) -> str:
        tail = f" (accepted: {self.accepted})" if self.accepted else ""
        return f"{self.field}: {self.problem}{tail}"


class ProblemError(RoutingError):
    """A question that cannot be asked: a value of the problem is out of its range or names nothing."""


class FormatError(RoutingError):
    """A file that cannot be read; `file` and `where` (line or JSON path) tell the place."""

    def __init__(self, field: str, problem: str, accepted: str = "", *, file: str = "", where: str = "") -> None:
        super().__init__(field, problem, accepted)
        self.file, self.where = file, where

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.file, self.where) if part)
        return f"{place}: {super().__str__()}" if place else super().__str__()


class UnknownPlace(RoutingError):
    """A place that the travel matrix does not know."""


class TravelUnavailable(RoutingError):
    """A travel server that does not answer, or answers with something that is no table."""


class SolverCrashed(RoutingError):
    """The solving process died; `exit_code` is its return code (negative: the signal)."""

    def __init__(self, exit_code: int, detail: str = "") -> None:
        super().__init__("solver", f"the solving process ended with code {exit_code}. {detail}".strip())
        self.exit_code, self.detail = exit_code, detail


class NothingPublishable(RoutingError):
    """No plan passed the checker before the time ended; `reasons` lists what stood in the way."""

    def __init__(self, problem: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__("plan", problem)
        self.reasons = reasons


class Cancelled(RoutingError):
    """The caller cancelled before there was any plan."""

    def __init__(self) -> None:
        super().__init__("plan", "cancelled before the first plan")


def whole(value: object, field: str, low: int | None = None, high: int | None = None) -> int:
    """The value as an int. Raises ProblemError for anything but a whole number in [low, high]."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ProblemError(field, f"is {value!r:.60}", "a whole number")
    number = int(value.__index__())
    if (low is not None and number < low) or (high is not None and number > high):
        raise ProblemError(field, f"is {number}", f"a whole number from {low} to {high if high is not None else 'any'}")
    return number


def named(value: object, field: str) -> str:
    """The value as a non-empty string of at most 200 characters. Raises ProblemError otherwise."""
    if not isinstance(value, str) or not value or len(value) > 200:
        raise ProblemError(field, f"is {value!r:.60}", "a text of 1 to 200 characters")
    return value
