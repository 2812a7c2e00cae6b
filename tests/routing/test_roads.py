"""Promise: travel over roads comes in pieces the server accepts, survives its bad moments, and says what is missing."""

import json
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from routing.computed import Computed
from routing.errors import ProblemError, TravelUnavailable
from routing.faults import find
from routing.problem import Caregiver, Need, Problem, Shift, Visit, Window
from routing.roads import Roads, on_roads
from routing.travel import UNREACHABLE, Travel, straight
from tests.routing.town import DATA, line


@dataclass
class Town:
    """A server that speaks OSRM's table over a street: 100 s a milli-degree eastwards, no way west of 121 degrees."""

    most: int = 100
    fail: int = 0
    status: int = 503
    broken: str | None = None
    asked: list[int] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str) -> tuple[int, str]:
        """Status and text for one request."""
        parts = urlsplit(path)
        spots = [tuple(map(float, spot.split(","))) for spot in parts.path.rsplit("/", 1)[1].split(";")]
        chosen = {key: [spots[int(k)] for k in value[0].split(";")] for key, value in parse_qs(parts.query).items()}
        self.asked.append(len(chosen["sources"]) * len(chosen["destinations"]))
        if self.fail:
            self.fail -= 1
            return self.status, "busy"
        if self.broken is not None:
            return 200, self.broken
        if self.asked[-1] > self.most**2:
            return 400, json.dumps({"code": "TooBig", "message": "Too many table coordinates"})
        rows = [[self.leg(a, b) for b in chosen["destinations"]] for a in chosen["sources"]]
        off = {key: [{"distance": 800.0 if spot[1] > 40 else 3.0} for spot in found] for key, found in chosen.items()}
        return 200, json.dumps({"code": "Ok", "durations": rows, **off})

    @staticmethod
    def leg(a: tuple[float, ...], b: tuple[float, ...]) -> float | None:
        """Seconds of one leg; going west takes twice as long."""
        if min(a[0], b[0]) < 121 and a != b:
            return None
        return round((b[0] - a[0]) * 100_000 * (1 if b[0] > a[0] else -2), 1)


@pytest.fixture
def town() -> Iterator[Town]:
    """The server on loopback, ended after the test."""
    made = Town()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, text = made.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def street(n: int, first: float = 121.0, lat: float = 37.0) -> Problem:
    """A day on `n` points, a milli-degree apart, by e-bike and on foot."""
    points = [(round(first + i / 1000, 5), lat) for i in range(n)]
    crew = (Caregiver("lin", (Shift.hard(0, 90_000),), 0, 0, {}, "ebike"), Caregiver("chen", (), 0, 0, {}, "walk"))
    visits = tuple(Visit(f"v{i}", i, (Need(60),), (Window.hard(0, 80_000),)) for i in range(1, n))
    return Problem("street", 1, straight(points), crew, visits)


def roads(town: Town, **more: object) -> Roads:
    """The town's roads for e-bikes, without pauses."""
    return Roads({"ebike": town.url}, pause_s=0.001, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("table_size", "most"), [(100, 100), (4, 100), (100, 7), (100, 1)])
def test_a_table_comes_in_pieces_that_the_server_accepts(town: Town, table_size: int, most: int) -> None:
    """Whatever the server's limit, every leg is its own: parked for, directions kept apart, the rest noted."""
    town.most = most
    problem, notes = on_roads(street(10), roads(town, table_size=table_size))
    legs = problem.travel.block("ebike", range(10))
    assert legs[2, 5] == 300 + 45 and legs[5, 2] == 600 + 45 and (np.diag(legs) == 0).all()
    assert max(size for size in town.asked if size <= most**2) <= min(table_size, most) ** 2
    assert np.array_equal(problem.travel.block("walk", range(10)), street(10).travel.block("walk", range(10)))
    assert notes == ["walk: estimated from the great circle, not over roads"]


@pytest.mark.parametrize("status", [503, 500, 429])
def test_a_server_that_is_busy_for_a_moment_is_asked_again(town: Town, status: int) -> None:
    """Three bad answers are survived; the fourth would not be."""
    town.fail, town.status = 3, status
    assert on_roads(street(3), roads(town))[0].travel.time("ebike", 0, 1) == 145
    town.fail = 4
    with pytest.raises(TravelUnavailable, match=f"4 tries.*{status}"):
        on_roads(street(3), roads(town))


@pytest.mark.parametrize(
    "answer",
    ["", "[]", '{"code": "Ok"}', '{"code": "Ok", "durations": [[1]]}', '{"code": "NoSegment", "message": "sea"}',
     '{"code": "Ok", "durations": [[0, 1, -1], [1, 0, 1], [1, 1, 0]]}', '{"code": "Ok", "durations": [["x"]]}'],
)  # fmt: skip
def test_an_answer_that_is_no_table_is_refused(town: Town, answer: str) -> None:
    """Nothing that is not a whole table of times becomes travel."""
    town.broken = answer
    with pytest.raises(TravelUnavailable):
        on_roads(street(3), roads(town))


def test_the_estimate_stands_in_only_when_asked_and_says_so() -> None:
    """A server that is not there: refused by itself, estimated and told when that is allowed."""
    nowhere = {"ebike": "http://127.0.0.1:9"}
    with pytest.raises(TravelUnavailable, match="does not answer"):
        on_roads(street(3), Roads(nowhere, pause_s=0.001))
    problem, notes = on_roads(street(3), Roads(nowhere, pause_s=0.001, estimate=True))
    assert np.array_equal(problem.travel.block("ebike", range(3)), street(3).travel.block("ebike", range(3)))
    assert any("does not answer" in note for note in notes) and any("ebike: estimated" in note for note in notes)


def test_pairs_without_a_way_are_reported_with_both_ends(town: Town) -> None:
    """The server knows no way west of 121 degrees: the legs are UNREACHABLE and the faults name places and people."""
    problem, _ = on_roads(street(4, first=120.998), roads(town))
    assert problem.travel.time("ebike", 0, 3) == UNREACHABLE and problem.travel.time("ebike", 2, 3) == 145
    found = {fault.code: fault for fault in find(problem)}
    assert "place 0 (home of lin) to place 1 (visit v1)" in found["unreachable"].text


def test_places_far_from_any_road_are_named(town: Town) -> None:
    """A point 800 m from its road is told: its times are another place's."""
    _, notes = on_roads(street(3, lat=41.0), roads(town))
    assert any("3 places lie over 500 m off the road" in note and "800 m" in note for note in notes)


def test_what_was_asked_once_is_remembered(town: Town, tmp_path: Path) -> None:
    """The same day costs no request, a day with one place more asks for that place only, other data for everything."""
    cached = {"cache": tmp_path, "dataset": "2026-11", "table_size": 5}
    first, _ = on_roads(street(10), roads(town, **cached))
    assert sum(town.asked) == 100
    again, _ = on_roads(street(10), roads(town, **cached))
    assert sum(town.asked) == 100
    assert np.array_equal(first.travel.block("ebike", range(10)), again.travel.block("ebike", range(10)))
    wider, _ = on_roads(street(11), roads(town, **cached))
    assert 21 <= sum(town.asked) - 100 <= 61 and wider.travel.time("ebike", 0, 10) == 1045
    on_roads(street(3), roads(town, cache=tmp_path, dataset="2026-12"))
    assert len(list(tmp_path.glob("*.npz"))) == 2


def test_days_with_different_places_share_one_memory(town: Town, tmp_path: Path) -> None:
    """Legs of a first day outlive a second day elsewhere, and an unreadable memory is only forgotten."""
    cached = {"cache": tmp_path}
    on_roads(street(6), roads(town, **cached))
    on_roads(street(6, first=121.5), roads(town, **cached))
    before = sum(town.asked)
    on_roads(street(6), roads(town, **cached))
    assert sum(town.asked) == before
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(b"PK torn")
    assert on_roads(street(6), roads(town, **cached))[0].travel.time("ebike", 0, 1) == 145


REFUSED = {
    "no points": (lambda: Problem("t", 1, line(3), (), ()), "travel.points"),
    "too many": (lambda: Problem("t", 1, Computed(((121.0, 37.0),) * 4001), (), ()), "travel"),
    "a mode nobody knows": (lambda: street(2), "osrm"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_asked_is_refused(case: str) -> None:
    """Places unknown, more than tables hold, or a way of moving that the problem does not have."""
    make, field_name = REFUSED[case]
    with pytest.raises(ProblemError) as refusal:
        on_roads(make(), Roads({"boat": "http://127.0.0.1:9"}))
    assert refusal.value.field == field_name


@pytest.mark.parametrize("url", ["", "boat", "ftp://x", "http://", "file:///etc"])
def test_what_is_no_url_is_refused(url: str) -> None:
    """Only http and https are asked."""
    with pytest.raises(ProblemError, match="osrm"):
        on_roads(street(2), Roads({"ebike": url}))


WHEEL = ("osrm-bindings==26.10.0", "--python-version", "3.12", "--abi", "abi3", "--platform", "manylinux_2_28_x86_64")


def osrm_home() -> Path:
    """OSRM's executables out of its wheel, fetched once a machine; skips honestly when the wheel cannot be had."""
    home = Path(tempfile.gettempdir()) / "unwalled-osrm-26.10.0"
    if not (home / "osrm" / "bin" / "osrm-routed").is_file():
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--only-binary",
            ":all:",
            "-d",
            str(home),
        ]
        fetched = subprocess.run([*command, *WHEEL], capture_output=True, text=True, timeout=120, check=False)
        wheels = list(home.glob("*.whl"))
        if fetched.returncode or not wheels:
            pytest.skip(f"OSRM's wheel cannot be had here: {fetched.stderr.strip()[-120:]}")
        subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheels[0]), str(home)], check=True)
        for program in (home / "osrm" / "bin").iterdir():
            program.chmod(0o755)
    return home / "osrm"


def grid(file: Path, side: int = 12) -> None:
    """An invented town as an OpenStreetMap file: streets every 0.002 degrees, and an island that no street reaches."""
    nodes = {(x, y): 1 + x * side + y for x in range(side) for y in range(side)}
    told = [
        f'<node id="{i}" lat="{37.5 + y / 500}" lon="{121.4 + x / 500}" version="1"/>' for (x, y), i in nodes.items()
    ]
    told += [f'<node id="{900 + k}" lat="{37.60 + k / 500}" lon="121.5" version="1"/>' for k in range(2)]
    ways = [[nodes[x, y] for y in range(side)] for x in range(side)] + [
        [nodes[x, y] for x in range(side)] for y in range(side)
    ]
    for k, way in enumerate([*ways, [900, 901]]):
        spots = "".join(f'<nd ref="{node}"/>' for node in way)
        told.append(f'<way id="{k + 1}" version="1">{spots}<tag k="highway" v="residential"/></way>')
    file.write_text(f'<?xml version="1.0"?><osm version="0.6">{"".join(told)}</osm>')


@pytest.fixture(params=["invented", "real"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """A real OSRM with a table limit of 20 over an invented or a real town, and 30 points in it."""
    home, place, rng = osrm_home(), tmp_path / "town.osm", np.random.default_rng(3)
    real = DATA.parent / "nanshan.osm"
    low, high = (
        ((121.4, 37.5), (121.422, 37.522)) if request.param == "invented" else ((113.925, 22.53), (113.955, 22.55))
    )
    if request.param == "invented":
        grid(place)
    elif real.is_file():
        place.write_bytes(real.read_bytes())
    else:
        pytest.skip("the extract of a real town is not here")
    for command in (
        ["osrm-extract", "-p", str(home / "share/profiles/bicycle.lua"), "town.osm"],
        ["osrm-contract", "town.osrm"],
    ):
        subprocess.run(
            [str(home / "bin" / command[0]), *command[1:]], cwd=tmp_path, check=True, capture_output=True, timeout=60
        )
    routed = [str(home / "bin" / "osrm-routed"), "-a", "ch", "-i", "127.0.0.1", "-p", "5078", "--max-table-size", "20"]
    with subprocess.Popen(
        [*routed, "town.osrm"], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        url = "http://127.0.0.1:5078"
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{url}/nearest/v1/driving/{low[0]},{low[1]}", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        points = [(float(lon), float(lat)) for lon, lat in rng.uniform(low, high, (30, 2))]
        yield url, points
        child.terminate()
        child.wait(timeout=10)


@pytest.mark.slow
def test_a_real_osrm_gives_the_legs_of_a_day(server: tuple[str, list[tuple[float, float]]], tmp_path: Path) -> None:
    """30 places through a table limit of 20: every leg is the server's own, longer than the crow flies, remembered."""
    url, points = server
    problem = street(30)
    problem = Problem("town", 1, straight(points), problem.caregivers, problem.visits)
    found, notes = on_roads(problem, Roads({"ebike": url}, cache=tmp_path / "cache", park_s={}))
    legs = found.travel.block("ebike", range(30))
    assert (legs < UNREACHABLE).all() and (np.diag(legs) == 0).all() and legs[legs > 0].size > 800
    spots = ";".join(f"{lon:.5f},{lat:.5f}" for lon, lat in points[:3])
    with urllib.request.urlopen(f"{url}/table/v1/driving/{spots}", timeout=10) as answer:
        assert np.array_equal(np.rint(json.load(answer)["durations"]), legs[:3, :3])
    crow = straight(points, modes=["ebike"], detour=1, speed_mps={"ebike": 8.0}, park_s={}).block("ebike", range(30))
    assert (legs.sum() > crow.sum()) and not [note for note in notes if note.startswith("ebike: estimated")]
    again, _ = on_roads(problem, Roads({"ebike": url}, cache=tmp_path / "cache", park_s={}))
    assert np.array_equal(again.travel.block("ebike", range(30)), legs)


def test_travel_answers_blocks_rows_and_rectangles_alike() -> None:
    """Matrices and computed legs answer every form of the question with the same numbers, bit for bit."""
    rng = np.random.default_rng(7)
    points = tuple((120 + float(x), 36 + float(y)) for x, y in rng.random((40, 2)))
    dense, computed = straight(points, ticks_per_s=10), Computed(points, ticks_per_s=10)
    assert dense.modes == computed.modes and dense.places == computed.places == 40
    some, others = [3, 1, 39], [0, 5]
    for mode in dense.modes:
        whole = computed.block(mode, range(40))
        assert np.array_equal(whole, dense.block(mode, range(40)))
        assert np.array_equal(computed.rows(mode, some), whole[some]) and np.array_equal(
            dense.rows(mode, some), whole[some]
        )
        for travel in (dense, computed):
            assert np.array_equal(travel.legs(mode, some, others), whole[np.ix_(some, others)])
            assert all(travel.time(mode, a, b) == whole[a, b] for a in some for b in others)
    assert np.array_equal(Travel(computed.matrices).block("car", some), dense.block("car", some))
