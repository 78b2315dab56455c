"""
Where the variables of a causal loop diagram stand: a search that gives the same places every time.

Variables are set on a staggered grid and moved about, by a generator of fixed seed, towards
short arrows, few crossings, no arrow behind a name, and loops that enclose some room.
Only whole numbers are computed with, so every machine finds the same places.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import isqrt

from attrs import define, frozen

#: Size of a cell of the grid and of the name in it, in pixels.
CELL_WIDTH, CELL_HEIGHT = 226, 124
BOX_WIDTH, BOX_HEIGHT = 164, 54
#: What one crossing, one arrow behind a name and so on cost, in pixels of arrow.
CROSSING, BEHIND, FLAT = 200, 1600, 260
#: How much room there is: cells for each variable.
ROOM = 1.3
STEPS = 40_000
_SEED = 20230209

Spot = tuple[int, int]


@frozen
class Layout:
    """
    Places of a diagram's variables.

    Parameters
    ----------
    places : dict of str to (int, int)
        The middle of each name, in pixels.
    width, height : int
    """

    places: Mapping[str, Spot]
    width: int
    height: int


def place(rings: Sequence[Sequence[str]], columns: int = 7) -> Layout:
    """
    Find places for the variables of some loops.

    Parameters
    ----------
    rings : sequence of sequences of str
        Variables along each loop, the first not repeated.
    columns : int
        Columns of the grid.
    """
    nodes = list(dict.fromkeys(v for ring in rings for v in ring))
    rows = max(2, -(-int(len(nodes) * ROOM * 10) // (columns * 10)))
    search = _Search.of(rings, nodes, columns, rows)
    search.run()
    spots = {node: search.spots[cell] for node, cell in zip(nodes, search.cells, strict=True)}
    left = min(x for x, _ in spots.values()) - CELL_WIDTH // 2
    top = min(y for _, y in spots.values()) - CELL_HEIGHT // 2
    places = {node: (x - left, y - top) for node, (x, y) in spots.items()}
    width = max(x for x, _ in places.values()) + CELL_WIDTH // 2
    height = max(y for _, y in places.values()) + CELL_HEIGHT // 2
    return Layout(places, width, height)


@define
class _Search:
    """Variables in cells, and what their places cost."""

    rings: list[list[int]]
    edges: list[Spot]
    cells: list[int]
    spots: list[Spot]
    holder: list[int]  # the variable in each cell, or -1
    of_node: list[list[int]]  # edges at each variable
    rings_of: list[list[int]]
    behind: dict[Spot, tuple[int, ...]]
    sides: list[list[list[int]]]
    columns: int
    state: int = _SEED

    @classmethod
    def of(cls, rings: Sequence[Sequence[str]], nodes: Sequence[str], columns: int, rows: int) -> "_Search":
        number = {node: n for n, node in enumerate(nodes)}
        numbered = [[number[v] for v in ring] for ring in rings]
        edges = list(dict.fromkeys(
            (min(a, b), max(a, b))
            for ring in numbered for a, b in zip(ring, ring[1:] + ring[:1], strict=True) if a != b
        ))  # fmt: skip
        spots = [
            (CELL_WIDTH * c + (CELL_WIDTH // 2 if r % 2 else 0), CELL_HEIGHT * r)
            for r in range(rows) for c in range(columns)
        ]  # fmt: skip
        middle = (CELL_WIDTH * columns // 2, CELL_HEIGHT * rows // 2)
        order = sorted(range(len(spots)), key=lambda k: (_distance(spots[k], middle), k))
        links = [0] * len(nodes)
        for a, b in edges:
            links[a] += 1
            links[b] += 1
        cells = [0] * len(nodes)
        for cell, node in zip(order, sorted(range(len(nodes)), key=lambda n: (-links[n], n)), strict=False):
            cells[node] = cell
        holder = [-1] * len(spots)
        for node, cell in enumerate(cells):
            holder[cell] = node
        return cls(
            numbered, edges, cells, spots, holder,
            [[n for n, e in enumerate(edges) if node in e] for node in range(len(nodes))],
            [[n for n, ring in enumerate(numbered) if node in ring] for node in range(len(nodes))],
            {}, _sides(spots), columns,
        )  # fmt: skip

    def run(self) -> None:
        """Threshold accepting: a move that costs little is made, and ever less is little."""
        for step in range(STEPS):
            threshold = 4_000 * (STEPS - step) ** 3 // STEPS**3
            node = self._random(len(self.cells))
            cell = self._near(self.cells[node]) if self._random(4) else self._random(len(self.spots))
            if cell == self.cells[node]:
                continue
            other = self.holder[cell]
            moved = [node] if other < 0 else [node, other]
            before = self._cost(moved)
            home = self.cells[node]
            self._put(node, cell, other, home)
            if self._cost(moved) - before > threshold:
                self._put(node, home, other, cell)

    def _put(self, node: int, cell: int, other: int, home: int) -> None:
        self.holder[home] = other
        if other >= 0:
            self.cells[other] = home
        self.holder[cell] = node
        self.cells[node] = cell

    def _random(self, below: int) -> int:
        """The next number below a bound, of a generator of our own: the same everywhere."""
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self.state >> 33) % below

    def _near(self, cell: int) -> int:
        """A cell beside that of a neighbour along some loop."""
        node = self.holder[cell]
        edge = self.edges[self.of_node[node][self._random(len(self.of_node[node]))]]
        goal = self.cells[edge[0] if edge[1] == node else edge[1]]
        row = goal // self.columns + self._random(5) - 2
        column = goal % self.columns + self._random(5) - 2
        if 0 <= row < len(self.spots) // self.columns and 0 <= column < self.columns:
            return row * self.columns + column
        return cell

    def _cost(self, moved: Iterable[int]) -> int:
        """What depends on the places of some variables."""
        cells, spots = self.cells, self.spots
        total = 0
        mine = sorted({e for node in moved for e in self.of_node[node]})
        inside = set(mine)
        for e in mine:
            a, b = self.edges[e]
            ca, cb = cells[a], cells[b]
            length = _distance(spots[ca], spots[cb])
            total += length + length * length // 900
            total += BEHIND * sum(self.holder[c] >= 0 for c in self._behind(ca, cb))
            side_a = self.sides[ca]
            for f, (p, q) in enumerate(self.edges):
                if (f in inside and f <= e) or a in (p, q) or b in (p, q):
                    continue
                cp, cq = cells[p], cells[q]
                if (
                    side_a[cb][cp] * side_a[cb][cq] < 0
                    and self.sides[cp][cq][ca] * self.sides[cp][cq][cb] < 0
                ):
                    total += CROSSING
        for e, (a, b) in enumerate(self.edges):
            if e not in inside:
                hidden = self._behind(cells[a], cells[b])
                total += BEHIND * sum(cells[node] in hidden for node in moved)
        for ring in sorted({r for node in moved for r in self.rings_of[node]}):
            total += self._flatness(self.rings[ring])
        return total

    def _behind(self, a: int, b: int) -> tuple[int, ...]:
        """Cells whose names lie on the straight way between two cells."""
        key = (a, b) if a < b else (b, a)
        if key not in self.behind:
            self.behind[key] = tuple(
                c for c in range(len(self.spots))
                if c not in key and _passes(self.spots[a], self.spots[b], self.spots[c])
            )  # fmt: skip
        return self.behind[key]

    def _flatness(self, ring: Sequence[int]) -> int:
        """How far a loop is from enclosing room: of a wide one 0, of a flat one up to FLAT."""
        points = [self.spots[self.cells[n]] for n in ring]
        following = points[1:] + points[:1]
        area = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, following, strict=True))) // 2
        around = sum(_distance(a, b) for a, b in zip(points, following, strict=True))
        return FLAT - min(FLAT, FLAT * 20 * area // max(around * around, 1))


def _distance(a: Spot, b: Spot) -> int:
    return isqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2)


def _sides(spots: Sequence[Spot]) -> list[list[list[int]]]:
    """On which side of the line from a to b each c lies: -1, 0 or 1."""

    def side(a: Spot, b: Spot, c: Spot) -> int:
        turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        return (turn > 0) - (turn < 0)

    return [[[side(a, b, c) for c in spots] for b in spots] for a in spots]


def _passes(a: Spot, b: Spot, c: Spot) -> bool:
    """Whether the straight way from a to b touches the name at c."""
    half_width, half_height = BOX_WIDTH // 2 + 4, BOX_HEIGHT // 2 + 4
    if not (min(a[0], b[0]) - half_width < c[0] < max(a[0], b[0]) + half_width):
        return False
    if not (min(a[1], b[1]) - half_height < c[1] < max(a[1], b[1]) + half_height):
        return False
    corners = [(c[0] + x, c[1] + y) for x in (-half_width, half_width) for y in (-half_height, half_height)]
    turns = [(b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) for x, y in corners]
    return min(turns) < 0 < max(turns)
