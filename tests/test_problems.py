"""
Every kind of mistake that an author can make is told: where, what, and how to mend it.

A file of ``tests/bad`` says at its top what its message must contain (``# expects:``), and
marks the line at fault with ``# <- here`` (or names it: ``# at: file:line``).
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mali_sim.model import check
from mali_sim.scenario.toml_lines import MAX_BYTES

BAD = Path(__file__).parent / "bad"
FILES = sorted(p for p in BAD.glob("*.toml") if p.stem not in ("base", "good"))
PLACE = re.compile(r"([^:]+:\d+): ")


def said(file: Path, word: str) -> list[str]:
    """What the comments at a file's top say under a word."""
    lines = file.read_bytes().decode("utf-8", "replace").splitlines()
    return [line.removeprefix(f"# {word}: ") for line in lines if line.startswith(f"# {word}: ")]


def places(file: Path) -> set[str]:
    lines = file.read_bytes().decode("utf-8", "replace").splitlines()
    marked = {f"{file.name}:{n}" for n, line in enumerate(lines, 1) if line.endswith("# <- here")}
    return marked | set(said(file, "at"))


def problems(file: Path) -> list[str]:
    return [str(problem) for problem in check(file)]


def test_a_good_scenario_has_no_problems():
    assert problems(BAD / "good.toml") == []


def test_there_are_many_kinds_of_mistakes():
    assert len(FILES) > 200


@pytest.mark.parametrize("file", FILES, ids=lambda p: p.stem)
def test_a_mistake_is_told_once_with_its_place_and_mend(file: Path):
    found = problems(file)
    assert len(found) == int((said(file, "problems") or ["1"])[0]), "\n".join(found)
    for words in said(file, "expects"):
        assert any(words in problem for problem in found), "\n".join(found)
    shown = {match.group(1) for problem in found if (match := PLACE.match(problem))}
    assert shown == places(file), "\n".join(found)


@pytest.mark.parametrize("file", FILES, ids=lambda p: p.stem)
def test_every_bad_file_says_what_it_expects(file: Path):
    assert said(file, "expects")
    assert places(file)


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path):
    file = tmp_path / "large.toml"
    file.write_bytes(b"# " + b"x" * MAX_BYTES)
    (problem,) = problems(file)
    assert problem.startswith("large.toml:1: ")
    assert "the file is larger than 500,000 bytes" in problem


def test_a_file_of_too_many_keys_is_refused(tmp_path: Path):
    file = tmp_path / "keys.toml"
    file.write_text("".join(f"k{n}=1\n" for n in range(20_001)), encoding="utf-8")
    (problem,) = problems(file)
    assert "the file has more than 20,000 keys; split it" in problem


def test_a_symbolic_link_does_not_leave_the_folder(tmp_path: Path):
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.toml").write_text('[unit.x]\nlabel = { en = "x", fr = "x" }\n', encoding="utf-8")
    (inside / "link.toml").symlink_to(tmp_path / "secret.toml")
    text = (BAD / "good.toml").read_text(encoding="utf-8").replace('"base.toml"', '"link.toml"')
    (inside / "good.toml").write_text(text, encoding="utf-8")
    assert any("the path leaves the scenario's folder" in p for p in problems(inside / "good.toml"))


def test_a_long_chain_of_auxiliaries_loads_and_a_long_circle_is_told(tmp_path: Path):
    def chain(length: int, last: str) -> str:
        value = [f"a{n + 1}" for n in range(length)] + [last]
        return "".join(
            f'[aux.a{n}]\nvalue = "{v}"\nunit = "index"\nlabel = {{ en = "x", fr = "x" }}\n'
            for n, v in enumerate(value)
        )

    base = (BAD / "base.toml").read_text(encoding="utf-8")
    good = (BAD / "good.toml").read_text(encoding="utf-8")
    (tmp_path / "good.toml").write_text(good, encoding="utf-8")
    (tmp_path / "base.toml").write_text(base + chain(800, "capital"), encoding="utf-8")
    assert problems(tmp_path / "good.toml") == []
    (tmp_path / "base.toml").write_text(base + chain(800, "a0"), encoding="utf-8")
    (circle,) = problems(tmp_path / "good.toml")
    assert "a circle: " in circle
    assert len(circle) < 500


def test_a_small_file_that_means_a_huge_model_is_refused_at_once(tmp_path: Path):
    (tmp_path / "good.toml").write_text((BAD / "good.toml").read_text(encoding="utf-8"), encoding="utf-8")
    words = '{ en = "x", fr = "x" }'
    members = "".join(f"members.m{n} = {words}\n" for n in range(200))
    sets = f"[set.one]\nlabel = {words}\n{members}[set.other]\nlabel = {words}\n{members}"
    stock = '[stock.vast]\nkind = "level"\nover = ["one", "other"]\nunit = "index"\ninitial = "modest"\n'
    event = f'label = {words}\ntext = {words}\nhazard = "drift"\neach = "one"\nsource = ["S1"]\n'
    base = (BAD / "base.toml").read_text(encoding="utf-8") + sets
    told = []
    for more in (
        f"{stock}bounds = [0, 10]\nlabel = {words}\n",
        "".join(f"[event.e{n}]\n{event}" for n in range(10)),
    ):
        (tmp_path / "base.toml").write_text(base + more, encoding="utf-8")
        told += problems(tmp_path / "good.toml")
    rows, items = told
    assert "40015 rows of stocks; at most 20000" in rows
    assert "2007 decisions, offers and events, each member counted; at most 2000" in items


def test_the_command_prints_problems_and_ends_with_1():
    command = [sys.executable, "-m", "mali_sim", "check"]
    bad = subprocess.run([*command, BAD / "circle.toml"], capture_output=True, text=True, check=False)
    assert bad.returncode == 1
    assert "circle.toml:" in bad.stdout
    assert "Traceback" not in bad.stdout + bad.stderr
    good = subprocess.run([*command, BAD / "good.toml"], capture_output=True, text=True, check=False)
    assert (good.returncode, good.stdout) == (0, "no problems\n")
