"""What is different about an item: status, result, dates, evidence, its own text."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from fedcheck.analysis.difference import About, Difference, Trend, as_iso, field_deltas, later
from fedcheck.domain.dates import parse_due
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import STATUS_WORDS, UNSOUND_STATES
from fedcheck.domain.record import EMPTY_RECORD, Record
from fedcheck.domain.row import Row

Make = Callable[..., Difference]

TOLD = ("status", "result", "basis")
"""The fields of a record whose differences have words of their own."""


def item_deltas(old: Row | None, new: Row, moved: Mapping[str, str]) -> Iterator[Difference]:
    """Yield what is different about an item that applies now.

    One that did not apply before, or could not be read, is compared with an untouched one.

    Args:
        old: the item as it was; None where it did not apply.
        new: the item as it is.
        moved: the milestones whose date moved, with the words for it.
    """
    if new.unknown:
        return  # told by its file
    comparable = old is not None and not old.unknown
    if old is None or old.unknown:
        if old is None:
            yield _maker(new)("item-new", "other")
        old = _untouched(new)
    make = _maker(new)
    told = [
        *_status(old, new, make),
        *_tests(old.record, new.record, make),
        *_dates(old, new, moved, make),
        *_upstream(old, new, make),
    ]
    yield from told
    if comparable:
        over = old.record.status != new.record.status and not new.record.reason
        known = (*TOLD, "reason") if over else TOLD  # a reason goes with the status it was for
        yield from field_deltas(old.record, new.record, told, make, *known)
    yield from evidence_deltas(
        zip(old.record.evidence, old.evidence, strict=True),
        zip(new.record.evidence, new.evidence, strict=True),
        make,
    )


def gone(old: Row) -> Difference:
    """Return that an item no longer applies; worse where what was done for it is lost."""
    lost = not old.unknown and (old.record.closed or bool(old.record.evidence))
    was = _state(old.record) if not old.unknown and not old.record.untouched else ""
    return _maker(old)("item-gone", "worse" if lost else "other", was=was)


def _untouched(row: Row) -> Row:
    """Return an item as it is while nobody has touched it; nothing of it is overdue yet."""
    return replace(
        row, record=EMPTY_RECORD, due=row.due, overdue=False, evidence=(), changed=False, waits=()
    )


def _maker(row: Row) -> Make:
    def make(kind: str, trend: Trend, about: About = "item", **more: str) -> Difference:
        return Difference(
            kind=kind,
            trend=trend,
            about=about,
            ref=row.ref,
            title=row.item.title,
            was=more.get("was", ""),
            now=more.get("now", ""),
            why=more.get("why", ""),
            role=row.role,
            owner=row.responsible,
            evidence_item=more.get("evidence_item", ""),
            because=more.get("because", ""),
            private=row.private,
            field=more.get("field", ""),
        )

    return make


def _state(record: Record) -> str:
    word = STATUS_WORDS[record.status]
    return f"{word}, {record.result}" if record.result else word


def _status(old: Row, new: Row, make: Make) -> Iterator[Difference]:
    before, after = old.record, new.record
    if before.status == after.status:
        return
    was = _state(before)
    match after.status:
        case "blocked":
            why = after.reason or "no reason given"
            yield make("blocked", "worse", was=was if before.status != "todo" else "", why=why)
        case "done":
            yield make("done", "better", now=as_iso(after.done))
        case "na":
            was = was if before.status == "done" else ""
            yield make("not-applicable", "other", was=was, why=after.reason)
        case _ if before.closed:
            yield make("reopened", "worse", was=was, now=STATUS_WORDS[after.status])
        case _ if before.status == "blocked":
            yield make("unblocked", "better", now=STATUS_WORDS[after.status])
        case "doing":
            yield make("started", "better")
        case _:
            yield make("set-back", "worse", now=STATUS_WORDS[after.status])


def _tests(before: Record, after: Record, make: Make) -> Iterator[Difference]:
    if before.result != after.result:
        was, now = before.result, after.result
        if now == "other-than-satisfied":
            yield make("not-satisfied", "worse", was=was)
        elif now == "satisfied":
            yield make("satisfied", "better", was=was)
        elif not now:
            yield make("result-lost", "worse" if was == "satisfied" else "other", was=was)
        else:
            yield make("result", "other", was=was, now=now)
    again = (before.retest, before.retested) != (after.retest, after.retested)
    if again and after.retest == "failed":
        yield make("retest-failed", "worse", now=as_iso(after.retested))
    elif before.retest != after.retest and after.retest == "passed":
        yield make("retest-passed", "better", now=as_iso(after.retested))
    elif before.retest == "passed" and not after.retest:
        yield make("result-lost", "worse", was="retest passed")
    looked = (before.review, before.reviewed) != (after.review, after.reviewed)
    if looked and after.review == "returned":
        yield make("review-returned", "worse", now=as_iso(after.reviewed))
    elif before.review != after.review and after.review == "agreed":
        yield make("review-agreed", "better", now=as_iso(after.reviewed))
    elif before.review == "agreed" and not after.review:
        yield make("result-lost", "worse", was="agreed by the second assessor")


def _dates(old: Row, new: Row, moved: Mapping[str, str], make: Make) -> Iterator[Difference]:
    if new.overdue and not old.overdue:
        yield make("overdue", "worse", now=as_iso(new.due))
    if new.record.closed:
        return
    because = _because(old, new, moved)
    was, now = as_iso(old.due), as_iso(new.due)
    match later(old.due, new.due):
        case "later":
            yield make("due-later", "worse", was=was, now=now, because=because)
        case "none":
            yield make("due-none", "worse", was=was, because=because)
        case "earlier":
            yield make("due-earlier", "other", was=was, now=now, because=because)
        case "set":
            yield make("due-set", "other", now=now, because=because)


def _because(old: Row, new: Row, moved: Mapping[str, str]) -> str:
    """Return the milestone that moved a due date; empty where the date itself was changed."""
    before = old.record.due or old.item.due
    after = new.record.due or new.item.due
    if not after or before != after:
        return ""
    try:
        anchor = parse_due(after).anchor
    except ValueError:
        return ""
    return anchor if anchor in moved else ""


def _upstream(old: Row, new: Row, make: Make) -> Iterator[Difference]:
    if new.changed and not old.changed:
        yield make("upstream", "worse")
    elif old.changed and not new.changed and new.record.basis:
        yield make("reviewed", "better")
    elif not new.item.accepts(old.item.basis()):
        trend: Trend = "worse" if new.changed else "other"
        yield make("upstream" if new.changed else "reworded", trend)


def evidence_deltas(
    old: Iterable[tuple[Evidence, str]], new: Iterable[tuple[Evidence, str]], make: Make
) -> Iterator[Difference]:
    """Yield what is different about pieces of evidence, each given with its state."""
    before = {evidence_item.id: (evidence_item, state) for evidence_item, state in old}
    after = {evidence_item.id: (evidence_item, state) for evidence_item, state in new}
    for name, (evidence_item, _) in before.items():
        if name not in after:
            yield make(
                "evidence-removed", "worse", "evidence", now=evidence_item.name, evidence_item=name
            )
    for name, (evidence_item, state) in after.items():
        known = before.get(name)
        if known is None:
            yield make(
                "evidence-new", "better", "evidence", now=evidence_item.name, evidence_item=name
            )
        elif weaker := _weaker(known[0], evidence_item):
            more = {"now": evidence_item.name, "why": weaker, "evidence_item": name}
            yield make("evidence-weaker", "worse", "evidence", **more)
        elif _other(known[0]) != _other(evidence_item):
            yield make(
                "evidence-updated", "other", "evidence", now=evidence_item.name, evidence_item=name
            )
        was = known[1] if known else "ok"
        if state in UNSOUND_STATES and state != was:
            yield make(
                f"evidence-{state}", "worse", "evidence", now=evidence_item.name, evidence_item=name
            )
        elif state == "ok" and was in UNSOUND_STATES:
            yield make(
                "evidence-sound", "better", "evidence", now=evidence_item.name, evidence_item=name
            )


def _other(evidence_item: Evidence) -> Sequence[object]:
    return (
        evidence_item.link,
        evidence_item.kind,
        evidence_item.collected,
        evidence_item.expires,
        evidence_item.sha256,
    )


def _weaker(old: Evidence, new: Evidence) -> str:
    """State in what a piece proves less than it did; empty where it does not."""
    if old.collected and (new.collected is None or new.collected < old.collected):
        return f"collected {as_iso(old.collected)}, now {as_iso(new.collected) or 'without a date'}"
    if old.sha256 and not new.sha256:
        return "its hash was removed"
    if new.expires and (old.expires is None or new.expires < old.expires):
        return f"expires {as_iso(new.expires)}"
    return ""
