"""What any careful process needs: lock, log, pings, signals, streams, whole files."""

__all__ = ["events", "lock", "log", "ping", "stop", "streams", "whole_file"]
