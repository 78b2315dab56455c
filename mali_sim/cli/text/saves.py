"""What the text game says of saves."""

from pathlib import Path

from mali_sim.cli.text.pages import Pages
from mali_sim.play import SaveError
from mali_sim.play.saved import saved
from mali_sim.play.slots import Saves, latest_saves, save_folder, save_path

__all__ = ["Saves", "latest_saves", "left_at", "save_folder", "save_path", "saved_line"]


def saved_line(pages: Pages, number: int, path: Path) -> str:
    """A save in a list: its name, the scenario, whom one plays, where it stands."""
    words = pages.words
    try:
        found = saved(path)
    except SaveError:
        return f"{number}. " + pages.say(path.stem, words("cannot be read"))
    if found.finished:
        stands = words("played to its end")
    else:
        stands = words("{month}, month {number} of {months}", month=words.month(found.start, found.month),
                       number=found.month + 1, months=found.months)  # fmt: skip
    parts = [words.of(found.title), words.listed([words.of(seat) for seat in found.seats]), stands]
    return f"{number}. " + pages.say(path.stem, pages.series([p for p in parts if p]))


def left_at(pages: Pages) -> list[str]:
    """Where a game stands that is opened again: what the last month brought, and this one's plan."""
    game, words = pages.game, pages.words
    lines = [pages.say(words("Your seat"), f"{words.of(game.model.scenario.actor[pages.view.actor].label)}.")]
    if game.month:
        lines += ["", *pages.month_report(game.report(game.month - 1), texts=False)]
    if not game.finished:
        lines += ["", *pages.plan()]
    return lines
