"""Answers: one to each question, given in place of another that is in the plan."""

from mali_sim.model import Action, Model
from mali_sim.play.game import Game
from mali_sim.play.months import NotAllowed, Standing
from mali_sim.scenario.texts import both

ANSWERS = ("accept", "refuse", "choice")


def same_question(a: Action, b: Action) -> bool:
    """Whether two actions are answers to one question."""
    return a.kind in ANSWERS and b.kind in ANSWERS and a.item == b.item


def without_answer(game: Game, id: str) -> list[str]:
    """The plan of an answer's actor without its other answers to the same question."""
    action = game.model.action(id)
    plan = game.plan.get(action.actor, ())
    return [p for p in plan if p == id or not same_question(game.model.action(p), action)]


def standing_instead(game: Game, id: str) -> Standing:
    """Whether an answer can be given in place of the one that is in the plan."""
    return game.legality.standing(id, without_answer(game, id))


def answer(game: Game, actor: str, id: str) -> Standing:
    """
    Answer a question, in place of an answer that is in the plan.

    Raises
    ------
    NotAllowed
        With the reason; the plan stays as it was.
    """
    standing = standing_instead(game, id)
    if not standing.allowed:
        raise NotAllowed(standing.reason or both("The conditions do not hold."))
    kept = without_answer(game, id)
    for other in [p for p in game.plan.get(actor, ()) if p not in kept]:
        game.withdraw(actor, other)
    return game.submit(actor, id)


def is_silence(model: Model, id: str) -> bool:
    """Whether an answer is what happens too where none is given."""
    action = model.action(id)
    if action.kind != "choice":
        return False
    return id == f"{action.item.id}.{model.scenario.event[action.item.path[1]].default}"
