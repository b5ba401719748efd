"""The words of a reconciliation: one order in its three places, and what is found of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from lnb24so.ledger.acknowledged import Acknowledged
from lnb24so.ledger.types import Entry
from lnb24so.lnb.types import Order
from lnb24so.reasons import Reason
from lnb24so.soap.booked import Booked


@dataclass(frozen=True, slots=True)
class Story:
    """What the order's history tells: when it was exported, what was sent, who decided what.

    `sent` is the total of the last attempt, as it was sent.
    """

    exported: datetime | None = None
    sent: Decimal | None = None
    reading: str = ""
    decision: str = ""
    who: str = ""
    when: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trio:
    """One order in the three places: `order` is Le New Black's, `entry` the ledger's.

    `order` None: Le New Black said that it has none. `parents` are the orders of 24SevenOffice
    that carry its reference or its id, `derived` what was made of them there. `is_second`: an
    order of Le New Black whose reference stands for another one already. `customer_id` is the
    customer by today's reference, None where it cannot be told. `is_changed`: Le New Black holds
    another content than was sent, and nobody acknowledged it; `is_same`: 24SevenOffice holds what
    Le New Black holds now.
    """

    reference: str
    our_reference: str
    day: date
    order: Order | None = None
    entry: Entry | None = None
    parents: tuple[Booked, ...] = ()
    derived: tuple[Booked, ...] = ()
    is_second: bool = False
    customer_id: int | None = None
    is_changed: bool = False
    is_same: bool = False
    story: Story = Story()
    known: tuple[Acknowledged, ...] = ()

    @property
    def sent(self) -> Decimal | None:
        """Return the total that was sent, or adopted; None where nobody noted it."""
        noted = self.entry.total if self.entry else None
        return noted if self.story.sent is None else self.story.sent


@dataclass(frozen=True, slots=True)
class Finding:
    """What stands of an order; `mark` is the shape in which a person may take it as known."""

    trio: Trio
    reason: Reason
    mark: str

    @property
    def reference(self) -> str:
        """Le New Black's reference of the order."""
        return self.trio.reference

    @property
    def is_known(self) -> bool:
        """Return whether a person took it as known, in this shape."""
        now = (self.reason.code, self.mark)
        return any((one.code, one.mark) == now for one in self.trio.known)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the difference between both sides; `names` marks one that names its orders."""

    label: str
    amount: Decimal
    names: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One order in one currency, as the sums count it; amounts without VAT unless they say so.

    `lnb_orders` and `erp_orders` are how many orders it is on either side. Its parts come to
    `lnb` less `erp`. `not_due`: it is not up for export yet, and counts for nothing else.
    """

    trio: Trio
    currency: str
    lnb: Decimal = Decimal(0)
    erp: Decimal = Decimal(0)
    vat: Decimal = Decimal(0)
    lnb_orders: int = 0
    erp_orders: int = 0
    parts: tuple[Part, ...] = ()
    not_due: bool = False

    @property
    def month(self) -> str:
        """The month that the order belongs to, `2026-10`."""
        return f"{self.trio.day:%Y-%m}"

    @property
    def difference(self) -> Decimal:
        """What Le New Black has more."""
        return self.lnb - self.erp


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of one order: its lines in the sums, and what stands of it."""

    lines: Sequence[Line] = ()
    findings: Sequence[Finding] = ()
