"""Scenarios that name the same evidence, taken together."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from attrs import frozen

from mali_sim.evidence.load import Evidence
from mali_sim.model import Model, load_model
from mali_sim.scenario import ScenarioProblems, load
from mali_sim.scenario.load import siblings


class Worlds:
    """
    Models of the scenarios of one folder, each built once.

    Parameters
    ----------
    folder : Path
    models : dict of str to Model, optional
        Those that are there already.
    """

    def __init__(self, folder: Path, models: dict[str, Model] | None = None) -> None:
        self.folder = folder
        self._models: dict[str, Model | None] = {**(models or {})}

    def names(self) -> list[str]:
        """Ids of the scenarios in the folder."""
        return sorted(p.stem for p in self.folder.glob("*.toml") if not p.name.startswith("."))

    def get(self, name: str) -> Model | None:
        """A scenario's model; None where there is none or it has problems."""
        if name not in self._models:
            self._models[name] = None
            if name in self.names():
                with suppress(ScenarioProblems):
                    self._models[name] = load_model(self.folder / f"{name}.toml")
        return self._models[name]


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
    return [path, *(other for other, header in siblings(path) if named & set(header.evidence))]
