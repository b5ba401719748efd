"""What each command does; `cli` reads their options."""

__all__ = ["check", "demo", "exported", "overview", "resolve", "status", "trial"]
