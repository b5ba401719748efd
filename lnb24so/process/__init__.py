"""What any careful process needs: lock, log, pings, secrets, signals, streams, whole files."""

__all__ = ["events", "lock", "log", "ping", "redact", "stop", "streams", "whole_file"]
