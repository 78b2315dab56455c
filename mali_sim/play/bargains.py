"""Bargains, offered and in force: what has to hold, whether it does, how long, and what goes against it."""

import math
from collections.abc import Mapping

from attrs import frozen

from mali_sim.equations import names_in
from mali_sim.model import Action
from mali_sim.model.happenings import Item
from mali_sim.play.conditions import Term, decided, kept_terms
from mali_sim.play.switched import standing_at
from mali_sim.play.view import Choice, SeatView
from mali_sim.scenario import Text
from mali_sim.scenario.classes import Effect, Offer


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


@frozen
class Offered:
    """
    What an offer would bind to.

    Parameters
    ----------
    lasts, grace : int
        Months in force, and months before what has to hold is looked at.
    terms : tuple of (Term, bool)
        What has to hold, and whether a yes itself would make it hold.
    """

    lasts: int
    grace: int
    terms: tuple[tuple[Term, bool], ...]


def bargains(view: SeatView) -> list[Bargain]:
    """Bargains in force in which a seat gives or asks, with their terms as things stand."""
    found = []
    for choice in view.offers_in_force():
        item = choice.standing.action.item
        offer: Offer = view.model.scenario.offer[item.path[1]]
        legality = view.game.legality
        age = legality.row("offer_age", item.id)
        grace = legality.constant(offer.grace) if offer.grace else 0.0
        due = grace <= age and not view.game.finished
        asked = view.actor == offer.from_
        terms = kept_terms(view, item)
        made = Bargain(
            choice, offer.to if asked else offer.from_, asked,
            max(math.ceil(legality.constant(offer.lasts) - age), 0), max(math.ceil(grace - age), 0),
            terms, due and any(term.met is False for term in terms),
        )  # fmt: skip
        found.append(made)
    return found


def offered(view: SeatView, item: Item) -> Offered:
    """What an offer would bind to, as things stand."""
    offer: Offer = view.model.scenario.offer[item.path[1]]
    legality = view.game.legality
    now = _standing(view)
    sure = tuple(e for e in offer.effects if e.chance is None)
    after = {**now, **_set(view, item, ("effects",), sure, now)}
    terms = tuple(
        (term, term.met is False and decided(term.node, after) is True) for term in kept_terms(view, item)
    )
    grace = math.ceil(legality.constant(offer.grace)) if offer.grace else 0
    return Offered(math.ceil(legality.constant(offer.lasts)), grace, terms)


def against(view: SeatView, id: str) -> list[tuple[Bargain, Text]]:
    """
    Bargains in force that an action would go against, each with the switch that it would turn.

    A bargain is gone against where what its acceptance set is set otherwise, or where a
    part of what has to hold would no longer hold.
    """
    action = view.model.action(id)
    now = _standing(view)
    turned = _turned(view, action, now)
    if not turned:
        return []
    found = []
    labels = view.model.scenario.switch
    for bargain in bargains(view):
        item = bargain.choice.standing.action.item
        offer: Offer = view.model.scenario.offer[item.path[1]]
        # What no longer stands as the bargain set it is not turned back by this.
        given = {e.switch for e in offer.effects if e.switch and e.to == now[e.switch]}
        broken = [
            names_in(t.node) for t in bargain.terms
            if decided(t.node, now) is True and decided(t.node, {**now, **turned}) is False
        ]  # fmt: skip
        hit = [s for s in turned if s in given or any(s in names for names in broken)]
        found += [(bargain, labels[s].label) for s in hit[:1]]
    return found


def _standing(view: SeatView) -> dict[str, object]:
    """What every switch stands at."""
    return {id: standing_at(view.game, id, view.game.month) for id in view.model.scenario.switch}


def _turned(view: SeatView, action: Action, now: Mapping[str, object]) -> dict[str, object]:
    """Switches that an action would turn, or may, and to what."""
    if action.kind == "refuse":
        return {}
    key = (*action.requires_key[:-1], "effects")
    made = _set(view, action.item, key, action.table.effects, now)
    return {switch: to for switch, to in made.items() if to != now[switch]}


def _set(
    view: SeatView, item: Item, key: tuple[str, ...], effects: tuple[Effect, ...], now: Mapping[str, object]
) -> dict[str, object]:
    """What effects set switches to, those left out whose condition is known to fail."""
    made = {}
    for number, effect in enumerate(effects):
        if effect.switch is None:
            continue
        guard = item.node(view.model.variables, *key, str(number), "if")
        if guard is None or decided(guard, now) is not False:
            made[effect.switch] = effect.to
    return made
