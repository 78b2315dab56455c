"""``mali-sim`` and its commands, each loaded when it is called."""

import importlib
import sys

import click

from mali_sim import __version__

#: Command to the module under ``mali_sim.cli`` that has it, and its one-line help.
COMMANDS = {
    "scenarios": ("content", "List the scenarios."),
    "check": ("content", "Check scenario files and print every problem."),
    "schema": ("content", "Print a JSON Schema of scenario files, for editors."),
    "document": ("documents", "Write a scenario's model, sources and loops as pages."),
    "explain": ("content", "Explain a name of a scenario: equation, sources, what it feeds."),
    "coverage": ("evidence", "Test a scenario's claims, and show which sources it uses."),
    "run": ("run", "Run a scenario once and print its months."),
    "replay": ("run", "Run one run of any batch again, from its address."),
    "batch": ("batch", "Run strategies many times on the same luck and compare them."),
    "campaign": ("campaign", "Play at random and by every strategy; tell what breaks or is never reached."),
    "dead": ("dead", "Find decisions that are always right, never right, or without effect."),
    "validate": ("validate", "Replay the past and test the structure of a scenario."),
    "findings": ("findings", "Tell what each strategy does, how surely, and which assumption decides."),
    "outlook": ("outlook", "Tell what the published series may do under one strategy, as a page."),
    "play": ("play", "Play a scenario, in a window or as text."),
    "bench": ("bench", "Measure the backends on this machine."),
    "bench-window": ("bench_window", "Measure the window on this machine."),
    "doctor": ("doctor", "Look at this machine: Python, display, compiler, cache."),
    "version": ("doctor", "Print the version and the rules version."),
}


class _Lazy(click.Group):
    """A group that imports a command's module only when the command is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"mali_sim.cli.{COMMANDS[cmd_name][0]}")
        return getattr(module, cmd_name.replace("-", "_"))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from mali_sim.scenario.problems import did_you_mean

            mend = did_you_mean(args[0], COMMANDS, f"commands: {', '.join(COMMANDS)}")
            raise click.UsageError(f"no command is called {args[0]}; {mend}", ctx) from error


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mali-sim")
def cli() -> None:
    """
    Crisis Group's briefing on Mali's isolation, as a game and a model.

    Start with: mali-sim play --text, or mali-sim run avoid-the-trap
    """


def main() -> None:
    """Run the command line; what a user can do wrong ends in a sentence, never a traceback."""
    from mali_sim.cli.errors import user_errors
    from mali_sim.cli.usage import click_speaks, language_of

    with user_errors(), click_speaks(language_of(sys.argv[1:])):
        sys.exit(cli(standalone_mode=True))
