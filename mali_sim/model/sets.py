"""Sets and their members, as rows."""

from collections.abc import Mapping, Sequence
from itertools import product

from attrs import frozen

from mali_sim.scenario.classes import SetTable, Text


@frozen
class Sets:
    """
    All sets of a scenario, the parts of sets among them.

    Parameters
    ----------
    members : dict of str to tuple of str
        Members of each set in the order of their rows.
    parent : dict of str to str
        The set that a part belongs to; a full set is its own.
    """

    members: Mapping[str, tuple[str, ...]]
    parent: Mapping[str, str]
    labels: Mapping[tuple[str, str], Text]
    neighbours: Mapping[str, Mapping[str, tuple[str, ...]]]

    @classmethod
    def of(cls, tables: Mapping[str, SetTable]) -> "Sets":
        """From the scenario's ``[set]`` tables; parts with problems are left empty of strangers."""
        members: dict[str, tuple[str, ...]] = {}
        parent: dict[str, str] = {}
        labels: dict[tuple[str, str], Text] = {}
        for id, table in tables.items():
            whole = tables.get(table.part_of or "", table)
            names = table.only if table.part_of else tuple(table.members)
            members[id] = tuple(n for n in names if n in whole.members)
            parent[id] = table.part_of or id
            labels |= {(id, name): whole.members[name] for name in members[id]}
        near = {id: table.neighbours for id, table in tables.items() if table.neighbours}
        return cls(members, parent, labels, near)

    @property
    def sizes(self) -> dict[str, int]:
        """Number of members of each set."""
        return {id: len(names) for id, names in self.members.items()}

    def of_member(self, member: str, dims: Sequence[str]) -> str | None:
        """Which of these sets has the member."""
        return next((d for d in dims if member in self.members[d]), None)

    def index(self, dim: str, member: str) -> int:
        """A member's row in its set."""
        return self.members[dim].index(member)

    def row(self, dims: Sequence[str], members: Mapping[str, str]) -> int:
        """The row of one combination of members."""
        row = 0
        for dim in dims:
            row = row * len(self.members[dim]) + self.index(dim, members[dim])
        return row

    def combinations(self, dims: Sequence[str]) -> list[tuple[str, ...]]:
        """All combinations of members, in the order of the rows."""
        return list(product(*(self.members[d] for d in dims)))

    def row_names(self, id: str, dims: Sequence[str]) -> list[str]:
        """Names of a variable's rows: ``x``, ``x.kidal``, ``x[jnim, kidal]``."""
        return [member_name(id, combination) for combination in self.combinations(dims)]


def member_name(id: str, members: Sequence[str]) -> str:
    """How a variable is written at some members."""
    if not members:
        return id
    return f"{id}.{members[0]}" if len(members) == 1 else f"{id}[{', '.join(members)}]"
