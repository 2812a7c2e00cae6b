"""Travel over real roads for a problem whose places are known: asked of OSRM, remembered, and what is missing said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import numpy as np

from routing.errors import ProblemError, TravelUnavailable
from routing.osrm import Osrm, Table
from routing.problem import Problem
from routing.road_cache import Ledger
from routing.travel import DENSE, PARK_S, UNREACHABLE, Floats, Ints, Points, Travel, distances_m

FAR_OFF_M = 500.0
"""A place whose nearest road is farther than this is named: its travel times are those of another place."""


@dataclass(frozen=True)
class Roads:
    """Where travel times come from. `servers` are OSRM base URLs per way of moving.

    `dataset` names the road data (a date will do): another name never reads the cache of the old one. `estimate`
    permits the great-circle estimate where a server does not answer; what was estimated is said in the notes.
    """

    servers: Mapping[str, str]
    dataset: str = ""
    cache: Path | None = None
    table_size: int = 100
    estimate: bool = False
    park_s: Mapping[str, int] = field(default_factory=lambda: dict(PARK_S))
    pause_s: float = 0.2
    timeout_s: float = 60.0


def on_roads(problem: Problem, roads: Roads) -> tuple[Problem, list[str]]:
    """The problem with travel over roads, and notes for a person to read; the plan's ticks stay as they are.

    Ways of moving that no server serves keep the great-circle estimate, which a note says. A pair without a way gets
    UNREACHABLE. Raises ProblemError without points, TravelUnavailable when a server fails and no estimate is allowed.
    """
    points = problem.travel.points
    if not points:
        raise ProblemError("travel.points", "are not known", "a file with points or coordinates")
    if len(points) > DENSE:
        raise ProblemError("travel", f"has {len(points)} places, too many for tables", f"at most {DENSE}")
    modes = sorted({person.mode for person in problem.caregivers})
    strange = sorted(set(roads.servers) - set(problem.travel.modes))
    if strange:
        raise ProblemError("osrm", f"serves {', '.join(strange)}", ", ".join(problem.travel.modes))
    for url in roads.servers.values():
        _loopback(url)
    notes: list[str] = []
    matrices: dict[str, Ints] = {}
    for mode in modes or problem.travel.modes:
        seconds = _asked(points, roads, mode, notes) if mode in roads.servers else None
        if seconds is None:
            matrices[mode] = problem.travel.block(mode, np.arange(len(points)))
            notes.append(f"{mode}: estimated from the great circle, not over roads")
        else:
            matrices[mode] = _ticks(points, seconds, roads.park_s.get(mode, 0), problem.ticks_per_s)
    return replace(problem, travel=Travel(matrices, points=tuple(points))), notes


def _asked(points: Points, roads: Roads, mode: str, notes: list[str]) -> Floats | None:
    """Seconds between all places, inf without a way; None when estimating is allowed and necessary."""
    ledger = Ledger(roads.cache, f"{roads.servers[mode]}|{roads.dataset}|{mode}") if roads.cache else None
    known = ledger.known(points) if ledger else np.full((len(points), len(points)), np.nan)
    table = Table(known, np.zeros(len(points)))
    try:
        if np.isnan(known).any():
            with httpx.Client(timeout=roads.timeout_s, trust_env=not _loopback(roads.servers[mode])) as client:
                table = Osrm(client, roads.servers[mode], roads.table_size, roads.pause_s).fill(points, known)
    except TravelUnavailable as failure:
        if not roads.estimate:
            raise
        notes.append(f"{mode}: {failure.problem}")
        return None
    if ledger:
        ledger.remember(points, table.seconds)
    off = [i for i, metres in enumerate(table.off_road_m) if metres > FAR_OFF_M]
    if off:
        worst = max(off, key=lambda i: table.off_road_m[i])
        told = f"place {worst} ({table.off_road_m[worst]:.0f} m)"
        notes.append(f"{mode}: {len(off)} places lie over {FAR_OFF_M:.0f} m off the road, farthest {told}")
    return table.seconds


def _ticks(points: Points, seconds: Floats, park_s: int, ticks_per_s: int) -> Ints:
    apart = distances_m(points) > 1.0
    ticks = np.rint((np.where(np.isfinite(seconds), seconds, 0.0) + np.where(apart, park_s, 0)) * ticks_per_s)
    return np.where(np.isfinite(seconds), ticks, UNREACHABLE).astype(np.int64)


def _loopback(url: str) -> bool:
    """Whether a server is on this machine, where no proxy may stand between. Raises ProblemError for what is no URL."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as failure:
        raise ProblemError("osrm", f"is {url!r:.80}", "an http or https URL") from failure
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ProblemError("osrm", f"is {url!r:.80}", "an http or https URL")
    return parsed.host in ("127.0.0.1", "localhost", "::1")
