"""A real town's map comes out of an OpenStreetMap file, and anything else is refused by name."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.demo.geometry import inside
from service.demo.osm import ATTRIBUTION, MapFormatError, read_osm

NODES = {
    1: (121.40, 37.50), 2: (121.41, 37.50), 3: (121.42, 37.5001), 4: (121.41, 37.51), 5: (121.41, 37.49),
    10: (121.38, 37.52), 11: (121.41, 37.525), 12: (121.44, 37.52),
    20: (121.402, 37.503), 21: (121.406, 37.503), 22: (121.406, 37.507), 23: (121.402, 37.507),
    30: (121.411, 37.5303), 31: (121.413, 37.5303), 32: (121.412, 37.532),
}  # fmt: skip


def _way(number: int, nodes: list[int], **tags: str) -> str:
    inner = "".join(f'<nd ref="{n}"/>' for n in nodes) + "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
    return f'<way id="{number}">{inner}</way>'


def _file(folder: Path, *parts: str, bounds: bool = True) -> Path:
    nodes = "".join(f'<node id="{n}" lon="{lon}" lat="{lat}"/>' for n, (lon, lat) in NODES.items())
    frame = '<bounds minlat="37.49" minlon="121.39" maxlat="37.535" maxlon="121.43"/>' if bounds else ""
    path = folder / "town.osm"
    path.write_text(f'<osm version="0.6">{frame}{nodes}{"".join(parts)}</osm>', encoding="utf-8")
    return path


ROADS = (
    _way(1, [1, 2, 3], highway="primary", name="大街"),
    _way(2, [4, 2, 5], highway="residential", name="小路"),
    _way(3, [1, 4, 999], highway="footway"),
)


def test_small_town(tmp_path: Path) -> None:
    """Roads come with class and name, parks and ponds as closed rings, and the source is credited."""
    park = _way(4, [20, 21, 22, 23, 20], leisure="park")
    place = '<node id="50" lon="121.405" lat="37.505"><tag k="place" v="suburb"/><tag k="name" v="东片"/></node>'
    stream = _way(5, [4, 11], waterway="stream")
    drawn = read_osm(_file(tmp_path, *ROADS, park, stream, place))
    assert drawn["schematic"] is False and drawn["attribution"] == ATTRIBUTION and drawn["datum"] == "wgs84"
    assert [(road["name"], road["class"]) for road in drawn["roads"]] == [("小路", 2), ("大街", 0)]
    assert len(drawn["hills"]) == 1 and drawn["hills"][0][0] == drawn["hills"][0][-1] and len(drawn["water"]) == 1
    assert drawn["labels"] == [{"text": "东片", "kind": "area", "lon": 121.405, "lat": 37.505}]
    assert drawn["bounds"] == [121.39, 37.49, 121.43, 37.535]


def test_coast_keeps_land_on_its_left(tmp_path: Path) -> None:
    """A coast drawn from east to west has its land to the south; an island in the sea stays an island."""
    coast = _way(6, [12, 11], natural="coastline") + _way(7, [11, 10], natural="coastline")
    island = _way(8, [30, 31, 32, 30], natural="coastline")
    drawn = read_osm(_file(tmp_path, *ROADS, coast, island))
    assert len(drawn["coast"]) == 2
    spots = np.array([(121.40, 37.50), (121.40, 37.53), (121.412, 37.5309), (121.425, 37.533)])
    land = np.any([inside(spots, np.array(ring)) for ring in drawn["coast"]], axis=0)
    assert land.tolist() == [True, False, True, False]


def test_without_coast_all_is_land(tmp_path: Path) -> None:
    """A file without coast or bounds is all land, framed by its roads."""
    drawn = read_osm(_file(tmp_path, *ROADS, bounds=False))
    west, south, east, north = drawn["bounds"]
    assert 121.39 < west < 121.41 and 121.41 < east < 121.43
    assert drawn["coast"] == [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def test_pond_of_two_ways(tmp_path: Path) -> None:
    """A multipolygon whose outer ring is cut in two ways becomes one closed ring."""
    halves = _way(7, [20, 21, 22]) + _way(8, [22, 23, 20])
    members = '<member type="way" ref="7" role="outer"/><member type="way" ref="8" role="outer"/>'
    pond = f'{halves}<relation id="9">{members}<tag k="natural" v="water"/></relation>'
    drawn = read_osm(_file(tmp_path, *ROADS, pond))
    assert len(drawn["water"]) == 1 and len(drawn["water"][0]) == 5


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "not well-formed"),
        ("<osm>\n<node id='1' lon='x' lat='2'/></osm>", 2, "lon is 'x', not a number"),
        ("<osm>\n\n<node id='1' lon='2' lat='nan'/></osm>", 3, "outside -90 to 90"),
        ("<osm><node lon='2' lat='2'/></osm>", 1, "<node> without id"),
        ("<gpx></gpx>", 1, "the root element is <gpx>"),
        ("<!DOCTYPE osm [<!ENTITY a 'aaaa'>]><osm>&a;</osm>", 1, "document type"),
        ("<osm><bounds minlat='2' minlon='2' maxlat='1' maxlon='3'/></osm>", 1, "bounds are empty"),
        ("<osm></osm>", 0, "no road to draw"),
        ("<?xml version='1.0' encoding='utf-99'?><osm></osm>", 1, "town.osm"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, text: str, line: int, problem: str) -> None:
    """Each way a file can be wrong is told with the file's name and line."""
    path = tmp_path / "town.osm"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MapFormatError) as told:
        read_osm(path)
    assert told.value.file == "town.osm" and told.value.line == line and problem in str(told.value)


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there, and a folder, are refused with their name."""
    for path in (tmp_path / "nowhere.osm", tmp_path):
        with pytest.raises(MapFormatError, match="cannot be read"):
            read_osm(path)


_numbers = st.one_of(st.floats().map(str), st.sampled_from(["", "1", "121.4", "37.5", "x", "1e400"]))
_ids = st.sampled_from(["1", "2", "3", "4", ""])
_tags = st.builds(
    lambda k, v: f'<tag k="{k}" v="{v}"/>',
    st.sampled_from(["highway", "natural", "name", "leisure", "place", "waterway"]),
    st.sampled_from(["primary", "coastline", "water", "park", "suburb", "river", ""]),
)
_elements = st.one_of(
    st.builds(lambda i, x, y, t: f'<node id="{i}" lon="{x}" lat="{y}">{t}</node>', _ids, _numbers, _numbers, _tags),
    st.builds(
        lambda i, refs, tags: f'<way id="{i}">{"".join(f"""<nd ref="{r}"/>""" for r in refs)}{"".join(tags)}</way>',
        _ids, st.lists(_ids, max_size=6), st.lists(_tags, max_size=3),
    ),
    st.builds(
        lambda ref, tag: f'<relation id="1"><member type="way" ref="{ref}"/>{tag}</relation>', _ids, _tags
    ),
    st.sampled_from(["<bounds minlat='1' minlon='1' maxlat='2' maxlon='2'/>", "<x/>", "&amp;", "</osm>"]),
)  # fmt: skip
_good_nodes = "".join(f'<node id="{n}" lon="{120 + n}" lat="{n * n / 9}"/>' for n in range(1, 5))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), st.lists(_elements, max_size=12), st.text(max_size=80)))
def test_garbage_raises_only_the_named_error(tmp_path: Path, garbage: bytes | str | list[str]) -> None:
    """Whatever the file holds, it is drawn or refused by name; nothing else ever comes out."""
    path = tmp_path / "garbage.osm"
    if isinstance(garbage, bytes):
        path.write_bytes(garbage)
    elif isinstance(garbage, str):
        path.write_text(f"<osm>{_good_nodes}{garbage}</osm>", encoding="utf-8")
    else:
        path.write_text(f"<osm>{_good_nodes}{''.join(garbage)}</osm>", encoding="utf-8")
    try:
        drawn = read_osm(path)
    except MapFormatError as refused:
        assert refused.file == "garbage.osm"
    else:
        assert drawn["roads"]
