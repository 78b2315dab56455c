"""Names in equations: what each stands for, over which sets, in which unit and bounds."""

from collections.abc import Iterable, Mapping
from enum import Flag, auto
from math import inf

from attrs import evolve, frozen

from mali_sim.equations import (
    Binary,
    Call,
    Choice,
    Compare,
    Dotted,
    EquationError,
    Interval,
    Literal,
    Logic,
    Member,
    Name,
    Negate,
    Node,
    Not,
    Text,
    Unit,
    UnitError,
    children,
    intervals,
    names_in,
    parse,
    parse_unit,
    show,
    units,
    walk,
)
from mali_sim.equations.tree import EACH
from mali_sim.model.sets import Sets
from mali_sim.scenario import LoadedScenario, Problem, did_you_mean
from mali_sim.scenario.classes import Constant, Lookup, Stock, Switch

#: A bounded shock: four uniforms stay within this many standard deviations.
NOISE_REACH = 12**0.5
NEVER = 1200
MAX_ROWS = 20_000
MAX_DELAY = 120
#: How many names are compared with misspelt ones, all in all: a second's worth.
MAX_LOOKED = 250_000


class Reads(Flag):
    """What an equation in a given place may read or call."""

    CONSTANTS = 0
    STATE = auto()  # stocks, switches, auxiliaries
    PUBLIC = auto()  # switches and stocks that its actor can see
    OBS = auto()
    HISTORY = auto()  # since(), offer.ID
    MEMORY = auto()  # smooth(), delay()
    CHANCE = auto()  # noise(), happens(), and what rests on them
    MONTH = auto()  # flow.ID, decision.ID, event.ID
    OUTCOMES = auto()
    CLOCK = auto()

    RATE = STATE | OBS | HISTORY | MEMORY | CHANCE | CLOCK
    CONDITION = STATE | OBS | HISTORY | CLOCK
    AMOUNT = STATE | OBS | HISTORY | CHANCE | CLOCK
    OBSERVER = STATE | OBS | HISTORY | CHANCE | MONTH | CLOCK
    STRATEGY = PUBLIC | OBS | HISTORY | CLOCK
    ESTIMATE = OBS
    ENDING = OUTCOMES


@frozen
class Typed:
    """
    What is known of an expression before it runs.

    Parameters
    ----------
    random : bool
        Whether it rests on this month's draws.
    hidden : bool
        Whether it rests on a hidden stock.
    unknown : bool
        Whether a mistake in it was told already: nothing more is said of it.
    """

    dims: tuple[str, ...] = ()
    unit: Unit = units.PLAIN
    interval: Interval = Interval()
    random: bool = False
    hidden: bool = False
    values: tuple[str, ...] = ()  # of a named switch
    unknown: bool = False


#: After a problem: fits everything, so that one mistake is told once.
UNKNOWN = Typed(unit=units.FREE, unknown=True)


class Variables:
    """
    Types of all variables and expressions of a scenario, and the problems found on the way.

    Auxiliaries and observers are typed when first read; one that is reached while it is
    being typed closes a circle.
    """

    def __init__(self, loaded: LoadedScenario, sets: Sets) -> None:
        self.loaded = loaded
        self.scenario = loaded.scenario
        self.sets = sets
        self.problems: list[Problem] = []
        self._told: set[Problem] = set()
        self._mends: dict[tuple[str, str], str] = {}
        self._looked = 0
        self.trees: dict[tuple[str, ...], Node | None] = {}
        self.known: dict[str, Typed] = {}
        self.memory_types: dict[str, Typed] = {}
        self.kinds = self._kinds()
        self._open: list[str] = []
        self._inside_memory = 0
        self._lost = False  # a circle too long to follow was told
        self.happenings: dict[str, set[str]] = {"decision": set(), "offer": set(), "event": set()}
        self.aux_dims = self._aux_dims()

    def problem(self, path: tuple[str, ...], what: str, mend: str = "") -> None:
        """Note a problem once."""
        problem = Problem(path, what, mend)
        if problem not in self._told:
            self._told.add(problem)
            self.problems.append(problem)

    # -- names ---------------------------------------------------------------------------

    def _kinds(self) -> dict[str, str]:
        kinds: dict[str, str] = {}
        for kind in ("constant", "lookup", "stock", "switch", "aux"):
            for id in getattr(self.scenario, kind):
                if id in kinds:
                    what = f"the name is a {kinds[id]}'s too"
                    self.problem((kind, id), what, "names in equations are one list: rename one")
                elif id in FUNCTIONS or id in CLOCKS or id == "each":
                    self.problem((kind, id), "the name is a word of the language", "rename it")
                kinds.setdefault(id, kind)
        return kinds

    def unit(self, text: str, path: tuple[str, ...]) -> Unit:
        """A unit's text read; unknown ones are a problem."""
        try:
            return parse_unit(text, self.scenario.unit)
        except UnitError as error:
            known = [*self.scenario.unit, *units.BUILT_IN]
            mend = did_you_mean(str(error), known, f'declare [unit."{error}"]')
            self.problem(path, f"unknown unit {str(error) or '(empty)'}", mend)
            return units.FREE

    def tree(self, text: str | None, path: tuple[str, ...]) -> Node | None:
        """An equation parsed; mistakes are problems at its path."""
        if path not in self.trees:
            self.trees[path] = None
            if text is not None:
                try:
                    self.trees[path] = parse(text)
                except EquationError as error:
                    self.problem(path, str(error))
        return self.trees[path]

    def over(self, over: Iterable[str], path: tuple[str, ...]) -> tuple[str, ...]:
        """Declared sets in the order that rows follow."""
        dims = []
        for name in over:
            if name in self.sets.members:
                dims.append(name)
            else:
                self._undefined(path, f"unknown set {name}", name, "set", self.sets.members)
        if len(dims) == 2 and self.sets.parent[dims[0]] == self.sets.parent[dims[1]]:
            self.problem(path, f"{' and '.join(sorted(dims))} are parts of one set", "take one of the two")
            dims = dims[:1]
        order = list(self.sets.members)
        return tuple(sorted(dims, key=order.index))

    def _undefined(
        self, path: tuple[str, ...], what: str, name: str, table: str, known: Iterable[str]
    ) -> None:
        """A name that is not there; silent when it is there but damaged."""
        tables = ("constant", "lookup", "stock", "switch", "aux") if table == "" else (table,)
        if any((t, name.split(".")[0]) in self.loaded.damaged for t in tables):
            return
        if (name, table) not in self._mends and self._looked < MAX_LOOKED:
            names = list(known)
            self._looked += len(names)
            self._mends[name, table] = did_you_mean(name, names)
        self.problem(path, what, self._mends.get((name, table), ""))

    def variable(self, id: str) -> Typed:
        """The type of a declared variable or observer (``obs.ID``)."""
        if id not in self.known and not self._open:
            for below in self._first_of([id]):
                self._declare(below)
        elif id not in self.known:
            self._declare(id)
        return self.known[id]

    def _declare(self, id: str) -> None:
        if id in self.known:
            return
        self._open.append(id)
        try:
            self.known[id] = self._declared(id)
        except RecursionError:
            if len(self._open) > 1:
                raise
            self.known[id] = UNKNOWN
            if not self._lost:
                kind, _, name = id.rpartition(".")
                what = f"a circle: {id} reads itself through a long chain"
                mend = "break it with a stock, smooth() or delay()"
                self.problem((kind or self.kinds[id], name), what, mend)
            self._lost = True
            self._inside_memory = 0
        finally:
            self._open.pop()

    def _first_of(self, ids: Iterable[str]) -> list[str]:
        """The ids and all that their equations read, what is read first, as far as circles allow."""
        order: list[str] = []
        seen: set[str] = set()
        for id in ids:
            waiting = [(id, iter(self._read_by(id)))]
            seen.add(id)
            while waiting:
                name, below = waiting[-1]
                following = next((b for b in below if b not in seen), None)
                if following is None:
                    order.append(name)
                    waiting.pop()
                else:
                    seen.add(following)
                    waiting.append((following, iter(self._read_by(following))))
        return order

    def _read_by(self, id: str) -> list[str]:
        """Auxiliaries and observers in the equation of one."""
        kind, _, name = id.rpartition(".")
        kind = kind or self.kinds.get(id, "")
        table = getattr(self.scenario, kind).get(name) if kind in ("aux", "obs") else None
        tree = self.tree(table.value, (kind, name, "value")) if table else None
        found = names_in(tree) if tree is not None else set()
        known = {f"obs.{o}" for o in self.scenario.obs} if any("." in n for n in found) else set()
        return sorted(n for n in found if self.kinds.get(n) == "aux" or n in known)

    def _declared(self, id: str) -> Typed:
        if id.startswith("obs."):
            return self._observer(id[4:])
        kind = self.kinds[id]
        table = getattr(self.scenario, kind)[id]
        path = (kind, id)
        match table:
            case Constant():
                unit = self.unit(table.unit, (*path, "unit"))
                dims = self.over(table.over, (*path, "over"))
                unknown = len(dims) < len(table.over)
                return Typed(dims, unit, constant_interval(table), unknown=unknown)
            case Lookup():
                unit = self.unit(table.unit, (*path, "unit"))
                return Typed((), unit, lookup_interval(table))
            case Stock():
                unit = self.unit(table.unit, (*path, "unit"))
                dims = self.over(table.over, (*path, "over"))
                low, high = table.bounds or (-inf, inf)
                span = Interval(0.0, inf) if table.kind == "conserved" else Interval(low, high)
                unknown = len(dims) < len(table.over)
                return Typed(dims, unit, span, hidden=table.hidden, unknown=unknown)
            case Switch():
                top = float(max(len(table.values) - 1, 1))
                return Typed((), units.SHARE, Interval(0.0, top), values=tuple(table.values))
        return self._auxiliary(id)

    def _auxiliary(self, id: str) -> Typed:
        aux = self.scenario.aux[id]
        declared = self.unit(aux.unit, ("aux", id, "unit"))
        path = ("aux", id, "value")
        found = self.typed(self.tree(aux.value, path), Reads.RATE, path)
        self.fits(found.unit, declared, path)
        return evolve(found, unit=declared, values=(), dims=self.aux_dims.get(id, found.dims))

    def _observer(self, id: str) -> Typed:
        obs = self.scenario.obs[id]
        declared = self.unit(obs.unit, ("obs", id, "unit"))
        path = ("obs", id, "value")
        found = self.typed(self.tree(obs.value, path), Reads.OBSERVER, path)
        self.fits(found.unit, declared, path)
        if found.dims:
            self.problem(path, f"an observer is one number, this is over {found.dims[0]}",
                         "take sum(), mean(), weighted() or one member")  # fmt: skip
        return Typed((), declared, found.interval)

    def fits(self, found: Unit, wanted: Unit, path: tuple[str, ...]) -> None:
        """Complain where a unit is not the one wanted."""
        if not found.fits(wanted):
            self.problem(path, f"the unit is {found}, wanted is {wanted}", "check the constants' units")

    def _aux_dims(self) -> dict[str, tuple[str, ...]]:
        """Sets of every auxiliary, also of those that a smooth ties in a circle."""
        dims: dict[str, tuple[str, ...]] = dict.fromkeys(self.scenario.aux, ())
        order = [id for id in self._first_of(dims) if id in dims]
        trees = {id: self.tree(self.scenario.aux[id].value, ("aux", id, "value")) for id in order}
        for _ in range(len(dims) + 1):
            before = dict(dims)
            for id, tree in trees.items():
                dims[id] = self._dims(tree, dims) if tree else ()
            if dims == before:
                break
        return dims

    def _dims(self, node: Node, aux: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        """Sets of an expression, for well-formed ones; mistakes are told elsewhere."""
        found: set[str] = set()
        match node:
            case Name(id) | Member(id, _):
                kind = self.kinds.get(id, "")
                own = aux.get(id, ()) if kind == "aux" else ()
                if kind in ("constant", "stock"):
                    over = getattr(self.scenario, kind)[id].over
                    own = tuple(d for d in over if d in self.sets.members)
                picked = node.members if isinstance(node, Member) else ()
                found |= {d for d in own if not any(m in self.sets.members[d] for m in picked)}
            case Call("sum" | "mean", (x, *_)):
                inner = self._dims(x, aux)
                found |= set(self._rest(inner, node))
            case Call("weighted", (x, w, *_)):
                inner = tuple({*self._dims(x, aux), *self._dims(w, aux)})
                found |= set(self._rest(inner, node))
            case Call("smooth" | "delay", (x, *_)):
                found |= set(self._dims(x, aux))
            case Call("since", _):
                pass
            case _:
                for part in children(node):
                    found |= set(self._dims(part, aux))
        order = list(self.sets.members)
        return tuple(sorted(found, key=order.index))

    def _rest(self, inner: tuple[str, ...], call: Call) -> tuple[str, ...]:
        last = call.args[-1]
        skip = 2 if call.name == "weighted" else 1
        if len(call.args) > skip and isinstance(last, Name):
            summed = self.sets.parent.get(last.id, last.id)
            return tuple(d for d in inner if d not in (summed, last.id))
        return ()

    # -- expressions ---------------------------------------------------------------------

    def typed(
        self, node: Node | None, reads: Reads, path: tuple[str, ...], actor: str | None = None
    ) -> Typed:
        """Type an expression in its place, noting every problem in it."""
        if node is None:
            return UNKNOWN
        return _Typing(self, reads, path, actor).of(node)


#: Functions of the language with the least and the most arguments.
FUNCTIONS: dict[str, tuple[int, int]] = {
    "min": (2, 8),
    "max": (2, 8),
    "abs": (1, 1),
    "sqrt": (1, 1),
    "clip": (3, 3),
    "squash": (1, 1),
    "ratio": (3, 3),
    "sum": (1, 2),
    "mean": (1, 2),
    "weighted": (2, 3),
    "neighbours": (1, 1),
    "smooth": (2, 3),
    "delay": (2, 3),
    "since": (1, 1),
    "noise": (1, 1),
    "happens": (1, 1),
}
CLOCKS = {"elapsed": Interval(0, 600), "month_of_year": Interval(1, 12)}


class _Typing:
    """One expression in one place."""

    def __init__(
        self, variables: Variables, reads: Reads, path: tuple[str, ...], actor: str | None
    ) -> None:
        self.all = variables
        self.sets = variables.sets
        self.reads = reads
        self.path = path
        self.actor = actor

    def problem(self, what: str, mend: str = "") -> Typed:
        self.all.problem(self.path, what, mend)
        return UNKNOWN

    def of(self, node: Node) -> Typed:
        match node:
            case Literal(v):
                return Typed((), _LITERAL_UNITS[v], Interval(v, v))
            case Text(v):
                return self.problem(f"'{v}' stands alone", "compare a named switch with it")
            case Name(id):
                return self.name(id)
            case Member(id, members):
                return self.member(id, members)
            case Dotted(root, id):
                return self.dotted(root, id)
            case Negate(x):
                inner = self.of(x)
                return evolve(inner, interval=-inner.interval, values=())
            case Not(x):
                return self.truth([x])
            case Logic(op, operands):
                return self.logic(op, operands)
            case Binary(op, a, b):
                return self.binary(op, a, b)
            case Compare(op, a, b):
                return self.compare(op, a, b)
            case Choice(c, a, b):
                return self.choice(c, a, b)
            case Call(name, args):
                return self.call(name, args)

    # -- names ---

    def name(self, id: str) -> Typed:
        if id in CLOCKS:
            if Reads.CLOCK not in self.reads:
                return self.problem(f"{id} cannot be read here")
            return Typed((), units.MONTH, CLOCKS[id])
        kind = self.all.kinds.get(id)
        if kind is None:
            if id in FUNCTIONS:
                return self.problem(f"{id} is a function", f"write {id}(…)")
            self.all._undefined(self.path, f"undefined name {id}", id, "", [*self.all.kinds, *CLOCKS])
            return UNKNOWN
        if kind == "lookup":
            return self.problem(f"{id} is a lookup table", f"write {id}(x)")
        return self.read(id, kind)

    def read(self, id: str, kind: str) -> Typed:
        if kind != "constant" and Reads.STATE not in self.reads:
            if Reads.PUBLIC not in self.reads:
                return self.problem(f"{_a(kind)} cannot be read here", _readable(self.reads))
            if kind == "aux":
                return self.problem(
                    f"{id} is an auxiliary, which its actor does not see", "read an observer: obs.ID"
                )
            stock = self.all.scenario.stock.get(id)
            if stock and stock.hidden and self.actor not in stock.known_to:
                return self.problem(f"{id} is hidden from {self.actor}", "read an observer: obs.ID")
        return self.guarded(id)

    def guarded(self, id: str) -> Typed:
        """A variable's type; a circle is a problem, or broken inside smooth and delay."""
        if id in self.all._open:
            if self.all._inside_memory:
                return Typed(self.all.aux_dims.get(id, ()), units.FREE)
            chain = [*self.all._open[self.all._open.index(id) :], id]
            return self.problem(
                f"a circle: {' reads '.join(chain)}", "break it with a stock, smooth() or delay()"
            )
        found = self.all.variable(id)
        if found.random and Reads.CHANCE not in self.reads:
            self.problem(
                f"{id} rests on this month's luck, which nobody knows yet", "read a stock or observer"
            )
        return found

    def member(self, id: str, members: tuple[str, ...]) -> Typed:
        whole = self.name(id)
        if whole.unknown:
            return whole
        dims = list(whole.dims)
        for member in members:
            if member == EACH:
                return self.problem(".each stands where there is no each", 'add each = "SET"')
            dim = self.sets.of_member(member, dims)
            if dim is None:
                known = [m for d in whole.dims for m in self.sets.members[d]]
                if not known:
                    return self.problem(f"{id} has no members", f"write {id}")
                return self.problem(f"{id} has no member {member}", did_you_mean(member, known))
            dims.remove(dim)
        return evolve(whole, dims=tuple(dims))

    def dotted(self, root: str, id: str) -> Typed:
        s = self.all.scenario
        if root == "obs":
            if Reads.OBS not in self.reads:
                return self.problem("observers cannot be read here")
            if id not in s.obs:
                self.all._undefined(self.path, f"undefined name obs.{id}", id, "obs", s.obs)
                return UNKNOWN
            seen_by = s.obs[id].known_to
            if Reads.PUBLIC in self.reads and seen_by and self.actor not in seen_by:
                return self.problem(f"obs.{id} is not seen by {self.actor}")
            return self.guarded(f"obs.{id}")
        if root == "outcome":
            if Reads.OUTCOMES not in self.reads:
                return self.problem("outcomes stand in endings only")
            if id not in s.outcome:
                self.all._undefined(self.path, f"undefined name outcome.{id}", id, "outcome", s.outcome)
                return UNKNOWN
            return Typed((), self.all.unit(s.outcome[id].unit, ("outcome", id, "unit")))
        if root == "offer":
            return self.happening(root, id, Reads.HISTORY)
        if root == "flow":
            if Reads.MONTH not in self.reads:
                return self.problem("flow.ID stands in observers only", "read the stock, or an aux")
            if id not in s.flow:
                self.all._undefined(self.path, f"undefined name flow.{id}", id, "flow", s.flow)
                return UNKNOWN
            return self.flow(id)
        return self.happening(root, id, Reads.MONTH)

    def flow(self, id: str) -> Typed:
        flow = self.all.scenario.flow[id]
        target = (flow.to or flow.from_ or "").split(".")[0]
        dims, unit = flow_dims(self.all, id), units.FREE
        if self.all.kinds.get(target) == "stock":
            unit = self.all.variable(target).unit / units.MONTH
        low = 0.0 if flow.from_ or self._is_conserved(target) else -inf
        return Typed(dims, unit, Interval(low, inf), random=True)

    def _is_conserved(self, stock: str) -> bool:
        table = self.all.scenario.stock.get(stock)
        return table is not None and table.kind == "conserved"

    def happening(self, root: str, id: str, needed: Reads) -> Typed:
        if needed not in self.reads:
            return self.problem(f"{root}.ID cannot be read here", "use since(ID), or a switch")
        known = self.all.happenings[root]
        if id not in known:
            self.all._undefined(self.path, f"undefined name {root}.{id}", id, root, known)
            return UNKNOWN
        return Typed((), units.SHARE, intervals.TRUTH)

    # -- operators ---

    def merged(self, *parts: Typed) -> Typed:
        """What holds of any expression made of these parts: sets, luck, secrecy."""
        dims = {d for p in parts for d in p.dims}
        for a in dims:
            for b in dims:
                if a < b and self.sets.parent[a] == self.sets.parent[b]:
                    self.problem(f"{a} and {b} are parts of one set and do not go together",
                                 "use the same set on both sides")  # fmt: skip
        order = list(self.sets.members)
        if len(dims) > 2:
            self.problem(f"over more than two sets: {', '.join(sorted(dims))}", "sum over one first")
        joined = tuple(sorted(dims, key=order.index))[:2]
        return Typed(
            joined,
            random=any(p.random for p in parts),
            hidden=any(p.hidden for p in parts),
            unknown=any(p.unknown for p in parts),
        )

    def truth(self, nodes: list[Node]) -> Typed:
        parts = [self.condition(n) for n in nodes]
        both = self.merged(*parts)
        first = parts[0].interval
        low, high = max(min(first.low, 1), 0), max(min(first.high, 1), 0)
        return evolve(both, unit=units.SHARE, interval=Interval(1 - high, 1 - low))

    def condition(self, node: Node) -> Typed:
        """A truth value: a comparison, a switch, and, or, not; anything else is a mistake."""
        found = self.of(node)
        if found.values:
            return self.problem("a switch with named values is not true or false",
                                f"compare it: … == '{found.values[0]}'")  # fmt: skip
        if not found.unknown and (found.interval.low < 0 or found.interval.high > 1):
            return self.problem("a number where true or false is wanted", "compare it with something")
        return found

    def logic(self, op: str, operands: tuple[Node, ...]) -> Typed:
        parts = [self.condition(n) for n in operands]
        both = self.merged(*parts)
        span = parts[0].interval
        for part in parts[1:]:
            span = span.minimum(part.interval) if op == "and" else span.maximum(part.interval)
        return evolve(both, unit=units.SHARE, interval=span)

    def binary(self, op: str, a_node: Node, b_node: Node) -> Typed:
        a, b = self.of(a_node), self.of(b_node)
        both = self.merged(a, b)
        if a.values or b.values:
            return self.problem("a switch with named values is no number", "compare it with ==")
        if op in "+-":
            if not a.unit.fits(b.unit):
                mend = "convert with a constant, * 100 or / 100"
                self.problem(f"unit mismatch: {a.unit} {op} {b.unit}", mend)
            span = a.interval + b.interval if op == "+" else a.interval - b.interval
            return evolve(both, unit=a.unit.joined(b.unit), interval=span)
        if op == "*":
            squared = a_node == b_node and not a.random
            span = a.interval.square() if squared else a.interval * b.interval
            return evolve(both, unit=self._product(a_node, a, b_node, b), interval=span)
        if 0 in b.interval and not b.unknown:
            self.problem(
                "the divisor can be 0 by its bounds", "write ratio(a, b, otherwise), or max(b, constant)"
            )
        return evolve(both, unit=self._quotient(a, b_node, b), interval=a.interval / b.interval)

    @staticmethod
    def _product(a_node: Node, a: Typed, b_node: Node, b: Typed) -> Unit:
        for node, unit in ((a_node, b.unit), (b_node, a.unit)):
            if node == Literal(100.0):
                return Unit(unit.powers, None, unit.free)
            if node == Literal(12.0):
                return evolve(unit * units.SHARE, free=unit.free)
        return a.unit * b.unit

    @staticmethod
    def _quotient(a: Typed, b_node: Node, b: Typed) -> Unit:
        if b_node == Literal(100.0):
            return Unit(a.unit.powers, "share", a.unit.free)
        if a.unit.free:
            return units.PLAIN if b.unit.free else a.unit
        return a.unit / b.unit

    def compare(self, op: str, a_node: Node, b_node: Node) -> Typed:
        for text, other in ((a_node, b_node), (b_node, a_node)):
            if isinstance(text, Text):
                return self.named_value(op, text.value, other)
        a, b = self.of(a_node), self.of(b_node)
        both = self.merged(a, b)
        if not a.unit.fits(b.unit):
            self.problem(f"unit mismatch: {a.unit} {op} {b.unit}", "compare like with like")
        return evolve(both, unit=units.SHARE, interval=intervals.compare(op, a.interval, b.interval))

    def named_value(self, op: str, value: str, other: Node) -> Typed:
        switch = self.of(other)
        if switch.unknown:
            return switch
        if not switch.values or op not in ("==", "!="):
            return self.problem(f"'{value}' is compared with what has no named values",
                                "a [switch] with values, by == or !=")  # fmt: skip
        if value not in switch.values:
            return self.problem(f"there is no value '{value}'", did_you_mean(value, switch.values))
        return Typed((), units.SHARE, intervals.TRUTH, switch.random, switch.hidden)

    def choice(self, c_node: Node, a_node: Node, b_node: Node) -> Typed:
        c, a, b = self.condition(c_node), self.of(a_node), self.of(b_node)
        both = self.merged(c, a, b)
        if not a.unit.fits(b.unit):
            self.problem(f"unit mismatch: {a.unit} or else {b.unit}", "both sides in one unit")
        return evolve(both, unit=a.unit.joined(b.unit), interval=a.interval.union(b.interval))

    # -- functions ---

    def call(self, name: str, args: tuple[Node, ...]) -> Typed:
        if self.all.kinds.get(name) == "lookup":
            return self.lookup(name, args)
        if name not in FUNCTIONS:
            if name in self.all.kinds:
                return self.problem(f"{name} is {_a(self.all.kinds[name])}, not a function", f"write {name}")
            known = [*FUNCTIONS, *self.all.scenario.lookup]
            self.all._undefined(self.path, f"undefined function {name}", name, "lookup", known)
            return UNKNOWN
        least, most = FUNCTIONS[name]
        if not least <= len(args) <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            return self.problem(f"{name}() takes {wanted} arguments, not {len(args)}")
        return getattr(self, f"_{name}")(*args)

    def lookup(self, name: str, args: tuple[Node, ...]) -> Typed:
        if len(args) != 1:
            return self.problem(f"{name}() takes 1 argument, not {len(args)}")
        x = self.of(args[0])
        wanted = self.all.unit(self.all.scenario.lookup[name].x_unit, ("lookup", name, "x_unit"))
        if not x.unit.fits(wanted):
            self.problem(f"unit mismatch: {name}() wants {wanted}, not {x.unit}")
        return evolve(self.all.variable(name), dims=x.dims, random=x.random, hidden=x.hidden)

    def _extreme(self, nodes: tuple[Node, ...], smaller: bool) -> Typed:
        parts = [self.of(n) for n in nodes]
        both = self.merged(*parts)
        unit, span = parts[0].unit, parts[0].interval
        for part in parts[1:]:
            if not unit.fits(part.unit):
                self.problem(f"unit mismatch: {unit} and {part.unit}", "compare like with like")
            unit = unit.joined(part.unit)
            span = span.minimum(part.interval) if smaller else span.maximum(part.interval)
        return evolve(both, unit=unit, interval=span)

    def _min(self, *nodes: Node) -> Typed:
        return self._extreme(nodes, True)

    def _max(self, *nodes: Node) -> Typed:
        return self._extreme(nodes, False)

    def _clip(self, x: Node, low: Node, high: Node) -> Typed:
        return self._min(Call("max", (x, low)), high)

    def _abs(self, x: Node) -> Typed:
        inner = self.of(x)
        return evolve(inner, interval=inner.interval.absolute(), values=())

    def _sqrt(self, x: Node) -> Typed:
        inner = self.of(x)
        return evolve(inner, interval=inner.interval.root(), unit=inner.unit.root(), values=())

    def _squash(self, x: Node) -> Typed:
        inner = self.of(x)
        if inner.unit.powers:
            self.problem(f"squash() wants a plain number, not {inner.unit}", "divide by a constant")
        low = -1.0 if inner.interval.low < 0 else 0.0
        high = 1.0 if inner.interval.high > 0 else 0.0
        return evolve(inner, interval=Interval(low, high), unit=units.SHARE, values=())

    def _ratio(self, a_node: Node, b_node: Node, otherwise: Node) -> Typed:
        a, b, c = self.of(a_node), self.of(b_node), self.of(otherwise)
        both = self.merged(a, b, c)
        unit = self._quotient(a, b_node, b)
        if not unit.fits(c.unit):
            self.problem(f"unit mismatch: {unit} or otherwise {c.unit}")
        span = Interval()
        if a.interval.low >= 0 and b.interval.low >= 0:
            span = Interval(min(0.0, c.interval.low), inf)
        return evolve(both, unit=unit, interval=span)

    def _over_set(self, x: Typed, sets: tuple[Node, ...]) -> tuple[tuple[str, ...], int]:
        """What is left after summing, and how many members were summed."""
        if x.unknown:
            return (), 1
        if not sets:
            summed = x.dims
        else:
            (named,) = sets
            if not isinstance(named, Name) or named.id not in self.sets.members:
                self.problem("the last argument is a set's id",
                             did_you_mean(getattr(named, "id", ""), self.sets.members))  # fmt: skip
                return (), 1
            parent = self.sets.parent[named.id]
            summed = tuple(d for d in x.dims if d in (named.id, parent))
            if not summed:
                self.problem(f"not over {named.id}", "leave it out, or sum something over it")
                return x.dims, 1
            count = len(self.sets.members[named.id])
            return tuple(d for d in x.dims if d not in summed), count
        if not summed:
            self.problem("nothing to sum: one number", "leave the function out")
        count = 1
        for d in summed:
            count *= len(self.sets.members[d])
        return (), max(count, 1)

    def _sum(self, x_node: Node, *sets: Node) -> Typed:
        x = self.of(x_node)
        dims, count = self._over_set(x, sets)
        return evolve(x, dims=dims, interval=x.interval * Interval(count, count), values=())

    def _mean(self, x_node: Node, *sets: Node) -> Typed:
        x = self.of(x_node)
        return evolve(x, dims=self._over_set(x, sets)[0], values=())

    def _weighted(self, x_node: Node, w_node: Node, *sets: Node) -> Typed:
        x, w = self.of(x_node), self.of(w_node)
        both = self.merged(x, w)
        dims, _ = self._over_set(both, sets)
        span = x.interval.union(Interval(0, 0)) if w.interval.low >= 0 else Interval()
        if w.interval.low > 0:
            span = x.interval
        return evolve(both, dims=dims, unit=x.unit, interval=span)

    def _neighbours(self, x_node: Node) -> Typed:
        x = self.of(x_node)
        if not any(d in self.sets.neighbours for d in x.dims) and not x.unknown:
            return self.problem("neighbours() wants a value over a set with neighbours",
                                "declare them in the [set]")  # fmt: skip
        return evolve(x, interval=x.interval.union(Interval(0, 0)), values=())

    def _memory(self, kind: str, x_node: Node, months: Node, initial: tuple[Node, ...]) -> Typed:
        if Reads.MEMORY not in self.reads:
            return self.problem("smooth() and delay() stand in [aux] and [flow] only", "name it as an [aux]")
        constant = isinstance(months, Name) and self.all.kinds.get(months.id) == "constant"
        if not constant or self.all.variable(months.id).dims:  # type: ignore[union-attr]
            self.problem("the months are a constant's name")
        else:
            self._months(kind, self.of(months), months.id)  # type: ignore[union-attr]
        self.all._inside_memory += 1
        circular = bool({*_reads_deep(self.all, x_node)} & {*self.all._open})
        x = self.of(x_node)
        self.all._inside_memory -= 1
        if circular and not initial:
            self.problem("starts at its own opening value, which rests on it", "give a third argument")
        span = Interval() if circular else x.interval
        for node in initial:
            first = _Typing(self.all, Reads.CONSTANTS, self.path, None).of(node)
            if not first.unit.fits(x.unit):
                self.problem(f"unit mismatch: {x.unit}, at first {first.unit}")
            span = span.union(first.interval)
        found = Typed(x.dims, x.unit, span, hidden=x.hidden)
        self.all.memory_types[show(Call(kind, (x_node, months, *initial)))] = found
        return found

    def _months(self, kind: str, found: Typed, id: str) -> None:
        """How long a memory is: above 0, and of a delay a whole number that the state can hold."""
        value = self.all.scenario.constant[id].value
        if found.unknown or isinstance(value, dict):
            return
        if not found.unit.fits(units.MONTH):
            self.problem(f"the months have the unit {found.unit}", "month is wanted")
        elif found.interval.low <= 0:
            self.problem(f"{id} can be {found.interval.low:g} months", "a range above 0 is wanted")
        elif kind == "delay":
            if value not in range(1, MAX_DELAY + 1):
                self.problem(f"{id} is {value:g} months", f"delay() takes whole months, 1 to {MAX_DELAY}")

    def _smooth(self, x: Node, months: Node, *initial: Node) -> Typed:
        return self._memory("smooth", x, months, initial)

    def _delay(self, x: Node, months: Node, *initial: Node) -> Typed:
        return self._memory("delay", x, months, initial)

    def _since(self, node: Node) -> Typed:
        if Reads.HISTORY not in self.reads:
            return self.problem("since() cannot be called here")
        id = happening_id(node)
        known = set().union(*self.all.happenings.values())
        if id not in known:
            for table in ("decision", "event", "offer"):
                if (table, (id or "").split(".")[0]) in self.all.loaded.damaged:
                    return UNKNOWN
            return self.problem(f"since() wants a decision, offer or event, not {show(node)}",
                                did_you_mean(id or "", known))  # fmt: skip
        return Typed((), units.MONTH, Interval(1, NEVER))

    def _chance(self) -> bool:
        if Reads.CHANCE in self.reads:
            return True
        self.problem("luck has no place here: it would be known before it is drawn")
        return False

    def _noise(self, sd_node: Node) -> Typed:
        sd = self.of(sd_node)
        self._chance()
        reach = sd.interval.absolute().high * NOISE_REACH
        return evolve(sd, interval=Interval(-reach, reach), random=True, values=())

    def _happens(self, h_node: Node) -> Typed:
        h = self.of(h_node)
        self._chance()
        self.hazard(h)
        return Typed(h.dims, units.SHARE, intervals.TRUTH, True, h.hidden)

    def hazard(self, h: Typed) -> None:
        if not (h.unit.fits(units.PER_MONTH) or h.unit.fits(units.SHARE)):
            self.problem(f"a hazard is 1/month, not {h.unit}")


def _a(kind: str) -> str:
    """A kind of table with its article, in words."""
    words = {"aux": "an auxiliary", "lookup": "a lookup table", "obs": "an observer"}
    return words.get(kind, f"a {kind}")


def _readable(reads: Reads) -> str:
    """The mend where something may not be read: what may."""
    also = {Reads.OUTCOMES: "outcomes", Reads.OBS: "observers"}
    return " and ".join([*(word for flag, word in also.items() if flag in reads), "constants"]) + " only"


_LITERAL_UNITS = {
    0.0: units.FREE,
    1.0: units.SHARE,
    12.0: units.SHARE,
    100.0: units.PLAIN,
}


def _reads_deep(variables: Variables, node: Node) -> set[str]:
    """Everything that an expression reads through auxiliaries, memory excepted."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        for part in walk(waiting.pop()):
            if isinstance(part, Name | Member) and part.id not in found:
                found.add(part.id)
                aux = variables.scenario.aux.get(part.id)
                tree = variables.tree(aux.value, ("aux", part.id, "value")) if aux else None
                if tree is not None:
                    waiting.append(tree)
    return found


def happening_id(node: Node) -> str | None:
    """The id in ``since(decision.x)``, ``since(x)`` or ``since(x.mopti)``."""
    match node:
        case Name(id):
            return id
        case Member(id, members):
            return ".".join((id, *members))
        case Dotted(_, id):
            return id
    return None


def flow_dims(variables: Variables, id: str) -> tuple[str, ...]:
    """Sets of a flow: those of its stocks, members picked taken out, and of its rate."""
    flow = variables.scenario.flow[id]
    dims: set[str] = set()
    for end in (flow.from_, flow.to):
        name, _, member = (end or "").partition(".")
        stock = variables.scenario.stock.get(name)
        if stock and not member:
            dims |= {d for d in stock.over if d in variables.sets.members}
    tree = variables.tree(flow.rate, ("flow", id, "rate"))
    if tree is not None:
        dims |= set(variables._dims(tree, variables.aux_dims))
    order = list(variables.sets.members)
    return tuple(sorted(dims, key=order.index))


def constant_interval(constant: Constant) -> Interval:
    """From a constant's value and prior."""
    values = _flat(constant.value)
    if constant.range and len(constant.range) == 2:
        values += list(constant.range)
    if constant.spread:
        values += [v * (1 - constant.spread) for v in values] + [v * (1 + constant.spread) for v in values]
    return Interval(min(values), max(values)) if values else Interval()


def lookup_interval(lookup: Lookup) -> Interval:
    """From a table's points and prior."""
    ends = [y * f for y in lookup.y for f in (1 - lookup.spread, 1 + lookup.spread)]
    return Interval(min(ends), max(ends)) if ends else Interval()


def _flat(value: object) -> list[float]:
    if isinstance(value, dict):
        return [x for inner in value.values() for x in _flat(inner)]
    return [float(value)]  # type: ignore[arg-type]
