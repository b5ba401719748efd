"""A reply's XML as it arrives: cleaned, read element by element, and let go of.

A character that XML forbids, as a reference (`&#x1B;`) or as it is, would fail the whole list,
for ever. It becomes a mark that XML allows: a name does without it, a code that holds it is no
code, and a number is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from lnb24so.network.http import MIB

if TYPE_CHECKING:
    from .plain import Plain

MARK = "\x7f"
"""Stands where a forbidden character stood; no code or name holds it of its own."""

_LONGEST_ITEM = 4 * MIB  # an order of ten thousand rows
_LONGEST_REFERENCE = 40
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_TRIES = 8  # of a chunk: where so many records are followed by none that is plain, few are
_UTF_8 = re.compile(
    rb"""(?:<\?xml version=["']1\.0["'] encoding=["']utf-8["'] ?\?>)?\s*<[A-Za-z]""", re.I
)
_REFERENCE = re.compile(rb"&#(?:x([0-9a-fA-F]{1,32})|([0-9]{1,32}));")
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r")
_MARKED = bytes.maketrans(_CONTROLS, MARK.encode() * len(_CONTROLS))


class BrokenError(Exception):
    """The XML is truncated, broken or without end."""


def elements(chunks: Iterable[bytes], tags: Iterable[str]) -> Iterator[Any]:
    """Yield each element of these names as it ends, and end only where the document does.

    What is before an element is let go of with its chunk. Raises BrokenError.
    """
    reader = _Reader(tags)
    for chunk in cleaned(chunks):
        yield from reader.read(chunk)
    reader.close()


def elements_and_texts(
    chunks: Iterable[bytes], tags: Iterable[str], plain: Plain, namespace: str
) -> Iterator[Any]:
    """Yield what `elements` does, but lists of texts for most records that are written plainly.

    Right behind the end of a record one like it may begin, and is read here if it is plain: the
    parser knows nothing of it. It is given all the rest, and so it still says what is no XML.
    """
    reader = _Reader(tags)
    head, data, at, beside = b"", b"", 0, False
    for chunk in cleaned(chunks):
        head = head or chunk
        data, at, tries = data[at:] + chunk, 0, _TRIES
        while tries:
            if beside:
                found, at = plain.read(data, at)
                if found:
                    yield found
                else:
                    tries -= 1
            end = data.find(plain.end, at) + len(plain.end)
            if end < len(plain.end):
                break
            yield from reader.read(data[at : end - 1])
            # What ends with this one letter is a record, and not what a comment shows of one.
            ended = list(reader.read(data[end - 1 : end]))
            yield from ended
            at, beside = end, len(ended) == 1 and _has_plain_ones_beside(ended[0], plain, namespace)
            beside = beside and _UTF_8.match(head) is not None
        if not beside or not tries:
            beside = False
            yield from reader.read(data[at:])
            at = len(data)
        elif len(data) - at > _LONGEST_ITEM:
            raise BrokenError
    yield from reader.read(data[at:])
    reader.close()


def _has_plain_ones_beside(element: Any, plain: Plain, namespace: str) -> bool:
    """Return whether what is written beside an element under the same bare name is of its kind."""
    parent = element.getparent()
    names = {} if parent is None else parent.nsmap
    # What says of an empty one that it is null: without its name the parser would refuse it.
    return element.tag == f"{{{namespace}}}{plain.name}" and (
        (names.get(None), names.get("xsi")) == (namespace, _INSTANCE)
    )


class _Reader:
    """The parser, which is given a document in pieces; raises BrokenError."""

    def __init__(self, tags: Iterable[str]) -> None:
        from lxml import etree

        # A comment would cut a number in two.
        self._parser = etree.XMLPullParser(
            events=("end",),
            tag=tags,
            resolve_entities=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        )
        self._error = etree.XMLSyntaxError
        self._unread = 0

    def read(self, piece: bytes) -> Iterator[Any]:
        """Yield the elements that end in the next piece."""
        last: Any = None
        try:
            self._parser.feed(piece)
            for _, last in self._parser.read_events():
                yield last
        except self._error:
            raise BrokenError from None
        self._unread = 0 if last is not None else self._unread + len(piece)
        if last is not None:
            _let_go(last)
        elif self._unread > _LONGEST_ITEM:
            raise BrokenError

    def close(self) -> None:
        """Note the end of the document."""
        try:
            self._parser.close()
        except self._error:
            raise BrokenError from None


def _let_go(last: Any) -> None:
    """Drop what is before an element, at each level: the parser still writes what follows it."""
    while (parent := last.getparent()) is not None:
        del parent[: parent.index(last)]
        last = parent


def cleaned(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes with a MARK for each character that XML forbids (XML 1.0, 2.2)."""
    held = b""
    for chunk in chunks:
        now = (held + chunk if held else chunk).translate(_MARKED)
        # A reference may stand on both sides of a chunk's end.
        start = now.rfind(b"&", max(0, len(now) - _LONGEST_REFERENCE))
        held = now[start:] if start >= 0 and b";" not in now[start:] else b""
        now = now[: len(now) - len(held)]
        if b"&#" in now:
            now = _REFERENCE.sub(_allowed, now)
        if now:
            yield now
    if held:
        yield held


def _allowed(reference: re.Match[bytes]) -> bytes:
    """Return a character reference as it is, or the MARK where XML forbids its character."""
    hexadecimal, digits = reference.groups()
    code = int(hexadecimal, 16) if hexadecimal else int(digits)
    allowed = (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )
    return reference[0] if allowed else MARK.encode()
