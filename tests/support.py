"""Small worlds for tests: a model from a few words, and ways to run it and read it."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from mali_sim.engine import Backend, Cast, Simulation
from mali_sim.model import Model, build, load_model
from mali_sim.play import Game
from mali_sim.scenario import list_scenarios
from mali_sim.scenario.load import load_files

HERE = Path(__file__).resolve().parent
OWN_SCENARIOS = sorted((HERE / "scenarios").glob("*.toml"))
ALL_SCENARIOS = [*list_scenarios(), *OWN_SCENARIOS]
TINY, ISLAND = HERE / "scenarios" / "tiny.toml", HERE / "scenarios" / "island.toml"

WORDS = {"en": "Words", "fr": "Mots"}
_GUESS = {"grade": "assumed", "why": WORDS}
#: What every table of a kind has to have and no test is about.
_USUAL: dict[str, dict[str, Any]] = {
    "source": {"text": WORDS, "ref": "a book"},
    "unit": {"label": WORDS},
    "set": {"label": WORDS},
    "actor": {"label": WORDS, "text": WORDS},
    "constant": {"unit": "index", **_GUESS},
    "lookup": {"x_unit": "index", "unit": "index", "spread": 0.0, **_GUESS},
    "stock": {"kind": "level", "unit": "index", "label": WORDS},
    "switch": {"initial": False, "label": WORDS},
    "aux": {"unit": "index", "label": WORDS},
    "flow": {"label": WORDS, "source": ["S"]},
    "decision": {"actor": "gov", "label": WORDS, "text": WORDS, "source": ["S"]},
    "offer": {
        "from": "gov", "to": "donor", "label": WORDS, "text": WORDS, "asks": WORDS, "gives": WORDS,
        "answer_within": "quarter", "lasts": "year", "chance": "0", "effects": [], "source": ["S"],
    },
    "event": {"label": WORDS, "text": WORDS, "source": ["S"]},
    "obs": {"unit": "index", "label": WORDS, "source": ["S"]},
    "outcome": {"label": WORDS, "unit": "index", "better": "higher"},
    "ending": {"title": WORDS, "text": WORDS},
    "strategy": {"label": WORDS, "text": WORDS},
    "reading": {"label": WORDS, "text": WORDS},
}  # fmt: skip
_WORLD: dict[str, dict[str, Any]] = {
    "source": {"S": {}},
    "unit": {"people": {}},
    "actor": {"gov": {}, "donor": {}},
    "constant": {
        "month_1": (1, "month"), "two_months": (2, "month"), "quarter": (3, "month"),
        "year": (12, "month"), "half": (0.5, "share"),
    },
    "stock": {}, "obs": {}, "outcome": {}, "ending": {"end": {}},
}  # fmt: skip


def _toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value)
        case dict():
            return "{" + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(_toml(v) for v in value) + "]"
    return repr(value)


def level(initial: object, bounds: tuple[float, float] = (0, 100), **more: object) -> dict[str, object]:
    """A level stock's table."""
    numeric = {} if isinstance(initial, str) else {"spread": 0.0, **_GUESS}
    return {"initial": initial, "bounds": list(bounds), **numeric, **more}


def conserved(initial: object, **more: object) -> dict[str, object]:
    """A conserved stock's table, in people."""
    made = {"kind": "conserved", "unit": "people", "initial": initial, "spread": 0.0, **_GUESS}
    return {**made, **more}


def members(*names: str, **more: object) -> dict[str, object]:
    """A set's table."""
    return {"members": dict.fromkeys(names, WORDS), **more}


def _filled(kind: str, table: object) -> dict[str, Any]:
    if kind == "constant":
        if not isinstance(table, dict):
            value, unit = table if isinstance(table, tuple) else (table, "index")
            table = {"value": value, "unit": unit}
        if "range" not in table and "spread" not in table:
            value = table["value"]
            table |= {"spread": 0.0} if isinstance(value, dict) else {"range": [value, value]}
    if isinstance(table, str):
        table = {"rate" if kind == "flow" else "value": table}
    return {**_USUAL[kind], **dict(table)}  # type: ignore[call-overload]


def world_text(months: int = 24, start: str = "2023-02", **tables: Mapping[str, object]) -> str:
    """The TOML text of a small world; tables are given by kind and id, the usual is filled in."""
    header = {
        "id": "world", "version": 1, "title": WORDS, "summary": WORDS, "start": start,
        "months": months, "seats": ["gov"],
    }  # fmt: skip
    lines = ["[scenario]", *(f"{k} = {_toml(v)}" for k, v in header.items())]
    for kind in dict.fromkeys([*_WORLD, *tables]):
        if kind == "ending" and kind in tables:
            items = dict(tables[kind])
        else:
            items = {**_WORLD.get(kind, {}), **tables.get(kind, {})}
        for id, table in items.items():
            lines.append(f"[{kind}.{id}]")
            lines += [f"{k} = {_toml(v)}" for k, v in _filled(kind, table).items()]
    return "\n".join(lines) + "\n"


def world(months: int = 24, start: str = "2023-02", **tables: Mapping[str, object]) -> Model:
    """
    A model of a small world.

    >>> world(stock={"trust": level(40)}, flow={"rise": {"to": "trust", "rate": "1"}})

    Constants are numbers or (number, unit); actors ``gov`` and ``donor``, the units
    ``people``, and the constants ``month_1 two_months quarter year half`` are there.
    """
    return build(load_files({"world.toml": world_text(months, start, **tables)}, "world.toml"))


@cache
def shared_model(path: Path) -> Model:
    """A scenario's model, built once for all tests."""
    return load_model(path)


def simulate(
    model: Model, months: int = 0, *, runs: int = 1, seed: int = 1, first: int = 0,
    backend: Backend = Backend.NUMPY, parameters: np.ndarray | None = None, **controllers: str,
) -> Simulation:  # fmt: skip
    """Runs of a model, stepped some months; ``gov="human"`` says who plays."""
    numbers = np.arange(first, first + runs, dtype=np.uint64)
    sim = Simulation(model, Cast((controllers,)), seed, numbers, parameters, backend)
    if months:
        sim.advance(months)
    return sim


def rows(model: Model, name: str) -> slice:
    """Rows of a block of the state: ``stock:trust``, ``since``."""
    block = model.layout.blocks[name]
    return slice(block.offset, block.offset + block.rows)


def value(game: Game, name: str, month: int | None = None) -> float:
    """A state row by its label (``trust.europe``, ``obs.x``) at the close of a month."""
    state = game.state if month is None else game.states[month + 1]
    model = game.model
    if name.startswith("obs."):
        block = model.layout.blocks["obs"]
        return float(state[block.offset + block.labels.index(name[4:])])
    for block in model.layout.blocks.values():
        if block.name.startswith(("stock:", "switch:")) and name in block.labels:
            return float(state[block.offset + block.labels.index(name)])
    raise KeyError(name)


def series(game: Game, name: str) -> list[float]:
    """A state row's values from the start to now."""
    return [value(game, name, m) for m in range(-1, game.month)]


def played(model: Model, months: int, plan: Mapping[int, list[str]] | None = None, **new: Any) -> Game:
    """A game in which the government does what the plan says in each month."""
    game = Game.new(model, ["gov"], **new)
    for month in range(months):
        for id in (plan or {}).get(month, ()):
            game.submit(model.action(id).actor, id)
        game.advance()
    return game


def observed(expression: str, unit: str = "index", **tables: Mapping[str, object]) -> list[float]:
    """An observer's value at the start and after each of three months, in a small world."""
    game = played(world(obs={"x": {"value": expression, "unit": unit}}, **tables), 3)
    return series(game, "obs.x")
