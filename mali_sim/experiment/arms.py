"""
Arms of an experiment: strategies under readings, over draws, and with parts of either held.

Every arm plays all strategies on the same runs, so that any two are compared run by run.
An arm of the variance analysis takes each group of what is uncertain (constants that were
assumed, constants that were inferred or stated, luck) from one of two independent samples.
"""

import time
from collections.abc import Callable, Mapping

import numpy as np
from attrs import field, frozen

from mali_sim.engine import BLOCK, Backend, Cast, Probe, Simulation
from mali_sim.experiment.batch import Progress
from mali_sim.experiment.workers import Task, spread
from mali_sim.model import Model
from mali_sim.play.address import (
    BALANCED,
    PLAUSIBLE,
    Draws,
    controllers,
    drawn_parameters,
    draws_of,
    reading_parameters,
)

ASSUMED, GROUNDED, LUCK = "assumed", "grounded", "luck"
#: What is uncertain, in three groups.
GROUPS = (ASSUMED, GROUNDED, LUCK)


@frozen
class Arm:
    """
    Where an arm's constants and luck come from.

    Parameters
    ----------
    name : str
        A reading's id, ``draws``, or of the variance analysis ``a``, ``b`` or the group that
        is taken from sample b while the rest is of sample a.
    reading : str or None
        Constants of a reading.
    samples : tuple of bool, optional
        Whether each of :data:`GROUPS` is of sample b.
    """

    name: str
    reading: str | None = None
    samples: tuple[bool, bool, bool] | None = None


DRAWS = "draws"
SAMPLE_A, SAMPLE_B = "a", "b"


def arms_of(model: Model) -> tuple[Arm, ...]:
    """Every reading, draws of the priors, and the variance analysis."""
    swapped = [tuple(g == other for other in GROUPS) for g in GROUPS]
    return (
        *(Arm(r, r) for r in (BALANCED, *model.scenario.reading)),
        Arm(DRAWS),
        Arm(SAMPLE_A, samples=(False, False, False)),
        Arm(SAMPLE_B, samples=(True, True, True)),
        *(Arm(g, samples=s) for g, s in zip(GROUPS, swapped, strict=True)),  # type: ignore[arg-type]
    )


@frozen
class Design:
    """
    What to run.

    Parameters
    ----------
    profiles : tuple of str
    runs : int
        Of each profile in each arm.
    seed : int
    backend : Backend
    workers : int
    block : int
        About how many runs in a block; changes speed and memory, never results.
    """

    profiles: tuple[str, ...]
    runs: int
    seed: int = 1
    backend: Backend = Backend.NUMPY
    workers: int = 1
    block: int = BLOCK // 2


@frozen
class Sample:
    """
    All outcomes of an experiment.

    Parameters
    ----------
    outcomes : dict of (str, str) to ndarray, shape (outcomes, runs)
        By profile and arm.
    places : ndarray, shape (constants, runs)
        Where in its prior, 0 to 1, each constant that is drawn lies in the runs of ``draws``.
    constants : tuple of str
        Which constants these are.
    plausible : bool
        Whether the draws are those under which the past comes out as it was.
    """

    design: Design
    arms: tuple[Arm, ...]
    outcomes: Mapping[tuple[str, str], np.ndarray] = field(repr=False)
    places: np.ndarray = field(repr=False, eq=False)
    constants: tuple[str, ...]
    plausible: bool
    seconds: float = 0.0

    @property
    def runs(self) -> int:
        """Runs in all."""
        return self.design.runs * len(self.arms) * len(self.design.profiles)


class Worker:
    """Runs blocks of a design on one model; made once in every process."""

    def __init__(self, model: Model, design: Design) -> None:
        self.model = model
        self.design = design
        self.arms = arms_of(model)
        self.draws = draws_for(model, design.runs)
        self.samples = [Draws(design.runs, model.parameters.design(design.runs, seed)) for seed in (0, 1)]
        self.assumed = np.zeros((model.parameters.rows, 1), bool)
        for parameter in model.parameters.items.values():
            at = slice(parameter.offset, parameter.offset + parameter.rows)
            self.assumed[at] = parameter.grade == ASSUMED

    def block(self, arm: int, start: int, count: int) -> np.ndarray:
        """
        Outcomes of consecutive runs of an arm, all profiles side by side on one tape.

        Returns
        -------
        ndarray, shape (profiles, outcomes, count)
        """
        chosen, profiles = self.arms[arm], self.design.profiles
        numbers = np.arange(start, start + count, dtype=np.uint64)
        luck = numbers + np.uint64(self.design.runs if chosen.samples and chosen.samples[2] else 0)
        cast = Cast(tuple(controllers(self.model, p) for p in profiles for _ in range(count)))
        parameters = self.parameters(chosen, numbers)
        if parameters.shape[1] > 1:
            parameters = np.tile(parameters, len(profiles))
        sim = Simulation(
            self.model, cast, self.design.seed, np.tile(luck, len(profiles)), parameters,
            self.design.backend,
        )  # fmt: skip
        sim.advance(self.model.scenario.scenario.months)
        final = Probe(sim.programs.ending, sim.const, len(sim.state), runs=count * len(profiles))
        outcomes = final(sim.state, sim.month)[: len(self.model.scenario.outcome)]
        return np.stack(np.split(outcomes, len(profiles), axis=1))

    def parameters(self, arm: Arm, numbers: np.ndarray) -> np.ndarray:
        """
        Constants of some runs of an arm.

        Returns
        -------
        ndarray, shape (parameter rows, 1 or runs)
        """
        if arm.reading is not None:
            return reading_parameters(self.model, arm.reading)
        if arm.samples is None:
            return self._drawn(self.draws, numbers)
        assumed, grounded, _ = arm.samples
        first = self._drawn(self.samples[assumed], numbers)
        if assumed == grounded:
            return first
        return np.where(self.assumed, first, self._drawn(self.samples[grounded], numbers))

    def _drawn(self, draws: Draws, numbers: np.ndarray) -> np.ndarray:
        base = self.model.parameters.balanced()
        return drawn_parameters(self.model, base, draws, draws.numbers(numbers), {})


def draws_for(model: Model, runs: int) -> Draws:
    """The plausible draws where a scenario keeps some, else a hypercube of as many draws as runs."""
    draws = draws_of(model, PLAUSIBLE if model.scenario.plausible is not None else runs)
    if draws is None:
        raise RuntimeError("a hypercube of no draws")
    return draws


def run_arms(model: Model, design: Design, report: Callable[[Progress], None] | None = None) -> Sample:
    """
    Run a design.

    Raises
    ------
    BatchError, AddressError
    """
    worker = Worker(model, design)
    step = max(design.block // len(design.profiles), 1)
    tasks: list[Task] = [
        (a, start, min(step, design.runs - start))
        for a in range(len(worker.arms))
        for start in range(0, design.runs, step)
    ]
    names = [(p, a.name) for p in design.profiles for a in worker.arms]
    outcomes = {key: np.zeros((len(model.scenario.outcome), design.runs)) for key in names}
    total = design.runs * len(names)
    began, done, told = time.monotonic(), 0, 0.0
    for task, block in spread(worker, design, tasks, backend=design.backend, workers=design.workers):
        arm, start, count = task
        for profile, found in zip(design.profiles, block, strict=True):
            outcomes[profile, worker.arms[arm].name][:, start : start + count] = found
        done += count * len(design.profiles)
        now = time.monotonic()
        if report and (now - told > 0.2 or done == total):
            told = now
            report(Progress(done, total, now - began))
    constants, places = _places(model, worker, design.runs)
    return Sample(
        design, worker.arms, outcomes, places, constants, model.scenario.plausible is not None,
        time.monotonic() - began,
    )  # fmt: skip


def _places(model: Model, worker: Worker, runs: int) -> tuple[tuple[str, ...], np.ndarray]:
    """Constants that are drawn, and where in its prior each lies in the runs of ``draws``."""
    drawn = worker.parameters(Arm(DRAWS), np.arange(runs, dtype=np.uint64))
    names, rows = [], []
    for id, p in model.parameters.items.items():
        apart = [n for n, (low, high) in enumerate(zip(p.low, p.high, strict=True)) if low != high]
        if p.structural or not apart:
            continue
        low, high = p.low[apart[0]], p.high[apart[0]]
        names.append(id)
        rows.append((drawn[p.offset + apart[0]] - low) / (high - low))
    return tuple(names), np.array(rows).reshape(len(names), runs)
