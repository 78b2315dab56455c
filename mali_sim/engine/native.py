"""
The native backend: a tape's C text compiled by the machine's compiler, loaded with ctypes.

Compiled libraries are kept in a folder that nobody else can write to, under a key over
everything that they depend on. A compile runs in its own process group under a time
limit; whoever does not ask for this backend by name is served by NumPy meanwhile.
"""

import atexit
import ctypes
import hashlib
import os
import platform
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from platformdirs import user_cache_dir

from mali_sim.engine import draws
from mali_sim.engine.c_source import CSource, c_source
from mali_sim.model import Program, Programs

if TYPE_CHECKING:
    from mali_sim.engine.simulation import Simulation

#: Seconds that a compile may take.
TIME_LIMIT = 20.0
#: Pieces that a text is compiled in at a time, at the most.
SHARDS = 4
#: Libraries kept in the cache folder; the ones not used for longest go first.
KEPT = 64
#: Row-operations after which a compile pays even where nobody asked for one: about a second of NumPy.
WORTH_COMPILING = 1_000_000_000
#: Fewer runs than this are left to NumPy where nobody asked for more: they are done before
#: the C text is written.
MANY = 64
#: Nothing here lets the compiler change a result: no contraction into fused operations,
#: no reordering; errno and traps are not looked at.
FLAGS: tuple[str, ...] = (
    "-O2", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math",
    "-fno-strict-aliasing", "-fPIC", "-w",
)  # fmt: skip
COMPILERS = ("gcc", "clang", "cc")
MEND = "install gcc, or use --backend numpy, which gives the same results more slowly"


class NativeUnavailable(RuntimeError):
    """The native backend cannot run here; the message says why and what to do."""

    for_user = True

    def __init__(self, why: str) -> None:
        super().__init__(f"the native backend cannot be used: {why} ({MEND})")
        self.why = why


def compiler() -> str | None:
    """Path of the C compiler, if there is one."""
    return next((found for c in COMPILERS if (found := shutil.which(c))), None)


def cache_folder() -> Path:
    """Where compiled libraries are kept; ``MALI_SIM_CACHE`` puts the cache elsewhere."""
    base = os.environ.get("MALI_SIM_CACHE") or user_cache_dir("mali_sim")
    return Path(base) / "native"


def available() -> str | None:
    """
    Why the native backend cannot be used here.

    Returns
    -------
    str or None
        None when it can.
    """
    if os.name != "posix":
        return "it needs Linux, macOS or another POSIX system"
    if compiler() is None:
        return f"there is no C compiler ({', '.join(COMPILERS)}) on the PATH"
    try:
        _own_folder(cache_folder())
    except NativeUnavailable as error:
        return error.why
    return None


# -- the cache ---------------------------------------------------------------------------


def _own_folder(folder: Path) -> Path:
    """The folder, made if need be; refused when others could put code into it."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        _refuse_foreign(folder)
        if not os.access(folder, os.W_OK):
            raise NativeUnavailable(f"the cache folder {folder} cannot be written to")
    except OSError as error:
        reason = error.strerror or error
        raise NativeUnavailable(f"the cache folder {folder} cannot be used: {reason}") from error
    return folder


def _refuse_foreign(path: Path) -> None:
    """Code is loaded only from what is ours and nobody else can change."""
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        raise NativeUnavailable(f"{path} is a symbolic link")
    if found.st_uid != os.geteuid():
        raise NativeUnavailable(f"{path} belongs to somebody else (user {found.st_uid})")
    if found.st_mode & 0o022:
        raise NativeUnavailable(f"others can write to {path}; mend: chmod go-w '{path}'")


def _processor() -> str:
    """What -march=native depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = ("flags", "Features", "model name", "cpu family", "model")
    kept = {name: line for line in lines for name in names if line.partition(":")[0].strip() == name}
    return "\n".join(sorted(kept.values()))


def _key(text: str, path: str, flags: tuple[str, ...]) -> str:
    """SHA-256 over everything that the library's code depends on."""
    version = subprocess.run(
        [path, "--version"], capture_output=True, text=True, timeout=TIME_LIMIT, check=False
    ).stdout
    parts = (text, path, version, " ".join(flags), platform.machine(), _processor())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _prune(folder: Path) -> None:
    """Drop libraries beyond :data:`KEPT`, and what broken-off compiles left a day ago."""

    def used(path: Path) -> float:
        try:
            return path.stat().st_mtime
        except OSError:  # another process was quicker
            return 0.0

    for old in sorted(folder.glob("*.so"), key=used, reverse=True)[KEPT:]:
        old.unlink(missing_ok=True)
    newest = max((used(p) for p in folder.glob("*.so")), default=0.0)
    for left in folder.glob("compile-*"):
        if used(left) < newest - 86_400:
            shutil.rmtree(left, ignore_errors=True)


# -- a library ---------------------------------------------------------------------------


class NativeLibrary:
    """
    The compiled form of one tape, or its compile under way.

    Parameters
    ----------
    source : CSource
    varied : bool
        Whether constants differ from run to run.
    row_operations : int
        Of one run and month.

    Attributes
    ----------
    advance : callable
        The C function, once the library is ready.
    """

    def __init__(self, source: CSource, varied: bool, row_operations: int) -> None:
        self.source = source
        self.varied = varied
        self.advance: Callable[..., None] | None = None
        self._row_operations = row_operations
        self._served = 0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._error: NativeUnavailable | None = None
        self._looked = False

    def ready(self) -> bool:
        """Whether it can be called now; loads it when an earlier process compiled it."""
        if self.advance is None and not self._looked:
            self._looked = True
            try:
                self._load(self._path())
            except NativeUnavailable as error:
                self._error = error
        return self.advance is not None

    def served(self, run_months: int) -> None:
        """Note work that NumPy did meanwhile; enough of it sets off the compile."""
        with self._lock:
            self._served += run_months * self._row_operations
            enough = self._served > WORTH_COMPILING
        if enough:
            self.start()

    def start(self) -> None:
        """Compile in the background, unless that is under way, done or impossible."""
        if self.ready():
            return
        with self._lock:
            if self._thread is None and self._error is None:
                self._thread = threading.Thread(target=self._compile, daemon=True)
                self._thread.start()

    def wait(self) -> "NativeLibrary":
        """
        The library, compiled if need be.

        Raises
        ------
        NativeUnavailable
        """
        self.start()
        with self._lock:  # another thread may be between making it and starting it
            thread = self._thread
        if thread is not None:
            thread.join()
        if self.advance is None:
            raise self._error or NativeUnavailable("the compile was broken off")
        return self

    def _flags(self) -> tuple[str, ...]:
        return (*FLAGS, f"-DVARIED={int(self.varied)}")

    def _path(self) -> Path:
        why = available()
        path = compiler()
        if why is not None or path is None:
            raise NativeUnavailable(why or "there is no C compiler")
        try:
            return cache_folder() / f"{_key(self.source.text, path, self._flags())}.so"
        except (OSError, subprocess.SubprocessError) as error:
            raise NativeUnavailable(f"{path} does not run: {error}") from error

    def _load(self, path: Path) -> None:
        if not path.exists():
            return
        _refuse_foreign(path)
        try:
            os.utime(path)
            function = ctypes.CDLL(str(path)).mali_advance
        except (OSError, AttributeError) as error:
            raise NativeUnavailable(f"{path} cannot be loaded: {error}") from error
        pointer, number = ctypes.c_void_p, ctypes.c_long
        function.restype = None
        function.argtypes = [
            pointer, pointer, pointer, number, pointer, number, number, pointer, number,
            pointer, pointer, number, pointer,
        ]  # fmt: skip
        self.advance = function

    def _compile(self) -> None:
        try:
            path = self._path()
            if not path.exists():
                self._build(path)
            self._load(path)
        except NativeUnavailable as error:
            self._error = error
        except OSError as error:
            self._error = NativeUnavailable(f"the compile failed: {error}")

    def _build(self, path: Path) -> None:
        """Compile beside the cache's files and rename into place, so that nobody sees half of it."""
        folder = path.parent
        with tempfile.TemporaryDirectory(prefix="compile-", dir=folder) as place:
            made = _run_compiler(str(compiler()), self._flags(), self.source.text, Path(place))
            made.chmod(0o700)
            made.replace(path)
        _prune(folder)


def _run_compiler(path: str, flags: tuple[str, ...], text: str, folder: Path) -> Path:
    """The shared library made of a C text in a folder, on as many processors as there are."""
    source, made = folder / "tape.c", folder / "tape.so"
    source.write_text(text)
    shards = max(1, min(SHARDS, os.cpu_count() or 1))
    objects = [str(folder / f"tape{n}.o") for n in range(shards)]

    def compile_shard(n: int) -> None:
        defined = (f"-DSHARDS={shards}", f"-DSHARD={n}")
        _run_limited([path, *flags, *defined, "-c", str(source), "-o", objects[n]], TIME_LIMIT)

    with ThreadPoolExecutor(shards) as pool:
        list(pool.map(compile_shard, range(shards)))
    _run_limited([path, "-shared", *objects, "-o", str(made)], TIME_LIMIT)
    return made


def _run_limited(command: list[str], seconds: float) -> None:
    """Run a compiler in its own process group; on expiry or exit the group is killed."""
    # Whoever waits for it does nothing else; whoever does not, a window say, is not to be held up.
    gently = ["nice", "-n", "19"] if shutil.which("nice") else []
    process = subprocess.Popen(
        [*gently, *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip

    def kill() -> None:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)

    atexit.register(kill)
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        kill()
        process.communicate()
        raise NativeUnavailable(f"{command[0]} took longer than {seconds:g} s") from None
    finally:
        atexit.unregister(kill)
    if process.returncode:
        last = next((line for line in said.splitlines() if "error" in line), said.strip()[-200:])
        raise NativeUnavailable(f"{command[0]} failed with {process.returncode}: {last}")


#: Libraries of programs that are alive, so that every block of a batch shares one.
_libraries: dict[tuple[int, bool], NativeLibrary] = {}
_guard = threading.Lock()


def library(programs: Programs, varied: bool) -> NativeLibrary:
    """
    The library of a model's month, not compiled before it is started or waited for.

    Parameters
    ----------
    varied : bool
        Whether constants differ from run to run.
    """
    program: Program = programs.month
    key = (id(program), varied)
    with _guard:
        known = _libraries.get(key)
        if known is None:
            source = c_source(program)
            known = _libraries[key] = NativeLibrary(source, varied, program.row_operations)
            weakref.finalize(program, _libraries.pop, key, None)
    return known


def compile_seconds(program: Program) -> float:
    """
    How long the compile of a month takes, nothing kept.

    Raises
    ------
    NativeUnavailable
    """
    path = compiler()
    if path is None:
        raise NativeUnavailable("there is no C compiler")
    with tempfile.TemporaryDirectory() as place:
        begun = time.perf_counter()
        _run_compiler(path, (*FLAGS, "-DVARIED=0"), c_source(program).text, Path(place))
        return time.perf_counter() - begun


# -- stepping ----------------------------------------------------------------------------


class Stepper(Protocol):
    """What steps a simulation's runs."""

    @property
    def state(self) -> np.ndarray: ...  # noqa: D102
    def rekey(self) -> None: ...  # noqa: D102
    def recast(self) -> None: ...  # noqa: D102
    def load(self, state: np.ndarray) -> None: ...  # noqa: D102
    def step(self, inputs: np.ndarray | None) -> None: ...  # noqa: D102
    def advance(self, months: int) -> None: ...  # noqa: D102


class NativeStepper:
    """
    Steps a simulation's runs by the compiled tape.

    Raises
    ------
    NativeUnavailable
        When there is no compiler, no safe cache folder, or the compile fails.
    """

    def __init__(self, sim: "Simulation") -> None:
        self.sim = sim
        runs = len(sim.runs)
        self._varied = sim.const.shape[1] > 1
        self._library = library(sim.programs, self._varied).wait()
        self._const = _rows(sim.const, sim.programs.constant_rows, runs if self._varied else 1)
        self.recast()
        self.rekey()
        self._state = np.zeros((sim.programs.month.output_rows, runs))
        # One vector more, to begin where a vector may begin.
        numbers = self._library.source.workspace(self._varied, sim.actions)
        spare = np.empty(numbers + 8)
        self._work = spare[-spare.ctypes.data % 64 // 8 :][:numbers]

    @property
    def state(self) -> np.ndarray:
        """The state now, shape (state rows, runs)."""
        return self._state

    def rekey(self) -> None:
        """Take the simulation's keys anew."""
        self._keys = np.array(self.sim.keys, np.uint64)

    def recast(self) -> None:
        """Take the simulation's modes anew."""
        modes = self.sim.modes
        wide = modes.shape[1] > 1
        self._modes = _rows(modes, len(modes), len(self.sim.runs) if wide else 1)

    def load(self, state: np.ndarray) -> None:
        """Set the state."""
        self._state[:] = state

    def step(self, inputs: np.ndarray | None) -> None:
        """One month, with submissions or without."""
        given = None
        if inputs is not None and self.sim.actions:
            inputs = np.atleast_2d(np.asarray(inputs, float))
            wide = inputs.shape[1] > 1
            given = _rows(inputs, self.sim.actions, len(self.sim.runs) if wide else 1)
        self._call(1, given)

    def advance(self, months: int) -> None:
        """Several months without submissions, in one call."""
        self._call(months, None)
        self.sim.month += months

    def _call(self, months: int, inputs: np.ndarray | None) -> None:
        sim = self.sim
        when = range(sim.month, sim.month + months)
        clock = np.array([(m, sim.month_of_year(m)) for m in when], float)
        month_keys = np.array([draws.month_key(m) for m in when], np.uint64)
        advance = self._library.advance
        if advance is None:
            raise RuntimeError("a library that was waited for is not loaded")
        advance(
            self._state.ctypes.data, self._const.ctypes.data, self._modes.ctypes.data,
            self._modes.shape[1], None if inputs is None else inputs.ctypes.data,
            0 if inputs is None else len(inputs), 1 if inputs is None else inputs.shape[1],
            self._keys.ctypes.data, len(self._keys), clock.ctypes.data, month_keys.ctypes.data,
            months, self._work.ctypes.data,
        )  # fmt: skip


def _rows(given: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Rows as the C text reads them: doubles, one after the other, at least one."""
    out = np.zeros((max(rows, 1), columns))
    out[: len(given)] = given
    return out


class AutoStepper:
    """
    NumPy first; the compiled tape once it is there.

    A library from an earlier time is used at once. Otherwise the compile begins when
    NumPy has served so much that it pays, and is waited for by nobody. A few runs stay
    with NumPy.

    Parameters
    ----------
    make : callable
        Makes the NumPy stepper.
    """

    def __init__(self, sim: "Simulation", make: "Callable[[Simulation], Stepper]") -> None:
        self.sim = sim
        many = len(sim.runs) >= MANY
        self._library = library(sim.programs, sim.const.shape[1] > 1) if many else None
        self._native = self._library is not None and self._library.ready()
        self._stepper: Stepper = NativeStepper(sim) if self._native else make(sim)

    @property
    def state(self) -> np.ndarray:
        """The state now, shape (state rows, runs)."""
        return self._stepper.state

    def rekey(self) -> None:
        """Take the simulation's keys anew."""
        self._stepper.rekey()

    def recast(self) -> None:
        """Take the simulation's modes anew."""
        self._stepper.recast()

    def load(self, state: np.ndarray) -> None:
        """Set the state."""
        self._stepper.load(state)

    def step(self, inputs: np.ndarray | None) -> None:
        """One month, with submissions or without."""
        self._turn()
        self._stepper.step(inputs)

    def advance(self, months: int) -> None:
        """Several months without submissions."""
        while months and not self._native:
            self._turn()
            if not self._native:
                self._stepper.advance(1)
                months -= 1
        if months:
            self._stepper.advance(months)

    def _turn(self) -> None:
        """Change over when the library has become ready."""
        if self._native or self._library is None:
            return
        if self._library.ready():
            native = NativeStepper(self.sim)
            native.load(self._stepper.state)
            self._stepper, self._native = native, True
        else:
            self._library.served(len(self.sim.runs))
