"""Whole pages: one a topic, what topics share, actors, the index of names, sources."""

import re
from collections.abc import Sequence

from mali_sim.documents import figures
from mali_sim.documents.atlas import REST, anchor
from mali_sim.documents.deeds import DeedWriter
from mali_sim.documents.formulas import Key
from mali_sim.documents.graph import keys_of
from mali_sim.documents.words import PAGES, SECTIONS
from mali_sim.scenario import Text
from mali_sim.scenario.classes import Scenario
from mali_sim.scenario.texts import unit_words

_OTHER = {"en": ("fr", "Français"), "fr": ("en", "English")}


class PageWriter(DeedWriter):
    """Puts a page together."""

    # -- what all pages have -----------------------------------------------------------------

    def top(self, title: str) -> list[str]:
        """The title, where one is, the page in the other language."""
        language, other = _OTHER[self.prose.language]
        here = self.atlas.file(self.page, self.prose.language)
        there = self.atlas.file(self.page, language)
        up = "../" if "/" in here else ""
        links = [f"[{other}]({up}{there})"]
        if self.page != "overview":
            links.insert(0, f"[{self.prose.say('back')}]({self._to('overview')})")
        if self.page != "names":
            links.append(f"[{self.prose.say('index')}]({self._to('names')})")
        scenario = self.s.scenario.id
        return [f"# {title}", "", " · ".join(links), "",
                f"*{self.prose.say('written by', scenario=scenario)}*", ""]  # fmt: skip

    def _to(self, page: str, anchor: str = "") -> str:
        return self.atlas.to_page(page, self.page, self.prose.language, anchor)

    def contents(self, sections: Sequence[tuple[str, str, Sequence[Key]]]) -> list[str]:
        """A table of contents: anchors, headings, and names below them."""
        made = [f"**{self.prose.say('contents')}**", ""]
        for place, title, keys in sections:
            listed = ", ".join(self.name(k) for k in keys)
            head = f"- [{title}](#{place})"
            made.append(self.prose.titled(head, listed) if listed else head)
        return [*made, ""]

    def heading(self, place: str, title: str) -> list[str]:
        """A section's place and heading."""
        return [f'<a id="{place}"></a>', "", f"## {title}", ""]

    def text(self, made: Sequence[str]) -> str:
        """Lines as a page's text, one empty line at most between them."""
        return re.sub(r"\n{3,}", "\n\n", "\n".join(made)).rstrip() + "\n"

    # -- a topic -----------------------------------------------------------------------------

    def topic(self, loops: Sequence[tuple[str, Text]] = ()) -> str:
        """
        All that belongs to a topic, or to none.

        Parameters
        ----------
        loops : sequence of (str, Text)
            Ids and names of the loops that pass variables of the page.
        """
        title = self.prose.of(self.atlas.pages[self.page])
        made = self.top(title)
        if self.page == REST:
            made += [self.prose.say("shared intro"), ""]
        files = self._files()
        if files:
            made += [self.prose.say("file", files=", ".join(f"`{f}`" for f in files)), ""]
        if loops:
            links = ", ".join(f"[{self.prose.of(t)}]({self._to('loops', f'#loop-{id}')})" for id, t in loops)
            made += [self.prose.titled(f"**{self.prose.say('loops through here')}**", links), ""]
        kinds = [(kind, self.atlas.of_page(self.page, kind)) for kind in SECTIONS]
        kinds = [(kind, ids) for kind, ids in kinds if ids]
        sections = []
        for kind, ids in kinds:
            keys = [] if kind in ("constant", "unit") else [(kind, id) for id in ids]
            sections.append((f"section-{kind}", self.section(kind), keys))
        made += self.contents(sections)
        for kind, ids in kinds:
            made += self.heading(f"section-{kind}", self.section(kind))
            made += self._section(kind, ids)
        return self.text(made)

    def _files(self) -> list[str]:
        """Files that define what stands on the page."""
        places = self.model.loaded.places
        found = {
            places[key][0] for key, page in self.atlas.home.items() if page == self.page and key in places
        }
        return sorted(found)

    def _section(self, kind: str, ids: Sequence[str]) -> list[str]:
        if kind == "constant":
            return self.constants(ids)
        if kind == "unit":
            return self.units(ids)
        made: list[str] = []
        for id in ids:
            made += getattr(self, kind)(id)
            if kind == "stock":
                for flow, table in self.s.flow.items():
                    if (table.to or table.from_ or "").partition(".")[0] == id:
                        made += self.flow(flow)
        return made

    def units(self, ids: Sequence[str]) -> list[str]:
        """Units that the scenario declares."""
        words = self.prose
        rows = [
            [f'<a id="{anchor(("unit", id))}"></a>`{id}`', words.of(unit_words(id, self.s.unit))]
            for id in ids
        ]
        return [*figures.table(rows, [words.say("name"), words.say("unit")]), ""]

    # -- actors, strategies, readings, outcomes, endings -------------------------------------

    def actors(self) -> str:
        """Who decides, ways to play, sides' readings, and how a run is summed up."""
        made = self.top(self.prose.of(PAGES["actors"]))
        kinds = [k for k in ("actor", "strategy", "reading", "outcome", "ending") if getattr(self.s, k)]
        made += self.contents([
            (f"section-{k}", self.section(k), [(k, id) for id in getattr(self.s, k)]) for k in kinds
        ])  # fmt: skip
        for kind in kinds:
            made += self.heading(f"section-{kind}", self.section(kind))
            for id in getattr(self.s, kind):
                made += getattr(self, kind)(id)
            made.append("")
        return self.text(made)

    # -- the index ---------------------------------------------------------------------------

    def index(self) -> str:
        """Every name in alphabetical order."""
        say = self.prose.say
        made = [*self.top(self.prose.of(PAGES["names"])), say("names intro"), ""]
        keys = sorted((k for k in keys_of(self.s) if k[0] != "source"), key=lambda k: (k[1].lower(), k[0]))
        letters = figures.grouped([k[1].lower() for k in keys])
        made += [" · ".join(f"[{letter.upper()}](#letter-{letter})" for letter in letters), ""]
        head = [say("name"), say("kind"), say("label"), say("unit"), say("page")]
        for letter in letters:
            rows = [self._row(k) for k in keys if k[1][:1].lower() == letter]
            made += self.heading(f"letter-{letter}", letter.upper())
            made += [*figures.table(rows, head), ""]
        return self.text(made)

    def _row(self, key: Key) -> list[str]:
        table = getattr(self.s, key[0])[key[1]]
        unit = getattr(table, "unit", None)
        label = self.label(key)
        if label == key[1] and hasattr(table, "why"):
            label = self.prose.of(table.why)
        page = self.atlas.home[key]
        title = self.prose.of(self.atlas.pages[page] if page in self.atlas.pages else PAGES[page])
        return [
            f"[`{key[1]}`]({self.url(key)})", self.kind(key), label,
            figures.unit_name(self.prose.words, self.s, unit) if unit else "", title,
        ]  # fmt: skip

    # -- sources -----------------------------------------------------------------------------

    def sources_page(self, more: dict[str, list[str]]) -> str:
        """
        Every source with what it says and where it is used.

        Parameters
        ----------
        more : dict of str to list of str
            Further uses by source id, as links.
        """
        say, uses = self.prose.say, uses_of_sources(self.s)
        made = self.top(self.prose.of(PAGES["sources"]))
        made += [say("sources intro", count=self.prose.words.number(len(self.s.source))), ""]
        groups: dict[str, list[str]] = {}
        for id in self.s.source:
            groups.setdefault(re.match(r"[A-Za-z]+_?", id).group(), []).append(id)  # type: ignore[union-attr]
        made += self.contents([(f"ids-{g.lower()}", say("starts with", letter=g), []) for g in groups])
        for group, ids in groups.items():
            made += self.heading(f"ids-{group.lower()}", say("starts with", letter=group))
            for id in sorted(ids, key=_natural):
                made += self._source(id, uses.get(id, []), more.get(id, []))
        return self.text(made)

    def _source(self, id: str, uses: list[Key], more: list[str]) -> list[str]:
        source = self.s.source[id]
        used = ", ".join(more)
        if uses:
            used = self.names(uses) + (f", {used}" if used else "")
        line = f'<a id="{anchor(("source", id))}"></a>**{id}** – {self.prose.of(source.text)} *{source.ref}*'
        uses_line = (
            self.prose.titled(self.prose.say("source uses"), used)
            if used
            else self.prose.say("source unused")
        )
        return [line + "<br>", uses_line, ""]


def uses_of_sources(scenario: Scenario) -> dict[str, list[Key]]:
    """Tables that name each source."""
    found: dict[str, list[Key]] = {}
    for key in keys_of(scenario):
        table = getattr(scenario, key[0])[key[1]]
        named = list(getattr(table, "source", ()))
        for choice in getattr(table, "choices", ()):
            named += choice.source
        for id in dict.fromkeys(named):
            found.setdefault(id, []).append(key)
    return found


def _natural(id: str) -> tuple[str, int]:
    digits = re.search(r"\d+", id)
    return (id[: digits.start()] if digits else id, int(digits.group()) if digits else 0)
