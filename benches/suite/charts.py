"""Charts as SVG, written by hand: dots on a logarithmic scale, bars, and lines on two logarithmic scales.

The background is transparent and the colours are of middling lightness, so that they can be read on light and on dark.
"""

import math
from collections.abc import Callable, Iterable
from html import escape

from cases import DATAFUSION, DUCKDB, LAZULI, LOOP, NUMPY, PANDAS, POLARS, STREAMING

COLOURS = {
    LAZULI: "#2f6feb",
    POLARS: "#d9534f",
    STREAMING: "#f0883e",
    DUCKDB: "#b8960c",
    DATAFUSION: "#1fa3a3",
    PANDAS: "#9a6ee0",
    NUMPY: "#3fa34d",
    LOOP: "#8b949e",
}
LINE_COLOURS = ["#2f6feb", "#3fa34d", "#d9534f", "#f0883e", "#9a6ee0", "#1fa3a3"]
WIDTH, ROW, LEFT, RIGHT, TOP = 760, 28, 220, 60, 56

STYLE = """<style>
text{font:12px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#57606a}
.title{font-size:14px;font-weight:600;fill:#1f2328}
.label{fill:#1f2328}
.grid{stroke:#8b949e;stroke-opacity:.3}
@media (prefers-color-scheme:dark){text{fill:#9da7b3}.title,.label{fill:#e6edf3}}
</style>"""


def _svg(title: str, height: float, parts: Iterable[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" role="img" aria-label="{escape(title)}">'
    )
    return "\n".join([head, STYLE, _text(12, 20, title, "title"), *parts, "</svg>"]) + "\n"


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    css = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{css}>{escape(text)}</text>'


def _grid(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="grid" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _dot(x: float, y: float, colour: str, radius: float, label: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{colour}"><title>{escape(label)}</title></circle>'


def _legend(names: Iterable[str], colours: dict[str, str]) -> list[str]:
    parts, x = [], 12.0
    for name in names:
        parts += [_dot(x + 5, 38, colours[name], 5, name), _text(x + 14, 42, name)]
        x += 28 + 7.2 * len(name)
    return parts


class Decades:
    """A logarithmic scale between whole powers of ten."""

    def __init__(self, values: Iterable[float], start: float, end: float) -> None:
        logs = [math.log10(value) for value in values]
        self.low, self.high = math.floor(min(logs)), max(math.ceil(max(logs)), math.floor(min(logs)) + 1)
        self.start, self.end = start, end

    def at(self, value: float) -> float:
        """Where a value lies."""
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """The powers of ten."""
        return [10.0**power for power in range(self.low, self.high + 1)]


def duration(seconds: float) -> str:
    """Seconds for people."""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 0.9995 or unit == "µs":
            return f"{seconds * factor:.3g} {unit}"
    return ""


def dots(title: str, rows: list[tuple[str, dict[str, float]]]) -> str:
    """One line a question, one dot an engine: further left is faster."""
    engines = [engine for engine in COLOURS if any(engine in values for _, values in rows)]
    scale = Decades([value for _, values in rows for value in values.values()], LEFT, WIDTH - RIGHT)
    bottom = TOP + ROW * len(rows)
    parts = _legend(engines, COLOURS)
    for tick in scale.ticks():
        x = scale.at(tick)
        parts += [_grid(x, TOP, x, bottom), _text(x, bottom + 16, duration(tick), anchor="middle")]
    for index, (label, values) in enumerate(rows):
        y = TOP + ROW * (index + 0.5)
        parts += [_text(12, y + 4, label, "label"), _grid(LEFT, y, WIDTH - RIGHT, y)]
        for engine in reversed(engines):
            if engine in values:
                told = f"{engine}: {duration(values[engine])}"
                radius = 6.5 if engine == LAZULI else 5
                parts.append(_dot(scale.at(values[engine]), y, COLOURS[engine], radius, told))
    return _svg(title, bottom + 28, parts)


def bars(title: str, rows: list[tuple[str, float]], told: Callable[[float], str], marks: dict[float, str]) -> str:
    """One bar a row, from zero, and vertical marks where something is expected."""
    most = max([value for _, value in rows] + list(marks))
    bottom = 36 + ROW * len(rows)

    def at(value: float) -> float:
        return LEFT + value / most * (WIDTH - RIGHT - 40 - LEFT)

    parts = []
    for index, (label, value) in enumerate(rows):
        y = 36 + ROW * index
        colour = COLOURS[LAZULI] if LAZULI in label or marks else "#8b949e"
        parts += [
            _text(12, y + 18, label, "label"),
            f'<rect x="{LEFT}" y="{y + 4}" width="{at(value) - LEFT:.1f}" height="{ROW - 8}" rx="2" fill="{colour}"/>',
            _text(at(value) + 6, y + 18, told(value)),
        ]
    for mark, label in marks.items():
        parts += [_grid(at(mark), 36, at(mark), bottom), _text(at(mark), bottom + 14, label, anchor="middle")]
    return _svg(title, bottom + (26 if marks else 10), parts)


def lines(title: str, series: dict[str, list[tuple[float, float]]]) -> str:
    """Seconds against rows; the dashed line is proportional."""
    height, left, right = 420, 70, 560
    bottom = height - 40
    points = [point for line in series.values() for point in line]
    across = Decades([rows for rows, _ in points], left, right)
    up = Decades([seconds for _, seconds in points], bottom, 36)
    parts = []
    for tick in across.ticks():
        parts += [_grid(across.at(tick), 36, across.at(tick), bottom)]
        parts.append(_text(across.at(tick), bottom + 18, f"{tick:,.0f} rows", anchor="middle"))
    for tick in up.ticks():
        parts += [_grid(left, up.at(tick), right, up.at(tick))]
        parts.append(_text(left - 8, up.at(tick) + 4, duration(tick), anchor="end"))
    decades = min(across.high - across.low, up.high - up.low)
    parts.append(
        f'<line x1="{left}" y1="{bottom}" x2="{across.at(10.0 ** (across.low + decades)):.1f}" '
        f'y2="{up.at(10.0 ** (up.low + decades)):.1f}" stroke="#8b949e" stroke-dasharray="5 5"/>'
    )
    labels = _apart([(up.at(line[-1][1]), name) for name, line in series.items()])
    for colour, (name, line) in zip(LINE_COLOURS, series.items(), strict=True):
        path = " ".join(f"{across.at(rows):.1f},{up.at(seconds):.1f}" for rows, seconds in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            _dot(across.at(rows), up.at(seconds), colour, 3.5, f"{name}, {rows:,.0f} rows: {duration(seconds)}")
            for rows, seconds in line
        ]
        y = labels[name]
        parts += [_dot(right + 14, y, colour, 4, name), _text(right + 24, y + 4, name, "label")]
    return _svg(title, height, parts)


def _apart(labels: list[tuple[float, str]], least: float = 16) -> dict[str, float]:
    """Heights for labels, moved down until none covers another."""
    out, last = {}, -math.inf
    for y, name in sorted(labels):
        last = max(y, last + least)
        out[name] = last
    return out
