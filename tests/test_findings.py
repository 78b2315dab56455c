"""Findings: the estimators against published numbers, planted facts found again, and the page."""

import json
import re
import shlex

import numpy as np
import pytest
from attrs import evolve
from click.testing import CliRunner

from mali_sim.cli.main import cli
from mali_sim.cli.pages import command_line, ready
from mali_sim.engine import Backend
from mali_sim.experiment import Batch, run_batch, summarise
from mali_sim.experiment.arms import DRAWS, GROUPS, SAMPLE_A, SAMPLE_B, Arm, Design, Worker, arms_of, run_arms
from mali_sim.experiment.findings import SCORE, Findings, find, profiles_for
from mali_sim.experiment.findings_page import page
from mali_sim.experiment.sensitivity import Third, drivers, variance_shares
from mali_sim.experiment.summary import Odds
from mali_sim.experiment.workers import BatchError
from mali_sim.model import build
from mali_sim.scenario.classes import Plausible
from tests.support import ISLAND, level, shared_model, world

WORDS = {"en": "Words", "fr": "Mots"}


def prior(value, low, high, grade="assumed", unit="index"):
    return {"value": value, "range": [low, high], "unit": unit, "grade": grade, "source": ["S"]}


def small_world(**more):
    """Bread for roses at a rate that is assumed, on weather that is stated and on luck."""
    tables = {
        "constant": {
            "gain": prior(5, 0, 10), "cost": 3, "weather": prior(30, 20, 40, "stated"),
            "shock": (1, "index/month"),
        },
        "stock": {"bread": level("weather"), "roses": level("weather")},
        "flow": {"b": {"to": "bread", "rate": "noise(shock)"}},
        "decision": {
            "bake": {"effects": [
                {"add": "bread", "amount": "gain"}, {"add": "roses", "amount": "-cost"},
            ], "once": True},
        },
        "obs": {"bread": "bread", "roses": "roses"},
        "outcome": {
            "bread": {"of": "obs.bread", "take": "last", "label": {"en": "Bread", "fr": "Le pain"}},
            "roses": {"of": "obs.roses", "take": "last", "label": {"en": "Roses", "fr": "Les roses"}},
        },
        "strategy": {
            "quiet": {"actor": "gov", "source": ["S"], "rules": [{"when": "elapsed > year", "do": ["bake"]}],
                      "label": {"en": "Quiet", "fr": "Le calme"}},
            "baker": {"actor": "gov", "source": ["S"], "rules": [{"do": ["bake"]}],
                      "label": {"en": "The baker", "fr": "Le boulanger"}},
        },
        "reading": {"mean": {"constants": {"gain": 0.5}}},
    }  # fmt: skip
    return world(months=6, **{**tables, **more})


@pytest.fixture(scope="module")
def found() -> Findings:
    return find(small_world(), 3_000)


# -- estimators ----------------------------------------------------------------------------------


def test_shares_of_ishigamis_function_are_the_published_ones():
    """S1 = 0.314, S2 = 0.442, S3 = 0; T1 = 0.558, T2 = 0.442, T3 = 0.244 (Saltelli et al. 2008, 4.4)."""
    rng = np.random.default_rng(1)
    a, b = (rng.uniform(-np.pi, np.pi, (3, 60_000)) for _ in range(2))

    def ishigami(x):
        return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])

    swapped = {}
    for n in range(3):
        mixed = a.copy()
        mixed[n] = b[n]
        swapped[str(n)] = ishigami(mixed)
    shares = variance_shares(ishigami(a), ishigami(b), swapped)
    assert [shares[k].first for k in "012"] == pytest.approx([0.314, 0.442, 0.0], abs=0.02)
    assert [shares[k].total for k in "012"] == pytest.approx([0.558, 0.442, 0.244], abs=0.02)
    assert all(0 < s.error < 0.01 for s in shares.values())


def test_what_does_not_vary_has_no_shares():
    assert variance_shares(np.ones(9), np.ones(9), {"luck": np.ones(9)}) == {}


def test_the_constant_that_decides_is_found_whatever_the_shape():
    rng = np.random.default_rng(2)
    places = rng.uniform(0, 1, (40, 2_000))
    rising = places[7] - 0.5 + rng.normal(0, 0.1, 2_000)
    first = drivers([f"c{n}" for n in range(40)], places, rising)[0]
    assert first.id == "c7"
    assert first.rho > 0.9
    assert first.low.won < 0.1
    assert first.high.won > 0.9
    assert first.turns
    hump = (places[3] - 0.5) ** 2 + rng.normal(0, 0.01, 2_000)
    first = drivers([f"c{n}" for n in range(40)], places, hump)[0]
    assert first.id == "c3"
    assert first.share > 0.8
    assert abs(first.rho) < 0.1


def test_chance_among_many_constants_decides_nothing():
    named = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        places = rng.uniform(0, 1, (300, 1_000))
        named += len(drivers([str(n) for n in range(300)], places, rng.normal(size=1_000)))
    assert named == 0


def test_draws_that_come_again_and_again_are_no_more_evidence():
    rng = np.random.default_rng(3)
    few = np.tile(rng.uniform(0, 1, (200, 50)), 40)
    gain = np.tile(rng.normal(size=50), 40)
    assert drivers([str(n) for n in range(200)], few, gain) == ()


def test_luck_is_no_evidence_about_draws_that_come_again():
    """Forty runs of each draw: what the draws' own differences show by chance is taken off."""
    shares = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        places = np.tile(rng.uniform(0, 1, (1, 60)), 40)
        gain = np.tile(rng.normal(size=60), 40)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("mali_sim.experiment.sensitivity._BEYOND", -1e9)
            patch.setattr("mali_sim.experiment.sensitivity._LEAST", -1e9)
            shares.append(drivers(["c"], places, gain)[0].share)
    assert np.mean(shares) == pytest.approx(0, abs=0.02)


def test_pairs_that_are_the_same_are_no_losses():
    """Never worse, mostly the same: nothing turns, though it is better in less than half of one third."""
    rng = np.random.default_rng(5)
    places = rng.uniform(0, 1, (1, 3_000))
    gain = np.where(rng.uniform(size=3_000) < 0.1 + 0.8 * places[0], 1.0, 0.0)
    (driver,) = drivers(["c"], places, gain)
    assert driver.low.won < 0.5 < driver.high.won
    assert driver.low.lost == driver.high.lost == 0
    assert not driver.turns


def test_a_lead_that_few_draws_show_is_not_clear():
    """Six draws with 500 runs each, four ahead: many runs, hardly any evidence."""
    draws = np.repeat(np.arange(6), 500)
    gain = np.where(draws < 4, 1.0, -1.0)
    assert Third.of(gain, draws).lead == pytest.approx(1 / 3)
    assert Third.of(gain, draws).clear == 0
    assert Third.of(gain, np.arange(3_000)).clear == 1
    assert Third.of(-gain, np.arange(3_000)).clear == -1


def test_the_error_of_a_total_is_how_it_scatters():
    def sample(seed):
        rng = np.random.default_rng(seed)
        a, b = rng.standard_t(6, (2, 2, 400))
        return variance_shares(a.sum(axis=0), b.sum(axis=0), {"one": b[0] + a[1], "all": b.sum(axis=0)})

    made = [sample(seed) for seed in range(400)]
    for group in ("one", "all"):
        scatter = np.std([m[group].total for m in made])
        assert np.mean([m[group].error for m in made]) == pytest.approx(scatter, rel=0.1)


def test_odds_are_shares_of_pairs():
    assert Odds.of(np.array([1.0, 0.0, -2.0, 3.0])) == Odds(0.5, 0.25, 0.25)


def test_a_batch_says_how_often_a_strategy_does_better(tmp_path):
    model = shared_model(ISLAND)
    results = run_batch(model, Batch(("patience", "force"), 40), tmp_path)
    odds = summarise(results).odds["force"]
    camps = results.names.index("camps")  # fewer is better
    gap = results.arrays["force"][camps] - results.arrays["patience"][camps]
    assert odds["camps"].better == (gap < 0).mean()
    assert set(odds) == {n for n, o in model.scenario.outcome.items() if o.better != "none"}


# -- arms ----------------------------------------------------------------------------------------


def test_arms_exchange_one_group_at_a_time():
    model = small_world()
    worker = Worker(model, Design(("quiet",), 30))
    arms = {a.name: a for a in arms_of(model)}
    assert set(arms) == {"balanced", "mean", DRAWS, SAMPLE_A, SAMPLE_B, *GROUPS}
    runs = np.arange(30, dtype=np.uint64)
    a, b = (worker.parameters(arms[n], runs) for n in (SAMPLE_A, SAMPLE_B))
    gain, weather = (model.parameters.items[n].offset for n in ("gain", "weather"))
    swapped = worker.parameters(arms["assumed"], runs)
    assert (swapped[gain] == b[gain]).all()
    assert (swapped[weather] == a[weather]).all()
    swapped = worker.parameters(arms["grounded"], runs)
    assert (swapped[gain] == a[gain]).all()
    assert (swapped[weather] == b[weather]).all()
    assert (worker.parameters(arms["luck"], runs) == a).all()
    assert worker.parameters(Arm("mean", "mean"), runs).shape[1] == 1


def test_plausible_draws_are_taken_where_a_scenario_keeps_some():
    model = small_world()
    table = Plausible(
        design="past", size=64, world="world", priors="x", seed=1, runs=1, kept=(3, 11, 40)
    )
    loaded = evolve(model.loaded, scenario=evolve(model.scenario, plausible=table))
    found = find(build(loaded), 200)
    assert found.sample.plausible
    gain = found.sample.places[found.sample.constants.index("gain")]
    assert len(set(gain.tolist())) == 3
    assert (gain[:3] == gain[3:6]).all()
    assert "Plausible draws" in page(found, "en", "x")
    assert "il y en a 3" in page(found, "fr", "x")
    bread = found.levels["quiet", "balanced"]["bread"]
    assert bread == find(model, 200).levels["quiet", "balanced"]["bread"]


def test_blocks_workers_and_backends_change_no_outcome():
    model = small_world()
    kept = []
    for more in ({}, {"block": 7}, {"workers": 2, "block": 11}):
        sample = run_arms(model, Design(("quiet", "baker"), 30, **more))
        kept.append({key: o.tobytes() for key, o in sample.outcomes.items()})
    assert kept[0] == kept[1] == kept[2]


# -- what is found -------------------------------------------------------------------------------


def test_runs_are_at_least_as_many_as_asked_for(found):
    assert found.sample.runs >= 3_000
    assert found.sample.runs == found.sample.design.runs * 2 * len(found.sample.arms)


def test_a_trade_off_is_told_as_one(found):
    assert found.base == "quiet"
    assert found.usual("baker", "roses") == "worse"
    assert found.usual("baker", "bread") in ("better", "leaning_better")
    assert found.best_at_all == ()
    for front in found.fronts.values():
        assert front.members == ("quiet", "baker")
        assert front.best == {"bread": "baker", "roses": "quiet"}


def test_gaps_are_paired(found):
    """Luck and weather are the same on both sides: the gap is the gain, to the last digit."""
    gap = found.gaps["baker", "balanced"]["bread"]
    assert (gap.low, gap.median, gap.high) == pytest.approx((5, 5, 5))
    assert found.gaps["baker", "mean"]["roses"].median == pytest.approx(-3)


def test_what_decides_is_what_was_planted(found):
    assert [d.id for d in found.deciding["baker", "bread"]] == ["gain"]
    assert found.deciding["baker", "bread"][0].share > 0.9
    assert found.deciding["baker", "roses"] == ()
    assert [key for key, _ in found.turning("baker")] == [SCORE]


def test_what_the_spread_rests_on_is_what_was_planted(found):
    level = found.resting["quiet", "bread"]
    assert level["assumed"].total == pytest.approx(0, abs=0.01)
    assert level["grounded"].total > 0.7
    assert 0.02 < level["luck"].total < 0.4
    gain = found.resting["baker", "bread"]
    assert gain["assumed"].total == pytest.approx(1, abs=0.25)
    assert gain["luck"].total == pytest.approx(0, abs=1e-9)
    assert found.resting["baker", "roses"] == {}


def test_regret_is_of_the_best_in_the_same_run(found):
    for column in found.columns:
        best = [found.regrets[p, column].best for p in found.profiles]
        assert sum(best) >= 1
    assert found.regrets["quiet", "mean"].mean == 0
    assert found.regrets["baker", "mean"].mean > 0


def test_a_strategy_that_costs_nothing_is_pointed_at():
    free = small_world(decision={"bake": {"effects": [
        {"add": "bread", "amount": "cost"}, {"add": "roses", "amount": "cost"},
    ]}})  # fmt: skip
    found = find(free, 400)
    assert found.best_at_all == ("baker",)
    assert "One strategy is best at everything" in page(found, "en", "x")
    assert "suspect" in page(found, "fr", "x")


def test_strategies_of_one_seat_are_compared():
    assert profiles_for(shared_model(ISLAND)) == ("patience", "force")
    assert profiles_for(shared_model(ISLAND), "league") == ("envoy", "tendency")
    with pytest.raises(BatchError, match="no strategy"):
        profiles_for(shared_model(ISLAND), "temple")


# -- the page ------------------------------------------------------------------------------------


def test_pages_are_the_same_every_time_and_alike_in_both_languages(found):
    english, french = (page(found, language, "mali-sim findings x") for language in ("en", "fr"))
    again = find(small_world(), 3_000, workers=1)
    assert page(again, "en", "mali-sim findings x") == english
    shapes = [[line.count("|") for line in text.splitlines()] for text in (english, french)]
    assert shapes[0] == shapes[1]
    assert "`mali-sim findings x`" in english
    assert "`mali-sim findings x`" in french
    assert "Le boulanger" in french
    assert "The baker" not in french


def in_percent():
    """The same trade-off in percent, on a constant in percent a month."""
    gain = {**prior(5, 0, 10, unit="percent/month"), "why": {"en": "So: said.", "fr": "Ainsi : « dit »."}}
    return small_world(
        constant={"gain": gain, "cost": (3, "percent"), "weather": prior(30, 20, 40, "stated", "percent")},
        stock={"bread": level("weather", unit="percent"), "roses": level("weather", unit="percent")},
        flow={},
        decision={"bake": {"effects": [
            {"add": "bread", "amount": "gain * month_1"}, {"add": "roses", "amount": "-cost"},
        ], "once": True}},
        obs={name: {"value": name, "unit": "percent"} for name in ("bread", "roses")},
        outcome={n: {"of": f"obs.{n}", "take": "last", "unit": "percent"} for n in ("bread", "roses")},
    )  # fmt: skip


def test_french_has_its_own_spaces(found):
    for one in (found, find(in_percent(), 1_500)):
        french = page(one, "fr", "x")
        assert not re.search(r"[^|\-] [:;?!»%](?!-)", french)
        assert "« " not in french
        assert "{" not in french
    assert "10\u202f% par mois" in french
    assert "Ainsi\u202f: «\u202fdit\u202f»." in french


def test_tables_are_tables(found):
    for language in ("en", "fr"):
        width = 0
        for line in page(found, language, "x").splitlines():
            if line.startswith("|"):
                cells = line.count("|")
                assert width in (0, cells)
                width = cells
            else:
                width = 0


def test_the_command_writes_both_pages_and_every_number(tmp_path):
    out = tmp_path / "findings.md"
    args = ["findings", str(ISLAND), "--runs", "400", "--backend", "numpy"]
    done = CliRunner().invoke(cli, [*args, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert out.read_text().startswith("# What this model finds: An island")
    assert (tmp_path / "constats.md").read_text().startswith("# Ce que trouve ce modèle")
    record = json.loads(CliRunner().invoke(cli, [*args, "--json"]).output)
    assert record["strategies"] == ["patience", "force"]
    assert set(record["resting"]["force"]["calm"]) == set(GROUPS)
    assert record["odds"]["force"]["balanced"]["calm"]["worse"] > 0.9


def test_a_place_that_cannot_be_written_to_is_told(tmp_path):
    """Before anything is run; folders that are missing are made."""
    (tmp_path / "no").write_text("a file")
    args = ["findings", str(ISLAND), "--runs", "100000000", "--out", str(tmp_path / "no" / "x.md")]
    done = CliRunner().invoke(cli, args)
    assert done.exit_code == 2
    assert "name another file" in " ".join(done.output.split())
    ready(tmp_path / "new" / "x.md")
    assert list((tmp_path / "new").iterdir()) == []


def test_the_command_on_a_page_can_be_typed_again():
    said = command_line("mali-sim", "findings", "a b.toml", seat=None, out="it’s; here.md")
    assert shlex.split(said) == ["mali-sim", "findings", "a b.toml", "--out", "it’s; here.md"]


def test_a_batch_that_is_stopped_leaves_nothing_behind(tmp_path, monkeypatch):
    def stop(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        run_batch(shared_model(ISLAND), Batch(("patience",), 10), report=stop)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(BatchError, match="name another folder"):
        run_batch(shared_model(ISLAND), Batch(("patience",), 10), tmp_path / "file" / "below")


def test_native_findings_are_numpys():
    from mali_sim.engine import native

    if native.available() is not None:
        pytest.skip("no compiler")
    model = shared_model(ISLAND)
    pages = [page(find(model, 300, backend=b), "en", "x") for b in (Backend.NUMPY, Backend.NATIVE)]
    assert pages[0] == pages[1]
