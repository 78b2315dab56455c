"""The end: what came of it, against other ways of playing and other luck."""

import contextlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pygame
from attrs import evolve, frozen

from mali_sim.desktop.charts import Band, bars, course_over
from mali_sim.desktop.panel import Button, Page
from mali_sim.desktop.screens.lookup import EntryPage
from mali_sim.desktop.screens.why import Why
from mali_sim.desktop.session import Session
from mali_sim.desktop.tokens import STEP
from mali_sim.desktop.widgets import Brush
from mali_sim.play import Game, Indicator, Record, Result
from mali_sim.play.aspects import notes
from mali_sim.play.digest import Debrief as Found
from mali_sim.play.digest import debrief
from mali_sim.play.lookback import Luck, StrategyFans, luck, strategy_fans
from mali_sim.play.why.turning import TurningPoint

if TYPE_CHECKING:
    from mali_sim.desktop.app import App

_REPLAYS = 2_000
_FANS = 200
#: So many of the headline figures have a chart.
_CHARTS = 8
#: From this width on two of them stand side by side.
_TWO_CHARTS = 700


@frozen
class _Changed:
    """The same game without one decision: its course of a figure."""

    month: int
    id: str
    figure: str
    series: tuple[float, ...]


class Debrief(Page):
    """The whole window, after the last month."""

    name = "debrief"
    colour = "paper"

    def __init__(self, app: "App") -> None:
        super().__init__(app)
        self.found: Found | None = None
        self.fans: StrategyFans | None = None
        self.luck: Luck | None = None
        self.changed: _Changed | None = None
        self.decision_at = 0
        self.page_wanted = False
        self.arrived: set[str] = set()
        s = self._session = self.session
        self.focus = f"figure {s.headlines[0].id}" if s.headlines else "look"
        game, actor = s.game.snapshot(), s.actor
        headlines = tuple(i.id[4:] for i in s.headlines)
        beside = app.futures.beside
        for name, work in (
            ("found", lambda: beside(debrief, game, actor, s.scales)),
            ("fans", lambda: beside(strategy_fans, game, actor, headlines, _FANS)),
            ("luck", lambda: beside(luck, game, actor, _REPLAYS)),
        ):
            app.jobs.do(work, partial(self._learned, name), app.failed)

    @property
    def session(self) -> Session:
        """The game that is looked back on, whatever is played by now."""
        return getattr(self, "_session", None) or super().session

    def _learned(self, name: str, value: object) -> None:
        if self not in self.app.stack:
            return  # it was left before all was worked out
        setattr(self, name, value)
        self.arrived.add(name)
        self.stale()
        if name == "found":
            self._start_with_what_decided()
            self._change(0)
        if self.page_wanted:
            self._save_page()

    def signature(self) -> object:
        """What the picture depends on."""
        known = tuple(sorted(self.arrived)), self.changed
        return super().signature(), self.session.message, known

    def buttons(self) -> list[Button]:
        """On, back into the game, and the ways to keep it."""
        words = self.words
        return [
            Button("leave", words("Back to the title"), self.app.to_title, primary=True),
            Button("page", words("Save as a page"), self._save_page),
            Button("again", words("Same luck, again"), self._again),
            Button("timeline", words("The months"), partial(self.app.open, "timeline")),
            Button("look", words("Back to the game"), self.close, key=words("Esc")),
        ]

    def remark(self) -> str:
        """That lines are ranges."""
        return self.words(
            "A model of one briefing’s argument, February 2023. Bands are ranges, not predictions."
        )

    def title(self) -> str:
        """The ending's."""
        s = self.session
        id = s.game.ending()
        return s.words.of(s.game.model.scenario.ending[id].title) if id else s.words("The end")

    # -- the head --------------------------------------------------------------------------------

    def _measures(self, brush: Brush, x: int, wide: int) -> tuple[int, int]:
        px, letters = brush.px, brush.letters
        left, _ = self._split(brush)
        text = letters.wrap(self._text(), "text", left)
        high = px(STEP * 4) + letters.height("title") + len(text) * letters.height("text") + px(STEP * 3)
        return max(high, px(STEP * 5) + letters.height("heading") + 3 * letters.height("small")), px(68)

    def _split(self, brush: Brush) -> tuple[int, int]:
        """How wide the head's two sides are."""
        inner = brush.width - brush.px(STEP * 14)
        right = min(round(inner * 0.3), brush.px(400))
        return inner - right - brush.px(STEP * 8), right

    def _text(self) -> str:
        s = self.session
        id = s.game.ending()
        return s.words.of(s.game.model.scenario.ending[id].text) if id else ""

    def _head(self, brush: Brush, x: int, wide: int, top: int) -> None:
        s, theme, px, shift = self.session, brush.theme, brush.px, brush.shift
        brush.fill(pygame.Rect(0, shift, brush.width, top), theme.ink)
        edge = px(STEP * 7)
        left, right = self._split(brush)
        y = brush.text(self.title(), edge, shift + px(STEP * 3), "title", theme.night_text, left, lines=1)
        brush.text(self._text(), edge, y, "text", theme.night_muted, left)
        at = brush.width - edge - right
        scenario = s.words.of(s.game.model.scenario.scenario.title)
        seat = s.words.of(s.game.model.scenario.actor[s.actor].label)
        y = brush.text(scenario, at, shift + px(STEP * 4), "card", theme.night_text, right, lines=1)
        first, last = s.month_name(0), s.month_name(max(s.game.month - 1, 0))
        header = s.game.record.header
        told = s.words("reading {reading}, luck {seed}", reading=self._reading(), seed=header.seed)
        if header.branches:
            told += ", " + s.words("other luck from {month}", month=s.month_name(header.branches[-1][0]))
        for line in (seat, s.words("{first} to {last}", first=first, last=last), told):
            y = brush.text(line, at, y, "small", theme.night_muted, right, lines=1)

    def _reading(self) -> str:
        s = self.session
        id = s.game.record.header.reading
        table = s.game.model.scenario.reading.get(id)
        return s.words.of(table.label) if table else s.words("balanced")

    # -- the body --------------------------------------------------------------------------------

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint the courses and turning points on the left; luck, choice and advice on the right."""
        px, theme = brush.px, brush.theme
        gutter = px(STEP * 7)
        split = round(brush.width * 0.56)
        top = y - px(STEP * 4)
        brush.fill(pygame.Rect(split, top + brush.shift, brush.width - split, brush.height), theme.panel)
        brush.fill(pygame.Rect(split, top + brush.shift, 1, brush.height), theme.line)
        low = self._courses(brush, gutter, y, split - 2 * gutter)
        low = self._turning(brush, gutter, low + px(STEP * 3), split - 2 * gutter)
        low = self._notes(brush, gutter, low + px(STEP * 3), split - 2 * gutter)
        left, room = split + gutter, brush.width - split - 2 * gutter
        right = self._luck(brush, left, y, room)
        right = self._counted(brush, left, right + px(STEP * 4), room)
        right = self._one_changed(brush, left, right + px(STEP * 4), room)
        right = self._advice(brush, left, right + px(STEP * 4), room)
        return max(low, right)

    def _waits(self, brush: Brush, said: str, x: int, y: int, wide: int) -> int:
        return brush.text(said, x, y, "small", brush.theme.muted, wide)

    def _bands(self, figure: str) -> list[Band]:
        """The fans of two strategies: the scenario's own, and the one that scores best."""
        fans, found, s = self.fans, self.found, self.session
        if fans is None or figure not in fans.names:
            return []
        best = found.weighed.strategies[0].id if found is not None and found.weighed is not None else None
        chosen = [id for id in dict.fromkeys((fans.reference, best)) if id in fans.strategies]
        row = fans.names.index(figure)
        made = []
        for n, id in enumerate(chosen):
            at = fans.strategies.index(id or "")
            quantiles = fans.quantiles[at, row]
            made.append(Band(s.words.of(fans.labels[at]), quantiles[0].tolist(), quantiles[2].tolist(),
                             quantiles[4].tolist(), ("rust", "teal")[n]))  # fmt: skip
        return made

    def _courses(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """The headline numbers month by month, over the fans of strategies."""
        s, px = self.session, brush.px
        y = brush.text(s.words("Your months over other ways of playing"), x, y, "heading", None, wide)
        if "fans" not in self.arrived:
            y = self._waits(brush, s.words("The strategies of the scenario are being played…"), x, y, wide)
        elif self.fans is not None:
            said = s.words("Bands: where 9 of 10 runs of a strategy lie, {runs} runs each.", runs=_FANS)
            y = self._waits(brush, said, x, y, wide)
        y += px(STEP)
        gap = px(STEP * 5)
        across = 2 if wide >= px(_TWO_CHARTS) else 1
        cell = (wide - gap * (across - 1)) // across
        high = px(168)
        shown = s.headlines[:_CHARTS]
        for n, indicator in enumerate(shown):
            alone = n == len(shown) - 1 and not n % across
            rect = pygame.Rect(x + n % across * (cell + gap), y + n // across * (high + px(10)),
                               wide if alone else cell, high)  # fmt: skip
            self._course(brush, indicator, rect)
        return y + -(-len(shown) // across) * (high + px(10))

    def _course(self, brush: Brush, indicator: Indicator, rect: pygame.Rect) -> None:
        s, px = self.session, brush.px
        label, unit = s.words.of(indicator.label), s.words.of(indicator.unit)
        if brush.spot(f"figure {indicator.id}", rect, partial(self._why, indicator.id)):
            brush.ring(rect.inflate(px(8), px(4)))
        brush.text(label, rect.left, rect.top, "small_strong", None, rect.width, lines=1)
        after = rect.left + brush.letters.width(label, "small_strong") + px(8)
        if after + brush.letters.width(unit, "small") <= rect.right:
            brush.text(unit, after, rect.top, "small", brush.theme.muted)
        line = brush.letters.height("small")
        area = pygame.Rect(rect.left, rect.top + line, rect.width, rect.height - line)
        series = [s.game.observed(indicator.id[4:], m) for m in range(s.game.month)]
        ends = s.month_name(0), s.month_name(max(s.game.month - 1, 0))
        marks = [p.month for p in self.found.turning] if self.found is not None else []
        numbers = [n + 1 for n, p in enumerate(self.found.turning)
                   if any(m.figure.id == indicator.id for m in p.moves)] if self.found else []  # fmt: skip
        course_over(
            brush, area, series, self._bands(indicator.id[4:]), ends, s.words("you"),
            lambda v: s.words.number(v, indicator.decimals), [(n, marks[n - 1]) for n in numbers],
        )  # fmt: skip

    def _turning(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """The months that decided most."""
        s, px, theme = self.session, brush.px, brush.theme
        found = self.found
        y = brush.text(s.words("The months that decided most"), x, y, "heading", None, wide)
        if found is None:
            return self._waits(brush, s.words("The months are being weighed…"), x, y, wide)
        if not found.turning:
            return self._waits(brush, s.words("No month stands out."), x, y, wide)
        for n, point in enumerate(found.turning, 1):
            brush.rule(x, y, wide)
            y += px(STEP)
            size = px(22)
            brush.sign("disc", x, y + px(1), size, theme.indigo)
            brush.text(str(n), x + size // 2, y + px(2), "small_strong", theme.card, align="middle")
            y = self._point(brush, point, x + px(32), y, wide - px(32)) + px(STEP)
        return y

    def _point(self, brush: Brush, point: TurningPoint, x: int, y: int, wide: int) -> int:
        s, theme = self.session, brush.theme
        first = point.moves[0]
        change = s.words.quantity(first.figure.change, first.figure.unit, first.figure.decimals, signed=True)
        told = f"{s.words.of(first.figure.label)} {change}"
        own = s.words.listed([s.action_name(id) for id in point.own])
        month = s.month_name(point.month)
        head = f"{s.words.headed(month)} · {told}"
        y = brush.text(head, x, y, "strong", None, wide)
        parts = [
            f"{s.words.of(r.label)} {s.words.number(r.amount, r.decimals, signed=True)}"
            for m in point.moves[:1] for r in m.reasons.shown
        ]  # fmt: skip
        more = [
            f"{s.words.of(m.figure.label)} "
            f"{s.words.quantity(m.figure.change, m.figure.unit, m.figure.decimals, signed=True)}"
            for m in point.moves[1:]
        ]  # fmt: skip
        if parts:
            y = brush.text(" · ".join(parts), x, y, "small", theme.muted, wide)
        if more:
            y = brush.text(" · ".join(more), x, y, "small", theme.muted, wide)
        if own:
            y = brush.text(s.words("You: {own}", own=own), x, y, "small", theme.indigo, wide)
        return y

    def _notes(self, brush: Brush, x: int, y: int, wide: int) -> int:
        s, px = self.session, brush.px
        if self.found is not None and self.found.last:
            y = brush.text(s.words("What came last"), x, y, "card", None, wide)
            for month, text in self.found.last:
                told = f"{s.words.headed(s.month_name(month))} · {s.words.of(text)}"
                y = brush.text(told, x, y, "small", None, wide) + px(2)
        kept = notes(s.view)
        if kept:
            y = brush.text(s.words("Your notes"), x, y + px(STEP * 2), "card", None, wide)
            for month, text in kept[-8:]:
                head = s.words.headed(s.month_name(month))
                y = brush.text(f"{head} · {text}", x, y, "small", None, wide) + px(2)
        y = brush.text(s.words("This run"), x, y + px(STEP * 2), "card", None, wide)
        return brush.text(str(s.game.run_address), x, y, "small", brush.theme.muted, wide)

    # -- luck and choice ----------------------------------------------------------------------

    def _result(self) -> Result | None:
        """The outcome that weighs most and is not a yes or no."""
        found = self.found
        if found is None:
            return None
        weighed = [r for r in found.results if r.weight and not r.yes_no and r.better != "none"]
        return max(weighed, key=lambda r: r.weight, default=None)

    def _luck(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Where this run lies among the same decisions with other luck."""
        s, px, theme = self.session, brush.px, brush.theme
        y = brush.text(s.words("Luck and choice"), x, y, "heading", None, wide)
        if s.game.rewound:
            told = s.words("Months were played again: luck and choice cannot be told apart here.")
            return brush.text(told, x, y, "small", theme.amber, wide)
        result = self._result()
        if {"luck", "found"} <= self.arrived and (self.luck is None or result is None):
            told = s.words("There is nothing here that luck and choice could be told apart by.")
            return self._waits(brush, told, x, y, wide)
        if self.luck is None or result is None:
            said = s.words("Your decisions are being played {runs} times with other luck…",
                           runs=s.words.number(_REPLAYS))  # fmt: skip
            return self._waits(brush, said, x, y, wide)
        label = s.words.of(result.label)
        said = s.words("Your decisions again, {runs} times, with other luck. {outcome}:",
                       runs=s.words.number(_REPLAYS), outcome=label)  # fmt: skip
        y = brush.text(said, x, y, "small", theme.muted, wide) + px(STEP)
        row = self.luck.names.index(result.id)
        values = self.luck.outcomes[row]
        place = self.luck.better_than(result.id)
        own = s.words.quantity(result.value, result.unit, result.decimals)
        rank = s.words.number(place or 0.0)
        told = s.words("you, {value}: better than {place} of 100", value=own, place=rank)
        area = pygame.Rect(x, y, wide, px(128))
        bars(brush, area, values.tolist(), result.value, told,
             lambda v: s.words.number(v, result.decimals))  # fmt: skip
        y = area.bottom + px(STEP)
        choice, chance = self.luck.choice(result.id), self.luck.chance(result.id)
        parts = []
        if choice is not None:
            strategy = s.words.of(self.found.reference) if self.found and self.found.reference else ""
            parts.append(s.words(
                "Choice: in the middle of all luck your decisions come to {amount} against “{strategy}”.",
                amount=self._apart(result, choice), strategy=strategy,
            ))  # fmt: skip
        parts.append(s.words("Luck: this run ended {amount} from the middle of your own replays.",
                             amount=self._apart(result, chance)))
        return brush.text(" ".join(parts), x, y, "small", None, wide)  # fmt: skip

    def _apart(self, result: Result, amount: float) -> str:
        """A difference of an outcome's values: of percentages in points."""
        s = self.session
        unit = s.game.model.scenario.outcome[result.id].unit
        unit = unit.partition("/")[0] if result.take == "sum" else unit
        label = s.view.unit_label(unit.replace("percent", "index"))
        return s.words.quantity(amount, label, result.decimals, signed=True)

    def _counted(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """The score, and each outcome that weighs something."""
        s, px, theme, found = self.session, brush.px, brush.theme, self.found
        brush.rule(x, y - px(STEP * 2), wide)
        y = brush.text(s.words("What came out"), x, y, "heading", None, wide)
        if found is None:
            return y
        if found.weighed is not None:
            score = s.words.number(found.weighed.score)
            told = s.words(
                "By your weights {score} of 100; better than {above} of 100 runs of the scenario’s own "
                "strategies.", score=score, above=s.words.number(found.weighed.above))  # fmt: skip
            y = brush.text(told, x, y, "strong", None, wide)
            rows = [
                f"{s.words.of(k.label)} {s.words.number(k.middle)}" for k in found.weighed.strategies[:4]
            ]  # fmt: skip
            y = brush.text(s.words("Their middle scores: {scores}", scores=" · ".join(rows)), x, y, "small",
                           theme.muted, wide)  # fmt: skip
        elif found.rewound:
            said = s.words("Months were played again: this game does not count as a score.")
            y = brush.text(said, x, y, "small", theme.amber, wide)
        if found.reference is not None:
            said = s.words("Better and worse: against “{strategy}” on the same luck.",
                           strategy=s.words.of(found.reference))  # fmt: skip
            y = brush.text(said, x, y, "small", theme.muted, wide)
        y += px(STEP)
        for r in sorted((r for r in found.results if r.weight), key=lambda r: -r.weight):
            value = s.words.quantity(r.value, r.unit, r.decimals)
            if r.yes_no:
                value = s.words("yes") if r.value >= 0.5 else s.words("no")
            verdict = s.verdict_word(r.verdict) if r.reference is not None or not r.yes_no else ""
            if r.reference is not None and r.verdict in ("better", "worse") and not r.yes_no:
                there = s.words.number(r.reference, r.decimals)
                verdict = (
                    s.words("better than {value}", value=there) if r.verdict == "better"
                    else s.words("worse than {value}", value=there)
                )  # fmt: skip
            colour = {"better": theme.teal, "worse": theme.rust}.get(r.verdict, theme.muted)
            right = x + wide
            verdict_wide = brush.letters.width(verdict, "small") if verdict else 0
            brush.text(verdict, right, y, "small", colour, align="right")
            at = right - max(verdict_wide, px(60)) - px(12)
            brush.text(value, at, y, "small_strong", align="right")
            room = at - brush.letters.width(value, "small_strong") - px(12) - x
            y = brush.text(s.words.of(r.label), x, y, "small", None, room) + px(2)
            brush.rule(x, y, wide)
            y += px(2)
        return y

    # -- one decision changed --------------------------------------------------------------------

    def _one_changed(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """One decision left out, the same luck: both lines."""
        s, px, theme, found = self.session, brush.px, brush.theme, self.found
        brush.rule(x, y - px(STEP * 2), wide)
        y = brush.text(s.words("One decision changed, same luck"), x, y, "heading", None, wide)
        if found is None:
            return y
        if not found.decisions:
            return brush.text(s.words("You decided nothing in this game."), x, y, "small", theme.muted, wide)
        month, id = found.decisions[self.decision_at]
        label = s.action_name(id)
        told = s.words("Without “{decision}” in {month}", decision=label, month=s.month_name(month))
        size = px(13)
        line = max(brush.letters.height("text"), px(24))
        for kind, left, step in (("left", x, -1), ("right", x + px(30), 1)):
            rect = pygame.Rect(left, y, px(26), line)
            if brush.spot(f"other {kind}", rect, partial(self._change, step)):
                brush.ring(rect)
            brush.sign(kind, left + px(6), y + (line - size) // 2, size, theme.indigo)
        y = brush.text(told, x + px(66), y, "strong", None, wide - px(66)) + px(STEP)
        changed = self.changed
        if changed is None or (changed.month, changed.id) != (month, id):
            return self._waits(brush, s.words("The game is being played without it…"), x, y, wide) + px(130)
        indicator = s.view.indicator(changed.figure)
        series = [s.game.observed(changed.figure, m) for m in range(s.game.month)]
        brush.text(s.words.of(indicator.label), x, y, "small_strong", None, wide, lines=1)
        area = pygame.Rect(x, y + brush.letters.height("small"), wide, px(130))
        other = Band(s.words("without it"), None, list(changed.series), None, "indigo")
        ends = s.month_name(0), s.month_name(max(s.game.month - 1, 0))
        course_over(brush, area, series, [other], ends, s.words("as played"),
                    lambda v: s.words.number(v, indicator.decimals), [])  # fmt: skip
        return area.bottom + px(STEP)

    def _start_with_what_decided(self) -> None:
        """First leave out a decision of the months that decided most."""
        if self.found is not None:
            own = {(p.month, id) for p in self.found.turning for id in p.own}
            at = (n for n, decision in enumerate(self.found.decisions) if decision in own)
            self.decision_at = next(at, 0)

    def _change(self, step: int) -> None:
        """Look at another decision."""
        found, s = self.found, self.session
        names = [i.id[4:] for i in s.indicators]
        if found is None or not found.decisions or not names:
            return
        self.decision_at = (self.decision_at + step) % len(found.decisions)
        month, id = found.decisions[self.decision_at]
        game, actor = s.game.snapshot(), s.actor

        def work() -> _Changed:
            other = game.without(month, actor, id)

            def moved(name: str) -> float:
                apart = [game.observed(name, m) - other.observed(name, m) for m in range(month, game.month)]
                return sum(map(abs, apart)) / s.scales.year[name]

            figure = max(names, key=moved)
            return _Changed(month, id, figure, tuple(other.observed(figure, m) for m in range(game.month)))

        self.app.jobs.do(work, partial(self._learned, "changed"), self.app.failed)

    # -- advice ----------------------------------------------------------------------------------

    def _advice(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Recommendations to the seat: behind what it did, and not."""
        s, px, theme, found = self.session, brush.px, brush.theme, self.found
        if found is None or not (found.followed or found.left):
            return y
        brush.rule(x, y - px(STEP * 2), wide)
        y = brush.text(s.words("What the briefing advised, what you did"), x, y, "heading", None, wide)
        y += px(STEP)
        said = s.words("Ticked: behind something you did. Choose one to see where it stands.")
        y = brush.text(said, x, y, "small", theme.muted, wide) + px(STEP)
        for id in (*found.followed, *found.left):
            done = id in found.followed
            text = f"{id}. {s.words.of(s.game.model.scenario.source[id].text)}"
            high = len(brush.letters.wrap(text, "small", wide - px(26))) * brush.letters.height("small")
            rect = pygame.Rect(x - px(6), y, wide + px(12), max(high + px(6), px(24)))
            if brush.spot(f"advice {id}", rect, partial(self._advise, id)):
                brush.ring(rect)
            colour = theme.teal if done else theme.muted
            brush.sign("check" if done else "ring", x, y + px(6), px(12), colour)
            brush.text(text, x + px(26), y + px(3), "small", None if done else theme.muted, wide - px(26))
            y = rect.bottom + px(2)
        return y

    def _advise(self, id: str) -> None:
        self.app.show(EntryPage(self.app, f"source.{id}"))

    # -- ways on ---------------------------------------------------------------------------------

    def _why(self, name: str) -> None:
        self.session.subject = name
        self.app.show(Why(self.app))

    def _again(self) -> None:
        """The same scenario, seat and luck from the start."""
        game, actor, language = self.session.game, self.session.actor, self.words.language
        header = evolve(game.record.header, seats=[actor], language=language)

        def make() -> tuple[Game, str]:
            return Game(game.model, Record(header)), actor

        self.app.open_game(make)

    def _save_page(self) -> None:
        """Write the debrief as a page that opens in any browser."""
        from mali_sim.documents.game_page import game_page

        s, found = self.session, self.found
        if found is None or not {"found", "fans", "luck"} <= self.arrived:
            self.page_wanted = True
            self.app.message = s.words("The page is written as soon as everything is worked out.")
            return
        self.page_wanted = False
        assert self.app.slots is not None
        path = Path(self.app.folder) / f"{self.app.slots.name}.html"
        text = game_page(s.game, s.actor, s.words.language, found, self.fans, self.luck, notes(s.view))
        beside = path.with_suffix(".new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(text, encoding="utf-8")
            beside.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                beside.unlink()
            self.app.message = s.words("The page could not be written: {reason}", reason=error)
            return
        self.app.message = s.words("Written: {path}", path=path)


