"""What values an expression can take, from the bounds of what it reads."""

from math import inf, sqrt

from attrs import frozen


@frozen
class Interval:
    """
    A closed range of possible values.

    Wide rather than wrong: an expression never leaves its interval as long as what it
    reads keeps to its own.
    """

    low: float = -inf
    high: float = inf

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __add__(self, other: "Interval") -> "Interval":
        return _between(self.low + other.low, self.high + other.high)

    def __sub__(self, other: "Interval") -> "Interval":
        return _between(self.low - other.high, self.high - other.low)

    def __mul__(self, other: "Interval") -> "Interval":
        products = [_times(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(products), max(products))

    def __truediv__(self, other: "Interval") -> "Interval":
        if 0 in other:
            return Interval()
        return self * Interval(_over(other.high), _over(other.low))

    def __neg__(self) -> "Interval":
        return Interval(-self.high, -self.low)

    def union(self, other: "Interval") -> "Interval":
        """The smallest interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    def square(self) -> "Interval":
        """Of x * x, which is never negative."""
        ends = (_times(self.low, self.low), _times(self.high, self.high))
        return Interval(0.0 if 0 in self else min(ends), max(ends))

    def root(self) -> "Interval":
        """Of the square root, 0 for what is negative."""
        return Interval(sqrt(max(self.low, 0.0)), sqrt(max(self.high, 0.0)))

    def minimum(self, other: "Interval") -> "Interval":
        """Of the smaller of two."""
        return Interval(min(self.low, other.low), min(self.high, other.high))

    def maximum(self, other: "Interval") -> "Interval":
        """Of the larger of two."""
        return Interval(max(self.low, other.low), max(self.high, other.high))

    def absolute(self) -> "Interval":
        """Of the magnitude."""
        top = max(abs(self.low), abs(self.high))
        return Interval(0.0 if 0 in self else min(abs(self.low), abs(self.high)), top)


TRUTH = Interval(0.0, 1.0)


def _between(low: float, high: float) -> Interval:
    """An interval whose ends may be inf - inf, which is no number: then they are open."""
    return Interval(low if low == low else -inf, high if high == high else inf)


def _times(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b


def _over(x: float) -> float:
    return 0.0 if x in (inf, -inf) else 1.0 / x


def compare(op: str, a: Interval, b: Interval) -> Interval:
    """Whether a comparison can hold, must hold, or can't: within 0 to 1."""
    always, never = False, False
    match op:
        case "<":
            always, never = a.high < b.low, a.low >= b.high
        case "<=":
            always, never = a.high <= b.low, a.low > b.high
        case ">":
            always, never = a.low > b.high, a.high <= b.low
        case ">=":
            always, never = a.low >= b.high, a.high < b.low
        case "==":
            always, never = a.low == a.high == b.low == b.high, a.high < b.low or b.high < a.low
        case "!=":
            never, always = a.low == a.high == b.low == b.high, a.high < b.low or b.high < a.low
    return Interval(1.0 if always else 0.0, 0.0 if never else 1.0)
