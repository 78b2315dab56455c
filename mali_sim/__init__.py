"""mali_sim: one briefing's argument as a model that can be played, tested and contested."""

__version__ = "0.1.0"

#: Moves when the engine's behaviour does: the same scenario, seed and decisions
#: give the same bytes under one rules version only.
RULES_VERSION = 1
