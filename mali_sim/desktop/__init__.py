"""The Pygame window: it shows a game and asks; everything it shows is the game's."""

import os

# Pygame greets on standard output when it is imported, in the middle of what a command prints.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
