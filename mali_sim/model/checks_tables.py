"""What can be wrong with what there is: sets, constants, stocks, switches, flows; and with naming."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from mali_sim.equations import Interval, Unit, at_member, names_in, units
from mali_sim.model.parameters import flatten
from mali_sim.model.switches import is_value, word
from mali_sim.model.typed import UNKNOWN, Reads, Typed
from mali_sim.model.variables import Variables
from mali_sim.scenario import did_you_mean
from mali_sim.scenario.classes import ID, Stock

Path = tuple[str, ...]

_NO_EACH = (".each stands where there is no each", 'add each = "SET"')


class TableChecker:
    """
    Checks the tables of what there is, and gives the checks of what is done their words.

    Problems gather in ``variables.problems``; what it learns (trees, types) is what the
    tape is made from.
    """

    def __init__(self, variables: Variables) -> None:
        self.v = variables
        self.s = variables.scenario
        self.sets = variables.sets

    # -- naming --------------------------------------------------------------------------

    def _name(self, path: Path, name: str | None, table: str) -> bool:
        known = getattr(self.s, table)
        if name is None:
            return True
        if name not in known:
            self.v._undefined(path, f"there is no {table} {name}", name, table, known)
            return False
        return True

    def _names(self, path: Path, names: Iterable[str], table: str) -> None:
        for number, name in enumerate(names):
            self._name((*path, str(number)), name, table)

    def _mentions(self, path: Path, table: Any, needs_source: bool = False) -> None:
        """Topic and sources of a table."""
        self._name((*path, "topic"), getattr(table, "topic", None), "topic")
        for number, id in enumerate(table.source):
            if id not in self.s.source:
                mend = did_you_mean(id, self.s.source, f"declare [source.{id}]")
                if ("source", id) not in self.v.loaded.damaged:
                    self.v.problem((*path, "source", str(number)), f"there is no source {id}", mend)
        if needs_source and not table.source:
            self.v.problem(path, "the source is missing", 'give source = ["…"]: where this comes from')

    def _constant(self, path: Path, name: str | None, unit: Unit | None, positive: bool = False) -> None:
        """A place where a constant's name stands; never below 0, and not 0 if ``positive``."""
        if name is None or not self._name(path, name, "constant"):
            return
        found = self.v.variable(name)
        if found.dims:
            self.v.problem(path, f"{name} is over {found.dims[0]}", "one number is wanted here")
        if unit is not None and not found.unit.fits(unit):
            self.v.problem(path, f"the unit of {name} is {found.unit}, wanted is {unit}")
        if found.interval.low < 0 or (positive and found.interval.low == 0):
            mend = "a range above 0 is wanted" if positive else "0 or more is wanted"
            self.v.problem(path, f"{name} can be {found.interval.low:g}", mend)

    def _expression(
        self, path: Path, text: str | None, reads: Reads, unit: Unit | None,
        each: str | None = None, scalar: bool = True, actor: str | None = None,
    ) -> Typed:  # fmt: skip
        """An equation typed in its place; with ``each``, for the first member."""
        tree = self.v.tree(text, path)
        members = self.sets.members.get(each or "", ())
        if tree is None or (each is not None and not members):
            return UNKNOWN
        first = at_member(tree, members[0]) if each is not None else tree
        found = self.v.typed(first, reads, path, actor)
        if unit is not None:
            self.v.fits(found.unit, unit, path)
        if scalar and found.dims:
            self.v.problem(path, f"one number is wanted, this is over {found.dims[0]}",
                           "take sum(), mean() or one member")  # fmt: skip
        return found

    def _condition(
        self, path: Path, text: str | None, reads: Reads = Reads.CONDITION,
        each: str | None = None, actor: str | None = None,
    ) -> Typed:  # fmt: skip
        """An equation that is true or false, typed in its place."""
        found = self._expression(path, text, reads, None, each, actor=actor)
        if found.values:
            self.v.problem(path, "a switch with named values is not true or false",
                           f"compare it: … == '{found.values[0]}'")  # fmt: skip
        elif not found.unknown and (found.interval.low < 0 or found.interval.high > 1):
            self.v.problem(path, "a number where true or false is wanted", "compare it with something")
        else:
            return found
        return UNKNOWN

    def _words(self, path: Path, table: Any, each: str | None) -> None:
        """The placeholder {each} stands only in texts of what is made for each member."""
        for key in ("label", "text", "because", "asks", "gives"):
            words = getattr(table, key, None)
            if each is None and words is not None and "{each}" in words.en + words.fr:
                self.v.problem((*path, key), "{each} stands where there is no each", 'add each = "SET"')

    def _ids(self, path: Path, ids: Iterable[str]) -> None:
        """Ids below a table: members, choices, a switch's values."""
        for id in ids:
            if not ID.match(id) or id == "each":
                mend = "small letters, digits and _, a letter first; not each"
                self.v.problem((*path, id), f"{id} is not an id", mend)

    # -- tables --------------------------------------------------------------------------

    def _sets(self) -> None:
        for id, table in self.s.set.items():
            path = ("set", id)
            if table.part_of is not None:
                if not self._name((*path, "part_of"), table.part_of, "set"):
                    continue
                whole = self.s.set[table.part_of].members
                for number, member in enumerate(table.only):
                    if member not in whole:
                        what = f"{table.part_of} has no member {member}"
                        self.v.problem((*path, "only", str(number)), what, did_you_mean(member, whole))
                if not table.only or table.members:
                    self.v.problem(path, "a part of a set lists its members in `only`")
                continue
            if not table.members:
                self.v.problem(path, "the set has no members", "add members.ID = { en, fr }")
            self._ids((*path, "members"), table.members)
            if table.map is not None and (set("/\\:") & {*table.map} or table.map.startswith(".")):
                self.v.problem((*path, "map"), "the path leaves the assets' folder", "name a file in it")
            for member in table.members:
                if member in self.s.set:
                    self.v.problem((*path, "members", member), "the member has a set's name", "rename one")
            for member, near in table.neighbours.items():
                for other in (member, *near):
                    if other not in table.members:
                        self.v.problem((*path, "neighbours", member), f"{id} has no member {other}",
                                       did_you_mean(other, table.members))  # fmt: skip
                for other in near:
                    if member not in table.neighbours.get(other, ()):
                        what = f"{other} does not border on {member} in turn"
                        mend = f"add {member} to the neighbours of {other}"
                        self.v.problem((*path, "neighbours", member), what, mend)

    def _header(self) -> None:
        header = self.s.scenario
        self._names(("scenario", "seats"), header.seats, "actor")
        self._name(("scenario", "strategy"), header.strategy, "strategy")
        strategy = self.s.strategy.get(header.strategy or "")
        seat = next((s for s in header.seats if s in self.s.actor), None)
        if strategy and seat and strategy.actor != seat:
            what = f"{header.strategy} plays {strategy.actor}, not {seat}"
            self.v.problem(("scenario", "strategy"), what, "the first seat's strategy is wanted")
        self._mentions(("scenario",), header)

    def _constants(self) -> None:
        for id, constant in self.s.constant.items():
            path = ("constant", id)
            self.v.variable(id)
            if constant.grade != "assumed" and not constant.source:
                self.v.problem(path, "the source is missing", 'give source = ["…"], or grade = "assumed"')
            self._mentions(path, constant)
            if not self.v.known[id].unknown:
                self._members(path, "value", constant.value, self.v.known[id].dims)
            self._prior(path, constant.value, constant.range, constant.spread)
        for id, lookup in self.s.lookup.items():
            path = ("lookup", id)
            self.v.variable(id)
            self.v.unit(lookup.x_unit, (*path, "x_unit"))
            self._mentions(path, lookup)
            if len(lookup.x) != len(lookup.y) or len(lookup.x) < 2:
                self.v.problem(path, f"{len(lookup.x)} points of x and {len(lookup.y)} of y",
                               "as many of each, at least two")  # fmt: skip
            if any(b <= a for a, b in pairwise(lookup.x)):
                self.v.problem((*path, "x"), "x does not rise", "order the points by x")
            if not 0 <= lookup.spread < 1:
                self.v.problem((*path, "spread"), f"{lookup.spread:g} is outside 0..1")

    def _members(
        self, path: Path, key: str, value: object, dims: tuple[str, ...], partly: bool = False
    ) -> None:
        """A table by member must name no others, and all members unless ``partly``."""
        known = {m for d in dims for m in self.sets.members[d]}
        if isinstance(value, dict) and not dims:
            self.v.problem((*path, key), "a table, but not over a set", 'add over = "SET", or one number')
            return

        def strangers(inner: object, at: Path) -> None:
            if isinstance(inner, dict):
                for member, below in inner.items():
                    if member not in known:
                        mend = did_you_mean(member, known)
                        self.v.problem((*at, member), f"no member {member}", mend)
                    strangers(below, (*at, member))

        strangers(value, (*path, key))
        if partly:
            return
        try:
            flatten(value, dims, self.sets)
        except KeyError as error:
            missing = ", ".join(error.args[0])
            self.v.problem((*path, key), f"no value for {missing}", "name every member")
        except TypeError:
            self.v.problem((*path, key), "tables nest deeper than the sets")

    def _prior(self, path: Path, value: object, ends: tuple[float, ...] | None, spread: float | None) -> None:
        if ends is not None:
            if isinstance(value, dict):
                self.v.problem((*path, "range"), "a range is of one number", "use spread for a set")
            elif len(ends) != 2 or ends[0] > ends[1]:
                self.v.problem((*path, "range"), "not [low, high]", "two numbers, the lower first")
            elif not ends[0] <= value <= ends[1]:  # type: ignore[operator]
                what = f"{value:g} is outside {ends[0]:g}..{ends[1]:g}"
                self.v.problem((*path, "value"), what, "widen the range or mend the value")
        elif spread is None:
            mend = "range = [low, high], or spread for a set" if len(path) == 2 else ""
            self.v.problem(path, "the prior is missing", mend)
        if spread is not None and not 0 <= spread < 1:
            self.v.problem((*path, "spread"), f"{spread:g} is outside 0..1", "a share below 1")

    def _stocks(self) -> None:
        for id, stock in self.s.stock.items():
            path = ("stock", id)
            found = self.v.variable(id)
            self._mentions(path, stock)
            self._bounds(path, stock)
            if isinstance(stock.initial, str):
                start = self._expression(
                    (*path, "initial"), stock.initial, Reads.CONSTANTS, found.unit, scalar=False
                )
                if not set(start.dims) <= set(found.dims):
                    self.v.problem((*path, "initial"), f"over {start.dims[0]}, the stock is not")
            else:
                if not found.unknown:
                    self._members(path, "initial", stock.initial, found.dims)
                self._initial_numbers(path, stock, found.interval)
            if stock.hidden:
                self._names((*path, "known_to"), stock.known_to, "actor")
                if stock.estimate is None or stock.doubt is None:
                    self.v.problem(path, "a hidden stock needs estimate and doubt",
                                   "what a seat takes it for, and how surely")  # fmt: skip
                self._expression(
                    (*path, "estimate"), stock.estimate, Reads.ESTIMATE, found.unit, scalar=False
                )
                self._estimate_is_public((*path, "estimate"), stock)
                self._constant((*path, "doubt"), stock.doubt, found.unit)
            else:
                for key in ("estimate", "doubt", "known_to"):
                    if getattr(stock, key):
                        what = "estimate, doubt and known_to are of hidden stocks"
                        self.v.problem((*path, key), what, "add hidden = true, or leave it out")
                        break

    def _estimate_is_public(self, path: Path, stock: Stock) -> None:
        """An estimate is every seat's: what some seats alone see would give itself away in it."""
        tree = self.v.tree(stock.estimate, path)
        for name in names_in(tree) if tree is not None else ():
            obs = self.s.obs.get(name.removeprefix("obs."))
            if name.startswith("obs.") and obs is not None and obs.known_to:
                self.v.problem(path, f"{name} is not seen by everybody", "read a public observer")

    def _bounds(self, path: Path, stock: Stock) -> None:
        if stock.kind == "conserved":
            if stock.bounds is not None:
                self.v.problem((*path, "bounds"), "a conserved stock has no bounds", "leave them out")
        elif stock.bounds is None:
            self.v.problem(path, "the bounds are missing", "bounds = [low, high]")
        elif len(stock.bounds) != 2 or stock.bounds[0] >= stock.bounds[1]:
            self.v.problem((*path, "bounds"), "not [low, high]", "two numbers, the lower first")

    def _initial_numbers(self, path: Path, stock: Stock, span: Interval) -> None:
        for key in ("spread", "grade", "why"):
            if getattr(stock, key) is None:
                self.v.problem(path, f"{key} is missing", "a numeric initial value needs spread, grade, why")
        if stock.grade in ("stated", "inferred") and not stock.source:
            self.v.problem(path, "the source is missing", 'give source = ["…"], or grade = "assumed"')
        if stock.spread is not None and not 0 <= stock.spread < 1:
            self.v.problem((*path, "spread"), f"{stock.spread:g} is outside 0..1", "a share below 1")
        values = stock.initial if isinstance(stock.initial, dict) else {"": stock.initial}

        def look(inner: Any, at: Path) -> None:
            if isinstance(inner, dict):
                for member, below in inner.items():
                    look(below, (*at, member) if member else at)
            elif inner not in span:
                self.v.problem(at, f"{inner:g} is outside {span.low:g}..{span.high:g}", "see the bounds")

        look(values, (*path, "initial"))

    def _switches(self) -> None:
        for id, switch in self.s.switch.items():
            path = ("switch", id)
            self._mentions(path, switch)
            self._ids((*path, "values"), switch.values)
            if len(switch.values) == 1:
                what = "a switch has two values or more"
                self.v.problem(path, what, "or none: then it is true or false")
            self._switch_value((*path, "initial"), id, switch.initial)

    def _switch_value(self, path: Path, id: str, value: object) -> None:
        values = self.s.switch[id].values
        if is_value(self.s.switch[id], value):
            return
        if values:
            what = f"{word(value)} is not a value of {id}"
            self.v.problem(path, what, did_you_mean(str(value), values))
        else:
            what = f"{id} is true or false, not {word(value)}"
            self.v.problem(path, what, "give it values, or write true")

    def _flows(self) -> None:
        for id, flow in self.s.flow.items():
            path = ("flow", id)
            self._mentions(path, flow, needs_source=True)
            if flow.to is None and flow.from_ is None:
                self.v.problem(path, "the flow goes nowhere", "give to, from or both")
            unit: Unit | None = None
            for key, end in (("from", flow.from_), ("to", flow.to)):
                stock = self._target((*path, key), end)
                if stock is None:
                    continue
                own = self.v.variable(end.partition(".")[0]).unit / units.MONTH  # type: ignore[union-attr]
                if unit is not None and not unit.fits(own):
                    self.v.problem(path, f"unit mismatch: from {unit}, to {own}", "two stocks of one unit")
                    own = units.FREE
                unit = own
                if stock.kind == "level" and flow.from_ is not None:
                    self.v.problem((*path, key), f"{end} is a level", "from-to flows join conserved stocks")
            rate = self._expression((*path, "rate"), flow.rate, Reads.RATE, unit, scalar=False)
            dims = self.v.flow_dims(id)
            self.v.known[f"flow.{id}"] = Typed(dims, rate.unit)
            stock_dims = self._target_dims(flow.to)
            if flow.from_ is None and flow.to is not None and len(dims) > 2:
                self.v.problem(path, "over more than two sets")
            if flow.from_ is not None and not set(dims) <= {
                *self._target_dims(flow.from_), *rate.dims, *stock_dims
            }:  # fmt: skip
                self.v.problem(path, "its sets do not fit its stocks")

    def _target_dims(self, target: str | None) -> tuple[str, ...]:
        id, _, member = (target or "").partition(".")
        if self.v.kinds.get(id) != "stock":
            return ()
        dims = self.v.variable(id).dims
        return tuple(d for d in dims if member not in self.sets.members[d])

    def _target(self, path: Path, target: str | None) -> Stock | None:
        """The stock that a flow or effect names, with or without a member."""
        if target is None:
            return None
        id, _, member = target.partition(".")
        if id not in self.s.stock:
            kind = self.v.kinds.get(id)
            what = f"{id} is a {kind}, not a stock" if kind else f"there is no stock {id}"
            if kind:
                self.v.problem(path, what, did_you_mean(id, self.s.stock))
            else:
                self.v._undefined(path, what, id, "stock", self.s.stock)
            return None
        if member == "each":
            self.v.problem(path, *_NO_EACH)
            return None
        if member and not self.v.variable(id).unknown:
            dims = self.v.variable(id).dims
            if self.sets.of_member(member, dims) is None:
                known = [m for d in dims for m in self.sets.members[d]]
                mend = did_you_mean(member, known) if dims else f"write {id}"
                self.v.problem(path, f"{id} has no member {member}", mend)
                return None
        return self.s.stock[id]
