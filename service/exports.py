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


def as_csv(name: str, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> Response:
    """The rows under their columns as UTF-8 with a mark, so that spreadsheets read Chinese; a list is joined by ；."""
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    headers = {"content-disposition": f'attachment; filename="{name}.csv"', "cache-control": "no-store"}
    return Response(out.getvalue().encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        value = "；".join(str(part) for part in value)
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
