"""The game as text, in a terminal: fit for a screen reader."""
