"""From what TOML holds to attrs classes, or to every reason why not, each with its key."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import attrs
from cattrs import ClassValidationError, Converter, ForbiddenExtraKeysError
from cattrs.errors import IterableValidationError
from cattrs.gen import make_dict_structure_fn, override

from mali_sim.scenario import classes as c
from mali_sim.scenario.problems import did_you_mean, nearest

MAX_MEMBERS = 200
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])\Z")

Found = list[tuple[tuple[str, ...], str, str]]


class Wrong(ValueError):
    """A value that its key does not take."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.mend = mend


class Several(ValueError):
    """Entries of a table that are wrong, each as (path, what, mend)."""

    def __init__(self, found: Found) -> None:
        super().__init__(f"{len(found)} entries are wrong")
        self.found = found


#: What structuring raises.
ERRORS = (ClassValidationError, IterableValidationError, Wrong, Several)
NO_TEXT = {"en": "?", "fr": "?"}


def mended(raw: Any, cls: type, found: Found) -> Any:
    """A table with misspelt keys as they are meant, and stand-ins for texts that are wrong."""
    if not isinstance(raw, dict):
        return raw
    fields = {c.toml_key(name): f for name, f in attrs.fields_dict(cls).items()}
    made = dict(raw)
    for key in raw.keys() - fields.keys():
        meant = nearest(str(key), fields)
        if meant is not None:
            made.setdefault(meant, raw[key])
        del made[key]
    wrong = {path[0] for path, _, _ in found if path}
    for key, field in fields.items():
        is_text = field.type in (c.Text, c.Text | None)
        if is_text and (key in wrong or (field.default is attrs.NOTHING and key not in made)):
            made[key] = NO_TEXT
    return made


def flattened(error: Exception, cls: Any) -> Found:
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
                below = flattened(inner, note.type)
                found += [((place, *path), what, mend) for path, what, mend in below]
        for inner in others:
            if isinstance(inner, ForbiddenExtraKeysError):
                extras = sorted(map(str, inner.extra_fields))
                found += [((extra,), "unknown key", did_you_mean(extra, keys)) for extra in extras]
                meant = {f"{nearest(extra, keys)} is missing" for extra in extras}
                found = [one for one in found if one[1] not in meant]
            else:
                found += flattened(inner, cls)
        return found
    if isinstance(error, IterableValidationError):
        noted, others = error.group_exceptions()
        found = [
            ((str(note.index), *path), what, mend)
            for inner, note in noted
            for path, what, mend in flattened(inner, note.type)
        ]
        return found + [item for inner in others for item in flattened(inner, cls)]
    if isinstance(error, Several):
        return error.found
    if isinstance(error, Wrong):
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
        raise Wrong(f"{words} is wanted, not {_named(value)}")
    return value


def _string(value: Any, _: Any = None) -> str:
    return _want(value, str, "text")


def _words(value: Any, _: Any = None) -> str:
    text = _want(value, str, "text")
    if not text.strip():
        raise Wrong("the text is empty", "write it in both languages")
    return text


def _number(value: Any, _: Any = None) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        hint = "magnitudes stand in [constant]" if isinstance(value, str) else ""
        raise Wrong(f"a number is wanted, not {_named(value)}", hint)
    if not abs(value) <= 1e15:
        digits = str(value)
        shown = digits if len(digits) < 24 else f"{digits[:20]}…"
        raise Wrong(f"{shown} is not a number that can be used", "finite, at most 1e15")
    return float(value)


def _equation(value: Any, _: Any = None) -> str:
    if isinstance(value, bool | int | float):
        raise Wrong(
            f"the bare magnitude {value}",
            "give it a name as a [constant] with unit, range, grade, source and why, and name it here",
        )
    return _want(value, str, "an equation in quotes")


def _constant_id(value: Any, _: Any = None) -> str:
    if isinstance(value, bool | int | float):
        raise Wrong(
            f"the bare magnitude {value}",
            "give it a name as a [constant] with unit, range, grade, source and why, and name it here",
        )
    return _want(value, str, "a constant's name")


def _month(value: Any, _: Any = None) -> str:
    if not isinstance(value, str) or not _MONTH.match(value):
        raise Wrong(f"{value} is not a month", 'write it as "YYYY-MM"')
    return value


def _numbers(value: Any, _: Any = None, depth: int = 0) -> Any:
    if isinstance(value, dict) and depth < 2:
        if len(value) > MAX_MEMBERS:
            raise Wrong(f"more than {MAX_MEMBERS} members")
        return {str(k): _numbers(v, None, depth + 1) for k, v in value.items()}
    return _number(value)


def _initial(value: Any, _: Any = None) -> Any:
    return value if isinstance(value, str) else _numbers(value)


def _over(value: Any, _: Any = None) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
        raise Wrong("a set's id or a list of two is wanted")
    if not 1 <= len(names) <= 2 or len(set(names)) != len(names):
        raise Wrong("one set, or two different ones")
    return tuple(names)


def _switch_value(value: Any, _: Any = None) -> Any:
    if not isinstance(value, bool | str):
        raise Wrong(f"true, false or a value's id is wanted, not {_named(value)}")
    return value


def _setting(value: Any, _: Any = None) -> Any:
    return value if isinstance(value, bool | str) else _number(value)


def _word(words: tuple[str, ...]) -> Any:
    def structure(value: Any, _: Any = None) -> str:
        if value not in words or not isinstance(value, str):
            mend = did_you_mean(str(value), words, f"one of {', '.join(words)}")
            raise Wrong(f"{value} is not one of its words", mend)
        return value

    return structure


def make_converter(words: Mapping[Any, tuple[str, ...]] | None = None) -> Converter:
    """
    A converter to classes of tables; what it raises is among :data:`ERRORS`.

    Parameters
    ----------
    words : dict of type to tuple of str, optional
        More enumerated keys, as :data:`mali_sim.scenario.classes.WORDS`.
    """
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
        c.Setting: _setting,
        **{kind: _word(known) for kind, known in {**c.WORDS, **(words or {})}.items()},
    }
    for kind, hook in hooks.items():
        converter.register_structure_hook(kind, hook)

    def sequence(tp: Any) -> Any:
        inner = tp.__args__[0]

        def structure(value: Any, _: Any) -> Any:
            if not isinstance(value, list):
                raise Wrong(f"a list is wanted, not {_named(value)}")
            return tuple(converter.structure(list(value), list[inner]))  # type: ignore[valid-type]

        return structure

    def is_tuple(tp: Any) -> bool:
        return getattr(tp, "__origin__", None) is tuple and tp.__args__[-1] is Ellipsis

    converter.register_structure_hook_factory(is_tuple, sequence)

    def of_class(cls: Any) -> Any:
        names = attrs.fields_dict(cls)
        renames: Any = {n: override(rename=k) for n, k in c.KEYWORDS.items() if n in names}
        single = [c.toml_key(n) for n, f in names.items() if f.metadata.get("single")]
        inner = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True, **renames)

        def structure(value: Any, kind: Any) -> Any:
            if not isinstance(value, dict):
                raise Wrong(f"a table is wanted, not {_named(value)}")
            alone = {c.toml_key(n) for n in single} & value.keys()
            return inner(
                {k: [v] if k in alone and isinstance(v, dict) else v for k, v in value.items()}, kind
            )

        return structure

    def of_text(value: Any, _: Any) -> c.Text:
        if isinstance(value, str):
            raise Wrong("the text is in one language", 'write { en = "…", fr = "…" }')
        if not isinstance(value, dict):
            raise Wrong(f"a text is wanted, not {_named(value)}", 'write { en = "…", fr = "…" }')
        for language in ("en", "fr"):
            if language not in value:
                raise Wrong(f"the language {language} is missing", f'add {language} = "…"')
        extra = set(value) - {"en", "fr"}
        if extra:
            raise Wrong(f"unknown key {min(extra)}", "a text has en and fr")
        return c.Text(_words(value["en"]), _words(value["fr"]))

    converter.register_structure_hook_factory(attrs.has, of_class)
    converter.register_structure_hook(c.Text, of_text)

    def mapping(tp: Any) -> Any:
        inner = tp.__args__[1]

        def structure(value: Any, _: Any) -> Any:
            if not isinstance(value, dict):
                raise Wrong(f"a table is wanted, not {_named(value)}")
            if len(value) > MAX_MEMBERS:
                raise Wrong(f"more than {MAX_MEMBERS} entries")
            made, errors = {}, []
            for name, item in value.items():
                try:
                    made[name] = converter.structure(item, inner)
                except ERRORS as error:
                    errors += [((name, *p), w, m) for p, w, m in flattened(error, inner)]
            if errors:
                raise Several(errors)
            return made

        return structure

    converter.register_structure_hook_factory(lambda tp: getattr(tp, "__origin__", None) is dict, mapping)
    return converter
