"""The ``play`` command: a scenario in a window, or as text."""

import contextlib
import importlib
import locale
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mali_sim.cli.errors import user_errors
from mali_sim.cli.options import short_option

if TYPE_CHECKING:
    from mali_sim.play import Game

DEFAULT_SCENARIO = "avoid-the-trap"


@click.command()
@click.argument("scenario", default=DEFAULT_SCENARIO)
@click.option("--text", is_flag=True, help="Play in the terminal, line by line; made for screen readers too.")
@click.option("--actor", help="Whom you play; the scenario's first seat by default.")
@click.option(
    "--lang", "language", type=click.Choice(["en", "fr"]), help="Language; by default the system's."
)
@click.option("--load", "save", type=click.Path(path_type=Path), help="Open a saved game.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="The luck; a new one by default.")
@click.option("--address", help="Open this run of a batch; SCENARIO may then be left out.")
@click.option(
    "--month", type=click.IntRange(1), help="With --address: from which month on you play; 1 by default."
)
@click.option("--reading", default="balanced", show_default=True, help="Whose view of what is disputed.")
@click.option(
    "--draws",
    type=click.Choice(["plausible"]),
    help="Forecasts run over the draws of constants under which the past comes out as it was.",
)
@short_option
def play(
    scenario: str, text: bool, actor: str | None, language: str | None, save: Path | None,
    seed: int | None, address: str | None, month: int | None, reading: str, draws: str | None,
    short: bool,
) -> None:  # fmt: skip
    """
    Play SCENARIO, in a window or as text.

    SCENARIO is a shipped scenario's name or a TOML file; avoid-the-trap by default.
    """
    with user_errors():
        problem = None if text else _window_problem()
        if problem is not None:
            click.echo(f"No window can be opened: {problem}", err=True)
            click.echo("Play in the terminal: mali-sim play --text", err=True)
            click.echo("Look at this machine: mali-sim doctor", err=True)
            raise SystemExit(2)
        language = language or system_language()
        if save is not None and short:
            raise click.UsageError("a saved game keeps its length; leave out --short")
        if save is not None:
            game, seat = _saved(save, actor)
        elif address is not None:
            game, seat = _at_address(scenario, address, month, actor, draws or "", short)
        else:
            game, seat = _new(scenario, actor, seed, reading, language, draws or "", short)
        if text:
            _text(game, seat, language, greet=save is None)
        else:
            _window_app().play(game, seat, language)


def system_language() -> str:
    """French where the system says so, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "fr" if value.lower().startswith("fr") else "en"
    if sys.platform == "win32" and (locale.getlocale()[0] or "").lower().startswith(("fr", "french")):
        return "fr"
    return "en"


def _window_app():
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    return importlib.import_module("mali_sim.desktop.app")


def _window_problem() -> str | None:
    """Why no window can be opened, or None."""
    try:
        app = _window_app()
    except ImportError as error:
        return f"the window's parts are not installed ({error})"
    return app.display_problem()


def _seat(game_seats: list[str], actors: list[str], wanted: str | None) -> str:
    from mali_sim.scenario import did_you_mean

    if wanted is None:
        return game_seats[0]
    if wanted not in game_seats:
        mend = did_you_mean(wanted, game_seats) if wanted not in actors else ""
        seats = ", ".join(game_seats)
        raise click.UsageError(f"nobody can play {wanted}; {mend or f'seats are: {seats}'}")
    return wanted


def _model(scenario: str):
    from mali_sim.model import load_model
    from mali_sim.scenario import ScenarioNotFound, ScenarioProblems, find_scenario

    try:
        return load_model(find_scenario(scenario))
    except ScenarioNotFound as error:
        raise click.UsageError(str(error.args[0])) from None
    except ScenarioProblems as problems:
        click.echo(str(problems), err=True)
        click.echo(f"{scenario} has problems and cannot be played", err=True)
        raise SystemExit(2) from None


def _new(
    scenario: str, actor: str | None, seed: int | None, reading: str, language: str, draws: str,
    short: bool,
) -> "tuple[Game, str]":
    from mali_sim.play import Game

    model = _model(scenario)
    seat = _seat(list(model.scenario.scenario.seats), list(model.scenario.actor), actor)
    luck = secrets.randbelow(1_000_000) if seed is None else seed
    game = Game.new(
        model, [seat], seed=luck, reading=reading, language=language, draws=draws, short=short
    )
    return game, seat


def _at_address(
    scenario: str, text: str, month: int | None, actor: str | None, draws: str, short: bool
) -> "tuple[Game, str]":
    from mali_sim.play import Address, Game

    address = Address.parse(text)
    context = click.get_current_context()
    given = context.get_parameter_source("scenario") == click.core.ParameterSource.COMMANDLINE
    model = _model(scenario if given else address.scenario)
    header = model.scenario.scenario
    seat = _seat(list(header.seats), list(model.scenario.actor), actor)
    months = header.short if short and header.short else header.months
    if month is not None and month > months:
        form = " in its short form" if months < header.months else ""
        raise click.UsageError(f"{header.id} has {months} months{form}")
    return Game.at_address(model, address, (month or 1) - 1, [seat], draws=draws, short=short), seat


def _saved(save: Path, actor: str | None) -> "tuple[Game, str]":
    from mali_sim.play import Game

    game = Game.load(save)
    header = game.model.scenario.scenario
    seats = [*game.seats, *(s for s in header.seats if s not in game.seats)]
    seat = _seat(seats, list(game.model.scenario.actor), actor)
    if seat not in game.seats and not game.finished:
        game.seat(seat, "human")
    return game, seat


def _text(game: "Game", seat: str, language: str, greet: bool) -> None:
    from mali_sim.cli.text_game import play_text

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - gives input() editing and history where it exists
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    play_text(game, seat, language, greet)
