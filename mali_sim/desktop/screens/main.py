"""The main screen: where its panes lie, the bar at the top, the plan and the line of keys."""

from functools import partial

import pygame

from mali_sim.desktop.screens.middle import MapPane, WhyPane
from mali_sim.desktop.screens.pane import GamePane
from mali_sim.desktop.screens.sides import DecisionPane, PartnerPane, TopicHead
from mali_sim.desktop.session import Session
from mali_sim.desktop.tokens import LEAST_TARGET, STEP, mixed
from mali_sim.desktop.widgets import Brush, Lettering, Pane
from mali_sim.scenario.texts import word


class TopBar(GamePane):
    """The month, and the few numbers that tell how things stand."""

    name = "top"
    colour = "ink"

    def signature(self) -> object:
        """What the picture depends on."""
        s = self.session
        return s.version, s.subject, s.game.month

    def columns(self, letters: Lettering, width: int) -> tuple[int, int, int]:
        """Where the numbers begin, how many there are, and how wide each is."""
        left = max(letters.px(162), round(width * 0.15))
        count = min(len(self.session.headlines), (width - left) // letters.px(116)) or 1
        return left, count, (width - left) // count

    def needed(self, letters: Lettering, width: int) -> int:
        """How high the bar must be for its longest name."""
        _, count, wide = self.columns(letters, width)
        names = [self.session.words.of(i.label) for i in self.session.headlines[:count]]
        lines = max((len(letters.wrap(n, "small", wide - letters.px(18), 3)) for n in names), default=1)
        low = lines * letters.height("small") + letters.height("figure") + letters.height("small")
        return low + letters.px(16)

    def paint(self, brush: Brush) -> int:
        """Paint the month with its ticks, then the numbers."""
        s, theme, px = self.session, brush.theme, brush.px
        left, count, wide = self.columns(brush.letters, brush.width)
        name = s.words.headed(s.month_name(min(s.game.month, s.game.months - 1)))
        top = (brush.height - brush.letters.height("title") - px(20)) // 2
        edge = px(20) if left > px(180) else px(12)
        style = "title" if brush.letters.width(name, "title") < left - edge - px(8) else "heading"
        brush.text(name, edge, top, style, theme.night_text)
        room = pygame.Rect(px(4), px(3), left - px(10), brush.height - px(6))
        if brush.spot("months", room, lambda: s.open("timeline"), tip=s.words("The months so far")):
            brush.ring(room, theme.night_text)
        self._ticks(brush, edge, top + brush.letters.height("title") + px(6), left - 2 * edge)
        lines = max(
            (
                len(brush.letters.wrap(s.words.of(i.label), "small", wide - px(18), 3))
                for i in s.headlines[:count]
            ),
            default=1,
        )
        for n, indicator in enumerate(s.headlines[:count]):
            x = left + n * wide
            brush.fill(pygame.Rect(x, px(8), 1, brush.height - px(16)), theme.night_line)
            x += px(12)
            rect = pygame.Rect(x - px(8), px(3), wide - px(10), brush.height - px(6))
            chosen = s.subject == indicator.id
            if chosen:
                brush.fill(pygame.Rect(x, brush.height - px(4), wide - px(24), px(4)), theme.gold)
            said = s.words.of(indicator.text) if indicator.text is not None else ""
            if brush.spot(indicator.id, rect, self._chooser(indicator.id), tip=said):
                brush.ring(rect, theme.night_text)
            y = px(7)
            brush.text(s.words.of(indicator.label), x, y, "small", theme.night_muted, wide - px(18), lines=3)
            y += lines * brush.letters.height("small")
            brush.text(s.number(indicator), x, y, "figure", theme.night_text)
            after = x + brush.letters.width(s.number(indicator), "figure") + px(6)
            unit = s.unit(indicator)
            if indicator.known and after + brush.letters.width(unit, "small") < x + wide - px(20):
                brush.text(unit, after, y + px(7), "small", theme.night_muted)
            y += brush.letters.height("figure")
            if len(indicator.series) > 1:
                text = s.change(indicator)
                if px(14) + brush.letters.width(text, "small") > wide - px(16):
                    text = s.verdict_word(indicator.verdict) or text
                brush.change(indicator.change, text, indicator.verdict, x, y, night=True)
        return brush.height

    def _ticks(self, brush: Brush, x: int, y: int, width: int) -> None:
        """One tick a month: played, this one, to come."""
        game, theme = self.session.game, brush.theme
        step = width / game.months
        for month in range(game.months):
            place = pygame.Rect(round(x + month * step), y, max(round(step) - brush.px(2), 2), brush.px(5))
            if month == game.month:
                brush.fill(place.inflate(0, brush.px(4)), theme.night_text)
            else:
                brush.fill(place, theme.gold if month < game.month else theme.night_line)

    def _chooser(self, id: str):
        def choose() -> None:
            if self.session.subject == id:
                self.session.open("why")
            self.session.subject = id

        return choose


class PlanBar(GamePane):
    """What is decided, what it costs, and the way on."""

    name = "plan"
    colour = "bar"

    def signature(self) -> object:
        """What the picture depends on."""
        s = self.session
        return s.version, s.note, len(s.pins)

    def paint(self, brush: Brush) -> int:
        """Paint the purse, the plan, the note and the button."""
        s, theme, px, words = self.session, brush.theme, brush.px, self.session.words
        brush.fill(pygame.Rect(0, 0, brush.width, max(px(2), 1)), theme.ink)
        x = self._purse(brush, px(20), px(14)) + px(20)
        middle = px(4) + (brush.height - px(4)) // 2
        right = brush.width - px(20)
        if s.game.finished:
            label = words("To the debrief")
        elif s.game.month == s.game.months - 1:
            label = words("To the end")
        else:
            label = words("To {month}", month=self._next_month())
        button = brush.button(
            "next", label, right, middle - px(22), s.next_month, primary=True, arrow=True, right=True
        )
        right = button.left - px(16)
        if s.note is not None:
            self._note(brush, x, middle, right - x)
            return brush.height
        for id, label in self._buttons(brush, right - x):
            rect = brush.button(id, label, right, middle - px(17), partial(s.command, id), right=True)
            right = rect.left - px(8)
        self._chips(brush, x, middle, right - px(4))
        return brush.height

    def _buttons(self, brush: Brush, room: int) -> list[tuple[str, str]]:
        """What stands beside the way on, the most wanted first, as far as the chips leave room."""
        s, words = self.session, self.session.words
        planned = bool(s.game.plan.get(s.actor))
        found = [("menu", words("Menu"))]
        if planned:
            found.append(("undo", words("Undo")))
        if s.pins:
            found.append(("compare", words("Compare")))
        if planned and tuple(s.game.plan.get(s.actor, ())) not in s.pins:
            found.append(("pin", words("Pin")))
        left = room - brush.px(280 if planned else 190)
        kept = []
        for id, label in found:
            left -= brush.letters.width(label, "text") + brush.px(36)
            if left > 0 or len(kept) < 2:
                kept.append((id, label))
        return kept

    def _next_month(self) -> str:
        name = self.session.month_name(self.session.game.month + 1)
        return name.rpartition(" ")[0]

    def _purse(self, brush: Brush, x: int, y: int) -> int:
        """The capital: what is left, of what there is."""
        s, words, px = self.session, self.session.words, brush.px
        capital, left = s.game.capital(s.actor), s.game.left(s.actor)
        if capital is None or left is None:
            label = words.of(s.game.model.scenario.actor[s.actor].label)
            brush.text(label, x, y + px(8), "strong")
            return x + brush.letters.width(label, "strong")
        label = words("Political capital")
        rect = pygame.Rect(x - px(6), px(6), px(150), brush.height - px(12))
        if brush.spot("purse", rect, self._look_at_purse, tip=self._purse_told()):
            brush.ring(rect)
        brush.text(label, x, y, "small")
        after = brush.dots(left, x, y + brush.letters.height("small") + px(3), capital)
        left_words = words("{left} left", left=words.number(left, 1))
        brush.text(left_words, after + px(4), y + brush.letters.height("small"), "small", brush.theme.muted)
        after += px(4) + brush.letters.width(left_words, "small")
        return max(after, x + brush.letters.width(label, "small"))

    def _purse_told(self) -> str:
        """What there is to spend, and what the month brings."""
        s, found = self.session, self.session.purse
        left = s.game.left(s.actor)
        if found is None or left is None:
            return ""
        said = s.words("{left} points of political capital are left.", left=s.words.number(left, 1))
        if found.coming is not None and found.most is not None:
            more = s.words("The month brings {coming}, up to {most} in all.",
                           coming=s.words.number(found.coming, 1, signed=True),
                           most=s.words.number(found.most))  # fmt: skip
            said = f"{said} {more}"
        return said

    def _look_at_purse(self) -> None:
        s = self.session
        if s.purse is not None:
            s.subject = s.purse.stock
            s.open("why")

    def _chips(self, brush: Brush, x: int, middle: int, right: int) -> None:
        """What is in the plan, each to be taken back by a press."""
        s, px, theme = self.session, brush.px, brush.theme
        waiting = len(s.unanswered)
        if waiting:
            label = s.words.plural("{count} question waits", "{count} questions wait", waiting)
            rect = brush.button("questions", label, x, middle - px(17), lambda: s.open("question"))
            brush.sign("dot", rect.right - px(6), rect.top - px(4), px(11), theme.rust)
            x = rect.right + px(12)
        plan = list(reversed(s.game.plan.get(s.actor, ())))  # the latest is seen
        high = brush.letters.height("small") * 2 + px(10)
        for n, id in enumerate(plan):
            label = s.action_name(id)
            more = len(plan) - n
            room = right - x - (px(70) if more > 1 else 0)
            wide = min(max((right - x) // more - px(12), px(176)), px(300), room)
            if wide < px(110):
                text = s.words.plural("and {count} more", "and {count} more", more)
                brush.text(text, x, middle - brush.letters.height("small") // 2, "small", theme.muted)
                return
            inner = wide - px(36)
            lines = brush.letters.wrap(label, "small", inner, 2)
            wide = max(brush.letters.width(t, "small") for t in lines) + px(36)
            rect = pygame.Rect(x, middle - high // 2, wide, high)
            brush.card(rect)
            top = middle - len(lines) * brush.letters.height("small") // 2
            brush.text(label, x + px(10), top, "small", None, inner, lines=2)
            brush.sign("cross", rect.right - px(19), middle - px(5), px(10), theme.muted)
            if brush.spot(f"plan.{id}", rect, lambda id=id: s.toggle(id), tip=label):
                brush.ring(rect.inflate(px(6), px(6)))
            x = rect.right + px(12)
        if not plan and right - x > px(150):
            text = s.words("Nothing is decided yet this month.")
            lines = len(brush.letters.wrap(text, "small", right - x, 2))
            top = middle - lines * brush.letters.height("small") // 2
            brush.text(text, x, top, "small", theme.muted, right - x, lines=2)

    def _note(self, brush: Brush, x: int, middle: int, width: int) -> None:
        """The line in which a note is written."""
        s, px = self.session, brush.px
        rect = pygame.Rect(x, middle - px(18), width, px(36))
        brush.card(rect, edge=brush.theme.indigo, width=2)
        shown = s.note or ""
        while brush.letters.width(shown, "text") > width - px(24):
            shown = shown[1:]
        top = middle - brush.letters.height("text") // 2
        if shown:
            brush.text(shown, x + px(10), top)
        else:
            hint = s.words("A note for the record; Enter keeps it, Esc leaves it")
            brush.text(hint, x + px(14), top, "small", brush.theme.muted, width - px(24), lines=1)
        caret = x + px(11) + brush.letters.width(shown, "text")
        brush.fill(pygame.Rect(caret, middle - px(9), max(px(1.5), 1), px(18)), brush.theme.indigo)
        brush.spot("note", rect, None)


#: The first steps: what to look at, and what to try.
_COACH = (
    word(
        "1 of 6. At the top: how things stand. Once a month is played, a triangle tells up or down and a "
        "word whether that is better. Rest on a figure, or Tab to it and press {tip}, to read what it "
        "measures."
    ),
    word(
        "2 of 6. Left the partners, in the middle the map and why the chosen figure moved. Choose a "
        "partner and the right side shows what concerns it."
    ),
    word(
        "3 of 6. Right: what you can do. The open card shows, as fans, what it would change in the months "
        "to come; rest the pointer on another card to see its fans."
    ),
    word(
        "4 of 6. Enter on a card, or its button, puts it into the plan below. It costs political capital: "
        "the dots. {undo} takes it back."
    ),
    word(
        "5 of 6. A question waits now and then; its answers show their futures too. Who does not answer "
        "has answered: the card says what silence means."
    ),
    word(
        "6 of 6. The dark button with the arrow plays the month. Then you see what changed, and why."
    ),
)


class StatusLine(GamePane):
    """What the keys do; or what there is to say just now; or the first steps."""

    name = "status"
    colour = "bar"

    def signature(self) -> object:
        """What the picture depends on."""
        s = self.session
        return s.version, s.message, s.coach_at

    def needed(self, letters: Lettering, width: int) -> int:
        """How high it must be."""
        if self.session.coach_at is None:
            return max(letters.height("small") + letters.px(STEP * 2), LEAST_TARGET)
        longest = max(len(letters.wrap(t, "text", width - letters.px(330))) for t in self._steps())
        return max(longest * letters.height("text"), letters.px(34)) + letters.px(STEP * 4)

    def _steps(self) -> list[str]:
        keys = {id: self.session.keys.shown(id, self.session.words) for id in ("tip", "undo")}
        return [self.session.words(t, **keys) for t in _COACH]

    def paint(self, brush: Brush) -> int:
        """Paint the message, or the keys."""
        s, theme, px, words = self.session, brush.theme, brush.px, self.session.words
        if s.coach_at is not None:
            return self._coach(brush, s.coach_at)
        brush.fill(pygame.Rect(0, 0, brush.width, brush.height), mixed(theme.bar, theme.line, 0.35))
        y = (brush.height - brush.letters.height("small")) // 2
        if s.message:
            brush.text(s.message, px(20), y, "small_strong", theme.indigo, brush.width - px(40), lines=1)
            return brush.height
        about = words("A model of one briefing’s argument, February 2023")
        if s.game.rewound:
            about = words("Months were played again: no score")
        right, x = brush.width - px(20), px(20)
        hints = self._hints()
        wide = sum(self._width(brush, k, t) + px(14) for k, t, _ in hints)
        if x + wide + brush.letters.width(about, "small") < right:
            brush.text(about, right, y, "small", theme.muted, align="right")
        for name, text, command in hints:
            long = self._width(brush, name, text)
            if x + long > right:
                break
            if command:
                rect = pygame.Rect(x - px(4), 0, long + px(8), brush.height)
                brush.spot(f"hint {command}", rect, partial(s.command, command), stop=False)
            at = self._key(brush, name, x, y)
            brush.text(text, at, y, "small", theme.muted)
            x += long + px(14)
        return brush.height

    def _hints(self) -> list[tuple[str, str, str]]:
        """Keys, what they do, and the command that a press on them is."""
        words = self.session.words

        def of(id: str, label: str) -> tuple[str, str, str]:
            return self.session.keys.shown(id, words), label, id

        return [
            of("help", words("help")), of("next", words("play the month")), of("why", words("why")),
            of("offers", words("offers")), of("codex", words("look up")), of("timeline", words("months")),
            ("Tab", words("next part"), ""), ("↑↓", words("move"), ""), ("←→", words("turn over"), ""),
            of("undo", words("undo")), of("note", words("note")), of("save", words("save")),
            of("language", words("français")),
        ]  # fmt: skip

    def _coach(self, brush: Brush, at: int) -> int:
        """One of the first steps, and the ways on."""
        theme, px, words = brush.theme, brush.px, self.session.words
        brush.fill(pygame.Rect(0, 0, brush.width, brush.height), theme.card)
        brush.fill(pygame.Rect(0, 0, px(6), brush.height), theme.gold)
        middle = brush.height // 2
        last = at + 1 == len(_COACH)
        label = words("Close the hints") if last else words("Next")
        edge = brush.width - px(20)
        rect = brush.button("coach next", label, edge, middle - px(17), self._step, right=True)
        if not last:
            rect = brush.button("coach skip", words("Skip the first steps"), rect.left - px(8),
                                middle - px(17), self._skip, right=True)  # fmt: skip
        wide = rect.left - px(34)
        said = self.session.message or self._steps()[at]
        lines = brush.letters.wrap(said, "text", wide)
        y = (brush.height - len(lines) * brush.letters.height("text")) // 2
        brush.text(said, px(20), y, "text", None, wide)
        return brush.height

    def _step(self) -> None:
        s = self.session
        s.coach_at = None if s.coach_at is None or s.coach_at + 1 >= len(_COACH) else s.coach_at + 1
        s.version += 1

    def _skip(self) -> None:
        self.session.coach_at = None
        self.session.version += 1

    def _width(self, brush: Brush, name: str, text: str) -> int:
        drawn = name in ("↑↓", "←→")
        signs = brush.px(30) if drawn else brush.letters.width(name, "small_strong") + brush.px(5)
        return signs + brush.letters.width(text, "small")

    def _key(self, brush: Brush, name: str, x: int, y: int) -> int:
        px = brush.px
        if name in ("↑↓", "←→"):
            for kind in ("up", "down") if name == "↑↓" else ("left", "right"):
                brush.sign(kind, x, y + px(4), px(10), brush.theme.ink)
                x += px(13)
            return x + px(4)
        brush.text(name, x, y, "small_strong")
        return x + brush.letters.width(name, "small_strong") + px(5)


class MainScreen:
    """
    The panes and where they lie.

    Attributes
    ----------
    panes : list of Pane
        In the order of the Tab key; the last ones take no focus.
    """

    def __init__(self, session: Session) -> None:
        self.top = TopBar(session)
        self.partners = PartnerPane(session)
        self.map = MapPane(session)
        self.why = WhyPane(session)
        self.topics = TopicHead(session)
        self.decisions = DecisionPane(session)
        self.plan = PlanBar(session)
        self.status = StatusLine(session)
        self._usual: list[Pane] = [self.decisions, self.plan, self.top, self.partners, self.map, self.why]
        self.panes: list[Pane] = [*self._usual, self.topics, self.status]

    @property
    def walked(self) -> list[Pane]:
        """The panes of the Tab key; with the first steps while they are shown."""
        if self.status.session.coach_at is None:
            return self._usual
        return [self.status, *self._usual]

    def lay_out(self, size: tuple[int, int], letters: Lettering) -> None:
        """Give every pane its place in a window of this size."""
        width, height = size
        px = letters.px
        top = self.top.needed(letters, width)
        status = self.status.needed(letters, width)
        plan = px(68)
        body = pygame.Rect(0, top, width, height - top - status - plan)
        left = min(max(round(width * 0.19), px(196)), px(316))
        right = min(max(round(width * 0.29), px(316)), px(440))
        middle = width - left - right
        why = min(max(round(body.height * 0.27), px(136)), px(200))
        head = px(STEP * 2) * 2 + letters.height("heading") + letters.height("small")
        places = {
            self.top: (0, 0, width, top),
            self.partners: (0, top, left, body.height),
            self.map: (left, top, middle, body.height - why),
            self.why: (left, body.bottom - why, middle, why),
            self.topics: (left + middle, top, right, head),
            self.decisions: (left + middle, top + head, right, body.height - head),
            self.plan: (0, body.bottom, width, plan),
            self.status: (0, height - status, width, status),
        }
        for pane, place in places.items():
            pane.rect = pygame.Rect(place)
