"""What the window knows: the game through its seat, and what the player is looking at."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from mali_sim.desktop.futures import Futures
from mali_sim.desktop.jobs import Jobs
from mali_sim.desktop.keys import Keys
from mali_sim.play import (
    Bargain,
    Choice,
    Explanation,
    Game,
    Indicator,
    Line,
    MonthReport,
    NotAllowed,
    Question,
    SeatView,
    bargains,
)
from mali_sim.play.answers import ANSWERS, answer
from mali_sim.play.aspects import Layer, better, gives, layers, ranked_layers
from mali_sim.play.dictionary import index
from mali_sim.play.digest import Difference, Yardstick, biggest, consequences, yardstick
from mali_sim.play.phrases import Phrases
from mali_sim.play.purse import Purse, purse
from mali_sim.play.view import Fact, verdict
from mali_sim.play.why.explain import UnknownName
from mali_sim.scenario import Text
from mali_sim.scenario.texts import NARROW_SPACE, Words

#: What is looked up once a month, and what again whenever the plan changes.
_OF_THE_MONTH = (
    "headlines", "indicators", "partners", "map_values", "lines", "facts", "news", "gifts", "purse",
    "bargains",
)  # fmt: skip
_OF_THE_PLAN = ("choices", "topics", "questions", "unanswered")
#: So many pinned plans can be compared.
PINS = 2


class Session:
    """
    A game, a seat, a language, and what is selected.

    Attributes
    ----------
    version : int
        Moves whenever something about the game changed.
    subject : str
        What the causes are shown of: ``obs.isolation``, ``trust.europe``.
    passed_over : set of str
        Questions that the player left unanswered this month.
    pins : list of tuple of str
        Plans of this month that were pinned, to be compared.
    coach_at : int or None
        Which of the first steps is shown.
    known_lines : dict of int to list of Line
        What earlier months brought, as far as it was looked up.
    moved_to_plan : str or None
        The action that was put into the plan just now, for the window to show where it went.
    keys : Keys
        Those in use.
    command, open, look_up, next_month : callable
        What the window does when a pane asks for something.
    """

    def __init__(self, game: Game, actor: str, language: str, futures: Futures, jobs: Jobs) -> None:
        self.game, self.actor, self.futures, self.jobs = game, actor, futures, jobs
        self.view = SeatView(game, actor)
        self.words = Words(language)
        self.version = 0
        self.message = ""
        self.begun = bool(game.month or game.record.events)
        self.note: str | None = None
        self.report: MonthReport | None = game.report(game.month - 1) if game.month else None
        self.passed_over: set[str] = set()
        self.pins: list[tuple[str, ...]] = []
        self.coach_at: int | None = None
        self.moved_to_plan: str | None = None
        self.keys = Keys({})
        self.command: Callable[[str], None] = lambda id: None
        self.open: Callable[[str], None] = lambda name: None
        self.look_up: Callable[[str], None] = lambda action: None
        self.next_month: Callable[[], None] = lambda: None
        self.explanations: dict[str, Explanation | None] = {}
        self._asked: set[str] = set()
        self.known_lines: dict[int, list[Line]] = {}
        first = self.headlines or self.indicators
        self.subject = first[0].id if first else ""
        self.topic_at = 0
        self.card: str | None = None
        self.layer_at = self._first_layer()
        self.partner_at = 0

    # -- change ------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Look up what takes longer than a frame; called beside the window."""
        index(self.game.model)
        for name in (*_OF_THE_MONTH, *_OF_THE_PLAN):
            getattr(self, name)
        if self.game.month:
            self._look_up(self.subject)

    def changed(self) -> None:
        """The plan is another one: look up what depends on it."""
        self.version += 1
        for name in _OF_THE_PLAN:
            self.__dict__.pop(name, None)

    def speak(self, language: str) -> None:
        """Change the language."""
        self.words = Words(language)
        self.version += 1

    def action_name(self, id: str) -> str:
        """An action in words; answers say to what."""
        return Phrases(self.view, self.words).action_name(id)

    def attempt(self, act: Callable[[], Any]) -> bool:
        """Do something to the game; where it is not allowed, say why."""
        try:
            act()
        except NotAllowed as refusal:
            self.message = self.words.of(refusal.reason)
            return False
        finally:
            self.changed()
        return True

    def toggle(self, id: str) -> bool:
        """Put an action into the plan, or take it out."""
        done = self._toggle(id)
        self.moved_to_plan = id if done and id in self.game.plan.get(self.actor, ()) else None
        return done

    def _toggle(self, id: str) -> bool:
        if id in self.game.plan.get(self.actor, ()):
            return self.attempt(lambda: self.game.withdraw(self.actor, id))
        if self.game.model.action(id).kind in ANSWERS:
            return self.attempt(lambda: answer(self.game, self.actor, id))
        return self.attempt(lambda: self.game.submit(self.actor, id))

    def undo(self) -> None:
        """Take back the last action of the plan."""
        self.attempt(lambda: self.game.undo(self.actor))

    def pin(self) -> None:
        """Pin this month's plan; the oldest pin makes room."""
        plan = tuple(self.game.plan.get(self.actor, ()))
        if not plan:
            self.message = self.words("Put something into the plan first.")
            return
        if plan in self.pins:
            self.message = self.words("This plan is pinned already. Change it, then pin the other one.")
            return
        self.pins = [*self.pins, plan][-PINS:]
        left = PINS - len(self.pins)
        self.message = (
            self.words("The plan is pinned. Change it and pin the other one to compare the two.")
            if left else self.words("Two plans are pinned: compare them.")
        )  # fmt: skip
        self.version += 1

    def advance(self) -> None:
        """Play the month and look everything up; called beside the window."""
        self.report = self.game.advance()
        self.moved()
        self.prepare()

    def moved(self) -> None:
        """The game is at another month: nothing that was looked up holds."""
        self.passed_over, self.pins = set(), []
        self.explanations, self._asked = {}, set()
        self.report = self.game.report(self.game.month - 1) if self.game.month else None
        self.known_lines = {m: lines for m, lines in self.known_lines.items() if m < self.game.month - 1}
        for name in (*_OF_THE_MONTH, *_OF_THE_PLAN):
            self.__dict__.pop(name, None)

    # -- numbers -----------------------------------------------------------------------------

    @cached_property
    def indicators(self) -> list[Indicator]:
        """Every observer that the seat sees."""
        return self.view.indicators()

    @cached_property
    def headlines(self) -> list[Indicator]:
        """Those of the bar at the top."""
        return [i for i in self.indicators if i.headline]

    def named(self, id: str) -> Indicator | None:
        """An indicator or a stock's row by its name."""
        for found in (*self.indicators, *self.partners, *self.map_values.values()):
            if id in (found.id, found.id.removeprefix("stock.")):
                return found
        return None

    def number(self, indicator: Indicator) -> str:
        """A value as it is written, with its unit where that is short."""
        if not indicator.known:
            return "–"
        text = self.words.number(indicator.value, indicator.decimals)
        return f"{text}{NARROW_SPACE}%" if self.words.of(indicator.unit) == "%" else text

    def value(self, indicator: Indicator) -> str:
        """A value with its unit; yes or no where it is one."""
        return Phrases(self.view, self.words).value(indicator) if indicator.known else "–"

    def unit(self, indicator: Indicator) -> str:
        """A unit that is written beside the number rather than in it."""
        unit = self.words.of(indicator.unit)
        return "" if unit == "%" else unit

    def change(self, indicator: Indicator) -> str:
        """A change as it is written: ``2 · worse``."""
        words = self.words
        told = indicator.verdict != "same" and not Phrases(self.view, words).is_yes_no(indicator)
        parts = [words.number(abs(indicator.change), indicator.decimals)] if told else []
        parts.append(self.verdict_word(indicator.verdict))
        return " · ".join(p for p in parts if p)

    def verdict_word(self, verdict: str) -> str:
        """Better, worse, unchanged, or nothing."""
        words = self.words
        return {"better": words("better"), "worse": words("worse"), "same": words("unchanged")}.get(
            verdict, ""
        )

    def better(self, name: str) -> str:
        """Which way is better."""
        return better(self.view, name)

    def verdict_of(self, name: str, amount: float, decimals: int = 2) -> str:
        """Whether an amount is for the better."""
        return verdict(amount, self.better(name), decimals)

    def explain(self, name: str) -> Explanation | None:
        """
        Why something changed in the last month played, if that can be said.

        What was not looked up yet is, beside the window; see :meth:`explaining`.
        """
        if not self.game.month:
            return None
        if name not in self.explanations and name not in self._asked:
            self._asked.add(name)
            self.jobs.do(lambda: self._look_up(name), self._explained)
        return self.explanations.get(name)

    def explaining(self, name: str) -> bool:
        """Whether an explanation is being looked up."""
        return self.game.month > 0 and name not in self.explanations

    def _look_up(self, name: str) -> None:
        if name in self.explanations:
            return
        try:
            self.explanations[name] = self.view.explain(name)
        except UnknownName:
            self.explanations[name] = None

    def _explained(self, _: None) -> None:
        self.version += 1

    @cached_property
    def scales(self) -> Yardstick:
        """How far figures go in plain futures; the same all game."""
        return yardstick(self.game, self.actor)

    @cached_property
    def bargains(self) -> list[Bargain]:
        """Bargains in force, with what has to hold."""
        return list(bargains(self.view))

    @cached_property
    def purse(self) -> Purse | None:
        """What there is to spend, and what comes back; None where nothing costs."""
        return purse(self.view)

    @cached_property
    def news(self) -> list[Indicator]:
        """What changed in the last month, ranked by how much for a month."""
        return biggest(self.indicators, self.scales) if self.game.month else []

    @cached_property
    def facts(self) -> list[Fact]:
        """Every switch and what it stands at."""
        return self.view.facts()

    def came_of(self, month: int, id: str) -> list[Difference]:
        """What came of a decision by now, on the same luck; to be asked beside the window."""
        return consequences(self.game, month, self.actor, id, self.scales)

    # -- partners and the map ------------------------------------------------------------------

    @cached_property
    def partner_layers(self) -> list[Layer]:
        """What can be shown of partners."""
        return [x for x in layers(self.view, "partner") if "." not in x.id] if self._has("partner") else []

    @cached_property
    def partners(self) -> list[Indicator]:
        """The chosen stock's rows, one a partner; the indicators where there are no partners."""
        if self.partner_at >= len(self.partner_layers):
            return [i for i in self.indicators if not i.headline] or self.indicators
        return self.view.members(self.partner_layers[self.partner_at].stock)

    @cached_property
    def gifts(self) -> dict[str, list[tuple[Text, Text]]]:
        """What each partner gives, by member: what, and how much."""
        if not self._has("partner"):
            return {}
        return gives(self.view, "partner")

    @cached_property
    def places(self) -> str | None:
        """The set that the map shows."""
        sets = self.game.model.scenario.set
        whole = [id for id, table in sets.items() if not table.part_of]
        return next((id for id in whole if sets[id].map), "region" if "region" in whole else None)

    @cached_property
    def map_layers(self) -> list[Layer]:
        """What the map can show."""
        return ranked_layers(self.view, self.places) if self.places else []

    @property
    def layer(self) -> Layer | None:
        """What the map shows."""
        return self.map_layers[self.layer_at] if self.map_layers else None

    @cached_property
    def map_values(self) -> dict[str, Indicator]:
        """The layer's value of each member of the map's set."""
        if self.layer is None:
            return {}
        rows = {i.id: i for i in self.view.members(self.layer.stock)}
        return {member: rows[f"stock.{name}"] for member, name in self.layer.rows.items()}

    def show_layer(self, at: int) -> None:
        """Show another layer; a selected place stays selected."""
        member = next((m for m, i in self.map_values.items() if i.id == f"stock.{self.subject}"), None)
        self.layer_at = at % max(len(self.map_layers), 1)
        self.__dict__.pop("map_values", None)
        if member is not None:
            self.subject = self.map_values[member].id.removeprefix("stock.")

    def show_partners(self, at: int) -> None:
        """Show another stock of the partners; the last place holds the indicators."""
        self.partner_at = at % (len(self.partner_layers) + 1)
        self.__dict__.pop("partners", None)

    def _has(self, set_id: str) -> bool:
        return set_id in self.game.model.scenario.set

    def _first_layer(self) -> int:
        """The good thing that differs most from place to place."""
        spread = []
        for at, layer in enumerate(self.map_layers):
            stock = self.game.model.scenario.stock[layer.stock]
            if stock.kind == "level" and stock.better == "higher" and "." not in layer.id:
                values = [i.value for i in self.view.members(layer.stock)]
                spread.append((max(values) - min(values), -at))
        return -max(spread)[1] if spread else 0

    # -- what can be done ------------------------------------------------------------------------

    @cached_property
    def choices(self) -> list[Choice]:
        """Decisions and offers."""
        return self.view.choices()

    @cached_property
    def topics(self) -> list[tuple[str, Text | None, list[Choice]]]:
        """Choices by topic, in the scenario's order of topics."""
        tables = self.game.model.scenario.topic
        order = [*tables, ""]
        found = [(t, [c for c in self.choices if (c.topic or "") == t]) for t in order]
        return [(t, tables[t].label if t else None, cs) for t, cs in found if cs]

    def show_topic(self, at: int) -> None:
        """Show another topic's cards."""
        self.topic_at = at % max(len(self.topics), 1)
        self.card = None

    def topic_of_partner(self, row: str) -> int | None:
        """The topic of a partner, by the name of its row."""
        member = row.rpartition(".")[2]
        for at, (id, _, _) in enumerate(self.topics):
            table = self.game.model.scenario.topic.get(id)
            if table is not None and table.partner == f"partner.{member}":
                return at
        return None

    @cached_property
    def questions(self) -> list[Question]:
        """What waits for an answer."""
        return self.view.questions()

    @cached_property
    def unanswered(self) -> list[Question]:
        """Questions that no answer is planned for."""
        plan = self.game.plan.get(self.actor, ())
        return [q for q in self.questions if not any(c.id in plan for c in q.choices)]

    def lines_of(self, month: int) -> list[Line]:
        """What an earlier month brought."""
        if month not in self.known_lines:
            self.known_lines[month] = list(self.view.lines(self.game.report(month)))
        return self.known_lines[month]

    @cached_property
    def lines(self) -> list[Line]:
        """What the last month brought."""
        return list(self.view.lines(self.report)) if self.report else []

    # -- time ------------------------------------------------------------------------------------

    def month_name(self, month: int | None = None) -> str:
        """A month's name, by default that of the month to be played."""
        start = self.game.model.scenario.scenario.start
        return self.words.month(start, self.game.month if month is None else month)
