"""Asks one OSRM server for a table of travel times in pieces that it accepts; it keeps and estimates nothing."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np

from routing.errors import TravelUnavailable
from routing.travel import Floats, Ints, Points

TRIES = 4
DIGITS = 5
"""Coordinates are asked for to the metre, as the cache keeps them."""


@dataclass
class Table:
    """Seconds between all places (inf: no way), and how far each place was moved to stand on a road."""

    seconds: Floats
    off_road_m: Floats


class Osrm:
    """A server by its base URL; `table_size` is its --max-table-size or less, halved when it says "TooBig"."""

    def __init__(self, client: httpx.Client, url: str, table_size: int = 100, pause_s: float = 0.2) -> None:
        self.client, self.url, self.side, self.pause_s = client, url.rstrip("/"), max(1, table_size), pause_s

    def fill(self, points: Points, known: Floats) -> Table:
        """The table with every NaN of `known` asked for; `known` itself stays as it is.

        Raises TravelUnavailable when the server stays silent, refuses, or answers something else.
        """
        table = Table(known.copy(), np.zeros(len(points)))
        order = np.argsort(np.isnan(known).sum(axis=1), kind="stable")
        at = 0
        while at < len(order):
            side = self.side
            origins = order[at : at + side]
            for targets in (order[k : k + side] for k in range(0, len(order), side)):
                if np.isnan(table.seconds[np.ix_(origins, targets)]).any() and not self._ask(
                    points, table, origins, targets
                ):
                    break
            else:
                at += side
        return table

    def _ask(self, points: Points, table: Table, origins: Ints, targets: Ints) -> bool:
        """Fills one block; False when it was too big and the side has been halved."""
        spots = ";".join(f"{lon:.{DIGITS}f},{lat:.{DIGITS}f}" for lon, lat in (points[i] for i in (*origins, *targets)))
        parameters = {
            "sources": ";".join(str(k) for k in range(len(origins))),
            "destinations": ";".join(str(len(origins) + k) for k in range(len(targets))),
        }
        answer = self._get(f"{self.url}/table/v1/driving/{spots}", parameters)
        if answer.get("code") == "TooBig" and self.side > 1:
            self.side = max(1, self.side // 2)
            return False
        if answer.get("code") != "Ok":
            raise TravelUnavailable("osrm", f"{self.url} says {answer.get('code')}: {str(answer.get('message'))[:120]}")
        table.seconds[np.ix_(origins, targets)] = self._block(answer, len(origins), len(targets))
        for i, spot in itertools.chain(zip(origins, answer.get("sources", ()), strict=False),
                                       zip(targets, answer.get("destinations", ()), strict=False)):  # fmt: skip
            table.off_road_m[i] = float((spot or {}).get("distance", 0.0))
        return True

    def _block(self, answer: dict[str, Any], rows: int, columns: int) -> Floats:
        try:
            cells = [[np.inf if cell is None else float(cell) for cell in row] for row in answer["durations"]]
            block: Floats = np.array(cells, dtype=np.float64)
        except (KeyError, TypeError, ValueError):
            block = np.empty((0, 0))
        if block.shape != (rows, columns) or np.isnan(block).any() or (block < 0).any():
            raise TravelUnavailable("osrm", f"{self.url} answered no table of {rows} x {columns}")
        return np.round(block, 1)

    def _get(self, url: str, parameters: dict[str, str]) -> dict[str, Any]:
        """The answer as JSON, tried again after a pause that doubles while the server is away or busy."""
        said = "nothing"
        for attempt in range(TRIES):
            if attempt:
                time.sleep(self.pause_s * 2 ** (attempt - 1))
            try:
                response = self.client.get(url, params=parameters)
                if response.status_code != 429 and response.status_code < 500:
                    value = response.json()
                    return value if isinstance(value, dict) else {"code": "NoObject"}
                said = f"status {response.status_code}"
            except httpx.TransportError as failure:
                said = f"{type(failure).__name__}: {failure}"[:120]
            except ValueError:
                said = "something that is no JSON"
        raise TravelUnavailable("osrm", f"{self.url} does not answer after {TRIES} tries ({said})")
