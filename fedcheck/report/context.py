"""Gather what a report tells: from the board of a day to the view that templates see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from pathlib import PurePath
from typing import Any, TypeVar

from fedcheck.insight import agenda, troubles
from fedcheck.insight.deliverables import Paper, papers
from fedcheck.insight.entries import Board
from fedcheck.insight.gates import Gate, gate, gates, lacking_by_phase
from fedcheck.insight.progress import Count
from fedcheck.model.checklist import ADVISED
from fedcheck.model.dates import distance
from fedcheck.model.entry import Entry
from fedcheck.model.evidence import Evidence
from fedcheck.model.finding import Finding
from fedcheck.model.process import ROLE_TITLES
from fedcheck.model.request import Request
from fedcheck.model.text import one_line
from fedcheck.report import view, words
from fedcheck.report.debts import gate_view, inside
from fedcheck.report.markdown import Markdown, code, link, marked
from fedcheck.report.words import Names
from fedcheck.store.paths import PRIVATE

T = TypeVar("T")

STEPS = 5
"""How many next steps of each role a report tells."""

_RISKS = ("high", "moderate", "low")


def context(board: Board, milestone: str, since: Mapping[str, date]) -> view.ReportView:
    """Return what a template sees of a board, with its texts marked for Markdown.

    Args:
        board: the project on the day of the report.
        milestone: id of the milestone that the report is for; empty where the process has none.
        since: the day on which items took their status, as far as it is known.
    """
    return _marked(_Gathering(board, milestone, since).report())


def _marked(value: T) -> T:
    """Return a view in which every text has been marked."""
    found: Any = value
    if isinstance(value, str):
        found = marked(value)
    elif isinstance(value, tuple):
        found = tuple(_marked(one) for one in value)
    elif is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value)]
        found = replace(value, **{name: _marked(getattr(value, name)) for name in names})
    return found  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class _Gathering:
    board: Board
    milestone: str
    since: Mapping[str, date]

    @property
    def names(self) -> Names:
        return Names(self.board.project)

    def report(self) -> view.ReportView:
        board, project = self.board, self.board.project
        judged = gates(board)
        stone = project.process.milestone(self.milestone)
        chosen = gate(board, stone) if stone else None
        milestones = tuple(self._milestone(one) for one in judged)
        why = {(t.entry.ref, t.proof.id): t.why for t in troubles.troubles(board)}
        items = {ref: self._item(entry, why) for ref, entry in board.entries.items()}
        states = [state for entry in board.entries.values() for state in entry.evidence]
        declined = [e for e in board.entries.values() if e.record.status == "na"]
        return view.ReportView(
            format=view.FORMAT,
            as_of=board.today,
            service=self._service(),
            process=self._process(),
            state=words.state(board, chosen),
            unreadable=tuple(self._unreadable()),
            milestone=next((m for m in milestones if m.reported), None),
            milestones=milestones,
            phases=tuple(self._phases(judged, chosen)),
            deliverables=tuple(self._deliverable(p, chosen, items) for p in papers(board)),
            blocked=tuple(i for i in items.values() if i.status == "blocked"),
            evidence=tuple(e for i in items.values() for e in i.evidence if e.state != "ok"),
            requests=tuple(self._requests(project.requests)),
            findings=tuple(self._findings(project.findings)),
            steps=tuple(self._steps(chosen)),
            idle=tuple(self._idle()),
            not_applicable=tuple(items[e.ref] for e in declined if e.item.level not in ADVISED),
            declined=tuple(items[e.ref] for e in declined if e.item.level in ADVISED),
            items=tuple(items.values()),
            totals=view.TotalsView(
                items=len(items),
                evidence=len(states),
                trouble=words.trouble(states),
                stale=states.count("stale"),
                missing=states.count("missing"),
                changed=states.count("changed"),
                overdue=sum(entry.overdue for entry in board.entries.values()),
            ),
        )

    def _unreadable(self) -> Iterable[view.UnreadableView]:
        for broken in self.board.project.broken:
            hidden = [
                e
                for e in self.board.entries.values()
                if e.unknown and e.checklist == broken.checklist
            ]
            path = inside(self.board, broken.path)
            yield view.UnreadableView(path, broken.line, one_line(broken.message), len(hidden))

    def _service(self) -> view.ServiceView:
        config = self.board.project.config
        profile = ", ".join(f"{name} {value}" for name, value in (config.profile or {}).items())
        return view.ServiceView(
            name=words.title(config.name),
            provider=words.title(config.provider),
            profile=words.title(profile),
            role=config.role,
            marking=words.title(config.marking),
        )

    def _process(self) -> view.ProcessView:
        process = self.board.project.process
        return view.ProcessView(
            id=process.id,
            title=words.title(process.title),
            summary=one_line(process.summary),
            historical=process.status == "historical",
            followed_by=one_line(process.followed_by),
            note=one_line(process.note),
            roles=tuple(
                view.RoleView(role, words.role_label(role), ROLE_TITLES.get(role, role))
                for role in self._roles()
            ),
        )

    def _roles(self) -> list[str]:
        """Return the roles that owe anything, in the order of the process."""
        owing = {entry.role for entry in self.board.entries.values()}
        roles = [*self.board.project.process.roles, *ROLE_TITLES]
        return [role for role in dict.fromkeys(roles) if role in owing]

    def _milestone(self, judged: Gate) -> view.MilestoneView:
        stone, today = judged.milestone, self.board.today
        return view.MilestoneView(
            id=stone.id,
            title=words.title(stone.title),
            question=words.title(stone.question or f"May we call: {stone.title}?"),
            date=judged.date,
            days=(judged.date - today).days if judged.date else None,
            away=distance(judged.date, today) if judged.date else "",
            when=words.when(judged.date, today),
            reported=stone.id == self.milestone,
            gate=gate_view(self.board, judged) if stone.closes else None,
        )

    def _phases(self, judged: list[Gate], chosen: Gate | None) -> Iterable[view.PhaseView]:
        lacks = lacking_by_phase(self.board, judged)
        if chosen:
            own = lacking_by_phase(self.board, [chosen])
            lacks |= {phase: lack for phase, lack in own.items() if lack}
        for phase in self.board.project.process.phases:
            entries = self.board.of_phase(phase.id)
            if not entries:
                continue
            lack = lacks[phase.id]
            yield view.PhaseView(
                id=phase.id,
                title=words.title(phase.title),
                purpose=one_line(phase.purpose),
                counts=tuple(_count(role, entries) for role in self._roles()),
                total=_counted("", entries),
                gate="-" if lack is None else f"{lack[1]} missing" if lack[1] else "met",
            )

    def _item(self, entry: Entry, why: Mapping[tuple[str, str], str]) -> view.ItemView:
        item, record = entry.item, entry.record
        owner, name = self.names.who(record.owner, entry.role), words.item_name(entry)
        proofs = zip(record.evidence, entry.evidence, strict=True)
        return view.ItemView(
            ref=entry.ref,
            id=item.id,
            code=item.code,
            name=words.title(name),
            title=words.title(item.title),
            phase=entry.phase,
            role=entry.role,
            section=words.title(entry.section.title),
            kind=item.kind,
            level=item.level,
            controls=item.controls,
            status=record.status,
            state=words.status_text(entry.state),
            result=record.result,
            owner=owner,
            owner_id=record.owner,
            due=entry.due,
            done=record.done,
            since=self.since.get(entry.ref),
            overdue=entry.overdue,
            waiting=entry.waiting,
            changed=entry.changed,
            reason=words.reason(record.reason),
            note=words.reason(record.note),
            evidence=tuple(
                _evidence(proof, state, why.get((entry.ref, proof.id), ""), name, owner)
                for proof, state in proofs
            ),
        )

    def _deliverable(
        self, paper: Paper, chosen: Gate | None, items: Mapping[str, view.ItemView]
    ) -> view.DeliverableView:
        document = paper.deliverable
        needed = chosen is None or not chosen.milestone.closes or _needed(paper, chosen)
        item = items.get(paper.entry.ref) if paper.entry else None
        due = item.due if item else None
        return view.DeliverableView(
            id=document.id,
            title=words.title(document.title),
            status=item.status if item else "",
            state=item.state if item else "in no checklist",
            owner=item.owner if item else words.role_label(document.owner),
            reviewers=", ".join(words.role_label(role) for role in document.reviewers),
            due=due,
            by=words.earlier(due, chosen.date if chosen and needed else None),
            done=item.done if item else None,
            needed=needed,
            evidence=item.evidence if item else (),
        )

    def _requests(self, requests: Iterable[Request]) -> Iterable[view.RequestView]:
        waiting = [request for request in requests if request.state != "accepted"]
        for request in sorted(waiting, key=lambda r: (r.due or date.max, r.id)):
            late = request.due is not None and request.due < self.board.today
            yield view.RequestView(
                id=request.id,
                title=words.title(request.title),
                kind=request.kind,
                state=request.state,
                by=self.names.who(request.by),
                to=self.names.who(request.to),
                asked=request.asked,
                due=request.due,
                overdue=late and request.state == "open",
            )

    def _findings(self, findings: Iterable[Finding]) -> Iterable[view.FindingView]:
        gaps = [finding for finding in findings if finding.state == "open"]
        for gap in sorted(gaps, key=lambda f: (_RISKS.index(f.risk), f.due or date.max, f.id)):
            owner = self.names.who(gap.owner) if gap.owner else "nobody named"
            yield view.FindingView(
                gap.id, words.title(gap.title), gap.risk, owner, gap.due, words.reason(gap.plan)
            )

    def _steps(self, chosen: Gate | None) -> Iterable[view.StepView]:
        for role in self._roles():
            for step in agenda.mine(self.board, role)[:STEPS]:
                entry = step.entry
                yield view.StepView(
                    role=role,
                    owner=self.names.who(entry.record.owner, entry.role),
                    name=words.title(words.item_name(entry)),
                    ref=entry.ref,
                    due=entry.due,
                    by=words.earlier(entry.due, _asked_by(chosen, entry)),
                    why=step.why,
                )

    def _idle(self) -> Iterable[str]:
        for role in self._roles():
            if not agenda.mine(self.board, role):
                yield words.role_label(role)


def _needed(paper: Paper, chosen: Gate) -> bool:
    """Tell whether a milestone rests on a deliverable."""
    late = paper.entry is not None and paper.entry.item.after == chosen.milestone.id
    return paper.phase in chosen.milestone.closes and not late


def _asked_by(chosen: Gate | None, entry: Entry) -> date | None:
    """Return the day of the milestone, where that asks for an item."""
    asked = chosen and any(missing.ref == entry.ref for missing in chosen.missing)
    return chosen.date if chosen and asked else None


def _count(role: str, entries: list[Entry]) -> view.CountView | None:
    own = [entry for entry in entries if entry.role == role]
    return _counted(role, own) if own else None


def _counted(role: str, entries: list[Entry]) -> view.CountView:
    count = Count()
    for entry in entries:
        count.add(entry)
    return view.CountView(
        role=role,
        total=count.total,
        countable=count.countable,
        overdue=sum(entry.overdue for entry in entries),
        percent=count.percent,
        text=f"{count.text}, {count.share}",
        **count.by_status,
    )


def _evidence(proof: Evidence, state: str, why: str, item: str, owner: str) -> view.EvidenceView:
    return view.EvidenceView(
        name=one_line(proof.name, words.LABEL) if not _is_private(proof) else "kept inside",
        kind=proof.kind,
        link=_link(proof),
        collected=proof.collected,
        expires=proof.expires,
        state=state,
        why=why,
        item=words.title(item),
        owner=owner,
    )


def _is_private(proof: Evidence) -> bool:
    """Tell whether evidence stands under `private/`: then neither its path nor its label leaves."""
    return proof.kind == "file" and PurePath(proof.link).parts[:1] == (PRIVATE,)


def _link(proof: Evidence) -> Markdown:
    """Return evidence as Markdown; of a file outside the workspace only its name is told."""
    label = one_line(proof.label, words.LABEL)
    if _is_private(proof):
        return Markdown(marked("kept inside, not for others"))
    if proof.kind == "url":
        return link(label or one_line(proof.link, words.LABEL), proof.link)
    target = proof.link
    if proof.kind == "file" and PurePath(target).is_absolute():
        target = PurePath(target).name
    if proof.kind != "file":
        return Markdown(marked(f"{label} ({target})" if label else target))
    return Markdown(f"{marked(label)} ({code(target)})") if label else code(target)
