"""Cron: the tool's commands, run in this process by the world's clock, and what they mailed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from exactly_once.helpers import Crash
from seen import SET_LEVELS, WRITES

from lnb24so.__main__ import main
from lnb24so.config.schema import Config, load_config
from lnb24so.sandbox.erp import Create
from lnb24so.sandbox.exchange import Seen

from .world import StatusSet, World

PUSH, PULL = ("push-orders",), ("pull-stock",)
NIGHT, MORNING = ("pull-stock", "--all"), ("status", "-q")
CRONTAB = (PUSH, PULL, NIGHT, MORNING)


@dataclass
class Run:
    """One run of a command: when, how it ended, what it printed, what the world saw of it.

    `troubles` are what the weather did to it; `code` is None where it died. `doubts` are the
    orders whose create had no clear answer, `out` names a system that was down all the while,
    `acted` says that somebody did something meanwhile, and `overlapped` are the exit codes of
    runs that began meanwhile. `seconds` are of this machine's work, both systems' included.
    """

    number: int
    command: tuple[str, ...]
    began: datetime
    ended: datetime
    code: int | None = None
    mail: str = ""
    troubles: list[str] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    creates: list[Create] = field(default_factory=list)
    statuses: list[StatusSet] = field(default_factory=list)
    acted: bool = False
    doubts: list[str] = field(default_factory=list)
    overlapped: list[int | None] = field(default_factory=list)
    out: str = ""
    dies_at: int | None = None
    seconds: float = 0.0

    @property
    def task(self) -> str:
        """The command without its options."""
        return self.command[0]

    @property
    def is_a_cron_job(self) -> bool:
        """Whether cron began it, and no person with words of their own."""
        return self.command in CRONTAB

    @property
    def is_whole(self) -> bool:
        """Whether it did all that it is for: ended well, or with news of single items."""
        return self.code in (0, 3)

    @property
    def writes(self) -> list[Seen]:
        """The requests that changed something, or tried to."""
        return [one for one in self.seen if one.operation in WRITES]

    @property
    def levels(self) -> dict[str, int]:
        """The levels that Le New Black took in this run, by the code that was sent."""
        sent = (one for one in self.seen if one.operation in SET_LEVELS and one.applied)
        requests = (each for one in sent for each in json.loads(one.body)["requests"])
        return {each.get("ean13") or each["sku"]: each["in_stock"] for each in requests}


def cache_of(function: Callable[..., bytes]) -> Callable[..., bytes]:
    """Return the function with its answers kept."""
    kept: dict[str, bytes] = {}

    def ask(*positional: Any, **named: Any) -> bytes:
        key = repr((positional, named))
        if key not in kept:
            kept[key] = function(*positional, **named)
        return kept[key]

    return ask


class Cron:
    """Runs the commands; `before` is asked what weather each run meets."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.runs: list[Run] = []
        self._config: dict[Path, Config] = {}
        self._process: subprocess.Popen[str] | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the tool live in this process and by the world's clock while the block runs.

        What costs most of a short run, and says nothing, is done once: the configuration is
        read, and the session's key made.
        """
        with ExitStack() as stack:
            for name, value in (
                ("lnb24so.clock.Clock", lambda: self.world.time.clock),
                ("lnb24so.config.schema.load_config", self._load),
                ("atexit.register", lambda act: act),
                ("hashlib.scrypt", cache_of(hashlib.scrypt)),
            ):
                stack.enter_context(patch(name, value))
            yield

    @property
    def config(self) -> Config:
        """The configuration, as each run has it."""
        return self._load(self.world.file.file)

    def _load(self, path: Path) -> Config:
        if path not in self._config:
            self._config[path] = load_config(path)
        return self._config[path]

    def in_a_process(self, command: tuple[str, ...], err: io.StringIO) -> int | None:
        """Run a command in a process of its own; return its exit code, None where it was killed."""
        now = self.world.time.clock.now().isoformat()
        line = [sys.executable, "-m", "year.process", str(self.world.file.file), now, *command]
        paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
        self._process = subprocess.Popen(
            line, env={**os.environ, **paths}, stderr=subprocess.PIPE, text=True
        )
        err.write(self._process.communicate()[1])
        code = self._process.returncode
        return None if code < 0 else code

    def kill(self) -> None:
        """End the process that runs now, as the machine does that has no memory left."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def run(self, *command: str, around: Callable[[Run], Any] | None = None) -> Run:
        """Run a command; `around` gives a context for it, such as its death."""
        world = self.world
        run = Run(len(self.runs) + 1, command, world.time.now(), world.time.now())
        self.runs.append(run)
        creates, statuses = len(world.erp.creates), len(world.statuses)
        world.box.requests.clear()
        out, err = io.StringIO(), io.StringIO()
        began = time.process_time()
        with ExitStack() as stack:
            if around is not None:
                stack.enter_context(around(run))
            if run.dies_at is not None:
                run.code = self.in_a_process(command, err)
            else:
                stack.enter_context(redirect_stdout(out))
                stack.enter_context(redirect_stderr(err))
                try:
                    run.code = main(["--config", str(world.file.file), *command])
                except Crash as crash:
                    run.troubles.append(f"killed at {crash}")
        run.seconds = time.process_time() - began
        run.ended = world.time.now()
        run.mail = (err.getvalue() + out.getvalue()).strip()
        run.seen = list(world.box.requests)
        run.creates = world.erp.creates[creates:]
        run.statuses = world.statuses[statuses:]
        if run.code != 0 or run.mail or run.troubles or run.writes:
            what = f"{' '.join(command)} ends with {run.code} ({', '.join(run.troubles)})"
            world.note("cron", f"run {run.number}: {what}")
        return run
