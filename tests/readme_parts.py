"""The parts of the README that the code knows best. Run it to write them anew."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

from click.testing import CliRunner

from lnb24so.cli import cli
from lnb24so.config import schema as config
from lnb24so.process.events import EVENTS
from lnb24so.reasons import ORDER_REASONS, STOCK_REASONS

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
EXAMPLE = ROOT / "config.example.yaml"


def commands() -> str:
    """Return the help of every command, as on 80 columns: click leaves two of them free."""
    names = ("", *(f"{name} " for name in sorted(cli.commands)))
    return "\n\n".join(f"```text\n$ lnb24so {name}--help\n{_help(name)}\n```" for name in names)


def _help(name: str) -> str:
    asked = [*name.split(), "--help"]
    answer = CliRunner().invoke(cli, asked, prog_name="lnb24so", terminal_width=78)
    return answer.output.rstrip()


def events() -> str:
    """Return the table of log events."""
    rows = (
        f"| `{name}` | {event.level} | {event.meaning} | {event.fields} |"
        for name, event in EVENTS.items()
    )
    return "\n".join(("| event | level | meaning | fields |", "|---|---|---|---|", *rows))


def reasons() -> str:
    """Return the table of reason codes."""
    every: Mapping[str, str] = {**ORDER_REASONS, **STOCK_REASONS}
    rows = (f"| `{code}` | {meaning} |" for code, meaning in every.items())
    return "\n".join(("| reason | meaning |", "|---|---|", *rows))


def settings() -> str:
    """Return the table of settings: default from the code, meaning from the example."""
    meanings = _meanings(EXAMPLE.read_text(encoding="utf-8"))
    rows = (f"| `{name}` | {default} | {meanings[name]} |" for name, default in every_setting())
    return "\n".join(("| setting | default | what it does, and why |", "|---|---|---|", *rows))


def every_setting() -> Iterator[tuple[str, str]]:
    """Yield each setting with its default, as the README shows it."""
    hints = get_type_hints(config.Config)
    for section in fields(config.Config):
        key = section.metadata.get("key", section.name)
        if is_dataclass(hints[section.name]):
            for setting in fields(hints[section.name]):
                yield f"{key}.{setting.name}", _default(setting)


def _default(setting: Any) -> str:
    value = setting.default
    if value is MISSING and setting.default_factory is MISSING:
        return "required"
    if value is MISSING:
        return "`{}`"
    if value is None:
        return "`null`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`[{', '.join(value)}]`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _meanings(example: str) -> dict[str, str]:
    """Return the comment above each setting."""
    found: dict[str, str] = {}
    section, above = "", []
    for line in example.splitlines():
        if comment := re.fullmatch(r"  # (.+)", line):
            above.append(comment[1])
        elif setting := re.match(r"  (\w+):", line):
            found[f"{section}.{setting[1]}"] = " ".join(above)
            above = []
        elif heading := re.match(r"(\w+):", line):
            section, above = heading[1], []
    return found


PARTS = {"commands": commands, "events": events, "reasons": reasons, "settings": settings}


def filled(readme: str) -> str:
    """Return the README with its generated parts as they should be."""
    for name, part in PARTS.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        text = part().replace("\\", r"\\")
        readme, count = re.subn(pattern, rf"\g<1>{text}\n\g<2>", readme, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"the README has {count} parts named {name}")
    return readme


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
