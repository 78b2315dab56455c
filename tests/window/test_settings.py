"""What a player sets: kept, refused where it cannot be, and told where it is damaged."""

import json

import pygame
import pytest

from mali_sim.desktop.keys import COMMANDS, Keys
from mali_sim.desktop.screens.frame import Message, Title
from mali_sim.desktop.screens.options import Options
from mali_sim.desktop.settings import Settings
from mali_sim.desktop.tokens import THEMES
from tests.window.hands import click, press, to_work, written

# -- settings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [b'{"language": "fr"', b"\xff\xfe\x00", b"[]", b"3", b"", b'"fr"', b"null", b"[" * 50_000],
    ids=["cut", "no text", "list", "number", "empty", "word", "null", "deep"],
)
def test_damaged_settings_are_told_and_the_usual_ones_hold(opened, tmp_path, content):
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    settings = Settings.load(path)
    assert settings == Settings()
    assert settings.problem
    app = opened("", settings=settings)
    assert any(isinstance(p, Message) for p in app.stack)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "stored",
    [{"scale": 13}, {"scale": "100"}, {"scale": True}, {"scale": [100]}, {"theme": "night"}, {"language": 3},
     {"language": ["fr"]}, {"keys": {"next": 3}}, {"keys": {"next": "escape"}}, {"keys": {"fly": "x"}},
     {"keys": {"next": "u"}}, {"keys": []}, {"motion": "no"}, {"tips": 0}, {"path": "/tmp/x"},
     {"problem": "x"}, {"from the future": 1}, {"keys": {"next": "no such key"}}],
    ids=str,
)  # fmt: skip
def test_a_setting_that_cannot_be_is_left_out(opened, tmp_path, stored):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"noted": True, **stored}))
    settings = Settings.load(path)
    assert settings.noted
    assert (settings.scale, settings.theme, settings.language) == (0, "day", "")
    assert settings.path == path
    app = opened("tiny", settings=settings)
    usual = {c.id: c.key for c in COMMANDS}
    changed = {id: app.keys.of(id) for id in usual if app.keys.of(id) != usual[id]}
    assert changed == ({"next": "no such key"} if "no such key" in str(stored) else {})
    press(app, pygame.K_F1)
    assert "Help" in written(app)


def test_settings_that_cannot_be_written_are_told_and_hold_meanwhile(opened, tmp_path):
    (tmp_path / "file").write_text("in the way")
    app = opened("", settings=Settings(noted=True, path=tmp_path / "file" / "settings.json"))
    app.show(Options(app))
    app.settle()
    click(app, "theme contrast")
    assert app.settings.theme == "contrast"
    assert "could not be kept" in app.message


@pytest.fixture
def options(opened, tmp_path):
    """The settings page over a game, and the file of settings."""
    path = tmp_path / "settings.json"
    app = opened("tiny", settings=Settings(noted=True, path=path))
    to_work(app)
    app.open("settings")
    app.settle()
    return app, path


def rebind(app, id, key, unicode=""):
    click(app, f"key {id}")
    press(app, key, unicode)


def test_a_key_is_given_another_use(options):
    app, path = options
    rebind(app, "next", pygame.K_x, "x")
    assert app.keys.of("next") == "x"
    assert json.loads(path.read_text())["keys"] == {"next": "x"}
    to_work(app)
    press(app, pygame.K_n, "n")
    assert (app.session.game.month, app.panel) == (0, None)
    for _ in range(5):
        press(app, pygame.K_ESCAPE if app.panel else pygame.K_x, "" if app.panel else "x")
    assert app.session.game.month >= 1


@pytest.mark.parametrize(
    "key",
    [pygame.K_u, pygame.K_TAB, pygame.K_RETURN, pygame.K_SPACE, pygame.K_UP, pygame.K_F1, pygame.K_F11,
     pygame.K_BACKSPACE, pygame.K_LSHIFT, pygame.K_LCTRL, pygame.K_KP_ENTER],
    ids=lambda k: str(k),
)  # fmt: skip
def test_a_taken_key_and_a_fixed_one_are_refused_with_a_word(options, key):
    app, path = options
    app.message = ""
    rebind(app, "next", key)
    assert app.keys.of("next") == "n"
    assert app.message
    assert not path.exists() or not json.loads(path.read_text())["keys"]


def test_escape_leaves_a_key_as_it_is(options):
    app, _ = options
    rebind(app, "next", pygame.K_ESCAPE)
    assert app.keys.of("next") == "n"
    assert isinstance(app.panel, Options)
    rebind(app, "next", pygame.K_x, "x")
    click(app, "usual")
    assert app.keys.changed() == {}


def test_keys_that_change_places_keep_their_new_ones(options):
    """Undo goes to x, then the freed u goes to the next month."""
    app, path = options
    rebind(app, "undo", pygame.K_x, "x")
    rebind(app, "next", pygame.K_u, "u")
    assert (app.keys.of("undo"), app.keys.of("next")) == ("x", "u")
    again = Keys(Settings.load(path).keys)
    assert (again.of("undo"), again.of("next")) == ("x", "u")


def test_a_question_mark_and_ctrl_keys_keep_their_uses(options):
    app, _ = options
    rebind(app, "next", pygame.K_x, "x")
    to_work(app)
    press(app, pygame.K_SLASH, "?", pygame.KMOD_SHIFT)
    assert "Help" in written(app)


def test_settings_survive_a_restart(opened, tmp_path):
    path = tmp_path / "settings.json"
    app = opened("", settings=Settings(noted=True, path=path))
    app.show(Options(app))
    app.settle()
    for id in ("language fr", "scale 150", "theme contrast", "motion", "tips"):
        click(app, id)
    rebind(app, "undo", pygame.K_x, "x")
    app.close()
    settings = Settings.load(path)
    found = (settings.language, settings.scale, settings.theme, settings.motion, settings.tips, settings.keys)
    assert found == ("fr", 150, "contrast", False, False, {"undo": "x"})
    again = opened("", language="", settings=settings)
    assert again.words.language == "fr"
    assert again.canvas.letters.theme == THEMES["contrast"]
    assert again.keys.of("undo") == "x"


def test_the_note_is_shown_once(opened, tmp_path):
    path = tmp_path / "settings.json"
    app = opened("", settings=Settings.load(path))
    assert app.panel.name == "note"
    click(app, "begin")
    assert isinstance(app.panel, Title)
    app.close()
    assert isinstance(opened("", settings=Settings.load(path)).panel, Title)
