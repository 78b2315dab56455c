"""The turning points of a game: the months in which what counts moved most, and why."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median

from attrs import evolve, frozen

from mali_sim.equations import names_in
from mali_sim.play.game import Game, MonthReport
from mali_sim.play.objectives import Result
from mali_sim.play.view import Indicator, SeatView, says_yes_or_no, verdict
from mali_sim.play.why.reasons import Reasons, reasons

#: So many months are told, and so many figures of each.
_MONTHS, _FIGURES = 4, 3
#: A figure that moved less than this part of the month's first is not told.
_BESIDE = 0.25
#: A month stands out among so many before it and after it.
_AROUND = 4


@frozen
class Move:
    """A figure that moved in a month, and the causes that its explanation gives."""

    figure: Indicator
    reasons: Reasons


@frozen
class TurningPoint:
    """
    A month in which what counts moved most.

    Parameters
    ----------
    own : tuple of str
        What the seat submitted in it.
    """

    month: int
    moves: tuple[Move, ...]
    own: tuple[str, ...]
    report: MonthReport


def turning_points(
    game: Game, actor: str, results: Sequence[Result], spans: Mapping[str, float]
) -> list[TurningPoint]:
    """
    Months by how far the objectives moved in them, each against its span and by its weight.

    What an ending asks about goes first: the month in which a coup, a war or a vote came.

    Parameters
    ----------
    results : sequence of Result
        The outcomes that the seat may know.
    spans : mapping of str to float
        How far each observer goes in a year; for the others their range in the game counts.
    """
    view, outcome = SeatView(game, actor), game.model.scenario.outcome
    seen = {r.id: outcome[r.id].of.removeprefix("obs.") for r in results}
    decisive = _decisive(game, seen)
    weights = dict.fromkeys(decisive.values(), 1.0)
    weights |= {seen[r.id]: r.weight for r in results if r.weight and seen[r.id] not in weights}
    if not weights:
        weights = dict.fromkeys((i.id.removeprefix("obs.") for i in view.headlines()), 1.0)
    found: list[tuple[bool, float, int, list[Indicator]]] = []
    figures = {id: view.indicator(id) for id in weights}
    span = {id: spans.get(id) or _range(figure) for id, figure in figures.items()}
    for month in range(game.month):
        sizes = []
        for id, weight in weights.items():
            at = in_month(view, figures[id], month)
            if abs(at.change) < 0.5 * 10.0**-at.decimals:
                continue
            began = id in decisive.values() and at.change > 0
            if id not in decisive.values() or began:
                sizes.append((began, weight * abs(_step(view, figures[id], at)) / span[id], at))
        sizes = [x for x in sizes if x[0] or x[1]]
        if sizes:
            sizes.sort(key=lambda x: (not x[0], -x[1]))
            least = _BESIDE * max(size for _, size, _ in sizes if size)
            told = [at for began, size, at in sizes if began or size >= least or at is sizes[0][2]]
            found.append((sizes[0][0], sum(size for _, size, _ in sizes), month, told[:_FIGURES]))
    found.sort(key=lambda x: (not x[0], -x[1], x[2]))
    return [_point(view, month, told) for _, _, month, told in sorted(found[:_MONTHS], key=lambda x: x[2])]


def _decisive(game: Game, seen: dict[str, str]) -> dict[str, str]:
    """Outcomes that some ending asks about and that say only yes or no, with their observers."""
    s, trees = game.model.scenario, game.model.variables.trees
    asked: set[str] = set()
    for id in s.ending:
        tree = trees.get(("ending", id, "when"))
        asked |= names_in(tree) if tree is not None else set()
    return {
        id: obs
        for id, obs in seen.items()
        if f"outcome.{id}" in asked and says_yes_or_no(s.obs[obs]) and _begins(game, obs)
    }


def _step(view: SeatView, figure: Indicator, at: Indicator) -> float:
    """
    How far a figure moved in a month.

    What is counted month by month falls back after a month that stands out: of it counts how
    far the month stands out among those around it, and falling back is nothing.
    """
    if at.id.removeprefix("obs.") not in view.counted and not _by_the_month(view, at):
        return at.change
    place = len(at.series) - 1
    if place < 2:
        return 0.0  # the months before the first are not known
    apart = at.value - median(figure.series[max(place - _AROUND, 0) : place + _AROUND + 1])
    return apart if apart * at.change > 0 else 0.0


def _by_the_month(view: SeatView, at: Indicator) -> bool:
    """Whether an observer is a number a month."""
    return view.model.scenario.obs[at.id.removeprefix("obs.")].yearly == "sum"


def _range(figure: Indicator) -> float:
    """How far a figure went in this game: the span of what is seen at the end only."""
    return max(max(figure.series) - min(figure.series), 2 * 10.0**-figure.decimals)


def _begins(game: Game, obs: str) -> bool:
    """Whether a no became a yes."""
    values = [game.observed(obs, month) for month in range(-1, game.month)]
    return any(after > before for before, after in pairwise(values))


def _point(view: SeatView, month: int, told: Sequence[Indicator]) -> TurningPoint:
    game = view.game
    done = game.report(month).decisions
    own = tuple(id for who, id in game.inputs[month] if who == view.actor and (who, id) in done)
    acts = {f"effect.{id}" for id in own}
    moves = tuple(Move(i, reasons(view, i.id, month, own=acts)) for i in told)
    return TurningPoint(month, moves, own, game.report(month))


def in_month(view: SeatView, indicator: Indicator, month: int) -> Indicator:
    """An indicator as it stood at the close of an earlier month."""
    series = indicator.series[: len(indicator.series) - view.game.month + 1 + month]
    value, change = series[-1], 0.0
    if len(series) > 1:
        places = indicator.decimals
        change = round(round(value, places) - round(series[-2], places), places)
    obs = view.model.scenario.obs[indicator.id.removeprefix("obs.")]
    return evolve(
        indicator, value=value, change=change, series=series,
        verdict=verdict(change, obs.better, obs.decimals),
    )  # fmt: skip
