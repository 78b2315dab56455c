"""What a seat has to spend: how much comes back with a month, up to where, and what that depends on."""

import numpy as np
from attrs import frozen

from mali_sim.engine import constant_rows, draws
from mali_sim.engine.reference import run_program
from mali_sim.equations import show
from mali_sim.play.forecast import forecast_seed
from mali_sim.play.game import Trace
from mali_sim.play.known import known_state
from mali_sim.play.view import SeatView
from mali_sim.play.why.causes import named_in
from mali_sim.scenario import Text

#: What is hidden is taken for the middle of so many guesses.
_GUESSES = 100


@frozen
class Purse:
    """
    A seat's capital.

    Parameters
    ----------
    stock : str
    label, unit : Text
    most : float or None
        What it fills up to.
    coming : float or None
        What this month's flows bring, as things stand and as far as the seat knows; None where
        no flow goes to it, or no month is to come.
    reads : tuple of (str, Text)
        What the flows are computed from, with labels.
    """

    stock: str
    label: Text
    unit: Text
    most: float | None
    coming: float | None
    reads: tuple[tuple[str, Text], ...]

    def room(self, left: float) -> float | None:
        """How much more there can be than what is left; None where there is no end to it."""
        return None if self.most is None else self.most - left


def purse(view: SeatView) -> Purse | None:
    """A seat's capital as it stands; None where nothing costs."""
    game, model = view.game, view.model
    stock = model.scenario.actor[view.actor].capital
    if stock is None:
        return None
    table = model.scenario.stock[stock]
    flows = [id for id, f in model.scenario.flow.items() if stock in (f.to, f.from_)]
    trees = [t for id in flows if (t := model.variables.trees["flow", id, "rate"]) is not None]
    coming = _coming(view, stock) if flows and not game.finished else None
    most = table.bounds[1] if table.bounds is not None else None
    return Purse(
        stock, table.label, view.unit_label(table.unit), most, coming,
        tuple(dict.fromkeys(x for tree in trees for x in named_in(model, show(tree)))),
    )  # fmt: skip


def _coming(view: SeatView, stock: str) -> float:
    """
    What the flows of a stock move in the month to come.

    Flows read what a month opens on: here that as the seat knows it, with none of the game's luck.
    """
    game, programs = view.game, view.game.programs
    seed = forecast_seed(view.model, game.month, view.actor)
    keys = draws.run_keys(seed, np.arange(_GUESSES, dtype=np.uint64))
    opening = np.median(known_state(game, view.actor, keys), axis=1).tolist()
    start = int(view.model.scenario.scenario.start[5:])
    sources = {
        "const": constant_rows(programs, game.assumed_parameters)[:, 0].tolist(),
        "mode": game.modes[:, 0].tolist(),
        "input": [0.0] * len(view.model.happenings.actions),
        "clock": [float(game.month), float((start - 1 + game.month) % 12 + 1)],
    }
    key = int(keys[0])
    closing, values = run_program(programs.trace, opening, sources, key, game.month)
    trace = Trace(game.month, tuple(opening), tuple(closing), values, programs, sources, key)
    return sum(
        posting.sign * sum(trace.watched(posting.watched)[source] for _, source in posting.rows)
        for posting in programs.postings
        if posting.stock == stock and posting.kind == "flow"
    )
