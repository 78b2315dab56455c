"""
What a decision changes: paired futures, with and without it, on the same luck.

A forecast knows what its seat knows. Others' submissions are not in it, hidden stocks
are replaced by the seat's estimate with its doubt, made to agree with what it sees,
constants are those of the reading, or the plausible draws in turn, even in a game whose own
were drawn, and its luck is its own: it never touches the game's draws.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from attrs import evolve, field, frozen

from mali_sim.engine import HUMAN, TENDENCY, Backend, Cast, Simulation
from mali_sim.engine import draws as engine_draws
from mali_sim.model import Model
from mali_sim.model.names import ASKED, IN_FORCE
from mali_sim.play.answers import same_question
from mali_sim.play.game import Game
from mali_sim.play.known import known_state


@frozen
class Forecast:
    """
    Futures of every observer, with and without the actions asked about.

    Parameters
    ----------
    actor : str
    actions : tuple of str
        What was asked about.
    plan : tuple of str
        What is in the plan besides.
    months : int
        The horizon.
    runs : int
    names : tuple of str
        Observers.
    without, with_ : ndarray, shape (observers, months, runs)
    agreed : ndarray of bool, shape (runs,), optional
        Where the other sides say yes to all offers asked about; None where none is.
    """

    actor: str
    actions: tuple[str, ...]
    plan: tuple[str, ...]
    months: int
    runs: int
    names: tuple[str, ...]
    without: np.ndarray = field(repr=False, eq=False)
    with_: np.ndarray = field(repr=False, eq=False)
    agreed: np.ndarray | None = field(repr=False, eq=False, default=None)

    def among(self, chosen: np.ndarray) -> "Forecast":
        """Some of the futures; ``chosen`` says which."""
        without, with_ = self.without[:, :, chosen], self.with_[:, :, chosen]
        agreed = None if self.agreed is None else self.agreed[chosen]
        return evolve(self, runs=int(chosen.sum()), without=without, with_=with_, agreed=agreed)

    def difference(self, name: str) -> np.ndarray:
        """
        With less without, paired.

        Returns
        -------
        ndarray, shape (months, runs)
        """
        row = self.names.index(name)
        return self.with_[row] - self.without[row]

    def fan(self, name: str, levels: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95)) -> np.ndarray:
        """
        Quantiles of the paired difference.

        Returns
        -------
        ndarray, shape (levels, months)
        """
        return np.quantile(self.difference(name), levels, axis=1)

    def level(self, name: str, levels: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95)) -> np.ndarray:
        """Quantiles of the observer itself, with the actions; shape (levels, months)."""
        return np.quantile(self.with_[self.names.index(name)], levels, axis=1)


def forecast(
    game: Game, actor: str, actions: Sequence[str] = (), *, runs: int = 1_000, months: int = 12,
    backend: Backend = Backend.AUTO, first_run: int = 0,
) -> Forecast:  # fmt: skip
    """
    Futures with this month's plan, with and without some actions.

    Parameters
    ----------
    actor : str
        Whose forecast it is: it knows what this actor knows.
    actions : sequence of str
        Actions to ask about; they need not be in the plan.
    runs : int
        How many paired futures.
    months : int
        How far; cut at the scenario's end.
    first_run : int
        Where to go on from, to refine an earlier forecast.
    """
    ahead = Lookahead(game, actor, runs=runs, months=months, backend=backend, first_run=first_run)
    return ahead.of(actions, game.plan.get(actor, ()))


class Lookahead:
    """
    Futures of one month, made ready once: each action that is asked about costs its own runs only.

    Parameters
    ----------
    game : Game
        As it stands; a snapshot where the game goes on meanwhile.
    actor : str
    runs, months, backend, first_run
        As in :func:`forecast`.
    """

    def __init__(
        self, game: Game, actor: str, *, runs: int = 1_000, months: int = 12,
        backend: Backend = Backend.AUTO, first_run: int = 0,
    ) -> None:  # fmt: skip
        self.game, self.actor, self.runs = game, actor, runs
        self.months = min(months, game.months - game.month)
        seed = forecast_seed(game.model, game.month, actor)
        numbers = np.arange(first_run, first_run + runs, dtype=np.uint64)
        parameters = game.assumed_draws(numbers)
        known = known_state(game, actor, engine_draws.run_keys(seed, numbers), parameters)
        observers = game.model.scenario.obs
        self.names = tuple(id for id, o in observers.items() if not o.known_to or actor in o.known_to)
        self._futures = _Futures(
            game, actor, known, seed, numbers, parameters, self.months, self.names, backend
        )
        self._without: tuple[tuple[str, ...], np.ndarray] | None = None

    def of(self, actions: Sequence[str], planned: Sequence[str] = ()) -> Forecast:
        """
        What some actions change beside a plan.

        Parameters
        ----------
        planned : sequence of str
            This month's plan; what it has of the actions, or of other answers to the same
            question, is left out.
        """
        model = self.game.model
        asked = [model.action(a) for a in actions]
        plan = tuple(
            a for a in planned
            if a not in actions and not any(same_question(model.action(a), b) for b in asked)
        )  # fmt: skip
        if self._without is None or self._without[0] != plan:
            self._without = plan, self._futures.of(plan)
        without = self._without[1]
        offers = [a.item.id for a in asked if a.kind == "ask"]
        with_ = self._futures.of((*plan, *actions), offers)
        agreed = self._futures.agreed if offers else None
        return Forecast(
            self.actor, tuple(actions), plan, self.months, self.runs, self.names, without, with_, agreed
        )


def between(one: Forecast, other: Forecast) -> Forecast:
    """
    What another plan changes against one: both forecast from the same month, on the same luck.

    The plans are the actions of two forecasts that have nothing else in their plan.
    """
    return evolve(other, without=one.with_, agreed=None)


def forecast_seed(model: Model, month: int, actor: str) -> int:
    """The seed of a forecast's own luck: of the scenario, month and seat, never of the game."""
    text = f"forecast|{model.fingerprint}|{month}|{actor}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "little")


class _Futures:
    """Runs from what a seat knows: this month a plan, then its fallback; others by their controllers."""

    def __init__(
        self, game: Game, actor: str, known: np.ndarray, seed: int, numbers: np.ndarray,
        parameters: np.ndarray, months: int, names: tuple[str, ...], backend: Backend,
    ) -> None:  # fmt: skip
        self.game, self.known, self.months = game, known, months
        after = {a: (TENDENCY if who == HUMAN else who) for a, who in game.cast.items()}
        after[actor] = game.model.scenario.actor[actor].fallback or TENDENCY
        self.now, self.after = Cast(({**after, actor: HUMAN},)), Cast((after,))
        block = game.model.layout.blocks["obs"]
        self.rows = [block.offset + block.labels.index(n) for n in names]
        self.sim = Simulation(game.model, self.after, seed, numbers, parameters, backend, known, game.month)

    def of(self, chosen: tuple[str, ...], offers: Sequence[str] = ()) -> np.ndarray:
        """
        Observers by month, with these actions this month; ``agreed`` says where all offers get a yes.

        Returns
        -------
        ndarray, shape (observers, months, runs)
        """
        sim, actions = self.sim, self.game.model.action_rows
        found = np.zeros((len(self.rows), self.months, self.known.shape[1]))
        inputs = np.zeros((len(actions), 1))
        inputs[[actions[id] for id in chosen]] = 1.0
        sim.reset(self.known, self.game.month)
        block = self.game.model.layout.blocks.get("offer")
        status = [block.offset + block.labels.index(o) for o in offers] if block else []
        pending = np.ones((len(status), self.known.shape[1]), bool)
        accepted = np.zeros_like(pending)
        for month in range(self.months):
            sim.recast(self.after if month else self.now)
            sim.step(None if month else inputs)
            found[:, month] = sim.state[self.rows]
            # Only the first answer counts: what is asked again later is another offer.
            accepted |= pending & (sim.state[status] == IN_FORCE)
            pending &= sim.state[status] == ASKED
        sim.check()
        self.agreed: np.ndarray = np.logical_and.reduce(accepted, axis=0)
        return found
