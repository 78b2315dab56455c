"""Is the model true enough: ``validate``."""

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mali_sim.cli.options import backend_option, choose_backend, json_option, seed_option, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mali_sim.evidence.family import Family
    from mali_sim.evidence.plausible import Search
    from mali_sim.evidence.replay import Refusal
    from mali_sim.evidence.structure import Tested
    from mali_sim.evidence.targets import Estimate, Judged
    from mali_sim.evidence.validate import Often, Report, Validation

DEFAULT_WORLD = "history-2021-2023"
_MANY = 1_000_000
#: What is nearer to 0 than this is what held constant drifts by, or rounding.
_NOTHING = 1e-9


@click.command()
@click.argument("scenario", default=DEFAULT_WORLD)
@click.option(
    "--runs", type=click.IntRange(2, 100_000), default=500, show_default=True, help="Runs of each replay."
)
@seed_option
@click.option(
    "--pairs", type=click.IntRange(2, 10_000), default=100, show_default=True,
    help="Pairs of futures in each structural test.",
)  # fmt: skip
@click.option("--only", multiple=True, metavar="ID", help="Only this target or test. May be repeated.")
@click.option("--matrix/--no-matrix", default=True, help="Knock out every loop and see what no longer holds.")
@click.option(
    "--table", type=click.Path(path_type=Path, dir_okay=False),
    help="Write the knock-outs to this file as a Markdown table.",
)  # fmt: skip
@click.option(
    "--seeds", type=click.IntRange(1, 1_000), metavar="K",
    help="Again with K other seeds: how often each target and test holds.",
)  # fmt: skip
@click.option(
    "--commit", metavar="TEXT", help="What those seeds are derived from; the fingerprint by default."
)
@click.option(
    "--plausible", type=click.IntRange(1, 1_000_000), metavar="N",
    help="Instead: replay N draws of the priors and keep those that meet the targets fitted on.",
)  # fmt: skip
@click.option(
    "--luck", type=click.IntRange(1, 100), default=3, show_default=True, help="Replays of each such draw."
)
@click.option(
    "--write", type=click.Path(path_type=Path, dir_okay=False), help="Write the draws kept to this file."
)
@click.option("--strict", is_flag=True, help="Exit with 1 when anything does not hold or was refused.")
@backend_option
@json_option
def validate(
    scenario: str, runs: int, seed: int, pairs: int, only: tuple[str, ...], matrix: bool,
    table: Path | None, seeds: int | None, commit: str | None, plausible: int | None, luck: int,
    write: Path | None, strict: bool, backend: str, as_json: bool,
) -> None:  # fmt: skip
    """
    Replay the past of SCENARIO and test its structure.

    Targets stand beside the null replay, in which every mechanism is held constant: what it
    meets too proves nothing. Scenarios that name the same files of evidence are taken together.
    """
    from mali_sim.cli.evidence import load_family
    from mali_sim.evidence.validate import Validation

    family = load_family(scenario)
    # Even a few hundred runs are many replays and tests: native where there is a compiler.
    _known(family, only)
    validation = Validation(family, runs, pairs, choose_backend(backend, _MANY), only)
    if plausible is not None:
        _search(validation, plausible, seed, luck, only, write, as_json)
        return
    if only and validation.about_loops and not matrix and table is None:
        name = validation.about_loops[0]
        raise click.UsageError(f"{name} is about loops that are cut: leave out --no-matrix")
    report = validation.report(seed, matrix or table is not None)
    often = _over_seeds(validation, seeds, commit) if seeds else None
    kept = _kept(validation)
    if table is not None and report.matrix is not None:
        from mali_sim.evidence.knockout import as_markdown

        _write(table, as_markdown(report.matrix, family.evidence.loops) + "\n")
    if as_json:
        click.echo(to_json(as_record(family, report, often) | {"plausible": kept}))
    else:
        click.echo("\n".join([*as_text(family, report, often), *_kept_lines(kept)]))
    if strict and not report.ok:
        raise SystemExit(1)


def _known(family: "Family", only: tuple[str, ...]) -> None:
    """Refuse what is neither a target nor a test."""
    from mali_sim.scenario import did_you_mean

    known = [*family.evidence.of("target"), *family.evidence.of("structure")]
    for id in only:
        if id not in known:
            listed = f"there are {', '.join(known)}"
            raise click.UsageError(f"there is no target or test {id}; {did_you_mean(id, known, listed)}")


def _over_seeds(validation: "Validation", count: int, commit: str | None) -> "Often":
    from mali_sim.evidence.validate import over_seeds, seeds_of

    text = commit or next(iter(validation.family.models.values())).fingerprint
    return over_seeds(validation, seeds_of(text, count))


def _kept(validation: "Validation") -> dict[str, Any] | None:
    """What there is of plausible draws, and whether they still are."""
    from mali_sim.evidence.plausible import again, stale

    table = validation.world.model.scenario.plausible if validation.world else None
    if validation.world is None or table is None:
        return None
    met, looked = again(validation, table)
    return {
        "kept": len(table.kept), "size": table.size,
        "stale": stale(table, validation.world.model, validation.fitted),
        "met_again": met, "looked_at": looked,
    }  # fmt: skip


def _kept_lines(kept: dict[str, Any] | None) -> list[str]:
    if kept is None:
        return []
    told = f"{kept['kept']} of {kept['size']} draws are kept as plausible; of {kept['looked_at']} replayed "
    lines = ["", told + f"by the rules as they are now, {kept['met_again']} meet their targets"]
    return [*lines, kept["stale"]] if kept["stale"] else lines


def _search(
    validation: "Validation", size: int, seed: int, luck: int, only: tuple[str, ...], write: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Plausible draws, told and written."""
    from mali_sim.evidence.plausible import as_toml, search

    if validation.world is None:
        raise click.ClickException("there are no targets to hold draws against")
    for id in only:
        if id not in validation.targets:
            raise click.UsageError(f"draws are held against targets, and {id} is a structural test")
    show = None if as_json or not sys.stderr.isatty() else _Progress(size).show
    found = search(validation, size, seed, luck, list(only) or None, show)
    kept = len(found.kept)
    if write is not None:
        if not kept:
            raise click.ClickException(
                f"none of {size} draws meets all of {', '.join(found.met)}; nothing was written: take more "
                "draws, or mend the model until more of its ranges hold the past"
            )
        _write(write, as_toml(found.table(), found.fitted))
    if as_json:
        click.echo(to_json(_search_record(found)))
        return
    lines = [f"{kept} of {size} draws meet all of {', '.join(found.met) or 'nothing'}"]
    lines += [f"  {id}: {int(met.sum())} ({100 * met.mean():.1f} %)" for id, met in found.met.items()]
    if write is not None:
        lines.append(f"written to {write}; scenarios that extend it take them with --draws plausible")
    click.echo("\n".join(lines))


def _search_record(found: "Search") -> dict[str, Any]:
    return {
        "design": found.design, "size": found.size, "world": found.world, "priors": found.priors,
        "seed": found.seed, "runs": found.runs, "kept": list(found.kept),
        "met": {id: int(met.sum()) for id, met in found.met.items()},
    }  # fmt: skip


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{path}: not written: {error.strerror or error}") from None


class _Progress:
    """How far a search is, on one line of the error stream."""

    def __init__(self, total: int) -> None:
        self.total = total

    def show(self, done: int) -> None:
        click.echo(f"\r{done:,} of {self.total:,} draws   ", nl=done >= self.total, err=True)


# -- as an object ------------------------------------------------------------------------


def as_record(family: "Family", report: "Report", often: "Often | None" = None) -> dict[str, Any]:
    """A report as the object that ``--json`` prints."""
    made: dict[str, Any] = {
        "scenario": report.scenario,
        "worlds": dict(report.worlds),
        "runs": report.runs,
        "seed": report.seed,
        "ok": report.ok,
        "targets": [_target_record(t) for t in report.targets],
        "structure": [_test_record(t) for t in report.structure],
        "refused": _refused_records(family, report.refused),
        "diverged": _refused_records(family, report.diverged),
        "unlisted": list(report.unlisted),
        "matrix": _matrix_record(report),
    }  # fmt: skip
    if often is not None:
        made["seeds"] = {
            "seeds": list(often.seeds),
            "held": dict(often.held),
            "values": {id: [_finite(v) for v in values] for id, values in often.values.items()},
        }
    return made


def _refused_records(family: "Family", refused: "Mapping[str, tuple[Refusal, ...]]") -> list[dict[str, Any]]:
    return [
        {
            "replay": replay, "input": r.submission.input, "id": r.submission.id,
            "actor": r.submission.actor, "month": _month(family, r.submission.month),
            "share": round(r.share, 4), "why": r.why,
        }
        for replay, found in refused.items()
        for r in found
    ]  # fmt: skip


def _target_record(judged: "Judged") -> dict[str, Any]:
    """A target: its first number at the top, all of them under ``parts``."""
    target = judged.target
    parts = []
    for n, part in enumerate(target.parts):
        columns = {name: estimates[n] for name, estimates in judged.columns.items()}
        own = columns["model"]
        made = {
            "says": (part.says or target.statement).en, "measure": part.measure, "take": part.take,
            "value": _finite(own.value), "low": part.low, "high": part.high, "span": _span(own),
            "null": _finite(columns["null"].value), "null_ok": columns["null"].ok, "ok": own.ok,
            "drawn": _finite(columns["drawn"].value), "drawn_span": _span(columns["drawn"]),
        }  # fmt: skip
        if "without" in columns:
            made["without"] = _finite(columns["without"].value)
            made["without_span"] = _span(columns["without"])
        parts.append(made)
    first = {k: v for k, v in parts[0].items() if k not in ("says", "ok", "null_ok")}
    return {
        "id": judged.id, "statement": target.statement.en, "replay": target.replay, "use": target.use,
        "label": target.label, **first, "ok": judged.ok(), "null_ok": judged.ok("null"),
        "evidence": judged.evidence, "without_events": list(target.without), "parts": parts,
    }  # fmt: skip


def _test_record(tested: "Tested") -> dict[str, Any]:
    return {
        "id": tested.id,
        "label": tested.test.label.en,
        "ok": tested.ok,
        "detail": _detail(tested),
        "checks": [
            {"says": f.says.en, "value": _finite(f.value), "error": _finite(f.error), "ok": f.ok}
            for f in tested.found
        ],
    }


def _matrix_record(report: "Report") -> dict[str, Any] | None:
    matrix = report.matrix
    if matrix is None:
        return None
    return {
        "whole": dict(matrix.whole),
        "cut": {loop: dict(row) for loop, row in matrix.cut.items()},
        "own": dict(matrix.own),
        "works": {loop: matrix.works(loop) for loop in matrix.cut},
    }


def _span(estimate: "Estimate") -> list[float | None]:
    return [_finite(estimate.low), _finite(estimate.high)]


def _finite(value: float) -> float | None:
    """A number that JSON has; a ratio without bound is null."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


# -- as text -----------------------------------------------------------------------------


def as_text(family: "Family", report: "Report", often: "Often | None" = None) -> list[str]:
    """A report in words and tables."""
    worlds = ", ".join(f"{id}@{fingerprint}" for id, fingerprint in report.worlds.items())
    lines = [f"{worlds}, {report.runs} runs, seed {report.seed}"]
    if report.targets:
        lines += ["", *_target_lines(report)]
    if report.structure:
        lines += ["", "Structure"]
        for tested in report.structure:
            lines.append(f"  {tested.id}  {_yes(tested.ok):4} {tested.test.label.en}")
            lines += [f"         {line}" for line in _detail(tested).split("\n") if line and not tested.ok]
        if report.untested:
            lines.append(f"  not tested without --matrix: {', '.join(report.untested)}")
    lines += _refused_lines(family, report)
    if report.matrix is not None and report.matrix.cut:
        lines += ["", "Loops knocked out (· as before, ✕ no longer holds, + holds now, [ ] its own test)"]
        lines += _matrix_lines(report)
    if often is not None:
        count = len(often.seeds)
        lines += ["", f"Of {count} seeds"]
        lines += [f"  {id:4} holds {held:3} times" for id, held in often.held.items()]
    return lines


def _target_lines(report: "Report") -> list[str]:
    shocks = sorted({name for t in report.targets for name in t.target.without})
    head = ["", "", "band", "model", "null", "over priors", f"without {', '.join(shocks)}" if shocks else ""]
    rows = [head]
    notes = []
    for judged in report.targets:
        target = judged.target
        met = "met" if judged.ok() else "not met"
        notes.append((len(rows), f"{judged.id}  {target.use}, {target.label}, {target.replay}: {met}"
                      f"{_worth(judged)}; {target.statement.en}"))  # fmt: skip
        for n, part in enumerate(target.parts):
            own, null, drawn = (judged.columns[c][n] for c in ("model", "null", "drawn"))
            without = judged.columns["without"][n] if "without" in judged.columns else None
            share = part.take == "share"
            rows.append([
                "", "yes" if own.ok else "no", _band(part.low, part.high), _told(own, share),
                f"{_number(null.value)}{' (met)' if null.ok else ''}", _told(drawn, share),
                _told(without, share) if without else "",
            ])  # fmt: skip
    widths = [max(len(row[k]) for row in rows) for k in range(len(head))]
    lines = []
    told = dict(notes)
    for n, row in enumerate(rows):
        if n in told:
            lines.append(told[n])
        lines.append("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip())
    return lines


def _worth(judged: "Judged") -> str:
    """What a target that is met is worth."""
    if not judged.ok() or judged.evidence:
        return ""
    return " (forced, no evidence)" if judged.target.label == "forced" else " (so does the null: no evidence)"


def _refused_lines(family: "Family", report: "Report") -> list[str]:
    lines: list[str] = []
    for title, refused in (
        ("Refused by the model in the replay {}", report.refused),
        ("Not possible any more in the replay {}, where others act by themselves", report.diverged),
    ):
        for replay, found in refused.items():
            if found:
                lines += ["", title.format(replay)]
            for r in found:
                s = r.submission
                lines.append(f"  {s.input} {_month(family, s.month)} {s.actor}: {s.id} "
                             f"in {100 * r.share:.0f} % of the runs: {r.why}")  # fmt: skip
    if report.unlisted:
        lines += ["", f"Dated events that no input names: {', '.join(report.unlisted)}"]
    return lines


def _matrix_lines(report: "Report") -> list[str]:
    matrix = report.matrix
    if matrix is None:
        return []
    wide = max(len(loop) for loop in matrix.cut)
    columns = list(matrix.whole)
    lines = [f"  {'':{wide}}  " + " ".join(c.rjust(4) for c in columns)]
    lines.append(f"  {'as it is':{wide}}  " + " ".join(_yes(matrix.whole[c]).rjust(4) for c in columns))
    for loop, row in matrix.cut.items():
        cells = []
        for c in columns:
            mark = "·" if matrix.whole[c] == row[c] else "✕" if matrix.whole[c] else "+"
            cells.append((f"[{mark}]" if matrix.own.get(loop) == c else mark).rjust(4))
        lines.append(f"  {loop:{wide}}  " + " ".join(cells))
    idle = matrix.idle
    if idle:
        lines.append(f"  still pass their own test when cut, or fail it whole: {', '.join(idle)}")
    return lines


def _detail(tested: "Tested") -> str:
    """What each check came to, one a line."""
    lines = [
        f"{'' if f.ok else 'NOT '}{f.says.en} ({_number(f.value)}"
        + (f" ± {_number(f.error)})" if f.error else ")")
        for f in tested.found
    ]
    return "\n".join([*lines, *([tested.detail] if tested.detail else [])])


def _month(family: "Family", month: int) -> str:
    """A month of the replayed world as ``YYYY-MM``."""
    world = family.world_of("input", next(iter(family.evidence.of("input"))))
    start = family.model(world).scenario.scenario.start
    at = int(start[:4]) * 12 + int(start[5:]) - 1 + month
    return f"{at // 12:04d}-{at % 12 + 1:02d}"


def _yes(holds: bool) -> str:
    return "yes" if holds else "NO"


def _band(low: float | None, high: float | None) -> str:
    if low is None:
        return f"at most {high:g}"
    return f"at least {low:g}" if high is None else f"{low:g} to {high:g}"


def _told(estimate: "Estimate", share: bool) -> str:
    if share:
        return _number(estimate.value)
    return f"{_number(estimate.value)} ({_number(estimate.low)} to {_number(estimate.high)})"


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "unbounded"
    if abs(value) < _NOTHING:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
