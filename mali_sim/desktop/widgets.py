"""
The thin layer of widgets: text, buttons, cards, dots, and panes that scroll.

A pane paints itself whole when something it shows has changed, and while painting says
where its spots are: what the keyboard can stand on and the mouse can press.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import pygame
from attrs import frozen

from mali_sim.desktop.tokens import (
    HAIR,
    LEAST_TARGET,
    LINE_HEIGHT,
    RADIUS,
    RING,
    STEP,
    STYLES,
    Colour,
    Theme,
    scale_for,
)
from mali_sim.scenario.library import content_folder

Act = Callable[[], object]
_SHARPER = 4
#: Pictures that take long to draw (a chart 4 ms at 1920x1080) drawn for one frame of a pane.
_SKETCHES = 2


class Kept:
    """A cache that forgets what was used longest ago."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._items: OrderedDict[Hashable, Any] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._items

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What was kept under a key, made now if it was not."""
        if key in self._items:
            self._items.move_to_end(key)
            return self._items[key]
        made = self._items[key] = make()
        if len(self._items) > self.size:
            self._items.popitem(last=False)
        return made


class Lettering:
    """
    Fonts at one scale, text broken into lines, and small drawn signs.

    Noto lacks arrows, triangles and dots: they are drawn as shapes.

    Parameters
    ----------
    size : (int, int)
        Of the window.
    percent : int
        The scale asked for; 0 is as large as fits well.

    Attributes
    ----------
    missing : set of str
        Font files that are not there; pygame's own font stands in.
    sketches : Kept
        Pictures that take long to draw.
    """

    def __init__(self, size: tuple[int, int], theme: Theme, percent: int = 0) -> None:
        self.scale = scale_for(size, percent)
        self.theme = theme
        self.missing: set[str] = set()
        self._fonts: dict[str, pygame.font.Font] = {}
        self._lines = Kept(1200)
        self._wraps = Kept(3000)
        self._widths = Kept(8000)
        self._signs = Kept(400)
        self.sketches = Kept(60)

    def px(self, size: float) -> int:
        """Pixels of the screen for pixels of the design."""
        return round(size * self.scale)

    def font(self, style: str) -> pygame.font.Font:
        """The font of a style."""
        if style not in self._fonts:
            face = STYLES[style]
            path = content_folder("assets") / "fonts" / f"{face.face}.ttf"
            size = round(face.size * self.scale)
            try:
                self._fonts[style] = pygame.font.Font(path, size)
                self._fonts[style].size("x")  # a file that is no font is found out only here
            except (OSError, pygame.error):
                self.missing.add(path.name)
                self._fonts[style] = pygame.font.Font(None, round(size * 1.3))
        return self._fonts[style]

    def height(self, style: str) -> int:
        """From one line of a style to the next."""
        return round(STYLES[style].size * self.scale * LINE_HEIGHT)

    def width(self, text: str, style: str) -> int:
        """How wide a line is."""
        return self._widths.get((text, style), lambda: self.font(style).size(text)[0])

    def line(self, text: str, style: str, colour: Colour) -> pygame.Surface:
        """A line drawn."""
        make = lambda: self.font(style).render(text, True, colour)  # noqa: E731
        return self._lines.get((text, style, colour), make)

    def wrap(self, text: str, style: str, width: int, lines: int | None = None) -> tuple[str, ...]:
        """
        Text broken into lines; only at plain spaces, so a thin space never ends a line.

        Parameters
        ----------
        lines : int, optional
            At most so many; what is left out is marked by an ellipsis.
        """
        return self._wraps.get((text, style, width, lines), lambda: self._wrap(text, style, width, lines))

    def _wrap(self, text: str, style: str, width: int, lines: int | None) -> tuple[str, ...]:
        found: list[str] = []
        space = self.width(" ", style)
        for paragraph in text.split("\n"):
            line, long = "", 0
            for word in paragraph.split(" "):
                wide = self.width(word, style)
                if line and long + space + wide <= width:
                    line, long = f"{line} {word}", long + space + wide
                    continue
                if line:
                    found.append(line)
                line, long = word, wide
                while long > width and len(line) > 1:
                    fit = self._fit(line, style, width)
                    found.append(line[:fit])
                    line = line[fit:]
                    long = self.width(line, style)
            found.append(line)
        if lines is not None and len(found) > lines:
            last = found[lines - 1]
            while last and self.width(f"{last}…", style) > width:
                last = last[:-1]
            found = [*found[: lines - 1], f"{last.rstrip(' ,;:.')}…"]
        return tuple(found)

    def _fit(self, word: str, style: str, width: int) -> int:
        count = len(word)
        while count > 1 and self.width(word[:count], style) > width:
            count -= 1
        return count

    def sign(self, kind: str, size: int, colour: Colour, share: float = 1.0) -> pygame.Surface:
        """A triangle (up, down, left, right), arrow, dot, disc, ring, cross, check or same, drawn sharp."""
        key = kind, size, colour, round(share, 2)
        return self._signs.get(key, lambda: _sign(kind, size, colour, share))

    def corner(self, radius: int, fill: Colour, edge: Colour, width: int) -> pygame.Surface:
        """A disc with an edge, whose quarters are the corners of a card."""
        key = "corner", radius, fill, edge, width
        return self._signs.get(key, lambda: _disc(radius, fill, edge, width))


def _blank(size: tuple[int, int], colour: Colour) -> pygame.Surface:
    """Nothing, in a colour, so that scaling down leaves no dark fringe."""
    surface = pygame.Surface(size, pygame.SRCALPHA)
    surface.fill((*colour, 0))
    return surface


def _disc(radius: int, fill: Colour, edge: Colour, width: int) -> pygame.Surface:
    n = 2 * radius * _SHARPER
    surface = _blank((n, n), edge)
    middle = n // 2
    pygame.draw.circle(surface, edge, (middle, middle), middle)
    if width < radius:
        pygame.draw.circle(surface, fill, (middle, middle), middle - width * _SHARPER)
    return pygame.transform.smoothscale(surface, (2 * radius, 2 * radius))


_TRIANGLES = {
    "up": ((0.5, 0.14), (0.96, 0.88), (0.04, 0.88)),
    "down": ((0.5, 0.88), (0.96, 0.14), (0.04, 0.14)),
    "left": ((0.14, 0.5), (0.86, 0.06), (0.86, 0.94)),
    "right": ((0.86, 0.5), (0.14, 0.06), (0.14, 0.94)),
}


def _sign(kind: str, size: int, colour: Colour, share: float) -> pygame.Surface:
    n = size * _SHARPER
    surface = _blank((n, n), colour)
    if kind in _TRIANGLES:
        pygame.draw.polygon(surface, colour, [(x * n, y * n) for x, y in _TRIANGLES[kind]])
    elif kind == "arrow":
        pygame.draw.line(surface, colour, (0.04 * n, n / 2), (0.8 * n, n / 2), max(n // 9, 1))
        points = [(0.58 * n, 0.2 * n), (0.95 * n, 0.5 * n), (0.58 * n, 0.8 * n)]
        pygame.draw.lines(surface, colour, False, points, max(n // 8, 1))
    elif kind == "cross":
        for a, b in (((0.2, 0.2), (0.8, 0.8)), ((0.2, 0.8), (0.8, 0.2))):
            pygame.draw.line(surface, colour, (a[0] * n, a[1] * n), (b[0] * n, b[1] * n), max(n // 8, 1))
    elif kind == "disc":
        pygame.draw.circle(surface, colour, (n // 2, n // 2), n // 2 - 1)
    elif kind == "check":
        points = [(0.06 * n, 0.52 * n), (0.38 * n, 0.84 * n), (0.95 * n, 0.16 * n)]
        pygame.draw.lines(surface, colour, False, points, max(n // 6, 1))
    elif kind == "same":
        for y in (0.36, 0.64):
            pygame.draw.line(surface, colour, (0.12 * n, y * n), (0.88 * n, y * n), max(n // 9, 1))
    else:
        pygame.draw.circle(surface, colour, (n // 2, n // 2), n // 2 - 2, max(n // 11, 1))
        if kind == "dot" and share > 0:
            surface.set_clip(pygame.Rect(0, 0, round(n * share), n))
            pygame.draw.circle(surface, colour, (n // 2, n // 2), n // 2 - 2)
            surface.set_clip(None)
    return pygame.transform.smoothscale(surface, (size, size))


@frozen
class Spot:
    """
    Somewhere to stand or press.

    Parameters
    ----------
    rect : Rect
        In the pane's own coordinates, before scrolling.
    act : callable, optional
        What Enter and a press do.
    stop : bool
        Whether the arrow keys stop here.
    press : callable, optional
        What a press does where it is not what Enter does.
    inside : callable, optional
        Whether a point of the pane is in it, where it is not a rectangle.
    tip : str
        What is said of it where the pointer rests, or when it is asked for.
    fixed : bool
        Whether it lies on the part of a pane that does not scroll.
    follows : bool
        Whether the focus comes here with the pointer, as where it decides what is seen beside.
    """

    id: str
    rect: pygame.Rect
    act: Act | None
    stop: bool = True
    press: Act | None = None
    inside: Callable[[tuple[int, int]], bool] | None = None
    tip: str = ""
    fixed: bool = False
    follows: bool = False

    def holds(self, at: tuple[int, int]) -> bool:
        """Whether a point of the pane is on it."""
        return self.rect.collidepoint(at) and (self.inside is None or self.inside(at))


class Brush:
    """Draws into one pane, in the pane's own coordinates."""

    def __init__(
        self, surface: pygame.Surface, letters: Lettering, shift: int = 0, focus: str | None = None
    ) -> None:
        self.surface = surface
        self.letters = letters
        self.theme = letters.theme
        self.px = letters.px
        self.shift = shift
        self.focus = focus
        self.fixed = False
        self.late = False
        self._sketched = 0
        self.spots: list[Spot] = []
        self.width = surface.get_width()
        self.height = surface.get_height()

    def at(self, rect: pygame.Rect) -> pygame.Rect:
        """A rectangle where it is drawn."""
        return rect.move(0, -self.shift)

    def seen(self, top: int, height: int) -> bool:
        """Whether something at this height is in view."""
        return top + height >= self.shift and top <= self.shift + self.height

    def sketch(self, key: Hashable, make: Callable[[], pygame.Surface]) -> pygame.Surface | None:
        """
        A picture that takes long to draw, kept under what it is drawn from.

        Returns
        -------
        pygame.Surface or None
            None when enough were drawn for one frame; the next one draws more.
        """
        if self._sketched >= _SKETCHES and key not in self.letters.sketches:
            self.late = True
            return None

        def drawn() -> pygame.Surface:
            self._sketched += 1
            return make()

        return self.letters.sketches.get(key, drawn)

    # -- text ------------------------------------------------------------------------------

    def text(
        self, text: str, x: int, y: int, style: str = "text", colour: Colour | None = None,
        width: int | None = None, align: str = "left", lines: int | None = None,
    ) -> int:  # fmt: skip
        """
        Write text from its top left (or right, or middle); returns the y below it.

        Parameters
        ----------
        width : int, optional
            Where lines break.
        """
        parts = (text,) if width is None else self.letters.wrap(text, style, width, lines)
        step = self.letters.height(style)
        for part in parts:
            if part and self.seen(y, step):
                drawn = self.letters.line(part, style, colour or self.theme.ink)
                left = x - {"left": 0, "right": drawn.get_width(), "middle": drawn.get_width() // 2}[align]
                self.surface.blit(drawn, (left, y - self.shift + (step - drawn.get_height()) // 2))
            y += step
        return y

    # -- shapes ----------------------------------------------------------------------------

    def fill(self, rect: pygame.Rect, colour: Colour) -> None:
        """A plain rectangle."""
        self.surface.fill(colour, self.at(rect))

    def rule(self, x: int, y: int, width: int, colour: Colour | None = None) -> None:
        """A thin line across."""
        self.fill(pygame.Rect(x, y, width, max(self.px(HAIR), 1)), colour or self.theme.line)

    def card(
        self, rect: pygame.Rect, fill: Colour | None = None, edge: Colour | None = None,
        width: float = HAIR, radius: float = RADIUS,
    ) -> None:  # fmt: skip
        """A rectangle with round corners and an edge."""
        if not self.seen(rect.top, rect.height):
            return
        fill, edge = fill or self.theme.card, edge or self.theme.line
        w = max(round(width * self.letters.scale), 1)
        r = min(self.px(radius), rect.width // 2, rect.height // 2)
        here = self.at(rect)
        disc = self.letters.corner(max(r, 1), fill, edge, w)
        for side, area in ((here.inflate(-2 * r, 0), (0, w)), (here.inflate(0, -2 * r), (w, 0))):
            self.surface.fill(edge, side)
            self.surface.fill(fill, side.inflate(-2 * area[0], -2 * area[1]))
        self.surface.fill(fill, here.inflate(-2 * max(r, w), -2 * w))
        self.surface.fill(fill, here.inflate(-2 * w, -2 * max(r, w)))
        for right in (0, 1):
            for low in (0, 1):
                place = (here.right - r if right else here.left, here.bottom - r if low else here.top)
                self.surface.blit(disc, place, pygame.Rect(right * r, low * r, r, r))

    def sign(self, kind: str, x: int, y: int, size: int, colour: Colour, share: float = 1.0) -> None:
        """A small drawn sign, from its top left."""
        if self.seen(y, size):
            self.surface.blit(self.letters.sign(kind, size, colour, share), (x, y - self.shift))

    def dots(
        self, value: float, x: int, y: int, full: float | None = None, colour: Colour | None = None
    ) -> int:
        """A cost or a purse as dots, the last one in part; returns the x after them."""
        size, colour = self.px(11), colour or self.theme.amber
        count = max(int(-(-max(value, full or 0.0) // 1)), 0)
        for n in range(count):
            share = min(max(value - n, 0.0), 1.0)
            self.sign("dot", x, y, size, colour, share)
            x += size + self.px(3)
        return x

    # -- what can be pressed ------------------------------------------------------------------

    def spot(self, id: str, rect: pygame.Rect, act: Act | None, **more: Any) -> bool:
        """
        Say that something can be pressed; returns whether the keyboard stands on it.

        What is smaller than a finger or an unsteady hand can hit is enlarged for the press.
        """
        low = [max(LEAST_TARGET - side, 0) for side in rect.size]
        self.spots.append(Spot(id, rect.inflate(*low), act, fixed=self.fixed, **more))
        return self.focus == id

    def ring(self, rect: pygame.Rect, colour: Colour | None = None) -> None:
        """The mark of where the keyboard stands."""
        w = max(round(RING * self.letters.scale), 2)
        edge = colour or self.theme.indigo
        pygame.draw.rect(self.surface, edge, self.at(rect), w, border_radius=self.px(RADIUS))

    def change(self, change: float, text: str, verdict: str, x: int, y: int, night: bool = False) -> int:
        """A change in shape, number and word: a triangle, ``2 · worse``; returns the x after it."""
        theme = self.theme
        colour = theme.night_muted if night else theme.muted
        if verdict in ("better", "worse"):
            good, bad = (theme.night_teal, theme.night_rust) if night else (theme.teal, theme.rust)
            colour = good if verdict == "better" else bad
        size = self.px(10)
        kind = "same" if verdict == "same" or not change else "up" if change > 0 else "down"
        self.sign(kind, x, y + (self.letters.height("small") - size) // 2, size, colour)
        x += size + self.px(STEP)
        self.text(text, x, y, "small", colour)
        return x + self.letters.width(text, "small")

    def button(
        self, id: str, label: str, x: int, y: int, act: Act, *, primary: bool = False, stop: bool = True,
        key: str = "", arrow: bool = False, right: bool = False, width: int | None = None,
    ) -> pygame.Rect:  # fmt: skip
        """
        A button of its label's width, with its key beside; returns where it is.

        Parameters
        ----------
        right : bool
            Whether x is its right edge.
        """
        style = "strong" if primary else "text"
        pad, gap = self.px(STEP * (5 if primary else 3)), self.px(STEP * 2)
        high = self.px(44 if primary else 34)
        key_wide = self.letters.width(key, "small") + self.px(12) if key else 0
        wide = self.letters.width(label, style) + 2 * pad
        wide += (gap + key_wide if key else 0) + (gap + self.px(14) if arrow else 0)
        wide = max(width or 0, wide)
        rect = pygame.Rect(x - wide if right else x, y, wide, high)
        back, ink = (self.theme.indigo, self.theme.card) if primary else (self.theme.card, self.theme.ink)
        self.card(rect, back, self.theme.indigo if primary else self.theme.line)
        top = y + (high - self.letters.height(style)) // 2
        self.text(label, rect.left + pad, top, style, ink)
        left = rect.left + pad + self.letters.width(label, style) + gap
        if arrow:
            self.sign("arrow", left, y + (high - self.px(14)) // 2, self.px(14), ink)
            left += self.px(14) + gap
        if key:
            self.key(key, left, y + high // 2, ink if primary else self.theme.muted, back)
        if self.spot(id, rect, act, stop=stop):
            self.ring(rect.inflate(self.px(6), self.px(6)))
        return rect

    def option(
        self, id: str, label: str, x: int, y: int, width: int, chosen: bool, act: Act,
        more: str = "", box: bool = False,
    ) -> int:  # fmt: skip
        """
        One of several to choose from, or something to switch on and off; returns the y below it.

        Parameters
        ----------
        more : str
            What is said of it, in small letters.
        box : bool
            Whether it is switched by itself.
        """
        px, theme = self.px, self.theme
        left, inner = x + px(32), width - px(44)
        high = len(self.letters.wrap(label, "text", inner)) * self.letters.height("text")
        if more:
            high += len(self.letters.wrap(more, "small", inner)) * self.letters.height("small")
        rect = pygame.Rect(x, y, width, high + px(12))
        stands = self.spot(id, rect, act)
        edge = theme.indigo if chosen else theme.line
        self.card(rect, theme.card if chosen else None, edge, RING if stands else HAIR)
        if stands:
            self.ring(rect)
        size, top = px(14), y + px(6) + (self.letters.height("text") - px(14)) // 2
        if box:
            frame = pygame.Rect(x + px(10), top, size, size)
            self.card(frame, theme.indigo if chosen else theme.card, theme.indigo, 1.5, 3)
            if chosen:
                self.sign("check", frame.left + px(2), top + px(2), size - px(4), theme.card)
        else:
            self.sign("ring", x + px(10), top, size, theme.indigo)
            if chosen:
                self.sign("dot", x + px(13), top + px(3), size - px(6), theme.indigo)
        below = self.text(label, left, y + px(6), "text", None, inner)
        if more:
            self.text(more, left, below, "small", theme.muted, inner)
        return rect.bottom + px(6)

    def field(self, id: str, text: str, hint: str, x: int, y: int, width: int) -> pygame.Rect:
        """A line in which something is typed, with its caret; returns where it is."""
        px, theme = self.px, self.theme
        rect = pygame.Rect(x, y, width, px(36))
        stands = self.spot(id, rect, None)
        self.card(rect, theme.card, theme.indigo if stands else theme.muted, 2 if stands else HAIR)
        shown, room = text, width - px(24)
        while shown and self.letters.width(shown, "text") > room:
            shown = shown[1:]
        top = y + (rect.height - self.letters.height("text")) // 2
        if shown:
            self.text(shown, x + px(10), top)
        else:
            low = y + (rect.height - self.letters.height("small")) // 2
            self.text(hint, x + px(16), low, "small", theme.muted, room, lines=1)
        if stands:
            caret = x + px(11) + (self.letters.width(shown, "text") if shown else 0)
            self.fill(pygame.Rect(caret, rect.centery - px(9), max(px(1.5), 1), px(18)), theme.indigo)
        return rect

    def key(self, name: str, x: int, middle: int, ink: Colour, back: Colour) -> int:
        """The name of a key in a small frame; returns the x after it."""
        high = self.letters.height("small") + self.px(2)
        rect = pygame.Rect(x, middle - high // 2, self.letters.width(name, "small") + self.px(10), high)
        self.card(rect, back, self.theme.line if ink != self.theme.card else ink, radius=4)
        self.text(name, rect.left + self.px(5), rect.top + self.px(1), "small", ink)
        return rect.right


class Pane:
    """
    A part of the window that paints itself, scrolls, and has a place for the focus.

    Attributes
    ----------
    rect : Rect
        In the window.
    focus : str or None
        The spot where the keyboard stands, or would, were it in this pane.
    painted : object
        What the picture on the screen was painted from; None before the first.
    late : bool
        Whether part of the picture waits for the next frame.
    insets : (int, int)
        Heights at its top and bottom that do not scroll.
    typed : dict of str to str
        Text of the fields in it, by spot; what is typed goes to the one in focus.
    """

    name = ""
    colour = "paper"
    scrolls = False

    def __init__(self) -> None:
        self.rect = pygame.Rect(0, 0, 0, 0)
        self.focus: str | None = None
        self.spots: list[Spot] = []
        self.content = 0
        self.scroll = 0
        self.reveal = False
        self.painted: object = None
        self.late = False
        self.insets = 0, 0
        self.typed: dict[str, str] = {}
        self._picture: pygame.Surface | None = None
        self._pictured: object = None

    def signature(self) -> object:
        """What the picture depends on; it is painted again when this changes."""
        raise NotImplementedError

    def paint(self, brush: Brush) -> int:
        """Paint everything and return the height of it."""
        raise NotImplementedError

    def sideways(self, step: int) -> bool:
        """What the left and right keys do; False lets them walk as up and down do."""
        return False

    def looks(self, active: bool) -> object:
        """All that the picture depends on, with where it lies, is scrolled to and stood on."""
        stood = self.focus if active else None
        return self.signature(), tuple(self.rect), self.scroll, stood, active, tuple(self.typed.values())

    def stale(self) -> None:
        """Something that the looks do not tell has changed: paint it anew."""
        self.painted = self._pictured = None

    def let_go(self) -> None:
        """It is taken away: its picture, 8 MB for a whole window, need not be kept until it goes itself."""
        self._picture = self._pictured = self.painted = None

    def show(self, screen: pygame.Surface, letters: Lettering) -> None:
        """Put it into the window as it looked last."""
        if self._picture is None or self._picture.get_size() != self.rect.size:
            self.draw(screen, letters, False)
        else:
            screen.blit(self._picture, self.rect)

    def draw(self, screen: pygame.Surface, letters: Lettering, active: bool) -> None:
        """
        Put it into the window, scrolled so that the focus is seen.

        The picture is kept: it is painted only where it would look otherwise.
        """
        if self._picture is None or self._picture.get_size() != self.rect.size:
            self._picture = pygame.Surface(self.rect.size).convert(screen)
            self._pictured = None
        if self.reveal or self.late or self._pictured != (self.looks(active), id(letters)):
            self._paint_picture(self._picture, letters, active)
            self._pictured = self.looks(active), id(letters)
        screen.blit(self._picture, self.rect)
        self.painted = self.looks(active)

    def _paint_picture(self, surface: pygame.Surface, letters: Lettering, active: bool) -> None:
        for _ in range(3):
            brush = Brush(surface, letters, self.scroll, self.focus if active else None)
            surface.fill(getattr(letters.theme, self.colour))
            self.content = self.paint(brush)
            self.spots = brush.spots
            stops = [s.id for s in self.spots if s.stop]
            before = self.focus, self.scroll
            if self.focus not in stops:
                self.focus = stops[0] if stops else None
            self._settle(letters)
            if before == (self.focus, self.scroll):
                break
        self.late = brush.late
        self.reveal = False
        if self.scrolls and self.content > self.rect.height:
            self._bar(surface, letters)

    def _settle(self, letters: Lettering) -> None:
        spot = self.spot(self.focus)
        margin = letters.px(STEP * 3)
        if self.reveal and spot is not None and not spot.fixed:
            room = self.rect.height - margin - self.insets[1]
            if spot.rect.bottom > self.scroll + room:
                self.scroll = spot.rect.bottom - room
            self.scroll = min(self.scroll, spot.rect.top - margin - self.insets[0])
        most = max(self.content - self.rect.height, 0) if self.scrolls else 0
        self.scroll = min(max(self.scroll, 0), most)

    def _bar(self, surface: pygame.Surface, letters: Lettering) -> None:
        """A thin bar that shows how far it is scrolled."""
        view = self.rect.height
        above, below = self.insets
        room = view - above - below
        long = max(room * view // self.content, letters.px(24))
        top = above + (room - long) * self.scroll // max(self.content - view, 1)
        rect = pygame.Rect(self.rect.width - letters.px(5), top, letters.px(4), long)
        pygame.draw.rect(surface, letters.theme.line, rect, border_radius=letters.px(2))

    def spot(self, id: str | None) -> Spot | None:
        """A spot by its id."""
        return next((s for s in self.spots if s.id == id), None)

    def is_out_of_sight(self, spot: Spot) -> bool:
        """Whether a spot was scrolled away altogether."""
        top, bottom = spot.rect.top - self.scroll, spot.rect.bottom - self.scroll
        return not spot.fixed and (bottom <= self.insets[0] or top >= self.rect.height - self.insets[1])

    def under(self, position: tuple[int, int]) -> Spot | None:
        """The topmost spot under a point of the window."""
        if not self.rect.collidepoint(position):
            return None
        high = position[1] - self.rect.y
        at = (position[0] - self.rect.x, high + self.scroll)
        fixed = high < self.insets[0] or high >= self.rect.height - self.insets[1]
        return next((s for s in reversed(self.spots) if s.holds(at) and (s.fixed or not fixed)), None)

    def walk(self, step: int) -> None:
        """Move the focus to the next or previous stop."""
        stops = [s.id for s in self.spots if s.stop]
        if not stops:
            self.roll(step)
            return
        if self._hides(step):
            self.roll(3 * step)
            return
        at = stops.index(self.focus) + step if self.focus in stops else 0
        self.focus = stops[min(max(at, 0), len(stops) - 1)]
        self.reveal = True

    def _hides(self, step: int) -> bool:
        """Whether the focus is on something too high for the pane, with more of it that way."""
        spot = self.spot(self.focus)
        room = self.rect.height - sum(self.insets)
        if spot is None or not self.scrolls or spot.fixed or spot.rect.height < room:
            return False
        if step > 0:
            return spot.rect.bottom > self.scroll + self.rect.height - self.insets[1]
        return spot.rect.top < self.scroll + self.insets[0]

    def roll(self, steps: int) -> None:
        """Scroll by some lines."""
        if self.scrolls:
            most = max(self.content - self.rect.height, 0)
            self.scroll = min(max(self.scroll + steps * 48, 0), most)
