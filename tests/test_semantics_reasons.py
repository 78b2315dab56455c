"""Why, in a line; turning points; recommendations: on small worlds."""

from mali_sim.model import Model, load_model
from mali_sim.play import Game
from mali_sim.play.digest import debrief, yardstick
from mali_sim.play.view import SeatView
from mali_sim.play.why.reasons import LESS, MORE, NEW, SAME, reasons
from mali_sim.scenario import find_scenario
from tests.support import conserved, level, members, played, world


def till(**more: object) -> Model:
    """A treasury with wages every month, and a gift."""
    return world(
        constant={"pay": (10, "people/month"), "come_in": (30, "people/month"), "gift": (50, "people")},
        stock={"cash": conserved(100)},
        flow={"wages": {"from": "cash", "rate": "pay"}, "taxes": {"to": "cash", "rate": "come_in"}},
        obs={"treasury": {"value": "cash", "unit": "people"}},
        decision={"grant": {"effects": [{"move": "gift", "to": "cash"}]}},
        **more,
    )


def test_what_is_posted_every_month_goes_on_and_what_is_new_is_named():
    g = played(till(), 4, {1: ["grant"]})
    view = SeatView(g, "gov")
    first, granted, after, quiet = (reasons(view, "obs.treasury", month) for month in range(4))
    assert first.kind == NEW
    assert [(r.id, r.amount) for r in first.shown] == [("flow.taxes", 30)]
    assert granted.kind == MORE
    assert [(r.id, r.amount) for r in granted.shown] == [("effect.grant", 50)]
    assert after.kind == LESS
    assert [(r.id, r.amount, r.before) for r in after.shown] == [("effect.grant", 0, 50)]
    assert quiet.kind == SAME
    assert [(r.id, r.before) for r in quiet.shown] == [("flow.taxes", None)]


def test_something_new_is_named_though_the_change_is_as_in_the_month_before():
    m = world(
        constant={"gift": (50, "people")},
        stock={"cash": conserved(100)},
        obs={"treasury": {"value": "cash", "unit": "people"}},
        decision={
            "grant": {"effects": [{"move": "gift", "to": "cash"}]},
            "loan": {"effects": [{"move": "gift", "to": "cash"}]},
        },
    )
    found = reasons(SeatView(played(m, 2, {0: ["grant"], 1: ["loan"]}), "gov"), "obs.treasury", 1)
    assert (found.kind, [r.id for r in found.shown]) == (MORE, ["effect.loan"])


def test_causes_beyond_those_shown_are_counted_and_the_place_is_said():
    m = world(
        set={"place": members("north", "south")},
        constant={"some": (5, "people"), "more": (9, "people"), "few": (4, "people"),
                  "one_month": (1, "month")},
        stock={
            "dead": conserved({"north": 0, "south": 0}, over="place"),
            "before": level({"north": 0, "south": 0}, (-1000, 1000), over="place", unit="people"),
        },
        flow={"remembered": {"to": "before", "rate": "(dead - before) / one_month"}},
        obs={"counted": {"value": "sum(dead - before)", "unit": "people"}},
        decision={
            "a": {"effects": [{"move": "some", "to": "dead.north"}]},
            "b": {"effects": [{"move": "more", "to": "dead.south"}]},
            "c": {"effects": [{"move": "few", "to": "dead.south"}]},
        },
    )  # fmt: skip
    found = reasons(SeatView(played(m, 1, {0: ["a", "b", "c"]}), "gov"), "obs.counted", 0)
    assert [r.id for r in found.shown] == ["effect.b", "effect.a"]
    assert found.others == 1
    own = reasons(SeatView(played(m, 1, {0: ["a", "b", "c"]}), "gov"), "obs.counted", 0, own={"effect.c"})
    assert [r.id for r in own.shown] == ["effect.b", "effect.a", "effect.c"]


def judged() -> Model:
    """A world whose ending asks about a coup, with an objective and a figure that weighs nothing."""
    return world(
        6,
        switch={"coup": {}},
        constant={"much": 40, "weight": {"value": 1, "range": [0, 1], "unit": "share"}, "loud": 90},
        stock={"trust": level(20), "idle": level(0)},
        obs={
            "trust_seen": "trust", "idle_seen": {"value": "idle", "headline": True},
            "coup_seen": {"value": "1 if coup else 0", "unit": "share", "better": "lower"},
        },
        outcome={
            "trust": {"of": "obs.trust_seen", "take": "last", "weight": "weight"},
            "coup": {"of": "obs.coup_seen", "take": "max", "better": "lower", "unit": "share"},
        },
        ending={"fell": {"when": "outcome.coup > 0"}, "end": {}},
        decision={
            "please": {"source": ["R1"], "effects": [{"add": "trust", "amount": "much"}]},
            "fuss": {"effects": [{"add": "idle", "amount": "loud"}]},
        },
        event={"soldiers": {"date": "2023-06", "effects": [{"switch": "coup", "to": True}]}},
        source={"S": {}, "R1": {"to": ["gov"]}, "R2": {"to": ["donor"]}, "R3": {}},
    )  # fmt: skip


def test_turning_points_are_of_what_counts_and_of_what_the_ending_asks_about():
    g = played(judged(), 6, {1: ["please"], 2: ["fuss"]})
    found = debrief(g, "gov", yardstick(g, "gov")).turning
    assert [(p.month, [m.figure.id for m in p.moves]) for p in found] == [
        (1, ["obs.trust_seen"]), (4, ["obs.coup_seen"]),
    ]  # fmt: skip
    assert found[0].own == ("please",)
    assert [r.id for r in found[0].moves[0].reasons.shown] == ["effect.please"]
    assert found[1].own == ()


def test_recommendations_are_those_to_the_seat_behind_what_it_chose_itself():
    m = world(
        source={"S": {}, "R1": {"to": ["gov"]}, "R2": {"to": ["donor"]}, "R3": {}, "R4": {"to": ["gov"]}},
        stock={"trust": level(20)},
        obs={"trust_seen": "trust"},
        constant={"much": 40},
        decision={
            "x": {"source": ["R1", "R2", "R3"], "effects": [{"add": "trust", "amount": "much"}]},
        },
        event={"asked": {
            "date": "2023-03", "source": ["R4"], "seat": "gov", "default": "no",
            "choices": [
                {"id": "no", "label": {"en": "No", "fr": "Non"}, "text": {"en": "No", "fr": "Non"}},
                {"id": "yes", "label": {"en": "Yes", "fr": "Oui"}, "text": {"en": "Yes", "fr": "Oui"},
                 "source": ["R4"]},
            ],
        }},
    )  # fmt: skip
    left = played(m, 3, {0: ["x"]})
    found = debrief(left, "gov", yardstick(left, "gov"))
    assert (found.followed, found.left) == (("R1", "R3"), ("R4",))
    answered = played(m, 3, {2: ["asked.no"]})
    assert debrief(answered, "gov", yardstick(answered, "gov")).followed == ()
    taken = played(m, 3, {2: ["asked.yes"]})
    assert debrief(taken, "gov", yardstick(taken, "gov")).followed == ("R4",)


def test_what_is_told_in_points_of_something_else_says_of_what():
    """Sixteen points of harvest are not sixteen points of growth: causes are in the figure's unit."""
    game = Game.new(load_model(find_scenario("avoid-the-trap")), ["bamako"], seed=21)
    view = SeatView(game, "bamako")
    rains = 0
    for month in range(24):
        game.advance()
        for indicator in view.indicators():
            for reason in reasons(view, indicator.id, month).shown:
                other = reason.unit is not None and reason.unit.en != indicator.unit.en
                assert not other or reason.label.en.endswith(")"), (indicator.id, reason.label.en)
                if indicator.id == "obs.growth" and "rains" in reason.label.en.lower():
                    rains += 1
                    assert abs(reason.amount) < 5
    assert rains


def test_a_steady_decline_is_no_turning_point():
    """What is counted month by month and sinks a little every month stands out in none."""
    m = world(
        months=12,
        constant={"drip": (2, "index/month"), "blow": (30, "index")},
        stock={"aid": level(80), "calm": level(80)},
        flow={"fewer": {"to": "aid", "rate": "-drip"}},
        obs={
            "aid": {"value": "aid", "yearly": "sum", "better": "higher"},
            "calm": {"value": "calm", "better": "higher"},
        },
        outcome={
            "aid": {"of": "obs.aid", "take": "sum"}, "calm": {"of": "obs.calm", "take": "last"},
        },
        decision={"strike": {"effects": [{"add": "calm", "amount": "-blow"}]}},
    )  # fmt: skip
    game = played(m, 12, {5: ["strike"]})
    points = debrief(game, "gov", yardstick(game, "gov")).turning
    assert 5 in [p.month for p in points]
    assert all(move.figure.id != "obs.aid" for p in points for move in p.moves if 4 < p.month < 8)
