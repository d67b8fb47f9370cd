"""What may be done to a finding: raise, rate, plan, retest, close, reopen."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.field import Group
from fedcheck.domain.field_values import with_field
from fedcheck.domain.fields import in_group
from fedcheck.domain.finding import Finding, compute_exposure, compute_remediation_due
from fedcheck.domain.text import make_storable
from fedcheck.errors import RuleError


def rate_finding(finding: Finding, risk: str) -> Finding:
    """Return the finding with another risk; a due date that followed from the old one follows."""
    original = finding.original if risk == finding.risk else ""
    new: Finding = replace(finding, risk=risk, original=original)
    if finding.found and finding.due == compute_remediation_due(finding.risk, finding.found):
        return replace(new, due=compute_remediation_due(risk, finding.found))
    return new


DETAILS: Mapping[str, str] = {row.name: row.label for row in in_group(Finding, Group.DETAILS)}
"""The fields of a finding that are details, and their labels, in the order of the table."""


def set_details(finding: Finding, details: Mapping[str, Any], today: date) -> Finding:
    """Return the finding with details set; an empty text or list clears one.

    Likelihood and impact give the risk. Corrected during testing closes the finding; that needs
    what was done and how it was verified. Raises RuleError.
    """
    new = finding
    for name, value in details.items():
        new = _set_detail(new, name, value)
    levels = (new.likelihood, new.impact)
    risk = compute_exposure(*levels)
    if risk and levels != (finding.likelihood, finding.impact) and not new.original:
        new = rate_finding(new, risk)
    if new.corrected != finding.corrected:
        new = _correct(new, today) if new.corrected else replace(new, state="open", closed=None)
    return new


def _set_detail(finding: Finding, name: str, value: Any) -> Finding:
    if name not in DETAILS:
        raise KeyError(name)
    if isinstance(value, str):
        value = make_storable(value).strip()
    elif isinstance(value, date):
        value = value.isoformat()
    elif value is not None:
        value = [text for one in value if (text := make_storable(one).strip())]
    try:
        return with_field(finding, name, value)
    except ValueError as error:
        raise RuleError(f"{finding.id}: {error}") from None


def _correct(finding: Finding, today: date) -> Finding:
    """Close a finding that was corrected while the assessor still tested (RET, second tab)."""
    if finding.corrected and finding.corrected > today:
        raise RuleError(f"{finding.id}: cannot be corrected in the future", "give a past date")
    missing = [f"--{name}" for name in ("remedy", "verification") if not getattr(finding, name)]
    if missing:
        raise RuleError(
            f"{finding.id}: a finding corrected during testing needs a remediation description "
            "and a verification statement",
            f"add {' and '.join(missing)}",
            missing[0].removeprefix("--"),
        )
    return replace(finding, state="closed", closed=finding.corrected)


def raise_finding(finding: Finding, today: date) -> Finding:
    """Return a new finding as it is stored, due by its risk. Raises RuleError without a title."""
    if not finding.title:
        raise RuleError("a finding needs a title", "describe the weakness in one line", "title")
    found = finding.found or today
    due = finding.due or compute_remediation_due(finding.risk, found)
    return replace(finding, found=found, due=due)


def request_deviation(finding: Finding, deviation: str, rationale: str | None) -> Finding:
    """Return the finding with a deviation requested. Raises RuleError without its rationale."""
    why = finding.rationale if rationale is None else make_storable(rationale).strip()
    if deviation and not why:
        hint = "add --rationale; the reviewer decides based on it"
        raise RuleError(f"{finding.id}: a deviation needs a rationale", hint, "rationale")
    state = "pending" if deviation and deviation != finding.deviation else finding.deviation_state
    return replace(
        finding,
        deviation=deviation,
        deviation_state=state if deviation else "",
        rationale=why,
    )


def decide_deviation(finding: Finding, state: str) -> Finding:
    """Return the finding with its deviation decided; an approved adjustment sets the risk.

    A due date that followed from the risk follows. Raises RuleError where none was asked for.
    """
    if not finding.deviation:
        hint = "request one first: --deviation false-positive"
        raise RuleError(f"{finding.id}: no deviation was requested", hint, "deviation")
    new: Finding = replace(finding, deviation_state=state)
    if finding.deviation != "risk-adjustment" or not finding.adjusted:
        return new
    if state == "approved" and not finding.original:
        return replace(rate_finding(new, finding.adjusted), original=finding.risk)
    if state != "approved" and finding.original:
        return replace(rate_finding(new, finding.original), original="")
    return new


def retest_finding(finding: Finding, outcome: str, day: date) -> Finding:
    """Return the finding after a retest; one that passed is closed."""
    new: Finding = replace(finding, retest=outcome, retested=day)
    return (
        close_finding(new, day) if outcome == "passed" else replace(new, state="open", closed=None)
    )


def close_finding(finding: Finding, day: date) -> Finding:
    """Return the finding as closed. Raises RuleError where nothing shows that it is.

    That is a retest that passed, evidence of the remediation, or an approved deviation (a risk
    adjustment alone closes nothing).
    """
    approved = finding.deviation_state == "approved" and finding.deviation != "risk-adjustment"
    if not (finding.retest == "passed" or finding.evidence or approved):
        raise RuleError(
            f"{finding.id}: cannot be closed without evidence",
            "attach evidence of the remediation, or record a passed retest",
            "evidence",
        )
    return replace(finding, state="closed", closed=finding.closed or day)


def reopen_finding(finding: Finding) -> Finding:
    """Return the finding as open again; a retest that passed, a correction no longer count."""
    retest = "" if finding.retest == "passed" else finding.retest
    return replace(finding, state="open", closed=None, retest=retest, corrected=None)


class FindingEdit(Struct, frozen=True):
    """What to do to a finding, in the order in which it is done; None leaves a field alone.

    Attributes:
        new: whether the finding is raised by this edit.
        evidence: proof of the remediation, to attach.
        link: references of items that it names too.
        unlink: references of items that it no longer names.
        found: day on which it was found, where that is another day than today.
        no_due: whether the due date is to be cleared.
        by_risk: whether the due date is to be the one that follows from the risk.
        deviation: the deviation to request; an empty text takes a request back.
        decision: what became of the deviation.
        details: what the official tables require in addition, by field (see `DETAILS`).
    """

    new: bool = False
    evidence: tuple[Evidence, ...] = ()
    link: tuple[str, ...] = ()
    unlink: tuple[str, ...] = ()
    title: str | None = None
    text: str | None = None
    risk: str | None = None
    plan: str | None = None
    owner: str | None = None
    found: date | None = None
    due: date | None = None
    no_due: bool = False
    by_risk: bool = False
    deviation: str | None = None
    rationale: str | None = None
    decision: str | None = None
    retest: str | None = None
    close: bool = False
    reopen: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)


def apply_finding_edit(finding: Finding, edit: FindingEdit, today: date) -> Finding:
    """Return the finding after an edit.

    Raises RuleError where the rules refuse it, and for a finding that is not there any more.
    """
    if not finding.title and not edit.new:
        raise RuleError(f"{finding.id}: no longer exists", "nothing was saved")
    new = _set_texts(finding, edit)
    if edit.new:
        new = replace(new, risk=edit.risk or new.risk, found=edit.found or new.found)
        new = raise_finding(new, today)
    new = set_details(new, edit.details, today)
    if edit.risk:
        new = rate_finding(new, edit.risk)
    new = _set_due(new, edit, today)
    if edit.deviation is not None:
        new = request_deviation(new, edit.deviation, edit.rationale)
    elif edit.rationale is not None:
        new = request_deviation(new, new.deviation, edit.rationale)
    if edit.decision:
        new = decide_deviation(new, edit.decision)
    if edit.retest:
        new = retest_finding(new, edit.retest, today)
    if edit.close:
        return close_finding(new, today)
    return reopen_finding(new) if edit.reopen else new


def _set_texts(finding: Finding, edit: FindingEdit) -> Finding:
    kept: dict[str, Any] = {}
    for name in ("title", "owner"):
        value = getattr(edit, name)
        if value is not None:
            kept[name] = " ".join(make_storable(value).split())
    if kept.get("title") == "" and not edit.new:
        raise RuleError("the title is empty", "describe the weakness in one line", "title")
    for name in ("text", "plan"):
        value = getattr(edit, name)
        if value is not None:
            kept[name] = make_storable(value).rstrip()
    known = {one.id for one in finding.evidence}
    added = tuple(one for one in edit.evidence if one.id not in known)
    linked = tuple(dict.fromkeys((*finding.items, *edit.link)))
    kept["items"] = tuple(ref for ref in linked if ref not in edit.unlink)
    kept["evidence"] = (*finding.evidence, *added)
    return replace(finding, **kept)


def _set_due(finding: Finding, edit: FindingEdit, today: date) -> Finding:
    if edit.by_risk:
        return replace(finding, due=compute_remediation_due(finding.risk, finding.found or today))
    if edit.due is not None or edit.no_due:
        return replace(finding, due=edit.due)
    return finding
