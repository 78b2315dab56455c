"""What authors write: tables, loading, problems with file and line, texts."""

from mali_sim.scenario.classes import Scenario, Text
from mali_sim.scenario.library import ScenarioNotFound, find_scenario, list_scenarios
from mali_sim.scenario.load import LoadedScenario, load
from mali_sim.scenario.problems import Problem, ScenarioProblems, did_you_mean

__all__ = [
    "LoadedScenario",
    "Problem",
    "Scenario",
    "ScenarioNotFound",
    "ScenarioProblems",
    "Text",
    "did_you_mean",
    "find_scenario",
    "list_scenarios",
    "load",
]
