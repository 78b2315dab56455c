"""Stocks, flows, auxiliaries, switches, observers, constants and curves as a page describes them."""

from collections import Counter
from collections.abc import Iterable, Sequence

from attrs import frozen

from mali_sim.documents import figures
from mali_sim.documents.atlas import Atlas, anchor
from mali_sim.documents.formulas import Key, lines, linked, names_read
from mali_sim.documents.graph import VARIABLES
from mali_sim.documents.words import BETTER, GRADES, KINDS, PLURALS, Prose
from mali_sim.equations import Node, show
from mali_sim.model import Model
from mali_sim.scenario import Text
from mali_sim.scenario.classes import Scenario
from mali_sim.scenario.texts import unit_words

#: How many uses stand in a line before they are folded away.
FOLD = 14


@frozen
class Writer:
    """
    Writes what is on one page, in one language.

    Parameters
    ----------
    page : str
        The slug of the page that is written: links start from it.
    """

    atlas: Atlas
    prose: Prose
    page: str

    # -- names and links ---------------------------------------------------------------------

    @property
    def model(self) -> Model:
        """The model that is described."""
        return self.atlas.model

    @property
    def s(self) -> Scenario:
        """Its tables."""
        return self.atlas.model.scenario

    def url(self, key: Key) -> str | None:
        """Where a table is described, from this page."""
        return self.atlas.link(key, self.page, self.prose.language)

    def label(self, key: Key) -> str:
        """What a table is called; its id where it has no name."""
        table = getattr(self.s, key[0])[key[1]]
        found = getattr(table, "label", None) or getattr(table, "title", None)
        if found is None:
            return key[1]
        return self.words_of(table, found)

    def words_of(self, table: object, text: Text) -> str:
        """A text of a table; where there is one for each member, its set stands for the member."""
        each = getattr(table, "each", None)
        return self.prose.of(text.replace("{each}", _any_member(self.s.set[each].label)) if each else text)

    def name(self, key: Key) -> str:
        """A table's name as a link."""
        shown = self.label(key) if key[0] not in ("constant", "lookup") else f"`{key[1]}`"
        return f"[{shown}]({self.url(key)})"

    def names(self, keys: Sequence[Key]) -> str:
        """Several tables' names; many are folded away."""
        if len(keys) <= FOLD:
            return ", ".join(self.name(k) for k in keys) or self.prose.say("nothing")
        inside = ", ".join(f'<a href="{self.url(k)}">{self._plain(k)}</a>' for k in keys)
        head = self.prose.say("used by", count=str(len(keys)))
        return f"<details><summary>{head}</summary>{inside}</details>"

    def counted(self, keys: Sequence[Key]) -> str:
        """Several tables' names; of many, how many there are of each kind."""
        if len(keys) <= FOLD:
            return self.names(keys)
        counts = Counter(kind for kind, _ in keys)
        return ", ".join(
            f"{self.prose.words.number(n)} {self.prose.of((PLURALS if n > 1 else KINDS)[kind])}"
            for kind, n in counts.items()
        )

    def _plain(self, key: Key) -> str:
        return f"<code>{key[1]}</code>" if key[0] in ("constant", "lookup") else self.label(key)

    def member(self, target: str, kind: str = "stock") -> str:
        """A stock, or one member of it, as a link: ``Trust (Europe)``."""
        id, _, member = target.partition(".")
        text = self.name((kind, id))
        if not member:
            return text
        over = self.s.stock[id].over
        parts = [
            self.prose.of(self.model.sets.labels[d, m])
            for m in member.split(".") for d in self._sets(over) if (d, m) in self.model.sets.labels
        ] or [f"`{member}`"]  # fmt: skip
        return f"{text} ({', '.join(parts)})"

    def _sets(self, over: Iterable[str]) -> list[str]:
        return [d for d in self.model.sets.members if d in over]

    def set_names(self, over: Iterable[str]) -> str:
        """Names of sets, with links."""
        return " × ".join(self.name(("set", d)) for d in self._sets(over))

    def sources(self, ids: Sequence[str]) -> str:
        """Source ids with links."""
        return ", ".join(f"[{id}]({self.url(('source', id))})" for id in ids)

    def switch_value(self, id: str, value: object) -> str:
        """A switch's value in words."""
        if isinstance(value, str):
            return f"*{self.prose.of(self.s.switch[id].values[value])}* (`{value}`)"
        return self.prose.say("yes" if value else "no")

    # -- magnitudes --------------------------------------------------------------------------

    def amount(self, constant: str) -> str:
        """A constant with its value: ``gesture`` (5 points)."""
        return f"{self.name(('constant', constant))} ({self.value(constant)})"

    def value(self, constant: str) -> str:
        """A constant's value with its unit; over sets, from the least to the most."""
        table, words = self.s.constant[constant], self.prose.words
        if not table.over:
            return figures.quantity(words, self.s, float(table.value), table.unit)  # type: ignore[arg-type]
        values = self.model.parameters.items[constant].values
        ends = [figures.number(words, v) for v in (min(values), max(values))]
        text = ends[0] if ends[0] == ends[1] else self.prose.say("bounds", low=ends[0], high=ends[1])
        unit = words.of(unit_words(table.unit, self.s.unit))
        sets = " × ".join(self.prose.of(self.s.set[d].label) for d in self._sets(table.over))
        return f"{text} {unit}".rstrip() + f" ({sets})"

    def evidence(self, table: object, prior: str) -> str:
        """Grade, prior, reason and sources of a magnitude in a sentence or two."""
        grade = self.prose.of(GRADES[table.grade])  # type: ignore[attr-defined]
        parts = [f"*{grade}*, {self.prose.say('prior')} {prior}."]
        if table.why is not None:  # type: ignore[attr-defined]
            parts.append(self.prose.of(table.why))  # type: ignore[attr-defined]
        if table.source:  # type: ignore[attr-defined]
            parts.append(f"[{self.sources(table.source)}]")  # type: ignore[attr-defined]
        return " ".join(parts)

    # -- equations ---------------------------------------------------------------------------

    def tree(self, *path: str) -> Node | None:
        """An equation by its place in the scenario."""
        return self.model.variables.trees.get(path)

    def code(self, tree: Node) -> str:
        """An equation in a line, its names linked; to stand inside ``<code>``."""
        return linked(show(tree), self.model, self.url)

    def inline(self, *path: str) -> str:
        """An equation as code in a sentence."""
        tree = self.tree(*path)
        return f"<code>{self.code(tree)}</code>" if tree is not None else ""

    def block(self, name: str, *path: str) -> list[str]:
        """An equation on lines of its own, with what its names stand for below."""
        tree = self.tree(*path)
        if tree is None:
            return []
        broken = [linked(line, self.model, self.url) for line in lines(tree)]
        lead = f"{name} = "
        shown = [lead + broken[0], *(" " * len(lead) + line for line in broken[1:])]
        return ["<pre>" + "\n".join(shown) + "</pre>", "", *self.where([tree])]

    def where(self, trees: Sequence[Node], more: Sequence[str] = ()) -> list[str]:
        """What the names in equations are: values of constants, words of the rest."""
        keys = dict.fromkeys(k for tree in trees for k in names_read(self.model, tree))
        keys |= dict.fromkeys(("constant", id) for id in more)
        constants = [f"`{id}` = {self.value(id)}" for kind, id in keys if kind == "constant"]
        others = [
            f"`{_written(kind, id)}`: {self.label((kind, id))}"
            for kind, id in keys if kind in (*VARIABLES, "flow", "outcome")
        ]  # fmt: skip
        if self.prose.language == "fr":
            others = [o.replace("`: ", "`\u202f: ") for o in others]
        if not constants and not others:
            return []
        return [f"{self.prose.say('where')} {self.prose.joined(constants + others)}.", ""]

    # -- entries -----------------------------------------------------------------------------

    def head(self, key: Key, level: int = 4) -> list[str]:
        """A table's place and heading."""
        return [f'<a id="{anchor(key)}"></a>', "", f"{'#' * level} {self.label(key)} · `{key[1]}`", ""]

    def bullet(self, head: str, rest: str) -> str:
        """``- **head:** rest``."""
        return self.prose.titled(f"- **{head}**", rest)

    def stock(self, id: str) -> list[str]:
        """A stock: what it is, where it starts, what moves it, who reads it."""
        say, stock, key = self.prose.say, self.s.stock[id], ("stock", id)
        words = self.prose.words
        about = [say("a level" if stock.kind == "level" else "a quantity")]
        about.append(say("in", unit=figures.unit_name(words, self.s, stock.unit)))
        if stock.over:
            about.append(say("one for each of", set=self.set_names(stock.over)))
        if stock.bounds is not None:
            low, high = (figures.number(words, b) for b in stock.bounds)
            about.append(say("between", low=low, high=high))
        else:
            about.append(say("never below 0"))
        if stock.better in BETTER:
            about.append(self.prose.of(BETTER[stock.better]))
        made = [*self.head(key), ", ".join(about) + "." + self._hidden(id), ""]
        made.append(self.bullet(say("at the start"), self.initial(id)))
        flows = [f for f in self.s.flow if id in self._ends(f)]
        if flows:
            made.append(self.bullet(say("moved by flows"), ", ".join(self._signed(f, id) for f in flows)))
        deeds = [k for k in self.atlas.graph.fed_by[key] if k[0] in ("decision", "offer", "event")]
        if deeds:
            made.append(self.bullet(say("moved by deeds"), self.names(deeds)))
        return [*made, *self._readers(key), *self._cited(stock.source if stock.grade is None else ()), ""]

    def _ends(self, flow: str) -> list[str]:
        table = self.s.flow[flow]
        return [e.partition(".")[0] for e in (table.from_, table.to) if e is not None]

    def _signed(self, flow: str, stock: str) -> str:
        leaves = (self.s.flow[flow].from_ or "").partition(".")[0] == stock
        return f"{'−' if leaves else '+'} {self.name(('flow', flow))}"

    def _hidden(self, id: str) -> str:
        stock = self.s.stock[id]
        tree = self.tree("stock", id, "estimate")
        if not stock.hidden or tree is None or stock.doubt is None:
            return ""
        actors = ", ".join(self.name(("actor", a)) for a in stock.known_to)
        phrase = "hidden but" if actors else "hidden"
        estimate = self.code(tree)
        doubt = self.amount(stock.doubt)
        return " " + self.prose.say(phrase, actors=actors, estimate=estimate, doubt=doubt)

    def initial(self, id: str) -> str:
        """Where a stock starts, and why there."""
        stock = self.s.stock[id]
        if isinstance(stock.initial, str):
            tree = self.tree("stock", id, "initial")
            where = self.where([tree])[:1] if tree is not None else []
            return " ".join([self.inline("stock", id, "initial") + ("," if where else "."), *where])
        values = figures.by_member(self.prose.words, self.model.sets, stock.initial, tuple(stock.over))
        spread = figures.span(self.prose.words, self.model, f"initial.{id}")
        return f"{values}. {self.evidence(stock, spread)}"

    def _readers(self, key: Key) -> list[str]:
        keys = [k for k in self.atlas.graph.feeds[key] if k[0] != "stock"]
        return [self.bullet(self.prose.say("read by"), self.names(keys))]

    def _cited(self, source: Sequence[str]) -> list[str]:
        return [self.bullet(self.prose.say("sources"), self.sources(source))] if source else []

    def flow(self, id: str) -> list[str]:
        """A flow: from where to where, its rate, its sources."""
        flow, say = self.s.flow[id], self.prose.say
        if flow.from_ and flow.to:
            way = say("from to", start=self.member(flow.from_), end=self.member(flow.to))
        elif flow.from_:
            way = say("out of", stock=self.member(flow.from_))
        else:
            way = say("into", stock=self.member(flow.to or ""))
        unit = self.s.stock[(flow.to or flow.from_ or "").partition(".")[0]].unit
        name = figures.unit_name(self.prose.words, self.s, unit)
        cited = f" [{self.sources(flow.source)}]" if flow.source else ""
        about = f"{way}, {say('a month', unit=name)}.{cited}"
        return [*self.head(("flow", id), 5), about, "", *self.block("rate", "flow", id, "rate")]

    def aux(self, id: str) -> list[str]:
        """An auxiliary: its equation and who reads it."""
        aux, say, key = self.s.aux[id], self.prose.say, ("aux", id)
        about = [say("in", unit=figures.unit_name(self.prose.words, self.s, aux.unit)).capitalize()]
        dims = self.model.variables.variable(id).dims
        if dims:
            about.append(say("one for each of", set=self.set_names(dims)))
        if aux.better in BETTER:
            about.append(self.prose.of(BETTER[aux.better]))
        return [
            *self.head(key), ", ".join(about) + ".", "", *self.block(id, "aux", id, "value"),
            *self._readers(key), *self._cited(aux.source), "",
        ]  # fmt: skip

    def switch(self, id: str) -> list[str]:
        """A switch: its values, where it starts, what sets it and who reads it."""
        switch, say, key = self.s.switch[id], self.prose.say, ("switch", id)
        values = say("yes or no")
        if switch.values:
            values = ", ".join(f"{self.prose.of(t)} (`{v}`)" for v, t in switch.values.items())
        made = [*self.head(key), self.bullet(say("values"), values)]
        made.append(self.bullet(say("at the start"), self.switch_value(id, switch.initial)))
        made.append(self.bullet(say("set by"), self.names(self.atlas.graph.fed_by[key])))
        return [*made, *self._readers(key), *self._cited(switch.source), ""]

    def obs(self, id: str) -> list[str]:
        """An observer: what is published, and how it errs."""
        obs, say, key = self.s.obs[id], self.prose.say, ("obs", id)
        about = [say("in", unit=figures.unit_name(self.prose.words, self.s, obs.unit)).capitalize()]
        if obs.better in BETTER:
            about.append(self.prose.of(BETTER[obs.better]))
        about.append(say("a year is", take=say(f"year {obs.yearly}")))
        if obs.headline:
            about.append(say("headline"))
        if obs.known_to:
            about.append(say("seen by", actors=", ".join(self.name(("actor", a)) for a in obs.known_to)))
        text = f" {self.prose.of(obs.text)}" if obs.text else ""
        return [
            *self.head(key), ", ".join(about) + "." + text, "", *self.block(f"obs.{id}", "obs", id, "value"),
            *self._readers(key), *self._cited(obs.source), "",
        ]  # fmt: skip

    def constants(self, ids: Sequence[str]) -> list[str]:
        """Constants as a table."""
        words, say = self.prose.words, self.prose.say
        rows = []
        for id in ids:
            c, key = self.s.constant[id], ("constant", id)
            value = figures.by_member(words, self.model.sets, c.value, tuple(c.over))
            rows.append([
                f'<a id="{anchor(key)}"></a>`{id}`', value, figures.span(words, self.model, id),
                figures.unit_name(words, self.s, c.unit), self.prose.of(GRADES[c.grade]),
                self.prose.of(c.why) + (f" [{self.sources(c.source)}]" if c.source else ""),
                self.counted(self.atlas.graph.feeds[key]),
            ])  # fmt: skip
        head = [say(n) for n in ("name", "value", "range", "unit", "grade", "why", "uses")]
        return [*figures.table(rows, head), ""]

    def lookup(self, id: str) -> list[str]:
        """A curve: its points, prior and uses."""
        curve, words, key = self.s.lookup[id], self.prose.words, ("lookup", id)
        rows = [[figures.number(words, v) for v in axis] for axis in (curve.x, curve.y)]
        units = [figures.unit_name(words, self.s, u) for u in (curve.x_unit, curve.unit)]
        head = [f"x ({units[0]})", *rows[0]]
        made = [f'<a id="{anchor(key)}"></a>', "", f"#### `{id}(x)`", ""]
        made += [*figures.table([[f"`{id}` ({units[1]})", *rows[1]]], head), ""]
        made.append(self.evidence(curve, figures.span(words, self.model, id)))
        return [*made, "", *self._readers(key), ""]

    def kind(self, key: Key) -> str:
        """What a table is, in a word."""
        return self.prose.of(KINDS[key[0]])


def _written(kind: str, id: str) -> str:
    """How an equation names a table."""
    return id if kind in ("stock", "aux", "switch") else f"{kind}.{id}"


def _any_member(set_label: Text) -> Text:
    return Text(f"‹{set_label.en}›", f"‹{set_label.fr}›")
