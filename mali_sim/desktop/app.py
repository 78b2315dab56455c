"""The window: events in, panes out. It waits where nothing happens, and draws what changed."""

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pygame

from mali_sim.desktop.canvas import Canvas
from mali_sim.desktop.futures import Futures
from mali_sim.desktop.hands import Hands
from mali_sim.desktop.jobs import Jobs
from mali_sim.desktop.keys import Keys
from mali_sim.desktop.panel import Panel
from mali_sim.desktop.screens.debrief import Debrief
from mali_sim.desktop.screens.frame import Loading, Message, Note, Title
from mali_sim.desktop.screens.help import Help, Menu
from mali_sim.desktop.screens.lookup import Codex, EntryPage
from mali_sim.desktop.screens.main import MainScreen
from mali_sim.desktop.screens.options import Options
from mali_sim.desktop.screens.plans import Compare, Objectives
from mali_sim.desktop.screens.questions import Asking, Bargains
from mali_sim.desktop.screens.report import Opening, Report
from mali_sim.desktop.screens.timeline import Timeline
from mali_sim.desktop.screens.why import Why
from mali_sim.desktop.session import Session
from mali_sim.desktop.settings import Settings
from mali_sim.desktop.tips import Tip
from mali_sim.desktop.tokens import FIRST_SIZE
from mali_sim.desktop.widgets import Pane
from mali_sim.play import Game, SaveError
from mali_sim.play.slots import Saves, save_folder
from mali_sim.scenario import ScenarioNotFound, ScenarioProblems, Text
from mali_sim.scenario.texts import LANGUAGES, Words

_IDLE = 1_000
#: Milliseconds between the frames of what moves.
_BETWEEN = 10
#: Seconds after which whatever works beside the window gives way to it.
_GIVE_WAY = 0.0001
#: Collections of the middle generation before the oldest is looked through without being asked.
#: What a game keeps is much, and looking through it holds up a frame; what it leaves in cycles
#: is little, and goes before the next game.
_NEVER = 1_000_000_000
#: What makes a game, beside the window; its seat.
Maker = Callable[[], tuple[Game, str]]


def display_problem() -> str | None:
    """Why no window can be opened here, as a sentence; None where one can."""
    driver = os.environ.get("SDL_VIDEODRIVER", "")
    if sys.platform.startswith("linux") and not driver:
        if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
            return "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set"
    already = pygame.display.get_init()
    try:
        pygame.display.init()
    except pygame.error as error:
        return f"no window can be opened: {error}"
    found = pygame.display.get_driver()
    if not already:
        pygame.display.quit()
    if not driver and found in ("dummy", "offscreen", "evdev", "KMSDRM"):
        where = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        return f"there is no display at {where}: nothing answers there"
    return None


class App:
    """
    The window.

    Parameters
    ----------
    game : Game, optional
        What is played at once; the title is shown where there is none.
    actor : str
        The seat that is played.
    language : {'en', 'fr'}, optional
        Else that of the settings.
    size : (int, int)
        Of the window.
    saves : Path, optional
        The folder of saves; the platform's own by default.
    futures : int
        Paired futures in a finished forecast; 0 shows none.
    settings : Settings, optional
        By default the usual ones, kept nowhere.

    Attributes
    ----------
    stack : list of Panel
        What lies over the main screen, or over nothing before a game; the last one on top.
    """

    def __init__(
        self, game: Game | None = None, actor: str = "", language: str = "", *,
        size: tuple[int, int] = FIRST_SIZE, saves: Path | None = None, futures: int = 1_000,
        settings: Settings | None = None,
    ) -> None:  # fmt: skip
        pygame.display.init()
        pygame.font.init()
        self.settings = settings or Settings(noted=True)
        self.words = Words(language or self.settings.language or "en")
        self.tip: Tip | None = None
        self.canvas = Canvas(self, size)
        self.hands = Hands(self)
        pygame.key.set_repeat(350, 45)
        self._switching = sys.getswitchinterval()
        sys.setswitchinterval(_GIVE_WAY)
        self._collecting = gc.get_threshold()
        gc.set_threshold(*self._collecting[:2], _NEVER)
        self._told = pygame.event.custom_type()
        self.keys = Keys(self.settings.keys)
        self.jobs = Jobs(self._tell)
        self.futures = Futures(futures, 200, self._tell)
        self.futures.start()
        self.folder = saves or save_folder()
        self.session: Session | None = None
        self.slots: Saves | None = None
        self.stack: list[Panel] = []
        self.message = ""
        self.running = True
        self.busy = False
        self._caption()
        if game is not None:
            session = Session(game, actor, self.words.language, self.futures, self.jobs)
            session.prepare()
            _set_aside()
            self._sit(session)
        else:
            self.show(Title(self))
            if not self.settings.noted:
                self.show(Note(self))
        if self.settings.problem:
            self.show(Message(self, self.words("The settings could not be read"), self.words(
                "The usual settings hold; the file is left as it is until you change one: {reason}",
                reason=self.settings.problem)))  # fmt: skip

    # -- the window ----------------------------------------------------------------------------

    def full(self) -> None:
        """Change between the full screen and a window."""
        self.settings.fullscreen = not self.settings.fullscreen
        if self.settings.fullscreen:
            self.canvas.size = self.canvas.screen.get_size()
        self.canvas.open_window(self.settings.fullscreen)
        self.keep_settings()

    def keep_settings(self) -> None:
        """Write the settings; look at everything again by them."""
        problem = self.settings.save()
        if problem:
            self.message = self.words("The settings could not be kept: {reason}", reason=problem)
        self.keys = Keys(self.settings.keys)
        if self.session is not None:
            self.session.keys = self.keys
        self.canvas.stale()

    def _caption(self) -> None:
        title = self.words("Mali: the way out of isolation")
        if self.session is not None:
            title = self.words.of(self.session.game.model.scenario.scenario.title)
        pygame.display.set_caption(title)

    def _tell(self) -> None:
        try:
            pygame.event.post(pygame.event.Event(self._told))
        except pygame.error:
            return

    # -- the loop ----------------------------------------------------------------------------

    def run(self) -> None:
        """Until the window is closed; a game that was not saved is saved then."""
        try:
            self.canvas.draw()
            while self.running:
                if self.canvas.flight is not None:
                    pygame.time.wait(_BETWEEN)
                self.tick(0 if self.canvas.more_to_paint else _IDLE)
        finally:
            self.close()

    def tick(self, wait: int = 0) -> bool:
        """
        Take the events that are there, then draw what changed.

        Parameters
        ----------
        wait : int
            Milliseconds to wait for a first event.

        Returns
        -------
        bool
            Whether the window stays open.
        """
        events = []
        if wait:
            first = pygame.event.wait(wait)
            events = [] if first.type == pygame.NOEVENT else [first]
        events += pygame.event.get()
        for event in events:
            self.hands.handle(event)
            if event.type in (pygame.KEYDOWN, pygame.MOUSEBUTTONDOWN, pygame.TEXTINPUT) and self.running:
                self.canvas.refresh()
        self.jobs.collect()
        if self.running:
            self.canvas.draw()
        return self.running

    def settle(self) -> None:
        """Until nothing is being worked on and all is drawn; for whoever drives a window by hand."""
        self.jobs.wait()
        self.tick()
        while self.canvas.more_to_paint or self.jobs.busy:
            self.jobs.wait()
            self.tick()

    def close(self) -> None:
        """End the workers, keep the game, and give the window back."""
        self.futures.stop()
        try:
            self.jobs.wait()
        finally:
            if self.slots is not None and self.slots.behind:
                try:
                    self.slots.autosave()
                except SaveError as error:
                    print(self.words.of(error.said), file=sys.stderr)
            self.jobs.stop()
            self._give_back()

    def _give_back(self) -> None:
        """The window, and what was set for it."""
        sys.setswitchinterval(self._switching)
        gc.set_threshold(*self._collecting)
        gc.unfreeze()
        gc.collect()
        pygame.display.quit()

    @property
    def panel(self) -> Panel | None:
        """What lies on top."""
        return self.stack[-1] if self.stack else None

    def command(self, id: str | None) -> None:
        """Do what a key or a button is for."""
        if id is None:
            return
        if id in ("help", "language", "full", "tip"):
            {"help": lambda: self.open("help"), "language": self.speak, "full": self.full,
             "tip": self.hands.ask_tip}[id]()  # fmt: skip
            return
        s = self.session
        if s is None:
            return
        if id == "save":
            self.save()
        elif self.panel is not None:
            return
        elif id == "undo":
            s.undo()
        elif id == "next":
            self.next_month()
        elif id == "note":
            s.note = ""
        elif id == "pin":
            s.pin()
        else:
            self.open(id)

    # -- panels ----------------------------------------------------------------------------------

    def show(self, panel: Panel) -> None:
        """Lay a panel over what is there."""
        self.canvas.lift_tip()
        self.tip, self.canvas.flight = None, None
        if self.session is not None:
            self.session.note = None
        self.stack.append(panel)
        panel.painted = None

    def replace(self, panel: Panel) -> None:
        """Show a panel in place of the one on top."""
        if self.stack:
            self.stack.pop().let_go()
        self.show(panel)

    def back(self) -> None:
        """Take away the panel on top; what was below is painted again."""
        if self.stack:
            self.stack.pop().let_go()
        self.tip = None
        self.canvas.drop_tip()
        if not self.stack and self.session is None:
            self.stack.append(Title(self))
        self.canvas.stale()

    def shut(self) -> None:
        """Take away all panels."""
        self._clear()
        self.back()

    def _clear(self) -> None:
        while self.stack:
            self.stack.pop().let_go()

    def open(self, name: str) -> None:
        """Open a panel by its name, if there is something to show in it."""
        s = self.session
        made: Panel | None = None
        if name == "help":
            made = None if isinstance(self.panel, Help) else Help(self)
        elif name == "settings":
            made = Options(self)
        elif s is None:
            return
        elif name == "question":
            self._next_question(passed_over=True)
        elif name == "report":
            made = Report(self, again=True) if s.report is not None else None
            s.message = "" if made else s.words("No month has been played yet.")
        elif name == "debrief":
            made = Debrief(self)
        else:
            kinds = {
                "dossier": Opening, "why": Why, "offers": Bargains, "objectives": Objectives,
                "timeline": Timeline, "codex": Codex, "compare": Compare, "menu": Menu,
            }  # fmt: skip
            made = kinds[name](self)
        if made is not None:
            self.show(made)

    def look_up(self, action: str) -> None:
        """Open the page of a decision, an offer, or the event that an answer is to."""
        assert self.session is not None
        path = self.session.game.model.action(action).item.path
        self.show(EntryPage(self, f"{path[0]}.{path[1]}"))

    def leave(self) -> None:
        """Close the window."""
        self.running = False

    # -- games -----------------------------------------------------------------------------------

    def open_game(
        self, make: Maker, own: Path | None = None, coach: bool = False, told: str = ""
    ) -> None:
        """
        Make a game beside the window, then sit down at it; what goes wrong is told in the window.

        Parameters
        ----------
        own : Path, optional
            The save that it is opened from.
        coach : bool
            Whether the first steps are shown.
        told : str
            What is said when it is open.
        """
        self.keep()
        self.show(Loading(self))
        language = self.words.language

        def work() -> Session:
            _set_aside()  # what the game before left behind goes before this one takes its room
            game, actor = make()
            session = Session(game, actor, language, self.futures, self.jobs)
            session.prepare()
            _set_aside()
            return session

        def done(session: Session) -> None:
            self._clear()
            self._sit(session, own)
            session.coach_at = 0 if coach else None
            session.message = told

        self.jobs.do(work, done, self.failed)

    def failed(self, error: Exception) -> None:
        """Say in the window what went wrong, if it is something a player can mend."""
        self.busy = False
        self.stack = [p for p in self.stack if not isinstance(p, Loading)]
        self.back() if not self.stack else None
        if not (getattr(error, "for_user", False) or isinstance(error, ScenarioProblems | ScenarioNotFound)):
            raise error
        said = getattr(error, "said", None) or getattr(error, "reason", None)
        text = self.words.of(said) if isinstance(said, Text) else str(error)
        self.show(Message(self, self.words("This cannot be opened"), text))

    def _sit(self, session: Session, own: Path | None = None) -> None:
        """Take a seat at a game."""
        self.futures.begin(session.game, session.actor)
        self.session = session
        session.speak(self.words.language)
        session.command = self.command
        session.open = self.open
        session.look_up = self.look_up
        session.next_month = self.next_month
        session.keys = self.keys
        self.slots = Saves(session.game, self.folder, own)
        self.main = MainScreen(session)
        self.zone: Pane = self.main.decisions
        self.canvas.stale()
        self.busy = False
        self._caption()
        self.jobs.do(lambda: session.scales, lambda _: None)
        if session.game.finished:
            self.open("debrief")
        elif session.game.month == 0 and not session.game.record.events:
            self.open("dossier")

    def keep(self) -> None:
        """Keep the game that is played, if something happened since it was kept."""
        if self.slots is None or not self.slots.behind:
            return
        try:
            self.slots.autosave()
        except SaveError as error:
            self.message = self.words.of(error.said)

    def to_title(self) -> None:
        """Keep the game and go back to the title."""
        self.keep()
        self.session, self.slots = None, None
        self.shut()
        self._caption()

    def next_month(self) -> None:
        """Play the month; first the questions that were not looked at, last the debrief."""
        s = self.session
        assert s is not None
        if s.game.finished:
            self.open("debrief")
            return
        if any(q.id not in s.passed_over for q in s.unanswered):
            self._next_question()
            return
        self.busy = True
        self.tip = None
        self.futures.forget()
        slots = self.slots

        def work() -> str:
            s.advance()
            try:
                assert slots is not None
                slots.autosave()
            except SaveError as error:
                return s.words.of(error.said)
            return ""

        self.jobs.do(work, self._month_played, self.failed)

    def _month_played(self, problem: str) -> None:
        s = self.session
        assert s is not None
        self.busy = False
        s.changed()
        self.futures.begin(s.game, s.actor)
        self.main.decisions.focus, self.main.decisions.scroll = None, 0
        self.show(Report(self))
        if problem:
            told = self.words("The month was played, but the game could not be kept. {reason} Nothing is "
                              "lost while the window is open; make room, then save.",
                              reason=problem)  # fmt: skip
            self.show(Message(self, self.words("The game could not be saved"), told))

    def after_report(self) -> None:
        """What follows the month's report: the debrief, questions, or the main screen."""
        assert self.session is not None
        self.shut()
        if self.session.game.finished:
            self.open("debrief")
        else:
            self._next_question()

    def answered(self) -> None:
        """An answer was given: the next question, if there is one."""
        self.shut()
        self._next_question()

    def pass_over(self, id: str) -> None:
        """A question is left open for now."""
        assert self.session is not None
        self.session.passed_over.add(id)
        self.shut()
        self._next_question()

    def _next_question(self, passed_over: bool = False) -> None:
        """The next question that is neither answered nor passed over."""
        s = self.session
        assert s is not None
        waiting = [q for q in s.unanswered if passed_over or q.id not in s.passed_over]
        if waiting:
            self.show(Asking(self, waiting[0]))
        elif passed_over:
            s.message = s.words("No question waits for an answer.")

    def speak(self) -> None:
        """Change between the languages."""
        at = LANGUAGES.index(self.words.language)
        self.words = Words(LANGUAGES[(at + 1) % len(LANGUAGES)])
        self.settings.language = self.words.language
        self.keep_settings()
        if self.session is not None:
            self.session.speak(self.words.language)
        self._caption()

    def save(self, name: str = "") -> bool:
        """Save the game, in a file that is named or in its own; say where, or why not."""
        assert self.slots is not None
        try:
            path = self.slots.save(name)
        except SaveError as error:
            self._say_problem(self.words.of(error.said))
            return False
        told = self.words("Saved: {path}", path=path)
        self.message = told
        if self.session is not None:
            self.session.message = told
        return True

    def _say_problem(self, told: str) -> None:
        self.show(Message(self, self.words("The game could not be saved"), told))


def _set_aside() -> None:
    """
    Take what stays, the model above all, out of the collector's sight.

    Looking through it would hold up a frame each time for as long as dozens of frames last.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def play(
    language: str | None = None, make: Maker | None = None, own: Path | None = None, *, system: str = "en"
) -> None:
    """
    Open the window and play until it is closed.

    Parameters
    ----------
    language : {'en', 'fr'}, optional
        Else that of the settings.
    make : callable, optional
        Makes the game that is played at once, beside the window; the title without it.
    own : Path, optional
        The save that it is opened from.
    system : {'en', 'fr'}
        The system's language, where neither is said.
    """
    settings = Settings.load()
    app = App(language=language or settings.language or system, settings=settings)
    app.canvas.draw()
    if make is not None:
        app.open_game(make, own)
    app.run()
