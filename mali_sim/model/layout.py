"""Which row of the state holds what."""

from math import prod

from attrs import Factory, define, frozen

from mali_sim.model.sets import Sets


@frozen
class Block:
    """
    Consecutive rows of the state.

    Parameters
    ----------
    name : str
        ``stock:trust``, ``switch:flights``, ``memory:smooth(x, year)``, ``since``, ``obs`` …
    offset : int
        First row.
    dims : tuple of str
        Sets that the rows run over; ``#n`` for n rows with ``labels`` of their own.
    labels : tuple of str
        A name for each row.
    """

    name: str
    offset: int
    dims: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many rows."""
        return len(self.labels)


@define
class Layout:
    """The rows of the state, as blocks in the order they were asked for."""

    sets: Sets
    blocks: dict[str, Block] = Factory(dict)
    rows: int = 0

    def add(self, name: str, dims: tuple[str, ...], labels: list[str] | None = None) -> Block:
        """A block at the end; over named sets the labels follow from the name."""
        if labels is None:
            labels = self.sets.row_names(name.partition(":")[2], dims)
        block = Block(name, self.rows, dims, tuple(labels))
        expected = prod(int(d[1:]) if d[0] == "#" else len(self.sets.members[d]) for d in dims)
        if expected != block.rows:
            raise RuntimeError(f"{name}: {block.rows} labels for {expected} rows")
        self.blocks[name] = block
        self.rows += block.rows
        return block

    def label(self, row: int) -> str:
        """What a row holds, for messages."""
        for block in self.blocks.values():
            if block.offset <= row < block.offset + block.rows:
                return block.labels[row - block.offset]
        raise IndexError(row)
