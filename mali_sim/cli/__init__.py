"""The command line: the doors, each opening one room. Heavy imports wait until a command runs."""

from mali_sim.cli.main import main

__all__ = ["main"]
