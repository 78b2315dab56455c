"""Pages on what is named as a cause: events and decisions, switches, and what cannot be seen."""

from collections.abc import Iterable

from mali_sim.cli.text.commands import matches
from mali_sim.cli.text.pages import Pages
from mali_sim.play.view import switch_values
from mali_sim.play.why.askable import (
    Askable,
    Happening,
    askables,
    estimates,
    happening,
    objective_of,
    seen_of,
    settings,
)
from mali_sim.scenario import Text
from mali_sim.scenario.texts import folded

#: So many members of something hidden are told, or else the two ends; so many changes.
_MEMBERS, _EFFECTS = 6, 8


def asked_about(pages: Pages, text: str) -> list[str]:
    """
    What some words may mean: a figure before a cause of a like name, a published one first.

    Returns
    -------
    list of str
        Ids of :func:`mali_sim.play.why.askable.askables`.
    """
    known = askables(pages.view)
    if "." in text and text in known:
        return [text]
    asked = folded(text)
    names = {id: (a.label.en, a.label.fr) for id, a in known.items()}
    figures = {id: some for id, some in names.items() if known[id].figure}
    parts = asked.split()
    found = [id for id, some in names.items() if asked in {folded(n) for n in some}]
    for pool in (figures, names):
        found = found or [
            id for id, some in pool.items() if asked and any(all(p in folded(n) for p in parts) for n in some)
        ]
    found = found or matches(text, figures) or matches(text, names)
    return _distinct(pages, found, known, asked)


def _distinct(pages: Pages, found: list[str], known: dict[str, Askable], asked: str) -> list[str]:
    """An objective is its figure; figures that are published and objectives go before all else."""
    called = list(dict.fromkeys(objective_of(pages.view, id) if known[id].kind == "change" else id
                                for id in found))  # fmt: skip
    published = [id for id in called if id.startswith("obs.") and known[id].figure]
    hidden = [id for id in called if id.startswith("outcome.")]
    if len(published) == 1 and not hidden:
        return published
    exact = [id for id in published if folded(pages.words.of(known[id].label)) == asked]
    if len(exact) == 1 and not hidden:
        return exact
    if published or hidden:
        called = [*published, *hidden]
    by_label: dict[Text, str] = {}
    for id in sorted(called, key=lambda id: (not id.startswith("obs."), not known[id].figure)):
        by_label.setdefault(known[id].label, id)
    return [id for id in called if id in by_label.values()]


def asked_id(cause: str, known: dict[str, Askable]) -> str | None:
    """What a cause's id can be asked about as; None of what is only opened as it stands."""
    root, _, rest = cause.partition(".")
    for id in (cause, f"switch.{cause}", f"effect.{rest}" if root in ("cost", "happened") else cause):
        if id in known:
            return id
    return None


def other_page(pages: Pages, id: str, month: int) -> tuple[list[str], list[str]]:
    """A page on what is no figure's change, and what its numbers open."""
    made = askables(pages.view)[id]
    if made.kind == "switch":
        return _switch_page(pages, made)
    if made.kind == "happening":
        return _happening_page(pages, made, month)
    return _hidden_page(pages, made)


def _listed(links: list[str], told: Iterable[tuple[str, str]]) -> list[str]:
    """Numbered lines, and what the numbers open."""
    lines = []
    for id, line in told:
        links.append(id)
        lines.append(f"{len(links)}. {line}")
    return lines


def _happening_page(pages: Pages, made: Askable, month: int) -> tuple[list[str], list[str]]:
    words, view, known = pages.words, pages.view, askables(pages.view)
    found = happening(view, made.id.removeprefix("effect."), month)
    if found.months and month not in found.months:
        found = happening(view, found.name, found.months[-1])
        month = found.months[-1]
    links: list[str] = []
    lines = [words.of(made.label), words.of(found.text)]
    if not found.months:
        lines.append(words("It has not happened so far."))
    else:
        when = words.listed([pages.month(m) for m in found.months])
        lines.append(words("It happened in {months}.", months=when))
        did: list[tuple[str, str]] = []
        for effect in found.effects[:_EFFECTS]:
            number = words.quantity(effect.amount, view.unit_label(effect.unit), 1, signed=True)
            did.append((effect.id, pages.say(effect.label, number)))
        for switch in found.switches:
            table = view.model.scenario.switch[switch]
            offset = view.model.layout.blocks[f"switch:{switch}"].offset
            value = switch_values(table)[int(pages.game.states[month + 1][offset])]
            did.append((f"switch.{switch}", pages.say(table.label, words.of(value))))
        if did:
            lines += ["", words("What it did in {month}:", month=pages.month(month))]
            lines += _listed(links, did)
            left = len(found.effects) - _EFFECTS
            if left > 0:
                lines.append(words.plural("And {count} change more.", "And {count} changes more.", left))
        else:
            lines.append(words("It moved nothing that you see at once."))
    lines += _chance(pages, found, month, links, known)
    return [*lines, "", *pages.sources(found.source[:3])], links


def _chance(
    pages: Pages, found: Happening, month: int, links: list[str], known: dict[str, Askable]
) -> list[str]:
    """What made an event's chance."""
    words = pages.words
    if not found.equation:
        return []
    lines = [""]
    if found.hidden:
        lines.append(words("What you cannot see is in its chance: there is no number before the end."))
    elif found.chance is not None:
        percent = Text("%", "%")
        chance = words.quantity(100 * found.chance, percent, 1)
        told = words("Its chance in {month}: {chance}", month=pages.month(month), chance=chance)
        if found.before is not None:
            before = words.quantity(100 * found.before, percent, 1)
            told = words("{first}, {second}", first=told,
                         second=words("in the month before {chance}", chance=before))  # fmt: skip
        lines.append(told + ".")
    lines.append(words("Equation of h, of which the chance is h / (1 + h): {equation}",
                       equation=found.equation))  # fmt: skip
    if found.numbers and found.numbers != found.equation:
        lines.append(words("With that month’s numbers: {equation}", equation=found.numbers))
    if found.reads:
        lines.append(words("It is computed from:"))
        lines += _listed(links, [(id, words.of(known[id].label)) for id in found.reads])
    return lines


def _switch_page(pages: Pages, made: Askable) -> tuple[list[str], list[str]]:
    words, view, known = pages.words, pages.view, askables(pages.view)
    id = made.id.removeprefix("switch.")
    table = view.model.scenario.switch[id]
    offset = view.model.layout.blocks[f"switch:{id}"].offset
    now = words.of(switch_values(table)[int(pages.game.state[offset])])
    links: list[str] = []
    lines = [pages.say(made.label, words("now {value}", value=now))]
    changes = settings(view, id)
    if not changes:
        lines.append(words("It has not changed so far."))
    for change in changes:
        lines.append(pages.say(pages.month(change.month), words.of(change.value)))
        by = [f"effect.{name}" for name in change.by]
        lines += _listed(links, [
            (x, words("set by: {name}", name=words.of(known[x].label))) for x in by if x in known
        ])  # fmt: skip
    return [*lines, "", *pages.sources(table.source[:3])], links


def _hidden_page(pages: Pages, made: Askable) -> tuple[list[str], list[str]]:
    words, view, known = pages.words, pages.view, askables(pages.view)
    id, links = objective_of(view, made.id), []
    lines = [words.of(made.label), words("You cannot see this before the end of the game.")]
    unit = view.unit_label(known[id].unit)
    found = sorted(estimates(view, id), key=lambda e: e.middle)
    for estimate in found if len(found) <= _MEMBERS else (found[0], found[-1]):
        low, middle, high = (
            words.quantity(x, unit, 0 if abs(estimate.high) >= 10 else 2)
            for x in (estimate.low, estimate.middle, estimate.high)
        )
        told = words("you take it for {middle} (9 times in 10 between {low} and {high})",
                     middle=middle, low=low, high=high)  # fmt: skip
        lines.append(pages.say(estimate.label, told))
    instead = seen_of(view, id)
    if instead:
        lines += ["", words("What you can see of it:")]
        lines += _listed(links, [(x, words.of(known[x].label)) for x in instead])
    return lines, links
