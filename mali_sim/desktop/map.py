"""The map: places coloured by how much, hatched on the upper steps, with their names on them."""

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product

import pygame
from attrs import frozen

from mali_sim.desktop.tokens import STEP, Colour, mixed
from mali_sim.desktop.widgets import Brush, Kept
from mali_sim.scenario.library import content_folder

_SHARPER = 2
STEPS = 5
#: A place narrower than this many pixels is drawn as a disc.
SMALL = 16
Point = tuple[float, float]


@frozen
class Place:
    """A region's outline and where its name stands, in the map's own units, y down."""

    id: str
    label: Point
    ring: tuple[Point, ...]


@cache
def load_map(name: str | None) -> tuple[Place, ...]:
    """
    The places of a map asset; none where there is no such map.

    Parameters
    ----------
    name : str or None
        The asset that a set names, without its folder and endings.
    """
    stem = (name or "mali").replace("\\", "/").rpartition("/")[2].partition(".")[0]
    path = content_folder("assets") / "map" / f"{stem}.json"
    if not path.is_file():
        return ()
    regions = json.loads(path.read_text(encoding="utf-8"))["regions"]
    lows = [min(p[axis] for r in regions for p in r["ring"]) for axis in (0, 1)]
    highs = [max(p[axis] for r in regions for p in r["ring"]) for axis in (0, 1)]
    squeeze = math.cos(math.radians((lows[1] + highs[1]) / 2))

    def flat(point: Sequence[float]) -> Point:
        return (point[0] - lows[0]) * squeeze, highs[1] - point[1]

    return tuple(Place(r["id"], flat(r["label"]), tuple(flat(p) for p in r["ring"])) for r in regions)


def tiles(members: Sequence[str]) -> tuple[Place, ...]:
    """Squares in rows, for a set that no map draws."""
    across = math.ceil(math.sqrt(len(members)))
    found = []
    for n, id in enumerate(members):
        x, y = n % across * 1.06, n // across * 1.06
        found.append(Place(id, (x + 0.5, y + 0.5), ((x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1))))
    return tuple(found)


def places_for(name: str | None, members: Sequence[str]) -> tuple[Place, ...]:
    """The map's places where it has all members, else tiles."""
    found = load_map(name)
    return found if set(members) == {p.id for p in found} else tiles(members)


def steps_for(highest: float, bounds: tuple[float, ...] | None) -> list[float]:
    """
    Upper ends of the first four of five equal steps, round numbers.

    The scale is the stock's own where the values use a good part of it.
    """
    low, top = (bounds[0], bounds[1]) if bounds else (0.0, highest)
    if not bounds or highest < low + (top - low) * 0.35:
        top = max(highest, low + 1e-9)
        low = max(low, 0.0)
        step = (top - low) / STEPS
        unit = 10.0 ** math.floor(math.log10(step))
        step = next(unit * k for k in (1, 2, 2.5, 5, 10) if unit * k >= step * 0.999)
        return [low + step * n for n in range(1, STEPS)]
    return [low + (top - low) * n / STEPS for n in range(1, STEPS)]


def step_of(value: float, ends: Sequence[float]) -> int:
    """Which of the five steps a value is on, from 1; 0 for nothing."""
    return 0 if value == 0 else 1 + sum(value >= end for end in ends)


class MapDrawing:
    """Draws a map into a rectangle; the coloured picture is kept until it changes."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = tuple(places)
        self.wide = max((p[0] for place in places for p in place.ring), default=1.0)
        self.high = max((p[1] for place in places for p in place.ring), default=1.0)
        self._pictures = Kept(8)

    def layout(self, rect: pygame.Rect) -> tuple[float, Point]:
        """Pixels per unit, and where the map begins, so that it fills the rectangle."""
        wide, high = self.wide, self.high
        scale = min(rect.width / wide, rect.height / high)
        return scale, (
            rect.left + (rect.width - wide * scale) / 2,
            rect.top + (rect.height - high * scale) / 2,
        )

    def paint(
        self, brush: Brush, rect: pygame.Rect, steps: Mapping[str, int], chosen: str | None
    ) -> dict[str, list[Point]]:
        """
        Paint the places; returns their outlines in the pane.

        Parameters
        ----------
        steps : dict of str to int
            0 to 5, by place.
        """
        scale, (left, top) = self.layout(rect)
        shapes = {p.id: [(left + x * scale, top + y * scale) for x, y in p.ring] for p in self.places}
        key = (tuple(rect), tuple(sorted(steps.items())), chosen, brush.letters.scale, brush.theme)
        picture = self._pictures.get(key, lambda: self._picture(brush, rect, shapes, steps, chosen))
        brush.surface.blit(picture, rect)
        return shapes

    def _small(
        self, large: pygame.Surface, rect: pygame.Rect, shape: Sequence[Point], fill: Colour, edge: Colour,
        scale: float,
    ) -> None:  # fmt: skip
        """A place too small to be seen gets a disc."""
        if not is_small(shape, scale):
            return
        n = _SHARPER
        at = [(sum(p[axis] for p in shape) / len(shape) - (rect.left, rect.top)[axis]) * n for axis in (0, 1)]
        radius = round(SMALL / 2.4 * n * scale)
        pygame.draw.circle(large, edge, at, radius)
        pygame.draw.circle(large, fill, at, radius - round(1.4 * n * scale))

    def _picture(
        self, brush: Brush, rect: pygame.Rect, shapes: Mapping[str, list[Point]], steps: Mapping[str, int],
        chosen: str | None,
    ) -> pygame.Surface:  # fmt: skip
        theme, n = brush.theme, _SHARPER
        large = pygame.Surface((rect.width * n, rect.height * n))
        large.fill(theme.paper)
        edge = max(round(1.2 * n * brush.letters.scale), 1)
        for id, shape in shapes.items():
            points = [((x - rect.left) * n, (y - rect.top) * n) for x, y in shape]
            step = steps.get(id, 0)
            pygame.draw.polygon(large, theme.ramp[step], points)
            if step >= 3:
                _hatch(large, points, step, mixed(theme.ramp[step], theme.ink, 0.3), brush.letters.scale)
            pygame.draw.lines(large, theme.panel, True, points, edge)
        for id, shape in shapes.items():
            self._small(large, rect, shape, theme.ramp[steps.get(id, 0)], theme.panel, brush.letters.scale)
        if chosen is not None and chosen in shapes:
            points = [((x - rect.left) * n, (y - rect.top) * n) for x, y in shapes[chosen]]
            wide = max(round(2.5 * n * brush.letters.scale), 2)
            pygame.draw.lines(large, theme.indigo, True, points, wide)
            for point in points:
                pygame.draw.circle(large, theme.indigo, point, wide // 2)
        return pygame.transform.smoothscale(large, rect.size)


def is_small(shape: Sequence[Point], scale: float) -> bool:
    """Whether a place is too small to be seen or pressed as it is."""
    xs = [p[0] for p in shape]
    return max(xs) - min(xs) < SMALL * scale


def _hatch(large: pygame.Surface, points: Sequence[Point], step: int, colour: Colour, scale: float) -> None:
    """Lines over a shape: wide ones, narrow ones, crossed ones."""
    left, right = int(min(p[0] for p in points)), int(max(p[0] for p in points)) + 1
    upper, lower = int(min(p[1] for p in points)), int(max(p[1] for p in points)) + 1
    box = pygame.Rect(left, upper, right - left, lower - upper)
    gap = round((9 if step == 3 else 6) * _SHARPER * scale)
    lines = pygame.Surface(box.size, pygame.SRCALPHA)
    for x in range(-box.height, box.width, gap):
        pygame.draw.line(lines, colour, (x, box.height), (x + box.height, 0), _SHARPER)
        if step == 5:
            pygame.draw.line(lines, colour, (x, 0), (x + box.height, box.height), _SHARPER)
    stencil = pygame.Surface(box.size, pygame.SRCALPHA)
    pygame.draw.polygon(stencil, (255, 255, 255, 255), [(x - left, y - upper) for x, y in points])
    lines.blit(stencil, (0, 0), special_flags=pygame.BLEND_RGBA_MIN)
    large.blit(lines, box)


def within(shape: Sequence[Point], at: tuple[int, int]) -> bool:
    """Whether a point is inside an outline."""
    x, y = at
    inside = False
    before = shape[-1]
    for point in shape:
        if (point[1] > y) != (before[1] > y):
            if x < (before[0] - point[0]) * (y - point[1]) / (before[1] - point[1]) + point[0]:
                inside = not inside
        before = point
    return inside


def place_pin(
    brush: Brush, anchor: Point, shape: Sequence[Point], number: int, taken: list[pygame.Rect]
) -> None:
    """A numbered pin in a place, beside what is written there and beside other pins."""
    px, size = brush.px, brush.px(19)
    tall = round(size * 1.25)
    xs, ys, step, room = [p[0] for p in shape], [p[1] for p in shape], max(px(6), 4), px(80)
    spots = [
        (x, y) for x in range(int(min(xs)) - room, int(max(xs)) + room, step)
        for y in range(int(min(ys)) - room, int(max(ys)) + room, step)
    ]  # fmt: skip
    spots.sort(key=lambda at: (at[0] - anchor[0]) ** 2 + (at[1] - anchor[1]) ** 2)
    near = [r.inflate(px(4), px(12)) for r in taken]
    free: list[tuple[Point, pygame.Rect]] = []
    for at in spots:
        box = pygame.Rect(at[0] - size // 2, at[1] - tall, size, tall)
        if box.collidelist(near) < 0 and brush.surface.get_rect().contains(box):
            if within(shape, at):
                free.insert(0, (at, box))
                break
            free.append((at, box))
    at, box = free[0] if free else (anchor, pygame.Rect(0, 0, size, tall).move(anchor[0], anchor[1]))
    if not within(shape, (round(at[0]), round(at[1]))):
        # No room in the place itself: a thin line leads to it, up to what is written there.
        end = anchor
        for r in near:
            met = r.clipline(at, end)
            end = met[0] if met else end
        pygame.draw.aaline(brush.surface, brush.theme.indigo, at, end)
    taken.append(box)
    _pin(brush, (box.centerx, box.bottom), number)


def _pin(brush: Brush, at: Point, number: int) -> None:
    px, theme = brush.px, brush.theme
    size, x, y = px(19), round(at[0]), round(at[1]) - brush.shift
    pygame.draw.polygon(
        brush.surface, theme.indigo,
        [(x - size * 0.36, y - size * 0.62), (x + size * 0.36, y - size * 0.62), (x, y)],
    )  # fmt: skip
    top = round(at[1]) - round(size * 1.25)
    brush.sign("disc", x - size // 2 - 1, top - 1, size + 2, theme.card)
    brush.sign("disc", x - size // 2, top, size, theme.indigo)
    line = brush.letters.height("small")
    brush.text(str(number), x, top + (size - line) // 2, "small_strong", theme.card, align="middle")


#: Where a label may stand, in parts of its width and lines, from its anchor on: the nearest first.
_SHIFTS = sorted(
    product((0, -0.15, 0.15, -0.3, 0.3), (0, -1, 1, -2, 2)), key=lambda s: (5 * s[0]) ** 2 + s[1] ** 2
)


def write_labels(
    brush: Brush, anchors: Sequence[tuple[str, Point]], words: Mapping[str, tuple[str, str]],
    shapes: Mapping[str, Sequence[Point]], steps: Mapping[str, int], chosen: str | None,
    bounds: pygame.Rect, blocked: Sequence[pygame.Rect] = (),
) -> list[pygame.Rect]:  # fmt: skip
    """
    Names and values on the map, none over another or over what is blocked; returns where they are.

    A label that finds no room moves a little, then loses its name, then is left to the
    selection; the chosen place is written first. A label that stands outside its place
    has a line to it.
    """
    taken: list[pygame.Rect] = list(blocked)
    line = brush.letters.height("small") - brush.px(2)
    for id, (x, y) in sorted(anchors, key=lambda a: a[0] != chosen):
        name, value = words[id]
        inside = within(shapes[id], (round(x), round(y)))
        styled = [(name, "small_strong"), (value, "small")]
        shape_wide = max(p[0] for p in shapes[id]) - min(p[0] for p in shapes[id])
        fits = brush.letters.width(name, "small_strong") <= shape_wide + brush.px(4)
        if id == chosen and not fits:
            _plate(brush, [x, y], styled, bounds, taken)
            continue
        for parts in (styled, styled[1:]) if fits or not inside else (styled[1:],):
            wide = max(brush.letters.width(t, s) for t, s in parts)
            spots = [
                pygame.Rect(x + wide * across - wide / 2, y + line * (0.6 * down - len(parts) / 2), wide,
                            line * len(parts))
                for across, down in _SHIFTS
            ]
            free = next((s for s in spots if s.inflate(4, -4).collidelist(taken) < 0
                         and (not inside or within(shapes[id], s.center))), None)  # fmt: skip
            if free is None:
                continue
            free.clamp_ip(bounds)
            taken.append(free)
            step = steps.get(id, 0) if inside else 0
            back = brush.theme.ramp[step] if inside else brush.theme.paper
            if not inside:
                _lead(brush, free, shapes[id])
            top = free.top
            for text, style in parts:
                ink = brush.theme.card if step >= 4 else brush.theme.ink
                _haloed(brush, text, style, free.centerx, top, ink, back)
                top += line
            break
    return taken


def _plate(
    brush: Brush, at: Sequence[float], parts: Sequence[tuple[str, str]], bounds: pygame.Rect,
    taken: list[pygame.Rect],
) -> None:  # fmt: skip
    """The chosen place's name and value, on a card of their own."""
    line = brush.letters.height("small") - brush.px(2)
    wide = max(brush.letters.width(t, s) for t, s in parts) + brush.px(14)
    plate = pygame.Rect(0, 0, wide, line * len(parts) + brush.px(8))
    plate.center = round(at[0]), round(at[1])
    plate.clamp_ip(bounds)
    taken.append(plate)
    brush.card(plate, brush.theme.card, brush.theme.indigo)
    for n, (text, style) in enumerate(parts):
        brush.text(text, plate.centerx, plate.top + brush.px(3) + n * line, style, align="middle")


def _lead(brush: Brush, label: pygame.Rect, shape: Sequence[Point]) -> None:
    """A thin line from a label to the middle of its place."""
    x, y = (sum(p[axis] for p in shape) / len(shape) for axis in (0, 1))
    start = (label.right + brush.px(3) if x > label.right else label.left - brush.px(3), label.centery)
    pygame.draw.aaline(brush.surface, brush.theme.ink, start, (x, y))


def _haloed(brush: Brush, text: str, style: str, x: int, y: int, ink: Colour, back: Colour) -> None:
    """Text with a rim of the ground's colour, so that lines below do not cut it."""
    rim = brush.px(STEP / 3)
    for dx, dy in ((-rim, 0), (rim, 0), (0, -rim), (0, rim)):
        brush.text(text, x + dx, y + dy, style, back, align="middle")
    brush.text(text, x, y, style, ink, align="middle")
