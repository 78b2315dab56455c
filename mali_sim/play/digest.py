"""
What to say first: in a month, about a choice, of a whole game.

Changes in different units are compared by how far each indicator goes in plain futures,
in a month or over a year; that yardstick is the same all game.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from attrs import evolve, frozen

from mali_sim.equations import names_in, walk
from mali_sim.equations.tree import Member, Name
from mali_sim.play.explain import Cause, Explanation, UnknownName
from mali_sim.play.forecast import Forecast, forecast
from mali_sim.play.game import Game, MonthReport
from mali_sim.play.objectives import Peers, Result, Weighed, objectives, peers, weighed
from mali_sim.play.record import Record
from mali_sim.play.view import Indicator, SeatView, says_yes_or_no, verdict
from mali_sim.scenario import Text

#: Sources with such ids are recommendations.
RECOMMENDATION = re.compile(r"R\d+\Z")
#: From this part of a change on, one cause is spoken of alone.
_ALONE = 0.8
#: A posting that differs from the month before by less than this part of it is routine.
_ROUTINE = 0.25
#: Chances of a yes that change by less are not spoken of.
_CHANCE_SHOWN = 0.01
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
    share : float
        Part of the futures in which it is for the better, from 0 to 1.
    weight : float
        How much it is, by the yardstick.
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
    share: float
    weight: float


@frozen
class TurningPoint:
    """A month in which the headlines moved most."""

    month: int
    moves: tuple[Indicator, ...]
    report: MonthReport


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
        Recommendations behind decisions that were taken, and behind those that were not.
    decisions : tuple of (int, str)
        Month and action, of the seat.
    weighed, as_written : Weighed, optional
        The score by the seat's weights, and by the scenario's; none where the seat has no
        shipped strategies, or months were played again.
    runs : int
        Of each shipped strategy.
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
        month[name] = max(float(np.sqrt(np.mean(np.diff(values, axis=0) ** 2))), floor)
    return Yardstick(month, year)


def biggest(indicators: Sequence[Indicator], scales: Yardstick) -> list[Indicator]:
    """Indicators whose last change shows, those first that moved most for a month."""
    moved = [i for i in indicators if abs(i.change) >= 0.5 * 10.0**-i.decimals]
    return sorted(moved, key=lambda i: -abs(i.change) / scales.month[i.id.removeprefix("obs.")])


def root_causes(
    view: SeatView, name: str, month: int, count: int = 2
) -> list[tuple[Text, Text | None, float, int]]:
    """
    The strongest causes of a change, looking through what only repeats it.

    An observer that reads one stock is explained by the stock's flows, and of a stock over
    sets by those of the member that moved most.

    Returns
    -------
    list of (label, unit or None, amount, decimals)
        The unit where it is another one than the explained number's.
    """
    why = view.explain(name, month)
    causes = [c for c in why.causes if c.amount]
    alone = causes and abs(causes[0].amount) > _ALONE * sum(abs(c.amount) for c in causes)
    if alone and (deeper := _deeper(view, name, causes[0].id, month)) is not None:
        stock = view.model.scenario.stock[deeper.id.partition(".")[0].partition("[")[0]]
        member = member_label(view, deeper.id)
        found = []
        for cause in _news(view, deeper.id, month, deeper.change, deeper.causes)[:count]:
            label = cause.label
            if member is not None:
                label = Text(f"{label.en} ({member.en})", f"{label.fr} ({member.fr})")
            found.append((label, view.unit_label(stock.unit), cause.amount, _decimals(cause.amount)))
        return found
    least = view.model.scenario.obs[name[4:]].decimals if name.startswith("obs.") else 0
    shown = _news(view, name, month, why.change, tuple(causes))[:count]
    return [(c.label, None, c.amount, max(least, _decimals(c.amount))) for c in shown]


def _news(
    view: SeatView, name: str, month: int, change: float, causes: tuple[Cause, ...]
) -> tuple[Cause, ...]:
    """
    The causes that go the way of a change.

    Of what is posted every month only what is much more or less than the month before, where
    that is a good part of the change.
    """
    causes = tuple(c for c in causes if c.amount * change > 0)
    if not month or not any(c.posted for c in causes):
        return causes
    before = {c.id: c.amount for c in view.explain(name, month - 1).causes if c.posted}
    found = [
        c for c in causes
        if not c.posted or abs(c.amount - before.get(c.id, 0.0)) > _ROUTINE * abs(c.amount)
    ]  # fmt: skip
    return tuple(found) if sum(abs(c.amount) for c in found) > _ROUTINE * abs(change) else causes


def _decimals(amount: float) -> int:
    """As many decimals as a cause's amount deserves."""
    return 0 if abs(amount) >= 100 else 1


def _deeper(view: SeatView, name: str, id: str, month: int) -> Explanation | None:
    """The explanation of the stock behind a cause, at the member read that moved most."""
    plain = id.removeprefix("stock.")
    if plain not in view.visible_stocks():
        return None
    block = view.model.layout.blocks[f"stock:{plain}"]
    rows = slice(block.offset, block.offset + block.rows)
    moved = np.abs(view.game.states[month + 1][rows] - view.game.states[month][rows])
    read = _members_read(view, name)
    if read:
        combinations = view.model.sets.combinations(block.dims)
        moved *= [bool(read.intersection(c)) or not c for c in combinations]
    try:
        found = view.explain(block.labels[int(np.argmax(moved))], month)
    except UnknownName:
        return None
    return found if found.causes else None


def _members_read(view: SeatView, name: str) -> set[str]:
    """Members that an observer picks out, itself or through what it reads; none where it reads all."""
    model, found = view.model, set()
    trees = model.variables.trees
    waiting, seen = [trees.get(("obs", name.removeprefix("obs."), "value"))], set()
    while waiting:
        tree = waiting.pop()
        if tree is None:
            continue
        for part in walk(tree):
            if isinstance(part, Member):
                found |= {*part.members}
            elif isinstance(part, Name) and model.sets.parent.get(part.id, part.id) != part.id:
                found |= {*model.sets.members[part.id]}
        inside = {n for n in names_in(tree) if n in model.scenario.aux} - seen
        seen |= inside
        waiting += [trees.get(("aux", n, "value")) for n in sorted(inside)]
    return found


def member_label(view: SeatView, name: str) -> Text | None:
    """The member of a row's name, in words: of ``control.kidal`` Kidal."""
    id = name.removeprefix("stock.").partition(".")[0].partition("[")[0]
    block = view.model.layout.blocks.get(f"stock:{id}")
    plain = name.removeprefix("stock.")
    if block is None or plain == id or plain not in block.labels:
        return None
    return view.row_label(id, block.labels.index(plain))


def differences(game: Game, found: Forecast) -> list[Difference]:
    """A forecast's differences that show, the largest first by the spread of the futures."""
    made = []
    for row, name in enumerate(found.names):
        obs = game.model.scenario.obs[name]
        summed = obs.yearly == "sum"
        paired = found.difference(name)
        ends = paired.sum(axis=0) if summed else paired[-1]
        plain = found.without[row].sum(axis=0) if summed else found.without[row][-1]
        low, middle, high = (float(x) for x in np.quantile(ends, (0.05, 0.5, 0.95)))
        shown = 0.5 * 10.0**-obs.decimals
        if says_yes_or_no(obs):
            middle, shown = float(ends.mean()), _CHANCE_SHOWN
        if max(abs(low), abs(middle), abs(high)) < shown:
            continue
        sign = {"higher": 1, "lower": -1}.get(obs.better, 0)
        made.append(
            _difference(game, name, (middle, low, high), summed,
                float(np.mean(ends * sign > 0)), float(abs(middle) / (plain.std() + 2 * shown)))
        )  # fmt: skip
    return sorted(made, key=lambda d: -d.weight)


def _difference(
    game: Game, name: str, amounts: tuple[float, float, float], summed: bool, share: float, weight: float
) -> Difference:
    obs = game.model.scenario.obs[name]
    unit = obs.unit.partition("/")[0] if summed and obs.unit.endswith("/month") else obs.unit
    return Difference(
        f"obs.{name}", obs.label, SeatView(game, "").unit_label(unit), obs.decimals, *amounts, summed,
        verdict(amounts[0], obs.better, 2 if says_yes_or_no(obs) else obs.decimals), share, weight,
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
        made.append(_difference(game, name, (amount, amount, amount), summed, 1.0, weight))
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
    behind = {r for _, id in taken for r in _recommendations(game, id)}
    offered = {r for a in model.happenings.actions if a.actor == actor for r in _recommendations(game, a.id)}
    among = among or peers(game, actor)
    own = weighed(game, actor, among, game.weights(actor)) if among else None
    as_written = weighed(game, actor, among, game.written_weights) if among else None
    ending = game.ending()
    return Debrief(
        (s.ending[ending].title, s.ending[ending].text) if ending else None,
        tuple(r for r in objectives(game, actor, among) if r.seen),
        s.strategy[among.reference].label if among and among.reference else None,
        tuple(sorted(behind, key=_number)), tuple(sorted(offered - behind, key=_number)), taken,
        tuple(_turning(game, actor, scales)), str(game.run_address), game.rewound, own,
        as_written, among.runs if among else 0,
    )  # fmt: skip


def _number(recommendation: str) -> int:
    return int(recommendation[1:])


def _recommendations(game: Game, id: str) -> list[str]:
    action = game.model.action(id)
    if action.kind == "refuse":
        return []  # who turns a bargain down does not follow what speaks for it
    sources = {*action.table.source}
    if action.kind == "choice":
        sources |= {*game.model.scenario.event[action.item.path[1]].source}
    return [x for x in sources if RECOMMENDATION.match(x)]


def _turning(game: Game, actor: str, scales: Yardstick, count: int = 3) -> list[TurningPoint]:
    view = SeatView(game, actor)
    headlines = view.headlines() or view.indicators()
    moved = []
    for month in range(game.month):
        moves = biggest([_in_month(view, i, month) for i in headlines], scales)
        size = sum(abs(i.change) / scales.month[i.id.removeprefix("obs.")] for i in moves)
        moved.append((size, month, tuple(moves[:2])))
    moved.sort(key=lambda x: (-x[0], x[1]))
    chosen = sorted((month, moves) for _, month, moves in moved[:count] if moves)
    return [TurningPoint(month, moves, game.report(month)) for month, moves in chosen]


def _in_month(view: SeatView, indicator: Indicator, month: int) -> Indicator:
    """An indicator as it stood at the close of an earlier month."""
    series = indicator.series[: len(indicator.series) - view.game.month + 1 + month]
    value, change = series[-1], 0.0
    if len(series) > 1:
        change = value - series[-2]
    obs = view.model.scenario.obs[indicator.id.removeprefix("obs.")]
    return evolve(
        indicator, value=value, change=change, series=series,
        verdict=verdict(change, obs.better, obs.decimals),
    )  # fmt: skip
