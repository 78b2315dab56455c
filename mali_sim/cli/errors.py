"""Errors that a user can mend, as sentences."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def user_errors() -> Iterator[None]:
    """Print errors of content, addresses and saves as they word themselves, and exit with 2."""
    try:
        yield
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        if not getattr(error, "for_user", False):
            raise
        print(error, file=sys.stderr)
        sys.exit(2)
