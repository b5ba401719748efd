"""What it costs to start: help, version, and a run that finds nothing to do."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from .measure import Cost, in_turn, run
from .shop import shop

LIBRARIES = "import click, yaml, requests, structlog"


def compare(runs: int) -> dict[str, list[Cost]]:
    """Return the costs of each command, which run in turn.

    Four times as often as asked for: half a second drowns in what else the machine does.
    """
    python = sys.executable
    with TemporaryDirectory() as name, shop(1, Path(name)):
        ours = [str(Path(python).with_name("lnb24so")), "--config", f"{name}/config.yaml"]
        commands = {
            'python -c "import click"': [python, "-c", "import click"],
            "lnb24so --help": [*ours, "--help"],
            "lnb24so --version": [*ours, "--version"],
            f'python -c "{LIBRARIES}"': [python, "-c", LIBRARIES],
            "lnb24so push-orders, nothing to do": [*ours, "push-orders"],
        }
        output = Path(name) / "output.txt"
        return in_turn(commands, 4 * runs, lambda _, command: run(command, output))
