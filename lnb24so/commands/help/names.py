"""Every name that help knows, and what it says of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from textwrap import fill
from typing import NamedTuple

from lnb24so.errors import ERROR_CODES, EXIT_CODES
from lnb24so.process.events import EVENTS, ORDER, THE_ORDER, Event
from lnb24so.reasons import ORDER_REASONS, STOCK_REASONS

from .remedies import REMEDIES
from .settings import Setting, every_setting, example_file

WIDTH = 79
TOPICS: Mapping[str, str] = {
    "settings": "every setting with its default",
    "reasons": "why an order or a code does not move",
    "events": "what the log says, and where it is",
    "exit-codes": "how a command ended",
    "stock": "how a level comes about, and what stops it",
    "money": "prices, discounts, totals, with an example",
    "orders": "which orders go, and what they look like in 24SevenOffice",
    "finance": "which order became which, who decided what",
    "trouble": "from a symptom to its cause and fix",
    "unknowns": "what is not documented, and how the first day answers it",
    "moving": "another server, backups, many brands",
    "kubernetes": "as a CronJob",
    "upgrading": "a new version",
}
"""The topics, each with what it is about."""

COMPLETION = """\
Completion in bash (zsh and fish alike), in ~/.bashrc:
  eval "$(_LNB24SO_COMPLETE=bash_source lnb24so)\""""

WHY_NOT_ZERO = "Why: the sentence on stderr; lnb24so status; run.failed in the log."

SECRETS = ("password", "client_secret")


class Answer(NamedTuple):
    """What one name means: `names` as it may be typed, a heading, whole lines; `is_page`: alone."""

    names: Sequence[str]
    heading: str
    text: str
    is_page: bool = False


def topic_list() -> str:
    """Return what there is to ask about, a line for each topic."""
    lines = [f"  {name:<12}{about}" for name, about in TOPICS.items()]
    also = (
        "Any setting, reason, event or exit code is a name too, and so is a command: "
        "lnb24so help since; lnb24so help line.missing_code; lnb24so help 75"
    )
    head = "lnb24so help NAME, with one of these names:"
    return "\n".join((head, "", *lines, "", _fill(also), "", COMPLETION))


def topic(name: str) -> str:
    """Return the text of a topic; tables of names are made from where the names are."""
    made = {"settings": _settings, "reasons": _reasons, "events": _events, "exit-codes": _codes}
    head = Path(__file__).with_name("topics") / f"{name}.txt"
    text = head.read_text(encoding="utf-8").rstrip()
    return f"{text}\n\n{made[name]()}" if name in made else text


def answers() -> Iterator[Answer]:
    """Yield what there is to say of each name, commands apart."""
    for name in TOPICS:
        yield Answer((name,), f"{name}, a topic", topic(name), is_page=True)
    for setting in every_setting():
        yield _of_setting(setting)
    for code, meaning in {**ORDER_REASONS, **STOCK_REASONS}.items():
        yield Answer((code,), f"{code}, a reason", _of_reason(code, meaning))
    for event, kind in EVENTS.items():
        heading = f"{event}, an event in the log ({kind.level})"
        yield Answer((event,), heading, _of_event(event, kind))
    for code, meaning in ERROR_CODES.items():
        yield Answer((code,), f"{code}, why a run failed", _fill(_sentence(meaning)))
    for exit_code, meaning in EXIT_CODES.items():
        why = f"\n{WHY_NOT_ZERO}" if exit_code else ""
        text = f"{_fill(_sentence(meaning))}{why}"
        yield Answer((str(exit_code),), f"{exit_code}, an exit code", text)


def near(name: str, known: Sequence[str]) -> list[str]:
    """Return the names that are most like one, those that hold it whole first."""
    # Without its dots, missing.code is near line.missing_code.
    within = [one for one in known if name and name in one]
    close = get_close_matches(name, known, n=5, cutoff=0.5)
    parts = {one.rpartition(".")[2]: one for one in known}
    close += [parts[part] for part in get_close_matches(name, parts, n=5, cutoff=0.6)]
    return list(dict.fromkeys((*within[:5], *close)))[:5]


def _of_setting(setting: Setting) -> Answer:
    key = setting.name.partition(".")[2]
    names = [setting.name, key]
    if key in SECRETS:
        names += [f"{setting.name}_file", f"{key}_file"]
    heading = f"{setting.name}, a setting"
    return Answer(names, heading, f"{_fill(setting.meaning)}\nDefault: {setting.default}")


def _of_reason(code: str, meaning: str) -> str:
    remedy = f"\n{_fill(REMEDIES[code])}" if code in REMEDIES else ""
    return f"{_fill(_sentence(meaning))}{remedy}"


def _of_event(name: str, event: Event) -> str:
    fields = event.fields.replace(ORDER, ", ".join(THE_ORDER))
    lines = [event.meaning, *([_fill(f"Fields: {fields}")] if fields else [])]
    return "\n".join((*lines, f"""Find it: grep '"event": "{name}"' logs/*.jsonl"""))


def _settings() -> str:
    lines, last = [], ""
    for setting in every_setting():
        section, _, key = setting.name.partition(".")
        lines += ["", f"{section}:"] if section != last else []
        lines.append(_fill(f"{key}: {setting.default}", indent="  "))
        last = section
    return "\n".join((*lines[1:], "", f"A file to copy: {example_file()}"))


def _reasons() -> str:
    both = (("Orders", ORDER_REASONS), ("Stock", STOCK_REASONS))
    return "\n\n".join(f"{title}:\n{_table(reasons)}" for title, reasons in both)


def _events() -> str:
    return _table({name: f"{event.meaning} ({event.level})" for name, event in EVENTS.items()})


def _codes() -> str:
    return _table({str(code): meaning for code, meaning in EXIT_CODES.items()})


def _table(meanings: Mapping[str, str]) -> str:
    width = max(map(len, meanings)) + 4
    return "\n".join(
        fill(f"  {name:<{width - 2}}{meaning}", WIDTH, subsequent_indent=" " * width)
        for name, meaning in meanings.items()
    )


def _fill(text: str, indent: str = "") -> str:
    return fill(
        text,
        WIDTH - 2,
        break_long_words=False,
        break_on_hyphens=False,
        initial_indent=indent,
        subsequent_indent=indent * 2,
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
