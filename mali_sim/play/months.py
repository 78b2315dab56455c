"""What a game says of its months: what may be done, what happened, every value of one."""

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from mali_sim.model import Action, Model, Programs, Value
from mali_sim.scenario import Text


class NotAllowed(ValueError):
    """Something that cannot be done now; ``reason`` says why in both languages."""

    for_user = True

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


@frozen
class Standing:
    """
    Whether an action can be taken now.

    Parameters
    ----------
    action : Action
    allowed : bool
    reason : Text, optional
        Why not.
    cost : float
        Of the actor's capital.
    planned : bool
        Whether it is in this month's plan.
    chance : float, optional
        Of an offer: that a simulated partner accepts, as things stand.
    """

    action: Action
    allowed: bool
    reason: Text | None
    cost: float
    planned: bool
    chance: float | None = None


@frozen
class MonthReport:
    """
    What a month brought.

    Parameters
    ----------
    month : int
        From 0.
    decisions : tuple of (str, str)
        Actor and action, of everybody.
    events : tuple of str
        Events, and what became of offers (``lapse.ID``, ``breach.ID``, ``fulfilled.ID``).
    refused : tuple of (str, str)
        Submissions that no longer fitted.
    """

    month: int
    decisions: tuple[tuple[str, str], ...]
    events: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, trace: "Trace", model: Model, submitted: Sequence[tuple[str, str]]) -> "MonthReport":
        """
        Read what happened off a month's values.

        Parameters
        ----------
        submitted : sequence of (str, str)
            Actor and action, as they were submitted.
        """
        rows = trace.watched("happened")
        happened = [n for n, v in zip(trace.programs.happened, rows, strict=False) if v > 0]
        decisions = tuple((model.action(n).actor, n) for n in happened if n in model.action_rows)
        events = tuple(n for n in happened if n not in model.action_rows)
        done = {n for _, n in decisions}
        return cls(trace.month, decisions, events, tuple((a, n) for a, n in submitted if n not in done))


@frozen
class Trace:
    """
    A month with every value on its tape.

    Parameters
    ----------
    month : int
    opening, closing : tuple of float
        State rows.
    values : dict of int to list of float
        By the number of the value.
    programs : Programs
    """

    month: int
    opening: tuple[float, ...]
    closing: tuple[float, ...]
    values: Mapping[int, list[float]] = field(repr=False)
    programs: Programs = field(repr=False)
    sources: Mapping[str, Sequence[float]] = field(repr=False, factory=dict)
    key: int = 0

    def rows(self, value: Value) -> list[float]:
        """A value's rows."""
        if value.number in self.values:
            return self.values[value.number]
        if value.op == "lit":
            return [value.attr]
        count = self.programs.trace.rows(value)
        source = self.opening if value.op == "state" else self.sources[value.op]
        return list(source[value.attr : value.attr + count])

    def watched(self, name: str) -> list[float]:
        """A watched value's rows, by name."""
        return self.rows(self.programs.trace.watched[name])
