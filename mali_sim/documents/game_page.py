"""
A played game as one page: what came of it, against other ways of playing and other luck.

The page stands alone: no scripts, nothing from elsewhere; it prints, and opens without a network.
"""

import html
from collections.abc import Sequence

from attrs import field, frozen

from mali_sim.documents.game_charts import Ribbon, course, histogram
from mali_sim.play import Game, Indicator, Result, SeatView
from mali_sim.play.digest import Debrief
from mali_sim.play.lookback import Luck, StrategyFans
from mali_sim.play.phrases import Phrases
from mali_sim.play.view import BETTER, SAME, WORSE, says_yes_or_no
from mali_sim.play.why.turning import TurningPoint
from mali_sim.scenario import Text
from mali_sim.scenario.texts import Words

#: Events told of a turning point.
_EVENTS = 2
#: Weights that differ by less are the same.
_SAME_WEIGHT = 0.0005

STYLE = """
:root{--paper:#F6F0E4;--panel:#FFFAF0;--card:#FFFFFF;--ink:#2B2118;--muted:#6C5D49;--line:#DDD0B8;
--indigo:#1F3A5F;--teal:#2F6F73;--rust:#B0492C;--amber:#7A5D22}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.5 "Noto Sans","Segoe UI","Helvetica Neue",Arial,sans-serif}
main{max-width:1080px;margin:0 auto;padding:28px 24px 40px}
h1,h2{font-family:"Noto Serif",Georgia,"Times New Roman",serif;line-height:1.2;text-wrap:balance}
h1{font-size:38px;margin:4px 0 12px}
h2{font-size:24px;margin:0 0 6px;color:var(--indigo)}
h3{font-size:16px;margin:0 0 4px}
p{margin:0 0 10px;max-width:74ch;text-wrap:pretty}
.kicker{color:var(--amber);font-weight:700;margin:0}
.lede{font-size:18px}
section{margin-top:34px;border-top:1px solid var(--line);padding-top:20px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:3px 18px;margin:16px 0 0;max-width:none}
dt{color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere}
code{font-size:14px}
.quiet{color:var(--muted)}
.small{font-size:14px}
.strong{font-weight:700}
.better{color:var(--teal);font-weight:700}
.worse{color:var(--rust);font-weight:700}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(400px,1fr));gap:16px;margin-top:14px}
figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:4px;padding:12px 12px 6px;
break-inside:avoid}
figcaption{font-weight:700;margin-bottom:4px}
figcaption span{font-weight:400;color:var(--muted)}
svg{display:block;width:100%;height:auto;font-family:inherit}
.points{display:grid;gap:12px;padding:0;margin:12px 0 0;list-style:none}
.points li{background:var(--panel);border:1px solid var(--line);border-left:4px solid var(--indigo);
padding:12px 16px;break-inside:avoid}
.points p{margin:0 0 4px;max-width:100ch}
.own{color:var(--indigo);font-weight:700}
table{border-collapse:collapse;width:100%;background:var(--card);border:1px solid var(--line);
margin:12px 0;font-size:15px}
th,td{text-align:left;vertical-align:top;padding:7px 10px;border-bottom:1px solid var(--line)}
thead th{color:var(--muted);font-size:14px;vertical-align:bottom;background:var(--panel)}
tbody th{font-weight:600}
tr{break-inside:avoid}
.figure{text-align:right;font-variant-numeric:tabular-nums}
td.figure{white-space:nowrap}
.list{padding-left:0;list-style:none;margin:8px 0 14px;max-width:80ch}
.list li{margin-bottom:6px;padding-left:56px;text-indent:-56px}
.list b{display:inline-block;width:56px;text-indent:0;color:var(--indigo)}
.list.dated li{padding-left:0;text-indent:0}
td ul{margin:0;padding-left:18px}
.note{white-space:pre-wrap;overflow-wrap:anywhere}
footer{margin-top:36px;border-top:1px solid var(--line);padding-top:12px;color:var(--muted);font-size:14px}
@media (max-width:640px){.charts{grid-template-columns:1fr}.scroll{overflow-x:auto}h1{font-size:30px}
dl{grid-template-columns:1fr}dt{margin-top:6px}}
@media print{@page{margin:14mm}body{background:#fff;font-size:11pt}main{max-width:none;padding:0}
td.figure{white-space:normal}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.charts{grid-template-columns:1fr 1fr;gap:8px}h2,h3,thead{break-after:avoid}section{margin-top:20px}}
"""


def game_page(
    game: Game, actor: str, language: str, found: Debrief, fans: StrategyFans | None, luck: Luck | None,
    notes: Sequence[tuple[int, str]],
) -> str:  # fmt: skip
    """
    The page of a game as one seat played it.

    Parameters
    ----------
    language : {'en', 'fr'}
    found : Debrief
    fans : StrategyFans, optional
        Without them the courses stand alone.
    luck : Luck, optional
        Without it nothing is said of luck.
    notes : sequence of (int, str)
        The player's notes: month and text.

    Returns
    -------
    str
        A whole HTML document, which is well-formed XML but for its first line.
    """
    return _Page(SeatView(game, actor), Words(language), found, fans, luck, tuple(notes)).text()


@frozen
class _Page:
    view: SeatView
    words: Words
    found: Debrief
    fans: StrategyFans | None
    luck: Luck | None
    notes: tuple[tuple[int, str], ...]
    game: Game = field(init=False)
    told: Phrases = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "game", self.view.game)
        object.__setattr__(self, "told", Phrases(self.view, self.words))

    def text(self) -> str:
        """All of it."""
        sections = [
            self._weighed(), self._courses(), self._luck_and_choice(), self._turning(), self._outcomes(),
            self._recommendations(), self._decisions(), self._own_notes(),
        ]  # fmt: skip
        inner = "".join(f"<section>{part}</section>\n" for part in sections if part)
        title = f"{self._title()} – {self.words.of(self.view.model.scenario.scenario.title)}"
        foot = self.words(
            "A model of one briefing’s argument, February 2023. Bands are ranges, not predictions."
        )  # fmt: skip
        return (
            f'<!DOCTYPE html>\n<html lang="{self.words.language}">\n<head><meta charset="utf-8"/>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
            f"<title>{self._safe(title)}</title><style>{STYLE}</style></head>\n<body><main>\n"
            f"{self._head()}\n{inner}<footer>{self._safe(foot)}</footer>\n</main></body>\n</html>\n"
        )

    # -- words ---------------------------------------------------------------------------------

    def _safe(self, text: str) -> str:
        """A text as the language prints it, with nothing that a browser would take for markup."""
        return html.escape(self.words.spaced(text))

    def _of(self, text: Text) -> str:
        return self._safe(self.words.of(text))

    def _p(self, text: str, kind: str = "") -> str:
        return f'<p class="{kind}">{self._safe(text)}</p>' if kind else f"<p>{self._safe(text)}</p>"

    def _h2(self, text: str) -> str:
        return f"<h2>{self._safe(text)}</h2>"

    def _h3(self, text: str) -> str:
        return f"<h3>{self._safe(text)}</h3>"

    def _percent(self, weight: float) -> str:
        decimals = 1 if 0 < weight < 0.1 and round(100 * weight, 1) != round(100 * weight) else 0
        return self.words.quantity(100 * weight, Text("%", "%"), decimals)

    def _amount(self, r: Result, value: float) -> str:
        """An outcome's value; of a yes or no over months, the part with a yes."""
        if not r.yes_no:
            return self.words.quantity(value, r.unit, r.decimals)
        if value in (0.0, 1.0):
            return self.words("yes") if value else self.words("no")
        return self._share(value)

    def _share(self, value: float) -> str:
        return self.words.quantity(100 * value, Text("%", "%"))

    def _apart(self, r: Result, value: float) -> str:
        """A difference of an outcome's values: of percentages in points."""
        if r.yes_no:
            return self.words.quantity(100 * value, self.view.unit_label("index"), signed=True)
        unit = self.view.model.scenario.outcome[r.id].unit
        unit = unit.partition("/")[0] if r.take == "sum" else unit
        unit = self.view.unit_label(unit.replace("percent", "index"))
        return self.words.quantity(value, unit, r.decimals, signed=True)

    def _chance(self, r: Result, luck: Luck) -> str:
        """What luck changed, of the numbers shown."""
        decimals = 2 if r.yes_no else r.decimals
        return self._apart(r, round(luck.own[r.id], decimals) - round(luck.middle(r.id), decimals))

    def _verdict(self, verdict: str) -> str:
        said = {BETTER: self.words("better"), WORSE: self.words("worse"), SAME: self.words("the same")}
        return said.get(verdict, "")

    # -- the head --------------------------------------------------------------------------------

    def _title(self) -> str:
        """The ending's; before the end, that it would be."""
        words = self.words
        if self.found.ending is None:
            return words.of(self.view.model.scenario.scenario.title)
        title = words.of(self.found.ending[0])
        if self.game.finished:
            return title
        month = self.told.month(self.game.month - 1)
        return self.told.say(words("If it ended now, after {month}", month=month), title)

    def _head(self) -> str:
        words, s, game = self.words, self.view.model.scenario, self.game
        reading = s.reading.get(game.record.header.reading)
        first, last = self.told.month(0), self.told.month(max(game.month - 1, 0))
        span = words("{first} to {last}", first=first, last=last)
        months = words.plural("{count} month", "{count} months", game.month)
        facts = [
            (words("Scenario"), words.of(s.scenario.title)),
            (words("Your seat"), words.of(s.actor[self.view.actor].label)),
            (words("Months"), f"{span} ({months})"),
            (words("Reading"), words.of(reading.label) if reading else words("balanced")),
        ]  # fmt: skip
        rows = "".join(f"<dt>{self._safe(k)}</dt><dd>{self._safe(v)}</dd>" for k, v in facts)
        this_run, address = self._safe(words("This run")), html.escape(self.found.address)
        rows += f"<dt>{this_run}</dt><dd><code>{address}</code></dd>"
        parts = [self._p(words("A game, looked back on"), "kicker"), f"<h1>{self._safe(self._title())}</h1>"]
        if self.found.ending is not None and game.finished:
            parts.append(f'<p class="lede">{self._of(self.found.ending[1])}</p>')
        if game.record.header.short:
            whole = s.scenario.months
            told = words("This is the short form; the full game has {months} months.", months=whole)
            parts.append(self._p(told, "quiet"))
        return f"<header>{''.join(parts)}<dl>{rows}</dl>{self._last()}</header>"

    def _last(self) -> str:
        """What came last."""
        if not self.found.last or not self.game.finished:
            return ""
        items = "".join(
            f"<li>{self._safe(self.told.say(_capital(self.told.month(month)), self.words.of(text)))}</li>"
            for month, text in self.found.last
        )
        told = self._safe(self.words("What came last"))
        return f'<h3 style="margin-top:18px">{told}</h3><ul class="list dated">{items}</ul>'

    # -- the score -------------------------------------------------------------------------------

    def _weighed(self) -> str:
        words, own, written = self.words, self.found.weighed, self.found.as_written
        head = self._h2(words("Weighed up"))
        if self.found.rewound:
            return head + self._p(words(
                "You went back in time in this game: it is no fair comparison with others and has no score."
            ))  # fmt: skip
        if own is None or written is None:
            return ""
        changed = any(abs(r.weight - r.written) >= _SAME_WEIGHT for r in self.found.results)
        scores = [(words("By your weights"), own), (words("By the scenario’s weights"), written)]
        if not changed:
            scores = [(words("By the scenario’s weights, which you left as they are"), own)]
        parts = [head, *(self._p(self.told.say(k, self.told.score(v)), "strong") for k, v in scores)]
        parts.append(self._p(words("Your game has a higher score than {above} of 100 of these runs.",
                                   above=words.number(own.above))))  # fmt: skip
        told = words(
            "The scenario’s own strategies, {runs} runs of each: the middle score, and where 9 of 10 lie",
            runs=self.found.runs,
        )
        head_row = [words("Strategy"), words("Middle score"), words("9 runs of 10"), words("On your luck")]
        rows = [
            [self.words.of(x.label), words.number(x.middle),
             words("{low} to {high}", low=words.number(x.low), high=words.number(x.high)),
             words.number(x.same_luck)]
            for x in own.strategies
        ]  # fmt: skip
        parts.append(self._table(told, head_row, rows))
        if not self.game.finished:
            parts.append(self._p(words("What you cannot see before the end is left out of it."), "quiet"))
        parts.append(self._p(words(
            "A score counts each objective by its weight: of 100 of these runs those that came out worse on "
            "it, and half of those that came out the same. It is a judgement, not a measurement.",
        ), "quiet small"))  # fmt: skip
        return "".join(parts)

    def _table(
        self, caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], figures: bool = True,
        marked: dict[tuple[int, int], str] | None = None,
    ) -> str:  # fmt: skip
        """
        A table whose first column names its rows.

        Parameters
        ----------
        marked : dict, optional
            Classes of cells, by row and column.
        """
        kind = ' class="figure"' if figures else ""
        cells = "".join(
            f'<th scope="col"{kind if n else ""}>{self._safe(x)}</th>' for n, x in enumerate(head)
        )
        lines = []
        for y, row in enumerate(rows):
            made = [f'<th scope="row">{self._safe(row[0])}</th>']
            for x, text in enumerate(row[1:], 1):
                own = (marked or {}).get((y, x), "")
                both = " ".join(c for c in ("figure" if figures else "", own) if c)
                made.append(f'<td class="{both}">{self._safe(text)}</td>')
            lines.append(f"<tr>{''.join(made)}</tr>")
        told = f'<p class="strong">{self._safe(caption)}</p>' if caption else ""
        return (
            f'{told}<div class="scroll"><table><thead><tr>{cells}</tr></thead>'
            f"<tbody>{''.join(lines)}</tbody></table></div>"
        )

    # -- the courses -----------------------------------------------------------------------------

    def _beside(self) -> list[str]:
        """The scenario's own strategy, and of the others the one that scores best."""
        if self.fans is None:
            return []
        ranked = [s.id for s in self.found.weighed.strategies] if self.found.weighed else []
        others = [id for id in (*ranked, *self.fans.strategies) if id != self.fans.reference]
        chosen = [id for id in (self.fans.reference, *others[:1]) if id]
        return [id for id in chosen if id in self.fans.strategies]

    def _courses(self) -> str:
        words, fans = self.words, self.fans
        if not self.game.month:
            return ""
        headlines = {i.id.removeprefix("obs."): i for i in self.view.headlines() or self.view.indicators()}
        if fans is not None:
            seen = {i.id.removeprefix("obs.") for i in self.view.indicators()}
            headlines = {n: self.view.indicator(n) for n in fans.names if n in seen or self.game.finished}
        if not headlines:
            return ""
        parts = [self._h2(words("Your months over other ways of playing"))]
        beside = self._beside()
        if fans is not None and beside:
            parts.append(self._p(words(
                "Dark line: your game. Wide bands: where 9 of 10 of a strategy’s {runs} runs lie; narrow "
                "bands: half of them; dashed lines: their middle.", runs=words.number(fans.runs),
            ), "quiet"))  # fmt: skip
        figures = "".join(self._course(name, i, beside) for name, i in headlines.items())
        return "".join(parts) + f'<div class="charts">{figures}</div>'

    def _course(self, name: str, indicator: Indicator, beside: Sequence[str]) -> str:
        words, obs = self.words, self.view.model.scenario.obs[name]
        own = [self.game.observed(name, month) for month in range(self.game.month)]
        yes_no = says_yes_or_no(obs)
        said = (words("no"), words("yes")) if yes_no else None
        ribbons = []
        if self.fans is not None and name in self.fans.names and not yes_no:
            for id in beside:
                levels = self.fans.fan(id, name)
                ending = words.number(float(levels[2, -1]), indicator.decimals)
                label = words.spaced(f"{words.of(self.fans.label(id))} {ending}")
                ribbons.append(Ribbon(label, levels))
        last = said[round(own[-1])] if said else words.number(own[-1], indicator.decimals)
        label, unit = words.of(indicator.label), words.of(indicator.unit)
        ends = self.told.month(0), self.told.month(self.game.month - 1)
        told = words("{label} {amount}", label=words("Your game"), amount=last)
        whole = self.told.say(label, self.told.series([told, *(r.label for r in ribbons)]))

        def number(value: float) -> str:
            return words.number(value, _digits(value))

        drawn = course(words.spaced(whole), own, told, ribbons, ends, number,
                       4.0 * 10.0**-indicator.decimals, said)  # fmt: skip
        unit = f" <span>{self._safe(unit)}</span>" if unit else ""
        return f"<figure><figcaption>{self._safe(label)}{unit}</figcaption>{drawn}</figure>"

    # -- luck and choice -------------------------------------------------------------------------

    def _most(self) -> Result | None:
        """The outcome that weighs most; a yes or no only where nothing else weighs anything."""
        able = [r for r in self.found.results if r.weight and r.better != "none" and self._replayed(r)]
        return max(able, key=lambda r: (not r.yes_no, r.weight), default=None)

    def _replayed(self, r: Result) -> bool:
        return self.luck is not None and r.id in self.luck.names

    def _luck_and_choice(self) -> str:
        words, luck, r = self.words, self.luck, self._most()
        head = self._h2(words("Luck and choice"))
        if self.game.rewound:
            return head + self._p(
                words("Months were played again: luck and choice cannot be told apart here.")
            )  # fmt: skip
        if luck is None or r is None:
            return ""
        label, own = words.of(r.label), luck.own[r.id]
        middle = self._amount(r, luck.middle(r.id))
        said = (words("no"), words("yes")) if r.yes_no and r.take in ("last", "max", "min") else None
        place = words.number(luck.better_than(r.id))
        named = words("you, {value}: better than {place} of 100", value=self._amount(r, own), place=place)
        told = words("Your decisions again, {runs} times, with other luck. {outcome}:",
                     runs=words.number(luck.runs), outcome=label)  # fmt: skip
        centre = words("middle of the replays, {value}", value=middle)

        def number(value: float) -> str:
            return self._share(value) if r.yes_no else words.number(value, _digits(value))

        drawn = histogram(words.spaced(f"{told} {named}"), luck.replays(r.id), own, named, centre, number,
                          said)  # fmt: skip
        parts = [head, f"<figure><figcaption>{self._safe(told)}</figcaption>{drawn}</figure>"]
        return "".join([*parts, self._split(r, luck), self._splits(luck)])

    def _split(self, r: Result, luck: Luck) -> str:
        """Choice and luck in a sentence each, and what the replays are."""
        words = self.words
        parts = []
        choice = luck.choice(r.id)
        if choice is not None and luck.reference is not None:
            strategy = words.of(self.view.model.scenario.strategy[luck.reference].label)
            parts.append(words(
                "Choice: in the middle of all luck your decisions come to {amount} against “{strategy}”.",
                amount=self._apart(r, choice), strategy=strategy,
            ))  # fmt: skip
        parts.append(words("Luck: this run ended {amount} from the middle of your own replays.",
                           amount=self._chance(r, luck)))
        caution = words(
            "The replays repeat the same decisions in the same months; what cannot be done there is refused. "
            "You decided on what you saw here, and would have decided otherwise elsewhere."
        )  # fmt: skip
        return (
            f'<p style="margin-top:12px">{self._safe(" ".join(parts))}</p>' + self._p(caution, "quiet small")
        )  # fmt: skip

    def _splits(self, luck: Luck) -> str:
        """Choice and luck of each outcome that weighs something."""
        words = self.words
        chosen = [r for r in self.found.results if r.weight and self._replayed(r)]
        if len(chosen) < 2:
            return ""
        split = bool(luck.usual)
        head = [words("Outcome"), words("Your game"), words("Middle of the replays"), words("Luck")]
        if split:
            head.append(words("Choice"))
        head.append(words("Better than, of 100 replays"))
        rows = []
        for r in sorted(chosen, key=lambda r: -r.weight):
            choice = luck.choice(r.id)
            cells = [words.of(r.label), self._amount(r, luck.own[r.id]), self._amount(r, luck.middle(r.id)),
                     self._chance(r, luck)]  # fmt: skip
            if split:
                cells.append("" if choice is None else self._apart(r, choice))
            alike = bool((luck.replays(r.id) == luck.own[r.id]).all())
            rows.append([*cells, words("the same") if alike else words.number(luck.better_than(r.id))])
        return self._table("", head, rows)

    # -- turning points --------------------------------------------------------------------------

    def _turning(self) -> str:
        if not self.found.turning:
            return ""
        head = self._h2(self.words("Turning points: the months in which what counts moved most"))
        items = "".join(f"<li>{self._point(point)}</li>" for point in self.found.turning)
        return f'{head}<ol class="points">{items}</ol>'

    def _point(self, point: TurningPoint) -> str:
        events = [
            self.words.of(line.text) for line in self.view.lines(point.report)
            if line.weighty and line.id not in point.own
        ][:_EVENTS]  # fmt: skip
        month = _capital(self.told.month(point.month))
        title = self.told.say(month, self.told.series(events)) if events else month
        parts = [self._h3(title)]
        for move in point.moves:
            told = self.told.say(self.words.of(move.figure.label), self.told.change(move.figure))
            parts.append(self._p(self.told.because(told, move.figure, move.reasons)))
        if point.own:
            own = self.told.series([self.told.action_name(id) for id in point.own])
            parts.append(self._p(self.told.say(self.words("You"), f"{own}."), "own"))
        return "".join(parts)

    # -- outcomes --------------------------------------------------------------------------------

    def _outcomes(self) -> str:
        words, found = self.words, self.found
        results = [r for r in found.results if r.weight or r.written]
        if not results:
            return ""
        results.sort(key=lambda r: -r.weight)
        against = found.reference is not None
        places = any(r.place is not None for r in results)
        parts = [self._h2(words("What came out"))]
        head = [words("Outcome"), words("Weight"), words("Your game")]
        if found.reference is not None:
            strategy = words.of(found.reference)
            parts.append(self._p(words("Better and worse: against “{strategy}” on the same luck.",
                                       strategy=strategy), "quiet"))  # fmt: skip
            head.append(words("“{strategy}”", strategy=strategy))
        head.append(words("Judged"))
        if places:
            head.append(words("Score, of 100"))
        rows, marked = [], {}
        for y, r in enumerate(results):
            cells = [words.of(r.label), self._weight(r), self._total(r, r.value)]
            if against:
                cells.append("" if r.reference is None else self._total(r, r.reference))
            judged = r.reference is not None or not r.yes_no
            marked[y, len(cells)] = r.verdict if judged and r.verdict in (BETTER, WORSE) else "quiet"
            cells.append(self._verdict(r.verdict) if judged else "")
            if places:
                cells.append("" if r.place is None or not r.weight else words.number(r.place))
            rows.append(cells)
        return "".join([*parts, self._table("", head, rows, marked=marked)])

    def _weight(self, r: Result) -> str:
        told = self._percent(r.weight)
        if abs(r.weight - r.written) < _SAME_WEIGHT:
            return told
        return self.words("{weight} (the scenario: {written})", weight=told, written=self._percent(r.written))

    def _total(self, r: Result, value: float) -> str:
        told = self._amount(r, value)
        return self.words("{value} in all", value=told) if r.take == "sum" else told

    # -- recommendations, decisions, notes -------------------------------------------------------

    def _recommendations(self) -> str:
        words, found = self.words, self.found
        if not found.followed and not found.left:
            return ""
        parts = [self._h2(words("The briefing’s recommendations"))]
        parts += [self._h3(words("Behind what you did")), self._cited(found.followed)]
        if found.left:
            parts += [self._h3(words("Not taken up")), self._cited(found.left)]
        return "".join(parts)

    def _cited(self, ids: Sequence[str]) -> str:
        if not ids:
            return self._p(self.words("none"), "quiet")
        table = self.view.model.scenario.source
        items = "".join(f"<li><b>{html.escape(id)}</b>{self._of(table[id].text)}</li>" for id in ids)
        return f'<ul class="list">{items}</ul>'

    def _decisions(self) -> str:
        words, made = self.words, self.found.decisions
        count = words.plural("You decided {count} time in {months} months.",
                             "You decided {count} times in {months} months.",
                             len(made), months=self.game.month)  # fmt: skip
        parts = [self._h2(words("What you did")), self._p(count)]
        months: dict[int, list[str]] = {}
        for month, id in made:
            months.setdefault(month, []).append(self.told.action_name(id))
        if not months:
            return "".join(parts)
        lines = []
        for month, names in months.items():
            told = "".join(f"<li>{self._safe(name)}</li>" for name in names)
            when = self._safe(_capital(self.told.month(month)))
            lines.append(f'<tr><th scope="row">{when}</th><td><ul>{told}</ul></td></tr>')
        head = "".join(f'<th scope="col">{self._safe(x)}</th>' for x in (words("Month"), words("Decisions")))
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        return "".join(parts) + table

    def _own_notes(self) -> str:
        """The player's notes, letter by letter."""
        if not self.notes:
            return ""
        items = "".join(
            f'<li><span class="quiet">{self._safe(_capital(self.told.month(month)))}</span><br/>'
            f'<span class="note">{html.escape(_printable(text))}</span></li>'
            for month, text in self.notes
        )
        return self._h2(self.words("Your notes")) + f'<ul class="list dated">{items}</ul>'


def _capital(text: str) -> str:
    """A text with a capital first: months are small in French."""
    return text[:1].upper() + text[1:]


def _digits(value: float) -> int:
    """How many decimals a round number has."""
    return next((d for d in range(4) if abs(value - round(value, d)) < 1e-9), 4)


def _printable(text: str) -> str:
    """A text without the control characters that no document may have."""
    return "".join(c for c in text if c in "\n\t" or c.isprintable())
