"""What the ledger holds, as plain data, and how it becomes rows and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, get_args

from lnb24so.clock import utc_text
from lnb24so.process.events import EventName
from lnb24so.process.redact import REDACTOR
from lnb24so.reasons import Reason
from lnb24so.texts import harmless_json

from .rows import DamagedError, values_of

State = Literal[
    "blocked",
    "retry",
    "sending",
    "unconfirmed",
    "exported",
    "done",
    "needs_decision",
    "skipped",
    "withdrawn",
]
STATES: tuple[State, ...] = get_args(State)
AskedFor = Literal["order", "any_status"]
FAR_OFF = timedelta(hours=2)
"""No second look is later than an hour after what it looks for."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What an order in 24SevenOffice is held against later: what was sent, or was adopted.

    `done_status` is the Le New Black status to set after the export; None where it stays. `made`
    tells Le New Black's order from another one of its reference: its time, then its retailer.
    `retailer`, `currency` and `total`, as it is billed, are for finance; a version that did not
    note them left them empty.
    """

    erp_reference: str | None
    customer_id: int | None
    content_hash: str | None
    done_status: str | None
    made: str | None = None
    retailer: str = ""
    currency: str = ""
    total: Decimal | None = None

    def left_alone(self) -> Sent:
        """Return the same, with no status to set."""
        return replace(self, done_status=None)


@dataclass(frozen=True, slots=True)
class Cargo:
    """What an attempt carried: product and pieces of each row, sorted, and what they come to.

    `currency` is "" for the company's own. A version that noted the total only left None.
    """

    rows: tuple[tuple[int, Decimal], ...] | None
    currency: str | None
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request that may have created the order, or did."""

    started: datetime
    sent: Sent
    cargo: Cargo


@dataclass(frozen=True, slots=True)
class Entry:
    """All that the ledger holds of one order, times in aware UTC.

    `doubted`: an attempt had no clear answer. `look_again_at`: when it is looked up once more.
    `content_hash` is of what was sent or adopted, `notice_hash` of what a person was told of,
    blocked or changed, and `accept_total` of what a person let pass with its total;
    `accepted_amount` is the sum to be billed then, None where the first version let it pass.
    `notice` is what a person has not acknowledged yet. `not_ours` are 24SevenOffice orders that
    a person declared to be no copy of this one. `asked_for`: a person named the order, `order`
    (whatever its age) or `any_status`; each run tries it until 24SevenOffice has it or it is
    left out. `not_found_at`: when the look-up began that, after the grace time, first did not
    find what the last attempt sent, or at the second look a second order; the next one that
    does not find it either ends the doubt.
    `tried` are the attempts since the order was last free of doubt, the first one first.
    `other_made` is of another order of its reference about which a person was asked.
    """

    reference: str
    state: State = "retry"
    reasons: tuple[Reason, ...] = ()
    erp_reference: str | None = None
    customer_id: int | None = None
    content_hash: str | None = None
    attempts: int = 0
    attempt_started: datetime | None = None
    attempt_ended: datetime | None = None
    seen_id: int | None = None
    doubted: bool = False
    look_again_at: datetime | None = None
    order_id: int | None = None
    done_status: str | None = None
    blocked_status: str | None = None
    notice: Reason | None = None
    notice_hash: str | None = None
    accept_total: str | None = None
    accepted_amount: Decimal | None = None
    not_ours: tuple[int, ...] = ()
    asked_for: AskedFor | None = None
    not_found_at: datetime | None = None
    tried: tuple[Attempt, ...] = ()
    made: str | None = None
    retailer: str = ""
    currency: str = ""
    total: Decimal | None = None
    other_made: str | None = None

    @property
    def sent(self) -> Sent:
        """What the order is held against."""
        return Sent(
            *(self.erp_reference, self.customer_id, self.content_hash, self.done_status),
            *(self.made, self.retailer, self.currency, self.total),
        )

    @property
    def final(self) -> bool:
        """Nothing is left to do: done, skipped, or exported with no status step to take."""
        return self.state in ("done", "skipped") or (
            self.state == "exported" and self.done_status is None
        )

    @property
    def in_doubt(self) -> bool:
        """An attempt had no clear answer at some time: 24SevenOffice may create it late."""
        return self.doubted or self.state in ("sending", "unconfirmed")

    def looks_again(self, now: datetime) -> bool:
        """Return whether its second look is due.

        So it is too where its time is so far off that a clock was ahead when it was set.
        """
        at = self.look_again_at
        return at is not None and not now < at <= now + FAR_OFF

    @property
    def in_erp(self) -> bool:
        """24SevenOffice has the order, as far as we know."""
        return self.order_id is not None


def new_entry(reference: str) -> Entry:
    """Return the entry of an order that the ledger does not know yet."""
    return Entry(reference)


def with_new_hash(entry: Entry, *, old: str, new: str) -> Entry:
    """Return the entry with today's hash of a content in place of an earlier version's."""
    return replace(
        entry,
        content_hash=new if entry.content_hash == old else entry.content_hash,
        notice_hash=new if entry.notice_hash == old else entry.notice_hash,
        accept_total=new if entry.accept_total == old else entry.accept_total,
    )


def held_against(entry: Entry, sent: Sent) -> Entry:
    """Return the entry, to be held against what was sent."""
    return replace(
        entry,
        erp_reference=sent.erp_reference,
        customer_id=sent.customer_id,
        content_hash=sent.content_hash,
        done_status=sent.done_status,
        made=sent.made,
        retailer=sent.retailer,
        currency=sent.currency,
        total=sent.total,
    )


def about(entry: Entry, made: str | None) -> Entry:
    """Return the entry, which tells from now on of which order of Le New Black it is.

    Where that is known it stays.
    """
    return entry if entry.made else replace(entry, made=made)


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of an order's life: the entry after it, and how history and log tell of it.

    `facts` are what else belongs to the story: what was sent, what came back, who decided.
    """

    entry: Entry
    event: EventName
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One dated line of an order's history."""

    reference: str
    at: datetime
    run_id: str
    event: str
    state: State
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a task; `exit_code` is None while it runs or where it was killed.

    `message` is the sentence of its failure, or of the guard that held it.
    """

    run_id: str
    task: str
    started: datetime
    finished: datetime | None
    exit_code: int | None
    counters: Mapping[str, Any]
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """The pair that this ledger belongs to; it refuses every other one."""

    company_id: int
    company: str
    client_id: str


def as_json(value: Any) -> str:
    """Return a value as the ledger keeps it: without secrets, and as text that UTF-8 can hold."""
    return harmless_json(json.dumps(REDACTOR.document(value), default=str, ensure_ascii=False))


def columns(entry: Entry) -> dict[str, Any]:
    """Return the entry as the columns of its row, without secrets in its reasons."""
    columns: dict[str, Any] = {}
    for one in fields(entry):
        value = getattr(entry, one.name)
        if isinstance(value, datetime):
            value = utc_text(value)
        elif isinstance(value, Decimal):
            value = format(value, "f")
        elif isinstance(value, Reason):
            value = as_json(asdict(value))
        elif isinstance(value, tuple):
            plain = [asdict(part) if isinstance(part, Reason | Attempt) else part for part in value]
            value = as_json(plain)
        columns[one.name] = value
    return columns


def entry_of(row: Any) -> Entry:
    """Return the entry of a row; raises DamagedError."""
    return Entry(**values_of(Entry, row, "orders"))


def step_of(row: Any) -> Step:
    """Return the step of a row; raises DamagedError."""
    step = Step(**values_of(Step, row, "history"))
    reasons, customer = step.detail.get("reasons", []), step.detail.get("customer_id")
    is_told = isinstance(reasons, list) and all(isinstance(reason, str) for reason in reasons)
    if not is_told or not isinstance(customer, int | None):
        raise DamagedError(
            f"history, reference {step.reference!r:.60}: detail holds {row['detail']!r:.60}"
        )
    return step


def run_of(row: Any) -> Run:
    """Return the run of a row; raises DamagedError."""
    # A run that was killed has counted nothing.
    counted = dict(row)
    if counted.get("counters", "") is None:
        counted["counters"] = "{}"
    return Run(**values_of(Run, counted, "runs"))
