"""Pure decisions about works: which step follows, who may hold which role, what the grant pays; looks nothing up."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.types import WorksState

NEXT: dict[WorksState, tuple[WorksState, ...]] = {
    WorksState.SURVEYED: (WorksState.DESIGNED, WorksState.CANCELLED),
    WorksState.DESIGNED: (WorksState.BUILDING, WorksState.SURVEYED, WorksState.CANCELLED),
    WorksState.BUILDING: (WorksState.BUILT, WorksState.CANCELLED),
    WorksState.BUILT: (WorksState.ACCEPTED, WorksState.SENT_BACK),
    WorksState.SENT_BACK: (WorksState.BUILT,),
    WorksState.ACCEPTED: (),
    WorksState.CANCELLED: (),
}
ROLE_OF = {
    WorksState.DESIGNED: "design",
    WorksState.SURVEYED: "design",
    WorksState.BUILDING: "serve",
    WorksState.BUILT: "serve",
    WorksState.ACCEPTED: "accept",
    WorksState.SENT_BACK: "accept",
}
"""Whose step it is; calling works off is anybody's."""
ALWAYS_APART = ("design", "accept")
"""Two organisations hold these whatever a district separates."""


SHOWS_AFTER = (WorksState.BUILDING, WorksState.BUILT, WorksState.SENT_BACK)
"""While these hold a picture can show what was built."""


@dataclass(frozen=True)
class Pictured:
    """One item of the works: its name, and whether it was photographed before and after."""

    name: str
    before: bool
    after: bool


def clashes(parts: dict[str, int | None], separate: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Pairs of roles that one organisation holds and may not: `parts` is role to provider, None not named yet."""
    rest = [(one, other) for one, other in separate if {one, other} != set(ALWAYS_APART)]
    return [
        (one, other)
        for one, other in (ALWAYS_APART, *rest)
        if parts.get(one) is not None and parts.get(one) == parts.get(other)
    ]


def shares(total_fen: int, cap_fen: int, granted_before_fen: int) -> tuple[int, int]:
    """What the grant pays and what the household pays itself: the cap is for a household's whole life."""
    grant = min(total_fen, max(0, cap_fen - granted_before_fen))
    return grant, total_fen - grant


def lacks(to: WorksState, items: Sequence[Pictured], finding: str | None, parts: dict[str, int | None]) -> list[str]:
    """What has to be there before a step: items or a finding, the roles, pictures of every item."""
    found = []
    if to is WorksState.DESIGNED and not items and not finding:
        found.append("items, or a finding that nothing is needed")
    if to is WorksState.BUILDING:
        found += [f"who is to {role}" for role in ("serve", "accept") if parts.get(role) is None]
        found += [f"a picture of {item.name} before" for item in items if not item.before]
    if to is WorksState.BUILT:
        found += [f"a picture of {item.name} after" for item in items if not item.after]
    return found
