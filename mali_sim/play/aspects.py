"""What front ends ask beside a seat's view: layers, conditions, notes, the opening file."""

import re

from attrs import frozen

from mali_sim.play.view import Choice, SeatView, says_yes_or_no
from mali_sim.scenario import Text
from mali_sim.scenario.texts import LANGUAGES, Words, both, word

NOTE_LENGTH = 2_000


@frozen
class Layer:
    """
    Something that can be shown of every member of a set.

    Parameters
    ----------
    stock : str
    id : str
        The stock, and the members of its other set if it has one.
    rows : dict of str to str
        The name of each member's row.
    """

    stock: str
    id: str
    label: Text
    rows: dict[str, str]


def layers(view: SeatView, set_id: str) -> list[Layer]:
    """Visible stocks over a set, alone or with another set (then one for each of its members)."""
    sets = view.model.sets
    found = []
    for id in view.visible_stocks():
        block = view.model.layout.blocks[f"stock:{id}"]
        if set_id not in block.dims:
            continue
        others = [d for d in block.dims if d != set_id]
        rows: dict[tuple[str, ...], dict[str, str]] = {}
        for name, combination in zip(block.labels, sets.combinations(block.dims), strict=True):
            member = dict(zip(block.dims, combination, strict=True))
            rows.setdefault(tuple(member[d] for d in others), {})[member[set_id]] = name
        for rest, names in rows.items():
            text = view.model.scenario.stock[id].label
            for dim, member in zip(others, rest, strict=True):
                more = sets.labels[dim, member]
                text = Text(f"{text.en}: {more.en}", f"{text.fr} : {more.fr}")
            found.append(Layer(id, ".".join((id, *rest)), text, names))
    return found


def ranked_layers(view: SeatView, set_id: str) -> list[Layer]:
    """A set's layers: those of which one way is better first, in the scenario's order of topics."""
    s = view.model.scenario
    topics = [*s.topic, None]

    def rank(layer: Layer) -> tuple[bool, int]:
        stock = s.stock[layer.stock]
        return stock.better == "none", topics.index(stock.topic)

    return sorted(layers(view, set_id), key=rank)


def gives(view: SeatView, set_id: str) -> dict[str, list[tuple[Text, Text]]]:
    """
    What the members of a set have or give that is counted: money, people, goods.

    Returns
    -------
    dict of str to list of (Text, Text)
        By member: what it is, and how much with its unit; what is nothing is left out.
    """
    s, members = view.model.scenario, view.model.sets.members[set_id]
    found: dict[str, list[tuple[Text, Text]]] = {m: [] for m in members}
    amounts: dict[str, dict[str, float]] = {}
    for layer in layers(view, set_id):
        if s.stock[layer.stock].unit != "index":
            block = view.model.layout.blocks[f"stock:{layer.stock}"]
            rows = dict(zip(block.labels, view.game.stock(layer.stock), strict=True))
            sums = amounts.setdefault(layer.stock, dict.fromkeys(members, 0.0))
            for member, row in layer.rows.items():
                sums[member] += float(rows[row])
    for id, sums in amounts.items():
        for member, amount in sums.items():
            if amount >= 0.5:
                found[member].append((s.stock[id].label, _amount(view, amount, s.stock[id].unit)))
    partners = {t.partner: id for id, t in s.topic.items() if t.partner}
    indicators = view.indicators()
    for member in members:
        topic = partners.get(f"{set_id}.{member}")
        for i in indicators if topic is not None else ():
            obs = s.obs[i.id[4:]]
            counted = obs.unit.partition("/")[0] in s.unit
            if i.topic == topic and counted and not says_yes_or_no(obs) and i.value >= 0.5:
                found[member].append((i.label, _amount(view, i.value, obs.unit)))
    return found


def _amount(view: SeatView, amount: float, unit: str) -> Text:
    said = {x: Words(x).quantity(amount, view.unit_label(unit)) for x in LANGUAGES}
    return Text(said["en"], said["fr"])


def better(view: SeatView, name: str) -> str:
    """Which way is better, of an observer or a stock's row: ``higher``, ``lower`` or ``none``."""
    s = view.model.scenario
    if name.startswith("obs."):
        return s.obs[name[4:]].better
    base = name.removeprefix("stock.").partition(".")[0].partition("[")[0]
    table = s.stock.get(base) or s.aux.get(base)
    return table.better if table is not None else "none"


def conditions(view: SeatView, choice: Choice) -> list[Text]:
    """What taking an action binds: how often, how soon again, with what it cannot go."""
    action = choice.standing.action
    table = action.table
    found = []
    if getattr(table, "once", False):
        found.append(both("It can be done once."))
    elif getattr(table, "cooldown", None) is not None:
        found.append(_months(view, word("Not again for {months}."), table.cooldown))  # type: ignore[union-attr]
    if choice.kind == "ask":
        found.append(_months(view, word("An answer within {months}."), table.answer_within))  # type: ignore[union-attr]
        found.append(_months(view, word("It holds for {months}."), table.lasts))  # type: ignore[union-attr]
    for name in getattr(table, "excludes", ()):
        other = action.item.name_for(name)
        if other in view.model.action_rows:
            label = view.model.label_of(view.model.action(other))
            found.append(both("Not together with: {name}.", name=label))
    return found


def _months(view: SeatView, message: str, constant: str) -> Text:
    parameter = view.model.parameters.items[constant]
    count = round(float(view.game.parameters[parameter.offset, 0]))
    made = {}
    for language in LANGUAGES:
        words = Words(language)
        made[language] = words(message, months=words.plural("{count} month", "{count} months", count))
    return Text(made["en"], made["fr"])


def write_note(view: SeatView, text: str) -> None:
    """Put a note into the record, at this month."""
    view.game.record.add("note", month=view.game.month, actor=view.actor, text=text[:NOTE_LENGTH])


def notes(view: SeatView) -> list[tuple[int, str]]:
    """The seat's notes: month and text."""
    return [
        (event["month"], event["text"])
        for event in view.game.record.events
        if event["kind"] == "note" and event.get("actor") == view.actor
    ]


def dossier(view: SeatView, language: str) -> list[tuple[str, str]]:
    """
    The opening file, paragraph by paragraph.

    Returns
    -------
    list of (str, str)
        ``heading`` or ``text``, and the paragraph without its marks; nothing where there is no file.
    """
    header = view.model.scenario.scenario
    if header.dossier is None:
        return []
    text = view.model.loaded.files.get(header.dossier[language], "")
    found = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        kind = "heading" if paragraph.startswith("#") else "text"
        found.append((kind, plain(paragraph)))
    return [x for x in found if x[1]]


def plain(paragraph: str) -> str:
    """A paragraph of Markdown on one line, its marks taken away."""
    line = " ".join(x.strip() for x in paragraph.splitlines())
    line = re.sub(r"^#+\s*", "", line)
    line = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line)
    # An underscore inside a word, as in a source's id, marks nothing.
    return re.sub(r"(?<!\w)[*_`]{1,3}(\S(?:.*?\S)?)[*_`]{1,3}(?!\w)", r"\1", line)
