"""
Pairs of futures that differ in one push, on the same luck.

Both arms of a pair are runs of one block with the same keys, so every draw is the same in
both and what differs at the end came from the push. Until the month of the push they are
one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import field, frozen

from mali_sim.engine import HUMAN, TENDENCY, Backend, Cast, Simulation
from mali_sim.equations import EquationError, Member, Name, parse
from mali_sim.evidence.classes import KINDS, Push
from mali_sim.evidence.variants import MARK, carried, forced, forcible, variant
from mali_sim.model import Model
from mali_sim.model.happenings import Action
from mali_sim.model.month import switch_number
from mali_sim.model.names import ASKED, IN_FORCE, NONE
from mali_sim.model.switches import is_value
from mali_sim.model.typed import NEVER
from mali_sim.play.address import controllers
from mali_sim.scenario import did_you_mean

Pushes = Push | Mapping[str, Any] | Sequence[Push | Mapping[str, Any]]

_PARTS = {"stock": ("by",), "switch": ("to",), "constant": ("to",), "do": (), "event": (), "offer": ()}


class PushError(ValueError):
    """A push that a model cannot be given; the message says why, ``mend`` what to do."""

    for_user = True

    def __init__(self, what: str, mend: str = "", key: str = "") -> None:
        super().__init__(f"{what}; {mend}" if mend else what)
        self.what, self.mend, self.key = what, mend, key


@frozen
class Pair:
    """
    Effects in both arms of a pair, month by month.

    Parameters
    ----------
    effects : tuple of str
    from_ : int
        The month of the push, 0 being the first.
    with_, without : ndarray, shape (effects, months, runs)
        Effects at the close of the months from ``from_`` on.
    moved : tuple of float
        For each push, the share of runs in which its cause differed between the arms.
    """

    effects: tuple[str, ...]
    from_: int
    with_: np.ndarray = field(repr=False, eq=False)
    without: np.ndarray = field(repr=False, eq=False)
    moved: tuple[float, ...] = ()

    def difference(self, effect: int | str = 0) -> np.ndarray:
        """
        With less without, paired.

        Returns
        -------
        ndarray, shape (months, runs)
        """
        row = self.effects.index(effect) if isinstance(effect, str) else effect
        return self.with_[row] - self.without[row]


def run_pair(
    model: Model, setup: Pushes, push: Pushes, hold: bool | int, from_: int, months: int,
    effects: Sequence[str], runs: int = 200, seed: int = 1, profile: str | None = None,
    parameters: np.ndarray | None = None, backend: Backend = Backend.NUMPY,
) -> Pair:  # fmt: skip
    """
    Run a model with and without a push.

    Parameters
    ----------
    setup : pushes
        Made in both arms in month ``from_``, before the push: what a push changes is kept.
    push : pushes
        Made in one arm. A stock's level is held in its bounds, a conserved one at 0 or
        more; what actors do, they do by themselves for that month, in both arms.
    hold : bool or int
        For how many months the push is kept up; True for all, False for the first alone. While
        it is, a stock stays that much above the other arm's, a switch is set again (in the
        other arm too, where the setup sets it), actions are taken whenever they are legal, an
        event happens whenever it can. A constant stays changed in any case.
    from_ : int
        The month of the push, 0 being the first.
    months : int
        How many months to look at, ``from_`` the first of them.
    effects : sequence of str
        Equations as of an observer, or ``obs.ID``.
    profile : str, optional
        Who plays, as an address writes it; by default everyone follows the fallback that
        forecasts assume, or tendencies.
    parameters : ndarray, shape (parameter rows, runs or 1), optional
        The balanced reading's by default.

    Returns
    -------
    Pair

    Raises
    ------
    PushError
        When something to push does not exist.
    ScenarioProblems
        When an effect is no equation of the model.
    """
    pushes, before = as_pushes(push), as_pushes(setup)
    made = prepared(model, effects, (*pushes, *before))
    if parameters is not None:
        parameters = carried(parameters, model, made)
    pairs = Pairs(made, runs, seed, profile, parameters, backend)
    return pairs.run(before, pushes, hold, from_, months, effects)


def as_pushes(given: Pushes) -> tuple[Push, ...]:
    """One push or several, from attrs classes or tables."""
    if isinstance(given, Push | Mapping):
        given = [given]
    return tuple(one if isinstance(one, Push) else _from_table(one) for one in given)


def _from_table(table: Mapping[str, Any]) -> Push:
    keys = (*KINDS, "by", "to")
    for key in table:
        if key not in keys:
            raise PushError(f"{key} is no key of a push", did_you_mean(key, keys), key)
    values: dict[str, Any] = {k: tuple(v) if k == "do" else v for k, v in table.items()}
    return Push(**values)


def prepared(model: Model, effects: Sequence[str], pushes: Sequence[Push] = ()) -> Model:
    """
    A model in which effects are observed and events can be forced: itself where it is one.

    Raises
    ------
    PushError, ScenarioProblems
    """
    for one in pushes:
        check_push(model, one)
    known = model.scenario.obs
    wanted = list(dict.fromkeys(e for e in effects if not e.startswith("obs.") or e[4:] not in known))
    wanted = [e for e in wanted if _observer(model, e) is None]
    events = [p.event.partition(".")[0] for p in pushes if p.event is not None]
    events = [e for e in events if f"{MARK}keep_{e}" not in model.scenario.constant]
    if not wanted and not events:
        return model
    taken = sum(id.startswith(MARK) for id in known)
    overrides, additions = forcible(model.loaded, events)
    observers = {f"{MARK}{taken + n}": text for n, text in enumerate(wanted)}
    return variant(model.loaded, overrides=overrides, observers=observers, additions=additions)


def _observer(model: Model, effect: str) -> str | None:
    """The observer that shows an effect; None where a variant must add it."""
    if effect.startswith("obs.") and effect[4:] in model.scenario.obs:
        return effect[4:]
    added = (id for id, o in model.scenario.obs.items() if id.startswith(MARK) and o.value == effect)
    return next(added, None)


class Pairs:
    """
    Many pairs on one model, seed and profile: what comes before the pushes is run once.

    Parameters
    ----------
    model : Model
        As :func:`prepared` makes it for all effects and pushes.
    """

    def __init__(
        self, model: Model, runs: int, seed: int = 1, profile: str | None = None,
        parameters: np.ndarray | None = None, backend: Backend = Backend.NUMPY,
    ) -> None:  # fmt: skip
        self.model = model
        self.runs = runs
        self.seed = seed
        self.backend = backend
        self.parameters = model.parameters.balanced() if parameters is None else parameters
        self.casting = casting(model, profile)
        self._numbers = np.arange(runs, dtype=np.uint64)
        self._shared: Simulation | None = None
        self._opened: dict[int, np.ndarray] = {}

    def opening(self, month: int) -> np.ndarray:
        """
        The state in which a month opens, before any push.

        Returns
        -------
        ndarray, shape (state rows, runs)
        """
        if month not in self._opened:
            before = max((m for m in self._opened if m < month), default=None)
            state = None if before is None else self._opened[before]
            sim = Simulation(
                self.model, self._cast(()), self.seed, self._numbers, self.parameters, self.backend,
                state, before or 0,
            )  # fmt: skip
            if month > sim.month:
                sim.advance(month - sim.month)
            self._opened[month] = sim.state.copy()
        return self._opened[month]

    def run(
        self, setup: Pushes, push: Pushes, hold: bool | int, from_: int, months: int,
        effects: Sequence[str],
    ) -> Pair:  # fmt: skip
        """One pair; parameters and errors are those of :func:`run_pair`."""
        arms = _Arms(self, as_pushes(setup), as_pushes(push), hold, from_, months)
        names = [_observer(self.model, e) for e in effects]
        if None in names:
            raise PushError(f"the model does not observe {effects[names.index(None)]}", "see prepared()")
        block = self.model.layout.blocks["obs"]
        return arms.run(effects, [block.offset + block.labels.index(n) for n in names if n is not None])

    def unit(self, effect: str) -> str:
        """The unit of an effect that the model observes."""
        return self.model.scenario.obs[_observer(self.model, effect) or ""].unit

    def simulation(self, parameters: np.ndarray | None) -> Simulation:
        """Both arms beside each other; a block of its own where parameters differ."""
        numbers = np.concatenate([self._numbers, self._numbers])
        if parameters is not None:
            return Simulation(
                self.model, self._cast(()), self.seed, numbers, parameters, self.backend
            )  # fmt: skip
        if self._shared is None:
            both = self.parameters
            if both.shape[1] > 1:
                both = np.concatenate([both, both], axis=1)
            self._shared = Simulation(
                self.model, self._cast(()), self.seed, numbers, both, self.backend
            )  # fmt: skip
        return self._shared

    def _cast(self, human: Sequence[str]) -> Cast:
        return Cast(({**self.casting, **dict.fromkeys(human, HUMAN)},))


def casting(model: Model, profile: str | None = None) -> dict[str, str]:
    """Who plays whom: as the profile says, else each actor's fallback, else tendencies."""
    if profile is not None:
        return controllers(model, profile)
    return {id: a.fallback or TENDENCY for id, a in model.scenario.actor.items()}


class _Arms:
    """One pair while it runs: columns of the arm with the push first, then those without."""

    def __init__(
        self, pairs: Pairs, setup: tuple[Push, ...], push: tuple[Push, ...], hold: bool | int,
        from_: int, months: int,
    ) -> None:  # fmt: skip
        for one in (*setup, *push):
            check_push(pairs.model, one)
        self.pairs, self.model = pairs, pairs.model
        self.setup, self.push = setup, push
        self.held = months if hold is True else max(int(hold), 1)  # months of the push
        self.from_, self.months, self.runs = from_, months, pairs.runs
        self.with_, self.without = slice(0, self.runs), slice(self.runs, None)
        self.both = slice(None)
        self.moved = np.zeros((len(push), self.runs), bool)
        pending = self.model.layout.blocks.get("pending")
        self._pending = pending.labels if pending else ()

    def run(self, effects: Sequence[str], rows: list[int]) -> Pair:
        found = np.zeros((len(rows), self.months, 2 * self.runs))
        opening = self.pairs.opening(self.from_)
        sim = self.pairs.simulation(self._parameters())
        sim.reset(np.concatenate([opening, opening], axis=1), self.from_)
        for month in range(self.months):
            state = sim.state.copy()
            inputs, human = self._submit(state, month)
            sim.reset(state, self.from_ + month)
            sim.recast(self.pairs._cast(human))
            sim.step(inputs)
            found[:, month] = sim.state[rows]
            if month < self.held:
                self._note_done(sim.state)
        sim.check()
        return Pair(
            tuple(effects), self.from_, found[:, :, self.with_], found[:, :, self.without],
            tuple(float(m.mean()) for m in self.moved),
        )  # fmt: skip

    # -- what is changed -----------------------------------------------------------------

    def _parameters(self) -> np.ndarray | None:
        """Parameters of both arms; None where nothing of them is pushed."""
        pushed = [p for p in (*self.setup, *self.push) if p.kind in ("constant", "event")]
        if not pushed:
            return None
        base = self.pairs.parameters
        arms = [np.repeat(base, self.runs, axis=1) if base.shape[1] == 1 else base.copy() for _ in range(2)]
        for arm in range(2):
            for one in self.setup:
                arms[arm] = self._set(arms[arm], one, True, self.from_)
            for one in self.push:
                last = self.from_ + self.held - 1
                arms[arm] = self._set(arms[arm], one, arm == 0, last)
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
            parameters = forced(self.model, parameters, one.event, (self.from_, last), on)
        return parameters

    def _constant_rows(self, name: str) -> list[int]:
        id, members = target(name)
        p = self.model.parameters.items[id]
        combinations = self.model.sets.combinations(p.dims)
        return [p.offset + n for n, c in enumerate(combinations) if set(members) <= set(c)]

    def _submit(self, state: np.ndarray, month: int) -> tuple[np.ndarray | None, list[str]]:
        """Write what is pushed into the opening state; returns submissions and who makes them."""
        inputs = np.zeros((len(self.model.happenings.actions), 2 * self.runs))
        human: list[str] = []
        first = month == 0
        if first:
            self._make_ready(state)
            for one in self.setup:
                human += self._apply(one, state, inputs, self.both, started=True)
        if month < self.held:
            names = {one.name for one in self.push}
            for one in self.setup:
                if not first and one.switch is not None and one.name in names:
                    self._apply(one, state, inputs, self.without, started=True)
            for number, one in enumerate(self.push):
                human += self._apply(one, state, inputs, self.with_, started=False, first=first)
                self._note_changed(number, one, state, first)
        return (inputs if human else None), list(dict.fromkeys(human))

    def _make_ready(self, state: np.ndarray) -> None:
        """What is pushed neither waits for a cooldown nor was done once for all, in both arms."""
        since = self.model.layout.blocks["since"]
        for one in (*self.setup, *self.push):
            done = [id for id in one.do or () if id in since.labels]
            for id in (*done, *(self._events(one.event) if one.event else ())):
                state[self._row("since", id)] = float(NEVER)
            for id in self._events(one.event) if one.event else ():
                if id in self._pending:
                    state[self._row("pending", id)] = 0.0

    def _apply(
        self, one: Push, state: np.ndarray, inputs: np.ndarray, columns: slice, started: bool,
        first: bool = True,
    ) -> list[str]:  # fmt: skip
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
                    state[self._row("pending", action.item.id)] = 1.0  # asked in both arms
                inputs[self.model.action_rows[id], columns] = 1.0
            return [self.model.action(id).actor for id in one.do]
        elif one.offer is not None:
            return self._strike(one.offer, state, inputs, columns, started or not first)
        return []

    def _strike(
        self, offer: str, state: np.ndarray, inputs: np.ndarray, columns: slice, started: bool
    ) -> list[str]:
        """A bargain asked for and accepted this month, or in force already."""
        status, age = self._row("offer", offer), self._row("offer_age", offer)
        if started:
            state[status, columns] = IN_FORCE
            state[age, columns] = 0.0
            return []
        state[status], state[age] = NONE, 0.0
        state[status, columns] = ASKED
        accept = self.model.action(f"accept.{offer}")
        inputs[self.model.action_rows[accept.id], columns] = 1.0
        return [accept.actor]

    # -- whether the cause moved ---------------------------------------------------------

    def _note_changed(self, number: int, one: Push, state: np.ndarray, first: bool) -> None:
        """Of what is written into the state: in which runs it differs from the other arm's."""
        if one.stock is not None:
            rows = self._stock_rows(one.stock)
        elif one.switch is not None:
            rows = [self.model.layout.blocks[f"switch:{one.switch}"].offset]
        else:
            return
        found = state[rows]
        self.moved[number] |= (found[:, self.with_] != found[:, self.without]).any(axis=0)

    def _note_done(self, state: np.ndarray) -> None:
        """Of what is done or happens: in which runs it did in the arm with it alone."""
        for number, one in enumerate(self.push):
            if one.do is not None:
                every = np.ones(self.runs, bool)
                for id in one.do:
                    every &= self._only_with(state, self.model.action(id))
                self.moved[number] |= every
            elif one.event is not None:
                self.moved[number] |= np.all([self._just(state, e) for e in self._events(one.event)], axis=0)
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

    def _events(self, name: str) -> list[str]:
        """The events of a name: one, or all members' where it names none."""
        return events_of(self.model, name)

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


# -- names -------------------------------------------------------------------------------


def target(name: str) -> tuple[str, tuple[str, ...]]:
    """
    A name and its members: of ``x``, ``x.member`` or ``x[m1, m2]``.

    Raises
    ------
    PushError
    """
    try:
        match parse(name):
            case Name(id):
                return id, ()
            case Member(id, members):
                return id, members
    except EquationError:
        pass
    raise PushError(f"{name[:80]} is no name", "write NAME, NAME.member or NAME[m1, m2]")


def check_push(model: Model, one: Push) -> None:
    """
    Complain of a push that a model cannot be given.

    Raises
    ------
    PushError
        The first thing that is wrong, its key in ``key``.
    """
    kinds = [k for k in KINDS if getattr(one, k) is not None]
    if len(kinds) != 1:
        what = f"a push is {' and '.join(kinds)} at once" if kinds else "a push of nothing"
        raise PushError(what, f"give one of {', '.join(KINDS)}")
    kind = kinds[0]
    for key in ("by", "to"):
        if (getattr(one, key) is not None) != (key in _PARTS[kind]):
            wrong = f"a push of a {kind} needs {key}" if key in _PARTS[kind] else f"{key} is not of a {kind}"
            raise PushError(wrong, f"it has {kind}{''.join(f' and {k}' for k in _PARTS[kind])}", key)
    _CHECKS[kind](model, one)


def _check_variable(model: Model, one: Push) -> None:
    kind = one.kind
    id, members = target(one.name)
    tables = getattr(model.scenario, kind)
    if id not in tables:
        raise PushError(f"there is no {kind} {id}", did_you_mean(id, tables), kind)
    dims = list(model.variables.variable(id).dims)
    for member in members:
        dim = model.sets.of_member(member, dims)
        if dim is None:
            known = [m for d in dims for m in model.sets.members[d]]
            raise PushError(f"{id} has no member {member}", did_you_mean(member, known), kind)
        dims.remove(dim)
    if kind == "constant":
        if model.parameters.items[id].structural:
            raise PushError(f"{id} is a delay's length, which shapes the model", "push another", kind)
        if isinstance(one.to, bool) or not isinstance(one.to, int | float):
            raise PushError(f"{id} is set to a number", f"not to {one.to}", "to")


def _check_switch(model: Model, one: Push) -> None:
    name = one.switch or ""
    table = model.scenario.switch.get(name)
    if table is None:
        raise PushError(f"there is no switch {name}", did_you_mean(name, model.scenario.switch), "switch")
    if not is_value(table, one.to):
        known = ", ".join(table.values) or "true or false"
        raise PushError(f"{name} has no value {one.to}", f"known here: {known}", "to")


def _check_do(model: Model, one: Push) -> None:
    for id in one.do or ():
        if id not in model.action_rows:
            raise PushError(f"there is no action {id}", did_you_mean(id, model.action_rows), "do")
    if not one.do:
        raise PushError("nothing to do", "name decisions, offer.ID or EVENT.CHOICE", "do")


def events_of(model: Model, name: str) -> list[str]:
    """Ids of the events that a name stands for: one, or every member's of one with ``each``."""
    return [item.id for item, _ in model.happenings.events if name in (item.id, item.path[1])]


def _check_event(model: Model, one: Push) -> None:
    if not events_of(model, one.event or ""):
        known = [*model.scenario.event, *(item.id for item, _ in model.happenings.events)]
        raise PushError(f"there is no event {one.event}", did_you_mean(one.event or "", known), "event")


def _check_offer(model: Model, one: Push) -> None:
    known = [item.id for item, _ in model.happenings.offers]
    if one.offer not in known:
        raise PushError(f"there is no offer {one.offer}", did_you_mean(one.offer or "", known), "offer")


_CHECKS = {
    "stock": _check_variable, "constant": _check_variable, "switch": _check_switch,
    "do": _check_do, "event": _check_event, "offer": _check_offer,
}  # fmt: skip
