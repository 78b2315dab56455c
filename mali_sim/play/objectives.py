"""
What counts: each outcome so far, what it weighs, and its place among the shipped strategies.

A place is how many of 100 runs of the strategies that the scenario has for a seat came out
worse, on the game's own luck and on other luck; a score is the weighted mean of places.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import evolve, field, frozen

from mali_sim.engine import HUMAN, TENDENCY, Backend, Cast, Simulation, draws, run_once
from mali_sim.play.game import Game
from mali_sim.play.view import SeatView, says_yes_or_no, verdict
from mali_sim.play.weights import sided
from mali_sim.scenario import Text

#: Runs of each shipped strategy, by which a game is placed.
PEER_RUNS = 50


@frozen
class Result:
    """
    An outcome so far, or at the end.

    Parameters
    ----------
    id : str
    text : Text, optional
        What its observer measures.
    take : str
        ``sum``, ``mean``, ``last``, ``max`` or ``min`` over the months.
    better : {'higher', 'lower', 'none'}
    yes_no : bool
        Whether its observer says only yes or no.
    value : float
    start, end : float
        Where its observer started and stands.
    verdict : {'better', 'worse', 'same', 'neither'}
        Against the reference; without one, from start to end.
    weight : float
        For the seat, from 0 to 1.
    written : float
        In the scenario's reading.
    seen : bool
        Whether the seat may know the value; not before the end, of what others alone see.
    reference : float, optional
        What the scenario's own strategy comes to, on the same luck.
    worse, same : float, optional
        Of 100 runs of the shipped strategies, how many came out worse, and how many the same.
    """

    id: str
    label: Text
    text: Text | None
    unit: Text
    decimals: int
    take: str
    better: str
    yes_no: bool
    value: float
    start: float
    end: float
    verdict: str
    weight: float
    written: float
    seen: bool
    reference: float | None = None
    worse: float | None = None
    same: float | None = None

    @property
    def place(self) -> float | None:
        """Of 100 runs of the shipped strategies, how many came out worse; the same count half."""
        return None if self.worse is None or self.same is None else self.worse + self.same / 2.0


@frozen
class Peers:
    """
    What the shipped strategies of a seat come to by now.

    Parameters
    ----------
    strategies : tuple of str
    reference : str or None
        The one that the scenario names for the seat.
    outcomes : ndarray, shape (outcomes, strategies, runs)
        The first run is on the game's own luck.
    """

    strategies: tuple[str, ...]
    reference: str | None
    outcomes: np.ndarray = field(repr=False, eq=False)

    @property
    def runs(self) -> int:
        """Runs of each strategy."""
        return self.outcomes.shape[2]

    def references(self, names: Sequence[str]) -> Mapping[str, float]:
        """Outcomes of the scenario's own strategy on the game's luck."""
        if self.reference not in self.strategies:
            return {}
        column = self.outcomes[:, self.strategies.index(self.reference or ""), 0]
        return {id: float(v) for id, v in zip(names, column, strict=True)}


@frozen
class Scored:
    """
    A strategy's scores, from 0 to 100.

    Parameters
    ----------
    same_luck : float
        On the game's own luck.
    low, middle, high : float
        What 5, 50 and 95 in 100 of its runs stay below.
    """

    id: str
    label: Text
    same_luck: float
    low: float
    middle: float
    high: float


@frozen
class Part:
    """What an objective adds to the difference of two scores."""

    id: str
    label: Text
    amount: float


@frozen
class Weighed:
    """
    A game's score under one weighting.

    Parameters
    ----------
    score : float
        The weighted mean of its places, from 0 to 100.
    above : float
        Of 100 runs of the shipped strategies, how many have a lower score.
    strategies : tuple of Scored
        The best middle first.
    against : Scored, optional
        The scenario's own strategy for the seat.
    parts : tuple of Part
        What makes the score differ from that strategy's on the same luck, the largest first.
    """

    score: float
    above: float
    strategies: tuple[Scored, ...]
    against: Scored | None = None
    parts: tuple[Part, ...] = ()


def objectives(game: Game, actor: str, peers: Peers | None = None) -> list[Result]:
    """
    Every outcome, those that the scenario weighs first, by their weights.

    Parameters
    ----------
    peers : Peers, optional
        What to compare with; places are given where it has many runs.
    """
    names = list(game.model.scenario.outcome)
    own, written = game.weights(actor), game.written_weights
    references = peers.references(names) if peers is not None else {}
    placed = _places(game, peers) if peers is not None and peers.runs > 1 and not game.rewound else {}
    found = []
    for r in _results(game, actor):
        reference, told = references.get(r.id), r.verdict
        if reference is not None:
            # Of the numbers shown: what reads the same is neither better nor worse.
            decimals = 2 if r.yes_no else r.decimals
            told = verdict(round(r.value, decimals) - round(reference, decimals), r.better, decimals)
        worse, same = placed.get(r.id, (None, None)) if r.seen else (None, None)
        found.append(
            evolve(r, weight=own.get(r.id, 0.0), written=written.get(r.id, 0.0), reference=reference,
                   verdict=told, worse=worse, same=same)
        )  # fmt: skip
    return sorted(found, key=lambda r: (-r.written, r.better == "none"))


def _results(game: Game, actor: str) -> list[Result]:
    s = game.model.scenario
    view = SeatView(game, actor)
    made = []
    for id, value in game.outcomes().items():
        table = s.outcome[id]
        name = table.of.removeprefix("obs.")
        obs = s.obs[name]
        start = game.observed(name, min(0, game.month - 1) if name in view.counted else -1)
        end = game.observed(name)
        unit = table.unit.partition("/")[0] if table.take == "sum" else table.unit
        seen = game.finished or not obs.known_to or actor in obs.known_to
        if not game.month and table.take == "last":
            value = end
        made.append(
            Result(id, table.label, obs.text, view.unit_label(unit), obs.decimals, table.take, table.better,
                   says_yes_or_no(obs), value, start, end,
                   verdict(end - start, table.better, obs.decimals), 0.0, 0.0, seen)
        )  # fmt: skip
    return made


# -- the shipped strategies -----------------------------------------------------------------------


def peers(game: Game, actor: str, runs: int = PEER_RUNS) -> Peers | None:
    """
    Play the months that a game has had by every shipped strategy of a seat.

    The constants and the others are the game's; people are replaced by their tendencies.

    Returns
    -------
    Peers or None
        None where the seat has no strategy, or no month has been played.
    """
    s = game.model.scenario
    names = tuple(id for id, table in s.strategy.items() if table.actor == actor)
    if not names or not game.month:
        return None
    others = {a: TENDENCY if who == HUMAN else who for a, who in game.cast.items() if a != actor}
    cast = Cast(tuple({**others, actor: name} for name in names for _ in range(runs)), game.policies)
    numbers = np.uint64(game.record.header.run) + np.arange(runs, dtype=np.uint64)
    numbers = np.tile(numbers, len(names))
    sim = Simulation(game.model, cast, game.seed(0), numbers, game.parameters, Backend.NUMPY)
    for month in range(game.month):
        if month and game.seed(month) != game.seed(month - 1):
            sim.reset(sim.state.copy(), month, draws.run_keys(game.seed(month), numbers))
        sim.advance(1)
    final = run_once(sim.programs.ending, sim.const, sim.state, runs=len(numbers), month=game.month)
    outcomes = final[: len(s.outcome)].reshape(len(s.outcome), len(names), runs)
    named = s.scenario.strategy if actor == s.scenario.seats[0] else s.actor[actor].fallback
    return Peers(names, named if named in names else None, outcomes)


class _Pool:
    """All runs of the shipped strategies, outcome by outcome, turned so that more is better."""

    def __init__(self, game: Game, peers: Peers) -> None:
        signs = sided(game.model)
        names = list(game.model.scenario.outcome)
        self.signs = signs
        self.turned = {id: peers.outcomes[names.index(id)] * sign for id, sign in signs.items()}
        self.sorted = {id: np.sort(values, axis=None) for id, values in self.turned.items()}

    def counts(self, id: str, turned: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of 100 runs, how many are worse, and how many the same."""
        ranked = self.sorted[id]
        below, not_above = (np.searchsorted(ranked, turned, side) for side in ("left", "right"))
        return 100.0 * below / len(ranked), 100.0 * (not_above - below) / len(ranked)

    def places(self, id: str, turned: np.ndarray) -> np.ndarray:
        """Of 100 runs, how many are worse; those that are the same count half."""
        worse, same = self.counts(id, turned)
        return worse + same / 2.0


def _places(game: Game, peers: Peers) -> dict[str, tuple[float, float]]:
    """Of 100 runs, how many are worse than a game, and how many the same, by outcome."""
    pool, outcomes = _Pool(game, peers), game.outcomes()
    found = {id: pool.counts(id, np.array(outcomes[id] * sign)) for id, sign in pool.signs.items()}
    return {id: (float(worse), float(same)) for id, (worse, same) in found.items()}


def weighed(
    game: Game, actor: str, peers: Peers, weights: Mapping[str, float]
) -> Weighed | None:
    """
    A game's score, and those of the shipped strategies.

    Before the end what the seat cannot see is left out, and the other weights count for all.

    Returns
    -------
    Weighed or None
        None of a game that was played with rewinding, or where nothing that is seen is weighed.
    """
    seen = {r.id for r in _results(game, actor) if r.seen}
    used = {id: w for id, w in weights.items() if w and id in seen}
    if game.rewound or not used:
        return None
    pool = _Pool(game, peers)
    places = {id: worse + same / 2.0 for id, (worse, same) in _places(game, peers).items()}
    total = sum(used.values())
    score = sum(weight / total * places[id] for id, weight in used.items())
    others = np.zeros(peers.outcomes.shape[1:])
    for id, weight in used.items():
        others += weight / total * pool.places(id, pool.turned[id])
    made = []
    for row, id in enumerate(peers.strategies):
        low, middle, high = (float(x) for x in np.quantile(others[row], (0.05, 0.5, 0.95)))
        label = game.model.scenario.strategy[id].label
        made.append(Scored(id, label, float(others[row, 0]), low, middle, high))
    made.sort(key=lambda s: -s.middle)
    above = 100.0 * float(np.mean((others < score) + (others == score) / 2.0))
    against = next((s for s in made if s.id == peers.reference), None)
    parts = []
    if against is not None:
        row = peers.strategies.index(against.id)
        for id, weight in used.items():
            theirs = float(pool.places(id, pool.turned[id][row, 0]))
            label = game.model.scenario.outcome[id].label
            parts.append(Part(id, label, weight / total * (places[id] - theirs)))
    parts.sort(key=lambda p: -abs(p.amount))
    return Weighed(score, above, tuple(made), against, tuple(parts))
