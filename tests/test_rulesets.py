"""Rulesets: the days from which rules bind, by profile, and the end of their grace."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
from msgspec.structs import replace
from small_project import PROCESS, TODAY, checklist, item, project, small_board

from fedcheck.analysis.board import Board, build_board
from fedcheck.analysis.deadlines import Deadline, list_deadlines
from fedcheck.analysis.gates import gate
from fedcheck.analysis.rescheduling import measure_impact, reschedule_milestone
from fedcheck.analysis.rulesets import list_rulesets
from fedcheck.cli.main import run
from fedcheck.domain.checklist import Item
from fedcheck.domain.process import Ruleset
from fedcheck.domain.record import Record

START = date(2027, 2, 1)
NEXT = date(2027, 3, 1)
DAY = timedelta(days=1)


def board(
    *rulesets: Ruleset, items: tuple[Item, ...] = (), today: date = TODAY, **about: Any
) -> Board:
    """Return a board of a process with these rulesets."""
    process = replace(PROCESS, rulesets=rulesets)
    return build_board(project(*items, process=process, **about), today)


def told(found: Board, role: str = "") -> list[tuple[str, date | None, str]]:
    return [(o.what, o.day, o.waits) for o in of_rulesets(found, role)]


def of_rulesets(found: Board, role: str = "") -> list[Deadline]:
    return [one for one in list_deadlines(found, role) if one.kind == "ruleset"]


def test_a_ruleset_tells_when_it_binds_whom_and_when_its_grace_ends() -> None:
    one = Ruleset("abc", "Alpha", START, NEXT, date(2027, 6, 1))
    assert told(board(one)) == [
        ("Binding for new certifications: ABC", START, ""),
        ("Binding for existing certifications: ABC", NEXT, ""),
        ("Grace period ends: ABC", date(2027, 6, 1), ""),
    ]
    same = Ruleset("abc", "Alpha", START, START, START)
    assert told(board(same)) == [("Binding: ABC", START, "")]
    assert told(board(Ruleset("abc", "Alpha"))) == []
    assert told(small_board(item("a"))) == []


def test_what_happens_on_one_day_is_told_once() -> None:
    found = of_rulesets(
        board(
            Ruleset("abc", "Alpha", START, START, note="Rules of the year"),
            Ruleset("xyz", "Omega", START, START, note="Mandate"),
            Ruleset("klm", "Kappa", START, NEXT),
        )
    )
    assert [(o.what, o.rulesets, o.ref, o.why) for o in found] == [
        ("Binding: ABC, XYZ", ("abc", "xyz"), "rulesets:abc", "Rules of the year; Mandate"),
        ("Binding for new certifications: KLM", ("klm",), "rulesets:klm", ""),
        ("Binding for existing certifications: KLM", ("klm",), "rulesets:klm", ""),
    ]


def test_a_day_that_passed_is_no_deadline() -> None:
    one = Ruleset("abc", "Alpha", START, START, NEXT)
    for today, left in ((START, 2), (START + DAY, 1), (NEXT, 1), (NEXT + DAY, 0)):
        assert len(told(board(one, today=today))) == left, today


def test_grace_is_never_before_the_rules_bind() -> None:
    one = Ruleset("abc", "Alpha", START, NEXT, START)
    assert [day for _, day, _ in told(board(one))] == [START, NEXT]
    after = Ruleset("abc", "Alpha", START, NEXT, START, "kick-off")
    (state,) = list_rulesets(board(after, milestones={"kick-off": NEXT}))
    assert state.grace is None
    (state,) = list_rulesets(board(after, milestones={"kick-off": NEXT + DAY}))
    assert state.grace == NEXT + DAY


@pytest.mark.parametrize(
    ("held", "day"), [(None, None), (START - DAY, None), (START, None), (START + DAY, START + DAY)]
)
def test_grace_ends_with_the_first_assessment_that_starts_after_its_day(
    held: date | None, day: date | None
) -> None:
    one = Ruleset("abc", "Alpha", TODAY - DAY, TODAY - DAY, START, "kick-off")
    found = board(one, milestones={"kick-off": held} if held else {})
    (grace,) = of_rulesets(found)
    assert (grace.day, grace.milestone) == (day, "kick-off")
    words = '"Kick-off", the first after 2027-02-01'
    assert (grace.why, grace.waits) == (words, "" if day else words)


def test_a_grace_moves_with_its_milestone() -> None:
    now = board(Ruleset("abc", "Alpha", START, START, START, "kick-off"), milestones={})
    then = reschedule_milestone(now, "kick-off", NEXT)
    (move,) = measure_impact(now, then).moves
    assert (move.deadline.what, move.old, move.new) == ("Grace period ends: ABC", None, NEXT)


def test_rulesets_bind_by_profile_and_are_told_apart_where_both_do() -> None:
    rulesets = (
        Ruleset("abc-20x", "Alpha, 20x", START, applies={"type": ("20x", "any")}),
        Ruleset("abc-rev5", "Alpha, Rev5", NEXT, applies={"type": ("rev5", "any")}),
    )
    new = "Binding for new certifications: "
    for profile, expected in (
        ("20x", [(new + "ABC", START, "")]),
        ("rev5", [(new + "ABC", NEXT, "")]),
        ("any", [(new + "ABC (20x)", START, ""), (new + "ABC (Rev5)", NEXT, "")]),
    ):
        assert told(board(*rulesets, profile={"type": profile})) == expected
    assert told(board(*rulesets)) == []


def test_a_role_is_told_of_what_asks_something_of_it() -> None:
    lists = (
        checklist("r.csp", item("a", code="ABC-CSO-ONE")),
        checklist("r.3pao", item("b", code="xyz-ias-one"), role="3pao"),
        checklist("g.csp", item("c", code="KLM-ONE", applies={"type": ("20x",)})),
    )
    rulesets = [Ruleset(name, name, START) for name in ("abc", "xyz", "klm", "opq")]
    found = board(*rulesets, lists=lists)
    new = "Binding for new certifications: "
    # KLM asks for nothing of this profile; no list knows OPQ
    assert told(found) == [(new + "ABC, XYZ, OPQ", START, "")]
    assert told(found, "csp") == [(new + "ABC, OPQ", START, "")]
    assert told(found, "3pao") == [(new + "XYZ, OPQ", START, "")]
    assert [o for o in list_deadlines(found, query="code") if o.kind == "ruleset"] == []


def test_a_gate_remarks_that_a_grace_is_over_while_something_demanded_is_open() -> None:
    items = (
        item("a", code="ABC-ONE"),
        item("b", code="ABC-TWO", level="must-not"),
        item("c", code="ABC-THR", level="should"),
        item("d", code="ABC-FOU"),
        item("later", code="ABC-FIV", after="ato"),
    )
    one = Ruleset("abc", "Alpha", TODAY, TODAY, START)
    kick_off = PROCESS.milestone("kick-off")
    assert kick_off is not None

    def remarks(today: date, **records: Record) -> list[tuple[str, str, str, str]]:
        found = gate(board(one, items=items, today=today, records=records), kick_off)
        return [(r.kind, r.ref, r.title, r.why) for r in found.remarks]

    done, na = Record("done"), Record("na", reason="none here")
    assert remarks(START, d=done) == []
    words = "its grace period ended on 2027-02-01, and 2 of 4 binding items are not done"
    assert remarks(START + DAY, d=done) == [("grace", "rulesets:abc", "Alpha", words)]
    assert remarks(START + DAY, d=done, a=na, b=done) == []
    one = Ruleset("abc", "Alpha", START, START, START)  # no grace was given
    assert remarks(START + DAY, d=done)[0][3].startswith("it has been binding since 2027-02-01, ")
    lacks = gate(board(one, items=items, today=START + DAY), kick_off)
    assert not any(m.kind == "grace" for m in lacks.missing)


# Through the commands, on the shipped process

Call = Callable[..., tuple[int, str]]


@pytest.fixture
def fedcheck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    monkeypatch.chdir(tmp_path)

    def call(*argv: str) -> tuple[int, str]:
        status = run(argv)
        return status, capsys.readouterr().out

    return call


PROFILES = {
    "20x B": ("--role", "csp", "--type", "20x", "--class", "b"),
    "Rev5 C": ("--role", "csp", "--type", "rev5", "--path", "agency", "--class", "c"),
    "agency": ("--role", "agency"),
}
REST_20X = "CCM, CDS, CMU, CPO, FRC, IEC, IVV, MAS, SCN, SDR"
DAYS = {
    "20x B": {
        "2026-07-04": ["Binding for new certifications: " + REST_20X, "Binding: MKT"],
        "2026-12-07": ["Binding: VDR, VER"],
        "2027-01-01": ["Binding for existing certifications: " + REST_20X],
        "2027-03-07": ["Grace period ends: VDR, VER"],
        "2027-07-01": [],
    },
    "Rev5 C": {
        "2026-12-07": ["Binding: VDR, VER"],
        "2027-01-01": [
            "Binding for new certifications: CCM, CDS, CPO, SDR",
            "Binding: CMU, FRC, IEC, IVV, MAS, SCN",
        ],
        "2027-03-07": ["Grace period ends: VDR, VER"],
        "2027-04-02": ["Binding for existing certifications: CCM"],
        "2027-06-01": ["Grace period ends: CMU, IEC, SCN"],
        "2027-07-01": ["Binding for existing certifications: CPO"],
        "2027-08-01": ["Binding for existing certifications: CDS, SDR"],
        "2027-10-01": ["Grace period ends: CCM"],
        "2028-02-01": ["Grace period ends: CDS"],
    },
    "agency": {
        "2026-07-04": ["Binding for new certifications: CCM (20x)", "Binding: AGU"],
        "2026-12-07": ["Binding: VER"],
        "2027-10-01": ["Grace period ends: CCM (Rev5)"],
    },
}


@pytest.mark.parametrize("profile", PROFILES)
def test_the_calendar_tells_each_day_until_it_is_over(fedcheck: Call, profile: str) -> None:
    fedcheck("init", ".", "--name", "Vault", "--process", "cr26", *PROFILES[profile])

    def on(day: str, as_of: date) -> list[str]:
        argv = ("next", "--calendar", "--until", "2029-01-01", "--as-of", as_of.isoformat())
        rows = json.loads(fedcheck(*argv, "--json")[1])
        return sorted(r["what"] for r in rows if r["day"] == day and r["kind"] == "ruleset")

    for text, expected in DAYS[profile].items():
        day = date.fromisoformat(text)
        assert on(text, day - DAY) == sorted(expected), text
        assert on(text, day) == sorted(expected), text
        assert on(text, day + DAY) == [], text


def test_commands_tell_the_grace_that_an_assessment_ends(fedcheck: Call) -> None:
    fedcheck("init", ".", "--name", "Vault", "--process", "cr26", *PROFILES["20x B"])
    as_of = ("--as-of", "2026-12-01")
    what = "Grace period ends: " + REST_20X
    waits = '"Independent assessment starts", the first after 2027-01-01'
    for command in (("next", "--calendar"), ("status",)):
        (line,) = (one for one in fedcheck(*command, *as_of)[1].splitlines() if what in one)
        assert f"waits for {waits}" in line
    fedcheck("milestone", "assessment-start", "2027-01-01")
    assert waits in fedcheck("status", *as_of)[1]
    dry = fedcheck("milestone", "assessment-start", "2027-02-15", "--dry-run")[1]
    assert what in dry
    fedcheck("milestone", "assessment-start", "2027-02-15")
    text = fedcheck("status", *as_of)[1]
    assert waits not in text
    assert any("2027-02-15" in one and what in one for one in text.splitlines())
    report = fedcheck("report", "-o", "-", *as_of)[1]
    assert f"| {what} | 2027-02-15 | in 76 d |" in report
    brief = fedcheck("report", "executive", "-o", "-", *as_of)[1]
    assert "| Binding: VDR, VER | 2026-12-07, in 6 d |" in brief
    events = icalendar.Calendar.from_ical(fedcheck("export", "ics", *as_of)[1]).walk("VEVENT")
    (event,) = (one for one in events if str(one["SUMMARY"]) == what)
    assert event["DTSTART"].dt == date(2027, 2, 15)
    assert "CCM, effective dates" in str(event["DESCRIPTION"])


def test_status_and_gate_tell_each_ruleset_as_data(fedcheck: Call) -> None:
    fedcheck("init", ".", "--name", "Vault", "--process", "cr26", *PROFILES["Rev5 C"])
    rows = json.loads(fedcheck("status", "--json")[1])["rulesets"]
    by_id = {one["id"]: one for one in rows}
    assert not [one for one in by_id if one.endswith("-20x")]
    sdr = by_id["sdr-rev5"]
    days = [sdr[name] for name in ("obtain", "maintain", "grace", "grace_after", "grace_ends")]
    assert days == ["2027-01-01", "2027-08-01", "2027-08-01", "assessment-start", None]

    def graces(as_of: str) -> dict[str, str]:
        found = json.loads(fedcheck("gate", "application", "--json", "--as-of", as_of)[1])
        return {one["ref"]: one["why"] for one in found["remarks"] if one["kind"] == "grace"}

    assert "rulesets:vdr" not in graces("2027-03-07")
    found = graces("2027-03-08")
    assert found["rulesets:vdr"].startswith("its grace period ended on 2027-03-07, and ")
    assert "rulesets:cmu-rev5" not in found
    assert "rulesets:cmu-rev5" in graces("2027-06-02")
    text = fedcheck("gate", "application", "--as-of", "2027-06-02")[1]
    assert "Cryptographic Module Use, Rev5" in text.partition("Remarks")[2]
    assert "evidence verify" not in text


def test_a_report_tells_what_binds_the_role_that_presents(fedcheck: Call) -> None:
    fedcheck("init", ".", "--name", "Vault", "--process", "cr26", *PROFILES["agency"])
    as_of = ("--as-of", "2026-12-01")
    own = fedcheck("report", "-o", "-", *as_of)[1]
    assert "| Binding: VER | 2026-12-07 | in 6 d |" in own
    assert "Binding: VDR, VER" in fedcheck("report", "-o", "-", "--role", "csp", *as_of)[1]
    assert "Binding: VDR, VER" not in fedcheck("status", *as_of)[1]
    both = fedcheck("next", "--calendar", "--role", "all", *as_of)[1]
    assert "Binding: VDR, VER" in both
