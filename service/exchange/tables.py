"""Tables as files: CSV in the encodings that offices use, XLSX; refuses what cannot be read, and to write a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from service.errors import BadInput, FieldProblem
from service.exchange.xlsx import NoTable, read_sheet, write_sheet

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def read_table(body: bytes) -> list[list[str]]:
    """Rows of a file, cells trimmed; an XLSX is known by its first bytes. Raises BadInput when it is neither."""
    if not body.strip():
        raise _unreadable("is empty")
    if body.startswith(b"PK"):
        try:
            rows = read_sheet(body)
        except NoTable as error:
            raise _unreadable(str(error)) from None
    else:
        rows = _read_csv(_decoded(body))
    return [[cell.strip() for cell in row] for row in rows]


def _decoded(body: bytes) -> str:
    """UTF-8 with or without a mark, else GB 18030, in which spreadsheets here save."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _unreadable("is neither UTF-8 nor GB 18030")


def _read_csv(text: str) -> list[list[str]]:
    """Fields between commas, semicolons or tabs, whichever the first line has most of."""
    head = text.split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    try:
        return list(csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise _unreadable(f"cannot be read as CSV: {error}") from None


def _unreadable(problem: str) -> BadInput:
    accepted = "a CSV file (UTF-8 or GB 18030) or an XLSX file, headings in the first row"
    return BadInput("this file cannot be read", fields=[FieldProblem("file", problem, accepted)])


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with the mark that spreadsheets need; what could be taken for a formula begins with an apostrophe."""
    made = StringIO(newline="")
    csv.writer(made).writerows([harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + made.getvalue().encode()


def write_xlsx(title: str, rows: Iterable[Sequence[str]]) -> bytes:
    """One sheet of text."""
    return write_sheet(title, rows)


def harmless(cell: str) -> str:
    """The cell so that no spreadsheet reckons it."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
