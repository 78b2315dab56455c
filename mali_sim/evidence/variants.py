"""
A scenario with something about it changed: a knocked-out constant, one more observer.

A variant is made as text, the way authors would: overrides, observers and tables are added
to the scenario's own file in memory. So it is checked like any scenario, can be sent to
other processes, and its draws are the scenario's own, because a draw is keyed by name.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import tomli

from mali_sim.equations import units
from mali_sim.model import Model, build
from mali_sim.model.checks import Checker
from mali_sim.model.deciding import months_between
from mali_sim.model.sets import Sets
from mali_sim.model.typed import Reads
from mali_sim.model.variables import Variables
from mali_sim.scenario import LoadedScenario, ScenarioProblems
from mali_sim.scenario.classes import SINGLE
from mali_sim.scenario.load import load_files

#: What names of additions to a scenario begin with; authors' own never do.
MARK = "zz_"
#: A hazard so large that what it is of happens: all but one draw in 2^40.
_SURE = 1e12
_WORDS = {"en": "added for a test", "fr": "ajouté pour un essai"}

Tables = Mapping[str, Mapping[str, Mapping[str, Any]]]


def variant(
    loaded: LoadedScenario, *, overrides: Tables | None = None,
    observers: Mapping[str, str | Mapping[str, Any]] | None = None, additions: str = "",
    header: Mapping[str, Any] | None = None,
) -> Model:  # fmt: skip
    """
    A model of a scenario with changes.

    Parameters
    ----------
    loaded : LoadedScenario
        As ``model.loaded`` has it.
    overrides : dict, optional
        By kind of table, id and key: ``{"constant": {"rally_gain": {"value": 0, "range":
        [0, 0]}}}``. A key set to None is taken out.
    observers : dict, optional
        More observers by id: an equation, whose unit is found, or a whole table.
    additions : str
        TOML text put at the end of the scenario's own file.
    header : dict, optional
        Keys of ``[scenario]`` to change, ``months`` for one.

    Raises
    ------
    ScenarioProblems
        When what is changed makes no scenario.
    """
    texts = dict(loaded.files)
    main = tomli.loads(texts[loaded.main])
    main["scenario"] |= header or {}
    changed = main.setdefault("override", {})
    for table, entries in (overrides or {}).items():
        for id, changes in entries.items():
            own = changed.setdefault(table, {}).setdefault(id, {})
            own |= {k: v for k, v in changes.items() if v is not None}
            gone = [k for k, v in changes.items() if v is None]
            for key in gone:
                own.pop(key, None)
                main.get(table, {}).get(id, {}).pop(key, None)
            if gone:
                _without(texts, loaded.main, table, id, gone)
            if not own:
                del changed[table][id]
    tables = {id: table for id, table in (observers or {}).items() if not isinstance(table, str)}
    equations = {id: text for id, text in (observers or {}).items() if isinstance(text, str)}

    def read() -> LoadedScenario:
        texts[loaded.main] = _written(main) + "\n" + additions
        return load_files(texts, loaded.main)

    seen = main.setdefault("obs", {})
    seen |= tables
    if equations:
        found = _units(read(), equations)
        source = [next(iter(loaded.scenario.source), "")]
        for id, text in equations.items():
            seen[id] = {"value": text, "unit": found[id], "label": _WORDS, "source": source}
    return build(read())


def _units(loaded: LoadedScenario, equations: Mapping[str, str]) -> dict[str, str]:
    """The unit of each equation, as authors write it."""
    variables = Variables(loaded, Sets.of(loaded.scenario.set))
    Checker(variables).check()
    if loaded.problems or variables.problems:
        raise ScenarioProblems([*loaded.problems, *(loaded.locate(p) for p in variables.problems)])
    made = {}
    for id, text in equations.items():
        path = ("obs", id, "value")
        found = variables.typed(variables.tree(text, path), Reads.OBSERVER, path)
        made[id] = str(units.SHARE if found.unit.free else found.unit)
    if variables.problems:
        raise ScenarioProblems([loaded.locate(p) for p in variables.problems])
    return made


def forcible(loaded: LoadedScenario, events: Iterable[str]) -> tuple[dict[str, Any], str]:
    """
    Overrides and additions that put events under the control of constants.

    As the constants stand nothing is changed. ``zz_keep_ID`` at 0 takes away an event's own
    hazard or date; ``zz_force_ID`` (see :data:`_SURE`) makes it happen from the month
    ``zz_from_ID`` to ``zz_till_ID`` wherever its own conditions hold.

    Parameters
    ----------
    events : iterable of str
        Tables' ids, without members.
    """
    overrides: dict[str, Any] = {}
    lines: list[str] = []
    for id in sorted(set(events)):
        event = loaded.scenario.event[id]
        each = ".each" if event.each else ""
        own = event.hazard
        if own is None:
            own = f"{MARK}sure_{id} if elapsed == {MARK}date_{id} else 0"
            lines += _constant(f"{MARK}sure_{id}", _SURE, "1/month", None, loaded)
            month = months_between(loaded.scenario.scenario.start, event.date or "")
            lines += _constant(f"{MARK}date_{id}", month, "month", None, loaded)
        hazard = (
            f"({own}) * {MARK}keep_{id}{each} + {MARK}force_{id}{each}"
            f" * (1 if elapsed >= {MARK}from_{id} and elapsed <= {MARK}till_{id} else 0)"
        )
        overrides[id] = {"date": None, "hazard": hazard}
        if event.hazard is None:
            overrides[id]["once"] = True
        lines += _constant(f"{MARK}keep_{id}", 1, "share", event.each, loaded)
        lines += _constant(f"{MARK}force_{id}", 0, "1/month", event.each, loaded)
        lines += _constant(f"{MARK}from_{id}", 0, "month", None, loaded)
        lines += _constant(f"{MARK}till_{id}", 0, "month", None, loaded)
    return {"event": overrides} if overrides else {}, "\n".join(lines)


def forced(model: Model, parameters: np.ndarray, event: str, months: tuple[int, int], on: bool) -> np.ndarray:
    """
    Parameters with which an event made :func:`forcible` happens, or cannot.

    Parameters
    ----------
    parameters : ndarray, shape (parameter rows, runs or 1)
    event : str
        Its id, with the member where it has ``each``.
    months : tuple of int
        The first and the last month in which it happens.
    on : bool
        Whether it happens; otherwise it cannot.
    """
    id, _, member = event.partition(".")

    def at(name: str, value: float) -> object:
        return {member: value} if member and name in ("keep", "force") else value

    values = {"keep": 0.0, "force": _SURE if on else 0.0, "from": months[0], "till": months[1]}
    changes = {f"{MARK}{name}_{id}": at(name, value) for name, value in values.items()}
    return model.parameters.changed(parameters, changes, model.sets)


def carried(parameters: np.ndarray, model: Model, changed: Model) -> np.ndarray:
    """
    A model's parameters as a variant of it orders them; what it adds stands as balanced.

    Returns
    -------
    ndarray, shape (parameter rows of ``changed``, runs or 1)
    """
    made = np.repeat(changed.parameters.balanced(), parameters.shape[1], axis=1)
    for id, own in model.parameters.items.items():
        there = changed.parameters.items.get(id)
        if there is not None and there.rows == own.rows:
            rows = parameters[own.offset : own.offset + own.rows]
            made[there.offset : there.offset + there.rows] = rows
    return made


def _constant(id: str, value: float, unit: str, over: str | None, loaded: LoadedScenario) -> list[str]:
    """Lines of a constant's table."""
    table: dict[str, Any] = {"unit": unit, "grade": "assumed", "why": _WORDS}
    if over is None:
        table |= {"value": value, "range": [min(value, 0), max(value, 0)]}
    else:
        of = loaded.scenario.set[over]
        members = of.only if of.part_of else of.members
        table |= {"value": dict.fromkeys(members, value), "over": over, "spread": 0.9}
    return [f"[constant.{id}]", *(f"{k} = {_value(v)}" for k, v in table.items())]


# -- writing TOML ------------------------------------------------------------------------


def _without(texts: dict[str, str], main: str, table: str, id: str, keys: Iterable[str]) -> None:
    """Take keys out of the shared file that defines a table."""
    for name, text in texts.items():
        if name == main or not name.endswith(".toml") or id not in text:
            continue
        data = tomli.loads(text)
        entry = data.get(table, {}).get(id)
        if isinstance(entry, dict):
            for key in keys:
                entry.pop(key, None)
            texts[name] = _written(data)


def _written(data: Mapping[str, Any]) -> str:
    """TOML of a scenario's file: a header for each table of a table, values in one line."""
    lines: list[str] = []
    for name, table in data.items():
        if name in SINGLE:
            lines += [f"[{name}]", *(f"{_key(k)} = {_value(v)}" for k, v in table.items())]
            continue
        groups = table.items() if name == "override" else [(None, table)]
        for kind, entries in groups:
            head = name if kind is None else f"{name}.{_key(kind)}"
            for id, entry in entries.items():
                lines.append(f"[{head}.{_key(id)}]")
                lines += [f"{_key(k)} = {_value(v)}" for k, v in entry.items()]
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    match value:
        case bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case dict():
            return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(_value(v) for v in value) + "]"
    return repr(value)
