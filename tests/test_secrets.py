"""Secrets x spellings x places: whatever a server repeats, no way out of the tool shows it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing

import pytest
from installation import Answer, Installation
from spellings import kernel, spellings

from lnb24so.sandbox import Exchange, Reply
from lnb24so.sandbox.exchange import json_reply
from lnb24so.sandbox.faults import Behaviour
from lnb24so.sandbox.services import Answer as Items
from lnb24so.sandbox.services import api_exception
from lnb24so.sandbox.soap import body_element, fault_reply

pytestmark = pytest.mark.slow

PASSWORD = 'hunter2/ &ø"+Ærlig'
CLIENT_SECRET = "Søm-&-<nål>-42!"
PING = "https://hc.example/01234567-89ab-cdef-0123-456789abcdef"
Say = Callable[[], str]


@pytest.fixture
def shop(office: Installation) -> Installation:
    """Return an office whose secrets have letters that need escapes, and a clock by hand."""
    office.box.erp.password, office.box.lnb.client_secret = PASSWORD, CLIENT_SECRET
    office.change("password: sandbox-password", f"password: {json.dumps(PASSWORD)}")
    office.change("secret: sandbox-client-secret", f"secret: {json.dumps(CLIENT_SECRET)}")
    urls = (f"  {task}_ping_url: {PING}\n" for task in ("pull_stock", "push_orders"))
    office.change("paths:\n", f"monitoring:\n{''.join(urls)}paths:\n")
    office.by_hand(office.box.erp.now())
    return office


@pytest.fixture(autouse=True)
def no_pings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send no ping: that address is nobody's."""
    monkeypatch.setattr("lnb24so.process.ping._send_once", lambda *_: (None, False))


def secrets(shop: Installation) -> list[str]:
    there = shop.box
    return [PASSWORD, CLIENT_SECRET, PING, *there.lnb.tokens, *there.erp.sessions]


def everything(shop: Installation, spent: Collection[str] = ()) -> str:
    """Return every secret in every spelling, as one sentence of a talkative server.

    No command can know a token that another one was given: `spent` are left out.
    """
    told = (secret for secret in secrets(shop) if secret not in spent)
    return " , ".join(text for secret in told for text in spellings(secret).values())


# Where a server may repeat them: each answers one operation


def fault(say: Say) -> Behaviour:
    return lambda _: fault_reply(say())


def page(say: Say) -> Behaviour:
    return lambda _: Reply(503, f"<html>{say()}</html>".encode(), "text/html")


def error(status: int) -> Callable[[Say], Behaviour]:
    return lambda say: lambda _: json_reply(status, {"error": {"message": say()}})


def redirect(say: Say) -> Behaviour:
    def behave(_: Exchange) -> Reply:
        there = f"https://elsewhere.example/{spellings(PASSWORD)['percent']}"
        return json_reply(302, {"message": say()}, {"Location": there})

    return behave


def header(say: Say) -> Behaviour:
    def behave(exchange: Exchange) -> Reply:
        reply = exchange.apply()
        said = say().encode("ascii", "ignore").decode()
        return Reply(reply.status, reply.body, reply.content_type, {"APILimitRemaining": said})

    return behave


def item_error(say: Say) -> Behaviour:
    def behave(exchange: Exchange) -> Reply:
        service = exchange.soap.services[exchange.call.path.lower()]
        orders = service.arguments(body_element(exchange.call.body)).get("invoices") or []
        refused = [{**order, "APIException": api_exception(say())} for order in orders]
        return exchange.soap.write("SaveInvoices", service, Items(refused))

    return behave


def item_refusal(say: Say) -> Behaviour:
    def behave(exchange: Exchange) -> Reply:
        items = json.loads(exchange.call.body)["requests"]
        results = [
            {"status": "error", "result": item, "errors": {"message": say()}} for item in items
        ]
        return json_reply(200, {"data": results})

    return behave


def status_refusal(say: Say) -> Behaviour:
    return lambda _: json_reply(200, {"success": False, "errors": [{"message": say()}]})


PLACES: tuple[tuple[str, Callable[[Say], Behaviour]], ...] = (
    ("Login", fault),
    ("GetIdentity", fault),
    ("GetProducts", fault),
    ("GetProducts", page),
    ("GetProducts", header),
    ("SaveInvoices", fault),
    ("SaveInvoices", item_error),
    ("GetCompanies", fault),
    ("POST /auth/token", error(500)),
    ("GET /orders", error(403)),
    ("GET /orders", error(500)),
    ("GET /orders", redirect),
    ("GET /inventory", error(422)),
    ("POST /multi/inventory/ean", error(400)),
    ("POST /multi/inventory/ean", item_refusal),
    ("POST /orders/status", error(400)),
    ("POST /orders/status", status_refusal),
)
COMMANDS = (
    *(("push-orders",), ("push-orders", "--json"), ("pull-stock",), ("pull-stock", "-n", "--json")),
    *(("preview",), ("preview", "--html", "page.html"), ("check",), ("check", "--json")),
    *(("status",), ("status", "--json"), ("status", "70101"), ("status", "70101", "--json")),
)


@pytest.mark.parametrize(("operation", "place"), PLACES)
def test_no_way_out_shows_what_a_server_repeats(
    shop: Installation, operation: str, place: Callable[[Say], Behaviour]
) -> None:
    shop.run("check")
    spent: set[str] = set()
    shop.box.faults.add(operation, place(lambda: everything(shop, spent)), times=999)
    html = str(shop.folder / "page.html")
    answers = []
    for command in COMMANDS:
        spent.update(shop.box.lnb.tokens)
        answers.append(shop.run(*(html if word == "page.html" else word for word in command)))
    assert list(leaks(shop, answers)) == []


def leaks(shop: Installation, answers: list[Answer]) -> Iterator[tuple[str, str, str]]:
    """Yield each secret in each spelling that is to be read anywhere, with where."""
    texts = {f"answer {at}": answer.out + answer.err for at, answer in enumerate(answers)}
    for file in (path for path in shop.folder.rglob("*") if path.is_file()):
        if file != shop.file and file.name != "session.json":
            texts[file.name] = file.read_bytes().decode("utf-8", "replace")
    with closing(sqlite3.connect(shop.ledger_file)) as ledger:
        texts["ledger, read"] = "\n".join(ledger.iterdump())
    for secret in secrets(shop):
        for way, text in spellings(secret).items():
            for place, read in texts.items():
                if kernel(way, text) in read:
                    yield place, way, text


def test_a_traceback_shows_none(shop: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(everything(shop))

    monkeypatch.setattr("lnb24so.stock.task.plan_stock", broken)
    answer = shop.run("pull-stock")
    assert "This is a fault in lnb24so" in answer.err
    assert "RuntimeError: ***" in shop.log_text()
    assert list(leaks(shop, [answer])) == []


@pytest.mark.parametrize(
    "word", ["invoicing", "closed", "LNB70101", "nordlys", "7041234500000", "identity", "session"]
)
def test_a_password_that_is_a_word_or_a_number_spoils_nothing(
    office: Installation, word: str
) -> None:
    office.by_hand(office.box.erp.now())
    commands = [("preview", "--json"), ("push-orders", "--dry-run"), ("pull-stock", "-n")]
    before = [office.run(*command).out for command in commands]
    office.box.erp.password = word
    office.change("password: sandbox-password", f'password: "{word}"')
    assert [without_run(office.run(*command).out) for command in commands] == [
        without_run(text) for text in before
    ]
    office.box.faults.add("GetProducts", fault(lambda: f"Wrong: {word}."), times=9)
    assert office.run("pull-stock").code == 1
    assert "Wrong: ***" in office.log_text()


def without_run(text: str) -> str:
    """Return a text without the ids of runs, which are never the same."""
    return "\n".join(line for line in text.splitlines() if "run_id" not in line)


def test_a_password_that_is_a_word_of_a_fault_leaves_its_meaning(office: Installation) -> None:
    office.box.erp.password = "authenticated"
    office.change("password: sandbox-password", "password: authenticated")
    assert office.run("pull-stock").code == 0
    office.box.erp.end_sessions()
    assert office.run("pull-stock").code == 0
