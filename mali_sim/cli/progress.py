"""How far long work is."""

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mali_sim.experiment import Progress


class Bar:
    """
    Progress on one line of the error stream, where that is a terminal.

    Parameters
    ----------
    wanted : bool
        Whether to show anything at all.
    what : str
        What is counted.
    """

    def __init__(self, wanted: bool = True, what: str = "runs") -> None:
        self.what = what
        self.wanted = wanted and sys.stderr.isatty()
        self.shown = False

    def show(self, progress: "Progress") -> None:
        """How far it is."""
        if not self.wanted:
            return
        self.shown = True
        share = 100 * progress.done / progress.total
        left = f"{progress.left:.0f} s left" if progress.left < 1e6 else ""
        done = f"{progress.done:,} of {progress.total:,} {self.what}"
        rate = f"{progress.rate:,.0f}/s" if progress.rate >= 1 else ""
        text = f"\r{share:5.1f} %  {done}  {rate}  {left}   "
        click.echo(text, nl=False, err=True)

    def end(self) -> None:
        """Leave the line."""
        if self.shown:
            click.echo(err=True)
