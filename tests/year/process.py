"""One command of the tool as a process of its own, at a moment of the story."""

from __future__ import annotations

import sys
from datetime import datetime
from unittest.mock import patch

from hand_clock import HandClock

from lnb24so.__main__ import main


def run(config: str, now: str, *command: str) -> int:
    """Run a command by a clock that begins at this moment; return its exit code."""
    hand = HandClock(datetime.fromisoformat(now))
    with patch("lnb24so.clock.Clock", lambda: hand.clock):
        return main(["--config", config, *command])


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:]))
