"""
Words, numbers and months in two languages.

A scenario's own words are in its TOML; the interface's are English here and French in a
gettext catalogue. Nothing is global: whoever speaks holds a :class:`Words`.
"""

import gettext
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from attrs import field, frozen

from mali_sim.scenario.classes import Text, UnitTable

LANGUAGES = ("en", "fr")
NARROW_SPACE = "\u202f"
MINUS = "\u2212"
#: Plain spaces where French has narrow ones; code between backticks stays as it is.
_TO_NARROW = re.compile(r"(?P<code>`[^`\n]*`)| (?=[:;?!%»])|(?<=«) ")
_LOCALE = Path(__file__).resolve().parent.parent / "locale"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("mali_sim", _LOCALE, [language], fallback=True)


@frozen
class Words:
    """
    The interface's words in one language.

    Parameters
    ----------
    language : {'en', 'fr'}
    """

    language: str = field(default="en")

    def __call__(self, message: str, **values: object) -> str:
        """The message in this language, placeholders ``{name}`` filled in."""
        found = _catalogue(self.language).gettext(message) if message else ""
        return found.format(**values) if values else found

    def plural(self, one: str, many: str, count: int, **values: object) -> str:
        """The form for a count, which fills ``{count}``."""
        found = _catalogue(self.language).ngettext(one, many, count)
        if self.language == "en":
            found = one if count == 1 else many
        return found.format(count=self.number(count), **values)

    def of(self, text: Text) -> str:
        """A scenario's text in this language."""
        return text[self.language]

    @property
    def colon(self) -> str:
        """What stands between a name and what is said of it."""
        return f"{NARROW_SPACE}: " if self.language == "fr" else ": "

    def spaced(self, text: str) -> str:
        """A text or a page as this language is printed: in French with its narrow spaces."""
        if self.language != "fr":
            return text
        return _TO_NARROW.sub(lambda found: found["code"] or NARROW_SPACE, text)

    def number(self, value: float, decimals: int = 0, signed: bool = False) -> str:
        """A number with this language's separators and a true minus."""
        rounded = round(value, decimals) + 0.0
        if not decimals:
            rounded = round(rounded)
        text = f"{abs(rounded):,.{decimals}f}"
        if self.language == "fr":
            text = text.replace(",", NARROW_SPACE).replace(".", ",")
        sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
        return sign + text

    def quantity(
        self, value: float, unit: Text | None = None, decimals: int = 0, signed: bool = False
    ) -> str:
        """A number with its unit: ``62 points``, ``1 240 personnes``, ``12 %``."""
        number = self.number(value, decimals, signed)
        name = self.of(unit) if unit is not None else ""
        if isinstance(unit, Unit):
            name = self.of(unit.after(self._is_one(abs(round(value, decimals))), signed))
        if not name:
            return number
        if name.startswith("%"):
            return f"{number}{NARROW_SPACE if self.language == 'fr' else ''}{name}"
        return f"{number} {name}"

    def _is_one(self, amount: float) -> bool:
        """Whether a language's singular stands after an amount."""
        return amount < 2 if self.language == "fr" else amount == 1

    def listed(self, items: Sequence[str]) -> str:
        """Items in a sentence: ``a, b and c``, ``a, b et c``."""
        if len(items) < 2:
            return "".join(items)
        return self(word("{items} and {last}"), items=", ".join(items[:-1]), last=items[-1])

    def headed(self, text: str) -> str:
        """A text as it stands at the head of something: with a capital."""
        return text[:1].upper() + text[1:]

    def month(self, start: str, months: int) -> str:
        """The name of a month counted from a start: ``March 2023``, ``mars 2023``."""
        return f"{self(_MONTHS[_index(start, months) % 12])} {_index(start, months) // 12}"


@frozen
class Unit(Text):
    """
    A unit's words.

    Parameters
    ----------
    one : Text, optional
        After one, where that differs.
    change : Text, optional
        After a difference, where that differs; ``one`` is then of these words.
    """

    one: Text | None = None
    change: Text | None = None

    def after(self, one: bool, difference: bool) -> Text:
        """The words after a number."""
        if self.change is not None and not difference:
            return self
        if one and self.one is not None:
            return self.one
        return self if self.change is None else self.change

    def then(self, more: Text) -> "Unit":
        """With words behind it: ``people`` and ``a month``."""
        def both_of(t: Text) -> Text:
            return Text(f"{t.en} {more.en}".strip(), f"{t.fr} {more.fr}".strip())

        whole = both_of(self)
        return Unit(
            whole.en, whole.fr, both_of(self.one) if self.one else None,
            both_of(self.change) if self.change else None,
        )  # fmt: skip


def folded(text: str) -> str:
    """Text as it is compared: small letters, no accents, no typographic signs."""
    plain = text.replace("’", "'").replace(NARROW_SPACE, " ").replace("œ", "oe")
    plain = unicodedata.normalize("NFKD", plain)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold().strip()


def decimals_apart(a: float, b: float, least: int, most: int = 4) -> int:
    """How many decimals tell two numbers apart, from so few on; so many at the most."""
    while least < most and a != b and round(a, least) == round(b, least):
        least += 1
    return least


def word(message: str) -> str:
    """Mark a message for the catalogue where it is kept, not yet said."""
    return message


#: Built-in units, after several and after one.
_BUILT_IN = {
    "index": (word("points"), word("point")),
    "month": (word("months"), word("month")),
    "year": (word("years"), word("year")),
}

_MONTHS = (
    word("January"), word("February"), word("March"), word("April"), word("May"), word("June"),
    word("July"), word("August"), word("September"), word("October"), word("November"),
    word("December"),
)  # fmt: skip


def _index(start: str, months: int) -> int:
    return int(start[:4]) * 12 + int(start[5:]) - 1 + months


def month_code(start: str, months: int) -> str:
    """``YYYY-MM`` of a month counted from a start."""
    index = _index(start, months)
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def both(message: str, **values: object) -> Text:
    """An interface message as a text in both languages; text values in their own."""
    made = {}
    for language in LANGUAGES:
        words = Words(language)
        own = {k: v[language] if isinstance(v, Text) else v for k, v in values.items()}
        made[language] = words(message, **own)
    return Text(made["en"], made["fr"])


def unit_words(unit: str, units: Mapping[str, UnitTable]) -> Unit:
    """
    A unit's words: ``CFA bn a month``, ``point-months per CFA bn``.

    Parameters
    ----------
    units : mapping of str to UnitTable
        The base units that the scenario declares.
    """
    above, *below = unit.split("/")
    found = _product(above, units)
    for name in below:
        found = found.then(
            both("a month") if name.strip() == "month"
            else both("a year") if name.strip() == "year"
            else both("per {unit}", unit=_product(name, units))
        )  # fmt: skip
    return found


def _product(names: str, units: Mapping[str, UnitTable]) -> Unit:
    """Units that are multiplied: ``point-months``, and in French ``points-mois``."""
    parts = [p for name in names.split("*") if (p := _base_unit(name.strip(), units)).en]
    if len(parts) < 2:
        return parts[0] if parts else Unit("", "")
    mark = "-" if all(p.en.isalpha() and p.fr.isalpha() for p in parts) else " × "
    first = [(p.one or p).en if mark == "-" else p.en for p in parts[:-1]]
    return Unit(mark.join([*first, parts[-1].en]), mark.join(p.fr for p in parts))


def _base_unit(name: str, units: Mapping[str, UnitTable]) -> Unit:
    if name in units:
        table = units[name]
        return Unit(table.label.en, table.label.fr, table.one, table.change)
    if name in ("1", "share"):
        return Unit("", "")
    if name in _BUILT_IN:
        several, one = (both(w) for w in _BUILT_IN[name])
        return Unit(several.en, several.fr, one)
    told = Text("%", "%") if name == "percent" else both(name)
    return Unit(told.en, told.fr)
