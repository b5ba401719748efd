"""Connecting over HTTP, which both clients do alike: how long, and whether a request left."""

from __future__ import annotations

_CONNECT_SECONDS = 10.0


def timeouts(answer_seconds: float) -> tuple[float, float]:
    """Return the seconds to wait for a connection and for an answer, as requests takes them."""
    return min(_CONNECT_SECONDS, answer_seconds), answer_seconds


def never_left(error: Exception) -> bool:
    """Return whether an error of requests says that no connection came about.

    Only then has the server certainly not seen the request, and it may be sent again.
    """
    import requests
    from urllib3.exceptions import NewConnectionError

    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)
