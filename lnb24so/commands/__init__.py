"""What each command does; `cli` reads their options."""

__all__ = ["check", "demo", "overview", "resolve", "status", "trial"]
