"""The end: how it is called, how the months went, and what came out."""

from collections.abc import Callable

import pygame

from mali_sim.desktop.charts import course
from mali_sim.desktop.panels import Panel
from mali_sim.desktop.session import Session
from mali_sim.desktop.tokens import STEP
from mali_sim.desktop.widgets import Brush, Lettering
from mali_sim.play import Indicator
from mali_sim.play.aspects import notes


class Debrief(Panel):
    """The whole window, after the last month."""

    name = "debrief"
    colour = "paper"

    def __init__(
        self, session: Session, close: Callable[[], None], save: Callable[[], None], leave: Callable[[], None]
    ) -> None:
        super().__init__(session, close)
        self.save, self.leave = save, leave

    def signature(self) -> object:
        """What the picture depends on."""
        return self.session.version, self.session.message

    def lay_out(self, size: tuple[int, int], letters: Lettering) -> None:
        """All of the window."""
        self.rect = pygame.Rect((0, 0), size)

    def paint(self, brush: Brush) -> int:
        """Paint the ending, the courses of the headline numbers, and the outcomes."""
        s, theme, px = self.session, brush.theme, brush.px
        gutter = px(STEP * 7)
        top = self._ending(brush, gutter)
        split = round(brush.width * 0.62)
        low = self._courses(brush, gutter, top + px(16), split - 2 * gutter)
        brush.fill(
            pygame.Rect(split, top, brush.width - split, max(brush.height, low) - top + brush.shift),
            theme.panel,
        )
        brush.fill(pygame.Rect(split, top, 1, max(brush.height, low) - top + brush.shift), theme.line)
        other = self._outcomes(brush, split + gutter, top + px(16), brush.width - split - 2 * gutter)
        y = max(low, other, brush.height - px(84)) + px(STEP * 2)
        bar = pygame.Rect(0, y, brush.width, px(76))
        brush.fill(bar, theme.bar)
        brush.fill(pygame.Rect(0, y, brush.width, px(2)), theme.ink)
        right = brush.width - gutter
        rect = brush.button(
            "leave", s.words("Close"), right, y + px(16), self.leave, primary=True, right=True
        )
        rect = brush.button(
            "look",
            s.words("Look around"),
            rect.left - px(12),
            y + px(21),
            self.close,
            right=True,
            key=s.words("Esc"),
        )
        rect = brush.button(
            "save", s.words("Save"), rect.left - px(12), y + px(21), self.save, right=True, key="S"
        )
        about = s.message or s.words(
            "A model of one briefing’s argument, February 2023. "
            "Lines are what happened here, not predictions."
        )
        brush.text(about, gutter, y + px(20), "small", theme.muted, rect.left - 2 * gutter, lines=2)
        return bar.bottom

    def _ending(self, brush: Brush, x: int) -> int:
        s, theme, px = self.session, brush.theme, brush.px
        id = s.game.ending()
        ending = s.game.model.scenario.ending[id] if id else None
        title = s.words.of(ending.title) if ending else s.words("The end")
        text = s.words.of(ending.text) if ending else ""
        wide = brush.width - 2 * x
        lines = len(brush.letters.wrap(text, "text", wide)) if text else 0
        high = (
            px(40)
            + brush.letters.height("title")
            + brush.letters.height("small")
            + lines * brush.letters.height("text")
        )
        brush.fill(pygame.Rect(0, 0, brush.width, high), theme.ink)
        scenario = s.words.of(s.game.model.scenario.scenario.title)
        seat = s.words.of(s.game.model.scenario.actor[s.actor].label)
        first, last = s.month_name(0), s.month_name(max(s.game.month - 1, 0))
        above = s.words(
            "{scenario}, {seat}: {first} to {last}", scenario=scenario, seat=seat, first=first, last=last
        )
        y = brush.text(above, x, px(16), "small", theme.night_muted, wide, lines=1)
        y = brush.text(title, x, y, "title", theme.night_text, wide, lines=1)
        if text:
            brush.text(text, x, y + px(4), "text", theme.night_muted, wide)
        return high

    def _courses(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """The headline numbers month by month, in two columns."""
        s, px = self.session, brush.px
        y = brush.text(s.words("Your months"), x, y, "heading", width=wide) + px(STEP)
        gap = px(STEP * 6)
        cell = (wide - gap) // 2
        room = brush.height - y - px(100)
        rows = -(-len(s.headlines) // 2) or 1
        high = min(max(room // rows - px(10), px(124)), px(210))
        for n, indicator in enumerate(s.headlines):
            rect = pygame.Rect(x + n % 2 * (cell + gap), y + n // 2 * (high + px(10)), cell, high)
            self._course(brush, indicator, rect)
        return y + rows * (high + px(10))

    def _course(self, brush: Brush, indicator: Indicator, rect: pygame.Rect) -> None:
        s, px = self.session, brush.px
        label, unit = s.words.of(indicator.label), s.words.of(indicator.unit)
        brush.text(label, rect.left, rect.top, "small_strong", None, rect.width, lines=1)
        after = rect.left + brush.letters.width(label, "small_strong") + px(8)
        if after + brush.letters.width(unit, "small") <= rect.right:
            brush.text(unit, after, rect.top, "small", brush.theme.muted)
        line = brush.letters.height("small")
        area = pygame.Rect(rect.left, rect.top + line, rect.width, rect.height - line)
        marks = tuple(
            s.words.number(v, indicator.decimals) for v in (min(indicator.series), max(indicator.series))
        )
        start = 0 if len(indicator.series) > s.game.month else 1
        ends = s.month_name(max(start - 1, 0)), s.month_name(max(s.game.month - 1, 0))
        course(brush, area, indicator.series, (marks[0], marks[1]), ends, s.number(indicator))

    def _outcomes(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Every outcome with its unit; then notes, and where the run is found again."""
        s, theme, px = self.session, brush.theme, brush.px
        y = brush.text(s.words("What came out"), x, y, "heading", width=wide) + px(STEP)
        tables = s.game.model.scenario.outcome
        for id, value in s.game.outcomes().items():
            table = tables[id]
            observer = s.game.model.scenario.obs.get(table.of.removeprefix("obs."))
            number = s.words.number(value, observer.decimals if observer else 1)
            if table.unit == "share" and observer and not observer.decimals and value in (0, 1):
                number = s.words("yes") if value else s.words("no")
            unit = s.words.of(s.view.unit_label(table.unit))
            number = f"{number} {unit}".strip()
            room = wide - brush.letters.width(number, "small_strong") - px(12)
            brush.text(number, x + wide, y, "small_strong", align="right")
            y = brush.text(s.words.of(table.label), x, y, "small", None, room) + px(4)
            brush.rule(x, y - px(2), wide)
        y += px(STEP * 3)
        if s.game.rewound:
            y = brush.text(
                s.words("Months were played again: this game does not count as a score."),
                x,
                y,
                "small",
                theme.amber,
                wide,
            )
        kept = notes(s.view)
        if kept:
            y = brush.text(s.words("Your notes"), x, y + px(STEP), "card", width=wide)
            for month, text in kept[-5:]:
                y = brush.text(f"{s.month_name(month)}: {text}", x, y, "small", None, wide) + px(2)
        y = brush.text(s.words("This run"), x, y + px(STEP), "card", width=wide)
        return brush.text(str(s.game.run_address), x, y, "small", theme.muted, wide)
