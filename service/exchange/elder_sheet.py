"""The sheet of elders: its columns in both languages, a row into what registering takes; refuses to guess.

A row is named by its number in the file, so that people find it in their spreadsheet.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from models.types import Category
from service.elders.schemas import NewElder
from service.errors import BadInput, FieldProblem

MOST_ROWS = 5000
EXCEL_ZERO = date(1899, 12, 30)
CATEGORY_WORDS = {
    "独居": Category.LIVING_ALONE, "空巢": Category.EMPTY_NEST, "留守": Category.LEFT_BEHIND, "高龄": Category.AGED,
    "失能": Category.DISABLED, "失智": Category.DEMENTIA, "失独": Category.BEREAVED, "重残": Category.SEVERE_HANDICAP,
    "计生特殊": Category.SPECIAL_FAMILY, "特困": Category.DESTITUTE, "低保": Category.LOW_INCOME,
}  # fmt: skip
WORD_OF = {category.value: word for word, category in CATEGORY_WORDS.items()}
YES, NO = {"是", "有", "1", "true", "yes", "y", "√"}, {"否", "无", "0", "false", "no", "n", ""}


@dataclass(frozen=True)
class Column:
    """One column: its field, its headings (the first is written), whether a file must have it."""

    field: str
    heads: tuple[str, ...]
    needed: bool = False


COLUMNS = (
    Column("name", ("姓名", "name"), needed=True),
    Column("id_number", ("身份证号", "身份证号码", "id_number")),
    Column("sex", ("性别", "sex")),
    Column("born_on", ("出生日期", "born_on")),
    Column("phone", ("电话", "联系方式", "phone")),
    Column("area_code", ("社区代码", "area_code"), needed=True),
    Column("address", ("地址", "address"), needed=True),
    Column("lon", ("经度", "lon"), needed=True),
    Column("lat", ("纬度", "lat"), needed=True),
    Column("datum", ("坐标系", "datum"), needed=True),
    Column("floor", ("楼层", "floor")),
    Column("lift", ("电梯", "lift")),
    Column("access_note", ("上门提示", "access_note")),
    Column("lives_alone", ("是否独居", "lives_alone")),
    Column("categories", ("人群类别", "categories")),
    Column("source", ("类别来源", "source")),
    Column("contact_name", ("联系人", "contact_name")),
    Column("contact_relation", ("关系", "contact_relation")),
    Column("contact_phone", ("联系人电话", "contact_phone")),
    Column("dialect", ("语言", "dialect")),
    Column("notes", ("备注", "notes")),
)
HEAD_OF = {column.field: column.heads[0] for column in COLUMNS}
FIELD_OF = {head.casefold(): column.field for column in COLUMNS for head in column.heads}
SHOWN = {
    "home.area_code": "area_code", "home.address": "address", "home.lon": "lon", "home.lat": "lat", "home": "address",
    "home.datum": "datum", "home.floor": "floor", "home.lift": "lift", "home.access_note": "access_note",
    "contacts.0.phone": "contact_phone", "contacts.0.name": "contact_name", "contacts.0.relation": "contact_relation",
}  # fmt: skip
"""Where in the sheet a field of a registration stands."""


@dataclass(frozen=True)
class RowFault:
    """Why a row cannot be taken: its number in the file, the column, the reason, what would be right."""

    row: int
    field: str
    problem: str
    accepted: str

    def as_json(self) -> dict[str, Any]:
        column = HEAD_OF.get(self.field, self.field)
        return {
            "row": self.row,
            "field": self.field,
            "column": column,
            "problem": self.problem,
            "accepted": self.accepted,
        }


def read_head(table: Sequence[Sequence[str]]) -> tuple[dict[str, int], list[str]]:
    """By field the place of its column, and headings that are not known. Raises BadInput when one is missing."""
    head = table[0] if table else []
    places: dict[str, int] = {}
    unknown = []
    for place, cell in enumerate(head):
        field = FIELD_OF.get(re.sub(r"[\s*（(].*$", "", cell).casefold())
        if field is None:
            unknown += [cell] if cell else []
        elif field not in places:
            places[field] = place
    missing = [column for column in COLUMNS if column.needed and column.field not in places]
    faults = [FieldProblem(column.field, "no such heading", " or ".join(column.heads)) for column in missing]
    if len(table) - 1 > MOST_ROWS:
        faults.append(FieldProblem("file", f"has {len(table) - 1} rows", f"at most {MOST_ROWS}: split it"))
    if faults:
        raise BadInput("this is not a sheet of elders", fields=faults)
    return places, unknown


def read_row(number: int, cells: Mapping[str, str], today: date) -> tuple[dict[str, Any] | None, list[RowFault]]:
    """What registering takes, or the faults of the row."""
    faults: list[RowFault] = []
    told = {field: _value(number, field, text, faults) for field, text in cells.items()}
    empty = [column.field for column in COLUMNS if column.needed and not cells.get(column.field)]
    faults += [RowFault(number, name, "is empty", "a value in every row") for name in empty]
    if faults:
        return None, faults
    try:
        wanted = NewElder.model_validate(_registration(told, today))
    except ValidationError as error:
        return None, [_fault(number, _where(one["loc"]), one["msg"], one.get("ctx")) for one in error.errors()]
    return wanted.model_dump(), []


def row_faults(number: int, problems: Sequence[FieldProblem]) -> list[RowFault]:
    """Faults that registering found, where they stand in the sheet."""
    return [RowFault(number, SHOWN.get(one.field, one.field), one.problem, one.accepted) for one in problems]


def _registration(told: Mapping[str, Any], today: date) -> dict[str, Any]:
    place = ("area_code", "address", "lon", "lat", "datum", "floor", "access_note")
    home = {field: told.get(field) for field in place} | {"lift": told.get("lift") or False}
    person = ("name", "id_number", "sex", "born_on", "phone", "dialect", "notes")
    source = told.get("source") or "导入"
    categories = [{"category": one, "source": source, "from_on": today} for one in told.get("categories") or []]
    contact = {field: told.get(f"contact_{field}") for field in ("name", "relation", "phone")}
    return {
        **{field: told.get(field) for field in person},
        "home": home,
        "lives_alone": told.get("lives_alone") or False,
        "categories": categories,
        "contacts": [contact] if any(contact.values()) else [],
    }


def _value(number: int, field: str, text: str, faults: list[RowFault]) -> Any:
    """A cell as a value, None for an empty one; what it cannot be is a fault."""
    text = text.removeprefix("'").strip()
    if not text:
        return None
    try:
        return READ.get(field, str)(text)
    except ValueError as error:
        problem, _, accepted = str(error).partition("|")
        faults.append(RowFault(number, field, problem, accepted))
        return None


def _sex(text: str) -> str:
    known = {"男": "M", "女": "F", "m": "M", "f": "F", "男性": "M", "女性": "F"}.get(text.casefold())
    if known is None:
        raise ValueError(f"is {text!r}|男 or 女")
    return known


def _day(text: str) -> date:
    """2026-03-05, 2026/3/5, 2026年3月5日, 20260305, or a spreadsheet's days in five places (four are a year)."""
    if re.fullmatch(r"\d{5}(\.0+)?", text):
        return EXCEL_ZERO + timedelta(days=int(float(text)))
    match = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T]00:00(?::00)?)?", text)
    try:
        if match is None:
            raise ValueError
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise ValueError(f"{text!r} is no date|a date such as 1940-05-06") from None


def _id_number(text: str) -> str:
    if re.fullmatch(r"\d(\.\d+)?[Ee]\+?\d+", text):
        raise ValueError("the spreadsheet kept it as a number and lost its last digits|a column of text, typed anew")
    return text


def _digits(text: str) -> str:
    """A telephone number that a spreadsheet took for a number."""
    return re.sub(r"\.0+$", "", text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is no number|degrees such as 121.4450") from None


def _floor(text: str) -> int:
    match = re.fullmatch(r"(-?\d{1,3})(?:\.0+)?\s*[层楼Ff]?", text)
    if match is None:
        raise ValueError(f"{text!r} is no floor|a whole number such as 5")
    return int(match[1])


def _flag(text: str) -> bool:
    if text.casefold() not in YES | NO:
        raise ValueError(f"is {text!r}|是 or 否")
    return text.casefold() in YES


def _categories(text: str) -> list[Category]:
    codes = {category.value: category for category in Category}
    found = []
    for word in re.split(r"[、,，;；/|\s]+", text):
        known = CATEGORY_WORDS.get(word.removesuffix("老人").removesuffix("家庭")) or codes.get(word)
        if known is None:
            raise ValueError(f"{word!r} is no category|{'、'.join(CATEGORY_WORDS)}")
        found.append(known)
    return list(dict.fromkeys(found))


READ: dict[str, Callable[[str], Any]] = {
    "sex": _sex, "born_on": _day, "id_number": _id_number, "phone": _digits, "contact_phone": _digits, "lon": _number,
    "lat": _number, "datum": str.lower, "floor": _floor, "lift": _flag, "lives_alone": _flag, "categories": _categories,
    "area_code": _digits,
}  # fmt: skip


def _where(steps: Sequence[int | str]) -> str:
    field = ".".join(map(str, steps))
    return SHOWN.get(field, field)


def _fault(number: int, field: str, message: str, context: Mapping[str, Any] | None) -> RowFault:
    known = {name: value for name, value in (context or {}).items() if name != "error"}
    accepted = known.get("expected") or ", ".join(f"{name} {value}" for name, value in known.items())
    return RowFault(number, field, message, str(accepted or "see the template"))
