"""
What authors write, as classes: one per kind of TOML table.

Types are in the annotations, the meaning of a key in its ``metadata`` (the JSON Schema
and ``docs/authoring.md`` show it). Cross-references are checked in :mod:`mali_sim.model`,
which knows all names; here only the shape of each table is.
"""

import re
from typing import Any, NewType

from attrs import Factory, field, frozen

#: What an id looks like.
ID = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")

#: Text of an equation, parsed later.
Equation = NewType("Equation", str)
#: The id of a ``[constant]``: where a magnitude is wanted, its name stands.
ConstantId = NewType("ConstantId", str)
#: ``YYYY-MM``.
Month = NewType("Month", str)
#: A finite number: TOML's nan and inf are refused.
Number = NewType("Number", float)
#: A number, a table of numbers by member, or a table of those.
Numbers = NewType("Numbers", object)  # type: ignore[valid-newtype]
#: An initial value: numbers, or an equation over constants.
Initial = NewType("Initial", object)  # type: ignore[valid-newtype]
Grade = NewType("Grade", str)
Better = NewType("Better", str)
Kind = NewType("Kind", str)
Yearly = NewType("Yearly", str)
Take = NewType("Take", str)
#: One set's id or a list of two.
Over = NewType("Over", tuple)  # type: ignore[type-arg]
#: A switch's value: true, false or a named value's id.
SwitchValue = NewType("SwitchValue", object)  # type: ignore[valid-newtype]
#: What something is set to in a test: a switch's value, or a number.
Setting = NewType("Setting", object)  # type: ignore[valid-newtype]

#: The allowed words of each enumerated key, by type.
WORDS: dict[Any, tuple[str, ...]] = {
    Grade: ("stated", "inferred", "assumed"),
    Better: ("higher", "lower", "none"),
    Kind: ("level", "conserved"),
    Yearly: ("sum", "mean", "last"),
    Take: ("sum", "mean", "last", "max", "min"),
}


def key(doc: str, **kwargs: Any) -> Any:
    """An attrs field with the sentence that the schema says about it."""
    return field(metadata={"doc": doc}, **kwargs)


def optional(doc: str, default: Any = None) -> Any:
    """A key that may be left out."""
    return key(doc, default=default)


def one_or_more(doc: str) -> Any:
    """A list that may be left out, and of which one item may stand alone."""
    return field(metadata={"doc": doc, "single": True}, default=Factory(tuple))


def listed(doc: str) -> Any:
    """A list that may be left out."""
    return key(doc, default=Factory(tuple))


@frozen
class Text:
    """Words in both languages."""

    en: str = key("English")
    fr: str = key("French")

    def __getitem__(self, language: str) -> str:
        return self.fr if language == "fr" else self.en

    def replace(self, old: str, new: "Text") -> "Text":
        """The text with a placeholder filled in, each language with its own."""
        return Text(self.en.replace(old, new.en), self.fr.replace(old, new.fr))


@frozen
class Header:
    """The ``[scenario]`` table."""

    id: str = key("the file's name without .toml")
    version: int = key("moves when the scenario's behaviour is changed on purpose")
    title: Text = key("the scenario's name")
    summary: Text = key("two or three sentences for the chooser")
    start: Month = key("the first month, YYYY-MM")
    months: int = key("how many months a game has, 1 to 600")
    seats: tuple[str, ...] = key("actors that a person may play; the first is the default")
    extends: tuple[str, ...] = listed("shared files of the world, below the scenario's folder")
    aims: tuple[Text, ...] = listed("what a player learns")
    strategy: str | None = optional("strategy of the first seat when a run names none")
    dossier: Text | None = optional("Markdown files with the opening dossier, one a language")
    short: int | None = optional("months of the short form, fewer than the full game")
    evidence: tuple[str, ...] = listed("files with claims, loops, replays and tests of the model")
    source: tuple[str, ...] = listed("source ids")


@frozen
class UnitTable:
    """A base unit."""

    label: Text = key("how the unit is written after a number")
    one: Text | None = optional("how it is written after one, where that differs")
    change: Text | None = optional("how a difference is written: of a rank, places; ``one`` is then of these")


@frozen
class Source:
    """Where something comes from."""

    text: Text = key("what the source says, in our own words")
    ref: str = key("where to find it")
    to: tuple[str, ...] = listed("of a recommendation: the actors whom it is addressed to")


@frozen
class SetTable:
    """A set of members, or a named part of one."""

    label: Text = key("the set's name")
    members: dict[str, Text] = key("members in the order of their rows", default=Factory(dict))
    neighbours: dict[str, tuple[str, ...]] = key("who borders on whom", default=Factory(dict))
    map: str | None = optional("asset that draws the set")
    part_of: str | None = optional("the set that this is a part of")
    only: tuple[str, ...] = listed("members of the part")


@frozen
class Topic:
    """A group of decisions, stocks and observers on the screens."""

    label: Text = key("the topic's name")
    partner: str | None = optional("set member that the topic belongs to: partner.minusma")


@frozen
class Actor:
    """Someone who decides: a seat, or simulated."""

    label: Text = key("an office, not a person")
    text: Text = key("who this is, one or two sentences")
    capital: str | None = optional("level stock from which the costs of decisions are paid")
    fallback: str | None = optional("strategy that forecasts assume after this month's plan")
    member: str | None = optional("set member that this actor is: partner.europe")
    source: tuple[str, ...] = listed("source ids")


@frozen
class Constant:
    """A named magnitude."""

    value: Numbers = key("a number, or a table of numbers by member")
    unit: str = key("its unit")
    grade: Grade = key("stated, inferred or assumed")
    why: Text = key("where the number comes from")
    over: Over = key("set or sets", default=())
    range: tuple[Number, ...] | None = optional("prior of a scalar: [low, high]")
    spread: Number | None = optional("prior of a set's values: each × (1 ± spread)")
    source: tuple[str, ...] = listed("source ids")


@frozen
class Lookup:
    """A table read by straight lines between points, flat outside."""

    x: tuple[Number, ...] = key("rising")
    y: tuple[Number, ...] = key("as many as x")
    x_unit: str = key("unit of x")
    unit: str = key("unit of y")
    spread: Number = key("prior: y × (1 ± spread)")
    grade: Grade = key("stated, inferred or assumed")
    why: Text = key("where the table comes from")
    source: tuple[str, ...] = listed("source ids")


@frozen
class Stock:
    """What accumulates."""

    kind: Kind = key("level or conserved")
    unit: str = key("its unit")
    initial: Initial = key("a number, a table by member, or an equation over constants")
    label: Text = key("its name")
    over: Over = key("set or sets", default=())
    bounds: tuple[Number, ...] | None = optional("of a level: [low, high]")
    spread: Number | None = optional("prior of a numeric initial value: × (1 ± spread)")
    grade: Grade | None = optional("of the initial value")
    why: Text | None = optional("where the initial value comes from")
    better: Better = key("higher, lower or none", default=Better("none"))
    topic: str | None = optional("topic id")
    hidden: bool = key("nobody sees it", default=False)
    known_to: tuple[str, ...] = listed("actors who see it all the same")
    estimate: Equation | None = optional("what a seat takes a hidden stock for")
    doubt: ConstantId | None = optional("standard deviation of that estimate")
    source: tuple[str, ...] = listed("source ids")


@frozen
class Switch:
    """True or false, or one of a few named values."""

    initial: SwitchValue = key("true, false or a value's id")
    label: Text = key("its name")
    values: dict[str, Text] = key("named values in order", default=Factory(dict))
    topic: str | None = optional("topic id")
    source: tuple[str, ...] = listed("source ids")


@frozen
class Aux:
    """An auxiliary: computed from the opening state each month."""

    value: Equation = key("its equation")
    unit: str = key("its unit")
    label: Text = key("its name")
    better: Better = key("higher, lower or none", default=Better("none"))
    topic: str | None = optional("topic id")
    source: tuple[str, ...] = listed("source ids")


@frozen
class Flow:
    """What changes a stock each month."""

    rate: Equation = key("unit of the stock per month")
    label: Text = key("its name, as a cause")
    to: str | None = optional("stock, or stock.member, that it arrives in")
    from_: str | None = optional("conserved stock that it leaves")
    source: tuple[str, ...] = listed("source ids")


@frozen
class Effect:
    """What a decision, answer or event does."""

    add: str | None = optional("level stock, or stock.member, to add to")
    amount: Equation | None = optional("how much")
    move: Equation | None = optional("how much of a conserved stock to move")
    from_: str | None = optional("conserved stock that it leaves")
    to: Any = optional("conserved stock that it arrives in; of a switch, its new value")
    switch: str | None = optional("switch to set")
    over: ConstantId | None = optional("months over which it is spread")
    after: ConstantId | None = optional("months before it begins")
    stack: bool = key("firing again adds to what is still due", default=False)
    if_: Equation | None = optional("it happens only if this holds")
    chance: Equation | None = optional("it happens with this probability")


@frozen
class Decision:
    """Something that an actor may do."""

    actor: str = key("whose it is")
    label: Text = key("its name: a verb and its object")
    text: Text = key("what is done, and what speaks against it")
    effects: tuple[Effect, ...] = key("what it does")
    topic: str | None = optional("topic id")
    requires: Equation | None = optional("when it may be taken")
    because: Text | None = optional("what to say where it may not")
    capital: ConstantId | None = optional("its cost")
    tendency: Equation | None = optional("chance a month when nobody plays this actor")
    cooldown: ConstantId | None = optional("months before it may be taken again")
    once: bool = key("it can be taken once", default=False)
    excludes: tuple[str, ...] = listed("decisions and events of the same month that it rules out")
    each: str | None = optional("one decision for each member of this set")
    source: tuple[str, ...] = listed("source ids")


@frozen
class Offer:
    """A bargain that one actor proposes to another."""

    from_: str = key("who asks")
    to: str = key("who gives")
    label: Text = key("its name")
    text: Text = key("what it is about")
    asks: Text = key("what the asker undertakes")
    gives: Text = key("what the other gives")
    answer_within: ConstantId = key("months until it lapses unanswered")
    chance: Equation = key("chance that a simulated actor accepts, a share")
    effects: tuple[Effect, ...] = key("what acceptance sets going")
    lasts: ConstantId = key("months in force")
    topic: str | None = optional("topic id")
    requires: Equation | None = optional("when it may be proposed")
    because: Text | None = optional("what to say where it may not")
    capital: ConstantId | None = optional("what asking costs")
    cooldown: ConstantId | None = optional("months before it may be proposed again")
    keeps: Equation | None = optional("what must hold while it is in force")
    grace: ConstantId | None = optional("months before `keeps` is looked at")
    breach: tuple[Effect, ...] = listed("what happens when `keeps` fails")
    fulfilled: tuple[Effect, ...] = listed("what happens at its end")
    tendency: Equation | None = optional("chance a month that a simulated actor proposes it")
    each: str | None = optional("one offer for each member of this set")
    source: tuple[str, ...] = listed("source ids")


@frozen
class EventChoice:
    """One way to answer an event."""

    id: str = key("its id")
    label: Text = key("its name")
    text: Text = key("what is done, and what speaks against it")
    effects: tuple[Effect, ...] = listed("what it does")
    requires: Equation | None = optional("when it may be chosen")
    because: Text | None = optional("what to say where it may not")
    capital: ConstantId | None = optional("its cost")
    weight: ConstantId | None = optional("relative weight when the seat is simulated")
    source: tuple[str, ...] = listed("source ids")


@frozen
class Event:
    """Something that happens."""

    label: Text = key("its name: a headline")
    text: Text = key("what happened")
    date: Month | None = optional("when it happens")
    hazard: Equation | None = optional("probability h / (1 + h) a month")
    requires: Equation | None = optional("when it can happen")
    once: bool = key("it happens once", default=False)
    cooldown: ConstantId | None = optional("months before it may happen again")
    effects: tuple[Effect, ...] = listed("what it does")
    excludes: tuple[str, ...] = listed("decisions and events of the same month that it rules out")
    each: str | None = optional("one event for each member of this set")
    seat: str | None = optional("who answers")
    default: str | None = optional("the choice when nobody answers")
    choices: tuple[EventChoice, ...] = listed("how it may be answered")
    topic: str | None = optional("topic id")
    source: tuple[str, ...] = listed("source ids")


@frozen
class Observer:
    """What is published or seen, at the close of each month."""

    value: Equation = key("its equation, on the closing state")
    unit: str = key("its unit")
    label: Text = key("its name")
    text: Text | None = optional("what it measures, and how it errs")
    better: Better = key("higher, lower or none", default=Better("none"))
    decimals: int = key("digits after the point, 0 to 6", default=0)
    yearly: Yearly = key("how months make a year: sum, mean or last", default=Yearly("last"))
    topic: str | None = optional("topic id")
    headline: bool = key("shown in the bar at the top", default=False)
    series: bool = key("stands for a published series: its id and definition stay", default=False)
    known_to: tuple[str, ...] = listed("seen by these actors only")
    source: tuple[str, ...] = listed("source ids")


@frozen
class Outcome:
    """How a run ended, as one number."""

    of: str = key("observer: obs.ID")
    take: Take = key("sum, mean, last, max or min over the months")
    label: Text = key("its name")
    unit: str = key("its unit")
    better: Better = key("higher, lower or none")
    weight: ConstantId | None = optional("its weight among the objectives")


@frozen
class Ending:
    """A way for the story to end."""

    title: Text = key("its name")
    text: Text = key("a paragraph")
    when: Equation | None = optional("over outcomes and constants; the last ending has none")


@frozen
class Rule:
    """One line of a strategy."""

    do: tuple[str, ...] = key("what to do: decisions, offer.ID, accept.ID, refuse.ID, EVENT.CHOICE")
    when: Equation | None = optional("when to do it; always, if left out")


@frozen
class Strategy:
    """A way to play an actor, in rules."""

    actor: str = key("whom it plays")
    label: Text = key("its name")
    text: Text = key("what it stands for")
    rules: tuple[Rule, ...] = key("all that hold are done")
    source: tuple[str, ...] = listed("source ids")


@frozen
class Reading:
    """One side's view of what is disputed, as values of constants."""

    label: Text = key("its name")
    text: Text = key("whose view it is")
    constants: dict[str, Numbers] = key("values, inside each constant's range")
    source: tuple[str, ...] = listed("source ids")


@frozen
class Plausible:
    """
    Draws of the priors under which the past comes out as it was.

    Written by ``mali-sim validate --plausible``; never part of the fingerprint.
    """

    design: str = key("name of the Latin hypercube: one draw has one place in every scenario")
    size: int = key("how many draws the hypercube has")
    world: str = key("the scenario whose replay they were held against")
    priors: str = key("hash of that scenario's priors")
    seed: int = key("luck of the replays")
    runs: int = key("replays of each draw")
    kept: tuple[int, ...] = key("numbers of the draws that met the targets, rising")
    targets: tuple[str, ...] = listed("what they met")


def _table(doc: str) -> Any:
    return key(doc, default=Factory(dict))


@frozen
class Scenario:
    """A scenario with its world: every table of all its files."""

    scenario: Header = key("what this scenario is")
    unit: dict[str, UnitTable] = _table("base units")
    source: dict[str, Source] = _table("sources")
    set: dict[str, SetTable] = _table("sets")
    topic: dict[str, Topic] = _table("topics")
    actor: dict[str, Actor] = _table("actors")
    constant: dict[str, Constant] = _table("constants")
    lookup: dict[str, Lookup] = _table("lookup tables")
    stock: dict[str, Stock] = _table("stocks")
    switch: dict[str, Switch] = _table("switches")
    aux: dict[str, Aux] = _table("auxiliaries")
    flow: dict[str, Flow] = _table("flows")
    decision: dict[str, Decision] = _table("decisions")
    offer: dict[str, Offer] = _table("offers")
    event: dict[str, Event] = _table("events")
    obs: dict[str, Observer] = _table("observers")
    outcome: dict[str, Outcome] = _table("outcomes")
    ending: dict[str, Ending] = _table("endings")
    strategy: dict[str, Strategy] = _table("strategies")
    reading: dict[str, Reading] = _table("readings")
    plausible: Plausible | None = optional("draws of the priors that reproduce the past")


#: Tables that are one thing each, not named things of a kind.
SINGLE = ("scenario", "plausible")


#: TOML keys that are Python keywords, by their attribute's name.
KEYWORDS = {"from_": "from", "if_": "if", "in_": "in"}


def toml_key(attribute: str) -> str:
    """The key that authors write for an attribute."""
    return KEYWORDS.get(attribute, attribute)
