"""The sheet of terminals that came in a box: its columns, and a row into what registering takes."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from service.devices.queries import NUMBER
from service.exchange.sheets import Column, Layout, RowFault, a_whole_number, digits
from service.inputs import PLAIN


def _number(text: str) -> str:
    told = digits(text) if re.fullmatch(r"\d+\.0+", text) else a_whole_number(text)
    if len(told) > 40 or not re.fullmatch(NUMBER, told):
        raise ValueError(f"{text[:40]!r} is no terminal's number|up to 40 letters, digits and signs without spaces")
    return told


def _model(text: str) -> str:
    if len(text) > 40 or not re.fullmatch(PLAIN, text):
        raise ValueError(f"{text[:40]!r} is too long|at most 40 characters")
    return text


SHEET = Layout(
    "terminals",
    (
        Column("id", ("终端编号", "设备编号", "terminal", "id"), _number, needed=True),
        Column("model", ("型号", "model"), _model, needed=True),
        Column("station", ("站点", "服务站", "station"), needed=True),
    ),
    {},
)


def read_row(number: int, cells: Mapping[str, str], today: date) -> tuple[dict[str, Any], list[RowFault]]:
    """Number, model and station's name as far as they can be read, and the faults of the rest."""
    return SHEET.read_cells(number, cells)
