"""The months so far: what happened in each, to look back at, to go back to, to branch from."""

import secrets
from functools import partial
from typing import TYPE_CHECKING

import pygame

from mali_sim.desktop.panel import Button, Page, Panel
from mali_sim.desktop.tokens import RING, STEP
from mali_sim.desktop.widgets import Brush
from mali_sim.play import Game, SeatView

if TYPE_CHECKING:
    from mali_sim.desktop.app import App


class Timeline(Page):
    """Months from the first to the last played; the one in focus is opened."""

    name = "timeline"
    broad = 940

    def __init__(self, app: "App") -> None:
        super().__init__(app)
        s = self.session
        self.focus = f"month {s.game.month - 1}" if s.game.month else "close"
        self.reveal = True
        self.ready = all(m in s.known_lines for m in range(s.game.month))
        if not self.ready:
            app.jobs.do(lambda: [s.lines_of(m) for m in range(s.game.month)], self._learned, app.failed)

    def _learned(self, _: object) -> None:
        self.ready = True
        self.stale()

    def title(self) -> str:
        """What the page is called."""
        return self.words("The months so far")

    def above(self) -> str:
        """The run."""
        return str(self.session.game.run_address)

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint a row a month; under the one in focus what happened, and the ways back."""
        s, px, theme = self.session, brush.px, brush.theme
        if not s.game.month:
            return brush.text(s.words("No month has been played yet."), x, y, "text", theme.muted, wide)
        if not self.ready:
            return brush.text(s.words("One moment"), x, y, "text", theme.muted, wide)
        if s.game.rewound:
            said = s.words("Months were played again: this game does not count as a score.")
            y = brush.text(said, x, y, "small", theme.amber, wide) + px(STEP * 2)
        opened = self._opened()
        for month in range(s.game.month):
            y = self._month(brush, month, month == opened, x, y, wide)
        return y

    def _opened(self) -> int:
        """The month that is looked at."""
        name, _, number = (self.focus or "").partition(" ")
        if name in ("month", "back", "branch") and number:
            self._last = int(number)
        return getattr(self, "_last", self.session.game.month - 1)

    def _month(self, brush: Brush, month: int, opened: bool, x: int, y: int, wide: int) -> int:
        s, px, theme = self.session, brush.px, brush.theme
        lines = s.lines_of(month)
        weighty = [k for k in lines if k.weighty]
        own = [k for k in lines if k.actor == s.actor]
        name = s.month_name(month)
        said = " · ".join(s.words.of(k.text) for k in (own or weighty)[:3])
        if not own:
            nothing = s.words("You decided nothing.")
            said = f"{nothing} {said}" if said else nothing
        inner = wide - px(180)
        high = max(brush.letters.height("text"),
                   len(brush.letters.wrap(said, "small", inner, 2)) * brush.letters.height("small"))
        rect = pygame.Rect(x - px(8), y, wide + px(16), high + px(12))
        stands = brush.spot(f"month {month}", rect, partial(self._look, month))
        if opened:
            brush.card(rect, theme.card, theme.indigo, RING if stands else 1)
        brush.text(s.words.headed(name), x, y + px(6), "strong")
        brush.text(said, x + px(170), y + px(7), "small", theme.muted, inner, lines=2)
        y = rect.bottom + px(2)
        if not opened:
            return y
        for k in lines:
            own_line = k.actor == s.actor
            brush.sign("dot" if k.kind == "event" else "ring", x + px(10), y + px(5), px(9),
                       theme.indigo if own_line else theme.muted)  # fmt: skip
            y = brush.text(s.words.of(k.text), x + px(28), y, "small", None, wide - px(28)) + px(2)
        y = self._figures(brush, month, x + px(10), y + px(STEP), wide - px(10))
        first = brush.button(f"back {month}", s.words("Go back to {month}", month=name), x + px(10),
                             y + px(STEP), partial(self._ask_back, month))  # fmt: skip
        brush.button(f"branch {month}", s.words("A new game from {month}", month=name),
                     first.right + px(10), y + px(STEP), partial(self._branch, month))  # fmt: skip
        return first.bottom + px(STEP * 3)

    def _figures(self, brush: Brush, month: int, x: int, y: int, wide: int) -> int:
        """The headline figures at the close of a month, in three columns."""
        s, px, theme = self.session, brush.px, brush.theme
        line, column = brush.letters.height("small"), wide // 3
        for n, i in enumerate(s.headlines):
            at = len(i.series) - (s.game.month - month)
            if at < 0:
                continue
            left, top = x + n % 3 * column, y + n // 3 * line
            value = s.words.number(i.series[at], i.decimals)
            brush.text(value, left + px(70), top, "small_strong", align="right")
            label = s.words.of(i.label)
            brush.text(label, left + px(78), top, "small", theme.muted, column - px(84), lines=1)
        return y + -(-len(s.headlines) // 3) * line

    def _look(self, month: int) -> None:
        self.focus = f"month {month}"

    def _ask_back(self, month: int) -> None:
        self.app.show(Back(self.app, month))

    def _branch(self, month: int) -> None:
        s, actor = self.session, self.session.actor
        game = s.game

        def make() -> tuple[Game, str]:
            return game.branch(month, secrets.randbelow(1_000_000)), actor

        told = s.words("A new game from {month}, with other luck. The one before is kept.",
                       month=s.month_name(month))  # fmt: skip
        self.app.open_game(make, told=told)


class Back(Panel):
    """Whether to go back: the luck stays, the score goes."""

    name = "back"
    broad = 560

    def __init__(self, app: "App", month: int) -> None:
        super().__init__(app)
        self.month = month

    def paint(self, brush: Brush) -> int:
        """Paint what going back does, and the two ways on."""
        s = self.session
        month = s.month_name(self.month)
        x, y, wide = self.head(brush, s.words("Go back to {month}?", month=month))
        said = s.words(
            "The game stands again as {month} opened; the months since are taken back. The luck stays the "
            "same, so you know what is coming: the game keeps no score from here on. A new game from the "
            "same month has other luck and keeps its score.", month=month,
        )  # fmt: skip
        y = brush.text(said, x, y, "text", None, wide)
        more = [Button("rewind", s.words("Go back to {month}", month=month), self._rewind)]
        return self.foot(brush, x, y, wide, s.words("Stay here"), more)

    def _rewind(self) -> None:
        app, s, month = self.app, self.session, self.month
        app.busy = True

        def work() -> None:
            s.game.rewind(month)
            s.view = SeatView(s.game, s.actor)
            s.moved()
            s.prepare()

        def done(_: None) -> None:
            app.busy = False
            app.futures.begin(s.game, s.actor)
            s.version += 1
            app.keep()
            app.shut()

        app.jobs.do(work, done, app.failed)
