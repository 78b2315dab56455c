"""
A campaign: a scenario played in every way there is, many times, looking for what breaks.

Ways are random play by the seats, random play by every actor, nobody playing, and every
strategy; each under every reading and over draws of the priors. What is looked for: no
number anywhere that is none, or that is out of its bounds; every event happens somewhere;
everything that can be done can be done somewhere; every ending is reached, and none nearly
always. Blocks leave small tallies behind, so memory does not grow with the number of runs.
"""

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from attrs import define, field, frozen

from mali_sim.engine import BLOCK, TENDENCY, Backend, Cast, Probe, Simulation
from mali_sim.experiment.batch import Progress
from mali_sim.experiment.random_play import RandomPlay
from mali_sim.experiment.workers import Task, spread
from mali_sim.model import Model
from mali_sim.model.deciding import months_between
from mali_sim.play.address import BALANCED, Draws, drawn_parameters, reading_parameters
from mali_sim.scenario.classes import Event

RANDOM, RANDOM_ALL, PRIORS = "random", "random_all", "priors"
#: Of all runs of the strategies, the least and the most that may come to one ending.
ENDING_LEAST, ENDING_MOST = 0.01, 0.70
#: Rounding that a conserved stock may show below 0, of its largest amount in the same run.
_ROUNDING = 1e-9
#: Breaches kept in full; beyond these they are only counted.
_KEPT = 20


@frozen
class Campaign:
    """
    What to run.

    Parameters
    ----------
    runs : int
        In all; shared out evenly among ways and readings.
    seed : int
    backend : Backend
    workers : int
    block : int
        About how many runs in a block; changes speed and memory, never results.
    """

    runs: int = 100_000
    seed: int = 1
    backend: Backend = Backend.NUMPY
    workers: int = 1
    block: int = BLOCK


@frozen
class Way:
    """
    A way to play.

    Parameters
    ----------
    name : str
    controllers : dict of str to str
    wanderers : tuple of str
        Actors who play at random.
    strategy : bool
        Whether it is a strategy that comes with the scenario.
    """

    name: str
    controllers: Mapping[str, str] = field(factory=dict)
    wanderers: tuple[str, ...] = ()
    strategy: bool = False


@frozen
class Breach:
    """
    A number that is none, or is out of its bounds.

    Parameters
    ----------
    what : str
        The row of the state.
    way, reading : str
    run : int
    month : int
        From 0; the close of that month showed it.
    value : float
    """

    what: str
    way: str
    reading: str
    run: int
    month: int
    value: float


def _order(breach: Breach) -> tuple[int, int, str]:
    return breach.month, breach.run, breach.what


@define
class Tally:
    """
    What some runs of one way came to: in how many of them …

    Parameters
    ----------
    endings : ndarray of int, shape (endings,)
    happened : ndarray of int, shape (remembered,)
        Decisions, offers, choices and events.
    legal, possible : ndarray of int, shape (actions,)
        The conditions of an action held at some time; and its price could be paid.
    breaches : list of Breach
    broken : dict of str to int
        How many run-months each row was broken in.
    """

    endings: np.ndarray
    happened: np.ndarray
    legal: np.ndarray
    possible: np.ndarray
    runs: int = 0
    breaches: list[Breach] = field(factory=list)
    broken: dict[str, int] = field(factory=dict)

    def add(self, other: "Tally") -> None:
        """Take in another block's."""
        self.endings += other.endings
        self.happened += other.happened
        self.legal += other.legal
        self.possible += other.possible
        self.runs += other.runs
        self.breaches = sorted(self.breaches + other.breaches, key=_order)[:_KEPT]
        for name, count in other.broken.items():
            self.broken[name] = self.broken.get(name, 0) + count


@frozen
class Offence:
    """
    Something that a campaign found wrong.

    Parameters
    ----------
    kind : str
        ``broken``, ``never_happens``, ``never_legal``, ``never_paid``, ``ending_rare``,
        ``ending_usual``.
    id : str
    text : str
        One sentence.
    """

    kind: str
    id: str
    text: str


@frozen
class Findings:
    """
    What a campaign found.

    Parameters
    ----------
    tallies : dict of (str, str) to Tally
        By way and reading.
    """

    model: Model = field(repr=False)
    design: Campaign
    ways: tuple[Way, ...]
    readings: tuple[str, ...]
    tallies: Mapping[tuple[str, str], Tally] = field(repr=False)
    seconds: float = 0.0

    @property
    def runs(self) -> int:
        """Runs in all."""
        return sum(t.runs for t in self.tallies.values())

    def total(self, ways: Sequence[str] | None = None) -> Tally:
        """All readings of some ways together; of all ways by default."""
        total = _empty(self.model)
        for (way, _), tally in self.tallies.items():
            if ways is None or way in ways:
                total.add(tally)
        return total

    def shares(self, ways: Sequence[str]) -> np.ndarray:
        """
        How often runs of some ways come to each ending.

        Returns
        -------
        ndarray, shape (endings,)
        """
        total = self.total(ways)
        return total.endings / max(total.runs, 1)

    @property
    def strategies(self) -> tuple[str, ...]:
        """Ways that are the scenario's own; nobody playing where it has none."""
        return tuple(w.name for w in self.ways if w.strategy) or (TENDENCY,)

    def offences(self) -> list[Offence]:
        """Everything found wrong, the worst first."""
        total = self.total()
        found = [
            Offence("broken", name, self._broken(total, name, count))
            for name, count in sorted(total.broken.items(), key=lambda b: (-b[1], b[0]))
        ]
        remembered = self.model.layout.blocks["since"].labels
        for item, event in self.model.happenings.events:
            if self.too_early_or_late(event):
                continue
            if not total.happened[remembered.index(item.id)]:
                found.append(Offence("never_happens", item.id, f"the event {item.id} never happens"))
        for row, action in enumerate(self.model.happenings.actions):
            if not total.legal[row]:
                text = f"{action.id} ({action.actor}) is never legal"
                found.append(Offence("never_legal", action.id, text))
            elif not total.possible[row]:
                text = f"{action.id} ({action.actor}) is legal at times, but never can its price be paid"
                found.append(Offence("never_paid", action.id, text))
        shares = self.shares(self.strategies)
        for id, share in zip(self.model.scenario.ending, shares, strict=True):
            told = f"the ending {id} is reached in {100 * share:.2g} % of the strategies’ runs"
            if share < ENDING_LEAST:
                found.append(Offence("ending_rare", id, f"{told}, less than {100 * ENDING_LEAST:g} %"))
            elif share > ENDING_MOST:
                found.append(Offence("ending_usual", id, f"{told}, more than {100 * ENDING_MOST:g} %"))
        return found

    def _broken(self, total: Tally, name: str, count: int) -> str:
        first = next((b for b in total.breaches if b.what == name), None)
        where = ""
        if first:
            place = f"{first.way}, {first.reading}, run {first.run}, month {first.month + 1}"
            where = f"; for one, {first.value:g} in {place}"
        return f"{name} is no number or out of bounds in {count} run-months{where}"

    def too_early_or_late(self, event: Event) -> bool:
        """Whether an event's date lies outside the scenario's months."""
        header = self.model.scenario.scenario
        return event.date is not None and not (
            0 <= months_between(header.start, event.date) < header.months
        )


def together(found: Sequence[Findings]) -> list[tuple[str, Offence]]:
    """
    What is wrong with scenarios that share a world, each with the scenario's id.

    What never happens or can never be done in one of them is not wrong if it does or can in
    another: a shared world knows more than each of its scenarios reaches.
    """
    reached = set()
    for one in found:
        missing = {o.id for o in one.offences() if o.kind.startswith("never")}
        happenings = one.model.happenings
        ids = {item.id for item, _ in happenings.events} | {a.id for a in happenings.actions}
        reached |= ids - missing - {item.id for item, e in happenings.events if one.too_early_or_late(e)}
    made, told = [], set()
    for one in found:
        for offence in one.offences():
            never = offence.kind.startswith("never")
            if never and (offence.id in reached or offence.id in told):
                continue
            told |= {offence.id} if never else set()
            made.append((one.model.scenario.scenario.id, offence))
    return made


def ways_of(model: Model) -> tuple[Way, ...]:
    """All ways to play a scenario."""
    header, actors = model.scenario.scenario, {a.actor for a in model.happenings.actions}
    seats = tuple(s for s in header.seats if s in actors)
    human = {"controllers": dict.fromkeys(seats, "human"), "wanderers": seats}
    ways = [Way(RANDOM, **human), Way(TENDENCY)]
    others = tuple(sorted(actors))
    if set(others) != set(seats):
        ways.insert(1, Way(RANDOM_ALL, dict.fromkeys(others, "human"), others))
    ways += [Way(id, {s.actor: id}, strategy=True) for id, s in model.scenario.strategy.items()]
    return tuple(ways)


class Worker:
    """
    Runs blocks of a campaign on one model; made once in every process.

    All ways play side by side in one block: they share one tape, its constants, and the cost
    of setting up.
    """

    def __init__(self, model: Model, design: Campaign) -> None:
        self.model = model
        self.design = design
        self.ways = ways_of(model)
        self.readings = (BALANCED, *model.scenario.reading, PRIORS)
        self.each = max(-(-design.runs // (len(self.ways) * len(self.readings))), 1)
        self.bounds = Bounds(model)
        self._draws = Draws(self.each, model.parameters.design(self.each))

    def tasks(self) -> list[Task]:
        """(reading, first run, runs of each way) of all blocks."""
        step = max(self.design.block // len(self.ways), 1)
        return [
            (r, start, min(step, self.each - start))
            for r in range(len(self.readings))
            for start in range(0, self.each, step)
        ]

    def block(self, reading: int, start: int, count: int) -> list[Tally]:
        """What consecutive runs under one reading came to, one tally a way."""
        model, ways = self.model, self.ways
        numbers = np.arange(start, start + count, dtype=np.uint64)
        cast = Cast(tuple(way.controllers for way in ways for _ in range(count)))
        sim = Simulation(
            model, cast, self.design.seed, np.tile(numbers, len(ways)),
            self._parameters(self.readings[reading], numbers), self.design.backend,
        )  # fmt: skip
        rows, width = len(sim.state), count * len(ways)
        programs, actions = sim.programs, model.happenings.actions
        legality = Probe(programs.legality, sim.const, rows, runs=width, modes=sim.modes)
        wander = [RandomPlay(model, way.wanderers, self.design.seed, numbers) for way in ways]
        remembered = model.layout.blocks["since"]
        since = slice(remembered.offset, remembered.offset + remembered.rows)
        legal, possible = (np.zeros((len(actions), width), bool) for _ in range(2))
        happened = np.zeros((remembered.rows, width), bool)
        tallies = [_empty(model) for _ in ways]
        inputs = np.zeros((len(actions), width))
        for month in range(model.scenario.scenario.months):
            judged = legality(sim.state, month)
            can = judged[: len(actions)] >= 1
            legal |= can
            possible |= can & self._paid(judged, sim.state)
            for n, play in enumerate(wander):
                if ways[n].wanderers:
                    here = slice(n * count, (n + 1) * count)
                    inputs[:, here] = play.inputs(month, judged[:, here])
            sim.step(inputs)
            happened |= sim.state[since] == 1
            self._break(sim.state, tallies, (reading, start, month))
        final = Probe(programs.ending, sim.const, rows, runs=width)(sim.state, sim.month)
        for n, tally in enumerate(tallies):
            here = slice(n * count, (n + 1) * count)
            tally.runs = count
            tally.endings = reached(model, final[:, here])
            tally.legal, tally.possible = legal[:, here].sum(axis=1), possible[:, here].sum(axis=1)
            tally.happened = happened[:, here].sum(axis=1)
        return tallies

    def _break(self, state: np.ndarray, tallies: Sequence[Tally], place: tuple[int, int, int]) -> None:
        """Note what is broken after a month, in the tally of the way that it was broken by."""
        reading, start, month = place
        count = state.shape[1] // len(tallies)
        # Rows come before runs here: all of a month, for the first of its runs may come last.
        noted: dict[int, list[Breach]] = {n: [] for n, t in enumerate(tallies) if len(t.breaches) < _KEPT}
        for what, columns, values in self.bounds.broken(state):
            for column, value in zip(columns.tolist(), values.tolist(), strict=True):
                n, run = column // count, start + column % count
                tallies[n].broken[what] = tallies[n].broken.get(what, 0) + 1
                if n in noted:
                    way = self.ways[n].name
                    noted[n].append(Breach(what, way, self.readings[reading], run, month, value))
        for n, found in noted.items():
            tallies[n].breaches = sorted(tallies[n].breaches + found, key=_order)[:_KEPT]

    def _parameters(self, reading: str, numbers: np.ndarray) -> np.ndarray:
        if reading != PRIORS:
            return reading_parameters(self.model, reading)
        base = self.model.parameters.balanced()
        drawn = drawn_parameters(self.model, base, self._draws, self._draws.numbers(numbers), {})
        return np.tile(drawn, len(self.ways))

    def _paid(self, judged: np.ndarray, state: np.ndarray) -> np.ndarray:
        """Whether each action's price is there; shape (actions, runs)."""
        actions = self.model.happenings.actions
        costs = judged[len(actions) : 2 * len(actions)]
        return costs <= purses(self.model, state)


def purses(model: Model, state: np.ndarray) -> np.ndarray:
    """
    What the actor of each action has to spend; infinite where nothing costs.

    Returns
    -------
    ndarray, shape (actions, runs)
    """
    actions = model.happenings.actions
    out = np.full((len(actions), state.shape[1]), np.inf)
    for row, action in enumerate(actions):
        purse = model.scenario.actor[action.actor].capital
        if purse is not None:
            out[row] = state[model.layout.blocks[f"stock:{purse}"].offset]
    return out


def reached(model: Model, final: np.ndarray) -> np.ndarray:
    """
    How many runs come to each ending: the first whose condition holds.

    Parameters
    ----------
    final : ndarray, shape (outcomes and endings, runs)

    Returns
    -------
    ndarray of int, shape (endings,)
    """
    holds = final[len(model.scenario.outcome) :] > 0
    return np.bincount(holds.argmax(axis=0), minlength=len(holds)) if len(holds) else np.zeros(0, int)


class Bounds:
    """Where each row of a state may be: levels, conserved stocks, switches, and finite all."""

    def __init__(self, model: Model) -> None:
        self.model = model
        rows, most = model.layout.rows, np.finfo(float).max
        self.low, self.high = np.full((rows, 1), -most), np.full((rows, 1), most)
        self._conserved: list[slice] = []
        self._whole: list[int] = []
        for block in model.layout.blocks.values():
            kind, _, id = block.name.partition(":")
            at = slice(block.offset, block.offset + block.rows)
            if kind == "stock":
                stock = model.scenario.stock[id]
                if stock.bounds is not None:
                    self.low[at], self.high[at] = stock.bounds
                else:
                    self.low[at] = 0.0
                    self._conserved.append(at)
            elif kind == "switch":
                values = model.scenario.switch[id].values
                self.low[at], self.high[at] = 0.0, max(len(values), 2) - 1
                self._whole.append(block.offset)

    def broken(self, state: np.ndarray) -> list[tuple[str, np.ndarray, np.ndarray]]:
        """
        Rows that are broken.

        Returns
        -------
        list of (str, ndarray of int, ndarray)
            A row's name, the runs in which it is broken, and its values there.
        """
        sound = state >= self.low  # never true of what is no number
        sound &= state <= self.high
        if self._whole:
            switches = state[self._whole]
            sound[self._whole] &= switches == np.floor(switches)
        if sound.all():
            return []
        bad = ~sound
        for at in self._conserved:
            # Run by run, so that what is broken does not depend on the runs beside it.
            values = state[at]
            finite = np.isfinite(values)
            largest = np.where(finite, np.abs(values), 0.0).max(axis=0, initial=0.0)
            bad[at] &= ~(finite & (values >= -_ROUNDING * (1.0 + largest)))
        found = []
        for row in np.nonzero(bad.any(axis=1))[0].tolist():
            runs = np.nonzero(bad[row])[0]
            found.append((self.model.layout.label(row), runs, state[row, runs]))
        return found


def _empty(model: Model) -> Tally:
    actions = len(model.happenings.actions)
    remembered = model.layout.blocks["since"].rows
    endings = np.zeros(len(model.scenario.ending), int)
    return Tally(endings, np.zeros(remembered, int), np.zeros(actions, int), np.zeros(actions, int))


def run_campaign(
    model: Model, design: Campaign, report: Callable[[Progress], None] | None = None
) -> Findings:
    """
    Play a scenario in every way.

    Parameters
    ----------
    report : callable, optional
        Told how far it is, a few times a second.

    Raises
    ------
    BatchError
    """
    worker = Worker(model, design)
    tasks = worker.tasks()
    total = sum(t[2] for t in tasks) * len(worker.ways)
    tallies = {(w.name, r): _empty(model) for w in worker.ways for r in worker.readings}
    began, done, told = time.monotonic(), 0, 0.0
    for task, block in spread(worker, design, tasks, backend=design.backend, workers=design.workers):
        reading = worker.readings[task[0]]
        for way, tally in zip(worker.ways, block, strict=True):
            tallies[way.name, reading].add(tally)
        done += task[2] * len(worker.ways)
        now = time.monotonic()
        if report and (now - told > 0.2 or done == total):
            told = now
            report(Progress(done, total, now - began))
    return Findings(model, design, worker.ways, worker.readings, tallies, time.monotonic() - began)
