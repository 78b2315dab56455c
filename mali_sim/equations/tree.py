"""The tree that an equation's text becomes."""

from collections.abc import Iterator
from typing import TypeAlias

from attrs import evolve, fields, frozen

#: First parts of dotted names that are not variables: ``obs.isolation``.
ROOTS = ("obs", "flow", "offer", "decision", "event", "outcome")

#: Stands for the member that a decision with ``each`` is made for.
EACH = "each"


@frozen
class Literal:
    """One of the numbers that equations may hold: 0, 1, 12, 100."""

    value: float


@frozen
class Text:
    """A named switch's value, in quotes."""

    value: str


@frozen
class Name:
    """A stock, auxiliary, switch or constant."""

    id: str


@frozen
class Member:
    """A variable at one or more members of its sets: ``x.kidal``, ``x[jnim, kidal]``."""

    id: str
    members: tuple[str, ...]


@frozen
class Dotted:
    """A name in another table: ``obs.isolation``, ``flow.tax``, ``offer.amnesty.mopti``."""

    root: str
    id: str


@frozen
class Negate:
    """Unary minus."""

    operand: "Node"


@frozen
class Not:
    """Logical negation."""

    operand: "Node"


@frozen
class Binary:
    """``+ - * /``."""

    op: str
    left: "Node"
    right: "Node"


@frozen
class Compare:
    """One of ``< <= > >= == !=``."""

    op: str
    left: "Node"
    right: "Node"


@frozen
class Logic:
    """``and`` or ``or`` of two or more."""

    op: str
    operands: tuple["Node", ...]


@frozen
class Choice:
    """``a if condition else b``."""

    condition: "Node"
    then: "Node"
    otherwise: "Node"


@frozen
class Call:
    """A function or a lookup table applied."""

    name: str
    args: tuple["Node", ...]


Node: TypeAlias = (
    Literal | Text | Name | Member | Dotted | Negate | Not | Binary | Compare | Logic | Choice | Call
)


def children(node: Node) -> tuple[Node, ...]:
    """The node's operands, left to right."""
    match node:
        case Negate(x) | Not(x):
            return (x,)
        case Binary(_, a, b) | Compare(_, a, b):
            return (a, b)
        case Logic(_, operands):
            return operands
        case Choice(c, a, b):
            return (c, a, b)
        case Call(_, args):
            return args
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def names_in(node: Node) -> set[str]:
    """Ids of all variables that an equation reads, dotted ones as ``root.id``."""
    found = set()
    for part in walk(node):
        match part:
            case Name(id) | Member(id, _):
                found.add(id)
            case Dotted(root, id):
                found.add(f"{root}.{id}")
    return found


def conjuncts(node: Node) -> tuple[Node, ...]:
    """The conditions that all have to hold for this one to hold; itself where it is one."""
    return node.operands if isinstance(node, Logic) and node.op == "and" else (node,)


def addends(node: Node) -> tuple[Node, ...]:
    """The terms of a sum, those taken away as negatives; of a clipped one what is clipped."""
    match node:
        case Call("clip", (inner, *_)):
            return addends(inner)
        case Binary("+", left, right):
            return (*addends(left), *addends(right))
        case Binary("-", left, right):
            return (*addends(left), *(Negate(x) for x in addends(right)))
    return (node,)


def at_member(node: Node, member: str) -> Node:
    """The equation with ``.each`` replaced by one member of a set."""
    match node:
        case Member(id, members):
            return Member(id, tuple(member if m == EACH else m for m in members))
        case Dotted(root, id) if id.endswith("." + EACH):
            return Dotted(root, id[: -len(EACH)] + member)
        case Logic(op, operands):
            return Logic(op, tuple(at_member(x, member) for x in operands))
        case Call(name, args):
            return Call(name, tuple(at_member(x, member) for x in args))
    changes = {
        f.alias: at_member(getattr(node, f.name), member)
        for f in fields(type(node))
        if not isinstance(getattr(node, f.name), str | float | tuple)
    }
    return evolve(node, **changes) if changes else node


_STRENGTH = {"or": 1, "and": 2, "not": 3, "compare": 4, "+": 5, "-": 5, "*": 6, "/": 6}


def show(node: Node, names: dict[str, str] | None = None) -> str:
    """
    The equation as text again, with the fewest brackets that keep its order.

    Parameters
    ----------
    names : dict, optional
        What to write in place of a variable's id, for instance its value this month.
    """
    return _show(node, names or {}, 0)


def _show(node: Node, names: dict[str, str], outer: int) -> str:
    match node:
        case Literal(v):
            return f"{v:g}"
        case Text(v):
            return f"'{v}'"
        case Name(id):
            return names.get(id, id)
        case Member(id, members):
            full = f"{id}.{members[0]}" if len(members) == 1 else f"{id}[{', '.join(members)}]"
            return names.get(full, full)
        case Dotted(root, id):
            return names.get(f"{root}.{id}", f"{root}.{id}")
        case Negate(x):
            return f"-{_show(x, names, 7)}"
        case Not(x):
            text, strength = f"not {_show(x, names, 3)}", 3
        case Binary(op, a, b):
            strength = _STRENGTH[op]
            text = f"{_show(a, names, strength)} {op} {_show(b, names, strength + 1)}"
        case Compare(op, a, b):
            text, strength = f"{_show(a, names, 5)} {op} {_show(b, names, 5)}", 4
        case Logic(op, operands):
            strength = _STRENGTH[op]
            text = f" {op} ".join(_show(x, names, strength + 1) for x in operands)
        case Choice(c, a, b):
            text = f"{_show(a, names, 1)} if {_show(c, names, 1)} else {_show(b, names, 0)}"
            strength = 0
        case Call(name, args):
            return f"{name}({', '.join(_show(x, names, 0) for x in args)})"
    return f"({text})" if strength < outer else text
