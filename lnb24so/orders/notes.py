"""What is noticed on the way through one order."""

from __future__ import annotations

from dataclasses import dataclass, field

from lnb24so.reasons import Reason
from lnb24so.texts import cut


@dataclass(slots=True)
class Notes:
    """What was noticed on the way through one order."""

    reasons: list[Reason] = field(default_factory=list)
    warnings: list[Reason] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def block(
        self, code: str, message: str, line: int | None = None, *, cause: str = "", remedy: str = ""
    ) -> None:
        """Note why the order is not exported."""
        self.reasons.append(Reason(code, message, line, cause, remedy))

    def warn(self, code: str, message: str, line: int | None = None) -> None:
        """Note what a person should know, and go on."""
        self.warnings.append(Reason(code, message, line))


def fit(text: str, limit: int, name: str, notes: Notes | None, line: int | None = None) -> str:
    """Return the text cut to what 24SevenOffice keeps, with a warning where it was."""
    kept = cut(text, limit)
    if notes is not None and kept != text:
        where = f"line {line}: " if line else ""
        notes.warn("order.text_cut", f"{where}the {name} was cut to {limit} characters.", line)
    return kept
