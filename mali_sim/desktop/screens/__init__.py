"""The screens: the main one and its panes, and what lies over it."""
