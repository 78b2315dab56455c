"""What strategies do and what decides, as a page: ``findings``."""

from pathlib import Path

import click

from mali_sim.cli.options import (
    DEFAULT_SCENARIO,
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
@click.option(
    "--runs",
    type=click.IntRange(1, 100_000_000),
    default=100_000,
    show_default=True,
    help="How many runs in all, shared out among strategies, readings and draws.",
)
@click.option("--seat", help="Whose strategies to compare; those of the first seat by default.")
@seed_option
@workers_option
@backend_option
@out_option
@language_option
@json_option
def findings(
    scenario: str, runs: int, seat: str | None, seed: int, workers: int, backend: str, out: Path | None,
    lang: str, as_json: bool,
) -> None:  # fmt: skip
    """
    Tell what each strategy of SCENARIO does to each objective, and which assumption decides.

    Under every reading and over draws of the priors: medians, spans, how often a strategy does
    better, regret, and how much rests on constants that are assumed. The same command writes
    the same page.
    """
    from mali_sim.experiment.findings import find
    from mali_sim.experiment.findings_page import page

    ready(out)
    model = load_scenario(scenario)
    bar = Bar(not as_json)
    try:
        found = find(
            model, runs, seat=seat, seed=seed, backend=choose_backend(backend, runs), workers=workers,
            report=bar.show,
        )  # fmt: skip
    except KeyboardInterrupt:
        raise click.ClickException("stopped; nothing was written") from None
    finally:
        bar.end()
    command = command_line(
        "mali-sim", "findings", scenario, runs=runs, seat=seat, seed=seed if seed != 1 else None, out=out
    )
    show(lambda language: page(found, language, command), found.plain(), out, lang, as_json)
