"""On which page each table stands, and how a page links to it."""

from collections import Counter
from collections.abc import Mapping

from attrs import frozen

from mali_sim.documents.formulas import Key
from mali_sim.documents.graph import Graph
from mali_sim.documents.words import PAGES
from mali_sim.model import Model
from mali_sim.scenario import Text

#: Kinds that stand on the page of a topic.
TOPICAL = ("stock", "flow", "aux", "switch", "obs", "decision", "offer", "event", "constant", "lookup")
#: Kinds that stand on a page of their own, and on which.
ELSEWHERE = {
    "unit": "shared", "set": "overview", "topic": "overview", "actor": "actors", "strategy": "actors",
    "reading": "actors", "outcome": "actors", "ending": "actors", "source": "sources",
}  # fmt: skip
#: The page of what no topic claims.
REST = "shared"
#: Folder of a language's pages below the documents', and its first page and list of sources.
FOLDERS = {"en": "model", "fr": "modele"}
SOURCES = {"en": "sources.md", "fr": "sources.fr.md"}
IMAGES = {"en": "images/causal-diagram.svg", "fr": "images/causal-diagram.fr.svg"}


@frozen
class Atlas:
    """
    Pages of one scenario's documents.

    Parameters
    ----------
    pages : dict of str to Text
        Titles of the topics' pages by their slug, in order.
    home : dict of Key to str
        The slug of the page on which a table is described.
    """

    model: Model
    graph: Graph
    pages: Mapping[str, Text]
    home: Mapping[Key, str]

    @classmethod
    def of(cls, model: Model) -> "Atlas":
        """Give every table of a scenario a page."""
        graph = Graph.of(model)
        home = _homes(model, graph)
        used = set(home.values())
        topics = {slug(id): t.label for id, t in model.scenario.topic.items() if slug(id) in used}
        return cls(model, graph, {**topics, REST: PAGES[REST]}, home)

    def of_page(self, page: str, kind: str) -> list[str]:
        """Ids of a kind's tables on a page, in the order of the files."""
        return [id for id in getattr(self.model.scenario, kind) if self.home[kind, id] == page]

    def file(self, page: str, language: str) -> str:
        """A page's path below the documents' folder."""
        if page == "overview":
            return f"{FOLDERS[language]}.md"
        if page == "sources":
            return SOURCES[language]
        return f"{FOLDERS[language]}/{page}.md"

    def to_page(self, page: str, start: str, language: str, anchor: str = "") -> str:
        """A relative link from one page to another."""
        if page == start:
            return anchor or "#"
        path, at = self.file(page, language), self.file(start, language)
        inside = at.partition("/")[0] if "/" in at else ""
        if inside and path.startswith(inside + "/"):
            path = path[len(inside) + 1 :]
        elif inside:
            path = f"../{path}"
        return path + anchor

    def link(self, key: Key, start: str, language: str) -> str | None:
        """A link from a page to a table; None where no such table is described."""
        page = self.home.get(key)
        return None if page is None else self.to_page(page, start, language, f"#{anchor(key)}")


def slug(id: str) -> str:
    """A topic's id as a file's name."""
    return id.replace("_", "-")


def anchor(key: Key) -> str:
    """The name of a table's place on its page."""
    return f"{key[0]}-{key[1]}".replace(" ", "-")


def _homes(model: Model, graph: Graph) -> dict[Key, str]:
    s = model.scenario
    home: dict[Key, str] = {}
    for kind, page in ELSEWHERE.items():
        home |= {(kind, id): page for id in getattr(s, kind)}
    topics: dict[Key, str | None] = {}
    for kind in TOPICAL:
        for id, table in getattr(s, kind).items():
            topics[kind, id] = getattr(table, "topic", None)
    near = _Neighbourhood(model, topics)
    partners = {t.partner.partition(".")[0] for t in s.topic.values() if t.partner}
    for key in topics:
        if key[0] not in ("flow", "constant", "lookup") and topics[key] is None:
            # What there is one of for each partner is not about the partner of a topic.
            shared = key[0] in ("stock", "aux") and partners & set(model.variables.variable(key[1]).dims)
            topics[key] = None if shared else near.topic(key)
    for id, flow in s.flow.items():
        stock = ("stock", (flow.to or flow.from_ or "").partition(".")[0])
        topics["flow", id] = topics.get(stock)
    for key in topics:
        if key[0] in ("constant", "lookup"):
            topics[key] = _of_uses(key, graph, topics, near)
    return home | {key: slug(topic) if topic else REST for key, topic in topics.items()}


def _of_uses(key: Key, graph: Graph, topics: Mapping[Key, str | None], near: "_Neighbourhood") -> str | None:
    """The topic of what reads a magnitude; where there are several, the one beside which it is written."""
    uses = Counter(
        topics[other]
        for other in graph.feeds[key]
        if other in topics and other[0] not in ("constant", "lookup")
    )
    if len(uses) == 1:
        return next(iter(uses))
    beside = near.topic(key)
    return beside if beside in uses else None


class _Neighbourhood:
    """Topics of the tables that stand next to one in its file."""

    def __init__(self, model: Model, topics: Mapping[Key, str | None]) -> None:
        self.places = model.loaded.places
        self.files: dict[str, list[tuple[int, str]]] = {}
        for key, topic in topics.items():
            file, line = self.places.get(key, ("", 0))
            if topic is not None:
                self.files.setdefault(file, []).append((line, topic))

    def topic(self, key: Key) -> str | None:
        """The topic of the nearest table that has one, in the same file; the one above of two."""
        file, line = self.places.get(key, ("", 0))
        others = self.files.get(file, ())
        return min(others, key=lambda o: (abs(o[0] - line), o[0]))[1] if others else None
