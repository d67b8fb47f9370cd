"""Reports that were sent: what, to whom, when."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fedcheck.model.evidence import Evidence
from fedcheck.model.key import extra, key


@dataclass(frozen=True, slots=True)
class Sent:
    """A report that was sent to somebody."""

    id: str = key("Short random id")
    title: str = key("Template and milestone, in words", default="")
    to: str = key("To whom: a person or a role", default="")
    on: date | None = key("Day on which it was sent", default=None)
    file: str = key("File of the report, relative to the workspace where it lies there", default="")
    sha256: str = key("Hash of the report as it was sent", default="")
    evidence: tuple[Evidence, ...] = ()
    extra: dict[str, Any] = extra()


@dataclass(frozen=True)
class SentReports:
    """What `sent.toml` holds."""

    format: int = key("Version of the file format: 1")
    sent: tuple[Sent, ...] = key("The reports that were sent", default=())
    extra: dict[str, Any] = extra()
