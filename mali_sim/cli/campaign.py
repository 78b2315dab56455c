"""Everything tried, many times: ``campaign``."""

from typing import TYPE_CHECKING, Any

import click

from mali_sim.cli.options import (
    DEFAULT_SCENARIO,
    backend_option,
    block_option,
    choose_backend,
    json_option,
    load_scenario,
    seed_option,
    to_json,
    workers_option,
)
from mali_sim.cli.progress import Bar

if TYPE_CHECKING:
    from mali_sim.experiment.campaign import Findings, Offence


@click.command()
@click.argument("scenarios", nargs=-1)
@click.option(
    "--runs",
    type=click.IntRange(1, 100_000_000),
    default=100_000,
    show_default=True,
    help="How many runs of each scenario, shared out among ways to play and readings.",
)
@seed_option
@workers_option
@block_option
@backend_option
@json_option
def campaign(
    scenarios: tuple[str, ...], runs: int, seed: int, workers: int, block: int, backend: str, as_json: bool
) -> None:
    """
    Play SCENARIOS at random and by every strategy, and tell what breaks or is never reached.

    Of scenarios that share a world, what never happens in one is not wrong if it happens in
    another. Exit code 1 when something is wrong.
    """
    from mali_sim.experiment.campaign import Campaign, run_campaign, together

    design = Campaign(runs, seed, choose_backend(backend, runs), workers, block)
    models = [load_scenario(name) for name in scenarios or (DEFAULT_SCENARIO,)]
    found = []
    for model in models:
        bar = Bar(not as_json)
        try:
            found.append(run_campaign(model, design, bar.show))
        except KeyboardInterrupt:
            raise click.ClickException("stopped") from None
        finally:
            bar.end()
        if not as_json:
            click.echo(as_text(found[-1]) + "\n")
    offences = together(found)
    if as_json:
        records = [as_record(one) for one in found]
        whole = {"scenarios": records, "offences": [_plain(*o) for o in offences]}
        click.echo(to_json(records[0] if len(records) == 1 else whole))
    else:
        several = len(found) > 1
        lines = [f"{f'{id}: ' if several else ''}{o.kind}: {o.text}" for id, o in offences]
        count = f"{len(offences)} thing{'s' if len(offences) != 1 else ''} wrong"
        click.echo("\n".join([*lines, count if offences else "nothing wrong"]))
    if offences:
        raise SystemExit(1)


def _plain(scenario: str, offence: "Offence") -> dict[str, Any]:
    from attrs import asdict

    return {"scenario": scenario, **asdict(offence)}


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
    """A campaign as text: endings by way to play, then how much was seen."""
    model = found.model
    months = model.scenario.scenario.months
    lines = [
        f"{model.scenario.scenario.id}: {found.runs:,} runs of {months} months, {found.seconds:.1f} s; "
        f"{len(found.ways)} ways to play, {len(found.readings)} readings",
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
    ]
    return "\n".join(lines)
