"""The head of a workspace: one service offering's effort, as `fedcheck.toml` states it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fedcheck.model.key import extra, key


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part."""

    name: str = key("Full name", default="")
    role: str = key("Role: csp, 3pao, pmo, jab, agency or advisor", default="", check="id")
    contact: str = key("How to reach them", default="")


@dataclass(frozen=True)
class WorkspaceConfig:
    """What `fedcheck.toml` says."""

    format: int = key("Version of the file format: 1")
    name: str = key("Name of the service offering")
    process: str = key("Process that it takes", check="id")
    role: str = key("My role", check="id")
    provider: str = key("Name of the cloud service provider", default="")
    timezone: str = key("IANA name of the time zone that decides what today is", default="UTC")
    marking: str = key("Sensitivity marking on every page of a report", default="")
    profile: Mapping[str, str] = key("What the workspace is going for", default=None)
    milestones: Mapping[str, date] = key("Dates of milestones", default=None)
    people: Mapping[str, Person] = key("Who takes part, by short name", default=None)
    extra: dict[str, Any] = extra()
