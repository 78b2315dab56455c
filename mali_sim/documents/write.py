"""All documents of a scenario: their paths below a folder, and their texts."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from mali_sim.documents.atlas import IMAGES, Atlas
from mali_sim.documents.diagram import Diagram
from mali_sim.documents.layout import place
from mali_sim.documents.proofs import ProofWriter, drawn, labels_of
from mali_sim.documents.rings import LoopRing, missing_links, rings_of
from mali_sim.documents.signs import Step, product, signs_of
from mali_sim.documents.words import Prose
from mali_sim.evidence.family import members
from mali_sim.evidence.load import Evidence, evidence_of, joined
from mali_sim.model import load_model
from mali_sim.scenario import Text, load
from mali_sim.scenario.classes import Header
from mali_sim.scenario.load import siblings
from mali_sim.scenario.texts import LANGUAGES

#: How a page begins to say that it was written, and in which of its first lines.
_MARKS = tuple(f"*{Prose(own).say('written by', scenario='|').partition('|')[0]}" for own in LANGUAGES)
_TOP = 10


class DocumentProblem(ValueError):
    """Something that keeps the documents from being written; the message says what."""

    for_user = True


@frozen
class Documents:
    """
    What is written about a scenario.

    Parameters
    ----------
    texts : dict of str to str
        Each document's text by its path below the documents' folder.
    doubts : tuple of str
        Loops that their arrows make of another kind than is said.
    """

    texts: Mapping[str, str]
    doubts: tuple[str, ...] = ()


def documents(path: Path) -> Documents:
    """
    The documents of a scenario: the same bytes for the same scenario.

    Parameters
    ----------
    path : Path
        The scenario's file.

    Raises
    ------
    ScenarioProblems
        When the scenario or its evidence has problems.
    DocumentProblem
        When a loop names what the model does not have.
    """
    model = load_model(path)
    evidence = joined([evidence_of(one) for one in members(path)])
    atlas = Atlas.of(model)
    rings = rings_of(model, evidence.loops)
    missing = missing_links(model, atlas.graph, rings)
    if missing:
        raise DocumentProblem("\n".join(missing))
    signs = signs_of(model, [step for one in rings for step in one.steps()])
    made = _pictures(ProofWriter(atlas, Prose("en"), "loops"), rings, signs)
    others = _others(path)
    for language in LANGUAGES:
        made |= _pages(atlas, Prose(language), rings, signs, evidence, others)
    return Documents(dict(sorted(made.items())), tuple(_doubts(rings, signs)))


def _doubts(rings: Sequence[LoopRing], signs: dict[Step, str]) -> Iterator[str]:
    for one in rings:
        found = product(one.ring, signs) if one.ring else ""
        if found and found != one.loop.kind:
            arrows = ", ".join(f"{_name(a)} {signs[a, b]} {_name(b)}" for a, b in one.steps())
            yield f"loop.{one.id} is said to be {one.loop.kind}, its arrows make it {found}: {arrows}"


def _pages(
    atlas: Atlas, prose: Prose, rings: Sequence[LoopRing], signs: dict[Step, str], evidence: Evidence,
    others: Sequence[Header],
) -> dict[str, str]:  # fmt: skip
    """All pages in one language."""

    def on(page: str) -> ProofWriter:
        return ProofWriter(atlas, prose, page)

    made = {page: on(page).topic(_through(atlas, rings, page)) for page in atlas.pages}
    first = on("overview")
    blocks = {"loops": first.loops_in_short(rings), "patterns": first.patterns(evidence)}
    made["overview"] = first.overview(blocks, others)
    made["actors"] = on("actors").actors()
    made["names"] = on("names").index()
    made["loops"] = on("loops").loops_page(rings, signs, evidence)
    made["evidence"] = on("evidence").evidence_page(evidence)
    sources = on("sources")
    made["sources"] = sources.sources_page(sources.uses_of_sources(evidence))
    return {atlas.file(page, prose.language): text for page, text in made.items()}


def _through(atlas: Atlas, rings: Sequence[LoopRing], page: str) -> list[tuple[str, Text]]:
    """Loops that pass what a page describes."""
    return [
        (one.id, one.loop.label) for one in rings if any(atlas.home.get(key) == page for key in one.chain)
    ]


def _pictures(writer: ProofWriter, rings: Sequence[LoopRing], signs: dict[Step, str]) -> dict[str, str]:
    """The causal loop diagram in both languages, on the same places."""
    circles = drawn(rings)
    if not any(ring.nodes for ring in circles):
        return {}
    layout = place([ring.nodes for ring in circles if ring.nodes])
    labels = labels_of(rings, writer)
    named = {(_name(a), _name(b)): sign for (a, b), sign in signs.items()}
    title = writer.s.scenario.title
    return {
        IMAGES[language]: Diagram(circles, labels, named, layout, Prose(language), title).svg()
        for language in LANGUAGES
    }


def _name(key: tuple[str, str]) -> str:
    return f"{key[0]}.{key[1]}"


def _others(path: Path) -> list[Header]:
    """Other scenarios beside this one that extend some of its files."""
    own = set(load(path).scenario.scenario.extends)
    return [header for _, header in siblings(path) if own & set(header.extends)]


def write(made: Documents, folder: Path) -> list[Path]:
    """
    Write documents into a folder.

    Pages in the documents' own folders that say that they were so written, and are no longer,
    are taken away.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    DocumentProblem
        When something cannot be written or taken away.
    """
    written = []
    try:
        for stale in _stale(made, folder):
            stale.unlink()
        for name, text in made.texts.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            written.append(file)
    except OSError as error:
        raise DocumentProblem(
            f"{error.filename or folder}: {error.strerror or error}; name another folder with --out"
        ) from None
    return written


def differences(made: Documents, folder: Path) -> dict[str, str]:
    """
    Where a folder differs from what would be written into it.

    Returns
    -------
    dict of str to str
        ``missing``, ``differs`` or ``no longer written``, by path below the folder.
    """
    found = {}
    for name, text in made.texts.items():
        file = folder / name
        if not file.is_file():
            found[name] = "missing"
        elif file.read_bytes() != text.encode():
            found[name] = "differs"
    return found | {p.relative_to(folder).as_posix(): "no longer written" for p in _stale(made, folder)}


def _stale(made: Documents, folder: Path) -> list[Path]:
    """Pages in the documents' own folders that were written as documents and no longer are."""
    own = {name.partition("/")[0] for name in made.texts if name.endswith(".md") and "/" in name}
    there = [p for sub in sorted(own) for p in sorted((folder / sub).glob("*.md"))]
    return [p for p in there if p.relative_to(folder).as_posix() not in made.texts and _generated(p)]


def _generated(page: Path) -> bool:
    """Whether a page says near its top that it was written by this program: others are somebody's own."""
    top = page.read_text(encoding="utf-8", errors="replace").split("\n", _TOP)[:_TOP]
    return any(line.startswith(mark) for line in top for mark in _MARKS)
