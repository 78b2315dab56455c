"""What feeds what: every table of a scenario with those that it reads, changes or sets going."""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
from attrs import frozen

from mali_sim.documents.formulas import HAPPENINGS, Key, names_read
from mali_sim.model import Model
from mali_sim.scenario.classes import ConstantId, Effect, Scenario

#: Kinds through which a link between two variables may run without being one itself.
THROUGH = ("flow", "aux", "lookup", "obs", "decision", "offer", "event")
#: Kinds that stand for something that has a value.
VARIABLES = ("stock", "aux", "switch", "obs")


@frozen
class Graph:
    """
    Links between tables, both ways.

    Parameters
    ----------
    feeds : dict of Key to tuple of Key
        What each table reaches, in the order of the scenario's tables.
    fed_by : dict of Key to tuple of Key
        The same, seen from the other end.
    """

    feeds: Mapping[Key, tuple[Key, ...]]
    fed_by: Mapping[Key, tuple[Key, ...]]

    @classmethod
    def of(cls, model: Model) -> "Graph":
        """Of a scenario without problems."""
        links = dict.fromkeys(_links(model))
        order = {key: n for n, key in enumerate(keys_of(model.scenario))}
        feeds: dict[Key, list[Key]] = {key: [] for key in order}
        fed_by: dict[Key, list[Key]] = {key: [] for key in order}
        for a, b in sorted(links, key=lambda ab: (order[ab[0]], order[ab[1]])):
            if a != b:
                feeds[a].append(b)
                fed_by[b].append(a)
        return cls({k: tuple(v) for k, v in feeds.items()}, {k: tuple(v) for k, v in fed_by.items()})

    def path(self, start: Key, end: Key) -> tuple[Key, ...] | None:
        """
        A shortest way from one variable to another that passes no further stock or switch.

        It may pass flows, auxiliaries, decisions, bargains and events; the two ends are part
        of it. None where there is no such way.
        """
        before: dict[Key, Key] = {}
        edge = [start]
        while edge:
            following: list[Key] = []
            for key in edge:
                for other in self.feeds.get(key, ()):
                    if other == end:
                        return (*self._back(before, start, key), end)
                    if other[0] in THROUGH and other not in before and other != start:
                        before[other] = key
                        following.append(other)
            edge = following
        return None

    def _back(self, before: Mapping[Key, Key], start: Key, key: Key) -> tuple[Key, ...]:
        way = [key]
        while key != start:
            key = before[key]
            way.append(key)
        return tuple(reversed(way))


def keys_of(scenario: Scenario) -> Iterator[Key]:
    """Every named table, in the order of the classes and of the files."""
    for f in attrs.fields(Scenario):
        tables = getattr(scenario, f.name)
        if isinstance(tables, dict):
            yield from ((f.name, id) for id in tables)


def _links(model: Model) -> Iterator[tuple[Key, Key]]:
    s = model.scenario
    for path, tree in model.variables.trees.items():
        if tree is not None:
            yield from ((key, (path[0], path[1])) for key in names_read(model, tree))
    for kind, id in keys_of(s):
        table = getattr(s, kind)[id]
        for constant in _constants(table):
            yield ("constant", constant), (kind, id)
    for id, flow in s.flow.items():
        for end in (flow.from_, flow.to):
            if end is not None:
                yield ("flow", id), ("stock", end.partition(".")[0])
    for kind in HAPPENINGS:
        for id, table in getattr(s, kind).items():
            for effect in effects_of(table):
                yield from (((kind, id), target) for target in targets(effect))
            if kind != "event" and table.capital:
                purse = s.actor[table.actor if kind == "decision" else table.from_].capital
                if purse:
                    yield ("stock", purse), (kind, id)
                    yield (kind, id), ("stock", purse)
    for id, outcome in s.outcome.items():
        yield ("obs", outcome.of.partition(".")[2]), ("outcome", id)
    for id, strategy in s.strategy.items():
        for rule in strategy.rules:
            for name in rule.do:
                head = name.removeprefix("offer.").removeprefix("accept.").removeprefix("refuse.")
                for kind in HAPPENINGS:
                    if head.partition(".")[0] in getattr(s, kind):
                        yield ("strategy", id), (kind, head.partition(".")[0])
    for id, reading in s.reading.items():
        for constant in reading.constants:
            yield ("constant" if constant in s.constant else "lookup", constant), ("reading", id)


def _constants(table: Any) -> Iterator[str]:
    """Constants that a table names by their id, in itself and in its parts."""
    for f in attrs.fields(type(table)):
        value = getattr(table, f.name)
        if f.type in (ConstantId, ConstantId | None) and value:
            yield value
        for part in value if isinstance(value, tuple) else ():
            if attrs.has(type(part)):
                yield from _constants(part)


def effects_of(table: Any) -> list[Effect]:
    """All effects of a decision, bargain or event."""
    found = [e for name in ("effects", "breach", "fulfilled") for e in getattr(table, name, ())]
    return found + [e for choice in getattr(table, "choices", ()) for e in choice.effects]


def targets(effect: Effect) -> list[Key]:
    """What an effect changes."""
    if effect.switch is not None:
        return [("switch", effect.switch)]
    ends = (effect.add, effect.from_, effect.to)
    return [("stock", e.partition(".")[0]) for e in ends if isinstance(e, str)]
