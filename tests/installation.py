"""One installation of the tool beside a sandbox: its configuration, its clock, its commands."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from config_file import ConfigFile
from hand_clock import MORNING, HandClock
from log_files import log_lines, log_text
from program import command_line
from seen import WRITES, asked

from lnb24so.__main__ import main
from lnb24so.clock import Clock
from lnb24so.run import Mode
from lnb24so.sandbox import Sandbox


@dataclass(frozen=True)
class Answer:
    """What a command printed, and the code that it ended with."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


class Installation(ConfigFile):
    """A folder with a config.yaml for a sandbox, and the commands that are run there."""

    def __init__(self, box: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(folder, box.config_text())
        self.box = box
        self._monkeypatch = monkeypatch

    def mode(self, task: str, *, writes: bool = True) -> Mode:
        """Return how a task is run from here without the command line."""
        return Mode(task, writes, Clock(), lambda words: None)

    def run(self, *arguments: str) -> Answer:
        """Run a command in this process, with neither stream a terminal."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main(["--config", str(self.file), *arguments])
        return Answer(code, out.getvalue(), err.getvalue())

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of a command as a process of its own."""
        return command_line(self.file, *arguments)

    def process(self, *arguments: str, **environment: str) -> Answer:
        """Run a command as a process of its own."""
        done = subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
            cwd=self.folder,
            env={**os.environ, **environment},
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def by_hand(self, start: datetime = MORNING) -> HandClock:
        """Let every command from now on go by a clock that is moved by hand; return it."""
        hand = HandClock(start)
        self._monkeypatch.setattr("lnb24so.clock.Clock", lambda: hand.clock)
        return hand

    @property
    def ledger_file(self) -> Path:
        return self.folder / "state" / "ledger.sqlite3"

    def log_text(self) -> str:
        return log_text(self.folder / "logs")

    def log_lines(self, event: str) -> list[dict[str, Any]]:
        return [line for line in log_lines(self.folder / "logs") if line["event"] == event]

    def log_lines_of(self, task: str, event: str) -> list[dict[str, Any]]:
        return [line for line in self.log_lines(event) if line["task"] == task]

    def asked(self, since: int = 0) -> list[str]:
        """Return the operations that the sandbox has seen, without the first `since`."""
        return asked(self.box, since)

    @property
    def created(self) -> list[str]:
        """Return the ReferenceNumbers of what was created in 24SevenOffice, in that order."""
        return [made.reference for made in self.box.erp.creates]

    def writes(self, since: int = 0) -> list[str]:
        return [name for name in self.asked(since) if name in WRITES]

    def snapshot(self) -> dict[str, Any]:
        """Return all that either system or the ledger could have changed, as a copy."""
        box = self.box
        ledger = self.ledger_file.read_bytes() if self.ledger_file.exists() else None
        return {
            "orders there": deepcopy(box.erp.orders),
            "orders here": deepcopy(box.lnb.orders),
            "levels": deepcopy(box.lnb.inventory),
            "ledger": ledger,
            "files beside it": sorted(
                path.name
                for path in self.folder.glob("state/*")
                if path.name not in ("session.json", "ledger.sqlite3")
            ),
        }


def reasons_by_order(items: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return the reason codes of a document's blocked orders, by reference."""
    return {
        item["reference"]: [reason["code"] for reason in item["reasons"]]
        for item in items
        if item["action"] == "blocked"
    }
