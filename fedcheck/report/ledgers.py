"""Requests and findings as a report tells them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from fedcheck.insight import parties
from fedcheck.insight.entries import Board
from fedcheck.model.finding import Finding
from fedcheck.model.request import Request
from fedcheck.report import words
from fedcheck.report.proofs import Proofs
from fedcheck.report.view_proof import FindingView, RequestView
from fedcheck.report.words import Names

_RISKS = ("high", "moderate", "low")
_DEVIATIONS = {
    "false-positive": "false positive",
    "operational-requirement": "operational requirement",
    "risk-adjustment": "risk adjustment",
}


@dataclass(frozen=True, slots=True)
class Ledgers:
    """How the requests and findings of a board are told.

    Attributes:
        board: the project on the day of the report.
        names: how its people are called.
        proofs: how its evidence is told.
    """

    board: Board
    names: Names
    proofs: Proofs

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
            title=words.title(request.title),
            kind=request.kind,
            state=request.state,
            by=self.names.who(request.by),
            by_role=parties.role_of(project, request.by),
            to=self.names.who(request.to),
            to_role=parties.answering(project, request),
            asked=request.asked,
            due=request.due,
            overdue=late and request.state == "open",
            age=(today - request.asked).days if request.asked else None,
            round=words.title(request.round),
            document=words.title(request.document),
            section=words.title(request.section),
            text=words.reason(request.text),
            answer=words.reason(request.answer),
            answered=request.answered,
            comment=words.reason(request.comment),
            returned=request.returned,
            items=self._items(request.items),
            evidence=tuple(self.proofs.view(proof) for proof in request.evidence),
        )

    def _finding(self, gap: Finding) -> FindingView:
        late = gap.due is not None and gap.due < self.board.today
        deviation = _DEVIATIONS.get(gap.deviation, "")
        if deviation and gap.deviation_state:
            deviation += f", {gap.deviation_state}"
        return FindingView(
            id=gap.id,
            title=words.title(gap.title),
            risk=gap.risk,
            state=gap.state,
            owner=self.names.who(gap.owner) if gap.owner else "nobody named",
            role=parties.remediating(self.board.project, gap),
            found=gap.found,
            due=gap.due,
            overdue=late and gap.state == "open",
            plan=words.reason(gap.plan),
            deviation=deviation,
            retest=gap.retest,
            items=self._items(gap.items),
            evidence=tuple(self.proofs.view(proof) for proof in gap.evidence),
        )

    def _items(self, refs: Iterable[str]) -> tuple[str, ...]:
        """Return the names of items; what applies to nobody here, or is private, is left out."""
        entries = [self.board.entries[ref] for ref in refs if ref in self.board.entries]
        return tuple(words.title(words.item_name(entry)) for entry in entries)
