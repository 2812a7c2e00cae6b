"""What an insertion is: the place of one visit, who slips, who is to be told; it computes nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spot:
    """One person's place: after `position` stops of the caregiver's route, there at `arrive`, service from `start`.

    `rested` when the caregiver takes a break first that the plan has no need of.
    """

    caregiver: str
    shift: int
    position: int
    arrive: int
    start: int
    rested: bool = False


@dataclass(frozen=True, slots=True)
class Slip:
    """A visit already promised that would start `delay` ticks later; `breaks` when that is after its latest start."""

    visit: str
    caregiver: str
    delay: int
    breaks: bool


@dataclass(frozen=True, slots=True)
class Insertion:
    """One option for one visit: a spot per person, and what it does to everybody else.

    `cost` is by how much the plan's cost grows, in weighted ticks and without the price of leaving the visit out;
    `detour` the extra travel, `late` how much after its due time the visit starts (both persons together), `delay` how
    much later all other visits start together. `breaks` names every promise that would be broken, empty unless such
    options were asked for.
    """

    spots: tuple[Spot, ...]
    cost: int
    detour: int
    late: int
    delay: int
    slips: tuple[Slip, ...]
    breaks: tuple[str, ...] = ()

    @property
    def caregiver(self) -> str:
        """Who comes (the first person)."""
        return self.spots[0].caregiver

    @property
    def position(self) -> int:
        """After how many stops of their route (the first person)."""
        return self.spots[0].position

    @property
    def start(self) -> int:
        """When service starts (the first person)."""
        return self.spots[0].start

    @property
    def told(self) -> tuple[str, ...]:
        """Caregivers whose day changes, the ones who come first."""
        names = [spot.caregiver for spot in self.spots] + [slip.caregiver for slip in self.slips]
        return tuple(dict.fromkeys(names))
