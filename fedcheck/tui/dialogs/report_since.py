"""Since when a report shows what changed: a day, today, the last report sent, the last look."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import date

from fedcheck.domain.dates import Span, format_distance, shift_clamped
from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import SentReport
from fedcheck.session import Session
from fedcheck.storage import atomic_files
from fedcheck.storage.record_file import SENT
from fedcheck.storage.time_zones import find_zone
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt, TextPrompt
from fedcheck.tui.dialogs.typed_days import describe_typed, read_day

Since = Callable[[str | None], object]
"""Receives the choice: text for `load_past_state`, empty for none, None for the template's own."""

DAY, TEMPLATE, NOTHING = "day", "template", "nothing"


async def ask_since(app: ProjectApp, then: Since) -> None:
    """Ask since when changes are listed, offering what is known of this workspace."""
    specs: dict[str, str] = {}
    choices = [
        Choice(TEMPLATE, "Template default", "t"),
        Choice(NOTHING, "Current status only, no changes", "n"),
        Choice(DAY, "Since a date", "d"),
    ]
    for key, words, spec in _known(app):
        specs[key] = spec
        choices.append(Choice(key, words, key[0]))
    answer = await app.ask(ChoicePrompt("Changes to show", choices))
    if answer == DAY:
        await _ask_day(app, then)
    elif answer == TEMPLATE:
        then(None)
    elif answer is not None:
        then(specs.get(answer, ""))


def _known(app: ProjectApp) -> Iterator[tuple[str, str, str]]:
    """Return what else can be compared with: name, words, text for `load_past_state`.

    A day counts as a whole: the state is that at the end of the day before.
    """
    session, today = app.session, app.session.today()
    looked = app.others.looked_before
    if looked is not None:
        day = looked.astimezone(find_zone(session.project.config.timezone)).date()
        words = f"Since your last visit, {day}  {format_distance(day, today)}"
        yield "looked", words, _before(day)
    last = last_sent(session)
    if last is not None and last.on is not None:
        to = one_line(last.to, 30)
        words = f"Since the last report sent, {last.on} to {to}"
        yield "report", words, _spec(session, last)
    yield "of-today", f"Today, {today}", _before(today)


def _before(day: date) -> str:
    return shift_clamped(day, Span(1, "d"), -1).isoformat()


def last_sent(session: Session) -> SentReport | None:
    """Return the report that was sent last, if any was."""
    book = session.store.books.get(SENT)
    found = [one for one in book.records.values() if isinstance(one, SentReport)] if book else []
    dated = [one for one in found if one.on is not None]
    return max(dated, key=lambda one: one.on or date.min, default=None)


def _spec(session: Session, last: SentReport) -> str:
    """Return the file of a report that was sent, if it is that still; else the day of sending."""
    try:
        digest = hashlib.sha256(atomic_files.read_plain(session.root / last.file)).hexdigest()
    except (OSError, ValueError):
        digest = ""
    same = bool(digest) and digest == last.sha256
    return f"./{last.file}" if same else str(last.on)


async def _ask_day(app: ProjectApp, then: Since) -> None:
    today = app.session.today()

    def preview(text: str) -> str:
        day = read_day(app, text, "past")
        if day is None:
            return ""
        if day > today:
            raise ValueError(f"{day} is in the future")
        return f"what changed after {describe_typed(app, text, 'past')}"

    hint = "2027-01-04, last monday; the report lists changes after that date"
    text = await app.ask(TextPrompt("Since the end of", hint=hint, preview=preview))
    day = read_day(app, text, "past") if text else None
    if day is not None:
        then(day.isoformat())
