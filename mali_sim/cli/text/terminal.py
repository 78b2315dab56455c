"""The terminal of the text game: lines in, wrapped and paged lines out."""

import re
import sys
import textwrap
from shutil import get_terminal_size

import click

from mali_sim.cli.text.commands import COMMANDS
from mali_sim.scenario.texts import Words, folded

WIDEST = 100
PAGE = 40
_NARROWEST = 30
_LISTED = re.compile(r"\s|\d+\. |[^.]{1,60}: ")


class Terminal:
    """
    Reads lines and prints pages, in one language.

    Attributes
    ----------
    words : Words
    rest : list of str
        What is left of a long page.
    """

    def __init__(self, words: Words) -> None:
        self.words = words
        self.rest: list[str] = []

    def read(self, prompt: str) -> str:
        """
        A line from the player.

        Raises
        ------
        EOFError, KeyboardInterrupt
        """
        # What edits the line counts the prompt's columns: only its last line is given to it.
        above, _, last = prompt.rpartition("\n")
        if above:
            click.echo(above)
        line = input(last)
        if not sys.stdin.isatty():
            click.echo(line)
        return line

    def ask(self, question: str) -> bool | None:
        """Yes, no, or neither."""
        answer = folded(self.read("\n".join(wrapped([question])) + "\n> "))
        if answer in ("y", "yes", "o", "oui"):
            return True
        return False if answer in ("n", "no", "non") else None

    def show(self, lines: list[str]) -> None:
        """Print a page; what does not fit waits for ``more``."""
        made = wrapped(lines)
        limit = max(PAGE, get_terminal_size().lines - 5)
        self.rest = []
        if len(made) > limit:
            breaks = [n for n in range(limit // 2, limit) if not made[n].strip()]
            cut = breaks[-1] if breaks else limit
            self.rest = made[cut + 1 :] if breaks else made[cut:]
            left = len([x for x in self.rest if x.strip()])
            more = self.words.plural(
                "({count} more line: type {command})", "({count} more lines: type {command})", left,
                command=self.command("more"),
            )  # fmt: skip
            made = [*made[:cut], "", more]
        click.echo("\n".join(made))

    def show_rest(self) -> bool:
        """Print what is left of a long page; False where nothing is."""
        if not self.rest:
            return False
        self.show(self.rest)
        return True

    def command(self, line: str) -> str:
        """A command line as it is written in the player's language."""
        name, _, rest = line.partition(" ")
        names = {c.name: c.shown(self.words.language) for c in COMMANDS}
        # Of the words after a command these two are the program's, the others are names.
        own = {"all": self.words("all"), "answer": names["answer"]}
        after = (own.get(part, part) for part in rest.split())
        return " ".join((names.get(name, name), *after))


def wrapped(lines: list[str]) -> list[str]:
    """Lines no wider than the terminal; lists hang, prose does not."""
    width = max(_NARROWEST, min(WIDEST, get_terminal_size((WIDEST, 30)).columns))
    found = []
    for line in lines:
        text = line.strip() or " "
        indent = line[: len(line) - len(line.lstrip(" "))]
        prose = not indent and text.endswith(".") and len(text) > 2 * width and not text[0].isdecimal()
        hang = "  " if _LISTED.match(line) and not prose else ""
        found += textwrap.wrap(
            text, width, initial_indent=indent, subsequent_indent=indent + hang,
            break_long_words=False, break_on_hyphens=False,
        ) or [""]  # fmt: skip
    return found
