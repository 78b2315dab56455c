"""
Blocks of work spread over cores: processes for NumPy, threads for the native backend.

The native backend leaves Python alone while it steps, so threads share one model. NumPy
needs processes, each of which builds the model anew from the scenario's files. A task is
a few whole numbers; what comes back may come in any order.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Protocol

from mali_sim.engine import Backend
from mali_sim.model import Model, build
from mali_sim.scenario.load import load_files

Task = tuple[int, ...]


class BatchError(RuntimeError):
    """Work that cannot go on; the message says what to do."""

    for_user = True


class Worker(Protocol):
    """
    Works off blocks of one design on one model; its class is called with these two.

    Attributes
    ----------
    block : callable
        Takes a task's numbers, returns its result.
    """

    model: Model

    @property
    def block(self) -> Callable[..., Any]: ...  # noqa: D102


_WORKER: Worker | None = None


def _start(make: Callable[[Model, Any], Worker], files: dict[str, str], main: str, design: Any) -> None:
    """Make a process's worker. A process has one design in its life, hence the module's name."""
    global _WORKER
    _WORKER = make(build(load_files(files, main)), design)


def _work(*task: int) -> Any:
    if _WORKER is None:
        raise RuntimeError("the process was not started")
    return _WORKER.block(*task)


def spread(
    worker: Worker, design: Any, tasks: Sequence[Task], *, backend: Backend, workers: int
) -> Iterator[tuple[Task, Any]]:
    """
    Every task with its result, as they are done; never more than a few waiting.

    Parameters
    ----------
    worker : Worker
        Does the work where it is not done in other processes.
    design
        What its class makes another worker from.

    Raises
    ------
    BatchError
        When a process dies.
    """
    if workers <= 1:
        for task in tasks:
            yield task, worker.block(*task)
        return
    with _executor(worker, design, backend, workers) as (executor, function):
        yield from _worked(executor, function, tasks, workers)


@contextmanager
def _executor(
    worker: Worker, design: Any, backend: Backend, workers: int
) -> Iterator[tuple[Executor, Callable[..., Any]]]:
    """Threads or processes, with the function that works off a block."""
    if backend is Backend.NATIVE:
        with ThreadPoolExecutor(workers) as threads:
            yield threads, worker.block
    else:
        loaded = worker.model.loaded
        start = (type(worker), dict(loaded.files), loaded.main, design)
        with ProcessPoolExecutor(
            workers, get_context("spawn"), initializer=_start, initargs=start
        ) as processes:
            yield processes, _work


def _worked(
    executor: Executor, function: Callable[..., Any], tasks: Sequence[Task], workers: int
) -> Iterator[tuple[Task, Any]]:
    waiting: dict[Future[Any], Task] = {}
    queue = iter(tasks)
    try:
        while True:
            for task in queue:
                waiting[executor.submit(function, *task)] = task
                if len(waiting) >= 3 * workers:
                    break
            if not waiting:
                return
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield waiting.pop(future), future.result()
    except BrokenProcessPool:
        raise BatchError(
            "a worker process died (killed, or out of memory); run again with fewer --workers"
        ) from None
    finally:
        for future in waiting:
            future.cancel()
