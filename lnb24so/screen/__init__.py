"""How a run looks to people: tables, plain lines, JSON, and the page of a preview."""

__all__ = ["page", "report", "terminal"]
