"""What is worked out in a process beside the window, and what happens where there is none."""

import os
import threading
import time

import pygame
import pytest

from mali_sim.desktop.charts import Band, course_over
from mali_sim.desktop.futures import Futures
from mali_sim.desktop.screens import debrief as debrief_page
from mali_sim.desktop.screens.debrief import Debrief
from mali_sim.desktop.tokens import THEMES
from mali_sim.desktop.widgets import Brush, Lettering
from mali_sim.play import Game
from mali_sim.play.digest import debrief
from mali_sim.play.lookback import luck
from tests.window.hands import play_months


def where(game: Game, *given: object) -> tuple[int, str, int, tuple[object, ...]]:
    """The process, the game's state and month, and what else was given."""
    return os.getpid(), game.state_hash(), game.month, given


def fails(game: Game) -> None:
    """Raise."""
    raise ValueError(f"month {game.month}")


def lasts(game: Game) -> int:
    """Take longer than anybody waits."""
    time.sleep(600)
    return game.month


@pytest.fixture
def beside(tiny):
    """Forecasts with their process, at a game's second month."""
    game = Game.new(tiny, ["gov"], seed=3)
    game.advance()
    futures = Futures(200, 100, lambda: None)
    futures.begin(game, "gov")
    yield futures, game
    futures.stop()


def test_work_is_done_elsewhere_on_the_same_game(beside):
    futures, game = beside
    there, *found = futures.beside(where, game, "x", 2)
    assert there != os.getpid()
    assert found == [game.state_hash(), 1, ("x", 2)]


def test_what_fails_there_is_raised_here_and_the_process_goes_on(beside):
    futures, game = beside
    with pytest.raises(ValueError, match="month 1"):
        futures.beside(fails, game)
    assert futures.beside(where, game)[0] != os.getpid()


def test_when_the_process_dies_the_work_is_done_here(beside):
    futures, game = beside
    futures.beside(where, game)
    futures._process.kill()
    futures._listener.join()
    assert futures.beside(where, game)[:2] == (os.getpid(), game.state_hash())


def test_nobody_waits_for_work_when_the_window_closes(beside):
    futures, game = beside
    came = []
    waiting = threading.Thread(target=lambda: came.append(futures.beside(lasts, game)))
    waiting.start()
    while not futures._tasks:
        time.sleep(0.001)
    futures.stop()
    waiting.join(30)
    assert came == [None]


def test_without_a_process_the_work_is_done_here(tiny):
    game = Game.new(tiny, ["gov"], seed=3)
    assert Futures(0, 100, lambda: None).beside(where, game)[0] == os.getpid()


def test_a_game_is_looked_back_on_beside_the_window_as_it_would_be_here(tiny, opened, quick_pages):
    app = opened("tiny", futures=100)
    play_months(app, tiny.scenario.scenario.months)
    app.open("debrief")
    app.settle()
    page = app.panel
    assert isinstance(page, Debrief)
    game = app.session.game
    assert page.found == debrief(game, "gov", app.session.scales)
    here = luck(game, "gov", 60)
    assert (page.luck is None) == (here is None)
    if here is not None:
        assert (page.luck.outcomes == here.outcomes).all()


def lasts_whatever_is_given(game: Game, *_: object) -> int:
    """Take longer than anybody waits."""
    return lasts(game)


def test_a_window_that_is_closed_at_the_end_does_not_wait_for_the_debrief(tiny, opened, monkeypatch):
    app = opened("tiny", futures=100)
    play_months(app, tiny.scenario.scenario.months)
    monkeypatch.setattr(debrief_page, "debrief", lasts_whatever_is_given)
    app.open("debrief")
    app.tick()
    app.close()
    assert app.panel.found is None


def test_charts_come_a_few_a_frame_and_stay():
    """What is late comes with the next frames; then nothing is late, and nothing is drawn again."""
    pygame.font.init()
    letters = Lettering((800, 600), THEMES["day"], 100)

    def painted() -> tuple[bytes, bool]:
        surface = pygame.Surface((800, 600))
        brush = Brush(surface, letters)
        for n in range(5):
            rect = pygame.Rect(10, 10 + n * 110, 700, 100)
            course_over(brush, rect, [n, 2.0, 1.0], [Band("x", [0.0] * 3, [1.0] * 3, [2.0] * 3, "rust")],
                        ("a", "b"), "you", str, [])  # fmt: skip
        return pygame.image.tobytes(surface, "RGB"), brush.late

    frames = [painted()]
    while frames[-1][1] and len(frames) < 20:
        frames.append(painted())
    assert [late for _, late in frames] == [True, True, False]
    assert len({picture for picture, _ in frames}) == 3
    assert painted() == frames[-1]
