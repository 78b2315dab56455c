"""Pages that a command writes, in both languages."""

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from mali_sim.cli.options import to_json

out_option = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the page to this file, and the French one beside it: constats.md beside findings.md, "
    "prevision-2023.md beside forecast-2023.md, NAME.fr.md beside NAME.md.",
)
#: What the French page is called beside an English one.
_FRENCH = {"findings.md": "constats.md", "forecast-2023.md": "prevision-2023.md"}


def command_line(*words: str, **options: object) -> str:
    """A command as one would type it again; options that are None are left out."""
    said = [(f"--{name}", str(value)) for name, value in options.items() if value is not None]
    return shlex.join([*words, *(part for pair in said for part in pair)])


def ready(out: Path | None) -> None:
    """
    Make sure that pages can be written, before there is anything to write.

    Raises
    ------
    click.BadParameter
        When they cannot.
    """
    for path in (out, french_of(out)) if out is not None else ():
        new = not path.exists()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("a").close()
            if new:
                path.unlink()
        except OSError as error:
            said = f"{path}: {error.strerror or error}; name another file"
            raise click.BadParameter(said, param_hint="--out") from None


def french_of(out: Path) -> Path:
    """The file of the French page beside an English one."""
    return out.with_name(_FRENCH.get(out.name, f"{out.stem}.fr{out.suffix}"))


def show(
    page: Callable[[str], str], record: Mapping[str, Any], out: Path | None, lang: str, as_json: bool
) -> None:
    """
    Write a page in both languages, or print it in one.

    Parameters
    ----------
    page : callable
        The page's text in a language.
    record : dict
        The same as JSON.
    out : Path, optional
        Where to write it; it is printed otherwise.
    lang : str
        Language of what is printed.
    as_json : bool
        Whether to print the record instead.

    Raises
    ------
    click.ClickException
        When the file cannot be written.
    """
    if out is not None:
        for path, language in ((out, "en"), (french_of(out), "fr")):
            _write(path, page(language))
            click.echo(f"{path} written", err=True)
    if as_json:
        click.echo(to_json(record))
    elif out is None:
        click.echo(page(lang), nl=False)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        said = f"{path}: {error.strerror or error}; name another file with --out"
        raise click.ClickException(said) from None
