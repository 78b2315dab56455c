"""What is drawn of a forecast: the figures that matter to a decision, and how it moves them."""

from collections.abc import Sequence

import numpy as np
from attrs import evolve, field, frozen

from mali_sim.play.digest import aims, faded, least
from mali_sim.play.forecast import Forecast
from mali_sim.play.view import SeatView, says_yes_or_no
from mali_sim.scenario.classes import Observer

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
#: So many figures are shown of a decision.
FIGURES = 4
#: What the seat has to answer for, and what the bar shows, counts so many times.
_COUNTS = 2.0
#: A difference that has gone by the end counts for this part of what it was.
_GONE = 0.25
#: Above this correlation of their differences two figures say the same.
_SAME = 0.8
#: What moves in fewer than half of the futures counts for this part.
_SELDOM = 0.3
#: No difference is more than so many times as large as all that can happen.
_MOST = 3.0


@frozen
class Fans:
    """
    What is shown of a forecast: of some figures the paired difference, and how far they spread anyway.

    Parameters
    ----------
    runs, months : int
    names : tuple of str
        Observers.
    quantiles : dict of str to ndarray, shape (5, months)
        Of the difference, 5, 25, 50, 75 and 95 percent; of what is or is not, in all five rows
        by how many of 100 futures more it is.
    spreads : dict of str to float
        How far apart the futures themselves end.
    chances : frozenset of str
        Which of the names are or are not.
    peaks : dict of str to float
        Of those whose difference has mostly gone by the end, what it was in the middle at most.
    agreed : int, optional
        In how many of the runs offers asked about get a yes; only those are shown.
    """

    runs: int
    months: int
    names: tuple[str, ...]
    quantiles: dict[str, np.ndarray]
    spreads: dict[str, float]
    chances: frozenset[str] = frozenset()
    peaks: dict[str, float] = field(factory=dict)
    agreed: int | None = None


def joined(parts: Sequence[Forecast]) -> Forecast:
    """Portions of one forecast, made one after the other, as one."""
    without = np.concatenate([p.without for p in parts], axis=2)
    with_ = np.concatenate([p.with_ for p in parts], axis=2)
    yes = [p.agreed for p in parts if p.agreed is not None]
    agreed = np.concatenate(yes) if yes else None
    return evolve(parts[0], runs=without.shape[2], without=without, with_=with_, agreed=agreed)


def fans_of(view: SeatView, made: Forecast, names: Sequence[str] | None = None, count: int = FIGURES) -> Fans:
    """
    What is shown of a forecast.

    Parameters
    ----------
    names : sequence of str, optional
        Of these observers; by default of those that :func:`most_moved` finds.
    """
    runs, agreed = made.runs, None
    if made.agreed is not None:
        agreed, made = int(made.agreed.sum()), made.among(made.agreed)
    if not made.runs:
        return Fans(runs, made.months, (), {}, {}, agreed=agreed)
    if names is None:
        # In the scenario's order, so that nothing changes places while more futures come.
        names = sorted(most_moved(view, made, count), key=made.names.index)
    observers = view.model.scenario.obs
    fans = Fans(
        runs, made.months, tuple(names), {n: made.fan(n, LEVELS) for n in names},
        {n: spread(made, n) for n in names}, frozenset(n for n in names if says_yes_or_no(observers[n])),
        agreed=agreed,
    )  # fmt: skip
    for name in names:
        if name in fans.chances:
            fans.quantiles[name], fans.spreads[name] = _percent(made, name), 100.0
            continue
        ends = made.without[made.names.index(name), -1]
        peak = faded(made.difference(name), view.game.month, least(observers[name], ends))
        if peak is not None:
            fans.peaks[name] = peak[1]
    return fans


def _percent(made: Forecast, name: str) -> np.ndarray:
    """By how many of 100 futures more something is so; shape (5, months)."""
    return np.tile(100 * made.difference(name).mean(axis=1), (len(LEVELS), 1))


def spread(made: Forecast, name: str) -> float:
    """How far apart an observer's futures end, from 5 to 95 percent."""
    low, high = np.quantile(made.with_[made.names.index(name), -1], (LEVELS[0], LEVELS[-1]))
    return float(high - low)


def most_moved(view: SeatView, made: Forecast, count: int) -> list[str]:
    """
    The figures that matter to what was asked about, those that it moves most first.

    A figure is measured by how far it moves on average against how far the futures end apart
    anyway; headlines and what the seat's objectives are of count double. What does not move
    enough to show is left out, and so is what says the same as a figure before it.
    """
    if not made.months or not made.runs:
        return []
    wanted = aims(view.game, made.actor)
    weights = {}
    for row, name in enumerate(made.names):
        obs = view.model.scenario.obs[name]
        weighs = _weight(obs, made.difference(name), made.without[row, -1])
        weights[name] = weighs * (_COUNTS if obs.headline or name in wanted else 1.0)
    chosen: dict[str, np.ndarray] = {}
    for name in sorted(weights, key=lambda name: -weights[name]):
        course = made.difference(name).mean(axis=0)
        if len(chosen) < count and weights[name] and not any(_alike(course, c) for c in chosen.values()):
            chosen[name] = course
    return list(chosen)


def _weight(obs: Observer, paired: np.ndarray, ends: np.ndarray) -> float:
    """
    How much a figure tells of what was asked about; 0 where nothing would be seen.

    Parameters
    ----------
    paired : ndarray, shape (months, runs)
        Its differences.
    ends : ndarray, shape (runs,)
        Where it ends without what was asked about.
    """
    mean, shown = np.abs(paired.mean(axis=1)), least(obs, ends)
    if says_yes_or_no(obs):
        return float(mean[-1]) if mean[-1] >= shown else 0.0
    low, middle, high = np.abs(np.quantile(paired, (LEVELS[0], 0.5, LEVELS[-1]), axis=1)).max(axis=1)
    if max(low, high) < shown:
        return 0.0
    by = mean.mean() if obs.yearly == "sum" else max(mean[-1], _GONE * mean.max())
    apart = np.subtract(*np.quantile(ends, (LEVELS[-1], LEVELS[0]))) + 2 * shown
    seldom = _SELDOM if middle < shown else 1.0
    # What is neither good nor bad in itself says less.
    return float(min(by / apart, _MOST)) * seldom * (1.0 if obs.better != "none" else 0.5)


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two figures move together from future to future, as several counts of the dead do."""
    one, other = one - one.mean(), other - other.mean()
    apart = np.sqrt((one * one).sum() * (other * other).sum())
    return bool(apart > 0 and abs((one * other).sum()) > _SAME * apart)
