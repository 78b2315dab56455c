"""What is drawn, and when: panes whose looks have changed, panels over them, tips, what moves."""

import contextlib
import os
import time
import warnings
from typing import TYPE_CHECKING

import pygame

from mali_sim.desktop.motion import Flight
from mali_sim.desktop.screens.frame import Message
from mali_sim.desktop.tokens import LEAST_SIZE, THEMES
from mali_sim.desktop.widgets import Lettering

if TYPE_CHECKING:
    from mali_sim.desktop.app import App

_VEIL = 110
#: Seconds after which painting goes on in the next frame.
_BUDGET = 0.007


class Canvas:
    """
    The surface of the window.

    Parameters
    ----------
    app : App
        Whose panes and panels are drawn.
    size : (int, int)
        Of the window where it is not the whole screen.

    Attributes
    ----------
    letters : Lettering
        Of the size, scale and theme in use.
    more_to_paint : bool
        Whether the next frame has something to paint already.
    flight : Flight or None
        What moves just now.
    """

    letters: Lettering

    def __init__(self, app: "App", size: tuple[int, int]) -> None:
        self.app, self.size = app, size
        self.more_to_paint = False
        self.flight: Flight | None = None
        self._laid: object = None
        self._lettered: object = None
        self._below: pygame.Surface | None = None
        self._told_below = ""
        self._under_tip: tuple[pygame.Surface, pygame.Rect] | None = None
        self._sent: list[pygame.Rect] = []
        self.open_window(app.settings.fullscreen)

    def open_window(self, fullscreen: bool) -> None:
        """Open the window, or change it to another kind."""
        with contextlib.suppress(pygame.error, IndexError):
            # No larger than the desktop, with room for its bars.
            wide, high = pygame.display.get_desktop_sizes()[0]
            if os.environ.get("SDL_VIDEODRIVER") not in ("dummy", "offscreen"):
                room = max(wide - 16, LEAST_SIZE[0]), max(high - 80, LEAST_SIZE[1])
                self.size = min(self.size[0], room[0]), min(self.size[1], room[1])
        size, flags = (0, 0) if fullscreen else self.size, pygame.RESIZABLE
        if fullscreen:
            flags = pygame.FULLSCREEN
        self.screen = pygame.display.set_mode(size, flags)
        with warnings.catch_warnings(), contextlib.suppress(pygame.error, AttributeError):
            # pygame has no other way yet to limit the size of the window that it made itself.
            warnings.simplefilter("ignore", DeprecationWarning)
            pygame.Window.from_display_module().minimum_size = LEAST_SIZE

    def draw(self) -> None:
        """Show what changed since the last time."""
        self.refresh()
        if self._sent:
            pygame.display.update(self._sent)
            self._sent = []

    def refresh(self) -> None:
        """Paint the panes that look otherwise than they did; remember where, until it is shown."""
        self.more_to_paint = False
        self.screen = pygame.display.get_surface() or self.screen
        size = self.screen.get_size()
        set_to = self.app.settings.scale, self.app.settings.theme
        version = self.app.session.version if self.app.session else 0
        laid = size, version, self.app.words.language, set_to
        fresh = laid != self._laid
        if self._lettered != (size, set_to):
            self.letters = Lettering(size, THEMES[self.app.settings.theme], self.app.settings.scale)
            self._lettered = size, set_to
        if fresh:
            self.lift_tip()
            if self.app.session is not None:
                self.app.main.lay_out(size, self.letters)
            self._laid = laid
        if self.app.busy and self.app.session is not None and not self.app.stack:
            return
        if self.app.stack:
            self._refresh_panel(size, fresh)
        else:
            self._refresh_main(fresh)
        self._put_tip()
        if self.letters.missing and not any(isinstance(p, Message) for p in self.app.stack):
            self._fonts_missing()

    def _refresh_main(self, fresh: bool) -> None:
        assert self.app.session is not None
        self._wish()
        if self.flight is not None:
            self._fly()
        start = time.perf_counter()
        for pane in self.app.main.panes:
            active = pane is self.app.zone
            if fresh:
                pane.painted = None
            if pane.painted is None or pane.reveal or pane.late or pane.painted != pane.looks(active):
                if time.perf_counter() - start > _BUDGET:
                    self.more_to_paint = True
                    continue
                self.lift_tip()
                pane.draw(self.screen, self.letters, active)
                self.more_to_paint |= pane.late
                self._sent.append(pane.rect.copy())
        if self.app.session.moved_to_plan is not None and not self.more_to_paint:
            self._take_off()

    def _fly(self) -> None:
        """Show the main screen as it is, and over it what moves."""
        assert self.flight is not None
        self._under_tip = None
        for pane in self.app.main.panes:
            pane.show(self.screen, self.letters)
        if self.flight.over:
            self.flight = None
        else:
            self.flight.draw(self.screen, self.letters)
            self.more_to_paint = True
        self._sent = [self.screen.get_rect()]

    def _take_off(self) -> None:
        """Something was put into the plan: show where it went, unless nothing shall move."""
        s = self.app.session
        assert s is not None
        id, s.moved_to_plan = s.moved_to_plan, None
        if id is None or not self.app.settings.motion:
            return
        card, chip = self.app.main.decisions.spot(id), self.app.main.plan.spot(f"plan.{id}")
        if card is not None and chip is not None:
            decisions, plan = self.app.main.decisions, self.app.main.plan
            start = card.rect.move(decisions.rect.x, decisions.rect.y - decisions.scroll)
            end = chip.rect.move(plan.rect.topleft)
            self.flight = Flight(start.clip(decisions.rect), end, time.perf_counter())
            self.more_to_paint = True

    def _wish(self) -> None:
        """Ask for the forecast of what is looked at: below the pointer, else in focus."""
        looked_at = self.app.tip.choice if self.app.tip is not None else None
        self.app.main.decisions.wish(looked_at)

    def _refresh_panel(self, size: tuple[int, int], fresh: bool) -> None:
        panel = self.app.stack[-1]
        told = self.app.session.message if self.app.session is not None else ""
        # What is said on the main screen meanwhile, as that the game is saved, is seen through the veil.
        below = panel.painted is None or fresh or told != self._told_below
        self._told_below = told
        if not below and not panel.reveal and not panel.late and panel.painted == panel.looks(True):
            return
        self.lift_tip()
        before = panel.rect.copy()
        panel.lay_out(size, self.letters)
        if panel.whole:
            self._below = None
        elif below:
            self._below = self._veiled(size)
        if self._below is not None and (below or before != panel.rect):
            self.screen.blit(self._below, (0, 0))
        panel.draw(self.screen, self.letters, True)
        self.more_to_paint = panel.late
        self._sent = [self.screen.get_rect()]

    def _veiled(self, size: tuple[int, int]) -> pygame.Surface:
        """What lies below a floating panel, darkened."""
        whole = next((p for p in reversed(self.app.stack[:-1]) if p.whole), None)
        if whole is not None:
            whole.lay_out(size, self.letters)
            whole.show(self.screen, self.letters)
            whole.painted = None
        elif self.app.session is not None:
            for pane in self.app.main.panes:
                pane.draw(self.screen, self.letters, pane is self.app.zone)
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
        self.app.show(Message(self.app, self.app.words("A font is missing"), self.app.words(
            "{names} cannot be read from the folder assets/fonts; another font stands in, and some letters "
            "of French and Bambara may be missing. Installing mali_sim again brings it back.",
            names=names)))  # fmt: skip

    # -- tips ------------------------------------------------------------------------------------

    def _put_tip(self) -> None:
        if self.app.tip is None:
            self.lift_tip()
            return
        if self._under_tip is not None and self.app.tip.painted == self.app.tip.looks(False):
            return
        self.lift_tip()
        self.app.tip.lay_out(self.screen.get_size(), self.letters)
        self._under_tip = self.screen.subsurface(self.app.tip.rect).copy(), self.app.tip.rect.copy()
        self.app.tip.draw(self.screen, self.letters, False)
        self._sent.append(self.app.tip.rect.copy())

    def stale(self) -> None:
        """Something that the looks do not tell has changed: lay everything out and paint it anew."""
        self._laid = None

    def drop_tip(self) -> None:
        """Forget what lay below a tip: all of it is painted anew."""
        self._under_tip = None

    def lift_tip(self) -> None:
        """Show again what lay below the tip."""
        if self._under_tip is not None:
            picture, rect = self._under_tip
            if self.screen.get_rect().contains(rect):
                self.screen.blit(picture, rect)
            self._sent.append(rect)
            self._under_tip = None
