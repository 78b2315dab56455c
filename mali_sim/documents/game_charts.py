"""Charts of the page on a game, as inline SVG: a course over the strategies' bands, a histogram."""

import html
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import ceil, floor, log10

import numpy as np
from attrs import frozen

from mali_sim.documents.diagram import wrapped

CARD, INK, MUTED, LINE = "#FFFFFF", "#2B2118", "#6C5D49", "#DDD0B8"
INDIGO, AMBER = "#1F3A5F", "#7A5D22"
#: Colour and dashes of the first strategy's bands and of the second's.
STYLES = ((INDIGO, "7 4"), (AMBER, "1.5 3.5"))
WIDTH, HEIGHT, LOW = 480, 236, 208
#: Room for numbers on the left and for names on the right; letters in a line of names.
_LEFT, _RIGHT, _TOP, _LETTERS = 54, 146, 12, 19
_TEXT = 13.0
_LEADING = 15.0
#: Lines across a course, numbers below a histogram, and its bars.
_LINES, _TICKS, _BINS = 3, 7, 30
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)

Number = Callable[[float], str]
Point = tuple[float, float]


@frozen
class Ribbon:
    """
    A strategy's runs behind a course.

    Parameters
    ----------
    label : str
        Its name, and where its middle ends.
    levels : ndarray, shape (5, months)
        What 5, 25, 50, 75 and 95 in 100 runs stay below.
    """

    label: str
    levels: np.ndarray


def grid(low: float, high: float, most: int = _LINES) -> list[float]:
    """A few round numbers between two ends; the lower end where no number is round enough."""
    reach = high - low
    if reach <= 0:
        return [low]
    size = 10.0 ** floor(log10(reach))
    for step in (x * size / 10.0 * scale for scale in (1.0, 10.0) for x in _STEPS):
        first = ceil(low / step - 1e-9)
        count = floor(high / step + 1e-9) - first + 1
        if count <= most:
            return [round((first + n) * step, 12) for n in range(count)] or [low]
    return [low]


def course(
    title: str, own: Sequence[float], named: str, ribbons: Sequence[Ribbon], ends: tuple[str, str],
    number: Number, least: float, said: tuple[str, str] | None = None,
) -> str:  # fmt: skip
    """
    A game's course, a heavy line, over the bands of strategies; names stand where lines end.

    Parameters
    ----------
    title : str
        What a reader who does not see it is told.
    own : sequence of float
        At the close of each month.
    named : str
        What stands at the end of the heavy line.
    ends : tuple of str
        Names of the first month and of the last.
    number : callable
        How a number along the side is written.
    least : float
        The smallest span that fills the height.
    said : tuple of str, optional
        Of a yes or no: the words for 0 and 1.
    """
    values = np.concatenate([np.asarray(own, float), *(r.levels[[0, 4]].ravel() for r in ribbons)])
    low, high = (0.0, 1.0) if said else (float(values.min()), float(values.max()))
    spare = max(least - (high - low), 0.06 * (high - low)) / 2
    low, high = low - spare, high + spare
    wide, last = WIDTH - _LEFT - _RIGHT, max(len(own) - 1, 1)

    def at(month: float, value: float) -> Point:
        return _LEFT + wide * month / last, LOW - (LOW - _TOP) * (value - low) / (high - low)

    def path(series: Sequence[float]) -> list[Point]:
        points = [at(n, v) for n, v in enumerate(series)]
        return points if len(points) > 1 else [points[0], (points[0][0] + 6.0, points[0][1])]

    lines = [0.0, 1.0] if said else grid(low, high)
    parts = []
    for value in lines:
        y = at(0, value)[1]
        parts.append(_line((_LEFT, y), (_LEFT + wide, y), LINE))
        told = said[round(value)] if said else number(value)
        parts.append(_words(told, _LEFT - 6, y + 4, "end"))
    for ribbon, (colour, _) in zip(ribbons, STYLES, strict=False):
        for outer, inner, shade in ((0, 4, 0.10), (1, 3, 0.16)):
            edge = path(ribbon.levels[inner].tolist()) + path(ribbon.levels[outer].tolist())[::-1]
            parts.append(f'<polygon points="{_points(edge)}" fill="{colour}" fill-opacity="{shade}"/>')
    for ribbon, (colour, dashes) in zip(ribbons, STYLES, strict=False):
        for row, width in ((0, 0.7), (4, 0.7), (2, 1.8)):
            parts.append(_path(path(ribbon.levels[row].tolist()), colour, width, dashes))
    mine = path(own)
    parts += [_path(mine, CARD, 5.5), _path(mine, INK, 3.0)]
    parts += [_words(ends[0], _LEFT, LOW + 19, "start")]
    if len(own) > 1:
        parts.append(_words(ends[1], _LEFT + wide, LOW + 19, "end"))
    names = [(named, INK, mine[-1][1], "", True)]
    for ribbon, (colour, dashes) in zip(ribbons, STYLES, strict=False):
        names.append((ribbon.label, colour, path(ribbon.levels[2].tolist())[-1][1], dashes, False))
    parts += _names(names, _LEFT + wide, HEIGHT)
    return _svg(title, parts, HEIGHT)


def _names(names: Sequence[tuple[str, str, float, str, bool]], x: float, height: float) -> list[str]:
    """Names beside the ends of their lines, moved apart where they would touch."""
    blocks = [(y, wrapped(text, _LETTERS, even=False), colour, dashes, bold)
              for text, colour, y, dashes, bold in names]  # fmt: skip
    blocks.sort(key=lambda b: b[0])
    tall = [len(lines) * _LEADING + 5.0 for _, lines, _, _, _ in blocks]
    tops = [y - h / 2 for (y, *_), h in zip(blocks, tall, strict=True)]
    tops[0] = max(tops[0], 0.0)
    for n in range(1, len(tops)):
        tops[n] = max(tops[n], tops[n - 1] + tall[n - 1])
    limit = height
    for n in range(len(tops) - 1, -1, -1):
        tops[n] = min(tops[n], limit - tall[n])
        limit = tops[n]
    parts = []
    for (y, lines, colour, dashes, bold), top, h in zip(blocks, tops, tall, strict=True):
        parts.append(_path([(x + 1, y), (x + 14, top + h / 2)], colour, 2.4 if bold else 1.4, dashes))
        for n, line in enumerate(lines):
            place = top + 2.5 + _LEADING * (n + 1) - 3.0
            parts.append(_words(line, x + 18, place, "start", colour, bold))
    return parts


def histogram(
    title: str, values: np.ndarray, own: float, named: str, middle: str, number: Number,
    said: tuple[str, str] | None = None,
) -> str:  # fmt: skip
    """
    How often replays come to what, with a game's own value marked.

    Parameters
    ----------
    values : ndarray, shape (runs,)
    named : str
        What stands at the game's mark.
    middle : str
        What stands at the mark of the replays' middle.
    said : tuple of str, optional
        Of a yes or no: the words for 0 and 1.
    """
    wide, left, high, top, low = 960, 20, 232, 52, 204
    if said:
        edges = np.array([-0.5, 0.5, 1.5])
    else:
        # A few runs far out must not press all others into one bar.
        first, last = np.quantile(values, (0.002, 0.998))
        first, last = min(float(first), own), max(float(last), own)
        if last <= first:
            first, last = first - 0.5, last + 0.5
        edges = np.linspace(first, last, _BINS + 1)
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    reach, room = edges[-1] - edges[0], wide - 2 * left

    def x(value: float) -> float:
        return left + room * (value - edges[0]) / reach

    parts = []
    for count, (a, b) in zip(counts.tolist(), pairwise(edges.tolist()), strict=True):
        tall = (low - top) * count / max(int(counts.max()), 1)
        if count:
            parts.append(
                f'<rect x="{x(a) + 1:.1f}" y="{low - tall:.1f}" width="{max(x(b) - x(a) - 2, 1):.1f}" '
                f'height="{tall:.1f}" fill="{INDIGO}" fill-opacity="0.32"/>'
            )
    parts.append(_line((left, low), (wide - left, low), MUTED))
    if said:
        parts += [_words(w, x(v), low + 18, "middle") for v, w in enumerate(said)]
    else:
        for value in grid(float(edges[0]), float(edges[-1]), _TICKS):
            parts.append(_line((x(value), low), (x(value), low + 5), MUTED))
            parts.append(_words(number(value), x(value), low + 18, "middle"))
    marks = [(x(min(max(own, edges[0]), edges[-1])), named, INK, 3.0, "")]
    if not said:
        centre = min(max(float(np.median(values)), edges[0]), edges[-1])
        marks.append((x(centre), middle, INDIGO, 1.6, STYLES[0][1]))
    for (place, text, colour, width, dashes), (anchor, y) in _placed(marks, wide, top):
        parts.append(_path([(place, y + 5), (place, low)], colour, width, dashes))
        parts.append(_words(text, place, y, anchor, colour, colour == INK))
    return _svg(title, parts, high, wide)


_Mark = tuple[float, str, str, float, str]


def _placed(marks: Sequence[_Mark], wide: float, top: float) -> list[tuple[_Mark, tuple[str, float]]]:
    """Marks with the side on which their words stand and how high: none runs through another's words."""
    upper, lower = top - 36.0, top - 14.0
    ordered = sorted(marks, key=lambda m: m[0])

    def after(mark: _Mark) -> bool:
        return mark[0] + 7.6 * len(mark[1]) <= wide

    def before(mark: _Mark) -> bool:
        return mark[0] - 7.6 * len(mark[1]) >= 0

    if len(ordered) == 1:
        return [(ordered[0], ("start" if after(ordered[0]) else "end", lower))]
    first, last = ordered
    if after(last):
        return [(first, ("start" if after(first) else "end", upper)), (last, ("start", lower))]
    if before(first):
        return [(first, ("end", lower)), (last, ("end", upper))]
    return [(first, ("start", lower)), (last, ("end", upper))]


def _svg(title: str, parts: Sequence[str], height: float, width: float = WIDTH) -> str:
    head = f'<svg role="img" viewBox="0 0 {width:g} {height:g}"><title>{html.escape(title)}</title>'
    return head + "".join(parts) + "</svg>"


def _words(
    text: str, x: float, y: float, anchor: str, colour: str = MUTED, bold: bool = False
) -> str:
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{_TEXT:g}" fill="{colour}"{weight}>'
        f"{html.escape(text)}</text>"
    )


def _line(a: Point, b: Point, colour: str) -> str:
    return (
        f'<line x1="{a[0]:.1f}" y1="{a[1]:.1f}" x2="{b[0]:.1f}" y2="{b[1]:.1f}" '
        f'stroke="{colour}" stroke-width="1"/>'
    )


def _path(points: Sequence[Point], colour: str, width: float, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<polyline points="{_points(points)}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
        f'stroke-linejoin="round"{dashed}/>'
    )


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
