"""Claims tested on a small world: those that hold pass, those that cannot do not; mistakes are told."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve

from mali_sim.engine import Backend, NotANumber
from mali_sim.evidence.check import check, family_of
from mali_sim.evidence.claims import ClaimTests, judge, taken
from mali_sim.evidence.classes import Claim, Sign
from mali_sim.evidence.coverage import coverage
from mali_sim.evidence.family import members
from mali_sim.evidence.push import Pair, Pairs, PushError, Request, as_pushes, prepared, run_pair
from mali_sim.evidence.variants import forced, forcible, variant
from mali_sim.model import Model, load_model
from mali_sim.scenario import ScenarioProblems, Text
from mali_sim.scenario.classes import Number
from tests.support import ISLAND, TINY, rows, shared_model, simulate

HERE = Path(__file__).parent
CLAIMS = (HERE / "evidence" / "island.toml").read_text(encoding="utf-8")
IDS = [line[7:-1] for line in CLAIMS.splitlines() if line.startswith("[claim.")]
HOLD = [id for id in IDS if id < "C08"]
BAD = sorted((HERE / "evidence" / "bad").glob("*.toml"))


def island(folder: Path, name: str = "island", **evidence: str) -> Path:
    """The island with files of evidence, and a source for each of its claims."""
    names = ", ".join(f'"{name}.toml"' for name in evidence)
    text = ISLAND.read_text(encoding="utf-8").replace('id = "island"', f'id = "{name}"', 1)
    text = text.replace(
        'strategy = "patience"\n', f'strategy = "patience"\nevidence = [{names}]\n', 1
    ).replace('source = ["S1"]', 'source = ["S1", "E07"]', 1)  # fmt: skip
    ids = dict.fromkeys((*IDS, "C99", "E07", "E08", "R01"))
    text += "".join(f'[source.{i}]\ntext = {{ en = "Said.", fr = "Dit." }}\nref = "nowhere"\n' for i in ids)
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    for other, content in evidence.items():
        (folder / f"{other}.toml").write_text(content, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return island(tmp_path_factory.mktemp("island"), claims=CLAIMS)


@pytest.fixture(scope="module")
def tests(home: Path) -> ClaimTests:
    assert check(home) == ()
    return ClaimTests(family_of(home), runs=64)


def pair(push: Any, effects: list[str], model: Model | None = None, **more: Any) -> Pair:
    """A pair in the island, the push in month 1, nobody playing."""
    asked = {"setup": [], "hold": False, "from_": 1, "months": 6, "runs": 40, "profile": "tendency", **more}
    return run_pair(model or shared_model(ISLAND), push=push, effects=effects, **asked)


def mean(found: Pair, effect: int | str = 0) -> list[float]:
    """The difference month by month, over the runs."""
    return [round(float(x), 6) for x in found.difference(effect).mean(axis=1)]


# -- claims ------------------------------------------------------------------------------


@pytest.mark.parametrize("id", HOLD)
def test_a_claim_that_holds_passes(tests: ClaimTests, id: str):
    found = tests.test(id)
    assert found.result == "pass", found.why
    assert found.moved >= 0.5
    assert found.runs == 64


@pytest.mark.parametrize(
    ("id", "why"),
    [
        ("C11", "the difference goes the other way than +"),
        ("C12", "the difference is beyond the band of 0.5"),
        ("C13", "there is no clear difference"),
        ("C14", "the push moved its cause (free_port) in 0 % of the runs only"),
        ("C15", "the push moved its cause (treasury) in 0 % of the runs only"),
    ],
)
def test_a_claim_that_cannot_hold_fails_and_says_why(tests: ClaimTests, id: str, why: str):
    found = tests.test(id)
    assert found.result == "fail"
    assert found.why.startswith(why)


def test_a_claim_that_is_left_out_has_no_test(tests: ClaimTests):
    assert tests.test("C08").result is None


@pytest.mark.parametrize(
    ("sign", "mean", "wide", "moved", "result"),
    [
        ("+", 1, 1, 1.0, "pass"), ("+", 1, 20, 1.0, "fail"), ("+", -1, 1, 1.0, "fail"),
        ("-", -1, 1, 1.0, "pass"), ("-", 1, 1, 1.0, "fail"), ("-", -1, 1, 0.4, "fail"),
        ("0", 1, 1, 1.0, "fail"), ("0", 0.2, 1, 1.0, "pass"), ("0", 0, 0, 0.4, "fail"),
        ("+", 1e-7, 0, 1.0, "fail"), ("+", 0, 0, 1.0, "fail"),
    ],
)  # fmt: skip
def test_a_difference_is_judged_against_its_noise(
    sign: str, mean: float, wide: float, moved: float, result: str
):
    claim = Claim(says=Text("x", "x"), by=("x",), sign=Sign(sign), within=0, band=Number(0.5))
    shocks = np.resize([-1.0, 1.0], 100)
    without = np.full((1, 1, 100), 1.0)
    pair = Pair(("x",), 1, without + mean + wide * shocks, without, (1.0, moved))
    found = judge("C1", claim, pair)
    assert found.result == result
    assert found.difference == pytest.approx(mean)
    assert found.baseline == 1.0


def test_a_window_is_taken_as_the_claim_says():
    months = np.array([[1.0, 2.0], [5.0, 0.0]])
    found = {take: taken(months, take).tolist() for take in ("mean", "sum", "last", "max", "min")}
    assert found == {"mean": [3, 1], "sum": [6, 2], "last": [5, 0], "max": [5, 2], "min": [1, 0]}


# -- pushes ------------------------------------------------------------------------------


def test_until_the_push_and_without_it_the_arms_are_one():
    nothing = pair({"stock": "calm", "by": 0}, ["mean(calm)", "camps"])
    assert np.array_equal(nothing.with_, nothing.without)
    assert nothing.moved == (0.0,)
    assert nothing.with_.std() > 0


def test_the_arm_without_is_the_scenario_itself():
    """Observers, forced events and the other arm change nothing of a run."""
    found = pair({"event": "raid.north"}, ["obs.calm"], from_=2, months=3, seed=9)
    other = pair({"stock": "calm", "by": 5}, ["obs.calm"], from_=2, months=3, seed=9)
    model = shared_model(ISLAND)
    sim = simulate(model, 3, runs=40, seed=9)
    row = rows(model, "obs").start + model.layout.blocks["obs"].labels.index("calm")
    assert np.array_equal(other.without[0, 0], sim.state[row])
    assert (found.without[0, 0] >= sim.state[row]).all()  # no raid there in that month


def test_a_level_is_pushed_within_its_bounds_and_fades():
    found = pair({"stock": "influence[gulls, north]", "by": 500}, ["influence[gulls, north]"])
    assert found.with_[0, 0].max() <= 100
    falling = mean(found)
    assert all(b < a for a, b in pairwise(falling))


def test_a_member_of_one_set_stands_for_all_of_the_other():
    found = pair({"stock": "influence.gulls", "by": 10}, ["sum(influence.gulls)", "sum(influence.herons)"])
    assert mean(found)[0] > 30
    assert mean(found, 1) == [0.0] * 6


def test_people_are_never_fewer_than_none():
    found = pair({"stock": "camps", "by": -1e6}, ["camps"])
    assert (found.with_ >= 0).all()
    assert mean(found)[0] < 0
    assert found.moved == (1.0,)


def test_a_push_that_is_held_keeps_its_distance():
    once = pair({"stock": "calm.north", "by": 10}, ["calm.north"])
    held = pair({"stock": "calm.north", "by": 10}, ["calm.north"], hold=True)
    assert mean(held)[-1] > mean(once)[-1]
    assert min(mean(held)) > 9


def test_a_switch_is_set_and_its_contrast_held():
    off = {"switch": "truce", "to": False}
    found = pair({"switch": "truce", "to": True}, ["truce", "mean(calm)"], setup=off, hold=True)
    assert mean(found) == [1.0] * 6
    assert mean(found, 1)[-1] > mean(found, 1)[0] > 0
    words = pair({"switch": "port", "to": "closed"}, ["port == 'closed'"])
    assert mean(words)[0] == 1.0


def test_a_constant_may_leave_its_range_and_stays():
    found = pair({"constant": "wages", "to": 0}, ["flow.paying"])
    assert (found.with_ == 0).all()
    assert found.without.mean() > 20
    north = pair({"constant": "unrest.north", "to": 0}, ["abs(calm.north)", "abs(calm.islet)"])
    assert north.moved == (1.0,)
    assert mean(north, 1)[0] == 0.0


def test_actors_do_what_is_pushed_and_nothing_else_that_month():
    found = pair({"do": ["march"]}, ["decision.march", "decision.tax_port"], from_=0)
    assert mean(found)[0] == 1.0
    assert (found.without[:, 0] == 0).all()
    assert (found.with_[1, 0] == 0).all()


def test_what_cannot_be_done_is_not_done():
    found = pair({"do": ["free_port"]}, ["decision.free_port"], setup={"switch": "port", "to": "open"})
    assert found.moved == (0.0,)


def test_what_is_pushed_waits_for_no_cooldown():
    idle = {"do": ["talk.south"]}
    calm = [{"stock": "goodwill", "by": 10}, {"switch": "truce", "to": False}, {"stock": "calm", "by": -40}]
    found = pair(idle, ["decision.talk.south"], setup=calm, profile="patience")
    assert found.moved == (1.0,)


def test_a_choice_is_asked_for_in_both_arms_and_made_in_one():
    found = pair({"do": ["scandal.inquire"]}, ["decision.scandal.inquire", "decision.scandal.deny"], from_=0)
    assert mean(found)[0] == 1.0
    assert mean(found, 1)[0] == -1.0


def test_an_event_happens_in_one_arm_and_cannot_in_the_other():
    peace = {"switch": "truce", "to": False}
    members = [f"event.raid.{m}" for m in ("north", "south", "coast", "islet")]
    one = pair({"event": "raid.coast"}, members, setup=peace)
    assert [mean(one, n)[0] for n in range(4)] == [0.0, 0.0, 1.0, 0.0]
    every = pair({"event": "raid"}, members, setup=peace, hold=True)
    assert [mean(every, n)[0] for n in range(4)] == [1.0] * 4
    assert (every.without == 0).all()
    dated = pair({"event": "storm"}, ["event.storm"], months=4)  # its own month is the third
    assert mean(dated) == [1.0, 0.0, 0.0, 0.0]
    assert (dated.without == 0).all()


def test_an_event_whose_condition_does_not_hold_does_not_happen():
    warm = {"stock": "relation", "by": 200}
    assert pair({"event": "embargo"}, ["event.embargo"], setup=warm).moved == (0.0,)
    cold = {"stock": "relation", "by": -200}
    assert pair({"event": "embargo"}, ["event.embargo"], setup=cold).moved == (1.0,)


def test_a_bargain_is_struck_in_one_arm():
    found = pair({"offer": "loan"}, ["offer.loan", "treasury"])
    assert mean(found)[0] == 1.0
    assert mean(found, 1)[0] > 0
    kept = pair({"offer": "loan"}, ["offer.loan"], hold=True, setup={"switch": "port", "to": "closed"})
    assert (kept.with_ == 1).all()  # though its condition is broken


def test_pushes_are_made_for_some_months():
    found = pair({"do": ["pray"]}, ["decision.pray"], hold=3)
    assert [m > 0 for m in mean(found)[:3]] == [True, False, True]  # every second month, at most


def test_pairs_beside_each_other_are_what_each_is_alone():
    asked = [
        Request((), {"stock": "calm", "by": 5}, True, 1, 4, ["mean(calm)"]),
        Request((), {"event": "scandal"}, False, 1, 3, ["relation", "mean(calm)"]),
        Request({"switch": "truce", "to": False}, {"do": ["talk.south"]}, True, 2, 5, ["calm.south"]),
        Request((), {"constant": "wages", "to": 0}, False, 1, 2, ["treasury"]),
        Request((), {"offer": "loan"}, False, 2, 3, ["treasury"]),
        Request((), {"stock": "camps", "by": 5}, False, 0, 6, ["camps"]),
    ]
    effects = [e for r in asked for e in r.effects]
    model = prepared(shared_model(ISLAND), effects, as_pushes([r.push for r in asked]))
    together = Pairs(model, 20).run_all(asked)
    for request, found in zip(asked, together, strict=True):
        alone = Pairs(model, 20).run_all([request])[0]
        assert isinstance(found, Pair)
        assert isinstance(alone, Pair)
        assert found.moved == alone.moved
        assert np.array_equal(found.with_, alone.with_)
        assert np.array_equal(found.without, alone.without)
        assert not np.array_equal(found.with_, found.without)


def test_a_push_that_breaks_the_model_breaks_its_own_pair_only():
    model = prepared(shared_model(ISLAND), ["treasury"], ())
    huge = Request((), {"constant": "wages", "to": float("nan")}, False, 1, 3, ["treasury"])
    sound = Request((), {"constant": "wages", "to": 0}, False, 1, 3, ["treasury"])
    broken, found = Pairs(model, 5).run_all([huge, sound])
    assert isinstance(broken, NotANumber)
    assert "is no number in run 0" in str(broken)
    assert isinstance(found, Pair)
    assert np.isfinite(found.with_).all()


@pytest.mark.parametrize("backend", [Backend.REFERENCE, Backend.NUMPY])
def test_a_pair_is_the_same_on_every_backend(backend: Backend):
    found = pair({"event": "scandal"}, ["relation", "sum(flow.fleeing)"], runs=3, backend=backend)
    again = pair({"event": "scandal"}, ["relation", "sum(flow.fleeing)"], runs=40)
    assert np.array_equal(found.with_, again.with_[:, :, :3])
    assert np.array_equal(found.without, again.without[:, :, :3])


@pytest.mark.parametrize(
    ("push", "said"),
    [
        ({"stock": "clam", "by": 1}, "there is no stock clam; did you mean calm?"),
        ({"stock": "calm.nroth", "by": 1}, "calm has no member nroth; did you mean north?"),
        ({"stock": "calm +", "by": 1}, "calm + is no name"),
        ({"stock": "calm"}, "a push of a stock needs by"),
        ({"stock": "calm", "by": 1, "to": 2}, "to is not of a stock"),
        ({"switch": "truze", "to": True}, "there is no switch truze; did you mean truce?"),
        ({"switch": "port", "to": "clsed"}, "port has no value clsed; known here: open, taxed, closed"),
        ({"switch": "truce", "to": "yes"}, "truce has no value yes; known here: true or false"),
        ({"constant": "wages", "to": True}, "wages is set to a number; not to True"),
        ({"constant": "two_months", "to": 4}, "two_months is a delay's length"),
        ({"do": ["mrach"]}, "there is no action mrach; did you mean march?"),
        ({"do": []}, "nothing to do"),
        ({"event": "raidd"}, "there is no event raidd; did you mean raid?"),
        ({"offer": "loam"}, "there is no offer loam; did you mean loan?"),
        ({}, "a push of nothing; give one of stock, switch, constant, do, event, offer"),
        ({"stock": "calm", "by": 1, "offer": "loan"}, "a push is stock and offer at once"),
        ({"stok": "calm"}, "stok is no key of a push; did you mean stock?"),
    ],
)
def test_a_push_that_makes_no_sense_is_refused_with_its_mend(push: dict[str, Any], said: str):
    with pytest.raises(PushError) as found:
        pair(push, ["mean(calm)"])
    assert said in str(found.value)


def test_an_effect_that_is_no_equation_is_told():
    with pytest.raises(ScenarioProblems, match="undefined name clam; did you mean calm"):
        pair({"stock": "calm", "by": 1}, ["mean(clam)"])


# -- variants ----------------------------------------------------------------------------


def test_a_variant_changes_what_it_is_told_to_and_nothing_else():
    model = shared_model(ISLAND)
    made = variant(
        model.loaded,
        overrides={"constant": {"recovery": {"value": 0, "range": [0, 2]}}},
        observers={"zz_people": "sum(people)"},
        additions='[constant.zz_one]\nvalue = 1\nrange = [1, 1]\nunit = "index"\ngrade = "assumed"\n'
        'why = { en = "x", fr = "x" }\n',
        header={"months": 30},
    )
    assert made.scenario.constant["recovery"].value == 0
    assert made.scenario.obs["zz_people"].unit == "people"
    assert made.scenario.scenario.months == 30
    assert made.scenario.stock == model.scenario.stock
    assert made.scenario.decision == model.scenario.decision


def test_an_override_in_a_shared_file_takes_keys_out():
    model = load_model(HERE / "bad" / "good.toml")
    id, decision = next((i, d) for i, d in model.scenario.decision.items() if d.tendency)
    made = variant(model.loaded, overrides={"decision": {id: {"tendency": None}}})
    assert made.scenario.decision[id] == evolve(decision, tendency=None)
    assert made.scenario.stock == model.scenario.stock


def test_a_variant_that_is_no_scenario_says_so():
    with pytest.raises(ScenarioProblems, match="nothing of that name to change"):
        variant(shared_model(ISLAND).loaded, overrides={"constant": {"recovry": {"value": 1}}})


def test_events_under_control_are_as_they_were_until_they_are_forced():
    model = shared_model(ISLAND)
    overrides, additions = forcible(model.loaded, model.scenario.event)
    made = variant(model.loaded, overrides=overrides, additions=additions)
    one, other = simulate(model, 12, runs=50), simulate(made, 12, runs=50)
    for name in ("obs", "stock:calm", "since"):
        block, there = (m.layout.blocks[name] for m in (model, made))
        own, others = (slice(b.offset, b.offset + b.rows) for b in (block, there))
        assert np.array_equal(one.state[own], other.state[others])
    never = made.parameters.balanced()
    for event in model.scenario.event:
        never = forced(made, never, event, (0, 0), on=False)
    calm = simulate(made, 12, runs=50, parameters=never)
    since = made.layout.blocks["since"]
    for event in ("storm", "scandal", "embargo", "raid.north"):
        assert (calm.state[since.offset + since.labels.index(event)] == 12 + 1188).all()


# -- mistakes ----------------------------------------------------------------------------


def said(text: str, word: str) -> list[str]:
    """What the comments at a file's top say under a word."""
    lines = text.splitlines()
    return [line.removeprefix(f"# {word}: ") for line in lines if line.startswith(f"# {word}: ")]


@pytest.mark.parametrize("file", BAD, ids=lambda p: p.stem)
def test_a_mistake_in_a_file_of_evidence_is_told_with_its_line_and_mend(file: Path, tmp_path: Path):
    text = file.read_text(encoding="utf-8")
    found = [str(p) for p in check(island(tmp_path, claims=text))]
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.endswith("# <- here")]
    assert said(text, "expects")
    assert len(found) == len(said(text, "expects")), "\n".join(found)
    for words in said(text, "expects"):
        assert any(words in problem for problem in found), "\n".join(found)
    assert {p.split(": ")[0] for p in found} == {f"claims.toml:{n}" for n in lines}, "\n".join(found)


def test_there_are_many_kinds_of_mistakes():
    assert len(BAD) >= 25


def test_evidence_that_is_not_there_is_told_in_the_header(tmp_path: Path):
    file = island(tmp_path, claims=CLAIMS)
    (tmp_path / "claims.toml").rename(tmp_path / "clamis.toml")
    (problem,) = check(file)
    assert str(problem).startswith("island.toml:12: scenario.evidence.0: there is no file claims.toml")
    assert "did you mean clamis.toml?" in str(problem)


def test_evidence_does_not_leave_the_folder(tmp_path: Path):
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "claims.toml").write_text(CLAIMS, encoding="utf-8")
    file = island(folder, claims=CLAIMS)
    for name in ("../claims.toml", "/etc/passwd"):
        text = file.read_text(encoding="utf-8").replace('"claims.toml"', f'"{name}"', 1)
        file.write_text(text.replace('"/etc/passwd"', f'"{name}"'), encoding="utf-8")
        assert "the path leaves the scenario's folder" in str(check(file)[0])
        file = island(folder, claims=CLAIMS)


def test_evidence_over_the_limits_is_refused(tmp_path: Path):
    file = island(tmp_path, claims="x = " + "[" * 40 + "]" * 40)
    (problem,) = check(file)
    assert "claims.toml:1: brackets nest 40 deep" in str(problem)


def test_a_scenario_with_problems_of_its_own_is_checked_as_far_as_it_goes(tmp_path: Path):
    file = island(tmp_path, claims=CLAIMS.replace('sign = "-"', 'sign = "minus"', 1))
    file.write_text(file.read_text(encoding="utf-8").replace("recovery if truce", "recovry if truce"))
    (problem,) = check(file)
    assert "minus is not one of its words" in str(problem)


def test_a_scenario_without_evidence_has_no_problems_of_it():
    assert check(ISLAND) == ()
    assert check(TINY) == ()


def test_evidence_is_no_part_of_a_scenario(home: Path):
    plain = shared_model(ISLAND)
    model = load_model(home)
    assert "claims.toml" not in model.loaded.files
    changed = home.read_text(encoding="utf-8").replace('evidence = ["claims.toml"]\n', "")
    assert changed != home.read_text(encoding="utf-8")
    assert model.fingerprint == plain.fingerprint


# -- coverage ----------------------------------------------------------------------------


def test_coverage_counts_what_is_tested_cited_and_left_out(home: Path):
    found = coverage(family_of(home), runs=20).plain()
    assert list(found) == ["claims", "events", "recommendations", "left_out", "grades"]
    assert found["claims"]["C01"] == {"in": ["flow.fleeing", "fear"], "test": "pass"}
    assert found["claims"]["C11"]["test"] == "fail"
    assert found["claims"]["C08"] == {"in": [], "test": None}
    assert found["claims"]["C99"] == {"in": [], "test": None}  # a source that no claim is about
    assert found["left_out"] == {"C08": "Nothing here stands for the gods."}
    assert found["events"] == {
        "E07": {"in": ["constant.recovery"], "kind": None},
        "E08": {"in": [], "kind": None},
    }
    assert found["recommendations"] == {"R01": {"in": []}}
    assert found["grades"]["constants"] == {"stated": 1, "inferred": 1, "assumed": 18}
    assert found["grades"]["initial_values"]["assumed"] == 8
    assert found["grades"]["lookups"]["assumed"] == 1


def test_scenarios_of_the_same_evidence_are_taken_together(tmp_path: Path):
    first = island(tmp_path, claims=CLAIMS)
    gull = '[voice.gull]\nlabel = { en = "A gull", fr = "Une mouette" }\n'
    second = island(tmp_path, "islet", claims=CLAIMS, more=gull)
    text = second.read_text(encoding="utf-8")
    text = text.replace("[actor.temple]", '[actor.temple]\nsource = ["R01", "E08"]')
    prayer = 'effects = [{ add = "resentment", amount = "-cheap" }]\nsource = ["S1"'
    assert prayer in text
    second.write_text(text.replace(prayer, prayer + ', "R01"'), encoding="utf-8")
    island(tmp_path, "stranger")
    assert [p.stem for p in members(first)] == ["island", "islet"]
    family = family_of(first)
    assert family.evidence.files == ("claims.toml", "more.toml")
    assert family.world_of("claim", "C01") == "island"
    assert family_of(second).world_of("claim", "C01") == "islet"
    found = coverage(family, runs=4, claims=[]).plain()
    assert found["events"]["E08"]["in"] == ["actor.temple"]
    assert found["recommendations"]["R01"]["in"] == ["decision.pray"]  # an actor follows none


def mali_sim(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mali_sim", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_says_what_fails_and_what_is_left_out(home: Path):
    text = mali_sim("coverage", str(home), "--runs", "20")
    assert text.returncode == 0
    assert "7 pass, 5 fail, 1 left out" in text.stdout
    assert "C12: the difference is beyond the band" in text.stdout
    assert "C08: Nothing here stands for the gods." in text.stdout
    plain = json.loads(mali_sim("coverage", str(home), "--runs", "20", "--json").stdout)
    assert set(plain) == {"claims", "events", "recommendations", "left_out", "grades"}
    one = mali_sim("coverage", str(home), "--claim", "C04", "--runs", "20").stdout
    assert "tested in island, 20 pairs of futures; pushed in month 1: event scandal" in one


def test_the_commands_end_in_a_sentence_where_there_is_nothing_to_test(home: Path, tmp_path: Path):
    none = mali_sim("coverage", str(TINY))
    assert (none.returncode, none.stdout) == (1, "")
    assert "names no files of evidence" in none.stderr
    wrong = mali_sim("coverage", str(home), "--claim", "C4")
    assert "there is no claim C4; did you mean C14?" in wrong.stderr
    file = island(tmp_path, claims='[claim.C01]\nsays = "One language."\n')
    for command in ("check", "coverage"):
        told = mali_sim(command, str(file))
        assert told.returncode == 1
        assert "claims.toml:2: claim.C01.says: the text is in one language" in told.stdout + told.stderr
        assert "Traceback" not in told.stdout + told.stderr
