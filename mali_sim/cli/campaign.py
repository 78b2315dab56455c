"""Everything tried, many times: ``campaign``."""

from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from mali_sim.experiment.campaign import Findings


@click.command()
@click.argument("scenario", default=DEFAULT_SCENARIO)
@click.option(
    "--runs",
    type=click.IntRange(1, 100_000_000),
    default=100_000,
    show_default=True,
    help="How many runs in all, shared out among ways to play and readings.",
)
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
@click.option(
    "--block",
    type=click.IntRange(1, 100_000),
    default=1_000,
    show_default=True,
    help="Runs in a block; changes speed and memory, never results.",
)
@backend_option
@json_option
def campaign(
    scenario: str, runs: int, seed: int, workers: int, block: int, backend: str, as_json: bool
) -> None:
    """
    Play SCENARIO at random and by every strategy, and tell what breaks or is never reached.

    Exit code 1 when something is wrong.
    """
    from mali_sim.experiment.campaign import Campaign, run_campaign

    model = load_scenario(scenario)
    design = Campaign(runs, seed, choose_backend(backend, runs), workers, block)
    bar = Bar(not as_json)
    try:
        found = run_campaign(model, design, bar.show)
    except KeyboardInterrupt:
        raise click.ClickException("stopped") from None
    finally:
        bar.end()
    click.echo(to_json(as_record(found)) if as_json else as_text(found))
    if found.offences():
        raise SystemExit(1)


def as_record(found: "Findings") -> dict[str, Any]:
    """A campaign as the object that ``--json`` prints."""
    from attrs import asdict

    model = found.model
    remembered = model.layout.blocks["since"].labels
    events = [item.id for item, _ in model.happenings.events]
    everything = found.total()
    happened = dict(zip(remembered, everything.happened.tolist(), strict=True))
    return {
        "scenario": model.scenario.scenario.id,
        "fingerprint": model.fingerprint,
        "seed": found.design.seed,
        "runs": found.runs,
        "seconds": round(found.seconds, 3),
        "ways": [
            {"way": w.name, "strategy": w.strategy, "runs": found.total([w.name]).runs} for w in found.ways
        ],
        "readings": list(found.readings),
        "endings": {
            id: {w.name: float(found.shares([w.name])[n]) for w in found.ways}
            | {"strategies": float(found.shares(found.strategies)[n])}
            for n, id in enumerate(model.scenario.ending)
        },
        "events": {id: happened[id] for id in events},
        "actions": {
            a.id: {
                "actor": a.actor,
                "legal": int(everything.legal[n]),
                "possible": int(everything.possible[n]),
                "done": happened.get(a.id),
            }
            for n, a in enumerate(model.happenings.actions)
        },
        "breaches": [asdict(b) for b in everything.breaches],
        "offences": [asdict(o) for o in found.offences()],
    }


def as_text(found: "Findings") -> str:
    """A campaign as text: endings by way to play, then what is wrong."""
    model = found.model
    offences = found.offences()
    months = model.scenario.scenario.months
    lines = [
        f"{found.runs:,} runs of {months} months, {found.seconds:.1f} s: {len(found.ways)} ways to play, "
        f"{len(found.readings)} readings",
        "",
        "Endings, in how many of 100 runs",
    ]
    columns = {w.name: found.shares([w.name]) for w in found.ways}
    columns["all strategies"] = found.shares(found.strategies)
    wide = max((len(id) for id in model.scenario.ending), default=0)
    names = list(columns)
    lines += [f"  {'':{wide}}  " + "  ".join(f"({n})" for n in range(1, len(names) + 1))]
    for row, id in enumerate(model.scenario.ending):
        cells = "  ".join(f"{100 * columns[n][row]:{len(str(k)) + 2}.0f}" for k, n in enumerate(names, 1))
        lines.append(f"  {id:{wide}}  {cells}")
    lines += [f"  ({k}) {n}" for k, n in enumerate(names, 1)]
    total = found.total()
    actions = model.happenings.actions
    remembered = model.layout.blocks["since"].labels
    events = [item.id for item, _ in model.happenings.events]
    seen = sum(bool(total.happened[remembered.index(id)]) for id in events)
    broken = sum(total.broken.values())
    lines += [
        "",
        f"{seen} of {len(events)} events happened; {int((total.legal > 0).sum())} of {len(actions)} "
        f"things to do were legal at some time, {int((total.possible > 0).sum())} could be paid for; "
        f"{broken or 'no'} numbers were out of bounds.",
        "",
        *(f"{o.kind}: {o.text}" for o in offences),
        f"{len(offences)} thing{'s' if len(offences) != 1 else ''} wrong" if offences else "nothing wrong",
    ]
    return "\n".join(lines)
