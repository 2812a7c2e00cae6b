"""Lists as CSV that spreadsheets open; refuses to let a cell become a formula there."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.responses import Response

BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
DECLARED: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
"""What a route that answers CSV declares in the OpenAPI document."""


def as_csv(name: str, columns: Sequence[str], rows: Iterable[dict[str, Any]], withheld: int = 0) -> Response:
    """The rows under their columns as UTF-8 with a mark, so that spreadsheets read Chinese; a list is joined by ；.

    `withheld` people took back that their data leaves the house: the answer's header x-withheld tells how many.
    """
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    headers = {"content-disposition": f'attachment; filename="{name}.csv"', "cache-control": "no-store"}
    headers |= withheld_header(withheld)
    return Response(out.getvalue().encode(), media_type="text/csv; charset=utf-8", headers=headers)


def withheld_header(withheld: int) -> dict[str, str]:
    """How many people a file leaves out because they took consent back; no header when it holds everybody."""
    return {"x-withheld": str(withheld)} if withheld else {}


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        value = "；".join(str(part) for part in value)
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
