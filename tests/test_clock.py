"""Times of other computers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lnb24so.clock import http_date


@pytest.mark.parametrize("zone", ["GMT", "+0000", "-0000", ""])
def test_a_date_without_a_known_zone_is_utc(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = http_date(f"Mon, 23 Nov 2026 10:00:00 {zone}")
    assert found == datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "yesterday", "Mon, 23 Nov 2026", "Mon, 32 Nov 2026 10:00:00 GMT", "," * 50),
        *("Fri, 31 Dec 9999 23:59:59 -0100", "Fri, 31 Dec 9999 23:59:59 GMT"),
        f"Mon, 23 Nov {'9' * 5000} 10:00:00 GMT",
        f"Mon, 23 Nov 2026 10:00:00 +{'9' * 30}",
    ],
)
def test_what_no_clock_shows_is_no_time(text: str) -> None:
    assert http_date(text) is None
