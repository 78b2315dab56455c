"""State, step, random draws; the backends that run a tape."""

from mali_sim.engine.reference import NotANumber
from mali_sim.engine.simulation import (
    BLOCK,
    HUMAN,
    TENDENCY,
    Backend,
    Cast,
    Simulation,
    constant_rows,
    first_state,
    run_once,
)

__all__ = [
    "BLOCK",
    "HUMAN",
    "TENDENCY",
    "Backend",
    "Cast",
    "NotANumber",
    "Simulation",
    "constant_rows",
    "first_state",
    "run_once",
]
