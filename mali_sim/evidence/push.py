"""
Pairs of futures that differ in one push, on the same luck.

Both arms of a pair are runs of one block with the same keys, so every draw is the same in
both and what differs at the end came from the push. Until the month of the push they are
one.
"""

from collections.abc import Sequence

import numpy as np
from attrs import field, frozen

from mali_sim.engine import HUMAN, TENDENCY, Backend, Cast, NotANumber, Simulation
from mali_sim.evidence.arms import Arms, Request
from mali_sim.evidence.classes import Push
from mali_sim.evidence.pushes import PushError, Pushes, as_pushes, check_push, events_of, target
from mali_sim.evidence.variants import MARK, carried, forcible, variant
from mali_sim.model import Model
from mali_sim.play.address import controllers

__all__ = [
    "Pair", "Pairs", "PushError", "Pushes", "Request", "as_pushes", "casting", "check_push", "events_of",
    "prepared", "run_pair", "target",
]  # fmt: skip

#: Columns of a block, both arms of several pairs beside each other.
_COLUMNS = 1_500


@frozen
class Pair:
    """
    Effects in both arms of a pair, month by month.

    Parameters
    ----------
    effects : tuple of str
    from_ : int
        The month of the push, 0 being the first.
    with_, without : ndarray, shape (effects, months, runs)
        Effects at the close of the months from ``from_`` on.
    moved : tuple of float
        For each push, the share of runs in which its cause differed between the arms.
    """

    effects: tuple[str, ...]
    from_: int
    with_: np.ndarray = field(repr=False, eq=False)
    without: np.ndarray = field(repr=False, eq=False)
    moved: tuple[float, ...] = ()

    def difference(self, effect: int | str = 0) -> np.ndarray:
        """
        With less without, paired.

        Returns
        -------
        ndarray, shape (months, runs)
        """
        row = self.effects.index(effect) if isinstance(effect, str) else effect
        return self.with_[row] - self.without[row]


def run_pair(
    model: Model, setup: Pushes, push: Pushes, hold: bool | int, from_: int, months: int,
    effects: Sequence[str], runs: int = 200, seed: int = 1, profile: str | None = None,
    parameters: np.ndarray | None = None, backend: Backend = Backend.NUMPY,
) -> Pair:  # fmt: skip
    """
    Run a model with and without a push.

    Parameters
    ----------
    setup : pushes
        Made in both arms in month ``from_``, before the push: what a push changes is kept.
    push : pushes
        Made in one arm. A stock's level is held in its bounds, a conserved one at 0 or
        more; what actors do, they do by themselves for that month, in both arms.
    hold : bool or int
        For how many months the push is kept up; True for all, False for the first alone. While
        it is, a stock stays that much above the other arm's, a switch is set again (in the
        other arm too, where the setup sets it), actions are taken whenever they are legal, an
        event happens whenever it can. A constant stays changed in any case.
    from_ : int
        The month of the push, 0 being the first.
    months : int
        How many months to look at, ``from_`` the first of them.
    effects : sequence of str
        Equations as of an observer, or ``obs.ID``.
    profile : str, optional
        Who plays, as an address writes it; by default everyone follows the fallback that
        forecasts assume, or tendencies.
    parameters : ndarray, shape (parameter rows, runs or 1), optional
        The balanced reading's by default.

    Returns
    -------
    Pair

    Raises
    ------
    PushError
        When something to push does not exist.
    ScenarioProblems
        When an effect is no equation of the model.
    """
    pushes, before = as_pushes(push), as_pushes(setup)
    made = prepared(model, effects, (*pushes, *before))
    if parameters is not None:
        parameters = carried(parameters, model, made)
    pairs = Pairs(made, runs, seed, profile, parameters, backend)
    return pairs.run(before, pushes, hold, from_, months, effects)


def prepared(model: Model, effects: Sequence[str], pushes: Sequence[Push] = ()) -> Model:
    """
    A model in which effects are observed and events can be forced: itself where it is one.

    Raises
    ------
    PushError, ScenarioProblems
    """
    for one in pushes:
        check_push(model, one)
    known = model.scenario.obs
    wanted = list(dict.fromkeys(e for e in effects if not e.startswith("obs.") or e[4:] not in known))
    wanted = [e for e in wanted if _observer(model, e) is None]
    events = [p.event.partition(".")[0] for p in pushes if p.event is not None]
    events = [e for e in events if f"{MARK}keep_{e}" not in model.scenario.constant]
    if not wanted and not events:
        return model
    taken = sum(id.startswith(MARK) for id in known)
    overrides, additions = forcible(model.loaded, events)
    observers = {f"{MARK}{taken + n}": text for n, text in enumerate(wanted)}
    return variant(model.loaded, overrides=overrides, observers=observers, additions=additions)


def _observer(model: Model, effect: str) -> str | None:
    """The observer that shows an effect; None where a variant must add it."""
    if effect.startswith("obs.") and effect[4:] in model.scenario.obs:
        return effect[4:]
    added = (id for id, o in model.scenario.obs.items() if id.startswith(MARK) and o.value == effect)
    return next(added, None)


class Pairs:
    """
    Many pairs on one model, seed and profile: what comes before the pushes is run once.

    Parameters
    ----------
    model : Model
        As :func:`prepared` makes it for all effects and pushes.
    """

    def __init__(
        self, model: Model, runs: int, seed: int = 1, profile: str | None = None,
        parameters: np.ndarray | None = None, backend: Backend = Backend.NUMPY,
    ) -> None:  # fmt: skip
        self.model = model
        self.runs = runs
        self.seed = seed
        self.backend = backend
        self.parameters = model.parameters.balanced() if parameters is None else parameters
        self.casting = casting(model, profile)
        self._numbers = np.arange(runs, dtype=np.uint64)
        self._last: Simulation | None = None
        self._past: Simulation | None = None
        self._opened: dict[int, np.ndarray] = {}

    def opening(self, month: int) -> np.ndarray:
        """
        The state in which a month opens, before any push.

        Returns
        -------
        ndarray, shape (state rows, runs)
        """
        if month not in self._opened:
            if self._past is None:
                self._past = Simulation(
                    self.model, self._cast(()), self.seed, self._numbers, self.parameters, self.backend
                )
                self._opened[0] = self._past.state.copy()
            before = max(m for m in self._opened if m <= month)
            self._past.reset(self._opened[before], before)
            self._past.advance(month - before)
            self._opened[month] = self._past.state.copy()
        return self._opened[month]

    def run(
        self, setup: Pushes, push: Pushes, hold: bool | int, from_: int, months: int,
        effects: Sequence[str],
    ) -> Pair:  # fmt: skip
        """One pair; parameters and errors are those of :func:`run_pair`."""
        (found,) = self.run_all([Request(setup, push, hold, from_, months, effects)])
        if isinstance(found, NotANumber):
            raise found
        return found

    def run_all(self, requests: Sequence[Request]) -> list[Pair | NotANumber]:
        """
        Several pairs beside each other in blocks, each as if it were alone.

        Returns
        -------
        list of Pair
            In the order of the requests; the error of one whose push breaks the model.

        Raises
        ------
        PushError
        """
        order: dict[tuple[int, bool], list[int]] = {}
        for number, request in enumerate(requests):
            parametric = Arms(self.model, request, self.runs).parametric
            order.setdefault((request.from_, parametric), []).append(number)
        found: dict[int, Pair | NotANumber] = {}
        many = max(_COLUMNS // (2 * self.runs), 1)
        for _, numbers in sorted(order.items()):
            numbers.sort(key=lambda n: requests[n].months)
            for start in range(0, len(numbers), many):
                chunk = numbers[start : start + many]
                found |= dict(zip(chunk, self._block([requests[n] for n in chunk]), strict=True))
        return [found[n] for n in range(len(requests))]

    def _block(self, requests: Sequence[Request]) -> list[Pair | NotANumber]:
        """Pairs whose pushes come in one month, in one block of runs."""
        pairs = [Arms(self.model, r, self.runs, n * 2 * self.runs) for n, r in enumerate(requests)]
        rows = [self._rows(r.effects) for r in requests]
        seen = [np.zeros((len(at), r.months, 2 * self.runs)) for at, r in zip(rows, requests, strict=True)]
        broken: dict[int, NotANumber] = {}
        from_ = requests[0].from_
        sim = self._simulation(pairs)
        sim.reset(np.tile(self.opening(from_), (1, 2 * len(pairs))), from_)
        for month in range(max(r.months for r in requests)):
            state = sim.state.copy()
            inputs = np.zeros((sim.actions, state.shape[1]))
            human = [p.submit(state, inputs, month) if month < p.request.months else [] for p in pairs]
            sim.reset(state, from_ + month)
            sim.recast(self._cast(human))
            sim.step(inputs if any(human) else None)
            for number, pair in enumerate(pairs):
                if month < pair.request.months and number not in broken:
                    seen[number][:, month] = sim.state[rows[number], pair.both]
                    pair.note_done(sim.state, month)
                    error = self._broken(sim, pair)
                    if error is not None:
                        broken[number] = error
        return [
            broken.get(n) or Pair(
                tuple(r.effects), from_, seen[n][:, :, : self.runs], seen[n][:, :, self.runs :],
                tuple(float(m.mean()) for m in pair.moved),
            )
            for n, (r, pair) in enumerate(zip(requests, pairs, strict=True))
        ]  # fmt: skip

    def _broken(self, sim: Simulation, pair: Arms) -> NotANumber | None:
        """What is no number in a pair's columns."""
        bad = ~np.isfinite(sim.state[:, pair.both])
        if not bad.any():
            return None
        row, column = (int(x[0]) for x in np.nonzero(bad))
        return NotANumber(
            f"{self.model.layout.label(row)} is no number in run {column % self.runs} by month {sim.month}"
        )

    def _rows(self, effects: Sequence[str]) -> list[int]:
        """Rows of the state that show some effects."""
        block = self.model.layout.blocks["obs"]
        found = []
        for effect in effects:
            name = _observer(self.model, effect)
            if name is None:
                raise PushError(f"the model does not observe {effect}", "see prepared()")
            found.append(block.offset + block.labels.index(name))
        return found

    def unit(self, effect: str) -> str:
        """The unit of an effect that the model observes."""
        return self.model.scenario.obs[_observer(self.model, effect) or ""].unit

    def _simulation(self, pairs: Sequence[Arms]) -> Simulation:
        """A block for some pairs; the last one again where parameters do not differ."""
        width = 2 * len(pairs)
        parametric = any(p.parametric for p in pairs)
        if not parametric and self._last is not None and len(self._last.runs) == width * self.runs:
            return self._last
        base = self.parameters
        if parametric:
            each = np.repeat(base, self.runs, axis=1) if base.shape[1] == 1 else base
            base = np.concatenate([p.parameters(each) for p in pairs], axis=1)
        elif base.shape[1] > 1:
            base = np.tile(base, (1, width))
        numbers = np.tile(self._numbers, width)
        made = Simulation(self.model, self._cast(()), self.seed, numbers, base, self.backend)
        if not parametric:
            self._last = made
        return made

    def _cast(self, human: Sequence[Sequence[str]]) -> Cast:
        """Who plays whom in the block: the actors of each pair that submit something are human."""
        if not any(human):
            return Cast((self.casting,))
        whose = [{**self.casting, **dict.fromkeys(actors, HUMAN)} for actors in human]
        return Cast(tuple(one for one in whose for _ in range(2 * self.runs)))


def casting(model: Model, profile: str | None = None) -> dict[str, str]:
    """Who plays whom: as the profile says, else each actor's fallback, else tendencies."""
    if profile is not None:
        return controllers(model, profile)
    return {id: a.fallback or TENDENCY for id, a in model.scenario.actor.items()}
