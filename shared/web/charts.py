"""Charts drawn by the server as SVG: shares over time, shares with their intervals, parts of a whole.

No script and no inline style: colours come from the classes of ``.chart`` in keur.css, so that dark screens, print and
forced colours follow. A picture never stands alone: whoever shows one puts the same numbers in a table beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 52, 168, 16, 40
LEGEND = 26
"""Height of the row that names the lines."""
LOWEST_GAP = 14
"""Between two texts at the same edge, so that they stay legible."""


@dataclass(frozen=True, slots=True)
class Level:
    """A line across at a share, 0 to 1, with its words at the right edge."""

    share: float
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """Points (x, share) from left to right. ``kind``: main, second, or before (dashed, for comparison)."""

    label: str
    points: Sequence[tuple[float, float]]
    kind: str = "main"


@dataclass(frozen=True, slots=True)
class Fan:
    """Where a line is expected to end: from ``start`` to ``value`` at ``x``, in a band from ``low`` to ``high``."""

    start: tuple[float, float]
    x: float
    low: float
    value: float
    high: float
    label: str


@dataclass(frozen=True, slots=True)
class Whisker:
    """The interval of a share at x."""

    x: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A share with its interval, under a label; ``open`` dots are expected, not counted. None is no dot."""

    label: str
    value: float | None
    low: float = 0.0
    high: float = 1.0
    open: bool = False


def curve(
    *,
    id: str,
    title: str,
    description: str,
    lines: Sequence[Line],
    levels: Sequence[Level] = (),
    fan: Fan | None = None,
    whiskers: Sequence[Whisker] = (),
    ticks: Sequence[tuple[float, str]] = (),
    x_last: float,
) -> str:
    """Shares (0 to 1) against x (0 to ``x_last``). ``id`` is unique on the page."""
    scale = _Scale(x_last)
    drawn = [_frame(scale, levels)]
    for x, label in ticks:
        drawn.append(f'<text x="{scale.x(x):.1f}" y="{HEIGHT - 16}" text-anchor="middle">{escape(label)}</text>')
    if fan is not None:
        drawn.append(_fan(scale, fan))
    for line in lines:
        way = " ".join(f"{scale.x(x):.1f},{scale.y(share):.1f}" for x, share in line.points)
        drawn.append(f'<polyline class="line line-{escape(line.kind)}" points="{way}"/>')
    drawn += [_whisker(scale.x(one.x), scale, one.low, one.high) for one in whiskers]
    named = [(line.kind, line.label) for line in lines]
    drawn.append(_legend([*named, *([("expected", fan.label)] if fan is not None else [])]))
    return _svg(id, title, description, "".join(drawn), height=HEIGHT + LEGEND)


def dots(
    *, id: str, title: str, description: str, groups: Sequence[Sequence[Dot]], levels: Sequence[Level] = ()
) -> str:
    """Shares with their intervals, side by side; the dots of a group stand under one label."""
    scale = _Scale(max(1, len(groups)))
    drawn = [_frame(scale, levels)]
    every = max(1, -(-len(groups) // 12))
    for n, group in enumerate(groups):
        shown = [dot for dot in group if dot.value is not None]
        for m, dot in enumerate(shown):
            x = scale.x(n + 0.5) + (m - (len(shown) - 1) / 2) * 16
            value = dot.value or 0.0
            drawn.append(_whisker(x, scale, dot.low, dot.high))
            kind = "dot dot-open" if dot.open else "dot"
            drawn.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{scale.y(value):.1f}" r="5"/>')
        if group and n % every == (len(groups) - 1) % every:
            at = f'x="{scale.x(n + 0.5):.1f}" y="{HEIGHT - 16}" text-anchor="middle"'
            drawn.append(f"<text {at}>{escape(group[0].label)}</text>")
    return _svg(id, title, description, "".join(drawn))


def bars(*, id: str, title: str, description: str, rows: Sequence[tuple[str, float, str]]) -> str:
    """Shares (0 to 1) as bars from the top down; each row is label, share and the words at its end."""
    row_height, label_width, words_width = 28, 300, 130
    room = WIDTH - label_width - words_width
    drawn = []
    for n, (label, share, words) in enumerate(rows):
        y = TOP + n * row_height
        drawn.append(f'<text x="{label_width - 8}" y="{y + 14}" text-anchor="end">{escape(label)}</text>')
        drawn.append(f'<rect class="bar" x="{label_width}" y="{y}" width="{max(1.0, share * room):.1f}" height="18"/>')
        drawn.append(f'<text x="{label_width + share * room + 8:.1f}" y="{y + 14}">{escape(words)}</text>')
    return _svg(id, title, description, "".join(drawn), height=2 * TOP + max(1, len(rows)) * row_height)


@dataclass(frozen=True, slots=True)
class _Scale:
    x_last: float

    def x(self, value: float) -> float:
        return LEFT + value / self.x_last * (WIDTH - LEFT - RIGHT)

    def y(self, share: float) -> float:
        return TOP + (1 - share) * (HEIGHT - TOP - BOTTOM)


def _frame(scale: _Scale, levels: Sequence[Level]) -> str:
    """Quarters from 0 to 100 %, and the levels with their words at the right."""
    left, right = LEFT, WIDTH - RIGHT
    drawn = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = scale.y(share)
        kind = "axis" if share == 0 else "grid"
        drawn.append(f'<line class="{kind}" x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
        drawn.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{share:.0%}</text>')
    for level in levels:
        y = scale.y(level.share)
        drawn.append(f'<line class="level" x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
    named = [(float(right), scale.y(level.share), level.label) for level in levels]
    for x, y, label in _apart(named):
        drawn.append(f'<text class="name" x="{x + 6:.1f}" y="{y + 4:.1f}">{escape(label)}</text>')
    return "".join(drawn)


def _legend(named: Sequence[tuple[str, str]]) -> str:
    """Each kind of line with its name, in a row below the picture."""
    each = (WIDTH - LEFT) / max(1, len(named))
    drawn = []
    for n, (kind, label) in enumerate(named):
        x, y = LEFT + n * each, HEIGHT + 8
        drawn.append(f'<line class="line line-{escape(kind)}" x1="{x:.1f}" y1="{y}" x2="{x + 26:.1f}" y2="{y}"/>')
        drawn.append(f'<text class="name" x="{x + 32:.1f}" y="{y + 4}">{escape(label)}</text>')
    return "".join(drawn)


def _apart(texts: Sequence[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """The texts from the bottom up, each moved up as far as the one below it asks."""
    placed: list[tuple[float, float, str]] = []
    for x, y, label in sorted(texts, key=lambda one: -one[1]):
        if placed:
            y = min(y, placed[-1][1] - LOWEST_GAP)
        placed.append((x, y, label))
    return placed


def _whisker(x: float, scale: _Scale, low: float, high: float) -> str:
    top, bottom = scale.y(high), scale.y(low)
    return (
        f'<path class="whisker" d="M{x:.1f} {top:.1f}V{bottom:.1f}'
        f'M{x - 5:.1f} {top:.1f}h10M{x - 5:.1f} {bottom:.1f}h10"/>'
    )


def _fan(scale: _Scale, fan: Fan) -> str:
    x0, y0 = scale.x(fan.start[0]), scale.y(fan.start[1])
    x1 = scale.x(fan.x)
    corners = f"{x0:.1f},{y0:.1f} {x1:.1f},{scale.y(fan.high):.1f} {x1:.1f},{scale.y(fan.low):.1f}"
    return (
        f'<polygon class="band" points="{corners}"/>'
        f'<polyline class="line line-expected" points="{x0:.1f},{y0:.1f} {x1:.1f},{scale.y(fan.value):.1f}"/>'
    )


def _svg(id: str, title: str, description: str, drawn: str, *, height: int = HEIGHT) -> str:
    """``drawn`` is ours; every text in it was escaped where it was put in."""
    name = escape(id, quote=True)
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
        f"{drawn}</svg>"
    )
