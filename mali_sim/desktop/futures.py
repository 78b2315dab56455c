"""Forecasts in small portions, beside the window, so that no frame waits for them."""

import threading
from collections.abc import Callable, Hashable

from attrs import define, frozen

from mali_sim.play import Forecast, Game, forecast
from mali_sim.play.aspects import joined

MONTHS = 12


@frozen
class _Wish:
    key: Hashable
    game: Game
    actor: str
    action: str


@define
class _Made:
    forecast: Forecast | None = None
    parts: int = 0
    problem: str = ""


class Futures:
    """
    One worker that refines the forecast that is being looked at.

    Parameters
    ----------
    total : int
        Futures of a finished forecast; 0 makes none at all.
    portion : int
        Futures at a time, after a smaller first portion.
    told : callable
        Called from the worker whenever there is something new to show.
    """

    def __init__(self, total: int, portion: int, told: Callable[[], None]) -> None:
        self.total, self.portion, self.told = total, portion, told
        self._wish: _Wish | None = None
        self._made: dict[Hashable, _Made] = {}
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None
        self._over = False

    def ask(self, key: Hashable, game: Game, actor: str, action: str) -> None:
        """Wish for the forecast of an action; an earlier wish is dropped where it stands."""
        if not self.total:
            return
        with self._change:
            if self._wish is not None and self._wish.key == key:
                return
            self._wish = _Wish(key, game.snapshot(), actor, action)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="futures", daemon=True)
                self._thread.start()
            self._change.notify()

    def latest(self, key: Hashable) -> tuple[Forecast | None, int, str]:
        """What is there by now, how often it was refined, and what went wrong."""
        with self._change:
            made = self._made.get(key)
            return (made.forecast, made.parts, made.problem) if made else (None, 0, "")

    def forget(self) -> None:
        """Drop all forecasts: the month has passed."""
        with self._change:
            self._made.clear()
            self._wish = None

    def stop(self) -> None:
        """End the worker; it leaves after the portion it is at."""
        with self._change:
            self._over = True
            self._change.notify()
        if self._thread is not None:
            self._thread.join(5.0)

    def _work(self) -> None:
        while True:
            with self._change:
                while not self._over and (self._wish is None or self._done(self._wish)):
                    self._change.wait()
                if self._over:
                    return
                wish = self._wish
                assert wish is not None
                made = self._made.setdefault(wish.key, _Made())
                done = made.forecast.runs if made.forecast else 0
            runs = min(self.portion if done else max(self.portion // 2, 1), self.total - done)
            try:
                part = forecast(
                    wish.game, wish.actor, [wish.action], runs=runs, months=MONTHS, first_run=done
                )
            except ValueError as error:
                part, made.problem = None, str(error)
            with self._change:
                if part is not None:
                    made.forecast = joined([made.forecast, part]) if made.forecast else part
                    made.parts += 1
            self.told()

    def _done(self, wish: _Wish) -> bool:
        made = self._made.get(wish.key)
        if made is None:
            return False
        return bool(made.problem) or (made.forecast is not None and made.forecast.runs >= self.total)
