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

    id: str = key("Short random id")
    title: str = key("What is asked, in one line", default="")
    kind: RequestKind = key("A reviewer's question, or a request for evidence", default="question")
    state: RequestState = key("open, answered or accepted", default="open")
    by: str = key("Who asks: a person or a role", default="")
    to: str = key("Who is to answer: a person or a role", default="")
    asked: date | None = key("Day on which it was asked", default=None)
    due: date | None = key("Day by which it is to be answered", default=None)
    round: str = key("Round of the review in which it was asked", default="")
    document: str = key("Document that it is about: SSP, RAR, SAR, ...", default="")
    section: str = key("Section, page or control in that document", default="")
    text: str = key("The question in full", default="")
    answer: str = key("The answer", default="")
    answered: date | None = key("Day on which it was answered last", default=None)
    comment: str = key("Why the answer was returned, or what was said on accepting it", default="")
    items: tuple[str, ...] = key("References of the items it concerns", default=())
    evidence: tuple[Evidence, ...] = key("Links to proof that belong to the answer", default=())
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
