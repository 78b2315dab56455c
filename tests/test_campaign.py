"""Campaigns: random play that plays by the rules, and what a campaign finds."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from mali_sim.cli.main import cli
from mali_sim.engine import Backend, Cast, Probe, Simulation
from mali_sim.experiment.campaign import (
    PRIORS,
    RANDOM,
    RANDOM_ALL,
    Bounds,
    Campaign,
    Worker,
    run_campaign,
    together,
    ways_of,
)
from mali_sim.experiment.random_play import RandomPlay, as_game
from tests.support import ISLAND, TINY, WORDS, conserved, level, rows, shared_model, world, world_text

NOT_NOW = {"because": {"en": "No.", "fr": "Non."}}
#: A small world in which everything that a campaign looks for is wrong once.
PLANTED = {
    "constant": {
        "none": 0, "little": 2, "much": 50, "shock": (2, "index/month"), "often": (0.5, "1/month"),
        "never": (0, "1/month"),
    },
    "stock": {"purse": level(5, (0, 10)), "trust": level(40), "still": level(40)},
    "flow": {"drift": {"to": "trust", "rate": "noise(shock)"}},
    "actor": {"gov": {"capital": "purse"}, "donor": {}},
    "decision": {
        "fine": {"effects": [{"add": "trust", "amount": "little"}], "capital": "little"},
        "shut": {"effects": [{"add": "trust", "amount": "little"}], "requires": "still > much", **NOT_NOW},
        "dear": {"effects": [{"add": "trust", "amount": "little"}], "capital": "much"},
    },
    "event": {
        "rain": {"hazard": "often"},
        "comet": {"hazard": "never"},
        "due": {"date": "2023-04"},
    },
    "obs": {"trust": "trust"},
    "outcome": {"trust": {"of": "obs.trust", "take": "last"}},
    "ending": {
        "heaven": {"when": "outcome.trust >= 100 + much"},
        "usual": {"when": "outcome.trust >= none"},
        "rest": {},
    },
    "strategy": {"quiet": {"actor": "gov", "rules": [{"do": ["fine"]}], "source": ["S"]}},
}  # fmt: skip


def played(model, actors, runs, seed=1) -> Simulation:
    """Random play by some actors, stepped to the end."""
    numbers = np.array(runs, np.uint64)
    sim = Simulation(model, Cast((dict.fromkeys(actors, "human"),)), seed, numbers)
    legality = Probe(sim.programs.legality, sim.const, len(sim.state), runs=len(runs), modes=sim.modes)
    play = RandomPlay(model, actors, seed, numbers)
    for month in range(model.scenario.scenario.months):
        sim.step(play.inputs(month, legality(sim.state, month)))
    return sim


@pytest.mark.parametrize("path", [ISLAND, TINY], ids=lambda p: p.stem)
def test_a_run_of_random_play_is_a_game_that_can_be_opened(path):
    model = shared_model(path)
    seats = list(model.scenario.scenario.seats)
    sim = played(model, seats, [0, 4, 17])
    for column, run in enumerate((0, 4, 17)):
        game = as_game(model, seats, 1, run, "balanced")
        assert game.state.tobytes() == sim.state[:, column].tobytes()
    submitted = {a for month in game.inputs for a in month}
    assert submitted, "random play that does nothing tests nothing"


def test_random_play_is_the_same_in_any_block_and_beside_anybody():
    model = shared_model(ISLAND)
    legal = np.ones((len(model.happenings.actions), 9))
    whole = RandomPlay(model, ["council", "league"], 3, np.arange(9, dtype=np.uint64)).inputs(5, legal)
    part = RandomPlay(model, ["council"], 3, np.array([7], np.uint64)).inputs(5, legal[:, :1])
    mine = [n for n, a in enumerate(model.happenings.actions) if a.actor == "council"]
    assert (part[mine, 0] == whole[mine, 7]).all()
    assert whole.sum() > 0


def test_random_play_gives_one_answer_to_a_question_and_any_of_them():
    model = shared_model(ISLAND)
    answers = [n for n, a in enumerate(model.happenings.actions) if a.id.startswith("scandal.")]
    runs = np.arange(500, dtype=np.uint64)
    legal = np.ones((len(model.happenings.actions), 500))
    given = RandomPlay(model, ["council"], 1, runs).inputs(0, legal)[answers]
    assert given.sum(axis=0).max() == 1
    assert (given.sum(axis=1) > 20).all()


def test_random_play_does_only_what_is_legal():
    model = shared_model(ISLAND)
    runs = np.arange(50, dtype=np.uint64)
    none = np.zeros((len(model.happenings.actions), 50))
    assert not RandomPlay(model, ["council"], 1, runs).inputs(0, none).any()


def test_random_play_leaves_the_luck_of_a_run_alone():
    """Noise that nobody's decision touches is the same whether or not somebody plays."""
    model = world(
        constant={"sd": (1, "index/month"), "big": 3},
        stock={"wind": level(50), "trust": level(50)},
        flow={"blow": {"to": "wind", "rate": "noise(sd)"}},
        decision={"act": {"effects": [{"add": "trust", "amount": "big"}]}},
    )
    busy, idle = played(model, ["gov"], range(20)), played(model, [], range(20))
    wind, trust = rows(model, "stock:wind"), rows(model, "stock:trust")
    assert (busy.state[wind] == idle.state[wind]).all()
    assert (busy.state[trust] != idle.state[trust]).any()


def test_ways_to_play_are_all_there_are():
    names = [w.name for w in ways_of(shared_model(ISLAND))]
    assert names == [RANDOM, RANDOM_ALL, "tendency", "patience", "force", "envoy"]
    assert [w.name for w in ways_of(world(**PLANTED))] == [RANDOM, "tendency", "quiet"]


def test_a_sound_world_is_found_sound():
    found = run_campaign(shared_model(ISLAND), Campaign(600))
    assert found.runs >= 600
    kinds = {o.kind for o in found.offences()}
    assert kinds <= {"ending_rare", "ending_usual"}
    assert found.shares([RANDOM]).sum() == pytest.approx(1)
    assert set(found.readings) == {"balanced", "sceptic", PRIORS}


def test_everything_planted_is_found():
    found = run_campaign(world(**PLANTED), Campaign(300))
    assert {(o.kind, o.id) for o in found.offences()} == {
        ("never_happens", "comet"),
        ("never_legal", "shut"),
        ("never_paid", "dear"),
        ("ending_rare", "heaven"),
        ("ending_rare", "rest"),
        ("ending_usual", "usual"),
    }


def test_what_another_scenario_of_the_world_reaches_is_not_wrong():
    opened = {**PLANTED, "stock": {**PLANTED["stock"], "still": level(60)}}
    found = [run_campaign(world(**tables), Campaign(300)) for tables in (PLANTED, opened)]
    kinds = [(o.kind, o.id) for _, o in together(found)]
    assert ("never_legal", "shut") in [(o.kind, o.id) for o in found[0].offences()]
    assert ("never_legal", "shut") not in kinds
    assert kinds.count(("never_paid", "dear")) == 1
    assert kinds.count(("ending_rare", "heaven")) == 2


def test_numbers_out_of_bounds_are_named():
    model = world(
        stock={"trust": level(40), "money": conserved(5)},
        switch={"mood": {"initial": "low", "values": {"low": WORDS, "high": WORDS}}},
    )
    state = np.array(Simulation(model, Cast(), 1, np.arange(3)).state)
    bounds = Bounds(model)
    assert bounds.broken(state) == []
    state[rows(model, "stock:trust").start, 1] = 100.5
    state[rows(model, "stock:money").start, 1:] = -1.0, np.nan
    state[rows(model, "switch:mood").start, 0] = 0.5
    found = [(name, runs.tolist()) for name, runs, _ in bounds.broken(state)]
    assert found == [("trust", [1]), ("money", [1, 2]), ("mood", [0])]


def test_a_breach_is_noted_with_the_way_and_run_that_broke_it():
    model = world(**PLANTED)
    worker = Worker(model, Campaign(30))
    sim = Simulation(model, Cast(), 1, np.arange(12))
    state = np.array(sim.state)
    state[rows(model, "stock:trust").start, 9] = -3.0
    noted = worker.block(0, 0, 4)
    worker._break(state, noted, (0, 100, 5))
    (breach,) = noted[2].breaches
    assert (breach.what, breach.way, breach.run, breach.month) == ("trust", worker.ways[2].name, 101, 5)
    assert noted[2].broken == {"trust": 1}


def test_an_endless_amount_is_broken_and_hides_no_other():
    model = world(stock={"money": conserved(5)})
    state = np.array(Simulation(model, Cast(), 1, np.arange(4)).state)
    state[rows(model, "stock:money")] = np.inf, -np.inf, -1.0, 5.0
    ((name, runs, _),) = Bounds(model).broken(state)
    assert (name, runs.tolist()) == ("money", [0, 1, 2])


def test_what_is_broken_does_not_depend_on_the_runs_beside_it():
    model = world(stock={"money": conserved(5)})
    state = np.array(Simulation(model, Cast(), 1, np.arange(2)).state)
    state[rows(model, "stock:money")] = -1e-3, 5e9
    ((_, runs, _),) = Bounds(model).broken(state)
    assert runs.tolist() == [0]


def test_the_breaches_kept_do_not_depend_on_blocks(monkeypatch):
    # Two rows break in every run of one month: more than are kept, and rows come before runs.
    model = world(stock={"trust": level(40), "calm": level(40)})
    broken = Bounds.broken

    def breaking(bounds, state):
        state = np.array(state)
        for stock in ("trust", "calm"):
            state[rows(model, f"stock:{stock}")] = -3.0
        return broken(bounds, state)

    monkeypatch.setattr(Bounds, "broken", breaking)
    kept = [run_campaign(model, Campaign(90, block=block)).total() for block in (1_000, 7, 1)]
    assert [b.run for b in kept[0].breaches[:2]] == [0, 0]
    assert {b.what for b in kept[0].breaches} == {"trust", "calm"}
    assert kept[0].breaches == kept[1].breaches == kept[2].breaches
    assert kept[0].broken == kept[1].broken == kept[2].broken


def test_rounding_below_zero_is_no_breach():
    model = world(stock={"money": conserved(5e6)})
    state = np.array(Simulation(model, Cast(), 1, np.arange(1)).state)
    state[rows(model, "stock:money")] = -1e-12
    assert Bounds(model).broken(state) == []


def test_blocks_and_workers_change_no_tally():
    model = shared_model(TINY)
    kept = []
    for design in (Campaign(200), Campaign(200, block=7), Campaign(200, block=31, workers=2)):
        total = run_campaign(model, design).total()
        kept.append((total.endings.tolist(), total.happened.tolist(), total.legal.tolist()))
    assert kept[0] == kept[1] == kept[2]


def test_native_tallies_are_numpys():
    from mali_sim.engine import native

    if native.available() is not None:
        pytest.skip("no compiler")
    model = shared_model(ISLAND)
    worker = [Worker(model, Campaign(300, backend=b)) for b in (Backend.NUMPY, Backend.NATIVE)]
    for a, b in zip(*(w.block(2, 0, 9) for w in worker), strict=True):
        assert a.happened.tolist() == b.happened.tolist()
        assert a.endings.tolist() == b.endings.tolist()


def test_the_command_tells_endings_and_what_is_wrong(tmp_path):
    file = tmp_path / "world.toml"
    file.write_text(world_text(**PLANTED), encoding="utf-8")
    done = CliRunner().invoke(cli, ["campaign", str(file), "--runs", "200"])
    assert done.exit_code == 1
    assert "never_legal: shut (gov) is never legal" in done.output
    assert "6 things wrong" in done.output
    record = json.loads(CliRunner().invoke(cli, ["campaign", str(file), "--runs", "200", "--json"]).output)
    assert record["endings"]["usual"]["strategies"] == 1.0
    assert record["actions"]["fine"]["done"] > 0
    assert {o["id"] for o in record["offences"]} >= {"comet", "shut", "dear"}
