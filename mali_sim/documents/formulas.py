"""Equations as people read them: broken into lines, signs as printed, every name a link."""

import html
import re
from collections.abc import Callable, Iterator

from mali_sim.equations import Node, show
from mali_sim.equations.tree import (
    Binary,
    Call,
    Choice,
    Compare,
    Dotted,
    Logic,
    Member,
    Name,
    Negate,
    Not,
    walk,
)
from mali_sim.model import Model
from mali_sim.model.typed import happening_id
from mali_sim.scenario.texts import MINUS

#: A table's kind and id.
Key = tuple[str, str]

#: How wide a line of an equation may be.
WIDTH = 88

#: Tables whose happenings are remembered.
HAPPENINGS = ("decision", "offer", "event")

_SIGNS = {" * ": " × ", " - ": f" {MINUS} ", " <= ": " ≤ ", " >= ": " ≥ ", " != ": " ≠ ", " == ": " = "}
_STRENGTH = {"or": 1, "and": 2, "+": 5, "-": 5, "*": 6, "/": 6}
_TOKEN = re.compile(r"'[^']*'|\[[^\]]*\]|since\([^)]*\)|[a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*|[^a-z'\[]+|.")


def names_read(model: Model, tree: Node) -> list[Key]:
    """Tables that an equation reads, in the order in which it names them."""
    found: dict[Key, None] = {}
    for part in walk(tree):
        match part:
            case Name(id) | Member(id, _):
                key = _variable(model, id)
            case Dotted(root, id):
                key = (root, id.partition(".")[0])
            case Call("since", args):
                key = _happening(model, happening_id(args[0]) or "")
            case Call(name, _) if name in model.scenario.lookup:
                key = ("lookup", name)
            case _:
                key = None
        if key is not None and key[1] in getattr(model.scenario, key[0], {}):
            found.setdefault(key)
    return list(found)


def _variable(model: Model, id: str) -> Key | None:
    kind = model.variables.kinds.get(id)
    return (kind, id) if kind else None


def _happening(model: Model, name: str) -> Key | None:
    """The table of what ``since()`` names: ``march``, ``scandal.deny``, ``accept.loan``."""
    parts = [p for p in name.split(".") if p not in ("accept", "refuse", "offer")]
    for kind in HAPPENINGS:
        if parts and parts[0] in getattr(model.scenario, kind):
            return kind, parts[0]
    return None


def lines(tree: Node, width: int = WIDTH) -> list[str]:
    """The equation as text in as few lines as fit the width, broken where it is loosest."""
    return list(_broken(tree, width, 0))


def _broken(node: Node, width: int, outer: int) -> Iterator[str]:
    whole = _bracketed(show(node), node, outer)
    if len(whole) <= width:
        yield whole
        return
    match node:
        case Choice(condition, then, otherwise):
            first = list(_broken(then, width - 2, 1))
            inset = "  " if len(first) > 1 else ""
            made = [inset + line for line in first]
            made += _prefixed("if ", _broken(condition, width - 5, 1))
            made += _prefixed("else ", _broken(otherwise, width - 7, 0))
            yield from _enclosed(made, outer > 0)
        case Binary(op, _, _):
            parts = [(f"{sign} " if n else "", x, _STRENGTH[op] + (n > 0))
                     for n, (sign, x) in enumerate(_chain(node, op in "+-"))]  # fmt: skip
            yield from _framed(parts, width, _STRENGTH[op] < outer)
        case Logic(op, operands):
            parts = [(f"{op} " if n else "", x, _STRENGTH[op] + 1) for n, x in enumerate(operands)]
            yield from _framed(parts, width, _STRENGTH[op] < outer)
        case Call(name, args):
            yield f"{name}("
            for n, argument in enumerate(args):
                inner = [f"  {line}" for line in _broken(argument, width - 2, 0)]
                yield from inner[:-1]
                yield inner[-1] + ("," if n < len(args) - 1 else "")
            yield ")"
        case Negate(x):
            yield from _prefixed("-", _broken(x, width - 1, 7))
        case Not(x):
            yield from _prefixed("not ", _broken(x, width - 4, 3))
        case _:
            yield whole


def _chain(node: Node, sums: bool) -> list[tuple[str, Node]]:
    """Terms of a sum with their signs, or factors of a product."""
    match node:
        case Binary(op, a, b) if (op in "+-") == sums:
            return [*_chain(a, sums), (op, b)]
    return [("", node)]


def _framed(parts: list[tuple[str, Node, int]], width: int, brackets: bool) -> Iterator[str]:
    made = []
    for lead, node, strength in parts:
        made += _prefixed(lead, _broken(node, width - len(lead) - 2, strength))
    yield from _enclosed(made, brackets)


def _enclosed(made: list[str], brackets: bool) -> list[str]:
    return ["(", *(f"  {line}" for line in made), ")"] if brackets else made


def _prefixed(lead: str, inner: Iterator[str]) -> Iterator[str]:
    for n, line in enumerate(inner):
        yield (lead if n == 0 else " " * len(lead)) + line


def _bracketed(text: str, node: Node, outer: int) -> str:
    match node:
        case Choice():
            strength = 0
        case Binary(op, _, _) | Logic(op, _):
            strength = _STRENGTH[op]
        case Compare():
            strength = 4
        case Not():
            strength = 3
        case _:
            return text
    return f"({text})" if strength < outer else text


def linked(text: str, model: Model, link: Callable[[Key], str | None]) -> str:
    """
    A line of an equation as HTML: signs as printed, names as links.

    Parameters
    ----------
    link : callable
        Where a table is described, from the page that the equation stands on.
    """
    made = []
    for token in _TOKEN.findall(text):
        key = None
        shown = token
        if token.startswith("since("):
            inside = token[6:-1]
            target = link(found) if (found := _happening(model, inside)) else None
            made.append(f"since({_anchor(inside, target)})")
            continue
        if re.match(r"[a-z_]", token):
            head, _, rest = token.partition(".")
            if head in ("obs", "flow", "outcome", *HAPPENINGS) and rest:
                key = (head, rest.partition(".")[0])
            elif head in model.variables.kinds:
                key = _variable(model, head)
        else:
            for plain, printed in _SIGNS.items():
                shown = shown.replace(plain, printed)
            shown = re.sub(r"-(?=$|\()", MINUS, shown)
        made.append(_anchor(shown, link(key) if key else None))
    return "".join(made)


def _anchor(text: str, target: str | None) -> str:
    safe = html.escape(text, quote=False)
    return f'<a href="{target}">{safe}</a>' if target else safe
