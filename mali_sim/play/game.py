"""
The one authority over a game.

Seed, profile and decisions give everything: states are recomputed, never stored. Front
ends show what it says and pass on what people do; they compute nothing.
"""

import hashlib
from collections.abc import Mapping, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from attrs import evolve

from mali_sim.engine import (
    HUMAN,
    TENDENCY,
    Backend,
    Cast,
    NotANumber,
    Policy,
    Simulation,
    constant_rows,
    first_state,
    run_once,
)
from mali_sim.engine import draws as engine_draws
from mali_sim.engine.reference import run_program
from mali_sim.model import Model
from mali_sim.play.address import (
    Address,
    AddressError,
    Draw,
    controllers,
    drawn_parameters,
    draws_of,
    parameters_for,
    profile_of,
    reading_parameters,
)
from mali_sim.play.legality import Legality
from mali_sim.play.months import MonthReport, NotAllowed, Standing, Trace
from mali_sim.play.record import Header, Record, SaveError, read_record
from mali_sim.play.saved import model_of
from mali_sim.play.weights import checked, written
from mali_sim.scenario.texts import both, month_code

#: So many months are kept with every value, to be explained.
_TRACES = 6


class Game:
    """
    A game in play.

    Use :meth:`new`, :meth:`at_address`, :meth:`load` or :meth:`from_record`.

    Attributes
    ----------
    model : Model
    record : Record
    month : int
        The month to be played next, from 0.
    states : list of ndarray
        State rows at the opening of each month played and of the next.
    """

    def __init__(
        self, model: Model, record: Record, policies: tuple[Policy, ...] = (),
        backend: Backend = Backend.NUMPY,
    ) -> None:  # fmt: skip
        self.model = model
        self.record = record
        self.policies = policies
        self.backend = backend
        header = record.header
        self._controllers = controllers(model, header.profile)
        for seat in header.seats:
            self._controllers[seat] = HUMAN
        draw = Draw(*header.draw) if header.draw else None
        address = Address(
            header.scenario, header.fingerprint, header.profile, header.reading, header.seed,
            header.run, draw, tuple(sorted(header.changes.items())),
        )  # fmt: skip
        self.parameters = parameters_for(model, address)
        self.address = address
        self._assumed_draws = draws_of(model, header.draws) if header.draws else None
        self.rewound = False
        self._weights: dict[str, dict[str, float]] = {}
        self.plan: dict[str, list[str]] = {}
        self.inputs: list[tuple[tuple[str, str], ...]] = []
        self.casts: list[dict[str, str]] = []
        self._bind()
        keys = self._keys(0)
        self.states = [first_state(self.programs, self.const, keys)[:, 0]]
        self._traces: dict[int, Trace] = {}
        self._reports: dict[int, MonthReport] = {}

    # -- making and opening --------------------------------------------------------------

    @classmethod
    def new(
        cls, model: Model, seats: Sequence[str] = (), *, seed: int = 1, run: int = 0,
        profile: str = TENDENCY, reading: str = "balanced",
        changes: Mapping[str, float] | None = None, draw: Draw | None = None, language: str = "en",
        policies: tuple[Policy, ...] = (), backend: Backend = Backend.NUMPY, draws: str = "",
        short: bool = False,
    ) -> "Game":  # fmt: skip
        """
        A new game.

        Parameters
        ----------
        seats : sequence of str
            Actors that people play.
        profile : str
            Who plays the others.
        draws : str
            ``plausible``: forecasts run over the draws under which the past comes out as it
            was, in place of the reading's constants.
        short : bool
            The scenario's short form: the same game, ended after fewer months.

        Raises
        ------
        NotAllowed
            When there is no such actor, or no short form.
        """
        for seat in seats:
            if seat not in model.scenario.actor:
                raise NotAllowed(both("there is no actor {name}", name=seat))
        table = model.scenario.scenario
        if short and table.short is None:
            raise NotAllowed(both("{name} has no short form; it has {months} months",
                                  name=table.id, months=table.months))
        header = Header(
            scenario=model.scenario.scenario.id, fingerprint=model.fingerprint,
            files=dict(model.loaded.files), main=model.loaded.main, seed=seed, run=run,
            profile=profile, reading=reading, seats=list(seats), changes=dict(changes or {}),
            draw=[draw.number, draw.size, draw.design] if draw else None, language=language,
            draws=draws, short=(table.short or 0) if short else 0,
        )  # fmt: skip
        return cls(model, Record(header), policies, backend)

    @classmethod
    def at_address(
        cls, model: Model, address: Address, month: int | None = None, seats: Sequence[str] = (),
        policies: tuple[Policy, ...] = (), backend: Backend = Backend.NUMPY, draws: str = "",
        short: bool = False,
    ) -> "Game":  # fmt: skip
        """
        The run of an address, played by its profile up to a month.

        Parameters
        ----------
        month : int, optional
            Up to which month it is played; all of them by default. Then the seats are
            handed over.
        draws, short
            As in :meth:`new`. An address is of a run, however long one plays it.
        """
        address.check(model)
        game = cls.new(
            model, (), seed=address.seed, run=address.run, profile=address.profile,
            reading=address.reading, changes=dict(address.changes), draw=address.draw,
            policies=policies, backend=backend, draws=draws, short=short,
        )  # fmt: skip
        for _ in range(game.months if month is None else month):
            game._play()
        for seat in seats:
            game.seat(seat, HUMAN)
        return game

    @classmethod
    def load(cls, path: Path) -> "Game":
        """
        Open a save.

        Raises
        ------
        SaveError
        """
        record = read_record(path)
        try:
            return cls.from_record(record)
        except SaveError as error:
            raise SaveError(both("{label}: {rest}", label=path, rest=error.said)) from None

    @classmethod
    def from_record(cls, record: Record, model: Model | None = None) -> "Game":
        """
        Play a record again.

        The shipped scenario is used where it has the same rules and numbers, so that
        corrected texts are seen; else the one that the record carries.

        Raises
        ------
        SaveError
            When a state is not the one that was recorded, or an event does not fit.
        """
        header = record.header
        model = model or model_of(header)
        if model.fingerprint != header.fingerprint:
            raise SaveError(both(
                "the save is of {scenario}@{mark}, the scenario in it is @{own}: it was made by another "
                "version of this program", scenario=header.scenario, mark=header.fingerprint,
                own=model.fingerprint,
            ))  # fmt: skip
        if header.short > model.scenario.scenario.months:
            raise SaveError(both("the save has {months} months, {scenario} has fewer",
                                 months=header.short, scenario=header.scenario))  # fmt: skip
        try:
            game = cls(model, Record(header))
            for number, event in enumerate(record.events):
                game._replay(event, number + 2)
        except (KeyError, TypeError, IndexError, AttributeError, NotAllowed) as error:
            reason = error.reason if isinstance(error, NotAllowed) else error
            raise SaveError(both("an event does not fit the game: {reason}", reason=reason)) from None
        except ValueError as error:
            if isinstance(error, SaveError):
                raise
            raise SaveError(str(error)) from None
        game.record = record
        return game

    def _replay(self, event: dict[str, Any], line: int) -> None:
        match event["kind"]:
            case "submit":
                self.submit(event["actor"], event["id"])
            case "advance":
                self._play()
                if event["state"] != self.state_hash():
                    raise SaveError(both(
                        "line {line}: month {month} gives another state than was recorded: the save is of "
                        "another version of the rules, or damaged", line=line, month=event["month"],
                    ))  # fmt: skip
            case "rewind":
                self.rewind(event["month"])
            case "seat":
                self.seat(event["actor"], event["controller"])
            case "weights":
                self.weigh(event["actor"], event["weights"])
            case _:
                self.record.events.append(event)

    def save(self, path: Path) -> None:
        """Write the record; raises :class:`SaveError` and leaves what was there."""
        self.record.save(path)

    def branch(self, month: int, seed: int) -> "Game":
        """A new game with this one's past up to a month, and other luck from there."""
        header = self.record.header
        branches = [b for b in header.branches if b[0] < month] + [[month, seed]]
        game = Game(self.model, Record(evolve(header, branches=branches)))
        for past in range(month):
            game._take_over(self.casts[past])
            for actor, action in self.inputs[past]:
                game.submit(actor, action)
            game._play()
        if month < len(self.casts):
            game._take_over(self.casts[month])
        else:
            game._take_over(self._controllers)
        for actor, weights in self._weights.items():
            game.weigh(actor, weights)
        return game

    def _take_over(self, cast: Mapping[str, str]) -> None:
        for actor, who in cast.items():
            if self._controllers.get(actor, TENDENCY) != who:
                self.seat(actor, who)

    # -- time ----------------------------------------------------------------------------

    @property
    def month(self) -> int:
        """The month to be played next."""
        return len(self.states) - 1

    @property
    def months(self) -> int:
        """How many months the game has: the scenario's, or those of its short form."""
        return self.record.header.short or self.model.scenario.scenario.months

    @property
    def finished(self) -> bool:
        """Whether all months are played."""
        return self.month >= self.months

    def date(self, month: int | None = None) -> str:
        """``YYYY-MM`` of a month, by default the next one."""
        return month_code(self.model.scenario.scenario.start, self.month if month is None else month)

    @property
    def state(self) -> np.ndarray:
        """State rows now."""
        return self.states[-1]

    def state_hash(self) -> str:
        """SHA-256 of the whole state."""
        return hashlib.sha256(np.ascontiguousarray(self.state, "<f8").tobytes()).hexdigest()

    @property
    def cast(self) -> Mapping[str, str]:
        """Who plays whom now; actors that are left out follow their tendencies."""
        return dict(self._controllers)

    @property
    def seats(self) -> list[str]:
        """Actors played by people now."""
        return [a for a, who in self._controllers.items() if who == HUMAN]

    @cached_property
    def assumed_parameters(self) -> np.ndarray:
        """
        What a seat takes the constants for: the reading, never what was drawn for this run.

        Returns
        -------
        ndarray, shape (parameter rows, 1)
        """
        header = self.record.header
        return reading_parameters(self.model, header.reading, header.changes)

    def assumed_draws(self, runs: np.ndarray) -> np.ndarray:
        """
        What a seat's futures take the constants for: the reading, or plausible draws in turn.

        Parameters
        ----------
        runs : ndarray of uint64, shape (runs,)
            Numbers of the futures.

        Returns
        -------
        ndarray, shape (parameter rows, runs or 1)
        """
        draws, base = self._assumed_draws, self.assumed_parameters
        if draws is None:
            return base
        changes = self.record.header.changes
        return drawn_parameters(self.model, base, draws, draws.numbers(runs), changes)

    def seed(self, month: int) -> int:
        """The seed of a month's luck: the header's, or a branch's."""
        seed = self.record.header.seed
        for start, other in self.record.header.branches:
            if month >= start:
                seed = other
        return seed

    def _keys(self, month: int) -> np.ndarray:
        run = np.array([self.record.header.run], np.uint64)
        return engine_draws.run_keys(self.seed(month), run)

    def _bind(self) -> None:
        """Tapes and rows for who plays now."""
        for actor, who in self._controllers.items():
            if who.startswith("py/") and not any(p.name == who for p in self.policies):
                raise AddressError(
                    f"{actor} is played by the Python strategy {who}; give its file, "
                    "unchanged, with --policy FILE.py:FUNCTION"
                )
        cast = self._cast(self._controllers)
        self.programs = self.model.programs(cast.strategies())
        self.const = constant_rows(self.programs, self.parameters)
        owners = {id: s.actor for id, s in self.model.scenario.strategy.items()}
        self.modes = cast.modes(self.programs, list(self.model.scenario.actor), owners)
        self._stepper: Simulation | None = None

    def _step(self, inputs: np.ndarray) -> np.ndarray:
        """The closing state of the next month, by NumPy."""
        if self._stepper is None:
            cast = self._cast(self._controllers)
            runs = np.array([self.record.header.run], np.uint64)
            self._stepper = Simulation(
                self.model, cast, self.seed(self.month), runs, self.parameters,
                self.backend, self.state.reshape(-1, 1), self.month,
            )  # fmt: skip
        self._stepper.reset(self.state.reshape(-1, 1), self.month, self._keys(self.month))
        self._stepper.step(inputs)
        self._stepper.check()
        return self._stepper.state[:, 0].copy()

    def advance(self) -> MonthReport:
        """
        Play the month with what was submitted.

        Raises
        ------
        NotAllowed
            After the last month.
        NotANumber
            When the model breaks; it names the variable.
        """
        self._play()
        return self.report(self.month - 1)

    def _play(self) -> None:
        """Play the month; nobody asks what happened, which takes many times as long."""
        if self.finished:
            raise NotAllowed(both("The game is over."))
        submitted = tuple((a, i) for a, plan in sorted(self.plan.items()) for i in plan)
        submitted += self._policies_submit()
        closing = self._step(self._input_rows(submitted))
        self.inputs.append(submitted)
        self.casts.append(dict(self._controllers))
        self.states.append(closing)
        self.plan = {}
        self._forget_legality()
        self.record.add("advance", month=self.month - 1, state=self.state_hash())

    def _cast(self, controllers: Mapping[str, str]) -> Cast:
        return Cast((dict(controllers),), self.policies)

    def _policies_submit(self) -> tuple[tuple[str, str], ...]:
        """What strategies in Python submit this month."""
        cast = self._cast(self._controllers)
        rows = cast.inputs(self.model, self.state.reshape(-1, 1), self.month)
        if rows is None:
            return ()
        actions = self.model.happenings.actions
        return tuple((a.actor, a.id) for n, a in enumerate(actions) if rows[n, 0])

    def _input_rows(self, submitted: Sequence[tuple[str, str]]) -> np.ndarray:
        rows = np.zeros((len(self.model.happenings.actions), 1))
        for _, action in submitted:
            rows[self.model.action_rows[action]] = 1.0
        return rows

    def rewind(self, month: int) -> None:
        """
        Back to the opening of a month, on the same luck.

        The record keeps what was undone and is marked: no score any more.
        """
        if not 0 <= month <= self.month:
            raise NotAllowed(both("There is no such month to go back to."))
        casts = [*self.casts, dict(self._controllers)]
        self._controllers = dict(casts[month])
        del self.states[month + 1 :], self.inputs[month:], self.casts[month:]
        self._traces = {m: t for m, t in self._traces.items() if m < month}
        self._reports = {m: r for m, r in self._reports.items() if m < month}
        self.plan = {}
        self.rewound = True
        self._bind()
        self._forget_legality()
        self.record.add("rewind", month=month)

    def seat(self, actor: str, controller: str) -> None:
        """Hand an actor to a person (``human``), a strategy, or its tendencies."""
        if actor not in self.model.scenario.actor:
            raise NotAllowed(both("there is no actor {name}", name=actor))
        if controller not in (HUMAN, TENDENCY):
            strategy = self.model.scenario.strategy.get(controller)
            if strategy is None or strategy.actor != actor:
                raise NotAllowed(both("{name} does not play this actor", name=controller))
        self._controllers[actor] = controller
        self.plan.pop(actor, None)
        self._bind()
        self._forget_legality()
        self.record.add("seat", actor=actor, controller=controller)

    # -- what counts ---------------------------------------------------------------------

    @cached_property
    def written_weights(self) -> Mapping[str, float]:
        """The scenario's weights of outcomes, in the game's reading; they sum to 1."""
        return written(self.model, self.assumed_parameters)

    def weights(self, actor: str) -> Mapping[str, float]:
        """What each outcome weighs for an actor: as a person has set it, else as written."""
        return self._weights.get(actor, self.written_weights)

    def weigh(self, actor: str, weights: Mapping[str, float]) -> None:
        """
        Weigh the outcomes otherwise; the record keeps it, and no state depends on it.

        Parameters
        ----------
        weights : dict of str to float
            By outcome; scaled to sum to 1. What is left out weighs nothing.

        Raises
        ------
        NotAllowed
        """
        if actor not in self.model.scenario.actor:
            raise NotAllowed(both("there is no actor {name}", name=actor))
        self._weights[actor] = checked(self.model, weights)
        self.record.add("weights", month=self.month, actor=actor, weights=dict(self._weights[actor]))

    # -- what may be done ----------------------------------------------------------------

    @cached_property
    def legality(self) -> Legality:
        """What may be done this month; made anew when the month, or who plays, changes."""
        return Legality(
            self.model, self.programs, self.const, self.modes, self.state, self.month, self.finished
        )

    def legality_at(self, month: int) -> Legality:
        """What the rules saw when a month that has been played opened."""
        if month == self.month:
            return self.legality
        return Legality(self.model, self.programs, self.const, self.modes, self.states[month], month)

    def _forget_legality(self) -> None:
        self.__dict__.pop("legality", None)

    def capital(self, actor: str) -> float | None:
        """What an actor has to spend this month, before the plan."""
        return self.legality.capital(actor)

    def left(self, actor: str) -> float | None:
        """What an actor has left after the plan."""
        return self.legality.left(actor, self.plan.get(actor, ()))[0]

    def standing(self, id: str) -> Standing:
        """Whether an action can be taken now, and why not."""
        return self.legality.standing(id, self.plan.get(self.model.action(id).actor, ()))

    def standings(self, actor: str) -> list[Standing]:
        """All of an actor's actions, those of pending offers and events only while they pend."""
        return self.legality.standings(actor, self.plan.get(actor, ()))

    def submit(self, actor: str, id: str) -> Standing:
        """
        Put an action into this month's plan.

        Raises
        ------
        NotAllowed
            With the reason, when it cannot be done.
        """
        if self._controllers.get(actor) != HUMAN:
            raise NotAllowed(both("Nobody plays {name} here.", name=actor))
        if id not in self.model.action_rows or self.model.action(id).actor != actor:
            raise NotAllowed(both("{name} cannot be done by this actor.", name=id))
        standing = self.standing(id)
        if standing.planned:
            raise NotAllowed(both("It is in the plan already."))
        if not standing.allowed:
            raise NotAllowed(standing.reason or both("The conditions do not hold."))
        self.plan.setdefault(actor, []).append(id)
        self.record.add("submit", actor=actor, id=id)
        return standing

    def withdraw(self, actor: str, id: str) -> None:
        """Take an action out of this month's plan."""
        plan = self.plan.get(actor, [])
        if id not in plan:
            raise NotAllowed(both("It is not in the plan."))
        plan.remove(id)
        for place in range(len(self.record.events) - 1, -1, -1):
            event = self.record.events[place]
            if event == {"kind": "submit", "actor": actor, "id": id}:
                del self.record.events[place]
                break

    def undo(self, actor: str) -> str:
        """Take back the last action of this month's plan; returns its id."""
        plan = self.plan.get(actor, [])
        if not plan:
            raise NotAllowed(both("There is nothing to undo this month."))
        id = plan[-1]
        self.withdraw(actor, id)
        return id

    def snapshot(self) -> "Game":
        """The game as it stands, for looking ahead beside the play; not to be played on."""
        made = copy(self)
        made.plan = {actor: list(plan) for actor, plan in self.plan.items()}
        made.states, made.inputs, made.casts = list(self.states), list(self.inputs), list(self.casts)
        made._traces, made._reports = dict(self._traces), dict(self._reports)
        made._controllers = dict(self._controllers)
        made._stepper = None
        return made

    # -- what happened -------------------------------------------------------------------

    def trace(self, month: int, beside: int | None = None) -> Trace:
        """
        A played month with every value, computed again by the reference backend.

        Parameters
        ----------
        beside : int, optional
            Another month, played by others perhaps: the tape then has the strategies of
            both, so that their values can be compared.
        """
        cast = self._cast(self.casts[month])
        strategies = set(cast.strategies())
        if beside is not None:
            strategies |= set(self._cast(self.casts[beside]).strategies())
        programs = self.model.programs(tuple(sorted(strategies)))
        known = self._traces.get(month)
        if known is None or known.programs is not programs:
            same = programs is self.programs
            const = self.const if same else constant_rows(programs, self.parameters)
            owners = {id: s.actor for id, s in self.model.scenario.strategy.items()}
            modes = cast.modes(programs, list(self.model.scenario.actor), owners)
            start = int(self.model.scenario.scenario.start[5:])
            sources = {
                "const": const[:, 0].tolist(),
                "mode": modes[:, 0].tolist(),
                "input": self._input_rows(self.inputs[month])[:, 0].tolist(),
                "clock": [float(month), float((start - 1 + month) % 12 + 1)],
            }
            key = int(self._keys(month)[0])
            opening = self.states[month].tolist()
            closing, values = run_program(programs.trace, opening, sources, key, month)
            known = Trace(month, tuple(opening), tuple(closing), values, programs, sources, key)
        # The one used last comes last; a month's values take some megabytes.
        self._traces.pop(month, None)
        self._traces[month] = known
        for old in list(self._traces)[:-_TRACES]:
            self._traces.pop(old, None)
        return known

    def report(self, month: int) -> MonthReport:
        """What happened in a played month."""
        if month not in self._reports:
            self._reports[month] = MonthReport.of(self.trace(month), self.model, self.inputs[month])
        return self._reports[month]

    def observed(self, id: str, month: int | None = None) -> float:
        """
        An observer's value at the close of a month; of the latest one by default.

        Month -1 is the time before the first.
        """
        block = self.model.layout.blocks["obs"]
        state = self.state if month is None else self.states[month + 1]
        return float(state[block.offset + block.labels.index(id)])

    def stock(self, id: str, month: int | None = None) -> np.ndarray:
        """Rows of a stock at the close of a month."""
        block = self.model.layout.blocks[f"stock:{id}"]
        state = self.state if month is None else self.states[month + 1]
        return state[block.offset : block.offset + block.rows]

    def outcomes(self) -> dict[str, float]:
        """Every outcome over the months played."""
        names = list(self.model.scenario.outcome)
        return {id: float(v) for id, v in zip(names, self._final(), strict=False)}

    def ending(self) -> str | None:
        """The first ending whose condition holds."""
        holds = self._final()[len(self.model.scenario.outcome) :]
        for id, value in zip(self.model.scenario.ending, holds, strict=True):
            if value > 0:
                return id
        return None

    def _final(self) -> np.ndarray:
        state = self.state.reshape(-1, 1)
        return run_once(self.programs.ending, self.const, state, runs=1, month=self.month)[:, 0]

    def without(self, month: int, actor: str, id: str) -> "Game":
        """The same game on the same luck, but for one submission."""
        game = Game(self.model, Record(self.record.header))
        for past in range(self.month):
            game._take_over(self.casts[past])
            for who, what in self.inputs[past]:
                skipped = (past, who, what) == (month, actor, id)
                if not skipped and game.standing(what).allowed:
                    game.submit(who, what)
            game._play()
        return game

    @property
    def run_address(self) -> Address:
        """The address of this run; of a played game with ``actor=human``."""
        return evolve(self.address, profile=profile_of(self._controllers))


__all__ = ["Game", "MonthReport", "NotANumber", "NotAllowed", "Standing", "Trace"]
