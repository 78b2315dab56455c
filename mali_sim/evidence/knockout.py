"""
Loops knocked out one by one, and what then no longer holds.

A loop is real in a model if cutting it breaks what it is said to bring about: its own
structural test. The matrix of knock-outs by targets and tests shows what else hangs on it.
"""

from collections.abc import Callable, Mapping

from attrs import field, frozen

from mali_sim.evidence.classes import Loop


@frozen
class Matrix:
    """
    What holds with every loop in place, and with each of them cut.

    Parameters
    ----------
    whole : dict of str to bool
        By target and structural test: whether it holds in the model as it is.
    cut : dict of str to dict of str to bool
        The same, by loop.
    own : dict of str to str
        The structural test of each loop that has one.
    """

    whole: Mapping[str, bool]
    cut: Mapping[str, Mapping[str, bool]] = field(eq=False)
    own: Mapping[str, str] = field(factory=dict)

    def works(self, loop: str) -> bool | None:
        """Whether a loop's own test holds with it and fails without; None where it has none."""
        test = self.own.get(loop)
        return None if test is None else self.whole[test] and not self.cut[loop][test]

    @property
    def idle(self) -> list[str]:
        """Loops whose own test does not tell whether they are there."""
        return [loop for loop in self.cut if self.works(loop) is False]


def knock_out(
    loops: Mapping[str, Loop], held: Callable[[Mapping[str, object]], Mapping[str, bool]]
) -> Matrix:
    """
    Cut every loop that can be cut.

    Parameters
    ----------
    held : callable
        What holds when some constants have other values, by target and structural test.
    """
    whole = held({})
    cut = {id: held(loop.cut) for id, loop in loops.items() if loop.cut}
    own = {id: loops[id].test for id in cut if loops[id].test in whole}
    return Matrix(whole, cut, {id: test for id, test in own.items() if test is not None})


def as_markdown(matrix: Matrix, loops: Mapping[str, Loop]) -> str:
    """
    The matrix as a table: loops down, targets and tests across.

    A cell is a dot where nothing changes, a cross where what held no longer does, a plus
    where what did not hold now does. A loop's own test stands in bold.
    """
    columns = list(matrix.whole)
    lines = [
        "| " + " | ".join(["", *columns]) + " |",
        "|" + "---|" * (len(columns) + 1),
        "| " + " | ".join(["as it is", *("yes" if matrix.whole[c] else "no" for c in columns)]) + " |",
    ]
    for id, row in matrix.cut.items():
        cells = []
        for column in columns:
            before, after = matrix.whole[column], row[column]
            mark = "·" if before == after else "✕" if before else "+"
            cells.append(f"**{mark}**" if matrix.own.get(id) == column else mark)
        lines.append("| " + " | ".join([loops[id].label.en, *cells]) + " |")
    return "\n".join(lines)
