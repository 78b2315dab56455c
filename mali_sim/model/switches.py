"""Switches that two effects could set to different values in one month."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from mali_sim.equations import Compare, Logic, Name, Node, Not, Text
from mali_sim.model.happenings import Effects, Happenings, Item
from mali_sim.model.variables import Variables
from mali_sim.scenario.classes import Switch


@frozen
class _Setter:
    """
    One effect that sets a switch.

    Parameters
    ----------
    guard : frozenset of str, optional
        Opening values of the switch under which it can fire; None is all.
    excluded : frozenset of str
        Triggers that never share a month with it.
    family : tuple of str, optional
        The event whose choices, or the offer whose ends, never meet one another.
    """

    trigger: str
    path: tuple[str, ...]
    value: object
    guard: frozenset[str] | None
    excluded: frozenset[str]
    family: tuple[str, str] | None


def is_value(switch: Switch, value: object) -> bool:
    """Whether a switch can have a value."""
    return isinstance(value, str) and value in switch.values if switch.values else isinstance(value, bool)


def word(value: object) -> str:
    """A switch's value as authors write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def note_conflicts(variables: Variables, happenings: Happenings) -> None:
    """Two setters of one switch that could meet in one month must agree or exclude each other."""
    switches = variables.scenario.switch
    setters: dict[str, list[_Setter]] = {}
    for effects in happenings.effects():
        for number, effect in enumerate(effects.effects):
            id = effect.switch
            if id in switches and not effect.add and not effect.move and is_value(switches[id], effect.to):
                setters.setdefault(id, []).append(_setter(variables, effects, number, id, effect.to))
    for id, found in setters.items():
        told = set()
        for number, later in enumerate(found):
            earlier = next((s for s in found[:number] if later.path not in told and _meet(s, later)), None)
            if earlier is not None:
                told.add(later.path)
                variables.problem(
                    later.path,
                    f"may set {id} in the month in which {earlier.trigger} sets it to {word(earlier.value)}",
                    f"guard both by requires on {id}, or use excludes",
                )


def _setter(variables: Variables, effects: Effects, number: int, switch: str, value: object) -> _Setter:
    item, key = effects.item, effects.key
    family = None
    if key[0] == "choices":
        family = ("choices", item.id)
    elif item.path[0] == "offer":
        family = ("offer", item.id)
    table = getattr(variables.scenario, item.path[0])[item.path[1]]
    return _Setter(
        effects.trigger,
        (*item.path, *key, str(number)),
        value,
        _guard(variables, item, key, number, switch),
        frozenset(item.name_for(name) for name in getattr(table, "excludes", ())),
        family,
    )


def _meet(a: _Setter, b: _Setter) -> bool:
    """Whether two setters can disagree in one month."""
    if a.value == b.value or (a.trigger == b.trigger and a.path == b.path):
        return False
    if a.guard is not None and b.guard is not None and not a.guard & b.guard:
        return False
    if a.trigger in b.excluded or b.trigger in a.excluded:
        return False
    return a.family is None or a.family != b.family or a.trigger == b.trigger


def _guard(
    variables: Variables, item: Item, key: tuple[str, ...], number: int, switch: str
) -> frozenset[str] | None:
    keys: list[tuple[str, ...]] = [(*key, str(number), "if")]
    if key[0] == "choices":
        keys.append(("choices", key[1], "requires"))  # the event's own held the month before
    elif item.path[0] != "offer":  # an offer's is for asking, months before
        keys.append(("requires",))
    allowed: set[str] | None = None
    for one in keys:
        tree = item.node(variables, *one)
        if tree is not None:
            found = allowed_values(tree, variables.scenario.switch).get(switch)
            if found is not None:
                allowed = found if allowed is None else allowed & found
    return None if allowed is None else frozenset(allowed)


def allowed_values(tree: Node, switches: Mapping[str, Any]) -> dict[str, set[str]]:
    """Values that a condition leaves to each switch that it names at its top."""
    parts = tree.operands if isinstance(tree, Logic) and tree.op == "and" else (tree,)
    allowed: dict[str, set[str]] = {}
    for part in parts:
        found = _one_switch(part, switches)
        if found is not None:
            id, values = found
            allowed[id] = allowed[id] & values if id in allowed else values
    return allowed


def _one_switch(part: Node, switches: Mapping[str, Any]) -> tuple[str, set[str]] | None:
    match part:
        case Name(id) if id in switches and not switches[id].values:
            return id, {"True"}
        case Not(Name(id)) if id in switches and not switches[id].values:
            return id, {"False"}
        case Compare("==", Name(id), Text(v)) if id in switches:
            return id, {v}
        case Compare("!=", Name(id), Text(v)) if id in switches:
            return id, set(switches[id].values) - {v}
        case Logic("or", operands):
            found = [_one_switch(o, switches) for o in operands]
            ids = {f[0] for f in found if f is not None}
            if all(found) and len(ids) == 1:
                return ids.pop(), set().union(*(f[1] for f in found if f is not None))
    return None
