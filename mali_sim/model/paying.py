"""Effects: what happened this month, and what each effect pays of it."""

from attrs import define, evolve

from mali_sim.model.compile import rests_on_hidden
from mali_sim.model.deciding import Deciding
from mali_sim.model.happenings import Effects, Item
from mali_sim.model.names import Held
from mali_sim.model.tape import Value
from mali_sim.scenario.classes import Effect


@define
class Payment:
    """One effect on stocks while the month is put together."""

    effects: Effects
    number: int
    effect: Effect
    amount: Value
    fired: int  # row among the happenings
    value: Value | None = None  # what is paid this month


class Paying(Deciding):
    """The effects of a month: at once, spread, delayed; on stocks and on switches."""

    def _fire(self) -> list[Payment]:
        """Rows of what happened, and what each effect pays this month."""
        b = self.b
        names = list(self.done)
        rows = [self.done[n] for n in names]
        place = {n: k for k, n in enumerate(names)}
        payments: list[Payment] = []
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
                    amount = self._for_both_ends(amount, made)
                    payments.append(Payment(effects, number, made, amount, row))
        self.month.happened = names
        self.month.watched["happened"] = self.fire = b.stack(rows) if rows else b.lit(0.0)
        groups: dict[tuple[bool, bool, bool, bool], list[Payment]] = {}
        for p in payments:
            kind = (p.effect.over is not None, p.effect.after is not None, p.effect.stack,
                    p.amount.constant)  # fmt: skip
            groups.setdefault(kind, []).append(p)
        for kind, members in groups.items():
            self._pay(kind, members)
        return payments

    def _for_both_ends(self, amount: Value, effect: Effect) -> Value:
        """A move's amount over the sets of both its stocks: what arrives is what has left."""
        if effect.move is None:
            return amount
        ends = [self._target_rows(end)[1] for end in (effect.from_, effect.to) if end is not None]
        return self.b.widen(amount, self.b.joined(amount.dims, *ends))

    def _pay(self, kind: tuple[bool, bool, bool, bool], members: list[Payment]) -> None:
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
            months = rows_of(
                [self._each_row(self._parameter(p.effect.over) if p.effect.over else one, p) for p in members]
            )
            share, left = self._whole(blocks[0]), self._whole(blocks[1])
            slower = b.negation(fired)
            part = b.div(amounts, months)
            if stacking:
                part = b.add(part, b.mul(b.mul(share, left), b.div(one, months)))
            share_now = b.add(b.mul(fired, part), b.mul(slower, share))
            left_now = b.add(b.mul(fired, months), b.mul(slower, left))
            used = b.minimum(left_now, one)
            if after:
                waits = rows_of(
                    [
                        self._each_row(self._parameter(p.effect.after) if p.effect.after else one, p)
                        for p in members
                    ]
                )
                wait = b.add(b.mul(fired, waits), b.mul(slower, self._whole(blocks[2])))
                used = b.mul(used, b.at_most(wait, b.lit(0.0)))
                self._write(blocks[2].name, b.maximum(b.sub(wait, one), b.lit(0.0)))
            paid = b.mul(share_now, used)
            self._write(blocks[0].name, b.add(share_now, b.lit(0.0)))
            self._write(blocks[1].name, b.sub(left_now, used))
            self._note_hidden(members, blocks[0].offset)
        at = 0
        for p, n in zip(members, sizes, strict=True):
            p.value = b.rows(paid, at, p.amount.dims)
            at += n

    def _note_hidden(self, members: list[Payment], row: int) -> None:
        """Remember which amounts still due would give a hidden stock away."""
        for p in members:
            key = "move" if p.effect.move is not None else "amount"
            path = (*p.effects.key, str(p.number), key)
            node = p.effects.item.node(self.variables, *path)
            if node is not None and rests_on_hidden(self.variables, node):
                whole = (p.effects.item.path[0], p.effects.item.id, *path)
                held = Held(row, p.amount.dims, whole, node, p.effect.over)
                self.month.held.append(held)
            row += self.b.size(p.amount.dims)

    def _each_row(self, value: Value, payment: Payment) -> Value:
        return self.b.widen(value, payment.amount.dims)


def _at_member(effect: Effect, item: Item) -> Effect:
    """The effect with ``.each`` in its stocks filled in."""
    ends = {
        key: item.name_for(getattr(effect, key))
        for key in ("add", "from_", "to")
        if isinstance(getattr(effect, key), str)
    }
    return evolve(effect, **ends)
