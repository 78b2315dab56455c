"""One expression in one place: its sets, unit and bounds, and every problem in it."""

from math import inf
from typing import TYPE_CHECKING

from attrs import evolve

from mali_sim.equations import (
    Binary,
    Call,
    Choice,
    Compare,
    Dotted,
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
    intervals,
    show,
    units,
    walk,
)
from mali_sim.equations.tree import EACH
from mali_sim.model.typed import (
    CLOCKS,
    FUNCTIONS,
    MAX_DELAY,
    NEVER,
    NOISE_REACH,
    UNKNOWN,
    Reads,
    Typed,
    happening_id,
)
from mali_sim.scenario import did_you_mean

if TYPE_CHECKING:
    from mali_sim.model.variables import Variables


class Typing:
    """One expression in one place."""

    def __init__(
        self, variables: "Variables", reads: Reads, path: tuple[str, ...], actor: str | None
    ) -> None:
        self.all = variables
        self.sets = variables.sets
        self.reads = reads
        self.path = path
        self.actor = actor

    def _problem(self, what: str, mend: str = "") -> Typed:
        self.all.problem(self.path, what, mend)
        return UNKNOWN

    def of(self, node: Node) -> Typed:
        """The type of an expression; after a problem, one that fits everything."""
        match node:
            case Literal(v):
                return Typed((), _LITERAL_UNITS[v], Interval(v, v))
            case Text(v):
                return self._problem(f"'{v}' stands alone", "compare a named switch with it")
            case Name(id):
                return self._name(id)
            case Member(id, members):
                return self._member(id, members)
            case Dotted(root, id):
                return self._dotted(root, id)
            case Negate(x):
                inner = self.of(x)
                return evolve(inner, interval=-inner.interval, values=())
            case Not(x):
                return self._truth([x])
            case Logic(op, operands):
                return self._logic(op, operands)
            case Binary(op, a, b):
                return self._binary(op, a, b)
            case Compare(op, a, b):
                return self._compare(op, a, b)
            case Choice(c, a, b):
                return self._choice(c, a, b)
            case Call(name, args):
                return self._call(name, args)

    # -- names ---

    def _name(self, id: str) -> Typed:
        if id in CLOCKS:
            if Reads.CLOCK not in self.reads:
                return self._problem(f"{id} cannot be read here")
            return Typed((), units.MONTH, CLOCKS[id])
        kind = self.all.kinds.get(id)
        if kind is None:
            if id in FUNCTIONS:
                return self._problem(f"{id} is a function", f"write {id}(…)")
            self.all._undefined(self.path, f"undefined name {id}", id, "", [*self.all.kinds, *CLOCKS])
            return UNKNOWN
        if kind == "lookup":
            return self._problem(f"{id} is a lookup table", f"write {id}(x)")
        return self._read(id, kind)

    def _read(self, id: str, kind: str) -> Typed:
        if kind != "constant" and Reads.STATE not in self.reads:
            if Reads.PUBLIC not in self.reads:
                return self._problem(f"{_a(kind)} cannot be read here", _readable(self.reads))
            if kind == "aux":
                return self._problem(
                    f"{id} is an auxiliary, which its actor does not see", "read an observer: obs.ID"
                )
            stock = self.all.scenario.stock.get(id)
            if stock and stock.hidden and self.actor not in stock.known_to:
                return self._problem(f"{id} is hidden from {self.actor}", "read an observer: obs.ID")
        return self._guarded(id)

    def _guarded(self, id: str) -> Typed:
        """A variable's type; a circle is a problem, or broken inside smooth and delay."""
        if id in self.all._open:
            if self.all._inside_memory:
                return Typed(self.all.aux_dims.get(id, ()), units.FREE)
            chain = [*self.all._open[self.all._open.index(id) :], id]
            return self._problem(
                f"a circle: {' reads '.join(chain)}", "break it with a stock, smooth() or delay()"
            )
        found = self.all.variable(id)
        if found.random and Reads.CHANCE not in self.reads:
            self._problem(
                f"{id} rests on this month's luck, which nobody knows yet", "read a stock or observer"
            )
        return found

    def _member(self, id: str, members: tuple[str, ...]) -> Typed:
        whole = self._name(id)
        if whole.unknown:
            return whole
        dims = list(whole.dims)
        for member in members:
            if member == EACH:
                return self._problem(".each stands where there is no each", 'add each = "SET"')
            dim = self.sets.of_member(member, dims)
            if dim is None:
                known = [m for d in whole.dims for m in self.sets.members[d]]
                if not known:
                    return self._problem(f"{id} has no members", f"write {id}")
                return self._problem(f"{id} has no member {member}", did_you_mean(member, known))
            dims.remove(dim)
        return evolve(whole, dims=tuple(dims))

    def _dotted(self, root: str, id: str) -> Typed:
        s = self.all.scenario
        if root == "obs":
            if Reads.OBS not in self.reads:
                return self._problem("observers cannot be read here")
            if id not in s.obs:
                self.all._undefined(self.path, f"undefined name obs.{id}", id, "obs", s.obs)
                return UNKNOWN
            seen_by = s.obs[id].known_to
            if Reads.PUBLIC in self.reads and seen_by and self.actor not in seen_by:
                return self._problem(f"obs.{id} is not seen by {self.actor}")
            return self._guarded(f"obs.{id}")
        if root == "outcome":
            if Reads.OUTCOMES not in self.reads:
                return self._problem("outcomes stand in endings only")
            if id not in s.outcome:
                self.all._undefined(self.path, f"undefined name outcome.{id}", id, "outcome", s.outcome)
                return UNKNOWN
            return Typed((), self.all.unit(s.outcome[id].unit, ("outcome", id, "unit")))
        if root == "offer":
            return self._happening(root, id, Reads.HISTORY)
        if root == "flow":
            if Reads.MONTH not in self.reads:
                return self._problem("flow.ID stands in observers only", "read the stock, or an aux")
            if id not in s.flow:
                self.all._undefined(self.path, f"undefined name flow.{id}", id, "flow", s.flow)
                return UNKNOWN
            return self._flow(id)
        return self._happening(root, id, Reads.MONTH)

    def _flow(self, id: str) -> Typed:
        flow = self.all.scenario.flow[id]
        target = (flow.to or flow.from_ or "").split(".")[0]
        dims, unit = self.all.flow_dims(id), units.FREE
        if self.all.kinds.get(target) == "stock":
            unit = self.all.variable(target).unit / units.MONTH
        low = 0.0 if flow.from_ or self._is_conserved(target) else -inf
        return Typed(dims, unit, Interval(low, inf), random=True)

    def _is_conserved(self, stock: str) -> bool:
        table = self.all.scenario.stock.get(stock)
        return table is not None and table.kind == "conserved"

    def _happening(self, root: str, id: str, needed: Reads) -> Typed:
        if needed not in self.reads:
            return self._problem(f"{root}.ID cannot be read here", "use since(ID), or a switch")
        known = self.all.happenings[root]
        if id not in known:
            self.all._undefined(self.path, f"undefined name {root}.{id}", id, root, known)
            return UNKNOWN
        return Typed((), units.SHARE, intervals.TRUTH)

    # -- operators ---

    def _merged(self, *parts: Typed) -> Typed:
        """What holds of any expression made of these parts: sets, luck, secrecy."""
        dims = {d for p in parts for d in p.dims}
        for a in dims:
            for b in dims:
                if a < b and self.sets.parent[a] == self.sets.parent[b]:
                    self._problem(f"{a} and {b} are parts of one set and do not go together",
                                 "use the same set on both sides")  # fmt: skip
        order = list(self.sets.members)
        if len(dims) > 2:
            self._problem(f"over more than two sets: {', '.join(sorted(dims))}", "sum over one first")
        joined = tuple(sorted(dims, key=order.index))[:2]
        return Typed(
            joined,
            random=any(p.random for p in parts),
            hidden=any(p.hidden for p in parts),
            unknown=any(p.unknown for p in parts),
        )

    def _truth(self, nodes: list[Node]) -> Typed:
        parts = [self._condition(n) for n in nodes]
        both = self._merged(*parts)
        first = parts[0].interval
        low, high = max(min(first.low, 1), 0), max(min(first.high, 1), 0)
        return evolve(both, unit=units.SHARE, interval=Interval(1 - high, 1 - low))

    def _condition(self, node: Node) -> Typed:
        """A truth value: a comparison, a switch, and, or, not; anything else is a mistake."""
        found = self.of(node)
        if found.values:
            return self._problem("a switch with named values is not true or false",
                                f"compare it: … == '{found.values[0]}'")  # fmt: skip
        if not found.unknown and (found.interval.low < 0 or found.interval.high > 1):
            return self._problem("a number where true or false is wanted", "compare it with something")
        return found

    def _logic(self, op: str, operands: tuple[Node, ...]) -> Typed:
        parts = [self._condition(n) for n in operands]
        both = self._merged(*parts)
        span = parts[0].interval
        for part in parts[1:]:
            span = span.minimum(part.interval) if op == "and" else span.maximum(part.interval)
        return evolve(both, unit=units.SHARE, interval=span)

    def _binary(self, op: str, a_node: Node, b_node: Node) -> Typed:
        a, b = self.of(a_node), self.of(b_node)
        both = self._merged(a, b)
        if a.values or b.values:
            return self._problem("a switch with named values is no number", "compare it with ==")
        if op in "+-":
            if not a.unit.fits(b.unit):
                mend = "convert with a constant, * 100 or / 100"
                self._problem(f"unit mismatch: {a.unit} {op} {b.unit}", mend)
            span = a.interval + b.interval if op == "+" else a.interval - b.interval
            return evolve(both, unit=a.unit.joined(b.unit), interval=span)
        if op == "*":
            squared = a_node == b_node and not a.random
            span = a.interval.square() if squared else a.interval * b.interval
            return evolve(both, unit=self._product(a_node, a, b_node, b), interval=span)
        if 0 in b.interval and not b.unknown:
            self._problem(
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

    def _compare(self, op: str, a_node: Node, b_node: Node) -> Typed:
        for text, other in ((a_node, b_node), (b_node, a_node)):
            if isinstance(text, Text):
                return self._named_value(op, text.value, other)
        a, b = self.of(a_node), self.of(b_node)
        both = self._merged(a, b)
        if not a.unit.fits(b.unit):
            self._problem(f"unit mismatch: {a.unit} {op} {b.unit}", "compare like with like")
        return evolve(both, unit=units.SHARE, interval=intervals.compare(op, a.interval, b.interval))

    def _named_value(self, op: str, value: str, other: Node) -> Typed:
        switch = self.of(other)
        if switch.unknown:
            return switch
        if not switch.values or op not in ("==", "!="):
            return self._problem(f"'{value}' is compared with what has no named values",
                                "a [switch] with values, by == or !=")  # fmt: skip
        if value not in switch.values:
            return self._problem(f"there is no value '{value}'", did_you_mean(value, switch.values))
        return Typed((), units.SHARE, intervals.TRUTH, switch.random, switch.hidden)

    def _choice(self, c_node: Node, a_node: Node, b_node: Node) -> Typed:
        c, a, b = self._condition(c_node), self.of(a_node), self.of(b_node)
        both = self._merged(c, a, b)
        if not a.unit.fits(b.unit):
            self._problem(f"unit mismatch: {a.unit} or else {b.unit}", "both sides in one unit")
        return evolve(both, unit=a.unit.joined(b.unit), interval=a.interval.union(b.interval))

    # -- functions ---

    def _call(self, name: str, args: tuple[Node, ...]) -> Typed:
        if self.all.kinds.get(name) == "lookup":
            return self._lookup(name, args)
        if name not in FUNCTIONS:
            if name in self.all.kinds:
                return self._problem(f"{name} is {_a(self.all.kinds[name])}, not a function", f"write {name}")
            known = [*FUNCTIONS, *self.all.scenario.lookup]
            self.all._undefined(self.path, f"undefined function {name}", name, "lookup", known)
            return UNKNOWN
        least, most = FUNCTIONS[name]
        if not least <= len(args) <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            return self._problem(f"{name}() takes {wanted} arguments, not {len(args)}")
        return getattr(self, f"_{name}")(*args)

    def _lookup(self, name: str, args: tuple[Node, ...]) -> Typed:
        if len(args) != 1:
            return self._problem(f"{name}() takes 1 argument, not {len(args)}")
        x = self.of(args[0])
        wanted = self.all.unit(self.all.scenario.lookup[name].x_unit, ("lookup", name, "x_unit"))
        if not x.unit.fits(wanted):
            self._problem(f"unit mismatch: {name}() wants {wanted}, not {x.unit}")
        return evolve(self.all.variable(name), dims=x.dims, random=x.random, hidden=x.hidden)

    def _extreme(self, nodes: tuple[Node, ...], smaller: bool) -> Typed:
        parts = [self.of(n) for n in nodes]
        both = self._merged(*parts)
        unit, span = parts[0].unit, parts[0].interval
        for part in parts[1:]:
            if not unit.fits(part.unit):
                self._problem(f"unit mismatch: {unit} and {part.unit}", "compare like with like")
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
            self._problem(f"squash() wants a plain number, not {inner.unit}", "divide by a constant")
        low = -1.0 if inner.interval.low < 0 else 0.0
        high = 1.0 if inner.interval.high > 0 else 0.0
        return evolve(inner, interval=Interval(low, high), unit=units.SHARE, values=())

    def _ratio(self, a_node: Node, b_node: Node, otherwise: Node) -> Typed:
        a, b, c = self.of(a_node), self.of(b_node), self.of(otherwise)
        both = self._merged(a, b, c)
        unit = self._quotient(a, b_node, b)
        if not unit.fits(c.unit):
            self._problem(f"unit mismatch: {unit} or otherwise {c.unit}")
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
                self._problem("the last argument is a set's id",
                             did_you_mean(getattr(named, "id", ""), self.sets.members))  # fmt: skip
                return (), 1
            parent = self.sets.parent[named.id]
            summed = tuple(d for d in x.dims if d in (named.id, parent))
            if not summed:
                self._problem(f"not over {named.id}", "leave it out, or sum something over it")
                return x.dims, 1
            count = len(self.sets.members[named.id])
            return tuple(d for d in x.dims if d not in summed), count
        if not summed:
            self._problem("nothing to sum: one number", "leave the function out")
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
        both = self._merged(x, w)
        dims, _ = self._over_set(both, sets)
        span = x.interval.union(Interval(0, 0)) if w.interval.low >= 0 else Interval()
        if w.interval.low > 0:
            span = x.interval
        return evolve(both, dims=dims, unit=x.unit, interval=span)

    def _neighbours(self, x_node: Node) -> Typed:
        x = self.of(x_node)
        if not any(d in self.sets.neighbours for d in x.dims) and not x.unknown:
            return self._problem("neighbours() wants a value over a set with neighbours",
                                "declare them in the [set]")  # fmt: skip
        return evolve(x, interval=x.interval.union(Interval(0, 0)), values=())

    def _memory(self, kind: str, x_node: Node, months: Node, initial: tuple[Node, ...]) -> Typed:
        if Reads.MEMORY not in self.reads:
            return self._problem("smooth() and delay() stand in [aux] and [flow] only", "name it as an [aux]")
        constant = isinstance(months, Name) and self.all.kinds.get(months.id) == "constant"
        if not constant or self.all.variable(months.id).dims:  # type: ignore[union-attr]
            self._problem("the months are a constant's name")
        else:
            self._months(kind, self.of(months), months.id)  # type: ignore[union-attr]
        self.all._inside_memory += 1
        circular = bool({*_reads_deep(self.all, x_node)} & {*self.all._open})
        x = self.of(x_node)
        self.all._inside_memory -= 1
        if circular and not initial:
            self._problem("starts at its own opening value, which rests on it", "give a third argument")
        span = Interval() if circular else x.interval
        for node in initial:
            first = Typing(self.all, Reads.CONSTANTS, self.path, None).of(node)
            if not first.unit.fits(x.unit):
                self._problem(f"unit mismatch: {x.unit}, at first {first.unit}")
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
            self._problem(f"the months have the unit {found.unit}", "month is wanted")
        elif found.interval.low <= 0:
            self._problem(f"{id} can be {found.interval.low:g} months", "a range above 0 is wanted")
        elif kind == "delay":
            if value not in range(1, MAX_DELAY + 1):
                self._problem(f"{id} is {value:g} months", f"delay() takes whole months, 1 to {MAX_DELAY}")

    def _smooth(self, x: Node, months: Node, *initial: Node) -> Typed:
        return self._memory("smooth", x, months, initial)

    def _delay(self, x: Node, months: Node, *initial: Node) -> Typed:
        return self._memory("delay", x, months, initial)

    def _since(self, node: Node) -> Typed:
        if Reads.HISTORY not in self.reads:
            return self._problem("since() cannot be called here")
        id = happening_id(node)
        known = set().union(*self.all.happenings.values())
        if id not in known:
            for table in ("decision", "event", "offer"):
                if (table, (id or "").split(".")[0]) in self.all.loaded.damaged:
                    return UNKNOWN
            return self._problem(f"since() wants a decision, offer or event, not {show(node)}",
                                did_you_mean(id or "", known))  # fmt: skip
        return Typed((), units.MONTH, Interval(1, NEVER))

    def _chance(self) -> bool:
        if Reads.CHANCE in self.reads:
            return True
        self._problem("luck has no place here: it would be known before it is drawn")
        return False

    def _noise(self, sd_node: Node) -> Typed:
        sd = self.of(sd_node)
        self._chance()
        reach = sd.interval.absolute().high * NOISE_REACH
        return evolve(sd, interval=Interval(-reach, reach), random=True, values=())

    def _happens(self, h_node: Node) -> Typed:
        h = self.of(h_node)
        self._chance()
        self._hazard(h)
        return Typed(h.dims, units.SHARE, intervals.TRUTH, True, h.hidden)

    def _hazard(self, h: Typed) -> None:
        if not (h.unit.fits(units.PER_MONTH) or h.unit.fits(units.SHARE)):
            self._problem(f"a hazard is 1/month, not {h.unit}")


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


def _reads_deep(variables: "Variables", node: Node) -> set[str]:
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
