"""Units of measure, checked when a scenario is loaded."""

from collections.abc import Iterable
from fractions import Fraction

from attrs import frozen

#: Quantities without dimension, each with its own scale: 0-100 of a whole, an index's points, 0-1.
SCALES = ("percent", "index", "share")
BUILT_IN = (*SCALES, "month", "year")


class UnitError(ValueError):
    """Two quantities that do not go together, or a unit that cannot be read."""


@frozen
class Unit:
    """
    A product of base units, and the scale of a plain quantity.

    Parameters
    ----------
    powers : tuple of (str, Fraction)
        Base units with their exponents, sorted, none of them zero.
    scale : str or None
        ``percent``, ``index`` or ``share`` for a plain quantity of that scale; None where
        a product has left no one scale.
    free : bool
        True of the literal 0, which fits everything.
    """

    powers: tuple[tuple[str, Fraction], ...] = ()
    scale: str | None = None
    free: bool = False

    def __str__(self) -> str:
        above = [word for n, p in self.powers if p > 0 for word in _power(n, p)]
        below = [word for n, p in self.powers if p < 0 for word in _power(n, -p)]
        top = "*".join(([self.scale] if self.scale and self.scale != "share" else []) + above)
        if not top:
            top = "1" if below else (self.scale or "share")
        return "/".join([top, *below])

    def __mul__(self, other: "Unit") -> "Unit":
        if self.free or other.free:
            return Unit(free=True)
        powers = _combine(self.powers, other.powers, 1)
        return Unit(powers, _product_scale(self.scale, other.scale))

    def __truediv__(self, other: "Unit") -> "Unit":
        if self.free:
            return self
        powers = _combine(self.powers, other.powers, -1)
        scale = self.scale if other.scale == "share" else None
        return Unit(powers, scale)

    def root(self) -> "Unit":
        """The unit of a square root."""
        return Unit(tuple((n, p / 2) for n, p in self.powers), None, self.free)

    def fits(self, other: "Unit") -> bool:
        """Whether the two may be added, compared, or put one in the other's place."""
        if self.free or other.free:
            return True
        if self.powers != other.powers:
            return False
        return self.scale == other.scale or self.scale is None or other.scale is None

    def joined(self, other: "Unit") -> "Unit":
        """The unit of a sum of two that fit."""
        if self.free:
            return other
        if other.free or self.scale is not None:
            return self
        return Unit(self.powers, other.scale)


FREE = Unit(free=True)
SHARE = Unit(scale="share")
PLAIN = Unit()
MONTH = Unit((("month", Fraction(1)),), "share")
PER_MONTH = Unit((("month", Fraction(-1)),), "share")


def _power(name: str, power: Fraction) -> list[str]:
    return [name] * int(power) if power.denominator == 1 else [f"{name}^({power})"]


def _combine(
    a: Iterable[tuple[str, Fraction]], b: Iterable[tuple[str, Fraction]], sign: int
) -> tuple[tuple[str, Fraction], ...]:
    total = dict(a)
    for name, power in b:
        total[name] = total.get(name, Fraction(0)) + sign * power
    return tuple(sorted((n, p) for n, p in total.items() if p))


def _product_scale(a: str | None, b: str | None) -> str | None:
    if a == "share":
        return b
    if b == "share":
        return a
    return None


def parse_unit(text: str, known: Iterable[str]) -> Unit:
    """
    Read a unit such as ``people/month`` or ``CFA bn``.

    Parameters
    ----------
    known : iterable of str
        Base units that the scenario declares; the built-in ones come on top.

    Raises
    ------
    UnitError
        When a base unit is not declared; the message names it.
    """
    bases = {*known, *BUILT_IN}
    powers: tuple[tuple[str, Fraction], ...] = ()
    scales: list[str] = []
    for position, part in enumerate(text.split("/")):
        for name in (word.strip() for word in part.split("*")):
            if name == "1" and position == 0:
                continue
            if name not in bases:
                raise UnitError(name)
            if name in SCALES:
                if position == 0:
                    scales.append(name)
                continue
            powers = _combine(powers, [(name, Fraction(1))], 1 if position == 0 else -1)
    plain = [s for s in scales if s != "share"]
    if len(plain) > 1:
        return Unit(powers, None)
    return Unit(powers, plain[0] if plain else "share")
