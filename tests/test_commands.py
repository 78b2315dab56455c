"""The command line: documented, lazy, and without tracebacks for what a user can do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mali_sim.cli.main import COMMANDS, cli, main
from mali_sim.cli.reference import page

ROOT = Path(__file__).resolve().parent.parent
TINY = str(ROOT / "tests" / "scenarios" / "tiny.toml")


def mali_sim(*args: str, code: int = 0) -> str:
    """The output of a command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "mali_sim", *args], capture_output=True, text=True, timeout=120
    )
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    assert done.returncode == code, done.stderr + done.stdout
    return done.stdout + done.stderr


def test_the_page_of_commands_is_current() -> None:
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert written == page(), "write it again: python -m mali_sim.cli.reference > docs/commands.md"


def test_every_command_and_option_says_what_it_does() -> None:
    import click

    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        assert command.help, name
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{name} {option.opts}"


def said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str, system: str = "C"
) -> str:
    """What is said of a command line that cannot be understood, spaces made plain."""
    for name in ("LANGUAGE", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", system)
    monkeypatch.setattr(sys, "argv", ["mali-sim", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert "LANGUAGE" not in os.environ
    return " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("arguments", "french"),
    [
        (["play", "--lang", "fr", "--foo"], "Erreur : il n’y a pas d’option --foo."),
        (["play", "--lang=fr", "--seed", "x"], "valeur refusée pour '--seed' : « x » n’est pas un nombre"),
        (["play", "--lang", "fr", "a", "b"], "un argument de trop (b)"),
        (["play", "--text", "--lang", "fr", "no-such"], "aucun scénario ne s’appelle no-such"),
        (["findings", "--lang", "fr", "--seed"], "l’option --seed demande 1 valeur."),
    ],
)
def test_what_is_wrong_with_a_command_line_is_said_in_french_with_its_frame(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], french: str
) -> None:
    told = said(monkeypatch, capsys, *arguments)
    assert french in told
    assert not {"Usage:", "Error:", "Try", "Invalid"} & {*told.split()}


def test_the_frame_is_in_the_language_of_what_it_frames(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Erreur" in said(monkeypatch, capsys, "play", "--foo", system="fr_ML.UTF-8")
    assert "Error:" in said(monkeypatch, capsys, "play", "--foo", "--lang", "en", system="fr_ML.UTF-8")
    assert "Error:" in said(monkeypatch, capsys, "batch", "--foo", system="fr_ML.UTF-8"), "batch is English"
    assert "Error:" in said(monkeypatch, capsys, "play", "--foo")


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`{name}`" not in readme and f"mali-sim {name}" not in readme] == []


def test_help_loads_neither_numpy_nor_pygame() -> None:
    code = (
        "import sys; sys.argv = ['mali-sim', '--help']\n"
        "from mali_sim.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "assert not {'numpy', 'pygame', 'attrs', 'cattrs'} & set(sys.modules), sorted(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_run_prints_one_object_that_says_how_to_make_it_again() -> None:
    found = json.loads(mali_sim("run", TINY, "--strategy", "talker", "--seed", "5", "--json"))
    assert set(found) >= {
        "address", "scenario", "fingerprint", "rules_version", "strategy", "seed", "months", "outcome",
    }  # fmt: skip
    assert len(found["months"]) == 12
    assert set(found["months"][0]) == {"date", "indicators", "decisions", "events"}
    assert found["months"][0]["date"] == "2023-02"
    assert all(name.startswith("obs.") for name in found["months"][0]["indicators"])
    again = json.loads(mali_sim("replay", found["address"], "--scenario", TINY, "--json"))
    assert again["months"] == found["months"]
    assert again["outcome"] == found["outcome"]


def test_a_run_of_a_batch_is_the_same_alone(tmp_path: Path) -> None:
    import numpy as np

    out = tmp_path / "kept"
    args = ["batch", TINY, "--strategy", "talker", "--strategy", "tendency", "--runs", "30"]
    found = json.loads(mali_sim(*args, "--block", "7", "--backend", "numpy", "--out", str(out), "--json"))
    assert found["runs"] == 30
    assert set(found["strategies"]) == {"talker", "tendency"}
    assert set(found["differences"]) == {"tendency"}
    assert set(found["strategies"]["talker"]["support"]) >= {"median", "low", "high"}
    outcomes = np.load(out / "outcomes-0.npy")
    address = found["addresses"]["talker"].rsplit(":", 1)[0] + ":23"
    alone = json.loads(mali_sim("replay", address, "--scenario", TINY, "--json"))
    assert alone["outcome"]["support"] == outcomes[0, 23]
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["seed"] == 1
    assert manifest["profiles"][0]["first_run"].endswith(":0")


def test_workers_and_blocks_change_no_outcome(tmp_path: Path) -> None:
    import numpy as np

    kept = []
    for n, extra in enumerate((["--block", "40"], ["--block", "7", "--workers", "2"])):
        out = tmp_path / str(n)
        args = ["batch", TINY, "--strategy", "talker", "--runs", "60", "--backend", "numpy"]
        mali_sim(*args, *extra, "--out", str(out), "--json")
        kept.append(np.load(out / "outcomes-0.npy").tobytes())
    assert kept[0] == kept[1]


def test_a_strategy_in_python_plays_and_is_named_in_the_address(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "def careful(view):\n"
        "    return {'talk.north': view['obs.support'] < 50}\n"
        "careful.actor = 'gov'\n"
    )
    found = json.loads(mali_sim("run", TINY, "--strategy", f"{file}:careful", "--json"))
    assert "gov=py/careful#" in found["address"]
    decided = [d["id"] for month in found["months"] for d in month["decisions"] if d["actor"] == "gov"]
    assert "talk.north" in decided
    again = json.loads(
        mali_sim("replay", found["address"], "--policy", f"{file}:careful", "--scenario", TINY, "--json")
    )
    assert again["outcome"] == found["outcome"]
    said = mali_sim("replay", found["address"], "--scenario", TINY, code=2)
    assert "--policy" in said


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["rnu"], "did you mean run?"),
        (["run", "nowhere"], "no scenario is called nowhere"),
        (["run", "nowhere.toml"], "no such file"),
        (["run", TINY, "--strategy", "talkre"], "did you mean talker?"),
        (["run", TINY, "--reading", "mine"], "there is no reading mine"),
        (["run", TINY, "--set", "drfit=0.2"], "did you mean drift?"),
        (["run", TINY, "--set", "drift=7"], "is outside 0..1"),
        (["run", TINY, "--set", "drift"], "is not CONSTANT=VALUE"),
        (["replay", "nonsense"], "not an address"),
        (["replay", "tiny@000000000000:talker:balanced:1:0", "--scenario", TINY], "have changed since"),
        (["batch", TINY, "--strategy", "talker", "--strategy", "talker", "--runs", "3"], "named twice"),
        (["run", TINY, "--strategy", "xyzzy"], "there is no strategy xyzzy; there are "),
        (["campaign", "nowhere"], "no scenario is called nowhere"),
        (["outlook", "nowhere"], "no scenario is called nowhere"),
        (["document", "nowhere"], "no scenario is called nowhere"),
        (["validate", "nowhere"], "no scenario is called nowhere"),
        (["dead", "nowhere"], "no scenario is called nowhere"),
        (["explain", TINY, "suport"], "did you mean support?"),
        (["check", "nowhere.toml"], "no such file"),
    ],
)
def test_mistakes_end_in_a_sentence_with_the_mend(args: list[str], words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mali_sim", *args], capture_output=True, text=True, timeout=120
    )
    # A file that check cannot read is what it was asked about, and no mistake in asking.
    assert done.returncode == (1 if args[0] == "check" else 2)
    assert words in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_explain_says_what_feeds_a_name_and_what_it_feeds() -> None:
    said = mali_sim("explain", TINY, "support")
    assert "flow:erode" in said
    assert "obs:support" in said


def test_scenarios_lists_what_is_shipped() -> None:
    rows = json.loads(mali_sim("scenarios", "--json"))
    assert "avoid-the-trap" in {row["id"] for row in rows}


def test_version_names_the_rules() -> None:
    said = CliRunner().invoke(cli, ["version"]).output
    assert "rules" in said


def test_a_python_strategy_that_returns_no_dict_is_told(tmp_path: Path) -> None:
    file = tmp_path / "listing.py"
    file.write_text("def listing(view):\n    return ['talk']\n", encoding="utf-8")
    assert "it returned a list" in mali_sim("run", TINY, "--strategy", f"{file}:listing", code=2)
