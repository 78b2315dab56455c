"""A save is a record: whole or refused with its line, the same game when opened, never half-written."""

import errno
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mali_sim import RULES_VERSION
from mali_sim.play import Game, SaveError
from mali_sim.play.record import FORMAT, Record, parse_record
from mali_sim.scenario import list_scenarios
from tests.support import ISLAND, TINY, shared_model

ROOT = Path(__file__).resolve().parent.parent


def plays(path, seed, months=None, seats=None) -> Game:
    """A game at random: plans, withdrawals, forfeits, seats that change hands."""
    model = shared_model(path)
    rng = random.Random(seed)
    header = model.scenario.scenario
    game = Game.new(model, seats or header.seats, seed=seed, run=rng.randrange(1000))
    for _ in range(min(months or header.months, header.months)):
        for seat in game.seats:
            for standing in game.standings(seat):
                if standing.allowed and rng.random() < 0.4 and game.standing(standing.action.id).allowed:
                    game.submit(seat, standing.action.id)
            if game.plan.get(seat) and rng.random() < 0.2:
                game.undo(seat)
        game.advance()
    return game


def text_of(game: Game) -> bytes:
    return ("\n".join(game.record.lines()) + "\n").encode()


def same(game: Game, other: Game) -> bool:
    return (game.month, game.state_hash(), game.record.lines(), game.cast, game.plan) == (
        other.month,
        other.state_hash(),
        other.record.lines(),
        other.cast,
        other.plan,
    )


def reload(game: Game, tmp_path: Path) -> Game:
    path = tmp_path / "game.save"
    game.save(path)
    return Game.from_record(parse_record(path.read_bytes()), game.model)


# -- the same game -------------------------------------------------------------------------------


def test_random_games_saved_and_loaded_are_the_same_games(tmp_path):
    for seed in range(50):
        game = plays(TINY, seed, 1 + seed % 6)
        assert same(reload(game, tmp_path), game)


def test_a_game_saved_in_any_month_goes_on_as_if_never_saved(tmp_path):
    for scenario, seeds in ((TINY, range(2)), (ISLAND, range(1))):
        for seed in seeds:
            whole = plays(scenario, seed)
            events = whole.record.events
            for cut in [n for n, e in enumerate(events) if e["kind"] == "advance"][::4]:
                part = Record(whole.record.header, events[: cut + 1])
                game = reload(Game.from_record(part, whole.model), tmp_path)
                for event in events[cut + 1 :]:
                    if event["kind"] == "submit":
                        game.submit(event["actor"], event["id"])
                    else:
                        game.advance()
                assert same(game, whole)


def test_a_game_in_the_middle_of_its_plan_keeps_the_plan(tmp_path):
    game = plays(ISLAND, 3, 2)
    allowed = [s.action.id for s in game.standings("council") if s.allowed]
    game.submit("council", allowed[0])
    opened = reload(game, tmp_path)
    assert opened.plan == {"council": [allowed[0]]}
    opened.advance()
    game.advance()
    assert same(opened, game)


def test_a_big_game_opens_the_same(tmp_path):
    scenario = (list_scenarios() or [ISLAND])[0]
    game = plays(scenario, 1, 3)
    assert same(reload(game, tmp_path), game)


@pytest.mark.campaign
def test_campaign_of_random_games(tmp_path):
    for seed in range(1000):
        game = plays(TINY, 1000 + seed)
        assert same(reload(game, tmp_path), game)
    for scenario in list_scenarios():
        for seed in range(20):
            game = plays(scenario, seed)
            assert same(reload(game, tmp_path), game)


def test_rewinds_and_branches_survive_saving(tmp_path):
    game = plays(ISLAND, 5, 8)
    game.rewind(3)
    assert game.rewound
    for _ in range(5):
        game.advance()
    opened = reload(game, tmp_path)
    assert opened.rewound, "the mark stays"
    assert same(opened, game)
    branch = game.branch(4, seed=77)
    branch.advance()
    second = branch.branch(2, seed=78)
    second.advance()
    for one in (branch, second):
        opened = reload(one, tmp_path)
        assert same(opened, one)
        opened.advance()
        one.advance()
        assert same(opened, one), "its luck goes on being its own"
    assert branch.states[4].tobytes() == game.states[4].tobytes()
    assert branch.states[5].tobytes() != game.states[5].tobytes()


def test_seats_that_change_hands_survive_saving(tmp_path):
    game = plays(ISLAND, 6, 3)
    game.seat("council", "force")
    game.advance()
    game.seat("league", "tendency")
    game.seat("council", "human")
    game.advance()
    opened = reload(game, tmp_path)
    assert same(opened, game)
    opened.rewind(3)
    assert opened.cast["council"] == "force", "who played month 3 plays it again"


def test_a_game_with_a_reading_changes_and_a_draw_opens_with_them(tmp_path):
    from mali_sim.play import Draw

    model = shared_model(ISLAND)
    draw = Draw(5, 16, model.parameters.design(16))
    game = Game.new(
        model, ["council"], seed=2, reading="sceptic", changes={"tax": 45.5}, draw=draw, profile="envoy"
    )
    plain = Game.new(model, ["council"], seed=2)
    for g in (game, plain):
        for _ in range(3):
            g.advance()
    opened = reload(game, tmp_path)
    assert same(opened, game)
    assert (opened.parameters == game.parameters).all()
    assert game.state_hash() != plain.state_hash()


def test_a_save_opens_without_the_scenarios_file(tmp_path):
    """The record carries its scenario: no file of it is needed, as the tests' own are not shipped."""
    game = plays(ISLAND, 7, 4)
    path = tmp_path / "game.save"
    game.save(path)
    opened = Game.load(path)
    assert opened.model is not game.model
    assert same(opened, game)


# -- damage -------------------------------------------------------------------------------------


def survives(data: bytes, whole: bytes) -> str:
    """Whether damaged bytes are refused with a line, or are the record all the same."""
    try:
        record = parse_record(data)
    except SaveError as error:
        return "refused" if "line " in str(error) else f"refused without a line: {error}"
    assert ("\n".join(record.lines()) + "\n").encode() == whole, "accepted, and not what was saved"
    return "same"


@pytest.fixture(scope="module")
def whole() -> bytes:
    return text_of(plays(TINY, 11))


def boundaries(data: bytes) -> list[int]:
    return [0, *(n + 1 for n, byte in enumerate(data) if byte == ord("\n"))]


def test_a_record_cut_at_every_boundary_give_or_take_two_bytes_is_refused(whole):
    for at in boundaries(whole):
        for cut in range(max(at - 2, 0), min(at + 3, len(whole) + 1)):
            expected = "same" if cut >= len(whole) - 1 else "refused"
            assert survives(whole[:cut], whole) == expected, (at, cut)


def test_a_record_with_a_line_lost_doubled_or_moved_is_refused(whole):
    lines = whole.splitlines(keepends=True)
    for n in range(len(lines)):
        assert survives(b"".join(lines[:n] + lines[n + 1 :]), whole) == "refused"
        assert survives(b"".join(lines[: n + 1] + lines[n:]), whole) == "refused"
        if n:
            swapped = [*lines[: n - 1], lines[n], lines[n - 1], *lines[n + 1 :]]
            assert survives(b"".join(swapped), whole) == "refused"


def cuts(whole, count, seed):
    rng = random.Random(seed)
    for _ in range(count):
        start = rng.randrange(len(whole))
        length = rng.randrange(1, len(whole) - start + 1)
        yield whole[:start] + whole[start + length :]


def flips(whole, count, seed):
    rng = random.Random(seed)
    for _ in range(count):
        damaged = bytearray(whole)
        for _ in range(rng.choice((1, 1, 1, 2, 8))):
            damaged[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        yield bytes(damaged)


def test_random_cuts_are_refused(whole):
    for data in cuts(whole, 200, 1):
        assert survives(data, whole) == "refused" or data == whole[:-1]


def test_random_bit_flips_are_refused(whole):
    # Two flips may undo each other, and a line's end may become another: then it is the same record.
    found = [survives(data, whole) for data in flips(whole, 500, 2)]
    assert found.count("refused") >= 495


@pytest.mark.campaign
def test_campaign_of_cuts_and_bit_flips(whole):
    big = text_of(plays((list_scenarios() or [ISLAND])[0], 1, 4))
    for data in cuts(whole, 1_900, 3):
        survives(data, whole)
    for data in cuts(big, 100, 3):
        survives(data, big)
    for data in flips(whole, 9_900, 4):
        survives(data, whole)
    for data in flips(big, 100, 4):
        survives(data, big)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\n\n",
        b"{}",
        b"[]",
        b"null\n",
        b"not a save",
        b"\xff\xfe",
        b"\x00" * 100,
        b'{"kind":"header","chain":""}\n',
        b"PK\x03\x04",
        b"[scenario]\nid = 'tiny'\n",
        b'"' * 5000,
        b"[" * 100_000,
        b'{"a":' * 50_000,
    ],
)
def test_a_foreign_file_is_refused(data, tmp_path):
    path = tmp_path / "foreign"
    path.write_bytes(data)
    with pytest.raises(SaveError, match="foreign"):
        Game.load(path)
    with pytest.raises(SaveError, match="line"):
        parse_record(data)


def test_a_missing_file_a_folder_and_a_huge_file_are_refused(tmp_path):
    with pytest.raises(SaveError):
        Game.load(tmp_path / "none")
    with pytest.raises(SaveError):
        Game.load(tmp_path)
    with open(tmp_path / "huge", "wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(SaveError, match="bytes"):
        Game.load(tmp_path / "huge")


# -- written by other hands ------------------------------------------------------------------------


def forged(whole: bytes, change) -> bytes:
    """A record rewritten with right hashes: what a newer or a mischievous program may write."""
    rows = []
    for line in whole.decode().splitlines():
        row = json.loads(line)
        del row["chain"]
        rows.append(row)
    rows = change(rows) or rows
    chain, made = "", []
    for row in rows:
        text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        chain = hashlib.sha256((chain + text).encode()).hexdigest()
        made.append(f'{text[:-1]},"chain":"{chain}"}}')
    return ("\n".join(made) + "\n").encode()


def header(**values):
    return lambda rows: rows[0].update(values)


def event(kind, /, **values):
    def change(rows):
        next(r for r in rows if r["kind"] == kind).update(values)

    return change


def opened(data):
    return Game.from_record(parse_record(data), shared_model(TINY))


def test_forging_itself_changes_nothing(whole):
    assert forged(whole, lambda rows: None) == whole


@pytest.mark.parametrize(
    "change",
    [
        {"files": {}},
        {"main": "other.toml"},
        {"main": "../../etc/passwd"},
        {"scenario": "/etc/passwd", "files": {}},
        {"scenario": "../tiny.toml", "files": {}},
        {"files": {"tiny.toml": "x = ["}},
        {"files": {"tiny.toml": 'import = "os"'}},
    ],
)
def test_a_record_whose_scenario_is_not_in_it_is_refused(whole, change):
    def forge(rows):
        rows[0].update(change)
        rows[0]["sha256"] = {n: hashlib.sha256(t.encode()).hexdigest() for n, t in rows[0]["files"].items()}

    with pytest.raises(SaveError):
        Game.from_record(parse_record(forged(whole, forge)))


def test_a_newer_format_says_to_update(whole):
    with pytest.raises(SaveError, match=r"line 1: format .* newer"):
        parse_record(forged(whole, header(format=FORMAT + 1)))


def test_other_rules_say_so(whole):
    with pytest.raises(SaveError, match="rules"):
        parse_record(forged(whole, header(rules_version=RULES_VERSION + 1)))


def test_another_fingerprint_is_refused(whole):
    with pytest.raises(SaveError, match="another version"):
        opened(forged(whole, header(fingerprint="0" * 12)))


def test_a_changed_scenario_text_is_refused(whole):
    def change(rows):
        name = rows[0]["main"]
        rows[0]["files"][name] += "\n# a word more\n"

    with pytest.raises(SaveError, match="damaged"):
        parse_record(forged(whole, change))


def test_a_state_that_is_not_reached_names_its_line(whole):
    with pytest.raises(SaveError, match=r"line \d+: month"):
        opened(forged(whole, event("advance", state="0" * 64)))


def test_a_decision_that_could_not_be_taken_is_refused(whole):
    with pytest.raises(SaveError):
        opened(forged(whole, event("submit", id="nothing_such")))
    with pytest.raises(SaveError):
        opened(forged(whole, event("submit", actor="donor")))


WRONG = [None, -1, 1.5, "x", [], {}, True, 1 << 70, [[1]], {"a": {}}]


@pytest.mark.parametrize(
    "key",
    [
        "scenario",
        "fingerprint",
        "files",
        "main",
        "seed",
        "run",
        "profile",
        "reading",
        "seats",
        "changes",
        "draw",
        "branches",
        "rules_version",
        "language",
        "format",
        "sha256",
        "kind",
    ],
)
def test_a_header_with_a_wrong_value_is_refused_or_opens_but_never_breaks(whole, key):
    for wrong in WRONG:
        try:
            opened(forged(whole, header(**{key: wrong})))
        except SaveError:
            continue
        allowed = {
            "scenario": ["x"],
            "main": ["x"],
            "language": ["x"],
            "format": [-1, True],
            "seed": [],
            "draw": [None],
            "changes": [{}],
            "files": [{}],
            "branches": [[]],
            "sha256": [],
        }
        assert wrong in allowed.get(key, []), (key, wrong)


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("submit", "actor"),
        ("submit", "id"),
        ("advance", "state"),
        ("advance", "month"),
        ("submit", "kind"),
        ("submit", "seq"),
        ("end", "events"),
    ],
)
def test_an_event_with_a_wrong_value_is_refused_or_opens_but_never_breaks(whole, kind, key):
    for wrong in WRONG:
        try:
            opened(forged(whole, event(kind, **{key: wrong})))
        except SaveError:
            continue
        assert (kind, key) == ("advance", "month"), (kind, key, wrong)


def test_a_rewind_to_nowhere_is_refused(whole):
    for month in (*WRONG, 99):

        def change(rows, month=month):
            rows.insert(-1, {"kind": "rewind", "month": month, "seq": len(rows) - 1})
            rows[-1]["events"] += 1

        try:
            game = opened(forged(whole, change))
        except SaveError:
            continue
        assert game.rewound
        assert month is True


# -- the disk -------------------------------------------------------------------------------------


def no_space(*_args, **_kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("call", ["fsync", "replace", "fdopen"])
def test_a_full_disk_leaves_the_earlier_save_and_nothing_else(tmp_path, monkeypatch, call):
    path = tmp_path / "game.save"
    game = plays(TINY, 1, 2)
    game.save(path)
    before = path.read_bytes()
    game.advance()
    with monkeypatch.context() as patch:
        patch.setattr(os, call, no_space)
        with pytest.raises(SaveError, match="space"):
            game.save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["game.save"], "no litter"
    game.save(path)
    assert path.read_bytes() != before


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SaveError, match="not saved"):
        plays(TINY, 1, 1).save(tmp_path / "file" / "game.save")


_SAVER = """
import sys
from pathlib import Path
from mali_sim.play import Game
from mali_sim.model import load_model
model = load_model(Path(sys.argv[1]))
game = Game.new(model, seed=3)
print("ready", flush=True)
n = 0
while True:
    game.save(Path(sys.argv[2]))
    if game.finished:
        game.rewind(n % 5)
    game.advance()
    n += 1
"""


def test_kill_9_during_saves_leaves_a_file_that_opens(tmp_path):
    path = tmp_path / "game.save"
    rng = random.Random(1)
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", _SAVER, str(TINY), str(path)], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.05 + rng.random() * 0.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        if path.exists():
            parse_record(path.read_bytes())
    game = Game.from_record(parse_record(path.read_bytes()), shared_model(TINY))
    assert game.model.fingerprint
