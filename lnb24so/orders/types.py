"""The words of an order run: what it is about, what was read, what is to do, what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Literal

from lnb24so.ledger.types import AskedFor, Cargo, Entry, Sent, new_entry

if TYPE_CHECKING:
    from lnb24so.config.schema import ResolvedMode
    from lnb24so.lnb.types import Order
    from lnb24so.reasons import Reason
    from lnb24so.soap.order import InvoiceOrder

    from .draft import Draft
    from .life import AfterExport
    from .rows import Facts

Action = Literal["create", "adopt", "finish", "wait", "decide", "blocked", "skip", "done"]
Outcome = Literal["created", "adopted", "finished", "blocked", "retry", "unconfirmed", "failed"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which orders a run is about; `references` empty means all that wait."""

    references: tuple[str, ...] = ()
    any_status: bool = False
    limit: int | None = None
    baseline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One order as a run meets it, and what is derived from it, once, where it is read.

    `order` is Le New Black's, None where it has none or (`unread`) could not be asked this time;
    `content_hash` and `mode` are its. `entry` is the ledger's. `erp_reference` is what its order
    in 24SevenOffice carries or would carry. `attempt_ended`: when the last attempt had ended at
    the latest; `grace_ended`: when what it made must show. `is_twice`: its reference is of two.
    `found_blocked`: it has `blocked_status`, and the ledger lacks it.
    """

    reference: str
    order: Order | None = None
    entry: Entry | None = None
    unread: bool = False
    content_hash: str | None = None
    mode: ResolvedMode | None = None
    erp_reference: str = ""
    attempt_ended: datetime | None = None
    grace_ended: datetime | None = None
    is_twice: bool = False
    found_blocked: bool = False

    @property
    def is_unknown(self) -> bool:
        """Neither Le New Black nor the ledger has it."""
        return self.order is None and self.entry is None and not self.unread

    @property
    def known(self) -> Entry:
        """The ledger's entry, or a new one where it has none."""
        return self.entry or new_entry(self.reference)


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read for a plan: Le New Black, the ledger, 24SevenOffice.

    `cases` are the orders to plan for, oldest first, `lnb_now` is when reading began by Le New
    Black's clock, `held` the ledger's 24SevenOffice ids with their references, `hits` its orders by
    folded ReferenceNumber. Of references in `failed` nothing can be said, and why; `partly` were
    searched for by customer only. `alike`: what looks like one left out. `beside`: the statuses
    of what changed, where no order has one to take. `leaving` were looked for once more.
    """

    cases: tuple[Case, ...]
    looked_at: datetime
    lnb_now: datetime
    held: Mapping[int, str]
    hits: Mapping[str, Sequence[InvoiceOrder]] = field(default_factory=dict)
    hits_by_id: Mapping[int, InvoiceOrder] = field(default_factory=dict)
    facts: Facts | None = None
    failed: Mapping[str, str] = field(default_factory=dict)
    partly: frozenset[str] = frozenset()
    alike: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, int] | None = None
    leaving: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is to happen to one order; each subclass is one action.

    `draft` is the order as it would be sent, where the plan came so far. `reasons` say why it is
    not simply created. `news` marks what a person has not been told yet.
    """

    action: ClassVar[Action]

    case: Case
    draft: Draft | None = None
    reasons: tuple[Reason, ...] = ()
    news: bool = False

    @property
    def reference(self) -> str:
        """Le New Black's reference of the order."""
        return self.case.reference

    @property
    def order(self) -> Order | None:
        """The order as Le New Black showed it to the plan."""
        return self.case.order

    @property
    def invoice(self) -> InvoiceOrder | None:
        """The order as it would be sent, where nothing speaks against it."""
        return self.draft.invoice if self.draft else None

    @property
    def order_id(self) -> int | None:
        """The id that it has in 24SevenOffice."""
        return self.case.known.order_id

    @property
    def customer_id(self) -> int | None:
        """The 24SevenOffice customer that it is for."""
        if self.draft is None:
            return self.case.known.customer_id
        return self.draft.customer.id if self.draft.customer else None

    @property
    def customer(self) -> str:
        """The customer's name, or else the retailer's."""
        if self.draft is not None and self.draft.customer is not None:
            return self.draft.customer.name
        return self.order.retailer_name if self.order else ""

    @property
    def currency(self) -> str:
        """The order's currency, or nothing."""
        return self.order.currency if self.order else ""

    @property
    def total(self) -> Decimal | None:
        """The order's total without VAT in its currency: of its rows, or else as it says."""
        if self.draft is not None and self.draft.total is not None:
            return self.draft.total
        return self.order.amount_total if self.order else None

    @property
    def line_count(self) -> int:
        """How many rows it has, or else lines."""
        if self.invoice is not None:
            return len(self.invoice.rows)
        return len(self.order.lines) if self.order else 0

    @property
    def warnings(self) -> tuple[Reason, ...]:
        """What a person should know of it, and what does not stop it."""
        return self.draft.warnings if self.draft else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Item):
    """Send `request` to 24SevenOffice, and hold the order against `sent` later."""

    action: ClassVar[Action] = "create"
    request: InvoiceOrder
    sent: Sent
    cargo: Cargo
    asked_for: AskedFor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopt(Item):
    """Take order `found_id` of 24SevenOffice as this one."""

    action: ClassVar[Action] = "adopt"
    found_id: int
    held_against: Sent

    @property
    def order_id(self) -> int:
        """The id that it has in 24SevenOffice."""
        return self.found_id

    @property
    def customer_id(self) -> int | None:
        """The 24SevenOffice customer that it is for."""
        return self.held_against.customer_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish(Item):
    """Take the status step that is left."""

    action: ClassVar[Action] = "finish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(Item):
    """Look again later; `failed`: nobody answered; `died_at`, `not_found_at`: for the ledger."""

    action: ClassVar[Action] = "wait"
    died_at: datetime | None = None
    not_found_at: datetime | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(Item):
    """Ask a person, where that is news; `other_made` is the other order of its reference."""

    action: ClassVar[Action] = "decide"
    other_made: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce(Item):
    """Tell a person what became of an order in Le New Black after its export."""

    action: ClassVar[Action] = "decide"
    what: AfterExport


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Item):
    """Say what must be mended first; `changed`: the ledger is to note it anew."""

    action: ClassVar[Action] = "blocked"
    changed: bool
    asked_for: AskedFor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Item):
    """Leave the order alone; `becomes` is what the ledger is to note of that, if anything."""

    action: ClassVar[Action] = "skip"
    becomes: Literal["skipped", "withdrawn"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TooOld(Item):
    """Name an order that came into the export status and was made before `orders.since`."""

    action: ClassVar[Action] = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Item):
    """It is in 24SevenOffice, and nothing is left to do."""

    action: ClassVar[Action] = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlan:
    """What a run does, item by item. With a `guard` sentence no order is created.

    `read_at`, `looked_at` are the reading's. `left` wait for `--limit`; `looked_again` are cleared.
    """

    items: tuple[Item, ...]
    read_at: datetime
    looked_at: datetime
    guard: str | None = None
    left: int = 0
    looked_again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item. `news`: not told yet; `status_failed`: no answer to its status."""

    item: Item
    outcome: Outcome | None = None
    order_id: int | None = None
    reasons: tuple[Reason, ...] = ()
    news: bool = False
    status_failed: bool = False


@dataclass(frozen=True, slots=True)
class OrderReport:
    """What a run did with orders, or would do; `summary` counts actions and outcomes."""

    plan: OrderPlan
    results: Sequence[Result]
    summary: Mapping[str, int]
    exit_code: int = 0
