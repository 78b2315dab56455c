"""
The past played again: what actors did, submitted month by month to the model.

Every dated event of the record is classified first (:class:`Input`). Decisions are
submitted by their actors, exogenous events happen on their dates, observations never go in.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from attrs import field, frozen

from mali_sim.engine import HUMAN, TENDENCY, Backend, Cast, Probe, Simulation
from mali_sim.evidence.expected import Input, Replay
from mali_sim.evidence.measures import Calendar, Measuring
from mali_sim.model import Model
from mali_sim.model.happenings import Action
from mali_sim.model.typed import NEVER
from mali_sim.scenario import Problem, did_you_mean

#: Runs that are stepped together.
BLOCK = 1_000


@frozen
class Submission:
    """One action of the record: which input it comes from, when, who, what."""

    input: str
    month: int
    actor: str
    id: str


@frozen
class Refusal:
    """
    A recorded submission that the model did not carry out.

    Parameters
    ----------
    submission : Submission
    share : float
        Of the runs in which it was refused.
    why : str
        The commonest reason.
    """

    submission: Submission
    share: float
    why: str


@frozen
class Played:
    """
    A replay, month by month.

    Parameters
    ----------
    calendar : Calendar
    series : dict of str to ndarray, shape (months, runs)
        Observers at each month's close, by ``obs.ID``.
    refused : tuple of Refusal
    """

    calendar: Calendar
    series: Mapping[str, np.ndarray] = field(repr=False, eq=False)
    refused: tuple[Refusal, ...] = ()

    def measuring(self) -> Measuring:
        """What measures of this replay are made by."""
        return Measuring(self.calendar, self.series)


def month_number(model: Model, month: str) -> int:
    """A month counted from the scenario's first."""
    start = model.scenario.scenario.start
    return (int(month[:4]) - int(start[:4])) * 12 + int(month[5:]) - int(start[5:])


def problems_of_input(model: Model, id: str, one: Input) -> list[Problem]:
    """Everything in an input that the model cannot be given, with its mend."""
    return _Checked(model, id, one).problems()


def unlisted_events(model: Model, inputs: Mapping[str, Input]) -> list[str]:
    """Dated events of the scenario's months that no input names: they would go in unseen."""
    named = {one.event for one in inputs.values()}
    months = range(model.scenario.scenario.months)
    return sorted(
        item.id
        for item, event in model.happenings.events
        if event.date is not None and month_number(model, event.date) in months and item.id not in named
    )


class _Checked:
    """One input against a model."""

    def __init__(self, model: Model, id: str, one: Input) -> None:
        self.model, self.id, self.one = model, id, one
        self.found: list[Problem] = []

    def problems(self) -> list[Problem]:
        one, sources = self.one, self.model.scenario.source
        for name in one.source or (self.id,):
            if name not in sources:
                self._problem("source", f"there is no source {name}", did_you_mean(name, sources))
        wanted = {"decision": ("do",), "exogenous": ("event",)}.get(one.kind, ())
        may = {"decision": ("do", "event"), "exogenous": ("event",)}.get(one.kind, ())
        for name, value in (("do", one.do), ("event", one.event)):
            if value and name not in may:
                self._problem(name, f"of an input of the kind {one.kind}", "it goes in nowhere: leave it out")
            elif not value and name in wanted:
                self._problem(name, f"{name} is missing", f"say what carries this {one.kind} into the model")
        if may:
            self._month()
        if one.kind == "decision":
            self._decision()
        if one.event is not None:
            self._event(one.event)
        return self.found

    def _problem(self, key: str, what: str, mend: str = "") -> None:
        self.found.append(Problem(("input", self.id, *key.split(".")), what, mend))

    def _month(self) -> None:
        month = self.one.month
        if month is None:
            self._problem("month", "month is missing", "say when it went in")
        elif not 0 <= month_number(self.model, month) < self.model.scenario.scenario.months:
            self._problem("month", f"{month} is outside the scenario's months")

    def _decision(self) -> None:
        actor, actors = self.one.actor, self.model.scenario.actor
        if actor is None:
            self._problem("actor", "actor is missing", "say whose decision it was")
        elif actor not in actors:
            self._problem("actor", f"there is no actor {actor}", did_you_mean(actor, actors))
        for n, id in enumerate(self.one.do):
            if id not in self.model.action_rows:
                self._problem(f"do.{n}", f"there is no action {id}", did_you_mean(id, self.model.action_rows))
            elif actor in actors and self.model.action(id).actor != actor:
                self._problem(f"do.{n}", f"{id} is {self.model.action(id).actor}'s to do, not {actor}'s")

    def _event(self, name: str) -> None:
        known = {item.id: event for item, event in self.model.happenings.events}
        if name not in known:
            self._problem("event", f"there is no event {name}", did_you_mean(name, known))
        elif known[name].date is None:
            self._problem("event", f"{name} has no date", "what goes in happens on a date")
        elif self.one.kind == "exogenous" and known[name].date != self.one.month:
            self._problem("month", f"{name} happens in {known[name].date}", "give the event's own date")


def script(model: Model, inputs: Mapping[str, Input], replay: Replay) -> tuple[Submission, ...]:
    """What the replay's actors submit, in order of time."""
    made = [
        Submission(id, month_number(model, one.month), one.actor, action)
        for id, one in inputs.items()
        if one.kind == "decision" and one.month and one.actor
        if not replay.actors or one.actor in replay.actors
        for action in one.do
        if action in model.action_rows
    ]
    return tuple(sorted(made, key=lambda s: (s.month, s.id)))


def controllers(model: Model, replay: Replay, silent: bool = False) -> dict[str, str]:
    """
    Who plays whom: by the record, or by tendencies.

    Parameters
    ----------
    silent : bool
        Whether those who do not follow the record do nothing, in place of what they tend to.
    """
    follows = replay.actors or tuple(model.scenario.actor)
    rest = HUMAN if silent else TENDENCY
    return {actor: HUMAN if actor in follows else rest for actor in model.scenario.actor}


def play(
    model: Model, submissions: Sequence[Submission], cast: Mapping[str, str], runs: np.ndarray,
    seed: int = 1, parameters: np.ndarray | None = None, backend: Backend = Backend.NUMPY,
    observers: Iterable[str] | None = None, without: Iterable[str] = (),
) -> Played:  # fmt: skip
    """
    Play the past again in many runs.

    Parameters
    ----------
    cast : dict of str to str
        Who plays whom, see :func:`controllers`.
    runs : ndarray of uint64, shape (runs,)
        Their numbers.
    parameters : ndarray, shape (parameter rows, runs or 1), optional
        The balanced reading's by default.
    observers : iterable of str, optional
        Observers' ids to keep; all by default.
    without : iterable of str
        Dated events that do not happen.
    """
    names = list(model.scenario.obs if observers is None else observers)
    runs = np.asarray(runs, np.uint64)
    if parameters is None:
        parameters = model.parameters.balanced()
    blocks = []
    for first in range(0, len(runs), BLOCK):
        part = slice(first, first + BLOCK)
        own = parameters if parameters.shape[1] == 1 else parameters[:, part]
        block = _Block(model, submissions, cast, runs[part], seed, own, backend, names)
        block.leave_out(without)
        blocks.append(block.play())
    series = {
        f"obs.{name}": np.concatenate([months[n] for months, _ in blocks], axis=1)
        for n, name in enumerate(names)
    }
    header = model.scenario.scenario
    refused = _joined([(len(months[0][0]), found) for months, found in blocks], len(runs))
    return Played(Calendar(header.start, header.months), series, refused)


def _joined(blocks: Sequence[tuple[int, Sequence[Refusal]]], runs: int) -> tuple[Refusal, ...]:
    """Refusals of all blocks, each with its share of all runs and the reason that most of them have."""
    reasons: dict[Submission, dict[str, float]] = {}
    for count, found in blocks:
        for one in found:
            shares = reasons.setdefault(one.submission, {})
            shares[one.why] = shares.get(one.why, 0.0) + one.share * count / runs
    joined = [Refusal(s, sum(why.values()), max(why, key=why.__getitem__)) for s, why in reasons.items()]
    return tuple(sorted(joined, key=lambda r: (r.submission.month, r.submission.id)))


class _Block:
    """Runs of a replay that are stepped together."""

    def __init__(
        self, model: Model, submissions: Sequence[Submission], cast: Mapping[str, str],
        runs: np.ndarray, seed: int, parameters: np.ndarray, backend: Backend, names: Sequence[str],
    ) -> None:  # fmt: skip
        self.model = model
        self.due: dict[int, list[Submission]] = {}
        for one in submissions:
            self.due.setdefault(one.month, []).append(one)
        self.sim = Simulation(model, Cast((dict(cast),)), seed, runs, parameters, backend)
        block = model.layout.blocks["obs"]
        self.rows = [block.offset + block.labels.index(n) for n in names]
        self.found: list[Refusal] = []

    def leave_out(self, events: Iterable[str]) -> None:
        """Keep dated events from happening: they count as long past, and happen only once."""
        state = self.sim.state.copy()
        for name in events:
            state[self._row("since", name)] = NEVER - self.model.scenario.scenario.months - 1
        self.sim.reset(state, 0)

    def play(self) -> tuple[np.ndarray, list[Refusal]]:
        """
        Observers by month, and what was refused.

        Returns
        -------
        ndarray, shape (observers, months, runs)
        """
        sim, months = self.sim, self.model.scenario.scenario.months
        seen = np.zeros((len(self.rows), months, len(sim.runs)))
        for month in range(months):
            due = self.due.get(month, [])
            opening = sim.state.copy() if due else None
            sim.step(self._inputs(due))
            seen[:, month] = sim.state[self.rows]
            if opening is not None:
                self._note_refused(due, opening, month)
        sim.check()
        return seen, self.found

    def _inputs(self, due: Sequence[Submission]) -> np.ndarray | None:
        if not due:
            return None
        inputs = np.zeros((self.sim.actions, 1))
        inputs[[self.model.action_rows[s.id] for s in due]] = 1.0
        return inputs

    def _note_refused(self, due: Sequence[Submission], opening: np.ndarray, month: int) -> None:
        closing = self.sim.state
        for one in due:
            done = self._done(self.model.action(one.id), opening, closing)
            if not done.all():
                why = self._why(self.model.action(one.id), opening[:, ~done], month)
                self.found.append(Refusal(one, 1.0 - float(done.mean()), why))

    def _done(self, action: Action, opening: np.ndarray, closing: np.ndarray) -> np.ndarray:
        """In which runs an action was carried out in the month between two states."""
        if action.kind == "refuse":
            row = self._row("offer", action.item.id)
            return (opening[row] == 1.0) & (closing[row] == 0.0)
        name = f"accept.{action.item.id}" if action.kind == "accept" else action.id
        return closing[self._row("since", name)] == 1.0

    def _row(self, block: str, label: str) -> int:
        found = self.model.layout.blocks[block]
        return found.offset + found.labels.index(label)

    def _why(self, action: Action, opening: np.ndarray, month: int) -> str:
        """Why an action was refused in some runs: the reason of most."""
        sim, rows = self.sim, self.model.action_rows
        runs = opening.shape[1]
        # Constants may differ from run to run: those of the first stand for all in a reason.
        probe = Probe(
            sim.programs.legality, sim.const[:, :1], len(opening), runs=runs, modes=sim.modes[:, :1]
        )
        found = probe(opening, month)
        legal, cost = found[rows[action.id]] > 0, found[len(rows) + rows[action.id]]
        if 2 * legal.sum() < runs:
            return self._condition(action)
        purse = self.model.scenario.actor[action.actor].capital
        if purse is not None and action.capital is not None:
            left = opening[self._row(f"stock:{purse}", purse)]
            if 2 * (left < cost).sum() >= runs:
                return (
                    f"too dear: it costs {float(np.median(cost)):.3g} of {purse}, "
                    f"{float(np.median(left)):.3g} is there"
                )
        return "excluded by another action of that month, or too dear beside the others"

    def _condition(self, action: Action) -> str:
        """The condition of an action that does not hold, as its author wrote it."""
        if action.kind == "choice":
            return f"{action.item.id} does not wait for an answer, or its condition does not hold"
        if action.kind in ("accept", "refuse"):
            return f"{action.item.id} does not wait for an answer"
        requires = getattr(action.table, "requires", None)
        because = getattr(action.table, "because", None)
        parts = [f"requires {requires}" if requires else "not so soon again, or only once"]
        if because is not None:
            parts.append(because.en)
        return "not legal: " + ": ".join(parts)
