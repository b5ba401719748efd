"""Real processes: `lnb24so push-orders` as cron starts it, against a sandbox in this one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lnb24so.sandbox import Sandbox

from .helpers import configure

GRACE_MINUTES = 0.01
"""0.6 seconds: by then the sandbox has created what it was asked to create."""


def configure_quick(box: Sandbox, folder: Path, timeout: float = 10) -> Path:
    """Write a configuration with short waits: real processes have no clock but the real one."""
    file = configure(box, folder, unknown_grace_minutes=GRACE_MINUTES, max_per_run=1000)
    text = file.read_text("utf-8")
    file.write_text(
        text.replace("24sevenoffice:\n", f"24sevenoffice:\n  timeout_seconds: {timeout}\n"),
        "utf-8",
    )
    return file


def start(config: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start `lnb24so push-orders`."""
    return subprocess.Popen(
        [sys.executable, "-m", "lnb24so", "--config", str(config), "push-orders", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str], seconds: float = 60) -> tuple[int, str]:
    """Wait for a process; return its exit code and what it said on stderr."""
    _, said = process.communicate(timeout=seconds)
    return process.returncode, said
