"""What equations mean: functions, memories, tables, sets, and arithmetic without holes."""

import numpy as np
import pytest

from mali_sim.engine import Backend, NotANumber
from mali_sim.play import Game
from mali_sim.scenario import ScenarioProblems
from tests.support import (
    conserved,
    level,
    members,
    observed,
    played,
    rows,
    series,
    simulate,
    value,
    world,
)

PLACES = {
    "place": members(
        "north",
        "south",
        "coast",
        "isle",
        neighbours={
            "north": ["south"],
            "south": ["north", "coast"],
            "coast": ["south"],
            "isle": [],
        },
    ),
    "border": {"part_of": "place", "only": ["north", "coast"]},
    "party": members("army", "rebels"),
}
TRUST = {"north": 10, "south": 20, "coast": 40, "isle": 80}
POWER = {
    "army": {"north": 1, "south": 2, "coast": 4, "isle": 8},
    "rebels": {"north": 16, "south": 32, "coast": 64, "isle": 100},
}
STOCKS = {
    "trust": level(TRUST, over="place"),
    "power": level(POWER, over=["party", "place"]),
    "mood": level({"army": 3, "rebels": 5}, over="party"),
}


def seen(expression, unit="index", **constants):
    """An observer's value in the world of four places and two parties, both backends agreeing."""
    m = world(set=PLACES, stock=STOCKS, constant=constants, obs={"x": {"value": expression, "unit": unit}})
    found = []
    for backend in (Backend.REFERENCE, Backend.NUMPY):
        sim = simulate(m, 1, backend=backend)
        found.append(sim.state[rows(m, "obs")][0, 0])
    assert found[0].tobytes() == found[1].tobytes()
    return float(found[0])


# -- sets --------------------------------------------------------------------------------------


def test_set_sum_and_mean_over_everything():
    assert seen("sum(trust)") == 150
    assert seen("mean(trust)") == 37.5
    assert seen("sum(power)") == 227


def test_set_sum_and_mean_over_a_part():
    assert seen("sum(trust, border)") == 50
    assert seen("mean(trust, border)") == 25


def test_set_sum_over_one_of_two_sets_leaves_the_other():
    assert seen("weighted(sum(power, place), mood)") == (15 * 3 + 212 * 5) / 8
    assert seen("weighted(sum(power, party), trust)") == (10 * 17 + 20 * 34 + 40 * 68 + 80 * 108) / 150
    assert seen("sum(sum(power, border), party)") == 1 + 4 + 16 + 64


def test_set_member_access_of_one_and_two_sets():
    assert seen("trust.coast") == 40
    assert seen("power[army, isle]") == 8
    assert seen("power[isle, army]") == 8
    assert seen("sum(power.rebels)") == 212
    assert seen("sum(power.south)") == 34


def test_set_elementwise_over_the_same_set_and_scalars_broadcast():
    assert seen("sum(trust * reach)", reach={"value": TRUST, "over": "place", "unit": "share"}) == 8500
    assert seen("sum(trust + shift)", shift=1) == 154
    assert seen("sum(max(trust, shift))", shift=30) == 30 + 30 + 40 + 80


def test_set_two_dimensional_with_one_dimensional_broadcasts_over_the_missing_set():
    reach = {"value": TRUST, "over": "place", "unit": "share"}
    sway = {"value": {"army": 3, "rebels": 5}, "over": "party", "unit": "share"}
    assert seen("sum(power * reach)", reach=reach) == sum(
        POWER[p][x] * TRUST[x] for p in POWER for x in TRUST
    )
    assert seen("sum(sway * power)", sway=sway) == 3 * 15 + 5 * 212
    assert seen("sum(mood * reach)", reach=reach) == 8 * 150


def test_set_weighted_mean_and_of_no_weight_zero():
    assert seen("weighted(trust, trust)") == pytest.approx(8500 / 150)
    assert seen("weighted(trust, trust, border)") == pytest.approx((100 + 1600) / 50)
    assert seen("weighted(trust, trust * none)", none=(0, "share")) == 0


def test_set_neighbours_is_the_mean_over_those_who_border():
    m = world(
        set=PLACES,
        stock=STOCKS,
        aux={"near": "neighbours(trust)", "force": "neighbours(power)"},
        obs={"south": "near.south", "army_south": "force[army, south]"},
    )
    g = played(m, 1)
    assert g.trace(0).watched("aux:near") == [20, 25, 20, 0], "the isle has no neighbour"
    assert g.trace(0).watched("aux:force") == [2, 32, 2.5, 40, 2, 32, 0, 0]
    assert (value(g, "obs.south"), value(g, "obs.army_south")) == (25, 2.5)


def test_set_order_of_the_two_sets_of_a_stock_does_not_matter():
    turned = {"power": level(POWER, over=["place", "party"])}
    m = world(set=PLACES, stock=turned, obs={"x": "power[army, coast]"})
    assert value(Game.new(m), "obs.x") == 4


def test_set_sum_of_any_number_of_members_is_their_sum():
    for n in range(1, 14):
        names = [f"m{k}" for k in range(n)]
        numbers = {name: float((k * 7) % 13 + 1) for k, name in enumerate(names)}
        m = world(set={"s": members(*names)}, stock={"x": level(numbers, over="s")}, obs={"x": "sum(x)"})
        for backend in (Backend.REFERENCE, Backend.NUMPY):
            assert simulate(m, 1, backend=backend).state[rows(m, "obs")][0, 0] == sum(numbers.values())


def test_set_flow_arrives_in_one_member_only():
    m = world(
        set=PLACES,
        stock={"trust": level(TRUST, over="place")},
        constant={"up": (5, "index/month")},
        flow={"rise": {"to": "trust.coast", "rate": "up"}},
    )
    assert played(m, 2).stock("trust").tolist() == [10, 20, 50, 80]


def test_set_flow_over_a_set_into_one_number_arrives_as_the_sum():
    m = world(
        set=PLACES,
        stock={"trust": level(TRUST, over="place"), "all": level(0, (0, 1000))},
        constant={"speed": (0.5, "1/month")},
        flow={
            "gather": {"to": "all", "rate": "sum(trust) * speed"},
            "each": {"to": "all", "rate": "trust * speed"},
        },
    )
    assert value(played(m, 1), "all") == 150


# -- functions ---------------------------------------------------------------------------------


def test_min_max_clip_abs():
    assert seen("min(trust.north, trust.south, trust.coast)") == 10
    assert seen("max(trust.north, trust.south, trust.coast)") == 40
    assert seen("clip(trust.north, low, high)", low=15, high=30) == 15
    assert seen("clip(trust.south, low, high)", low=15, high=30) == 20
    assert seen("clip(trust.coast, low, high)", low=15, high=30) == 30
    assert seen("abs(trust.north - trust.coast)") == 30


def test_comparisons_and_logic_are_one_or_zero():
    for expression, truth in {
        "trust.north < trust.south": 1,
        "trust.north <= ten": 1,
        "trust.north > ten": 0,
        "trust.north >= ten": 1,
        "trust.north == ten": 1,
        "trust.north != ten": 0,
        "not trust.north == ten": 0,
        "trust.north == ten and trust.south == ten": 0,
        "trust.north == ten or trust.south == ten": 1,
    }.items():
        assert seen(expression, "share", ten=10) == truth, expression


def test_if_else_takes_one_side():
    assert seen("trust.north if trust.south > ten else trust.coast", ten=10) == 10
    assert seen("trust.north if trust.south < ten else trust.coast", ten=10) == 40
    assert seen("sum(trust if trust > ten else -trust)", ten=10) == 130


@pytest.mark.parametrize("x", [-1e6, -100, -1, -0.5, 0, 0.25, 1, 7, 1e6])
def test_squash_is_x_over_the_root_of_1_plus_x_squared_and_stays_within_one(x):
    found = seen("squash(x)", "share", x=(x, "share"))
    assert found == pytest.approx(x / (1 + x * x) ** 0.5, rel=1e-12)
    assert -1 <= found <= 1


@pytest.mark.parametrize(
    "points",
    [
        ([0, 50, 100], [0, 20, 100]),
        ([10, 20, 40, 80], [90, 30, 30, 5]),
        ([-5, 5], [1, 2]),
        ([0, 1, 2, 3, 4, 5], [0, 8, 1, 7, 2, 6]),
    ],
)
def test_lookup_is_straight_between_its_points_and_flat_outside(points):
    x, y = points
    m = world(
        stock={"at": level(-20, (-20, 140))},
        constant={"on": (1, "index/month")},
        lookup={"curve": {"x": x, "y": y}},
        flow={"go": {"to": "at", "rate": "on"}},
        obs={"y": "curve(at)"},
        months=160,
    )
    g = played(m, 159)
    assert series(g, "obs.y") == pytest.approx(np.interp(series(g, "at"), x, y).tolist(), abs=1e-12)


def test_lookup_over_a_set_is_read_for_every_member():
    m = world(
        set=PLACES,
        stock=STOCKS,
        lookup={"curve": {"x": [0, 100], "y": [0, 50]}},
        obs={"x": "sum(curve(trust))"},
    )
    assert value(Game.new(m), "obs.x") == 75


def test_lookup_scaled_by_its_own_draw():
    m = world(
        stock=STOCKS | {"power": level(1), "mood": level(1), "trust": level(50)},
        lookup={"curve": {"x": [0, 100], "y": [10, 20], "spread": 0.2}},
        obs={"x": "curve(trust)"},
    )
    low = m.parameters.changed(m.parameters.balanced(), {"curve": 0.8}, m.sets)
    assert simulate(m, 1, parameters=low).state[rows(m, "obs")][0, 0] == pytest.approx(12)


# -- memories ----------------------------------------------------------------------------------

RISE = {
    "stock": {"trust": level(10)},
    "constant": {"up": (8, "index/month"), "four": (4, "month"), "first": 2},
    "flow": {"rise": {"to": "trust", "rate": "up"}},
}


def remembering(expression, months=5, **aux):
    m = world(**RISE, aux={"held": expression, **aux}, obs={"held": "held"})
    g = played(m, months)
    return [g.trace(t).watched("aux:held")[0] for t in range(months)]


def test_smooth_starts_at_its_own_opening_value_and_closes_a_part_of_the_gap_each_month():
    found = remembering("smooth(trust, four)")
    expected, held = [], 10.0
    for t in range(5):
        expected.append(held)
        held += (10 + 8 * t - held) / 4
    assert found == pytest.approx(expected)


def test_smooth_with_an_initial_starts_there():
    assert remembering("smooth(trust, four, first)")[:2] == pytest.approx([2, 2 + (10 - 2) / 4])


def test_delay_gives_what_was_whole_months_ago_and_before_that_the_opening_value():
    assert remembering("delay(trust, two_months)", 6) == [10, 10, 10, 18, 26, 34]
    assert remembering("delay(trust, month_1)") == [10, 10, 18, 26, 34]


def test_delay_with_an_initial_gives_it_until_something_was_seen():
    assert remembering("delay(trust, two_months, first)", 5) == [2, 2, 10, 18, 26]


def test_delay_over_a_set_keeps_members_apart():
    m = world(
        set=PLACES,
        stock={"trust": level(TRUST, over="place")},
        constant={"speed": (0.5, "1/month")},
        flow={"fall": {"to": "trust", "rate": "-trust * speed"}},
        aux={"old": "delay(trust, two_months)"},
    )
    g = played(m, 5)
    assert g.trace(4).watched("aux:old") == g.stock("trust", 1).tolist()


def test_smooth_and_delay_break_a_circle():
    m = world(
        stock={"trust": level(40)},
        aux={"hope": "trust + fear * half", "fear": "delay(hope, month_1, first)"},
        constant={"first": 4},
    )
    g = played(m, 3)
    found = [g.trace(t).watched("aux:hope")[0] for t in range(3)]
    assert found == [42, 61, 70.5]


def test_an_observer_and_an_auxiliary_that_read_each_other_are_a_circle():
    with pytest.raises(ScenarioProblems, match="circle"):
        world(stock={"trust": level(40)}, aux={"a": "obs.x * half"}, obs={"x": "a + trust"})


@pytest.mark.parametrize("kind", ["constant", "decision", "obs"])
def test_a_name_that_no_equation_could_hold_is_refused(kind):
    table = {
        "constant": 3,
        "decision": {"effects": [{"add": "trust", "amount": "half_gift"}]},
        "obs": "trust",
    }[kind]
    with pytest.raises(ScenarioProblems, match="word of the language"):
        world(stock={"trust": level(40)}, **{kind: {"raise": table}})


def test_memories_are_part_of_the_hashed_state():
    m = world(**RISE, aux={"held": "smooth(trust, four)"})
    names = [b for b in m.layout.blocks if b.startswith("memory:")]
    assert names == ["memory:smooth(trust, four)"]


def test_equal_memories_are_one():
    m = world(**RISE, aux={"a": "smooth(trust, four)", "b": "smooth(trust, four) * half"})
    assert len([b for b in m.layout.blocks if b.startswith("memory:")]) == 1


def test_since_is_1200_when_never_and_1_in_the_month_after():
    m = world(
        stock={"trust": level(40)},
        constant={"gift": 1},
        decision={"lift": {"effects": [{"add": "trust", "amount": "gift"}]}},
        event={"fall": {"date": "2023-03", "effects": [{"add": "trust", "amount": "gift"}]}},
        aux={"d": {"value": "since(lift)", "unit": "month"}, "e": {"value": "since(fall)", "unit": "month"}},
    )
    g = played(m, 5, {0: ["lift"], 3: ["lift"]})
    assert [g.trace(t).watched("aux:d")[0] for t in range(5)] == [1200, 1, 2, 3, 1]
    assert [g.trace(t).watched("aux:e")[0] for t in range(5)] == [1200, 1200, 1, 2, 3]


# -- total arithmetic --------------------------------------------------------------------------


def test_ratio_by_zero_is_what_it_says_otherwise():
    assert seen("ratio(trust.north, none, other)", none=(0, "share"), other=7) == 7
    assert seen("ratio(trust.north, two, other)", two=(2, "share"), other=7) == 5
    assert seen("sum(ratio(trust, trust - twenty, other))", "share", twenty=20, other=(7, "share")) == (
        pytest.approx(10 / -10 + 7 + 40 / 20 + 80 / 60)
    )


def test_sqrt_of_a_negative_is_zero():
    assert seen("sqrt(trust.north - trust.coast)", "share") == 0
    assert seen("sqrt(trust.coast - four)", "share", four=4) == 6


@pytest.mark.parametrize("backend", [Backend.REFERENCE, Backend.NUMPY])
def test_no_negative_zero_in_any_row_of_the_state(backend):
    """Every way to make one: minus nothing, nothing times less than nothing, memories of it."""
    expressions = {
        "negated": "-trust",
        "times": "trust * less",
        "least": "min(-trust, much)",
        "most": "max(-trust, less)",
        "clipped": "clip(trust * less, less, much)",
        "either": "-trust if trust == 0 else trust",
        "size": "abs(-trust)",
        "late": "late",
        "smoothed": "smoothed",
    }
    m = world(
        stock={"trust": level(0), "other": level(0, (-10, 10)), "people": conserved(0)},
        constant={"less": -3, "much": 9, "none": (0, "1/month"), "sure": (1e9, "1/month")},
        aux={"late": "delay(-trust, quarter)", "smoothed": "smooth(trust * less, quarter)"},
        flow={"f": {"to": "other", "rate": "-trust * none"}},
        decision={
            "d": {
                "tendency": "sure",
                "effects": [
                    {"add": "other", "amount": "trust * less", "over": "quarter"},
                    {"add": "other", "amount": "-trust", "after": "month_1", "over": "quarter"},
                ],
            }
        },
        obs=expressions,
        outcome={
            f"{t}_{id}": {"of": f"obs.{id}", "take": t} for id in expressions for t in ("last", "min", "max")
        },
    )
    sim = simulate(m, backend=backend)
    for month in range(6):
        state = sim.state[:, 0]
        negative = np.signbit(state) & (state == 0)
        assert not negative.any(), (month, [m.layout.label(int(r)) for r in np.nonzero(negative)[0]])
        sim.advance(1)


@pytest.mark.parametrize("backend", [Backend.REFERENCE, Backend.NUMPY])
def test_overflow_stops_the_run_and_names_the_variable(backend):
    m = world(
        months=60,
        stock={"people": conserved(1e10)},
        constant={"fast": (1, "1/month/people")},
        flow={"boom": {"to": "people", "rate": "people * people * fast"}},
    )
    with pytest.raises(NotANumber, match="people"):
        simulate(m, 30, backend=backend)


def test_overflow_stops_a_game_too_and_leaves_it_where_it_was():
    m = world(
        months=60,
        stock={"people": conserved(1e15), "calm": level(5)},
        constant={"fast": (1, "1/month/people")},
        flow={"boom": {"to": "people", "rate": "people * people * fast"}},
    )
    g = Game.new(m)

    def play():
        for _ in range(60):
            g.advance()

    with pytest.raises(NotANumber, match="people"):
        play()
    month, events = g.month, len(g.record.events)
    assert month == events > 0
    assert np.isfinite(g.state).all()
    with pytest.raises(NotANumber, match="people"):
        g.advance()
    assert (g.month, len(g.record.events)) == (month, events)


def test_not_a_number_is_not_hidden_by_the_bounds_of_a_level():
    # Infinity less infinity: clipping to 0..100 must not make an ordinary number of it.
    huge = " * ".join(["huge"] * 22)
    m = world(
        stock={"trust": level(50)},
        constant={"huge": (1e15, "share"), "speed": (1, "index/month")},
        aux={"a": {"value": huge, "unit": "share"}},
        flow={"f": {"to": "trust", "rate": "(a - a) * speed"}},
    )
    with pytest.raises(NotANumber, match="trust"):
        simulate(m, 1)


def test_observed_starts_before_the_first_month():
    assert observed("trust", stock={"trust": level(33)}) == [33, 33, 33, 33]
