"""What a push names, and whether a model can be given it."""

from collections.abc import Mapping, Sequence
from typing import Any

from mali_sim.equations import EquationError, Member, Name, parse
from mali_sim.evidence.classes import KINDS, Push
from mali_sim.model import Model
from mali_sim.model.switches import is_value
from mali_sim.scenario import did_you_mean

Pushes = Push | Mapping[str, Any] | Sequence[Push | Mapping[str, Any]]

_PARTS = {"stock": ("by",), "switch": ("to",), "constant": ("to",), "do": (), "event": (), "offer": ()}


class PushError(ValueError):
    """A push that a model cannot be given; the message says why, ``mend`` what to do."""

    for_user = True

    def __init__(self, what: str, mend: str = "", key: str = "") -> None:
        super().__init__(f"{what}; {mend}" if mend else what)
        self.what, self.mend, self.key = what, mend, key


def as_pushes(given: Pushes) -> tuple[Push, ...]:
    """One push or several, from attrs classes or tables."""
    if isinstance(given, Push | Mapping):
        given = [given]
    return tuple(one if isinstance(one, Push) else _from_table(one) for one in given)


def _from_table(table: Mapping[str, Any]) -> Push:
    keys = (*KINDS, "by", "to")
    for key in table:
        if key not in keys:
            raise PushError(f"{key} is no key of a push", did_you_mean(key, keys), key)
    values: dict[str, Any] = {k: tuple(v) if k == "do" else v for k, v in table.items()}
    return Push(**values)


def target(name: str) -> tuple[str, tuple[str, ...]]:
    """
    A name and its members: of ``x``, ``x.member`` or ``x[m1, m2]``.

    Raises
    ------
    PushError
    """
    try:
        match parse(name):
            case Name(id):
                return id, ()
            case Member(id, members):
                return id, members
    except EquationError:
        pass
    raise PushError(f"{name[:80]} is no name", "write NAME, NAME.member or NAME[m1, m2]")


def check_push(model: Model, one: Push) -> None:
    """
    Complain of a push that a model cannot be given.

    Raises
    ------
    PushError
        The first thing that is wrong, its key in ``key``.
    """
    kinds = [k for k in KINDS if getattr(one, k) is not None]
    if len(kinds) != 1:
        what = f"a push is {' and '.join(kinds)} at once" if kinds else "a push of nothing"
        raise PushError(what, f"give one of {', '.join(KINDS)}")
    kind = kinds[0]
    for key in ("by", "to"):
        if (getattr(one, key) is not None) != (key in _PARTS[kind]):
            wrong = f"a push of a {kind} needs {key}" if key in _PARTS[kind] else f"{key} is not of a {kind}"
            raise PushError(wrong, f"it has {kind}{''.join(f' and {k}' for k in _PARTS[kind])}", key)
    _CHECKS[kind](model, one)


def _check_variable(model: Model, one: Push) -> None:
    kind = one.kind
    id, members = target(one.name)
    tables = getattr(model.scenario, kind)
    if id not in tables:
        raise PushError(f"there is no {kind} {id}", did_you_mean(id, tables), kind)
    dims = list(model.variables.variable(id).dims)
    for member in members:
        dim = model.sets.of_member(member, dims)
        if dim is None:
            known = [m for d in dims for m in model.sets.members[d]]
            raise PushError(f"{id} has no member {member}", did_you_mean(member, known), kind)
        dims.remove(dim)
    if kind == "constant":
        if model.parameters.items[id].structural:
            raise PushError(f"{id} is a delay's length, which shapes the model", "push another", kind)
        if isinstance(one.to, bool) or not isinstance(one.to, int | float):
            raise PushError(f"{id} is set to a number", f"not to {one.to}", "to")


def _check_switch(model: Model, one: Push) -> None:
    name = one.switch or ""
    table = model.scenario.switch.get(name)
    if table is None:
        raise PushError(f"there is no switch {name}", did_you_mean(name, model.scenario.switch), "switch")
    if not is_value(table, one.to):
        known = ", ".join(table.values) or "true or false"
        raise PushError(f"{name} has no value {one.to}", f"known here: {known}", "to")


def _check_do(model: Model, one: Push) -> None:
    for id in one.do or ():
        if id not in model.action_rows:
            raise PushError(f"there is no action {id}", did_you_mean(id, model.action_rows), "do")
    if not one.do:
        raise PushError("nothing to do", "name decisions, offer.ID or EVENT.CHOICE", "do")


def events_of(model: Model, name: str) -> list[str]:
    """Ids of the events that a name stands for: one, or every member's of one with ``each``."""
    return [item.id for item, _ in model.happenings.events if name in (item.id, item.path[1])]


def _check_event(model: Model, one: Push) -> None:
    if not events_of(model, one.event or ""):
        known = [*model.scenario.event, *(item.id for item, _ in model.happenings.events)]
        raise PushError(f"there is no event {one.event}", did_you_mean(one.event or "", known), "event")


def _check_offer(model: Model, one: Push) -> None:
    known = [item.id for item, _ in model.happenings.offers]
    if one.offer not in known:
        raise PushError(f"there is no offer {one.offer}", did_you_mean(one.offer or "", known), "offer")


_CHECKS = {
    "stock": _check_variable, "constant": _check_variable, "switch": _check_switch,
    "do": _check_do, "event": _check_event, "offer": _check_offer,
}  # fmt: skip
