"""`lnb24so reconcile`: everything against everything, the proof over the whole set."""

__all__ = ["options"]
