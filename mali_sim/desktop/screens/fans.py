"""What a decision changes: fans of paired futures, as long as they are being refined."""

from collections.abc import Hashable

import pygame

from mali_sim.desktop.charts import fan
from mali_sim.desktop.session import Session
from mali_sim.desktop.tokens import Colour, Theme
from mali_sim.desktop.widgets import Brush
from mali_sim.play.aspects import Fans

FANS = 4


def verdict_colour(theme: Theme, verdict: str) -> Colour:
    """Teal for better, rust for worse, neither otherwise."""
    return {"better": theme.teal, "worse": theme.rust}.get(verdict, theme.amber)


def fans_key(s: Session, id: str) -> Hashable:
    """What the forecast of an action depends on."""
    return s.game.month, tuple(a for a in s.game.plan.get(s.actor, ()) if a != id), id


def ask_fans(s: Session, id: str) -> None:
    """Wish for the forecast of an action."""
    s.futures.ask(fans_key(s, id), s.game.plan.get(s.actor, ()), (id,))


def fans_made(s: Session, id: str) -> object:
    """What the picture of an action's forecast depends on."""
    return s.futures.latest(fans_key(s, id))[1:]


def paint_fans(
    brush: Brush, s: Session, id: str, x: int, y: int, wide: int, measure: bool = False, across: int = 2
) -> int:
    """
    The fans of what an action would change; room is kept while they are being made.

    Parameters
    ----------
    measure : bool
        Paint nothing, only tell how high it is.
    across : int
        How many fans stand side by side.
    """
    theme, px = brush.theme, brush.px
    pen = Pen(brush, measure)
    made, _, problem = s.futures.latest(fans_key(s, id))
    months = min(12, s.game.months - s.game.month)
    head = s.words.plural(
        "What it would change in {count} month", "What it would change in {count} months", months
    )
    y = pen.text(head, x, y, "small_strong", None, wide)
    line = brush.letters.height("small")
    gap = px(14)
    cell = (wide - gap * (across - 1)) // across
    high = 3 * line + px(46)
    rows = -(-min(FANS, len(s.headlines)) // across)
    bottom = y + rows * (high + px(8)) + line
    if problem:
        pen.text(s.words("No forecast: {problem}", problem=problem), x, y, "small", theme.rust, wide)
    elif made is None:
        pen.text(s.words("The futures are being played…"), x, y, "small", theme.muted, wide)
    elif not measure:
        moved = [name for name in _shown(s, made) if made.quantiles[name].any()]
        if not moved:
            _say_nothing_changes(pen, s, id, x, y, wide)
        for n, name in enumerate(_shown(s, made) if moved else ()):
            corner = x + n % across * (cell + gap), y + n // across * (high + px(8))
            fan_cell(brush, s, made, name, pygame.Rect(corner, (cell, high)))
        count = s.words.plural(
            "{count} future, with it and without", "{count} futures, with it and without", made.runs
        )
        brush.text(count, x, bottom - line, "small", theme.muted, wide, lines=1)
    return bottom


def _say_nothing_changes(pen: "Pen", s: Session, id: str, x: int, y: int, wide: int) -> None:
    """Instead of fans that are all flat."""
    anyway = any(question.default == id for question in s.unanswered)
    said = (
        s.words("Nothing: without an answer this is what happens.") if anyway
        else s.words("None of the headline figures.")
    )  # fmt: skip
    pen.text(said, x, y, "small", pen.brush.theme.muted, wide)


def _shown(s: Session, made: Fans) -> list[str]:
    """Which headlines' fans: those moved most, in the order of the bar."""
    chosen = made.moved[:FANS]
    return [i.id[4:] for i in s.headlines if i.id[4:] in chosen]


def fan_cell(brush: Brush, s: Session, made: Fans, id: str, rect: pygame.Rect) -> int:
    """One fan with its name and its middle in words; returns how high it is."""
    px = brush.px
    indicator = s.named(f"obs.{id}")
    assert indicator is not None
    quantiles = made.quantiles[id]
    middle = float(quantiles[2, -1])
    half = float(quantiles[4, -1] - quantiles[0, -1]) / 2
    decimals = indicator.decimals
    while decimals < 2 and max(abs(middle), half) < 5 * 10.0**-decimals:
        decimals += 1
    verdict = s.verdict_of(f"obs.{id}", middle, decimals)
    shown = round(half, decimals)
    unclear = verdict in ("better", "worse", "same") and shown > 0 and abs(round(middle, decimals)) <= shown
    verdict = "neither" if unclear else verdict
    colour = verdict_colour(brush.theme, verdict)
    line = brush.letters.height("small")
    label = s.words.of(indicator.label)
    y = rect.top
    lines = len(brush.letters.wrap(label, "small", rect.width, 2))
    brush.text(label, rect.left, y + (2 - lines) * line, "small", None, rect.width, lines=2)
    value = s.words(
        "{middle} ± {half}", middle=s.words.number(middle, decimals, signed=True),
        half=s.words.number(half, decimals),
    )  # fmt: skip
    said = s.words("either way") if unclear else s.verdict_word(verdict)
    whole = f"{value} · {said}" if said else value
    text = whole
    if said and brush.letters.width(whole, "small_strong") > rect.width:
        # The fan itself shows how unsure it is; the word must not be lost.
        text = f"{s.words.number(middle, decimals, signed=True)} · {said}"
    brush.text(text, rect.left, y + 2 * line, "small_strong", colour)
    place = pygame.Rect(rect.left, y + 3 * line + px(2), rect.width, px(42))
    fan(brush, place, quantiles, made.spreads[id] * 0.03, colour)
    return 3 * line + px(46)


class Pen:
    """Writes, or only measures."""

    def __init__(self, brush: Brush, measure: bool) -> None:
        self.brush, self.measure = brush, measure

    def text(
        self,
        text: str,
        x: int,
        y: int,
        style: str,
        colour: Colour | None,
        width: int,
        lines: int | None = None,
    ) -> int:
        """The y below the text, written or not."""
        if self.measure:
            wrapped = self.brush.letters.wrap(text, style, width, lines)
            return y + len(wrapped) * self.brush.letters.height(style)
        return self.brush.text(text, x, y, style, colour, width, lines=lines)
