"""
Why: three kinds of explanation, each saying which it is.

A stock's change is the sum of its named postings, exactly. An observer's or auxiliary's
change is what follows from replacing its inputs one by one, in a fixed order. What came
of a decision is the difference to the same game, on the same luck, without it.
"""

import re
from collections.abc import Mapping

from attrs import evolve, frozen

from mali_sim.engine.draws import uniform
from mali_sim.engine.reference import _operation
from mali_sim.equations import Node, names_in, show
from mali_sim.model import Model, Value
from mali_sim.model.layout import Block
from mali_sim.model.tape import is_zero
from mali_sim.play.game import Game, Trace
from mali_sim.scenario import Text, did_you_mean
from mali_sim.scenario.texts import both

POSTINGS, SUBSTITUTION, COUNTERFACTUAL = "postings", "substitution", "counterfactual"


class UnknownName(LookupError):
    """A name that the scenario does not have."""

    for_user = True


#: From here on it is worth saying that a stock could not give all.
_CUT = 0.005


@frozen
class Cause:
    """
    One part of a change.

    Parameters
    ----------
    id : str
        ``flow.ID``, ``effect.HAPPENING``, ``cost.ACTION``, ``limit.STOCK``, or an input's name.
    amount : float
    equation : str
        With names.
    numbers : str
        The same with this month's numbers in place of the names.
    grade : str or None
        The weakest evidence grade among the constants in it.
    paid : float
        Of what was asked of the stock that it comes from, the share that was there; the least
        of several members. Everything that leaves the stock is cut to it.
    """

    id: str
    label: Text
    amount: float
    equation: str
    numbers: str
    grade: str | None
    source: tuple[str, ...]
    paid: float = 1.0

    @property
    def was_cut(self) -> bool:
        """Whether the stock held too little to give what its equation asks."""
        return self.paid < 1.0 - _CUT


@frozen
class Explanation:
    """
    Why something changed in a month.

    Parameters
    ----------
    kind : {'postings', 'substitution', 'counterfactual'}
    before, after : float
    causes : tuple of Cause
        Largest first; they sum to the change.
    """

    kind: str
    id: str
    label: Text
    month: int
    before: float
    after: float
    causes: tuple[Cause, ...]

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before


def explain(game: Game, name: str, month: int | None = None) -> Explanation:
    """
    Explain the change of a variable over a played month.

    Parameters
    ----------
    name : str
        ``trust.europe``, ``support_real``, ``obs.isolation``, an auxiliary's id.
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
            causes.append(_posted(game, trace, posting.kind, posting.cause, amount))
    causes.sort(key=lambda c: -abs(c.amount))
    before, after = trace.opening[block.offset + row], trace.closing[block.offset + row]
    label = model.scenario.stock[id].label
    return Explanation(POSTINGS, name, label, month, before, after, tuple(causes))


def _posted(game: Game, trace: Trace, kind: str, cause: str, amount: float) -> Cause:
    model = game.model
    s = model.scenario
    if kind == "flow":
        flow = s.flow[cause]
        tree = model.variables.trees["flow", cause, "rate"]
        shown, numbers = _equation(game, trace, tree)
        paid = _paid(model, trace, flow.from_)
        return Cause(
            f"flow.{cause}", flow.label, amount, shown, numbers, _grade(model, tree), flow.source, paid
        )
    if kind == "limit":
        return Cause(f"limit.{cause}", both("At the end of its scale"), amount, "", "", None, ())
    label, source = happening_label(model, cause)
    if kind == "cost":
        label = both("Cost of: {name}", name=label)
    return Cause(f"{kind}.{cause}", label, amount, "", "", None, source)


def _paid(model: Model, trace: Trace, source: str | None) -> float:
    """What share of all that was asked of a stock this month it held."""
    if source is None:
        return 1.0
    id = source.partition(".")[0]
    shares, labels = trace.watched(f"paid:{id}"), model.layout.blocks[f"stock:{id}"].labels
    return shares[labels.index(source)] if source in labels else min(shares)


def happening_label(model: Model, name: str) -> tuple[Text, tuple[str, ...]]:
    """The label and sources of an action, event or end of an offer, by its name."""
    if name in model.action_rows:
        action = model.action(name)
        return model.label_of(action), action.table.source
    for item, event in model.happenings.events:
        if item.id == name:
            return item.words(event.label, model.sets), event.source
    for item, offer in model.happenings.offers:
        if name.partition(".")[2] == item.id:
            return item.words(offer.label, model.sets), offer.source
    raise UnknownName(name)


def _equation(game: Game, trace: Trace, tree: Node | None) -> tuple[str, str]:
    """An equation with names, and with the month's opening numbers where they are single."""
    if tree is None:
        return "", ""
    model = game.model
    numbers: dict[str, str] = {}
    for name in names_in(tree):
        value = opening_value(game, trace, name)
        if value is not None:
            numbers[name] = f"{value:.4g}"
    return show(tree), show(tree, numbers) if model else ""


def opening_value(game: Game, trace: Trace, name: str) -> float | None:
    """A single number that an equation read in a month; None of what is over sets."""
    model = game.model
    block = model.layout.blocks.get(f"stock:{name}") or model.layout.blocks.get(f"switch:{name}")
    if block is not None and block.rows == 1:
        return trace.opening[block.offset]
    if name.startswith("obs."):
        obs = model.layout.blocks["obs"]
        return trace.opening[obs.offset + obs.labels.index(name[4:])]
    parameter = model.parameters.items.get(name)
    if parameter is not None and parameter.rows == 1:
        return float(game.parameters[parameter.offset, 0])
    if f"aux:{name}" in trace.programs.trace.watched:
        rows = trace.watched(f"aux:{name}")
        return rows[0] if len(rows) == 1 else None
    return None


def _grade(model: Model, tree: Node | None) -> str | None:
    """The weakest grade among the constants that an equation names."""
    order = ("stated", "inferred", "assumed")
    constants = model.scenario.constant
    found = [constants[n].grade for n in names_in(tree) if n in constants] if tree else []
    return max(found, key=order.index) if found else None


def _observer(game: Game, id: str, month: int) -> Explanation:
    """Substitution from the closing of the month before to this month's."""
    model = game.model
    obs = model.scenario.obs[id]
    after, before = game.observed(id, month), game.observed(id, month - 1)
    new = game.trace(month, month - 1 if month else None)
    old = game.trace(month - 1, month) if month else _before_the_first(game, new)
    target = _output(new, model.layout.blocks["obs"].offset + model.layout.blocks["obs"].labels.index(id))
    causes = _substituted(game, old, new, target, _closing_names(game, new, id), obs.source)
    if causes and len(causes) <= _FEW and causes[0].id in model.scenario.stock:
        parts = _through_postings(game, old, new, target, id, causes[0])
        causes = tuple(sorted((*parts, *causes[1:]), key=lambda c: -abs(c.amount)))
    return Explanation(SUBSTITUTION, f"obs.{id}", obs.label, month, before, after, causes)


def _before_the_first(game: Game, first: Trace) -> Trace:
    """A month that closed on what the first one opened on, and in which nothing flowed."""
    tape = first.programs.trace
    values = dict(first.values)
    flows = [v for w, v in tape.watched.items() if w.startswith("flow:")]
    for value in (*flows, *_happened(first)[0]):
        values[value.number] = [0.0] * tape.rows(value)
    for value in tape.ops:
        if value.op == "draw":
            values[value.number] = [uniform(first.key, -1, slot) for slot in value.attr]
        for clock in (a for a in value.args if a.op == "clock"):
            values.pop(clock.number, None)
    for block in game.model.layout.blocks.values():
        kind = block.name.partition(":")[0]
        if kind in ("stock", "switch", "memory", "obs"):
            each = block.rows if kind == "obs" else 1
            for row in range(block.offset, block.offset + each):
                value = _output(first, row)
                values[value.number] = list(first.opening[row : row + tape.rows(value)])
    sources = {**first.sources, "clock": [-1.0, 0.0]}  # as the first state was made
    return evolve(first, values=values, sources=sources)


def _auxiliary(game: Game, name: str, id: str, month: int) -> Explanation:
    """Substitution from the opening of the month before to this month's."""
    model = game.model
    dims = model.variables.aux_dims[id]
    row = _row_of(model, name, id, dims)
    aux = model.scenario.aux[id]
    new = game.trace(month, month - 1 if month else None)
    after = new.watched(f"aux:{id}")[row]
    if month == 0:
        return Explanation(SUBSTITUTION, name, aux.label, month, after, after, ())
    old = game.trace(month - 1, month)
    before = old.watched(f"aux:{id}")[row]
    target = new.programs.trace.watched[f"aux:{id}"]
    causes = _substituted(game, old, new, target, _opening_names(game, new, id), aux.source, row)
    return Explanation(SUBSTITUTION, name, aux.label, month, before, after, causes)


def _output(trace: Trace, row: int) -> Value:
    """The value that gives one row of the closing state; of a stack its part."""
    for offset, value in trace.programs.trace.outputs:
        rows = trace.programs.trace.rows(value)
        if offset <= row < offset + rows:
            if value.op == "add" and is_zero(value.args[1]):  # what takes a zero's sign away
                value = value.args[0]
            if value.op == "stack":
                at = offset
                for arg in value.args:
                    size = trace.programs.trace.rows(arg)
                    if at <= row < at + size:
                        return arg
                    at += size
            return value
    raise KeyError(row)


def _closing_names(game: Game, trace: Trace, own: str) -> dict[int, str]:
    """Values at which an observer's equation ends: closing stocks, flows, other observers."""
    model = game.model
    names: dict[int, str] = {}
    for block in model.layout.blocks.values():
        kind, _, id = block.name.partition(":")
        if kind in ("stock", "switch", "memory"):
            names[_output(trace, block.offset).number] = id
    for watched, value in trace.programs.trace.watched.items():
        if watched.startswith("flow:") and watched.count(":") == 1:
            names[value.number] = f"flow.{watched[5:]}"
    for value, happened in zip(*_happened(trace), strict=False):
        names.setdefault(value.number, f"happened.{happened}")
    for name in ("offer", "offer_age", "since", "pending"):
        block = model.layout.blocks.get(name)
        if block is not None:
            names |= _single_rows(trace, block)
    obs = model.layout.blocks["obs"]
    for id in obs.labels:
        if id != own:
            names.setdefault(_output(trace, obs.offset + obs.labels.index(id)).number, f"obs.{id}")
    return names


def _single_rows(trace: Trace, block: Block) -> dict[int, str]:
    """Names of single rows of a block that is computed as a whole: ``offer.ID``."""
    tape = trace.programs.trace
    whole = {value.number for offset, value in tape.outputs if offset == block.offset}
    whole |= {v.args[0].number for _, v in tape.outputs if v.number in whole and v.op == "add"}
    return {
        value.number: f"{block.name}.{block.labels[value.attr]}"
        for value in tape.ops
        if value.op == "rows" and not value.dims and value.args[0].number in whole
    }


def _happened(trace: Trace) -> tuple[tuple[Value, ...], tuple[str, ...]]:
    """Values that say whether something happened this month, and their names."""
    value = trace.programs.trace.watched["happened"]
    return value.args if value.op == "stack" else (value,), trace.programs.happened


def _opening_names(game: Game, trace: Trace, own: str) -> dict[int, str]:
    """Values at which an auxiliary's equation ends: other auxiliaries (stocks are sources)."""
    return {
        value.number: watched[4:]
        for watched, value in trace.programs.trace.watched.items()
        if watched.startswith("aux:") and watched[4:] != own and value.op not in ("state", "const", "lit")
    }


def _substituted(
    game: Game, old: Trace, new: Trace, target: Value, names: Mapping[int, str],
    source: tuple[str, ...], row: int = 0,
) -> tuple[Cause, ...]:  # fmt: skip
    """Replace the inputs of a value one by one, old for new; the steps sum to the change."""
    inputs = _inputs(game, target, names)
    given = dict.fromkeys(inputs, False)
    last = _evaluate(old, new, target, inputs, given)[row]
    causes = []
    for label in inputs:
        given[label] = True
        value = _evaluate(old, new, target, inputs, given)[row]
        if value != last:
            causes.append(Cause(label, input_label(game.model, label), value - last, "", "", None, source))
        last = value
    causes.sort(key=lambda c: -abs(c.amount))
    return tuple(causes)


def _through_postings(
    game: Game, old: Trace, new: Trace, target: Value, own: str, only: Cause
) -> tuple[Cause, ...]:
    """
    Of an observer that follows a stock: what each of the stock's postings did to it.

    The stock goes from its opening to its closing posting by posting, and the observer
    with it; the steps sum to the cause that they stand for.
    """
    block = game.model.layout.blocks[f"stock:{only.id}"]
    inputs = _inputs(game, target, _closing_names(game, new, own))
    order = list(inputs)
    given = {label: order.index(label) < order.index(only.id) for label in order}
    rows = list(new.opening[block.offset : block.offset + block.rows])
    values = [v for v in inputs[only.id] if len(new.rows(v)) == block.rows]
    if len(values) != len(inputs[only.id]):
        return (only,)

    def seen() -> float:
        return _evaluate(old, new, target, inputs, given, {v.number: rows for v in values})[0]

    amounts: dict[tuple[str, str], float] = {}
    last = seen()
    for posting in new.programs.postings:
        if posting.stock != only.id:
            continue
        paid = new.watched(posting.watched)
        for row, source in posting.rows:
            rows[row] += posting.sign * paid[source]
        value = seen()
        key = (posting.kind, posting.cause)
        amounts[key] = amounts.get(key, 0.0) + value - last
        last = value
    causes = [_posted(game, new, *key, amount) for key, amount in amounts.items() if amount]
    causes.sort(key=lambda c: -abs(c.amount))
    return tuple(causes)


_MEMORY = re.compile(r"(?:smooth|delay)\((\w+)[,.]")
#: An observer with so few causes follows a stock closely enough to look into it.
_FEW = 3
#: What rows from outside are called where an equation ends at them.
_LEAVES = {"draw": "luck", "clock": "time", "input": "decisions", "mode": "players"}


def _inputs(game: Game, target: Value, names: Mapping[int, str]) -> dict[str, list[Value]]:
    """The values where an equation ends, grouped by what they are called, in tape order."""
    found: dict[str, list[Value]] = {}
    seen: set[int] = set()

    def visit(value: Value) -> None:
        if value.number in seen:
            return
        seen.add(value.number)
        label = None
        if value.number in names:
            label = names[value.number]
        elif value.op == "state":
            label = game.model.layout.label(value.attr)
            for block in game.model.layout.blocks.values():
                if block.offset <= value.attr < block.offset + block.rows:
                    kind, _, id = block.name.partition(":")
                    label = id if kind in ("stock", "switch", "memory") else f"{kind}.{label}"
        elif value.op in _LEAVES:
            label = _LEAVES[value.op]
        if label is not None:
            found.setdefault(label, []).append(value)
            return
        for arg in value.args:
            visit(arg)

    visit(target)
    return found


def _evaluate(
    old: Trace, new: Trace, target: Value, inputs: Mapping[str, list[Value]], given: Mapping[str, bool],
    instead: Mapping[int, list[float]] | None = None,
) -> list[float]:  # fmt: skip
    known: dict[int, list[float]] = {}
    for label, values in inputs.items():
        for value in values:
            known[value.number] = (new if given[label] else old).rows(value)
    known |= instead or {}

    def rows(value: Value) -> list[float]:
        if value.number not in known:
            if value.args:
                args = [rows(a) for a in value.args]
                known[value.number] = _operation(new.programs.trace, value, args, new.key, new.month)
            else:
                known[value.number] = new.rows(value)
        return known[value.number]

    return rows(target)


def input_label(model: Model, name: str) -> Text:
    """The words for an input of an equation."""
    s = model.scenario
    match name:
        case "luck":
            return both("Luck")
        case "time":
            return both("Time")
        case "decisions":
            return both("Decisions")
        case "players":
            return both("Who plays")
    past = _MEMORY.match(name)
    if past is not None:
        return both("{name} (recent months)", name=input_label(model, past[1]))
    root, _, rest = name.partition(".")
    tables = {"obs": s.obs, "flow": s.flow}
    if root in tables and rest in tables[root]:
        return tables[root][rest].label
    for table in (s.stock, s.aux, s.switch):
        if name in table:
            return table[name].label
    if root in ("since", "offer", "offer_age", "pending", "happened"):
        try:
            label = happening_label(model, f"accept.{rest}" if root.startswith("offer") else rest)[0]
        except UnknownName:
            label = Text(rest, rest)
        if root.startswith("offer"):
            return both("Bargain: {name}", name=label)
        return both("Since: {name}", name=label) if root == "since" else label
    return Text(name, name)


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
