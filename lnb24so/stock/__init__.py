"""24SevenOffice's stock to Le New Black: read, plan, and send what differs."""

__all__ = ["held", "plan", "reading", "story", "task"]
