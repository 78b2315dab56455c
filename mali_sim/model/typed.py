"""What is known of an expression before it runs, and what the language has."""

from enum import Flag, auto

from attrs import frozen

from mali_sim.equations import (
    Dotted,
    Interval,
    Member,
    Name,
    Node,
    Unit,
    units,
)
from mali_sim.scenario.classes import Constant, Lookup

#: A bounded shock: four uniforms stay within this many standard deviations.
NOISE_REACH = 12**0.5
NEVER = 1200
MAX_ROWS = 20_000
MAX_DELAY = 120
#: How many names are compared with misspelt ones, all in all: a second's worth.
MAX_LOOKED = 250_000


class Reads(Flag):
    """What an equation in a given place may read or call."""

    CONSTANTS = 0
    STATE = auto()  # stocks, switches, auxiliaries
    PUBLIC = auto()  # switches and stocks that its actor can see
    OBS = auto()
    HISTORY = auto()  # since(), offer.ID
    MEMORY = auto()  # smooth(), delay()
    CHANCE = auto()  # noise(), happens(), and what rests on them
    MONTH = auto()  # flow.ID, decision.ID, event.ID
    OUTCOMES = auto()
    CLOCK = auto()

    RATE = STATE | OBS | HISTORY | MEMORY | CHANCE | CLOCK
    CONDITION = STATE | OBS | HISTORY | CLOCK
    AMOUNT = STATE | OBS | HISTORY | CHANCE | CLOCK
    OBSERVER = STATE | OBS | HISTORY | CHANCE | MONTH | CLOCK
    STRATEGY = PUBLIC | OBS | HISTORY | CLOCK
    ESTIMATE = OBS
    ENDING = OUTCOMES


@frozen
class Typed:
    """
    What is known of an expression before it runs.

    Parameters
    ----------
    random : bool
        Whether it rests on this month's draws.
    hidden : bool
        Whether it rests on a hidden stock.
    unknown : bool
        Whether a mistake in it was told already: nothing more is said of it.
    """

    dims: tuple[str, ...] = ()
    unit: Unit = units.PLAIN
    interval: Interval = Interval()
    random: bool = False
    hidden: bool = False
    values: tuple[str, ...] = ()  # of a named switch
    unknown: bool = False


#: After a problem: fits everything, so that one mistake is told once.
UNKNOWN = Typed(unit=units.FREE, unknown=True)


#: Functions of the language with the least and the most arguments.
FUNCTIONS: dict[str, tuple[int, int]] = {
    "min": (2, 8),
    "max": (2, 8),
    "abs": (1, 1),
    "sqrt": (1, 1),
    "clip": (3, 3),
    "squash": (1, 1),
    "ratio": (3, 3),
    "sum": (1, 2),
    "mean": (1, 2),
    "weighted": (2, 3),
    "neighbours": (1, 1),
    "smooth": (2, 3),
    "delay": (2, 3),
    "since": (1, 1),
    "noise": (1, 1),
    "happens": (1, 1),
}
CLOCKS = {"elapsed": Interval(0, 600), "month_of_year": Interval(1, 12)}


def happening_id(node: Node) -> str | None:
    """The id in ``since(decision.x)``, ``since(x)`` or ``since(x.mopti)``."""
    match node:
        case Name(id):
            return id
        case Member(id, members):
            return ".".join((id, *members))
        case Dotted(_, id):
            return id
    return None


def constant_interval(constant: Constant) -> Interval:
    """From a constant's value and prior."""
    values = _flat(constant.value)
    if constant.range and len(constant.range) == 2:
        values += list(constant.range)
    if constant.spread:
        values += [v * (1 - constant.spread) for v in values] + [v * (1 + constant.spread) for v in values]
    return Interval(min(values), max(values)) if values else Interval()


def lookup_interval(lookup: Lookup) -> Interval:
    """From a table's points and prior."""
    ends = [y * f for y in lookup.y for f in (1 - lookup.spread, 1 + lookup.spread)]
    return Interval(min(ends), max(ends)) if ends else Interval()


def _flat(value: object) -> list[float]:
    if isinstance(value, dict):
        return [x for inner in value.values() for x in _flat(inner)]
    return [float(value)]  # type: ignore[arg-type]
