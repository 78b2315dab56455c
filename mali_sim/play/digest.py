"""
What to say first: in a month, about a choice, of a whole game.

Changes in different units are compared by how far each indicator goes in plain futures,
in a month or over a year; that yardstick is the same all game.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from attrs import evolve, frozen

from mali_sim.play.forecast import Forecast, forecast
from mali_sim.play.game import Game
from mali_sim.play.objectives import Peers, Result, Weighed, objectives, peers, weighed
from mali_sim.play.record import Record
from mali_sim.play.view import Indicator, SeatView, says_yes_or_no, verdict
from mali_sim.play.why.turning import TurningPoint, turning_points
from mali_sim.scenario import Text
from mali_sim.scenario.classes import Observer

#: Sources with such ids are recommendations.
RECOMMENDATION = re.compile(r"R\d+\Z")
#: Chances of a yes that change by less are not spoken of.
_CHANCE_SHOWN = 0.01
#: Nor are differences below this part of how far the futures themselves spread.
_NOTHING = 0.02
#: A difference has faded when it was once so many times as large as at the end.
_FADED = 2.0
#: What came last: so many things at most, of so many months.
_LAST, _LAST_MONTHS = 4, 6
_YARDSTICK_RUNS = 100
_YARDSTICK_MONTHS = 12


@frozen
class Difference:
    """
    What some actions change in an indicator.

    Parameters
    ----------
    middle, low, high : float
        Median, 5 and 95 in 100 of the paired differences; all the same where nothing
        was drawn. Of a yes or no the middle is the mean: the change of its chance.
    summed : bool
        Over the months rather than at their end.
    verdict : {'better', 'worse', 'same', 'neither'}
        Of the middle.
    weight : float
        How much it is, by the yardstick.
    better, worse : float
        Parts of the futures in which it shows and is for the better, and for the worse,
        from 0 to 1.
    objective : float
        What the seat's objectives of this indicator weigh.
    peak : tuple of (int, float), optional
        Month and median where the difference is largest, if it is much larger than at the end.
    """

    id: str
    label: Text
    unit: Text
    decimals: int
    middle: float
    low: float
    high: float
    summed: bool
    verdict: str
    weight: float
    better: float = 0.0
    worse: float = 0.0
    objective: float = 0.0
    peak: tuple[int, float] | None = None


@frozen
class Debrief:
    """
    A game, looked back on.

    Parameters
    ----------
    ending : tuple of Text
        Title and paragraph.
    results : tuple of Result
        Outcomes that the seat sees, those that the scenario weighs most first.
    reference : Text, optional
        The strategy that played the same luck, for comparison.
    followed, left : tuple of str
        Recommendations to the seat: behind what it chose to do, and behind what it did not.
    decisions : tuple of (int, str)
        Month and action, of the seat.
    weighed, as_written : Weighed, optional
        The score by the seat's weights, and by the scenario's; none where the seat has no
        shipped strategies, or months were played again.
    runs : int
        Of each shipped strategy.
    last : tuple of (int, Text)
        Month and sentence of what came last and changed a state of things.
    """

    ending: tuple[Text, Text] | None
    results: tuple[Result, ...]
    reference: Text | None
    followed: tuple[str, ...]
    left: tuple[str, ...]
    decisions: tuple[tuple[int, str], ...]
    turning: tuple[TurningPoint, ...]
    address: str
    rewound: bool
    weighed: Weighed | None = None
    as_written: Weighed | None = None
    runs: int = 0
    last: tuple[tuple[int, Text], ...] = ()


@frozen
class Yardstick:
    """
    How far each observer goes in plain futures, as root mean squares.

    Parameters
    ----------
    month : dict of str to float
        From one month to the next; what a month's news is measured by.
    year : dict of str to float
        From the start, over a year; what consequences are measured by.
    """

    month: Mapping[str, float]
    year: Mapping[str, float]


def yardstick(game: Game, actor: str) -> Yardstick:
    """Measure plain futures from the game's start; never below twice the last digit shown."""
    start = Game(game.model, Record(game.record.header))
    futures = forecast(start, actor, runs=_YARDSTICK_RUNS, months=_YARDSTICK_MONTHS)
    view = SeatView(game, actor)
    month: dict[str, float] = {}
    year: dict[str, float] = {}
    for row, name in enumerate(futures.names):
        counted = name in view.counted
        values = futures.without[row]
        strayed = values - (values[:1] if counted else start.observed(name))
        obs = game.model.scenario.obs[name]
        # That a yes turns into a no is news.
        floor = 0.1 if says_yes_or_no(obs) else 2 * 10.0**-obs.decimals
        year[name] = max(float(np.sqrt(np.mean(strayed**2))), floor)
        steps = np.diff(values, axis=0)
        month[name] = max(float(np.sqrt(np.mean(steps**2))), floor) if len(steps) else floor
    return Yardstick(month, year)


def biggest(indicators: Sequence[Indicator], scales: Yardstick) -> list[Indicator]:
    """Indicators whose last change shows, those first that moved most for a month."""
    moved = [i for i in indicators if abs(i.change) >= 0.5 * 10.0**-i.decimals]
    return sorted(moved, key=lambda i: -abs(i.change) / scales.month[i.id.removeprefix("obs.")])


def differences(game: Game, found: Forecast) -> list[Difference]:
    """
    A forecast's differences that matter, the largest first by the spread of the futures.

    What the seat's objectives are of comes before all else, by what they weigh.
    """
    made = []
    wanted = aims(game, found.actor)
    for row, name in enumerate(found.names):
        obs = game.model.scenario.obs[name]
        summed = obs.yearly == "sum"
        paired = found.difference(name)
        ends = paired.sum(axis=0) if summed else paired[-1]
        plain = found.without[row].sum(axis=0) if summed else found.without[row][-1]
        low, middle, high = (float(x) for x in np.quantile(ends, (0.05, 0.5, 0.95)))
        shown, nothing = 0.5 * 10.0**-obs.decimals, least(obs, plain)
        peak = None
        if says_yes_or_no(obs):
            middle, shown = float(ends.mean()), nothing
        else:
            peak = None if summed else faded(paired, game.month, max(2 * shown, nothing))
        if max(abs(low), abs(middle), abs(high)) < nothing and peak is None:
            continue
        sign = {"higher": 1, "lower": -1}.get(obs.better, 0)
        size = max(abs(middle), abs(peak[1]) / 2 if peak else 0.0)
        one = _difference(game, name, (middle, low, high), summed, float(size / (plain.std() + 2 * shown)))
        better, worse = (float(np.mean(ends * s >= shown)) for s in (sign, -sign))
        made.append(evolve(one, better=better, worse=worse, objective=wanted.get(name, 0.0), peak=peak))
    return sorted(made, key=lambda d: (-d.objective, -d.weight))


def least(obs: Observer, plain: np.ndarray) -> float:
    """The smallest difference of an observer worth speaking of, by how far plain futures spread."""
    if says_yes_or_no(obs):
        return _CHANCE_SHOWN
    return max(0.5 * 10.0**-obs.decimals, _NOTHING * float(plain.std()))


def aims(game: Game, actor: str) -> dict[str, float]:
    """What a seat's objectives weigh, by the observer that each is of."""
    found: dict[str, float] = {}
    for id, weight in game.weights(actor).items():
        name = game.model.scenario.outcome[id].of.removeprefix("obs.")
        found[name] = found.get(name, 0.0) + weight
    return found


def faded(paired: np.ndarray, first: int, least: float) -> tuple[int, float] | None:
    """
    The month and median of a difference when it was largest, where it has mostly gone by the end.

    Parameters
    ----------
    paired : ndarray, shape (months, runs)
    first : int
        The number of the first of the months.
    least : float
        How much has to be gone.
    """
    path = np.median(paired, axis=1)
    at = int(np.argmax(np.abs(path)))
    largest, last = abs(path[at]), abs(path[-1])
    if largest < _FADED * last or largest - last < least:
        return None
    return first + at, float(path[at])


def _difference(
    game: Game, name: str, amounts: tuple[float, float, float], summed: bool, weight: float
) -> Difference:
    obs = game.model.scenario.obs[name]
    unit = obs.unit.partition("/")[0] if summed and obs.unit.endswith("/month") else obs.unit
    # A percentage less another one is in points.
    unit = unit.replace("percent", "index")
    return Difference(
        f"obs.{name}", obs.label, SeatView(game, "").unit_label(unit), obs.decimals, *amounts, summed,
        verdict(amounts[0], obs.better, 2 if says_yes_or_no(obs) else obs.decimals), weight,
    )  # fmt: skip


def consequences(
    game: Game, month: int, actor: str, id: str, scales: Yardstick
) -> list[Difference]:
    """What came of a submission by now: this game less the same luck without it."""
    other = game.without(month, actor, id)
    made = []
    for view in SeatView(game, actor).indicators():
        name = view.id.removeprefix("obs.")
        summed = game.model.scenario.obs[name].yearly == "sum"
        months = range(month, game.month) if summed else [game.month - 1]
        amount = sum(game.observed(name, m) - other.observed(name, m) for m in months)
        if abs(amount) < 0.5 * 10.0**-view.decimals:
            continue
        weight = abs(amount) / scales.year[name]
        made.append(_difference(game, name, (amount, amount, amount), summed, weight))
    return sorted(made, key=lambda d: -d.weight)


def debrief(game: Game, actor: str, scales: Yardstick, among: Peers | None = None) -> Debrief:
    """
    Look back on a game as one seat played it; before its end without what the seat cannot see.

    Parameters
    ----------
    among : Peers, optional
        The shipped strategies, where they have been played already.
    """
    model, s = game.model, game.model.scenario
    taken = tuple(
        (month, id)
        for month in range(game.month)
        if any(who == actor for who, _ in game.inputs[month])
        for who, id in game.report(month).decisions
        if who == actor and (who, id) in game.inputs[month]
    )
    behind = {r for _, id in taken for r in _recommendations(game, actor, id)}
    own_actions = [a.id for a in model.happenings.actions if a.actor == actor]
    offered = {r for id in own_actions for r in _recommendations(game, actor, id)}
    among = among or peers(game, actor)
    own = weighed(game, actor, among, game.weights(actor)) if among else None
    as_written = weighed(game, actor, among, game.written_weights) if among else None
    ending = game.ending()
    results = tuple(r for r in objectives(game, actor, among) if r.seen)
    return Debrief(
        (s.ending[ending].title, s.ending[ending].text) if ending else None,
        results, s.strategy[among.reference].label if among and among.reference else None,
        tuple(sorted(behind, key=_number)), tuple(sorted(offered - behind, key=_number)), taken,
        tuple(turning_points(game, actor, results, scales.year)), str(game.run_address), game.rewound, own,
        as_written, among.runs if among else 0, _last_things(SeatView(game, actor)),
    )  # fmt: skip


def _last_things(view: SeatView) -> tuple[tuple[int, Text], ...]:
    """What came last and changed a state of things: events, bargains, answers; the last few."""
    game = view.game
    found = [
        (month, line.text)
        for month in range(max(game.month - _LAST_MONTHS, 0), game.month)
        for line in view.lines(game.report(month))
        if line.weighty
    ]
    return tuple(found[-_LAST:])


def _number(recommendation: str) -> int:
    return int(recommendation[1:])


def _recommendations(game: Game, actor: str, id: str) -> list[str]:
    """
    Recommendations to an actor that speak for an action.

    What stands behind an event as a whole speaks for none of its answers.
    """
    action, table = game.model.action(id), game.model.scenario.source
    if action.kind == "refuse":
        return []  # who turns a bargain down does not follow what speaks for it
    behind = [x for x in action.table.source if RECOMMENDATION.match(x)]
    return [x for x in behind if not table[x].to or actor in table[x].to]
