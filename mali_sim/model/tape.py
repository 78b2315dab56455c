"""
The tape: what a model computes, as ordered set-wise operations that every backend runs.

A :class:`Value` is the result of one operation on the rows of one or two sets; runs come
last and are no business of the tape. Values are built once (equal operations on equal
operands are one value), so a tape is a graph without repetition. Only operations whose
result is the same to the bit on every machine are in it: ``+ - * / sqrt abs``,
comparisons, minimum and maximum by comparison, copies, and sums in a fixed order.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import prod, sqrt
from typing import Any

from attrs import field, frozen

#: Rows handed in from outside: the opening state, constants, submissions, who controls
#: whom, the clock; for the constants' own tape the parameters.
SOURCES = ("lit", "table", "state", "const", "input", "mode", "clock", "param")
CONSTANT = ("lit", "table", "const", "param")

CLOCK_ELAPSED, CLOCK_MONTH_OF_YEAR = 0, 1


class Value:
    """
    One result on the tape.

    Attributes
    ----------
    op : str
        A source (``SOURCES``); element by element ``neg abs sqrt add sub mul div min max lt
        le eq``; or of rows ``draw take rows stack fold post widen choose``.
    args : tuple of Value
    attr : hashable
        What the operation needs besides its operands: an offset, members, slots.
    dims : tuple of str
        Sets that the rows run over, outer first; ``()`` is a single row.
    number : int
        Place in the order of building; operands come before results.
    constant : bool
        Whether it rests on numbers and constants alone, so that it is the same all months.
    """

    __slots__ = ("args", "attr", "constant", "dims", "number", "op")

    def __init__(
        self, op: str, args: tuple["Value", ...], attr: Any, dims: tuple[str, ...], number: int
    ) -> None:
        self.op, self.args, self.attr, self.dims, self.number = op, args, attr, dims, number
        self.constant = op in CONSTANT or (bool(args) and op not in SOURCES and all(a.constant for a in args))

    def __repr__(self) -> str:
        inner = ", ".join(f"v{a.number}" for a in self.args)
        extra = "" if self.attr is None else f" {self.attr!r}"
        return f"v{self.number} = {self.op}({inner}){extra} [{'×'.join(self.dims)}]"


class Builder:
    """
    Makes values, each different one once.

    Parameters
    ----------
    sizes : dict of str to int
        Number of members of every set, in the order that two-set rows follow.
    """

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = dict(sizes)
        self.order = {name: n for n, name in enumerate(sizes)}
        self.values: list[Value] = []
        self._known: dict[Any, Value] = {}

    def size(self, dims: tuple[str, ...]) -> int:
        """Rows of a value over these sets."""
        return prod(self.length(d) for d in dims)

    def length(self, dim: str) -> int:
        """Members of one set; ``#7`` is seven rows without names."""
        return int(dim[1:]) if dim[0] == "#" else self.sizes[dim]

    def make(
        self, op: str, args: tuple[Value, ...] = (), attr: Any = None, dims: tuple[str, ...] = ()
    ) -> Value:
        """The value of this operation, built now or before."""
        key = (op, tuple(a.number for a in args), attr, dims)
        if op == "lit":  # 0.0 and -0.0 are equal but not the same
            key = (op, (), float(attr).hex(), dims)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = Value(op, args, attr, dims, len(self.values))
            self.values.append(known)
        return known

    # -- sources -------------------------------------------------------------------------

    def lit(self, value: float) -> Value:
        """A number."""
        return self.make("lit", (), float(value))

    def table(self, values: Sequence[float], dims: tuple[str, ...]) -> Value:
        """Numbers that follow from the scenario's shape, one a row."""
        return self.make("table", (), tuple(float(v) for v in values), dims)

    def source(self, kind: str, offset: int, dims: tuple[str, ...] = ()) -> Value:
        """Rows from outside, from an offset on."""
        return self.make(kind, (), offset, dims)

    def draw(self, slots: Sequence[int], dims: tuple[str, ...]) -> Value:
        """Uniform draws in [0, 1), one for each slot."""
        return self.make("draw", (), tuple(slots), dims)

    # -- element by element --------------------------------------------------------------

    def joined(self, *dims: tuple[str, ...]) -> tuple[str, ...]:
        """The sets of an operation on values over these sets."""
        union = {d for one in dims for d in one}
        return tuple(sorted(union, key=lambda d: self.order.get(d, -1)))

    def _binary(self, op: str, a: Value, b: Value, exact: Callable[[float, float], float]) -> Value:
        if a.op == "lit" and b.op == "lit":
            return self.lit(exact(a.attr, b.attr))
        return self.make(op, (a, b), None, self.joined(a.dims, b.dims))

    def add(self, a: Value, b: Value) -> Value:
        """a + b."""
        return self._binary("add", a, b, lambda x, y: x + y)

    def sub(self, a: Value, b: Value) -> Value:
        """a - b."""
        if b.op == "lit" and b.attr == 0:
            return a
        return self._binary("sub", a, b, lambda x, y: x - y)

    def mul(self, a: Value, b: Value) -> Value:
        """a * b."""
        if a.op == "lit" and a.attr == 1:
            return b
        if b.op == "lit" and b.attr == 1:
            return a
        return self._binary("mul", a, b, lambda x, y: x * y)

    def div(self, a: Value, b: Value) -> Value:
        """
        a / b; by what does not change over a run, a multiplication with 1 / b.

        That is done here and not in a backend, so that all of them round alike.
        """
        if b.op == "lit" and b.attr == 1:
            return a
        if b.constant and not a.constant:
            return self.mul(a, self.div(self.lit(1.0), b))
        return self._binary("div", a, b, lambda x, y: x / y)

    def minimum(self, a: Value, b: Value) -> Value:
        """The smaller; never a negative zero."""
        return self._binary("min", a, b, lambda x, y: (x if x < y else y) + 0.0)

    def maximum(self, a: Value, b: Value) -> Value:
        """The larger; never a negative zero."""
        return self._binary("max", a, b, lambda x, y: (x if x > y else y) + 0.0)

    def less(self, a: Value, b: Value) -> Value:
        """1 where a < b, else 0."""
        return self._binary("lt", a, b, lambda x, y: float(x < y))

    def at_most(self, a: Value, b: Value) -> Value:
        """1 where a <= b, else 0."""
        return self._binary("le", a, b, lambda x, y: float(x <= y))

    def equal(self, a: Value, b: Value) -> Value:
        """1 where a == b, else 0."""
        return self._binary("eq", a, b, lambda x, y: float(x == y))

    def _unary(self, op: str, a: Value, exact: Callable[[float], float]) -> Value:
        return self.lit(exact(a.attr)) if a.op == "lit" else self.make(op, (a,), None, a.dims)

    def neg(self, a: Value) -> Value:
        """-a."""
        return self._unary("neg", a, lambda x: -x)

    def abs(self, a: Value) -> Value:
        """The magnitude of a."""
        return self._unary("abs", a, abs)

    def sqrt(self, a: Value) -> Value:
        """The square root, 0 of what is negative."""
        safe = self.maximum(a, self.lit(0.0))
        return self._unary("sqrt", safe, sqrt)

    def negation(self, a: Value) -> Value:
        """1 - a, the opposite of a truth value."""
        return self.sub(self.lit(1.0), a)

    def all_of(self, values: Iterable[Value]) -> Value:
        """Truth values joined by and."""
        result = self.lit(1.0)
        for value in values:
            result = self.mul(result, value)
        return result

    def any_of(self, values: Iterable[Value]) -> Value:
        """Truth values joined by or."""
        result: Value | None = None
        for value in values:
            result = value if result is None else self.maximum(result, value)
        return self.lit(0.0) if result is None else result

    def where(self, condition: Value, then: Value, otherwise: Value) -> Value:
        """then where the condition is 1, otherwise where it is 0; exact for finite values."""
        if is_zero(otherwise):
            return self.mul(condition, then)
        if is_zero(then):
            return self.mul(self.negation(condition), otherwise)
        return self.add(self.mul(condition, then), self.mul(self.negation(condition), otherwise))

    def ratio(self, a: Value, b: Value, otherwise: Value) -> Value:
        """a / b, or otherwise where b is 0."""
        none = self.equal(b, self.lit(0.0))
        return self.where(none, otherwise, self.div(a, self.add(b, none)))

    # -- rows ----------------------------------------------------------------------------

    def take(self, a: Value, rows: Sequence[int], dims: tuple[str, ...]) -> Value:
        """Chosen rows in a chosen order."""
        rows = tuple(rows)
        if rows == tuple(range(rows[0], rows[0] + len(rows))):
            return self.rows(a, rows[0], dims)
        return self.make("take", (a,), rows, dims)

    def rows(self, a: Value, start: int, dims: tuple[str, ...]) -> Value:
        """Consecutive rows under other names: no work."""
        if start == 0 and dims == a.dims:
            return a
        if a.op == "rows":
            return self.make("rows", a.args, a.attr + start, dims)
        if a.op in SOURCES and a.op not in ("lit", "table"):
            return self.make(a.op, (), a.attr + start, dims)
        return self.make("rows", (a,), start, dims)

    def stack(self, values: Sequence[Value]) -> Value:
        """The rows of several values, one after the other; neighbouring rows stay together."""
        total = sum(self.size(v.dims) for v in values)
        parts = self._joined_rows(values)
        if len(parts) == 1:
            return self.rows(parts[0], 0, (f"#{total}",))
        return self.make("stack", tuple(parts), None, (f"#{total}",))

    def _joined_rows(self, values: Sequence[Value]) -> list[Value]:
        """Values with consecutive rows of one base made one."""
        parts: list[Value] = []
        for value in values:
            last = parts[-1] if parts else None
            if last is not None and value.op == last.op and self._follows(last, value):
                count = self.size(last.dims) + self.size(value.dims)
                base = last.args[0] if last.op == "rows" else None
                dims = (f"#{count}",)
                parts[-1] = (
                    self.rows(base, last.attr, dims) if base else self.source(last.op, last.attr, dims)
                )
            else:
                parts.append(value)
        return parts

    def _follows(self, first: Value, second: Value) -> bool:
        moved = first.op == "rows" or (first.op in SOURCES and first.op not in ("lit", "table"))
        return moved and first.args == second.args and second.attr == first.attr + self.size(first.dims)

    def fold(self, a: Value, dim: str) -> Value:
        """
        The sum over one set: the second half onto the first, until one row is left.

        Backends take the order from :func:`fold_steps`.
        """
        return self.make("fold", (a,), dim, tuple(d for d in a.dims if d != dim))

    def post(self, base: Value, payments: Value, pairs: Sequence[tuple[int, int]]) -> Value:
        """``base`` with rows of ``payments`` added one by one: (row of base, row of payments)."""
        if not pairs:
            return base
        if payments.op == "rows":
            pairs = [(target, source + payments.attr) for target, source in pairs]
            payments = payments.args[0]
        if base.op == "post" and base.args[1] is payments:
            pairs = [*base.attr, *pairs]
            base = base.args[0]
        return self.make("post", (base, payments), tuple(pairs), base.dims)

    def choose(
        self, wanted: Value, costs: Value, capitals: Value,
        rules: tuple[tuple[int, tuple[int, ...]], ...],
    ) -> Value:  # fmt: skip
        """
        Go through wishes in order; each is granted if it is affordable and has no rival granted.

        Parameters
        ----------
        wanted, costs : Value
            A row for each wish: 1 or 0, and what it costs.
        capitals : Value
            A row for each purse.
        rules : tuple of (int, tuple of int)
            For each wish its purse (-1 for none) and the earlier wishes that rule it out.

        Returns
        -------
        Value
            A row for each wish, 1 where granted, then a row for each purse: what is left.
        """
        purses = self.size(capitals.dims) if any(purse >= 0 for purse, _ in rules) else 0
        return self.make("choose", (wanted, costs, capitals), rules, (f"#{len(rules) + purses}",))

    def widen(self, a: Value, dims: tuple[str, ...]) -> Value:
        """The value repeated over more sets."""
        return a if a.dims == dims else self.make("widen", (a,), None, dims)


def is_zero(value: Value) -> bool:
    """Whether a value is the number 0."""
    return value.op == "lit" and value.attr == 0


def fold_steps(length: int) -> list[tuple[int, bool]]:
    """
    The steps of a sum over rows.

    Returns
    -------
    list of (int, bool)
        (half, odd): rows ``[0, half)`` take the next ``half`` rows; where the number was
        odd, row 0 then takes the last one.
    """
    steps = []
    while length > 1:
        half = length // 2
        steps.append((half, length % 2 == 1))
        length = half
    return steps


def choose_operations(value: Value) -> int:
    """Elementary operations of a choice on one run: a rival two, a price four, each wish one."""
    return sum(1 + 2 * len(rivals) + (4 if purse >= 0 else 0) for purse, rivals in value.attr)


@frozen
class Program:
    """
    A tape ready to run: operations in order and where their results go.

    Parameters
    ----------
    sizes : dict of str to int
        Members of each set.
    ops : tuple of Value
        Everything the outputs need, operands first, sources left out.
    outputs : tuple of (int, Value)
        Rows of the result, from an offset on. They cover all of it.
    watched : dict of str to Value
        Values that a trace shows, by name: auxiliaries, postings, happenings.
    """

    sizes: Mapping[str, int]
    ops: tuple[Value, ...]
    outputs: tuple[tuple[int, Value], ...]
    output_rows: int
    watched: Mapping[str, Value] = field(factory=dict)

    def length(self, dim: str) -> int:
        """Members of one set."""
        return int(dim[1:]) if dim[0] == "#" else self.sizes[dim]

    def rows(self, value: Value) -> int:
        """Rows of a value."""
        return prod(self.length(d) for d in value.dims)

    @property
    def row_operations(self) -> int:
        """
        Elementary operations on single rows in one pass.

        A draw, a copy, a comparison and an addition count one each for every row; a sum
        of n rows counts n - 1; sources and views count nothing.
        """
        total = 0
        for value in self.ops:
            match value.op:
                case "rows":
                    continue
                case "fold":
                    total += self.rows(value.args[0]) - self.rows(value)
                case "post":
                    total += len(value.attr)
                case "choose":
                    total += choose_operations(value)
                case _:
                    total += self.rows(value)
        return total


class ConstantPool:
    """
    The rows that are computed once a run: parameters first, then what follows from them.

    Parameters
    ----------
    parameters : int
        How many rows the parameters take.
    """

    def __init__(self, builder: Builder, parameters: int) -> None:
        self.builder = builder
        self.rows = parameters
        self.derived: list[tuple[int, Value]] = []
        self._offsets: dict[int, int] = {}

    def offset(self, value: Value) -> int:
        """Where a constant value stands among the constant rows."""
        if value.op == "param":
            return value.attr
        known = self._offsets.get(value.number)
        if known is None:
            known = self._offsets[value.number] = self.rows
            self.derived.append((self.rows, value))
            self.rows += self.builder.size(value.dims)
        return known

    def program(self) -> Program:
        """The tape that computes the derived rows from the parameters."""
        return _collect(self.builder, self.derived, {})


def program(
    builder: Builder,
    pool: ConstantPool,
    outputs: Sequence[tuple[int, Value]],
    watched: Mapping[str, Value],
) -> Program:
    """
    Collect what the outputs and the watched values need, in order.

    What is constant is moved to the pool and read from there.
    """
    made: dict[int, Value] = {}
    collected = _collect(builder, outputs, watched)

    def lowered(value: Value) -> Value:
        known = made.get(value.number)
        if known is None:
            if value.constant and value.op != "lit":
                known = Value("const", (), pool.offset(value), value.dims, value.number)
            elif value.args:
                args = tuple(lowered(a) for a in value.args)
                known = Value(value.op, args, value.attr, value.dims, value.number)
            else:
                known = value
            made[value.number] = known
        return known

    ops = tuple(lowered(v) for v in collected.ops if not v.constant)
    return Program(
        collected.sizes,
        ops,
        tuple((offset, lowered(v)) for offset, v in outputs),
        collected.output_rows,
        {name: lowered(v) for name, v in watched.items()},
    )


def _collect(builder: Builder, outputs: Sequence[tuple[int, Value]], watched: Mapping[str, Value]) -> Program:
    needed: set[int] = set()
    waiting = [v for _, v in outputs] + list(watched.values())
    while waiting:
        value = waiting.pop()
        if value.number not in needed:
            needed.add(value.number)
            waiting.extend(value.args)
    ops = tuple(v for v in builder.values if v.number in needed and v.op not in SOURCES)
    rows = max((offset + builder.size(v.dims) for offset, v in outputs), default=0)
    return Program(builder.sizes, ops, tuple(outputs), rows, dict(watched))
