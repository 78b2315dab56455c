"""Every claim of the shipped scenarios' sources holds in the model, or is left out and says why."""

from functools import cache
from pathlib import Path

import pytest

from mali_sim.evidence.check import family_of
from mali_sim.evidence.claims import ClaimTests, Tested
from mali_sim.evidence.family import members
from mali_sim.evidence.load import load_evidence
from mali_sim.scenario import ScenarioProblems, list_scenarios, load
from mali_sim.scenario.tables import Folder

#: Pairs in each test: enough for a claim that is meant.
RUNS = 128


def families() -> list[Path]:
    """One scenario of each family that names evidence."""
    found: list[Path] = []
    seen: set[Path] = set()
    for path in list_scenarios():
        try:
            named = load(path).scenario.scenario.evidence
        except ScenarioProblems:
            continue  # other tests tell
        if named and path not in seen:
            found.append(path)
            seen |= set(members(path))
    return found


def claims() -> list[tuple[Path, str]]:
    """Every claim of every family."""
    found = []
    for path in families():
        folder = Folder(path.parent)
        ids = {id for member in members(path) for id in load_evidence(load(member), folder).claims}
        found += [(path, id) for id in sorted(ids)]
    return found


@cache
def held_in(path: Path) -> dict[str, Tested]:
    """All tests of a family, which are quicker beside each other."""
    return ClaimTests(family_of(path), RUNS).all()


@pytest.mark.parametrize(("path", "id"), claims(), ids=lambda x: x.stem if isinstance(x, Path) else x)
def test_a_claim_holds_in_the_model_or_is_left_out(path: Path, id: str):
    found = held_in(path)[id]
    assert found.result in ("pass", None), f"{id}: {found.why}"


@pytest.mark.parametrize("path", families(), ids=lambda p: p.stem)
def test_the_evidence_of_a_shipped_scenario_has_no_problems(path: Path):
    assert family_of(path).evidence.problems == ()
