"""Requests: what one side asks of another, and whether it was answered."""

from datetime import date
from typing import Annotated, Any

from msgspec import Struct, field

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import RequestKind, RequestState
from fedcheck.domain.key import Key, extra


class Request(Struct, frozen=True, rename="kebab"):
    """A reviewer's question, or an assessor's request for evidence.

    The columns are those of the register that reviewers and providers keep in a review: who asks,
    in which round, on which place of which document, the answer, and its fate.
    """

    id: Annotated[str, Key("Short random id")]
    title: Annotated[str, Key("What is asked, in one line")] = ""
    kind: Annotated[RequestKind, Key("A reviewer's question, or a request for evidence")] = (
        RequestKind.QUESTION
    )
    state: Annotated[RequestState, Key("open, answered or accepted")] = RequestState.OPEN
    by: Annotated[str, Key("Who asks: a person or a role")] = ""
    to: Annotated[str, Key("Who is to answer: a person or a role")] = ""
    asked: Annotated[date | None, Key("Day on which it was asked")] = None
    due: Annotated[date | None, Key("Day by which it is to be answered")] = None
    round: Annotated[str, Key("Round of the review in which it was asked")] = ""
    document: Annotated[str, Key("Document that it is about: SSP, RAR, SAR, ...")] = ""
    section: Annotated[str, Key("Section, page or control in that document")] = ""
    text: Annotated[str, Key("The question in full")] = ""
    answer: Annotated[str, Key("The answer")] = ""
    answered: Annotated[date | None, Key("Day on which it was answered last")] = None
    comment: Annotated[
        str, Key("Why the answer was returned, or what was said on accepting it")
    ] = ""
    items: Annotated[tuple[str, ...], Key("References of the items it concerns")] = ()
    evidence: Annotated[tuple[Evidence, ...], Key("Links to proof that belong to the answer")] = ()
    extra: dict[str, Any] = extra()

    @property
    def returned(self) -> bool:
        """Tell whether it was answered before, and the answer came back."""
        return self.state == "open" and self.answered is not None


class Requests(Struct, frozen=True, rename="kebab"):
    """What `requests.toml` holds."""

    format: Annotated[int, Key("Version of the file format: 1")]
    requests: Annotated[tuple[Request, ...], Key("The requests")] = field(
        name="request", default=()
    )
    extra: dict[str, Any] = extra()
