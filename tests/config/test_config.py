from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lnb24so.config import schema
from lnb24so.config.nodes import is_shared
from lnb24so.config.schema import (
    DEFAULT_PLACES,
    Config,
    ModeRule,
    Secret,
    find_config,
    load_config,
)
from lnb24so.errors import ConfigError

EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"
GUID = "01234567-89ab-cdef-0123-456789abcdef"
SECRET = "hunter2-Zx9!"
ENVIRON = {
    "LNB24SO_24SO_USERNAME": "robot@example.com",
    "LNB24SO_24SO_PASSWORD": SECRET,
    "LNB24SO_24SO_APPLICATION_ID": GUID,
    "LNB24SO_LNB_CLIENT_ID": "client",
    "LNB24SO_LNB_CLIENT_SECRET": "lnb-" + SECRET,
    "EMPTY": "",
    "PW": SECRET,
}
LOGINS = f"""\
24sevenoffice:
  username: robot
  password: ${{PW}}
  application_id: {GUID}
lenewblack: {{client_id: client, client_secret: "${{PW}}"}}
"""
# The first line of whatever a test puts after it is line 10.
HEAD = f"""\
{LOGINS}stock:
  lnb_mode: simple
orders:
  customer_match: id
"""
# The same for a section of stock that a test begins itself: its first line is line 8.
STOCK = f"""\
{LOGINS}orders: {{customer_match: id}}
stock:
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8", newline="")
        path.chmod(0o600)
        return path

    return write


def mistakes(path: Path) -> list[str]:
    """Return the lines of the one error, without the folder of the file."""
    with pytest.raises(ConfigError) as caught:
        load_config(path, ENVIRON)
    text = str(caught.value)
    assert SECRET not in text
    return text.replace(f"{path.parent}/", "").splitlines()


CHOSEN = {"lnb_mode:": "lnb_mode: simple", "customer_match:": "customer_match: id"}


def example(*, with_defaults: bool = False) -> str:
    """Return the example with what must be chosen; `with_defaults` takes every # away."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for unchosen, chosen in CHOSEN.items():
        text = re.sub(rf"^  {unchosen}$", f"  {chosen}", text, flags=re.MULTILINE)
    return re.sub(r"^  #(?=\w+:)", "  ", text, flags=re.MULTILINE) if with_defaults else text


@pytest.mark.parametrize("with_defaults", [False, True])
def test_the_example_loads_and_shows_every_default(write: Write, with_defaults: bool) -> None:
    least = load_config(write(HEAD), ENVIRON)
    loaded = load_config(write(example(with_defaults=with_defaults)), ENVIRON)
    assert loaded.erp.password.reveal() == SECRET
    assert replace(loaded.erp, username="robot") == least.erp
    login: dict[str, Any] = {"client_id": "client", "client_secret": least.lenewblack.client_secret}
    assert replace(loaded.lenewblack, **login) == least.lenewblack
    same: dict[str, Any] = {"erp": least.erp, "lenewblack": least.lenewblack}
    assert replace(loaded, **same) == least


def test_a_copy_of_the_example_pins_nothing_and_chooses_nothing(write: Write) -> None:
    given = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    assert {key: set(section or ()) for key, section in given.items() if section} == {
        "24sevenoffice": {"username", "password", "application_id"},
        "lenewblack": {"client_id", "client_secret"},
        "stock": {"lnb_mode"},
        "orders": {"customer_match"},
    }
    said = mistakes(write(EXAMPLE.read_text(encoding="utf-8")))
    assert [line.split(": ")[1] for line in said] == ["stock.lnb_mode", "orders.customer_match"]


def test_every_setting_is_in_the_example() -> None:
    shown = yaml.safe_load(example(with_defaults=True))
    sections = get_type_hints(Config)
    del sections["file"]
    sections["24sevenoffice"] = sections.pop("erp")
    assert {key: set(section) for key, section in shown.items()} == {
        key: {setting.name for setting in fields(cls)} for key, cls in sections.items()
    }


def test_the_example_names_no_secret_but_through_the_environment(tmp_path: Path) -> None:
    copy = tmp_path / "config.yaml"
    copy.write_text(example(), encoding="utf-8")
    copy.chmod(0o644)
    assert load_config(copy, ENVIRON).lenewblack.client_secret.reveal() == "lnb-" + SECRET


def test_importing_config_does_not_import_yaml() -> None:
    code = "import sys, lnb24so.config; sys.exit('yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_all_settings_take_their_types(write: Write) -> None:
    text = """\
  since: 2026-01-31
  blocked_status: " blocked "
  customer_map: {"OLD-77": 10234, "0042": 7}
  shipping_product: "0123"
  department_id: ${DEPARTMENT:-12}
  unknown_grace_minutes: "0.5"
  prices_include_vat: ${VAT:-yes}
  create_as: ForInvoicing
  reference: "$5-{reference}"
"""
    config = load_config(write(HEAD + text), ENVIRON)
    orders = config.orders
    assert orders.since == datetime(2026, 1, 30, 23, tzinfo=UTC)  # midnight in Oslo
    assert orders.blocked_status == "blocked"
    assert orders.customer_map == {"OLD-77": 10234, "0042": 7}
    assert orders.shipping_product == "0123"
    assert (orders.department_id, orders.unknown_grace_minutes) == (12, 0.5)
    assert orders.prices_include_vat is True
    assert orders.create_as == "ForInvoicing"
    assert orders.reference == "$5-{reference}"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-01-31", datetime(2026, 1, 30, 23, tzinfo=UTC)),
        ('"2026-01-31"', datetime(2026, 1, 30, 23, tzinfo=UTC)),
        ("2026-07-31T10:00:00", datetime(2026, 7, 31, 8, tzinfo=UTC)),
        ("9999-12-31T23:30:00Z", datetime(9999, 12, 31, 23, 30, tzinfo=UTC)),
        ("2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31 10:00:00+02:00", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("${NEVER_SET:-2026-01-31}", datetime(2026, 1, 30, 23, tzinfo=UTC)),
        ("null", None),
        ("${EMPTY}", None),
    ],
)
def test_a_date_is_taken_in_each_usual_form(
    write: Write, written: str, meant: datetime | None
) -> None:
    assert load_config(write(f"{HEAD}  since: {written}\n"), ENVIRON).orders.since == meant


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("take_status: no", '10:3: orders.take_status: must be quoted: "no"'),
        ("take_status: 2026-01-01", '10:3: orders.take_status: must be quoted: "2026-01-01"'),
        ("shipping_product: 0123", '10:3: orders.shipping_product: must be quoted: "0123"'),
        ("shipping_product: 1e3", '10:3: orders.shipping_product: must be quoted: "1e3"'),
        ("shipping_product: 12.50", '10:3: orders.shipping_product: must be quoted: "12.50"'),
        ("take_status: null", "10:3: orders.take_status: expected text (got null)"),
        ("take_status: ''", "10:3: orders.take_status: is empty; expected text"),
        ("take_status: [a]", "10:3: orders.take_status: expected text (got a list)"),
        ("take_status: ${EMPTY}", "10:3: orders.take_status: is empty; expected text"),
        (
            "take_status: ${UNSET}",
            "10:3: orders.take_status: environment variable UNSET is not set",
        ),
        (
            'take_status: "a\\nb"',
            "10:3: orders.take_status: must not hold line breaks or other control characters",
        ),
        ("take_statsu: x", "10:3: orders.take_statsu: unknown setting; did you mean take_status?"),
        ("since: soon", '10:3: orders.since: expected a date such as 2026-01-31 or a time such as'),
        ("since: 0001-01-01T00:00:00+14:00", "10:3: orders.since: expected a date"),
        ("max_per_run: -1", "10:3: orders.max_per_run: must be from 1 to 2147483647"),
        ("max_per_run: 010", '10:3: orders.max_per_run: expected a whole number (got "010")'),
        ("max_per_run: 5.5", '10:3: orders.max_per_run: expected a whole number (got "5.5")'),
        ("max_per_run: " + "9" * 5000, "10:3: orders.max_per_run: expected a whole number (got"),
        ("max_per_run: ${PW}", '10:3: orders.max_per_run: expected a whole number (got "${PW}")'),
        ("department_id: 0", "10:3: orders.department_id: must be from 1 to 2147483647"),
        ("unknown_grace_minutes: .nan", "10:3: orders.unknown_grace_minutes: expected a number"),
        ("prices_include_vat: 1", '10:3: orders.prices_include_vat: expected true or false'),
        (
            "max_per_run: https://robot:pw@example.com",
            "10:3: orders.max_per_run: expected a whole number (got an address)",
        ),
        ("total_check: warn!", '10:3: orders.total_check: expected block or warn (got "warn!")'),
        ("total_check: '[red]x'", '10:3: orders.total_check: expected block or warn (got "[red]x"'),
        ("create_as: web", "10:3: orders.create_as: expected None, Offer, Pack, Invoiced, Web,"),
        ("create_as: Invoiced", "10:3: orders.create_as: Invoiced books in 24SevenOffice"),
        ("create_as: InvoicedPack", "10:3: orders.create_as: InvoicedPack books in 24SevenOffice"),
        ("create_as: Return", "10:3: orders.create_as: Return is no state of a sales order"),
        ("reference: LNB", "10:3: orders.reference: must hold {reference} exactly once"),
        ('reference: "{reference}{x}"', "10:3: orders.reference: must hold {reference} exactly"),
        ('reference: "{reference}{reference}"', "10:3: orders.reference: must hold {reference}"),
        ("customer_map: {77: 1}", '10:18: orders.customer_map.77: the key must be quoted: "77"'),
        ('customer_map: {"A": B}', '10:18: orders.customer_map.A: expected a whole number'),
        ("customer_map: [1]", "10:3: orders.customer_map: expected a section (got a list)"),
        ("by_mode: {pre: {since: x}}", "10:19: orders.by_mode.pre.since: unknown setting; known:"),
        ("by_mode: {pre: 5}", '10:13: orders.by_mode.pre: expected a section (got a text)'),
        ("by_mode: {pre: {create_as: Hours}}", "10:19: orders.by_mode.pre.create_as: Hours is no"),
        (
            "by_mode: {Pre: {}, ' pre': {}}",
            "10:13: orders.by_mode.Pre: is the same order_mode as another",
        ),
        ("customer_match: id", "10:3: orders.customer_match: is given twice, first on line 9"),
        ("[a]: b", "10:3: orders: a key must be text"),
    ],
)  # fmt: skip
def test_a_mistake_in_orders_is_told_with_its_place(write: Write, line: str, message: str) -> None:
    found = mistakes(write(f"{HEAD}  {line}\n"))
    assert found[0].startswith(f"config.yaml:{message}")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("  buffer: 1", "7:1: stock.lnb_mode: is missing; expected simple, advanced or time_based"),
        ("  lnb_mode: Simple", '8:3: stock.lnb_mode: expected simple, advanced or time_based (got'),
        ("  lnb_mode: simple\n  buffer: -3", "9:3: stock.buffer: must be from 0 to 2147483647"),
        ("  lnb_mode: simple\n  max_zeroed_percent: 101", "9:3: stock.max_zeroed_percent: must be"),
        ("  lnb_mode: simple\n  waiting_statuses: confirmed", "9:3: stock.waiting_statuses: exp"),
        ("  lnb_mode: simple\n  waiting_statuses: [no]", "9:22: stock.waiting_statuses: must be"),
        ("  lnb_mode: simple\n  open_order_states: [Web, Wep]", "9:28: stock.open_order_states: "),
        ("  [simple]", "7:1: stock: expected a section (got a list)"),
    ],
)  # fmt: skip
def test_a_mistake_in_stock_is_told_with_its_place(write: Write, lines: str, message: str) -> None:
    assert mistakes(write(f"{STOCK}{lines}\n"))[0].startswith(f"config.yaml:{message}")


def test_every_mistake_is_told_at_once_in_the_order_of_the_file(write: Write) -> None:
    path = write(
        """\
lenewblack:
  client_id: 12
  timeout_seconds: 0
orders:
    customer_match: ids
    typo_here: 1
nonsense: 1
"""
    )
    assert mistakes(path) == [
        "config.yaml:1:1: 24sevenoffice.application_id: is missing; expected text",
        "config.yaml:1:1: 24sevenoffice.password: is missing; "
        "give password: ${VARIABLE}, or password_file: a path",
        "config.yaml:1:1: 24sevenoffice.username: is missing; expected text",
        "config.yaml:1:1: lenewblack.client_secret: is missing; "
        "give client_secret: ${VARIABLE}, or client_secret_file: a path",
        "config.yaml:1:1: stock.lnb_mode: is missing; expected simple, advanced or time_based",
        'config.yaml:2:3: lenewblack.client_id: must be quoted: "12"',
        "config.yaml:3:3: lenewblack.timeout_seconds: must be from 0.001 to 86400",
        "config.yaml:5:5: orders.customer_match: "
        'expected id, external_id or organization_number (got "ids")',
        *mistakes(path)[8:9],
        "config.yaml:7:1: nonsense: unknown setting; known: 24sevenoffice, lenewblack, products, "
        "stock, orders, paths, logs, monitoring",
    ]
    assert mistakes(path)[8].startswith("config.yaml:6:5: orders.typo_here: unknown setting;")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://api.example.com", "plain http is only for this machine (localhost); use https"),
        ("http://127.0.0.1.example.com", "plain http is only for this machine"),
        ("ftp://example.com", "expected an address such as https://example.com"),
        ("example.com", "expected an address such as"),
        ("https://", "expected an address such as"),
        ("https://[::1", "expected an address such as"),
        (f"https://example.com:{SECRET}", "expected an address such as"),
        (f"https://robot:{SECRET}@example.com", "an address must not hold a user name or password"),
        (f"https://example.com/?key={SECRET}", "must end before the ? or #"),
        (f"https://example.com/#{SECRET}", "must end before the ? or #"),
        (f"'https://example.com/a {SECRET}'", "expected an address such as"),
    ],
)
def test_an_unsafe_base_address_is_refused_without_being_shown(
    write: Write, url: str, message: str
) -> None:
    address = url if url.startswith("'") else f"'{url}'"
    found = mistakes(write(HEAD.replace("lenewblack: {", f"lenewblack: {{base_url: {address}, ")))
    assert len(found) == 1
    assert found[0].startswith(f"config.yaml:5:14: lenewblack.base_url: {message}")


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.com/v2/", "https://example.com/v2"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.1.2.3:8080/", "http://127.1.2.3:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_safe_base_address_loses_only_its_last_slash(write: Write, url: str, kept: str) -> None:
    text = HEAD.replace("lenewblack: {", f'lenewblack: {{base_url: "{url}", ')
    assert load_config(write(text), ENVIRON).lenewblack.base_url == kept


def test_a_ping_address_may_have_a_query_but_needs_https(write: Write) -> None:
    ping = "monitoring: {{pull_stock_ping_url: '{}'}}\n"
    good = load_config(write(HEAD + ping.format("https://hc.example.com/x?a=b")), ENVIRON)
    assert good.monitoring.pull_stock_ping_url == "https://hc.example.com/x?a=b"
    bad = mistakes(write(HEAD + ping.format("http://hc.example.com/x")))
    assert "monitoring.pull_stock_ping_url: plain http is only for" in bad[0]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("0123", "must be quoted"),
        ("null", "is empty or no text"),
        ("", "is empty or no text"),
        (f"[{SECRET}]", "is empty or no text"),
        ("${UNSET}", "environment variable UNSET is not set"),
        ("${EMPTY}", "is empty: ${EMPTY} has no value"),
        (f'"{SECRET}\\n"', "must not hold line breaks"),
    ],
)
def test_a_wrong_secret_is_refused_without_being_shown(
    write: Write, written: str, message: str
) -> None:
    found = mistakes(write(HEAD.replace("password: ${PW}", f"password: {written}")))
    assert len(found) == 1
    assert found[0].startswith(f"config.yaml:3:3: 24sevenoffice.password: {message}")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
@pytest.mark.parametrize("written", [SECRET, f"${{UNSET:-{SECRET}}}", f"${{EMPTY}}{SECRET}"])
def test_a_literal_secret_in_a_file_that_others_read_is_refused(
    write: Write, mode: int, written: str
) -> None:
    path = write(HEAD.replace("password: ${PW}", f"password: {written}"))
    assert load_config(path, ENVIRON).erp.password.reveal() == SECRET
    path.chmod(mode)
    assert mistakes(path) == [
        "config.yaml:3:3: 24sevenoffice.password: stands in a file that others can read; "
        "run: chmod 600 config.yaml"
    ]


def test_a_secret_may_come_from_a_file_beside_the_configuration(write: Write) -> None:
    path = write(HEAD.replace("password: ${PW}", "password_file: secret.txt"))
    assert "password_file: cannot be read: No such file" in mistakes(path)[0]
    (path.parent / "secret.txt").touch(mode=0o600)
    (path.parent / "secret.txt").write_text(f"{SECRET}\n")
    assert load_config(path, ENVIRON).erp.password.reveal() == SECRET
    for content in (b"", b"\n", b"two\nlines\n"):
        (path.parent / "secret.txt").write_bytes(content)
        assert "must name a file that holds the secret" in mistakes(path)[0]
    (path.parent / "secret.txt").write_bytes(b"\xff\xfe")
    assert "password_file: is not UTF-8 text" in mistakes(path)[0]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o777])
def test_a_file_of_a_secret_that_others_read_is_refused(write: Write, mode: int) -> None:
    path = write(HEAD.replace("password: ${PW}", "password_file: secret.txt"))
    (path.parent / "secret.txt").write_text(SECRET)
    (path.parent / "secret.txt").chmod(mode)
    (mistake,) = mistakes(path)
    assert "password_file: can be read by others; run: chmod 600 " in mistake
    assert SECRET not in mistake


def test_the_group_may_read_what_is_ours_only_through_it() -> None:
    def facts(mode: int) -> os.stat_result:
        return os.stat_result((stat.S_IFREG | mode, 0, 0, 1, os.geteuid() + 1, 0, 0, 0, 0, 0))

    assert not is_shared(facts(0o440))
    assert is_shared(facts(0o444))


@pytest.mark.parametrize("place", ["config.yaml", "secret.txt"])
def test_only_a_file_is_read_and_a_pipe_holds_nobody_up(write: Write, place: str) -> None:
    path = write(HEAD.replace("password: ${PW}", "password_file: secret.txt"))
    (path.parent / place).unlink(missing_ok=True)
    os.mkfifo(path.parent / place, 0o600)
    (mistake,) = mistakes(path)
    assert "it is no regular file" in mistake


def test_links_to_a_configuration_and_to_a_secret_are_followed(write: Write) -> None:
    path = write(HEAD.replace("password: ${PW}", "password_file: secret.txt"))
    (path.parent / "mounted").touch(mode=0o600)
    (path.parent / "mounted").write_text(SECRET)
    (path.parent / "secret.txt").symlink_to("mounted")
    path.rename(path.parent / "version-1.yaml")
    path.symlink_to("version-1.yaml")
    assert load_config(path, ENVIRON).erp.password.reveal() == SECRET


def test_a_secret_is_given_once(write: Write) -> None:
    both = HEAD.replace("password: ${PW}", "password: ${PW}\n  password_file: x")
    assert mistakes(write(both)) == [
        "config.yaml:4:3: 24sevenoffice.password_file: give password or password_file, not both"
    ]


def test_a_secret_never_prints_itself(write: Write) -> None:
    config = load_config(write(HEAD), ENVIRON)
    assert SECRET not in f"{config} {config!r} {config.erp.password} {config.erp.password!r}"
    assert config.erp.password == Secret(SECRET)


def test_an_order_mode_overrides_only_what_it_names(write: Write) -> None:
    rules = (
        "  by_mode: {Pre Order: {done_status: null, create_as: Confirmed}, s: {take_status: ~}}\n"
    )
    orders = load_config(write(f"{HEAD}  department_id: 4\n{rules}"), ENVIRON).orders
    usual, pre = orders.for_mode(None), orders.for_mode(" pre order ")
    assert (usual.take_status, usual.done_status, usual.create_as) == ("invoicing", "closed", "Web")
    assert (pre.take_status, pre.done_status, pre.create_as) == ("invoicing", None, "Confirmed")
    assert pre.department_id == 4
    assert orders.for_mode("S").take_status is None
    assert orders.for_mode("unheard of") == usual


def test_take_statuses_are_distinct_and_leave_out_what_is_not_exported(write: Write) -> None:
    orders = load_config(write(HEAD), ENVIRON).orders
    rules: dict[str, ModeRule] = {
        "a": ModeRule(take_status="invoicing"),
        "b": ModeRule(take_status=None),
        "c": ModeRule(take_status="confirmed"),
        "d": ModeRule(),
    }
    assert replace(orders, by_mode=rules).take_statuses() == ("invoicing", "confirmed")


@pytest.mark.parametrize(
    ("stock", "orders", "message"),
    [
        ("lnb_mode: advanced", "done_status: null", "orders.done_status: must not be null while"),
        (
            "lnb_mode: advanced",
            "by_mode: {x: {done_status: null}}",
            "orders.by_mode.x.done_status: must not be null while stock.lnb_mode is advanced",
        ),
        (
            "lnb_mode: simple",
            "create_as: Distribution",
            "orders.create_as: Distribution is not among stock.open_order_states",
        ),
        (
            "lnb_mode: simple",
            "by_mode: {x: {create_as: Distribution}}",
            "orders.by_mode.x.create_as: Distribution is not among",
        ),
        (
            "lnb_mode: simple, open_order_states: []",
            "take_status: x",
            "orders.create_as: Web is not among stock.open_order_states",
        ),
    ],
)
def test_settings_that_do_harm_together_are_refused(
    write: Write, stock: str, orders: str, message: str
) -> None:
    text = f"{LOGINS}stock: {{{stock}}}\norders: {{customer_match: id, {orders}}}\n"
    found = mistakes(write(text))
    assert len(found) == 1
    assert found[0].partition(": ")[2].startswith(message)


@pytest.mark.parametrize(
    ("stock", "orders"),
    [
        ("lnb_mode: simple", "done_status: null"),
        ("lnb_mode: time_based", "done_status: null"),
        ("lnb_mode: advanced", "by_mode: {x: {take_status: null, done_status: null}}"),
        ("lnb_mode: simple, quantity: on_hand", "create_as: Distribution"),
        ("lnb_mode: simple", "create_as: Draft"),
        ("lnb_mode: simple", "create_as: Offer"),
    ],
)
def test_settings_that_do_no_harm_together_are_taken(write: Write, stock: str, orders: str) -> None:
    load_config(
        write(f"{LOGINS}stock: {{{stock}}}\norders: {{customer_match: id, {orders}}}\n"), ENVIRON
    )


def test_paths_start_at_the_folder_of_the_file(write: Write) -> None:
    path = write(f"{HEAD}paths: {{state: ../ledger, logs: /var/log/lnb24so}}\n")
    config = load_config(path, ENVIRON)
    assert config.paths.state == path.parent / "../ledger"
    assert config.paths.logs == Path("/var/log/lnb24so")
    assert load_config(write(HEAD), ENVIRON).paths.state == path.parent / "state"
    assert config.file == path


def test_the_configuration_is_looked_for_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag, named, local = (tmp_path / name for name in ("flag.yaml", "env.yaml", "config.yaml"))
    for path in (flag, named, local):
        path.touch()
    environ = {"LNB24SO_CONFIG": "env.yaml"}
    assert find_config(flag, environ, tmp_path) == flag
    assert find_config(None, environ, tmp_path) == named
    assert find_config(None, {"LNB24SO_CONFIG": ""}, tmp_path) == local
    # Looked at before the tests leave the host's own file alone: see conftest.
    assert (Path("config.yaml"), Path("/etc/lnb24so/config.yaml")) == DEFAULT_PLACES
    last = tmp_path / "etc.yaml"
    monkeypatch.setattr(schema, "DEFAULT_PLACES", (Path("none.yaml"), last))
    last.touch()
    assert find_config(None, {}, tmp_path) == last


def test_a_missing_configuration_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"No configuration at .*/x\.yaml \(from --config\)"):
        find_config(Path("x.yaml"), {}, tmp_path)
    with pytest.raises(ConfigError, match=r"/y\.yaml \(from LNB24SO_CONFIG\)"):
        find_config(None, {"LNB24SO_CONFIG": "y.yaml"}, tmp_path)
    with pytest.raises(ConfigError) as caught:
        find_config(None, {}, tmp_path)
    looked_for = " and ".join(str(tmp_path / place) for place in schema.DEFAULT_PLACES)
    assert f"looked for {looked_for}. Fix: " in str(caught.value)


KNOWN_KEYS = """24sevenoffice lenewblack stock orders password password_file client_secret username
since create_as customer_map base_url open_order_states by_mode pre take_status max_per_run"""
KEYS = st.sampled_from(KNOWN_KEYS.split()) | st.text(max_size=8)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.dates()
    | st.datetimes()
    | st.binary(max_size=4)
    | st.sampled_from(["${PW}", "${UNSET}", "$${PW}", f"https://u:{SECRET}@x", "Web", "id"])
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=st.dictionaries(KEYS, TREES, max_size=6))
def test_any_document_loads_or_is_refused_in_sentences(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    document["24sevenoffice"] = {"password": SECRET, **_section(document.get("24sevenoffice"))}
    path = tmp_path / "config.yaml"
    path.write_text(
        yaml.safe_dump(document, allow_unicode=True), encoding="utf-8", errors="replace"
    )
    path.chmod(0o600)
    _load_or_refuse(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.binary(max_size=60), place=st.integers(0, len(HEAD)))
def test_any_bytes_load_or_are_refused_in_sentences(
    tmp_path: Path, junk: bytes, place: int
) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(HEAD[:place].encode() + junk + HEAD[place:].encode())
    _load_or_refuse(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.text("[]{}:,-#&*!|>'\"%@` \t\\xuU0019~?=<$ab\ufeff", max_size=30))
def test_any_yaml_marks_in_a_secret_are_never_shown(tmp_path: Path, junk: str) -> None:
    path = tmp_path / "config.yaml"
    text = HEAD.replace("password: ${PW}", f"password: {junk}{SECRET}")
    path.write_text(text, encoding="utf-8")
    _load_or_refuse(path)


def _section(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _load_or_refuse(path: Path) -> None:
    said = ""
    try:
        load_config(path, ENVIRON)
    except ConfigError as error:
        said = str(error)
    assert SECRET not in said
    assert not said or said.startswith(str(path))


@pytest.mark.parametrize(
    "name", ["Oslo", "Europe", "../etc/passwd", "/etc/localtime", "CET+99", "å"]
)
def test_a_time_zone_that_is_none_is_refused(write: Write, name: str) -> None:
    text = HEAD.replace("  username: robot\n", f"  username: robot\n  time_zone: {name}\n")
    with pytest.raises(
        ConfigError, match=r"24sevenoffice\.time_zone: expected a time zone such as"
    ):
        load_config(write(text), ENVIRON)


def test_days_are_days_in_oslo_where_nothing_is_said(write: Write) -> None:
    new_year = datetime(2026, 12, 31, 23, 15, tzinfo=UTC)
    assert new_year.astimezone(load_config(write(HEAD), ENVIRON).erp.zone).year == 2027
    text = HEAD.replace("  username: robot\n", "  username: robot\n  time_zone: UTC\n")
    assert new_year.astimezone(load_config(write(text), ENVIRON).erp.zone).year == 2026
