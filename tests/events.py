"""A log that only remembers, for what writes to one."""

from __future__ import annotations

from typing import Any

from lnb24so.process.events import EventName


class Events:
    """Every event with its fields: call it as the tool calls its log."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, event: EventName, /, **fields: Any) -> None:
        self.lines.append((event, fields))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.lines]
