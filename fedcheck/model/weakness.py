"""The details of a finding that the official tables ask for, and what follows from them.

The columns are those of the POA&M template 2.1 and of the Risk Exposure Table 2.4 (SAR Appendix A).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from fedcheck.errors import RuleError
from fedcheck.model.fields import with_field
from fedcheck.model.finding import Finding, exposure
from fedcheck.model.rating import rated
from fedcheck.model.text import one_line, storable

DETAILS: Mapping[str, str] = {
    "likelihood": "Likelihood",
    "impact": "Impact",
    "recommendation": "Recommendation",
    "controls": "Controls",
    "detector": "Detector source",
    "detector_id": "Its id there",
    "assets": "Assets",
    "service": "Service",
    "cves": "CVE numbers",
    "number": "Official number",
    "resources": "Resources required",
    "steps": "Planned milestones",
    "step_changes": "Milestone changes",
    "vendor": "Vendor's product",
    "vendor_checked": "Last vendor check-in",
    "adjusted": "Adjusted risk",
    "auto_approved": "Auto-approved",
    "kev": "BOD 22-01 tracking",
    "kev_due": "BOD 22-01 due date",
    "configuration": "Configuration finding",
    "corrected": "Corrected during testing",
    "remedy": "Remediation description",
    "verification": "Verification statement",
    "comment": "Comments",
}
"""The fields of a finding that are details, and how they are called, after those columns."""


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


def told(finding: Finding, name: str) -> str:
    """Return what a detail says, in one line; empty where it says nothing."""
    value = getattr(finding, name)
    if isinstance(value, tuple):
        return one_line("; ".join(value), 200)
    return value.isoformat() if isinstance(value, date) else one_line(value or "", 200)


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
