"""What a seat sees: the game through one actor's eyes, ready to be shown."""

from collections.abc import Iterator

from attrs import frozen

from mali_sim.play.game import Game, MonthReport, Standing
from mali_sim.scenario import Text
from mali_sim.scenario.texts import both

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
        Against the month before.
    verdict : {'better', 'worse', 'same', 'neither'}
    series : tuple of float
        From the start to now.
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
    """Something that waits for an answer: an event, or somebody's offer."""

    id: str
    label: Text
    text: Text
    choices: tuple[Choice, ...]
    default: str | None
    source: tuple[str, ...]


@frozen
class Line:
    """One thing that happened, for the month's report."""

    kind: str
    id: str
    text: Text
    detail: Text | None
    actor: str | None
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
        months = range(-1, self.game.month)
        series = tuple(self.game.observed(id, m) for m in months)
        change = series[-1] - series[-2] if len(series) > 1 else 0.0
        return Indicator(
            f"obs.{id}", obs.label, obs.text, self.unit_label(obs.unit), obs.decimals, series[-1],
            change, verdict(change, obs.better, obs.decimals), series, obs.headline, obs.topic,
            obs.source,
        )  # fmt: skip

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
            change = series[-1] - series[-2] if len(series) > 1 else 0.0
            found.append(
                Indicator(
                    f"stock.{name}", self.row_label(stock_id, row), None, self.unit_label(stock.unit),
                    decimals, series[-1], change, verdict(change, stock.better, decimals), series,
                    False, stock.topic, stock.source,
                )  # fmt: skip
            )
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

    def unit_label(self, unit: str) -> Text:
        """A unit's words: ``CFA bn a month``."""
        above, *below = unit.split("/")
        parts = [self._base_unit(above.strip())]
        for name in below:
            parts.append(
                both("a month") if name.strip() == "month"
                else both("a year") if name.strip() == "year"
                else both("per {unit}", unit=self._base_unit(name.strip()))
            )  # fmt: skip
        return Text(" ".join(p.en for p in parts).strip(), " ".join(p.fr for p in parts).strip())

    def _base_unit(self, name: str) -> Text:
        table = self.model.scenario.unit.get(name)
        if table is not None:
            return table.label
        if name in ("1", "share"):
            return Text("", "")
        built_in = {"percent": "%", "index": "index points", "month": "months", "year": "years"}
        return both(built_in.get(name, name)) if name != "percent" else Text("%", "%")

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
            if standing.action.kind in ("accept", "refuse", "choice"):
                found.setdefault(standing.action.item.id, []).append(self._choice(standing))
        return [self._question(choices) for choices in found.values()]

    def _question(self, choices: list[Choice]) -> Question:
        action = choices[0].standing.action
        item, sets = action.item, self.model.sets
        if action.kind == "choice":
            event = self.model.scenario.event[item.path[1]]
            return Question(
                item.id, item.words(event.label, sets), item.words(event.text, sets), tuple(choices),
                f"{item.id}.{event.default}", event.source,
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
        return Question(item.id, item.words(offer.label, sets), item.words(offer.text, sets), answers, None, offer.source)

    def offers_in_force(self) -> list[Choice]:
        """Bargains that hold now, in which this seat gives or asks."""
        found = []
        for action in self.model.happenings.actions:
            offer = self.model.scenario.offer.get(action.item.path[1]) if action.kind == "ask" else None
            if offer and self.actor in (offer.from_, offer.to):
                if self.game._row("offer", action.item.id) == 2:
                    found.append(self._choice(self.game.standing(action.id)))
        return found

    # -- what happened ---------------------------------------------------------------------

    def lines(self, report: MonthReport) -> Iterator[Line]:
        """A month's happenings as sentences: events, what became of offers, decisions."""
        for name in report.events:
            yield self._event_line(name)
        for actor, id in report.decisions:
            yield self._decision_line(actor, id)
        for actor, id in report.refused:
            label = self.model.label_of(self.model.action(id))
            text = both("{name}: it no longer fitted.", name=label)
            yield Line("refused", id, text, None, actor, ())

    def _event_line(self, name: str) -> Line:
        kind, _, id = name.partition(".")
        offers = {item.id: (item, offer) for item, offer in self.model.happenings.offers}
        if kind in ("lapse", "breach", "fulfilled") and id in offers:
            item, offer = offers[id]
            label = item.words(offer.label, self.model.sets)
            forms = {
                "lapse": "{name}: the offer lapsed unanswered.",
                "breach": "{name}: the bargain was broken.",
                "fulfilled": "{name}: the bargain was kept to its end.",
            }
            return Line(kind, name, both(forms[kind], name=label), None, None, offer.source)
        item, event = next(x for x in self.model.happenings.events if x[0].id == name)
        label = item.words(event.label, self.model.sets)
        return Line("event", name, label, item.words(event.text, self.model.sets), None, event.source)

    def _decision_line(self, actor: str, id: str) -> Line:
        action = self.model.action(id)
        label = self.model.label_of(action)
        who = self.model.scenario.actor[actor].label
        forms = {
            "decision": "{who}: {name}",
            "ask": "{who} proposes: {name}",
            "accept": "{who} accepts: {name}",
            "refuse": "{who} refuses: {name}",
            "choice": "{who}: {name}",
        }
        text = both(forms[action.kind], who=who, name=label)
        return Line(action.kind, id, text, None, actor, action.table.source)


def verdict(change: float, better: str, decimals: int) -> str:
    """Whether a change is for the better, as far as it shows at these decimals."""
    if better == "none":
        return NEITHER
    if abs(change) < 0.5 * 10**-decimals:
        return SAME
    return BETTER if (change > 0) == (better == "higher") else WORSE
