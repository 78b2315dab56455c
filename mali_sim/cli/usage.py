"""
What click itself says of a command line, in the language of the person who typed it.

Every command begins here, so that this imports nothing that takes time.
"""

import gettext
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_DOMAIN = "mali_sim"
_LOCALE = Path(__file__).resolve().parent.parent / "locale"


def word(message: str) -> str:
    """Mark a message for the catalogue."""
    return message


def plural(one: str, many: str) -> tuple[str, str]:
    """Mark a message and its plural for the catalogue."""
    return one, many


#: click's words for what is wrong with a command line; of those that differ between its versions, both.
#: What is not here stays English.
SAID_BY_CLICK = (
    word("Usage:"),
    word("Error: {message}"),
    word("Try '{command} {option}' for help."),
    word("Aborted!"),
    word("Invalid value: {message}"),
    word("Invalid value for {param_hint}: {message}"),
    word("Missing argument"),
    word("Missing option"),
    word("Missing parameter"),
    word("Missing command."),
    word("No such option {name!r}."),
    word("No such option: {name}"),
    word("Option {name!r} does not take a value."),
    word("{value} is not in the range {range}."),
    word("{value!r} is not a valid {number_type}."),
    word("{name} {filename!r} does not exist."),
    plural("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    plural("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    plural("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    plural("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)


def language_of(arguments: Sequence[str]) -> str:
    """
    The language in which to say what is wrong with a command line.

    That which is asked for; of a game, else the system's. Other commands and all pages of
    help are English, and so is what stands around them.
    """
    if {"-h", "--help"} & {*arguments}:
        return "en"
    for place, argument in enumerate(arguments):
        option, sign, value = argument.partition("=")
        asked = value if sign else "".join(arguments[place + 1 : place + 2])
        if option == "--lang" and asked in ("en", "fr"):
            return asked
    if arguments[:1] == ["play"]:
        from mali_sim.cli.play import system_language

        return system_language()
    return "en"


@contextmanager
def click_speaks(language: str) -> Iterator[None]:
    """
    Let click say its words from this program's catalogue.

    click asks the process's own gettext, whose domain and language are the only ones it
    can be given.
    """
    domain, folder, asked = gettext.textdomain(), gettext.bindtextdomain(_DOMAIN), os.environ.get("LANGUAGE")
    gettext.bindtextdomain(_DOMAIN, _LOCALE)
    gettext.textdomain(_DOMAIN)
    os.environ["LANGUAGE"] = language
    try:
        yield
    finally:
        gettext.textdomain(domain)
        gettext.bindtextdomain(_DOMAIN, folder)
        if asked is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = asked
