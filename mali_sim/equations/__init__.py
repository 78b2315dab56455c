"""The equation language: parsing, units and bounds. Knows no scenario."""

from mali_sim.equations import intervals, units
from mali_sim.equations.intervals import Interval
from mali_sim.equations.parse import EquationError, parse
from mali_sim.equations.tree import (
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
    addends,
    at_member,
    children,
    conjuncts,
    names_in,
    show,
    walk,
)
from mali_sim.equations.units import Unit, UnitError, parse_unit

__all__ = [
    "Binary",
    "Call",
    "Choice",
    "Compare",
    "Dotted",
    "EquationError",
    "Interval",
    "Literal",
    "Logic",
    "Member",
    "Name",
    "Negate",
    "Node",
    "Not",
    "Text",
    "Unit",
    "UnitError",
    "addends",
    "at_member",
    "children",
    "conjuncts",
    "intervals",
    "names_in",
    "parse",
    "parse_unit",
    "show",
    "units",
    "walk",
]
