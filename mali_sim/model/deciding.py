"""Who does what: decisions, offers and their answers, events and their choices."""

from mali_sim.equations import Compare, Node, Text, addends, conjuncts
from mali_sim.model.happenings import Action, Item
from mali_sim.model.names import ASKED, IN_FORCE, NONE, MonthNames, Posting
from mali_sim.model.tape import Value
from mali_sim.model.typed import NEVER
from mali_sim.scenario.classes import Offer


class Deciding(MonthNames):
    """The decisions of a month, in the order in which the design judges them."""

    def _threshold(self, name: str) -> Value:
        """Months that must have passed since a happening before it can happen again."""
        table = self._repeatable().get(name)
        if table is None:
            return self.b.lit(0.0)
        dated = getattr(table, "date", None) is not None
        if getattr(table, "once", False) or dated:
            return self.b.lit(float(NEVER))
        cooldown = getattr(table, "cooldown", None)
        return self._parameter(cooldown) if cooldown else self.b.lit(0.0)

    def _repeatable(self) -> dict[str, object]:
        """Tables of decisions, events and offers, by the name that is remembered."""
        h = self.happenings
        tables: dict[str, object] = {item.id: table for item, table in (*h.decisions, *h.events)}
        return tables | {f"offer.{item.id}": offer for item, offer in h.offers}

    def _decide(self) -> None:
        """Legal, proposed, affordable, not excluded: in that order, actions by their id."""
        b = self.b
        since = self.layout.blocks["since"]
        limits = b.stack([self._threshold(n) for n in since.labels])
        self.ready = b.at_most(limits, self._whole(since))
        actions = self.happenings.actions
        legal = [self._legal(a) for a in actions]
        costs = [self._parameter(a.capital) if a.capital else b.lit(0.0) for a in actions]
        self._choose(actions, b.mul(self._proposed(actions), self._rows_of(legal)), costs)
        for item, event in self.happenings.events:
            if event.choices:
                left = b.negation(b.any_of([self.done[f"{item.id}.{c.id}"] for c in event.choices]))
                default = f"{item.id}.{event.default}"
                unanswered = b.mul(self._row("pending", item.id), left)
                self.done[default] = b.maximum(self.done[default], unanswered)
        self.month.legal, self.month.costs = legal, costs

    def _rows_of(self, values: list[Value]) -> Value:
        """Single rows as one value, rows after each other."""
        return self.b.rows(self.b.stack(values), 0, (f"#{len(values)}",))

    def _choose(self, actions: tuple[Action, ...], wanted: Value, costs: list[Value]) -> None:
        """Go through the actions by id: what is excluded or too dear by now is refused."""
        b = self.b
        purses = sorted({c for a in actions if a.capital and (c := self._purse(a))})
        rules, before = [], {a.id: n for n, a in enumerate(actions)}
        for n, action in enumerate(actions):
            purse = purses.index(self._purse(action) or "") if action.capital and self._purse(action) else -1
            rivals = tuple(sorted(before[r] for r in self._rivals(action) if before.get(r, n) < n))
            rules.append((purse, rivals))
        capitals = self._rows_of([self._opening_variable(p) for p in purses]) if purses else b.lit(0.0)
        chosen = b.choose(wanted, self._rows_of(costs), capitals, tuple(rules))
        self.done = {a.id: b.rows(chosen, n, ()) for n, a in enumerate(actions)}
        self.remaining = {p: b.rows(chosen, len(actions) + n, ()) for n, p in enumerate(purses)}
        for n, (action, (purse, _)) in enumerate(zip(actions, rules, strict=True)):
            if purse >= 0:
                watched = f"cost:{action.id}"
                self.month.watched[watched] = b.mul(self.done[action.id], costs[n])
                self.month.postings.append(
                    Posting(purses[purse], "cost", action.id, watched, ((0, 0),), -1.0)
                )

    def _purse(self, action: Action) -> str | None:
        return self.s.actor[action.actor].capital

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

    def _proposed(self, actions: tuple[Action, ...]) -> Value:
        """Submissions, tendencies of actors nobody plays, and strategies' rules."""
        b = self.b
        reasons: dict[str, list[Value]] = {}
        tending = [a for a in actions if a.kind in ("decision", "ask") and a.table.tendency]  # type: ignore[union-attr]
        if tending:
            hazards = [self._condition(a.item, "tendency") or b.lit(0.0) for a in tending]
            slots = [self.c.slots.slot(f"tendency.{a.id}", "", 0) for a in tending]
            struck = self.c.strikes(b.draw(slots, (f"#{len(slots)}",)), self._rows_of(hazards))
            for n, a in enumerate(tending):
                mine = b.mul(b.rows(struck, n, ()), self._mode(f"tendency:{a.actor}"))
                reasons.setdefault(a.id, []).append(mine)
                self.month.chances[a.id] = hazards[n]
        self._weigh(reasons)
        for name in self.strategies:
            mode = self._mode(f"strategy:{name}")
            for number, rule in enumerate(self.s.strategy[name].rules):
                path = ("strategy", name, "rules", str(number), "when")
                holds = mode
                if self.variables.trees.get(path) is not None:
                    holds = b.mul(mode, self.c.value(path))
                for id in rule.do:
                    reasons.setdefault(id, []).append(holds)
        submitted = b.source("input", 0, (f"#{len(actions)}",))
        if not reasons:
            return submitted
        ids = list(reasons)
        rows = b.stack([*(b.any_of(reasons[id]) for id in ids), b.lit(0.0)])
        at = {id: n for n, id in enumerate(ids)}
        own = b.take(rows, [at.get(a.id, len(ids)) for a in actions], submitted.dims)
        return b.maximum(submitted, own)

    def _weigh(self, reasons: dict[str, list[Value]]) -> None:
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
                reasons.setdefault(f"{item.id}.{choice.id}", []).append(mine)
                below = reached

    def _rivals(self, action: Action) -> set[str]:
        """Actions that cannot go with this one in one month."""
        rivals = self._excluded(action.id)
        if action.kind == "choice":
            event = self.s.event[action.item.path[1]]
            rivals |= {f"{action.item.id}.{c.id}" for c in event.choices}
        if action.kind == "refuse":
            rivals.add(f"accept.{action.item.id}")
        return rivals - {action.id}

    def _excluded(self, id: str) -> set[str]:
        """What a decision or event excludes, and what excludes it."""
        found: set[str] = set()
        for item, table in (*self.happenings.decisions, *self.happenings.events):
            named = {item.name_for(e) for e in table.excludes}
            if item.id == id:
                found |= named
            elif id in named:
                found.add(item.id)
        return found

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

    def _watch_conditions(self) -> None:
        """Part by part: what actions require, what bargains ask, what a chance is the sum of."""
        for action in self.happenings.actions:
            if action.kind in ("decision", "ask", "choice"):
                self._watch_parts("requires", action.id, action.item, action.requires_key)
        for item, _ in self.happenings.offers:
            self._watch_parts("keeps", item.id, item, ("keeps",))
            chance = item.node(self.variables, "chance")
            for n, part in enumerate(addends(chance) if chance is not None else ()):
                self._watch_part("chance", item.id, n, "amount", (item.path[0], item.id, "chance"), part)

    def _watch_parts(self, kind: str, id: str, item: Item, key: tuple[str, ...]) -> None:
        """Of a condition: whether each part holds, and what a comparison compares."""
        path, whole = (item.path[0], item.id, *key), item.node(self.variables, *key)
        for n, part in enumerate(conjuncts(whole) if whole is not None else ()):
            asked = {"holds": part}
            if isinstance(part, Compare) and not isinstance(part.left, Text) | isinstance(part.right, Text):
                asked |= {"left": part.left, "right": part.right}
            for name, node in asked.items():
                self._watch_part(kind, id, n, name, path, node)

    def _watch_part(self, kind: str, id: str, n: int, name: str, path: tuple[str, ...], node: Node) -> None:
        self.month.parts[kind, id, n, name] = self.c.value(path, node)

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
            rivals = [self.done[r] for r in sorted(self._excluded(item.id)) if r in self.done]
            if rivals:
                fired = b.mul(fired, b.negation(b.any_of(rivals)))
            self.done[item.id] = fired
        pending = [item.id for item, e in events if e.choices]
        if pending:
            self._write("pending", b.stack([self.done[id] for id in pending]))


def months_between(start: str, month: str) -> int:
    """Whole months from one ``YYYY-MM`` to another."""
    (y0, m0), (y1, m1) = (tuple(map(int, t.split("-"))) for t in (start, month))
    return (y1 - y0) * 12 + m1 - m0
