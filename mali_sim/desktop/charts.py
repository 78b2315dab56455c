"""Bars, sparklines, fans and lines, drawn large and scaled down so that they are smooth."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pygame
from attrs import frozen

from mali_sim.desktop.tokens import STEP, Colour, mixed
from mali_sim.desktop.widgets import Brush

_SHARPER = 3


class Sheet:
    """A transparent sheet three times as large, laid on the pane when it is done."""

    def __init__(self, brush: Brush, rect: pygame.Rect) -> None:
        self.brush, self.rect = brush, rect
        self.size = rect.width * _SHARPER, rect.height * _SHARPER
        self.surface = pygame.Surface(self.size, pygame.SRCALPHA)
        self.surface.fill((*brush.theme.paper, 0))

    def area(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        """A filled shape; points from 0 to 1, up is up."""
        if len(points) > 2:
            pygame.draw.polygon(self.surface, colour, [self._at(p) for p in points])

    def path(self, points: Sequence[tuple[float, float]], colour: Colour, width: float) -> None:
        """A line; points from 0 to 1, up is up."""
        wide = max(round(width * self.brush.letters.scale * _SHARPER), 1)
        places = [self._at(p) for p in points]
        for a, b in pairwise(places):
            pygame.draw.line(self.surface, colour, a, b, wide)
        for place in places:
            pygame.draw.circle(self.surface, colour, place, wide // 2)

    def veil(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        """A filled shape through which what lies below is seen."""
        if len(points) < 3:
            return
        layer = pygame.Surface(self.size, pygame.SRCALPHA)
        pygame.draw.polygon(layer, (*colour, 46), [self._at(p) for p in points])
        self.surface.blit(layer, (0, 0))

    def dashed(
        self, points: Sequence[tuple[float, float]], colour: Colour, width: float, dash: int
    ) -> None:
        """A line in dashes of so many pixels of the design, with gaps two thirds as long."""
        scale = self.brush.letters.scale * _SHARPER
        wide, on, off = max(round(width * scale), 1), dash * scale, max(dash * scale * 0.66, 3 * scale)
        places, drawn, pen = [self._at(p) for p in points], 0.0, True
        for (ax, ay), (bx, by) in pairwise(places):
            long = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
            at = 0.0
            while at < long:
                step = min((on if pen else off) - drawn, long - at)
                if pen:
                    start = ax + (bx - ax) * at / long, ay + (by - ay) * at / long
                    end = ax + (bx - ax) * (at + step) / long, ay + (by - ay) * (at + step) / long
                    pygame.draw.line(self.surface, colour, start, end, wide)
                at, drawn = at + step, drawn + step
                if drawn >= (on if pen else off) - 1e-6:
                    pen, drawn = not pen, 0.0

    def dashes(self, height: float, colour: Colour) -> None:
        """A dashed line across."""
        y, step = self._at((0, height))[1], 4 * _SHARPER
        for x in range(0, self.size[0], 2 * step):
            pygame.draw.line(self.surface, colour, (x, y), (x + step, y), _SHARPER)

    def _at(self, point: tuple[float, float]) -> tuple[float, float]:
        return point[0] * (self.size[0] - 1), (1 - point[1]) * (self.size[1] - 1)

    def small(self) -> pygame.Surface:
        """As large as it is on the pane."""
        return pygame.transform.smoothscale(self.surface, self.rect.size)

    def lay(self) -> None:
        """Put it on the pane."""
        self.brush.surface.blit(self.small(), self.brush.at(self.rect))


def scaled(values: Sequence[float], low: float, high: float) -> list[tuple[float, float]]:
    """A series as points from 0 to 1; a flat one runs through the middle."""
    reach = high - low
    last = max(len(values) - 1, 1)
    return [(n / last, (v - low) / reach if reach > 0 else 0.5) for n, v in enumerate(values)]


def sparkline(brush: Brush, rect: pygame.Rect, series: Sequence[float], least: float) -> None:
    """
    The course of a number, without axes.

    Parameters
    ----------
    least : float
        The smallest span that fills the height, so that a small wobble looks small.
    """
    if not brush.seen(rect.top, rect.height):
        return
    sheet = Sheet(brush, rect)
    low, high = min(series), max(series)
    spare = max(least - (high - low), 0) / 2
    series = list(series) if len(series) > 1 else [series[0], series[0]]
    points = scaled(series, low - spare, high + spare)
    sheet.path([(0.03 + 0.94 * x, 0.08 + 0.84 * y) for x, y in points], brush.theme.muted, 1.4)
    sheet.lay()


def gauge(brush: Brush, rect: pygame.Rect, value: float, low: float, high: float, colour: Colour) -> None:
    """A bar from the low end, or from zero where zero lies between the ends."""
    brush.fill(rect, mixed(brush.theme.bar, brush.theme.line, 0.25))
    zero = min(max(0.0, low), high)

    def place(at: float) -> int:
        return rect.left + round((min(max(at, low), high) - low) / (high - low) * rect.width)

    left, right = sorted((place(zero), place(value)))
    bar(brush, pygame.Rect(left, rect.top, max(right - left, 1), rect.height), colour)
    if low < 0 < high:
        tick = pygame.Rect(place(0), rect.top - brush.px(2), 1, rect.height + brush.px(4))
        brush.fill(tick, brush.theme.ink)


def bar(brush: Brush, rect: pygame.Rect, colour: Colour) -> None:
    """A bar; one that is for the worse is hatched, so that its colour does not say it alone."""
    brush.fill(rect, colour)
    if colour != brush.theme.rust or not brush.seen(rect.top, rect.height):
        return
    here = brush.at(rect).clip(brush.surface.get_rect())
    if here.width < 2 or here.height < 2:
        return
    inside = brush.surface.subsurface(here)
    light = mixed(colour, brush.theme.card, 0.45)
    for x in range(-here.height, here.width, max(brush.px(6), 3)):
        pygame.draw.line(inside, light, (x, here.height), (x + here.height, 0))


def cause_bar(
    brush: Brush, rect: pygame.Rect, amount: float, least: float, most: float, colour: Colour
) -> None:
    """A bar to the left or right of a common zero line."""
    reach = (most - least) or 1.0
    zero = rect.left + round(-least / reach * rect.width)
    end = rect.left + round((amount - least) / reach * rect.width)
    left, right = sorted((zero, end))
    bar(brush, pygame.Rect(left, rect.top, max(right - left, 2), rect.height), colour)
    brush.fill(pygame.Rect(zero, rect.top - brush.px(3), 1, rect.height + brush.px(6)), brush.theme.muted)


def fan(brush: Brush, rect: pygame.Rect, quantiles: np.ndarray, least: float, colour: Colour) -> None:
    """
    Bands of a paired difference around its middle, over a dashed zero.

    Parameters
    ----------
    quantiles : ndarray, shape (5, months)
        5, 25, 50, 75 and 95 percent.
    least : float
        The smallest span that fills the height, so that next to nothing looks like it.
    """
    if not brush.seen(rect.top, rect.height):
        return
    rows = np.concatenate([np.zeros((5, 1)), quantiles], axis=1)
    low, high = min(float(rows.min()), 0.0), max(float(rows.max()), 0.0)
    room = max((high - low) * 0.06, (least - (high - low)) / 2) or 1.0
    low, high = low - room, high + room
    sheet = Sheet(brush, rect)
    lines = [scaled(row.tolist(), low, high) for row in rows]
    back = brush.theme.card
    sheet.area([*lines[0], *lines[4][::-1]], mixed(back, colour, 0.2))
    sheet.area([*lines[1], *lines[3][::-1]], mixed(back, colour, 0.45))
    sheet.dashes(-low / (high - low), brush.theme.muted)
    sheet.path(lines[2], colour, 2.0)
    sheet.lay()


def course(
    brush: Brush, rect: pygame.Rect, series: Sequence[float], marks: tuple[str, str], ends: tuple[str, str],
    label: str,
) -> None:  # fmt: skip
    """
    A series with two grid lines, and its last value written beside it.

    Parameters
    ----------
    marks : (str, str)
        The lowest and highest value, as they are written.
    ends : (str, str)
        The first and last month.
    """
    left = max(*(brush.letters.width(m, "small") for m in marks), brush.px(48)) + brush.px(STEP * 2)
    right = max(brush.letters.width(label, "small_strong"), brush.px(48)) + brush.px(STEP * 3)
    low_line = brush.letters.height("small")
    area = pygame.Rect(rect.left + left, rect.top + low_line // 2, rect.width - left - right, 0)
    area.height = rect.height - low_line - low_line // 2 - brush.px(STEP)
    for mark, y in ((marks[1], area.top), (marks[0], area.bottom - 1)):
        brush.rule(area.left, y, area.width)
        at = area.left - brush.px(STEP * 2), y - low_line // 2
        brush.text(mark, *at, "small", brush.theme.muted, align="right")
    sheet = Sheet(brush, area)
    points = scaled(series, min(series), max(series))
    sheet.path([(0.004 + 0.992 * x, 0.02 + 0.96 * y) for x, y in points], brush.theme.ink, 2.2)
    sheet.lay()
    y = area.top + round((1 - points[-1][1]) * (area.height - 1)) - low_line // 2
    brush.text(label, area.right + brush.px(STEP * 2), y, "small_strong")
    brush.text(ends[0], area.left, area.bottom + brush.px(STEP), "small", brush.theme.muted)
    brush.text(ends[1], area.right, area.bottom + brush.px(STEP), "small", brush.theme.muted, align="right")


@frozen
class Band:
    """
    Another way that a figure may go.

    Parameters
    ----------
    low, high : list of float, optional
        Where 9 of 10 runs lie; None where there is one run only.
    colour : str
        The name of a colour in the theme.
    """

    label: str
    low: list[float] | None
    middle: list[float]
    high: list[float] | None
    colour: str


def course_over(
    brush: Brush, rect: pygame.Rect, series: Sequence[float], bands: Sequence[Band], ends: tuple[str, str],
    label: str, said: Callable[[float], str], marks: Sequence[tuple[int, int]],
) -> None:  # fmt: skip
    """
    A heavy line over the bands of others, each labelled at its end; three grid lines.

    Parameters
    ----------
    ends : (str, str)
        The first and last month.
    said : callable
        How a value is written.
    marks : sequence of (int, int)
        Numbers to be set on the line, and their months.
    """
    theme, px, letters = brush.theme, brush.px, brush.letters
    values = [*series, *(v for b in bands for part in (b.low, b.middle, b.high) if part for v in part)]
    low, high = min(values), max(values)
    low, high = low - (high - low) * 0.04, high + ((high - low) * 0.04 or 1.0)
    grid = [low + (high - low) * k / 2 for k in (0, 1, 2)]
    left = max(letters.width(said(v), "small") for v in grid) + px(STEP * 2)
    names = [label, *(b.label for b in bands)]
    most = round(rect.width * 0.34)
    right = min(max(letters.width(n, "small_strong") for n in names), most) + px(STEP * 2)
    line = letters.height("small")
    area = pygame.Rect(rect.left + left, rect.top + line // 2, rect.width - left - right, 0)
    area.height = rect.height - line - line // 2 - px(STEP)
    if area.width < px(40) or area.height < px(20) or not brush.seen(rect.top, rect.height):
        return
    for v, y in zip(grid, (area.bottom - 1, area.centery, area.top), strict=True):
        brush.rule(area.left, y, area.width)
        brush.text(said(v), area.left - px(STEP * 2), y - line // 2, "small", theme.muted, align="right")
    own = scaled(series, low, high)
    drawn_from = [(b.colour, *map(_fixed, (b.low, b.middle, b.high))) for b in bands]
    key = "course", area.size, tuple(series), tuple(drawn_from)
    lines = brush.sketch(key, lambda: _course(brush, area, own, bands, (low, high)))
    if lines is not None:
        brush.surface.blit(lines, brush.at(area))
    for number, month in marks:
        if 0 <= month < len(own):
            x = area.left + round(own[month][0] * (area.width - 1))
            y = area.top + round((1 - own[month][1]) * (area.height - 1))
            size = px(17)
            brush.sign("disc", x - size // 2, y - size // 2, size, theme.indigo)
            brush.text(str(number), x, y - line // 2, "small_strong", theme.card, align="middle")
    places = [(own[-1][1], label, theme.ink)]
    places += [(scaled(b.middle, low, high)[-1][1], b.label, getattr(theme, b.colour)) for b in bands]
    _end_labels(brush, area, places, right - px(STEP * 2))
    brush.text(ends[0], area.left, area.bottom + px(STEP), "small", theme.muted)
    if letters.width(ends[0], "small") + letters.width(ends[1], "small") + px(12) < area.width:
        brush.text(ends[1], area.right, area.bottom + px(STEP), "small", theme.muted, align="right")


def _fixed(values: list[float] | None) -> tuple[float, ...] | None:
    return tuple(values) if values else None


def _course(
    brush: Brush, area: pygame.Rect, own: Sequence[tuple[float, float]], bands: Sequence[Band],
    reach: tuple[float, float],
) -> pygame.Surface:  # fmt: skip
    """The line and the bands, as a picture."""
    sheet, theme = Sheet(brush, area), brush.theme
    for b in bands:
        if b.low and b.high:
            sheet.veil([*scaled(b.low, *reach), *scaled(b.high, *reach)[::-1]], getattr(theme, b.colour))
    for n, b in enumerate(bands):
        sheet.dashed(scaled(b.middle, *reach), getattr(theme, b.colour), 1.8, (7, 3)[n % 2])
    sheet.path(own, theme.ink, 2.4)
    return sheet.small()


def _end_labels(
    brush: Brush, area: pygame.Rect, places: Sequence[tuple[float, str, Colour]], room: int
) -> None:
    """Names at the ends of lines, moved apart where they would lie over each other."""
    line = brush.letters.height("small")
    rows = [
        [area.top + (1 - y) * (area.height - 1) - line / 2, name, colour] for y, name, colour in places
    ]  # fmt: skip
    rows.sort(key=lambda r: r[0])
    heights = [len(brush.letters.wrap(name, "small_strong", room, 2)) * line for _, name, _ in rows]
    top = area.top - line // 2
    for row, high in zip(rows, heights, strict=True):
        row[0] = max(row[0], top)
        top = row[0] + high
    limit = area.bottom + line
    for row, high in zip(reversed(rows), reversed(heights), strict=True):
        row[0] = min(row[0], limit - high)
        limit = row[0]
    for y, name, colour in rows:
        brush.text(name, area.right + brush.px(STEP * 2), round(y), "small_strong", colour, room, lines=2)


def bars(
    brush: Brush, rect: pygame.Rect, values: Sequence[float], own: float, told: str,
    said: Callable[[float], str],
) -> None:  # fmt: skip
    """
    How often what came out, as bars, with one run marked.

    Parameters
    ----------
    own : float
        The run that is marked.
    told : str
        What is written above it.
    """
    theme, px, letters = brush.theme, brush.px, brush.letters
    line = letters.height("small")
    low, high = min(*values, own), max(*values, own)
    if high <= low:
        low, high = low - 0.5, high + 0.5
    counts, edges = np.histogram(values, bins=26, range=(low, high))
    tall = rect.height - 2 * line - px(STEP * 2)
    area = pygame.Rect(rect.left, rect.top + line + px(STEP), rect.width, tall)
    if not brush.seen(rect.top, rect.height):
        return
    most = max(int(counts.max()), 1)
    wide = area.width / len(counts)
    mine = min(int(np.searchsorted(edges, own, "right")) - 1, len(counts) - 1)
    for n, count in enumerate(counts):
        high_bar = max(round(count / most * area.height), 1 if count else 0)
        colour = theme.ink if n == mine else theme.ramp[2]
        if n == mine:
            high_bar = max(high_bar, px(6))
        left = area.left + round(n * wide)
        bar = pygame.Rect(left, area.bottom - high_bar, max(round(wide) - px(2), 1), high_bar)
        brush.fill(bar, colour)
    brush.rule(area.left, area.bottom, area.width, theme.muted)
    at = area.left + round((mine + 0.5) * wide)
    half = letters.width(told, "small_strong") // 2
    at = min(max(at, area.left + half), area.right - half)
    brush.text(told, at, rect.top, "small_strong", align="middle")
    brush.text(said(low), area.left, area.bottom + px(STEP), "small", theme.muted)
    brush.text(said(high), area.right, area.bottom + px(STEP), "small", theme.muted, align="right")
