"""Where the program starts, and the one place that turns an error into a sentence and a code."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Sequence
from contextlib import suppress

import click

from .cli import cli
from .errors import Lnb24soError
from .process.streams import leave_streams, open_streams, printing, tell


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; every error is one plain sentence."""
    # A run makes some thousands of objects in circles, and of those for a hundred thousand codes
    # half a million. Looking for circles among them, again and again, and at the end among all
    # that was imported, costs more than it frees.
    gc.set_threshold(500_000)
    atexit.register(gc.freeze)
    open_streams()
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    finally:
        leave_streams()


def _run(arguments: Sequence[str]) -> int:
    # Python keeps bytes that are no UTF-8 as lone surrogates.
    if any("\ud800" <= letter <= "\udfff" for letter in "".join(arguments)):
        tell("lnb24so: An argument is no UTF-8 text. Fix: type it again, or check the locale.")
        return 2
    try:
        with printing():
            code = cli.main(arguments, prog_name="lnb24so", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        return 130
    except Lnb24soError as error:
        _say(error, as_json="--json" in arguments)
        return error.exit_code
    except SystemExit:
        # Click's way out when the reader of a pipe left, as `head` does.
        return 0
    except Exception as error:
        # A run has logged its own faults; this is for what is outside of one.
        import traceback
        from pathlib import Path

        file, line, *_ = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(file).name}, line {line}"
        tell(f"lnb24so: An unexpected error: {error!r} ({place}). This is a fault in lnb24so.")
        return 1
    return code if isinstance(code, int) else 0


def _say(error: Lnb24soError, *, as_json: bool) -> None:
    """Say why a command failed, to a person where it is news, and as the document that is due."""
    from .texts import visible

    if not error.hushed:
        tell("\n".join(map(visible, f"lnb24so: {error}{error.lasting}".split("\n"))))
    if as_json:
        from .screen.report import print_json

        with suppress(Lnb24soError):
            print_json({"error": {"message": str(error), "exit_code": error.exit_code}})


if __name__ == "__main__":
    sys.exit(main())
