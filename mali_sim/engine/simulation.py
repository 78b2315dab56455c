"""A block of runs, stepped month by month by one of the backends."""

import weakref
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from mali_sim.engine import draws
from mali_sim.engine.narrow import NarrowKernel
from mali_sim.engine.policy import Policy, policy_inputs
from mali_sim.engine.reference import NotANumber, run_program
from mali_sim.engine.vectors import Kernel
from mali_sim.model import Model, Program, Programs

if TYPE_CHECKING:
    from mali_sim.engine.native import Stepper

#: Runs in a block where nobody says otherwise; smaller ones are slower in NumPy.
BLOCK = 2_000
#: Up to so many runs, rows are packed instead of sets called one by one.
NARROW = 32


class Backend(Enum):
    """How a tape is run; all give the same bytes."""

    REFERENCE = "reference"
    NUMPY = "numpy"
    NATIVE = "native"
    AUTO = "auto"  # native once it is compiled, NumPy until then


#: Who decides for an actor.
HUMAN = "human"
TENDENCY = "tendency"


@frozen
class Cast:
    """
    Who plays whom in a block: for each actor ``human``, ``tendency`` or a strategy's id.

    Parameters
    ----------
    controllers : tuple of dict
        One for all runs, or one a run. Actors that are left out follow their tendencies.
    policies : tuple of Policy
        Strategies in Python that controllers name.
    """

    controllers: tuple[Mapping[str, str], ...] = ({},)
    policies: tuple[Policy, ...] = ()

    def strategies(self) -> tuple[str, ...]:
        """All TOML strategies that somebody plays by."""
        names = {c for one in self.controllers for c in one.values()} - {HUMAN, TENDENCY}
        return tuple(sorted(names - {p.name for p in self.policies}))

    def inputs(self, model: Model, state: np.ndarray, month: int) -> np.ndarray | None:
        """
        What the policies submit, each in the runs that it plays.

        Returns
        -------
        ndarray, shape (actions, runs), or None without policies
        """
        if not self.policies:
            return None
        total = np.zeros((len(model.happenings.actions), state.shape[1]))
        for policy in self.policies:
            plays = np.array([c.get(policy.actor) == policy.name for c in self.controllers])
            total += policy_inputs(model, policy, state, month) * plays
        return total

    def modes(
        self, programs: Programs, actors: Sequence[str], strategy_actor: Mapping[str, str]
    ) -> np.ndarray:
        """
        The mode rows.

        Returns
        -------
        ndarray, shape (modes, runs or 1)
        """
        rows = np.zeros((len(programs.modes), len(self.controllers)))
        for run, controllers in enumerate(self.controllers):
            for actor in actors:
                who = controllers.get(actor, TENDENCY)
                if who == HUMAN or any(p.name == who for p in self.policies):
                    continue
                rows[programs.modes[f"simulated:{actor}"], run] = 1.0
                if who == TENDENCY:
                    rows[programs.modes[f"tendency:{actor}"], run] = 1.0
                elif strategy_actor.get(who) == actor:
                    rows[programs.modes[f"strategy:{who}"], run] = 1.0
                else:
                    raise ValueError(f"the strategy {who} does not play {actor}")
        return rows


class Probe:
    """
    A tape that is asked of many states with as many runs each: legality, endings.

    Parameters
    ----------
    program : Program
    const : ndarray, shape (constant rows, runs or 1)
    state_rows : int
        Rows of the states that it will be asked of.
    runs : int
    modes : ndarray, shape (modes, runs or 1), optional
    """

    def __init__(
        self, program: Program, const: np.ndarray, state_rows: int, *, runs: int,
        modes: np.ndarray | None = None,
    ) -> None:  # fmt: skip
        self.kernel = Kernel(
            program, runs, state_rows=state_rows, const_rows=len(const),
            mode_rows=0 if modes is None else len(modes), varied=const.shape[1] > 1,
        )  # fmt: skip
        self.kernel.const[: len(const)] = const
        if modes is not None:
            self.kernel.modes[: len(modes)] = modes

    def __call__(self, state: np.ndarray | None, month: int, keys: np.ndarray | None = None) -> np.ndarray:
        """
        What the tape gives.

        Returns
        -------
        ndarray, shape (output rows, runs)
            A view that the next call overwrites.
        """
        kernel = self.kernel
        if state is not None:
            kernel.states[0][: len(state)] = state
        if keys is not None:
            kernel.keys[:] = keys
        kernel.side = 0
        with np.errstate(all="ignore"):
            kernel.step(month, 0)
        return kernel.states[1][: kernel.program.output_rows]


def run_once(
    program: Program, const: np.ndarray, state: np.ndarray | None, *, runs: int,
    keys: np.ndarray | None = None, month: int = -1, modes: np.ndarray | None = None,
) -> np.ndarray:  # fmt: skip
    """
    A tape run once with NumPy: constants, a first state, legality, endings.

    Returns
    -------
    ndarray, shape (output rows, runs)
    """
    probe = Probe(program, const, 0 if state is None else len(state), runs=runs, modes=modes)
    return probe(state, month, keys).copy()


def constant_rows(programs: Programs, parameters: np.ndarray) -> np.ndarray:
    """
    All rows that are the same over the months, from the parameters.

    Parameters
    ----------
    parameters : ndarray, shape (parameter rows, runs or 1)

    Returns
    -------
    ndarray, shape (constant rows, runs or 1)
    """
    const = np.zeros((programs.constant_rows, parameters.shape[1]))
    const[: len(parameters)] = parameters
    if programs.constants.outputs:
        derived = run_once(programs.constants, parameters, None, runs=parameters.shape[1])
        const[len(parameters) :] = derived[len(parameters) :]
    return const


def first_state(programs: Programs, const: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """
    The state before the first month.

    Returns
    -------
    ndarray, shape (state rows, runs)
    """
    return run_once(programs.start, const, None, runs=len(keys), keys=keys)


class Simulation:
    """
    Some runs of a model, stepped together.

    Parameters
    ----------
    model : Model
    cast : Cast
        Who plays whom.
    seed : int
    runs : ndarray of uint64, shape (runs,)
        Numbers of the runs: run k is the same in any block.
    parameters : ndarray, shape (parameter rows, runs or 1), optional
        The balanced reading's by default.
    backend : Backend
    state : ndarray, shape (state rows, runs), optional
        Where to start; the scenario's first state by default.
    month : int
        The month to step next, from 0.

    Attributes
    ----------
    state : ndarray, shape (state rows, runs)
    """

    def __init__(
        self, model: Model, cast: Cast, seed: int, runs: np.ndarray,
        parameters: np.ndarray | None = None, backend: Backend = Backend.NUMPY,
        state: np.ndarray | None = None, month: int = 0,
    ) -> None:  # fmt: skip
        self.model = model
        self.cast = cast
        self.backend = backend
        self.programs = model.programs(cast.strategies())
        if parameters is None:
            parameters = model.parameters.balanced()
        self.runs = np.asarray(runs, np.uint64)
        self.keys = draws.run_keys(seed, self.runs)
        self.const = constant_rows(self.programs, parameters)
        self.modes = self._modes(cast)
        self.month = month
        self._stepper = self._make_stepper()
        if state is None:
            state = first_state(self.programs, self.const, self.keys)
        self._stepper.load(state)

    def _modes(self, cast: Cast) -> np.ndarray:
        owners = {id: s.actor for id, s in self.model.scenario.strategy.items()}
        return cast.modes(self.programs, list(self.model.scenario.actor), owners)

    def recast(self, cast: Cast) -> None:
        """From now on other controllers, of strategies that were in the first cast."""
        self.cast = cast
        self.control(self._modes(cast))

    def control(self, modes: np.ndarray) -> None:
        """
        From now on these rows say who decides.

        Parameters
        ----------
        modes : ndarray, shape (modes, runs or 1)
        """
        self.modes = modes
        self._stepper.recast()

    def _make_stepper(self) -> "Stepper":
        numpy = _Narrow if len(self.runs) <= NARROW else _Vectors
        # A stepper that held its simulation would keep a block's arrays until the next collection.
        own: Any = weakref.proxy(self)
        if self.backend in (Backend.NATIVE, Backend.AUTO):
            from mali_sim.engine.native import AutoStepper, NativeStepper

            return NativeStepper(own) if self.backend is Backend.NATIVE else AutoStepper(own, numpy)
        return _Reference(own) if self.backend is Backend.REFERENCE else numpy(own)

    @property
    def state(self) -> np.ndarray:
        """The state now: a view that the next step overwrites."""
        return self._stepper.state

    def vectors(self) -> Kernel:
        """NumPy's arrays and calls, for the benchmark; only where NumPy steps a wide block."""
        if not isinstance(self._stepper, _Vectors):
            raise TypeError(f"{self.backend.value} steps these runs")
        return self._stepper.kernel

    @property
    def actions(self) -> int:
        """Number of input rows."""
        return len(self.model.happenings.actions)

    def month_of_year(self, month: int) -> int:
        """1 to 12, of a month counted from the scenario's start."""
        return (int(self.model.scenario.scenario.start[5:]) - 1 + month) % 12 + 1

    def step(self, inputs: np.ndarray | None = None) -> None:
        """
        One month.

        Parameters
        ----------
        inputs : ndarray, shape (actions, runs or 1), optional
            1 where an action is submitted.
        """
        self._stepper.step(inputs)
        self.month += 1

    def reset(self, state: np.ndarray, month: int, keys: np.ndarray | None = None) -> None:
        """Go on from another state, at another month, with other luck."""
        self._stepper.load(state)
        self.month = month
        if keys is not None:
            self.keys[:] = keys
            self._stepper.rekey()

    def advance(self, months: int) -> None:
        """
        Several months without submissions.

        Raises
        ------
        NotANumber
            When a state row is no number at the end; it names the variable.
        """
        if self.cast.policies:
            for _ in range(months):
                self.step(self.cast.inputs(self.model, self.state, self.month))
        else:
            self._stepper.advance(months)
        self.check()

    def check(self) -> None:
        """Raise :class:`NotANumber` when a row of the state is not finite in some run."""
        state = self.state
        bad = ~np.isfinite(state)
        if bad.any():
            row, run = (int(x[0]) for x in np.nonzero(bad))
            raise NotANumber(
                f"{self.model.layout.label(row)} is no number in run {int(self.runs[run])} "
                f"by month {self.month}"
            )


class _Vectors:
    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.kernel = self._kernel()
        self.kernel.const[: len(sim.const)] = sim.const
        self.kernel.modes[: len(sim.modes)] = sim.modes
        self.kernel.keys[:] = sim.keys
        self._submitted = False

    def _kernel(self) -> Any:
        sim, p = self.sim, self.sim.programs
        return Kernel(
            p.month, len(sim.runs), state_rows=p.month.output_rows, const_rows=p.constant_rows,
            input_rows=sim.actions, mode_rows=len(p.modes), varied=sim.const.shape[1] > 1,
        )  # fmt: skip

    @property
    def state(self) -> np.ndarray:
        return self.kernel.state

    def load(self, state: np.ndarray) -> None:
        self.kernel.state[:] = state

    def rekey(self) -> None:
        self.kernel.keys[:] = self.sim.keys

    def recast(self) -> None:
        self.kernel.modes[: len(self.sim.modes)] = self.sim.modes

    def step(self, inputs: np.ndarray | None) -> None:
        kernel, sim = self.kernel, self.sim
        if inputs is not None:
            kernel.inputs[: len(inputs)] = inputs
            self._submitted = True
        elif self._submitted:
            kernel.inputs[:] = 0.0
            self._submitted = False
        with np.errstate(all="ignore"):
            kernel.step(sim.month, sim.month_of_year(sim.month))

    def advance(self, months: int) -> None:
        for _ in range(months):
            self.step(None)
            self.sim.month += 1


class _Narrow(_Vectors):
    """A few runs: the same NumPy, packed by rows instead of by sets."""

    def _kernel(self) -> Any:
        sim, p = self.sim, self.sim.programs
        return NarrowKernel(
            p.month, len(sim.runs), state_rows=p.month.output_rows, const_rows=p.constant_rows,
            input_rows=sim.actions, mode_rows=len(p.modes),
        )  # fmt: skip


class _Reference:
    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self._state = np.zeros((0, 0))

    @property
    def state(self) -> np.ndarray:
        return self._state

    def load(self, state: np.ndarray) -> None:
        self._state = np.array(state)

    def rekey(self) -> None:
        """Keys are read anew at every step."""

    def recast(self) -> None:
        """Modes are read anew at every step."""

    def step(self, inputs: np.ndarray | None) -> None:
        sim = self.sim
        given = np.zeros((sim.actions, 1)) if inputs is None else inputs
        columns = []
        for run, key in enumerate(sim.keys):
            sources = {
                name: rows[:, min(run, rows.shape[1] - 1)].tolist()
                for name, rows in (("const", sim.const), ("mode", sim.modes), ("input", given))
            }
            sources["clock"] = [float(sim.month), float(sim.month_of_year(sim.month))]
            state = self._state[:, run].tolist()
            columns.append(run_program(sim.programs.month, state, sources, int(key), sim.month)[0])
        self._state = np.array(columns).T

    def advance(self, months: int) -> None:
        for _ in range(months):
            self.step(None)
            self.sim.month += 1
