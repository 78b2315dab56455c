"""The commands of the text game: their words in both languages, and how a line is understood."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from mali_sim.scenario.texts import Words, folded, word


@frozen
class Command:
    """
    One command.

    Parameters
    ----------
    name : str
        Its English word, which works in every language.
    synonyms : tuple of str
        Other English words.
    french : tuple of str
        French words; the first is the one that is shown.
    usage : str
        How it is typed, as a message.
    text : str
        What it does, as a message.
    """

    name: str
    synonyms: tuple[str, ...]
    french: tuple[str, ...]
    usage: str
    text: str

    def shown(self, language: str) -> str:
        """The word that is shown in a language."""
        return self.french[0] if language == "fr" else self.name


COMMANDS = (
    Command("dossier", ("brief", "about"), ("dossier", "à propos"),
            word("dossier"), word("where things stand at the start, and what is asked of you")),
    Command("status", ("situation", "indicators"), ("situation", "état", "indicateurs"),
            word("status, status all, status TOPIC"),
            word("the main figures; all of them; those of one topic")),
    Command("decisions", ("decide",), ("décisions", "décider"),
            word("decisions, decisions TOPIC"),
            word("what you may decide this month, numbered; with a topic also what you may not, and why")),
    Command("offers", ("bargains", "deals"), ("propositions", "offres", "accords"),
            word("offers"),
            word("bargains that you may propose, and those in force: what is asked, what is given")),
    Command("objectives", ("goals", "aims", "weights"), ("objectifs", "buts"),
            word("objectives, objectives NAME"),
            word("what counts in the end, which way is better, and how much; one of them in full")),
    Command("weight", ("weigh",), ("poids", "peser", "pondérer"),
            word("weight NAME 30, weight scenario, weight equal"),
            word("how much an objective counts for you, in percent; as the scenario has it; all the same")),
    Command("details", ("show", "detail"), ("détails", "détail", "voir"),
            word("details NUMBER, details answer NUMBER"),
            word("all about a decision, an offer or an answer")),
    Command("forecast", ("predict",), ("prévision", "prévoir", "prévisions"),
            word("forecast NUMBER, forecast answer NUMBER, forecast"),
            word("what a decision, an answer, or your plan, changes over the next 12 months")),
    Command("do", ("choose", "take", "add"), ("faire", "choisir", "prendre"),
            word("do NUMBER"), word("put a decision or an offer into this month’s plan")),
    Command("undo", ("remove", "withdraw"), ("annuler", "retirer"),
            word("undo, undo NUMBER"), word("take the last one, or that one, out of the plan")),
    Command("plan", (), ("plan", "programme"),
            word("plan"), word("what you are going to do this month, and what it costs")),
    Command("capital", ("purse",), ("capital",),
            word("capital"), word("what you have to spend, what a month brings, and what changes that")),
    Command("questions", ("question",), ("questions", "question"),
            word("questions"), word("what waits for your answer")),
    Command("answer", ("reply",), ("répondre", "réponse"),
            word("answer NUMBER"), word("answer a question; your answer takes effect with the month")),
    Command("next", ("advance", "end", "go"), ("suivant", "avancer", "mois"),
            word("next"), word("play the month and read what it brought")),
    Command("why", ("explain", "cause"), ("pourquoi", "expliquer"),
            word("why NAME, why NAME MONTH"), word("why a figure changed: causes, equation, sources")),
    Command("what-if", ("whatif", "without"), ("et-si", "sans", "et si"),
            word("what-if, what-if NUMBER"),
            word("what one of your earlier decisions changed: the same luck without it")),
    Command("history", ("log", "report"), ("historique", "journal"),
            word("history, history MONTH, history NAME"),
            word("months past; one month in full; one figure month by month")),
    Command("note", ("remark",), ("note", "noter"),
            word("note TEXT, note"), word("write something into the record; read your notes")),
    Command("source", ("sources",), ("source", "sources"),
            word("source ID"), word("what a source says and where to find it")),
    Command("rewind", ("back",), ("revenir", "remonter"),
            word("rewind MONTH"), word("go back to a month, on the same luck; this marks the record")),
    Command("branch", ("fork",), ("bifurquer", "branche"),
            word("branch MONTH"), word("a new game from a month, with other luck")),
    Command("save", ("keep",), ("enregistrer", "sauver", "sauvegarder"),
            word("save, save FILE"), word("keep the game in a file")),
    Command("load", ("open",), ("ouvrir", "charger"),
            word("load, load FILE"), word("saves to be opened; open one")),
    Command("debrief", ("result", "results", "score"), ("bilan", "résultat"),
            word("debrief"), word("where the story stands, against where it began")),
    Command("language", ("lang",), ("langue",),
            word("language en, language fr"), word("change the language")),
    Command("more", (), ("suite", "plus"),
            word("more"), word("the rest of a long page")),
    Command("help", ("?", "commands"), ("aide", "commandes"),
            word("help, help COMMAND"), word("the commands; one of them")),
    Command("quit", ("exit", "bye"), ("quitter", "sortir"),
            word("quit"), word("leave")),
)  # fmt: skip

#: Single letters for what is typed most.
LETTERS = {
    "n": "next", "d": "decisions", "s": "status", "o": "objectives", "w": "why", "m": "more", "h": "help",
    "q": "quit",
}  # fmt: skip


def as_typed(name: str) -> str:
    """A name as a command is written: small at first, but for a word that is all capitals."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def vocabulary(sets: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """
    Every word that begins a command, folded, and the command's name.

    Parameters
    ----------
    sets : mapping of str to sequence of str
        Names in both languages of each set that can be listed; ``set:ID`` becomes its command.
    """
    found = {}
    for id, names in sets.items():
        for name in (id, *names):
            found[folded(name)] = f"set:{id}"
    for command in COMMANDS:
        for name in (command.name, *command.synonyms, *command.french):
            found[folded(name)] = command.name
    return found


def understand(line: str, known: Mapping[str, str]) -> tuple[str | None, str, str | None]:
    """
    What a line asks for.

    Returns
    -------
    (command or None, what follows, nearest word or None)
        The nearest word only where no command is meant.
    """
    text = " ".join(line.split())
    for name in sorted((n for n in known if " " in n), key=len, reverse=True):
        if folded(text) == name or folded(text).startswith(name + " "):
            return known[name], " ".join(text.split()[len(name.split()) :]), None
    first, _, rest = text.partition(" ")
    asked = folded(first)
    if asked in LETTERS:
        return LETTERS[asked], rest, None
    if asked in known:
        return known[asked], rest, None
    if len(asked) >= 2:
        meant = {command for name, command in known.items() if name.startswith(asked)}
        if len(meant) == 1:
            return meant.pop(), rest, None
    near = difflib.get_close_matches(asked, known, n=1, cutoff=0.7)
    return None, rest, near[0] if near else None


def matches(wanted: str, names: Mapping[str, Iterable[str]], exact: bool = False) -> list[str]:
    """
    Which things a person may mean by some words.

    Parameters
    ----------
    names : mapping of str to iterable of str
        By id, everything that a thing is called.
    exact : bool
        Only those called exactly so, or whose name begins so.

    Returns
    -------
    list of str
        Ids: those called exactly so, else those whose name begins so, holds the words, or
        is spelt nearly so.
    """
    asked = folded(wanted)
    called = {id: [folded(n) for n in (id, *some)] for id, some in names.items()}
    rules = (
        lambda n: n == asked,
        lambda n: n.startswith(asked),
        lambda n: all(part in n for part in asked.split()),
    )
    for rule in rules[:2] if exact else rules:
        found = [id for id, some in called.items() if any(rule(n) for n in some)]
        if found and asked:
            return found
    if exact:
        return []
    every = {n: id for id, some in called.items() for n in some}
    near = difflib.get_close_matches(asked, every, n=3, cutoff=0.7)
    return list(dict.fromkeys(every[n] for n in near))


def command_named(name: str) -> Command:
    """A command by its English word."""
    return next(c for c in COMMANDS if c.name == name)


def help_lines(words: Words, sets: Mapping[str, str]) -> list[str]:
    """
    One line for each command.

    Parameters
    ----------
    sets : mapping of str to str
        Words of the commands that list a set, and what the set is called.
    """
    lines = [words("{label}: {rest}", label=words(c.usage), rest=words(c.text)) for c in COMMANDS]
    place = next(n for n, c in enumerate(COMMANDS) if c.name == "decisions")
    listed = [
        words("{command}, {command} NAME: figures by member ({name}), all or one", command=c, name=name)
        for c, name in sets.items()
    ]
    return lines[:place] + listed + lines[place:]


def parse_share(text: str) -> float | None:
    """
    A part of a whole that somebody typed: ``30``, ``30 %``, ``0.3``, ``0,3``.

    Up to 1 it is a share, above it and with a sign it is a percentage.

    Returns
    -------
    float or None
        None where it is no number from 0 to 100.
    """
    plain = "".join(text.split()).replace(",", ".")
    number = plain.removesuffix("%")
    if not number.replace(".", "", 1).isdecimal() or len(number) > 12:
        return None
    value = float(number)
    share = value / 100.0 if plain.endswith("%") or value > 1.0 else value
    return share if share <= 1.0 else None


def is_number(text: str) -> bool:
    """Whether somebody typed a number, in or out of bounds: ``150``, ``-5``, ``150%``, ``1,5``."""
    return bool(re.fullmatch(r"[-−+]?\d+([.,]\d+)?\s*%?", text))


def parse_month(text: str, start: str, months: int) -> int | None:
    """
    The index of a month that somebody typed: ``3``, ``2023-04``, ``April 2023``, ``avril``.

    Returns
    -------
    int or None
        From 0; None where it is no month of the game. A number counts from 1.
    """
    asked = folded(text)
    if asked.isdecimal() and len(asked) <= 3:
        return int(asked) - 1 if 1 <= int(asked) <= months + 1 else None
    for month in range(months + 1):
        index = int(start[:4]) * 12 + int(start[5:]) - 1 + month
        names = {f"{index // 12:04d}-{index % 12 + 1:02d}"}
        for language in ("en", "fr"):
            name = folded(Words(language).month(start, month))
            names |= {name, name.rpartition(" ")[0]}
        if asked in names:
            return month
    return None
