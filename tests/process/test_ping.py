"""A monitoring service hears of each run, and can do the job no harm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from events import Events
from hand_clock import HandClock
from installation import Installation
from raw_server import RawServer, byte_by_byte, closed_port, endless, http

from lnb24so.process import ping
from lnb24so.process.ping import Pings, ping_address

pytestmark = pytest.mark.slow

SECRET = "7e0b1c52-5a3d-4f5e-9a51-2f2f3a1f8c11"
RUN_ID = "20261123T100000-ab12"


@dataclass
class Monitor:
    """A monitoring service: it answers with `statuses` in turn, then with 200."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    hangs: bool = False
    closing: Event = field(default_factory=Event)

    @property
    def pings(self) -> list[str]:
        """Return what was asked for, below the address and without the query."""
        return [urlsplit(each).path.removeprefix(f"/{SECRET}") for each in self.asked]

    @property
    def rids(self) -> set[str]:
        return {parse_qs(urlsplit(each).query)["rid"][0] for each in self.asked}


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    """Return a started monitoring service on loopback."""
    found = Monitor()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            if found.hangs:
                found.closing.wait(20)
                return
            status = found.statuses.pop(0) if found.statuses else 200
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep stderr for the program under test."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/{SECRET}"
    yield found
    found.closing.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def watched(office: Installation, monitor: Monitor) -> Installation:
    """Return an installation whose two tasks are watched."""
    office.change(
        "paths:\n",
        f"monitoring:\n  pull_stock_ping_url: {monitor.url}/stock\n"
        f"  push_orders_ping_url: {monitor.url}/orders\npaths:\n",
    )
    return office


def pings_to(url: str | None, log: Events) -> Pings:
    return Pings(url, RUN_ID, HandClock().clock, log)


def test_a_run_says_that_it_began_and_that_it_succeeded(
    watched: Installation, monitor: Monitor
) -> None:
    assert watched.run("pull-stock").code == 0
    assert monitor.pings == ["/stock/start", "/stock"]
    [rid] = monitor.rids
    assert str(UUID(rid)) == rid


def test_newly_blocked_orders_are_no_failure_of_the_job(
    watched: Installation, monitor: Monitor
) -> None:
    assert watched.run("push-orders").code == 3
    assert monitor.pings == ["/orders/start", "/orders"]


def test_a_run_that_fails_says_so_with_the_same_id(watched: Installation, monitor: Monitor) -> None:
    watched.change("sandbox-password", "wrong")
    assert watched.run("pull-stock").code == 2
    assert monitor.pings == ["/stock/start", "/stock/fail"]
    assert len(monitor.rids) == 1


def test_a_guard_and_an_unexpected_error_are_failures(
    watched: Installation, monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.set("orders", max_per_run=1)
    assert watched.run("push-orders").code == 4
    monkeypatch.setattr("lnb24so.stock.task.read_stock", lambda _: 1 / 0)
    assert watched.run("pull-stock").code == 1
    assert monitor.pings == ["/orders/start", "/orders/fail", "/stock/start", "/stock/fail"]


@pytest.mark.parametrize(
    "command",
    [
        ("pull-stock", "--dry-run"),
        ("push-orders", "--dry-run"),
        ("preview",),
        ("status",),
        ("check",),
        ("push-orders", "--test", "--order", "70101"),
        ("resolve", "70101", "--skip"),
    ],
    ids=" ".join,
)
def test_only_a_real_run_of_the_two_tasks_is_told(
    watched: Installation, monitor: Monitor, command: tuple[str, ...]
) -> None:
    watched.run(*command)
    assert monitor.asked == []


def test_without_an_address_nobody_is_told(office: Installation) -> None:
    assert office.run("pull-stock").code == 0
    assert office.log_lines("ping.failed") == []


def test_a_dead_monitor_leaves_the_job_alone_and_one_line_a_ping_in_the_log(
    office: Installation,
) -> None:
    url = f"http://localhost:{closed_port()}/{SECRET}"
    office.by_hand()
    office.change("paths:\n", f"monitoring:\n  pull_stock_ping_url: {url}\npaths:\n")
    answer = office.run("pull-stock")
    assert (answer.code, answer.out) == (0, "")
    assert "localhost" not in answer.err
    lines = office.log_lines("ping.failed")
    assert [(line["ping"], line["host"], line["level"]) for line in lines] == [
        ("start", "localhost", "warning"),
        ("success", "localhost", "warning"),
    ]
    assert SECRET not in office.log_text()


def test_no_message_names_more_of_the_address_than_its_host(
    watched: Installation, monitor: Monitor
) -> None:
    monitor.statuses = [404, 404]
    answer = watched.run("-v", "pull-stock")
    assert answer.code == 0
    assert "HTTP 404" in answer.err
    assert SECRET not in answer.err + watched.log_text()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_answer_that_may_pass_is_tried_three_times(monitor: Monitor, status: int) -> None:
    log = Events()
    monitor.statuses = [status, status]
    pings_to(monitor.url, log).started()
    assert monitor.pings == ["/start"] * 3
    assert log.lines == []
    monitor.statuses = [status] * 9
    pings_to(monitor.url, log).started()
    assert len(monitor.asked) == 6
    assert log.lines[0][1]["message"] == f"HTTP {status}"


@pytest.mark.parametrize("status", [302, 400, 404, 409])
def test_an_answer_that_will_not_change_is_not_asked_again(monitor: Monitor, status: int) -> None:
    log = Events()
    monitor.statuses = [status]
    pings_to(monitor.url, log).ended(1, "nothing was due")
    assert monitor.pings == ["/fail"]
    assert log.names == ["ping.failed"]


def test_a_monitor_that_hangs_is_left_behind_in_time(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ping, "SECONDS_AT_MOST", 0.2)
    log = Events()
    monitor.hangs = True
    pings_to(monitor.url, log).started()
    assert log.lines[0][1]["message"] == "no answer in 0.2 seconds"


def test_all_tries_and_pauses_fit_into_ten_seconds() -> None:
    whole = ping.TRIES * ping.TRY_SECONDS + (ping.TRIES - 1) * ping.PAUSE_SECONDS
    assert whole <= ping.SECONDS_AT_MOST == 10


@pytest.mark.parametrize(
    ("url", "suffix", "expected"),
    [
        ("https://hc.example/a", "/start", "https://hc.example/a/start?rid="),
        ("https://hc.example/a/", "/fail", "https://hc.example/a/fail?rid="),
        ("https://hc.example/a/", "", "https://hc.example/a/?rid="),
        ("https://hc.example/a?create=1", "/start", "https://hc.example/a/start?create=1&rid="),
        ("https://hc.example:8443", "/fail", "https://hc.example:8443/fail?rid="),
    ],
)
def test_the_signal_goes_behind_the_path_and_before_the_query(
    url: str, suffix: str, expected: str
) -> None:
    address, _, rid = ping_address(url, suffix=suffix, run_id=RUN_ID).rpartition("=")
    assert f"{address}=" == expected
    assert UUID(rid).version == 5


def test_two_runs_never_share_an_id() -> None:
    ids = {
        ping_address("https://hc.example/a", suffix="", run_id=f"run-{number}")
        for number in range(50)
    }
    assert len(ids) == 50


@pytest.mark.parametrize("pause", [0.0, 0.01])
def test_a_monitoring_service_that_never_ends_its_header_holds_no_run(
    pause: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ping, "TRY_SECONDS", 0.1)
    events = Events()
    drip = byte_by_byte(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000)
    flood = endless(b"HTTP/1.1 100 Continue\r\n\r\n")
    with RawServer(drip if pause else flood, pause=pause) as server:
        Pings(server.url, RUN_ID, HandClock().clock, events).started()
    ((name, fields),) = events.lines
    assert name == "ping.failed"
    assert fields["message"] == "no answer within 0.1 seconds"


def test_a_ping_carries_no_password_of_netrc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("default login anna password hunter2\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with RawServer(http(b"")) as server:
        Pings(server.url, RUN_ID, HandClock().clock, Events()).started()
        assert b"uthorization" not in server.requests[0]
