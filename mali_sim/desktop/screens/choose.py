"""Where a game comes from: a scenario and a seat, a save, the address of a run."""

import secrets
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pygame
from attrs import frozen

from mali_sim.desktop.panel import Button, Page
from mali_sim.desktop.tokens import RING, STEP
from mali_sim.desktop.widgets import Brush
from mali_sim.model import load_model
from mali_sim.play import Address, AddressError, Game, SaveError
from mali_sim.play.saved import Saved as InBrief
from mali_sim.play.saved import saved
from mali_sim.play.slots import latest_saves, was_named
from mali_sim.scenario import ScenarioProblems, find_scenario, list_scenarios, load
from mali_sim.scenario.classes import Scenario

if TYPE_CHECKING:
    from mali_sim.desktop.app import App


def game_of_save(path: Path) -> tuple[Game, str]:
    """A saved game and its seat."""
    game = Game.load(path)
    header = game.model.scenario.scenario
    seat = next(iter(game.seats), header.seats[0])
    if seat not in game.seats and not game.finished:
        game.seat(seat, "human")
    return game, seat


@frozen
class _Listed:
    """A scenario in the chooser, or why it cannot be played."""

    path: Path
    scenario: Scenario | None
    problems: str = ""


def _listed() -> list[_Listed]:
    """The shipped scenarios, the shortest game first."""
    found = []
    for path in list_scenarios():
        try:
            found.append(_Listed(path, load(path).scenario))
        except ScenarioProblems as problems:
            found.append(_Listed(path, None, str(problems)))
    order = {x.path: n for n, x in enumerate(found)}
    found.sort(key=lambda x: (x.scenario.scenario.months if x.scenario else 999, order[x.path]))
    return found


class Chooser(Page):
    """Which scenario, whose seat, how long, whose view of what is disputed."""

    name = "chooser"
    broad = 1160

    #: What was read once is not read again.
    _known: list[_Listed] = []  # noqa: RUF012

    def __init__(self, app: "App") -> None:
        super().__init__(app)
        self.at = 0
        self.seat: str | None = None
        self.short = False
        self.reading = "balanced"
        self.focus = "scenario 0"
        if not self._known:
            app.jobs.do(_listed, self._read, app.failed)

    def _read(self, found: list[_Listed]) -> None:
        Chooser._known = found
        self.focus = "scenario 0"
        self.stale()

    def signature(self) -> object:
        """What the picture depends on."""
        chosen = self.at, self.seat, self.short, self.reading
        return super().signature(), len(self._known), chosen

    def title(self) -> str:
        """What the page is called."""
        return self.words("New game")

    @property
    def chosen(self) -> _Listed | None:
        """The scenario that is looked at."""
        return self._known[self.at] if self._known else None

    def buttons(self) -> list[Button]:
        """Begin, or go back."""
        words = self.words
        found = [Button("close", words("Back"), self.close, key=words("Esc"))]
        if self.chosen is not None and self.chosen.scenario is not None:
            found.insert(0, Button("begin", words("Begin"), self._begin, primary=True))
        return found

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint the scenarios on the left, what there is to choose on the right."""
        if not self._known:
            return brush.text(self.words("The scenarios are being read…"), x, y, "text", brush.theme.muted)
        gap = brush.px(STEP * 8)
        left = round(wide * 0.36)
        low = y
        for n, listed in enumerate(self._known):
            low = self._scenario(brush, n, listed, x, low, left) + brush.px(8)
        other = self._details(brush, x + left + gap, y, wide - left - gap)
        return max(low, other)

    def _scenario(self, brush: Brush, n: int, listed: _Listed, x: int, y: int, wide: int) -> int:
        px, theme, words = brush.px, brush.theme, self.words
        header = listed.scenario.scenario if listed.scenario else None
        title = words.of(header.title) if header else listed.path.stem
        if header is None:
            said = words("It has problems and cannot be played.")
        else:
            months = words.plural("{count} month", "{count} months", header.months)
            start = words.month(header.start, 0)
            said = words("from {month}, {months}", month=start, months=months)
        inner = wide - px(STEP * 6)
        high = px(20) + len(brush.letters.wrap(title, "card", inner)) * brush.letters.height("card")
        high += len(brush.letters.wrap(said, "small", inner)) * brush.letters.height("small")
        rect = pygame.Rect(x, y, wide, high)
        stands = brush.spot(f"scenario {n}", rect, partial(self._look, n))
        chosen = n == self.at
        brush.card(rect, theme.card if chosen else theme.panel, theme.indigo if chosen else theme.line,
                   RING if chosen else 1)  # fmt: skip
        if stands:
            brush.ring(rect.inflate(px(4), px(4)))
        top = brush.text(title, x + px(STEP * 3), y + px(9), "card", None, inner)
        brush.text(said, x + px(STEP * 3), top, "small", theme.muted, inner)
        return rect.bottom

    def _details(self, brush: Brush, x: int, y: int, wide: int) -> int:
        px, theme, words, listed = brush.px, brush.theme, self.words, self.chosen
        assert listed is not None
        if listed.scenario is None:
            y = brush.text(words("What is wrong, by file and line:"), x, y, "card", None, wide)
            for line in listed.problems.split("\n"):
                y = brush.text(line, x, y, "small", None, wide) + px(STEP)
            return y
        s = listed.scenario
        header = s.scenario
        y = brush.text(words.of(header.summary), x, y, "text", None, wide) + px(STEP * 3)
        if header.aims:
            y = brush.text(words("What there is to learn"), x, y, "card", None, wide)
            for aim in header.aims:
                brush.sign("dot", x + px(2), y + px(6), px(7), theme.indigo)
                y = brush.text(words.of(aim), x + px(18), y, "small", None, wide - px(18)) + px(2)
            y += px(STEP * 2)
        y = brush.text(words("Whom you play"), x, y, "card", None, wide) + px(STEP)
        for seat in header.seats:
            actor = s.actor[seat]
            y = brush.option(f"seat {seat}", words.of(actor.label), x, y, wide,
                             seat == (self.seat or header.seats[0]), partial(self._sit, seat),
                             words.of(actor.text))  # fmt: skip
        if header.short is not None:
            y = brush.text(words("How long"), x, y + px(STEP), "card", None, wide) + px(STEP)
            lengths = ((False, header.months, words("The whole game: one to two hours.")),
                       (True, header.short, words("The short form: about half an hour.")))  # fmt: skip
            for short, months, said in lengths:
                label = words.plural("{count} month", "{count} months", months)
                y = brush.option(f"short {short}", label, x, y, wide, self.short == short,
                                 partial(self._last, short), said)  # fmt: skip
        if s.reading:
            y = brush.text(words("Whose view of what is disputed"), x, y + px(STEP), "card", None, wide)
            y += px(STEP)
            balanced = words("Between the views; where sources differ, the middle.")
            readings = [("balanced", words("Balanced"), balanced)]
            readings += [(id, words.of(t.label), words.of(t.text)) for id, t in s.reading.items()
                         if id != "balanced"]  # fmt: skip
            for id, label, said in readings:
                y = brush.option(f"reading {id}", label, x, y, wide, self.reading == id,
                                 partial(self._read_as, id), said)  # fmt: skip
        return y

    def _look(self, n: int) -> None:
        if n == self.at and self.chosen is not None and self.chosen.scenario is not None:
            self.focus, self.reveal = "begin", True
        self.at, self.seat, self.short, self.reading = n, None, False, "balanced"

    def _sit(self, seat: str) -> None:
        self.seat = seat

    def _last(self, short: bool) -> None:
        self.short = short

    def _read_as(self, reading: str) -> None:
        self.reading = reading

    def _begin(self) -> None:
        listed = self.chosen
        if listed is None or listed.scenario is None:
            return
        seat = self.seat or listed.scenario.scenario.seats[0]
        reading, short, language = self.reading, self.short, self.words.language

        def make() -> tuple[Game, str]:
            model = load_model(listed.path)
            seed = secrets.randbelow(1_000_000)
            return Game.new(model, [seat], seed=seed, reading=reading, language=language, short=short), seat

        self.app.open_game(make)


class Saved(Page):
    """Games that were kept, the latest first."""

    name = "saves"
    count = 40

    def __init__(self, app: "App") -> None:
        super().__init__(app)
        self.rows: list[tuple[Path, InBrief | str]] | None = None
        app.jobs.do(self._look, self._seen, app.failed)

    def _look(self) -> list[tuple[Path, InBrief | str]]:
        found: list[tuple[Path, InBrief | str]] = []
        for path in latest_saves(self.app.folder, self.count):
            try:
                found.append((path, saved(path)))
            except SaveError as error:
                found.append((path, self.words.of(error.said)))
        return found

    def _seen(self, found: list[tuple[Path, InBrief | str]]) -> None:
        self.rows = found
        if found:
            self.focus = f"save {found[0][0].stem}"
        self.stale()

    def title(self) -> str:
        """What the page is called."""
        return self.words("Saved games")

    def above(self) -> str:
        """Where they are."""
        return str(self.app.folder)

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint a card for each."""
        px, theme, words = brush.px, brush.theme, self.words
        if self.rows is None:
            return brush.text(words("One moment"), x, y, "text", theme.muted, wide)
        if not self.rows:
            return brush.text(words("No game has been saved yet."), x, y, "text", theme.muted, wide)
        for path, found in self.rows:
            whole = not isinstance(found, str)
            said = self._said(found) if not isinstance(found, str) else found
            title = words.of(found.title) if not isinstance(found, str) else words("This file cannot be read")
            if not isinstance(found, str) and was_named(path, found.scenario):
                title = f"{path.stem} · {title}"
            inner = wide - px(STEP * 6)
            lines = len(brush.letters.wrap(said, "small", inner)) + 1
            named = len(brush.letters.wrap(title, "card", inner)) * brush.letters.height("card")
            high = px(18) + named + lines * brush.letters.height("small")
            rect = pygame.Rect(x, y, wide, high)
            stands = brush.spot(f"save {path.stem}", rect, partial(self._open, path))
            brush.card(rect, theme.card if whole else theme.panel)
            if stands:
                brush.ring(rect)
            top = brush.text(title, x + px(STEP * 3), y + px(8), "card", None, inner)
            top = brush.text(said, x + px(STEP * 3), top, "small", None if whole else theme.rust, inner)
            file = f"{path.name} · {self._kept(path)}"
            brush.text(file, x + px(STEP * 3), top, "small", theme.muted, inner, lines=1)
            y = rect.bottom + px(8)
        return y

    def _kept(self, path: Path) -> str:
        """When a file was written."""
        try:
            at = time.localtime(path.stat().st_mtime)
        except OSError:
            return ""
        month = self.words.month(f"{at.tm_year:04d}-{at.tm_mon:02d}", 0)
        return f"{at.tm_mday} {month}, {at.tm_hour:02d}:{at.tm_min:02d}"

    def _said(self, found: InBrief) -> str:
        words = self.words
        if found.finished:
            stands = words("played to its end")
        else:
            stands = words("{month}, month {number} of {months}", number=found.month + 1,
                           month=words.month(found.start, found.month), months=found.months)  # fmt: skip
        parts = [words.listed([words.of(seat) for seat in found.seats]), stands]
        if found.branched is not None:
            parts.append(words("other luck from {month}", month=words.month(found.start, found.branched)))
        return " · ".join(parts)

    def _open(self, path: Path) -> None:
        self.app.open_game(lambda: game_of_save(path), path)


class AddressPage(Page):
    """A run of a batch, by its address, from any month on."""

    name = "address"
    broad = 760

    def __init__(self, app: "App") -> None:
        super().__init__(app)
        self.typed = {"address": "", "month": ""}
        self.focus = "address"

    def title(self) -> str:
        """What the page is called."""
        return self.words("Open an address")

    def buttons(self) -> list[Button]:
        """Open it, or go back."""
        words = self.words
        return [Button("open", words("Open"), self._open, primary=True),
                Button("close", words("Back"), self.close, key=words("Esc"))]  # fmt: skip

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint the two fields."""
        px, words = brush.px, self.words
        said = words(
            "Every run of a batch has an address. Opened here it is played as it was, up to the month you "
            "name; from then on you play it. The address of a game that somebody played gives the same start "
            "and the same luck; the decisions are in its save."
        )
        y = brush.text(said, x, y, "text", None, wide) + px(STEP * 4)
        y = brush.text(words("The address"), x, y, "card", None, wide) + px(STEP)
        sample = "avoid-the-trap@1657008eda2e:status_quo:balanced:1:17"
        example = words("for example {example}", example=sample)
        y = brush.field("address", self.typed["address"], example, x, y, wide).bottom + px(STEP * 4)
        y = brush.text(words("From which month on you play; the first where nothing is said"), x, y, "card",
                       None, wide) + px(STEP)  # fmt: skip
        y = brush.field("month", self.typed["month"], words("for example {example}", example="12"), x, y,
                        px(200)).bottom  # fmt: skip
        return brush.text(words("Ctrl V pastes what was copied."), x, y + px(STEP * 2), "small",
                          brush.theme.muted, wide)  # fmt: skip

    def entered(self, id: str) -> None:
        """Enter goes from field to field, then opens."""
        self._open() if id == "month" or self.typed["address"].strip() else None

    def _open(self) -> None:
        text, month = self.typed["address"].strip(), self.typed["month"].strip()
        words = self.words
        if not text:
            self.app.message = words("Type or paste an address first.")
            return
        if month and not (month.isdecimal() and len(month) < 6 and 1 <= int(month) <= 600):
            self.app.message = words("The month is a number from 1 on; {month} is none.", month=month[:20])
            return

        try:
            address = Address.parse(text)
        except AddressError:
            self.app.message = words(
                "This is no address. An address is copied whole from a batch, from a replay or from the end "
                "of a game."
            )
            return

        def make() -> tuple[Game, str]:
            model = load_model(find_scenario(address.scenario))
            header = model.scenario.scenario
            played = min(int(month or 1), header.months) - 1
            seat = header.seats[0]
            return Game.at_address(model, address, played, [seat]), seat

        self.app.open_game(make)
