"""
Findings: what each strategy does to each objective, under which assumptions, and what decides.

Every number rests on pairs of runs on the same luck. Scores are weighted objectives in
spans: 1 is as far as an objective reaches, from 5 to 95 in 100 runs, over all strategies.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from attrs import asdict, field, frozen

from mali_sim import RULES_VERSION, __version__
from mali_sim.engine import TENDENCY, Backend
from mali_sim.experiment.arms import DRAWS, GROUPS, SAMPLE_A, SAMPLE_B, Design, Sample, run_arms
from mali_sim.experiment.batch import Progress
from mali_sim.experiment.sensitivity import Driver, Share, drivers, variance_shares
from mali_sim.experiment.summary import Odds, Span
from mali_sim.experiment.workers import BatchError
from mali_sim.model import Model
from mali_sim.play.weights import Objectives, spans

#: The weighted score, where an objective's id may stand.
SCORE = "score"
#: In so many of 100 pairs a strategy has to be better (or worse) to be called so.
USUALLY = 0.75
#: A comparison turns on a constant if in its lowest third one strategy is clearly ahead and in its
#: highest the other, and the leads (pairs won less pairs lost) lie so far apart.
TURNS = 0.4


@frozen
class Regret:
    """
    How far a strategy stays behind the best one, in spans of the weighted score.

    Parameters
    ----------
    mean, high : float
        Over runs: the mean, and what 95 in 100 stay below.
    best : float
        In how many runs no other strategy has a better score.
    """

    mean: float
    high: float
    best: float


@frozen
class Front:
    """
    Strategies that no other beats on every objective, by their means.

    Parameters
    ----------
    members : tuple of str
    best : dict of str to str
        For each objective the strategy with the best mean.
    """

    members: tuple[str, ...]
    best: Mapping[str, str]


@frozen
class Findings:
    """
    All findings.

    Parameters
    ----------
    profiles : tuple of str
        The first is what the others are compared with.
    columns : tuple of str
        Readings, then ``draws``.
    levels : dict of (profile, column) to dict of outcome to Span
    gaps : dict of (profile, column) to dict of outcome to Span
        Paired differences to the first profile, in the outcome's own direction.
    odds : dict of (profile, column) to dict of objective or ``score`` to Odds
        Against the first profile.
    fronts : dict of column to Front
    regrets : dict of (profile, column) to Regret
    deciding : dict of (profile, objective or ``score``) to tuple of Driver
        Of the difference to the first profile, over the draws.
    resting : dict of (profile, objective or ``score``) to dict of group to Share
        Of the first profile's level, and of the others' differences to it.
    """

    model: Model = field(repr=False)
    objectives: Objectives
    sample: Sample = field(repr=False)
    profiles: tuple[str, ...]
    columns: tuple[str, ...]
    levels: Mapping[tuple[str, str], Mapping[str, Span]]
    gaps: Mapping[tuple[str, str], Mapping[str, Span]]
    odds: Mapping[tuple[str, str], Mapping[str, Odds]]
    fronts: Mapping[str, Front]
    regrets: Mapping[tuple[str, str], Regret]
    deciding: Mapping[tuple[str, str], tuple[Driver, ...]]
    resting: Mapping[tuple[str, str], Mapping[str, Share]]

    @property
    def base(self) -> str:
        """What the others are compared with."""
        return self.profiles[0]

    @property
    def best_at_all(self) -> tuple[str, ...]:
        """Strategies with the best mean on every objective in every column; there should be none."""
        winners = [set(front.best.values()) for front in self.fronts.values()]
        return tuple(p for p in self.profiles if all(found == {p} for found in winners))

    def usual(self, profile: str, key: str) -> str:
        """
        How a strategy compares with the first on an objective, whatever is assumed.

        Returns
        -------
        str
            ``better`` or ``worse`` in every column, ``disputed`` where columns disagree,
            ``leaning_better`` or ``leaning_worse`` where some say so and none the contrary,
            ``unclear`` otherwise.
        """
        found = [self.odds[profile, c][key] for c in self.columns]
        better, worse = (sum(x >= USUALLY for x in xs) for xs in zip(*((o.better, o.worse) for o in found),
                                                                     strict=True))  # fmt: skip
        if better and worse:
            return "disputed"
        for count, word in ((better, "better"), (worse, "worse")):
            if count:
                return word if count == len(found) else f"leaning_{word}"
        return "unclear"

    def turning(self, profile: str) -> list[tuple[str, Driver]]:
        """Objectives with the constants on whose value it depends which strategy does better."""
        return [
            (key, driver)
            for key in (*self.objectives.names, SCORE)
            for driver in self.deciding[profile, key]
            if driver.turns and abs(driver.high.lead - driver.low.lead) >= TURNS
        ]

    def plain(self) -> dict[str, Any]:
        """As the object that ``--json`` prints."""

        def nested(pairs: Mapping[tuple[str, str], Any]) -> dict[str, dict[str, Any]]:
            out: dict[str, dict[str, Any]] = {}
            for (a, b), value in pairs.items():
                out.setdefault(a, {})[b] = (
                    {k: asdict(v) for k, v in value.items()} if isinstance(value, Mapping)
                    else [asdict(v) for v in value] if isinstance(value, tuple)
                    else asdict(value)
                )  # fmt: skip
            return out

        design = self.sample.design
        return {
            "scenario": self.model.scenario.scenario.id,
            "fingerprint": self.model.fingerprint,
            "program": __version__,
            "rules_version": RULES_VERSION,
            "seed": design.seed,
            "runs": self.sample.runs,
            "runs_each": design.runs,
            "seconds": round(self.sample.seconds, 3),
            "plausible": self.sample.plausible,
            "strategies": list(self.profiles),
            "columns": list(self.columns),
            "objectives": dict(zip(self.objectives.names, self.objectives.weights.tolist(), strict=True)),
            "levels": nested(self.levels),
            "gaps": nested(self.gaps),
            "odds": nested(self.odds),
            "fronts": {c: asdict(f) for c, f in self.fronts.items()},
            "best_at_all": list(self.best_at_all),
            "regrets": nested(self.regrets),
            "deciding": nested(self.deciding),
            "resting": nested(self.resting),
        }


def profiles_for(model: Model, seat: str | None = None) -> tuple[str, ...]:
    """
    Strategies to compare: those of one seat, the usual one first.

    Parameters
    ----------
    seat : str, optional
        The first by default. Where it has but one strategy, its tendencies are the other.

    Raises
    ------
    BatchError
    """
    s = model.scenario
    seat = seat or s.scenario.seats[0]
    own = [id for id, strategy in s.strategy.items() if strategy.actor == seat]
    if not own:
        raise BatchError(f"{seat} has no strategy in {s.scenario.id}: there is nothing to compare")
    usual = s.scenario.strategy if s.scenario.strategy in own else own[0]
    rest = [id for id in own if id != usual]
    return (str(usual), *(rest or [TENDENCY]))


def find(
    model: Model, runs: int = 100_000, *, seat: str | None = None, seed: int = 1,
    backend: Backend = Backend.NUMPY, workers: int = 1,
    report: Callable[[Progress], None] | None = None,
) -> Findings:  # fmt: skip
    """
    Run everything and analyse it.

    Parameters
    ----------
    runs : int
        In all, at least; shared out evenly among strategies and arms.
    seat : str, optional
        Whose strategies; the first seat's by default.

    Raises
    ------
    BatchError, AddressError
    """
    profiles = profiles_for(model, seat)
    objectives = Objectives.of(model)
    if not objectives.names:
        raise BatchError("no outcome says which side is better: there is nothing to find out")
    cells = len(profiles) * (len(model.scenario.reading) + 1 + 3 + len(GROUPS))
    design = Design(profiles, max(-(-runs // cells), 2), seed, backend, workers)
    return analyse(model, objectives, run_arms(model, design, report))


def analyse(model: Model, objectives: Objectives, sample: Sample) -> Findings:
    """Findings from the outcomes of an experiment."""
    return _Analysis(model, objectives, sample).findings()


class _Analysis:
    """Turns outcomes into findings."""

    def __init__(self, model: Model, objectives: Objectives, sample: Sample) -> None:
        self.model, self.objectives, self.sample = model, objectives, sample
        self.profiles = sample.design.profiles
        self.columns = tuple(a.name for a in sample.arms if a.samples is None)
        self.keys = (*objectives.names, SCORE)
        pooled = [objectives.turned(sample.outcomes[p, c]) for p in self.profiles for c in self.columns]
        self._spans = spans(np.concatenate(pooled, axis=1))

    def findings(self) -> Findings:
        """All of them."""
        names = list(self.model.scenario.outcome)
        base = self.profiles[0]
        levels, gaps, odds, regrets = {}, {}, {}, {}
        for column in self.columns:
            values = {p: self._values(p, column) for p in self.profiles}
            for profile in self.profiles:
                outcomes = self.sample.outcomes[profile, column]
                levels[profile, column] = {n: Span.of(outcomes[k]) for k, n in enumerate(names)}
                regrets[profile, column] = self._regret(profile, values)
                if profile != base:
                    apart = outcomes - self.sample.outcomes[base, column]
                    gaps[profile, column] = {n: Span.of(apart[k]) for k, n in enumerate(names)}
                    gap = values[profile] - values[base]
                    odds[profile, column] = {k: Odds.of(gap[n]) for n, k in enumerate(self.keys)}
        return Findings(
            self.model, self.objectives, self.sample, self.profiles, self.columns, levels, gaps, odds,
            {c: self._front(c) for c in self.columns}, regrets, self._deciding(), self._resting(),
        )  # fmt: skip

    def _values(self, profile: str, arm: str) -> np.ndarray:
        """Objectives turned so that more is better, then the score; shape (keys, runs)."""
        turned = self.objectives.turned(self.sample.outcomes[profile, arm])
        weights = self.objectives.weights / self._spans
        score = sum(w * row for w, row in zip(weights, turned, strict=True))
        return np.concatenate([turned, np.asarray(score).reshape(1, -1)])

    def _regret(self, profile: str, values: Mapping[str, np.ndarray]) -> Regret:
        best = np.max([v[-1] for v in values.values()], axis=0)
        behind = best - values[profile][-1]
        return Regret(float(behind.mean()), float(np.quantile(behind, 0.95)), float((behind <= 0).mean()))

    def _front(self, column: str) -> Front:
        means = {p: self._values(p, column)[:-1].mean(axis=1) for p in self.profiles}
        members = tuple(
            p
            for p in self.profiles
            if not any((means[q] >= means[p]).all() and (means[q] > means[p]).any() for q in self.profiles)
        )
        best = {
            name: max(self.profiles, key=lambda p, n=n: means[p][n])
            for n, name in enumerate(self.objectives.names)
        }
        return Front(members, best)

    def _deciding(self) -> dict[tuple[str, str], tuple[Driver, ...]]:
        base = self._values(self.profiles[0], DRAWS)
        made = {}
        for profile in self.profiles[1:]:
            gap = self._values(profile, DRAWS) - base
            for n, key in enumerate(self.keys):
                made[profile, key] = drivers(self.sample.constants, self.sample.places, gap[n])
        return made

    def _resting(self) -> dict[tuple[str, str], dict[str, Share]]:
        arms = (SAMPLE_A, SAMPLE_B, *GROUPS)
        base = {arm: self._values(self.profiles[0], arm) for arm in arms}
        made = {}
        for profile in self.profiles:
            found = base
            if profile != self.profiles[0]:
                found = {arm: self._values(profile, arm) - base[arm] for arm in arms}
            for n, key in enumerate(self.keys):
                swapped = {g: found[g][n] for g in GROUPS}
                made[profile, key] = variance_shares(found[SAMPLE_A][n], found[SAMPLE_B][n], swapped)
        return made
