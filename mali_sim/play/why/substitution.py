"""
Substitution: the inputs of a value are replaced one by one, old for new.

What counts on from month to month is compared by what was posted to it: where an equation
takes a count less the count of the month before, both levels cancel.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from mali_sim.engine.draws import uniform
from mali_sim.engine.reference import _operation
from mali_sim.equations import names_in
from mali_sim.model import Model, Value
from mali_sim.model.layout import Block
from mali_sim.model.tape import is_zero
from mali_sim.play.game import Game, Trace
from mali_sim.play.why.causes import START, Cause, changed_label, happening_label, posted_cause, set_by
from mali_sim.scenario import Text
from mali_sim.scenario.texts import both

#: An observer with so few causes follows a stock closely enough to look into it.
FEW = 3
#: What rows from outside are called where an equation ends at them.
_LEAVES = {"draw": "luck", "clock": "time", "input": "decisions", "mode": "players"}
#: Parts of a level that are the rounding of a sum, not a change.
_ROUNDING = 1e-9


def before_the_first(game: Game, first: Trace) -> Trace:
    """A month that closed on what the first one opened on, and in which nothing flowed."""
    tape = first.programs.trace
    values = dict(first.values)
    flows = [v for w, v in tape.watched.items() if w.startswith("flow:")]
    for value in (*flows, *_happened(first)[0]):
        values[value.number] = [0.0] * tape.rows(value)
    for value in tape.ops:
        if value.op == "draw":
            values[value.number] = [uniform(first.key, -1, slot) for slot in value.attr]
        for clock in (a for a in value.args if a.op == "clock"):
            values.pop(clock.number, None)
    for block in game.model.layout.blocks.values():
        kind = block.name.partition(":")[0]
        if kind in ("stock", "switch", "memory", "obs"):
            each = block.rows if kind == "obs" else 1
            for row in range(block.offset, block.offset + each):
                value = output(first, row)
                values[value.number] = list(first.opening[row : row + tape.rows(value)])
    sources = {**first.sources, "clock": [-1.0, 0.0]}  # as the first state was made
    return evolve(first, values=values, sources=sources)


def output(trace: Trace, row: int) -> Value:
    """The value that gives one row of the closing state; of a stack its part."""
    for offset, value in trace.programs.trace.outputs:
        rows = trace.programs.trace.rows(value)
        if offset <= row < offset + rows:
            if value.op == "add" and is_zero(value.args[1]):  # what takes a zero's sign away
                value = value.args[0]
            if value.op == "stack":
                at = offset
                for arg in value.args:
                    size = trace.programs.trace.rows(arg)
                    if at <= row < at + size:
                        return arg
                    at += size
            return value
    raise KeyError(row)


def closing_names(game: Game, trace: Trace, own: str) -> dict[int, str]:
    """Values at which an observer's equation ends: closing stocks, flows, other observers."""
    model = game.model
    names: dict[int, str] = {}
    for block in model.layout.blocks.values():
        kind, _, id = block.name.partition(":")
        if kind in ("stock", "switch", "memory"):
            names[output(trace, block.offset).number] = id
    for watched, value in trace.programs.trace.watched.items():
        if watched.startswith("flow:") and watched.count(":") == 1:
            names[value.number] = f"flow.{watched[5:]}"
    for value, happened in zip(*_happened(trace), strict=False):
        names.setdefault(value.number, f"happened.{happened}")
    for name in ("offer", "offer_age", "since", "pending"):
        block = model.layout.blocks.get(name)
        if block is not None:
            names |= _single_rows(trace, block)
    obs = model.layout.blocks["obs"]
    for id in obs.labels:
        if id != own:
            names.setdefault(output(trace, obs.offset + obs.labels.index(id)).number, f"obs.{id}")
    return names


def _single_rows(trace: Trace, block: Block) -> dict[int, str]:
    """Names of single rows of a block that is computed as a whole: ``offer.ID``."""
    tape = trace.programs.trace
    whole = {value.number for offset, value in tape.outputs if offset == block.offset}
    whole |= {v.args[0].number for _, v in tape.outputs if v.number in whole and v.op == "add"}
    return {
        value.number: f"{block.name}.{block.labels[value.attr]}"
        for value in tape.ops
        if value.op == "rows" and not value.dims and value.args[0].number in whole
    }


def _happened(trace: Trace) -> tuple[tuple[Value, ...], tuple[str, ...]]:
    """Values that say whether something happened this month, and their names."""
    value = trace.programs.trace.watched["happened"]
    return value.args if value.op == "stack" else (value,), trace.programs.happened


def opening_names(trace: Trace, own: str) -> dict[int, str]:
    """Values at which an auxiliary's or a flow's equation ends: auxiliaries (stocks are sources)."""
    return {
        value.number: watched[4:]
        for watched, value in trace.programs.trace.watched.items()
        if watched.startswith("aux:") and watched != own and value.op not in ("state", "const", "lit")
    }


@frozen
class Substitution:
    """
    The inputs of one value, to be replaced step by step.

    Parameters
    ----------
    old, new : Trace
    target : Value
    inputs : dict of str to list of Value
        By what they are called, in the order in which they are replaced.
    pick : callable
        The number that is explained, of the value's rows.
    postings : (Trace or None, Trace)
        The months whose postings made the old stocks and the new ones.
    """

    game: Game
    old: Trace
    new: Trace
    target: Value
    inputs: Mapping[str, list[Value]]
    source: tuple[str, ...]
    pick: Callable[[Sequence[float]], float]
    postings: tuple[Trace | None, Trace] | None = None

    def seen(self, given: Mapping[str, bool], instead: Mapping[int, list[float]] | None = None) -> float:
        """The explained number with some inputs replaced."""
        return self.pick(_evaluate(self.old, self.new, self.target, self.inputs, given, instead))

    def causes(self) -> tuple[Cause, ...]:
        """What each replacement does; the steps sum to the change."""
        counts = dict(self._counts())
        memories = set(counts.values())
        given = dict.fromkeys(self.inputs, False)
        last = self.seen(given)
        found = []
        for label in self.inputs:
            if label in memories:
                continue
            given[label] = True
            if label in counts:
                given[counts[label]] = True
                parts, value = self._grown(label, counts[label], given, last)
                found += parts
            else:
                value = self.seen(given)
                if value != last:
                    old, new = (t.rows(self.inputs[label][0]) for t in (self.old, self.new))
                    words = self._words(label, old[0], new[0])
                    found.append(Cause(label, words, value - last, "", "", None, self.source))
            last = value
        return _sorted(found)

    def _words(self, label: str, old: float, new: float) -> Text:
        """An input in words; of a switch that has changed, also what set it."""
        model = self.game.model
        words = changed_label(model, label, old, new)
        if label not in model.scenario.switch or self.postings is None:
            return words
        for name in set_by(model, self.postings[1], label):
            by = happening_label(model, name)[0]
            if by.en not in words.en:
                return both("{name} ({by})", name=words, by=by)
        return words

    # -- counts ------------------------------------------------------------------------------

    def _counts(self) -> Iterator[tuple[str, str]]:
        """Counts among the inputs with their memories: of each stock, the one that follows it."""
        if self.postings is None:
            return
        model = self.game.model
        taken: set[str] = set()
        for stock in (x for x in self.inputs if x in model.scenario.stock):
            for memory in self.inputs:
                if memory not in taken and memory != stock and _remembers(model, memory, stock):
                    if self._is_last_month(stock, memory):
                        taken |= {stock, memory}
                        yield stock, memory
                        break

    def _is_last_month(self, stock: str, memory: str) -> bool:
        """Whether a memory held, both times, what the stock opened the month of its postings on."""
        block = self.game.model.layout.blocks[f"stock:{stock}"]
        for trace, month in zip((self.old, self.new), self.postings or (), strict=True):
            opened = month.opening[block.offset : block.offset + block.rows] if month else None
            for value in self.inputs[memory]:
                held = trace.rows(value)
                if len(held) != block.rows or (opened and not _same(held, opened)):
                    return False
            if any(len(trace.rows(v)) != block.rows for v in self.inputs[stock]):
                return False
        return True

    def _grown(
        self, stock: str, memory: str, given: Mapping[str, bool], last: float
    ) -> tuple[list[Cause], float]:
        """
        What each posting to a count does by being more or less than the month before.

        First the count and its memory move on together, then the growth of the month before
        gives way to this one's, posting by posting.
        """
        before, now = self.postings or (None, self.new)
        values = self.inputs[stock]
        base = self.new.rows(self.inputs[memory][0])
        growth = [a - b for a, b in zip(self.old.rows(values[0]), self.old.rows(self.inputs[memory][0]),
                                        strict=True)]  # fmt: skip

        def seen() -> float:
            rows = [a + b for a, b in zip(base, growth, strict=True)]
            return self.seen(given, {v.number: rows for v in values})

        found: list[Cause] = []
        moved = seen()
        largest = max(1.0, abs(last), *(abs(x) for x in base))
        if abs(moved - last) > _ROUNDING * largest:
            words = changed_label(self.game.model, stock, 0.0, 0.0)
            found.append(Cause(stock, words, moved - last, "", "", None, self.source))
        last = moved
        ours = _posted_rows(now, stock)
        theirs = _posted_rows(before, stock) if before is not None else {}
        if before is None:
            theirs = {(START, stock): dict(enumerate(growth))}
        labels = self.game.model.layout.blocks[f"stock:{stock}"].labels
        for key in dict.fromkeys((*ours, *theirs)):
            members: dict[str, float] = {}
            for row in dict.fromkeys((*ours.get(key, {}), *theirs.get(key, {}))):
                step = ours.get(key, {}).get(row, 0.0) - theirs.get(key, {}).get(row, 0.0)
                if step:
                    growth[row] += step
                    value = seen()
                    members[labels[row]] = members.get(labels[row], 0.0) + value - last
                    last = value
            amount = sum(members.values())
            if any(abs(x) > _ROUNDING * largest for x in members.values()):
                found.append(self._difference(key, amount, members, key in ours))
        return found, last

    def _difference(
        self, key: tuple[str, str], amount: float, members: Mapping[str, float], ours: bool
    ) -> Cause:
        """A posting that is more or less than in the month before."""
        parts = _parts(members)
        if key[0] == START:
            return Cause(START, both("The month before the start"), amount, "", "", None, (), members=parts)
        before, now = self.postings or (None, self.new)
        cause = posted_cause(self.game, now if ours else before or now, *key, amount)
        if not ours:
            cause = evolve(cause, label=both("{name} (the month before)", name=cause.label))
        return evolve(cause, posted=False, members=parts)

    # -- postings ----------------------------------------------------------------------------

    def through_postings(self, only: Cause) -> tuple[Cause, ...]:
        """
        Of a value that follows a stock: what each of the stock's postings did to it.

        The stock goes from its opening to its closing posting by posting, and the value
        with it; the steps sum to the cause that they stand for.
        """
        block = self.game.model.layout.blocks[f"stock:{only.id}"]
        order = list(self.inputs)
        given = {label: order.index(label) < order.index(only.id) for label in order}
        rows = list(self.new.opening[block.offset : block.offset + block.rows])
        values = [v for v in self.inputs[only.id] if len(self.new.rows(v)) == block.rows]
        if len(values) != len(self.inputs[only.id]):
            return (only,)

        def seen() -> float:
            return self.seen(given, {v.number: rows for v in values})

        last, found = seen(), []
        for key, amounts in _posted_rows(self.new, only.id).items():
            members: dict[str, float] = {}
            for row, amount in amounts.items():
                rows[row] += amount
                value = seen()
                members[block.labels[row]] = value - last
                last = value
            total = sum(members.values())
            if total:
                cause = posted_cause(self.game, self.new, *key, total)
                found.append(evolve(cause, members=_parts(members)))
        return _sorted(found)


def _sorted(causes: Sequence[Cause]) -> tuple[Cause, ...]:
    return tuple(sorted(causes, key=lambda c: -abs(c.amount)))


def _parts(members: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """Parts of a cause by row, the largest first; none where there is one row."""
    shown = [(name, amount) for name, amount in members.items() if amount]
    return tuple(sorted(shown, key=lambda x: -abs(x[1]))) if len(members) > 1 else ()


def _posted_rows(trace: Trace, stock: str) -> dict[tuple[str, str], dict[int, float]]:
    """What was posted to each row of a stock in a month, by kind and cause."""
    found: dict[tuple[str, str], dict[int, float]] = {}
    for posting in trace.programs.postings:
        if posting.stock == stock:
            amounts = trace.watched(posting.watched)
            rows = found.setdefault((posting.kind, posting.cause), {})
            for row, source in posting.rows:
                if amounts[source]:
                    rows[row] = rows.get(row, 0.0) + posting.sign * amounts[source]
    return {key: rows for key, rows in found.items() if rows}


def _same(a: Sequence[float], b: Sequence[float]) -> bool:
    largest = max(1.0, *(abs(x) for x in (*a, *b)))
    return all(abs(x - y) <= _ROUNDING * largest for x, y in zip(a, b, strict=True))


def _remembers(model: Model, memory: str, stock: str) -> bool:
    """Whether a name is a memory of a stock: a delay, or a stock whose flows read it."""
    if memory.startswith("delay("):
        return memory.startswith((f"delay({stock},", f"delay({stock}."))
    if memory not in model.scenario.stock:
        return False
    trees = [
        model.variables.trees.get(("flow", id, "rate"))
        for id, flow in model.scenario.flow.items()
        if flow.to == memory
    ]
    return any(tree is not None and stock in names_in(tree) for tree in trees)


def inputs_of(game: Game, target: Value, names: Mapping[int, str]) -> dict[str, list[Value]]:
    """The values where an equation ends, grouped by what they are called, in tape order."""
    found: dict[str, list[Value]] = {}
    seen: set[int] = set()

    def visit(value: Value) -> None:
        if value.number in seen:
            return
        seen.add(value.number)
        label = None
        if value.number in names:
            label = names[value.number]
        elif value.op == "state":
            label = game.model.layout.label(value.attr)
            for block in game.model.layout.blocks.values():
                if block.offset <= value.attr < block.offset + block.rows:
                    kind, _, id = block.name.partition(":")
                    label = id if kind in ("stock", "switch", "memory") else f"{kind}.{label}"
        elif value.op in _LEAVES:
            label = _LEAVES[value.op]
        if label is not None:
            found.setdefault(label, []).append(value)
            return
        for arg in value.args:
            visit(arg)

    visit(target)
    return found


def _evaluate(
    old: Trace, new: Trace, target: Value, inputs: Mapping[str, list[Value]], given: Mapping[str, bool],
    instead: Mapping[int, list[float]] | None = None,
) -> list[float]:  # fmt: skip
    known: dict[int, list[float]] = {}
    for label, values in inputs.items():
        for value in values:
            known[value.number] = (new if given[label] else old).rows(value)
    known |= instead or {}

    def rows(value: Value) -> list[float]:
        if value.number not in known:
            if value.args:
                args = [rows(a) for a in value.args]
                known[value.number] = _operation(new.programs.trace, value, args, new.key, new.month)
            else:
                known[value.number] = new.rows(value)
        return known[value.number]

    return rows(target)


