"""How earlier versions hashed an order of Le New Black: kept for the hashes that ledgers hold.

Nothing here may change: a hash that comes out otherwise would be announced as a changed order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

_HEAD = (
    *("reference", "order_mode", "delivery_start_on", "purchase_order_reference"),
    *("retailer_reference", "retailer_name", "currency", "discount_rate", "amount_shipping"),
    *("amount_total", "inventory_tracking", "comment"),
)
_ADDRESS = (
    *("company", "contact_name", "tel", "address_1", "address_2", "zipcode", "city"),
    *("country", "vat_number"),
)
_LINE = (
    *("name", "color", "size", "ean13", "sku", "quantity", "unit_price", "discount_rate"),
    "promotion_rate",
)
_AMOUNTS = ("discount_rate", "amount_shipping", "amount_total")
_RATES = ("discount_rate", "promotion_rate")


def hash_of_version_1(order: Any) -> str:
    """Return the hash of an order as the first version wrote it, without a version before it."""
    content = _named(order, _HEAD)
    content |= {
        "billing_address": _named(order.billing_address, _ADDRESS),
        "delivery_address": _named(order.delivery_address, _ADDRESS),
        "lines": [
            _named(line, _LINE) | {"unreadable": _known(line, _RATES)} for line in order.lines
        ],
        "unreadable": _known(order, _AMOUNTS),
    }
    return hashlib.sha256(json.dumps(content, default=_plain).encode()).hexdigest()[:32]


def _named(record: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


def _known(record: Any, names: Sequence[str]) -> list[str]:
    """Return what the first version knew to be unreadable."""
    return [name for name in names if name in record.unreadable]


def _plain(value: Decimal | date) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat()
