"""The documents that are written from a scenario."""

from pathlib import Path

import click

from mali_sim.cli.options import DEFAULT_SCENARIO


@click.command()
@click.argument("scenario", default=DEFAULT_SCENARIO)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("docs"), show_default=True,
    help="Folder to write into.",
)  # fmt: skip
@click.option("--check", is_flag=True, help="Write nothing; say which documents are not as they would be.")
def document(scenario: str, out: Path, check: bool) -> None:
    """Write a scenario's model, its sources and its loops as pages, in English and in French."""
    from mali_sim.documents import differences, documents, write
    from mali_sim.scenario import ScenarioNotFound, ScenarioProblems, find_scenario

    try:
        made = documents(find_scenario(scenario))
    except ScenarioNotFound as error:
        raise click.UsageError(str(error)) from None
    except ScenarioProblems as error:
        raise click.ClickException(f"the scenario has problems:\n{error}") from None
    for doubt in made.doubts:
        click.echo(doubt, err=True)
    if not check:
        click.echo(f"{len(write(made, out))} documents in {out}")
        return
    found = differences(made, out)
    for name, how in found.items():
        click.echo(f"{out / name}: {how}")
    if found:
        raise SystemExit(1)
    click.echo("as they would be written")
