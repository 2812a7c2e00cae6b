"""Remembers travel times on disk by server, road data and way of moving; what it cannot read it forgets silently."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from routing.travel import Floats, Ints, Points

MOST = 4000
"""Places kept a file, the last used first: 64 MB."""
SCALE = 100_000


class Ledger:
    """One file of seconds between places, by their coordinates to the metre. NaN is not known, inf is no way."""

    def __init__(self, folder: Path, key: str) -> None:
        self.file = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.npz"

    def known(self, points: Points) -> Floats:
        """What is known between the points; places that round to the same metre are one."""
        keys, seconds = self._load()
        row = {(int(lon), int(lat)): i for i, (lon, lat) in enumerate(keys)}
        at = np.array([row.get((int(lon), int(lat)), -1) for lon, lat in _keys(points)], dtype=np.int64)
        found = np.full((len(points), len(points)), np.nan)
        here = np.flatnonzero(at >= 0)
        found[np.ix_(here, here)] = seconds[np.ix_(at[here], at[here])]
        return np.round(found, 1)

    def remember(self, points: Points, seconds: Floats) -> None:
        """Adds a table, newest places first; the file is replaced whole or not at all."""
        fresh, first = np.unique(_keys(points), axis=0, return_index=True)
        keys, old = self._load()
        mine = {(int(lon), int(lat)) for lon, lat in fresh}
        kept = [i for i, (lon, lat) in enumerate(keys) if (int(lon), int(lat)) not in mine][: max(0, MOST - len(fresh))]
        count = len(fresh) + len(kept)
        merged = np.full((count, count), np.nan)
        merged[len(fresh) :, len(fresh) :] = old[np.ix_(kept, kept)]
        merged[: len(fresh), : len(fresh)] = seconds[np.ix_(first, first)]
        self._keep_between(merged, fresh, keys, old, kept)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        draft = self.file.with_name(f"{self.file.name}.{os.getpid()}.part")
        with draft.open("wb") as out:
            np.savez(out, keys=np.concatenate([fresh, keys[kept]]), seconds=merged.astype(np.float32))
        draft.replace(self.file)

    def _keep_between(self, merged: Floats, fresh: Ints, keys: Ints, old: Floats, kept: list[int]) -> None:
        """Legs between places of the table and places only the file knows."""
        row = {(int(lon), int(lat)): i for i, (lon, lat) in enumerate(keys)}
        both = [(i, row[int(lon), int(lat)]) for i, (lon, lat) in enumerate(fresh) if (int(lon), int(lat)) in row]
        if both and kept:
            here, there = (list(side) for side in zip(*both, strict=True))
            rest = np.arange(len(fresh), len(fresh) + len(kept))
            merged[np.ix_(here, rest)] = old[np.ix_(there, kept)]
            merged[np.ix_(rest, here)] = old[np.ix_(kept, there)]

    def _load(self) -> tuple[Ints, Floats]:
        try:
            with np.load(self.file) as held:
                keys, seconds = held["keys"].astype(np.int64), held["seconds"]
            if keys.ndim == 2 and keys.shape[1] == 2 and seconds.shape == (len(keys), len(keys)):
                return keys, seconds
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            pass
        return np.empty((0, 2), dtype=np.int64), np.empty((0, 0), dtype=np.float64)


def _keys(points: Points) -> Ints:
    return np.rint(np.array(points, dtype=np.float64) * SCALE).astype(np.int64)
