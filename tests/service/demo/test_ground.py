"""The schematic ground looks like a town, says that it is one, and borrows no street of the real one."""

import json

import numpy as np
import pytest

from service.demo.geometry import Frame, clipped_to_box, distance_to_line, inside, near_line, simplified
from service.demo.ground import Ground, basemap, make_ground
from service.demo.names import LANES, MAIN_ALONG, MAIN_INLAND, SECOND_ALONG, SECOND_INLAND
from service.demo.places import area_names, padded, short_name
from service.demo.roads import MAIN_COLUMNS, MAIN_ROWS

# Well-known streets of the real town: none of them may turn up in the invented one.
_REAL = (
    "南大街 北大街 西大街 大马路 二马路 海港路 青年路 青年南路 解放路 胜利路 "
    "环山路 幸福路 幸福中路 滨海路 滨海北路 滨海中路 迎春大街 观海路 山海路 港城大街 "
    "港城东大街 港城西大街 学院路 机场路 红旗路 红旗中路 通世路 通世南路 毓璜顶东路 毓璜顶西路 "
    "化工路 只楚路 芝罘屯路 塔山南路 大海阳路 西南河路 北马路 海岸路 朝阳街 广仁路 "
    "建设路 文化路 新海阳西路 前进路 清泉路 银海路 金滩路 长宁路 泉韵南路 枫林路 "
    "初家路 凤凰大街 桐林路 火炬大道 科技大道 同和路 双河西路 府后路 新苑路 烟大路 "
    "成龙线 上夼西路 南洪街 "
)
REAL_STREETS = set(_REAL.split())


@pytest.fixture(scope="module")
def ground() -> Ground:
    return make_ground(1)


def test_basemap_is_honest_and_small(ground: Ground) -> None:
    """The basemap calls itself schematic, names its datum, and stays below 250 KB."""
    drawn = basemap(ground)
    assert drawn["schematic"] is True and drawn["label"] == "示意" and drawn["datum"] == "wgs84"
    assert set(drawn) == {"schematic", "label", "datum", "bounds", "coast", "hills", "water", "roads", "labels"}
    assert len(json.dumps(drawn, ensure_ascii=False).encode()) < 250_000
    assert {road["class"] for road in drawn["roads"]} == {0, 1, 2}
    assert all(ring[0] == ring[-1] for ring in (*drawn["coast"], *drawn["hills"], *drawn["water"]))
    west, south, east, north = drawn["bounds"]
    assert all(west < label["lon"] < east and south < label["lat"] < north for label in drawn["labels"])


def test_sea_where_the_sea_is(ground: Ground) -> None:
    """The centres of both districts are on land; north of Zhifu and east of Laishan there is water."""
    spots = np.array([(121.400445, 37.541475), (121.445301, 37.511291), (121.400445, 37.5615), (121.4895, 37.535)])
    on_land = inside(ground.land.frame.to_metres(spots), ground.land.land)
    assert on_land.tolist() == [True, True, False, False]


def test_no_real_street_name(ground: Ground) -> None:
    """No street of the schematic town is one of the real town's."""
    invented = {road.name for road in ground.graph.roads}
    assert len(invented) > 60 and not invented & REAL_STREETS


def test_names_never_run_out() -> None:
    """There is a different name for every larger street that any seed can ask for (seed 10 once had too few)."""
    assert len(MAIN_ALONG) >= len(MAIN_ROWS) and len(MAIN_INLAND) >= len(MAIN_COLUMNS)
    assert len(SECOND_ALONG) >= 2 * len(MAIN_ROWS) and len(SECOND_INLAND) >= 2 * (len(MAIN_COLUMNS) - 1)
    every = (*MAIN_ALONG, *MAIN_INLAND, *SECOND_ALONG, *SECOND_INLAND, *LANES)
    assert len(set(every)) == len(every) and not set(every) & REAL_STREETS


@pytest.mark.parametrize("seed", [1, 5, 10])
def test_streets_are_one_piece_on_land(seed: int) -> None:
    """One can get from every crossing to every other, and no street runs into the sea or over a hill."""
    made = make_ground(seed)
    links: dict[int, list[int]] = {}
    for edge in made.graph.edges:
        links.setdefault(edge.a, []).append(edge.b)
        links.setdefault(edge.b, []).append(edge.a)
    seen, todo = {0}, [0]
    while todo:
        for other in links[todo.pop()]:
            if other not in seen:
                seen.add(other)
                todo.append(other)
    assert len(seen) == len(made.graph.nodes) > 800
    points = np.vstack([edge.line for edge in made.graph.edges])
    assert inside(points, made.land.land).all() and not made.land.on_hill(points).any()


def test_communities_lie_apart_in_their_street(ground: Ground) -> None:
    """Communities are on land, at least 100 m from each other, within two kilometres of their street's middle."""
    places = np.array([(c.x_m, c.y_m) for c in ground.communities])
    gaps = np.hypot(*(places[:, None] - places[None, :]).transpose(2, 0, 1)) + np.eye(len(places)) * 1e9
    assert gaps.min() > 100 and inside(places, ground.land.land).all()
    streets = {area.code: area for area in ground.areas}
    for community in ground.communities:
        street = streets[community.parent or ""]
        assert np.hypot(community.x_m - street.x_m, community.y_m - street.y_m) < 2000


def test_area_names() -> None:
    """Codes are padded to 12 digits, parents come first, and a bad code is named."""
    names = area_names()
    assert names[0].name == "烟台市" and names[1].code == "370602000000" and names[2].name == "莱山区"
    assert short_name("清泉社区居委会") == "清泉社区" and short_name("解家村委会") == "解家村"
    assert padded("370613001") == "370613001000"
    for bad in ("37061a", "3706130010011", "３７"):
        with pytest.raises(ValueError, match="area code"):
            padded(bad)


def test_frame_there_and_back() -> None:
    """Degrees to metres and back lose less than a millimetre; one degree of latitude is about 111.2 km."""
    frame = Frame(121.43, 37.527)
    spots = np.array([(121.39, 37.55), (121.48, 37.5)])
    assert np.allclose(frame.to_lonlat(frame.to_metres(spots)), spots, atol=1e-9)
    assert frame.to_metres(np.array([(121.43, 38.527)]))[0, 1] == pytest.approx(111_195, abs=1)


def test_geometry_basics() -> None:
    """Simplifying keeps the corners, clipping cuts at the edge, and the quick distance agrees with the slow one."""
    line = np.array([(0.0, 0.0), (5.0, 0.1), (10.0, 0.0), (10.0, 10.0)])
    assert simplified(line, 0.5).tolist() == [[0, 0], [10, 0], [10, 10]]
    parts = clipped_to_box(np.array([(-5.0, 5.0), (5.0, 5.0), (5.0, 20.0), (8.0, 20.0), (8.0, 1.0)]), (0, 0, 10, 10))
    assert [part.tolist() for part in parts] == [[[0, 5], [5, 5], [5, 10]], [[8, 10], [8, 1]]]
    points = np.random.default_rng(1).uniform(-50, 50, (500, 2))
    curve = np.column_stack([np.linspace(-40, 40, 900), 9 * np.sin(np.linspace(0, 20, 900))])
    assert (near_line(points, curve, 4.0) == (distance_to_line(points, curve) < 4.0)).all()
