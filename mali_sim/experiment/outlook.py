"""
What the series that a scenario stands for may do, month by month, under one strategy.

No forecast of the world: what the model gives, over the draws of its constants that
reproduce the past where a scenario keeps such draws. What happens or not is told as a
probability by date, the rest as a median with the span of nine runs in ten.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from attrs import field, frozen

from mali_sim.engine import BLOCK, Backend, Simulation
from mali_sim.experiment.batch import Batch, Progress, cast_for
from mali_sim.experiment.batch import Worker as BatchWorker
from mali_sim.experiment.workers import BatchError, spread
from mali_sim.model import Model
from mali_sim.scenario.texts import month_code

#: What is told of a series: the ends of nine runs in ten, of one in two, and the middle.
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@frozen
class Series:
    """
    One series over the runs.

    Parameters
    ----------
    id : str
        The observer.
    happens : bool
        Whether it is 0 or 1 in every month of every run.
    monthly : ndarray, shape (months, runs)
    yearly : dict of str to ndarray, shape (runs,)
        By year, as the observer's ``yearly`` makes months into years; months that the
        scenario covers, so that a first or last year may be a part of one.
    """

    id: str
    happens: bool
    monthly: np.ndarray = field(repr=False, eq=False)
    yearly: dict[str, np.ndarray] = field(repr=False, eq=False)

    def quantiles(self, month: int) -> tuple[float, ...]:
        """The levels of :data:`LEVELS` at the close of a month."""
        return tuple(float(v) for v in np.quantile(self.monthly[month], LEVELS))

    def year(self, year: str) -> tuple[float, ...]:
        """The levels of :data:`LEVELS` of a year's sum or mean."""
        return tuple(float(v) for v in np.quantile(self.yearly[year], LEVELS))

    def probability(self, month: int) -> float:
        """How often it is so at the close of a month."""
        return float(np.mean(self.monthly[month] > 0.5))


@frozen
class Outlook:
    """
    All series of a scenario under one strategy.

    Parameters
    ----------
    dates : tuple of str
        ``YYYY-MM`` of each month.
    series : dict of str to Series
    batch : Batch
        What was run.
    draws : int
        How many draws of the constants the runs took; 0 where they stand as they are.
    """

    model: Model
    batch: Batch
    dates: tuple[str, ...]
    series: dict[str, Series]
    draws: int

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "scenario": self.model.scenario.scenario.id,
            "fingerprint": self.model.fingerprint,
            "strategy": self.batch.profiles[0],
            "runs": self.batch.runs,
            "draws": self.draws,
            "levels": list(LEVELS),
            "series": {
                id: {
                    "monthly": {
                        date: s.probability(n) if s.happens else list(s.quantiles(n))
                        for n, date in enumerate(self.dates)
                    },
                    "yearly": {
                        year: list(s.year(year))
                        for year in s.yearly
                        if not s.happens
                    },
                }
                for id, s in self.series.items()
            },
        }


class Worker(BatchWorker):
    """Runs blocks of a batch and keeps what the series were in every month."""

    def __init__(self, model: Model, batch: Batch) -> None:
        super().__init__(model, batch)
        block = model.layout.blocks["obs"]
        self.rows = [block.offset + block.labels.index(id) for id in names_of(model)]

    def block(self, profile: int, start: int, count: int) -> np.ndarray:
        """
        The series of consecutive runs.

        Returns
        -------
        ndarray, shape (months, series, count)
        """
        sim = self.simulation(profile, start, count)
        return np.stack([self._next(sim) for _ in range(self.months)])

    def _next(self, sim: Simulation) -> np.ndarray:
        sim.advance(1)
        return sim.state[self.rows].copy()


def names_of(model: Model) -> tuple[str, ...]:
    """
    The observers that stand for published series.

    Raises
    ------
    BatchError
        When there are none.
    """
    names = tuple(id for id, o in model.scenario.obs.items() if o.series)
    if not names:
        raise BatchError("no observer stands for a published series; write series = true in [obs.ID]")
    return names


def outlook(
    model: Model, strategy: str, *, runs: int = 20_000, seed: int = 1, draws: int | str = "plausible",
    months: int | None = None, backend: Backend = Backend.NUMPY, workers: int = 1, block: int = BLOCK,
    report: Callable[[Progress], None] | None = None,
) -> Outlook:  # fmt: skip
    """
    Run one strategy many times and keep the series.

    Parameters
    ----------
    draws : int or str
        As a batch's.
    months : int, optional
        All of the scenario's by default; no more than it has.
    block : int
        Runs in a block; changes speed and memory, never results.

    Raises
    ------
    BatchError, AddressError
    """
    names = names_of(model)
    header = model.scenario.scenario
    if months is not None and months > header.months:
        raise BatchError(
            f"{header.id} has {header.months} months, not {months}: beyond them its files say nothing; "
            "give fewer with --months"
        )
    batch = Batch((strategy,), runs, seed=seed, draws=draws, backend=backend, workers=workers,
                  block=block, months=months or header.months)  # fmt: skip
    cast_for(model, strategy)
    worker = Worker(model, batch)
    values = np.zeros((worker.months, len(names), runs))
    tasks = [(0, start, min(batch.block, runs - start)) for start in range(0, runs, batch.block)]
    began, done, told = time.monotonic(), 0, 0.0
    for (_, start, count), found in spread(worker, batch, tasks, backend=backend, workers=workers):
        values[:, :, start : start + count] = found
        done += count
        now = time.monotonic()
        if report and (now - told > 0.2 or done == runs):
            told = now
            report(Progress(done, runs, now - began))
    dates = tuple(month_code(header.start, n) for n in range(worker.months))
    kept = worker.draws
    return Outlook(
        model, batch, dates,
        {id: _series(model, id, values[:, n], dates) for n, id in enumerate(names)},
        min(len(kept.kept) or kept.size, runs) if kept else 0,
    )  # fmt: skip


def _series(model: Model, id: str, monthly: np.ndarray, dates: tuple[str, ...]) -> Series:
    how = {"sum": np.sum, "mean": np.mean, "last": lambda v, axis: v[-1]}[model.scenario.obs[id].yearly]
    years = {date[:4]: [n for n, d in enumerate(dates) if d[:4] == date[:4]] for date in dates}
    happens = model.scenario.obs[id].unit == "share" and bool(np.isin(monthly, (0.0, 1.0)).all())
    return Series(
        id, happens, monthly, {year: how(monthly[rows], axis=0) for year, rows in years.items()}
    )
