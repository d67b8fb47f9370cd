"""Group the rows of the evidence register: by state, item, kind or age."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from fedcheck.analysis.evidence_register import STANDINGS, EvidenceRegister, EvidenceRow
from fedcheck.domain.evidence import Evidence

GROUPINGS: tuple[str, ...] = ("state", "item", "kind", "age")
"""What the register can be grouped by."""


KINDS: dict[str, str] = {"file": "Files", "url": "URLs", "ticket": "Tickets"}


AGES: tuple[tuple[int, str], ...] = (
    (180, "Older than 180 days"),
    (90, "91 to 180 days old"),
    (30, "31 to 90 days old"),
    (-100_000, "Up to 30 days old"),
)
"""Groups of ages: older than so many days, and the words for it."""


class EvidenceGroup(Struct, frozen=True):
    """Rows under one heading; `ref` where the heading is an item."""

    title: str
    rows: tuple[EvidenceRow, ...]
    ref: str = ""


def group_evidence(
    found: EvidenceRegister, rows: Sequence[EvidenceRow], by: str
) -> list[EvidenceGroup]:
    """Return rows under headings, by one of GROUPINGS. Raises KeyError for any other word."""
    return {
        "state": _group_by_state,
        "item": _group_by_item,
        "kind": _group_by_kind,
        "age": _group_by_age,
    }[by](found, rows)


def _group_by_state(found: EvidenceRegister, rows: Sequence[EvidenceRow]) -> list[EvidenceGroup]:
    titles = {
        "missing": "Missing: file not found",
        "changed": "Changed: file differs from its hash",
        "stale": "Stale: too old to count",
        "lacking": "Done without expected evidence",
        "soon": f"Good now, stale before {found.before}",
        "unverified": "Not verified: file not hashed on this machine since it changed",
        "ok": "Good",
        "expected": "Expected, none yet",
    }
    parts: dict[str, list[EvidenceRow]] = {name: [] for name in STANDINGS}
    for row in rows:
        parts[row.standing].append(row)
    return [
        EvidenceGroup(titles[name], tuple(sorted(part, key=_stale_date)))
        for name, part in parts.items()
        if part
    ]


def _stale_date(row: EvidenceRow) -> date:
    return row.worst.turns or row.worst.stale_from or date.max


def _group_by_item(_: EvidenceRegister, rows: Sequence[EvidenceRow]) -> list[EvidenceGroup]:
    parts: dict[str, list[EvidenceRow]] = {}
    titles: dict[str, str] = {}
    for row in rows:
        for use in row.uses:
            titles[use.row.ref] = use.row.item.title
        for ref in row.refs:
            parts.setdefault(ref, []).append(row.only(ref))
    return [EvidenceGroup(titles[ref], tuple(part), ref) for ref, part in parts.items()]


def _group_by_kind(_: EvidenceRegister, rows: Sequence[EvidenceRow]) -> list[EvidenceGroup]:
    groups = []
    for kind, title in (*KINDS.items(), ("", "None attached")):
        part = [row for row in rows if row.kind == kind]
        if kind:
            part.sort(key=lambda row: row.name.casefold())
        if part:
            groups.append(EvidenceGroup(title, tuple(part)))
    return groups


def _group_by_age(found: EvidenceRegister, rows: Sequence[EvidenceRow]) -> list[EvidenceGroup]:
    parts: dict[str, list[EvidenceRow]] = {title: [] for _, title in AGES}
    parts |= {"No date": [], "None attached": []}
    for row in rows:
        parts[_age_title(row, found.today)].append(row)
    return [
        EvidenceGroup(title, tuple(sorted(part, key=_collected_date)))
        for title, part in parts.items()
        if part
    ]


def _age_title(row: EvidenceRow, today: date) -> str:
    if row.evidence_item is None:
        return "None attached"
    age = age_in_days(row.evidence_item, today)
    if age is None:
        return "No date"
    return next(title for days, title in AGES if age > days)


def _collected_date(row: EvidenceRow) -> date:
    return (row.evidence_item.collected if row.evidence_item else None) or date.min


def age_in_days(evidence_item: Evidence, today: date) -> int | None:
    """Return how many days old a piece is; none without a date."""
    return (today - evidence_item.collected).days if evidence_item.collected else None
