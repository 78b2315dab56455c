"""``bench``: the backends' speed on this machine."""

from typing import Any

import click

from mali_sim.cli.options import DEFAULT_SCENARIO, json_option, load_scenario, to_json


@click.command()
@click.argument("scenario", default=DEFAULT_SCENARIO)
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 60),
    default=1.0,
    show_default=True,
    help="How long to measure each figure.",
)
@json_option
def bench(scenario: str, seconds: float, as_json: bool) -> None:
    """Measure the backends on SCENARIO: CPU time, in turns."""
    from mali_sim.experiment.bench import measure

    model = load_scenario(scenario)
    figures = measure(model, seconds)
    click.echo(to_json(figures) if as_json else as_table(figures))


def as_table(f: dict[str, Any]) -> str:
    """The figures as lines."""
    lines = [
        f"{f['row_operations_per_month']:,} row-operations a month on {f['state_rows']:,} state rows",
        "run-months a second (1 worker, 2 workers)",
    ]
    for name, rates in f["run_months_per_second"].items():
        two = f"{rates['2']:>12,.0f}" if "2" in rates else ""
        lines.append(f"  {name:10} {rates['1']:>12,.0f} {two}")
    lines.append("row-operations a second, one core")
    for name, rate in f["row_operations_per_second"].items():
        lines.append(f"  {name:10} {rate / 1e9:>9.2f} G")
    lines.append(f"  bare np.add {f['numpy_bare'] / 1e9:>8.2f} G, on blocks of the same shapes")
    lines.append("a forecast of 1,000 paired futures over 24 months")
    lines += [f"  {n:10} {ms:>9.1f} ms" for n, ms in f["forecast_1000x24_ms"].items()]
    lines.append("one month of one run")
    lines += [f"  {n:10} {us:>9.0f} us" for n, us in f["single_step_us"].items()]
    if f["compile_s"] is None:
        lines.append("native: not available here; mali-sim doctor says why")
    else:
        lines.append(f"compiling the native backend: {f['compile_s']:.2f} s, once, in the background")
    return "\n".join(lines)
