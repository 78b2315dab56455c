"""From TOML files to a :class:`Scenario`, or to all of its problems at once."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, get_args

import attrs
from attrs import frozen

from mali_sim.scenario import classes as c
from mali_sim.scenario.problems import Problem, ScenarioProblems, did_you_mean
from mali_sim.scenario.structure import NO_TEXT, Wrong, make_converter
from mali_sim.scenario.tables import MAX_FILES, Folder, Place, TableFiles

MAX_DRAWS = 10_000_000
_IDS = {
    "source": re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z"),
    "unit": re.compile(r"[^\s/*\d.\"'][^/*\n\"']{0,30}\Z"),
}
_CLASSES = {f.name: get_args(f.type)[1] for f in attrs.fields(c.Scenario) if f.name not in c.SINGLE}
_CONVERTER = make_converter()


@frozen
class LoadedScenario:
    """
    A scenario in memory, with the places its parts came from.

    Parameters
    ----------
    scenario : Scenario
    files : dict of str to str
        Text of every file read, by its path below the scenario's folder.
    main : str
        Which of the files is the scenario's own.
    places : dict
        Path of keys to file and line.
    damaged : frozenset of (str, str)
        Tables and ids that have problems of their own; naming them elsewhere is no second one.
    problems : tuple of Problem
        Found so far.
    """

    scenario: c.Scenario
    files: Mapping[str, str]
    main: str
    places: Mapping[tuple[str, ...], Place]
    damaged: frozenset[tuple[str, str]] = frozenset()
    problems: tuple[Problem, ...] = ()

    def locate(self, problem: Problem) -> Problem:
        """The problem with the file and line of the nearest key above it."""
        for end in range(len(problem.path), 0, -1):
            place = self.places.get(problem.path[:end])
            if place:
                return attrs.evolve(problem, file=place[0], line=place[1])
        return attrs.evolve(problem, file=self.main, line=1)

    def file_hashes(self) -> dict[str, str]:
        """SHA-256 of every file's text."""
        return {n: hashlib.sha256(t.encode()).hexdigest() for n, t in sorted(self.files.items())}


def load(path: Path) -> LoadedScenario:
    """
    Read a scenario and the world it extends.

    Raises
    ------
    ScenarioProblems
        When a file cannot be read at all, or no ``[scenario]`` can be made of it. Problems
        that leave something to look at are collected in the result.
    """
    folder = path.resolve().parent
    return load_files(Folder(folder), path.name)


def load_files(files: "Mapping[str, str] | Folder", main: str) -> LoadedScenario:
    """
    Read a scenario from texts in memory, as a save or a class database holds them.

    Parameters
    ----------
    files : mapping of str to str
        Text of each file by its path below the scenario's folder.
    main : str
        The scenario's own file.
    """
    return _Loader(files, main).load()


class _Loader(TableFiles):
    other_tables = (*c.SINGLE, "override")
    defined_twice = "rename one, or use [override]"

    def __init__(self, files: "Mapping[str, str] | Folder", main: str) -> None:
        super().__init__(files, _CLASSES, _CONVERTER, _IDS)
        self.main = main
        self.plausible: Any = None

    def load(self) -> LoadedScenario:
        raw = self.read(self.main, ())
        if raw is None:
            raise ScenarioProblems(self._located())
        overrides = raw.pop("override", {})
        header_raw = raw.pop("scenario", None)
        if not isinstance(header_raw, dict):
            self.add(("scenario",), "a scenario needs a [scenario] table", "see docs/authoring.md")
            raise ScenarioProblems(self._located())
        extends = header_raw.get("extends", ())
        for number, name in enumerate(extends if isinstance(extends, list) else ()):
            self._extend(name, ("scenario", "extends", str(number)))
        self._join(raw, self.main)
        self._override(overrides)
        header = self.structure(header_raw, c.Header, ("scenario",))
        if header is None:
            header = self._stand_in_header(header_raw)
        else:
            self._check_header(header)
        tables = {name: self.table(name) for name in _CLASSES}
        if self.unread:  # the names that those files define would all be missing
            raise ScenarioProblems(self._located())
        scenario = c.Scenario(scenario=header, plausible=self._plausible(), **tables)
        return LoadedScenario(
            scenario, self.texts, self.main, self.places(), frozenset(self.damaged), tuple(self._located())
        )

    def places(self) -> dict[tuple[str, ...], Place]:
        """Where each key stands: an override before what it changes."""
        places: dict[tuple[str, ...], Place] = {}
        for keys, line in self.lines.get(self.main, {}).items():
            if keys[0] == "override" and len(keys) > 3:
                places[keys[1:]] = (self.main, line)
        return {**super().places(), **places}

    def _located(self) -> list[Problem]:
        nothing = c.Scenario.__new__(c.Scenario)
        loaded = LoadedScenario(nothing, self.texts, self.main, self.places())
        return [p if p.file else loaded.locate(p) for p in self.problems]

    def _extend(self, name: Any, path: tuple[str, ...]) -> None:
        if not isinstance(name, str) or name in self.texts:
            return
        if len(self.texts) > MAX_FILES:
            self.add(path, f"more than {MAX_FILES} files", "join some")
            return
        raw = self.read(name, path)
        if raw is None:
            return
        if "scenario" in raw:
            self.add(path, f"{name} is a scenario of its own", "extend files without [scenario]")
            raw.pop("scenario")
        self._join(raw, name)

    def _join(self, raw: dict[str, Any], file: str) -> None:
        """A file's tables beside the others', and what stands in a file only once."""
        if "override" in raw:
            self.add_at(("override",), file, "an [override] stands in a scenario's own file")
        if "plausible" in raw:
            if self.plausible is not None:
                self.add_at(("plausible",), file, "defined twice", "take one of them out")
            self.plausible = raw["plausible"]
        self.merge({k: v for k, v in raw.items() if k not in ("override", "plausible")}, file)

    def _override(self, overrides: Any) -> None:
        if not isinstance(overrides, dict):
            self.add(("override",), "a table: [override.constant.NAME]")
            return
        for table, entries in overrides.items():
            if table not in _CLASSES or not isinstance(entries, dict):
                self.add(("override", table), "unknown table", did_you_mean(table, _CLASSES))
                continue
            for id, changes in entries.items():
                old = self.merged[table].get(id)
                if not isinstance(old, dict) or not isinstance(changes, dict):
                    mend = did_you_mean(id, self.merged[table])
                    self.add(("override", table, id), "nothing of that name to change", mend)
                else:
                    self.merged[table][id] = {**old, **changes}

    def _plausible(self) -> c.Plausible | None:
        """The stored draws, or None where there are none or they have problems."""
        if self.plausible is None:
            return None
        found: c.Plausible | None = self.structure(self.plausible, c.Plausible, ("plausible",))
        if found is None:
            return None
        kept, mend = found.kept, "write it again: mali-sim validate --plausible"
        if not 1 <= found.size <= MAX_DRAWS:
            self.add(("plausible", "size"), f"{found.size} is outside 1..{MAX_DRAWS}", mend)
        elif not kept:
            self.add(("plausible", "kept"), "no draw was kept", mend)
        elif list(kept) != sorted(set(kept)) or kept[0] < 0 or kept[-1] >= found.size:
            what = f"numbers of draws that rise, each in 0..{found.size - 1}, are wanted"
            self.add(("plausible", "kept"), what, mend)
        return found

    def _stand_in_header(self, raw: dict[str, Any]) -> c.Header:
        """What can be read of a header with problems, so that the rest is looked at too."""
        made: dict[str, Any] = {
            "id": PurePosixPath(self.main).stem, "version": 1, "title": NO_TEXT, "summary": NO_TEXT,
            "start": "2000-01", "months": 600, "seats": [],
        }  # fmt: skip
        wrong = {key for table, key in self.damaged if table == "scenario"}
        sound = attrs.fields_dict(c.Header).keys() - wrong
        made |= {name: value for name, value in raw.items() if name in sound}
        self.damaged |= {("scenario", name) for name in made if name not in raw}
        return self.converter.structure(made, c.Header)

    def _check_header(self, header: c.Header) -> None:
        if header.id != PurePosixPath(self.main).stem:
            self.add(("scenario", "id"), f"{header.id} is not the file's name", f"rename to {header.id}.toml")
        if not 1 <= header.months <= 600:
            self.add(("scenario", "months"), f"{header.months} is outside 1..600")
        if header.short is not None and not 1 <= header.short < header.months:
            self.add(("scenario", "short"), f"{header.short} is outside 1..{header.months - 1}")
        if header.version < 1:
            self.add(("scenario", "version"), f"{header.version} is outside 1..")
        if not header.seats:
            self.add(("scenario", "seats"), "no seat", "name at least one actor")
        for language in ("en", "fr"):
            if header.dossier:
                self._dossier(header.dossier[language], ("scenario", "dossier", language))

    def _dossier(self, name: str, path: tuple[str, ...]) -> None:
        try:
            self.texts[name] = self.source[name]
        except KeyError:
            self.add(path, f"there is no file {name}")
        except Wrong as wrong:
            self.add(path, str(wrong), wrong.mend)


def siblings(path: Path) -> list[tuple[Path, c.Header]]:
    """The other scenarios in a scenario's folder that can be read, by file name, with their headers."""
    found = []
    for other in sorted(path.resolve().parent.glob("*.toml")):
        if other.name.startswith(".") or other == path.resolve():
            continue
        try:
            found.append((other, load(other).scenario.scenario))
        except ScenarioProblems:
            continue
    return found
