"""What the series may do under one strategy, as a page: ``outlook``."""

from pathlib import Path

import click

from mali_sim.cli.options import (
    DEFAULT_SCENARIO,
    DrawsType,
    backend_option,
    choose_backend,
    json_option,
    language_option,
    load_scenario,
    seed_option,
    workers_option,
)
from mali_sim.cli.pages import command_line, out_option, ready, show
from mali_sim.cli.progress import Bar


@click.command()
@click.argument("scenario", default=DEFAULT_SCENARIO)
@click.option("--strategy", help="Who plays; the scenario's own by default.")
@click.option(
    "--runs", type=click.IntRange(1, 1_000_000), default=20_000, show_default=True, help="How many runs."
)
@click.option("--months", type=click.IntRange(1, 600), help="How many months; all by default.")
@click.option(
    "--draws",
    type=DrawsType(),
    default="plausible",
    show_default=True,
    help="Draws of the constants: plausible, the size of a Latin hypercube, or 0 for none.",
)
@seed_option
@workers_option
@backend_option
@out_option
@language_option
@json_option
def outlook(
    scenario: str, strategy: str | None, runs: int, months: int | None, draws: int | str, seed: int,
    workers: int, backend: str, out: Path | None, lang: str, as_json: bool,
) -> None:  # fmt: skip
    """
    Tell what the published series that SCENARIO stands for may do under one strategy.

    Probabilities by date of what happens or not, medians and spans of the rest. The same
    command writes the same page.
    """
    from mali_sim.experiment.outlook import outlook as look
    from mali_sim.experiment.outlook_page import page

    ready(out)
    model = load_scenario(scenario)
    who = strategy or model.scenario.scenario.strategy or "tendency"
    bar = Bar(not as_json)
    try:
        found = look(
            model, who, runs=runs, seed=seed, draws=draws, months=months,
            backend=choose_backend(backend, runs), workers=workers, report=bar.show,
        )  # fmt: skip
    except KeyboardInterrupt:
        raise click.ClickException("stopped; nothing was written") from None
    finally:
        bar.end()
    command = command_line(
        "mali-sim", "outlook", scenario, strategy=who, runs=runs, draws=draws, months=months,
        seed=seed if seed != 1 else None, out=out,
    )  # fmt: skip
    show(lambda language: page(found, language, command), found.plain(), out, lang, as_json)
