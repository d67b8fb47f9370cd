"""Findings: gaps found by the assessor; they feed the RET and the POA&M."""

from datetime import date
from typing import Annotated, Any

from msgspec import Struct, field

from fedcheck.domain.dates import Span, shift_clamped
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import (
    RISKS,
    Deviation,
    DeviationState,
    FindingState,
    Retest,
    Risk,
    RiskLevel,
    YesNo,
)
from fedcheck.domain.key import Key, extra

REMEDIATION: dict[str, Span] = {
    "high": Span(30, "d"),
    "moderate": Span(90, "d"),
    "low": Span(180, "d"),
}
"""How long a finding may stay open from its discovery, by risk (FedRAMP baselines Rev 5, RA-5)."""


class Finding(Struct, frozen=True, rename="kebab", omit_defaults=True):
    """A gap, its risk and what is planned against it."""

    id: str
    title: str = ""
    risk: Risk = Risk.HIGH
    state: FindingState = FindingState.OPEN
    items: tuple[str, ...] = ()
    text: str = ""
    plan: str = ""
    owner: str = ""
    found: date | None = None
    due: date | None = None
    deviation: Deviation = Deviation.NONE
    deviation_state: DeviationState = DeviationState.NONE
    rationale: str = ""
    retest: Retest = Retest.NONE
    retested: date | None = None
    closed: date | None = None
    number: str = ""
    likelihood: RiskLevel = RiskLevel.NONE
    impact: RiskLevel = RiskLevel.NONE
    adjusted: RiskLevel = RiskLevel.NONE
    original: RiskLevel = RiskLevel.NONE
    recommendation: str = ""
    controls: tuple[str, ...] = ()
    detector: str = ""
    detector_id: str = ""
    assets: tuple[str, ...] = ()
    service: str = ""
    cves: tuple[str, ...] = ()
    resources: str = ""
    steps: tuple[str, ...] = ()
    step_changes: tuple[str, ...] = ()
    vendor: str = ""
    vendor_checked: date | None = None
    auto_approved: YesNo = YesNo.NONE
    kev: YesNo = YesNo.NONE
    kev_due: date | None = None
    corrected: date | None = None
    remedy: str = ""
    verification: str = ""
    configuration: YesNo = YesNo.NONE
    comment: str = ""
    evidence: tuple[Evidence, ...] = ()
    extra: dict[str, Any] = extra()

    @property
    def planned(self) -> bool:
        """Return whether it is closed, or has a plan with a date."""
        return self.state == "closed" or bool(self.plan and self.due)

    @property
    def lacks(self) -> str:
        """State what keeps it from being planned; empty where nothing does."""
        missing = [word for word, has in (("plan", self.plan), ("due date", self.due)) if not has]
        return "" if self.planned else "without a " + " and a ".join(missing)


def compute_remediation_due(risk: str, found: date) -> date:
    """Return by when a finding is to be remediated: 30, 90 or 180 days after it was found."""
    return shift_clamped(found, REMEDIATION[risk])


def compute_exposure(likelihood: str, impact: str) -> RiskLevel:
    """Return the risk of a likelihood and an impact; nothing where one of them is not known.

    Either of them low is low, else either of them moderate is moderate, else it is high. That is
    how FedRAMP's workbook computes its column "Risk Exposure Level" (SAR Appendix B, Security
    Requirements Traceability Matrix, Moderate template of 2024-11-08, family tabs, column N).
    """
    levels = (likelihood, impact)
    if any(level not in RISKS for level in levels):
        return RiskLevel.NONE
    if "low" in levels:
        return RiskLevel.LOW
    return RiskLevel.MODERATE if "moderate" in levels else RiskLevel.HIGH


class Findings(Struct, frozen=True, rename="kebab", omit_defaults=True):
    """What `findings.toml` holds."""

    format: Annotated[int, Key("Version of the file format: 1")]
    findings: Annotated[tuple[Finding, ...], Key("The findings")] = field(
        name="finding", default=()
    )
    extra: dict[str, Any] = extra()
