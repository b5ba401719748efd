"""What a check finds."""

from __future__ import annotations

from typing import Any

from installation import Installation


def findings(shop: Installation, name: str = "") -> list[dict[str, Any]]:
    """Return what a check finds, under one name or all of it."""
    found: list[dict[str, Any]] = shop.run("check", "--json").document["findings"]
    return [each for each in found if name in ("", each["name"])]


def levels(found: list[dict[str, Any]]) -> set[str]:
    return {each["level"] for each in found}
