"""
Is the model true enough? The past replayed, its structure tested, its loops knocked out.

Nothing is hidden: each target stands beside the null replay, with and without the shock
that it may rest on, over luck and over the priors; what the model refuses of the record is
told; what was fitted is kept apart from what was held out.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
from attrs import field, frozen

from mali_sim.engine import Backend
from mali_sim.evidence.check import family_of
from mali_sim.evidence.expected import Input, Replay, Target
from mali_sim.evidence.family import Family
from mali_sim.evidence.knockout import Matrix, knock_out
from mali_sim.evidence.measures import over_months, series_in
from mali_sim.evidence.nullreplay import null_model
from mali_sim.evidence.replay import Played, Refusal, controllers, play, script, unlisted_events
from mali_sim.evidence.structure import Found, StructureTests, Tested
from mali_sim.evidence.targets import Estimate, Judged, judge
from mali_sim.model import Model
from mali_sim.play.address import draws_of

#: Of every loop that is cut: runs of each replay, pairs of each structural test.
CUT_RUNS, CUT_PAIRS = 200, 50
#: The kinds of replay in which a target is looked at.
MODEL, NULL, DRAWN, WITHOUT = "model", "null", "drawn", "without"


class NothingToValidate(ValueError):
    """A scenario whose files of evidence have neither targets nor structural tests."""

    for_user = True


@frozen
class Report:
    """
    All that was found.

    Parameters
    ----------
    scenario : str
    worlds : dict of str to str
        Fingerprint of each scenario that was run.
    runs, seed : int
    targets : tuple of Judged
    structure : tuple of Tested
    refused : dict of str to tuple of Refusal
        By replay in which everybody follows the record: what the model did not carry out of it.
    diverged : dict of str to tuple of Refusal
        By replay in which some act by themselves: what of the record no longer fitted then.
    unlisted : tuple of str
        Dated events that no input names.
    matrix : Matrix or None
    untested : tuple of str
        Tests about loops, where no loop was cut.
    """

    scenario: str
    worlds: Mapping[str, str]
    runs: int
    seed: int
    targets: tuple[Judged, ...]
    structure: tuple[Tested, ...]
    refused: Mapping[str, tuple[Refusal, ...]]
    diverged: Mapping[str, tuple[Refusal, ...]] = field(factory=dict)
    unlisted: tuple[str, ...] = ()
    matrix: Matrix | None = None
    untested: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was refused or unlisted, and every target and test holds."""
        return (
            not any(self.refused.values())
            and not self.unlisted
            and all(t.ok() for t in self.targets)
            and all(t.ok for t in self.structure)
        )


@frozen
class _World:
    """The scenario in which the past is replayed, and its null models by replay."""

    model: Model
    null: Mapping[str, Model] = field(factory=dict)


class Validation:
    """
    Everything that a scenario's evidence asks, ready to be run with any seed.

    Parameters
    ----------
    family : Family
        The scenario and those that share its evidence.
    runs : int
        Of each replay.
    pairs : int
        Of each structural test's arms.
    only : collection of str
        Targets and structural tests to look at; all where it names none.
    """

    def __init__(
        self, family: Family, runs: int = 500, pairs: int = 100, backend: Backend = Backend.NUMPY,
        only: Collection[str] = (),
    ) -> None:  # fmt: skip
        self.family = family
        self.runs = runs
        self.backend = backend
        evidence = family.evidence
        self.inputs: Mapping[str, Input] = evidence.of("input")
        self.replays: Mapping[str, Replay] = evidence.of("replay")
        self.every_target: Mapping[str, Target] = evidence.of("target")
        self.targets = {id: t for id, t in self.every_target.items() if not only or id in only}
        self.structure = StructureTests(family, pairs, backend)
        self.tests = {id: t for id, t in self.structure.tests.items() if not only or id in only}
        if not self.every_target and not self.structure.tests:
            id = next(iter(family.models))
            raise NothingToValidate(
                f"{id} names no file of evidence with targets or structural tests; "
                "see evidence in docs/authoring.md"
            )
        self.world = self._world()
        parts = [p for t in self.every_target.values() for p in t.parts]
        read = {name for p in parts for name in series_in(over_months(p.measure))}
        self.observers = sorted(name.partition(".")[2] for name in read)

    @classmethod
    def of(cls, path: Path, **options: int | Backend) -> "Validation":
        """
        Of a scenario's file.

        Raises
        ------
        ScenarioProblems, NothingToValidate
        """
        return cls(family_of(path), **options)  # type: ignore[arg-type]

    def _world(self) -> _World | None:
        if not self.every_target:
            return None
        model = self.family.model(self.family.world_of("target", next(iter(self.every_target))))
        made = {live: null_model(model, live) for live in {r.live for r in self.replays.values()}}
        return _World(model, {id: made[replay.live] for id, replay in self.replays.items()})

    def report(self, seed: int = 1, matrix: bool = False) -> Report:
        """Run everything once."""
        refused: dict[str, tuple[Refusal, ...]] = {}
        judged = self.judged(seed, refused)
        structure = self.structure.run_all(seed, only=self.tests)
        made = self.matrix(seed) if matrix else None
        if made is not None:
            structure |= {id: _loops_tested(id, self, made) for id in self.about_loops}
        order = [id for id in self.tests if id in structure]
        worlds = {m.scenario.scenario.id: m.fingerprint for m in self._models()}
        unlisted = unlisted_events(self.world.model, self.inputs) if self.world and self.targets else ()
        partly = {id for id, replay in self.replays.items() if replay.actors}
        diverged = {id: found for id, found in refused.items() if id in partly}
        refused = {id: found for id, found in refused.items() if id not in partly}
        return Report(
            next(iter(self.family.models)), worlds, self.runs, seed, judged,
            tuple(structure[id] for id in order), refused, diverged, tuple(unlisted), made,
            self.about_loops if made is None else (),
        )  # fmt: skip

    @property
    def fitted(self) -> tuple[str, ...]:
        """Targets that were fitted on (F)."""
        return tuple(id for id, t in self.every_target.items() if t.use == "F")

    @property
    def about_loops(self) -> tuple[str, ...]:
        """Tests that say nothing unless every loop is cut."""
        return tuple(id for id, test in self.tests.items() if test.kind == "loops")

    def _models(self) -> list[Model]:
        names = {self.family.world_of("structure", id) for id in self.tests}
        found = [self.family.model(name) for name in sorted(names)]
        world = self.world.model if self.world and self.targets else None
        return found if world is None or world in found else [world, *found]

    # -- replays -------------------------------------------------------------------------

    def judged(self, seed: int, refused: dict[str, tuple[Refusal, ...]] | None = None) -> tuple[Judged, ...]:
        """All targets in all kinds of replay; what the model's own refuse goes into ``refused``."""
        if self.world is None:
            return ()
        model = self.world.model
        draws = draws_of(model, self.runs)
        numbers = np.arange(self.runs)
        base = model.parameters.balanced()
        drawn = model.parameters.drawn(base, draws.design, draws.size, numbers) if draws else base
        made: dict[tuple[str, str, tuple[str, ...]], Played] = {}
        for target in self.targets.values():
            key = target.replay
            for column, names in ((MODEL, ()), (NULL, ()), (DRAWN, ()), (WITHOUT, target.without)):
                if (key, column, names) in made or (column == WITHOUT and not names):
                    continue
                made[key, column, names] = self._played(
                    key, column, names, seed, drawn if column == DRAWN else None
                )
        if refused is not None:
            refused |= {key: made[key, MODEL, ()].refused for key, column, _ in made if column == MODEL}
        return tuple(self._judged(id, target, made) for id, target in self.targets.items())

    def _judged(
        self, id: str, target: Target, made: Mapping[tuple[str, str, tuple[str, ...]], Played]
    ) -> Judged:
        columns: dict[str, tuple[Estimate, ...]] = {
            column: judge(target, made[target.replay, column, ()]) for column in (MODEL, NULL, DRAWN)
        }
        if target.without:
            columns[WITHOUT] = judge(target, made[target.replay, WITHOUT, target.without])
        return Judged(id, target, columns)

    def _played(
        self, replay: str, column: str, without: tuple[str, ...], seed: int,
        parameters: np.ndarray | None = None,
    ) -> Played:  # fmt: skip
        if self.world is None:
            raise RuntimeError("there is nothing to replay")
        how = self.replays[replay]
        model = self.world.model
        return play(
            self.world.null[replay] if column == NULL else model, script(model, self.inputs, how),
            controllers(model, how, silent=column == NULL), np.arange(self.runs), seed, parameters,
            self.backend, self.observers, without,
        )  # fmt: skip

    def once(self, replay: str, seed: int) -> Played:
        """One replay of the model as it stands."""
        return self._played(replay, MODEL, (), seed)

    def played(self, replay: str, seed: int, parameters: np.ndarray, runs: np.ndarray) -> Played:
        """One replay of the model with parameters of each run's own."""
        if self.world is None:
            raise RuntimeError("there is nothing to replay")
        how, model = self.replays[replay], self.world.model
        return play(
            model, script(model, self.inputs, how), controllers(model, how), runs, seed, parameters,
            self.backend, self.observers,
        )  # fmt: skip

    # -- knock-outs ----------------------------------------------------------------------

    def matrix(self, seed: int = 1) -> Matrix:
        """Every loop cut, and what then holds; with fewer runs, for there are many loops."""
        return knock_out(self.family.evidence.loops, lambda cut: self.held(seed, cut))

    def held(self, seed: int, changes: Mapping[str, object]) -> dict[str, bool]:
        """Which targets and structural tests hold with some constants changed."""
        held: dict[str, bool] = {}
        if self.world is not None:
            model = self.world.model
            known = {k: v for k, v in changes.items() if k in model.parameters.items}
            parameters = model.parameters.changed(model.parameters.balanced(), known, model.sets)
            luck = np.arange(min(self.runs, CUT_RUNS))
            made: dict[str, Played] = {}
            for id, target in self.targets.items():
                if target.replay not in made:
                    made[target.replay] = self.played(target.replay, seed, parameters, luck)
                held[id] = all(e.ok for e in judge(target, made[target.replay]))
        pairs = min(self.structure.runs, CUT_PAIRS)
        # A test about loops rests on the loops' own tests, asked for or not.
        loops = self.family.evidence.loops.values() if self.about_loops else ()
        only = {*self.tests, *(loop.test for loop in loops if loop.test is not None)}
        tested = self.structure.run_all(seed, changes, pairs, only)
        return held | {id: t.ok for id, t in tested.items()}


def _loops_tested(id: str, validation: Validation, matrix: Matrix) -> Tested:
    """The structural test of the loops: each fails its own test when it is cut."""
    test = validation.structure.tests[id]
    found = tuple(
        Found(validation.family.evidence.loops[loop].label, float(bool(matrix.works(loop))), 0.0,
              bool(matrix.works(loop)))
        for loop in matrix.own
    )  # fmt: skip
    idle = f"still hold without their loop: {', '.join(matrix.idle)}" if matrix.idle else ""
    return Tested(id, test, found, idle)


def seeds_of(text: str, count: int) -> list[int]:
    """
    Seeds that a text gives, so that nobody chose them: a commit's hash for one.

    Returns
    -------
    list of int
        Each below 2^63.
    """
    return [
        int.from_bytes(hashlib.sha256(f"{text}|{n}".encode()).digest()[:8], "little") >> 1
        for n in range(count)
    ]


@frozen
class Often:
    """
    How often something holds over several seeds.

    Parameters
    ----------
    held : dict of str to int
        By target and structural test.
    values : dict of str to tuple of float
        The first number of each target, by seed.
    """

    seeds: tuple[int, ...]
    held: Mapping[str, int]
    values: Mapping[str, tuple[float, ...]]


def over_seeds(validation: Validation, seeds: Sequence[int]) -> Often:
    """Targets and structural tests again with other luck."""
    held: dict[str, int] = {}
    values: dict[str, list[float]] = {}
    for seed in seeds:
        played: dict[str, Played] = {}
        for id, target in validation.targets.items():
            if target.replay not in played:
                played[target.replay] = validation.once(target.replay, seed)
            estimates = judge(target, played[target.replay])
            held[id] = held.get(id, 0) + all(e.ok for e in estimates)
            values.setdefault(id, []).append(estimates[0].value)
        for id, tested in validation.structure.run_all(seed, only=validation.tests).items():
            held[id] = held.get(id, 0) + tested.ok
    return Often(tuple(seeds), held, {id: tuple(v) for id, v in values.items()})
