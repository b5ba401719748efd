"""The proof: what both sides come to, month by month, and what lies between them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lnb24so.money import amount_text, to_minor
from lnb24so.texts import count, first_of

from .types import Line


@dataclass(slots=True)
class Share:
    """One cause of a difference: how much, and which orders; `names` says whether they are told."""

    amount: Decimal = Decimal(0)
    references: list[str] = field(default_factory=list)
    names: bool = False


@dataclass(slots=True)
class Sum:
    """Both sides of one month in one currency, without VAT."""

    month: str
    currency: str
    lnb: Decimal = Decimal(0)
    erp: Decimal = Decimal(0)
    lnb_orders: int = 0
    erp_orders: int = 0
    not_due: int = 0
    shares: dict[str, Share] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        """Count one order."""
        if line.not_due:
            self.not_due += 1
            return
        self.lnb += line.lnb
        self.erp += line.erp
        self.lnb_orders += line.lnb_orders
        self.erp_orders += line.erp_orders
        for part in line.parts:
            share = self.shares.setdefault(part.label, Share())
            share.amount += part.amount
            share.names = share.names or part.names
            share.references.append(line.trio.reference)


def add_up(lines: Iterable[Line]) -> list[Sum]:
    """Return the sums of each month and currency, in that order; currencies stay apart."""
    sums: dict[tuple[str, str], Sum] = {}
    for line in lines:
        key = (line.month, line.currency)
        sums.setdefault(key, Sum(*key)).add(line)
    return [sums[key] for key in sorted(sums)]


def proof_line(one: Sum, by: str) -> str:
    """Return the line that proves a month: both sides, the difference, and what it is."""
    difference = f"difference {_money(one.lnb - one.erp, one)}"
    shares = " + ".join(_share(label, share, one) for label, share in one.shares.items())
    return (
        f"{one.month}, {by}, without VAT, {one.currency}: "
        f"Le New Black {_money(one.lnb, one)} ({count(one.lnb_orders, 'order')}); "
        f"24SevenOffice {_money(one.erp, one)} ({one.erp_orders:,}); "
        f"{difference}{' = ' if shares else ''}{shares}. Not due yet: {one.not_due:,}."
    )


def proof_document(one: Sum, by: str) -> dict[str, Any]:
    """Return the same for `--json`; amounts are strings."""
    return {
        "month": one.month,
        "by": by,
        "currency": one.currency,
        "le_new_black": {"net": _plain(one.lnb, one), "orders": one.lnb_orders},
        "24sevenoffice": {"net": _plain(one.erp, one), "orders": one.erp_orders},
        "difference": _plain(one.lnb - one.erp, one),
        "parts": [
            {
                "label": label,
                "amount": _plain(share.amount, one),
                "orders": len(share.references),
                "references": share.references,
            }
            for label, share in one.shares.items()
        ],
        "not_due_yet": one.not_due,
    }


def _share(label: str, share: Share, one: Sum) -> str:
    named = f": {first_of(share.references)}" if share.names else ""
    return f"{label} {_money(share.amount, one)} ({len(share.references):,}{named})"


def _money(amount: Decimal, one: Sum) -> str:
    return amount_text(amount, one.currency).removesuffix(f" {one.currency}")


def _plain(amount: Decimal, one: Sum) -> str:
    return str(to_minor(amount, one.currency))
