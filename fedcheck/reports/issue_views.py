"""What a template sees of requests, findings and test progress."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from fedcheck.analysis import test_progress, waiting_since
from fedcheck.analysis.board import Board
from fedcheck.analysis.test_progress import NOBODY, Tally
from fedcheck.domain import item_language, query_fields
from fedcheck.domain.finding import Finding
from fedcheck.domain.request import Request
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line
from fedcheck.reports import wording
from fedcheck.reports.evidence_views import (
    EvidenceViewBuilder,
    FindingView,
    GapView,
    RequestView,
    TallyView,
    TestingView,
)
from fedcheck.reports.wording import PeopleNames

_RISKS = ("high", "moderate", "low")
_DEVIATIONS = {
    "false-positive": "false positive",
    "operational-requirement": "operational requirement",
    "risk-adjustment": "risk adjustment",
}


class IssueViewBuilder(Struct, frozen=True):
    """How the requests and findings of a board are shown.

    Attributes:
        board: the project on the day of the report.
        names: how its people are called.
        evidence_items: how its evidence is shown.
    """

    board: Board
    names: PeopleNames
    evidence_items: EvidenceViewBuilder

    def requests(self, accepted: bool) -> Iterable[RequestView]:
        """Yield the requests that are accepted, or those that are not, the earliest due first."""
        found = [r for r in self.board.project.requests if (r.state == "accepted") is accepted]
        for request in sorted(found, key=lambda r: (r.due or date.max, r.id)):
            yield self._request(request)

    def findings(self) -> Mapping[str, FindingView]:
        """Return all findings by id, high risk first."""
        found = sorted(
            self.board.project.findings,
            key=lambda f: (_RISKS.index(f.risk), f.due or date.max, f.id),
        )
        return {finding.id: self._finding(finding) for finding in found}

    def _request(self, request: Request) -> RequestView:
        project, today = self.board.project, self.board.today
        late = request.due is not None and request.due < today
        return RequestView(
            id=request.id,
            title=wording.format_title(request.title),
            kind=request.kind,
            state=request.state,
            by=self.names.who(request.by),
            by_role=waiting_since.find_role(project, request.by),
            to=self.names.who(request.to),
            to_role=waiting_since.find_answering_role(project, request),
            asked=request.asked,
            due=request.due,
            overdue=late and request.state == "open",
            age=(today - request.asked).days if request.asked else None,
            round=wording.format_title(request.round),
            document=wording.format_title(request.document),
            section=wording.format_title(request.section),
            text=wording.format_reason(request.text),
            answer=wording.format_reason(request.answer),
            answered=request.answered,
            comment=wording.format_reason(request.comment),
            returned=request.returned,
            items=self._items(request.items),
            evidence=tuple(
                self.evidence_items.view(evidence_item) for evidence_item in request.evidence
            ),
        )

    def _finding(self, gap: Finding) -> FindingView:
        late = gap.due is not None and gap.due < self.board.today
        deviation = _DEVIATIONS.get(gap.deviation, "")
        if deviation and gap.deviation_state:
            deviation += f", {gap.deviation_state}"
        role = waiting_since.find_remediating_role(self.board.project, gap)
        return FindingView(
            id=gap.id,
            number=wording.format_title(gap.number),
            title=wording.format_title(gap.title),
            risk=gap.risk,
            original=gap.original or gap.risk,
            adjusted=gap.adjusted,
            state=gap.state,
            owner=self.names.who(
                gap.owner, waiting_since.find_remediating_role(self.board.project, gap)
            ),
            role=role,
            found=gap.found,
            due=gap.due,
            overdue=late and gap.state == "open",
            plan=wording.format_reason(gap.plan),
            deviation=deviation,
            kind=_DEVIATIONS.get(gap.deviation, ""),
            decision=gap.deviation_state if gap.deviation else "",
            rationale=wording.format_reason(gap.rationale),
            vendor=wording.format_title(gap.vendor),
            closed=gap.closed,
            retest=gap.retest,
            items=self._items(gap.items),
            evidence=tuple(
                self.evidence_items.view(evidence_item) for evidence_item in gap.evidence
            ),
        )

    def _items(self, refs: Iterable[str]) -> tuple[str, ...]:
        """Return the names of items; what applies to nobody here, or is private, is left out."""
        rows = [self.board.rows[ref] for ref in refs if ref in self.board.rows]
        return tuple(wording.format_title(wording.format_item_name(row)) for row in rows)


def build_testing_view(
    board: Board, names: PeopleNames, findings: Mapping[str, FindingView], query: str = ""
) -> TestingView:
    """Return how the tests of a board stand.

    Args:
        board: the project on the day of the report.
        names: how its people are called.
        findings: all findings by id.
        query: which tests are counted; as `fedcheck tests` counts them, with one or without.
    """
    parsed = item_language.build_item_language(board.project).parse(query)
    chosen = parsed.select(board.rows.values(), board.today)
    tests, others = test_progress.split_tests(chosen)
    roles = {query_fields.find_tester(row): row.role for row in tests}
    controls = test_progress.count_controls(tests)
    return TestingView(
        query=one_line(query),
        controls=controls.words if controls.total else "",
        others=test_progress.describe_others(others),
        total=_build_tally_view("All tests", test_progress.count_tests("", "", tests)),
        families=_build_tally_views(test_progress.count_by_family(tests), with_id=True),
        methods=_build_tally_views(test_progress.count_by_method(tests)),
        testers=tuple(
            _build_tally_view(
                one.title if one.name == NOBODY else names.who(one.name, roles[one.name]), one
            )
            for one in test_progress.count_by_tester(tests)
        ),
        gaps=tuple(_list_gaps(board, tests, names, findings)),
    )


def _build_tally_views(tallies: Sequence[Tally], with_id: bool = False) -> tuple[TallyView, ...]:
    """Return tallies under their titles, after their ids where these state something."""
    return tuple(
        _build_tally_view(
            f"{one.name}, {one.title}"
            if with_id and one.name not in (NOBODY, one.title)
            else one.title,
            one,
        )
        for one in tallies
    )


def _build_tally_view(name: str, one: Tally) -> TallyView:
    return TallyView(
        name=wording.format_title(name),
        total=one.total,
        tested=one.tested,
        untested=one.untested,
        satisfied=one.satisfied,
        other=one.other,
        na=one.na,
        unreviewed=one.unreviewed,
        returned=one.returned,
        unobserved=one.unobserved,
        percent=one.percent,
        text=f"{one.tested}/{one.total}, {one.percent}%",
    )


def _list_gaps(
    board: Board, tests: Iterable[Row], names: PeopleNames, findings: Mapping[str, FindingView]
) -> Iterable[GapView]:
    by_item: dict[str, list[str]] = {}
    for finding in board.project.findings:
        for ref in finding.items:
            by_item.setdefault(ref, []).append(finding.id)
    for row in tests:
        if row.record.result != "other-than-satisfied":
            continue
        known = by_item.get(row.ref, [])
        yield GapView(
            name=wording.format_title(wording.format_item_name(row)),
            ref=row.ref,
            controls=row.item.controls,
            tester=names.who(query_fields.find_tester(row), row.role),
            tested=row.record.tested or row.record.done,
            findings=tuple(view for key, view in findings.items() if key in known),
        )
