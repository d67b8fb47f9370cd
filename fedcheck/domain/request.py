"""Requests: what one side asks of another, and whether it was answered."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.key import extra, key

RequestKind = Literal["question", "evidence"]
RequestState = Literal["open", "answered", "accepted"]

REQUEST_KINDS: tuple[str, ...] = get_args(RequestKind)
REQUEST_STATES: tuple[str, ...] = get_args(RequestState)


@dataclass(frozen=True, slots=True)
class Request:
    """A reviewer's question, or an assessor's request for evidence.

    The columns are those of the register that reviewers and providers keep in a review: who asks,
    in which round, on which place of which document, the answer, and its fate.
    """

    id: str
    title: str = ""
    kind: RequestKind = "question"
    state: RequestState = "open"
    by: str = ""
    to: str = ""
    asked: date | None = None
    due: date | None = None
    round: str = ""
    document: str = ""
    section: str = ""
    text: str = ""
    answer: str = ""
    answered: date | None = None
    comment: str = ""
    items: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    extra: dict[str, Any] = extra()

    @property
    def returned(self) -> bool:
        """Tell whether it was answered before, and the answer came back."""
        return self.state == "open" and self.answered is not None


@dataclass(frozen=True)
class Requests:
    """What `requests.toml` holds."""

    format: int = key("Version of the file format: 1")
    requests: tuple[Request, ...] = key("The requests", default=(), name="request")
    extra: dict[str, Any] = extra()
