"""
Figures in words: values with their units, how they moved, and whether that is better.

A page is a list of unwrapped lines; leading spaces are kept when a line is wrapped, and an
empty line ends a paragraph.
"""

from collections.abc import Sequence
from functools import cached_property

from mali_sim.cli.text.commands import command_named, matches
from mali_sim.play import Game, Indicator, SeatView
from mali_sim.play.phrases import Phrases
from mali_sim.play.purse import Purse, purse
from mali_sim.scenario import Text
from mali_sim.scenario.texts import Words, both

_COLUMNS = 4


class Figures(Phrases):
    """
    Figures as one seat sees them.

    Parameters
    ----------
    view : SeatView
    words : Words
    """

    def __init__(self, view: SeatView, words: Words) -> None:
        super().__init__(view, words)
        self._said: set[str] = set()

    def first_time(self, topic: str) -> bool:
        """Whether something has not been said before, so that it is said in full once."""
        new = topic not in self._said
        self._said.add(topic)
        return new

    @property
    def game(self) -> Game:
        """The game."""
        return self.view.game

    # -- small words -----------------------------------------------------------------------

    def command(self, name: str, *after: str) -> str:
        """A command as it is typed in this language."""
        return " ".join((command_named(name).shown(self.words.language), *after))

    def figure(self, indicator: Indicator, label: Text | None = None) -> str:
        """One line on an indicator."""
        if not indicator.known:
            return self.say(label or indicator.label, self.words("counted from the first month on"))
        told = self.value(indicator)
        if len(indicator.series) > 1:
            told = self.words("{value} ({change})", value=told, change=self.change(indicator))
        return self.say(label or indicator.label, told)

    # -- capital ---------------------------------------------------------------------------

    @cached_property
    def _purses(self) -> dict[str, Purse | None]:
        return {}

    @property
    def purse(self) -> Purse | None:
        """What the seat has to spend; worked out once for each state."""
        state = self.game.state_hash()
        if state not in self._purses:
            self._purses.clear()
            self._purses[state] = purse(self.view)
        return self._purses[state]

    def points(self, amount: float) -> str:
        """An amount of capital."""
        return self.words.quantity(amount, self.purse.unit if self.purse else None, 1)

    def capital(self) -> str | None:
        """How much capital is left."""
        left = self.game.left(self.view.actor)
        if left is None or self.purse is None:
            return None
        return self.say(self.purse.label, self.words("{left} left", left=self.points(left)))

    def capital_coming(self) -> str:
        """How much capital the month brings, as things stand."""
        found = self.purse
        if found is None or self.game.finished:
            return ""
        if found.coming is None:
            return self.words("nothing comes back by itself")
        if round(found.coming, 1) < 0:
            return self.words("this month takes about {amount}", amount=self.points(-found.coming))
        told = self.words("this month brings about {amount}", amount=self.points(found.coming))
        room = found.room(self.game.left(self.view.actor) or 0.0)
        if room is None or round(room, 1) >= round(found.coming, 1):
            return told
        if round(room, 1) <= 0:
            return self.words("{coming}, lost unless some is spent", coming=told)
        return self.words("{coming}, of which only {room} fit", coming=told, room=self.points(room))

    def capital_line(self) -> list[str]:
        """How much capital is left, how much comes, how much there can be; and where more is said."""
        left, found = self.capital(), self.purse
        if left is None or found is None:
            return []
        parts = [left, self.capital_coming()]
        if found.most is not None and found.coming is not None:
            parts.append(self.words("it fills up to {most}", most=self.words.number(found.most)))
        told = self.series([p for p in parts if p])
        return [self.words("{capital}. What changes it: {command}.", capital=told,
                           command=self.command("capital"))]  # fmt: skip

    # -- finding things by name --------------------------------------------------------------

    def topics(self) -> dict[str, Text]:
        """Topics by id; what has none is under ``other``."""
        found = {id: table.label for id, table in self.view.model.scenario.topic.items()}
        return found | {"other": both("Other matters")}

    def find_topic(self, wanted: str) -> list[str]:
        """Topics that may be meant by some words."""
        return matches(wanted, {id: (t.en, t.fr) for id, t in self.topics().items()})

    def sets(self) -> dict[str, Text]:
        """Full sets that some visible stock is over, with their names."""
        model = self.view.model
        over = {d for id in self.view.visible_stocks() for d in model.layout.blocks[f"stock:{id}"].dims}
        whole = model.sets.parent
        return {id: t.label for id, t in model.scenario.set.items() if id in over and whole[id] == id}

    # -- figures ---------------------------------------------------------------------------

    def status(self) -> list[str]:
        """The main figures."""
        lines = [self._as_at(), ""]
        lines += [self.figure(i) for i in self.view.headlines() or self.view.indicators()]
        return lines

    def _as_at(self) -> str:
        if self.game.month == 0:
            return self.words("Figures before the first month.")
        return self.words(
            "Figures at the end of {month}, and the change since the month before.",
            month=self.month(self.game.month - 1),
        )

    def status_all(self) -> list[str]:
        """All figures, by topic."""
        lines = [self._as_at()]
        for topic, label in self.topics().items():
            found = [i for i in self.view.indicators() if (i.topic or "other") == topic]
            if found:
                lines += ["", self.words.of(label), *("  " + self.figure(i) for i in found)]
        return lines

    def status_of(self, topic: str) -> list[str]:
        """A topic's figures: published ones, what is so or not, and what stands behind them."""
        view, model = self.view, self.view.model
        lines = [self.words.of(self.topics()[topic]), self._as_at(), ""]
        lines += [self.figure(i) for i in view.indicators() if (i.topic or "other") == topic]
        facts = [f for f in view.facts() if (f.topic or "other") == topic]
        for fact in facts:
            value = self.words.of(fact.value)
            if fact.changed:
                value = self.words("{first}, {second}", first=value, second=self.words("new this month"))
            lines.append(self.say(fact.label, value))
        behind = [
            id
            for id in view.visible_stocks()
            if (model.scenario.stock[id].topic or "other") == topic
            and len(model.layout.blocks[f"stock:{id}"].labels) == 1
            and id not in {a.capital for a in model.scenario.actor.values()}
        ]
        published = {self.words.of(i.label) for i in view.indicators()}
        behind = [id for id in behind if self.words.of(model.scenario.stock[id].label) not in published]
        if behind:
            lines += ["", self.words("Behind these figures")]
            lines += ["  " + self.figure(view.members(id)[0]) for id in behind]
        return lines

    def stocks_over(self, set_id: str) -> list[str]:
        """Visible stocks over a set alone."""
        blocks = self.view.model.layout.blocks
        return [id for id in self.view.visible_stocks() if blocks[f"stock:{id}"].dims == (set_id,)]

    def members(self, set_id: str) -> list[str]:
        """A set's members, a line each, with a judged figure for each topic."""
        stocks = self.view.model.scenario.stock
        shown: list[str] = []
        for id in self.stocks_over(set_id):
            seen = {stocks[x].topic for x in shown} - {None}
            if stocks[id].better != "none" and stocks[id].topic not in seen:
                shown.append(id)
        shown = (shown or self.stocks_over(set_id))[:_COLUMNS]
        labels = self.view.model.sets.labels
        lines = [self._as_at(), ""]
        columns = {id: self.view.members(id) for id in shown}
        for row, member in enumerate(self.view.model.sets.members[set_id]):
            cells = [(self.words.of(stocks[id].label), c[row]) for id, c in columns.items()]
            parts = [self._brief(label, i) for label, i in cells if i.value or i.change]
            lines.append(self.say(labels[set_id, member], self.series(parts) or self.words("nothing")))
        return lines

    def _brief(self, label: str, indicator: Indicator) -> str:
        named = self.words.of(indicator.unit).casefold() in label.casefold()
        unit = None if named else indicator.unit
        told = f"{label} {self.words.quantity(indicator.value, unit, indicator.decimals)}"
        shows = abs(indicator.change) >= 0.5 * 10.0**-indicator.decimals
        return f"{told} ({self.change(indicator)})" if shows else told

    def member(self, set_id: str, member: str) -> list[str]:
        """Every visible figure of one member."""
        view, sets = self.view, self.view.model.sets
        lines = [self.words.of(sets.labels[set_id, member]), self._as_at(), ""]
        for id in view.visible_stocks():
            dims = view.model.layout.blocks[f"stock:{id}"].dims
            if set_id not in dims:
                continue
            label = view.model.scenario.stock[id].label
            for combination, row in zip(sets.combinations(dims), view.members(id), strict=True):
                if combination[dims.index(set_id)] != member or not (row.value or row.change):
                    continue
                others = [sets.labels[d, m] for d, m in zip(dims, combination, strict=True) if d != set_id]
                lines.append(self.figure(row, _joined(label, others)))
        return lines

    def across(self, stock_id: str) -> list[str]:
        """One stock at all its members."""
        label = self.words.of(self.view.model.scenario.stock[stock_id].label)
        return [label, self._as_at(), "", *(self.figure(i) for i in self.view.members(stock_id))]


def _joined(label: Text, others: Sequence[Text]) -> Text:
    if not others:
        return label
    labels = [label, *others]
    return Text(", ".join(x.en for x in labels), ", ".join(x.fr for x in labels))
