"""Write deadlines as a calendar file (iCalendar, RFC 5545).

Written by hand: all-day events need a dozen properties, and the same state gives the same bytes
whatever version of a library is installed.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date

from fedcheck.analysis import deadlines
from fedcheck.analysis.deadlines import Deadline
from fedcheck.domain.dates import next_day
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import clean_for_file, one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.exporters.registry import Export
from fedcheck.importers.option import Values
from fedcheck.session import Session

PRODUCT = "-//fedcheck//fedcheck//EN"

FOLD = 75
"""The most octets of a line, its end left out (RFC 5545, section 3.1)."""

LONGEST = 400
"""The most cells of a summary; calendars show much less."""

VERBS = {
    "milestone": "",
    "ruleset": "",
    "item": "Due: ",
    "turn": "Due again: ",
    "evidence": "Evidence to renew: ",
    "request": "Answer due: ",
    "finding": "To remediate: ",
}
"""What the summary begins with, by kind."""


def write(session: Session, values: Values) -> Export:
    """Return the deadlines of a query as a calendar file.

    Raises FedcheckError for an unknown role.
    """
    board = session.board().shared()
    project, role = board.project, values["role"]
    roles = project.process.roles
    if role and role not in roles:
        hint = did_you_mean(role, roles) or "known: " + ", ".join(roles)
        raise FedcheckError(f'unknown role "{role[:60]}"', hint, ErrorKind.USAGE)
    found = deadlines.list_deadlines(board, role, values["query"])
    text = build_calendar(
        deadlines.select_until(found, values["until"]),
        name=project.config.name,
        stamp=board.today,
        marking=project.config.marking,
        remind=values["remind"],
    )
    undated = len(deadlines.select_undated(found))
    command = f"fedcheck next --calendar --role {role or 'all'}"
    what = f"{pluralize(undated, 'deadline')} without a date left out: {command}"
    return Export(text.encode(), left_out=(what,) if undated else ())


def build_calendar(
    found: Iterable[Deadline],
    *,
    name: str,
    stamp: date,
    marking: str = "",
    remind: int | None = None,
) -> str:
    """Return deadlines as an iCalendar file; those without a day and private ones are left out.

    An event keeps its UID while its deadline exists, so that a newer export replaces it; its time
    stamp is that of the day of the export, and the same state and day give the same text.

    Args:
        found: the deadlines.
        name: name of the workspace; the calendar is called after it, and UIDs depend on it.
        stamp: the day of the export.
        marking: the sensitivity marking, which is in each event.
        remind: how many days before the day calendars remind of it; None for no reminder.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_escape(one_line(name, LONGEST))}",
    ]
    if marking:
        lines.append(f"X-WR-CALDESC:{_escape(one_line(marking, LONGEST))}")
    for one in found:
        if one.day is not None and not one.private:
            lines += _write_event(one, one.day, name, stamp, marking, remind)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _fold(line))


def make_uid(name: str, key: str) -> str:
    """Return the stable id of a deadline's event; it reveals nothing of the deadline."""
    seed = f"{name}\n{key}".encode("utf-8", "surrogatepass")
    return f"{hashlib.sha256(seed).hexdigest()[:32]}@fedcheck"


def _write_event(
    one: Deadline, day: date, name: str, stamp: date, marking: str, remind: int | None
) -> Iterator[str]:
    summary = VERBS[one.kind] + one_line(one.what, LONGEST)
    yield "BEGIN:VEVENT"
    yield f"UID:{make_uid(name, one.key)}"
    yield f"DTSTAMP:{_write_day(stamp)}T000000Z"
    yield f"DTSTART;VALUE=DATE:{_write_day(day)}"
    yield f"DTEND;VALUE=DATE:{_write_day(next_day(day))}"
    yield f"SUMMARY:{_escape(summary)}"
    yield f"DESCRIPTION:{_escape(_describe(one, name, marking))}"
    yield f"CATEGORIES:{_escape(one.kind)}"
    yield "TRANSP:TRANSPARENT"
    if remind is not None:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"TRIGGER:-P{remind}D"
        yield f"DESCRIPTION:{_escape(summary)}"
        yield "END:VALARM"
    yield "END:VEVENT"


def _describe(one: Deadline, name: str, marking: str) -> str:
    who = f"{one.owner} ({one.role})" if one.owner and one.role else one.owner or one.role
    parts = {
        "": one_line(name),
        "Who": who,
        "Why": one.why,
        "Source": one.source,
        "In fedcheck": one.ref,
    }
    lines = [f"{head}: {one_line(text)}" if head else text for head, text in parts.items() if text]
    return "\n".join([*lines, one_line(marking)] if marking else lines)


def _write_day(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _escape(text: str) -> str:
    """Return text as a value of the type TEXT (RFC 5545, section 3.3.11)."""
    for active in ("\\", ";", ","):
        text = text.replace(active, f"\\{active}")
    return clean_for_file(text).replace("\n", "\\n").replace("\t", " ")


def _fold(line: str) -> Iterator[str]:
    """Yield a line in parts of at most 75 octets, none of which begins inside a character."""
    part, room = "", FOLD
    for char in line:
        size = len(char.encode())
        if size > room:
            yield part
            part, room = " ", FOLD - 1
        part += char
        room -= size
    yield part
