"""What `lnb24so check` found, one sentence at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from lnb24so.errors import Interrupted, Lnb24soError

T = TypeVar("T")
Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Pair:
    """One code, customer or other thing, by its names in the two systems; `note` says more."""

    item: str
    erp: str = ""
    lnb: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: the fact, the setting, the fix. `details` are all the things that it counts."""

    level: Level
    name: str
    message: str
    details: Sequence[Pair] = ()


class Findings:
    """The findings so far; `say` hears what is being looked at."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.all: list[Finding] = []
        self._say = say

    @property
    def exit_code(self) -> int:
        """Return 3 where something is wrong, else 0; a warning is not wrong."""
        return 3 if any(finding.level == "error" for finding in self.all) else 0

    def add(self, level: Level, name: str, message: str, details: Sequence[Pair] = ()) -> None:
        """Note a finding."""
        self.all.append(Finding(level, name, message, details))

    def ok(self, name: str, message: str, details: Sequence[Pair] = ()) -> None:
        """Note what is as it should be."""
        self.add("ok", name, message, details)

    def warn(self, name: str, message: str, details: Sequence[Pair] = ()) -> None:
        """Note what costs some orders or levels."""
        self.add("warning", name, message, details)

    def error(self, name: str, message: str, details: Sequence[Pair] = ()) -> None:
        """Note what is wrong."""
        self.add("error", name, message, details)

    def attempt(self, name: str, read: Callable[[], T], *, setting: str) -> T | None:
        """Return what `read` returns; where it fails, note why and the setting, and return None."""
        self._say(name)
        try:
            return read()
        except Interrupted:
            raise
        except Lnb24soError as error:
            message = str(error)
            if setting not in message:
                message = f"{ended(message)} Check {setting}."
            self.error(name, message)
            return None


def ended(text: str) -> str:
    """Return a text as a whole sentence, so that another one may follow."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def few(items: Sequence[str], most: int = 8) -> str:
    """Return `NOK, EUR, SEK`, cut short where there are many, and `none` where there are none."""
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more or "none"


def count(number: int, thing: str, *, plural: str = "") -> str:
    """Return `1 order`, `12 orders`."""
    return f"{number:,} {thing if number == 1 else plural or f'{thing}s'}"
