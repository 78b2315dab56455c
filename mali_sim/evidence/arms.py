"""
What a push does to a month: rows of the state, submissions, parameters.

The arm with the push stands in some columns of a block of runs, the arm without it in as
many after them.
"""

from collections.abc import Sequence

import numpy as np
from attrs import frozen

from mali_sim.evidence.classes import Push
from mali_sim.evidence.pushes import Pushes, as_pushes, check_push, events_of, target
from mali_sim.evidence.variants import forced
from mali_sim.model import Model
from mali_sim.model.happenings import Action
from mali_sim.model.month import switch_number
from mali_sim.model.names import ASKED, IN_FORCE, NONE
from mali_sim.model.typed import NEVER


@frozen
class Request:
    """A pair to be run; see :func:`mali_sim.evidence.push.run_pair` for its parts."""

    setup: Pushes
    push: Pushes
    hold: bool | int
    from_: int
    months: int
    effects: Sequence[str]

    @property
    def held(self) -> int:
        """For how many months the push is kept up."""
        return self.months if self.hold is True else max(int(self.hold), 1)


class Arms:
    """
    One pair while it runs.

    Parameters
    ----------
    first : int
        The first of its columns.

    Attributes
    ----------
    moved : ndarray of bool, shape (pushes, runs)
        Where a push made its cause differ between the arms, so far.

    Raises
    ------
    PushError
    """

    def __init__(self, model: Model, request: Request, runs: int, first: int = 0) -> None:
        self.model, self.request, self.runs = model, request, runs
        self.setup, self.push = as_pushes(request.setup), as_pushes(request.push)
        for one in (*self.setup, *self.push):
            check_push(model, one)
        self.with_ = slice(first, first + runs)
        self.without = slice(first + runs, first + 2 * runs)
        self.both = slice(first, first + 2 * runs)
        self.moved = np.zeros((len(self.push), runs), bool)
        pending = model.layout.blocks.get("pending")
        self._pending = pending.labels if pending else ()

    # -- parameters ----------------------------------------------------------------------

    @property
    def parametric(self) -> bool:
        """Whether something of its parameters is pushed."""
        return any(p.kind in ("constant", "event") for p in (*self.setup, *self.push))

    def parameters(self, base: np.ndarray) -> np.ndarray:
        """
        Parameters of both arms.

        Parameters
        ----------
        base : ndarray, shape (parameter rows, runs)

        Returns
        -------
        ndarray, shape (parameter rows, 2 × runs)
        """
        from_, held = self.request.from_, self.request.held
        arms = [base, base]
        for arm in range(2):
            for one in self.setup:
                arms[arm] = self._set(arms[arm], one, True, from_)
            for one in self.push:
                arms[arm] = self._set(arms[arm], one, arm == 0, from_ + held - 1)
        for number, one in enumerate(self.push):
            if one.kind == "constant":
                rows = self._constant_rows(one.name)
                self.moved[number] = (arms[0][rows] != arms[1][rows]).any(axis=0)
        return np.concatenate(arms, axis=1)

    def _set(self, parameters: np.ndarray, one: Push, on: bool, last: int) -> np.ndarray:
        if one.kind == "constant" and on:
            parameters = parameters.copy()
            parameters[self._constant_rows(one.name)] = float(one.to)  # type: ignore[arg-type]
        elif one.event is not None:
            parameters = forced(self.model, parameters, one.event, (self.request.from_, last), on)
        return parameters

    def _constant_rows(self, name: str) -> list[int]:
        id, members = target(name)
        p = self.model.parameters.items[id]
        combinations = self.model.sets.combinations(p.dims)
        return [p.offset + n for n, c in enumerate(combinations) if set(members) <= set(c)]

    # -- state and submissions -----------------------------------------------------------

    def submit(self, state: np.ndarray, inputs: np.ndarray, month: int) -> list[str]:
        """
        Write what is pushed into an opening state and its submissions.

        Parameters
        ----------
        state, inputs : ndarray, shape (rows, columns)
            Of the whole block.
        month : int
            Counted from that of the push.

        Returns
        -------
        list of str
            The actors that submit something, in both arms.
        """
        first = month == 0
        human: list[str] = []
        if first:
            self._make_ready(state)
            for one in self.setup:
                human += self._apply(one, state, inputs, self.both, ready=True, first=True)
        if month < self.request.held:
            names = {one.name for one in self.push}
            for one in self.setup:
                if not first and one.switch is not None and one.name in names:
                    self._apply(one, state, inputs, self.without, ready=True, first=False)
            for number, one in enumerate(self.push):
                human += self._apply(one, state, inputs, self.with_, ready=False, first=first)
                self._note_changed(number, one, state)
        return human

    def _make_ready(self, state: np.ndarray) -> None:
        """What is pushed neither waits for a cooldown nor was done once for all, in both arms."""
        since = self.model.layout.blocks["since"]
        for one in (*self.setup, *self.push):
            events = events_of(self.model, one.event) if one.event else []
            for id in (*(one.do or ()), *events):
                if id in since.labels:
                    state[self._row("since", id), self.both] = float(NEVER)
                if id in self._pending:
                    state[self._row("pending", id), self.both] = 0.0

    def _apply(
        self, one: Push, state: np.ndarray, inputs: np.ndarray, columns: slice, ready: bool, first: bool
    ) -> list[str]:
        """One push in some columns; returns the actors that submit something for it."""
        if one.stock is not None:
            rows = self._stock_rows(one.stock)
            source = self.without if columns == self.with_ else columns
            low, high = self._bounds(one.stock)
            by = float(one.by or 0.0)
            state[rows, columns] = np.clip(state[rows, source] + by, low, high) + 0.0
        elif one.switch is not None:
            block = self.model.layout.blocks[f"switch:{one.switch}"]
            values = self.model.scenario.switch[one.switch].values
            state[block.offset, columns] = switch_number(values, one.to)
        elif one.do is not None:
            for id in one.do:
                action = self.model.action(id)
                if action.kind == "choice" and first:
                    state[self._row("pending", action.item.id), self.both] = 1.0  # asked in both arms
                inputs[self.model.action_rows[id], columns] = 1.0
            return [self.model.action(id).actor for id in one.do]
        elif one.offer is not None:
            return self._strike(one.offer, state, inputs, columns, ready or not first)
        return []

    def _strike(
        self, offer: str, state: np.ndarray, inputs: np.ndarray, columns: slice, ready: bool
    ) -> list[str]:
        """A bargain asked for and accepted this month, or in force already."""
        status, age = self._row("offer", offer), self._row("offer_age", offer)
        if ready:
            state[status, columns] = IN_FORCE
            state[age, columns] = 0.0
            return []
        state[status, self.both], state[age, self.both] = NONE, 0.0
        state[status, columns] = ASKED
        accept = self.model.action(f"accept.{offer}")
        inputs[self.model.action_rows[accept.id], columns] = 1.0
        return [accept.actor]

    # -- whether the cause moved ---------------------------------------------------------

    def _note_changed(self, number: int, one: Push, state: np.ndarray) -> None:
        """Of what is written into the state: in which runs it differs from the other arm's."""
        if one.stock is not None:
            rows = self._stock_rows(one.stock)
        elif one.switch is not None:
            rows = [self.model.layout.blocks[f"switch:{one.switch}"].offset]
        else:
            return
        self.moved[number] |= (state[rows, self.with_] != state[rows, self.without]).any(axis=0)

    def note_done(self, state: np.ndarray, month: int) -> None:
        """Of what is done or happens: in which runs it did in the arm with it alone, in a month."""
        if month >= self.request.held:
            return
        for number, one in enumerate(self.push):
            if one.do is not None:
                done = [self._only_with(state, self.model.action(id)) for id in one.do]
                self.moved[number] |= np.all(done, axis=0)
            elif one.event is not None:
                struck = [self._just(state, id) for id in events_of(self.model, one.event)]
                self.moved[number] |= np.all(struck, axis=0)
            elif one.offer is not None:
                forced = state[self._row("offer", one.offer)] == IN_FORCE
                self.moved[number] |= forced[self.with_] & ~forced[self.without]

    def _only_with(self, state: np.ndarray, action: Action) -> np.ndarray:
        if action.kind == "refuse":
            gone = state[self._row("offer", action.item.id)] == NONE
            return gone[self.with_] & ~gone[self.without]
        return self._just(state, action.id)

    def _just(self, state: np.ndarray, happening: str) -> np.ndarray:
        now = state[self._row("since", happening)] == 1.0
        return now[self.with_] & ~now[self.without]

    # -- rows ----------------------------------------------------------------------------

    def _row(self, block: str, label: str) -> int:
        found = self.model.layout.blocks[block]
        return found.offset + found.labels.index(label)

    def _stock_rows(self, name: str) -> list[int]:
        id, members = target(name)
        block = self.model.layout.blocks[f"stock:{id}"]
        combinations = self.model.sets.combinations(block.dims)
        return [block.offset + n for n, c in enumerate(combinations) if set(members) <= set(c)]

    def _bounds(self, name: str) -> tuple[float, float]:
        stock = self.model.scenario.stock[target(name)[0]]
        if stock.kind == "conserved" or not stock.bounds:
            return 0.0, np.inf
        return stock.bounds[0], stock.bounds[1]
