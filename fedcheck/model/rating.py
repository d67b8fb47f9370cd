"""The risk of a finding, and the due date that follows from it."""

from dataclasses import replace

from fedcheck.model.finding import Finding, remediation_due


def rated(finding: Finding, risk: str) -> Finding:
    """Return the finding with another risk; a due date that followed from the old one follows."""
    original = finding.original if risk == finding.risk else ""
    new: Finding = replace(finding, risk=risk, original=original)  # type: ignore[arg-type]
    if finding.found and finding.due == remediation_due(finding.risk, finding.found):
        return replace(new, due=remediation_due(risk, finding.found))
    return new
