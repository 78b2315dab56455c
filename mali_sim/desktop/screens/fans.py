"""What a decision changes: fans of paired futures, as long as they are being refined."""

from collections.abc import Hashable

import pygame

from mali_sim.desktop.charts import fan
from mali_sim.desktop.session import Session
from mali_sim.desktop.tokens import Colour, Theme
from mali_sim.desktop.widgets import Brush
from mali_sim.play.fans import FIGURES, Fans

#: No fan is higher than that.
_HIGH = 54
#: Lines of a name at the most.
_LABEL = 5


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


def paint_futures(brush: Brush, s: Session, id: str, x: int, y: int, wide: int, across: int) -> int:
    """Wish for the forecast of an action, and paint what is there of it."""
    ask_fans(s, id)
    return paint_fans(brush, s, id, x, y, wide, across=across)


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
    y = pen.text(head, x, y, "small_strong", None, wide) + px(4)
    line = brush.letters.height("small")
    gap = px(14)
    cell = (wide - gap * (across - 1)) // across
    high = cell_height(brush)
    rows = -(-min(FIGURES, len(s.indicators)) // across)
    bottom = y + rows * (high + px(8)) + line
    if problem:
        pen.text(s.words("No forecast: {problem}", problem=problem), x, y, "small", theme.rust, wide)
    elif made is None:
        pen.text(s.words("The futures are being played…"), x, y, "small", theme.muted, wide)
    elif not measure:
        if not made.names:
            pen.text(_nothing(s, made, id), x, y, "small", theme.muted, wide)
        for n, name in enumerate(made.names):
            beside = made.names[n - n % across :][:across]
            lines = max(label_lines(brush, s, other, cell) for other in beside)
            corner = x + n % across * (cell + gap), y + n // across * (high + px(8))
            fan_cell(brush, s, made, name, pygame.Rect(corner, (cell, high)), lines)
        brush.text(_count(s, made), x, bottom - line, "small", theme.muted, wide, lines=1)
    return bottom


def _nothing(s: Session, made: Fans, id: str) -> str:
    """What is said instead of fans where nothing moves."""
    if made.agreed == 0:
        return s.words("No future has a yes to be shown.")
    if any(question.default == id for question in s.unanswered):
        return s.words("Nothing: without an answer this is what happens.")
    return s.words("No figure that you see changes enough to show.")


def _count(s: Session, made: Fans) -> str:
    """How many futures that is."""
    if made.agreed is not None:
        return s.words("{yes} of {count} futures, if it is yes", yes=s.words.number(made.agreed),
                       count=s.words.number(made.runs))  # fmt: skip
    return s.words.plural(
        "{count} future, with it and without", "{count} futures, with it and without", made.runs
    )


def cell_height(brush: Brush) -> int:
    """The height of a fan with its name and its middle in words."""
    return _LABEL * brush.letters.height("small") + brush.px(30)


def label_lines(brush: Brush, s: Session, id: str, wide: int) -> int:
    """How many lines the name of a figure takes."""
    indicator = s.named(f"obs.{id}")
    assert indicator is not None
    return len(brush.letters.wrap(s.words.of(indicator.label), "small", wide, _LABEL))


def fan_cell(brush: Brush, s: Session, made: Fans, id: str, rect: pygame.Rect, lines: int) -> None:
    """
    One fan with its name and its middle in words.

    Parameters
    ----------
    lines : int
        Lines kept for the name, as many as for the fans beside it; the fan has the rest, which
        is little where a name takes five lines.
    """
    px = brush.px
    indicator = s.named(f"obs.{id}")
    assert indicator is not None
    quantiles = made.quantiles[id]
    # What has mostly gone by the end is told by what it was.
    fades = id in made.peaks
    middle = made.peaks.get(id, float(quantiles[2, -1]))
    half = float(quantiles[4, -1] - quantiles[0, -1]) / 2
    decimals = indicator.decimals
    while decimals < 2 and max(abs(middle), half) < 5 * 10.0**-decimals:
        decimals += 1
    verdict = s.verdict_of(f"obs.{id}", middle, decimals)
    shown = round(half, decimals)
    unclear = (
        not fades
        and verdict in ("better", "worse", "same")
        and shown > 0
        and abs(round(middle, decimals)) <= shown
    )
    verdict = "neither" if unclear else verdict
    colour = verdict_colour(brush.theme, verdict)
    line = brush.letters.height("small")
    label = s.words.of(indicator.label)
    # Short names leave room above rather than to a fan higher than it is good to read.
    y = rect.top + max(rect.height - (lines + 1) * line - brush.px(_HIGH), 0)
    own = label_lines(brush, s, id, rect.width)
    brush.text(label, rect.left, y + (lines - own) * line, "small", None, rect.width, lines=_LABEL)
    y += lines * line
    number = s.words.number(middle, decimals, signed=True)
    if fades:
        value = number
    elif id in made.chances:
        value = s.words("{number} of 100", number=number)
    else:
        value = s.words("{middle} ± {half}", middle=number, half=s.words.number(half, decimals))
    said = s.words("either way") if unclear else s.verdict_word(verdict)
    said = s.words("then it fades") if fades else said
    whole = f"{value} · {said}" if said else value
    text = whole
    if said and brush.letters.width(whole, "small_strong") > rect.width:
        # The fan itself shows how unsure it is; the word must not be lost.
        text = f"{number} · {said}"
    y = brush.text(text, rect.left, y, "small_strong", colour) + px(2)
    place = pygame.Rect(rect.left, y, rect.width, rect.bottom - y - px(2))
    fan(brush, place, quantiles, made.spreads[id] * 0.03, colour)


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
