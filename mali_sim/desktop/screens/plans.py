"""What is weighed: the objectives, and two plans of a month."""

from functools import partial
from typing import TYPE_CHECKING

import pygame
from attrs import evolve

from mali_sim.desktop.panel import Button, Page
from mali_sim.desktop.screens.fans import cell_height, fan_cell, label_lines
from mali_sim.desktop.screens.why import Why
from mali_sim.desktop.tokens import STEP
from mali_sim.desktop.widgets import Brush
from mali_sim.play import objectives
from mali_sim.play.fans import Fans, fans_of, most_moved
from mali_sim.play.forecast import Lookahead, between
from mali_sim.play.weights import reweighed

if TYPE_CHECKING:
    from mali_sim.desktop.app import App

_COMPARED = 500
#: In so many figures two plans are compared at the most.
_FIGURES = 8


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
            told = s.words("{way}; you learn the value at the end", way=way)
            if r.seen:
                told = s.words("{way}; so far {value}", way=way, value=value) if s.game.month else way
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
                ahead = Lookahead(game, s.actor, runs=_COMPARED)
                # Offers asked for in a plan get their yes or no, as they will.
                a, b = (evolve(ahead.of(plan), agreed=None) for plan in (one, other))
                more = between(a, b)
                names = most_moved(s.view, more, _FIGURES)
                a, b, more = (fans_of(s.view, x, names) for x in (a, b, more))
                return a, b, more

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
            names = [s.action_name(id) for id in plan]
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
        for name in self.made[2].names:
            lines, high = label_lines(brush, s, name, column), cell_height(brush)
            for n, made in enumerate(self.made):
                cell = pygame.Rect(x + n * (column + gap), y, column, high)
                fan_cell(brush, s, made, name, cell, lines)
            y += high + px(STEP * 3)
        runs = s.words.plural("{count} future of each, on the same luck", "{count} futures of each, on the "
                              "same luck", self.made[0].runs)  # fmt: skip
        return brush.text(runs, x, y, "small", theme.muted, wide)
