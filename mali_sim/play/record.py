"""
A game's record: a header and events, one JSON object a line, each line chained to the last.

Whatever is recorded is enough to make the game again; no state is in it, only hashes of
the states that were reached.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import asdict, define, field, frozen

from mali_sim import RULES_VERSION
from mali_sim.scenario.classes import Text
from mali_sim.scenario.texts import both, word

FORMAT = 1
MAX_BYTES = 50_000_000
KINDS = ("submit", "advance", "rewind", "seat", "note", "weights", "prediction", "inject")


class SaveError(ValueError):
    """
    A save that cannot be read or written; the message says where, why, and what to do.

    Parameters
    ----------
    said : Text or str
        In both languages, but for what is the same in both.
    """

    for_user = True

    def __init__(self, said: Text | str) -> None:
        self.said = Text(said, said) if isinstance(said, str) else said
        super().__init__(self.said.en)


@frozen
class Header:
    """
    What a game is made from.

    Parameters
    ----------
    scenario : str
    fingerprint : str
    rules_version : int
    files : dict of str to str
        Text of every scenario file.
    main : str
        The scenario's own file among them.
    seed, run : int
    profile, reading : str
    changes : dict of str to float
        Constants set by hand.
    draw : list, optional
        [k, N, design].
    branches : list of [int, int]
        (month, seed): luck from that month on.
    seats : list of str
        Actors played by people.
    draws : str
        ``plausible`` where forecasts run over the scenario's plausible draws of its constants.
    short : int
        Months of the short form, 0 for the full game.
    """

    scenario: str
    fingerprint: str
    files: dict[str, str]
    main: str
    seed: int
    run: int
    profile: str
    reading: str
    seats: list[str]
    changes: dict[str, float] = field(factory=dict)
    draw: list[Any] | None = None
    branches: list[list[int]] = field(factory=list)
    rules_version: int = RULES_VERSION
    language: str = "en"
    draws: str = ""
    short: int = 0


@define
class Record:
    """A header and what followed."""

    header: Header
    events: list[dict[str, Any]] = field(factory=list)

    def add(self, kind: str, **values: Any) -> dict[str, Any]:
        """Append an event."""
        event = {"kind": kind, **values}
        self.events.append(event)
        return event

    def lines(self) -> list[str]:
        """The record as JSON lines, chained and closed."""
        header = asdict(self.header, recurse=False)
        hashes = {n: hashlib.sha256(t.encode()).hexdigest() for n, t in self.header.files.items()}
        rows = [{"kind": "header", "format": FORMAT, **header, "sha256": hashes}]
        rows += [{"seq": n + 1, **event} for n, event in enumerate(self.events)]
        rows.append({"kind": "end", "events": len(self.events)})
        made, chain = [], ""
        for row in rows:
            text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            chain = hashlib.sha256((chain + text).encode()).hexdigest()
            made.append(f'{text[:-1]},"chain":"{chain}"}}')
        return made

    def save(self, path: Path) -> None:
        """
        Write the record, whole or not at all.

        Raises
        ------
        SaveError
            When the disk or folder does not take it; what stood there before is untouched.
        """
        data = ("\n".join(self.lines()) + "\n").encode()
        temporary = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
            _sync_folder(path.parent)
        except OSError as error:
            if temporary is not None and os.path.exists(temporary):
                os.unlink(temporary)
            raise SaveError(both(
                "{path}: not saved: {reason}; the earlier save, if there was one, is as it was: free some "
                "space or choose another folder", path=path, reason=error.strerror or error,
            )) from None  # fmt: skip


def broken_scenario(problems: Exception) -> SaveError:
    """An error of a save whose own scenario cannot be loaded."""
    return SaveError(both("the scenario in the save has problems:\n{problems}", problems=problems))


def _at(line: int, what: Text) -> SaveError:
    """An error on a line of a save."""
    return SaveError(both("line {line}: {what}", line=line, what=what))


def _sync_folder(folder: Path) -> None:
    """Make the renaming durable where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def read_record(path: Path) -> Record:
    """
    Read a record from a file.

    Raises
    ------
    SaveError
        When it is not there, not a save, damaged, or newer than this program.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SaveError(both("{path}: larger than {most} bytes: not a save of this game",
                                 path=path, most=f"{MAX_BYTES:,}"))  # fmt: skip
        data = path.read_bytes()
    except OSError as error:
        reason = both("there is no such file") if isinstance(error, FileNotFoundError) else error.strerror
        raise SaveError(both("{path}: cannot be read: {reason}", path=path, reason=reason or error)) from None
    try:
        return parse_record(data)
    except SaveError as error:
        raise SaveError(both("{label}: {rest}", label=path, rest=error.said)) from None


def parse_record(data: bytes) -> Record:
    """
    Read a record from bytes.

    Raises
    ------
    SaveError
        Naming the line.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _at(line, both("damaged (not UTF-8); use an earlier save")) from None
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    chain, rows = "", []
    for number, line in enumerate(lines, 1):
        row, chain = _row(line, number, chain, len(rows))
        rows.append(row)
        if row.get("kind") == "end" and number < len(lines):
            raise _at(number + 1, both("something follows the end; use an earlier save"))
    if not rows:
        raise _at(1, both("empty: not a save of this game"))
    if rows[-1].get("kind") != "end":
        events = max(len(rows) - 1, 0)
        raise _at(len(rows) + 1, both("cut off after {count} events; use an earlier save", count=events))
    if rows[-1].get("events") != len(rows) - 2:
        raise _at(len(rows), both("the end counts other events than there are; use an earlier save"))
    return Record(_header(rows[0]), [_event(row, n + 2) for n, row in enumerate(rows[1:-1])])


def _row(line: str, number: int, chain: str, before: int) -> tuple[dict[str, Any], str]:
    start = line.rfind(',"chain":"')
    if start < 0 or not line.endswith('"}'):
        never = both("not a save of this game, or cut short")
        raise _at(number, both("damaged; use an earlier save") if before else never)
    text, said = line[:start] + "}", line[start + len(',"chain":"') : -2]
    chain = hashlib.sha256((chain + text).encode()).hexdigest()
    if said != chain:
        what = both("damaged or changed by hand (its hash is not right); use an earlier save")
        raise _at(number, what)
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        raise _at(number, both("not JSON; use an earlier save")) from None
    if not isinstance(row, dict):
        raise _at(number, both("not a record"))
    return row, chain


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _texts_by_name(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())


def _numbers_by_name(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_number, value.values()))


def _is_draw(value: Any) -> bool:
    if value is None:
        return True
    listed = isinstance(value, list) and len(value) == 3
    return listed and all(map(_is_count, value[:2])) and _is_text(value[2])


def _are_branches(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(b, list) and len(b) == 2 and all(map(_is_count, b)) for b in value
    )


def _are_seats(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


#: What each field of a header has to be, and its words.
_FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(
        ("scenario", "fingerprint", "main", "profile", "reading", "language", "draws"),
        (_is_text, word("text")),
    ),
    **dict.fromkeys(
        ("seed", "run", "rules_version", "short"), (_is_count, word("a whole number below 2^63"))
    ),
    "files": (_texts_by_name, word("texts by name")),
    "seats": (_are_seats, word("a list of actors")),
    "changes": (_numbers_by_name, word("numbers by name")),
    "draw": (_is_draw, word("[k, N, design]")),
    "branches": (_are_branches, word("pairs of month and seed")),
}


def _header(row: dict[str, Any]) -> Header:
    if row.get("kind") != "header":
        raise _at(1, both("no header: not a save of this game"))
    if not isinstance(row.get("format"), int) or row["format"] > FORMAT:
        raise _at(1, both("format {number} is newer than this program's {own}; update it",
                          number=row.get("format"), own=FORMAT))  # fmt: skip
    values = {k: v for k, v in row.items() if k not in ("kind", "format", "sha256")}
    for name, (fits, words) in _FIELDS.items():
        if name in values and not fits(values[name]):
            raise _at(1, both("{name} is not {what}; use an earlier save", name=name, what=both(words)))
    try:
        header = Header(**values)
        for name, text in header.files.items():
            if hashlib.sha256(text.encode()).hexdigest() != row["sha256"][name]:
                raise _at(1, both("the scenario's file {name} is damaged", name=name))
    except (TypeError, KeyError, AttributeError):
        what = both("the header lacks something, or has what this program does not know")
        raise _at(1, what) from None
    if header.rules_version > RULES_VERSION:
        raise _at(1, both("made under rules {number}, this program has {own}; update it",
                          number=header.rules_version, own=RULES_VERSION))  # fmt: skip
    return header


def _event(row: dict[str, Any], number: int) -> dict[str, Any]:
    if row.get("kind") not in KINDS or row.get("seq") != number - 1:
        raise _at(number, both("unknown or misplaced event; use an earlier save"))
    return {k: v for k, v in row.items() if k != "seq"}
