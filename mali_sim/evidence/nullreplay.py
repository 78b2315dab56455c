"""
The null replay: every mechanism held constant, dated inputs only.

A target that the null replay meets says nothing for the model: the inputs alone bring it
about. So its column stands beside the model's.
"""

from attrs import evolve, fields

from mali_sim.equations import Binary, Call, Compare, Literal, Node, parse, show
from mali_sim.evidence.variants import MARK, variant
from mali_sim.model import Model

#: A memory so long that what it holds stays what it was at the opening.
_FOREVER = 1e12
_WORDS = '{ en = "Held constant for a test.", fr = "Tenu constant pour un essai." }'


def null_model(model: Model) -> Model:
    """
    A model in which nothing moves by itself.

    Each auxiliary and each flow's rate keeps the value that it has at the opening, in every
    run with that run's own constants; shocks are 0; undated events do not happen. Dated
    events happen, and what actors do has its effects.
    """
    s = model.scenario
    overrides = {
        "aux": {id: {"value": held(aux.value)} for id, aux in s.aux.items()},
        "flow": {id: {"rate": held(flow.rate)} for id, flow in s.flow.items()},
        "event": {id: {"hazard": "0"} for id, event in s.event.items() if event.hazard is not None},
    }
    forever = (
        f"[constant.{MARK}forever]\nvalue = {_FOREVER!r}\nrange = [{_FOREVER!r}, {_FOREVER!r}]\n"
        f'unit = "month"\ngrade = "assumed"\nwhy = {_WORDS}\n'
    )
    return variant(model.loaded, overrides=overrides, additions=forever)


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
    changes = {}
    for f in fields(type(node)):
        value = getattr(node, f.name)
        if isinstance(value, tuple):
            if value and not isinstance(value[0], str):
                changes[f.alias] = tuple(_opening(part) for part in value)
        elif not isinstance(value, str | float):
            changes[f.alias] = _opening(value)
    return evolve(node, **changes) if changes else node
