"""Text to tree. Python's expression syntax, parsed and white-listed, never run."""

import ast
import re
import warnings

from mali_sim.equations.tree import (
    ROOTS,
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
)

MAX_CHARACTERS = 2_000
MAX_NODES = 400
MAX_DEPTH = 40

_VALUE = re.compile(r"[a-z][a-z0-9_]*\Z")

#: The only numbers that an equation may hold; any other magnitude is a named constant.
LITERALS = (0, 1, 12, 100)

_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_HINTS: dict[type, str] = {
    ast.Pow: "powers are not in the language; multiply instead",
    ast.Mod: "remainders are not in the language",
    ast.FloorDiv: "use / with a divisor that cannot be 0, or ratio(a, b, otherwise)",
    ast.Is: "compare with ==",
    ast.IsNot: "compare with !=",
}
_WORDS: dict[type, str] = {
    ast.Tuple: "a comma is not in the language; a decimal number is the value of a [constant]",
    ast.List: "a list is not in the language",
    ast.Dict: "a table is not in the language",
    ast.Set: "a set in braces is not in the language",
    ast.Call: "a call of something without a plain name is not in the language; write max(a, b)",
    ast.Constant: "only numbers, names and a switch's value in quotes are in the language",
    ast.JoinedStr: "only a switch's value in quotes is in the language",
}


class EquationError(ValueError):
    """An equation that is not in the language; the message says where and how to mend it."""


def parse(text: str) -> Node:
    """
    Parse one equation.

    Parameters
    ----------
    text : str
        Python's expression syntax: ``rally_gain * (1 - support / 100)``.

    Raises
    ------
    EquationError
        When the text is too long or deep, or uses what the language lacks.
    """
    text = text.strip()
    if not text:
        raise EquationError("the equation is empty")
    if len(text) > MAX_CHARACTERS:
        raise EquationError(f"the equation has {len(text)} characters; at most {MAX_CHARACTERS}")
    deepest, least = _bracket_depth(text)
    if least < 0:
        raise EquationError("a bracket is closed that was not opened")
    if deepest > MAX_DEPTH:
        raise EquationError(f"brackets nest deeper than {MAX_DEPTH}; name a part of it as an [aux]")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse("(" + text + "\n)", mode="eval").body
    except SyntaxError as error:
        column = max((error.offset or 1) - 1, 1)
        raise EquationError(
            f"not an expression: {error.msg or 'invalid syntax'} (at character {column})"
        ) from None
    except (ValueError, MemoryError, RecursionError):
        raise EquationError("not an expression that can be read") from None
    return _Converter().convert(tree, 0)


def _bracket_depth(text: str) -> tuple[int, int]:
    depth = deepest = least = signs = 0
    for char in text:
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        signs = signs + 1 if char in "+-~ \t" else 0
        deepest = max(deepest, depth, signs if char in "+-~" else 0)
        least = min(least, depth)
    return deepest, least


class _Converter:
    def __init__(self) -> None:
        self.nodes = 0

    def convert(self, node: ast.expr, depth: int) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise EquationError(f"more than {MAX_NODES} terms; name a part of it as an [aux]")
        if depth > MAX_DEPTH:
            raise EquationError(f"nested deeper than {MAX_DEPTH}; name a part of it as an [aux]")
        below = depth + 1
        match node:
            case ast.Constant(value=bool()):
                raise EquationError("write a switch's name, or 0 and 1, in place of True and False")
            case ast.Constant(value=int() | float() as number):
                return self.literal(number)
            case ast.Constant(value=str() as text):
                if not _VALUE.match(text):
                    raise EquationError(f"'{text[:40]}' is no value's id: small letters, digits and _")
                return Text(text)
            case ast.Name(id=name):
                return Name(name)
            case ast.Attribute():
                return self.dotted(node)
            case ast.Subscript():
                return self.subscript(node)
            case ast.UnaryOp(op=ast.USub(), operand=x):
                return Negate(self.convert(x, below))
            case ast.UnaryOp(op=ast.UAdd(), operand=x):
                return self.convert(x, below)
            case ast.UnaryOp(op=ast.Not(), operand=x):
                return Not(self.convert(x, below))
            case ast.BinOp(left=a, op=op, right=b) if type(op) in _BINARY:
                # A long sum leans to the left: walk down that side without nesting.
                terms: list[tuple[str, ast.expr]] = [(_BINARY[type(op)], b)]
                while isinstance(a, ast.BinOp) and type(a.op) in _BINARY:
                    terms.append((_BINARY[type(a.op)], a.right))
                    a = a.left
                tree = self.convert(a, below)
                for sign, right in reversed(terms):
                    tree = Binary(sign, tree, self.convert(right, below))
                return tree
            case ast.BinOp(op=op):
                raise EquationError(_HINTS.get(type(op), "only + - * / are in the language"))
            case ast.Compare(left=a, ops=[op], comparators=[b]) if type(op) in _COMPARE:
                return Compare(_COMPARE[type(op)], self.convert(a, below), self.convert(b, below))
            case ast.Compare(ops=ops):
                if len(ops) > 1:
                    raise EquationError("one comparison at a time: write a < b and b < c")
                raise EquationError(_HINTS.get(type(ops[0]), "compare with < <= > >= == !="))
            case ast.BoolOp(op=op, values=values):
                word = "and" if isinstance(op, ast.And) else "or"
                return Logic(word, tuple(self.convert(x, below) for x in values))
            case ast.IfExp(test=c, body=a, orelse=b):
                return Choice(
                    self.convert(c, below), self.convert(a, below), self.convert(b, below)
                )
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return Call(name, tuple(self.convert(x, below) for x in args))
            case ast.Call(keywords=[_, *_]):
                raise EquationError("functions take their arguments by place, without names")
        word = f"{type(node).__name__.lower()} is not in the language"
        raise EquationError(_WORDS.get(type(node), word))

    @staticmethod
    def literal(number: float) -> Literal:
        if number not in LITERALS:
            raise EquationError(
                f"the bare magnitude {str(number)[:20]}; only 0, 1, 12 and 100 stand in equations: "
                "give it a name as a [constant] with unit, range, grade, source and why"
            )
        return Literal(float(number))

    @staticmethod
    def dotted(node: ast.Attribute) -> Node:
        parts: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute) and len(parts) < 4:
            parts.append(inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name):
            raise EquationError("a dot follows a name: trust.europe, obs.isolation")
        parts.append(inner.id)
        parts.reverse()
        if parts[0] in ROOTS:
            return Dotted(parts[0], ".".join(parts[1:]))
        return Member(parts[0], tuple(parts[1:]))

    @staticmethod
    def subscript(node: ast.Subscript) -> Node:
        match node:
            case ast.Subscript(value=ast.Name(id=name)) if name in ROOTS:
                raise EquationError(f"a dot follows {name}: {name}.ID")
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=member)):
                return Member(name, (member,))
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=[_, *_] as elts)) if all(
                isinstance(e, ast.Name) for e in elts
            ):
                return Member(name, tuple(e.id for e in elts if isinstance(e, ast.Name)))
        raise EquationError("square brackets hold members' ids: influence[jnim, kidal]")
