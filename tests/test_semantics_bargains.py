"""What bargains and answers say of themselves: before, in force, broken; and what their numbers mean."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from mali_sim.cli.text.game import TextGame
from mali_sim.cli.text.pages import Pages
from mali_sim.cli.text.reasons import forecast_page
from mali_sim.model import Model
from mali_sim.play import Game, NotAllowed, SeatView, forecast
from mali_sim.play.answers import answer
from mali_sim.play.bargains import against, bargains, offered
from mali_sim.play.conditions import chance_said, decided, telling
from mali_sim.scenario.texts import MINUS, Words
from tests.support import level, world


def said(name: str) -> dict[str, str]:
    return {"en": name, "fr": f"{name} (fr)"}


@cache
def square(chance: str = "1") -> Model:
    """Lists come off against a calendar that is kept; a letter asks, and donor offers too."""
    free = {"label": said("Take off the lists"), "requires": "listed", "because": said("Not listed"),
            "effects": [{"switch": "listed", "to": False}]}  # fmt: skip
    back = {
        "label": said("Put back on the lists"), "effects": [{"switch": "listed", "to": True}],
        "requires": "not listed and missed > many", "because": said("Listed, or too little missed."),
    }  # fmt: skip
    shift = {
        "actor": "donor", "label": said("Postpone"), "effects": [{"switch": "calendar", "to": "postponed"}]
    }  # fmt: skip
    return world(
        constant={"many": 20, "few": 10, "sure": (1, "share"), "half_share": (0.5, "share"), "cost": 2},
        stock={
            "capital": level(50), "missed": level(12, label=said("Dates missed")),
            "tone": level(30, label=said("Tone")), "trust": level(40, label=said("Trust")),
        },
        actor={"gov": {"capital": "capital"}, "donor": {"label": said("Donor")}},
        switch={
            "listed": {"initial": True, "label": said("Lists")},
            "calendar": {
                "initial": "kept", "label": said("Calendar"),
                "values": {"kept": said("kept"), "postponed": said("postponed")},
            },
        },
        decision={"free": free, "back": back, "shift": shift},
        offer={
            "deal": {
                "label": said("The deal"), "chance": chance, "keeps": "calendar != 'postponed'",
                "grace": "month_1", "lasts": "year", "capital": "cost",
                "effects": [{"switch": "listed", "to": False, "if": "listed"},
                            {"add": "trust", "amount": "few"}],
                "breach": [{"switch": "listed", "to": True, "if": "not listed"}],
            },
            "theirs": {
                "from": "donor", "to": "gov", "label": said("Their offer"), "keeps": "not listed",
                "grace": "quarter", "lasts": "year", "breach": [{"add": "trust", "amount": "-few"}],
            },
        },
        event={
            "letter": {
                "date": "2023-02", "seat": "gov", "default": "file", "label": said("Letter"),
                "choices": [
                    {"id": "file", "label": said("File it"), "text": said("f")},
                    {"id": "reply", "label": said("Reply"), "text": said("r"), "capital": "cost",
                     "effects": [{"add": "trust", "amount": "many"}]},
                    {"id": "relist", "label": said("List them"), "text": said("l"),
                     "effects": [{"switch": "listed", "to": True, "if": "not listed"}]},
                ],
            },
        },
        obs={"trust": {"value": "trust", "better": "higher", "label": said("Trust")}},
    )


def begun(chance: str = "1", months: int = 2) -> Game:
    """The deal, asked in the first month and accepted in the second."""
    game = Game.new(square(chance), ["gov", "donor"])
    game.seat("donor", "tendency")
    game.submit("gov", "offer.deal")
    for _ in range(months):
        game.advance()
    return game


def pages_of(game: Game, language: str = "en") -> Pages:
    return Pages(SeatView(game, "gov"), Words(language))


def broken() -> Game:
    """The deal, broken by the other side."""
    game = begun()
    game.seat("donor", "human")
    game.submit("donor", "shift")
    game.advance()
    while not any(e == "breach.deal" for e in game.report(game.month - 1).events):
        game.advance()
    return game


def typed(game: Game, folder: Path, *lines: str) -> list[str]:
    """What each line is answered with."""
    shown: list[str] = []
    text = TextGame(game, "gov", "en", folder)
    text.terminal.show = lambda page: shown.append("\n".join(page))  # type: ignore[method-assign]
    found = []
    for line in lines:
        shown.clear()
        text._handle(line)
        found.append("\n".join(shown))
    return found


# -- broken ----------------------------------------------------------------------------------------


def test_a_breach_says_what_failed_whose_doing_it_was_and_what_follows() -> None:
    game = broken()
    report = game.report(game.month - 1)
    [line] = [x for x in SeatView(game, "gov").lines(report) if x.kind == "breach"]
    assert line.detail is not None
    assert line.detail.en == (
        "What no longer held: Calendar: other than postponed (now postponed). "
        "What turned it, in April 2023: Donor: Postpone. Lists: begun again."
    )
    page = "\n".join(pages_of(game).month_report(report, texts=False))
    assert "Lists: begun again" in page, "said even where texts are left out"


# -- before it is paid for, and against it -----------------------------------------------------------


def test_an_offer_says_what_will_have_to_hold_before_it_is_paid_for() -> None:
    game = Game.new(square(), ["gov"])
    view = SeatView(game, "gov")
    offers = {item.id: item for item, _ in game.model.happenings.offers}
    found = offered(view, offers["deal"])
    assert (found.lasts, found.grace) == (12, 1)
    [(term, made)] = found.terms
    assert (term.met, made) == (True, False)
    game.seat("donor", "human")
    game.submit("donor", "offer.theirs")
    game.advance()
    number = next(n for n, c in enumerate(pages_of(game).answers(), 1) if c.id == "accept.theirs")
    page = pages_of(game).details(pages_of(game).answers()[number - 1])
    assert page[0] == f"Answer {number}. Accept: Their offer"
    assert "It would run for 12 months." in page
    assert "What would have to hold, from 3 months after the yes:" in page
    assert "  Lists: no (now yes). Not met." in page
    game.submit("gov", "accept.theirs")
    plan = pages_of(game).plan()
    assert "    What it asks does not hold yet, and is looked at 3 months after the yes:" in plan
    assert "      Lists: no (now yes). Not met." in plan


def test_a_term_that_a_yes_makes_hold_says_so() -> None:
    breach = [{"switch": "open", "to": False, "if": "open"}]
    effects = [{"switch": "open", "to": True, "if": "not open"}]
    model = world(
        switch={"open": {"initial": False, "label": said("Open")}},
        offer={"deal": {"keeps": "open", "grace": "month_1", "effects": effects, "breach": breach}},
    )
    view = SeatView(Game.new(model, ["gov"]), "gov")
    [(term, made)] = offered(view, model.happenings.offers[0][0]).terms
    assert (term.met, made) == (False, True)
    lines = Pages(view, Words("en")).details(view.choices()[0])
    assert "  Open: yes (now no). Not met. A yes would make it so." in lines


def test_what_goes_against_a_bargain_is_warned_of(tmp_path: Path) -> None:
    game = begun()
    view = SeatView(game, "gov")
    assert [b.choice.id for b in bargains(view)] == ["offer.deal"]
    [(bargain, switch)] = against(view, "back")
    assert (bargain.choice.id, switch.en) == ("offer.deal", "Lists")
    assert [s.en for _, s in against(SeatView(game, "donor"), "shift")] == ["Calendar"]
    assert against(view, "free") == [], "it is so already"
    number = pages_of(game).numbers["back"]
    warning = "This goes against the bargain “The deal”: Lists."
    assert warning in typed(game, tmp_path, f"details {number}")[0]
    lone = Game.new(square(), ["gov"])
    assert against(SeatView(lone, "gov"), "letter.relist") == [], "no bargain, no warning"


def test_an_answer_against_a_bargain_is_warned_of_as_it_is_given(tmp_path: Path) -> None:
    letter = {
        "date": "2023-04", "seat": "gov", "default": "no", "label": said("Letter"),
        "choices": [
            {"id": "no", "label": said("No"), "text": said("n")},
            {"id": "yes", "label": said("Yes"), "text": said("y"),
             "effects": [{"switch": "shut", "to": True}]},
        ],
    }  # fmt: skip
    model = world(
        switch={"shut": {"initial": False, "label": said("Shut")}},
        offer={"deal": {"label": said("Deal"), "chance": "1", "keeps": "not shut", "grace": "quarter",
                        "breach": [{"add": "trust", "amount": "-half_point"}]}},
        stock={"trust": level(40)}, constant={"half_point": 0.5},
        event={"letter": letter},
    )  # fmt: skip
    game = Game.new(model, ["gov"])
    game.submit("gov", "offer.deal")
    for _ in range(3):
        game.advance()
    warned, unwarned = typed(game, tmp_path, "answer 2", "answer 1")
    assert warned == "Your answer: Letter: Yes.\nThis goes against the bargain “Deal”: Shut."
    assert unwarned == "Your answer: Letter: No."


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("listed", True), ("not listed", False), ("calendar == 'kept'", True), ("calendar != 'kept'", False),
        ("listed and missed > many", None), ("not listed and missed > many", False),
        ("listed or missed > many", True), ("not listed or missed > many", None), ("missed > many", None),
    ],
)  # fmt: skip
def test_switches_decide_a_condition_as_far_as_they_go(condition: str, wanted: bool | None) -> None:
    from mali_sim.equations import parse

    assert decided(parse(condition), {"listed": True, "calendar": "kept"}) is wanted


# -- why not -----------------------------------------------------------------------------------------


def test_a_decision_that_cannot_be_made_says_which_of_its_conditions_fail() -> None:
    game = begun()
    view = SeatView(game, "gov")
    choice = next(c for c in view.choices() if c.id == "back")
    [term] = telling(view, choice.standing)
    assert term.lacking.en == "Dates missed: 12 points, needs above 20"
    assert pages_of(game).choice_line(choice).endswith(
        "Not now: Listed, or too little missed. (Dates missed: 12 points, needs above 20)"
    )
    assert "il faut plus de 20" in pages_of(game, "fr").choice_line(choice)


def test_asked_why_an_offer_is_told_with_what_weighs_in_its_answer(tmp_path: Path) -> None:
    game = begun("half_share", months=1)
    number = pages_of(game).numbers["offer.deal"]
    [shown] = typed(game, tmp_path, f"why offer {number}")
    assert "As things stand the answer would be yes in 50 cases of 100 (Donor)." in shown
    assert "What makes that up: in any case +50." in shown


def test_a_refusal_says_what_made_up_the_chance() -> None:
    chance = "clip(half_share - tone / 100 - (half_share if listed else 0), 0, 1)"
    game = begun(chance)
    item = next(item for item, _ in game.model.happenings.offers if item.id == "deal")
    view = SeatView(game, "gov")
    wanted = f"in any case +50; Lists {MINUS}50; Tone {MINUS}30"
    assert chance_said(view, item).en == wanted
    [line] = [x for x in view.lines(game.report(1)) if x.kind == "refuse"]
    assert line.detail is not None
    assert line.detail.en == f"A yes was likely in 0 cases of 100: {wanted}."
    assert wanted in "\n".join(pages_of(game).happened(game.report(1)))


# -- answers -----------------------------------------------------------------------------------------


def test_another_answer_takes_the_place_of_the_first() -> None:
    game = Game.new(square(), ["gov"])
    game.advance()
    answer(game, "gov", "letter.relist")
    [question] = SeatView(game, "gov").questions()
    assert all(c.standing.allowed for c in question.choices)
    assert not any("Not now" in line for line in pages_of(game).questions())
    answer(game, "gov", "letter.reply")
    assert game.plan["gov"] == ["letter.reply"]
    assert [e["id"] for e in game.record.events if e["kind"] == "submit"] == ["letter.reply"]


def test_a_wrong_number_of_an_answer_says_which_there_are(tmp_path: Path) -> None:
    game = Game.new(square(), ["gov"])
    game.advance()
    for wrong, shown in zip(("9", "xyz"), typed(game, tmp_path, "answer 9", "answer xyz"), strict=True):
        assert shown == (
            f"“{wrong}” is no number of an answer: they go from 1 to 3. What there is: questions."
        )
    assert not game.plan.get("gov")


def test_the_page_of_an_answer_says_what_comes_of_none() -> None:
    """Of an offer until when it stands, of an event which answer is taken."""
    game = Game.new(square(), ["gov", "donor"])
    game.submit("donor", "offer.theirs")
    game.advance()
    pages = pages_of(game)
    offered_, letter = (next(c for c in pages.answers() if c.kind == kind) for kind in ("refuse", "choice"))
    assert "If you do not answer this month: File it." in pages.details(letter)
    [until] = [line for line in pages.details(offered_) if line.startswith("It can be answered until")]
    assert until in pages.questions()
    while any(c.id == offered_.id for c in pages_of(game).answers()):
        last = game.month
        game.advance()
    assert until == f"It can be answered until {pages.month(last)}; then it lapses."


def test_an_answer_that_cannot_be_paid_for_leaves_the_first() -> None:
    model = world(
        constant={"dear": 5}, stock={"capital": level(1)}, actor={"gov": {"capital": "capital"}},
        event={"letter": {
            "date": "2023-02", "seat": "gov", "default": "no",
            "choices": [{"id": "no", "label": said("No"), "text": said("n")},
                        {"id": "yes", "label": said("Yes"), "text": said("y"), "capital": "dear"}],
        }},
    )  # fmt: skip
    game = Game.new(model, ["gov"])
    game.advance()
    answer(game, "gov", "letter.no")
    with pytest.raises(NotAllowed):
        answer(game, "gov", "letter.yes")
    assert game.plan["gov"] == ["letter.no"]


def test_numbers_are_those_of_the_list_shown_last(tmp_path: Path) -> None:
    game = Game.new(square(), ["gov"])
    game.advance()
    shown = typed(game, tmp_path, "questions", "details 2", "do 2", "do answer 2", "plan", "2",
                  "undo answer 2", "details answer 3", "details 99", "questions", "details 99", "undo 2",
                  "forecast 1")  # fmt: skip
    questions, details, other, done, plan, bare, undone, third, none, _, no_answer, not_in, silent = shown
    assert "From here on numbers are of these answers: answer 1, details 1, forecast 1." in questions
    assert details.startswith("Answer 2. Letter: List them")
    assert other.startswith("Not possible now: Listed"), "what is done is a decision, whatever was listed"
    assert done == "Your answer: Letter: List them."
    assert "Answer 2: Letter: List them" in plan
    assert "From here on numbers are of decisions and offers: " in plan
    second = next(c for c in SeatView(game, "gov").choices() if pages_of(game).numbers[c.id] == 2)
    assert bare.startswith(f"2. {second.label.en}"), "a bare number after the plan changes no answer"
    assert undone == "Out of the plan: Letter: List them."
    assert third.startswith("Answer 3. Letter: Reply")
    assert none.startswith("There is no number 99")
    assert no_answer.startswith("There is no answer number 99")
    assert not_in == "Not possible now: It is not in the plan."
    assert silent == "Letter: File it\nThis is also what happens if you do not answer."


# -- looking ahead -----------------------------------------------------------------------------------


def test_looking_ahead_on_an_answer_leaves_out_the_one_in_the_plan() -> None:
    game = Game.new(square(), ["gov"])
    game.advance()
    answer(game, "gov", "letter.reply")
    found = forecast(game, "gov", ["letter.relist"], runs=4, months=2)
    assert found.plan == ()
    assert found.difference("trust") == pytest.approx(0)


def test_looking_ahead_on_an_offer_counts_the_yes_and_shows_what_it_changes() -> None:
    game = Game.new(square("half_share"), ["gov"])
    found = forecast(game, "gov", ["offer.deal"], runs=400, months=6)
    assert found.agreed is not None
    assert found.agreed.mean() == pytest.approx(0.5, abs=0.08)
    last = found.difference("trust")[-1]
    assert last[found.agreed] == pytest.approx(10)
    assert last[~found.agreed] == pytest.approx(0)
    among = found.among(found.agreed)
    assert among.runs == found.agreed.sum()
    assert np.array_equal(among.difference("trust")[-1], last[found.agreed])
    page = forecast_page(pages_of(game), ("offer.deal",))
    assert page[1].endswith("of 100 futures the answer is yes (Donor).")
    assert page[2:4] == ["Asking costs 2.0 points whatever the answer.", "If the answer is yes:"]
    assert any("Trust: " in line and "+10 points" in line for line in page)


def test_looking_ahead_on_an_offer_without_a_yes_says_so_and_stops() -> None:
    page = forecast_page(pages_of(Game.new(square("0"), ["gov"])), ("offer.deal",))
    assert page[1:] == [
        "In 0 of 100 futures the answer is yes (Donor).", "Asking costs 2.0 points whatever the answer.",
        "No future has a yes to be shown.",
    ]  # fmt: skip
