"""What every scenario keeps to, whoever wrote it: run on all that ship and on the tests' own."""

import random
from functools import cache

import attrs
import numpy as np
import pytest

from mali_sim.engine import HUMAN, TENDENCY, Backend, Cast, Simulation
from mali_sim.model import Model
from mali_sim.play import Game, SeatView, forecast
from mali_sim.play.why.explain import explain
from mali_sim.scenario import Text
from tests.support import ALL_SCENARIOS, shared_model

#: Rows of a state from which a scenario is big: then fewer runs and months.
BIG = 300

everywhere = pytest.mark.parametrize("path", ALL_SCENARIOS, ids=lambda p: p.stem)


def big(model: Model) -> bool:
    return model.layout.rows > BIG


def cast_of(model: Model, run: int) -> dict[str, str]:
    """Who plays in a run: each actor by its tendencies or one of its strategies, all mixed."""
    by_actor: dict[str, list[str]] = {a: [TENDENCY] for a in model.scenario.actor}
    for id, strategy in model.scenario.strategy.items():
        by_actor[strategy.actor].append(id)
    return {a: options[(run * 7 + n) % len(options)] for n, (a, options) in enumerate(by_actor.items())}


def block(model: Model, numbers, months: int, backend=Backend.NUMPY, seed=11) -> np.ndarray:
    """Final states of some runs, each with its own controllers and its own draw of parameters."""
    numbers = np.asarray(numbers, np.uint64)
    p = model.parameters
    drawn = p.drawn(p.balanced(), p.design(64), 64, numbers.astype(int) % 64)
    cast = Cast(tuple(cast_of(model, int(n)) for n in numbers))
    sim = Simulation(model, cast, seed, numbers, drawn, backend)
    # All strategies on the tape of every block, so that blocks are comparable alone.
    for _ in range(months):
        sim.step()
    sim.check()
    return sim.state.copy()


def random_play(game: Game, rng: random.Random, eager: float = 0.5) -> list[list[tuple[str, str]]]:
    """A month's random legal plan for all seats; returns what was submitted."""
    submitted = []
    for seat in game.seats:
        ids = [s.action.id for s in game.standings(seat)]
        rng.shuffle(ids)
        for id in ids:
            if rng.random() < eager and game.standing(id).allowed:
                game.submit(seat, id)
                submitted.append((seat, id))
    return submitted


@cache
def random_game(path, seed: int, months: int | None = None) -> Game:
    """A game played at random by all seats that a person may take."""
    model = shared_model(path)
    game = Game.new(model, model.scenario.scenario.seats, seed=seed)
    rng = random.Random(seed)
    for _ in range(min(months or game.months, game.months)):
        random_play(game, rng)
        game.advance()
    return game


def months_for(model: Model, few: int) -> int:
    return min(few if big(model) else 1000, model.scenario.scenario.months)


# -- the ledger ----------------------------------------------------------------------------------


@everywhere
def test_postings_close(path):
    """Opening plus the named postings is the closing, of every row of every stock."""
    model = shared_model(path)
    game = random_game(path, 1, months_for(model, 8))
    for month in range(game.month):
        trace = game.trace(month)
        assert list(trace.closing) == game.states[month + 1].tolist(), (
            "the trace is the month that was played"
        )
        for id in model.scenario.stock:
            found = model.layout.blocks[f"stock:{id}"]
            for row in range(found.rows):
                sums = [trace.opening[found.offset + row]]
                for posting in trace.programs.postings:
                    if posting.stock == id:
                        amounts = trace.watched(posting.watched)
                        sums += [posting.sign * amounts[s] for t, s in posting.rows if t == row]
                closing = trace.closing[found.offset + row]
                size = max(abs(x) for x in [*sums, closing])
                assert sum(sums) == pytest.approx(closing, abs=max(1e-9 * size, 1e-9)), found.labels[row]


@everywhere
def test_conserved_totals_change_only_across_the_boundary(path):
    model = shared_model(path)
    game = random_game(path, 1, months_for(model, 8))
    by_unit: dict[str, list[str]] = {}
    for id, stock in model.scenario.stock.items():
        if stock.kind == "conserved":
            by_unit.setdefault(stock.unit, []).append(id)
    for month in range(game.month):
        trace = game.trace(month)
        # What a cause takes from one stock and gives to another cancels in the sum of its postings.
        for ids in by_unit.values():
            before = sum(game.stock(id, month - 1).sum() for id in ids)
            after = sum(game.stock(id, month).sum() for id in ids)
            crossing, size = 0.0, before + after
            for watched, value in _internal(model, trace, ids):
                crossing += value
                size += abs(value)
                assert watched
            assert after - before == pytest.approx(crossing, abs=1e-9 * size + 1e-9)


def _internal(model, trace, ids):
    """Net amounts of causes that have one end inside these stocks and the other outside."""
    ends: dict[tuple[str, str], list[float]] = {}
    for posting in trace.programs.postings:
        if posting.stock in ids:
            key = (posting.kind, posting.cause + "#" + posting.watched.split(":")[1])
            amounts = trace.watched(posting.watched)
            ends.setdefault(key, []).append(posting.sign * sum(amounts[s] for _, s in posting.rows))
    for (_, cause), amounts in ends.items():
        if len(amounts) == 2:
            assert sum(amounts) == pytest.approx(0, abs=1e-9 * abs(amounts[0]) + 1e-9), cause
        elif amounts:
            yield cause, sum(amounts)


@everywhere
def test_bounds_hold_in_every_run_and_month(path):
    model = shared_model(path)
    numbers = np.arange(20 if big(model) else 100, dtype=np.uint64)
    sim = Simulation(model, Cast(tuple(cast_of(model, int(n)) for n in numbers)), 3, numbers)
    for _ in range(months_for(model, 12)):
        for id, stock in model.scenario.stock.items():
            found = model.layout.blocks[f"stock:{id}"]
            values = sim.state[found.offset : found.offset + found.rows]
            low, high = stock.bounds or (0.0, np.inf)
            assert values.min() >= low, id
            assert values.max() <= high, id
        for id, switch in model.scenario.switch.items():
            row = sim.state[model.layout.blocks[f"switch:{id}"].offset]
            assert set(row) <= {float(n) for n in range(max(len(switch.values), 2))}, id
        assert np.isfinite(sim.state).all()
        assert not (np.signbit(sim.state) & (sim.state == 0)).any(), "no negative zero lives"
        sim.step()


# -- legality ------------------------------------------------------------------------------------


@everywhere
def test_random_legal_play_finds_no_dead_end(path):
    model = shared_model(path)
    for seed in (2, 3) if big(model) else range(2, 6):
        game = random_game(path, seed, months_for(model, 8))
        assert game.month == months_for(model, 8)
        for month in range(game.month):
            assert game.report(month).refused == (), "what the plan took, the month does"
        if game.finished:
            assert game.ending() in model.scenario.ending
            assert np.isfinite(list(game.outcomes().values())).all()


@everywhere
def test_standings_agree_with_what_happens(path):
    """Each action submitted alone: done if it was allowed; what was not allowed is not done."""
    model = shared_model(path)
    actions = model.happenings.actions
    game = Game.new(model, list(model.scenario.actor), seed=5)
    rng = random.Random(5)
    everybody = Cast((dict.fromkeys(model.scenario.actor, HUMAN),))
    found = set()
    for _ in range(months_for(model, 6)):
        allowed = np.array([game.standing(a.id).allowed for a in actions])
        keys = np.full(len(actions), game.record.header.run, np.uint64)
        state = np.repeat(game.state.reshape(-1, 1), len(actions), axis=1)
        sim = Simulation(
            model, everybody, game.record.header.seed, keys, game.parameters, Backend.NUMPY, state, game.month
        )
        sim.step(np.eye(len(actions)))
        done = _done(model, sim.state)
        for n, action in enumerate(actions):
            if action.id in done:
                happened = bool(done[action.id][n])
                defaulted = action.kind == "choice" and action.id in _defaults(model)
                assert happened == allowed[n] or (defaulted and happened), action.id
                found.add((action.kind, bool(allowed[n])))
        random_play(game, rng, 0.3)
        game.advance()
    if actions:
        assert found, "the test is about something"


def _defaults(model):
    return {f"{item.id}.{event.default}" for item, event in model.happenings.events if event.choices}


def _done(model, state):
    """Which remembered actions happened in the month that closed with this state."""
    found = model.layout.blocks["since"]
    rows = state[found.offset : found.offset + found.rows]
    return {label: rows[n] == 1 for n, label in enumerate(found.labels)}


@everywhere
def test_a_submission_of_a_seat_survives_any_submission_of_the_others(path):
    """Legality reads the opening state and one's own plan: others cannot take it away."""
    model = shared_model(path)
    if len(model.scenario.scenario.seats) < 2:
        pytest.skip("one seat")
    for seed in (2, 3):
        game = Game.new(model, model.scenario.scenario.seats, seed=seed)
        rng = random.Random(seed)
        for _ in range(months_for(model, 6)):
            random_play(game, rng, 0.9)
            assert game.advance().refused == ()


# -- the same bytes --------------------------------------------------------------------------------


@everywhere
def test_reference_and_numpy_give_the_same_bytes(path):
    model = shared_model(path)
    numbers, months = ([4], 3) if big(model) else (range(3, 9), months_for(model, 0))
    reference = block(model, numbers, months, Backend.REFERENCE)
    assert reference.tobytes() == block(model, numbers, months).tobytes()


@everywhere
def test_slices_of_a_batch_are_the_batch(path):
    """Run k is the same alone, in blocks of 7, of 50, and with its block in another order."""
    model = shared_model(path)
    months, count = months_for(model, 6), 50
    whole = block(model, range(count), months)
    assert len({c.tobytes() for c in whole.T}) > count / 2, "runs differ"
    order = np.random.default_rng(1).permutation(count)
    assert block(model, order, months).tobytes() == np.ascontiguousarray(whole[:, order]).tobytes()
    for start in range(0, count, 7):
        numbers = range(start, min(start + 7, count))
        assert block(model, numbers, months).tobytes() == np.ascontiguousarray(whole[:, numbers]).tobytes()
    for alone in (0, 13, 49):
        assert block(model, [alone], months)[:, 0].tobytes() == whole[:, alone].tobytes()


@everywhere
def test_a_game_is_the_run_of_its_address(path):
    """A game without people, month by month, is run k of a batch."""
    model = shared_model(path)
    months = months_for(model, 6)
    who = cast_of(model, 3)
    from mali_sim.play import profile_of

    game = Game.new(model, seed=11, run=5, profile=profile_of(who))
    for _ in range(months):
        game.advance()
    sim = Simulation(model, Cast((who,)), 11, np.arange(8, dtype=np.uint64))
    for _ in range(months):
        sim.step()
    assert game.state.tobytes() == sim.state[:, 5].tobytes()


@everywhere
def test_going_on_from_the_middle_is_going_through(path):
    model = shared_model(path)
    months = months_for(model, 6)
    numbers = np.arange(9, dtype=np.uint64)
    cast = Cast(tuple(cast_of(model, int(n)) for n in numbers))
    through = Simulation(model, cast, 2, numbers)
    first = Simulation(model, cast, 2, numbers)
    for month in range(months):
        through.step()
        if month < months // 2:
            first.step()
    rest = Simulation(model, cast, 2, numbers, state=first.state.copy(), month=months // 2)
    for _ in range(months - months // 2):
        rest.step()
    assert rest.state.tobytes() == through.state.tobytes()


# -- what is shown -----------------------------------------------------------------------------------


@everywhere
def test_forecasts_leave_the_game_untouched(path):
    model = shared_model(path)
    seat = model.scenario.scenario.seats[0]
    game = Game.new(model, model.scenario.scenario.seats, seed=4)
    rng = random.Random(4)
    for _ in range(2):
        random_play(game, rng)
        game.advance()
    random_play(game, rng, 0.3)
    before = (game.state_hash(), game.record.lines(), dict(game.plan), game.month, dict(game.cast))
    asked = [s.action.id for s in game.standings(seat) if s.allowed and not s.planned][:1]
    made = forecast(game, seat, asked, runs=20 if big(model) else 100, months=3)
    assert np.isfinite(made.without).all()
    assert np.isfinite(made.with_).all()
    assert before == (game.state_hash(), game.record.lines(), dict(game.plan), game.month, dict(game.cast))


@everywhere
def test_views_show_no_hidden_stock_and_no_observer_of_others(path):
    model = shared_model(path)
    game = random_game(path, 1, months_for(model, 8))
    for actor in model.scenario.actor:
        view = SeatView(game, actor)
        secret = {id for id, s in model.scenario.stock.items() if s.hidden and actor not in s.known_to}
        assert not secret & set(view.visible_stocks())
        shown = {i.id.removeprefix("obs.") for i in view.indicators()}
        others = {id for id, o in model.scenario.obs.items() if o.known_to and actor not in o.known_to}
        assert not others & shown
        assert shown | others == set(model.scenario.obs)


@everywhere
def test_explanation_of_every_indicator_and_stock_sums_to_its_change(path):
    model = shared_model(path)
    game = random_game(path, 1, months_for(model, 8))
    last = game.month - 1
    names = [f"obs.{id}" for id in model.scenario.obs]
    for id in model.scenario.stock:
        labels = model.layout.blocks[f"stock:{id}"].labels
        names += labels[:3] if big(model) else labels
    if big(model):
        random.Random(1).shuffle(names)
        names = names[:60]
    for name in names:
        for month in (0, last) if big(model) else range(game.month):
            found = explain(game, name, month)
            size = max(abs(found.before), abs(found.after), *(abs(c.amount) for c in found.causes), 1)
            assert sum(c.amount for c in found.causes) == pytest.approx(found.change, abs=1e-9 * size), (
                name,
                month,
            )


@everywhere
def test_every_text_is_there_in_both_languages(path):
    texts = list(_texts(shared_model(path).scenario, "scenario"))
    assert len(texts) > 20
    for where, text in texts:
        for language in ("en", "fr"):
            assert text[language].strip(), f"{where}: nothing in {language}"
        assert ("{each}" in text.en) == ("{each}" in text.fr), f"{where}: {{each}} in one language only"


def _texts(thing, where):
    if isinstance(thing, Text):
        yield where, thing
    elif attrs.has(type(thing)):
        for f in attrs.fields(type(thing)):
            yield from _texts(getattr(thing, f.name), f"{where}.{f.name}")
    elif isinstance(thing, dict):
        for key, inner in thing.items():
            yield from _texts(inner, f"{where}.{key}")
    elif isinstance(thing, tuple):
        for number, inner in enumerate(thing):
            yield from _texts(inner, f"{where}.{number}")
