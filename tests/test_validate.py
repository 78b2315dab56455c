"""Validation on a small world: what holds is told to hold, what does not is not, nothing is silent."""

import json
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from attrs import evolve
from click.testing import CliRunner

from mali_sim.cli.main import cli
from mali_sim.engine import Backend
from mali_sim.evidence.check import check
from mali_sim.evidence.measures import Calendar, MeasureError, Measuring
from mali_sim.evidence.nullreplay import null_model
from mali_sim.evidence.replay import Refusal, _joined, controllers, play, script
from mali_sim.evidence.targets import Estimate, Judged
from mali_sim.evidence.validate import Validation, over_seeds, seeds_of
from mali_sim.scenario import Text, library
from tests.support import ISLAND, level, simulate, world

HERE = Path(__file__).parent
PAST = (HERE / "evidence" / "island_past.toml").read_text(encoding="utf-8")
GUIDE = (HERE.parent / "docs" / "authoring.md").read_text(encoding="utf-8")
WORDS = Text("a", "b")


def island(folder: Path, past: str = PAST) -> Path:
    """The island with a past."""
    text = ISLAND.read_text(encoding="utf-8").replace(
        'strategy = "patience"\n', 'strategy = "patience"\nevidence = ["past.toml"]\n', 1
    )
    (folder / "past.toml").write_text(past, encoding="utf-8")
    file = folder / "island.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return island(tmp_path_factory.mktemp("island"))


@pytest.fixture(scope="module")
def validation(file: Path) -> Validation:
    return Validation.of(file, runs=60, pairs=20)


@pytest.fixture(scope="module")
def report(validation: Validation):
    return validation.report(seed=3, matrix=True)


# -- measures ------------------------------------------------------------------------------------

SERIES = {
    "obs.x": np.array([[1.0, 5.0], [2.0, 4.0], [3.0, 3.0], [4.0, 2.0], [5.0, 1.0], [6.0, 0.0]]),
    "arm.base.y": np.ones((6, 2)),
}
MEASURE = Measuring(Calendar("2022-11", 6), SERIES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sum(obs.x, m1, m3)", [6, 12]),
        ("mean(obs.x, y2023q1)", [4, 2]),
        ("at(obs.x, y2022m12)", [2, 4]),
        ("highest(obs.x, m2, m4) - lowest(obs.x, m2, m4)", [2, 2]),
        ("first(obs.x >= arm.base.y + 1 + 1 + 1)", [4, 1]),
        ("first(obs.x > 100)", [1200, 1200]),
        ("first(obs.x < 1 + 1, m3, m6)", [1200, 5]),
        ("always(obs.x > 0, m1, m6)", [1, 0]),
        ("ever(obs.x == 0, y2023m04)", [0, 1]),
        ("highest(change(obs.x), m2, m6)", [1, -1]),
        ("at(before(obs.x), m1) + at(before(obs.x), m2)", [2, 10]),
        ("month(y2023m01) + 0 * at(obs.x, m1)", [3, 3]),
        ("100 * (at(obs.x, m2) / at(obs.x, m1) - 1)", [100, -20]),
        ("at(obs.x, m6) > 1 and not at(obs.x, m6) > 12 or 0 > 1", [1, 0]),
        ("max(at(obs.x, m1), at(obs.x, m6), 1 + 1)", [6, 5]),
        ("abs(0 - at(obs.x, m1)) if at(obs.x, m1) > 1 else 12", [12, 5]),
        ("1 / at(obs.x, m6)", [1 / 6, np.inf]),
    ],
)
def test_a_measure_makes_one_number_a_run(text: str, expected: list[float]) -> None:
    assert np.broadcast_to(MEASURE(text), (2,)).tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("sum(obs.y, m1)", "there is no series obs.y"),
        ("obs.x + 1", "a number for each month"),
        ("sum(obs.x, y2022)", "outside the 6 months"),
        ("sum(obs.x, m7)", "outside the 6 months"),
        ("sum(obs.x)", "one or two periods"),
        ("sum(obs.x, m3, m1)", "comes after"),
        ("sum(obs.x, january)", "no period"),
        ("always(obs.x, m1, m6)", "true or false"),
        ("m3 + 1", "where a number is wanted"),
        ("total(obs.x, m1)", "undefined function total"),
        ("at(obs.x, m1) * 3", "the bare magnitude 3"),
    ],
)
def test_a_measure_that_makes_no_sense_says_so(text: str, word: str) -> None:
    with pytest.raises(MeasureError, match=re.escape(word)):
        MEASURE(text)


# -- replays -------------------------------------------------------------------------------------


def test_the_record_is_submitted_by_its_actors_in_its_months(validation: Validation) -> None:
    model, world = validation.family.models["island"], validation
    told = {
        id: [(s.month, s.actor, s.id) for s in script(model, world.inputs, how)]
        for id, how in world.replays.items()
    }
    council = [(2, "council", "talk.south"), (2, "council", "tax_port")]
    assert told["recorded"] == [*council, (4, "league", "visit")]
    assert told["council_only"] == council
    assert controllers(model, world.replays["council_only"]) == {
        "council": "human", "league": "tendency", "temple": "tendency"
    }  # fmt: skip


def test_a_replay_is_the_same_in_any_block_and_backend(validation: Validation) -> None:
    model, how = validation.family.models["island"], validation.replays["council_only"]
    plan, cast = script(model, validation.inputs, how), controllers(model, how)
    whole = play(model, plan, cast, np.arange(8), seed=5)
    part = play(model, plan, cast, np.arange(5, 8), seed=5, backend=Backend.REFERENCE)
    for name, months in whole.series.items():
        assert months[:, 5:].tobytes() == np.ascontiguousarray(part.series[name]).tobytes(), name


def test_an_observation_is_never_submitted_and_an_exogenous_event_happens(validation: Validation) -> None:
    how = validation.replays["recorded"]
    model = validation.family.models["island"]
    plan, cast = script(model, validation.inputs, how), controllers(model, how)
    marched = play(model, plan, cast, np.arange(4)).series["obs.marched"]
    assert marched[3].tolist() == [1, 1, 1, 1], "the storm of January 2031"
    without = play(model, plan, cast, np.arange(4), without=["storm"]).series["obs.marched"]
    assert without.sum() == 0


def test_what_the_model_refuses_is_told_with_its_share_and_reason(tmp_path: Path) -> None:
    past = PAST.replace(
        'do = ["tax_port", "talk.south"]', 'do = ["tax_port", "free_port", "march", "talk.south"]'
    )
    report = Validation.of(island(tmp_path, past), runs=12, pairs=4).report()
    refused = {r.submission.id: r for r in report.refused["recorded"]}
    assert refused["free_port"].share == 1.0
    assert "It is open." in refused["free_port"].why
    assert refused["talk.south"].share == 1.0, "it goes not with marching"
    assert "excluded" in refused["talk.south"].why
    assert not report.ok


def test_what_is_too_dear_is_told_with_what_is_there(tmp_path: Path) -> None:
    past = PAST.replace('do = ["visit"]', 'do = ["offer.shelter.south", "visit"]') + (
        '[input.E5]\nkind = "decision"\nactor = "council"\nmonth = "2030-10"\n'
        'do = ["march", "proclaim_truce", "offer.loan"]\nsource = ["S1"]\n'
    )
    report = Validation.of(island(tmp_path, past), runs=12, pairs=4).report()
    why = {r.submission.id: r.why for r in report.refused["recorded"]}
    assert "too dear" in why["proclaim_truce"] or "beside the others" in why["proclaim_truce"]


def test_an_unlisted_event_is_told(tmp_path: Path) -> None:
    past = PAST.replace('kind = "exogenous"\nmonth = "2031-01"\nevent = "storm"', 'kind = "context"')
    report = Validation.of(island(tmp_path, past), runs=4, pairs=4).report()
    assert report.unlisted == ("storm",)
    assert not report.ok


# -- the null replay -----------------------------------------------------------------------------


def test_in_the_null_nothing_moves_by_itself() -> None:
    hit = [{"add": "calm", "amount": "-size"}]
    model = world(
        stock={"calm": level(50), "fear": level(20)},
        constant={
            "pull": (2, "index/month"), "size": 2, "long": (6, "month"), "often": (0.5, "1/month"),
            "slowly": (100, "month"),
        },
        aux={"worry": "smooth(100 - calm, long) + noise(size)"},
        flow={
            "rise": {"to": "calm", "rate": "pull * (1 - calm / 100)"},
            "follow": {"to": "fear", "rate": "worry / slowly + happens(often) * pull"},
        },
        event={
            "shock": {"hazard": "often", "effects": hit}, "dated": {"date": "2023-05", "effects": hit},
        },
        obs={"calm": "calm", "fear": "fear", "worry": "worry"},
    )  # fmt: skip
    sim = simulate(null_model(model), 6, runs=3)
    block = sim.model.layout.blocks["obs"]
    calm, fear, worry = sim.state[block.offset : block.offset + 3]
    assert calm.tolist() == pytest.approx([50 + 6 * 1 - 2] * 3), "the first month's rate, what is dated"
    assert worry.tolist() == pytest.approx([50] * 3), "no memory moves, no shock comes"
    assert fear.tolist() == pytest.approx([20 + 6 * 0.5] * 3)


def test_the_null_lets_through_what_is_named() -> None:
    model = world(
        stock={"shock": level(0), "calm": level(40)},
        constant={"size": 10, "one": (1, "month"), "pull": (10, "index/month")},
        aux={"felt": "shock + (100 - calm)"},
        flow={
            "ends": {"to": "shock", "rate": "-shock / one"}, "calms": {"to": "calm", "rate": "pull"},
        },
        event={"dated": {"date": "2023-03", "effects": [{"add": "shock", "amount": "size"}]}},
        obs={"felt": "felt"},
    )  # fmt: skip

    def felt(*live: str) -> list[float]:
        made = null_model(model, live)
        row = made.layout.blocks["obs"].offset
        return [float(simulate(made, m).state[row, 0]) for m in range(1, 5)]

    assert felt() == pytest.approx([60] * 4)
    assert felt("shock", "felt", "flow.ends") == pytest.approx([60, 70, 60, 60])


# -- targets, structure, loops -------------------------------------------------------------------


def test_targets_are_held_against_their_bands_and_the_null(report) -> None:
    found = {t.id: t for t in report.targets}
    assert found["T2"].ok()
    assert found["T2"].ok("null")
    assert not found["T2"].evidence, "what is forced is no evidence"
    assert not found["T3"].ok()
    calm = found["T1"].columns
    assert set(calm) == {"model", "null", "drawn", "without"}
    assert calm["model"][0].low < calm["model"][0].value < calm["model"][0].high
    assert calm["null"][0].low == pytest.approx(calm["null"][0].high), "without shocks all runs are one"
    assert calm["without"][0].value < calm["model"][0].value, "the storm costs calm"
    assert calm["drawn"][0].high - calm["drawn"][0].low > calm["model"][0].high - calm["model"][0].low


def test_a_target_that_the_null_meets_is_no_evidence(report) -> None:
    target = next(t for t in report.targets if t.id == "T1").target
    free = evolve(target, label="emergent")
    inside, outside = Estimate(5.0, 4.0, 6.0, True), Estimate(50.0, 40.0, 60.0, False)

    def worth(target, model, null) -> bool:
        return Judged("T", target, {"model": (model,), "null": (null,)}).evidence

    assert worth(free, inside, outside)
    assert not worth(free, inside, inside), "nothing has to move to meet it"
    assert not worth(free, outside, outside)
    assert not worth(evolve(free, label="forced"), inside, outside)


def test_structural_tests_hold_or_fail_as_they_should(report) -> None:
    found = {t.id: t for t in report.structure}
    assert found["calm_returns"].ok, found["calm_returns"].found
    assert found["identities"].ok
    assert found["no_free_lunch"].ok, found["no_free_lunch"].detail
    assert not found["wrong_way"].ok
    assert "ways to play" in found["no_free_lunch"].detail


def test_a_way_that_is_best_in_everything_is_a_free_lunch(tmp_path: Path) -> None:
    text = re.sub(r"\[structure\.no_free_lunch\].*?(?=\n\[structure)", (
        '[structure.no_free_lunch]\nlabel = { en = "No", fr = "Non" }\nexpected = { en = "No", fr = "Non" }\n'
        'kind = "trade_off"\nfrom = 0\nmonths = 4\npackages = { gift = ["gift"] }'
    ), PAST, count=1, flags=re.DOTALL)  # fmt: skip
    file = island(tmp_path, text)
    gift = (
        '[decision.gift]\nactor = "council"\nlabel = { en = "Gift", fr = "Don" }\n'
        'text = { en = "?", fr = "?" }\n'
        'effects = [{ add = "calm", amount = "far" }, { move = "grant", to = "treasury" }, '
        '{ move = "camps", from = "camps", to = "people.south" }]\nsource = ["S1"]\n'
    )
    file.write_text(file.read_text(encoding="utf-8") + gift, encoding="utf-8")
    tested = Validation.of(file, runs=4, pairs=50).structure.run("no_free_lunch")
    assert not tested.ok
    assert "best in everything: gift" in tested.detail


def test_a_loop_that_is_cut_fails_its_own_test(report) -> None:
    matrix = report.matrix
    assert matrix is not None
    assert matrix.whole["calm_returns"]
    assert not matrix.cut["flight"]["calm_returns"]
    assert matrix.works("flight")
    assert next(t for t in report.structure if t.id == "circles").ok


def test_a_loop_whose_test_does_not_see_it_is_told(tmp_path: Path) -> None:
    past = PAST.replace("cut = { season = 1000000000000 }", "cut = { doubt = 1 }")
    report = Validation.of(island(tmp_path, past), runs=4, pairs=20).report(matrix=True)
    assert report.matrix is not None
    assert report.matrix.idle == ["flight"]
    assert not next(t for t in report.structure if t.id == "circles").ok


def test_seeds_come_from_a_text_and_say_how_often_things_hold(validation: Validation) -> None:
    seeds = seeds_of("deadbeef", 3)
    assert seeds == seeds_of("deadbeef", 3)
    assert len(set(seeds) | set(seeds_of("deadbeee", 3))) == 6
    assert all(0 <= s < 2**63 for s in seeds)
    often = over_seeds(validation, seeds)
    assert often.held["T2"] == 3
    assert often.held["wrong_way"] == 0
    assert len(often.values["T1"]) == 3


# -- problems ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "what", "mend"),
    [
        ('actor = "league"\n', 'actor = "laegue"\n', "there is no actor laegue", "league"),
        ('do = ["visit"]', 'do = ["visti"]', "there is no action visti", "visit"),
        ('do = ["visit"]', 'do = ["tax_port"]', "tax_port is council's to do", ""),
        ('do = ["visit"]\n', "", "do is missing", "what carries this decision"),
        ('month = "2031-02"', 'month = "2041-02"', "2041-02 is outside", ""),
        ('month = "2031-01"', 'month = "2031-02"', "storm happens in 2031-01", "the event's own date"),
        ('event = "storm"', 'event = "raid.north"', "raid.north has no date", ""),
        (
            'kind = "observation"\n',
            'kind = "observation"\ndo = ["visit"]\n',
            "of an input of the kind",
            "leave it out",
        ),
        ("[input.E1]\n", '[input.E1]\nnote = { en = "x" }\n', "the language fr is missing", 'add fr = "…"'),
        ('replay = "recorded"', 'replay = "recroded"', "there is no replay recroded", "recorded"),
        ("low = 0, high = 30", "", "no band", "give low, high or both"),
        ("low = 0, high = 30", "low = 40, high = 30", "40 is above 30", "low first"),
        ("at(obs.camps, m12)", "at(obs.cmaps, m12)", "there is no observer obs.cmaps", "obs.camps"),
        ("at(obs.camps, m12)", "at(obs.camps, m12", "not an expression", ""),
        ('without = ["storm"]', 'without = ["strom"]', "there is no dated event strom", "storm"),
        ('actors = ["council"]', 'actors = ["counsil"]', "there is no actor counsil", "council"),
        (
            'actors = ["council"]',
            'actors = ["council"]\nlive = ["flow.fleein"]',
            "flow.fleein",
            "flow.fleeing",
        ),
        ('use = "H"', 'use = "G"', "G is not one of its words", ""),
        (
            "calmer.fled - base.fled, m2",
            "calmer.fed - base.fled, m2",
            "there is no series calmer.fed",
            "calmer.fled",
        ),
        (
            'stock = "calm", by = 15 }, hold',
            'stock = "clam", by = 15 }, hold',
            "there is no stock clam",
            "calm",
        ),
        ("months = 8\nseries", "months = 80\nseries", "the world has 18", "shorter"),
        ('"sum(flow.fleeing)", calm', '"sum(flow.fleeig)", calm', "fleeig", "fleeing"),
        ('march = ["march"]', 'march = ["mrach"]', "there is no action mrach", "march"),
        ('profile = "nobody"', 'profile = "nobdy"', "nobdy", ""),
        ("hold = 3", "hold = 0", "0 months", "1 or more"),
        ('sign = "-"', 'sign = "minus"', "minus is not one of its words", ""),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place_and_mend(
    tmp_path: Path, old: str, new: str, what: str, mend: str
) -> None:
    assert PAST.count(old), old
    file = island(tmp_path, PAST.replace(old, new, 1))
    found = [str(p) for p in check(file)]
    assert any(what in p and mend in p for p in found), found
    assert all(re.match(r"past\.toml:\d+: ", p) for p in found), found


def test_the_island_has_no_problems(file: Path) -> None:
    assert check(file) == ()


# -- the command ---------------------------------------------------------------------------------


def run(*args: str, code: int = 0) -> str:
    done = CliRunner().invoke(cli, ["validate", *args])
    assert done.exit_code == code, done.output
    return done.output


SMALL = ("--runs", "12", "--pairs", "8", "--backend", "numpy")


def test_the_command_prints_everything_as_json(file: Path, tmp_path: Path) -> None:
    table = tmp_path / "knock-outs.md"
    found = json.loads(
        run(str(file), "--json", "--table", str(table), "--seeds", "2", "--commit", "x", *SMALL)
    )
    target = found["targets"][0]
    assert {"id", "use", "label", "value", "low", "high", "span", "null", "ok"} <= set(target)
    assert (target["id"], target["low"], target["high"]) == ("T1", 0, 30)
    assert [t["id"] for t in found["structure"]] == [
        "calm_returns", "identities", "no_free_lunch", "wrong_way", "circles"
    ]  # fmt: skip
    assert {"id", "ok", "detail"} <= set(found["structure"][0])
    assert found["refused"] == []
    assert found["matrix"]["cut"]["flight"]["calm_returns"] is False
    assert found["seeds"]["held"]["wrong_way"] == 0
    assert table.read_text(encoding="utf-8").count("|") > 10


def test_the_command_tells_the_same_in_words(file: Path) -> None:
    said = run(str(file), *SMALL)
    for part in ("T1", "null", "over priors", "without storm", "Structure", "NOT More flee.", "knocked out"):
        assert part in said, part
    assert "E4" not in said


def test_strict_fails_where_something_does_not_hold(file: Path) -> None:
    run(str(file), "--strict", "--no-matrix", *SMALL, code=1)
    run(str(file), "--strict", "--no-matrix", "--only", "T2", "--only", "identities", *SMALL)


def test_a_test_of_the_loops_alone_runs_the_loops_own_tests(file: Path) -> None:
    said = run(str(file), "--strict", "--only", "circles", *SMALL)
    assert "circles  yes" in said
    assert "leave out --no-matrix" in run(str(file), "--only", "circles", "--no-matrix", code=2)
    assert "not tested without --matrix: circles" in run(str(file), "--no-matrix", *SMALL)


def test_a_word_that_is_no_target_is_told(file: Path) -> None:
    assert "did you mean" in run(str(file), "--only", "calm_retruns", code=2)
    said = run(str(file), "--only", "xyzzy", code=2)
    assert "there are T1, T2" in " ".join(said.split())


def test_a_scenario_without_evidence_is_told() -> None:
    assert "evidence" in run(str(ISLAND), code=1)


# -- what is shipped -----------------------------------------------------------------------------


def test_the_example_of_the_guide_holds(tmp_path: Path) -> None:
    example = re.search(r"^```toml\n(\[scenario\].*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    past = re.search(r"^```toml\n(\[input\..*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    assert example is not None
    assert past is not None
    text = example.group(1).replace("months = 12\n", 'months = 12\nevidence = ["past.toml"]\n', 1)
    file = tmp_path / "orsa-river.toml"
    file.write_text(text, encoding="utf-8")
    (tmp_path / "past.toml").write_text(past.group(1), encoding="utf-8")
    assert check(file) == ()
    report = Validation.of(file, runs=40, pairs=40).report()
    assert report.ok, [t.found for t in report.structure]


HISTORY = library.content_folder("scenarios") / "history-2021-2023.toml"


@pytest.fixture(scope="module")
def history() -> Validation:
    return Validation.of(HISTORY, runs=40, pairs=20)


def test_every_event_of_the_record_is_classified(history: Validation) -> None:
    wanted = {f"E{n:03d}" for n in range(27, 108)}
    assert wanted <= set(history.inputs)


def test_observations_never_go_in(history: Validation) -> None:
    assert not any(i.do or i.event for i in history.inputs.values() if i.kind in ("observation", "context"))


def test_all_targets_and_structural_tests_are_there(history: Validation) -> None:
    assert set(history.targets) >= {f"T{n:02d}" for n in range(1, 14)}
    assert set(history.structure.tests) >= {f"B{n:02d}" for n in range(1, 10)}
    uses = {id: t.use for id, t in history.targets.items()}
    held_out = ["T03", "T07", "T08", "T11", "T12", "T13"]
    assert [id for id in sorted(uses) if uses[id] == "H"] == held_out
    assert all(history.targets[id].without for id in ("T01", "T02", "T03"))


def test_the_model_refuses_nothing_of_the_record(history: Validation) -> None:
    refused = history.once("recorded", 1).refused
    told = [(r.submission.input, r.submission.id, r.share, r.why) for r in refused]
    assert told == []


def test_every_dated_event_of_the_past_is_listed(history: Validation) -> None:
    from mali_sim.evidence.replay import unlisted_events

    assert history.world is not None
    assert unlisted_events(history.world.model, history.inputs) == []


def test_every_loop_that_can_be_cut_has_a_test_of_its_own(history: Validation) -> None:
    loops = history.family.evidence.loops
    assert [id for id, loop in loops.items() if loop.cut and not loop.test] == []


class Recorded(NamedTuple):
    month: int
    id: str


def test_a_refusal_of_several_blocks_has_the_commonest_reason() -> None:
    one = Recorded(3, "x")
    blocks = [(80, [Refusal(one, 0.5, "dear")]), (20, [Refusal(one, 1.0, "shut")])]
    (found,) = _joined(blocks, 100)
    assert (found.share, found.why) == (pytest.approx(0.6), "dear")
