"""The French catalogue has every word of the interface, well formed and compiled."""

import gettext
import io
import re
import string
from functools import cache
from pathlib import Path

import pytest
from babel.messages import Catalog, extract, pofile

import mali_sim
from mali_sim.cli.text.game import TextGame
from mali_sim.model import load_model
from mali_sim.play import Game
from mali_sim.scenario import find_scenario
from mali_sim.scenario.classes import Text, UnitTable
from mali_sim.scenario.texts import MINUS, NARROW_SPACE, Words, unit_words

PACKAGE = Path(mali_sim.__file__).parent
FOLDER = PACKAGE / "locale" / "fr" / "LC_MESSAGES"
#: The functions whose first argument is a message; the same as in babel.cfg.
KEYWORDS = {"both": None, "word": None, "words": None, "_say": None, "plural": (1, 2)}


@cache
def catalogue() -> Catalog:
    return pofile.read_po(io.BytesIO((FOLDER / "mali_sim.po").read_bytes()), locale="fr")


@cache
def messages() -> dict[str, object]:
    """Every message in the code, by its first form, with where it stands."""
    found: dict[str, object] = {}
    for file, line, message, _, _ in extract.extract_from_dir(
        str(PACKAGE), [("**.py", "python")], keywords=KEYWORDS
    ):
        first = message[0] if isinstance(message, tuple) else message
        if first:
            found.setdefault(first, (f"{file}:{line}", message))
    return found


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_message_is_in_the_catalogue() -> None:
    known = {m.id[0] if isinstance(m.id, tuple) else m.id: m.id for m in catalogue() if m.id}
    missing = {m: place for m, (place, _) in messages().items() if m not in known}
    assert not missing, "say them in French: pybabel, as babel.cfg tells"
    for first, (place, message) in messages().items():
        if isinstance(message, tuple):
            assert isinstance(known[first], tuple), f"{place}: its plural is not in the catalogue"


def test_every_translation_is_there_and_fills_the_same_places() -> None:
    for message in catalogue():
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(texts), f"{message.id}: no French"
        places = [fields(i) for i in ids]
        whole = [some for some in places if not any(some < others for others in places)]
        for text in texts:
            assert fields(text) in whole, message.id


def test_french_is_written_as_french_is_printed() -> None:
    for message in catalogue():
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        for written in texts if message.id else ():
            text = re.sub(r"\{[^}]*\}", "{}", written)  # how a place is filled is not printed
            assert "'" not in text, text
            for place, sign in enumerate(text):
                before = text[place - 1] if place else NARROW_SPACE
                if sign in ":;?!»":
                    assert before == NARROW_SPACE, text
                if sign == "«":
                    assert text[place + 1] == NARROW_SPACE, text


def test_the_compiled_catalogue_is_of_this_text() -> None:
    with (FOLDER / "mali_sim.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in catalogue():
        if isinstance(message.id, tuple):
            forms = tuple(compiled.ngettext(*message.id, count) for count in (1, 2))
            assert forms == message.string
        elif message.id:
            assert compiled.gettext(message.id) == message.string


def test_what_is_said_in_a_game_is_in_the_catalogue(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Messages that are kept in variables are seen by no extraction."""
    said: set[str] = set()
    plain = Words.__call__

    def listening(self: Words, message: str, **values: object) -> str:
        said.add(message)
        return plain(self, message, **values)

    monkeypatch.setattr(Words, "__call__", listening)
    model = load_model(find_scenario("avoid-the-trap"))
    lines = iter(
        ["help", "status all", "decisions all", "offers", "forecast", "do 1", "next", "next", "questions",
         "answer 1", "next", "why isolation", "why control kidal", "regions", "what-if 1", "debrief"]
    )  # fmt: skip

    def read(prompt: str = "") -> str:
        line = next(lines, None)
        if line is None:
            raise EOFError
        return line

    monkeypatch.setattr("builtins.input", read)
    TextGame(Game.new(model, ["bamako"], seed=2), "bamako", "fr", tmp_path).run()
    # Units and the like come from the scenario and are its own.
    units = {"USD", "kt"}
    known = {m.id[0] if isinstance(m.id, tuple) else m.id for m in catalogue()}
    assert {m for m in said if m and m not in known and m not in units} == set()


def test_numbers_are_written_as_each_language_writes_them() -> None:
    english, french = Words("en"), Words("fr")
    points = unit_words("index", {})
    assert english.number(-1234.5, 1) == f"{MINUS}1,234.5"
    assert french.number(-1234.5, 1) == f"{MINUS}1{NARROW_SPACE}234,5"
    assert english.quantity(1, points) == "1 point"
    assert english.quantity(0, points) == "0 points"
    assert french.quantity(1.5, points, 1) == "1,5 point"
    assert french.quantity(2, points) == "2 points"
    assert french.month("2023-02", 0) == "février 2023"
    assert english.listed(["a", "b", "c"]) == "a, b and c"
    assert french.listed(["a", "b"]) == "a et b"


def test_units_that_are_multiplied_read_well():
    units = {"CFA bn": UnitTable(Text("CFA bn", "Md FCFA")), "people": UnitTable(Text("people", "personnes"))}
    said = {
        "CFA bn/month": ("CFA bn a month", "Md FCFA par mois"),
        "index*month/CFA bn": ("point-months per CFA bn", "points-mois par Md FCFA"),
        "people*month": ("people-months", "personnes-mois"),
        "CFA bn*year/people*month": ("CFA bn × years per people-months", "Md FCFA × ans par personnes-mois"),
        "percent*month": ("% × months", "% × mois"),
        "share*month": ("months", "mois"),
        "1": ("", ""),
    }
    for unit, (english, french) in said.items():
        found = unit_words(unit, units)
        assert (found.en, found.fr) == (english, french)


def test_french_spaces_leave_code_alone():
    words = Words("fr")
    assert words.spaced("« Oui » : `a : b` !") == "«\u202fOui\u202f»\u202f: `a : b`\u202f!"
    assert Words().spaced("« Oui » :") == "« Oui » :"


def test_a_unit_has_its_own_word_after_one_and_after_a_difference():
    units = {
        "people": UnitTable(Text("people", "personnes"), one=Text("person", "personne")),
        "rank": UnitTable(
            Text("of 180", "sur 180"), one=Text("place", "place"), change=Text("places", "places")
        ),
    }
    english, french = Words("en"), Words("fr")
    a_month, rank = unit_words("people/month", units), unit_words("rank", units)
    assert [english.quantity(n, a_month) for n in (0, 1, 2)] == [
        "0 people a month", "1 person a month", "2 people a month"
    ]  # fmt: skip
    assert french.quantity(1.5, a_month, 1) == "1,5 personne par mois"
    assert english.quantity(1, rank) == "1 of 180"
    assert english.quantity(-1, rank, signed=True) == f"{MINUS}1 place"
    assert english.quantity(3, rank, signed=True) == "+3 places"
