"""
How much of the sources a model holds: claims tested, events used, recommendations on offer.

Which sources there are is the scenarios' own business: their ids in ``[source.ID]`` tables
say what they are by their first letter (:data:`LETTERS`) and a number.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs
from attrs import frozen

from mali_sim.evidence.claims import RUNS, ClaimTests, Tested
from mali_sim.evidence.family import Family
from mali_sim.evidence.load import Evidence
from mali_sim.scenario import Scenario
from mali_sim.scenario.classes import SINGLE, WORDS, Event, Grade

#: What a source is, by the first letter of an id like C13.
LETTERS = {"claims": "C", "events": "E", "recommendations": "R"}
#: Tables by which a recommendation can be followed.
_DEEDS = ("decision", "offer", "choice", "strategy")


@frozen
class Use:
    """Something that cites a source: its kind (``choice`` for an event's) and name."""

    kind: str
    name: str


@frozen
class Coverage:
    """
    What a family of scenarios makes of its sources.

    Parameters
    ----------
    scenarios : tuple of str
    claims : dict of str to tuple of str
        For each claim, where it sits in the model.
    tested : dict of str to Tested
        For those that were tested or left out.
    events, recommendations : dict of str to tuple of str
        For each, what cites it.
    inputs : dict of str to str
        Events that a replay classifies, with their kind.
    left_out : dict of str to str
        Claims without a place in the model, and why.
    grades : dict of str to dict
        Constants, initial values and lookups, counted by grade.
    """

    scenarios: tuple[str, ...]
    claims: Mapping[str, tuple[str, ...]]
    tested: Mapping[str, Tested]
    events: Mapping[str, tuple[str, ...]]
    recommendations: Mapping[str, tuple[str, ...]]
    inputs: Mapping[str, str]
    left_out: Mapping[str, str]
    grades: Mapping[str, Mapping[str, int]]

    def plain(self) -> dict[str, Any]:
        """What ``coverage --json`` prints."""

        def result(id: str) -> str | None:
            return self.tested[id].result if id in self.tested else None

        return {
            "claims": {id: {"in": list(at), "test": result(id)} for id, at in self.claims.items()},
            "events": {id: {"in": list(at), "kind": self.inputs.get(id)} for id, at in self.events.items()},
            "recommendations": {id: {"in": list(at)} for id, at in self.recommendations.items()},
            "left_out": dict(self.left_out),
            "grades": {kind: dict(counts) for kind, counts in self.grades.items()},
        }


def coverage(
    family: Family, runs: int = RUNS, seed: int = 1, claims: Iterable[str] | None = None
) -> Coverage:
    """
    Hold a family of scenarios against its sources.

    Parameters
    ----------
    claims : iterable of str, optional
        Those to test; all by default.
    """
    tested = ClaimTests(family, runs, seed).all(claims)
    scenarios = [model.scenario for model in family.models.values()]
    found = uses(scenarios, family.evidence)
    ids = {what: _ids(scenarios, letter) for what, letter in LETTERS.items()}
    stated = family.evidence.claims
    names = sorted({*ids["claims"], *stated})
    return Coverage(
        tuple(family.models),
        {
            id: stated[id].in_ if id in stated else tuple(u.name for u in found.get(id, ()))
            for id in names
        },
        tested,
        {id: tuple(u.name for u in found.get(id, ())) for id in ids["events"]},
        {
            id: tuple(u.name for u in found.get(id, ()) if u.kind in _DEEDS)
            for id in ids["recommendations"]
        },
        {id: str(table.kind) for id, table in family.evidence.of("input").items()},
        {id: claim.left_out.en for id, claim in sorted(stated.items()) if claim.left_out is not None},
        grades(scenarios),
    )  # fmt: skip


def uses(scenarios: Iterable[Scenario], evidence: Evidence | None = None) -> dict[str, tuple[Use, ...]]:
    """What cites each source, over some scenarios and their evidence, in the order of their tables."""
    found: dict[str, dict[Use, None]] = {}
    citing = [pair for scenario in scenarios for pair in _citing(scenario)]
    for kind, tables in (evidence.tables if evidence is not None else {}).items():
        citing += [(Use(kind, f"{kind}.{id}"), getattr(t, "source", ())) for id, t in tables.items()]
    for use, sources in citing:
        for id in sources:
            found.setdefault(id, {})[use] = None
    return {id: tuple(those) for id, those in found.items()}


def _citing(scenario: Scenario) -> Iterator[tuple[Use, tuple[str, ...]]]:
    yield Use("scenario", f"scenario.{scenario.scenario.id}"), scenario.scenario.source
    for table in attrs.fields(Scenario):
        if table.name in (*SINGLE, "source"):
            continue
        for id, item in getattr(scenario, table.name).items():
            yield Use(table.name, f"{table.name}.{id}"), getattr(item, "source", ())
            if isinstance(item, Event):
                for choice in item.choices:
                    yield Use("choice", f"event.{id}.{choice.id}"), choice.source


def _ids(scenarios: Iterable[Scenario], letter: str) -> list[str]:
    """Ids of a letter and a number, over some scenarios."""
    pattern = re.compile(rf"{letter}\d+[a-z]?\Z")
    return sorted({id for s in scenarios for id in s.source if pattern.match(id)})


def grades(scenarios: Iterable[Scenario]) -> dict[str, dict[str, int]]:
    """How many constants, initial values and lookups have each grade."""
    kinds: dict[str, dict[str, str]] = {"constants": {}, "initial_values": {}, "lookups": {}}
    for s in scenarios:
        for id, constant in s.constant.items():
            kinds["constants"].setdefault(id, constant.grade)
        for id, lookup in s.lookup.items():
            kinds["lookups"].setdefault(id, lookup.grade)
        for id, stock in s.stock.items():
            if not isinstance(stock.initial, str):
                kinds["initial_values"].setdefault(id, stock.grade or "assumed")
    return {
        kind: {grade: list(found.values()).count(grade) for grade in WORDS[Grade]}
        for kind, found in kinds.items()
    }
