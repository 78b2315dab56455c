"""What is asked and offered: a question with its answers, bargains and offers."""

from functools import partial
from typing import TYPE_CHECKING

import pygame

from mali_sim.desktop.panel import Button, Page
from mali_sim.desktop.screens.fans import Pen, fans_made, paint_futures
from mali_sim.desktop.tokens import RING, STEP
from mali_sim.desktop.widgets import Brush
from mali_sim.play import Bargain, Choice, Question

if TYPE_CHECKING:
    from mali_sim.desktop.app import App

#: From this width on, in pixels of the design, the futures of an answer stand beside it.
_BESIDE = 1000


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
        y = brush.text(s.words.of(choice.label), x, y, "card", None, wide) if across == 2 else y
        return paint_futures(brush, s, choice.id, x, y, wide, across)

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
        stands = brush.spot(choice.id, rect, lambda: self._choose(choice), follows=True)
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
    broad = 1240

    def title(self) -> str:
        """What the page is called."""
        return self.words("Bargains and offers")

    def signature(self) -> object:
        """What the picture depends on."""
        offer = self._offer_in_focus()
        made = fans_made(self.session, offer.id) if offer is not None else None
        return super().signature(), self.session.message, made

    def _offer_in_focus(self) -> Choice | None:
        """The offer that the keyboard or the pointer stands on, if it can be made."""
        found = next((c for c in self.session.choices if c.kind == "ask" and c.id == self.focus), None)
        return found if found and (found.standing.allowed or found.standing.planned) else None

    def above(self) -> str:
        """What there is to spend."""
        left = self.session.game.left(self.session.actor)
        if left is None:
            return ""
        return self.words("{left} points of political capital are left.", left=self.words.number(left, 1))

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint four parts, each with its cards; beside the offer in focus, what a yes would change."""
        s, px, theme = self.session, brush.px, brush.theme
        whole, gap = wide, px(STEP * 10)
        beside = wide >= px(_BESIDE) and bool(s.futures.total)
        wide = round((wide - gap) * 0.58) if beside else wide
        in_force = s.bargains
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
        asked = [c for c in own if s.game.legality.waits(c.standing.action)]
        low = y
        for head, offers in (
            (s.words("What you have offered"), asked),
            (s.words("What you can offer"), [c for c in own if c not in asked]),
        ):
            if offers or offers is not asked:
                y = brush.text(head, x, y + px(STEP * 4), "heading", None, wide)
            for choice in sorted(offers, key=lambda c: not (c.standing.allowed or c.standing.planned)):
                top = y + px(STEP)
                y = self._offer(brush, choice, x, top, wide)
                if s.futures.total and choice == self._offer_in_focus():
                    left = x + wide + gap if beside else x
                    top = top if beside else y + px(STEP)
                    room = whole - wide - gap if beside else whole
                    low = paint_futures(brush, s, choice.id, left, top, room, 2 if beside else 4)
                    y = y if beside else low
        return max(y, low)

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
                if standing.cost:
                    cost_said = s.words.number(standing.cost, 1)
                    told += " " + s.words("It costs {cost} of your capital.", cost=cost_said)
                top = pen.text(told, x + px(14), top, "small", theme.muted, inner)
            return top

        rect = pygame.Rect(x, y, wide, rows(Pen(brush, True), y + px(9)) + px(9) - y)
        stands = brush.spot(choice.id, rect, lambda: s.toggle(choice.id), follows=True)
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
