"""The window's speed: frames while forecasts run, a whole game, waiting, memory over many months."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pygame

from mali_sim.desktop.app import App
from mali_sim.desktop.screens.debrief import Debrief
from mali_sim.desktop.screens.fans import fans_key
from mali_sim.model import Model
from mali_sim.play import Game

#: Seconds of a frame of a screen that shows sixty of them.
_FRAME = 1 / 60
_FIRST = """
import time; start = time.perf_counter()
from mali_sim.desktop.app import App
from mali_sim.desktop.settings import Settings
app = App(size=({width}, {height}), settings=Settings(noted=True)); app.canvas.draw()
print(time.perf_counter() - start); app.close()
"""


class _Driver:
    """Drives a window through the real event queue, and keeps how long its frames take."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.frames: list[tuple[float, str]] = []

    def frame(self, label: str, rest: bool = True) -> None:
        """One turn of the loop."""
        start = time.perf_counter()
        self.app.tick(0)
        took = time.perf_counter() - start
        self.frames.append((took, label))
        if rest:
            time.sleep(max(_FRAME - took, 0.0))

    def press(self, key: int, label: str, rest: bool = True) -> None:
        """A key down and up, and the frame that shows it."""
        for kind in (pygame.KEYDOWN, pygame.KEYUP):
            pygame.event.post(pygame.event.Event(kind, key=key, unicode="", mod=0))
        self.frame(label, rest)

    def point(self, at: tuple[int, int]) -> None:
        """The pointer moves."""
        pygame.event.post(pygame.event.Event(pygame.MOUSEMOTION, pos=at, rel=(1, 1), buttons=(0, 0, 0)))
        self.frame("pointer")

    def until_done(self, label: str) -> None:
        """Frames until nothing is worked on."""
        while self.app.busy or self.app.jobs.busy or self.app.canvas.more_to_paint:
            self.frame(label)

    def month(self) -> None:
        """Look at cards and partners by key and pointer, decide, answer, play the month."""
        app = self.app
        pane = app.main.decisions
        for key in (pygame.K_DOWN, pygame.K_DOWN, pygame.K_RIGHT, pygame.K_DOWN, pygame.K_RETURN):
            self.press(key, "card")
            for _ in range(6):
                self.frame("forecast")
        for step in range(6):
            self.point((pane.rect.centerx, pane.rect.top + (step + 1) * pane.rect.height // 8))
            for _ in range(3):
                self.frame("forecast")
        for key in (pygame.K_TAB, pygame.K_TAB, pygame.K_TAB, pygame.K_DOWN, pygame.K_RETURN, pygame.K_w):
            self.press(key, "look")
            self.until_done("look")
        self.press(pygame.K_ESCAPE, "look")
        app.zone = pane
        self.press(pygame.K_n, "month")
        for _ in range(12):
            self.until_done("month")
            if not app.stack or isinstance(app.panel, Debrief):
                if app.session is not None and app.session.game.month > self._month:
                    break
                self.press(pygame.K_n, "month")
            else:
                self.press(pygame.K_RETURN, "panel")
        self._month = app.session.game.month if app.session is not None else 0

    _month = 0


@contextmanager
def _window(model: Model, size: tuple[int, int], futures: int) -> Iterator[_Driver]:
    with tempfile.TemporaryDirectory() as folder:
        game = Game.new(model, [model.scenario.scenario.seats[0]], seed=1)
        app = App(game, game.seats[0], size=size, saves=Path(folder), futures=futures)
        app.settle()
        app.shut()
        app.settle()
        try:
            yield _Driver(app)
        finally:
            app.jobs.wait()
            app.close()


def measure(model: Model, size: tuple[int, int] = (1920, 1080), months: int = 1_000) -> dict[str, Any]:
    """
    All figures.

    Parameters
    ----------
    size : (int, int)
        Of the window.
    months : int
        How many months of automated play the memory is watched over.
    """
    if "DISPLAY" not in os.environ and "WAYLAND_DISPLAY" not in os.environ:
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    found: dict[str, Any] = {"size": list(size), "first_frame_s": _first_frame(size)}
    with _window(model, size, 1_000) as hand:
        _warm(hand)
        hand.frames.clear()
        app = hand.app
        assert app.session is not None
        while not app.session.game.finished:
            hand.month()
        hand.until_done("debrief")
        found |= _frames(hand.frames)
    with _window(model, size, 1_000) as hand:
        _warm(hand)
        found["first_answer_ms"] = _answers(hand)
        found["idle_cpu"] = _idle(hand)
    found["memory_mb"] = _memory(model, size, months)
    return found


def _first_frame(size: tuple[int, int]) -> float:
    """Seconds from the start of an interpreter to the first frame; the middle of three."""
    code = _FIRST.format(width=size[0], height=size[1])
    times = []
    for _ in range(3):
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        inside = float(done.stdout.split()[-1])
        times.append(min(inside + 0.05, time.perf_counter() - start))
    return sorted(times)[1]


def _warm(hand: _Driver) -> None:
    """Until the process of the forecasts has made the month ready."""
    app = hand.app
    opened = app.main.decisions.opened()
    end = time.monotonic() + 30
    while app.session and opened and time.monotonic() < end:
        if (app.futures.latest(fans_key(app.session, opened))[0] or _Nothing).runs >= 1_000:
            return
        hand.frame("warm")


class _Nothing:
    runs = 0


def _frames(frames: list[tuple[float, str]]) -> dict[str, Any]:
    """Percentiles of all frames, of those while a forecast ran, and the worst."""

    def at(rows: list[float], share: float) -> float:
        return 1_000 * sorted(rows)[min(int(len(rows) * share), len(rows) - 1)]

    whole = [t for t, _ in frames]
    during = [t for t, label in frames if label in ("forecast", "card", "pointer")]
    worst = sorted(((1_000 * t, label) for t, label in frames), reverse=True)[:5]
    return {
        "frames": len(whole), "p99_ms": at(whole, 0.99), "p99_forecast_ms": at(during, 0.99),
        "median_ms": at(whole, 0.5), "worst_ms": [[round(t, 1), label] for t, label in worst],
    }  # fmt: skip


def _answers(hand: _Driver) -> list[float]:
    """Milliseconds from the key that opens a card to the first fans of it, for cards of some topics."""
    app, times = hand.app, []
    assert app.session is not None
    for _ in range(5):
        for key in (pygame.K_RIGHT, pygame.K_DOWN, pygame.K_DOWN, pygame.K_DOWN):
            start = time.perf_counter()
            hand.press(key, "card", rest=False)
            s, opened = app.session, app.main.decisions.opened()
            if opened is not None and s.game.standing(opened).allowed:
                while app.futures.latest(fans_key(s, opened))[0] is None and time.perf_counter() - start < 2:
                    hand.frame("card", rest=False)
                    time.sleep(0.001)
                times.append(1_000 * (time.perf_counter() - start))
            for _ in range(12):
                hand.frame("card")
    return sorted(times)


def _idle(hand: _Driver) -> float:
    """Seconds of CPU a second that the window takes while nothing happens."""
    for _ in range(60):
        hand.frame("idle")
    start, cpu = time.perf_counter(), time.process_time()
    while time.perf_counter() - start < 4:
        hand.app.tick(1_000)
    return (time.process_time() - cpu) / (time.perf_counter() - start)


def _memory(model: Model, size: tuple[int, int], months: int) -> list[float]:
    """Resident memory after each fifth of so many months, game after game in one window."""
    with _window(model, size, 0) as hand:
        app, played, found = hand.app, 0, []
        while played < months:
            s = app.session
            assert s is not None
            if s.game.finished:
                game = Game.new(model, [s.actor], seed=played)
                app.stack.clear()
                app.open_game(lambda game=game: (game, game.seats[0]))
                app.settle()
                app.shut()
                app.settle()
                hand._month = 0
            _hurry(app)
            played += 1
            if played % max(months // 5, 1) == 0:
                found.append(_resident())
        return found


def _hurry(app: App) -> None:
    """A month played through the event queue, without waiting for frames."""
    s = app.session
    assert s is not None
    month = s.game.month
    while s.game.month == month:
        key = pygame.K_RETURN if app.stack else pygame.K_n
        for kind in (pygame.KEYDOWN, pygame.KEYUP):
            pygame.event.post(pygame.event.Event(kind, key=key, unicode="", mod=0))
        app.settle()


def _resident() -> float:
    """Resident memory in MB."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
