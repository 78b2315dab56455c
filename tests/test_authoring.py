"""The guide for authors: its example is a scenario, and its reference leaves nothing out."""

import re
from pathlib import Path

import attrs
import numpy as np
import pytest

from mali_sim.engine import Cast, Simulation
from mali_sim.equations import units
from mali_sim.evidence import classes as e
from mali_sim.evidence import expected as x
from mali_sim.evidence.check import check as check_evidence
from mali_sim.evidence.check import family_of
from mali_sim.evidence.claims import ClaimTests
from mali_sim.model import Model, check, load_model
from mali_sim.model.typed import CLOCKS, FUNCTIONS
from mali_sim.scenario import classes as c

GUIDE = (Path(__file__).parent.parent / "docs" / "authoring.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"^```toml\n(\[scenario\]\n.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
REFERENCE = GUIDE.partition("## Reference")[2]
CODE = set(re.findall(r"`([^`\n]+)`", REFERENCE))


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert EXAMPLE is not None
    file = tmp_path_factory.mktemp("example") / "orsa-river.toml"
    file.write_text(EXAMPLE.group(1), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def model(example: Path) -> Model:
    return load_model(example)


def test_the_example_has_no_problems(example: Path):
    assert check(example) == ()


def test_the_example_is_short_enough_to_be_read():
    assert EXAMPLE is not None
    assert 120 <= len(EXAMPLE.group(1).splitlines()) <= 200


def test_the_example_plays_a_year_and_its_books_close(model: Model):
    simulation = Simulation(model, Cast(({"highlands": "share_early"},)), 7, np.arange(50))
    simulation.advance(12)
    simulation.check()
    water = simulation.state[model.layout.blocks["stock:reservoir"].offset]
    assert (water > 0).all()
    assert len(set(water)) > 10, "the weather differs"


def test_the_example_of_evidence_is_of_the_example_and_its_claim_holds(example: Path, tmp_path: Path):
    claims = re.search(r"^```toml\n(\[voice\..*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    assert claims is not None
    (tmp_path / "claims.toml").write_text(claims.group(1), encoding="utf-8")
    text = example.read_text(encoding="utf-8")
    text = text.replace("months = 12\n", 'months = 12\nevidence = ["claims.toml"]\n', 1)
    file = tmp_path / "orsa-river.toml"
    file.write_text(text.replace("[source.S1]", "[source.C01]", 1).replace('"S1"', '"C01"'), encoding="utf-8")
    assert check_evidence(file) == ()
    found = ClaimTests(family_of(file)).test("C01")
    assert found.result == "pass", found.why


def test_sharing_early_is_worth_something_in_the_example(model: Model):
    def trust(strategy: dict[str, str]) -> float:
        simulation = Simulation(model, Cast((strategy,)), 7, np.arange(200))
        simulation.advance(12)
        return float(simulation.state[model.layout.blocks["stock:trust"].offset].mean())

    assert trust({"highlands": "share_early"}) > trust({}) + 5


#: Tables of files of evidence, and what they are made of.
EVIDENCE = {
    "voice": e.Voice, "claim": e.Claim, "push": e.Push, "loop": e.Loop, "input": x.Input,
    "replay": x.Replay, "target": x.Target, "part": x.Part, "structure": x.Structure, "arm": x.Arm,
    "check": x.Check,
}  # fmt: skip


def keys() -> list[str]:
    found = []
    for table, field in attrs.fields_dict(c.Scenario).items():
        cls = field.type if table == "scenario" else field.type.__args__[0 if table in c.SINGLE else 1]
        found += [f"{table}.{c.toml_key(f.name)}" for f in attrs.fields(cls)]
    parts = {"effect": c.Effect, "choice": c.EventChoice, "rule": c.Rule}
    for name, cls in (parts | EVIDENCE).items():
        found += [f"{name}.{c.toml_key(f.name)}" for f in attrs.fields(cls)]
    return found


def section(table: str) -> str:
    """The reference's part about one table: from its heading to the next."""
    start = REFERENCE.find(f"### {table}")
    assert start >= 0, f"no heading for {table}"
    return REFERENCE[start : REFERENCE.find("\n### ", start + 1)]


HEADINGS = {
    "override": "[override]", "effect": "Effects", "choice": "[event.ID]", "rule": "[strategy.ID]",
    "voice": "[voice.ID]", "claim": "[claim.ID]", "push": "Pushes", "loop": "[loop.ID]",
    "input": "[input.ID]", "replay": "[replay.ID]", "target": "[target.ID]", "part": "[target.ID]",
    "structure": "[structure.ID]", "arm": "[structure.ID]", "check": "[structure.ID]",
    **{t: f"[{t}]" if t in c.SINGLE else f"[{t}.ID]" for t in attrs.fields_dict(c.Scenario)},
}  # fmt: skip


@pytest.mark.parametrize("key", keys())
def test_every_key_stands_in_the_reference(key: str):
    table, _, name = key.partition(".")
    assert re.search(rf"`{re.escape(name)}\b", section(HEADINGS[table])), f"{name} of {table}"


def test_every_word_and_function_stands_in_the_reference():
    for words in (*c.WORDS.values(), *e.WORDS.values(), *x.WORDS.values()):
        for word in words:
            assert word in CODE, word
    written = " ".join(CODE)
    for name in FUNCTIONS:
        assert f"{name}(" in written, name
    for name in (*CLOCKS, *units.BUILT_IN):
        assert name in CODE, name
