"""Bargains in force: what has to hold, part by part, whether it does, and for how long."""

import math

from attrs import frozen

from mali_sim.play.conditions import Term, kept_terms
from mali_sim.play.view import Choice, SeatView
from mali_sim.scenario.classes import Offer


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
