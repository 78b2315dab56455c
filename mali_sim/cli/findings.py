"""What strategies do and what decides, as a page: ``findings``."""

from pathlib import Path

import click

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
_FRENCH = {"findings.md": "constats.md"}


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
    help="Write the page to this file, and the French one beside it: constats.md beside findings.md, "
    "NAME.fr.md beside NAME.md.",
)
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", help="Language of what is printed.")
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
    command = _command(scenario, runs, seat, seed, out)
    if out is not None:
        french = out.with_name(_FRENCH.get(out.name, f"{out.stem}.fr{out.suffix}"))
        for path, language in ((out, "en"), (french, "fr")):
            write_page(path, page(found, language, command))
            click.echo(f"{path} written", err=True)
    if as_json:
        click.echo(to_json(found.plain()))
    elif out is None:
        click.echo(page(found, lang, command), nl=False)


def _command(scenario: str, runs: int, seat: str | None, seed: int, out: Path | None) -> str:
    """What writes the page again; workers and backends change nothing."""
    parts = ["mali-sim findings", scenario, f"--runs {runs}"]
    parts += [f"--seat {seat}"] if seat else []
    parts += [f"--seed {seed}"] if seed != 1 else []
    parts += [f"--out {out}"] if out else []
    return " ".join(parts)


def write_page(path: Path, text: str) -> None:
    """Write a page, or say why not."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        said = f"{path}: {error.strerror or error}; name another file with --out"
        raise click.ClickException(said) from None
