"""Every screen of the window, one after the other, of games that are there already."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from attrs import evolve

from mali_sim.desktop import app as window
from mali_sim.desktop.futures import Futures
from mali_sim.desktop.screens.choose import AddressPage, Chooser, Saved
from mali_sim.desktop.screens.debrief import Debrief
from mali_sim.desktop.screens.frame import About, Loading, Message, Note, Title
from mali_sim.desktop.screens.help import SaveAs
from mali_sim.desktop.screens.lookup import Codex, EntryPage
from mali_sim.desktop.screens.options import Options
from mali_sim.desktop.screens.questions import Asking
from mali_sim.desktop.screens.timeline import Back
from mali_sim.desktop.screens.why import Why
from mali_sim.model import load_model
from mali_sim.play import Game, SeatView, forecast
from mali_sim.play.aspects import write_note
from mali_sim.play.fans import Fans, fans_of
from mali_sim.scenario.library import find_scenario
from tests.window.watch import CHECKS, defects

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
def all_fans() -> Fans:
    """Fans of some decision, of every figure that can be moved."""
    view = SeatView(played(), "bamako")
    wanted = next(c.id for c in view.choices() if c.standing.allowed)
    made = forecast(played(), "bamako", [wanted], runs=40)
    return fans_of(view, made, made.names)


class Still(Futures):
    """Forecasts that are there at once, without a process; each of other figures than the one before."""

    def __init__(self) -> None:
        super().__init__(1_000, 200, lambda: None)
        self.keys: dict[object, int] = {}

    def start(self) -> None:
        """Nothing is started."""

    def latest(self, key: object) -> tuple[Fans, int, str]:
        """Four figures, and for other actions the next four."""
        names, n = all_fans().names, self.keys.setdefault(key, len(self.keys))
        some = tuple(names[(4 * n + k) % len(names)] for k in range(4))
        return evolve(all_fans(), names=some, agreed=12 if n % 3 == 1 else None), 5, ""


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


def boards_with_a_plan(app: window.App) -> Iterator[str]:
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
    app.message = app.words("Written: {path}", path=PATH.with_suffix(".html"))
    app.settle()
    yield "debrief, a long message"


def all_screens(opened, config) -> Iterator[tuple[window.App, str]]:
    """Every screen in a window of a size, scale, language and theme."""
    app = opened(*config)
    yield from ((app, name) for name in doors(app))
    app = opened(*config, game=played().snapshot())
    for part in (boards, sheets, boards_with_a_plan):
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
