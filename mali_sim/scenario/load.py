"""From TOML files to a :class:`Scenario`, or to all of its problems at once."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path, PurePosixPath
from typing import Any

import attrs
import tomli
from attrs import frozen
from cattrs import ClassValidationError, Converter, ForbiddenExtraKeysError
from cattrs.errors import IterableValidationError
from cattrs.gen import make_dict_structure_fn, override

from mali_sim.scenario import classes as c
from mali_sim.scenario.problems import Problem, ScenarioProblems, did_you_mean, nearest
from mali_sim.scenario.toml_lines import MAX_BYTES, TooLarge, check_limits, key_lines

MAX_FILES = 60
MAX_MEMBERS = 200
MAX_DRAWS = 10_000_000
_SOURCE_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])\Z")
_TABLES = {f.name: f.type for f in attrs.fields(c.Scenario) if f.name not in c.SINGLE}


_Found = list[tuple[tuple[str, ...], str, str]]


class _Wrong(ValueError):
    """A value that its key does not take."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.mend = mend


class _Several(ValueError):
    """Entries of a table that are wrong, each as (path, what, mend)."""

    def __init__(self, found: _Found) -> None:
        super().__init__(f"{len(found)} entries are wrong")
        self.found = found


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
    places: Mapping[tuple[str, ...], tuple[str, int]]
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
    return load_files(_Folder(folder), path.name)


def load_files(files: "Mapping[str, str] | _Folder", main: str) -> LoadedScenario:
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


class _Folder:
    """A folder as a mapping of paths to texts; nothing outside it can be named."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __getitem__(self, name: str) -> str:
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in name or "\0" in name:
            raise _Wrong("the path leaves the scenario's folder", "name a file below it")
        try:
            path = (self.folder / pure).resolve()
            there = path.is_file()
        except (OSError, RuntimeError, ValueError):  # too long a name, a circle of links
            raise _Wrong(f"{name[:40]} is no file's name") from None
        if not path.is_relative_to(self.folder):
            raise _Wrong("the path leaves the scenario's folder", "name a file below it")
        if not there:
            near = [p.relative_to(self.folder).as_posix() for p in self._siblings(path)]
            raise _Wrong(f"there is no file {name}", did_you_mean(name, near))
        try:
            if path.stat().st_size > MAX_BYTES:
                raise _Wrong(f"the file is larger than {MAX_BYTES:,} bytes")
            return path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise _Wrong(f"{name} is not UTF-8 (byte {error.start})", "save it as UTF-8") from None
        except OSError as error:
            raise _Wrong(f"{name} cannot be read: {error.strerror}") from None

    def _siblings(self, path: Path) -> list[Path]:
        folder = path.parent
        inside = folder.is_dir() and folder.is_relative_to(self.folder)
        return [p for p in folder.iterdir() if p.is_file()][:500] if inside else []


class _Loader:
    def __init__(self, files: "Mapping[str, str] | _Folder", main: str) -> None:
        self.source = files
        self.main = main
        self.texts: dict[str, str] = {}
        self.lines: dict[str, dict[tuple[str, ...], int]] = {}
        self.owner: dict[tuple[str, ...], str] = {}
        self.unread = False
        self.problems: list[Problem] = []
        self.damaged: set[tuple[str, str]] = set()
        self.merged: dict[str, dict[str, Any]] = {name: {} for name in _TABLES}
        self.plausible: Any = None

    def load(self) -> LoadedScenario:
        raw = self._read(self.main, ())
        if raw is None:
            raise ScenarioProblems(self._located())
        overrides = raw.pop("override", {})
        header_raw = raw.pop("scenario", None)
        if not isinstance(header_raw, dict):
            self._add(("scenario",), "a scenario needs a [scenario] table", "see docs/authoring.md")
            raise ScenarioProblems(self._located())
        extends = header_raw.get("extends", ())
        for number, name in enumerate(extends if isinstance(extends, list) else ()):
            self._extend(name, ("scenario", "extends", str(number)))
        self._merge(raw, self.main)
        self._override(overrides)
        header = self._structure(header_raw, c.Header, ("scenario",))
        if header is None:
            header = self._stand_in_header(header_raw)
        else:
            self._check_header(header)
        tables = {name: self._table(name) for name in _TABLES}
        if self.unread:  # the names that those files define would all be missing
            raise ScenarioProblems(self._located())
        scenario = c.Scenario(scenario=header, plausible=self._plausible(), **tables)
        return LoadedScenario(
            scenario, self.texts, self.main, self._places(), frozenset(self.damaged), tuple(self._located())
        )

    def _places(self) -> dict[tuple[str, ...], tuple[str, int]]:
        """Where each key stands: an override before what it changes, the first of two of one name."""
        places: dict[tuple[str, ...], tuple[str, int]] = {}
        for keys, line in self.lines.get(self.main, {}).items():
            if keys[0] == "override" and len(keys) > 3:
                places[keys[1:]] = (self.main, line)
        for file, lines in self.lines.items():
            for keys, line in lines.items():
                if self.owner.get(keys[:2], file) == file:
                    places.setdefault(keys, (file, line))
        return places

    def _located(self) -> list[Problem]:
        nothing = c.Scenario.__new__(c.Scenario)
        loaded = LoadedScenario(nothing, self.texts, self.main, self._places())
        return [p if p.file else loaded.locate(p) for p in self.problems]

    def _add(self, path: tuple[str, ...], what: str, mend: str = "") -> None:
        self.problems.append(Problem(path, what, mend))
        if len(path) > 1:
            self.damaged.add((path[0], path[1]))

    def _read(self, name: str, path: tuple[str, ...]) -> dict[str, Any] | None:
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
            self._add(path, f"there is no file {name}")
            return None
        except _Wrong as wrong:
            self._add(path, str(wrong), wrong.mend)
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

    def _extend(self, name: Any, path: tuple[str, ...]) -> None:
        if not isinstance(name, str) or name in self.texts:
            return
        if len(self.texts) > MAX_FILES:
            self._add(path, f"more than {MAX_FILES} files", "join some")
            return
        raw = self._read(name, path)
        if raw is None:
            return
        if "scenario" in raw:
            self._add(path, f"{name} is a scenario of its own", "extend files without [scenario]")
            raw.pop("scenario")
        self._merge(raw, name)

    def _merge(self, raw: dict[str, Any], file: str) -> None:
        for table, entries in raw.items():
            if table == "override":
                what = "an [override] stands in a scenario's own file"
                self.problems.append(Problem((table,), what, "", *self._place((table,), file)))
            elif table == "plausible":
                if self.plausible is not None:
                    place = self._place((table,), file)
                    self.problems.append(Problem((table,), "defined twice", "take one of them out", *place))
                self.plausible = entries
            elif table not in _TABLES:
                mend = did_you_mean(table, [*_TABLES, *c.SINGLE, "override"])
                self.problems.append(
                    Problem((table,), "unknown table", mend, *self._place((table,), file))
                )
            elif not isinstance(entries, dict):
                self._add((table,), f"a table of tables: [{table}.name]")
            else:
                for id, entry in entries.items():
                    if id in self.merged[table]:
                        first, line = self._place((table, id), self.owner[table, id])
                        what = f"defined twice; first at {first}:{line}"
                        mend = "rename one, or use [override]"
                        place = self._place((table, id), file)
                        self.problems.append(Problem((table, id), what, mend, *place))
                        continue
                    self.merged[table][id] = entry
                    self.owner[table, id] = file

    def _place(self, path: tuple[str, ...], file: str) -> tuple[str, int]:
        return file, self.lines[file].get(path, 1)

    def _override(self, overrides: Any) -> None:
        if not isinstance(overrides, dict):
            self._add(("override",), "a table: [override.constant.NAME]")
            return
        for table, entries in overrides.items():
            if table not in _TABLES or not isinstance(entries, dict):
                self._add(("override", table), "unknown table", did_you_mean(table, _TABLES))
                continue
            for id, changes in entries.items():
                old = self.merged[table].get(id)
                if not isinstance(old, dict) or not isinstance(changes, dict):
                    mend = did_you_mean(id, self.merged[table])
                    self._add(("override", table, id), "nothing of that name to change", mend)
                else:
                    self.merged[table][id] = {**old, **changes}

    def _table(self, name: str) -> dict[str, Any]:
        cls = _TABLES[name].__args__[1]  # type: ignore[union-attr]
        made = {}
        pattern = {"source": _SOURCE_ID, "unit": re.compile(r"[^\s/*\d.\"'][^/*\n\"']{0,30}\Z")}
        for id, entry in self.merged[name].items():
            if not pattern.get(name, c.ID).match(id):
                self._add((name, id), "not an id", "small letters, digits and _, a letter first")
            item = self._structure(entry, cls, (name, id))
            if item is not None:
                made[id] = item
        return made

    def _plausible(self) -> c.Plausible | None:
        """The stored draws, or None where there are none or they have problems."""
        if self.plausible is None:
            return None
        found: c.Plausible | None = self._structure(self.plausible, c.Plausible, ("plausible",))
        if found is None:
            return None
        kept, mend = found.kept, "write it again: mali-sim validate --plausible"
        if not 1 <= found.size <= MAX_DRAWS:
            self._add(("plausible", "size"), f"{found.size} is outside 1..{MAX_DRAWS}", mend)
        elif not kept:
            self._add(("plausible", "kept"), "no draw was kept", mend)
        elif list(kept) != sorted(set(kept)) or kept[0] < 0 or kept[-1] >= found.size:
            what = f"numbers of draws that rise, each in 0..{found.size - 1}, are wanted"
            self._add(("plausible", "kept"), what, mend)
        return found

    def _structure(self, raw: Any, cls: type, path: tuple[str, ...]) -> Any:
        """
        A table made; None where a problem leaves nothing to look at.

        A table whose mistakes are texts and misspelt keys is looked at all the same, so
        that its other mistakes are told at once.
        """
        try:
            return _CONVERTER.structure(raw, cls)
        except _ERRORS as error:
            found = _flatten(error, cls)
        for where, what, mend in found:
            self._add((*path, *where), what, mend)
        try:
            return _CONVERTER.structure(_mended(raw, cls, found), cls)
        except _ERRORS:
            return None

    def _stand_in_header(self, raw: dict[str, Any]) -> c.Header:
        """What can be read of a header with problems, so that the rest is looked at too."""
        made: dict[str, Any] = {
            "id": PurePosixPath(self.main).stem, "version": 1, "title": _NO_TEXT, "summary": _NO_TEXT,
            "start": "2000-01", "months": 600, "seats": [],
        }  # fmt: skip
        wrong = {key for table, key in self.damaged if table == "scenario"}
        sound = attrs.fields_dict(c.Header).keys() - wrong
        made |= {name: value for name, value in raw.items() if name in sound}
        self.damaged |= {("scenario", name) for name in made if name not in raw}
        return _CONVERTER.structure(made, c.Header)

    def _check_header(self, header: c.Header) -> None:
        if header.id != PurePosixPath(self.main).stem:
            self._add(
                ("scenario", "id"), f"{header.id} is not the file's name", f"rename to {header.id}.toml"
            )
        if not 1 <= header.months <= 600:
            self._add(("scenario", "months"), f"{header.months} is outside 1..600")
        if header.short is not None and not 1 <= header.short < header.months:
            self._add(("scenario", "short"), f"{header.short} is outside 1..{header.months - 1}")
        if header.version < 1:
            self._add(("scenario", "version"), f"{header.version} is outside 1..")
        if not header.seats:
            self._add(("scenario", "seats"), "no seat", "name at least one actor")
        for language in ("en", "fr"):
            if header.dossier:
                self._dossier(header.dossier[language], ("scenario", "dossier", language))

    def _dossier(self, name: str, path: tuple[str, ...]) -> None:
        try:
            self.texts[name] = self.source[name]
        except KeyError:
            self._add(path, f"there is no file {name}")
        except _Wrong as wrong:
            self._add(path, str(wrong), wrong.mend)


#: What structuring raises.
_ERRORS = (ClassValidationError, IterableValidationError, _Wrong, _Several)
_NO_TEXT = {"en": "?", "fr": "?"}


def _mended(raw: Any, cls: type, found: _Found) -> Any:
    """A table with misspelt keys as they are meant, and stand-ins for texts that are wrong."""
    if not isinstance(raw, dict):
        return raw
    fields = {c.toml_key(name): f for name, f in attrs.fields_dict(cls).items()}
    mended = dict(raw)
    for key in raw.keys() - fields.keys():
        meant = nearest(str(key), fields)
        if meant is not None:
            mended.setdefault(meant, raw[key])
        del mended[key]
    wrong = {path[0] for path, _, _ in found if path}
    for key, field in fields.items():
        is_text = field.type in (c.Text, c.Text | None)
        if is_text and (key in wrong or (field.default is attrs.NOTHING and key not in mended)):
            mended[key] = _NO_TEXT
    return mended


def _flatten(error: Exception, cls: Any) -> _Found:
    """A cattrs error as (path, what, mend), one a problem."""
    if isinstance(error, ClassValidationError):
        keys = [c.toml_key(f.name) for f in attrs.fields(error.cl)]
        noted, others = error.group_exceptions()
        found = []
        for inner, note in noted:
            place = c.toml_key(note.name)
            if isinstance(inner, KeyError):
                found.append(((), f"{place} is missing", _doc(error.cl, note.name)))
            else:
                below = _flatten(inner, note.type)
                found += [((place, *path), what, mend) for path, what, mend in below]
        for inner in others:
            if isinstance(inner, ForbiddenExtraKeysError):
                extras = sorted(map(str, inner.extra_fields))
                found += [((extra,), "unknown key", did_you_mean(extra, keys)) for extra in extras]
                meant = {f"{nearest(extra, keys)} is missing" for extra in extras}
                found = [one for one in found if one[1] not in meant]
            else:
                found += _flatten(inner, cls)
        return found
    if isinstance(error, IterableValidationError):
        noted, others = error.group_exceptions()
        found = [
            ((str(note.index), *path), what, mend)
            for inner, note in noted
            for path, what, mend in _flatten(inner, note.type)
        ]
        return found + [item for inner in others for item in _flatten(inner, cls)]
    if isinstance(error, _Several):
        return error.found
    if isinstance(error, _Wrong):
        return [((), str(error), error.mend)]
    return [((), f"not a {getattr(cls, '__name__', 'value')}", "see docs/authoring.md")]


def _doc(cls: Any, name: str) -> str:
    field = attrs.fields_dict(cls)[name]
    return f"give {c.toml_key(name)}: {field.metadata['doc']}"


def _named(value: Any) -> str:
    kinds = {
        bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list",
        dict: "a table", date: "a date", datetime: "a date", time: "a time",
    }  # fmt: skip
    return kinds.get(type(value), "something else")


def _want(value: Any, kind: type, words: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _Wrong(f"{words} is wanted, not {_named(value)}")
    return value


def _string(value: Any, _: Any = None) -> str:
    return _want(value, str, "text")


def _words(value: Any, _: Any = None) -> str:
    text = _want(value, str, "text")
    if not text.strip():
        raise _Wrong("the text is empty", "write it in both languages")
    return text


def _number(value: Any, _: Any = None) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        hint = "magnitudes stand in [constant]" if isinstance(value, str) else ""
        raise _Wrong(f"a number is wanted, not {_named(value)}", hint)
    if not abs(value) <= 1e15:
        digits = str(value)
        shown = digits if len(digits) < 24 else f"{digits[:20]}…"
        raise _Wrong(f"{shown} is not a number that can be used", "finite, at most 1e15")
    return float(value)


def _equation(value: Any, _: Any = None) -> str:
    if isinstance(value, bool | int | float):
        raise _Wrong(
            f"the bare magnitude {value}",
            "give it a name as a [constant] with unit, range, grade, source and why, and name it here",
        )
    return _want(value, str, "an equation in quotes")


def _constant_id(value: Any, _: Any = None) -> str:
    if isinstance(value, bool | int | float):
        raise _Wrong(
            f"the bare magnitude {value}",
            "give it a name as a [constant] with unit, range, grade, source and why, and name it here",
        )
    return _want(value, str, "a constant's name")


def _month(value: Any, _: Any = None) -> str:
    if not isinstance(value, str) or not _MONTH.match(value):
        raise _Wrong(f"{value} is not a month", 'write it as "YYYY-MM"')
    return value


def _numbers(value: Any, _: Any = None, depth: int = 0) -> Any:
    if isinstance(value, dict) and depth < 2:
        if len(value) > MAX_MEMBERS:
            raise _Wrong(f"more than {MAX_MEMBERS} members")
        return {str(k): _numbers(v, None, depth + 1) for k, v in value.items()}
    return _number(value)


def _initial(value: Any, _: Any = None) -> Any:
    return value if isinstance(value, str) else _numbers(value)


def _over(value: Any, _: Any = None) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
        raise _Wrong("a set's id or a list of two is wanted")
    if not 1 <= len(names) <= 2 or len(set(names)) != len(names):
        raise _Wrong("one set, or two different ones")
    return tuple(names)


def _switch_value(value: Any, _: Any = None) -> Any:
    if not isinstance(value, bool | str):
        raise _Wrong(f"true, false or a value's id is wanted, not {_named(value)}")
    return value


def _word(words: tuple[str, ...]) -> Any:
    def structure(value: Any, _: Any = None) -> str:
        if value not in words or not isinstance(value, str):
            mend = did_you_mean(str(value), words, f"one of {', '.join(words)}")
            raise _Wrong(f"{value} is not one of its words", mend)
        return value

    return structure


def _converter() -> Converter:
    converter = Converter(detailed_validation=True, forbid_extra_keys=True)
    hooks: dict[Any, Any] = {
        str: _string,
        bool: lambda v, _: _want(v, bool, "true or false"),
        int: lambda v, _: _want(v, int, "a whole number"),
        float: _number,
        c.Number: _number,
        c.Numbers: _numbers,
        c.Initial: _initial,
        c.Equation: _equation,
        c.ConstantId: _constant_id,
        c.Month: _month,
        c.Over: _over,
        c.SwitchValue: _switch_value,
        **{kind: _word(words) for kind, words in c.WORDS.items()},
    }
    for kind, hook in hooks.items():
        converter.register_structure_hook(kind, hook)

    def sequence(tp: Any) -> Any:
        inner = tp.__args__[0]

        def structure(value: Any, _: Any) -> Any:
            if not isinstance(value, list):
                raise _Wrong(f"a list is wanted, not {_named(value)}")
            return tuple(converter.structure(list(value), list[inner]))  # type: ignore[valid-type]

        return structure

    def is_tuple(tp: Any) -> bool:
        return getattr(tp, "__origin__", None) is tuple and tp.__args__[-1] is Ellipsis

    converter.register_structure_hook_factory(is_tuple, sequence)

    def of_class(cls: Any) -> Any:
        names = attrs.fields_dict(cls)
        renames: Any = {n: override(rename=k) for n, k in c.KEYWORDS.items() if n in names}
        inner = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True, **renames)

        def structure(value: Any, kind: Any) -> Any:
            if not isinstance(value, dict):
                raise _Wrong(f"a table is wanted, not {_named(value)}")
            return inner(value, kind)

        return structure

    def of_text(value: Any, _: Any) -> c.Text:
        if isinstance(value, str):
            raise _Wrong("the text is in one language", 'write { en = "…", fr = "…" }')
        if not isinstance(value, dict):
            raise _Wrong(f"a text is wanted, not {_named(value)}", 'write { en = "…", fr = "…" }')
        for language in ("en", "fr"):
            if language not in value:
                raise _Wrong(f"the language {language} is missing", f'add {language} = "…"')
        extra = set(value) - {"en", "fr"}
        if extra:
            raise _Wrong(f"unknown key {min(extra)}", "a text has en and fr")
        return c.Text(_words(value["en"]), _words(value["fr"]))

    converter.register_structure_hook_factory(attrs.has, of_class)
    converter.register_structure_hook(c.Text, of_text)

    def mapping(tp: Any) -> Any:
        inner = tp.__args__[1]

        def structure(value: Any, _: Any) -> Any:
            if not isinstance(value, dict):
                raise _Wrong(f"a table is wanted, not {_named(value)}")
            if len(value) > MAX_MEMBERS:
                raise _Wrong(f"more than {MAX_MEMBERS} entries")
            made, errors = {}, []
            for name, item in value.items():
                try:
                    made[name] = converter.structure(item, inner)
                except _ERRORS as error:
                    errors += [((name, *p), w, m) for p, w, m in _flatten(error, inner)]
            if errors:
                raise _Several(errors)
            return made

        return structure

    converter.register_structure_hook_factory(
        lambda tp: getattr(tp, "__origin__", None) is dict, mapping
    )
    return converter


_CONVERTER = _converter()
