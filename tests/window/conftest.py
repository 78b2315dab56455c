"""A window without a screen, closed after each test."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pygame
import pytest

from mali_sim.desktop import app as window
from mali_sim.desktop.screens import debrief as debrief_page
from mali_sim.desktop.screens import plans
from mali_sim.desktop.settings import Settings
from mali_sim.play import Game
from tests.window.hands import SEATS, model_of
from tests.window.screens import Still, played


@pytest.fixture(autouse=True)
def _no_screen(monkeypatch, tmp_path):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    for name in ("CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    yield
    pygame.display.quit()


@pytest.fixture(scope="module")
def tiny():
    return model_of("tiny")


@pytest.fixture
def quick_pages(monkeypatch):
    """Pages that replay the game many times replay it a few times."""
    monkeypatch.setattr(debrief_page, "_REPLAYS", 60)
    monkeypatch.setattr(debrief_page, "_FANS", 10)
    monkeypatch.setattr(plans, "_COMPARED", 10)


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

    def open_window(
        of="", language="en", size=(1024, 640), futures=0, seed=3, settings=None, *, seat=""
    ):  # fmt: skip
        """Of a scenario's name, or a model; without one the window opens at its title."""
        seat = seat or SEATS.get(of, "")
        model = model_of(of) if isinstance(of, str) and of else of
        game = Game.new(model, [seat], seed=seed) if model else None
        apps.append(window.App(game, seat, language, size=size, saves=folder, futures=futures,
                               settings=settings))  # fmt: skip
        apps[-1].settle()
        return apps[-1]

    yield open_window
    for app in apps:
        app.jobs.stop()
        app.futures.stop()


# -- screens to look at ------------------------------------------------------------------------------

_KNOWN: dict[str, Any] = {}


@pytest.fixture
def quick_debrief(monkeypatch):
    """What a debrief looks up, looked up once for all, over few runs."""
    for name in ("debrief", "strategy_fans", "luck"):
        real = getattr(debrief_page, name)

        def known(*args: Any, name: str = name, real: Callable[..., Any] = real) -> Any:
            if name not in _KNOWN:
                _KNOWN[name] = real(*args)
            return _KNOWN[name]

        monkeypatch.setattr(debrief_page, name, known)
    monkeypatch.setattr(debrief_page, "_REPLAYS", 100)
    monkeypatch.setattr(debrief_page, "_FANS", 30)
    monkeypatch.setattr(plans, "_COMPARED", 20)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    """A folder of saves: a whole one, one with a long name, a damaged one."""
    folder = tmp_path_factory.mktemp("shelf")
    played().save(folder / "avoid-the-trap-20230301-101500-auto.save")
    shutil.copy(folder / "avoid-the-trap-20230301-101500-auto.save",
                folder / f"{'une partie au nom très long ' * 4}.save")  # fmt: skip
    (folder / "damaged.save").write_text("not a save\n")
    return folder


@pytest.fixture
def on_screen(monkeypatch, shelf, quick_debrief):
    """Opens windows, and closes them afterwards."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    apps = []

    def open_window(size, scale, language, theme, game=None) -> window.App:
        settings = Settings(noted=True, scale=scale, theme=theme)
        seat = "bamako" if game is not None else ""
        app = window.App(game, seat, language, size=size, saves=shelf, futures=0, settings=settings)
        app.futures = Still()
        if app.session is not None:
            app.session.futures = app.futures
            app.futures.begin = lambda *_: None
        apps.append(app)
        app.settle()
        return app

    yield open_window
    for app in apps:
        app.jobs.stop()
        app.futures.stop()
    pygame.display.quit()
