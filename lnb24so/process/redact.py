"""The one redactor: it knows each secret of this process, and hides it however it is written.

A secret is made known as soon as it exists: password, client secret and ping addresses with the
configuration, access token and session id when a server hands them out. There is one redactor for
the whole process, for a value that is handed around would be forgotten at one way out.

Texts that servers wrote go through `REDACTOR(text)` where they come in, and lose every secret.
Our own sentences and what stands in fields go through `REDACTOR.own` on their way out: a password
that is a common word or a number must not take references, codes and amounts out of them.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from html.entities import codepoint2name
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MASK = "***"
SHORTEST = 6
"""A secret of fewer letters would be found everywhere, and hiding it would say what it is."""

WORD_OR_NUMBER = re.compile(
    r"(?=.{,15}$)([^\W\d_]{,12}|[^\W\d_]{,4}[-_ ]?[0-9]+([-.,:/ ][0-9]+)*)", re.S
)
"""What a reference, a code, an amount, a date or a word of our own may look like."""

KEPT = {
    *(
        "reference",
        "erp_reference",
        "code",
        "codes",
        "currency",
        "total",
        "levels",
        "items_by_code",
    ),
    *("order_id", "customer_id", "product_id", "company_id", "run_id", "task", "event", "level"),
    *("state", "action", "outcome", "before", "after", "at", "started", "finished", "timestamp"),
}
"""Fields whose values are no free text."""

# Secrets of other programs, known by the name before them and not by value. One of SECRET_WORDS
# stands in every text that this fits.
SECRET_WORDS = ("passw", "secret", "token", "authorization", "cookie", "session", "credential")
_NAMED = re.compile(
    r"""((?:token|passw(?:or)?d|secret|session_?id)["']?\s*(?:=|(?<=["'])\s*:)\s*["']?)"""
    r"""[^\s&"'<>;,]+""",
    re.I,
)
_ESCAPES = re.compile(r"%[0-9a-f]{2}|&(?:#|\w+;)|\\", re.I)


class Redactor:
    """Hides secrets of six letters or more: as they are, in any case, and escaped or encoded."""

    def __init__(self) -> None:
        self._secrets: list[_Secret] = []

    def learn(self, *secrets: str, may_be_word: bool = False) -> None:
        """Know these from now on; what a person chose may be a word or number of our own texts."""
        known = {secret.text for secret in self._secrets}
        for text in {text.strip() for text in secrets} - known:
            if len(text) >= SHORTEST:
                is_word = may_be_word and bool(WORD_OR_NUMBER.fullmatch(text))
                self._secrets.append(_Secret(text, is_word=is_word))
        # The longest first: one secret may be the beginning of another.
        self._secrets.sort(key=lambda secret: len(secret.text), reverse=True)

    def learn_address(self, url: str) -> None:
        """Know an address that is a secret: as a whole, its path, and the keys in it."""
        parts = urlsplit(url)
        after = url.partition("://")[2]
        path = parts.path.rstrip("/")
        keys = [*path.split("/"), *(value for _, value in parse_qsl(parts.query))]
        # A short name, or one without a digit, such as pull-stock, is no key; nor is /orders.
        keys = [key for key in keys if len(key) > 11 and re.search("[0-9]", key)]
        paths = [one for one in (path, f"{path}?{parts.query}") if len(one) > 11]
        self.learn(url, after, *paths, *keys)

    def forget(self) -> None:
        """Know nothing: another configuration is used from now on."""
        self._secrets.clear()

    def __call__(self, text: str) -> str:
        """Return a text that others wrote without any secret."""
        return _hidden(text, self._secrets)

    def own(self, text: str) -> str:
        """Return a text of ours without secrets, words and numbers excepted."""
        return _hidden(text, (secret for secret in self._secrets if not secret.is_word))

    def row(self, cells: Mapping[str, object]) -> Mapping[str, Any]:
        """Return a row of a table without secrets: `document`, quick where it holds none."""
        joined = "\n".join(value for value in cells.values() if isinstance(value, str))
        return cells if self.own(joined) == joined else self.document(cells)

    def document(self, content: Any, key: str = "") -> Any:
        """Return a JSON document without secrets in its free texts; its keys are names of ours."""
        if isinstance(content, str):
            return content if key in KEPT else self.own(content)
        if isinstance(content, Mapping):
            return {name: self.document(value, name) for name, value in content.items()}
        if isinstance(content, list | tuple):
            return [self.document(value, key) for value in content]
        return content


REDACTOR = Redactor()
"""The one of this process."""


def holds_secret_word(text: str) -> bool:
    """Return whether a text, such as a field's name, speaks of secrets."""
    folded = text.casefold()
    return any(word in folded for word in SECRET_WORDS)


def _hidden(text: str, secrets: Iterable[_Secret]) -> str:
    if len(text) < SHORTEST:
        return text
    folded, escaped = text.casefold(), _ESCAPES.search(text) is not None
    # Most texts hold no sign of a secret, and looking for one is many times faster.
    for secret in secrets:
        if escaped or any(sign in folded for sign in secret.signs):
            text = secret.pattern.sub(MASK, text)
    if any(word in folded for word in SECRET_WORDS):
        text = _NAMED.sub(rf"\1{MASK}", text)
    return text


class _Secret:
    """One secret, and how it is found."""

    def __init__(self, text: str, *, is_word: bool) -> None:
        self.text = text
        self.is_word = is_word
        self._encoded = list(_base64(text.encode("utf-8", "replace")))
        # Of each way to write it without escapes a part that is there for certain.
        parts = [re.split(r"\s", text), *(re.split(r"[+/]", one) for one in self._encoded)]
        self.signs = tuple({max(part, key=len).casefold() for part in parts})

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What fits it in any case and with any of its letters escaped, or as base64."""
        words = (map(_letter, word) for word in self.text.split())
        # White space is folded by others, and by us.
        escaped = "|".join(form for blank in " \xa0\t\n\r" for form in _escapes(blank))
        space = rf"(?:\s|\+|\\+[nrt]|{escaped})+"
        plain = space.join(map("".join, words))
        encoded = ("".join(map(_base64_letter, form)) for form in self._encoded)
        return re.compile("|".join((plain, *encoded)), re.I)


def _letter(letter: str) -> str:
    """Return a pattern for a letter in either case, as it is or escaped, once or repeatedly."""
    forms = {form for one in _cases(letter) for form in _escapes(one)}
    plain = {re.escape(one) for one in (*_cases(letter), letter.upper(), letter.casefold())}
    return f"(?:{'|'.join(sorted(forms | plain, key=len, reverse=True))})"


def _cases(letter: str) -> set[str]:
    return {one for one in (letter, letter.upper(), letter.lower()) if len(one) == 1}


def _escapes(letter: str) -> Iterator[str]:
    as_bytes = letter.encode("utf-8", "surrogatepass")
    units = letter.encode("utf-16-be", "surrogatepass").hex()
    yield "".join(f"%(?:25)*{byte:02x}" for byte in as_bytes)
    yield "".join(rf"\\+x{byte:02x}" for byte in as_bytes)
    yield "".join(rf"\\+u{units[at : at + 4]}" for at in range(0, len(units), 4))
    yield rf"&(?:amp;)*#(?:0*{ord(letter)}|x0*{ord(letter):x});?"
    if name := {"'": "apos"}.get(letter) or codepoint2name.get(ord(letter)):
        yield f"&(?:amp;)*{name};?"
    if letter in "\\\"'/":
        yield rf"\\+{re.escape(letter)}"


def _base64(secret: bytes) -> Iterator[str]:
    """Yield the letters that stand for the secret in base64, at each of its three offsets."""
    for offset in range(3):
        bits = 8 * (offset + len(secret))
        yield b64encode(bytes(offset) + secret).decode()[-(-8 * offset // 6) : bits // 6]


def _base64_letter(letter: str) -> str:
    return {"+": r"(?:\+|-|%2b)", "/": r"(?:\\*/|_|%2f)"}.get(letter, letter)
