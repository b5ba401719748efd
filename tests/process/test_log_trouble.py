"""A log that cannot be written: one clear sentence, and nothing is half done."""

from __future__ import annotations

from datetime import UTC, datetime

from installation import Installation


def test_a_log_folder_that_is_none_stops_the_run_before_anything_is_asked(
    office: Installation,
) -> None:
    (office.folder / "logs").write_text("in the way")
    answer = office.run("push-orders")
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert "paths.logs" in answer.err
    assert not office.asked()


def test_a_disk_that_fills_up_is_said_once_and_the_orders_still_arrive_once(
    office: Installation,
) -> None:
    logs = office.folder / "logs"
    logs.mkdir()
    (logs / f"lnb24so-{datetime.now(UTC):%Y-%m-%d}.jsonl").symlink_to("/dev/full")
    answer = office.run("push-orders")
    assert answer.code == 1
    assert answer.err.count("The log could not be written") == 1
    assert len(office.box.erp.creates) == 12
    office.run("push-orders")
    assert len(office.box.erp.creates) == 12
