"""Which key does what: the usual keys, and those that a player has chosen instead."""

from collections.abc import Mapping

import pygame
from attrs import frozen

from mali_sim.scenario.texts import Words, word


@frozen
class Command:
    """
    Something that a key does on the main screen.

    Parameters
    ----------
    id : str
    key : str
        The usual key, as pygame calls it.
    label : str
        What it does, for the catalogue.
    """

    id: str
    key: str
    label: str


COMMANDS = (
    Command("next", "n", word("play the month")),
    Command("undo", "u", word("take back the last decision of this month")),
    Command("why", "w", word("why the chosen number changed")),
    Command("report", "r", word("what the last month brought")),
    Command("question", "q", word("questions that wait for an answer")),
    Command("offers", "o", word("bargains and offers")),
    Command("objectives", "b", word("what counts in the end")),
    Command("timeline", "t", word("the months so far, to look back or go back")),
    Command("codex", "c", word("look something up")),
    Command("dossier", "d", word("the opening file")),
    Command("pin", "p", word("pin this plan")),
    Command("compare", "v", word("compare the pinned plans")),
    Command("note", "m", word("write a note into the record")),
    Command("save", "s", word("save the game")),
    Command("tip", "i", word("explain what has the focus; again to pin it")),
    Command("language", "l", word("English or French")),
    Command("full", "f", word("full screen or window")),
    Command("menu", "e", word("the menu")),
    Command("help", "h", word("help")),
)
BY_ID = {c.id: c for c in COMMANDS}
#: Keys that always do the same, so that nobody can lock themselves out.
FIXED = frozenset(
    ("up", "down", "left", "right", "tab", "return", "enter", "escape", "space", "page up", "page down",
     "home", "end", "backspace", "delete", "left shift", "right shift", "left ctrl", "right ctrl", "left alt",
     "right alt", "left meta", "right meta", "caps lock", "f1", "?")
)  # fmt: skip
_SHOWN = {
    "space": word("Space"), "return": word("Enter"), "escape": word("Esc"), "tab": "Tab",
}  # fmt: skip


class Keys:
    """
    The keys in use.

    Parameters
    ----------
    own : mapping of str to str
        Keys that differ from the usual ones, by command.
    """

    def __init__(self, own: Mapping[str, str]) -> None:
        own = {id: key for id, key in own.items() if id in BY_ID and key not in FIXED}
        self._keys = {c.id: c.key for c in COMMANDS if c.id not in own}
        for id, key in own.items():
            free = key not in self._keys.values()
            self._keys[id] = key if free else BY_ID[id].key

    def of(self, id: str) -> str:
        """The key of a command, as pygame calls it."""
        return self._keys[id]

    def shown(self, id: str, words: Words) -> str:
        """The key of a command as it is written."""
        name = self._keys[id]
        return words(_SHOWN[name]) if name in _SHOWN else name.upper() if len(name) == 1 else name.title()

    def command(self, event: pygame.event.Event) -> str | None:
        """What a pressed key does."""
        if event.mod & (pygame.KMOD_CTRL | pygame.KMOD_META):
            return {pygame.K_z: "undo", pygame.K_s: "save"}.get(event.key)
        if event.key == pygame.K_F1 or event.unicode == "?":
            return "help"
        if event.key == pygame.K_F11:
            return "full"
        name = pygame.key.name(event.key)
        return next((id for id, key in self._keys.items() if key == name), None)

    def taken(self, key: str, id: str) -> str | None:
        """Which other command has a key; ``fixed`` where it always does the same."""
        if key in FIXED or key == "f11":
            return "fixed"
        return next((other for other, own in self._keys.items() if own == key and other != id), None)

    def changed(self) -> dict[str, str]:
        """What differs from the usual."""
        return {id: key for id, key in self._keys.items() if key != BY_ID[id].key}

    def give(self, id: str, key: str) -> None:
        """Give a command a key that no other has."""
        self._keys[id] = key
