"""
The reference backend: one run, plain Python numbers, slow and obvious.

It reads the tape operation by operation and knows nothing of blocks or buffers; the
other backends must give the same bytes.
"""

from collections.abc import Sequence
from math import sqrt

from mali_sim.engine import draws
from mali_sim.model.tape import Program, Value, fold_steps

Rows = list[float]


class NotANumber(ArithmeticError):
    """A value became something that is no number; the message names it."""

    for_user = True


def run_program(
    program: Program, state: Sequence[float], sources: dict[str, Sequence[float]], key: int, month: int
) -> tuple[Rows, dict[int, Rows]]:
    """
    One pass over a tape for one run.

    Parameters
    ----------
    state : sequence of float
        Opening state, one number a row.
    sources : dict
        ``const``, ``param``, ``input``, ``mode`` and ``clock`` rows.
    key : int
        The run's key.

    Returns
    -------
    list of float
        Rows of the outputs.
    dict of int to list of float
        Every value by its number.
    """
    values: dict[int, Rows] = {}

    def rows(value: Value) -> Rows:
        if value.number not in values:
            count = program.rows(value)
            match value.op:
                case "lit":
                    values[value.number] = [value.attr]
                case "table":
                    values[value.number] = list(value.attr)
                case "state":
                    values[value.number] = list(state[value.attr : value.attr + count])
                case _:
                    source = sources[value.op]
                    values[value.number] = list(source[value.attr : value.attr + count])
        return values[value.number]

    for value in program.ops:
        args = [rows(a) for a in value.args]
        values[value.number] = _operation(program, value, args, key, month)
    out = [0.0] * program.output_rows
    for offset, value in program.outputs:
        result = rows(value)
        out[offset : offset + len(result)] = result
    return out, values


def _operation(program: Program, value: Value, args: list[Rows], key: int, month: int) -> Rows:
    match value.op:
        case "draw":
            return [draws.uniform(key, month, slot) for slot in value.attr]
        case "take":
            return [args[0][row] for row in value.attr]
        case "rows":
            return args[0][value.attr : value.attr + program.rows(value)]
        case "stack":
            return [x for arg in args for x in arg]
        case "fold":
            return _fold(program, value, args[0])
        case "post":
            result = list(args[0])
            for target, source in value.attr:
                result[target] = result[target] + args[1][source]
            return result
        case "choose":
            return _choose(value, *args)
    wide = [_broadcast(program, a, x, value) for a, x in zip(value.args, args, strict=True)]
    return [_element(value.op, *numbers) for numbers in zip(*wide, strict=True)]


def _broadcast(program: Program, arg: Value, numbers: Rows, result: Value) -> Rows:
    """Rows of an operand repeated over the sets that it lacks."""
    if arg.dims == result.dims:
        return numbers
    wide = []
    for row in range(program.rows(result)):
        place, left = {}, row
        for dim in reversed(result.dims):
            left, place[dim] = divmod(left, program.length(dim))
        at = 0
        for dim in arg.dims:
            at = at * program.length(dim) + place[dim]
        wide.append(numbers[at])
    return wide


def _fold(program: Program, value: Value, numbers: Rows) -> Rows:
    dims = value.args[0].dims
    axis = dims.index(value.attr)
    length = program.length(value.attr)
    inner = 1
    for dim in dims[axis + 1 :]:
        inner *= program.length(dim)
    result = []
    for row in range(program.rows(value)):
        outer, rest = divmod(row, inner)
        parts = [numbers[(outer * length + n) * inner + rest] for n in range(length)]
        for half, odd in fold_steps(length):
            folded = [parts[n] + parts[half + n] for n in range(half)]
            if odd:
                folded[0] = folded[0] + parts[2 * half]
            parts = folded
        result.append(parts[0])
    return result


def _choose(value: Value, wanted: Rows, costs: Rows, capitals: Rows) -> Rows:
    """Wishes in order, granted while they have no rival and there is enough to pay them."""
    left = list(capitals)
    granted: Rows = []
    for n, (purse, rivals) in enumerate(value.attr):
        grant = wanted[n]
        for rival in rivals:
            grant = grant * (1.0 - granted[rival])
        if purse >= 0:
            grant = grant * (1.0 if costs[n] <= left[purse] else 0.0)
            left[purse] = left[purse] - grant * costs[n]
        granted.append(grant)
    purses = left if any(purse >= 0 for purse, _ in value.attr) else []
    return granted + purses


def _element(op: str, a: float, b: float = 0.0) -> float:
    match op:
        case "add":
            return a + b
        case "sub":
            return a - b
        case "mul":
            return a * b
        case "div":
            return _divided(a, b)
        case "min":
            return b + 0.0 if b < a or b != b else a + 0.0
        case "max":
            return b + 0.0 if b > a or b != b else a + 0.0
        case "lt":
            return 1.0 if a < b else 0.0
        case "le":
            return 1.0 if a <= b else 0.0
        case "eq":
            return 1.0 if a == b else 0.0
        case "neg":
            return -a
        case "abs":
            return abs(a)
        case "sqrt":
            return sqrt(a) if a == a else a
        case "widen":
            return a
    raise NotImplementedError(op)


def _divided(a: float, b: float) -> float:
    """IEEE division: Python would raise where the processor goes on."""
    if b != 0:
        return a / b
    if a == 0 or a != a:
        return float("nan")
    return float("inf") if (a > 0) == (str(b)[0] != "-") else float("-inf")
