"""How a run looks to people: tables, plain lines, JSON, CSV, and the page of a preview."""

__all__ = ["page", "report", "sheet", "tables", "terminal"]
