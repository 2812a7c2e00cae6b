"""Pure decisions about contracts: who must sign, until when one may step back, when one binds; looks nothing up."""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from models.types import ContractState
from service.errors import FieldProblem

YEAR = timedelta(days=366)
HELD = (ContractState.SIGNED, ContractState.RENEWED)
NEXT: dict[ContractState, tuple[ContractState, ...]] = {
    ContractState.DRAWN: (ContractState.SIGNED, ContractState.WITHDRAWN),
    ContractState.SIGNED: (ContractState.RENEWED, ContractState.WITHDRAWN, ContractState.ENDED),
    ContractState.RENEWED: (ContractState.WITHDRAWN, ContractState.ENDED),
    ContractState.WITHDRAWN: (),
    ContractState.ENDED: (),
}
"""What may follow what; a signed one is withdrawn while it cools, ended by notice later."""
UNABLE = 4
"""Ability level (GB/T 42195) at which nobody signs for themselves."""


@dataclass(frozen=True)
class Held:
    """What the gate asks of a bed's contract."""

    id: int
    state: ContractState
    template_version: int
    from_on: date
    until_on: date
    provider_id: int = 0

    @property
    def signed(self) -> bool:
        return self.state in HELD

    def in_force(self, on: date) -> bool:
        """Whether it binds both sides on this day; one that was renewed does so until the later one begins."""
        return self.signed and self.from_on <= on <= self.until_on


def may_begin(on: date) -> tuple[date, date]:
    """The first and the last day on which a contract, or a model of it, may begin: a year back, a year ahead."""
    return on - YEAR, on + YEAR


def needs_guardian(last_level: int | None, categories: Collection[str]) -> bool:
    """Whether somebody else has to sign for the elder: abilities fully lost by their last result, or dementia.

    The last result counts on purpose when it has run out: nobody gets well because a paper did. A new one decides.
    """
    return (last_level is not None and last_level >= UNABLE) or "dementia" in categories


def signer_problem(signed_by: str, unable: bool, named_id: int | None, guardian_id: int | None) -> FieldProblem | None:
    """Why nobody may sign for the elder as this, or None.

    `named_id` is the contact named in the contract, `guardian_id` who answers for the elder in law today. The village
    committee stands in for who cannot sign and has no guardian, and for nobody else.
    """
    stands_in = "village" if guardian_id is None else "guardian"
    if signed_by == "guardian" and named_id is None:
        return FieldProblem("signed_by", "no guardian is named in it", "a contract drawn up with guardian_id")
    if signed_by == "guardian" and named_id != guardian_id:
        return FieldProblem("signed_by", "who is named in it is not the guardian", "a contract drawn up anew")
    if signed_by == "elder" and unable:
        accepted = f"{stands_in}, or a new assessment that says less"
        return FieldProblem("signed_by", "the elder cannot sign for themselves", accepted)
    if signed_by == "village" and guardian_id is not None:
        return FieldProblem("signed_by", "the elder has a guardian", "guardian")
    if signed_by == "village" and not unable:
        return FieldProblem("signed_by", "the elder can sign for themselves", "elder")
    return None


def last_day(from_on: date, months: int) -> date:
    """The last day of so many months from a day on: 31 January and one month ends on 27 or 28 February."""
    place = from_on.month - 1 + months
    year, month = from_on.year + place // 12, place % 12 + 1
    return date(year, month, min(from_on.day, monthrange(year, month)[1])) - timedelta(days=1)


def cooling_until(signed_on: date, days: int) -> date:
    """The last day on which either side may step back without a reason; the day of signing counts as the first."""
    return signed_on + timedelta(days=max(0, days - 1))


def renewal_due(state: ContractState, until_on: date, on: date, remind_days: int) -> bool:
    """Whether it is time to speak of the next contract: signed, not renewed yet, and its end is near or past."""
    return state is ContractState.SIGNED and until_on - timedelta(days=remind_days) <= on


def choose(contracts: Collection[Held], on: date) -> Held | None:
    """The contract that speaks for a bed: one in force, else one signed that is still to come, else the newest."""
    ranked = sorted(contracts, key=lambda c: (c.in_force(on), c.signed and c.until_on >= on, c.id), reverse=True)
    return ranked[0] if ranked else None
