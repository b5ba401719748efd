"""Real processes: `lnb24so push-orders` as cron starts it, against a sandbox in this one."""

from __future__ import annotations

import subprocess
from pathlib import Path

from config_file import ConfigFile
from program import command_line

from lnb24so.sandbox import Sandbox

GRACE_MINUTES = 0.01
"""0.6 seconds: by then the sandbox has created what it was asked to create."""


def configure_quick(box: Sandbox, folder: Path, timeout: float = 10) -> Path:
    """Write a configuration with short waits: real processes have no clock but the real one."""
    written = ConfigFile(folder, box.config_text())
    written.set("orders", unknown_grace_minutes=GRACE_MINUTES, max_per_run=1000)
    written.set("24sevenoffice", timeout_seconds=timeout)
    return written.file


def start(config: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start `lnb24so push-orders`."""
    return subprocess.Popen(
        command_line(config, "push-orders", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str], seconds: float = 60) -> tuple[int, str]:
    """Wait for a process; return its exit code and what it said on stderr."""
    _, said = process.communicate(timeout=seconds)
    return process.returncode, said
