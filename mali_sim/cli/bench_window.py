"""``bench-window``: the window's speed on this machine."""

import importlib

import click

from mali_sim.cli.options import DEFAULT_SCENARIO, json_option, load_scenario, to_json


@click.command("bench-window")
@click.argument("scenario", default=DEFAULT_SCENARIO)
@click.option("--size", default="1920x1080", show_default=True, help="Of the window, WIDTHxHEIGHT.")
@click.option(
    "--months", type=click.IntRange(5, 100_000), default=1_000, show_default=True,
    help="Months of automated play over which memory is watched.",
)  # fmt: skip
@json_option
def bench_window(scenario: str, size: str, months: int, as_json: bool) -> None:
    """Measure the window on SCENARIO: frames of a whole game, forecasts, waiting, memory."""
    width, _, height = size.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise click.UsageError(f"--size is WIDTHxHEIGHT, as 1920x1080; {size} is not")
    measure = importlib.import_module("mali_sim.desktop.bench").measure
    f = measure(load_scenario(scenario), (int(width), int(height)), months)
    if as_json:
        click.echo(to_json(f))
        return
    answers = f["first_answer_ms"]
    click.echo(f"first frame: {f['first_frame_s']:.2f} s after the interpreter starts")
    click.echo(f"{f['frames']:,} frames of a whole game: median {f['median_ms']:.1f} ms, "
               f"99 in 100 under {f['p99_ms']:.1f} ms")  # fmt: skip
    click.echo(f"while a forecast runs: 99 in 100 under {f['p99_forecast_ms']:.1f} ms")
    click.echo("worst: " + ", ".join(f"{ms} ms ({label})" for ms, label in f["worst_ms"]))
    click.echo(f"first fans of a card: middle {answers[len(answers) // 2]:.0f} ms, "
               f"worst {answers[-1]:.0f} ms, of {len(answers)} cards")  # fmt: skip
    click.echo(f"waiting: {100 * f['idle_cpu']:.1f} % of a core")
    told = ", ".join(f"{mb:.0f}" for mb in f["memory_mb"])
    click.echo(f"memory after each fifth of {months:,} months: {told} MB")
