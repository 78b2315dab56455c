"""The window under any hands, and in any trouble: it never falls over, and loses nothing."""

import errno
import json
import os
import random
import string
import time
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

pygame = pytest.importorskip("pygame")

from mali_sim.cli.play import play as play_command  # noqa: E402
from mali_sim.desktop import app as window  # noqa: E402
from mali_sim.desktop import widgets  # noqa: E402
from mali_sim.desktop.keys import COMMANDS, Keys  # noqa: E402
from mali_sim.desktop.screens import choose  # noqa: E402
from mali_sim.desktop.screens import debrief as debrief_page  # noqa: E402
from mali_sim.desktop.screens import month as month_pages  # noqa: E402
from mali_sim.desktop.screens.choose import AddressPage, Chooser, Saved, game_of_save  # noqa: E402
from mali_sim.desktop.screens.frame import Message, Title  # noqa: E402
from mali_sim.desktop.screens.options import Options  # noqa: E402
from mali_sim.desktop.settings import Settings  # noqa: E402
from mali_sim.desktop.tokens import SCALES, THEMES  # noqa: E402
from mali_sim.engine import Simulation  # noqa: E402
from mali_sim.model import load_model  # noqa: E402
from mali_sim.play import Address, Game  # noqa: E402
from mali_sim.play import record as records  # noqa: E402
from mali_sim.play.address import cast_of  # noqa: E402
from mali_sim.play.record import parse_record  # noqa: E402
from mali_sim.scenario.library import content_folder, find_scenario  # noqa: E402
from tests.support import TINY  # noqa: E402

BAD = Path(__file__).resolve().parent / "bad"


@cache
def model_of(name: str):
    return load_model(TINY if name == "tiny" else find_scenario(name))


SEATS = {"tiny": "gov", "avoid-the-trap": "bamako"}


@pytest.fixture(autouse=True)
def _no_screen(monkeypatch, tmp_path):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    for name in ("CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    yield
    pygame.display.quit()


@pytest.fixture
def quick_pages(monkeypatch):
    """Pages that replay the game many times replay it a few times."""
    monkeypatch.setattr(debrief_page, "_REPLAYS", 60)
    monkeypatch.setattr(debrief_page, "_FANS", 10)
    monkeypatch.setattr(month_pages, "_COMPARED", 10)


@pytest.fixture
def folder(tmp_path) -> Path:
    """Where games are kept."""
    made = tmp_path / "kept"
    made.mkdir()
    return made


@pytest.fixture
def opened(folder):
    """Opens windows, and closes them afterwards."""
    apps = []

    def open_window(name="", language="en", size=(1024, 640), futures=0, seed=3, settings=None):
        game = Game.new(model_of(name), [SEATS[name]], seed=seed) if name else None
        apps.append(window.App(game, SEATS.get(name, ""), language, size=size, saves=folder, futures=futures,
                               settings=settings))  # fmt: skip
        apps[-1].settle()
        return apps[-1]

    yield open_window
    for app in apps:
        app.jobs.stop()
        app.futures.stop()


def press(app, key, unicode="", mod=0):
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key, unicode=unicode, mod=mod))
    pygame.event.post(pygame.event.Event(pygame.KEYUP, key=key, mod=mod))
    app.settle()


def type_in(app, text):
    pygame.event.post(pygame.event.Event(pygame.TEXTINPUT, text=text))
    app.settle()


def click(app, id):
    """Press a spot of the panel on top, scrolling to it first."""
    pane = app.panel
    for _ in range(60):
        spot = pane.spot(id)
        assert spot is not None, f"{id} is not in {pane.name}"
        top, low = pane.insets
        at = spot.rect.centerx + pane.rect.x, spot.rect.centery + pane.rect.y - pane.scroll
        if spot.fixed or top <= at[1] - pane.rect.y < pane.rect.height - low:
            break
        pygame.event.post(pygame.event.Event(pygame.MOUSEMOTION, pos=pane.rect.center, rel=(0, 0),
                                             buttons=(0, 0, 0)))  # fmt: skip
        up = at[1] - pane.rect.y < top
        pygame.event.post(pygame.event.Event(pygame.MOUSEWHEEL, x=0, y=1 if up else -1))
        app.settle()
    for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        pygame.event.post(pygame.event.Event(kind, button=1, pos=at))
    app.settle()


def to_work(app):
    """Away with all panels."""
    for _ in range(20):
        if app.panel is None:
            return
        press(app, pygame.K_ESCAPE)
    raise AssertionError(f"{app.panel.name} does not go away")


def play_months(app, count):
    to_work(app)
    for _ in range(count):
        month = app.session.game.month
        for _ in range(20):
            if app.session.game.month > month:
                break
            press(app, pygame.K_ESCAPE if app.panel else pygame.K_n)
        assert app.session.game.month == month + 1
        to_work(app)


def written(app):
    """All text on the panel on top."""
    found = []
    write = widgets.Brush.text

    def watched(brush, text, *args, **more):
        found.append(text)
        return write(brush, text, *args, **more)

    widgets.Brush.text = watched
    try:
        app.panel.paint(widgets.Brush(pygame.Surface(app.panel.rect.size), app.canvas.letters))
    finally:
        widgets.Brush.text = write
    return "\n".join(found)


def replayed(game: Game) -> Game:
    """The game, made again from its record as a file holds it."""
    data = ("\n".join(game.record.lines()) + "\n").encode()
    return Game.from_record(parse_record(data), game.model)


# -- any hands -------------------------------------------------------------------------------------

_LETTERS = [getattr(pygame, f"K_{c}") for c in string.ascii_lowercase]
_MOVES = [pygame.K_UP, pygame.K_DOWN, pygame.K_LEFT, pygame.K_RIGHT, pygame.K_PAGEUP, pygame.K_PAGEDOWN,
          pygame.K_HOME, pygame.K_END]  # fmt: skip
_OTHERS = [pygame.K_F1, pygame.K_F11, pygame.K_BACKSPACE, pygame.K_DELETE, pygame.K_SPACE,
           pygame.K_KP_ENTER, pygame.K_CAPSLOCK, pygame.K_LSHIFT, pygame.K_0, pygame.K_9,
           pygame.K_MINUS]  # fmt: skip
_TYPED = ["a", "isolement", "é", "ɲɛ", "12", "ecowas troops", "../../x", "\U0001f600", " ", "  ", "«»",
          "avoid-the-trap@1657008eda2e:status_quo:balanced:1:17", "x" * 400]  # fmt: skip
_COMMAND_KEYS = [pygame.key.key_code(c.key) for c in COMMANDS] if pygame.display.init() is None else []


class Hands:
    """Does anything, by a seed; remembers what."""

    def __init__(self, app, seed: int) -> None:
        self.app, self.rng, self.did = app, random.Random(seed), []

    def post(self, kind, **values):
        pygame.event.post(pygame.event.Event(kind, **values))

    def key(self, key, mod=0):
        name = pygame.key.name(key)
        self.did.append(f"key {name}{' with %x' % mod if mod else ''}")  # noqa: UP031
        self.post(pygame.KEYDOWN, key=key, unicode=name if len(name) == 1 and not mod else "", mod=mod)
        if len(name) == 1 and not mod:
            self.post(pygame.TEXTINPUT, text=name)
        if self.rng.random() < 0.9:
            self.post(pygame.KEYUP, key=key, mod=mod)

    def somewhere(self):
        width, height = pygame.display.get_surface().get_size()
        spots = []
        panes = [self.app.panel] if self.app.panel else self.app.main.panes
        for pane in panes:
            spots += [(s.rect.centerx + pane.rect.x, s.rect.centery + pane.rect.y - pane.scroll)
                      for s in pane.spots]  # fmt: skip
        inside = [p for p in spots if 0 <= p[0] < width and 0 <= p[1] < height]
        if inside and self.rng.random() < 0.7:
            return self.rng.choice(inside)
        return self.rng.randrange(width), self.rng.randrange(height)

    def act(self):
        """One input."""
        rng, app = self.rng, self.app
        kind = rng.choices(
            ("command", "move", "tab", "enter", "escape", "letter", "other", "ctrl", "click", "wheel",
             "motion", "type", "resize", "expose", "language", "look", "rest", "button"),
            (14, 12, 6, 12, 9, 3, 3, 4, 14, 5, 5, 3, 2, 1, 1, 2, 2, 1))[0]  # fmt: skip
        if kind == "command":
            self.key(rng.choice(_COMMAND_KEYS))
        elif kind == "move":
            self.key(rng.choice(_MOVES))
        elif kind == "tab":
            self.key(pygame.K_TAB, rng.choice((0, pygame.KMOD_SHIFT)))
        elif kind == "enter":
            self.key(pygame.K_RETURN)
        elif kind == "escape":
            self.key(pygame.K_ESCAPE)
        elif kind == "letter":
            self.key(rng.choice(_LETTERS))
        elif kind == "other":
            self.key(rng.choice(_OTHERS))
        elif kind == "ctrl":
            key = rng.choice((pygame.K_z, pygame.K_s, pygame.K_v, rng.choice(_LETTERS)))
            self.key(key, pygame.KMOD_LCTRL)
        elif kind == "click":
            at = self.somewhere()
            self.did.append(f"click {at}")
            self.post(pygame.MOUSEMOTION, pos=at, rel=(0, 0), buttons=(0, 0, 0))
            self.post(pygame.MOUSEBUTTONDOWN, button=1, pos=at)
            self.post(pygame.MOUSEBUTTONUP, button=1, pos=at)
        elif kind == "button":
            at, button = self.somewhere(), rng.choice((2, 3, 4, 5))
            self.did.append(f"button {button} {at}")
            self.post(pygame.MOUSEBUTTONDOWN, button=button, pos=at)
        elif kind == "wheel":
            y = rng.choice((-9, -1, 1, 9))
            self.did.append(f"wheel {y}")
            self.post(pygame.MOUSEWHEEL, x=0, y=y)
        elif kind == "motion":
            at = self.somewhere()
            self.did.append(f"motion {at}")
            self.post(pygame.MOUSEMOTION, pos=at, rel=(0, 0), buttons=(0, 0, 0))
        elif kind == "type":
            text = rng.choice(_TYPED)
            self.did.append(f"type {text!r}")
            self.post(pygame.TEXTINPUT, text=text)
        elif kind == "resize":
            size = rng.randrange(1024, 2600), rng.randrange(640, 1500)
            self.did.append(f"resize {size}")
            pygame.display.set_mode(size, pygame.RESIZABLE)
            self.post(pygame.VIDEORESIZE, size=size, w=size[0], h=size[1])
        elif kind == "expose":
            self.did.append("expose")
            self.post(pygame.WINDOWEXPOSED)
        elif kind == "language":
            self.did.append("language")
            app.speak()
        elif kind == "look":
            app.settings.theme, app.settings.scale = rng.choice(list(THEMES)), rng.choice(SCALES)
            app.settings.tips = rng.random() < 0.8
            self.did.append(f"look {app.settings.theme} {app.settings.scale} {app.settings.tips}")
            app.keep_settings()
        elif kind == "rest":
            self.did.append("rest")
            self.post(app.hands.rested)
        if rng.random() < 0.7:
            app.settle()
        else:
            app.tick()
        if not app.running:
            self.did.append("left, and came back")
            app.running = True


def picture(app) -> bytes:
    return pygame.image.tobytes(app.canvas.screen, "RGB")


def session(opened, folder, monkeypatch, seed: int, inputs: int) -> None:
    """Some inputs by any hands, then look whether all is well."""
    rng = random.Random(seed)
    monkeypatch.setattr("secrets.randbelow", rng.randrange)
    kind = ("tiny", "", "avoid-the-trap", "tiny")[seed % 4]
    settings = Settings(noted=seed % 8 != 1, path=folder / "settings.json")
    size = rng.choice(((1024, 640), (1280, 800), (1600, 900)))
    app = opened(kind, rng.choice(("en", "fr")), size, 40 if seed % 20 == 6 else 0, seed, settings)
    hands = Hands(app, seed)
    try:
        for _ in range(inputs):
            hands.act()
        app.settle()
        app.tip = None
        app.settle()
        shown = picture(app)
        pygame.event.post(pygame.event.Event(pygame.VIDEORESIZE, size=app.canvas.screen.get_size()))
        for pane in (*app.stack, *(app.main.panes if app.session else ())):
            pane.stale()
        app.settle()
        assert picture(app) == shown, "painted anew the window looks otherwise"
        assert len(set(shown[::3])) > 3, "nothing is drawn"
        if app.session is not None:
            game = app.session.game
            again = replayed(game)
            assert (again.state_hash(), again.month) == (game.state_hash(), game.month)
            plans = [{seat: plan for seat, plan in g.plan.items() if plan} for g in (again, game)]
            assert plans[0] == plans[1]
        for path in folder.glob("*.save"):
            Game.load(path)
        json.loads((folder / "settings.json").read_text()) if (folder / "settings.json").exists() else None
        app.jobs.stop()
        app.futures.stop()
    except Exception as error:
        raise AssertionError(f"session {seed}: {error!r} after " + "; ".join(hands.did)) from error


@pytest.mark.parametrize("seed", range(20))
def test_any_hands_leave_a_window_that_draws_and_a_game_that_replays(
    opened, folder, monkeypatch, quick_pages, seed
):
    session(opened, folder, monkeypatch, seed, 60)


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(1_000, 2_000))
def test_any_hands_at_length(opened, folder, monkeypatch, quick_pages, seed):
    session(opened, folder, monkeypatch, seed, 80)


@pytest.mark.parametrize("way", ["next", "skip"])
@pytest.mark.parametrize("hand", ["keys", "mouse"])
@pytest.mark.parametrize("mod", [0, pygame.KMOD_SHIFT])
def test_tab_goes_on_after_the_first_steps(opened, hand, way, mod):
    """Found by the random sessions: the line that is gone was still where the keyboard stood."""
    app = opened("tiny")
    to_work(app)
    app.session.coach_at = 0
    app.session.version += 1
    app.settle()
    line = app.main.status
    for _ in range(12):
        if app.session.coach_at is None:
            break
        if hand == "mouse":
            at = line.spot(f"coach {way}").rect.move(line.rect.topleft).center
            for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
                pygame.event.post(pygame.event.Event(kind, button=1, pos=at))
            app.settle()
            continue
        while app.zone is not line:
            press(app, pygame.K_TAB)
        while line.focus != f"coach {way}":
            press(app, pygame.K_DOWN if line.focus == "coach next" else pygame.K_UP)
        press(app, pygame.K_RETURN)
    assert app.session.coach_at is None
    seen = set()
    for _ in app.main.walked:
        press(app, pygame.K_TAB, mod=mod)
        seen.add(app.zone.name)
    assert seen == {pane.name for pane in app.main.walked}


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


def is_sentence(text: str) -> bool:
    """Whether something is said in words, without a traceback or an object."""
    return len(text.split()) > 3 and not any(s in text for s in ("Traceback", "Error(", "<", "0x"))


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
    assert again.letters.theme == THEMES["contrast"]
    assert again.keys.of("undo") == "x"


def test_the_note_is_shown_once(opened, tmp_path):
    path = tmp_path / "settings.json"
    app = opened("", settings=Settings.load(path))
    assert app.panel.name == "note"
    click(app, "begin")
    assert isinstance(app.panel, Title)
    app.close()
    assert isinstance(opened("", settings=Settings.load(path)).panel, Title)


# -- other doors ----------------------------------------------------------------------------------------


def typed(*lines, options=()):
    """The text game, with some lines typed into it."""
    made = CliRunner().invoke(play_command, ["--text", *options], input="\n".join(lines) + "\n",
                              catch_exceptions=False)  # fmt: skip
    assert made.exit_code == 0, made.output
    return made.output


def test_a_save_of_the_window_opens_in_the_text_game(opened, folder):
    app = opened("tiny")
    play_months(app, 1)
    press(app, pygame.K_RETURN)
    assert app.session.game.plan["gov"]
    play_months(app, 1)
    press(app, pygame.K_s, "s")
    onward = folder / "onward.save"
    out = typed("next", f"save {onward}", "quit", options=("--load", str(app.slots.own)))
    assert "month 3 of 12" in out
    direct = replayed(app.session.game)
    direct.advance()
    assert Game.load(onward).state_hash() == direct.state_hash()


def test_a_save_of_the_text_game_opens_in_the_window(opened, folder):
    path = folder / "text.save"
    typed("do 1", "next", "next", f"save {path}", "quit", options=(str(TINY), "--seed", "5"))
    app = opened("")
    app.show(Saved(app))
    app.settle()
    click(app, "save text")
    assert app.session is not None
    direct = Game.load(path)
    assert app.session.game.state_hash() == direct.state_hash()
    play_months(app, 1)
    direct.advance()
    assert app.session.game.state_hash() == direct.state_hash()


def test_a_run_of_a_batch_opens_by_its_address_with_the_past_it_had(opened):
    model = model_of("avoid-the-trap")
    run, seed, profile = 1_018, 7, sorted(model.scenario.strategy)[0]
    address = Address("avoid-the-trap", model.fingerprint, profile, "balanced", seed, run)
    batch = Simulation(model, cast_of(model, profile), seed, np.arange(1_000, 1_040, dtype=np.uint64))
    pasts = [batch.state[:, 18].copy()]
    for _ in range(6):
        batch.advance(1)
        pasts.append(batch.state[:, 18].copy())
    app = opened("")
    app.show(AddressPage(app))
    app.settle()
    type_in(app, f"  {address} ")
    press(app, pygame.K_DOWN)
    assert app.panel.focus == "month"
    type_in(app, "7")
    press(app, pygame.K_RETURN)
    game = app.session.game
    assert game.month == 6
    assert [s.tobytes() for s in game.states] == [p.tobytes() for p in pasts]
    assert str(address) == str(game.address)
    play_months(app, 1)
    assert replayed(game).state_hash() == game.state_hash()


@pytest.mark.parametrize(
    ("text", "month"),
    [("nonsense", ""), ("avoid-the-trap@000000000000:tendency:balanced:1:1", ""),
     ("no-such@1657008eda2e:tendency:balanced:1:1", ""), ("{address}", "0"), ("{address}", "x"),
     ("{address}", "²"), ("{address}", "1" * 30), ("", "3"), ("{scenario}@{mark}:nobody:balanced:1:1", ""),
     ("{scenario}@{mark}:tendency:unheard:1:1", ""),
     ("{scenario}@{mark}:tendency:balanced:99999999999999999999:1", "")],
)  # fmt: skip
def test_an_address_that_cannot_be_opened_is_told(opened, text, month):
    model = model_of("avoid-the-trap")
    address = Address("avoid-the-trap", model.fingerprint, "tendency", "balanced", 1, 1)
    app = opened("")
    app.show(AddressPage(app))
    app.settle()
    text = text.format(address=address, scenario="avoid-the-trap", mark=model.fingerprint)
    type_in(app, text)
    press(app, pygame.K_DOWN)
    type_in(app, month)
    click(app, "open")
    assert app.session is None
    told = app.panel.text if isinstance(app.panel, Message) else app.message
    assert is_sentence(told)
    press(app, pygame.K_ESCAPE)
    assert app.panel is not None


def test_a_month_after_the_last_opens_where_the_game_can_still_be_played_or_is_told(opened):
    model = model_of("avoid-the-trap")
    app = opened("")
    app.show(AddressPage(app))
    app.settle()
    type_in(app, str(Address("avoid-the-trap", model.fingerprint, "tendency", "balanced", 1, 1)))
    press(app, pygame.K_DOWN)
    type_in(app, "599")
    press(app, pygame.K_RETURN)
    assert app.session is None or not app.session.game.finished


def test_starting_takes_a_moment(opened):
    start = time.perf_counter()
    opened("")
    assert time.perf_counter() - start < 2
