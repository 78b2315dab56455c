"""Left, who: partners. Right, what can be done: topics and their cards, with forecasts."""

import pygame

from mali_sim.desktop.charts import gauge, sparkline
from mali_sim.desktop.screens.fans import Pen, ask_fans, fans_key, paint_fans, verdict_colour
from mali_sim.desktop.screens.pane import GamePane
from mali_sim.desktop.session import Session
from mali_sim.desktop.tokens import RING, STEP, Colour, Theme
from mali_sim.desktop.widgets import Brush, Lettering
from mali_sim.play import Choice, Indicator
from mali_sim.play.aspects import conditions


class PartnerPane(GamePane):
    """Partners through one of their stocks; or the indicators that are not in the bar."""

    name = "partners"
    scrolls = True

    def signature(self) -> object:
        """What the picture depends on."""
        s = self.session
        return s.version, s.subject, s.partner_at

    def sideways(self, step: int) -> bool:
        """Show another stock."""
        if not self.session.partner_layers:
            return False
        self.session.show_partners(self.session.partner_at + step)
        self.focus, self.scroll = None, 0
        return True

    def paint(self, brush: Brush) -> int:
        """Paint the title with its two arrows, then a row for each."""
        s, theme, px = self.session, brush.theme, brush.px
        x, wide = px(STEP * 4), brush.width - px(STEP * 7)
        members = s.partner_at < len(s.partner_layers)
        title = s.words("Partners") if members else s.words("Indicators")
        y = brush.text(title, x, px(10), "heading", width=wide)
        if s.partner_layers:
            layer = s.partner_layers[s.partner_at] if members else None
            label = s.words.of(layer.label) if layer else s.words("all that is published")
            size = px(11)
            line = brush.letters.height("small")
            for kind, left, step in (("left", x, -1), ("right", x + wide - size, 1)):
                brush.sign(kind, left, y + (line - size) // 2, size, theme.indigo)
                rect = pygame.Rect(left - px(6), y - px(2), size + px(12), line + px(4))
                brush.spot(f"turn {kind}", rect, lambda step=step: self._turn(step), stop=False)
            y = brush.text(label, x + wide // 2, y, "small", theme.indigo, wide - px(44), "middle")
        y += px(6)
        for indicator in s.partners:
            y = self._row(brush, indicator, x, y, wide, members)
        brush.fill(pygame.Rect(brush.width - 1, brush.shift, 1, brush.height), theme.line)
        return y + px(8)

    def _turn(self, step: int) -> None:
        self.sideways(step)

    def _row(self, brush: Brush, indicator: Indicator, x: int, y: int, wide: int, member: bool) -> int:
        s, theme, px = self.session, brush.theme, brush.px
        name = indicator.id.removeprefix("stock.")
        spark = pygame.Rect(x + wide - px(48), y + px(8), px(44), px(18))
        lines = brush.letters.wrap(s.words.of(indicator.label), "small_strong", wide - px(60))
        line = brush.letters.height("small")
        gifts = self._gifts(brush, name, wide) if member else ""
        text = s.number(indicator) if member else f"{s.number(indicator)} {s.unit(indicator)}".strip()
        more = len(brush.letters.wrap(gifts, "small", wide)) if gifts else 0
        more = more or int(not member and brush.letters.width(text, "small") > wide - px(48))
        high = px(14) + len(lines) * brush.letters.height("small_strong") + line * (1 + more)
        rect = pygame.Rect(x - px(8), y, wide + px(12), high)
        chosen = s.subject == name
        if chosen:
            brush.card(rect, edge=theme.indigo, width=RING)
        if brush.spot(name, rect, lambda: self._choose(name), tip=self._told(indicator, name, member)):
            brush.ring(rect)
        brush.text(s.words.of(indicator.label), x, y + px(5), "small_strong", None, wide - px(60))
        stock = s.game.model.scenario.stock.get(name.partition(".")[0].partition("[")[0]) if member else None
        reach = (stock.bounds[1] - stock.bounds[0]) * 0.08 if stock and stock.bounds else 0.0
        sparkline(brush, spark, indicator.series, max(reach, abs(indicator.value) * 0.05))
        below = rect.bottom - px(7) - line
        below -= line * more
        if gifts:
            brush.text(gifts, x, below + line, "small", theme.muted, wide)
        if stock and stock.bounds:
            bar = pygame.Rect(x, below + px(5), wide - px(92), px(8))
            low, high_end = stock.bounds
            gauge(brush, bar, indicator.value, low, high_end, self._colour(theme, indicator, stock.better))
            brush.text(text, bar.right + px(38), below, "small", align="right")
            left = bar.right + px(44)
        else:
            brush.text(text, x, below, "small", None, wide - px(48))
            left = x + wide - px(48)
        if len(indicator.series) > 1 and indicator.verdict != "same" and indicator.change:
            size = px(10)
            colour = verdict_colour(theme, indicator.verdict)
            kind = "up" if indicator.change > 0 else "down"
            brush.sign(kind, left, below + (line - size) // 2, size, colour)
            number = s.words.number(abs(indicator.change), indicator.decimals)
            fits = left + px(14) + brush.letters.width(number, "small") <= x + wide + px(4)
            if fits and number != "0":
                brush.text(number, left + px(14), below, "small", colour)
        brush.rule(x, rect.bottom, wide)
        return rect.bottom + px(3)

    def _gifts(self, brush: Brush, name: str, wide: int) -> str:
        """What a partner gives: the first thing, and more as far as it fits on the line."""
        s, said = self.session, ""
        for label, amount in s.gifts.get(name.rpartition(".")[2], []):
            one = f"{s.words.of(label)}{s.words.colon}{s.words.of(amount)}"
            more = f"{said} · {one}" if said else one
            if said and brush.letters.width(more, "small") > wide:
                return said
            said = more
        return said

    def _told(self, indicator: Indicator, name: str, member: bool) -> str:
        """What is said of a row where the pointer rests."""
        s = self.session
        if not member:
            return s.words.of(indicator.text) if indicator.text is not None else ""
        label = s.words.of(s.partner_layers[s.partner_at].label)
        parts = [f"{s.words.of(indicator.label)} · {label}{s.words.colon}{s.number(indicator)}"]
        if len(indicator.series) > 1:
            parts.append(s.words("since last month: {change}", change=s.change(indicator)))
        parts += [f"{s.words.of(what)}{s.words.colon}{s.words.of(amount)}"
                  for what, amount in s.gifts.get(name.rpartition(".")[2], [])]  # fmt: skip
        return "\n".join(parts)

    def _colour(self, theme: Theme, indicator: Indicator, better: str) -> Colour:
        """Of a scale around zero: the good side teal, the bad side rust; else plain."""
        if indicator.value < 0:
            return theme.rust if better == "higher" else theme.teal
        return theme.teal if better == "higher" else theme.ramp[3]

    def _choose(self, name: str) -> None:
        s = self.session
        if s.subject == name:
            s.open("why")
        s.subject = name
        topic = s.topic_of_partner(name)
        if topic is not None and s.partner_at < len(s.partner_layers):
            s.show_topic(topic)


class TopicHead(GamePane):
    """Which topic's cards are shown, and the way to the others."""

    name = "topics"
    colour = "panel"

    def signature(self) -> object:
        """What the picture depends on."""
        return self.session.version, self.session.topic_at

    def paint(self, brush: Brush) -> int:
        """Paint the topic's name between two arrows, and where it stands among all."""
        s, theme, px = self.session, brush.theme, brush.px
        x, wide = px(STEP * 4), brush.width - px(STEP * 8)
        brush.fill(pygame.Rect(0, 0, 1, brush.height), theme.line)
        if not s.topics:
            brush.text(s.words("Decisions"), x, px(10), "heading")
            return brush.height
        _, label, _ = s.topics[s.topic_at]
        name = s.words.of(label) if label else s.words("Decisions")
        count = s.words("Decisions, topic {number} of {all}", number=s.topic_at + 1, all=len(s.topics))
        y = brush.text(count, x, px(8), "small", theme.muted)
        size = px(13)
        line = brush.letters.height("heading")
        for kind, left, step in (("left", x + wide - size - px(34), -1), ("right", x + wide - size, 1)):
            brush.sign(kind, left, y + (line - size) // 2, size, theme.indigo)
            rect = pygame.Rect(left - px(9), y - px(4), size + px(18), line + px(8))
            brush.spot(f"topic {kind}", rect, lambda step=step: s.show_topic(s.topic_at + step), stop=False)
        room = wide - px(64)
        fits = (t for t in ("heading", "card", "small_strong") if brush.letters.width(name, t) <= room)
        style = next(fits, "small_strong")
        top = y + (line - brush.letters.height(style)) // 2
        brush.text(name, x, top, style, theme.indigo, room, lines=1)
        brush.rule(x, brush.height - 1, wide)
        return brush.height


class DecisionPane(GamePane):
    """The cards of a topic; the one in focus is open and shows what it would change."""

    name = "decisions"
    colour = "panel"
    scrolls = True

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._topic = session.topic_at

    def draw(self, screen: pygame.Surface, letters: Lettering, active: bool) -> None:
        """Paint; another topic is seen from its top."""
        if self._topic != self.session.topic_at:
            self._topic = self.session.topic_at
            self.focus, self.scroll = None, 0
        super().draw(screen, letters, active)

    @property
    def cards(self) -> list[Choice]:
        """The topic's choices, those that can be taken first."""
        s = self.session
        if not s.topics:
            return []
        return sorted(s.topics[s.topic_at][2], key=lambda c: not (c.standing.allowed or c.standing.planned))

    def opened(self) -> str | None:
        """The open card: the one last stood on, else the first."""
        ids = [c.id for c in self.cards]
        return self.focus if self.focus in ids else ids[0] if ids else None

    def signature(self) -> object:
        """What the picture depends on."""
        s = self.session
        opened = self.opened()
        made = s.futures.latest(fans_key(s, opened)) if opened else (None, 0, "")
        return s.version, s.topic_at, opened, made[1:]

    def sideways(self, step: int) -> bool:
        """Another topic."""
        self.session.show_topic(self.session.topic_at + step)
        self.focus, self.scroll = None, 0
        return True

    def wish(self, looked_at: str | None = None) -> None:
        """Ask for a forecast: of what is looked at, else of the open card, if it can be taken."""
        s, opened = self.session, looked_at or self.opened()
        if opened is None or s.game.finished:
            return
        standing = s.game.standing(opened)
        if standing.allowed or standing.planned:
            ask_fans(s, opened)

    def paint(self, brush: Brush) -> int:
        """Paint the cards one below the other."""
        px = brush.px
        x, wide, y = px(STEP * 4), brush.width - px(STEP * 8), px(4)
        opened = self.opened()
        for choice in self.cards:
            high = self._card(brush, choice, pygame.Rect(x, y, wide, 0), choice.id == opened, measure=True)
            rect = pygame.Rect(x, y, wide, high)
            stands = brush.spot(
                choice.id, rect, lambda id=choice.id: self.take(id), press=lambda id=choice.id: self._open(id)
            )
            edge = brush.theme.indigo if choice.id == opened else None
            back = None if choice.standing.allowed or choice.standing.planned else brush.theme.panel
            brush.card(rect, back, edge, RING if stands else 1)
            self._card(brush, choice, rect, choice.id == opened, measure=False)
            y = rect.bottom + px(10)
        brush.fill(pygame.Rect(0, brush.shift, 1, brush.height), brush.theme.line)
        return y + px(6)

    def take(self, id: str) -> None:
        """Put a card's action into the plan, or take it out."""
        self.session.toggle(id)

    def _open(self, id: str) -> None:
        self.focus = id
        self.reveal = True

    def _card(self, brush: Brush, choice: Choice, rect: pygame.Rect, opened: bool, measure: bool) -> int:
        """Paint a card's inside, or only measure how high it is."""
        s, theme, px = self.session, brush.theme, brush.px
        pen = Pen(brush, measure)
        standing = choice.standing
        ready = standing.allowed or standing.planned
        ink = theme.ink if ready else theme.muted
        x, wide = rect.left + px(12), rect.width - px(24)
        cost = int(-(-standing.cost // 1)) * px(14)
        y = rect.top + px(9)
        if not measure:
            brush.dots(
                standing.cost, x + wide - cost, y + px(6), colour=theme.amber if ready else theme.muted
            )
        y = pen.text(s.words.of(choice.label), x, y, "card", ink, wide - cost - px(8))
        if standing.planned:
            y = pen.text(s.words("In this month’s plan"), x, y, "small_strong", theme.indigo, wide)
        elif not ready and standing.reason is not None:
            y = pen.text(
                s.words("Not now: {reason}", reason=s.words.of(standing.reason)),
                x,
                y,
                "small",
                theme.rust,
                wide,
            )
        y = pen.text(s.words.of(choice.text), x, y + px(2), "small", ink, wide, None if opened else 2)
        if not opened:
            return y + px(9) - rect.top
        for head, text in ((s.words("You undertake:"), choice.asks), (s.words("You receive:"), choice.gives)):
            if text is not None:
                y = pen.text(head, x, y + px(4), "small_strong", ink, wide)
                y = pen.text(s.words.of(text), x, y, "small", ink, wide)
        said = [s.words.of(t) for t in conditions(s.view, choice)]
        if standing.chance is not None and ready:
            chance = s.words.number(standing.chance * 100)
            said.insert(0, s.words("Chance that it is accepted: {chance} in 100.", chance=chance))
        if standing.cost:
            said.append(s.words("It costs {cost} of your capital.", cost=s.words.number(standing.cost, 1)))
        if said:
            y = pen.text(" ".join(said), x, y + px(4), "small", theme.muted, wide)
        if ready and s.futures.total:
            y = paint_fans(brush, s, choice.id, x, y + px(8), wide, measure)
        if ready:
            label = (
                s.words("Take it out of the plan") if standing.planned else s.words("Put it into the plan")
            )
            if not measure:
                key = s.words("Enter") if self.focus == choice.id else ""
                take = brush.button(f"take {choice.id}", label, x, y + px(8),
                                    lambda: self.take(choice.id), stop=False, key=key)  # fmt: skip
                more = s.words("Sources")
                if take.right + brush.letters.width(more, "text") + px(34) <= x + wide:
                    brush.button(f"look {choice.id}", more, take.right + px(8), y + px(8),
                                 lambda: s.look_up(choice.id), stop=False)  # fmt: skip
            y += px(8) + px(34)
        return y + px(12) - rect.top
