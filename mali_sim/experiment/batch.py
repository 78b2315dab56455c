"""
Strategies on the same luck, many times.

Runs are cut into blocks that are worked off in any order by several workers. Run k is the
same whatever its block, so outcomes go straight into their places in files that are mapped
into memory: the memory needed does not grow with the number of runs.
"""

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from attrs import define, field, frozen

from mali_sim import RULES_VERSION, __version__
from mali_sim.engine import BLOCK, Backend, Cast, Policy, Simulation, load_policy, run_once
from mali_sim.experiment.workers import BatchError, spread
from mali_sim.model import Model
from mali_sim.play.address import Address, controllers, draws_of, parameters_for, profile_of


@frozen
class Batch:
    """
    What to run.

    Parameters
    ----------
    profiles : tuple of str
        Strategies' ids, joined by ``+`` where several actors have one, or ``FILE.py:FUNCTION``.
    runs : int
    seed : int
    reading : str
    changes : tuple of (str, float)
        Constants set by hand.
    draws : int or str
        Size of a Latin hypercube over the priors, 0 for none: run k takes draw k mod size. Or
        ``plausible``: run k takes the (k mod number)-th of the draws that the scenario keeps.
    backend : Backend
    workers : int
    block : int
        Runs in a block.
    months : int or None
        All of the scenario's by default.
    """

    profiles: tuple[str, ...]
    runs: int
    seed: int = 1
    reading: str = "balanced"
    changes: tuple[tuple[str, float], ...] = ()
    draws: int | str = 0
    backend: Backend = Backend.NUMPY
    workers: int = 1
    block: int = BLOCK
    months: int | None = None


@frozen
class Progress:
    """How far a batch is."""

    done: int
    total: int
    seconds: float

    @property
    def rate(self) -> float:
        """Runs a second."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float:
        """Seconds left at this rate."""
        return (self.total - self.done) / self.rate if self.rate else float("inf")


@define
class Results:
    """
    Outcomes of a batch, mapped from files.

    Parameters
    ----------
    folder : Path
    names : tuple of str
        Outcomes.
    signs : tuple of float
        Of each outcome: 1 where higher is better, -1 where lower is, 0 where neither.
    profiles : tuple of str
        As addresses write them.
    arrays : dict of str to ndarray, shape (outcomes, runs)
        By profile.
    """

    batch: Batch
    folder: Path
    names: tuple[str, ...]
    signs: tuple[float, ...]
    profiles: tuple[str, ...]
    addresses: dict[str, str]
    arrays: dict[str, np.ndarray] = field(repr=False)
    seconds: float = 0.0


class Worker:
    """Runs blocks of a batch on one model; made once in every process."""

    def __init__(self, model: Model, batch: Batch) -> None:
        self.model = model
        self.batch = batch
        self.months = batch.months or model.scenario.scenario.months
        self.casts = [cast_for(model, text) for text in batch.profiles]
        self.draws = draws_of(model, batch.draws)

    def block(self, profile: int, start: int, count: int) -> np.ndarray:
        """
        Outcomes of consecutive runs.

        Returns
        -------
        ndarray, shape (outcomes, count)
        """
        sim = self.simulation(profile, start, count)
        sim.advance(self.months)
        names = self.model.scenario.outcome
        final = run_once(
            sim.programs.ending, sim.const, sim.state, runs=count, month=self.months
        )  # fmt: skip
        return final[: len(names)]

    def simulation(self, profile: int, start: int, count: int) -> Simulation:
        """Consecutive runs, ready to step."""
        numbers = np.arange(start, start + count)
        address = address_of(self.model, self.batch, self.casts[profile])
        parameters = parameters_for(
            self.model, address, self.draws.numbers(numbers) if self.draws else None
        )
        return Simulation(
            self.model, self.casts[profile], self.batch.seed, numbers.astype(np.uint64), parameters,
            self.batch.backend,
        )  # fmt: skip


def cast_for(model: Model, text: str) -> Cast:
    """Who plays whom: a profile of TOML strategies and Python ones."""
    who: dict[str, str] = {}
    policies: list[Policy] = []
    for part in text.split("+"):
        if ".py:" in part:
            policy = load_policy(model, part)
            policies.append(policy)
            found = {policy.actor: policy.name}
        else:
            found = controllers(model, part)
        for actor, name in found.items():
            if actor in who:
                raise BatchError(f"{text}: both {who[actor]} and {name} play {actor}; name one")
            who[actor] = name
    return Cast((who,), tuple(policies))


def address_of(model: Model, batch: Batch, cast: Cast) -> Address:
    """The address of a batch's first run."""
    draws = draws_of(model, batch.draws)
    draw = draws.of(0) if draws else None
    return Address(
        model.scenario.scenario.id, model.fingerprint, profile_of(cast.controllers[0]),
        batch.reading, batch.seed, 0, draw, batch.changes,
    )  # fmt: skip


def run_batch(
    model: Model, batch: Batch, folder: Path | None = None,
    report: Callable[[Progress], None] | None = None,
) -> Results:  # fmt: skip
    """
    Run a batch.

    Parameters
    ----------
    folder : Path, optional
        Where outcomes and a manifest are kept; a temporary folder by default.
    report : callable, optional
        Told how far it is, a few times a second.

    Raises
    ------
    BatchError, AddressError, PolicyError
    """
    worker = Worker(model, batch)  # what is wrong with a profile or reading is told here
    worker.simulation(0, 0, 1)
    names = tuple(model.scenario.outcome)
    sides = {"higher": 1.0, "lower": -1.0}
    signs = tuple(sides.get(o.better, 0.0) for o in model.scenario.outcome.values())
    if not names:
        raise BatchError("the scenario has no [outcome] to compare")
    profiles = tuple(profile_of(c.controllers[0]) for c in worker.casts)
    if len(set(profiles)) != len(profiles):
        raise BatchError(f"a strategy is named twice: {', '.join(profiles)}")
    home = _home(folder)
    try:
        return _run_into(home, model, batch, worker, profiles, signs, folder is not None, report)
    except BaseException:
        if folder is None:  # stopped or broken: nobody knows where it is
            shutil.rmtree(home, ignore_errors=True)
        raise


def _home(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="mali_sim-"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_there(folder, error) from None
    return folder


def _not_there(folder: Path, error: OSError) -> BatchError:
    return BatchError(f"{folder}: {error.strerror or error}; name another folder with --out")


def _run_into(
    home: Path, model: Model, batch: Batch, worker: Worker, profiles: tuple[str, ...],
    signs: tuple[float, ...], keep: bool, report: Callable[[Progress], None] | None,
) -> Results:  # fmt: skip
    """Run a batch into files of a folder that is there."""
    names = tuple(model.scenario.outcome)
    files = [home / f"outcomes-{n}.npy" for n in range(len(profiles))]
    arrays = _mapped(files, (len(names), batch.runs))
    began = time.monotonic()
    tasks = [
        (p, start, min(batch.block, batch.runs - start))
        for start in range(0, batch.runs, batch.block)
        for p in range(len(profiles))
    ]
    total = batch.runs * len(profiles)
    done, told = 0, 0.0
    for task, block in spread(worker, batch, tasks, backend=batch.backend, workers=batch.workers):
        profile, start, count = task
        arrays[profile][:, start : start + count] = block
        done += count
        now = time.monotonic()
        if report and (now - told > 0.2 or done == total):
            told = now
            report(Progress(done, total, now - began))
    for array in arrays:
        array.flush()
    addresses = {p: str(address_of(model, batch, c)) for p, c in zip(profiles, worker.casts, strict=True)}
    results = Results(
        batch, home, names, signs, profiles, addresses, dict(zip(profiles, arrays, strict=True)),
        time.monotonic() - began,
    )  # fmt: skip
    if keep:
        _manifest(model, results, files)
    return results


def _mapped(files: Sequence[Path], shape: tuple[int, int]) -> list[np.memmap]:
    try:
        return [np.lib.format.open_memmap(f, mode="w+", dtype="<f8", shape=shape) for f in files]
    except OSError as error:
        raise _not_there(files[0].parent, error) from None


def _manifest(model: Model, results: Results, files: Sequence[Path]) -> None:
    """What was run, beside the outcomes: enough to run it again."""
    batch = results.batch
    content = {
        "program": __version__,
        "rules_version": RULES_VERSION,
        "scenario": model.scenario.scenario.id,
        "fingerprint": model.fingerprint,
        "files_sha256": model.loaded.file_hashes(),
        "seed": batch.seed,
        "runs": batch.runs,
        "reading": batch.reading,
        "changes": dict(batch.changes),
        "draws": batch.draws,
        "outcomes": list(results.names),
        "profiles": [
            {"profile": p, "file": f.name, "first_run": results.addresses[p]}
            for p, f in zip(results.profiles, files, strict=True)
        ],
    }
    path = results.folder / "manifest.json"
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def discard(results: Results) -> None:
    """Delete the files of a batch that nobody asked to keep."""
    results.arrays.clear()
    shutil.rmtree(results.folder, ignore_errors=True)
