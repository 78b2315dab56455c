"""What the past and the model's structure are expected to show, as files of evidence say it."""

from typing import NewType

from attrs import Factory, frozen

from mali_sim.evidence.classes import Push
from mali_sim.scenario.classes import Equation, Month, Number, Text, key, listed, one_or_more, optional

InputKind = NewType("InputKind", str)
Use = NewType("Use", str)
Label = NewType("Label", str)
Middle = NewType("Middle", str)
Sign = NewType("Sign", str)
TestKind = NewType("TestKind", str)

#: The unchanged world, in measures of structural tests.
BASE = "base"
#: The profile in which nobody does anything.
NOBODY = "nobody"

#: The allowed words of each enumerated key, by type.
WORDS: dict[object, tuple[str, ...]] = {
    InputKind: ("decision", "exogenous", "observation", "context"),
    Use: ("F", "H"),
    Label: ("forced", "calibrated", "emergent"),
    Middle: ("median", "share"),
    Sign: ("+", "-", "0", "not+", "not-", "true"),
    TestKind: ("arms", "trade_off", "loops"),
}


@frozen
class Input:
    """What one dated event is to a replay; observations never go in."""

    kind: InputKind = key("decision, exogenous, observation or context")
    month: Month | None = optional("when it went in, YYYY-MM; of decisions and exogenous events")
    actor: str | None = optional("of a decision: whose it was")
    do: tuple[str, ...] = listed("of a decision: what is submitted, decisions, offer.ID, EVENT.CHOICE")
    event: str | None = optional("the dated event that carries it, or that a decision answers")
    note: Text | None = optional("why it is of this kind or in this month, where that is not plain")
    source: tuple[str, ...] = listed("source ids, where the input's own id is none")


@frozen
class Replay:
    """The past played again: some actors by the record, the others by their tendencies."""

    label: Text = key("its name")
    text: Text = key("who follows the record, and what is left to the model")
    actors: tuple[str, ...] = listed("who follows the record; everybody where nobody is named")
    live: tuple[str, ...] = listed(
        "what the null replay does not hold constant: stocks, auxiliaries, flow.ID that carry a dated input"
    )


@frozen
class Part:
    """One number of a target, and between what it should lie."""

    measure: Equation = key("a measure over months: see docs/authoring.md")
    low: Number | None = optional("not below this")
    high: Number | None = optional("not above this")
    take: Middle = key("of the runs: their median, or the share in which it holds", default=Middle("median"))
    says: Text | None = optional("what this part asks, where there are several")
    unit: str | None = optional("how the number is written")


@frozen
class Target:
    """Something of the past that a replay should show."""

    statement: Text = key("what should be seen")
    replay: str = key("the [replay] in which it is looked for")
    use: Use = key("F: fitted on; H: held out, looked at only at the end")
    label: Label = key("forced: wiring only, no evidence; calibrated; or emergent")
    parts: tuple[Part, ...] = key("its numbers; the target is met when all are")
    without: tuple[str, ...] = listed("dated events without which it is shown as well")
    source: tuple[str, ...] = listed("source ids")


@frozen
class Arm:
    """One way in which a structural test changes the world."""

    push: tuple[Push, ...] = one_or_more("what is changed, as of a claim")
    setup: tuple[Push, ...] = one_or_more("what is changed first, here and in what it is compared with")
    hold: int = key("months for which the push is kept up", default=1)


@frozen
class Check:
    """One thing that a structural test expects of its arms."""

    says: Text = key("what is expected")
    measure: Equation = key("a measure over the arms' months: mean(cut.calm - base.calm, m1, m6)")
    sign: Sign = key("+ - 0: above, below, at 0; not+ not-: never clearly so; true: it holds")
    band: Number = key(
        "of + and -: how far beyond 0 it must be; of 0: how far is still 0; of true: share that may fail",
        default=Number(0.0),
    )


@frozen
class Structure:
    """A test of how the model must behave when pushed hard, whatever its numbers."""

    label: Text = key("its name")
    expected: Text = key("what must be seen")
    kind: TestKind = key("arms: paired futures; trade_off: no free lunch; loops: each loop's own test",
                         default=TestKind("arms"))  # fmt: skip
    world: str | None = optional("the scenario it is run in; the one that names the file otherwise")
    from_: int = key("month of the push, 0 being the first", default=1)
    months: int = key("months that are looked at, that of the push being m1", default=12)
    profile: str | None = optional(
        "who plays, as an address writes it, or nobody; everybody follows tendencies otherwise"
    )
    quiet: bool = key("undated events do not happen", default=False)
    series: dict[str, Equation] = key("what is looked at, by name: equations as of an observer",
                                      default=Factory(dict))  # fmt: skip
    arms: dict[str, Arm] = key("changed worlds by name; base is the unchanged one", default=Factory(dict))
    checks: tuple[Check, ...] = listed("what is expected of them")
    ledger: int = key("months in which each stock's change must be the sum of its postings", default=0)
    packages: dict[str, tuple[str, ...]] = key("of a trade_off: what is done whenever it can be, by name",
                                               default=Factory(dict))  # fmt: skip
    source: tuple[str, ...] = listed("source ids")
