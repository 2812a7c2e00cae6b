"""Promise: what cannot be true of a person is refused by field, with the reason and with what would be right."""

from datetime import date

import pytest

from models.types import Category
from service.elders import rules
from service.errors import FieldProblem
from tests.service.elders.people import id_number

TODAY = date(2026, 3, 5)


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_published_examples_check(number: str) -> None:
    """The two examples that the standard itself prints."""
    assert rules.check_character(number[:17]) == number[17]


def test_an_id_number_tells_birth_and_sex() -> None:
    """Spaces, a small x and full-width digits are read; 15 places become 18."""
    read = rules.read_id_number(" 110105 19491231 002x ", TODAY)
    assert read == rules.Identity("11010519491231002X", date(1949, 12, 31), "F")
    assert rules.read_id_number("１１０１０５１９４９１２３１００２Ｘ", TODAY) == read
    assert rules.read_id_number("110105491231002", TODAY) == read


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("110105194912310021", "check character"),
        ("1101051949123100", "has 16 places"),
        ("1101051949123A002X", "other than digits"),
        (id_number("19490230", 2), "no date of birth"),
        (id_number("18991231", 2), "no date of birth"),
        (id_number("20260306", 2), "no date of birth"),
        ("", "has 0 places"),
    ],
)
def test_a_wrong_id_number_says_why(number: str, problem: str) -> None:
    """Length, signs, date and check character each have their own words."""
    fault = rules.read_id_number(number, TODAY)
    assert isinstance(fault, FieldProblem) and fault.field == "id_number"
    assert problem in fault.problem and fault.accepted


def test_every_single_digit_and_swap_is_noticed() -> None:
    """One wrong digit, or two neighbours swapped, never passes: the check is worth something."""
    good = id_number("19400506", 12)
    for place in range(17):
        for digit in "0123456789":
            other = good[:place] + digit + good[place + 1 :]
            assert other == good or rules.check_character(other[:17]) != good[17]
        if place < 16:
            swapped = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
            assert swapped == good or rules.check_character(swapped[:17]) != good[17]


@pytest.mark.parametrize(
    "name", ["兰", "阿卜杜拉·买买提·依明江·吾守尔尼", "𠮷野", "Anna-Maria O'Hara", "一二三四五六七八九十甲乙丙丁戊"]
)
def test_names_of_every_length_are_names(name: str) -> None:
    """One character, fifteen, rare ones beyond the basic plane, other scripts."""
    assert rules.name_problem(rules.tidy_name(name)) is None


@pytest.mark.parametrize("name", ["", " ", "·", "陈1", "陈<b>", "陈\u202e桂", "x" * 41])
def test_what_is_no_name(name: str) -> None:
    """Empty, marks alone, digits, tags, turned text, too long."""
    fault = rules.name_problem(rules.tidy_name(name))
    assert fault is not None and "letters" in fault.accepted


def test_one_dot_for_all_dots() -> None:
    """Whatever dot the keyboard had, the name is found by one."""
    assert {rules.tidy_name(f"阿里木{dot}买买提") for dot in "·•・．"} == {"阿里木·买买提"}


def test_the_very_old_are_welcome_and_the_unborn_are_not() -> None:
    """1900 to today; 2100 is a date for ends, not for births."""
    assert rules.born_problem(date(1900, 1, 1), TODAY) is None
    assert rules.born_problem(date(1899, 12, 31), TODAY) is not None
    assert rules.born_problem(date(2026, 3, 6), TODAY) is not None
    assert rules.age_on(date(1915, 3, 6), TODAY) == 110
    assert rules.span_problems("x.", date(2026, 1, 1), date(2100, 12, 31)) == []
    assert [one.field for one in rules.span_problems("x.", date(2026, 1, 1), date(2101, 1, 1))] == ["x.until_on"]
    assert [one.field for one in rules.span_problems("x.", date(2026, 1, 2), date(2026, 1, 1))] == ["x.until_on"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("+86 138-0000-1111", "13800001111"), ("0535 6012349", "05356012349"), ("(0535)6012349", "05356012349")],
)
def test_telephone_numbers_have_one_form(typed: str, kept: str) -> None:
    """So that a hash finds them however they were typed."""
    assert rules.tidy_phone(typed) == kept
    assert rules.phone_problem(kept) is None


@pytest.mark.parametrize("phone", ["12", "1380000111", "138000011112", "abc", ""])
def test_what_is_no_telephone_number(phone: str) -> None:
    """Too short, a mobile number with a digit too few or too many, letters."""
    assert rules.phone_problem(rules.tidy_phone(phone)) is not None


def test_categories_hold_on_both_their_days() -> None:
    """From the first day to the last; each once however many say so."""
    rows = [
        (Category.DESTITUTE, date(2026, 1, 1), date(2026, 3, 5)),
        (Category.LIVING_ALONE, date(2026, 3, 5), None),
        (Category.LIVING_ALONE, date(2020, 3, 5), None),
        (Category.AGED, date(2026, 3, 6), None),
    ]
    assert rules.held_on(rows, TODAY) == ["living_alone", "destitute"]
    assert rules.held_on(rows, date(2026, 3, 6)) == ["living_alone", "aged"]


def test_areas_by_their_digits() -> None:
    """A district by 6, a street by 9, a community by 12."""
    codes = ("370613000000", "370613001000", "370613001001")
    assert [rules.area_prefix(code) for code in codes] == ["370613", "370613001", "370613001001"]


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("邻居 王秀兰", "邻居 王**"),
        ("楼下王阿姨", "楼下 王**"),
        ("女儿", "女儿"),
        ("外孙女欧阳静", "外孙女 欧阳**"),
        ("王秀兰", "王**"),
        ("社区 网格员 丛林", "社区 网格员 丛**"),
        (" ", None),
        (None, None),
    ],
)
def test_who_a_key_holder_is_stays_to_be_read(kept: str | None, shown: str | None) -> None:
    """The relation helps who stands before the door; the name is masked like every other."""
    assert rules.masked_holder(kept) == shown
