"""The program as cron starts it: a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path


def command_line(config: Path, *arguments: str) -> list[str]:
    """Return the command line of a command."""
    return [sys.executable, "-m", "lnb24so", "--config", str(config), *arguments]
