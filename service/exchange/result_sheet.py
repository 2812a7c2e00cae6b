"""The sheet of assessments from elsewhere: its columns, a row into what reading a result in takes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from models.types import Scale
from service.assessments.importing import LEVELS
from service.assessments.schemas import Imported
from service.bodies import Told
from service.exchange.sheets import Column, Layout, RowFault, a_day, a_whole_number, one_of

FORM: TypeAdapter[Told[Imported]] = TypeAdapter(Told[Imported])
SCALES = {
    "GB/T 42195": Scale.GBT42195, "GB/T 42195-2022": Scale.GBT42195, "gbt42195": Scale.GBT42195,
    "长护险": Scale.LTCI2021, "ltci2021": Scale.LTCI2021, "MZ/T 039": Scale.MZT039, "MZ/T 039-2013": Scale.MZT039,
    "mzt039": Scale.MZT039,
}  # fmt: skip
SHEET = Layout(
    "assessments",
    (
        Column("id_number", ("身份证号", "身份证号码", "id_number"), a_whole_number, needed=True),
        Column("scale", ("评估标准", "scale"), one_of(SCALES), needed=True),
        Column("level", ("等级", "评估等级", "level"), needed=True),
        Column("assessed_on", ("评估日期", "assessed_on"), a_day, needed=True),
        Column("valid_until_on", ("有效期至", "valid_until_on"), a_day),
        Column("source", ("来源", "评估机构", "source"), needed=True),
    ),
    {},
)


def read_row(number: int, cells: Mapping[str, str], today: date) -> tuple[dict[str, Any], list[RowFault]]:
    """What reading a result in takes, as far as it can be read, with the ID number as typed; the faults of the rest."""
    told, faults = SHEET.read_cells(number, cells)
    person, scale, level = told.pop("id_number", None), told.get("scale"), told.get("level")
    if scale is not None and level is not None:
        told["level"] = _level(scale, level)
        if told["level"] is None:
            shown = "、".join(f"{place} {name}" for place, name in enumerate(LEVELS[scale]))
            faults.append(SHEET.fault(number, "level", f"is {level!r}", f"number or name: {shown}"))
    elif level is not None and scale is None:
        told.pop("level")
    read = FORM.validate_python({field: value for field, value in told.items() if value is not None})
    unread = {fault.field for fault in faults} | ({"level"} if scale is None else set())
    faults += [one for one in SHEET.faults(number, read.faults) if one.field not in unread]
    return {**read.values, "id_number": person}, faults


def _level(scale: Scale, text: str) -> int | None:
    """A level by its number or name; what a scale calls its levels is only known with the scale."""
    names = LEVELS[scale]
    words = {name: level for level, name in enumerate(names)} | {str(level): level for level in range(len(names))}
    return words.get(text.removesuffix(".0"))
