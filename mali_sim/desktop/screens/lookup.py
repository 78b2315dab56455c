"""The codex: every name of the model, to be searched and opened."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import pygame
from attrs import frozen

from mali_sim.desktop.panel import Page
from mali_sim.desktop.session import Session
from mali_sim.desktop.tokens import RING, STEP
from mali_sim.desktop.widgets import Brush
from mali_sim.model import Model
from mali_sim.play.dictionary import Entry, entry
from mali_sim.play.why.explain import UnknownName
from mali_sim.play.why.reasons import member_label
from mali_sim.scenario import Text
from mali_sim.scenario.texts import Words, folded, word

if TYPE_CHECKING:
    from mali_sim.desktop.app import App

#: Kinds of names, in the order in which they are listed, and what each is called.
KINDS = {
    "obs": word("Figure"), "stock": word("Stock"), "decision": word("Decision"), "offer": word("Offer"),
    "event": word("Event"), "actor": word("Actor"), "switch": word("State of things"),
    "outcome": word("Outcome"), "aux": word("Auxiliary"), "flow": word("Flow"), "constant": word("Constant"),
    "lookup": word("Table"), "ending": word("Ending"), "strategy": word("Strategy"), "source": word("Source"),
}  # fmt: skip
#: Particulars that are shown, and what each is called.
_FACTS = {
    "value": word("Value"), "range": word("Range"), "bounds": word("Between"),
    "initial": word("At the start"), "date": word("When"), "capital": word("Cost"),
    "cooldown": word("Again after"), "spread": word("Spread"),
}  # fmt: skip
#: Particulars that a constant says.
_NAMED = ("capital", "cooldown")
#: What an equation is for.
_PARTS = {
    "value": word("Value"), "rate": word("Rate"), "requires": word("Possible when"),
    "tendency": word("Chance a month where nobody plays it"), "hazard": word("Hazard a month"),
    "chance": word("Chance"), "keeps": word("What has to hold"), "amount": word("Effect"),
    "move": word("Moves"), "when": word("When"), "if": word("Only if"), "estimate": word("Estimate"),
    "initial": word("At the start"),
}  # fmt: skip
#: So many finds are listed.
_SHOWN = 60
_LINKS = 40
_GRADES = {
    "stated": word("stated by a source"),
    "inferred": word("inferred from a source"),
    "assumed": word("assumed by us"),
}


@frozen
class _Found:
    kind: str
    id: str
    label: Text
    text: str


def names_of(model: Model) -> list[_Found]:
    """Everything that can be looked up, with what it is searched by."""
    found = []
    for kind in KINDS:
        for id, table in getattr(model.scenario, kind).items():
            label = getattr(table, "label", None) or getattr(table, "title", None)
            text = getattr(table, "text", None)
            if kind == "source":
                label = Text(f"{id}: {_short(table.text.en)}", f"{id} : {_short(table.text.fr)}")
            label = label or Text(id, id)
            said = [label.en, label.fr, id, *((text.en, text.fr) if text is not None else ())]
            found.append(_Found(kind, id, label, folded(" ".join(said))))
    return found


def _short(text: str, most: int = 90) -> str:
    """The first words of a text."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + "…"


def sources(brush: Brush, s: Session, ids: Sequence[str], x: int, y: int, wide: int) -> int:
    """Sources one below the other: id, what it says, where to find it."""
    for id in ids:
        source = s.game.model.scenario.source.get(id)
        if source is not None:
            told = f"{id}. {s.words.of(source.text)} ({source.ref})"
            y = brush.text(told, x, y, "small", None, wide) + brush.px(2)
    return y


def links(
    brush: Brush, model: Model, words: Words, names: Sequence[str], x: int, y: int, wide: int,
    go: Callable[[str], None], of: str,
) -> int:  # fmt: skip
    """
    Names as small cards in rows, each to be followed; returns the y below them.

    Parameters
    ----------
    of : str
        Which list it is: a name may be in two on one page.
    """
    px, theme = brush.px, brush.theme
    left, high = x, max(brush.letters.height("small") + px(8), px(26))
    for name in names[:_LINKS]:
        kind, _, id = name.partition(":")
        table = getattr(model.scenario, kind, {}).get(id)
        label = getattr(table, "label", None) or getattr(table, "title", None)
        told = words.of(label) if label is not None else id
        room = min(brush.letters.width(told, "small") + px(20), wide)
        if left > x and left + room > x + wide:
            left, y = x, y + high + px(6)
        rect = pygame.Rect(left, y, room, high)
        stands = brush.spot(f"{of} {name}", rect, partial(go, f"{kind}.{id}"))
        brush.card(rect, edge=theme.indigo if stands else theme.line, width=RING if stands else 1)
        top = y + (high - brush.letters.height("small")) // 2
        brush.text(told, left + px(10), top, "small", theme.indigo, room - px(10), lines=1)
        left = rect.right + px(6)
    y += high + px(4)
    if len(names) > _LINKS:
        more = words.plural("and {count} more", "and {count} more", len(names) - _LINKS)
        y = brush.text(more, x, y, "small", theme.muted)
    return y


class Codex(Page):
    """A field to search with, and what was found."""

    name = "codex"
    broad = 900

    def __init__(self, app: "App") -> None:
        super().__init__(app)
        self.typed = {"search": ""}
        self.focus = "search"
        self.names = names_of(self.session.game.model)

    def title(self) -> str:
        """What the page is called."""
        return self.words("Look something up")

    def fixed(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint the field."""
        hint = self.words("a word: figures, decisions, events, constants, sources…")
        return brush.field("search", self.typed["search"], hint, x, y, wide).bottom

    def found(self) -> list[_Found]:
        """What has all the words in it; what begins with them first."""
        wanted = folded(self.typed["search"]).split()
        if not wanted:
            return [n for n in self.names if n.kind == "obs"]
        hits = [n for n in self.names if all(w in n.text for w in wanted)]
        order = list(KINDS)

        def rank(n: _Found) -> tuple[bool, int]:
            return not folded(self.words.of(n.label)).startswith(wanted[0]), order.index(n.kind)

        return sorted(hits, key=rank)

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint what was found, one below the other."""
        px, theme, words = brush.px, brush.theme, self.words
        found = self.found()
        if not found:
            told = words("Nothing here has “{name}” in it.", name=self.typed["search"][:60])
            return brush.text(told, x, y, "text", theme.muted, wide)
        kinds = max(brush.letters.width(words(k), "small") for k in KINDS.values()) + px(STEP * 4)
        for n in found[:_SHOWN]:
            label = words.of(n.label)
            room = wide - kinds - px(STEP * 4)
            lines = brush.letters.wrap(label, "text", room)
            high = len(lines) * brush.letters.height("text") + px(8)
            rect = pygame.Rect(x - px(8), y, wide + px(16), high)
            if brush.spot(f"{n.kind}.{n.id}", rect, partial(self._go, f"{n.kind}.{n.id}")):
                brush.ring(rect)
            brush.text(label, x, y + px(4), "text", None, room)
            brush.text(words(KINDS[n.kind]), x + wide, y + px(6), "small", theme.muted, align="right")
            y = rect.bottom
            brush.rule(x, y, wide)
        if len(found) > _SHOWN:
            told = words.plural("and {count} more", "and {count} more", len(found) - _SHOWN)
            y = brush.text(told, x, y + px(STEP), "small", theme.muted)
        return y

    def entered(self, id: str) -> None:
        """Enter opens the first find."""
        found = self.found()
        if found:
            self._go(f"{found[0].kind}.{found[0].id}")

    def _go(self, name: str) -> None:
        self.app.show(EntryPage(self.app, name))


class EntryPage(Page):
    """One name: what it is, its equation and sources, what feeds it, what it feeds."""

    name = "entry"
    broad = 900

    def __init__(self, app: "App", wanted: str) -> None:
        super().__init__(app)
        self.wanted = wanted
        self.kind, _, self.id = wanted.partition(".")
        self.found: Entry | None = None
        if self.kind not in ("source", "actor"):
            try:
                self.found = entry(self.session.game.model, wanted)
            except UnknownName:
                self.found = None

    def title(self) -> str:
        """Its name."""
        table = getattr(self.session.game.model.scenario, self.kind).get(self.id)
        label = getattr(table, "label", None) or getattr(table, "title", None)
        return self.words.of(label) if label is not None else self.id

    def above(self) -> str:
        """What kind of thing it is."""
        return f"{self.words(KINDS.get(self.kind, self.kind))} · {self.id}"

    def body(self, brush: Brush, x: int, y: int, wide: int) -> int:
        """Paint what there is to say."""
        s, px, theme, words = self.session, brush.px, brush.theme, self.words
        table = getattr(s.game.model.scenario, self.kind)[self.id]
        text = getattr(table, "text", None)
        if text is not None:
            y = brush.text(words.of(text), x, y, "text", None, wide) + px(STEP * 2)
        if self.kind == "source":
            return brush.text(table.ref, x, y, "small", theme.muted, wide)
        for name, head in (("asks", words("Who asks undertakes:")), ("gives", words("Who is asked gives:"))):
            more = getattr(table, name, None)
            if isinstance(more, Text):
                y = brush.text(head, x, y, "small_strong", None, wide)
                y = brush.text(words.of(more), x, y, "text", None, wide) + px(STEP)
        for choice in getattr(table, "choices", ()):
            y = brush.text(words.of(choice.label), x, y + px(STEP), "strong", None, wide)
            y = brush.text(words.of(choice.text), x, y, "small", None, wide)
        found = self.found
        if found is None:
            return sources(brush, s, getattr(table, "source", ()), x, y + px(STEP), wide)
        for key, value in found.facts:
            if key in _FACTS:
                value = self._amount(value) if key in _NAMED else value.replace(" to ", " – ")
                told = f"{words(_FACTS[key])}{words.colon}{value}"
                y = brush.text(told, x, y, "small", theme.muted, wide)
        if found.equations:
            y = brush.text(words("In the model’s own words"), x, y + px(STEP * 2), "card", None, wide)
        for key, equation in (e for e in found.equations if ".amount" not in e[0] and ".move" not in e[0]):
            first, _, last = key.partition(".")
            head = words(_PARTS.get(last.rpartition(".")[2] or first, _PARTS.get(first, first)))
            told = f"{head}{words.colon}{equation}"
            y = brush.text(told, x, y, "small_strong", None, wide) + px(2)
        y = self._effects(brush, table, x, y, wide)
        if found.grade:
            told = words("Evidence: {grade}", grade=words(_GRADES[found.grade]))
            y = brush.text(told, x, y + px(STEP * 2), "small", theme.amber, wide)
        if found.why is not None:
            y = brush.text(words.of(found.why), x, y + px(STEP), "text", None, wide)
        if found.source:
            y = brush.text(words("Sources"), x, y + px(STEP * 2), "card", None, wide)
            y = sources(brush, s, found.source, x, y, wide)
        for head, names, of in ((words("What feeds it"), found.fed_by, "by"),
                                (words("What it feeds"), found.feeds, "to")):  # fmt: skip
            if names:
                y = brush.text(head, x, y + px(STEP * 2), "card", None, wide)
                y = links(brush, s.game.model, words, names, x, y, wide, self._go, of)
        return y

    def _effects(self, brush: Brush, table: object, x: int, y: int, wide: int) -> int:
        """What it does: to what, and how much, as the model has it."""
        s, words = self.session.game.model.scenario, self.words
        lines = []
        for effect in getattr(table, "effects", ()):
            target = str(effect.add or effect.switch or effect.to or effect.from_)
            base = target.partition(".")[0].partition("[")[0]
            found = s.stock.get(base) or s.switch.get(base)
            label = words.of(found.label) if found is not None else base
            member, place = member_label(self.session.view, target), target.partition(".")[2]
            place = words.of(member) if member is not None else place
            equation = effect.amount or effect.move
            amount = str(effect.to).lower() if equation is None else self._amount(equation, signed=True)
            lines.append(f"{label}{f' ({place})' if place else ''}{words.colon}{amount}")
            if effect.over:
                time = self._amount(effect.over)
                lines[-1] = words("{effect}, spread over {time}", effect=lines[-1], time=time)
        if lines:
            y = brush.text(words("What it does"), x, y + brush.px(STEP * 2), "card", None, wide)
        for line in lines:
            y = brush.text(line, x, y, "small", None, wide) + brush.px(2)
        return y

    def _amount(self, equation: str, signed: bool = False) -> str:
        """An amount in the model's own words; where it is a constant's, the number goes first."""
        minus, name = equation.startswith("-"), equation.removeprefix("-").strip()
        constant = self.session.game.model.scenario.constant.get(name)
        if constant is None or not isinstance(constant.value, int | float):
            return equation
        value = -constant.value if minus else constant.value
        decimals = next((d for d in range(4) if round(value, d) == value), 4)
        unit = self.session.view.unit_label(constant.unit)
        return f"{self.words.quantity(value, unit, decimals, signed=signed)} ({name})"

    def _go(self, name: str) -> None:
        self.app.show(EntryPage(self.app, name))
