"""`lnb24so check`: is everything there, and do both systems fit the settings?"""

__all__ = ["findings", "task"]
