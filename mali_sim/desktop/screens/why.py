"""Why a number changed: its causes, the equation and source behind each, and what it feeds."""

from functools import partial
from typing import TYPE_CHECKING

import pygame

from mali_sim.desktop.charts import course
from mali_sim.desktop.panel import Page
from mali_sim.desktop.screens.fans import verdict_colour
from mali_sim.desktop.screens.lookup import EntryPage, links, sources
from mali_sim.desktop.screens.middle import cause_rows, change_decimals, subject_label
from mali_sim.desktop.tokens import RING, STEP
from mali_sim.desktop.widgets import Brush
from mali_sim.play import Explanation, Indicator
from mali_sim.play.dictionary import entry
from mali_sim.play.why.causes import named_in
from mali_sim.play.why.explain import Cause, UnknownName
from mali_sim.scenario.texts import word

if TYPE_CHECKING:
    from mali_sim.desktop.app import App

GRADES = {
    "stated": word("Its numbers are stated in the sources."),
    "inferred": word("Its weakest number is inferred from the sources."),
    "assumed": word("Its weakest number is assumed: the sources give at most the sign."),
}
_KINDS = {
    "postings": word("Each line is what flowed in or out; together they are the change, exactly."),
    "substitution": word(
        "Each line is what follows from replacing one input by its new value, in a fixed order."
    ),
}


class Why(Page):
    """One number: how it went, why it changed, how it is computed, what it feeds."""

    name = "why"
    broad = 980

    def __init__(self, app: "App", subject: str | None = None) -> None:
        super().__init__(app)
        self.subject = subject or self.session.subject

    def title(self) -> str:
        """What is explained."""
        return self.words("Why: {name}", name=subject_label(self.session, self.subject))

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint the number, its causes, its equation, and where it leads."""
        s, px, theme = self.session, brush.px, brush.theme
        indicator = s.named(self.subject)
        explanation = s.explain(self.subject)
        if indicator is not None:
            y = self._number(brush, indicator, x, y, wide)
        if explanation is None:
            if s.explaining(self.subject):
                said = s.words("The causes are being worked out…")
            elif s.game.month:
                said = s.words("There is nothing to explain here.")
            else:
                said = s.words("No month has been played yet.")
            y = brush.text(said, x, y, "text", theme.muted, wide) + px(STEP * 2)
        else:
            y = self._causes(brush, explanation, indicator, x, y, wide)
        return self._model(brush, x, y + px(STEP * 2), wide)

    def _number(self, brush: Brush, indicator: Indicator, x: int, y: int, wide: int) -> int:
        """What it measures, and its course so far."""
        s, px, theme = self.session, brush.px, brush.theme
        left = round(wide * 0.46)
        top = brush.text(s.value(indicator), x, y, "figure", None, left)
        if len(indicator.series) > 1:
            brush.change(indicator.change, s.change(indicator), indicator.verdict, x, top)
            top += brush.letters.height("small")
        if indicator.text is not None:
            top = brush.text(s.words.of(indicator.text), x, top + px(STEP), "small", theme.muted, left)
        bottom = y
        if len(indicator.series) > 2:
            area = pygame.Rect(x + left + px(STEP * 6), y, wide - left - px(STEP * 6), px(130))
            low, high = min(indicator.series), max(indicator.series)
            marks = s.words.number(low, indicator.decimals), s.words.number(high, indicator.decimals)
            first = max(s.game.month - len(indicator.series), -1)
            ends = s.month_name(max(first, 0)), s.month_name(max(s.game.month - 1, 0))
            course(brush, area, indicator.series, marks, ends, s.number(indicator))
            bottom = area.bottom
        return max(top, bottom) + px(STEP * 3)

    def _causes(
        self, brush: Brush, explanation: Explanation, indicator: Indicator | None, x: int, y: int, wide: int
    ) -> int:
        s, px, theme = self.session, brush.px, brush.theme
        decimals = change_decimals(explanation.change, indicator.decimals if indicator else 1)
        verdict = s.verdict_of(self.subject, explanation.change, decimals)
        said = s.words(
            "From {before} to {after} in {month}", before=s.words.number(explanation.before, decimals),
            after=s.words.number(explanation.after, decimals), month=s.month_name(explanation.month),
        )  # fmt: skip
        y = brush.text(said, x, y, "strong", verdict_colour(theme, verdict), wide)
        kind = s.words(_KINDS[explanation.kind]) if explanation.kind in _KINDS else ""
        y = brush.text(kind, x, y, "small", theme.muted, wide) + px(STEP * 2)
        line = max(brush.letters.height("small") + px(4), px(24))
        stands = next((n for n in range(len(explanation.causes)) if self.focus == f"cause {n}"), None)
        for n in range(len(explanation.causes)):
            rect = pygame.Rect(x - px(6), y, wide + px(12), line)
            if brush.spot(f"cause {n}", rect, partial(self._stand, n)):
                brush.card(rect, edge=theme.indigo, width=RING)
            y += line
        first = pygame.Rect(x, y - line * len(explanation.causes) + px(2), wide, line)
        cause_rows(brush, s, explanation, len(explanation.causes), first, self.subject)
        if not explanation.causes:
            return brush.text(s.words("Nothing moved it."), x, y, "text", None, wide)
        return self._behind(brush, explanation.causes[stands or 0], x, y + px(STEP * 2), wide)

    def _stand(self, n: int) -> None:
        self.focus = f"cause {n}"

    def _behind(self, brush: Brush, cause: Cause, x: int, y: int, wide: int) -> int:
        """Equation, this month's numbers, grade, sources."""
        s, px, theme = self.session, brush.px, brush.theme
        inner = wide - px(STEP * 8)
        left = x + px(STEP * 4)
        start = y
        y = brush.text(s.words.of(cause.label), left, y + px(STEP * 3), "card", None, inner)
        if cause.equation:
            y = brush.text(cause.equation, left, y, "small_strong", None, inner)
            y = self._called(brush, cause.equation, left, y, inner)
            y = self._through(brush, cause.equation, left, y, inner)
        if cause.numbers and cause.numbers != cause.equation:
            said = s.words("This month: {numbers}", numbers=cause.numbers)
            y = brush.text(said, left, y, "small", theme.muted, inner)
        if cause.was_cut:
            share = s.words.number(100 * cause.paid, 0)
            said = s.words("More was asked of this stock than it held: all was cut to {share}%.", share=share)
            y = brush.text(said, left, y + px(STEP), "small", theme.amber, inner)
        if cause.grade in GRADES:
            y = brush.text(s.words(GRADES[cause.grade]), left, y + px(STEP), "small", theme.amber, inner)
        y = sources(brush, s, cause.source[:4], left, y + px(STEP), inner) + px(STEP * 2)
        brush.fill(pygame.Rect(x, start + px(STEP * 2), px(3), y - start - px(STEP * 2)), theme.indigo)
        return y

    def _called(self, brush: Brush, equation: str, x: int, y: int, wide: int) -> int:
        """What the names in an equation are called."""
        s = self.session
        found = named_in(s.game.model, equation) if not equation.isidentifier() else ()
        if not found:
            return y
        told = " · ".join(f"{name} = {s.words.of(label)}" for name, label in found)
        return brush.text(told, x, y, "small", brush.theme.muted, wide)

    def _through(self, brush: Brush, equation: str, x: int, y: int, wide: int) -> int:
        """Of an equation that is a name alone, what that name is computed from."""
        s = self.session
        if not equation.isidentifier() or equation not in s.game.model.scenario.aux:
            return y
        for _, text in entry(s.game.model, f"aux.{equation}").equations:
            y = brush.text(f"{equation} = {text}", x, y, "small_strong", None, wide)
            y = self._called(brush, text, x, y, wide)
        return y

    def _model(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Its own equation and sources, what feeds it, what it feeds."""
        s, px = self.session, brush.px
        base = self.subject if self.subject.startswith("obs.") else self.subject.removeprefix("stock.")
        try:
            found = entry(s.game.model, base)
        except UnknownName:
            return y
        brush.rule(x, y, wide)
        y = brush.text(s.words("How the model has it"), x, y + px(STEP * 3), "heading", None, wide)
        for _, text in found.equations:
            y = brush.text(text, x, y, "small_strong", None, wide)
            y = self._called(brush, text, x, y, wide)
        y = sources(brush, s, found.source[:4], x, y + px(STEP), wide)
        for head, names, of in ((s.words("What feeds it"), found.fed_by, "by"),
                                (s.words("What it feeds"), found.feeds, "to")):  # fmt: skip
            if names:
                y = brush.text(head, x, y + px(STEP * 2), "card", None, wide)
                y = links(brush, s.game.model, s.words, names, x, y, wide, self._go, of)
        return y

    def _go(self, name: str) -> None:
        self.app.show(EntryPage(self.app, name))
