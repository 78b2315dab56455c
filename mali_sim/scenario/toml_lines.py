"""
Which line a key of a TOML file stands on.

The parser gives line numbers for syntax errors only, so this reads the keys a second
time. It also bounds size, number of keys and nesting before the parser sees the text.
"""

import re

MAX_BYTES = 500_000
MAX_KEYS = 20_000
MAX_NESTING = 24

_TOKEN = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*"""'''  # multi-line basic string
    r"""|'''(?:[^']|'(?!''))*'''"""
    r'''|"(?:[^"\\\n]|\\.)*"'''
    r"""|'[^'\n]*'"""
    r"|\#[^\n]*"
    r"|\n"
    r"|[A-Za-z0-9_+:-]+"
    r"|[\[\]{}=,.]"
    r"|[^\S\n]+"
    r"|."
)


class TooLarge(ValueError):
    """A file over the limits; the message says which."""


def check_limits(data: bytes) -> None:
    """
    Refuse a file that is too large, has too many keys or nests too deep.

    Raises
    ------
    TooLarge
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(f"the file has {len(data):,} bytes; at most {MAX_BYTES:,}")
    if data.count(b"=") > MAX_KEYS or data.count(b"[") > MAX_KEYS:
        raise TooLarge(f"the file has more than {MAX_KEYS:,} keys")
    depth = deepest = 0
    for char in data:
        if char in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in b"]}":
            depth = max(depth - 1, 0)
    if deepest > MAX_NESTING:
        raise TooLarge(f"brackets nest {deepest} deep; at most {MAX_NESTING}")
    for line in data.splitlines():
        if line.count(b".") > 64 and line.split(b"=")[0].count(b".") > MAX_NESTING:
            raise TooLarge(f"a key has more than {MAX_NESTING} parts")


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """
    Line of every key of a valid TOML text.

    Returns
    -------
    dict
        Path of keys (positions in arrays as digits) to line, from 1.
    """
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.lines: dict[tuple[str, ...], int] = {}
        self.tokens: list[tuple[str, int]] = []
        line = 1
        for match in _TOKEN.finditer(text):
            token = match.group()
            if token == "\n":
                self.tokens.append((token, line))
                line += 1
            elif token[0] not in "# \t\r" and not token.isspace():
                self.tokens.append((token, line))
                line += token.count("\n")
        self.at = 0
        self.arrays: dict[tuple[str, ...], int] = {}

    def read(self) -> dict[tuple[str, ...], int]:
        table: tuple[str, ...] = ()
        while self.at < len(self.tokens):
            token, line = self.tokens[self.at]
            if token == "\n":
                self.at += 1
            elif token == "[":
                table = self._header(line)
            else:
                self._pair(table)
        return self.lines

    def _peek(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.tokens[at][0] if at < len(self.tokens) else ""

    def _key(self) -> tuple[str, ...]:
        parts = []
        while self.at < len(self.tokens):
            token = self._peek()
            if token in ("]", "=", "\n"):
                break
            self.at += 1
            if token != ".":
                parts.append(token[1:-1] if token[0] in "\"'" else token)
        return tuple(parts)

    def _header(self, line: int) -> tuple[str, ...]:
        self.at += 1
        many = self._peek() == "["
        self.at += many
        key = self._inside_arrays(self._key())
        self.at += 1 + many
        if many:
            number = self.arrays.get(key, -1) + 1
            self.arrays[key] = number
            key = (*key, str(number))
        self._note(key, line)
        return key

    def _inside_arrays(self, key: tuple[str, ...]) -> tuple[str, ...]:
        path: tuple[str, ...] = ()
        for position, part in enumerate(key):
            path = (*path, part)
            if path in self.arrays and position < len(key) - 1:
                path = (*path, str(self.arrays[path]))
        return path

    def _note(self, path: tuple[str, ...], line: int) -> None:
        for end in range(1, len(path) + 1):
            self.lines.setdefault(path[:end], line)

    def _pair(self, table: tuple[str, ...]) -> None:
        line = self.tokens[self.at][1]
        before = self.at
        path = (*table, *self._key())
        self._note(path, line)
        if self._peek() == "=":
            self.at += 1
            self._value(path)
        elif self.at == before:
            self.at += 1

    def _value(self, path: tuple[str, ...]) -> None:
        token = self._peek()
        if token == "{":
            self.at += 1
            while self.at < len(self.tokens) and self._peek() != "}":
                if self._peek() in (",", "\n"):
                    self.at += 1
                else:
                    self._pair(path)
            self.at += 1
        elif token == "[":
            self.at += 1
            number = 0
            while self.at < len(self.tokens) and self._peek() != "]":
                if self._peek() in (",", "\n"):
                    self.at += 1
                    continue
                here = (*path, str(number))
                self._note(here, self.tokens[self.at][1])
                self._value(here)
                number += 1
            self.at += 1
        else:
            self.at += 1
            while self.at < len(self.tokens) and self._peek() not in (",", "]", "}", "\n"):
                self.at += 1
