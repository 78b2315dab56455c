"""Broken scenario files end in problems with words and places, never in a traceback, and soon."""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests import fuzz

QUICK = 2_000
CAMPAIGN = 100_000
PROCESSES = 2


def verdict(done: fuzz.Campaign) -> str:
    return "\n".join([str(done), *done.failures[:20]])


def test_two_thousand_broken_files_are_told_or_taken(tmp_path: Path):
    done = fuzz.run(range(QUICK), tmp_path, world_share=0.004, play_every=20, seconds=18)
    assert not done.failures, verdict(done)
    assert done.told > done.tried / 2, "mutants are broken files"
    assert len(done.kinds) > 30, "of many kinds"


@pytest.mark.campaign
def test_a_hundred_thousand_broken_files_are_told_or_taken(tmp_path: Path):
    share = CAMPAIGN // PROCESSES
    total = fuzz.Campaign()
    with ProcessPoolExecutor(PROCESSES) as pool:
        parts = [
            pool.submit(fuzz.run, range(QUICK + n * share, QUICK + (n + 1) * share), tmp_path / str(n))
            for n in range(PROCESSES)
        ]
        for part in parts:
            total.add(part.result())
    print(f"\n{total}")
    assert not total.failures, verdict(total)
