"""
What a result rests on: shares of variance by group, and the constants that decide.

Groups: with outcomes f(a) and f(b) of two independent samples and f(g) of sample a with
group g from sample b, the total share of g is mean((f(a) - f(g))^2) / 2V (Jansen 1999,
doi:10.1016/S0010-4655(98)00154-4) and its own share, without interactions, is
mean(f(b) (f(g) - f(a))) / V (Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018), outcomes
taken from their common mean.

Constants: the share of variance between ten equal bins of a constant's value, less what ten
bins of noise would show, and Spearman's rank correlation. Runs that take the same draw of the
constants are no independent evidence about them: what is chance is reckoned by draws.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from attrs import frozen

BINS = 10
#: Of the variance, the least that a constant must account for to be named.
_LEAST = 0.01
#: How far beyond chance a share must be. Shares of normal noise over n draws scatter by
#: sqrt(2 (bins - 1)) / n, as (chi2(bins - 1) - (bins - 1)) / n does: of a million constants that do
#: nothing, two at most go further than 8 times that (2.1 where draws are many, fewer where few).
_BEYOND = 8.0
#: Standard errors that make a lead clear.
_CLEAR = 2.0


@frozen
class Share:
    """
    What part of an outcome's variance rests on a group.

    Parameters
    ----------
    first : float
        By itself.
    total : float
        With all interactions that it has part in.
    error : float
        Standard error of ``total``.
    """

    first: float
    total: float
    error: float


@frozen
class Third:
    """
    How a strategy does against another where a constant is low, or high.

    Parameters
    ----------
    won, lost : float
        In how many of the pairs it is better, and worse; the rest are the same.
    error : float
        Standard error of the lead, runs of one draw taken as one.
    """

    won: float
    lost: float
    error: float

    @property
    def lead(self) -> float:
        """Pairs won less pairs lost."""
        return self.won - self.lost

    @property
    def clear(self) -> int:
        """1 where it is ahead beyond two standard errors, -1 where it is behind, else 0."""
        return int(np.sign(self.lead)) if abs(self.lead) > _CLEAR * self.error else 0

    @classmethod
    def of(cls, difference: np.ndarray, draws: np.ndarray) -> "Third":
        """
        Of some pairs.

        Parameters
        ----------
        difference : ndarray, shape (pairs,)
        draws : ndarray of int, shape (pairs,)
            The draw of each.
        """
        scores = np.sign(difference)
        _, which = np.unique(draws, return_inverse=True)
        apart = np.bincount(which, scores - scores.mean())  # of each draw, all its pairs together
        many = len(apart)
        error = np.sqrt((apart**2).sum() * many / (many - 1)) / len(scores) if many > 1 else np.inf
        return cls(float((scores > 0).mean()), float((scores < 0).mean()), float(error))


@frozen
class Driver:
    """
    A constant that decides.

    Parameters
    ----------
    id : str
    share : float
        Of the variance of the difference between two strategies.
    rho : float
        Rank correlation with it.
    low, high : Third
        Of the pairs where the constant is in the lowest and in the highest third of its draws.
    """

    id: str
    share: float
    rho: float
    low: Third
    high: Third

    @property
    def turns(self) -> bool:
        """Whether which strategy is ahead depends on the constant, beyond chance."""
        return self.low.clear * self.high.clear < 0


def variance_shares(a: np.ndarray, b: np.ndarray, swapped: Mapping[str, np.ndarray]) -> dict[str, Share]:
    """
    Shares of groups.

    Parameters
    ----------
    a, b : ndarray, shape (runs,)
        Outcomes of the two samples.
    swapped : dict of str to ndarray, shape (runs,)
        By group: outcomes of sample a with the group from sample b.

    Returns
    -------
    dict of str to Share
        Empty where the outcome does not vary.
    """
    both = np.concatenate([a, b])
    variance = both.var()
    if not variance > 1e-300:
        return {}
    middle = both.mean()
    around = ((a - middle) ** 2 + (b - middle) ** 2) / (2 * variance)  # its mean is 1
    made = {}
    for group, values in swapped.items():
        squares = (a - values) ** 2 / (2 * variance)
        own = (b - middle) * (values - a) / variance
        total = squares.mean()
        # A ratio of two means of the same runs: the variance below is a sample's too (delta method).
        error = (squares - total * around).std() / len(a) ** 0.5
        made[group] = Share(float(own.mean()), float(total), float(error))
    return made


def drivers(
    ids: Sequence[str], places: np.ndarray, difference: np.ndarray, most: int = 3
) -> tuple[Driver, ...]:
    """
    The constants whose value best tells where a difference is large and where small.

    Parameters
    ----------
    ids : sequence of str
    places : ndarray, shape (constants, runs)
        Runs with equal places took the same draw.
    difference : ndarray, shape (runs,)
        Turned so that above 0 is better.
    most : int
        How many to name.

    Returns
    -------
    tuple of Driver
        The strongest first; none that could be chance among so many.
    """
    runs = len(difference)
    spread = difference.var()
    if not len(places) or not spread > 1e-300:
        return ()
    values, draws = np.unique(places[0], return_inverse=True)
    different = len(values)
    if different < 3 * BINS:
        return ()
    order = np.argsort(places, axis=1, kind="stable")
    ends = np.linspace(0, runs, BINS + 1).astype(int)
    sorted_by = difference[order]
    means = np.array([sorted_by[:, i:j].mean(axis=1) for i, j in pairwise(ends)])
    sizes = np.diff(ends).reshape(-1, 1) / runs
    between = (sizes * (means - difference.mean()) ** 2).sum(axis=0) / spread
    share = 1 - (1 - between) * (different - 1) / (different - BINS)
    bar = max(_LEAST, _BEYOND * (2 * (BINS - 1)) ** 0.5 / different)
    ranks = _ranks(difference)
    third = runs // 3
    made = []
    for n in np.argsort(-share, kind="stable")[:most].tolist():
        if share[n] < bar:
            break
        low, high = (Third.of(difference[at], draws[at]) for at in (order[n, :third], order[n, -third:]))
        rho = np.corrcoef(_ranks(places[n]), ranks)[0, 1]
        made.append(Driver(str(ids[n]), float(share[n]), float(rho), low, high))
    return tuple(made)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks, equal values with their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]
