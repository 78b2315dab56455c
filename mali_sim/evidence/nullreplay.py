"""
The null replay: every mechanism held constant, dated inputs only.

A target that the null replay meets says nothing for the model: the inputs alone bring it
about. So its column stands beside the model's.
"""

import json
from collections.abc import Callable, Collection, Mapping

from attrs import evolve, fields

from mali_sim.equations import Binary, Call, Compare, Literal, Member, Name, Node, parse, show
from mali_sim.evidence.variants import MARK, variant
from mali_sim.model import Model
from mali_sim.scenario import Problem, did_you_mean

#: A memory so long that what it holds stays what it was at the opening.
_FOREVER = 1e12
_WORDS = '{ en = "Held constant for a test.", fr = "Tenu constant pour un essai." }'


def null_model(model: Model, live: Collection[str] = ()) -> Model:
    """
    A model in which nothing moves by itself.

    Each auxiliary and each flow's rate keeps the value that it has at the opening, in every
    run with that run's own constants; shocks are 0; undated events do not happen. Dated
    events happen, and what actors do has its effects.

    Parameters
    ----------
    live : collection of str
        Stocks, auxiliaries and flows (``flow.ID``) by which a dated input comes into the
        figures, and that are therefore no mechanism: they keep their equations, in which all
        other stocks stand as they were at the opening.
    """
    s = model.scenario
    was = {id: f"{MARK}was_{id}" for id in s.stock if id not in live} if live else {}

    def null(equation: str, name: str) -> str:
        return show(_renamed(parse(equation), was)) if name in live else held(equation)

    overrides = {
        "aux": {id: {"value": null(aux.value, id)} for id, aux in s.aux.items()},
        "flow": {id: {"rate": null(flow.rate, f"flow.{id}")} for id, flow in s.flow.items()},
        "event": no_hazards(model),
    }
    lines = [
        f"[constant.{MARK}forever]", f"value = {_FOREVER!r}", f"range = [{_FOREVER!r}, {_FOREVER!r}]",
        'unit = "month"', 'grade = "assumed"', f"why = {_WORDS}",
    ]  # fmt: skip
    for id, name in was.items():
        value, unit = f"smooth({id}, {MARK}forever)", json.dumps(s.stock[id].unit, ensure_ascii=False)
        lines += [f"[aux.{name}]", f'value = "{value}"', f"unit = {unit}", f"label = {_WORDS}"]
    return variant(model.loaded, overrides=overrides, additions="\n".join(lines))


def no_hazards(model: Model) -> dict[str, dict[str, str]]:
    """Overrides by which undated events do not happen."""
    events = model.scenario.event.items()
    return {id: {"hazard": "0"} for id, event in events if event.hazard is not None}


def problems_of_live(model: Model, path: tuple[str, ...], live: Collection[str]) -> list[Problem]:
    """Names that the null replay is to leave alone and that do not exist."""
    s = model.scenario
    known = {*s.stock, *s.aux, *(f"flow.{id}" for id in s.flow)}
    return [
        Problem((*path, str(n)), f"there is no stock, auxiliary or flow {name}", did_you_mean(name, known))
        for n, name in enumerate(live)
        if name not in known
    ]


def held(equation: str) -> str:
    """An equation that keeps the value that another has at the opening."""
    return f"smooth({show(_opening(parse(equation)))}, {MARK}forever)"


def _opening(node: Node) -> Node:
    """What an expression is at the opening: memories at their first value, no shocks."""
    match node:
        case Call("smooth" | "delay", (_, _, initial)):
            return _opening(initial)
        case Call("smooth" | "delay", (x, _)):
            return _opening(x)
        case Call("noise", (sd,)):
            return Binary("*", _opening(sd), Literal(0.0))
        case Call("happens", (hazard,)):
            return Compare("<", _opening(hazard), Literal(0.0))
    return _made_of(node, _opening)


def _renamed(node: Node, names: Mapping[str, str]) -> Node:
    """An equation without shocks, with other names for some variables."""
    match node:
        case Name(id) if id in names:
            return Name(names[id])
        case Member(id, members) if id in names:
            return Member(names[id], members)
        case Call("noise", (sd,)):
            return Binary("*", _renamed(sd, names), Literal(0.0))
    return _made_of(node, lambda part: _renamed(part, names))


def _made_of(node: Node, make: Callable[[Node], Node]) -> Node:
    """The node with its operands made anew."""
    changes = {}
    for f in fields(type(node)):
        value = getattr(node, f.name)
        if isinstance(value, tuple):
            if value and not isinstance(value[0], str):
                changes[f.alias] = tuple(make(part) for part in value)
        elif not isinstance(value, str | float):
            changes[f.alias] = make(value)
    return evolve(node, **changes) if changes else node
