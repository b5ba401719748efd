"""Texts as 24SevenOffice can keep them, and remote texts fit for a message."""

from __future__ import annotations

import re
import unicodedata

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 refuses in any form."""

_JOINERS = frozenset("\u200d\ufe0e\ufe0f")


def clean(text: str) -> str:
    """Return the text without the characters that XML refuses, white space folded."""
    return " ".join(_NOT_XML.sub("", text).split())


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters as .NET counts them (UTF-16), never half a letter."""
    if length(text) <= limit:
        return text
    kept = text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")
    while kept and (_belongs_to_previous(text[len(kept)]) or kept[-1] in _JOINERS):
        kept = kept[:-1]
    return kept.rstrip()


def length(text: str) -> int:
    """Return the number of characters as .NET counts them (UTF-16 units)."""
    return len(text.encode("utf-16-le")) // 2


def shown(text: str, limit: int = 60) -> str:
    """Return a remote text in quotes for a message: one line, shortened, nothing invisible."""
    visible = "".join(char if char.isprintable() else " " for char in clean(text))
    return f'"{cut(" ".join(visible.split()), limit)}"'


def _belongs_to_previous(char: str) -> bool:
    return (
        char in _JOINERS or unicodedata.combining(char) != 0 or "\U0001f3fb" <= char <= "\U0001f3ff"
    )
