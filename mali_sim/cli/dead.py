"""Decisions that are none: ``dead``."""

from typing import TYPE_CHECKING, Any

import click

from mali_sim.cli.options import (
    DEFAULT_SCENARIO,
    backend_option,
    choose_backend,
    json_option,
    load_scenario,
    seed_option,
    to_json,
    workers_option,
)
from mali_sim.cli.progress import Bar

if TYPE_CHECKING:
    from mali_sim.experiment.dead import DeadReport, Verdict

#: Branches are always many enough for the native backend.
_MANY = 1_000_000


@click.command()
@click.argument("scenario", default=DEFAULT_SCENARIO)
@click.option("--seat", help="Whose decisions; those of the first seat by default.")
@click.option(
    "--runs",
    type=click.IntRange(8, 100_000),
    default=40,
    show_default=True,
    help="How many runs of each strategy under each reading.",
)
@click.option(
    "--months",
    type=click.IntRange(1, 600),
    default=8,
    show_default=True,
    help="In how many months each thing is tried.",
)
@workers_option
@seed_option
@click.option("--quick", is_flag=True, help="Few runs, two months, one reading: a first look.")
@click.option("--only", multiple=True, metavar="ID", help="Judge this alone; may be given several times.")
@click.option("--all", "everything", is_flag=True, help="List also what is a real choice.")
@backend_option
@json_option
def dead(
    scenario: str, seat: str | None, runs: int, months: int, workers: int, seed: int, quick: bool,
    only: tuple[str, ...], everything: bool, backend: str, as_json: bool,
) -> None:  # fmt: skip
    """
    Find decisions of a seat in SCENARIO that are always right, never right, or without effect.

    Everything is tried against doing nothing (answers against each other), on the same luck,
    after every strategy and under every reading, and judged by the weighted objectives under
    several weightings. Exit code 1 when something is found.
    """
    from mali_sim.experiment.dead import offenders

    model = load_scenario(scenario)
    bar = Bar(not as_json, "readings")
    try:
        found = offenders(
            model, seat, runs=runs, months=months, seed=seed, quick=quick, only=only,
            backend=choose_backend(backend, _MANY), workers=workers, report=bar.show,
        )  # fmt: skip
    except KeyboardInterrupt:
        raise click.ClickException("stopped") from None
    finally:
        bar.end()
    click.echo(to_json(as_record(found)) if as_json else as_text(found, everything))
    if found.offenders:
        raise SystemExit(1)


def as_record(found: "DeadReport") -> dict[str, Any]:
    """What was found as the object that ``--json`` prints; what is no number is null."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [plain(v) for v in value]
        return None if isinstance(value, float) and value != value else value

    return plain(found.plain() | {"offenders": [v.id for v in found.offenders]})


def as_text(found: "DeadReport", everything: bool) -> str:
    """What was found as text, one line for each action."""
    from mali_sim.experiment.dead import ALWAYS, NEVER, VERDICTS

    lines = [
        f"{len(found.verdicts)} things that {found.seat} can do; {found.runs} runs of each of "
        f"{', '.join(found.profiles)}; readings {', '.join(found.readings)}; "
        f"{len(found.weightings)} weightings",
        f"right: in how many of 100 cells the weighted score is better with it (a real choice: "
        f"{100 * NEVER:g} to {100 * ALWAYS:g})",
        "",
    ]
    shown = found.verdicts if everything else [v for v in found.verdicts if v.verdicts]
    wide = max((len(v.id) for v in shown), default=0)
    lines += [f"{v.id:{wide}}  {_figures(v)}" for v in shown]
    used = [word for word in VERDICTS if any(word in v.verdicts for v in shown)]
    lines += ["", *(f"{word}: {VERDICTS[word]}" for word in used)]
    count = len(found.offenders)
    lines.append(f"{count} of {len(found.verdicts)} are no decisions" if count else "all are decisions")
    return "\n".join(lines)


def _figures(verdict: "Verdict") -> str:
    if verdict.right != verdict.right:
        return f"{'':21}  {' '.join(verdict.verdicts)}"
    moved = [
        f"{e.outcome} {'better' if e.better > e.worse else 'worse'} in {100 * max(e.better, e.worse):.0f}"
        for e in verdict.effects
        if e.clear
    ]
    share = f"right {100 * verdict.right:3.0f} of {verdict.cells:4} cells"
    return f"{share}  {' '.join(verdict.verdicts):24}  {', '.join(moved)}".rstrip()
