"""The closed list of what the log can say; `lnb24so help events` is made from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, Protocol

# Each name that the log knows, so that a wrong one is found before it is written.
EventName = Literal[
    "run.started", "run.finished", "run.failed", "run.told", "session.opened", "session.renewed",
    "company.selected", "request.retried", "order.sending", "order.created", "order.adopted",
    "order.finished", "order.blocked", "order.marked_blocked", "order.refused", "order.unconfirmed",
    "order.retry", "order.not_found", "order.decision_needed", "order.looked_again",
    "order.withdrawn", "order.skipped", "order.before_since", "order.unread",
    "order.status_failed", "order.differs", "order.not_read_back",
    "order.changed_after_export", "order.canceled_after_export", "order.gone_from_lnb",
    "order.resolved", "order.rehashed", "order.warning", "orders.stopped", "orders.guard",
    "orders.none_to_take", "products.read",
    "inventory.read", "list.miscounted", "stock.batch_sent", "stock.refused", "stock.skipped",
    "stock.code_unknown", "stock.guard", "stock.noticed", "stock.now_held", "ping.failed",
    "error.unexpected", "record.unread",
]  # fmt: skip


class WriteEvent(Protocol):
    """What writes one line to the log."""

    def __call__(self, name: EventName, /, **fields: object) -> None:
        """Write the event with its fields; ValueError for a field that every line has."""


class Event(NamedTuple):
    """A kind of log line: its level, its meaning, and what it holds beside what every line has."""

    level: Literal["info", "warning", "error"]
    meaning: str
    fields: str = ""


# What "the order" stands for in the fields below: its reference, the others where known.
THE_ORDER = ("reference", "order_id", "customer_id", "erp_reference", "attempt")
ORDER = "the order"
WHY = f"{ORDER}, reason, message, line"
SENT = "rows, total, currency, reading"
CODE = "code, product_id, reason"
DECIDED = "decision, user, note, accepted_total, order_total"
WHAT = "subject, reason, message"

EVENTS: Mapping[EventName, Event] = {
    "run.started": Event("info", "A run began.", "version, dry_run"),
    "run.finished": Event("info", "A run ended, with its counters.", "seconds, exit_code, summary"),
    "run.failed": Event("error", "A run ended early.", "message, exit_code, code"),
    "run.told": Event("warning", "What a person is told, where the log is on stderr.", "message"),
    "session.opened": Event("info", "We logged in to 24SevenOffice."),
    "session.renewed": Event("warning", "The session died; we log in again.", "message"),
    "company.selected": Event("info", "The company of this run.", "company_id, company"),
    "request.retried": Event("warning", "A request is sent again.", "message, seconds"),
    "order.sending": Event("info", "The creating request goes out.", f"{ORDER}, {SENT}"),
    "order.created": Event("info", "The order is in 24SevenOffice.", f"{ORDER}, answer"),
    "order.adopted": Event("info", "It was there already; we took it.", ORDER),
    "order.finished": Event("info", "Its status step is done.", ORDER),
    "order.blocked": Event("warning", "Something must be mended first.", WHY),
    "order.marked_blocked": Event("info", "Le New Black shows it as blocked.", ORDER),
    "order.refused": Event("warning", "24SevenOffice rejected the order.", f"{WHY}, answer"),
    "order.unconfirmed": Event("warning", "No clear answer; it may exist.", f"{WHY}, answer"),
    "order.retry": Event("warning", "Not processed; the next run tries again.", f"{WHY}, answer"),
    "order.not_found": Event("info", "A look-up did not find it; one more decides.", WHY),
    "order.decision_needed": Event("error", "A person must decide.", WHY),
    "order.looked_again": Event("info", "Looked for once more: it is there once.", ORDER),
    "order.withdrawn": Event("info", "It left the export status unsent.", WHY),
    "order.skipped": Event("info", "A person decided not to send it.", WHY),
    "order.before_since": Event("warning", "Older than orders.since; not sent.", WHY),
    "order.unread": Event("warning", "Le New Black did not show it.", "reference, message"),
    "order.status_failed": Event("warning", "Only the status step failed.", WHY),
    "order.differs": Event("warning", "Read back, it is not as sent.", "reference, message"),
    "order.not_read_back": Event("warning", "New orders were not read back.", "message, count"),
    "order.changed_after_export": Event("warning", "Changed after export.", WHY),
    "order.canceled_after_export": Event("warning", "Canceled after export.", WHY),
    "order.gone_from_lnb": Event("warning", "Gone from Le New Black after export.", WHY),
    "order.resolved": Event("info", "A person settled it.", f"{WHY}, {DECIDED}"),
    "order.rehashed": Event("info", "Unchanged since before an upgrade; noted anew.", WHY),
    "order.warning": Event("warning", "Exported, but worth a look.", WHY),
    "orders.stopped": Event("warning", "The remaining orders wait.", "message"),
    "orders.guard": Event("error", "Too many orders wait; none was sent.", "message"),
    "orders.none_to_take": Event("warning", "No order is in take_status.", "message"),
    "products.read": Event("info", "24SevenOffice's products.", "count, open_orders"),
    "inventory.read": Event("info", "Le New Black's inventory.", "count"),
    "list.miscounted": Event("warning", "Le New Black counts its list otherwise.", "list, count"),
    "stock.batch_sent": Event("info", "Levels, before and after.", "levels, count, refused"),
    "stock.refused": Event("warning", "Le New Black refused the level.", "code, reason, message"),
    "stock.skipped": Event("info", "The level stays, for a new reason.", CODE),
    "stock.code_unknown": Event("warning", "Le New Black lacks the code.", CODE),
    "stock.guard": Event("error", "The drop looks wrong; nothing was sent.", "message"),
    "stock.noticed": Event("warning", "Something else that stock meets.", WHAT),
    "stock.now_held": Event("info", "An upgrade holds more back.", "message"),
    "ping.failed": Event("warning", "Monitoring was not told.", "ping, host, message"),
    "error.unexpected": Event("error", "A fault in this tool.", "error, traceback"),
    "record.unread": Event("warning", "Left out of a list.", "system, list, count, message"),
}
