"""Every claim of the shipped scenarios' sources holds in the model, or is left out and says why."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tomli

from mali_sim.evidence.check import family_of
from mali_sim.evidence.claims import ClaimTests
from mali_sim.scenario import list_scenarios

#: Pairs in each test: enough for a claim that is meant.
RUNS = 128


def read(path: Path) -> dict[str, Any]:
    """A file's tables, none where it cannot be read: other tests tell."""
    try:
        return tomli.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomli.TOMLDecodeError):
        return {}


def families() -> dict[Path, set[Path]]:
    """One scenario of each family that names evidence, with the files that the family names."""
    named = {
        p: {p.parent / n for n in read(p).get("scenario", {}).get("evidence", ())} for p in list_scenarios()
    }
    found: dict[Path, set[Path]] = {}
    for path, files in named.items():
        if files and not any(files & seen for seen in found.values()):
            found[path] = set().union(*(other for other in named.values() if files & other))
    return found


def claims() -> list[tuple[Path, str]]:
    """Every claim of every family."""
    return [
        (path, id)
        for path, files in families().items()
        for id in sorted({id for file in files for id in read(file).get("claim", {})})
    ]


@cache
def held_in(path: Path) -> dict[str, Any]:
    """All tests of a family, which are quicker beside each other."""
    return ClaimTests(family_of(path), RUNS).all()


@pytest.mark.parametrize(("path", "id"), claims(), ids=lambda x: x.stem if isinstance(x, Path) else x)
def test_a_claim_holds_in_the_model_or_is_left_out(path: Path, id: str):
    found = held_in(path)[id]
    assert found.result in ("pass", None), f"{id}: {found.why}"


@pytest.mark.parametrize("path", families(), ids=lambda p: p.stem)
def test_the_evidence_of_a_shipped_scenario_has_no_problems(path: Path):
    assert family_of(path).evidence.problems == ()
