"""Le New Black: its one REST client, and what it holds as plain data."""

__all__ = ["client", "types", "values"]
