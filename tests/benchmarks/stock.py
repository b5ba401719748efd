"""A stock run against the floor and the plain script, over catalogues of several sizes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from .measure import Cost, in_turn, run
from .shop import Shop, Traffic, shop

HERE = Path(__file__).parent
CHANGES = {"everything changed": 1, "1 % changed": 100, "nothing changed": 0}
"""Every so manieth level differs."""
FAR = 0.08
"""Seconds before each answer, of servers that are far away."""
HUNDREDS = "ours, batches of 100"


@dataclass(frozen=True)
class Result:
    """All runs of one side over one catalogue."""

    codes: int
    change: str
    side: str
    runs: Sequence[Cost]
    traffic: Sequence[Traffic]


def compare(
    codes: int, runs: int, changes: Sequence[str], *, plain: bool = True
) -> Iterator[Result]:
    """Yield the results of all sides, which run in turn."""
    with TemporaryDirectory() as name, shop(codes, Path(name)) as place:
        for change in changes:
            sides = commands(place.folder)
            if not plain:
                del sides["plain"]
            traffic: dict[str, list[Traffic]] = {side: [] for side in sides}
            once = partial(one_run, place, CHANGES[change], traffic)
            for side, costs in in_turn(sides, runs, once).items():
                # The first round fills the caches: ours remembers what it has sent, for one.
                yield Result(codes, change, side, costs, traffic[side][1:])


def one_run(
    place: Shop, every: int, traffic: dict[str, list[Traffic]], side: str, command: list[str]
) -> Cost:
    """Bring the levels into their starting state, run one side, and note its traffic."""
    place.differ(every)
    cost = run(command, place.folder / "output.txt")
    traffic[side].append(place.traffic())
    return cost


def compare_far(codes: int, runs: int) -> Iterator[Result]:
    """Yield the results with servers that wait before each answer: as it comes, and as before."""
    with TemporaryDirectory() as name, shop(codes, Path(name)) as place:
        place.wait(FAR)
        config = place.folder / "config.yaml"
        sides = {"ours": ours(config), HUNDREDS: ours(with_batches_of_100(place.folder))}
        traffic: dict[str, list[Traffic]] = {side: [] for side in sides}
        once = partial(one_run, place, 1, traffic)
        for side, costs in in_turn(sides, runs, once).items():
            yield Result(codes, "everything changed", side, costs, traffic[side][1:])


def commands(folder: Path) -> dict[str, list[str]]:
    """Return the command of each side."""
    python = sys.executable
    return {
        "floor": [
            *(python, str(HERE / "floor.py")),
            *(str(folder / "products.xml"), str(folder / "inventory.json")),
        ],
        "plain": [python, str(HERE / "plain.py"), str(folder / "config.yaml")],
        "ours": ours(folder / "config.yaml"),
    }


def ours(config: Path) -> list[str]:
    """Return the command of a stock run."""
    return [str(Path(sys.executable).with_name("lnb24so")), "--config", str(config), "pull-stock"]


def with_batches_of_100(folder: Path) -> Path:
    """Return a copy of the configuration that never sends more levels in a request."""
    text = (folder / "config.yaml").read_text("utf-8")
    pinned = folder / "hundreds.yaml"
    pinned.touch(mode=0o600)
    pinned.write_text(text.replace("stock:\n", "  batch_size: 100\nstock:\n"), encoding="utf-8")
    return pinned
