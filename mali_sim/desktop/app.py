"""The window: events in, panes out. It waits where nothing happens, and draws what changed."""

import contextlib
import gc
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pygame

from mali_sim.desktop.futures import Futures
from mali_sim.desktop.jobs import Jobs
from mali_sim.desktop.keys import Keys
from mali_sim.desktop.motion import Flight
from mali_sim.desktop.panel import Panel
from mali_sim.desktop.screens.debrief import Debrief
from mali_sim.desktop.screens.frame import Loading, Message, Note, Title
from mali_sim.desktop.screens.help import Help, Menu
from mali_sim.desktop.screens.lookup import Codex, EntryPage
from mali_sim.desktop.screens.main import MainScreen
from mali_sim.desktop.screens.month import Asking, Bargains, Compare, Objectives, Opening, Report
from mali_sim.desktop.screens.options import Options
from mali_sim.desktop.screens.timeline import Timeline
from mali_sim.desktop.screens.why import Why
from mali_sim.desktop.session import Session
from mali_sim.desktop.settings import Settings
from mali_sim.desktop.tips import Tip
from mali_sim.desktop.tokens import FIRST_SIZE, LEAST_SIZE, THEMES
from mali_sim.desktop.widgets import Lettering, Pane, Spot
from mali_sim.play import Game, SaveError
from mali_sim.play.aspects import NOTE_LENGTH, write_note
from mali_sim.play.slots import Saves, save_folder
from mali_sim.scenario import ScenarioNotFound, ScenarioProblems, Text
from mali_sim.scenario.texts import LANGUAGES, Words

_IDLE = 1_000
_VEIL = 110
#: Milliseconds that a pointer rests before what lies below it is explained.
_REST = 350
#: Milliseconds between the frames of what moves.
_BETWEEN = 10
#: Seconds after which painting goes on in the next frame.
_BUDGET = 0.007
#: So many letters fit into a field.
_TYPED = 400
#: Seconds after which whatever works beside the window gives way to it.
_GIVE_WAY = 0.0005
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
        self._size = size
        self._open_window(self.settings.fullscreen)
        pygame.key.set_repeat(350, 45)
        self._switching = sys.getswitchinterval()
        sys.setswitchinterval(_GIVE_WAY)
        self._told, self._rested = pygame.event.custom_type(), pygame.event.custom_type()
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
        self.tip: Tip | None = None
        self.more_to_paint = False
        self.flight: Flight | None = None
        self._laid: object = None
        self._lettered: object = None
        self._below: pygame.Surface | None = None
        self._under_tip: tuple[pygame.Surface, pygame.Rect] | None = None
        self._painted: list[pygame.Rect] = []
        self._hand = False
        self._pointer = (0, 0)
        self._down: set[int] = set()
        self._mute = False
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

    def _open_window(self, fullscreen: bool) -> None:
        with contextlib.suppress(pygame.error, IndexError):
            # No larger than the desktop, with room for its bars.
            wide, high = pygame.display.get_desktop_sizes()[0]
            if os.environ.get("SDL_VIDEODRIVER") not in ("dummy", "offscreen"):
                room = max(wide - 16, LEAST_SIZE[0]), max(high - 80, LEAST_SIZE[1])
                self._size = min(self._size[0], room[0]), min(self._size[1], room[1])
        size, flags = (0, 0) if fullscreen else self._size, pygame.RESIZABLE
        if fullscreen:
            flags = pygame.FULLSCREEN
        self.screen = pygame.display.set_mode(size, flags)
        with warnings.catch_warnings(), contextlib.suppress(pygame.error, AttributeError):
            # pygame has no other way yet to limit the size of the window that it made itself.
            warnings.simplefilter("ignore", DeprecationWarning)
            pygame.Window.from_display_module().minimum_size = LEAST_SIZE

    def full(self) -> None:
        """Change between the full screen and a window."""
        self.settings.fullscreen = not self.settings.fullscreen
        if self.settings.fullscreen:
            self._size = self.screen.get_size()
        self._open_window(self.settings.fullscreen)
        self.keep_settings()

    def keep_settings(self) -> None:
        """Write the settings; look at everything again by them."""
        problem = self.settings.save()
        if problem:
            self.message = self.words("The settings could not be kept: {reason}", reason=problem)
        self.keys = Keys(self.settings.keys)
        if self.session is not None:
            self.session.keys = self.keys
        self._laid = None

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
            self.draw()
            while self.running:
                if self.flight is not None:
                    pygame.time.wait(_BETWEEN)
                self.tick(0 if self.more_to_paint else _IDLE)
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
        self.jobs.collect()
        if self.running:
            self.draw()
        return self.running

    def settle(self) -> None:
        """Until nothing is being worked on and all is drawn; for whoever drives a window by hand."""
        self.jobs.wait()
        self.tick()
        while self.more_to_paint or self.jobs.busy:
            self.jobs.wait()
            self.tick()

    def close(self) -> None:
        """End the workers, keep the game, and give the window back."""
        try:
            self.jobs.wait()
        finally:
            if self.slots is not None and self.slots.behind:
                try:
                    self.slots.autosave()
                except SaveError as error:
                    print(self.words.of(error.said), file=sys.stderr)
            self.jobs.stop()
            self.futures.stop()
            self._give_back()

    def _give_back(self) -> None:
        """The window, and what was set for it."""
        sys.setswitchinterval(self._switching)
        gc.unfreeze()
        pygame.display.quit()

    # -- drawing -----------------------------------------------------------------------------

    @property
    def panel(self) -> Panel | None:
        """What lies on top."""
        return self.stack[-1] if self.stack else None

    def draw(self) -> None:
        """Show what changed since the last time."""
        self._refresh()
        if self._painted:
            pygame.display.update(self._painted)
            self._painted = []

    def _refresh(self) -> None:
        """Paint the panes that look otherwise than they did; remember where, until it is shown."""
        self.more_to_paint = False
        self.screen = pygame.display.get_surface() or self.screen
        size = self.screen.get_size()
        set_to = self.settings.scale, self.settings.theme
        version = self.session.version if self.session else 0
        laid = size, version, self.words.language, set_to
        fresh = laid != self._laid
        if self._lettered != (size, set_to):
            self.letters = Lettering(size, THEMES[self.settings.theme], self.settings.scale)
            self._lettered = size, set_to
        if fresh:
            self._lift_tip()
            if self.session is not None:
                self.main.lay_out(size, self.letters)
            self._laid = laid
        if self.busy and self.session is not None and not self.stack:
            return
        if self.stack:
            self._refresh_panel(size, fresh)
        else:
            self._refresh_main(fresh)
        self._put_tip()
        if self.letters.missing and not any(isinstance(p, Message) for p in self.stack):
            self._fonts_missing()

    def _refresh_main(self, fresh: bool) -> None:
        assert self.session is not None
        self._wish()
        if self.flight is not None:
            self._fly()
        start = time.perf_counter()
        for pane in self.main.panes:
            active = pane is self.zone
            if fresh:
                pane.painted = None
            if pane.painted is None or pane.reveal or pane.painted != pane.looks(active):
                if time.perf_counter() - start > _BUDGET:
                    self.more_to_paint = True
                    continue
                self._lift_tip()
                pane.draw(self.screen, self.letters, active)
                self._painted.append(pane.rect.copy())
        if self.session.moved_to_plan is not None and not self.more_to_paint:
            self._take_off()

    def _fly(self) -> None:
        """Show the main screen as it is, and over it what moves."""
        assert self.flight is not None
        self._under_tip = None
        for pane in self.main.panes:
            pane.show(self.screen, self.letters)
        if self.flight.over:
            self.flight = None
        else:
            self.flight.draw(self.screen, self.letters)
            self.more_to_paint = True
        self._painted = [self.screen.get_rect()]

    def _take_off(self) -> None:
        """Something was put into the plan: show where it went, unless nothing shall move."""
        s = self.session
        assert s is not None
        id, s.moved_to_plan = s.moved_to_plan, None
        if id is None or not self.settings.motion:
            return
        card, chip = self.main.decisions.spot(id), self.main.plan.spot(f"plan.{id}")
        if card is not None and chip is not None:
            decisions, plan = self.main.decisions, self.main.plan
            start = card.rect.move(decisions.rect.x, decisions.rect.y - decisions.scroll)
            end = chip.rect.move(plan.rect.topleft)
            self.flight = Flight(start.clip(decisions.rect), end, time.perf_counter())
            self.more_to_paint = True

    def _wish(self) -> None:
        """Ask for the forecast of what is looked at: below the pointer, else in focus."""
        looked_at = self.tip.choice if self.tip is not None else None
        self.main.decisions.wish(looked_at)

    def _refresh_panel(self, size: tuple[int, int], fresh: bool) -> None:
        panel = self.stack[-1]
        below = panel.painted is None or fresh
        if not below and not panel.reveal and panel.painted == panel.looks(True):
            return
        self._lift_tip()
        before = panel.rect.copy()
        panel.lay_out(size, self.letters)
        if panel.whole:
            self._below = None
        elif below:
            self._below = self._veiled(size)
        if self._below is not None and (below or before != panel.rect):
            self.screen.blit(self._below, (0, 0))
        panel.draw(self.screen, self.letters, True)
        self._painted = [self.screen.get_rect()]

    def _veiled(self, size: tuple[int, int]) -> pygame.Surface:
        """What lies below a floating panel, darkened."""
        whole = next((p for p in reversed(self.stack[:-1]) if p.whole), None)
        if whole is not None:
            whole.lay_out(size, self.letters)
            whole.show(self.screen, self.letters)
            whole.painted = None
        elif self.session is not None:
            for pane in self.main.panes:
                pane.draw(self.screen, self.letters, pane is self.zone)
                pane.painted = None
        else:
            self.screen.fill(self.letters.theme.paper)
        veil = pygame.Surface(self.screen.get_size())
        veil.fill(self.letters.theme.ink)
        veil.set_alpha(_VEIL)
        self.screen.blit(veil, (0, 0))
        return self.screen.copy()

    def _fonts_missing(self) -> None:
        names = ", ".join(sorted(self.letters.missing))
        self.letters.missing.clear()
        self.show(Message(self, self.words("A font is missing"), self.words(
            "{names} cannot be read from the folder assets/fonts; another font stands in, and some letters "
            "of French and Bambara may be missing. Installing mali_sim again brings it back.",
            names=names)))  # fmt: skip

    # -- tips ------------------------------------------------------------------------------------

    def _put_tip(self) -> None:
        if self.tip is None:
            self._lift_tip()
            return
        if self._under_tip is not None and self.tip.painted == self.tip.looks(False):
            return
        self._lift_tip()
        self.tip.lay_out(self.screen.get_size(), self.letters)
        self._under_tip = self.screen.subsurface(self.tip.rect).copy(), self.tip.rect.copy()
        self.tip.draw(self.screen, self.letters, False)
        self._painted.append(self.tip.rect.copy())

    def _lift_tip(self) -> None:
        """Show again what lay below the tip."""
        if self._under_tip is not None:
            picture, rect = self._under_tip
            if self.screen.get_rect().contains(rect):
                self.screen.blit(picture, rect)
            self._painted.append(rect)
            self._under_tip = None

    def _explain_spot(self, pane: Pane, spot: Spot | None, asked: bool = False) -> None:
        """Show the tip of a spot, if it has one."""
        if spot is None:
            return
        choice = spot.id if self.session is not None and pane is self.main.decisions else None
        if choice is not None and choice not in {c.id for c in self.main.decisions.cards}:
            return
        if choice is not None and choice == self.main.decisions.opened():
            if asked:
                self.look_up(choice)
            return
        if spot.tip or choice is not None:
            where = spot.rect.move(pane.rect.x, pane.rect.y - pane.scroll).clip(pane.rect)
            self.tip = Tip(self, spot.tip, where, choice)

    def _ask_tip(self) -> None:
        """The key for tips: explain what has the focus; again to pin it, again to let it go."""
        pane = self.panel or self.zone
        if self.tip is None:
            self._explain_spot(pane, pane.spot(pane.focus), asked=True)
        elif self.tip.pinned:
            self.tip = None
        else:
            self.tip.pinned = True

    # -- what happens ------------------------------------------------------------------------

    def handle(self, event: pygame.event.Event) -> None:
        """Act on one event."""
        if event.type == pygame.QUIT:
            self.running = False
        elif event.type in (pygame.VIDEORESIZE, pygame.WINDOWEXPOSED):
            self._laid = None
        elif event.type == pygame.KEYUP:
            self._down.discard(event.key)
            self._mute = False
        elif event.type == self._rested:
            self._resting()
        elif self.busy:
            return
        elif event.type == pygame.TEXTINPUT:
            self._type(event.text)
        elif event.type == pygame.KEYDOWN:
            self._key(event)
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            self._hush()
            self._press(event.pos)
        elif event.type == pygame.MOUSEWHEEL:
            self._roll(event)
        elif event.type == pygame.MOUSEMOTION:
            self._pointer = event.pos
            self._hover(event.pos)

    def _hush(self) -> None:
        self.message = ""
        if self.session is not None:
            self.session.message = ""

    def _key(self, event: pygame.event.Event) -> None:
        self._hush()
        self._mute = False
        if self.tip is not None and not self.tip.pinned:
            if self.keys.command(event) != "tip":
                self.tip = None
        if self.session is not None and self.session.note is not None:
            self._note_key(event.key)
            return
        pane = self.panel or self.zone
        if self.panel is not None and self.panel.key(event):
            return
        if pane.focus in pane.typed and self._edit(pane, event):
            return
        if not self._walk(pane, event):
            # The letter of a key that does something is not typed as well.
            self._mute = self.keys.command(event) is not None
            self.command(self.keys.command(event))

    def _walk(self, pane: Pane, event: pygame.event.Event) -> bool:
        """The keys that move and choose, which are always the same."""
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
            case pygame.K_HOME | pygame.K_END:
                pane.roll(-10_000 if event.key == pygame.K_HOME else 10_000)
            case pygame.K_TAB:
                self._tab(-1 if event.mod & pygame.KMOD_SHIFT else 1)
            case pygame.K_RETURN | pygame.K_KP_ENTER:
                if not self._held(event.key):
                    self._enter(pane)
            case pygame.K_SPACE:
                if not self._held(event.key):
                    self._enter(pane) if self.panel is not None else self.command("next")
            case pygame.K_ESCAPE:
                self._escape()
            case _:
                return False
        return True

    def command(self, id: str | None) -> None:
        """Do what a key or a button is for."""
        if id is None:
            return
        if id in ("help", "language", "full", "tip"):
            {"help": lambda: self.open("help"), "language": self.speak, "full": self.full,
             "tip": self._ask_tip}[id]()  # fmt: skip
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

    def _held(self, key: int) -> bool:
        """Whether a key is only held down: what chooses wants a press of its own each time."""
        held = key in self._down
        self._down.add(key)
        return held

    def _tab(self, step: int) -> None:
        if self.panel is not None:
            self.panel.walk(step)
            return
        walked = self.main.walked
        at = walked.index(self.zone) if self.zone in walked else -step  # the first steps are over
        self.zone = walked[(at + step) % len(walked)]
        self.zone.reveal = True

    def _enter(self, pane: Pane) -> None:
        spot = pane.spot(pane.focus)
        if spot is not None and spot.act is not None:
            spot.act()

    def _escape(self) -> None:
        if self.tip is not None:
            self.tip = None
        elif self.panel is not None:
            self.panel.close()
        elif self.zone is not self.main.decisions:
            self.zone = self.main.decisions
        else:
            self.open("menu")

    def _under(self, position: tuple[int, int]) -> tuple[Pane | None, Spot | None]:
        if self.tip is not None and self.tip.rect.collidepoint(position):
            return self.tip, self.tip.under(position)
        if self.panel is not None:
            return self.panel, self.panel.under(position)
        if self.session is not None:
            for pane in self.main.panes:
                if pane.rect.collidepoint(position):
                    return pane, pane.under(position)
        return None, None

    def _press(self, position: tuple[int, int]) -> None:
        pane, spot = self._under(position)
        if self.tip is not None and not self.tip.pinned and pane is not self.tip:
            self.tip = None
        if pane is self.tip and self.tip is not None and spot is None:
            self.tip.pinned = True
            return
        if pane is None or spot is None:
            return
        if spot.stop:
            pane.focus = spot.id
            if self.session is not None and pane in self.main.walked and pane is not self.main.plan:
                self.zone = pane
        act = spot.press or spot.act
        if act is not None:
            act()

    def _roll(self, event: pygame.event.Event) -> None:
        pane, _ = self._under(self._pointer)
        if self.tip is not None and not self.tip.pinned:
            self.tip = None
        if pane is not None:
            pane.roll(-event.y)

    def _hover(self, position: tuple[int, int]) -> None:
        pane, spot = self._under(position)
        hand = spot is not None
        if hand != self._hand:
            self._hand = hand
            with contextlib.suppress(pygame.error):  # some drivers have no cursors of the system's
                pygame.mouse.set_cursor(pygame.SYSTEM_CURSOR_HAND if hand else pygame.SYSTEM_CURSOR_ARROW)
        if self.tip is not None and not self.tip.pinned and pane is not self.tip:
            where = self.tip.where
            if not where.collidepoint(position):
                self.tip = None
        if self.tip is None and self.settings.tips and spot is not None:
            choice = self.session is not None and pane is self.main.decisions
            # What a decision changes is seen at once; words wait until the pointer rests.
            if choice and pane is not None:
                self._explain_spot(pane, spot)
            else:
                pygame.time.set_timer(self._rested, _REST, 1)

    def _resting(self) -> None:
        pane, spot = self._under(self._pointer)
        if self.tip is None and not self.busy and pane is not None:
            self._explain_spot(pane, spot)

    # -- typing ----------------------------------------------------------------------------------

    def _type(self, text: str) -> None:
        if self._mute:
            return
        if self.session is not None and self.session.note is not None:
            self.session.note = (self.session.note + text)[:NOTE_LENGTH]
            return
        panel = self.panel
        if panel is not None and panel.focus in panel.typed:
            panel.typed[panel.focus or ""] = (panel.typed[panel.focus or ""] + text)[:_TYPED]

    def _edit(self, pane: Pane, event: pygame.event.Event) -> bool:
        """A key in a field; whether it was one for the field."""
        name = pane.focus or ""
        if event.key == pygame.K_BACKSPACE:
            pane.typed[name] = pane.typed[name][:-1]
        elif event.key == pygame.K_v and event.mod & (pygame.KMOD_CTRL | pygame.KMOD_META):
            pane.typed[name] = (pane.typed[name] + _clipboard())[:_TYPED]
        elif event.key in (pygame.K_RETURN, pygame.K_KP_ENTER):
            assert isinstance(pane, Panel)
            pane.entered(name)
        elif event.key in (pygame.K_LEFT, pygame.K_RIGHT, pygame.K_SPACE):
            return True
        else:
            # Letters come as typed text; keys that move leave the field.
            return len(pygame.key.name(event.key)) == 1
        return True

    def _note_key(self, key: int) -> None:
        s = self.session
        assert s is not None
        note = s.note or ""
        if key == pygame.K_BACKSPACE:
            s.note = note[:-1]
        elif key == pygame.K_ESCAPE:
            s.note = None
        elif key in (pygame.K_RETURN, pygame.K_KP_ENTER):
            if note.strip():
                write_note(s.view, note.strip())
                s.message = s.words("The note is in the record.")
            s.note = None

    # -- panels ----------------------------------------------------------------------------------

    def show(self, panel: Panel) -> None:
        """Lay a panel over what is there."""
        self._lift_tip()
        self.tip, self.flight = None, None
        if self.session is not None:
            self.session.note = None
        self.stack.append(panel)
        panel.painted = None

    def replace(self, panel: Panel) -> None:
        """Show a panel in place of the one on top."""
        if self.stack:
            self.stack.pop()
        self.show(panel)

    def back(self) -> None:
        """Take away the panel on top; what was below is painted again."""
        if self.stack:
            self.stack.pop()
        self.tip, self._under_tip = None, None
        if not self.stack and self.session is None:
            self.stack.append(Title(self))
        self._laid = None

    def shut(self) -> None:
        """Take away all panels."""
        self.stack.clear()
        self.back()

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
            game, actor = make()
            session = Session(game, actor, language, self.futures, self.jobs)
            session.prepare()
            _set_aside()
            return session

        def done(session: Session) -> None:
            self.stack.clear()
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
        self._laid = None
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
        self.stack.clear()
        self.back()
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


def _clipboard() -> str:
    """Text that was copied elsewhere, on one line."""
    try:
        return "".join(c for c in " ".join(pygame.scrap.get_text().split()) if c.isprintable())
    except (pygame.error, AttributeError):
        return ""


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
    app.draw()
    if make is not None:
        app.open_game(make, own)
    app.run()
