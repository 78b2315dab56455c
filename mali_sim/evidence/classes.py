"""
What files of evidence hold: who claims what, how it is tested, which loops it closes.

What the past and the model's structure should show is in :mod:`mali_sim.evidence.expected`;
all kinds of tables stand in :mod:`mali_sim.evidence.kinds`.
"""

from typing import Any, NewType

from attrs import Factory, frozen

from mali_sim.scenario.classes import (
    Equation,
    Number,
    Numbers,
    Setting,
    Take,
    Text,
    key,
    listed,
    one_or_more,
    optional,
)

#: Which way an effect goes.
Sign = NewType("Sign", str)
LoopKind = NewType("LoopKind", str)

#: The allowed words of each enumerated key, by type.
WORDS: dict[Any, tuple[str, ...]] = {
    Sign: ("+", "-", "0"),
    LoopKind: ("reinforcing", "balancing", "outside"),
}


@frozen
class Voice:
    """Someone who asserts something."""

    label: Text = key("the name by which they are quoted")
    text: Text | None = optional("who they are")


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


@frozen
class Claim:
    """One causal claim of a source, and the test by which the model is held to it."""

    says: Text = key("what is claimed, in our own words")
    by: tuple[str, ...] = key("voices that claim it")
    sign: Sign | None = optional("which way the effect goes: +, - or 0")
    after: int = key("months after the push at which the effect may first show", default=0)
    within: int | None = optional("months after the push by which it must have shown")
    when: Text | None = optional("under which condition it is claimed")
    in_: tuple[str, ...] = listed("where it sits in the model: names, or flow.ID, decision.ID …")
    world: str | None = optional("scenario in which it is tested; the one that names the file by default")
    from_: int = key("month in which the push comes, 0 being the first", default=1)
    push: tuple[Push, ...] = one_or_more("the cause: what one arm has and the other has not")
    hold: bool = key("the push is kept up every month", default=False)
    setup: tuple[Push, ...] = one_or_more("what is changed in both arms before the push")
    effect: Equation | None = optional("what should respond: an equation as of an observer, or obs.ID")
    take: Take = key("of the effect over the window: mean, sum, last, max or min", default=Take("mean"))
    band: Number | None = optional("of sign 0: the largest mean difference allowed")
    left_out: Text | None = optional("why it has no place in the model, and so no test")


@frozen
class Loop:
    """A circle of causes that a source describes."""

    label: Text = key("its name")
    kind: LoopKind = key("reinforcing, balancing, or outside the model")
    text: Text = key("how it goes round, in a sentence")
    claims: tuple[str, ...] = listed("claims that it rests on")
    through: tuple[str, ...] = listed("variables along it, the first again at the end")
    cut: dict[str, Numbers] = key("constants whose values here take it out", default=Factory(dict))
    test: str | None = optional("structural test that fails when it is cut")
