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

    id: str
    title: str = ""
    risk: Risk = "high"
    state: FindingState = "open"
    items: tuple[str, ...] = ()
    text: str = ""
    plan: str = ""
    owner: str = ""
    found: date | None = None
    due: date | None = None
    deviation: Deviation = ""
    deviation_state: DeviationState = ""
    rationale: str = ""
    retest: Retest = ""
    retested: date | None = None
    closed: date | None = None
    number: str = ""
    likelihood: Level = ""
    impact: Level = ""
    adjusted: Level = ""
    original: Level = ""
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
    auto_approved: YesNo = ""
    kev: YesNo = ""
    kev_due: date | None = None
    corrected: date | None = None
    remedy: str = ""
    verification: str = ""
    configuration: YesNo = ""
    comment: str = ""
    evidence: tuple[Evidence, ...] = ()
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
