"""Tables as CSV that any spreadsheet may open: no cell of them is ever run as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

from lnb24so.process.redact import REDACTOR
from lnb24so.texts import visible

# A spreadsheet splits at its own separator, be it ; or a bar, whatever quotes we write.
_FORMULA = re.compile(r"""(^|[;,"'|])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])""")


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Return rows as CSV with a header line; numbers stay numbers, texts are made harmless."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = REDACTOR.document(row)
        writer.writerow({name: _cell(cells[name]) for name in columns})
    return out.getvalue()


def _cell(value: object) -> object:
    """Return a cell; an apostrophe stands before what would begin a formula, however it is cut."""
    # Tabs and line ends become spaces first, and so does what is not seen.
    return _FORMULA.sub(r"\1\2'", visible(value)) if isinstance(value, str) else value
