"""What a seat sees: the game through one actor's eyes, ready to be shown."""

import math
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from attrs import evolve, frozen

from mali_sim.engine import HUMAN, TENDENCY
from mali_sim.equations import names_in
from mali_sim.equations.tree import Call, Name
from mali_sim.model import Action
from mali_sim.model.happenings import Item
from mali_sim.play.answers import ANSWERS, standing_instead
from mali_sim.play.conditions import Term, chance_said, kept_terms
from mali_sim.play.game import Game, MonthReport, Standing
from mali_sim.play.switched import turned, turned_by
from mali_sim.play.why.causes import posted_cause
from mali_sim.play.why.explain import Cause, Explanation, UnknownName, explain
from mali_sim.scenario import Text
from mali_sim.scenario.classes import Effect, Observer, Offer, Switch
from mali_sim.scenario.texts import LANGUAGES, Words, both, unit_words, word

BETTER, WORSE, SAME, NEITHER = "better", "worse", "same", "neither"


@frozen
class Indicator:
    """
    A published or observed number.

    Parameters
    ----------
    id : str
        ``obs.ID`` or ``stock.ID`` (``stock.ID.member``).
    value : float
        At the close of the last month played.
    change : float
        Against the month before, both as they are shown.
    verdict : {'better', 'worse', 'same', 'neither'}
    series : tuple of float
        From the start to now; of what is counted month by month, from the first month.
    known : bool
        False before the first month of what is counted month by month.
    """

    id: str
    label: Text
    text: Text | None
    unit: Text
    decimals: int
    value: float
    change: float
    verdict: str
    series: tuple[float, ...]
    headline: bool
    topic: str | None
    source: tuple[str, ...]
    known: bool = True


@frozen
class Choice:
    """An action as a card: a decision, an offer to make, an answer to give."""

    id: str
    kind: str
    label: Text
    text: Text
    topic: str | None
    standing: Standing
    source: tuple[str, ...]
    asks: Text | None = None
    gives: Text | None = None


@frozen
class Question:
    """
    Something that waits for an answer: an event, or somebody's offer.

    Parameters
    ----------
    until : int, optional
        The last month in which an offer can be answered.
    before : Text, optional
        Where the same was asked before: when, and what was answered.
    """

    id: str
    label: Text
    text: Text
    choices: tuple[Choice, ...]
    default: str | None
    source: tuple[str, ...]
    until: int | None = None
    before: Text | None = None


@frozen
class Line:
    """
    One thing that happened, for the month's report.

    Parameters
    ----------
    weighty : bool
        Whether it comes first: what changes a state of things, the end of a bargain, an answer to
        an offer of this seat.
    again : Text, optional
        Of an event that has happened before: how often, and when last.
    """

    kind: str
    id: str
    text: Text
    detail: Text | None
    actor: str | None
    source: tuple[str, ...]
    weighty: bool = False
    again: Text | None = None


@frozen
class Fact:
    """Something that is so or not, or one of a few things: a switch."""

    id: str
    label: Text
    value: Text
    changed: bool
    topic: str | None
    source: tuple[str, ...]


class SeatView:
    """
    The game as one actor sees it.

    Hidden stocks and observers known to others only are not in it.
    """

    def __init__(self, game: Game, actor: str) -> None:
        self.game = game
        self.model = game.model
        self.actor = actor

    # -- numbers -------------------------------------------------------------------------

    def indicators(self) -> list[Indicator]:
        """Every observer that the seat can see, in the scenario's order."""
        return [
            self.indicator(id)
            for id, obs in self.model.scenario.obs.items()
            if not obs.known_to or self.actor in obs.known_to
        ]

    def headlines(self) -> list[Indicator]:
        """The few for the bar at the top."""
        return [i for i in self.indicators() if i.headline]

    def indicator(self, id: str) -> Indicator:
        """One observer."""
        obs = self.model.scenario.obs[id]
        counted = id in self.counted and self.game.month > 0
        months = range(0 if counted else -1, self.game.month)
        series = tuple(self.game.observed(id, m) for m in months)
        value, change = _latest(series, obs.decimals)
        return Indicator(
            f"obs.{id}", obs.label, obs.text, self.unit_label(obs.unit), obs.decimals, value,
            change, verdict(change, obs.better, obs.decimals), series, obs.headline, obs.topic,
            obs.source, id not in self.counted or counted,
        )  # fmt: skip

    @cached_property
    def counted(self) -> frozenset[str]:
        """Observers of what happens in a month: they have no value before the first."""
        trees = {id: self.model.variables.trees.get(("obs", id, "value")) for id in self.model.scenario.obs}
        reads = {id: names_in(tree) for id, tree in trees.items() if tree is not None}
        roots = ("flow.", "decision.", "event.")
        found = {id for id, names in reads.items() if any(n.startswith(roots) for n in names)}
        while True:
            through = {f"obs.{id}" for id in found}
            more = {id for id, names in reads.items() if names & through} - found
            if not more:
                return frozenset(found)
            found |= more

    def visible_stocks(self) -> list[str]:
        """Stocks that the seat can see."""
        return [
            id
            for id, stock in self.model.scenario.stock.items()
            if not stock.hidden or self.actor in stock.known_to
        ]

    def members(self, stock_id: str) -> list[Indicator]:
        """A stock's rows as indicators, one a member."""
        stock = self.model.scenario.stock[stock_id]
        block = self.model.layout.blocks[f"stock:{stock_id}"]
        decimals = 0 if (stock.bounds or (0, 1000))[1] >= 10 else 2
        found = []
        for row, name in enumerate(block.labels):
            series = tuple(float(s[block.offset + row]) for s in self.game.states)
            value, change = _latest(series, decimals)
            made = Indicator(
                f"stock.{name}", self.row_label(stock_id, row), None, self.unit_label(stock.unit),
                decimals, value, change, verdict(change, stock.better, decimals), series,
                False, stock.topic, stock.source,
            )  # fmt: skip
            found.append(made)
        return found

    def row_label(self, stock_id: str, row: int) -> Text:
        """A member's name, or two joined; the stock's own where it has none."""
        sets = self.model.sets
        dims = self.model.layout.blocks[f"stock:{stock_id}"].dims
        combination = sets.combinations(dims)[row]
        labels = [sets.labels[d, m] for d, m in zip(dims, combination, strict=True)]
        if not labels:
            return self.model.scenario.stock[stock_id].label
        return Text(", ".join(x.en for x in labels), ", ".join(x.fr for x in labels))

    def facts(self) -> list[Fact]:
        """Every switch and what it stands at."""
        found = []
        for id, switch in self.model.scenario.switch.items():
            offset = self.model.layout.blocks[f"switch:{id}"].offset
            now = int(self.game.state[offset])
            before = int(self.game.states[-2][offset]) if self.game.month else now
            names = switch_values(switch)
            found.append(
                Fact(f"switch.{id}", switch.label, names[now], now != before, switch.topic, switch.source)
            )
        return found

    def unit_label(self, unit: str) -> Text:
        """A unit's words: ``CFA bn a month``."""
        return unit_words(unit, self.model.scenario.unit)

    # -- why -------------------------------------------------------------------------------

    @cached_property
    def unseen(self) -> frozenset[str]:
        """
        Names that would give away what the seat cannot see: hidden, or computed from it.

        What an observer publishes as it is, or averaged over months, gives nothing away.
        """
        s = self.model.scenario
        published = set()
        for indicator in s.obs:
            tree = self.model.variables.trees.get(("obs", indicator, "value"))
            if isinstance(tree, Call) and tree.name == "smooth":
                tree = tree.args[0]
            known_to = s.obs[indicator].known_to
            if isinstance(tree, Name) and (not known_to or self.actor in known_to):
                published.add(tree.id)
        found = set(s.stock) - set(self.visible_stocks())
        found |= {f"obs.{id}" for id, o in s.obs.items() if o.known_to and self.actor not in o.known_to}
        while True:
            trees = {id: self.model.variables.trees.get(("aux", id, "value")) for id in s.aux}
            reads = {id: names_in(tree) for id, tree in trees.items() if tree is not None}
            more = {id for id, names in reads.items() if names & found} - found - published
            if not more:
                return frozenset(found)
            found |= more

    def explain(self, name: str, month: int | None = None) -> Explanation:
        """
        Why something changed, without what the seat cannot see.

        An observer that is a single stock is explained by the stock's flows. Causes out of
        sight are joined with luck into one; equations are shown without numbers where a
        hidden one is among them. After the last month everything is shown.

        Raises
        ------
        UnknownName
            Also for what is hidden from the seat.
        """
        base = name.removeprefix("stock.").partition(".")[0].partition("[")[0]
        if not self.game.finished and name in self.unseen:
            raise UnknownName(f"there is nothing called {name} to explain")
        tree = self.model.variables.trees.get(("obs", name.removeprefix("obs."), "value"))
        if name.startswith("obs.") and isinstance(tree, Name) and self._single(tree.id):
            found = self.explain(tree.id, month)
            return evolve(found, id=name, label=self.model.scenario.obs[name[4:]].label)
        if self.game.finished:
            return explain(self.game, name, month)
        flow = self.model.scenario.flow.get(name.removeprefix("flow."))
        ends = [end.partition(".")[0] for end in (flow.from_, flow.to) if end] if flow else []
        if self.unseen & {name, base, *ends}:
            raise UnknownName(f"there is nothing called {name} to explain")
        whole = explain(self.game, name, month)
        hidden = [c for c in whole.causes if self._out_of_sight(c)]
        if hidden:
            hidden += [c for c in whole.causes if c.id == "luck"]
        shown = [self._discreet(c) for c in whole.causes if c not in hidden]
        if hidden:
            label = both("What cannot be seen from here, and chance")
            amount = sum(c.amount for c in hidden)
            shown.append(Cause("unseen", label, amount, "", "", None, ()))
        shown.sort(key=lambda c: -abs(c.amount))
        return evolve(whole, causes=tuple(shown))

    def flow_cause(self, id: str, month: int) -> Cause:
        """A flow as a cause: what it moved in a month, its equation, grade and sources."""
        trace = self.game.trace(month)
        cause = posted_cause(self.game, trace, "flow", id, sum(trace.watched(f"flow:{id}")))
        return cause if self.game.finished else self._discreet(cause)

    def _single(self, id: str) -> bool:
        """Whether a name is a stock without sets that the seat may see."""
        block = self.model.layout.blocks.get(f"stock:{id}")
        return block is not None and block.rows == 1 and (self.game.finished or id not in self.unseen)

    def _out_of_sight(self, cause: Cause) -> bool:
        if "(" in cause.id:
            return bool(set(re.findall(r"\w+", cause.id)) & self.unseen)
        base = cause.id.partition("[")[0]
        return base in self.unseen or base.partition(".")[0] in self.unseen

    def _discreet(self, cause: Cause) -> Cause:
        kind, _, id = cause.id.partition(".")
        tree = self.model.variables.trees.get(("flow", id, "rate")) if kind == "flow" else None
        if cause.members and cause.members[0][0].partition(".")[0].partition("[")[0] in self.unseen:
            cause = evolve(cause, members=())
        return evolve(cause, numbers="") if tree is not None and names_in(tree) & self.unseen else cause

    # -- what can be done ------------------------------------------------------------------

    def choices(self) -> list[Choice]:
        """Decisions, and offers that can be made; allowed or not."""
        return [
            self._choice(s) for s in self.game.standings(self.actor) if s.action.kind in ("decision", "ask")
        ]

    def _choice(self, standing: Standing) -> Choice:
        action = standing.action
        words, sets = action.item.words, self.model.sets
        table = action.table
        return Choice(
            action.id, action.kind, words(table.label, sets), words(table.text, sets),
            getattr(table, "topic", None), standing, table.source,
            words(table.asks, sets) if hasattr(table, "asks") else None,  # type: ignore[union-attr]
            words(table.gives, sets) if hasattr(table, "gives") else None,  # type: ignore[union-attr]
        )  # fmt: skip

    def questions(self) -> list[Question]:
        """Events and offers that wait for this seat's answer."""
        found: dict[str, list[Choice]] = {}
        for standing in self.game.standings(self.actor):
            if standing.action.kind in ANSWERS:
                if not standing.planned:
                    standing = standing_instead(self.game, standing.action.id)
                found.setdefault(standing.action.item.id, []).append(self._choice(standing))
        return [self._question(choices) for choices in found.values()]

    def _question(self, choices: list[Choice]) -> Question:
        action = choices[0].standing.action
        item, sets = action.item, self.model.sets
        if action.kind == "choice":
            event = self.model.scenario.event[item.path[1]]
            return Question(
                item.id, item.words(event.label, sets), item.words(event.text, sets), tuple(choices),
                f"{item.id}.{event.default}", event.source, before=self._asked_before(item.path[1]),
            )  # fmt: skip
        offer = self.model.scenario.offer[item.path[1]]
        labels = {"accept": both("Accept"), "refuse": both("Refuse")}
        answers = tuple(
            Choice(
                c.id, c.kind, labels[c.kind],
                item.words(offer.gives if c.kind == "accept" else offer.asks, sets), c.topic,
                c.standing, c.source, c.asks, c.gives,
            )
            for c in choices
        )  # fmt: skip
        return Question(
            item.id, item.words(offer.label, sets), item.words(offer.text, sets), answers, None,
            offer.source, self._answered_until(item, offer),
        )  # fmt: skip

    def _answered_until(self, item: Item, offer: Offer) -> int:
        legality = self.game.legality
        left = math.ceil(legality.constant(offer.answer_within) - legality.row("offer_age", item.id))
        return self.game.month + max(left, 1) - 1

    def _asked_before(self, event: str) -> Text | None:
        """When an event's question was put to the seat the time before, and what was answered."""
        asked = self._months_of(event, self.game.month)
        if len(asked) < 2:
            return None
        when = self._month_name(asked[-2])
        for month in range(asked[-2], asked[-1] + 1):
            for actor, id in self.game.report(month).decisions:
                action = self.model.action(id)
                if actor == self.actor and action.kind == "choice" and action.item.path[1] == event:
                    answer = self.model.label_of(action)
                    return both("Asked before, in {month}; the answer then: {name}.", month=when, name=answer)
        return both("Asked before, in {month}.", month=when)

    def _months_of(self, event: str, until: int) -> list[int]:
        """The months before one in which an event happened, wherever that was."""
        names = {item.id for item, _ in self.model.happenings.events if item.path[1] == event}
        return [month for month in range(until) if names & set(self.game.report(month).events)]

    def _month_name(self, month: int) -> Text:
        start = self.model.scenario.scenario.start
        return Text(*(Words(language).month(start, month) for language in LANGUAGES))

    def offers_in_force(self) -> list[Choice]:
        """Bargains that hold now, in which this seat gives or asks."""
        found = []
        for action in self.model.happenings.actions:
            offer = self.model.scenario.offer.get(action.item.path[1]) if action.kind == "ask" else None
            if offer and self.actor in (offer.from_, offer.to):
                if self.game.legality.is_in_force(action):
                    found.append(self._choice(self.game.standing(action.id)))
        return found

    # -- what happened ---------------------------------------------------------------------

    def lines(self, report: MonthReport) -> Iterator[Line]:
        """A month's happenings as sentences: events, what became of offers, decisions."""
        for name in report.events:
            yield self._event_line(name, report.month)
        for actor, id in report.decisions:
            yield self._decision_line(actor, id, report.month)
        for actor, id in report.refused:
            label = self.model.label_of(self.model.action(id))
            text = both("{name}: it no longer fitted.", name=label)
            yield Line("refused", id, text, None, actor, ())

    def _event_line(self, name: str, month: int) -> Line:
        kind, _, id = name.partition(".")
        offers = {item.id: (item, offer) for item, offer in self.model.happenings.offers}
        if kind in ("lapse", "breach", "fulfilled") and id in offers:
            item, offer = offers[id]
            label = item.words(offer.label, self.model.sets)
            forms = {
                "lapse": word("{name}: the offer lapsed unanswered."),
                "breach": word("{name}: the bargain was broken."),
                "fulfilled": word("{name}: the bargain was kept to its end."),
            }
            parts = [self._what_failed(item, month) if kind == "breach" else None]
            parts += [self._turn(*turn) for turn in turned(self.game, name, month)]
            detail = _sentences([p for p in parts if p is not None])
            return Line(kind, name, both(forms[kind], name=label), detail, None, offer.source, True)
        item, event = next(x for x in self.model.happenings.events if x[0].id == name)
        label = item.words(event.label, self.model.sets)
        text = item.words(event.text, self.model.sets)
        weighty = _turns(event.effects)
        before = self._months_of(item.path[1], month)
        return Line("event", name, label, text, None, event.source, weighty, self._again(before))

    def _again(self, before: Sequence[int]) -> Text | None:
        """That something has happened before, and when last."""
        if not before:
            return None
        last = self._month_name(before[-1])
        if len(before) == 1:
            return both("As in {month}.", month=last)
        return both("{count} times before; the last in {month}.", count=len(before), month=last)

    def _what_failed(self, item: Item, month: int) -> Text | None:
        """Which part of what a bargain asks no longer held when a month opened."""
        terms = [t for t in kept_terms(self, item, self.game.legality_at(month)) if t.met is False]
        if not terms:
            return None
        first, *rest = (t.said for t in terms)
        for text in rest:
            first = both("{first}; {second}", first=first, second=text)
        failed = both("What no longer held: {terms}", terms=first)
        return _sentences([failed, *self._what_turned(terms, month)])

    def _what_turned(self, terms: Sequence[Term], month: int) -> list[Text]:
        """Whose doing it was that switches no longer stand as a bargain asks, where that can be told."""
        found = []
        switches = (sorted(names_in(t.node) & set(self.model.scenario.switch)) for t in terms)
        for switch in dict.fromkeys(s[0] for s in switches if len(s) == 1):
            last, setters = turned_by(self.game, switch, month) or (0, ())
            for name in setters[:1]:
                when = self._month_name(last)
                actions = self.model.action_rows
                line = (
                    self._decision_line(self.model.action(name).actor, name, last)
                    if name in actions else self._event_line(name, last)
                )  # fmt: skip
                found.append(both("What turned it, in {month}: {what}", month=when, what=line.text))
        return found

    def _turn(self, id: str, value: object, again: bool) -> Text:
        """That a switch turned."""
        switch = self.model.scenario.switch[id]
        if switch.values:
            return both("{label}: {rest}", label=switch.label, rest=switch.values[str(value)])
        if value:
            forms = word("{name}: begun again") if again else word("{name}: begun")
            return both(forms, name=switch.label)
        return both("{name}: ended", name=switch.label)

    def _decision_line(self, actor: str, id: str, month: int) -> Line:
        action = self.model.action(id)
        label = self.model.label_of(action)
        who = self.model.scenario.actor[actor].label
        forms = {
            "decision": word("{who}: {name}"),
            "ask": word("{who} to {whom}, an offer: {name}"),
            "accept": word("{who}, yes to: {name}"),
            "refuse": word("{who}, no to: {name}"),
            "choice": word("{who}, on “{event}”: {name}"),
        }
        offer = self.model.scenario.offer.get(action.item.path[1])
        event = self.model.scenario.event.get(action.item.path[1])
        named = {}
        if offer is not None:
            named["whom"] = self.model.scenario.actor[offer.to].label
        if event is not None:
            named["event"] = action.item.words(event.label, self.model.sets)
        text = both(forms[action.kind], who=who, name=label, **named)
        if action.kind == "decision":
            text = Text(*(label[x] if who[x] in label[x] else text[x] for x in ("en", "fr")))
        answered = action.kind in ("accept", "refuse") and offer is not None and offer.from_ == self.actor
        detail = self._why_refused(action, month) if action.kind == "refuse" and answered else None
        weighty = answered or (action.kind in ("decision", "choice") and _turns(action.table.effects))
        return Line(action.kind, id, text, detail, actor, action.table.source, weighty)

    def _why_refused(self, action: Action, month: int) -> Text | None:
        """What the chance of a yes was, and what made it up; None where no chance decided."""
        who = self.game.casts[month].get(action.actor, TENDENCY)
        ruled = self.model.scenario.strategy.get(who)
        if who == HUMAN or (ruled and any(action.id in rule.do for rule in ruled.rules)):
            return None
        legality = self.game.legality_at(month)
        chance = legality.chance(self.model.action(f"offer.{action.item.id}")) or 0.0
        return both("A yes was likely in {count} cases of 100: {parts}.", count=round(100 * chance),
                    parts=chance_said(self, action.item, legality))  # fmt: skip


def _turns(effects: Sequence[Effect]) -> bool:
    """Whether effects change a state of things."""
    return any(effect.switch for effect in effects)


def _sentences(parts: Sequence[Text]) -> Text | None:
    """Sentences one after the other."""
    told = [Text(*(x[language].rstrip(".") + "." for language in LANGUAGES)) for x in parts]
    return Text(*(" ".join(x[language] for x in told) for language in LANGUAGES)) if told else None


def switch_values(switch: Switch) -> list[Text]:
    """What a switch can stand at, in words, in the order of its numbers."""
    return [*switch.values.values()] or [both("no"), both("yes")]


def _latest(series: Sequence[float], decimals: int) -> tuple[float, float]:
    """The last value, and the difference of the last two as they are shown."""
    if not series:
        return 0.0, 0.0
    last, before = (round(x, decimals) for x in (series[-1], series[-2] if len(series) > 1 else series[-1]))
    return series[-1], round(last - before, decimals)


def says_yes_or_no(obs: Observer) -> bool:
    """Whether an observer says only yes or no: a share without decimals."""
    return obs.unit == "share" and not obs.decimals


def verdict(change: float, better: str, decimals: int) -> str:
    """Whether a change is for the better, as far as it shows at these decimals."""
    if better == "none":
        return NEITHER
    if round(change, decimals) == 0:
        return SAME
    return BETTER if (change > 0) == (better == "higher") else WORSE
