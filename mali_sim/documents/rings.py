"""Loops as rings of variables: which of a loop's links are drawn, and whether the model has them."""

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from mali_sim.documents.formulas import Key
from mali_sim.documents.graph import Graph
from mali_sim.evidence.classes import Loop
from mali_sim.model import Model

#: Kinds that are drawn in any case, and kinds that are left out of a ring with enough others.
_DRAWN = ("stock", "switch", "obs", "decision", "offer", "event")
#: The fewest variables of a ring, if its loop has so many.
FEWEST = 3


@frozen
class LoopRing:
    """
    A loop with its links.

    Parameters
    ----------
    chain : tuple of Key
        Everything along it as its author names it, the first not repeated.
    ring : tuple of Key
        What of it is drawn.
    """

    id: str
    loop: Loop
    chain: tuple[Key, ...]
    ring: tuple[Key, ...]

    def steps(self) -> list[tuple[Key, Key]]:
        """Its arrows."""
        return list(zip(self.ring, self.ring[1:] + self.ring[:1], strict=True))


def key_of(model: Model, name: str) -> Key | None:
    """The table that a loop's link names: ``rhetoric``, ``trust.europe``, ``flow.tone_hurts``."""
    head, _, rest = name.partition(".")
    if rest and hasattr(model.scenario, head):
        id = rest.partition(".")[0]
        return (head, id) if id in getattr(model.scenario, head) else None
    id = head.partition("[")[0].strip()
    kind = model.variables.kinds.get(id)
    return (kind, id) if kind else None


def rings_of(model: Model, loops: Mapping[str, Loop]) -> tuple[LoopRing, ...]:
    """Every loop, with what of it is drawn."""
    chains = {}
    for id, loop in loops.items():
        keys = [key_of(model, name) for name in loop.through[:-1]]
        # A curve is how one thing reads another, no thing of its own.
        chains[id] = tuple(k for k in keys if k is not None and k[0] != "lookup")
    junctions = _junctions(chains.values())
    return tuple(LoopRing(id, loop, chains[id], _drawn(chains[id], junctions)) for id, loop in loops.items())


def _junctions(chains: Iterable[Sequence[Key]]) -> set[Key]:
    """What several loops pass on different ways: there they part or meet."""
    ways: dict[Key, set[tuple[Key, Key]]] = {}
    for chain in chains:
        for n, key in enumerate(chain):
            ways.setdefault(key, set()).add((chain[n - 1], chain[(n + 1) % len(chain)]))
    return {key for key, found in ways.items() if len(found) > 1}


def _drawn(chain: Sequence[Key], junctions: set[Key]) -> tuple[Key, ...]:
    if not chain:
        return ()
    ring = [k for k in chain if k[0] in _DRAWN or (k[0] == "aux" and k in junctions)]
    for more in ("aux", "flow"):
        if len(ring) < FEWEST:
            ring = [k for k in chain if k in ring or k[0] == more]
    return tuple(dict.fromkeys(ring))


def missing_links(model: Model, graph: Graph, rings: Iterable[LoopRing]) -> list[str]:
    """Names and links of loops that the model does not have, as sentences."""
    found = []
    for one in rings:
        unknown = [name for name in one.loop.through if key_of(model, name) is None]
        found += [f"loop.{one.id}: there is no {name} in {model.scenario.scenario.id}" for name in unknown]
        for what, keys in (("links", one.chain), ("arrows", one.ring)):
            for a, b in zip(keys, keys[1:] + keys[:1], strict=True):
                if graph.path(a, b) is None:
                    found.append(
                        f"loop.{one.id}: {what} from {_name(a)} to {_name(b)}, which does not read it"
                    )
    return found


def _name(key: Key) -> str:
    return f"{key[0]}.{key[1]}"
