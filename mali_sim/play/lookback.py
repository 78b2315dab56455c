"""
Looking back on a game: the fans of the strategies that it is held against, and what luck did.

Strategies play the same months on the game's own luck and on others; the game's own submissions
are played again on other luck. Nothing here touches the game.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from attrs import field, frozen

from mali_sim.engine import HUMAN, TENDENCY, Backend, Cast, Simulation, draws, run_once
from mali_sim.play.game import Game
from mali_sim.play.objectives import Peers, peers
from mali_sim.play.view import says_yes_or_no
from mali_sim.scenario import Text

#: Runs of each strategy in a fan, and replays of a game's submissions.
FAN_RUNS, REPLAYS = 200, 2_000
#: What a fan's bands and its middle are made of.
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@frozen
class StrategyFans:
    """
    Observers month by month under each shipped strategy of a seat.

    Parameters
    ----------
    strategies : tuple of str
    labels : tuple of Text
        The strategies' names.
    reference : str or None
        The one that the scenario names for the seat.
    names : tuple of str
        Observers.
    runs : int
        Of each strategy.
    quantiles : ndarray, shape (strategies, observers, 5, months)
        At the close of each month what 5, 25, 50, 75 and 95 in 100 runs stay below.
    same_luck : ndarray, shape (strategies, observers, months)
        On the game's own luck.
    """

    strategies: tuple[str, ...]
    labels: tuple[Text, ...]
    reference: str | None
    names: tuple[str, ...]
    runs: int
    quantiles: np.ndarray = field(repr=False, eq=False)
    same_luck: np.ndarray = field(repr=False, eq=False)

    def fan(self, strategy: str, name: str) -> np.ndarray:
        """
        One observer under one strategy.

        Returns
        -------
        ndarray, shape (5, months)
        """
        return self.quantiles[self.strategies.index(strategy), self.names.index(name)]

    def label(self, strategy: str) -> Text:
        """A strategy's name."""
        return self.labels[self.strategies.index(strategy)]


@frozen
class Luck:
    """
    What a game's own submissions come to on other luck.

    Every person's submissions are given again in the months in which they were given; what
    cannot be done in a run is refused there. They answered to what happened in the game, so
    that replays tell what luck did to these decisions, not what its players would have done.

    Parameters
    ----------
    names : tuple of str
        Outcomes.
    outcomes : ndarray, shape (outcomes, runs)
    own : dict of str to float
        The game's outcomes.
    better : dict of str to str
        ``higher``, ``lower`` or ``none``, by outcome.
    yes_no : frozenset of str
        Outcomes of an observer that says only yes or no; their middle is the mean.
    reference : str or None
        The strategy that the scenario names for the seat.
    usual : dict of str to float
        The middle of its runs, by outcome; empty where there is none.
    """

    names: tuple[str, ...]
    outcomes: np.ndarray = field(repr=False, eq=False)
    own: Mapping[str, float]
    better: Mapping[str, str]
    yes_no: frozenset[str]
    reference: str | None
    usual: Mapping[str, float]

    @property
    def runs(self) -> int:
        """How many replays."""
        return self.outcomes.shape[1]

    def replays(self, id: str) -> np.ndarray:
        """
        An outcome in the replays.

        Returns
        -------
        ndarray, shape (runs,)
        """
        return self.outcomes[self.names.index(id)]

    def place(self, id: str) -> float:
        """Of 100 replays, how many came out lower than the game; those that are the same count half."""
        replays, own = self.replays(id), self.own[id]
        return 100.0 * float(np.mean((replays < own) + (replays == own) / 2.0))

    def better_than(self, id: str) -> float:
        """
        Of 100 replays, how many came out worse than the game; those that are the same count half.

        Where neither side is better this is :meth:`place`.
        """
        return 100.0 - self.place(id) if self.better[id] == "lower" else self.place(id)

    def middle(self, id: str) -> float:
        """The median of the replays; of a yes or no the part with a yes."""
        return _middle(self.replays(id), id in self.yes_no)

    def choice(self, id: str) -> float | None:
        """
        What the decisions changed: the middle of the replays less the reference strategy's.

        None without such a strategy. With :meth:`chance` it adds up to the game's outcome less
        the reference's middle.
        """
        return self.middle(id) - self.usual[id] if id in self.usual else None

    def chance(self, id: str) -> float:
        """What luck changed: the game's outcome less the middle of the replays."""
        return self.own[id] - self.middle(id)


def strategy_fans(game: Game, actor: str, names: Sequence[str], runs: int = FAN_RUNS) -> StrategyFans | None:
    """
    Play the months that a game has had by every shipped strategy of a seat, and keep the course.

    As in :func:`mali_sim.play.objectives.peers` the constants and the others are the game's, people
    are replaced by their tendencies, and the first run of each strategy is on the game's own luck.

    Parameters
    ----------
    names : sequence of str
        Observers; before the end those that the seat cannot see are left out.
    runs : int
        Of each strategy.

    Returns
    -------
    StrategyFans or None
        None where the seat has no strategy, or no month has been played.
    """
    s = game.model.scenario
    strategies = tuple(id for id, table in s.strategy.items() if table.actor == actor)
    if not strategies or not game.month:
        return None
    seen = tuple(n for n in names if game.finished or not s.obs[n].known_to or actor in s.obs[n].known_to)
    block = game.model.layout.blocks["obs"]
    rows = [block.offset + block.labels.index(n) for n in seen]
    others = {a: TENDENCY if who == HUMAN else who for a, who in game.cast.items() if a != actor}
    cast = Cast(tuple({**others, actor: id} for id in strategies for _ in range(runs)), game.policies)
    numbers = np.tile(_numbers(game, runs), len(strategies))
    sim = Simulation(game.model, cast, game.seed(0), numbers, game.parameters, Backend.AUTO)
    found = np.zeros((len(strategies), len(seen), game.month, runs))
    for month in _months(game, sim):
        sim.advance(1)
        found[:, :, month] = sim.state[rows].reshape(len(seen), len(strategies), runs).swapaxes(0, 1)
    quantiles = np.moveaxis(np.quantile(found, LEVELS, axis=3), 0, 2)
    named = s.scenario.strategy if actor == s.scenario.seats[0] else s.actor[actor].fallback
    return StrategyFans(
        strategies, tuple(s.strategy[id].label for id in strategies),
        named if named in strategies else None, seen, runs, quantiles, found[:, :, :, 0].copy(),
    )  # fmt: skip


def luck(game: Game, actor: str, runs: int = REPLAYS, among: Peers | None = None) -> Luck | None:
    """
    Play a game's own submissions again on other luck.

    Parameters
    ----------
    actor : str
        The seat whose reference strategy the replays are held against.
    runs : int
        How many replays, on the luck of the runs after the game's own.
    among : Peers, optional
        The shipped strategies, where they have been played already.

    Returns
    -------
    Luck or None
        None where no month has been played, and of a game that was played with rewinding: its
        submissions were chosen knowing its luck.
    """
    if not game.month or game.rewound:
        return None
    s = game.model.scenario
    names = tuple(s.outcome)
    yes_no = frozenset(id for id, o in s.outcome.items() if says_yes_or_no(s.obs[o.of.removeprefix("obs.")]))
    among = among or peers(game, actor)
    usual: dict[str, float] = {}
    reference = among.reference if among is not None else None
    if among is not None and reference is not None:
        theirs = among.outcomes[:, among.strategies.index(reference)]
        usual = {id: _middle(row, id in yes_no) for id, row in zip(names, theirs, strict=True)}
    replays = replayed(game, _numbers(game, runs + 1)[1:])
    better = {id: str(o.better) for id, o in s.outcome.items()}
    return Luck(names, replays, game.outcomes(), better, yes_no, reference, usual)


def replayed(game: Game, numbers: np.ndarray) -> np.ndarray:
    """
    Outcomes of a game's own submissions on the luck of other runs.

    Whoever a strategy or a tendency played is played by it again; on the number of the game's
    own run the outcomes are the game's.

    Parameters
    ----------
    numbers : ndarray of uint64, shape (runs,)

    Returns
    -------
    ndarray, shape (outcomes, runs)
    """
    model = game.model
    sim: Simulation | None = None
    for month in range(game.month):
        cast = Cast((game.casts[month],), game.policies)
        if sim is None or game.casts[month] != game.casts[month - 1]:
            # Another strategy may have taken a seat over: its rules are in another tape.
            opening = None if sim is None else sim.state.copy()
            sim = Simulation(
                model, cast, game.seed(month), numbers, game.parameters, Backend.AUTO, opening, month
            )
        elif game.seed(month) != game.seed(month - 1):
            sim.reset(sim.state.copy(), month, draws.run_keys(game.seed(month), numbers))
        inputs = np.zeros((len(model.happenings.actions), 1))
        for who, id in game.inputs[month]:
            if game.casts[month].get(who) == HUMAN:
                inputs[model.action_rows[id]] = 1.0
        policies = cast.inputs(model, sim.state, month)
        sim.step(inputs if policies is None else inputs + policies)
    if sim is None:
        raise ValueError("no month has been played")
    sim.check()
    final = run_once(sim.programs.ending, sim.const, sim.state, runs=len(numbers), month=game.month)
    return final[: len(model.scenario.outcome)].copy()


def _numbers(game: Game, runs: int) -> np.ndarray:
    """Numbers of so many runs, the first the game's own."""
    return np.uint64(game.record.header.run) + np.arange(runs, dtype=np.uint64)


def _months(game: Game, sim: Simulation) -> Iterator[int]:
    """The months that a game has had, with the luck of its branches."""
    for month in range(game.month):
        if month and game.seed(month) != game.seed(month - 1):
            sim.reset(sim.state.copy(), month, draws.run_keys(game.seed(month), sim.runs))
        yield month


def _middle(values: np.ndarray, yes_no: bool) -> float:
    """Where the middle of some runs is: the median, or the part with a yes."""
    return float(values.mean() if yes_no else np.median(values))
