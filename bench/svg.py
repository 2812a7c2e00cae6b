"""A small hand for drawing SVG: lines, boxes, dots and words; it knows nothing about plans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

INK, FAINT, PAPER, ALARM = "#1f2933", "#9aa5b1", "#ffffff", "#d64545"
HUES = ("#2f6f9f", "#c8743a", "#4d8f5b", "#8b5fa8", "#b8453f", "#3f9aa0", "#a38a2c", "#6a6fbf", "#7a5c4a", "#bf5f8e",
        "#5b7f2f", "#44546a")  # fmt: skip
FONT = "system-ui, 'Segoe UI', 'Noto Sans', 'WenQuanYi Micro Hei', sans-serif"

Point = tuple[float, float]


class Drawing:
    """Collects shapes; `text` gives the file."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self.size, self.title = (width, height), title
        self.shapes: list[str] = []

    def box(self, x: float, y: float, width: float, height: float, fill: str, *, radius: float = 0.0,
            stroke: str = "none") -> None:  # fmt: skip
        """A filled rectangle."""
        self.shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0.0, width):.1f}" height="{height:.1f}" rx="{radius:g}" '
            f'fill="{fill}" stroke="{stroke}"/>'
        )

    def path(self, points: Iterable[Point], stroke: str, *, width: float = 1.5, dash: str = "") -> None:
        """A broken line."""
        told = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.shapes.append(
            f'<polyline points="{told}" fill="none" stroke="{stroke}" stroke-width="{width:g}" '
            f'stroke-linejoin="round"{dashed}/>'
        )

    def dot(self, x: float, y: float, radius: float, fill: str, *, stroke: str = "none") -> None:
        """A filled circle."""
        self.shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{fill}" stroke="{stroke}"/>')

    def cross(self, x: float, y: float, arm: float, stroke: str) -> None:
        """Two short strokes."""
        for sign in (1, -1):
            self.path([(x - arm, y - sign * arm), (x + arm, y + sign * arm)], stroke, width=1.8)

    def words(self, x: float, y: float, text: str, *, size: float = 12, fill: str = INK, anchor: str = "start",
              bold: bool = False) -> None:  # fmt: skip
        """A line of text; `anchor` is start, middle or end."""
        weight = ' font-weight="600"' if bold else ""
        self.shapes.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{fill}" text-anchor="{anchor}"{weight}>'
            f"{escape(text)}</text>"
        )

    def text(self) -> str:
        """The whole file."""
        width, height = self.size
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
            f'height="{height:g}" font-family="{FONT}" role="img">'
        )
        paper = f'<rect width="{width:g}" height="{height:g}" fill="{PAPER}"/>'
        return "\n".join([head, f"<title>{escape(self.title)}</title>", paper, *self.shapes, "</svg>", ""])


def fitted(points: Sequence[Point], left: float, top: float, width: float, height: float) -> list[Point]:
    """Points (x to the right, y up) scaled alike both ways into a frame, y turned downwards."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    scale = min(width / (max(xs) - min(xs) or 1), height / (max(ys) - min(ys) or 1))
    shift_x = left + (width - scale * (max(xs) - min(xs))) / 2
    shift_y = top + (height - scale * (max(ys) - min(ys))) / 2
    return [(shift_x + scale * (x - min(xs)), shift_y + scale * (max(ys) - y)) for x, y in points]
