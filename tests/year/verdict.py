"""A violation: which promise was broken, when, with whose whole story, and how to play it again."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from .cron import Run
from .world import World

MOST = 12
"""So many violations, and a story is not played on: one broken promise breaks others."""


@dataclass(frozen=True)
class Violation:
    """One promise that was broken, about one subject."""

    promise: str
    subject: str
    at: datetime
    run: int
    text: str

    def words(self, world: World) -> str:
        """Return it with the subject's whole story and the command that replays it."""
        return "\n".join(
            (
                f"VIOLATION of: {self.promise}",
                f"  seed {world.story.seed} ({world.story.weather}), {self.at:%Y-%m-%d %H:%M:%S} "
                f"UTC, after run {self.run}: {self.subject}: {self.text}",
                *(f"    {line}" for line in world.story_of(self.subject)[-40:]),
                f"  again: {world.story.command}",
            )
        )


class Verdict:
    """The violations of a story, each subject of a promise once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.violations: dict[tuple[str, str], Violation] = {}
        self.conceded = Counter[str]()

    def broken(self, promise: str, subject: str, run: Run | None, text: str) -> None:
        """Note that a promise was broken, and tell it at once."""
        number = run.number if run else 0
        one = Violation(promise, subject, self.world.time.now(), number, text)
        if (promise, subject) not in self.violations:
            self.violations[promise, subject] = one
            print(one.words(self.world), file=sys.stderr, flush=True)

    @property
    def is_over(self) -> bool:
        """Whether enough is broken; of a planted fault one violation is."""
        return len(self.violations) >= (1 if self.world.story.mutant else MOST)
