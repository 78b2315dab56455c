"""Every screen at sizes, scales and languages: nothing is cut, covered or out of reach."""

from collections.abc import Iterator

import pygame
import pytest

from mali_sim.desktop import app as window
from mali_sim.desktop.tokens import LEAST_TARGET
from mali_sim.desktop.widgets import Pane
from tests.window.screens import all_screens, gathered, played, told
from tests.window.watch import FULL, QUICK, looks


def named(config: tuple) -> str:
    (width, height), scale, language, theme = config
    return f"{width}x{height} at {scale} {language} {theme}"


@pytest.mark.parametrize("config", QUICK, ids=named)
def test_on_every_screen_nothing_is_cut_covered_or_out_of_reach(on_screen, config):
    found = gathered(on_screen, config)
    assert not found, told(found, config)


def test_the_brush_that_watches_draws_what_the_window_shows(on_screen):
    app = on_screen((1280, 800), 0, "en", "day", game=played().snapshot())
    for pane in app.main.panes:
        (first, *_) = looks(app, pane, pane is app.zone)
        shown = app.canvas.screen.subsurface(pane.rect)
        width = pane.rect.width - app.canvas.letters.px(6)
        for x in range(0, width, 7):
            assert all(shown.get_at((x, y)) == first.brush.surface.get_at((x, y))
                       for y in range(0, pane.rect.height, 5))  # fmt: skip


# -- the keyboard ----------------------------------------------------------------------------------


def press(app: window.App, key: int) -> None:
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key, unicode="", mod=0))
    pygame.event.post(pygame.event.Event(pygame.KEYUP, key=key, mod=0))
    app.settle()


def walked(app: window.App, pane: Pane, key: int) -> Iterator[str]:
    """What the keyboard does not reach, or reaches unseen, from the first stop on."""
    stops = [s.id for s in pane.spots if s.stop]
    if not stops:
        return
    pane.focus, pane.reveal = stops[0], True
    app.settle()
    reached, known, still = {pane.focus}, set(stops), 0
    for _ in range(1_500):
        before = pane.focus, pane.scroll
        press(app, key)
        reached.add(pane.focus)
        known |= {s.id for s in pane.spots if s.stop}
        spot = pane.spot(pane.focus)
        if spot is not None and not spot.fixed:
            top, low = pane.insets
            view = pygame.Rect(0, pane.scroll + top, pane.rect.width, pane.rect.height - top - low)
            if spot.rect.clip(view).height < min(spot.rect.height, LEAST_TARGET):
                yield f"{pane.focus} is reached but not seen"
        still = still + 1 if (pane.focus, pane.scroll) == before else 0
        if still > 1:
            break
    for id in sorted(x for x in known - reached if x):
        yield f"the keys do not reach {id}"


def unreached(on_screen, config) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for app, name in all_screens(on_screen, config):
        if app.tip is not None or (name.startswith("main, ") and "topic" not in name):
            continue
        if app.panel is not None:
            panes = [(app.panel, key) for key in (pygame.K_DOWN, pygame.K_TAB)]
        else:
            panes = [(pane, pygame.K_DOWN) for pane in app.main.walked]
        for pane, key in panes:
            if app.panel is None:
                app.zone = pane
            kept = app.panel, len(app.stack), pane.focus, pane.scroll
            for said in walked(app, pane, key):
                by = f"{pygame.key.name(key)}: {said}"
                found.setdefault(f"[{pane.name}] {by}", []).append(name)
            assert (app.panel, len(app.stack)) == kept[:2], f"walking on {name} on_screen or closed something"
            pane.focus, pane.scroll = kept[2:]
    return found


@pytest.mark.parametrize("config", [QUICK[0]], ids=named)
def test_every_stop_is_reached_and_seen_by_the_arrow_keys_and_tab(on_screen, config):
    found = unreached(on_screen, config)
    assert not found, told(found, config)


@pytest.mark.campaign
@pytest.mark.parametrize("look", [gathered, unreached])
@pytest.mark.parametrize("config", FULL, ids=named)
def test_the_same_at_every_size(on_screen, config, look):
    found = look(on_screen, config)
    assert not found, told(found, config)
