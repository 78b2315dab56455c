"""The window: it shows a game and asks for decisions; it computes nothing."""
