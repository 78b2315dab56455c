"""
Draws of the priors under which the past comes out as it was.

Ranges of single constants say nothing about which of them go together. So the past is
replayed with draws from all ranges at once, and those are kept that meet the targets that
were fitted on. The hypercube has a name instead of a hash of the ranges: draw 17 has one
place in a constant's range in every scenario that has the constant.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from attrs import field, frozen

from mali_sim.evidence.targets import met_by_group
from mali_sim.evidence.validate import Validation
from mali_sim.model import Model
from mali_sim.model.parameters import named_design
from mali_sim.scenario.classes import Plausible

#: Runs that are replayed together.
COLUMNS = 1_000


@frozen
class Search:
    """
    What a search for plausible draws came to.

    Parameters
    ----------
    met : dict of str to ndarray of bool, shape (draws,)
        By target.
    fitted : tuple of str
        Targets that a search holds draws against where none are named.
    """

    design: str
    size: int
    world: str
    priors: str
    seed: int
    runs: int
    met: Mapping[str, np.ndarray] = field(repr=False, eq=False)
    fitted: tuple[str, ...] = ()

    @property
    def kept(self) -> tuple[int, ...]:
        """Draws that meet every target."""
        every = np.ones(self.size, bool)
        for met in self.met.values():
            every &= met
        return tuple(int(k) for k in np.nonzero(every)[0])

    def table(self) -> Plausible:
        """As scenarios keep it."""
        return Plausible(
            design=self.design, size=self.size, world=self.world, priors=self.priors, seed=self.seed,
            runs=self.runs, kept=self.kept, targets=tuple(self.met),
        )  # fmt: skip


def search(
    validation: Validation, size: int, seed: int = 1, runs: int = 3, targets: Sequence[str] | None = None,
    report: Callable[[int], None] | None = None,
) -> Search:  # fmt: skip
    """
    Replay the past with draws of a Latin hypercube over the priors.

    Parameters
    ----------
    size : int
        How many draws.
    runs : int
        Replays of each, on the same luck for all draws.
    targets : sequence of str, optional
        Those to meet; all that were fitted on (F) by default.
    report : callable, optional
        Told how many draws are done.
    """
    if validation.world is None:
        raise ValueError("there is nothing to replay")
    model = validation.world.model
    chosen = validation.fitted if targets is None else targets
    name = model.scenario.scenario.id
    met = {id: np.zeros(size, bool) for id in chosen}
    step = max(COLUMNS // runs, 1)
    for first in range(0, size, step):
        draws = np.arange(first, min(first + step, size))
        for id, found in _met(validation, name, size, draws, seed, runs, chosen).items():
            met[id][draws] = found
        if report is not None:
            report(int(draws[-1]) + 1)
    return Search(name, size, name, model.parameters.priors(), seed, runs, met, validation.fitted)


def _met(
    validation: Validation, design: str, size: int, draws: np.ndarray, seed: int, runs: int,
    targets: Sequence[str],
) -> dict[str, np.ndarray]:  # fmt: skip
    """Which of some draws meet each target."""
    if validation.world is None:
        return {}
    p = validation.world.model.parameters
    parameters = p.drawn(p.balanced(), named_design(design), size, np.repeat(draws, runs))
    luck = np.tile(np.arange(runs), len(draws))
    found: dict[str, np.ndarray] = {}
    known = validation.every_target
    for replay in dict.fromkeys(known[id].replay for id in targets):
        played = validation.played(replay, seed, parameters, luck)
        for id in targets:
            if known[id].replay == replay:
                found[id] = met_by_group(known[id], played, runs)
    return found


def again(validation: Validation, table: Plausible, most: int = 60) -> tuple[int, int]:
    """
    Kept draws replayed by the rules as they are now.

    Returns
    -------
    tuple of int
        How many still meet their targets, and how many were looked at.
    """
    draws = np.array(table.kept[:most])
    targets = [id for id in table.targets if id in validation.every_target]
    met = np.ones(len(draws), bool)
    step = max(COLUMNS // table.runs, 1)
    for first in range(0, len(draws), step):
        part = slice(first, first + step)
        for found in _met(
            validation, table.design, table.size, draws[part], table.seed, table.runs, targets
        ).values():
            met[part] &= found
    return int(met.sum()), len(draws)


def command(table: Plausible, fitted: Sequence[str]) -> str:
    """
    What makes kept draws again.

    Parameters
    ----------
    fitted : sequence of str
        Targets that a search takes by itself; others have to be named.
    """
    only = "" if set(table.targets) == set(fitted) else "".join(f"--only {id} " for id in table.targets)
    return (
        f"mali-sim validate {table.world} {only}--plausible {table.size} --luck {table.runs} "
        f"--seed {table.seed} --write FILE"
    )


def as_toml(table: Plausible, fitted: Sequence[str]) -> str:
    """The file that scenarios extend; ``fitted`` as of :func:`command`."""
    lines = [
        "# Draws of the ranges under which the past comes out as it was. Written, never edited by hand:",
        f"# {command(table, fitted)}",
        "",
        "[plausible]",
        f'design = "{table.design}"',
        f"size = {table.size}",
        f'world = "{table.world}"',
        f'priors = "{table.priors}"',
        f"seed = {table.seed}",
        f"runs = {table.runs}",
        "targets = [" + ", ".join(f'"{t}"' for t in table.targets) + "]",
        "kept = [",
        *(
            "  " + " ".join(f"{k}," for k in table.kept[n : n + 16])
            for n in range(0, len(table.kept), 16)
        ),
        "]",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def stale(table: Plausible, world: Model, fitted: Sequence[str]) -> str | None:
    """
    Why kept draws say nothing any more, and how to make them again; None while they do.

    Parameters
    ----------
    world : Model
        Of the scenario that they were held against.
    fitted : sequence of str
        As of :func:`command`.
    """
    now = world.parameters.priors()
    if now == table.priors:
        return None
    return (
        f"the plausible draws were kept for other ranges of {table.world} ({table.priors}, now {now}); "
        f"make them again: {command(table, fitted)}, FILE being the one that has [plausible]"
    )
