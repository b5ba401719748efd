"""Le New Black: its one REST client, and what it holds as plain data."""

__all__ = ["client", "statuses", "types", "values"]
