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
    """

    design: str
    size: int
    world: str
    priors: str
    seed: int
    runs: int
    met: Mapping[str, np.ndarray] = field(repr=False, eq=False)

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
    chosen = {id: t for id, t in validation.targets.items() if t.use == "F" or targets is not None}
    if targets is not None:
        chosen = {id: validation.targets[id] for id in targets}
    name = model.scenario.scenario.id
    design, base = named_design(name), model.parameters.balanced()
    met = {id: np.zeros(size, bool) for id in chosen}
    step = max(COLUMNS // runs, 1)
    for first in range(0, size, step):
        draws = np.arange(first, min(first + step, size))
        parameters = model.parameters.drawn(base, design, size, np.repeat(draws, runs))
        luck = np.tile(np.arange(runs), len(draws))
        for replay in dict.fromkeys(t.replay for t in chosen.values()):
            played = validation.played(replay, seed, parameters, luck)
            for id, target in chosen.items():
                if target.replay == replay:
                    met[id][draws] = met_by_group(target, played, runs)
        if report is not None:
            report(int(draws[-1]) + 1)
    return Search(name, size, name, model.parameters.priors(), seed, runs, met)


def as_toml(table: Plausible) -> str:
    """The file that scenarios extend."""
    lines = [
        "# Draws of the ranges under which the past comes out as it was. Written, never edited by hand:",
        f"# mali-sim validate {table.world} --plausible {table.size} --luck {table.runs} "
        f"--seed {table.seed} --write FILE",
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


def stale(table: Plausible, world: Model) -> str | None:
    """
    Why kept draws say nothing any more, and how to make them again; None while they do.

    Parameters
    ----------
    world : Model
        Of the scenario that they were held against.
    """
    now = world.parameters.priors()
    if now == table.priors:
        return None
    return (
        f"the plausible draws were kept for other ranges of {table.world} ({table.priors}, now {now}); "
        f"make them again: mali-sim validate {table.world} --plausible {table.size} "
        f"--luck {table.runs} --seed {table.seed} --write FILE, FILE being the one that has [plausible]"
    )
