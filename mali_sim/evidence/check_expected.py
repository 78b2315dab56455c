"""What can be wrong with inputs, replays, targets and structural tests, beyond their shape."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mali_sim.evidence.expected import BASE, NOBODY, Input, Replay, Structure, Target
from mali_sim.evidence.measures import MeasureError, over_months, series_in
from mali_sim.evidence.nullreplay import problems_of_live
from mali_sim.evidence.replay import problems_of_input
from mali_sim.evidence.targets import problems_of_target
from mali_sim.model import Model
from mali_sim.play.address import AddressError, controllers
from mali_sim.scenario import Problem, did_you_mean

if TYPE_CHECKING:
    from mali_sim.evidence.check import EvidenceChecker


def check_input(checker: "EvidenceChecker", id: str, one: Input) -> None:
    """An input: its kind, and what carries it into the model."""
    checker.problems += problems_of_input(checker.model, id, one)


def check_replay(checker: "EvidenceChecker", id: str, replay: Replay) -> None:
    """A replay: who follows the record, and what its null replay leaves alone."""
    actors = checker.model.scenario.actor
    for n, name in enumerate(replay.actors):
        if name not in actors:
            path = ("replay", id, "actors", str(n))
            checker.problem(path, f"there is no actor {name}", did_you_mean(name, actors))
    checker.problems += problems_of_live(checker.model, ("replay", id, "live"), replay.live)


def check_target(checker: "EvidenceChecker", id: str, target: Target) -> None:
    """A target: its replay, measures, bands and sources."""
    checker.problems += problems_of_target(checker.model, id, target, checker.evidence.of("replay"))
    _check_sources(checker, ("target", id, "source"), target.source)


def check_structure(checker: "EvidenceChecker", id: str, test: Structure) -> None:
    """A structural test: its world, pushes, series, measures and packages."""
    path = ("structure", id)
    model = checker.world((*path, "world"), test.world)
    if model is None:
        return
    checker.problems += _problems_of_structure(model, id, test)
    for name, arm in test.arms.items():
        checker.pushes((*path, "arms", name, "setup"), model, arm.setup)
        checker.pushes((*path, "arms", name, "push"), model, arm.push)
    for name, text in test.series.items():
        checker.equation((*path, "series", name), model, text)
    for name, do in test.packages.items():
        for n, action in enumerate(do):
            if action not in model.action_rows:
                mend = did_you_mean(action, model.action_rows)
                checker.problem((*path, "packages", name, str(n)), f"there is no action {action}", mend)
    if test.profile not in (None, NOBODY):
        try:
            controllers(model, str(test.profile))
        except AddressError as error:
            checker.problem((*path, "profile"), str(error))
    _check_sources(checker, (*path, "source"), test.source)


def _check_sources(checker: "EvidenceChecker", path: tuple[str, ...], names: tuple[str, ...]) -> None:
    sources = checker.model.scenario.source
    for n, name in enumerate(names):
        if name not in sources:
            checker.problem((*path, str(n)), f"there is no source {name}", did_you_mean(name, sources))


def _problems_of_structure(model: Model, id: str, test: Structure) -> list[Problem]:
    """
    What is wrong with a test's months and measures, with its mend.

    Pushes, equations of series and ids of packages are looked at where evidence is checked.
    """
    path = ("structure", id)
    found: list[Problem] = []
    months = model.scenario.scenario.months
    if test.from_ < 0 or test.months < 1 or test.from_ + test.months > months:
        what = f"it looks at months {test.from_} to {test.from_ + test.months - 1}, the world has {months}"
        found.append(Problem((*path, "months"), what, "push earlier, or look for a shorter time"))
    if test.kind == "arms" and not test.checks and not test.ledger:
        found.append(Problem((*path, "checks"), "nothing is expected", "give checks, or ledger"))
    for name, how in test.arms.items():
        if name == BASE:
            found.append(Problem((*path, "arms", name), "base is the unchanged world", "rename the arm"))
        if how.hold < 1:
            found.append(Problem((*path, "arms", name, "hold"), f"{how.hold} months", "1 or more is wanted"))
    known = _names(test, model)
    for n, check in enumerate(test.checks):
        where = (*path, "checks", str(n), "measure")
        try:
            names = series_in(over_months(check.measure))
        except MeasureError as error:
            found.append(Problem(where, error.what, error.mend))
            continue
        for name in sorted(names - known):
            mend = did_you_mean(name, known, "write ARM.SERIES or base.SERIES")
            found.append(Problem(where, f"there is no series {name}", mend))
    return found


def _names(test: Structure, model: Model) -> set[str]:
    """Series that measures may read."""
    own = [*test.series, *(f"obs.{id}" for id in model.scenario.obs)]
    arms: list[Any] = [*test.arms, *(f"{arm}.{BASE}" for arm in test.arms)]
    if len(test.arms) < 2:
        arms.append(BASE)
    return {f"{arm}.{name}" for arm in arms for name in own}


#: How each of these kinds is checked: a function of the checker, the id and the table.
CHECKS: dict[str, Callable[["EvidenceChecker", str, Any], None]] = {
    "input": check_input,
    "replay": check_replay,
    "target": check_target,
    "structure": check_structure,
}
