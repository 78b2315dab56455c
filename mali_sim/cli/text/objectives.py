"""Pages on what counts: the objectives, what they weigh, and how a game is weighed up by them."""

from mali_sim.cli.text.pages import Pages
from mali_sim.play import Result, objectives
from mali_sim.play.digest import Debrief
from mali_sim.play.objectives import Scored, Weighed
from mali_sim.play.weights import equal, reweighed
from mali_sim.scenario import Text
from mali_sim.scenario.texts import word

#: Up to what part of an equal share a weight is called so.
_SIZES = (
    (0.4, word("very little")), (0.8, word("little")), (1.25, word("about an equal part")),
    (2.0, word("much")),
)  # fmt: skip
_SPANS = {
    "sum": word("added up over all months"),
    "mean": word("on average over all months"),
    "last": word("as it stands at the end"),
    "max": word("at its highest in any month"),
    "min": word("at its lowest in any month"),
}
_SO_FAR = {
    "sum": word("so far {value}"),
    "mean": word("on average so far {value}"),
    "last": word("now {value}"),
    "max": word("at its highest so far {value}"),
    "min": word("at its lowest so far {value}"),
}
#: So many objectives are named on the first page, and as what made the difference.
_NAMED, _PARTS = 3, 5


def percent(pages: Pages, weight: float) -> str:
    """A weight as a percentage."""
    decimals = 1 if 0 < weight < 0.1 and round(100 * weight, 1) != round(100 * weight) else 0
    return pages.words.quantity(100 * weight, Text("%", "%"), decimals)


def size(pages: Pages, weight: float, count: int) -> str:
    """A weight in words, against an equal part for each objective."""
    if not weight:
        return pages.words("not counted")
    for most, name in _SIZES:
        if weight * count < most:
            return pages.words(name)
    return pages.words("very much")


def ranked(pages: Pages) -> list[Result]:
    """What can be weighed, in the order of its numbers, the same all game."""
    return [r for r in objectives(pages.game, pages.view.actor, pages.beside) if r.better != "none"]


def amount(pages: Pages, r: Result, value: float) -> str:
    """An outcome's value in words; of a yes or no over months, the part with a yes."""
    if not r.yes_no:
        return pages.words.quantity(value, r.unit, r.decimals)
    if value in (0.0, 1.0):
        return pages.words("yes") if value else pages.words("no")
    return pages.words.quantity(100 * value, Text("%", "%"))


def _better(pages: Pages, r: Result) -> str:
    if r.yes_no:
        return pages.words("yes is better") if r.better == "higher" else pages.words("no is better")
    return pages.words("more is better") if r.better == "higher" else pages.words("less is better")


def _weight(pages: Pages, r: Result, count: int) -> str:
    """A weight in numbers and words, and the scenario's where it is another one."""
    words, told = pages.words, size(pages, r.weight, count)
    if r.weight:
        told = words("{first}, {second}", first=percent(pages, r.weight), second=told)
    if abs(r.weight - r.written) >= 0.0005:
        told = words("{weight} (the scenario: {written})", weight=told, written=percent(pages, r.written))
    return told


def _line(pages: Pages, number: int, r: Result, count: int) -> str:
    words = pages.words
    name = words("{name} ({better})", name=words.of(r.label), better=_better(pages, r))
    parts = [_weight(pages, r, count)]
    if not r.seen:
        parts.append(words("you learn the value at the end"))
    elif not pages.game.month:
        if r.take == "last" and not r.yes_no:
            parts.append(words("now {value}", value=amount(pages, r, r.value)))
    else:
        parts.append(_so_far(pages, r))
    return f"{number}. " + pages.say(name, pages.series(parts))


def _so_far(pages: Pages, r: Result) -> str:
    value = amount(pages, r, r.value)
    if pages.game.finished:
        told = pages.words("{value} in all", value=value) if r.take == "sum" else value
    elif r.yes_no and r.take in ("max", "min"):
        told = pages.words("so far {value}", value=value)
    else:
        told = pages.words(_SO_FAR[r.take], value=value)
    return f"{told} [{amount(pages, r, r.reference)}]" if r.reference is not None else told


def objectives_page(pages: Pages) -> list[str]:
    """Every objective: which way is better, what it weighs, how it stands."""
    words, found = pages.words, ranked(pages)
    if not found:
        return [words("This scenario says of no outcome which way is better.")]
    count = sum(r.written > 0 for r in found)
    lines = [words("What counts in the end, and how much")]
    if pages.game.month and any(r.reference is not None for r in found):
        lines.append(reference_line(pages))
    lines.append("")
    lines += [_line(pages, n, r, count) for n, r in enumerate(found, 1) if r.written]
    rest = [_line(pages, n, r, count) for n, r in enumerate(found, 1) if not r.written]
    if rest:
        lines += ["", words("The scenario gives no weight to these; you may."), *rest]
    meaning = words(
        "Weights add up to 100%; an equal part for each would be {part}. A weight is a judgement, not a "
        "measurement: it says how you weigh what happens, and changes nothing that happens.",
        part=percent(pages, 1 / max(count, 1)),
    )
    changing = words("To change one: {example}. The others share the rest, in the proportions they have now.",
                     example=pages.command("weight", "1", "30"))
    written, same = words("scenario"), words("equal")
    back = words("As the scenario has them: {command}. All the same: {other}.",
                 command=pages.command("weight", written), other=pages.command("weight", same))
    return [*lines, "", meaning, changing, back]  # fmt: skip


def reference_line(pages: Pages) -> str:
    """What stands in brackets."""
    words, peers = pages.words, pages.beside
    id = (peers.reference if peers else None) or ""
    told = words("In brackets: what “{strategy}” would have come to, on the same luck.",
                 strategy=words.of(pages.view.model.scenario.strategy[id].label))  # fmt: skip
    return f"{told} {what_it_is(pages, id)}" if pages.first_time(id) else told


def what_it_is(pages: Pages, strategy: str) -> str:
    """What a strategy of the scenario's that one is compared with stands for."""
    table = pages.view.model.scenario.strategy[strategy]
    return pages.words("“{strategy}” is a strategy of the scenario: {text}",
                       strategy=pages.words.of(table.label), text=pages.words.of(table.text))  # fmt: skip


def objective_page(pages: Pages, id: str) -> list[str]:
    """One objective: what it measures, what it weighs and why, how it stands."""
    words, found = pages.words, ranked(pages)
    number, r = next((n, r) for n, r in enumerate(found, 1) if r.id == id)
    count = sum(x.written > 0 for x in found)
    s = pages.view.model.scenario
    table = s.outcome[id]
    lines = [f"{number}. {words.of(r.label)}"]
    if r.text is not None:
        lines.append(words.of(r.text))
    measured = words("It is taken {span}; {better}.", span=words(_SPANS[r.take]), better=_better(pages, r))
    lines += [measured, pages.say(words("Weight"), f"{_weight(pages, r, count)}.")]
    if table.weight is not None:
        lines.append(pages.say(words("The authors on the weight"), words.of(s.constant[table.weight].why)))
    if not r.seen:
        lines.append(words("You learn its value at the end."))
    elif pages.game.month:
        told = _so_far(pages, r)
        lines.append(words("{start} at first; {value}.", start=amount(pages, r, r.start), value=told))
        if r.reference is not None:
            lines.append(reference_line(pages))
    lines.append(words("To change the weight: {example}", example=pages.command("weight", str(number), "30")))
    return lines


# -- changing -------------------------------------------------------------------------------------


def set_weight(pages: Pages, id: str, share: float) -> list[str]:
    """Give an objective a weight; what came of it."""
    game, actor, words = pages.game, pages.view.actor, pages.words
    game.weigh(actor, reweighed(game.weights(actor), id, share, game.written_weights))
    label = words.of(pages.view.model.scenario.outcome[id].label)
    told = words("{name}: it weighs {weight} from now on; the others share the rest.",
                 name=label, weight=percent(pages, share))  # fmt: skip
    return [told, *_all(pages)]


def as_written(pages: Pages) -> list[str]:
    """Back to the scenario's weights."""
    pages.game.weigh(pages.view.actor, pages.game.written_weights)
    return [pages.words("The weights are the scenario’s again."), *_all(pages)]


def all_equal(pages: Pages) -> list[str]:
    """The same weight for each objective."""
    pages.game.weigh(pages.view.actor, equal(pages.view.model))
    return [pages.words("Each objective of the scenario weighs the same now."), *_all(pages)]


def _all(pages: Pages) -> list[str]:
    """All weights in one line, the greatest first."""
    label, count = pages.words("Weights"), len(pages.game.weights(pages.view.actor))
    return [pages.say(label, f"{pages.series(named_weights(pages, count))}.")]


def named_weights(pages: Pages, count: int) -> list[str]:
    """The greatest weights: name and percentage."""
    table = pages.view.model.scenario.outcome
    weights = sorted(pages.game.weights(pages.view.actor).items(), key=lambda pair: -pair[1])
    named = [(pages.words.of(table[id].label), weight) for id, weight in weights[:count] if weight]
    return [pages.words("{name} ({weight})", name=name, weight=percent(pages, w)) for name, w in named]


def what_counts(pages: Pages) -> list[str]:
    """The objectives in two sentences, for the first page."""
    weights = [w for w in pages.game.weights(pages.view.actor).values() if w]
    if not weights:
        return []
    words = pages.words
    named = words.listed(named_weights(pages, _NAMED))
    left = len(weights) - min(len(weights), _NAMED)
    if left:
        told = words.plural("What counts in the end: {named}, and {count} thing more.",
                            "What counts in the end: {named}, and {count} things more.", left, named=named)
    else:
        told = words("What counts in the end: {named}.", named=named)
    more = words("The weights are the authors’ judgement. See them all, or set your own: {command}.",
                 command=pages.command("objectives"))
    return [f"{told} {more}"]  # fmt: skip


# -- looking back ---------------------------------------------------------------------------------


def weighed_up(pages: Pages, found: Debrief) -> list[str]:
    """The scores by the player's weights and by the scenario's, and what made them."""
    words = pages.words
    own, written = found.weighed, found.as_written
    lines = [words("Weighed up")]
    if found.rewound:
        return [*lines, "  " + words(
            "You went back in time in this game: it is no fair comparison with others and has no score."
        ), ""]
    if own is None or written is None:
        return []
    if _reweighed(found):
        lines.append("  " + pages.say(words("By your weights"), pages.score(own)))
        lines.append("  " + pages.say(words("By the scenario’s weights"), pages.score(written)))
    else:
        label = words("By the scenario’s weights, which you left as they are")
        lines.append("  " + pages.say(label, pages.score(own)))
    lines += ["  " + line for line in _made_by(pages, own)]
    if not pages.game.finished:
        lines.append("  " + words("What you cannot see before the end is left out of it."))
    return [*lines, ""]


def _reweighed(found: Debrief) -> bool:
    return any(abs(r.weight - r.written) >= 0.0005 for r in found.results)


def _made_by(pages: Pages, found: Weighed) -> list[str]:
    """Which objectives make the difference from the scenario's own strategy; the rest in one sum."""
    shown = [p for p in found.parts[:_PARTS] if abs(p.amount) >= 0.05]
    if not shown:
        return []
    words = pages.words

    def told(label: str, amount: float) -> str:
        return words("{label} {amount}", label=label, amount=words.number(amount, 1, signed=True))

    parts = [told(words.of(p.label), p.amount) for p in shown]
    rest = sum(p.amount for p in found.parts[len(shown) :])
    if abs(rest) >= 0.05:
        parts.append(told(words("the others together"), rest))
    return [pages.say(words("What made the difference"), f"{pages.series(parts)}.")]


def strategies_beside(pages: Pages, found: Debrief) -> list[str]:
    """The scores of the shipped strategies, and what a score means."""
    words = pages.words
    own, written = found.weighed, found.as_written
    if own is None or written is None:
        return []
    lines = ["", words(
        "The scenario’s own strategies, {runs} runs of each: the middle score, and where 9 of 10 lie",
        runs=found.runs,
    )]
    beside = {s.id: s for s in written.strategies} if _reweighed(found) else {}
    lines += ["  " + _strategy(pages, s, beside.get(s.id)) for s in own.strategies]
    lines.append(words("Your game has a higher score than {above} of 100 of these runs.",
                       above=words.number(own.above)))
    lines.append(words(
        "A score counts each objective by its weight: of 100 of these runs those that came out worse on it, "
        "and half of those that came out the same. It is a judgement, not a measurement.",
    ))
    return lines  # fmt: skip


def _strategy(pages: Pages, s: Scored, written: Scored | None) -> str:
    words = pages.words
    low, middle, high, same = (words.number(x) for x in (s.low, s.middle, s.high, s.same_luck))
    told = words("{middle} ({low} to {high}); on your luck {same}",
                 middle=middle, low=low, high=high, same=same)  # fmt: skip
    if written is not None:
        middle = words.number(written.middle)
        told = words("{told}; by the scenario’s weights {middle}", told=told, middle=middle)
    return pages.say(s.label, told)
