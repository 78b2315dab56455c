"""What a save is of: its model, and what it is, told from its record without playing it again."""

from pathlib import Path

from attrs import frozen

from mali_sim.engine import HUMAN
from mali_sim.model import Model, build
from mali_sim.play.record import Header, Record, broken_scenario, read_record
from mali_sim.scenario import ScenarioProblems, Text, list_scenarios, load
from mali_sim.scenario.classes import Scenario
from mali_sim.scenario.load import load_files

_KNOWN: dict[str, Scenario] = {}


@frozen
class Saved:
    """
    A saved game in brief.

    Parameters
    ----------
    scenario : str
    title : Text
    seats : tuple of Text
        Those that people play.
    start : str
        ``YYYY-MM`` of the first month.
    month : int
        The month to be played next, from 0.
    months : int
        How many the game has.
    branched : int, optional
        The month from which on it has other luck than the game that it was begun from.
    """

    scenario: str
    title: Text
    seats: tuple[Text, ...]
    start: str
    month: int
    months: int
    branched: int | None = None

    @property
    def finished(self) -> bool:
        """Whether all months are played."""
        return self.month >= self.months


def saved(path: Path) -> Saved:
    """
    What a save is of.

    Raises
    ------
    SaveError
        When it cannot be read.
    """
    record = read_record(path)
    s = _scenario(record.header)
    seats = tuple(s.actor[seat].label for seat in _seats(record) if seat in s.actor)
    months = record.header.short or s.scenario.months
    branched = record.header.branches[-1][0] if record.header.branches else None
    return Saved(
        record.header.scenario, s.scenario.title, seats, s.scenario.start, _month(record), months, branched
    )  # fmt: skip


def _scenario(header: Header) -> Scenario:
    """The scenario in a save; many saves have the same."""
    if header.fingerprint not in _KNOWN:
        try:
            _KNOWN[header.fingerprint] = load_files(header.files, header.main).scenario
        except ScenarioProblems as problems:
            raise broken_scenario(problems) from None
    return _KNOWN[header.fingerprint]


def _month(record: Record) -> int:
    """The month to be played next, after all advances and rewinds."""
    month = 0
    for event in record.events:
        if event["kind"] in ("advance", "rewind"):
            month = event["month"] + (event["kind"] == "advance")
    return month


def _seats(record: Record) -> list[str]:
    """Whom people play in the end."""
    seats = list(record.header.seats)
    for event in record.events:
        if event["kind"] == "seat":
            seats = [s for s in seats if s != event["actor"]]
            if event["controller"] == HUMAN:
                seats.append(event["actor"])
    return seats


def model_of(header: Header) -> Model:
    """The shipped scenario where it is the record's, else the record's own."""
    shipped = {path.stem: path for path in list_scenarios()}
    if header.scenario in shipped:
        try:
            model = build(load(shipped[header.scenario]))
            if model.fingerprint == header.fingerprint:
                return model
        except ScenarioProblems:
            pass
    try:
        return build(load_files(header.files, header.main))
    except ScenarioProblems as problems:
        raise broken_scenario(problems) from None
