"""What the tests of the window do with it: keys, clicks, whole months."""

from functools import cache

import pygame

from mali_sim.desktop import widgets
from mali_sim.model import load_model
from mali_sim.play import Game
from mali_sim.play.record import parse_record
from mali_sim.scenario.library import find_scenario
from tests.support import TINY


@cache
def model_of(name: str):
    return load_model(TINY if name == "tiny" else find_scenario(name))


SEATS = {"tiny": "gov", "avoid-the-trap": "bamako"}


def press(app, key, unicode="", mod=0):
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key, unicode=unicode, mod=mod))
    pygame.event.post(pygame.event.Event(pygame.KEYUP, key=key, mod=mod))
    app.settle()


def type_in(app, text):
    pygame.event.post(pygame.event.Event(pygame.TEXTINPUT, text=text))
    app.settle()


def click(app, id, pane=None):
    """Press a spot of a pane, or of the panel on top, scrolling to it first."""
    pane = pane or app.panel
    for _ in range(60):
        spot = pane.spot(id)
        assert spot is not None, f"{id} is not in {pane.name}"
        top, low = pane.insets
        at = spot.rect.centerx + pane.rect.x, spot.rect.centery + pane.rect.y - pane.scroll
        if spot.fixed or top <= at[1] - pane.rect.y < pane.rect.height - low:
            break
        pygame.event.post(pygame.event.Event(pygame.MOUSEMOTION, pos=pane.rect.center, rel=(0, 0),
                                             buttons=(0, 0, 0)))  # fmt: skip
        up = at[1] - pane.rect.y < top
        pygame.event.post(pygame.event.Event(pygame.MOUSEWHEEL, x=0, y=1 if up else -1))
        app.settle()
    for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        pygame.event.post(pygame.event.Event(kind, button=1, pos=at))
    app.settle()


def to_work(app):
    """Away with all panels."""
    for _ in range(20):
        if app.panel is None:
            return
        press(app, pygame.K_ESCAPE)
    raise AssertionError(f"{app.panel.name} does not go away")


def play_months(app, count):
    to_work(app)
    for _ in range(count):
        month = app.session.game.month
        for _ in range(20):
            if app.session.game.month > month:
                break
            press(app, pygame.K_ESCAPE if app.panel else pygame.K_n)
        assert app.session.game.month == month + 1
        to_work(app)


def written(app):
    """All text on the panel on top."""
    found = []
    write = widgets.Brush.text

    def watched(brush, text, *args, **more):
        found.append(text)
        return write(brush, text, *args, **more)

    widgets.Brush.text = watched
    try:
        app.panel.paint(widgets.Brush(pygame.Surface(app.panel.rect.size), app.canvas.letters))
    finally:
        widgets.Brush.text = write
    return "\n".join(found)


def replayed(game: Game) -> Game:
    """The game, made again from its record as a file holds it."""
    data = ("\n".join(game.record.lines()) + "\n").encode()
    return Game.from_record(parse_record(data), game.model)


def is_sentence(text: str) -> bool:
    """Whether something is said in words, without a traceback or an object."""
    return len(text.split()) > 3 and not any(s in text for s in ("Traceback", "Error(", "<", "0x"))
