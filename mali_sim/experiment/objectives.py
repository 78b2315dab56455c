"""
What counts in the end: outcomes as objectives, on one scale, under several weightings.

An outcome with a ``weight`` is an objective; where a scenario weighs none, every outcome
that has a better side is one, and all count the same. Objectives are made comparable by
the span that they have over all runs of the profiles compared (5 to 95 in 100), and turned
so that more is better.
"""

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen

from mali_sim.model import Model

LOW, HIGH = 0.05, 0.95
WRITTEN = "written"
EQUAL = "equal"


@frozen
class Objectives:
    """
    The objectives of a scenario.

    Parameters
    ----------
    names : tuple of str
        Outcomes' ids.
    rows : ndarray of int, shape (objectives,)
        Their places among all outcomes.
    signs : ndarray, shape (objectives,)
        1 where higher is better, -1 where lower is.
    weights : ndarray, shape (objectives,)
        As the scenario writes them, summing to 1.
    """

    names: tuple[str, ...]
    rows: np.ndarray = field(eq=False)
    signs: np.ndarray = field(eq=False)
    weights: np.ndarray = field(eq=False)

    @classmethod
    def of(cls, model: Model) -> "Objectives":
        """The objectives that a scenario declares; empty where no outcome has a better side."""
        outcomes = model.scenario.outcome
        sided = {id: o for id, o in outcomes.items() if o.better != "none"}
        chosen = {id: o for id, o in sided.items() if o.weight} or sided
        places = list(outcomes)
        values = model.parameters.balanced()[:, 0]
        items = model.parameters.items
        weights = np.array([values[items[o.weight].offset] if o.weight else 1.0 for o in chosen.values()])
        return cls(
            tuple(chosen),
            np.array([places.index(id) for id in chosen], int),
            np.array([1.0 if o.better == "higher" else -1.0 for o in chosen.values()]),
            weights / weights.sum() if len(weights) else weights,
        )

    def turned(self, outcomes: np.ndarray) -> np.ndarray:
        """
        Objectives from outcomes, turned so that more is better.

        Parameters
        ----------
        outcomes : ndarray, shape (outcomes, ...)

        Returns
        -------
        ndarray, shape (objectives, ...)
        """
        signs = self.signs.reshape(-1, *[1] * (outcomes.ndim - 1))
        return outcomes[self.rows] * signs

    def weightings(self) -> Mapping[str, np.ndarray]:
        """
        Weights to judge by: as written, all equal, and each objective doubled and halved.

        Returns
        -------
        dict of str to ndarray, shape (objectives,)
            Each sums to 1.
        """
        count = len(self.names)
        found = {WRITTEN: self.weights, EQUAL: np.full(count, 1.0 / max(count, 1))}
        if count > 1:
            for place, name in enumerate(self.names):
                for word, factor in (("doubled", 2.0), ("halved", 0.5)):
                    changed = self.weights.copy()
                    changed[place] *= factor
                    found[f"{word}:{name}"] = changed / changed.sum()
        return found


def spans(values: np.ndarray) -> np.ndarray:
    """
    How far each row reaches, from 5 to 95 in 100 runs.

    What happens in few runs only reaches from its least to its most; what never differs
    has the span infinity, so that it counts for nothing when divided by it.

    Parameters
    ----------
    values : ndarray, shape (rows, runs)

    Returns
    -------
    ndarray, shape (rows,)
    """
    low, high = np.quantile(values, (LOW, HIGH), axis=1)
    found = high - low
    whole = values.max(axis=1) - values.min(axis=1)
    found = np.where(found > 0, found, whole)
    return np.where(found > 0, found, np.inf)
