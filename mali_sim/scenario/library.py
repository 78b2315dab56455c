"""Where scenarios and assets are found: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

from mali_sim.scenario.problems import did_you_mean

_PACKAGE = Path(__file__).resolve().parent.parent


class ScenarioNotFound(LookupError):
    """No scenario of that name; the message says what there is."""


def content_folder(name: str) -> Path:
    """``scenarios`` or ``assets``, in a wheel or in a checkout."""
    inside = _PACKAGE / "content" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def list_scenarios() -> list[Path]:
    """The shipped scenarios' files, by name."""
    return sorted(p for p in content_folder("scenarios").glob("*.toml") if not p.name.startswith("."))


def find_scenario(name: str) -> Path:
    """
    The file of a scenario.

    Parameters
    ----------
    name : str
        A shipped scenario's id, or the path of a TOML file.

    Raises
    ------
    ScenarioNotFound
    """
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        if path.is_file():
            return path
        raise ScenarioNotFound(f"{name}: no such file")
    shipped = {p.stem: p for p in list_scenarios()}
    if name in shipped:
        return shipped[name]
    mend = did_you_mean(name, shipped, f"shipped: {', '.join(shipped) or 'none'}")
    raise ScenarioNotFound(f"no scenario is called {name}; {mend}")
