"""What a sandbox has seen of a client: the operations it was asked for, and what was sent."""

from __future__ import annotations

import json
from typing import Any

from lnb24so.sandbox import Sandbox

SET_LEVELS = ("POST /multi/inventory/ean", "POST /multi/inventory/sku")
WRITES = ("SaveInvoices", "POST /orders/status", *SET_LEVELS)
"""Every operation of both systems that changes something."""


def asked(box: Sandbox, since: int = 0) -> list[str]:
    """Return the operations of all requests, without the first `since`."""
    return [seen.operation for seen in box.requests[since:]]


def batches(box: Sandbox, since: int = 0) -> list[list[dict[str, Any]]]:
    """Return the levels of each batch that was sent, refused ones too."""
    return [
        json.loads(seen.body)["requests"]
        for seen in box.requests[since:]
        if seen.operation in SET_LEVELS
    ]
