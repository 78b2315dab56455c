"""
C text from a tape: no author's word is in it, only numbers.

Runs are taken in tiles, and a tile is stepped through all its months before the next
one, so its rows stay in the cache. Loops run over rows outside and over the tile's runs
inside, a processor's vector of them at a time, by the vector types of gcc and clang: they
need no recognition by the compiler's optimiser, so any level of it will do.
"""

from collections.abc import Sequence
from itertools import pairwise

from attrs import frozen

from mali_sim.engine import draws
from mali_sim.engine.loops import Nest, Node, Plan, Ref, folded, plan
from mali_sim.model.tape import Program

#: Moves whenever the same tape gives other text.
GENERATOR = 1
#: Statements in one C function: compile time grows faster than a function's length.
FUNCTION = 300
#: Runs in a tile: one vector of AVX-512, two of AVX2. Wider tiles were slower, since their
#: rows no longer stay in the first-level cache, and took twice as long to compile.
TILE = 8

_ARGUMENTS = (
    "const double *restrict S, double *restrict N, double *restrict W, "
    "const double *restrict K, const double *restrict E, const double *restrict M, "
    "const u64 *restrict keys, long es, double c0, double c1, u64 mk"
)
_PASSED = "S, N, W, K, E, M, keys, es, c0, c1, mk"
_ARRAYS = {"state": "S", "closing": "N", "work": "W", "mode": "M"}
_ARITHMETIC = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
_COMPARISON = {"lt": "<", "le": "<=", "eq": "=="}

#: How a part is seen by the other shards of a compile, and by nobody else.
_SHARED = '__attribute__((noinline, visibility("hidden")))'

_HEAD = """\
#define HERE(part) ((part) % SHARDS == SHARD)
typedef unsigned long long u64;
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#define L 8
#define SPLAT(x) ((v){x, x, x, x, x, x, x, x})
#elif defined(__AVX__)
#define L 4
#define SPLAT(x) ((v){x, x, x, x})
#else
#define L 2
#define SPLAT(x) ((v){x, x})
#endif
typedef double v __attribute__((vector_size(L * 8)));
typedef long long vi __attribute__((vector_size(L * 8)));
typedef u64 vu __attribute__((vector_size(L * 8)));
#define RUNS for (long i = 0; i < T; i += L)
#define AT(a, row) (*(const v *)((a) + (row) * T + i))
#define IN(row) (*(const v *)(E + (row) * es + i))
#define TO(a, row) (*(v *)((a) + (row) * T + i))
#if VARIED
#define CONST(row) AT(K, row)
#define CONST_WIDTH T
#else
#define CONST_WIDTH 1
#define CONST(row) SPLAT(K[row])
#endif
#define TRUTH(c) ((v)((c) & (vi)SPLAT(1.0)))
#define PICK(c, a, b) ((v)(((c) & (vi)(a)) | (~(c) & (vi)(b))))
#define ABS(a) ((v)((vi)(a) & 0x7fffffffffffffffll))
static inline __attribute__((always_inline)) v root(v x)
{
  v y;
  for (int l = 0; l < L; l++) y[l] = __builtin_sqrt(x[l]);
  return y;
}
static inline __attribute__((always_inline)) v draw(vu z)
{
  z ^= z >> 30;
  z *= MULTIPLY_1;
  z ^= z >> 27;
  z *= MULTIPLY_2;
  z ^= z >> 31;
  return (v)((z >> 12) | ONE_BITS) - SPLAT(1.0);
}
#define DRAW(slot) draw(*(const vu *)(keys + i) + (slot + mk))
"""

_TAIL = """\
static void enter(double *to, const double *from, long rows, long stride, long first, long runs)
{
  for (long row = 0; row < rows; row++, to += T, from += stride)
    if (stride == 1)
      for (long i = 0; i < T; i++) to[i] = from[0];
    else if (first + T <= runs)
      __builtin_memcpy(to, from + first, T * sizeof *to);
    else
      for (long i = 0; i < T; i++) to[i] = from[first + i < runs ? first + i : runs - 1];
}

void mali_advance(
    double *state, const double *constants, const double *modes, long mode_runs,
    const double *inputs, long input_rows, long input_runs, const u64 *run_keys, long runs,
    const double *clock, const u64 *month_keys, long months, double *work)
{
  double *S = work, *N = S + STATE_ROWS * T, *W = N + STATE_ROWS * T, *M = W + WORK_ROWS * T;
  u64 *keys = (u64 *)(M + MODE_ROWS * T);
  double *K = (double *)(keys + T), *E = K + (CONST_ROWS + 7) / 8 * 8 * CONST_WIDTH;
  const long es = inputs ? T : 0;
  if (!inputs)
    for (long i = 0; i < T; i++) E[i] = 0.0;
  if (!VARIED)
    for (long row = 0; row < CONST_ROWS; row++) K[row] = constants[const_row[row]];
  for (long first = 0; first < runs; first += T) {
    const long here = runs - first < T ? runs - first : T;
    enter(S, state, STATE_ROWS, runs, first, runs);
    enter(M, modes, MODE_ROWS, mode_runs, first, runs);
    if (VARIED)
      for (long row = 0; row < CONST_ROWS; row++)
        enter(K + row * T, constants + const_row[row] * runs, 1, runs, first, runs);
    if (inputs) enter(E, inputs, input_rows, input_runs, first, runs);
    for (long i = 0; i < T; i++) keys[i] = run_keys[first + i < runs ? first + i : runs - 1];
    fixed(W, K, E, M, es);
    for (long month = 0; month < months; month++) {
      step(S, N, W, K, E, M, keys, es, clock[2 * month], clock[2 * month + 1], month_keys[month]);
      double *closed = N;
      N = S;
      S = closed;
    }
    for (long row = 0; row < STATE_ROWS; row++)
      if (here == T)
        __builtin_memcpy(state + row * runs + first, S + row * T, T * sizeof *S);
      else
        for (long i = 0; i < here; i++) state[row * runs + first + i] = S[row * T + i];
  }
}
"""


@frozen
class CSource:
    """
    A tape's C text.

    Parameters
    ----------
    text : str
    rows : int
        Rows of the workspace that a call takes, constants and inputs left out.
    const_rows : int
        Rows of the constants that the tape reads.
    """

    text: str
    rows: int
    const_rows: int

    def workspace(self, varied: bool, input_rows: int) -> int:
        """Numbers in the workspace of a call."""
        # Rounded up, so that what follows uniform constants begins where a vector may begin.
        wide = -(-self.const_rows // 8) * 8
        constants = wide * TILE if varied else wide
        return (self.rows + 1 + max(input_rows, 1)) * TILE + constants


def c_source(program: Program) -> CSource:
    """
    The C text of a month's tape.

    It is compiled in one piece or, with ``SHARDS`` set, in several at a time: every shard has
    the parts whose number falls to it, shard 0 also what calls them. The instructions are the
    same in any number of shards.
    """
    made = plan(program)
    mode_rows = 1 + max((v.attr for op in program.ops for v in op.args if v.op == "mode"), default=-1)
    const_rows = len(made.constants)
    rows = 2 * program.output_rows + made.work_rows + mode_rows
    names = {
        "T": TILE, "STATE_ROWS": program.output_rows, "WORK_ROWS": made.work_rows,
        "MODE_ROWS": mode_rows, "CONST_ROWS": const_rows,
        "MULTIPLY_1": f"{draws.MULTIPLY_1:#x}ull", "MULTIPLY_2": f"{draws.MULTIPLY_2:#x}ull",
        "ONE_BITS": f"{draws.ONE_BITS:#x}ull",
    }  # fmt: skip
    head = "".join(f"#define {name} {value}\n" for name, value in names.items())
    body = _Body(made).text()
    return CSource(f"/* {GENERATOR} */\n{head}{_HEAD}{body}{_TAIL}#endif\n", rows, const_rows)


def _number(text: str) -> str:
    """A number in hexadecimal as C writes it."""
    special = {"inf": "__builtin_inf()", "-inf": "-__builtin_inf()", "nan": "__builtin_nan(\"\")"}
    return special.get(text, text)


class _Body:
    """The functions of a month, and the tables that they read."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.tables: dict[tuple[str, ...], str] = {}

    def text(self) -> str:
        functions: list[list[str]] = [[]]
        for nest in self.plan.nests:
            lines = _Loop(self, nest).lines()
            if functions[-1] and len(functions[-1]) + len(lines) > FUNCTION:
                functions.append([])
            functions[-1] += lines
        functions[0] = self._monthly() + functions[0]
        functions[-1] += self._copies()
        parts = []
        for n, lines in enumerate(functions):
            body = "".join(f"  {line}\n" for line in lines)
            head = f"{_SHARED} void part{n}({_ARGUMENTS})"
            parts.append(f"#if HERE({n})\n{head}\n{{\n{body}}}\n#else\n{head};\n#endif\n")
        calls = "".join(f"  part{n}({_PASSED});\n" for n in range(len(functions)))
        parts.append("#if SHARD == 0\n")  # closed at the end of the text
        parts.append(f"static void step({_ARGUMENTS})\n{{\n{calls}}}\n")
        parts.append(self._fixed())
        self.tables["long", *(str(row) for _, row in self.plan.constants)] = "const_row"
        tables = "".join(
            f"static const {name[0]} {name[1]}[] = {{{', '.join(values[1:])}}};\n"
            for values, name in ((v, (v[0], n)) for v, n in self.tables.items())
        )
        return tables + "".join(parts)

    def table(self, kind: str, values: Sequence[str]) -> str:
        """The name of a table of numbers."""
        return self.tables.setdefault((kind, *values), f"t{len(self.tables)}")

    def row(self, ref: Ref) -> str:
        """One row as an expression."""
        root, row = ref
        if root == "lit":
            return f"SPLAT({_number(str(row))})"
        if root == "clock":
            return f"SPLAT(c{row})"
        array, places = self.plan.place([ref])
        return self.access(array, str(places[0]))

    @staticmethod
    def access(array: str, row: str) -> str:
        """A row of an array as an expression."""
        if array == "const":
            return f"CONST({row})"
        return f"IN({row})" if array == "input" else f"AT({_ARRAYS[array]}, {row})"

    def _fixed(self) -> str:
        lines = [f"  RUNS TO(W, {at}) = {self.row(ref)};\n" for ref, at in self.plan.fixed.items()]
        arguments = "double *W, const double *K, const double *E, const double *M, long es"
        return f"static void fixed({arguments})\n{{\n{''.join(lines)}}}\n"

    def _monthly(self) -> list[str]:
        return [f"RUNS TO(W, {at}) = {self.row(ref)};" for ref, at in self.plan.monthly.items()]

    def _copies(self) -> list[str]:
        """Rows of the closing state that are rows of something else."""
        lines: list[str] = []
        copies = [(to, ref, self._spot(ref)) for to, ref in self.plan.copies]
        at = 0
        while at < len(copies):
            to, ref, (array, row) = copies[at]
            count = 1
            while array and at + count < len(copies) and (
                (copies[at + count][0], copies[at + count][2]) == (to + count, (array, row + count))
            ):  # fmt: skip
                count += 1
            if count > 1:
                read = self.access(array, f"{row} + r")
                lines.append(f"for (long r = 0; r < {count}; r++) RUNS TO(N, {to} + r) = {read};")
            else:
                lines.append(f"RUNS TO(N, {to}) = {self.row(ref)};")
            at += count
        return lines

    def _spot(self, ref: Ref) -> tuple[str, int]:
        if ref[0] in ("lit", "clock"):
            return "", 0
        array, rows = self.plan.place([ref])
        return array, rows[0]


class _Loop:
    """One nest as lines of C."""

    def __init__(self, body: _Body, nest: Nest) -> None:
        self.body = body
        self.plan = body.plan
        self.nest = nest
        self.inside = {n.number for n in nest.nodes}
        self.loads: dict[str, str] = {}
        self.inner: list[str] = []

    def lines(self) -> list[str]:
        for node in self.nest.nodes:
            self._node(node)
        inner = ["RUNS {", *(f"  {line}" for line in self.inner), "}"]
        if self.nest.rows == 1:
            return inner
        return [f"for (long r = 0; r < {self.nest.rows}; r++)", *(f"  {line}" for line in inner)]

    def _node(self, node: Node) -> None:
        name = f"x{node.number}"
        self.inner.append(f"const v {name} = {self._expression(node)};")
        for array, places in (("N", self.plan.closing), ("W", self.plan.work)):
            if node.number in places:
                row = self._row(list(range(places[node.number], places[node.number] + node.rows)))
                self.inner.append(f"TO({array}, {row}) = {name};")

    def _expression(self, node: Node) -> str:
        if node.op == "draw":
            return f"DRAW({self._numbers('u64', [f'{s:#x}ull' for s in node.slots])})"
        args = [self._operand(a) for a in node.args]
        if node.op in _ARITHMETIC:
            return f"{args[0]} {_ARITHMETIC[node.op]} {args[1]}"
        if node.op in _COMPARISON:
            return f"TRUTH({args[0]} {_COMPARISON[node.op]} {args[1]})"
        match node.op:
            case "min" | "max":
                return self._selection(node, *args)
            case "sum":
                text = args[0]
                for arg in args[1:]:
                    text = f"({text} + {arg})"
                return text
            case "fold":
                return self._fold(node.number, args)
            case "neg":
                return f"-{args[0]}"
            case "abs":
                return f"ABS({args[0]})"
            case "sqrt":
                return f"root({args[0]})"
        raise NotImplementedError(node.op)

    def _selection(self, node: Node, a: str, b: str) -> str:
        """Minimum or maximum: NaN comes through, and adding 0.0 leaves no negative zero."""
        facts, sign = self.plan.facts, "<" if node.op == "min" else ">"
        one, other = node.args
        if facts.number(one):
            text = f"PICK({a} {sign} {b}, {a}, {b})"
        elif facts.number(other):
            text = f"PICK({b} {sign} {a}, {b}, {a})"
        else:
            text = f"PICK(({b} {sign} {a}) | ({b} != {b}), {b}, {a})"
        if facts.no_minus_zero(one) and facts.no_minus_zero(other):
            return text
        return f"{text} + SPLAT(0.0)"

    def _fold(self, number: int, args: list[str]) -> str:
        def name(term: str) -> str:
            return f"f{number}_{term[1:]}" if term[0] == "@" else term

        steps = folded(args)
        for place, a, b in steps[:-1]:
            self.inner.append(f"const v f{number}_{place} = {name(a)} + {name(b)};")
        _, a, b = steps[-1]
        return f"{name(a)} + {name(b)}"

    def _operand(self, refs: tuple[Ref, ...]) -> str:
        """An operand at the loop's row: a local, a number or a load, each load made once."""
        root = refs[0][0]
        if root in self.inside:
            return f"x{root}"
        if all(r[0] == "lit" for r in refs):
            return f"SPLAT({self._numbers('double', [_number(str(r[1])) for r in refs])})"
        if all(r == refs[0] for r in refs):
            text = self.body.row(refs[0])
        else:
            array, rows = self.plan.place(refs)
            text = self.body.access(array, self._row(rows))
        if text.startswith("SPLAT"):
            return text
        if text not in self.loads:
            self.loads[text] = f"l{len(self.loads)}"
            self.inner.append(f"const v {self.loads[text]} = {text};")
        return self.loads[text]

    def _numbers(self, kind: str, values: Sequence[str]) -> str:
        """Numbers along the loop's rows: one for all, or a table."""
        if len(set(values)) == 1:
            return values[0]
        return f"{self.body.table(kind, values)}[r]"

    def _row(self, rows: Sequence[int]) -> str:
        """A row number along the loop: a straight line, or a table."""
        if len(rows) == 1:
            return str(rows[0])
        step = rows[1] - rows[0]
        if all(b - a == step for a, b in pairwise(rows)):
            return str(rows[0]) if step == 0 else f"({rows[0]} + {step} * r)"
        return f"{self.body.table('int', [str(r) for r in rows])}[r]"
