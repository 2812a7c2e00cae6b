"""The sheet of elders: its columns, a row into what registering takes."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from service.bodies import Told
from service.elders.schemas import NewElder
from service.exchange.category_cells import foreign, noted, read_categories, read_sources
from service.exchange.sheets import Column, Layout, RowFault, a_day, a_flag, a_number, a_whole_number, digits, one_of

FORM: TypeAdapter[Told[NewElder]] = TypeAdapter(Told[NewElder])
MOST = 32
"""Categories that one registration takes."""


def _floor(text: str) -> int:
    match = re.fullmatch(r"(-?\d{1,3})(?:\.0+)?\s*[层楼Ff]?", text)
    if match is None:
        raise ValueError(f"{text!r} is no floor|a whole number such as 5")
    return int(match[1])


SEX = one_of({"男": "M", "女": "F", "M": "M", "F": "F", "男性": "M", "女性": "F"})
SHEET = Layout(
    "elders",
    (
        Column("name", ("姓名", "name"), needed=True),
        Column("id_number", ("身份证号", "身份证号码", "id_number"), a_whole_number),
        Column("sex", ("性别", "sex"), SEX),
        Column("born_on", ("出生日期", "born_on"), a_day),
        Column("phone", ("电话", "联系方式", "phone"), digits),
        Column("area_code", ("社区代码", "area_code"), digits, needed=True),
        Column("address", ("地址", "address"), needed=True),
        Column("lon", ("经度", "lon"), a_number, needed=True),
        Column("lat", ("纬度", "lat"), a_number, needed=True),
        Column("datum", ("坐标系", "datum"), str.lower, needed=True),
        Column("floor", ("楼层", "floor"), _floor),
        Column("lift", ("电梯", "lift"), a_flag),
        Column("access_note", ("上门提示", "access_note")),
        Column("lives_alone", ("是否独居", "lives_alone"), a_flag),
        Column("categories", ("人群类别", "categories"), read_categories),
        Column("source", ("类别来源", "source"), read_sources),
        Column("contact_name", ("联系人", "contact_name")),
        Column("contact_relation", ("关系", "contact_relation")),
        Column("contact_phone", ("联系人电话", "contact_phone"), digits),
        Column("dialect", ("语言", "dialect")),
        Column("notes", ("备注", "notes")),
    ),
    {
        "home": "address",
        **{
            f"home.{field}": field
            for field in ("area_code", "address", "lon", "lat", "datum", "floor", "lift", "access_note")
        },
        **{f"categories.{n}.{field}": "source" for n in range(MOST) for field in ("source", "from_on", "until_on")},
        **{f"contacts.0.{field}": f"contact_{field}" for field in ("name", "relation", "phone")},
    },
)


def read_row(number: int, cells: Mapping[str, str], today: date) -> tuple[dict[str, Any], list[RowFault]]:
    """What registering takes, as far as it can be read, and the faults of the rest."""
    told, faults = SHEET.read_cells(number, cells)
    strange = foreign(told.get("categories") or [], told.get("source"))
    if strange:
        faults.append(SHEET.fault(number, "source", f"names {strange}, not among the categories", "add it there"))
    read = FORM.validate_python(_registration(told, today))
    known = {fault.field for fault in faults}
    return read.values, faults + [one for one in SHEET.faults(number, read.faults) if one.field not in known]


def _registration(told: Mapping[str, Any], today: date) -> dict[str, Any]:
    place = ("area_code", "address", "lon", "lat", "datum", "floor", "access_note")
    home = {field: told.get(field) for field in place} | {"lift": told.get("lift") or False}
    person = ("name", "id_number", "sex", "born_on", "phone", "dialect", "notes")
    contact = {field: told.get(f"contact_{field}") for field in ("name", "relation", "phone")}
    return {
        **{field: told.get(field) for field in person},
        "home": home,
        "lives_alone": told.get("lives_alone") or False,
        "categories": noted(told.get("categories") or [], told.get("source"), today),
        "contacts": [contact] if any(contact.values()) else [],
    }
