"""The findings as a page, in either language: Markdown that reads well where it is stored."""

from collections.abc import Iterable, Sequence

from attrs import frozen

from mali_sim import RULES_VERSION
from mali_sim.engine import TENDENCY
from mali_sim.experiment import findings_words as w
from mali_sim.experiment.arms import DRAWS, GROUPS, draws_for
from mali_sim.experiment.findings import SCORE, USUALLY, Findings
from mali_sim.experiment.sensitivity import Driver
from mali_sim.experiment.summary import Span
from mali_sim.model.parameters import Parameter
from mali_sim.play.address import BALANCED
from mali_sim.scenario import Text
from mali_sim.scenario.texts import Words, unit_words

#: Constants named in one sentence at most.
_NAMED = 3


def page(found: Findings, language: str, command: str) -> str:
    """
    All findings as Markdown.

    Parameters
    ----------
    language : {'en', 'fr'}
    command : str
        What writes the page again.
    """
    return _Page(found, Words(language), command).text()


@frozen
class _Page:
    found: Findings
    words: Words
    command: str

    def text(self) -> str:
        """The whole page."""
        parts = [
            self._head(), self._in_short(), self._levels(), self._odds(), self._front(), self._regret(),
            self._decides(), self._rests(), self._others(), self._who(), self._how(),
        ]  # fmt: skip
        return self.words.spaced("\n\n".join("\n".join(part) for part in parts if part) + "\n")

    # -- words -----------------------------------------------------------------------------

    def say(self, text: Text, **values: object) -> str:
        """A sentence or a label."""
        said = self.words.of(text)
        if values:
            said = said.format(**values)
        return said.replace("|", "\\|")

    def strategy(self, profile: str) -> str:
        """A strategy's name."""
        if profile == TENDENCY:
            return self.say(w.TENDENCY)
        return self.say(self.found.model.scenario.strategy[profile].label)

    def column(self, name: str) -> str:
        """An assumption's name."""
        if name == DRAWS:
            return self.say(w.PLAUSIBLE if self.found.sample.plausible else w.DRAWN)
        return self.say(w.BALANCED if name == BALANCED else self.found.model.scenario.reading[name].label)

    def objective(self, key: str) -> str:
        """An objective's name."""
        return self.say(w.SCORE if key == SCORE else self.found.model.scenario.outcome[key].label)

    @property
    def base(self) -> str:
        """The name of the strategy that others are compared with."""
        return self.strategy(self.found.base)

    @property
    def keys(self) -> tuple[str, ...]:
        """Objectives, then the weighted score."""
        return (*self.found.objectives.names, SCORE)

    def listed(self, items: Sequence[str]) -> str:
        """Items in a sentence."""
        return self.words.listed(items)

    def percent(self, share: float) -> str:
        """A share as a number of 100."""
        return self.words.number(100 * share)

    # -- numbers of an outcome -------------------------------------------------------------

    def _frequent(self, name: str) -> bool:
        """Whether an outcome happens or not, so that its mean is a frequency."""
        outcome = self.found.model.scenario.outcome[name]
        observer = self.found.model.scenario.obs[outcome.of[4:]]
        return outcome.unit == "share" and not observer.decimals

    def _number(self, name: str, value: float) -> str:
        outcome = self.found.model.scenario.outcome[name]
        return self.words.number(value, max(self.found.model.scenario.obs[outcome.of[4:]].decimals, 0))

    def _span(self, name: str, span: Span) -> str:
        if self._frequent(name):
            return self.words.number(100 * span.mean, 1)
        middle, low, high = (self._number(name, v) for v in (span.median, span.low, span.high))
        return f"{middle} ({low}{' to ' if self.words.language == 'en' else ' à '}{high})"

    def _unit(self, name: str) -> str:
        outcome = self.found.model.scenario.outcome[name]
        unit = self.say(unit_words(outcome.unit, self.found.model.scenario.unit))
        first = self.say(w.FREQUENCY) if self._frequent(name) else unit
        return ", ".join(part for part in (first, self.say(w.SIDES[outcome.better])) if part)

    # -- sections --------------------------------------------------------------------------

    def _head(self) -> list[str]:
        found, design = self.found, self.found.sample.design
        header = found.model.scenario.scenario
        written = self.say(
            w.WRITTEN, command=self.command, scenario=header.id, fingerprint=found.model.fingerprint,
            rules=RULES_VERSION, seed=design.seed, runs=self.words.number(found.sample.runs),
            each=self.words.number(design.runs),
        )  # fmt: skip
        title = self.say(w.TITLE, title=self.words.of(header.title))
        return [f"# {title}", "", written, "", self.say(w.CAVEAT)]

    def _in_short(self) -> list[str]:
        found = self.found
        lines = [f"## {self.say(w.IN_SHORT)}", ""]
        lines += [self.say(w.USUALLY, base=self.base, usually=self.percent(USUALLY)), ""]
        for profile in found.profiles[1:]:
            lines.append(f"- **{self.strategy(profile)}**")
            groups: dict[str, list[str]] = {}
            for key in found.objectives.names:
                told = f"{self.objective(key)} ({self._gap(profile, key)})"
                groups.setdefault(found.usual(profile, key), []).append(told)
            for verdict, text in w.VERDICTS.items():
                if verdict in groups:
                    lines.append(f"  - {self.say(text, items=self.say(w.BETWEEN).join(groups[verdict]))}")
            for key in self.keys:
                turning = [d for k, d in found.turning(profile) if k == key]
                if turning:
                    items = self.listed([self._turns(d) for d in turning])
                    lines.append(f"  - {self.say(w.TURNS, objective=self.objective(key), items=items)}")
        lines.append(f"- {self._best()}")
        totals = [r["assumed"].total for p in found.profiles[1:] if (r := found.resting[p, SCORE])]
        if totals:
            low, high = (self.percent(min(max(t, 0.0), 1.0)) for t in (min(totals), max(totals)))
            text = w.RESTS_SHORT if low != high else w.RESTS_SHORT_ALL
            lines.append(f"- {self.say(text, base=self.base, low=low, high=high)}")
        named = self._most_deciding()
        if named:
            items = self.listed([f"`{id}`" for id in named])
            lines.append(f"- {self.say(w.DECIDES_SHORT, items=items)}")
        return lines

    def _gap(self, profile: str, name: str) -> str:
        """The middle of the differences to the first strategy, over the draws."""
        gap = self.found.gaps[profile, DRAWS][name]
        if self._frequent(name):
            return self.say(w.IN_100, count=self.words.number(100 * gap.mean, signed=True))
        outcome = self.found.model.scenario.outcome[name]
        decimals = max(self.found.model.scenario.obs[outcome.of[4:]].decimals, 0)
        while gap.median and not round(gap.median, decimals) and decimals < 3:
            decimals += 1  # what is small is not told as nothing
        return self.words.number(gap.median, decimals, signed=True)

    def _turns(self, driver: Driver) -> str:
        low, high = driver.low, driver.high
        return self.say(
            w.TURNS_ON, constant=driver.id, low=self.percent(low.won), high=self.percent(high.won),
            lost_low=self.percent(low.lost), lost_high=self.percent(high.lost),
        )  # fmt: skip

    def _best(self) -> str:
        best = self.found.best_at_all
        return self.say(w.ONE_BEST, name=self.strategy(best[0])) if best else self.say(w.NONE_BEST)

    def _most_deciding(self) -> list[str]:
        """Constants with the largest shares of the score's differences, the largest first."""
        largest: dict[str, float] = {}
        for profile in self.found.profiles[1:]:
            for driver in self.found.deciding[profile, SCORE]:
                largest[driver.id] = max(largest.get(driver.id, 0.0), driver.share)
        return sorted(largest, key=lambda id: (-largest[id], id))[:_NAMED]

    def _levels(self) -> list[str]:
        lines = [f"## {self.say(w.LEVELS)}", "", self.say(w.LEVELS_TEXT)]
        head = [self.say(w.STRATEGY), *map(self.column, self.found.columns)]
        for name in self.found.objectives.names:
            unit = self._unit(name)
            lines += ["", f"### {self.objective(name)}", "", f"({unit})" if unit else "", ""]
            rows = []
            for profile in self.found.profiles:
                spans = [self.found.levels[profile, c][name] for c in self.found.columns]
                rows.append([self.strategy(profile), *(self._span(name, s) for s in spans)])
            lines += table(head, rows)
        return lines

    def _odds(self) -> list[str]:
        lines = [f"## {self.say(w.ODDS, base=self.base)}", "", self.say(w.ODDS_TEXT)]
        for profile in self.found.profiles[1:]:
            lines += ["", f"### {self.strategy(profile)}", ""]
            rows = []
            for key in self.keys:
                cells = [self.found.odds[profile, c][key] for c in self.found.columns]
                shown = [f"{self.percent(o.better)} ({self.percent(o.worse)})" for o in cells]
                rows.append([self.objective(key), *shown])
            lines += table([self.say(w.OBJECTIVE), *map(self.column, self.found.columns)], rows)
        return lines

    def _front(self) -> list[str]:
        found = self.found
        title = w.FRONT_ONE if found.best_at_all else w.FRONT
        rows = [
            [self.objective(name), *(self.strategy(found.fronts[c].best[name]) for c in found.columns)]
            for name in found.objectives.names
        ]
        members = [self.listed([self.strategy(p) for p in found.fronts[c].members]) for c in found.columns]
        rows.append([f"*{self.say(w.FRONT_MEMBERS)}*", *members])
        head = [self.say(w.OBJECTIVE), *map(self.column, found.columns)]
        return [f"## {self.say(title)}", "", self.say(w.FRONT_TEXT), "", *table(head, rows, len(head))]

    def _regret(self) -> list[str]:
        found = self.found
        pairs = zip(found.objectives.names, found.objectives.weights, strict=True)
        weights = self.listed(
            [f"{self.objective(name)} {self.words.number(100 * weight)}" for name, weight in pairs]
        )
        rows = []
        for profile in found.profiles:
            cells = [found.regrets[profile, c] for c in found.columns]
            shown = [f"{self.words.number(r.mean, 2)} ({self.words.number(r.high, 2)})" for r in cells]
            rows.append([self.strategy(profile), *shown, self.words.number(max(r.mean for r in cells), 2)])
        head = [self.say(w.STRATEGY), *map(self.column, found.columns), self.say(w.LARGEST)]
        text = self.say(w.REGRET_TEXT, weights=weights)
        return [f"## {self.say(w.REGRET)}", "", text, "", *table(head, rows)]

    def _decides(self) -> list[str]:
        found = self.found
        lines = [f"## {self.say(w.DECIDES)}", "", self.say(w.DECIDES_TEXT, base=self.base)]
        named: list[str] = []
        for profile in found.profiles[1:]:
            rows = []
            for key in self.keys:
                drivers = found.deciding[profile, key]
                named += [d.id for d in drivers if d.id not in named]
                rows += self._driver_rows(key, drivers)
            head = [self.say(w.OBJECTIVE), *(self.say(t) for t in w.DECIDES_HEAD)]
            lines += ["", f"### {self.strategy(profile)}", "", *table(head, rows, 2)]
        if named:
            lines += ["", f"### {self.say(w.NAMED)}", ""]
            lines += [self._constant(found.model.parameters.items[id]) for id in sorted(named)]
        return lines

    def _driver_rows(self, key: str, drivers: Sequence[Driver]) -> list[list[str]]:
        if not drivers:
            return [[self.objective(key), self.say(w.NO_DRIVER), "", "", "", ""]]
        return [
            [
                "" if n else self.objective(key),
                f"`{d.id}`",
                self.say(w.PERCENT, share=self.percent(d.share)),
                self.words.number(d.rho, 2, signed=True),
                self.percent(d.low.won),
                self.percent(d.high.won),
            ]
            for n, d in enumerate(drivers)
        ]

    def _constant(self, parameter: Parameter) -> str:
        """A constant in one line: its range, its grade, where it comes from."""
        s, id = self.found.model.scenario, parameter.id
        grade = self.say(w.GRADES[parameter.grade])
        if id.startswith("initial."):
            stock = s.stock[id[8:]]
            why = self.say(w.INITIAL, label=self.words.of(stock.label))
            return f"- `{id}` ({grade}) {why} {self.say(stock.why) if stock.why else ''}".rstrip()
        if id in s.lookup:
            return f"- `{id}` ({grade}) {self.say(s.lookup[id].why)}"
        table = s.constant[id]
        kept = ""
        if table.range is not None:
            low, high = (self.words.number(v, _decimals(v)) for v in table.range)
            unit = self.words.of(unit_words(table.unit, s.unit))
            kept = f", {self.say(w.RANGE, low=low, high=high)} {unit}".rstrip()
        return f"- `{id}` ({grade}{kept}) {self.say(table.why)}"

    def _rests(self) -> list[str]:
        found = self.found
        lines = [f"## {self.say(w.RESTS)}", "", self.say(w.RESTS_TEXT, base=self.base)]
        errors = [0.0]
        for profile in found.profiles:
            rows = []
            for key in self.keys:
                shares = found.resting[profile, key]
                errors += [s.error for s in shares.values()]
                cells = [
                    f"{self.percent(max(shares[g].total, 0.0))} ({self.percent(max(shares[g].first, 0.0))})"
                    if shares
                    else self.say(w.STEADY)
                    for g in GROUPS
                ]
                rows.append([self.objective(key), *cells])
            head = [self.say(w.OBJECTIVE), *(self.say(w.RESTS_HEAD[g]) for g in GROUPS)]
            lines += ["", f"### {self.strategy(profile)}", "", *table(head, rows)]
        return [*lines, "", self.say(w.ERROR, error=self.words.number(100 * max(errors), 1))]

    def _others(self) -> list[str]:
        found = self.found
        rest = [n for n in found.model.scenario.outcome if n not in found.objectives.names]
        if not rest:
            return []
        rows = []
        for name in rest:
            unit = self._unit(name)
            label = self.objective(name) + (f" ({unit})" if unit else "")
            rows.append([label, *(self._span(name, found.levels[p, DRAWS][name]) for p in found.profiles)])
        head = [self.say(w.OUTCOME), *map(self.strategy, found.profiles)]
        return [f"## {self.say(w.OTHERS)}", "", self.say(w.OTHERS_TEXT), "", *table(head, rows)]

    def _who(self) -> list[str]:
        s = self.found.model.scenario
        told = [
            f"- **{self.strategy(p)}** (`{p}`){self.words.colon}{self.say(s.strategy[p].text)}"
            for p in self.found.profiles
            if p in s.strategy
        ]
        told += [
            f"- *{self.say(r.label)}* (`{id}`){self.words.colon}{self.say(r.text)}"
            for id, r in s.reading.items()
        ]
        return [f"## {self.say(w.WHO)}", "", *told]

    def _how(self) -> list[str]:
        sample = self.found.sample
        values = {"each": self.words.number(sample.design.runs), "arms": len(sample.arms)}
        texts = [self.say(t, **values) for t in w.HOW_TEXT]
        if sample.plausible:
            kept = len(draws_for(self.found.model, sample.design.runs).kept)
            texts.append(self.say(w.KEPT_TEXT, count=self.words.number(kept)))
        return [f"## {self.say(w.HOW)}", "", *(f"- {t}" for t in texts)]


def _decimals(value: float) -> int:
    """As many decimals as a number needs."""
    text = f"{value:.6g}"
    return len(text.partition(".")[2]) if "e" not in text else 6


def table(head: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> list[str]:
    """A Markdown table; after some columns of words, numbers to the right."""
    marks = [*["---"] * words, *["---:"] * (len(head) - words)]
    return [f"| {' | '.join(cells)} |" for cells in (head, marks, *rows)]
