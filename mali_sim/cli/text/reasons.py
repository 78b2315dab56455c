"""Pages that give reasons: why a figure moved, what a choice changes, how a game went."""

from mali_sim.cli.text.figures import Figures
from mali_sim.cli.text.objectives import amount, percent, strategies_beside, weighed_up, what_it_is
from mali_sim.cli.text.pages import Pages
from mali_sim.engine import HUMAN
from mali_sim.play import Cause, Explanation, Forecast, forecast
from mali_sim.play.answers import is_silence
from mali_sim.play.digest import (
    Debrief,
    Difference,
    consequences,
    debrief,
    differences,
)
from mali_sim.play.objectives import Result
from mali_sim.play.view import SAME, says_yes_or_no
from mali_sim.play.why.askable import askables
from mali_sim.play.why.causes import named_in
from mali_sim.play.why.explain import COUNTERFACTUAL, POSTINGS, SUBSTITUTION
from mali_sim.play.why.reasons import member_label
from mali_sim.scenario import Text
from mali_sim.scenario.texts import word

FUTURES = 500
HORIZON = 12
_SHOWN = 8
_IN_FULL = 3
#: Numbers from here on need no decimals.
_LARGE = 1_000

_EQUATION = word("Equation, as the model’s file has it: {equation}")
_ITS_EQUATION = word("Its equation, as the model’s file has it: {equation}")
_KINDS = {
    POSTINGS: word("An exact account: what was posted to it this month adds up to the change."),
    SUBSTITUTION: word(
        "By substitution: what it is computed from is replaced one by one, last month’s values by "
        "this month’s, in a fixed order; the steps add up to the change."
    ),
    COUNTERFACTUAL: word("A comparison: this game less the same game, on the same luck, without it."),
}
_GRADES = {
    "stated": word("stated by a source"),
    "inferred": word("inferred from a source"),
    "assumed": word("assumed by us"),
}


def why_page(pages: Pages, name: str, month: int) -> tuple[list[str], Explanation]:
    """Why something changed in a month: the kind of answer, causes by size, how the largest come about."""
    words, view = pages.words, pages.view
    found = view.explain(name, month)
    made = askables(view).get(name)
    label, unit = (made.label, made.unit) if made is not None else (found.label, "")
    decimals = 0 if max(abs(found.before), abs(found.after)) >= _LARGE else _decimals(pages, name)
    shown = view.unit_label(unit)
    lines = [
        words("Why: {name}, {month}", name=words.of(label), month=pages.month(month)),
        _span(pages, found, name, shown, decimals),
        words(_KINDS[found.kind]),
    ]  # fmt: skip
    if name.startswith("obs."):
        obs = view.model.scenario.obs[name[4:]]
        lines += _equation(pages, _ITS_EQUATION, obs.value)
        if obs.text is not None:
            lines.append(words.of(obs.text))
    if name.startswith("flow."):
        lines += _flow_lines(pages, name[5:], month)
    lines.append("")
    for number, cause in enumerate(found.causes, 1):
        places = 0 if abs(cause.amount) >= _LARGE else max(decimals, 1)
        if abs(cause.amount) < 0.5 * 10.0**-places:
            continue
        amount = words.number(cause.amount, places, signed=True)
        lines.append(f"{number}. " + pages.say(_cause_label(pages, cause), amount))
        if cause.members:
            parts = [_member(pages, *m, places) for m in cause.members[:_IN_FULL]]
            lines.append("    " + pages.series(parts))
        if number <= _IN_FULL and found.kind == POSTINGS:
            lines += ["    " + line for line in cause_lines(pages, cause)]
    if not found.causes:
        lines.append(_no_causes(pages, found))
    if name.startswith("obs."):
        lines += ["", *pages.sources(view.model.scenario.obs[name[4:]].source)]
    return lines, found


def _member(pages: Pages, name: str, amount: float, places: int) -> str:
    """A part of a cause: at which member, and how much."""
    label = member_label(pages.view, name) or Text(name, name)
    return pages.say(label, pages.words.number(amount, places, signed=True))


def _flow_lines(pages: Pages, id: str, month: int) -> list[str]:
    """Where a flow goes, and how it comes about."""
    words, s = pages.words, pages.view.model.scenario
    flow, lines = s.flow[id], []
    for end, said in ((flow.to, word("It goes to: {name}")), (flow.from_, word("It comes out of: {name}"))):
        if end is not None:
            lines.append(words(said, name=words.of(s.stock[end.partition(".")[0]].label)))
    return lines + cause_lines(pages, pages.view.flow_cause(id, month))


def _span(pages: Pages, found: Explanation, name: str, unit: Text, decimals: int) -> str:
    """From where to where it went."""
    words = pages.words
    if found.month == 0 and name.removeprefix("obs.") in pages.view.counted:
        return words("{value} in the first month.", value=words.quantity(found.after, unit, decimals))
    if not found.change:
        return words("It did not change.")
    if name.startswith("obs.") and pages.is_yes_no(pages.view.indicator(name[4:])):
        before, after = (words("yes") if x else words("no") for x in (found.before, found.after))
        return words("From {before} to {after}.", before=before, after=after)
    return words(
        "From {before} to {after}: {change}.", before=words.quantity(found.before, unit, decimals),
        after=words.quantity(found.after, unit, decimals),
        change=words.number(found.change, decimals, signed=True),
    )  # fmt: skip


def _decimals(pages: Figures, name: str) -> int:
    if name.startswith("obs."):
        return max(pages.view.model.scenario.obs[name[4:]].decimals, 1)
    stock = pages.view.model.scenario.stock.get(name.partition(".")[0].partition("[")[0])
    bounds = stock.bounds if stock else None
    return 1 if bounds is None or bounds[1] >= 10 else 3


def _no_causes(pages: Pages, found: Explanation) -> str:
    if found.month == 0 and found.kind == SUBSTITUTION and not found.id.startswith("obs."):
        return pages.words("Of the first month there is no earlier one to compare with.")
    return pages.words("Nothing moved it.")


def _cause_label(pages: Pages, cause: Cause) -> Text:
    member = member_label(pages.view, cause.id)
    return cause.label if member is None else Text(
        f"{cause.label.en}, {member.en}", f"{cause.label.fr}, {member.fr}"
    )  # fmt: skip


def cause_page(pages: Pages, cause: Cause) -> list[str]:
    """A cause by itself."""
    return [pages.words.of(_cause_label(pages, cause)), *cause_lines(pages, cause)]


def _equation(pages: Pages, form: str, equation: str) -> list[str]:
    """An equation in the model's own names, and what these are called here."""
    words = pages.words
    # A name alone is what the page is about.
    found = named_in(pages.view.model, equation) if not equation.isidentifier() else ()
    called = [f"{name} = {words.of(label)}" for name, label in found]
    lines = [words(form, equation=equation)]
    return [*lines, words("In it: {names}", names=pages.series(called))] if called else lines


def cause_lines(pages: Pages, cause: Cause) -> list[str]:
    """How a cause comes about: equation, the month's numbers, grade, sources."""
    words = pages.words
    lines = []
    if cause.equation:
        lines += _equation(pages, _EQUATION, cause.equation)
    if cause.numbers and cause.numbers != cause.equation:
        lines.append(words("With this month’s numbers: {equation}", equation=cause.numbers))
    if cause.was_cut:
        share = words.number(100 * cause.paid, 0)
        said = words("More was asked of this stock than it held: all was cut to {share}%.", share=share)
        lines.append(said)
    if cause.grade:
        lines.append(words("Weakest number in it: {grade}", grade=words(_GRADES[cause.grade])))
    return lines + pages.sources(cause.source[:2])


# -- looking ahead ---------------------------------------------------------------------------


def forecast_page(pages: Pages, ids: tuple[str, ...], everything: bool = False) -> list[str]:
    """What some actions change over the next months, or where things go without a plan."""
    words, game, actor = pages.words, pages.game, pages.view.actor
    if ids and all(is_silence(game.model, id) for id in ids):
        return [*(pages.action_name(id) for id in ids),
                words("This is also what happens if you do not answer.")]  # fmt: skip
    found = forecast(game, actor, ids, runs=FUTURES, months=HORIZON)
    until = pages.month(game.month + found.months - 1)
    if not ids:
        lines = [words("With nothing decided this month, by {month}", month=until), ""]
        ends = {n: found.level(n, (0.05, 0.5, 0.95))[:, -1].tolist() for n in _headline_names(pages)}
        lines += [_level(pages, name, levels) for name, levels in ends.items()]
        return [*lines, "", *_assumptions(pages, found.runs, found.months, everything, paired=False)]
    names = words.listed([pages.action_name(id) for id in ids])
    lines = [words("What it changes by {month}: {names}", month=until, names=names)]
    if found.agreed is not None:
        lines += _answered(pages, found)
        if not found.agreed.any():
            return lines
        found = found.among(found.agreed)
    shown = differences(game, found)
    aims = sum(d.objective > 0 for d in shown)
    cut = len(shown) if everything else max(_SHOWN, aims)
    for n, d in enumerate(shown[:cut]):
        if not n or n == aims:
            lines += ["", words("What counts for you, by weight") if d.objective else words("Other figures")]
        if _is_chance(pages, d):
            row = found.names.index(d.id.removeprefix("obs."))
            ends = (float(side[row][-1].mean()) for side in (found.with_, found.without))
            lines.append("  " + _chance(pages, d, *ends))
        else:
            lines.append("  " + _difference(pages, d, until))
    if not shown:
        lines += ["", words("No figure that you see changes enough to show.")]
    elif len(shown) > cut:
        lines.append(words.plural("{count} more figure changes less: add the word all.",
                                  "{count} more figures change less: add the word all.", len(shown) - cut))
    return [*lines, "", *_assumptions(pages, found.runs, found.months, everything)]  # fmt: skip


def _answered(pages: Pages, found: Forecast) -> list[str]:
    """How often the others say yes, and what asking costs either way."""
    words, model = pages.words, pages.game.model
    if found.agreed is None:
        return []
    if found.months < 2:
        return [words("The answer would come after the last month.")]
    asked = [model.action(id) for id in found.actions if model.action(id).kind == "ask"]
    partners = (model.scenario.offer[a.item.path[1]].to for a in asked)
    who = words.listed([words.of(model.scenario.actor[p].label) for p in dict.fromkeys(partners)])
    yes = int(found.agreed.sum())
    rare = 0 < yes < found.runs / 100
    count = words.number(100 * yes / found.runs, 1 if rare else 0)
    lines = [words("In {count} of 100 futures the answer is yes ({who}).", count=count, who=who)]
    cost = sum(pages.game.standing(a.id).cost for a in asked)
    if cost:
        lines.append(words("Asking costs {cost} whatever the answer.", cost=pages.points(cost)))
    lines.append(words("If the answer is yes:") if yes else words("No future has a yes to be shown."))
    return lines


def _headline_names(pages: Pages) -> list[str]:
    return [i.id.removeprefix("obs.") for i in pages.view.headlines() or pages.view.indicators()]


def _level(pages: Pages, name: str, levels: list[float]) -> str:
    indicator = pages.view.indicator(name)
    low, middle, high = levels
    words, decimals = pages.words, indicator.decimals
    return pages.say(indicator.label, words(
        "{middle} (between {low} and {high} in 9 of 10 futures)",
        middle=words.quantity(middle, indicator.unit, decimals), low=words.number(low, decimals),
        high=words.number(high, decimals),
    ))  # fmt: skip


def _is_chance(pages: Pages, d: Difference) -> bool:
    return says_yes_or_no(pages.view.model.scenario.obs[d.id.removeprefix("obs.")])


def _chance(pages: Pages, d: Difference, with_it: float, without: float) -> str:
    words = pages.words
    told = words("yes in {with_it} of 100 futures at the end; without it in {without}",
                 with_it=words.number(100 * with_it), without=words.number(100 * without))  # fmt: skip
    verdict = pages.verdict(d.verdict)
    return pages.say(d.label, words("{first}, {second}", first=told, second=verdict) if verdict else told)


def _difference(pages: Pages, d: Difference, until: str) -> str:
    words = pages.words
    signed = d.middle and abs(d.middle) >= 0.5 * 10.0**-d.decimals
    middle = words.quantity(d.middle, d.unit, d.decimals, signed=True) if signed else words("about 0")
    when = words("over the whole time") if d.summed else words("by {month}", month=until)
    low, high = (words.number(x, d.decimals, signed=True) for x in (d.low, d.high))
    if low == high:
        told = words("{middle} in at least 9 of 10 futures, {when}", middle=middle, when=when)
    else:
        told = words("median {middle} (9 of 10 futures: {low} to {high}) {when}",
                     middle=middle, when=when, low=low, high=high)  # fmt: skip
    parts = [told]
    if d.peak is not None:
        month, amount = d.peak
        largest = words.quantity(amount, d.unit, d.decimals, signed=True)
        parts.append(words("largest in {month}: {amount}", month=pages.month(month), amount=largest))
    if d.better or d.worse:
        parts.append(_shares(pages, round(100 * d.better), round(100 * d.worse)))
    return pages.say(d.label, pages.series(parts))


def _shares(pages: Pages, better: int, worse: int) -> str:
    """In how many of 100 futures a difference is for the better, and for the worse."""
    words = pages.words
    if better and worse:
        return words("better in {better} of 100, worse in {worse}", better=better, worse=worse)
    if worse:
        return words("worse in {worse} of 100", worse=worse)
    return words("better in {better} of 100", better=better)


def _assumptions(
    pages: Pages, runs: int, months: int, everything: bool = False, paired: bool = True
) -> list[str]:
    """What a look ahead rests on: in full the first time and where all is asked for."""
    words, game, actor = pages.words, pages.game, pages.view.actor
    if not pages.first_time(f"assumptions, {paired}") and not everything:
        return [words("Assumed as the first time; in full with the word all.")]
    s = game.model.scenario
    fallback = s.actor[actor].fallback
    then = words.of(s.strategy[fallback].label) if fallback else words("what this actor tends to do")
    others = [a for a, who in game.cast.items() if who == HUMAN and a != actor]
    count = words.number(runs)
    if paired:
        lines = [
            words("Assumed: {runs} futures with it and the same {runs} without it, over {months} months.",
                  runs=count, months=months)
        ]  # fmt: skip
    else:
        lines = [words("Assumed: {runs} futures over {months} months.", runs=count, months=months)]
    lines += [
        words("After this month you follow “{strategy}”; the others do what they tend to do.", strategy=then),
        *([what_it_is(pages, fallback)] if fallback else []),
        words("What you cannot see is taken as you estimate it, with its doubt. Reading: {reading}.",
              reading=_reading(pages)),
        words("The median: half of the futures lie below it, half above."),
    ]  # fmt: skip
    lines = [" ".join(lines)]
    if others:
        lines.append(words("Other players’ plans are not in it."))
    return lines


def _reading(pages: Pages) -> str:
    reading = pages.game.record.header.reading
    table = pages.view.model.scenario.reading.get(reading)
    return pages.words.of(table.label) if table else pages.words("balanced")


# -- looking back ----------------------------------------------------------------------------


def own_decisions(pages: Pages) -> list[tuple[int, str]]:
    """The seat's submissions so far: month and action."""
    actor = pages.view.actor
    return [(m, id) for m, given in enumerate(pages.game.inputs) for who, id in given if who == actor]


def what_if_list(pages: Pages) -> list[str]:
    """Earlier decisions, numbered."""
    made = own_decisions(pages)
    if not made:
        return [pages.words("You have decided nothing yet.")]
    lines = [pages.words("Which one should not have happened? Type its number.")]
    return lines + [
        f"{n}. " + pages.say(pages.month(m), pages.action_name(id)) for n, (m, id) in enumerate(made, 1)
    ]


def what_if_page(pages: Pages, month: int, id: str) -> list[str]:
    """What came of an earlier decision by now."""
    words = pages.words
    found = consequences(pages.game, month, pages.view.actor, id, pages.scales)
    lines = [
        words("What came of it by the end of {month}: {name}", month=pages.month(pages.game.month - 1),
              name=pages.action_name(id)),
        words(_KINDS[COUNTERFACTUAL]), "",
    ]  # fmt: skip
    for d in found[:_SHOWN]:
        if _is_chance(pages, d):
            told = words("yes instead of no") if d.middle > 0 else words("no instead of yes")
        else:
            told = words.quantity(d.middle, d.unit, d.decimals, signed=True)
        when = words("over the whole time") if d.summed else words("now")
        told = words("{first}, {second}", first=told, second=when)
        verdict = pages.verdict(d.verdict)
        if verdict:
            told = words("{first}, {second}", first=told, second=verdict)
        lines.append(pages.say(d.label, told))
    if not found:
        lines.append(words("No figure that you see differs."))
    return lines


def debrief_page(pages: Pages, save: str) -> list[str]:
    """
    How the game went.

    Parameters
    ----------
    save : str
        The file to open it again with.
    """
    words, game = pages.words, pages.game
    found = debrief(game, pages.view.actor, pages.scales, pages.among())
    lines = []
    if found.ending is not None:
        title, text = found.ending
        if game.finished:
            lines += [words.of(title), words.of(text), *pages.length(), ""]
            last = [pages.say(pages.month(month), words.of(told)) for month, told in found.last]
            if last:
                lines += [words("What came last"), *("  " + line for line in last), ""]
        else:
            month = pages.month(game.month - 1)
            told = words("If it ended now, after {month}", month=month)
            lines += [pages.say(told, words.of(title)), ""]
    lines += weighed_up(pages, found)
    lines += _results(pages, found)
    lines += strategies_beside(pages, found)
    lines += _turning(pages, found)
    lines += _followed(pages, found)
    notes = pages.notes()
    if notes:
        lines += ["", words("Your notes"), *("  " + note for note in notes)]
    lines += ["", words("This run: {address}", address=found.address)]
    if save:
        lines.append(words("Open it again: {command}", command=f"mali-sim play --text --load {save}"))
    header = game.record.header
    again = f"mali-sim play --text {header.scenario} --actor {pages.view.actor} --seed {header.seed}"
    if header.short:
        again += " --short"
    if words.language != "en":
        again += f" --lang {words.language}"
    lines.append(words("The same luck from the start: {command}", command=again))
    return lines  # fmt: skip


def _results(pages: Pages, found: Debrief) -> list[str]:
    words = pages.words
    lines = [words("How it went, against the start")]
    if found.reference is not None:
        strategy = pages.beside.reference if pages.beside else None
        about = f" {what_it_is(pages, strategy)}" if strategy and pages.first_time(strategy) else ""
        lines = [words("How it went"), words(
            "In brackets: what “{strategy}” would have come to, on the same luck; better and worse are "
            "against that.", strategy=words.of(found.reference),
        ) + about]
    weighted = sorted((r for r in found.results if r.weight or r.written), key=lambda r: -r.weight)
    others = [r for r in found.results if r not in weighted and _moved(r)]
    lines += ["  " + _result(pages, r) for r in (*weighted, *others)]
    if any(r.worse is not None for r in weighted):
        lines.append(
            words("Better than 60 of 100: so many runs of the scenario’s own strategies came out worse.")
        )
    if weighted:
        lines.append(words("A weight is a judgement, of the scenario’s authors or yours: {command}.",
                           command=pages.command("objectives")))
    return lines  # fmt: skip


def _moved(r: Result) -> bool:
    shown = 0.5 * 10.0**-r.decimals
    return abs(r.end - r.start) >= shown or abs(r.value - r.start) >= shown


def _result(pages: Pages, r: Result) -> str:
    words = pages.words
    value = amount(pages, r, r.value)
    parts = [words("{value} in all", value=value) if r.take == "sum" else value]
    if r.reference is not None:
        parts[0] += f" [{amount(pages, r, r.reference)}]"
    if not r.yes_no:
        if r.take in ("sum", "mean", "max", "min"):
            span = words("a month: {start} at first, {end} at last") if r.take == "sum" else words(
                "{start} at first, {end} at last"
            )  # fmt: skip
            first, last = words.number(r.start, r.decimals), words.number(r.end, r.decimals)
            parts.append(span.format(start=first, end=last))
        else:
            parts.append(words("{start} at first", start=words.number(r.start, r.decimals)))
    if r.reference is not None or not r.yes_no:
        parts += _judged(pages, r)
    if r.weight or r.written:
        parts.append(words("weight {weight}", weight=percent(pages, r.weight)))
        if abs(r.weight - r.written) >= 0.0005:
            parts[-1] = words("{weight} (the scenario: {written})", weight=parts[-1],
                              written=percent(pages, r.written))  # fmt: skip
        if r.worse is not None and r.same is not None:
            worse, same = words.number(r.worse), words.number(r.same)
            told = words("better than {worse} of 100, the same as {same}", worse=worse, same=same)
            parts.append(told if r.same >= 0.5 else words("better than {worse} of 100", worse=worse))
    return pages.say(r.label, ", ".join(parts))


def _judged(pages: Pages, r: Result) -> list[str]:
    """Whether an outcome is better than what it is compared with; nothing where neither is."""
    if r.verdict == SAME:
        return [pages.words("the same") if r.reference is not None else pages.words("unchanged")]
    verdict = pages.verdict(r.verdict)
    return [verdict] if verdict else []


def _turning(pages: Pages, found: Debrief) -> list[str]:
    if not found.turning:
        return []
    lines = ["", pages.words("Turning points: the months in which what counts moved most")]
    for point in found.turning:
        for n, move in enumerate(point.moves):
            told = pages.say(move.figure.label, pages.change(move.figure))
            told = pages.because(told, move.figure, move.reasons)
            lines.append("    " + told if n else "  " + pages.say(pages.month(point.month), told))
        if point.own:
            own = pages.series([pages.action_name(id) for id in point.own])
            lines.append("    " + pages.say(pages.words("You"), f"{own}."))
    return lines


def _followed(pages: Pages, found: Debrief) -> list[str]:
    words, table = pages.words, pages.view.model.scenario.source
    lines = ["", words.plural("You decided {count} time in {months} months.",
                              "You decided {count} times in {months} months.",
                              len(found.decisions), months=pages.game.month)]  # fmt: skip
    if not found.followed and not found.left:
        return lines
    lines.append(words("Recommendations behind what you did:"))
    lines += ["  " + words("{id}: {text}", id=id, text=words.of(table[id].text)) for id in found.followed]
    if not found.followed:
        lines.append("  " + words("none"))
    if found.left:
        ids = ", ".join(found.left)
        lines.append(words("Not taken up: {ids} (type source and one of them to read it)", ids=ids))
    return lines
