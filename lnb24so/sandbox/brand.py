"""What a brand brings into the two systems: the data that a sandbox starts with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Record = Mapping[str, Any]
Json = dict[str, Any]


@dataclass(frozen=True)
class Brand:
    """The books of one company in 24SevenOffice, and its account in Le New Black.

    The 24SevenOffice records are keyed by WSDL names, the Le New Black ones are JSON objects.
    """

    name: str
    products: tuple[Record, ...]
    customers: tuple[Record, ...]
    erp_orders: tuple[Record, ...]
    currencies: tuple[Record, ...]
    lnb_products: tuple[Json, ...]
    inventory: tuple[Json, ...]
    retailers: tuple[Json, ...]
    lnb_orders: tuple[Json, ...]
