"""What each command does; `cli` reads their options."""

__all__ = ["check", "demo", "help", "overview", "reconcile", "resolve", "status", "trial"]
