"""What the series may do: told as the runs have it, the same whatever the blocks, in both languages."""

import numpy as np
import pytest

from mali_sim.experiment.batch import BatchError
from mali_sim.experiment.outlook import LEVELS, outlook
from mali_sim.experiment.outlook_page import page
from mali_sim.model import build
from mali_sim.scenario.load import load_files
from tests.support import ISLAND, shared_model


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
    found = outlook(model, strategy, runs=300, draws=0)
    assert list(found.series) == [id for id, o in model.scenario.obs.items() if o.series]
    assert len(found.dates) == model.scenario.scenario.months
    for series in found.series.values():
        last = len(found.dates) - 1
        low, *_, high = series.quantiles(last)
        share = np.mean((series.monthly[last] >= low) & (series.monthly[last] <= high))
        assert share >= LEVELS[-1] - LEVELS[0] - 1e-9


def test_a_year_is_made_of_its_months(model):
    strategy = next(iter(model.scenario.strategy))
    found = outlook(model, strategy, runs=50, draws=0)
    for id, series in found.series.items():
        year = found.dates[0][:4]
        rows = [n for n, date in enumerate(found.dates) if date[:4] == year]
        how = {"sum": np.sum, "mean": np.mean, "last": lambda v, axis: v[-1]}[model.scenario.obs[id].yearly]
        assert series.yearly[year].tolist() == how(series.monthly[rows], axis=0).tolist()


def test_draws_spread_the_runs(model):
    strategy = next(iter(model.scenario.strategy))
    still, drawn = (outlook(model, strategy, runs=200, draws=n) for n in (0, 100))
    assert (still.draws, drawn.draws) == (0, 100)
    assert any(
        np.std(drawn.series[id].monthly[-1]) > np.std(still.series[id].monthly[-1]) for id in drawn.series
    )


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
