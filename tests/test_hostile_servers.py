"""A server that drips, floods or never ends holds no run and fills no memory."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import repeat
from pathlib import Path

import pytest
from installation import Installation
from raw_server import CERTIFICATE, RawServer, Stream, byte_by_byte, endless, http

from lnb24so.errors import ConfigError
from lnb24so.network.http import MIB, Http, NotAnsweredError

pytestmark = pytest.mark.slow

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
OPEN_END = HEAD + b"\r\n"
LONG_ENOUGH = b"x" * 100_000
"""More bytes than any drip of these tests can send in its time."""


def ask(url: str, *, seconds: float = 5.0, most: int = MIB) -> bytes:
    """Return the body of the answer that is there."""
    http = Http(url, seconds)
    with http.ask(http.request("GET", url)) as reply:
        return reply.whole(most)


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the certificate of the tests."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))


TLS = pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])


# Waits


@TLS
@pytest.mark.parametrize(
    "answer",
    [
        byte_by_byte(HEAD + b"X-Long: " + LONG_ENOUGH),
        byte_by_byte(LONG_ENOUGH, after=b"HTTP/1.1 "),
        endless(b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["header", "status line", "100 Continue"],
)
@pytest.mark.usefixtures("trusting")
def test_a_header_that_never_comes_to_its_end_is_not_waited_for(answer: Stream, tls: bool) -> None:
    with (
        RawServer(answer, pause=0.01, tls=tls) as server,
        pytest.raises(NotAnsweredError, match=r"no answer within 0\.2 seconds") as caught,
    ):
        ask(server.url, seconds=0.2)
    assert caught.value.left


@TLS
@pytest.mark.usefixtures("trusting")
def test_a_flood_of_interim_answers_is_not_read_for_ever(tls: bool) -> None:
    flood = endless(b"HTTP/1.1 100 Continue\r\n\r\n" * 50)
    with RawServer(flood, tls=tls) as server, pytest.raises(NotAnsweredError, match="no answer"):
        ask(server.url, seconds=0.2)


@TLS
@pytest.mark.parametrize(
    "head",
    [
        OPEN_END,
        HEAD + b"Content-Length: 100000\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n186A0\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["until it closes", "of a length", "in a chunk", "of a chunk's length"],
)
@pytest.mark.usefixtures("trusting")
def test_a_body_that_drips_has_ten_times_the_time_of_its_header(head: bytes, tls: bool) -> None:
    drip = byte_by_byte(b"0" * 100_000, after=head)
    with (
        RawServer(drip, pause=0.01, tls=tls) as server,
        pytest.raises(NotAnsweredError, match="no whole answer within 1 seconds") as caught,
    ):
        ask(server.url, seconds=0.1)
    assert not caught.value.again


@TLS
@pytest.mark.usefixtures("trusting")
def test_a_long_body_that_comes_slowly_but_steadily_is_read(tls: bool) -> None:
    piece = b"12345678" * 100

    def steadily() -> Iterator[bytes]:
        yield HEAD + b"Content-Length: 16000\r\n\r\n"
        yield from repeat(piece, 20)

    # It takes twice the time that its header would have, and a fifth of its own.
    with RawServer(steadily, pause=0.05, tls=tls) as server:
        assert ask(server.url, seconds=0.5) == piece * 20


def test_a_handshake_that_drips_is_not_waited_for() -> None:
    # A server that speaks no TLS, and sends what looks like the begin of a long TLS record.
    record = byte_by_byte(b"\x00" * 10_000, after=b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb")
    with (
        RawServer(record, reads=False, pause=0.01) as server,
        pytest.raises(NotAnsweredError, match="no answer within"),
    ):
        ask(server.url.replace("http:", "https:"), seconds=0.2)


def test_the_next_request_after_one_that_was_cut_off_is_well() -> None:
    with RawServer(byte_by_byte(LONG_ENOUGH, after=OPEN_END), pause=0.01) as server:
        asking = Http(server.url, 0.1)
        request = asking.request("GET", server.url)
        with pytest.raises(NotAnsweredError), asking.ask(request) as reply:
            reply.whole(MIB)
        server.answer = http(b"well")
        with asking.ask(request) as reply:
            assert reply.whole(MIB) == b"well"


# Sizes


def deflate(data: bytes) -> bytes:
    return zlib.compress(data, 1)


@pytest.mark.parametrize("pack", [gzip.compress, deflate])
def test_a_body_ends_after_decompression(pack: Callable[[bytes], bytes]) -> None:
    packed = pack(b" " * 50 * MIB)
    assert len(packed) < MIB
    kind = "gzip" if pack is gzip.compress else "deflate"
    with RawServer(http(packed, f"Content-Encoding: {kind}")) as server:
        with pytest.raises(NotAnsweredError, match="longer than 8 MiB") as caught:
            ask(server.url, most=8 * MIB)
        assert not caught.value.again
        assert len(ask(server.url, most=50 * MIB)) == 50 * MIB


@pytest.mark.parametrize("head", [OPEN_END, HEAD + b"Transfer-Encoding: chunked\r\n\r\n"])
def test_a_body_without_end_is_left_at_its_limit(head: bytes) -> None:
    piece = b"400\r\n" + b"x" * 1024 + b"\r\n" if b"chunked" in head else b"x" * 1024
    with (
        RawServer(endless(piece * 64, after=head)) as server,
        pytest.raises(NotAnsweredError, match="longer than 1 MiB"),
    ):
        ask(server.url)


@pytest.mark.parametrize("kind", ["gzip", "deflate"])
def test_a_plain_body_that_calls_itself_compressed_is_named(kind: str) -> None:
    with (
        RawServer(http(b"plain text", f"Content-Encoding: {kind}")) as server,
        pytest.raises(NotAnsweredError, match="not compressed as it says"),
    ):
        ask(server.url)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999999\r\n\r\n[]",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n[]",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n[]",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n\xd9\xa3\r\n[]",
        b"HTTP/1.1 " + b"9" * 5000 + b" OK\r\n\r\n",
        HEAD + b"X: y\r\n" * 1000 + b"\r\n",
        HEAD + b"Content-Encoding: " + b"gzip, " * 1000 + b"gzip\r\n\r\n[]",
    ],
)
def test_absurd_numbers_in_a_header_are_no_stray_error(answer: bytes) -> None:
    with RawServer(answer) as server, suppress(NotAnsweredError):
        assert len(ask(server.url)) <= 2


# TLS


@pytest.mark.parametrize("server_tls", [True, False], ids=["untrusted", "no TLS"])
def test_a_certificate_that_does_not_fit_is_not_asked_again(server_tls: bool) -> None:
    with (
        RawServer(http(b""), reads=server_tls, tls=server_tls) as server,
        pytest.raises(NotAnsweredError) as caught,
    ):
        ask(server.url.replace("http:", "https:"))
    assert "TLS" in str(caught.value)
    assert not caught.value.again


@pytest.mark.parametrize("content", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nx\n"])
def test_a_certificate_file_that_is_none_is_the_settings_fault(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(content)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    with pytest.raises(ConfigError, match=r"ca\.pem are none\. Fix: correct REQUESTS_CA_BUNDLE"):
        Http("https://127.0.0.1:1", 1)


# Secrets that are not ours to send


def test_no_password_of_netrc_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("default login anna password hunter2\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with RawServer(http(b"")) as server:
        ask(server.url)
        assert b"uthorization" not in server.requests[0]


def test_a_proxy_of_the_environment_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(http(b"by proxy")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert ask("http://erp.example.com/x") == b"by proxy"
        assert proxy.requests[0].startswith(b"GET http://erp.example.com/x ")


# Whole runs

ATTACKS = {
    "dripping header": byte_by_byte(HEAD + b"X-Long: " + LONG_ENOUGH),
    "dripping body": byte_by_byte(b" " * 100_000, after=OPEN_END),
    "endless 100 Continue": endless(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "endless elements": endless(b"<x/>" * 16_384, after=OPEN_END + b"<x>"),
    "endless lists": endless(b"[]," * 16_384, after=OPEN_END + b"["),
    "endless spaces": endless(b" " * 65_536, after=OPEN_END),
    "gzip bomb": endless(http(gzip.compress(b" " * 65 * MIB, 1), "Content-Encoding: gzip")),
    "deflate bomb": endless(http(deflate(b"[" * 65 * MIB), "Content-Encoding: deflate")),
}
PAUSES = {"dripping header": 0.01, "dripping body": 0.01}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("system", ["24SevenOffice", "Le New Black"])
def test_a_run_against_a_hostile_server_fails_in_one_sentence_and_the_next_is_well(
    office: Installation, system: str, attack: str
) -> None:
    office.by_hand(office.box.erp.now())
    good = {"24SevenOffice": office.box.erp_url, "Le New Black": office.box.lnb_url}[system]
    section = {"24SevenOffice": "24sevenoffice", "Le New Black": "lenewblack"}[system]
    with RawServer(ATTACKS[attack], pause=PAUSES.get(attack, 0.0)) as hostile:
        office.change(f"base_url: {good}\n", f"base_url: {hostile.url}\n")
        office.set(section, timeout_seconds=0.1)
        answer = office.run("pull-stock")
    assert answer.code == 1
    assert answer.err == "", "it may pass before a person must know"
    (failed,) = office.log_lines("run.failed")
    assert failed["message"].startswith(f"{system}: ")
    assert "fault in lnb24so" not in failed["message"]
    office.change(f"base_url: {hostile.url}\n", f"base_url: {good}\n")
    office.change("timeout_seconds: 0.1", "timeout_seconds: 30")
    for task in ("pull-stock", "push-orders"):
        assert office.run(task).code in (0, 3)
