"""
What can be asked about: whatever a page names as a figure, a cause, an objective or a fact.

What the seat cannot see is among it, so that a page can say so and what it takes it for.
"""

from collections.abc import Iterator

import numpy as np
from attrs import evolve, frozen

from mali_sim.engine import draws
from mali_sim.equations import names_in, show
from mali_sim.play.game import Game
from mali_sim.play.known import known_state
from mali_sim.play.view import SeatView, switch_values
from mali_sim.play.why.causes import happening_label, opening_value, set_by
from mali_sim.scenario import Text
from mali_sim.scenario.classes import Event

#: What there is to say: why it moved, what made it happen and what it did, when it was set,
#: or that it cannot be seen.
CHANGE, HAPPENING, SWITCH, HIDDEN = "change", "happening", "switch", "hidden"
#: Estimates of what is hidden are told over so many futures.
_FUTURES = 200
_ESTIMATE_SEED = 1


@frozen
class Askable:
    """
    Something that can be asked about.

    Parameters
    ----------
    id : str
        What the pages call it: ``obs.ID``, a stock's row, an auxiliary's, ``flow.ID``,
        ``effect.HAPPENING``, ``switch.ID``.
    figure : bool
        Whether it is a figure on the pages; such a one is meant before a cause of a like name.
    """

    id: str
    kind: str
    label: Text
    unit: str = ""
    figure: bool = False


def askables(view: SeatView) -> dict[str, Askable]:
    """Everything that can be asked about, by id, figures first."""
    found: dict[str, Askable] = {}
    for made in (*_figures(view), *_objectives(view), *_causes(view)):
        found.setdefault(made.id, made)
    return found


def objective_of(view: SeatView, id: str) -> str:
    """What an objective is of: ``obs.ID``; anything else is itself."""
    root, _, rest = id.partition(".")
    return view.model.scenario.outcome[rest].of if root == "outcome" else id


def _unseen(view: SeatView) -> frozenset[str]:
    return frozenset() if view.game.finished else view.unseen


def _figures(view: SeatView) -> Iterator[Askable]:
    s, unseen = view.model.scenario, _unseen(view)
    for id, obs in s.obs.items():
        seen = f"obs.{id}" not in unseen
        yield Askable(f"obs.{id}", CHANGE if seen else HIDDEN, obs.label, obs.unit, seen)
    for id, stock in s.stock.items():
        hidden = id in unseen
        block = view.model.layout.blocks[f"stock:{id}"]
        if hidden:
            yield Askable(id, HIDDEN, stock.label, stock.unit)
            continue
        for row, name in enumerate(block.labels):
            label = stock.label if name == id else _joined(stock.label, view.row_label(id, row))
            yield Askable(name, CHANGE, label, stock.unit, True)
    for id, aux in s.aux.items():
        dims = view.model.variables.aux_dims[id]
        if id in unseen:
            yield Askable(id, HIDDEN, aux.label, aux.unit)
        elif not dims:
            yield Askable(id, CHANGE, aux.label, aux.unit, True)
        else:
            names = view.model.sets.row_names(id, dims)
            for name, members in zip(names, view.model.sets.combinations(dims), strict=True):
                label = aux.label
                for dim, member in zip(dims, members, strict=True):
                    label = _joined(label, view.model.sets.labels[dim, member])
                yield Askable(name, CHANGE, label, aux.unit)


def _objectives(view: SeatView) -> Iterator[Askable]:
    unseen = _unseen(view)
    for id, outcome in view.model.scenario.outcome.items():
        yield Askable(f"outcome.{id}", HIDDEN if outcome.of in unseen else CHANGE, outcome.label, figure=True)


def _causes(view: SeatView) -> Iterator[Askable]:
    s, unseen = view.model.scenario, _unseen(view)
    for id, flow in s.flow.items():
        ends = [end.partition(".")[0] for end in (flow.from_, flow.to) if end]
        unit = next((s.stock[end].unit for end in ends), "")
        yield Askable(f"flow.{id}", HIDDEN if unseen & {*ends} else CHANGE, flow.label, unit)
    for id, switch in s.switch.items():
        yield Askable(f"switch.{id}", SWITCH, switch.label)
    happenings = view.model.happenings
    actions = (a.id for a in happenings.actions if a.kind != "refuse")
    for name in (*actions, *(item.id for item, _ in happenings.events)):
        yield Askable(f"effect.{name}", HAPPENING, happening_label(view.model, name)[0])


def _joined(label: Text, member: Text) -> Text:
    return Text(f"{label.en}, {member.en}", f"{label.fr}, {member.fr}")


# -- what happened ---------------------------------------------------------------------------


@frozen
class Effect:
    """What a happening posted to one row of a stock in a month."""

    id: str
    label: Text
    unit: str
    amount: float


@frozen
class Happening:
    """
    An event or an action in a month.

    Parameters
    ----------
    months : tuple of int
        All months in which it happened so far.
    chance, before : float or None
        That it comes in that month and in the one before, from 0 to 1; of events whose chance
        the seat may know.
    equation, numbers : str
        What its chance is computed from, with names and with that month's numbers.
    hidden : bool
        Whether what the seat cannot see is in its chance.
    reads : tuple of str
        What the equation names, that can be asked about.
    """

    name: str
    label: Text
    text: Text
    months: tuple[int, ...]
    effects: tuple[Effect, ...]
    switches: tuple[str, ...]
    source: tuple[str, ...]
    chance: float | None = None
    before: float | None = None
    equation: str = ""
    numbers: str = ""
    hidden: bool = False
    reads: tuple[str, ...] = ()


def happening(view: SeatView, name: str, month: int) -> Happening:
    """What an event or an action is, what made its chance in a month, and what it did then."""
    model, game = view.model, view.game
    label, source = happening_label(model, name)
    months = tuple(m for m in range(game.month) if _happened(game, name, m))
    effects = tuple(e for e in _effects(view, name, month))
    switches = {e.switch for x in model.happenings.effects() if x.trigger == name for e in x.effects}
    switched = tuple(s for s in sorted(x for x in switches if x) if _changed(game, s, month))
    event = next(((i, e) for i, e in model.happenings.events if i.id == name), None)
    if event is None:
        table = model.action(name)
        text = table.item.words(table.table.text, model.sets)
        return Happening(name, label, text, months, effects, switched, source)
    item, made = event
    text = item.words(made.text, model.sets)
    found = Happening(name, label, text, months, effects, switched, source)
    return _with_chance(view, found, made, month)


def _with_chance(view: SeatView, found: Happening, event: Event, month: int) -> Happening:
    model, game = view.model, view.game
    item = next(i for i, _ in model.happenings.events if i.id == found.name)
    tree = item.node(model.variables, "hazard")
    if event.hazard is None or tree is None:
        return found
    names, unseen = names_in(tree), _unseen(view)
    known = askables(view)
    reads = tuple(x for n in sorted(names) for x in (n, f"switch.{n}") if x in known)
    if names & unseen:
        return evolve(found, equation=show(tree), hidden=True, reads=reads)
    trace = game.trace(month)
    values = {n: v for n in names if (v := opening_value(game, trace, n)) is not None}
    chances = [game.legality_at(m).event_chance(found.name) for m in (month, month - 1) if m >= 0]
    return evolve(
        found, chance=chances[0], before=chances[1] if month else None, equation=show(tree),
        numbers=show(tree, {n: f"{v:.4g}" for n, v in values.items()}), reads=reads,
    )  # fmt: skip


def _happened(game: Game, name: str, month: int) -> bool:
    report = game.report(month)
    return name in report.events or any(id == name for _, id in report.decisions)


def _effects(view: SeatView, name: str, month: int) -> Iterator[Effect]:
    """What a happening posted to the stocks that the seat sees, row by row, the largest first."""
    model, trace, unseen = view.model, view.game.trace(month), _unseen(view)
    known = askables(view)
    amounts: dict[str, float] = {}
    for posting in trace.programs.postings:
        if posting.kind in ("effect", "cost") and posting.cause == name and posting.stock not in unseen:
            rows = trace.watched(posting.watched)
            labels = model.layout.blocks[f"stock:{posting.stock}"].labels
            for row, source in posting.rows:
                amounts[labels[row]] = amounts.get(labels[row], 0.0) + posting.sign * rows[source]
    span = {id: _span(view, id) for id in amounts}
    for id, amount in sorted(amounts.items(), key=lambda x: -abs(x[1]) / span[x[0]]):
        if amount:
            yield Effect(id, known[id].label, known[id].unit, amount)


def _span(view: SeatView, row: str) -> float:
    """What a row's changes are compared by: its scale, or how much is there."""
    id = row.partition(".")[0].partition("[")[0]
    bounds = view.model.scenario.stock[id].bounds
    block = view.model.layout.blocks[f"stock:{id}"]
    there = abs(float(view.game.state[block.offset + block.labels.index(row)]))
    return bounds[1] - bounds[0] if bounds is not None else max(there, 1.0)


# -- switches --------------------------------------------------------------------------------


@frozen
class Setting:
    """One time at which a switch was set to something else, and what set it."""

    month: int
    value: Text
    by: tuple[str, ...]


def settings(view: SeatView, switch: str) -> list[Setting]:
    """Every change of a switch so far, the latest first."""
    table, game = view.model.scenario.switch[switch], view.game
    offset = view.model.layout.blocks[f"switch:{switch}"].offset
    values = switch_values(table)
    found = []
    for month in reversed(range(game.month)):
        if _changed(game, switch, month):
            value = values[int(game.states[month + 1][offset])]
            found.append(Setting(month, value, set_by(view.model, game.trace(month), switch)))
    return found


def _changed(game: Game, switch: str, month: int) -> bool:
    offset = game.model.layout.blocks[f"switch:{switch}"].offset
    return bool(game.states[month + 1][offset] != game.states[month][offset])


# -- what cannot be seen ---------------------------------------------------------------------


@frozen
class Estimate:
    """
    What a seat takes a hidden stock for, at one of its rows.

    Parameters
    ----------
    low, middle, high : float
        5, 50 and 95 in 100.
    """

    label: Text
    low: float
    middle: float
    high: float


def estimates(view: SeatView, id: str) -> list[Estimate]:
    """What the seat takes something hidden for: an observer, or each row of a stock."""
    root, _, rest = id.partition(".")
    block = view.model.layout.blocks.get("obs" if root == "obs" else f"stock:{id}")
    if block is None:
        return []
    if root == "obs":
        labels = {block.labels.index(rest): view.model.scenario.obs[rest].label}
    else:
        labels = {row: view.row_label(id, row) for row in range(block.rows)}
    keys = draws.run_keys(_ESTIMATE_SEED, np.arange(_FUTURES, dtype=np.uint64))
    state = known_state(view.game, view.actor, keys)[block.offset : block.offset + block.rows]
    spans = np.quantile(state, (0.05, 0.5, 0.95), axis=1).T
    return [Estimate(label, *(float(x) for x in spans[row])) for row, label in labels.items()]


def seen_of(view: SeatView, id: str) -> list[str]:
    """Figures to ask about instead of what is hidden: what its estimate is made of, what reads it."""
    s, trees, known = view.model.scenario, view.model.variables.trees, askables(view)
    rest = id.partition(".")[2]
    about, waiting = {id}, [("obs", rest, "value"), ("flow", rest, "rate"), ("aux", id, "value")]
    while waiting:
        tree = trees.get(waiting.pop())
        more = names_in(tree) & view.unseen - about if tree is not None else set()
        about |= more
        waiting += [("aux", name, "value") for name in sorted(more)]
    found: list[str] = []
    for stock in sorted(about & {*s.stock}):
        tree = trees.get(("stock", stock, "estimate"))
        found += sorted(names_in(tree)) if tree is not None else []
    for obs in s.obs:
        tree = trees.get(("obs", obs, "value"))
        if tree is not None and about & names_in(tree):
            found.append(f"obs.{obs}")
    return [n for n in dict.fromkeys(found) if n in known and known[n].figure and known[n].kind == CHANGE]
