"""Draws, shocks and priors: what is random, how it is spread, and that nothing moves it."""

import numpy as np
import pytest

from mali_sim.engine import draws
from mali_sim.model.compile import Slots
from tests.support import ISLAND, conserved, level, members, rows, shared_model, simulate, world


def draw_matrix(runs, slots, months, seed=7):
    """Uniforms, shape (months, slots, runs)."""
    keys = draws.run_keys(seed, np.arange(runs, dtype=np.uint64))
    numbers = np.array([Slots().slot(f"test.{n}", "", 0) for n in range(slots)], np.uint64).reshape(-1, 1)
    made = []
    for month in range(months):
        out = np.zeros((slots, runs))
        draws.uniforms(keys, numbers, month, out, np.zeros((max(slots // 3, 1), runs), np.uint64))
        made.append(out)
    return np.array(made)


# -- draws -------------------------------------------------------------------------------------


def test_draws_are_uniform_by_chi_square():
    u = draw_matrix(20_000, 8, 6).ravel()
    assert u.min() >= 0
    assert u.max() < 1
    cells = 1000
    counts = np.bincount((u * cells).astype(int), minlength=cells)
    expected = len(u) / cells
    chi = ((counts - expected) ** 2 / expected).sum()
    # Of 999 degrees of freedom: mean 999, deviation about 44.7; five of them either way.
    assert abs(chi - 999) < 5 * (2 * 999) ** 0.5


def test_draws_low_bits_are_uniform_too():
    u = draw_matrix(20_000, 4, 4).ravel()
    low = (u * (1 << 52)).astype(np.uint64) & np.uint64(255)
    counts = np.bincount(low.astype(int), minlength=256)
    expected = len(u) / 256
    assert ((counts - expected) ** 2 / expected).sum() < 255 + 5 * (2 * 255) ** 0.5


@pytest.mark.parametrize("axis", [0, 1, 2], ids=["months", "slots", "runs"])
@pytest.mark.parametrize("lag", [1, 2, 5])
def test_draws_of_neighbouring_months_slots_and_runs_are_independent(axis, lag):
    u = draw_matrix(4_000, 12, 12) - 0.5
    a = np.take(u, range(u.shape[axis] - lag), axis).ravel()
    b = np.take(u, range(lag, u.shape[axis]), axis).ravel()
    correlation = (a * b).mean() * 12
    assert abs(correlation) < 5 / len(a) ** 0.5
    squares = ((a * a - 1 / 12) * (b * b - 1 / 12)).mean() * 180
    assert abs(squares) < 5 / len(a) ** 0.5


def test_draws_of_neighbouring_seeds_are_independent():
    a, b = (draw_matrix(20_000, 4, 4, seed).ravel() - 0.5 for seed in (41, 42))
    assert abs((a * b).mean() * 12) < 5 / len(a) ** 0.5


def test_draws_in_plain_python_and_in_numpy_are_the_same_to_the_bit():
    u = draw_matrix(5, 3, 4, seed=99)
    for run in range(5):
        for slot in range(3):
            number = Slots().slot(f"test.{slot}", "", 0)
            for month in range(4):
                assert draws.uniform(draws.run_key(99, run), month, number) == u[month, slot, run]


def test_draws_no_two_of_a_million_are_equal_by_design():
    u = draw_matrix(10_000, 10, 10).ravel()
    # A million of 2^52: about 1e-4 pairs are expected to agree.
    assert len(np.unique(u)) == len(u)


def test_draws_slots_of_different_names_differ_and_one_name_keeps_its_slot():
    slots = Slots()
    names = [
        ("flow.a.rate", "north", 0),
        ("flow.a.rate", "north", 1),
        ("flow.a.rate", "south", 0),
        ("flow.b", "", 0),
    ]
    numbers = [slots.slot(*n) for n in names]
    assert len(set(numbers)) == 4
    assert [Slots().slot(*n) for n in names] == numbers


def test_adding_an_event_and_a_flow_shifts_no_other_draw():
    tables = {
        "set": {"place": members("north", "south")},
        "stock": {"trust": level({"north": 50, "south": 50}, over="place"), "people": conserved(1000)},
        "constant": {"sd": (3, "index/month"), "risk": (0.3, "1/month"), "gift": 1},
        "flow": {"sway": {"to": "trust", "rate": "noise(sd)"}},
        "event": {
            "raid": {"each": "place", "hazard": "risk", "effects": [{"add": "trust.each", "amount": "gift"}]}
        },
        "decision": {"talk": {"effects": [{"add": "trust", "amount": "gift"}], "tendency": "risk"}},
    }
    before = world(**tables)
    more = {
        **tables,
        "stock": {"another": level(5), **tables["stock"]},
        "flow": {"aaa": {"to": "another", "rate": "noise(sd)"}, **tables["flow"]},
        "event": {
            "aaa": {"hazard": "risk", "effects": [{"add": "another", "amount": "gift"}]},
            **tables["event"],
            "zzz": {"date": "2023-03", "effects": [{"add": "another", "amount": "gift"}]},
        },
        "decision": {
            "aab": {"effects": [{"add": "another", "amount": "gift"}], "tendency": "risk"},
            **tables["decision"],
        },
    }
    after = world(**more)
    one, two = (simulate(m, 24, runs=30) for m in (before, after))
    for stock in ("trust", "people"):
        assert (
            one.state[rows(before, f"stock:{stock}")].tobytes()
            == two.state[rows(after, f"stock:{stock}")].tobytes()
        )
    assert len(np.unique(two.state[rows(after, "stock:another")])) > 10


def test_adding_a_member_shifts_no_draw_of_the_others():
    def trust(*names):
        m = world(
            set={"place": members(*names)},
            stock={"trust": level(dict.fromkeys(names, 50), over="place")},
            constant={"by": {"value": dict.fromkeys(names, 3), "over": "place", "unit": "index/month"}},
            flow={"sway": {"to": "trust", "rate": "noise(by)"}},
        )
        found = simulate(m, 10, runs=5).state[rows(m, "stock:trust")]
        return dict(zip(names, (r.tobytes() for r in found), strict=True))

    few, many = trust("north", "south"), trust("west", "north", "east", "south")
    assert few["north"] == many["north"]
    assert few["south"] == many["south"]
    assert len({*many.values()}) == 4


# -- shocks ------------------------------------------------------------------------------------


def shocks(runs=60_000, sd=2.0):
    m = world(
        stock={"x": level(0, (-100, 100))},
        constant={"sd": (sd, "index/month")},
        flow={"f": {"to": "x", "rate": "noise(sd)"}},
    )
    return simulate(m, 1, runs=runs).state[rows(m, "stock:x")][0]


def test_noise_has_mean_0_and_the_deviation_that_it_says():
    x = shocks()
    assert abs(x.mean()) < 5 * 2 / len(x) ** 0.5
    assert x.std() == pytest.approx(2, rel=0.015)


def test_noise_is_bounded_symmetric_and_bell_shaped():
    x = shocks() / 2
    assert np.abs(x).max() <= 12**0.5
    assert abs((x**3).mean()) < 0.05
    assert np.mean(np.abs(x) < 1) == pytest.approx(0.6769, abs=0.01), "four uniforms: 0.677, a normal 0.683"
    assert np.mean(np.abs(x) > 2) == pytest.approx(0.0423, abs=0.005)


def test_noise_of_deviation_0_is_nothing():
    assert set(shocks(runs=100, sd=0.0)) == {0.0}


def test_noise_each_call_member_and_month_draws_its_own():
    m = world(
        set={"place": members("a", "b")},
        stock={"x": level({"a": 0, "b": 0}, (-100, 100), over="place"), "y": level(0, (-100, 100))},
        constant={
            "by": {"value": {"a": 1, "b": 1}, "over": "place", "unit": "index/month"},
            "sd": (1, "index/month"),
        },
        flow={"f": {"to": "x", "rate": "noise(by)"}, "g": {"to": "y", "rate": "noise(sd) + noise(sd)"}},
    )
    sim = simulate(m, 1, runs=20_000)
    first = np.vstack([sim.state[rows(m, "stock:x")], sim.state[rows(m, "stock:y")]])
    sim.advance(1)
    second = np.vstack([sim.state[rows(m, "stock:x")], sim.state[rows(m, "stock:y")]]) - first
    table = np.corrcoef(np.vstack([first, second]))
    assert np.abs(table - np.eye(6)).max() < 0.04
    assert first[2].std() == pytest.approx(2**0.5, rel=0.03), "two calls are two draws"


def test_noise_read_through_an_auxiliary_is_one_draw_for_all_its_readers():
    m = world(
        stock={"x": level(0, (-100, 100)), "y": level(0, (-100, 100))},
        constant={"sd": (1, "index/month")},
        aux={"rumour": {"value": "noise(sd)", "unit": "index/month"}},
        flow={"f": {"to": "x", "rate": "rumour"}, "g": {"to": "y", "rate": "rumour"}},
    )
    sim = simulate(m, 5, runs=10)
    assert sim.state[rows(m, "stock:x")].tobytes() == sim.state[rows(m, "stock:y")].tobytes()


def test_happens_is_1_with_probability_h_over_1_plus_h():
    m = world(
        stock={"x": level(0)},
        constant={"risk": (0.25, "1/month"), "one": (1, "index/month")},
        flow={"f": {"to": "x", "rate": "happens(risk) * one"}},
    )
    x = simulate(m, 1, runs=40_000).state[rows(m, "stock:x")][0]
    assert set(x) == {0.0, 1.0}
    assert x.mean() == pytest.approx(0.2, abs=0.01)


# -- priors ------------------------------------------------------------------------------------


def drawn(model, size, numbers=None):
    p = model.parameters
    numbers = np.arange(size) if numbers is None else np.asarray(numbers)
    return p.drawn(p.balanced(), p.design(size), size, numbers)


@pytest.mark.parametrize("size", [1, 2, 7, 64, 100, 257])
def test_parameter_draws_hit_every_stratum_exactly_once(size):
    m = shared_model(ISLAND)
    values = drawn(m, size)
    checked = 0
    for p in m.parameters.items.values():
        if p.structural or p.low == p.high:
            continue
        for row, (low, high) in enumerate(zip(p.low, p.high, strict=True)):
            if low == high:
                continue
            share = (values[p.offset + row] - low) / (high - low)
            strata = np.clip((share * size + 1e-9).astype(int), 0, size - 1)
            assert sorted(strata) == list(range(size)), p.id
            checked += 1
    assert checked > 10


def test_parameter_draw_k_alone_is_draw_k_of_the_block():
    m = shared_model(ISLAND)
    whole = drawn(m, 50)
    for k in (0, 1, 17, 49):
        assert drawn(m, 50, [k])[:, 0].tobytes() == whole[:, k].tobytes()
    assert drawn(m, 50, [49, 3, 3])[:, 1].tobytes() == whole[:, 3].tobytes()


def test_parameter_draws_of_different_constants_are_not_tied():
    m = shared_model(ISLAND)
    values = drawn(m, 400)
    free = [p for p in m.parameters.items.values() if not p.structural and p.low != p.high]
    ranks = np.argsort(np.argsort(np.array([values[p.offset] for p in free]), axis=1), axis=1)
    table = np.corrcoef(ranks) - np.eye(len(free))
    assert np.abs(table).max() < 0.25


def test_parameter_draws_leave_delays_lengths_alone():
    m = world(
        stock={"x": level(5)},
        constant={"lag": {"value": 3, "range": [1, 6], "unit": "month"}},
        aux={"old": "delay(x, lag)"},
    )
    p = m.parameters.items["lag"]
    assert p.structural
    assert set(drawn(m, 20)[p.offset]) == {3.0}


def test_parameter_draws_of_a_spread_move_all_members_together_and_stay_inside():
    m = shared_model(ISLAND)
    several = [p for p in m.parameters.items.values() if p.rows > 1 and p.low != p.high]
    assert several
    values = drawn(m, 64)
    for p in several:
        block = values[p.offset : p.offset + p.rows]
        given = np.array(p.values)
        factors = block[given != 0] / given[given != 0][:, None]
        assert np.allclose(factors, factors[0]), p.id
        low, high = np.minimum(p.low, p.high), np.maximum(p.low, p.high)
        assert (block >= low[:, None]).all()
        assert (block <= high[:, None]).all()


def test_a_reading_changes_only_the_constants_it_names():
    m = shared_model(ISLAND)
    base = m.parameters.balanced()
    for reading in m.scenario.reading.values():
        changed = m.parameters.changed(base, reading.constants, m.sets)
        differ = {
            p.id
            for p in m.parameters.items.values()
            if (changed[p.offset : p.offset + p.rows] != base[p.offset : p.offset + p.rows]).any()
        }
        assert differ == set(reading.constants)
