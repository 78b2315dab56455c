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
class Summary:
    """
    A batch in numbers.

    Parameters
    ----------
    strategies : dict of str to dict of str to Span
        By profile and outcome.
    differences : dict of str to dict of str to Span
        To the first profile, run by run on the same luck.
    """

    runs: int
    strategies: Mapping[str, Mapping[str, Span]]
    differences: Mapping[str, Mapping[str, Span]]


def summarise(results: Results) -> Summary:
    """Spans of every outcome, one outcome at a time, so that memory stays small."""
    first = results.profiles[0]
    strategies: dict[str, dict[str, Span]] = {}
    differences: dict[str, dict[str, Span]] = {}
    for profile in results.profiles:
        array = results.arrays[profile]
        strategies[profile] = {n: Span.of(array[k]) for k, n in enumerate(results.names)}
        if profile != first:
            base = results.arrays[first]
            differences[profile] = {n: Span.of(array[k] - base[k]) for k, n in enumerate(results.names)}
    return Summary(results.batch.runs, strategies, differences)
