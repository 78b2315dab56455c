"""
From a scenario's files of evidence to classes, or to all of their problems at once.

They are read by the machinery of scenarios, with its limits and its words. The game never
reads them, and they are no part of a scenario's fingerprint.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs
from attrs import field, frozen

from mali_sim.evidence.classes import Claim, Loop, Voice
from mali_sim.evidence.kinds import TABLES, WORDS
from mali_sim.scenario import LoadedScenario, Problem, ScenarioProblems, load
from mali_sim.scenario.structure import make_converter
from mali_sim.scenario.tables import MAX_FILES, Folder, Place, TableFiles

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")
_CONVERTER = make_converter(WORDS)


@frozen
class Evidence:
    """
    The tables of some files of evidence.

    Parameters
    ----------
    files : tuple of str
        Their paths below the scenario's folder, in the order in which they are named.
    tables : dict of str to dict
        By kind (see :data:`mali_sim.evidence.kinds.TABLES`) and id.
    places : dict
        Path of keys to file and line.
    damaged : frozenset of (str, str)
        Kinds and ids that have problems of their own.
    problems : tuple of Problem
        Found so far.
    """

    files: tuple[str, ...] = ()
    tables: Mapping[str, Mapping[str, Any]] = field(factory=dict)
    places: Mapping[tuple[str, ...], Place] = field(factory=dict, repr=False)
    damaged: frozenset[tuple[str, str]] = frozenset()
    problems: tuple[Problem, ...] = ()

    def of(self, kind: str) -> Mapping[str, Any]:
        """All tables of a kind, by id."""
        return self.tables.get(kind, {})

    @property
    def voices(self) -> Mapping[str, Voice]:
        """Who claims."""
        return self.of("voice")

    @property
    def claims(self) -> Mapping[str, Claim]:
        """What is claimed."""
        return self.of("claim")

    @property
    def loops(self) -> Mapping[str, Loop]:
        """Circles of causes."""
        return self.of("loop")

    def file_of(self, kind: str, id: str) -> str:
        """The file that has a table."""
        return self.places[kind, id][0]

    def locate(self, problem: Problem) -> Problem:
        """The problem with the file and line of the nearest key above it."""
        for end in range(len(problem.path), 0, -1):
            place = self.places.get(problem.path[:end])
            if place:
                return attrs.evolve(problem, file=place[0], line=place[1])
        return problem


def load_evidence(scenario: LoadedScenario, source: Mapping[str, str] | Folder) -> Evidence:
    """
    Read the files of evidence that a scenario's header names.

    Parameters
    ----------
    source : mapping of str to str, or Folder
        Texts by path below the scenario's folder.
    """
    files = TableFiles(source, TABLES, _CONVERTER, dict.fromkeys(TABLES, _ID))
    names = scenario.scenario.scenario.evidence
    for number, name in enumerate(names):
        if number >= MAX_FILES:
            files.add(_named(number), f"more than {MAX_FILES} files", "join some")
            break
        if name in names[:number]:
            files.add(_named(number), f"{name} is named twice", "take one of them out")
            continue
        raw = files.read(name, _named(number))
        if raw is not None:
            files.merge(raw, name)
    tables = {kind: files.table(kind) for kind in TABLES}
    found = Evidence(
        tuple(files.texts), tables, files.places(),
        frozenset(files.damaged | ({("*", "*")} if files.unread else set())),
    )  # fmt: skip
    located = (p if p.file else found.locate(p) for p in files.problems)
    return attrs.evolve(found, problems=tuple(p if p.file else scenario.locate(p) for p in located))


def evidence_of(path: Path) -> Evidence:
    """
    The evidence of a scenario's file.

    Raises
    ------
    ScenarioProblems
        When the scenario cannot be read, or its evidence has problems of shape.
    """
    found = load_evidence(load(path), Folder(path.resolve().parent))
    if found.problems:
        raise ScenarioProblems(found.problems)
    return found


def joined(parts: Iterable[Evidence]) -> Evidence:
    """Several scenarios' evidence as one; of one id, the first stands."""
    tables: dict[str, dict[str, Any]] = {}
    places: dict[tuple[str, ...], Place] = {}
    files: dict[str, None] = {}
    problems: dict[Problem, None] = {}
    damaged: frozenset[tuple[str, str]] = frozenset()
    for part in parts:
        for kind, entries in part.tables.items():
            tables[kind] = {**entries, **tables.get(kind, {})}
        places = {**part.places, **places}
        files |= dict.fromkeys(part.files)
        problems |= dict.fromkeys(part.problems)
        damaged |= part.damaged
    return Evidence(tuple(files), tables, places, damaged, tuple(problems))


def _named(number: int) -> tuple[str, ...]:
    return ("scenario", "evidence", str(number))
