"""The pages of the text game: what is said about choices, questions, months and the start."""

from collections.abc import Iterable
from functools import cached_property

from mali_sim.cli.text.figures import Figures
from mali_sim.engine import HUMAN
from mali_sim.model.happenings import Item
from mali_sim.play import Bargain, Choice, Indicator, MonthReport, Question, Standing, bargains
from mali_sim.play.answers import ANSWERS
from mali_sim.play.aspects import dossier, notes
from mali_sim.play.bargains import against, offered
from mali_sim.play.conditions import Term, chance_said, failing, telling
from mali_sim.play.digest import Yardstick, biggest, yardstick
from mali_sim.play.objectives import PEER_RUNS, Peers, peers
from mali_sim.play.why.reasons import reasons

#: So many decisions are listed at once; more are listed by topic.
_SHORT_LIST = 25
_EVENTS, _OTHERS, _CHANGES = 6, 5, 3
#: A headline is spoken of before what moved somewhat more.
_HEADLINE_BONUS = 1.5
#: What only goes on counts so many times less than what is new.
_STALE = 4.0


class Pages(Figures):
    """All pages about a game as one seat sees it."""

    # -- choices ---------------------------------------------------------------------------

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each decision and offer, the same all game."""
        topics = list(self.topics())
        s = self.view.model.scenario
        written = [*s.decision, *s.offer]

        def place(choice: Choice) -> tuple[int, bool, int]:
            table = choice.standing.action.item.path[1]
            return topics.index(choice.topic or "other"), choice.kind != "decision", written.index(table)

        return {c.id: n for n, c in enumerate(sorted(self.view.choices(), key=place), 1)}

    def choices(self, kind: str | None = None) -> list[Choice]:
        """Decisions and offers by number."""
        found = [c for c in self.view.choices() if kind is None or c.kind == kind]
        return sorted(found, key=lambda c: self.numbers[c.id])

    def choice_line(self, choice: Choice) -> str:
        """A choice in one line: number, name, cost; where it cannot be done, why."""
        name = f"{self.numbers[choice.id]}. {self.words.of(choice.label)}"
        standing = choice.standing
        if standing.planned:
            return self.words("{name} (in your plan)", name=name)
        if standing.reason is not None:
            return self.words("{name}. Not now: {reason}", name=name, reason=self.reason(standing))
        return self.words("{name} ({cost})", name=name, cost=self.cost(standing.cost))

    def reason(self, standing: Standing) -> str:
        """Why something cannot be done: the author's sentence, and which of its conditions fail."""
        reason = self.words.of(standing.reason) if standing.reason else ""
        parts = [self.words.of(term.lacking) for term in telling(self.view, standing)]
        return self.words("{reason} ({parts})", reason=reason, parts=self.series(parts)) if parts else reason

    def number_of(self, choice: Choice) -> str:
        """The number by which a choice is called: a decision's or offer's own, an answer's among answers."""
        if choice.kind not in ANSWERS:
            return str(self.numbers[choice.id])
        return f"answer {next(n for n, c in enumerate(self.answers(), 1) if c.id == choice.id)}"

    def which_numbers(self, command: str, number: int) -> list[str]:
        """What the numbers of the page are of, by example."""
        examples = ", ".join(self.command(name, str(number)) for name in (command, "details", "forecast"))
        if command == "answer":
            told = self.words("From here on numbers are of these answers: {examples}.", examples=examples)
        else:
            told = self.words("From here on numbers are of decisions and offers: {examples}.",
                              examples=examples)  # fmt: skip
        return ["", told]

    def warnings(self, id: str) -> list[str]:
        """That an action goes against bargains in force."""
        return [
            self.words("This goes against the bargain “{name}”: {what}.",
                       name=self.words.of(bargain.choice.label), what=self.words.of(switch))
            for bargain, switch in against(self.view, id)
        ]  # fmt: skip

    def unmet(self, id: str) -> list[str]:
        """What an offer asks that does not hold, and that a yes would not make hold."""
        action = self.view.model.action(id)
        if action.kind not in ("ask", "accept"):
            return []
        found = offered(self.view, action.item)
        open_terms = [self._term(term) for term, made in found.terms if term.met is False and not made]
        if not open_terms:
            return []
        told = self.words.plural(
            "What it asks does not hold yet, and is looked at {count} month after the yes:",
            "What it asks does not hold yet, and is looked at {count} months after the yes:", found.grace,
        )  # fmt: skip
        return [told, *("  " + term for term in open_terms)]

    def cost(self, cost: float) -> str:
        """What something costs."""
        return self.words("cost {cost}", cost=self.points(cost)) if cost else self.words("free")

    def decision_topics(self) -> list[str] | None:
        """Topics that have decisions; None when all decisions fit one list."""
        decisions = self.choices("decision")
        if len(decisions) <= _SHORT_LIST:
            return None
        return [t for t in self.topics() if any((c.topic or "other") == t for c in decisions)]

    def decisions(self, topic: str | None = None, everything: bool = False) -> list[str]:
        """Topics with decisions, or decisions: of one topic with those not possible now."""
        topics = self.decision_topics()
        if topic is not None:
            found = [c for c in self.choices("decision") if (c.topic or "other") == topic]
            lines = [self.words.of(self.topics()[topic]), *self.capital_line(), ""]
            lines += [self.choice_line(c) for c in found]
            offers = [c for c in self.choices("ask") if (c.topic or "other") == topic]
            if offers:
                lines += ["", self.words("Offers that you may make"), *(self.choice_line(c) for c in offers)]
            return lines
        if everything or topics is None:
            return self._all_decisions(hide=topics is not None)
        lines = [self.words("What is it about? Type a number, or for example: {example}",
                            example=self.command("decisions", self.words.of(self.topics()[topics[0]])))]
        lines += [*self.capital_line(), ""]
        for number, id in enumerate(topics, 1):
            found = [c for c in self.choices("decision") if (c.topic or "other") == id]
            possible = sum(c.standing.allowed or c.standing.planned for c in found)
            label = self.words.of(self.topics()[id])
            told = self.words.plural(
                "{count} possible of {all}", "{count} possible of {all}", possible, all=len(found)
            )
            lines.append(f"{number}. " + self.say(label, told))
        return lines  # fmt: skip

    def _all_decisions(self, hide: bool) -> list[str]:
        lines = self.capital_line()
        for topic, label in self.topics().items():
            found = [c for c in self.choices("decision") if (c.topic or "other") == topic]
            shown = [c for c in found if not hide or c.standing.allowed or c.standing.planned]
            if shown:
                lines += ["", self.words.of(label), *("  " + self.choice_line(c) for c in shown)]
        return lines or [self.words("There is nothing that you may decide.")]

    def details(self, choice: Choice) -> list[str]:
        """All about a choice."""
        words, standing = self.words, choice.standing
        number = self.number_of(choice)
        if choice.kind in ANSWERS:
            number = self.words("Answer {number}", number=number.split()[-1])
        lines = [f"{number}. {self.action_name(choice.id)}", words.of(choice.text)]
        item = standing.action.item
        offer = self.view.model.scenario.offer.get(item.path[1])
        if choice.kind == "ask" and offer is not None:
            partner = words.of(self.view.model.scenario.actor[offer.to].label)
            lines += ["", *self.terms(choice, words("You would undertake"), partner)]
            weighed = words.of(chance_said(self.view, item))
            lines += [self._chance(choice, partner), words("What makes that up: {parts}.", parts=weighed)]
        elif choice.kind != "choice" and offer is not None:
            lines = [lines[0], words.of(item.words(offer.text, self.view.model.sets)), "", *self._sides(item)]
        if choice.kind in ("ask", "accept"):
            lines += self._what_it_asks(choice)
        if choice.kind in ANSWERS:
            question = next(q for q in self.view.questions() if q.id == item.id)
            lines.append(self._unanswered(question))
        lines += ["", *self.warnings(choice.id)]
        capital = self.capital()
        if capital and standing.cost:
            cost = self.points(standing.cost)
            lines.append(words("It costs {cost}. {capital}.", cost=cost, capital=capital))
        elif capital:
            lines.append(words("It costs nothing."))
        if standing.planned:
            lines.append(words("It is in your plan for this month."))
        elif standing.reason is not None:
            lines.append(words("Not possible now: {reason}", reason=words.of(standing.reason)))
            fails = failing(self.view, standing)
            if fails:
                lines.append(words("What does not hold:"))
                lines += ["  " + self._term(term) for term in fails]
        lines += self.sources(choice.source)
        return lines

    def _what_it_asks(self, choice: Choice) -> list[str]:
        """What will have to hold if the answer is yes, as things stand; and for how long."""
        found = offered(self.view, choice.standing.action.item)
        lines = [self.words.plural(
            "It would run for {count} month.", "It would run for {count} months.", found.lasts
        )]  # fmt: skip
        if not found.terms:
            return lines
        lines.append(self.words.plural(
            "What would have to hold, from {count} month after the yes:",
            "What would have to hold, from {count} months after the yes:", found.grace,
        ) if found.grace else self.words("What would have to hold, from the yes on:"))  # fmt: skip
        for term, made in found.terms:
            told = self._term(term)
            lines.append("  " + (self.words("{term} A yes would make it so.", term=told) if made else told))
        return lines

    def terms(self, choice: Choice, ours: str, partner: str) -> list[str]:
        """What each side of an offer gives."""
        lines = []
        if choice.asks is not None:
            lines.append(self.say(ours, self.words.of(choice.asks)))
        if choice.gives is not None:
            theirs = self.words("{partner} would give", partner=partner)
            lines.append(self.say(theirs, self.words.of(choice.gives)))
        return lines

    def _chance(self, choice: Choice, partner: str) -> str:
        chance = choice.standing.chance or 0.0
        return self.words(
            "As things stand the answer would be yes in {count} cases of 100 ({partner}).",
            count=self.words.number(100 * chance), partner=partner,
        )  # fmt: skip

    def offers(self) -> list[str]:
        """Offers that can be made, and bargains in force."""
        words = self.words
        lines = [words("Offers that you may make"), *self.capital_line()]
        asks = self.choices("ask")
        if not asks:
            lines.append(words("None: this seat has no offers to make."))
        for choice in asks:
            lines += ["", self.choice_line(choice)]
            offer = self.view.model.scenario.offer[choice.standing.action.item.path[1]]
            partner = words.of(self.view.model.scenario.actor[offer.to].label)
            lines += ["  " + line for line in self.terms(choice, words("You would undertake"), partner)]
            if choice.standing.allowed:
                lines.append("  " + self._chance(choice, partner))
        lines += ["", words("In force")]
        in_force = bargains(self.view)
        for bargain in in_force:
            lines += ["", *self.bargain(bargain)]
        return lines if in_force else [*lines, "  " + words("No bargain is in force.")]

    def bargain(self, bargain: Bargain) -> list[str]:
        """A bargain in force: who gives what, how long it runs, what has to hold."""
        words, choice = self.words, bargain.choice
        partner = words.of(self.view.model.scenario.actor[bargain.partner].label)
        left = words.plural("{count} month left", "{count} months left", bargain.months_left)
        ours, theirs = (words("You undertook"), words("In return, {partner}", partner=partner))
        if not bargain.asked:
            ours, theirs = (words("{partner} undertook", partner=partner), words("You give"))
        lines = [self.say(choice.label, f"{left}.")]
        lines += [
            "  " + self.say(who, words.of(text))
            for who, text in ((ours, choice.asks), (theirs, choice.gives))
            if text is not None
        ]
        if bargain.terms:
            lines.append("  " + self._looked_at(bargain))
            lines += ["    " + self._term(term) for term in bargain.terms]
        if bargain.broken:
            lines.append("  " + words("As things stand it is broken when this month is played."))
        return lines

    def _looked_at(self, bargain: Bargain) -> str:
        if not bargain.looked_at_in:
            return self.words("What has to hold, looked at every month:")
        month = self.month(self.game.month + bargain.looked_at_in)
        return self.words("What has to hold, looked at from {month} on:", month=month)

    def _term(self, term: Term) -> str:
        words = self.words
        label, wanted = words.of(term.label), words.of(term.wanted)
        told = words("{label}: {rest}", label=label, rest=wanted) if wanted else label
        if term.met is None:
            return words("{term}. Not to be seen from here.", term=told)
        if term.now is not None:
            told = words("{term} (now {now})", term=told, now=words.of(term.now))
        return words("{term}. Met.", term=told) if term.met else words("{term}. Not met.", term=told)

    def plan(self) -> list[str]:
        """This month's plan."""
        planned = self.game.plan.get(self.view.actor, [])
        if not planned:
            return [self.words("Nothing is planned for {month}.", month=self.month(self.game.month))]
        lines = [self.words("Your plan for {month}", month=self.month(self.game.month))]
        for id in planned:
            cost = self.cost(self.game.standing(id).cost)
            name = self.action_name(id)
            place = next((n for n, c in enumerate(self.answers(), 1) if c.id == id), None)
            if place is not None:
                name = self.say(self.words("Answer {number}", number=place), name)
            elif id in self.numbers:
                name = f"{self.numbers[id]}. {name}"
            lines.append("  " + self.words("{name} ({cost})", name=name, cost=cost))
            lines += ["    " + line for line in (*self.warnings(id), *self.unmet(id))]
        return lines + self.capital_line()

    def sources(self, ids: Iterable[str]) -> list[str]:
        """Sources with what they say."""
        table = self.view.model.scenario.source
        known = [id for id in ids if id in table]
        return [self.words("Source {id}: {text}", id=id, text=self.words.of(table[id].text)) for id in known]

    # -- questions -------------------------------------------------------------------------

    def answers(self) -> list[Choice]:
        """Every answer that can be given now, in the order of their numbers."""
        return [c for q in self.view.questions() for c in q.choices]

    def questions(self) -> list[str]:
        """What waits for an answer."""
        lines: list[str] = []
        number = 0
        for question in self.view.questions():
            if lines:
                lines.append("")
            lines += [self.words.of(question.label), self.words.of(question.text)]
            if question.before is not None:
                lines.append(self.words.of(question.before))
            lines += self._offered(question)
            for choice in question.choices:
                number += 1
                lines += self._answer(number, choice, question)
            lines.append(self._unanswered(question))
        if not lines:
            return [self.words("Nothing waits for your answer.")]
        return [*lines, *self.which_numbers("answer", 1)]

    def _offered(self, question: Question) -> list[str]:
        action = question.choices[0].standing.action
        return [] if action.kind == "choice" else self._sides(action.item)

    def _sides(self, item: Item) -> list[str]:
        """What each side of another party's offer gives."""
        offer = self.view.model.scenario.offer[item.path[1]]
        asker = self.words.of(self.view.model.scenario.actor[offer.from_].label)
        words = item.words
        return [
            self.say(self.words("{partner} would undertake", partner=asker),
                     self.words.of(words(offer.asks, self.view.model.sets))),
            self.say(self.words("You would give"), self.words.of(words(offer.gives, self.view.model.sets))),
        ]  # fmt: skip

    def _answer(self, number: int, choice: Choice, question: Question) -> list[str]:
        name = f"{number}. {self.words.of(choice.label)}"
        standing = choice.standing
        if standing.planned:
            line = self.words("{name} (your answer)", name=name)
        elif standing.reason is not None:
            line = self.words("{name}. Not now: {reason}", name=name, reason=self.reason(standing))
        elif standing.cost:
            line = self.words("{name} ({cost})", name=name, cost=self.cost(standing.cost))
        else:
            line = name
        text = self.words.of(choice.text) if choice.kind == "choice" else ""
        return [line, "    " + text] if text else [line]

    def _unanswered(self, question: Question) -> str:
        default = next((c for c in question.choices if c.id == question.default), None)
        if default is not None:
            return self.words("If you do not answer this month: {name}.", name=self.words.of(default.label))
        last = self.month(question.until if question.until is not None else self.game.month)
        return self.words("It can be answered until {month}; then it lapses.", month=last)

    # -- months ----------------------------------------------------------------------------

    @cached_property
    def _peers(self) -> dict[tuple[int, int], Peers | None]:
        return {}

    def among(self, runs: int = PEER_RUNS) -> Peers | None:
        """The shipped strategies of this seat over the months played, some runs of each."""
        key = (self.game.month, runs)
        if key not in self._peers:
            self._peers.clear()
            self._peers[key] = peers(self.game, self.view.actor, runs)
        return self._peers[key]

    @property
    def beside(self) -> Peers | None:
        """The shipped strategies on the same luck; with other luck once that is known."""
        return self._peers.get((self.game.month, PEER_RUNS)) or self.among(1)

    @cached_property
    def scales(self) -> Yardstick:
        """How much each figure moves ordinarily; what changes are compared by."""
        return yardstick(self.game, self.view.actor)

    def happened(self, report: MonthReport, texts: bool = True, short: bool = False) -> list[str]:
        """What a month brought, as sentences: own decisions, events, others; shortened or in full."""
        own, events, others = self.told(report, texts, full=not short)
        if short and len(events) + len(others) > _EVENTS + _OTHERS:
            hidden = max(len(events) - _EVENTS, 0) + max(len(others) - _OTHERS, 0)
            more = self.words.plural("And {count} more: {command}.", "And {count} more: {command}.", hidden,
                                     command=self.command("history", str(report.month + 1)))
            return own + events[:_EVENTS] + others[:_OTHERS] + [more]
        return own + events + others or [self.words("Nothing out of the ordinary.")]  # fmt: skip

    def told(
        self, report: MonthReport, texts: bool = True, full: bool = False
    ) -> tuple[list[str], list[str], list[str]]:
        """
        A month's sentences: what the seat did, what happened, what others did.

        What has happened before is told in full where that is asked for, else as again.
        """
        own: list[str] = []
        unanswered: list[str] = []
        events: list[str] = []
        others: list[str] = []
        submitted = self.game.inputs[report.month]
        played_by = self.game.casts[report.month].get(self.view.actor)
        for line in sorted(self.view.lines(report), key=lambda line: not line.weighty):
            told = self.words.of(line.text)
            if line.kind in ("decision", "ask", "accept", "refuse", "choice"):
                if line.actor != self.view.actor:
                    if line.detail is not None:
                        told = _followed(told, self.words.of(line.detail))
                    others.append(told)
                elif (line.actor, line.id) in submitted:
                    own.append(self.say(self.words("You"), self.action_name(line.id)))
                elif played_by != HUMAN:
                    own.append(told)
                else:
                    told = self.say(self.words("Not answered, so"), self.action_name(line.id))
                    unanswered.append(told)
            elif line.kind == "refused":
                own.append(told)
            else:
                detail = line.detail if line.again is None or full else line.again
                if detail is not None and (texts or line.weighty):
                    told = _followed(told, self.words.of(detail))
                events.append(told)
        return own + unanswered, events, others

    def month_report(self, report: MonthReport, texts: bool = True) -> list[str]:
        """The main screen after a month: what happened, the main figures, what changed most and why."""
        month = report.month
        lines = [
            self.words("{month} has passed (month {number} of {months}).",
                       month=_capital(self.month(month)), number=month + 1, months=self.game.months),
            "", self.words("What happened"),
        ]  # fmt: skip
        lines += ["  " + line for line in self.happened(report, texts, short=True)]
        lines += ["", self.words("Main figures")]
        headlines = self.view.headlines() or self.view.indicators()[:7]
        lines += ["  " + self.figure(i) for i in headlines]
        changes = self.biggest_changes()
        if changes:
            lines += ["", self.words("What changed most, and why")]
            lines += ["  " + self._change_line(i, month) for i in changes]
        waiting = len(self.view.questions()) if not self.game.finished else 0
        if waiting:
            told = self.words.plural(
                "{count} question waits for your answer.", "{count} questions wait for your answer.", waiting
            )
            lines += ["", told]
        return lines

    def biggest_changes(self, count: int = _CHANGES) -> list[Indicator]:
        """The indicators that moved most this month, one a topic."""
        found: list[Indicator] = []
        ranked = biggest(self.view.indicators(), self.scales)
        ranked.sort(key=self._news, reverse=True)
        for indicator in ranked:
            if indicator.topic is None or indicator.topic not in {i.topic for i in found}:
                found.append(indicator)
        return found[:count]

    def _news(self, indicator: Indicator) -> float:
        """How much of news a change is: less where it goes on as in the month before."""
        series = indicator.series
        going_on = series[-2] - series[-3] if len(series) > 2 else 0.0
        size = abs(indicator.change)
        fresh = min(max(abs(indicator.change - going_on), size / _STALE), size)
        bonus = _HEADLINE_BONUS if indicator.headline else 1.0
        return bonus * fresh / self.scales.month[indicator.id.removeprefix("obs.")]

    def _change_line(self, indicator: Indicator, month: int) -> str:
        found = reasons(self.view, indicator.id, month)
        return self.because(self.figure(indicator), indicator, found)

    def history(self) -> list[str]:
        """Months past, a line each."""
        if not self.game.month:
            return [self.words("No month has been played yet.")]
        lines = []
        for month in range(self.game.month):
            report = self.game.report(month)
            mine = [self.action_name(id) for who, id in self.game.inputs[month] if who == self.view.actor]
            told = self.series(mine) if mine else self.words("no decision")
            events = self.words.plural("{count} event", "{count} events", len(report.events))
            line = self.say(f"{month + 1}. {self.month(month)}", told)
            lines.append(self.words("{first}, {second}", first=line, second=events))
        return lines

    def notes(self) -> list[str]:
        """The player's notes, by month."""
        return [self.say(self.month(month), text) for month, text in notes(self.view)]

    def history_of_month(self, month: int) -> list[str]:
        """One month in full."""
        return [_capital(self.month(month)), *("  " + x for x in self.happened(self.game.report(month)))]

    def history_of(self, indicator: Indicator) -> list[str]:
        """An indicator month by month."""
        lines = [self.say(indicator.label, self.words.of(indicator.unit) or self.words("by month"))]
        first = self.game.month - len(indicator.series)
        for place, value in enumerate(indicator.series):
            month = first + place
            name = self.month(month) if month >= 0 else self.words("before the start")
            lines.append("  " + self.say(name, self.words.number(value, indicator.decimals)))
        if indicator.text is not None:
            lines.append(self.words.of(indicator.text))
        return lines

    # -- dossier ---------------------------------------------------------------------------

    def dossier(self) -> list[str]:
        """The opening dossier, or what the scenario says of itself."""
        model, words = self.view.model, self.words
        header = model.scenario.scenario
        lines = [words.of(header.title), words.of(header.summary), ""]
        lines += [self.say(model.scenario.actor[self.view.actor].label,
                           words.of(model.scenario.actor[self.view.actor].text)), ""]  # fmt: skip
        if header.aims:
            lines += [*self.aims(), ""]
        if header.dossier is not None:
            if self.view.actor != header.seats[0]:
                first = words.of(model.scenario.actor[header.seats[0]].label)
                lines += [words("What follows is the file of {actor}.", actor=first), ""]
            paragraphs = [text for _, text in dossier(self.view, words.language)]
            lines += [line for text in paragraphs for line in (text, "")][:-1]
        return lines

    def aims(self) -> list[str]:
        """What there is to learn."""
        words, found = self.words, self.view.model.scenario.scenario.aims
        return [words("What there is to learn"), *("  " + words.of(aim) for aim in found)] if found else []

    def length(self) -> list[str]:
        """That this is the short form, where it is."""
        if not self.game.record.header.short:
            return []
        whole = self.view.model.scenario.scenario.months
        return [self.words("This is the short form; the full game has {months} months.", months=whole)]

    def orientation(self) -> list[str]:
        """The first page: what this is, whom one plays, how it is played."""
        words, scenario = self.words, self.view.model.scenario
        actor = scenario.actor[self.view.actor]
        return [
            words.of(scenario.scenario.title), "", words.of(scenario.scenario.summary), "",
            words("Please note: this game is about a war that is being fought. It counts people killed and "
                  "driven from their homes; that is never a move that anybody can make. It is a model of one "
                  "argument, to be tested and contested, not a prediction."), "",
            words("You play {actor}, for {months} months from {month}.", actor=words.of(actor.label),
                  months=self.game.months, month=self.month(0)) + " "
            + words("Each month you may decide, bargain and answer questions; each has a price, and you can "
                    "look ahead before you choose.") + " "
            + words("Then you play the month, and may ask of every figure why it moved."),
            *self.length(), "", *self.aims(),
        ]  # fmt: skip


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _followed(first: str, second: str) -> str:
    """Two sentences, of which the first may be a question or a heading without its full stop."""
    return f"{first} {second}" if first.endswith(("?", "!", ".")) else f"{first}. {second}"
