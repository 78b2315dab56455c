"""Options that several commands share, and how they are read."""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mali_sim.engine import Backend
    from mali_sim.model import Model

DEFAULT_SCENARIO = "avoid-the-trap"

backend_option = click.option(
    "--backend",
    type=click.Choice(["auto", "numpy", "native", "reference"]),
    default="auto",
    help="What runs the model; all give the same bytes. auto: native for many runs where there is "
    "a compiler, else numpy.",
)
set_option = click.option(
    "--set", "changes", multiple=True, metavar="CONSTANT=VALUE",
    help="Set a constant, within its range. May be repeated.",
)  # fmt: skip
reading_option = click.option(
    "--reading", default="balanced", show_default=True, help="Whose reading of disputed constants."
)
seed_option = click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True, help="The luck."
)
workers_option = click.option(
    "--workers", type=click.IntRange(1, 256), default=1, show_default=True,
    help="Processes (numpy) or threads (native).",
)  # fmt: skip
block_option = click.option(
    "--block", type=click.IntRange(1, 100_000), default=1_000, show_default=True,
    help="Runs in a block; changes speed and memory, never results.",
)  # fmt: skip
language_option = click.option(
    "--lang", type=click.Choice(["en", "fr"]), default="en", help="Language of what is printed."
)
short_option = click.option("--short", is_flag=True, help="The scenario's short form: fewer months.")


class DrawsType(click.ParamType):
    """A hypercube's size, or the word ``plausible``."""

    name = "n|plausible"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """Read it."""
        if isinstance(value, int) or value == "plausible":
            return value
        try:
            size = int(value)
        except ValueError:
            size = -1
        if not 0 <= size <= 10_000_000:
            self.fail(f"{value} is neither a number of draws nor plausible", param, ctx)
        return size


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def load_scenario(name: str) -> "Model":
    """A scenario's model by id or path; problems end the command with their list."""
    from mali_sim.model import load_model
    from mali_sim.scenario import ScenarioNotFound, ScenarioProblems, find_scenario

    try:
        return load_model(find_scenario(name))
    except ScenarioNotFound as error:
        raise click.UsageError(str(error)) from None
    except ScenarioProblems as error:
        raise click.ClickException(f"the scenario has problems:\n{error}") from None


def parse_changes(pairs: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """``--set`` values as names and numbers."""
    found: dict[str, float] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not sign or number != number or number in (float("inf"), float("-inf")):
            raise click.BadParameter(f"{pair} is not CONSTANT=VALUE", param_hint="--set")
        found[name.strip()] = number
    return tuple(sorted(found.items()))


def choose_backend(name: str, runs: int) -> "Backend":
    """The backend for a choice and a number of runs."""
    from mali_sim.engine import Backend

    if name != "auto":
        return Backend(name)
    if runs < 2_000:
        return Backend.NUMPY
    from mali_sim.engine import native

    return Backend.NATIVE if native.available() is None else Backend.NUMPY


def to_json(value: Any) -> str:
    """JSON as commands print it."""
    import json

    return json.dumps(value, ensure_ascii=False)
