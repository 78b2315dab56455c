"""The window in trouble: wrong saves, broken scenarios and fonts, a full disk. Nothing is lost."""

import errno
import os
from pathlib import Path

import pygame
import pytest

from mali_sim.desktop import widgets
from mali_sim.desktop.screens import choose
from mali_sim.desktop.screens.choose import Chooser, Saved, game_of_save
from mali_sim.desktop.screens.frame import Message
from mali_sim.play import Game
from mali_sim.play import record as records
from mali_sim.scenario.library import content_folder
from tests.support import TINY
from tests.window.hands import click, is_sentence, model_of, play_months, press, to_work, written

BAD = Path(__file__).resolve().parent.parent / "bad"

# -- files that are not saves ------------------------------------------------------------------------


@pytest.fixture
def wrong_saves(folder, monkeypatch) -> dict[str, Path]:
    """A damaged save, one of a newer format, and files of other kinds."""
    game = Game.new(model_of("tiny"), ["gov"], seed=3)
    game.advance()
    names = ("damaged", "cut", "newer", "picture", "text", "empty", "letters")
    paths = {name: folder / f"{name}.save" for name in names}
    game.save(paths["damaged"])
    whole = paths["damaged"].read_bytes()
    middle = len(whole) // 2
    paths["damaged"].write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    paths["cut"].write_bytes(whole[: len(whole) - 40])
    with monkeypatch.context() as later:
        later.setattr(records, "FORMAT", records.FORMAT + 1)
        game.save(paths["newer"])
    paths["picture"].write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    paths["text"].write_text(TINY.read_text(encoding="utf-8"), encoding="utf-8")
    paths["empty"].write_bytes(b"")
    paths["letters"].write_text('{"kind":"header","format":1}\n')
    return paths


WRONG = ("damaged", "cut", "newer", "picture", "text", "empty", "letters")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_save_is_told_and_the_game_that_is_played_goes_on(opened, wrong_saves, name, language):
    app = opened("tiny", language)
    play_months(app, 2)
    session, before = app.session, app.session.game.state_hash()
    app.open_game(lambda: game_of_save(wrong_saves[name]), wrong_saves[name])
    app.settle()
    assert isinstance(app.panel, Message)
    assert is_sentence(app.panel.text)
    assert str(wrong_saves[name]) in app.panel.text
    if name == "newer":
        assert {"en": "newer", "fr": "récent"}[language] in app.panel.text
    assert app.session is session
    assert app.session.game.state_hash() == before
    play_months(app, 1)
    assert app.session.game.month == 3


@pytest.mark.parametrize("language", ["en", "fr"])
def test_wrong_saves_are_listed_for_what_they_are_and_do_not_open(opened, wrong_saves, language):
    app = opened("", language)
    app.show(Saved(app))
    app.settle()
    page = app.panel
    assert {p.stem for p, found in page.rows if isinstance(found, str)} == set(WRONG)
    for name in WRONG:
        click(app, f"save {name}")
        assert isinstance(app.panel, Message), name
        assert is_sentence(app.panel.text)
        press(app, pygame.K_ESCAPE)
        assert app.panel is page
        assert app.session is None


def test_a_save_that_goes_away_while_it_is_listed_is_told(opened, folder):
    game = Game.new(model_of("tiny"), ["gov"], seed=3)
    game.advance()
    game.save(folder / "gone.save")
    app = opened("")
    app.show(Saved(app))
    app.settle()
    (folder / "gone.save").unlink()
    click(app, "save gone")
    assert isinstance(app.panel, Message)
    assert "no such file" in app.panel.text


# -- scenarios and fonts -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_scenario_with_problems_is_told_in_the_chooser_and_others_are_played(
    opened, tmp_path, monkeypatch, language
):
    shelf = tmp_path / "scenarios"
    shelf.mkdir()
    (shelf / "broken.toml").write_text("[scenario]\nid = \n", encoding="utf-8")
    for name in ("bad-month", "circle", "base"):
        (shelf / f"{name}.toml").write_bytes((BAD / f"{name}.toml").read_bytes())
    (shelf / "tiny.toml").write_bytes(TINY.read_bytes())
    monkeypatch.setattr(choose, "list_scenarios", lambda: sorted(shelf.glob("*.toml")))
    monkeypatch.setattr(Chooser, "_known", [])
    app = opened("", language)
    app.show(Chooser(app))
    app.settle()
    page = app.panel
    assert isinstance(page, Chooser)
    told = {}
    for n, listed in enumerate(page._known):
        click(app, f"scenario {n}")
        assert app.panel is page
        told[listed.path.name] = (listed.scenario is not None, written(app))
        assert (page.spot("begin") is not None) == (listed.scenario is not None)
        if listed.scenario is not None and listed.path.stem in ("bad-month", "circle"):
            click(app, "begin")
            assert isinstance(app.panel, Message)
            told[listed.path.name] = (False, app.panel.text)
            press(app, pygame.K_ESCAPE)
            assert app.panel is page
    for name in ("broken.toml", "bad-month.toml", "circle.toml"):
        assert not told[name][0]
        assert f"{name}:" in told[name][1]
    assert told["tiny.toml"][0]
    n = next(n for n, x in enumerate(page._known) if x.path.name == "tiny.toml")
    click(app, f"scenario {n}")
    click(app, "begin")
    assert app.session is not None
    assert app.session.game.model.scenario.scenario.id == model_of("tiny").scenario.scenario.id


def test_a_scenario_that_breaks_between_listing_and_beginning_is_told(opened, tmp_path, monkeypatch):
    shelf = tmp_path / "scenarios"
    shelf.mkdir()
    (shelf / "tiny.toml").write_bytes(TINY.read_bytes())
    monkeypatch.setattr(choose, "list_scenarios", lambda: sorted(shelf.glob("*.toml")))
    monkeypatch.setattr(Chooser, "_known", [])
    app = opened("")
    app.show(Chooser(app))
    app.settle()
    (shelf / "tiny.toml").write_text("nothing = \n")
    click(app, "begin")
    assert isinstance(app.panel, Message)
    assert "tiny.toml" in app.panel.text


@pytest.mark.parametrize("lost", ["all", "one", "damaged"])
def test_a_missing_font_is_told_and_the_game_goes_on(opened, tmp_path, monkeypatch, lost):
    assets = tmp_path / "assets"
    (assets / "fonts").mkdir(parents=True)
    if lost == "one":
        for font in (content_folder("assets") / "fonts").glob("*.ttf"):
            if font.stem != "NotoSerif-SemiBold":
                (assets / "fonts" / font.name).write_bytes(font.read_bytes())
    if lost == "damaged":
        for font in (content_folder("assets") / "fonts").glob("*.ttf"):
            (assets / "fonts" / font.name).write_bytes(b"not a font")
    monkeypatch.setattr(widgets, "content_folder", lambda name: assets)
    app = opened("tiny")
    told = [p for p in app.stack if isinstance(p, Message)]
    assert told
    assert "NotoSerif-SemiBold.ttf" in " ".join(p.text for p in told)
    assert is_sentence(told[0].text)
    if lost == "one":
        assert "NotoSans-Regular" not in told[0].text
    play_months(app, 2)
    assert app.session.game.month == 2


# -- a full disk -----------------------------------------------------------------------------------------


@pytest.fixture
def full_disk(monkeypatch):
    """Fills the disk, at one of the points where it can be full; empties it again."""
    real = os.replace, os.fsync

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def change(filled: bool, where: str = "replace") -> None:
        monkeypatch.setattr(records.os, "replace", full if filled and where == "replace" else real[0])
        monkeypatch.setattr(records.os, "fsync", full if filled and where == "fsync" else real[1])

    return change


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("where", ["replace", "fsync"])
def test_a_full_disk_is_told_the_game_goes_on_and_earlier_saves_stay(
    opened, folder, full_disk, language, where
):
    app = opened("tiny", language)
    play_months(app, 1)
    press(app, pygame.K_s, "s")
    own, auto = app.slots.own, app.slots.auto
    kept = own.read_bytes(), auto.read_bytes()
    full_disk(True, where)
    to_work(app)
    month = app.session.game.month
    for _ in range(20):
        if app.session.game.month > month:
            break
        press(app, pygame.K_ESCAPE if app.panel else pygame.K_n)
    assert app.session.game.month == 2
    assert isinstance(app.panel, Message)
    assert is_sentence(app.panel.text)
    assert os.strerror(errno.ENOSPC) in app.panel.text
    assert (own.read_bytes(), auto.read_bytes()) == kept
    to_work(app)
    press(app, pygame.K_s, "s")
    assert isinstance(app.panel, Message)
    assert (own.read_bytes(), auto.read_bytes()) == kept
    assert sorted(p.name for p in folder.iterdir()) == sorted((own.name, auto.name))
    play_months(app, 1)
    full_disk(False)
    to_work(app)
    press(app, pygame.K_s, "s")
    assert app.panel is None
    saved = Game.load(app.slots.own)
    assert (saved.month, saved.state_hash()) == (3, app.session.game.state_hash())


def test_closing_the_window_on_a_full_disk_says_so_and_ends(opened, full_disk, capsys):
    app = opened("tiny")
    full_disk(True)
    for _ in range(3):
        press(app, pygame.K_ESCAPE if app.panel else pygame.K_n)
    app.close()
    assert os.strerror(errno.ENOSPC) in capsys.readouterr().err


def test_going_back_to_the_title_on_a_full_disk_does_not_throw_the_game_away_unsaid(opened, full_disk):
    app = opened("tiny")
    play_months(app, 1)
    full_disk(True)
    play_months(app, 1)
    app.to_title()
    app.settle()
    kept = app.session is not None and app.session.game.month == 2
    said = isinstance(app.panel, Message) or os.strerror(errno.ENOSPC) in written(app)
    assert kept or said
