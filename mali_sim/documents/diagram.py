"""The causal loop diagram as SVG: loops as coloured rings of arrows, numbered, named and signed."""

import html
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt

from attrs import field, frozen

from mali_sim.documents.layout import BOX_WIDTH, Layout
from mali_sim.documents.words import LOOPS, Prose
from mali_sim.scenario import Text

FONTS = "'Noto Sans', 'DejaVu Sans', Verdana, Arial, sans-serif"
#: Dark enough on white, and far enough apart; numbers tell loops apart where colours do not.
COLOURS = (
    "#0b6e4f", "#b3261e", "#7a4a00", "#1f5fbf", "#8a3ab9", "#00707a", "#a8327d", "#4d6b00", "#333333",
    "#c05a00", "#2e4fa3", "#6b4e71", "#007a3d", "#8c1c4b",
)  # fmt: skip
MARGIN, TOP = 24, 112
_INK, _PAPER = "#1a1a1a", "#ffffff"
_DEEDS = ("decision", "offer", "event")
_LETTER = {"reinforcing": "R", "balancing": "B", "outside": "–"}
_TITLE = Text(
    "How it hangs together: the feedback loops", "Comment tout se tient\u202f: les boucles de rétroaction"
)
_KEY = (
    Text(
        "Arrow with +: the more of the one, the more of the other; with −: the more, the less; without a "
        "sign: a change of state. Small numbers: the loops to which an arrow belongs.",
        "Flèche +\u202f: plus il y a de l’un, plus il y a de l’autre\u202f; flèche −\u202f: plus, "
        "moins\u202f; sans signe\u202f: un changement d’état. Petits chiffres\u202f: les boucles auxquelles "
        "appartient une flèche.",
    ),
    Text(
        "R: the loop reinforces itself. B: it balances itself. Bold: in several loops. Dashed: decisions "
        "and events.",
        "R\u202f: la boucle s’amplifie. B\u202f: elle s’équilibre. Gras\u202f: dans plusieurs boucles. "
        "Tirets\u202f: décisions et événements.",
    ),
)  # fmt: skip

Point = tuple[float, float]


@frozen
class Ring:
    """
    One loop as it is drawn.

    Parameters
    ----------
    number : int
        Its place in the list, from 1.
    kind : {'reinforcing', 'balancing', 'outside'}
    nodes : tuple of str
        Variables along it, the first not repeated; none of a loop from outside.
    """

    number: int
    label: Text
    kind: str
    text: Text
    nodes: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """``R1``, ``B4``."""
        return f"{_LETTER[self.kind]}{self.number}" if self.nodes else str(self.number)

    @property
    def colour(self) -> str:
        """The colour of its arrows."""
        return COLOURS[(self.number - 1) % len(COLOURS)]

    def steps(self) -> list[tuple[str, str]]:
        """Its arrows."""
        return list(zip(self.nodes, self.nodes[1:] + self.nodes[:1], strict=True))


def wrapped(text: str, width: int, even: bool = True) -> list[str]:
    """Words in lines of so many letters at most; even ones, or each as full as it gets."""
    words, lines = text.split(" "), [""]
    for word in words:
        joined = f"{lines[-1]} {word}".strip()
        if len(joined) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = joined
    longest = max(map(len, lines))
    if even and len(lines) > 1 and longest > 8:
        tighter = wrapped(text, longest - 1) if longest - 1 >= max(map(len, words)) else lines
        return tighter if len(tighter) == len(lines) else lines
    return lines


@frozen
class _Curve:
    """A bowed line between two names, cut off at their frames."""

    points: tuple[Point, ...]

    def at(self, share: float) -> tuple[Point, Point]:
        """A place along it, and the direction there."""
        total = sum(_length(a, b) for a, b in zip(self.points, self.points[1:], strict=False))
        left = share * total
        for a, b in zip(self.points, self.points[1:], strict=False):
            step = _length(a, b)
            if step >= left and step > 0:
                t = left / step
                return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t), _unit(a, b)
            left -= step
        return self.points[-1], _unit(self.points[-2], self.points[-1])

    @property
    def length(self) -> float:
        """How long it is."""
        return sum(_length(a, b) for a, b in zip(self.points, self.points[1:], strict=False))


@frozen
class Diagram:
    """
    Everything that the picture shows.

    Parameters
    ----------
    labels : dict of str to Text
        Names of the variables.
    signs : dict of (str, str) to str
        ``+``, ``-`` or nothing for each arrow.
    """

    rings: tuple[Ring, ...]
    labels: Mapping[str, Text]
    signs: Mapping[tuple[str, str], str]
    layout: Layout
    prose: Prose
    scenario: Text
    _boxes: dict[str, tuple[float, float, float, float]] = field(factory=dict, init=False, repr=False)

    def svg(self) -> str:
        """The picture as text; the same bytes for the same model."""
        for node in self.layout.places:
            self._boxes[node] = self._box(node)
        curves = self._curves()
        signs = self._sign_places(curves)
        legend, below = self._legend()
        width = self.layout.width + 2 * MARGIN
        height = TOP + self.layout.height + below + MARGIN
        made = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" font-family="{FONTS}" role="img" aria-labelledby="title key" '
            f'xml:lang="{self.prose.language}">',
            f'<title id="title">{self._escaped(_TITLE)}</title>',
            f'<desc id="key">{" ".join(self._escaped(line) for line in _KEY)}</desc>',
            f'<rect width="{width}" height="{height}" fill="{_PAPER}"/>',
            f'<text x="{MARGIN}" y="40" font-size="26" font-weight="600" fill="{_INK}">'
            f'{self._escaped(_TITLE)}</text>',
            f'<text x="{MARGIN}" y="66" font-size="15" fill="{_INK}">{self._escaped(self.scenario)}</text>',
            *(
                f'<text x="{MARGIN}" y="{88 + 19 * n}" font-size="14" fill="#333">'
                f"{self._escaped(line)}</text>"
                for n, line in enumerate(_KEY)
            ),
            f'<g transform="translate({MARGIN} {TOP + 8})">',
            *self._strands(curves),
            *self._heads(curves, signs),
            *(line for node in self.layout.places for line in self._name(node)),
            *self._tags(curves),
            *self._badges(curves, signs.values()),
            "</g>",
            f'<g transform="translate({MARGIN} {TOP + self.layout.height + 24})">',
            *legend,
            "</g>",
            "</svg>",
        ]  # fmt: skip
        return "\n".join(made) + "\n"

    def _escaped(self, text: Text) -> str:
        return html.escape(self.prose.of(text), quote=False)

    # -- names -------------------------------------------------------------------------------

    def _lines(self, node: str) -> tuple[list[str], float]:
        """A name in lines, and the size of its letters."""
        text = self.prose.of(self.labels[node])
        lines = wrapped(text, 20)
        if len(lines) <= 3:
            return lines, 13.0
        return wrapped(text, 25)[:4], 11.0

    def _box(self, node: str) -> tuple[float, float, float, float]:
        """A name's frame: middle, half width, half height."""
        lines, size = self._lines(node)
        x, y = self.layout.places[node]
        half = min(BOX_WIDTH / 2, max(40.0, max(map(len, lines)) * size * 0.31 + 9))
        return float(x), float(y), half, len(lines) * (size + 3) / 2 + 6

    def _shared(self, node: str) -> bool:
        return sum(node in ring.nodes for ring in self.rings) > 1

    def _name(self, node: str) -> list[str]:
        x, y, w, h = self._boxes[node]
        lines, size = self._lines(node)
        weight = "600" if self._shared(node) else "400"
        stroke = "2" if self._shared(node) else "1.1"
        dashes = ' stroke-dasharray="6 3"' if node.partition(".")[0] in _DEEDS else ""
        made = [
            f'<rect x="{_f(x - w)}" y="{_f(y - h)}" width="{_f(2 * w)}" height="{_f(2 * h)}" rx="9" '
            f'fill="{_PAPER}" stroke="{_INK}" stroke-width="{stroke}"{dashes}/>',
            f'<text text-anchor="middle" font-size="{size:g}" font-weight="{weight}" fill="{_INK}">',
        ]  # fmt: skip
        first = y - (len(lines) - 1) * (size + 3) / 2 + size * 0.36
        for n, line in enumerate(lines):
            at = first + n * (size + 3)
            made.append(f'<tspan x="{_f(x)}" y="{_f(at)}">{html.escape(line, quote=False)}</tspan>')
        return [*made, "</text>"]

    # -- arrows ------------------------------------------------------------------------------

    def _curves(self) -> dict[tuple[str, str], tuple[_Curve, list[Ring]]]:
        """The line of each arrow, and the loops that it belongs to."""
        users: dict[tuple[str, str], list[Ring]] = {}
        for ring in self.rings:
            for step in ring.steps():
                users.setdefault(step, []).append(ring)
        curves: dict[tuple[str, str], tuple[_Curve, list[Ring]]] = {}
        lines: list[Point] = []
        for step, rings in sorted(users.items(), key=lambda item: -len(item[1])):
            curve = self._curve(step, rings[0], step[::-1] in users, lines)
            curves[step] = curve, rings
            lines += curve.points[::2]
        return curves

    def _curve(self, step: tuple[str, str], ring: Ring, both_ways: bool, lines: Sequence[Point]) -> _Curve:
        """A line that bows outwards from its loop, or otherwise where a name or a line is in the way."""
        a, b = (self._boxes[n][:2] for n in step)
        middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        along = _unit(a, b)
        normal = (-along[1], along[0])
        bow = min(0.14 * _length(a, b), 34.0)
        if not both_ways:
            centre = _centre([self._boxes[n][:2] for n in ring.nodes])
            outward = (middle[0] - centre[0]) * normal[0] + (middle[1] - centre[1]) * normal[1]
            bow = bow if outward >= 0 else -bow
        tried = []
        for order, factor in enumerate((1.0, 0.5, 1.7, 0.0, 2.6, -1.0, -1.8)):
            if both_ways and factor <= 0:
                continue
            control = (middle[0] + normal[0] * bow * 2 * factor, middle[1] + normal[1] * bow * 2 * factor)
            curve = self._cut(a, control, b, step)
            cost = 12 * self._touched(curve, step) + 2 * order
            cost += sum(
                any(abs(x - p) < 6 and abs(y - q) < 6 for p, q in lines) for x, y in curve.points[::2]
            )
            tried.append((cost, order, curve))
        return min(tried, key=lambda t: (t[0], t[1]))[2]

    def _cut(self, a: Point, control: Point, b: Point, step: tuple[str, str]) -> _Curve:
        points = []
        for n in range(49):
            t = n / 48
            u = 1 - t
            points.append((
                u * u * a[0] + 2 * u * t * control[0] + t * t * b[0],
                u * u * a[1] + 2 * u * t * control[1] + t * t * b[1],
            ))  # fmt: skip
        first = next((n for n in range(49) if not self._inside(points[n], step[0], 1)), 0)
        last = next((n for n in range(48, -1, -1) if not self._inside(points[n], step[1], 3)), 48)
        return _Curve(tuple(points[first : last + 1]) if last - first > 1 else tuple(points))

    def _inside(self, point: Point, node: str, more: float) -> bool:
        x, y, w, h = self._boxes[node]
        return abs(point[0] - x) < w + more and abs(point[1] - y) < h + more

    def _touched(self, curve: _Curve, step: tuple[str, str]) -> int:
        """How many points of a line lie on other names' frames."""
        others = [n for n in self._boxes if n not in step]
        return sum(self._inside(p, n, 5) for p in curve.points for n in others)

    def _strands(self, curves: Mapping[tuple[str, str], tuple[_Curve, list[Ring]]]) -> list[str]:
        made = []
        for curve, rings in curves.values():
            for n, ring in enumerate(rings):
                aside = (n - (len(rings) - 1) / 2) * 3.6
                points = _beside(curve.points, aside)
                path = "M" + " L".join(f"{_f(x)} {_f(y)}" for x, y in points)
                made.append(f'<path d="{path}" fill="none" stroke="{ring.colour}" stroke-width="2.4"/>')
        return made

    def _heads(
        self, curves: Mapping[tuple[str, str], tuple[_Curve, list[Ring]]],
        places: Mapping[tuple[str, str], Point],
    ) -> list[str]:  # fmt: skip
        made = []
        for step, (curve, rings) in curves.items():
            tip, (dx, dy) = curve.at(1.0)
            back = 12.0
            half = 5.2 + 1.6 * (len(rings) - 1)
            left = (tip[0] - dx * back - dy * half, tip[1] - dy * back + dx * half)
            right = (tip[0] - dx * back + dy * half, tip[1] - dy * back - dx * half)
            colour = rings[0].colour if len(rings) == 1 else _INK
            made.append(
                f'<path d="M{_f(tip[0])} {_f(tip[1])} L{_f(left[0])} {_f(left[1])} '
                f'L{_f(right[0])} {_f(right[1])} Z" fill="{colour}"/>'
            )
            if step in places:
                (x, y), sign = places[step], {"+": "+", "-": "−"}[self.signs[step]]
                made.append(
                    f'<text x="{_f(x)}" y="{_f(y + 6)}" text-anchor="middle" font-size="18" '
                    f'font-weight="600" fill="{_INK}" stroke="{_PAPER}" stroke-width="4" '
                    f'paint-order="stroke">{sign}</text>'
                )
        return made

    def _sign_places(
        self, curves: Mapping[tuple[str, str], tuple[_Curve, list[Ring]]]
    ) -> dict[tuple[str, str], Point]:
        """Where the sign of each arrow that has one stands."""
        taken = [curve.at(0.46)[0] for curve, _ in curves.values()]
        places = {}
        for step, (curve, _) in curves.items():
            if self.signs.get(step):
                places[step] = self._sign_place(curve, taken, curves)
                taken.append(places[step])
        return places

    def _sign_place(
        self, curve: _Curve, taken: Sequence[Point],
        curves: Mapping[tuple[str, str], tuple[_Curve, list[Ring]]],
    ) -> Point:  # fmt: skip
        """Beside the arrowhead, where it is freest of names, lines and other signs."""
        places = []
        for back in (15.0, 22.0, 30.0):
            point, (dx, dy) = curve.at(max(0.0, 1 - back / max(curve.length, back + 1)))
            places += [(point[0] - dy * side, point[1] + dx * side) for side in (13.0, -13.0, 17.0, -17.0)]

        def crowded(place: Point) -> float:
            cost = 8.0 * sum(self._inside(place, n, 8) for n in self._boxes)
            cost += 6.0 * sum(_length(place, other) < 17 for other in taken)
            for other, _ in curves.values():
                cost += 2.0 * any(_length(place, p) < 9 for p in other.points)
            return cost

        return min(places, key=lambda p: (crowded(p), places.index(p)))

    def _tags(self, curves: Mapping[tuple[str, str], tuple[_Curve, list[Ring]]]) -> list[str]:
        """Numbers of the loops on each arrow; beside it where it is too short for them."""
        made = []
        for curve, rings in curves.values():
            need = 18.0 * len(rings)
            if need <= 0.62 * curve.length or len(rings) == 1:
                for n, ring in enumerate(rings):
                    share = 0.46 + (n - (len(rings) - 1) / 2) * 18.5 / max(curve.length, 40)
                    (x, y), _ = curve.at(min(0.9, max(0.08, share)))
                    made += _tag(x, y, ring)
                continue
            (x, y), (dx, dy) = curve.at(0.46)
            out = 17.0 + (need / 2 - 9) * abs(dy)
            sides = [(x - dy * side, y + dx * side) for side in (-out, out)]
            x, y = min(sides, key=lambda p: sum(self._inside(p, n, 14) for n in self._boxes))
            for n, ring in enumerate(rings):
                made += _tag(x + (n - (len(rings) - 1) / 2) * 18.0, y, ring)
        return made

    # -- badges and legend -------------------------------------------------------------------

    def _badges(
        self, curves: Mapping[tuple[str, str], tuple[_Curve, list[Ring]]], signs: Iterable[Point]
    ) -> list[str]:
        """Each loop's mark and name, as near to its middle as there is room."""
        crowd = [p for curve, _ in curves.values() for p in curve.points[::4]]
        taken = [(x, y, 8.0, 8.0) for x, y in signs]
        made: list[str] = []
        for ring in sorted((r for r in self.rings if r.nodes), key=lambda r: (len(r.nodes), r.number)):
            lines = wrapped(self.prose.of(ring.label), 16)
            half = max(22.0, max(map(len, lines)) * 4.2)
            tall = 20 + len(lines) * 7.5
            x, y = self._free_place(ring, half, tall, crowd, taken)
            taken.append((x, y, half, tall))
            made += self._badge(ring, x, y - len(lines) * 7.5, lines)
        return made

    def _free_place(
        self, ring: Ring, half: float, tall: float, crowd: Sequence[Point],
        taken: Iterable[tuple[float, float, float, float]],
    ) -> Point:  # fmt: skip
        corners = [self._boxes[n][:2] for n in ring.nodes]
        centre = _centre(corners)
        solid = [*self._boxes.values(), *taken]
        places = sorted(
            (_length((x, y), centre), x, y)
            for x in range(0, self.layout.width, 20) for y in range(0, self.layout.height, 16)
            if half < x < self.layout.width - half and tall < y < self.layout.height - tall
        )  # fmt: skip
        best: tuple[float, Point] = (1e18, centre)
        for cost, x, y in places:
            if cost >= best[0]:
                break  # no place further away can be better
            cost += 0.0 if _within((x, y), corners) else 90.0
            cost += 600.0 * sum(
                abs(x - bx) < half + bw and abs(y - by) < tall + bh for bx, by, bw, bh in solid
            )
            if cost < best[0]:
                cost += 34.0 * sum(abs(x - px) < half + 4 and abs(y - py) < tall + 4 for px, py in crowd)
            if cost < best[0]:
                best = (cost, (x, y))
        return best[1]

    def _badge(self, ring: Ring, x: float, y: float, lines: Sequence[str]) -> list[str]:
        points = [self._boxes[n][:2] for n in ring.nodes]
        clockwise = sum(
            a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1], strict=True)
        ) > 0  # fmt: skip
        made = [_round_arrow(x, y, 20.0, clockwise, ring.colour)]
        made.append(
            f'<text x="{_f(x)}" y="{_f(y + 5.5)}" text-anchor="middle" '
            f'font-size="{16 if len(ring.mark) < 3 else 14}" font-weight="600" '
            f'fill="{ring.colour}">{ring.mark}</text>'
        )
        for n, line in enumerate(lines):
            made.append(
                f'<text x="{_f(x)}" y="{_f(y + 34 + n * 15)}" text-anchor="middle" font-size="13" '
                f'font-style="italic" font-weight="600" fill="{ring.colour}" stroke="{_PAPER}" '
                f'stroke-width="4" paint-order="stroke">{html.escape(line, quote=False)}</text>'
            )
        return made

    def _legend(self) -> tuple[list[str], int]:
        """All loops with their sentence, in two columns; and how tall that is."""
        width = (self.layout.width - 40) // 2
        letters = int((width - 60) / 7.2)
        blocks = []
        for ring in self.rings:
            lines = wrapped(self.prose.of(ring.text), letters, even=False)
            blocks.append((ring, lines, 30 + 18 * len(lines) + 12))
        half = sum(tall for _, _, tall in blocks) / 2
        made: list[str] = []
        x, y, tallest, second = 0, 0, 0, False
        for ring, lines, tall in blocks:
            if not second and y + tall / 2 > half:
                x, y, second = width + 40, 0, True
            made += self._legend_block(ring, lines, x, y)
            y += tall
            tallest = max(tallest, y)
        return made, tallest + 24

    def _legend_block(self, ring: Ring, lines: Sequence[str], x: int, y: int) -> list[str]:
        way = self.prose.of(LOOPS[ring.kind])
        made = [
            f'<circle cx="{x + 18}" cy="{y + 16}" r="16" fill="{_PAPER}" stroke="{ring.colour}" '
            'stroke-width="2.4"/>',
            f'<text x="{x + 18}" y="{y + 21}" text-anchor="middle" font-size="13" font-weight="600" '
            f'fill="{ring.colour}">{ring.mark}</text>',
            f'<text x="{x + 44}" y="{y + 14}" font-size="15" font-weight="600" fill="{_INK}">'
            f'{self._escaped(ring.label)} <tspan font-weight="400" fill="#444">({way})</tspan></text>',
        ]  # fmt: skip
        for n, line in enumerate(lines):
            made.append(
                f'<text x="{x + 44}" y="{y + 33 + 18 * n}" font-size="13.5" fill="{_INK}">'
                f"{html.escape(line, quote=False)}</text>"
            )
        return made


def _tag(x: float, y: float, ring: Ring) -> list[str]:
    """A loop's number in a small circle."""
    return [
        f'<circle cx="{_f(x)}" cy="{_f(y)}" r="8.6" fill="{_PAPER}" stroke="{ring.colour}" '
        'stroke-width="1.8"/>',
        f'<text x="{_f(x)}" y="{_f(y + 4)}" text-anchor="middle" font-size="11" font-weight="600" '
        f'fill="{ring.colour}">{ring.number}</text>',
    ]


# -- geometry --------------------------------------------------------------------------------


def _f(value: float) -> str:
    """A coordinate with one decimal, never a negative zero."""
    return f"{round(value, 1) + 0.0:g}"


def _length(a: Point, b: Point) -> float:
    return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]))


def _unit(a: Point, b: Point) -> Point:
    length = _length(a, b) or 1.0
    return (b[0] - a[0]) / length, (b[1] - a[1]) / length


def _centre(points: Sequence[Point]) -> Point:
    return sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)


def _beside(points: Sequence[Point], aside: float) -> list[Point]:
    """A line parallel to another."""
    made = []
    for n, (x, y) in enumerate(points):
        dx, dy = _unit(points[max(0, n - 1)], points[min(len(points) - 1, n + 1)])
        made.append((x - dy * aside, y + dx * aside))
    return made


def _within(point: Point, corners: Sequence[Point]) -> bool:
    """Whether a point lies inside a polygon."""
    inside = False
    for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (a[1] > point[1]) != (b[1] > point[1]):
            if point[0] < (b[0] - a[0]) * (point[1] - a[1]) / (b[1] - a[1]) + a[0]:
                inside = not inside
    return inside


def _round_arrow(x: float, y: float, r: float, clockwise: bool, colour: str) -> str:
    """An open circle with an arrowhead at its end, turning the loop's way."""
    turn = 1 if clockwise else -1
    start = (x - turn * r * 0.34, y - r * 0.94)
    end = (x - turn * r * 0.94, y - r * 0.34)
    tip = (x - turn * r * 0.66, y - r * 0.86)
    wings = (x - turn * (r * 0.94 + 6.5), y - r * 0.36), (x - turn * (r * 0.94 - 5.5), y - r * 0.26)
    return (
        f'<circle cx="{_f(x)}" cy="{_f(y)}" r="{_f(r)}" fill="{_PAPER}" fill-opacity="0.9"/>'
        f'<path d="M{_f(start[0])} {_f(start[1])} A{r:g} {r:g} 0 1 {1 if clockwise else 0} '
        f'{_f(end[0])} {_f(end[1])}" fill="none" stroke="{colour}" stroke-width="2.4"/>'
        f'<path d="M{_f(tip[0])} {_f(tip[1])} L{_f(wings[0][0])} {_f(wings[0][1])} '
        f'L{_f(wings[1][0])} {_f(wings[1][1])} Z" fill="{colour}"/>'
    )
