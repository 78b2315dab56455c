"""The text game: what each command does."""

import re
import secrets
from pathlib import Path

from mali_sim.cli.text import objectives, reasons
from mali_sim.cli.text import why as text_why
from mali_sim.cli.text.capital import capital_page
from mali_sim.cli.text.commands import (
    as_typed,
    command_named,
    help_lines,
    is_number,
    matches,
    parse_month,
    parse_share,
    understand,
)
from mali_sim.cli.text.loop import ANSWERS, CHOICES, Leave, Seated
from mali_sim.cli.text.saves import saved_line
from mali_sim.cli.text.terminal import PAGE, wrapped
from mali_sim.play import Choice, Game, answers
from mali_sim.play.aspects import write_note
from mali_sim.play.why.askable import CHANGE, askables, objective_of
from mali_sim.scenario.texts import LANGUAGES, Words, folded


class TextGame(Seated):
    """A game in a terminal, line by line."""

    # -- reading ---------------------------------------------------------------------------

    def _do_dossier(self, rest: str) -> None:
        self.terminal.show([*self.pages.dossier(), "", *objectives.what_counts(self.pages)])
        self._suggest("more" if self.terminal.rest else "status", "decisions")

    def _do_status(self, rest: str) -> None:
        asked = folded(rest)
        if not asked:
            self.terminal.show(self.pages.status())
            self._suggest("status all", "decisions", "forecast")
        elif asked in ("all", "tout", "tous", "toutes"):
            self.terminal.show(self.pages.status_all())
            self._suggest("more" if self.terminal.rest else "status", "decisions", "forecast")
        else:
            self._status_of(rest)

    def _status_of(self, rest: str) -> None:
        found = self.pages.find_topic(rest)
        labels = {id: self.words.of(t) for id, t in self.pages.topics().items()}
        if len(found) == 1:
            self.terminal.show(self.pages.status_of(found[0]))
            return
        figures = {i.id: i for i in self.view.indicators()}
        named = matches(rest, {id: (i.label.en, i.label.fr) for id, i in figures.items()})
        if len(named) == 1 and not found:
            self.terminal.show([self.pages.figure(figures[named[0]])])
            self._suggest(f"why {self.words.of(figures[named[0]].label)}")
        else:
            self._which(found, labels, "status", rest)

    def _set(self, set_id: str, rest: str) -> None:
        """A set's members, one of them, or one figure at all of them."""
        if not rest:
            self.terminal.show(self.pages.members(set_id))
            return
        sets = self.view.model.sets
        members = {m: sets.labels[set_id, m] for m in sets.members[set_id]}
        stocks = {id: self.view.model.scenario.stock[id].label for id in self.pages.stocks_over(set_id)}
        found = matches(rest, {id: (t.en, t.fr) for id, t in (members | stocks).items()})
        labels = {id: self.words.of(t) for id, t in (members | stocks).items()}
        which = self._which(found, labels, as_typed(self.words.of(self.pages.sets()[set_id])), rest)
        if which in members:
            self.terminal.show(self.pages.member(set_id, which))
        elif which is not None:
            self.terminal.show(self.pages.across(which))

    def _do_decisions(self, rest: str) -> None:
        self._last_list = CHOICES
        asked = folded(rest)
        topics = self.pages.decision_topics()
        if asked in ("all", "tout", "toutes", "tous"):
            self._show_choices(self.pages.decisions(everything=True))
            self._meaning = {}
        elif rest:
            labels = {id: self.words.of(t) for id, t in self.pages.topics().items()}
            numbered = rest.isdecimal() and 1 <= int(rest) <= len(topics or ())
            found = [(topics or [])[int(rest) - 1]] if numbered else self.pages.find_topic(rest)
            if not found and rest.isdecimal() and topics:
                self._say("There is no topic number {number}: topics go from 1 to {last}. "
                          "What there is: {command}.", number=rest[:10], last=len(topics),
                          command=self.terminal.command("decisions"))  # fmt: skip
                return
            which = self._which(found, labels, "decisions", rest)
            if which is None:
                return
            self._show_choices(self.pages.decisions(which))
            self._meaning = {}
            rest = which
        else:
            if topics:
                self.terminal.show(self.pages.decisions())
            else:
                self._show_choices(self.pages.decisions())
            self._meaning = {n: f"decisions {id}" for n, id in enumerate(topics or (), 1)}
            if topics:
                self._suggest("1", "decisions all", "offers", "next")
                return
        free = (c for c in self._listed(rest) if c.standing.allowed)
        first = next((c for c in free if not c.standing.planned), None)
        number = self.pages.numbers[first.id] if first else 1
        self._suggest(str(number), f"forecast {number}", f"do {number}", "decisions")

    def _listed(self, topic: str) -> list[Choice]:
        wanted = self.pages.find_topic(topic)[:1] if topic else []
        return [c for c in self.pages.choices() if not wanted or (c.topic or "other") == wanted[0]]

    def _show_choices(self, lines: list[str]) -> None:
        """A page of decisions and offers; where there are answers too, what its numbers are of."""
        if self.pages.answers():
            numbers = (self.pages.numbers[c.id] for c in self.pages.choices() if c.standing.allowed)
            lines = [*lines, *self.pages.which_numbers("do", next(numbers, 1))]
        self.terminal.show(lines)

    def _do_offers(self, rest: str) -> None:
        self._last_list = CHOICES
        self._show_choices(self.pages.offers())
        self._meaning = {}
        possible = [self.pages.numbers[c.id] for c in self.pages.choices("ask") if c.standing.allowed]
        self._suggest(*(f"forecast {n}" for n in possible[:1]), "decisions", "plan", "next")

    def _do_details(self, rest: str) -> None:
        choice = self._choice(rest)
        if choice is None:
            return
        self.terminal.show(self.pages.details(choice))
        number = self.pages.number_of(choice)
        if choice.standing.allowed and not choice.standing.planned:
            do = number if choice.kind in answers.ANSWERS else f"do {number}"
            self._suggest(f"forecast {number}", do, "decisions")
        else:
            self._suggest("decisions", "plan", "next")

    def _do_plan(self, rest: str) -> None:
        self._last_list, self._meaning = CHOICES, {}
        self._show_choices(self.pages.plan())
        self._suggest("next", "forecast", "undo", "decisions")

    def _do_capital(self, rest: str) -> None:
        lines, links = capital_page(self.pages)
        self.terminal.show(lines)
        self._meaning = {n: f"why {id}" for n, id in enumerate(links, 1)}
        self._suggest(*(["1"] if links and self.game.month else []), "plan", "decisions", "next")

    def _do_questions(self, rest: str) -> None:
        self._last_list = ANSWERS
        self.terminal.show(self.pages.questions())
        self._meaning = {n: f"answer {n}" for n in range(1, len(self.pages.answers()) + 1)}
        open_ = [n for n in range(1, len(self.pages.answers()) + 1) if self._is_open(n)]
        self._suggest(f"answer {open_[0]}" if open_ else "decisions", "next")

    def _do_history(self, rest: str) -> None:
        start = self.view.model.scenario.scenario.start
        month = parse_month(rest, start, self.game.months) if rest else None
        if not rest:
            self.terminal.show(self.pages.history())
            self._meaning = {n: f"history {n}" for n in range(1, self.game.month + 1)}
        elif month is not None:
            if month >= self.game.month:
                self._not_played()
            else:
                self.terminal.show(self.pages.history_of_month(month))
        elif not self._no_such_month(rest):
            figures = {i.id: i for i in self.view.indicators()}
            names = {id: (i.label.en, i.label.fr) for id, i in figures.items()}
            labels = {id: self.words.of(i.label) for id, i in figures.items()}
            which = self._which(matches(rest, names), labels, "history", rest)
            if which is not None:
                self.terminal.show(self.pages.history_of(figures[which]))

    def _do_note(self, rest: str) -> None:
        if rest:
            write_note(self.view, rest)
            self._say("The note is in the record.")
        else:
            self.terminal.show(self.pages.notes() or [self.words("You have written no notes.")])

    def _do_source(self, rest: str) -> None:
        table = self.view.model.scenario.source
        found = [id for id in table if folded(id) == folded(rest)]
        if not found:
            example = self.terminal.command(f"source {next(iter(table), '')}".strip())
            if rest:
                self._say("There is no source “{name}”; their ids stand on the pages of decisions and "
                          "figures. For example: {example}", name=rest[:40], example=example)  # fmt: skip
            else:
                self._say("Which source? Their ids stand on the pages of decisions and figures. "
                          "For example: {example}", example=example)  # fmt: skip
            return
        self.terminal.show([*self.pages.sources(found), table[found[0]].ref])

    def _do_more(self, rest: str) -> None:
        if not self.terminal.show_rest():
            self._say("There is nothing more.")
        if not self.terminal.rest:
            self._suggest(*(s for s in self._suggested if s != "more"))

    def _do_help(self, rest: str) -> None:
        if rest:
            command, _, near = understand(rest, self._vocabulary)
            if command is not None and not command.startswith("set:"):
                found = command_named(command)
                words = [found.name, *found.synonyms, *found.french]
                self.terminal.show([self.pages.say(self.words(found.usage), self.words(found.text)),
                           self.words("Also: {names}", names=", ".join(dict.fromkeys(words)))])  # fmt: skip
                return
            if command is None:
                self._not_understood(rest, near)
                return
        sets = {as_typed(self.words.of(t)): self.words.of(t) for t in self.pages.sets().values()}
        how = self.words("Type a command, or a number from the last list. Words may be shortened.")
        self.terminal.show([how, "", *help_lines(self.words, sets)])

    def _do_language(self, rest: str) -> None:
        asked = folded(rest)[:2]
        if asked not in LANGUAGES:
            if asked:
                self._say("There is no language “{name}” here. For example: {first} or {second}",
                          name=rest[:40], **self._languages())  # fmt: skip
            else:
                self._say("Which language? {first} or {second}", **self._languages())
            return
        self.terminal.words = Words(asked)
        scales = self.pages.__dict__.get("scales")
        self._new_pages()
        if scales is not None:
            self.pages.__dict__["scales"] = scales
        self._say("The language is English.")

    def _languages(self) -> dict[str, str]:
        """How each language is asked for."""
        return {name: self.terminal.command(f"language {language}")
                for name, language in zip(("first", "second"), LANGUAGES, strict=True)}  # fmt: skip

    # -- what counts -----------------------------------------------------------------------

    def _do_objectives(self, rest: str) -> None:
        if rest:
            which = self._objective(rest, "objectives")
            if which is not None:
                self.terminal.show(objectives.objective_page(self.pages, which))
            return
        self.terminal.show(objectives.objectives_page(self.pages))
        found = objectives.ranked(self.pages)
        self._meaning = {n: f"objectives {r.id}" for n, r in enumerate(found, 1)}
        if found:
            self._suggest("1", "weight 1 30", "debrief" if self.game.finished else "decisions")

    def _do_weight(self, rest: str) -> None:
        asked = folded(rest)
        if asked in ("scenario", "reset", "initial", "written"):
            self.terminal.show(objectives.as_written(self.pages))
        elif asked in ("equal", "egal", "egaux", "egale"):
            self.terminal.show(objectives.all_equal(self.pages))
        else:
            name, share = self._name_and_share(rest)
            if not name or share is None:
                amount, example = rest.split()[-1:], self.terminal.command("weight 1 30")
                if name and amount and is_number(amount[0]) and amount[0] != rest:
                    self._say("{amount} is too much or too little: a weight goes from 0 to 100, in percent. "
                              "For example: {example}", amount=amount[0], example=example)  # fmt: skip
                elif rest:
                    self._say("How much it is to weigh is missing after “{name}”: a number from 0 to 100, in "
                              "percent. For example: {example}", name=rest[:40], example=example)  # fmt: skip
                else:
                    self._say("Which one, and how much? For example: {example}", example=example)
                self._suggest("objectives", *(s for s in self._suggested if s != "objectives"))
                return
            which = self._objective(name, "weight")
            if which is None:
                after = rest.removeprefix(name).strip()
                self._meaning = {n: f"{line} {after}" for n, line in self._meaning.items()}
                return
            self.terminal.show(objectives.set_weight(self.pages, which, share))
        self._suggest("objectives", "debrief" if self.game.finished else "decisions")

    def _name_and_share(self, text: str) -> tuple[str, float | None]:
        """A name and the part of a whole that stands after it, with or without its sign."""
        parts = text.split()
        for count in (2, 1):
            if len(parts) > count:
                share = parse_share(" ".join(parts[-count:]))
                if share is not None and (count == 1 or parts[-1] == "%"):
                    return " ".join(parts[:-count]), share
        return text, None

    def _objective(self, text: str, command: str) -> str | None:
        """The objective that a number or some words mean; says so when there is none."""
        found = objectives.ranked(self.pages)
        if text.isdecimal() and 1 <= int(text) <= len(found):
            return found[int(text) - 1].id
        named = matches(text, {r.id: (r.label.en, r.label.fr) for r in found})
        counted = [r.id for r in found if r.id in named and (r.weight or r.written)]
        labels = {r.id: self.words.of(r.label) for r in found}
        return self._which(counted if len(counted) == 1 else named, labels, command, text)

    # -- reasons ---------------------------------------------------------------------------

    def _do_why(self, rest: str) -> None:
        if not self.game.month:
            self._no_month_yet()
            return
        if not rest:
            changes = self.pages.biggest_changes(9)
            self.terminal.show([self.words("Why what? For example:"),
                       *(f"{n}. {self.pages.figure(i)}" for n, i in enumerate(changes, 1))])  # fmt: skip
            self._meaning = {n: f"why {i.id}" for n, i in enumerate(changes, 1)}
            return
        if " " in rest and self._numbered(rest, CHOICES)[1]:
            # Of what has a number, why it can be done or not, and what weighs in the answer.
            self._do_details(rest)
            return
        name, month = self._name_and_month(rest)
        if month is None:
            self._not_played()
            return
        if self._no_such_month(rest):
            return
        known = askables(self.view)
        labels = {id: self.words.of(made.label) for id, made in known.items()}
        suffix = "" if month == self.game.month - 1 else f" {month + 1}"
        which = self._which(text_why.asked_about(self.pages, name), labels, "why", name)
        if which is None:
            self._meaning = {n: f"{line}{suffix}" for n, line in self._meaning.items()}
            return
        if known[which].kind == CHANGE:
            lines, why = reasons.why_page(self.pages, objective_of(self.view, which), month)
            opened = [text_why.asked_id(cause.id, known) for cause in why.causes]
            meanings = [f"why {id}{suffix}" if id else c for id, c in zip(opened, why.causes, strict=True)]
        else:
            lines, opened = text_why.other_page(self.pages, which, month)
            meanings = [f"why {id}{suffix}" for id in opened]
        self.terminal.show(lines)
        self._meaning = dict(enumerate(meanings, 1))
        deeper = [f"why {labels[id]}{suffix}" for id in opened if id][:1]
        self._suggest(*deeper, "decisions", "next")

    def _no_month_yet(self) -> None:
        self._say("No month has been played yet; {command} plays one.", command=self.terminal.command("next"))

    def _not_played(self) -> None:
        if not self.game.month:
            self._no_month_yet()
            return
        self._say("That month has not been played; the last one was {month}.",
                  month=self.pages.month(self.game.month - 1))  # fmt: skip

    def _no_such_month(self, text: str) -> bool:
        """Whether some words end on a month that is none of the game's; says so."""
        last = text.split()[-1]
        start, months = self.view.model.scenario.scenario.start, self.game.months
        dated = re.fullmatch(r"\d{1,3}|\d{4}-\d{1,2}", last) is not None
        if not dated or parse_month(last, start, months) is not None:
            return False
        asked = folded(text)
        if any(asked in folded(t) for a in askables(self.view).values() for t in (a.label.en, a.label.fr)):
            return False
        self._say("{name} is no month of this game: months go from 1, {first}, to {months}, {last}.",
                  name=last, first=self.pages.month(0), months=months,
                  last=self.pages.month(months - 1))  # fmt: skip
        return True

    def _name_and_month(self, text: str) -> tuple[str, int | None]:
        """A name and the month after it; the last one played by default."""
        parts = text.split()
        start = self.view.model.scenario.scenario.start
        for count in (2, 1):
            if len(parts) > count:
                month = parse_month(" ".join(parts[-count:]), start, self.game.months)
                if month is not None:
                    return " ".join(parts[:-count]), month if month < self.game.month else None
        return text, self.game.month - 1

    def _do_forecast(self, rest: str) -> None:
        if self.game.finished:
            self._say("The game is over.")
            return
        asked = rest.split()
        everything = bool(asked) and folded(asked[-1]) in ("all", "tout", "tous")
        if everything:
            asked = asked[:-1]
        numbers = asked if all(a.isdecimal() for a in asked) else [" ".join(asked)]
        choices = [self._choice(a) for a in numbers]
        if any(c is None for c in choices):
            return
        for choice in choices:
            if choice and choice.standing.reason is not None and not choice.standing.planned:
                reason = self.pages.reason(choice.standing)
                name = self.pages.action_name(choice.id)
                self._say("{name} is not possible now: {reason}", name=name, reason=reason)
                return
        planned = tuple(self.game.plan.get(self.actor, ()))
        ids = tuple(c.id for c in choices if c) or planned
        self.terminal.show(reasons.forecast_page(self.pages, ids, everything))
        if choices and choices[0] and ids[0] not in planned:
            number = self.pages.number_of(choices[0])
            do = number if choices[0].kind in answers.ANSWERS else f"do {number}"
            self._suggest(do, f"forecast {number} all", "decisions", "next")
        else:
            self._suggest("next", "decisions")

    def _do_what_if(self, rest: str) -> None:
        made = reasons.own_decisions(self.pages)
        if rest.isdecimal() and 1 <= int(rest) <= len(made):
            self.terminal.show(reasons.what_if_page(self.pages, *made[int(rest) - 1]))
        else:
            if rest and made:
                self._say("There is no number {number} among your decisions: they go from 1 to {last}.",
                          number=rest[:40], last=len(made))  # fmt: skip
            self.terminal.show(reasons.what_if_list(self.pages))
            self._meaning = {n: f"what-if {n}" for n in range(1, len(made) + 1)}

    def _do_debrief(self, rest: str) -> None:
        if not self.game.month:
            self._no_month_yet()
            return
        self.terminal.show(reasons.debrief_page(self.pages, str(self.saves.latest or "")))
        self._suggest("more" if self.terminal.rest else "what-if", "history", "save", "quit")

    # -- deciding --------------------------------------------------------------------------

    def _do_do(self, rest: str) -> None:
        parts = rest.split()
        for part in parts if len(parts) > 1 and all(p.isdecimal() for p in parts) else [rest]:
            choice = self._choice(part, CHOICES)  # whatever was listed last: answers are given
            if choice is None:
                return
            if choice.kind in answers.ANSWERS:
                self._give(choice)
                continue
            if choice.standing.reason is not None and not choice.standing.planned:
                self._say("Not possible now: {reason}", reason=self.pages.reason(choice.standing))
                return
            self.game.submit(self.actor, choice.id)
            told = self.words("In the plan: {name}.", name=self.words.of(choice.label))
            self.terminal.show([told, *self.pages.warnings(choice.id), *self.pages.unmet(choice.id)])
        self._suggest(*(["questions"] if self._unanswered() else []), "next", "plan", "undo", "decisions")

    def _do_undo(self, rest: str) -> None:
        if rest:
            choice = self._choice(rest)
            if choice is None:
                return
            self.game.withdraw(self.actor, choice.id)
            id = choice.id
        else:
            id = self.game.undo(self.actor)
        self._say("Out of the plan: {name}.", name=self.pages.action_name(id))

    def _do_answer(self, rest: str) -> None:
        found = self.pages.answers()
        if not found:
            self._say("Nothing waits for your answer.")
            return
        if not rest:
            self._do_questions("")
            return
        if not rest.isdecimal() or not 1 <= int(rest) <= len(found):
            self._say("“{name}” is no number of an answer: they go from 1 to {last}. "
                      "What there is: {command}.", name=rest[:40], last=len(found),
                      command=self.terminal.command("questions"))  # fmt: skip
            return
        self._give(found[int(rest) - 1])
        self._suggest(*(["questions"] if self._unanswered() else []), "next", "plan", "decisions")

    def _give(self, chosen: Choice) -> None:
        """Answer a question, in place of an earlier answer of this month."""
        if chosen.standing.reason is not None and not chosen.standing.planned:
            self._say("Not possible now: {reason}", reason=self.pages.reason(chosen.standing))
            return
        answers.answer(self.game, self.actor, chosen.id)
        told = self.words("Your answer: {name}.", name=self.pages.action_name(chosen.id))
        self.terminal.show([told, *self.pages.warnings(chosen.id), *self.pages.unmet(chosen.id)])

    # -- time ------------------------------------------------------------------------------

    def _do_next(self, rest: str) -> None:
        report = self.game.advance()
        self._autosave()
        for texts in (True, False):
            lines = self.pages.month_report(report, texts)
            if len(wrapped(lines)) <= PAGE - 3:
                break
        self._last_list, self._meaning = CHOICES, {}
        self.terminal.show(lines)
        if report.month == 0 and self.saves.auto:
            self._say("The game is kept after each month, with the plan of the month you are in, in {file}",
                      file=self.saves.auto)  # fmt: skip
        if self.game.finished:
            self._suggest("debrief", "why", "save")
            return
        changed = self.pages.biggest_changes(1)
        why = f"why {self.words.of(changed[0].label)}" if changed and report.month else "decisions"
        first = ["questions"] if self._unanswered() else []
        self._suggest(*dict.fromkeys((*first, why, "decisions", "next")))

    def _do_rewind(self, rest: str) -> None:
        month = self._past(rest, "rewind")
        if month is None:
            return
        name = self.pages.month(month)
        question = self.words(
            "Going back to the start of {month} marks this game for good, and its debrief has no score then. "
            "Go back? yes or no", month=name
        )
        if self.terminal.ask(question) is not True:
            self._say("Nothing is changed.")
            return
        self.game.rewind(month)
        self._say("It is the start of {month} again.", month=self.pages.month(month))
        self._suggest("decisions", "status", "next")

    def _do_branch(self, rest: str) -> None:
        month = self._past(rest, "branch")
        if month is None:
            return
        self._autosave()
        kept = self.saves.auto
        branch = self.game.branch(month, secrets.randbelow(1_000_000_000))
        scales = self.pages.__dict__.get("scales")
        self._open(branch, self.actor, note=f"-from-{month + 1}")
        if scales is not None:
            self.pages.__dict__["scales"] = scales
        name = self.pages.month(month)
        lines = [self.words("A new game from the start of {month}, with other luck.", month=name)]
        if kept:
            lines.append(self.words("The one you leave is kept in {file}", file=kept))
        self.terminal.show(lines)
        self._suggest("decisions", "status", "next")

    def _past(self, text: str, command: str) -> int | None:
        """A month that one can go back to by a command."""
        if not self.game.month:
            self._no_month_yet()
            return None
        month = parse_month(text, self.view.model.scenario.scenario.start, self.game.months) if text else None
        if month is None or month >= self.game.month:
            span = {"first": self.pages.month(0), "last": self.pages.month(self.game.month - 1),
                    "example": self.terminal.command(f"{command} {self.game.month}")}  # fmt: skip
            if text:
                self._say("“{name}” is no month that has been played. From {first} to {last}; for example: "
                          "{example}", name=text[:40], **span)  # fmt: skip
            else:
                self._say("To which month? From {first} to {last}; for example: {example}", **span)
            return None
        return month

    # -- files -----------------------------------------------------------------------------

    def _do_save(self, rest: str) -> None:
        self._say("Saved in {file}", file=self.saves.save(rest))

    def _do_load(self, rest: str) -> None:
        if not rest:
            found = self.saves.listed()
            if not found:
                self._say("There are no saves in {folder}", folder=self.saves.folder)
                return
            self._listed_saves = found
            names = [saved_line(self.pages, n, path) for n, path in enumerate(found, 1)]
            self.terminal.show([self.words("Saves, the latest first:"), *names])
            self._meaning = {n: f"load {path}" for n, path in enumerate(found, 1)}
            return
        numbered = rest.isdecimal() and 1 <= int(rest) <= len(self._listed_saves)
        path = self._listed_saves[int(rest) - 1] if numbered else self.saves.path(rest)
        if not path.is_file():
            self._say("There is no save {file}; type {command} for those there are.", file=path,
                      command=self.terminal.command("load"))  # fmt: skip
            return
        game = Game.load(path)
        self._autosave()
        self._open(game, next(iter(game.seats), self.actor), own=path)
        self._told = ""
        self._opened_again()

    def _do_quit(self, rest: str) -> None:
        if self.saves.unsaved:
            answer = self.terminal.ask(self.words("Save before you go? yes, no, or anything else to stay"))
            if answer is None:
                self._say("You are still here.")
                return
            if answer:
                self._do_save("")
            if not self.game.month:
                self.saves.forget()
        self._say("Goodbye.")
        raise Leave


def play_text(game: Game, actor: str, language: str, opened: Path | None = None) -> None:
    """Play a game in the terminal until the player leaves; ``opened`` is the save that it comes from."""
    TextGame(game, actor, language, own=opened).run(greet=opened is None)
