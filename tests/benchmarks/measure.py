"""What one process costs, and what several runs of it have in common."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Cost:
    """One run of a process: seconds of CPU (user and system), seconds, megabytes at most."""

    cpu: float
    wall: float
    memory: float


Once = Callable[[str, list[str]], Cost]


@dataclass(frozen=True)
class Spread:
    """Minimum, median and maximum of several runs."""

    least: float
    middle: float
    most: float


def run(command: list[str], output: Path, *, ends: Collection[int] = (0,)) -> Cost:
    """Run a command to its end; SystemExit with its output where it ends with another exit code.

    The kernel counts the memory of the process that starts another one as the other's, so
    nothing large is imported on this side.
    """
    # An installed program is compiled once; one that may not keep what it compiles is slower.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    out = (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    began = time.perf_counter()
    process = os.posix_spawn(
        command[0], command, environment, file_actions=[out, (os.POSIX_SPAWN_DUP2, 1, 2)]
    )
    _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status) not in ends:
        raise SystemExit(f"{' '.join(command)} failed:\n{output.read_text()}")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def in_turn(commands: Mapping[str, list[str]], runs: int, once: Once) -> dict[str, list[Cost]]:
    """Return the costs of each command; they take turns, so that a busy moment hits them all.

    `once` runs a command. The first round is not counted: it fills the caches.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            cost = once(name, command)
            if number:
                costs[name].append(cost)
    return costs


def spread(runs: Sequence[T], figure: Callable[[T], float]) -> Spread:
    """Return how one figure of the runs is spread."""
    values = [figure(run) for run in runs]
    return Spread(min(values), median(values), max(values))
