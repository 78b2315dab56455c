"""State, step, random draws; the backends that run a tape."""

from mali_sim.engine.policy import Policy, PolicyError, View, load_policy
from mali_sim.engine.reference import NotANumber
from mali_sim.engine.simulation import (
    BLOCK,
    HUMAN,
    TENDENCY,
    Backend,
    Cast,
    Probe,
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
    "Policy",
    "PolicyError",
    "Probe",
    "Simulation",
    "View",
    "constant_rows",
    "first_state",
    "load_policy",
    "run_once",
]
