"""What became of one order in a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lnb24so.reasons import Reason

from .types import Item

Outcome = Literal["created", "adopted", "finished", "blocked", "retry", "unconfirmed", "failed"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item; `news` marks reasons that a person has not been told yet.

    `status_failed`: the status step had no answer and is taken again by the next run.
    """

    item: Item
    outcome: Outcome | None = None
    order_id: int | None = None
    reasons: tuple[Reason, ...] = ()
    news: bool = False
    status_failed: bool = False


def planned(item: Item) -> Result:
    """Return the result of an item that needs nothing done, or is only shown."""
    outcome: Outcome | None = "blocked" if item.action == "blocked" else None
    return Result(item, outcome, item.order_id, item.reasons, item.news)
