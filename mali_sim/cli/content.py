"""Commands about scenarios' content."""

from pathlib import Path

import click

from mali_sim.cli.options import json_option, load_scenario, to_json


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check scenario FILES and their evidence; print every problem as file:line: path: what; mend."""
    from mali_sim.evidence.check import check as problems_of_evidence
    from mali_sim.model import check as problems_of

    found = 0
    for file in files:
        if not file.is_file():
            click.echo(f"{file}: no such file")
            found += 1
            continue
        for problem in (*problems_of(file), *problems_of_evidence(file)):
            found += 1
            click.echo(str(problem))
    if found:
        click.echo(f"{found} problem{'s' if found > 1 else ''}", err=True)
        raise SystemExit(1)
    click.echo("no problems")


@click.command()
@json_option
def scenarios(as_json: bool) -> None:
    """List the scenarios that come with the program."""
    from mali_sim.scenario import ScenarioProblems, list_scenarios, load

    rows = []
    for path in list_scenarios():
        try:
            header = load(path).scenario.scenario
        except ScenarioProblems as problems:
            rows.append({"id": path.stem, "title": f"has {len(problems.problems)} problems", "summary": ""})
            continue
        rows.append({
            "id": header.id, "title": header.title.en, "summary": header.summary.en,
            "start": header.start, "months": header.months, "short": header.short,
            "seats": list(header.seats),
        })  # fmt: skip
    if as_json:
        click.echo(to_json(rows))
        return
    for row in rows:
        click.echo(f"{row['id']}: {row['title']}")
        if "start" in row:
            short = f" (short form: {row['short']})" if row["short"] else ""
            seats = ", ".join(row["seats"])  # type: ignore[arg-type]
            click.echo(f"  from {row['start']}, {row['months']} months{short}; seats: {seats}")
            click.echo(f"  {row['summary']}")


@click.command()
@click.argument("scenario")
@click.argument("name")
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", help="Language of the texts.")
@json_option
def explain(scenario: str, name: str, lang: str, as_json: bool) -> None:
    """Explain NAME of SCENARIO: label, unit, equation, sources, grade, what feeds it and what it feeds."""
    from mali_sim.play.dictionary import entry

    model = load_scenario(scenario)
    found = entry(model, name)
    if as_json:
        click.echo(to_json(found.plain()))
        return
    label = f": {found.label[lang]}" if found.label else ""
    click.echo(f"{found.kind} {found.id}{label}")
    if found.unit:
        click.echo(f"unit: {found.unit}")
    for key, text in found.facts:
        click.echo(f"{key}: {text}")
    for key, text in found.equations:
        click.echo(f"{key} = {text}")
    if found.grade:
        click.echo(f"evidence: {found.grade}")
    if found.why:
        click.echo(f"why: {found.why[lang]}")
    for id in found.source:
        source = model.scenario.source[id]
        click.echo(f"source {id}: {source.text[lang]} ({source.ref})")
    click.echo(f"fed by: {', '.join(found.fed_by) or 'nothing'}")
    click.echo(f"feeds: {', '.join(found.feeds) or 'nothing'}")


@click.command()
def schema() -> None:
    """Print a JSON Schema (draft 2020-12) of scenario files, for editors that complete and check TOML."""
    from mali_sim.evidence.kinds import TABLES, WORDS
    from mali_sim.scenario.schema import schema as made

    click.echo(to_json(made(TABLES, WORDS)))
