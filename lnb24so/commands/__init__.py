"""What each command does; `cli` reads their options."""

__all__ = [
    "check",
    "demo",
    "exported",
    "help",
    "overview",
    "reconcile",
    "resolve",
    "status",
    "trial",
]
