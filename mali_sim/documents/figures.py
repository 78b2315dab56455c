"""Numbers and units as a document prints them."""

from collections.abc import Mapping
from decimal import Decimal

from mali_sim.model import Model
from mali_sim.model.parameters import flatten
from mali_sim.model.sets import Sets
from mali_sim.scenario.classes import Scenario
from mali_sim.scenario.texts import Words, unit_words


def number(words: Words, value: float) -> str:
    """A number with as many decimals as its author wrote, up to six digits."""
    exponent = Decimal(f"{value:.6g}").normalize().as_tuple().exponent
    return words.number(value, max(0, -exponent) if isinstance(exponent, int) else 0)


def quantity(words: Words, scenario: Scenario, value: float, unit: str) -> str:
    """A number with its unit: ``2.6 % a month``."""
    exponent = Decimal(f"{value:.6g}").normalize().as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return words.quantity(value, unit_words(unit, scenario.unit), decimals)


def unit_name(words: Words, scenario: Scenario, unit: str) -> str:
    """A unit's words; of plain numbers their scale."""
    if unit in ("share", "1"):
        return {"en": "share, 0 to 1", "fr": "part, de 0 à 1"}[words.language]
    return words.of(unit_words(unit, scenario.unit))


def by_member(words: Words, sets: Sets, value: object, over: tuple[str, ...]) -> str:
    """
    A number, or the numbers of all members: ``Kayes 71, Koulikoro 71…``.

    Members with one and the same number are named together where the others are few.
    """
    order = list(sets.members)
    dims = tuple(sorted(over, key=order.index))
    rows = flatten(value, dims, sets)
    if not dims:
        return number(words, rows[0])
    if len(set(rows)) == 1:
        each = {"en": "each", "fr": "chacun"}[words.language]
        return f"{number(words, rows[0])} ({each})"
    if len(dims) == 1:
        return _row(words, sets, dims[0], rows)
    inner = len(sets.members[dims[1]])
    parts = []
    for n, member in enumerate(sets.members[dims[0]]):
        row = rows[n * inner : (n + 1) * inner]
        colon = {"en": ":", "fr": "\u202f:"}[words.language]
        parts.append(f"*{words.of(sets.labels[dims[0], member])}*{colon} {_row(words, sets, dims[1], row)}")
    return "; ".join(parts) if words.language == "en" else "\u202f; ".join(parts)


def _row(words: Words, sets: Sets, dim: str, rows: tuple[float, ...]) -> str:
    """Members with their numbers; those at 0 at the end, together."""
    names = [words.of(sets.labels[dim, m]) for m in sets.members[dim]]
    shown = [(n, v) for n, v in zip(names, rows, strict=True) if v != 0]
    made = [f"{name}\u00a0{number(words, value)}" for name, value in shown]
    if len(shown) < len(names):
        made.append({"en": "the others 0", "fr": "les autres 0"}[words.language])
    return ", ".join(made)


def span(words: Words, model: Model, id: str) -> str:
    """A parameter's prior in words."""
    p = model.parameters.items[id]
    if p.low == p.high:
        return {"en": "fixed", "fr": "fixe"}[words.language]
    if p.rows == 1 and id in model.scenario.constant:
        ends = (number(words, p.low[0]), number(words, p.high[0]))
        return {"en": "{} to {}", "fr": "de {} à {}"}[words.language].format(*ends)
    return share(words, _spread_of(model.scenario, id))


def share(words: Words, spread: float) -> str:
    """A spread: ``± 15 %``."""
    percent = {"en": "%", "fr": "\u202f%"}[words.language]
    return f"±\u00a0{number(words, spread * 100)}{percent}"


def _spread_of(scenario: Scenario, id: str) -> float:
    if id in scenario.constant:
        return scenario.constant[id].spread or 0.0
    if id in scenario.lookup:
        return scenario.lookup[id].spread
    return scenario.stock[id.removeprefix("initial.")].spread or 0.0


def table(rows: list[list[str]], head: list[str]) -> list[str]:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return lines + [f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in rows]


def grouped(keys: list[str]) -> Mapping[str, list[str]]:
    """Names by their first letter."""
    made: dict[str, list[str]] = {}
    for key in keys:
        made.setdefault(key[:1], []).append(key)
    return made
