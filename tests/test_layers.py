"""Who may import whom, what start-up loads, and which operations a step of the model may use."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "mali_sim"
LEVELS = {
    "equations": 0,
    "scenario": 0,
    "model": 1,
    "engine": 2,
    "play": 3,
    "experiment": 4,
    "evidence": 4,
    "documents": 5,
    "desktop": 6,
    "classroom": 6,
    "cli": 7,
}
FRONT_ENDS = {"desktop", "classroom", "cli"}
#: Where each heavy dependency may be imported.
HOMES = {
    "pygame": {"desktop"},
    "click": {"cli"},
    "pyarrow": {"experiment"},
    "matplotlib": {"experiment"},
    "dask": {"experiment"},
    "distributed": {"experiment"},
    "starlette": {"classroom"},
    "uvicorn": {"classroom"},
}

FILES = sorted(p for p in PACKAGE.rglob("*.py") if "__pycache__" not in p.parts)


def package_of(path: Path) -> str:
    """The package below mali_sim that a file is in; "" for mali_sim's own."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def imports(tree: ast.AST) -> list[tuple[str, bool]]:
    """Modules that a file imports, absolute, and whether at start-up."""
    late = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) not in late) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            if node.module == "mali_sim":
                found += [(f"mali_sim.{alias.name}", id(node) not in late) for alias in node.names]
            else:
                found.append((node.module, id(node) not in late))
    return found


def wrong_imports(package: str, text: str) -> list[str]:
    """What a file of a package imports and may not."""
    wrong = []
    for module, early in imports(ast.parse(text)):
        head, _, rest = module.partition(".")
        if head in HOMES and package not in HOMES[head]:
            wrong.append(f"{module} belongs to {', '.join(sorted(HOMES[head]))}")
        if head != "mali_sim" or not rest or rest.partition(".")[0] not in LEVELS:
            continue
        other = rest.partition(".")[0]
        if other == package or package == "":
            continue
        if LEVELS[other] >= LEVELS[package]:
            wrong.append(f"{package} imports {module}")
        if package == "cli" and other in FRONT_ENDS and early:
            wrong.append(f"{package} loads {module} at start-up")
    return wrong


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_one_way(path):
    package = package_of(path)
    assert package == "" or package in LEVELS, f"the package {package} has no place in the order"
    assert wrong_imports(package, path.read_text()) == []


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_are_absolute(path):
    relative = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ImportFrom) and n.level]
    assert not relative


@pytest.mark.parametrize(
    ("package", "line", "found"),
    [
        ("equations", "from mali_sim.scenario import load", True),
        ("scenario", "import mali_sim.model", True),
        ("model", "from mali_sim.engine.draws import mix", True),
        ("engine", "from mali_sim.play import Game", True),
        ("play", "def f():\n    from mali_sim.experiment import run", True),
        ("desktop", "from mali_sim.classroom import app", True),
        ("desktop", "from mali_sim import cli", True),
        ("cli", "from mali_sim.desktop.app import main", True),
        ("cli", "def f():\n    from mali_sim.desktop.app import main", False),
        ("engine", "import pygame", True),
        ("play", "from click import echo", True),
        ("desktop", "import pygame.font", False),
        ("play", "from mali_sim.engine import Cast", False),
        ("engine", "from mali_sim import RULES_VERSION", False),
    ],
)
def test_the_order_of_imports_is_seen_to_be_broken(package, line, found):
    assert bool(wrong_imports(package, line)) == found


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("mali_sim.engine", ["pygame", "click", "pyarrow", "matplotlib", "starlette", "dask"]),
        ("mali_sim.play", ["pygame", "click", "pyarrow", "matplotlib", "starlette", "dask"]),
        ("mali_sim.scenario", ["pygame", "click", "pyarrow", "matplotlib", "starlette", "dask"]),
        ("mali_sim.cli", ["pygame", "pyarrow", "matplotlib", "starlette", "dask", "numpy"]),
    ],
)
def test_start_up_loads_nothing_heavy(module, absent):
    code = f"import sys, {module}; print([m for m in {absent!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# -- what a step may compute with --------------------------------------------------------------------

#: Files whose arithmetic becomes a run's state.
STATE_FILES = sorted(
    [PACKAGE / "model" / "tape.py", PACKAGE / "model" / "compile.py", PACKAGE / "model" / "parameters.py"]
    + [p for p in (PACKAGE / "engine").glob("*.py") if p.name not in ("policy.py",)]
)
#: Sums whose order is the library's, functions whose last bit is the machine's, sorts with ties.
BANNED = {
    "sum", "nansum", "cumsum", "mean", "average", "std", "var", "median", "trace", "prod", "cumprod",
    "dot", "vdot", "inner", "outer", "matmul", "einsum", "tensordot", "convolve", "correlate", "linalg",
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "pow", "power", "float_power", "cbrt",
    "sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh", "hypot",
    "sort", "argsort", "lexsort", "partition", "argpartition", "reduce", "accumulate", "reduceat",
    "logaddexp", "fma", "random", "default_rng",
}  # fmt: skip
ROOTS = ("np", "numpy", "math")
#: Methods that no array and no number of a step may be asked for.
METHODS = {"sum", "mean", "std", "var", "dot", "prod", "cumsum", "trace", "argsort", "cumprod"}


def banned_operations(text: str) -> list[str]:
    """Every use of what gives other bits on another machine, or in another block."""
    found = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.BinOp(op=ast.MatMult()) | ast.AugAssign(op=ast.MatMult()):
                found.append(f"line {node.lineno}: @")
            case ast.BinOp(op=ast.Pow()) | ast.AugAssign(op=ast.Pow()):
                found.append(f"line {node.lineno}: **")
            case ast.Attribute(attr=name) if name in BANNED and _root(node) in ROOTS:
                found.append(f"line {node.lineno}: {_root(node)}…{name}")
            case ast.Call(func=ast.Attribute(attr=name)) if name in METHODS:
                found.append(f"line {node.lineno}: .{name}()")
            case ast.ImportFrom(module="math" | "numpy" | "numpy.linalg" | "random", names=names):
                found += [f"line {node.lineno}: {a.name}" for a in names if a.name in BANNED - {"prod"}]
            case ast.Import(names=names):
                found += [f"line {node.lineno}: {a.name}" for a in names if a.name in ("random", "scipy")]
    return found


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize("path", STATE_FILES, ids=lambda p: p.name)
def test_a_step_uses_only_what_is_exact_everywhere(path):
    assert banned_operations(path.read_text()) == []


@pytest.mark.parametrize("planted", [
    "x = np.sum(a)", "x = a.sum(0)", "x = a @ b", "a @= b", "x = np.dot(a, b)", "x = a.dot(b)",
    "x = np.matmul(a, b)", "x = np.einsum('ij->i', a)", "x = np.exp(a)", "x = np.log(a)", "x = math.tanh(a)",
    "x = np.power(a, b)", "x = a ** b", "a **= b", "x = np.sort(a)", "x = np.argsort(a)", "x = a.argsort()",
    "x = np.add.reduce(a)", "x = np.linalg.norm(a)", "from math import exp", "x = a.mean()",
    "calls.append(partial(np.sum, a))", "import random", "x = np.random.rand()",
])  # fmt: skip
def test_a_planted_operation_is_seen(planted):
    text = (PACKAGE / "engine" / "vectors.py").read_text()
    at = text.index("\nclass ")
    assert len(banned_operations(text[:at] + "\n" + planted + "\n" + text[at:])) == (
        len(banned_operations(text)) + len(banned_operations(planted))
    )
    assert banned_operations(planted)


def test_a_sum_of_floats_in_the_reference_backend_is_in_a_written_order():
    """Python's own sum() rounds otherwise from 3.12 on: not for numbers of a state."""
    tree = ast.parse((PACKAGE / "engine" / "reference.py").read_text())
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    assert "sum" not in {n.func.id for n in calls if isinstance(n.func, ast.Name)}
