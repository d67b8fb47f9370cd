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
from fedcheck.domain.finding import Finding, exposure, remediation_due
from fedcheck.domain.text import storable
from fedcheck.errors import RuleError


def rated(finding: Finding, risk: str) -> Finding:
    """Return the finding with another risk; a due date that followed from the old one follows."""
    original = finding.original if risk == finding.risk else ""
    new: Finding = replace(finding, risk=risk, original=original)
    if finding.found and finding.due == remediation_due(finding.risk, finding.found):
        return replace(new, due=remediation_due(risk, finding.found))
    return new


DETAILS: Mapping[str, str] = {row.name: row.label for row in in_group(Finding, Group.DETAILS)}
"""The fields of a finding that are details, and their labels, in the order of the table."""


def detailed(finding: Finding, details: Mapping[str, Any], today: date) -> Finding:
    """Return the finding with details set; an empty text or list clears one.

    Likelihood and impact give the risk. Corrected during testing closes the finding; that needs
    what was done and how it was verified. Raises RuleError.
    """
    new = finding
    for name, value in details.items():
        new = _with(new, name, value)
    levels = (new.likelihood, new.impact)
    risk = exposure(*levels)
    if risk and levels != (finding.likelihood, finding.impact) and not new.original:
        new = rated(new, risk)
    if new.corrected != finding.corrected:
        new = _corrected(new, today) if new.corrected else replace(new, state="open", closed=None)
    return new


def _with(finding: Finding, name: str, value: Any) -> Finding:
    if name not in DETAILS:
        raise KeyError(name)
    if isinstance(value, str):
        value = storable(value).strip()
    elif isinstance(value, date):
        value = value.isoformat()
    elif value is not None:
        value = [text for one in value if (text := storable(one).strip())]
    try:
        return with_field(finding, name, value)
    except ValueError as error:
        raise RuleError(f"{finding.id}: {error}") from None


def _corrected(finding: Finding, today: date) -> Finding:
    """Close a finding that was corrected while the assessor still tested (RET, second tab)."""
    if finding.corrected and finding.corrected > today:
        raise RuleError(f"{finding.id}: cannot be corrected in the future", "give a day gone by")
    missing = [f"--{name}" for name in ("remedy", "verification") if not getattr(finding, name)]
    if missing:
        raise RuleError(
            f"{finding.id}: corrected during testing is told with what was done, and how it was"
            " verified",
            f"say it: {' and '.join(missing)}",
            missing[0].removeprefix("--"),
        )
    return replace(finding, state="closed", closed=finding.corrected)


def raised(finding: Finding, today: date) -> Finding:
    """Return a new finding as it is stored, due by its risk. Raises RuleError without a title."""
    title = " ".join(storable(finding.title).split())
    if not title:
        raise RuleError("a finding needs a title", "say the weakness in one line", "title")
    found = finding.found or today
    due = finding.due or remediation_due(finding.risk, found)
    return replace(finding, title=title, found=found, due=due)


def deviating(finding: Finding, deviation: str, rationale: str | None) -> Finding:
    """Return the finding with a deviation asked for. Raises RuleError without its rationale."""
    why = finding.rationale if rationale is None else storable(rationale).strip()
    if deviation and not why:
        hint = "a reviewer decides by it: say why"
        raise RuleError(f"{finding.id}: a deviation needs a rationale", hint, "rationale")
    state = "pending" if deviation and deviation != finding.deviation else finding.deviation_state
    return replace(
        finding,
        deviation=deviation,
        deviation_state=state if deviation else "",
        rationale=why,
    )


def decided(finding: Finding, state: str) -> Finding:
    """Return the finding with what became of its deviation. Raises RuleError without one."""
    if not finding.deviation:
        hint = "ask for one first: --deviation false-positive"
        raise RuleError(f"{finding.id}: no deviation was asked for", hint, "deviation")
    new: Finding = replace(finding, deviation_state=state)
    if finding.deviation != "risk-adjustment" or not finding.adjusted:
        return new
    if state == "approved" and not finding.original:
        return replace(rated(new, finding.adjusted), original=finding.risk)
    if state != "approved" and finding.original:
        return rated(new, finding.original)
    return new


def retested(finding: Finding, outcome: str, day: date) -> Finding:
    """Return the finding after a retest; one that passed is closed."""
    new: Finding = replace(finding, retest=outcome, retested=day)
    return closed(new, day) if outcome == "passed" else replace(new, state="open", closed=None)


def closed(finding: Finding, day: date) -> Finding:
    """Return the finding as closed. Raises RuleError where nothing shows that it is.

    That is a retest that passed, evidence of the remediation, or an approved deviation (a risk
    adjustment alone closes nothing).
    """
    approved = finding.deviation_state == "approved" and finding.deviation != "risk-adjustment"
    if not (finding.retest == "passed" or finding.evidence or approved):
        raise RuleError(
            f"{finding.id}: cannot be closed without proof",
            "attach evidence of the remediation, or say that the retest passed",
            "evidence",
        )
    return replace(finding, state="closed", closed=finding.closed or day)


def reopened(finding: Finding) -> Finding:
    """Return the finding as open again; a retest that passed, a correction no longer count."""
    retest = "" if finding.retest == "passed" else finding.retest
    return replace(finding, state="open", closed=None, retest=retest, corrected=None)


class FindingEdit(Struct, frozen=True):
    """What to do to a finding, in the order in which it is done; None leaves a thing alone.

    Attributes:
        by_risk: whether the due date is to be the one that follows from the risk.
        decision: what became of the deviation.
        details: what the official tables ask for beside it, by field (see `model.weakness`).
    """

    proofs: tuple[Evidence, ...] = ()
    items: tuple[str, ...] = ()
    title: str | None = None
    text: str | None = None
    risk: str | None = None
    plan: str | None = None
    owner: str | None = None
    due: date | None = None
    by_risk: bool = False
    deviation: str | None = None
    rationale: str | None = None
    decision: str | None = None
    retest: str | None = None
    close: bool = False
    reopen: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)

    def apply(self, old: Finding, today: date) -> Finding:
        """Return the finding after it. Raises RuleError."""
        new = replace(
            old,
            evidence=(*old.evidence, *self.proofs),
            items=tuple(dict.fromkeys((*old.items, *self.items))),
            title=old.title if self.title is None else self.title,
            text=old.text if self.text is None else self.text,
            plan=old.plan if self.plan is None else self.plan,
            owner=old.owner if self.owner is None else self.owner,
        )
        new = detailed(new, self.details, today)
        if self.risk:
            new = rated(new, self.risk)
        if self.by_risk:
            new = replace(new, due=remediation_due(new.risk, new.found or today))
        elif self.due:
            new = replace(new, due=self.due)
        if self.deviation is not None:
            new = deviating(new, self.deviation, self.rationale)
        elif self.rationale is not None:
            new = deviating(new, new.deviation, self.rationale)
        if self.decision:
            new = decided(new, self.decision)
        return self._settle(new, today)

    def _settle(self, new: Finding, today: date) -> Finding:
        if self.retest:
            new = retested(new, self.retest, today)
        if self.close:
            return closed(new, today)
        return reopened(new) if self.reopen else new
