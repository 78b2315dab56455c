"""A forecast knows what its seat knows: no draw to come, no hidden row, no plan of another seat."""

import numpy as np
import pytest

from mali_sim.engine import (
    HUMAN,
    TENDENCY,
    Backend,
    Cast,
    Simulation,
    constant_rows,
    draws,
    run_once,
)
from mali_sim.play import Game, SeatView, forecast
from mali_sim.play.known import known_state
from mali_sim.play.purse import purse
from mali_sim.scenario import ScenarioProblems, list_scenarios
from tests.support import ISLAND, level, members, played, rows, shared_model, value, world

RUNS, MONTHS = 60, 6


def bytes_of(game, actor="council", actions=()):
    made = forecast(game, actor, actions, runs=RUNS, months=MONTHS)
    return made.without.tobytes() + made.with_.tobytes()


def island(seed=3, months=4, seats=("council", "league"), **new):
    game = Game.new(shared_model(ISLAND), seats, seed=seed, **new)
    for _ in range(months):
        game.advance()
    return game


def test_a_forecast_does_not_see_the_luck_to_come():
    """Two games alike up to now and with other luck from now on: one forecast."""
    game = island()
    other = game.branch(4, seed=987_654)
    assert other.state.tobytes() == game.state.tobytes()
    assert bytes_of(other) == bytes_of(game)
    game.advance()
    other.advance()
    assert other.state.tobytes() != game.state.tobytes(), "the test is about luck that does differ"


def test_a_forecast_is_no_draw_from_the_games_own_stream():
    """The month that comes is not among the futures, however many are drawn."""
    game = island()
    made = forecast(game, "council", runs=500, months=1)
    game.advance()
    row = made.names.index("calm")
    # Values without repetition: to meet the true one would be to know it.
    assert value(game, "obs.calm") not in made.without[row, 0]


def test_a_forecast_does_not_see_a_hidden_stock():
    game = island()
    before = bytes_of(game)
    game.states[-1] = game.state.copy()
    game.state[rows(game.model, "stock:resentment")] = 99.0
    assert bytes_of(game) == before


def test_a_forecast_of_one_who_knows_a_hidden_stock_does_see_it():
    game = island(seats=("council",))
    before = bytes_of(game, "temple")
    game.states[-1] = game.state.copy()
    game.state[rows(game.model, "stock:resentment")] = 99.0
    assert bytes_of(game, "temple") != before, "else the tests beside this one cannot fail"


def test_a_forecast_does_not_see_an_observer_that_others_alone_see():
    """The league's secret service publishes nothing: a flow that reads it gives nothing away."""
    game = island()
    before = bytes_of(game)
    block = game.model.layout.blocks["obs"]
    game.states[-1] = game.state.copy()
    game.state[block.offset + block.labels.index("secret")] = 0.0
    assert bytes_of(game) == before


SECRET = {
    "stock": {
        "anger": level(30, hidden=True, known_to=["donor"], estimate="obs.trust", doubt="doubt"),
        "trust": level(50),
    },
    "constant": {"doubt": 5, "speed": (0.1, "1/month"), "gift": 6, "first": 10},
    "obs": {"trust": "trust"},
}


def secret_world(**tables):
    made = {**SECRET, **{k: {**SECRET.get(k, {}), **v} for k, v in tables.items()}}
    return world(**made)


def test_what_capital_is_told_to_come_does_not_see_a_hidden_stock():
    made = secret_world(
        stock={"purse": level(3)}, actor={"gov": {"capital": "purse"}, "donor": {"capital": "purse"}},
        flow={"pay": {"to": "purse", "rate": "speed * anger"}},
    )  # fmt: skip
    game = Game.new(made, ["gov", "donor"])
    told = {actor: purse(SeatView(game, actor)).coming for actor in ("gov", "donor")}
    game.states[-1] = game.state.copy()
    game.state[rows(made, "stock:anger")] = 90.0
    assert purse(SeatView(game, "gov")).coming == told["gov"]
    assert purse(SeatView(game, "donor")).coming == pytest.approx(9.0)
    assert told["donor"] == pytest.approx(3.0)


MEMORIES = {
    "smooth": {"held": "smooth(anger, quarter)"},
    "delay": {"held": "delay(anger, quarter)"},
    "delay with an initial": {"held": "delay(anger, quarter, first)"},
    "through an auxiliary": {"mood": "anger * half", "held": "smooth(mood, quarter)"},
    "a memory of a memory": {"mood": "smooth(anger, quarter)", "held": "delay(mood, quarter)"},
    "in a circle": {"held": "delay(mood, quarter, first) * half", "mood": "anger + held"},
    "in a circle, read first": {"held": "mood * half", "mood": "anger + smooth(held, quarter, first) * half"},
}


@pytest.mark.parametrize("kind", MEMORIES)
def test_a_forecast_does_not_see_a_hidden_stock_through_a_memory_of_it(kind):
    m = secret_world(aux=MEMORIES[kind], flow={"fall": {"to": "trust", "rate": "-held * speed"}})

    def seen(anger):
        game = played(m, 3)
        game.states = [s.copy() for s in game.states]
        # The same past to see, another to know: everything that rests on the hidden stock.
        for name, block in m.layout.blocks.items():
            if name == "stock:anger" or name.startswith("memory:"):
                game.state[block.offset : block.offset + block.rows] = anger
        return bytes_of(game, "gov")

    assert seen(10.0) == seen(90.0)


def test_a_forecast_does_not_see_a_hidden_stock_through_an_effect_still_being_paid():
    """What is due was fixed from the hidden stock when it was fired."""
    m = secret_world(
        event={
            "fall": {
                "date": "2023-03",
                "effects": [
                    {"add": "trust", "amount": "-anger * half", "over": "year"},
                ],
            }
        },
    )

    def seen(anger):
        game = Game.new(m, ["gov"])
        game.states[-1] = game.state.copy()
        game.state[rows(m, "stock:anger")] = anger
        game.advance()
        game.advance()
        # What is public is made the same: only what is still due differs.
        for name in ("stock:trust", "obs"):
            game.state[rows(m, name)] = 50.0
        return bytes_of(game, "gov")

    assert seen(10.0) == seen(90.0)


def test_an_estimate_rests_on_nothing_that_some_alone_see():
    secret = {"value": "anger", "known_to": ["donor"]}
    anger = level(30, hidden=True, known_to=["donor"], estimate="obs.secret", doubt="doubt")
    with pytest.raises(ScenarioProblems, match="seen by everybody"):
        secret_world(stock={"anger": anger}, obs={"secret": secret})


def test_a_forecast_does_not_see_what_other_seats_have_submitted():
    game, other = island(), island()
    allowed = [s.action.id for s in other.standings("league") if s.allowed]
    assert allowed
    other.submit("league", allowed[0])
    assert bytes_of(other) == bytes_of(game)


def test_a_forecast_does_see_the_seats_own_plan():
    game, other = island(), island()
    allowed = [s.action.id for s in other.standings("council") if s.allowed]
    other.submit("council", allowed[0])
    assert bytes_of(other) != bytes_of(game)


def test_a_game_with_forecasts_is_the_game_without():
    plain, asked = island(months=0), island(months=0)
    for _ in range(6):
        for seat in ("council", "league"):
            forecast(asked, seat, runs=10, months=3)
        plain.advance()
        asked.advance()
    assert plain.state_hash() == asked.state_hash()
    assert plain.record.lines() == asked.record.lines()


def test_a_forecast_asked_twice_is_the_same_and_asked_alone_its_runs_are():
    game = island()
    assert bytes_of(game) == bytes_of(game)
    whole = forecast(game, "council", runs=30, months=3)
    part = forecast(game, "council", runs=10, months=3, first_run=20)
    assert np.ascontiguousarray(whole.without[:, :, 20:]).tobytes() == part.without.tobytes()


def test_a_forecast_with_nothing_asked_about_differs_from_itself_by_nothing():
    made = forecast(island(), "council", runs=30, months=4)
    for name in made.names:
        assert not made.difference(name).any()


def test_a_forecast_keeps_to_the_luck_on_both_sides():
    """What an action cannot touch is the same with and without it, run by run."""
    game = island(months=0)
    made = forecast(game, "council", ["tax_port"], runs=50, months=1)
    assert made.difference("port_open").any()
    assert not made.difference("fear").any()


def test_a_forecast_holds_no_observer_that_the_seat_does_not_see():
    made = forecast(island(), "council", runs=5, months=1)
    assert "secret" not in made.names
    assert "secret" in forecast(island(seats=("council",)), "temple", runs=5, months=1).names


def test_a_seats_own_standing_does_not_turn_on_what_others_plan():
    game = island(months=1)
    before = [(s.action.id, s.allowed, s.cost) for s in game.standings("council")]
    for s in game.standings("league"):
        if s.allowed and game.standing(s.action.id).allowed:
            game.submit("league", s.action.id)
    assert [(s.action.id, s.allowed, s.cost) for s in game.standings("council")] == before


def test_a_view_is_the_same_whatever_the_hidden_stock():
    def shown(anger):
        game = island()
        game.states = [s.copy() for s in game.states]
        for state in game.states:
            state[rows(game.model, "stock:resentment")] = anger
        view = SeatView(game, "council")
        return [(i.id, i.series) for i in view.indicators()], [
            (i.id, i.series) for s in view.visible_stocks() for i in view.members(s)
        ]

    assert shown(1.0) == shown(99.0)


def test_a_forecast_starts_hidden_stocks_around_the_estimate_with_its_doubt():
    anger = level({"a": 20, "b": 60}, over=["place"], hidden=True, estimate="obs.trust", doubt="doubt")
    game = played(
        world(
            set={"place": members("a", "b")}, constant={"doubt": 6},
            stock={"anger": anger, "trust": level(50)}, obs={"trust": "trust"},
        ),
        2,
    )  # fmt: skip
    keys = draws.run_keys(1, np.arange(20_000, dtype=np.uint64))
    guessed = known_state(game, "gov", keys)[rows(game.model, "stock:anger")]
    assert guessed.mean(1) == pytest.approx([50, 50], abs=0.3)
    assert guessed.std(1) == pytest.approx([6, 6], rel=0.03)
    assert abs(np.corrcoef(guessed)[0, 1]) < 0.03


def test_an_estimate_agrees_with_what_the_seat_sees():
    """Fear is published and rests on resentment: it comes out as it is in every future."""
    game = island()
    keys = draws.run_keys(1, np.arange(500, dtype=np.uint64))
    state = known_state(game, "council", keys)
    fear = game.model.scenario.obs["fear"]
    assert fear.value == "weighted(fear, people)", "the test is about what rests on resentment"
    again = run_once(
        game.programs.estimate, constant_rows(game.programs, game.assumed_parameters), state,
        runs=len(keys), keys=keys, month=game.month,
    )  # fmt: skip
    block = game.model.layout.blocks["obs"]
    row = block.offset + block.labels.index("fear")
    assert again[row] == pytest.approx(value(game, "obs.fear"), rel=1e-4)
    guessed = state[rows(game.model, "stock:resentment")]
    assert (guessed.std(1) > 3).all(), "members are still in doubt"
    hidden = {"stock:resentment", "spread+computed:share", "obs"}
    for name, block in game.model.layout.blocks.items():
        if name not in hidden:
            found = state[block.offset : block.offset + block.rows]
            own = game.state[block.offset : block.offset + block.rows, None]
            assert (found == own).all(), name


@pytest.mark.parametrize("path", list_scenarios(), ids=lambda p: p.stem)
def test_a_month_ahead_the_headlines_come_within_their_spans(path):
    """
    In 40 games of each scenario, nothing decided: 80 to 100 of 100 outcomes lie in the span.

    What is off by less than a hundredth of the figure counts as inside.
    """
    model, games = shared_model(path), 40
    months = min(model.scenario.scenario.months - 1, 12)
    seat = model.scenario.scenario.seats[0]
    game = Game.new(model, [seat], seed=3)
    everybody = dict.fromkeys(model.scenario.actor, TENDENCY)
    sim = Simulation(model, Cast((everybody,)), 3, np.arange(games, dtype=np.uint64), backend=Backend.NUMPY)
    states = [sim.state.copy()]
    for _ in range(months):
        sim.step(None)
        states.append(sim.state.copy())
    sim.recast(Cast(({**everybody, seat: HUMAN},)))
    sim.step(np.zeros((len(model.happenings.actions), 1)))
    headlines = [i.id[4:] for i in SeatView(game, seat).headlines()]
    inside = dict.fromkeys(headlines, 0)
    for run in range(games):
        one = game.snapshot()
        one.states = [state[:, run].copy() for state in states]
        made = forecast(one, seat, runs=100, months=1, backend=Backend.NUMPY)
        for name in headlines:
            low, high = made.level(name, (0.05, 0.95))[:, 0]
            came = sim.state[_obs_row(model, name), run]
            near = max(0.01 * abs(came), 0.5 * 10.0 ** -model.scenario.obs[name].decimals)
            inside[name] += low - near <= came <= high + near
    assert {name: n for name, n in inside.items() if n < 0.8 * games} == {}


def _obs_row(model, name):
    block = model.layout.blocks["obs"]
    return block.offset + block.labels.index(name)
