"""Tables as CSV that any spreadsheet may open: no cell of them is ever run as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from lnb24so.process.redact import REDACTOR
from lnb24so.texts import visible

# A spreadsheet splits at its own separator, be it ; or a bar, whatever quotes we write.
_FORMULA = re.compile(r"""(^|[;,"'|])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])""")


def csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """Yield a header line and each row as CSV; numbers stay numbers, texts are made harmless."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="")
    writer.writerow(columns)
    yield out.getvalue()
    for row in rows:
        cells = REDACTOR.row(row)
        out.seek(0)
        out.truncate()
        writer.writerow([_cell(cells[name]) for name in columns])
        yield out.getvalue()


def _cell(value: object) -> object:
    """Return a cell; an apostrophe stands before what would begin a formula, however it is cut."""
    # Tabs and line ends become spaces first, and so does what is not seen.
    return _FORMULA.sub(r"\1\2'", visible(value)) if value and isinstance(value, str) else value
