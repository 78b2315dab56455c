"""What the series may do under one strategy, as a page: ``outlook``."""

from pathlib import Path

import click

from mali_sim.cli.findings import write_page
from mali_sim.cli.options import (
    DEFAULT_SCENARIO,
    backend_option,
    choose_backend,
    json_option,
    load_scenario,
    to_json,
)
from mali_sim.cli.progress import Bar

#: The page's name in French, where the English one has the usual name.
_FRENCH = {"forecast-2023.md": "prevision-2023.md"}


@click.command()
@click.argument("scenario", default=DEFAULT_SCENARIO)
@click.option("--strategy", help="Who plays; the scenario's own by default.")
@click.option(
    "--runs", type=click.IntRange(1, 1_000_000), default=20_000, show_default=True, help="How many runs."
)
@click.option("--months", type=click.IntRange(1, 600), help="How many months; all by default.")
@click.option(
    "--draws",
    default="plausible",
    show_default=True,
    help="Draws of the constants: plausible, the size of a Latin hypercube, or 0 for none.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True, help="The luck."
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Processes (numpy) or threads (native).",
)
@backend_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the page to this file, and the French one beside it: prevision-2023.md beside "
    "forecast-2023.md, NAME.fr.md beside NAME.md.",
)
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", help="Language of what is printed.")
@json_option
def outlook(
    scenario: str, strategy: str | None, runs: int, months: int | None, draws: str, seed: int, workers: int,
    backend: str, out: Path | None, lang: str, as_json: bool,
) -> None:  # fmt: skip
    """
    Tell what the published series that SCENARIO stands for may do under one strategy.

    Probabilities by date of what happens or not, medians and spans of the rest. The same
    command writes the same page.
    """
    from mali_sim.experiment.outlook import outlook as look
    from mali_sim.experiment.outlook_page import page

    model = load_scenario(scenario)
    who = strategy or model.scenario.scenario.strategy or "tendency"
    if draws != "plausible" and not draws.isdigit():
        raise click.BadParameter(f"{draws} is neither plausible nor a number", param_hint="--draws")
    bar = Bar(not as_json)
    try:
        found = look(
            model, who, runs=runs, seed=seed, draws=int(draws) if draws.isdigit() else draws, months=months,
            backend=choose_backend(backend, runs), workers=workers, report=bar.show,
        )  # fmt: skip
    except KeyboardInterrupt:
        raise click.ClickException("stopped; nothing was written") from None
    finally:
        bar.end()
    parts = ["mali-sim outlook", scenario, f"--strategy {who}", f"--runs {runs}", f"--draws {draws}"]
    parts += [f"--months {months}"] if months else []
    parts += [f"--seed {seed}"] if seed != 1 else []
    parts += [f"--out {out}"] if out else []
    command = " ".join(parts)
    if out is not None:
        french = out.with_name(_FRENCH.get(out.name, f"{out.stem}.fr{out.suffix}"))
        for path, language in ((out, "en"), (french, "fr")):
            write_page(path, page(found, language, command))
            click.echo(f"{path} written", err=True)
    if as_json:
        click.echo(to_json(found.plain()))
    elif out is None:
        click.echo(page(found, lang, command), nl=False)
