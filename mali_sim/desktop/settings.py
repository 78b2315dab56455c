"""What a player has set: kept in the platform's folder, read at the start, written when it changes."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs
from attrs import asdict, define, field, fields

from mali_sim.desktop.tokens import SCALES, THEMES
from mali_sim.scenario.texts import LANGUAGES


def settings_path() -> Path:
    """The file of settings, where the platform keeps such things."""
    return Path(platformdirs.user_config_dir("mali_sim")) / "settings.json"


@define
class Settings:
    """
    What a player has set.

    Parameters
    ----------
    language : str
        ``en`` or ``fr``; empty for the system's.
    scale : int
        Of the interface in percent; 0 is as large as fits well.
    theme : {'day', 'contrast'}
    motion : bool
        Whether anything moves.
    fullscreen : bool
    tips : bool
        Whether what the pointer rests on is explained.
    noted : bool
        Whether the note on content was read.
    keys : mapping of str to str
        Keys that differ from the usual ones, by what they do.
    """

    language: str = ""
    scale: int = 0
    theme: str = "day"
    motion: bool = True
    fullscreen: bool = False
    tips: bool = True
    noted: bool = False
    keys: dict[str, str] = field(factory=dict)
    path: Path | None = field(default=None, eq=False)
    #: Why the file could not be read; it is left as it is and the usual settings hold.
    problem: str = field(default="", eq=False)

    @classmethod
    def load(cls, path: Path | None = None) -> "Settings":
        """The settings of a file; the usual ones where there is none, or none that can be read."""
        path = path or settings_path()
        found = cls(path=path)
        try:
            found._take(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, TypeError, RecursionError) as error:
            found = cls(path=path, problem=str(error))
        return found

    def _take(self, stored: Any) -> None:
        """Take over what is well formed; what is not of this version is left out."""
        if not isinstance(stored, Mapping):
            raise TypeError("no table of settings")
        for name, value in stored.items():
            if _fits(name, value):
                setattr(self, name, value)

    def save(self) -> str:
        """Write the file at once and whole; returns why it could not be written, or nothing."""
        if self.path is None:
            return ""
        kept = {k: v for k, v in asdict(self).items() if k not in ("path", "problem")}
        beside = self.path.with_suffix(".new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            os.replace(beside, self.path)
        except OSError as error:
            return str(error)
        return ""


def _fits(name: str, value: Any) -> bool:
    """Whether a stored value is one that a setting can have."""
    allowed: dict[str, Any] = {"language": ("", *LANGUAGES), "scale": SCALES, "theme": tuple(THEMES)}
    if name in allowed:
        return type(value) in (str, int) and value in allowed[name]
    if name == "keys":
        return isinstance(value, Mapping) and all(isinstance(x, str) for x in (*value, *value.values()))
    known = {f.name: f for f in fields(Settings)}
    return name in known and known[name].type in (bool, "bool") and isinstance(value, bool)
