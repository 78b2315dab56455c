"""
Why: three kinds of explanation, each saying which it is.

A stock's change is the sum of its named postings, exactly. An observer's, an auxiliary's or
a flow's change is what follows from replacing its inputs one by one, in a fixed order. What
came of a decision is the difference to the same game, on the same luck, without it.
"""

from collections.abc import Callable, Sequence

from mali_sim.model import Model
from mali_sim.play.game import Game
from mali_sim.play.why.causes import (
    COUNTERFACTUAL,
    POSTINGS,
    SUBSTITUTION,
    Cause,
    Explanation,
    UnknownName,
    happening_label,
    input_label,
    posted_cause,
)
from mali_sim.play.why.substitution import (
    FEW,
    Substitution,
    before_the_first,
    closing_names,
    inputs_of,
    opening_names,
    output,
)
from mali_sim.scenario import Text, did_you_mean

__all__ = [
    "COUNTERFACTUAL", "POSTINGS", "SUBSTITUTION", "Cause", "Explanation", "UnknownName", "because_of",
    "explain", "happening_label", "input_label",
]  # fmt: skip


def explain(game: Game, name: str, month: int | None = None) -> Explanation:
    """
    Explain the change of a variable over a played month.

    Parameters
    ----------
    name : str
        ``trust.europe``, ``support_real``, ``obs.isolation``, an auxiliary's id, ``flow.ID``.
    month : int, optional
        The last one played by default.

    Raises
    ------
    UnknownName
    """
    month = game.month - 1 if month is None else month
    if month < 0 or month >= game.month:
        raise UnknownName("no month has been played yet: there is no change to explain")
    s = game.model.scenario
    plain = name.removeprefix("stock.")
    base = plain.partition(".")[0].partition("[")[0]
    if base in s.stock:
        return _stock(game, plain, base, month)
    if name.startswith("obs.") and name[4:] in s.obs:
        return _observer(game, name[4:], month)
    if base in s.aux:
        return _auxiliary(game, plain, base, month)
    if name.startswith("flow.") and name[5:] in s.flow:
        return _flow(game, name, name[5:], month)
    known = [*s.stock, *s.aux, *(f"obs.{o}" for o in s.obs)]
    raise UnknownName(f"there is nothing called {name} to explain; {did_you_mean(name, known)}")


def _row_of(model: Model, name: str, id: str, dims: tuple[str, ...]) -> int:
    names = model.sets.row_names(id, dims)
    if name in names:
        return names.index(name)
    if name == id and len(names) == 1:
        return 0
    raise UnknownName(f"{id} is over {', '.join(dims)}; name a member: {did_you_mean(name, names, names[0])}")


def _stock(game: Game, name: str, id: str, month: int) -> Explanation:
    model = game.model
    block = model.layout.blocks[f"stock:{id}"]
    row = _row_of(model, name, id, block.dims)
    trace = game.trace(month)
    causes = []
    for posting in trace.programs.postings:
        if posting.stock != id:
            continue
        amounts = trace.watched(posting.watched)
        amount = sum(amounts[source] for target, source in posting.rows if target == row)
        amount *= posting.sign
        if amount:
            causes.append(posted_cause(game, trace, posting.kind, posting.cause, amount, (id, row)))
    causes.sort(key=lambda c: -abs(c.amount))
    before, after = trace.opening[block.offset + row], trace.closing[block.offset + row]
    label = model.scenario.stock[id].label
    return Explanation(POSTINGS, name, label, month, before, after, tuple(causes))


def _observer(game: Game, id: str, month: int) -> Explanation:
    """Substitution from the closing of the month before to this month's."""
    model = game.model
    obs = model.scenario.obs[id]
    after, before = game.observed(id, month), game.observed(id, month - 1)
    new = game.trace(month, month - 1 if month else None)
    old = game.trace(month - 1, month) if month else before_the_first(game, new)
    block = model.layout.blocks["obs"]
    target = output(new, block.offset + block.labels.index(id))
    inputs = inputs_of(game, target, closing_names(game, new, id))
    postings = (old if month else None, new)
    steps = Substitution(game, old, new, target, inputs, obs.source, lambda rows: rows[0], postings)
    causes = steps.causes()
    if causes and len(causes) <= FEW and causes[0].id in model.scenario.stock:
        parts = steps.through_postings(causes[0])
        causes = tuple(sorted((*parts, *causes[1:]), key=lambda c: -abs(c.amount)))
    return Explanation(SUBSTITUTION, f"obs.{id}", obs.label, month, before, after, causes)


def _auxiliary(game: Game, name: str, id: str, month: int) -> Explanation:
    """Substitution from the opening of the month before to this month's."""
    model = game.model
    row = _row_of(model, name, id, model.variables.aux_dims[id])
    aux = model.scenario.aux[id]
    return _within(game, name, f"aux:{id}", aux.label, aux.source, month, lambda rows: rows[row])


def _flow(game: Game, name: str, id: str, month: int) -> Explanation:
    """What a flow moved, all its members together, by substitution as an auxiliary."""
    flow = game.model.scenario.flow[id]
    return _within(game, name, f"flow:{id}", flow.label, flow.source, month, sum)


def _within(
    game: Game, name: str, watched: str, label: Text, source: tuple[str, ...], month: int,
    pick: Callable[[Sequence[float]], float],
) -> Explanation:  # fmt: skip
    """A value of the month itself: it reads what the month opened on."""
    new = game.trace(month, month - 1 if month else None)
    after = pick(new.watched(watched))
    if month == 0:
        return Explanation(SUBSTITUTION, name, label, month, after, after, ())
    old = game.trace(month - 1, month)
    before = pick(old.watched(watched))
    target = new.programs.trace.watched[watched]
    inputs = inputs_of(game, target, opening_names(new, watched))
    postings = (game.trace(month - 2) if month > 1 else None, old)
    steps = Substitution(game, old, new, target, inputs, source, pick, postings)
    return Explanation(SUBSTITUTION, name, label, month, before, after, steps.causes())


def because_of(game: Game, month: int, actor: str, id: str, name: str) -> Explanation:
    """
    What came of a submission by now: this game less the same game without it.

    Parameters
    ----------
    name : str
        ``obs.ID`` or a stock row's name.
    """
    other = game.without(month, actor, id)
    with_, without = _now(game, name), _now(other, name)
    label, source = happening_label(game.model, id)
    cause = Cause(f"effect.{id}", label, with_ - without, "", "", None, source)
    shown = input_label(game.model, name.partition("[")[0])
    return Explanation(COUNTERFACTUAL, name, shown, month, without, with_, (cause,))


def _now(game: Game, name: str) -> float:
    if name.startswith("obs."):
        return game.observed(name[4:])
    plain = name.removeprefix("stock.")
    for block in game.model.layout.blocks.values():
        if block.name.startswith("stock:") and plain in block.labels:
            return float(game.state[block.offset + block.labels.index(plain)])
    raise UnknownName(f"there is nothing called {name}")
