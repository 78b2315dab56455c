"""What belongs to a month: the opening, the report, questions, bargains, what counts, plans compared."""

from functools import partial
from typing import TYPE_CHECKING

import pygame

from mali_sim.desktop.panel import Button, Page
from mali_sim.desktop.screens.fans import Pen, ask_fans, fan_cell, fans_made, paint_fans
from mali_sim.desktop.screens.middle import cause_amount
from mali_sim.desktop.screens.why import Why
from mali_sim.desktop.tokens import RING, STEP
from mali_sim.desktop.widgets import Brush
from mali_sim.play import Bargain, Choice, Indicator, Line, Question, bargains, objectives
from mali_sim.play.answers import is_silence
from mali_sim.play.aspects import Fans, dossier, fans_of
from mali_sim.play.digest import Difference
from mali_sim.play.forecast import Lookahead, between
from mali_sim.play.weights import reweighed

if TYPE_CHECKING:
    from mali_sim.desktop.app import App

_COMPARED = 500
#: From this width on, in pixels of the design, the futures of an answer stand beside it.
_BESIDE = 1000


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
        if s.game.month or s.game.record.events:
            return [Button("close", s.words("Back"), self.close, primary=True, key=s.words("Esc"))]
        return [Button("close", s.words("Begin"), self.close, primary=True),
                Button("title", s.words("Back to the title"), self.app.to_title)]  # fmt: skip

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
            value = s.words.quantity(indicator.value, indicator.unit, indicator.decimals)
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
        y = brush.text(s.words("As much as usual"), x, y + px(STEP), "small_strong", brush.theme.muted, wide)
        for indicator in others:
            rect = pygame.Rect(x - px(8), y, wide + px(16), line)
            if brush.spot(f"also {indicator.id}", rect, partial(self._why, indicator.id)):
                brush.ring(rect)
            text = s.change(indicator)
            at = x + wide - brush.letters.width(text, "small") - px(14)
            value = s.words.quantity(indicator.value, indicator.unit, indicator.decimals)
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
            action = s.game.model.action(id)
            y = brush.text(s.words.of(s.game.model.label_of(action)), x, y + px(2), "strong", None, wide)
            found = self.came[id][:4]
            said = " · ".join(
                f"{s.words.of(d.label)} {s.words.quantity(d.middle, d.unit, d.decimals, signed=True)}"
                for d in found
            )  # fmt: skip
            if is_silence(s.game.model, id):
                said = s.words("Silence would have answered the same.")
            said = said or s.words("Nothing that you see differs yet.")
            y = brush.text(said, x, y, "small", theme.muted, wide) + px(2)
        return y

    def _why(self, name: str) -> None:
        self.session.subject = name
        self.app.show(Why(self.app))


class Asking(Page):
    """A question and its answers; the one in focus shows the futures it changes."""

    name = "question"
    colour = "panel"
    broad = 1240

    def __init__(self, app: "App", question: Question) -> None:
        super().__init__(app)
        self.id = question.id
        self.focus = next((c.id for c in question.choices if c.standing.allowed), None)

    def signature(self) -> object:
        """What the picture depends on."""
        made = fans_made(self.session, self.focus) if self.focus else None
        return super().signature(), made

    @property
    def question(self) -> Question | None:
        """The question in the language of now."""
        return next((q for q in self.session.questions if q.id == self.id), None)

    def close(self) -> None:
        """Not now."""
        self.app.pass_over(self.id)

    def title(self) -> str:
        """The question's."""
        question = self.question
        return self.words.of(question.label) if question is not None else ""

    def above(self) -> str:
        """Who asks, and how many more wait."""
        s, question = self.session, self.question
        if question is None:
            return ""
        above = s.words("A question waits for your answer")
        if _is_offer(question):
            above = s.words("{actor}: an offer that waits for your answer", actor=self._offered_by(question))
        more = len([q for q in s.unanswered if q.id != self.id and q.id not in s.passed_over])
        if more:
            above = f"{above} · " + s.words.plural("{count} more waits", "{count} more wait", more)
        return f"{s.words.headed(s.month_name())} · {above}"

    def buttons(self) -> list[Button]:
        """Leave it open for now."""
        return [Button("close", self.words("Not now"), self.close, key=self.words("Esc"))]

    def remark(self) -> str:
        """What silence means."""
        s, question = self.session, self.question
        if question is None:
            return ""
        default = next((c for c in question.choices if c.id == question.default), None)
        if default is not None:
            answer = s.words.of(default.label)
            return s.words("If you do not answer this month: {answer}", answer=answer)
        if question.until is not None:
            return s.words("It can be answered until {month}.", month=s.month_name(question.until))
        return s.words("It can wait for some time, then it lapses.")

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint the question and a card for each answer; beside or below, what the one in focus changes."""
        s, px, question = self.session, brush.px, self.question
        if question is None:
            return y
        beside = wide >= px(_BESIDE) and bool(s.futures.total)
        gap = px(STEP * 10)
        left = round((wide - gap) * 0.58) if beside else wide
        top = y
        y = brush.text(s.words.of(question.text), x, y, width=left) + px(STEP * 2)
        if question.before is not None:
            y = brush.text(s.words.of(question.before), x, y, "small", brush.theme.muted, left) + px(STEP)
        offer = _is_offer(question)
        if offer:
            first = question.choices[0]
            for head, text in (
                (s.words("They undertake:"), first.asks),
                (s.words("You undertake:"), first.gives),
            ):
                if text is not None:
                    y = brush.text(head, x, y, "small_strong", width=left)
                    y = brush.text(s.words.of(text), x, y, width=left) + px(STEP)
        for choice in question.choices:
            y = self._answer(brush, choice, x, y + px(6), left, offer)
        if beside:
            right = self._futures(brush, question, x + left + gap, top, wide - left - gap, 2)
            return max(y, right)
        return self._futures(brush, question, x, y + px(STEP * 2), wide, 4)

    def _offered_by(self, question: Question) -> str:
        """Whose offer it is."""
        s = self.session
        path = question.choices[0].standing.action.item.path
        offer = s.game.model.scenario.offer.get(path[1])
        return s.words.of(s.game.model.scenario.actor[offer.from_].label) if offer is not None else ""

    def _futures(
        self, brush: Brush, question: Question, x: int, y: int, wide: int, across: int
    ) -> int:
        """The fans of the answer in focus."""
        s = self.session
        choice = next((c for c in question.choices if c.id == self.focus), None)
        if choice is None or not s.futures.total or not choice.standing.allowed:
            return y
        ask_fans(s, choice.id)
        y = brush.text(s.words.of(choice.label), x, y, "card", None, wide) if across == 2 else y
        return paint_fans(brush, s, choice.id, x, y, wide, across=across)

    def _answer(self, brush: Brush, choice: Choice, x: int, y: int, wide: int, offer: bool) -> int:
        s, px, theme = self.session, brush.px, brush.theme
        standing = choice.standing
        ink = theme.ink if standing.allowed else theme.muted
        inner = wide - px(28)
        cost = int(-(-standing.cost // 1)) * px(14)
        said = "" if offer else s.words.of(choice.text)
        reason = (
            ""
            if standing.reason is None
            else s.words("Not now: {reason}", reason=s.words.of(standing.reason))
        )

        def rows(pen: Pen, top: int) -> int:
            top = pen.text(s.words.of(choice.label), x + px(14), top, "card", ink, inner - cost)
            for text, colour in ((said, ink), (reason, theme.rust)):
                if text:
                    top = pen.text(text, x + px(14), top, "small", colour, inner)
            return top

        rect = pygame.Rect(x, y, wide, rows(Pen(brush, True), y + px(9)) + px(9) - y)
        stands = brush.spot(choice.id, rect, lambda: self._choose(choice))
        brush.card(rect, edge=theme.indigo if stands else None, width=RING if stands else 1)
        brush.dots(standing.cost, x + wide - px(14) - cost, y + px(13))
        rows(Pen(brush, False), y + px(9))
        return rect.bottom

    def _choose(self, choice: Choice) -> None:
        if self.session.toggle(choice.id):
            self.app.answered()
        else:
            self.app.message = self.session.message


def _is_offer(question: Question) -> bool:
    """Whether somebody offers something, rather than something having happened."""
    return any(c.kind in ("accept", "refuse") for c in question.choices)


class Bargains(Page):
    """Bargains in force with what has to hold, offers that wait, and offers that can be made."""

    name = "bargains"
    broad = 900

    def title(self) -> str:
        """What the page is called."""
        return self.words("Bargains and offers")

    def signature(self) -> object:
        """What the picture depends on."""
        return super().signature(), self.session.message

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint three parts, each with its cards."""
        s, px, theme = self.session, brush.px, brush.theme
        in_force = bargains(s.view)
        y = brush.text(s.words("In force"), x, y, "heading", None, wide)
        if not in_force:
            y = brush.text(s.words("No bargain is in force."), x, y, "text", theme.muted, wide)
        for bargain in in_force:
            y = self._bargain(brush, bargain, x, y + px(STEP), wide)
        waiting = [q for q in s.questions if any(c.kind in ("accept", "refuse") for c in q.choices)]
        y = brush.text(s.words("Offered to you"), x, y + px(STEP * 4), "heading", None, wide)
        if not waiting:
            y = brush.text(s.words("Nobody offers you anything just now."), x, y, "text", theme.muted, wide)
        for question in waiting:
            rect = brush.button(f"ask {question.id}", s.words.of(question.label), x, y + px(STEP),
                                partial(self._ask, question))  # fmt: skip
            y = rect.bottom
        own = [c for c in s.choices if c.kind == "ask"]
        y = brush.text(s.words("What you can offer"), x, y + px(STEP * 4), "heading", None, wide)
        for choice in sorted(own, key=lambda c: not c.standing.allowed):
            y = self._offer(brush, choice, x, y + px(STEP), wide)
        return y

    def _bargain(self, brush: Brush, bargain: Bargain, x: int, y: int, wide: int) -> int:
        s, px, theme = self.session, brush.px, brush.theme
        inner = wide - px(28)
        partner = s.words.of(s.game.model.scenario.actor[bargain.partner].label)
        left = s.words.plural("{count} month left", "{count} months left", bargain.months_left)

        def rows(pen: Pen, top: int) -> int:
            top = pen.text(s.words.of(bargain.choice.label), x + px(14), top, "card", None, inner)
            told = s.words("with {partner}, {left}", partner=partner, left=left)
            top = pen.text(told, x + px(14), top, "small", theme.muted, inner)
            for term in bargain.terms:
                colour = {True: theme.teal, False: theme.rust, None: theme.muted}[term.met]
                top = pen.text(s.words.of(term.said), x + px(34), top, "small", colour, inner - px(20))
            if bargain.broken:
                broken = s.words("It will be broken this month, whatever is decided now.")
                top = pen.text(broken, x + px(14), top, "small_strong", theme.rust, inner)
            return top

        rect = pygame.Rect(x, y, wide, rows(Pen(brush, True), y + px(9)) + px(9) - y)
        if brush.spot(f"bargain {bargain.choice.id}", rect, None):
            brush.card(rect, edge=theme.indigo, width=RING)
        else:
            brush.card(rect)
        rows(Pen(brush, False), y + px(9))
        top = y + px(9) + len(brush.letters.wrap(s.words.of(bargain.choice.label), "card", inner)) \
            * brush.letters.height("card") + brush.letters.height("small")
        for term in bargain.terms:
            kind = {True: "check", False: "cross", None: "ring"}[term.met]
            colour = {True: theme.teal, False: theme.rust, None: theme.muted}[term.met]
            brush.sign(kind, x + px(16), top + px(4), px(10), colour)
            top += len(brush.letters.wrap(s.words.of(term.said), "small", inner - px(20))) \
                * brush.letters.height("small")
        return rect.bottom

    def _offer(self, brush: Brush, choice: Choice, x: int, y: int, wide: int) -> int:
        s, px, theme = self.session, brush.px, brush.theme
        standing, inner = choice.standing, wide - px(28)
        ready = standing.allowed or standing.planned
        cost = int(-(-standing.cost // 1)) * px(14)

        def rows(pen: Pen, top: int) -> int:
            ink = theme.ink if ready else theme.muted
            top = pen.text(s.words.of(choice.label), x + px(14), top, "card", ink, inner - cost)
            partner = s.game.model.scenario.offer[standing.action.item.path[1]].to
            told = s.words("to {partner}", partner=s.words.of(s.game.model.scenario.actor[partner].label))
            top = pen.text(told, x + px(14), top, "small", theme.muted, inner)
            if standing.planned:
                planned = s.words("In this month’s plan")
                top = pen.text(planned, x + px(14), top, "small_strong", theme.indigo, inner)
            elif standing.reason is not None:
                why = s.words("Not now: {reason}", reason=s.words.of(standing.reason))
                top = pen.text(why, x + px(14), top, "small", theme.rust, inner)
            for head, text in ((s.words("You undertake:"), choice.asks),
                               (s.words("You receive:"), choice.gives)):  # fmt: skip
                if text is not None:
                    told = f"{head} {s.words.of(text)}"
                    top = pen.text(told, x + px(14), top, "small", ink, inner)
            if standing.chance is not None and ready:
                chance = s.words.number(standing.chance * 100)
                told = s.words("Chance that it is accepted: {chance} in 100.", chance=chance)
                top = pen.text(told, x + px(14), top, "small", theme.muted, inner)
            return top

        rect = pygame.Rect(x, y, wide, rows(Pen(brush, True), y + px(9)) + px(9) - y)
        stands = brush.spot(choice.id, rect, lambda: s.toggle(choice.id))
        brush.card(rect, None if ready else theme.panel, theme.indigo if stands else None,
                   RING if stands else 1)  # fmt: skip
        brush.dots(standing.cost, x + wide - px(14) - cost, y + px(13),
                   colour=theme.amber if ready else theme.muted)  # fmt: skip
        rows(Pen(brush, False), y + px(9))
        return rect.bottom

    def _ask(self, question: Question) -> None:
        self.app.replace(Asking(self.app, question))

    def remark(self) -> str:
        """What was refused, or what it is."""
        return self.session.message or super().remark()


class Objectives(Page):
    """What counts in the end, what it weighs, and how it stands."""

    name = "objectives"
    broad = 900

    def title(self) -> str:
        """What the page is called."""
        return self.words("What counts in the end, and how much")

    def buttons(self) -> list[Button]:
        """Back, and the scenario's weights."""
        s = self.session
        found = list(super().buttons())
        if dict(s.game.weights(s.actor)) != dict(s.game.written_weights):
            found.append(Button("written", s.words("The scenario’s weights"), self._written))
        return found

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint a row for each objective, with its weight as a bar that can be changed."""
        s, px, theme = self.session, brush.px, brush.theme
        said = s.words(
            "A weight is a judgement, not a measurement: it says how you weigh what happens, and changes "
            "nothing that happens. Left and right change the one in focus; the others share the rest."
        )
        y = brush.text(said, x, y, "text", theme.muted, wide) + px(STEP * 3)
        found = [r for r in objectives(s.game, s.actor) if r.better != "none"]
        most = max((r.weight for r in found), default=1.0) or 1.0
        for r in found:
            label = s.words.of(r.label)
            room = wide - px(360)
            lines = brush.letters.wrap(label, "text", room)
            high = len(lines) * brush.letters.height("text") + brush.letters.height("small") + px(12)
            rect = pygame.Rect(x - px(8), y, wide + px(16), high)
            if brush.spot(r.id, rect, partial(self._look, r.id), tip=s.words.of(r.text) if r.text else ""):
                brush.ring(rect)
            below = brush.text(label, x, y + px(5), "text", None, room)
            way = s.words("more is better") if r.better == "higher" else s.words("less is better")
            value = s.words.quantity(r.value, r.unit, r.decimals)
            if r.yes_no:
                way = s.words("yes is better") if r.better == "higher" else s.words("no is better")
                value = s.words("yes") if r.value else s.words("no")
            told = s.words("{way}; so far {value}", way=way, value=value) if r.seen else s.words(
                "{way}; you learn the value at the end", way=way)  # fmt: skip
            brush.text(told, x, below, "small", theme.muted, room)
            bar = pygame.Rect(x + wide - px(300), y + high // 2 - px(5), px(150), px(10))
            brush.fill(bar, theme.bar)
            brush.fill(pygame.Rect(bar.left, bar.top, round(bar.width * r.weight / most), bar.height),
                       theme.indigo)  # fmt: skip
            for kind, left, step in (("less", bar.left - px(34), -1), ("more", bar.right + px(8), 1)):
                box = pygame.Rect(left, y + high // 2 - px(13), px(26), px(26))
                brush.card(box)
                sign = "left" if step < 0 else "right"
                brush.sign(sign, box.left + px(7), box.top + px(7), px(12), theme.indigo)
                brush.spot(f"{kind} {r.id}", box, partial(self._weigh, r.id, step), stop=False)
            weight = f"{s.words.number(100 * r.weight, 1 if 0 < r.weight < 0.1 else 0)} %"
            if abs(r.weight - r.written) >= 0.0005:
                weight += f" ({s.words.number(100 * r.written)} %)"
            brush.text(weight, x + wide, y + high // 2 - brush.letters.height("small") // 2, "small_strong",
                       align="right")  # fmt: skip
            y = rect.bottom + px(4)
        return y

    def sideways(self, step: int) -> bool:
        """Change the weight in focus by five parts in a hundred."""
        if self.focus is None or self.focus not in self.session.game.model.scenario.outcome:
            return False
        self._weigh(self.focus, step)
        return True

    def _weigh(self, id: str, step: int) -> None:
        s = self.session
        weights = dict(s.game.weights(s.actor))
        share = min(max(round(weights.get(id, 0.0) + 0.05 * step, 2), 0.0), 0.95)
        try:
            s.attempt(lambda: s.game.weigh(s.actor, reweighed(weights, id, share, s.game.written_weights)))
        except ValueError as error:
            s.message = str(error)

    def _look(self, id: str) -> None:
        s = self.session
        s.subject = s.game.model.scenario.outcome[id].of
        self.app.show(Why(self.app))

    def _written(self) -> None:
        s = self.session
        s.attempt(lambda: s.game.weigh(s.actor, s.game.written_weights))


class Compare(Page):
    """Two plans of this month, side by side: what each changes, and the one less the other."""

    name = "compare"
    broad = 1100

    def __init__(self, app: "App") -> None:
        super().__init__(app)
        s = self.session
        self.plans = list(s.pins)
        own = tuple(s.game.plan.get(s.actor, ()))
        if len(self.plans) == 1 and own not in self.plans:
            self.plans.append(own)
        self.made: tuple[Fans, Fans, Fans] | None = None
        if len(self.plans) == 2 and not s.game.finished:
            game = s.game.snapshot()
            game.plan = {a: [] if a == s.actor else list(p) for a, p in game.plan.items()}
            one, other = self.plans

            def work() -> tuple[Fans, Fans, Fans]:
                ahead = Lookahead(game, s.actor, runs=_COMPARED, names=[i.id[4:] for i in s.headlines])
                a, b = ahead.of(one), ahead.of(other)
                return fans_of(s.view, a), fans_of(s.view, b), fans_of(s.view, between(a, b))

            app.jobs.do(work, self._learned, app.failed)

    def _learned(self, made: tuple[Fans, Fans, Fans]) -> None:
        self.made = made
        self.stale()

    def title(self) -> str:
        """What the page is called."""
        return self.words("Two plans compared")

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint the plans, then the fans of each and of their difference."""
        s, px, theme = self.session, brush.px, brush.theme
        if len(self.plans) < 2:
            key = self.app.keys.shown("pin", s.words)
            said = s.words(
                "Put decisions into the plan and pin it with {key}; change the plan and pin that one too. "
                "Here you see what each changes, on the same luck, and where the second differs from the "
                "first.", key=key)  # fmt: skip
            return brush.text(said, x, y, "text", None, wide)
        gap = px(STEP * 6)
        column = (wide - 2 * gap) // 3
        heads = (s.words("First plan"), s.words("Second plan"), s.words("The second less the first"))
        low = y
        for n, plan in enumerate(self.plans):
            left = x + n * (column + gap)
            top = brush.text(heads[n], left, y, "heading", None, column)
            names = [s.words.of(s.game.model.label_of(s.game.model.action(id))) for id in plan]
            for name in names or [s.words("Nothing is decided.")]:
                brush.sign("dot", left, top + px(6), px(7), theme.indigo)
                top = brush.text(name, left + px(16), top, "small", None, column - px(16))
            low = max(low, top)
        left = x + 2 * (column + gap)
        top = brush.text(heads[2], left, y, "heading", None, column)
        low = max(low, brush.text(s.words("above the dashed line: more with the second plan"), left, top,
                                  "small", theme.muted, column)) + px(STEP * 3)  # fmt: skip
        brush.rule(x, low, wide)
        y = low + px(STEP * 3)
        if self.made is None:
            said = s.words("The futures are being played…")
            return brush.text(said, x, y, "text", theme.muted, wide)
        for name in self.made[2].moved:
            high = 0
            for n, made in enumerate(self.made):
                cell = pygame.Rect(x + n * (column + gap), y, column, 0)
                high = max(high, fan_cell(brush, s, made, name, cell))
            y += high + px(STEP * 3)
        runs = s.words.plural("{count} future of each, on the same luck", "{count} futures of each, on the "
                              "same luck", self.made[0].runs)  # fmt: skip
        return brush.text(runs, x, y, "small", theme.muted, wide)

