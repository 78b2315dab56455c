"""The text game plays the same games as the library, in both languages, and never falls over."""

import random
import re
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mali_sim.cli import play as play_module
from mali_sim.cli.play import play, system_language
from mali_sim.cli.text import loop
from mali_sim.cli.text import saves as text_saves
from mali_sim.cli.text.commands import COMMANDS, as_typed, matches, parse_month, understand, vocabulary
from mali_sim.cli.text.game import TextGame
from mali_sim.cli.text.pages import Pages
from mali_sim.cli.text.terminal import wrapped
from mali_sim.cli.text.why import asked_about, asked_id
from mali_sim.model import Model, load_model
from mali_sim.play import Game, SeatView
from mali_sim.play.aspects import plain
from mali_sim.play.digest import debrief
from mali_sim.play.why.askable import askables, happening, seen_of
from mali_sim.play.why.explain import UnknownName
from mali_sim.scenario import find_scenario
from mali_sim.scenario.texts import Words

HERE = Path(__file__).resolve().parent
TINY = HERE / "scenarios" / "tiny.toml"
SEED = 5


@pytest.fixture(scope="module")
def tiny() -> Model:
    return load_model(TINY)


@pytest.fixture
def saves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of saves, away from the player's own."""
    folder = tmp_path / "saves"
    monkeypatch.setattr(loop, "save_folder", lambda: folder)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "30")
    return folder


def typed(*lines: str, scenario: Path | str = TINY, options: tuple[str, ...] = ()) -> Result:
    """What comes of typing some lines into a new game."""
    arguments = [str(scenario), "--text", "--seed", str(SEED), *options]
    return CliRunner().invoke(play, arguments, input="\n".join(lines) + "\n", catch_exceptions=False)


def direct_game(model: Model) -> tuple[Game, list[str]]:
    """A game played directly, and the commands that ask for the same."""
    lines: list[str] = []
    game = Game.new(model, ["gov"], seed=SEED)
    numbers = Pages(SeatView(game, "gov"), Words("en")).numbers
    chooser = random.Random(1)
    while not game.finished:
        pages = Pages(SeatView(game, "gov"), Words("en"))
        for question in pages.view.questions():
            answer = chooser.choice([c for c in question.choices if c.standing.allowed])
            lines.append(f"answer {pages.answers().index(answer) + 1}")
            game.submit("gov", answer.id)
        for choice in chooser.sample(pages.choices(), 2):
            if game.standing(choice.id).allowed:
                lines.append(f"do {numbers[choice.id]}")
                game.submit("gov", choice.id)
        lines.append("next")
        game.advance()
    return game, lines


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_whole_game_is_the_game_of_the_library(tiny: Model, saves: Path, language: str) -> None:
    french = {"answer": "répondre", "do": "faire", "next": "suivant"}
    game, lines = direct_game(tiny)
    if language == "fr":
        lines = [" ".join([french[line.split()[0]], *line.split()[1:]]) for line in lines]
    result = typed(*lines, "debrief", "more", "save whole", "quit", options=("--lang", language))
    assert result.exit_code == 0
    saved = Game.load(saves / "whole.save")
    assert saved.state_hash() == game.state_hash()
    assert saved.inputs == game.inputs
    assert str(game.run_address) in result.output


def test_a_save_is_opened_where_it_was_left(saves: Path) -> None:
    typed("do 1", "next", "next", "save half", "quit")
    direct = Game.load(saves / "half.save")
    direct.advance()
    result = typed("next", "save on", "quit", options=("--load", str(saves / "half.save")))
    assert "month 3 of 12" in result.output
    assert Game.load(saves / "on.save").state_hash() == direct.state_hash()


@pytest.fixture
def own_saves(saves: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of saves, for what is typed in the shell too."""
    monkeypatch.setattr(text_saves, "save_folder", lambda: saves)
    return saves


def test_a_save_has_the_same_name_in_the_shell_as_in_the_game(own_saves: Path) -> None:
    typed("next", "save half", "quit")
    assert "month 2 of 12" in typed("quit", options=("--load", "half")).output
    told = typed("quit", options=("--load", "haalf", "--lang", "fr"))
    assert told.exit_code == 2
    assert "il n’y a pas de partie enregistrée" in told.stderr
    assert "half" in told.stderr


def test_a_save_that_cannot_be_opened_is_said_in_the_players_language(own_saves: Path) -> None:
    own_saves.mkdir()
    (own_saves / "broken.save").write_text("not a save")
    wanted = "ligne 1\N{NARROW NO-BREAK SPACE}: ce n’est pas une partie de ce jeu"
    inside = typed("ouvrir broken", options=("--lang", "fr")).output
    assert wanted in " ".join(inside.split("\n"))
    told = typed(options=("--lang", "fr", "--load", "broken"))
    assert told.exit_code == 2
    assert wanted in told.stderr
    assert "line 1: not a save of this game" in typed(options=("--lang", "en", "--load", "broken")).stderr


def test_a_save_of_another_scenario_is_not_opened_as_this_one(own_saves: Path) -> None:
    typed("next", "save half", "quit")
    for language, wanted in (("en", "not of first-steps"), ("fr", "non de first-steps")):
        told = typed("quit", scenario="first-steps", options=("--load", "half", "--lang", language))
        assert told.exit_code == 2
        assert wanted in told.stderr
    told = CliRunner().invoke(play, ["--text", "--load", "half"], input="quit\n")
    assert told.exit_code == 0, "no scenario was named"


def test_saves_are_listed_with_what_they_are_and_opened_by_their_number(saves: Path, tiny: Model) -> None:
    typed("next", "save early", "next", "next", "save late", "quit")
    label = tiny.scenario.actor["gov"].label
    title = tiny.scenario.scenario.title
    output = typed("load", "decisions", "load 3", "quit").output
    assert f"1. late: {title.en}; {label.en}; May 2023, month 4 of 12" in output
    assert f"early: {title.en}; {label.en}; March 2023, month 2 of 12" in output
    assert "month 2 of 12" in output.partition("> load 3")[2]
    (saves / "broken.save").write_text("not a save")
    assert "1. broken\N{NARROW NO-BREAK SPACE}: illisible" in typed("ouvrir", options=("--lang", "fr")).output
    assert "Il n’y a pas de partie enregistrée" in typed("ouvrir 17", options=("--lang", "fr")).output


def test_what_was_decided_since_the_last_month_is_kept_and_said(tiny: Model, saves: Path) -> None:
    text = TextGame(Game.new(tiny, ["gov"], seed=SEED), "gov", "en", saves)
    for line in ("next", "do 1"):
        text._handle(line)
    # Nobody left: the terminal was closed.
    [kept] = saves.glob("*-auto.save")
    output = typed("quit", options=("--load", str(kept))).output
    assert "February 2023 has passed" in output
    planned = tiny.label_of(tiny.action(Game.load(kept).plan["gov"][0])).en
    assert f"Your plan for March 2023\n  1. {planned}" in output
    assert list(saves.glob("*.save")) == [kept], "looking on makes no other save"


def test_after_the_end_nothing_is_suggested_that_cannot_be_done(tiny: Model, saves: Path) -> None:
    game = Game.new(tiny, ["gov"], seed=SEED)
    text = TextGame(game, "gov", "en", saves)
    while not game.finished:
        text._handle("next")
    for line in ("status", "dossier", "why support", "offers", "plan", "load", "history", "note x"):
        text._handle(line)
        hints = text._prompt().rpartition("You could type: ")[2]
        assert not re.search(r"\b(decisions|next|forecast|offers|do|plan|answer)\b", hints), line


def test_a_run_of_a_batch_is_opened_at_a_month(tiny: Model, saves: Path) -> None:
    game = Game.new(tiny, [], seed=9, run=7)
    for _ in range(4):
        game.advance()
    result = typed("save there", "quit", options=("--address", str(game.run_address), "--month", "5"))
    assert "month 5 of 12" in result.output
    assert Game.load(saves / "there.save").state_hash() == game.state_hash()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("months", [0, 3, 12])
def test_every_command_answers(saves: Path, language: str, months: int) -> None:
    arguments = ("", " 1", " support", " all", " 2023-03", " nonsense", " region", " S1", " 99999")
    lines = [
        command.shown(language) + argument
        for command in COMMANDS
        for argument in arguments
        if command.name not in ("quit", "next", "language")
    ]
    game = Game.new(load_model(TINY), ["gov"], seed=SEED)
    output = played(game, ["next"] * months + lines, saves, language)
    answers = output.split("\n> ")[1:]
    assert len(answers) >= len(lines)
    assert all(answer.strip() for answer in answers)
    assert "Traceback" not in output
    # A commanding officer's tone, never a salesman's; and nothing that a terminal would obey.
    assert "!" not in re.sub(r"=\s*!|!=", "", output)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", output)


def played(game: Game, lines: list[str], folder: Path, language: str = "en") -> str:
    """What is printed while some lines are typed and the input then ends."""
    waiting = iter(lines)
    printed: list[str] = []

    def read(prompt: str) -> str:
        printed.append(prompt)
        line = next(waiting, None)
        if line is None:
            raise EOFError
        return line

    text = TextGame(game, game.seats[0], language, folder)
    text.terminal.read = read  # type: ignore[method-assign]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("click.echo", lambda line="", **_: printed.append(str(line)))
        text.run()
    return "\n".join(printed)


def test_random_lines_never_break_it(tiny: Model, saves: Path) -> None:
    chooser = random.Random(4)
    words = [*vocabulary({"region": ("Regions", "Régions")}), "yes", "no", "oui", "rewnd", "£", "’"]
    after = ["", "1", "2", "3", "12", "-1", "1e9", "support", "north", "talk", "2023-04", "avril", "all", "é"]
    end = time.monotonic() + 2.5
    games = 0
    while time.monotonic() < end or not games:
        lines = []
        for _ in range(60):
            line = " ".join([chooser.choice(words), *chooser.choices(after, k=chooser.randint(0, 2))])
            if line.split()[0] not in ("load", "open", "ouvrir", "charger", "save"):
                lines.append(chooser.choice([line, line, "next", str(chooser.randint(0, 12))]))
        played(Game.new(tiny, ["gov"], seed=games), lines, saves, chooser.choice(["en", "fr"]))
        games += 1


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("scenario", [TINY, "avoid-the-trap"])
def test_the_screen_after_a_month_fits(saves: Path, language: str, scenario: Path | str) -> None:
    model = load_model(find_scenario(str(scenario)))
    game = Game.new(model, [model.scenario.scenario.seats[0]], seed=SEED)
    pages = Pages(SeatView(game, game.seats[0]), Words(language))
    for _ in range(min(game.months, 12)):
        report = game.advance()
        screens = [wrapped(pages.month_report(report, texts)) for texts in (True, False)]
        assert min(len(s) for s in screens) <= 40
        assert max(len(line) for s in screens for line in s) <= 100


@pytest.mark.parametrize("ending", [EOFError, KeyboardInterrupt])
def test_the_end_of_the_input_keeps_the_game(
    tiny: Model, saves: Path, ending: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = iter(["do 1", "next", "do 3"])

    def read(prompt: str = "") -> str:
        line = next(lines, None)
        if line is None:
            raise ending
        return line

    monkeypatch.setattr("builtins.input", read)
    TextGame(Game.new(tiny, ["gov"], seed=SEED), "gov", "en", saves).run()
    kept = list(saves.glob("*-auto.save"))
    assert len(kept) == 1
    game = Game.load(kept[0])
    assert game.month == 1
    assert game.plan["gov"]


def test_leaving_asks_what_becomes_of_the_game(saves: Path) -> None:
    stayed = typed("do 1", "quit", "perhaps", "quit", "no")
    assert "You are still here." in stayed.output
    assert list(saves.glob("*.save")) == []
    typed("do 1", "quit", "yes")
    assert len(list(saves.glob("*.save"))) == 1
    assert "Save before you go" not in typed("quit").output


def test_going_back_is_asked_for_and_marked(tiny: Model, saves: Path) -> None:
    game = Game.new(tiny, ["gov"], seed=SEED)
    played(game, ["next", "next", "rewind 1", "no"], saves)
    assert game.month == 2
    assert not game.rewound
    played(game, ["rewind February 2023", "yes"], saves)
    assert game.month == 0
    assert game.rewound


def test_what_cannot_be_done_is_said_with_its_reason(saves: Path) -> None:
    game = Game.new(load_model(TINY), ["gov"], seed=SEED)
    number = Pages(SeatView(game, "gov"), Words("en")).numbers["shut"]
    assert "Not possible now: no" in typed(f"do {number}").output
    assert "Pas possible maintenant" in typed(f"faire {number}", options=("--lang", "fr")).output


def test_a_hidden_stock_stays_hidden_until_the_end(saves: Path) -> None:
    model = load_model(find_scenario("avoid-the-trap"))
    hidden = [id for id, s in model.scenario.stock.items() if s.hidden and "bamako" not in s.known_to]
    assert hidden
    game = Game.new(model, ["bamako"], seed=SEED)
    view = SeatView(game, "bamako")
    game.advance()
    game.advance()
    for id in hidden:
        for name in model.layout.blocks[f"stock:{id}"].labels:
            with pytest.raises(UnknownName):
                view.explain(name)
    labels = {model.scenario.stock[id].label.en for id in hidden}
    for indicator in view.indicators():
        why = view.explain(indicator.id)
        assert not labels & {c.label.en for c in why.causes}
        assert sum(c.amount for c in why.causes) == pytest.approx(why.change, abs=1e-6)


def test_a_cause_is_opened_by_its_number(saves: Path) -> None:
    game = Game.new(load_model(find_scenario("avoid-the-trap")), ["bamako"], seed=SEED)
    output = played(game, ["next", "why treasury", "4"], saves)
    listed = re.search(r"^4\. (.+): [+\u2212]", output, re.MULTILINE)
    assert listed is not None
    assert output.rpartition("\n> ")[0].count(listed[1]) >= 2
    assert "Equation, as the model’s file has it: " in output.split("\n> ")[-2]


def test_whatever_is_named_as_a_cause_can_be_asked_about(saves: Path) -> None:
    game = Game.new(load_model(find_scenario("avoid-the-trap")), ["bamako"], seed=SEED)
    asked = ["why traders choose routes", "why civilians killed (acled)"]
    output = played(game, ["next", "next", *asked], saves)
    assert "Why: Traders choose routes, March 2023" in output
    assert "It goes to: Goods by route" in output
    assert "The count goes on" not in output
    view = SeatView(game, "bamako")
    known = askables(view)
    for indicator in view.indicators():
        for cause in view.explain(indicator.id).causes:
            kind = cause.id.partition(".")[0]
            if kind in ("flow", "effect", "cost", "obs") or cause.id in game.model.scenario.switch:
                assert asked_id(cause.id, known), cause.id
    for id in game.model.scenario.outcome:
        assert f"outcome.{id}" in known
    pages = Pages(view, Words("en"))
    assert asked_about(pages, "support") == ["obs.support_stated_urban", "outcome.support"]


def test_what_is_hidden_is_said_to_be_and_estimated(saves: Path) -> None:
    game = Game.new(load_model(find_scenario("avoid-the-trap")), ["bamako"], seed=SEED)
    page = played(game, ["next", "why real support"], saves).rpartition("> why real support")[2]
    assert "You cannot see this before the end of the game." in page
    assert "you take it for" in page
    assert "Stated support, towns" in page
    assert seen_of(SeatView(game, "bamako"), "obs.support_country") == ["obs.support_stated_urban"]
    known = askables(SeatView(game, "bamako"))
    hidden = {id for id, s in game.model.scenario.stock.items() if s.hidden and "bamako" not in s.known_to}
    assert all(known[id].kind == "hidden" for id in hidden)


def test_an_event_says_what_made_its_chance_and_what_it_did(saves: Path) -> None:
    game = Game.new(load_model(find_scenario("avoid-the-trap")), ["bamako"], seed=SEED)
    for _ in range(12):
        game.advance()
    month, id = next(
        (m, e) for m in range(12) for e in game.report(m).events
        if any(i.id == e and x.hazard for i, x in game.model.happenings.events)
        and happening(SeatView(game, "bamako"), e, m).effects
    )  # fmt: skip
    found = happening(SeatView(game, "bamako"), id, month)
    assert month in found.months
    assert found.equation
    assert found.hidden or 0 < (found.chance or 0) < 1
    output = played(game, [f"why effect.{id} {month + 1}"], saves)
    assert "It happened in" in output
    assert "Equation of h" in output


def test_a_switch_says_when_it_was_set_and_by_what(saves: Path) -> None:
    game = Game.new(load_model(find_scenario("avoid-the-trap")), ["bamako"], seed=SEED)
    game.submit("bamako", "tell_mission_to_go")
    output = played(game, ["next", "why switch.minusma_present", "1"], saves)
    label = game.model.label_of(game.model.action("tell_mission_to_go")).en
    assert "The UN mission is in Mali: now no" in output
    assert f"1. set by: {label}" in output
    assert "What it did in February 2023:" in output


def test_what_is_yes_or_no_is_forecast_as_a_chance(saves: Path) -> None:
    game = Game.new(load_model(find_scenario("avoid-the-trap")), ["bamako"], seed=SEED)
    number = Pages(SeatView(game, "bamako"), Words("en")).numbers["tell_mission_to_go"]
    output = played(game, [f"forecast {number} all"], saves)
    label = game.model.scenario.obs["minusma_present"].label.en
    assert f"{label}: yes in 0 of 100 futures at the end; without it in 100, worse" in output


def test_what_is_counted_month_by_month_has_no_figure_before_the_first() -> None:
    game = Game.new(load_model(find_scenario("avoid-the-trap")), ["bamako"], seed=SEED)
    view = SeatView(game, "bamako")
    assert not view.indicator("deaths_ucdp").known
    game.advance()
    first = view.indicator("deaths_ucdp")
    assert first.known
    assert first.change == 0
    assert first.series == (game.observed("deaths_ucdp"),)


def test_what_is_hidden_is_out_of_the_debrief_until_the_end() -> None:
    game = Game.new(load_model(find_scenario("avoid-the-trap")), ["bamako"], seed=SEED)
    pages = Pages(SeatView(game, "bamako"), Words("en"))
    game.advance()
    scales = pages.scales
    assert "support" not in {r.id for r in debrief(game, "bamako", scales).results}
    while not game.finished:
        game.advance()
    assert {r.id for r in debrief(game, "bamako", scales).results} == set(game.model.scenario.outcome)


def test_notes_are_kept_and_read_again(saves: Path) -> None:
    result = typed("note watch the north", "next", "note", "save noted", "quit")
    assert "February 2023: watch the north" in result.output
    again = typed("debrief", "more", options=("--load", str(saves / "noted.save")))
    assert "watch the north" in again.output


def test_words_are_understood_in_both_languages_and_shortened() -> None:
    known = vocabulary({"region": ("Regions", "Régions")})
    assert understand("Décisions europe", known)[:2] == ("decisions", "europe")
    assert understand("DECISIONS", known)[0] == "decisions"
    assert understand("prev 3", known)[:2] == ("forecast", "3")
    assert understand("et si 2", known)[:2] == ("what-if", "2")
    assert understand("regions kidal", known)[:2] == ("set:region", "kidal")
    assert understand("decisons", known) == (None, "", "decisions")
    assert understand("xyzzy", known) == (None, "", None)


def test_names_are_found_without_accents() -> None:
    names = {"segou": ("Ségou",), "bamako": ("Bamako",), "cote": ("Côte d’Ivoire",)}
    assert matches("SEGOU", names) == ["segou"]
    assert matches("cote d'ivoire", names) == ["cote"]
    assert matches("bamakko", names) == ["bamako"]
    assert matches("paris", names) == []


def test_a_name_is_typed_small_but_for_what_is_all_capitals() -> None:
    assert as_typed("Contributeurs de la mission de l’ONU") == "contributeurs de la mission de l’ONU"
    assert as_typed("UN missions") == "UN missions"


def test_a_member_without_figures_says_so(saves: Path) -> None:
    game = Game.new(load_model(find_scenario("avoid-the-trap")), ["bamako"], seed=SEED)
    output = played(game, ["canaux de l’aide"], saves, "fr")
    page = output.rpartition("> canaux")[2]
    assert not re.search(r":\s*$", page, re.MULTILINE)
    assert "appui budgétaire\N{NARROW NO-BREAK SPACE}: rien" in page


def test_months_are_found_by_number_code_and_name() -> None:
    for text in ("3", "2023-04", "April 2023", "avril", "AVRIL 2023"):
        assert parse_month(text, "2023-02", 12) == 2
    for text in ("0", "14", "2022-04", "brumaire", ""):
        assert parse_month(text, "2023-02", 12) is None


def test_a_dossier_loses_its_marks() -> None:
    text = "# Title\n\nOne *two*\nthree [E001, K_AID_FRANCE] and [a link](x).\n"
    made = [plain(paragraph) for paragraph in text.split("\n\n")]
    assert made == ["Title", "One two three [E001, K_AID_FRANCE] and a link."]


def test_the_language_is_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "fr_ML.UTF-8")
    assert system_language() == "fr"
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert system_language() == "en"


def test_without_a_window_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(play_module, "_window_problem", lambda: "there is no display")
    result = CliRunner().invoke(play, [str(TINY)])
    assert result.exit_code == 2
    assert "there is no display" in result.stderr
    assert "mali-sim play --text" in result.stderr
    assert "mali-sim doctor" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["avoid-the-trop", "--text"],
        [str(HERE / "bad" / "circle.toml"), "--text"],
        [str(TINY), "--text", "--actor", "nobody"],
        [str(TINY), "--text", "--reading", "nobodys"],
        [str(TINY), "--text", "--address", "what"],
        [str(TINY), "--text", "--load", "no-such.save"],
    ],
)
def test_what_cannot_be_opened_is_said_in_a_sentence(arguments: list[str]) -> None:
    result = CliRunner().invoke(play, arguments)
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)


def test_what_was_put_into_the_first_plan_is_kept_at_once(saves: Path) -> None:
    """A terminal that is closed in the first month loses nothing."""
    typed("do 1")
    assert Game.load(next(saves.glob("*-auto.save"))).plan["gov"]


def test_an_offer_says_until_when_it_can_be_answered(saves: Path) -> None:
    """The month that is named is the last in which the offer is still on the table."""
    game = Game.new(load_model(find_scenario("avoid-the-trap")), ["bamako"], seed=SEED)
    view = SeatView(game, "bamako")
    while not (asked := [q for q in view.questions() if q.until is not None]):
        game.advance()
    question = asked[0]
    while any(q.id == question.id for q in view.questions()):
        last = game.month
        game.advance()
    assert question.until == last


def test_what_comes_again_says_so_in_place_of_the_same_words(saves: Path) -> None:
    game = Game.new(load_model(find_scenario("avoid-the-trap")), ["bamako"], seed=SEED)
    view = SeatView(game, "bamako")
    told: dict[str, list] = {}
    for _ in range(24):
        report = game.advance()
        for line in view.lines(report):
            if line.kind == "event":
                told.setdefault(line.text.en, []).append((report, line))
    again = [lines for lines in told.values() if len(lines) > 1]
    assert again
    assert any(one.again is None for (_, one), *_ in again)
    for (first, _), (second, two), *_ in again:
        months = {Words("en").month("2023-02", month) for month in range(first.month, second.month)}
        assert two.again is not None
        assert any(two.again.en.endswith(f"in {month}.") for month in months)
        short = " ".join(Pages(view, Words("en")).told(second)[1])
        full = " ".join(Pages(view, Words("en")).told(second, full=True)[1])
        assert two.detail is not None
        assert two.detail.en in full
        assert two.detail.en not in short


WRONG = {
    "do": "what there is: decisions",
    "do 99": "There is no number 99: decisions and offers have numbers from 1 to ",
    "details xyz": "No decision or offer is called “xyz”. What there is: decisions.",
    "status xyz": "Nothing here is called “xyz”. What there is: status all.",
    "why xyz": "Nothing here is called “xyz”. What there is: status all.",
    "why trust 40": "40 is no month of this game: months go from 1, ",
    "why trust 1999-01": "1999-01 is no month of this game",
    "history 12": "That month has not been played; the last one was ",
    "history 88": "88 is no month of this game",
    "history xyz": "Nothing here is called “xyz”",
    "rewind 9": "“9” is no month that has been played.",
    "branch x": "for example: branch 1",
    "weight 1": "How much it is to weigh is missing after “1”",
    "weight 1 150": "150 is too much or too little",
    "weight xyz 30": "Nothing here is called “xyz”. What there is: objectives.",
    "objectives xyz": "Nothing here is called “xyz”. What there is: objectives.",
    "language de": "There is no language “de” here. For example: language en or language fr",
    "source xyz": "There is no source “xyz”",
    "source": "Which source? Their ids stand on the pages of decisions and figures. For example: source ",
    "what-if 7": "There is no number 7 among your decisions: they go from 1 to 1.",
    "load xyz": "There is no save",
}


def test_what_is_wrong_with_a_line_is_said_with_what_would_be_right(saves: Path) -> None:
    output = typed("do 1", "next", *WRONG).output
    answers = [" ".join(part.split()) for part in output.split("\n> ")]
    asked = dict(zip(WRONG, answers[-len(WRONG) - 1 :], strict=False))
    for line, said in WRONG.items():
        assert asked[line].startswith(line + " "), asked[line]
        assert said in asked[line], asked[line]


def test_the_page_on_capital_tells_what_comes_and_what_came(saves: Path) -> None:
    output = " ".join(typed("do 1", "next", "capital").output.split())
    assert "What moved it in " in output
    assert "nothing comes back by itself" in output or "this month brings about " in output
