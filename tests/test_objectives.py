"""What counts is weighed by whoever plays; a short form ends earlier; a bargain shows what it asks."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from mali_sim.cli.content import scenarios
from mali_sim.cli.play import play
from mali_sim.cli.run import replay, run
from mali_sim.cli.text import loop
from mali_sim.cli.text.commands import parse_share
from mali_sim.cli.text.game import TextGame
from mali_sim.cli.text.objectives import objectives_page
from mali_sim.cli.text.pages import Pages
from mali_sim.cli.text.reasons import debrief_page, forecast_page
from mali_sim.model import Model, build, load_model
from mali_sim.play import Address, Game, NotAllowed, SaveError, SeatView, bargains, forecast, objectives
from mali_sim.play.digest import debrief, differences, yardstick
from mali_sim.play.objectives import peers, weighed
from mali_sim.play.record import Record, parse_record
from mali_sim.play.weights import reweighed
from mali_sim.scenario import find_scenario
from mali_sim.scenario.load import load_files
from mali_sim.scenario.texts import Words
from tests.support import WORDS, level, played, world, world_text

SHORT, MONTHS = 5, 12


def said(name: str) -> dict[str, str]:
    return {"en": name, "fr": f"{name} (fr)"}


def text_of_the_valley() -> str:
    """A world with four outcomes, two strategies, and a bargain that asks two things."""
    spread = {"effects": [{"add": "tone", "amount": "step"}], "label": said("Shout")}
    quiet = {"effects": [{"add": "tone", "amount": "-step"}], "label": said("Calm down")}
    close = {"effects": [{"switch": "open", "to": False}], "requires": "open", "because": said("Shut")}
    text = world_text(
        MONTHS,
        constant={"limit": 60, "step": 20, "gust": 1, "pace": (1, "index/month"), "storm": (0.4, "1/month"),
                  "much": (0.6, "share"), "some": (0.2, "share")},
        stock={"trust": level(40, label=said("Trust")), "tone": level(30, label=said("Tone")),
               "secret": level(5, hidden=True, estimate="0", doubt="step", label=said("Secret"))},
        switch={"open": {"initial": True, "label": said("Road open")}},
        flow={"rise": {"to": "trust", "rate": "pace"}},
        decision={"shout": spread, "calm_down": quiet, "close": close},
        offer={"pact": {"chance": "1", "keeps": "open and tone < limit and secret < limit",
                        "grace": "two_months", "lasts": "year", "label": said("Pact"),
                        "effects": [{"add": "trust", "amount": "step"}],
                        "breach": [{"add": "trust", "amount": "-step"}]}},
        event={"gale": {"hazard": "storm", "effects": [{"add": "trust", "amount": "-gust"}]},
               "letter": {"hazard": "storm", "seat": "gov", "default": "file", "label": said("Letter"),
                          "choices": [{"id": "file", "label": said("File it"), "text": said("f")},
                                      {"id": "reply", "label": said("Reply"), "text": said("r")}]}},
        obs={"trust": {"value": "trust", "better": "higher", "label": said("Trust")},
             "tone": {"value": "tone", "better": "lower", "label": said("Tone")},
             "secret": {"value": "secret", "known_to": ["donor"]}},
        outcome={"trust": {"of": "obs.trust", "take": "last", "weight": "much",
                           "label": said("Trust at last")},
                 "tone": {"of": "obs.tone", "take": "mean", "better": "lower", "weight": "some",
                          "label": said("Mean tone")},
                 "peak": {"of": "obs.tone", "take": "max", "better": "lower", "label": said("Highest tone")},
                 "secret": {"of": "obs.secret", "take": "last", "better": "lower", "weight": "some",
                            "label": said("Secret at last")},
                 "plain": {"of": "obs.tone", "take": "last", "better": "none"}},
        ending={"end": {"title": said("The end of it"), "text": said("So it went.")}},
        strategy={"quiet": {"actor": "gov", "label": said("Quiet"), "rules": [{"do": ["calm_down"]}]},
                  "loud": {"actor": "gov", "label": said("Loud"), "rules": [{"do": ["shout"]}]}},
    )  # fmt: skip
    header = f'months = {MONTHS}\nshort = {SHORT}\nstrategy = "quiet"'
    return text.replace(f"months = {MONTHS}", header, 1).replace('id = "world"', 'id = "valley"', 1)


@pytest.fixture(scope="module")
def valley() -> Model:
    return build(load_files({"valley.toml": text_of_the_valley()}, "valley.toml"))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The valley as a file; saves go to a folder beside it."""
    monkeypatch.setattr(loop, "save_folder", lambda: tmp_path / "saves")
    monkeypatch.setenv("COLUMNS", "100")
    path = tmp_path / "valley.toml"
    path.write_text(text_of_the_valley(), encoding="utf-8")
    return path


def reloaded(game: Game) -> Game:
    data = ("\n".join(game.record.lines()) + "\n").encode()
    return Game.from_record(parse_record(data), game.model)


def pages_of(game: Game, language: str = "en") -> Pages:
    return Pages(SeatView(game, "gov"), Words(language))


def typed(file: Path, *lines: str, options: tuple[str, ...] = ()) -> str:
    arguments = [str(file), "--text", "--seed", "3", *options]
    result = CliRunner().invoke(play, arguments, input="\n".join(lines) + "\n", catch_exceptions=False)
    return " ".join(result.output.split())


# -- weights -------------------------------------------------------------------------------------


def test_the_scenarios_weights_hold_until_a_player_sets_others(valley: Model) -> None:
    game = Game.new(valley, ["gov"])
    assert game.weights("gov") == pytest.approx({"trust": 0.6, "tone": 0.2, "secret": 0.2, "peak": 0.0})
    game.weigh("gov", {"tone": 3, "peak": 1})
    assert game.weights("gov") == {"trust": 0.0, "tone": 0.75, "secret": 0.0, "peak": 0.25}
    assert game.weights("donor") == game.written_weights


def test_a_reading_weighs_otherwise(valley: Model) -> None:
    text = text_of_the_valley() + '[reading.other]\nlabel={en="a",fr="a"}\ntext={en="a",fr="a"}\n'
    text += "constants={some=0.6}\n"
    text = text.replace('[constant.some]\nvalue = 0.2\nunit = "share"', '[constant.some]\nvalue = 0.2\n'
                        'unit = "share"', 1).replace("range = [0.2, 0.2]", "range = [0.2, 0.6]")  # fmt: skip
    model = build(load_files({"valley.toml": text}, "valley.toml"))
    assert Game.new(model, ["gov"], reading="other").weights("gov")["tone"] == pytest.approx(1 / 3)


def test_one_weight_changed_leaves_the_others_their_proportions() -> None:
    old = {"a": 0.5, "b": 0.3, "c": 0.2, "d": 0.0}
    new = reweighed(old, "a", 0.25, old)
    assert new == pytest.approx({"a": 0.25, "b": 0.45, "c": 0.3, "d": 0.0})
    alone = reweighed(old, "a", 1.0, old)
    assert alone == {"a": 1.0, "b": 0.0, "c": 0.0, "d": 0.0}
    back = reweighed(alone, "a", 0.5, old)
    assert back == pytest.approx({"a": 0.5, "b": 0.3, "c": 0.2, "d": 0.0})
    with pytest.raises(NotAllowed):
        reweighed({"a": 1.0}, "a", 0.5, {"a": 1.0})


@pytest.mark.parametrize(
    "wrong",
    [{}, {"trust": 0}, {"trust": -1}, {"plain": 1}, {"nothing": 1}, {"trust": float("nan")}, {"trust": True},
     {"trust": "1"}, {"trust": float("inf")}],
)  # fmt: skip
def test_what_is_no_weight_is_refused_with_the_reason(valley: Model, wrong: dict[str, float]) -> None:
    game = Game.new(valley, ["gov"])
    with pytest.raises(NotAllowed) as refused:
        game.weigh("gov", wrong)
    assert refused.value.reason.en
    assert not game.record.events


def test_weights_are_kept_by_saves_rewinds_and_branches_and_move_no_state(valley: Model) -> None:
    game, plain = Game.new(valley, ["gov"], seed=4), Game.new(valley, ["gov"], seed=4)
    game.weigh("gov", {"tone": 1})
    for month in range(4):
        game.advance()
        plain.advance()
        if month == 2:
            game.weigh("gov", reweighed(game.weights("gov"), "peak", 1 / 3, game.written_weights))
    assert game.state_hash() == plain.state_hash()
    assert str(game.run_address) == str(plain.run_address)
    wanted = dict(game.weights("gov"))
    opened = reloaded(game)
    assert opened.weights("gov") == wanted
    assert opened.record.lines() == game.record.lines()
    opened.rewind(1)
    assert opened.weights("gov") == wanted
    assert reloaded(opened).weights("gov") == wanted
    branch = game.branch(2, seed=9)
    assert branch.weights("gov") == wanted
    assert reloaded(branch).weights("gov") == wanted


@pytest.mark.parametrize("weights", [None, [], {"nothing": 1}, {"trust": -1}, {"trust": "x"}, {}])
def test_a_record_with_weights_that_are_none_is_refused(valley: Model, weights: object) -> None:
    game = Game.new(valley, ["gov"])
    game.record.add("weights", month=0, actor="gov", weights=weights)
    with pytest.raises(SaveError):
        reloaded(game)


def test_a_share_is_read_as_people_write_it() -> None:
    for text in ("30", "30%", "30 %", "0.3", "0,3", ".3"):
        assert parse_share(text) == pytest.approx(0.3)
    assert parse_share("1") == 1.0
    assert parse_share("1 %") == pytest.approx(0.01)
    for text in ("", "x", "-1", "101", "1e1", "%", ".", "²"):
        assert parse_share(text) is None


# -- what counts, as a seat sees it ----------------------------------------------------------------


def test_objectives_tell_the_seat_what_it_may_know(valley: Model) -> None:
    game = Game.new(valley, ["gov"])
    assert [r.id for r in objectives(game, "gov")] == ["trust", "tone", "secret", "peak", "plain"]
    assert objectives(game, "gov")[0].value == 40, "before the first month, where it stands"
    game.advance()
    seen = {r.id: r.seen for r in objectives(game, "gov")}
    assert seen == {"trust": True, "tone": True, "secret": False, "peak": True, "plain": True}
    assert all(r.seen for r in objectives(game, "donor"))
    while not game.finished:
        game.advance()
    assert all(r.seen for r in objectives(game, "gov"))


def test_the_shipped_strategies_are_played_on_the_games_own_luck(valley: Model) -> None:
    game = Game.new(valley, ["gov"], seed=6, run=3)
    for _ in range(4):
        game.advance()
    branch = game.branch(2, seed=8)
    while not branch.finished:
        branch.advance()
    for one in (game, branch):
        found = peers(one, "gov", 7)
        assert found is not None
        assert found.reference == "quiet"
        for row, id in enumerate(found.strategies):
            by_hand = Game.from_record(Record(one.record.header), valley)
            by_hand.seat("gov", id)
            while by_hand.month < one.month:
                by_hand.advance()
            assert list(by_hand.outcomes().values()) == found.outcomes[:, row, 0].tolist()


def test_a_score_is_the_weighted_mean_of_places(valley: Model) -> None:
    game = Game.new(valley, ["gov"], seed=2)
    while not game.finished:
        if not game.month % 2:
            game.submit("gov", "shout")
        game.advance()
    found = peers(game, "gov")
    assert found is not None
    results = {r.id: r for r in objectives(game, "gov", found)}
    names = list(valley.scenario.outcome)
    worse = found.outcomes[names.index("tone")] > game.outcomes()["tone"]
    same = found.outcomes[names.index("tone")] == game.outcomes()["tone"]
    assert results["tone"].place == pytest.approx(100 * (worse + same / 2).mean())
    assert results["tone"].place == 50, "louder than the quiet one, quieter than the loud one"
    assert (results["tone"].worse, results["tone"].same) == (50, 0)
    only = weighed(game, "gov", found, {"tone": 1.0})
    both = weighed(game, "gov", found, {"tone": 0.25, "trust": 0.75})
    assert only is not None
    assert both is not None
    assert only.score == results["tone"].place
    assert both.score == pytest.approx(0.25 * results["tone"].place + 0.75 * (results["trust"].place or 0))
    assert only.above == 50
    quiet, loud = only.strategies
    assert (quiet.id, quiet.same_luck, loud.id, loud.same_luck) == ("quiet", 75, "loud", 25)


def test_what_came_out_the_same_is_not_called_worse(valley: Model) -> None:
    game = Game.new(valley, ["gov"], seed=2)
    while not game.finished:
        game.submit("gov", "calm_down")
        game.advance()
    found = peers(game, "gov")
    assert found is not None
    tone = next(r for r in objectives(game, "gov", found) if r.id == "tone")
    assert (tone.worse, tone.same, tone.verdict) == (50, 50, "same")
    page = " ".join(debrief_page(pages_of(game), ""))
    assert "better than 50 of 100, the same as 50" in page


def test_a_score_stands_beside_the_scenarios_own_strategy_and_says_what_made_it(valley: Model) -> None:
    game = Game.new(valley, ["gov"], seed=2)
    while not game.finished:
        game.submit("gov", "shout")
        game.advance()
    made = debrief(game, "gov", yardstick(game, "gov"))
    score = made.weighed
    assert score is not None
    assert score.against is not None
    assert score.against.id == "quiet"
    assert score.score < score.against.same_luck
    assert sum(p.amount for p in score.parts) == pytest.approx(score.score - score.against.same_luck)
    assert score.parts[0].id == "tone"
    lines = debrief_page(pages_of(game), "")
    beside = f"{score.score:.0f} of 100; “Quiet”, on the same luck: {score.against.same_luck:.0f}"
    at = next(n for n, line in enumerate(lines) if beside in line)
    assert f"What made the difference: Mean tone \N{MINUS SIGN}{-score.parts[0].amount:.1f}" in lines[at + 1]
    assert at < lines.index("How it went"), "the score comes first"


def world_of_differences() -> Model:
    """One decision moves what is weighed a little, what is not much, one thing for a while, one hardly."""
    moved = {"weighed": "little", "plain": "much", "passing": "much", "noisy": "little"}
    push = {"label": said("Push"), "effects": [{"add": id, "amount": by} for id, by in moved.items()]}
    gusts = {
        f"gust_{n}": {"hazard": "storm", "effects": [{"add": "noisy", "amount": f"{sign}gust"}]}
        for n, sign in enumerate(("", "-"))
    }
    text = world_text(
        MONTHS,
        constant={"little": 2, "much": 20, "gust": 5_000, "storm": (1.0, "1/month"), "ebb": (0.5, "1/month"),
                  "whole": (1.0, "share")},
        stock={"weighed": level(40), "plain": level(40), "passing": level(30),
               "noisy": {**level(50_000), "bounds": [0, 100_000]}},
        flow={"ebb": {"to": "passing", "rate": "-passing * ebb"}},
        decision={"push": push},
        event=gusts,
        obs={id: {"value": id, "better": "higher", "label": said(id)} for id in moved},
        outcome={"aim": {"of": "obs.weighed", "take": "last", "weight": "whole"}},
    )  # fmt: skip
    return build(load_files({"world.toml": text}, "world.toml"))


def test_a_look_ahead_puts_what_counts_first_and_leaves_out_what_is_nothing() -> None:
    game = Game.new(world_of_differences(), ["gov"], seed=1)
    found = differences(game, forecast(game, "gov", ("push",), runs=100))
    assert [d.id for d in found] == ["obs.weighed", "obs.plain", "obs.passing"]
    assert [d.objective for d in found] == [1.0, 0.0, 0.0]
    assert (found[0].better, found[0].worse) == (1.0, 0.0)
    assert found[1].peak is None
    month, amount = found[2].peak or (None, 0.0)
    assert month == 0
    assert abs(amount) > 2 * abs(found[2].middle)
    pages = pages_of(game)
    first, second = (" ".join(forecast_page(pages, ("push",))) for _ in range(2))
    assert first.index("What counts for you") < first.index("weighed: ") < first.index("Other figures")
    assert "largest in February 2023" in first
    assert "better in 100 of 100" in first
    assert "futures with it and the same" in first
    assert "futures with it and the same" not in second
    assert "in full with the word all" in second
    assert "futures with it and the same" in " ".join(forecast_page(pages, ("push",), everything=True))


def test_what_is_in_percent_differs_by_points() -> None:
    model = load_model(find_scenario("avoid-the-trap"))
    game = Game.new(model, ["bamako"], seed=1)
    found = differences(game, forecast(game, "bamako", ("announce_victories",), runs=50))
    units = {d.unit.en for d in found if model.scenario.obs[d.id[4:]].unit.startswith("percent")}
    assert units
    assert not [unit for unit in units if "%" in unit]


def test_the_strategy_that_one_is_compared_with_is_explained_once(valley: Model) -> None:
    game = Game.new(valley, ["gov"], seed=1)
    game.advance()
    pages = pages_of(game)
    told = valley.scenario.strategy["quiet"].text.en
    pages_in_turn = [" ".join(objectives_page(pages)), " ".join(debrief_page(pages, ""))]
    assert [page.count(f"“Quiet” is a strategy of the scenario: {told}") for page in pages_in_turn] == [1, 0]


def test_the_debrief_of_a_game_gone_back_in_says_why_it_has_no_score(valley: Model) -> None:
    game = Game.new(valley, ["gov"], seed=2)
    game.advance()
    game.rewind(0)
    game.advance()
    page = debrief_page(pages_of(game), "")
    assert "has no score" in page[page.index("Weighed up") + 1]


def test_a_score_leaves_out_what_is_not_seen_and_is_not_given_after_going_back(valley: Model) -> None:
    game = Game.new(valley, ["gov"], seed=2)
    game.advance()
    found = peers(game, "gov")
    assert found is not None
    assert weighed(game, "gov", found, {"secret": 1.0}) is None
    without = weighed(game, "gov", found, {"tone": 1.0})
    assert weighed(game, "gov", found, {"secret": 0.5, "tone": 0.5}) == without
    game.rewind(0)
    game.advance()
    made = debrief(game, "gov", yardstick(game, "gov"))
    assert made.weighed is None
    assert made.as_written is None
    assert all(r.place is None for r in made.results)


# -- the short form --------------------------------------------------------------------------------


def test_the_short_form_is_the_same_game_ended_earlier(valley: Model) -> None:
    short, whole = Game.new(valley, ["gov"], seed=5, short=True), Game.new(valley, ["gov"], seed=5)
    for _ in range(SHORT):
        short.advance()
        whole.advance()
    assert short.finished
    assert not whole.finished
    assert short.state_hash() == whole.state_hash()
    assert short.ending() == "end"
    with pytest.raises(NotAllowed):
        short.advance()
    opened = reloaded(short)
    assert (opened.months, opened.finished) == (SHORT, True)
    assert short.branch(2, seed=1).months == SHORT


def test_an_address_is_opened_in_the_short_form(valley: Model) -> None:
    address = Address.parse(str(Game.new(valley, [], seed=5).run_address))
    game = Game.at_address(valley, address, 3, ["gov"], short=True)
    assert (game.month, game.months) == (3, SHORT)
    assert Game.at_address(valley, address, short=True).month == SHORT


def test_a_scenario_without_a_short_form_says_so(valley: Model, file: Path) -> None:
    text = text_of_the_valley().replace(f"short = {SHORT}\n", "", 1)
    model = build(load_files({"valley.toml": text}, "valley.toml"))
    with pytest.raises(NotAllowed, match="valley has no short form; it has 12 months"):
        Game.new(model, ["gov"], short=True)
    file.write_text(text, encoding="utf-8")
    for command in (play, run):
        arguments = [str(file), "--short", *(["--text"] if command is play else [])]
        result = CliRunner().invoke(command, arguments)
        assert "no short form" in (result.stderr or str(result.exception))
        assert result.exit_code


def test_a_save_longer_than_its_scenario_is_refused(valley: Model) -> None:
    game = Game.new(valley, ["gov"], short=True)
    row = json.loads(game.record.lines()[0])
    made = Record(game.record.header.__class__(**{
        k: (MONTHS + 1 if k == "short" else v)
        for k, v in row.items()
        if k not in ("kind", "format", "sha256", "chain")
    }))  # fmt: skip
    with pytest.raises(SaveError, match="13 months"):
        Game.from_record(made, valley)


def test_commands_know_the_short_form(file: Path) -> None:
    whole = json.loads(CliRunner().invoke(run, [str(file), "--json"]).stdout)
    short = json.loads(CliRunner().invoke(run, [str(file), "--json", "--short"]).stdout)
    assert (len(whole["months"]), len(short["months"])) == (MONTHS, SHORT)
    assert short["months"] == whole["months"][:SHORT]
    again = CliRunner().invoke(replay, [short["address"], "--scenario", str(file), "--short", "--json"])
    assert json.loads(again.stdout)["state"] == short["state"]
    listed = {row["id"]: row for row in json.loads(CliRunner().invoke(scenarios, ["--json"]).stdout)}
    assert listed["avoid-the-trap"]["short"] == 12
    assert "24 months (short form: 12)" in CliRunner().invoke(scenarios, []).stdout


def test_the_text_game_plays_the_short_form_to_its_end(file: Path, tmp_path: Path) -> None:
    output = typed(file, *["next"] * SHORT, "debrief", "more", "save it", "quit", options=("--short",))
    assert "for 5 months from February 2023" in output
    assert output.count("This is the short form; the full game has 12 months.") == 2
    assert "The end of it So it went." in output
    assert "All 5 months have been played." in output
    assert re.search(r"--seed 3 --short", output)
    save = tmp_path / "saves" / "it.save"
    assert Game.load(save).finished
    told = CliRunner().invoke(play, ["--text", "--load", str(save), "--short"])
    assert told.exit_code == 2
    assert "keeps its length" in told.stderr
    address = str(Game.load(save).run_address)
    options = ("--address", address.replace("gov=human", "quiet"), "--short", "--month")
    assert "month 4 of 5" in typed(file, "quit", options=(*options, "4"))
    late = CliRunner().invoke(play, [str(file), "--text", *options, "6"])
    assert "valley has 5 months in its short form" in late.stderr


# -- bargains --------------------------------------------------------------------------------------


def with_pact(valley: Model, months: int = 2, *did: str) -> Game:
    """A game in which the pact was asked for in the first month and is in force."""
    game = Game.new(valley, ["gov"], seed=1)
    game.submit("gov", "offer.pact")
    for _ in range(months):
        game.advance()
        for id in did:
            game.submit("gov", id)
    return game


def test_a_bargain_shows_each_part_of_what_it_asks(valley: Model) -> None:
    game = with_pact(valley)
    [pact] = bargains(SeatView(game, "gov"))
    assert (pact.partner, pact.asked, pact.months_left, pact.looked_at_in) == ("donor", True, 12, 2)
    shown = [(t.label.en, t.wanted.en, t.now.en if t.now else None, t.met) for t in pact.terms]
    assert shown == [
        ("Road open", "yes", "yes", True),
        ("Tone", "below 60", "30 points", True),
        ("Secret", "below 60", None, None),
    ]
    [theirs] = bargains(SeatView(game, "donor"))
    assert (theirs.partner, theirs.asked) == ("gov", False)


def test_what_no_longer_holds_is_not_met_and_breaks_the_bargain_when_it_is_looked_at(valley: Model) -> None:
    game = with_pact(valley, 2)
    game.submit("gov", "close")
    game.submit("gov", "shout")
    game.advance()
    [pact] = bargains(SeatView(game, "gov"))
    assert [t.met for t in pact.terms] == [False, True, None]
    assert (pact.looked_at_in, pact.broken) == (1, False)
    game.advance()
    [pact] = bargains(SeatView(game, "gov"))
    assert (pact.months_left, pact.looked_at_in, pact.broken) == (10, 0, True)
    assert "breach.pact" in game.advance().events
    assert bargains(SeatView(game, "gov")) == []


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("en", ["Pact: 12 months left.", "    Road open: yes (now no). Not met.",
                "    Secret: below 60. Not to be seen from here."]),
        ("fr", ["Pact (fr)\u202f: encore 12 mois.",
                "    Road open (fr)\u202f: oui (maintenant\u202f: non). Non rempli.",
                "    Secret (fr)\u202f: moins de 60. Ne se voit pas d’ici."]),
    ],
)  # fmt: skip
def test_the_page_of_offers_says_it_in_words(valley: Model, language: str, wanted: list[str]) -> None:
    game = Game.new(valley, ["gov"], seed=1)
    game.submit("gov", "offer.pact")
    game.advance()
    game.submit("gov", "close")
    game.advance()
    lines = pages_of(game, language).offers()
    assert not set(wanted) - set(lines)


#: What is an equation, not words.
_EQUATION = re.compile(r"[a-z]_[a-z]| [<>=!]=? ")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_condition_of_the_world_can_be_said(language: str) -> None:
    from mali_sim.play.conditions import Reader, chance_parts, kept_terms

    model = load_model(find_scenario("avoid-the-trap"))
    game = Game.new(model, ["bamako"], seed=1)
    view = SeatView(game, "bamako")
    for item, offer in model.happenings.offers:
        terms = kept_terms(view, item)
        assert bool(terms) == (offer.keeps is not None)
        assert not [t for t in terms if _EQUATION.search(t.label[language])]
        labels = [a.label for a in chance_parts(view, item) if a.label is not None]
        assert not [x for x in labels if _EQUATION.search(x[language])]
    for action in model.happenings.actions:
        if action.kind in ("decision", "ask", "choice"):
            whole = action.item.node(model.variables, *action.requires_key)
            said = [t.label for t in Reader(view).terms(whole, "requires", action.id)]
            assert not [x for x in said if _EQUATION.search(x[language])]


# -- the text game ---------------------------------------------------------------------------------


def test_weights_are_set_in_the_text_game_and_weigh_in_the_debrief(file: Path, tmp_path: Path) -> None:
    output = typed(
        file, "o", "weight 2 50", "weight Trust 0.1", "objectives tone", *["next"] * MONTHS,
        "debrief", "more", "save w", "weight scenario", "quit",
    )  # fmt: skip
    assert "What counts in the end: Trust at last (60%), Mean tone (20%) and Secret at last (20%)." in output
    assert "1. Trust at last (more is better): 60%, much; now 40 points" in output
    assert "3. Secret at last (less is better): 20%, little; you learn the value at the end" in output
    assert "no weight to these; you may. 4. Highest tone (less is better): not counted" in output
    assert "Mean tone: it weighs 50% from now on" in output
    assert "It is taken on average over all months; less is better." in output
    saved = Game.load(tmp_path / "saves" / "w.save")
    expected = {"trust": 0.1, "tone": 0.9 * 0.8, "secret": 0.9 * 0.2, "peak": 0.0}
    assert saved.weights("gov") == pytest.approx(expected)
    found = debrief(saved, "gov", yardstick(saved, "gov"))
    assert found.weighed is not None
    assert found.as_written is not None
    assert f"By your weights: {found.weighed.score:.0f} of 100" in output
    assert f"By the scenario’s weights: {found.as_written.score:.0f} of 100" in output
    assert "Quiet: " in output.partition("The scenario’s own strategies")[2]
    assert "a judgement, not a measurement" in output
    assert "The weights are the scenario’s again." in output


def test_weights_are_set_in_french(file: Path) -> None:
    output = typed(file, "objectifs", "poids 2 0,5", "poids égal", "poids scénario", "poids", "poids tone",
                   "poids 1 300", "poids rien 3", options=("--lang", "fr"))  # fmt: skip
    assert "le poids est désormais de 50\u202f%".replace("\u202f", " ") in output.replace("\u202f", " ")
    assert "Chaque objectif du scénario a maintenant le même poids." in output
    assert "Les poids sont de nouveau ceux du scénario." in output
    assert output.count("Lequel, et combien") == 1
    assert "Après « tone », il manque le poids" in output.replace("\u202f", " ")
    assert "300 est trop ou trop peu" in output
    assert "Rien ici ne s’appelle « rien »" in output.replace("\u202f", " ")


def test_several_objectives_of_a_name_are_told_apart_and_keep_the_number(file: Path, tmp_path: Path) -> None:
    output = typed(file, "weight last 50", "2", "save w", "quit")
    assert "Which one? 1. Trust at last 2. Secret at last" in output
    assert Game.load(tmp_path / "saves" / "w.save").weights("gov")["secret"] == 0.5


def test_an_answered_question_is_not_suggested_again(valley: Model, tmp_path: Path) -> None:
    game = Game.new(valley, ["gov"], seed=1)
    while not SeatView(game, "gov").questions():
        game.advance()
    text = TextGame(game, "gov", "en", tmp_path)
    text._handle("questions")
    assert "answer 1" in text._prompt()
    text._handle("answer 2")
    text._handle("questions")
    assert "answer" not in text._prompt()
    text._suggest("questions", "next")
    assert "questions" not in text._prompt()
    text._handle("undo")
    assert "questions" in text._prompt()


def test_what_is_in_the_plan_is_not_suggested_again(valley: Model, tmp_path: Path) -> None:
    text = TextGame(Game.new(valley, ["gov"], seed=1), "gov", "en", tmp_path)
    text._handle("decisions")
    first = re.search(r"do (\d+)", text._prompt())
    assert first is not None
    text._handle(f"do {first[1]}")
    text._handle("decisions")
    assert f"do {first[1]}" not in text._prompt()


def test_a_player_can_weigh_otherwise_after_the_end(valley: Model, tmp_path: Path) -> None:
    game = Game.new(valley, ["gov"], seed=1, short=True)
    while not game.finished:
        game.advance()
    text = TextGame(game, "gov", "en", tmp_path)
    text._handle("weight 2 100")
    assert game.weights("gov")["tone"] == 1.0
    found = text.pages.among()
    assert found is not None
    assert np.isfinite(found.outcomes).all()


def test_what_came_last_tells_what_others_did_to_a_state_of_things():
    """A decision of another actor that turns a switch is told; one that only moves a number is not."""
    m = world(
        months=4,
        switch={"arms": {"initial": False}},
        decision={
            "take_arms": {"actor": "donor", "requires": "not arms", "because": WORDS, "tendency": "certain",
                          "effects": [{"switch": "arms", "to": True}]},
            "scold": {"actor": "donor", "tendency": "certain",
                      "effects": [{"add": "trust", "amount": "small"}]},
        },
        stock={"trust": level(40)},
        constant={"certain": (1e9, "1/month"), "small": 1},
        obs={"trust": "trust"},
    )  # fmt: skip
    game = played(m, 3)
    told = [line for line in SeatView(game, "gov").lines(game.report(0)) if line.actor == "donor"]
    assert {line.id: line.weighty for line in told} == {"take_arms": True, "scold": False}
