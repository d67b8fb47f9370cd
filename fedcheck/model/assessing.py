"""What may be done to a finding: raise it, plan it, retest it, close it, reopen it."""

from dataclasses import replace
from datetime import date

from fedcheck.model.edit import RuleError
from fedcheck.model.finding import Finding, remediation_due
from fedcheck.model.text import storable


def raised(finding: Finding, today: date) -> Finding:
    """Return a new finding as it is stored, due by its risk. Raises RuleError without a title."""
    title = " ".join(storable(finding.title).split())
    if not title:
        raise RuleError("a finding needs a title", "say the weakness in one line", "title")
    found = finding.found or today
    due = finding.due or remediation_due(finding.risk, found)
    return replace(finding, title=title, found=found, due=due)


def rated(finding: Finding, risk: str) -> Finding:
    """Return the finding with another risk; a due date that followed from the old one follows."""
    new: Finding = replace(finding, risk=risk)  # type: ignore[arg-type]
    if finding.found and finding.due == remediation_due(finding.risk, finding.found):
        return replace(new, due=remediation_due(risk, finding.found))
    return new


def deviating(finding: Finding, deviation: str, rationale: str | None) -> Finding:
    """Return the finding with a deviation asked for. Raises RuleError without its rationale."""
    why = finding.rationale if rationale is None else storable(rationale).strip()
    if deviation and not why:
        hint = "a reviewer decides by it: say why"
        raise RuleError(f"{finding.id}: a deviation needs a rationale", hint, "rationale")
    state = "pending" if deviation and deviation != finding.deviation else finding.deviation_state
    return replace(
        finding,
        deviation=deviation,  # type: ignore[arg-type]
        deviation_state=state if deviation else "",
        rationale=why,
    )


def retested(finding: Finding, outcome: str, day: date) -> Finding:
    """Return the finding after a retest; one that passed is closed."""
    new: Finding = replace(finding, retest=outcome, retested=day)  # type: ignore[arg-type]
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
    """Return the finding as open again; a retest that passed no longer counts."""
    retest = "" if finding.retest == "passed" else finding.retest
    return replace(finding, state="open", closed=None, retest=retest)
