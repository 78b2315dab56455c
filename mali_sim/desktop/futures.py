"""
Forecasts in small portions, in a process of their own, so that no frame waits for them.

The process follows the game by its record. What all forecasts of a month have in common is
made ready as soon as the month begins, so that the first answer comes at once. What the end
of a game takes to be looked back on is worked out there too.
"""

import contextlib
import multiprocessing
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from attrs import define, frozen

from mali_sim.model import Model
from mali_sim.play import Forecast, Game, Record, SeatView
from mali_sim.play.fans import Fans, fans_of, joined
from mali_sim.play.forecast import Lookahead
from mali_sim.play.record import Header

MONTHS = 12
#: So many forecasts that were left before they were finished wait to be gone on with: each takes 10 MB.
_BEGUN = 6
#: So many finished forecasts of a month are kept.
_KEPT = 400


@frozen
class _Begin:
    """Another month, or another game."""

    turn: int
    header: Header | None
    events: tuple[dict, ...]
    actor: str


@frozen
class _Wish:
    key: Hashable
    plan: tuple[str, ...]
    actions: tuple[str, ...]


@frozen
class _Task:
    """A function of a module, to be called with the game of a record."""

    number: int
    work: Callable[..., Any]
    header: Header
    events: tuple[dict, ...]
    given: tuple[Any, ...]


@frozen
class _Done:
    number: int
    came: bool
    value: Any


@frozen
class _Answer:
    turn: int
    key: Hashable
    fans: Fans | None
    parts: int
    problem: str


class Futures:
    """
    What refines the forecast that is being looked at.

    Parameters
    ----------
    total : int
        Futures of a finished forecast; 0 makes none at all.
    portion : int
        Futures at a time, after a smaller first portion.
    told : callable
        Called whenever there is something new to show.
    """

    def __init__(self, total: int, portion: int, told: Callable[[], None]) -> None:
        self.total, self.portion, self.told = total, portion, told
        self._made: dict[Hashable, _Answer] = {}
        self._asked: Hashable = None
        self._turn = 0
        self._change = threading.Lock()
        self._sending = threading.Lock()
        self._numbers = count()
        self._tasks: dict[int, Future[_Done | None]] = {}
        self._stopped = False
        self._pipe: Connection | None = None
        self._process: BaseProcess | None = None
        self._listener: threading.Thread | None = None

    def start(self) -> None:
        """Start the process, which takes a second, before it is needed."""
        if not self.total or self._process is not None or self._stopped:
            return
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        process = context.Process(
            target=_work, args=(other, self.total, self.portion), name="futures", daemon=True
        )
        process.start()
        self._process = process
        other.close()
        self._listener = threading.Thread(
            target=self._listen, args=(self._pipe,), name="futures", daemon=True
        )
        self._listener.start()

    def begin(self, game: Game, actor: str) -> None:
        """Another month, or another game: drop all forecasts, and make ready for new ones."""
        self.forget()
        if game.finished or not self.total:
            return
        self.start()
        events = tuple(_played(game))
        self._send(_Begin(self._turn, game.record.header, events, actor))

    def ask(self, key: Hashable, plan: Sequence[str], actions: Sequence[str]) -> None:
        """Wish for the forecast of some actions; an earlier wish is dropped where it stands."""
        if not self.total or key == self._asked:
            return
        self._asked = key
        self._send(_Wish(key, tuple(plan), tuple(actions)))

    def latest(self, key: Hashable) -> tuple[Fans | None, int, str]:
        """What is there by now, how often it was refined, and what went wrong."""
        with self._change:
            made = self._made.get(key)
        return (made.fans, made.parts, made.problem) if made else (None, 0, "")

    def forget(self) -> None:
        """Drop all forecasts: the month has passed."""
        with self._change:
            self._made.clear()
            self._asked = None
            self._turn += 1

    def beside(self, work: Callable[..., Any], game: Game, *given: Any) -> Any:
        """
        What a function of a module makes of a game; to be called from a thread that may wait.

        The process works it out where there is one. What does not come of it there is worked
        out here, so that an error is raised here. None when the window is closed meanwhile.
        """
        task: Future[_Done | None] = Future()
        with self._change:
            there, number = self._listener is not None, next(self._numbers)
            if there:
                self._tasks[number] = task
        if there:
            self._send(_Task(number, work, game.record.header, tuple(game.record.events), given))
            done = task.result()
            if done is not None and done.came:
                return done.value
        return None if self._stopped else work(game, *given)

    def stop(self) -> None:
        """End the process; then whoever listens to it ends too, and the pipe can be closed."""
        self._stopped = True
        self._send(None)
        if self._process is not None:
            self._process.join(0.2)
            if self._process.is_alive():
                self._process.terminate()
            self._process = None
        listener = self._listener
        if listener is not None:
            listener.join()
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None

    def _send(self, message: object) -> None:
        if self._pipe is not None:
            with self._sending, contextlib.suppress(OSError):
                self._pipe.send(message)

    def _listen(self, pipe: Connection) -> None:
        """Take the answers as they come; when no more can come, let nobody wait for one."""
        with contextlib.suppress(EOFError, OSError):
            while True:
                answer: _Answer | _Done = pipe.recv()
                if isinstance(answer, _Done):
                    with self._change:
                        task = self._tasks.pop(answer.number)
                    task.set_result(answer)
                    continue
                with self._change:
                    if answer.turn == self._turn:
                        self._made[answer.key] = answer
                        while len(self._made) > _KEPT:
                            self._made.pop(next(iter(self._made)))
                self.told()
        with self._change:
            self._listener, left = None, list(self._tasks.values())
            self._tasks.clear()
        for task in left:
            task.set_result(None)


def _played(game: Game) -> Iterator[dict]:
    """A game's record without the plan of the month that is not played yet."""
    events = game.record.events
    last = max((n for n, e in enumerate(events) if e["kind"] in ("advance", "rewind")), default=-1)
    return (e for n, e in enumerate(events) if n <= last or e["kind"] != "submit")


# -- the process ------------------------------------------------------------------------------------


@define
class _Refined:
    forecast: Forecast | None = None
    parts: int = 0
    done: bool = False


class _Worker:
    """What the process knows: the game as it stands, portions made ready, forecasts so far."""

    def __init__(self, pipe: Connection, total: int, portion: int) -> None:
        self.pipe, self.total, self.portion = pipe, total, portion
        self.models: dict[str, Model] = {}
        self.view: SeatView | None = None
        self.turn = 0
        self.ahead: list[Lookahead] = []
        self.wish: _Wish | None = None
        self.made: dict[Hashable, _Refined] = {}

    def run(self) -> None:
        """Until the window is gone: take what is asked for, then do one portion of work."""
        while True:
            while self.pipe.poll(0 if self._due() else None):
                message = self.pipe.recv()
                if message is None:
                    return
                self._take(message)
            try:
                self._portion()
            except (ValueError, ArithmeticError) as error:
                self._give_up(str(error))

    def _give_up(self, problem: str) -> None:
        """No futures of this month can be made: say so for whatever is asked."""
        if self.wish is not None:
            self.pipe.send(_Answer(self.turn, self.wish.key, None, 1, problem))
        self.view = None

    def _take(self, message: object) -> None:
        if isinstance(message, _Begin):
            self.turn, self.wish, self.ahead, self.made = message.turn, None, [], {}
            self.view = self._follow(message)
        elif isinstance(message, _Task):
            self._do(message)
        elif isinstance(message, _Wish):
            self.wish = message
            begun = [r for k, r in self.made.items() if r.forecast is not None and k != message.key]
            for old in begun[:-_BEGUN]:
                old.forecast, old.parts = None, 0

    def _follow(self, begin: _Begin) -> SeatView | None:
        """The game of a record."""
        assert begin.header is not None
        return SeatView(self._game(begin.header, begin.events), begin.actor)

    def _game(self, header: Header, events: Sequence[dict]) -> Game:
        known = self.models.get(header.fingerprint)
        game = Game.from_record(Record(header, list(events)), known)
        self.models = {header.fingerprint: game.model}
        return game

    def _do(self, task: _Task) -> None:
        try:
            value = task.work(self._game(task.header, task.events), *task.given)
            self.pipe.send(_Done(task.number, True, value))
        except Exception:  # whatever it is, it is met again where the answer is waited for
            self.pipe.send(_Done(task.number, False, None))

    def _due(self) -> bool:
        """Whether there is something to make ready, or to refine."""
        return self.view is not None and (self._open() or self._ready() < self.total)

    def _ready(self) -> int:
        return sum(a.runs for a in self.ahead)

    def _open(self) -> bool:
        """Whether what was wished for is not finished."""
        if self.wish is None:
            return False
        made = self.made.get(self.wish.key)
        return made is None or not made.done

    def _portion(self) -> None:
        if self.view is None:
            return
        made = self.made.setdefault(self.wish.key, _Refined()) if self.wish is not None else None
        if made is not None and not made.done and made.parts < len(self.ahead):
            self._refine(self.view, made)
        elif self._ready() < self.total:
            self._prepare(self.view)

    def _prepare(self, view: SeatView) -> None:
        """Make another portion of the month's futures ready."""
        first = self._ready()
        runs = min(self.portion if first else max(self.portion // 2, 1), self.total - first)
        ahead = Lookahead(view.game, view.actor, runs=runs, months=MONTHS, first_run=first)
        self.ahead.append(ahead)

    def _refine(self, view: SeatView, made: _Refined) -> None:
        """Add a portion to what was wished for."""
        wish = self.wish
        assert wish is not None
        fans, problem = None, ""
        try:
            part = self.ahead[made.parts].of(wish.actions, wish.plan)
            made.forecast = joined([made.forecast, part]) if made.forecast else part
            fans = fans_of(view, made.forecast)
            made.done = made.forecast.runs >= self.total
        except (ValueError, ArithmeticError) as error:
            problem, made.done = str(error), True
        if made.done:
            made.forecast = None  # the fans are all that is shown
        made.parts += 1
        self.pipe.send(_Answer(self.turn, wish.key, fans, made.parts, problem))
        while len(self.made) > _KEPT:
            self.made.pop(next(iter(self.made)))


def _work(pipe: Connection, total: int, portion: int) -> None:
    """The process; it ends with the window."""
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        _Worker(pipe, total, portion).run()
