"""What we know of each order, on disk, with its history."""

__all__ = ["acknowledged", "exports", "journal", "old_hash", "runs", "standing", "store", "types"]
