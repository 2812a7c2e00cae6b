"""The sheet of assessments from elsewhere: its columns, a row into what reading a result in takes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from models.types import Scale
from service.assessments.importing import LEVELS
from service.assessments.schemas import Imported
from service.exchange.sheets import Column, Layout, RowFault, a_day, a_whole_number, one_of

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


def read_row(number: int, cells: Mapping[str, str], today: date) -> tuple[dict[str, Any] | None, list[RowFault]]:
    """What reading a result in takes, with the ID number as typed; or the faults of the row."""
    told, faults = SHEET.read_cells(number, cells)
    if faults:
        return None, faults
    names = LEVELS[told["scale"]]
    words = {name: level for level, name in enumerate(names)} | {str(level): level for level in range(len(names))}
    level = words.get(told["level"].removesuffix(".0"))
    if level is None:
        shown = "、".join(f"{place} {name}" for place, name in enumerate(names))
        return None, [SHEET.fault(number, "level", f"is {told['level']!r}", f"number or name: {shown}")]
    person = told.pop("id_number")
    try:
        wanted = Imported.model_validate({**told, "level": level})
    except ValidationError as error:
        return None, SHEET.invalid(number, error)
    return {**wanted.model_dump(), "id_number": person}, []
