"""A game looked back on: fans of the strategies, its decisions on other luck, and the page of both."""

import re
import xml.etree.ElementTree as ElementTree
from functools import cache
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from mali_sim.documents.game_charts import Ribbon, course, grid, histogram
from mali_sim.documents.game_page import STYLE, game_page
from mali_sim.model import Model
from mali_sim.play import Game, SeatView
from mali_sim.play.aspects import notes, write_note
from mali_sim.play.digest import debrief, yardstick
from mali_sim.play.lookback import LEVELS, Luck, luck, replayed, strategy_fans
from mali_sim.play.objectives import peers
from mali_sim.scenario import find_scenario
from mali_sim.scenario.texts import LANGUAGES, NARROW_SPACE
from tests.support import level, played, shared_model, world

MONTHS = 6
REAL = "avoid-the-trap"


def said(text: str) -> dict[str, str]:
    return {"en": text, "fr": f"{text} (fr)"}


def valley(storm: float = 0.0, months: int = 24) -> Model:
    """A road that is mended, and with some chance each month a storm that washes it away."""
    return world(
        months,
        constant={"storm": (storm, "1/month"), "gust": 5, "step": 8, "much": (0.7, "share"),
                  "some": (0.3, "share")},
        stock={"road": level(40, label=said("Road")), "secret": level(5, hidden=True, estimate="0",
                                                                      doubt="step", label=said("Secret"))},
        switch={"shut": {"initial": False, "label": said("Shut")}},
        decision={"mend": {"effects": [{"add": "road", "amount": "step"}], "label": said("Mend it"),
                           "requires": "not shut", "because": said("It is shut")},
                  "dig": {"effects": [{"add": "road", "amount": "-step"}], "label": said("Dig it up")}},
        event={"storm": {"hazard": "storm", "label": said("A storm"),
                         "effects": [{"add": "road", "amount": "-gust"}, {"switch": "shut", "to": True}]}},
        obs={"road": {"value": "road", "better": "higher", "label": said("Road <open>"), "headline": True},
             "secret": {"value": "secret", "known_to": ["donor"]}},
        outcome={"road": {"of": "obs.road", "take": "last", "weight": "much", "label": said("Road at last")},
                 "worst": {"of": "obs.road", "take": "min", "weight": "some", "label": said("Worst road")},
                 "rough": {"of": "obs.road", "take": "mean", "better": "lower", "label": said("Mean road")}},
        ending={"end": {"title": said("Road & bridge"), "text": said("So it went.")}},
        strategy={"idle": {"actor": "gov", "label": said("Idle"), "rules": [{"do": ["dig"]}]},
                  "busy": {"actor": "gov", "label": said("Busy"), "rules": [{"do": ["mend"]}]}},
    )  # fmt: skip


#: What is tried in each month, where the road is still open.
PLAN = {0: ["mend"], 1: ["mend", "dig"], 3: ["mend"]}


def tried(storm: float, months: int, *, whole: int = 24, **new: Any) -> Game:
    """A game in which the plan is followed as far as it can be."""
    game = Game.new(valley(storm, whole), ["gov"], **new)
    for month in range(months):
        for id in PLAN.get(month, ()):
            if game.standing(id).allowed:
                game.submit("gov", id)
        game.advance()
    return game


@cache
def real(months: int = 5) -> Game:
    """The shipped scenario, with the first decisions that can be taken."""
    game = Game.new(shared_model(find_scenario(REAL)), ["bamako"], seed=3)
    for month in range(months):
        for standing in game.standings("bamako")[month : month + 12 : 3]:
            if game.standing(standing.action.id).allowed and not game.standing(standing.action.id).planned:
                game.submit("bamako", standing.action.id)
        game.advance()
    return game


def own_luck(game: Game) -> np.ndarray:
    return replayed(game, np.array([game.record.header.run], np.uint64))[:, 0]


# -- other luck ------------------------------------------------------------------------------------


def test_without_chance_every_replay_is_the_game_itself() -> None:
    game = played(valley(), MONTHS, PLAN)
    found = luck(game, "gov", runs=20)
    assert found is not None
    assert found.own == game.outcomes()
    for id, value in game.outcomes().items():
        assert (found.replays(id) == value).all()
        assert (found.chance(id), found.place(id), found.better_than(id)) == (0.0, 50.0, 50.0)


def test_on_the_games_own_luck_its_decisions_come_to_the_same() -> None:
    small = tried(0.3, MONTHS, seed=4, run=7)
    for game in (small, real()):
        assert own_luck(game).tolist() == list(game.outcomes().values())


def test_a_branch_is_played_again_with_its_own_luck() -> None:
    game = tried(0.3, MONTHS, seed=4).branch(2, 99)
    for _ in range(3):
        game.advance()
    assert own_luck(game).tolist() == list(game.outcomes().values())


@pytest.mark.parametrize("storm", [0.0, 0.3])
def test_a_seat_that_a_strategy_left_to_a_person_is_played_again_as_it_was(storm: float) -> None:
    game = Game.new(valley(storm), profile="busy", seed=2)
    for _ in range(3):
        game.advance()
    game.seat("gov", "human")
    game.submit("gov", "dig")
    game.advance()
    assert own_luck(game).tolist() == list(game.outcomes().values())
    assert storm or own_luck(game)[0] == 40 + 3 * 8 - 8


def test_what_cannot_be_done_on_other_luck_is_refused_there() -> None:
    game = played(valley(0.3), 2, {1: ["mend"]}, seed=next(
        seed for seed in range(50) if played(valley(0.3), 1, seed=seed).outcomes()["road"] == 40
    ))  # fmt: skip
    found = luck(game, "gov", runs=200)
    assert found is not None
    # A storm in the first month shuts the road, and then nothing can be mended in the second.
    assert {round(v) for v in found.replays("road").tolist()} == {30, 35, 43, 48}


def test_luck_starts_with_the_run_after_the_games_own() -> None:
    game = tried(0.3, MONTHS, seed=4, run=7)
    found = luck(game, "gov", runs=3)
    assert found is not None
    for n in range(3):
        other = replayed(game, np.array([8 + n], np.uint64))[:, 0]
        assert found.outcomes[:, n].tolist() == other.tolist()


def test_choice_and_chance_add_up_to_the_distance_from_the_reference() -> None:
    game = real()
    among = peers(game, "bamako", runs=9)
    assert among is not None
    found = luck(game, "bamako", runs=40, among=among)
    assert found is not None
    assert found.reference == "status_quo"
    for id, own in game.outcomes().items():
        choice = found.choice(id)
        assert choice is not None
        assert choice + found.chance(id) == pytest.approx(own - found.usual[id])
    row = found.names.index("isolation")
    theirs = among.outcomes[row, among.strategies.index("status_quo")]
    assert found.usual["isolation"] == np.median(theirs)


def test_a_place_counts_half_of_what_is_the_same_and_turns_where_less_is_better() -> None:
    replays = np.array([[1.0, 2.0, 2.0, 5.0], [1.0, 2.0, 2.0, 5.0], [0.0, 0.0, 1.0, 1.0]])
    found = Luck(("a", "b", "c"), replays, {"a": 2.0, "b": 1.0, "c": 1.0},
                 {"a": "higher", "b": "lower", "c": "none"}, frozenset({"c"}), None, {})  # fmt: skip
    assert (found.place("a"), found.better_than("a")) == (50.0, 50.0)
    assert (found.place("b"), found.better_than("b")) == (12.5, 87.5)
    assert found.middle("c") == 0.5
    assert found.choice("a") is None


def test_no_luck_is_told_of_a_game_not_begun_or_played_with_rewinding() -> None:
    game = tried(0.3, 2)
    assert luck(game, "gov", runs=2) is not None
    game.rewind(1)
    game.advance()
    assert luck(game, "gov", runs=2) is None
    fresh = Game.new(valley(0.3), ["gov"])
    assert luck(fresh, "gov", runs=2) is None
    assert strategy_fans(fresh, "gov", ["road"], runs=2) is None


# -- fans ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["valley", "branch", "real"])
def test_the_first_run_of_a_fan_is_what_the_peers_come_to_on_the_games_luck(which: str) -> None:
    if which == "real":
        game, actor, obs, outcome = real(), "bamako", "isolation", "isolation"
    else:
        game, actor, obs, outcome = tried(0.3, MONTHS, seed=4), "gov", "road", "road"
    if which == "branch":
        game = game.branch(2, 99)
        for _ in range(3):
            game.advance()
    found = strategy_fans(game, actor, [obs], runs=3)
    among = peers(game, actor, runs=3)
    assert found is not None
    assert among is not None
    assert (found.strategies, found.reference) == (among.strategies, among.reference)
    row = list(game.model.scenario.outcome).index(outcome)
    assert found.same_luck[:, 0, -1].tolist() == among.outcomes[row, :, 0].tolist()
    assert found.quantiles.shape == (len(among.strategies), 1, len(LEVELS), game.month)
    assert found.fan(found.strategies[0], obs)[2, -1] == np.median(among.outcomes[row, 0])


def test_a_strategy_that_was_played_runs_along_its_own_fans_first_run() -> None:
    game = Game.new(valley(0.3), profile="busy", seed=5)
    for _ in range(MONTHS):
        game.advance()
    found = strategy_fans(game, "gov", ["road"], runs=4)
    assert found is not None
    course = [game.observed("road", month) for month in range(MONTHS)]
    assert found.same_luck[found.strategies.index("busy"), 0].tolist() == course


def test_fans_show_nothing_before_the_end_that_the_seat_cannot_see() -> None:
    names = ["road", "secret"]
    early = strategy_fans(played(valley(months=3), 2), "gov", names, runs=2)
    ended = strategy_fans(played(valley(months=3), 3), "gov", names, runs=2)
    assert early is not None
    assert ended is not None
    assert (early.names, ended.names) == (("road",), ("road", "secret"))


def test_a_game_does_not_notice_that_it_is_looked_back_on() -> None:
    game = real()

    def state() -> tuple[object, ...]:
        return game.state_hash(), len(game.record.events), game.outcomes(), dict(game.cast), game.month

    before = state()
    assert strategy_fans(game, "bamako", ["isolation", "control"], runs=5) is not None
    assert luck(game, "bamako", runs=70) is not None
    assert state() == before


# -- the page --------------------------------------------------------------------------------------


def page_of(game: Game, actor: str, language: str = "en", bare: bool = False) -> str:
    view = SeatView(game, actor)
    among = peers(game, actor, runs=5)
    found = debrief(game, actor, yardstick(game, actor), among)
    if bare:
        return game_page(game, actor, language, found, None, None, [])
    names = [i.id.removeprefix("obs.") for i in view.headlines()]
    fans = strategy_fans(game, actor, names, runs=5)
    return game_page(game, actor, language, found, fans, luck(game, actor, 30, among), notes(view))


@cache
def pages() -> dict[tuple[str, str], str]:
    """Pages of a small game that has ended and of the shipped one before its end."""
    small = tried(0.3, MONTHS, whole=MONTHS, seed=4)
    write_note(SeatView(small, "gov"), "<script>alert('&')</script>\x00 see <b>there</b>")
    made = {("small", language): page_of(small, "gov", language) for language in LANGUAGES}
    return made | {("real", language): page_of(real(), "bamako", language) for language in LANGUAGES}


BOTH = [(game, language) for game in ("small", "real") for language in LANGUAGES]


class Tags(HTMLParser):
    """Every tag of a page, and whether each is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(("game", "language"), BOTH)
def test_a_page_is_well_formed_and_stands_alone(game: str, language: str) -> None:
    text = pages()[game, language]
    tags = Tags(text)
    assert tags.open == []
    assert not {"script", "link", "img", "iframe", "a", "object"} & set(tags.seen)
    assert not re.search(r"https?:|url\(|@import|\bon\w+=", text)
    root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n"))
    assert root.get("lang") == language
    assert len(root.findall(".//h1")) == 1
    for head in root.iter("th"):
        assert head.get("scope") in ("col", "row")
    drawings = list(root.iter("svg"))
    assert drawings
    for drawing in drawings:
        assert drawing.get("role") == "img"
        assert drawing.find("title") is not None
        for number in re.findall(r"-?[\d.]+", " ".join(x.get("points", "") for x in drawing)):
            assert -1 <= float(number) <= 1_000
    assert len(list(root.iter("figure"))) == len(list(root.iter("figcaption"))) == len(drawings)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_tells_the_ending_the_run_and_what_counts(language: str) -> None:
    text = pages()["small", language]
    own = " (fr)" if language == "fr" else ""
    for told in (f"Road &amp; bridge{own}", f"So it went.{own}", f"Road at last{own}",
                 f"Road &lt;open&gt;{own}", f"Mend it{own}", f"Busy{own}", "world@",
                 "70%" if language == "en" else f"70{NARROW_SPACE}%",
                 "February 2023" if language == "en" else "février 2023"):  # fmt: skip
        assert told in text, told


def test_before_the_end_a_page_says_so() -> None:
    text = pages()["real", "en"]
    assert "If it ended now, after June 2023:" in text
    assert "What you cannot see before the end is left out of it." in text
    assert "If it ended now" not in pages()["small", "en"]


def test_a_page_escapes_what_a_player_wrote() -> None:
    text = pages()["small", "en"]
    assert "<script" not in text
    assert "&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt; see &lt;b&gt;" in text


def test_a_page_needs_neither_fans_nor_luck() -> None:
    game = played(valley(0.3), 1)
    text = page_of(game, "gov", bare=True)
    root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n"))
    assert len(list(root.iter("svg"))) == 1
    assert "Luck and choice" not in text


def test_a_page_of_a_game_played_with_rewinding_has_no_score_and_no_luck() -> None:
    game = tried(0.3, 3)
    game.rewind(1)
    game.advance()
    text = page_of(game, "gov")
    assert "it is no fair comparison with others and has no score" in text
    assert "luck and choice cannot be told apart here" in text
    assert "Score, of 100" not in text


def test_the_pages_colours_can_be_read() -> None:
    tokens = dict(re.findall(r"--(\w+):(#\w{6})", STYLE))

    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for text in ("ink", "muted", "indigo", "teal", "rust", "amber"):
        for ground in ("paper", "panel", "card"):
            apart = (light(tokens[ground]) + 0.05) / (light(tokens[text]) + 0.05)
            assert apart >= 4.5, (text, ground)


# -- charts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "lines"),
    [(0, 100, [0, 50, 100]), (59.3, 64.2, [60, 62, 64]), (-3, 9, [0, 5]), (0.12, 0.19, [0.125, 0.15, 0.175]),
     (5, 5, [5])],
)  # fmt: skip
def test_lines_across_a_chart_are_few_and_round(low: float, high: float, lines: list[float]) -> None:
    assert grid(low, high) == lines


def test_names_beside_lines_that_end_together_do_not_touch() -> None:
    levels = np.full((5, 3), 10.0)
    ribbons = [Ribbon("A strategy of a long name 10", levels), Ribbon("Another of them 10", levels)]
    text = course("t", [10.0, 10.0, 10.0], "Your game 10", ribbons, ("May", "July"), str, 2.0)
    places = sorted(float(y) for y in re.findall(r'y="([\d.]+)" text-anchor="start" font-size="13"', text))
    names = places[:-1]  # the last is the first month's name, at the foot
    assert len(names) >= 4
    assert min(np.diff(names)) >= 12.0
    assert max(names) <= 236


@pytest.mark.parametrize("own", [1.0, 5.0, 9.0, 50.0])
def test_the_words_at_a_histograms_marks_stay_inside_and_apart(own: float) -> None:
    text = histogram("t", np.linspace(1.0, 9.0, 101), own, "you, 5 points: better than 50 of 100",
                     "middle of the replays, 5 points", lambda v: f"{v:g}")  # fmt: skip
    marks = re.findall(r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)"[^>]*>(you|middle)', text)
    assert len({y for _, y, _, _ in marks}) == 2
    for x, _, anchor, _ in marks:
        reach = 7.6 * 36
        assert float(x) + (reach if anchor == "start" else -reach) == pytest.approx(480, abs=480)
