"""Le New Black's orders to 24SevenOffice: read, plan, settle, create, and set the status."""

__all__ = ["draft", "lookup", "matching", "plan", "reading", "ready", "settle", "task", "types"]
