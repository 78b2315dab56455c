"""The compiled tape gives the same bytes as NumPy, and compiles only where that is safe."""

import os
import platform
import stat
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest

from mali_sim.engine import Backend, Cast, Simulation, native
from mali_sim.engine.c_source import c_source
from mali_sim.engine.loops import folded, plan
from mali_sim.engine.native import NativeUnavailable
from mali_sim.engine.vectors import Kernel
from mali_sim.model import Model, load_model
from mali_sim.model.tape import Builder, ConstantPool, Program, Value, program
from tests.support import ALL_SCENARIOS, TINY, conserved, level, members, shared_model, world

needs_compiler = pytest.mark.skipif(native.compiler() is None, reason="no C compiler here")
EXTREMES = (0.0, -0.0, 1.0, -1.0, 3.5, -2.25, 5e-324, -1e-310, 1e308, -1e308, np.inf, -np.inf, np.nan)


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MALI_SIM_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def simulation(
    model: Model, backend: Backend, runs: int, *, varied: bool = False, mixed: bool = False, first: int = 0
) -> Simulation:
    strategies = {id: s.actor for id, s in model.scenario.strategy.items()}
    plays: list[dict[str, str]] = [{actor: id} for id, actor in strategies.items()]
    plays += [{}, dict.fromkeys(model.scenario.actor, "human")]
    cast = Cast(tuple(plays[n % len(plays)] for n in range(runs)) if mixed else (plays[0],))
    parameters = model.parameters.balanced()
    if varied:
        design = model.parameters.design(first + runs)
        parameters = model.parameters.drawn(
            parameters, design, first + runs, np.arange(first, first + runs)
        )
    numbers = np.arange(first, first + runs, dtype=np.uint64)
    return Simulation(model, cast, 11, numbers, parameters, backend)


def history(sim: Simulation) -> list[bytes]:
    """States along months with submissions for all runs alike, for each its own, and without."""
    luck = np.random.default_rng(4)
    seen = []
    for month in range(9):
        given = (luck.random((sim.actions, len(sim.runs) if month % 3 else 1)) < 0.3).astype(float)
        sim.step(given if month % 4 else None)
        seen.append(sim.state.tobytes())
    for months in (1, 0, 5, 12):
        sim.advance(months)
        seen.append(sim.state.tobytes())
    return seen


@needs_compiler
@pytest.mark.parametrize("path", ALL_SCENARIOS, ids=lambda p: p.stem)
@pytest.mark.parametrize("runs", [1, 7, 130])
@pytest.mark.parametrize("varied", [False, True], ids=["uniform", "varied"])
@pytest.mark.parametrize("mixed", [False, True], ids=["one_cast", "mixed_casts"])
def test_every_scenario_steps_to_the_same_bytes(path: Path, runs: int, varied: bool, mixed: bool):
    model = shared_model(path)
    numpy, compiled = (
        history(simulation(model, b, runs, varied=varied, mixed=mixed))
        for b in (Backend.NUMPY, Backend.NATIVE)
    )
    assert numpy == compiled


@needs_compiler
@pytest.mark.skipif(platform.machine() != "x86_64", reason="flags of x86-64")
@pytest.mark.parametrize("processor", ["x86-64", "x86-64-v2", "x86-64-v3"])
def test_older_processors_give_the_same_bytes(processor: str, monkeypatch: pytest.MonkeyPatch):
    if processor == "x86-64-v3" and "avx2" not in native._processor():
        pytest.skip("this processor is older")
    flags = tuple(f"-march={processor}" if f.startswith("-march") else f for f in native.FLAGS)
    monkeypatch.setattr(native, "FLAGS", flags)
    model = load_model(TINY)
    assert history(simulation(model, Backend.NUMPY, 21)) == history(simulation(model, Backend.NATIVE, 21))


@needs_compiler
def test_a_run_is_the_same_alone_and_inside_a_block():
    model = shared_model(TINY)
    block = simulation(model, Backend.NATIVE, 1003)
    alone = simulation(model, Backend.NATIVE, 1, first=1002)
    block.advance(12)
    alone.advance(12)
    assert block.state[:, 1002].tobytes() == alone.state[:, 0].tobytes()


@needs_compiler
def test_months_at_once_are_the_months_one_by_one():
    model = shared_model(TINY)
    at_once, one_by_one = (simulation(model, Backend.NATIVE, 7) for _ in range(2))
    at_once.advance(12)
    for _ in range(12):
        one_by_one.step()
    assert at_once.month == one_by_one.month == 12
    assert at_once.state.tobytes() == one_by_one.state.tobytes()


@needs_compiler
def test_other_controllers_and_other_luck_take_effect_at_once():
    model = shared_model(TINY)
    states = []
    for backend in (Backend.NUMPY, Backend.NATIVE):
        sim = simulation(model, backend, 9)
        sim.advance(3)
        before = sim.state.copy()
        sim.recast(Cast(({},)))
        sim.advance(3)
        sim.reset(before, 3, sim.keys[::-1].copy())
        sim.advance(3)
        states.append(sim.state.tobytes())
    assert states[0] == states[1]


@needs_compiler
def test_threads_do_not_disturb_each_other():
    model = shared_model(TINY)
    blocks = [simulation(model, Backend.NATIVE, 500, first=500 * n) for n in range(4)]
    threads = [threading.Thread(target=b.advance, args=(24,)) for b in blocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = simulation(model, Backend.NUMPY, 2000)
    whole.advance(24)
    assert np.concatenate([b.state for b in blocks], axis=1).tobytes() == whole.state.tobytes()


@needs_compiler
def test_neighbours_folds_postings_and_pools_over_two_sets():
    regions = [f"r{n}" for n in range(7)]
    model = world(
        set={
            "region": members(*regions, neighbours={"r0": ["r1", "r2"], "r1": ["r0"], "r2": ["r0"]}),
            "group": members("a", "b", "c"),
        },
        constant={"small": (0.1, "1/month"), "bump": 2, "shock": (3, "index/month")},
        stock={
            "calm": level(50, over=["region"]),
            "hold": level(20, over=["group", "region"]),
            "fighters": conserved(100, over=["group", "region"]),
            "camp": conserved(10),
        },
        aux={"near": "neighbours(calm)", "all_hold": "sum(hold, group)"},
        flow={
            "drift": {"to": "calm", "rate": "small * (near - calm) + noise(shock)"},
            "spill": {"to": "hold", "rate": "small * (calm - hold)"},
            "leave": {"from": "fighters", "to": "camp", "rate": "fighters * small * all_hold / 100"},
        },
        event={
            f"e{n}": {"hazard": "small", "effects": [{"add": f"calm.{r}", "amount": "-bump"}]}
            for n, r in enumerate(["r0", "r3", "r3", "r6", "r6", "r6"])
        },
    )
    assert history(simulation(model, Backend.NUMPY, 21)) == history(simulation(model, Backend.NATIVE, 21))


def _elementary() -> tuple[Builder, list[Value]]:
    """All operations on pairs of a state row of each kind of number, and on such a row alone."""
    b = Builder({})
    count = len(EXTREMES)
    dims = (f"#{count * count}",)
    x = b.source("state", 0, dims)
    y = b.source("state", count * count, dims)
    pairs = (b.add, b.sub, b.mul, b.div, b.minimum, b.maximum, b.less, b.at_most, b.equal)
    values = [make(x, y) for make in pairs] + [b.neg(x), b.abs(x), b.sqrt(x)]
    values += [make(x, b.lit(n)) for make in (b.minimum, b.maximum) for n in (0.0, 2.0, -2.0)]
    low, high = b.less(x, y), b.at_most(x, y)
    values += [b.minimum(low, high), b.maximum(b.negation(low), x), b.minimum(x, high), b.mul(low, high)]
    values += [b.fold(v, dims[0]) for v in (x, y, low)]
    values.append(b.post(x, y, ((0, 0), (0, 5), (3, 1), (0, 2))))
    values.append(b.post(x, y, tuple((n, n) for n in range(160))))
    return b, values


@needs_compiler
def test_zeros_infinities_and_what_is_no_number_come_out_alike(tmp_path: Path):
    b, values = _elementary()
    outputs, at = [], 0
    for value in values:
        outputs.append((at, value))
        at += b.size(value.dims)
    outputs.append((at, b.source("state", 0, (f"#{2 * len(EXTREMES) ** 2}",))))
    tape = program(b, ConstantPool(b, 0), outputs, {})
    pairs = np.array([(x, y) for x in EXTREMES for y in EXTREMES]).T.reshape(-1, 1)
    state = np.zeros((tape.output_rows, 3))
    state[: len(pairs)] = pairs
    kernel = native.NativeLibrary(c_source(tape), False, 1).wait()
    expected = _by_numpy(tape, state)
    got = _by_library(kernel, state)
    numbers = ~np.isnan(expected)
    assert (np.isnan(got) == np.isnan(expected)).all()
    assert got[numbers].tobytes() == expected[numbers].tobytes()


def _by_numpy(tape: Program, state: np.ndarray) -> np.ndarray:
    kernel = Kernel(tape, state.shape[1], state_rows=len(state), const_rows=0)
    kernel.states[0][:] = state
    with np.errstate(all="ignore"):
        kernel.step(0, 1)
    return kernel.state.copy()


def _by_library(library: native.NativeLibrary, state: np.ndarray) -> np.ndarray:
    runs = state.shape[1]
    out, nothing, keys = state.copy(), np.zeros((1, 1)), np.zeros(runs, np.uint64)
    clock, month_keys = np.zeros((1, 2)), np.zeros(1, np.uint64)
    work = np.zeros(library.source.workspace(False, 0) + 8)
    begin = work.ctypes.data + -work.ctypes.data % 64
    assert library.advance is not None
    library.advance(
        out.ctypes.data, nothing.ctypes.data, nothing.ctypes.data, 1, None, 0, 1, keys.ctypes.data,
        runs, clock.ctypes.data, month_keys.ctypes.data, 1, begin,
    )  # fmt: skip
    return out


# -- loops -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ALL_SCENARIOS, ids=lambda p: p.stem)
def test_loops_read_only_what_is_there(path: Path):
    tape = shared_model(path).programs().month
    made = plan(tape)
    done: set[int] = set()
    for nest in made.nests:
        inside = {n.number: n for n in nest.nodes}
        for node in nest.nodes:
            assert node.needs <= done | inside.keys()
            for arg in node.args:
                roots = {r[0] for r in arg}
                if roots & inside.keys():
                    assert node.aligned(arg, inside[arg[0][0]])
        done |= inside.keys()


@pytest.mark.parametrize("path", ALL_SCENARIOS, ids=lambda p: p.stem)
def test_no_two_living_rows_share_a_place(path: Path):
    made = plan(shared_model(path).programs().month)
    last: dict[int, int] = {}
    for at, nest in enumerate(made.nests):
        for node in nest.nodes:
            last |= dict.fromkeys(node.needs, at)
    last |= {ref[0]: len(made.nests) for _, ref in made.copies if isinstance(ref[0], int)}
    kept = {**made.fixed, **made.monthly}
    holder: dict[int, object] = {row: ref for ref, row in kept.items()}
    assert len(holder) == len(kept)
    for at, nest in enumerate(made.nests):
        for node in nest.nodes:
            first = made.work.get(node.number)
            for row in range(first, first + node.rows) if first is not None else ():
                before = holder.get(row)
                assert before is None or (isinstance(before, int) and last[before] < at)
                holder[row] = node.number


def test_a_sum_over_five_members_folds_the_second_half_onto_the_first():
    steps = folded(["a", "b", "c", "d", "e"])
    assert steps == [(0, "a", "c"), (1, "b", "d"), (2, "@0", "e"), (3, "@2", "@1")]


def test_no_word_of_an_author_reaches_the_compiler():
    text = c_source(shared_model(TINY).programs().month).text
    scenario = shared_model(TINY).scenario
    names = {*scenario.stock, *scenario.flow, *scenario.decision, *scenario.event}
    assert not {name for name in names if len(name) > 3 and name in text}


# -- the compiler and the cache ----------------------------------------------------------


def _library() -> native.NativeLibrary:
    return native.NativeLibrary(c_source(shared_model(TINY).programs().month), False, 1)


@needs_compiler
def test_a_second_process_finds_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MALI_SIM_CACHE", str(tmp_path))
    assert not _library().ready()
    _library().wait()
    assert _library().ready()
    assert [p.suffix for p in native.cache_folder().iterdir()] == [".so"]
    assert stat.S_IMODE(native.cache_folder().stat().st_mode) == 0o700


@needs_compiler
def test_a_folder_that_others_can_write_to_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MALI_SIM_CACHE", str(tmp_path))
    native.cache_folder().mkdir()
    native.cache_folder().chmod(0o777)
    with pytest.raises(NativeUnavailable, match=r"others can write to .*native.*chmod go-w"):
        _library().wait()


@needs_compiler
def test_a_library_that_others_can_write_to_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MALI_SIM_CACHE", str(tmp_path))
    _library().wait()
    for file in native.cache_folder().iterdir():
        file.chmod(0o722)
    with pytest.raises(NativeUnavailable, match="others can write to"):
        _library().wait()


@needs_compiler
def test_somebody_elses_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MALI_SIM_CACHE", str(tmp_path))
    native.cache_folder().mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(NativeUnavailable, match="belongs to somebody else"):
        _library().wait()


def test_without_a_compiler_the_error_says_how_to_mend_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "no C compiler" in (native.available() or "")
    with pytest.raises(NativeUnavailable, match="install gcc, or use --backend numpy") as caught:
        simulation(world(), Backend.NATIVE, 3)
    assert caught.value.for_user


def test_auto_goes_on_with_numpy_where_there_is_no_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    model = world(stock={"trust": level(40)}, obs={"x": {"value": "trust"}})
    auto, numpy = (simulation(model, b, 70) for b in (Backend.AUTO, Backend.NUMPY))
    auto.advance(6)
    numpy.advance(6)
    assert auto.state.tobytes() == numpy.state.tobytes()


def _script(folder: Path, text: str) -> None:
    file = folder / "gcc"
    file.write_text(f"#!/bin/sh\ncase $1 in --version) echo fake; exit;; esac\n{text}\n")
    file.chmod(0o755)


def test_a_compile_that_never_ends_is_killed_with_its_children(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    _script(tmp_path, f"sleep 600 & echo $! > {tmp_path}/child; wait")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(native, "TIME_LIMIT", 0.5)
    with pytest.raises(NativeUnavailable, match="took longer than"):
        _library().wait()
    child = int((tmp_path / "child").read_text())
    asked = ["ps", "-o", "stat=", "-p", str(child)]
    state = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert state.stdout.strip().rstrip("sN") in ("", "Z")
    assert not list(native.cache_folder().glob("compile-*"))


def test_a_compiler_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    _script(tmp_path, "echo 'tape.c:1: error: no room' >&2; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(NativeUnavailable, match=r"failed with 1: tape\.c:1: error: no room"):
        _library().wait()


@needs_compiler
def test_auto_turns_from_numpy_to_the_library_in_mid_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MALI_SIM_CACHE", str(tmp_path))
    monkeypatch.setattr(native, "WORTH_COMPILING", 1)
    model = world(stock={"trust": level(40)}, obs={"x": {"value": "trust"}})
    auto, numpy = (simulation(model, b, 70) for b in (Backend.AUTO, Backend.NUMPY))
    auto.advance(2)
    native.library(auto.programs, False).wait()
    auto.advance(4)
    numpy.advance(6)
    assert isinstance(auto._stepper._stepper, native.NativeStepper)
    assert auto.month == numpy.month
    assert auto.state.tobytes() == numpy.state.tobytes()
