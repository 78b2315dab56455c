"""Bargains in force: what has to hold, part by part, whether it does, and for how long."""

import math
from collections.abc import Mapping, Sequence

from attrs import frozen

from mali_sim.equations import (
    Compare,
    Dotted,
    Logic,
    Member,
    Name,
    Node,
    Not,
    conjuncts,
    names_in,
    show,
)
from mali_sim.equations.tree import Text as Quoted
from mali_sim.model.happenings import Item
from mali_sim.play.explain import input_label
from mali_sim.play.view import Choice, SeatView
from mali_sim.scenario import Text
from mali_sim.scenario.classes import Offer
from mali_sim.scenario.texts import LANGUAGES, Words, both, word

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


@frozen
class Term:
    """
    One part of what has to hold while a bargain is in force.

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
    """

    label: Text
    wanted: Text
    now: Text | None
    met: bool | None


@frozen
class Bargain:
    """
    A bargain in force.

    Parameters
    ----------
    choice : Choice
        The offer that was accepted.
    partner : str
        The other side's actor.
    asked : bool
        Whether this seat asked for it.
    months_left : int
        The month to be played counted in.
    looked_at_in : int
        Months until the terms are first looked at; 0 when they are from this month on.
    terms : tuple of Term
    broken : bool
        Whether a part that is seen fails, so that it will be broken as the month is played,
        whatever is decided now.
    """

    choice: Choice
    partner: str
    asked: bool
    months_left: int
    looked_at_in: int
    terms: tuple[Term, ...]
    broken: bool


def bargains(view: SeatView) -> list[Bargain]:
    """Bargains in force in which a seat gives or asks, with their terms as things stand."""
    found = []
    for choice in view.offers_in_force():
        item = choice.standing.action.item
        offer: Offer = view.model.scenario.offer[item.path[1]]
        legality = view.game.legality
        age = legality.row("offer_age", item.id)
        grace = legality.constant(offer.grace) if offer.grace else 0.0
        parts = legality.kept(item.id)
        due = grace <= age and not view.game.finished
        asked = view.actor == offer.from_
        terms = tuple(_terms(view, item, parts))
        made = Bargain(
            choice, offer.to if asked else offer.from_, asked,
            max(math.ceil(legality.constant(offer.lasts) - age), 0), max(math.ceil(grace - age), 0),
            terms, due and any(term.met is False for term in terms),
        )  # fmt: skip
        found.append(made)
    return found


def _terms(view: SeatView, item: Item, parts: Sequence[Mapping[str, float]]) -> list[Term]:
    keeps = item.node(view.model.variables, "keeps")
    nodes = conjuncts(keeps) if keeps is not None else ()
    return [_Reader(view).term(node, part) for node, part in zip(nodes, parts, strict=True)]


class _Reader:
    """Puts a condition into words."""

    def __init__(self, view: SeatView) -> None:
        self.view = view
        self.s = view.model.scenario

    def term(self, node: Node, values: Mapping[str, float]) -> Term:
        hidden = not self.view.game.finished and bool(names_in(node) & self.view.unseen)
        label, wanted, now = self._said(node, values)
        return Term(label, wanted, None if hidden else now, None if hidden else bool(values["holds"]))

    def _said(self, node: Node, values: Mapping[str, float]) -> tuple[Text, Text, Text | None]:
        """What is read, what it should be, and what it is."""
        nothing, holds = Text("", ""), bool(values["holds"])
        match node:
            case Not(inner) if (label := self._label(inner)) is not None:
                return label, both(_NO), both(_NO if holds else _YES)
            case Compare(op, Name(id), Quoted(value)) if id in self.s.switch:
                switch = self.s.switch[id]
                now = list(switch.values)[int(self.view.game.legality.row(f"switch:{id}", id))]
                return switch.label, both(_BESIDE[op], limit=switch.values[value]), switch.values[now]
            case Compare(op, left, right) if "left" in values:
                if self._label(left) is None and op in _TURNED:
                    left, right, op = right, left, _TURNED[op]
                    values = {**values, "left": values["right"], "right": values["left"]}
                return self._compared(op, left, right, values)
            case Logic("or", operands):
                return self._one_of(operands), nothing, None
        label = self._label(node)
        if label is not None:
            return label, both(_YES), both(_YES if holds else _NO)
        return self._plain(node), nothing, None

    def _compared(
        self, op: str, left: Node, right: Node, values: Mapping[str, float]
    ) -> tuple[Text, Text, Text | None]:
        label = self._label(left)
        if label is None:
            return self._plain(Compare(op, left, right)), Text("", ""), None
        unit = self.view.unit_label(self._unit(left))
        now, limit = self._amounts(values["left"], values["right"], unit)
        other = self._label(right)
        if other is not None:
            limit = both("{name} ({now})", name=other, now=limit)
        return label, both(_BESIDE[op], limit=limit), now

    def _one_of(self, operands: tuple[Node, ...]) -> Text:
        """Several ways in which a part may hold."""
        said = []
        for operand in operands:
            label, wanted, _ = self._said(operand, {"holds": 1.0})
            said.append(both("{label}: {rest}", label=label, rest=wanted) if wanted.en else label)
        first, *rest = said
        for text in rest:
            first = both("{first}, or {second}", first=first, second=text)
        return first

    def _label(self, node: Node) -> Text | None:
        """The name of what is read; None of what is only computed, or a number."""
        match node:
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
        return None

    def _unit(self, node: Node) -> str:
        id = next(iter(names_in(node)), "").removeprefix("obs.")
        for table in (self.s.stock, self.s.aux, self.s.obs):
            if id in table:
                return table[id].unit
        return "share"

    def _amounts(self, now: float, limit: float, unit: Text) -> tuple[Text, Text]:
        """Two numbers with as many decimals as tell them apart."""
        decimals = 0 if max(abs(now), abs(limit)) >= 10 else 1
        while decimals < 4 and now != limit and round(now, decimals) == round(limit, decimals):
            decimals += 1
        return _quantity(now, unit, decimals), _quantity(limit, None, decimals)

    def _plain(self, node: Node) -> Text:
        return Text(show(node), show(node))


def _quantity(value: float, unit: Text | None, decimals: int) -> Text:
    return Text(*(Words(language).quantity(value, unit, decimals) for language in LANGUAGES))
