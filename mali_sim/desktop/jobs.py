"""Work that takes longer than a frame: done beside the window, one piece after the other."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from attrs import frozen


@frozen
class _Job:
    future: "Future[Any]"
    then: Callable[[Any], object]
    failed: Callable[[Exception], object] | None


class Jobs:
    """
    One worker. What a piece of work comes to is taken up by the window's own thread.

    Parameters
    ----------
    told : callable
        Called from the worker when a piece is done.
    """

    def __init__(self, told: Callable[[], None]) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="jobs")
        self._told = told
        self._waiting: list[_Job] = []

    @property
    def busy(self) -> bool:
        """Whether anything is not taken up yet."""
        return bool(self._waiting)

    def do(
        self, work: Callable[[], Any], then: Callable[[Any], object],
        failed: Callable[[Exception], object] | None = None,
    ) -> None:  # fmt: skip
        """
        Do something beside the window.

        Parameters
        ----------
        then : callable
            What the window does with the result.
        failed : callable, optional
            What it does with an error; by default the error is raised in the window's thread.
        """
        future = self._pool.submit(work)
        self._waiting.append(_Job(future, then, failed))
        future.add_done_callback(lambda _: self._told())

    def collect(self) -> None:
        """Take up what is done, in order; called by the window's thread."""
        while self._waiting and self._waiting[0].future.done():
            job = self._waiting.pop(0)
            error = job.future.exception()
            if error is None:
                job.then(job.future.result())
            elif job.failed is not None and isinstance(error, Exception):
                job.failed(error)
            else:
                raise error

    def wait(self) -> None:
        """Until all is done and taken up; for whoever drives a window by hand."""
        while self._waiting:
            self._waiting[0].future.exception()
            self.collect()

    def stop(self) -> None:
        """Begin nothing more."""
        self._waiting.clear()
        self._pool.shutdown(wait=False, cancel_futures=True)
