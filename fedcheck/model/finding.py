"""Findings: gaps found by the assessor; they feed the RET and the POA&M."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from fedcheck.model.key import extra, key

Risk = Literal["high", "moderate", "low"]
FindingState = Literal["open", "closed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A gap, its risk and what is planned against it."""

    id: str = key("Short random id")
    title: str = key("The weakness, in one line")
    risk: Risk = key("Risk: high, moderate or low")
    state: FindingState = key("open or closed", default="open")
    items: tuple[str, ...] = key("References of the tests that found it", default=())
    plan: str = key("What will be done about it", default="")
    owner: str = key("Who does it", default="")
    due: date | None = key("Day by which it is to be remediated", default=None)
    extra: dict[str, Any] = extra()

    @property
    def planned(self) -> bool:
        """Tell whether it is closed, or has a plan with a date."""
        return self.state == "closed" or bool(self.plan and self.due)


@dataclass(frozen=True)
class Findings:
    """What `findings.toml` holds."""

    format: int = key("Version of the file format: 1")
    findings: tuple[Finding, ...] = key("The findings", default=(), name="finding")
    extra: dict[str, Any] = extra()
