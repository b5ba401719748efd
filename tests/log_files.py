"""What stands in the log files of a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def log_text(logs: Path) -> str:
    return "".join(file.read_text("utf-8") for file in sorted(logs.glob("*")))


def log_lines(logs: Path) -> list[dict[str, Any]]:
    """Return every line, the oldest first."""
    return [json.loads(line) for line in log_text(logs).splitlines()]
