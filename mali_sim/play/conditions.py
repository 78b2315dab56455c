"""Conditions in words: part by part what is read, what it should be, what it is, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from mali_sim.equations import (
    Call,
    Choice,
    Compare,
    Dotted,
    Logic,
    Member,
    Name,
    Negate,
    Node,
    Not,
    addends,
    children,
    conjuncts,
    names_in,
    show,
)
from mali_sim.equations.tree import Text as Quoted
from mali_sim.model import Action
from mali_sim.model.happenings import Item
from mali_sim.play.legality import Legality
from mali_sim.play.months import Standing
from mali_sim.play.why.explain import UnknownName, happening_label, input_label
from mali_sim.scenario import Text
from mali_sim.scenario.texts import LANGUAGES, Words, both, decimals_apart, word

if TYPE_CHECKING:
    from mali_sim.play.view import SeatView

_YES, _NO = word("yes"), word("no")
_BESIDE = {
    "<": word("below {limit}"),
    "<=": word("at most {limit}"),
    ">": word("above {limit}"),
    ">=": word("at least {limit}"),
    "==": word("{limit}"),
    "!=": word("other than {limit}"),
}
#: A comparison with its sides changed over.
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_JOINED = {"or": word("{first}, or {second}"), "and": word("{first} and {second}")}


@frozen
class Term:
    """
    One part of a condition.

    Parameters
    ----------
    label : Text
        What is read; an equation where it has no name.
    wanted : Text
        What it should be: ``yes``, ``below 55``; empty where the label says it all.
    now : Text, optional
        What it is.
    met : bool, optional
        None where the seat cannot see it.
    node : Node
    """

    label: Text
    wanted: Text
    now: Text | None
    met: bool | None
    node: Node

    @property
    def said(self) -> Text:
        """What is read, what it should be and, where that can be told, what it is."""
        said = both("{label}: {rest}", label=self.label, rest=self.wanted) if self.wanted.en else self.label
        return said if self.now is None else both("{said} (now {now})", said=said, now=self.now)


    @property
    def lacking(self) -> Text:
        """What is read, what it is and what it should be: ``Dates missed: 12, needs above 20``."""
        if self.met is None:
            return both("{name} (not to be seen from here)", name=self.label)
        if self.now is None:
            return both("needs {label}", label=self.label)
        return both("{label}: {now}, needs {wanted}", label=self.label, now=self.now, wanted=self.wanted)


@frozen
class Addend:
    """
    One part of a chance.

    Parameters
    ----------
    label : Text, optional
        What it rests on; None of what is always there.
    amount : float, optional
        What it adds to the chance, a share; None where the seat cannot see it.
    """

    label: Text | None
    amount: float | None


def kept_terms(view: SeatView, item: Item, legality: Legality | None = None) -> tuple[Term, ...]:
    """What an offer asks while it is in force, as things stand or stood at another opening."""
    reader = Reader(view, legality)
    return tuple(reader.terms(item.node(view.model.variables, "keeps"), "keeps", item.id))


def unmet(view: SeatView, action: Action) -> tuple[Term, ...]:
    """The parts of an action's condition that fail, or cannot be seen; none where all hold."""
    whole = action.item.node(view.model.variables, *action.requires_key)
    terms = Reader(view).terms(whole, "requires", action.id)
    fails = [t for t in terms if t.met is False]
    # What cannot be seen is only suspected where nothing that is seen fails.
    return tuple(fails or [t for t in terms if t.met is None])


def failing(view: SeatView, standing: Standing) -> tuple[Term, ...]:
    """Where an action's own condition is why it cannot be done: the parts that fail."""
    action = standing.action
    because = getattr(action.table, "because", None)
    said = action.item.words(because, view.model.sets) if because else both("The conditions do not hold.")
    return unmet(view, action) if standing.reason == said else ()


def telling(view: SeatView, standing: Standing) -> tuple[Term, ...]:
    """The parts that fail, where they say more than the author's sentence: one of several, or a number."""
    whole = standing.action.item.node(view.model.variables, *standing.action.requires_key)
    several = whole is not None and len(conjuncts(whole)) > 1
    return tuple(t for t in failing(view, standing) if several or isinstance(t.node, Compare))


def chance_parts(view: SeatView, item: Item, legality: Legality | None = None) -> tuple[Addend, ...]:
    """What the chance of a yes to an offer is the sum of; what is always there comes first, in one."""
    reader = Reader(view, legality)
    chance = item.node(view.model.variables, "chance")
    nodes = addends(chance) if chance is not None else ()
    base, found = 0.0, []
    for node, part in zip(nodes, reader.legality.parts("chance", item.id), strict=True):
        label = reader.subject(node)
        if label is None:
            base += part["amount"]
        else:
            found.append(Addend(label, None if reader.hides(node) else part["amount"]))
    return (*([Addend(None, base)] if base else []), *found)


def decided(node: Node, switches: Mapping[str, object]) -> bool | None:
    """Whether a condition holds with switches standing so; None where they alone do not decide it."""
    match node:
        case Name(id) if id in switches:
            return bool(switches[id])
        case Not(inner):
            inside = decided(inner, switches)
            return None if inside is None else not inside
        case Compare("==" | "!=" as op, Name(id), Quoted(value)) if id in switches:
            return (switches[id] == value) == (op == "==")
        case Logic(op, operands):
            found = [decided(x, switches) for x in operands]
            decides = op == "or"
            if decides in found:
                return decides
            return None if None in found else not decides
    return None


def chance_said(view: SeatView, item: Item, legality: Legality | None = None) -> Text:
    """What makes up the chance of a yes to an offer, in cases of 100, the weightiest first."""
    parts = chance_parts(view, item, legality)
    said = []
    for part in sorted(parts, key=lambda p: (p.label is not None, -abs(p.amount or 0.0))):
        if part.amount is None and part.label is not None:
            said.append(both("{name} (not to be seen from here)", name=part.label))
            continue
        amount = Text(*(Words(x).number(100 * (part.amount or 0.0), 0, signed=True) for x in LANGUAGES))
        label = both("in any case") if part.label is None else part.label
        said.append(both("{label} {amount}", label=label, amount=amount))
    first, *rest = said or [both("nothing")]
    for text in rest:
        first = both("{first}; {second}", first=first, second=text)
    return first


class Reader:
    """
    Puts a condition into words.

    Parameters
    ----------
    view : SeatView
    legality : Legality, optional
        The opening that it is read at; by default the month's to be played.
    """

    def __init__(self, view: SeatView, legality: Legality | None = None) -> None:
        self.view = view
        self.s = view.model.scenario
        self.legality = legality or view.game.legality

    def terms(self, whole: Node | None, kind: str, id: str) -> list[Term]:
        """A condition's parts."""
        nodes = conjuncts(whole) if whole is not None else ()
        parts = self.legality.parts(kind, id)
        return [self._term(node, part) for node, part in zip(nodes, parts, strict=True)]

    def hides(self, node: Node) -> bool:
        """Whether a part gives away what the seat cannot see."""
        return not self.view.game.finished and bool(names_in(node) & self.view.unseen)

    def subject(self, node: Node) -> Text | None:
        """What a number rests on, without how; None where on constants alone."""
        if isinstance(node, Choice) and not isinstance(node.condition, Logic):
            label, wanted, _ = self._said(node.condition, {"holds": 1.0})
            plain = isinstance(node.condition, Name) or not wanted.en
            return label if plain else both("{label}: {rest}", label=label, rest=wanted)
        found: Text | None = None
        for label in {x.en: x for x in self._labels(node)}.values():
            found = label if found is None else both(_JOINED["and"], first=found, second=label)
        return found

    def _labels(self, node: Node) -> Iterator[Text]:
        """The names of all that is read."""
        label = self._label(node)
        if label is not None:
            yield label
            return
        for child in children(node):
            yield from self._labels(child)

    def _term(self, node: Node, values: Mapping[str, float]) -> Term:
        hidden = self.hides(node)
        label, wanted, now = self._said(node, values)
        met = None if hidden else bool(values["holds"])
        return Term(label, wanted, None if hidden else now, met, node)

    def _said(self, node: Node, values: Mapping[str, float]) -> tuple[Text, Text, Text | None]:
        """What is read, what it should be, and what it is."""
        nothing, holds = Text("", ""), bool(values["holds"])
        match node:
            case Not(inner) if (label := self._label(inner)) is not None:
                return label, both(_NO), both(_NO if holds else _YES)
            case Compare(op, Name(id), Quoted(value)) if id in self.s.switch:
                switch = self.s.switch[id]
                now = list(switch.values)[int(self.legality.row(f"switch:{id}", id))]
                return switch.label, both(_BESIDE[op], limit=switch.values[value]), switch.values[now]
            case Compare(op, left, right):
                if self._label(left) is None and op in _TURNED:
                    left, right, op = right, left, _TURNED[op]
                    if "left" in values:
                        values = {**values, "left": values["right"], "right": values["left"]}
                return self._compared(op, left, right, values)
            case Logic(op, operands):
                return self._several(op, operands), nothing, None
        label = self._label(node)
        if label is not None:
            return label, both(_YES), both(_YES if holds else _NO)
        return self._plain(node), nothing, None

    def _compared(
        self, op: str, left: Node, right: Node, values: Mapping[str, float]
    ) -> tuple[Text, Text, Text | None]:
        label = self._label(left)
        bound = values.get("right", self._constant(right))
        if label is None or bound is None:
            return self._plain(Compare(op, left, right)), Text("", ""), None
        unit = self.view.unit_label(self._unit(left))
        now, limit = _amounts(values.get("left", bound), bound, unit)
        other = self._label(right)
        if other is not None:
            limit = both("{name} ({now})", name=other, now=limit)
        return label, both(_BESIDE[op], limit=limit), now if "left" in values else None

    def _constant(self, node: Node) -> float | None:
        """A number that stands in an equation by its name."""
        match node:
            case Name(id) if id in self.s.constant:
                return self.legality.constant(id)
            case Negate(Name(id)) if id in self.s.constant:
                return -self.legality.constant(id)
        return None

    def _several(self, op: str, operands: Sequence[Node]) -> Text:
        """Several parts of which all have to hold, or one."""
        said = []
        for operand in operands:
            label, wanted, _ = self._said(operand, {"holds": 1.0})
            said.append(both("{label}: {rest}", label=label, rest=wanted) if wanted.en else label)
        first, *rest = said
        for text in rest:
            first = both(_JOINED[op], first=first, second=text)
        return first

    def _label(self, node: Node) -> Text | None:
        """The name of what is read; None of what is only computed, or a number."""
        match node:
            case Name("elapsed"):
                return both("Months played")
            case Name(id) if id in self.s.stock or id in self.s.aux or id in self.s.switch:
                return input_label(self.view.model, id)
            case Dotted(root, id):
                return input_label(self.view.model, f"{root}.{id}")
            case Member(id, members):
                label = input_label(self.view.model, id)
                sets = self.view.model.sets
                for member in members:
                    at = next((text for (_, m), text in sets.labels.items() if m == member), None)
                    label = both("{label}, {member}", label=label, member=at or member)
                return label
            case Call("since", (Name() | Member() | Dotted() as happening,)):
                return self._since(show(happening))
            case Call("mean" | "sum" | "min" | "max" as take, (of, *over)):
                label = self._label(of)
                among = [self.s.set[x.id].label for x in over if isinstance(x, Name) and x.id in self.s.set]
                if label is not None and among:
                    label = both("{label}, {member}", label=label, member=among[0])
                if label is not None and take == "mean":
                    label = both("{label} (average)", label=label)
                return label
        return None

    def _since(self, name: str) -> Text | None:
        try:
            return both("Months since: {name}", name=happening_label(self.view.model, name)[0])
        except UnknownName:
            return None

    def _unit(self, node: Node) -> str:
        if (isinstance(node, Call) and node.name == "since") or node == Name("elapsed"):
            return "month"
        for name in sorted(names_in(node)):
            id = name.removeprefix("obs.")
            for table in (self.s.stock, self.s.aux, self.s.obs):
                if id in table:
                    return table[id].unit
        return "share"

    def _plain(self, node: Node) -> Text:
        return Text(show(node), show(node))


def _amounts(now: float, limit: float, unit: Text) -> tuple[Text, Text]:
    """Two numbers with as many decimals as tell them apart."""
    whole = now == round(now) and limit == round(limit)
    decimals = 0 if whole or max(abs(now), abs(limit)) >= 10 else 1
    decimals = decimals_apart(now, limit, decimals)
    return _quantity(now, unit, decimals), _quantity(limit, None, decimals)


def _quantity(value: float, unit: Text | None, decimals: int) -> Text:
    return Text(*(Words(language).quantity(value, unit, decimals) for language in LANGUAGES))
