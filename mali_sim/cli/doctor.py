"""``doctor`` and ``version``."""

import platform
import sys
from importlib import metadata

import click

from mali_sim import RULES_VERSION, __version__


@click.command()
def version() -> None:
    """Print the version and the rules version."""
    click.echo(f"mali-sim {__version__}, rules {RULES_VERSION}")


@click.command()
def doctor() -> None:
    """Look at this machine and say what works, and what to do about what does not."""
    checks = [_python(), *_packages(), _content(), _display(), _compiler(), _cache()]
    for good, name, text in checks:
        click.echo(f"{'ok  ' if good else 'look'}  {name}: {text}")
    if not all(good for good, _, _ in checks):
        click.echo("What says `look` is missing or needs a hand; the rest of the program works without it.")


def _python() -> tuple[bool, str, str]:
    good = sys.version_info >= (3, 11)
    text = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if platform.machine().lower() not in ("x86_64", "amd64"):
        text += "; results are promised to the byte on x86-64 only"
    return good, "Python", text


def _packages() -> list[tuple[bool, str, str]]:
    found = []
    for name in ("numpy", "attrs", "cattrs", "click", "tomli", "pygame-ce"):
        try:
            found.append((True, name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            found.append((False, name, f"not installed; pip install {name}"))
    try:
        both = (
            f"{metadata.version('pygame')} is installed over pygame-ce; pip uninstall pygame, "
            "then pip install --force-reinstall pygame-ce"
        )
        found.append((False, "pygame", both))
    except metadata.PackageNotFoundError:
        pass
    return found


def _content() -> tuple[bool, str, str]:
    from mali_sim.scenario import list_scenarios

    names = [p.stem for p in list_scenarios()]
    return bool(names), "scenarios", ", ".join(names) or "none found; install the package again"


def _display() -> tuple[bool, str, str]:
    from mali_sim.desktop.app import display_problem

    problem = display_problem()
    return problem is None, "display", problem or "there is one: mali-sim play"


def _compiler() -> tuple[bool, str, str]:
    from mali_sim.engine import native

    problem = native.available()
    if problem:
        return False, "compiler", problem
    return True, "compiler", f"{native.compiler()}: large batches run natively"


def _cache() -> tuple[bool, str, str]:
    from mali_sim.engine import native

    try:
        folder = native.cache_folder()
    except Exception as error:
        return False, "cache", str(error)
    size = sum(f.stat().st_size for f in folder.glob("*") if f.is_file()) if folder.is_dir() else 0
    return True, "cache", f"{folder}, {size / 1e6:.1f} MB; it can be deleted at any time"
