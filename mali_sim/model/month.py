"""One month as tape: what the design calls auxiliaries, decisions, events, flows and the close."""

from attrs import Factory, define, evolve, frozen



from mali_sim.model.compile import Compiler, Environment, Memory
from mali_sim.model.happenings import Action, Effects, Happenings, Item
from mali_sim.model.layout import Block, Layout
from mali_sim.model.parameters import Parameters
from mali_sim.model.tape import Value
from mali_sim.model.variables import NEVER, Typed
from mali_sim.scenario.classes import Effect, Offer, Stock

NONE, ASKED, IN_FORCE = 0.0, 1.0, 2.0
#: Where a maximum or minimum over the months starts.
EXTREME = 1e300


@frozen
class Posting:
    """
    One named change of a stock in a month.

    Parameters
    ----------
    stock : str
    kind : str
        ``flow``, ``effect``, ``cost`` or ``limit``.
    cause : str
        The flow's id, or the name of the happening.
    watched : str
        The watched value that holds the amounts.
    rows : tuple of (int, int)
        (row of the stock, row of the watched value).
    sign : float
    """

    stock: str
    kind: str
    cause: str
    watched: str
    rows: tuple[tuple[int, int], ...]
    sign: float = 1.0


@define
class _Payment:
    """One effect on stocks while the month is put together."""

    effects: Effects
    number: int
    effect: Effect
    amount: Value
    fired: int  # row among the happenings
    value: Value | None = None  # what is paid this month


@define
class Month:
    """Everything that becomes of one month, to be collected into programs."""

    outputs: list[tuple[int, Value]] = Factory(list)
    watched: dict[str, Value] = Factory(dict)
    postings: list[Posting] = Factory(list)
    happened: list[str] = Factory(list)
    legal: list[Value] = Factory(list)
    costs: list[Value] = Factory(list)
    chances: dict[str, Value] = Factory(dict)


class MonthBuilder:
    """
    Puts the month's tape together.

    Parameters
    ----------
    strategies : tuple of str
        Strategies whose rules are on the tape; runs choose among them by their modes.
    """

    def __init__(
        self,
        compiler: Compiler,
        layout: Layout,
        parameters: Parameters,
        happenings: Happenings,
        modes: dict[str, int],
        strategies: tuple[str, ...],
    ) -> None:
        self.c = compiler
        self.b = compiler.builder
        self.s = compiler.scenario
        self.sets = compiler.sets
        self.variables = compiler.variables
        self.layout = layout
        self.parameters = parameters
        self.happenings = happenings
        self.modes = modes
        self.strategies = strategies
        self.month = Month()
        self.opening = Environment(self._opening_variable, self._opening_special)
        self.closing = Environment(self._closing_variable, self._closing_special)
        self.closed: dict[str, Value] = {}
        self.remaining: dict[str, Value] = {}
        self.done: dict[str, Value] = {}
        self.moved: dict[str, Value] = {}
        self.fire: Value | None = None

    # -- names ---------------------------------------------------------------------------

    def _row(self, block: str, label: str) -> Value:
        found = self.layout.blocks[block]
        return self.b.source("state", found.offset + found.labels.index(label))

    def _whole(self, block: Block) -> Value:
        return self.b.source("state", block.offset, block.dims)

    def _parameter(self, id: str) -> Value:
        p = self.parameters.items[id]
        return self.b.source("param", p.offset, p.dims)

    def _opening_variable(self, id: str) -> Value:
        for kind in ("stock", "switch"):
            if id in getattr(self.s, kind):
                return self._whole(self.layout.blocks[f"{kind}:{id}"])
        return self._parameter(id)

    def _opening_special(self, root: str, id: str) -> Value:
        match root:
            case "obs":
                return self._row("obs", id)
            case "offer":
                return self.b.equal(self._row("offer", id), self.b.lit(IN_FORCE))
            case "since":
                return self._row("since", self._remembered(id))
            case "memory":
                memory = self.c.memories[id]
                block = self._memory_block(memory)
                last = block.offset + block.rows - block.rows // memory.depth
                return self.b.source("state", last, memory.dims)
        raise KeyError((root, id))

    def _closing_variable(self, id: str) -> Value:
        for kind in ("stock", "switch"):
            if id in getattr(self.s, kind):
                return self.closed[f"{kind}:{id}"]
        return self._parameter(id)

    def _closing_special(self, root: str, id: str) -> Value:
        match root:
            case "obs":
                return self._observed(id)
            case "offer":
                return self.b.equal(self._closed_row("offer", id), self.b.lit(IN_FORCE))
            case "since":
                return self._closed_row("since", self._remembered(id))
            case "memory":
                memory = self.c.memories[id]
                size = self.b.size(memory.dims)
                return self.b.rows(
                    self.closed[f"memory:{id}"], (memory.depth - 1) * size, memory.dims
                )
            case "flow":
                return self.moved[id]
            case "decision" | "event":
                return self.done[id]
        raise KeyError((root, id))

    def _closed_row(self, block: str, label: str) -> Value:
        row = self.layout.blocks[block].labels.index(label)
        return self.b.rows(self.closed[block], row, ())

    def _remembered(self, id: str) -> str:
        """The happening that since(id) asks about: of an offer, its acceptance."""
        labels = self.layout.blocks["since"].labels
        return id if id in labels else f"accept.{id}"

    def _memory_block(self, memory: Memory) -> Block:
        name = f"memory:{memory.key}"
        if name not in self.layout.blocks:
            names = self.sets.row_names(memory.key, memory.dims)
            labels = [f"{n} (month -{d + 1})" for d in range(memory.depth) for n in names]
            if memory.depth == 1:
                self.layout.add(name, memory.dims, names)
            else:
                self.layout.add(name, (f"#{len(labels)}",), labels)
        return self.layout.blocks[name]

    def _observed(self, id: str) -> Value:
        key = f"obs.{id}"
        if key not in self.closed:
            self.closed[key] = self.c.value(("obs", id, "value"))
        return self.closed[key]

    # -- the month -----------------------------------------------------------------------

    def build(self) -> Month:
        """The whole month."""
        with self.c.within(self.opening):
            for id in self.s.aux:
                self.month.watched[f"aux:{id}"] = self.c._variable(id)
            self._decide()
            self._answer()
            self._strike()
            payments = self._fire()
            rates = self._rates()
        self._close(payments, rates)
        self._remember()
        with self.c.within(self.closing):
            self._observe()
        return self.month

    def _write(self, block: str, value: Value) -> None:
        found = self.layout.blocks[block]
        value = self.b.widen(value, found.dims)
        self.closed[block] = value
        self.month.outputs.append((found.offset, value))

    # -- decisions -----------------------------------------------------------------------

    def _threshold(self, name: str) -> Value:
        """Months that must have passed since a happening before it can happen again."""
        tables: dict[str, tuple[object, Item]] = {
            item.id: (table, item)
            for group in (self.happenings.decisions, self.happenings.events)
            for item, table in group
        }
        tables |= {f"offer.{item.id}": (offer, item) for item, offer in self.happenings.offers}
        table = tables[name][0] if name in tables else None
        if table is None:
            return self.b.lit(0.0)
        dated = getattr(table, "date", None) is not None
        if getattr(table, "once", False) or dated:
            return self.b.lit(float(NEVER))
        cooldown = getattr(table, "cooldown", None)
        return self._parameter(cooldown) if cooldown else self.b.lit(0.0)

    def _decide(self) -> None:
        """Legal, proposed, affordable, not excluded: in that order, actions by their id."""
        b = self.b
        since = self.layout.blocks["since"]
        limits = b.stack([self._threshold(n) for n in since.labels])
        self.ready = b.at_most(limits, self._whole(since))
        actions = self.happenings.actions
        legal = {a.id: self._legal(a) for a in actions}
        proposed = self._proposed(actions)
        chosen: dict[str, list[Value]] = {}
        for action in actions:
            ok = b.mul(proposed[action.id], legal[action.id])
            ok = self._unexcluded(ok, action)
            if action.kind == "choice":
                before = chosen.setdefault(action.item.id, [])
                if before:
                    ok = b.mul(ok, b.negation(b.any_of(before)))
            if action.kind == "refuse":
                ok = b.mul(ok, b.negation(self.done[f"accept.{action.item.id}"]))
            ok = self._paid(ok, action)
            self.done[action.id] = ok
            if action.kind == "choice":
                chosen[action.item.id].append(ok)
        for item, event in self.happenings.events:
            if event.choices:
                left = b.negation(b.any_of(chosen[item.id]))
                default = f"{item.id}.{event.default}"
                pending = self._row("pending", item.id)
                self.done[default] = b.maximum(self.done[default], b.mul(pending, left))
        self.month.legal = [legal[a.id] for a in actions]
        self.month.costs = [
            self._parameter(a.capital) if a.capital else b.lit(0.0) for a in actions
        ]

    def _condition(self, item: Item, *key: str) -> Value | None:
        node = item.node(self.variables, *key)
        if node is None:
            return None
        return self.c.value((item.path[0], item.id, *key), node)

    def _legal(self, action: Action) -> Value:
        b = self.b
        condition = self._condition(action.item, *action.requires_key)
        parts = [] if condition is None else [condition]
        match action.kind:
            case "decision" | "ask":
                row = self.layout.blocks["since"].labels.index(action.id)
                parts.append(b.rows(self.ready, row, ()))
                if action.kind == "ask":
                    parts.append(b.equal(self._row("offer", action.item.id), b.lit(NONE)))
            case "accept" | "refuse":
                parts = [b.equal(self._row("offer", action.item.id), b.lit(ASKED))]
            case "choice":
                parts.append(self._row("pending", action.item.id))
        return b.all_of(parts)

    def _mode(self, name: str) -> Value:
        return self.b.source("mode", self.modes[name])

    def _proposed(self, actions: tuple[Action, ...]) -> dict[str, Value]:
        """Submissions, tendencies of actors nobody plays, and strategies' rules."""
        b = self.b
        proposed = {a.id: b.source("input", n) for n, a in enumerate(actions)}
        tending = [a for a in actions if a.kind in ("decision", "ask") and a.table.tendency]  # type: ignore[union-attr]
        if tending:
            hazards = []
            for a in tending:
                hazard = self._condition(a.item, "tendency")
                hazards.append(b.lit(0.0) if hazard is None else hazard)
            slots = [self.c.slots.slot(f"tendency.{a.id}", "", 0) for a in tending]
            struck = self.c.strikes(b.draw(slots, (f"#{len(slots)}",)), b.stack(hazards))
            for n, a in enumerate(tending):
                mine = b.mul(b.rows(struck, n, ()), self._mode(f"tendency:{a.actor}"))
                proposed[a.id] = b.maximum(proposed[a.id], mine)
                self.month.chances[a.id] = hazards[n]
        self._weigh(proposed)
        ruled: dict[str, list[Value]] = {}
        for name in self.strategies:
            mode = self._mode(f"strategy:{name}")
            for number, rule in enumerate(self.s.strategy[name].rules):
                path = ("strategy", name, "rules", str(number), "when")
                holds = mode
                if self.variables.trees.get(path) is not None:
                    holds = b.mul(mode, self.c.value(path))
                for id in rule.do:
                    ruled.setdefault(id, []).append(holds)
        for id, holds in ruled.items():
            proposed[id] = b.maximum(proposed[id], b.any_of(holds))
        return proposed

    def _weigh(self, proposed: dict[str, Value]) -> None:
        """A simulated seat answers an event by the choices' weights."""
        b = self.b
        for item, event in self.happenings.events:
            weights = [self._parameter(c.weight) if c.weight else b.lit(0.0) for c in event.choices]
            if not any(c.weight for c in event.choices):
                continue
            total = weights[0]
            for weight in weights[1:]:
                total = b.add(total, weight)
            draw = b.draw([self.c.slots.slot(f"choice.{item.id}", "", 0)], ())
            at = b.mul(draw, total)
            below, reached = b.lit(0.0), b.lit(0.0)
            for choice, weight in zip(event.choices, weights, strict=True):
                reached = b.add(reached, weight)
                mine = b.mul(b.at_most(below, at), b.less(at, reached))
                mine = b.mul(mine, self._mode(f"tendency:{event.seat}"))
                id = f"{item.id}.{choice.id}"
                proposed[id] = b.maximum(proposed[id], mine)
                below = reached

    def _unexcluded(self, ok: Value, action: Action) -> Value:
        """Not when what excludes it, or what it excludes, was chosen before it."""
        rivals = [self.done[r] for r in self._rivals(action.id) if r in self.done]
        return self.b.mul(ok, self.b.negation(self.b.any_of(rivals))) if rivals else ok

    def _rivals(self, id: str) -> list[str]:
        rivals = set()
        for group in (self.happenings.decisions, self.happenings.events):
            for item, table in group:
                named = {item.name_for(e) for e in table.excludes}
                if item.id == id:
                    rivals |= named
                elif id in named:
                    rivals.add(item.id)
        return sorted(rivals - {id})

    def _paid(self, ok: Value, action: Action) -> Value:
        """Deduct the cost from what the actor has left; not enough is a refusal."""
        stock = self.s.actor[action.actor].capital
        if not action.capital or not stock:
            return ok
        b, cost = self.b, self._parameter(action.capital)
        left = self.remaining.get(stock)
        if left is None:
            left = self._opening_variable(stock)
        done = b.mul(ok, b.at_most(cost, left))
        paid = b.mul(done, cost)
        self.remaining[stock] = b.sub(left, paid)
        self.month.watched[f"cost:{action.id}"] = paid
        self.month.postings.append(
            Posting(stock, "cost", action.id, f"cost:{action.id}", ((0, 0),), -1.0)
        )
        return done

    # -- offers --------------------------------------------------------------------------

    def _answer(self) -> None:
        """Pending offers are answered, offers in force are kept, broken or fulfilled."""
        offers = self.happenings.offers
        if not offers:
            return
        b = self.b
        dims = (f"#{len(offers)}",)
        status, age = (self._whole(self.layout.blocks[n]) for n in ("offer", "offer_age"))
        asked = b.equal(status, b.lit(ASKED))
        forced = b.equal(status, b.lit(IN_FORCE))
        first = b.mul(asked, b.equal(age, b.lit(0.0)))

        def stacked(values: list[Value]) -> Value:
            return b.rows(b.stack(values), 0, dims)

        chances = [self._condition(item, "chance") or b.lit(0.0) for item, _ in offers]
        draws = b.draw([self.c.slots.slot(f"answer.{i.id}", "", 0) for i, _ in offers], dims)
        likely = b.less(draws, stacked(chances))
        simulated = stacked([self._mode(f"simulated:{o.to}") for _, o in offers])
        said_yes = stacked([self.done[f"accept.{i.id}"] for i, _ in offers])
        said_no = stacked([self.done[f"refuse.{i.id}"] for i, _ in offers])
        silent = b.mul(b.mul(first, simulated), b.negation(b.maximum(said_yes, said_no)))
        yes = b.maximum(said_yes, b.mul(silent, likely))
        no = b.maximum(said_no, b.mul(silent, b.negation(likely)))
        older = b.add(age, b.lit(1.0))
        within = stacked([self._parameter(o.answer_within) for _, o in offers])
        lapsed = b.mul(b.mul(asked, b.negation(b.maximum(yes, no))), b.at_most(within, older))
        broken = b.mul(forced, stacked([self._broken(i, o, age, n) for n, (i, o) in enumerate(offers)]))
        lasts = stacked([self._parameter(o.lasts) for _, o in offers])
        ended = b.mul(b.mul(forced, b.negation(broken)), b.at_most(lasts, older))
        asks = stacked([self.done[f"offer.{i.id}"] for i, _ in offers])
        for n, (item, _) in enumerate(offers):
            for name, value in (("accept", yes), ("refuse", no), ("lapse", lapsed),
                                ("breach", broken), ("fulfilled", ended)):  # fmt: skip
                self.done[f"{name}.{item.id}"] = b.rows(value, n, ())
            self.month.chances[f"accept.{item.id}"] = chances[n]
        over = b.maximum(b.maximum(no, lapsed), b.maximum(broken, ended))
        stays = b.mul(status, b.negation(b.maximum(yes, over)))
        turned = b.add(stays, b.add(b.mul(yes, b.lit(IN_FORCE)), b.mul(asks, b.lit(ASKED))))
        fresh = b.maximum(b.maximum(yes, asks), over)
        live = b.less(b.lit(NONE), status)
        self._write("offer", turned)
        self._write("offer_age", b.mul(b.mul(older, live), b.negation(fresh)))

    def _broken(self, item: Item, offer: Offer, age: Value, row: int) -> Value:
        keeps = self._condition(item, "keeps")
        if keeps is None or offer.grace is None:
            return self.b.lit(0.0)
        due = self.b.at_most(self._parameter(offer.grace), self.b.rows(age, row, ()))
        return self.b.mul(due, self.b.negation(keeps))

    # -- events --------------------------------------------------------------------------

    def _strike(self) -> None:
        """Dated events and hazards, in the order of their ids."""
        b, events = self.b, self.happenings.events
        risky = [(item, e) for item, e in events if e.hazard is not None]
        struck: dict[str, Value] = {}
        if risky:
            hazards = [self._condition(item, "hazard") or b.lit(0.0) for item, _ in risky]
            slots = [self.c.slots.slot(f"event.{item.id}", "", 0) for item, _ in risky]
            strikes = self.c.strikes(b.draw(slots, (f"#{len(slots)}",)), b.stack(hazards))
            for n, (item, _) in enumerate(risky):
                struck[item.id] = b.rows(strikes, n, ())
                self.month.chances[item.id] = hazards[n]
        since = self.layout.blocks["since"].labels
        for item, event in events:
            if event.date is not None:
                month = months_between(self.s.scenario.start, event.date)
                fired = b.equal(b.source("clock", 0), b.lit(float(month)))
            else:
                fired = struck[item.id]
            condition = self._condition(item, "requires")
            if condition is not None:
                fired = b.mul(fired, condition)
            fired = b.mul(fired, b.rows(self.ready, since.index(item.id), ()))
            if event.choices:
                fired = b.mul(fired, b.negation(self._row("pending", item.id)))
            rivals = [self.done[r] for r in self._rivals(item.id) if r in self.done]
            if rivals:
                fired = b.mul(fired, b.negation(b.any_of(rivals)))
            self.done[item.id] = fired
        pending = [item.id for item, e in events if e.choices]
        if pending:
            self._write("pending", b.stack([self.done[id] for id in pending]))

    # -- effects -------------------------------------------------------------------------

    def _fire(self) -> list[_Payment]:
        """Rows of what happened, and what each effect pays this month."""
        b = self.b
        names = list(self.done)
        rows = [self.done[n] for n in names]
        place = {n: k for k, n in enumerate(names)}
        payments: list[_Payment] = []
        self.switched: list[tuple[str, object, Value]] = []
        for effects in self.happenings.effects():
            for number, effect in enumerate(effects.effects):
                key = (*effects.key, str(number))
                fired = self.done[effects.trigger]
                row = place[effects.trigger]
                for part, likely in (("if", False), ("chance", True)):
                    condition = self._condition(effects.item, *key, part)
                    if condition is not None:
                        if likely:
                            path = ".".join((effects.item.path[0], effects.item.id, *key))
                            draw = b.draw([self.c.slots.slot(path, "", 0)], ())
                            condition = b.less(draw, condition)
                        fired = b.mul(fired, condition)
                        row = len(rows)
                if fired is not self.done[effects.trigger]:
                    row = len(rows)
                    rows.append(fired)
                if effect.switch is not None:
                    self.switched.append((effect.switch, effect.to, fired))
                    continue
                amount_key = "move" if effect.move is not None else "amount"
                amount = self._condition(effects.item, *key, amount_key)
                if amount is not None:
                    made = _at_member(effect, effects.item)
                    payments.append(_Payment(effects, number, made, amount, row))
        self.month.happened = names
        self.month.watched["happened"] = self.fire = b.stack(rows) if rows else b.lit(0.0)
        groups: dict[tuple[bool, bool, bool, bool], list[_Payment]] = {}
        for p in payments:
            kind = (p.effect.over is not None, p.effect.after is not None, p.effect.stack,
                    p.amount.constant)  # fmt: skip
            groups.setdefault(kind, []).append(p)
        for kind, members in groups.items():
            self._pay(kind, members)
        return payments

    def _pay(self, kind: tuple[bool, bool, bool, bool], members: list[_Payment]) -> None:
        """A group of effects of one kind: at once, or spread and delayed in held rows."""
        b = self.b
        over, after, stacking, _ = kind
        sizes = [b.size(p.amount.dims) for p in members]
        total = sum(sizes)
        dims = (f"#{total}",)
        index = [p.fired for p, n in zip(members, sizes, strict=True) for _ in range(n)]
        fire = self.fire
        if fire is None:
            raise RuntimeError("effects before happenings")
        fired = b.take(fire, index, dims) if fire.dims else b.widen(fire, dims)

        def rows_of(values: list[Value]) -> Value:
            return b.rows(b.stack(values), 0, dims)

        amounts = rows_of([p.amount for p in members])
        if not over and not after:
            paid = b.mul(fired, amounts)
        else:
            name = "spread" + ("+wait" if after else "") + ("+stack" if stacking else "")
            name += "" if kind[3] else "+computed"
            labels = [
                f"{p.effects.trigger}#{p.number} {part}" for part in ("share", "left", "wait")
                for p, n in zip(members, sizes, strict=True) for _ in range(n)
            ]  # fmt: skip
            blocks = [
                self.layout.add(f"{name}:{part}", dims, labels[k * total : (k + 1) * total])
                for k, part in enumerate(("share", "left", "wait")[: 3 if after else 2])
            ]
            one = b.lit(1.0)
            months = rows_of([
                self._each_row(self._parameter(p.effect.over) if p.effect.over else one, p)
                for p in members
            ])
            share, left = self._whole(blocks[0]), self._whole(blocks[1])
            slower = b.negation(fired)
            part = b.div(amounts, months)
            if stacking:
                part = b.add(part, b.mul(b.mul(share, left), b.div(one, months)))
            share_now = b.add(b.mul(fired, part), b.mul(slower, share))
            left_now = b.add(b.mul(fired, months), b.mul(slower, left))
            used = b.minimum(left_now, one)
            if after:
                waits = rows_of([
                    self._each_row(self._parameter(p.effect.after) if p.effect.after else one, p)
                    for p in members
                ])
                wait = b.add(b.mul(fired, waits), b.mul(slower, self._whole(blocks[2])))
                used = b.mul(used, b.at_most(wait, b.lit(0.0)))
                self._write(blocks[2].name, b.maximum(b.sub(wait, one), b.lit(0.0)))
            paid = b.mul(share_now, used)
            self._write(blocks[0].name, share_now)
            self._write(blocks[1].name, b.sub(left_now, used))
        at = 0
        for p, n in zip(members, sizes, strict=True):
            p.value = b.rows(paid, at, p.amount.dims)
            at += n

    def _each_row(self, value: Value, payment: _Payment) -> Value:
        return self.b.widen(value, payment.amount.dims)

    # -- flows and the close -------------------------------------------------------------

    def _rates(self) -> dict[str, Value]:
        """Every flow's rate; of conserved stocks never below 0."""
        rates = {}
        for id, flow in self.s.flow.items():
            rate = self.c.value(("flow", id, "rate"))
            dims = self.flow_dims(id)
            if flow.from_ is not None or self._stock(flow.to).kind == "conserved":
                rate = self.b.maximum(rate, self.b.lit(0.0))
            rates[id] = self.b.widen(rate, dims)
        return rates

    def flow_dims(self, id: str) -> tuple[str, ...]:
        """Sets of a flow."""
        from_typing: Typed = self.variables.known[f"flow.{id}"]
        return from_typing.dims

    def _stock(self, target: str | None) -> Stock:
        return self.s.stock[(target or "").partition(".")[0]]

    def _target_rows(self, target: str) -> tuple[str, tuple[str, ...], list[int] | None]:
        """A stock's id, the sets left at this target, and its rows when a member is named."""
        id, _, member = target.partition(".")
        dims = self.layout.blocks[f"stock:{id}"].dims
        if not member:
            return id, dims, None
        left = tuple(d for d in dims if member not in self.sets.members[d])
        rows = [
            n for n, c in enumerate(self.sets.combinations(dims)) if member in c
        ]
        return id, left, rows

    def _arriving(self, value: Value, dims: tuple[str, ...]) -> Value:
        """A flow's amounts as its target takes them: summed over what the target lacks."""
        for dim in value.dims:
            if dim not in dims:
                value = self.b.fold(value, dim)
        return value

    def _posted(
        self, total: Value, value: Value, target: str, sign: float, cause: tuple[str, str, str]
    ) -> Value:
        """A stock's running total with one more posting, noted in the ledger."""
        b = self.b
        id, dims, rows = self._target_rows(target)
        value = self._arriving(value, dims)
        whole = self.layout.blocks[f"stock:{id}"].dims
        kind, name, watched = cause
        wide = b.widen(value, dims) if rows is not None else value
        places = rows if rows is not None else range(b.size(whole))
        inner = self._inner_rows(whole, value.dims) if rows is None else list(range(b.size(wide.dims)))
        pairs = tuple(zip(places, inner, strict=True))
        self.month.watched[watched] = wide
        self.month.postings.append(Posting(id, kind, name, watched, pairs, sign))
        if rows is not None:
            signed = wide if sign > 0 else b.neg(wide)
            return b.post(total, signed, pairs)
        return b.add(total, wide) if sign > 0 else b.sub(total, wide)

    def _inner_rows(self, dims: tuple[str, ...], narrower: tuple[str, ...]) -> list[int]:
        """For every row over ``dims`` the row of a value over fewer sets."""
        rows = []
        for combination in self.sets.combinations(dims):
            at = dict(zip(dims, combination, strict=True))
            rows.append(self.sets.row(narrower, at))
        return rows

    def _close(self, payments: list[_Payment], rates: dict[str, Value]) -> None:
        scales = self._scales(payments, rates)
        for id, flow in self.s.flow.items():
            moved = rates[id]
            if flow.from_ is not None:
                moved = self.b.mul(moved, self._scale_at(scales, flow.from_))
            self.moved[id] = moved
            self.month.watched[f"flow:{id}"] = moved
        for p in payments:
            if p.effect.move is not None and p.value is not None:
                p.value = self.b.maximum(p.value, self.b.lit(0.0))
                if p.effect.from_ is not None:
                    p.value = self.b.mul(p.value, self._scale_at(scales, p.effect.from_))
        for id, stock in self.s.stock.items():
            self._close_stock(id, stock, payments)
        self._close_switches()
        self._close_memories()

    def _scale_at(self, scales: dict[str, Value], source: str) -> Value:
        id, _, member = source.partition(".")
        scale = scales[id]
        return self.c.pick(scale, member) if member else scale

    def _scales(self, payments: list[_Payment], rates: dict[str, Value]) -> dict[str, Value]:
        """What share of its outflows each conserved stock can pay: all, or what is there."""
        b = self.b
        wanted: dict[str, list[tuple[str, Value]]] = {}
        for id, flow in self.s.flow.items():
            if flow.from_ is not None:
                wanted.setdefault(flow.from_.partition(".")[0], []).append((flow.from_, rates[id]))
        for p in payments:
            source = p.effect.from_
            if p.effect.move is not None and source is not None and p.value is not None:
                due = b.maximum(p.value, b.lit(0.0))
                wanted.setdefault(source.partition(".")[0], []).append((source, due))
        scales = {}
        for id, outflows in wanted.items():
            dims = self.layout.blocks[f"stock:{id}"].dims
            total: Value | None = None
            for source, value in outflows:
                _, left, rows = self._target_rows(source)
                value = b.widen(self._arriving(value, left), left)
                if rows is not None:
                    base = total if total is not None else b.widen(b.lit(0.0), dims)
                    total = b.post(base, value, tuple(zip(rows, range(len(rows)), strict=True)))
                else:
                    total = value if total is None else b.add(total, value)
            if total is None:
                continue
            there = self._opening_variable(id)
            most = b.maximum(total, there)
            scales[id] = b.div(there, b.add(most, b.equal(most, b.lit(0.0))))
        return scales

    def _close_stock(self, id: str, stock: Stock, payments: list[_Payment]) -> None:
        b = self.b
        total = self.remaining.get(id)
        if total is None:
            total = self._opening_variable(id)
        for flow_id, flow in self.s.flow.items():
            for end, sign in ((flow.from_, -1.0), (flow.to, 1.0)):
                if end is not None and end.partition(".")[0] == id:
                    watched = f"flow:{flow_id}:{end}:{sign:+.0f}"
                    total = self._posted(
                        total, self.moved[flow_id], end, sign, ("flow", flow_id, watched)
                    )
        for p in payments:
            ends = ((p.effect.from_, -1.0), (p.effect.to, 1.0))
            if p.effect.add is not None:
                ends = ((p.effect.add, 1.0),)
            for end, sign in ends:
                if end is None or p.value is None or end.partition(".")[0] != id:
                    continue
                watched = f"effect:{p.effects.trigger}#{p.number}:{end}:{sign:+.0f}"
                cause = ("effect", p.effects.trigger, watched)
                total = self._posted(total, p.value, end, sign, cause)
        if stock.kind == "conserved":
            new = b.maximum(total, b.lit(0.0))  # a guard against rounding, not a clip
        else:
            low, high = stock.bounds or (-EXTREME, EXTREME)
            new = b.minimum(b.maximum(total, b.lit(low)), b.lit(high))
            self.month.watched[f"limit:{id}"] = b.sub(new, total)
            rows = tuple((n, n) for n in range(b.size(new.dims)))
            self.month.postings.append(Posting(id, "limit", id, f"limit:{id}", rows))
        self._write(f"stock:{id}", new)

    def _close_switches(self) -> None:
        b = self.b
        for id, switch in self.s.switch.items():
            value = self._opening_variable(id)
            for target, to, fired in self.switched:
                if target == id:
                    value = b.where(fired, b.lit(switch_number(switch.values, to)), value)
            self._write(f"switch:{id}", value)

    def _close_memories(self) -> None:
        """Smooths move towards what they follow; delays shift by a month."""
        b = self.b
        done: set[str] = set()
        while len(done) < len(self.c.memories):
            for key, memory in list(self.c.memories.items()):
                if key in done:
                    continue
                done.add(key)
                block = self._memory_block(memory)
                with self.c.within(self.opening):
                    x = b.widen(self.c.value(("memory", key), memory.x), memory.dims)
                    if memory.months:
                        size = b.size(memory.dims)
                        kept = block.rows - size
                        parts = [x]
                        if kept:
                            parts.append(b.source("state", block.offset, (f"#{kept}",)))
                        new = b.rows(b.stack(parts), 0, block.dims)
                    else:
                        months = self.c.value(("memory", key, "months"), memory.months_node)
                        held = self._whole(block)
                        new = b.add(held, b.div(b.sub(x, held), months))
                self._write(block.name, new)

    def _remember(self) -> None:
        """Months since each happening: 1 after the month it happened in."""
        block = self.layout.blocks["since"]
        if not block.labels:
            return
        b, dims = self.b, block.dims
        fired = b.rows(b.stack([self.done[n] for n in block.labels]), 0, dims)
        older = b.minimum(b.add(self._whole(block), b.lit(1.0)), b.lit(float(NEVER)))
        self._write("since", b.add(fired, b.mul(b.negation(fired), older)))

    def _observe(self) -> None:
        """Observers on the closing state, and what outcomes gather of them."""
        b = self.b
        if self.s.obs:
            self._write("obs", b.stack([self._observed(id) for id in self.s.obs]))
        tallies = []
        for id, outcome in self.s.outcome.items():
            seen = self._observed(outcome.of.partition(".")[2])
            held = self._row("tally", id)
            match outcome.take:
                case "sum" | "mean":
                    tallies.append(b.add(held, seen))
                case "max":
                    tallies.append(b.maximum(held, seen))
                case "min":
                    tallies.append(b.minimum(held, seen))
                case "last":
                    tallies.append(seen)
        if tallies:
            self._write("tally", b.stack(tallies))


def _at_member(effect: Effect, item: Item) -> Effect:
    """The effect with ``.each`` in its stocks filled in."""
    ends = {
        key: item.name_for(getattr(effect, key))
        for key in ("add", "from_", "to")
        if isinstance(getattr(effect, key), str)
    }
    return evolve(effect, **ends)


def months_between(start: str, month: str) -> int:
    """Whole months from one ``YYYY-MM`` to another."""
    (y0, m0), (y1, m1) = (tuple(map(int, t.split("-"))) for t in (start, month))
    return (y1 - y0) * 12 + m1 - m0


def switch_number(values: dict[str, object] | object, to: object) -> float:
    """A switch's value as the number that stands in its row."""
    if isinstance(to, str) and isinstance(values, dict):
        return float(list(values).index(to))
    return 1.0 if to else 0.0




