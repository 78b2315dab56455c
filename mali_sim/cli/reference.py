"""
The commands as a page: ``python -m mali_sim.cli.reference > docs/commands.md``.

Written from the commands themselves, so that it cannot fall behind; a test compares.
"""

import click

from mali_sim.cli.main import COMMANDS, cli


def page() -> str:
    """All commands with their arguments and options, as Markdown."""
    lines = [
        "# Commands",
        "",
        "Written by `python -m mali_sim.cli.reference > docs/commands.md`.",
        "What a user can mend ends in one sentence on the error stream and exit code 2 "
        "(1 for a scenario with problems).",
        "",
    ]
    context = click.Context(cli, info_name="mali-sim")
    for name in COMMANDS:
        command = cli.get_command(context, name)
        if command is None:
            raise RuntimeError(f"no command {name}")
        lines += _command(name, command)
    return "\n".join(lines).rstrip() + "\n"


def _command(name: str, command: click.Command) -> list[str]:
    arguments = [p for p in command.params if isinstance(p, click.Argument)]
    options = [p for p in command.params if isinstance(p, click.Option)]
    usage = " ".join(["mali-sim", name, *(_argument(a) for a in arguments), "[OPTIONS]" if options else ""])
    lines = [f"## {name}", "", f"`{usage.strip()}`", "", " ".join((command.help or "").split()), ""]
    if options:
        lines += ["| option | what it does |", "|---|---|"]
        lines += [f"| {_option(o)} | {_help(o)} |" for o in options]
        lines.append("")
    return lines


def _argument(argument: click.Argument) -> str:
    name = (argument.name or "").upper()
    if argument.nargs == -1:
        name += "…"
    return name if argument.required else f"[{name}]"


def _option(option: click.Option) -> str:
    names = ", ".join(option.opts)
    if option.is_flag:
        return f"`{names}`"
    kind = option.metavar or (
        "|".join(option.type.choices) if isinstance(option.type, click.Choice) else option.type.name.upper()
    )
    return f"`{names} {kind}`".replace("|", "\\|")


def _help(option: click.Option) -> str:
    text = (option.help or "").replace("|", "\\|").strip()
    if option.show_default and option.default not in (None, False):
        text += f" Default: {option.default}."
    return text


if __name__ == "__main__":
    click.echo(page(), nl=False)
