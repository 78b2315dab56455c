"""
A tape as fused loops: what a compiled backend runs, before it is any language's text.

Every operation becomes a node that computes a number of rows from operands, and every
operand is a list of references, one a row: to a row of another node, of the opening state,
of a source, or to a number. Views, chosen rows, repeated rows and stacks thereby vanish:
they are references. Sums over a set are nodes with an operand for each member, postings
are sums along each row. Nodes of as many rows share a loop as long as each reads the
others at its own row only; what is read elsewhere is stored, the rest lives in registers.
"""

from collections.abc import Iterable, Sequence

from attrs import Factory, define, field, frozen

from mali_sim.model.tape import SOURCES, Program, Value, fold_steps

#: A row that an operand stands for: (a node's number or a source's name, row), or
#: ("lit", a number in hexadecimal), since 0.0 and -0.0 are equal.
Ref = tuple[int | str, int | str]
MINUS_ZERO = ("lit", (-0.0).hex())
#: Nodes in one loop: more would only spill registers and slow the compiler.
NEST = 64


@define(eq=False)
class Node:
    """
    An operation on rows.

    Parameters
    ----------
    number : int
    op : str
        As on the tape, without the structural ones; ``fold`` by :func:`fold_steps`, and
        ``sum`` from left to right.
    rows : int
    args : tuple of tuple of Ref
        For each operand the row that each row reads.
    slots : tuple of int
        Of a draw, one a row.
    """

    number: int
    op: str
    rows: int
    args: tuple[tuple[Ref, ...], ...]
    slots: tuple[int, ...] = ()
    needs: frozenset[int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.needs = frozenset(r[0] for arg in self.args for r in arg if isinstance(r[0], int))

    def aligned(self, arg: tuple[Ref, ...], other: "Node") -> bool:
        """Whether an operand is the other node row by row."""
        return other.rows == self.rows and all(r == (other.number, k) for k, r in enumerate(arg))


@define(eq=False)
class Nest:
    """Nodes computed in one loop over their rows."""

    rows: int
    nodes: list[Node]


@define(eq=False)
class Plan:
    """
    A tape's loops, and where rows are kept.

    Parameters
    ----------
    nests : list of Nest
        In order.
    closing : dict of int to int
        First row of the closing state for nodes that are written there at once.
    work : dict of int to int
        First work row of nodes that are stored there.
    fixed : dict of Ref to int
        Work rows that hold a number or a source's row for a whole call.
    monthly : dict of Ref to int
        Work rows that take a row of the opening state or the clock every month.
    constants : dict of Ref to int
        Rows of the constants that the tape reads, in the order of reading: what comes in
        order is fetched ahead by the processor.
    copies : list of (int, Ref)
        Rows of the closing state copied at the end.
    work_rows : int
    """

    nests: list[Nest]
    facts: "Facts"
    closing: dict[int, int] = Factory(dict)
    work: dict[int, int] = Factory(dict)
    fixed: dict[Ref, int] = Factory(dict)
    monthly: dict[Ref, int] = Factory(dict)
    constants: dict[Ref, int] = Factory(dict)
    copies: list[tuple[int, Ref]] = Factory(list)
    work_rows: int = 0

    def place(self, refs: Sequence[Ref]) -> tuple[str, list[int]]:
        """The array that an operand's rows are read from, and which of its rows."""
        base = self.base(refs)
        if base == "work":
            return base, [self._work_row(r) for r in refs]
        if base == "closing":
            return base, [self.closing[r[0]] + r[1] for r in refs]  # type: ignore[index, operator, misc]
        if base == "const":
            return base, [self.constants[r] for r in refs]
        return base, [r[1] for r in refs]  # type: ignore[misc]

    def base(self, refs: Sequence[Ref]) -> str:
        """
        The one array that holds all rows of an operand.

        A source's own, or the closing state; where they are mixed, the work rows.
        """
        kinds = {r[0] if isinstance(r[0], str) else self._home(r[0]) for r in refs}
        return str(kinds.pop()) if len(kinds) == 1 else "work"

    def _home(self, number: int) -> str:
        return "closing" if number in self.closing else "work"

    def _work_row(self, ref: Ref) -> int:
        root, row = ref
        if isinstance(root, int):
            return self.work[root] + int(row)
        return self.fixed[ref] if ref in self.fixed else self.monthly[ref]


@frozen
class Facts:
    """
    What is known of nodes' numbers: where a selection needs no care.

    Parameters
    ----------
    truths : set of int
        Nodes that are 0.0 or 1.0.
    numbers : set of int
        Nodes that are never NaN.
    unsigned : set of int
        Nodes that are never -0.0.
    """

    truths: frozenset[int]
    numbers: frozenset[int]
    unsigned: frozenset[int]

    def number(self, refs: Iterable[Ref]) -> bool:
        """Whether an operand is never NaN."""
        return all(r[0] == "lit" or r[0] == "clock" or r[0] in self.numbers for r in refs)

    def no_minus_zero(self, refs: Iterable[Ref]) -> bool:
        """Whether an operand is never -0.0."""
        return all(_plain(r) or r[0] == "clock" or r[0] in self.unsigned for r in refs)


def _plain(ref: Ref) -> bool:
    return ref[0] == "lit" and ref != MINUS_ZERO


def plan(program: Program) -> Plan:
    """The loops of a tape."""
    lowering = _Lowering(program)
    made = Plan(_fuse(lowering.nodes), _facts(lowering.nodes))
    _settle(made, lowering.outputs())
    return made


# -- the tape as nodes -------------------------------------------------------------------


class _Lowering:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.nodes: list[Node] = []
        self._refs: dict[int, tuple[Ref, ...]] = {}
        #: Postings whose only reader posts more on top: base rows, and what each row takes.
        self._open: dict[int, tuple[tuple[Ref, ...], dict[int, list[Ref]]]] = {}
        readers: dict[int, list[Value | None]] = {}
        for value in program.ops:
            for arg in value.args:
                readers.setdefault(arg.number, []).append(value)
        for _, value in program.outputs:
            readers.setdefault(value.number, []).append(None)
        self._readers = readers
        for value in program.ops:
            self._lower(value)

    def outputs(self) -> list[Ref]:
        rows: list[Ref] = [MINUS_ZERO] * self.program.output_rows
        for offset, value in self.program.outputs:
            for k, ref in enumerate(self.refs(value)):
                rows[offset + k] = ref
        return rows

    def refs(self, value: Value) -> tuple[Ref, ...]:
        """What a value's rows are."""
        known = self._refs.get(value.number)
        if known is not None:
            return known
        rows = self.program.rows(value)
        if value.op == "lit":
            known = (("lit", float(value.attr).hex()),)
        elif value.op == "table":
            known = tuple(("lit", float(x).hex()) for x in value.attr)
        else:
            kind = "const" if value.op == "param" else value.op
            known = tuple((kind, value.attr + k) for k in range(rows))
        self._refs[value.number] = known
        return known

    def _node(self, op: str, rows: int, args: Iterable[Sequence[Ref]], slots: tuple[int, ...] = ()) -> Node:
        node = Node(len(self.nodes), op, rows, tuple(tuple(a) for a in args), slots)
        self.nodes.append(node)
        return node

    def _lower(self, value: Value) -> None:
        rows = self.program.rows(value)
        match value.op:
            case "rows":
                refs = self.refs(value.args[0])
                if value.args[0].op == "lit":
                    refs = refs * (value.attr + rows)
                self._refs[value.number] = refs[value.attr : value.attr + rows]
            case "take":
                refs = self.refs(value.args[0])
                self._refs[value.number] = tuple(refs[k] for k in value.attr)
            case "stack":
                self._refs[value.number] = tuple(r for a in value.args for r in self.refs(a))
            case "widen":
                self._refs[value.number] = self._broadcast(value.args[0], value.dims)
            case "post":
                self._post(value)
            case "fold":
                self._fold(value, rows)
            case "choose":
                self._choose(value)
            case op if op in SOURCES:
                raise ValueError(f"{op} among the operations")
            case op:
                args = [self._broadcast(a, value.dims) for a in value.args]
                slots = value.attr if op == "draw" else ()
                self._made(value, self._node(op, rows, args, slots))

    def _made(self, value: Value, node: Node) -> None:
        self._refs[value.number] = tuple((node.number, k) for k in range(node.rows))

    def _broadcast(self, arg: Value, dims: tuple[str, ...]) -> tuple[Ref, ...]:
        """An operand's references over more sets."""
        refs = self.refs(arg)
        if arg.dims == dims:
            return refs
        index = [0]
        for dim in dims:
            length = self.program.length(dim)
            if dim in arg.dims:
                index = [k * length + m for k in index for m in range(length)]
            else:
                index = [k for k in index for _ in range(length)]
        return tuple(refs[k] for k in index)

    def _fold(self, value: Value, rows: int) -> None:
        arg = value.args[0]
        refs = self.refs(arg)
        axis = arg.dims.index(value.attr)
        length = self.program.length(value.attr)
        inner = 1
        for dim in arg.dims[axis + 1 :]:
            inner *= self.program.length(dim)
        terms = [
            [refs[(r // inner * length + n) * inner + r % inner] for r in range(rows)]
            for n in range(length)
        ]
        if length == 1:
            self._refs[value.number] = tuple(terms[0])
        else:
            self._made(value, self._node("fold", rows, terms))

    def _post(self, value: Value) -> None:
        """Postings one on top of the other are gathered and become one sum along each row."""
        base, payments = value.args
        if base.number in self._open:
            below, taken = self._open.pop(base.number)
        else:
            below, taken = self.refs(base), {}
        paid = self.refs(payments)
        for target, source in value.attr:
            taken.setdefault(target, []).append(paid[source if len(paid) > 1 else 0])
        readers = self._readers.get(value.number, [])
        if len(readers) == 1 and readers[0] is not None and readers[0].op == "post" and (
            readers[0].args[0] is value and readers[0].args[1] is not value
        ):  # fmt: skip
            self._open[value.number] = (below, taken)
            return
        rows = len(below)
        depth = max(len(t) for t in taken.values())
        count = sum(len(t) for t in taken.values())
        if depth * rows <= count + 2 * rows:
            # Adding -0.0 changes nothing, so rows that take less can share the loop.
            layers = [
                [taken[r][k] if k < len(taken.get(r, ())) else MINUS_ZERO for r in range(rows)]
                for k in range(depth)
            ]
            self._made(value, self._node("sum", rows, [below, *layers]))
            return
        refs = list(below)
        for row, additions in taken.items():
            node = self._node("sum", 1, [[below[row]], *([a] for a in additions)])
            refs[row] = (node.number, 0)
        self._refs[value.number] = tuple(refs)


    def _choose(self, value: Value) -> None:
        """Wish by wish on single rows, which share loops with other single rows."""
        wanted, costs, capitals = (self.refs(a) for a in value.args)
        left, granted = list(capitals), list[Ref]()
        free: dict[Ref, Ref] = {}  # 1 - a grant

        def row(op: str, a: Ref, b: Ref) -> Ref:
            return self._node(op, 1, [[a], [b]]).number, 0

        for n, (purse, rivals) in enumerate(value.attr):
            grant = wanted[n if len(wanted) > 1 else 0]
            for rival in rivals:
                other = granted[rival]
                if other not in free:
                    free[other] = row("sub", ("lit", (1.0).hex()), other)
                grant = row("mul", grant, free[other])
            if purse >= 0:
                cost = costs[n if len(costs) > 1 else 0]
                grant = row("mul", grant, row("le", cost, left[purse]))
                left[purse] = row("sub", left[purse], row("mul", grant, cost))
            granted.append(grant)
        paying = any(purse >= 0 for purse, _ in value.attr)
        self._refs[value.number] = (*granted, *(left if paying else ()))


# -- what is known of numbers ------------------------------------------------------------


def _facts(nodes: list[Node]) -> Facts:
    truths: set[int] = set()
    numbers: set[int] = set()
    unsigned: set[int] = set()
    facts = Facts(truths, numbers, unsigned)  # type: ignore[arg-type]

    def truth(refs: Iterable[Ref]) -> bool:
        return all(
            r[0] in truths or (r[0] == "lit" and float.fromhex(str(r[1])) in (0.0, 1.0) and _plain(r))
            for r in refs
        )

    for node in nodes:
        every = [truth(a) for a in node.args]
        one = node.op == "sub" and all(r == ("lit", (1.0).hex()) for r in node.args[0])
        if (
            node.op in ("lt", "le", "eq")
            or (node.op in ("mul", "min", "max") and all(every))
            or (one and every[1])
        ):
            truths.add(node.number)
        known = node.number in truths or node.op == "draw"
        if known or (node.op in ("min", "max", "neg", "abs") and all(map(facts.number, node.args))):
            numbers.add(node.number)
        plain = [facts.no_minus_zero(a) for a in node.args]
        match node.op:
            case "min" | "max" | "abs":
                known = True
            case "add" | "sum":
                known = any(plain)
            case "sub":
                known = known or plain[0]
            case "fold":
                known = all(plain)
        if known:
            unsigned.add(node.number)
    return Facts(frozenset(truths), frozenset(numbers), frozenset(unsigned))


# -- loops -------------------------------------------------------------------------------


def _fuse(nodes: list[Node]) -> list[Nest]:
    """
    Group nodes into loops, operands first.

    A loop begins with the first node whose operands are ready and takes, in their order,
    all that can join it.
    """
    nests: list[Nest] = []
    done: set[int] = set()
    left = list(nodes)
    while left:
        seed = next(n for n in left if n.needs <= done)
        inside: dict[int, Node] = {}
        for node in left:
            if len(inside) == NEST:
                break
            if node.rows == seed.rows and _joins(node, inside, done):
                inside[node.number] = node
        nests.append(Nest(seed.rows, list(inside.values())))
        done |= inside.keys()
        left = [n for n in left if n.number not in inside]
    return nests


def _joins(node: Node, inside: dict[int, Node], done: set[int]) -> bool:
    if not all(n in done or n in inside for n in node.needs):
        return False
    near = node.needs & inside.keys()
    if not near or node.rows == 1:
        return True
    for arg in node.args:
        roots = {r[0] for r in arg} & near
        if roots and not (len(roots) == 1 and node.aligned(arg, inside[roots.pop()])):  # type: ignore[index]
            return False
    return True


# -- places ------------------------------------------------------------------------------


def _settle(plan: Plan, outputs: list[Ref]) -> None:
    """Give every row that is read outside its loop a place."""
    nodes = {n.number: n for nest in plan.nests for n in nest.nodes}
    row = 0
    while row < len(outputs):
        root, first = outputs[row]
        count = 1
        if isinstance(root, int) and first == 0 and root not in plan.closing:
            rows = nodes[root].rows
            if outputs[row : row + rows] == [(root, k) for k in range(rows)]:
                plan.closing[root] = row
                row += rows
                continue
        plan.copies.append((row, outputs[row]))
        row += count
    last: dict[int, int] = {}

    def read(refs: Sequence[Ref], at: int) -> None:
        for ref in refs:
            if ref[0] == "const":
                plan.constants.setdefault(ref, len(plan.constants))
        if plan.base(refs) != "work":
            return
        for ref in refs:
            if isinstance(ref[0], int):
                last[ref[0]] = at
            elif ref[0] in ("state", "clock"):
                plan.monthly.setdefault(ref, len(plan.fixed) + len(plan.monthly))
            else:
                plan.fixed.setdefault(ref, len(plan.fixed) + len(plan.monthly))

    for at, nest in enumerate(plan.nests):
        inside = {n.number for n in nest.nodes}
        for node in nest.nodes:
            for arg in node.args:
                if not (isinstance(arg[0][0], int) and arg[0][0] in inside):
                    read(arg, at)
    for _, ref in plan.copies:
        read([ref], len(plan.nests))
    _allocate(plan, last)


def _allocate(plan: Plan, last: dict[int, int]) -> None:
    """Work rows for what is stored, taken again once the last loop that reads them is over."""
    top = len(plan.fixed) + len(plan.monthly)
    free: list[tuple[int, int]] = []  # (first row, rows), by first row
    ending: dict[int, list[tuple[int, int]]] = {}
    for at, nest in enumerate(plan.nests):
        for span in ending.pop(at - 1, ()):
            free = _merged([*free, span])
        for node in nest.nodes:
            if node.number not in last:
                continue
            fits = [s for s in free if s[1] >= node.rows]
            if fits:
                start, rows = min(fits, key=lambda s: (s[1], s[0]))
                free.remove((start, rows))
                if rows > node.rows:
                    free.append((start + node.rows, rows - node.rows))
            else:
                start, top = top, top + node.rows
            plan.work[node.number] = start
            ending.setdefault(last[node.number], []).append((start, node.rows))
    plan.work_rows = top


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, rows in sorted(spans):
        if merged and sum(merged[-1]) == start:
            merged[-1] = (merged[-1][0], merged[-1][1] + rows)
        else:
            merged.append((start, rows))
    return merged


def folded(terms: Sequence[str]) -> list[tuple[int, str, str]]:
    """
    The additions of a sum over a set, in order.

    Returns
    -------
    list of (int, str, str)
        (place, a, b): ``place`` takes a + b; operands are terms or ``@place``.
    """
    parts = list(terms)
    steps: list[tuple[int, str, str]] = []
    for half, odd in fold_steps(len(terms)):
        for n in range(half):
            steps.append((len(steps), parts[n], parts[half + n]))
            parts[n] = f"@{len(steps) - 1}"
        if odd:
            steps.append((len(steps), parts[0], parts[2 * half]))
            parts[0] = f"@{len(steps) - 1}"
        parts = parts[:half]
    return steps
