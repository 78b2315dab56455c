"""Bars, sparklines, fans and lines, drawn large and scaled down so that they are smooth."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pygame

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

    def dashes(self, height: float, colour: Colour) -> None:
        """A dashed line across."""
        y, step = self._at((0, height))[1], 4 * _SHARPER
        for x in range(0, self.size[0], 2 * step):
            pygame.draw.line(self.surface, colour, (x, y), (x + step, y), _SHARPER)

    def _at(self, point: tuple[float, float]) -> tuple[float, float]:
        return point[0] * (self.size[0] - 1), (1 - point[1]) * (self.size[1] - 1)

    def lay(self) -> None:
        """Put it on the pane."""
        small = pygame.transform.smoothscale(self.surface, self.rect.size)
        self.brush.surface.blit(small, self.brush.at(self.rect))


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
    brush.fill(pygame.Rect(left, rect.top, max(right - left, 1), rect.height), colour)
    if low < 0 < high:
        tick = pygame.Rect(place(0), rect.top - brush.px(2), 1, rect.height + brush.px(4))
        brush.fill(tick, brush.theme.ink)


def cause_bar(
    brush: Brush, rect: pygame.Rect, amount: float, least: float, most: float, colour: Colour
) -> None:
    """A bar to the left or right of a common zero line."""
    reach = (most - least) or 1.0
    zero = rect.left + round(-least / reach * rect.width)
    end = rect.left + round((amount - least) / reach * rect.width)
    left, right = sorted((zero, end))
    brush.fill(pygame.Rect(left, rect.top, max(right - left, 2), rect.height), colour)
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
