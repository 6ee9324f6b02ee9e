"""Reads SOQL: a statement in, a tree out. Knows the language, not the org: fields are checked elsewhere."""

import re
from dataclasses import dataclass
from typing import NoReturn

from app.sandbox.salesforce.errors import Refusal

MAX_LENGTH = 100_000

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d)
    | (?P<number>[+-]?\d+(?:\.\d+)?)
    | (?P<name>[A-Za-z][A-Za-z0-9_.]*)
    | (?P<sign>!=|<>|<=|>=|=|<|>|\(|\)|,)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_COMPARISONS = ("=", "!=", "<>", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Value:
    """`kind` is string, number, boolean, date, datetime or null; `text` of a string is what stands in quotes."""

    kind: str
    text: str

    @property
    def string(self) -> str:
        return _ESCAPE.sub(_unescape, self.text)


@dataclass(frozen=True, slots=True)
class Compare:
    path: str
    operator: str
    value: Value


@dataclass(frozen=True, slots=True)
class Among:
    path: str
    values: tuple[Value, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Joined:
    word: str
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Negated:
    part: "Condition"


Condition = Compare | Among | Joined | Negated


@dataclass(frozen=True, slots=True)
class Order:
    path: str
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """`fields` is empty for COUNT()."""

    fields: tuple[str, ...]
    object: str
    where: Condition | None
    order: tuple[Order, ...]
    limit: int | None
    offset: int


def parse(statement: str) -> Query:
    """The query a statement asks for. Raises MALFORMED_QUERY."""
    if len(statement) > MAX_LENGTH:
        raise Refusal("MALFORMED_QUERY", "SOQL statements cannot be longer than 100000 characters.")
    return _Parser(_tokens(statement)).query()


def _unescape(match: re.Match[str]) -> str:
    sign = match[1]
    if len(sign) > 1:
        return chr(int(sign[1:], 16))
    if sign not in _ESCAPES:
        malformed(f"Invalid string literal. Illegal character sequence '\\{sign}' in string literal.")
    return _ESCAPES[sign]


def malformed(message: str) -> NoReturn:
    raise Refusal("MALFORMED_QUERY", message)


def _tokens(statement: str) -> list[tuple[str, str]]:
    found = []
    at = 0
    while statement[at:].strip():
        match = _TOKEN.match(statement, at)
        if match is None:
            malformed(f"unexpected token: '{statement[at:].strip()[:20]}'")
        kind = match.lastgroup or ""
        found.append((kind, match[kind]))
        at = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def query(self) -> Query:
        self.expect("SELECT")
        fields = self.fields()
        self.expect("FROM")
        name = self.name()
        where = self.condition() if self.took("WHERE") else None
        order = self.order() if self.took("ORDER") else ()
        limit = self.whole() if self.took("LIMIT") else None
        offset = self.whole() if self.took("OFFSET") else 0
        if self.at < len(self.tokens):
            self.unexpected()
        return Query(fields=fields, object=name, where=where, order=order, limit=limit, offset=offset)

    def fields(self) -> tuple[str, ...]:
        names = [self.name()]
        if names[0].upper() == "COUNT" and self.took("("):
            self.expect(")")
            return ()
        while self.took(","):
            names.append(self.name())
        return tuple(names)

    def condition(self) -> Condition:
        """Conditions joined by one word only: Salesforce refuses AND beside OR without parentheses."""
        parts = [self.part()]
        word = next((w for w in ("AND", "OR") if self.peek(w)), "")
        while word and self.took(word):
            parts.append(self.part())
        if self.peek("AND") or self.peek("OR"):
            self.unexpected()
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def part(self) -> Condition:
        if self.took("NOT"):
            return Negated(self.part())
        if self.took("("):
            inner = self.condition()
            self.expect(")")
            return inner
        path = self.name()
        if self.took("LIKE"):
            return Compare(path, "LIKE", self.value())
        if self.took("IN"):
            return Among(path, self.values(), negated=False)
        if self.took("NOT"):
            self.expect("IN")
            return Among(path, self.values(), negated=True)
        operator = next((sign for sign in _COMPARISONS if self.took(sign)), None)
        return Compare(path, operator, self.value()) if operator else self.unexpected()

    def values(self) -> tuple[Value, ...]:
        self.expect("(")
        found = [self.value()]
        while self.took(","):
            found.append(self.value())
        self.expect(")")
        return tuple(found)

    def value(self) -> Value:
        kind, text = self.next()
        if kind == "string":
            return Value("string", text[1:-1])
        if kind in ("number", "date", "datetime"):
            return Value(kind, text)
        if text.lower() in ("true", "false"):
            return Value("boolean", text.lower())
        if text.lower() == "null":
            return Value("null", "")
        return self.unexpected(back=1)

    def order(self) -> tuple[Order, ...]:
        self.expect("BY")
        found = []
        while True:
            path = self.name()
            descending = self.took("DESC")
            if not descending:
                self.took("ASC")
            last = False
            if self.took("NULLS"):
                last = self.took("LAST")
                if not last:
                    self.expect("FIRST")
            found.append(Order(path, descending, last))
            if not self.took(","):
                return tuple(found)

    def whole(self) -> int:
        kind, text = self.next()
        return int(text) if kind == "number" and text.isdigit() else self.unexpected(back=1)

    def name(self) -> str:
        kind, text = self.next()
        return text if kind == "name" else self.unexpected(back=1)

    def next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            malformed("unexpected token: '<EOF>'")
        self.at += 1
        return self.tokens[self.at - 1]

    def peek(self, word: str) -> bool:
        if self.at >= len(self.tokens):
            return False
        kind, text = self.tokens[self.at]
        return kind != "string" and text.upper() == word

    def took(self, word: str) -> bool:
        found = self.peek(word)
        self.at += found
        return found

    def expect(self, word: str) -> None:
        if not self.took(word):
            self.unexpected()

    def unexpected(self, back: int = 0) -> NoReturn:
        at = self.at - back
        malformed(f"unexpected token: '{self.tokens[at][1] if at < len(self.tokens) else '<EOF>'}'")
