"""What a cause is, in words: labels, equations, this month’s numbers, grades, sources."""

import re

from attrs import frozen

from mali_sim.equations import Node, names_in, show
from mali_sim.model import Model
from mali_sim.play.game import Game, Trace
from mali_sim.scenario import Text
from mali_sim.scenario.classes import Observer
from mali_sim.scenario.texts import both

#: The cause that stands for a count's growth in the month before the first.
START = "start"
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
    posted : bool
        Whether the amount is what was posted in the month; else it is a difference to the
        month before.
    members : tuple of (str, float)
        Its parts by the rows of the stock that it is posted to, the largest first.
    paid : float
        Of what was asked of the stock that it comes from, the share that was there; everything
        that leaves the stock is cut to it. 1 where it comes from several members.
    """

    id: str
    label: Text
    amount: float
    equation: str
    numbers: str
    grade: str | None
    source: tuple[str, ...]
    paid: float = 1.0
    posted: bool = False
    members: tuple[tuple[str, float], ...] = ()

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


def posted_cause(
    game: Game, trace: Trace, kind: str, cause: str, amount: float, to: tuple[str, int] | None = None
) -> Cause:
    """
    One named posting of a stock in a month.

    Parameters
    ----------
    to : (str, int), optional
        The stock and its row that are explained; several rows by default.
    """
    model = game.model
    s = model.scenario
    if kind == "flow":
        flow = s.flow[cause]
        tree = model.variables.trees["flow", cause, "rate"]
        shown, numbers = equation(game, trace, tree)
        paid = _paid(model, trace, flow.from_, to)
        return Cause(
            f"flow.{cause}", flow.label, amount, shown, numbers, grade(model, tree), flow.source, paid, True
        )
    if kind == "limit":
        return Cause(f"limit.{cause}", both("At the end of its scale"), amount, "", "", None, (), 1.0, True)
    label, source = happening_label(model, cause)
    if kind == "cost":
        label = both("Cost of: {name}", name=label)
    return Cause(f"{kind}.{cause}", label, amount, "", "", None, source, 1.0, True)


def _paid(model: Model, trace: Trace, source: str | None, to: tuple[str, int] | None) -> float:
    """What share of all that was asked of a stock this month it held; all where that has no one answer."""
    if source is None:
        return 1.0
    id = source.partition(".")[0]
    shares, labels = trace.watched(f"paid:{id}"), model.layout.blocks[f"stock:{id}"].labels
    if source in labels:
        return shares[labels.index(source)]
    if to is not None and to[0] == id:
        return shares[to[1]]
    return shares[0] if len(shares) == 1 else 1.0


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


def equation(game: Game, trace: Trace, tree: Node | None) -> tuple[str, str]:
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


def grade(model: Model, tree: Node | None) -> str | None:
    """The weakest grade among the constants that an equation names."""
    order = ("stated", "inferred", "assumed")
    constants = model.scenario.constant
    found = [constants[n].grade for n in names_in(tree) if n in constants] if tree else []
    return max(found, key=order.index) if found else None


_MEMORY = re.compile(r"(?:smooth|delay)\((\w+)[,.]")
_IN_FORCE = 2.0


def changed_label(model: Model, name: str, old: float, new: float) -> Text:
    """
    The words for an input that changed: of what is so or not, that it has begun or ended.

    Parameters
    ----------
    old, new : float
        Where it is a single number.
    """
    s = model.scenario
    label = input_label(model, name)
    root, _, rest = name.partition(".")
    switch = s.switch.get(name)
    if switch is not None and switch.values:
        return both("{name}: {value}", name=label, value=[*switch.values.values()][int(new)])
    if switch is not None or (root == "obs" and rest in s.obs and _is_yes_no(s.obs[rest])):
        return both("{name}: begun", name=label) if new > old else both("{name}: ended", name=label)
    if root == "happened" and new < old:
        return both("{name} (the month before)", name=label)
    if root == "offer" and _IN_FORCE in (old, new):
        return both("{name}: begun", name=label) if new == _IN_FORCE else both("{name}: ended", name=label)
    return label


def set_by(model: Model, trace: Trace, switch: str) -> tuple[str, ...]:
    """What set a switch in a month to what it closed on: decisions, events, ends of bargains."""
    values = ["false", "true"]
    if model.scenario.switch[switch].values:
        values = [*model.scenario.switch[switch].values]
    closed = values[int(trace.closing[model.layout.blocks[f"switch:{switch}"].offset])]
    rows = trace.watched("happened")
    happened = {n for n, v in zip(trace.programs.happened, rows, strict=False) if v > 0}
    found = [
        effects.trigger
        for effects in model.happenings.effects()
        if effects.trigger in happened
        and any(e.switch == switch and str(e.to).lower() == closed.lower() for e in effects.effects)
    ]
    return tuple(dict.fromkeys(found))


def _is_yes_no(obs: Observer) -> bool:
    return obs.unit == "share" and not obs.decimals


def named_in(model: Model, equation: str) -> list[tuple[str, Text]]:
    """The stocks, auxiliaries, observers and switches in an equation's text, with their labels."""
    s = model.scenario
    labels = {**s.stock, **s.aux, **s.switch, **{f"obs.{id}": obs for id, obs in s.obs.items()}}
    names = dict.fromkeys(re.findall(r"(?<![\w.])(?:obs\.)?[a-z]\w*", equation))
    return [(name, labels[name].label) for name in names if name in labels]


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


