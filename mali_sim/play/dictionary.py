"""Every name of a scenario: what it is, its equation and sources, what feeds it, what it feeds."""

from attrs import asdict, frozen

from mali_sim.equations import Node, names_in, show, walk
from mali_sim.equations.tree import Call
from mali_sim.model import Model
from mali_sim.model.typed import happening_id
from mali_sim.play.why.explain import UnknownName
from mali_sim.scenario import Text, did_you_mean
from mali_sim.scenario.classes import Effect


@frozen
class Entry:
    """
    One name.

    Parameters
    ----------
    kind : str
        ``stock``, ``aux``, ``flow``, ``constant``, ``decision``…
    equations : tuple of (str, str)
        What each is for (``rate``, ``requires``…) and its text.
    facts : tuple of (str, str)
        Other particulars: value, range, bounds.
    grade : str or None
    why : Text or None
        Where a magnitude comes from.
    source : tuple of str
    fed_by, feeds : tuple of str
        Names, with their kind before a colon.
    """

    kind: str
    id: str
    label: Text | None
    unit: str | None
    equations: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    grade: str | None
    why: Text | None
    source: tuple[str, ...]
    fed_by: tuple[str, ...]
    feeds: tuple[str, ...]

    def plain(self) -> dict[str, object]:
        """As JSON would hold it."""
        return asdict(self)


_KINDS = (
    "stock", "aux", "flow", "switch", "constant", "lookup", "obs", "decision", "offer", "event",
    "outcome", "ending", "strategy",
)  # fmt: skip


def entry(model: Model, name: str) -> Entry:
    """
    Look a name up; ``obs.isolation``, ``flow.tax`` and the like name the table too.

    Raises
    ------
    UnknownName
    """
    s = model.scenario
    root, _, rest = name.partition(".")
    kinds = [root] if root in _KINDS and rest else list(_KINDS)
    wanted = rest if root in _KINDS and rest else name.partition("[")[0].partition(".")[0]
    for kind in kinds:
        if wanted in getattr(s, kind):
            return _made(model, kind, wanted)
    known = [i for k in _KINDS for i in getattr(s, k)]
    raise UnknownName(f"there is no {name} in {s.scenario.id}; {did_you_mean(wanted, known)}")


def _made(model: Model, kind: str, id: str) -> Entry:
    table = getattr(model.scenario, kind)[id]
    found, own = index(model), f"{kind}:{id}"
    label = getattr(table, "label", None) or getattr(table, "title", None)
    return Entry(
        kind, id, label, getattr(table, "unit", None), tuple(found.equations.get(own, ())),
        tuple(_facts(table)), getattr(table, "grade", None), getattr(table, "why", None),
        tuple(getattr(table, "source", ())),
        tuple(found.fed_by.get(own, ())), tuple(found.feeds.get(own, ())),
    )  # fmt: skip


def _facts(table: object) -> list[tuple[str, str]]:
    facts = []
    keys = ("value", "range", "spread", "kind", "bounds", "initial", "from_", "to", "actor", "capital",
            "cooldown", "once", "hidden", "over", "date", "of", "take", "better")  # fmt: skip
    for key in keys:
        value = getattr(table, key, None)
        if value not in (None, (), False) and not isinstance(value, Text):
            facts.append((key.rstrip("_"), _words(value)))
    return facts


def _words(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return " to ".join(_words(v) for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{k} {_words(v)}" for k, v in value.items())
    return str(value)


#: What feeds what, and equations, in the models looked at last, by fingerprint: it takes a while to find.
_FOUND: dict[str, "_Index"] = {}
_KEPT = 4


@frozen
class _Index:
    """For each name, with its kind before a colon: what feeds it, what it feeds, its equations."""

    fed_by: dict[str, list[str]]
    feeds: dict[str, list[str]]
    equations: dict[str, list[tuple[str, str]]]


def index(model: Model) -> "_Index":
    """Find everything that entries have in common; later calls have it at once."""
    if model.fingerprint not in _FOUND:
        while len(_FOUND) >= _KEPT:
            _FOUND.pop(next(iter(_FOUND)))
        found = _Index({}, {}, {})
        for feeder, fed in sorted(_find_links(model)):
            if feeder != fed:
                found.feeds.setdefault(feeder, []).append(fed)
                found.fed_by.setdefault(fed, []).append(feeder)
        for path, tree in model.variables.trees.items():
            if tree is not None:
                shown = (".".join(path[2:]), show(tree))
                found.equations.setdefault(f"{path[0]}:{path[1]}", []).append(shown)
        _FOUND[model.fingerprint] = found
    return _FOUND[model.fingerprint]


def _find_links(model: Model) -> set[tuple[str, str]]:
    """(feeds, fed) pairs over the whole scenario."""
    links: set[tuple[str, str]] = set()
    for path, tree in model.variables.trees.items():
        if tree is not None:
            fed = f"{path[0]}:{path[1]}"
            links |= {(name, fed) for name in _read(model, tree)}
    s = model.scenario
    for id, flow in s.flow.items():
        for end in (flow.from_, flow.to):
            if end is not None:
                links.add((f"flow:{id}", f"stock:{end.partition('.')[0]}"))
    for kind in ("decision", "offer", "event"):
        for id, table in getattr(s, kind).items():
            for effect in _effects(table):
                links |= {(f"{kind}:{id}", target) for target in _targets(effect)}
                for constant in (effect.over, effect.after):
                    if constant:
                        links.add((f"constant:{constant}", f"{kind}:{id}"))
            for key in ("capital", "cooldown", "lasts", "grace", "answer_within"):
                constant = getattr(table, key, None)
                if constant:
                    links.add((f"constant:{constant}", f"{kind}:{id}"))
    for id, outcome in s.outcome.items():
        links.add((f"obs:{outcome.of[4:]}", f"outcome:{id}"))
    return links


def _read(model: Model, tree: Node) -> set[str]:
    found = set()
    for name in names_in(tree):
        root, dot, rest = name.partition(".")
        if dot:
            found.add(f"{root}:{rest.partition('.')[0]}")
        elif name in model.variables.kinds:
            found.add(f"{model.variables.kinds[name]}:{name}")
    for part in walk(tree):
        if isinstance(part, Call):
            if part.name in model.scenario.lookup:
                found.add(f"lookup:{part.name}")
            if part.name == "since":
                id = (happening_id(part.args[0]) or "").partition(".")[0]
                kinds = ("decision", "offer", "event")
                found |= {f"{k}:{id}" for k in kinds if id in getattr(model.scenario, k)}
    return found


def _effects(table: object) -> list[Effect]:
    effects = [e for k in ("effects", "breach", "fulfilled") for e in getattr(table, k, ())]
    return effects + [e for choice in getattr(table, "choices", ()) for e in choice.effects]


def _targets(effect: Effect) -> set[str]:
    if effect.switch is not None:
        return {f"switch:{effect.switch}"}
    ends = (effect.add, effect.from_, effect.to)
    return {f"stock:{e.partition('.')[0]}" for e in ends if isinstance(e, str)}
