"""Plausible draws: kept where the past comes out as it was, the same place in every scenario, replayable."""

import json
from pathlib import Path

import numpy as np
import pytest
import tomli
from attrs import evolve
from click.testing import CliRunner

from mali_sim.cli.main import cli
from mali_sim.engine import Backend, Cast, Simulation
from mali_sim.evidence.plausible import again, as_toml, search, stale
from mali_sim.evidence.targets import judge
from mali_sim.evidence.validate import Validation
from mali_sim.experiment import Batch, run_batch
from mali_sim.experiment.batch import discard
from mali_sim.model import Model, build, load_model
from mali_sim.model.parameters import named_design
from mali_sim.play import Address, AddressError, Game, forecast
from mali_sim.play.address import at_run, draws_of, parameters_for
from mali_sim.scenario import ScenarioProblems, list_scenarios
from mali_sim.scenario.classes import Plausible
from mali_sim.scenario.load import load_files
from tests.support import ISLAND, shared_model
from tests.test_validate import PAST, island

TABLE = Plausible("past", 24, "island", "0" * 12, 1, 2, (1, 4, 5, 17), ("T1",))
FITTED = ("T1", "T2")


def with_draws(table: Plausible = TABLE, text: str | None = None) -> Model:
    """The island, extending a file with kept draws."""
    main = (text or ISLAND.read_text(encoding="utf-8")).replace(
        "months = 18\n", 'months = 18\nextends = ["kept.toml"]\n', 1
    )
    return build(load_files({"island.toml": main, "kept.toml": as_toml(table, ("T1",))}, "island.toml"))


@pytest.fixture(scope="module")
def kept() -> Model:
    return with_draws()


# -- the table -----------------------------------------------------------------------------------


def test_what_is_written_is_what_is_read() -> None:
    assert with_draws().scenario.plausible == TABLE
    assert tomli.loads(as_toml(TABLE, FITTED))["plausible"]["kept"] == [1, 4, 5, 17]


def test_the_draws_are_no_part_of_the_fingerprint(kept: Model) -> None:
    assert kept.fingerprint == shared_model(ISLAND).fingerprint


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("kept = []", "no draw was kept"),
        ("kept = [3, 3]", "numbers of draws that rise"),
        ("kept = [5, 4]", "numbers of draws that rise"),
        ("kept = [24]", "each in 0..23"),
        ("kept = [-1]", "each in 0..23"),
        ("kept = [1.5]", "a whole number"),
        ("kept = 4", "a list is wanted"),
        ("kpet = [1]", "did you mean kept"),
    ],
)
def test_a_table_with_mistakes_is_told(change: str, what: str) -> None:
    lines = as_toml(TABLE, FITTED).split("kept = [")[0]
    main = ISLAND.read_text(encoding="utf-8").replace(
        "months = 18\n", 'months = 18\nextends = ["k.toml"]\n', 1
    )
    with pytest.raises(ScenarioProblems) as found:
        build(load_files({"island.toml": main, "k.toml": lines + change + "\n"}, "island.toml"))
    told = [str(p) for p in found.value.problems]
    assert any(what in p and p.startswith("k.toml:") for p in told), told


def test_two_tables_are_one_too_many() -> None:
    main = ISLAND.read_text(encoding="utf-8").replace(
        "months = 18\n", 'months = 18\nextends = ["a.toml", "b.toml"]\n', 1
    )
    files = {"island.toml": main, "a.toml": as_toml(TABLE, FITTED), "b.toml": as_toml(TABLE, FITTED)}
    with pytest.raises(ScenarioProblems, match="defined twice"):
        build(load_files(files, "island.toml"))


# -- which draw a run takes ----------------------------------------------------------------------


def test_run_k_takes_the_kth_kept_draw_in_turn(kept: Model) -> None:
    draws = draws_of(kept, "plausible")
    assert draws is not None
    assert draws.numbers(np.arange(6)).tolist() == [1, 4, 5, 17, 1, 4]
    assert (draws.of(7).number, draws.of(7).size, draws.of(7).design) == (17, 24, named_design("past"))


def test_a_named_draw_has_one_place_in_every_scenario() -> None:
    text = ISLAND.read_text(encoding="utf-8").replace(
        "[constant.slow]", '[constant.apart]\nvalue = 1\nrange = [0, 9]\nunit = "share"\n'
        'grade = "assumed"\nwhy = { en = "x", fr = "x" }\n[constant.slow]', 1,
    ).replace("recovery * (1 - goodwill / far)", "recovery * (1 - goodwill / far) * apart", 1)  # fmt: skip
    one, other = with_draws(), with_draws(text=text)
    assert one.fingerprint != other.fingerprint
    assert one.parameters.design(24) != other.parameters.design(24)
    for model in (one, other):
        draws = draws_of(model, "plausible")
        assert draws is not None
        base, p = model.parameters.balanced(), model.parameters.items["slow"]
        drawn = model.parameters.drawn(base, draws.design, draws.size, np.array([17]))
        assert drawn[p.offset, 0] == pytest.approx(
            one.parameters.drawn(
                one.parameters.balanced(), named_design("past"), 24, np.array([17])
            )[one.parameters.items["slow"].offset, 0], abs=0,
        )  # fmt: skip


def test_a_scenario_without_draws_says_how_to_make_them() -> None:
    with pytest.raises(AddressError, match="mali-sim validate --plausible"):
        draws_of(shared_model(ISLAND), "plausible")


# -- batches, addresses, games -------------------------------------------------------------------


def test_any_run_of_a_batch_over_plausible_draws_can_be_made_again(kept: Model, tmp_path: Path) -> None:
    batch = Batch(("patience",), 10, seed=3, draws="plausible", block=4)
    results = run_batch(kept, batch, tmp_path / "out")
    first = Address.parse(results.addresses["patience"])
    assert str(first).endswith(f":draw 1/24@{named_design('past')}")
    for run in (0, 3, 9):
        address = at_run(kept, first, run)
        assert address.draw is not None
        assert address.draw.number == TABLE.kept[run % 4]
        game = Game.at_address(kept, Address.parse(str(address)))
        made = [game.outcomes()[name] for name in results.names]
        assert made == results.arrays["patience"][:, run].tolist()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["draws"] == "plausible"
    discard(results)


def test_draws_make_a_difference_and_workers_none(kept: Model) -> None:
    def outcomes(**more: object) -> np.ndarray:
        results = run_batch(kept, Batch(("patience",), 8, seed=3, **more))  # type: ignore[arg-type]
        found = np.array(results.arrays["patience"])
        discard(results)
        return found

    drawn = outcomes(draws="plausible")
    assert (drawn == outcomes(draws="plausible", workers=2, block=3)).all()
    assert (drawn != outcomes()).any()
    assert (drawn != outcomes(draws=24)).any()


def test_a_saved_game_of_a_plausible_draw_opens_the_same(kept: Model, tmp_path: Path) -> None:
    draws = draws_of(kept, "plausible")
    assert draws is not None
    game = Game.new(kept, ["council"], seed=5, draw=draws.of(2), draws="plausible")
    for _ in range(3):
        game.advance()
    game.save(tmp_path / "a.mali")
    opened = Game.load(tmp_path / "a.mali")
    assert opened.state_hash() == game.state_hash()
    assert opened.record.header.draws == "plausible"
    assert opened.assumed_draws(np.arange(5)).tobytes() == game.assumed_draws(np.arange(5)).tobytes()


def test_a_draw_of_another_design_is_refused(kept: Model) -> None:
    draws = draws_of(kept, "plausible")
    assert draws is not None
    text = str(Game.new(kept, (), draw=draws.of(0)).address)
    with pytest.raises(AddressError, match="draws of the design"):
        parameters_for(kept, Address.parse(text.replace(named_design("past"), "0123456789ab")))


def test_forecasts_run_over_plausible_draws_and_never_over_the_games_own(kept: Model) -> None:
    def fan(**more: object) -> np.ndarray:
        game = Game.new(kept, ["council"], seed=5, **more)  # type: ignore[arg-type]
        game.advance()
        return forecast(game, "council", runs=8, months=4, backend=Backend.NUMPY).without

    draws = draws_of(kept, "plausible")
    assert draws is not None
    over = fan(draws="plausible")
    assert (over != fan()).any(), "the constants differ from future to future"
    game = Game.new(kept, ["council"], seed=5, draws="plausible")
    assert game.assumed_draws(np.arange(8)).shape[1] == 8
    assert Game.new(kept, ["council"]).assumed_draws(np.arange(8)).shape[1] == 1


def test_futures_added_later_are_those_that_would_have_been(kept: Model) -> None:
    game = Game.new(kept, ["council"], seed=5, draws="plausible")
    whole = forecast(game, "council", runs=9, months=3, backend=Backend.NUMPY).without
    later = forecast(game, "council", runs=4, months=3, first_run=5, backend=Backend.NUMPY).without
    assert whole[:, :, 5:].tobytes() == np.ascontiguousarray(later).tobytes()


# -- the search ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def validation(tmp_path_factory: pytest.TempPathFactory) -> Validation:
    past = PAST.replace("low = 0, high = 30", "low = 9, high = 11", 1)
    return Validation.of(island(tmp_path_factory.mktemp("past"), past), runs=12, pairs=8)


def test_what_is_kept_meets_the_targets_and_what_is_not_does_not(validation: Validation) -> None:
    found = search(validation, 30, seed=4, runs=3)
    assert found.table().targets == ("T1", "T2"), "those that were fitted on"
    assert 0 < len(found.kept) < 30
    model = validation.family.models["island"]
    base = model.parameters.balanced()
    for draw in (0, 7, 29, found.kept[0]):
        one = model.parameters.drawn(base, named_design("island"), 30, np.array([draw]))
        met = all(
            e.ok
            for id in ("T1", "T2")
            for e in judge(
                validation.targets[id],
                validation.played(validation.targets[id].replay, 4, np.repeat(one, 3, axis=1), np.arange(3)),
            )
        )
        assert met == (draw in found.kept)


def test_a_search_may_be_for_some_targets(validation: Validation) -> None:
    some = search(validation, 10, runs=2, targets=["T2"])
    assert list(some.met) == ["T2"]
    assert some.kept == tuple(int(k) for k in np.nonzero(some.met["T2"])[0])


def test_kept_draws_are_replayed_by_the_rules_as_they_are(validation: Validation) -> None:
    table = search(validation, 30, seed=4, runs=3).table()
    assert again(validation, table, most=5) == (min(5, len(table.kept)),) * 2
    others = tuple(k for k in range(30) if k not in table.kept)
    assert again(validation, evolve(table, kept=others)) == (0, len(others))


def test_kept_draws_are_held_against_all_their_targets_whatever_is_asked_for(validation: Validation) -> None:
    table = search(validation, 30, seed=4, runs=3).table()
    others = tuple(k for k in range(30) if k not in table.kept)
    for only in ("T2", "identities"):
        part = Validation(validation.family, runs=12, pairs=8, only=[only])
        assert again(part, evolve(table, kept=others)) == (0, len(others))


def test_draws_kept_for_some_targets_are_made_again_for_those(validation: Validation) -> None:
    some = search(validation, 10, runs=2, targets=["T2"])
    assert "validate island --only T2 --plausible 10" in as_toml(some.table(), some.fitted)
    every = search(validation, 10, runs=2)
    assert "validate island --plausible 10" in as_toml(every.table(), every.fitted)


def test_draws_are_held_against_targets_only(tmp_path: Path) -> None:
    args = ["validate", str(island(tmp_path)), "--plausible", "2", "--only", "T1", "--only", "identities"]
    done = CliRunner().invoke(cli, args)
    assert done.exit_code == 2
    assert "identities is a structural test" in " ".join(done.output.split())


def test_stale_draws_are_told_with_how_to_make_them_again(validation: Validation) -> None:
    table = search(validation, 10, runs=2).table()
    model = validation.family.models["island"]
    assert stale(table, model, FITTED) is None
    text = ISLAND.read_text(encoding="utf-8").replace("spread = 0.2\n", "spread = 0.3\n", 1)
    other = build(load_files({"island.toml": text}, "island.toml"))
    why = stale(table, other, FITTED)
    assert why is not None
    assert "mali-sim validate island --plausible 10" in why


def test_the_command_writes_what_scenarios_take(tmp_path: Path) -> None:
    file = island(tmp_path)
    out = str(tmp_path / "kept.toml")
    args = ["validate", str(file), "--plausible", "20", "--luck", "2", "--write", out]
    done = CliRunner().invoke(cli, args)
    assert done.exit_code == 0, done.output
    text = file.read_text(encoding="utf-8")
    text = text.replace("months = 18\n", 'months = 18\nextends = ["kept.toml"]\n', 1)
    file.write_text(text, encoding="utf-8")
    model = load_model(file)
    assert model.scenario.plausible is not None
    assert stale(model.scenario.plausible, model, FITTED) is None
    args = ["batch", str(file), "--strategy", "patience", "--runs", "4", "--draws", "plausible", "--json"]
    done = CliRunner().invoke(cli, args)
    assert done.exit_code == 0, done.output
    address = json.loads(done.output)["addresses"]["patience"]
    again = CliRunner().invoke(cli, ["replay", address, "--scenario", str(file), "--run", "2", "--json"])
    assert again.exit_code == 0, again.output
    told = CliRunner().invoke(cli, ["validate", str(file), "--only", "T1", "--runs", "4", "--no-matrix"])
    assert f"{len(model.scenario.plausible.kept)} of 20 draws are kept as plausible" in told.output
    wanted = model.scenario.plausible.kept[2 % len(model.scenario.plausible.kept)]
    assert f":2:draw {wanted}/20@" in json.loads(again.output)["address"]


def test_no_draws_at_all_are_not_written(tmp_path: Path) -> None:
    file = island(tmp_path, PAST.replace("low = 0, high = 30", "low = 90", 1))
    out = tmp_path / "kept.toml"
    args = ["validate", str(file), "--plausible", "4", "--luck", "1", "--write", str(out)]
    done = CliRunner().invoke(cli, args)
    assert done.exit_code == 1
    assert "nothing was written" in done.output
    assert not out.exists()


# -- what is shipped -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", list_scenarios(), ids=lambda p: p.stem)
def test_kept_draws_belong_to_the_ranges_as_they_are(path: Path) -> None:
    table = shared_model(path).scenario.plausible
    if table is None:
        pytest.skip("no draws are kept")
    why = stale(table, shared_model(path.with_name(f"{table.world}.toml")), table.targets)
    assert why is None, why


def test_simulations_take_constants_of_each_runs_own(kept: Model) -> None:
    draws = draws_of(kept, "plausible")
    assert draws is not None
    numbers = draws.numbers(np.arange(4))
    drawn = kept.parameters.drawn(kept.parameters.balanced(), draws.design, draws.size, numbers)
    together = Simulation(kept, Cast(), 1, np.arange(4), drawn)
    together.advance(3)
    alone = Simulation(kept, Cast(), 1, np.array([2]), drawn[:, 2:3])
    alone.advance(3)
    assert together.state[:, 2].tobytes() == alone.state[:, 0].tobytes()
