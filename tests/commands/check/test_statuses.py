"""`check` names the statuses by which stock is held, and settings that pin a former default."""

from __future__ import annotations

from installation import Installation

NAME = "stock.waiting_statuses"


def found(office: Installation, name: str = NAME) -> list[tuple[str, str]]:
    """Return level and message of what `check` says of a setting."""
    findings = office.run("check", "--json").document["findings"]
    return [(one["level"], one["message"]) for one in findings if one["name"] == name]


def test_a_batch_size_that_pins_the_former_default_is_named(office: Installation) -> None:
    setting = "lenewblack.batch_size"
    assert found(office, setting) == []
    office.set("lenewblack", batch_size=100)
    ((level, message),) = found(office, setting)
    assert level == "warning"
    assert message.startswith(f"{setting} pins the former default")


def test_a_list_that_pins_the_former_default_is_named(office: Installation) -> None:
    assert all("pins" not in message for _, message in found(office))
    office.set("stock", waiting_statuses="[confirmed, invoicing]")
    ((level, message),) = found(office)
    assert level == "warning"
    assert "pins the former default, which counts in simple mode only. Fix: take" in message


def test_a_status_that_holds_stock_and_was_never_seen_is_named(office: Installation) -> None:
    for order in office.box.lnb.orders.values():
        if order["status"] == "confirmed":
            order["status"] = "closed"
    ((level, message),) = found(office)
    assert (level, message.partition(": ")[2]) == ("ok", "confirmed.")


def test_a_status_that_nothing_names_is_named_with_what_it_may_stand_for(
    office: Installation,
) -> None:
    for order in office.box.lnb.orders.values():
        if order["status"] == "confirmed":
            order["status"] = "bekreftet"
    ((level, message),) = found(office)
    assert level == "warning"
    assert "No setting names the status bekreftet of the last year's orders; of those" in message
    assert "hold stock confirmed was never seen. Fix: if their pieces are promised" in message
