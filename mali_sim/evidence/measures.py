"""
Measures of runs: what a target or a structural test asks of months of numbers.

A measure is written in the equations' syntax and read by the same parser, over *series*, a
number for each month and run, and *periods*: ``y2022`` is a year, ``y2022q1`` a quarter,
``y2022m03`` a month, ``m1`` the first month that is looked at, ``m12`` the twelfth. It gives
one number a run.
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from attrs import frozen

from mali_sim.equations import (
    Binary,
    Call,
    Choice,
    Compare,
    Dotted,
    EquationError,
    Literal,
    Logic,
    Member,
    Name,
    Negate,
    Node,
    Not,
    parse,
    show,
    walk,
)
from mali_sim.scenario import did_you_mean

#: What ``first`` gives where a condition never holds, as ``since`` does.
NEVER = 1200.0

_DATED = re.compile(r"y(\d{4})(?:q([1-4])|m(0[1-9]|1[0-2]))?\Z")
_COUNTED = re.compile(r"m([1-9]\d{0,2})\Z")

#: A number of each run, shape (runs,) or one for all; or of each month and run, shape (months, runs).
Values: TypeAlias = np.ndarray


class MeasureError(ValueError):
    """A measure that cannot be read or does not fit; ``mend`` says what to do."""

    for_user = True

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(f"{what}; {mend}" if mend else what)
        self.what, self.mend = what, mend


@frozen
class Span:
    """Months from ``first`` up to and without ``end``, counted from the first one looked at."""

    first: int
    end: int

    @property
    def months(self) -> slice:
        """As an index of months."""
        return slice(self.first, self.end)


@frozen
class Calendar:
    """
    Which months are looked at.

    Parameters
    ----------
    start : str
        The first of them, ``YYYY-MM``.
    months : int
    """

    start: str
    months: int

    def period(self, name: str) -> Span | None:
        """
        The months of a period's name; None where it is none.

        Raises
        ------
        MeasureError
            When it reaches outside the months that are looked at.
        """
        counted, dated = _COUNTED.match(name), _DATED.match(name)
        if counted:
            first, length = int(counted[1]) - 1, 1
        elif dated:
            year, quarter, month = dated.groups()
            first = (int(year) - int(self.start[:4])) * 12 - int(self.start[5:]) + 1
            first += int(month) - 1 if month else 3 * (int(quarter) - 1) if quarter else 0
            length = 1 if month else 3 if quarter else 12
        else:
            return None
        if first < 0 or first + length > self.months:
            raise MeasureError(
                f"{name} is outside the {self.months} months from {self.start}", "name months that are run"
            )
        return Span(first, first + length)


def over_months(text: str) -> Node:
    """
    A measure's text as a tree.

    Raises
    ------
    MeasureError
    """
    try:
        return parse(text)
    except EquationError as error:
        raise MeasureError(str(error)) from None


def series_in(node: Node) -> set[str]:
    """Names of the series that a measure reads: ``obs.ID``, or ``ARM.SERIES``."""
    found = set()
    for part in walk(node):
        match part:
            case Dotted(root, id):
                found.add(f"{root}.{id}")
            case Member(id, members):
                found.add(".".join((id, *members)))
    return found


class Measuring:
    """
    Measures over the months of one block of runs.

    Parameters
    ----------
    calendar : Calendar
    series : callable or dict
        Months of a name, shape (months, runs); KeyError where there is none.
    known : iterable of str
        Names to suggest where one is unknown.
    """

    def __init__(
        self, calendar: Calendar, series: Callable[[str], Values] | Mapping[str, Values],
        known: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.calendar = calendar
        self._series = series.__getitem__ if isinstance(series, Mapping) else series
        self._known = tuple(series) if isinstance(series, Mapping) else known

    def __call__(self, measure: str | Node) -> Values:
        """
        The measure of every run.

        Returns
        -------
        ndarray, shape (runs,) or ()

        Raises
        ------
        MeasureError
        """
        node = over_months(measure) if isinstance(measure, str) else measure
        found = self._value(node)
        if found.ndim > 1:
            raise MeasureError(
                f"{show(node)} is a number for each month",
                "take sum(), mean(), at() or another over a period",
            )
        return found

    def _value(self, node: Node) -> Values:
        match node:
            case Literal(value):
                return np.asarray(value)
            case Dotted(root, id):
                return self._named(f"{root}.{id}")
            case Member(id, members):
                return self._named(".".join((id, *members)))
            case Name(id):
                if self.calendar.period(id) is not None:
                    raise MeasureError(f"the period {id} stands where a number is wanted", "at(x, period)")
                raise MeasureError(f"unknown name {id}", did_you_mean(id, self._known))
            case Negate(x):
                return -self._value(x)
            case Not(x):
                return 1.0 - self._truth(x)
            case Binary(op, a, b):
                return self._binary(op, self._value(a), self._value(b))
            case Compare(op, a, b):
                return _COMPARISONS[op](self._value(a), self._value(b)).astype(float)
            case Logic("and", parts):
                return np.asarray(np.prod(_aligned([self._truth(p) for p in parts]), axis=0))
            case Logic(_, parts):
                return np.asarray(np.max(_aligned([self._truth(p) for p in parts]), axis=0))
            case Choice(c, a, b):
                return np.where(self._truth(c) > 0, self._value(a), self._value(b))
            case Call(name, args):
                return self._call(name, args)
        raise MeasureError(f"{show(node)} has no place in a measure")

    def _named(self, name: str) -> Values:
        try:
            return self._series(name)
        except KeyError:
            raise MeasureError(f"there is no series {name}", did_you_mean(name, self._known)) from None

    def _truth(self, node: Node) -> Values:
        found = self._value(node)
        if not np.isin(found, (0.0, 1.0)).all():
            raise MeasureError(f"{show(node)} is a number where true or false is wanted", "compare it")
        return found

    @staticmethod
    def _binary(op: str, a: Values, b: Values) -> Values:
        if op == "+":
            return a + b
        if op == "-":
            return a - b
        if op == "*":
            return a * b
        with np.errstate(all="ignore"):
            return np.asarray(np.where(b == 0, np.inf * np.sign(a), a / np.where(b == 0, 1.0, b)))

    # -- functions -----------------------------------------------------------------------

    def _call(self, name: str, args: tuple[Node, ...]) -> Values:
        count = len(args)
        if name in ("min", "max") and count > 1:
            take = np.minimum if name == "min" else np.maximum
            found = self._value(args[0])
            for other in args[1:]:
                found = take(found, self._value(other))
            return found
        if name == "abs" and count == 1:
            return np.abs(self._value(args[0]))
        if name == "month" and count == 1:
            return np.asarray(float(self._period(args[0]).end))
        if name in ("before", "change") and count == 1:
            return self._shifted(name, self._monthly(args[0]))
        if name == "first" and 1 <= count <= 3:
            span = self._span(args[1:]) if count > 1 else Span(0, self.calendar.months)
            return self._first(args[0], span)
        take = _OVER_TIME.get(name)
        if take is None:
            known = [*_OVER_TIME, "min", "max", "abs", "first", "month", "before", "change"]
            raise MeasureError(f"undefined function {name}", did_you_mean(name, known))
        if not 2 <= count <= 3:
            raise MeasureError(f"{name}() takes a series and one or two periods", f"{name}(obs.x, y2022)")
        months = self._truth(args[0]) if name in ("always", "ever") else self._value(args[0])
        if months.ndim < 2:
            raise MeasureError(f"{show(args[0])} is no series", f"{name}() goes over months")
        return take(months[self._span(args[1:]).months])

    def _first(self, condition: Node, span: Span) -> Values:
        """The month, counted from 1, in which something first holds; NEVER where it does not."""
        holds = self._truth(condition)
        if holds.ndim < 2:
            raise MeasureError(f"{show(condition)} is no series", "first() goes over months")
        holds = holds[span.months] > 0
        return np.where(holds.any(axis=0), holds.argmax(axis=0) + span.first + 1.0, NEVER)

    def _monthly(self, node: Node) -> Values:
        found = self._value(node)
        if found.ndim < 2:
            raise MeasureError(f"{show(node)} is no series", "before() and change() take one")
        return found

    @staticmethod
    def _shifted(name: str, months: Values) -> Values:
        """The month before, the first month's own in the first; or what has changed since."""
        earlier = np.concatenate([months[:1], months[:-1]])
        return months - earlier if name == "change" else earlier

    def _span(self, nodes: tuple[Node, ...]) -> Span:
        spans = [self._period(n) for n in nodes]
        if spans[-1].end <= spans[0].first:
            raise MeasureError(f"{show(nodes[0])} comes after {show(nodes[-1])}", "the earlier one first")
        return Span(spans[0].first, spans[-1].end)

    def _period(self, node: Node) -> Span:
        found = self.calendar.period(node.id) if isinstance(node, Name) else None
        if found is None:
            raise MeasureError(
                f"{show(node)} is no period", "y2022, y2022q1, y2022m03, or m1 for the first month"
            )
        return found


def _aligned(parts: list[Values]) -> list[Values]:
    shape = np.broadcast_shapes(*(p.shape for p in parts))
    return [np.broadcast_to(p, shape) for p in parts]


_COMPARISONS: dict[str, Callable[[Values, Values], Values]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
    "==": np.equal, "!=": np.not_equal,
}  # fmt: skip
#: Functions that make one number of the months of a period.
_OVER_TIME: dict[str, Callable[[Values], Values]] = {
    "sum": lambda x: x.sum(axis=0),
    "mean": lambda x: x.mean(axis=0),
    "highest": lambda x: x.max(axis=0),
    "lowest": lambda x: x.min(axis=0),
    "at": lambda x: x[-1],
    "always": lambda x: x.min(axis=0),
    "ever": lambda x: x.max(axis=0),
}
