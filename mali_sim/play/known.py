"""
The state as a seat knows it: what is hidden from it taken for its estimate, with its doubt.

An estimate has to agree with what the seat sees: where an observer tells of a hidden stock,
the estimate is moved until that observer comes out as it was published.
"""

from collections.abc import Callable

import numpy as np
from attrs import frozen

from mali_sim.engine import Probe, constant_rows, run_once
from mali_sim.engine import draws as engine_draws
from mali_sim.model import Model
from mali_sim.model.compile import gauges
from mali_sim.play.game import Game
from mali_sim.scenario.classes import Stock

#: Halvings of the span in which an estimate is moved.
_HALVINGS = 26
#: What is there without bounds is made up to so many times as much, or as little (a logarithm).
_FACTOR = 6.0
#: A gauge that is nearer than this part of its value agrees.
_AGREES = 1e-6


def known_state(
    game: Game, actor: str, keys: np.ndarray, parameters: np.ndarray | None = None
) -> np.ndarray:  # fmt: skip
    """
    The opening state as an actor knows it, once for each future.

    Hidden stocks are drawn around the actor's estimate and moved, all members alike, until
    what it sees of them comes out as it is; memories of them, amounts fixed from them and
    observers that others alone see are made anew from that.

    Parameters
    ----------
    keys : ndarray of uint64, shape (futures,)
    parameters : ndarray, shape (parameter rows, futures or 1), optional
        What the futures take the constants for; the reading by default.

    Returns
    -------
    ndarray, shape (state rows, futures)
    """
    model = game.model
    state = np.repeat(game.state.reshape(-1, 1), len(keys), axis=1)
    hidden = {
        id: stock for id, stock in model.scenario.stock.items()
        if stock.hidden and actor not in stock.known_to
    }  # fmt: skip
    seen = _observers_seen(model, actor)
    if not hidden and len(seen) == len(model.scenario.obs):
        return state
    const = constant_rows(game.programs, game.assumed_parameters)
    guesses = run_once(game.programs.guess, const, game.state.reshape(-1, 1), runs=1, month=game.month)
    for number, (id, stock) in enumerate(hidden.items()):
        block = model.layout.blocks[f"stock:{id}"]
        guess = guesses[block.offset : block.offset + block.rows, 0]
        doubt = float(const[model.parameters.items[stock.doubt or ""].offset, 0])
        low, high = stock.bounds or (0.0, np.inf)
        for row in range(block.rows):
            slots = [(number * 4096 + row) * 4 + k + 1 for k in range(4)]
            shocks = sum(_uniforms(keys, slot) for slot in slots) - 2.0
            state[block.offset + row] = np.clip(guess[row] + doubt * 3.0**0.5 * shocks, low, high)
    program = game.programs.estimate
    if not program.outputs:
        return state
    if parameters is not None:
        const = constant_rows(game.programs, parameters)
    probe = Probe(program, const, len(state), runs=len(keys))

    def anew(trial: np.ndarray) -> np.ndarray:
        return probe(trial, game.month, keys)

    for gauge in _gauges(model, hidden, seen):
        _agree(state, gauge, anew)
    made = anew(state)
    for offset, value in program.outputs:
        if offset not in seen:
            rows = slice(offset, offset + program.rows(value))
            state[rows] = made[rows]
    return state


@frozen
class _Gauge:
    """A hidden stock's rows and the row of an observer that tells of it."""

    stock: Stock
    rows: slice
    seen: int


def _gauges(model: Model, hidden: dict[str, Stock], seen: set[int]) -> list[_Gauge]:
    """For each hidden stock the first observer that the seat sees and that tells of it, each once."""
    found: dict[str, _Gauge] = {}
    obs = model.layout.blocks["obs"]
    for name, stocks in gauges(model.variables).items():
        offset = obs.offset + obs.labels.index(name)
        free = [id for id in stocks if id in hidden and id not in found]
        if offset in seen and free:
            block = model.layout.blocks[f"stock:{free[0]}"]
            rows = slice(block.offset, block.offset + block.rows)
            found[free[0]] = _Gauge(hidden[free[0]], rows, offset)
    return list(found.values())


def _agree(state: np.ndarray, gauge: _Gauge, anew: Callable[[np.ndarray], np.ndarray]) -> None:
    """Move a hidden stock's rows, in each future, until its gauge comes out as it is seen."""
    drawn, wanted = state[gauge.rows].copy(), state[gauge.seen].copy()
    runs = state.shape[1]
    low, high = gauge.stock.bounds or (0.0, np.inf)
    bounded = bool(np.isfinite(high))
    reach = high - low if bounded else _FACTOR

    def told(by: np.ndarray) -> np.ndarray:
        state[gauge.rows] = np.clip(drawn + by, low, high) if bounded else drawn * np.exp(by)
        return anew(state)[gauge.seen].copy()

    plain = told(np.zeros(runs))
    bottom, top = np.full(runs, -reach), np.full(runs, reach)
    rises = told(top) >= told(bottom)
    for _ in range(_HALVINGS):
        middle = (bottom + top) / 2.0
        below = (told(middle) < wanted) == rises
        bottom, top = np.where(below, middle, bottom), np.where(below, top, middle)
    agrees = np.abs(plain - wanted) <= _AGREES * np.maximum(np.abs(wanted), 1.0)
    told(np.where(agrees, 0.0, (bottom + top) / 2.0))


def _observers_seen(model: Model, actor: str) -> set[int]:
    """State rows of the observers that an actor sees."""
    block = model.layout.blocks.get("obs")
    obs = model.scenario.obs
    return {
        block.offset + n
        for n, id in enumerate(block.labels if block else ())
        if block and (not obs[id].known_to or actor in obs[id].known_to)
    }


def _uniforms(keys: np.ndarray, slot: int) -> np.ndarray:
    out = np.zeros((1, len(keys)))
    slots = np.array([[slot]], np.uint64)
    engine_draws.uniforms(keys, slots, -2, out, np.zeros((1, len(keys)), np.uint64))
    return out[0]
