"""Strategies in Python: a function from what an actor sees to what it does, for many runs."""

import hashlib
import importlib.util
import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen

from mali_sim.model import Model


class PolicyError(ValueError):
    """A Python strategy that cannot be loaded, or returns what it should not."""

    for_user = True


@frozen
class Policy:
    """
    A strategy written in Python.

    Its function takes a :class:`View` and returns masks: a dict of action id to a bool or
    an array of one truth value a run. It has no memory and no generator of its own.

    Parameters
    ----------
    name : str
        ``py/NAME#HASH``, the hash being over its source.
    actor : str
    function : callable
    """

    name: str
    actor: str
    function: Callable[["View"], Mapping[str, Any]]


class View(Mapping[str, np.ndarray]):
    """
    What an actor sees of a block of runs, by field.

    Fields are ``obs.ID``, switches and visible stocks by their rows' names
    (``trust.europe``), ``since.HAPPENING``, ``offer.ID`` (1 while in force), ``pending.EVENT``.

    Attributes
    ----------
    month : int
        From 0.
    """

    def __init__(self, model: Model, actor: str, state: np.ndarray, month: int) -> None:
        self.month = month
        self._rows = visible_rows(model, actor)
        self._state = state

    def __getitem__(self, name: str) -> np.ndarray:
        values = self._state[self._rows[name]]
        return values == 2.0 if name.startswith("offer.") else values.copy()

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def visible_rows(model: Model, actor: str) -> dict[str, int]:
    """State rows that an actor may see, by the field's name."""
    rows: dict[str, int] = {}
    s = model.scenario
    for block in model.layout.blocks.values():
        kind, _, id = block.name.partition(":")
        if kind == "stock":
            stock = s.stock[id]
            if stock.hidden and actor not in stock.known_to:
                continue
        prefix = {"stock": "", "switch": "", "obs": "obs.", "since": "since.", "offer": "offer.",
                  "pending": "pending."}.get(kind)  # fmt: skip
        if prefix is None:
            continue
        for number, label in enumerate(block.labels):
            seen = s.obs[label].known_to if kind == "obs" else ()
            if not seen or actor in seen:
                rows[prefix + label] = block.offset + number
    return rows


def policy_inputs(model: Model, policy: Policy, state: np.ndarray, month: int) -> np.ndarray:
    """
    What a policy submits.

    Returns
    -------
    ndarray, shape (actions, runs)

    Raises
    ------
    PolicyError
        When it names what its actor cannot do, or a mask has another shape.
    """
    runs = state.shape[1]
    rows = np.zeros((len(model.happenings.actions), runs))
    chosen = policy.function(View(model, policy.actor, state, month))
    if not isinstance(chosen, Mapping):
        kind = type(chosen).__name__
        raise PolicyError(f"{policy.name}: it returned a {kind}; a policy returns a dict of actions to masks")
    for id, mask in chosen.items():
        row = model.action_rows.get(id)
        if row is None or model.action(id).actor != policy.actor:
            raise PolicyError(f"{policy.name}: {policy.actor} cannot do {id}")
        array = np.asarray(mask, bool)
        if array.shape not in ((), (runs,)):
            raise PolicyError(f"{policy.name}: the mask of {id} has the shape {array.shape}, not ({runs},)")
        rows[row] = array
    return rows


def load_policy(model: Model, text: str) -> Policy:
    """
    A policy from ``FILE.py:FUNCTION``.

    The function's ``actor`` attribute says whom it plays; the first seat by default.

    Raises
    ------
    PolicyError
    """
    file, _, name = text.rpartition(":")
    path = Path(file)
    if not path.is_file():
        raise PolicyError(f"{text}: there is no file {file}; write FILE.py:FUNCTION")
    spec = importlib.util.spec_from_file_location(f"mali_sim_policy_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise PolicyError(f"{text}: {file} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise PolicyError(f"{text}: {type(error).__name__}: {error}") from error
    function: Any = getattr(module, name, None)
    if not inspect.isfunction(function):
        known = [n for n, f in vars(module).items() if inspect.isfunction(f)]
        raise PolicyError(f"{text}: there is no function {name}; it has {', '.join(known) or 'none'}")
    actor = getattr(function, "actor", model.scenario.scenario.seats[0])
    if actor not in model.scenario.actor:
        raise PolicyError(f"{text}: there is no actor {actor}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return Policy(f"py/{name}#{digest}", actor, function)
