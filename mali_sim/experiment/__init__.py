"""Designs, batches of runs, and what they amount to."""

from mali_sim.experiment.batch import Batch, Progress, run_batch
from mali_sim.experiment.summary import Summary, summarise
from mali_sim.experiment.workers import BatchError

__all__ = ["Batch", "BatchError", "Progress", "Summary", "run_batch", "summarise"]
