"""TOML files of named tables: read within limits, joined, made into classes, problems collected."""

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import tomli
from cattrs import Converter

from mali_sim.scenario import classes as c
from mali_sim.scenario.problems import Problem, did_you_mean
from mali_sim.scenario.structure import ERRORS, Wrong, flattened, mended
from mali_sim.scenario.toml_lines import MAX_BYTES, TooLarge, check_limits, key_lines

MAX_FILES = 80

Place = tuple[str, int]


class Folder:
    """A folder as a mapping of paths to texts; nothing outside it can be named."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def __getitem__(self, name: str) -> str:
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in name or "\0" in name:
            raise Wrong("the path leaves the scenario's folder", "name a file below it")
        try:
            path = (self.folder / pure).resolve()
            there = path.is_file()
        except (OSError, RuntimeError, ValueError):  # too long a name, a circle of links
            raise Wrong(f"{name[:40]} is no file's name") from None
        if not path.is_relative_to(self.folder):
            raise Wrong("the path leaves the scenario's folder", "name a file below it")
        if not there:
            near = [p.relative_to(self.folder).as_posix() for p in self._siblings(path)]
            raise Wrong(f"there is no file {name}", did_you_mean(name, near))
        try:
            if path.stat().st_size > MAX_BYTES:
                raise Wrong(f"the file is larger than {MAX_BYTES:,} bytes")
            return path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise Wrong(f"{name} is not UTF-8 (byte {error.start})", "save it as UTF-8") from None
        except OSError as error:
            raise Wrong(f"{name} cannot be read: {error.strerror}") from None

    def _siblings(self, path: Path) -> list[Path]:
        folder = path.parent
        inside = folder.is_dir() and folder.is_relative_to(self.folder)
        return [p for p in folder.iterdir() if p.is_file()][:500] if inside else []


class TableFiles:
    """
    Files of tables ``[kind.id]``, of which each has a class.

    Parameters
    ----------
    source : mapping of str to str, or Folder
        Text of each file by its path below the scenario's folder.
    classes : dict of str to type
        The class of each kind of table.
    converter : Converter
        See :func:`mali_sim.scenario.structure.make_converter`.
    ids : dict of str to Pattern
        What ids of a kind look like, where they are not a scenario's usual ones.

    Attributes
    ----------
    problems : list of Problem
        Found so far; those without a file are located by their path.
    damaged : set of (str, str)
        Kinds and ids that have problems of their own.
    unread : bool
        Whether a file could not be read, so that its tables are missing.
    """

    #: Words for a table that is no kind's, beside the kinds.
    other_tables: tuple[str, ...] = ()
    defined_twice = "rename one"

    def __init__(
        self, source: Mapping[str, str] | Folder, classes: Mapping[str, type], converter: Converter,
        ids: Mapping[str, re.Pattern[str]],
    ) -> None:  # fmt: skip
        self.source = source
        self.classes = classes
        self.converter = converter
        self.ids = ids
        self.texts: dict[str, str] = {}
        self.lines: dict[str, dict[tuple[str, ...], int]] = {}
        self.owner: dict[tuple[str, ...], str] = {}
        self.unread = False
        self.problems: list[Problem] = []
        self.damaged: set[tuple[str, str]] = set()
        self.merged: dict[str, dict[str, Any]] = {name: {} for name in classes}

    def add(self, path: tuple[str, ...], what: str, mend: str = "") -> None:
        """Note a problem; what it is about counts as damaged."""
        self.problems.append(Problem(path, what, mend))
        if len(path) > 1:
            self.damaged.add((path[0], path[1]))

    def add_at(self, path: tuple[str, ...], file: str, what: str, mend: str = "") -> None:
        """Note a problem of a key that more than one file may have."""
        self.problems.append(Problem(path, what, mend, *self.place(path, file)))

    def place(self, path: tuple[str, ...], file: str) -> Place:
        """File and line of a key in one file."""
        return file, self.lines[file].get(path, 1)

    def places(self) -> dict[tuple[str, ...], Place]:
        """Where each key stands: the first of two of one name."""
        places: dict[tuple[str, ...], Place] = {}
        for file, lines in self.lines.items():
            for keys, line in lines.items():
                if self.owner.get(keys[:2], file) == file:
                    places.setdefault(keys, (file, line))
        return places

    def read(self, name: str, path: tuple[str, ...]) -> dict[str, Any] | None:
        """One file as a dict, its text and lines noted; None and a problem when it is no TOML."""
        data = self._parsed(name, path)
        self.unread = self.unread or data is None
        return data

    def _parsed(self, name: str, path: tuple[str, ...]) -> dict[str, Any] | None:
        try:
            text = self.source[name]
            check_limits(text.encode())
            data = tomli.loads(text)
        except KeyError:
            self.add(path, f"there is no file {name}")
            return None
        except Wrong as wrong:
            self.add(path, str(wrong), wrong.mend)
            return None
        except TooLarge as error:
            self.problems.append(Problem((), str(error), "split it", name, 1))
            return None
        except tomli.TOMLDecodeError as error:
            what = f"not TOML: {error.msg} (column {error.colno})"
            self.problems.append(Problem((), what, "", name, error.lineno))
            return None
        except (RecursionError, ValueError):
            self.problems.append(Problem((), "not TOML that can be read", "", name, 1))
            return None
        self.texts[name] = text
        self.lines[name] = key_lines(text)
        return data

    def merge(self, raw: Mapping[str, Any], file: str) -> None:
        """Put a file's tables beside those of the others."""
        for table, entries in raw.items():
            if table not in self.classes:
                mend = did_you_mean(table, [*self.classes, *self.other_tables])
                self.add_at((table,), file, "unknown table", mend)
            elif not isinstance(entries, dict):
                self.add((table,), f"a table of tables: [{table}.name]")
            else:
                for id, entry in entries.items():
                    if id in self.merged[table]:
                        first, line = self.place((table, id), self.owner[table, id])
                        what = f"defined twice; first at {first}:{line}"
                        self.add_at((table, id), file, what, self.defined_twice)
                        continue
                    self.merged[table][id] = entry
                    self.owner[table, id] = file

    def table(self, name: str) -> dict[str, Any]:
        """All tables of a kind, made."""
        made = {}
        for id, entry in self.merged[name].items():
            if not self.ids.get(name, c.ID).match(id):
                self.add((name, id), "not an id", "small letters, digits and _, a letter first")
            item = self.structure(entry, self.classes[name], (name, id))
            if item is not None:
                made[id] = item
        return made

    def structure(self, raw: Any, cls: type, path: tuple[str, ...]) -> Any:
        """
        A table made; None where a problem leaves nothing to look at.

        A table whose mistakes are texts and misspelt keys is looked at all the same, so
        that its other mistakes are told at once.
        """
        try:
            return self.converter.structure(raw, cls)
        except ERRORS as error:
            found = flattened(error, cls)
        for where, what, mend in found:
            self.add((*path, *where), what, mend)
        try:
            return self.converter.structure(mended(raw, cls, found), cls)
        except ERRORS:
            return None
