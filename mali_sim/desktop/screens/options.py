"""Settings: language, size, contrast, motion, and which key does what."""

from functools import partial
from typing import TYPE_CHECKING

import pygame

from mali_sim.desktop.keys import BY_ID, COMMANDS, Keys
from mali_sim.desktop.panel import Button, Page
from mali_sim.desktop.tokens import RING, SCALES, STEP
from mali_sim.desktop.widgets import Act, Brush
from mali_sim.scenario.texts import word

if TYPE_CHECKING:
    from mali_sim.desktop.app import App

_THEMES = {"day": (word("Paper"), word("Warm colours, as the pictures show them.")),
           "contrast": (word("High contrast"), word("Black on white, darker colours, lines that are seen."))}


class Options(Page):
    """What a player may set; every change holds at once."""

    name = "options"
    broad = 860

    def __init__(self, app: "App") -> None:
        super().__init__(app)
        self.waits: str | None = None

    def title(self) -> str:
        """What the page is called."""
        return self.words("Settings")

    def signature(self) -> object:
        """What the picture depends on."""
        return super().signature(), self.waits, tuple(self.app.settings.keys.items())

    def buttons(self) -> list[Button]:
        """Back, and the usual keys."""
        found = list(super().buttons())
        if self.app.settings.keys:
            found.append(Button("usual", self.words("The usual keys"), self._usual))
        return found

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint the options in groups."""
        px, words, settings = brush.px, self.words, self.app.settings
        y = self._heading(brush, words("Language"), x, y, wide)
        for language, label in (("en", "English"), ("fr", "Français")):
            y = brush.option(f"language {language}", label, x, y, wide, words.language == language,
                             partial(self._speak, language))  # fmt: skip
        y = self._heading(brush, words("Size of the interface"), x, y + px(STEP * 2), wide)
        held = words(
            "Held to what fits: the layout needs 1024 × 640 at the scale chosen. In force: {scale} %.",
            scale=round(100 * brush.letters.scale),
        )
        y = brush.text(held, x, y, "small", brush.theme.muted, wide) + px(STEP)
        gap, count = px(8), len(SCALES)
        each = (wide - gap * (count - 1)) // count
        for n, scale in enumerate(SCALES):
            label = words("As fits") if not scale else f"{scale} %"
            below = brush.option(f"scale {scale}", label, x + n * (each + gap), y, each,
                                 settings.scale == scale, partial(self._set, "scale", scale))  # fmt: skip
        y = self._heading(brush, words("Colours"), x, below + px(STEP * 2), wide)
        for theme, (label, said) in _THEMES.items():
            y = brush.option(f"theme {theme}", words(label), x, y, wide, settings.theme == theme,
                             partial(self._set, "theme", theme), words(said))  # fmt: skip
        y = self._heading(brush, words("Behaviour"), x, y + px(STEP * 2), wide)
        switches: list[tuple[str, str, str, bool, Act]] = [
            ("full", words("Full screen"), "", settings.fullscreen, self.app.full),
            ("motion", words("Reduced motion"), words("Nothing slides or fades."), not settings.motion,
             partial(self._set, "motion", not settings.motion)),
            ("tips", words("Explain what the pointer rests on"), "", settings.tips,
             partial(self._set, "tips", not settings.tips)),
        ]  # fmt: skip
        for id, label, said, on, act in switches:
            y = brush.option(id, label, x, y, wide, on, act, said, box=True)
        return self._keys(brush, x, y + px(STEP * 2), wide)

    def _heading(self, brush: Brush, text: str, x: int, y: int, wide: int) -> int:
        return brush.text(text, x, y, "heading", None, wide) + brush.px(STEP)

    def _keys(self, brush: Brush, x: int, y: int, wide: int) -> int:
        px, theme, words, keys = brush.px, brush.theme, self.words, self.app.keys
        y = self._heading(brush, words("Keys"), x, y, wide)
        said = words(
            "Choose one, then press the key that shall do it. Tab, the arrow keys, Enter, Space, Esc and F1 "
            "always do the same."
        )
        y = brush.text(said, x, y, "small", theme.muted, wide) + px(STEP)
        high = max(brush.letters.height("text") + px(8), px(30))
        for c in COMMANDS:
            rect = pygame.Rect(x, y, wide, high)
            stands = brush.spot(f"key {c.id}", rect, partial(self._wait, c.id))
            waits = self.waits == c.id
            brush.card(rect, theme.card if waits else None, theme.indigo if waits or stands else theme.line,
                       RING if waits or stands else 1)  # fmt: skip
            top = y + (high - brush.letters.height("text")) // 2
            label = words(c.label)
            brush.text(label[:1].upper() + label[1:], x + px(12), top, "text", None, wide - px(200))
            shown = words("press a key…") if waits else keys.shown(c.id, words)
            brush.text(shown, x + wide - px(14), top, "strong", theme.indigo, align="right")
            y = rect.bottom + px(4)
        return y

    def key(self, event: pygame.event.Event) -> bool:
        """The key that was waited for."""
        if self.waits is None:
            return False
        id, self.waits = self.waits, None
        words = self.words
        if event.key == pygame.K_ESCAPE:
            return True
        name = pygame.key.name(event.key)
        taken = self.app.keys.taken(name, id)
        if taken == "fixed" or not name:
            self.app.message = words("This key always does the same and cannot be given away.")
        elif taken is not None:
            what = words(BY_ID[taken].label)
            self.app.message = words("{key} has its use already: {what}", key=name.upper(), what=what)
        else:
            keys = Keys(self.app.settings.keys)
            keys.give(id, name)
            self.app.settings.keys = keys.changed()
            self.app.keep_settings()
        return True

    def _wait(self, id: str) -> None:
        self.waits = id

    def _usual(self) -> None:
        self.app.settings.keys = {}
        self.app.keep_settings()

    def _set(self, name: str, value: object) -> None:
        setattr(self.app.settings, name, value)
        self.app.keep_settings()

    def _speak(self, language: str) -> None:
        if self.words.language != language:
            self.app.speak()
