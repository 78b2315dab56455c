"""The window: events in, panes out. It waits where nothing happens, and draws what changed."""

import os
import sys
import time
from pathlib import Path

import platformdirs
import pygame

from mali_sim.desktop.futures import Futures
from mali_sim.desktop.panels import Asking, Help, Opening, Panel, Report, Why
from mali_sim.desktop.screen_debrief import Debrief
from mali_sim.desktop.screen_main import MainScreen
from mali_sim.desktop.session import Session
from mali_sim.desktop.tokens import DAY, FIRST_SIZE, LEAST_SIZE
from mali_sim.desktop.widgets import Lettering, Pane, Spot
from mali_sim.play import Game, SaveError
from mali_sim.play.aspects import NOTE_LENGTH, write_note
from mali_sim.scenario.texts import LANGUAGES

_IDLE = 1_000
_VEIL = 110


def save_folder() -> Path:
    """Where games are saved when nothing else is said."""
    return Path(platformdirs.user_data_dir("mali_sim")) / "saves"


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
    A game in a window.

    Parameters
    ----------
    game : Game
    actor : str
        The seat that is played.
    language : {'en', 'fr'}
    size : (int, int)
        Of the window.
    saves : Path, optional
        The folder of saves; the platform's own by default.
    futures : int
        Paired futures in a finished forecast; 0 shows none.
    """

    def __init__(
        self, game: Game, actor: str, language: str = "en", *, size: tuple[int, int] = FIRST_SIZE,
        saves: Path | None = None, futures: int = 1_000,
    ) -> None:  # fmt: skip
        pygame.display.init()
        pygame.font.init()
        self.screen = pygame.display.set_mode(size, pygame.RESIZABLE)
        self._limit_size()
        pygame.key.set_repeat(350, 45)
        self._told = pygame.event.custom_type()
        self.futures = Futures(futures, 200, self._tell)
        self.session = Session(game, actor, language, self.futures)
        self.session.open = self.open
        self.session.next_month = self.next_month
        self.main = MainScreen(self.session)
        self.zone: Pane = self.main.decisions
        self.panel: Panel | None = None
        self.running = True
        stamp = time.strftime("%Y%m%d-%H%M%S")
        name = f"{game.model.scenario.scenario.id}-{stamp}.save"
        self.save_path = (saves or save_folder()) / name
        self._saved = len(game.record.events)
        self._laid: object = None
        self._below: pygame.Surface | None = None
        self._painted: list[pygame.Rect] = []
        self._hand = False
        self._pointer = (0, 0)
        self._caption()
        if game.finished:
            self.open("debrief")
        elif game.month == 0 and not game.record.events:
            self.open("opening")

    # -- the loop ----------------------------------------------------------------------------

    def run(self) -> None:
        """Until the window is closed; a game that was not saved is saved then."""
        try:
            self.draw()
            while self.running:
                self.tick(_IDLE)
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
            self.handle(event)
            if event.type in (pygame.KEYDOWN, pygame.MOUSEBUTTONDOWN, pygame.TEXTINPUT) and self.running:
                self._refresh()
        if self.running:
            self.draw()
        return self.running

    def close(self) -> None:
        """End the worker, keep the game, and give the window back."""
        self.futures.stop()
        if self.session.game.month and len(self.session.game.record.events) != self._saved:
            self.save()
        pygame.display.quit()

    def _tell(self) -> None:
        try:
            pygame.event.post(pygame.event.Event(self._told))
        except pygame.error:
            return

    def _limit_size(self) -> None:
        try:
            pygame.Window.from_display_module().minimum_size = LEAST_SIZE
        except (pygame.error, AttributeError):
            return

    def _caption(self) -> None:
        title = self.session.game.model.scenario.scenario.title
        pygame.display.set_caption(self.session.words.of(title))

    # -- drawing -----------------------------------------------------------------------------

    def draw(self) -> None:
        """Show what changed since the last time."""
        self._refresh()
        if self._painted:
            pygame.display.update(self._painted)
            self._painted = []

    def _refresh(self) -> None:
        """Paint the panes that look otherwise than they did; remember where, until it is shown."""
        self.screen = pygame.display.get_surface() or self.screen
        size = self.screen.get_size()
        laid = size, self.session.version, self.session.words.language
        fresh = laid != self._laid
        if self._laid is None or size != self._laid[0]:  # type: ignore[index]
            self.letters = Lettering(size, DAY)
        if fresh:
            self.main.lay_out(size, self.letters)
            self._laid = laid
        if self.panel is not None:
            self._refresh_panel(size, fresh)
            return
        self.main.decisions.wish()
        for pane in self.main.panes:
            active = pane is self.zone
            if fresh or pane.reveal or pane.painted != pane.looks(active):
                pane.draw(self.screen, self.letters, active)
                self._painted.append(pane.rect.copy())

    def _refresh_panel(self, size: tuple[int, int], fresh: bool) -> None:
        panel = self.panel
        assert panel is not None
        below = panel.painted is None or fresh
        if not below and not panel.reveal and panel.painted == panel.looks(True):
            return
        before = panel.rect.copy()
        panel.lay_out(size, self.letters)
        if below and not isinstance(panel, Debrief):
            self._below = self._veiled()
        if self._below is not None and (below or before != panel.rect):
            self.screen.blit(self._below, (0, 0))
        panel.draw(self.screen, self.letters, True)
        self._painted = [self.screen.get_rect()]

    def _veiled(self) -> pygame.Surface:
        """The main screen, darkened, to lie below a panel."""
        for pane in self.main.panes:
            pane.draw(self.screen, self.letters, False)
            pane.painted = None
        veil = pygame.Surface(self.screen.get_size())
        veil.fill(DAY.ink)
        veil.set_alpha(_VEIL)
        self.screen.blit(veil, (0, 0))
        return self.screen.copy()

    # -- what happens ------------------------------------------------------------------------

    def handle(self, event: pygame.event.Event) -> None:
        """Act on one event."""
        if event.type == pygame.QUIT:
            self.running = False
        elif event.type in (pygame.VIDEORESIZE, pygame.WINDOWEXPOSED):
            self._laid = None
        elif event.type == pygame.TEXTINPUT and self.session.note is not None:
            self._type(event.text)
        elif event.type == pygame.KEYDOWN:
            self.session.message = ""
            if self.session.note is not None:
                self._note_key(event.key)
            else:
                self._key(event)
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            self.session.message = ""
            self._press(event.pos)
        elif event.type == pygame.MOUSEWHEEL:
            self._roll(event)
        elif event.type == pygame.MOUSEMOTION:
            self._pointer = event.pos
            self._hover(event.pos)

    def _key(self, event: pygame.event.Event) -> None:
        pane = self.panel or self.zone
        control = event.mod & (pygame.KMOD_CTRL | pygame.KMOD_META)
        match event.key:
            case pygame.K_UP:
                pane.walk(-1)
            case pygame.K_DOWN:
                pane.walk(1)
            case pygame.K_LEFT | pygame.K_RIGHT:
                step = -1 if event.key == pygame.K_LEFT else 1
                if not pane.sideways(step):
                    pane.walk(step)
            case pygame.K_PAGEUP | pygame.K_PAGEDOWN:
                pane.roll(-8 if event.key == pygame.K_PAGEUP else 8)
            case pygame.K_TAB:
                self._tab(-1 if event.mod & pygame.KMOD_SHIFT else 1)
            case pygame.K_RETURN | pygame.K_KP_ENTER:
                self._enter(pane)
            case pygame.K_ESCAPE:
                self._back()
            case pygame.K_z if control:
                self.session.undo()
            case pygame.K_s:
                self.save()
            case pygame.K_l:
                self.speak()
            case _ if event.unicode == "?" or event.key == pygame.K_F1:
                self.open("help")
            case pygame.K_SPACE if self.panel is not None:
                self._enter(pane)
            case _ if self.panel is None and not control:
                self._letter(event.key)

    def _letter(self, key: int) -> None:
        """Keys of the main screen alone."""
        match key:
            case pygame.K_u:
                self.session.undo()
            case pygame.K_n | pygame.K_SPACE:
                self.next_month()
            case pygame.K_w:
                self.open("why")
            case pygame.K_r:
                self.open("report")
            case pygame.K_q:
                self.open("question")
            case pygame.K_m:
                self.session.note = ""

    def _tab(self, step: int) -> None:
        if self.panel is not None:
            self.panel.walk(step)
            return
        walked = self.main.walked
        self.zone = walked[(walked.index(self.zone) + step) % len(walked)]
        self.zone.reveal = True

    def _enter(self, pane: Pane) -> None:
        spot = pane.spot(pane.focus)
        if spot is not None and spot.act is not None:
            spot.act()

    def _back(self) -> None:
        if self.panel is not None:
            self.panel.close()
        else:
            self.zone = self.main.decisions

    def _under(self, position: tuple[int, int]) -> tuple[Pane, Spot | None]:
        if self.panel is not None:
            return self.panel, self.panel.under(position)
        for pane in self.main.panes:
            if pane.rect.collidepoint(position):
                return pane, pane.under(position)
        return self.zone, None

    def _press(self, position: tuple[int, int]) -> None:
        pane, spot = self._under(position)
        if spot is None:
            return
        if spot.stop:
            pane.focus = spot.id
            if pane in self.main.walked:
                self.zone = pane
        act = spot.press or spot.act
        if act is not None:
            act()

    def _roll(self, event: pygame.event.Event) -> None:
        pane, _ = self._under(self._pointer)
        pane.roll(-event.y)

    def _hover(self, position: tuple[int, int]) -> None:
        hand = self._under(position)[1] is not None
        if hand != self._hand:
            self._hand = hand
            pygame.mouse.set_cursor(pygame.SYSTEM_CURSOR_HAND if hand else pygame.SYSTEM_CURSOR_ARROW)

    # -- notes -------------------------------------------------------------------------------

    def _type(self, text: str) -> None:
        note = (self.session.note or "") + text
        self.session.note = note[:NOTE_LENGTH]

    def _note_key(self, key: int) -> None:
        note = self.session.note or ""
        if key == pygame.K_BACKSPACE:
            self.session.note = note[:-1]
        elif key == pygame.K_ESCAPE:
            self.session.note = None
        elif key in (pygame.K_RETURN, pygame.K_KP_ENTER):
            if note.strip():
                write_note(self.session.view, note.strip())
                self.session.message = self.session.words("The note is in the record.")
            self.session.note = None

    # -- what is asked for -----------------------------------------------------------------------

    def open(self, name: str) -> None:
        """Open a panel by its name, if there is something to show in it."""
        s = self.session
        match name:
            case "opening":
                self._show(Opening(s, self.shut))
            case "report" if s.report is not None:
                self._show(Report(s, self._after_report))
            case "question" if s.unanswered:
                question = s.unanswered[0]
                close = lambda: self._pass_over(question.id)  # noqa: E731
                self._show(Asking(s, question, close, self._after_answer))
            case "why":
                self._show(Why(s, self.shut))
            case "help":
                before = self.panel
                self._show(Help(s, self.shut if before is None else lambda: self._show(before)))
            case "debrief":
                self._show(Debrief(s, self.shut, self.save, self.leave))

    def _show(self, panel: Panel) -> None:
        self.panel = panel
        panel.painted = None

    def shut(self) -> None:
        """Close the panel; everything below is painted again."""
        self.panel = None
        self._laid = None

    def leave(self) -> None:
        """Close the window."""
        self.running = False

    def next_month(self) -> None:
        """Play the month; first the questions that were not looked at, last the debrief."""
        s = self.session
        if s.game.finished:
            self.open("debrief")
            return
        if any(q.id not in s.passed_over for q in s.unanswered):
            self._next_question()
            return
        s.advance()
        self.main.decisions.focus, self.main.decisions.scroll = None, 0
        self.open("report")

    def _after_report(self) -> None:
        self.shut()
        if self.session.game.finished:
            self.open("debrief")
        else:
            self._next_question()

    def _after_answer(self) -> None:
        self.shut()
        self._next_question()

    def _pass_over(self, id: str) -> None:
        self.session.passed_over.add(id)
        self.shut()
        self._next_question()

    def _next_question(self) -> None:
        """The next question that is neither answered nor passed over."""
        s = self.session
        waiting = [q for q in s.unanswered if q.id not in s.passed_over]
        if waiting:
            id = waiting[0].id
            self._show(Asking(s, waiting[0], lambda: self._pass_over(id), self._after_answer))

    def speak(self) -> None:
        """Change between the languages."""
        at = LANGUAGES.index(self.session.words.language)
        self.session.speak(LANGUAGES[(at + 1) % len(LANGUAGES)])
        self._caption()

    def save(self) -> None:
        """Save the game; say where, or why not."""
        s = self.session
        try:
            s.game.save(self.save_path)
        except SaveError as error:
            s.message = str(error)
            return
        self._saved = len(s.game.record.events)
        s.message = s.words("Saved: {path}", path=self.save_path)


def play(game: Game, actor: str, language: str) -> None:
    """
    Open a window on a game and play it until the window is closed.

    Parameters
    ----------
    game : Game
    actor : str
        The seat.
    language : {'en', 'fr'}
    """
    App(game, actor, language).run()
