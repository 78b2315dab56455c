"""What lies over the main screen: floating panels, and pages that fill the window."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pygame
from attrs import frozen

from mali_sim.desktop.session import Session
from mali_sim.desktop.tokens import STEP
from mali_sim.desktop.widgets import Act, Brush, Lettering, Pane
from mali_sim.scenario.texts import Words

if TYPE_CHECKING:
    from mali_sim.desktop.app import App


@frozen
class Button:
    """A button at a page's foot."""

    id: str
    label: str
    act: Act
    primary: bool = False
    key: str = ""


class Panel(Pane):
    """
    Something that is read or answered before play goes on; it floats over what is below.

    Attributes
    ----------
    whole : bool
        Whether it fills the window.
    broad : int
        How wide it is at most, in pixels of the design.
    """

    name = "panel"
    colour = "panel"
    scrolls = True
    whole = False
    broad = 720

    def __init__(self, app: "App") -> None:
        super().__init__()
        self.app = app

    @property
    def words(self) -> Words:
        """The language of the interface."""
        return self.app.words

    @property
    def session(self) -> Session:
        """The game that is played."""
        assert self.app.session is not None
        return self.app.session

    def close(self) -> None:
        """What Esc does."""
        self.app.back()

    def key(self, event: pygame.event.Event) -> bool:
        """Take a key before anything else does; says whether it was taken."""
        return False

    def entered(self, id: str) -> None:
        """Enter was pressed in a field."""

    def signature(self) -> object:
        """What the picture depends on."""
        version = self.app.session.version if self.app.session else 0
        return version, self.words.language, self.app.message

    def lay_out(self, size: tuple[int, int], letters: Lettering) -> None:
        """In the middle of the window, as high as its content."""
        wide = min(letters.px(self.broad), size[0] - letters.px(64))
        most = size[1] - letters.px(48)
        scratch = Brush(pygame.Surface((wide, most)), letters, 0, self.focus)
        high = min(self.paint(scratch), most)
        self.rect = pygame.Rect((size[0] - wide) // 2, (size[1] - high) // 2, wide, high)

    def draw(self, screen: pygame.Surface, letters: Lettering, active: bool) -> None:
        """Paint it, and a line around."""
        super().draw(screen, letters, active)
        if not self.whole:
            pygame.draw.rect(screen, letters.theme.ink, self.rect.inflate(2, 2), 1)

    def head(self, brush: Brush, title: str, above: str = "") -> tuple[int, int, int]:
        """Paint the title; returns x, y and width for the rest."""
        px = brush.px
        x, y, wide = px(STEP * 7), px(STEP * 5), brush.width - px(STEP * 14)
        if above:
            y = brush.text(above, x, y, "small", brush.theme.muted, wide)
        y = brush.text(title, x, y, "title", None, wide)
        return x, y + px(STEP * 2), wide

    def foot(
        self, brush: Brush, x: int, y: int, wide: int, label: str, more: Sequence[Button] = ()
    ) -> int:  # fmt: skip
        """Paint the button that closes, and others beside it; returns the panel's height."""
        px = brush.px
        rect = brush.button("close", label, x + wide, y + px(10), self.close, primary=True, right=True)
        left = x
        for b in more:
            made = brush.button(b.id, b.label, left, y + px(15), b.act, key=b.key)
            left = made.right + px(10)
        return rect.bottom + px(STEP * 6)


class Page(Panel):
    """A panel that fills the window: a head and a foot that stay, and what scrolls between them."""

    colour = "paper"
    whole = True
    broad = 980

    def title(self) -> str:
        """What the page is called."""
        raise NotImplementedError

    def above(self) -> str:
        """A line above the title."""
        return ""

    def buttons(self) -> Sequence[Button]:
        """What stands at the foot, from the right; the first is the usual one."""
        return [Button("close", self.words("Back"), self.close, primary=True, key=self.words("Esc"))]

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint what scrolls and return the y below it."""
        raise NotImplementedError

    def fixed(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint what stays below the title, a search field say; returns the y below it."""
        return y

    def lay_out(self, size: tuple[int, int], letters: Lettering) -> None:
        """All of the window."""
        self.rect = pygame.Rect((0, 0), size)

    def paint(self, brush: Brush) -> int:
        """Paint the content, then head and foot over it."""
        px = brush.px
        wide = min(px(self.broad), brush.width - px(STEP * 12))
        x = (brush.width - wide) // 2
        top, low = self._measures(brush, x, wide)
        strip = self._strip(brush)
        self.insets = top, low + strip
        y = self.body(brush, x, top + px(STEP * 4), wide)
        body, brush.spots, brush.fixed = brush.spots, [], True
        self._head(brush, x, wide, top)
        head, brush.spots = brush.spots, []
        self._foot(brush, low, strip)
        # The keyboard goes from the head through the content to the foot.
        brush.spots, brush.fixed = [*head, *body, *brush.spots], False
        return y + low + strip + px(STEP * 4)

    def _measures(self, brush: Brush, x: int, wide: int) -> tuple[int, int]:
        """How high head and foot are."""
        px, letters = brush.px, brush.letters
        top = px(STEP * 4) + len(letters.wrap(self.title(), "title", wide)) * letters.height("title")
        if self.above():
            top += letters.height("small")
        scratch = Brush(pygame.Surface((brush.width, 8)), letters, 0, None)
        top = self.fixed(scratch, x, top + px(STEP * 2), wide) + px(STEP * 2)
        return top, px(68)

    def _head(self, brush: Brush, x: int, wide: int, top: int) -> None:
        px, theme, shift = brush.px, brush.theme, brush.shift
        brush.fill(pygame.Rect(0, shift, brush.width, top), theme.panel)
        y = shift + px(STEP * 4)
        if self.above():
            y = brush.text(self.above(), x, y, "small", theme.muted, wide)
        y = brush.text(self.title(), x, y, "title", None, wide)
        self.fixed(brush, x, y + px(STEP * 2), wide)
        brush.rule(0, shift + top - 1, brush.width)

    def _foot(self, brush: Brush, high: int, strip: int) -> None:
        px, theme = brush.px, brush.theme
        y = brush.shift + brush.height - high
        brush.fill(pygame.Rect(0, y, brush.width, high), theme.bar)
        brush.fill(pygame.Rect(0, y, brush.width, max(px(2), 1)), theme.ink)
        right, middle = brush.width - px(STEP * 5), y + px(1) + high // 2
        for b in self.buttons():
            top = middle - (px(22) if b.primary else px(17))
            rect = brush.button(b.id, b.label, right, top, b.act, primary=b.primary, key=b.key, right=True)
            right = rect.left - px(STEP * 3)
        said = self.remark()
        room = right - px(STEP * 5) - px(STEP * 3)
        lines = len(brush.letters.wrap(said, "small", room)) if room > px(60) else 3
        if lines <= 2:
            top = middle - lines * brush.letters.height("small") // 2
            brush.text(said, px(STEP * 5), top, "small", theme.muted, room)
        if strip:
            self._say(brush, self.app.message, y - strip, strip)

    def _strip(self, brush: Brush) -> int:
        """How high the strip is on which something is said just now; 0 where there is nothing."""
        if not self.app.message:
            return 0
        lines = brush.letters.wrap(self.app.message, "small_strong", brush.width - brush.px(STEP * 10))
        return len(lines) * brush.letters.height("small_strong") + brush.px(STEP * 3)

    def _say(self, brush: Brush, message: str, top: int, high: int) -> None:
        px, theme = brush.px, brush.theme
        brush.fill(pygame.Rect(0, top, brush.width, high), theme.card)
        brush.rule(0, top, brush.width, theme.indigo)
        wide = brush.width - px(STEP * 10)
        brush.text(message, px(STEP * 5), top + px(STEP + 2), "small_strong", theme.indigo, wide)

    def remark(self) -> str:
        """What stands at the foot, left, when there is nothing else to say."""
        return self.words("A model of one briefing’s argument, February 2023")
