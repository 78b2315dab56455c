"""The first page: the model in the order of the ODD protocol, its paragraphs from ``templates/``."""

import re
from collections.abc import Sequence
from pathlib import Path

from mali_sim.documents import figures
from mali_sim.documents.atlas import anchor
from mali_sim.documents.pages import PageWriter
from mali_sim.documents.words import BETTER, GRADES, KINDS, PAGES, PHRASES, PLURALS
from mali_sim.equations import walk
from mali_sim.equations.tree import Call
from mali_sim.scenario.classes import Header
from mali_sim.scenario.texts import month_code

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_PLACE = re.compile(r"\{\{(\w+)\}\}")


class OverviewWriter(PageWriter):
    """Writes the first page."""

    def overview(self, blocks: dict[str, list[str]], others: Sequence[Header]) -> str:
        """
        The page.

        Parameters
        ----------
        blocks : dict of str to list of str
            What other pages' writers say here: ``loops``, ``patterns``.
        others : sequence of Header
            Other scenarios that extend files of this one.
        """
        language = self.prose.language
        template = (_TEMPLATES / f"model.{language}.md").read_text(encoding="utf-8")
        values = self._values() | {
            "loops": "\n".join(blocks["loops"]), "patterns": "\n".join(blocks["patterns"]),
            "scenarios": "\n".join(self._others(others)),
        }  # fmt: skip
        values["loops_sentence"] = self.prose.say("loops below") if blocks["loops"] else ""
        return self.text([_PLACE.sub(lambda m: values[m[1]], template)])

    def _values(self) -> dict[str, str]:
        s, say, words = self.s, self.prose.say, self.prose.words
        header = s.scenario
        parameters = self.model.parameters.items
        short = say("short form", months=self._months(header.short)) if header.short else ""
        return {
            "top": "\n".join(self.top(f"{self.prose.of(PAGES['overview'])} · {self.prose.of(header.title)}")),
            "summary": self.prose.of(header.summary),
            "aims": "\n".join(f"- {self.prose.of(aim)}" for aim in header.aims),
            "pages": "\n".join(self._pages()),
            "submodels": "\n".join(
                f"- [{self.prose.of(title)}]({self._to(page)})" for page, title in self.atlas.pages.items()
            ),
            "months": self._months(header.months),
            "start": words.month(header.start, 0),
            "short": short,
            "evidence_title": self.prose.of(PAGES["evidence"]), "evidence_page": self._to("evidence"),
            "actors_title": self.prose.of(PAGES["actors"]), "actors_page": self._to("actors"),
            "sets": "\n".join(self._sets_table()),
            "actors": "\n".join(self._actors_table()),
            "state": "\n".join(self._state_table()),
            "switches": "\n".join(self._switch_table()),
            "memories": words.number(self._memories()),
            "aux_count": words.number(len(s.aux)), "flow_count": words.number(len(s.flow)),
            "parameter_count": words.number(len(parameters)),
            "grades": self._grades(),
            "hidden": self._hidden_stocks(),
            "chance": self._chance(),
            "obs_count": words.number(len(s.obs)),
            "headlines": words.listed([self.name(("obs", id)) for id, o in s.obs.items() if o.headline]),
            "readings": self._readings(),
            "dated": self._dated(),
        }  # fmt: skip

    def _months(self, months: int) -> str:
        return self.prose.say("month" if months == 1 else "months long", count=str(months))

    # -- tables ------------------------------------------------------------------------------

    def _pages(self) -> list[str]:
        """All pages, with what is on them."""
        rows = []
        topics = {page: id for id in self.s.topic if (page := id.replace("_", "-")) in self.atlas.pages}
        for page, title in self.atlas.pages.items():
            place = f'<a id="{anchor(("topic", topics[page]))}"></a>' if page in topics else ""
            rows.append([f"{place}[{self.prose.of(title)}]({self._to(page)})", self._content(page)])
        rows += [
            [f"[{self.prose.of(PAGES[page])}]({self._to(page)})", self.prose.say(f"about {page}")]
            for page in ("actors", "loops", "evidence", "names", "sources")
        ]
        for id, topic in self.s.topic.items():
            if id not in topics.values():
                place = f'<a id="{anchor(("topic", id))}"></a>'
                rows.append([f"{place}{self.prose.of(topic.label)}", self.prose.say("nothing")])
        return figures.table(rows, [self.prose.say("page"), self.prose.say("content")])

    def _content(self, page: str) -> str:
        parts = []
        for kind in (
            "stock",
            "flow",
            "aux",
            "switch",
            "obs",
            "decision",
            "offer",
            "event",
            "constant",
            "lookup",
        ):
            count = len(self.atlas.of_page(page, kind))
            if count:
                parts.append(f"{count} {self.prose.of(PLURALS[kind] if count > 1 else KINDS[kind])}")
        return ", ".join(parts)

    def _sets_table(self) -> list[str]:
        rows = []
        for id, table in self.s.set.items():
            members = ", ".join(
                f"{self.prose.of(self.model.sets.labels[id, m])} (`{m}`)" for m in self.model.sets.members[id]
            )
            if table.part_of:
                members = f"{self.prose.say('part of', set=self.name(('set', table.part_of)))}: {members}"
                members = members if self.prose.language == "en" else members.replace("): ", ")\u202f: ", 1)
            if table.neighbours:
                members += f" ({self.prose.say('all neighbours')})"
            rows.append(
                [f'<a id="{anchor(("set", id))}"></a>{self.prose.of(table.label)}', f"`{id}`", members]
            )
        return figures.table(rows, [self.prose.say(w) for w in ("label", "name", "members")]) if rows else []

    def _actors_table(self) -> list[str]:
        rows = []
        for id, actor in self.s.actor.items():
            played = self.prose.say("playable" if id in self.s.scenario.seats else "simulated")
            rows.append([self.name(("actor", id)), f"`{id}`", self.prose.of(actor.text), played])
        return figures.table(rows, [self.prose.say(w) for w in ("actor", "name", "about", "played")])

    def _state_table(self) -> list[str]:
        words, rows = self.prose.words, []
        for id, stock in self.s.stock.items():
            scale = self.prose.say("conserved")
            if stock.bounds is not None:
                scale = self.prose.say("bounds", low=figures.number(words, stock.bounds[0]),
                                       high=figures.number(words, stock.bounds[1]))  # fmt: skip
            if stock.better in BETTER:
                scale += f", {self.prose.of(BETTER[stock.better])}"
            over = self.set_names(stock.over) if stock.over else ""
            start = self.inline("stock", id, "initial")
            if not isinstance(stock.initial, str):
                start = figures.by_member(words, self.model.sets, stock.initial, tuple(stock.over))
            unit = figures.unit_name(words, self.s, stock.unit)
            rows.append([self.name(("stock", id)), f"`{id}`", over, unit, scale, start])
        head = [self.prose.say(w) for w in ("stock", "name", "over", "unit", "scale", "start")]
        return figures.table(rows, head)

    def _switch_table(self) -> list[str]:
        rows = []
        for id, switch in self.s.switch.items():
            values = self.prose.say("yes or no")
            if switch.values:
                values = ", ".join(self.prose.of(t) for t in switch.values.values())
            rows.append([self.name(("switch", id)), f"`{id}`", values, self.switch_value(id, switch.initial)])
        head = [self.prose.say(w) for w in ("switch", "name", "value", "start")]
        return figures.table(rows, head) if rows else []

    # -- sentences ---------------------------------------------------------------------------

    def _calls(self, *names: str) -> int:
        """How many times equations call some functions."""
        trees = [t for t in self.model.variables.trees.values() if t is not None]
        return sum(isinstance(part, Call) and part.name in names for tree in trees for part in walk(tree))

    def _memories(self) -> int:
        return self._calls("smooth", "delay")

    def _grades(self) -> str:
        counts = dict.fromkeys(GRADES, 0)
        for parameter in self.model.parameters.items.values():
            counts[parameter.grade] += 1
        words = self.prose.words
        return words.listed([f"{words.number(n)} *{self.prose.of(GRADES[g])}*" for g, n in counts.items()])

    def _hidden_stocks(self) -> str:
        hidden = [self.name(("stock", id)) for id, stock in self.s.stock.items() if stock.hidden]
        return self.prose.say("hidden stocks", names=self.prose.words.listed(hidden)) if hidden else ""

    def _chance(self) -> str:
        s, words = self.s, self.prose.words
        effects = [
            e for kind in (s.decision, s.offer, s.event) for table in kind.values()
            for part in ("effects", "breach", "fulfilled") for e in getattr(table, part, ())
        ] + [e for event in s.event.values() for choice in event.choices for e in choice.effects]  # fmt: skip
        counts = {
            "chance events": sum(e.hazard is not None for e in s.event.values()),
            "chance tendencies": sum(bool(t.tendency) for k in (s.decision, s.offer) for t in k.values()),
            "chance offers": len(s.offer),
            "chance choices": sum(any(c.weight for c in e.choices) for e in s.event.values()),
            "chance effects": sum(bool(e.chance) for e in effects),
            "chance shocks": self._calls("noise", "happens"),
        }
        said = []
        for phrase, count in counts.items():
            one = f"{phrase} one"
            if count:
                chosen = one if count == 1 and one in PHRASES else phrase
                said.append(self.prose.say(chosen, count=words.number(count)))
        return self.prose.joined(said)

    def _readings(self) -> str:
        if not self.s.reading:
            return ""
        names = self.prose.words.listed([self.name(("reading", id)) for id in self.s.reading])
        return self.prose.say("readings", names=names)

    def _dated(self) -> str:
        header = self.s.scenario
        last = month_code(header.start, header.months - 1)
        inside = sorted(
            (e.date, id) for id, e in self.s.event.items() if e.date and header.start <= e.date <= last
        )
        if not inside:
            return self.prose.say("no dates")
        rows = [[self._named_month(date), self.name(("event", id))] for date, id in inside]
        head = [self.prose.say("month"), self.prose.of(KINDS["event"])]
        return "\n".join([self.prose.say("dates"), "", *figures.table(rows, head)])

    def _others(self, others: Sequence[Header]) -> list[str]:
        if not others:
            return []
        rows = []
        for header in others:
            start = self.prose.words.month(header.start, 0)
            seats = ", ".join(
                self.prose.of(self.s.actor[a].label) if a in self.s.actor else f"`{a}`" for a in header.seats
            )
            length = self.prose.say("from start", months=self._months(header.months), start=start)
            rows.append([f"**{self.prose.of(header.title)}** (`{header.id}`)", length, seats])
        head = [self.prose.say(w) for w in ("scenario", "length", "seats")]
        return [self.prose.say("other scenarios"), "", *figures.table(rows, head)]
