"""Tell a monitoring service that a run began and how it ended, in the style of healthchecks.io.

A ping never fails the job and never holds it up for more than ten seconds. Its address is a
secret of its own (who has it can answer for us), so only the host is ever named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from urllib.parse import urlencode, urlsplit, urlunsplit

from lnb24so.clock import Clock
from lnb24so.network.http import Http, NotAnsweredError

from .events import WriteEvent

SECONDS_AT_MOST = 10.0  # for one ping with its retries, whatever the network does
TRIES = 3
TRY_SECONDS = 3.0
PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Pings:
    """The pings of one run; without a `url` there are none. `event` writes to the log."""

    url: str | None
    run_id: str
    clock: Clock
    event: WriteEvent

    def started(self) -> None:
        """Say that the run began."""
        self._send("start", "/start")

    def ended(self, exit_code: int, summary: str) -> None:
        """Say in one line what the run did, or why it failed."""
        # 3 is success too: an order that is blocked is for the mail to tell.
        ping, suffix = ("success", "") if exit_code in (0, 3) else ("fail", "/fail")
        self._send(ping, suffix, summary)

    def _send(self, ping: str, suffix: str, summary: str = "") -> None:
        if self.url is None:
            return
        url = ping_address(self.url, suffix=suffix, run_id=self.run_id)
        problem = _in_time(lambda: _try_to_send(url, summary, self.clock))
        if problem is not None:
            self.event("ping.failed", ping=ping, host=urlsplit(url).hostname, message=problem)


def ping_address(url: str, *, suffix: str, run_id: str) -> str:
    """Return the address with `/start`, `/fail` or nothing behind its path, and the run's id.

    healthchecks.io takes only a UUID for `rid` (its documentation), so one is made of the id.
    """
    from uuid import NAMESPACE_URL, uuid5

    parts = urlsplit(url)
    rid = urlencode({"rid": uuid5(NAMESPACE_URL, f"lnb24so:{run_id}")})
    query = f"{parts.query}&{rid}" if parts.query else rid
    path = parts.path.rstrip("/") + suffix if suffix else parts.path
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def _in_time(send: Callable[[], str | None]) -> str | None:
    """Return what `send` returns, or that it took too long."""
    # The time-outs of an HTTP library do not bound a name look-up, or a server that drips.
    answers: list[str | None] = []
    thread = Thread(target=lambda: answers.append(send()), daemon=True)
    thread.start()
    thread.join(SECONDS_AT_MOST)
    return answers[0] if answers else f"no answer in {SECONDS_AT_MOST:g} seconds"


def _try_to_send(url: str, summary: str, clock: Clock) -> str | None:
    """Send the ping, again where that may help; return None, or why it did not arrive."""
    problem, again = _send_once(url, summary)
    for _ in range(TRIES - 1):
        if again:
            clock.sleep(PAUSE_SECONDS)
            problem, again = _send_once(url, summary)
    return problem


def _send_once(url: str, summary: str) -> tuple[str | None, bool]:
    """Send one request; return what is wrong, or None, and whether to try again."""
    try:
        http = Http(url, TRY_SECONDS)
        method, body = ("POST", summary.encode()) if summary else ("GET", None)
        # The body is never read: whatever the answer holds, it is of no use here.
        with http.ask(http.request(method, url, body=body)) as reply:
            status = reply.status
        if summary and status in (405, 501):  # Some services know no POST.
            return _send_once(url, "")
    except NotAnsweredError as error:
        return str(error), error.again
    except Exception as error:
        # Whatever it is, the job goes on; the error's own text would show the address.
        return f"no connection ({type(error).__name__})", True
    if 200 <= status < 300:
        return None, False
    return f"HTTP {status}", status == 429 or status >= 500
