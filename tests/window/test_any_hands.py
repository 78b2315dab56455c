"""The window under any hands: it never falls over, and the game can be made again."""

import json
import random
import string

import pygame
import pytest

from mali_sim.desktop.keys import COMMANDS
from mali_sim.desktop.settings import Settings
from mali_sim.desktop.tokens import SCALES, THEMES
from mali_sim.play import Game
from tests.window.hands import press, replayed, to_work

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
