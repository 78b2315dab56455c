"""Designs, batches of runs, and what they amount to."""

from mali_sim.experiment.batch import Batch, BatchError, Progress, run_batch
from mali_sim.experiment.summary import Summary, summarise

__all__ = ["Batch", "BatchError", "Progress", "Summary", "run_batch", "summarise"]
