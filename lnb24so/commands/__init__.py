"""What each command does; `cli` reads their options."""

__all__ = ["check", "demo", "resolve", "status", "trial"]
