"""Le New Black's orders to 24SevenOffice: read, plan, settle, create, and set the status."""

__all__ = [
    "attempts",
    "draft",
    "guards",
    "hits",
    "life",
    "lookup",
    "matching",
    "plan",
    "prices",
    "questions",
    "reading",
    "ready",
    "results",
    "rows",
    "settle",
    "statuses",
    "task",
    "total",
    "twice",
    "types",
]
