"""What a batch amounts to: medians, spans, and paired differences."""

from collections.abc import Mapping

import numpy as np
from attrs import frozen

from mali_sim.experiment.batch import Results

LOW, HIGH = 0.05, 0.95


@frozen
class Span:
    """
    A distribution in a few numbers.

    Parameters
    ----------
    median, low, high : float
        The middle, and what 5 and 95 in 100 runs stay below.
    mean : float
        Of what happens or not, the share of runs in which it does.
    """

    median: float
    low: float
    high: float
    mean: float

    @classmethod
    def of(cls, values: np.ndarray) -> "Span":
        """From the values of all runs, shape (runs,)."""
        low, median, high = np.quantile(values, (LOW, 0.5, HIGH))
        return cls(float(median), float(low), float(high), float(np.mean(values)))


@frozen
class Odds:
    """
    Which of two strategies does better, run by run on the same luck: shares of the pairs.

    Parameters
    ----------
    better, same, worse : float
        They sum to 1.
    """

    better: float
    same: float
    worse: float

    @classmethod
    def of(cls, gains: np.ndarray) -> "Odds":
        """From differences turned so that above 0 is better, shape (runs,)."""
        better, worse = float((gains > 0).mean()), float((gains < 0).mean())
        return cls(better, float((gains == 0).mean()), worse)


@frozen
class Summary:
    """
    A batch in numbers.

    Parameters
    ----------
    strategies : dict of str to dict of str to Span
        By profile and outcome.
    differences : dict of str to dict of str to Span
        To the first profile, run by run on the same luck.
    odds : dict of str to dict of str to Odds
        How often a profile does better than the first, by outcome; of outcomes that have a
        better side.
    """

    runs: int
    strategies: Mapping[str, Mapping[str, Span]]
    differences: Mapping[str, Mapping[str, Span]]
    odds: Mapping[str, Mapping[str, Odds]]


def summarise(results: Results) -> Summary:
    """Spans of every outcome, one outcome at a time, so that memory stays small."""
    first = results.profiles[0]
    base = results.arrays[first]
    strategies: dict[str, dict[str, Span]] = {}
    differences: dict[str, dict[str, Span]] = {}
    odds: dict[str, dict[str, Odds]] = {}
    for profile in results.profiles:
        array = results.arrays[profile]
        strategies[profile] = {n: Span.of(array[k]) for k, n in enumerate(results.names)}
        if profile != first:
            differences[profile], odds[profile] = {}, {}
            for k, (name, sign) in enumerate(zip(results.names, results.signs, strict=True)):
                gap = array[k] - base[k]
                differences[profile][name] = Span.of(gap)
                if sign:
                    odds[profile][name] = Odds.of(sign * gap)
    return Summary(results.batch.runs, strategies, differences, odds)
