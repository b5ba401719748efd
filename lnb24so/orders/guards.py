"""What holds all creates of a run until a person has looked. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from lnb24so.config.schema import Config, Orders

from .types import Block, Create, Item, Reading

NO_PRODUCTS = (
    "Orders not sent: 24SevenOffice has no products. "
    "Check: 24sevenoffice.identity_id and lnb24so check."
)

NEW_LEDGER = 50
"""Until a ledger has exported so many, no run creates more: what waits may be typed in already."""


def most_creates(settings: Orders, sent: int) -> int:
    """Return how many orders a run creates at most, whose ledger has `sent` so many."""
    most = settings.max_per_run
    return most if sent >= NEW_LEDGER else min(most, NEW_LEDGER)


def guarded(
    items: Sequence[Item], reading: Reading, config: Config, limit: int | None
) -> tuple[Sequence[Item], str | None]:
    """Return the items that stay in the plan, and the sentence of what holds their creates.

    With a `limit` so many creates stay, the oldest, and their number is no guard.
    """
    creates = [item for item in items if isinstance(item, Create)]
    sent = len(reading.held)
    most = most_creates(config.orders, sent)
    if reading.facts is not None and reading.facts.products.is_empty:
        # Each order would be blocked, and a person sent to mend what is not broken.
        return [item for item in items if not isinstance(item, Create | Block)], NO_PRODUCTS
    if limit is not None:
        late = {item.reference for item in creates[limit:]}
        return [item for item in items if item.reference not in late], None
    return items, _too_many(len(creates), most=most, sent=sent) if len(creates) > most else None


def _too_many(waiting: int, *, most: int, sent: int) -> str:
    if sent < NEW_LEDGER:
        return (
            f"{waiting} orders wait, and this ledger has sent {f'only {sent}' if sent else 'none'} "
            f"yet (limit {most}). Typed in already? lnb24so push-orders --baseline. "
            "Else look: lnb24so preview orders"
        )
    return (
        f"{waiting} orders wait (limit {most}). Nothing sent. "
        f"Check: lnb24so preview orders; then: lnb24so push-orders --limit {waiting}"
    )
