"""The digest of an owner as Markdown that reads as plain text in an email.

Those who owe the evidence do not all have fedcheck; this is what they are sent.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from fedcheck.analysis.agenda import SOON_DAYS
from fedcheck.analysis.board import Board
from fedcheck.analysis.deadlines import list_ruleset_deadlines
from fedcheck.analysis.digests import Digest, find_gate
from fedcheck.analysis.evidence_register import EvidenceUse
from fedcheck.analysis.gates import asks_for
from fedcheck.analysis.issues import is_overdue
from fedcheck.domain.dates import format_distance
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import DEMANDED, PROHIBITED, STATUS_WORDS
from fedcheck.domain.process import Milestone
from fedcheck.domain.request import Request
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line, pluralize
from fedcheck.reports.evidence_views import KEPT_INSIDE
from fedcheck.reports.markdown import Markdown, code, escape_document, link, mark_text
from fedcheck.storage.paths import PRIVATE_FOLDER

NOBODY = "nobody-named"
"""The file of what nobody is named for, without its suffix."""

MAX_GUIDANCE = 320
"""The most characters of guidance; what is longer ends with a sentence, or an ellipsis."""

RULES_DAYS = 60
"""How many days ahead the days of rulesets are listed."""

MAX_EXPECTED = 6
"""How many kinds of expected evidence are reported about one item."""

_DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10))}
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"\*\*|__|`|^\s*#+\s*|^\s*[-*+]\s+", re.M)


def choose_file_names(digests: Iterable[Digest]) -> list[str]:
    """Return a file name for each digest: safe everywhere, the same every time, none twice."""
    listed = list(digests)
    slugs = [_slug(one.owner) if one.owner else NOBODY for one in listed]
    counts = Counter(slugs)
    names = []
    for one, slug in zip(listed, slugs, strict=True):
        alike = counts[slug] > 1 or slug == NOBODY or slug in _DEVICES
        if one.owner and (alike or not slug):
            digest = hashlib.sha256(one.owner.encode("utf-8", "replace")).hexdigest()[:6]
            slug = f"{slug or 'owner'}-{digest}"
        names.append(f"{slug}.md")
    return names


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


def render_digest(board: Board, one: Digest, until: date | None = None) -> str:
    """Return a digest as Markdown. The board must be what may leave (`Board.shared`)."""
    return escape_document("\n".join(_Page(board, one).lines(until)) + "\n")


class _Page:
    """The page of one digest."""

    def __init__(self, board: Board, one: Digest) -> None:
        self.board = board
        self.one = one
        self.today = board.today

    def lines(self, until: date | None) -> Iterator[str]:
        config = self.board.project.config
        if config.marking:
            yield f"**{mark_text(config.marking)}**\n"
        yield f"# {mark_text(config.name)}: {self._headline()}"
        yield ""
        yield self._summary(until)
        yield from self._rules()
        yield from self._items()
        yield from self._asked()
        yield from self._others()

    def _headline(self) -> str:
        owner = self.one.owner
        if not owner:
            role = f" for the {self.one.role}" if self.one.role else ""
            return f"work with no owner{mark_text(role)}"
        people = self.board.project.config.people or {}
        named = people[owner].name if owner in people else ""
        return f"what {mark_text(named or owner)} owes"

    def _summary(self, until: date | None) -> str:
        one, parts = self.one, []
        for things, what in (
            (one.items, "item"),
            (one.answers, "request"),
            (one.findings, "finding"),
        ):
            if things:
                parts.append(pluralize(len(things), what))
        late = one.overdue(self.today)
        said = ", ".join(parts) or "Nothing to do"
        text = f"As of {self.today.isoformat()}: {said}" + (f"; {late} overdue" if late else "")
        text += f". Work due after {until.isoformat()} is not listed" if until else ""
        milestone = self.board.project.process.milestone(self.board.next_dated)
        day = self.board.dates.get(self.board.next_dated)
        if milestone and day and self._is_asked(milestone):
            far = format_distance(day, self.today)
            text += f". Next: {mark_text(milestone.title)} on {day.isoformat()}, {far}"
        return text + "."

    def _is_asked(self, milestone: Milestone) -> bool:
        """Return whether the gate of a milestone asks for anything that is owed."""
        if self.one.answers or self.one.findings:
            return True
        return any(
            not row.optional and asks_for(self.board, milestone, row) for row in self.one.items
        )

    def _rules(self) -> Iterator[str]:
        """Yield on which days rules begin to bind the owner's role, or their grace ends."""
        people = self.board.project.config.people or {}
        role = people[self.one.owner].role if self.one.owner in people else self.one.role
        ahead = list_ruleset_deadlines(self.board, role) if role else []
        near = [one for one in ahead if one.day and (one.day - self.today).days <= RULES_DAYS]
        if near:
            yield "\n## Rules ahead\n"
        for one in near:
            assert one.day is not None, "only those with a day are near"
            far = format_distance(one.day, self.today)
            yield f"- {one.day.isoformat()}, {far}: {mark_text(one.what)}"

    def _items(self) -> Iterator[str]:
        groups: dict[str, list[Row]] = {}
        for row in self.one.items:
            groups.setdefault(self._when(row), []).append(row)
        for title in ("Overdue", f"Due within {SOON_DAYS} days", "Later", "No due date"):
            if title in groups:
                yield f"\n## {title}\n"
                for row in groups[title]:
                    yield from self._item(row)
        if self.one.later:
            count = pluralize(self.one.later, "more item")
            yield f"\n{count} in later phases also have no owner."

    def _when(self, row: Row) -> str:
        if row.overdue:
            return "Overdue"
        if row.due is None:
            return "No due date"
        return (
            f"Due within {SOON_DAYS} days" if (row.due - self.today).days <= SOON_DAYS else "Later"
        )

    def _item(self, row: Row) -> Iterator[str]:
        item, record = row.item, row.record
        about = [self._due(row.due), STATUS_WORDS[record.status]]
        if record.status == "doing":
            about[1] = "in progress"
        title = mark_text(f"{item.code}: {item.title}" if item.code else item.title)
        yield f"- **{title}** ({', '.join(about)})"
        yield f"  - Item: {code(row.ref)}" + self._place(row)
        yield f"  - Why: {self._why(row)}"
        if record.status == "blocked" and record.reason:
            yield f"  - Blocked: {mark_text(one_line(record.reason, MAX_GUIDANCE))}"
        if row.waits and not record.closed:
            yield f"  - Waits for: {'; '.join(self._named(ref) for ref in row.waits)}"
        if item.guidance.strip():
            yield f"  - What to do: {mark_text(shorten_guidance(item.guidance))}"
        if item.expects:
            more = len(item.expects) - MAX_EXPECTED
            listed = "; ".join(mark_text(one) for one in item.expects[:MAX_EXPECTED])
            yield f"  - Evidence expected: {listed}" + (f"; and {more} more" if more > 0 else "")

    def _place(self, row: Row) -> str:
        phase = self.board.project.process.phase(row.phase)
        controls = f", {mark_text(', '.join(row.item.controls[:8]))}" if row.item.controls else ""
        return f", {mark_text(phase.title if phase else row.phase)}{controls}"

    def _due(self, due: date | None) -> str:
        return (
            f"due {due.isoformat()}, {format_distance(due, self.today)}" if due else "no due date"
        )

    def _why(self, row: Row) -> str:
        parts = []
        milestone = find_gate(self.board, row)
        if milestone:
            day = self.board.dates.get(milestone.id)
            when = f" ({day.isoformat()})" if day else ""
            did = "confirmed" if row.item.level in PROHIBITED else "done"
            asks = f"must be {did}" if row.item.level in DEMANDED else f"{did}, or declined"
            parts.append(f"{asks} before {mark_text(milestone.title)}{when}")
        elif row.optional:
            parts.append("optional")
        if row.item.deliverable:
            parts.append(f"part of: {mark_text(self._paper(row.item.deliverable))}")
        waiting = (self.one.blocked or {}).get(row.ref, ())
        if waiting:
            people = dict.fromkeys(other.record.owner or other.role for other in waiting)
            verb = "waits" if len(waiting) == 1 else "wait"
            names = mark_text(", ".join(people))
            parts.append(f"{pluralize(len(waiting), 'item')} of others {verb} for it ({names})")
        if row.changed:
            parts.append("the item changed upstream since it was done; review it")
        return "; ".join(parts) or "it is in the checklist"

    def _paper(self, name: str) -> str:
        deliverables = self.board.project.process.deliverables
        return next(
            (deliverable.title for deliverable in deliverables if deliverable.id == name), name
        )

    def _named(self, ref: str) -> str:
        row = self.board.rows.get(ref)
        if row is None:
            return code(ref)
        return (
            f"{mark_text(one_line(row.item.title, 80))} ({mark_text(row.record.owner or row.role)})"
        )

    def _asked(self) -> Iterator[str]:
        if self.one.answers:
            yield "\n## Requests to answer\n"
        for request in self.one.answers:
            yield from self._request(request)
        if self.one.judgements:
            yield "\n## Answers to accept or return\n"
        for request in self.one.judgements:
            sender = mark_text(request.to or "the provider")
            yield f"- **{mark_text(request.title)}** (from {sender})"
            if request.answer.strip():
                yield f"  - Answer: {mark_text(one_line(request.answer, MAX_GUIDANCE))}"
            for evidence_item in request.evidence:
                inside = evidence_item.link.split("/")[0] == PRIVATE_FOLDER
                shown = (
                    Markdown(KEPT_INSIDE)
                    if inside
                    else link(evidence_item.label, evidence_item.link)
                )
                yield f"  - Evidence: {shown}"
        if self.one.findings:
            yield "\n## Findings to remediate\n"
        for finding in self.one.findings:
            yield from self._finding(finding)

    def _request(self, one: Request) -> Iterator[str]:
        what = "question" if one.kind == "question" else "evidence request"
        by = f" by {mark_text(one.by)}" if one.by else ""
        late = ", overdue" if is_overdue(one, self.today) else ""
        yield f"- **{mark_text(one.title)}** ({what}{by}, {self._due(one.due)}{late})"
        about = " ".join(part for part in (one.document, one.section) if part)
        if about:
            yield f"  - About: {mark_text(about)}"
        if one.text.strip():
            yield f"  - Details: {mark_text(one_line(one.text, 2 * MAX_GUIDANCE))}"
        if one.returned and one.comment:
            yield f"  - Returned because: {mark_text(one_line(one.comment, MAX_GUIDANCE))}"
        yield f"  - Request: {code(one.id)}"

    def _finding(self, one: Finding) -> Iterator[str]:
        late = ", overdue" if is_overdue(one, self.today) else ""
        yield f"- **{mark_text(one.title)}** ({one.risk} risk, {self._due(one.due)}{late})"
        if one.text.strip():
            yield f"  - Weakness: {mark_text(one_line(one.text, MAX_GUIDANCE))}"
        said = (
            mark_text(one_line(one.plan, MAX_GUIDANCE))
            if one.plan
            else "none yet; add a plan and a due date"
        )
        yield f"  - Plan: {said}"
        if one.retest == "failed":
            yield "  - The last retest failed."
        yield f"  - Finding: {code(one.number or one.id)}"

    def _others(self) -> Iterator[str]:
        if self.one.blocked:
            yield "\n## Waiting for you\n"
            for ref, rows in self.one.blocked.items():
                who = "; ".join(
                    f"{mark_text(one_line(e.item.title, 80))} "
                    f"({mark_text(e.record.owner or e.role)})"
                    for e in rows[:MAX_EXPECTED]
                )
                more = f"; and {len(rows) - MAX_EXPECTED} more" if len(rows) > MAX_EXPECTED else ""
                title = self.board.rows[ref].item.title
                yield f"- For **{mark_text(one_line(title, 80))}**: {who}{more}"
        if self.one.evidence_items:
            yield "\n## Evidence to renew\n"
            for use in self.one.evidence_items:
                yield f"- {self._proof(use)}"

    def _proof(self, use: EvidenceUse) -> str:
        evidence_item = use.evidence_item
        assert evidence_item is not None, "only existing evidence is listed"
        inside = evidence_item.link.split("/")[0] == PRIVATE_FOLDER
        name = Markdown(KEPT_INSIDE) if inside else link(evidence_item.label, evidence_item.link)
        taken = (
            f", collected {evidence_item.collected.isoformat()}" if evidence_item.collected else ""
        )
        state = use.standing
        if state == "soon":
            state = f"goes stale on {use.turns}" if use.turns else "goes stale soon"
        return f"{name}: {state}{taken}, for {mark_text(one_line(use.row.item.title, 80))}"


def shorten_guidance(guidance: str) -> str:
    """Return the beginning of a guidance text without its Markdown, ended at a sentence."""
    text = one_line(_MARKS.sub("", _LINK.sub(r"\1", guidance)))
    if len(text) <= MAX_GUIDANCE:
        return text
    head = text[:MAX_GUIDANCE]
    end = head.rfind(". ")
    return head[: end + 1] if end > MAX_GUIDANCE // 3 else head.rsplit(" ", 1)[0] + " …"
