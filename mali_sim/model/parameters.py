"""Every magnitude of a scenario as one row or more, with its prior; readings and draws of them."""

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np
from attrs import frozen

from mali_sim.model.sets import Sets
from mali_sim.scenario.classes import Scenario


@frozen
class Parameter:
    """
    One constant, lookup table or numeric initial value.

    Parameters
    ----------
    id : str
        A constant's or lookup's id, or ``initial.STOCK``.
    dims : tuple of str
    offset : int
        Its first row.
    values : tuple of float
        In the balanced reading, one a row. A lookup's is 1: it scales the table.
    low, high : tuple of float
        Ends of the prior, one a row.
    grade : str
    structural : bool
        Whether it shapes the state (a delay's length) and so is never drawn.
    """

    id: str
    dims: tuple[str, ...]
    offset: int
    values: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    grade: str
    structural: bool = False

    @property
    def rows(self) -> int:
        """How many rows."""
        return len(self.values)


@frozen
class Parameters:
    """All parameters in the order of their rows."""

    items: Mapping[str, Parameter]
    rows: int

    @classmethod
    def of(cls, scenario: Scenario, sets: Sets, structural: Iterable[str]) -> "Parameters":
        """Collect them from a scenario without problems."""
        items: dict[str, Parameter] = {}
        fixed = set(structural)
        offset = 0

        def put(
            id: str, dims: tuple[str, ...], values: tuple[float, ...],
            ends: tuple[tuple[float, ...], tuple[float, ...]], grade: str,
        ) -> None:  # fmt: skip
            nonlocal offset
            items[id] = Parameter(id, dims, offset, values, *ends, grade, id in fixed)
            offset += len(values)

        for id, constant in scenario.constant.items():
            dims = _ordered(constant.over, sets)
            values = flatten(constant.value, dims, sets)
            if constant.range is not None:
                ends = ((constant.range[0],), (constant.range[1],))
            else:
                ends = _spread(values, constant.spread or 0.0)
            put(id, dims, values, ends, constant.grade)
        for id, lookup in scenario.lookup.items():
            put(id, (), (1.0,), _spread((1.0,), lookup.spread), lookup.grade)
        for id, stock in scenario.stock.items():
            if not isinstance(stock.initial, str):
                dims = _ordered(stock.over, sets)
                values = flatten(stock.initial, dims, sets)
                put(f"initial.{id}", dims, values, _spread(values, stock.spread or 0.0),
                    stock.grade or "assumed")  # fmt: skip
        return cls(items, offset)

    def balanced(self) -> np.ndarray:
        """
        The values as they stand.

        Returns
        -------
        ndarray, shape (rows, 1)
        """
        return np.array([v for p in self.items.values() for v in p.values], float).reshape(-1, 1)

    def changed(self, base: np.ndarray, changes: Mapping[str, object], sets: Sets) -> np.ndarray:
        """
        A copy with some constants given other values.

        Parameters
        ----------
        base : ndarray, shape (rows, runs)
        changes : dict
            Numbers, or tables by member, by the constants' ids.
        """
        changed = base.copy()
        for id, value in changes.items():
            p = self.items[id]
            rows = flatten(value, p.dims, sets, p.values)
            changed[p.offset : p.offset + p.rows] = np.array(rows, float).reshape(-1, 1)
        return changed

    def design(self, size: int, seed: int = 0) -> str:
        """The id of a Latin hypercube of ``size`` draws over these priors."""
        text = repr((size, seed, [(p.id, p.low, p.high) for p in self.items.values()]))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def priors(self) -> str:
        """Twelve hex digits over all priors."""
        text = repr([(p.id, p.low, p.high) for p in self.items.values() if not p.structural])
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def drawn(self, base: np.ndarray, design: str, size: int, draws: np.ndarray) -> np.ndarray:
        """
        Parameters of some draws of a Latin hypercube.

        Each parameter's prior is cut into ``size`` equal strata and draw k stands in a
        stratum of its own, found by a keyed permutation: any draw is made alone.

        Parameters
        ----------
        base : ndarray, shape (rows, 1)
            Values of what is not drawn.
        draws : ndarray of int, shape (runs,)
            Which draws, each in 0 to size - 1.

        Returns
        -------
        ndarray, shape (rows, runs)
        """
        out = np.repeat(base, len(draws), axis=1)
        for p in self.items.values():
            if p.structural or p.low == p.high:
                continue
            share = _places(f"{design}|{p.id}", size, draws)
            for row, (low, high) in enumerate(zip(p.low, p.high, strict=True)):
                out[p.offset + row] = low + share * (high - low)
        return out


def named_design(name: str) -> str:
    """
    The id of a Latin hypercube that a name stands for, whatever the priors.

    A draw of it has one place in a constant's prior in every scenario that has the constant.
    """
    return hashlib.sha256(f"design|{name}".encode()).hexdigest()[:12]


def _ordered(over: Iterable[str], sets: Sets) -> tuple[str, ...]:
    order = list(sets.members)
    return tuple(sorted(over, key=order.index))


def _spread(values: tuple[float, ...], spread: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(v * (1 - spread) for v in values), tuple(v * (1 + spread) for v in values)


def flatten(
    value: object, dims: tuple[str, ...], sets: Sets, default: tuple[float, ...] | None = None
) -> tuple[float, ...]:
    """
    A number or a table by member as rows.

    Two-set tables nest in either order. Members that a table leaves out keep ``default``.
    """
    rows = []
    for number, members in enumerate(sets.combinations(dims)):
        inner = value
        left = list(members)
        while isinstance(inner, dict) and left:
            found = next((m for m in left if m in inner), None)
            if found is None:
                break
            left.remove(found)
            inner = inner[found]
        if isinstance(inner, dict):
            if default is None:
                raise KeyError(members)
            inner = default[number]
        rows.append(float(inner))  # type: ignore[arg-type]
    return tuple(rows)


def _mixed(z: np.ndarray, carried: np.ndarray | int = 0) -> np.ndarray:
    """
    splitmix64's finaliser of many numbers.

    Parameters
    ----------
    z : ndarray of uint64, shape (draws,)
    carried : ndarray of uint64 or int
        What a number has beyond its 64 bits.
    """
    z = (z ^ (z >> np.uint64(30)) ^ (np.uint64(carried) << np.uint64(34))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _places(key: str, size: int, draws: np.ndarray) -> np.ndarray:
    """Where draws fall within (0, 1): each in a stratum of its own, at a place inside it."""
    seed = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "little")
    k = draws.astype(np.uint64)
    inside = (_mixed(np.uint64(seed) ^ _mixed(k + np.uint64(1))) >> np.uint64(11)) / np.float64(1 << 53)
    return (_permuted(seed, size, k) + inside) / size


def _permuted(seed: int, size: int, k: np.ndarray) -> np.ndarray:
    """A keyed permutation of 0 to size - 1: a Feistel network, walked until inside."""
    bits = max((size - 1).bit_length(), 2)
    half = np.uint64((bits + 1) // 2)
    mask = np.uint64((1 << int(half)) - 1)
    keys = [divmod(seed + step * 0x9E3779B97F4A7C15, 1 << 64) for step in range(4)]
    found = k.copy()
    outside = np.ones(k.shape, bool)
    while outside.any():
        left, right = found[outside] >> half, found[outside] & mask
        for beyond, key in keys:
            z = np.uint64(key) + right
            carried = np.uint64(beyond) + (z < right)
            left, right = right, left ^ (_mixed(z, carried) & mask)
        found[outside] = left << half | right
        outside = found >= np.uint64(size)
    return found
