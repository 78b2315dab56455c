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
from mali_sim.scenario.texts import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from mali_sim.play import Game

    Maker = Callable[[], tuple[Game, str]]

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
        words = Words(language or system_language())
        if save is not None and short:
            raise click.UsageError(words("a saved game keeps its length; leave out --short"))
        file = _save_file(save, words) if save is not None else None
        given = _is_given("scenario")

        def make() -> "tuple[Game, str]":
            if file is not None:
                return _saved(file, scenario if given else None, actor, words)
            if address is not None:
                return _at_address(scenario if given else None, address, month, actor, draws or "", short,
                                   words)  # fmt: skip
            return _new(scenario, actor, seed, reading, draws or "", short, words)

        if text:
            game, seat = _or_say(make, words)
            _text(game, seat, words.language, file)
            return
        others = (file, address, actor, seed, month, draws)
        asked = given or short or _is_given("reading") or any(x is not None for x in others)
        _window_app().play(language, _for_window(make) if asked else None, file, system=words.language)


class _ForPlayer(ValueError):
    """Something on the command line that a player can mend, told in the window."""

    for_user = True


def _for_window(make: "Maker") -> "Maker":
    """What makes a game, with errors that the window can tell."""

    def made() -> "tuple[Game, str]":
        try:
            return make()
        except click.UsageError as error:
            raise _ForPlayer(error.format_message()) from None

    return made


def _or_say(make: "Maker", words: Words) -> "tuple[Game, str]":
    """Make a game, or say why not and leave."""
    from mali_sim.play import SaveError
    from mali_sim.scenario import ScenarioProblems

    try:
        return make()
    except SaveError as error:
        click.echo(words.of(error.said), err=True)
    except ScenarioProblems as problems:
        click.echo(str(problems), err=True)
        click.echo(words("the scenario has problems and cannot be played"), err=True)
    raise SystemExit(2)


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


def _is_given(option: str) -> bool:
    """Whether somebody typed it."""
    source = click.get_current_context().get_parameter_source(option)
    return source == click.core.ParameterSource.COMMANDLINE


def _seat(seats: list[str], wanted: str | None, words: Words) -> str:
    from mali_sim.scenario.problems import nearest

    if wanted is None:
        return seats[0]
    if wanted not in seats:
        near = nearest(wanted, seats)
        told = words("nobody can play {name}; seats are: {seats}", name=wanted, seats=", ".join(seats))
        if near:
            mend = words("Did you mean {name}?", name=near)
            told = f"{told}. {mend}"
        raise click.UsageError(told)
    return wanted


def _find(scenario: str, words: Words) -> Path:
    """The file of a scenario, or an error in the player's language."""
    from mali_sim.scenario import ScenarioNotFound, find_scenario, list_scenarios
    from mali_sim.scenario.problems import nearest

    try:
        return find_scenario(scenario)
    except ScenarioNotFound:
        shipped = [path.stem for path in list_scenarios()]
        if Path(scenario).suffix == ".toml":
            raise click.UsageError(words("{file}: there is no such file", file=scenario)) from None
        near = nearest(scenario, shipped)
        told = words("no scenario is called {name}; there are: {names}", name=scenario,
                     names=", ".join(shipped))  # fmt: skip
        if near:
            mend = words("Did you mean {name}?", name=near)
            told = f"{told}. {mend}"
        raise click.UsageError(told) from None


def _model(scenario: str, words: Words):
    from mali_sim.model import load_model

    return load_model(_find(scenario, words))


def _new(
    scenario: str, actor: str | None, seed: int | None, reading: str, draws: str, short: bool, words: Words
) -> "tuple[Game, str]":
    from mali_sim.play import Game

    model = _model(scenario, words)
    seat = _seat(list(model.scenario.scenario.seats), actor, words)
    luck = secrets.randbelow(1_000_000) if seed is None else seed
    game = Game.new(
        model, [seat], seed=luck, reading=reading, language=words.language, draws=draws, short=short
    )
    return game, seat


def _at_address(
    scenario: str | None, text: str, month: int | None, actor: str | None, draws: str, short: bool,
    words: Words,
) -> "tuple[Game, str]":
    from mali_sim.play import Address, Game

    address = Address.parse(text)
    model = _model(scenario or address.scenario, words)
    header = model.scenario.scenario
    seat = _seat(list(header.seats), actor, words)
    months = header.short if short and header.short else header.months
    if month is not None and month > months:
        told = words("{scenario} has {months} months in its short form", scenario=header.id, months=months)
        if months == header.months:
            told = words("{scenario} has {months} months", scenario=header.id, months=months)
        raise click.UsageError(told)
    return Game.at_address(model, address, (month or 1) - 1, [seat], draws=draws, short=short), seat


def _save_file(save: Path, words: Words) -> Path:
    """The file of a save that was named as in the game: by its path, or in the folder of saves."""
    from mali_sim.cli.text import saves

    folder = saves.save_folder()
    path = save if save.is_file() else saves.save_path(str(save), folder)
    if not path.is_file():
        told = words("there is no save {file}", file=path)
        names = ", ".join(p.stem for p in saves.latest_saves(folder))
        raise click.UsageError(words("{told}; there are: {names}", told=told, names=names) if names else told)
    return path


def _saved(path: Path, scenario: str | None, actor: str | None, words: Words) -> "tuple[Game, str]":
    from mali_sim.play import Game
    from mali_sim.scenario import load

    game = Game.load(path)
    header = game.model.scenario.scenario
    if scenario is not None and load(_find(scenario, words)).scenario.scenario.id != header.id:
        raise click.UsageError(words(
            "{file} is a game of {own}, not of {scenario}; leave {scenario} out to open it",
            file=path, own=header.id, scenario=scenario,
        ))  # fmt: skip
    seats = [*game.seats, *(s for s in header.seats if s not in game.seats)]
    seat = _seat(seats, actor, words)
    if seat not in game.seats and not game.finished:
        game.seat(seat, "human")
    return game, seat


def _text(game: "Game", seat: str, language: str, opened: Path | None) -> None:
    from mali_sim.cli.text.game import play_text

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - gives input() editing and history where it exists
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    play_text(game, seat, language, opened)
