"""The keys, how the screen is read, and the menu of a game."""

from functools import partial

from mali_sim.desktop.keys import COMMANDS
from mali_sim.desktop.panel import Panel
from mali_sim.desktop.tokens import STEP
from mali_sim.desktop.widgets import Act, Brush
from mali_sim.play.slots import SUFFIX


class Help(Panel):
    """The keys, and how the screen is read."""

    name = "help"
    broad = 820

    def paint(self, brush: Brush) -> int:
        """Paint the list of keys."""
        px, words, keys = brush.px, self.words, self.app.keys
        x, y, wide = self.head(brush, words("Help"))
        about = words(
            "Read the screen from the bar at the top, how things stand, to the button at the bottom right, "
            "going on. Left are the partners, in the middle the map and why a figure moved, right what you "
            "can do. A triangle tells up or down; the word beside it, and its colour, whether that is "
            "better. The darker and the more hatched a place, the more of what the map shows."
        )
        y = brush.text(about, x, y, "text", None, wide) + px(STEP * 3)
        rows = [
            ("Tab", words("to the next part of the screen; with Shift to the one before")),
            (words("up, down"), words("to the next or previous card, partner or place")),
            (
                words("left, right"),
                words("another topic, another layer of the map, another view of the partners"),
            ),
            (words("Enter"), words("choose: put a card into the plan or take it out, look into a number")),
            (words("Esc"), words("back; on the main screen the menu")),
        ]
        rows += [(keys.shown(c.id, words), words(c.label)) for c in COMMANDS]
        column = max(brush.letters.width(key, "strong") for key, _ in rows) + px(STEP * 6)
        half = -(-len(rows) // 2)
        each = (wide - px(STEP * 6)) // 2
        start = deepest = y
        for n, (key, text) in enumerate(rows):
            if n == half:
                y, x = start, x + each + px(STEP * 6)
            brush.text(key, x, y, "small_strong")
            y = brush.text(text, x + column, y, "small", width=each - column) + px(3)
            deepest = max(deepest, y)
        left = px(STEP * 7)
        return self.foot(brush, left, deepest, wide, words("Back"))


class Menu(Panel):
    """What can be done with the game as a whole."""

    name = "menu"
    broad = 440

    def paint(self, brush: Brush) -> int:
        """Paint a button for each."""
        px, words, app = brush.px, self.words, self.app
        x, y, wide = self.head(brush, words("Menu"))
        rows: list[tuple[str, str, Act]] = [
            ("resume", words("Go on playing"), self.close),
            ("save", words("Save"), self._save),
            ("name", words("Save under a name"), lambda: app.replace(SaveAs(app))),
            ("timeline", words("The months so far"), partial(self._open, "timeline")),
            ("objectives", words("What counts in the end"), partial(self._open, "objectives")),
            ("dossier", words("The opening file"), partial(self._open, "dossier")),
            ("codex", words("Look something up"), partial(self._open, "codex")),
            ("settings", words("Settings"), partial(self._open, "settings")),
            ("help", words("Help"), partial(self._open, "help")),
            ("title", words("Back to the title"), app.to_title),
            ("leave", words("Close the window"), app.leave),
        ]
        for id, label, act in rows:
            y = brush.button(id, label, x, y, act, primary=id == "resume", width=wide).bottom + px(6)
        kept = words("The game is kept each month by itself.")
        y = brush.text(kept, x, y + px(STEP), "small", brush.theme.muted, wide)
        return y + px(STEP * 4)

    def _save(self) -> None:
        self.app.back()
        self.app.save()

    def _open(self, name: str) -> None:
        self.app.back()
        self.app.open(name)


class SaveAs(Panel):
    """A name for the save."""

    name = "save as"
    broad = 560

    def __init__(self, app) -> None:
        super().__init__(app)
        self.typed = {"name": ""}
        self.focus = "name"
        self._warned = ""

    def paint(self, brush: Brush) -> int:
        """Paint the field and the folder."""
        px, words = brush.px, self.words
        x, y, wide = self.head(brush, words("Save under a name"))
        y = brush.field("name", self.typed["name"], words("a name"), x, y, wide).bottom + px(STEP * 2)
        folder = words("In the folder {folder}", folder=self.app.folder)
        y = brush.text(folder, x, y, "small", brush.theme.muted, wide)
        if self.app.message:
            y = brush.text(self.app.message, x, y, "small", brush.theme.rust, wide)
        rect = brush.button("save", words("Save"), x + wide, y + px(10), self._save, primary=True, right=True)
        brush.button("close", words("Back"), x, y + px(15), self.close, key=words("Esc"))
        return rect.bottom + px(STEP * 6)

    def entered(self, id: str) -> None:
        """Enter saves."""
        self._save()

    def _save(self) -> None:
        name = "".join(c for c in self.typed["name"].strip() if c not in '/\\:*?"<>|')[:80].strip(". ")
        if not name:
            self.app.message = self.words("Type a name first.")
            return
        if (self.app.folder / f"{name}{SUFFIX}").exists() and self._warned != name:
            self._warned = name
            self.app.message = self.words("There is a save of this name. Once more writes over it.")
            return
        self.app.back()
        self.app.save(f"{name}{SUFFIX}")
