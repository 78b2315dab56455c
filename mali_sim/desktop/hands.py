"""Keys, pointer and typing: what the hands do, and what it means."""

import contextlib
from typing import TYPE_CHECKING

import pygame

from mali_sim.desktop.panel import Panel
from mali_sim.desktop.tips import Tip
from mali_sim.desktop.widgets import Pane, Spot
from mali_sim.play.aspects import NOTE_LENGTH, write_note

if TYPE_CHECKING:
    from mali_sim.desktop.app import App

#: Milliseconds that a pointer rests before what lies below it is explained.
_REST = 350
#: So many letters fit into a field.
_TYPED = 400


class Hands:
    """
    Takes the window's events.

    Attributes
    ----------
    rested : int
        The kind of event that says that the pointer has rested.
    """

    def __init__(self, app: "App") -> None:
        self.app = app
        self.rested = pygame.event.custom_type()
        self._hand = False
        self._pointer = (0, 0)
        self._down: set[int] = set()
        self._mute = False

    def handle(self, event: pygame.event.Event) -> None:
        """Act on one event."""
        if event.type == pygame.QUIT:
            self.app.running = False
        elif event.type in (pygame.VIDEORESIZE, pygame.WINDOWEXPOSED):
            self.app.canvas.stale()
        elif event.type == pygame.KEYUP:
            self._down.discard(event.key)
            self._mute = False
        elif event.type == self.rested:
            self._resting()
        elif self.app.busy:
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
        self.app.message = ""
        if self.app.session is not None:
            self.app.session.message = ""

    def _key(self, event: pygame.event.Event) -> None:
        self._hush()
        self._mute = False
        if self.app.tip is not None and not self.app.tip.pinned:
            if self.app.keys.command(event) != "tip":
                self.app.tip = None
        if self.app.session is not None and self.app.session.note is not None:
            self._note_key(event.key)
            return
        pane = self.app.panel or self.app.zone
        if self.app.panel is not None and self.app.panel.key(event):
            return
        if pane.focus in pane.typed and self._edit(pane, event):
            return
        if not self._walk(pane, event):
            # The letter of a key that does something is not typed as well.
            command = self.app.keys.command(event)
            self._mute = command is not None
            if command is None or not self._held(event.key):
                self.app.command(command)

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
                    self._enter(pane) if self.app.panel is not None else self.app.command("next")
            case pygame.K_ESCAPE:
                self._escape()
            case _:
                return False
        return True

    def _held(self, key: int) -> bool:
        """Whether a key is only held down: what chooses wants a press of its own each time."""
        held = key in self._down
        self._down.add(key)
        return held

    def _tab(self, step: int) -> None:
        if self.app.panel is not None:
            self.app.panel.walk(step)
            return
        walked = self.app.main.walked
        at = walked.index(self.app.zone) if self.app.zone in walked else -step  # the first steps are over
        self.app.zone = walked[(at + step) % len(walked)]
        self.app.zone.reveal = True

    def _enter(self, pane: Pane) -> None:
        spot = pane.spot(pane.focus)
        if spot is not None and pane.is_out_of_sight(spot):
            pane.reveal = True  # nobody should choose what is not seen
        elif spot is not None and spot.act is not None:
            spot.act()

    def _escape(self) -> None:
        if self.app.tip is not None:
            self.app.tip = None
        elif self.app.panel is not None:
            self.app.panel.close()
        elif self.app.zone is not self.app.main.decisions:
            self.app.zone = self.app.main.decisions
        else:
            self.app.open("menu")

    def _under(self, position: tuple[int, int]) -> tuple[Pane | None, Spot | None]:
        if self.app.tip is not None and self.app.tip.rect.collidepoint(position):
            return self.app.tip, self.app.tip.under(position)
        if self.app.panel is not None:
            return self.app.panel, self.app.panel.under(position)
        if self.app.session is not None:
            for pane in self.app.main.panes:
                if pane.rect.collidepoint(position):
                    return pane, pane.under(position)
        return None, None

    def _press(self, position: tuple[int, int]) -> None:
        pane, spot = self._under(position)
        if self.app.tip is not None and not self.app.tip.pinned and pane is not self.app.tip:
            self.app.tip = None
        if pane is self.app.tip and self.app.tip is not None and spot is None:
            self.app.tip.pinned = True
            return
        if pane is None or spot is None:
            return
        if spot.stop:
            pane.focus = spot.id
            main = self.app.main if self.app.session is not None else None
            if main is not None and pane in main.walked and pane is not main.plan:
                self.app.zone = pane
        act = spot.press or spot.act
        if act is not None:
            act()

    def _roll(self, event: pygame.event.Event) -> None:
        pane, _ = self._under(self._pointer)
        if self.app.tip is not None and not self.app.tip.pinned:
            self.app.tip = None
        if pane is not None:
            pane.roll(-event.y)

    def _hover(self, position: tuple[int, int]) -> None:
        pane, spot = self._under(position)
        if pane is not None and spot is not None and spot.follows:
            pane.focus = spot.id
        hand = spot is not None
        if hand != self._hand:
            self._hand = hand
            with contextlib.suppress(pygame.error):  # some drivers have no cursors of the system's
                pygame.mouse.set_cursor(pygame.SYSTEM_CURSOR_HAND if hand else pygame.SYSTEM_CURSOR_ARROW)
        if self.app.tip is not None and not self.app.tip.pinned and pane is not self.app.tip:
            where = self.app.tip.where
            if not where.collidepoint(position):
                self.app.tip = None
        if self.app.tip is None and self.app.settings.tips and spot is not None:
            choice = self.app.session is not None and pane is self.app.main.decisions
            # What a decision changes is seen at once; words wait until the pointer rests.
            if choice and pane is not None:
                self.explain(pane, spot)
            else:
                pygame.time.set_timer(self.rested, _REST, 1)

    def _resting(self) -> None:
        pane, spot = self._under(self._pointer)
        if self.app.tip is None and not self.app.busy and pane is not None:
            self.explain(pane, spot)

    # -- tips ------------------------------------------------------------------------------------

    def explain(self, pane: Pane, spot: Spot | None, asked: bool = False) -> None:
        """Show the tip of a spot, if it has one."""
        if spot is None:
            return
        choice = spot.id if self.app.session is not None and pane is self.app.main.decisions else None
        if choice is not None and choice not in {c.id for c in self.app.main.decisions.cards}:
            return
        if choice is not None and choice == self.app.main.decisions.opened():
            if asked:
                self.app.look_up(choice)
            return
        if spot.tip or choice is not None:
            where = spot.rect.move(pane.rect.x, pane.rect.y - pane.scroll).clip(pane.rect)
            self.app.tip = Tip(self.app, spot.tip, where, choice)

    def ask_tip(self) -> None:
        """The key for tips: explain what has the focus; again to pin it, again to let it go."""
        pane = self.app.panel or self.app.zone
        if self.app.tip is None:
            self.explain(pane, pane.spot(pane.focus), asked=True)
        elif self.app.tip.pinned:
            self.app.tip = None
        else:
            self.app.tip.pinned = True

    # -- typing ----------------------------------------------------------------------------------

    def _type(self, text: str) -> None:
        if self._mute:
            return
        if self.app.session is not None and self.app.session.note is not None:
            self.app.session.note = (self.app.session.note + text)[:NOTE_LENGTH]
            return
        panel = self.app.panel
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
        s = self.app.session
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


def _clipboard() -> str:
    """Text that was copied elsewhere, on one line."""
    try:
        return "".join(c for c in " ".join(pygame.scrap.get_text().split()) if c.isprintable())
    except (pygame.error, AttributeError):
        return ""
