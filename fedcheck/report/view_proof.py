"""What a template sees of proof: evidence, requests, findings, and how testing goes."""

from dataclasses import dataclass
from datetime import date

from fedcheck.report.markdown import Markdown


@dataclass(frozen=True, slots=True)
class EvidenceView:
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


@dataclass(frozen=True, slots=True)
class RegisterView:
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


@dataclass(frozen=True, slots=True)
class RequestView:
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


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding; `role` is the role that remediates it."""

    id: str
    title: str
    risk: str
    state: str
    owner: str
    role: str
    found: date | None
    due: date | None
    overdue: bool
    plan: str
    deviation: str
    retest: str
    items: tuple[str, ...]
    evidence: tuple[EvidenceView, ...]


@dataclass(frozen=True, slots=True)
class TallyView:
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
    percent: int
    text: str


@dataclass(frozen=True, slots=True)
class GapView:
    """A test that was not satisfied, with the findings that it was written up in."""

    name: str
    ref: str
    controls: tuple[str, ...]
    tester: str
    tested: date | None
    findings: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True)
class TestingView:
    """The tests of a workspace: all together, and by family, method and tester."""

    total: TallyView
    families: tuple[TallyView, ...]
    methods: tuple[TallyView, ...]
    testers: tuple[TallyView, ...]
    gaps: tuple[GapView, ...]
