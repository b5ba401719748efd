"""Records that are written plainly, read without a tree of elements for each.

A catalogue has a hundred thousand products, and their elements cost four times their texts. .NET
writes one record behind the other, the children in the order of the WSDL, each once at most,
without comments or white space, and without attributes but `xsi:nil`. That is a part of XML's
grammar: where a record may begin, in a document that is sound so far, what is written so has no
second meaning. Whatever is written in any other way is left to the parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

Texts = tuple[str, ...]
"""The texts of a record's fields, in their order; "" for one that is absent or empty."""


@dataclass(frozen=True)
class Plain:
    """A record of this name, with two fields or more, in the order in which they are written."""

    name: str
    fields: tuple[str, ...]

    @property
    def end(self) -> bytes:
        """The end of a record."""
        return f"</{self.name}>".encode()

    def read(self, data: bytes, start: int) -> tuple[list[Texts], int]:
        """Return the records that begin at `start`, where one may, and where the last one ends."""
        match = self._run.match(data, start)
        written = match[0] if match else b""
        # The parser would refuse this, or make something else of it.
        references = written.count(b"&")
        if b"]]>" in written or b"\r" in written or written.count(b"&amp;") < references:
            return [], start
        try:
            text = written.decode()
        except UnicodeDecodeError:
            return [], start
        if "\ufffe" in text or "\uffff" in text:
            return [], start
        found: list[Texts] = self._record.findall(text)
        if references:
            found = [tuple(one.replace("&amp;", "&") for one in texts) for texts in found]
        return found, start + len(written)

    @cached_property
    def _record(self) -> re.Pattern[str]:
        return re.compile(self._written("(", ")"))

    @cached_property
    def _run(self) -> re.Pattern[bytes]:
        return re.compile(f"(?:{self._written('', '')})*".encode())

    def _written(self, begin: str, end: str) -> str:
        """Return the pattern of a record, with this around each text.

        No quantifier in it is possessive: Python 3.11 before 3.11.5 reads those wrongly.
        """
        empty = '(?: xsi:nil="true")? ?/>'
        fields = (f"(?:<{one}>{begin}[^<]*{end}</{one}>|<{one}{empty})?" for one in self.fields)
        return f"<{self.name}>{''.join(fields)}</{self.name}>"
