"""
Scenario files broken in every way that a hand, a disk or an enemy could break them.

A mutant is made alone from its number, so that a failing one can be made again.
"""

import gc
import random
import re
import time
import traceback
from collections import Counter
from pathlib import Path

import numpy as np
from attrs import define, field

from mali_sim.engine import Cast, NotANumber, Simulation
from mali_sim.model import check, load_model
from mali_sim.scenario import ScenarioProblems
from mali_sim.scenario.library import content_folder

HERE = Path(__file__).parent
LIMIT = 2.0  # seconds that one file may take

_TOKEN = re.compile(r'"[^"\n]*"|[A-Za-z0-9_.]+|\S')
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_KEY = re.compile(r"^\s*([A-Za-z_]+)(?=\s*=)", re.MULTILINE)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STRING = re.compile(r'"[^"\n]*"')
_NUMBERS = (
    "nan", "inf", "-inf", "1e308", "-1e308", "1e-308", "9" * 30, "9" * 400, "0", "-0.0", "-1", "1e15", "true",
    "2023-02-01", "0x7fffffffffffffff", '"text"', "[]", "{}", "1979-05-27T07:32:00Z", "[[1]]",
)  # fmt: skip
_EQUATIONS = (
    "0 / 0", "1 / capital", "support.each", "smooth(capital, quarter)", "noise(modest)", "obs.support",
    "x" * 3000, "((((((((((", "not " * 60 + "truce", "support + influence", "sum(support, border)",
    "since(talk.north)", "calendar == 'none'", "calendar", "truce and not truce", "'none'", "lambda: 0",
    "[0]", "1j", "1e999", "a := 1", "capital if truce else morale", "ratio(0, 0, 0)",
    "sqrt(0 - capital)", "delay(support, quarter)", "weariness(weariness)", "mean(mean(support))",
    "influence[army, rebels]", "influence.army.north", "elapsed", "neighbours(support)",
    "max(support, harvest)", "happens(drift) * happens(drift)", "flow.flight", "\\u0000",
)  # fmt: skip
_UNICODE = "é\u00a0\u200b\u202e\ufeff𝒙ﬁ١\x00\x07\u2028\U0010ffffɛŋ\r\x0b\x85"


def mutate(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """The file broken in one to four ways."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 4))):
        data = rng.choice(WAYS)(data, other, rng)
    return data


def _cut(data: bytes, rng: random.Random, most: int = 400) -> tuple[int, int]:
    at = rng.randrange(len(data) + 1)
    return at, min(len(data), at + rng.randrange(1, most))


def _flip(data: bytes, _: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _n in range(rng.choice((1, 1, 3, 20))):
        if out:
            out[rng.randrange(len(out))] = rng.choice((rng.randrange(256), rng.choice(b'"=[]{}.,#\n\\')))
    return bytes(out)


def _delete(data: bytes, _: bytes, rng: random.Random) -> bytes:
    start, end = _cut(data, rng)
    return data[:start] + data[end:]


def _repeat(data: bytes, _: bytes, rng: random.Random) -> bytes:
    start, end = _cut(data, rng)
    return data[:end] + data[start:end] * rng.choice((1, 1, 2, 30)) + data[end:]


def _truncate(data: bytes, _: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _splice(data: bytes, other: bytes, rng: random.Random) -> bytes:
    start, end = _cut(other, rng, 2000)
    at = rng.randrange(len(data) + 1)
    if rng.random() < 0.5:  # whole lines
        at = data.rfind(b"\n", 0, at) + 1
        start, end = other.rfind(b"\n", 0, start) + 1, other.rfind(b"\n", 0, end) + 1
    return data[:at] + other[start:end] + data[at:]


def _line(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """A line taken out, doubled, or moved elsewhere."""
    lines = data.splitlines(keepends=True) or [b""]
    at = rng.randrange(len(lines))
    line = lines[at]
    kind = rng.randrange(3)
    if kind != 1:
        del lines[at]
    if kind != 0:
        lines.insert(rng.randrange(len(lines) + 1), line)
    return b"".join(lines)


def _in_text(pattern: re.Pattern[str], data: bytes, rng: random.Random, new: str) -> bytes:
    """One match of a pattern replaced."""
    text = data.decode("utf-8", "surrogateescape")
    found = list(pattern.finditer(text))
    if not found:
        return data
    one = rng.choice(found)
    return (text[: one.start()] + new + text[one.end() :]).encode("utf-8", "surrogateescape")


def _number(data: bytes, _: bytes, rng: random.Random) -> bytes:
    return _in_text(_NUMBER, data, rng, rng.choice(_NUMBERS))


def _key(data: bytes, _: bytes, rng: random.Random) -> bytes:
    keys = _KEY.findall(data.decode("utf-8", "replace")) or ["x"]
    new = rng.choice((rng.choice(keys), rng.choice(keys)[:-1] or "x", '"a b"', "from", "each", "a.b.c"))
    return _in_text(_KEY, data, rng, new)


def _word(data: bytes, _: bytes, rng: random.Random) -> bytes:
    words = _WORD.findall(data.decode("utf-8", "replace")) or ["x"]
    return _in_text(_WORD, data, rng, rng.choice(words))


def _swap(data: bytes, _: bytes, rng: random.Random) -> bytes:
    tokens = _TOKEN.findall(data.decode("utf-8", "replace")) or ["x"]
    return _in_text(_TOKEN, data, rng, rng.choice(tokens))


def _equation(data: bytes, _: bytes, rng: random.Random) -> bytes:
    return _in_text(_STRING, data, rng, f'"{rng.choice(_EQUATIONS)}"')


def _wrapped(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """A name in an equation or a list with something done to it."""
    text = data.decode("utf-8", "surrogateescape")
    found = list(_STRING.finditer(text))
    if not found:
        return data
    inner = rng.choice(found).group()[1:-1]
    shape = rng.choice((
        "-({})", "sum({})", "mean({})", "1 / ({})", "({}) * ({})", "{}.north", "smooth({}, quarter, 0)",
        "{} if truce else {}", "not ({})", "sqrt({})", "{}[army, north]", "since({})", "({}) > 0",
    ))  # fmt: skip
    return _in_text(_STRING, data, rng, '"' + shape.replace("{}", inner) + '"')


def _garbage(data: bytes, _: bytes, rng: random.Random) -> bytes:
    deep = rng.choice((3, 20, 30, 3000))
    new = rng.choice((
        "[" * deep + "]" * deep,
        "{ a = " * deep + "1" + " }" * deep,
        "a." * deep + "b = 1",
        "[" + "a." * deep + "b]",
        "{ " + "a." * deep + "b = 1 }",
        "{ north = { army = { x = 1 } } }",
        '"""' + "\n" * deep + '"""',
        f'"{"x" * deep}"',
    ))  # fmt: skip
    if rng.random() < 0.7:
        return _in_text(re.compile(r"(?<== ).*$", re.MULTILINE), data, rng, new)
    at = data.rfind(b"\n", 0, rng.randrange(len(data) + 1)) + 1
    return data[:at] + f"x = {new}\n".encode() + data[at:]


def _unicode(data: bytes, _: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    new = "".join(rng.choices(_UNICODE, k=rng.choice((1, 1, 5))))
    return data[:at] + new.encode() + data[at:]


WAYS = (
    _flip, _delete, _repeat, _truncate, _splice, _line, _line, _number, _number, _key, _word, _word, _swap,
    _equation, _equation, _wrapped, _garbage, _unicode,
)  # fmt: skip


@define
class Corpus:
    """
    Scenarios to break: each a main file and all files of its folder that it extends.

    Parameters
    ----------
    worlds : list of (main file's name, files by path)
        The small ones first; the last is the largest.
    """

    worlds: list[tuple[str, dict[str, bytes]]]

    @classmethod
    def found(cls) -> "Corpus":
        """Small test worlds, and the shipped ones."""
        worlds = [("good.toml", {n: (HERE / "bad" / n).read_bytes() for n in ("good.toml", "base.toml")})]
        examples = sorted((HERE / "scenarios").glob("*.toml"))
        worlds += [(file.name, {file.name: file.read_bytes()}) for file in examples]
        folder = content_folder("scenarios")
        shared = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        worlds += [(p.name, shared) for p in sorted(folder.glob("*.toml"))]
        return cls(worlds)

    def pick(self, rng: random.Random, world_share: float) -> tuple[str, dict[str, bytes], str, bytes]:
        """A mutant: the main file's name, all files, and which of them is broken, and how it now reads."""
        small = [w for w in self.worlds if len(w[1]) < 4]
        large = [w for w in self.worlds if len(w[1]) >= 4]
        main, files = rng.choice(large if large and rng.random() < world_share else small)
        texts = sorted(n for n in files if (n.endswith(".toml") and "/" in n) or n == main or len(files) < 4)
        broken = rng.choice(texts)
        _, others = rng.choice(small)
        return main, files, broken, mutate(files[broken], rng.choice(sorted(others.values())), rng)


@define
class Campaign:
    """What a number of mutants came to."""

    tried: int = 0
    told: int = 0
    accepted: int = 0
    played: int = 0
    slowest: float = 0.0
    failures: list[str] = field(factory=list)
    kinds: Counter[str] = field(factory=Counter)

    def add(self, other: "Campaign") -> None:
        """Take in another process's."""
        self.tried += other.tried
        self.told += other.told
        self.accepted += other.accepted
        self.played += other.played
        self.slowest = max(self.slowest, other.slowest)
        self.failures += other.failures
        self.kinds += other.kinds

    def __str__(self) -> str:
        return (
            f"{self.tried} mutants: {self.told} told, {self.accepted} without problems, of which "
            f"{self.played} were played; slowest {self.slowest:.2f} s; {len(self.failures)} failures"
        )


def run(
    numbers: range, folder: Path, world_share: float = 0.02, play_every: int = 10, seconds: float = 1e9
) -> Campaign:
    """
    Load mutants, and play some of those that have no problems.

    Parameters
    ----------
    numbers : range
        Which mutants: each is made from its number alone.
    folder : Path
        Where files are written; those of failures stay there, in ``failed-NUMBER``.
    seconds : float
        No new mutant is begun after this long.
    """
    corpus, done = Corpus.found(), Campaign()
    gc.collect()
    gc.freeze()  # looking through what other tests keep takes seconds: that is not the file's fault
    try:
        _try(corpus, done, numbers, folder, world_share, play_every, time.perf_counter() + seconds)
    finally:
        gc.unfreeze()
    return done


def _try(
    corpus: Corpus, done: Campaign, numbers: range, folder: Path, world_share: float, play_every: int,
    stop: float,
) -> None:  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[int, Path] = {}
    for number in numbers:
        if time.perf_counter() > stop:
            break
        main, files, broken, text = corpus.pick(random.Random(number), world_share)
        place = written.get(id(files))
        if place is None:
            place = written[id(files)] = folder / f"world-{len(written)}"
            _write(place, files)
        (place / broken).write_bytes(text)
        wrong = _load(place / main, done, number % play_every == 0)
        done.tried += 1
        if wrong:
            kept = folder / f"failed-{number}"
            _write(kept, {**files, broken: text})
            done.failures.append(f"{kept / main} ({broken}): {wrong}")
        (place / broken).write_bytes(files[broken])


def _load(file: Path, done: Campaign, play: bool) -> str:
    """What went wrong with one mutant; empty when it was told or played."""
    try:
        started = time.process_time()  # others' load on the machine is not the file's fault
        problems = check(file)
        took = time.process_time() - started
        done.slowest = max(done.slowest, took)
        if took > LIMIT:
            return f"took {took:.1f} s"
        for problem in problems:
            if not str(problem).strip() or not problem.file:
                return f"a problem without words or place: {problem!r}"
            done.kinds[problem.what.split(" ")[0][:20]] += 1
        if problems:
            done.told += 1
            return ""
        done.accepted += 1
        if play:
            _play(file)
            done.played += 1
    except ScenarioProblems:
        return "ScenarioProblems out of check()"
    except Exception:
        return traceback.format_exc(limit=-6)
    return ""


def _play(file: Path) -> None:
    """Two months of two runs, by nobody and by every strategy of the first actor that has one."""
    model = load_model(file)
    try:
        casts = [{}, *({s.actor: id} for id, s in model.scenario.strategy.items())][:2]
        for cast in casts:
            simulation = Simulation(model, Cast((cast,)), 7, np.arange(2))
            simulation.advance(2)
    except NotANumber:
        return  # a run may end so, and says which variable


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
