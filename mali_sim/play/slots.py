"""Where games are saved: one folder, a file a game that is kept each month, and those that were named."""

import contextlib
import re
import time
from pathlib import Path

import platformdirs

from mali_sim.play.game import Game

SUFFIX = ".save"
_AUTO = f"-auto{SUFFIX}"


def save_folder() -> Path:
    """The user's folder of saves."""
    return Path(platformdirs.user_data_dir("mali_sim")) / "saves"


def save_path(text: str, folder: Path) -> Path:
    """A file that somebody named: in the folder of saves unless a folder is said."""
    path = Path(text.strip("\"'"))
    with contextlib.suppress(RuntimeError):  # a ~ that is nobody's home is a name like others
        path = path.expanduser()
    if not path.name:
        return folder
    if path.suffix != SUFFIX and not path.is_file():
        path = path.with_name(path.name + SUFFIX)
    return path if len(path.parts) > 1 or path.is_file() else folder / path


def was_named(path: Path, scenario: str) -> bool:
    """Whether somebody gave a save of a scenario its name, rather than the game."""
    return re.fullmatch(rf"{re.escape(scenario)}-\d{{8}}-\d{{6}}.*", path.stem) is None


def latest_saves(folder: Path, count: int = 12) -> list[Path]:
    """The latest saves first."""
    return sorted(folder.glob(f"*{SUFFIX}"), key=_age)[:count]


def _age(path: Path) -> float:
    """What comes first is young; what is gone by now comes last."""
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0


class Saves:
    """
    The files of one game.

    Attributes
    ----------
    folder : Path
    auto : Path or None
        The file that is written each month, once it has been.
    own : Path or None
        The file that the player saved in, or opened.
    """

    def __init__(self, game: Game, folder: Path, own: Path | None = None, note: str = "") -> None:
        self.game, self.folder = game, folder
        scenario = game.model.scenario.scenario.id
        self.name = f"{scenario}-{time.strftime('%Y%m%d-%H%M%S')}{note}"
        self.auto: Path | None = None
        self.own = own
        if own is not None and own.parent == folder and own.name.endswith(_AUTO):
            # What was kept by itself goes on in its file, rather than in one more.
            self.name, self.auto, self.own = own.name.removesuffix(_AUTO), own, None
        self._saved = self._kept = self._mark()

    def _mark(self) -> tuple[int, str]:
        """What tells whether something happened: how many events there are, and the last of them."""
        events = self.game.record.events
        return len(events), repr(events[-1:])

    @property
    def latest(self) -> Path | None:
        """A file to open the game with again."""
        return self.auto or self.own

    @property
    def unsaved(self) -> bool:
        """Whether something happened since the player last saved."""
        return self._mark() != self._saved

    def autosave(self) -> None:
        """
        Keep the game.

        Raises
        ------
        SaveError
        """
        if self.game.record.events:
            path = self.folder / f"{self.name}{_AUTO}"
            self.game.save(path)
            self.auto = path
            self._kept = self._mark()

    def forget(self) -> None:
        """Take away what was kept by itself: the player has saved the game, or wants none of it."""
        if self.auto is not None:
            self.auto.unlink(missing_ok=True)
            self.auto = None

    @property
    def behind(self) -> bool:
        """Whether something happened since the game was kept."""
        return self._mark() != self._kept

    def save(self, text: str) -> Path:
        """
        Save in a file that was named, or in the game's own.

        Raises
        ------
        SaveError
        """
        path = self.path(text) if text else self.own or self.folder / f"{self.name}{SUFFIX}"
        self.game.save(path)
        self._saved = self._mark()
        self.own = path
        return path

    def path(self, text: str) -> Path:
        """A file that somebody named: in the folder of saves unless a folder is said."""
        return save_path(text, self.folder)

    def listed(self, count: int = 12) -> list[Path]:
        """The latest saves first."""
        return latest_saves(self.folder, count)
