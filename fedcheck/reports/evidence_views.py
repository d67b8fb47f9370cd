"""What a template sees of evidence."""

from collections.abc import Iterable
from datetime import date
from pathlib import PurePath

from msgspec import Struct

from fedcheck.analysis import evidence_grouping, evidence_register
from fedcheck.analysis.board import Board
from fedcheck.analysis.evidence_register import EvidenceRow, list_unsound_evidence
from fedcheck.domain.dates import previous_day
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import UNVERIFIED_WORDS
from fedcheck.domain.text import one_line
from fedcheck.reports import wording
from fedcheck.reports.markdown import Markdown, code, link, mark_text
from fedcheck.reports.redact import Veil
from fedcheck.reports.view import View
from fedcheck.reports.wording import PeopleNames
from fedcheck.storage.paths import PRIVATE_FOLDER


class EvidenceView(View, frozen=True):
    """A piece of evidence. `link` is Markdown: a link for an http(s) URL, text for the rest."""

    name: str
    kind: str
    link: Markdown
    collected: date | None
    expires: date | None
    age: int | None
    hash: str
    state: str
    why: str
    item: str
    owner: str


class RegisterView(View, frozen=True):
    """A row of the register: one link with all items that it stands for, or what one item lacks.

    `until` is the last day on which it counts, as things stand.
    """

    name: str
    kind: str
    link: Markdown
    collected: date | None
    age: int | None
    hash: str
    state: str
    why: str
    until: date | None
    items: tuple[str, ...]
    owner: str


class RequestView(View, frozen=True):
    """A request with its answer."""

    id: str
    title: str
    kind: str
    state: str
    by: str
    by_role: str
    to: str
    to_role: str
    asked: date | None
    due: date | None
    overdue: bool
    age: int | None
    round: str
    document: str
    section: str
    text: str
    answer: str
    answered: date | None
    comment: str
    returned: bool
    items: tuple[str, ...]
    evidence: tuple[EvidenceView, ...]


class FindingView(View, frozen=True):
    """A finding; `role` is the role that remediates it.

    `number` is its official number, `original` the rating of the assessment and
    `adjusted` the one that is asked for; `kind` and `decision` are the parts of `deviation`.
    """

    id: str
    number: str
    title: str
    risk: str
    original: str
    adjusted: str
    state: str
    owner: str
    role: str
    found: date | None
    due: date | None
    overdue: bool
    plan: str
    deviation: str
    kind: str
    decision: str
    rationale: str
    vendor: str
    closed: date | None
    retest: str
    items: tuple[str, ...]
    evidence: tuple[EvidenceView, ...]


class TallyView(View, frozen=True):
    """How far the tests of a control family, of a method or of a tester are.

    A test with several controls or methods counts in each of their rows.
    """

    name: str
    total: int
    tested: int
    untested: int
    satisfied: int
    other: int
    na: int
    unreviewed: int
    returned: int
    unobserved: int
    percent: int
    text: str


class GapView(View, frozen=True):
    """A test that was not satisfied, with the findings that it was written up in."""

    name: str
    ref: str
    controls: tuple[str, ...]
    tester: str
    tested: date | None
    findings: tuple[FindingView, ...]


class TestingView(View, frozen=True):
    """The tests of a workspace: all together, and by family, method and tester.

    Attributes:
        query: what was asked to be counted; empty for the usual tests.
        others: the tests that are counted apart, as text; empty for none.
        controls: how many controls have which result, as text; empty for none.
    """

    query: str
    controls: str
    others: str
    total: TallyView
    families: tuple[TallyView, ...]
    methods: tuple[TallyView, ...]
    testers: tuple[TallyView, ...]
    gaps: tuple[GapView, ...]


HASH_LENGTH = 12
"""How many digits of a file's SHA-256 are shown."""

KEPT_INSIDE = "kept inside"
ADDRESS_WITHHELD = "address withheld"

STATES = {
    "missing": "missing",
    "changed": "changed",
    "stale": "stale",
    "lacking": "none, although done",
    "soon": "goes stale",
    "unverified": UNVERIFIED_WORDS,
    "ok": "ok",
    "expected": "expected",
}
"""The words for each standing of the register."""


class EvidenceViewBuilder(Struct, frozen=True):
    """How the evidence of a board is shown.

    Attributes:
        board: the project on the day of the report.
        veil: what is left out.
    """

    board: Board
    veil: Veil

    def view(
        self,
        evidence_item: Evidence,
        state: str = "ok",
        why: str = "",
        item: str = "",
        owner: str = "",
    ) -> EvidenceView:
        """Return a piece of evidence."""
        return EvidenceView(
            name=self._name(evidence_item),
            kind=evidence_item.kind,
            link=self._link(evidence_item),
            collected=evidence_item.collected,
            expires=evidence_item.expires,
            age=evidence_grouping.age_in_days(evidence_item, self.board.today),
            hash=self._hash(evidence_item),
            state=state,
            why=why,
            item=wording.format_title(item),
            owner=owner,
        )

    def register(self, names: PeopleNames) -> Iterable[RegisterView]:
        """Yield every row of the register, the worst first and in the order of the items."""
        why = {(t.row.ref, t.evidence_item.id): t.why for t in list_unsound_evidence(self.board)}
        found = evidence_register.build_register(self.board)
        rows = sorted(found.rows, key=lambda row: evidence_register.STANDINGS.index(row.standing))
        for row in rows:
            yield self._row(row, why, names, found.before)

    def _row(
        self, row: EvidenceRow, why: dict[tuple[str, str], str], names: PeopleNames, before: str
    ) -> RegisterView:
        worst, evidence_item = row.worst, row.evidence_item
        said = why.get((worst.row.ref, evidence_item.id), "") if evidence_item else ""
        if row.standing == "soon":
            said = f"on {worst.turns}, before {one_line(before, wording.MAX_TITLE)}"
        expected = one_line("; ".join(worst.row.item.expects), wording.MAX_TITLE)
        titles = {use.row.ref: wording.format_item_name(use.row) for use in row.uses}
        return RegisterView(
            name=self._name(evidence_item) if evidence_item else expected,
            kind=row.kind,
            link=self._link(evidence_item) if evidence_item else Markdown(mark_text(expected)),
            collected=evidence_item.collected if evidence_item else None,
            age=evidence_grouping.age_in_days(evidence_item, self.board.today)
            if evidence_item
            else None,
            hash=self._hash(evidence_item) if evidence_item else "",
            state=STATES[row.standing],
            why=said,
            until=_previous_day(worst.turns),
            items=tuple(wording.format_title(title) for title in titles.values()),
            owner=names.who(worst.row.responsible, worst.row.role),
        )

    def _name(self, evidence_item: Evidence) -> str:
        if is_private(evidence_item):
            return KEPT_INSIDE
        if evidence_item.label:
            return one_line(evidence_item.label, wording.MAX_LABEL)
        if self.veil.hides(evidence_item):
            return ADDRESS_WITHHELD
        return one_line(_display_target(evidence_item), wording.MAX_LABEL)

    def _hash(self, evidence_item: Evidence) -> str:
        return (
            ""
            if is_private(evidence_item) or self.veil.hides(evidence_item)
            else evidence_item.sha256[:HASH_LENGTH]
        )

    def _link(self, evidence_item: Evidence) -> Markdown:
        """Return evidence as Markdown; of a file outside the workspace only its name is shown."""
        label = one_line(evidence_item.label, wording.MAX_LABEL)
        if is_private(evidence_item):
            return Markdown(mark_text(f"{KEPT_INSIDE}, not shared"))
        if self.veil.hides(evidence_item):
            return Markdown(mark_text(label or ADDRESS_WITHHELD))
        if evidence_item.kind == "url":
            return link(
                label or one_line(evidence_item.link, wording.MAX_LABEL), evidence_item.link
            )
        target = _display_target(evidence_item)
        if evidence_item.kind != "file":
            return Markdown(mark_text(f"{label} ({target})" if label else target))
        return Markdown(f"{mark_text(label)} ({code(target)})") if label else code(target)


def _display_target(evidence_item: Evidence) -> str:
    """Return where evidence is; of a file outside the workspace only its name is shown."""
    if evidence_item.kind == "file" and PurePath(evidence_item.link).is_absolute():
        return PurePath(evidence_item.link).name
    return evidence_item.link


def _previous_day(day: date | None) -> date | None:
    return previous_day(day) if day else None


def is_private(evidence_item: Evidence) -> bool:
    """Return whether evidence is under `private/`: then neither its path nor its label leaves."""
    return evidence_item.kind == "file" and PurePath(evidence_item.link).parts[:1] == (
        PRIVATE_FOLDER,
    )
