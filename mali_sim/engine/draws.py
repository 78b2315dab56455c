"""
Random draws by counter: a function of (seed, run, month, slot), with no state.

splitmix64's finaliser (Steele, Lea & Flood 2014, with Stafford's mix 13) over a sum of
three scrambled keys. Fifty-two bits become a double in [0, 1) by their pattern, which is
exact everywhere.
"""

import numpy as np

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
MULTIPLY_1 = 0xBF58476D1CE4E5B9
MULTIPLY_2 = 0x94D049BB133111EB
ONE_BITS = 0x3FF0000000000000


def mix(z: int) -> int:
    """splitmix64's finaliser on Python integers."""
    z = ((z ^ (z >> 30)) * MULTIPLY_1) & MASK
    z = ((z ^ (z >> 27)) * MULTIPLY_2) & MASK
    return z ^ (z >> 31)


def month_key(month: int) -> int:
    """The part of a counter that a month gives; -1 is the time before the first."""
    return mix(((month + 2) * GOLDEN) & MASK)


def run_key(seed: int, run: int) -> int:
    """The part of a counter that a seed and a run give."""
    return mix((mix((seed + GOLDEN) & MASK) + (run + 1) * GOLDEN) & MASK)


def run_keys(seed: int, runs: np.ndarray) -> np.ndarray:
    """
    Keys of many runs.

    Parameters
    ----------
    runs : ndarray of uint64, shape (runs,)

    Returns
    -------
    ndarray of uint64, shape (runs,)
    """
    first = np.uint64(mix((seed + GOLDEN) & MASK))
    z = first + (runs.astype(np.uint64) + np.uint64(1)) * np.uint64(GOLDEN)
    scramble(z, np.empty_like(z))
    return z


def scramble(z: np.ndarray, scratch: np.ndarray) -> None:
    """splitmix64's finaliser in place."""
    np.right_shift(z, _30, out=scratch)
    np.bitwise_xor(z, scratch, out=z)
    np.multiply(z, _M1, out=z)
    np.right_shift(z, _27, out=scratch)
    np.bitwise_xor(z, scratch, out=z)
    np.multiply(z, _M2, out=z)
    np.right_shift(z, _31, out=scratch)
    np.bitwise_xor(z, scratch, out=z)


def uniform(key: int, month: int, slot: int) -> float:
    """One draw in [0, 1), in plain Python."""
    return (mix((key + slot + month_key(month)) & MASK) >> 12) / (1 << 52)


def uniforms(keys: np.ndarray, slots: np.ndarray, month: int, out: np.ndarray, scratch: np.ndarray) -> None:
    """
    Many draws in [0, 1).

    Parameters
    ----------
    keys : ndarray of uint64, shape (runs,)
    slots : ndarray of uint64, shape (slots, 1)
    out : ndarray of float64, shape (slots, runs)
    scratch : ndarray of uint64, shape (at least 1 slot, runs)
        Its rows are how many slots are done at a time, to stay in the cache.
    """
    counters = slots + np.uint64(month_key(month))
    bits = out.view(np.uint64)
    step = len(scratch)
    for start in range(0, len(out), step):
        z = bits[start : start + step]
        spare = scratch[: len(z)]
        np.add(keys, counters[start : start + step], out=z)
        scramble(z, spare)
        np.right_shift(z, _12, out=z)
        np.bitwise_or(z, _ONE, out=z)
    np.subtract(out, _FLOAT_ONE, out=out)


_30, _27, _31, _12 = (np.array(n, np.uint64) for n in (30, 27, 31, 12))
_M1, _M2, _ONE = (np.array(n, np.uint64) for n in (MULTIPLY_1, MULTIPLY_2, ONE_BITS))
_FLOAT_ONE = np.array(1.0)
