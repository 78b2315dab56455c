"""A game's beginning and a month's end: the opening file, and what the month brought."""

from functools import partial
from typing import TYPE_CHECKING

import pygame

from mali_sim.desktop.panel import Button, Page
from mali_sim.desktop.screens.middle import cause_amount
from mali_sim.desktop.screens.why import Why
from mali_sim.desktop.tokens import STEP
from mali_sim.desktop.widgets import Brush
from mali_sim.play import Indicator, Line
from mali_sim.play.answers import is_silence
from mali_sim.play.aspects import dossier
from mali_sim.play.digest import Difference

if TYPE_CHECKING:
    from mali_sim.desktop.app import App



class Opening(Page):
    """Where the player sits, when, what is at stake, and what lies on the desk."""

    name = "opening"
    broad = 820

    def __init__(self, app: "App") -> None:
        super().__init__(app)
        self.focus = "close"

    def title(self) -> str:
        """The scenario's."""
        return self.words.of(self.session.game.model.scenario.scenario.title)

    def above(self) -> str:
        """When, and for how long."""
        s = self.session
        months = s.words.plural("{count} month", "{count} months", s.game.months)
        return s.words.headed(s.words("{month}, {months}", month=s.month_name(0), months=months))

    def buttons(self) -> list[Button]:
        """To the desk."""
        s = self.session
        if s.begun:
            return [Button("close", s.words("Back"), self.close, primary=True, key=s.words("Esc"))]
        return [Button("close", s.words("Begin"), self.close, primary=True),
                Button("title", s.words("Back to the title"), self.app.to_title)]  # fmt: skip

    def close(self) -> None:
        """To the desk."""
        self.session.begun = True
        super().close()

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint the scenario's words, then its file."""
        s, px = self.session, brush.px
        header = s.game.model.scenario.scenario
        actor = s.game.model.scenario.actor[s.actor]
        y = brush.text(s.words.of(header.summary), x, y, width=wide) + px(STEP * 3)
        seat = s.words("You sit in: {seat}", seat=s.words.of(actor.label))
        y = brush.text(seat, x, y, "heading", width=wide)
        y = brush.text(s.words.of(actor.text), x, y, width=wide) + px(STEP * 3)
        for aim in header.aims:
            brush.sign("dot", x, y + px(7), px(8), brush.theme.indigo)
            y = brush.text(s.words.of(aim), x + px(18), y, width=wide - px(18)) + px(2)
        paragraphs = dossier(s.view, s.words.language)
        if paragraphs:
            y += px(STEP * 4)
            brush.rule(x, y, wide)
            y += px(STEP * 4)
        if paragraphs and s.actor != header.seats[0]:
            first = s.words.of(s.game.model.scenario.actor[header.seats[0]].label)
            y = brush.text(s.words("What follows is the file of {actor}.", actor=first), x, y, "small",
                           brush.theme.muted, wide)  # fmt: skip
        for n, (kind, text) in enumerate(paragraphs):
            if kind == "heading":
                y = brush.text(text, x, y + px(STEP * (0 if not n else 3)), "heading", None, wide)
            else:
                y = brush.text(text, x, y, "text", None, wide) + px(STEP * 2)
        if any("[" in text for _, text in paragraphs):
            key = self.app.keys.shown("codex", s.words)
            said = s.words("In brackets: sources. During the game, {key} looks them up.", key=key)
            y = brush.text(said, x, y + px(STEP), "small", brush.theme.muted, wide)
        return y

    def remark(self) -> str:
        """That it is a model."""
        return self.words("A model of one briefing’s argument, February 2023. Nothing here is a prediction.")


class Report(Page):
    """What the last month brought: what happened, what changed and why, what your decisions did to it."""

    name = "report"
    broad = 1320

    def __init__(self, app: "App", again: bool = False) -> None:
        super().__init__(app)
        self.again = again
        self.focus = "close"
        self.came: dict[str, list[Difference]] | None = None
        s = self.session
        report = s.report
        month = s.game.month - 1
        self.own = [id for who, id in report.decisions if who == s.actor] if report else []
        self.own = [id for id in self.own if (s.actor, id) in s.game.inputs[month]]
        if self.own:
            app.jobs.do(lambda: {id: s.came_of(month, id) for id in self.own}, self._learned, app.failed)
        for indicator in s.news[:6]:
            s.explain(indicator.id)

    def _learned(self, came: dict[str, list[Difference]]) -> None:
        self.came = came
        self.stale()

    def close(self) -> None:
        """On to what waits, or back to where it was opened from."""
        if self.again:
            self.app.back()
        else:
            self.app.after_report()

    def title(self) -> str:
        """Which month it was."""
        s = self.session
        return s.words("What {month} brought", month=s.month_name(s.game.month - 1))

    def buttons(self) -> list[Button]:
        """On, or back."""
        s = self.session
        label = s.words("Back") if self.again else s.words("Continue")
        return [Button("close", label, self.close, primary=True)]

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint what happened on the left; what changed, and because of what, on the right."""
        gap = brush.px(STEP * 12)
        left = round((wide - gap) * 0.46)
        low = self._happened(brush, x, y, left)
        right = self._changes(brush, x + left + gap, y, wide - left - gap)
        right = self._because(brush, x + left + gap, right, wide - left - gap)
        return max(low, right)

    def _happened(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Events, then what others did, then what this seat did."""
        s, px = self.session, brush.px
        happened = ("event", "lapse", "breach", "fulfilled")
        parts = (
            (s.words("Events"), [k for k in s.lines if k.kind in happened]),
            (s.words("What others did"), [k for k in s.lines if k.actor not in (None, s.actor)]),
            (s.words("What you did"), [k for k in s.lines if k.actor == s.actor and not self._silent(k)]),
            (s.words("Decided by your silence"), [k for k in s.lines if self._silent(k)]),
        )
        y = self._in_danger(brush, x, y, wide)
        for head, lines in parts:
            if lines:
                y = brush.text(head, x, y, "heading", None, wide)
                for line in lines:
                    y = self._line(brush, line, x, y + px(3), wide)
                y += px(STEP * 3)
        if not s.lines:
            quiet = s.words("A quiet month: nothing was done, and nothing happened that you heard of.")
            y = brush.text(quiet, x, y, width=wide)
        return y

    def _in_danger(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Bargains of which something does not hold as things stand."""
        s, px, theme = self.session, brush.px, brush.theme
        found = [b for b in s.bargains if any(t.met is False for t in b.terms)]
        if found and not s.game.finished:
            y = brush.text(s.words("Bargains in danger"), x, y, "heading", None, wide)
            for bargain in found:
                top = y + px(3)
                brush.sign("cross", x + px(1), top + px(6), px(10), theme.rust)
                y = brush.text(s.words.of(bargain.choice.label), x + px(20), top, width=wide - px(20))
                for term in (t for t in bargain.terms if t.met is False):
                    y = brush.text(s.words.of(term.said), x + px(20), y, "small", theme.rust, wide - px(20))
            y += px(STEP * 3)
        return y

    def _silent(self, line: Line) -> bool:
        """Whether this seat's answer was given by saying nothing."""
        s = self.session
        given = s.game.inputs[s.game.month - 1]
        return line.actor == s.actor and line.kind == "choice" and (s.actor, line.id) not in given

    def _line(self, brush: Brush, line: Line, x: int, y: int, wide: int) -> int:
        s, px = self.session, brush.px
        colour = brush.theme.rust if line.kind in ("breach", "refused") else brush.theme.indigo
        kind = "dot" if line.kind == "event" else "ring"
        brush.sign(kind, x + px(1), y + px(6), px(10), colour)
        y = brush.text(s.words.of(line.text), x + px(20), y, width=wide - px(20))
        detail = line.again or line.detail
        if detail is not None:
            y = brush.text(s.words.of(detail), x + px(20), y, "small", brush.theme.muted, wide - px(20))
        return y

    def _changes(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """What changed, ranked, each with its two largest causes; a press opens all of them."""
        s, px, theme = self.session, brush.px, brush.theme
        shown = s.news[:6]
        y = brush.text(s.words("What changed most, and why"), x, y, "heading", None, wide)
        if not shown:
            return brush.text(s.words("No figure that you see has changed."), x, y, "text", theme.muted, wide)
        line = brush.letters.height("text")
        small = brush.letters.height("small")
        for indicator in shown:
            label = s.words.of(indicator.label)
            told = self._causes(indicator)
            lines = brush.letters.wrap(told, "small", wide - px(STEP * 3)) if told else ()
            value = s.value(indicator)
            text = s.change(indicator)
            right = x + wide
            room = brush.letters.width(text, "small") + px(22)
            at = right - room - px(10)
            left = at - brush.letters.width(value, "strong") - px(12) - x
            named = len(brush.letters.wrap(label, "text", left)) * line
            high = named + len(lines) * small + px(8)
            rect = pygame.Rect(x - px(8), y, wide + px(16), high)
            name = indicator.id
            if brush.spot(f"change {name}", rect, partial(self._why, name)):
                brush.ring(rect)
            brush.change(indicator.change, text, indicator.verdict, right - room + px(8), y + px(5))
            brush.text(value, at, y + px(4), "strong", align="right")
            y = brush.text(label, x, y + px(4), "text", None, left)
            if told:
                y = brush.text(told, x, y, "small", theme.muted, wide - px(STEP * 3))
            y += px(4)
        return self._also(brush, [i for i in s.headlines if i.change and i not in shown], x, y, wide)

    def _also(self, brush: Brush, others: list[Indicator], x: int, y: int, wide: int) -> int:
        """The figures of the bar that moved as they usually do."""
        s, px = self.session, brush.px
        if not others:
            return y
        line = max(brush.letters.height("small") + px(4), px(24))
        y = brush.text(s.words("Moved as well"), x, y + px(STEP), "small_strong", brush.theme.muted, wide)
        for indicator in others:
            rect = pygame.Rect(x - px(8), y, wide + px(16), line)
            if brush.spot(f"also {indicator.id}", rect, partial(self._why, indicator.id)):
                brush.ring(rect)
            text = s.change(indicator)
            at = x + wide - brush.letters.width(text, "small") - px(14)
            value = s.value(indicator)
            top = y + (line - brush.letters.height("small")) // 2
            brush.change(indicator.change, text, indicator.verdict, at, top)
            brush.text(value, at - px(12), top, "small_strong", align="right")
            room = at - px(24) - brush.letters.width(value, "small_strong") - x
            brush.text(s.words.of(indicator.label), x, top, "small", None, room, lines=1)
            y = rect.bottom
        return y

    def _causes(self, indicator: Indicator) -> str:
        """The two largest causes in a line."""
        s = self.session
        explanation = s.explain(indicator.id)
        if explanation is None:
            return s.words("The causes are being worked out…") if s.explaining(indicator.id) else ""
        causes = [c for c in explanation.causes if cause_amount(s, c.amount).strip("+−0.,")]
        # The strongest that goes the way of the change comes first: the others alone would explain
        # the contrary.
        causes.sort(key=lambda c: c.amount * explanation.change < 0)
        causes[1:] = sorted(causes[1:], key=lambda c: -abs(c.amount))
        parts = [f"{s.words.of(c.label)} {cause_amount(s, c.amount)}" for c in causes[:2]]
        if len(causes) > 2:
            parts.append(s.words.plural("{count} more", "{count} more", len(causes) - 2))
        return " · ".join(parts)

    def _because(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """What this month would have been without each of the seat's decisions."""
        s, px, theme = self.session, brush.px, brush.theme
        if not self.own:
            return y
        brush.rule(x, y + px(STEP), wide)
        y = brush.text(s.words("Because of your decisions, on the same luck"), x, y + px(STEP * 4), "heading",
                       None, wide)  # fmt: skip
        if self.came is None:
            return brush.text(s.words("The month is being played without them…"), x, y, "small", theme.muted)
        for id in self.own:
            y = brush.text(s.action_name(id), x, y + px(2), "strong", None, wide)
            found = self.came[id][:4]
            said = " · ".join(
                f"{s.words.of(d.label)} {s.words.quantity(d.middle, d.unit, d.decimals, signed=True)}"
                for d in found
            )  # fmt: skip
            if is_silence(s.game.model, id):
                said = s.words("Silence would have answered the same.")
            if not said and s.game.model.action(id).kind == "ask":
                said = s.words("What it changes depends on the answer.")
            said = said or s.words("Nothing that you see differs yet.")
            y = brush.text(said, x, y, "small", theme.muted, wide) + px(2)
        return y

    def _why(self, name: str) -> None:
        self.session.subject = name
        self.app.show(Why(self.app))
