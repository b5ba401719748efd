"""Fixtures that every test may use."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from installation import Installation
from raw_calls import RawErp, RawLnb, erp_calls

from lnb24so.process.redact import REDACTOR
from lnb24so.sandbox import Brand, Sandbox
from lnb24so.sandbox.sample import brand

KEPT = {"PATH", "LD_LIBRARY_PATH", "TMPDIR", "CI", "LNB24SO_EXAMPLES", "LNB24SO_FIRST_DAY"}
FIXED = {"HOME": "/nowhere", "LANG": "C.UTF-8"}


def leave_the_host() -> None:
    """Take away what this machine's variables and habits would change in a test.

    Proxies, certificates, a time zone, colours, Python's own settings, a configuration: as under
    cron there are none, in this process and in those that it starts.
    """
    for name in os.environ.keys() - KEPT:
        if not name.startswith("PYTEST_"):
            del os.environ[name]
    os.environ |= FIXED
    time.tzset()
    os.umask(0o022)


leave_the_host()

# By default hypothesis fails an example that takes longer than 200 ms; no test is timed here.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")

PROJECT_ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def no_configuration_of_the_host() -> Iterator[None]:
    """Look for no configuration in /etc: one that is there is somebody's real one."""
    with pytest.MonkeyPatch.context() as patch:
        places = (Path("config.yaml"), Path("/nowhere/lnb24so/config.yaml"))
        patch.setattr("lnb24so.config.schema.DEFAULT_PLACES", places)
        yield


@pytest.fixture(scope="session")
def project_root() -> Path:
    """Return the folder that holds pyproject.toml."""
    return PROJECT_ROOT


@pytest.fixture(scope="session")
def best_wsdl_dir(project_root: Path) -> Path | None:
    """Return the folder with the service descriptions as 24SevenOffice publishes them.

    They lie next to the project, never in it; None where they are not at hand.
    """
    folder = project_root.parent / "shared" / "wsdl"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def real_wsdl_dir(best_wsdl_dir: Path | None) -> Path:
    """Return that folder. Without it the test is skipped.

    With CI=true it fails, so that the contract is never left unproven there.
    """
    if best_wsdl_dir is None:
        reason = "The real 24SevenOffice WSDLs are not in ../shared/wsdl."
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return best_wsdl_dir


@pytest.fixture(scope="session")
def sample() -> Brand:
    """Return the sample brand; a sandbox works on a copy of it."""
    return brand()


@pytest.fixture
def box(sample: Brand) -> Iterator[Sandbox]:
    """Return a started sandbox with the sample brand."""
    with Sandbox(sample) as started:
        yield started


@pytest.fixture
def strict_box(sample: Brand, best_wsdl_dir: Path | None) -> Iterator[Sandbox]:
    """Return a started sandbox that validates by the real WSDLs, wherever they are at hand."""
    with Sandbox(sample, wsdl_dir=best_wsdl_dir) as started:
        yield started


@pytest.fixture
def office(strict_box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Return an installation of the tool beside `strict_box`."""
    return Installation(strict_box, tmp_path, monkeypatch)


@pytest.fixture
def raw_erp(box: Sandbox) -> Iterator[RawErp]:
    """Return hand-written SOAP calls to `box`, logged in to the trading company."""
    with erp_calls(box) as caller:
        yield caller


@pytest.fixture
def raw_lnb(box: Sandbox) -> Iterator[RawLnb]:
    """Return hand-written REST calls to `box` with a valid token."""
    caller = RawLnb(box)
    with caller.http:
        yield caller


@pytest.fixture(autouse=True)
def nothing_to_hide() -> None:
    """Let no test hide what is a secret of another."""
    REDACTOR.forget()


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    """Return what sets the umask; the one of before is back after the test."""
    before = os.umask(0)
    os.umask(before)
    yield os.umask
    os.umask(before)
