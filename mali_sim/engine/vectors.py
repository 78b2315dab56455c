"""
The NumPy backend: a tape as a list of bound array calls on blocks of runs.

Rows come first and runs last, so that one operation on a set is one call. Buffers are
planned once for a tape: an operation writes into an operand that nobody needs any more,
rows of a stack are written where the stack will be, and results go straight into the
closing state. Opening and closing state change places every month, so every call is
bound twice.
"""

from collections.abc import Callable
from functools import partial
from math import prod

import numpy as np

from mali_sim.engine import draws
from mali_sim.model.tape import SOURCES, Program, Value, fold_steps

_BINARY = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "min": np.minimum,
    "max": np.maximum,
}
_COMPARE = {"lt": np.less, "le": np.less_equal, "eq": np.equal}
_UNARY = {"neg": np.negative, "abs": np.absolute, "sqrt": np.sqrt}
_ZERO, _ONE = np.array(0.0), np.array(1.0)
#: Numbers of a batch of draws that stay in the cache.
_DRAW_CHUNK = 16_384


class _Plan:
    """
    Which buffer holds which value: worked out once, the same for both directions.

    Attributes
    ----------
    home : dict of int to (str, int)
        A value's number to ("temp", buffer) or ("state", row) or ("draw", row).
    sizes : list of int
        Rows of each temporary buffer.
    """

    def __init__(self, program: Program, keep: bool) -> None:
        self.program = program
        self.keep = keep
        self.place: dict[int, tuple[str, int, int]] = {}
        self.sizes: list[int] = []
        self.copies: list[tuple[int, Value]] = []
        self.slots: list[int] = []
        self._free: dict[int, list[int]] = {}
        self.nested: dict[int, tuple[Value, int]] = {}
        self._outputs()
        self._nest()
        self._last = self._last_uses()
        self._allocate()

    def _owner(self, value: Value) -> Value:
        """The value whose buffer this one is seen in: of a view its base, of a part its stack."""
        while True:
            if value.op == "rows":
                value = value.args[0]
            elif value.number in self.nested:
                value = self.nested[value.number][0]
            else:
                return value

    def _last_uses(self) -> dict[int, int]:
        last: dict[int, int] = {}
        for at, value in enumerate(self.program.ops):
            for arg in value.args:
                last[self._owner(arg).number] = at
        for _, value in self.copies:
            last[self._owner(value).number] = len(self.program.ops)
        return last

    def _outputs(self) -> None:
        """Results that can be written straight into the closing state, and copies of others."""
        for offset, value in self.program.outputs:
            own = value.op not in SOURCES and value.op not in ("rows", "draw")
            if own and value.number not in self.place:
                self.place[value.number] = ("state", offset, 0)
            else:
                self.copies.append((offset, value))

    def _nest(self) -> None:
        """Rows of a stack that can be computed where the stack will stand."""
        for value in self.program.ops:
            if value.op != "stack":
                continue
            at = 0
            for arg in value.args:
                fits = arg.op not in SOURCES and arg.op not in ("rows", "draw")
                if fits and arg.number not in self.place and arg.number not in self.nested:
                    self.nested[arg.number] = (value, at)
                at += self.program.rows(arg)

    def _buffer(self, rows: int) -> int:
        free = self._free.get(rows)
        if free and not self.keep:
            return free.pop()
        self.sizes.append(rows)
        return len(self.sizes) - 1

    def _settle(self, value: Value) -> tuple[str, int, int]:
        """Where a value lives; a nested one lives inside its stack."""
        known = self.place.get(value.number)
        if known is None:
            if value.number in self.nested:
                stack, at = self.nested[value.number]
                kind, number, row = self._settle(stack)
                known = (kind, number + at, 0) if kind == "state" else (kind, number, row + at)
            else:
                known = ("temp", self._buffer(self.program.rows(value)), 0)
            self.place[value.number] = known
        return known

    def _allocate(self) -> None:
        for at, value in enumerate(self.program.ops):
            if value.op == "rows":
                continue
            if value.op == "draw":
                self.place[value.number] = ("draw", len(self.slots), 0)
                self.slots.extend(value.attr)
                continue
            dying = [] if self.keep else self._dying(at, value)
            free_home = value.number not in self.place and value.number not in self.nested
            reusable = value.op not in ("take", "stack", "fold", "widen", "choose")
            if free_home and reusable:
                # A posting reads its payments after it has written the base.
                takers = value.args[:1] if value.op == "post" else value.args
                for arg in dying:
                    if arg in takers and arg.dims == value.dims:
                        self.place[value.number] = self.place[arg.number]
                        dying.remove(arg)
                        break
            self._settle(value)
            for arg in dying:
                number = self.place[arg.number][1]
                self._free.setdefault(self.sizes[number], []).append(number)

    def _dying(self, at: int, value: Value) -> list[Value]:
        """Owners of operands in temporary buffers that nobody reads after this operation."""
        found: dict[int, Value] = {}
        for arg in value.args:
            owner = self._owner(arg)
            home = self.place.get(owner.number)
            if home and home[0] == "temp" and self._last.get(owner.number) == at:
                found[owner.number] = owner
        return list(found.values())


class Kernel:
    """
    A tape bound to arrays for a number of runs.

    Fill ``const``, ``modes``, ``inputs``, ``keys`` and ``states[0]``, then :meth:`step`.

    Parameters
    ----------
    program : Program
    runs : int
    state_rows, const_rows, input_rows, mode_rows : int
    varied : bool
        Whether constants differ from run to run.
    keep : bool
        Keep every value after the step, for a trace.

    Attributes
    ----------
    states : list of ndarray, each of shape (rows, runs)
        Opening and closing state, changing places.
    const : ndarray, shape (rows, runs or 1)
    modes : ndarray, shape (rows, runs)
    inputs : ndarray, shape (rows, runs)
    clock : ndarray, shape (2, 1)
    keys : ndarray of uint64, shape (runs,)
    """

    def __init__(
        self, program: Program, runs: int, *, state_rows: int, const_rows: int,
        input_rows: int = 0, mode_rows: int = 0, varied: bool = False, keep: bool = False,
    ) -> None:  # fmt: skip
        self.program = program
        self.runs = runs
        self.states = [np.zeros((max(n, 1), runs)) for n in (state_rows, program.output_rows)]
        self.const = np.zeros((max(const_rows, 1), runs if varied else 1))
        self.inputs = np.zeros((max(input_rows, 1), runs))
        self.modes = np.zeros((max(mode_rows, 1), runs))
        self.clock = np.zeros((2, 1))
        self.keys = np.zeros(runs, np.uint64)
        self._sources = {
            "const": self.const, "param": self.const, "input": self.inputs,
            "mode": self.modes, "clock": self.clock,
        }  # fmt: skip
        self._plan = _Plan(program, keep)
        self._temps = [np.zeros((rows, runs)) for rows in self._plan.sizes]
        self._slots = np.array(self._plan.slots, np.uint64).reshape(-1, 1)
        self._draws = np.zeros((len(self._slots), runs))
        chunk = max(min(_DRAW_CHUNK // max(runs, 1), len(self._slots)), 1)
        self._spare = np.zeros((chunk, runs), np.uint64)
        self._truth: dict[tuple[int, ...], np.ndarray] = {}
        same = state_rows == program.output_rows
        self._calls = [self._bind(0, 1), self._bind(1, 0) if same else []]
        self.side = 0

    @property
    def calls(self) -> list[Callable[[], object]]:
        """The calls of the next step."""
        return self._calls[self.side]

    # -- running -------------------------------------------------------------------------

    @property
    def state(self) -> np.ndarray:
        """The opening state of the next step: the last one's result."""
        return self.states[self.side]

    def step(self, month: int, month_of_year: int) -> None:
        """One pass over the tape: from the state to the next one."""
        self.clock[0], self.clock[1] = month, month_of_year
        if len(self._slots):
            draws.uniforms(self.keys, self._slots, month, self._draws, self._spare)
        for call in self._calls[self.side]:
            call()
        self.side = 1 - self.side

    def value(self, value: Value) -> np.ndarray:
        """
        A value of the last step; only with ``keep``.

        Returns
        -------
        ndarray, shape (rows, runs)
        """
        rows = self.program.rows(value)
        found = self._array(value, 1 - self.side, self.side)
        shape = (*(self.program.length(d) for d in value.dims), self.runs)
        return np.broadcast_to(found, shape).reshape(rows, self.runs)

    # -- binding -------------------------------------------------------------------------

    def _bind(self, opening: int, closing: int) -> list[Callable[[], object]]:
        calls: list[Callable[[], object]] = []
        for value in self.program.ops:
            if value.op not in ("rows", "draw"):
                calls += self._operation(value, opening, closing)
        for offset, value in self._plan.copies:
            rows = self.program.rows(value)
            to = self._shaped(self.states[closing][offset : offset + rows], value.dims)
            calls.append(partial(np.copyto, to, self._array(value, opening, closing)))
        return calls

    def _shape(self, dims: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(self.program.length(d) for d in dims)

    def _shaped(self, rows: np.ndarray, dims: tuple[str, ...]) -> np.ndarray:
        return rows.reshape(*self._shape(dims), rows.shape[-1])

    def _array(self, value: Value, opening: int, closing: int) -> np.ndarray:
        """A value's numbers, shape (members of each set, runs or 1)."""
        rows = self.program.rows(value)
        match value.op:
            case "lit":
                return np.array(value.attr)
            case "table":
                return self._shaped(np.array(value.attr).reshape(-1, 1), value.dims)
            case "state":
                found = self.states[opening][value.attr : value.attr + rows]
            case "rows":
                base = self._array(value.args[0], opening, closing)
                if base.ndim == 0:
                    return base
                flat = base.reshape(-1, base.shape[-1])
                found = flat[value.attr : value.attr + rows]
            case op if op in SOURCES:
                found = self._sources[op][value.attr : value.attr + rows]
            case _:
                kind, number, row = self._plan.place[value.number]
                if kind == "state":
                    found = self.states[closing][number : number + rows]
                elif kind == "draw":
                    found = self._draws[number : number + rows]
                else:
                    found = self._temps[number][row : row + rows]
        return self._shaped(found, value.dims)

    def _operand(self, value: Value, dims: tuple[str, ...], opening: int, closing: int) -> np.ndarray:
        """A value's numbers with places for the sets it lacks, so that they broadcast."""
        found = self._array(value, opening, closing)
        if found.ndim == 0 or value.dims == dims:
            return found
        shape = [self.program.length(d) if d in value.dims else 1 for d in dims]
        return found.reshape(*shape, found.shape[-1])

    def _operation(self, value: Value, opening: int, closing: int) -> list[Callable[[], object]]:
        out = self._array(value, opening, closing)
        args = [self._operand(a, value.dims, opening, closing) for a in value.args] if (
            value.op not in ("take", "stack", "fold", "post", "choose")
        ) else []  # fmt: skip
        if value.op in _BINARY:
            calls: list[Callable[[], object]] = [partial(_BINARY[value.op], args[0], args[1], out=out)]
            if value.op in ("min", "max") and self._may_be_negative_zero(value):
                calls.append(partial(np.add, out, _ZERO, out=out))
            return calls
        if value.op in _COMPARE:
            truth = self._truth.setdefault(out.shape, np.zeros(out.shape, bool))
            return [
                partial(_COMPARE[value.op], args[0], args[1], out=truth),
                partial(np.copyto, out, truth),
            ]
        if value.op in _UNARY:
            return [partial(_UNARY[value.op], args[0], out=out)]
        if value.op == "widen":
            return [partial(np.copyto, out, args[0])]
        return getattr(self, f"_{value.op}")(value, out, opening, closing)

    @staticmethod
    def _may_be_negative_zero(value: Value) -> bool:
        """Whether an extreme can be -0.0: not beyond a number, nor of what is an extreme itself."""
        sides = [a.attr for a in value.args if a.op == "lit" and a.attr != 0]
        if any(side > 0 if value.op == "max" else side < 0 for side in sides):
            return False
        rest = [a for a in value.args if not (a.op == "lit" and a.attr != 0)]
        return not (sides and all(a.op in ("min", "max") for a in rest))

    def _take(self, value: Value, out: np.ndarray, opening: int, closing: int) -> list[Callable[[], object]]:
        source = self._array(value.args[0], opening, closing)
        flat = np.broadcast_to(source, (*source.shape[:-1], self.runs)) if (
            source.shape[-1] != self.runs
        ) else source  # fmt: skip
        index = np.array(value.attr, np.intp)
        to = out.reshape(-1, self.runs)
        return [partial(np.take, flat.reshape(-1, self.runs), index, axis=0, out=to, mode="clip")]

    def _stack(self, value: Value, out: np.ndarray, opening: int, closing: int) -> list[Callable[[], object]]:
        calls: list[Callable[[], object]] = []
        at = 0
        flat = out.reshape(-1, self.runs)
        for arg in value.args:
            rows = self.program.rows(arg)
            nested = self._plan.nested.get(arg.number)
            if nested is None or nested[0] is not value or nested[1] != at:
                source = self._array(arg, opening, closing)
                to = flat[at : at + rows]
                if source.ndim:
                    source = source.reshape(rows, source.shape[-1])
                calls.append(partial(np.copyto, to, source))
            at += rows
        return calls

    def _fold(self, value: Value, out: np.ndarray, opening: int, closing: int) -> list[Callable[[], object]]:
        source_value = value.args[0]
        source = self._array(source_value, opening, closing)
        axis = source_value.dims.index(value.attr)
        length = source.shape[axis]
        outer, inner = source.shape[:axis], source.shape[axis + 1 :]
        x = source.reshape(prod(outer), length, prod(inner[:-1]), source.shape[-1])
        result = out.reshape(prod(outer), prod(inner[:-1]), self.runs)
        calls: list[Callable[[], object]] = []
        if length == 1:
            return [partial(np.copyto, result, x[:, 0])]
        scratch = np.zeros((x.shape[0], max(length // 2, 1), x.shape[2], self.runs))
        for half, odd in fold_steps(length):
            last = half == 1
            to = result if last else scratch[:, :half]
            low, high = x[:, :half], x[:, half : 2 * half]
            if last:
                low, high = x[:, 0], x[:, 1]
            calls.append(partial(np.add, low, high, out=to))
            if odd:
                first = result if last else scratch[:, 0]
                calls.append(partial(np.add, first, x[:, 2 * half], out=first))
            x = scratch
        return calls

    def _post(self, value: Value, out: np.ndarray, opening: int, closing: int) -> list[Callable[[], object]]:
        base = self._array(value.args[0], opening, closing)
        pay = self._array(value.args[1], opening, closing)
        calls: list[Callable[[], object]] = []
        if not np.may_share_memory(out, base):
            calls.append(partial(np.copyto, out, base))
        to = out.reshape(-1, self.runs)
        if pay.ndim:
            pay = pay.reshape(-1, pay.shape[-1])
        for target, source in value.attr:
            amount = pay[source] if pay.ndim else pay
            calls.append(partial(np.add, to[target], amount, out=to[target]))
        return calls

    def _choose(
        self, value: Value, out: np.ndarray, opening: int, closing: int
    ) -> list[Callable[[], object]]:
        """Wish by wish, each a few calls on single rows."""
        wanted, costs, capitals = (self._flat(a, opening, closing) for a in value.args)
        rules = value.attr
        left = out[len(rules) :]
        spare, truth = np.zeros(self.runs), np.zeros(self.runs, bool)
        calls: list[Callable[[], object]] = []
        if len(left):
            calls.append(partial(np.copyto, left, capitals))
        for n, (purse, rivals) in enumerate(rules):
            grant = out[n]
            source = wanted[n]
            for rival in rivals:
                calls.append(partial(np.subtract, _ONE, out[rival], out=spare))
                calls.append(partial(np.multiply, source, spare, out=grant))
                source = grant
            if purse >= 0:
                calls.append(partial(np.less_equal, costs[n], left[purse], out=truth))
                calls.append(partial(np.copyto, spare, truth))
                calls.append(partial(np.multiply, source, spare, out=grant))
                calls.append(partial(np.multiply, grant, costs[n], out=spare))
                calls.append(partial(np.subtract, left[purse], spare, out=left[purse]))
            elif source is not grant:
                calls.append(partial(np.copyto, grant, source))
        return calls

    def _flat(self, value: Value, opening: int, closing: int) -> np.ndarray:
        """A value as plain rows, shape (rows, runs or 1)."""
        found = self._array(value, opening, closing)
        return found.reshape(-1, found.shape[-1]) if found.ndim else found.reshape(1, 1)
