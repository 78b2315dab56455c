"""One run: ``run`` and ``replay``."""

from typing import TYPE_CHECKING, Any

import click

from mali_sim.cli.options import (
    DEFAULT_SCENARIO,
    backend_option,
    choose_backend,
    json_option,
    load_scenario,
    parse_changes,
    reading_option,
    seed_option,
    set_option,
    short_option,
    to_json,
)

if TYPE_CHECKING:
    from mali_sim.play import Game

_BARS = "▁▂▃▄▅▆▇█"


@click.command()
@click.argument("scenario", default=DEFAULT_SCENARIO)
@click.option(
    "--strategy", help="Who plays: a strategy's id, several joined by +, FILE.py:FUNCTION, or tendency."
)
@reading_option
@set_option
@seed_option
@click.option("--months", type=click.IntRange(1, 600), help="How many months; all by default.")
@short_option
@backend_option
@json_option
def run(
    scenario: str, strategy: str | None, reading: str, changes: tuple[str, ...], seed: int,
    months: int | None, short: bool, backend: str, as_json: bool,
) -> None:  # fmt: skip
    """Run SCENARIO once and print a table by month."""
    from mali_sim.experiment.batch import cast_for
    from mali_sim.play import Game, profile_of

    model = load_scenario(scenario)
    chosen = strategy or model.scenario.scenario.strategy or "tendency"
    cast = cast_for(model, chosen)
    game = Game.new(
        model, (), seed=seed, profile=profile_of(cast.controllers[0]), reading=reading,
        changes=dict(parse_changes(changes)), policies=cast.policies,
        backend=choose_backend(backend, 1), short=short,
    )  # fmt: skip
    _play_out(game, months)
    click.echo(to_json(as_record(game, chosen)) if as_json else as_table(game))


@click.command()
@click.argument("address")
@click.option(
    "--policy",
    multiple=True,
    metavar="FILE.py:FUNCTION",
    help="Python strategies that the run was played by.",
)
@click.option("--scenario", help="The scenario's file, where it is not a shipped one.")
@click.option(
    "--run", "number", type=click.IntRange(0, 2**63 - 1), metavar="K",
    help="Another run of the same batch, with the draw that it takes.",
)  # fmt: skip
@short_option
@backend_option
@json_option
def replay(
    address: str, policy: tuple[str, ...], scenario: str | None, number: int | None, short: bool,
    backend: str, as_json: bool,
) -> None:  # fmt: skip
    """Run one run of any batch again, alone, from its ADDRESS."""
    from mali_sim.engine import load_policy
    from mali_sim.play import Address, Game
    from mali_sim.play.address import at_run

    wanted = Address.parse(address)
    model = load_scenario(scenario or wanted.scenario)
    if number is not None:
        wanted = at_run(model, wanted, number)
    policies = tuple(load_policy(model, text) for text in policy)
    chosen = choose_backend(backend, 1)
    game = Game.at_address(model, wanted, 0, policies=policies, backend=chosen, short=short)
    _play_out(game, None)
    click.echo(to_json(as_record(game, wanted.profile)) if as_json else as_table(game))


def _play_out(game: "Game", months: int | None) -> None:
    for _ in range(min(months or game.months, game.months)):
        game.advance()


def as_record(game: "Game", strategy: str) -> dict[str, Any]:
    """A run as the object that ``--json`` prints."""
    from mali_sim import RULES_VERSION

    months = []
    for month in range(game.month):
        report = game.report(month)
        months.append({
            "date": game.date(month),
            "indicators": {f"obs.{id}": game.observed(id, month) for id in game.model.scenario.obs},
            "decisions": [{"actor": a, "id": i} for a, i in report.decisions],
            "events": list(report.events),
        })  # fmt: skip
    return {
        "address": str(game.run_address),
        "scenario": game.model.scenario.scenario.id,
        "fingerprint": game.model.fingerprint,
        "rules_version": RULES_VERSION,
        "strategy": strategy,
        "seed": game.record.header.seed,
        "months": months,
        "outcome": game.outcomes(),
        "state": game.state_hash(),
    }


def as_table(game: "Game") -> str:
    """A run as a table: months down, headline indicators across, then what it came to."""
    from mali_sim.scenario.texts import Words

    words = Words("en")
    model = game.model
    shown = [(id, o) for id, o in model.scenario.obs.items() if o.headline] or list(
        model.scenario.obs.items()
    )[:6]
    heads = [o.label.en for _, o in shown]
    widths = [max(len(h), 9) for h in heads]
    lines = [f"{model.scenario.scenario.title.en}  {game.run_address}", ""]
    lines.append("month    " + "  ".join(h.rjust(w) for h, w in zip(heads, widths, strict=True)))
    for month in range(-1, game.month):
        cells = [
            words.number(game.observed(id, month), o.decimals).rjust(w)
            for (id, o), w in zip(shown, widths, strict=True)
        ]
        name = "start  " if month < 0 else game.date(month)
        notes = _notes(game, month) if month >= 0 else ""
        lines.append(f"{name}  " + "  ".join(cells) + (f"  {notes}" if notes else ""))
    marks = [
        sparkline([game.observed(id, m) for m in range(-1, game.month)], w).rjust(w)
        for (id, _), w in zip(shown, widths, strict=True)
    ]
    lines += ["         " + "  ".join(marks), "", "outcome"]
    for id, value in game.outcomes().items():
        outcome = model.scenario.outcome[id]
        decimals = model.scenario.obs[outcome.of[4:]].decimals
        told = f"{words.number(value, decimals)} {outcome.unit}"
        if outcome.unit == "share" and not decimals:
            told = "yes" if value >= 1 else "no" if value <= 0 else told
        lines.append(f"  {outcome.label.en}: {told}")
    ending = game.ending()
    if ending and game.finished:
        lines += ["", f"ending: {model.scenario.ending[ending].title.en}"]
    return "\n".join(lines)


def _notes(game: "Game", month: int) -> str:
    report = game.report(month)
    seats = set(game.model.scenario.scenario.seats)
    own = [i for a, i in report.decisions if a in seats]
    others = [i for a, i in report.decisions if a not in seats]
    return " ".join([*own, *(f"({i})" for i in others), *(f"*{e}" for e in report.events)])


def sparkline(values: list[float], width: int) -> str:
    """The last values as bars, from their lowest to their highest."""
    values = values[-width:]
    low, high = min(values), max(values)
    if high <= low:
        return _BARS[0] * len(values)
    return "".join(_BARS[int((v - low) / (high - low) * (len(_BARS) - 1) + 0.5)] for v in values)
