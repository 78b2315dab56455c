"""The same bytes from any block, processor, hash seed and backend."""

import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from mali_sim.engine import TENDENCY, Backend, Cast, Simulation
from mali_sim.model import Model
from mali_sim.scenario import list_scenarios
from tests.support import ALL_SCENARIOS, ISLAND, shared_model

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = list_scenarios()


def casts(model: Model, numbers) -> Cast:
    """Controllers of some runs: tendencies and every strategy, all in one block."""
    options = [{}] + [{s.actor: id} for id, s in model.scenario.strategy.items()]
    return Cast(tuple(options[int(n) % len(options)] for n in numbers))


def final(model: Model, numbers, months: int, backend=Backend.NUMPY) -> np.ndarray:
    """Final states of runs with drawn parameters and mixed controllers."""
    numbers = np.asarray(numbers, np.uint64)
    p = model.parameters
    drawn = p.drawn(p.balanced(), p.design(128), 128, numbers.astype(int) % 128)
    sim = Simulation(model, casts(model, numbers), 21, numbers, drawn, backend)
    sim.advance(months)
    return sim.state.copy()


def sha(state: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(state, "<f8").tobytes()).hexdigest()


def blocks(model: Model, runs: int, size: int, months: int, backend=Backend.NUMPY) -> np.ndarray:
    parts = [
        final(model, range(start, min(start + size, runs)), months, backend) for start in range(0, runs, size)
    ]
    return np.concatenate(parts, axis=1)


def native_or_skip() -> Backend:
    """The native backend; the test is skipped, with the reason, where there is none."""
    try:
        model = shared_model(ISLAND)
        Simulation(model, Cast(), 1, np.arange(2, dtype=np.uint64), backend=Backend.NATIVE).advance(1)
    except Exception as error:
        pytest.skip(f"no native backend here: {type(error).__name__}: {error}")
    return Backend.NATIVE


# -- blocks ----------------------------------------------------------------------------------------


def test_300_runs_are_the_same_in_one_block_and_in_many():
    model = shared_model(ISLAND)
    months = model.scenario.scenario.months
    whole = final(model, range(300), months)
    assert len({c.tobytes() for c in whole.T}) == 300
    # Below some size NumPy takes another way, with rows packed: both are here.
    for size in (1, 7, 33, 100):
        few = 300 if size > 7 else size * 8
        assert sha(blocks(model, few, size, months)) == sha(whole[:, :few]), size


@pytest.mark.campaign
@pytest.mark.parametrize("path", ALL_SCENARIOS, ids=lambda p: p.stem)
def test_campaign_10_000_runs_of_24_months_in_blocks_of_1000_and_of_7(path):
    model = shared_model(path)
    months = min(24, model.scenario.scenario.months)
    for start in range(0, 10_000, 1000):
        numbers = range(start, start + 1000)
        whole = final(model, numbers, months)
        parts = [final(model, numbers[n : n + 7], months) for n in range(0, 1000, 7)]
        assert sha(np.concatenate(parts, axis=1)) == sha(whole)


def _half(task: tuple[Path, int, int, int, int, Backend]) -> np.ndarray:
    """What one of two workers does: consecutive runs, in blocks."""
    path, start, stop, size, months, backend = task
    model = shared_model(path)
    parts = [final(model, range(n, min(n + size, stop)), months, backend) for n in range(start, stop, size)]
    return np.concatenate(parts, axis=1)


@pytest.mark.campaign
@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_campaign_one_worker_and_two_numpy_and_native_the_reference_and_single_runs(path):
    native = native_or_skip()
    model, runs = shared_model(path), 10_000
    months = model.scenario.scenario.months
    whole = _half((path, 0, runs, 1000, months, Backend.NUMPY))
    expected = sha(whole)
    for backend, size in ((Backend.NUMPY, 1000), (Backend.NUMPY, 7), (native, 1000), (native, 7)):
        workers = ProcessPoolExecutor if backend is Backend.NUMPY else ThreadPoolExecutor
        halves = [(path, n, n + runs // 2, size, months, backend) for n in (0, runs // 2)]
        with workers(2) as pool:
            assert sha(np.concatenate(list(pool.map(_half, halves)), axis=1)) == expected, (backend, size)
        if backend is native:
            assert sha(_half((path, 0, runs, size, months, backend))) == expected, (backend, size)
    for backend, size in ((Backend.REFERENCE, 200), (Backend.NUMPY, 1), (native, 1)):
        assert sha(blocks(model, 200, size, months, backend)) == sha(whole[:, :200]), (backend, size)


@pytest.mark.parametrize("path", ALL_SCENARIOS, ids=lambda p: p.stem)
def test_mixed_controllers_of_one_block_are_each_as_alone(path):
    model = shared_model(path)
    months = min(4, model.scenario.scenario.months)
    numbers = np.arange(40, dtype=np.uint64)
    cast = casts(model, numbers)
    mixed = Simulation(model, cast, 4, numbers)
    mixed.advance(months)
    assert len({tuple(c.items()) for c in cast.controllers}) == 1 + len(model.scenario.strategy)
    for run in (1, 2):
        # Alone, only its own strategy is on the tape.
        alone = Simulation(model, Cast((cast.controllers[run],)), 4, numbers[run : run + 1])
        alone.advance(months)
        assert alone.state[:, 0].tobytes() == mixed.state[:, run].tobytes()


def test_a_strategy_on_the_tape_that_nobody_plays_changes_nothing():
    model = shared_model(ISLAND)
    numbers = np.arange(10, dtype=np.uint64)
    own = Simulation(model, Cast(({"council": "force"},)), 4, numbers)
    own.advance(12)
    others = ({"council": "patience"}, {"league": "envoy"}, {"council": TENDENCY})
    beside = Cast((*[{"council": "force"}] * 10, *others))
    crowd = Simulation(model, beside, 4, np.arange(13, dtype=np.uint64))
    crowd.advance(12)
    assert sha(crowd.state[:, :10]) == sha(own.state)


# -- processors and hash seeds ------------------------------------------------------------------------

_CHILD = """
import json, sys
from pathlib import Path
import numpy
from numpy._core._multiarray_umath import __cpu_features__ as features
sys.path.insert(0, sys.argv[1])
from tests.test_bytes import final, sha
from tests.support import shared_model
found = {}
for name in sys.argv[4:]:
    model = shared_model(Path(name))
    months = min(int(sys.argv[2]), model.scenario.scenario.months)
    many, one = final(model, range(int(sys.argv[3])), months), final(model, [5], months)
    found[Path(name).stem] = [sha(many), sha(one), model.fingerprint]
print(json.dumps({"states": found, "features": [k for k, on in features.items() if on]}))
"""


def dispatched() -> list[str]:
    """Groups of processor features that this NumPy chooses among at run time, lowest first."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]


def child(off: list[str], hash_seed: str = "0", months=6, runs=70, paths=(ISLAND,)) -> dict:
    env = {k: v for k, v in os.environ.items() if k != "NPY_DISABLE_CPU_FEATURES"}
    env["PYTHONHASHSEED"] = hash_seed
    if off:
        env["NPY_DISABLE_CPU_FEATURES"] = " ".join(off)
    command = [
        sys.executable,
        "-W",
        "error",
        "-c",
        _CHILD,
        str(ROOT),
        str(months),
        str(runs),
        *map(str, paths),
    ]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    # A name that NumPy does not know is a warning only: see that the features are really off.
    assert not set(off) & set(found["features"]), "the features are still on"
    return found


def test_the_same_bytes_whatever_the_processor_can_do_and_whatever_the_hash_seed():
    """Without AVX-512 and then without AVX2 and FMA, and under two hash seeds."""
    names = dispatched()
    if not names:
        pytest.skip("this NumPy chooses nothing at run time on this processor")
    highest = [n for n in names if n != names[0]]
    plain = child([], "0")
    found = [child(highest, "1"), child(names, "2")]
    assert len(set(found[1]["features"])) < len(set(plain["features"])), "something was really turned off"
    for other in found:
        assert other["states"] == plain["states"]


@pytest.mark.campaign
def test_campaign_processors_on_every_scenario():
    names = dispatched()
    levels = [names[n:] for n in range(len(names) + 1)]
    found = [child(off, str(n), 24, 1000, ALL_SCENARIOS)["states"] for n, off in enumerate(levels)]
    assert all(f == found[0] for f in found)


# -- backends ---------------------------------------------------------------------------------------


def test_the_reference_backend_gives_the_same_bytes():
    model = shared_model(ISLAND)
    months = model.scenario.scenario.months
    assert sha(final(model, range(6), months, Backend.REFERENCE)) == sha(final(model, range(6), months))


def test_the_native_backend_gives_the_same_bytes():
    backend = native_or_skip()
    model = shared_model(ISLAND)
    months = model.scenario.scenario.months
    whole = final(model, range(150), months)
    for size in (150, 64):
        assert sha(blocks(model, 150, size, months, backend)) == sha(whole), size
    assert sha(final(model, range(3, 10), months, backend)) == sha(whole[:, 3:10])


@pytest.mark.campaign
def test_campaign_native_on_every_scenario():
    backend = native_or_skip()
    for path in ALL_SCENARIOS:
        model = shared_model(path)
        months = min(24, model.scenario.scenario.months)
        assert sha(final(model, range(2000), months, backend)) == sha(final(model, range(2000), months))
