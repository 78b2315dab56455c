"""
What can be wrong with evidence beyond the shape of its tables: names, equations, worlds.

Every problem has its file and line, and says how to mend it. What a scenario's own
problems leave undecided is not looked at.
"""

import copy
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import attrs

from mali_sim.evidence import check_expected
from mali_sim.evidence.classes import Claim, Loop, Push
from mali_sim.evidence.family import Family, Worlds, members
from mali_sim.evidence.load import Evidence, joined, load_evidence
from mali_sim.evidence.push import PushError, check_push
from mali_sim.model import Model, build
from mali_sim.model.typed import Reads, Typed
from mali_sim.scenario import LoadedScenario, Problem, Scenario, ScenarioProblems, did_you_mean, load
from mali_sim.scenario.classes import SINGLE
from mali_sim.scenario.tables import Folder

#: Kinds of tables whose ids stand in equations by themselves.
_VARIABLES = ("stock", "switch", "aux", "constant", "lookup")
_KINDS = tuple(f.name for f in attrs.fields(Scenario) if f.name not in SINGLE)


class EvidenceChecker:
    """
    Checks evidence against the scenarios that it is about.

    Attributes
    ----------
    model : Model
        The scenario that names the files.
    problems : list of Problem
        With paths only; see :meth:`Evidence.locate`.
    """

    def __init__(self, evidence: Evidence, model: Model, worlds: Worlds) -> None:
        self.evidence = evidence
        self.model = model
        self.worlds = worlds
        self.problems: list[Problem] = []

    def check(self) -> tuple[Problem, ...]:
        """All problems of all tables, located."""
        for kind, check_one in CHECKS.items():
            for id, table in self.evidence.of(kind).items():
                check_one(self, id, table)
        found = dict.fromkeys(self.evidence.locate(p) for p in self.problems)
        return tuple(sorted(found, key=lambda p: (p.file, p.line, p.path)))

    # -- words for checks ----------------------------------------------------------------

    def problem(self, path: tuple[str, ...], what: str, mend: str = "") -> None:
        """Note a problem."""
        self.problems.append(Problem(path, what, mend))

    def named(self, path: tuple[str, ...], names: Iterable[str], kind: str, word: str = "") -> None:
        """Ids of another kind of evidence; silent about what is there but damaged."""
        known = self.evidence.of(kind)
        for number, name in enumerate(names):
            damaged = {(kind, name), ("*", "*")} & self.evidence.damaged
            if name not in known and not damaged:
                mend = did_you_mean(name, known, f"declare [{kind}.{name}]")
                self.problem((*path, str(number)), f"there is no {word or kind} {name}", mend)

    def world(self, path: tuple[str, ...], name: str | None) -> Model | None:
        """The model of a world; None and a problem where there is none."""
        if name is None or name == self.model.scenario.scenario.id:
            return self.model
        found = self.worlds.get(name)
        if found is None and name in self.worlds.names():
            self.problem(path, f"the scenario {name} has problems", f"mali-sim check {name}.toml tells them")
        elif found is None:
            self.problem(path, f"there is no scenario {name}", did_you_mean(name, self.worlds.names()))
        return found

    def name(self, path: tuple[str, ...], model: Model, name: str, kinds: tuple[str, ...] = _KINDS) -> None:
        """A name of the model: a variable's, or ``kind.id``; members may follow."""
        kind, _, rest = name.partition(".")
        if kind in kinds and rest:
            tables = getattr(model.scenario, kind)
            if rest.partition(".")[0] not in tables:
                id = rest.partition(".")[0]
                self.problem(path, f"there is no {kind} {id}", did_you_mean(id, tables))
            elif kind == "event" and rest.count(".") and not self._part_of_event(model, rest):
                self.problem(path, f"there is no event {rest}", did_you_mean(rest, self._of_events(model)))
            return
        id = name.partition(".")[0].partition("[")[0].strip()
        if model.variables.kinds.get(id) not in kinds:
            known = [n for n, k in model.variables.kinds.items() if k in kinds]
            known += [f"{k}.{i}" for k in kinds if k not in _VARIABLES for i in getattr(model.scenario, k)]
            self.problem(path, f"there is no {name}", did_you_mean(name, known, "name what the model has"))

    def _part_of_event(self, model: Model, name: str) -> bool:
        return name in self._of_events(model)

    def _of_events(self, model: Model) -> set[str]:
        """Events' members and choices, as they are written after ``event.``."""
        events = {item.id for item, _ in model.happenings.events}
        choices = {f"{id}.{c.id}" for id, e in model.scenario.event.items() for c in e.choices}
        return events | choices | {a.id for a in model.happenings.actions if a.kind == "choice"}

    def equation(self, path: tuple[str, ...], model: Model, text: str) -> Typed:
        """An equation as of an observer, typed in a model; its problems are noted at the path."""
        variables = copy.copy(model.variables)
        variables.trees, variables.problems, variables._told = dict(variables.trees), [], set()
        found = variables.typed(variables.tree(text, path), Reads.OBSERVER, path)
        if found.dims:
            mend = "take sum(), mean(), weighted() or one member"
            variables.problem(path, f"one number is wanted, this is over {found.dims[0]}", mend)
        self.problems += variables.problems
        return found

    def pushes(self, path: tuple[str, ...], model: Model, pushes: Iterable[Push]) -> None:
        """Pushes that a model can be given."""
        for number, one in enumerate(pushes):
            where = (*path, str(number)) if (*path, "0") in self.evidence.places else path
            try:
                check_push(model, one)
            except PushError as error:
                self.problem((*where, error.key) if error.key else where, error.what, error.mend)

    def constants(self, path: tuple[str, ...], model: Model, values: dict[str, Any]) -> None:
        """Constants that can be given other values."""
        for id, value in values.items():
            names = [f"{id}.{member}" for member in value] if isinstance(value, dict) else [id]
            for name in names:
                try:
                    check_push(model, Push(constant=name, to=0.0))  # type: ignore[arg-type]
                except PushError as error:
                    self.problem((*path, id), error.what, error.mend)


def check_claim(checker: EvidenceChecker, id: str, claim: Claim) -> None:
    """A claim: who makes it, where it sits, and a test or the reason why there is none."""
    path = ("claim", id)
    checker.named((*path, "by"), claim.by, "voice")
    sources = checker.model.scenario.source
    if id not in sources:
        mend = did_you_mean(id, sources, f"declare [source.{id}]")
        checker.problem(path, f"there is no source {id} that makes the claim", mend)
    if not claim.by:
        checker.problem(path, "nobody claims it", "name voices in by")
    if claim.left_out is not None:
        for key in ("push", "effect"):
            if getattr(claim, key):
                checker.problem((*path, key), "the claim is left out and has a test", "take one of them out")
    elif not checker.evidence.damaged & {path}:
        _check_test(checker, path, claim)
    model = checker.world((*path, "world"), claim.world)
    if model is None:
        return
    for number, name in enumerate(claim.in_):
        checker.name((*path, "in", str(number)), model, name)
    checker.pushes((*path, "setup"), model, claim.setup)
    checker.pushes((*path, "push"), model, claim.push)
    if claim.effect is not None:
        checker.equation((*path, "effect"), model, claim.effect)
    months = model.scenario.scenario.months
    if claim.within is not None and claim.from_ + claim.within >= months:
        what = f"the window ends in month {claim.from_ + claim.within}, the last of the world is {months - 1}"
        checker.problem((*path, "within"), what, "push earlier, or look for a shorter time")


def _check_test(checker: EvidenceChecker, path: tuple[str, ...], claim: Claim) -> None:
    """What a test needs, where a claim is not left out."""
    missing = [
        key
        for key, value in (
            ("sign", claim.sign), ("push", claim.push), ("effect", claim.effect), ("within", claim.within),
        )
        if value is None or value == ()
    ]  # fmt: skip
    if missing:
        what = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        checker.problem(path, what, "a claim has a test, or left_out says why not")
    if not claim.in_:
        checker.problem(path, "in is missing", "name where the claim sits in the model")
    if claim.after < 0:
        checker.problem((*path, "after"), f"{claim.after} is below 0")
    if claim.within is not None and claim.within < claim.after:
        checker.problem((*path, "within"), f"{claim.within} is before {claim.after}, its after")
    if claim.from_ < 0:
        checker.problem((*path, "from"), f"{claim.from_} is below 0", "0 is the first month")
    if claim.sign == "0" and (claim.band is None or claim.band <= 0):
        checker.problem(path, "no band for a sign of 0", "say how large a difference is none: band above 0")
    if claim.sign in ("+", "-") and claim.band is not None:
        checker.problem((*path, "band"), "a band belongs to a sign of 0", "take it out")


def check_loop(checker: EvidenceChecker, id: str, loop: Loop) -> None:
    """A loop: the claims that it rests on, its way round, and what cuts it."""
    path = ("loop", id)
    checker.named((*path, "claims"), loop.claims, "claim")
    for number, name in enumerate(loop.through):
        checker.name((*path, "through", str(number)), checker.model, name)
    if loop.through and (loop.through[0] != loop.through[-1] or len(loop.through) < 2):
        checker.problem((*path, "through"), "the loop does not close", "end with what it begins with")
    if not loop.through and loop.kind != "outside":
        checker.problem(path, "through is missing", "name the variables along the loop")
    checker.constants((*path, "cut"), checker.model, loop.cut)
    if loop.test is not None and "structure" in checker.evidence.tables:
        checker.named((*path, "test"), (loop.test,), "structure", "structural test")


#: How each kind of table is checked: a function of the checker, the id and the table.
CHECKS: dict[str, Callable[[EvidenceChecker, str, Any], None]] = {
    "claim": check_claim,
    "loop": check_loop,
    **check_expected.CHECKS,
}


def check(path: Path) -> tuple[Problem, ...]:
    """
    All problems of a scenario's files of evidence; none when it names no files.

    A scenario that cannot be read is told by :func:`mali_sim.model.check`, not here.
    """
    try:
        loaded = load(path)
    except ScenarioProblems:
        return ()
    folder = path.resolve().parent
    evidence = load_evidence(loaded, Folder(folder))
    found = list(evidence.problems)
    try:
        model = build(loaded)
    except ScenarioProblems:
        return tuple(found)
    worlds = Worlds(folder, {model.scenario.scenario.id: model})
    found += EvidenceChecker(evidence, model, worlds).check()
    return tuple(sorted(found, key=lambda p: (p.file, p.line, p.path)))


def family_of(path: Path) -> Family:
    """
    A scenario's family, without problems.

    Raises
    ------
    ScenarioProblems
        With every problem of the scenarios and their evidence.
    """
    folder = Folder(path.resolve().parent)
    loaded: list[LoadedScenario] = [load(file) for file in members(path)]
    problems: list[Problem] = []
    models: dict[str, Model] = {}
    for one in loaded:
        try:
            models[one.scenario.scenario.id] = build(one)
        except ScenarioProblems as found:
            problems += found.problems
    worlds = Worlds(folder.folder, models)
    parts = [load_evidence(one, folder) for one in loaded]
    for one, part in zip(loaded, parts, strict=True):
        problems += part.problems
        model = models.get(one.scenario.scenario.id)
        if model is not None:
            problems += EvidenceChecker(part, model, worlds).check()
    if problems:
        raise ScenarioProblems(dict.fromkeys(problems))
    homes: dict[str, str] = {}
    for one, part in zip(loaded, parts, strict=True):
        for file in part.files:
            homes.setdefault(file, one.scenario.scenario.id)
    return Family(models, joined(parts), homes, worlds)
