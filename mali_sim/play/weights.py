"""
What counts in the end, and how much: outcomes as objectives, under several weightings.

An outcome with a ``weight`` is an objective; where a scenario weighs none, every outcome
that has a better side is one, and all count the same. A player may weigh any outcome that
has a better side. Weights are a judgement about a run, never a part of it.
"""

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen

from mali_sim.model import Model
from mali_sim.play.months import NotAllowed
from mali_sim.scenario import did_you_mean
from mali_sim.scenario.texts import both

LOW, HIGH = 0.05, 0.95
WRITTEN = "written"
EQUAL = "equal"
#: How far weights may be from summing to 1 when they come out of a record.
_ROUNDING = 1e-6


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
    def of(cls, model: Model, parameters: np.ndarray | None = None) -> "Objectives":
        """
        The objectives that a scenario declares; empty where no outcome has a better side.

        Parameters
        ----------
        parameters : ndarray, shape (parameter rows, 1), optional
            Where the weights are read; the balanced reading's by default.
        """
        outcomes = model.scenario.outcome
        able = sided(model)
        chosen = [id for id in able if outcomes[id].weight] or list(able)
        places = list(outcomes)
        values = (model.parameters.balanced() if parameters is None else parameters)[:, 0]
        items = model.parameters.items
        named = [outcomes[id].weight for id in chosen]
        weights = np.array([values[items[name].offset] if name else 1.0 for name in named])
        return cls(
            tuple(chosen),
            np.array([places.index(id) for id in chosen], int),
            np.array([able[id] for id in chosen]),
            weights / weights.sum() if weights.sum() else np.full(len(weights), 1.0 / max(len(weights), 1)),
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


def sided(model: Model) -> dict[str, float]:
    """Outcomes that have a better side: 1 where it is the higher one, -1 where the lower."""
    outcomes = model.scenario.outcome.items()
    return {id: 1.0 if o.better == "higher" else -1.0 for id, o in outcomes if o.better != "none"}


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


# -- a player's own ------------------------------------------------------------------------------


def written(model: Model, parameters: np.ndarray) -> dict[str, float]:
    """
    The scenario's weights in a reading, of every outcome that can be weighed; they sum to 1.

    Parameters
    ----------
    parameters : ndarray, shape (parameter rows, 1)
    """
    declared = Objectives.of(model, parameters)
    own = dict(zip(declared.names, declared.weights.tolist(), strict=True))
    return {id: own.get(id, 0.0) for id in sided(model)}


def equal(model: Model) -> dict[str, float]:
    """The same for each objective that the scenario weighs; nothing for the other outcomes."""
    names = Objectives.of(model).names
    return {id: 1.0 / len(names) if id in names else 0.0 for id in sided(model)}


def reweighed(
    weights: Mapping[str, float], id: str, share: float, otherwise: Mapping[str, float]
) -> dict[str, float]:
    """
    One weight changed, the others scaled to what is left, in the proportions that they had.

    Parameters
    ----------
    share : float
        The new weight, from 0 to 1.
    otherwise : dict of str to float
        Weights whose proportions are taken where the others have none.

    Raises
    ------
    NotAllowed
        When the others cannot take what is left.
    """
    if id not in weights:
        raise NotAllowed(both("{name} cannot be weighed.", name=id))
    if not 0.0 <= share <= 1.0:
        raise NotAllowed(both("A weight is a part of the whole: from 0 to 100%."))
    others = {k: v for k, v in weights.items() if k != id}
    if not sum(others.values()):
        others = {k: v for k, v in otherwise.items() if k != id}
    total = sum(others.values())
    if not total and share < 1.0:
        raise NotAllowed(both("Nothing else is weighed: it counts for all."))
    return {k: share if k == id else others[k] * (1.0 - share) / (total or 1.0) for k in weights}


def checked(model: Model, weights: Mapping[str, float]) -> dict[str, float]:
    """
    Weights of all outcomes that can be weighed, summing to 1; what is left out weighs nothing.

    Raises
    ------
    NotAllowed
        When an outcome cannot be weighed, or a weight is no part of a whole.
    """
    able = sided(model)
    for id, weight in weights.items():
        if id not in able:
            mend = did_you_mean(str(id), able)
            raise NotAllowed(both("{name} cannot be weighed.", name=f"{id} ({mend})" if mend else id))
        number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not number or not 0.0 <= weight < 1e300:
            raise NotAllowed(both("A weight is a part of the whole: from 0 to 100%."))
    total = sum(weights.values())
    if not total:
        raise NotAllowed(both("Something has to be weighed."))
    scale = 1.0 if abs(total - 1.0) < _ROUNDING else total
    return {id: weights.get(id, 0.0) / scale for id in able}
