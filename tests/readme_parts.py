"""The parts of the README that the code knows best. Run it to write them anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner

from lnb24so.cli import cli
from lnb24so.commands.help.settings import every_setting
from lnb24so.process.events import EVENTS
from lnb24so.reasons import ORDER_REASONS, STOCK_REASONS

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"


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
    rows = (f"| `{one.name}` | `{one.default}` | {one.meaning} |" for one in every_setting())
    return "\n".join(("| setting | default | what it does, and why |", "|---|---|---|", *rows))


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
