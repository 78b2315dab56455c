"""Switches through the months: what turned one, and what a happening turned."""

from collections.abc import Iterator

from mali_sim.play.game import Game
from mali_sim.play.why.causes import set_by


def standing_at(game: Game, switch: str, month: int) -> object:
    """What a switch stood at when a month opened: true, false, or a value's id."""
    row = int(game.states[month][game.model.layout.blocks[f"switch:{switch}"].offset])
    values = list(game.model.scenario.switch[switch].values)
    return values[row] if values else bool(row)


def turned_by(game: Game, switch: str, month: int) -> tuple[int, tuple[str, ...]] | None:
    """
    The month before another in which a switch last turned, and the happenings that turned it.

    Returns
    -------
    tuple of (int, tuple of str), optional
        No names where it was set in an earlier month, to turn in that one. None where the
        switch has stood so since the start.
    """
    value = standing_at(game, switch, month)
    before = (m for m in range(month - 1, -1, -1) if standing_at(game, switch, m) != value)
    turned = next(before, None)
    if turned is None:
        return None
    return turned, set_by(game.model, game.trace(turned), switch)


def turned(game: Game, trigger: str, month: int) -> Iterator[tuple[str, object, bool]]:
    """
    The switches that a happening turned in its month.

    Yields
    ------
    tuple of (str, value, bool)
        Switch, what it was turned to, and whether it had stood there before.
    """
    for effects in game.model.happenings.effects():
        if effects.trigger != trigger:
            continue
        for effect in effects.effects:
            switch = effect.switch
            if switch is None or effect.after is not None:
                continue
            was, now = (standing_at(game, switch, m) for m in (month, month + 1))
            if was != now == effect.to:
                again = any(standing_at(game, switch, m) == now for m in range(month))
                yield switch, now, again
