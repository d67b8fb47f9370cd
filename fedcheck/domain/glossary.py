"""The closed vocabularies of the domain, and the words and signs they are shown with.

Role, process, phase, milestone and profile values are open text; `process.toml` titles them. An
empty member stands for "not said", and is false.
"""

from collections.abc import Mapping
from enum import StrEnum


class ItemKind(StrEnum):
    """A task, or a test step with a result."""

    TASK = "task"
    TEST = "test"


class Level(StrEnum):
    """How binding an item is."""

    MUST = "must"
    MUST_NOT = "must-not"
    SHOULD = "should"
    SHOULD_NOT = "should-not"
    MAY = "may"


class Method(StrEnum):
    """How a test is done (SP 800-53A)."""

    EXAMINE = "examine"
    INTERVIEW = "interview"
    TEST = "test"


class Status(StrEnum):
    """Where an item stands."""

    TODO = "todo"
    DOING = "doing"
    BLOCKED = "blocked"
    DONE = "done"
    NA = "na"


class Result(StrEnum):
    """The result of a test."""

    NONE = ""
    SATISFIED = "satisfied"
    OTHER_THAN_SATISFIED = "other-than-satisfied"
    NOT_APPLICABLE = "not-applicable"


class Inheritance(StrEnum):
    """Who is responsible for what a test is about, where it is not the service itself."""

    NONE = ""
    LEVERAGED = "leveraged"
    SHARED = "shared"
    CUSTOMER = "customer"


class Retest(StrEnum):
    """Outcome of the last retest."""

    NONE = ""
    PASSED = "passed"
    FAILED = "failed"


class Review(StrEnum):
    """Outcome of the second assessor's review."""

    NONE = ""
    AGREED = "agreed"
    RETURNED = "returned"


class EvidenceKind(StrEnum):
    """What a link is."""

    URL = "url"
    FILE = "file"
    TICKET = "ticket"


class Risk(StrEnum):
    """The risk of a finding."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


class RiskLevel(StrEnum):
    """A likelihood, an impact or a rating that may be unknown."""

    NONE = ""
    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


class YesNo(StrEnum):
    """Yes, no, or not said."""

    NONE = ""
    YES = "yes"
    NO = "no"


class FindingState(StrEnum):
    """Whether a finding is open."""

    OPEN = "open"
    CLOSED = "closed"


class Deviation(StrEnum):
    """The deviation that a finding asks for."""

    NONE = ""
    FALSE_POSITIVE = "false-positive"
    OPERATIONAL_REQUIREMENT = "operational-requirement"
    RISK_ADJUSTMENT = "risk-adjustment"


class DeviationState(StrEnum):
    """The decision on a deviation."""

    NONE = ""
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class RequestKind(StrEnum):
    """A reviewer's question, or an assessor's request for evidence."""

    QUESTION = "question"
    EVIDENCE = "evidence"


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    ANSWERED = "answered"
    ACCEPTED = "accepted"


class Standing(StrEnum):
    """Whether a new service can still take a process."""

    CURRENT = "current"
    HISTORICAL = "historical"


LEVELS = tuple(Level)
DEMANDED = (Level.MUST, Level.MUST_NOT)
ADVISED = (Level.SHOULD, Level.SHOULD_NOT)
METHODS = tuple(Method)
STATUSES = tuple(Status)
RESULTS = tuple(result for result in Result if result)
INHERITANCES = tuple(one for one in Inheritance if one)
RETESTS = tuple(one for one in Retest if one)
REVIEWS = tuple(one for one in Review if one)
RISKS = tuple(Risk)
FINDING_STATES = tuple(FindingState)
DEVIATIONS = tuple(one for one in Deviation if one)
DEVIATION_STATES = tuple(one for one in DeviationState if one)
REQUEST_KINDS = tuple(RequestKind)
REQUEST_STATES = tuple(RequestState)

STATUS_WORDS: Mapping[str, str] = {
    "todo": "todo",
    "doing": "doing",
    "blocked": "blocked",
    "done": "done",
    "na": "n/a",
    "other": "other",
    "unknown": "unknown",
}
"""What a list shows for each status, and in its place: `other` than satisfied, `unknown` file."""

STATUS_GLYPHS: Mapping[str, str] = {
    "todo": "☐",
    "doing": "◐",
    "blocked": "■",
    "done": "✓",
    "na": "–",
    "other": "✗",
    "unknown": "?",
}
"""The sign of each status, one cell wide."""
