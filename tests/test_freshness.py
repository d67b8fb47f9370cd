"""Freshness: judged at a milestone, frozen after it; recurring items; files."""

from datetime import date
from typing import Any

import pytest
from small_project import KICK_OFF, TODAY, item, small_board

from fedcheck.analysis.evidence import find_stale_date
from fedcheck.analysis.milestones import build_calendar
from fedcheck.domain.checklist import Item
from fedcheck.domain.dates import LAST_DAY
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.record import Record

PACKAGE = date(2027, 1, 18)
AT_PACKAGE = item("a", max_age="120d at package")
TODAY_ONLY = item("a", max_age="120d")


def states(
    one: Item, *evidence_items: Evidence, today: date = TODAY, **about: Any
) -> tuple[str, ...]:
    records = {one.id: Record("done", evidence=evidence_items)}
    return small_board(one, records=records, today=today, **about).rows[f"r.csp:{one.id}"].evidence


def proof(day: date | None, **about: Any) -> Evidence:
    return Evidence("e", about.pop("link", "https://x"), collected=day, **about)


@pytest.mark.parametrize(
    ("collected", "state"),
    [
        (date(2026, 9, 20), "ok"),  # 120 days before the package, 113 before today
        (date(2026, 9, 19), "stale"),  # will be too old when the package goes in
        (date(2027, 1, 11), "ok"),
        (None, "stale"),
    ],
)
def test_age_is_judged_at_the_milestone_before_it_comes(collected: date, state: str) -> None:
    assert states(AT_PACKAGE, proof(collected)) == (state,)


def test_it_is_frozen_once_the_milestone_has_passed() -> None:
    years_later = date(2030, 1, 1)
    assert states(AT_PACKAGE, proof(date(2026, 9, 20)), today=years_later) == ("ok",)
    assert states(AT_PACKAGE, proof(date(2026, 9, 19)), today=years_later) == ("stale",)


def test_while_the_milestones_day_is_unknown_today_counts() -> None:
    old = proof(date(2026, 9, 13))
    assert states(AT_PACKAGE, old, milestones={}) == ("ok",)
    assert states(AT_PACKAGE, old, milestones={}, today=date(2027, 1, 12)) == ("stale",)


def test_without_at_today_counts() -> None:
    day = proof(date(2026, 9, 13))  # 120 days before today
    assert states(TODAY_ONLY, day) == ("ok",)
    assert states(TODAY_ONLY, day, today=date(2027, 1, 12)) == ("stale",)


def test_months_clamp_in_ages_too() -> None:
    one = item("a", max_age="1mo")
    assert states(one, proof(date(2027, 1, 31)), today=date(2027, 2, 28)) == ("ok",)
    assert states(one, proof(date(2027, 1, 31)), today=date(2027, 3, 1)) == ("stale",)


def test_evidence_expires_on_its_own() -> None:
    expiring = proof(date(2027, 1, 1), expires=date(2027, 1, 17))
    assert states(item("a"), expiring) == ("ok",)
    assert states(item("a"), expiring, today=date(2027, 1, 17)) == ("ok",)
    assert states(item("a"), expiring, today=date(2027, 1, 18)) == ("stale",)
    assert states(AT_PACKAGE, expiring) == ("stale",)  # expires a day before the package


def test_without_a_limit_evidence_does_not_age() -> None:
    assert states(item("a"), proof(date(1999, 1, 1)), proof(None)) == ("ok", "ok")


def test_recurring_items_are_judged_by_their_newest_evidence() -> None:
    monthly = item("a", every="1mo")
    old, new = proof(date(2026, 11, 5)), proof(date(2026, 12, 11))
    assert states(monthly, old, new) == ("ok", "ok")
    assert states(monthly, old, new, today=date(2027, 1, 12)) == ("ok", "stale")
    assert states(monthly, old) == ("stale",)


def test_what_recurs_recurs_until_its_phase_is_closed_for_good() -> None:
    monthly, milestones = item("a", every="1mo"), {"ato": date(2027, 1, 20)}
    last, before = proof(date(2026, 12, 20)), proof(date(2026, 12, 19))
    years_later = date(2030, 1, 1)
    assert states(monthly, last, milestones=milestones, today=years_later) == ("ok",)
    assert states(monthly, before, milestones=milestones, today=years_later) == ("stale",)
    assert states(monthly, last, today=years_later) == ("stale",)  # no date of the last gate


def test_files_are_missing_or_changed_whatever_their_age() -> None:
    link = {"link": "evidence/x", "kind": "file"}
    fresh, old = proof(TODAY, **link), proof(date(2020, 1, 1), **link)
    for state in ("missing", "changed"):
        assert states(AT_PACKAGE, fresh, old, files={"evidence/x": state}) == (state, state)
        assert states(AT_PACKAGE, proof(TODAY, link="evidence/x"), files={"evidence/x": state}) == (
            "ok",
        )
    assert states(AT_PACKAGE, fresh, old) == ("ok", "stale")


def test_the_end_of_the_calendar_breaks_nothing() -> None:
    one = item("a", max_age="1y", every="1mo")
    assert states(one, proof(LAST_DAY)) == ("ok",)
    assert (
        small_board(one, records={"a": Record(evidence=(proof(LAST_DAY),))}).rows["r.csp:a"].due
        == LAST_DAY
    )


def test_no_evidence_no_state() -> None:
    assert states(AT_PACKAGE) == ()


def test_the_first_day_on_which_it_is_stale() -> None:
    days = build_calendar(small_board(item("x")).project)
    day = find_stale_date(TODAY_ONLY, proof(date(2026, 9, 13)), days)
    assert day == date(2027, 1, 12)
    assert states(TODAY_ONLY, proof(date(2026, 9, 13)), today=day) == ("stale",)
    expiring = proof(date(2026, 9, 13), expires=date(2026, 10, 1))
    assert find_stale_date(TODAY_ONLY, expiring, days) == date(2026, 10, 2)
    assert find_stale_date(item("a"), proof(date(2020, 1, 1)), days) is None
    assert days.dates["kick-off"] == KICK_OFF
