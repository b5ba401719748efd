"""The statuses of Le New Black's orders, and who holds the pieces of which in each stock mode.

The codes that the API uses are not published; these are the labels of its help center.
"""

from __future__ import annotations

from collections.abc import Mapping

OPEN = ("open_for_buyer", "open_for_brand")
CONFIRMED = ("confirmed", "invoicing")
NO_ORDER = ("draft", "canceled")
"""The statuses of what is no order yet, or no more."""

DOCUMENTED = (*NO_ORDER[:1], *OPEN, *CONFIRMED, "blocked", "closed", *NO_ORDER[1:])

HELD_HERE: Mapping[str, tuple[str, ...]] = {
    "simple": CONFIRMED,
    "advanced": (),
    "time_based": (*OPEN, *CONFIRMED),
}
"""The statuses whose orders each mode leaves to us; in time-based mode those made before the stamp.

An order in `orders.blocked_status` waits too: Le New Black counts no status that it does not know.
"""
HELD_THERE: Mapping[str, tuple[str, ...]] = {
    "simple": OPEN,
    "advanced": (*OPEN, *CONFIRMED),
    "time_based": (),
}
"""The statuses whose orders Le New Black holds back itself, whenever they were made."""
