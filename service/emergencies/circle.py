"""How far somebody who is lost may have come, and who lives or works within it; values in, values out.

The speeds are estimates of ours for planning a search, not a forecast: the circle is where to look first.
"""

import math
from datetime import datetime

Coordinate = tuple[float, float]

SPEED_MPS = {"walk": 0.9, "wheelchair": 0.6, "bus": 5.0}
"""Old people on foot rest often; on a bus the circle soon holds the whole district."""
START_M = 300.0
"""Round the last point from the first minute on: people are often still near."""
LARGEST_M = 15_000.0
METRES_A_DEGREE = 111_195.0


def radius_m(mode: str, seen_at: datetime, at: datetime) -> int:
    """The circle's radius at one moment, growing since the person was last seen, up to 15 km."""
    away_s = max(0.0, (at - seen_at).total_seconds())
    return round(min(LARGEST_M, START_M + SPEED_MPS[mode] * away_s))


def box(centre: Coordinate, reach_m: float) -> tuple[Coordinate, Coordinate]:
    """The south-west and north-east corners of a box around a circle, for a first and cheap selection."""
    north = reach_m / METRES_A_DEGREE
    east = reach_m / (METRES_A_DEGREE * math.cos(math.radians(centre[1])))
    return (centre[0] - east, centre[1] - north), (centre[0] + east, centre[1] + north)
