"""The network as all of us ask it: bounded, with an end to every wait, and patient."""

__all__ = ["http", "patience"]
