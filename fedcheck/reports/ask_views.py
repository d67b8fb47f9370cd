"""What a report asks of its reader: decisions, answers, dates, owners.

The reader is the reviewer (the PMO), the management of the role that reports, or the other parties
at a meeting.
"""

from collections.abc import Callable, Iterable
from datetime import date

from msgspec import Struct

from fedcheck.analysis import waiting_since
from fedcheck.analysis.board import Board
from fedcheck.analysis.gates import Gate
from fedcheck.analysis.handoffs import list_handoffs
from fedcheck.analysis.progress import compute_pace
from fedcheck.domain.finding import Finding
from fedcheck.domain.process import Milestone
from fedcheck.domain.request import Request
from fedcheck.domain.text import one_line, pluralize
from fedcheck.reports import wording
from fedcheck.reports.view import View
from fedcheck.reports.wording import PeopleNames

RoleTest = Callable[[str], bool]

REVIEWER = "pmo"
"""The role that a status report is written for, where the process has it."""


class AskView(View, frozen=True):
    """One thing that is asked, of whom, and by when.

    `kind` is decision, answer, acceptance, date, owner, plan or work.
    """

    kind: str
    who: str
    role: str
    what: str
    by: date | None


class AsksView(View, frozen=True):
    """What is asked of each reader, and the role that reviews."""

    reviewer: str
    reviewer_label: str
    review: tuple[AskView, ...]
    management: tuple[AskView, ...]
    meeting: tuple[AskView, ...]


class AskBuilder(Struct, frozen=True):
    """What is asked in the name of a role.

    Attributes:
        board: the project on the day of the report.
        names: how its people are called.
        gate: the gate of the milestone that the report is for; None where the process has none.
        subject: the role that reports.
    """

    board: Board
    names: PeopleNames
    gate: Gate | None
    subject: str

    def build(self) -> AsksView:
        """Return what is asked of each reader."""
        reviewer = self._find_reviewer()
        return AsksView(
            reviewer=reviewer,
            reviewer_label=wording.format_title(self.board.project.process.role_title(reviewer))
            if reviewer
            else "",
            review=tuple(self._ask_reviewer(reviewer)) if reviewer else (),
            management=tuple(self._ask_management()),
            meeting=tuple(self._ask_meeting()),
        )

    def _find_reviewer(self) -> str:
        process = self.board.project.process
        if REVIEWER in process.all_roles:
            return REVIEWER
        decision = self._next_decision()
        return decision.decided_by[0] if decision else ""

    def _next_decision(self) -> Milestone | None:
        """Return the milestone of the next decision, from that of the report on.

        One whose day is over is not asked for again.
        """
        milestones = self.board.project.process.milestones
        ids = [one.id for one in milestones]
        start = ids.index(self.gate.milestone.id) if self.gate else 0
        return next(
            (one for one in milestones[start:] if one.decided_by and self._is_due(one)), None
        )

    def _is_due(self, milestone: Milestone) -> bool:
        day = self.board.dates.get(milestone.id)
        return day is None or day >= self.board.today

    def _ask_reviewer(self, reviewer: str) -> Iterable[AskView]:
        yield from self._decisions(lambda role: role == reviewer)
        yield from self._dates(reviewer)
        yield from self._requests(lambda role: role == reviewer)

    def _ask_management(self) -> Iterable[AskView]:
        gate, subject = self.gate, self.subject
        if gate is None:
            return
        label = wording.role_label(subject)
        pace = compute_pace(self.board, gate.milestone.id)
        if pace.late and pace.needed is not None:
            yield AskView(
                "decision", label, subject,
                f'Move "{wording.format_title(gate.milestone.title)}" or add people:'
                f" {pace.needed:.1f} items/week needed, {pace.made:.1f}/week achieved",
                gate.date,
            )  # fmt: skip
        yield from self._dates(subject)
        own = [one for one in gate.missing if one.role == subject]
        bare = {one.ref for one in own if one.owner == subject and one.ref in self.board.rows}
        if bare:
            days = [self.board.rows[ref].due for ref in bare]
            what = f"Name an owner for {pluralize(len(bare), 'outstanding item')} of the {label}"
            yield AskView("owner", label, subject, what, wording.find_earliest(*days, gate.date))
        held = {one.ref for one in own if self._is_blocked(one.ref)}
        if held:
            what = f"Unblock {pluralize(len(held), 'item')} of the {label} (see Risks)"
            yield AskView("work", label, subject, what, gate.date)
        yield from self._plans()
        yield from self._requests(lambda role: role == subject)

    def _is_blocked(self, ref: str) -> bool:
        row = self.board.rows.get(ref)
        return row is not None and row.record.status == "blocked"

    def _plans(self) -> Iterable[AskView]:
        bare = [one for one in self.board.project.findings if self._needs_plan(one)]
        if bare:
            what = f"Agree on a plan and due date for {pluralize(len(bare), 'open finding')}"
            label = wording.role_label(self.subject)
            yield AskView("plan", label, self.subject, what, self.gate.date if self.gate else None)

    def _needs_plan(self, finding: Finding) -> bool:
        role = waiting_since.find_remediating_role(self.board.project, finding)
        return finding.state == "open" and not finding.planned and role == self.subject

    def _ask_meeting(self) -> Iterable[AskView]:
        others = [role for role in self.board.project.process.all_roles if role != self.subject]
        yield from self._decisions(lambda role: role in others)
        yield from self._requests(lambda role: role in others)
        lacking = {one.ref for one in self.gate.counted} if self.gate else set()
        for one in list_handoffs(self.board):
            holds_up = one.what == "item" and lacking.intersection(one.blocks)
            if one.waits == self.subject and holds_up:
                title = f"Complete: {wording.format_title(one.title)}"
                row = self.board.rows[one.ref]
                who = self.names.who(row.responsible, row.role)
                day = wording.find_earliest(one.due, self.gate.date if self.gate else None)
                yield AskView("work", who, one.on, title, day)

    def _decisions(self, reads: RoleTest) -> Iterable[AskView]:
        found = self._next_decision()
        for role in found.decided_by if found else ():
            if found and reads(role):
                label = wording.role_label(role)
                what = f"{wording.format_title(found.title)}: {one_line(found.decision)}"
                yield AskView("decision", label, role, what, self.board.dates.get(found.id))

    def _dates(self, role: str) -> Iterable[AskView]:
        decision = self._next_decision()
        asked = [self.gate.milestone] if self.gate else []
        asked += [decision] if decision and decision not in asked else []
        for one in asked:
            if self.board.dates.get(one.id) is None:
                what = f'Set a date for "{wording.format_title(one.title)}"'
                yield AskView("date", wording.role_label(role), role, what, None)

    def _requests(self, reads: RoleTest) -> Iterable[AskView]:
        """Yield open requests to a reader, and answers that a reader has not accepted yet."""
        project = self.board.project
        found = sorted(project.requests, key=lambda one: (one.due or date.max, one.id))
        for one in found:
            answering = waiting_since.find_answering_role(project, one)
            asking = waiting_since.find_role(project, one.by)
            title = wording.format_title(one.title)
            if one.state == "open" and reads(answering):
                yield self._ask_answer(one, answering, title)
            elif one.state == "answered" and reads(asking):
                who = self.names.who(one.by, asking)
                yield AskView("acceptance", who, asking, f"Accept or return: {title}", one.due)

    def _ask_answer(self, one: Request, role: str, title: str) -> AskView:
        verb = "Provide" if one.kind == "evidence" else "Answer"
        return AskView("answer", self.names.who(one.to, role), role, f"{verb}: {title}", one.due)
