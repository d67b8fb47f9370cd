"""The closed vocabularies of the domain, and the words and signs they are shown with.

Role, process, phase, milestone and profile values are open text; `process.toml` titles them. An
empty member stands for "not stated", and is false.
"""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


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


class EvidenceState(StrEnum):
    """How an evidence item is on a day.

    Unverified is nothing against it: its file has not been hashed yet on this machine as it is now.
    """

    OK = "ok"
    STALE = "stale"
    MISSING = "missing"
    CHANGED = "changed"
    UNVERIFIED = "unverified"


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
    """Yes, no, or not stated."""

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


class Duty(StrEnum):
    """What a role does in every process."""

    NONE = ""
    PROVIDER = "provider"
    ASSESSOR = "assessor"
    SPONSOR = "sponsor"


class Audience(StrEnum):
    """Whom a checklist is for."""

    EVERYONE = "everyone"
    INTERNAL = "internal"


class Sharing(StrEnum):
    """How far a checklist travels: what its file states, and where that file is."""

    SHARED = "shared"
    INTERNAL = "internal"
    PRIVATE = "private"


SHARING_HINTS = {
    Sharing.SHARED: "counts in gates and appears in reports and hand-overs",
    Sharing.INTERNAL: "your company sees it; no gate, report or hand-over includes it",
    Sharing.PRIVATE: "kept under private/; never leaves this computer",
}
"""What each audience of a checklist means, in a line."""


class Standing(StrEnum):
    """Whether a new service can still take a process."""

    CURRENT = "current"
    HISTORICAL = "historical"


LEVELS = tuple(Level)
DEMANDED = (Level.MUST, Level.MUST_NOT)
ADVISED = (Level.SHOULD, Level.SHOULD_NOT)
PROHIBITED = (Level.MUST_NOT, Level.SHOULD_NOT)
METHODS = tuple(Method)
STATUSES = tuple(Status)
RESULTS = tuple(result for result in Result if result)
INHERITANCES = tuple(one for one in Inheritance if one)
RETESTS = tuple(one for one in Retest if one)
REVIEWS = tuple(one for one in Review if one)
RISKS = tuple(Risk)
UNSOUND_STATES = (EvidenceState.STALE, EvidenceState.MISSING, EvidenceState.CHANGED)
"""The states of evidence that does not count."""
TOLD_STATES = (*UNSOUND_STATES, EvidenceState.UNVERIFIED)
"""The states of evidence that are counted and shown; the rest is good."""
FINDING_STATES = tuple(FindingState)
DEVIATIONS = tuple(one for one in Deviation if one)
DEVIATION_STATES = tuple(one for one in DeviationState if one)
REQUEST_KINDS = tuple(RequestKind)
REQUEST_STATES = tuple(RequestState)


class Sign(Struct, frozen=True):
    """How a status or a result is shown.

    Attributes:
        word: what a list states.
        glyph: its sign, one cell wide.
        ascii: its sign where the font has no glyphs, three cells wide.
        tone: its color, by meaning: muted, accent, error, success or warning.
        key: its key in the dialogs that set it.
    """

    word: str
    glyph: str
    ascii: str
    tone: str
    key: str = ""


STATUS_SIGNS: Mapping[str, Sign] = {
    Status.TODO: Sign("todo", "☐", "[ ]", "muted", "t"),
    Status.DOING: Sign("doing", "◐", "[~]", "accent", "d"),
    Status.BLOCKED: Sign("blocked", "■", "[!]", "error", "b"),
    Status.DONE: Sign("done", "✓", "[x]", "success", "x"),
    Status.NA: Sign("n/a", "–", "[-]", "muted", "n"),
    "other": Sign("other", "✗", "[o]", "warning"),
    "unknown": Sign("unknown", "?", "[?]", "warning"),
}
"""The sign of each status, and of what a list shows in its place: `other` than satisfied, and
`unknown` where the file cannot be read."""

RESULT_SIGNS: Mapping[str, Sign] = {
    Result.SATISFIED: Sign("satisfied", "✓", "[x]", "success", "s"),
    Result.OTHER_THAN_SATISFIED: Sign("other than satisfied", "✗", "[o]", "warning", "o"),
    Result.NOT_APPLICABLE: Sign("not applicable", "–", "[-]", "muted", "n"),
}
"""The sign of each result of a test."""

EVIDENCE_SIGNS: Mapping[str, Sign] = {
    EvidenceState.OK: Sign("good", "✓", "[x]", "success"),
    EvidenceState.STALE: Sign("stale", "↻", "%", "warning"),
    EvidenceState.MISSING: Sign("missing", "■", "[!]", "error"),
    EvidenceState.CHANGED: Sign("changed", "△", "^", "error"),
    EvidenceState.UNVERIFIED: Sign("unverified", "?", "?", "muted"),
}
"""The sign of each state of evidence."""

UNVERIFIED_WORDS = "not verified yet"
"""What others read of an unverified file: nobody is to think that anything is wrong with it."""

STATUS_WORDS: Mapping[str, str] = {str(name): sign.word for name, sign in STATUS_SIGNS.items()}
STATUS_GLYPHS: Mapping[str, str] = {str(name): sign.glyph for name, sign in STATUS_SIGNS.items()}
