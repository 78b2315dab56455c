"""Commands about scenarios' content."""

from pathlib import Path

import click


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check scenario FILES and print every problem as file:line: path: what; mend."""
    from mali_sim.model import check as problems_of

    found = 0
    for file in files:
        if not file.is_file():
            click.echo(f"{file}: no such file")
            found += 1
            continue
        for problem in problems_of(file):
            found += 1
            click.echo(str(problem))
    if found:
        click.echo(f"{found} problem{'s' if found > 1 else ''}", err=True)
        raise SystemExit(1)
    click.echo("no problems")
