"""Equations to tape: one expression, in one environment of names."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from math import sqrt

from mali_sim.equations import (
    Binary,
    Call,
    Choice,
    Compare,
    Dotted,
    Literal,
    Logic,
    Member,
    Name,
    Negate,
    Node,
    Not,
    Text,
    show,
    walk,
)
from mali_sim.model.sets import Sets
from mali_sim.model.tape import CLOCK_ELAPSED, CLOCK_MONTH_OF_YEAR, Builder, Value
from mali_sim.model.typed import happening_id
from mali_sim.model.variables import Variables

#: A month's shock is the sum of this many uniforms, brought to mean 0 and deviation 1.
NOISE_DRAWS = 4


class SlotCollision(RuntimeError):
    """Two draws whose ids hash to one slot: practically never; rename one of the two."""


class Slots:
    """
    Slots of random draws, from stable ids.

    A slot is the first eight bytes of SHA-256 of (path, member, ordinal), so adding a
    draw anywhere moves no other.
    """

    def __init__(self) -> None:
        self.names: dict[int, str] = {}

    def slot(self, path: str, member: str, ordinal: int) -> int:
        """
        The slot of one draw.

        Raises
        ------
        SlotCollision
        """
        name = f"{path}|{member}|{ordinal}"
        slot = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
        if self.names.setdefault(slot, name) != name:
            raise SlotCollision(f"{name} and {self.names[slot]} draw from one slot: rename one")
        return slot


class Memory:
    """
    The hidden stocks behind smooth() and delay().

    Parameters
    ----------
    key : str
        Their text, which is their identity: equal calls share one memory.
    months : int
        Rows of a delay; 0 for a smooth.
    """

    def __init__(self, key: str, x: Node, months: int, dims: tuple[str, ...], hidden: bool) -> None:
        self.key, self.x, self.months, self.dims, self.hidden = key, x, months, dims, hidden
        self.months_node: Node | None = None
        self.initial: Node | None = None

    @property
    def depth(self) -> int:
        """Rows for each member."""
        return max(self.months, 1)


def parts_behind(variables: Variables, node: Node) -> Iterator[Node]:
    """Every part of an expression, and of the auxiliaries that it reads."""
    waiting, seen = [node], set()
    while waiting:
        for part in walk(waiting.pop()):
            yield part
            if isinstance(part, Name | Member) and part.id in variables.scenario.aux and part.id not in seen:
                seen.add(part.id)
                tree = variables.trees.get(("aux", part.id, "value"))
                if tree is not None:
                    waiting.append(tree)


def rests_on_hidden(variables: Variables, node: Node) -> bool:
    """
    Whether an expression gives away what some seat does not see.

    It reads a hidden stock or an observer of some actors only, itself or through
    auxiliaries and their memories.
    """
    s = variables.scenario
    for part in parts_behind(variables, node):
        match part:
            case Name(id) | Member(id, _) if id in s.stock and s.stock[id].hidden:
                return True
            case Dotted("obs", id) if s.obs[id].known_to:
                return True
    return False


def gauges(variables: Variables) -> dict[str, tuple[str, ...]]:
    """
    Observers that tell of hidden stocks without error, and of which.

    They read a hidden stock, itself or through auxiliaries, and neither luck nor what
    happened in the month: from the state alone they come out as they were published.

    Returns
    -------
    dict of str to tuple of str
        Hidden stocks by observer, headlines first.
    """
    s = variables.scenario
    found: dict[str, tuple[str, ...]] = {}
    for id in sorted(s.obs, key=lambda o: not s.obs[o].headline):
        tree = variables.trees.get(("obs", id, "value"))
        parts = list(parts_behind(variables, tree)) if tree is not None else []
        if any(_of_the_month(part) for part in parts):
            continue
        read = {part.id for part in parts if isinstance(part, Name | Member)}
        hidden = tuple(id for id in s.stock if id in read and s.stock[id].hidden)
        if hidden:
            found[id] = hidden
    return found


def _of_the_month(part: Node) -> bool:
    """Whether a part is luck, or has a value during the month alone."""
    match part:
        case Call("noise" | "happens", _) | Dotted("flow" | "decision" | "event", _):
            return True
    return False


class Environment:
    """
    What names mean while expressions become tape: at the opening, at the close, or at the start.

    Parameters
    ----------
    variable : callable
        Value of a stock, switch or constant, by id.
    special : callable
        Value of ``obs``, ``flow``, ``offer``, ``decision``, ``event``, ``outcome`` names,
        of ``("since", id)`` and ``("memory", key)``.
    """

    def __init__(self, variable: Callable[[str], Value], special: Callable[[str, str], Value]) -> None:
        self.variable = variable
        self.special = special
        self.auxes: dict[str, Value] = {}


class Compiler:
    """Makes values of expressions that the typing has accepted."""

    def __init__(self, variables: Variables, builder: Builder, slots: Slots) -> None:
        self.variables = variables
        self.scenario = variables.scenario
        self.sets: Sets = variables.sets
        self.builder = builder
        self.slots = slots
        self.memories: dict[str, Memory] = {}
        self._environment: Environment | None = None
        self._path = ""
        self._ordinals: dict[str, int] = {}

    @property
    def names(self) -> Environment:
        """The environment in force."""
        if self._environment is None:
            raise RuntimeError("no environment is in force")
        return self._environment

    @contextmanager
    def within(self, environment: Environment) -> Iterator[None]:
        """Compile in an environment."""
        before, self._environment = self._environment, environment
        try:
            yield
        finally:
            self._environment = before

    def value(self, text_path: tuple[str, ...], node: Node | None = None) -> Value:
        """
        The value of the expression at a path.

        Parameters
        ----------
        text_path : tuple of str
            Where the expression stands: it names its draws.
        node : Node, optional
            The expression, when it is not the parsed text at the path.
        """
        tree = node if node is not None else self.variables.trees[text_path]
        if tree is None:
            raise RuntimeError(f"{'.'.join(text_path)} was not parsed")
        before = self._path, self._ordinals
        self._path, self._ordinals = ".".join(text_path), {}
        try:
            return self._of(tree)
        finally:
            self._path, self._ordinals = before

    def _of(self, node: Node) -> Value:
        b = self.builder
        match node:
            case Literal(v):
                return b.lit(v)
            case Name("elapsed"):
                return b.source("clock", CLOCK_ELAPSED)
            case Name("month_of_year"):
                return b.source("clock", CLOCK_MONTH_OF_YEAR)
            case Name(id):
                return self._variable(id)
            case Member(id, members):
                value = self._variable(id)
                for member in members:
                    value = self.pick(value, member)
                return value
            case Dotted(root, id):
                return self.names.special(root, id)
            case Negate(x):
                return b.neg(self._of(x))
            case Not(x):
                return b.negation(self._of(x))
            case Logic("and", operands):
                return b.all_of([self._of(x) for x in operands])
            case Logic(_, operands):
                return b.any_of([self._of(x) for x in operands])
            case Binary(op, x, y):
                make = {"+": b.add, "-": b.sub, "*": b.mul, "/": b.div}[op]
                return make(self._of(x), self._of(y))
            case Compare(op, x, y):
                return self._compare(op, x, y)
            case Choice(c, x, y):
                return b.where(self._of(c), self._of(x), self._of(y))
            case Call(name, args):
                if name in self.scenario.lookup:
                    return self._lookup(name, self._of(args[0]))
                return getattr(self, f"_{name}")(*args)
            case Text(v):
                raise RuntimeError(f"'{v}' outside a comparison")

    def _variable(self, id: str) -> Value:
        if id not in self.scenario.aux:
            return self.names.variable(id)
        known = self.names.auxes.get(id)
        if known is None:
            known = self.value(("aux", id, "value"))
            known = self.builder.widen(known, self.variables.aux_dims[id])
            self.names.auxes[id] = known
        return known

    # -- rows ----------------------------------------------------------------------------

    def select(self, value: Value, dim: str, members: list[int], new: tuple[str, ...]) -> Value:
        """Rows of a value with one set cut to some of its members, or replaced."""
        shape = [self.builder.length(d) for d in value.dims]
        at = value.dims.index(dim)
        inner = 1
        for n in shape[at + 1 :]:
            inner *= n
        outer = 1
        for n in shape[:at]:
            outer *= n
        rows = [(o * shape[at] + m) * inner + i for o in range(outer) for m in members for i in range(inner)]
        dims = (*value.dims[:at], *new, *value.dims[at + 1 :])
        return self.builder.take(value, rows, dims)

    def pick(self, value: Value, member: str) -> Value:
        """The value at one member of one of its sets."""
        dim = self.sets.of_member(member, value.dims)
        if dim is None:
            raise RuntimeError(f"no set of {value!r} has the member {member}")
        return self.select(value, dim, [self.sets.index(dim, member)], ())

    def _summed(self, value: Value, named: tuple[Node, ...]) -> tuple[Value, int]:
        """The sum over a set, a part of one, or all sets; and over how many members."""
        dims = value.dims
        if named and isinstance(named[0], Name):
            part = named[0].id
            parent = self.sets.parent[part]
            if part not in dims:
                members = [self.sets.index(parent, m) for m in self.sets.members[part]]
                value = self.select(value, parent, members, (part,))
            dims = (part,)
        count = 1
        for dim in dims:
            count *= self.builder.length(dim)
            value = self.builder.fold(value, dim)
        return value, count

    # -- functions -----------------------------------------------------------------------

    def _compare(self, op: str, x: Node, y: Node) -> Value:
        b = self.builder
        if isinstance(x, Text):
            x, y = y, x
        left = self._of(x)
        if isinstance(y, Text) and isinstance(x, Name):
            right = b.lit(list(self.scenario.switch[x.id].values).index(y.value))
        else:
            right = self._of(y)
        match op:
            case "<":
                return b.less(left, right)
            case "<=":
                return b.at_most(left, right)
            case ">":
                return b.less(right, left)
            case ">=":
                return b.at_most(right, left)
            case "==":
                return b.equal(left, right)
        return b.negation(b.equal(left, right))

    def _lookup(self, name: str, x: Value) -> Value:
        """The first point and a sum of clipped segments, times the table's own parameter."""
        b, table = self.builder, self.scenario.lookup[name]
        total = b.lit(table.y[0])
        for (x0, y0), (x1, y1) in pairwise(zip(table.x, table.y, strict=True)):
            if y1 == y0:
                continue
            along = b.maximum(b.sub(x, b.lit(x0)), b.lit(0.0))
            along = b.minimum(along, b.lit(x1 - x0))
            total = b.add(total, b.mul(along, b.lit((y1 - y0) / (x1 - x0))))
        return b.mul(total, self.names.variable(name))

    def _min(self, *args: Node) -> Value:
        return self._chain(self.builder.minimum, args)

    def _max(self, *args: Node) -> Value:
        return self._chain(self.builder.maximum, args)

    def _chain(self, make: Callable[[Value, Value], Value], args: tuple[Node, ...]) -> Value:
        result = self._of(args[0])
        for node in args[1:]:
            result = make(result, self._of(node))
        return result

    def _clip(self, x: Node, low: Node, high: Node) -> Value:
        b = self.builder
        return b.minimum(b.maximum(self._of(x), self._of(low)), self._of(high))

    def _abs(self, x: Node) -> Value:
        return self.builder.abs(self._of(x))

    def _sqrt(self, x: Node) -> Value:
        return self.builder.sqrt(self._of(x))

    def _squash(self, x: Node) -> Value:
        b, inner = self.builder, self._of(x)
        return b.div(inner, b.sqrt(b.add(b.lit(1.0), b.mul(inner, inner))))

    def _ratio(self, a: Node, c: Node, otherwise: Node) -> Value:
        return self.builder.ratio(self._of(a), self._of(c), self._of(otherwise))

    def _sum(self, x: Node, *named: Node) -> Value:
        return self._summed(self._of(x), named)[0]

    def _mean(self, x: Node, *named: Node) -> Value:
        total, count = self._summed(self._of(x), named)
        return self.builder.div(total, self.builder.lit(count))

    def _weighted(self, x: Node, w: Node, *named: Node) -> Value:
        b, weight = self.builder, self._of(w)
        product = b.mul(self._of(x), weight)
        weight = b.widen(weight, product.dims)
        above, below = self._summed(product, named)[0], self._summed(weight, named)[0]
        return b.ratio(above, below, b.lit(0.0))

    def _neighbours(self, x: Node) -> Value:
        """The mean over the neighbours: as many shifted copies as the most there are."""
        b, value = self.builder, self._of(x)
        dim = next(d for d in value.dims if d in self.sets.neighbours)
        members = self.sets.members[dim]
        near = [self.sets.neighbours[dim].get(m, ()) for m in members]
        total = b.lit(0.0)
        for rank in range(max((len(n) for n in near), default=0)):
            rows = [self.sets.index(dim, n[rank]) if rank < len(n) else 0 for n in near]
            weights = [1.0 / len(n) if rank < len(n) else 0.0 for n in near]
            term = b.mul(self.select(value, dim, rows, (dim,)), b.table(weights, (dim,)))
            total = term if rank == 0 else b.add(total, term)
        return b.widen(total, value.dims)

    def _since(self, node: Node) -> Value:
        id = happening_id(node)
        return self.names.special("since", id or "")

    def _memory(self, kind: str, x: Node, months: Node, initial: tuple[Node, ...]) -> Value:
        key = show(Call(kind, (x, months, *initial)))
        if key not in self.memories:
            typed = self.variables.memory_types[key]
            length = 0
            if kind == "delay" and isinstance(months, Name):
                length = int(self.scenario.constant[months.id].value)  # type: ignore[call-overload]
            memory = Memory(key, x, length, typed.dims, rests_on_hidden(self.variables, x))
            memory.months_node = months
            memory.initial = initial[0] if initial else None
            self.memories[key] = memory
        return self.names.special("memory", key)

    def _smooth(self, x: Node, months: Node, *initial: Node) -> Value:
        return self._memory("smooth", x, months, initial)

    def _delay(self, x: Node, months: Node, *initial: Node) -> Value:
        return self._memory("delay", x, months, initial)

    # -- luck ----------------------------------------------------------------------------

    def uniform(self, path: str, dims: tuple[str, ...], ordinal: int) -> Value:
        """Draws named by a path, one a member."""
        names = [",".join(c) for c in self.sets.combinations(dims)]
        return self.builder.draw([self.slots.slot(path, n, ordinal) for n in names], dims)

    def _next_ordinal(self) -> int:
        self._ordinals[self._path] = self._ordinals.get(self._path, -1) + 1
        return self._ordinals[self._path]

    def _noise(self, sd: Node) -> Value:
        """Irwin-Hall: four uniforms less their mean, times sqrt(3), have deviation 1."""
        b, scale = self.builder, self._of(sd)
        first = self._next_ordinal() * NOISE_DRAWS
        draws = [self.uniform(self._path, scale.dims, first + n) for n in range(NOISE_DRAWS)]
        total = b.add(b.add(draws[0], draws[1]), b.add(draws[2], draws[3]))
        centred = b.sub(total, b.lit(NOISE_DRAWS / 2))
        return b.mul(b.mul(centred, b.lit(sqrt(3.0))), scale)

    def _happens(self, h: Node) -> Value:
        hazard = self._of(h)
        draw = self.uniform(self._path, hazard.dims, self._next_ordinal() * NOISE_DRAWS)
        return self.strikes(draw, hazard)

    def strikes(self, draw: Value, hazard: Value) -> Value:
        """1 with probability h / (1 + h), without dividing: u (1 + h) < h."""
        b = self.builder
        return b.less(b.mul(draw, b.add(b.lit(1.0), hazard)), hazard)
