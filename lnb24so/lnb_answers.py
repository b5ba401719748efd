"""What Le New Black's answers say: their JSON, their complaints, their dates.

The shapes are those of Le New Black's SDK; an error may come in any of them, or as HTML.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from .errors import Ambiguous, NotProcessed, Transient
from .lnb_types import read_text

if TYPE_CHECKING:
    import requests


def no_answer(error: Exception) -> Transient:
    """Return what an error of the HTTP library means, without its text: that holds the token."""
    import requests
    from urllib3.exceptions import NewConnectionError

    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError):
        return NotProcessed(
            "Le New Black: no connection. Check the network and lenewblack.base_url."
        )
    if isinstance(error, requests.Timeout):
        return Ambiguous("Le New Black: no answer in time (lenewblack.timeout_seconds).")
    if isinstance(error, requests.exceptions.SSLError):
        return Ambiguous("Le New Black: a TLS error. Is its certificate valid, the clock right?")
    return Ambiguous("Le New Black: the connection broke before the whole answer came.")


def read_json(response: requests.Response, asked: str) -> Any:
    """Return the JSON of an answer, numbers as Decimal; Ambiguous where it is broken."""
    if not response.content:
        return None
    try:
        return json.loads(response.content, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        kind = "a web page" if b"<html" in response.content[:1024].lower() else "broken JSON"
        raise Ambiguous(f"Le New Black: {asked} answered with {kind}.") from None


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def objects(found: object) -> list[Mapping[str, Any]]:
    """Return the JSON objects of a list, and nothing for anything else."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def complaint(answer: object) -> str:
    """Return the message of an error in any of the shapes that Le New Black uses."""
    if isinstance(answer, str):
        return " ".join(answer.split())[:300]
    if isinstance(answer, list):
        return "; ".join(filter(None, map(complaint, answer)))[:300]
    if isinstance(answer, Mapping):
        for name in ("error", "message", "errors"):
            if said := complaint(answer.get(name)):
                return said
        pairs = ((name, complaint(value)) for name, value in answer.items())
        return "; ".join(f"{name}: {said}" for name, said in pairs if said)[:300]
    return ""


def failed(answer: Mapping[str, Any]) -> bool:
    """Return whether an item of an HTTP 200 says that it failed."""
    if answer.get("success") is True or answer.get("status") == "success":
        return False
    return answer.get("success") is False or answer.get("status") == "error"


def outcomes(field: str, codes: Sequence[str], answer: object) -> list[tuple[str, str | None]]:
    """Return each code with None or why it was not taken; success must be said to count."""
    data = objects(answer.get("data")) if isinstance(answer, Mapping) else []
    by_code: dict[str, Mapping[str, Any]] = {}
    for item in data:
        result = item.get("result")
        if isinstance(result, Mapping) and (code := read_text(result.get(field))):
            by_code[code] = item
    in_order = data if len(data) == len(codes) else []
    outcomes: list[tuple[str, str | None]] = []
    for place, code in enumerate(codes):
        answered = by_code.get(code) or (in_order[place] if in_order else None)
        if answered is None:
            outcomes.append((code, "Le New Black did not say what became of it"))
        elif answered.get("success") is True or answered.get("status") == "success":
            outcomes.append((code, None))
        else:
            outcomes.append((code, complaint(answered.get("errors")) or "refused without a reason"))
    return outcomes


def http_date(text: str) -> datetime | None:
    """Return the time of a Date header as aware UTC, or None."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (TypeError, ValueError):
        return None
