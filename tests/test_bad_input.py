"""Whatever is wrong, it ends in one clear sentence and a documented exit code, without secrets."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest
from faults import Fault
from installation import Answer, Installation

pytestmark = pytest.mark.slow


def rewrite(before: str, after: str) -> Callable[[Installation], None]:
    return lambda office: office.change(before, after)


def written(data: bytes) -> Callable[[Installation], None]:
    return lambda office: _write(office, data)


def _write(office: Installation, data: bytes) -> None:
    office.file.write_bytes(data)


def always(operation: str, fault: str) -> Callable[[Installation], None]:
    return lambda office: office.box.faults.add(operation, getattr(Fault, fault), times=99)


@dataclass(frozen=True)
class Mishap:
    """Something that is wrong, and what the tool must say and return."""

    name: str
    spoil: Callable[[Installation], object]
    code: int
    said: tuple[str, ...]
    sentences: int = 1


MISHAPS = (
    Mishap(
        "missing file",
        lambda office: office.file.unlink(),
        2,
        ("No configuration at", "config.yaml", "(from --config)"),
    ),
    Mishap("empty file", written(b""), 2, ("config.yaml", "empty")),
    Mishap("binary file", written(b"\x7fELF\x02\x00\xff\xfe"), 2, ("config.yaml",)),
    Mishap(
        "unknown key",
        rewrite("lnb_mode: simple", "lnb_mode: simple\n  bufer: 1"),
        2,
        ("config.yaml:13:3: stock.bufer: unknown setting; did you mean buffer?",),
    ),
    Mishap(
        "duplicate key",
        rewrite("lnb_mode: simple", "lnb_mode: simple\n  lnb_mode: advanced"),
        2,
        ("config.yaml:13:3: stock.lnb_mode: is given twice, first on line 12",),
    ),
    Mishap(
        "wrong type",
        rewrite("lnb_mode: simple", "lnb_mode: simple\n  buffer: many"),
        2,
        ('config.yaml:13:3: stock.buffer: expected a whole number (got "many")',),
    ),
    Mishap(
        "unquoted code",
        rewrite("shipping_product: FRAKT", "shipping_product: 0123"),
        2,
        ('orders.shipping_product: must be quoted: "0123"',),
    ),
    Mishap(
        "unset variable",
        rewrite("password: sandbox-password", "password: ${LNB24SO_NEVER_SET}"),
        2,
        ("24sevenoffice.password: environment variable LNB24SO_NEVER_SET is not set",),
    ),
    Mishap(
        "readable secret",
        lambda office: office.file.chmod(0o644),
        2,
        (
            "24sevenoffice.password: stands in a file that others can read; run: chmod 600 ",
            "lenewblack.client_secret: stands in a file that others can read; run: chmod 600 ",
        ),
        sentences=2,
    ),
    Mishap(
        "plain http",
        lambda office: office.change(f"{office.box.erp_url}\n", "http://erp.example.com\n"),
        2,
        ("24sevenoffice.base_url: plain http is only for this machine", "use https"),
    ),
    Mishap(
        "unreachable 24SevenOffice",
        lambda office: office.change(f"base_url: {office.box.erp_url}\n", f"base_url: {NOBODY}\n"),
        1,
        ("24SevenOffice: no connection to http://127.0.0.1:1", "24sevenoffice.base_url"),
    ),
    Mishap(
        "unreachable Le New Black",
        lambda office: office.change(f"base_url: {office.box.lnb_url}", f"base_url: {NOBODY}"),
        1,
        ("Le New Black: no connection", "lenewblack.base_url"),
    ),
    Mishap(
        "wrong password",
        rewrite("password: sandbox-password", "password: sandbox-passwort"),
        2,
        ("24SevenOffice: wrong user name or password", "24sevenoffice.password"),
    ),
    Mishap(
        "wrong application id",
        rewrite("application_id: 7", "application_id: 8"),
        2,
        ("application id is not registered", "24sevenoffice.application_id"),
    ),
    Mishap(
        "wrong client secret",
        rewrite("client_secret: sandbox-client-secret", "client_secret: sandbox-client-secred"),
        2,
        ("Le New Black: wrong client id or client secret", "lenewblack.client_secret"),
    ),
    Mishap(
        "wrong identity",
        rewrite("identity_id: 3", "identity_id: 4"),
        2,
        ("24SevenOffice: the login does not reach", "24sevenoffice.identity_id", "Nordlys Ull AS"),
    ),
    Mishap(
        "several companies and none chosen",
        rewrite("identity_id: 3d1c9a52-6f0e-4b7d-a1c4-58e2b90f7d36", "identity_id: null"),
        2,
        ("reaches several companies", "24sevenoffice.identity_id", "Nordlys Ull AS"),
    ),
    Mishap(
        "web page at the login of 24SevenOffice",
        always("Login", "HTML_200_BEFORE"),
        1,
        ("24SevenOffice: HTTP 200 with a web page instead of SOAP (Login)",),
    ),
    Mishap(
        "web page instead of products",
        always("GetProducts", "HTML_503_BEFORE"),
        1,
        ("24SevenOffice: HTTP 503 with a web page (GetProducts)",),
    ),
    Mishap(
        "web page at the login of Le New Black",
        always("POST /auth/token", "HTML_200_BEFORE"),
        1,
        ("Le New Black: POST /auth/token answered with a web page",),
    ),
    Mishap(
        "web page instead of orders",
        always("GET /orders", "HTML_503_BEFORE"),
        1,
        ("Le New Black: GET /orders answered HTTP 503 with a web page",),
    ),
    Mishap(
        "empty product list",
        lambda office: office.box.erp.products.clear(),
        4,
        ("not sent", "24SevenOffice has no products", "24sevenoffice.identity_id"),
    ),
    Mishap(
        "state folder that is a file",
        lambda office: (office.folder / "state").write_text(""),
        2,
        ("state", "paths.state"),
    ),
    Mishap(
        "logs folder that is a file",
        lambda office: (office.folder / "logs").write_text(""),
        2,
        ("logs", "paths.logs"),
    ),
    Mishap(
        "damaged ledger",
        lambda office: _damaged_ledger(office),
        2,
        ("ledger.sqlite3 is damaged", "backup"),
    ),
)
NOBODY = "http://127.0.0.1:1"
CASES = [
    pytest.param(mishap, command, id=f"{command}: {mishap.name}")
    for mishap in MISHAPS
    for command in ("push-orders", "pull-stock")
]


def _damaged_ledger(office: Installation) -> None:
    office.ledger_file.parent.mkdir()
    office.ledger_file.write_bytes(b"this was a database once " * 99)


@pytest.fixture
def patient(office: Installation) -> Installation:
    """Return an office whose retries cost no time."""
    office.by_hand(office.box.erp.now())
    return office


@pytest.mark.parametrize(("mishap", "command"), CASES)
def test_it_ends_in_one_sentence_and_its_exit_code(
    patient: Installation, mishap: Mishap, command: str
) -> None:
    before = patient.snapshot()
    hand = patient.by_hand(patient.box.erp.now())
    mishap.spoil(patient)
    answer = patient.run(command)
    if mishap.code == 1:
        # It may pass by itself: a mail comes when it has lasted an hour.
        assert answer == Answer(1, "", "")
        assert mishap.said[0] in patient.log_lines("run.failed")[-1]["message"]
        hand.move(3600)
        with suppress(AssertionError):  # A setting is spoiled already.
            mishap.spoil(patient)
        answer = patient.run(command)
    expect(answer, mishap)
    no_secret_is_left(patient)
    after = patient.snapshot()
    assert [after[name] for name in SENT] == [before[name] for name in SENT]


SENT = ("orders there", "orders here", "levels")


@pytest.mark.parametrize("name", ["missing file", "binary file", "wrong password"])
def test_it_ends_so_as_a_process_too(office: Installation, name: str) -> None:
    mishap = next(each for each in MISHAPS if each.name == name)
    mishap.spoil(office)
    expect(office.process("pull-stock"), mishap)
    no_secret_is_left(office)


def expect(answer: Answer, mishap: Mishap) -> None:
    assert answer.out == ""
    assert len(answer.err.splitlines()) == mishap.sentences
    for words in mishap.said:
        assert words in answer.err
    assert answer.code == mishap.code
    for unwanted in ("Traceback", "Error(", "sandbox-", "access_token", "build-07.internal"):
        assert unwanted not in answer.err


def no_secret_is_left(office: Installation) -> None:
    """The password, the client secret and the tokens are in no file that the tool wrote."""
    lnb, erp = office.box.lnb, office.box.erp
    secrets = [erp.password, lnb.client_secret, *lnb.tokens, "sandbox-passwort", "secred"]
    sessions = list(erp.sessions)
    for file in (path for path in office.folder.rglob("*") if path.is_file()):
        if file == office.file:
            continue
        hidden = secrets if file.name == "session.json" else [*secrets, *sessions]
        assert not [one for one in hidden if one.encode() in file.read_bytes()]


def test_every_mistake_in_the_configuration_is_named_at_once(office: Installation) -> None:
    office.change("lnb_mode: simple", "lnb_mode: simpel\n  buffer: -1")
    office.change("customer_match: id", "customer_match: ids")
    answer = office.run("preview")
    assert answer.code == 2
    lines = answer.err.splitlines()
    assert len(lines) == 3
    assert ":12:3: stock.lnb_mode: expected simple, advanced or time_based" in lines[0]
    assert ":13:3: stock.buffer: must be from 0" in lines[1]
    assert (
        'orders.customer_match: expected id, external_id or organization_number (got "ids")'
        in (lines[2])
    )


def test_a_fault_of_the_tool_itself_is_one_sentence_too(
    patient: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        password = patient.box.erp.password
        raise RuntimeError(f"a bug that holds {password}")

    monkeypatch.setattr("lnb24so.stock.task.plan_stock", broken)
    answer = patient.run("pull-stock")
    assert answer.code == 1
    (line,) = answer.err.splitlines()
    assert "This is a fault in lnb24so. Details: grep " in line
    assert "Traceback" not in answer.err
    assert "a bug that holds ***" in patient.log_text()
    no_secret_is_left(patient)


@pytest.mark.parametrize("command", [("push-orders",), ("pull-stock", "-n"), ("check",)])
def test_certificates_that_are_not_there_are_named(
    command: tuple[str, ...], office: Installation
) -> None:
    answer = office.process(*command, REQUESTS_CA_BUNDLE="/nowhere/ca.pem")
    assert answer.code == 2
    assert "REQUESTS_CA_BUNDLE" in answer.out + answer.err
    assert "/nowhere/ca.pem" in answer.out + answer.err
    assert "fault in lnb24so" not in answer.err
