"""
One test a claim: push the cause in one of two futures of the same luck, look at the effect.

The tests of a world share one variant of it, in which all their effects are observed and
all events that they push can be forced, and share what comes before the pushes. Every
actor follows its tendencies.
"""

from collections.abc import Iterable

import numpy as np
from attrs import frozen

from mali_sim.engine import TENDENCY, Backend, NotANumber
from mali_sim.evidence.classes import Claim
from mali_sim.evidence.family import Family
from mali_sim.evidence.push import Pair, Pairs, Request, prepared

RUNS = 200
#: Differences smaller than this share of what they are held against are none.
_TINY = 1e-6
#: How many standard errors a difference must be from 0.
_CLEAR = 2.0
#: In which share of runs a push must move its cause.
_MOVED = 0.5


@frozen
class Tested:
    """
    What came of a claim's test.

    Parameters
    ----------
    id : str
    result : str or None
        ``pass`` or ``fail``; None where the claim is left out.
    difference : float
        Of the effect, with the push less without, mean over the runs.
    error : float
        That mean's standard error over the pairs.
    baseline : float
        The effect without the push.
    moved : float
        In which share of runs the push moved its cause.
    runs : int
    unit : str
        Of the effect.
    why : str
        A sentence.
    """

    id: str
    result: str | None
    difference: float = 0.0
    error: float = 0.0
    baseline: float = 0.0
    moved: float = 0.0
    runs: int = 0
    unit: str = ""
    why: str = ""


class ClaimTests:
    """
    The tests of some scenarios' claims.

    Parameters
    ----------
    family : Family
    runs, seed : int
        How many pairs, and their luck.
    """

    def __init__(
        self, family: Family, runs: int = RUNS, seed: int = 1, backend: Backend = Backend.NUMPY
    ) -> None:
        self.family = family
        self.claims = family.evidence.claims
        self.runs, self.seed, self.backend = runs, seed, backend
        self._pairs: dict[str, Pairs] = {}
        self._tested: dict[str, Tested] = {}

    def test(self, id: str) -> Tested:
        """Test one claim; a test that was made is not made again."""
        return self.all([id])[id]

    def all(self, ids: Iterable[str] | None = None) -> dict[str, Tested]:
        """Tests of some claims, or of all, by id; those of one world beside each other."""
        wanted = list(self.claims if ids is None else ids)
        waiting: dict[str, list[str]] = {}
        for id in wanted:
            reason = self.claims[id].left_out
            if reason is not None:
                self._tested[id] = Tested(id, None, why=reason.en)
            elif id not in self._tested:
                waiting.setdefault(self.family.world_of("claim", id), []).append(id)
        for world, those in waiting.items():
            pairs = self._of(world)
            found = pairs.run_all([_request(self.claims[id]) for id in those])
            for id, pair in zip(those, found, strict=True):
                self._tested[id] = self._judged(id, pair, pairs)
        return {id: self._tested[id] for id in wanted}

    def _judged(self, id: str, pair: Pair | NotANumber, pairs: Pairs) -> Tested:
        claim = self.claims[id]
        if isinstance(pair, NotANumber):
            return Tested(id, "fail", runs=self.runs, why=f"the push breaks the model: {pair}")
        return judge(id, claim, pair, pairs.unit(claim.effect or ""))

    def _of(self, world: str) -> Pairs:
        """Pairs on the variant that serves all tests in one world."""
        if world not in self._pairs:
            tested = [id for id, c in self.claims.items() if c.left_out is None]
            claims = [self.claims[id] for id in tested if self.family.world_of("claim", id) == world]
            pushes = [p for c in claims for p in (*c.push, *c.setup)]
            made = prepared(self.family.model(world), [c.effect or "" for c in claims], pushes)
            # A strategy answers with its own rules only; what an actor tends to answer is the claim.
            self._pairs[world] = Pairs(made, self.runs, self.seed, TENDENCY, backend=self.backend)
        return self._pairs[world]


def _request(claim: Claim) -> Request:
    effects = [claim.effect or ""]
    return Request(claim.setup, claim.push, claim.hold, claim.from_, (claim.within or 0) + 1, effects)


def judge(id: str, claim: Claim, pair: Pair, unit: str = "") -> Tested:
    """Hold a pair against a claim."""
    window = slice(claim.after, (claim.within or 0) + 1)
    arms = [taken(arm[0][window], claim.take) for arm in (pair.with_, pair.without)]
    paired = arms[0] - arms[1]
    difference, baseline = float(paired.mean()), float(arms[1].mean())
    error = float(paired.std(ddof=1)) / len(paired) ** 0.5 if len(paired) > 1 else 0.0
    moved = min(pair.moved, default=0.0)
    failed = _failure(claim, difference, error, baseline, moved)
    result = "fail" if failed else "pass"
    measured = (
        f"{claim.take} of {claim.effect} over months {claim.after} to {claim.within} after the push: "
        f"{_number(baseline)} without it, {_number(baseline + difference)} with it, "
        f"a difference of {_number(difference, True)} (± {_number(error)})"
    )
    why = f"{failed}; {measured}" if failed else measured
    return Tested(id, result, difference, error, baseline, moved, len(paired), unit, why)


def _failure(claim: Claim, difference: float, error: float, baseline: float, moved: float) -> str:
    """Why a test fails; empty where it passes."""
    if moved < _MOVED:
        cause = ", ".join(p.name for p in claim.push)
        return (
            f"the push moved its cause ({cause}) in {100 * moved:.0f} % of the runs only: "
            "prepare it in setup, or push in another month"
        )
    if claim.sign == "0":
        band = claim.band or 0.0
        return "" if abs(difference) <= band else f"the difference is beyond the band of {_number(band)}"
    least = max(_CLEAR * error, _TINY * abs(baseline), _TINY * _TINY)
    if abs(difference) <= least:
        return "there is no clear difference"
    if (difference > 0) != (claim.sign == "+"):
        return f"the difference goes the other way than {claim.sign}"
    return ""


def taken(values: np.ndarray, take: str) -> np.ndarray:
    """
    One number a run, of a window's months.

    Parameters
    ----------
    values : ndarray, shape (months, runs)
    take : str
        ``mean``, ``sum``, ``last``, ``max`` or ``min``.
    """
    match take:
        case "sum":
            return values.sum(axis=0)
        case "last":
            return values[-1]
        case "max":
            return values.max(axis=0)
        case "min":
            return values.min(axis=0)
    return values.mean(axis=0)


def _number(value: float, signed: bool = False) -> str:
    return f"{value:+.4g}" if signed else f"{value:.4g}"
