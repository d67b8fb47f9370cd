"""Findings: gaps found by the assessor; they feed the RET and the POA&M."""

from datetime import date
from typing import Annotated, Any

from msgspec import Struct, field

from fedcheck.domain.dates import Span, shift
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


class Finding(Struct, frozen=True, rename="kebab"):
    """A gap, its risk and what is planned against it."""

    id: Annotated[str, Key("Short random id")]
    title: Annotated[str, Key("The weakness, in one line")] = ""
    risk: Annotated[Risk, Key("Risk: high, moderate or low")] = Risk.HIGH
    state: Annotated[FindingState, Key("open or closed")] = FindingState.OPEN
    items: Annotated[tuple[str, ...], Key("References of the tests that found it")] = ()
    text: Annotated[str, Key("The weakness in full")] = ""
    plan: Annotated[str, Key("What will be done about it")] = ""
    owner: Annotated[str, Key("Who does it")] = ""
    found: Annotated[date | None, Key("Day on which it was found")] = None
    due: Annotated[date | None, Key("Day by which it is to be remediated")] = None
    deviation: Annotated[
        Deviation,
        Key("Deviation asked for: false-positive, operational-requirement or risk-adjustment"),
    ] = Deviation.NONE
    deviation_state: Annotated[
        DeviationState, Key("What became of the deviation: pending, approved or rejected")
    ] = DeviationState.NONE
    rationale: Annotated[str, Key("Why the deviation is right")] = ""
    retest: Annotated[Retest, Key("Outcome of the last retest: passed or failed")] = Retest.NONE
    retested: Annotated[date | None, Key("Day of the last retest")] = None
    closed: Annotated[date | None, Key("Day on which it was closed")] = None
    number: Annotated[str, Key("Official number, such as the POA&M ID")] = ""
    likelihood: Annotated[RiskLevel, Key("Likelihood that it is exploited")] = RiskLevel.NONE
    impact: Annotated[RiskLevel, Key("Impact if it is")] = RiskLevel.NONE
    adjusted: Annotated[RiskLevel, Key("Risk that an adjustment asks for")] = RiskLevel.NONE
    original: Annotated[RiskLevel, Key("Risk as first rated, where an adjustment was approved")] = (
        RiskLevel.NONE
    )
    recommendation: Annotated[str, Key("What the assessor recommends")] = ""
    controls: Annotated[tuple[str, ...], Key("Controls, beside those of its items")] = ()
    detector: Annotated[str, Key("Scanner or other source that detected it")] = ""
    detector_id: Annotated[str, Key("Its id there, such as a plugin number")] = ""
    assets: Annotated[tuple[str, ...], Key("Assets, as the inventory names them")] = ()
    service: Annotated[str, Key("Service or offering that is affected")] = ""
    cves: Annotated[tuple[str, ...], Key("CVE numbers")] = ()
    resources: Annotated[str, Key("Resources needed beyond those at hand")] = ""
    steps: Annotated[tuple[str, ...], Key("Planned milestones, each as 2027-02-01: what")] = ()
    step_changes: Annotated[tuple[str, ...], Key("Changes of those milestones")] = ()
    vendor: Annotated[str, Key("Product of a vendor that the remediation waits for")] = ""
    vendor_checked: Annotated[date | None, Key("Day of the last check with the vendor")] = None
    auto_approved: Annotated[YesNo, Key("Whether the deviation was approved automatically")] = (
        YesNo.NONE
    )
    kev: Annotated[YesNo, Key("Whether CISA lists it as exploited (BOD 22-01)")] = YesNo.NONE
    kev_due: Annotated[date | None, Key("Day by which BOD 22-01 wants it remediated")] = None
    corrected: Annotated[date | None, Key("Day on which it was corrected, during testing")] = None
    remedy: Annotated[str, Key("What was done about it")] = ""
    verification: Annotated[str, Key("How the assessor verified that")] = ""
    configuration: Annotated[YesNo, Key("Whether it is a configuration finding")] = YesNo.NONE
    comment: Annotated[str, Key("Additional information")] = ""
    evidence: Annotated[tuple[Evidence, ...], Key("Links to proof of the remediation")] = ()
    extra: dict[str, Any] = extra()

    @property
    def planned(self) -> bool:
        """Tell whether it is closed, or has a plan with a date."""
        return self.state == "closed" or bool(self.plan and self.due)

    @property
    def lacks(self) -> str:
        """Say what keeps it from being planned; empty where nothing does."""
        missing = [word for word, has in (("plan", self.plan), ("due date", self.due)) if not has]
        return "" if self.planned else "without a " + " and a ".join(missing)


def remediation_due(risk: str, found: date) -> date:
    """Return by when a finding is to be remediated: 30, 90 or 180 days after it was found."""
    return shift(found, REMEDIATION[risk])


def exposure(likelihood: str, impact: str) -> RiskLevel:
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


class Findings(Struct, frozen=True, rename="kebab"):
    """What `findings.toml` holds."""

    format: Annotated[int, Key("Version of the file format: 1")]
    findings: Annotated[tuple[Finding, ...], Key("The findings")] = field(
        name="finding", default=()
    )
    extra: dict[str, Any] = extra()
