"""The desk's drawn map as bytes, read once from the home folder; refuses to draw (the demo and `unwalled map` do)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from service.settings import Settings

EMPTY: dict[str, Any] = {
    "schematic": True,
    "label": "示意",
    "datum": "wgs84",
    "bounds": None,
    "coast": [],
    "hills": [],
    "water": [],
    "roads": [],
    "labels": [],
}


@dataclass
class Basemap:
    """Serves basemap.json of the home folder, with the tile server of the settings; reads again when it changed."""

    settings: Settings
    _stamp: int = -1
    _body: bytes = b""

    def body(self) -> bytes:
        """The basemap as JSON; an empty one when none was made."""
        file = self.settings.home / "basemap.json"
        stamp = file.stat().st_mtime_ns if file.exists() else 0
        if stamp != self._stamp:
            self._stamp, self._body = stamp, self._read(file if stamp else None)
        return self._body

    def _read(self, file: Path | None) -> bytes:
        drawn = orjson.loads(file.read_bytes()) if file else dict(EMPTY)
        if self.settings.tile_url:
            drawn |= {"tile_url": self.settings.tile_url, "tile_datum": self.settings.tile_datum}
        return orjson.dumps(drawn)
