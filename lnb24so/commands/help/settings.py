"""The settings as help tells them: meanings from the example, defaults from the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

import lnb24so
from lnb24so.config import schema
from lnb24so.errors import Lnb24soError

EXAMPLE = "config.example.yaml"


class Setting(NamedTuple):
    """One setting: `orders.since`, its default as the file writes it, and what it does."""

    name: str
    default: str
    meaning: str


def every_setting() -> Iterator[Setting]:
    """Yield each setting, in the order of the schema."""
    meanings = _meanings(example_file().read_text(encoding="utf-8"))
    hints = get_type_hints(schema.Config)
    for section in fields(schema.Config):
        key = section.metadata.get("key", section.name)
        if is_dataclass(hints[section.name]):
            for one in fields(hints[section.name]):
                name = f"{key}.{one.name}"
                yield Setting(name, _default(one), meanings.get(name, ""))


def example_file() -> Path:
    """Return where the example is: in an installed package, or beside it in a checkout."""
    package = Path(lnb24so.__file__).parent
    for folder in (package, package.parent):
        if (folder / EXAMPLE).is_file():
            return folder / EXAMPLE
    raise Lnb24soError(f"{EXAMPLE} is missing. Fix: install lnb24so anew.")


def _default(setting: Any) -> str:
    value = setting.default
    if value is MISSING and setting.default_factory is MISSING:
        return "none, it is required"
    if value is MISSING:
        return "{}"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _meanings(example: str) -> Mapping[str, str]:
    """Return the comment above each setting; one at its default stands behind a #."""
    comments: dict[str, str] = {}
    section, above = "", list[str]()
    for line in example.splitlines():
        if comment := re.fullmatch(r"  # (.+)", line):
            above.append(comment[1])
        elif setting := re.match(r"  #?(\w+):", line):
            comments[f"{section}.{setting[1]}"] = " ".join(above)
            above = []
        elif heading := re.match(r"(\w+):", line):
            section, above = heading[1], []
    return comments
