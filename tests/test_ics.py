"""The calendar file: what other calendars read in it, whatever the texts are."""

from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedcheck.analysis.deadlines import KINDS, Deadline
from fedcheck.exporters.ics import build_calendar, make_uid

DAY = date(2027, 1, 15)
STAMP = date(2027, 1, 11)


def deadline(**about: Any) -> Deadline:
    known = {
        "key": "item:r.csp:a",
        "day": DAY,
        "kind": "item",
        "what": "Diagram agreed",
        "ref": "r.csp:a",
        "owner": "dana",
        "role": "csp",
        "why": "kick-off - 14d",
    }
    return Deadline(**{**known, **about})


def text_of(*found: Deadline, **about: Any) -> str:
    return build_calendar(found, **{"name": "Meridian Ledger", "stamp": STAMP, **about})


def events(text: str) -> list[Any]:
    parsed = icalendar.Calendar.from_ical(text)
    assert not parsed.errors
    found = list(parsed.walk("VEVENT"))
    assert not any(event.errors for event in found)
    return found


def test_the_bytes_are_those_that_were_read_and_found_good() -> None:
    text = text_of(deadline(source="The Guide, section 2"), marking="CUI", remind=7)
    assert text == (
        "BEGIN:VCALENDAR\r\n"
        "VERSION:2.0\r\n"
        "PRODID:-//fedcheck//fedcheck//EN\r\n"
        "CALSCALE:GREGORIAN\r\n"
        "X-WR-CALNAME:Meridian Ledger\r\n"
        "X-WR-CALDESC:CUI\r\n"
        "BEGIN:VEVENT\r\n"
        f"UID:{make_uid('Meridian Ledger', 'item:r.csp:a')}\r\n"
        "DTSTAMP:20270111T000000Z\r\n"
        "DTSTART;VALUE=DATE:20270115\r\n"
        "DTEND;VALUE=DATE:20270116\r\n"
        "SUMMARY:Due: Diagram agreed\r\n"
        "DESCRIPTION:Meridian Ledger\\nWho: dana (csp)\\nWhy: kick-off - 14d\\nSource: \r\n"
        " The Guide\\, section 2\\nIn fedcheck: r.csp:a\\nCUI\r\n"
        "CATEGORIES:item\r\n"
        "TRANSP:TRANSPARENT\r\n"
        "BEGIN:VALARM\r\n"
        "ACTION:DISPLAY\r\n"
        "TRIGGER:-P7D\r\n"
        "DESCRIPTION:Due: Diagram agreed\r\n"
        "END:VALARM\r\n"
        "END:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )


def test_another_parser_reads_all_day_events() -> None:
    found = [deadline(key=kind, kind=kind) for kind in KINDS]
    read = events(text_of(*found, remind=0))
    assert [str(event["SUMMARY"]) for event in read] == [
        "Diagram agreed",
        "Diagram agreed",
        "Due: Diagram agreed",
        "Due again: Diagram agreed",
        "Evidence to renew: Diagram agreed",
        "Answer due: Diagram agreed",
        "To remediate: Diagram agreed",
    ]
    for event in read:
        assert type(event["DTSTART"].dt) is date
        assert (event["DTSTART"].dt, event["DTEND"].dt) == (DAY, DAY + timedelta(days=1))
        assert isinstance(event["DTSTAMP"].dt, datetime)
        (alarm,) = event.walk("VALARM")
        assert alarm["TRIGGER"].dt == timedelta(0)
    assert len({str(event["UID"]) for event in read}) == len(KINDS)


def test_what_has_no_day_and_what_is_private_stays_out() -> None:
    found = (deadline(day=None, waits="x"), deadline(private=True), deadline(key="b"))
    assert len(events(text_of(*found))) == 1
    assert events(text_of()) == []


def test_an_event_keeps_its_identity_when_its_day_moves_and_in_no_other_workspace() -> None:
    (before,) = events(text_of(deadline()))
    (after,) = events(text_of(deadline(day=date(2027, 3, 1), what="Renamed")))
    (other,) = events(text_of(deadline(), name="Other"))
    assert before["UID"] == after["UID"] != other["UID"]
    assert "csp" not in str(before["UID"])


def test_the_same_state_and_day_give_the_same_text() -> None:
    assert text_of(deadline()) == text_of(deadline())
    assert text_of(deadline()) != text_of(deadline(), stamp=date(2027, 1, 12))


@pytest.mark.parametrize(
    "text",
    [
        "a, b; c\\d \\n e: f",
        "END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:injected",
        "x\nATTACH:file:///etc/passwd",
        "\x1b[2J\x07 see [/b] [AC-2]",
        "Ü" * 200,
        "漢字" * 90 + "😀" * 40,
        "\ud800 lone",
        "\u202eright to left",
        "\"quoted\" 'text' \t tab",
    ],
)
def test_hostile_texts_stay_texts(text: str) -> None:
    one = deadline(what=text, why=text, source=text, owner=text, ref=text, key=text)
    whole = text_of(one, name=text, marking=text)
    _well_formed(whole)
    (event,) = events(whole)
    assert set(event) == {
        "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "CATEGORIES", "TRANSP"
    }  # fmt: skip
    assert "\n" not in str(event["SUMMARY"])


def test_what_is_active_in_a_calendar_comes_out_as_it_went_in() -> None:
    text = "a, b; c\\d \\n e: f"
    (event,) = events(text_of(deadline(what=text)))
    assert str(event["SUMMARY"]) == f"Due: {text}"


@given(st.text(max_size=300), st.dates(min_value=date(1900, 1, 1)))
def test_any_text_on_any_day(text: str, day: date) -> None:
    whole = text_of(deadline(what=text, why=text, day=day), name=text)
    _well_formed(whole)
    (event,) = events(whole)
    assert event["DTSTART"].dt == day


def _well_formed(text: str) -> None:
    """Fail unless lines end in CRLF, take at most 75 octets and hold no control character."""
    assert text.endswith("\r\n")
    lines = text.encode().split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert not any(byte < 32 or byte == 127 for line in lines for byte in line)
