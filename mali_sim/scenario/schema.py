"""A JSON Schema of scenario files, made from the classes, for editors that complete and check TOML."""

import inspect
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import attrs

from mali_sim.scenario import classes as c

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NAMED = {"type": "string", "minLength": 1, "maxLength": 2000}
_IDS = {"pattern": "^[a-z][a-z0-9_]{0,63}$"}
_ANY_CASE = {"pattern": "^[A-Za-z][A-Za-z0-9_]{0,63}$"}
_OTHER_IDS = {"source": _ANY_CASE, "unit": {"maxLength": 31}}

#: What stands where a type is wanted, in the words of a schema.
_TYPES: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    c.Number: {"type": "number"},
    c.Numbers: {"$ref": "#/$defs/Numbers"},
    c.Initial: {"oneOf": [{"$ref": "#/$defs/Numbers"}, {"$ref": "#/$defs/Equation"}]},
    c.Equation: {"$ref": "#/$defs/Equation"},
    c.ConstantId: {"type": "string", **_IDS},
    c.Month: {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
    c.Over: {
        "oneOf": [
            {"type": "string", **_IDS},
            {"type": "array", "items": {"type": "string", **_IDS}, "minItems": 1, "maxItems": 2},
        ]
    },
    c.SwitchValue: {"type": ["boolean", "string"]},
    c.Setting: {"type": ["boolean", "number", "string"]},
    Any: {"type": ["boolean", "string"]},
    **{kind: {"enum": list(words)} for kind, words in c.WORDS.items()},
}

#: What is no class: the words that equations and numbers by member are made of.
_DEFINITIONS: dict[str, dict[str, Any]] = {
    "Equation": {
        **_NAMED,
        "description": "An equation: names, + - * /, comparisons, and or not, a if c else b, functions. "
        "Of numbers only 0, 1, 12 and 100; any other is a [constant].",
    },
    "Numbers": {
        "description": "A number, or a table of numbers by member; over two sets, a table of tables.",
        "oneOf": [{"type": "number"}, {"$ref": "#/$defs/ByMember"}],
    },
    "ByMember": {
        "type": "object",
        "additionalProperties": {
            "oneOf": [
                {"type": "number"},
                {"type": "object", "additionalProperties": {"type": "number"}},
            ]
        },
    },
}


def schema(
    more: Mapping[str, type] | None = None, words: Mapping[Any, tuple[str, ...]] | None = None
) -> dict[str, Any]:
    """
    The schema of one scenario file, with ``[scenario]`` or without.

    Parameters
    ----------
    more : dict of str to type, optional
        Classes of tables that files of evidence have.
    words : dict of type to tuple of str, optional
        The allowed words of their enumerated keys.

    Returns
    -------
    dict
        JSON Schema, draft 2020-12. It knows the shape of tables; names, units and
        equations are for ``mali-sim check``.
    """
    tables = {f.name: f for f in attrs.fields(c.Scenario) if f.name not in c.SINGLE}
    single = [f for f in attrs.fields(c.Scenario) if f.name in c.SINGLE]
    definitions = dict(_DEFINITIONS)
    _define(c.Text, definitions)
    properties: dict[str, Any] = {f.name: _described(f, definitions) for f in single}
    changes: dict[str, Any] = {}
    for name, field in tables.items():
        cls = get_args(field.type)[1]
        _define(cls, definitions)
        ids = _OTHER_IDS.get(name, _IDS)
        properties[name] = {
            "type": "object",
            "description": field.metadata["doc"],
            "propertyNames": ids,
            "additionalProperties": {"$ref": f"#/$defs/{cls.__name__}"},
        }
        partly = f"{cls.__name__}Changes"
        definitions[partly] = {k: v for k, v in definitions[cls.__name__].items() if k != "required"}
        changes[name] = {
            "type": "object",
            "propertyNames": ids,
            "additionalProperties": {"$ref": f"#/$defs/{partly}"},
        }
    for name, cls in (more or {}).items():
        _define(cls, definitions, words)
        properties[name] = {
            "type": "object",
            "description": inspect.cleandoc(cls.__doc__ or ""),
            "propertyNames": _ANY_CASE,
            "additionalProperties": {"$ref": f"#/$defs/{cls.__name__}"},
        }
    properties["override"] = {
        "type": "object",
        "description": "changes to what the extended files define: the keys listed replace theirs",
        "properties": changes,
        "additionalProperties": False,
    }
    return {
        "$schema": _DIALECT,
        "title": "A mali_sim scenario file",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


_Words = Mapping[Any, tuple[str, ...]] | None


def _define(cls: type, definitions: dict[str, Any], words: _Words = None) -> None:
    if cls.__name__ in definitions:
        return
    definitions[cls.__name__] = made = {"type": "object"}
    fields = attrs.fields(cls)
    made |= {
        "description": inspect.cleandoc(cls.__doc__ or ""),
        "properties": {c.toml_key(f.name): _described(f, definitions, words) for f in fields},
        "required": [c.toml_key(f.name) for f in fields if f.default is attrs.NOTHING],
        "additionalProperties": False,
    }


def _described(
    field: "attrs.Attribute[Any]", definitions: dict[str, Any], words: _Words = None
) -> dict[str, Any]:
    made = _type(field.type, definitions, words)
    if field.metadata.get("single"):
        made = {"oneOf": [made["items"], made]}
    return {**made, "description": field.metadata["doc"]}


def _type(tp: Any, definitions: dict[str, Any], words: _Words) -> dict[str, Any]:
    if get_origin(tp) in (Union, UnionType):
        return _type(next(a for a in get_args(tp) if a is not NoneType), definitions, words)
    if get_origin(tp) is tuple:
        return {"type": "array", "items": _type(get_args(tp)[0], definitions, words)}
    if get_origin(tp) is dict:
        return {"type": "object", "additionalProperties": _type(get_args(tp)[1], definitions, words)}
    if attrs.has(tp):
        _define(tp, definitions, words)
        return {"$ref": f"#/$defs/{tp.__name__}"}
    if words and tp in words:
        return {"enum": list(words[tp])}
    return dict(_TYPES[tp])
