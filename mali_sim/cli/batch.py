"""Many runs: ``batch``."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mali_sim.cli.options import (
    DEFAULT_SCENARIO,
    DrawsType,
    backend_option,
    block_option,
    choose_backend,
    json_option,
    load_scenario,
    parse_changes,
    reading_option,
    set_option,
    to_json,
    workers_option,
)
from mali_sim.cli.progress import Bar

if TYPE_CHECKING:
    from mali_sim.experiment import Summary
    from mali_sim.experiment.batch import Results
    from mali_sim.model import Model


@click.command()
@click.argument("scenario", default=DEFAULT_SCENARIO)
@click.option(
    "--strategy",
    "strategies",
    multiple=True,
    required=True,
    metavar="S",
    help="A strategy's id, several joined by +, FILE.py:FUNCTION, or tendency. Repeat to compare.",
)
@click.option(
    "--runs",
    type=click.IntRange(1, 100_000_000),
    default=1_000,
    show_default=True,
    help="How many runs of each.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=1,
    show_default=True,
    help="The luck, the same for all strategies.",
)
@workers_option
@block_option
@click.option(
    "--draws",
    type=DrawsType(),
    default="0",
    metavar="N|plausible",
    help="Draw constants from their priors: the size of the Latin hypercube; or plausible, the draws "
    "that the scenario keeps because the past comes out as it was.",
)
@reading_option
@set_option
@backend_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep outcomes and a manifest in this folder.",
)
@json_option
def batch(
    scenario: str, strategies: tuple[str, ...], runs: int, seed: int, workers: int, block: int,
    draws: int | str, reading: str, changes: tuple[str, ...], backend: str, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Run strategies many times on the same luck and compare their outcomes."""
    from mali_sim.experiment import Batch, run_batch, summarise
    from mali_sim.experiment.batch import discard

    model = load_scenario(scenario)
    design = Batch(
        strategies, runs, seed, reading, parse_changes(changes), draws,
        choose_backend(backend, runs), workers, block,
    )  # fmt: skip
    bar = Bar(not as_json)
    try:
        results = run_batch(model, design, out, bar.show)
    except KeyboardInterrupt:
        raise click.ClickException("stopped; nothing was kept") from None
    finally:
        bar.end()
    try:
        summary = summarise(results)
        click.echo(to_json(as_record(results, summary)) if as_json else as_table(model, results, summary))
    finally:
        if out is None:
            discard(results)


def as_record(results: "Results", summary: "Summary") -> dict[str, Any]:
    """A batch as the object that ``--json`` prints."""
    from attrs import asdict

    def plain(spans: Any) -> dict[str, Any]:
        return {p: {o: asdict(s) for o, s in found.items()} for p, found in spans.items()}

    return {
        "runs": summary.runs,
        "strategies": plain(summary.strategies),
        "differences": plain(summary.differences),
        "odds": plain(summary.odds),
        "addresses": results.addresses,
        "seconds": round(results.seconds, 3),
    }


def as_table(model: "Model", results: "Results", summary: "Summary") -> str:
    """A batch as text: a table for every outcome."""
    from mali_sim.scenario.texts import Words

    words = Words("en")
    wide = max(len(p) for p in results.profiles)
    first = results.profiles[0]
    lines = [f"{summary.runs:,} runs of each strategy on the same luck, {results.seconds:.1f} s"]
    for name in results.names:
        outcome = model.scenario.outcome[name]
        decimals = max(model.scenario.obs[outcome.of[4:]].decimals, 0)

        def cell(value: float, signed: bool = False, decimals: int = decimals) -> str:
            return words.number(value, decimals, signed).rjust(11)

        if outcome.unit == "share" and decimals == 0:
            lines += ["", *_frequencies(model, name, summary, words)]
            continue
        better = "" if outcome.better == "none" else f", {outcome.better} is better"
        lines += ["", f"{outcome.label.en} ({outcome.unit}{better})"]
        head = f"  {'':{wide}}  {'median':>11} {'5 %':>11} {'95 %':>11}"
        if len(results.profiles) > 1:
            head += f"   {'less ' + first + ', paired':>35}"
            head += "" if outcome.better == "none" else f"   {'better in 100':>13}"
        lines.append(head)
        for profile in results.profiles:
            s = summary.strategies[profile][name]
            line = f"  {profile:{wide}}  {cell(s.median)} {cell(s.low)} {cell(s.high)}"
            if profile != first:
                d = summary.differences[profile][name]
                line += f"   {cell(d.median, True)} {cell(d.low, True)} {cell(d.high, True)}"
                odds = summary.odds[profile].get(name)
                line += f"   {100 * odds.better:13.0f}" if odds else ""
            lines.append(line)
    lines += [
        "",
        "Any run again: mali-sim replay '" + results.addresses[first] + "' (the last number is the run)",
    ]
    if results.batch.draws:
        lines.append("With draws, each run has one of its own: replay --run K finds it.")
    return "\n".join(lines)


def _frequencies(model: "Model", name: str, summary: "Summary", words: Any) -> list[str]:
    """An outcome that happens or not: in how many runs of a hundred."""
    outcome = model.scenario.outcome[name]
    wide = max(len(p) for p in summary.strategies)
    lines = [f"{outcome.label.en} (in how many of 100 runs)"]
    for profile, found in summary.strategies.items():
        line = f"  {profile:{wide}}  {words.number(100 * found[name].mean, 1).rjust(11)}"
        if profile in summary.differences:
            line += words.number(100 * summary.differences[profile][name].mean, 1, True).rjust(38)
        lines.append(line)
    return lines
