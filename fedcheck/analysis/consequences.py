"""What an edit of one record asks of others: retests and findings agree, accepted evidence counts.

A retest of a test is one of its finding, and the other way round. Evidence that was accepted for a
request is evidence of the items that the request names.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence, Set

from fedcheck.domain.change import Change, diff_records
from fedcheck.domain.edits import Edit
from fedcheck.domain.evidence import Evidence, normalize_link
from fedcheck.domain.evidence_edit import EvidenceEdit, apply_evidence_edit, attach_evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.item_rules import ItemEdit, TestEdit
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.request_rules import RequestEdit, change_links
from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import Project

FAILED = "other-than-satisfied"
Edits = list[tuple[str, Edit]]


def add_consequences(project: Project, edits: Sequence[tuple[str, Edit]]) -> Edits:
    """Return edits with those that follow from them on other records."""
    found = list(edits)
    named = {ref for ref, _ in edits}
    for outcome in ("passed", "failed"):
        tests = {ref for ref, edit in edits if _retest_of(edit) == outcome}
        found += _retest_findings(project, tests, outcome, named) if tests else []
    for ref, edit in edits:
        book, name = split_ref(ref)
        if isinstance(edit, FindingEdit) and _outcome_of(edit):
            finding = project.finding(name) if book == "findings" else None
            found += _retest_tests(project, finding, edit, named) if finding else []
        elif isinstance(edit, RequestEdit) and (request := project.request(name)):
            found += _share_accepted(project, request, edit)
    return found


def _retest_of(edit: Edit) -> str:
    testing = edit.testing if isinstance(edit, ItemEdit) else None
    return (testing.retest or "") if testing else ""


def _outcome_of(edit: FindingEdit) -> str:
    """Return how a retest of a finding went; one corrected during testing was verified by one."""
    return edit.retest or ("passed" if edit.details.get("corrected") else "")


def _retest_findings(
    project: Project, tests: Set[str], outcome: str, named: Collection[str]
) -> Iterator[tuple[str, Edit]]:
    """Yield the retest of the findings of tests; one passes once none of its tests fails."""
    for finding in project.findings:
        ref = f"findings:{finding.id}"
        if ref in named or not tests & set(finding.items):
            continue
        if outcome == "failed" and (finding.state == "open" or finding.retest == "passed"):
            yield ref, FindingEdit(retest="failed")
        failed = _list_failed(project, finding, tests)
        if outcome == "passed" and finding.state == "open" and not failed:
            yield ref, FindingEdit(retest="passed")


def _list_failed(project: Project, finding: Finding, without: Collection[str] = ()) -> list[str]:
    """Return the tests of a finding that are other than satisfied, but for some."""
    items = [ref for ref in finding.items if ref not in without]
    return [ref for ref in items if project.record(ref).result == FAILED]


def _retest_tests(
    project: Project, finding: Finding, edit: FindingEdit, named: Collection[str]
) -> Iterator[tuple[str, Edit]]:
    """Yield the retest of the tests of a finding; one passes once it has no other open finding."""
    outcome = _outcome_of(edit)
    for ref in change_links(finding.items, edit.link, edit.unlink):
        record = project.record(ref)
        if ref in named or project.item(ref) is None:
            continue
        again = record.result == "satisfied" and record.retest == "passed"
        if outcome == "failed" and (record.result == FAILED or again):
            yield ref, ItemEdit(testing=TestEdit(retest="failed"))
        others = [one for one in list_open(project, ref) if one.id != finding.id]
        if outcome == "passed" and record.result == FAILED and not others:
            yield ref, ItemEdit(testing=TestEdit(retest="passed"))


def _share_accepted(
    project: Project, request: Request, edit: RequestEdit
) -> Iterator[tuple[str, Edit]]:
    """Yield what makes accepted evidence that of the items that the request names."""
    is_new = edit.step == "accept"
    if not (is_new or (request.state == "accepted" and not edit.step)):
        return
    items = change_links(request.items, edit.link, edit.unlink)
    for ref in items if is_new else [one for one in items if one not in request.items]:
        yield from share_evidence(project, ref, request.evidence)


def share_evidence(
    project: Project, ref: str, evidence: Iterable[Evidence]
) -> Iterator[tuple[str, EvidenceEdit]]:
    """Yield the edit that gives an item evidence that it does not have yet."""
    if project.item(ref) is None:
        return
    own = project.record(ref).evidence
    known = {(normalize_link(one.link), one.sha256) for one in own}
    ids = {one.id for one in own}
    fresh = [
        one
        for one in evidence
        if (normalize_link(one.link), one.sha256) not in known and one.id not in ids
    ]
    if fresh:
        yield ref, attach_evidence(*fresh)


def list_shared_evidence(project: Project, request: Request) -> Iterator[Change]:
    """Yield the changes that make the evidence of a request that of the items that it names."""
    for ref in request.items:
        for _, edit in share_evidence(project, ref, request.evidence):
            record = project.record(ref)
            yield from diff_records(ref, record, apply_evidence_edit(record, edit))


def list_open(project: Project, ref: str) -> list[Finding]:
    """Return the open findings that name an item."""
    return [one for one in project.findings if one.state == "open" and ref in one.items]


def list_contradictions(project: Project, refs: Iterable[str]) -> list[tuple[str, str]]:
    """Return where a test and its findings do not agree, as reference and what is wrong.

    A test that is satisfied or not applicable has an open finding, or a finding whose retest
    passed, or that was corrected, has a test that is other than satisfied without another open one.
    """
    found = []
    for ref in refs:
        result = project.record(ref).result
        if result in ("satisfied", "not-applicable"):
            words = result.replace("-", " ")
            found += [
                (ref, f"{words}, but finding {one.id} is open{_explain_open(project, one)}")
                for one in list_open(project, ref)
            ]
        elif result == FAILED and not list_open(project, ref):
            own = [f for f in project.findings if ref in f.items and f.state == "closed"]
            passed = [f for f in own if f.retest == "passed" or f.corrected]
            found += [
                (ref, f"other than satisfied, but {_explain_closed(one)}") for one in passed[:1]
            ]
    return found


def _explain_closed(finding: Finding) -> str:
    if finding.retest == "passed":
        return f"the retest of finding {finding.id} passed"
    return f"finding {finding.id} was corrected during testing"


def _explain_open(project: Project, finding: Finding) -> str:
    failed = [split_ref(ref)[1] for ref in _list_failed(project, finding)]
    if not failed:
        return ""
    listed = ", ".join(one_line(name, 40) for name in failed[:3])
    return f": it also names {listed}, other than satisfied"


def describe_retests(project: Project, edits: Iterable[tuple[str, Edit]]) -> list[str]:
    """Return what a retest or a result left open, and why; to be asked once it is saved."""
    edits = list(edits)
    tests = [
        ref
        for ref, edit in edits
        if isinstance(edit, ItemEdit) and (edit.result or _retest_of(edit))
    ]
    said = [f"{split_ref(ref)[1]}: {why}" for ref, why in list_contradictions(project, tests)]
    for ref, edit in edits:
        finding = project.finding(split_ref(ref)[1]) if isinstance(edit, FindingEdit) else None
        if finding is None or not isinstance(edit, FindingEdit) or _outcome_of(edit) != "passed":
            continue
        for test in _list_failed(project, finding):
            others = ", ".join(one.id for one in list_open(project, test))
            if others:
                name = split_ref(test)[1]
                said.append(f"{name}: stays other than satisfied, finding {others} is open")
    return said + _describe_old_observations(project, edits)


def _describe_old_observations(project: Project, edits: Sequence[tuple[str, Edit]]) -> list[str]:
    """Return which tests passed a retest while their observation states what was seen before it."""
    refs: list[str] = []
    for ref, edit in edits:
        if isinstance(edit, FindingEdit) and _outcome_of(edit) == "passed":
            finding = project.finding(split_ref(ref)[1])
            refs += finding.items if finding else ()
        elif isinstance(edit, ItemEdit) and edit.testing and edit.testing.retest == "passed":
            refs += [ref] if edit.testing.observation is None else []
    records = {ref: project.record(ref) for ref in refs}
    old = [
        split_ref(ref)[1]
        for ref, one in records.items()
        if one.observation and one.retest == "passed" and one.result == "satisfied"
    ]
    if not old:
        return []
    more = f" and {len(old) - 3} more" if len(old) > 3 else ""
    listed = ", ".join(one_line(name, 40) for name in old[:3]) + more
    return [f"{listed}: the observation still describes the failed test; add the retest to it"]
