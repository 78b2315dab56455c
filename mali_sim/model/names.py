"""What names mean within a month: at its opening and at its close; and where results go."""

from attrs import Factory, define, frozen

from mali_sim.equations import Node
from mali_sim.model.compile import Compiler, Environment, Memory
from mali_sim.model.happenings import Happenings, Item
from mali_sim.model.layout import Block, Layout
from mali_sim.model.parameters import Parameters
from mali_sim.model.tape import Value

#: States of an offer.
NONE, ASKED, IN_FORCE = 0.0, 1.0, 2.0


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


@frozen
class Held:
    """
    An amount still being paid that rests on what is hidden.

    Parameters
    ----------
    row : int
        Of the state: the first of its monthly parts.
    dims : tuple of str
    path : tuple of str
        Where the amount's equation stands.
    node : Node
    over : str or None
        The constant that is how many months it is paid in.
    """

    row: int
    dims: tuple[str, ...]
    path: tuple[str, ...]
    node: Node
    over: str | None


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
    parts: dict[tuple[str, str, int, str], Value] = Factory(dict)
    held: list[Held] = Factory(list)


class MonthNames:
    """
    Values of names while a month is put together.

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
                return self.b.rows(self.closed[f"memory:{id}"], (memory.depth - 1) * size, memory.dims)
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

    def _write(self, block: str, value: Value) -> None:
        """Rows of the closing state."""
        found = self.layout.blocks[block]
        value = self.b.widen(value, found.dims)
        self.closed[block] = value
        self.month.outputs.append((found.offset, value))

    def _condition(self, item: Item, *key: str) -> Value | None:
        """An equation of an item's table, made for its member; None where there is none."""
        node = item.node(self.variables, *key)
        if node is None:
            return None
        return self.c.value((item.path[0], item.id, *key), node)

    def _mode(self, name: str) -> Value:
        return self.b.source("mode", self.modes[name])

    def _target_rows(self, target: str) -> tuple[str, tuple[str, ...], list[int] | None]:
        """A stock's id, the sets left at this target, and its rows when a member is named."""
        id, _, member = target.partition(".")
        dims = self.layout.blocks[f"stock:{id}"].dims
        if not member:
            return id, dims, None
        left = tuple(d for d in dims if member not in self.sets.members[d])
        rows = [n for n, c in enumerate(self.sets.combinations(dims)) if member in c]
        return id, left, rows
