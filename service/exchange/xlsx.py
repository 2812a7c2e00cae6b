"""The little of XLSX that a table needs: the first sheet's cells as text, and a sheet of text; refuses formulas.

Reads shared and inline strings, numbers and booleans (ECMA-376). Written by hand: two files of XML in a zip are less
than a library, and what is read here comes from strangers: sizes are bounded before anything is unpacked.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import IO, Any
from xml.parsers import expat
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

MOST_BYTES = 32 * 1024 * 1024
"""Unpacked, of one part."""
MOST_COLUMNS = 200
TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
    "</Relationships>"
)
BOOK = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="{title}" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
SHEET = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class NoTable(ValueError):
    """These bytes are no XLSX file whose first sheet can be read."""


def read_sheet(body: bytes) -> list[list[str]]:
    """The first sheet, row by row, every cell as text, gaps as empty cells. Raises NoTable."""
    try:
        with ZipFile(BytesIO(body)) as archive:
            names = set(archive.namelist())
            shared = _Strings().read(_part(archive, "xl/sharedStrings.xml")) if "xl/sharedStrings.xml" in names else []
            sheets = sorted(name for name in names if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
            if not sheets:
                raise NoTable("there is no sheet in it")
            first = min(sheets, key=lambda name: int(re.findall(r"\d+", name)[-1]))
            return _Cells(shared).read(_part(archive, first))
    except (BadZipFile, expat.ExpatError, KeyError, IndexError, NotImplementedError, RuntimeError, OSError) as error:
        raise NoTable(f"this is no XLSX file: {error}") from None


def _part(archive: ZipFile, name: str) -> bytes:
    """One part, unpacked no further than is bearable: what the zip says of its size is not believed."""
    with archive.open(name) as part:
        return _bounded(part)


def _bounded(part: IO[bytes]) -> bytes:
    body = part.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise NoTable(f"it unpacks to more than {MOST_BYTES} bytes")
    return body


class _Reader:
    """Walks XML without entities or document types."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.reader = expat.ParserCreate()
        self.reader.StartDoctypeDeclHandler = self._refuse
        self.reader.StartElementHandler = self._begin
        self.reader.EndElementHandler = self._end
        self.reader.CharacterDataHandler = self._heard

    def _refuse(self, *_: Any) -> None:
        raise NoTable("a document type has no place in a sheet")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self.begin(name.rpartition(":")[2], attributes)

    def _end(self, name: str) -> None:
        self.end(name.rpartition(":")[2])

    def _heard(self, text: str) -> None:
        self.text.append(text)

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""

    def end(self, name: str) -> None:
        """An element closes."""

    def take(self) -> str:
        """What was heard since the last time."""
        heard, self.text = "".join(self.text), []
        return heard


class _Strings(_Reader):
    """Shared strings: the text of every <si>, its runs joined, phonetic readings left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.parts: list[str] = []
        self.phonetic = False

    def read(self, body: bytes) -> list[str]:
        self.reader.Parse(body, True)
        return self.found

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self.phonetic = self.phonetic or name == "rPh"
        if name in ("si", "t"):
            self.take()

    def end(self, name: str) -> None:
        if name == "t" and not self.phonetic:
            self.parts.append(self.take())
        elif name == "rPh":
            self.phonetic = False
        elif name == "si":
            self.found.append("".join(self.parts))
            self.parts = []


class _Cells(_Reader):
    """A sheet's rows, each cell put where its reference says."""

    def __init__(self, shared: Sequence[str]) -> None:
        super().__init__()
        self.shared, self.rows = shared, list[list[str]]()
        self.row: list[str] = []
        self.kind, self.column, self.value = "n", 0, ""

    def read(self, body: bytes) -> list[list[str]]:
        self.reader.Parse(body, True)
        return self.rows

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            number = int(attributes.get("r", len(self.rows) + 1))
            if number - len(self.rows) > 10_000:
                raise NoTable(f"row {number} stands far below the others")
            self.rows += [[] for _ in range(number - 1 - len(self.rows))]
            self.row = []
        elif name == "c":
            self.kind, self.value = attributes.get("t", "n"), ""
            self.column = _column(attributes["r"]) if "r" in attributes else len(self.row)
        elif name in ("v", "t"):
            self.take()

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self.value += self.take()
        elif name == "c" and self.column < MOST_COLUMNS:
            self.row += [""] * (self.column + 1 - len(self.row))
            self.row[self.column] = self._said()
        elif name == "row":
            self.rows.append(self.row)

    def _said(self) -> str:
        if self.kind == "s":
            return self.shared[int(self.value)] if self.value else ""
        if self.kind == "b":
            return "是" if self.value == "1" else "否"
        return self.value


def _column(reference: str) -> int:
    """The place of a column: A1 is 0, AB7 is 27."""
    letters = re.match(r"[A-Z]{1,3}", reference)
    place = 0
    for letter in letters[0] if letters else "A":
        place = place * 26 + ord(letter) - 64
    return place - 1


def write_sheet(title: str, rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet in which every cell is text: nothing in it is ever reckoned."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        archive.writestr(_entry("[Content_Types].xml"), TYPES)
        archive.writestr(_entry("_rels/.rels"), RELATIONS.format(kind="officeDocument", target="xl/workbook.xml"))
        archive.writestr(_entry("xl/workbook.xml"), BOOK.format(title=escape(title, {'"': "&quot;"})))
        sheet = RELATIONS.format(kind="worksheet", target="worksheets/sheet1.xml")
        archive.writestr(_entry("xl/_rels/workbook.xml.rels"), sheet)
        with archive.open(_entry("xl/worksheets/sheet1.xml"), "w") as part:
            for piece in _pieces(rows):
                part.write(piece.encode())
    return made.getvalue()


def _entry(name: str) -> ZipInfo:
    """A part without a moment: the same rows make the same bytes."""
    entry = ZipInfo(name)
    entry.compress_type = ZIP_DEFLATED
    return entry


def _pieces(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield SHEET
    for row in rows:
        cells = "".join(f'<c t="inlineStr"><is><t xml:space="preserve">{_safe(cell)}</t></is></c>' for cell in row)
        yield f"<row>{cells}</row>"
    yield "</sheetData></worksheet>"


def _safe(text: str) -> str:
    return escape(NO_XML.sub("", text))
