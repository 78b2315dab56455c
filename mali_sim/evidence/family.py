"""Scenarios that name the same evidence, taken together."""

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from mali_sim.evidence.check import EvidenceChecker, Worlds
from mali_sim.evidence.load import Evidence, joined, load_evidence
from mali_sim.model import Model, build
from mali_sim.scenario import LoadedScenario, Problem, ScenarioProblems, load
from mali_sim.scenario.tables import Folder


@frozen
class Family:
    """
    Some scenarios and all evidence that they name.

    Parameters
    ----------
    models : dict of str to Model
        By the scenarios' ids; the one that was asked for is the first.
    evidence : Evidence
        Of all of them.
    homes : dict of str to str
        For each file of evidence, the scenario whose world it is about where it names none.
    worlds : Worlds
    """

    models: Mapping[str, Model]
    evidence: Evidence
    homes: Mapping[str, str]
    worlds: Worlds

    def world_of(self, kind: str, id: str) -> str:
        """The scenario in which a table of evidence is tested."""
        named: str | None = getattr(self.evidence.of(kind)[id], "world", None)
        return named or self.homes[self.evidence.file_of(kind, id)]

    def model(self, world: str) -> Model:
        """
        A world's model.

        Raises
        ------
        LookupError
        """
        found = self.models.get(world) or self.worlds.get(world)
        if found is None:
            raise LookupError(f"there is no scenario {world} without problems to test in")
        return found


def members(path: Path) -> list[Path]:
    """
    A scenario's file, then those in its folder that name a file of evidence with it.

    Raises
    ------
    ScenarioProblems
        When the scenario cannot be read.
    """
    named = set(load(path).scenario.scenario.evidence)
    folder = path.resolve().parent
    found = [path]
    for other in sorted(folder.glob("*.toml")):
        if other.name.startswith(".") or other.resolve() == path.resolve():
            continue
        try:
            header = load(other).scenario.scenario
        except ScenarioProblems:
            continue
        if named & set(header.evidence):
            found.append(other)
    return found


def family_of(path: Path) -> Family:
    """
    A scenario's family, without problems.

    Raises
    ------
    ScenarioProblems
        With every problem of the scenarios and their evidence.
    """
    folder = Folder(path.resolve().parent)
    loaded: list[LoadedScenario] = [load(file) for file in members(path)]
    problems: list[Problem] = []
    models: dict[str, Model] = {}
    for one in loaded:
        try:
            models[one.scenario.scenario.id] = build(one)
        except ScenarioProblems as found:
            problems += found.problems
    worlds = Worlds(folder.folder, models)
    parts = [load_evidence(one, folder) for one in loaded]
    for one, part in zip(loaded, parts, strict=True):
        problems += part.problems
        model = models.get(one.scenario.scenario.id)
        if model is not None:
            problems += EvidenceChecker(part, model, worlds).check()
    if problems:
        raise ScenarioProblems(dict.fromkeys(problems))
    homes: dict[str, str] = {}
    for one, part in zip(loaded, parts, strict=True):
        for file in part.files:
            homes.setdefault(file, one.scenario.scenario.id)
    return Family(models, joined(parts), homes, worlds)
