"""
Structural tests: how the model must behave when it is pushed hard, whatever its numbers.

A test's arms are paired futures on the same luck, its checks are measures over their
months (Barlas 1996; Sterman 2000). Two things are no pairs: that no way to play is best in
everything, and that each stock's change is the sum of its postings.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

import numpy as np
from attrs import field, frozen

from mali_sim.engine import HUMAN, TENDENCY, Backend, Cast, Simulation, run_once
from mali_sim.evidence.expected import BASE, NOBODY, Arm, Check, Structure
from mali_sim.evidence.family import Family
from mali_sim.evidence.measures import Calendar, MeasureError, Measuring, over_months, series_in
from mali_sim.evidence.nullreplay import no_hazards
from mali_sim.evidence.push import Pairs, prepared
from mali_sim.evidence.variants import variant
from mali_sim.model import Model
from mali_sim.play import Game, controllers
from mali_sim.scenario import Text

#: Differences below this part of what is compared are rounding, not behaviour.
TINY = 1e-6
#: Standard errors that make a mean difference clear.
CLEAR = 2.0
#: Columns of a trade-off that are stepped together.
COLUMNS = 2_000


@frozen
class Found:
    """
    What one check came to.

    Parameters
    ----------
    value : float
        The runs' mean; of what holds or not, the share in which it does.
    error : float
        Standard error of the mean.
    """

    says: Text
    value: float
    error: float
    ok: bool


@frozen
class Tested:
    """A structural test and what its checks came to."""

    id: str
    test: Structure
    found: tuple[Found, ...]
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Whether every check came out as expected; a test without any did not."""
        return bool(self.found) and all(f.ok for f in self.found)


class StructureTests:
    """
    The structural tests of a family of scenarios, each in the world that it fits.

    Parameters
    ----------
    runs : int
        Pairs of each arm; of a trade-off, where ways to play are many, a fifth.
    """

    def __init__(self, family: Family, runs: int = 100, backend: Backend = Backend.NUMPY) -> None:
        self.family = family
        self.tests: Mapping[str, Structure] = family.evidence.of("structure")
        self.runs = runs
        self.backend = backend
        self._prepared: dict[tuple[str, bool], Model] = {}

    def model(self, id: str) -> Model:
        """The model that a test runs on, observing whatever tests of its world look at; made once."""
        world, quiet = self.family.world_of("structure", id), self.tests[id].quiet
        if (world, quiet) not in self._prepared:
            own = [
                t for other, t in self.tests.items()
                if self.family.world_of("structure", other) == world and t.quiet == quiet
            ]  # fmt: skip
            model = self.family.model(world)
            if quiet:
                model = variant(model.loaded, overrides={"event": no_hazards(model)})
            effects = [text for t in own for text in _effects(t).values()]
            pushes = [p for t in own for arm in t.arms.values() for p in (*arm.setup, *arm.push)]
            self._prepared[world, quiet] = prepared(model, effects, pushes)
        return self._prepared[world, quiet]

    def run(
        self, id: str, seed: int = 1, changes: Mapping[str, object] | None = None, runs: int | None = None
    ) -> Tested:
        """
        One test.

        Parameters
        ----------
        changes : dict, optional
            Constants with other values, where the world has them: a loop that is cut.
        runs : int, optional
            Pairs, where it is not the usual number.

        Raises
        ------
        MeasureError, PushError
        """
        test = self.tests[id]
        model = self.model(id)
        known = {k: v for k, v in (changes or {}).items() if k in model.parameters.items}
        parameters = model.parameters.changed(model.parameters.balanced(), known, model.sets)
        runs = runs or self.runs
        if test.kind == "trade_off":
            return self._trade_off(id, test, model, parameters, seed, max(runs // 5, 10))
        found = self._arms(test, model, parameters, seed, runs)
        if test.ledger and not changes:  # postings close whatever the constants
            found.append(_ledger(test, model, seed))
        return Tested(id, test, tuple(found))

    def run_all(
        self, seed: int = 1, changes: Mapping[str, object] | None = None, runs: int | None = None,
        only: Collection[str] | None = None,
    ) -> dict[str, Tested]:  # fmt: skip
        """All tests, or some, but never those about loops."""
        return {
            id: self.run(id, seed, changes, runs)
            for id, t in self.tests.items()
            if t.kind != "loops" and (only is None or id in only)
        }

    def _arms(
        self, test: Structure, model: Model, parameters: np.ndarray, seed: int, runs: int
    ) -> list[Found]:
        pairs = Pairs(model, runs, seed, profile_of(test, model), parameters, self.backend)
        names = _effects(test)
        series: dict[str, np.ndarray] = {}
        for arm, how in (test.arms or {BASE: Arm()}).items():
            pair = pairs.run(how.setup, how.push, how.hold, test.from_, test.months, list(names.values()))
            for row, name in enumerate(names):
                series[f"{arm}.{name}"] = pair.with_[row]
                series[f"{arm}.{BASE}.{name}"] = pair.without[row]
                if len(test.arms) == 1:
                    series[f"{BASE}.{name}"] = pair.without[row]
        measuring = Measuring(_calendar(model, test), series)
        return [_judged(check, measuring, series, runs) for check in test.checks]

    # -- no free lunch -------------------------------------------------------------------

    def _trade_off(
        self, id: str, test: Structure, model: Model, parameters: np.ndarray, seed: int, runs: int
    ) -> Tested:
        """Whether no way to play is best in everything, and several are best in something."""
        options = _options(test, model)
        outcomes = np.array([
            row
            for first in range(0, len(options), max(COLUMNS // runs, 1))
            for row in self._outcomes(
                model, options[first : first + max(COLUMNS // runs, 1)], parameters, seed, runs, test
            )
        ])  # fmt: skip
        goals = {n: o for n, o in model.scenario.outcome.items() if o.better != "none"}
        if any(o.weight for o in goals.values()):
            goals = {n: o for n, o in goals.items() if o.weight}
        at = [list(model.scenario.outcome).index(n) for n in goals]
        signs = np.array([1.0 if o.better == "higher" else -1.0 for o in goals.values()])
        scores = outcomes[:, at] * signs
        best = scores >= scores.max(axis=0) - TINY * np.abs(scores).max(axis=0)
        front = [n for n, row in enumerate(scores) if not _dominated(row, scores)]
        everywhere = [options[n].name for n in range(len(options)) if best[n].all()]
        leaders = {g: options[int(scores[:, k].argmax())].name for k, g in enumerate(goals)}
        detail = (
            f"{len(options)} ways to play, {len(front)} of them not beaten in everything; best: "
            + ", ".join(f"{goal}: {name}" for goal, name in leaders.items())
        )
        if everywhere:
            detail += f"; best in everything: {', '.join(everywhere)}"
        found = (Found(test.expected, float(len(front)), 0.0, not everywhere and len(front) > 1),)
        return Tested(id, test, found, detail)

    def _outcomes(
        self, model: Model, options: Sequence["_Option"], parameters: np.ndarray, seed: int, runs: int,
        test: Structure,
    ) -> np.ndarray:  # fmt: skip
        """
        Mean outcomes of some ways to play, all on the same luck.

        Returns
        -------
        ndarray, shape (options, outcomes)
        """
        controllers = tuple(o.controllers for o in options for _ in range(runs))
        numbers = np.tile(np.arange(runs, dtype=np.uint64), len(options))
        sim = Simulation(model, Cast(controllers), seed, numbers, parameters, self.backend)
        inputs = np.zeros((sim.actions, len(numbers)))
        for n, option in enumerate(options):
            for action in option.do:
                inputs[model.action_rows[action], n * runs : (n + 1) * runs] = 1.0
        months = min(test.from_ + test.months, model.scenario.scenario.months)
        for _ in range(months):
            sim.step(inputs)
        sim.check()
        final = run_once(sim.programs.ending, sim.const, sim.state, runs=len(numbers), month=months)
        count = len(model.scenario.outcome)
        return final[:count].reshape(count, len(options), runs).mean(axis=2).T


def profile_of(test: Structure, model: Model) -> str:
    """Who plays in a test, as an address writes it: tendencies where it names nobody."""
    if test.profile == NOBODY:
        return "+".join(f"{actor}={HUMAN}" for actor in model.scenario.actor)
    return test.profile or TENDENCY


@frozen
class _Option:
    """One way to play: who plays whom, and what is submitted every month."""

    name: str
    controllers: Mapping[str, str] = field(eq=False)
    do: tuple[str, ...] = ()


def _options(test: Structure, model: Model) -> list[_Option]:
    """Every strategy of the first seat; each package, all pairs of them, all together; nothing."""
    seat = model.scenario.scenario.seats[0]
    others = controllers(model, profile_of(test, model))
    options = [
        _Option(id, {**others, seat: id})
        for id, strategy in model.scenario.strategy.items()
        if strategy.actor == seat
    ]
    packages = test.packages
    chosen: list[tuple[str, ...]] = [(), *((name,) for name in packages), *combinations(packages, 2)]
    if len(packages) > 2:
        chosen.append(tuple(packages))
    for names in chosen:
        do = tuple(dict.fromkeys(id for name in names for id in packages[name]))
        played = {seat, *(model.action(id).actor for id in do)}
        label = " + ".join(names) if len(names) < 3 else "all of them"
        options.append(_Option(label or "nothing", {**others, **dict.fromkeys(played, HUMAN)}, do))
    return options


def _dominated(row: np.ndarray, scores: np.ndarray) -> bool:
    """Whether another way is at least as good in everything and better in something."""
    return bool(((scores >= row).all(axis=1) & (scores > row).any(axis=1)).any())


# -- the ledger --------------------------------------------------------------------------


def _ledger(test: Structure, model: Model, seed: int) -> Found:
    """The largest gap between a stock's change and the sum of its postings, over some months."""
    game = Game.new(model, (), seed=seed, profile=profile_of(test, model))
    worst = 0.0
    for month in range(min(test.ledger, game.months)):
        game.advance()
        worst = max(worst, _gap(game, month))
    return Found(test.expected, worst, 0.0, worst < TINY)


def _gap(game: Game, month: int) -> float:
    trace = game.trace(month)
    worst = 0.0
    for id in game.model.scenario.stock:
        block = game.model.layout.blocks[f"stock:{id}"]
        opening = np.array(trace.opening[block.offset : block.offset + block.rows])
        closing = np.array(trace.closing[block.offset : block.offset + block.rows])
        total = opening.copy()
        for posting in trace.programs.postings:
            if posting.stock == id:
                values = trace.watched(posting.watched)
                for row, inner in posting.rows:
                    total[row] += posting.sign * values[inner]
        scale = np.maximum(np.abs(opening), np.abs(closing)) + 1.0
        worst = max(worst, float((np.abs(total - closing) / scale).max()))
    return worst


# -- checks ------------------------------------------------------------------------------


def _effects(test: Structure) -> dict[str, str]:
    """What a test observes: its series, and observers that its measures name themselves."""
    named: dict[str, str] = dict(test.series)
    for check in test.checks:
        for name in _series(check.measure):
            last = name.split(".", 2 if name.split(".")[1:2] == [BASE] else 1)[-1]
            if last.startswith("obs."):
                named.setdefault(last, last)
    return named


def _series(measure: str) -> set[str]:
    try:
        return series_in(over_months(measure))
    except MeasureError:
        return set()


def _calendar(model: Model, test: Structure) -> Calendar:
    start = model.scenario.scenario.start
    months = int(start[:4]) * 12 + int(start[5:]) - 1 + test.from_
    return Calendar(f"{months // 12:04d}-{months % 12 + 1:02d}", test.months)


def _judged(check: Check, measuring: Measuring, series: Mapping[str, np.ndarray], runs: int) -> Found:
    values = np.broadcast_to(measuring(check.measure), (runs,))
    if check.sign == "true":
        share = float(np.mean(values > 0))
        return Found(check.says, share, 0.0, share >= 1.0 - check.band)
    mean, error = float(values.mean()), float(values.std() / np.sqrt(runs))
    scale = max((float(np.abs(series[n]).mean()) for n in _series(check.measure) if n in series), default=0.0)
    least = max(CLEAR * error, TINY * scale, check.band)
    ok = {
        "+": mean > least, "-": mean < -least, "0": abs(mean) <= check.band,
        "not+": mean <= least, "not-": mean >= -least,
    }[check.sign]  # fmt: skip
    return Found(check.says, mean, error, bool(ok))
