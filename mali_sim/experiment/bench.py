"""
The speed of the backends on this machine.

Rates are of CPU time, and what is compared is measured in turns, so that a noisy machine
disturbs both sides alike. Only where workers share the work is it the clock that counts.
"""

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from statistics import median
from typing import Any

import numpy as np

from mali_sim.engine import BLOCK, Backend, Cast, Simulation, native
from mali_sim.model import Model, build
from mali_sim.play import Game, forecast
from mali_sim.scenario.load import load_files

ROUNDS = 7
_REFERENCE_MONTHS = 3


def measure(model: Model, seconds: float = 0.5) -> dict[str, Any]:
    """
    All figures of ``mali-sim bench``.

    Parameters
    ----------
    seconds : float
        About how long each figure is measured in each of the rounds.
    """
    cast = _cast(model)
    tape = model.programs(cast.strategies()).month
    months = model.scenario.scenario.months
    backends = {"numpy": Backend.NUMPY}
    compile_s = None
    if native.available() is None:
        compile_s = native.compile_seconds(tape)
        backends = {"native": Backend.NATIVE, **backends}
    tasks: dict[str, Callable[[], object]] = {}
    for name, backend in backends.items():
        tasks[name] = partial(_Block(model, cast, backend, BLOCK).play, months)
    tasks["reference"] = partial(_Block(model, cast, Backend.REFERENCE, 1).play, _REFERENCE_MONTHS)
    tasks["single"] = partial(_Block(model, cast, Backend.NUMPY, 1).steps, months)
    if "native" in backends:
        tasks["native single"] = partial(_Block(model, cast, Backend.NATIVE, 1).steps, months)
    bare = _Bare(_Block(model, cast, Backend.NUMPY, BLOCK))
    tasks["bare"] = bare.run
    cost = _in_turns(tasks, seconds)
    run_months = {name: {"1": BLOCK * months / cost[name]} for name in backends} | {
        "reference": {"1": _REFERENCE_MONTHS / cost["reference"]}
    }
    for name, backend in backends.items():
        ratio = _two_workers(model, cast, backend, months, seconds)
        run_months[name]["2"] = run_months[name]["1"] * ratio
    per_month = tape.row_operations
    singles = {"numpy": cost["single"] / months * 1e6}
    if "native" in backends:
        singles["native"] = cost["native single"] / months * 1e6
    return {
        "row_operations_per_month": per_month,
        "state_rows": model.layout.rows,
        "run_months_per_second": run_months,
        "row_operations_per_second": {n: run_months[n]["1"] * per_month for n in backends},
        "numpy_bare": bare.numbers / cost["bare"],
        "forecast_1000x24_ms": {n: _forecast_ms(model, b) for n, b in backends.items()},
        "single_step_us": singles,
        "compile_s": compile_s,
    }


def _cast(model: Model) -> Cast:
    strategy = model.scenario.scenario.strategy
    if strategy is None:
        return Cast()
    return Cast(({model.scenario.strategy[strategy].actor: strategy},))


class _Block:
    """A block of runs that can be played from its first state again and again."""

    def __init__(self, model: Model, cast: Cast, backend: Backend, runs: int) -> None:
        numbers = np.arange(runs, dtype=np.uint64)
        self.sim = Simulation(model, cast, 1, numbers, backend=backend)
        self.first = self.sim.state.copy()

    def play(self, months: int, blocks: int = 1) -> None:
        """All months, so many times."""
        for _ in range(blocks):
            self.sim.reset(self.first, 0)
            self.sim.advance(months)

    def steps(self, months: int) -> None:
        """All months, each stepped by itself."""
        self.sim.reset(self.first, 0)
        for _ in range(months):
            self.sim.step()


def _in_turns(tasks: dict[str, Callable[[], object]], seconds: float) -> dict[str, float]:
    """CPU seconds of each task: the median over rounds in which all have their turn."""
    found: dict[str, list[float]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            began, count, spent = time.process_time(), 0, 0.0
            while spent < seconds / ROUNDS:
                task()
                count += 1
                spent = time.process_time() - began
            found[name].append(spent / count)
    return {name: median(times) for name, times in found.items()}


class _Bare:
    """``np.add`` in place of every arithmetic call of NumPy's, on the same arrays."""

    def __init__(self, block: "_Block") -> None:
        kernel = block.sim.vectors()
        self.calls: list[Callable[[], object]] = []
        self.numbers = 0
        for call in kernel.calls:
            out = call.keywords.get("out")
            if isinstance(call.func, np.ufunc) and out.dtype == float:
                left, right = call.args[0], call.args[-1]
                self.calls.append(partial(np.add, left, right, out=out))
                self.numbers += out.size

    def run(self) -> None:
        """All of them once."""
        with np.errstate(all="ignore"):
            for call in self.calls:
                call()


def _forecast_ms(model: Model, backend: Backend) -> float:
    """Wall milliseconds of a forecast of 1,000 paired futures over 24 months."""
    seat = model.scenario.scenario.seats[0]
    game = Game.new(model, [seat])
    allowed = [s.action.id for s in game.standings(seat) if s.allowed]
    times = []
    for _ in range(4):
        began = time.perf_counter()
        forecast(game, seat, allowed[:1], runs=1_000, months=24, backend=backend)
        times.append(time.perf_counter() - began)
    return 1000 * median(times[1:])


def _two_workers(model: Model, cast: Cast, backend: Backend, months: int, seconds: float) -> float:
    """How much more two workers do than one: by the clock, in turns."""
    alone = _Block(model, cast, backend, BLOCK)
    began = time.perf_counter()
    alone.play(months)
    blocks = 2 * max(int(seconds / ROUNDS / (time.perf_counter() - began)), 2)
    if backend is Backend.NATIVE:
        others = [_Block(model, cast, backend, BLOCK) for _ in range(2)]
        with ThreadPoolExecutor(2) as threads:

            def threaded(workers: int) -> None:
                shares = [blocks // workers] * workers
                list(threads.map(lambda b, n: b.play(months, n), others[:workers], shares))

            return _speed_up(threaded)
    start = (dict(model.loaded.files), model.loaded.main, cast)
    with ProcessPoolExecutor(2, get_context("spawn"), initializer=_start, initargs=start) as pool:

        def forked(workers: int) -> None:
            list(pool.map(_work, [months] * workers, [blocks // workers] * workers))

        forked(2)
        return _speed_up(forked)


def _speed_up(work: Callable[[int], None]) -> float:
    """The clock's time with one worker over that with two, the same work in all."""
    ratios = []
    for _ in range(ROUNDS):
        times = []
        for workers in (1, 2):
            began = time.perf_counter()
            work(workers)
            times.append(time.perf_counter() - began)
        ratios.append(times[0] / times[1])
    return median(ratios)


_WORKER: list[_Block] = []


def _start(files: dict[str, str], main: str, cast: Cast) -> None:
    """A process's own block of runs; it has one benchmark in its life."""
    _WORKER.append(_Block(build(load_files(files, main)), cast, Backend.NUMPY, BLOCK))


def _work(months: int, blocks: int) -> None:
    _WORKER[0].play(months, blocks)
