"""
The NumPy backend for a few runs: rows of equal operations packed into one call.

With a thousand runs an operation's work hides the cost of calling it; with one it does
not. Here the tape is unrolled into rows, rows of the same operation that wait for the
same level of operands are put side by side, and each such group is one call on indexed
rows: some hundreds of calls a month in place of thousands. Sums, copies and posting
orders are the tape's own, so the bytes are too.
"""

from functools import lru_cache, partial
from typing import Any

import numpy as np
from attrs import define

from mali_sim.engine import draws
from mali_sim.model.tape import Program, Value, fold_steps

_BINARY = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "min": np.minimum,
    "max": np.maximum,
    "lt": np.less,
    "le": np.less_equal,
    "eq": np.equal,
}
_UNARY = {"neg": np.negative, "abs": np.absolute, "sqrt": np.sqrt}
_ZERO = np.array(0.0)
_KINDS = ("state", "const", "input", "mode", "clock")


@define
class _Group:
    """Rows of one operation on one level: their operands' rows, and where results stand."""

    op: str
    left: np.ndarray
    right: np.ndarray | None
    start: int
    count: int
    choice: Value | None = None


class Unrolled:
    """
    A tape as groups of rows.

    Attributes
    ----------
    rows : int
        Rows of the workspace: sources first, then every group's results.
    """

    def __init__(self, program: Program, counts: dict[str, int]) -> None:
        self.program = program
        self.offsets: dict[str, int] = {}
        at = 0
        for kind in _KINDS:
            self.offsets[kind] = at
            at += counts[kind]
        self.literals: dict[float, int] = {}
        self.literal_rows: list[tuple[int, float]] = []
        self.slots: list[tuple[int, int]] = []
        self._source_rows = at
        self._nodes: list[tuple[str, tuple[int, ...], int, Value | None]] = []
        self._levels: list[int] = []
        self._rows_of: dict[int, list[int]] = {}
        self._known: dict[tuple[str, int, int], int] = {}
        for value in program.ops:
            self._rows_of[value.number] = self._unroll(value)
        outputs = [0] * program.output_rows
        for offset, value in program.outputs:
            rows = self._rows(value)
            outputs[offset : offset + len(rows)] = rows
        self._pack(outputs)

    # Before packing, a row is named by a number: sources count down from -1, nodes up from 0.

    def _source(self, row: int) -> int:
        return -1 - row

    def _literal(self, number: float) -> int:
        key = number + 0.0 if number == 0 and str(number)[0] != "-" else number
        if key not in self.literals:
            self.literals[key] = self._source_rows
            self.literal_rows.append((self._source_rows, number))
            self._source_rows += 1
        return self._source(self.literals[key])

    def _rows(self, value: Value) -> list[int]:
        known = self._rows_of.get(value.number)
        if known is not None:
            return known
        count = self.program.rows(value)
        if value.op == "lit":
            rows = [self._literal(value.attr)]
        elif value.op == "table":
            rows = [self._literal(x) for x in value.attr]
        else:
            kind = "const" if value.op == "param" else value.op
            first = self.offsets[kind] + value.attr
            rows = [self._source(first + n) for n in range(count)]
        self._rows_of[value.number] = rows
        return rows

    def _level(self, row: int) -> int:
        return 0 if row < 0 else self._levels[row]

    def _node(self, op: str, args: tuple[int, ...], value: Value | None = None) -> int:
        if op != "choose":
            first, *rest = args
            key = (op, first, rest[0] if rest else first)
            known = self._known.get(key)
            if known is not None:
                return known
            self._known[key] = len(self._nodes)
        self._nodes.append((op, args, 0, value))
        self._levels.append(1 + max((self._level(a) for a in args), default=0))
        return len(self._nodes) - 1

    def _unroll(self, value: Value) -> list[int]:
        args = [self._rows(a) for a in value.args]
        match value.op:
            case "draw":
                first = self._source_rows
                self._source_rows += len(value.attr)
                self.slots.extend((first + n, slot) for n, slot in enumerate(value.attr))
                return [self._source(first + n) for n in range(len(value.attr))]
            case "take":
                return [args[0][row] for row in value.attr]
            case "rows":
                return args[0][value.attr : value.attr + self.program.rows(value)]
            case "stack":
                return [row for arg in args for row in arg]
            case "widen":
                return self._wide(value.args[0], args[0], value)
            case "fold":
                return self._fold(value, args[0])
            case "post":
                result = list(args[0])
                for target, source in value.attr:
                    result[target] = self._node("add", (result[target], args[1][source]))
                return result
            case "choose":
                everything = tuple(row for arg in args for row in arg)
                node = self._node("choose", everything, value)
                count = self.program.rows(value)
                made = [node]
                for _ in range(count - 1):
                    self._nodes.append(("part", (node,), 0, None))
                    self._levels.append(self._levels[node])
                    made.append(len(self._nodes) - 1)
                return made
        wide = [self._wide(a, rows, value) for a, rows in zip(value.args, args, strict=True)]
        return [self._node(value.op, operands) for operands in zip(*wide, strict=True)]

    def _wide(self, arg: Value, rows: list[int], result: Value) -> list[int]:
        if arg.dims == result.dims:
            return rows
        if len(rows) == 1:
            return rows * self.program.rows(result)
        shape = [self.program.length(d) if d in arg.dims else 1 for d in result.dims]
        full = [self.program.length(d) for d in result.dims]
        return np.broadcast_to(np.array(rows).reshape(shape), full).reshape(-1).tolist()

    def _fold(self, value: Value, rows: list[int]) -> list[int]:
        dims = value.args[0].dims
        axis = dims.index(value.attr)
        shape = [self.program.length(d) for d in dims]
        table = np.moveaxis(np.array(rows).reshape(shape), axis, -1).reshape(-1, shape[axis])
        result = []
        for line in table.tolist():
            parts = line
            for half, odd in fold_steps(shape[axis]):
                folded = [self._node("add", (parts[n], parts[half + n])) for n in range(half)]
                if odd:
                    folded[0] = self._node("add", (folded[0], parts[2 * half]))
                parts = folded
            result.append(parts[0])
        return result

    def _pack(self, outputs: list[int]) -> None:
        """Give every node a row: by level, then by operation, in groups."""
        order: dict[tuple[int, str, int], list[int]] = {}
        for node, (op, _, _, _) in enumerate(self._nodes):
            if op == "part":
                continue
            single = node if op == "choose" else -1
            order.setdefault((self._levels[node], op, single), []).append(node)
        place: dict[int, int] = {}
        at = self._source_rows
        self.groups: list[_Group] = []

        def row(n: int) -> int:
            return place[n] if n >= 0 else -1 - n

        for key in sorted(order):
            _, op, single = key
            nodes = order[key]
            if single >= 0:
                value = self._nodes[single][3]
                if value is None:
                    raise RuntimeError("a choice without its rules")
                count = self.program.rows(value)
                for n in range(count):
                    place[single + n] = at + n
                operands = np.array([row(a) for a in self._nodes[single][1]], np.intp)
                self.groups.append(_Group(op, operands, None, at, count, value))
                at += count
                continue
            for n, node in enumerate(nodes):
                place[node] = at + n
            args = [self._nodes[node][1] for node in nodes]
            left = np.array([row(a[0]) for a in args], np.intp)
            right = np.array([row(a[1]) for a in args], np.intp) if len(args[0]) == 2 else None
            self.groups.append(_Group(op, left, right, at, len(nodes)))
            at += len(nodes)
        self.rows = at
        self.outputs = np.array([row(n) for n in outputs], np.intp)
        self._nodes, self._levels, self._known = [], [], {}


@lru_cache(maxsize=8)
def _unrolled(program: "_ByIdentity", counts: tuple[int, ...]) -> Unrolled:
    return Unrolled(program.program, dict(zip(_KINDS, counts, strict=True)))


class _ByIdentity:
    """A program as a key of a cache: itself, whatever it holds."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.program is self.program

    def __hash__(self) -> int:
        return id(self.program)


class NarrowKernel:
    """
    A tape bound to arrays for a few runs; the counterpart of :class:`Kernel`.

    Attributes
    ----------
    state, const, modes, inputs : ndarray, each of shape (rows, runs)
        Fill them, then :meth:`step`.
    keys : ndarray of uint64, shape (runs,)
    """

    def __init__(
        self, program: Program, runs: int, *, state_rows: int, const_rows: int,
        input_rows: int = 0, mode_rows: int = 0,
    ) -> None:  # fmt: skip
        counts = (state_rows, const_rows, input_rows, mode_rows, 2)
        self.plan = plan = _unrolled(_ByIdentity(program), counts)
        self.runs = runs
        self._all = np.zeros((plan.rows, runs))
        for at, number in plan.literal_rows:
            self._all[at] = number
        views = {}
        for kind, count in zip(_KINDS, counts, strict=True):
            views[kind] = self._all[plan.offsets[kind] : plan.offsets[kind] + count]
        self.state, self.const = views["state"], views["const"]
        self.inputs, self.modes, self.clock = views["input"], views["mode"], views["clock"]
        self.keys = np.zeros(runs, np.uint64)
        self._slots = np.array([s for _, s in plan.slots], np.uint64).reshape(-1, 1)
        self._draw_rows = np.array([r for r, _ in plan.slots], np.intp)
        self._draws = np.zeros((len(self._slots), runs))
        self._spare = np.zeros((max(len(self._slots), 1), runs), np.uint64)
        self._closing = np.zeros((len(plan.outputs), runs))
        self._calls = self._bind()

    def step(self, month: int, month_of_year: int) -> None:
        """One pass over the tape; the state is then the next one."""
        self.clock[0], self.clock[1] = month, month_of_year
        if len(self._slots):
            draws.uniforms(self.keys, self._slots, month, self._draws, self._spare)
            self._all[self._draw_rows] = self._draws
        for call in self._calls:
            call()
        self.state[:] = self._closing

    def _bind(self) -> list[Any]:
        everything = self._all[:, 0] if self.runs == 1 else self._all
        widest = max((g.count for g in self.plan.groups), default=1)
        shape = (widest,) if self.runs == 1 else (widest, self.runs)
        left, right = np.zeros(shape), np.zeros(shape)
        truth = np.zeros(shape, bool)
        calls: list[Any] = []
        for group in self.plan.groups:
            out = everything[group.start : group.start + group.count]
            if group.choice is not None:
                calls.append(partial(_choose, everything, group, out, group.choice))
                continue
            operands = []
            for index, spare in ((group.left, left), (group.right, right)):
                if index is None:
                    continue
                first = int(index[0])
                if (np.diff(index) == 1).all():
                    operands.append(everything[first : first + group.count])
                else:
                    room = spare[: group.count]
                    calls.append(partial(everything.take, index, 0, room, "clip"))
                    operands.append(room)
            if group.op in _UNARY:
                calls.append(partial(_UNARY[group.op], operands[0], out=out))
            elif group.op in ("lt", "le", "eq"):
                said = truth[: group.count]
                calls.append(partial(_BINARY[group.op], *operands, out=said))
                calls.append(partial(np.copyto, out, said))
            else:
                calls.append(partial(_BINARY[group.op], *operands, out=out))
                if group.op in ("min", "max"):
                    calls.append(partial(np.add, out, _ZERO, out=out))
        closing = self._closing[:, 0] if self.runs == 1 else self._closing
        calls.append(partial(everything.take, self.plan.outputs, 0, closing, "clip"))
        return calls


def _choose(everything: np.ndarray, group: _Group, out: np.ndarray, value: Value) -> None:
    """Wishes in order, in plain numbers, one run after the other."""
    operands = everything.take(group.left, 0)
    if operands.ndim == 1:
        out[:] = _granted(operands.tolist(), value.attr)
    else:
        for run in range(operands.shape[1]):
            out[:, run] = _granted(operands[:, run].tolist(), value.attr)


def _granted(operands: list[float], rules: tuple[tuple[int, tuple[int, ...]], ...]) -> list[float]:
    count = len(rules)
    left = operands[2 * count :]
    granted: list[float] = []
    for n, (purse, rivals) in enumerate(rules):
        grant = operands[n]
        for rival in rivals:
            grant = grant * (1.0 - granted[rival])
        if purse >= 0:
            cost = operands[count + n]
            grant = grant * (1.0 if cost <= left[purse] else 0.0)
            left[purse] = left[purse] - grant * cost
        granted.append(grant)
    if not any(purse >= 0 for purse, _ in rules):
        return granted
    return granted + left
