"""Decisions, offers and events made concrete: one item for each member, in stable order."""

from collections.abc import Iterable, Iterator

from attrs import frozen

from mali_sim.equations import Node, at_member
from mali_sim.model.sets import Sets
from mali_sim.model.variables import Variables
from mali_sim.scenario.classes import (
    ConstantId,
    Decision,
    Effect,
    Event,
    EventChoice,
    Offer,
    Text,
)


@frozen
class Item:
    """
    One decision, offer, event or choice, for one member where it has ``each``.

    Parameters
    ----------
    id : str
        The table's id, with the member where there is one: ``local_talks.mopti``.
    path : tuple of str
        Where its table stands in the scenario.
    member : str or None
    set : str or None
        The set that the member belongs to.
    """

    id: str
    path: tuple[str, ...]
    member: str | None = None
    set: str | None = None

    def node(self, variables: Variables, *key: str) -> Node | None:
        """An equation of the table, made for this member."""
        tree = variables.trees.get((*self.path, *key))
        return at_member(tree, self.member) if tree is not None and self.member else tree

    def words(self, text: Text, sets: Sets) -> Text:
        """A text of the table, with ``{each}`` filled in."""
        if self.member is None or self.set is None:
            return text
        return text.replace("{each}", sets.labels[self.set, self.member])

    def name_for(self, other: str) -> str:
        """An id named in the table (``excludes``), made for this member."""
        return other.replace(".each", f".{self.member}") if self.member else other


@frozen
class Action:
    """
    Something that an actor can do in a month.

    Parameters
    ----------
    id : str
        What submissions and strategies call it: a decision's id, ``offer.ID``,
        ``accept.ID``, ``refuse.ID`` or ``EVENT.CHOICE``.
    kind : str
        ``decision``, ``ask``, ``accept``, ``refuse`` or ``choice``.
    actor : str
        Who does it.
    item : Item
        The decision, offer or event behind it.
    table : Decision, Offer or EventChoice
    capital : str or None
        The constant that is its cost.
    """

    id: str
    kind: str
    actor: str
    item: Item
    table: Decision | Offer | EventChoice
    capital: ConstantId | None = None
    choice: int = 0

    @property
    def requires_key(self) -> tuple[str, ...]:
        """Where its condition stands below the item's path."""
        if self.kind == "choice":
            return ("choices", str(self.choice), "requires")
        return ("requires",)


@frozen
class Effects:
    """
    A list of effects and what sets it off.

    Parameters
    ----------
    trigger : str
        Name of the happening: an action's or event's id, or ``breach.ID``, ``fulfilled.ID``.
    """

    trigger: str
    item: Item
    key: tuple[str, ...]
    effects: tuple[Effect, ...]


@frozen
class Happenings:
    """Everything that can be done or can happen, concrete, in stable order."""

    decisions: tuple[tuple[Item, Decision], ...]
    offers: tuple[tuple[Item, Offer], ...]
    events: tuple[tuple[Item, Event], ...]
    actions: tuple[Action, ...]

    def effects(self) -> Iterator[Effects]:
        """All lists of effects."""
        for item, decision in self.decisions:
            yield Effects(item.id, item, ("effects",), decision.effects)
        for item, offer in self.offers:
            yield Effects(f"accept.{item.id}", item, ("effects",), offer.effects)
            yield Effects(f"breach.{item.id}", item, ("breach",), offer.breach)
            yield Effects(f"fulfilled.{item.id}", item, ("fulfilled",), offer.fulfilled)
        for item, event in self.events:
            yield Effects(item.id, item, ("effects",), event.effects)
            for number, choice in enumerate(event.choices):
                key = ("choices", str(number), "effects")
                yield Effects(f"{item.id}.{choice.id}", item, key, choice.effects)

    @property
    def remembered(self) -> list[str]:
        """Names of all happenings whose last month is remembered, in the order of their rows."""
        names = [a.id for a in self.actions if a.kind in ("decision", "ask", "choice")]
        names += [item.id for item, _ in self.events]
        return names + [f"accept.{item.id}" for item, _ in self.offers]


def expand(variables: Variables) -> Happenings:
    """All items of a scenario: tables with ``each`` once for every member."""
    s, sets = variables.scenario, variables.sets

    def items(kind: str, tables: Iterable[tuple[str, object]]) -> list[tuple[Item, object]]:
        made: list[tuple[Item, object]] = []
        for id, table in sorted(tables):
            each = table.each  # type: ignore[attr-defined]
            if each is None:
                made.append((Item(id, (kind, id)), table))
            else:
                made.extend(
                    (Item(f"{id}.{member}", (kind, id), member, each), table)
                    for member in sets.members.get(each, ())
                )
        return made

    decisions = items("decision", s.decision.items())
    offers = items("offer", s.offer.items())
    events = items("event", s.event.items())
    actions = [
        Action(item.id, "decision", d.actor, item, d, d.capital)  # type: ignore[attr-defined, arg-type]
        for item, d in decisions
    ]
    for item, offer in offers:
        asker, giver = offer.from_, offer.to  # type: ignore[attr-defined]
        cost = offer.capital  # type: ignore[attr-defined]
        actions.append(Action(f"offer.{item.id}", "ask", asker, item, offer, cost))  # type: ignore[arg-type]
        actions.append(Action(f"accept.{item.id}", "accept", giver, item, offer))  # type: ignore[arg-type]
        actions.append(Action(f"refuse.{item.id}", "refuse", giver, item, offer))  # type: ignore[arg-type]
    for item, event in events:
        for n, choice in enumerate(event.choices):  # type: ignore[attr-defined]
            id = f"{item.id}.{choice.id}"
            seat = event.seat or ""  # type: ignore[attr-defined]
            actions.append(Action(id, "choice", seat, item, choice, choice.capital, n))
    actions.sort(key=lambda a: a.id)
    return Happenings(
        tuple(decisions),  # type: ignore[arg-type]
        tuple(offers),  # type: ignore[arg-type]
        tuple(events),  # type: ignore[arg-type]
        tuple(actions),
    )
