"""Ways into the window: saves of the text game and back, addresses of runs."""

import time

import numpy as np
import pygame
import pytest
from click.testing import CliRunner

from mali_sim.cli.play import play as play_command
from mali_sim.desktop.screens.choose import AddressPage, Saved
from mali_sim.desktop.screens.frame import Message
from mali_sim.engine import Simulation
from mali_sim.play import Address, Game
from mali_sim.play.address import cast_of
from tests.support import TINY
from tests.window.hands import click, is_sentence, model_of, play_months, press, replayed, type_in

# -- other doors ----------------------------------------------------------------------------------------


def typed(*lines, options=()):
    """The text game, with some lines typed into it."""
    made = CliRunner().invoke(play_command, ["--text", *options], input="\n".join(lines) + "\n",
                              catch_exceptions=False)  # fmt: skip
    assert made.exit_code == 0, made.output
    return made.output


def test_a_save_of_the_window_opens_in_the_text_game(opened, folder):
    app = opened("tiny")
    play_months(app, 1)
    press(app, pygame.K_RETURN)
    assert app.session.game.plan["gov"]
    play_months(app, 1)
    press(app, pygame.K_s, "s")
    onward = folder / "onward.save"
    out = typed("next", f"save {onward}", "quit", options=("--load", str(app.slots.own)))
    assert "month 3 of 12" in out
    direct = replayed(app.session.game)
    direct.advance()
    assert Game.load(onward).state_hash() == direct.state_hash()


def test_a_save_of_the_text_game_opens_in_the_window(opened, folder):
    path = folder / "text.save"
    typed("do 1", "next", "next", f"save {path}", "quit", options=(str(TINY), "--seed", "5"))
    app = opened("")
    app.show(Saved(app))
    app.settle()
    click(app, "save text")
    assert app.session is not None
    direct = Game.load(path)
    assert app.session.game.state_hash() == direct.state_hash()
    play_months(app, 1)
    direct.advance()
    assert app.session.game.state_hash() == direct.state_hash()


def test_a_run_of_a_batch_opens_by_its_address_with_the_past_it_had(opened):
    model = model_of("avoid-the-trap")
    run, seed, profile = 1_018, 7, sorted(model.scenario.strategy)[0]
    address = Address("avoid-the-trap", model.fingerprint, profile, "balanced", seed, run)
    batch = Simulation(model, cast_of(model, profile), seed, np.arange(1_000, 1_040, dtype=np.uint64))
    pasts = [batch.state[:, 18].copy()]
    for _ in range(6):
        batch.advance(1)
        pasts.append(batch.state[:, 18].copy())
    app = opened("")
    app.show(AddressPage(app))
    app.settle()
    type_in(app, f"  {address} ")
    press(app, pygame.K_DOWN)
    assert app.panel.focus == "month"
    type_in(app, "7")
    press(app, pygame.K_RETURN)
    game = app.session.game
    assert game.month == 6
    assert [s.tobytes() for s in game.states] == [p.tobytes() for p in pasts]
    assert str(address) == str(game.address)
    play_months(app, 1)
    assert replayed(game).state_hash() == game.state_hash()


@pytest.mark.parametrize(
    ("text", "month"),
    [("nonsense", ""), ("avoid-the-trap@000000000000:tendency:balanced:1:1", ""),
     ("no-such@1657008eda2e:tendency:balanced:1:1", ""), ("{address}", "0"), ("{address}", "x"),
     ("{address}", "²"), ("{address}", "1" * 30), ("", "3"), ("{scenario}@{mark}:nobody:balanced:1:1", ""),
     ("{scenario}@{mark}:tendency:unheard:1:1", ""),
     ("{scenario}@{mark}:tendency:balanced:99999999999999999999:1", "")],
)  # fmt: skip
def test_an_address_that_cannot_be_opened_is_told(opened, text, month):
    model = model_of("avoid-the-trap")
    address = Address("avoid-the-trap", model.fingerprint, "tendency", "balanced", 1, 1)
    app = opened("")
    app.show(AddressPage(app))
    app.settle()
    text = text.format(address=address, scenario="avoid-the-trap", mark=model.fingerprint)
    type_in(app, text)
    press(app, pygame.K_DOWN)
    type_in(app, month)
    click(app, "open")
    assert app.session is None
    told = app.panel.text if isinstance(app.panel, Message) else app.message
    assert is_sentence(told)
    press(app, pygame.K_ESCAPE)
    assert app.panel is not None


def test_a_month_after_the_last_opens_where_the_game_can_still_be_played_or_is_told(opened):
    model = model_of("avoid-the-trap")
    app = opened("")
    app.show(AddressPage(app))
    app.settle()
    type_in(app, str(Address("avoid-the-trap", model.fingerprint, "tendency", "balanced", 1, 1)))
    press(app, pygame.K_DOWN)
    type_in(app, "599")
    press(app, pygame.K_RETURN)
    assert app.session is None or not app.session.game.finished


def test_starting_takes_a_moment(opened):
    start = time.perf_counter()
    opened("")
    assert time.perf_counter() - start < 2
