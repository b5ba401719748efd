"""Le New Black's orders to 24SevenOffice: read, plan, settle, create, and set the status."""

__all__ = [
    "draft",
    "life",
    "lookup",
    "matching",
    "plan",
    "prices",
    "reading",
    "ready",
    "results",
    "settle",
    "task",
    "total",
    "types",
]
