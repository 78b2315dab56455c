"""
Random play: actors who try whatever they may, for finding what a scenario breaks on.

Choices come from a counter-based generator of its own, keyed (seed, run, month, action),
which shares nothing with the model's draws: a run has the same luck whoever plays it, and
plays the same in any block.
"""

import hashlib
from collections.abc import Collection, Sequence
from functools import cached_property

import numpy as np

from mali_sim.engine import draws
from mali_sim.model import Model
from mali_sim.play import Game

_APPETITE = "appetite"
#: Least and most of the chance that a legal action is taken in a month; a run keeps its own.
_LEAST, _MOST = 0.02, 0.6


class RandomPlay:
    """
    What some actors do in a block of runs.

    Every run has an appetite of its own, from hardly acting to trying most things every
    month. Of the answers to one event or offer at most one is given, any with equal chance.

    Parameters
    ----------
    model : Model
    actors : collection of str
        Who plays at random.
    seed : int
    runs : ndarray of uint64, shape (runs,)
    """

    def __init__(self, model: Model, actors: Collection[str], seed: int, runs: np.ndarray) -> None:
        self.model = model
        actions = model.happenings.actions
        self.rows = [n for n, a in enumerate(actions) if a.actor in actors]
        self._slots = np.array([_slot(actions[n].id) for n in self.rows], np.uint64).reshape(-1, 1)
        self._keys = draws.run_keys(_own_seed(seed), np.asarray(runs, np.uint64))
        first = self._uniforms(np.array([[_slot(_APPETITE)]], np.uint64), -1)[0]
        self.appetite = _LEAST + (_MOST - _LEAST) * first * first

    def inputs(self, month: int, legal: np.ndarray) -> np.ndarray:
        """
        What is submitted in a month.

        Parameters
        ----------
        legal : ndarray, shape (actions or more, runs)
            The legality rows of the opening state.

        Returns
        -------
        ndarray, shape (actions, runs)
            What a purse cannot pay or another action excludes is refused by the month.
        """
        out = np.zeros((len(self.model.happenings.actions), len(self._keys)))
        if not self.rows:
            return out
        chances = self._uniforms(self._slots, month)
        wanted = (chances < self.appetite) & (legal[self.rows] >= 1)
        for places in self._rivals:
            taken = wanted[places]
            first = np.where(taken, chances[places], 2.0).argmin(axis=0)
            wanted[places] = taken & (np.arange(len(places)).reshape(-1, 1) == first)
        out[self.rows] = wanted
        return out

    @cached_property
    def _rivals(self) -> list[list[int]]:
        """Places of the answers that belong to one event or offer."""
        groups: dict[tuple[str, str], list[int]] = {}
        for place, row in enumerate(self.rows):
            action = self.model.happenings.actions[row]
            if action.kind in ("accept", "refuse", "choice"):
                groups.setdefault((action.item.path[0], action.item.id), []).append(place)
        return [places for places in groups.values() if len(places) > 1]

    def _uniforms(self, slots: np.ndarray, month: int) -> np.ndarray:
        runs = len(self._keys)
        out = np.zeros((len(slots), runs))
        draws.uniforms(self._keys, slots, month, out, np.zeros((len(slots), runs), np.uint64))
        return out


def as_game(model: Model, actors: Sequence[str], seed: int, run: int, reading: str) -> Game:
    """
    A run of random play as a game that can be saved, opened and explained.

    Raises
    ------
    NotANumber
        When the model breaks; the game is then at the month before.
    """
    game = Game.new(model, list(actors), seed=seed, run=run, reading=reading)
    play = RandomPlay(model, actors, seed, np.array([run], np.uint64))
    actions = model.happenings.actions
    while not game.finished:
        legal = np.array([[float(game.legality.legal(a))] for a in actions])
        for row in np.nonzero(play.inputs(game.month, legal)[:, 0])[0]:
            action = actions[int(row)]
            if game.standing(action.id).allowed:
                game.submit(action.actor, action.id)
        game.advance()
    return game


def _slot(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"random|{name}".encode()).digest()[:8], "little")


def _own_seed(seed: int) -> int:
    """A seed that is no game's."""
    return int.from_bytes(hashlib.sha256(f"random play|{seed}".encode()).digest()[:7], "little")
