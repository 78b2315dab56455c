"""What is said of something that the pointer rests on: words, or the futures that a decision changes."""

from typing import TYPE_CHECKING

import pygame

from mali_sim.desktop.screens.fans import fans_made, paint_fans
from mali_sim.desktop.tokens import STEP
from mali_sim.desktop.widgets import Brush, Lettering, Pane
from mali_sim.play import Choice

if TYPE_CHECKING:
    from mali_sim.desktop.app import App


class Tip(Pane):
    """
    A small card beside what it explains. It stays when it is pinned.

    Parameters
    ----------
    text : str
    where : Rect
        What it explains, in the window.
    choice : str or None
        The decision whose futures it shows.
    """

    name = "tip"
    colour = "card"

    def __init__(
        self, app: "App", text: str, where: pygame.Rect, choice: str | None = None
    ) -> None:
        super().__init__()
        self.app, self.text, self.where, self.choice = app, text, where, choice
        self.pinned = False

    @property
    def card(self) -> Choice | None:
        """The decision in the language of now."""
        if self.app.session is None:
            return None
        return next((c for c in self.app.session.choices if c.id == self.choice), None)

    def signature(self) -> object:
        """What the picture depends on."""
        s = self.app.session
        made = fans_made(s, self.choice) if s is not None and self.choice else None
        return self.text, self.choice, made, self.pinned, self.app.words.language

    def lay_out(self, size: tuple[int, int], letters: Lettering) -> None:
        """Beside what it explains, inside the window."""
        px = letters.px
        wide = px(380 if self.choice else 330)
        scratch = Brush(pygame.Surface((wide, 8)), letters)
        high = min(self.paint(scratch), size[1] - px(16))
        if self.choice is not None:
            place = pygame.Rect(self.where.left - wide - px(10), self.where.top, wide, high)
        else:
            place = pygame.Rect(self.where.left, self.where.bottom + px(6), wide, high)
            if place.bottom > size[1] - px(6):
                place.bottom = self.where.top - px(6)
        self.rect = place.clamp(pygame.Rect((0, 0), size).inflate(-px(12), -px(12)))

    def paint(self, brush: Brush) -> int:
        """Paint the words or the fans, and how to keep them."""
        px, theme, words = brush.px, brush.theme, self.app.words
        x, wide = px(STEP * 3), brush.width - px(STEP * 6)
        y = px(STEP * 2)
        card, s = self.card, self.app.session
        if card is not None and s is not None:
            y = brush.text(words.of(card.label), x, y, "card", None, wide - px(20))
            standing = card.standing
            if not (standing.allowed or standing.planned):
                reason = words.of(standing.reason) if standing.reason is not None else ""
                y = brush.text(words("Not now: {reason}", reason=reason), x, y, "small", theme.rust, wide)
            elif s.futures.total:
                y = paint_fans(brush, s, card.id, x, y + px(STEP), wide)
        if self.text:
            y = brush.text(self.text, x, y, "small", None, wide - px(14))
        key = self.app.keys.shown("tip", words)
        if self.pinned:
            rect = pygame.Rect(brush.width - px(30), px(3), px(26), px(26))
            brush.sign("cross", rect.left + px(8), rect.top + px(7), px(11), theme.muted)
            brush.spot("unpin", rect, self._let_go)
        elif self.app.panel is None:
            said = words("{key}: keep this open", key=key)
            y = brush.text(said, x, y + px(2), "small", theme.muted, wide)
        y += px(STEP * 2)
        edge = theme.indigo if self.pinned else theme.ink
        pygame.draw.rect(brush.surface, edge, pygame.Rect(0, 0, brush.width, max(y, brush.height)), 1)
        return y

    def _let_go(self) -> None:
        self.app.tip = None
