"""Names in equations: what each stands for, over which sets, in which unit and bounds."""

from collections.abc import Iterable, Mapping
from math import inf

from attrs import evolve

from mali_sim.equations import (
    Call,
    EquationError,
    Interval,
    Member,
    Name,
    Node,
    Unit,
    UnitError,
    children,
    names_in,
    parse,
    parse_unit,
    units,
)
from mali_sim.model.sets import Sets
from mali_sim.model.typed import (
    CLOCKS,
    FUNCTIONS,
    MAX_LOOKED,
    UNKNOWN,
    Reads,
    Typed,
    constant_interval,
    lookup_interval,
)
from mali_sim.model.typing import Typing
from mali_sim.scenario import LoadedScenario, Problem, did_you_mean
from mali_sim.scenario.classes import Constant, Lookup, Stock, Switch


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
        return Typing(self, reads, path, actor).of(node)

    def flow_dims(self, id: str) -> tuple[str, ...]:
        """Sets of a flow: those of its stocks, members picked taken out, and of its rate."""
        flow = self.scenario.flow[id]
        dims: set[str] = set()
        for end in (flow.from_, flow.to):
            name, _, member = (end or "").partition(".")
            stock = self.scenario.stock.get(name)
            if stock and not member:
                dims |= {d for d in stock.over if d in self.sets.members}
        tree = self.tree(flow.rate, ("flow", id, "rate"))
        if tree is not None:
            dims |= set(self._dims(tree, self.aux_dims))
        order = list(self.sets.members)
        return tuple(sorted(dims, key=order.index))
