"""Decisions that are none: each kind, planted, is found, and real choices are left alone."""

import json
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

from mali_sim.cli.main import cli
from mali_sim.engine import Backend
from mali_sim.experiment.branches import NOTHING, Branching, Sums
from mali_sim.experiment.dead import DeadReport, _grouped, _Judge, offenders
from mali_sim.experiment.workers import BatchError
from mali_sim.play.weights import Objectives, spans
from tests.support import ISLAND, level, shared_model, world, world_text

NOT_NOW = {"because": {"en": "No.", "fr": "Non."}}
WORDS = {"en": "Words", "fr": "Mots"}


def choice(id, *effects, **more):
    return {"id": id, "label": WORDS, "text": WORDS, "effects": list(effects), **more}


def add(stock, amount, **more):
    return {"add": stock, "amount": amount, **more}


#: Two objectives with some noise, and one decision of each kind. What is spent is no objective.
PLANTED = {
    "constant": {
        "much": 12, "little": 5, "shock": (1.5, "index/month"), "often": (0.5, "1/month"),
        "ninety": 90,
    },
    "stock": {
        "bread": level(40), "roses": level(40), "unseen": level(40),
    },
    "flow": {
        "b": {"to": "bread", "rate": "noise(shock)"},
        "r": {"to": "roses", "rate": "noise(shock)"},
    },
    "decision": {
        "gift": {"effects": [add("bread", "little"), add("roses", "little")]},
        "harm": {"effects": [add("bread", "-little"), add("roses", "-little")]},
        "idle": {"effects": [add("unseen", "little")]},
        "shut": {"effects": [add("bread", "little")], "requires": "unseen > ninety", **NOT_NOW},
        "trade": {"effects": [add("bread", "little"), add("roses", "-little")]},
    },
    "event": {
        "asked": {
            "hazard": "often", "seat": "gov", "default": "wait",
            "choices": [
                choice("wait"), choice("look"),
                choice("act", add("bread", "much"), add("roses", "-much")),
            ],
        },
    },
    "obs": {"bread": "bread", "roses": "roses"},
    "outcome": {
        "bread": {"of": "obs.bread", "take": "last"}, "roses": {"of": "obs.roses", "take": "last"},
    },
    "strategy": {
        "quiet": {"actor": "gov", "rules": [{"do": ["asked.wait"]}], "source": ["S"]},
        "trader": {
            "actor": "gov", "rules": [{"when": "elapsed > quarter", "do": ["trade"]}], "source": ["S"],
        },
    },
}  # fmt: skip


@cache
def found() -> DeadReport:
    return offenders(world(months=9, **PLANTED), "gov", runs=48, months=3, backend=Backend.NUMPY)


def verdict(id):
    return next(v for v in found().verdicts if v.id == id)


@pytest.mark.parametrize(
    ("id", "verdicts"),
    [
        ("gift", {"always_right", "only_good"}),
        ("harm", {"never_right", "only_harm"}),
        ("idle", {"no_effect"}),
        ("shut", {"never_legal"}),
        ("trade", set()),
        ("asked.wait", {"same", "never_right"}),
        ("asked.look", {"same", "never_right"}),
    ],
)
def test_what_was_planted_is_found(id, verdicts):
    assert set(verdict(id).verdicts) == verdicts


def test_offenders_are_what_should_be_mended():
    assert {v.id for v in found().offenders} >= {"gift", "harm", "idle", "shut"}
    assert not verdict("trade").offends


def test_a_trade_is_judged_by_the_weights():
    """Bread against roses: right where bread is weighed more, whatever the profile or month."""
    assert 0.2 < verdict("trade").right < 0.8
    bread, roses = verdict("trade").effects
    assert (bread.better, roses.worse) == (1, 1)
    assert bread.mean == pytest.approx(5, abs=1e-6)
    assert (bread.clear, roses.clear) == (True, True)


def test_figures_stand_beside_the_verdict():
    gift = verdict("gift")
    assert gift.right == 1
    assert gift.score > 0
    assert gift.cells == 2 * 1 * 3  # profiles, readings, months
    assert gift.runs == gift.cells * 48


def test_what_does_nothing_differs_in_nothing():
    """The same luck with and without: not one measure of one run differs."""
    model = world(months=9, **PLANTED)
    branching = Branching(model, "gov", "balanced", runs=16, seed=1, backend=Backend.NUMPY, least=8)
    into = branching.comparisons(2)
    idle = into.pairs[model.action_rows["idle"], NOTHING]
    assert all((sums.squares == 0).all() for sums in idle.values())
    gift = into.pairs[model.action_rows["gift"], NOTHING]
    assert all((sums.mean[:2] > 4).all() for sums in gift.values())


def test_what_no_strategy_comes_to_is_judged_after_random_play():
    """Only somebody who has opened the door may go through it, and no strategy opens it."""
    model = world(
        months=8,
        constant={"little": 5},
        stock={"bread": level(40)},
        switch={"door": {"initial": False}},
        decision={
            "open": {"effects": [{"switch": "door", "to": True}], "once": True},
            "through": {"effects": [add("bread", "little")], "requires": "door", **NOT_NOW},
        },
        obs={"bread": "bread"},
        outcome={"bread": {"of": "obs.bread", "take": "last"}},
        strategy={"quiet": {"actor": "gov", "rules": [{"when": "door", "do": ["through"]}], "source": ["S"]}},
    )
    report = offenders(model, "gov", runs=40, months=3, backend=Backend.NUMPY)
    through = next(v for v in report.verdicts if v.id == "through")
    assert through.cells > 0
    assert through.verdicts == ("always_right", "only_good")


def test_members_are_judged_together_and_shown_alone():
    report = offenders(shared_model(ISLAND), "council", quick=True, backend=Backend.NUMPY)
    talk = next(v for v in report.verdicts if v.id == "talk")
    assert set(talk.members) == {"talk.south", "talk.coast"}
    assert {v.kind for v in report.verdicts} == {"decision", "ask", "accept", "refuse", "choice"}


def test_readings_and_backends():
    from mali_sim.engine import native

    model = shared_model(ISLAND)
    report = offenders(model, "league", quick=True, readings=["sceptic"], backend=Backend.NUMPY)
    assert report.readings == ("sceptic",)
    assert report.profiles == ("envoy", "envoy+patience", "random")
    if native.available() is None:
        other = offenders(model, "league", quick=True, readings=["sceptic"], backend=Backend.NATIVE)
        assert json.dumps(other.plain()) == json.dumps(report.plain())


def test_workers_change_no_verdict():
    model = shared_model(ISLAND)
    made = [offenders(model, runs=16, months=2, backend=Backend.NUMPY, workers=n).plain() for n in (1, 2)]
    assert json.dumps(made[0]) == json.dumps(made[1])


def test_who_cannot_be_judged_is_told():
    with pytest.raises(BatchError, match="did you mean gov"):
        offenders(world(**PLANTED), "gvo")
    aimless = {kind: tables for kind, tables in PLANTED.items() if kind != "outcome"}
    with pytest.raises(BatchError, match="nothing to judge"):
        offenders(world(**aimless), "gov")


def test_objectives_are_weighed_as_written_and_otherwise():
    model = world(
        constant={"heavy": (0.6, "share"), "light": (0.2, "share")},
        stock={"a": level(1), "b": level(2)},
        obs={"a": "a", "b": "b"},
        outcome={
            "a": {"of": "obs.a", "take": "last", "weight": "heavy"},
            "b": {"of": "obs.b", "take": "last", "weight": "light", "better": "lower"},
            "c": {"of": "obs.b", "take": "max"},
        },
    )
    objectives = Objectives.of(model)
    assert objectives.names == ("a", "b")
    assert objectives.weights.tolist() == pytest.approx([0.75, 0.25])
    assert objectives.turned(np.array([[1.0], [2.0], [3.0]])).tolist() == [[1.0], [-2.0]]
    weightings = objectives.weightings()
    assert weightings["equal"].tolist() == [0.5, 0.5]
    assert weightings["doubled:b"].tolist() == pytest.approx([0.6, 0.4])
    assert all(w.sum() == pytest.approx(1) for w in weightings.values())


def test_spans_of_what_is_rare_and_of_what_never_differs():
    rare = np.zeros(100)
    rare[0] = 1
    found = spans(np.array([np.arange(100.0), rare, np.ones(100)]))
    assert found[0] == pytest.approx(99 * 0.9)
    assert found[1] == 1
    assert found[2] == np.inf


def test_the_command_lists_offenders_with_their_figures(tmp_path):
    file = tmp_path / "world.toml"
    file.write_text(world_text(months=9, **PLANTED), encoding="utf-8")
    done = CliRunner().invoke(cli, ["dead", str(file), "--quick", "--backend", "numpy"])
    assert done.exit_code == 1
    lines = {line.split()[0]: line for line in done.output.splitlines() if line.strip()}
    assert "always_right only_good" in lines["gift"]
    assert "no_effect" in lines["idle"]
    assert "trade" not in lines
    record = json.loads(CliRunner().invoke(cli, ["dead", str(file), "--quick", "--json"]).output)
    assert "shut" in record["offenders"]
    shut = next(v for v in record["verdicts"] if v["id"] == "shut")
    assert shut["right"] is None


def test_cells_without_effect_are_not_right_and_an_effect_is_to_one_side():
    judge = object.__new__(_Judge)
    judge.scales, names = np.ones(1), ("bread",)
    judge.objectives = SimpleNamespace(rows=[0], signs=np.ones(1), names=names, weights=np.ones(1))
    judge._turn, judge.weights = np.ones(1), np.ones((1, 1))
    judge.found = SimpleNamespace(seen=np.ones((1, 1), bool))

    def sums(mean):
        return Sums(100, np.array([100.0 * mean]), np.array([100.0 * mean**2 + 1e-9]))

    def verdict(*cells):
        judge._cells = lambda _: list(cells)
        return judge._verdict("x", "choice", [0])

    half = verdict({"": sums(1.0)}, {"": sums(0.0)})
    assert half.right == 0.5
    assert verdict({"a": sums(1.0), "b": sums(1.0)}).effects[0].clear
    assert not verdict({"a": sums(1.0), "b": sums(-1.0)}).effects[0].clear


def seldom(chance: float):
    """A door that chance opens for a month, behind which bread may be had for roses."""
    return world(
        months=12,
        constant={"little": 5, "chance": (chance, "1/month")},
        stock={"bread": level(40), "roses": level(40)},
        switch={"door": {"initial": False}},
        event={
            "opens": {"hazard": "chance", "requires": "not door",
                      "effects": [{"switch": "door", "to": True}]},
        },
        decision={
            "through": {
                "effects": [add("bread", "little"), {"switch": "door", "to": False}],
                "requires": "door", "once": True, **NOT_NOW,
            },
        },
        obs={"bread": "bread", "roses": "roses"},
        outcome={"bread": {"of": "obs.bread", "take": "last"}, "roses": {"of": "obs.roses", "take": "last"}},
        strategy={"quiet": {"actor": "gov", "rules": [{"when": "bread > roses + little", "do": ["through"]}],
                            "source": ["S"]}},
    )  # fmt: skip


def test_what_few_runs_can_do_is_tried_in_more_of_them():
    """One run in a hundred ever sees the door: the first look has too few to judge, the second enough."""
    model = seldom(0.001)
    quick = offenders(model, "gov", runs=24, months=2, quick=True, backend=Backend.NUMPY)
    assert quick.verdicts[0].verdicts in (("unjudged",), ("never_legal",))
    report = offenders(model, "gov", runs=24, months=2, readings=["balanced"], backend=Backend.NUMPY)
    assert report.verdicts[0].runs >= 8
    assert report.verdicts[0].verdicts == ("always_right", "only_good")


def test_months_are_joined_until_a_cell_has_enough_runs():
    def month(count: int, size: float) -> dict[str, Sums]:
        return {"": Sums.of(np.full((1, count), size))}

    cells = _grouped([month(5, 1.0), month(4, 2.0), month(8, 3.0), month(3, 4.0)])
    assert [cell[""].count for cell in cells] == [9, 11]
    assert cells[0][""].mean == pytest.approx((5 * 1 + 4 * 2) / 9)
    assert cells[1][""].mean == pytest.approx((8 * 3 + 3 * 4) / 11)
    assert _grouped([month(7, 1.0)]) == []


def test_one_thing_can_be_judged_alone():
    """The same verdict as among all, whatever else is left out; a wrong name is told."""
    model = world(months=9, **PLANTED)
    asked = ["asked.wait", "trade"]
    alone = offenders(model, "gov", runs=48, months=3, only=asked, backend=Backend.NUMPY)
    assert [v.id for v in alone.verdicts] == asked
    for v in alone.verdicts:
        assert (v.right, v.cells, v.runs) == (verdict(v.id).right, verdict(v.id).cells, verdict(v.id).runs)
    with pytest.raises(BatchError, match=r"gifft is nothing that gov can do; .*gift"):
        offenders(model, "gov", only=["gifft"])
