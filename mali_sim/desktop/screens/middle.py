"""The middle: where, on a map, and why, as bars."""

from collections.abc import Sequence
from itertools import pairwise

import pygame

from mali_sim.desktop.charts import cause_bar
from mali_sim.desktop.map import (
    MapDrawing,
    Place,
    is_small,
    place_pin,
    places_for,
    step_of,
    steps_for,
    within,
    write_labels,
)
from mali_sim.desktop.screens.fans import verdict_colour
from mali_sim.desktop.screens.pane import GamePane
from mali_sim.desktop.session import Session
from mali_sim.desktop.tokens import LEAST_TARGET
from mali_sim.desktop.widgets import Brush
from mali_sim.play import Explanation, Indicator, Line


def line_parts(line: Line) -> str:
    """Which sign stands before a line of the report."""
    return "dot" if line.kind == "event" else "ring"


class MapPane(GamePane):
    """The hero: one layer at a time."""

    name = "map"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        table = session.game.model.scenario.set.get(session.places or "")
        self.places: tuple[Place, ...] = places_for(table.map, list(table.members)) if table else ()
        self.drawing = MapDrawing(self.places)

    def signature(self) -> object:
        """What the picture depends on."""
        s = self.session
        return s.version, s.subject, s.layer_at

    def sideways(self, step: int) -> bool:
        """Another layer."""
        if not self.session.map_layers:
            return False
        self.session.show_layer(self.session.layer_at + step)
        return True

    def paint(self, brush: Brush) -> int:
        """Paint the layers' names, the map, its key, and what last month brought."""
        s, px = self.session, brush.px
        top = self._tabs(brush)
        layer = s.layer
        if layer is None or not self.places:
            brush.text(s.words("This scenario has no map."), px(20), top + px(20), "small", brush.theme.muted)
            return brush.height
        values = {m: i for m, i in s.map_values.items() if any(p.id == m for p in self.places)}
        stock = s.game.model.scenario.stock[layer.stock]
        highest = max((max(i.series) for i in values.values()), default=1.0)
        ends = steps_for(highest, stock.bounds)
        steps = {m: step_of(round(i.value, i.decimals), ends) for m, i in values.items()}
        area = pygame.Rect(px(16), top + px(6), brush.width - px(32), brush.height - top - px(14))
        side = px(196)
        if all(len(place.ring) == 4 for place in self.places):
            corner = pygame.Rect(area.left, area.top, px(116), area.height)
            area.left, area.width = corner.right, area.width - corner.width
        else:
            corner = area
        if s.report and self._room_beside(brush, area, side):
            self._happened(brush, pygame.Rect(area.right - side, area.top, side, area.height))
            area.width -= side
        chosen = next((m for m, i in values.items() if i.id == f"stock.{s.subject}"), None)
        marked = self._stands(values, brush) or chosen
        shapes = self.drawing.paint(brush, area, steps, marked)
        key = self._key(brush, corner, ends, values)
        scale, (left, upper) = self.drawing.layout(area)
        anchors = [(p.id, (left + p.label[0] * scale, upper + p.label[1] * scale)) for p in self.places]
        pinned = {member for member, _ in self._located()}
        words = {
            m: (s.words.of(s.game.model.sets.labels[s.places or "", m]),
                s.number(i) if m in pinned else self._value(i))
            for m, i in values.items()
        }  # fmt: skip
        taken = write_labels(brush, anchors, words, shapes, steps, marked, area, [key])
        for number, (member, _) in enumerate(self._located(), 1):
            anchor = next(at for id, at in anchors if id == member)
            place_pin(brush, anchor, shapes[member], number, taken)
        for place in self.places:
            self._spot(brush, place.id, shapes[place.id], values[place.id])
        return brush.height

    def _value(self, indicator: Indicator) -> str:
        """A place's value, with its change where it has changed."""
        s = self.session
        text = s.number(indicator)
        shown = round(indicator.change, indicator.decimals)
        if len(indicator.series) > 1 and shown and abs(indicator.value) < 10_000:
            text = f"{text} ({s.words.number(shown, indicator.decimals, signed=True)})"
        return text

    def _located(self) -> list[tuple[str, Line]]:
        """Events of the last month that happened in one of the map's places."""
        places = {p.id for p in self.places}
        found = [(k.id.rpartition(".")[2], k) for k in self.session.lines if k.kind == "event"]
        return [(member, k) for member, k in found if member in places]

    def _room_beside(self, brush: Brush, area: pygame.Rect, side: int) -> bool:
        """Whether a card fits beside the map and leaves its corner to the key."""
        narrow = pygame.Rect(area.left, area.top, area.width - side, area.height)
        scale, (left, _) = self.drawing.layout(narrow)
        wide = self.drawing.wide * scale
        return scale == self.drawing.layout(area)[0] and left - area.left + wide * 0.3 > brush.px(112)

    def _spot(
        self, brush: Brush, member: str, shape: Sequence[tuple[float, float]], indicator: Indicator
    ) -> None:
        """A place that can be pressed, by its outline."""
        xs, ys = [p[0] for p in shape], [p[1] for p in shape]
        rect = pygame.Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
        # Of a place that is hardly larger than what can be hit, all that surrounds it is pressed too.
        small = is_small(shape, brush.letters.scale) or rect.width * rect.height < 2 * LEAST_TARGET**2
        rect = rect.inflate(brush.px(8), brush.px(8)) if small else rect
        inside = None if small else lambda at: within(shape, at)
        name = indicator.id.removeprefix("stock.")
        s = self.session
        assert s.layer is not None
        place = f"{s.words.of(indicator.label)} · {s.words.of(s.layer.label)}"
        told = f"{place}{s.words.colon}{s.number(indicator)}"
        if len(indicator.series) > 1:
            change = s.change(indicator)
            told = "\n".join((told, s.words("since last month: {change}", change=change)))
        brush.spot(member, rect, lambda: self._choose(name), inside=inside, tip=told)

    def _stands(self, values: dict[str, Indicator], brush: Brush) -> str | None:
        return brush.focus if brush.focus in values else None

    def _choose(self, name: str) -> None:
        if self.session.subject == name:
            self.session.open("why")
        self.session.subject = name

    def _tabs(self, brush: Brush) -> int:
        """The layers' names, as many as fit around the one that is shown."""
        s, theme, px = self.session, brush.theme, brush.px
        high, y, gap = px(30), px(9), px(4)
        names = [s.words.of(x.label) for x in s.map_layers]
        if not names:
            return y
        left, right = px(16) + px(24), brush.width - px(16) - px(24)
        widths = [min(brush.letters.width(n, "small") + px(24), right - left) for n in names]
        first = last = s.layer_at
        room = right - left - widths[first]
        while True:
            if last + 1 < len(names) and widths[last + 1] + gap <= room:
                last += 1
                room -= widths[last] + gap
            elif first > 0 and widths[first - 1] + gap <= room:
                first -= 1
                room -= widths[first] + gap
            else:
                break
        size = px(11)
        for kind, x, step in (("left", px(16), -1), ("right", brush.width - px(16) - size, 1)):
            brush.sign(kind, x, y + (high - size) // 2, size, theme.indigo)
            rect = pygame.Rect(x - px(8), y, size + px(16), high)
            brush.spot(f"layer {kind}", rect, lambda step=step: self._turn(step), stop=False)
        x = left
        for at in range(first, last + 1):
            rect = pygame.Rect(x, y, widths[at], high)
            shown = at == s.layer_at
            if shown:
                brush.card(rect, theme.indigo, theme.indigo, radius=15)
            ink = theme.card if shown else theme.muted
            top = y + (high - brush.letters.height("small")) // 2
            brush.text(names[at], rect.centerx, top, "small", ink, widths[at] - px(16), "middle", lines=1)
            brush.spot(f"layer {at}", rect, lambda at=at: s.show_layer(at), stop=False)
            x += widths[at] + gap
        return y + high

    def _turn(self, step: int) -> None:
        self.sideways(step)

    def _key(
        self, brush: Brush, area: pygame.Rect, ends: list[float], values: dict[str, Indicator]
    ) -> pygame.Rect:
        """The five steps and their numbers, in the map's empty corner; returns where they are."""
        s, theme, px, words = self.session, brush.theme, brush.px, self.session.words
        unit = next((s.words.of(i.unit) for i in values.values()), "")
        line = brush.letters.height("small")
        x, y = area.left + px(4), area.top + px(2)
        decimals = 0 if ends[0] >= 1 and all(abs(e - round(e)) < 1e-9 for e in ends) else 1
        said = [words.number(e, decimals) for e in ends]
        names = [words("under {end}", end=said[0])]
        names += [words("{low} to {high}", low=a, high=b) for a, b in pairwise(said)]
        names.append(words("{end} and over", end=said[-1]))
        if unit:
            brush.text(unit[:1].upper() + unit[1:], x, y, "small", theme.muted)
            y += line
        for step, name in enumerate(names, 1):
            swatch = pygame.Rect(x, y + px(4), px(18), px(11))
            brush.fill(swatch, theme.ramp[step])
            for k in range(0, swatch.width if step >= 3 else 0, px(5 if step == 3 else 3.5)):
                dark = theme.ramp[min(step + 1, 5)] if step < 5 else theme.ink
                start = (swatch.left + k, swatch.bottom - 1 - brush.shift)
                end = (min(swatch.left + k + swatch.height, swatch.right - 1), swatch.top - brush.shift)
                pygame.draw.line(brush.surface, dark, start, end)
            brush.text(name, x + px(25), y, "small", theme.muted)
            y += line
        wide = px(25) + max(brush.letters.width(n, "small") for n in (unit, *names))
        return pygame.Rect(x, area.top, wide, y - area.top)

    def _happened(self, brush: Brush, place: pygame.Rect) -> None:
        """What the last month brought, as far as there is room; the rest is a press away."""
        s, theme, px = self.session, brush.theme, brush.px
        lines = [x for x in s.lines if x.kind != "refused"]
        lines.sort(
            key=lambda x: (x.kind not in ("event", "lapse", "breach", "fulfilled"), x.actor == s.actor)
        )
        wide = place.width - px(40)
        title = s.words("In {month}", month=s.month_name(s.game.month - 1))
        step = brush.letters.height("small")
        room = min(place.height, px(280)) - px(20) - brush.letters.height("card") - step - px(6)
        shown: list[tuple[Line, int]] = []
        numbers = {line.id: n for n, (_, line) in enumerate(self._located(), 1)}
        lines.sort(key=lambda x: x.id not in numbers)
        for line in lines:
            high = len(brush.letters.wrap(s.words.of(line.text), "small", wide)) * step + px(5)
            if high > room:
                break
            room -= high
            shown.append((line, high))
        high = px(24) + brush.letters.height("card") + sum(h for _, h in shown) + step
        rect = pygame.Rect(place.left, place.top, place.width, high)
        brush.card(rect, theme.panel)
        if brush.spot("report", rect, lambda: s.open("report")):
            brush.ring(rect)
        y = brush.text(
            title, rect.left + px(12), rect.top + px(8), "card", width=rect.width - px(24), lines=1
        ) + px(2)
        for line, height in shown:
            if line.id in numbers:
                size = px(17)
                brush.sign("disc", rect.left + px(9), y + px(1), size, theme.indigo)
                at = rect.left + px(9) + size // 2
                brush.text(str(numbers[line.id]), at, y, "small_strong", theme.card, align="middle")
            else:
                brush.sign(line_parts(line), rect.left + px(13), y + px(5), px(9), theme.indigo)
            brush.text(s.words.of(line.text), rect.left + px(28), y, "small", None, wide)
            y += height
        more = len(lines) - len(shown)
        text = (
            s.words("The whole month")
            if more
            else s.words("More about it")
            if lines
            else s.words("A quiet month.")
        )
        brush.text(text, rect.left + px(12), y, "small", theme.indigo if lines else theme.muted)


class WhyPane(GamePane):
    """Why the chosen number changed: its largest causes."""

    name = "why"

    def signature(self) -> object:
        """What the picture depends on."""
        s = self.session
        return s.version, s.subject

    def paint(self, brush: Brush) -> int:
        """Paint the change in words, then a bar for each cause."""
        s, theme, px = self.session, brush.theme, brush.px
        x, wide = px(16), brush.width - px(32)
        brush.rule(x, 0, wide)
        indicator = s.named(s.subject)
        y = px(6)
        label = subject_label(s, s.subject)
        explanation = s.explain(s.subject)
        y = brush.text(s.words("Why: {name}", name=label), x, y, "heading", None, wide)
        if explanation is None or indicator is None:
            self._nothing(brush, indicator, x, y, wide)
            return brush.height
        self._headline(brush, explanation, indicator, x, y)
        y += brush.letters.height("small") + px(4)
        line = brush.letters.height("small")
        room = max((brush.height - y - line - px(6)) // line, 1)
        causes = explanation.causes[:room]
        if not causes:
            self._nothing(brush, indicator, x, y, wide)
        cause_rows(brush, s, explanation, len(causes), pygame.Rect(x, y, wide, line), s.subject)
        y += len(causes) * line
        rest = len(explanation.causes) - len(causes)
        link = (
            s.words.plural(
                "{count} more cause, equations and sources",
                "{count} more causes, equations and sources",
                rest,
            )
            if rest
            else s.words("Equations and sources")
        )
        key = s.keys.shown("why", s.words)
        at = brush.key(key, x, y + px(4) + line // 2, theme.indigo, theme.paper) + px(8)
        brush.text(link, at, y + px(4), "small", theme.indigo)
        rect = pygame.Rect(
            x - px(4), y + px(1), at - x + brush.letters.width(link, "small") + px(10), line + px(7)
        )
        rect.height = max(min(rect.height, brush.height - 1 - rect.top), LEAST_TARGET)
        rect.bottom = min(rect.bottom, brush.height)
        if brush.spot("why", rect, lambda: s.open("why")):
            brush.ring(rect)
        return brush.height

    def _headline(self, brush: Brush, explanation: Explanation, indicator: Indicator, x: int, y: int) -> None:
        s = self.session
        month = s.month_name(explanation.month)
        decimals = change_decimals(explanation.change, indicator.decimals)
        first = len(indicator.series) < 2
        change = s.words.number(explanation.change, decimals, signed=not first)
        text = s.words("{change} in {month}", change=change, month=month)
        verdict = "neither" if first else s.verdict_of(s.subject, explanation.change, decimals)
        said = s.verdict_word(verdict)
        unit = s.words.of(indicator.unit)
        parts = [p for p in (text, said, unit) if p]
        brush.text(" · ".join(parts), x, y, "small", verdict_colour(brush.theme, verdict))
        kinds = {
            "postings": s.words("exact: what flowed"),
            "substitution": s.words("by replacing its inputs one by one"),
        }
        kind = kinds.get(explanation.kind, "")
        right = brush.width - brush.px(16)
        if (
            x
            + brush.letters.width(" · ".join(parts), "small")
            + brush.letters.width(kind, "small")
            + brush.px(16)
            < right
        ):
            brush.text(kind, right, y, "small", brush.theme.muted, align="right")

    def _nothing(self, brush: Brush, indicator: Indicator | None, x: int, y: int, wide: int) -> None:
        s = self.session
        text = s.words.of(indicator.text) if indicator is not None and indicator.text else ""
        if s.explaining(s.subject):
            said = s.words("The causes are being worked out…")
        else:
            said = s.words("Nothing moved it.") if s.game.month else s.words("No month has been played yet.")
        y = brush.text(said, x, y, "small", brush.theme.muted, wide)
        if text:
            brush.text(text, x, y + brush.px(4), "small", None, wide, lines=4)


def subject_label(s: Session, subject: str) -> str:
    """What is being explained, in words; a row with its stock's name."""
    if subject.startswith("obs."):
        return s.words.of(s.game.model.scenario.obs[subject[4:]].label)
    base = subject.partition(".")[0].partition("[")[0]
    stock = s.game.model.scenario.stock.get(base)
    found = s.named(subject)
    parts = [s.words.of(stock.label)] if stock else []
    if found is not None and subject != base:
        parts.append(s.words.of(found.label))
    return ", ".join(parts)


def change_decimals(change: float, decimals: int) -> int:
    """As many decimals as a small change needs to be seen."""
    return decimals if abs(change) >= 10 * 10.0**-decimals else decimals + 1


def cause_amount(s: Session, amount: float) -> str:
    """What a cause moved, as it is written: large ones without decimals."""
    size = abs(amount)
    return s.words.number(amount, 0 if size >= 10 else 1 if size >= 1 else 2, signed=True)


def cause_rows(
    brush: Brush, s: Session, explanation: Explanation, count: int, first: pygame.Rect, subject: str
) -> None:
    """Causes as rows from a first one: name, bar, amount."""
    px, theme = brush.px, brush.theme
    causes = explanation.causes[:count]
    if not causes:
        return
    least, most = min(0.0, *(c.amount for c in causes)), max(0.0, *(c.amount for c in causes))
    longest = max(brush.letters.width(s.words.of(c.label), "small") for c in causes)
    name_wide = min(max(longest + px(14), round(first.width * 0.3)), round(first.width * 0.6))
    value_wide = px(64)
    for n, cause in enumerate(causes):
        y = first.top + n * first.height
        brush.text(s.words.of(cause.label), first.left, y, "small", None, name_wide - px(10), lines=1)
        bar = pygame.Rect(
            first.left + name_wide, y + px(4), first.width - name_wide - value_wide, first.height - px(8)
        )
        colour = verdict_colour(theme, s.verdict_of(subject, cause.amount, 6))
        cause_bar(brush, bar, cause.amount, least, most, colour)
        text = cause_amount(s, cause.amount)
        brush.text(text, first.right, y, "small", align="right")
