"""The first state, and a seat's guess at what it cannot see, as tape."""

from collections.abc import Sequence

from mali_sim.equations import Node
from mali_sim.model.compile import Compiler, Environment, Memory, gauges
from mali_sim.model.layout import Block, Layout
from mali_sim.model.month import EXTREME, switch_number
from mali_sim.model.names import Held
from mali_sim.model.parameters import Parameters
from mali_sim.model.tape import Value
from mali_sim.model.typed import NEVER


class StartBuilder:
    """Every row of the state before the first month."""

    def __init__(self, compiler: Compiler, layout: Layout, parameters: Parameters) -> None:
        self.c = compiler
        self.b = compiler.builder
        self.s = compiler.scenario
        self.layout = layout
        self.parameters = parameters
        self.environment = Environment(self._variable, self._special)

    def build(self) -> list[tuple[int, Value]]:
        """(offset, value) of all blocks."""
        with self.c.within(self.environment):
            return [(block.offset, self._whole(block)) for block in self.layout.blocks.values()]

    def _whole(self, block: Block) -> Value:
        """A block's rows, none of them a negative zero."""
        return self.b.add(self._block(block), self.b.lit(0.0))

    def _block(self, block: Block) -> Value:
        kind, _, id = block.name.partition(":")
        match kind:
            case "stock" | "switch":
                return self._variable(id)
            case "memory":
                memory = self.c.memories[id]
                first = self._memory(memory)
                if memory.depth == 1:
                    return first
                return self.b.rows(self.b.stack([first] * memory.depth), 0, block.dims)
            case "since":
                return self.b.table([float(NEVER)] * block.rows, block.dims)
            case "obs":
                return self.b.rows(self.b.stack([self._observed(o) for o in self.s.obs]), 0, block.dims)
            case "tally":
                starts = {"max": -EXTREME, "min": EXTREME}
                values = [starts.get(o.take, 0.0) for o in self.s.outcome.values()]
                return self.b.table(values, block.dims)
        return self.b.table([0.0] * block.rows, block.dims)

    def _variable(self, id: str) -> Value:
        b = self.b
        if id in self.s.switch:
            switch = self.s.switch[id]
            return b.lit(switch_number(switch.values, switch.initial))
        if id not in self.s.stock:
            p = self.parameters.items[id]
            return b.source("param", p.offset, p.dims)
        stock, dims = self.s.stock[id], self.layout.blocks[f"stock:{id}"].dims
        if isinstance(stock.initial, str):
            value = self.c.value(("stock", id, "initial"))
        else:
            p = self.parameters.items[f"initial.{id}"]
            value = b.source("param", p.offset, p.dims)
        if stock.bounds:
            low, high = stock.bounds
            value = b.minimum(b.maximum(value, b.lit(low)), b.lit(high))
        return b.widen(value, dims)

    def _memory(self, memory: Memory) -> Value:
        path = ("memory", memory.key)
        node: Node = memory.initial if memory.initial is not None else memory.x
        return self.b.widen(self.c.value((*path, "initial"), node), memory.dims)

    def _observed(self, id: str) -> Value:
        return self.c.value(("obs", id, "value"))

    def _special(self, root: str, id: str) -> Value:
        match root:
            case "obs":
                return self._observed(id)
            case "memory":
                return self._memory(self.c.memories[id])
            case "since":
                return self.b.lit(float(NEVER))
            case "flow":
                return self.b.widen(self.b.lit(0.0), self.c.variables.flow_dims(id))
        return self.b.lit(0.0)


class EstimateBuilder(StartBuilder):
    """
    What rests on what is hidden, made anew from a guessed opening state.

    What a smooth or delay of a hidden stock holds would give the stock away, and so would
    an amount that was fixed from it and is still being paid, and an observer that others
    alone see: a forecast starts each of them at the guess's own opening value. What a seat
    sees of a hidden stock is among them too: a guess has to agree with it.
    """

    def __init__(
        self, compiler: Compiler, layout: Layout, parameters: Parameters, held: Sequence[Held]
    ) -> None:
        super().__init__(compiler, layout, parameters)
        self.held = held
        self._open: list[str] = []

    def build(self) -> list[tuple[int, Value]]:
        """(offset, value) of the rows that rest on hidden stocks."""
        b = self.b
        hidden = [m for m in self.c.memories.values() if m.hidden]
        with self.c.within(self.environment):
            blocks = [self.layout.blocks[f"memory:{m.key}"] for m in hidden]
            made = [(block.offset, self._whole(block)) for block in blocks]
            for held in self.held:
                amount = b.widen(self.c.value(held.path, held.node), held.dims)
                months = self._variable(held.over) if held.over else b.lit(1.0)
                made.append((held.row, b.add(b.div(amount, months), b.lit(0.0))))
            told = gauges(self.c.variables)
            for id, obs in self.s.obs.items():
                if obs.known_to or id in told:
                    made.append((self._observer_row(id), b.add(self._observed(id), b.lit(0.0))))
            return made

    def _observer_row(self, id: str) -> int:
        block = self.layout.blocks["obs"]
        return block.offset + block.labels.index(id)

    def guesses(self) -> list[tuple[int, Value]]:
        """(offset, value) of what seats take the hidden stocks for."""
        with self.c.within(self.environment):
            return [
                (block.offset, self.b.widen(self.c.value(("stock", id, "estimate")), block.dims))
                for id, stock in self.s.stock.items()
                if stock.hidden
                for block in [self.layout.blocks[f"stock:{id}"]]
            ]

    def _memory(self, memory: Memory) -> Value:
        path = ("memory", memory.key, "estimate")
        node = memory.x
        if memory.key in self._open and memory.initial is not None:
            node = memory.initial  # a circle ends where it began
        self._open.append(memory.key)
        try:
            return self.b.widen(self.c.value(path, node), memory.dims)
        finally:
            self._open.pop()

    def _variable(self, id: str) -> Value:
        for kind in ("stock", "switch"):
            block = self.layout.blocks.get(f"{kind}:{id}")
            if block is not None:
                return self.b.source("state", block.offset, block.dims)
        return super()._variable(id)

    def _special(self, root: str, id: str) -> Value:
        b = self.b
        if root == "memory" and not self.c.memories[id].hidden:
            memory = self.c.memories[id]
            block = self.layout.blocks[f"memory:{id}"]
            last = block.offset + block.rows - block.rows // memory.depth
            return b.source("state", last, memory.dims)
        if root == "memory":
            return self._memory(self.c.memories[id])
        if root == "obs" and self.s.obs[id].known_to:
            return self._observed(id)
        if root in ("obs", "since", "offer"):
            block = self.layout.blocks[root]
            label = id if id in block.labels else f"accept.{id}"
            value = b.source("state", block.offset + block.labels.index(label))
            return b.equal(value, b.lit(2.0)) if root == "offer" else value
        return super()._special(root, id)
