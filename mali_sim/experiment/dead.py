"""
Decisions that are no decisions: always right, never right, or without any effect.

Each thing that a seat can do is tried in several months, under every reading, in runs that
each of the seat's strategies has played up to there, against doing nothing (an answer
against the other answers), on the same luck. What is right is what has the better weighted
score at the end; a cell is one profile, reading, month and weighting. Somebody who could
choose with eyes shut has nothing to decide.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import asdict, evolve, field, frozen

from mali_sim.engine import Backend
from mali_sim.experiment.batch import Progress
from mali_sim.experiment.branches import (
    NOTHING,
    WANDERER,
    Branching,
    Comparisons,
    Sums,
    profiles_of,
)
from mali_sim.experiment.workers import BatchError, spread
from mali_sim.model import Action, Model
from mali_sim.play.address import BALANCED
from mali_sim.play.weights import Objectives, spans
from mali_sim.scenario import did_you_mean

#: Of all cells, in how many something must be right to be a choice at all.
NEVER, ALWAYS = 0.05, 0.95
#: Standard errors beyond which a difference is clear; and the least, in spans, that counts.
CLEAR, LEAST = 4.0, 0.002
#: To be better everywhere: in how many cells each objective that moves must be better, and in
#: how many any objective may be clearly worse.
_SAME_SIDE, _OTHER_SIDE = 0.90, 0.01
#: Runs that a cell must have.
_ENOUGH = 8
#: What fewer runs than this could do under one reading is tried again, in so many times the
#: runs, at most so often: the same few runs in every cell are one situation, not many.
_FEW, _WIDER, _AGAIN = 200, 16, 4

VERDICTS = {
    "never_legal": "it can never be done, by any strategy or at random",
    "no_effect": "no outcome and no indicator tells whether it was done",
    "same": "no outcome and no indicator tells it from another answer",
    "always_right": "the weighted score is better with it nearly everywhere",
    "never_right": "the weighted score is worse with it nearly everywhere",
    "only_good": "it is better on some objectives and worse on none, anywhere",
    "only_harm": "it is worse on some objectives and better on none, anywhere",
    "unjudged": "too few runs could do it to judge",
}
#: Verdicts that a scenario should mend.
OFFENCES = tuple(v for v in VERDICTS if v != "unjudged")


@frozen
class Effect:
    """
    What an action does to one objective, in the mean over all cells.

    Parameters
    ----------
    outcome : str
    better, worse : float
        Shares of cells in which the objective is better, and worse, with it.
    mean : float
        In the outcome's own unit and direction.
    clear : bool
        Whether it can be told from none, to the same side against every alternative.
    """

    outcome: str
    better: float
    worse: float
    mean: float
    clear: bool


@frozen
class Verdict:
    """
    What was found of one action, all its members together.

    Parameters
    ----------
    id : str
        ``local_talks`` for all of ``local_talks.mopti``, ``local_talks.segou`` …
    kind : str
    verdicts : tuple of str
        Keys of :data:`VERDICTS`; none for what is a real choice.
    right : float
        Share of cells in which it is right; where it changes nothing it is not. Not a number
        where none could be judged.
    score : float
        Mean difference of the weighted score as written, in spans.
    cells : int
        Profiles × readings × months in which it was judged; each under every weighting.
    runs : int
        Pairs of runs behind them.
    effects : tuple of Effect
        One for each objective.
    members : dict of str to float
        ``right`` of each member alone, where there are several.
    """

    id: str
    kind: str
    verdicts: tuple[str, ...]
    right: float
    score: float
    cells: int
    runs: int
    effects: tuple[Effect, ...] = ()
    members: Mapping[str, float] = field(factory=dict)

    @property
    def offends(self) -> bool:
        """Whether a scenario should mend it."""
        return any(v in OFFENCES for v in self.verdicts)


@frozen
class DeadReport:
    """
    What was found of all that a seat can do.

    Parameters
    ----------
    profiles, readings, weightings : tuple of str
    verdicts : tuple of Verdict
    """

    seat: str
    profiles: tuple[str, ...]
    readings: tuple[str, ...]
    weightings: tuple[str, ...]
    objectives: tuple[str, ...]
    runs: int
    verdicts: tuple[Verdict, ...]

    @property
    def offenders(self) -> tuple[Verdict, ...]:
        """What is no decision."""
        return tuple(v for v in self.verdicts if v.offends)

    def plain(self) -> dict[str, Any]:
        """As the object that ``--json`` prints."""
        return asdict(self)


@frozen
class Search:
    """What to run: see :func:`offenders`."""

    seat: str
    readings: tuple[str, ...]
    runs: int
    months: int
    seed: int
    backend: Backend
    again: int
    only: frozenset[str]


class Worker:
    """Runs one reading after the other; made once in every process."""

    def __init__(self, model: Model, design: Search) -> None:
        self.model = model
        self.design = design

    def block(self, reading: int) -> Comparisons:
        """Everything that the seat can do, tried under one reading."""
        d = self.design
        branching = self._branching(reading, d.runs, 0)
        actions = self.model.happenings.actions
        asked = [row for row in branching.actions if not d.only or table_of(actions[row]) in d.only]
        found = branching.comparisons(d.months, asked)
        first = d.runs
        for _ in range(d.again):
            rare = found.rare(asked, _FEW)
            if not rare:
                break
            wide = self._branching(reading, d.runs * _WIDER, first)
            able, _ = wide.survey()
            wide.compare(able, d.months, found, rare)
            first += d.runs * _WIDER
        return found

    def _branching(self, reading: int, runs: int, first: int) -> Branching:
        d = self.design
        return Branching(
            self.model, d.seat, d.readings[reading], runs=runs, seed=d.seed, backend=d.backend,
            least=min(_ENOUGH, runs), first=first,
        )  # fmt: skip


def offenders(
    model: Model, seat: str | None = None, *, runs: int = 40, months: int = 8, seed: int = 1,
    readings: Sequence[str] | None = None, backend: Backend = Backend.AUTO, workers: int = 1,
    quick: bool = False, only: Sequence[str] = (),
    report: Callable[[Progress], None] | None = None,
) -> DeadReport:  # fmt: skip
    """
    Judge everything that a seat can do.

    Parameters
    ----------
    seat : str, optional
        The first by default.
    runs : int
        Of each profile under each reading; what few of them can do is tried again in more.
    months : int
        In how many months each thing is tried.
    readings : sequence of str, optional
        All by default.
    workers : int
        Readings that are run at a time: threads with the native backend, else processes.
    quick : bool
        Few runs, two months, the balanced reading where none is named: a first look.
    only : sequence of str
        Ids of what to judge, as verdicts have them; everything by default.
    report : callable, optional
        Told how far it is, after each reading.

    Returns
    -------
    DeadReport

    Raises
    ------
    BatchError
        When there is no such seat, nothing of the name that it can do, or nothing to judge by.
    """
    seats = model.scenario.scenario.seats
    seat = seat or seats[0]
    if seat not in seats:
        raise BatchError(f"{seat} is no seat of {model.scenario.scenario.id}; {did_you_mean(seat, seats)}")
    known = {table_of(a) for a in model.happenings.actions if a.actor == seat}
    for id in only:
        if id not in known:
            raise BatchError(f"{id} is nothing that {seat} can do; {did_you_mean(id, sorted(known))}")
    objectives = Objectives.of(model)
    if not objectives.names:
        raise BatchError("no outcome says which side is better: there is nothing to judge decisions by")
    if quick:
        runs, months = min(runs, 24), min(months, 2)
    chosen = tuple(readings or ((BALANCED,) if quick else (BALANCED, *model.scenario.reading)))
    design = Search(seat, chosen, runs, months, seed, backend, 0 if quick else _AGAIN, frozenset(only))
    worker = Worker(model, design)
    parts: dict[int, Comparisons] = {}
    began = time.monotonic()
    tasks = [(n,) for n in range(len(chosen))]
    for task, part in spread(worker, design, tasks, backend=backend, workers=workers):
        parts[task[0]] = part
        if report:
            report(Progress(len(parts), len(chosen), time.monotonic() - began))
    found = Comparisons(np.zeros(len(model.happenings.actions), int))
    for n in sorted(parts):
        found.add(parts[n])
    judged = _Judge(model, objectives, found).verdicts(seat)
    verdicts = tuple(v for v in judged if not only or v.id in only)
    profiles = tuple(p.name for p in profiles_of(model, seat))
    return DeadReport(
        seat, profiles, chosen, tuple(objectives.weightings()), objectives.names, runs, verdicts
    )


class _Judge:
    """Turns comparisons into verdicts."""

    def __init__(self, model: Model, objectives: Objectives, found: Comparisons) -> None:
        self.model, self.objectives, self.found = model, objectives, found
        self.scales = self._scales()
        self.weights = np.array(list(objectives.weightings().values()))
        rows, signs = objectives.rows, objectives.signs
        self._turn = signs / self.scales[rows]

    def _scales(self) -> np.ndarray:
        """
        Spans of all measures: over the profiles, or where these never differ over all that was run.

        Returns
        -------
        ndarray, shape (measures,)
        """
        scales = spans(np.concatenate(self.found.finals, axis=1))
        wider = spans(np.concatenate([*self.found.finals, *self.found.wandered], axis=1))
        largest = np.zeros(len(scales))
        for cells in self.found.pairs.values():
            for sums in cells.values():
                largest = np.maximum(largest, np.abs(sums.mean))
        for other in (wider, np.where(largest > 0, largest, np.inf)):
            scales = np.where(np.isfinite(scales), scales, other)
        return scales

    def verdicts(self, seat: str) -> tuple[Verdict, ...]:
        """One for each table, in the order of their ids."""
        tables: dict[tuple[str, str], list[int]] = {}
        for row, action in enumerate(self.model.happenings.actions):
            if action.actor == seat:
                tables.setdefault((table_of(action), action.kind), []).append(row)
        made = []
        for (id, kind), rows in sorted(tables.items()):
            verdict = self._verdict(id, kind, rows)
            if len(rows) > 1:
                actions = self.model.happenings.actions
                alone = {actions[r].id: self._verdict(id, kind, [r]).right for r in rows}
                verdict = evolve(verdict, members=alone)
            made.append(verdict)
        return tuple(made)

    def _verdict(self, id: str, kind: str, rows: Sequence[int]) -> Verdict:
        if not self.found.seen[list(rows)].any():
            return Verdict(id, kind, ("never_legal",), float("nan"), float("nan"), 0, 0)
        cells = self._cells(rows)
        if not cells:
            return Verdict(id, kind, ("unjudged",), float("nan"), float("nan"), 0, 0)
        right, scored, moved, runs = [], [], [], 0
        for alternatives in cells:
            turned = np.array([s.mean[self.objectives.rows] * self._turn for s in alternatives.values()])
            scores = turned @ self.weights.T  # (alternatives, weightings)
            scored.append(bool(np.abs(scores).max() > 1e-12))
            right.append(float((scores > 1e-12).all(axis=0).mean()))  # 0 where it changes nothing
            moved.append(turned.mean(axis=0))
            runs += max(s.count for s in alternatives.values())
        pairs = self._pooled(cells)
        share = float(np.mean(right))
        # Never right is what is worse wherever it matters, not what seldom does.
        mattering = [r for r, any_score in zip(right, scored, strict=True) if any_score]
        verdicts = []
        nothing = [self._nothing(pooled, members) for pooled, members in pairs]
        if all(nothing):
            verdicts.append("no_effect")
        elif any(nothing):
            verdicts.append("same")
        if mattering and not all(nothing):
            if share >= ALWAYS:
                verdicts.append("always_right")
            elif np.mean(mattering) <= NEVER:
                verdicts.append("never_right")
            for word, sign in (("only_good", 1.0), ("only_harm", -1.0)):
                if all(self._one_sided(pooled, members, sign) for pooled, members in pairs):
                    verdicts.append(word)
        effects = self._effects(np.array(moved), [pooled for pooled, _ in pairs])
        score = float(np.mean(moved, axis=0) @ self.objectives.weights)
        return Verdict(id, kind, tuple(verdicts), share, score, len(cells), runs, effects)

    def _effects(self, moved: np.ndarray, pooled: Sequence[Sums]) -> tuple[Effect, ...]:
        """What is done to each objective, from its moves in spans, shape (cells, objectives)."""
        rows = self.objectives.rows
        # Against one alternative up and another down is no effect of its own.
        sides = np.array([self._clear(p)[rows] * np.sign(p.mean[rows]) for p in pooled])
        clear = np.abs(sides.sum(axis=0)) == len(pooled)
        made = []
        for n, name in enumerate(self.objectives.names):
            turn, moves = self._turn[n], moved[:, n]
            mean = float(moves.mean() / turn) if turn else 0.0
            made.append(
                Effect(name, float((moves > 0).mean()), float((moves < 0).mean()), mean, bool(clear[n]))
            )
        return tuple(made)

    def _cells(self, rows: Sequence[int]) -> list[dict[str, Sums]]:
        """
        For each cell of each member the differences to every alternative.

        Months that few runs of a profile have are taken together with the next ones. Runs that
        wandered count only for what no strategy ever comes to; where no profile has enough runs,
        all together are one cell a reading.
        """
        actions = self.model.happenings.actions
        by_month: dict[tuple[int, str, str], dict[int, dict[str, Sums]]] = {}
        for (row, other), by_cell in self.found.pairs.items():
            if row in rows:
                name = "" if other == NOTHING else table_of(actions[other])
                for (profile, reading, month), sums in by_cell.items():
                    months = by_month.setdefault((row, profile, reading), {})
                    months.setdefault(month, {})[name] = sums
        played, wandered = [], []
        left: dict[tuple[int, str], list[dict[str, Sums]]] = {}
        for (row, profile, reading), months in sorted(by_month.items()):
            groups = _grouped([months[m] for m in sorted(months)])
            (wandered if profile == WANDERER else played).extend(groups)
            if not groups:
                left.setdefault((row, reading), []).extend(months.values())
        return played or wandered or [cell for parts in left.values() for cell in _grouped([_joined(parts)])]

    def _pooled(self, cells: Sequence[Mapping[str, Sums]]) -> list[tuple[Sums, list[Sums]]]:
        """For each alternative all cells together, and one by one."""
        made = []
        for name in sorted({name for cell in cells for name in cell}):
            members = [cell[name] for cell in cells if name in cell]
            whole = Sums(0, np.zeros(len(self.scales)), np.zeros(len(self.scales)))
            for sums in members:
                whole.add(sums)
            made.append((whole, members))
        return made

    def _clear(self, sums: Sums) -> np.ndarray:
        """Which measures differ clearly; shape (measures,)."""
        size = np.abs(sums.mean)
        return (size > CLEAR * sums.error) & (size > LEAST * self.scales)

    def _nothing(self, pooled: Sums, members: Sequence[Sums]) -> bool:
        """Whether nothing that is measured differs, in all cells together or in one."""
        return not self._clear(pooled).any() and not any(self._clear(m).any() for m in members)

    def _one_sided(self, pooled: Sums, members: Sequence[Sums], sign: float) -> bool:
        """Whether every objective that clearly moves does so to one side, in nearly every cell."""
        rows, turn = self.objectives.rows, self.objectives.signs * sign
        clear = self._clear(pooled)[rows]
        if not clear.any() or (pooled.mean[rows] * turn)[clear].min() < 0:
            return False
        sides = np.array([m.mean[rows] * turn for m in members])
        against = np.array([self._clear(m)[rows] for m in members]) & (sides < 0)
        same = (sides[:, clear] > 0).mean(axis=0)
        return bool(against.mean() <= _OTHER_SIDE and same.min() >= _SAME_SIDE)


def _joined(parts: Sequence[Mapping[str, Sums]]) -> dict[str, Sums]:
    """Several cells as one, by alternative."""
    whole: dict[str, Sums] = {}
    for part in parts:
        for name, sums in part.items():
            whole.setdefault(name, Sums(0, 0.0 * sums.total, 0.0 * sums.total)).add(sums)
    return whole


def _grouped(months: Sequence[Mapping[str, Sums]]) -> list[dict[str, Sums]]:
    """Months one after the other, joined until each has enough runs against every alternative."""
    groups: list[dict[str, Sums]] = []
    waiting: list[Mapping[str, Sums]] = []
    for month in months:
        waiting.append(month)
        joined = _joined(waiting)
        if min(sums.count for sums in joined.values()) >= _ENOUGH:
            groups.append(joined)
            waiting = []
    if groups and waiting:
        groups[-1] = _joined([groups[-1], *waiting])
    return groups


def table_of(action: Action) -> str:
    """What an action is called without its member."""
    table = action.item.path[-1]
    if action.kind == "decision":
        return table
    if action.kind == "choice":
        return f"{table}.{action.id.rpartition('.')[2]}"
    return f"{'offer' if action.kind == 'ask' else action.kind}.{table}"

