"""The demo town holds what the issue promises, from one seed, on land, with invented people only."""

import itertools
import re
from collections import Counter

import numpy as np
import pytest

from service.demo.geometry import Floats, distance_to_line, inside
from service.demo.homes import NEAR_STREET_M
from service.demo.menu import BY_CODE, MENU, MIN_GOVERNMENT_FEN_PER_HOUR
from service.demo.names import RARE_GIVEN
from service.demo.people import CARE_LEVELS, REFERENCE_ON, make_register, phones
from service.demo.town import Town, make_town
from service.demo.workforce import LEVEL_COUNTS, MINUTES_PER_DAY


@pytest.fixture(scope="module")
def town() -> Town:
    return make_town(1)


def _places(town: Town) -> Floats:
    homes = [household.home for household in town.households]
    sites = [place.site for place in (*town.stations, *town.canteens)]
    return town.ground.land.frame.to_metres(np.array([(p.lon, p.lat) for p in (*homes, *sites)]))


def test_counts(town: Town) -> None:
    """The town has exactly the numbers that the features list promises."""
    assert len(town.elders) == 1200 and len(town.households) == 1050 and len(town.beds) == 300
    assert len(town.caregivers) == 60 and len(town.canteens) == 6 and len(town.stations) == 9
    assert len(town.providers) == 3 and len(town.terminals) == 1190
    assert len(town.day.visits) == 260 and len(town.day.meals) == 300


def test_same_seed_same_town(town: Town) -> None:
    """The same seed makes the same town, another seed another one."""
    again = make_town(1)
    for name in ("areas", "households", "elders", "contacts", "beds", "terminals", "caregivers", "duties", "day"):
        assert getattr(again, name) == getattr(town, name)
    assert make_town(2).elders != town.elders


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_homes_on_land_near_a_street(seed: int) -> None:
    """Every home, station and canteen stands on dry land, off the hills, off the streets and within reach of one."""
    town = make_town(seed)
    points, land = _places(town), town.ground.land
    assert land.dry(points).all() and land.visible(points).all() and not land.on_hill(points).any()
    gap = np.full(len(points), np.inf)
    for edge in town.ground.graph.edges:
        gap = np.minimum(gap, distance_to_line(points, edge.line))
    assert gap.max() < NEAR_STREET_M + 10 and gap.min() > 4


def test_nothing_in_the_sea_by_the_mole(town: Town) -> None:
    """The island and the harbour arms carry no home."""
    points, land = _places(town), town.ground.land
    for ring in (land.island, *land.moles):
        assert not inside(points, ring).any()


def test_addresses_are_unique(town: Town) -> None:
    """No two households share an address, and the room tells the floor."""
    addresses = [household.home.address for household in town.households]
    assert len(set(addresses)) == len(addresses)
    assert all(h.home.room // 100 == h.home.floor and (h.home.floor <= 6 or h.home.lift) for h in town.households)
    assert re.fullmatch(r"\S+ \S+ \d+ 号 \d+ 号楼 \d-\d{3,4}", addresses[0])


def test_codes(town: Town) -> None:
    """Area codes have 12 digits and hang together from city to community; every home names its community's code."""
    codes = {area.code: area for area in town.areas}
    assert len(codes) == len(town.areas) and all(re.fullmatch(r"\d{12}", code) for code in codes)
    kinds = Counter(area.kind for area in town.areas)
    assert kinds["city"] == 1 and kinds["district"] == 2 and kinds["street"] == 10 and 60 <= kinds["community"] <= 120
    for area in town.areas:
        assert area.parent is None if area.kind == "city" else area.parent in codes
    assert all(codes[h.home.area_code].short == h.home.community for h in town.households)


def test_ages_and_care(town: Town) -> None:
    """Elders are 60 to 102 years old, all five levels occur, and whoever lives alone lives alone."""
    ages = [elder.age_on(REFERENCE_ON) for elder in town.elders]
    assert min(ages) == 60 and 95 <= max(ages) <= 102
    assert set(CARE_LEVELS) == {elder.care_level for elder in town.elders}
    for household in town.households:
        alone = any("living_alone" in town.elders[k].categories for k in household.elders)
        assert alone == household.lives_alone and (not alone or len(household.elders) == 1)
    assert all(("aged" in e.categories) == (age >= 80) for e, age in zip(town.elders, ages, strict=True))


def test_names_try_the_software(town: Town) -> None:
    """Names of two characters occur, and one with a character beyond the first plane of Unicode."""
    assert any(len(elder.name) == 2 for elder in town.elders)
    assert sum(RARE_GIVEN in elder.name for elder in town.elders) == 1


def test_no_telephone_can_ring(town: Town) -> None:
    """All numbers are different and begin with a prefix that no operator has."""
    numbers = [elder.phone for elder in town.elders if elder.phone] + [contact.phone for contact in town.contacts]
    numbers += [caregiver.phone for caregiver in town.caregivers] + [station.phone for station in town.stations]
    assert len(set(numbers)) == len(numbers) and all(re.fullmatch(r"1540000\d{4}", number) for number in numbers)


def test_caregivers(town: Town) -> None:
    """Levels are spread as told, five is the lowest, most are on duty, and rest lies inside the shift."""
    assert Counter(c.level for c in town.caregivers) == Counter(LEVEL_COUNTS)
    on_duty = [c for c in town.caregivers if c.shift]
    assert len(on_duty) == 53 and all(c.skills for c in town.caregivers)
    assert all(c.shift and c.rest and c.shift[0] < c.rest[0] < c.rest[1] < c.shift[1] for c in on_duty)
    assert all(c.level <= 3 for c in town.caregivers if "medical" in c.skills)


def test_roster_has_no_gap(town: Town) -> None:
    """Every desk, station, supervisor and committee has somebody in charge at every minute of 24 hours."""
    spans: dict[tuple[str, str, int | None], list[tuple[int, int]]] = {}
    for duty in town.duties:
        spans.setdefault((duty.role, duty.area_code, duty.station), []).append((duty.from_min, duty.to_min))
    assert {role for role, _, _ in spans} == {"desk", "station", "supervisor", "committee"}
    for times in spans.values():
        times.sort()
        assert all(a[1] == b[0] for a, b in itertools.pairwise(times))
        assert times[-1][1] - times[0][0] == MINUTES_PER_DAY


def test_accounts(town: Town) -> None:
    """Logins are unique, every role is there, every caregiver can sign in, and areas are real codes."""
    logins = [account.login for account in town.accounts]
    roles = {account.role for account in town.accounts}
    assert len(set(logins)) == len(logins)
    assert roles == {"admin", "dispatcher", "station_manager", "caregiver", "supervisor"}
    assert {a.caregiver for a in town.accounts if a.role == "caregiver"} == set(range(60))
    assert {code for a in town.accounts for code in a.areas} <= {area.code for area in town.areas}
    assert {duty.account for duty in town.duties if duty.account} <= set(logins)


def test_menu() -> None:
    """The menu holds all six families, unique codes, and pays at least the floor of government purchase."""
    assert {"meal", "urgent", "medical", "escort", "bath", "clean"} <= {item.family for item in MENU}
    assert len(BY_CODE) == len(MENU)
    for item in MENU:
        paid = item.family not in ("patrol", "volunteer", "respite")
        assert item.price_fen * 60 >= MIN_GOVERNMENT_FEN_PER_HOUR * item.duration_min * item.people or not paid


def test_two_person_share(town: Town) -> None:
    """Eight in a hundred visits need two people, and those are baths."""
    double = [visit for visit in town.day.visits if visit.people == 2]
    assert 0.07 <= len(double) / len(town.day.visits) <= 0.09
    assert {visit.family for visit in double} == {"bath"}


def test_visits_can_be_served(town: Town) -> None:
    """Every visit's skill, level and sex exist among those on duty, inside a working day."""
    on_duty = [c for c in town.caregivers if c.shift]
    for visit in town.day.visits:
        item = BY_CODE[visit.item]
        able = [c for c in on_duty if c.level <= item.level and (item.skill is None or item.skill in c.skills)]
        able = [c for c in able if visit.sex in (None, c.sex)]
        assert len(able) >= visit.people
        assert 450 <= visit.window[0] < visit.window[1] and visit.window[0] + visit.duration_min <= 19 * 60


def test_meals_fit_the_kitchens(town: Town) -> None:
    """One lunch an elder, and no kitchen above what it cooks."""
    load = Counter(meal.canteen for meal in town.day.meals)
    assert all(load[k] <= canteen.boxes_per_day for k, canteen in enumerate(town.canteens))
    assert len({meal.elder for meal in town.day.meals}) == 300


def test_beds_and_terminals(town: Town) -> None:
    """One bed a household, every active bed has a bedside caller, terminal numbers are unique."""
    assert len({bed.household for bed in town.beds}) == 300
    callers = {terminal.household for terminal in town.terminals if terminal.kind == "sos"}
    assert {bed.household for bed in town.beds if bed.state == "active"} <= callers
    assert len({terminal.number for terminal in town.terminals}) == 1190
    assert all(re.fullmatch(r"YT-\d{5}", terminal.number) for terminal in town.terminals)
    assert all(town.elders[bed.elder].household == bed.household for bed in town.beds)


def test_too_few_homes_is_said(town: Town) -> None:
    """Asking for more elders than homes can hold is refused with the number of homes."""
    with pytest.raises(ValueError, match="1050 homes"):
        make_register(1, [h.home for h in town.households], 2200, phones(1))
