"""What a scenario makes of its sources: ``coverage``."""

from typing import TYPE_CHECKING, Any

import click

from mali_sim.cli.options import DEFAULT_SCENARIO, json_option, seed_option, to_json

if TYPE_CHECKING:
    from mali_sim.evidence.claims import Tested
    from mali_sim.evidence.coverage import Coverage
    from mali_sim.evidence.family import Family


@click.command()
@click.argument("scenario", default=DEFAULT_SCENARIO)
@click.option(
    "--runs",
    type=click.IntRange(2, 100_000),
    default=200,
    show_default=True,
    help="Pairs of futures in each claim's test.",
)
@seed_option
@click.option("--claim", metavar="ID", help="Test this claim only, and say what was measured.")
@click.option(
    "--dead", is_flag=True, help="Look for decisions that are none, too: a first look, which takes a minute."
)
@json_option
def coverage(scenario: str, runs: int, seed: int, claim: str | None, dead: bool, as_json: bool) -> None:
    """
    Hold SCENARIO against its sources: claims tested, events used, recommendations on offer.

    Scenarios that name the same files of evidence are taken together.
    """
    from mali_sim.evidence.claims import ClaimTests
    from mali_sim.evidence.coverage import coverage as covered

    family = load_family(scenario)
    if claim is not None:
        found = ClaimTests(family, runs, seed).test(_known(family, claim))
        click.echo(to_json(_record(family, found)) if as_json else "\n".join(_measured(family, found)))
        return
    result = covered(family, runs, seed)
    if as_json:
        click.echo(to_json(result.plain()))
        return
    click.echo("\n".join(as_text(family, result, dead_decisions(family, seed) if dead else [])))


def load_family(name: str) -> "Family":
    """A scenario with all that name its evidence; problems end the command with their list."""
    from mali_sim.evidence.check import family_of
    from mali_sim.scenario import ScenarioNotFound, ScenarioProblems, find_scenario

    try:
        family = family_of(find_scenario(name))
    except ScenarioNotFound as error:
        raise click.UsageError(str(error)) from None
    except ScenarioProblems as error:
        raise click.ClickException(f"the scenario or its evidence has problems:\n{error}") from None
    if not family.evidence.files:
        raise click.ClickException(f'{name} names no files of evidence; add evidence = ["FILE.toml"]')
    return family


def dead_decisions(family: "Family", seed: int) -> list[str]:
    """
    Decisions of the first seat that are none, at a first look, one a line.

    Finding them is for experiments, which know nothing of evidence, nor evidence of them:
    here the two meet.
    """
    from mali_sim.experiment.dead import VERDICTS, offenders

    model = next(iter(family.models.values()))
    found = offenders(model, seed=seed, quick=True).offenders
    return [f"{one.id}: {'; '.join(VERDICTS[v] for v in one.verdicts)}" for one in found]


def as_text(family: "Family", result: "Coverage", dead: list[str]) -> list[str]:
    """Counts first, then what wants attention."""
    lines = [f"evidence of {', '.join(result.scenarios)}: {', '.join(family.evidence.files)}", ""]
    lines += _counts(result)
    failed = [t for t in result.tested.values() if t.result == "fail"]
    lines += _section("Claims that fail", [f"{t.id}: {t.why}" for t in failed])
    untold = [id for id in result.claims if id not in result.tested]
    lines += _section("Claims that no test is about", _wrapped(untold))
    lines += _section("Claims left out", [f"{id}: {why}" for id, why in result.left_out.items()])
    unused = [id for id, at in result.events.items() if not at and id not in result.inputs]
    lines += _section("Events that nothing cites and no replay classifies", _wrapped(unused))
    idle = [id for id, at in result.recommendations.items() if not at]
    lines += _section("Recommendations that nothing on offer cites", _wrapped(idle))
    return lines + _section("Decisions that are none (mali-sim dead looks closer)", dead)


def _counts(result: "Coverage") -> list[str]:
    kinds = [t.result for t in result.tested.values()]
    used = sum(1 for at in result.events.values() if at)
    offered = sum(1 for at in result.recommendations.values() if at)
    lines = [
        f"claims           {len(result.claims):4}  {kinds.count('pass')} pass, {kinds.count('fail')} fail, "
        f"{kinds.count(None)} left out, {len(result.claims) - len(kinds)} untested",
        f"events           {len(result.events):4}  {used} cited, "
        f"{len(result.inputs)} classified for a replay",
        f"recommendations  {len(result.recommendations):4}  {offered} can be followed",
    ]
    for kind, counts in result.grades.items():
        parts = ", ".join(f"{count} {grade}" for grade, count in counts.items())
        lines.append(f"{kind.replace('_', ' '):15}  {sum(counts.values()):4}  {parts}")
    return lines


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", title, *(f"  {line}" for line in lines)] if lines else []


def _wrapped(ids: list[str]) -> list[str]:
    """Ids, some to a line."""
    return [", ".join(ids[n : n + 12]) for n in range(0, len(ids), 12)]


def _known(family: "Family", claim: str) -> str:
    from mali_sim.scenario import did_you_mean

    claims = family.evidence.claims
    if claim not in claims:
        raise click.ClickException(f"there is no claim {claim}; {did_you_mean(claim, claims)}")
    return claim


def _record(family: "Family", found: "Tested") -> dict[str, Any]:
    """One claim's test as the object that ``--json`` prints."""
    from attrs import asdict

    claim = family.evidence.claims[found.id]
    return {**asdict(found), "in": list(claim.in_), "world": family.world_of("claim", found.id)}


def _measured(family: "Family", found: "Tested") -> list[str]:
    """One claim's test in words."""
    claim = family.evidence.claims[found.id]
    voices = [family.evidence.voices[v].label.en for v in claim.by if v in family.evidence.voices]
    lines = [f"{found.id}: {claim.says.en}", f"said by {', '.join(voices)}"]
    if claim.when is not None:
        lines.append(f"when: {claim.when.en}")
    if claim.in_:
        lines.append(f"in the model: {', '.join(claim.in_)}")
    if found.result is None:
        return [*lines, f"left out: {found.why}"]
    world = family.world_of("claim", found.id)
    pushed = "; ".join(f"{p.kind} {p.name}" for p in claim.push)
    lines.append(f"tested in {world}, {found.runs} pairs of futures; pushed in month {claim.from_}: {pushed}")
    return [*lines, f"{found.result}: {found.why}"]
