"""One month as tape: auxiliaries, decisions, events, effects, flows, the close, observers."""

from mali_sim.model.names import Month, Posting
from mali_sim.model.paying import Paying, Payment
from mali_sim.model.tape import Value
from mali_sim.model.typed import NEVER, Typed
from mali_sim.scenario.classes import Stock

#: Where a maximum or minimum over the months starts.
EXTREME = 1e300


class MonthBuilder(Paying):
    """Puts the month's tape together."""

    def build(self) -> Month:
        """The whole month."""
        with self.c.within(self.opening):
            for id in self.s.aux:
                self.month.watched[f"aux:{id}"] = self.c._variable(id)
            self._decide()
            self._answer()
            self._strike()
            self._watch_conditions()
            payments = self._fire()
            rates = self._rates()
        self._close(payments, rates)
        self._remember()
        with self.c.within(self.closing):
            self._observe()
        return self.month

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

    def _close(self, payments: list[Payment], rates: dict[str, Value]) -> None:
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

    def _scales(self, payments: list[Payment], rates: dict[str, Value]) -> dict[str, Value]:
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
            self.month.watched[f"paid:{id}"] = scales[id]
        return scales

    def _close_stock(self, id: str, stock: Stock, payments: list[Payment]) -> None:
        b = self.b
        total = self.remaining.get(id)
        if total is None:
            total = self._opening_variable(id)
        for flow_id, flow in self.s.flow.items():
            for end, sign in ((flow.from_, -1.0), (flow.to, 1.0)):
                if end is not None and end.partition(".")[0] == id:
                    watched = f"flow:{flow_id}:{end}:{sign:+.0f}"
                    total = self._posted(total, self.moved[flow_id], end, sign, ("flow", flow_id, watched))
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
                        x = b.add(x, b.lit(0.0))
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
            seen = b.stack([self._observed(id) for id in self.s.obs])
            self._write("obs", b.add(seen, b.lit(0.0)))
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
                    tallies.append(b.add(seen, b.lit(0.0)))
        if tallies:
            self._write("tally", b.stack(tallies))


def switch_number(values: dict[str, object] | object, to: object) -> float:
    """A switch's value as the number that stands in its row."""
    if isinstance(to, str) and isinstance(values, dict):
        return float(list(values).index(to))
    return 1.0 if to else 0.0
