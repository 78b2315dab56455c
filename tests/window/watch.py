"""What is written and can be pressed on a screen, and what may be wrong with it."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import pygame
from attrs import frozen

from mali_sim.desktop import app as window
from mali_sim.desktop.tokens import LEAST_TARGET, Colour
from mali_sim.desktop.widgets import Brush, Pane, Spot

SIZES = ((1024, 640), (1280, 800), (1920, 1080), (3840, 2160))
SCALES = (0, 75, 100, 150, 200)
LANGUAGES = ("en", "fr")
#: Each size, scale, language and theme at least once; the rest is in the campaign.
QUICK = (
    ((1024, 640), 0, "fr", "day"),
    ((1024, 640), 0, "en", "contrast"),
    ((1280, 800), 100, "en", "day"),
    ((1280, 800), 75, "fr", "day"),
    ((1920, 1080), 150, "fr", "contrast"),
    ((3840, 2160), 200, "en", "day"),
)
FULL = [(size, scale, language, "day") for size in SIZES for scale in SCALES for language in LANGUAGES]
#: Texts may touch by so many pixels.
TOUCH = 2
#: What text must stand out by: WCAG 2.2, 1.4.3.
LEAST_CONTRAST = 4.5

# -- what is written ---------------------------------------------------------------------------


@frozen
class Written:
    """A line as it was drawn; its rectangle holds its ink, in the pane before scrolling."""

    said: str
    whole: str
    rect: pygame.Rect
    style: str
    colour: Colour
    grounds: tuple[Colour, ...]
    fixed: bool
    cut: bool
    broken: bool
    drawn: bytes


class Watching(Brush):
    """A brush that remembers what it wrote, and on what."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.written: list[Written] = []
        self.cards: list[tuple[int, bool, pygame.Rect]] = []

    def card(self, rect: pygame.Rect, *args: Any, **more: Any) -> None:
        """Draw it, and remember where, and after how much text."""
        self.cards.append((len(self.written), self.fixed, rect.copy()))
        super().card(rect, *args, **more)

    def text(
        self, text: str, x: int, y: int, style: str = "text", colour: Colour | None = None,
        width: int | None = None, align: str = "left", lines: int | None = None,
    ) -> int:  # fmt: skip
        """Write it, and remember each line that is in view."""
        parts = (text,) if width is None else self.letters.wrap(text, style, width, lines)
        cut = width is not None and len(self.letters.wrap(text, style, width)) > len(parts)
        whole = " ".join(text.split("\n"))
        broken = not cut and width is not None and " ".join(parts) != whole
        step, ink, found, top = self.letters.height(style), colour or self.theme.ink, [], y
        for part in parts:
            if part.strip() and self.seen(top, step):
                drawn = self.letters.line(part, style, ink)
                left = x - {"left": 0, "right": drawn.get_width(), "middle": drawn.get_width() // 2}[align]
                rect = drawn.get_bounding_rect().move(left, top + (step - drawn.get_height()) // 2)
                found.append((part, rect, self._grounds(self.at(rect))))
            top += step
        below = super().text(text, x, y, style, colour, width, align, lines)
        for n, (part, rect, grounds) in enumerate(found):
            self.written.append(Written(
                part, text, rect, style, ink, grounds, self.fixed, cut and n == len(found) - 1, broken,
                self.pixels(self.at(rect)),
            ))  # fmt: skip
        return below

    def _grounds(self, rect: pygame.Rect) -> tuple[Colour, ...]:
        """The colours just outside of the corners, as they were before."""
        corners = [(x, y) for x in (rect.left - 1, rect.right) for y in (rect.top - 1, rect.bottom)]
        area = self.surface.get_rect()
        return tuple(tuple(self.surface.get_at(p))[:3] for p in corners if area.collidepoint(p))

    def pixels(self, rect: pygame.Rect) -> bytes:
        """What stands in a part of the pane."""
        part = rect.clip(self.surface.get_rect())
        if not part.width or not part.height:
            return b""
        return pygame.image.tobytes(self.surface.subsurface(part), "RGB")


@frozen
class Look:
    """A pane painted once, scrolled to somewhere."""

    pane: Pane
    brush: Watching
    content: int
    view: pygame.Rect

    def visible(self, written: Written) -> pygame.Rect:
        """The part of a line that can be seen."""
        return written.rect.clip(self.brush.surface.get_rect().move(0, self.brush.shift)
                                 if written.fixed else self.view)  # fmt: skip

    def texts(self) -> list[Written]:
        """The lines that can be seen."""
        return [w for w in self.brush.written if self.visible(w).width and self.visible(w).height]


def looks(app: window.App, pane: Pane, active: bool) -> Iterator[Look]:
    """A pane from its top to its end."""
    shift = 0
    while True:
        surface = pygame.Surface(pane.rect.size).convert(app.canvas.screen)
        surface.fill(getattr(app.canvas.letters.theme, pane.colour))
        brush = Watching(surface, app.canvas.letters, shift, pane.focus if active else None)
        content = pane.paint(brush)
        top, low = pane.insets
        room = pane.rect.height - top - low
        yield Look(pane, brush, content, pygame.Rect(0, shift + top, pane.rect.width, room))
        most = max(content - pane.rect.height, 0) if pane.scrolls else 0
        if shift >= most:
            return
        shift = min(shift + max(room - 40, 40), most)


def shown_panes(app: window.App) -> list[tuple[Pane, bool]]:
    """What can be read and pressed now, and whether the keyboard is there."""
    if app.panel is not None:
        found = [(app.panel, True)]
    else:
        found = [(pane, pane is app.zone) for pane in app.main.panes]
    return found if app.tip is None else [*found, (app.tip, False)]


# -- what may be wrong -------------------------------------------------------------------------


def summaries(pane: Pane) -> set[str]:
    """What decisions are about."""
    s = pane.session
    return {s.words.of(c.text) for c in s.choices}


def months_told(pane: Pane) -> set[str]:
    """What happened in each month, in one line, as the timeline joins it."""
    s = pane.session
    found = set()
    for month in range(s.game.month):
        lines = list(s.view.lines(s.game.report(month)))
        own, weighty = [k for k in lines if k.actor == s.actor], [k for k in lines if k.weighty]
        found |= {" · ".join(s.words.of(k.text) for k in part[:3]) for part in (own, weighty, lines)}
    return found


def file_names(pane: Pane) -> set[str]:
    """The names of saves."""
    return {path.name for path, _ in pane.rows or ()}


def causes_and_measures(pane: Pane) -> set[str]:
    """The names of causes, and what figures measure."""
    s = pane.session
    found = s.explain(getattr(pane, "subject", s.subject))
    labels = {s.words.of(c.label) for c in found.causes} if found is not None else set()
    return labels | {s.words.of(i.text) for i in s.indicators if i.text is not None}


#: Where an ellipsis may stand: the pane, what may be cut, how it is read whole instead. It may also
#: stand wherever the tip of what it is on has the whole text.
ALLOWED = (
    ("decisions", summaries, "of a closed card: the card opens, with all of it, when it is in focus"),
    ("timeline", months_told, "of a month: all its lines stand below it when it is in focus"),
    ("saves", file_names, "which somebody made as long as they liked"),
    ("why", causes_and_measures, "the page that W opens has them whole, below the list, in focus"),
)


def may_be_cut(pane: Pane, text: str) -> bool:
    """Whether there is a reason."""
    return any(pane.name == name and text in texts(pane) for name, texts, _ in ALLOWED)


def same_words(one: Written, other: Written) -> bool:
    """Whether one is the other's rim: the same words a few pixels aside."""
    near = abs(one.rect.left - other.rect.left) <= 12 and abs(one.rect.top - other.rect.top) <= 12
    return one.said == other.said and one.style == other.style and near


def out_of_pane(look: Look) -> Iterator[str]:
    """Text that leaves its pane, or cannot be scrolled to."""
    width, bottom = look.pane.rect.width, look.pane.rect.height
    if look.pane.scrolls:
        bottom = max(look.content - look.pane.insets[1], bottom - look.pane.insets[1])
    for w in look.texts():
        if w.rect.left < 0 or w.rect.right > width:
            yield f"leaves its pane sideways ({w.rect.left} to {w.rect.right} of {width}): {w.said!r}"
        if not w.fixed and (w.rect.top < 0 or w.rect.bottom > bottom):
            yield f"leaves its pane ({w.rect.top} to {w.rect.bottom} of {bottom}): {w.said!r}"
        area = look.brush.surface.get_rect().move(0, look.brush.shift)
        if w.fixed and not area.contains(w.rect):
            yield f"leaves the window (fixed, {tuple(w.rect)} of {tuple(area)}): {w.said!r}"


def overlapping(look: Look) -> Iterator[str]:
    """Texts that lie over each other."""
    texts = look.texts()
    for n, one in enumerate(texts):
        for other in texts[n + 1 :]:
            both = one.rect.clip(other.rect)
            if min(both.size) > TOUCH and one.fixed == other.fixed and not same_words(one, other):
                yield f"overlaps by {both.width} x {both.height}: {one.said!r} and {other.said!r}"


def out_of_card(look: Look) -> Iterator[str]:
    """Text that begins on a card or button and ends beside it."""
    order = {id(w): n for n, w in enumerate(look.brush.written)}
    for w in look.texts():
        on = [c for n, fixed, c in look.brush.cards
              if n <= order[id(w)] and fixed == w.fixed and c.collidepoint(w.rect.center)]  # fmt: skip
        card = min(on, key=lambda c: c.width * c.height, default=None)
        if card is not None and not card.inflate(2, 2).contains(w.rect):
            yield f"runs out of its card ({tuple(w.rect)} of {tuple(card)}): {w.said!r}"


def covered(look: Look) -> Iterator[str]:
    """Text over which something was painted later."""
    texts = look.texts()
    for n, w in enumerate(texts):
        if any(same_words(w, later) for later in texts[n + 1 :]):
            continue
        if look.visible(w) != w.rect:
            continue
        now = look.brush.pixels(look.brush.at(w.rect))
        if now != w.drawn:
            wide, high = changed(w.drawn, now, w.rect.width)
            if min(wide, high) > TOUCH:
                yield f"{wide} x {high} pixels are painted over: {w.said!r}"


def changed(before: bytes, after: bytes, width: int) -> tuple[int, int]:
    """How wide and high the part is in which two pictures differ."""
    one, other = (np.frombuffer(b, np.uint8).reshape(-1, width, 3) for b in (before, after))
    rows, columns = np.nonzero((one != other).any(axis=2))
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


def cut_off(look: Look) -> Iterator[str]:
    """Text that an ellipsis ends, and words broken in two."""
    for w in look.texts():
        here = [s for s in look.brush.spots if s.rect.collidepoint(w.rect.center)]
        explained = any(w.whole in s.tip for s in here)
        if w.cut and not explained and not may_be_cut(look.pane, w.whole):
            yield f"is cut: {w.said!r} of {w.whole!r}"
        token = max(w.whole.split(" "), key=len, default="")
        if w.broken and not any(c in token for c in "@/\\._"):
            yield f"breaks a word: {w.whole!r}"


def pressed(look: Look, at: tuple[int, int]) -> Spot | None:
    """What a press hits."""
    inside = look.view.collidepoint(at)
    return next((s for s in reversed(look.brush.spots) if s.holds(at) and (s.fixed or inside)), None)


def hard_to_hit(look: Look) -> Iterator[str]:
    """Spots that are too small, out of reach, or below others."""
    pane = look.pane
    area = look.brush.surface.get_rect().move(0, look.brush.shift)
    whole = pygame.Rect(0, 0, pane.rect.width, max(look.content, pane.rect.height))
    for s in look.brush.spots:
        if min(s.rect.size) < LEAST_TARGET:
            yield f"spot {s.id} is {s.rect.width} x {s.rect.height}"
        if not (area if s.fixed else whole).contains(s.rect):
            yield f"spot {s.id} leaves its pane: {tuple(s.rect)} of {tuple(area if s.fixed else whole)}"
        seen = s.rect.clip(area if s.fixed else look.view)
        if seen != s.rect or s.rect.height > 400:
            continue
        enough = round(0.8 * LEAST_TARGET**2 / 9)
        points = ((x, y) for y in range(seen.top, seen.bottom, 3) for x in range(seen.left, seen.right, 3))
        hits = sum(1 for _ in islice((p for p in points if pressed(look, p) is s), enough))
        if hits < enough:
            yield f"spot {s.id}: only {hits * 9} square pixels of it can be pressed"


CHECKS = (out_of_pane, overlapping, out_of_card, covered, cut_off, hard_to_hit)


def defects(app: window.App, checks: Any = CHECKS) -> list[str]:
    """All that is wrong with what is shown, each thing once."""
    found: dict[str, None] = {}
    for pane, active in shown_panes(app):
        for look in looks(app, pane, active):
            for check in checks:
                found |= dict.fromkeys(f"[{pane.name}] {told}" for told in check(look))
    return list(found)
