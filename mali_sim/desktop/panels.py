"""Panels over the main screen: the opening, a month's report, a question, why, help."""

from collections.abc import Callable

import pygame

from mali_sim.desktop.middle_panes import cause_rows, change_decimals, line_parts, subject_label
from mali_sim.desktop.session import Session
from mali_sim.desktop.side_panes import verdict_colour
from mali_sim.desktop.tokens import RING, STEP
from mali_sim.desktop.widgets import Brush, Lettering, Pane
from mali_sim.play import Choice, Line, Question
from mali_sim.play.explain import Cause


class Panel(Pane):
    """
    Something that is read or answered before play goes on.

    Attributes
    ----------
    close : callable
        What Esc does.
    """

    name = "panel"
    colour = "panel"
    scrolls = True
    broad = 720

    def __init__(self, session: Session, close: Callable[[], None]) -> None:
        super().__init__()
        self.session, self.close = session, close

    def signature(self) -> object:
        """What the picture depends on."""
        return self.session.version

    def lay_out(self, size: tuple[int, int], letters: Lettering) -> None:
        """In the middle of the window, as high as its content."""
        wide = min(letters.px(self.broad), size[0] - letters.px(80))
        most = size[1] - letters.px(80)
        scratch = Brush(pygame.Surface((wide, most)), letters, 0, self.focus)
        high = min(self.paint(scratch), most)
        self.rect = pygame.Rect((size[0] - wide) // 2, (size[1] - high) // 2, wide, high)

    def draw(self, screen: pygame.Surface, letters: Lettering, active: bool) -> None:
        """Paint it, and a line around."""
        super().draw(screen, letters, active)
        pygame.draw.rect(screen, letters.theme.line, self.rect.inflate(2, 2), 1)

    def head(self, brush: Brush, title: str, above: str = "") -> tuple[int, int, int]:
        """Paint the title; returns x, y and width for the rest."""
        px = brush.px
        x, y, wide = px(STEP * 7), px(STEP * 5), brush.width - px(STEP * 14)
        if above:
            y = brush.text(above, x, y, "small", brush.theme.muted, wide)
        y = brush.text(title, x, y, "title", None, wide)
        return x, y + px(STEP * 2), wide

    def foot(self, brush: Brush, x: int, y: int, wide: int, label: str) -> int:
        """Paint the button that closes; returns the panel's height."""
        px = brush.px
        rect = brush.button("close", label, x + wide, y + px(10), self.close, primary=True, right=True)
        return rect.bottom + px(STEP * 6)


class Opening(Panel):
    """Where the player sits, when, and what is at stake."""

    def paint(self, brush: Brush) -> int:
        """Paint the scenario's words."""
        s, px = self.session, brush.px
        header = s.game.model.scenario.scenario
        actor = s.game.model.scenario.actor[s.actor]
        months = s.words.plural("{count} month", "{count} months", s.game.months)
        above = s.words("{month}, {months}", month=s.month_name(0), months=months)
        x, y, wide = self.head(brush, s.words.of(header.title), above)
        y = brush.text(s.words.of(header.summary), x, y, width=wide) + px(STEP * 3)
        y = brush.text(
            s.words("You sit in: {seat}", seat=s.words.of(actor.label)), x, y, "heading", width=wide
        )
        y = brush.text(s.words.of(actor.text), x, y, width=wide) + px(STEP * 3)
        for aim in header.aims:
            brush.sign("dot", x, y + px(7), px(8), brush.theme.indigo)
            y = brush.text(s.words.of(aim), x + px(18), y, width=wide - px(18)) + px(2)
        y += px(STEP * 2)
        about = s.words("A model of one briefing’s argument, February 2023. Nothing here is a prediction.")
        y = brush.text(about, x, y, "small", brush.theme.muted, wide)
        return self.foot(brush, x, y, wide, s.words("Begin"))


class Report(Panel):
    """What the last month brought."""

    broad = 820

    def paint(self, brush: Brush) -> int:
        """Paint events, then what others did, then what this seat did."""
        s, px = self.session, brush.px
        title = s.words("What {month} brought", month=s.month_name(s.game.month - 1))
        x, y, wide = self.head(brush, title)
        happened = ("event", "lapse", "breach", "fulfilled")
        parts = (
            (s.words("Events"), [k for k in s.lines if k.kind in happened]),
            (s.words("What others did"), [k for k in s.lines if k.actor not in (None, s.actor)]),
            (s.words("What you did"), [k for k in s.lines if k.actor == s.actor]),
        )
        for head, lines in parts:
            if lines:
                y = brush.text(head, x, y + px(STEP), "small_strong", brush.theme.muted)
                for line in lines:
                    y = self._line(brush, line, x, y + px(3), wide)
        if not s.lines:
            y = brush.text(
                s.words("A quiet month: nothing was done, and nothing happened that you heard of."),
                x,
                y,
                width=wide,
            )
        y = self._numbers(brush, x, y + px(STEP * 3), wide)
        return self.foot(brush, x, y, wide, s.words("Continue"))

    def _line(self, brush: Brush, line: Line, x: int, y: int, wide: int) -> int:
        s, px = self.session, brush.px
        colour = brush.theme.rust if line.kind in ("breach", "refused") else brush.theme.indigo
        brush.sign(line_parts(line), x + px(1), y + px(6), px(10), colour)
        y = brush.text(s.words.of(line.text), x + px(20), y, width=wide - px(20))
        if line.detail is not None:
            y = brush.text(s.words.of(line.detail), x + px(20), y, "small", brush.theme.muted, wide - px(20))
        return y

    def _numbers(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """The headline numbers and their changes, in two columns."""
        s, px = self.session, brush.px
        brush.rule(x, y, wide)
        y += px(STEP * 2)
        gap = px(STEP * 7)
        column, line = (wide + gap) // 2, brush.letters.height("small") + px(4)
        for n, indicator in enumerate(s.headlines):
            left, top = x + n % 2 * column, y + n // 2 * line
            label = s.words.of(indicator.label)
            room = column - gap - px(176)
            brush.text(label, left, top, "small", None, room, lines=1)
            value = s.number(indicator)
            brush.text(value, left + room + px(52), top, "small_strong", align="right")
            if len(indicator.series) > 1:
                brush.change(
                    indicator.change, s.change(indicator), indicator.verdict, left + room + px(60), top
                )
        return y + -(-len(s.headlines) // 2) * line + px(STEP)


class Asking(Panel):
    """A question and its answers."""

    def __init__(
        self, session: Session, question: Question, close: Callable[[], None], answered: Callable[[], None]
    ) -> None:
        super().__init__(session, close)
        self.id = question.id
        self.answered = answered

    @property
    def question(self) -> Question | None:
        """The question in the language of now."""
        return next((q for q in self.session.questions if q.id == self.id), None)

    def paint(self, brush: Brush) -> int:
        """Paint the question, then a card for each answer."""
        s, px, question = self.session, brush.px, self.question
        if question is None:
            return 0
        offer = any(c.kind in ("accept", "refuse") for c in question.choices)
        above = (
            s.words("An offer waits for your answer")
            if offer
            else s.words("A question waits for your answer")
        )
        x, y, wide = self.head(brush, s.words.of(question.label), above)
        y = brush.text(s.words.of(question.text), x, y, width=wide) + px(STEP * 2)
        if offer:
            first = question.choices[0]
            for head, text in (
                (s.words("They undertake:"), first.asks),
                (s.words("You undertake:"), first.gives),
            ):
                if text is not None:
                    y = brush.text(head, x, y, "small_strong", width=wide)
                    y = brush.text(s.words.of(text), x, y, width=wide) + px(STEP)
        for choice in question.choices:
            y = self._answer(brush, choice, x, y + px(6), wide, offer)
        default = next((c for c in question.choices if c.id == question.default), None)
        if default is not None:
            said = s.words("If you do not answer this month: {answer}", answer=s.words.of(default.label))
        else:
            said = s.words("It can wait for some time, then it lapses.")
        y = brush.text(said, x, y + px(STEP * 2), "small", brush.theme.muted, wide)
        rect = brush.button("close", s.words("Not now"), x, y + px(STEP * 2), self.close, key=s.words("Esc"))
        return rect.bottom + px(STEP * 5)

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
        wrap = brush.letters.wrap
        high = px(18) + len(wrap(s.words.of(choice.label), "card", inner - cost)) * brush.letters.height(
            "card"
        )
        high += sum(len(wrap(t, "small", inner)) for t in (said, reason) if t) * brush.letters.height("small")
        rect = pygame.Rect(x, y, wide, high)
        stands = brush.spot(choice.id, rect, lambda: self._choose(choice))
        brush.card(rect, edge=theme.indigo if stands else None, width=RING if stands else 1)
        brush.dots(standing.cost, x + wide - px(14) - cost, y + px(13))
        top = brush.text(s.words.of(choice.label), x + px(14), y + px(9), "card", ink, inner - cost)
        for text, colour in ((said, ink), (reason, theme.rust)):
            if text:
                top = brush.text(text, x + px(14), top, "small", colour, inner)
        return rect.bottom

    def _choose(self, choice: Choice) -> None:
        if self.session.toggle(choice.id):
            self.answered()


class Why(Panel):
    """Every cause of a change; the one in focus with its equation, grade and sources."""

    broad = 820

    def paint(self, brush: Brush) -> int:
        """Paint all causes, then what stands behind the one in focus."""
        s, px, theme = self.session, brush.px, brush.theme
        explanation = s.explain(s.subject)
        x, y, wide = self.head(brush, s.words("Why: {name}", name=subject_label(s)))
        indicator = s.named(s.subject)
        if indicator is not None and indicator.text is not None:
            y = brush.text(s.words.of(indicator.text), x, y, "small", theme.muted, wide) + px(STEP)
        if explanation is None:
            y = brush.text(s.words("No month has been played yet."), x, y, width=wide)
            return self.foot(brush, x, y, wide, s.words("Back"))
        decimals = change_decimals(explanation.change, indicator.decimals if indicator else 1)
        verdict = s.verdict_of(s.subject, explanation.change, decimals)
        said = s.words(
            "From {before} to {after} in {month}", before=s.words.number(explanation.before, decimals),
            after=s.words.number(explanation.after, decimals), month=s.month_name(explanation.month),
        )  # fmt: skip
        y = brush.text(said, x, y, "strong", verdict_colour(theme, verdict), wide)
        kinds = {
            "postings": s.words("Each line is what flowed in or out; together they are the change, exactly."),
            "substitution": s.words(
                "Each line is what follows from replacing one input by its new value, in a fixed order."
            ),
        }
        y = brush.text(kinds.get(explanation.kind, ""), x, y, "small", theme.muted, wide) + px(STEP * 2)
        line = brush.letters.height("small") + px(4)
        for n in range(len(explanation.causes)):
            rect = pygame.Rect(x - px(6), y, wide + px(12), line)
            if brush.spot(f"cause {n}", rect, lambda n=n: self._stand(n)):
                brush.card(rect, edge=theme.indigo, width=RING)
            y += line
        first = pygame.Rect(x, y - line * len(explanation.causes) + px(2), wide, line)
        cause_rows(brush, s, explanation, len(explanation.causes), first)
        if not explanation.causes:
            y = brush.text(s.words("Nothing moved it."), x, y, width=wide)
        stands = next((n for n in range(len(explanation.causes)) if self.focus == f"cause {n}"), 0)
        if explanation.causes:
            y = self._behind(brush, explanation.causes[stands], x, y + px(STEP * 2), wide)
        return self.foot(brush, x, y, wide, s.words("Back"))

    def _stand(self, n: int) -> None:
        self.focus = f"cause {n}"

    def _behind(self, brush: Brush, cause: Cause, x: int, y: int, wide: int) -> int:
        """Equation, this month's numbers, grade, sources."""
        s, px, theme = self.session, brush.px, brush.theme
        brush.rule(x, y, wide)
        y = brush.text(s.words.of(cause.label), x, y + px(STEP * 2), "card", width=wide)
        if cause.equation:
            y = brush.text(cause.equation, x, y, "small", None, wide)
        if cause.numbers:
            y = brush.text(
                s.words("This month: {numbers}", numbers=cause.numbers), x, y, "small", theme.muted, wide
            )
        if cause.was_cut:
            share = s.words.number(100 * cause.paid, 0)
            said = s.words("More was asked of this stock than it held: all was cut to {share}%.", share=share)
            y = brush.text(said, x, y + px(STEP), "small", theme.amber, wide)
        grades = {
            "stated": s.words("Its numbers are stated in the sources."),
            "inferred": s.words("Its weakest number is inferred from the sources."),
            "assumed": s.words("Its weakest number is assumed: the sources give at most the sign."),
        }
        if cause.grade in grades:
            y = brush.text(grades[cause.grade], x, y + px(STEP), "small", theme.amber, wide)
        for id in cause.source[:4]:
            source = s.game.model.scenario.source.get(id)
            if source is not None:
                y = brush.text(
                    f"{id}. {s.words.of(source.text)} ({source.ref})", x, y + px(STEP), "small", None, wide
                )
        return y + px(STEP)


class Help(Panel):
    """The keys, and how the screen is read."""

    def paint(self, brush: Brush) -> int:
        """Paint the list of keys."""
        px, words = brush.px, self.session.words
        x, y, wide = self.head(brush, words("Keys"))
        rows = [
            ("Tab", words("to the next part of the screen; with Shift to the one before")),
            (words("up, down"), words("to the next or previous card, partner or place")),
            (
                words("left, right"),
                words("another topic, another layer of the map, another view of the partners"),
            ),
            (words("Enter"), words("choose: put a card into the plan or take it out, look into a number")),
            ("U, Ctrl Z", words("take back the last decision of this month")),
            (words("N, Space"), words("play the month")),
            ("W", words("why the chosen number changed")),
            ("R", words("what the last month brought")),
            ("Q", words("questions that wait for an answer")),
            ("M", words("write a note into the record")),
            ("S", words("save the game")),
            ("L", words("English or French")),
            (words("Esc"), words("back")),
        ]
        column = max(brush.letters.width(key, "strong") for key, _ in rows) + px(STEP * 6)
        for key, text in rows:
            brush.text(key, x, y, "strong")
            y = brush.text(text, x + column, y, width=wide - column) + px(3)
        y += px(STEP * 2)
        about = words(
            "Read the screen from the bar at the top, how things stand, to the button at the bottom right, "
            "going on. Teal is better, rust is worse; the darker a place, the more of what the map shows."
        )
        y = brush.text(about, x, y, "small", brush.theme.muted, wide)
        return self.foot(brush, x, y, wide, words("Back"))
