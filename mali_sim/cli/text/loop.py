"""The loop of the text game: a prompt, a line, and what is meant by it."""

from functools import cached_property
from pathlib import Path

import click

from mali_sim.cli.text import objectives, reasons
from mali_sim.cli.text.commands import as_typed, command_named, matches, understand, vocabulary
from mali_sim.cli.text.pages import Pages
from mali_sim.cli.text.saves import Saves, left_at, save_folder
from mali_sim.cli.text.terminal import Terminal, wrapped
from mali_sim.play import Cause, Choice, Game, NotAllowed, SaveError, SeatView
from mali_sim.scenario.texts import Words, folded

#: Commands that there is nothing to do with once the last month is played.
_OF_A_MONTH = frozenset(
    ("decisions", "offers", "details", "forecast", "do", "undo", "plan", "questions", "answer", "next")
)
#: Commands that list what another one can be asked about; a set is listed by its own.
_LISTED_BY = {"status": "status all", "why": "status all", "history": "status all", "weight": "objectives"}
#: What the numbers of a list are of.
CHOICES, ANSWERS = "choices", "answers"


class Leave(Exception):
    """The player goes."""


class Seated:
    """
    Somebody at a game: the loop, and what a line means.

    Each command is a method of a subclass, ``_do_`` and its English name.

    Parameters
    ----------
    game : Game
    actor : str
        The seat of the person at the terminal.
    language : {'en', 'fr'}
    folder : Path, optional
        Where saves go; the user's data folder by default.
    own : Path, optional
        The save that the game was opened from.
    """

    def __init__(
        self, game: Game, actor: str, language: str, folder: Path | None = None, own: Path | None = None
    ) -> None:
        self.terminal = Terminal(Words(language))
        self._folder = folder or save_folder()
        self._suggested: tuple[str, ...] = ()
        self._told = ""
        self._open(game, actor, own)

    @property
    def words(self) -> Words:
        """The player's language."""
        return self.terminal.words

    def _open(self, game: Game, actor: str, own: Path | None = None, note: str = "") -> None:
        """Sit down at a game."""
        self.game, self.actor = game, actor
        self.view = SeatView(game, actor)
        self.saves = Saves(game, self._folder, own, note)
        self._new_pages()
        self._meaning: dict[int, str | Cause] = {}
        self._last_list = CHOICES
        self._listed_saves: list[Path] = []

    def _new_pages(self) -> None:
        self.pages = Pages(self.view, self.words)
        self.__dict__.pop("_vocabulary", None)

    @cached_property
    def _vocabulary(self) -> dict[str, str]:
        return vocabulary({id: (t.en, t.fr) for id, t in self.pages.sets().items()})

    # -- the loop --------------------------------------------------------------------------

    def run(self, greet: bool = True) -> None:
        """Play until the player leaves, or the input ends."""
        if greet:
            counts = objectives.what_counts(self.pages)
            self.terminal.show([*self.pages.orientation(), *(["", *counts] if counts else [])])
            self._suggest("decisions", "dossier", "objectives", "status", "help")
        else:
            self._opened_again()
        try:
            while True:
                self._handle(self.terminal.read(self._prompt()))
        except Leave:
            pass
        except (EOFError, KeyboardInterrupt):
            self._end_of_input()

    def _opened_again(self) -> None:
        """Say where a game stands that was left: the month played last, and the plan as it was."""
        self.terminal.show([self.words("The game is open again."), *left_at(self.pages)])
        self._suggest("status", "questions", "decisions", "next", "history")

    def _prompt(self) -> str:
        lines = [self._where()] if self._where() != self._told else []
        self._told = self._where()
        suggested = [s for s in self._suggested if self._is_due(s)]
        if self.game.finished and len(suggested) < len(self._suggested):
            suggested = [*dict.fromkeys(("debrief", *suggested))]
        if suggested:
            commands = ", ".join(self.terminal.command(s) for s in suggested)
            lines.append(self.words("You could type: {commands}", commands=commands))
        return "\n".join(wrapped(["", *lines])) + "\n> "

    def _where(self) -> str:
        """The line that says where one is."""
        if self.game.finished:
            return self.words("All {months} months have been played.", months=self.game.months)
        month = self.pages.month(self.game.month)
        parts = [self.words("{month}, month {number} of {months}", month=month[:1].upper() + month[1:],
                            number=self.game.month + 1, months=self.game.months)]  # fmt: skip
        capital = self.pages.capital()
        if capital:
            parts.append(self.pages.series([p for p in (capital, self.pages.capital_coming()) if p]))
        planned = len(self.game.plan.get(self.actor, ()))
        if planned:
            parts.append(self.words("{count} in the plan", count=planned))
        waiting = self._unanswered()
        if waiting:
            parts.append(self.words.plural("{count} question", "{count} questions", waiting))
        return ". ".join(parts) + "."

    def _is_due(self, suggestion: str) -> bool:
        """Whether there is something to do yet: what is answered is not suggested again."""
        command, _, rest = suggestion.partition(" ")
        if self.game.finished and command in _OF_A_MONTH:
            return False
        if command == "questions":
            return self._unanswered() > 0
        return command != "answer" or self._is_open(int(rest))

    def _is_open(self, number: int) -> bool:
        """Whether an answer, by its number, can be given to a question that has none yet."""
        first = 1
        for question in self.view.questions():
            if first <= number < first + len(question.choices):
                chosen = any(c.standing.planned for c in question.choices)
                return question.choices[number - first].standing.allowed and not chosen
            first += len(question.choices)
        return False

    def _unanswered(self) -> int:
        return sum(not any(c.standing.planned for c in q.choices) for q in self.view.questions())

    def _say(self, message: str, **values: object) -> None:
        self.terminal.show([self.words(message, **values)])

    def _suggest(self, *commands: str) -> None:
        self._suggested = commands

    # -- understanding ---------------------------------------------------------------------

    def _handle(self, line: str) -> None:
        """Do what a line asks for; whatever goes wrong is said in a sentence."""
        if not line.strip():
            return
        asked = line.strip()
        if asked.isdecimal() and len(asked) < 6:
            number = int(asked)
            meant = self._meaning.get(number, f"details {number}")
            if not isinstance(meant, str):
                self.terminal.show(reasons.cause_page(self.pages, meant))
                return
            asked = meant
        command, rest, near = understand(asked, self._vocabulary)
        if command is None:
            self._not_understood(asked, near)
            return
        try:
            if command.startswith("set:"):
                self._set(command[4:], rest)
            else:
                getattr(self, "_do_" + command.replace("-", "_"))(rest)
        except NotAllowed as error:
            self._say("Not possible now: {reason}", reason=self.words.of(error.reason))
        except Exception as error:
            if not getattr(error, "for_user", False):
                raise
            said = getattr(error, "said", None)
            self.terminal.show([self.words.of(said) if said is not None else str(error)])
        if self.saves.behind:
            self._autosave()

    def _set(self, set_id: str, rest: str) -> None:
        """A set's members, one of them, or one figure at all of them."""
        raise NotImplementedError

    def _not_understood(self, line: str, near: str | None) -> None:
        """Say that a line is no command, and what may be meant: a name, or a word misspelt."""
        guesses = self._guesses(line)
        if guesses:
            lines = [f"{n}. {self.terminal.command(g)}" for n, g in enumerate(guesses, 1)]
            self.terminal.show([self.words("That is a name, not a command. Do you mean:"), *lines])
            self._meaning = dict(enumerate(guesses, 1))
            return
        word = line.split()[0][:40]
        if near is not None:
            self._say("There is no command “{word}”. Did you mean “{near}”?", word=word, near=near)
        else:
            self._say("There is no command “{word}”.", word=word)
        self._suggest("help", *(s for s in self._suggested if s != "help"))

    def _guesses(self, line: str) -> list[str]:
        """Commands about the topic, member or figure that a line names."""
        found = []
        for id in matches(line, {i: (t.en, t.fr) for i, t in self.pages.topics().items()}, exact=True)[:1]:
            name = self.words.of(self.pages.topics()[id])
            found += [f"decisions {name}", f"status {name}"]
        labels = self.view.model.sets.labels
        for set_id, label in self.pages.sets().items():
            members = {m: labels[set_id, m] for m in self.view.model.sets.members[set_id]}
            for id in matches(line, {m: (t.en, t.fr) for m, t in members.items()}, exact=True)[:1]:
                found.append(f"{as_typed(self.words.of(label))} {self.words.of(members[id])}")
        figures = {i.id: i.label for i in self.view.indicators()}
        for id in matches(line, {i: (t.en, t.fr) for i, t in figures.items()}, exact=True)[:2]:
            found.append(f"why {self.words.of(figures[id])}")
        return found[:9]

    def _choice(self, text: str, of: str | None = None) -> Choice | None:
        """
        The decision, offer or answer that a number or some words mean; says so when there is none.

        A number is of the list named, else of the one shown last; ``answer 2`` and
        ``decision 2`` say which.
        """
        choices = {c.id: c for c in self.pages.choices()}
        of, number = self._numbered(text, of or self._last_list)
        if number and of == ANSWERS:
            answers = self.pages.answers()
            if 1 <= int(number) <= len(answers):
                return answers[int(number) - 1]
            self._say("There is no answer number {number}; numbers are those of {questions}, the list shown "
                      "last. Type {decisions} for decisions and offers.", number=number[:10],
                      questions=self.terminal.command("questions"),
                      decisions=self.terminal.command("decisions"))  # fmt: skip
            return None
        if number:
            for id, own in self.pages.numbers.items():
                if own == int(number) and id in choices:
                    return choices[id]
            self._say("There is no number {number}: decisions and offers have numbers from 1 to {last}. "
                      "What there is: {command}.", number=number[:10],
                      last=max(self.pages.numbers.values(), default=0),
                      command=self.terminal.command("decisions"))  # fmt: skip
            return None
        if not text:
            self._say("Which decision or offer? Type its number or its name; what there is: {command}.",
                      command=self.terminal.command("decisions"))  # fmt: skip
            return None
        found = matches(text, {id: (c.label.en, c.label.fr) for id, c in choices.items()})
        if len(found) == 1:
            return choices[found[0]]
        if not found:
            self._say("No decision or offer is called “{name}”. What there is: {command}.", name=text[:40],
                      command=self.terminal.command("decisions"))  # fmt: skip
        else:
            listed = [self.pages.choice_line(choices[id]) for id in found[:9]]
            self.terminal.show([self.words("Which one?"), *listed])
        return None

    def _numbered(self, text: str, usual: str) -> tuple[str, str]:
        """Which list a number is of, and the number; empty where some words are meant."""
        parts = text.split()
        if len(parts) == 1 and parts[0].isdecimal():
            return usual, parts[0]
        if len(parts) == 2 and parts[1].isdecimal():
            for of, command in ((ANSWERS, "answer"), (CHOICES, "decisions"), (CHOICES, "offers")):
                found = command_named(command)
                known = [folded(w) for w in (found.name, *found.synonyms, *found.french)]
                if folded(parts[0]) in (*known, *(w.removesuffix("s") for w in known)):
                    return of, parts[1]
        return usual, ""

    def _which(self, found: list[str], labels: dict[str, str], command: str, asked: str) -> str | None:
        """
        The one thing that is meant; several are listed by number, none is said.

        Parameters
        ----------
        found : list of str
            Ids of what may be meant.
        asked : str
            What was typed.
        """
        if len(found) == 1:
            return found[0]
        if not found:
            self._say("Nothing here is called “{name}”. What there is: {command}.", name=asked[:40],
                      command=self.terminal.command(_LISTED_BY.get(command, command)))  # fmt: skip
            return None
        lines = [self.words("Which one?")]
        self._meaning = {}
        for number, id in enumerate(found[:9], 1):
            lines.append(f"{number}. {labels[id]}")
            self._meaning[number] = f"{command} {id}"
        self.terminal.show(lines)
        return None

    # -- keeping the game --------------------------------------------------------------------

    def _autosave(self) -> None:
        """Keep the game; a disk that refuses is said, and does not stop it."""
        try:
            self.saves.autosave()
        except SaveError as error:
            self.terminal.show([self.words.of(error.said)])

    def _end_of_input(self) -> None:
        click.echo("")
        if self.saves.latest is None or self.saves.behind:
            self._autosave()
        if self.saves.latest:
            self._say("The game is kept in {file}", file=self.saves.latest)
        self._say("Goodbye.")
