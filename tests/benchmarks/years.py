"""What is asked of a ledger after years: 100,000 orders and 350,000 runs."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from .ledger import fill
from .measure import Cost, in_turn, run
from .shop import shop

ORDERS, RUNS = 100_000, 350_000
QUESTIONS = {
    "lnb24so status": ["status"],
    "lnb24so status -q": ["status", "-q"],
    "lnb24so status --exported --csv": ["status", "--exported", "--csv"],
    "lnb24so push-orders, nothing to do": ["push-orders", "--limit", "1"],
}


def compare(runs: int) -> dict[str, list[Cost]]:
    """Return the costs of each question, which are asked in turn."""
    ours = Path(sys.executable).with_name("lnb24so")
    with TemporaryDirectory() as name, shop(1, Path(name)):
        fill(Path(name) / "state", orders=ORDERS, runs=RUNS)
        command = [str(ours), "--config", f"{name}/config.yaml"]
        commands = {what: [*command, *asked] for what, asked in QUESTIONS.items()}
        output = Path(name) / "output.txt"
        return in_turn(commands, runs, lambda _, command: run(command, output, ends=(0, 3)))
