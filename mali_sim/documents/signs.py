"""
Which way each arrow of a diagram goes: the cause is pushed, and what happens to the effect is counted.

Both arms have the same luck, and all actors follow their tendencies; the first month in
which the effect differs clearly gives the sign. An arrow whose ends have no more and less
(a switch of several words) has no sign.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from attrs import frozen

from mali_sim.documents.formulas import Key
from mali_sim.equations import Choice, Compare, Logic, Name, Node, Not, Text, walk
from mali_sim.evidence.classes import Push
from mali_sim.evidence.push import Pairs
from mali_sim.evidence.variants import MARK, forcible, variant
from mali_sim.model import Model
from mali_sim.play.address import TENDENCY
from mali_sim.scenario.classes import Number, Setting

RUNS, MONTHS, FROM = 200, 12, 2
#: How many standard errors make a difference, and how small a share of the effect is nothing.
CLEAR, TINY = 3.0, 1e-9
#: How far a cause is pushed, as a share of its range or of what it is.
SHARE = 0.2
#: Sizes of a push that are tried in turn where there are no bounds to say what is much.
LARGER = (1.0, 8.0, 64.0)

Step = tuple[Key, Key]
_WORDS = '{ en = "added for a test", fr = "ajouté pour un essai" }'


def signs_of(model: Model, steps: Iterable[Step]) -> dict[Step, str]:
    """
    The signs of some arrows: ``+``, ``-``, or nothing where it cannot be told.

    Parameters
    ----------
    steps : iterable of (Key, Key)
        Cause and effect.
    """
    wanted = list(dict.fromkeys(steps))
    keys = list(dict.fromkeys(key for step in wanted for key in step))
    measures = {key: text for key in keys if (text := _measure(model, key)) is not None}
    if not measures:
        return {}
    probe = _Probe.of(model, measures)
    found: dict[Step, str] = {}
    for cause in dict.fromkeys(a for a, _ in wanted):
        effects = [b for a, b in wanted if a == cause and b in measures]
        if cause in measures and effects:
            found |= {(cause, b): sign for b, sign in probe.signs(cause, effects).items()}
    return found


def _measure(model: Model, key: Key) -> str | None:
    """What is observed of a table, as an equation; None where it has no more and less."""
    kind, id = key
    s = model.scenario
    if kind == "switch":
        return None if s.switch[id].values else f"(1 if {id} else 0)"
    if kind == "obs":
        return f"obs.{id}"
    if kind in ("decision", "event"):
        return " + ".join(f"{kind}.{name}" for name in _happenings(model, kind, id))
    name = id if kind in ("stock", "aux") else f"{kind}.{id}"
    if kind not in ("stock", "aux", "flow"):
        return None
    dims = model.variables.flow_dims(id) if kind == "flow" else model.variables.variable(id).dims
    return f"mean({name})" if dims else name


def _happenings(model: Model, kind: str, id: str) -> list[str]:
    """A decision's or event's name, or one for each of its members."""
    items = model.happenings.decisions if kind == "decision" else model.happenings.events
    return [item.id for item, _ in items if item.path == (kind, id)]


@frozen(eq=False)
class _Probe:
    """A variant of the model whose auxiliaries and flows can be pushed, and what it looks at."""

    model: Model
    pairs: Pairs
    measures: Mapping[Key, str]
    observers: Mapping[Key, str]
    usual: Mapping[Key, float]

    @classmethod
    def of(cls, model: Model, measures: Mapping[Key, str]) -> "_Probe":
        s = model.scenario
        overrides, additions = forcible(model.loaded, [id for kind, id in measures if kind == "event"])
        lines = [additions]
        for kind, id in measures:
            if kind == "aux":
                overrides.setdefault("aux", {})[id] = {"value": f"({s.aux[id].value}) + {MARK}push_{id}"}
                lines += _push_constant(id, s.aux[id].unit)
            elif kind == "flow":
                stock = s.stock[(s.flow[id].to or s.flow[id].from_ or "").partition(".")[0]]
                overrides.setdefault("flow", {})[id] = {"rate": f"({s.flow[id].rate}) + {MARK}push_{id}"}
                lines += _push_constant(id, f"{stock.unit}/month")
        observers = {key: f"{MARK}seen_{n}" for n, key in enumerate(measures)}
        texts = {observers[key]: text for key, text in measures.items()}
        changed = variant(model.loaded, overrides=overrides, observers=texts, additions="\n".join(lines))
        pairs = Pairs(changed, RUNS, 1, TENDENCY)
        names = [f"obs.{o}" for o in observers.values()]
        seen = pairs.run((), (), False, FROM, MONTHS, names).without.mean(axis=(1, 2))
        usual = {key: float(v) for key, v in zip(observers, seen, strict=True)}
        return cls(model, pairs, measures, observers, usual)

    def signs(self, cause: Key, effects: Sequence[Key]) -> dict[Key, str]:
        """Signs of one cause on its effects."""
        own = self._made_possible(cause, None)
        ready = {effect: [*own, *self._made_possible(effect, cause)] for effect in effects}
        found = self._tried(cause, [e for e in effects if not ready[e]], [], 1.0)
        bounded = cause[0] == "stock" and self.model.scenario.stock[cause[1]].bounds is not None
        for size in (1.0,) if bounded else LARGER:
            for effect in effects:
                for before in [ready[effect], []] if ready[effect] else [[]]:
                    if not found.get(effect):
                        found |= self._tried(cause, [effect], before, size)
        return found

    def _tried(self, cause: Key, effects: Sequence[Key], ready: list[Push], size: float) -> dict[Key, str]:
        """What one size of push shows."""
        if not effects:
            return {}
        setup, push, turn, hold = self._push(cause, size)
        names = [f"obs.{self.observers[effect]}" for effect in effects]
        pair = self.pairs.run([*setup, *ready], push, hold, FROM, MONTHS, names)
        found = {}
        for n, effect in enumerate(effects):
            difference = pair.difference(n)
            if effect[0] in ("decision", "event"):
                difference = np.cumsum(difference, axis=0)
            way = _first_clear(difference, abs(self.usual[effect])) * turn * self._turned(effect)
            found[effect] = {1: "+", -1: "-", 0: ""}[way]
        return found

    def _made_possible(self, key: Key, cause: Key | None) -> list[Push]:
        """Switches set, in both arms, so that a decision or event can happen; never its cause."""
        kind, id = key
        if kind not in ("decision", "event"):
            return []
        trees = self.model.variables.trees
        wanted: dict[str, object] = {}
        for part in ("tendency", "hazard"):
            tree = trees.get((kind, id, part))
            for node in walk(tree) if tree is not None else ():
                if isinstance(node, Choice) and isinstance(node.condition, Name):
                    wanted[node.condition.id] = True
        wanted |= self._conditions(trees.get((kind, id, "requires")))
        switches = self.model.scenario.switch
        return [
            Push(switch=name, to=Setting(value))
            for name, value in wanted.items() if name in switches and ("switch", name) != cause
        ]  # fmt: skip

    def _conditions(self, tree: Node | None) -> dict[str, object]:
        """Values of switches with which all holds that stands joined by ``and``."""
        wanted: dict[str, object] = {}
        barred: dict[str, set[str]] = {}
        for part in tree.operands if isinstance(tree, Logic) and tree.op == "and" else [tree]:
            match part:
                case Name(id):
                    wanted[id] = True
                case Not(Name(id)):
                    wanted[id] = False
                case Compare("==", Name(id), Text(word)):
                    wanted[id] = word
                case Compare("!=", Name(id), Text(word)):
                    barred.setdefault(id, set()).add(word)
        for id, words in barred.items():
            free = [w for w in self.model.scenario.switch[id].values if w not in words]
            if free:
                wanted[id] = free[0]
        return wanted

    def _push(self, cause: Key, size: float) -> tuple[list[Push], list[Push], int, bool]:
        """What is set in both arms, what is pushed in one, which way that is, whether it is held."""
        kind, id = cause
        s = self.model.scenario
        if kind == "stock":
            bounds = s.stock[id].bounds
            if bounds is None:
                by = max(abs(self.usual[cause]), 1.0) * SHARE * size
                return [], [Push(stock=id, by=Number(by))], 1, True
            turn = 1 if self.usual[cause] <= (bounds[0] + bounds[1]) / 2 else -1
            return [], [Push(stock=id, by=Number(turn * SHARE * (bounds[1] - bounds[0])))], turn, True
        if kind == "switch":
            return [Push(switch=id, to=Setting(False))], [Push(switch=id, to=Setting(True))], 1, True
        if kind == "decision":
            return [], [Push(do=tuple(_happenings(self.model, kind, id)))], 1, False
        if kind == "event":
            return [], [Push(event=name) for name in _happenings(self.model, kind, id)], 1, False
        by = (abs(self.usual[cause]) or 1.0) * SHARE * size
        return [], [Push(constant=f"{MARK}push_{id}", to=Setting(by))], self._turned(cause), True

    def _turned(self, key: Key) -> int:
        """-1 of a flow that takes away: more of it is a lower rate."""
        return -1 if key[0] == "flow" and self.usual[key] < 0 else 1


def _push_constant(id: str, unit: str) -> list[str]:
    return [
        f"[constant.{MARK}push_{id}]", "value = 0", "range = [0, 0]", f'unit = "{unit}"', 'grade = "assumed"',
        f"why = {_WORDS}",
    ]  # fmt: skip


def _first_clear(difference: np.ndarray, usual: float) -> int:
    """
    The sign of a paired difference in the first month in which it is clear.

    Parameters
    ----------
    difference : ndarray, shape (months, runs)
    usual : float
        How large the effect usually is: far below it, a difference is nothing.
    """
    for month in difference:
        mean = float(month.mean())
        error = float(month.std()) / len(month) ** 0.5
        if abs(mean) > CLEAR * error and abs(mean) > TINY * max(usual, TINY):
            return 1 if mean > 0 else -1
    return 0


def product(ring: Sequence[Key], signs: Mapping[Step, str]) -> str:
    """What a ring's arrows make of it: ``reinforcing``, ``balancing``, or nothing if one has no sign."""
    way = 1
    for step in zip(ring, ring[1:] + ring[:1], strict=True):  # type: ignore[operator]
        way *= {"+": 1, "-": -1}.get(signs.get(step, ""), 0)
    return {1: "reinforcing", -1: "balancing", 0: ""}[way]
