"""
Branches: the same month of the same run, left alone and with one thing more done.

All profiles of a seat run side by side under one reading. In a chosen month the seat is a
person's for that one month, who does one thing or nothing; then its strategy goes on. The
luck is the same in all branches, so they are compared run by run.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from attrs import define, field, frozen

from mali_sim.engine import BLOCK, HUMAN, TENDENCY, Backend, Cast, Probe, Simulation
from mali_sim.experiment.campaign import purses
from mali_sim.experiment.random_play import RandomPlay
from mali_sim.model import Model
from mali_sim.play.address import reading_parameters

#: Months after the branch at which observers are read.
SOON = 3
#: The profile whose seat has played at random up to the branch.
WANDERER = "random"
#: What stands for doing nothing.
NOTHING = -1


@frozen
class Profile:
    """Who plays whom before and after the branch; ``wanders`` if the seat plays at random before."""

    name: str
    controllers: Mapping[str, str]
    wanders: bool = False


def profiles_of(model: Model, seat: str) -> tuple[Profile, ...]:
    """
    Ways in which a seat is played: each of its strategies, or its tendencies where it has none.

    Where another seat is the scenario's first, each of them beside that one's usual strategy
    too. The last profile wanders: it finds what the strategies never come to.
    """
    s = model.scenario
    own = [id for id, strategy in s.strategy.items() if strategy.actor == seat] or [TENDENCY]
    usual = s.scenario.strategy
    beside: list[dict[str, str]] = [{}]
    if usual is not None and s.strategy[usual].actor != seat:
        beside.append({s.strategy[usual].actor: usual})
    made = [
        Profile("+".join([id, *others.values()]), {**others, seat: id}) for others in beside for id in own
    ]
    after = s.actor[seat].fallback or own[0]
    return (*made, Profile(WANDERER, {seat: after}, wanders=True))


@define
class Sums:
    """Paired differences of some runs, as sums: their number, and by measure sum and squares."""

    count: int
    total: np.ndarray
    squares: np.ndarray

    @classmethod
    def of(cls, differences: np.ndarray) -> "Sums":
        """From differences, shape (measures, runs)."""
        return cls(differences.shape[1], differences.sum(axis=1), (differences**2).sum(axis=1))

    def add(self, other: "Sums") -> None:
        """Take in other runs' differences."""
        self.count += other.count
        self.total = self.total + other.total
        self.squares = self.squares + other.squares

    @property
    def mean(self) -> np.ndarray:
        """Mean difference of each measure."""
        return self.total / self.count

    @property
    def error(self) -> np.ndarray:
        """Standard error of each mean."""
        if self.count < 2:
            return np.full(len(self.total), np.inf)
        variance = np.maximum(self.squares - self.total**2 / self.count, 0.0) / (self.count - 1)
        return np.sqrt(variance / self.count)


#: A cell: profile, reading, month.
Cell = tuple[str, str, int]


@define
class Comparisons:
    """
    What was compared.

    Parameters
    ----------
    seen : ndarray of int, shape (actions,)
        In how many run-months of the base runs each action could be taken.
    pairs : dict
        By action and alternative (rows; :data:`NOTHING`), by cell.
    finals, wandered : list of ndarray, each of shape (measures, runs)
        What the profiles came to, left alone, and what those that wander did; one a reading.
    """

    seen: np.ndarray
    pairs: dict[tuple[int, int], dict[Cell, Sums]] = field(factory=dict)
    finals: list[np.ndarray] = field(factory=list)
    wandered: list[np.ndarray] = field(factory=list)

    def rare(self, actions: Sequence[int], least: int) -> frozenset[int]:
        """Those of some actions (rows) that were compared with something in fewer runs than ``least``."""
        most = dict.fromkeys(actions, 0)
        for (row, _), cells in self.pairs.items():
            most[row] = max(most.get(row, 0), sum(sums.count for sums in cells.values()))
        return frozenset(row for row in actions if most[row] < least)

    def add(self, other: "Comparisons") -> None:
        """Take in another reading's."""
        for pair, cells in other.pairs.items():
            self.pairs.setdefault(pair, {}).update(cells)
        self.finals += other.finals
        self.wandered += other.wandered
        self.seen = self.seen + other.seen

    def note(self, pair: tuple[int, int], cell: Cell, sums: Sums) -> None:
        """Add some runs to a cell."""
        cells = self.pairs.setdefault(pair, {})
        if cell in cells:
            cells[cell].add(sums)
        else:
            cells[cell] = sums


class Branching:
    """
    Base runs and branches of one seat under one reading.

    Parameters
    ----------
    model : Model
    seat : str
    reading : str
    runs : int
        Of each profile.
    seed : int
    backend : Backend
    least : int
        In how many runs of a profile an action must be possible for a month to be chosen.
    first : int
        Number of the first run.
    """

    def __init__(
        self, model: Model, seat: str, reading: str, *, runs: int, seed: int, backend: Backend, least: int,
        first: int = 0,
    ) -> None:  # fmt: skip
        self.model, self.seat, self.reading, self.least = model, seat, reading, least
        self.profiles = profiles_of(model, seat)
        self.runs = runs
        self.months = model.scenario.scenario.months
        self.width = runs * len(self.profiles)
        self.numbers = np.tile(np.arange(first, first + runs, dtype=np.uint64), len(self.profiles))
        before = [{**p.controllers, seat: HUMAN} if p.wanders else dict(p.controllers) for p in self.profiles]
        after = [dict(p.controllers) for p in self.profiles]
        person = [{**c, seat: HUMAN} for c in after]
        parameters = reading_parameters(model, reading)
        self.base, self.branch = (
            self._simulation(after, seed, parameters, width, backend) for width in (self.width, BLOCK)
        )
        casts = {"before": before, "after": after, "now": person}
        self._modes = {name: self._columns(cast) for name, cast in casts.items()}
        self.start, self.keys = np.array(self.base.state), np.array(self.base.keys)
        programs, const, rows = self.base.programs, self.base.const, model.layout.rows
        self._legality = Probe(programs.legality, const, rows, runs=self.width, modes=self._modes["now"])
        self._base_ending = Probe(programs.ending, const, rows, runs=self.width)
        self._ending = Probe(programs.ending, const, rows, runs=BLOCK)
        self._wander = RandomPlay(model, [seat], seed, self.numbers)
        self.actions = [n for n, a in enumerate(model.happenings.actions) if a.actor == seat]
        self._obs = model.layout.blocks.get("obs")

    def _simulation(
        self, casts: Sequence[Mapping[str, str]], seed: int, parameters: np.ndarray, width: int,
        backend: Backend,
    ) -> Simulation:  # fmt: skip
        """Runs of which each is some profile's, so that all strategies are on one tape."""
        everybody = Cast(tuple(casts[n % len(casts)] for n in range(width)))
        numbers = np.resize(self.numbers, width)
        return Simulation(self.model, everybody, seed, numbers, parameters, backend)

    def _columns(self, casts: Sequence[Mapping[str, str]]) -> np.ndarray:
        """Mode rows with one column for each base run, from one cast a profile."""
        owners = {id: s.actor for id, s in self.model.scenario.strategy.items()}
        actors = list(self.model.scenario.actor)
        made = Cast(tuple(casts)).modes(self.base.programs, actors, owners)
        return np.repeat(made, self.runs, axis=1)

    def _go(self, month: int, until: int) -> None:
        """Step the base runs on, from a month to another."""
        for now in range(month, until):
            legal = self._legality(self.base.state, now)
            inputs = self._wander.inputs(now, legal)
            for place, profile in enumerate(self.profiles):
                if not profile.wanders:
                    inputs[:, place * self.runs : (place + 1) * self.runs] = 0.0
            self.base.step(inputs)

    @property
    def playing(self) -> int:
        """How many base runs are played by a profile; those that wander come after them."""
        return self.runs * sum(not p.wanders for p in self.profiles)

    def _rewind(self) -> None:
        self.base.reset(self.start, 0)
        self.base.control(self._modes["before"])

    def comparisons(self, months: int, only: Collection[int] | None = None) -> Comparisons:
        """
        Everything that the seat can do, tried.

        Parameters
        ----------
        months : int
            In how many months each action is tried, where it can be taken in so many.
        only : collection of int, optional
            Rows of the actions to try; all of the seat by default.
        """
        able, finals = self.survey()
        found = Comparisons(np.zeros(len(self.model.happenings.actions), int))
        found.finals.append(finals[:, : self.playing])
        found.wandered.append(finals[:, self.playing :])
        self.compare(able, months, found, only)
        return found

    def survey(self) -> tuple[np.ndarray, np.ndarray]:
        """
        The base runs from the first month to the last.

        Returns
        -------
        (ndarray of bool, shape (months, actions, base runs), ndarray, shape (measures, base runs))
            When each action of the seat could be taken and paid; and what runs came to.
        """
        self._rewind()
        count = len(self.model.happenings.actions)
        able = np.zeros((self.months, len(self.actions), self.width), bool)
        for month in range(self.months):
            judged = self._legality(self.base.state, month)
            paid = judged[count : 2 * count] <= purses(self.model, self.base.state)
            able[month] = ((judged[:count] >= 1) & paid)[self.actions]
            self._go(month, month + 1)
        self.base.check()
        final = self._base_ending(self.base.state, self.months)
        return able, self._measures(final, self._observed(self.base.state))

    def compare(
        self, able: np.ndarray, months: int, into: Comparisons, only: Collection[int] | None = None
    ) -> None:
        """
        Run the branches and note how they differ.

        Parameters
        ----------
        able : ndarray of bool
            From :meth:`survey`.
        months : int
            In how many months each action is tried, where it can be taken in so many.
        only : collection of int, optional
            Rows of the actions to try; all of the seat by default.
        """
        into.seen[self.actions] += able.sum(axis=(0, 2))
        chosen = {
            place: found
            for place, found in self._choose(able, months).items()
            if only is None or self.actions[place] in only
        }
        self._rewind()
        at = 0
        for month in sorted({m for found in chosen.values() for m in found}):
            self._go(at, month)
            at = month
            tried = [place for place, found in chosen.items() if month in found]
            self._branch(month, able[month], tried, into)

    def _choose(self, able: np.ndarray, months: int) -> dict[int, list[int]]:
        """
        Months in which to try each action, by its place among the seat's.

        An action that hardly any run can take in one month is tried in all.
        """
        counts = able.reshape(self.months, len(self.actions), len(self.profiles), self.runs).sum(axis=3)
        chosen = {}
        for place in range(len(self.actions)):
            most = counts[:, place].max(axis=1)
            usable = [int(m) for m in np.nonzero(most >= self.least)[0]]
            if usable:
                picked = np.linspace(0, len(usable) - 1, min(months, len(usable)))
                chosen[place] = sorted({usable[round(p)] for p in picked})
            elif most.any():
                chosen[place] = [int(m) for m in np.nonzero(most)[0]]
        return chosen

    def _branch(self, month: int, able: np.ndarray, tried: Sequence[int], into: Comparisons) -> None:
        """All branches of one month."""
        needed: dict[int, np.ndarray] = {}

        def need(row: int, mask: np.ndarray) -> None:
            needed[row] = needed.get(row, np.zeros(self.width, bool)) | mask

        pairs: list[tuple[int, int, np.ndarray]] = []
        for place in tried:
            for other in self._alternatives(place):
                mask = able[place] if other == NOTHING else able[place] & able[other]
                if mask.any():
                    need(place, mask)
                    need(other, mask)
                    pairs.append((place, other, mask))
        futures = self._futures(month, needed)
        for place, other, mask in pairs:
            for n, profile in enumerate(self.profiles):
                here = mask[n * self.runs : (n + 1) * self.runs]
                if not here.any():
                    continue
                columns = np.nonzero(here)[0] + n * self.runs
                found = Sums.of(futures[place][:, columns] - futures[other][:, columns])
                row = NOTHING if other == NOTHING else self.actions[other]
                into.note((self.actions[place], row), (profile.name, self.reading, month), found)

    def _alternatives(self, place: int) -> list[int]:
        """What an action is weighed against: nothing, or the other answers."""
        action = self.model.happenings.actions[self.actions[place]]
        if action.kind in ("decision", "ask"):
            return [NOTHING]
        return [
            other
            for other, row in enumerate(self.actions)
            if other != place
            and self.model.happenings.actions[row].kind in ("accept", "refuse", "choice")
            and self.model.happenings.actions[row].item == action.item
        ]

    def _futures(self, month: int, needed: Mapping[int, np.ndarray]) -> dict[int, np.ndarray]:
        """
        What becomes of base runs in which something is done this month.

        Returns
        -------
        dict of int to ndarray, shape (measures, base runs)
            By the action's place; not a number where it was not asked for.
        """
        jobs = [(place, int(c)) for place, mask in needed.items() for c in np.nonzero(mask)[0]]
        places = np.array([p for p, _ in jobs])
        columns = np.array([c for _, c in jobs])
        state = np.array(self.base.state)
        out: dict[int, np.ndarray] = {}
        for start in range(0, len(jobs), BLOCK):
            chunk = slice(start, start + BLOCK)
            found = self._played(state, month, places[chunk], columns[chunk])
            for place in np.unique(places[chunk]):
                here = places[chunk] == place
                rows = out.setdefault(int(place), np.full((len(found), self.width), np.nan))
                rows[:, columns[chunk][here]] = found[:, here]
        return out

    def _played(
        self, state: np.ndarray, month: int, places: np.ndarray, columns: np.ndarray
    ) -> np.ndarray:
        """Measures of one block of branches; a block that is not full is filled up with its first."""
        count = len(columns)
        wide = np.concatenate([columns, np.full(BLOCK - count, columns[0])])
        sim = self.branch
        inputs = np.zeros((sim.actions, BLOCK))
        for n in np.nonzero(places != NOTHING)[0]:
            inputs[self.actions[places[n]], n] = 1.0
        sim.control(self._modes["now"][:, wide])
        sim.reset(state[:, wide], month, self.keys[wide])
        sim.step(inputs)
        sim.control(self._modes["after"][:, wide])
        soon = min(SOON, self.months - month)
        if soon > 1:
            sim.advance(soon - 1)
        observed = self._observed(sim.state)
        if self.months > month + soon:
            sim.advance(self.months - month - soon)
        sim.check()
        return self._measures(self._ending(sim.state, self.months), observed)[:, :count]

    def _observed(self, state: np.ndarray) -> np.ndarray:
        if self._obs is None:
            return np.zeros((0, state.shape[1]))
        return state[self._obs.offset : self._obs.offset + self._obs.rows].copy()

    def _measures(self, final: np.ndarray, observed: np.ndarray) -> np.ndarray:
        """Outcomes at the end, then observers some months after the branch."""
        return np.concatenate([final[: len(self.model.scenario.outcome)], observed])
