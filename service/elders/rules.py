"""What a person's data must look like to be believed: ID numbers, names, dates, phones; refuses to look anything up.

Every check answers a FieldProblem that says which field, why, and what would be right, or None.
Source of the ID number: GB 11643-1999 (18 places, check character by ISO 7064 MOD 11-2), from memory; its two published
examples are the vectors of the tests.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from models.types import Category
from service.errors import FieldProblem
from service.vault import masked_name

FIRST, LAST = date(1900, 1, 1), date(2100, 12, 31)
LONGEST_NAME = 40
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
DOTS = str.maketrans("•・．‧∙", "·····")
BETWEEN = "· -'."
AGED_FROM = 80


@dataclass(frozen=True)
class Identity:
    """What an ID number says of its holder."""

    number: str
    born_on: date
    sex: str


def age_on(born: date, day: date) -> int:
    """Full years on `day`; somebody born on 29 February ages on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def born_by(today: date, years: int) -> date:
    """The last day of birth on which somebody is `years` old today."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 February: who was born on it ages on 1 March
        return date(today.year - years, 2, 28)


def birthday(born: date, years: int) -> date:
    """The day on which somebody becomes `years` old."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def check_character(first17: str) -> str:
    """The 18th place of an ID number."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True)) % 11]


def read_id_number(text: str, today: date) -> Identity | FieldProblem:
    """Read an 18-place ID number; one of 15 places, as issued before 1999, is brought to 18 first."""
    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    if re.fullmatch(r"[0-9]{15}", number):
        longer = f"{number[:6]}19{number[6:]}"
        number = longer + check_character(longer)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        problem = f"has {len(number)} places" if len(number) != 18 else "holds something other than digits"
        return _id_problem(problem, "18 places: 17 digits, then a digit or X (15 digits for an old one)")
    born = _calendar(number[6:14])
    if born is None or not FIRST <= born <= today:
        return _id_problem(f"places 7 to 14 ({number[6:14]}) are no date of birth", f"a date {FIRST} to {today}")
    right = check_character(number[:17])
    if number[17] != right:
        return _id_problem("the check character does not fit", f"{right} at the end, or mend one digit before it")
    return Identity(number, born, "M" if int(number[16]) % 2 else "F")


def _id_problem(problem: str, accepted: str) -> FieldProblem:
    return FieldProblem("id_number", problem, accepted)


def _calendar(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def tidy_name(text: str) -> str:
    """The name as it is kept: one form of each character, one form of the middle dot, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).translate(DOTS).split())


def name_problem(name: str, field: str = "name") -> FieldProblem | None:
    """Letters of any script, with dots, hyphens or spaces between them; one letter is enough."""
    accepted = f"1 to {LONGEST_NAME} letters of any script, · between the parts of a long name"
    if not 1 <= len(name) <= LONGEST_NAME:
        return FieldProblem(field, f"has {len(name)} characters", accepted)
    foreign = sorted(
        {one for one in name if not unicodedata.category(one).startswith(("L", "M")) and one not in BETWEEN}
    )
    if foreign:
        return FieldProblem(field, f"holds {' '.join(foreign)!r}", accepted)
    if name[0] in BETWEEN or name[-1] in BETWEEN[:-1]:
        return FieldProblem(field, "begins or ends with a mark", accepted)
    return None


def tidy_phone(text: str) -> str:
    """The number as it is kept and searched: digits only, without +86."""
    digits = re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"^(\+|00)86(?=1\d{10}$)", "", digits)


def phone_problem(phone: str, field: str = "phone") -> FieldProblem | None:
    """3 to 20 digits; eleven for a mobile number."""
    if not re.fullmatch(r"\+?[0-9]{3,20}", phone):
        return FieldProblem(field, "is no telephone number", "3 to 20 digits, such as 13800001111 or 0535-6012349")
    if re.fullmatch(r"1[3-9][0-9]+", phone) and len(phone) != 11:
        return FieldProblem(field, f"a mobile number of {len(phone)} digits", "11 digits")
    return None


def born_problem(born_on: date, today: date) -> FieldProblem | None:
    """From 1900 on, and not to come; the very old are welcome."""
    if not FIRST <= born_on <= today:
        return FieldProblem("born_on", f"{born_on} cannot be a date of birth", f"a date {FIRST} to {today}")
    return None


def left_problem(left_on: date | None, born_on: date | None, today: date) -> FieldProblem | None:
    """Nobody leaves before they are born, or tomorrow: the day is told when it has come."""
    first = born_on if born_on is not None and FIRST <= born_on <= today else FIRST
    if left_on is None or first <= left_on <= today:
        return None
    return FieldProblem("left_on", f"{left_on} cannot be the day somebody left", f"a date {first} to {today}")


def date_problem(field: str, day: date | None) -> FieldProblem | None:
    """Dates of this service lie in 1900 to 2100."""
    if day is not None and not FIRST <= day <= LAST:
        return FieldProblem(field, f"{day} is outside of what is kept", f"a date {FIRST} to {LAST}")
    return None


def span_problems(within: str, from_on: date | None, until_on: date | None) -> list[FieldProblem]:
    """Both ends, as far as they are told, are dates that are kept, in this order; `within` leads to their fields."""
    since, until = f"{within}from_on", f"{within}until_on"
    found = [fault for fault in (date_problem(since, from_on), date_problem(until, until_on)) if fault]
    if not found and from_on is not None and until_on is not None and until_on < from_on:
        found.append(FieldProblem(until, f"{until_on} lies before {from_on}", f"{from_on} or later, or none"))
    return found


def identity_problems(identity: Identity, born_on: date | None, sex: str | None) -> list[FieldProblem]:
    """Where what was typed differs from what the ID number says."""
    found = []
    if born_on is not None and born_on != identity.born_on:
        found.append(FieldProblem("born_on", f"{born_on} differs from the ID number", str(identity.born_on)))
    if sex is not None and sex != identity.sex:
        found.append(FieldProblem("sex", f"{sex} differs from the ID number", identity.sex))
    return found


def held_on(rows: Iterable[tuple[Category, date, date | None]], day: date) -> list[str]:
    """Codes of the categories that hold on a day, each once, in the order of the list of categories."""
    holding = {category for category, since, until in rows if since <= day and (until is None or day <= until)}
    return [category.value for category in Category if category in holding]


def guardian_problem(guardians: Sequence[bool]) -> FieldProblem | None:
    """One person answers in law, or none does and the village committee stands in."""
    if sum(guardians) > 1:
        return FieldProblem("contacts", f"{sum(guardians)} guardians", "one at most; the others are contacts")
    return None


def area_prefix(code: str) -> str:
    """The digits that all codes inside an area begin with: 6 of a district, 9 of a street, 12 of a community."""
    if code.endswith("000000"):
        return code[:6]
    return code[:9] if code.endswith("000") else code


WHO = (
    *(
        "邻居",
        "对门",
        "楼上",
        "楼下",
        "隔壁",
        "社区",
        "村委会",
        "居委会",
        "物业",
        "门卫",
        "保姆",
        "护工",
        "志愿者",
        "朋友",
    ),
    *(
        "女儿",
        "儿子",
        "女婿",
        "儿媳",
        "孙子",
        "孙女",
        "外孙",
        "外孙女",
        "侄子",
        "侄女",
        "老伴",
        "姐姐",
        "妹妹",
        "哥哥",
        "弟弟",
    ),
)


def masked_holder(text: str | None) -> str | None:
    """A key holder: what they are to the elder stays to be read, their name does not: 邻居 王秀兰 -> 邻居 王**."""
    if text is None or not text.strip():
        return None
    who, _, name = text.strip().rpartition(" ")
    if not who:
        who = max((word for word in WHO if name.startswith(word)), key=len, default="")
        name = name.removeprefix(who)
    return " ".join(part for part in (who, masked_name(name) if name else "") if part)


def masked_id_number(number: str | None) -> str | None:
    """First three and last two places: 990***********21. The date of birth gives too much away."""
    return None if number is None else f"{number[:3]}{'*' * 13}{number[-2:]}"
