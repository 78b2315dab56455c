"""What is shown of a forecast: the figures that matter to a decision."""

import numpy as np
import pytest

from mali_sim.model import load_model
from mali_sim.play import Game, SeatView, forecast
from mali_sim.play.fans import Fans, fans_of, joined
from mali_sim.play.view import says_yes_or_no
from mali_sim.scenario.library import find_scenario

RUNS = 60
SEATS = {"avoid-the-trap": "bamako", "western-partners": "europe", "ecowas-and-the-calendar": "ecowas"}


@pytest.fixture(scope="module", params=sorted(SEATS))
def view(request) -> SeatView:
    """A seat after three months."""
    game = Game.new(load_model(find_scenario(request.param)), [SEATS[request.param]], seed=5)
    for _ in range(3):
        game.advance()
    return SeatView(game, SEATS[request.param])


@pytest.fixture(scope="module")
def shown(view) -> dict[str, Fans]:
    """The fans of everything that can be decided or offered now."""
    wanted = [c.id for c in view.choices() if c.standing.allowed]
    return {id: fans_of(view, forecast(view.game, view.actor, [id], runs=RUNS)) for id in wanted}


def test_every_fan_that_is_shown_shows_something_that_the_seat_sees(view, shown):
    seen = {i.id.removeprefix("obs.") for i in view.indicators()}
    for id, fans in shown.items():
        for name in fans.names:
            obs = view.model.scenario.obs[name]
            least = 1.0 if says_yes_or_no(obs) else 0.5 * 10.0**-obs.decimals
            assert name in seen, (id, name)
            assert np.abs(fans.quantiles[name]).max() >= least, (id, name)


def test_decisions_of_one_seat_are_told_by_different_figures(shown):
    """Found by playing: with the same few figures for all, most decisions seemed to do nothing."""
    assert len({name for fans in shown.values() for name in fans.names}) > 15
    told = [id for id, fans in shown.items() if fans.names]
    assert len(told) > 0.8 * len(shown)


def test_two_counts_that_move_together_are_shown_once(view):
    made = forecast(view.game, view.actor, [_first(view)], runs=RUNS)
    rows = {name: made.difference(name).mean(axis=0) for name in fans_of(view, made, count=20).names}
    names = sorted(rows)
    for n, one in enumerate(names):
        for other in names[:n]:
            assert abs(np.corrcoef(rows[one], rows[other])[0, 1]) <= 0.8 + 1e-9, (one, other)


def test_of_an_offer_only_the_futures_with_a_yes_are_shown(view, shown):
    offers = [id for id in shown if view.model.action(id).kind == "ask"]
    assert offers
    for id in offers:
        made = forecast(view.game, view.actor, [id], runs=RUNS)
        assert made.agreed is not None
        assert (shown[id].runs, shown[id].agreed) == (RUNS, int(made.agreed.sum()))
        if made.agreed.any():
            yes = made.among(made.agreed)
            for name in set(shown[id].names) - shown[id].chances:
                assert (shown[id].quantiles[name] == yes.fan(name)).all()


def test_what_is_or_is_not_is_told_in_futures_of_a_hundred(view):
    made = forecast(view.game, view.actor, [_first(view)], runs=RUNS)
    name = next(n for n in made.names if says_yes_or_no(view.model.scenario.obs[n]))
    fans = fans_of(view, made, [name])
    assert fans.chances == {name}
    assert np.allclose(fans.quantiles[name][2], 100 * made.difference(name).mean(axis=1))


def test_portions_make_the_whole(view):
    id = next(c.id for c in view.choices() if c.kind == "ask" and c.standing.allowed)
    whole = forecast(view.game, view.actor, [id], runs=40)
    parts = joined([forecast(view.game, view.actor, [id], runs=20, first_run=n) for n in (0, 20)])
    assert parts.runs == 40
    assert (parts.with_ == whole.with_).all()
    assert (parts.agreed == whole.agreed).all()


def _first(view: SeatView) -> str:
    return next(c.id for c in view.choices() if c.kind == "decision" and c.standing.allowed)
