"""What every sheet has that is read in: columns in both languages, faults by row and column, cells as people write.

A row is named by its number in the file, so that people find it in their spreadsheet. Nothing is guessed.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from service.bodies import SEE_DOCS
from service.errors import BadInput, FieldProblem

MOST_ROWS = 5000
EXCEL_ZERO = date(1899, 12, 30)


@dataclass(frozen=True)
class Column:
    """One column: its field, its headings (the first is written), how a cell is read, whether every row needs one."""

    field: str
    heads: tuple[str, ...]
    read: Callable[[str], Any] = str
    needed: bool = False


@dataclass(frozen=True)
class RowFault:
    """Why a row cannot be taken: its number in the file, the column, the reason, what would be right."""

    row: int
    field: str
    column: str
    problem: str
    accepted: str

    def as_json(self) -> dict[str, Any]:
        shown = {"row": self.row, "field": self.field, "column": self.column}
        return {**shown, "problem": self.problem, "accepted": self.accepted}


@dataclass(frozen=True)
class Layout:
    """The columns of one kind of sheet, and where a field of what is made of a row stands in it (`shown`)."""

    title: str
    columns: tuple[Column, ...]
    shown: Mapping[str, str]

    def read_head(self, table: Sequence[Sequence[str]]) -> tuple[dict[str, int], list[str]]:
        """By field the place of its column, and headings that are not known.

        Raises BadInput when one is missing, or stands in two columns: nobody could tell which of them was meant.
        """
        known = {head.casefold(): column.field for column in self.columns for head in column.heads}
        places: dict[str, list[int]] = {}
        unknown = []
        head = table[0] if table else []
        for place, cell in enumerate(head):
            field = known.get(re.sub(r"[\s*（(].*$", "", cell).casefold())
            if field is None:
                unknown += [cell] if cell else []
            else:
                places.setdefault(field, []).append(place)
        missing = [column for column in self.columns if column.needed and column.field not in places]
        faults = [FieldProblem(column.field, "no such heading", " or ".join(column.heads)) for column in missing]
        for field, found in places.items():
            if len(found) > 1:
                shown = ", ".join(f"{letters(place)} {head[place]}" for place in found)
                faults.append(FieldProblem(field, f"stands in more than one column: {shown}", "one column of it"))
        if len(table) - 1 > MOST_ROWS:
            faults.append(FieldProblem("file", f"has {len(table) - 1} rows", f"at most {MOST_ROWS}: split it"))
        if faults:
            raise BadInput(f"this is not a sheet of {self.title}", fields=faults)
        return {field: found[0] for field, found in places.items()}, unknown

    def read_cells(self, number: int, cells: Mapping[str, str]) -> tuple[dict[str, Any], list[RowFault]]:
        """The cells of a row as values, None for empty ones, and what they cannot be."""
        told: dict[str, Any] = {}
        faults: list[RowFault] = []
        for column in self.columns:
            text = cells.get(column.field, "").removeprefix("'").strip()
            if not text:
                faults += (
                    [self.fault(number, column.field, "is empty", "a value in every row")] if column.needed else []
                )
                told[column.field] = None
                continue
            try:
                told[column.field] = column.read(text)
            except ValueError as error:
                problem, _, accepted = str(error).partition("|")
                faults.append(self.fault(number, column.field, problem, accepted))
        return told, faults

    def fault(self, number: int, field: str, problem: str, accepted: str) -> RowFault:
        """A fault of a field, under the heading where it stands in the sheet."""
        field = self.shown.get(field, field)
        head = next((column.heads[0] for column in self.columns if column.field == field), field)
        return RowFault(number, field, head, problem, accepted)

    def faults(self, number: int, problems: Sequence[FieldProblem]) -> list[RowFault]:
        """Faults of a value that does not fit, or found when the row was to be taken, the first of each column."""
        found: dict[str, RowFault] = {}
        for one in problems:
            accepted = "see the template" if one.accepted == SEE_DOCS else one.accepted
            fault = self.fault(number, one.field, one.problem, accepted)
            found.setdefault(fault.field, fault)
        return list(found.values())


def letters(place: int) -> str:
    """A column as spreadsheets name it: 0 is A, 25 is Z, 26 is AA."""
    before, last = divmod(place, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


def a_day(text: str) -> date:
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


def a_whole_number(text: str) -> str:
    """A long number as text; a spreadsheet that took it for a quantity has lost its end."""
    if re.fullmatch(r"\d(\.\d+)?[Ee]\+?\d+", text):
        raise ValueError("the spreadsheet kept it as a number and lost its last digits|a column of text, typed anew")
    return text


def digits(text: str) -> str:
    """A telephone number or code that a spreadsheet took for a number."""
    return re.sub(r"\.0+$", "", text)


def a_number(text: str) -> float:
    """Degrees."""
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is no number|degrees such as 121.4450") from None


def one_of(known: Mapping[str, Any]) -> Callable[[str], Any]:
    """A reader of one of these words, whatever their case."""
    words = {word.casefold(): value for word, value in known.items()}

    def read(text: str) -> Any:
        if text.casefold() not in words:
            raise ValueError(f"is {text!r}|{'、'.join(known)}")
        return words[text.casefold()]

    return read


a_flag = one_of({"是": True, "否": False, "有": True, "无": False, "1": True, "0": False, "true": True, "false": False})
