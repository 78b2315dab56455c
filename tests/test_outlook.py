"""What the series may do: told as the runs have it, the same whatever the blocks, in both languages."""

import re

import numpy as np
import pytest

from mali_sim.experiment.batch import BatchError
from mali_sim.experiment.outlook import outlook
from mali_sim.experiment.outlook_page import page
from mali_sim.model import build
from mali_sim.scenario.load import load_files
from tests.support import ISLAND, conserved, shared_model, simulate, world


def with_series(*ids: str):
    """The island with some observers said to stand for published series."""
    loaded = shared_model(ISLAND).loaded
    texts = dict(loaded.files)
    texts[loaded.main] += "".join(f"\n[override.obs.{id}]\nseries = true\n" for id in ids)
    return build(load_files(texts, loaded.main))


@pytest.fixture(scope="module")
def model():
    return with_series(*list(shared_model(ISLAND).scenario.obs)[:3])


def test_it_tells_what_the_runs_have(model):
    strategy = next(iter(model.scenario.strategy))
    found = outlook(model, strategy, runs=21, draws=0)
    assert list(found.series) == [id for id, o in model.scenario.obs.items() if o.series]
    assert len(found.dates) == model.scenario.scenario.months
    actor = model.scenario.strategy[strategy].actor
    block = model.layout.blocks["obs"]
    for month in (0, 7):
        state = simulate(model, month + 1, runs=21, **{actor: strategy}).state
        for id, series in found.series.items():
            of_runs = np.sort(state[block.offset + block.labels.index(id)])
            # Of 21 runs, a twentieth is one run from the end, a quarter five, the middle is the eleventh.
            assert series.quantiles(month) == pytest.approx(of_runs[[1, 5, 10, 15, 19]])


def counting():
    """From November, one more every month: 1 and 2, then 3 and 4."""
    def series(value, **more):
        return {"value": value, "series": True, **more}

    return world(
        months=4, start="2023-11",
        constant={"one": (1, "people/month"), "two": (2, "people"), "tenth": (10, "percent/people")},
        stock={"heads": conserved(0)},
        flow={"rise": {"to": "heads", "rate": "one"}},
        obs={
            "sum": series("heads / month_1", yearly="sum", unit="people/month"),
            "mean": series("heads", yearly="mean", unit="people"),
            "last": series("heads", yearly="last", unit="people"),
            "many": series("heads > two", unit="share"),
            "percent": series("heads * tenth", yearly="mean", unit="percent"),
        },
    )  # fmt: skip


def test_a_year_is_made_of_its_months():
    found = outlook(counting(), "tendency", runs=2, draws=0)
    made = {id: [found.series[id].year(y)[2] for y in ("2023", "2024")] for id in ("sum", "mean", "last")}
    assert made == {"sum": [3, 7], "mean": [1.5, 3.5], "last": [2, 4]}
    assert [found.series["many"].probability(n) for n in range(4)] == [0, 0, 1, 1]
    assert [id for id, s in found.series.items() if s.happens] == ["many"]


def test_the_same_whatever_the_blocks_and_workers(model):
    strategy = next(iter(model.scenario.strategy))
    found = [
        outlook(model, strategy, runs=30, draws=8, **more)
        for more in ({}, {"block": 7}, {"block": 4, "workers": 2})
    ]
    for id, series in found[0].series.items():
        assert series.monthly.tobytes() == found[1].series[id].monthly.tobytes()
        assert series.monthly.tobytes() == found[2].series[id].monthly.tobytes()


def test_draws_spread_the_runs(model):
    strategy = next(iter(model.scenario.strategy))
    still, drawn = (outlook(model, strategy, runs=200, draws=n) for n in (0, 100))
    assert (still.draws, drawn.draws) == (0, 100)
    assert any(
        np.std(drawn.series[id].monthly[-1]) > np.std(still.series[id].monthly[-1]) for id in drawn.series
    )


def test_the_page_says_which_draws_were_used(model):
    strategy = next(iter(model.scenario.strategy))
    told = page(outlook(model, strategy, runs=10, draws=5), "en", "x")
    assert "whether or not the past comes out as it was; draws used: 5, in turn" in told
    few = outlook(model, strategy, runs=10, draws=500)
    assert few.draws == 10
    assert "draws used: 10" in page(few, "en", "x")
    assert "as the balanced reading has them" in page(outlook(model, strategy, runs=2, draws=0), "en", "x")


def test_french_has_its_own_spaces():
    french = page(outlook(counting(), "tendency", runs=3, draws=2), "fr", "x")
    assert "(%)" in french
    assert not re.search(r" [:;?!»%]", french.replace("| ---:", ""))
    assert "« " not in french
    assert "«\u202f" in french


def test_months_that_a_scenario_does_not_have_are_refused():
    with pytest.raises(BatchError, match="has 4 months, not 5"):
        outlook(counting(), "tendency", runs=2, draws=0, months=5)


def test_progress_tells_the_time():
    told = []
    outlook(counting(), "tendency", runs=5, draws=0, block=1, report=told.append)
    assert told[-1].done == 5
    assert told[-1].seconds > 0


def test_the_page_is_the_same_in_both_languages(model):
    strategy = next(iter(model.scenario.strategy))
    found = outlook(model, strategy, runs=50, draws=0)
    english, french = (page(found, language, "mali-sim outlook") for language in ("en", "fr"))
    assert english.count("\n") == french.count("\n")
    for id in found.series:
        assert f"`obs.{id}`" in english
        assert f"`obs.{id}`" in french
    assert "\u202f:" in french


def test_without_a_series_it_says_what_to_do():
    with pytest.raises(BatchError, match="series = true"):
        outlook(shared_model(ISLAND), "tendency", runs=2, draws=0)
