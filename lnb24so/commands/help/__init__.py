"""`lnb24so help`: the reference, made from the one place where each fact stands."""

__all__ = ["answer"]
