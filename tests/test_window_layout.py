"""
Every screen of the window, at many sizes and scales, in both languages: nothing is lost or unreadable.

Each pane is painted once more by a brush that remembers where text and spots came to lie.
"""

import math
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import frozen

pygame = pytest.importorskip("pygame")

from mali_sim.desktop import app as window  # noqa: E402
from mali_sim.desktop.futures import Futures  # noqa: E402
from mali_sim.desktop.screens import debrief as debrief_page  # noqa: E402
from mali_sim.desktop.screens import month as month_pages  # noqa: E402
from mali_sim.desktop.screens.choose import AddressPage, Chooser, Saved  # noqa: E402
from mali_sim.desktop.screens.debrief import Debrief  # noqa: E402
from mali_sim.desktop.screens.frame import About, Loading, Message, Note, Title  # noqa: E402
from mali_sim.desktop.screens.help import SaveAs  # noqa: E402
from mali_sim.desktop.screens.lookup import Codex, EntryPage  # noqa: E402
from mali_sim.desktop.screens.questions import Asking  # noqa: E402
from mali_sim.desktop.screens.options import Options  # noqa: E402
from mali_sim.desktop.screens.timeline import Back  # noqa: E402
from mali_sim.desktop.screens.why import Why  # noqa: E402
from mali_sim.desktop.settings import Settings  # noqa: E402
from mali_sim.desktop.tokens import LEAST_TARGET, THEMES, Colour  # noqa: E402
from mali_sim.desktop.widgets import Brush, Pane, Spot  # noqa: E402
from mali_sim.model import load_model  # noqa: E402
from mali_sim.play import Game, SeatView, forecast  # noqa: E402
from mali_sim.play.aspects import Fans, fans_of, write_note  # noqa: E402
from mali_sim.scenario.library import find_scenario  # noqa: E402

SIZES = ((1024, 640), (1280, 800), (1920, 1080), (3840, 2160))
SCALES = (0, 75, 100, 150, 200)
LANGUAGES = ("en", "fr")
#: Each size, scale, language and theme at least once; the rest is in the campaign.
QUICK = (
    ((1024, 640), 0, "fr", "day"),
    ((1024, 640), 0, "en", "contrast"),
    ((1280, 800), 100, "en", "day"),
    ((1280, 800), 75, "fr", "day"),
    ((1920, 1080), 150, "fr", "contrast"),
    ((3840, 2160), 200, "en", "day"),
)
FULL = [(size, scale, language, "day") for size in SIZES for scale in SCALES for language in LANGUAGES]
#: Texts may touch by so many pixels.
TOUCH = 2
#: What text must stand out by: WCAG 2.2, 1.4.3.
LEAST_CONTRAST = 4.5

# -- what is written ---------------------------------------------------------------------------


@frozen
class Written:
    """A line as it was drawn; its rectangle holds its ink, in the pane before scrolling."""

    said: str
    whole: str
    rect: pygame.Rect
    style: str
    colour: Colour
    grounds: tuple[Colour, ...]
    fixed: bool
    cut: bool
    broken: bool
    drawn: bytes


class Watching(Brush):
    """A brush that remembers what it wrote, and on what."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.written: list[Written] = []
        self.cards: list[tuple[int, bool, pygame.Rect]] = []

    def card(self, rect: pygame.Rect, *args: Any, **more: Any) -> None:
        """Draw it, and remember where, and after how much text."""
        self.cards.append((len(self.written), self.fixed, rect.copy()))
        super().card(rect, *args, **more)

    def text(
        self, text: str, x: int, y: int, style: str = "text", colour: Colour | None = None,
        width: int | None = None, align: str = "left", lines: int | None = None,
    ) -> int:  # fmt: skip
        """Write it, and remember each line that is in view."""
        parts = (text,) if width is None else self.letters.wrap(text, style, width, lines)
        cut = width is not None and len(self.letters.wrap(text, style, width)) > len(parts)
        whole = " ".join(text.split("\n"))
        broken = not cut and width is not None and " ".join(parts) != whole
        step, ink, found, top = self.letters.height(style), colour or self.theme.ink, [], y
        for part in parts:
            if part.strip() and self.seen(top, step):
                drawn = self.letters.line(part, style, ink)
                left = x - {"left": 0, "right": drawn.get_width(), "middle": drawn.get_width() // 2}[align]
                rect = drawn.get_bounding_rect().move(left, top + (step - drawn.get_height()) // 2)
                found.append((part, rect, self._grounds(self.at(rect))))
            top += step
        below = super().text(text, x, y, style, colour, width, align, lines)
        for n, (part, rect, grounds) in enumerate(found):
            self.written.append(Written(
                part, text, rect, style, ink, grounds, self.fixed, cut and n == len(found) - 1, broken,
                self.pixels(self.at(rect)),
            ))  # fmt: skip
        return below

    def _grounds(self, rect: pygame.Rect) -> tuple[Colour, ...]:
        """The colours just outside of the corners, as they were before."""
        corners = [(x, y) for x in (rect.left - 1, rect.right) for y in (rect.top - 1, rect.bottom)]
        area = self.surface.get_rect()
        return tuple(tuple(self.surface.get_at(p))[:3] for p in corners if area.collidepoint(p))

    def pixels(self, rect: pygame.Rect) -> bytes:
        """What stands in a part of the pane."""
        part = rect.clip(self.surface.get_rect())
        if not part.width or not part.height:
            return b""
        return pygame.image.tobytes(self.surface.subsurface(part), "RGB")


@frozen
class Look:
    """A pane painted once, scrolled to somewhere."""

    pane: Pane
    brush: Watching
    content: int
    view: pygame.Rect

    def visible(self, written: Written) -> pygame.Rect:
        """The part of a line that can be seen."""
        return written.rect.clip(self.brush.surface.get_rect().move(0, self.brush.shift)
                                 if written.fixed else self.view)  # fmt: skip

    def texts(self) -> list[Written]:
        """The lines that can be seen."""
        return [w for w in self.brush.written if self.visible(w).width and self.visible(w).height]


def looks(app: window.App, pane: Pane, active: bool) -> Iterator[Look]:
    """A pane from its top to its end."""
    shift = 0
    while True:
        surface = pygame.Surface(pane.rect.size).convert(app.canvas.screen)
        surface.fill(getattr(app.canvas.letters.theme, pane.colour))
        brush = Watching(surface, app.canvas.letters, shift, pane.focus if active else None)
        content = pane.paint(brush)
        top, low = pane.insets
        room = pane.rect.height - top - low
        yield Look(pane, brush, content, pygame.Rect(0, shift + top, pane.rect.width, room))
        most = max(content - pane.rect.height, 0) if pane.scrolls else 0
        if shift >= most:
            return
        shift = min(shift + max(room - 40, 40), most)


def shown_panes(app: window.App) -> list[tuple[Pane, bool]]:
    """What can be read and pressed now, and whether the keyboard is there."""
    if app.panel is not None:
        found = [(app.panel, True)]
    else:
        found = [(pane, pane is app.zone) for pane in app.main.panes]
    return found if app.tip is None else [*found, (app.tip, False)]


# -- what may be wrong -------------------------------------------------------------------------


def summaries(pane: Pane) -> set[str]:
    """What decisions are about."""
    s = pane.session
    return {s.words.of(c.text) for c in s.choices}


def months_told(pane: Pane) -> set[str]:
    """What happened in each month, in one line, as the timeline joins it."""
    s = pane.session
    found = set()
    for month in range(s.game.month):
        lines = list(s.view.lines(s.game.report(month)))
        own, weighty = [k for k in lines if k.actor == s.actor], [k for k in lines if k.weighty]
        found |= {" · ".join(s.words.of(k.text) for k in part[:3]) for part in (own, weighty, lines)}
    return found


def file_names(pane: Pane) -> set[str]:
    """The names of saves."""
    return {path.name for path, _ in pane.rows or ()}


def causes_and_measures(pane: Pane) -> set[str]:
    """The names of causes, and what figures measure."""
    s = pane.session
    found = s.explain(getattr(pane, "subject", s.subject))
    labels = {s.words.of(c.label) for c in found.causes} if found is not None else set()
    return labels | {s.words.of(i.text) for i in s.indicators if i.text is not None}


#: Where an ellipsis may stand: the pane, what may be cut, how it is read whole instead. It may also
#: stand wherever the tip of what it is on has the whole text.
ALLOWED = (
    ("decisions", summaries, "of a closed card: the card opens, with all of it, when it is in focus"),
    ("timeline", months_told, "of a month: all its lines stand below it when it is in focus"),
    ("saves", file_names, "which somebody made as long as they liked"),
    ("why", causes_and_measures, "the page that W opens has them whole, below the list, in focus"),
)


def may_be_cut(pane: Pane, text: str) -> bool:
    """Whether there is a reason."""
    return any(pane.name == name and text in texts(pane) for name, texts, _ in ALLOWED)


def same_words(one: Written, other: Written) -> bool:
    """Whether one is the other's rim: the same words a few pixels aside."""
    near = abs(one.rect.left - other.rect.left) <= 12 and abs(one.rect.top - other.rect.top) <= 12
    return one.said == other.said and one.style == other.style and near


def out_of_pane(look: Look) -> Iterator[str]:
    """Text that leaves its pane, or cannot be scrolled to."""
    width, bottom = look.pane.rect.width, look.pane.rect.height
    if look.pane.scrolls:
        bottom = max(look.content - look.pane.insets[1], bottom - look.pane.insets[1])
    for w in look.texts():
        if w.rect.left < 0 or w.rect.right > width:
            yield f"leaves its pane sideways ({w.rect.left} to {w.rect.right} of {width}): {w.said!r}"
        if not w.fixed and (w.rect.top < 0 or w.rect.bottom > bottom):
            yield f"leaves its pane ({w.rect.top} to {w.rect.bottom} of {bottom}): {w.said!r}"
        area = look.brush.surface.get_rect().move(0, look.brush.shift)
        if w.fixed and not area.contains(w.rect):
            yield f"leaves the window (fixed, {tuple(w.rect)} of {tuple(area)}): {w.said!r}"


def overlapping(look: Look) -> Iterator[str]:
    """Texts that lie over each other."""
    texts = look.texts()
    for n, one in enumerate(texts):
        for other in texts[n + 1 :]:
            both = one.rect.clip(other.rect)
            if min(both.size) > TOUCH and one.fixed == other.fixed and not same_words(one, other):
                yield f"overlaps by {both.width} x {both.height}: {one.said!r} and {other.said!r}"


def out_of_card(look: Look) -> Iterator[str]:
    """Text that begins on a card or button and ends beside it."""
    order = {id(w): n for n, w in enumerate(look.brush.written)}
    for w in look.texts():
        on = [c for n, fixed, c in look.brush.cards
              if n <= order[id(w)] and fixed == w.fixed and c.collidepoint(w.rect.center)]  # fmt: skip
        card = min(on, key=lambda c: c.width * c.height, default=None)
        if card is not None and not card.inflate(2, 2).contains(w.rect):
            yield f"runs out of its card ({tuple(w.rect)} of {tuple(card)}): {w.said!r}"


def covered(look: Look) -> Iterator[str]:
    """Text over which something was painted later."""
    texts = look.texts()
    for n, w in enumerate(texts):
        if any(same_words(w, later) for later in texts[n + 1 :]):
            continue
        if look.visible(w) != w.rect:
            continue
        now = look.brush.pixels(look.brush.at(w.rect))
        if now != w.drawn:
            wide, high = changed(w.drawn, now, w.rect.width)
            if min(wide, high) > TOUCH:
                yield f"{wide} x {high} pixels are painted over: {w.said!r}"


def changed(before: bytes, after: bytes, width: int) -> tuple[int, int]:
    """How wide and high the part is in which two pictures differ."""
    one, other = (np.frombuffer(b, np.uint8).reshape(-1, width, 3) for b in (before, after))
    rows, columns = np.nonzero((one != other).any(axis=2))
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


def cut_off(look: Look) -> Iterator[str]:
    """Text that an ellipsis ends, and words broken in two."""
    for w in look.texts():
        here = [s for s in look.brush.spots if s.rect.collidepoint(w.rect.center)]
        explained = any(w.whole in s.tip for s in here)
        if w.cut and not explained and not may_be_cut(look.pane, w.whole):
            yield f"is cut: {w.said!r} of {w.whole!r}"
        token = max(w.whole.split(" "), key=len, default="")
        if w.broken and not any(c in token for c in "@/\\._"):
            yield f"breaks a word: {w.whole!r}"


def pressed(look: Look, at: tuple[int, int]) -> Spot | None:
    """What a press hits."""
    inside = look.view.collidepoint(at)
    return next((s for s in reversed(look.brush.spots) if s.holds(at) and (s.fixed or inside)), None)


def hard_to_hit(look: Look) -> Iterator[str]:
    """Spots that are too small, out of reach, or below others."""
    pane = look.pane
    area = look.brush.surface.get_rect().move(0, look.brush.shift)
    whole = pygame.Rect(0, 0, pane.rect.width, max(look.content, pane.rect.height))
    for s in look.brush.spots:
        if min(s.rect.size) < LEAST_TARGET:
            yield f"spot {s.id} is {s.rect.width} x {s.rect.height}"
        if not (area if s.fixed else whole).contains(s.rect):
            yield f"spot {s.id} leaves its pane: {tuple(s.rect)} of {tuple(area if s.fixed else whole)}"
        seen = s.rect.clip(area if s.fixed else look.view)
        if seen != s.rect or s.rect.height > 400:
            continue
        enough = round(0.8 * LEAST_TARGET**2 / 9)
        points = ((x, y) for y in range(seen.top, seen.bottom, 3) for x in range(seen.left, seen.right, 3))
        hits = sum(1 for _ in islice((p for p in points if pressed(look, p) is s), enough))
        if hits < enough:
            yield f"spot {s.id}: only {hits * 9} square pixels of it can be pressed"


CHECKS = (out_of_pane, overlapping, out_of_card, covered, cut_off, hard_to_hit)


def defects(app: window.App, checks: Any = CHECKS) -> list[str]:
    """All that is wrong with what is shown, each thing once."""
    found: dict[str, None] = {}
    for pane, active in shown_panes(app):
        for look in looks(app, pane, active):
            for check in checks:
                found |= dict.fromkeys(f"[{pane.name}] {told}" for told in check(look))
    return list(found)


# -- games to look at ----------------------------------------------------------------------------


@cache
def trap():
    return load_model(find_scenario("avoid-the-trap"))


def play_month(game: Game, month: int) -> None:
    """Take what is offered, answer what is asked, do two or three things."""
    view = SeatView(game, "bamako")
    for question in view.questions():
        allowed = [c for c in question.choices if c.standing.allowed]
        game.submit("bamako", next((c for c in allowed if c.kind == "accept"), allowed[-1]).id)
    for choice in [c for c in view.choices() if c.standing.allowed][month % 3 :: 3][:3]:
        if game.standing(choice.id).allowed:
            game.submit("bamako", choice.id)
    game.advance()


@cache
def played() -> Game:
    """Three months, after which questions and offers wait."""
    game = Game.new(trap(), ["bamako"], seed=3)
    for month in range(3):
        play_month(game, month)
    return game


@cache
def finished() -> Game:
    """The short form, to its end, with a note."""
    game = Game.new(trap(), ["bamako"], seed=3, short=True)
    while not game.finished:
        play_month(game, game.month)
        if game.month == 2:
            write_note(SeatView(game, "bamako"), "Nous avons cédé sur le calendrier, et gagné un mois. " * 3)
    return game


@cache
def some_fans() -> Fans:
    """Fans of some decision; for the layout one is as good as another."""
    view = SeatView(played(), "bamako")
    wanted = next(c.id for c in view.choices() if c.standing.allowed)
    return fans_of(view, forecast(played(), "bamako", [wanted], runs=40))


class Still(Futures):
    """Forecasts that are there at once, without a process."""

    def __init__(self) -> None:
        super().__init__(1_000, 200, lambda: None)

    def start(self) -> None:
        """Nothing is started."""

    def latest(self, key: object) -> tuple[Fans, int, str]:
        """The same for everything."""
        return some_fans(), 5, ""


_KNOWN: dict[str, Any] = {}


@pytest.fixture
def quick_debrief(monkeypatch):
    """What a debrief looks up, looked up once for all, over few runs."""
    for name in ("debrief", "strategy_fans", "luck"):
        real = getattr(debrief_page, name)

        def known(*args: Any, name: str = name, real: Callable[..., Any] = real) -> Any:
            if name not in _KNOWN:
                _KNOWN[name] = real(*args)
            return _KNOWN[name]

        monkeypatch.setattr(debrief_page, name, known)
    monkeypatch.setattr(debrief_page, "_REPLAYS", 100)
    monkeypatch.setattr(debrief_page, "_FANS", 30)
    monkeypatch.setattr(month_pages, "_COMPARED", 20)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    """A folder of saves: a whole one, one with a long name, a damaged one."""
    folder = tmp_path_factory.mktemp("shelf")
    played().save(folder / "avoid-the-trap-20230301-101500-auto.save")
    shutil.copy(folder / "avoid-the-trap-20230301-101500-auto.save",
                folder / f"{'une partie au nom très long ' * 4}.save")  # fmt: skip
    (folder / "damaged.save").write_text("not a save\n")
    return folder


@pytest.fixture
def opened(monkeypatch, shelf, quick_debrief):
    """Opens windows, and closes them afterwards."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    apps = []

    def open_window(size, scale, language, theme, game=None) -> window.App:
        settings = Settings(noted=True, scale=scale, theme=theme)
        seat = "bamako" if game is not None else ""
        app = window.App(game, seat, language, size=size, saves=shelf, futures=0, settings=settings)
        app.futures = Still()
        if app.session is not None:
            app.session.futures = app.futures
            app.futures.begin = lambda *_: None
        apps.append(app)
        app.settle()
        return app

    yield open_window
    for app in apps:
        app.jobs.stop()
        app.futures.stop()
    pygame.display.quit()


# -- all screens -----------------------------------------------------------------------------------


def put(app: window.App, panel: Any) -> None:
    """Show a panel alone."""
    app.message = ""
    app.stack.clear()
    app.show(panel)
    app.settle()


PATH = Path("/home/somebody/.local/share/mali_sim/saves/avoid-the-trap-20230301-101500-auto.save")
LONG = (
    "/home/somebody/.local/share/mali_sim/saves/avoid-the-trap.save: not saved: No space left on device; "
    "the earlier save, if there was one, is as it was: free some space or choose another folder"
)


def doors(app: window.App) -> Iterator[str]:
    """What there is before a game."""
    yield "title"
    app.message = "The settings could not be kept: Permission denied: /home/somebody/.config/mali_sim"
    app.panel.stale()
    app.settle()
    yield "title with a message"
    for name, panel in (("note", Note), ("about", About), ("loading", Loading), ("saves", Saved)):
        put(app, panel(app))
        yield name
    put(app, Chooser(app))
    for n in range(len(app.panel._known)):
        app.panel._look(n)
        app.settle()
        yield f"chooser, scenario {n}"
    put(app, AddressPage(app))
    yield "address"
    app.panel.typed["address"] = "avoid-the-trap@1657008eda2e:status_quo:balanced:1:17" * 3
    app.panel.typed["month"] = "12"
    app.message = app.words("Type or paste an address first.")
    app.settle()
    yield "address, typed"
    put(app, Options(app))
    yield "settings"
    app.settings.keys = {"next": "x"}
    app.panel.waits = "undo"
    app.settle()
    yield "settings, waiting for a key"
    put(app, Message(app, app.words("The game could not be saved"), LONG + "\n" + LONG))
    yield "message"
    put(app, Title(app))


def sheets(app: window.App) -> Iterator[str]:
    """What can be opened over a game."""
    pages = ("dossier", "report", "offers", "objectives", "timeline", "codex", "menu", "help", "settings")
    for name in pages:
        app.stack.clear()
        app.open(name)
        app.settle()
        yield name
    for question in app.session.unanswered:
        put(app, Asking(app, question))
        yield f"question {question.id}"
    put(app, Codex(app))
    app.panel.typed["search"] = "a"
    app.settle()
    yield "codex, searched"
    app.panel.typed["search"] = "qqqq"
    app.settle()
    yield "codex, nothing found"
    scenario = app.session.game.model.scenario
    for kind in ("obs", "stock", "decision", "offer", "event", "constant", "lookup", "source", "flow", "aux"):
        table = getattr(scenario, kind)
        if table:
            put(app, EntryPage(app, f"{kind}.{sorted(table)[len(table) // 2]}"))
            yield f"entry, {kind}"
    for subject in (app.session.headlines[0].id, app.session.partners[0].id.removeprefix("stock.")):
        put(app, Why(app, subject))
        yield f"why {subject}"
    put(app, SaveAs(app))
    yield "save as"
    app.panel.typed["name"] = "une partie au nom très long " * 3
    app.message = app.words("Type a name first.")
    app.settle()
    yield "save as, typed"
    put(app, Back(app, 1))
    yield "go back"


def boards(app: window.App) -> Iterator[str]:
    """The main screen as it stands in a game."""
    s = app.session
    app.stack.clear()
    app.back()
    app.settle()
    yield "main"
    for at in range(max(len(s.topics), len(s.map_layers), len(s.partner_layers) + 1)):
        s.show_topic(at)
        s.show_layer(at)
        s.show_partners(at)
        s.subject = s.headlines[at % len(s.headlines)].id
        app.settle()
        yield f"main, topic {s.topic_at}, layer {s.layer_at}, partners {s.partner_at}"
    for place in app.main.map.places:
        s.subject = s.map_values[place.id].id.removeprefix("stock.")
        app.settle()
        yield f"main, {place.id} chosen"
    s.show_partners(0)
    app.zone = app.main.decisions
    app.zone.focus = None
    app.settle()
    for choice in list(app.main.decisions.cards)[1:3]:
        spot = app.main.decisions.spot(choice.id)
        app.hands.explain(app.main.decisions, spot)
        app.settle()
        yield f"main, a tip over {choice.id}"
        app.tip.pinned = True
        app.settle()
        yield f"main, a pinned tip over {choice.id}"
        app.tip = None
    for pane in (app.main.top, app.main.partners, app.main.map):
        for spot in [x for x in pane.spots if x.tip][:3]:
            app.hands.explain(pane, spot)
            app.settle()
            yield f"main, a tip over {spot.id}"
            app.tip = None
    s.note = ""
    app.settle()
    yield "main, a note begun"
    s.note = "Nous avons cédé sur le calendrier, et gagné un mois. " * 4
    app.settle()
    yield "main, a long note"
    s.note = None
    s.message = app.words("Saved: {path}", path=PATH)
    app.settle()
    yield "main, a message"
    s.message = max((s.words.of(c.standing.reason) for c in s.choices if c.standing.reason), key=len)
    app.settle()
    yield "main, the longest refusal"
    s.message = ""


def plans(app: window.App) -> Iterator[str]:
    """The main screen with a plan, and two plans compared."""
    s = app.session
    app.stack.clear()
    app.back()
    for question in s.unanswered[:1]:
        s.toggle(next(c.id for c in question.choices if c.standing.allowed))
    for count in (1, 3):
        for choice in s.choices:
            if len(s.game.plan["bamako"]) <= count and s.game.standing(choice.id).allowed:
                s.toggle(choice.id)
        app.settle()
        yield f"main, {count + 1} things planned"
        s.pin()
        s.message = ""
        app.settle()
        yield f"main, {count + 1} things planned and pinned"
    app.open("compare")
    app.settle()
    yield "compare"
    s.pins = []
    put(app, app.panel.__class__(app))
    yield "compare, nothing pinned"
    app.stack.clear()
    app.back()
    for step in range(6):
        s.coach_at = step
        s.version += 1
        app.settle()
        yield f"main, first step {step}"
    s.coach_at = None
    s.version += 1


def ends(app: window.App) -> Iterator[str]:
    """The end of a game."""
    put(app, Debrief(app))
    yield "debrief"
    app.panel.advice = (*app.panel.found.left, *app.panel.found.followed)[0]
    app.panel.stale()
    app.settle()
    yield "debrief, a recommendation read"
    app.message = app.words("Written: {path}", path=PATH.with_suffix(".html"))
    app.settle()
    yield "debrief, a long message"


def all_screens(opened, config) -> Iterator[tuple[window.App, str]]:
    """Every screen in a window of a size, scale, language and theme."""
    app = opened(*config)
    yield from ((app, name) for name in doors(app))
    app = opened(*config, game=played().snapshot())
    for part in (boards, sheets, plans):
        yield from ((app, name) for name in part(app))
    app = opened(*config, game=finished().snapshot())
    yield from ((app, name) for name in ends(app))


def told(found: dict[str, list[str]], config: object) -> str:
    """Defects by what is wrong, each with the screens on which it was seen."""
    rows = [f"{len(found)} defects, {config}:"]
    for what, where in found.items():
        rows.append(f"{what}   <- {', '.join(where[:3])}{' …' if where[3:] else ''}")
    return "\n".join(rows)


def gathered(opened, config, checks=CHECKS) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for app, name in all_screens(opened, config):
        for defect in defects(app, checks):
            found.setdefault(defect, []).append(name)
    return found


def named(config: tuple) -> str:
    (width, height), scale, language, theme = config
    return f"{width}x{height} at {scale} {language} {theme}"


@pytest.mark.parametrize("config", QUICK, ids=named)
def test_on_every_screen_nothing_is_cut_covered_or_out_of_reach(opened, config):
    found = gathered(opened, config)
    assert not found, told(found, config)


@pytest.mark.campaign
@pytest.mark.parametrize("config", FULL, ids=named)
def test_on_every_screen_at_every_size_nothing_is_cut_covered_or_out_of_reach(opened, config):
    found = gathered(opened, config)
    assert not found, told(found, config)


def test_the_brush_that_watches_draws_what_the_window_shows(opened):
    app = opened((1280, 800), 0, "en", "day", game=played().snapshot())
    for pane in app.main.panes:
        (first, *_) = looks(app, pane, pane is app.zone)
        shown = app.canvas.screen.subsurface(pane.rect)
        width = pane.rect.width - app.canvas.letters.px(6)
        for x in range(0, width, 7):
            assert all(shown.get_at((x, y)) == first.brush.surface.get_at((x, y))
                       for y in range(0, pane.rect.height, 5))  # fmt: skip


# -- the keyboard ----------------------------------------------------------------------------------


def press(app: window.App, key: int) -> None:
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key, unicode="", mod=0))
    pygame.event.post(pygame.event.Event(pygame.KEYUP, key=key, mod=0))
    app.settle()


def walked(app: window.App, pane: Pane, key: int) -> Iterator[str]:
    """What the keyboard does not reach, or reaches unseen, from the first stop on."""
    stops = [s.id for s in pane.spots if s.stop]
    if not stops:
        return
    pane.focus, pane.reveal = stops[0], True
    app.settle()
    reached, known, still = {pane.focus}, set(stops), 0
    for _ in range(1_500):
        before = pane.focus, pane.scroll
        press(app, key)
        reached.add(pane.focus)
        known |= {s.id for s in pane.spots if s.stop}
        spot = pane.spot(pane.focus)
        if spot is not None and not spot.fixed:
            top, low = pane.insets
            view = pygame.Rect(0, pane.scroll + top, pane.rect.width, pane.rect.height - top - low)
            if spot.rect.clip(view).height < min(spot.rect.height, LEAST_TARGET):
                yield f"{pane.focus} is reached but not seen"
        still = still + 1 if (pane.focus, pane.scroll) == before else 0
        if still > 1:
            break
    for id in sorted(x for x in known - reached if x):
        yield f"the keys do not reach {id}"


def unreached(opened, config) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for app, name in all_screens(opened, config):
        if app.tip is not None or (name.startswith("main, ") and "topic" not in name):
            continue
        if app.panel is not None:
            panes = [(app.panel, key) for key in (pygame.K_DOWN, pygame.K_TAB)]
        else:
            panes = [(pane, pygame.K_DOWN) for pane in app.main.walked]
        for pane, key in panes:
            if app.panel is None:
                app.zone = pane
            kept = app.panel, len(app.stack), pane.focus, pane.scroll
            for told in walked(app, pane, key):
                by = f"{pygame.key.name(key)}: {told}"
                found.setdefault(f"[{pane.name}] {by}", []).append(name)
            assert (app.panel, len(app.stack)) == kept[:2], f"walking on {name} opened or closed something"
            pane.focus, pane.scroll = kept[2:]
    return found


@pytest.mark.parametrize("config", [QUICK[0]], ids=named)
def test_every_stop_is_reached_and_seen_by_the_arrow_keys_and_tab(opened, config):
    found = unreached(opened, config)
    assert not found, told(found, config)


@pytest.mark.campaign
@pytest.mark.parametrize("config", FULL, ids=named)
def test_every_stop_is_reached_by_keyboard_at_every_size(opened, config):
    found = unreached(opened, config)
    assert not found, told(found, config)


# -- colours --------------------------------------------------------------------------------------


def linear(colour: Colour) -> tuple[float, ...]:
    """The light of a colour: sRGB undone."""
    shares = (c / 255 for c in colour)
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)


def luminance(colour: Colour) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """WCAG's contrast of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def faint(look: Look) -> Iterator[str]:
    """Text that does not stand out from its ground; a rim around it is its ground."""
    texts = look.texts()
    for n, w in enumerate(texts):
        if any(same_words(w, later) for later in texts[n + 1 :]):
            continue
        rims = {r.colour for r in texts[:n] if same_words(r, w) and r.colour != w.colour}
        grounds = rims or w.grounds
        if look.visible(w) != w.rect or not grounds:
            continue
        worst = min(grounds, key=lambda g: contrast(w.colour, g))
        if contrast(w.colour, worst) < LEAST_CONTRAST:
            yield f"{contrast(w.colour, worst):.2f}, {w.colour} on {worst}: {w.said!r}"


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_stands_out_from_its_ground(opened, theme):
    found = gathered(opened, ((1280, 800), 0, "en", theme), [faint])
    assert not found, told(found, theme)


#: Full loss of one kind of cone, on linear light: Machado, Oliveira and Fernandes (2009), table 1.
BLINDNESS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
                   (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
                     (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
                   (0.004733, 0.691367, 0.303900)),
}  # fmt: skip
_TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750),
           (0.0193339, 0.1191920, 0.9503041))  # fmt: skip
_WHITE = (0.95047, 1.0, 1.08883)


def times(matrix: Any, values: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sum(m * v for m, v in zip(row, values, strict=True)) for row in matrix)


def lab(light: tuple[float, ...]) -> tuple[float, float, float]:
    """CIE Lab, D65, of linear light."""

    def root(t: float) -> float:
        return t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29

    x, y, z = (root(v / w) for v, w in zip(times(_TO_XYZ, light), _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(one: Colour, other: Colour, blindness: str) -> float:
    """How different two colours are to somebody, in Lab (1976)."""

    def seen(colour: Colour) -> tuple[float, float, float]:
        light = times(BLINDNESS[blindness], linear(colour))
        return lab(tuple(min(max(v, 0.0), 1.0) for v in light))

    return math.dist(seen(one), seen(other))


def test_the_measures_of_colour_are_the_published_ones():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.005)
    assert lab(linear((255, 0, 0))) == pytest.approx((53.24, 80.09, 67.20), abs=0.02)
    for matrix in BLINDNESS.values():
        assert times(matrix, (1.0, 1.0, 1.0)) == pytest.approx((1, 1, 1), abs=1e-5)


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("theme", THEMES)
def test_better_and_worse_differ_for_the_colour_blind(theme, blindness):
    t = THEMES[theme]
    for one, other in ((t.teal, t.rust), (t.night_teal, t.night_rust)):
        assert apart(one, other, blindness) >= 15


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("theme", THEMES)
def test_steps_of_the_map_differ_for_the_colour_blind(theme, blindness):
    distances = [apart(a, b, blindness) for a, b in pairwise(THEMES[theme].ramp)]
    assert min(distances) >= 7, distances
