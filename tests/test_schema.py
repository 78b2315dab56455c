"""The JSON Schema accepts what the program accepts, and refuses keys that it does not know."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import jsonschema
import pytest
import tomli

from mali_sim.evidence.kinds import TABLES, WORDS
from mali_sim.scenario import classes as c
from mali_sim.scenario.library import content_folder
from mali_sim.scenario.schema import schema

HERE = Path(__file__).parent
SHIPPED = sorted(content_folder("scenarios").rglob("*.toml"))
BAD = HERE / "bad"
EXAMPLES = [*sorted((HERE / "scenarios").rglob("*.toml")), BAD / "base.toml", BAD / "good.toml"]
SCHEMA = schema(TABLES, WORDS)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def wrong(data: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in VALIDATOR.iter_errors(data)]


def read(file: Path) -> dict[str, Any]:
    return tomli.loads(file.read_text(encoding="utf-8"))


def test_it_is_a_schema_of_draft_2020_12():
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("file", SHIPPED + EXAMPLES, ids=lambda p: p.name)
def test_it_accepts_good_files(file: Path):
    assert wrong(read(file)) == []


@pytest.mark.parametrize(
    "name",
    [
        "unknown-key", "unknown-table", "missing-key", "wrong-type", "table-for-number", "missing-language",
        "one-language", "third-language", "unknown-word", "bad-id", "not-a-table", "bad-month",
        "header-unknown-key", "bare-amount", "bare-cost", "missing-why", "unknown-grade", "three-sets",
        "override-unknown-key", "event-date-wrong", "misspelt-source-key",
    ],
)  # fmt: skip
def test_it_refuses_what_has_not_the_shape_of_a_table(name: str):
    assert wrong(read(HERE / "bad" / f"{name}.toml"))


def test_unknown_keys_are_refused_in_every_table():
    for name, field in attrs.fields_dict(c.Scenario).items():
        cls = field.type if name == "scenario" else field.type.__args__[0 if name in c.SINGLE else 1]
        assert SCHEMA["$defs"][cls.__name__]["additionalProperties"] is False
    assert any("nonsense" in error for error in wrong({"nonsense": {}}))
    assert any("nonsense" in error for error in wrong({"override": {"stock": {"x": {"nonsense": 1}}}}))


def test_every_key_is_described_in_the_classes_own_words():
    assert SCHEMA["$defs"]["Stock"]["properties"]["bounds"]["description"] == "of a level: [low, high]"
    assert SCHEMA["$defs"]["Stock"]["properties"]["kind"]["enum"] == ["level", "conserved"]
    for definition in SCHEMA["$defs"].values():
        assert all("description" in of for of in definition.get("properties", {}).values())


def test_an_override_may_change_any_key_and_needs_none():
    assert wrong({"override": {"constant": {"x": {"value": 2}}}}) == []
    assert wrong({"override": {"constant": {"x": {"value": "two"}}}}) != []


def test_the_command_prints_it():
    done = subprocess.run([sys.executable, "-m", "mali_sim", "schema"], capture_output=True, check=True)
    assert json.loads(done.stdout) == SCHEMA
