"""The program as it is started, on a display with real keys and clicks."""

import ctypes
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mali_sim.play import Game

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not (shutil.which("Xvfb") and shutil.which("xdotool")),
    reason="needs Xvfb and xdotool",
)
TITLE = {"en": "First steps", "fr": "Premiers pas"}
#: Seconds after which something that should happen has not.
PATIENCE = 60


@pytest.fixture
def display(tmp_path):
    """A display of its own, of a number that no other process of the tests takes."""
    log = tmp_path / "xvfb.log"
    end = time.monotonic() + PATIENCE
    for attempt in range(20):
        name = f":{100 + (os.getpid() * 20 + attempt) % 30_000}"
        with log.open("w") as out:
            command = ["Xvfb", name, "-screen", "0", "1400x900x24", "-nolisten", "tcp", "-noreset"]
            server = subprocess.Popen(command, stdout=out, stderr=out)
        while server.poll() is None and not answers(name):
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.1)
        if server.poll() is None:
            break
    assert server.poll() is None, log.read_text()
    yield name
    server.terminate()
    server.wait(10)


def answers(display: str) -> bool:
    """Whether there is a display of a name."""
    asked = ["xdotool", "getdisplaygeometry"]
    made = subprocess.run(asked, env=os.environ | {"DISPLAY": display}, capture_output=True, check=False)
    return made.returncode == 0


class ClientMessage(ctypes.Structure):
    """A message to a window, as Xlib lays it out; an event is 24 words long."""

    _fields_ = (
        ("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p), ("window", ctypes.c_ulong), ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int), ("data", ctypes.c_long * 5), ("rest", ctypes.c_long * 12),
    )  # fmt: skip


class Desk:
    """The program on a display, and somebody at the keyboard."""

    def __init__(self, display: str, home: Path, *arguments: str, settings: dict | None = None) -> None:
        self.data = home / "data"
        config = home / "config" / "mali_sim"
        config.mkdir(parents=True, exist_ok=True)
        if settings is not None:
            (config / "settings.json").write_text(json.dumps(settings))
        hidden = ("SDL_VIDEODRIVER", "WAYLAND_DISPLAY")
        self.env = {k: v for k, v in os.environ.items() if k not in hidden} | {
            "DISPLAY": display, "XDG_CONFIG_HOME": str(home / "config"), "XDG_DATA_HOME": str(self.data),
            "XDG_CACHE_HOME": str(home / "cache"), "LC_ALL": "C.UTF-8", "SDL_AUDIODRIVER": "dummy",
        }  # fmt: skip
        self.log = home / "program.log"
        with self.log.open("w") as log:
            command = [sys.executable, "-m", "mali_sim", "play", *arguments]
            self.program = subprocess.Popen(command, env=self.env, stdout=log, stderr=log, cwd=home)

    def hand(self, *arguments: str) -> str:
        """What xdotool does, and says; nothing where the program has ended meanwhile."""
        made = subprocess.run(["xdotool", *arguments], env=self.env, capture_output=True, text=True,
                              timeout=PATIENCE, check=False)  # fmt: skip
        assert made.returncode == 0 or self.program.poll() is not None, (arguments, made.stderr)
        return made.stdout.strip()

    def window(self, name: str) -> str:
        """The window of a name, as soon as there is one."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert self.program.poll() is None, self.log.read_text()
            # By class: SDL writes the name where ``search --name`` does not look on every system.
            for found in self.hand("search", "--onlyvisible", "--class", ".*").splitlines():
                if name in self.hand("getwindowname", found):
                    return found
            time.sleep(0.2)
        raise AssertionError(f"no window is called {name}: {self.log.read_text()}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.hand("key", key)
            time.sleep(0.15)

    def click(self, window: str, x: int, y: int) -> None:
        self.hand("mousemove", "--window", window, str(x), str(y))
        time.sleep(0.2)
        self.hand("click", "1")
        time.sleep(0.3)

    @property
    def saves(self) -> list[Path]:
        return sorted(self.data.rglob("*.save"), key=lambda p: p.stat().st_mtime)

    def month(self) -> int:
        """The month of the latest save; 0 where nothing is kept."""
        return Game.load(self.saves[-1]).month if self.saves else 0

    def until(self, month: int, *keys: str) -> None:
        """Press some keys, again and again, until a month is kept."""
        end = time.monotonic() + PATIENCE
        while self.month() < month:
            assert time.monotonic() < end, f"month {month} is never played: {self.log.read_text()}"
            assert self.program.poll() is None, self.log.read_text()
            self.press(*keys)

    def cross(self, window: str) -> int:
        """Close the window as a desktop does whose cross was pressed; the program's exit code."""
        x = ctypes.CDLL("libX11.so.6")
        x.XOpenDisplay.restype, x.XInternAtom.restype = ctypes.c_void_p, ctypes.c_ulong
        display = ctypes.c_void_p(x.XOpenDisplay(self.env["DISPLAY"].encode()))
        atoms = [x.XInternAtom(display, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")]
        asked = ClientMessage(33, 0, 1, display, int(window), atoms[0], 32, (ctypes.c_long * 5)(atoms[1]))
        assert x.XSendEvent(display, ctypes.c_ulong(int(window)), 0, ctypes.c_long(0), ctypes.byref(asked))
        x.XCloseDisplay(display)
        return self.program.wait(PATIENCE)

    def leave(self) -> int:
        """Close the window by the last line of the menu; the program's exit code."""
        end = time.monotonic() + PATIENCE
        while self.program.poll() is None:
            assert time.monotonic() < end, f"the window does not close: {self.log.read_text()}"
            self.press("Escape", "Escape", "e", *["Down"] * 10, "Return")
        return self.program.returncode


@pytest.fixture
def desk(display, tmp_path):
    """Starts the program, and ends it where a test did not."""
    started = []

    def start(*arguments: str, settings: dict | None = None) -> Desk:
        started.append(Desk(display, tmp_path, *arguments, settings=settings))
        return started[-1]

    yield start
    for made in started:
        if made.program.poll() is None:
            made.program.kill()
            made.program.wait(10)


def begun(desk) -> tuple[Desk, str]:
    """First steps with a month played, and its window."""
    at = desk("first-steps", "--lang", "en", settings={"noted": True})
    window = at.window(TITLE["en"])
    at.hand("windowfocus", window)
    time.sleep(2)
    at.press("Return")
    at.until(1, "n", "Escape")
    return at, window


def test_first_steps_with_real_keys_and_clicks_and_the_game_is_kept(desk):
    at, window = begun(desk)
    at.press("Escape", "Return", "w", "Escape", "c", "Escape")
    geometry = dict(line.split("=") for line in
                    at.hand("getwindowgeometry", "--shell", window).splitlines())  # fmt: skip
    width, height = int(geometry["WIDTH"]), int(geometry["HEIGHT"])
    assert (width, height) == (1280, 800)
    end = time.monotonic() + PATIENCE
    while at.month() < 2:
        assert time.monotonic() < end, at.log.read_text()
        # The button that plays the month, at the lower right; Esc leaves what it opens.
        at.click(window, width - 80, height - 65)
        at.press("Escape")
    assert at.leave() == 0, at.log.read_text()
    assert at.log.read_text().count("Traceback") == 0
    game = Game.load(at.saves[-1])
    assert game.model.scenario.scenario.id == "first-steps"
    assert game.month >= 2


def test_the_program_says_what_it_is_about_once_and_begins_by_keyboard(desk):
    """Without a scenario: the note, the title, a game, all with the keyboard, and back again."""
    at = desk("--lang", "fr")
    window = at.window("isolement")
    at.hand("windowfocus", window)
    time.sleep(2)
    at.press("Return", "Return")
    played = at.window(TITLE["fr"])
    assert played == window
    at.until(1, "Escape", "n")
    assert at.leave() == 0, at.log.read_text()
    settings = json.loads((at.data.parent / "config" / "mali_sim" / "settings.json").read_text())
    assert settings["noted"]
    assert Game.load(at.saves[-1]).month >= 1


def test_a_save_that_is_not_there_is_told_before_a_window_opens(desk):
    at = desk("--load", "nothing-of-that-name", settings={"noted": True})
    assert at.program.wait(PATIENCE) == 2
    assert "Traceback" not in at.log.read_text()
    assert "nothing-of-that-name" in at.log.read_text()


def test_the_window_s_cross_ends_the_program_and_the_game_goes_on_from_there(desk):
    at, window = begun(desk)
    month = at.month()
    assert at.cross(window) == 0, at.log.read_text()
    assert "Traceback" not in at.log.read_text()
    assert Game.load(at.saves[-1]).month >= month
