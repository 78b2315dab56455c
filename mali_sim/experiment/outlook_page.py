"""The outlook as a page, in either language."""

from collections.abc import Sequence

from mali_sim import RULES_VERSION
from mali_sim.experiment.findings_page import table
from mali_sim.experiment.outlook import Outlook
from mali_sim.play.address import PLAUSIBLE
from mali_sim.scenario import Text
from mali_sim.scenario.texts import Words, unit_words

_TITLE = Text("What this model expects: {title}", "Ce qu’attend ce modèle : {title}")
_WRITTEN = Text(
    "Written by `{command}`, which writes it again. Scenario `{scenario}@{fingerprint}`, rules {rules}, "
    "seed {seed}; {runs} runs under “{strategy}” (`{id}`).",
    "Page écrite par `{command}`, qui la réécrit. Scénario `{scenario}@{fingerprint}`, règles {rules}, "
    "graine {seed} ; {runs} parties sous « {strategy} » (`{id}`).",
)
_PLAUSIBLE = Text(
    "The constants are drawn from their ranges, and only draws under which the past comes out as it was "
    "are used: {count} of them, in turn, each run with its own luck.",
    "Les constantes sont tirées dans leurs intervalles ; ne servent que des tirages sous lesquels le "
    "passé ressort tel qu’il fut : {count}, à tour de rôle, chaque partie ayant sa propre chance.",
)
_DRAWN = Text(
    "The constants are drawn from their ranges (a Latin hypercube), whether or not the past comes out as "
    "it was; draws used: {count}, in turn, each run with its own luck.",
    "Les constantes sont tirées dans leurs intervalles (hypercube latin), que le passé ressorte ou non "
    "tel qu’il fut ; tirages utilisés : {count}, à tour de rôle, chaque partie ayant sa propre chance.",
)
_AS_THEY_STAND = Text(
    "The constants stand as the balanced reading has them.",
    "Les constantes sont celles de la lecture équilibrée.",
)
_CAVEAT = Text(
    "This is what the model gives when one strategy is followed throughout, written down so that it "
    "can be held against what came. It is not a prediction of the world: the strategy is an "
    "assumption, most magnitudes are assumed too, and what the model does not know is not in it. "
    "Nothing was adjusted in the light of these figures.",
    "Voici ce que donne le modèle quand une stratégie est suivie d’un bout à l’autre, consigné pour "
    "être confronté à ce qui est advenu. Ce n’est pas une prédiction du monde : la stratégie est une "
    "hypothèse, la plupart des grandeurs aussi, et ce que le modèle ignore n’y est pas. Rien n’a été "
    "retouché à la lumière de ces chiffres.",
)
_HAPPENS = Text("What is so or not", "Ce qui est ou n’est pas")
_HAPPENS_TEXT = Text(
    "Chance in 100 that it is so at the close of the month.",
    "Chances sur 100 que ce soit le cas à la fin du mois.",
)
_LEVELS = Text("What is counted or measured", "Ce qui se compte ou se mesure")
_LEVELS_TEXT = Text(
    "The middle of the runs; in brackets the span of nine in ten.",
    "Le milieu des parties ; entre parenthèses, l’étendue de neuf sur dix.",
)
_YEARS = Text("Years", "Années")
_YEARS_TEXT = Text(
    "Sums or means over the months of the year that are covered ({covered}).",
    "Sommes ou moyennes sur les mois couverts de l’année ({covered}).",
)
_SERIES = Text("Series", "Série")
_WHAT = Text("What each series is", "Ce qu’est chaque série")


def page(found: Outlook, language: str, command: str) -> str:
    """
    The page, Markdown.

    Parameters
    ----------
    language : str
        ``en`` or ``fr``.
    command : str
        What writes it again.
    """
    return _Page(found, language, command).text()


class _Page:
    def __init__(self, found: Outlook, language: str, command: str) -> None:
        self.found = found
        self.words = Words(language)
        self.command = command
        self.s = found.model.scenario
        last = len(found.dates) - 1
        ends = [n for n, date in enumerate(found.dates) if int(date[5:]) % 3 == 0]
        #: Months whose close is told: the ends of quarters, and the last.
        self.told = ends if last in ends else [*ends, last]

    def text(self) -> str:
        """All sections."""
        sections = [self._head(), self._chances(), self._levels(), self._years(), self._what()]
        lines = [line for section in sections if section for line in (*section, "")]
        return self.words.spaced("\n".join(lines).rstrip() + "\n")

    def say(self, text: Text, **values: object) -> str:
        """In the page's language."""
        return self.words.of(text).format(**values)

    def label(self, id: str, yearly: bool = False) -> str:
        """An observer's name with its unit; of a year's sum without the month."""
        o = self.s.obs[id]
        text = o.unit.removesuffix("/month") if yearly and o.yearly == "sum" else o.unit
        unit = self.words.of(unit_words(text, self.s.unit))
        return self.words.of(o.label) + (f" ({unit})" if unit and not self.found.series[id].happens else "")

    def month(self, n: int) -> str:
        """A month's name."""
        return self.words.month(self.s.scenario.start, n)

    def _head(self) -> list[str]:
        f = self.found
        strategy = self.s.strategy.get(f.batch.profiles[0])
        written = self.say(
            _WRITTEN, command=self.command, scenario=self.s.scenario.id, fingerprint=f.model.fingerprint,
            rules=RULES_VERSION, seed=f.batch.seed, runs=self.words.number(f.batch.runs),
            strategy=self.words.of(strategy.label) if strategy else f.batch.profiles[0],
            id=f.batch.profiles[0],
        )  # fmt: skip
        how = (_PLAUSIBLE if f.batch.draws == PLAUSIBLE else _DRAWN) if f.draws else _AS_THEY_STAND
        draws = self.say(how, count=self.words.number(f.draws))
        title = self.say(_TITLE, title=self.words.of(self.s.scenario.title))
        return [f"# {title}", "", written, "", draws, "", self.say(_CAVEAT)]

    def _chances(self) -> list[str]:
        rows = [
            [self.label(id), *(self.words.number(100 * s.probability(n), 1) for n in self.told)]
            for id, s in self.found.series.items()
            if s.happens
        ]
        return self._section(_HAPPENS, self.say(_HAPPENS_TEXT), rows)

    def _levels(self) -> list[str]:
        rows = [
            [self.label(id), *(self._span(id, s.quantiles(n)) for n in self.told)]
            for id, s in self.found.series.items()
            if not s.happens
        ]
        return self._section(_LEVELS, self.say(_LEVELS_TEXT), rows)

    def _section(self, title: Text, text: str, rows: Sequence[Sequence[str]]) -> list[str]:
        if not rows:
            return []
        head = [self.say(_SERIES), *map(self.month, self.told)]
        return [f"## {self.say(title)}", "", text, "", *table(head, rows)]

    def _years(self) -> list[str]:
        added = [(id, s) for id, s in self.found.series.items() if self.s.obs[id].yearly != "last"]
        if not added:
            return []
        years = list(added[0][1].yearly)
        months = [sum(date[:4] == year for date in self.found.dates) for year in years]
        covered = ", ".join(f"{y}{self.words.colon}{n}" for y, n in zip(years, months, strict=True))
        rows = [[self.label(id, yearly=True), *(self._span(id, s.year(y)) for y in years)] for id, s in added]
        head = [self.say(_SERIES), *years]
        return [f"## {self.say(_YEARS)}", "", self.say(_YEARS_TEXT, covered=covered), "", *table(head, rows)]

    def _what(self) -> list[str]:
        lines = []
        for id in self.found.series:
            o = self.s.obs[id]
            text = f"{self.words.colon}{self.words.of(o.text)}" if o.text else ""
            lines.append(f"- **{self.words.of(o.label)}** (`obs.{id}`, {', '.join(o.source)}){text}")
        return [f"## {self.say(_WHAT)}", "", *lines]

    def _span(self, id: str, levels: Sequence[float]) -> str:
        decimals = self.s.obs[id].decimals
        low, middle, high = (self.words.number(levels[k], decimals) for k in (0, 2, 4))
        return f"{middle} ({low} {'à' if self.words.language == 'fr' else 'to'} {high})"
