"""Every kind of table that files of evidence have, and the words of their enumerated keys."""

from typing import Any

from mali_sim.evidence import classes, expected

#: The class of each kind of table; loading, the schema and the reference follow from it.
TABLES: dict[str, type] = {
    "voice": classes.Voice,
    "claim": classes.Claim,
    "loop": classes.Loop,
    "input": expected.Input,
    "replay": expected.Replay,
    "target": expected.Target,
    "structure": expected.Structure,
}
#: The allowed words of each enumerated key, by type.
WORDS: dict[Any, tuple[str, ...]] = {**classes.WORDS, **expected.WORDS}
