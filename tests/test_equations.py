"""The equation language: what it takes, how it is written again, and bounds that are never broken."""

import math
from collections.abc import Mapping
from functools import cache
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mali_sim.equations import (
    Binary,
    Call,
    Choice,
    Compare,
    Dotted,
    EquationError,
    Interval,
    Literal,
    Logic,
    Member,
    Name,
    Negate,
    Node,
    Not,
    Text,
    Unit,
    UnitError,
    at_member,
    names_in,
    parse,
    parse_unit,
    show,
    units,
    walk,
)
from mali_sim.equations.parse import LITERALS
from mali_sim.model.sets import Sets
from mali_sim.model.typed import Reads
from mali_sim.model.variables import Variables
from mali_sim.scenario.load import load_files

# -- text to tree and back -------------------------------------------------------------------

IDS = ("support", "capital", "drift", "fear_of_war", "x2")
MEMBERS = ("north", "south")


def trees() -> st.SearchStrategy[Node]:
    """Anything that the language can say."""
    names = st.sampled_from(IDS)
    members = st.lists(st.sampled_from(MEMBERS), min_size=1, max_size=2).map(tuple)
    leaves = st.one_of(
        st.sampled_from(LITERALS).map(lambda v: Literal(float(v))),
        names.map(Name),
        st.builds(Member, names, members),
        st.builds(Dotted, st.sampled_from(("obs", "flow", "offer", "event")), names),
        st.sampled_from(("none", "adopted")).map(Text),
    )

    def larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(
            st.builds(Negate, inner),
            st.builds(Not, inner),
            st.builds(Binary, st.sampled_from("+-*/"), inner, inner),
            st.builds(Compare, st.sampled_from(("<", "<=", ">", ">=", "==", "!=")), inner, inner),
            st.builds(Logic, st.sampled_from(("and", "or")), several),
            st.builds(Choice, inner, inner, inner),
            st.builds(Call, st.sampled_from(("min", "smooth", "weariness")), several),
        )

    return st.recursive(leaves, larger, max_leaves=20)


@given(trees())
def test_an_equation_written_again_is_the_same_equation(tree: Node):
    assert parse(show(tree)) == tree


@given(trees(), trees())
def test_two_equations_are_written_alike_only_if_they_are_alike(a: Node, b: Node):
    assert (show(a) == show(b)) == (a == b)


SOUP = st.lists(
    st.sampled_from([
        "(", ")", "[", "]", "{", "}", ",", ".", ":", "=", "==", "<", ">", "+", "-", "*", "/", "**", "%", "//",
        "@", "~", "^", "|", "&", "!", " not ", " and ", " or ", " if ", " else ", " in ", " is ", "lambda ",
        " for ", "yield ", "await ", "None", "True", "...", "0", "1", "12", "100", "1e999", "1j", "0x1F",
        "'none'", '"', "'", "support", "north", "obs", "f''", "b''", "\\", "\n", "#", ";", ":=", "->",
        "é", "ﬁ", "𝒙", "\0",
    ]),
    max_size=40,
).map("".join)  # fmt: skip


def parsed(text: str) -> Node | EquationError:
    try:
        return parse(text)
    except EquationError as error:
        return error


@settings(max_examples=200)
@given(st.one_of(st.text(max_size=80), SOUP, SOUP.map(lambda s: s.replace(")", ") "))))
def test_any_text_is_an_equation_or_an_equation_error(text: str):
    found = parsed(text)
    if isinstance(found, EquationError):
        assert str(found)
    else:
        assert parse(show(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000, "-" * 5000, "not " * 450 + "x", "x" + ".y" * 900, "x" + "[y]" * 600, "x" + "+x" * 900,
        "x if x else " * 150 + "x", "f(" * 35 + "x" + ")" * 35 + "(x)" * 300, "lambda:" * 280 + "x",
        "'" * 1999, "1" * 1999, "x" * 1999, "9" * 1999 + "j", "\\" * 1999, "*" * 1999, "x**" * 600 + "x",
    ],
)  # fmt: skip
def test_monstrous_equations_are_refused_in_words(text: str):
    assert len(str(parsed(text))) < 300 or not isinstance(parsed(text), EquationError)


def test_brackets_are_kept_where_they_change_the_order_of_a_sum():
    assert show(parse("a + (b + c)")) == "a + (b + c)"
    assert show(parse("(a + b) + c")) == "a + b + c"
    assert show(parse("a - (b - c) * (d / (e * f))")) == "a - (b - c) * (d / (e * f))"


def test_names_are_found_and_members_filled_in():
    tree = parse("support.each * drift + offer.deal.each + max(obs.fear, 0)")
    assert names_in(tree) == {"support", "drift", "offer.deal.each", "obs.fear"}
    assert show(at_member(tree, "north")) == "support.north * drift + offer.deal.north + max(obs.fear, 0)"


# -- units -----------------------------------------------------------------------------------

BASES = ("people", "CFA bn", "month")
WRITTEN = st.builds(
    Unit,
    st.dictionaries(st.sampled_from(BASES), st.integers(-2, 2).filter(bool)).map(
        lambda powers: tuple(sorted((n, units.Fraction(p)) for n, p in powers.items()))
    ),
    st.sampled_from(units.SCALES),
)
ANY_UNIT = st.one_of(WRITTEN, st.just(units.FREE), st.just(units.PLAIN))


@given(WRITTEN)
def test_a_unit_as_it_is_shown_can_be_read(unit: Unit):
    assert parse_unit(str(unit), BASES) == unit


@given(ANY_UNIT, ANY_UNIT, ANY_UNIT)
def test_units_multiply_in_any_order(a: Unit, b: Unit, c: Unit):
    assert a * b == b * a
    assert ((a * b) * c).powers == (a * (b * c)).powers
    assert (a * units.SHARE).fits(a)


@given(WRITTEN, WRITTEN)
def test_dividing_undoes_multiplying(a: Unit, b: Unit):
    assert (a * b / b).powers == a.powers
    assert (a * b / b).fits(a)
    assert (a * a).root().powers == a.powers


@given(ANY_UNIT, ANY_UNIT)
def test_fitting_is_mutual_and_a_sum_fits_its_parts(a: Unit, b: Unit):
    assert a.fits(a)
    assert a.fits(b) == b.fits(a)
    assert units.FREE.fits(a)
    if a.fits(b):
        assert a.joined(b).fits(a)
        assert a.joined(b).fits(b)


@given(st.text(max_size=30))
def test_any_text_is_a_unit_or_a_unit_error(text: str):
    try:
        parse_unit(text, BASES)
    except UnitError:
        return


def test_scales_are_kept_apart():
    read = {name: parse_unit(name, ()) for name in units.SCALES}
    for a in units.SCALES:
        for b in units.SCALES:
            assert read[a].fits(read[b]) == (a == b)


# -- bounds ----------------------------------------------------------------------------------

#: Level stocks by their bounds; a conserved stock reaches from 0 upwards.
BOUNDS = {"score": (0, 100), "relation": (-100, 100), "floor": (1, 5), "debt": (-9, -2), "loss": (-3, 0)}
REACH = {**BOUNDS, "people": (0, 1e6)}


@cache
def bounded() -> Variables:
    words = '{ en = "x", fr = "x" }'
    head = (
        f'[scenario]\nid = "s"\nversion = 1\ntitle = {words}\nsummary = {words}\nstart = "2023-01"\n'
        f'months = 3\nseats = []\n[lookup.table]\nx = [0, 50, 100]\ny = [-1, 3, 2]\nx_unit = "index"\n'
        f'unit = "share"\nspread = 0.0\ngrade = "assumed"\nwhy = {words}\n'
        f'[stock.people]\nkind = "conserved"\nunit = "index"\ninitial = "0"\nlabel = {words}\n'
    )
    stocks = "".join(
        f'[stock.{name}]\nkind = "level"\nunit = "index"\ninitial = "0"\nbounds = [{low}, {high}]\n'
        f"label = {words}\n"
        for name, (low, high) in BOUNDS.items()
    )
    loaded = load_files({"s.toml": head + stocks}, "s.toml")
    return Variables(loaded, Sets.of(loaded.scenario.set))


def formulas() -> st.SearchStrategy[Node]:
    leaves = st.one_of(
        st.sampled_from(LITERALS).map(lambda v: Literal(float(v))), st.sampled_from(sorted(REACH)).map(Name)
    )

    def larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        compared = st.builds(Compare, st.sampled_from(("<", "<=", ">", ">=", "==", "!=")), inner, inner)
        pairs, triples = st.tuples(inner, inner), st.tuples(inner, inner, inner)
        truths = st.one_of(
            compared,
            compared.map(Not),
            st.builds(Logic, st.sampled_from(("and", "or")), st.tuples(compared, compared)),
        )
        return st.one_of(
            st.builds(Negate, inner),
            st.builds(Binary, st.sampled_from("+-*/"), inner, inner),
            inner.map(lambda x: Binary("*", x, x)),
            st.builds(Choice, truths, inner, inner),
            truths,
            st.builds(Call, st.sampled_from(("min", "max")), pairs),
            st.builds(Call, st.sampled_from(("abs", "sqrt", "squash", "table", "noise")), st.tuples(inner)),
            st.builds(Call, st.sampled_from(("clip", "ratio")), triples),
        )

    return st.recursive(leaves, larger, max_leaves=10)


class DividedBy0(ArithmeticError):
    pass


def value(node: Node, at: Mapping[str, float], luck: Random) -> float:
    """What an equation comes to, by the book."""

    def of(x: Node) -> float:
        return value(x, at, luck)

    match node:
        case Literal(v):
            return v
        case Name(id):
            return at[id]
        case Negate(x):
            return -of(x)
        case Not(x):
            return float(not of(x))
        case Binary("+", a, b):
            return of(a) + of(b)
        case Binary("-", a, b):
            return of(a) - of(b)
        case Binary("*", a, b):
            return of(a) * of(b)
        case Binary("/", a, b):
            divisor = of(b)
            if divisor == 0:
                raise DividedBy0
            return of(a) / divisor
        case Compare(op, a, b):
            x, y = of(a), of(b)
            return float({"<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y, "==": x == y, "!=": x != y}[op])
        case Logic(op, parts):
            return float((all if op == "and" else any)(of(p) for p in parts))
        case Choice(c, a, b):
            return of(a) if of(c) else of(b)
        case Call(name, args):
            return called(name, [of(a) for a in args], luck)
    raise AssertionError(node)


def called(name: str, x: list[float], luck: Random) -> float:
    match name:
        case "min":
            return min(x)
        case "max":
            return max(x)
        case "abs":
            return abs(x[0])
        case "sqrt":
            return math.sqrt(max(x[0], 0))
        case "clip":
            return min(max(x[0], x[1]), x[2])
        case "squash":
            return x[0] / math.sqrt(1 + x[0] * x[0])
        case "ratio":
            return x[0] / x[1] if x[1] else x[2]
        case "noise":
            return x[0] * luck.uniform(-1, 1) * 12**0.5
    points = [(0, -1), (50, 3), (100, 2)]
    inside = min(max(x[0], 0), 100)
    (x0, y0), (x1, y1) = points[:2] if inside <= 50 else points[1:]
    return y0 + (y1 - y0) * (inside - x0) / (x1 - x0)


def at_a_point(draw: st.DataObject) -> dict[str, float]:
    edge_or_inside = {
        name: st.one_of(st.sampled_from((float(low), float(high))), st.floats(low, high))
        for name, (low, high) in REACH.items()
    }
    return draw.draw(st.fixed_dictionaries(edge_or_inside))


@settings(max_examples=150)
@given(formulas(), st.data())
def test_no_equation_leaves_its_interval(tree: Node, draw: st.DataObject):
    variables = bounded()
    span = variables.typed(tree, Reads.RATE, ("aux", "x", "value")).interval
    luck = Random(draw.draw(st.integers(0, 9)))
    try:
        found = value(tree, at_a_point(draw), luck)
    except (DividedBy0, OverflowError):
        assume(False)
    assume(math.isfinite(found))
    slack = 1e-9 * max(1.0, abs(found), *(abs(e) for e in (span.low, span.high) if math.isfinite(e)))
    assert span.low - slack <= found <= span.high + slack, show(tree)


@settings(max_examples=80)
@given(formulas(), formulas(), st.data())
def test_a_divisor_that_may_stand_is_never_0(a: Node, b: Node, draw: st.DataObject):
    variables = bounded()
    variables.problems.clear()
    variables._told.clear()
    variables.typed(Binary("/", a, b), Reads.RATE, ("aux", "x", "value"))
    assume(not any("the divisor can be 0" in p.what for p in variables.problems))
    divisors = [n.right for n in walk(Binary("/", a, b)) if isinstance(n, Binary) and n.op == "/"]
    point, luck = at_a_point(draw), Random(draw.draw(st.integers(0, 9)))
    for divisor in divisors:
        try:
            assert value(divisor, point, luck) != 0, show(divisor)
        except OverflowError:
            assume(False)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("score / 100", 0, 1),
        ("1 - score / 100", 0, 1),
        ("relation * relation", 0, 10_000),
        ("1 + relation * relation", 1, 10_001),
        ("score * loss", -300, 0),
        ("1 / floor", 0.2, 1),
        ("1 / debt", -0.5, -1 / 9),
        ("clip(relation, 0, 12)", 0, 12),
        ("abs(debt)", 2, 9),
        ("squash(score)", 0, 1),
        ("score > 100", 0, 0),
        ("floor > 0", 1, 1),
        ("1 if score > 12 else 0 - 1", -1, 1),
        ("table(score)", -1, 3),
        ("max(score, 12)", 12, 100),
        ("month_of_year", 1, 12),
        ("noise(floor) * noise(floor)", -300, 300),
    ],
)  # fmt: skip
def test_intervals_are_as_narrow_as_they_should_be(text: str, low: float, high: float):
    span = bounded().typed(parse(text), Reads.RATE, ("aux", "x", "value")).interval
    assert (span.low, span.high) == pytest.approx((low, high))


SPANS = st.builds(
    lambda a, b: Interval(min(a, b), max(a, b)),
    st.one_of(st.floats(allow_nan=False), st.sampled_from((0.0, -math.inf, math.inf))),
    st.one_of(st.floats(allow_nan=False), st.sampled_from((0.0, -math.inf, math.inf))),
)


@given(SPANS, SPANS)
def test_an_interval_never_has_an_end_that_is_no_number(a: Interval, b: Interval):
    made = [a + b, a - b, a * b, a / b, -a, a.union(b), a.square(), a.root(), a.minimum(b), a.maximum(b)]
    for span in [*made, a.absolute()]:
        assert span.low <= span.high
