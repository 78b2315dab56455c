"""What a month does: the synchronous step, stocks, switches, effects spread and delayed."""

from itertools import pairwise, permutations

import numpy as np
import pytest

from mali_sim.engine import HUMAN, Backend
from mali_sim.play import Game
from mali_sim.play.why.explain import explain
from mali_sim.scenario import Text
from tests.support import conserved, level, members, played, rows, series, simulate, value, world

RAISE = {"effects": [{"add": "trust", "amount": "gift"}]}


def one_stock(**tables):
    """A world with one level, trust 40, and a gift of 6."""
    base = {"stock": {"trust": level(40)}, "constant": {"gift": 6}}
    for kind, items in tables.items():
        base[kind] = {**base.get(kind, {}), **items}
    return world(**base)


# -- the synchronous step ----------------------------------------------------------------------


def test_synchronous_step_two_stocks_that_follow_each_other_swap_their_values():
    # Read half-done, the second would follow what the first has become.
    per_month = {"value": 1, "unit": "1/month", "range": [1, 1]}
    m = world(
        stock={"a": level(10), "b": level(70)},
        constant={"speed": per_month},
        flow={
            "a_to_b": {"to": "a", "rate": "(b - a) * speed"},
            "b_to_a": {"to": "b", "rate": "(a - b) * speed"},
        },
    )
    g = played(m, 3)
    assert series(g, "a") == [10, 70, 10, 70]
    assert series(g, "b") == [70, 10, 70, 10]


def test_synchronous_step_decisions_events_and_flows_all_read_the_opening_state():
    m = one_stock(
        constant={"limit": 40, "speed": (1, "1/month")},
        decision={"lift": {"effects": [{"add": "trust", "amount": "gift"}]}},
        event={"praise": {"date": "2023-02", "requires": "trust <= limit", "effects": RAISE["effects"]}},
        flow={"echo": {"to": "trust", "rate": "trust * speed - limit * speed"}},
    )
    g = played(m, 2, {0: ["lift"]})
    # Month 1: decision 6, event 6 (trust is still 40 for it), flow 0. Month 2: flow 52 - 40.
    assert series(g, "trust") == [40, 52, 64]


def test_synchronous_step_order_of_tables_changes_nothing():
    # Numbers that are exact in binary: sums come out the same in any order.
    flows = {
        "f1": {"to": "trust", "rate": "up"},
        "f2": {"to": "trust", "rate": "(other - trust) * speed"},
        "f3": {"to": "other", "rate": "(trust - other) * speed + swing"},
        "f4": {"from": "people", "to": "away", "rate": "people * speed"},
    }
    tables = {
        "stock": {
            "trust": level(40),
            "other": level(8),
            "people": conserved(1024),
            "away": conserved(0),
        },
        "constant": {"up": (0.5, "index/month"), "speed": (0.25, "1/month"), "gift": 2},
        "aux": {
            "swing": {"value": "weight * speed", "unit": "index/month"},
            "weight": {"value": "trust - other", "unit": "index"},
        },
        "decision": {
            "z": {"effects": [{"add": "other", "amount": "gift"}], "tendency": "speed"},
            "a": {"effects": [{"add": "trust", "amount": "gift"}], "tendency": "speed"},
        },
    }

    def stocks(order):
        flow = {f: flows[f] for f in order}
        turned = {k: dict(reversed(t.items())) if order != tuple(flows) else t for k, t in tables.items()}
        m = world(months=600, flow=flow, **turned)
        sim = simulate(m, 12, runs=20)
        return {id: sim.state[rows(m, f"stock:{id}")].tobytes() for id in tables["stock"]}

    first = stocks(tuple(flows))
    assert len({first["trust"], first["other"]}) == 2
    for order in list(permutations(flows))[1::5]:
        assert stocks(order) == first


def test_a_month_covers_the_date_it_is_called_by():
    m = one_stock(event={"fall": {"date": "2023-04", "effects": RAISE["effects"]}})
    g = Game.new(m)
    dates = []
    for _ in range(4):
        dates.append(g.date())
        if g.advance().events:
            assert dates[-1] == "2023-04"
    assert dates == ["2023-02", "2023-03", "2023-04", "2023-05"]
    assert series(g, "trust") == [40, 40, 40, 46, 46]


def test_month_of_year_turns_with_the_year_and_elapsed_goes_on():
    m = world(
        start="2023-11",
        months=4,
        obs={"m": {"value": "month_of_year", "unit": "month"}, "e": {"value": "elapsed", "unit": "month"}},
    )
    g = played(m, 4)
    assert series(g, "obs.m")[1:] == [11, 12, 1, 2]
    assert series(g, "obs.e")[1:] == [0, 1, 2, 3]


def test_observers_see_stocks_at_their_close_and_what_flowed_this_month():
    m = world(
        stock={"people": conserved(100), "away": conserved(0)},
        constant={"tenth": (0.1, "1/month")},
        flow={"leave": {"from": "people", "to": "away", "rate": "people * tenth"}},
        obs={
            "there": {"value": "people", "unit": "people"},
            "left": {"value": "flow.leave", "unit": "people/month"},
        },
    )
    g = played(m, 3)
    assert series(g, "obs.there") == series(g, "people")
    assert series(g, "obs.left")[1:] == pytest.approx([a - b for a, b in pairwise(series(g, "people"))])


def test_outcomes_gather_what_observers_saw_each_month():
    takes = ("sum", "mean", "last", "max", "min")
    m = one_stock(
        event={
            "up": {"date": "2023-03", "effects": RAISE["effects"]},
            "down": {"date": "2023-04", "effects": [{"add": "trust", "amount": "-gift"}]},
        },
        obs={"trust": "trust"},
        outcome={t: {"of": "obs.trust", "take": t} for t in takes},
    )
    g = played(m, 4)
    assert series(g, "obs.trust")[1:] == [40, 46, 40, 40]
    assert g.outcomes() == {"sum": 166, "mean": 41.5, "last": 40, "max": 46, "min": 40}


def test_endings_are_read_in_file_order_and_the_last_always_holds():
    endings = {
        "high": {"when": "outcome.trust > bar"},
        "also": {"when": "outcome.trust > 0"},
        "none": {},
    }
    outcome = {"trust": {"of": "obs.trust", "take": "last"}}
    for bar, found in ((30, "high"), (50, "also")):
        m = one_stock(constant={"bar": bar}, obs={"trust": "trust"}, outcome=outcome, ending=endings)
        assert played(m, 2).ending() == found
    empty = world(
        stock={"trust": level(0)},
        constant={"bar": 30},
        obs={"trust": "trust"},
        outcome=outcome,
        ending=endings,
    )
    assert played(empty, 2).ending() == "none"


# -- conserved stocks --------------------------------------------------------------------------


def test_conserved_stock_what_leaves_one_arrives_in_the_other():
    m = world(
        set={"place": members("north", "south")},
        stock={"people": conserved({"north": 700, "south": 300}, over="place"), "away": conserved(5)},
        constant={"tenth": (0.1, "1/month")},
        flow={"leave": {"from": "people", "to": "away", "rate": "people * tenth"}},
    )
    g = played(m, 10)
    assert g.stock("people").tolist() == pytest.approx([700 * 0.9**10, 300 * 0.9**10])
    assert g.stock("people").sum() + value(g, "away") == pytest.approx(1005, rel=1e-12)


def test_conserved_stock_from_one_number_to_a_set_pays_every_member_and_leaves_as_their_sum():
    m = world(
        set={"place": members("north", "south", "coast")},
        stock={
            "people": conserved({"north": 0, "south": 0, "coast": 0}, over="place"),
            "away": conserved(90),
        },
        constant={"some": (10, "people/month")},
        flow={"settle": {"from": "away", "to": "people", "rate": "some"}},
    )
    g = played(m, 2)
    assert g.stock("people").tolist() == [20, 20, 20]
    assert value(g, "away") == 30


def test_conserved_stock_crosses_the_boundary_where_a_side_is_missing():
    m = world(
        stock={"people": conserved(100)},
        constant={"born": (8, "people/month"), "gone": (3, "people/month")},
        flow={"birth": {"to": "people", "rate": "born"}, "exile": {"from": "people", "rate": "gone"}},
    )
    assert series(played(m, 3), "people") == [100, 105, 110, 115]


def test_conserved_stock_outflows_are_scaled_pro_rata_to_what_is_there():
    m = world(
        stock={"cash": conserved(60), "a": conserved(0), "b": conserved(0)},
        constant={"big": (90, "people/month"), "small": (30, "people/month")},
        flow={
            "fa": {"from": "cash", "to": "a", "rate": "big"},
            "fb": {"from": "cash", "to": "b", "rate": "small"},
        },
    )
    g = played(m, 2)
    assert series(g, "a") == [0, 45, 45]
    assert series(g, "b") == [0, 15, 15]
    assert series(g, "cash") == [60, 0, 0]
    first = explain(g, "cash", 0).causes
    assert [(c.id, c.amount, c.paid, c.was_cut) for c in first] == [
        ("flow.fa", -45, 0.5, True),
        ("flow.fb", -15, 0.5, True),
    ]
    assert not any(c.was_cut for c in explain(g, "a", 1).causes)


def test_conserved_stock_moves_by_decisions_share_what_is_there_with_flows():
    m = world(
        stock={"cash": conserved(60), "a": conserved(0), "b": conserved(0)},
        constant={"big": (90, "people"), "small": (30, "people/month")},
        flow={"fb": {"from": "cash", "to": "b", "rate": "small"}},
        decision={"spend": {"effects": [{"move": "big", "from": "cash", "to": "a"}]}},
    )
    g = played(m, 1, {0: ["spend"]})
    assert (value(g, "a"), value(g, "b"), value(g, "cash")) == (45, 15, 0)


def test_conserved_stock_what_arrives_this_month_can_leave_only_in_the_next():
    m = world(
        stock={"a": conserved(50), "b": conserved(0), "c": conserved(0)},
        constant={"all_of_it": (50, "people/month")},
        flow={
            "ab": {"from": "a", "to": "b", "rate": "all_of_it"},
            "bc": {"from": "b", "to": "c", "rate": "all_of_it"},
        },
    )
    g = played(m, 2)
    assert [series(g, s) for s in "abc"] == [[50, 0, 0], [0, 50, 0], [0, 0, 50]]


def test_conserved_stock_is_never_negative_and_loses_nothing_however_greedy_its_flows():
    # Two flows leave each stock and each wants nine tenths of it.
    names = ["a", "b", "c"]
    flows = {
        f"{x}{y}": {"from": x, "to": y, "rate": f"{x} * greed + noise(shock)"}
        for x in names
        for y in names
        if x != y
    }
    m = world(
        months=60,
        flow=flows,
        stock={n: conserved(10**k) for k, n in enumerate(names, 1)},
        constant={"greed": (0.9, "1/month"), "shock": (50, "people/month")},
    )
    sim = simulate(m, runs=50)
    for _ in range(60):
        sim.advance(1)
        people = np.array([sim.state[rows(m, f"stock:{n}")][0] for n in names])
        assert (people >= 0).all()
        assert np.allclose(people.sum(0), 1110, rtol=1e-12)


def test_conserved_stock_a_negative_rate_moves_nothing_back():
    m = world(
        stock={"a": conserved(50), "b": conserved(50)},
        constant={"some": (10, "people/month")},
        flow={"ab": {"from": "a", "to": "b", "rate": "0 - some"}},
    )
    g = played(m, 2)
    assert (value(g, "a"), value(g, "b")) == (50, 50)


def test_conserved_stock_a_move_from_one_number_into_a_set_creates_nobody():
    m = world(
        set={"place": members("north", "south")},
        stock={"people": conserved({"north": 0, "south": 0}, over="place"), "away": conserved(90)},
        constant={"some": (10, "people")},
        decision={
            "settle": {"effects": [{"move": "some", "from": "away", "to": "people"}]},
            "gather": {"effects": [{"move": "some", "from": "people", "to": "away"}]},
        },
    )
    g = played(m, 2, {0: ["settle"], 1: ["gather"]})
    for month in (-1, 0, 1):
        assert g.stock("people", month).sum() + value(g, "away", month) == 90


# -- explanations ------------------------------------------------------------------------------


def test_explanation_says_that_a_switch_has_begun_or_ended_and_what_set_it():
    m = world(
        switch={"ban": {"initial": True, "label": {"en": "Ban", "fr": "Interdiction"}}},
        constant={"heavy": 30},
        obs={"isolation": "heavy if ban else 0"},
        decision={
            "lift": {"label": {"en": "Lift it", "fr": "La lever"}, "excludes": ["impose"],
                     "effects": [{"switch": "ban", "to": False}]},
            "impose": {"effects": [{"switch": "ban", "to": True}]},
        },
    )  # fmt: skip
    g = played(m, 2, {0: ["lift"], 1: ["impose"]})
    lifted, imposed = (explain(g, "obs.isolation", month).causes for month in (0, 1))
    assert [(c.id, c.amount) for c in lifted] == [("ban", -30)]
    assert lifted[0].label == Text("Ban: ended (Lift it)", "Interdiction\u202f: fin (La lever)")
    assert [c.amount for c in imposed] == [30]
    assert imposed[0].label.en == "Ban: begun (Words)"


def counting(**more: object):
    """A count of the dead by place, the count of the month before, and what is new in a month."""
    start = {"north": 0, "south": 0}
    return world(
        set={"place": members("north", "south")},
        constant={"raid_deaths": (5, "people/month"), "battle_deaths": (70, "people"),
                  "one_month": (1, "month")},
        stock={
            "dead": conserved(start, over="place"),
            "dead_before": level({"north": -4, "south": -4}, (-1000, 1000), over="place", unit="people"),
        },
        flow={
            "raids": {"to": "dead", "rate": "raid_deaths"},
            "remembered": {"to": "dead_before", "rate": "(dead - dead_before) / one_month"},
        },
        aux={"new": {"value": "(dead - dead_before) / one_month", "unit": "people/month"}},
        obs={"counted": {"value": "sum(new)", "unit": "people/month"}},
        decision={"attack": {"effects": [{"move": "battle_deaths", "to": "dead.north"}]}},
        **more,
    )  # fmt: skip


def test_growth_of_a_count_is_explained_by_what_was_posted_against_the_month_before():
    g = played(counting(), 3, {1: ["attack"]})
    assert [g.observed("counted", m) for m in (-1, 0, 1, 2)] == [8, 10, 80, 10]
    first, attacked, quiet = (
        {c.id: c.amount for c in explain(g, "obs.counted", m).causes} for m in range(3)
    )
    assert first == {"flow.raids": 10, "start": -8}
    assert attacked == {"effect.attack": 70}
    assert quiet == {"effect.attack": -70}
    assert "month before" in explain(g, "obs.counted", 2).causes[0].label.en


def test_a_flow_can_be_explained_by_what_it_is_computed_from():
    m = world(
        constant={"part": (0.5, "1/month"), "some": 20},
        stock={"trust": level(40), "echo": level(0)},
        flow={"heard": {"to": "echo", "rate": "part * trust"}},
        decision={"please": {"effects": [{"add": "trust", "amount": "some"}]}},
    )
    g = played(m, 2, {0: ["please"]})
    found = explain(g, "flow.heard", 1)
    assert (found.before, found.after) == (20, 30)
    assert [(c.id, c.amount) for c in found.causes] == [("trust", 10)]


# -- levels ------------------------------------------------------------------------------------


def test_level_bounds_hold_and_the_excess_is_posted_as_limit():
    m = one_stock(constant={"leap": (50, "index/month")}, flow={"rise": {"to": "trust", "rate": "leap"}})
    g = played(m, 2)
    assert series(g, "trust") == [40, 90, 100]
    causes = {c.id: c.amount for c in explain(g, "trust").causes}
    assert causes == {"flow.rise": 50, "limit.trust": -40}


def test_level_bounds_apply_at_the_close_so_that_a_fall_and_a_rise_in_one_month_meet():
    m = one_stock(
        constant={"leap": (90, "index/month")},
        flow={"rise": {"to": "trust", "rate": "leap"}, "fall": {"to": "trust", "rate": "0 - leap"}},
    )
    assert series(played(m, 2), "trust") == [40, 40, 40]


def test_level_bounds_below_zero_hold_relations():
    m = world(
        stock={"relation": level(-60, (-100, 100))},
        constant={"worse": (-30, "index/month")},
        flow={"sour": {"to": "relation", "rate": "worse"}},
    )
    assert series(played(m, 3), "relation") == [-60, -90, -100, -100]


def test_level_bounds_hold_an_initial_value_drawn_beyond_them():
    stock = {"trust": level(95, spread=0.5)}
    m = world(stock=stock)
    base = m.parameters.balanced()
    high = m.parameters.changed(base, {"initial.trust": 140}, m.sets)
    sim = simulate(m, parameters=high)
    assert sim.state[rows(m, "stock:trust")][0, 0] == 100


# -- switches ----------------------------------------------------------------------------------


def switch_world():
    turns = {
        f"to_{v}": {
            "effects": [{"switch": "plan", "to": v}],
            "requires": f"plan != '{v}'",
            "because": {"en": "x", "fr": "x"},
        }
        for v in ("none", "drafted", "adopted")
    }
    for id, table in turns.items():
        table["excludes"] = [o for o in turns if o != id]
    return world(
        switch={
            "plan": {
                "initial": "drafted",
                "values": {v: {"en": v, "fr": v} for v in ("none", "drafted", "adopted")},
            },
            "open": {"initial": True},
        },
        decision=turns
        | {
            "close": {
                "effects": [{"switch": "open", "to": False}],
                "requires": "open",
                "because": {"en": "x", "fr": "x"},
            },
            "reopen": {
                "effects": [{"switch": "open", "to": True}],
                "requires": "not open",
                "because": {"en": "x", "fr": "x"},
            },
        },
        obs={
            "adopted": {"value": "plan == 'adopted'", "unit": "share"},
            "drafted": {"value": "plan == 'drafted'", "unit": "share"},
            "open": {"value": "open", "unit": "share"},
        },
    )


def test_switch_true_or_false_stays_until_it_is_set():
    g = played(switch_world(), 5, {1: ["close"], 3: ["reopen"]})
    assert series(g, "obs.open") == [1, 1, 0, 0, 1, 1]


def test_switch_with_named_values_takes_them_in_turn():
    g = played(switch_world(), 3, {0: ["to_adopted"], 2: ["to_none"]})
    assert series(g, "obs.adopted") == [0, 1, 1, 0]
    assert series(g, "obs.drafted") == [1, 0, 0, 0]


def test_switch_opens_and_closes_what_requires_it():
    g = Game.new(switch_world(), ["gov"])
    assert g.standing("close").allowed
    assert not g.standing("reopen").allowed
    g.submit("gov", "close")
    assert not g.standing("reopen").allowed, "this month still reads the opening state"
    g.advance()
    assert not g.standing("close").allowed
    assert g.standing("reopen").allowed


# -- effects: at once, spread, delayed ------------------------------------------------------------


def steps(game, name="trust"):
    """What each month changed."""
    return [b - a for a, b in pairwise(series(game, name))]


def test_effect_at_once_is_paid_in_the_month_of_the_decision_alone():
    m = one_stock(decision={"lift": RAISE})
    assert steps(played(m, 3, {1: ["lift"]})) == [0, 6, 0]


def test_spread_effect_is_paid_in_equal_parts_from_the_month_of_firing_on():
    m = one_stock(decision={"lift": {"effects": [{"add": "trust", "amount": "gift", "over": "quarter"}]}})
    assert steps(played(m, 5, {1: ["lift"]})) == pytest.approx([0, 2, 2, 2, 0])


def test_spread_effect_fixes_its_amount_when_fired():
    # A tenth of what trust is at the firing: 4, not a tenth of what it becomes.
    m = one_stock(
        constant={"tenth": (0.1, "share"), "leap": (10, "index/month")},
        flow={"rise": {"to": "trust", "rate": "leap"}},
        decision={"lift": {"effects": [{"add": "trust", "amount": "trust * tenth", "over": "two_months"}]}},
    )
    assert steps(played(m, 3, {0: ["lift"]})) == pytest.approx([12, 12, 10])


def test_spread_effect_fired_again_restarts():
    m = one_stock(decision={"lift": {"effects": [{"add": "trust", "amount": "gift", "over": "quarter"}]}})
    # 2, then a new 6 in place of the 4 still due: 2, 2, 2.
    assert steps(played(m, 6, {0: ["lift"], 1: ["lift"]})) == pytest.approx([2, 2, 2, 2, 0, 0])


def test_spread_effect_that_stacks_pays_all_that_was_promised():
    effect = {"add": "trust", "amount": "gift", "over": "quarter", "stack": True}
    m = one_stock(decision={"lift": {"effects": [effect]}})
    g = played(m, 8, {0: ["lift"], 1: ["lift"], 2: ["lift"]})
    assert sum(steps(g)) == pytest.approx(18)
    assert steps(g)[0] == pytest.approx(2)
    assert steps(g)[1] == pytest.approx(2 + 4 / 3)


def test_delayed_effect_waits_whole_months():
    m = one_stock(decision={"lift": {"effects": [{"add": "trust", "amount": "gift", "after": "two_months"}]}})
    assert steps(played(m, 5, {1: ["lift"]})) == [0, 0, 0, 6, 0]


def test_delayed_effect_can_be_spread_once_it_begins():
    effect = {"add": "trust", "amount": "gift", "after": "two_months", "over": "quarter"}
    m = one_stock(decision={"lift": {"effects": [effect]}})
    assert steps(played(m, 6, {0: ["lift"]})) == pytest.approx([0, 0, 2, 2, 2, 0])


def test_delayed_effect_fixes_its_amount_when_fired():
    m = one_stock(
        constant={"tenth": (0.1, "share"), "leap": (10, "index/month")},
        flow={"rise": {"to": "trust", "rate": "leap"}},
        decision={"lift": {"effects": [{"add": "trust", "amount": "trust * tenth", "after": "two_months"}]}},
    )
    assert steps(played(m, 3, {0: ["lift"]})) == pytest.approx([10, 10, 14])


def test_spread_effect_over_a_set_pays_every_member_its_own():
    m = world(
        set={"place": members("north", "south")},
        stock={"trust": level({"north": 10, "south": 20}, over="place")},
        constant={"tenth": (0.1, "share")},
        decision={"lift": {"effects": [{"add": "trust", "amount": "trust * tenth", "over": "two_months"}]}},
    )
    g = played(m, 3, {0: ["lift"]})
    assert g.stock("trust").tolist() == pytest.approx([11, 22])


def test_spread_effect_over_months_drawn_as_a_fraction_pays_no_more_and_no_less():
    effect = {"add": "trust", "amount": "gift", "over": "while_"}
    m = one_stock(
        constant={"while_": {"value": 2.5, "unit": "month", "range": [2, 3]}},
        decision={"lift": {"effects": [effect]}},
    )
    assert steps(played(m, 4, {0: ["lift"]})) == pytest.approx([2.4, 2.4, 1.2, 0])


def test_effect_with_if_happens_only_where_the_opening_state_says_so():
    m = one_stock(
        constant={"bar": 45},
        decision={"lift": {"effects": [{"add": "trust", "amount": "gift", "if": "trust < bar"}]}},
    )
    assert steps(played(m, 3, {0: ["lift"], 1: ["lift"]})) == [6, 0, 0]


def test_effect_with_chance_happens_about_so_often_and_whole_or_not_at_all():
    m = one_stock(
        constant={"third": (0.3, "share"), "often": (0.999, "1/month")},
        event={
            "luck": {"date": "2023-02", "effects": [{"add": "trust", "amount": "gift", "chance": "third"}]}
        },
    )
    gained = simulate(m, 1, runs=20_000).state[rows(m, "stock:trust")][0] - 40
    assert set(gained) == {0.0, 6.0}
    assert np.mean(gained > 0) == pytest.approx(0.3, abs=0.015)


@pytest.mark.parametrize("backend", [Backend.REFERENCE, Backend.NUMPY])
def test_spread_and_delayed_effects_are_forgotten_by_no_backend(backend):
    effect = {"add": "trust", "amount": "gift", "after": "month_1", "over": "two_months"}
    m = one_stock(decision={"lift": {"effects": [effect]}})
    sim = simulate(m, backend=backend, gov=HUMAN)
    sim.step(np.ones((1, 1)))
    found = []
    for _ in range(4):
        found.append(float(sim.state[rows(m, "stock:trust")][0, 0]))
        sim.step()
    assert found == [40, 43, 46, 46]


# -- cooldown and once -------------------------------------------------------------------------


def times_done(model, months, id="lift"):
    """The months in which a decision that is submitted whenever it is allowed was done."""
    g = Game.new(model, ["gov"])
    done = []
    for month in range(months):
        if g.standing(id).allowed:
            g.submit("gov", id)
        if ("gov", id) in g.advance().decisions:
            done.append(month)
    return done


def test_cooldown_is_the_months_between_two_times():
    assert times_done(one_stock(decision={"lift": {**RAISE, "cooldown": "quarter"}}), 8) == [0, 3, 6]


def test_cooldown_says_how_many_months_are_left():
    m = one_stock(decision={"lift": {**RAISE, "cooldown": "quarter"}})
    g = played(m, 1, {0: ["lift"]})
    reason = g.standing("lift").reason
    assert "2" in reason.en
    assert "2" in reason.fr


def test_once_is_once():
    m = one_stock(decision={"lift": {**RAISE, "once": True}})
    assert times_done(m, 8) == [0]


def test_without_cooldown_a_decision_may_be_taken_every_month():
    assert times_done(one_stock(decision={"lift": RAISE}), 4) == [0, 1, 2, 3]
