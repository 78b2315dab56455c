"""
A readable year of every scenario, as it was when somebody last looked at it.

``python -m tests.test_golden --write`` writes them anew (with names, only those); read the
difference before you commit it.
"""

import difflib
import sys
from pathlib import Path

import pytest

from mali_sim.play import Game, SeatView
from mali_sim.play.address import TENDENCY
from tests.support import ALL_SCENARIOS, HERE, shared_model

GOLDEN = HERE / "golden"
MONTHS = 12
COMMAND = "python -m tests.test_golden --write"


def trace(path: Path) -> str:
    """A year of a scenario's own strategy with seed 1, as text."""
    model = shared_model(path)
    header = model.scenario.scenario
    game = Game.new(model, seed=1, profile=header.strategy or TENDENCY)
    view = SeatView(game, header.seats[0])
    lines = [
        f"{header.id}, version {header.version}: {header.title.en}",
        f"address      {game.run_address}",
        f"fingerprint  {model.fingerprint}",
        "",
        f"before       {numbers(view)}",
    ]
    for _ in range(min(MONTHS, game.months)):
        date = game.date()
        report = game.advance()
        lines.append(f"{date}      {numbers(view)}")
        lines += [f"    {actor} does {id}" for actor, id in report.decisions]
        lines += [f"    it happens: {name}" for name in report.events]
    lines.append("")
    if game.finished:
        lines += [f"outcome {id}  {amount:.6g}" for id, amount in game.outcomes().items()]
        lines.append(f"ending       {game.ending()}")
    lines.append(f"state        {game.state_hash()}")
    return "\n".join(lines) + "\n"


def numbers(view: SeatView) -> str:
    """The headline indicators, or all where a scenario has no headlines."""
    shown = view.headlines() or view.indicators()
    return "  ".join(f"{i.id.removeprefix('obs.')} {i.value:.{i.decimals}f}" for i in shown)


@pytest.mark.parametrize("path", ALL_SCENARIOS, ids=lambda p: p.stem)
def test_golden_trace(path):
    golden = GOLDEN / f"{path.stem}.txt"
    if not golden.exists():
        pytest.fail(f"{golden.name} is missing; write it with: {COMMAND} {path.stem}", pytrace=False)
    expected, found = golden.read_text(), trace(path)
    if found != expected:
        lines = difflib.unified_diff(
            expected.splitlines(), found.splitlines(), golden.name, "now", lineterm="", n=1
        )
        pytest.fail("\n".join([*lines, "", f"If that is meant: {COMMAND} {path.stem}"]), pytrace=False)


def test_no_golden_trace_is_of_a_scenario_that_is_gone():
    assert {p.stem for p in GOLDEN.glob("*.txt")} <= {p.stem for p in ALL_SCENARIOS}


def test_a_golden_trace_is_of_a_world_in_which_something_happens():
    for golden in GOLDEN.glob("*.txt"):
        text = golden.read_text()
        assert " does " in text, golden.name
        assert len({line for line in text.splitlines() if line[:4].isdigit()}) >= 6, golden.name


def main(arguments: list[str]) -> None:
    """Write the golden traces of the scenarios named, or of all."""
    if arguments[:1] != ["--write"]:
        sys.exit(f"usage: {COMMAND} [SCENARIO ...]")
    GOLDEN.mkdir(exist_ok=True)
    for path in ALL_SCENARIOS:
        if path.stem in arguments[1:] or not arguments[1:]:
            (GOLDEN / f"{path.stem}.txt").write_text(trace(path))
            print(GOLDEN / f"{path.stem}.txt")


if __name__ == "__main__":
    main(sys.argv[1:])
