"""What a brand brings into the two systems: the data that a sandbox starts with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Record = Mapping[str, Any]
Json = dict[str, Any]


def fresh(value: Any) -> Any:
    """Return a copy of a record that may be changed; several times faster than deepcopy."""
    if isinstance(value, Mapping):
        return {key: fresh(each) for key, each in value.items()}
    if isinstance(value, list):
        return [fresh(each) for each in value]
    return value


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
