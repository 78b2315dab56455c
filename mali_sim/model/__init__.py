"""From a scenario to a model: names, units, rows, parameters, and the tape."""

from mali_sim.model.happenings import Action
from mali_sim.model.model import Model, Programs, build, check, load_model
from mali_sim.model.tape import Program, Value, fold_steps

__all__ = [
    "Action",
    "Model",
    "Program",
    "Programs",
    "Value",
    "build",
    "check",
    "fold_steps",
    "load_model",
]
