"""The date of a milestone, as a person set it in `fedcheck.toml`."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fedcheck.model.evidence import Evidence
from fedcheck.model.key import extra, key


@dataclass(frozen=True, slots=True)
class Scheduled:
    """When a milestone takes place; without a date it follows from the process."""

    day: date | None = key("Day of the milestone", default=None)
    evidence: tuple[Evidence, ...] = ()
    extra: dict[str, Any] = extra()
