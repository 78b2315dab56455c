"""What the past asks of a replay: each target's numbers, held against their bands."""

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen

from mali_sim.evidence.expected import Part, Target
from mali_sim.evidence.measures import MeasureError, Measuring, over_months, series_in
from mali_sim.evidence.replay import Played
from mali_sim.model import Model
from mali_sim.scenario import Problem, did_you_mean

#: Which parts of the runs lie below the ends of a span.
LOW, HIGH = 0.05, 0.95


@frozen
class Estimate:
    """
    One number of a target in one kind of replay.

    Parameters
    ----------
    value : float
        The runs' median; of what holds or not, the share in which it does.
    low, high : float
        What 5 and 95 in 100 runs stay below.
    ok : bool
        Whether the value lies in its band.
    """

    value: float
    low: float
    high: float
    ok: bool


@frozen
class Judged:
    """
    A target in all kinds of replay.

    Parameters
    ----------
    columns : dict of str to tuple of Estimate
        For each kind of replay one estimate a part: ``model``, ``null``, ``drawn`` over the
        priors, ``without`` certain events.
    """

    id: str
    target: Target
    columns: Mapping[str, tuple[Estimate, ...]] = field(eq=False)

    def ok(self, column: str = "model") -> bool:
        """Whether all parts lie in their bands."""
        return all(e.ok for e in self.columns[column])

    @property
    def evidence(self) -> bool:
        """
        Whether meeting it speaks for the model.

        It does not where the wiring forces it, or where the null replay meets it too.
        """
        return self.ok() and self.target.label != "forced" and not self.ok("null")


def judge(target: Target, played: Played) -> tuple[Estimate, ...]:
    """
    A target's parts in one replay.

    Raises
    ------
    MeasureError
    """
    measuring = played.measuring()
    runs = next(iter(played.series.values())).shape[1]
    return tuple(_estimate(part, measuring, runs) for part in target.parts)


def met_by_group(target: Target, played: Played, size: int) -> np.ndarray:
    """
    Which groups of consecutive runs meet a target, each judged by its own median or share.

    Parameters
    ----------
    size : int
        Runs in a group.

    Returns
    -------
    ndarray of bool, shape (runs / size,)
    """
    measuring = played.measuring()
    runs = next(iter(played.series.values())).shape[1]
    met = np.ones(runs // size, bool)
    for part in target.parts:
        values = np.broadcast_to(measuring(part.measure), (runs,)).reshape(-1, size)
        if part.take == "share":
            met &= _inside((values > 0).mean(axis=1), part)
        else:
            met &= _inside(np.quantile(values, 0.5, axis=1, method="inverted_cdf"), part)
    return met


def _estimate(part: Part, measuring: Measuring, runs: int) -> Estimate:
    values = np.broadcast_to(measuring(part.measure), (runs,))
    if part.take == "share":
        share = float(np.mean(values > 0))
        return Estimate(share, share, share, bool(_inside(np.asarray(share), part)))
    # Ranks rather than numbers between them: a measure may be without bound in some runs.
    low, middle, high = np.quantile(values, (LOW, 0.5, HIGH), method="inverted_cdf")
    return Estimate(float(middle), float(low), float(high), bool(_inside(np.asarray(middle), part)))


def _inside(values: np.ndarray, part: Part) -> np.ndarray:
    met = np.ones(values.shape, bool)
    if part.low is not None:
        met &= values >= part.low
    if part.high is not None:
        met &= values <= part.high
    return met


def problems_of_target(
    model: Model, id: str, target: Target, replays: Mapping[str, object]
) -> list[Problem]:
    """Everything in a target that cannot be looked for, with its mend."""
    found: list[Problem] = []
    path = ("target", id)
    events = {item.id for item, event in model.happenings.events if event.date is not None}
    if target.replay not in replays:
        what = f"there is no replay {target.replay}"
        found.append(Problem((*path, "replay"), what, did_you_mean(target.replay, replays)))
    for n, name in enumerate(target.without):
        if name not in events:
            what = f"there is no dated event {name}"
            found.append(Problem((*path, "without", str(n)), what, did_you_mean(name, events)))
    if not target.parts:
        found.append(Problem((*path, "parts"), "no part", "give at least one number and its band"))
    observed = {f"obs.{id}" for id in model.scenario.obs}
    for n, part in enumerate(target.parts):
        found += _check_part(part, (*path, "parts", str(n)), observed)
    return found


def _check_part(part: Part, path: tuple[str, ...], observed: set[str]) -> list[Problem]:
    found = []
    if part.low is None and part.high is None:
        found.append(Problem(path, "no band", "give low, high or both"))
    elif part.low is not None and part.high is not None and part.low > part.high:
        found.append(Problem((*path, "low"), f"{part.low:g} is above {part.high:g}", "low first"))
    try:
        names = series_in(over_months(part.measure))
    except MeasureError as error:
        return [*found, Problem((*path, "measure"), error.what, error.mend)]
    for name in sorted(names - observed):
        what = f"there is no observer {name}"
        found.append(Problem((*path, "measure"), what, did_you_mean(name, observed)))
    return found
