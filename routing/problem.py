"""What is asked: caregivers, visits, travel and what a plan costs; it refuses to exist with a value out of range."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.errors import ProblemError, named, whole
from routing.spacing import contradiction
from routing.travel import Legs

FAR = 1 << 40
MOST = {"visits": 50_000, "caregivers": 10_000, "canteens": 1_000, "links": 100_000}
"""More of these than a city's day has is refused, so that nobody waits for an answer that cannot come."""
PARTS = (
    "travel",
    "tardiness",
    "max_tardiness",
    "waiting",
    "max_idle",
    "overtime",
    "vehicles",
    "unserved",
    "continuity",
    "unwished",
    "changed",
    "spread",
)


@dataclass(frozen=True, slots=True)
class Window:
    """Service may start from `start`; after `due` it is late (counted); after `latest` it is forbidden. Ticks."""

    start: int
    due: int
    latest: int = FAR

    @classmethod
    def hard(cls, start: int, end: int) -> Window:
        """Nothing after `end`."""
        return cls(start, end, end)

    def __post_init__(self) -> None:
        whole(self.start, "window.start", -FAR, FAR)
        whole(self.due, "window.due", -FAR, FAR)
        whole(self.latest, "window.latest", -FAR, FAR)
        if self.due < self.start:
            raise ProblemError("window", f"ends at {self.due} before it starts at {self.start}", "start <= due")
        if self.latest < self.due:
            raise ProblemError("window.latest", f"is {self.latest}, before due {self.due}", "due <= latest")


@dataclass(frozen=True, slots=True)
class Break:
    """A floating rest: starts within [earliest, latest], lasts `duration`, taken where the caregiver is. Ticks."""

    duration: int
    earliest: int
    latest: int

    def __post_init__(self) -> None:
        whole(self.duration, "break.duration", 0, FAR)
        whole(self.earliest, "break.earliest", -FAR, FAR)
        if whole(self.latest, "break.latest", -FAR, FAR) < self.earliest:
            raise ProblemError("break", f"ends at {self.latest} before {self.earliest}", "earliest <= latest")


@dataclass(frozen=True, slots=True)
class Shift:
    """Work from `start`; back after `end` is overtime (counted); back after `latest` is forbidden. Ticks."""

    start: int
    end: int
    latest: int = FAR
    rest: Break | None = None

    @classmethod
    def hard(cls, start: int, end: int, rest: Break | None = None) -> Shift:
        """No overtime."""
        return cls(start, end, end, rest)

    def __post_init__(self) -> None:
        whole(self.start, "shift.start", -FAR, FAR)
        if whole(self.end, "shift.end", -FAR, FAR) < self.start:
            raise ProblemError("shift", f"ends at {self.end} before it starts at {self.start}", "start <= end")
        if whole(self.latest, "shift.latest", -FAR, FAR) < self.end:
            raise ProblemError("shift.latest", f"is {self.latest}, before end {self.end}", "end <= latest")


@dataclass(frozen=True, slots=True)
class Caregiver:
    """One person. `skills` maps a skill to its level (at least 1); `end` None lets the route end anywhere.

    `load` bounds the goods aboard (None: no bound), `portions` the meals in the bag (0: carries none). `most_paid`
    bounds the paid ticks of all shifts together: from leaving to being back, less the break (None: no bound).
    """

    id: str
    shifts: tuple[Shift, ...]
    start: int
    end: int | None
    skills: Mapping[str, int] = field(default_factory=dict)
    mode: str = "car"
    load: int | None = None
    portions: int = 0
    most_paid: int | None = None

    def __post_init__(self) -> None:
        named(self.id, "caregiver.id")
        _skills(self.skills, f"caregivers.{self.id}.skills")
        whole(self.portions, f"caregivers.{self.id}.portions", 0, FAR)
        if self.load is not None:
            whole(self.load, f"caregivers.{self.id}.load", 0, FAR)
        if self.most_paid is not None:
            whole(self.most_paid, f"caregivers.{self.id}.most_paid", 0, FAR)
        for first, second in zip(self.shifts, self.shifts[1:], strict=False):
            if second.start < first.end:
                raise ProblemError(f"caregivers.{self.id}.shifts", "overlap or are out of order", "ascending shifts")


@dataclass(frozen=True, slots=True)
class Need:
    """What one person does at a visit: how long (ticks) and with which skills (at which level at least)."""

    duration: int
    skills: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        whole(self.duration, "need.duration", 0, FAR)
        _skills(self.skills, "need.skills")


@dataclass(frozen=True, slots=True)
class Promise:
    """What people were told in the published plan about one person of a visit: who comes and when service starts."""

    caregiver: str
    start: int

    def __post_init__(self) -> None:
        named(self.caregiver, "promise.caregiver")
        whole(self.start, "promise.start", -FAR, FAR)


@dataclass(frozen=True, slots=True)
class Link:
    """Order and spacing, if both are served: `second` starts at least `low`, at most `high` ticks after `first` starts.

    Starts are those of the first person. `high` FAR leaves the end open; a negative `low` lets `second` come first.
    """

    first: str
    second: str
    low: int
    high: int = FAR

    def __post_init__(self) -> None:
        name = f"links.{named(self.first, 'link.first')}.{named(self.second, 'link.second')}"
        if self.first == self.second:
            raise ProblemError(name, "links a visit to itself", "two different visits")
        if whole(self.low, f"{name}.low", -FAR, FAR) > whole(self.high, f"{name}.high", -FAR, FAR):
            raise ProblemError(name, f"allows {self.low} to {self.high}", "low <= high")


@dataclass(frozen=True, slots=True)
class Meal:
    """A hot meal fetched at a canteen: at most `ride` ticks from leaving the canteen to arriving at the door."""

    canteen: str
    portions: int
    ride: int

    def __post_init__(self) -> None:
        named(self.canteen, "meal.canteen")
        whole(self.portions, "meal.portions", 1, FAR)
        whole(self.ride, "meal.ride", 0, FAR)


@dataclass(frozen=True, slots=True)
class Canteen:
    """A kitchen: meals leave it not before `ready`; fetching takes `loading` ticks per stop."""

    id: str
    place: int
    ready: int
    loading: int = 0

    def __post_init__(self) -> None:
        named(self.id, "canteen.id")
        whole(self.ready, f"canteens.{self.id}.ready", -FAR, FAR)
        whole(self.loading, f"canteens.{self.id}.loading", 0, FAR)


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: `needs` holds one entry per person (1 or 2), `windows` ascending and apart.

    `gap` bounds (start of the second person - start of the first), (0, 0) is together; two persons are two
    different caregivers. `price` is what not serving costs, `must` forbids it. `pinned` names the caregiver per person,
    `pinned_start` the first person's start. `access` ticks pass between arriving and being able to start.
    `promised` is what the published plan told, one entry per person. `load` goods: carried from the start of the route,
    or, with `delivers`, taken aboard at that other visit.
    """

    id: str
    place: int
    needs: tuple[Need, ...]
    windows: tuple[Window, ...]
    gap: tuple[int, int] = (0, 0)
    price: int = 0
    must: bool = False
    refused: frozenset[str] = frozenset()
    preferred: frozenset[str] = frozenset()
    previous: frozenset[str] = frozenset()
    pinned: tuple[str, ...] = ()
    pinned_start: int | None = None
    access: int = 0
    load: int = 0
    delivers: str | None = None
    meal: Meal | None = None
    promised: tuple[Promise, ...] = ()

    def __post_init__(self) -> None:
        name = f"visits.{named(self.id, 'visit.id')}"
        if len(self.needs) not in (1, 2):
            raise ProblemError(f"{name}.needs", f"has {len(self.needs)} persons", "1 or 2 persons")
        if not self.windows:
            raise ProblemError(f"{name}.windows", "is empty", "at least one window")
        for first, second in zip(self.windows, self.windows[1:], strict=False):
            if second.start <= first.latest:
                raise ProblemError(
                    f"{name}.windows", "overlap or are out of order", "ascending windows that end before the next"
                )
        low, high = self.gap
        if whole(low, f"{name}.gap[0]", -FAR, FAR) > whole(high, f"{name}.gap[1]", -FAR, FAR):
            raise ProblemError(f"{name}.gap", f"is [{low}, {high}]", "min <= max")
        for key, value in (("price", self.price), ("access", self.access), ("load", self.load)):
            whole(value, f"{name}.{key}", 0, FAR)
        if self.pinned_start is not None:
            whole(self.pinned_start, f"{name}.pinned_start", -FAR, FAR)
        if len(self.pinned) not in (0, len(self.needs)) or len(set(self.pinned)) != len(self.pinned):
            raise ProblemError(f"{name}.pinned", f"is {self.pinned}", "one different caregiver per person, or nothing")
        if len(self.promised) not in (0, len(self.needs)):
            raise ProblemError(f"{name}.promised", f"has {len(self.promised)} entries", "one per person, or nothing")
        if (self.meal or self.delivers or self.load) and len(self.needs) == 2:
            raise ProblemError(f"{name}.needs", "two persons with goods or a meal", "one person")
        if self.meal and (self.delivers or self.load):
            raise ProblemError(f"{name}.meal", "together with goods", "a meal or goods")


@dataclass(frozen=True, slots=True)
class Objective:
    """Weights of the cost's parts (whole numbers, per tick or per piece); cost = weighted sum / `scale`.

    Parts in `hidden` steer the search but are left out of the printed cost (vehicles first, then distance).
    Pieces: `continuity` counts people who are not among the visit's previous caregivers, `unwished` those not among the
    preferred ones, `changed` those who differ from the promise or start more than `tolerance` ticks away from it.
    `spread` is the most paid time of a caregiver less the least, over those who have a shift.
    """

    travel: int = 1
    tardiness: int = 1
    max_tardiness: int = 0
    waiting: int = 0
    max_idle: int = 0
    overtime: int = 1
    vehicles: int = 0
    unserved: int = 1
    continuity: int = 0
    unwished: int = 0
    changed: int = 0
    spread: int = 0
    tolerance: int = 900
    scale: int = 1
    hidden: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for part in PARTS:
            whole(getattr(self, part), f"objective.{part}", 0, FAR)
        whole(self.scale, "objective.scale", 1, FAR)
        whole(self.tolerance, "objective.tolerance", 0, FAR)
        if not self.hidden <= frozenset(PARTS):
            raise ProblemError("objective.hidden", f"is {sorted(self.hidden)}", ", ".join(PARTS))


@dataclass(frozen=True)
class Problem:
    """One day (or one benchmark) to plan. Times are ticks after the plan's midnight, places are indices into `travel`.

    `kind` remembers the format it came from, `labels` the names that a writer of that format needs back.
    Raises ProblemError naming the field for every reference that leads nowhere and every value out of range.
    """

    name: str
    ticks_per_s: int
    travel: Legs
    caregivers: tuple[Caregiver, ...]
    visits: tuple[Visit, ...]
    canteens: tuple[Canteen, ...] = ()
    objective: Objective = field(default_factory=Objective)
    kind: str = "unwalled"
    labels: Mapping[str, str] = field(default_factory=dict)
    links: tuple[Link, ...] = ()

    def __post_init__(self) -> None:
        whole(self.ticks_per_s, "ticks_per_s", 1, 1_000_000)
        for room, most in MOST.items():
            if len(getattr(self, room)) > most:
                raise ProblemError(room, f"are {len(getattr(self, room))}", f"at most {most}")
        for room in ("caregivers", "visits", "canteens"):
            times = Counter(item.id for item in getattr(self, room))
            for twice in (name for name, count in times.items() if count > 1):
                raise ProblemError(f"{room}.{twice}.id", "is used twice", "different ids")
        for canteen in self.canteens:
            self._place(canteen.place, f"canteens.{canteen.id}.place")
        for caregiver in self.caregivers:
            self._caregiver(caregiver)
        known = frozenset(caregiver.id for caregiver in self.caregivers)
        visits = {visit.id: visit for visit in self.visits}
        canteens = frozenset(canteen.id for canteen in self.canteens)
        for visit in self.visits:
            self._visit(visit, known, visits, canteens)
        goods = [visit.delivers for visit in self.visits if visit.delivers]
        if len(set(goods)) != len(goods):
            raise ProblemError("visits.delivers", "one pick-up is delivered twice", "one delivery per pick-up")
        for i, link in enumerate(self.links):
            for end in (link.first, link.second):
                if end not in visits:
                    raise ProblemError(f"links[{i}]", f"names {end!r:.60}", "the id of a visit")
        self._spacing()

    def _spacing(self) -> None:
        edges = [(link.first, link.second, link.low) for link in self.links]
        edges += [(link.second, link.first, -link.high) for link in self.links if link.high < FAR]
        cycle = contradiction(edges)
        if cycle:
            told = ", ".join(cycle[:6]) + (f" and {len(cycle) - 6} more" if len(cycle) > 6 else "")
            raise ProblemError("links", f"contradict one another around {told}", "gaps that can hold together")

    def _place(self, place: object, name: str) -> None:
        whole(place, name, 0, self.travel.places - 1)

    def _caregiver(self, caregiver: Caregiver) -> None:
        name = f"caregivers.{caregiver.id}"
        self._place(caregiver.start, f"{name}.start")
        if caregiver.end is not None:
            self._place(caregiver.end, f"{name}.end")
        if caregiver.mode not in self.travel.modes:
            raise ProblemError(f"{name}.mode", f"is {caregiver.mode!r}", ", ".join(self.travel.modes))

    def _visit(
        self, visit: Visit, known: frozenset[str], visits: Mapping[str, Visit], canteens: frozenset[str]
    ) -> None:
        name = f"visits.{visit.id}"
        self._place(visit.place, f"{name}.place")
        for key in ("refused", "preferred", "previous", "pinned"):
            strangers = frozenset(getattr(visit, key)) - known
            if strangers:
                raise ProblemError(
                    f"{name}.{key}", f"names unknown caregivers {sorted(strangers)[:3]}", "ids of caregivers"
                )
        if visit.meal and visit.meal.canteen not in canteens:
            raise ProblemError(f"{name}.meal.canteen", f"is {visit.meal.canteen!r}", "the id of a canteen")
        if visit.delivers is not None:
            pickup = visits.get(visit.delivers)
            if pickup is None or pickup.id == visit.id or pickup.delivers or pickup.meal or len(pickup.needs) != 1:
                raise ProblemError(
                    f"{name}.delivers", f"is {visit.delivers!r}", "the id of a pick-up visit of one person"
                )
            if pickup.load != visit.load:
                raise ProblemError(f"{name}.load", f"is {visit.load}, its pick-up has {pickup.load}", "the same load")


def _skills(skills: Mapping[str, int], name: str) -> None:
    for skill, level in skills.items():
        named(skill, name)
        whole(level, f"{name}.{skill}", 1, 1000)
