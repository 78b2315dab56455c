"""Claims and loops of a scenario's evidence, and what they are tested by."""
