"""Findings: gaps found by the assessor; they feed the RET and the POA&M."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from fedcheck.domain.dates import Span, shift
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.key import extra, key

Risk = Literal["high", "moderate", "low"]
Level = Literal["", "high", "moderate", "low"]
YesNo = Literal["", "yes", "no"]
FindingState = Literal["open", "closed"]
Deviation = Literal["", "false-positive", "operational-requirement", "risk-adjustment"]
DeviationState = Literal["", "pending", "approved", "rejected"]
Retest = Literal["", "passed", "failed"]

RISKS: tuple[str, ...] = get_args(Risk)
FINDING_STATES: tuple[str, ...] = get_args(FindingState)
DEVIATIONS: tuple[str, ...] = get_args(Deviation)[1:]
DEVIATION_STATES: tuple[str, ...] = get_args(DeviationState)[1:]
RETESTS: tuple[str, ...] = get_args(Retest)[1:]

REMEDIATION: dict[str, Span] = {
    "high": Span(30, "d"),
    "moderate": Span(90, "d"),
    "low": Span(180, "d"),
}
"""How long a finding may stay open from its discovery, by risk (FedRAMP baselines Rev 5, RA-5)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A gap, its risk and what is planned against it."""

    id: str = key("Short random id")
    title: str = key("The weakness, in one line", default="")
    risk: Risk = key("Risk: high, moderate or low", default="high")
    state: FindingState = key("open or closed", default="open")
    items: tuple[str, ...] = key("References of the tests that found it", default=())
    text: str = key("The weakness in full", default="")
    plan: str = key("What will be done about it", default="")
    owner: str = key("Who does it", default="")
    found: date | None = key("Day on which it was found", default=None)
    due: date | None = key("Day by which it is to be remediated", default=None)
    deviation: Deviation = key(
        "Deviation asked for: false-positive, operational-requirement or risk-adjustment",
        default="",
    )
    deviation_state: DeviationState = key(
        "What became of the deviation: pending, approved or rejected", default=""
    )
    rationale: str = key("Why the deviation is right", default="")
    retest: Retest = key("Outcome of the last retest: passed or failed", default="")
    retested: date | None = key("Day of the last retest", default=None)
    closed: date | None = key("Day on which it was closed", default=None)
    number: str = key("Official number, such as the POA&M ID", default="")
    likelihood: Level = key("Likelihood that it is exploited", default="")
    impact: Level = key("Impact if it is", default="")
    adjusted: Level = key("Risk that an adjustment asks for", default="")
    original: Level = key("Risk as first rated, where an adjustment was approved", default="")
    recommendation: str = key("What the assessor recommends", default="")
    controls: tuple[str, ...] = key("Controls, beside those of its items", default=())
    detector: str = key("Scanner or other source that detected it", default="")
    detector_id: str = key("Its id there, such as a plugin number", default="")
    assets: tuple[str, ...] = key("Assets, as the inventory names them", default=())
    service: str = key("Service or offering that is affected", default="")
    cves: tuple[str, ...] = key("CVE numbers", default=())
    resources: str = key("Resources needed beyond those at hand", default="")
    steps: tuple[str, ...] = key("Planned milestones, each as 2027-02-01: what", default=())
    step_changes: tuple[str, ...] = key("Changes of those milestones", default=())
    vendor: str = key("Product of a vendor that the remediation waits for", default="")
    vendor_checked: date | None = key("Day of the last check with the vendor", default=None)
    auto_approved: YesNo = key("Whether the deviation was approved automatically", default="")
    kev: YesNo = key("Whether CISA lists it as exploited (BOD 22-01)", default="")
    kev_due: date | None = key("Day by which BOD 22-01 wants it remediated", default=None)
    corrected: date | None = key("Day on which it was corrected, during testing", default=None)
    remedy: str = key("What was done about it", default="")
    verification: str = key("How the assessor verified that", default="")
    configuration: YesNo = key("Whether it is a configuration finding", default="")
    comment: str = key("Additional information", default="")
    evidence: tuple[Evidence, ...] = key("Links to proof of the remediation", default=())
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


def exposure(likelihood: str, impact: str) -> Level:
    """Return the risk of a likelihood and an impact; nothing where one of them is not known.

    Either of them low is low, else either of them moderate is moderate, else it is high. That is
    how FedRAMP's workbook computes its column "Risk Exposure Level" (SAR Appendix B, Security
    Requirements Traceability Matrix, Moderate template of 2024-11-08, family tabs, column N).
    """
    levels = (likelihood, impact)
    if any(level not in RISKS for level in levels):
        return ""
    if "low" in levels:
        return "low"
    return "moderate" if "moderate" in levels else "high"


@dataclass(frozen=True)
class Findings:
    """What `findings.toml` holds."""

    format: int = key("Version of the file format: 1")
    findings: tuple[Finding, ...] = key("The findings", default=(), name="finding")
    extra: dict[str, Any] = extra()
