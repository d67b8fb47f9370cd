"""Whether evidence still counts: not too old, not gone, not changed."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from msgspec import Struct

from fedcheck.analysis.milestones import Calendar
from fedcheck.domain.checklist import Item
from fedcheck.domain.dates import (
    FIRST_DAY,
    LAST_DAY,
    Span,
    next_day,
    parse_max_age,
    parse_span,
    shift_clamped,
)
from fedcheck.domain.evidence import Evidence, find_file_state
from fedcheck.domain.glossary import UNSOUND_STATES, EvidenceKind, EvidenceState
from fedcheck.domain.late_mapping import KeptAnswers
from fedcheck.domain.record import Record

_FILE = EvidenceKind.FILE


class AgeLimit(Struct, frozen=True):
    """How old evidence may be on the day on which it is judged.

    Attributes:
        past: whether what was collected on a day is too old.
    """

    judged: date
    past: KeptAnswers[date | None, bool]


class EvidenceRules(Struct, frozen=True, dict=True):
    """What the evidence of one board is judged by, with what was worked out so far.

    Thousands of items share a few limits, and their evidence a few days of collection.

    Attributes:
        today: the day on which it is judged where no milestone is named.
        file_states: evidence files that are not known to be good; see `find_file_state`.
    """

    calendar: Calendar
    today: date
    file_states: Mapping[str, str]

    @cached_property
    def limits(self) -> KeptAnswers[str, AgeLimit]:
        """Return the limits that items state (`max_age`)."""

        def find_limit(max_age: str) -> AgeLimit:
            span, judged = resolve_age_limit(max_age, self.calendar, self.today)
            return AgeLimit(judged, KeptAnswers(lambda day: _is_past(day, span, judged)))

        return KeptAnswers(find_limit)

    @cached_property
    def sound(self) -> KeptAnswers[int, tuple[str, ...]]:
        """Return the states of so many pieces that are all good."""
        return KeptAnswers(lambda count: (EvidenceState.OK,) * count)


def list_evidence_states(
    item: Item, record: Record, rules: EvidenceRules, ends: date | None
) -> tuple[str, ...]:
    """Return the state of each evidence item of a record, one of `EvidenceState`.

    A file that is too old is stale, whether it was verified or not.

    `ends` is the day on which the item's phase is closed for good: what recurs, recurs until then.
    """
    pieces = record.evidence
    limit, files = rules.limits[item.max_age], rules.file_states
    past = limit.past
    for one in pieces:
        if past[one.collected] or one.expires or (files and one.kind == _FILE):
            break
    else:
        if not item.every:  # as most are, which is found out quickly
            return rules.sound[len(pieces)]
    newest = find_newest_date(record) if item.every else None
    found = []
    for one in pieces:
        state = find_file_state(files, one) if files else ""
        if state and state in UNSOUND_STATES:
            found.append(state)
        elif (
            past[one.collected]
            or (one.expires and one.expires < limit.judged)
            or (
                item.every
                and one.collected == newest
                and _is_too_old(one, parse_span(item.every), min(rules.today, ends or rules.today))
            )
        ):
            found.append(EvidenceState.STALE)
        else:
            found.append(state or EvidenceState.OK)
    return tuple(found)


def resolve_age_limit(max_age: str, calendar: Calendar, today: date) -> tuple[Span | None, date]:
    """Return the evidence limit that an item states and the day on which it is judged.

    With `at` that is the milestone's day, before it (will the evidence still count then?) and
    after it (a scan does not go stale after what it served); while the day is unknown, today.
    """
    if not max_age:
        return None, today
    limit = parse_max_age(max_age)
    at = calendar.anchor(limit.at) if limit.at else None
    return limit.span, at or today


def find_newest_date(record: Record) -> date | None:
    """Return the day of the newest evidence of a record."""
    days = [evidence_item.collected for evidence_item in record.evidence if evidence_item.collected]
    return max(days, default=None)


def find_stale_date(item: Item, evidence_item: Evidence, calendar: Calendar) -> date | None:
    """Return the first day on which a piece of evidence is too old, judged by that day."""
    spans = [parse_max_age(item.max_age).span] if item.max_age else []
    spans += [parse_span(item.every)] if item.every else []
    days = (
        [shift_clamped(evidence_item.collected, span) for span in spans]
        if evidence_item.collected
        else []
    )
    if evidence_item.expires:
        days.append(evidence_item.expires)
    last = min(days, default=None)
    return next_day(last) if last and last < LAST_DAY else None


def predict_stale_date(
    item: Item, record: Record, evidence_item: Evidence, calendar: Calendar, ends: date | None
) -> date | None:
    """Return the first day on which a piece is judged stale, as things stand; None: on no date.

    What is judged at a milestone with a date does not turn: it counts there, or it never will.
    """
    limit = parse_max_age(item.max_age) if item.max_age else None
    fixed = calendar.anchor(limit.at) if limit and limit.at else None
    lasts = [] if fixed else [_last_valid_date(evidence_item, limit.span if limit else None)]
    if item.every and evidence_item.collected == find_newest_date(record):
        last = _last_valid_date(evidence_item, parse_span(item.every))
        lasts.append(last if ends is None or last < ends else LAST_DAY)
    last = min(lasts, default=LAST_DAY)
    return next_day(last) if last < LAST_DAY else None


def find_age_limit_date(item: Item, record: Record, evidence_item: Evidence) -> date | None:
    """Return the first day on which a piece is past its limit, whenever it is judged.

    None where it has no limit, or no date to count from.
    """
    last = _last_valid_date(
        evidence_item, parse_max_age(item.max_age).span if item.max_age else None
    )
    if item.every and evidence_item.collected == find_newest_date(record):
        last = min(last, _last_valid_date(evidence_item, parse_span(item.every)))
    return next_day(last) if FIRST_DAY < last < LAST_DAY else None


def _last_valid_date(evidence_item: Evidence, span: Span | None) -> date:
    """Return the last day on which a piece is not too old; the first of all if it never is."""
    age = LAST_DAY
    if span:
        age = shift_clamped(evidence_item.collected, span) if evidence_item.collected else FIRST_DAY
    return min(age, evidence_item.expires or LAST_DAY)


def _is_too_old(evidence_item: Evidence, span: Span | None, judged: date) -> bool:
    if evidence_item.expires and evidence_item.expires < judged:
        return True
    return _is_past(evidence_item.collected, span, judged)


def _is_past(collected: date | None, span: Span | None, judged: date) -> bool:
    """Return whether a span after a day has ended; without a day it always has."""
    if span is None:
        return False
    return collected is None or shift_clamped(collected, span) < judged
