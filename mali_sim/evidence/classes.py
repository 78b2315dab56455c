"""
What files of evidence hold: who claims what, how it is tested, which loops it closes.

A new kind of table is a class here and an entry in :data:`TABLES`; loading, the schema and
the reference follow from both.
"""

from typing import Any, NewType

from attrs import frozen

from mali_sim.scenario.classes import Number, optional

#: What a push sets something to: a number, true, false or a word.
Setting = NewType("Setting", object)  # type: ignore[valid-newtype]


@frozen
class Push:
    """Something that is changed in one arm of a test and not in the other: one of six kinds."""

    stock: str | None = optional("stock whose level is changed: NAME, NAME.member or NAME[m1, m2]")
    by: Number | None = optional("of a stock: how much is added")
    switch: str | None = optional("switch that is set")
    constant: str | None = optional("constant that has another value from then on: NAME or NAME.member")
    to: Setting | None = optional("of a switch or constant: its new value")
    do: tuple[str, ...] | None = optional("actions that are submitted: decisions, offer.ID, EVENT.CHOICE")
    event: str | None = optional("event that happens in one arm and cannot in the other")
    offer: str | None = optional("bargain that is struck in one arm and not in the other")

    @property
    def kind(self) -> str:
        """Which of the kinds it is: the first key that names something."""
        return next((k for k in KINDS if getattr(self, k) is not None), "")

    @property
    def name(self) -> str:
        """What it pushes, as the author writes it."""
        value: Any = getattr(self, self.kind) if self.kind else ""
        return ", ".join(value) if isinstance(value, tuple) else str(value)


#: Keys of a push of which each has exactly one.
KINDS = ("stock", "switch", "constant", "do", "event", "offer")
