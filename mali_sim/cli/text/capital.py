"""The page on what a seat has to spend."""

from mali_sim.cli.text.pages import Pages
from mali_sim.cli.text.why import asked_id
from mali_sim.play.why.askable import askables


def capital_page(pages: Pages) -> tuple[list[str], list[str]]:
    """
    What is left, what the month brings, what moved it last, and what that depends on.

    Returns
    -------
    (list of str, list of str)
        Lines, and what their numbers can be asked about.
    """
    words, game, found = pages.words, pages.game, pages.purse
    left = pages.capital()
    if found is None or left is None:
        return [words("Nothing that this seat does has a price.")], []
    lines, links = [left + "."], []
    coming = pages.capital_coming()
    if coming:
        lines.append(coming[:1].upper() + coming[1:] + ".")
    if found.most is not None:
        lines.append(words("It fills up to {most}; what would come beyond that is lost.",
                           most=words.quantity(found.most, found.unit)))  # fmt: skip
    if game.month:
        lines += ["", words("What moved it in {month}:", month=pages.month(game.month - 1))]
        causes = [c for c in pages.view.explain(found.stock).causes if round(c.amount, 1)]
        lines += [
            "  " + pages.say(c.label, words.quantity(c.amount, found.unit, 1, signed=True)) for c in causes
        ] or ["  " + words("Nothing.")]  # fmt: skip
    known = askables(pages.view)
    if found.reads:
        lines += ["", words("What a month brings depends on:")]
        for name, label in found.reads:
            id = asked_id(name, known)
            if id is None:
                lines.append("  " + words.of(label))
            else:
                links.append(id)
                lines.append(f"{len(links)}. " + words.of(label))
    return lines, links
