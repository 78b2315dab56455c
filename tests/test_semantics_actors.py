"""What a month does, who decides: capital, exclusions, offers, dilemmas, hazards, controllers."""

import numpy as np
import pytest

from mali_sim.cli.text.pages import Pages
from mali_sim.engine import HUMAN, TENDENCY, Backend, Cast, Simulation
from mali_sim.play import Game, NotAllowed, SeatView
from mali_sim.play.purse import purse
from mali_sim.scenario.texts import Words
from tests.support import conserved, level, members, played, rows, series, simulate, value, world

GIFT = [{"add": "trust", "amount": "gift"}]
CONSTANTS = {"gift": 6, "cost": 4, "rarely": (0.1, "1/month")}
WHY = {"because": {"en": "Not now.", "fr": "Pas maintenant."}}


def small(**tables):
    base = {"stock": {"trust": level(40)}, "constant": CONSTANTS}
    for kind, items in tables.items():
        base[kind] = {**base.get(kind, {}), **items}
    return world(**base)


def submit_all(model, *ids, runs=1, months=1, **controllers):
    """Step runs in which these are submitted every month, whatever the game would say."""
    sim = simulate(model, runs=runs, **{"gov": HUMAN, "donor": HUMAN, **controllers})
    inputs = np.zeros((sim.actions, 1))
    for id in ids:
        inputs[model.action_rows[id]] = 1
    for _ in range(months):
        sim.step(inputs)
    return sim


def trust(sim):
    return sim.state[rows(sim.model, "stock:trust")][0]


# -- exclusions --------------------------------------------------------------------------------


@pytest.mark.parametrize("holder", ["a_plan", "z_plan"])
def test_exclusive_decisions_whichever_says_so_only_the_first_by_id_is_done(holder):
    other = {"a_plan": "z_plan", "z_plan": "a_plan"}[holder]
    m = small(
        constant={"small_gift": 1},
        decision={
            "a_plan": {"effects": GIFT},
            "z_plan": {"effects": [{"add": "trust", "amount": "small_gift"}]},
        },
    )
    tables = {
        "a_plan": {"effects": GIFT},
        "z_plan": {"effects": [{"add": "trust", "amount": "small_gift"}]},
    }
    assert trust(submit_all(m, "a_plan", "z_plan")) == 47, "without the exclusion both are done"
    tables[holder]["excludes"] = [other]
    m = small(constant={"small_gift": 1}, decision=tables)
    assert trust(submit_all(m, "a_plan", "z_plan")) == 46
    assert trust(submit_all(m, "z_plan")) == 41


@pytest.mark.parametrize("holder", ["a_plan", "z_plan"])
def test_exclusive_decisions_cannot_both_be_planned(holder):
    tables = {"a_plan": {"effects": GIFT}, "z_plan": {"effects": GIFT}}
    tables[holder]["excludes"] = [{"a_plan": "z_plan", "z_plan": "a_plan"}[holder]]
    g = Game.new(small(decision=tables), ["gov"])
    g.submit("gov", "z_plan")
    assert "Words" in g.standing("a_plan").reason.en, "the reason names the other"
    with pytest.raises(NotAllowed):
        g.submit("gov", "a_plan")
    g.withdraw("gov", "z_plan")
    g.submit("gov", "a_plan")


@pytest.mark.parametrize("holder", ["decision", "event"])
def test_a_decision_that_excludes_an_event_wards_it_off(holder):
    decision, event = {"effects": GIFT}, {"date": "2023-02", "effects": GIFT}
    if holder == "decision":
        decision["excludes"] = ["fall"]
    else:
        event["excludes"] = ["guard"]
    m = small(decision={"guard": decision}, event={"fall": event})
    g = played(m, 1, {0: ["guard"]})
    assert g.report(0).events == ()
    assert series(g, "trust") == [40, 46]
    assert played(m, 1).report(0).events == ("fall",)


def test_exclusive_members_of_a_decision_for_each():
    m = world(
        set={"place": members("north", "south")},
        stock={"trust": level({"north": 10, "south": 20}, over="place")},
        constant=CONSTANTS,
        decision={
            "talk": {
                "each": "place",
                "effects": [{"add": "trust.each", "amount": "gift"}],
                "excludes": ["fight.each"],
            },
            "fight": {"each": "place", "effects": [{"add": "trust.each", "amount": "-gift"}]},
        },
    )
    g = Game.new(m, ["gov"])
    g.submit("gov", "talk.north")
    assert not g.standing("fight.north").allowed
    g.submit("gov", "fight.south")
    g.advance()
    assert g.stock("trust").tolist() == [16, 14]


# -- capital -----------------------------------------------------------------------------------


def paying(purse=10, **more):
    names = ("a_plan", "b_plan", "c_plan")
    return small(
        stock={"purse": level(purse, (0, 20))},
        actor={"gov": {"capital": "purse"}},
        decision={n: {"effects": GIFT, "capital": "cost"} for n in names},
        **more,
    )


def test_capital_is_deducted_in_the_order_of_ids_and_what_no_longer_fits_is_refused():
    # The purse holds 10, each costs 4: whatever the order of asking, a and b are done, c is not.
    sim = submit_all(paying(), "c_plan", "b_plan", "a_plan")
    assert trust(sim) == 52
    assert sim.state[rows(sim.model, "stock:purse")] == 2
    since = sim.model.layout.blocks["since"]
    month = dict(zip(since.labels, sim.state[rows(sim.model, "since")][:, 0], strict=True))
    assert (month["a_plan"], month["b_plan"], month["c_plan"]) == (1, 1, 1200)


def test_capital_that_is_just_enough_is_enough():
    assert trust(submit_all(paying(purse=12), "a_plan", "b_plan", "c_plan")) == 58


def test_capital_refusal_says_so_in_the_plan_and_in_the_report():
    g = Game.new(paying(), ["gov"])
    g.submit("gov", "c_plan")
    g.submit("gov", "b_plan")
    assert g.left("gov") == 2
    with pytest.raises(NotAllowed, match=r"capital: it costs 4\.0 points, 2\.0 is left"):
        g.submit("gov", "a_plan")
    g.withdraw("gov", "b_plan")
    g.submit("gov", "a_plan")


def test_capital_is_of_the_opening_state_not_of_this_months_income():
    m = paying(purse=3, constant={"wage": (9, "index/month")}, flow={"pay": {"to": "purse", "rate": "wage"}})
    g = Game.new(m, ["gov"])
    assert not g.standing("a_plan").allowed
    g.advance()
    assert g.standing("a_plan").allowed


def test_capital_is_posted_as_the_cost_of_the_decision():
    g = played(paying(), 1, {0: ["a_plan"]})
    posted = [p for p in g.trace(0).programs.postings if p.kind == "cost" and p.cause == "a_plan"]
    assert [p.stock for p in posted] == ["purse"]
    assert value(g, "purse") == 6


def test_what_capital_comes_is_the_models_flow_and_told_before_the_month():
    flow = {"pay": {"to": "purse", "rate": "wage * trust / whole"}, "tithe": {"to": "purse", "rate": "-part"}}
    constants = {"wage": (9, "index/month"), "part": (2, "index/month"), "whole": 100}
    m = paying(purse=3, constant=constants, flow=flow)
    view = SeatView(Game.new(m, ["gov"]), "gov")
    for _ in range(3):
        told, before = purse(view), value(view.game, "purse")
        view.game.advance()
        assert value(view.game, "purse") == pytest.approx(before + told.coming)
    assert [name for name, _ in told.reads] == ["trust"]
    assert told.most == 20
    # What is spent in the month is no part of what it brings.
    view.game.submit("gov", "a_plan")
    told, before, cost = purse(view), value(view.game, "purse"), view.game.standing("a_plan").cost
    view.game.advance()
    assert value(view.game, "purse") == pytest.approx(before + told.coming - cost)


def test_capital_that_nothing_brings_back_says_so():
    view = SeatView(Game.new(paying(), ["gov"]), "gov")
    told = purse(view)
    assert (told.coming, told.reads) == (None, ())
    pages = Pages(view, Words("en"))
    assert "nothing comes back by itself" in pages.capital_line()[0]
    assert purse(SeatView(view.game, "donor")) is None


def test_capital_that_finds_no_room_is_told():
    m = paying(purse=18, constant={"wage": (5, "index/month")}, flow={"pay": {"to": "purse", "rate": "wage"}})
    view = SeatView(Game.new(m, ["gov"]), "gov")
    pages = Pages(view, Words("en"))
    assert pages.capital_coming() == "this month brings about 5.0 points, of which only 2.0 points fit"
    view.game.submit("gov", "a_plan")
    assert pages.capital_coming() == "this month brings about 5.0 points"
    assert pages.cost(1.0) == "cost 1.0 point"
    assert Pages(view, Words("fr")).cost(1.5) == "coût 1,5 point"


# -- offers ------------------------------------------------------------------------------------


def bargain(chance="half", **offer):
    offer = {"effects": GIFT, "chance": chance, **offer}
    return small(
        constant={"half_gift": 3, "sure": (1, "share")},
        switch={"calm": {"initial": True}},
        decision={"riot": {"effects": [{"switch": "calm", "to": False}], "requires": "calm", **WHY}},
        offer={"deal": offer},
        obs={"on": {"value": "offer.deal", "unit": "share"}},
    )


def test_offer_asked_is_answered_by_the_simulated_side_in_the_next_month():
    g = played(bargain("sure"), 3, {0: ["offer.deal"]})
    assert g.report(0).decisions == (("gov", "offer.deal"),)
    assert g.report(1).decisions == (("donor", "accept.deal"),)
    assert series(g, "trust") == [40, 40, 46, 46]
    assert series(g, "obs.on") == [0, 0, 1, 1]


def test_offer_is_accepted_as_often_as_its_chance_says():
    m = bargain()
    sim = simulate(m, runs=4000, gov=HUMAN)
    sim.step(np.ones((sim.actions, 1)) * (np.arange(sim.actions) == m.action_rows["offer.deal"])[:, None])
    sim.step()
    assert np.mean(trust(sim) == 46) == pytest.approx(0.5, abs=0.03)
    status = sim.state[rows(m, "offer")][0]
    assert set(status[trust(sim) == 40]) == {0.0}, "a simulated side that does not accept refuses"


def test_offer_to_a_person_waits_for_the_answer_and_lapses():
    g = Game.new(bargain("sure"), ["gov", "donor"])
    g.submit("gov", "offer.deal")
    events = [g.advance().events for _ in range(5)]
    assert events == [(), (), (), ("lapse.deal",), ()], "a quarter to answer, then it lapses"
    assert series(g, "trust")[-1] == 40
    assert g.standing("offer.deal").allowed, "it can be asked anew"


def test_offer_to_a_person_can_be_accepted_while_it_waits():
    g = Game.new(bargain("0"), ["gov", "donor"])
    assert not g.standing("accept.deal").allowed, "nothing to answer yet"
    g.submit("gov", "offer.deal")
    g.advance()
    g.advance()
    g.submit("donor", "accept.deal")
    assert not g.standing("refuse.deal").allowed, "one answer"
    g.advance()
    assert series(g, "trust")[-1] == 46
    assert not g.standing("offer.deal").allowed, "in force"


def test_offer_refused_by_a_person_ends_without_effect():
    g = Game.new(bargain("sure"), ["gov", "donor"])
    g.submit("gov", "offer.deal")
    g.advance()
    g.submit("donor", "refuse.deal")
    assert g.advance().decisions == (("donor", "refuse.deal"),)
    assert g.advance().decisions == ()
    assert series(g, "trust")[-1] == 40


def test_offer_in_force_lasts_so_long_and_is_then_fulfilled():
    m = bargain("sure", lasts="quarter", fulfilled=[{"add": "trust", "amount": "half_gift"}])
    g = played(m, 7, {0: ["offer.deal"]})
    assert series(g, "obs.on") == [0, 0, 1, 1, 1, 0, 0, 0]
    assert g.report(4).events == ("fulfilled.deal",)
    assert series(g, "trust") == [40, 40, 46, 46, 46, 49, 49, 49]


def test_offer_breached_when_what_it_keeps_fails_after_the_grace():
    breach = [{"add": "trust", "amount": "-gift"}]
    m = bargain("sure", keeps="calm", grace="two_months", breach=breach)
    kept = played(m, 8, {0: ["offer.deal"]})
    assert series(kept, "trust")[-1] == 46
    # Accepted in month 1, broken at once: two months' grace pass before it is looked at.
    broken = played(m, 8, {0: ["offer.deal"], 1: ["riot"]})
    when = [t for t in range(8) if "breach.deal" in broken.report(t).events]
    assert when == [4]
    assert series(broken, "trust")[-1] == 40
    assert series(broken, "obs.on") == [0, 0, 1, 1, 1, 0, 0, 0, 0]
    # Broken later than the grace: the breach is seen in the next month.
    late = played(m, 8, {0: ["offer.deal"], 5: ["riot"]})
    assert [t for t in range(8) if "breach.deal" in late.report(t).events] == [6]


def test_offer_asking_costs_and_the_simulated_asker_asks_by_its_tendency():
    m = small(offer={"deal": {"effects": GIFT, "chance": "1", "tendency": "rarely"}})
    sim = simulate(m, 1, runs=4000)
    asked = sim.state[rows(m, "offer")][0] == 1
    assert np.mean(asked) == pytest.approx(0.1 / 1.1, abs=0.015)


def test_since_an_offer_counts_from_its_acceptance():
    m = small(
        constant={"sure": (1, "share")},
        offer={"deal": {"effects": GIFT, "chance": "sure", "lasts": "month_1"}},
        obs={"ago": {"value": "since(deal)", "unit": "month"}},
    )
    g = played(m, 5, {0: ["offer.deal"]})
    assert series(g, "obs.ago") == [1200, 1200, 1, 2, 3, 4]


# -- events and their choices ------------------------------------------------------------------


def dilemma(**choices):
    usual = {"deny": {}, "inquire": {"effects": GIFT}}
    made = [
        {"id": id, "label": {"en": id, "fr": id}, "text": {"en": id, "fr": id}, **{**usual.get(id, {}), **c}}
        for id, c in {**usual, **choices}.items()
    ]
    event = {"date": "2023-03", "seat": "gov", "default": "deny", "choices": made}
    return small(constant={"third": (0.3, "share"), "rest": (0.7, "share")}, event={"crisis": event})


def test_event_choices_are_legal_in_the_month_after_the_event_and_then_no_more():
    g = Game.new(dilemma(), ["gov"])
    open_in = []
    for month in range(4):
        if any(s.action.kind == "choice" and s.allowed for s in g.standings("gov")):
            open_in.append(month)
        g.advance()
    assert open_in == [2], "the event is in month 1"


def test_event_choice_of_a_person_is_done():
    g = played(dilemma(), 4, {2: ["crisis.inquire"]})
    assert g.report(2).decisions == (("gov", "crisis.inquire"),)
    assert series(g, "trust") == [40, 40, 40, 46, 46]


def test_event_choice_by_default_when_nobody_answers():
    g = played(dilemma(), 4)
    assert g.report(2).decisions == (("gov", "crisis.deny"),)
    assert [g.report(t).decisions for t in (0, 1, 3)] == [(), (), ()]


def test_event_takes_one_answer():
    g = played(dilemma(), 2)
    g.submit("gov", "crisis.inquire")
    with pytest.raises(NotAllowed):
        g.submit("gov", "crisis.deny")


def test_event_choices_of_a_simulated_seat_go_by_their_weights():
    m = dilemma(deny={"weight": "rest"}, inquire={"effects": GIFT, "weight": "third"})
    sim = simulate(m, 4, runs=5000)
    assert np.mean(trust(sim) == 46) == pytest.approx(0.3, abs=0.025)


def test_event_choice_that_is_not_possible_falls_back_on_the_default():
    m = dilemma(
        deny={"weight": "rest", "effects": [{"add": "trust", "amount": "-gift"}]},
        inquire={"effects": GIFT, "weight": "third", "requires": "trust < gift", **WHY},
    )
    assert set(trust(simulate(m, 4, runs=200))) == {34.0}


def test_dated_event_happens_in_its_month_and_only_if_it_can():
    event = {"date": "2023-05", "effects": GIFT, "requires": "calm"}
    tables = {
        "event": {"fall": event},
        "switch": {"calm": {"initial": True}},
        "decision": {"riot": {"effects": [{"switch": "calm", "to": False}]}},
    }
    assert series(played(small(**tables), 5), "trust") == [40, 40, 40, 40, 46, 46]
    assert series(played(small(**tables), 5, {1: ["riot"]}), "trust") == [40] * 6


# -- hazards and tendencies --------------------------------------------------------------------


@pytest.mark.parametrize("hazard", [0.02, 0.5, 3.0])
def test_hazard_happens_with_probability_h_over_1_plus_h(hazard):
    runs = 40_000
    m = small(constant={"risk": (hazard, "1/month")}, event={"fall": {"hazard": "risk", "effects": GIFT}})
    rate = np.mean(trust(simulate(m, 1, runs=runs)) == 46)
    expected = hazard / (1 + hazard)
    assert rate == pytest.approx(expected, abs=4 * (expected * (1 - expected) / runs) ** 0.5)


def test_hazard_of_zero_never_strikes_and_one_below_zero_neither():
    for h in (0.0, -0.4):
        m = small(constant={"risk": (h, "1/month")}, event={"fall": {"hazard": "risk", "effects": GIFT}})
        assert set(trust(simulate(m, 12, runs=500))) == {40.0}


def test_hazard_event_once_and_with_cooldown():
    sure = {"risk": (1e9, "1/month")}
    for key, expected in (
        ({"once": True}, [1]),
        ({"cooldown": "quarter"}, [1, 4, 7, 10]),
        ({}, range(1, 11)),
    ):
        m = small(constant={**sure, "gift": 1}, event={"fall": {"hazard": "risk", "effects": GIFT, **key}})
        g = played(m, 10)
        happened = [t + 1 for t in range(10) if g.report(t).events]
        assert happened == list(expected)


def test_hazard_each_member_has_its_own():
    m = world(
        set={"place": members("north", "south")},
        stock={"trust": level({"north": 10, "south": 20}, over="place")},
        constant={
            "gift": 1,
            "risk": {"value": {"north": 1.0, "south": 0.25}, "over": "place", "unit": "1/month"},
        },
        event={
            "fall": {
                "each": "place",
                "hazard": "risk.each",
                "effects": [{"add": "trust.each", "amount": "gift"}],
            }
        },
    )
    gained = simulate(m, 1, runs=20_000).state[rows(m, "stock:trust")] - np.array([[10], [20]])
    assert gained.mean(1) == pytest.approx([0.5, 0.2], abs=0.015)
    assert abs(np.corrcoef(gained)[0, 1]) < 0.03, "each on its own luck"


def test_tendency_acts_only_where_nobody_plays_the_actor():
    m = small(constant={"often": (1, "1/month")}, decision={"lift": {"effects": GIFT, "tendency": "often"}})
    assert np.mean(trust(simulate(m, 1, runs=4000)) == 46) == pytest.approx(0.5, abs=0.03)
    assert set(trust(simulate(m, 6, runs=50, gov=HUMAN))) == {40.0}, "no submission is no decision"


def test_tendency_does_nothing_that_is_not_legal():
    m = small(
        constant={"often": (1e9, "1/month"), "bar": 50},
        decision={"lift": {"effects": GIFT, "tendency": "often", "requires": "trust < bar", **WHY}},
    )
    assert set(trust(simulate(m, 12, runs=5))) == {52.0}


# -- strategies and mixed controllers ----------------------------------------------------------


def strategic():
    return small(
        constant={"bar": 50, "often": (1, "1/month"), "small_gift": 1},
        decision={
            "lift": {"effects": GIFT, "tendency": "often"},
            "lower": {"effects": [{"add": "trust", "amount": "-small_gift"}]},
        },
        obs={"trust": "trust"},
        strategy={
            "climber": {"actor": "gov", "rules": [{"when": "obs.trust < bar", "do": ["lift"]}]},
            "sinker": {"actor": "gov", "rules": [{"do": ["lower"]}]},
        },
    )


def test_strategy_follows_its_rules_on_what_was_seen_last_month():
    m = strategic()
    sim = simulate(m, gov="climber")
    found = []
    for _ in range(4):
        sim.advance(1)
        found.append(float(trust(sim)[0]))
    assert found == [46, 52, 52, 52]


def test_strategy_of_another_actor_is_refused():
    with pytest.raises(ValueError, match="climber"):
        simulate(strategic(), donor="climber")


@pytest.mark.parametrize("backend", [Backend.REFERENCE, Backend.NUMPY])
def test_mixed_controllers_in_one_block_are_each_as_alone(backend):
    m = strategic()
    who = [TENDENCY, "climber", HUMAN, "sinker", "climber", TENDENCY]
    numbers = np.arange(len(who), dtype=np.uint64)
    cast = Cast(tuple({"gov": w} for w in who))
    mixed = Simulation(m, cast, 5, numbers, backend=backend)
    mixed.advance(8)
    for run, one in enumerate(who):
        alone = simulate(m, 8, seed=5, first=run, backend=backend, gov=one)
        assert mixed.state[:, run].tobytes() == alone.state[:, 0].tobytes(), one
    assert len({*trust(mixed)}) >= 3


def test_a_seat_may_change_hands_between_months():
    g = Game.new(strategic(), ["gov"])
    g.advance()
    g.seat("gov", "sinker")
    g.advance()
    g.seat("gov", HUMAN)
    g.advance()
    assert series(g, "trust") == [40, 40, 39, 39]


def test_nobody_submits_for_an_actor_that_nobody_plays():
    g = Game.new(strategic())
    with pytest.raises(NotAllowed):
        g.submit("gov", "lift")


def test_decisions_that_move_people_are_scaled_like_flows_between_actors():
    m = world(
        stock={"cash": conserved(50), "a": conserved(0), "b": conserved(0)},
        constant={"some": (40, "people")},
        decision={
            "x": {"effects": [{"move": "some", "from": "cash", "to": "a"}]},
            "y": {"actor": "donor", "effects": [{"move": "some", "from": "cash", "to": "b"}]},
        },
    )
    sim = submit_all(m, "x", "y")
    assert [float(sim.state[rows(m, f"stock:{s}")][0, 0]) for s in ("cash", "a", "b")] == [0, 25, 25]
