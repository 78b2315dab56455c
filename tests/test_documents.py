"""Documents that are generated: everything is in them, every link leads somewhere, nothing has drifted."""

import re
import string
import xml.etree.ElementTree as ElementTree
from collections import Counter
from functools import cache
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner

from mali_sim.cli.documents import document
from mali_sim.documents import DocumentProblem, Documents, differences, documents, words, write
from mali_sim.documents.atlas import FOLDERS, IMAGES, SOURCES, anchor
from mali_sim.documents.diagram import wrapped
from mali_sim.documents.formulas import lines
from mali_sim.documents.graph import Graph, keys_of
from mali_sim.documents.layout import place
from mali_sim.documents.rings import rings_of
from mali_sim.equations import parse, show
from mali_sim.evidence.load import evidence_of
from mali_sim.model import Model, load_model
from mali_sim.scenario import Text, find_scenario
from mali_sim.scenario.texts import LANGUAGES, NARROW_SPACE
from tests.support import ISLAND, shared_model

ROOT = Path(__file__).resolve().parent.parent
LOOPS = Path(__file__).parent / "documents" / "loops.toml"
TEMPLATES = Path(words.__file__).parent / "templates"
REAL = find_scenario("avoid-the-trap")
REWRITE = "mali-sim document avoid-the-trap --out docs"

_LINK = re.compile(r'\]\(([^)\s]+)\)|href="([^"]+)"')
_PLACE = re.compile(r'<a id="([^"]+)">')


def island(folder: Path, loops: str = LOOPS.read_text(encoding="utf-8")) -> Path:
    """The island with a file of loops."""
    text = ISLAND.read_text(encoding="utf-8")
    text = text.replace("seats = [", 'evidence = ["loops.toml"]\nseats = [', 1)
    (folder / "loops.toml").write_text(loops, encoding="utf-8")
    file = folder / "island.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return island(tmp_path_factory.mktemp("island"))


@pytest.fixture(scope="module")
def made(home: Path) -> Documents:
    return documents(home)


@cache
def real() -> Documents:
    return documents(REAL)


def broken_links(texts: dict[str, str]) -> list[str]:
    """Links that lead to no page or to no place on it."""
    places = {name: set(_PLACE.findall(text)) for name, text in texts.items()}
    found = []
    for name, text in texts.items():
        for target in (a or b for a, b in _LINK.findall(text)):
            if "://" in target:
                continue
            path, _, at = target.partition("#")
            parts = [*Path(name).parent.parts]
            for part in path.split("/") if path else ():
                parts = parts[:-1] if part == ".." else [*parts, part]
            page = "/".join(parts) if path else name
            if page not in texts or (at and at not in places[page]):
                found.append(f"{name}: {target}")
    return found


def missing_tables(texts: dict[str, str], model: Model) -> list[str]:
    """Tables of a world that are not described once in each language."""
    found = []
    for language in LANGUAGES:
        own = (f"{FOLDERS[language]}/", f"{FOLDERS[language]}.md", SOURCES[language])
        places = [
            p for n, t in texts.items() if n.startswith(own) and n.endswith(".md") for p in _PLACE.findall(t)
        ]
        counts = Counter(places)
        found += [f"{language}: {k}.{i}" for k, i in keys_of(model.scenario) if counts[anchor((k, i))] != 1]
    return found


# -- a small world -----------------------------------------------------------------------------------


def test_every_table_is_described_once_in_each_language(made, home):
    assert missing_tables(dict(made.texts), load_model(home)) == []


def test_every_link_leads_to_a_place(made):
    assert broken_links(dict(made.texts)) == []
    texts = dict(made.texts)
    texts["model.md"] += "\n[nowhere](model/peace.md#stock-nothing)\n"
    assert broken_links(texts) == ["model.md: model/peace.md#stock-nothing"]


def test_nothing_is_left_to_fill_in(made):
    for name, text in made.texts.items():
        if name.endswith(".md"):
            assert not re.search(r"\{\w*\}", text), name


def test_both_languages_have_the_same_pages_and_places(made):
    def of(language: str) -> dict[str, list[str]]:
        folder = FOLDERS[language]
        return {
            name.replace(folder, "model", 1): _PLACE.findall(text)
            for name, text in made.texts.items()
            if name.startswith(folder + "/") or name == f"{folder}.md"
        }

    assert of("en") == of("fr")
    assert {SOURCES["fr"], SOURCES["en"], *IMAGES.values()} <= set(made.texts)


def test_the_same_scenario_makes_the_same_bytes(made, home, tmp_path):
    write(made, tmp_path)
    again = documents(home)
    assert differences(again, tmp_path) == {}
    (tmp_path / "model" / "peace.md").write_text("by hand")
    peace = made.texts["model/peace.md"]
    (tmp_path / "model" / "old.md").write_text(peace.replace("Peace", "A topic that has gone", 1))
    (tmp_path / "model" / "notes.md").write_text("# Notes\n\nSomebody’s own.\n")
    (tmp_path / "model.md").unlink()
    assert differences(again, tmp_path) == {
        "model/peace.md": "differs", "model.md": "missing", "model/old.md": "no longer written",
    }  # fmt: skip
    write(again, tmp_path)
    assert differences(again, tmp_path) == {}
    assert not (tmp_path / "model" / "old.md").exists()
    assert (tmp_path / "model" / "notes.md").read_text() == "# Notes\n\nSomebody’s own.\n"


def test_a_folder_that_cannot_be_written_to_is_told(made, tmp_path):
    (tmp_path / "model").write_text("a file where a folder has to be")
    with pytest.raises(DocumentProblem, match="name another folder with --out"):
        write(made, tmp_path)


def test_a_page_says_what_the_model_has(made):
    page = made.texts["model/peace.md"]
    for shown in (
        "#### Calm · `calm`",
        "North\u00a040, South\u00a055, Coast\u00a060, Islet\u00a080",
        "held between 0 and 100",
        "`recovery` = 1.3 points a month",
        "| 1 | 0.5 to 2 |",
        "[S1](../sources.md#source-S1)",
        "Hidden from all but [Temple]",
        "Talk in ‹Shore›",
    ):
        assert shown in page
    french = made.texts["modele/peace.md"]
    assert "`recovery` = 1,3 point par mois" in french
    assert f"Caché à tous sauf{NARROW_SPACE}:" in french


def test_lines_of_an_equation_are_the_equation():
    for model in (shared_model(ISLAND), shared_model(REAL)):
        for tree in model.variables.trees.values():
            if tree is not None:
                assert show(parse(" ".join(lines(tree, 40)))) == show(tree)


def test_the_command_writes_and_checks(home, tmp_path):
    run = CliRunner().invoke
    assert run(document, [str(home), "--out", str(tmp_path), "--check"]).exit_code == 1
    written = run(document, [str(home), "--out", str(tmp_path)])
    assert written.output.endswith(f"documents in {tmp_path}\n")
    checked = run(document, [str(home), "--out", str(tmp_path), "--check"])
    assert checked.output == "as they would be written\n"
    unknown = run(document, ["no-such-scenario"])
    assert (unknown.exit_code, "Error: no scenario is called" in unknown.output) == (2, True)


# -- loops -------------------------------------------------------------------------------------------


def arrows(svg: str) -> int:
    return svg.count('fill="none" stroke="') - svg.count(" A20 20 ")


def test_the_diagram_has_every_loop_as_text_in_both_languages(made, home):
    loops = evidence_of(home).loops
    for language, name in IMAGES.items():
        svg = made.texts[name]
        tree = ElementTree.fromstring(svg)
        shown = " ".join(" ".join(tree.itertext()).split())
        for loop in loops.values():
            assert loop.label[language] in shown
        assert "Calm" in shown
        assert "<image" not in svg
    english, french = (re.sub(r">[^<]*<", "><", made.texts[IMAGES[x]]) for x in LANGUAGES)
    assert arrows(english) == arrows(french) == 7


def test_signs_are_found_and_make_the_kinds_that_are_said(made, tmp_path):
    assert made.doubts == ()
    loops = made.texts["model/loops.md"]
    assert (
        "**[Calm](peace.md#stock-calm)** →<sup>−</sup> **[Talk in ‹Shore›](peace.md#decision-talk)**" in loops
    )
    text = LOOPS.read_text(encoding="utf-8").replace('kind = "balancing"', 'kind = "reinforcing"')
    doubts = documents(island(tmp_path, text)).doubts
    assert len(doubts) == 2
    assert doubts[0].startswith(
        "loop.talks is said to be reinforcing, its arrows make it balancing: stock.calm -"
    )


def test_a_link_that_the_model_does_not_have_is_told(tmp_path):
    text = LOOPS.read_text(encoding="utf-8")
    text = text.replace('["calm", "decision.talk", "calm"]', '["calm", "savings", "calm"]')
    with pytest.raises(DocumentProblem, match=r"loop.talks: links from stock.calm to stock.savings"):
        documents(island(tmp_path, text))


def test_places_are_apart_and_the_same_each_time():
    rings = [list("abcde"), list("cfgh"), list("aij"), list("xyz")]
    found = place(rings)
    assert place(rings) == found
    assert len(set(found.places.values())) == len(set("abcdefghijxyz"))
    assert all(0 < x < found.width and 0 < y < found.height for x, y in found.places.values())


def test_words_wrap_without_losing_any():
    text = "one two three four five six seven"
    for width in range(5, 40):
        assert " ".join(wrapped(text, width)) == text
        assert max(map(len, wrapped(text, width))) <= max(width, 5)


# -- words -------------------------------------------------------------------------------------------


def phrases() -> list[tuple[str, Text]]:
    return [
        (f"{name}.{key}", text)
        for name, table in vars(words).items()
        if isinstance(table, dict) and all(isinstance(t, Text) for t in table.values())
        for key, text in table.items()
    ]


def test_every_phrase_is_said_in_both_languages_with_the_same_places():
    assert len(phrases()) > 200
    for name, text in phrases():
        assert text.en, name
        assert text.fr, name
        fields = [{f for _, f, _, _ in string.Formatter().parse(t) if f} for t in (text.en, text.fr)]
        assert fields[0] == fields[1], name


def test_french_is_written_as_french_is_printed():
    french = [(name, text.fr) for name, text in phrases()]
    template = (TEMPLATES / "model.fr.md").read_text(encoding="utf-8")
    template = re.sub(
        r"`[^`]*`|\*Journal[^*]*\*|doi:\S+|«[^»]*agent-based[^»]*»|\(#?[^)]*\)|20 \(2\)", "", template
    )
    french += [(f"line {n}", line) for n, line in enumerate(template.splitlines())]
    for name, text in french:
        assert "'" not in text, name
        for found in re.finditer(r"[:;?!»]", text):
            assert text[found.start() - 1] == NARROW_SPACE, f"{name}: {text}"
        for found in re.finditer("«", text):
            assert text[found.end()] == NARROW_SPACE, f"{name}: {text}"


def test_templates_have_the_same_places():
    found = [
        sorted(re.findall(r"\{\{(\w+)\}\}", (TEMPLATES / f"model.{x}.md").read_text())) for x in LANGUAGES
    ]
    assert found[0] == found[1]


# -- the world that comes with the program -----------------------------------------------------------


def test_the_documents_in_the_repository_are_what_is_written_now():
    if not (ROOT / "docs" / "model.md").is_file():
        pytest.skip(f"no documents yet: {REWRITE}")
    found = differences(real(), ROOT / "docs")
    assert found == {}, f"write them again: {REWRITE}"


def test_the_shipped_world_is_described_whole_and_its_loops_are_of_their_kind():
    model, made = shared_model(REAL), real()
    assert missing_tables(dict(made.texts), model) == []
    assert broken_links(dict(made.texts)) == []
    graph = Graph.of(model)
    for one in rings_of(model, evidence_of(REAL).loops):
        for a, b in one.steps():
            assert graph.path(a, b) is not None, f"{one.id}: {a} to {b}"
    assert made.doubts == ()


def test_a_kind_of_table_that_is_new_is_described_too():
    """Every field of a scenario's class that holds tables has a home."""
    model = shared_model(ISLAND)
    kinds = {
        f.name
        for f in attrs.fields(type(model.scenario))
        if isinstance(getattr(model.scenario, f.name), dict)
    }
    assert kinds == set(words.KINDS)
