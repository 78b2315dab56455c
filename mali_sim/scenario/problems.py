"""Problems of content: found all together, each with its place and its mend."""

from collections.abc import Iterable
from difflib import get_close_matches

from attrs import field, frozen


@frozen
class Problem:
    """
    One mistake in a scenario.

    Parameters
    ----------
    path : tuple of str
        Keys from the top: ``("decision", "x", "effects", "0", "amount")``.
    what : str
        What is wrong, in a clause.
    mend : str
        What to do about it.
    file, line : str, int
        Where it stands; filled in by the loader from the path.
    """

    path: tuple[str, ...]
    what: str
    mend: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        path = f"{'.'.join(self.path)}: " if self.path else ""
        mend = f"; {self.mend}" if self.mend else ""
        return f"{place}{path}{self.what}{mend}"


@frozen
class ScenarioProblems(Exception):
    """A scenario that does not load, with every problem found in it."""

    problems: tuple[Problem, ...] = field(converter=tuple)

    def __str__(self) -> str:
        return "\n".join(str(p) for p in self.problems)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that a misspelt one most likely means; None where none is near."""
    near = get_close_matches(word[:80], sorted(set(known)), n=1, cutoff=0.6)
    return near[0] if near else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """
    The mend for a name that does not exist.

    Parameters
    ----------
    otherwise : str
        What to say where no known name is near.
    """
    names = sorted(set(known))
    near = nearest(word, names)
    if near is not None:
        return f"did you mean {near}?"
    if otherwise:
        return otherwise
    if names and len(names) <= 12:
        return f"known here: {', '.join(names)}"
    return ""
